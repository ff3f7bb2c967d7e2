package graph_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/format/rates"
	"spoor/graph"
	"spoor/world"
)

// model is the graph as plainly as it can be written.
type model struct {
	window, lateness spoor.Instant
	all              []spoor.Payment
	newest           spoor.Instant
}

func (m *model) add(p spoor.Payment) bool {
	if p.Time < m.newest-m.lateness {
		return false
	}
	m.newest = max(m.newest, p.Time)
	m.all = append(m.all, p)
	return true
}

// side returns the ids of an account's payments in [from, to], by time and
// then arrival.
func (m *model) side(id spoor.AccountID, out bool, from, to spoor.Instant) (ids []string) {
	var found []spoor.Payment
	for _, p := range m.all {
		end := p.To
		if out {
			end = p.From
		}
		if end == id && p.Time >= from && p.Time <= to && p.Time >= m.newest-m.window {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b spoor.Payment) int { return int(a.Time - b.Time) })
	for _, p := range found {
		ids = append(ids, p.ID)
	}
	return ids
}

// TestAgainstModel adds random payments, some late, some too late, and
// compares neighbours in time with the model.
func TestAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		window := spoor.Instant(rapid.IntRange(50, 500).Draw(t, "window"))
		late := spoor.Instant(rapid.IntRange(0, 40).Draw(t, "lateness"))
		g := graph.New(graph.Options{Window: window, Lateness: late, Rates: rates.Default()})
		m := &model{window: window, lateness: late}
		clock := spoor.Instant(1000)
		name := func(i int) spoor.AccountID {
			return spoor.AccountID{Bank: fmt.Sprint(i % 3), Number: fmt.Sprint("A", i)}
		}
		for i := range rapid.IntRange(1, 400).Draw(t, "payments") {
			clock += spoor.Instant(rapid.IntRange(0, 6).Draw(t, "step"))
			p := spoor.Payment{
				ID:   fmt.Sprint("p", i),
				Time: max(0, clock-spoor.Instant(rapid.IntRange(0, 50).Draw(t, "behind"))),
				From: name(rapid.IntRange(0, 6).Draw(t, "from")),
				To:   name(rapid.IntRange(0, 6).Draw(t, "to")),
				Paid: spoor.Money{Amount: int64(i), Currency: spoor.EUR},
			}
			ref, err := g.Add(&p)
			if ok := m.add(p); ok != (err == nil) {
				t.Fatalf("payment %d: graph says %v, model accepts: %v", i, err, ok)
			}
			if err == nil && (g.ID(ref) != p.ID || g.Paid(ref) != p.Paid || g.Time(ref) != p.Time) {
				t.Fatalf("row %d holds %s %v", ref, g.ID(ref), g.Paid(ref))
			}
		}
		for i := range 7 {
			a, ok := g.Lookup(name(i))
			if !ok {
				continue
			}
			from := clock - spoor.Instant(rapid.IntRange(0, int(window)).Draw(t, "from time"))
			to := from + spoor.Instant(rapid.IntRange(0, 300).Draw(t, "length"))
			compare(t, g, g.Out(a, from, to), m.side(name(i), true, from, to))
			compare(t, g, g.In(a, from, to), m.side(name(i), false, from, to))
		}
	})
}

func compare(t *rapid.T, g *graph.Graph, edges []graph.Edge, want []string) {
	var got []string
	for _, e := range edges {
		got = append(got, g.ID(e.Ref))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("neighbours\n got %v\nwant %v", got, want)
	}
}

func TestRefuses(t *testing.T) {
	g := graph.New(graph.Options{Lateness: 10})
	at := func(s spoor.Instant) error {
		_, err := g.Add(&spoor.Payment{Time: s, From: spoor.AccountID{Number: "a"}, To: spoor.AccountID{Number: "b"}})
		return err
	}
	for _, c := range []struct {
		time spoor.Instant
		want error
	}{{1000, nil}, {990, nil}, {989, graph.ErrTooLate}, {-1, graph.ErrTime}, {1 << 33, graph.ErrTime}} {
		if err := at(c.time); !errors.Is(err, c.want) {
			t.Errorf("time %d: %v, want %v", c.time, err, c.want)
		}
	}
}

// stream makes payments between accounts at random, as many a day as there
// are accounts.
func stream(accounts int) func(i int) *spoor.Payment {
	rng := rand.New(rand.NewPCG(1, 2))
	names := make([]string, accounts)
	for i := range names {
		names[i] = fmt.Sprintf("8%08X", i)
	}
	p := new(spoor.Payment)
	return func(i int) *spoor.Payment {
		p.Record = uint64(i + 1)
		p.Time = 1_660_000_000 + spoor.Instant(i)*spoor.Day/spoor.Instant(accounts)
		f, to := rng.IntN(accounts), rng.IntN(accounts)
		p.From = spoor.AccountID{Bank: "21174", Number: names[f]}
		p.To = spoor.AccountID{Bank: "1292", Number: names[to]}
		p.Paid = spoor.Money{Amount: 12345, Currency: spoor.EUR}
		p.Received = p.Paid
		return p
	}
}

// BenchmarkAdd measures insertion with eviction at steady state, and the bytes
// held for a payment in the window and for an account.
func BenchmarkAdd(b *testing.B) {
	const accounts, perDay = 200_000, 10
	next := stream(accounts)
	g := graph.New(graph.Options{Window: 10 * spoor.Day, Rates: rates.Default()})
	n := 0
	add := func() {
		if _, err := g.Add(next(n)); err != nil {
			b.Fatal(err)
		}
		n++
	}
	for range 12 * accounts {
		add()
	}
	for b.Loop() {
		add()
	}
	pay, acc := g.Memory()
	b.ReportMetric(float64(pay)/float64(g.Len()), "B/payment")
	b.ReportMetric(float64(acc)/float64(g.Accounts()), "B/account")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "payments/s")
}

// BenchmarkEconomy measures the bytes held for a month of a simulated economy,
// whose accounts differ in traffic as real ones do.
func BenchmarkEconomy(b *testing.B) {
	w, err := world.New(world.Options{Payments: 1_000_000, Seed: 1, Rates: rates.Default()})
	if err != nil {
		b.Fatal(err)
	}

	for b.Loop() {
		g := graph.New(graph.Options{Window: 30 * spoor.Day, Rates: rates.Default()})
		n := 0
		for p := range w.Payments() {
			if _, err := g.Add(p); err != nil {
				b.Fatal(err)
			}
			n++
		}
		pay, acc := g.Memory()
		b.ReportMetric(float64(pay)/float64(g.Len()), "B/payment")
		b.ReportMetric(float64(acc)/float64(g.Accounts()), "B/account")
	}
}

// BenchmarkStream is the cost of making the payments that BenchmarkAdd adds.
func BenchmarkStream(b *testing.B) {
	next := stream(200_000)
	for n := 0; b.Loop(); n++ {
		next(n)
	}
}

func BenchmarkNeighbours(b *testing.B) {
	const accounts = 200_000
	next := stream(accounts)
	g := graph.New(graph.Options{Window: 30 * spoor.Day})
	for n := range 20 * accounts {
		if _, err := g.Add(next(n)); err != nil {
			b.Fatal(err)
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	sum := 0
	for b.Loop() {
		a := graph.Account(rng.IntN(accounts))
		sum += len(g.In(a, g.Newest()-5*spoor.Day, g.Newest()-2*spoor.Day))
	}
	_ = sum
}
