package usual

import (
	"fmt"
	"math"

	"spoor"
	"spoor/graph"
)

// Leg is a hop of money through an account: what came in and what went out.
type Leg struct{ In, Out graph.Ref }

// Pace is how many transfers a day pass an account on its busier side; beyond
// 256 in the window it is as good as any.
type Pace float64

// Pace measures an account.
func (t *Traffic) Pace(a graph.Account) Pace { return t.PaceOf(t.In(a), t.Out(a)) }

// PaceOf measures an account by its payments in the window.
func (t *Traffic) PaceOf(ins, outs []graph.Edge) Pace {
	const enough = 256
	in := Transfers(ins, enough)
	out := Transfers(outs, enough)
	return Pace((float64(max(in, out)) - 0.5) / t.Days)
}

// Hop says how surprising it is, in bans, that a payment leaves an account of
// some pace within gap of one that came in, and that near to it in size: drift
// is the natural logarithm of their ratio.
func (t *Traffic) Hop(pace Pace, gap spoor.Instant, drift float64) float64 {
	wait := float64(max(gap, 6*spoor.Hour, t.tick)) / float64(spoor.Day)
	// Nearer than 2 % says no more, since round sums and prices meet by themselves.
	near := min(1, t.Near(max(math.Abs(drift), 0.02)))
	return min(3, Bans(-math.Expm1(-float64(pace)*wait)*near))
}

// LegStats is what is known of the hops of a signal together.
type LegStats struct {
	Bans     float64
	standing int           // legs whose payments repeat between the same accounts
	gap      spoor.Instant // mean rest of the money between in and out
	kept     float64       // share of the amount that stayed behind, mean
}

// Legs measures hops against the traffic of the accounts they pass.
func (t *Traffic) Legs(legs []Leg) (st LegStats) {
	for _, l := range legs {
		_, through := t.Graph.Ends(l.In)
		gap := t.Graph.Time(l.Out) - t.Graph.Time(l.In)
		gap = max(gap, -gap)
		in, out := float64(t.Graph.Value(l.In)), float64(t.Graph.Value(l.Out))
		if t.Standing(l.In) || t.Standing(l.Out) {
			st.standing++
		} else {
			st.Bans += t.Hop(t.Pace(through), gap, math.Log(out/in))
		}
		st.gap += gap
		st.kept += 1 - out/in
	}
	if k := len(legs); k > 0 {
		st.gap /= spoor.Instant(k)
		st.kept /= float64(k)
	}
	return st
}

// Words says in a clause how the money passed.
func (st LegStats) Words() string {
	s := fmt.Sprintf("the money rests %s at each stop on average", spoor.Span(st.gap))
	if st.kept > 0.005 {
		s += fmt.Sprintf(", where %.0f %% of it stays behind", 100*st.kept)
	}
	if st.standing > 0 {
		s += fmt.Sprintf("; %d of its hops are between accounts that pay each other regularly", st.standing)
	}
	return s
}

// Route names the accounts that legs pass, in order.
func (t *Traffic) Route(legs []Leg) string {
	from, to := t.Graph.Ends(legs[0].In)
	s := "route: " + t.Graph.AccountID(from).String() + " → " + t.Graph.AccountID(to).String()
	for _, l := range legs {
		_, to := t.Graph.Ends(l.Out)
		s += " → " + t.Graph.AccountID(to).String()
	}
	return s
}
