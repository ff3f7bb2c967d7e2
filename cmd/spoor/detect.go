package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"spoor"
	"spoor/detect"
	"spoor/draw/text"
	"spoor/graph"
	"spoor/score"
	"spoor/score/extract"
)

type detectCmd struct {
	reading
	Out        string        `help:"Write all alerts here, one JSON object a line."`
	Scores     string        `help:"Write payment,score for every payment in input order."`
	Pictures   string        `help:"Write a page with a picture of each of the --top alerts into this folder."`
	Model      string        `help:"Score with learned risk: a file that train wrote, or default for the model inside the program." placeholder:"FILE|default"`
	Drift      string        `help:"With --model: write as JSON how far the payments are from those that the model learned from."`
	Parameters string        `help:"A member's own parameters (TOML), within the bounds of the shared file." type:"existingfile"`
	Window     time.Duration `help:"How much of the past the graph holds." default:"720h"`
	Workers    int           `help:"Goroutines that look for typologies; the result does not depend on it. 0: one a core."`
	Top        int           `help:"How many alerts to show." default:"15"`
	JSON       bool          `name:"json" help:"Write alerts to standard output as JSON, one a line."`

	blind bool                 // do not see the format of payments
	taken func(*spoor.Payment) // is told each payment that counts, in order
}

// detection is what a run of the detectors came to.
type detection struct {
	alerts []spoor.Alert
	found  []spoor.Alert // as the detectors alone have them, where there is a model
	sum    *summary
	stats  detect.Stats
	g      *graph.Graph
	took   time.Duration
	model  *score.Model
	judge  *score.Judge // with a model
	named  bool         // payments carry names of holders
}

func (c *detectCmd) Run(e *env) error {
	d, err := c.detect(e)
	if err != nil {
		return err
	}
	if err := c.findHolders(e, d); err != nil {
		return err
	}
	if c.Out != "" {
		if err := writeFile(c.Out, func(w io.Writer) error { return writeAlerts(w, d.alerts) }); err != nil {
			return err
		}
	}
	if c.Pictures != "" {
		if err := drawAlerts(c.Pictures, d.g, d.alerts[:min(c.Top, len(d.alerts))]); err != nil {
			return err
		}
	}
	if c.Scores != "" {
		if err := c.writeScores(e, d); err != nil {
			return err
		}
	}
	if c.Drift != "" {
		if err := writeFile(c.Drift, func(w io.Writer) error { return writeJSON(w, d.judge.Drift()) }); err != nil {
			return err
		}
	}
	d.sum.tell(e.stderr)
	if d.judge != nil && d.judge.Unlike() {
		fmt.Fprintln(e.stderr, "note: these payments are unlike those that the model learned from: alerts keep the order of their shapes. Train a model on your own payments (spoor train).")
	}
	if c.JSON {
		return writeAlerts(e.stdout, d.alerts)
	}
	showAlerts(e.stdout, d.alerts, c.Top)
	d.footer(e.stdout)
	return nil
}

func parameters(file string) (*detect.Parameters, error) {
	p := detect.DefaultParameters()
	if file == "" {
		return p, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return p.Member(file, f)
}

// leastWindow is the shortest window in which a signal can grow and settle.
const leastWindow = 14 * 24 * time.Hour

// learnedWindow is how much of the past is held to learn, as detect holds.
const learnedWindow = 30 * 24 * time.Hour

// leastLearned is the shortest window in which a payment can be reviewed with
// what went before and what followed.
const leastLearned = 18 * 24 * time.Hour

func (c *detectCmd) check() error {
	switch {
	case c.Window != 0 && c.Window < leastWindow:
		return usage(fmt.Sprintf("--window: want %s or more, in hours (336h), or 0 for everything", leastWindow))
	case c.Model != "" && c.Window != 0 && c.Window < leastLearned:
		return usage(fmt.Sprintf("--window: with --model want %s or more, since payments are reviewed after eight days, or 0 for everything", leastLearned))
	case c.Drift != "" && c.Model == "":
		return usage("--drift compares with what a model learned from: give --model")
	case c.Top < 0:
		return usage("--top: want 0 or more")
	case c.Scores != "" && !c.rereadable():
		return usage("--scores reads the payments twice: give regular files, not a pipe")
	}
	return distinct(slices.Concat(c.Files, []string{c.Account, c.Rates, c.Model, c.Parameters}), []string{c.Out, c.Scores, c.Drift})
}

// setup is how payments are looked at.
func (c *detectCmd) setup() (score.Setup, error) {
	params, err := parameters(c.Parameters)
	if err != nil {
		return score.Setup{}, err
	}
	table, err := c.table()
	if err != nil {
		return score.Setup{}, err
	}
	workers := c.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return score.Setup{Window: spoor.Instant(c.Window / time.Second), Rates: table, Parameters: params, Workers: workers}, nil
}

// detect runs all detectors over the files, and the model if there is one.
func (c *detectCmd) detect(e *env) (*detection, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s, err := c.setup()
	if err != nil {
		return nil, err
	}
	out := &detection{}
	if out.model, err = loadModel(c.Model); err != nil {
		return nil, err
	}
	var d *detect.Detector
	finish := func() {}
	begin := func() {
		out.g = graph.New(graph.Options{Window: s.Window, Rates: s.Rates})
		d = detect.New(out.g, s.Parameters, s.Workers)
		out.alerts = nil
		if out.model != nil {
			var o extract.Options
			out.judge, o = out.model.Judge(out.g, s.Workers)
			o.Rates = s.Rates
			finish = extract.New(out.g, d, o).Close
		}
	}
	begin()
	start := time.Now()
	out.sum, err = c.each(e, "detecting", begin, func(p *spoor.Payment) error {
		out.named = out.named || p.FromName != "" || p.ToName != ""
		if c.blind {
			hideFormat(p)
		}
		if err := d.Add(p); err != nil {
			return c.refuse(p, err)
		}
		if c.taken != nil {
			c.taken(p)
		}
		out.alerts = append(out.alerts, d.Ripe()...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.alerts = append(out.alerts, d.Close()...)
	finish()
	if out.judge != nil {
		out.found = cloned(out.alerts)
		out.alerts = out.judge.Alerts(out.alerts)
	}
	detect.Rank(out.alerts)
	for i := range out.alerts {
		out.alerts[i].Versions["rates"] = s.Rates.Version
	}
	out.took, out.stats = time.Since(start), d.Stats()
	return out, nil
}

// cloned copies alerts as far as a model changes them.
func cloned(alerts []spoor.Alert) []spoor.Alert {
	out := slices.Clone(alerts)
	for i := range out {
		out[i].Versions, out[i].Reasons = maps.Clone(out[i].Versions), slices.Clone(out[i].Reasons)
	}
	return out
}

// hideFormat takes the payment format column away.
func hideFormat(p *spoor.Payment) { p.Channel, p.Kind = spoor.UnknownChannel, "" }

// findHolders reads the files once more for the names of the accounts in
// alerts, where payments carry names; AMLworld's accounts file gives them too.
func (c *detectCmd) findHolders(e *env, d *detection) error {
	wanted := map[spoor.AccountID]string{}
	for _, a := range d.alerts {
		for _, acc := range a.Accounts {
			wanted[spoor.ParseAccountID(acc)] = ""
		}
	}
	name := func(id spoor.AccountID, name string) {
		if was, ok := wanted[id]; ok && was == "" && name != "" {
			wanted[id] = text.Clean(name)
		}
	}
	if c.Account != "" {
		accounts, err := c.accounts()
		if err != nil {
			return err
		}
		for _, a := range accounts {
			name(a.ID, a.EntityName)
		}
	}
	if d.named && c.rereadable() {
		err := c.inOrder(e, "finding names", func(p *spoor.Payment) error {
			name(p.From, p.FromName)
			name(p.To, p.ToName)
			return nil
		})
		if err != nil {
			return err
		}
	}
	for i := range d.alerts {
		a := &d.alerts[i]
		for _, acc := range a.Accounts {
			if n := wanted[spoor.ParseAccountID(acc)]; n != "" {
				if a.Holders == nil {
					a.Holders = map[string]string{}
				}
				a.Holders[acc] = n
			}
		}
	}
	return nil
}

// reasonsNamed gives an alert's reasons with holders before account numbers,
// cleaned for a terminal. Only whole words that cannot be a count or a common
// word are taken for accounts.
func reasonsNamed(a *spoor.Alert) []string {
	out := make([]string, 0, len(a.Reasons))
	for _, r := range a.Reasons {
		words := strings.Split(r, " ")
		for i, w := range words {
			acc := strings.TrimRight(w, ",;:")
			if n := a.Holders[acc]; n != "" && len(acc) > 6 && strings.ContainsAny(acc, "0123456789") {
				words[i] = n + " (" + acc + ")" + w[len(acc):]
			}
		}
		out = append(out, text.Clean(strings.Join(words, " ")))
	}
	return out
}

// writeFile writes beside the file and renames at the end, so that a file that
// is being read, or a result of before, is not lost when something fails.
func writeFile(name string, f func(io.Writer) error) (err error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return writeThrough(name, f) // a device or pipe
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".spoor-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	w := bufio.NewWriterSize(file, 1<<16)
	if err := f(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := file.Chmod(0o644); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}

func writeThrough(name string, f func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	return f(file)
}

func writeAlerts(w io.Writer, alerts []spoor.Alert) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range alerts {
		if err := enc.Encode(&alerts[i]); err != nil {
			return err
		}
	}
	return nil
}

// writeScores reads the files once more, since scores are in input order and
// are known only at the end: those of the model, or else of the alerts that the
// payments are in.
func (c *detectCmd) writeScores(e *env, d *detection) error {
	var scores []float32
	if d.judge != nil {
		scores = d.judge.Scores()
	} else {
		scores = make([]float32, d.stats.Payments)
		for _, a := range d.alerts {
			for _, p := range a.Places {
				scores[p] = max(scores[p], float32(a.Score))
			}
		}
	}
	scores = inputOrder(&c.reading, scores)
	return writeFile(c.Scores, func(w io.Writer) error {
		fmt.Fprintln(w, "payment,score")
		i := 0
		return c.inOrder(e, "writing scores", func(p *spoor.Payment) error {
			_, err := fmt.Fprintf(w, "%s,%g\n", csvField(p.Called()), scores[i])
			i++
			return err
		})
	})
}

func csvField(s string) string {
	if strings.ContainsAny(s, "\",\n\r") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// showAlerts prints what to read first.
func showAlerts(w io.Writer, alerts []spoor.Alert, top int) {
	if len(alerts) == 0 {
		fmt.Fprintln(w, "No alerts: nothing here is unusual enough for the accounts it passes through. A few dozen payments are too few to judge by.")
		return
	}
	for i, a := range alerts[:min(top, len(alerts))] {
		fmt.Fprintf(w, "%3d. %-22s score %3.0f   %s   %s to %s   %s, %s\n", i+1, a.Typology, a.Score,
			spoor.Money{Amount: a.Amount, Currency: a.Currency}.Grouped(), a.First.Date(), a.Last.Date(), plural(len(a.Payments), "payment"), plural(len(a.Accounts), "account"))
		fmt.Fprintf(w, "       id %s\n", a.ID)
		for _, r := range reasonsNamed(&a) {
			fmt.Fprintf(w, "       %s\n", r)
		}
	}
	if rest := len(alerts) - top; rest > 0 {
		fmt.Fprintf(w, "\n%d more alerts: --top %d shows them, --out FILE writes them all.\n", rest, len(alerts))
	}
}

// footer says how much was read and what was left out.
func (d *detection) footer(w io.Writer) {
	byType := map[spoor.Typology]int{}
	for _, a := range d.alerts {
		byType[a.Typology]++
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\n%d alerts in %d payments between %d accounts, %.1f s, %.0f payments/s\n", len(d.alerts), d.sum.payments, d.g.Accounts()-1,
		d.took.Seconds(), float64(d.sum.payments)/d.took.Seconds())
	for _, name := range append(spoor.Typologies(), score.Learned) {
		if byType[name] > 0 {
			fmt.Fprintf(t, "  %s\t%d\n", name, byType[name])
		}
	}
	t.Flush()
	if d.judge != nil {
		d.judged(w)
	}
	if gone := d.g.Evicted(); gone > 0 {
		fmt.Fprintf(w, "%d payments left the window while reading\n", gone)
	}
	if d.stats.Bites > 0 {
		fmt.Fprintf(w, "accounts with very many payments (hubs) were left out of a search %d times, by the degree cap\n", d.stats.Bites)
	}
}
