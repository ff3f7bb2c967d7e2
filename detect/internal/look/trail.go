package look

import (
	"math"
	"slices"

	"spoor"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// Trail is money followed back from the payment in scope, hop by hop, each of
// similar size.
type Trail struct {
	back []graph.Ref // latest first
	Bans float64
}

// Len is the number of payments; 0 where there is no trail.
func (t *Trail) Len() int { return len(t.back) }

// First is the earliest payment.
func (t *Trail) First() graph.Ref { return t.back[len(t.back)-1] }

// Signal makes a signal of a trail: its payments, of which the first is the
// money moved, and the hops between them.
func (t *Trail) Signal(typology spoor.Typology, a, b graph.Account) Signal {
	legs := make([]usual.Leg, 0, len(t.back)-1)
	for i := len(t.back) - 1; i > 0; i-- {
		legs = append(legs, usual.Leg{In: t.back[i], Out: t.back[i-1]})
	}
	return Signal{Typology: typology, Anchor: [2]graph.Account{a, b},
		Refs: slices.Clone(t.back), Moved: []graph.Ref{t.First()}, Legs: legs, Bans: t.Bans}
}

// Trails are what one search back from a payment finds. They hold until the
// next payment is loaded.
type Trails struct {
	Chain  Trail // the most surprising path
	Cycle  Trail // the most surprising that began at the payee
	Abroad Trail // the most surprising that left the payee's country and came back
}

// search is the state of a search.
type search struct {
	Trails
	done  bool
	path  []graph.Ref     // payments in hand, that in scope first
	way   []graph.Account // that the path passes, payee and payer of scope first
	steps []hop           // room for hops, used as a stack
	spent int             // hops looked at
}

const (
	maxHops   = 14              // payments of a trail
	maxLooked = 300             // payments looked at in one search
	hopGap    = 84 * spoor.Hour // longest rest of money in an account on a trail
	trailSpan = 14 * spoor.Day  // longest trail
	leastHop  = 0.6             // bans of a hop worth following
	maxAbroad = 5               // payments of a U-turn: through up to four accounts abroad
)

// Trails follows money back from the payment in scope, once for all detectors
// that ask.
func (s *Scope) Trails() *Trails {
	sr := &s.trails
	if sr.done {
		return &sr.Trails
	}
	sr.done = true
	for _, t := range []*Trail{&sr.Chain, &sr.Cycle, &sr.Abroad} {
		t.back, t.Bans = t.back[:0], 0
	}
	if s.Between() && s.Value >= LeastValue {
		sr.path = append(sr.path[:0], s.Ref)
		sr.way = append(sr.way[:0], s.To, s.From)
		sr.steps, sr.spent = sr.steps[:0], 0
		s.follow(s.Ref, s.Time, s.Value, 0)
	}
	return &sr.Trails
}

// follow looks at what may have paid for a payment made at t by the last
// account of the way, and goes on from each.
func (s *Scope) follow(ref graph.Ref, t spoor.Instant, value, sum float64) {
	sr := &s.trails
	from := len(sr.steps)
	sr.steps = s.hops(sr.steps, ref, t, value)
	for i := from; i < len(sr.steps) && sr.spent < maxLooked; i++ {
		h := sr.steps[i]
		at, payer := spoor.Instant(h.in.Time), h.in.Peer()
		if h.bans < leastHop || s.Time-at > trailSpan {
			continue
		}
		sr.spent++
		sr.path = append(sr.path, h.in.Ref)
		s.keep(payer, sum+h.bans)
		if payer != s.To && len(sr.path) < maxHops && !slices.Contains(sr.way, payer) {
			sr.way = append(sr.way, payer)
			s.follow(h.in.Ref, at, h.value, sum+h.bans)
			sr.way = sr.way[:len(sr.way)-1]
		}
		sr.path = sr.path[:len(sr.path)-1]
	}
	sr.steps = sr.steps[:from]
}

// hop is how money seems to have gone through an account: a payment in, and
// one out of about the same size soon after.
type hop struct {
	in    graph.Edge
	value float64 // of in
	bans  float64
}

// hops appends to dst the payments into the last account of the way that its
// payment ref may pass on: transfers soon before it, of a similar value.
func (s *Scope) hops(dst []hop, ref graph.Ref, t spoor.Instant, value float64) []hop {
	payer := s.trails.way[len(s.trails.way)-1]
	var pace usual.Pace
	for _, e := range s.Before(payer, t, hopGap, ref) {
		if !e.Channel().Transfer() || e.Peer() == payer || e.Peer() == graph.Outside {
			continue
		}
		v := float64(s.Graph.Value(e.Ref))
		if !Similar(v, value) {
			continue
		}
		if pace == 0 { // for all of them, but only if there is one
			pace = s.Pace(payer)
		}
		dst = append(dst, hop{e, v, s.Traffic.Hop(pace, t-spoor.Instant(e.Time), math.Log(v/value))})
	}
	return dst
}

// keep notes the path in hand, which began at origin, where it is the best so
// far of its kind.
func (s *Scope) keep(origin graph.Account, sum float64) {
	sr := &s.trails
	switch {
	case origin == s.To:
		sr.better(&sr.Cycle, sum)
	case slices.Contains(sr.way, origin):
		// It passes an account twice, and says less than the trail from there.
	default:
		sr.better(&sr.Chain, sum)
		if home := s.Graph.Country(s.To); home != (spoor.Country{}) && s.Graph.Country(origin) == home && len(sr.path) <= maxAbroad && s.foreign(home) {
			sr.better(&sr.Abroad, sum)
		}
	}
}

func (sr *search) better(t *Trail, sum float64) {
	if sum > t.Bans {
		t.back, t.Bans = append(t.back[:0], sr.path...), sum
	}
}

// foreign reports whether all accounts passed between the ends of the way are
// kept in other countries.
func (s *Scope) foreign(home spoor.Country) bool {
	for _, a := range s.trails.way[1:] {
		if c := s.Graph.Country(a); c == home || c == (spoor.Country{}) {
			return false
		}
	}
	return true
}
