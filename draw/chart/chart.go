// Package chart draws lines, steps, points and bands over two axes, as SVG in
// the look of package draw: the same style sheet, so that a page that carries
// pictures carries charts with no new rule; dark and light; no script, no font
// file; title, description and tooltips for those who cannot see it. Series
// differ in hue, dash and the shape of their points. The same chart always gives
// the same bytes.
//
// Weighed and not taken: gonum.org/v1/plot (ten modules, LaTeX and PDF among
// them) and github.com/go-analyze/charts (27,000 lines), which both draw well.
// Both write fixed colours as inline styles, which the content policy of our
// pages forbids and no dark mode can change, and neither writes a title or
// description for those who cannot see; to undo that takes more code than axes
// and paths do.
package chart

import (
	"errors"
	"fmt"
	"io"
	"math"

	"spoor/draw"
)

// Chart is what is drawn. Every field but Series may be left empty.
type Chart struct {
	Title, Subtitle string
	Footer          string // a line under the picture: method, source, versions
	X, Y            Axis
	Series          []Series // at most 20, which can still be told apart
	Marks           []Mark
	// Diagonal names the line y = x, which is drawn where it is not empty.
	Diagonal string
	// Width and Height of the plot between the axes, in pixels from 100 to
	// 10,000. 0 means 560 by 340.
	Width, Height float64
}

// Axis is how one direction is measured. It reaches from Min to Max, and as far
// beyond as points lie: nothing is cut off. Where both are 0, the points decide.
type Axis struct {
	Label    string
	Min, Max float64
	Log      bool // logarithmic: what is not above 0 has no place on it
	Format   Format
}

// Format is how the values of an axis are written.
type Format uint8

// The formats.
const (
	Number  Format = iota
	Percent        // 0.05 is "5 %"
	Time           // seconds since 1970, UTC; never logarithmic
	numFormats
)

// Kind is how a series is drawn.
type Kind uint8

// The kinds. All but Step show the Low and High of a point as a bar; Band shows
// them as one area.
const (
	Line Kind = iota // straight from point to point
	Step             // level up to each point, as average precision adds up
	Dots             // points that are not joined
	Band             // a line with the area from Low to High around it
	numKinds
)

// Series is points in the order in which they are joined.
type Series struct {
	Name   string
	Kind   Kind
	Points []Point
	// Reference draws it thin and grey: a target, a baseline.
	Reference bool
}

// Point is a value and, where Low and High are not both 0, its interval. A point
// that is not a number, infinite, past 1e300 or not above 0 on a logarithmic
// axis is left out: a line has a gap there, and the picture says how many there
// are. Dots with an interval that reaches above 0 are kept: the bar stands at the
// edge of the axis, under a hollow point.
type Point struct{ X, Y, Low, High float64 }

func (p Point) hasInterval() bool { return p.Low != 0 || p.High != 0 }

// Mark points out a place on a series: where a model is operated.
type Mark struct {
	Series int // index into Chart.Series, whose colour it takes
	X, Y   float64
	Label  string
}

// Draw writes the chart. Of the options it knows ID and NoStyle. It fails on
// what [Chart.Check] finds, on an ID that is not safe, and when w does. A chart
// without a point that can be drawn shows its axes and says so.
func Draw(w io.Writer, c *Chart, o draw.Options) error {
	if err := c.Check(); err != nil {
		return err
	}
	if o.ID == "" {
		o.ID = "picture"
	}
	for _, r := range o.ID {
		if !(r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return fmt.Errorf("chart: Options.ID %q: only letters, digits and hyphens make a safe id", o.ID)
		}
	}
	return newPlot(c).write(w, o)
}

// Bounds of what is drawn.
const (
	maxSeries        = len(hues) * len(dashes)
	minSize, maxSize = 100, 10_000
)

// Check finds what cannot be drawn: more series than can be told apart, unknown
// kinds, sizes and axes that make no sense, marks on no series.
func (c *Chart) Check() error {
	if c == nil {
		return errors.New("chart: no chart")
	}
	if len(c.Series) > maxSeries {
		return fmt.Errorf("chart: %d series cannot be told apart, %d can", len(c.Series), maxSeries)
	}
	for _, size := range []float64{c.Width, c.Height} {
		if size != 0 && !(size >= minSize && size <= maxSize) {
			return fmt.Errorf("chart: a plot of %v by %v pixels is not between %d and %d", c.Width, c.Height, minSize, maxSize)
		}
	}
	if err := errors.Join(c.X.check("X"), c.Y.check("Y")); err != nil {
		return err
	}
	for i, s := range c.Series {
		if s.Kind >= numKinds {
			return fmt.Errorf("chart: series %d: kind %d is not one of the kinds", i, s.Kind)
		}
	}
	for i, m := range c.Marks {
		if m.Series < 0 || m.Series >= len(c.Series) {
			return fmt.Errorf("chart: mark %d is on series %d, but series are 0 to %d", i, m.Series, len(c.Series)-1)
		}
	}
	return nil
}

func (a Axis) check(name string) error {
	switch {
	case a.Format >= numFormats:
		return fmt.Errorf("chart: axis %s: format %d is not one of the formats", name, a.Format)
	case a.Log && a.Format == Time:
		return fmt.Errorf("chart: axis %s: time is not logarithmic", name)
	case !(a.Min <= a.Max):
		return fmt.Errorf("chart: axis %s: from %v to %v is no range", name, a.Min, a.Max)
	}
	return nil
}

// Times that have a year of four digits.
const minTime, maxTime = -62135596800, 253402300799

// holds reports that a value has a place on the axis.
func (a Axis) holds(v float64) bool {
	switch {
	case math.IsNaN(v) || math.Abs(v) > 1e300:
		return false
	case a.Log:
		return v >= 1e-300
	case a.Format == Time:
		return v >= minTime && v <= maxTime
	}
	return true
}
