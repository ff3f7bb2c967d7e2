package layered

import "math"

// rounds of the placement; each moves every column towards its neighbours on
// the left, on the right, and on both sides.
const rounds = 8

// Place gives every box its y: as near as the order and the room of the boxes
// allow to where its links are straight. Boxes need h, up, down and links
// thick; order comes before. It returns the height of the whole.
func (g *Graph) Place(gap float64) float64 {
	for _, col := range g.Cols {
		g.stack(col, gap)
	}
	g.ports()
	n := len(g.Cols)
	for range rounds {
		for c := 1; c < n; c++ {
			g.relax(g.Cols[c], gap, -1)
		}
		for c := n - 2; c >= 0; c-- {
			g.relax(g.Cols[c], gap, +1)
		}
		for c := range n {
			g.relax(g.Cols[c], gap, -1, +1)
		}
	}
	top, bottom := math.Inf(1), math.Inf(-1)
	for i := range g.Boxes {
		b := &g.Boxes[i]
		top, bottom = min(top, b.Y-b.Up), max(bottom, b.Y+b.Down)
	}
	if len(g.Boxes) == 0 {
		return 0
	}
	for i := range g.Boxes {
		g.Boxes[i].Y -= top
	}
	g.anchors()
	return bottom - top
}

// stack puts a column's boxes one under the other around height 0.
func (g *Graph) stack(col []int, gap float64) {
	total := -gap
	for _, i := range col {
		total += g.Boxes[i].Up + g.Boxes[i].Down + gap
	}
	y := -total / 2
	for _, i := range col {
		b := &g.Boxes[i]
		b.Y = y + b.Up
		y += b.Up + b.Down + gap
	}
}

// ports finds where on each box the links begin and end: stacked in drawing
// order around the centre, links against the order of columns at the bottom.
func (g *Graph) ports() {
	for i := range g.Boxes {
		b := &g.Boxes[i]
		b.OffIn = -g.Thickness(b.Ins, b.BackIns, b.Selfs) / 2
		b.OffOut = -g.Thickness(b.Outs, b.BackOuts, b.Selfs) / 2
		if g.Topped && !b.Passage {
			b.OffIn, b.OffOut = -b.H/2, -b.H/2
		}
	}
}

func (g *Graph) Thickness(lists ...[]int) (sum float64) {
	for _, list := range lists {
		for _, i := range list {
			sum += g.Links[i].Thick
		}
	}
	return sum
}

// relax moves a column to where the links of the given sides are straightest,
// keeping order and distances: weighted least squares under y[i+1] >= y[i] +
// room, solved exactly by pooling adjacent violators (Ayer et al. 1955).
func (g *Graph) relax(col []int, gap float64, sides ...int) {
	type pool struct {
		sum, weight float64 // of wanted places, less the room above
		n           int
	}
	var pools []pool
	above := 0.0
	offsets := make([]float64, len(col))
	for p, i := range col {
		if p > 0 {
			above += g.Boxes[col[p-1]].Down + gap + g.Boxes[i].Up
		}
		offsets[p] = above
		y, weight := g.wanted(i, sides)
		pools = append(pools, pool{(y - above) * weight, weight, 1})
		for k := len(pools) - 1; k > 0; k-- {
			a, b := &pools[k-1], pools[k]
			if a.sum/a.weight <= b.sum/b.weight {
				break
			}
			a.sum, a.weight, a.n = a.sum+b.sum, a.weight+b.weight, a.n+b.n
			pools = pools[:k]
		}
	}
	p := 0
	for _, q := range pools {
		for range q.n {
			g.Boxes[col[p]].Y = q.sum/q.weight + offsets[p]
			p++
		}
	}
}

// wanted is where box i would stand if it were alone, and how much that
// matters: passages matter most, because a long link should be straight.
func (g *Graph) wanted(i int, sides []int) (y, weight float64) {
	b := &g.Boxes[i]
	for _, side := range sides {
		mine, theirs := b.OffIn, func(o *Box) float64 { return o.OffOut }
		list := b.Ins
		if side > 0 {
			mine, theirs, list = b.OffOut, func(o *Box) float64 { return o.OffIn }, b.Outs
		}
		for _, k := range list {
			l := &g.Links[k]
			other := g.next(k, i, side)
			o := &g.Boxes[other]
			w := 1 + l.Thick
			if b.Passage && o.Passage {
				w *= 8
			}
			y += w * (o.Y + theirs(o) + g.before(k, other, -side) - mine)
			weight += w
			mine += l.Thick
		}
	}
	if weight == 0 {
		return b.Y, 0.01
	}
	return y / weight, weight
}

// before is the thickness of the links ahead of link k on one side of box b.
func (g *Graph) before(k, b, side int) (sum float64) {
	list := g.Boxes[b].Ins
	if side > 0 {
		list = g.Boxes[b].Outs
	}
	for _, i := range list {
		if i == k {
			break
		}
		sum += g.Links[i].Thick
	}
	return sum
}

// anchors writes down the centre of every link's port at every box it touches.
func (g *Graph) anchors() {
	for i := range g.Links {
		l := &g.Links[i]
		l.Ys = make([]float64, max(len(l.Path), 2))
	}
	for i := range g.Boxes {
		b := &g.Boxes[i]
		in, out := b.Y+b.OffIn, b.Y+b.OffOut
		step := func(y *float64, k, at int) {
			l := &g.Links[k]
			l.Ys[at] = *y + l.Thick/2
			*y += l.Thick
		}
		for _, k := range b.Ins {
			step(&in, k, b.Col-g.Boxes[g.Links[k].From].Col)
		}
		for _, k := range b.Outs {
			step(&out, k, b.Col-g.Boxes[g.Links[k].From].Col)
		}
		for _, k := range b.BackIns {
			step(&in, k, 1)
		}
		for _, k := range b.BackOuts {
			step(&out, k, 0)
		}
		for _, k := range b.Selfs {
			step(&out, k, 0)
			step(&in, k, 1)
		}
	}
}
