package detect

import (
	"spoor"
	"spoor/graph"
)

// trail is money followed back from a payment, hop by hop, each of similar
// size: refs from the payment in scope to the earliest.
type trail struct {
	refs []graph.Ref
	bans float64
}

// trails are what one search back from a payment finds: the most surprising
// path, the most surprising that began at the payee, and the most surprising
// that left the payee's country and came back.
type trails struct {
	of     graph.Ref
	done   bool
	chain  trail
	cycle  trail
	abroad trail
}

const (
	maxHops   = 14              // payments of a trail
	maxLooked = 300             // payments looked at in one search
	hopGap    = 84 * spoor.Hour // longest rest of money in an account on a trail
	trailSpan = 14 * spoor.Day  // longest trail
	leastHop  = 0.6             // bans of a hop worth following
	maxAbroad = 5               // payments of a U-turn: through up to four accounts abroad
	startSize = 50              // euro: smaller sums start no trail
)

// trace back from the payment in scope, once for all finders that ask.
func (s *scope) trails() *trails {
	tr := &s.back
	if tr.done && tr.of == s.ref {
		return tr
	}
	*tr = trails{of: s.ref, done: true, chain: trail{refs: tr.chain.refs[:0]}, cycle: trail{refs: tr.cycle.refs[:0]}, abroad: trail{refs: tr.abroad.refs[:0]}}
	if !s.channel.Transfer() || s.from == s.to || s.from == graph.Outside || s.to == graph.Outside || s.value < startSize {
		return tr
	}
	s.path = append(s.path[:0], s.ref)
	s.way = append(s.way[:0], s.to, s.from)
	s.steps, s.spent = s.steps[:0], 0
	s.follow(s.ref, s.t, s.value, 0)
	return tr
}

// follow looks at what may have paid for a payment made at t by the last
// account of the way, and goes on from each.
func (s *scope) follow(ref graph.Ref, t spoor.Instant, value, sum float64) {
	from := len(s.steps)
	payer := s.way[len(s.way)-1]
	s.steps = s.hops(s.steps, ref, payer, t, value, hopGap)
	for i := from; i < len(s.steps) && s.spent < maxLooked; i++ {
		h := s.steps[i]
		at := spoor.Instant(h.in.Time)
		if h.bans < leastHop || s.t-at > trailSpan {
			continue
		}
		s.spent++
		s.path = append(s.path, h.in.Ref)
		s.keep(h.in.Peer(), sum+h.bans)
		if h.in.Peer() != s.to && len(s.path) < maxHops && !s.passed(h.in.Peer()) {
			s.way = append(s.way, h.in.Peer())
			s.follow(h.in.Ref, at, float64(s.g.Value(h.in.Ref)), sum+h.bans)
			s.way = s.way[:len(s.way)-1]
		}
		s.path = s.path[:len(s.path)-1]
	}
	s.steps = s.steps[:from]
}

func (s *scope) passed(a graph.Account) bool {
	for _, b := range s.way {
		if a == b {
			return true
		}
	}
	return false
}

// keep notes the path if it is the best so far of its kind.
func (s *scope) keep(origin graph.Account, sum float64) {
	tr := &s.back
	if origin == s.to {
		if len(s.path) >= 2 && sum > tr.cycle.bans {
			tr.cycle = trail{append(tr.cycle.refs[:0], s.path...), sum}
		}
		return
	}
	if s.passed(origin) {
		return
	}
	if sum > tr.chain.bans {
		tr.chain = trail{append(tr.chain.refs[:0], s.path...), sum}
	}
	if home := s.g.Country(s.to); home != (spoor.Country{}) && s.g.Country(origin) == home && len(s.path) <= maxAbroad && sum > tr.abroad.bans && s.foreign(home) {
		tr.abroad = trail{append(tr.abroad.refs[:0], s.path...), sum}
	}
}

// foreign reports whether all accounts passed between the ends of the way are
// kept in other countries.
func (s *scope) foreign(home spoor.Country) bool {
	for _, a := range s.way[1:] {
		if c := s.g.Country(a); c == home || c == (spoor.Country{}) {
			return false
		}
	}
	return true
}

// legs turns a trail into hops through accounts, earliest first.
func (t trail) legs() []leg {
	legs := make([]leg, 0, len(t.refs)-1)
	for i := len(t.refs) - 1; i > 0; i-- {
		legs = append(legs, leg{t.refs[i], t.refs[i-1]})
	}
	return legs
}

// copied returns the payments in a slice of their own.
func (t trail) copied() []graph.Ref { return append([]graph.Ref(nil), t.refs...) }
