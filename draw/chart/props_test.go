package chart

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor/draw"
)

// anyFloat is every kind of number, and often an ordinary one.
var anyFloat = rapid.OneOf(rapid.Float64Range(0, 1), rapid.Float64Range(-1e6, 1e6), rapid.Float64(),
	rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324, -1e300, 1, 1e9, 1772442000}))

func anyAxis(t *rapid.T, name string) Axis {
	a := Axis{Label: rapid.StringN(0, 40, -1).Draw(t, name), Format: Format(rapid.IntRange(0, int(numFormats)-1).Draw(t, "format"))}
	a.Log = a.Format != Time && rapid.Bool().Draw(t, "log")
	if rapid.Bool().Draw(t, "bounded") {
		x, y := rapid.Float64().Draw(t, "bound"), rapid.Float64().Draw(t, "bound")
		a.Min, a.Max = min(x, y), max(x, y)
	}
	return a
}

func anyChart(t *rapid.T) *Chart {
	text := rapid.StringN(0, 40, -1)
	c := &Chart{
		Title: text.Draw(t, "title"), Subtitle: text.Draw(t, "subtitle"), Footer: text.Draw(t, "footer"), Diagonal: text.Draw(t, "diagonal"),
		X: anyAxis(t, "x"), Y: anyAxis(t, "y"), Width: rapid.SampledFrom([]float64{0, 100, 433.3}).Draw(t, "width"),
	}
	for range rapid.IntRange(0, 5).Draw(t, "series") {
		s := Series{Name: text.Draw(t, "name"), Kind: Kind(rapid.IntRange(0, int(numKinds)-1).Draw(t, "kind")), Reference: rapid.Bool().Draw(t, "reference")}
		for range rapid.IntRange(0, 12).Draw(t, "points") {
			p := Point{X: anyFloat.Draw(t, "x"), Y: anyFloat.Draw(t, "y")}
			if rapid.Bool().Draw(t, "interval") {
				p.Low, p.High = anyFloat.Draw(t, "low"), anyFloat.Draw(t, "high")
			}
			s.Points = append(s.Points, p)
		}
		c.Series = append(c.Series, s)
	}
	for range rapid.IntRange(0, min(3, len(c.Series))).Draw(t, "marks") {
		c.Marks = append(c.Marks, Mark{rapid.IntRange(0, len(c.Series)-1).Draw(t, "of"), anyFloat.Draw(t, "x"), anyFloat.Draw(t, "y"), text.Draw(t, "mark")})
	}
	return c
}

// TestAnyChart: whatever comes in, what goes out is well-formed, the same each
// time, and inside its frame.
func TestAnyChart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyChart(t)
		var out, again bytes.Buffer
		if err := Draw(&out, c, draw.Options{}); err != nil {
			t.Fatal(err)
		}
		if err := Draw(&again, c, draw.Options{}); err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) {
			t.Fatalf("two drawings differ, %v", err)
		}
		p := newPlot(c)
		for _, s := range p.series {
			for _, run := range s.runs {
				for _, at := range run {
					p.inside(t, at.x, at.y)
					p.inside(t, at.x, at.low)
					p.inside(t, at.x, at.high)
				}
			}
		}
		for _, l := range p.labels {
			p.inside(t, l.x, l.y)
			p.inside(t, l.box.x0, l.y)
			p.inside(t, l.box.x1, l.y)
		}
		wellFormed(t, p, out.Bytes())
	})
}

func (p *plot) inside(t *rapid.T, x, y float64) {
	const slack = 1e-6
	if !(x >= -slack && x <= p.width+slack && y >= -slack && y <= p.height+slack) {
		t.Fatalf("%v, %v is outside %v by %v", x, y, p.width, p.height)
	}
}

// corners are the absolute places of a path.
var corners = regexp.MustCompile(`[ML](-?[0-9.]+) (-?[0-9.]+)`)

// wellFormed reads the picture strictly: no attribute is broken or repeated, all
// numbers are numbers, and series lie inside the plot.
func wellFormed(t *rapid.T, p *plot, svg []byte) {
	d := xml.NewDecoder(bytes.NewReader(svg))
	depth := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, svg)
		}
		switch e := token.(type) {
		case xml.EndElement:
			if e.Name.Local == "g" {
				depth--
			}
		case xml.StartElement:
			if e.Name.Local == "g" {
				depth++
			}
			seen := map[string]bool{}
			var class string
			for _, a := range e.Attr {
				if seen[a.Name.Local] || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" || a.Name.Local == "href" {
					t.Fatalf("attribute %s in %s", a.Name.Local, svg)
				}
				seen[a.Name.Local] = true
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Fatalf("%s=%q", a.Name.Local, a.Value)
				}
				if a.Name.Local == "class" {
					class = a.Value
				}
				if a.Name.Local == "d" && depth == 1 && strings.HasPrefix(class, "sd-s-") {
					for _, m := range corners.FindAllStringSubmatch(a.Value, -1) {
						x, _ := strconv.ParseFloat(m[1], 64)
						y, _ := strconv.ParseFloat(m[2], 64)
						p.inside(t, x-math.Copysign(0.05, x-1), y-math.Copysign(0.05, y-1))
					}
				}
			}
		}
	}
}

// TestTicks: an axis covers its values; ticks rise by steps that people count
// in; no two labels are alike; there are neither too few nor too many.
func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyAxis(t, "axis")
		var values []float64
		for _, v := range rapid.SliceOfN(anyFloat, 1, 5).Draw(t, "values") {
			if a.holds(v) {
				values = append(values, v)
			}
		}
		if len(values) == 0 {
			t.Skip("no values")
		}
		want := rapid.IntRange(2, 10).Draw(t, "want")
		s := newScale(a, values, 500, want)
		slack := 1e-8 * (s.hi - s.lo)
		if a.Log {
			slack = 1e-8 * s.lo
		}
		if lo, hi := slices.Min(values), slices.Max(values); !(s.lo <= lo+slack && s.hi >= hi-max(slack, hi*1e-8) && s.lo < s.hi) {
			t.Fatalf("%v to %v does not cover %v", s.lo, s.hi, values)
		}
		if n := len(s.ticks); n == 0 || n > 2*want+3 {
			t.Fatalf("%d ticks for %d", n, want)
		}
		labels := map[string]bool{}
		for i, k := range s.ticks {
			if at := s.at(k.value); !(at >= -1e-6 && at <= 500+1e-6) || i > 0 && k.value <= s.ticks[i-1].value {
				t.Fatalf("tick %v at %v", k, at)
			}
			if labels[k.label] {
				t.Fatalf("two ticks are %q: %v", k.label, s.ticks)
			}
			labels[k.label] = a.Format != Time // 12:00 comes again the next day
			if a.Format != Time && a.Log && !round(k.value) {
				t.Fatalf("tick %v of a logarithmic axis", k.value)
			}
		}
		if a.Format == Number && !a.Log && len(s.ticks) > 1 && !round(s.ticks[len(s.ticks)-1].value-s.ticks[len(s.ticks)-2].value) {
			t.Fatalf("uneven steps in %v", s.ticks)
		}
	})
}

// round reports that v is about 1, 2 or 5 times a power of ten.
func round(v float64) bool {
	m := v / math.Pow10(int(math.Floor(math.Log10(v)+1e-6)))
	return math.Abs(m-1) < 1e-5 || math.Abs(m-2) < 1e-5 || math.Abs(m-5) < 1e-5
}

func labels(s *scale) (out []string) {
	for _, t := range s.ticks {
		out = append(out, t.label)
	}
	return out
}

func TestLabels(t *testing.T) {
	const monday = 1772409600 // 2 March 2026
	for _, c := range []struct {
		axis   Axis
		values []float64
		want   string
	}{
		{Axis{Max: 1, Format: Percent}, nil, "0 %|20 %|40 %|60 %|80 %|100 %"},
		{Axis{}, []float64{-0.3, 0.31}, "-0.4|-0.2|0.0|0.2|0.4"},
		{Axis{}, []float64{0, 5e6}, "0|1 M|2 M|3 M|4 M|5 M"},
		{Axis{}, []float64{1e6, 1e6 + 8}, "1 000 000|1 000 002|1 000 004|1 000 006|1 000 008"},
		{Axis{}, []float64{0, 23_000}, "0|5 000|10 000|15 000|20 000|25 000"},
		{Axis{}, []float64{0, 4e-9}, "0|1e-9|2e-9|3e-9|4e-9"},
		{Axis{Log: true, Format: Percent}, []float64{2e-5, 0.9}, "0.001 %|0.01 %|0.1 %|1 %|10 %|100 %"},
		{Axis{Log: true}, []float64{3, 41}, "2|5|10|20|50"},
		{Axis{Log: true}, []float64{1e-9, 1e9}, "1e-9|1e-5|0.1|1 000|10 M"},
		{Axis{Format: Time}, []float64{monday, monday + 86400}, "2 Mar 2026 00:00|06:00|12:00|18:00|3 Mar"},
		{Axis{Format: Time}, []float64{monday - 1, monday + 27*86400}, "2 Mar 2026|9 Mar|16 Mar|23 Mar"},
		{Axis{Format: Time}, []float64{monday, monday + 300*86400}, "Apr 2026|Jul 2026|Oct 2026"},
		{Axis{Format: Time}, []float64{monday, monday + 120}, "2 Mar 2026 00:00|00:01|00:02"},
		{Axis{Format: Time}, []float64{minTime, maxTime}, "1000|2000|3000|4000|5000|6000|7000|8000|9000"},
	} {
		if got := strings.Join(labels(newScale(c.axis, c.values, 500, 6)), "|"); got != c.want {
			t.Errorf("%v: %s, want %s", c.values, got, c.want)
		}
	}
}

// TestNoTwoAlike: hue with dash, and hue with shape, are a series' own.
func TestNoTwoAlike(t *testing.T) {
	lines, dots := map[look]bool{}, map[look]bool{}
	for i := range maxSeries {
		l := new(Series).look(i)
		lines[look{class: l.class, dash: l.dash}] = true
		dots[look{class: l.class, shape: l.shape}] = true
	}
	if len(lines) != maxSeries || len(dots) != maxSeries {
		t.Errorf("%d lines and %d dots of %d", len(lines), len(dots), maxSeries)
	}
}

// TestMarkAvoids: the words of a mark stand where the line does not.
func TestMarkAvoids(t *testing.T) {
	for _, right := range []bool{false, true} {
		s := Series{Points: []Point{{0, 0, 0, 0}, {1, 1, 0, 0}}}
		x, y := 0.5, 0.5
		if right {
			x, y = 1, 0.5 // no room on the right
			s.Points = []Point{{0, 0, 0, 0}, {1, 0.5, 0, 0}}
		}
		p := newPlot(&Chart{Series: []Series{s}, X: Axis{Max: 1}, Y: Axis{Max: 1}, Marks: []Mark{{0, x, y, "the operating point"}}})
		if l := p.labels[0]; p.cost(l.box, nil, p.ink()) > 2 || l.box.x1 > p.width {
			t.Errorf("words at %+v hide the line", l.box)
		}
	}
}
