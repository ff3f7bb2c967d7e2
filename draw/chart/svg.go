package chart

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"spoor/draw"
	"spoor/draw/text"
)

// pen writes SVG. Every string that it is given is escaped, and every number
// has at most one decimal.
type pen struct{ bytes.Buffer }

// f writes format, which holds %v only.
func (p *pen) f(format string, args ...any) {
	for i, a := range args {
		switch a := a.(type) {
		case float64:
			args[i] = text.Num(a)
		case string:
			args[i] = text.Escape(a)
		}
	}
	fmt.Fprintf(p, format, args...)
}

// margin around a chart, in pixels, as around other pictures.
const margin = 24.0

// write puts title, axes, legend and notes around the series.
func (p *plot) write(w io.Writer, o draw.Options) error {
	gutter := 0.0 // left of the plot
	for _, t := range p.y.ticks {
		gutter = max(gutter, text.Measure(t.label, 11)+9)
	}
	right := 8.0
	if n := len(p.x.ticks); n > 0 {
		right = max(right, text.Measure(p.x.ticks[n-1].label, 11)/2)
	}
	inner := gutter + p.width + right
	var head, foot pen
	top := p.head(&head, inner) + 12
	y := p.foot(&foot, top+p.height+18, gutter, inner)
	width, height := math.Ceil(inner+2*margin), math.Ceil(y+margin*.75)

	var out pen
	out.f(`<svg xmlns="http://www.w3.org/2000/svg" class="sd" viewBox="0 0 %v %v" width="%v" height="%v" role="img" aria-labelledby="%v-title %v-desc">`,
		width, height, width, height, o.ID, o.ID)
	title := text.Clean(p.Title)
	if title == "" {
		title = "Chart"
	}
	out.f("\n<title id=\"%v-title\">%v</title>\n<desc id=\"%v-desc\">%v</desc>\n", o.ID, title, o.ID, p.describe())
	if !o.NoStyle {
		out.f("<style>")
		out.WriteString(draw.Stylesheet())
		out.f("</style>\n<rect class=\"sd-bg\" width=\"%v\" height=\"%v\"/>\n", width, height)
	}
	out.Write(head.Bytes())
	out.f("<g transform=\"translate(%v,%v)\">\n", margin+gutter, top)
	p.axes(&out)
	p.draw(&out)
	out.f("</g>\n")
	out.Write(foot.Bytes())
	out.f("</svg>\n")
	_, err := w.Write(out.Bytes())
	return err
}

// head writes titles and the name of the upright axis, which is read more
// easily level, and returns where it ends.
func (p *plot) head(out *pen, inner float64) float64 {
	y := margin
	for _, line := range text.Wrap(text.Clean(p.Title), 17*text.Bold, inner) {
		y += 17
		out.f(`<text class="sd-t" x="%v" y="%v">%v</text>`, margin, y, line)
		y += 5
	}
	for _, line := range text.Wrap(text.Clean(p.Subtitle), 12, inner) {
		y += 13
		out.f(`<text class="sd-m" x="%v" y="%v">%v</text>`, margin, y, line)
		y += 4
	}
	if name := p.Y.name(inner); name != "" {
		y += 23
		out.f(`<text class="sd-s sd-b" x="%v" y="%v">%v</text>`, margin, y, name)
	}
	return y
}

// name is an axis' label as it is written.
func (a Axis) name(room float64) string { return text.Fit(text.Clean(a.Label), 11*text.Bold, room) }

// foot writes the name of the level axis, legend and notes from y, the line of
// the tick labels, and returns where they end.
func (p *plot) foot(out *pen, y, gutter, inner float64) float64 {
	if name := p.X.name(inner); name != "" {
		y += 19
		out.f(`<text class="sd-s sd-b" text-anchor="middle" x="%v" y="%v">%v</text>`, margin+gutter+p.width/2, y, name)
	}
	y = p.legend(out, y+8, inner)
	for _, note := range append(p.notes(), p.Footer) {
		for _, line := range text.Wrap(text.Clean(note), 11, inner) {
			y += 15
			out.f(`<text class="sd-m sd-s" x="%v" y="%v">%v</text>`, margin, y, line)
		}
	}
	return y
}

// legend names the series in the order in which they were given, and returns
// where it ends.
func (p *plot) legend(out *pen, y, inner float64) float64 {
	const gap = 24.0
	x, drawn := margin, false
	for i := range p.series {
		s := &p.series[i]
		sample := 28.0
		if s.Kind == Dots {
			sample = 8
		}
		word := text.Fit(text.Clean(s.Name), 11, inner-sample-8)
		if word == "" {
			continue
		}
		width := sample + 8 + text.Measure(word, 11)
		if !drawn || x+width > margin+inner {
			x, drawn = margin, true
			y += 19
		}
		s.sample(out, x, y-4, sample)
		out.f(`<text class="sd-m sd-s" x="%v" y="%v">%v</text>`, x+sample+8, y, word)
		x += width + gap
	}
	if drawn {
		y += 6
	}
	return y
}

// notes say what the picture leaves out.
func (p *plot) notes() (notes []string) {
	if p.hollow {
		notes = append(notes, "A hollow point is 0, for which a logarithmic axis has no place.")
	}
	switch {
	case p.missing == 1:
		notes = append(notes, "1 point is not shown: it has no place on these axes.")
	case p.missing > 1:
		notes = append(notes, text.Plural(p.missing, "point")+" are not shown: they have no place on these axes.")
	}
	return notes
}

// describe is the chart in words.
func (p *plot) describe() string {
	var b strings.Builder
	axis := func(name string, s *scale) string {
		if label := text.Clean(s.Label); label != "" {
			name = label
		}
		return fmt.Sprintf("%s from %s to %s", name, s.value(s.lo), s.value(s.hi))
	}
	fmt.Fprintf(&b, "Chart of %s, over %s.", axis("y", p.y), axis("x", p.x))
	for i := range p.series {
		s := &p.series[i]
		if s.Reference {
			continue
		}
		name := text.Clean(s.Name)
		if name == "" {
			name = "One series"
		}
		if len(s.runs) == 0 {
			fmt.Fprintf(&b, " %s: no points.", name)
			continue
		}
		end := s.runs[len(s.runs)-1]
		first, last := s.runs[0][0].of, end[len(end)-1].of
		fmt.Fprintf(&b, " %s: %s at %s to %s at %s.", name, p.Y.value(first.Y), p.X.value(first.X), p.Y.value(last.Y), p.X.value(last.X))
	}
	for _, m := range p.Marks {
		if label := text.Clean(m.Label); label != "" {
			fmt.Fprintf(&b, " Marked: %s, %s at %s.", label, p.Y.value(m.Y), p.X.value(m.X))
		}
	}
	return b.String()
}
