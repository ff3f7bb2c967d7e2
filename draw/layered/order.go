package layered

import (
	"cmp"
	"slices"
)

// sweeps is how often the columns are sorted by their neighbours, there and
// back. More rarely helps; the best order seen is kept.
const sweeps = 12

// Order sorts every column so that few links cross.
func (g *Graph) Order() {
	best, crossings := g.saveOrder(), g.crossings()
	for round := 0; round < sweeps && crossings > 0; round++ {
		if round%2 == 0 {
			for c := 1; c < len(g.Cols); c++ {
				g.sortColumn(c, -1)
			}
		} else {
			for c := len(g.Cols) - 2; c >= 0; c-- {
				g.sortColumn(c, +1)
			}
		}
		if n := g.crossings(); n < crossings {
			best, crossings = g.saveOrder(), n
		}
	}
	g.Cols = best
	for _, col := range g.Cols {
		for p, b := range col {
			g.Boxes[b].Pos = p
		}
	}
	g.sortPorts()
}

func (g *Graph) saveOrder() [][]int {
	out := make([][]int, len(g.Cols))
	for c := range g.Cols {
		out[c] = slices.Clone(g.Cols[c])
	}
	return out
}

// sortColumn orders column c by the mean place of each box's neighbours on one
// side; a box without any keeps its place.
func (g *Graph) sortColumn(c, side int) {
	col := g.Cols[c]
	mean := make(map[int]float64, len(col))
	for p, b := range col {
		sum, n := 0.0, 0
		g.neighbours(b, side, func(other int, _ *Link) {
			o := &g.Boxes[other]
			sum += (float64(o.Pos) + 0.5) / float64(len(g.Cols[o.Col]))
			n++
		})
		if n == 0 {
			sum, n = (float64(p)+0.5)/float64(len(col)), 1
		}
		mean[b] = sum / float64(n)
	}
	slices.SortStableFunc(col, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
	for p, b := range col {
		g.Boxes[b].Pos = p
	}
}

// neighbours calls f with the boxes that links of b lead to on one side: -1
// left, +1 right.
func (g *Graph) neighbours(b, side int, f func(other int, l *Link)) {
	list := g.Boxes[b].Ins
	if side > 0 {
		list = g.Boxes[b].Outs
	}
	for _, i := range list {
		f(g.next(i, b, side), &g.Links[i])
	}
}

// next is the box that comes after b on the way of link i, or before it.
func (g *Graph) next(i, b, side int) int {
	l := &g.Links[i]
	return l.Path[g.Boxes[b].Col-g.Boxes[l.From].Col+side]
}

// crossings counts the pairs of links that cross between neighbouring columns:
// inversions, by a Fenwick tree (Barth, Mutzel, Jünger 2004).
func (g *Graph) crossings() (total int) {
	var ends [][2]int
	for c := 0; c+1 < len(g.Cols); c++ {
		ends = ends[:0]
		for _, b := range g.Cols[c] {
			g.neighbours(b, +1, func(other int, _ *Link) {
				ends = append(ends, [2]int{g.Boxes[b].Pos, g.Boxes[other].Pos})
			})
		}
		slices.SortFunc(ends, func(a, b [2]int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) })
		tree := make([]int, len(g.Cols[c+1])+1)
		for seen, e := range ends {
			upTo := 0
			for i := e[1] + 1; i > 0; i &= i - 1 {
				upTo += tree[i]
			}
			total += seen - upTo
			for i := e[1] + 1; i < len(tree); i += i & -i {
				tree[i]++
			}
		}
	}
	return total
}

// sortPorts puts the links of every box in the order of their other ends, so
// that they do not cross on leaving.
func (g *Graph) sortPorts() {
	for b := range g.Boxes {
		byEnd := func(side int) func(i, j int) int {
			return func(i, j int) int {
				return cmp.Or(g.Boxes[g.next(i, b, side)].Pos-g.Boxes[g.next(j, b, side)].Pos, i-j)
			}
		}
		slices.SortFunc(g.Boxes[b].Ins, byEnd(-1))
		slices.SortFunc(g.Boxes[b].Outs, byEnd(+1))
	}
}
