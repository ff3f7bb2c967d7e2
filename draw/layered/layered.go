// Package layered lays out directed graphs in columns: cycles broken in the
// order in which links are given, columns by longest path, few crossings, no
// overlaps, straight long links. It knows no noun of ours: boxes have heights,
// links have thickness. The same input always gives the same layout.
//
// The method is that of Sugiyama, Tagawa, Toda, "Methods for Visual
// Understanding of Hierarchical System Structures" (1981), with ports as wide
// as their links, so that it serves Sankey diagrams too.
package layered

import "math"

// Graph is a layout in the making: call [New], give the boxes and links their
// sizes, then [Graph.Order] and [Graph.Place].
type Graph struct {
	Boxes  []Box // those of the nodes first, then the passages
	Links  []Link
	Cols   [][]int // boxes of each column, from the top
	Topped bool    // ports begin at the top of a box's H instead of being centred
}

// Box is a node, or a passage: a place in a column that a long link runs
// through. Lengths share one unit, say pixels.
type Box struct {
	Passage           bool
	Col, Pos          int     // column, and place in it from the top
	X, Y, W, H        float64 // left, centre, size
	Up, Down          float64 // room kept above and below the centre
	Ins, Outs         []int   // links towards higher columns, in drawing order
	BackIns, BackOuts []int   // links towards lower columns
	Selfs             []int   // links from the box to itself
	OffIn, OffOut     float64 // top of the first port, from the centre
}

// Link goes from box to box.
type Link struct {
	From, To int
	Thick    float64   // room that it takes at a port
	Path     []int     // boxes from From to To with the passages between; nil unless columns rise
	Ys       []float64 // height at each box of Path, or at both ends without one
	Lane     Lane      // of a link without Path
}

// Back reports that a link runs to a lower column or stays in its own.
func (l *Link) Back() bool { return l.Path == nil && l.From != l.To }

// New makes a graph of nodes in the given columns and links between them.
func New(cols []int, links [][2]int) *Graph {
	g := &Graph{Boxes: make([]Box, len(cols)), Links: make([]Link, len(links))}
	for i, c := range cols {
		g.Boxes[i].Col = c
	}
	for i, l := range links {
		g.Links[i] = Link{From: l[0], To: l[1]}
		from, to := &g.Boxes[l[0]], &g.Boxes[l[1]]
		switch {
		case l[0] == l[1]:
			from.Selfs = append(from.Selfs, i)
		case from.Col >= to.Col:
			from.BackOuts = append(from.BackOuts, i)
			to.BackIns = append(to.BackIns, i)
		default:
			g.Links[i].Path = g.passages(i, &g.Links[i])
		}
	}
	last := -1
	for i := range g.Boxes {
		last = max(last, g.Boxes[i].Col)
	}
	g.Cols = make([][]int, last+1)
	for i := range g.Boxes {
		b := &g.Boxes[i]
		b.Pos = len(g.Cols[b.Col])
		g.Cols[b.Col] = append(g.Cols[b.Col], i)
	}
	return g
}

// passages makes the way of link i from column to column.
func (g *Graph) passages(i int, l *Link) []int {
	path := []int{l.From}
	for c := g.Boxes[l.From].Col + 1; c < g.Boxes[l.To].Col; c++ {
		path = append(path, len(g.Boxes))
		g.Boxes = append(g.Boxes, Box{Col: c, Passage: true})
	}
	path = append(path, l.To)
	for k, b := range path {
		if k > 0 {
			g.Boxes[b].Ins = append(g.Boxes[b].Ins, i)
		}
		if k < len(path)-1 {
			g.Boxes[b].Outs = append(g.Boxes[b].Outs, i)
		}
	}
	return path
}

// Columns gives each of n nodes its column: the longest way to it along links
// (from, to). Links come in order of importance, and one that closes a cycle
// with earlier ones does not count. A node without a way to it stands just
// before the nearest that it leads to, or in column 0 if first says so.
func Columns(n int, links [][2]int, first func(node int) bool) []int {
	level := make([]int, n)
	outs := make([][]int, n)
	entered := make([]bool, n)
	seen := make([]int, n)
	// reaches looks for a way from v to u; only levels up to u's can lie on it,
	// because every link taken so far goes up.
	var stack []int
	reaches := func(v, u, stamp int) bool {
		stack = append(stack[:0], v)
		for len(stack) > 0 {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if v == u {
				return true
			}
			if seen[v] == stamp || level[v] >= level[u] {
				continue
			}
			seen[v] = stamp
			stack = append(stack, outs[v]...)
		}
		return false
	}
	for i, l := range links {
		u, v := l[0], l[1]
		if u == v || level[v] <= level[u] && reaches(v, u, i+1) {
			continue
		}
		outs[u] = append(outs[u], v)
		entered[v] = true
		raise(level, outs, v, level[u]+1)
	}
	for u := range level {
		if entered[u] || len(outs[u]) == 0 || first(u) {
			continue
		}
		nearest := math.MaxInt
		for _, v := range outs[u] {
			nearest = min(nearest, level[v])
		}
		level[u] = nearest - 1
	}
	return level
}

// raise lifts v to at least a level, and what follows it above it.
func raise(level []int, outs [][]int, v, to int) {
	type lift struct{ v, to int }
	todo := []lift{{v, to}}
	for len(todo) > 0 {
		l := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if level[l.v] >= l.to {
			continue
		}
		level[l.v] = l.to
		for _, w := range outs[l.v] {
			todo = append(todo, lift{w, l.to + 1})
		}
	}
}
