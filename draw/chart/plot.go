package chart

import (
	"math"

	"spoor/draw"
)

// hues are the kinds of package draw whose colours series take in turn, dashes
// what tells series of one hue apart, and lines without colour. Their numbers
// have no common divisor, so that no two of 20 series are drawn alike.
var (
	hues   = [...]draw.Kind{draw.Ordinary, draw.Source, draw.Holding, draw.Focus}
	dashes = [...]string{"", "7 3", "2 2.5", "9 3 2 3", "14 4"}
)

// look is how a series appears: the end of its class names, and its dash.
type look struct {
	class, dash string
	width       float64
	shape       int // of its points
}

func (s *Series) look(i int) look {
	if s.Reference {
		return look{draw.Outside.String(), "4 3", 1.2, 0}
	}
	return look{hues[i%len(hues)].String(), dashes[i%len(dashes)], 2, i % shapes}
}

// plot is a chart with everything in its place, in pixels from the top left of
// the area between the axes.
type plot struct {
	*Chart
	x, y          *scale
	width, height float64
	series        []placed
	missing       int  // points that cannot be drawn
	hollow        bool // some are drawn at the edge
	labels        []label
}

// placed is a series whose points have places. A gap begins another run.
type placed struct {
	*Series
	look
	runs [][]spot
}

// spot is a point's place. low and high are the ends of its bar.
type spot struct {
	x, y, low, high float64
	of              *Point
	hollow          bool
}

func newPlot(c *Chart) *plot {
	p := &plot{Chart: c, width: c.Width, height: c.Height}
	if p.width == 0 {
		p.width = 560
	}
	if p.height == 0 {
		p.height = 340
	}
	xs, ys := c.values()
	p.x = newScale(c.X, xs, p.width, max(2, int(p.width/70)))
	p.y = newScale(c.Y, ys, p.height, max(2, int(p.height/55)))
	if c.Diagonal != "" {
		if lo, hi := max(p.x.lo, p.y.lo), min(p.x.hi, p.y.hi); lo < hi {
			p.place(-1, &Series{Name: c.Diagonal, Points: []Point{{X: lo, Y: lo}, {X: hi, Y: hi}}, Reference: true})
		}
	}
	for i := range c.Series {
		p.place(i, &c.Series[i])
	}
	p.labelMarks()
	return p
}

// values are those that the axes must reach. The lower ends of intervals do not
// count on a logarithmic axis, where they may lie far below all points.
func (c *Chart) values() (xs, ys []float64) {
	for i := range c.Series {
		for j := range c.Series[i].Points {
			q := &c.Series[i].Points[j]
			if !c.shows(&c.Series[i], q) {
				continue
			}
			xs, ys = append(xs, q.X), append(ys, q.Y)
			if c.Series[i].interval(q) {
				ys = append(ys, q.High)
				if !c.Y.Log {
					ys = append(ys, q.Low)
				}
			}
		}
	}
	for _, m := range c.Marks {
		if c.X.holds(m.X) && c.Y.holds(m.Y) {
			xs, ys = append(xs, m.X), append(ys, m.Y)
		}
	}
	return xs, ys
}

// interval reports that the interval of a point is drawn.
func (s *Series) interval(q *Point) bool {
	return s.Kind != Step && q.hasInterval() && q.Low <= q.High
}

// shows reports that a point has a place, if only at the edge.
func (c *Chart) shows(s *Series, q *Point) bool {
	return c.X.holds(q.X) && (c.Y.holds(q.Y) || c.atEdge(s, q))
}

// atEdge reports that a point is 0 on a logarithmic axis, with an interval
// above.
func (c *Chart) atEdge(s *Series, q *Point) bool {
	return s.Kind == Dots && c.Y.Log && q.Y <= 0 && !math.IsInf(q.Y, -1) && s.interval(q) && c.Y.holds(q.High)
}

func (p *plot) place(i int, s *Series) {
	out := placed{Series: s, look: s.look(i)}
	var run []spot
	for j := range s.Points {
		q := &s.Points[j]
		if !p.shows(s, q) {
			p.missing++
			if len(run) > 0 {
				out.runs, run = append(out.runs, run), nil
			}
			continue
		}
		at := spot{x: p.x.at(q.X), y: p.height - p.y.at(q.Y), of: q, hollow: p.atEdge(s, q)}
		p.hollow = p.hollow || at.hollow
		at.low, at.high = at.y, at.y
		if s.interval(q) {
			at.low, at.high = p.height-p.y.at(q.Low), p.height-p.y.at(q.High)
		}
		run = append(run, at)
	}
	if len(run) > 0 {
		out.runs = append(out.runs, run)
	}
	p.series = append(p.series, out)
}
