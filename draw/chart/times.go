package chart

import (
	"math"
	"time"
)

// pace is how far apart ticks of time are: seconds, or months where these are
// not all equally long.
type pace struct {
	seconds float64
	months  int
	layout  string
}

const minute, hour, day, week, month, year = 60.0, 60 * minute, 24 * hour, 7 * day, 30.44 * day, 365.25 * day

var paces = []pace{
	{minute, 0, "15:04"}, {5 * minute, 0, "15:04"}, {15 * minute, 0, "15:04"}, {30 * minute, 0, "15:04"},
	{hour, 0, "15:04"}, {3 * hour, 0, "15:04"}, {6 * hour, 0, "15:04"}, {12 * hour, 0, "15:04"},
	{day, 0, "2 Jan"}, {2 * day, 0, "2 Jan"}, {week, 0, "2 Jan"}, {2 * week, 0, "2 Jan"},
	{month, 1, "Jan 2006"}, {3 * month, 3, "Jan 2006"}, {6 * month, 6, "Jan 2006"},
	{year, 12, "2006"}, {2 * year, 24, "2006"}, {5 * year, 60, "2006"}, {10 * year, 120, "2006"}, {20 * year, 240, "2006"},
	{50 * year, 600, "2006"}, {100 * year, 1200, "2006"}, {500 * year, 6000, "2006"}, {1000 * year, 12000, "2006"},
}

// monday is the first Monday after 1 January 1970, from which weeks are counted.
const monday = 4 * day

// times puts ticks at full minutes and hours, midnights, Mondays, first days of
// months and years, in UTC, and leaves the ends of the axis where they are. The first tick
// says what the others leave out.
func (s *scale) times(want int) {
	if s.hi-s.lo < minute {
		s.lo, s.hi = max(s.lo-day/2, minTime), min(s.hi+day/2, maxTime)
	}
	p := paces[len(paces)-1]
	for _, q := range paces {
		if (s.hi-s.lo)/q.seconds <= float64(want) {
			p = q
			break
		}
	}
	for v := p.first(s.lo); v <= s.hi; v = p.next(v) {
		at := time.Unix(int64(v), 0).UTC()
		layout := p.layout
		switch {
		case layout == "15:04" && len(s.ticks) == 0:
			layout = "2 Jan 2006 15:04"
		case layout == "15:04" && at.Hour() == 0 && at.Minute() == 0:
			layout = "2 Jan"
		case layout == "2 Jan" && (len(s.ticks) == 0 || at.YearDay() <= int(p.seconds/day)):
			layout = "2 Jan 2006"
		}
		s.ticks = append(s.ticks, tick{v, at.Format(layout)})
	}
	if len(s.ticks) == 0 {
		s.ticks = []tick{{s.lo, time.Unix(int64(s.lo), 0).UTC().Format("2 Jan 2006 15:04")}}
	}
}

// first is the first tick that is not before v.
func (p pace) first(v float64) float64 {
	if p.months == 0 {
		return math.Ceil((v-monday)/p.seconds)*p.seconds + monday
	}
	at := time.Unix(int64(math.Ceil(v)), 0).UTC()
	months := at.Year()*12 + int(at.Month()) - 1
	start := p.start(months / p.months * p.months)
	for start < v {
		start = p.next(start)
	}
	return start
}

func (p pace) next(v float64) float64 {
	if p.months == 0 {
		return v + p.seconds
	}
	at := time.Unix(int64(v), 0).UTC()
	return p.start(at.Year()*12 + int(at.Month()) - 1 + p.months)
}

// start is when a month begins that is counted from year 0.
func (p pace) start(months int) float64 {
	return float64(time.Date(months/12, time.Month(months%12+1), 1, 0, 0, 0, 0, time.UTC).Unix())
}
