package chart

import (
	"math"
	"strconv"
	"strings"
	"time"

	"spoor/draw/text"
)

// scale is an axis that knows its range: it turns values into pixels.
type scale struct {
	Axis
	lo, hi float64
	length float64 // pixels from lo to hi
	ticks  []tick
	minor  []float64 // where a logarithmic axis has small ticks
}

// tick is a value with a label and a line.
type tick struct {
	value float64
	label string
}

// newScale fits an axis to values; want is about how many ticks there is room
// for.
func newScale(a Axis, values []float64, length float64, want int) *scale {
	s := &scale{Axis: a, lo: math.Inf(1), hi: math.Inf(-1), length: length}
	if a.Min != a.Max {
		s.see(a.Min)
		s.see(a.Max)
	}
	for _, v := range values {
		s.see(v)
	}
	if s.lo > s.hi {
		s.lo, s.hi = s.fallback()
		if a.Format == Time {
			return s // there is no usual day
		}
	}
	switch {
	case a.Format == Time:
		s.times(want)
	case a.Log:
		s.logarithmic(want)
	default:
		s.linear(want)
	}
	return s
}

func (s *scale) see(v float64) {
	if s.holds(v) {
		s.lo, s.hi = min(s.lo, v), max(s.hi, v)
	}
}

// fallback is the range of an axis that nothing is on.
func (s *scale) fallback() (lo, hi float64) {
	switch {
	case s.Format == Time:
		return 0, 86400
	case s.Log:
		return 0.01, 1
	}
	return 0, 1
}

// at is the place of a value in pixels from lo. What lies outside is at the
// edge.
func (s *scale) at(v float64) float64 {
	v = min(max(v, s.lo), s.hi)
	if s.Log {
		return s.length * (math.Log(v) - math.Log(s.lo)) / (math.Log(s.hi) - math.Log(s.lo))
	}
	return s.length * ((v - s.lo) / (s.hi - s.lo))
}

// linear puts ticks at multiples of 1, 2 or 5 times a power of ten, and ends of
// the axis at ticks (Heckbert, Nice Numbers for Graph Labels, Graphics Gems,
// 1990).
func (s *scale) linear(want int) {
	size := max(math.Abs(s.lo), math.Abs(s.hi))
	if size < 1e-280 {
		size = 1
	}
	if s.hi-s.lo <= size*1e-9 {
		s.lo, s.hi = s.lo-size/10, s.hi+size/10
	}
	const slack = 1e-9 // 0.3 is not quite three times 0.1
	step := nice((s.hi - s.lo) / float64(want))
	first, last := math.Floor(s.lo/step+slack), math.Ceil(s.hi/step-slack)
	s.lo, s.hi = first*step, last*step
	write := s.writer(step)
	for i := first; i <= last; i++ {
		s.ticks = append(s.ticks, tick{i * step, write(i * step)})
	}
}

// nice is the least of 1, 2 and 5 times a power of ten that is not below v.
func nice(v float64) float64 {
	power := math.Pow10(int(math.Floor(math.Log10(v))))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// logarithmic puts ticks at powers of ten, and on a short axis at 2 and 5 times
// these too.
func (s *scale) logarithmic(want int) {
	if s.hi < s.lo*1.01 {
		s.lo, s.hi = s.lo/1.5, s.hi*1.5
	}
	first, last := int(math.Floor(math.Log10(s.lo))), int(math.Ceil(math.Log10(s.hi)))
	steps := []float64{1}
	if math.Log10(s.hi)-math.Log10(s.lo) < 2 {
		steps = []float64{1, 2, 5}
	}
	var all []float64
	for e := first; e <= last; e++ {
		for _, m := range steps {
			all = append(all, m*math.Pow10(e))
		}
	}
	for len(all) > 2 && all[1] <= s.lo*(1+1e-9) {
		all = all[1:]
	}
	for len(all) > 2 && all[len(all)-2] >= s.hi*(1-1e-9) {
		all = all[:len(all)-1]
	}
	s.lo, s.hi = all[0], all[len(all)-1]
	every := (len(all) + want - 1) / max(want, 1)
	for i, v := range all {
		if i%every == 0 {
			s.ticks = append(s.ticks, tick{v, s.power(v)})
		}
	}
	for e := first; e <= last && every == 1; e++ {
		for m := 2.0; m < 10; m++ {
			if v := m * math.Pow10(e); v > s.lo && v < s.hi {
				s.minor = append(s.minor, v)
			}
		}
	}
}

// units are those that large values are written in.
var units = []struct {
	size   float64
	suffix string
}{{1e12, " tn"}, {1e9, " bn"}, {1e6, " M"}}

// writer writes the ticks of a linear axis in one unit and with as many digits
// as tell them apart.
func (s *scale) writer(step float64) func(float64) string {
	size, unit, suffix := max(math.Abs(s.lo), math.Abs(s.hi)), 1.0, ""
	if s.Format == Percent {
		unit, suffix = 0.01, " %"
	}
	for _, u := range units {
		if s.Format == Number && size >= u.size && size < 1e15 && step >= u.size/100 {
			unit, suffix = u.size, u.suffix
			break
		}
	}
	digits := max(0, -int(math.Floor(math.Log10(step/unit)+1e-9)))
	if digits > 6 || size/unit >= 1e15 {
		digits = int(math.Ceil(math.Log10(size/step))) + 1
		return func(v float64) string { return short(v/unit, digits) + suffix }
	}
	return func(v float64) string {
		if v == 0 && unit > 1 {
			return "0"
		}
		return decimals(v/unit, digits) + suffix
	}
}

// power writes a tick of a logarithmic axis.
func (s *scale) power(v float64) string {
	unit, suffix := 1.0, ""
	if s.Format == Percent {
		unit, suffix = 0.01, " %"
	}
	for _, u := range units {
		if s.Format == Number && v >= u.size && v < 1e15 {
			unit, suffix = u.size, u.suffix
			break
		}
	}
	v /= unit
	digits := max(0, -int(math.Floor(math.Log10(v)+1e-9)))
	if digits > 4 || v >= 1e15 {
		return short(v, 1) + suffix
	}
	return decimals(v, digits) + suffix
}

// short writes a value with a number of digits, past 15 places as a power.
func short(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	s := strconv.FormatFloat(v, 'g', digits, 64)
	return strings.NewReplacer("e-0", "e-", "e+0", "e", "e+", "e").Replace(s)
}

// decimals groups the whole part by three, as amounts are.
func decimals(v float64, digits int) string {
	whole, rest, found := strings.Cut(strconv.FormatFloat(math.Abs(v), 'f', digits, 64), ".")
	n, _ := strconv.Atoi(whole)
	whole = text.Group(n)
	if found {
		whole += "." + rest
	}
	if v < 0 && strings.Trim(whole, "0.") != "" {
		return "-" + whole
	}
	return whole
}

// value gives a value for tooltips and tables, with four digits or more.
func (a Axis) value(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "none"
	}
	if a.Format == Time {
		if !a.holds(v) {
			return "none"
		}
		return time.Unix(int64(v), 0).UTC().Format("2 Jan 2006 15:04")
	}
	unit := ""
	if a.Format == Percent {
		v, unit = v*100, " %"
	}
	if size := math.Abs(v); size >= 1000 && size < 1e15 {
		return decimals(v, 0) + unit
	}
	return short(v, 4) + unit
}
