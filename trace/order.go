package trace

import (
	"cmp"
	"slices"
	"sort"

	"spoor"
	"spoor/graph"
)

// order is the graph's payments by time and then arrival. Most data arrives in
// order and needs no list.
type order struct {
	g     *graph.Graph
	first graph.Ref
	n     int
	refs  []graph.Ref // nil when the rows are in order
}

func newOrder(g *graph.Graph) *order {
	first, _ := g.Span()
	o := &order{g: g, first: first, n: g.Len()}
	for i := 1; i < o.n && o.refs == nil; i++ {
		if o.time(i) < o.time(i-1) {
			o.sort()
		}
	}
	return o
}

func (o *order) sort() {
	o.refs = make([]graph.Ref, o.n)
	for i := range o.refs {
		o.refs[i] = o.first + graph.Ref(i)
	}
	slices.SortStableFunc(o.refs, func(a, b graph.Ref) int { return cmp.Compare(o.g.Time(a), o.g.Time(b)) })
}

func (o *order) at(i int) graph.Ref {
	if o.refs != nil {
		return o.refs[i]
	}
	return o.first + graph.Ref(i)
}

func (o *order) time(i int) spoor.Instant { return o.g.Time(o.at(i)) }

// between returns the places of the payments at times in [since, until]; 0 is
// no bound.
func (o *order) between(since, until spoor.Instant) (lo, hi int) {
	hi = o.n
	if since != 0 {
		lo = sort.Search(o.n, func(i int) bool { return o.time(i) >= since })
	}
	if until != 0 {
		hi = sort.Search(o.n, func(i int) bool { return o.time(i) > until })
	}
	return lo, max(lo, hi)
}
