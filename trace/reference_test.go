package trace_test

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/trace"
)

// This file holds the engine against references that are slow and plain. For
// FIFO and LIFO money is tokens, one a minor unit, that are moved one by one
// and remember where they have been. Both directions of a trace are read off
// the same memories, so that the engine's backward run, which reverses time,
// is checked by something that does not.

const (
	outside = "outside"
	cashBox = "cash"
)

// token is one minor unit of money and its life.
type token struct {
	born  string // account, outside or cash
	steps []step
}

type step struct {
	payment  int // place in order
	from, to string
}

// at returns where a token is before the payment at a place.
func (k *token) at(place int) string {
	where := k.born
	for _, s := range k.steps {
		if s.payment < place {
			where = s.to
		}
	}
	return where
}

// openings is the least that keeps every account from going below zero.
func openings(e economy) map[string]int64 {
	net, low := map[string]int64{}, map[string]int64{}
	for _, p := range e {
		net[p.From.String()] -= p.Paid.Amount
		low[p.From.String()] = min(low[p.From.String()], net[p.From.String()])
		net[p.To.String()] += p.Paid.Amount
	}
	need := map[string]int64{}
	for a, v := range low {
		if a != outside {
			need[a] = -v
		}
	}
	return need
}

// live moves tokens through an economy, which is in order. Cash parts from its
// past, except in the payments given.
func live(e economy, lifo bool, given []string) (all []*token) {
	held := map[string][]*token{}
	mint := func(place string) *token {
		k := &token{born: place}
		all = append(all, k)
		return k
	}
	need := openings(e)
	for _, a := range slices.Sorted(maps.Keys(need)) {
		for range need[a] {
			held[a] = append(held[a], mint(a))
		}
	}
	for i, p := range e {
		from, to := p.From.String(), p.To.String()
		var moving []*token
		for range p.Paid.Amount {
			if from == outside {
				moving = append(moving, mint(outside))
				continue
			}
			q := held[from]
			if lifo {
				moving = append(moving, q[len(q)-1])
				held[from] = q[:len(q)-1]
			} else {
				moving = append(moving, q[0])
				held[from] = q[1:]
			}
		}
		if p.Channel == spoor.Cash && from != outside && to != outside && !slices.Contains(given, p.ID) {
			for j, k := range moving { // banknotes have no memory
				k.steps = append(k.steps, step{i, from, cashBox})
				moving[j] = mint(cashBox)
			}
			from = cashBox
		}
		for _, k := range moving {
			k.steps = append(k.steps, step{i, from, to})
			if to != outside {
				held[to] = append(held[to], k)
			}
		}
	}
	return all
}

// want is what a trace has to say, counted.
type want struct {
	traced, left, source int64
	holdings             map[string]int64
	flows                map[string]int64 // by payment id
}

// count reads a trace off the tokens. lo and hi are the places of the payments
// that are followed.
func count(e economy, tokens []*token, lo, hi int, q trace.Query) want {
	w := want{holdings: map[string]int64{}, flows: map[string]int64{}}
	source := map[string]bool{}
	for _, a := range q.From {
		source[a.String()] = true
	}
	for _, k := range tokens {
		steps := slices.DeleteFunc(slices.Clone(k.steps), func(s step) bool { return s.payment < lo || s.payment >= hi })
		here, there := k.at(lo), k.at(hi)
		if q.Backward {
			here, there = there, here
			slices.Reverse(steps)
			for i := range steps {
				steps[i].from, steps[i].to = steps[i].to, steps[i].from
			}
		}
		on := source[here]
		for _, s := range steps {
			if slices.Contains(q.Payments, e[s.payment].ID) {
				on = true
			}
			if on {
				w.flows[e[s.payment].ID]++
			}
			on = on || source[s.to]
		}
		switch {
		case !on:
			continue
		case there == outside || there == cashBox:
			w.left++
		case source[there]:
			w.source++
		default:
			w.holdings[there]++
		}
		w.traced++
	}
	return w
}

// drawQuery asks for payments or accounts at random, with bounds in time.
func drawQuery(t *rapid.T, e economy, m trace.Method) trace.Query {
	q := trace.Query{Method: m, Backward: rapid.Bool().Draw(t, "backward")}
	if rapid.Bool().Draw(t, "bounded") {
		q.Since = spoor.Instant(rapid.IntRange(995, 1010).Draw(t, "since"))
		q.Until = q.Since + spoor.Instant(rapid.IntRange(0, 15).Draw(t, "length"))
	}
	for _, p := range e {
		inside := (q.Since == 0 || p.Time >= q.Since) && (q.Until == 0 || p.Time <= q.Until)
		if inside && rapid.IntRange(0, 4).Draw(t, "given") == 0 {
			q.Payments = append(q.Payments, p.ID)
		}
		if p.From != (spoor.AccountID{}) && rapid.IntRange(0, 15).Draw(t, "source") == 0 {
			q.From = append(q.From, p.From)
		}
	}
	if len(q.From)+len(q.Payments) == 0 {
		q.Payments, q.Since, q.Until = []string{e[0].ID}, 0, 0
	}
	return q
}

// window returns the places of the payments in a query's bounds.
func window(e economy, q trace.Query) (lo, hi int) {
	for _, p := range e {
		if q.Since != 0 && p.Time < q.Since {
			lo++
		}
		if q.Until == 0 || p.Time <= q.Until {
			hi++
		}
	}
	return lo, max(lo, hi)
}

var small = wild{payments: 25, accounts: 5, amounts: []int64{0, 3, 12}, currencies: []spoor.Currency{spoor.EUR}, edge: true}

// TestAgainstTokens compares FIFO and LIFO, forward and backward, with tokens.
func TestAgainstTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := small.draw(t)
		m := rapid.SampledFrom([]trace.Method{trace.FIFO, trace.LIFO}).Draw(t, "method")
		q := drawQuery(t, e, m)
		g := graphOf(t, e)
		got, err := trace.RunAudited(g, nil, q)
		if err != nil {
			t.Fatal(err)
		}
		sorted := e.inOrder()
		lo, hi := window(sorted, q)
		w := count(sorted, live(sorted, m == trace.LIFO, q.Payments), lo, hi, q)
		if g := read(got); fmt.Sprint(g) != fmt.Sprint(w) {
			t.Fatalf("%+v\n got %+v\nwant %+v", q, g, w)
		}
	})
}

// read brings a result into the references' form.
func read(r *trace.Result) want {
	w := want{traced: r.Traced.Amount, left: r.LeftView.Amount, source: r.HeldAtSource.Amount,
		holdings: map[string]int64{}, flows: map[string]int64{}}
	for _, h := range r.Holdings {
		if h.Amount > 0 {
			w.holdings[h.Account] = h.Amount
		}
	}
	for _, f := range r.Flows {
		if f.Amount > 0 {
			w.flows[f.Payment] = f.Amount
		}
	}
	return w
}

// TestMirror: as much of payment p is in payment q forward, as of q in p
// backward.
func TestMirror(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := small.draw(t)
		m := rapid.SampledFrom([]trace.Method{trace.FIFO, trace.LIFO}).Draw(t, "method")
		p := rapid.SampledFrom(e).Draw(t, "p")
		q := rapid.SampledFrom(e).Draw(t, "q")
		part := func(of, in spoor.Payment, backward bool) int64 {
			r, err := trace.Run(graphOf(t, e), nil, trace.Query{Method: m, Payments: []string{of.ID}, Backward: backward})
			if err != nil {
				t.Fatal(err)
			}
			return read(r).flows[in.ID]
		}
		if p.Channel == spoor.Cash || q.Channel == spoor.Cash {
			t.Skip("cash is one payment where it is given and two where it is met")
		}
		if forward, back := part(p, q, false), part(q, p, true); forward != back {
			t.Fatalf("%s in %s: %d forward, %d backward", p.ID, q.ID, forward, back)
		}
	})
}

// fluid is money without smallest unit: the reference for pro rata, and for
// poison with dirty money first.
type fluid struct{ all, dirty *big.Rat }

func zero() *fluid { return &fluid{new(big.Rat), new(big.Rat)} }

// pour runs a trace of given payments over fluid accounts. The economy is in
// order; backward it is reversed here, closing balances being openings.
func pour(e economy, lo, hi int, q trace.Query) (holdings map[string]*big.Rat, left, traced *big.Rat, exposed map[string]bool) {
	held := map[string]*fluid{}
	account := func(a string) *fluid {
		if held[a] == nil {
			held[a] = zero()
		}
		return held[a]
	}
	for a, v := range openings(e) {
		account(a).all.SetInt64(v)
	}
	before := e[:lo]
	if q.Backward {
		before = e[:hi]
	}
	for _, p := range before {
		x := new(big.Rat).SetInt64(p.Paid.Amount)
		account(p.From.String()).all.Sub(account(p.From.String()).all, x)
		account(p.To.String()).all.Add(account(p.To.String()).all, x)
	}
	run := slices.Clone(e[lo:hi])
	if q.Backward {
		slices.Reverse(run)
	}
	left, traced, exposed = new(big.Rat), new(big.Rat), map[string]bool{}
	for _, p := range run {
		if p.Paid.Amount == 0 {
			continue
		}
		from, to := p.From.String(), p.To.String()
		if q.Backward {
			from, to = to, from
		}
		x := new(big.Rat).SetInt64(p.Paid.Amount)
		dirty := new(big.Rat)
		if f := account(from); from != outside {
			if q.Method == trace.ProRata {
				dirty.Mul(f.dirty, new(big.Rat).Quo(x, f.all))
			} else if dirty.Set(f.dirty); dirty.Cmp(x) > 0 {
				dirty.Set(x)
			}
			f.all.Sub(f.all, x)
			f.dirty.Sub(f.dirty, dirty)
		}
		suspect := exposed[from]
		given := slices.Contains(q.Payments, p.ID)
		if p.Channel == spoor.Cash && to != outside && !given {
			left.Add(left, dirty)
			dirty, suspect = new(big.Rat), false
		}
		if given {
			traced.Add(traced, new(big.Rat).Sub(x, dirty))
			dirty.Set(x)
			suspect = true
		}
		if to == outside {
			left.Add(left, dirty)
			continue
		}
		t := account(to)
		t.all.Add(t.all, x)
		t.dirty.Add(t.dirty, dirty)
		exposed[to] = exposed[to] || suspect
	}
	holdings = map[string]*big.Rat{}
	for a, f := range held {
		if f.dirty.Sign() > 0 && a != outside {
			holdings[a] = f.dirty
		}
	}
	return holdings, left, traced, exposed
}

// TestAgainstFluid compares pro rata (to a minor unit a payment: rounding) and
// poison (exactly) with fluid money, and who is exposed with reachability.
func TestAgainstFluid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := small
		w.amounts = []int64{0, 20, 100_000}
		e := w.draw(t)
		m := rapid.SampledFrom([]trace.Method{trace.ProRata, trace.Poison}).Draw(t, "method")
		q := drawQuery(t, e, m)
		if q.From = nil; q.Payments == nil {
			t.Skip("accounts only")
		}
		got, err := trace.RunAudited(graphOf(t, e), nil, q)
		if err != nil {
			t.Fatal(err)
		}
		sorted := e.inOrder()
		lo, hi := window(sorted, q)
		holdings, left, traced, exposed := pour(sorted, lo, hi, q)
		near := func(what string, got int64, want *big.Rat) {
			if want == nil {
				want = new(big.Rat)
			}
			diff := new(big.Rat).Sub(new(big.Rat).SetInt64(got), want)
			slack := new(big.Rat)
			if m == trace.ProRata {
				slack.SetInt64(int64(len(e)))
			}
			if diff.Abs(diff).Cmp(slack) > 0 {
				t.Fatalf("%s %+v: got %d, want %s", what, q, got, want.FloatString(2))
			}
		}
		near("traced", got.Traced.Amount, traced)
		near("left view", got.LeftView.Amount, left)
		r := read(got)
		for a := range exposed {
			near(a, r.holdings[a], holdings[a])
		}
		for _, h := range got.Holdings {
			if m == trace.Poison && !exposed[h.Account] {
				t.Fatalf("%s is exposed", h.Account)
			}
			near(h.Account, h.Amount, holdings[h.Account])
			delete(exposed, h.Account)
		}
		for a, is := range exposed {
			if m == trace.Poison && is {
				t.Fatalf("%s is not exposed", a)
			}
		}
	})
}

// TestPoisonMirror: q is exposed by p forward when p is by q backward.
func TestPoisonMirror(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := small.draw(t)
		p := rapid.SampledFrom(e).Draw(t, "p")
		q := rapid.SampledFrom(e).Draw(t, "q")
		if p.Channel == spoor.Cash || q.Channel == spoor.Cash {
			t.Skip("cash")
		}
		exposes := func(of, in spoor.Payment, backward bool) bool {
			r, err := trace.Run(graphOf(t, e), nil, trace.Query{Method: trace.Poison, Payments: []string{of.ID}, Backward: backward})
			if err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(r.Flows, func(f trace.Flow) bool { return f.Payment == in.ID })
		}
		if forward, back := exposes(p, q, false), exposes(q, p, true); forward != back {
			t.Fatalf("%s exposes %s: %v forward, %v backward", p.ID, q.ID, forward, back)
		}
	})
}
