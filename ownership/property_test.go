package ownership_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/ownership"
)

// economy is a random one: d[h][c] is the share of holder h in company c, of
// which the first are companies and the rest persons.
type economy struct {
	companies, persons int
	d                  [][]ownership.Range
}

// drawn makes an economy whose companies may hold each other in any way. The
// shares of a company leave some room, so that no circle is closed.
func drawn(t *rapid.T, exact bool) *economy {
	e := &economy{companies: rapid.IntRange(1, 7).Draw(t, "companies"), persons: rapid.IntRange(1, 4).Draw(t, "persons")}
	n := e.companies + e.persons
	e.d = make([][]ownership.Range, n)
	for h := range e.d {
		e.d[h] = make([]ownership.Range, e.companies)
	}
	for c := range e.companies {
		left := 98
		for h := range n {
			if !rapid.Bool().Draw(t, "holds") {
				continue
			}
			share := rapid.IntRange(0, left).Draw(t, "share")
			left -= share
			r := ownership.Exact(float64(share))
			if !exact && rapid.Bool().Draw(t, "vague") {
				r.Most = float64(rapid.IntRange(share, 100).Draw(t, "most"))
			}
			if r.Most > 0 {
				e.d[h][c] = r
			}
		}
	}
	return e
}

func (e *economy) name(i int) string {
	if i < e.companies {
		return fmt.Sprint("c", i)
	}
	return fmt.Sprint("p", i-e.companies)
}

func (e *economy) book(backwards bool) *ownership.Book {
	b := ownership.NewBook()
	n := e.companies + e.persons
	for i := range n {
		kind := spoor.Organisation
		if i >= e.companies {
			kind = spoor.Person
		}
		b.AddParty(spoor.Party{ID: e.name(i), Kind: kind})
	}
	for k := range n * e.companies {
		if backwards {
			k = n*e.companies - 1 - k
		}
		h, c := k/e.companies, k%e.companies
		if r := e.d[h][c]; r.Most > 0 {
			if err := b.AddInterest(spoor.Interest{Source: fmt.Sprint(k), Holder: e.name(h), Held: e.name(c), Kind: spoor.Shareholding, Least: r.Least, Most: r.Most}); err != nil {
				panic(err)
			}
		}
	}
	return b
}

// series sums up chains by length, as many as it takes: slow, and right.
func series(d [][]float64, companies, target int) []float64 {
	total, now := make([]float64, len(d)), make([]float64, len(d))
	now[target] = 1
	for range 20_000 {
		next, moved := make([]float64, len(d)), 0.0
		for c := range companies {
			for h := range d {
				next[h] += d[h][c] / 100 * now[c]
			}
		}
		for i, v := range next {
			total[i] += v
			if i < companies {
				moved += v
			}
		}
		if moved < 1e-13 {
			break
		}
		now = next
	}
	return total
}

func (e *economy) pick(choose func(ownership.Range) float64) [][]float64 {
	d := make([][]float64, len(e.d))
	for h := range d {
		d[h] = make([]float64, e.companies)
		for c := range d[h] {
			d[h][c] = choose(e.d[h][c])
		}
	}
	return d
}

func owners(t *rapid.T, b *ownership.Book, id string) (*ownership.Result, map[string]ownership.Owner) {
	r, err := b.Owners(id, ownership.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]ownership.Owner{}
	for _, o := range append(append([]ownership.Owner{}, r.Owners...), r.Others...) {
		all[o.ID] = o
	}
	return r, all
}

// TestSharesAreTheSeries compares with the sum over all chains, rounds
// included, and checks that nothing is lost: what persons have and what ends in
// the dark is everything.
func TestSharesAreTheSeries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawn(t, true)
		b := e.book(false)
		want := series(e.pick(func(r ownership.Range) float64 { return r.Least }), e.companies, 0)
		r, all := owners(t, b, "c0")
		sum := 0.0
		for i := e.companies; i < len(e.d); i++ {
			o := all[e.name(i)]
			if math.Abs(o.Own.Least-100*want[i]) > 1e-6 || math.Abs(o.Own.Most-100*want[i]) > 1e-6 {
				t.Fatalf("%s has %v, the series gives %v", e.name(i), o.Own, 100*want[i])
			}
			sum += o.Own.Least
			h, err := b.Holdings(e.name(i), ownership.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range h.Holdings {
				if x.ID == "c0" && (math.Abs(x.Own.Least-o.Own.Least) > 1e-6 || x.Control != o.Control) {
					t.Fatalf("%s: seen from below %v %v, from above %v %v", e.name(i), o.Own, o.Control, x.Own, x.Control)
				}
			}
		}
		dark := 0.0
		for _, end := range r.Ends {
			dark += end.Share.Least
		}
		if math.Abs(sum+dark-100) > float64(e.companies)*.06 || math.Abs(r.Unexplained.Least-(100-sum)) > .06 {
			t.Fatalf("persons %v, dark %v, unexplained %v", sum, dark, r.Unexplained)
		}
	})
}

// TestBoundsHold picks shares within what is stated and compares.
func TestBoundsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawn(t, false)
		_, all := owners(t, e.book(false), "c0")
		d := e.pick(func(r ownership.Range) float64 { return r.Least })
		for c := range e.companies {
			left := 100.0
			for h := range d {
				left -= d[h][c]
			}
			for h := range d {
				more := rapid.Float64Range(0, max(0, min(left, e.d[h][c].Most-d[h][c]))).Draw(t, "more")
				d[h][c], left = d[h][c]+more, left-more
			}
		}
		got := series(d, e.companies, 0)
		for i := e.companies; i < len(d); i++ {
			o := all[e.name(i)]
			if v := 100 * got[i]; v < o.Own.Least-1e-6 || v > o.Own.Most+1e-6 {
				t.Fatalf("%s may have %v, the bounds are %v", e.name(i), v, o.Own)
			}
		}
	})
}

// together is control, or the 50 % rule, from its definition.
func together(d [][]float64, companies int, from map[int]bool, enough func(float64) bool) map[int]bool {
	held := map[int]bool{}
	for h := range from {
		held[h] = true
	}
	for again := true; again; {
		again = false
		for c := range companies {
			sum := 0.0
			for h := range held {
				sum += d[h][c]
			}
			if !held[c] && enough(sum) {
				held[c], again = true, true
			}
		}
	}
	return held
}

func TestControlAndHalves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawn(t, true)
		d := e.pick(func(r ownership.Range) float64 { return r.Least })
		b := e.book(false)
		_, all := owners(t, b, "c0")
		listed, from := map[string]bool{}, map[int]bool{}
		for i := e.companies; i < len(d); i++ {
			held := together(d, e.companies, map[int]bool{i: true}, func(s float64) bool { return s > 50 })
			o := all[e.name(i)]
			if want := held[0] || o.Own.Least > 50+1e-6; o.ID != "" && math.Abs(o.Own.Least-50) > 1e-6 && (o.Control == ownership.Yes) != want {
				t.Fatalf("%s: control %v, want %v", e.name(i), o.Control, want)
			}
			if rapid.Bool().Draw(t, "listed") {
				listed[e.name(i)], from[i] = true, true
			}
		}
		want := together(d, e.companies, from, func(s float64) bool { return s >= 50 })
		got := b.OwnedBy(listed, 0)
		if len(got) != len(want)-len(from) {
			t.Fatalf("owned %v, want %v", got, want)
		}
		for _, o := range got {
			var c int
			fmt.Sscanf(o.ID, "c%d", &c)
			if !want[c] || !o.Half || !o.Certain || o.Share.Least < 50-1e-9 || !listed[o.Chain.Steps[0].From.ID] {
				t.Fatalf("%+v", o)
			}
		}
	})
}

// TestOrderDoesNotMatter reads the same statements backwards.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawn(t, false)
		_, a := owners(t, e.book(false), "c0")
		_, b := owners(t, e.book(true), "c0")
		for id, o := range a {
			p := b[id]
			if math.Abs(o.Own.Least-p.Own.Least) > 1e-6 || math.Abs(o.Own.Most-p.Own.Most) > 1e-6 || o.Control != p.Control || o.Certain != p.Certain || len(o.Grounds) != len(p.Grounds) {
				t.Fatalf("%+v and %+v", o, p)
			}
		}
	})
}

// TestChainsAddUp: without circles, what an owner has is the sum of its chains.
func TestChainsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawn(t, true)
		for h := range e.companies { // holdings go down only
			for c := range e.companies {
				if h <= c {
					e.d[h][c] = ownership.Range{}
				}
			}
		}
		r, err := e.book(false).Owners("c0", ownership.Options{MaxChains: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range append(r.Owners, r.Others...) {
			sum := 0.0
			for i, c := range o.Chains {
				sum += c.Share.Least
				if i > 0 && c.Share.Least > o.Chains[i-1].Share.Least+1e-6 {
					t.Fatal("not in order of size")
				}
			}
			if math.Abs(sum-o.Own.Least) > 1e-6 || o.ChainCount < len(o.Chains) {
				t.Fatalf("%s has %v, its %d of %d chains %v", o.ID, o.Own, len(o.Chains), o.ChainCount, sum)
			}
		}
	})
}
