package trace

import (
	"slices"

	"spoor/graph"
)

// trail remembers how traced money moved, as a network whose nodes are
// payments that carried traced money, pools in which money of several payments
// was joined, and source accounts. Nodes are numbered in the order in which
// they arose, so that every link runs from a lower number to a higher one.
type trail struct {
	nodes  []node
	links  []link // those into node k end at nodes[k].links
	limit  int    // of links; negative remembers none
	full   bool   // the limit was reached
	joined int    // times an account held too many parcels
}

type node struct {
	amount  int64 // what passed it, in the unit
	fresh   int64 // part of amount that began here
	links   int
	ref     graph.Ref
	hops    int32 // fewest payments from a source to here
	payment bool  // else a pool or a source
}

// link says that money passed from one node to the next.
type link struct {
	amount int64
	from   int32
}

// add appends a node whose links have been appended.
func (t *trail) add(n node) int32 {
	n.links = len(t.links)
	t.nodes = append(t.nodes, n)
	return int32(len(t.nodes) - 1)
}

func (t *trail) link(from int32, amount int64) {
	switch {
	case t.limit < 0 || t.full || amount == 0:
	case len(t.links) >= t.limit:
		t.full = true
	default:
		t.links = append(t.links, link{amount, from})
	}
}

// carry adds a payment that carries pieces, of which fresh began with it.
// It is as many hops from a source as stated, or fewer by a piece.
func (t *trail) carry(ref graph.Ref, pieces []piece, fresh int64, hops int32) int32 {
	n := node{ref: ref, fresh: fresh, amount: fresh, payment: true, hops: hops}
	for _, p := range pieces {
		if p.origin >= 0 {
			t.link(p.origin, p.traced)
			n.amount += p.traced
			n.hops = min(n.hops, t.nodes[p.origin].hops+1)
		}
	}
	return t.add(n)
}

// mix adds money to a parcel.
func (t *trail) mix(p *parcel, in piece) {
	have := p.traced()
	p.origin = t.pool(p.origin, have, in.origin, in.traced)
	p.left += in.size
	p.whole, p.money = p.left, have+in.traced
}

// pool returns the node where money of two origins lies together.
func (t *trail) pool(a int32, ofA int64, b int32, ofB int64) int32 {
	if a == b {
		return a
	}
	hops := min(t.nodes[a].hops, t.nodes[b].hops)
	if t.limit < 0 || t.full { // nobody will ask which of the two it was
		if t.nodes[a].hops == hops {
			return a
		}
		return b
	}
	t.link(a, ofA)
	t.link(b, ofB)
	return t.add(node{amount: ofA + ofB, hops: hops})
}

// end is money at a node on its way to where it lies, or out of view.
type end struct {
	node   int32
	amount int64
	place  string // of Path.End
}

// route is a path through the trail, from its source on.
type route struct {
	amount int64
	nodes  []int32 // payments only
	place  string
}

// widest takes the trail apart into the n paths that carry most, each the one
// of largest bottleneck in what the others left. It spends the trail.
func (t *trail) widest(ends []end, n int) (routes []route) {
	best := make([]int64, len(t.nodes)) // the most that one path brings to a node
	via := make([]int, len(t.nodes))    // the link by which; -1 where it begins
	for len(routes) < n {
		t.measure(best, via)
		chosen, most := -1, int64(0)
		for i, e := range ends {
			if w := min(best[e.node], e.amount); w > most {
				chosen, most = i, w
			}
		}
		if chosen < 0 {
			break
		}
		ends[chosen].amount -= most
		if r := t.follow(ends[chosen], most, via); len(r.nodes) > 0 { // else it never left its source
			routes = append(routes, r)
		}
	}
	return routes
}

func (t *trail) measure(best []int64, via []int) {
	at := 0
	for k := range t.nodes {
		n := &t.nodes[k]
		b, v := n.fresh, -1
		for ; at < n.links; at++ {
			if w := min(best[t.links[at].from], t.links[at].amount); w > b {
				b, v = w, at
			}
		}
		best[k], via[k] = b, v
	}
}

// follow walks a path back from its end, taking its amount out of the trail.
func (t *trail) follow(e end, amount int64, via []int) route {
	r := route{amount: amount, place: e.place}
	for k := e.node; ; {
		if t.nodes[k].payment {
			r.nodes = append(r.nodes, k)
		}
		v := via[k]
		if v < 0 {
			t.nodes[k].fresh -= amount
			break
		}
		t.links[v].amount -= amount
		k = t.links[v].from
	}
	slices.Reverse(r.nodes)
	return r
}
