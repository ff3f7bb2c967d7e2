package chart

import (
	"math"

	"spoor/draw/text"
)

// label is a mark with its place and that of its words.
type label struct {
	x, y  float64
	class string
	words string
	box   rect
	left  bool // the words stand left of the mark
}

type rect struct{ x0, y0, x1, y1 float64 }

func (a rect) hits(b rect) bool { return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1 }

// labelMarks puts the words of each mark where they hide least: on one of four
// sides, inside the plot, off other marks, with as little line behind them as
// can be.
func (p *plot) labelMarks() {
	var ink []spot
	if len(p.Marks) > 0 {
		ink = p.ink()
	}
	var taken []rect
	for _, m := range p.Marks {
		if p.X.holds(m.X) && p.Y.holds(m.Y) {
			x, y := p.x.at(m.X), p.height-p.y.at(m.Y)
			taken = append(taken, rect{x - 6, y - 6, x + 6, y + 6})
		}
	}
	for _, m := range p.Marks {
		if !p.X.holds(m.X) || !p.Y.holds(m.Y) {
			p.missing++
			continue
		}
		l := label{
			x:     p.x.at(m.X),
			y:     p.height - p.y.at(m.Y),
			class: p.Series[m.Series].look(m.Series).class,
			words: text.Fit(text.Clean(m.Label), 11, p.width*0.6),
		}
		least := math.Inf(1)
		for side := range 4 {
			try := l
			try.stand(side, p.width)
			if cost := p.cost(try.box, taken, ink) + float64(side)/8; cost < least {
				least, l.box, l.left = cost, try.box, try.left
			}
		}
		taken = append(taken, l.box)
		p.labels = append(p.labels, l)
	}
}

// stand puts the words right or left of the mark, above or below, and no
// further out than the plot goes.
func (l *label) stand(side int, width float64) {
	const gap, height = 9.0, 13.0
	w := text.Measure(l.words, 11)
	l.left = side&1 == 1
	l.box.x0, l.box.y0 = l.x+gap, l.y-gap-height+4
	if l.left {
		l.box.x0 = l.x - gap - w
	}
	if side&2 != 0 {
		l.box.y0 = l.y + gap - 4
	}
	l.box.x0 = max(0, min(l.box.x0, width-w))
	l.box.x1, l.box.y1 = l.box.x0+w, l.box.y0+height
}

// cost is how much a label hides: line by the piece, marks and other labels
// much, and what is outside most.
func (p *plot) cost(box rect, taken []rect, ink []spot) (cost float64) {
	if box.y0 < 0 || box.y1 > p.height {
		cost += 1e6
	}
	for _, o := range taken {
		if o.hits(box) {
			cost += 1e3
		}
	}
	for _, s := range ink {
		if s.x > box.x0-2 && s.x < box.x1+2 && s.y > box.y0 && s.y < box.y1 {
			cost++
		}
	}
	return cost
}

// ink is a place every few pixels along all lines.
func (p *plot) ink() (ink []spot) {
	for i := range p.series {
		s := &p.series[i]
		for _, run := range s.runs {
			line := s.corners(run)
			for j, v := range line {
				ink = append(ink, v)
				if j == 0 || s.Kind == Dots {
					continue
				}
				dx, dy := v.x-line[j-1].x, v.y-line[j-1].y
				pieces := math.Ceil(math.Hypot(dx, dy) / 5)
				for k := 1.0; k < pieces; k++ {
					ink = append(ink, spot{x: v.x - dx*k/pieces, y: v.y - dy*k/pieces})
				}
			}
		}
	}
	return ink
}

// corners are those of a line, less those that are within half a pixel of the
// one before.
func (s *placed) corners(run []spot) (out []spot) {
	for i, at := range run {
		if s.Kind == Step && i > 0 {
			out = append(out, spot{x: run[i-1].x, y: at.y})
		}
		if n := len(out); n > 0 && i < len(run)-1 && math.Abs(out[n-1].x-at.x) < 0.5 && math.Abs(out[n-1].y-at.y) < 0.5 {
			continue
		}
		out = append(out, at)
	}
	return out
}
