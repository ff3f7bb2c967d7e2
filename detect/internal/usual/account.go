package usual

import (
	"math"

	"spoor"
	"spoor/graph"
)

// In returns all that an account received in the window, in order of time.
func (t *Traffic) In(a graph.Account) []graph.Edge { return t.Graph.In(a, 0, t.Graph.Newest()) }

// Out returns all that an account paid in the window, in order of time.
func (t *Traffic) Out(a graph.Account) []graph.Edge { return t.Graph.Out(a, 0, t.Graph.Newest()) }

// many is where counting the transfers of an account stops: it is a hub, and
// how large a one changes little.
const many = 1000

// Paid counts the transfers that an account made, to at most 1000.
func (t *Traffic) Paid(a graph.Account) int { return Transfers(t.Out(a), many) }

// Received counts the transfers that an account got, to at most 1000.
func (t *Traffic) Received(a graph.Account) int { return Transfers(t.In(a), many) }

// Alone reports whether an account has no transfer but one.
func (t *Traffic) Alone(a graph.Account) bool {
	n := Transfers(t.In(a), 2)
	return n+Transfers(t.Out(a), 2-n) <= 1
}

// Transfers counts transfers among edges, up to a limit.
func Transfers(edges []graph.Edge, limit int) (n int) {
	if len(edges) > mostCounted {
		edges = edges[len(edges)-mostCounted:]
	}
	for _, e := range edges {
		if e.Channel().Transfer() {
			if n++; n >= limit {
				break
			}
		}
	}
	return n
}

// mostCounted is how many of an account's latest payments are looked at to count
// its transfers: a till that sees thousands of card payments is not counted anew
// for each.
const mostCounted = 1024

// Standing reports whether a payment is one of a row between its two accounts:
// at least two others in the same direction on other days.
func (t *Traffic) Standing(r graph.Ref) bool {
	from, to := t.Graph.Ends(r)
	day := t.Graph.Time(r) / spoor.Day
	edges, peer := t.Out(from), to
	if in := t.In(to); len(in) < len(edges) {
		edges, peer = in, from
	}
	others := 0
	for _, e := range edges {
		if e.Peer() == peer && spoor.Instant(e.Time)/spoor.Day != day {
			if others++; others == 2 {
				return true
			}
		}
	}
	return false
}

// logValue is the natural logarithm of a payment's value in euro.
func (t *Traffic) logValue(r graph.Ref) float64 {
	return math.Log(max(0.01, float64(t.Graph.Value(r))))
}

// Deviation is how much payments differ in size: the standard deviation of the
// natural logarithms of their values.
func (t *Traffic) Deviation(refs []graph.Ref) float64 {
	var sizes Spread
	for _, r := range refs {
		sizes.Add(t.logValue(r))
	}
	return sizes.Deviation()
}
