package ownership

import (
	"spoor/ownership/internal/book"
	"spoor/ownership/internal/flow"
)

// graph is what one question needs to know, with what may be spent on it.
type graph struct {
	*book.Graph
	work int // steps that may still be spent on chains of control
}

func (b *Book) graph(party int32, up bool, o Options) *graph {
	limits := book.Limits{Parties: o.MaxParties, Steps: o.MaxDepth}
	return &graph{b.b.Graph([]int32{party}, up, book.DayOf(o.At), limits), mostWork}
}

// measure chooses a share of a link.
type measure uint8

const (
	ownLeast measure = iota
	ownMost
	voteLeast
	voteMost
)

// weight is a share as a fraction.
func weight(l *book.Link, m measure) float64 {
	switch m {
	case ownLeast:
		return l.Own.Least / 100
	case ownMost:
		return l.Own.Most / 100
	case voteLeast:
		return l.Vote.Least / 100
	}
	return l.Vote.Most / 100
}

// net is the graph as shares flow through it, from held to holder where it goes
// up and from holder to held where it goes down, each link taking its share.
// Nodes in still do not hand on what they get when it goes up, and get nothing
// when it goes down: they are taken as one owner.
func (g *graph) net(m measure, still map[int32]bool) flow.Net {
	net := flow.Net{Nodes: len(g.Nodes)}
	if g.Up {
		net.Next = func(n int32, visit func(int32, float64)) {
			if still[n] {
				return
			}
			for _, l := range g.In[n] {
				if w := weight(&g.Links[l], m); w > 0 {
					visit(g.Links[l].From, w)
				}
			}
		}
		return net
	}
	net.Next = func(n int32, visit func(int32, float64)) {
		for _, l := range g.Out[n] {
			if w := weight(&g.Links[l], m); w > 0 && !still[g.Links[l].To] {
				visit(g.Links[l].To, w)
			}
		}
	}
	return net
}

// flow is what arrives at each node of one unit at each of some: by all chains,
// and any number of rounds of a circle.
func (g *graph) flow(m measure, from []int32, still map[int32]bool) []float64 {
	return g.net(m, still).From(from)
}
