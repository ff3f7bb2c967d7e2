package ownership_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"spoor"
	"spoor/ownership"
)

// register makes a country's register: companies with one to three holders, of
// which three in ten are other companies, some of them hubs; one group in a
// thousand holds itself in a circle.
func register(companies int) (parties []spoor.Party, interests []spoor.Interest) {
	rng := rand.New(rand.NewPCG(1, 2))
	people := companies * 7 / 10
	company := func(i int) string { return fmt.Sprint("company-", i) }
	for i := range companies {
		parties = append(parties, spoor.Party{ID: company(i), Kind: spoor.Organisation, Names: []spoor.Name{{Full: fmt.Sprint("Company ", i)}}})
	}
	for i := range people {
		parties = append(parties, spoor.Party{ID: fmt.Sprint("person-", i), Kind: spoor.Person, Names: []spoor.Name{{Full: fmt.Sprint("Person ", i)}}})
	}
	for i := range companies {
		holders := []int{1, 1, 1, 2, 2, 2}[rng.IntN(6)]
		for h := range holders {
			in := spoor.Interest{Source: fmt.Sprint("s", i, "-", h), Held: company(i), Kind: spoor.Shareholding, Least: float64(100 / holders), Most: float64(100 / holders)}
			switch r := rng.IntN(1000); {
			case r < 1:
				in.Holder = company((i + 1) % companies)
			case r < 50:
				in.Holder = company(rng.IntN(100)) // holding companies
			case r < 300:
				in.Holder = company(rng.IntN(i + 1))
			default:
				in.Holder = fmt.Sprint("person-", rng.IntN(people))
			}
			if in.Holder != in.Held {
				interests = append(interests, in)
			}
		}
	}
	return parties, interests
}

func filled(tb testing.TB, parties []spoor.Party, interests []spoor.Interest) *ownership.Book {
	b := ownership.NewBook()
	for _, p := range parties {
		b.AddParty(p)
	}
	for _, i := range interests {
		if err := b.AddInterest(i); err != nil {
			tb.Fatal(err)
		}
	}
	return b
}

func BenchmarkLoad(b *testing.B) {
	parties, interests := register(1_000_000)
	var before, after runtime.MemStats
	var book *ownership.Book
	for b.Loop() {
		book = filled(b, parties, interests)
		book.Owners("company-0", ownership.Options{}) // builds the indexes
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(book)
	book = nil
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-held")
	b.ReportMetric(float64(len(interests)), "interests")
	b.ReportMetric(float64(b.N*len(interests))/b.Elapsed().Seconds(), "interests/s")
}

func BenchmarkOwners(b *testing.B) {
	parties, interests := register(1_000_000)
	book := filled(b, parties, interests)
	book.Owners("company-0", ownership.Options{})
	rng := rand.New(rand.NewPCG(3, 4))
	var took []time.Duration
	for b.Loop() {
		id := parties[rng.IntN(1_000_000)].ID
		start := time.Now()
		if _, err := book.Owners(id, ownership.Options{}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(took[len(took)-1].Microseconds()), "max-µs")
}

func BenchmarkOwnedBy(b *testing.B) {
	parties, interests := register(1_000_000)
	book := filled(b, parties, interests)
	listed := map[string]bool{}
	for i := range 20_000 {
		listed[fmt.Sprint("person-", i*17)] = true
	}
	n := 0
	for b.Loop() {
		n = len(book.OwnedBy(listed, 0))
	}
	b.ReportMetric(float64(n), "owned")
}

// hostile are shapes that must stay within bounds.
func hostile() map[string][]spoor.Interest {
	share := func(holder, held string, percent float64) spoor.Interest {
		return spoor.Interest{Source: "s", Holder: holder, Held: held, Kind: spoor.Shareholding, Least: percent, Most: percent}
	}
	shapes := map[string][]spoor.Interest{}
	for i := range 20_000 {
		shapes["a hub with 20,000 holders"] = append(shapes["a hub with 20,000 holders"], share(fmt.Sprint("person-", i), "target", 100./20_000))
		shapes["a chain of 20,000"] = append(shapes["a chain of 20,000"], share(fmt.Sprint("c", i+1), at(i), 100))
		shapes["unknown shares of 20,000"] = append(shapes["unknown shares of 20,000"], spoor.Interest{Source: "s", Holder: fmt.Sprint("person-", i), Held: "target", Kind: spoor.UnknownControl, Most: 100})
	}
	for i := range 300 {
		for j := range 30 {
			shapes["a circle of 300 with 30 each"] = append(shapes["a circle of 300 with 30 each"], share(at((i*7+j*j+1)%300), at(i), 3))
		}
		shapes["a circle of 300 with 30 each"] = append(shapes["a circle of 300 with 30 each"], share(fmt.Sprint("person-", i), at(i), 1))
	}
	for level := range 30 {
		for i := range 10 {
			for j := range 10 {
				shapes["10 to the 30th chains"] = append(shapes["10 to the 30th chains"], share(fmt.Sprint("l", level+1, "-", j), layer(level, i), 10))
			}
		}
	}
	for j := range 10 {
		shapes["10 to the 30th chains"] = append(shapes["10 to the 30th chains"], share("person-0", fmt.Sprint("l30-", j), 100))
	}
	return shapes
}

func at(i int) string {
	if i == 0 {
		return "target"
	}
	return fmt.Sprint("c", i)
}

func layer(level, i int) string {
	if level == 0 {
		return "target"
	}
	return fmt.Sprint("l", level, "-", i)
}

// TestHostileShapes gives each shape a time that is far above what it takes, since machines are slow and busy.
func TestHostileShapes(t *testing.T) {
	for name, interests := range hostile() {
		b := ownership.NewBook()
		for i := range 20_000 {
			b.AddParty(spoor.Party{ID: fmt.Sprint("person-", i), Kind: spoor.Person})
		}
		for _, i := range interests {
			if err := b.AddInterest(i); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		r, err := b.Owners("target", ownership.Options{MaxDepth: 100_000})
		took := time.Since(start)
		if err != nil || took > time.Minute {
			t.Errorf("%s: %v, %v", name, took, err)
			continue
		}
		t.Logf("%s: %v, %d parties, %d owners, %d others, %d left off", name, took.Round(time.Millisecond), r.Parties, len(r.Owners), len(r.Others), r.Left)
	}
}
