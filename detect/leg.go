package detect

import (
	"fmt"
	"math"

	"spoor"
	"spoor/graph"
)

// legStats is what is known of the hops of a signal together.
type legStats struct {
	bans     float64
	standing int           // legs whose payments repeat between the same accounts
	gap      spoor.Instant // mean rest of the money between in and out
	kept     float64       // share of the amount that stayed behind, mean
}

// legs measures hops against the traffic of the accounts they pass.
func (n *normal) legs(legs []leg) (st legStats) {
	for _, l := range legs {
		_, through := n.g.Ends(l.in)
		gap := n.g.Time(l.out) - n.g.Time(l.in)
		in, out := float64(n.g.Value(l.in)), float64(n.g.Value(l.out))
		b := n.hop(through, max(gap, -gap), math.Log(out/in))
		if n.standing(l.in) || n.standing(l.out) {
			st.standing++
			b = 0
		}
		st.bans += b
		st.gap += max(gap, -gap)
		st.kept += 1 - out/in
	}
	if k := len(legs); k > 0 {
		st.gap /= spoor.Instant(k)
		st.kept /= float64(k)
	}
	return st
}

// standing reports whether a payment is one of a row between its two accounts:
// at least two others in the same direction on other days.
func (n *normal) standing(r graph.Ref) bool {
	from, to := n.g.Ends(r)
	day := n.g.Time(r) / spoor.Day
	others := 0
	edges := n.g.Out(from, 0, n.g.Newest())
	peer := to
	if in := n.g.In(to, 0, n.g.Newest()); len(in) < len(edges) {
		edges, peer = in, from
	}
	for _, e := range edges {
		if e.Peer() == peer && spoor.Instant(e.Time)/spoor.Day != day {
			if others++; others == 2 {
				return true
			}
		}
	}
	return false
}

func (st legStats) words() string {
	s := fmt.Sprintf("the money rests %s at each stop on average", spoor.Span(st.gap))
	if st.kept > 0.005 {
		s += fmt.Sprintf(", where %.0f %% of it stays behind", 100*st.kept)
	}
	if st.standing > 0 {
		s += fmt.Sprintf("; %d of its hops are between accounts that pay each other regularly", st.standing)
	}
	return s
}

// route names the accounts of a trail in order.
func (n *normal) route(legs []leg) string {
	from, to := n.g.Ends(legs[0].in)
	s := n.g.AccountID(from).String() + " → " + n.g.AccountID(to).String()
	for _, l := range legs {
		_, to := n.g.Ends(l.out)
		s += " → " + n.g.AccountID(to).String()
	}
	return s
}
