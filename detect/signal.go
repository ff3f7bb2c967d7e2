package detect

import (
	"slices"

	"spoor"
	"spoor/graph"
)

// signal is one observation of a detector: a typology at an anchor, with the
// exact payments that make it.
type signal struct {
	typology spoor.Typology
	anchor   [2]graph.Account // the account or pair that it turns on; second is Outside where there is one
	refs     []graph.Ref      // all payments, in order of time
	moved    []graph.Ref      // those whose sum is the money that the scheme moved, counted once
	legs     []leg            // the matched hops in it, where the shape is made of hops
	n, m     int              // sizes of the shape: what they count is the detector's own
	amount   float64          // a sum in euro, where the detector needs one
	last     spoor.Instant
	bans     float64 // what chance makes of it, at the time of the last look
}

// leg is a hop of money through an account: what came in and what went out.
type leg struct {
	in, out graph.Ref
}

// key identifies a signal while it grows.
type key struct {
	typology spoor.Typology
	a, b     graph.Account
}

func (s *signal) key() key { return key{s.typology, s.anchor[0], s.anchor[1]} }

// sortRefs puts payments in order of time, then arrival, each once.
func sortRefs(g *graph.Graph, refs []graph.Ref) []graph.Ref {
	slices.SortFunc(refs, func(a, b graph.Ref) int {
		if d := g.Time(a) - g.Time(b); d != 0 {
			return int(d)
		}
		return int(int32(a - b))
	})
	return slices.Compact(refs)
}
