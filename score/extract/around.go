package extract

import (
	"spoor"
	"spoor/graph"
)

// Bounds of what is looked at around a payment, so that a hub costs no more
// than others.
const (
	mostEdges  = 48 // of an account on one side, the latest
	mostValues = 16 // of those, whose amounts are fetched
	nearShare  = 0.05
	likeSpan   = 5 * spoor.Day
)

// around is one worker's room for looking around.
type around struct {
	g    *graph.Graph
	mark marks
}

// before are the edges that a payment saw on one side of an account, in order
// of time: those up to its own second that arrived before it.
func before(edges []graph.Edge, e *entry) []graph.Edge {
	n := len(edges)
	for n > 0 && edges[n-1].Time == e.time && !edges[n-1].Ref.Before(e.ref) {
		n--
	}
	return edges[:n]
}

// surroundings fills in what the payments near both ends say.
func (r *row) surroundings(a *around, e *entry, horizon spoor.Instant) {
	now := spoor.Instant(e.time)
	from := max(horizon, now-7*spoor.Day)
	var near [4][]graph.Edge // payer out, payer in, payee out, payee in
	if e.from != graph.Outside {
		near[0], near[1] = a.g.Out(e.from, from, now), a.g.In(e.from, from, now)
	}
	if e.to != graph.Outside {
		near[2], near[3] = a.g.Out(e.to, from, now), a.g.In(e.to, from, now)
	}
	for i := range near {
		near[i] = tail(before(near[i], e), mostEdges)
	}
	yesterday := e.time - min(e.time, uint32(spoor.Day))
	for _, side := range []int{0, 1, 3, 2} {
		d, w := a.mark.distinct(near[side], yesterday)
		r.count(d)
		r.count(w)
	}
	r.count(int(e.hop.count))
	if e.hop.count > 0 {
		r.put(float32(e.hop.gap) / float32(spoor.Hour))
		r.put(e.hop.kept)
	} else {
		r.skip(2)
	}
	r.amounts(a, e, near)
	r.count(a.mark.common(near[0], near[3]))
	r.count(a.mark.common(near[1], near[3]))
	r.count(a.mark.common(near[0], near[2]))
	r.count(a.mark.common(near[2], near[1]))
}

// amounts compares the amount with those near it.
func (r *row) amounts(a *around, e *entry, near [4][]graph.Edge) {
	like, nearest, gap, since := 0, nan, nan, float32(0)
	best := float32(1e30)
	lastPaid := uint32(0)
	if n := len(near[0]); n > 0 {
		lastPaid = near[0][n-1].Time
	}
	soon := e.time - min(e.time, uint32(likeSpan))
	for _, in := range tail(near[1], mostValues) {
		v := a.g.Value(in.Ref)
		if in.Time >= lastPaid {
			since += v
		}
		if in.Time < soon || v <= 0 {
			continue
		}
		if alike(v, e.value, nearShare) {
			like++
		}
		off := e.value/v - 1
		if off < 0 {
			off = v/max(e.value, 0.01) - 1
		}
		if off <= best {
			best, nearest = off, e.value/v
			gap = float32(e.time-in.Time) / float32(spoor.Hour)
		}
	}
	r.count(like)
	r.put(gap)
	r.put(nearest)
	r.ratio(e.value, since)
	for _, side := range []int{0, 2, 3} {
		r.count(a.like(tail(near[side], mostValues), e, soon))
	}
}

// like counts payments of about the same amount since a time.
func (a *around) like(edges []graph.Edge, e *entry, since uint32) (n int) {
	for i := len(edges) - 1; i >= 0 && edges[i].Time >= since; i-- {
		if alike(a.g.Value(edges[i].Ref), e.value, nearShare) {
			n++
		}
	}
	return n
}

// marks is a set of accounts that is emptied in no time.
type marks struct {
	slots [256]struct {
		account graph.Account
		round   uint32
		hit     uint32 // round in which it was found in the other list
	}
	now uint32
}

// add puts an account in and reports whether it was not there. It must not get
// more than 64 accounts between resets.
func (m *marks) add(a graph.Account) bool {
	for i := uint32(a) * 0x9E3779B1 >> 24; ; i++ {
		s := &m.slots[i&255]
		if s.round != m.now {
			s.account, s.round = a, m.now
			return true
		}
		if s.account == a {
			return false
		}
	}
}

// hit reports whether an account is in the set and is asked for the first time.
func (m *marks) hit(a graph.Account) bool {
	for i := uint32(a) * 0x9E3779B1 >> 24; ; i++ {
		s := &m.slots[i&255]
		if s.round != m.now {
			return false
		}
		if s.account == a {
			first := s.hit != m.now
			s.hit = m.now
			return first
		}
	}
}

func (m *marks) reset() {
	if m.now++; m.now == 0 {
		*m = marks{now: 1}
	}
}

// distinct counts peers since a time, and all.
func (m *marks) distinct(edges []graph.Edge, since uint32) (late, all int) {
	m.reset()
	for i := len(edges) - 1; i >= 0; i-- {
		if m.add(edges[i].Peer()) {
			all++
			if edges[i].Time >= since {
				late++
			}
		}
	}
	return late, all
}

// common counts accounts that are peers in both lists, the outside left out.
func (m *marks) common(a, b []graph.Edge) (n int) {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	m.reset()
	for _, e := range a {
		m.add(e.Peer())
	}
	for _, e := range b {
		if p := e.Peer(); p != graph.Outside && m.hit(p) {
			n++
		}
	}
	return n
}
