package score_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"

	"spoor"
	"spoor/detect"
	"spoor/format/rates"
	"spoor/graph"
	"spoor/score"
	"spoor/score/extract"
	"spoor/world"
)

// economy says which payments a test is about. Equal economies are equal
// payment by payment.
type economy struct {
	payments, days int
	seed           uint64
	illicit        float64
}

// Economies to learn from: one that is large enough to tell looks apart, and
// one that is quick.
var (
	large = economy{payments: 20_000, days: 45, seed: 21, illicit: 0.02}
	quick = economy{payments: 4_000, days: 40, seed: 22, illicit: 0.05}
)

var economies sync.Map // economy to func() ([]spoor.Payment, error)

// all makes the payments of an economy, once. They must not be changed.
func (e economy) all(t testing.TB) []spoor.Payment {
	t.Helper()
	f, _ := economies.LoadOrStore(e, sync.OnceValues(func() (all []spoor.Payment, err error) {
		w, err := world.New(world.Options{Payments: e.payments, Days: e.days, Seed: e.seed, Illicit: e.illicit, LookAlikes: .002, Rates: rates.Default()})
		if err != nil {
			return nil, err
		}
		for p := range w.Payments() {
			all = append(all, *p)
		}
		return all, nil
	}))
	all, err := f.(func() ([]spoor.Payment, error))()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func source(all []spoor.Payment) score.Source {
	return func(_ string, take func(*spoor.Payment) error) error {
		for i := range all {
			if err := take(&all[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// again is for tests that learn a second time.
func again(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("learns again")
	}
	t.Parallel()
}

func setup() score.Setup {
	return score.Setup{Window: 30 * spoor.Day, Rates: rates.Default(), Parameters: detect.DefaultParameters(), Workers: 2}
}

func options() score.TrainOptions {
	return score.TrainOptions{Train: 0.6, Valid: 0.2, Seed: 1, Name: "test", Data: "simulated"}
}

// trials are those that several tests read.
var trials sync.Map // economy to func() (*score.Trial, error)

// trial trains on an economy, once.
func (e economy) trial(t testing.TB) *score.Trial {
	t.Helper()
	if testing.Short() && e != quick {
		t.Skip("a larger economy to learn from")
	}
	all := e.all(t)
	f, _ := trials.LoadOrStore(e, sync.OnceValues(func() (*score.Trial, error) {
		o := options()
		o.Raw = true
		return score.Train(source(all), setup(), o)
	}))
	trial, err := f.(func() (*score.Trial, error))()
	if err != nil {
		t.Fatal(err)
	}
	return trial
}

func saved(t testing.TB, m *score.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// judged is what came of judging payments.
type judged struct {
	*score.Judge
	found  []spoor.Alert // by the detectors
	alerts []spoor.Alert
}

// judge judges payments.
func judge(t testing.TB, m *score.Model, all []spoor.Payment, workers int) *judged {
	t.Helper()
	s := setup()
	g := graph.New(graph.Options{Window: s.Window, Rates: s.Rates})
	d := detect.New(g, s.Parameters, workers)
	j, o := m.Judge(g, workers)
	o.Rates = s.Rates
	x := extract.New(g, d, o)
	out := &judged{Judge: j}
	for i := range all {
		if err := d.Add(&all[i]); err != nil {
			t.Fatalf("payment %d: %v", i, err)
		}
		out.found = append(out.found, d.Ripe()...)
	}
	out.found = append(out.found, d.Close()...)
	x.Close()
	alerts := slices.Clone(out.found)
	for i := range alerts {
		alerts[i].Reasons = slices.Clone(alerts[i].Reasons)
	}
	out.alerts = j.Alerts(alerts)
	return out
}
