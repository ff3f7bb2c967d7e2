package score_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"

	"spoor"
	"spoor/measure"
	"spoor/score"
)

// TestWorthIt says that what is seen of the graph tells more than a payment's
// own record, on payments that nobody learned from.
func TestWorthIt(t *testing.T) {
	t.Parallel()
	trial := large.trial(t)
	truth := trial.Truth(trial.Test, len(trial.Labels))
	auc := func(margins []float32) float64 {
		r, err := measure.Rank(margins[trial.Test-trial.Valid:], truth)
		if err != nil {
			t.Fatal(err)
		}
		return r.AveragePrecision()
	}
	raw, arrival, review := auc(trial.Raw), auc(trial.Margins[score.Arrival]), auc(trial.Margins[score.Review])
	t.Logf("PR-AUC: raw columns %.3f, at arrival %.3f, at review %.3f", raw, arrival, review)
	if arrival < raw+0.1 || review < raw+0.1 {
		t.Errorf("PR-AUC is %.3f of raw columns, %.3f at arrival and %.3f at review", raw, arrival, review)
	}
	for name, want := range map[string]float64{"arrival_pr_auc": arrival, "review_pr_auc": review} {
		if got := trial.Model.Card.Figures[name]; math.Abs(got-want) > 1e-4 {
			t.Errorf("the card says that %s is %v, and it is %v", name, got, want)
		}
	}
}

// TestTrial says that a trial is about the payments that it was given.
func TestTrial(t *testing.T) {
	again(t)
	all := quick.all(t)
	var taken []uint64
	o := options()
	o.Seeds, o.Taken = 2, func(p *spoor.Payment) { taken = append(taken, p.Record) }
	trial, err := score.Train(source(all), setup(), o)
	if err != nil {
		t.Fatal(err)
	}
	illicit := 0
	for i := range all {
		if trial.Labels[i] != all[i].Label || trial.Times[i] != all[i].Time || taken[i] != all[i].Record {
			t.Fatalf("payment %d is said to be %v at %s, record %d; it is %v", i, trial.Labels[i], trial.Times[i], taken[i], all[i])
		}
		if all[i].Label == spoor.Illicit {
			illicit++
		}
	}
	n := len(all)
	if len(trial.Labels) != n || len(trial.Times) != n || len(taken) != n {
		t.Errorf("%d labels, %d times, %d taken, of %d payments", len(trial.Labels), len(trial.Times), len(taken), n)
	}
	if trial.Valid != n*6/10 || trial.Test != n*8/10 {
		t.Errorf("the parts begin with payments %d and %d of %d", trial.Valid, trial.Test, n)
	}
	if c := trial.Model.Card; c.Payments != n || c.Illicit != illicit || c.Split != "60/20/20" || c.First != all[0].Time.Date() || c.Last != all[n-1].Time.Date() ||
		c.Name != "test" || c.Seed != 1 || len(c.NotFor) == 0 || c.Signature == "" || c.Rules == "" {
		t.Errorf("the card says %+v", c)
	}
	margins := append(slices.Clone(trial.Others), trial.Margins[:]...)
	if len(trial.Others) != 2 || slices.Equal(trial.Others[0], trial.Others[1]) {
		t.Errorf("%d models of other seeds, or equal ones", len(trial.Others))
	}
	for _, m := range margins {
		if len(m) != n-trial.Valid {
			t.Errorf("%d margins, want %d", len(m), n-trial.Valid)
		}
	}
	if !slices.Equal(trial.Others[0], trial.Margins[score.Review]) {
		t.Error("the first of the seeds is not the model")
	}
}

// TestSameSeed says that the same payments and seed give the same model, byte
// by byte, on any number of workers, and another seed another.
func TestSameSeed(t *testing.T) {
	again(t)
	want := saved(t, quick.trial(t).Model)
	train := func(workers int, seed uint64) []byte {
		s, o := setup(), options()
		s.Workers, o.Seed = workers, seed
		trial, err := score.Train(source(quick.all(t)), s, o)
		if err != nil {
			t.Fatal(err)
		}
		return saved(t, trial.Model)
	}
	if !bytes.Equal(train(3, 1), want) {
		t.Error("3 workers give another model than 2")
	}
	if bytes.Equal(train(2, 2), want) {
		t.Error("another seed gives the same model")
	}
}

// TestTooFew says that nothing is learned from next to nothing.
func TestTooFew(t *testing.T) {
	t.Parallel()
	all := quick.all(t)
	for name, c := range map[string]struct {
		split        [2]float64
		label        func(i int, l spoor.Label) spoor.Label
		train, valid int // -1 for any
	}{
		"none":                          {[2]float64{.6, .2}, func(int, spoor.Label) spoor.Label { return spoor.Licit }, 0, 0},
		"not labelled":                  {[2]float64{.6, .2}, func(int, spoor.Label) spoor.Label { return spoor.Unlabelled }, 0, 0},
		"all in the training part":      {[2]float64{.6, .2}, func(i int, l spoor.Label) spoor.Label { return part(l, i < len(all)*6/10) }, -1, 0},
		"all in the validation part":    {[2]float64{.6, .2}, func(i int, l spoor.Label) spoor.Label { return part(l, i >= len(all)*6/10) }, 0, -1},
		"no validation part":            {[2]float64{1, 0}, func(_ int, l spoor.Label) spoor.Label { return l }, -1, 0},
		"no training part":              {[2]float64{0, 1}, func(_ int, l spoor.Label) spoor.Label { return l }, 0, -1},
		"one short in the training one": {[2]float64{.6, .2}, short(all), 19, -1},
	} {
		t.Run(name, func(t *testing.T) {
			changed := slices.Clone(all)
			for i := range changed {
				changed[i].Label = c.label(i, changed[i].Label)
			}
			o := options()
			o.Train, o.Valid = c.split[0], c.split[1]
			_, err := score.Train(source(changed), setup(), o)
			var few *score.TooFew
			if !errors.As(err, &few) {
				t.Fatalf("the error is %v", err)
			}
			if c.train >= 0 && few.Train != c.train || c.valid >= 0 && few.Valid != c.valid || few.Error() == "" {
				t.Errorf("%+v, want %d and %d: %v", few, c.train, c.valid, err)
			}
		})
	}
	if _, err := score.Train(source(nil), setup(), options()); !errors.As(err, new(*score.TooFew)) {
		t.Errorf("of no payments: %v", err)
	}
}

func part(l spoor.Label, in bool) spoor.Label {
	if !in {
		return spoor.Licit
	}
	return l
}

// short leaves 19 illicit payments in the training part.
func short(all []spoor.Payment) func(int, spoor.Label) spoor.Label {
	seen := 0
	return func(i int, l spoor.Label) spoor.Label {
		if l == spoor.Illicit && i < len(all)*6/10 {
			if seen++; seen > 19 {
				return spoor.Licit
			}
		}
		return l
	}
}

// TestUnlabelled says that nothing is learned from payments without a label:
// what is usual in the model is counted without them, and it is another model.
func TestUnlabelled(t *testing.T) {
	again(t)
	all := slices.Clone(quick.all(t))
	valid, licit := len(all)*6/10, 0
	for i := range all {
		if all[i].Label == spoor.Licit && i%2 == 0 {
			all[i].Label = spoor.Unlabelled
		}
		if all[i].Label == spoor.Licit && i < valid {
			licit++
		}
	}
	trial, err := score.Train(source(all), setup(), options())
	if err != nil {
		t.Fatal(err)
	}
	text := saved(t, trial.Model)
	if n := counted(t, text); n != licit {
		t.Errorf("the model counts %d ordinary payments, want %d with a label", n, licit)
	}
	if bytes.Equal(text, saved(t, quick.trial(t).Model)) {
		t.Error("half of the labels taken away give the same model")
	}
	r, err := measure.Rank(trial.Margins[score.Review][trial.Test-trial.Valid:], trial.Truth(trial.Test, len(trial.Labels)))
	if err != nil {
		t.Fatal(err)
	}
	if r.Len() != len(all)-trial.Test || r.AveragePrecision() < 0.2 {
		t.Errorf("of %d payments PR-AUC is %.3f", r.Len(), r.AveragePrecision())
	}
	// What is wrong in those without a label cannot be learned.
	for i := range all {
		if all[i].Label == spoor.Licit && i < valid {
			all[i].Label = spoor.Unlabelled
		}
	}
	if trial, err := score.Train(source(all), setup(), options()); err == nil {
		if n := counted(t, saved(t, trial.Model)); n != 0 {
			t.Errorf("nothing licit is labelled, and the model counts %d ordinary payments", n)
		}
	}
}

// counted says how many payments a saved model has counted what is usual in.
func counted(t *testing.T, text []byte) int {
	t.Helper()
	var f struct {
		Seen map[string]*measure.Histogram `json:"seen"`
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	n := f.Seen["value"].Total()
	for name, h := range f.Seen {
		if h.Total() != n {
			t.Fatalf("%s is counted %d times, the value %d times", name, h.Total(), n)
		}
	}
	return n
}

// TestTrainRefused says that payments which the graph refuses are told to the
// caller and count for nothing, however the payments are split.
func TestTrainRefused(t *testing.T) {
	again(t)
	all := quick.all(t)
	var mixed []spoor.Payment
	refused := 0
	for i, p := range all {
		mixed = append(mixed, p)
		if i%50 == 49 {
			p.Time -= spoor.Day
			p.Label = spoor.Illicit
			mixed = append(mixed, p)
			refused++
		}
	}
	for name, split := range map[string][2]float64{"with a test part": {.6, .2}, "without": {.7, .3}} {
		t.Run(name, func(t *testing.T) {
			told := 0
			o := options()
			o.Train, o.Valid = split[0], split[1]
			o.Refuse = func(*spoor.Payment, error) error { told++; return nil }
			trial, err := score.Train(source(mixed), setup(), o)
			if err != nil {
				t.Fatal(err)
			}
			if told != refused || len(trial.Labels) != len(all) || trial.Test > len(all) {
				t.Errorf("%d are told, want %d; %d labels for %d payments, the test part begins at %d", told, refused, len(trial.Labels), len(all), trial.Test)
			}
		})
	}
	stop := errors.New("stop")
	o := options()
	o.Refuse = func(*spoor.Payment, error) error { return stop }
	if _, err := score.Train(source(mixed), setup(), o); !errors.Is(err, stop) {
		t.Errorf("the error is %v, want that of Refuse", err)
	}
	broken := func(_ string, take func(*spoor.Payment) error) error { return stop }
	if _, err := score.Train(broken, setup(), o); !errors.Is(err, stop) {
		t.Errorf("the error is %v, want that of the source", err)
	}
}
