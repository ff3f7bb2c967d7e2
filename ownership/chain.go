package ownership

import (
	"container/heap"
	"math"
	"slices"
)

// Chain is one way from a holder down to a party, through others.
type Chain struct {
	Share Range  `json:"share"` // the shares of its steps, multiplied
	Steps []Step `json:"steps"`
}

// Step is one direct stake of a chain.
type Step struct {
	From     Ref      `json:"from"`
	To       Ref      `json:"to"`
	Own      Range    `json:"ownership"`
	Vote     Range    `json:"voting"`
	Means    []string `json:"means"`             // in words: "shares", "trust (settlor)"
	Sources  []string `json:"sources,omitempty"` // statements that say so
	Differ   bool     `json:"contradictory,omitempty"`
	Indirect bool     `json:"indirect,omitempty"` // what is in between is not known
}

// describe makes links a chain.
func (g *graph) describe(way []int32) Chain {
	c := Chain{Share: Exact(100)}
	for _, li := range way {
		l := &g.Links[li]
		c.Share = c.Share.Of(l.Own)
		c.Steps = append(c.Steps, Step{From: g.Ref(l.From), To: g.Ref(l.To), Own: l.Own, Vote: l.Vote, Means: l.Means, Sources: l.Sources, Differ: l.Differ, Indirect: l.Indirect})
	}
	return c
}

// partial is a chain in the making, from the holder down.
type partial struct {
	node  int32
	share float64 // of its steps, as most
	best  float64 // share times the best that can follow
	way   []int32
}

type partials []partial

func (p partials) Len() int           { return len(p) }
func (p partials) Less(i, j int) bool { return p[i].best > p[j].best }
func (p partials) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *partials) Push(x any)        { *p = append(*p, x.(partial)) }
func (p *partials) Pop() any {
	old := *p
	x := old[len(old)-1]
	*p = old[:len(old)-1]
	return x
}

// reach is, for every node, the largest product of shares on a chain from it
// down to a party.
func (g *graph) reach(to int32) []float64 {
	best := make([]float64, len(g.Nodes))
	done := make([]bool, len(g.Nodes))
	best[to] = 1
	queue := &partials{{node: to, best: 1}}
	for queue.Len() > 0 {
		n := heap.Pop(queue).(partial).node
		if done[n] {
			continue
		}
		done[n] = true
		for _, li := range g.In[n] {
			l := &g.Links[li]
			if v := best[n] * weight(l, ownMost); v > best[l.From] {
				best[l.From] = v
				heap.Push(queue, partial{node: l.From, best: v})
			}
		}
	}
	return best
}

// mostTried bounds the search for the chains of one owner.
const mostTried = 2000

// chains are the largest chains without circles between two nodes, at most n.
// With reach to guide it, the search meets them in order of size (Hart, Nilsson
// and Raphael, "A formal basis for the heuristic determination of minimum cost
// paths", 1968). all is true where there are no more.
func (g *graph) chains(from, to int32, reach []float64, n int) (out []Chain, all bool) {
	queue := &partials{{node: from, share: 1, best: reach[from]}}
	for tried := 0; queue.Len() > 0 && len(out) < n && tried < mostTried; tried++ {
		p := heap.Pop(queue).(partial)
		if p.node == to && len(p.way) > 0 {
			out = append(out, g.describe(p.way))
			continue
		}
		for _, li := range g.Out[p.node] {
			l := &g.Links[li]
			best := p.share * weight(l, ownMost) * reach[l.To]
			if best <= 0 || l.To == from || slices.ContainsFunc(p.way, func(w int32) bool { return g.Links[w].To == l.To }) {
				continue
			}
			heap.Push(queue, partial{l.To, p.share * weight(l, ownMost), best, append(slices.Clip(p.way), li)})
		}
	}
	slices.SortStableFunc(out, func(a, b Chain) int { return compare(b.Share, a.Share) })
	return out, queue.Len() == 0
}

// count says how many chains there are from every node down to a party; ok is
// false where circles make that a question without an answer. Parts are those
// of the graph in which it was found, the party's own last.
func (g *graph) count(to int32, parts [][]int32) (out []float64, ok bool) {
	out = make([]float64, len(g.Nodes))
	out[to] = 1
	for _, part := range slices.Backward(parts) {
		if len(part) > 1 {
			return nil, false
		}
		n := part[0]
		for _, li := range g.In[n] {
			l := &g.Links[li]
			if l.From == n {
				return nil, false
			}
			if weight(l, ownMost) > 0 {
				out[l.From] = min(out[l.From]+out[n], math.MaxInt32)
			}
		}
	}
	return out, true
}
