package extract

import (
	"math"

	"spoor"
	"spoor/graph"
	"spoor/score/feature"
)

// Half-lives over which an account's past is remembered: an hour, a day, a
// week, a month. Counts and sums fade by half in each, so that one record an
// account stands for all windows and adding a payment costs the same whatever
// the account's size (Cohen and Strauss, Maintaining time-decaying stream
// aggregates, 2006).
var halfLives = [spans]float64{float64(spoor.Hour), float64(spoor.Day), float64(7 * spoor.Day), float64(30 * spoor.Day)}

const (
	hour = iota
	day
	week
	month
	spans
)

// side is what an account did on one side, paying or being paid.
type side struct {
	count   [spans]float32 // payments, faded
	sum     [spans]float32 // euro, faded
	logs    float32        // natural logarithms of values, faded over a month
	logs2   float32        // their squares
	fresh   float32        // payments with a peer not met before in the window, faded over a month
	cash    float32        // euro in cash, faded over a month
	weekday [7]float32     // payments by day of the week, faded over a month
	last    uint32         // time of the latest payment, 0 for none
	next    uint32         // payments ever; the place of the next amount is its remainder
	value   [feature.Recent]float32
}

// profile is what is remembered of an account.
type profile struct {
	out, in    side
	touched    uint32  // when it last moved, 0 for never
	first      uint32  // when it first moved
	heat       float32 // payments of signals that it was part of, faded over a week
	alerted    float32 // highest score of an alert that it was part of
	taint      float32 // share of its income that came from alerted accounts, pro rata
	abroad     float32 // payments across a border, faded over a month
	round      float32 // payments of round amounts, faded over a month
	currencies uint32  // bits of those seen, by remainder
	countries  uint32  // bits of those at the other ends, by remainder
	channels   uint16  // bits of those seen
	home       uint16  // the currency it last paid in, plus one
}

// fade brings all that fades to a later time.
func (p *profile) fade(t uint32) {
	if p.touched == 0 || t <= p.touched {
		return
	}
	dt := float64(t - p.touched)
	var f [spans]float32
	for i := range f {
		f[i] = float32(math.Exp2(-dt / halfLives[i]))
	}
	for _, s := range []*side{&p.out, &p.in} {
		for i := range f {
			s.count[i] *= f[i]
			s.sum[i] *= f[i]
		}
		s.logs *= f[month]
		s.logs2 *= f[month]
		s.fresh *= f[month]
		s.cash *= f[month]
		for i := range s.weekday {
			s.weekday[i] *= f[month]
		}
	}
	p.heat *= f[week]
	p.abroad *= f[month]
	p.round *= f[month]
}

// add counts a payment on one side.
func (s *side) add(e *entry) {
	for i := range s.count {
		s.count[i]++
		s.sum[i] += e.value
	}
	s.logs += e.log
	s.logs2 += e.log * e.log
	if e.channel == spoor.Cash {
		s.cash += e.value
	}
	if e.pair.count == 0 {
		s.fresh++
	}
	s.weekday[weekday(e.time)]++
	s.last = e.time
	s.value[s.next%feature.Recent] = e.value
	s.next++
}

// note counts what is not of one side.
func (p *profile) note(e *entry, far spoor.Country) {
	if p.first == 0 {
		p.first = e.time
	}
	p.touched = e.time
	p.currencies |= 1 << (e.currency % 32)
	p.countries |= countryBit(far)
	p.channels |= 1 << e.channel
	if e.border == yes {
		p.abroad++
	}
	if e.zeros >= roundZeros {
		p.round++
	}
}

// countryBit is a country's place in a set of them; unknown ones have none.
func countryBit(c spoor.Country) uint32 {
	if c == (spoor.Country{}) {
		return 0
	}
	return 1 << ((uint32(c[0]-'A')*26 + uint32(c[1]-'A')) * 7 % 32)
}

// profiles holds one profile an account, in pages that never move.
type profiles struct{ pages [][]profile }

const pageBits = 10

func (ps *profiles) at(a graph.Account) *profile {
	page := int(a >> pageBits)
	for len(ps.pages) <= page {
		ps.pages = append(ps.pages, make([]profile, 1<<pageBits))
	}
	return &ps.pages[page][a&(1<<pageBits-1)]
}
