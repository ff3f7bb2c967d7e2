package extract_test

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"spoor"
	"spoor/detect"
	"spoor/format/rates"
	"spoor/graph"
	"spoor/score/extract"
	"spoor/score/feature"
	"spoor/world"
)

const start = world.AMLworldStart // a Thursday

// economy says which payments a test is about. Equal economies are equal
// payment by payment.
type economy struct {
	payments, days int
	seed           uint64
}

var economies sync.Map // economy to func() ([]spoor.Payment, error)

// all makes the payments of an economy, once. They must not be changed.
func (e economy) all(t testing.TB) []spoor.Payment {
	t.Helper()
	f, _ := economies.LoadOrStore(e, sync.OnceValues(func() (all []spoor.Payment, err error) {
		w, err := world.New(world.Options{Payments: e.payments, Days: e.days, Seed: e.seed, Illicit: 0.02, LookAlikes: .002, Rates: rates.Default()})
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

// rough makes payments such as tests fear: many in the same second every other
// day, some to and from the outside, some of an account to itself, some of an account to another
// again at once, and words for their kind.
func rough(all []spoor.Payment) []spoor.Payment {
	all = slices.Clone(all)
	for i := range all {
		p := &all[i]
		if p.Time/spoor.Day%2 == 0 {
			p.Time -= p.Time % (3 * spoor.Hour)
		}
		switch {
		case i%17 == 0:
			p.From, p.FromCountry, p.Channel = spoor.AccountID{}, spoor.Country{}, spoor.Cash
		case i%19 == 0:
			p.To, p.ToCountry, p.Channel = spoor.AccountID{}, spoor.Country{}, spoor.Cash
		case i%23 == 0:
			p.To, p.ToCountry = p.From, p.FromCountry
		case i%29 == 0 && i > 0:
			p.From, p.To, p.FromCountry, p.ToCountry = all[i-1].To, all[i-1].From, all[i-1].ToCountry, all[i-1].FromCountry
		}
		p.Kind = []string{"", "Wire", "Cheque", "ACH"}[i%4]
	}
	return all
}

// setup is how payments are looked at.
type setup struct {
	workers int
	window  spoor.Instant
	arrival bool // no reviews
	risk    func(i int) float32
	each    func(g *graph.Graph, d *detect.Detector, i int) // before payment i
}

func usual() setup { return setup{workers: 2, window: 18 * spoor.Day, risk: someRisk} }

// someRisk is a risk that depends on a payment's place alone.
func someRisk(i int) float32 {
	x := uint32(i+1) * 0x9E3779B1
	return float32((x^x>>15)%997) / 997
}

// rows are all that an extractor handed on, by payment.
type rows struct {
	arrival, review [][]float32
	risks           []float32
	batches         int
}

// run looks at payments, and checks on the way that each gets one row of a kind,
// in order.
func (s setup) run(t testing.TB, payments []spoor.Payment) *rows {
	t.Helper()
	out := &rows{}
	g := graph.New(graph.Options{Window: s.window, Rates: rates.Default()})
	d := detect.New(g, detect.DefaultParameters(), s.workers)
	take := func(what string, to *[][]float32, width int) func(*extract.Batch) {
		return func(b *extract.Batch) {
			if int(b.First) != len(*to) {
				t.Errorf("%s: a batch begins with payment %d after %d", what, b.First, len(*to))
			}
			for i := range b.Len() {
				if len(b.Row(i)) != width {
					t.Errorf("%s: a row of %d numbers, want %d", what, len(b.Row(i)), width)
				}
				*to = append(*to, slices.Clone(b.Row(i)))
			}
			out.batches++
		}
	}
	arrived := take("arrival", &out.arrival, len(feature.Arrival))
	o := extract.Options{Rates: rates.Default(), Arrived: func(b *extract.Batch) {
		if len(b.Risks) != b.Len() {
			t.Errorf("arrival: %d payments have %d risks", b.Len(), len(b.Risks))
		}
		out.risks = append(out.risks, b.Risks...)
		arrived(b)
	}}
	if s.risk != nil {
		o.Risk = func(_, first int, rows [][]float32, risks []float32) {
			if len(rows) != len(risks) {
				t.Errorf("%d rows are to have %d risks", len(rows), len(risks))
			}
			for i := range risks {
				risks[i] = s.risk(first + i)
			}
		}
	}
	if !s.arrival {
		o.Reviewed = take("review", &out.review, len(feature.Review))
	}
	x := extract.New(g, d, o)
	taken := 0
	for i := range payments {
		if s.each != nil {
			s.each(g, d, i)
		}
		if err := d.Add(&payments[i]); err != nil {
			t.Fatalf("payment %d: %v", i, err)
		}
		taken++
	}
	d.Close()
	x.Close()
	if len(out.arrival) != taken || !s.arrival && len(out.review) != taken {
		t.Fatalf("%d payments have %d rows of arrival and %d of review", taken, len(out.arrival), len(out.review))
	}
	return out
}

// differ says in which features two rows are not the same, bit for bit, any
// NaN being equal.
func differ(fs []feature.Feature, want, got []float32) (out []string) {
	if len(want) != len(fs) || len(got) != len(fs) {
		return []string{fmt.Sprintf("rows of %d and %d features, want %d", len(want), len(got), len(fs))}
	}
	for i, v := range want {
		if w := got[i]; math.Float32bits(v) != math.Float32bits(w) && (v == v || w == w) {
			out = append(out, fmt.Sprintf("%s %v, %v", fs[i].Name, v, w))
		}
	}
	return out
}

// same compares all rows of two runs of the same payments.
func same(t testing.TB, what string, want, got *rows) {
	t.Helper()
	bad := 0
	for _, k := range []struct {
		name      string
		fs        []feature.Feature
		want, got [][]float32
	}{{"arrival", feature.Arrival, want.arrival, got.arrival}, {"review", feature.Review, want.review, got.review}} {
		if len(k.want) != len(k.got) {
			t.Errorf("%s: %d and %d rows of %s", what, len(k.want), len(k.got), k.name)
			continue
		}
		for i := range k.want {
			if diff := differ(k.fs, k.want[i], k.got[i]); diff != nil {
				if bad++; bad <= 5 {
					t.Errorf("%s: %s of payment %d: %v", what, k.name, i, diff)
				}
			}
		}
	}
	if bad > 5 {
		t.Errorf("%s: %d rows differ in all", what, bad)
	}
}

// place finds a feature's column.
func place(t testing.TB, name string) int {
	t.Helper()
	i := slices.IndexFunc(feature.Review, func(f feature.Feature) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("no feature %s", name)
	}
	return i
}
