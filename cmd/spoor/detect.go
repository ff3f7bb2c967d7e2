package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"spoor"
	"spoor/detect"
	"spoor/draw/text"
	"spoor/graph"
)

type detectCmd struct {
	reading
	Out        string        `help:"Write all alerts here, one JSON object a line."`
	Scores     string        `help:"Write payment,score for every payment in input order."`
	Pictures   string        `help:"Write a page with a picture of each of the --top alerts into this folder."`
	Parameters string        `help:"A member's own parameters (TOML), within the bounds of the shared file." type:"existingfile"`
	Window     time.Duration `help:"How much of the past the graph holds." default:"720h"`
	Workers    int           `help:"Goroutines that look for typologies; the result does not depend on it. 0: one a core."`
	Top        int           `help:"How many alerts to show." default:"15"`
	JSON       bool          `name:"json" help:"Write alerts to standard output as JSON, one a line."`

	blind bool // do not see the channel of payments
}

// detection is what a run of the detectors came to.
type detection struct {
	alerts []spoor.Alert
	sum    *summary
	stats  detect.Stats
	g      *graph.Graph
	took   time.Duration
	named  bool // payments carry names of holders
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
		if err := c.writeScores(e, d.alerts); err != nil {
			return err
		}
	}
	d.sum.tell(e.stderr)
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

func (c *detectCmd) check() error {
	switch {
	case c.Window != 0 && c.Window < leastWindow:
		return usage(fmt.Sprintf("--window: want %s or more, in hours (336h), or 0 for everything", leastWindow))
	case c.Top < 0:
		return usage("--top: want 0 or more")
	case c.Scores != "" && !c.rereadable():
		return usage("--scores reads the payments twice: give regular files, not a pipe")
	}
	return nil
}

// detect runs all detectors over the files.
func (c *detectCmd) detect(e *env) (*detection, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	params, err := parameters(c.Parameters)
	if err != nil {
		return nil, err
	}
	table, err := c.table()
	if err != nil {
		return nil, err
	}
	workers := c.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	out := &detection{}
	var d *detect.Detector
	begin := func() {
		out.g = graph.New(graph.Options{Window: spoor.Instant(c.Window / time.Second), Rates: table})
		d = detect.New(out.g, params, workers)
		out.alerts = nil
	}
	begin()
	start := time.Now()
	out.sum, err = c.each(e, "detecting", begin, func(batch []spoor.Payment) error {
		for i := range batch {
			p := &batch[i]
			out.named = out.named || p.FromName != "" || p.ToName != ""
			if c.blind {
				p.Channel = spoor.UnknownChannel
			}
			if err := d.Add(p); err != nil {
				if err := c.refuse(p, err); err != nil {
					return err
				}
			}
		}
		out.alerts = append(out.alerts, d.Ripe()...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.alerts = append(out.alerts, d.Close()...)
	detect.Rank(out.alerts)
	for i := range out.alerts {
		out.alerts[i].Versions["rates"] = table.Version
	}
	out.took, out.stats = time.Since(start), d.Stats()
	return out, nil
}

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
// are known only at the end.
func (c *detectCmd) writeScores(e *env, alerts []spoor.Alert) error {
	score := map[string]float64{}
	for _, a := range alerts {
		for _, id := range a.Payments {
			score[id] = max(score[id], a.Score)
		}
	}
	return writeFile(c.Scores, func(w io.Writer) error {
		fmt.Fprintln(w, "payment,score")
		return c.inOrder(e, "writing scores", func(p *spoor.Payment) error {
			id := paymentID(p)
			_, err := fmt.Fprintf(w, "%s,%g\n", csvField(id), score[id])
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
	for _, name := range spoor.Typologies() {
		if byType[name] > 0 {
			fmt.Fprintf(t, "  %s\t%d\n", name, byType[name])
		}
	}
	t.Flush()
	if gone := d.g.Evicted(); gone > 0 {
		fmt.Fprintf(w, "%d payments left the window while reading\n", gone)
	}
	if d.stats.Bites > 0 {
		fmt.Fprintf(w, "accounts with very many payments (hubs) were left out of a search %d times, by the degree cap\n", d.stats.Bites)
	}
}
