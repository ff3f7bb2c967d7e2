package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"spoor"
	"spoor/draw/text"
	"spoor/measure"
	"spoor/score"
)

type trainCmd struct {
	detectInput
	Out          string `help:"Write the model here (.gz packs it)." required:""`
	Split        string `help:"Parts for training, validation and test, by time." default:"70/20/10"`
	From         string `help:"Go on from this model's trees where that is better on the validation part: a file, default for the one inside the program, or none." default:"default"`
	Name         string `help:"What alerts call the model. Default: the name of the file."`
	Seed         uint64 `help:"Of the samples." default:"1"`
	Alerts       string `help:"With --dispositions: the alerts that analysts looked at, as detect --out wrote them." type:"existingfile"`
	Dispositions string `help:"What analysts said: CSV with alert,disposition (true, false or unsure). Their payments are labelled by it." type:"existingfile"`
	JSON         bool   `name:"json" help:"Write the model card as JSON."`
}

func (c *trainCmd) Run(e *env) error {
	in := c.detectInput.command()
	parts, err := parseSplit(c.Split)
	if err != nil {
		return err
	}
	if err := distinct(slices.Concat(c.Files, []string{c.Account, c.Rates, c.Parameters, c.From, c.Alerts, c.Dispositions}), []string{c.Out}); err != nil {
		return err
	}
	if (c.Alerts == "") != (c.Dispositions == "") {
		return usage("--alerts and --dispositions go together")
	}
	var said *feedback
	if c.Dispositions != "" {
		if said, err = readFeedback(c.Alerts, c.Dispositions); err != nil {
			return err
		}
	}
	if err := in.ready(e); err != nil {
		return err
	}
	s, err := in.setup()
	if err != nil {
		return err
	}
	from, err := startFrom(c.From)
	if err != nil {
		return err
	}
	o := score.TrainOptions{From: from, Train: parts[0], Valid: parts[1], Seed: c.Seed, Refuse: in.refuse, Stage: stages(e), Labels: "the files' own",
		Name: c.Name, Data: strings.Join(baseNames(c.Files), ", ")}
	if said != nil {
		o.Labels = fmt.Sprintf("%d alerts judged by analysts; all other payments taken as legal", said.alerts)
	}
	if o.Name == "" {
		o.Name = strings.TrimSuffix(strings.TrimSuffix(filepath.Base(c.Out), ".gz"), ".json")
	}
	t, err := score.Train(said.label(in.source(e, false)), s, o)
	if err != nil {
		return err
	}
	if err := saveModel(c.Out, t.Model); err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(e.stdout, t.Model.Card)
	}
	showCard(e.stdout, &t.Model.Card)
	if said != nil {
		fmt.Fprintf(e.stdout, "labels from analysts: %d payments of true alerts, %d of false ones, %d left out as unsure, from %d of %d dispositions\n", said.yes, said.no, said.unsure, said.alerts, said.given)
		fmt.Fprintln(e.stdout, "All other payments were taken as legal. The figures say how well the model repeats the analysts, not how much laundering it finds.")
	}
	fmt.Fprintf(e.stdout, "written to %s; use it with spoor detect FILE... --model %s\n", c.Out, c.Out)
	return nil
}

// detectInput is what train and eval take of detect: how payments are read and
// looked at.
type detectInput struct {
	reading
	Parameters string `help:"A member's own parameters (TOML), within the bounds of the shared file." type:"existingfile"`
	Workers    int    `help:"Goroutines; the result does not depend on it. 0: one a core."`
}

// command makes a detect command of it.
func (in *detectInput) command() *detectCmd {
	return &detectCmd{reading: in.reading, Parameters: in.Parameters, Workers: in.Workers, Window: learnedWindow}
}

// ready checks that the files can be read again and whether they are in order.
func (c *detectCmd) ready(e *env) error {
	if !c.rereadable() {
		return usage("the payments are read more than once: give regular files, not a pipe")
	}
	debug.SetGCPercent(40) // tables of gigabytes live long: let the garbage beside them be small
	return c.survey(e)
}

// source gives the payments in order of time, as often as is asked.
func (c *detectCmd) source(e *env, blind bool) score.Source {
	return func(what string, take func(*spoor.Payment) error) error {
		_, err := c.each(e, what, func() {}, func(p *spoor.Payment) error {
			if blind {
				hideFormat(p)
			}
			return take(p)
		})
		return err
	}
}

// stages says on a terminal what goes on between the readings.
func stages(e *env) func(string) {
	if !terminal(e) {
		return nil
	}
	return func(what string) { fmt.Fprintf(e.stderr, "%s …\n", what) }
}

// parseSplit reads parts such as 60/20/20 as shares.
func parseSplit(s string) (parts [3]float64, err error) {
	words := strings.Split(s, "/")
	sum := 0.0
	for i, w := range words {
		v, bad := strconv.ParseFloat(w, 64)
		if bad != nil || !(v >= 0) || len(words) != 3 {
			return parts, usage("--split: want three parts of a hundred for training, validation and test, such as 60/20/20")
		}
		parts[i] = v / 100
		sum += v
	}
	if sum < 99.9 || sum > 100.1 {
		return parts, usage(fmt.Sprintf("--split: the parts add up to %g, want 100", sum))
	}
	return parts, nil
}

func baseNames(files []string) (out []string) {
	for _, f := range files {
		out = append(out, filepath.Base(f))
	}
	return out
}

func saveModel(name string, m *score.Model) error {
	return writeFile(name, func(w io.Writer) error {
		if !strings.HasSuffix(name, ".gz") {
			return m.Save(w)
		}
		z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
		if err != nil {
			return err
		}
		if err := m.Save(z); err != nil {
			return err
		}
		return z.Close()
	})
}

// loadModel reads a model file, or gives the one inside the program; nil where
// none is asked for.
func loadModel(name string) (*score.Model, error) {
	switch name {
	case "":
		return nil, nil
	case "default":
		return score.Default()
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := score.Load(f)
	if err != nil {
		return nil, &spoor.Problem{File: name, Reason: strings.TrimPrefix(err.Error(), "model: "), Fatal: true}
	}
	return m, nil
}

// startFrom is the model that training may go on from.
func startFrom(name string) (*score.Model, error) {
	if name == "none" {
		return nil, nil
	}
	return loadModel(name)
}

func showCard(w io.Writer, c *score.Card) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "model\t%s %s\n", text.Clean(c.Name), c.Signature)
	fmt.Fprintf(t, "learned from\t%s: %d payments, %d of them illicit, %s to %s, parts %s\n", text.Clean(c.Data), c.Payments, c.Illicit, c.First, c.Last, c.Split)
	fmt.Fprintf(t, "labels\t%s\n", text.Clean(c.Labels))
	if c.From != "" {
		fmt.Fprintf(t, "goes on from\tthe model %s\n", text.Clean(c.From))
	}
	if len(c.Figures) > 0 {
		fmt.Fprintf(t, "on its test part\tat arrival PR-AUC %.3f, F1 %.3f; at review PR-AUC %.3f, F1 %.3f\n", c.Figures["arrival_pr_auc"], c.Figures["arrival_f1"], c.Figures["review_pr_auc"], c.Figures["review_f1"])
	}
	for i, n := range c.NotFor {
		name := ""
		if i == 0 {
			name = "not for"
		}
		fmt.Fprintf(t, "%s\t%s\n", name, n)
	}
	t.Flush()
}

// judged says what the model found, and how far the payments are from those
// that it learned from.
func (d *detection) judged(w io.Writer) {
	over := 0
	for _, s := range d.judge.Scores() {
		over += one(s >= 50)
	}
	drift := d.judge.Drift()
	fmt.Fprintf(w, "learned risk (%s): %d payments score 50 or more, %.3f %% (%.3f %% where it was tried)\n", text.Clean(d.model.Version()), over,
		100*drift.AlertRate, 100*drift.AlertRateExpected)
	var shifted []string
	for _, f := range drift.Features {
		if f.Shift == measure.Shifted {
			shifted = append(shifted, fmt.Sprintf("%s (%.2g)", f.Doc, f.PSI))
		}
	}
	if n := len(shifted); n > 0 {
		fmt.Fprintf(w, "drift: %d of %d features are spread otherwise than in the payments that the model learned from (population stability index above 0.25): %s\n",
			n, len(drift.Features), strings.Join(shifted[:min(n, 3)], "; "))
	}
}

// errDisposition says what dispositions there are.
var errDisposition = errors.New("want true, false or unsure")
