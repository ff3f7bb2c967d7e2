package look

import (
	"spoor"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// side is one side of an account as the payment in scope sees it.
type side struct {
	known bool
	edges []graph.Edge
}

// Out are an account's payments made from span ago to now, in order of time. A
// hub's are none, and the bite is counted.
func (s *Scope) Out(a graph.Account, span spoor.Instant) []graph.Edge {
	return s.since(s.upToNow(a, false), s.Time-span)
}

// In are an account's payments received from span ago to now, as Out.
func (s *Scope) In(a graph.Account, span spoor.Instant) []graph.Edge {
	return s.since(s.upToNow(a, true), s.Time-span)
}

// Before are an account's payments received in the span before a payment ref
// made at time t, as that payment saw them.
func (s *Scope) Before(a graph.Account, t, span spoor.Instant, ref graph.Ref) []graph.Edge {
	edges := s.Graph.In(a, s.from(), t)
	for n := len(edges); n > 0 && spoor.Instant(edges[n-1].Time) == t && !edges[n-1].Ref.Before(ref); n-- {
		edges = edges[:n-1]
	}
	return s.since(edges, t-span)
}

// from is the earliest time that the payment in scope sees, which does not
// depend on what the graph has dropped since.
func (s *Scope) from() spoor.Instant {
	if s.Memory == 0 {
		return 0
	}
	return s.Time - s.Memory
}

// Unusual is the cheap question before the dear one: are so many payments in
// the last span, on one side of an account, at least twice what it does
// otherwise?
func (s *Scope) Unusual(a graph.Account, in bool, count int, span spoor.Instant) bool {
	days := float64(span) / float64(spoor.Day)
	rest := max(s.Traffic.Days-days, 0)
	return float64(count)*rest >= 2*float64(len(s.upToNow(a, in))-count)*days
}

// Pace measures an account as the payment in scope sees it.
func (s *Scope) Pace(a graph.Account) usual.Pace {
	return s.Traffic.PaceOf(s.upToNow(a, true), s.upToNow(a, false))
}

// upToNow are all edges on one side of an account up to the payment in scope.
// Those of its own two accounts are kept, since most detectors ask for them.
func (s *Scope) upToNow(a graph.Account, in bool) []graph.Edge {
	i := -1
	switch a {
	case s.From:
		i = 0
	case s.To:
		i = 2
	}
	if i >= 0 {
		if in {
			i++
		}
		if s.near[i].known {
			return s.near[i].edges
		}
	}
	edges := s.Graph.Out
	if in {
		edges = s.Graph.In
	}
	e := edges(a, s.from(), s.Time)
	for n := len(e); n > 0 && spoor.Instant(e[n-1].Time) == s.Time && s.Ref.Before(e[n-1].Ref); n-- {
		e = e[:n-1]
	}
	if i >= 0 {
		s.near[i] = side{true, e}
	}
	return e
}

// since cuts edges that are older than a time, unless the cap bites. It looks
// from the end, in growing steps, since most spans are short.
func (s *Scope) since(edges []graph.Edge, from spoor.Instant) []graph.Edge {
	n := len(edges)
	if n > s.cap && spoor.Instant(edges[n-s.cap-1].Time) >= from {
		s.bites++
		return nil
	}
	young := func(i int) bool { return spoor.Instant(edges[i].Time) >= from }
	lo, hi := n, n // edges from hi on are young, those below lo are not
	for step := 4; lo > 0; step *= 2 {
		lo = max(0, hi-step)
		if !young(lo) {
			lo++
			break
		}
		hi = lo
	}
	for lo < hi {
		if mid := (lo + hi) / 2; young(mid) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return edges[hi:]
}
