package look

import (
	"slices"

	"spoor"
	"spoor/graph"
)

// Layer is a set of accounts paying another: each payer two or more of the
// payees, each payee paid by two or more of the payers.
type Layer struct {
	From, To []graph.Account // in order
	Refs     []graph.Ref
}

// layers is what was found for the payment in scope, and room for looking.
type layers struct {
	done   bool
	window spoor.Instant
	widest int
	found  []Layer
	pairs  []pair
	peers  []graph.Account
	tally  tally
}

// maxLayers bounds how far up a stack is followed.
const maxLayers = 4

// Layers finds the layer that the payment in scope completes, and those above
// it, nearest first: at most four, in payments of a window, of at most so many
// accounts. It returns nil where there is none, and looks once for all
// detectors that ask the same.
func (s *Scope) Layers(window spoor.Instant, widest int) []Layer {
	l := &s.layered
	if !l.done || l.window != window || l.widest != widest {
		l.done, l.window, l.widest = true, window, widest
		l.found = s.stack()
	}
	return l.found
}

func (s *Scope) stack() []Layer {
	bottom, ok := s.bottom()
	if !ok {
		return nil
	}
	found := []Layer{bottom}
	for len(found) < maxLayers {
		up, ok := s.above(found[len(found)-1].From, graph.Outside)
		if !ok || overlap(up.From, found) {
			break
		}
		found = append(found, up)
	}
	return found
}

// bottom finds the layer that the payment in scope belongs to.
func (s *Scope) bottom() (Layer, bool) {
	if !s.Between() || s.Value < LeastValue {
		return Layer{}, false
	}
	l := &s.layered
	ins := s.In(s.To, l.window)
	if len(ins) < 2 || len(ins) > 4*l.widest {
		return Layer{}, false
	}
	outs := s.Out(s.From, l.window)
	if len(outs) < 2 || len(outs) > 4*l.widest {
		return Layer{}, false
	}
	if !s.several(ins, s.To) || !s.several(outs, s.From) {
		return Layer{}, false
	}
	slices.Sort(l.peers) // the payees
	return s.above(l.peers, s.From)
}

// several lists the accounts at the other ends of transfers and reports whether
// they are more than one and no more than a layer holds.
func (s *Scope) several(edges []graph.Edge, self graph.Account) bool {
	l := &s.layered
	l.peers = l.peers[:0]
	for _, e := range edges {
		if e.Channel().Transfer() && e.Peer() != self && e.Peer() != graph.Outside && !slices.Contains(l.peers, e.Peer()) {
			if l.peers = append(l.peers, e.Peer()); len(l.peers) > l.widest {
				return false
			}
		}
	}
	return len(l.peers) > 1
}

// overlap reports whether an account is in one of the layers below already.
func overlap(from []graph.Account, below []Layer) bool {
	for _, l := range below {
		for _, a := range from {
			if slices.Contains(l.From, a) || slices.Contains(l.To, a) {
				return true
			}
		}
	}
	return false
}

// pair is a payment between accounts that may be of a layer.
type pair struct {
	from, to graph.Account
	ref      graph.Ref
}

// above finds the accounts that each paid two or more of the given ones, which
// in turn were paid by two or more of them. Where with is an account, only a
// layer that it pays in counts.
func (s *Scope) above(sinks []graph.Account, with graph.Account) (Layer, bool) {
	l := &s.layered
	pairs := l.pairs[:0]
	defer func() { l.pairs = pairs }()
	for _, to := range sinks {
		ins := s.In(to, l.window)
		if len(ins) > 4*l.widest {
			continue // a hub is paid by all sorts
		}
		for _, e := range ins {
			if e.Channel().Transfer() && e.Peer() != to && e.Peer() != graph.Outside {
				pairs = append(pairs, pair{e.Peer(), to, e.Ref})
			}
		}
	}
	// Most pay one of them only, and go before their payments are looked up.
	pairs = l.tally.payersOfSeveral(pairs)
	if !paysIn(pairs, with) {
		return Layer{}, false
	}
	pairs = slices.DeleteFunc(pairs, func(p pair) bool { return float64(s.Graph.Value(p.ref)) < LeastValue })
	for before := -1; len(pairs) != before; { // until all have two partners
		before = len(pairs)
		pairs = l.tally.payersOfSeveral(pairs)
		pairs = l.tally.payeesOfSeveral(pairs)
	}
	if !paysIn(pairs, with) {
		return Layer{}, false
	}
	found := layerOf(pairs)
	return found, len(found.From) >= 2 && len(found.From) <= l.widest && len(found.To) >= 2
}

func paysIn(pairs []pair, with graph.Account) bool {
	return with == graph.Outside || slices.ContainsFunc(pairs, func(p pair) bool { return p.from == with })
}

func layerOf(pairs []pair) (l Layer) {
	for _, p := range pairs {
		l.Refs = append(l.Refs, p.ref)
		l.From = append(l.From, p.from)
		l.To = append(l.To, p.to)
	}
	slices.Sort(l.From)
	slices.Sort(l.To)
	l.From, l.To = slices.Compact(l.From), slices.Compact(l.To)
	return l
}

// tally counts the partners of accounts, as far as two: open addressing, empty
// in no time.
type tally struct {
	slots []partner
	round uint32
	shift int
}

type partner struct {
	account, first graph.Account
	round          uint32 // in which it was filled
	several        bool
}

// payersOfSeveral keeps the pairs whose payer has more than one payee.
func (t *tally) payersOfSeveral(pairs []pair) []pair {
	t.reset(len(pairs))
	for _, p := range pairs {
		t.add(p.from, p.to)
	}
	return slices.DeleteFunc(pairs, func(p pair) bool { return !t.at(p.from).several })
}

// payeesOfSeveral keeps the pairs whose payee has more than one payer.
func (t *tally) payeesOfSeveral(pairs []pair) []pair {
	t.reset(len(pairs))
	for _, p := range pairs {
		t.add(p.to, p.from)
	}
	return slices.DeleteFunc(pairs, func(p pair) bool { return !t.at(p.to).several })
}

// reset makes room for n accounts.
func (t *tally) reset(n int) {
	if t.round++; t.round == 0 || 2*n > len(t.slots) {
		size, shift := 256, 32-8
		for ; size < 2*n; size *= 2 {
			shift--
		}
		t.slots, t.shift, t.round = make([]partner, size), shift, 1
	}
}

// at finds an account's slot, or the free one where it belongs.
func (t *tally) at(a graph.Account) *partner {
	for i := uint32(a) * 0x9E3779B1 >> t.shift; ; i++ {
		p := &t.slots[int(i)&(len(t.slots)-1)]
		if p.round != t.round || p.account == a {
			return p
		}
	}
}

func (t *tally) add(a, other graph.Account) {
	p := t.at(a)
	switch {
	case p.round != t.round:
		*p = partner{a, other, t.round, false}
	case p.first != other:
		p.several = true
	}
}
