package trace_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"spoor"
	"spoor/format/rates"
	"spoor/graph"
	"spoor/trace"
)

// town is 2 million payments in 30 days between 200,000 accounts, of which the
// first few hundred are busy. In a few of a hundred the currency changes.
var town = sync.OnceValue(func() *graph.Graph {
	const accounts, payments = 200_000, 2_000_000
	rng := rand.New(rand.NewPCG(1, 2))
	g := graph.New(graph.Options{Rates: rates.Default()})
	ids := make([]spoor.AccountID, accounts)
	for i := range ids {
		ids[i] = spoor.AccountID{Bank: fmt.Sprint(10 + i%97), Number: fmt.Sprintf("8%08X", i)}
	}
	pick := func() spoor.AccountID {
		if rng.IntN(10) == 0 {
			return ids[rng.IntN(300)]
		}
		return ids[rng.IntN(accounts)]
	}
	for i := range payments {
		p := spoor.Payment{Record: uint64(i + 1), Time: 1_700_000_000 + spoor.Instant(i)*30*spoor.Day/payments}
		p.From, p.To = pick(), pick()
		p.Paid = spoor.Money{Amount: 1000 + rng.Int64N(1_000_000), Currency: spoor.EUR}
		if p.Received = p.Paid; rng.IntN(50) == 0 {
			p.Received = spoor.Money{Amount: p.Paid.Amount * 11 / 10, Currency: spoor.USD}
		}
		if _, err := g.Add(&p); err != nil {
			panic(err)
		}
	}
	return g
})

func BenchmarkRun(b *testing.B) {
	g := town()
	busy := spoor.AccountID{Bank: "10", Number: "800000000"}
	var early, late []graph.Ref
	var hubs []spoor.AccountID
	for a := range graph.Account(g.Accounts()) {
		if out, _ := g.Degree(a); out > 500 {
			hubs = append(hubs, g.AccountID(a))
		}
	}
	for i := range 100 {
		early = append(early, graph.Ref(i*37))
		late = append(late, graph.Ref(1_900_000+i*37))
	}
	for _, from := range []struct {
		name string
		q    trace.Query
	}{
		{"account", trace.Query{From: []spoor.AccountID{busy}}},
		{"100-payments", trace.Query{Refs: early}},
		{"100-late-payments", trace.Query{Refs: late}},
		{"100-late-payments-backward", trace.Query{Refs: late, Backward: true}},
		{"all-busy-accounts", trace.Query{From: hubs}},
		{"account-paths", trace.Query{From: []spoor.AccountID{busy}, Limits: trace.Limits{Paths: 20}}},
	} {
		for _, m := range trace.Methods() {
			b.Run(from.name+"/"+string(m), func(b *testing.B) {
				q := from.q
				q.Method = m
				if q.Limits.Paths == 0 {
					q.Limits.Paths = -1
				}
				var r *trace.Result
				for b.Loop() {
					var err error
					if r, err = trace.Run(g, rates.Default(), q); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(g.Len())*float64(b.N)/b.Elapsed().Seconds(), "payments/s")
				b.ReportMetric(float64(len(r.Flows)), "flows")
				if len(r.Notes) > 0 {
					b.Log(r.Notes)
				}
				b.ReportMetric(float64(len(r.Holdings)), "holdings")
			})
		}
	}
}
