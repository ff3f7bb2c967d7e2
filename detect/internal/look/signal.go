package look

import (
	"slices"

	"spoor"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// Signal is one observation of a detector: a typology at an anchor, with the
// exact payments that make it.
type Signal struct {
	Typology spoor.Typology
	Anchor   [2]graph.Account // the account or pair that it turns on; the second is Outside where there is one
	Refs     []graph.Ref      // all payments, in order of time
	Moved    []graph.Ref      // those whose sum is the money that the scheme moved, counted once
	Legs     []usual.Leg      // the matched hops in it, where the shape is made of hops
	N, M     int              // sizes of the shape: what they count is the detector's own
	Amount   float64          // a sum in euro, where the detector needs one
	Last     spoor.Instant    // of the latest payment
	Bans     float64          // what chance makes of it, at the time of the last look
}

// Key identifies a signal while it grows.
type Key struct {
	typology spoor.Typology
	a, b     graph.Account
}

// Key returns what the signal goes by.
func (s *Signal) Key() Key { return Key{s.Typology, s.Anchor[0], s.Anchor[1]} }

// Sort puts payments in order of time, then arrival, each once.
func Sort(g *graph.Graph, refs []graph.Ref) []graph.Ref {
	slices.SortFunc(refs, func(a, b graph.Ref) int {
		if d := g.Time(a) - g.Time(b); d != 0 {
			return int(d)
		}
		return int(int32(a - b))
	})
	return slices.Compact(refs)
}

// Overlap reports whether two signals have a payment in common.
func (s *Signal) Overlap(o *Signal) bool {
	for i := len(s.Refs) - 1; i >= 0; i-- { // a signal grows at its end
		if slices.Contains(o.Refs, s.Refs[i]) {
			return true
		}
	}
	return false
}

// Forget drops what arrived before a row of the graph and reports whether
// enough is left to speak of.
func (s *Signal) Forget(first graph.Ref) bool {
	gone := func(r graph.Ref) bool { return r.Before(first) }
	if !slices.ContainsFunc(s.Refs, gone) {
		return true
	}
	hops := len(s.Legs)
	s.Refs = slices.DeleteFunc(slices.Clone(s.Refs), gone) // cloned, for Moved may be the same slice
	s.Moved = slices.DeleteFunc(slices.Clone(s.Moved), gone)
	s.Legs = slices.DeleteFunc(s.Legs, func(l usual.Leg) bool { return gone(l.In) || gone(l.Out) })
	return len(s.Refs) > 0 && len(s.Moved) > 0 && (len(s.Legs) > 0 || hops == 0)
}
