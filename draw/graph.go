package draw

import (
	"fmt"
	"io"
	"math"

	"spoor"
	"spoor/draw/text"
)

// Sizes of a graph, in pixels.
const (
	port       = 30.0 // between links at a box: amount above the line, time below
	bendWidth  = 46.0 // least room in which arrows change height
	boxGap     = 12.0
	boxPadding = 9.0
	maxFan     = 3 // payments between a pair that are drawn apart
)

// Graph draws accounts as boxes and payments as arrows that carry amount and
// time: the subgraph of an alert. More than three payments between a pair are
// one arrow with their number. Columns follow the money as in [Sankey];
// payments back to an earlier column run below. It fails on a flow that is
// inconsistent, and when w does.
func Graph(w io.Writer, f *Flow, o Options) error {
	o = o.withDefaults()
	s, err := newScene(f, o, maxFan)
	if err != nil {
		return err
	}
	g := &graph{scene: s}
	g.layout()
	fr := s.frame(o, "Accounts and payments")
	for i := range s.links {
		if n := s.links[i].Count; n > 1 {
			fr.notes = append(fr.notes, fmt.Sprintf("“%s in %s” on an arrow: %s payments, taken together.", f.compact(s.links[i].Amount), text.Group(n), text.Group(n)))
			break
		}
	}
	fr.width, fr.height = g.width, g.height
	return fr.write(w, g.draw)
}

type graph struct {
	*scene
	width, height float64
	largest       int64
	labels        [][2]string // of the links: amount, time
	gaps          []gap       // right of each column
}

// gap is the room between two columns: arrows run level but for a part in
// which they bend, and labels stand on the level part, on the side where more
// boxes are, so that neither arrows nor labels can cover a label.
type gap struct {
	label, bend0, bend1, end float64 // x where labels begin, where arrows bend, and where the next column begins
}

func (g *graph) layout() {
	for i := range g.links {
		l := &g.links[i]
		l.at.Thick = port
		g.largest = max(g.largest, l.Amount)
		g.labels = append(g.labels, g.linkLabel(l))
	}
	g.Turns(2)
	for _, col := range g.Cols {
		g.size(col)
	}
	g.Order()
	g.height = g.Place(boxGap)
	g.columnsX()
	g.height = g.Lanes(g.height, 2)
}

// linkLabel is the amount in full and the moment of one payment, the rounded
// amount, number and days of several.
func (g *graph) linkLabel(l *link) [2]string {
	if l.Count > 1 {
		return [2]string{g.flow.compact(l.Amount) + " in " + text.Group(l.Count), g.clock.Days(l.Time, l.Last)}
	}
	return [2]string{text.Bare(spoor.Money{Amount: l.Amount, Currency: g.flow.Currency}), g.clock.Moment(l.Time)}
}

func (g *graph) labelWidth(i int) float64 {
	return max(text.Measure(g.labels[i][0], 11*text.Bold), text.Measure(g.labels[i][1], 11))
}

// size gives the boxes of a column their labels, one width, and heights for
// all their arrows.
func (g *graph) size(col []int) {
	nodes := 0
	for _, i := range col {
		if i < len(g.boxes) {
			nodes++
		}
	}
	width := 64.0
	for _, i := range col {
		if i < len(g.boxes) {
			b := &g.boxes[i]
			g.label(b, nodes > denseColumn)
			width = max(width, g.boxWidth(b))
		}
	}
	for _, i := range col {
		b := &g.Boxes[i]
		b.W, b.H = width, port
		if i < len(g.boxes) {
			ports := max(g.Thickness(b.Ins, b.BackIns, b.Selfs), g.Thickness(b.Outs, b.BackOuts, b.Selfs))
			b.H = max(ports+4, lineHeight*float64(len(g.boxes[i].lines))+10)
		}
		b.Up, b.Down = b.H/2, b.H/2+g.Under(b)
	}
}

func (g *graph) label(b *box, dense bool) {
	const limit = 150
	b.lines = []string{text.Fit(b.short(), 12*text.Bold, limit)}
	note := text.Clean(b.Note)
	switch {
	case b.Value > 0:
		note = g.flow.compact(b.Value) + " here" + noteAfter(note)
	case dense:
		return
	}
	if note != "" {
		b.lines = append(b.lines, text.Fit(note, 11, limit))
	}
}

func (g *graph) boxWidth(b *box) float64 {
	w := text.Measure(b.lines[0], 12*text.Bold) + 16
	if len(b.lines) > 1 {
		w = max(w, text.Measure(b.lines[1], 11))
	}
	return w + 2*boxPadding
}

// columnsX puts columns side by side with room for labels between.
func (g *graph) columnsX() {
	labels := make([]float64, len(g.Cols))
	lefts, rights := make([]map[int]bool, len(g.Cols)), make([]map[int]bool, len(g.Cols))
	for c := range g.Cols {
		lefts[c], rights[c] = map[int]bool{}, map[int]bool{}
	}
	for i := range g.links {
		if path := g.links[i].at.Path; path != nil {
			c := g.boxes[path[0]].Col
			labels[c] = max(labels[c], g.labelWidth(i))
			lefts[c][path[0]], rights[c][path[1]] = true, true
		}
	}
	x := 0.0
	for c, col := range g.Cols {
		if c == 0 {
			x = g.Beside(c, -1)
		}
		for _, i := range col {
			g.Boxes[i].X = x
		}
		x += g.Boxes[col[0]].W
		here := gap{bend0: x + g.Beside(c, +1) + 4}
		g.width = max(g.width, x+g.Beside(c, +1))
		if c+1 == len(g.Cols) {
			break
		}
		bend := g.bendRoom(c)
		turn := g.Beside(c+1, -1) + 16 // and an arrowhead
		if len(lefts[c]) > len(rights[c]) {
			here.label = here.bend0
			here.bend0 += labels[c]
			here.bend1 = here.bend0 + bend
			here.end = here.bend1 + turn
		} else {
			here.bend1 = here.bend0 + bend
			here.label = here.bend1
			here.end = here.label + labels[c] + turn
		}
		g.gaps = append(g.gaps, here)
		x = here.end
	}
}

// bendRoom is the width in which the arrows right of column c change height,
// more in a tall picture, where they climb further.
func (g *graph) bendRoom(c int) float64 {
	climb := 0.0
	for i := range g.links {
		if l := g.links[i].at; l.Path != nil {
			if j := c - g.Boxes[l.From].Col; j >= 0 && j+1 < len(l.Path) {
				climb = max(climb, math.Abs(l.Ys[j+1]-l.Ys[j]))
			}
		}
	}
	if climb < 2 {
		return 14
	}
	return max(bendWidth, min(150, 0.25*climb))
}

func (g *graph) draw(p *pen) {
	for i := range g.links {
		g.arrow(p, &g.links[i])
	}
	for i := range g.boxes {
		g.box(p, &g.boxes[i])
	}
	for i := range g.links {
		g.tag(p, i)
	}
}

// arrow draws a link, thicker for more money.
func (g *graph) arrow(p *pen, l *link) {
	width := 1.3
	if g.largest > 0 {
		width += 2 * math.Sqrt(float64(l.Amount)/float64(g.largest))
	}
	way := g.loop(l)
	if l.at.Path != nil {
		way = g.curve(l)
	}
	class := looks[g.tone(l)].class
	p.f(`<g class="sd-link"><title>%v</title><path class="sd-e sd-s-%v" stroke-width="%v" d="%v"/>`, g.tell(l), class, width, way)
	head := 5 + width
	p.f(`<path class="sd-f-%v" d="M%v %vl%v %vv%vz"/></g>`+"\n", class,
		g.boxes[l.To].X, l.at.Ys[len(l.at.Ys)-1], -head*1.3, -head/2, head)
}

// curve is the way of an arrow along its path; it ends under the arrowhead.
func (g *graph) curve(l *link) string {
	var p pen
	path, ys := l.at.Path, l.at.Ys
	start := &g.Boxes[path[0]]
	p.f("M%v %v", start.X+start.W, ys[0])
	for j := 1; j < len(path); j++ {
		gap := &g.gaps[g.Boxes[path[j-1]].Col]
		p.f("H%v", gap.bend0)
		g.bend(&p, gap.bend0, ys[j-1], gap.bend1, ys[j])
	}
	p.f("H%v", g.Boxes[l.To].X-5)
	return p.String()
}

func (g *graph) box(p *pen, b *box) {
	c := looks[b.Kind].class
	top := b.Y - b.H/2
	p.f(`<g><title>%v</title>`, g.tellBox(b))
	edge, dash := 1.2, "none"
	switch b.Kind {
	case Focus, Source, Holding:
		edge = 2
	case Outside:
		dash = "5 3"
	}
	p.f(`<rect class="sd-card sd-s-%v" x="%v" y="%v" width="%v" height="%v" rx="5" stroke-width="%v" stroke-dasharray="%v"/>`,
		c, b.X, top, b.W, b.H, edge, dash)
	y := b.Y - lineHeight*float64(len(b.lines))/2 + 11.5
	p.glyph(b.Kind, b.X+boxPadding+5, y-4)
	p.f(`<text class="sd-b" x="%v" y="%v">%v</text>`, b.X+boxPadding+16, y, b.lines[0])
	if len(b.lines) > 1 {
		p.f(`<text class="sd-m sd-s" x="%v" y="%v">%v</text>`, b.X+boxPadding, y+lineHeight, b.lines[1])
	}
	p.f("</g>\n")
}

// tag puts a link's amount above its line and the time below.
func (g *graph) tag(p *pen, i int) {
	l := &g.links[i]
	label := g.labels[i]
	x, y, anchor := 0.0, 0.0, "start"
	switch {
	case l.at.Path == nil:
		left, right, lane := g.Straight(l.at)
		x, y, anchor = (left+right)/2, lane, "middle"
	default:
		gap := &g.gaps[g.boxes[l.From].Col]
		x, y = gap.label, l.at.Ys[0]
		if gap.label >= gap.bend1 {
			y = l.at.Ys[1]
		}
	}
	p.f(`<text class="sd-s sd-b sd-halo" x="%v" y="%v" text-anchor="%v">%v</text>`, x, y-4, anchor, label[0])
	if label[1] != "" {
		p.f(`<text class="sd-m sd-s sd-halo" x="%v" y="%v" text-anchor="%v">%v</text>`, x, y+11.5, anchor, label[1])
	}
	p.f("\n")
}
