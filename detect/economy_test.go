package detect_test

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"testing"

	"spoor"
	"spoor/detect"
	"spoor/format/rates"
	"spoor/graph"
	"spoor/world"
)

// window is how much of the past a graph holds by default on the command line.
const window = 30 * spoor.Day

// economy says which ordinary economy payments are put into. Equal economies
// are equal payment by payment, so that a scenario always meets the same one.
type economy struct {
	payments, days int
	seed           uint64
	illicit        float64
}

var economies sync.Map // economy to func() ([]spoor.Payment, error)

// ordinary makes the payments of an economy, once. They must not be changed.
func (e economy) ordinary() ([]spoor.Payment, error) {
	if e.payments == 0 {
		return nil, nil
	}
	f, _ := economies.LoadOrStore(e, sync.OnceValues(e.make))
	return f.(func() ([]spoor.Payment, error))()
}

func (e economy) make() ([]spoor.Payment, error) {
	o := world.Options{Payments: e.payments, Days: e.days, Seed: e.seed, Illicit: e.illicit, Rates: rates.Default()}
	if e.illicit > 0 {
		o.LookAlikes = world.DefaultLookAlikes
	}
	w, err := world.New(o)
	if err != nil {
		return nil, err
	}
	var all []spoor.Payment
	for p := range w.Payments() {
		all = append(all, *p)
	}
	return all, nil
}

// payments is ordinary for tests that need it to work.
func (e economy) all(t testing.TB) []spoor.Payment {
	t.Helper()
	ps, err := e.ordinary()
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

// merge puts two series of payments, each in order of time, into one.
func merge(a, b []spoor.Payment) []spoor.Payment {
	all := append(slices.Clone(a), b...)
	slices.SortStableFunc(all, func(x, y spoor.Payment) int { return cmp.Compare(x.Time, y.Time) })
	for i := range all {
		all[i].Record = uint64(i + 1)
	}
	return all
}

// setup is how payments are handed to a detector.
type setup struct {
	workers int
	window  spoor.Instant
	params  *detect.Parameters
	watcher detect.Watcher
	each    func(g *graph.Graph, d *detect.Detector) // after each 300 payments
}

// usual is the way of the command line.
func usual() setup {
	return setup{workers: 2, window: window, params: detect.DefaultParameters()}
}

// run gives payments to a detector and returns its alerts, best first.
func (s setup) run(t testing.TB, payments []spoor.Payment) ([]spoor.Alert, detect.Stats) {
	t.Helper()
	g := graph.New(graph.Options{Window: s.window, Rates: rates.Default()})
	d := detect.New(g, s.params, s.workers)
	if s.watcher != nil {
		d.Watch(s.watcher)
	}
	var alerts []spoor.Alert
	for part := range slices.Chunk(payments, 300) {
		for i := range part {
			if err := d.Add(&part[i]); err != nil {
				t.Fatalf("payment %d: %v", part[i].Record, err)
			}
		}
		alerts = append(alerts, d.Ripe()...)
		if s.each != nil {
			s.each(g, d)
		}
	}
	alerts = append(alerts, d.Close()...)
	detect.Rank(alerts)
	return alerts, d.Stats()
}

// brief writes an alert in one line for failures.
func brief(a *spoor.Alert) string {
	return fmt.Sprintf("%s score %.1f, %s to %s, %s, accounts %v, payments %v", a.Typology, a.Score, a.First, a.Last,
		spoor.Money{Amount: a.Amount, Currency: a.Currency}, a.Accounts, a.Payments)
}

// pending skips what the detectors do not yet get right, unless -open asks for it.
func pending(t testing.TB, why string) {
	t.Helper()
	if !*open {
		t.Skipf("open: %s (run with -open)", why)
	}
}
