package draw

import (
	"cmp"
	"io"
	"math"
	"slices"

	"spoor/draw/text"
)

// Sizes of a Sankey, in pixels.
const (
	barWidth    = 12.0
	tallest     = 380.0 // all bars of the fullest column together
	tallestBar  = 150.0
	thickestArc = 34.0 // a link that runs back
	nodeGap     = 10.0
	denseColumn = 14 // nodes in a column past which labels have one line
	lineHeight  = 15.0
)

// Sankey draws a flow as ribbons as wide as their amounts, in columns in order
// of the money's steps. Links of the same pair are one ribbon; money that runs
// back to an earlier step, or stays in a cycle, runs below the picture. It
// fails on a flow that is inconsistent, and when w does.
func Sankey(w io.Writer, f *Flow, o Options) error {
	o = o.withDefaults()
	s, err := newScene(f, o, 1)
	if err != nil {
		return err
	}
	k := &sankey{scene: s}
	k.layout()
	fr := s.frame(o, "Flow of money")
	fr.width, fr.height = k.width, k.height
	if s.clock.First != 0 {
		fr.head = 26
	}
	return fr.write(w, k.draw)
}

type sankey struct {
	*scene
	scale         float64 // pixels for a minor unit
	width, height float64
	taken         crowd
}

func (k *sankey) layout() {
	k.Topped = true
	k.setScale()
	k.Turns(5)
	limit := 190.0
	switch n := len(k.Cols); {
	case n > 7:
		limit = 120
	case n > 4:
		limit = 150
	}
	for _, col := range k.Cols {
		k.size(col, limit)
	}
	k.Order()
	k.height = k.Place(nodeGap)
	k.columnsX()
	k.height = k.Lanes(k.height, 8)
}

// setScale makes the fullest column as tall as it may be, unless a single bar
// or a link that runs back would be too thick.
func (k *sankey) setScale() {
	columns := make([]float64, len(k.Cols))
	bar, arc := 0.0, 0.0
	for i := range k.boxes {
		through := float64(k.boxes[i].through())
		columns[k.boxes[i].Col] += through
		bar = max(bar, through)
	}
	for i := range k.links {
		l := &k.links[i]
		if l.at.Path == nil {
			arc = max(arc, float64(l.Amount))
			continue
		}
		for _, b := range l.at.Path[1 : len(l.at.Path)-1] {
			columns[k.Boxes[b].Col] += float64(l.Amount)
		}
	}
	k.scale = math.MaxFloat64
	bound := func(room, amount float64) {
		if amount > 0 {
			k.scale = min(k.scale, room/amount)
		}
	}
	for _, sum := range columns {
		bound(tallest, sum)
	}
	bound(tallestBar, bar)
	bound(thickestArc, arc)
	for i := range k.links {
		k.links[i].at.Thick = float64(k.links[i].Amount) * k.scale
	}
}

// size gives the boxes of a column their heights and labels.
func (k *sankey) size(col []int, limit float64) {
	nodes := 0
	for _, i := range col {
		if i < len(k.boxes) {
			nodes++
		}
	}
	for _, i := range col {
		if i >= len(k.boxes) {
			p := &k.Boxes[i]
			p.W, p.H = barWidth, k.Thickness(p.Ins)
			p.Up, p.Down = p.H/2, p.H/2
			continue
		}
		b := &k.boxes[i]
		b.W, b.H = barWidth, float64(b.through())*k.scale
		k.label(b, limit, nodes > denseColumn)
		bar, tall := max(b.H, 3)/2, lineHeight*float64(len(b.lines))/2
		if len(b.BackOuts)+len(b.Selfs) > 0 {
			// Links that turn down would cross the label: it goes above them.
			free := -b.H/2 + k.Thickness(b.Outs)
			b.labelY = min(0, free-2-tall)
		}
		b.Up, b.Down = max(bar, tall-b.labelY), max(bar, tall+b.labelY, b.H/2+k.Under(b.Box))
	}
}

// label sets a box's lines: name, then amount and note, or all in one.
func (k *sankey) label(b *box, limit float64, dense bool) {
	name := b.short()
	amount := k.flow.compact(b.through())
	if dense {
		b.aside = amount
		b.lines = []string{text.Fit(name, 12*text.Bold, limit-text.Measure("  "+amount, 11))}
		return
	}
	switch {
	case b.Value > 0 && b.Value == b.through():
		amount += " here"
	case b.Value > 0:
		amount += ", " + k.flow.compact(b.Value) + " here"
	}
	b.lines = []string{text.Fit(name, 12*text.Bold, limit), text.Fit(amount+noteAfter(b.Note), 11, limit)}
}

// noteAfter puts a note behind an amount.
func noteAfter(note string) string {
	if note = text.Clean(note); note != "" {
		note = " · " + note
	}
	return note
}

// labelWidth is how far a label reaches to the right of its bar.
func (b *box) labelWidth() (w float64) {
	for n, line := range b.lines {
		size := 11.0
		if n == 0 {
			size = 12 * text.Bold
		}
		w = max(w, text.Measure(line, size))
	}
	if b.aside != "" {
		w += text.Measure("  "+b.aside, 11)
	}
	return w + b.labelX()
}

// labelX is how far to the right of its bar a label begins.
func (b *box) labelX() float64 {
	x := 6.0
	if b.Value > 0 {
		x += 6
	}
	if b.Kind != Ordinary {
		x += 14
	}
	return x
}

// columnsX puts columns side by side, far enough for labels, amounts and links
// that turn back, and not so near that ribbons are steep.
func (k *sankey) columnsX() {
	x, heads := 0.0, k.heads()
	for c, col := range k.Cols {
		if c == 0 {
			x = k.Beside(c, -1)
		}
		label := text.Measure(heads[c], 11)
		for _, i := range col {
			k.Boxes[i].X = x
			if i < len(k.boxes) {
				label = max(label, k.boxes[i].labelWidth())
			}
		}
		turn := k.Beside(c, +1)
		k.width = max(k.width, x+barWidth+max(label, turn))
		if c+1 < len(k.Cols) {
			turn += k.Beside(c+1, -1)
		}
		x += barWidth + max(label+56, turn+24, min(240, 0.22*k.height))
	}
}

func (k *sankey) draw(p *pen) {
	for c, head := range k.heads() {
		if head == "" {
			continue
		}
		p.f(`<text class="sd-m sd-s" x="%v" y="-16">%v</text>`+"\n", k.Boxes[k.Cols[c][0]].X, head)
	}
	drawn := make([]int, len(k.links))
	for i := range drawn {
		drawn[i] = i
	}
	// Thin ribbons last: a thick one would hide them.
	slices.SortStableFunc(drawn, func(a, b int) int { return cmp.Compare(k.links[b].at.Thick, k.links[a].at.Thick) })
	for _, i := range drawn {
		k.ribbon(p, &k.links[i])
	}
	for i := range k.boxes {
		k.bar(p, &k.boxes[i])
	}
	for i := range k.boxes {
		k.write(p, &k.boxes[i])
	}
	for _, i := range drawn {
		k.amount(p, &k.links[i])
	}
}

// heads says of each column when money arrived there.
func (k *sankey) heads() []string {
	heads := make([]string, len(k.Cols))
	if k.clock.First == 0 {
		return heads
	}
	arrivals := make([]text.Clock, len(k.Cols))
	for i := range k.boxes {
		a := &arrivals[k.boxes[i].Col]
		a.See(k.boxes[i].arrivals.First)
		a.See(k.boxes[i].arrivals.Last)
	}
	for c, a := range arrivals {
		heads[c] = k.clock.Days(a.First, a.Last)
	}
	if len(heads) > 1 && heads[0] == "" {
		heads[0] = "start"
	}
	return heads
}

func (k *sankey) ribbon(p *pen, l *link) {
	class := looks[k.tone(l)].class
	p.f(`<g><title>%v</title>`, k.tell(l))
	if l.at.Path == nil {
		p.f(`<path class="sd-loop sd-s-%v" stroke-width="%v" d="%v"/>`, class, max(l.at.Thick, 1), k.loop(l))
	} else {
		p.f(`<path class="sd-r sd-f-%v sd-s-%v" d="%v"/>`, class, class, k.outline(l))
	}
	if l.at.Back() {
		// Chevrons say which way a link runs that goes against the reading order.
		left, right, y := k.Straight(l.at)
		for x := right - 20; x > left+10; x -= 120 {
			if math.Abs(x-(left+right)/2) < 32 {
				continue // the amount stands here
			}
			p.f(`<path class="sd-s-%v" fill="none" stroke-width="1.6" d="M%v %vl-5 5l5 5"/>`, class, x, y-5)
		}
	}
	p.f("</g>\n")
}

// outline is a ribbon's shape: its upper edge there, its lower edge back.
func (k *sankey) outline(l *link) string {
	var p pen
	path, ys, half := l.at.Path, l.at.Ys, l.at.Thick/2
	p.f("M%v %v", k.Boxes[path[0]].X+barWidth, ys[0]-half)
	for j := 1; j < len(path); j++ {
		k.bend(&p, k.Boxes[path[j-1]].X+barWidth, ys[j-1]-half, k.Boxes[path[j]].X, ys[j]-half)
		if j < len(path)-1 {
			p.f("h%v", barWidth)
		}
	}
	p.f("v%v", l.at.Thick)
	for j := len(path) - 1; j > 0; j-- {
		k.bend(&p, k.Boxes[path[j]].X, ys[j]+half, k.Boxes[path[j-1]].X+barWidth, ys[j-1]+half)
		if j > 1 {
			p.f("h%v", -barWidth)
		}
	}
	p.f("z")
	return p.String()
}

// bend is a curve that leaves and arrives level.
func (s *scene) bend(p *pen, x0, y0, x1, y1 float64) {
	mid := (x0 + x1) / 2
	p.f("C%v %v %v %v %v %v", mid, y0, mid, y1, x1, y1)
}

func (k *sankey) bar(p *pen, b *box) {
	c := looks[b.Kind].class
	h := max(b.H, 3)
	p.f(`<g><title>%v</title>`, k.tellBox(b))
	switch b.Kind {
	case Outside, gathered:
		dash := "3 2"
		if b.Kind == gathered {
			dash = "none"
		}
		p.f(`<rect class="sd-card sd-s-%v" x="%v" y="%v" width="%v" height="%v" rx="1.5" stroke-width="1.6" stroke-dasharray="%v"/>`,
			c, b.X+.8, b.Y-h/2+.8, barWidth-1.6, max(h-1.6, 1), dash)
	default:
		p.f(`<rect class="sd-f-%v" x="%v" y="%v" width="%v" height="%v" rx="1.5"/>`, c, b.X, b.Y-h/2, barWidth, h)
	}
	if b.Value > 0 {
		held := max(float64(b.Value)*k.scale, 3)
		p.f(`<rect class="sd-f-holding" x="%v" y="%v" width="5" height="%v" rx="1"/>`, b.X+barWidth+1, b.Y+h/2-held, held)
	}
	p.f("</g>\n")
}

// write puts a box's label beside it.
func (k *sankey) write(p *pen, b *box) {
	x := b.X + barWidth + b.labelX()
	tall := lineHeight * float64(len(b.lines))
	y := b.Y + b.labelY - tall/2 + 11.5
	k.taken.take(rect{x - 16, y - 11, b.X + barWidth + b.labelWidth() + 4, y - 11 + tall})
	p.f(`<g><title>%v</title>`, k.tellBox(b))
	if b.Kind != Ordinary {
		p.glyph(b.Kind, x-9, y-4)
	}
	p.f(`<text class="sd-halo" x="%v" y="%v"><tspan class="sd-b">%v</tspan>`, x, y, b.lines[0])
	if b.aside != "" {
		p.f(` <tspan class="sd-m sd-s">%v</tspan>`, b.aside)
	}
	p.f("</text>")
	if len(b.lines) > 1 {
		p.f(`<text class="sd-m sd-s sd-halo" x="%v" y="%v">%v</text>`, x, y+lineHeight, b.lines[1])
	}
	p.f("</g>\n")
}

// nearly reports that two amounts are told apart by no more than fees.
func nearly(a, b int64) bool { return float64(a) >= 0.95*float64(b) }

// amount writes a ribbon's amount where it arrives, unless the labels at its
// ends already say it or there is no room.
func (k *sankey) amount(p *pen, l *link) {
	from, to := &k.boxes[l.From], &k.boxes[l.To]
	if l.From == l.To || nearly(l.Amount, to.through()) || nearly(l.Amount, from.through()) {
		return
	}
	label := k.flow.compact(l.Amount)
	width := text.Measure(label, 11)
	if l.at.Back() {
		left, right, y := k.Straight(l.at)
		for _, t := range []float64{0.5, 0.4, 0.6, 0.3, 0.7} {
			x := left + t*(right-left)
			if r := (rect{x - width/2, y - 6, x + width/2, y + 6}); k.taken.free(r) {
				k.taken.take(r)
				p.f(`<text class="sd-s sd-halo" x="%v" y="%v" text-anchor="middle">%v</text>`+"\n", x, y+4, label)
				return
			}
		}
		return
	}
	y := l.at.Ys[len(l.at.Ys)-1]
	for _, back := range []float64{5, 22, 40} {
		r := rect{to.X - back - width, y - 6, to.X - back, y + 6}
		if k.taken.free(r) {
			k.taken.take(r)
			p.f(`<text class="sd-s sd-halo" x="%v" y="%v" text-anchor="end">%v</text>`+"\n", r.x1, y+4, label)
			return
		}
	}
}
