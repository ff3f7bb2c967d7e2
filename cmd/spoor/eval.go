package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"spoor"
	"spoor/detect"
	"spoor/score"
)

type evalCmd struct {
	detectInput
	Model     string `help:"Measure this model (FILE, or default for the one inside the program) instead of training one on these payments." placeholder:"FILE|default"`
	Patterns  string `help:"Labelled attempts: an AMLworld patterns file, for recall by typology." type:"existingfile"`
	Labelled  string `name:"account-labels" help:"Labels of accounts instead of payments: AMLSim's nodes.csv, accounts.csv or alert_accounts.csv. Payments between two labelled accounts are taken for laundering." type:"existingfile"`
	Split     string `help:"Parts for training, validation and test, by time. Default: 60/20/20, with --model 0/0/100."`
	From      string `help:"Training may go on from this model's trees, as in train." default:"default"`
	Seeds     int    `help:"Train so many models, to see what chance does." default:"1"`
	Seed      uint64 `help:"Of the samples." default:"1"`
	Detectors bool   `help:"Measure the detectors alone, on all payments."`
	Page      string `help:"Write a page with the curves here (.html)."`
	Out       string `help:"Write the detectors' alerts here, one JSON object a line."`
	JSON      bool   `name:"json" help:"Write the report as JSON."`
}

// report is what eval measures; its names are a contract with other programs.
// What it says of learned risk, it says of the test part.
type report struct {
	Payments     uint64             `json:"payments"`
	Illicit      uint64             `json:"illicit"`
	Split        string             `json:"split"`
	Model        string             `json:"model,omitempty"` // that was given
	PRAUC        float64            `json:"pr_auc"`
	F1           float64            `json:"f1"`        // at the threshold
	Threshold    float64            `json:"threshold"` // score, chosen on the validation part
	Precision    float64            `json:"precision"`
	Recall       float64            `json:"recall"`
	RecallAt1000 float64            `json:"recall_at_1000"` // in the 1,000 highest of the test part
	ByTypology   map[string]float64 `json:"by_typology"`    // payments found at the threshold, of those of the patterns file
	PaymentsASec float64            `json:"payments_per_second"`
	Learned      *learned           `json:"learned,omitempty"`
	Detectors    *detected          `json:"detectors"`
	// WithoutFormat is the same, not seeing the payment format.
	WithoutFormat *report         `json:"without_format,omitempty"`
	Seen          int             `json:"accounts_seen"`
	Accounts      []accountRecall `json:"accounts,omitempty"` // with --account-labels

	curves []curve
	why    string // no risk was learned
}

func (c *evalCmd) Run(e *env) error {
	if c.Seeds < 1 || c.Seeds > 30 {
		return usage("--seeds: want 1 to 30")
	}
	if err := c.check(); err != nil {
		return err
	}
	in := c.detectInput.command()
	in.Model = c.Model
	if err := in.ready(e); err != nil {
		return err
	}
	t, err := c.truth(e)
	if err != nil {
		return err
	}
	r, err := c.report(e, in, t, false)
	if err != nil {
		return err
	}
	if c.Labelled == "" || r.Learned != nil {
		// How much of the result is the payment format column alone?
		if r.WithoutFormat, err = c.report(e, in, t, true); err != nil {
			return err
		}
	}
	if c.Page != "" {
		if err := writeFile(c.Page, func(w io.Writer) error { return r.page(w, baseNames(c.Files)) }); err != nil {
			return err
		}
	}
	if c.JSON {
		return writeJSON(e.stdout, r)
	}
	r.show(e.stdout)
	return nil
}

// check refuses questions that contradict each other.
func (c *evalCmd) check() error {
	switch {
	case c.Detectors && (c.Model != "" || c.Split != ""):
		return usage("--detectors measures the detectors alone: leave out --model and --split")
	case c.Labelled != "" && c.Model != "":
		return usage("--account-labels goes with training: leave out --model")
	case c.Model != "" && c.Seeds > 1:
		return usage("--seeds trains models: leave it out with --model")
	}
	return distinct(slices.Concat(c.Files, []string{c.Account, c.Rates, c.Parameters, c.Model, c.From, c.Patterns, c.Labelled}), []string{c.Out, c.Page})
}

// report measures with or without the payment format.
func (c *evalCmd) report(e *env, in *detectCmd, t *truth, blind bool) (*report, error) {
	if c.Detectors {
		return c.alone(e, in, t, blind)
	}
	split := c.Split
	if split == "" {
		split = "60/20/20"
		if c.Model != "" {
			split = "0/0/100"
		}
	}
	parts, err := parseSplit(split)
	if err != nil {
		return nil, err
	}
	if parts[2] == 0 {
		return nil, usage("--split: leave a part for the test, such as 60/20/20")
	}
	if c.Model != "" {
		return c.judged(e, in, t, blind, split, parts)
	}
	return c.trained(e, in, t, blind, split, parts)
}

// alone measures the detectors.
func (c *evalCmd) alone(e *env, in *detectCmd, t *truth, blind bool) (*report, error) {
	in.Model, in.blind = "", blind
	d, err := in.detect(e)
	if err != nil {
		return nil, err
	}
	r := newReport(t, d.sum.payments, d.g.Accounts()-1, d.took)
	r.Split = "none: detectors learn nothing from labels"
	if err := r.detectors(c, d.alerts, t, blind); err != nil {
		return nil, err
	}
	x := r.Detectors
	r.PRAUC, r.F1, r.Threshold, r.Precision, r.Recall, r.RecallAt1000, r.ByTypology = x.PRAUC, x.F1, x.Threshold, x.Precision, x.Recall, x.RecallAt1000, x.ByTypology
	return r, nil
}

func newReport(t *truth, payments uint64, accounts int, took time.Duration) *report {
	return &report{Payments: payments, Illicit: uint64(len(t.illicit)), Seen: accounts, PaymentsASec: float64(payments) / took.Seconds(), ByTypology: map[string]float64{}}
}

// detectors adds what the alerts are worth, and writes them where asked.
func (r *report) detectors(c *evalCmd, alerts []spoor.Alert, t *truth, blind bool) error {
	detect.Rank(alerts)
	r.Detectors = detectors(alerts, r.Seen, t)
	if t.accounts != nil {
		r.Accounts = accounts(t.accounts, alerts)
		r.Detectors.accounts = r.Accounts
	}
	if c.Out == "" || blind {
		return nil
	}
	return writeFile(c.Out, func(w io.Writer) error { return writeAlerts(w, alerts) })
}

// trained learns from the first parts and measures on the last.
func (c *evalCmd) trained(e *env, in *detectCmd, t *truth, blind bool, split string, parts [3]float64) (*report, error) {
	s, err := in.setup()
	if err != nil {
		return nil, err
	}
	from, err := startFrom(c.From)
	if err != nil {
		return nil, err
	}
	typologies := t.typologies()
	o := score.TrainOptions{From: from, Train: parts[0], Valid: parts[1], Seed: c.Seed, Seeds: c.Seeds, Raw: true, Blind: blind, Name: "eval", Refuse: in.refuse, Stage: stages(e)}
	o.Taken = func(p *spoor.Payment) { typologies.next(p.Called()) }
	var took time.Duration // of the last reading, which does all that scoring does
	src := labelPayments(in.source(e, blind), t.accounts)
	timed := func(what string, take func(*spoor.Payment) error) error {
		start := time.Now()
		defer func() { took = time.Since(start) }()
		return src(what, take)
	}
	trial, err := score.Train(timed, s, o)
	if few := (*score.TooFew)(nil); errors.As(err, &few) {
		r, err := c.alone(e, in, t, blind)
		if err == nil {
			r.why = few.Error()
			r.Split = "none: " + r.why
		}
		return r, err
	}
	if err != nil {
		return nil, err
	}
	r := newReport(t, uint64(len(trial.Labels)), trial.Accounts, took)
	r.Split = split
	if err := r.detectors(c, trial.Alerts, t, blind); err != nil {
		return nil, err
	}
	return r, r.learn(trial, typologies, c.Seed)
}

// judged measures a model on the last part.
func (c *evalCmd) judged(e *env, in *detectCmd, t *truth, blind bool, split string, parts [3]float64) (*report, error) {
	in.Model, in.blind = c.Model, blind
	typologies := t.typologies()
	var trial score.Trial
	in.taken = func(p *spoor.Payment) {
		typologies.next(p.Called())
		trial.Labels, trial.Times = append(trial.Labels, p.Label), append(trial.Times, p.Time)
	}
	d, err := in.detect(e)
	if err != nil {
		return nil, err
	}
	trial.Model = d.model
	n := len(trial.Labels)
	trial.Valid, trial.Test = int(float64(n)*parts[0]), int(float64(n)*(parts[0]+parts[1]))
	trial.Margins = d.judge.Margins(trial.Valid)
	r := newReport(t, uint64(n), d.g.Accounts()-1, d.took)
	r.Split, r.Model = split, d.model.Version()
	if err := r.detectors(c, d.found, t, blind); err != nil {
		return nil, err
	}
	return r, r.learn(&trial, typologies, c.Seed)
}

// typologies says which payments belong to an attempt of which typology.
type typologies struct {
	of map[string]spoor.Typology // by payment id
	at map[int]spoor.Typology    // by place, of those seen
	n  int
}

func (t *truth) typologies() *typologies {
	out := &typologies{of: map[string]spoor.Typology{}, at: map[int]spoor.Typology{}}
	for _, a := range t.attempts {
		for _, id := range a.ids {
			out.of[id] = a.typology
		}
	}
	return out
}

func (t *typologies) next(id string) {
	if name, ok := t.of[id]; ok {
		t.at[t.n] = name
	}
	t.n++
}

// truth reads the files for the labels of payments and for the attempts of the
// patterns file.
func (c *evalCmd) truth(e *env) (*truth, error) {
	given, err := readPatterns(c.Patterns)
	if err != nil {
		return nil, err
	}
	ids := map[likeness][]string{}
	for _, a := range given {
		for i := range a.Payments {
			ids[liken(&a.Payments[i])] = nil
		}
	}
	t := &truth{illicit: map[string]bool{}}
	if t.accounts, err = accountLabels(c.Labelled); err != nil {
		return nil, err
	}
	labelled := c.Labelled != ""
	err = c.inOrder(e, "reading labels", func(p *spoor.Payment) error {
		if c.Labelled == "" {
			labelled = labelled || p.Label != spoor.Unlabelled
			if p.Label == spoor.Illicit {
				t.illicit[p.Called()] = true
			}
		}
		if len(ids) > 0 && p.Label != spoor.Licit {
			k := liken(p)
			if _, ok := ids[k]; ok {
				ids[k] = append(ids[k], p.Called())
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !labelled {
		return nil, &spoor.Problem{File: c.Files[0], Reason: "no payment in it is labelled: eval needs the truth to measure against", Fatal: true}
	}
	t.attempts, err = locate(c.Patterns, given, ids)
	return t, err
}

func (r *report) show(w io.Writer) {
	if len(r.Accounts) > 0 {
		fmt.Fprintf(w, "%d payments; %.0f payments/s\n", r.Payments, r.PaymentsASec)
		if r.Learned != nil {
			fmt.Fprintln(w, "\nPayments between two labelled accounts are taken for laundering, though not all of them are.")
			r.showLearned(w)
		}
		fmt.Fprintln(w, "\nThe detectors alone, by account:")
		r.Detectors.show(w)
		return
	}
	fmt.Fprintf(w, "%d payments, %d of them laundering (%.3f %%); %.0f payments/s\n", r.Payments, r.Illicit, 100*float64(r.Illicit)/float64(r.Payments), r.PaymentsASec)
	if r.why != "" {
		fmt.Fprintf(w, "no risk was learned: %s\n", r.why)
	}
	if r.Learned != nil {
		r.showLearned(w)
		fmt.Fprintln(w, "\nThe detectors alone, on all payments:")
	}
	fmt.Fprintln(w)
	r.Detectors.show(w)
	if f := r.WithoutFormat; f != nil {
		fmt.Fprintf(w, "without the payment format column: %.2f false for each true alert, PR-AUC %.3f, best F1 %.3f\n", f.Detectors.FalseForTrue, f.Detectors.PRAUC, f.Detectors.F1)
	}
}
