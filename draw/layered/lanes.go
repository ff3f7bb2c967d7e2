package layered

import (
	"cmp"
	"slices"
)

// Lane is the way of a link that runs back: out of its box to the right, down
// to a lane under the picture, left, up, and into the other box, with round
// corners. A link from a box to itself has its lane right under the box.
type Lane struct {
	Y       float64 // of the lane
	Out, In float64 // of the verticals: distance from the boxes' sides
	Radius  float64 // of the corners
}

// corner is the radius of a corner inside a link, beside which nothing has
// room.
const corner = 8.0

// Turns says how far beside their boxes links that run back turn: those of one
// column side by side, with a space between. Links need their Thick.
func (g *Graph) Turns(space float64) {
	out, in := make([]float64, len(g.Cols)), make([]float64, len(g.Cols))
	for i := range g.Links {
		l := &g.Links[i]
		l.Lane.Radius = l.Thick/2 + corner
		if l.From == l.To {
			l.Lane.Out, l.Lane.In = space+l.Lane.Radius, space+l.Lane.Radius
			continue
		}
		if !l.Back() {
			continue
		}
		from, to := g.Boxes[l.From].Col, g.Boxes[l.To].Col
		l.Lane.Out = out[from] + space + l.Lane.Radius
		l.Lane.In = in[to] + space + l.Lane.Radius
		out[from] += space + l.Thick
		in[to] += space + l.Thick
	}
}

// Beside is the room that turning links need right (side +1) or left (-1) of a
// column.
func (g *Graph) Beside(col, side int) (room float64) {
	for _, b := range g.Cols[col] {
		box := &g.Boxes[b]
		list := box.BackOuts
		if side < 0 {
			list = box.BackIns
		}
		for _, i := range slices.Concat(list, box.Selfs) {
			l := &g.Links[i]
			turn := l.Lane.Out
			if side < 0 {
				turn = l.Lane.In
			}
			room = max(room, turn+l.Thick/2+4)
		}
	}
	return room
}

// Under is the room that links from a box to itself need below its last port.
func (g *Graph) Under(b *Box) (room float64) {
	for _, i := range b.Selfs {
		room = max(room, 2*corner+2*g.Links[i].Thick)
	}
	return room
}

// Lanes gives each link that runs back a lane under height, short ones first,
// and returns the height with the lanes. Links whose spans do not meet share a
// lane. It comes after [Graph.Turns] and [Graph.Place].
func (g *Graph) Lanes(height, space float64) float64 {
	var back []int
	for i := range g.Links {
		l := &g.Links[i]
		switch {
		case l.From == l.To:
			l.Lane.Y = max(l.Ys[0], l.Ys[1]) + 2*l.Lane.Radius
		case l.Back():
			back = append(back, i)
		}
	}
	span := func(i int) int { return g.Boxes[g.Links[i].From].Col - g.Boxes[g.Links[i].To].Col }
	slices.SortStableFunc(back, func(a, b int) int { return cmp.Compare(span(a), span(b)) })
	var lanes []lane
	bottom := height
	for _, i := range back {
		l := &g.Links[i]
		// A link turns in the gaps beside its columns, so these must be free as well.
		from, to := g.Boxes[l.To].Col-1, g.Boxes[l.From].Col+1
		k := slices.IndexFunc(lanes, func(n lane) bool { return n.thick >= l.Thick && n.free(from, to) })
		if k < 0 {
			y := max(bottom+space+l.Thick/2, height+2*l.Lane.Radius-l.Thick/2)
			lanes = append(lanes, lane{y: y, thick: l.Thick})
			k = len(lanes) - 1
			bottom = y + l.Thick/2
		}
		lanes[k].spans = append(lanes[k].spans, [2]int{from, to})
		l.Lane.Y = lanes[k].y
	}
	return bottom
}

type lane struct {
	y, thick float64
	spans    [][2]int // columns taken
}

func (n lane) free(from, to int) bool {
	return !slices.ContainsFunc(n.spans, func(o [2]int) bool { return from <= o[1] && o[0] <= to })
}

// Straight is the straight part of the lane of a link that runs back: its left
// and right end, and its height.
func (g *Graph) Straight(l *Link) (left, right, y float64) {
	from, to := &g.Boxes[l.From], &g.Boxes[l.To]
	return to.X - l.Lane.In + l.Lane.Radius, from.X + from.W + l.Lane.Out - l.Lane.Radius, l.Lane.Y
}
