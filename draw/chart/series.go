package chart

import (
	"math"
	"slices"
	"strings"

	"spoor/draw/text"
)

// axes draws ticks, their labels and the lines across.
func (p *plot) axes(out *pen) {
	for _, t := range p.y.ticks {
		y := p.height - p.y.at(t.value)
		out.f(`<path class="sd-rule" stroke-width=".7" d="M0 %vH%v"/>`, y, p.width)
		out.f(`<text class="sd-m sd-s" text-anchor="end" x="-9" y="%v">%v</text>`, y+4, t.label)
	}
	every := p.thin()
	for i, t := range p.x.ticks {
		x := p.x.at(t.value)
		out.f(`<path class="sd-rule" stroke-width=".7" d="M%v 0V%v"/>`, x, p.height+5)
		if i%every == 0 {
			out.f(`<text class="sd-m sd-s" text-anchor="middle" x="%v" y="%v">%v</text>`, x, p.height+18, t.label)
		}
	}
	for _, v := range p.x.minor {
		out.f(`<path class="sd-rule" stroke-width=".7" d="M%v %vv-4"/>`, p.x.at(v), p.height)
	}
	for _, v := range p.y.minor {
		out.f(`<path class="sd-rule" stroke-width=".7" d="M0 %vh4"/>`, p.height-p.y.at(v))
	}
	out.f("<path class=\"sd-rule\" stroke-width=\"1.6\" fill=\"none\" d=\"M0 0V%vH%v\"/>\n", p.height, p.width)
}

// thin is how many ticks of the level axis share a label, so that labels stay
// apart.
func (p *plot) thin() int {
	for every := 1; every < len(p.x.ticks); every++ {
		end, fits := math.Inf(-1), true
		for i := 0; i < len(p.x.ticks); i += every {
			t := p.x.ticks[i]
			x, half := p.x.at(t.value), text.Measure(t.label, 11)/2
			fits = fits && x-half > end
			end = x + half + 8
		}
		if fits {
			return every
		}
	}
	return max(1, len(p.x.ticks))
}

// draw draws areas under references under lines under points under marks.
func (p *plot) draw(out *pen) {
	empty := true
	for i := range p.series {
		s := &p.series[i]
		empty = empty && (len(s.runs) == 0 || s.Reference)
		if s.Kind == Band {
			s.area(out)
		}
	}
	for _, reference := range []bool{true, false} {
		for i := range p.series {
			if s := &p.series[i]; s.Reference == reference {
				s.line(out)
			}
		}
	}
	for i := range p.series {
		p.points(out, &p.series[i])
	}
	for i := range p.labels {
		p.labels[i].draw(out)
	}
	if empty && len(p.labels) == 0 {
		out.f("<text class=\"sd-m sd-halo\" text-anchor=\"middle\" x=\"%v\" y=\"%v\">Nothing to draw.</text>\n", p.width/2, p.height/2)
	}
}

// way is a path of straight lines as SVG writes it.
type way []byte

// to begins the way at a place, or goes on to it.
func (w *way) to(x, y float64) {
	letter := "L"
	if len(*w) == 0 {
		letter = "M"
	}
	*w = append(*w, letter+text.Num(x)+" "+text.Num(y)...)
}

// area fills a band between the ends of its intervals.
func (s *placed) area(out *pen) {
	for _, run := range s.runs {
		if len(run) < 2 {
			continue
		}
		var d way
		for _, at := range run {
			d.to(at.x, at.high)
		}
		for _, at := range slices.Backward(run) {
			d.to(at.x, at.low)
		}
		out.f("<path class=\"sd-f-%v\" fill-opacity=\".2\" d=\"%vz\"/>\n", s.class, string(d))
	}
}

// line draws all runs of a series that joins its points, as one path.
func (s *placed) line(out *pen) {
	if s.Kind == Dots {
		return
	}
	var all way
	for _, run := range s.runs {
		if len(run) < 2 {
			continue
		}
		var d way
		for _, at := range s.corners(run) {
			d.to(at.x, at.y)
		}
		all = append(all, d...)
	}
	if len(all) > 0 {
		out.f(`<path class="sd-s-%v" fill="none" stroke-width="%v" stroke-linejoin="round"%v d="%v"><title>%v</title></path>`+"\n",
			s.class, s.width, s.dashed(), string(all), text.Clean(s.Name))
	}
}

// attribute is text that goes out as it is.
type attribute string

func (l look) dashed() attribute {
	if l.dash == "" {
		return ""
	}
	return attribute(` stroke-dasharray="` + l.dash + `"`)
}

// points draws the points of dots, bars, and a point that stands alone between
// two gaps, which a line could not show.
func (p *plot) points(out *pen, s *placed) {
	for _, run := range s.runs {
		alone := len(run) == 1
		for _, at := range run {
			bar := at.low != at.high && (s.Kind != Band || alone)
			if !bar && !alone && s.Kind != Dots {
				continue
			}
			words := []string{text.Clean(s.Name), p.X.value(at.of.X), p.Y.value(at.of.Y)}
			if s.interval(at.of) {
				words = append(words, p.Y.value(at.of.Low)+" to "+p.Y.value(at.of.High))
			}
			out.f("<g class=\"sd-s-%v\"><title>%v</title>", s.class, strings.TrimPrefix(strings.Join(words, ", "), ", "))
			if bar {
				out.f(`<path stroke-width="1.4" d="M%v %vV%vM%v %vh6M%v %vh6"/>`, at.x, at.low, at.high, at.x-3, at.low, at.x-3, at.high)
			}
			if s.Kind == Dots || alone {
				fill := "sd-f-" + s.class
				if at.hollow {
					fill = "sd-bg"
				}
				point(out, s.shape, fill, at.x, at.y)
			}
			out.f("</g>\n")
		}
	}
}

// shapes is how many there are, with no divisor in common with the hues.
const shapes = 5

// point draws a shape about seven pixels wide.
func point(out *pen, shape int, class string, x, y float64) {
	switch shape {
	case 1:
		out.f(`<rect class="%v" x="%v" y="%v" width="6" height="6"/>`, class, x-3, y-3)
	case 2:
		out.f(`<path class="%v" d="M%v %vl4 7h-8z"/>`, class, x, y-4)
	case 3:
		out.f(`<path class="%v" d="M%v %vl4 4l-4 4l-4-4z"/>`, class, x, y-4)
	case 4:
		out.f(`<path class="%v" d="M%v %vl4-7h-8z"/>`, class, x, y+4)
	default:
		out.f(`<circle class="%v" cx="%v" cy="%v" r="3.2"/>`, class, x, y)
	}
}

// sample shows in the legend how a series is drawn.
func (s *placed) sample(out *pen, x, y, width float64) {
	if s.Kind == Band {
		out.f(`<rect class="sd-f-%v" fill-opacity=".2" x="%v" y="%v" width="%v" height="10"/>`, s.class, x, y-5, width)
	}
	if s.Kind == Dots {
		out.f(`<g class="sd-s-%v">`, s.class)
		point(out, s.shape, "sd-f-"+s.class, x+width/2, y)
		out.f(`</g>`)
		return
	}
	out.f(`<path class="sd-s-%v" stroke-width="%v"%v d="M%v %vh%v"/>`, s.class, s.width, s.dashed(), x, y, width)
}

// draw draws a mark as a ring, and its words.
func (l *label) draw(out *pen) {
	out.f(`<circle class="sd-bg sd-s-%v" stroke-width="2.2" cx="%v" cy="%v" r="4.6"/>`, l.class, l.x, l.y)
	x, anchor := l.box.x0, "start"
	if l.left {
		x, anchor = l.box.x1, "end"
	}
	out.f("<text class=\"sd-s sd-halo\" text-anchor=\"%v\" x=\"%v\" y=\"%v\">%v</text>\n", anchor, x, l.box.y1-3, l.words)
}
