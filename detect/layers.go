package detect

import (
	"fmt"
	"math"
	"slices"

	"spoor"
	"spoor/graph"
)

// bipartite finds several accounts that each pay several of the same others
// within days (Altman et al., NeurIPS 2023, pattern bipartite, as the paper
// defines it: sources and sinks joined by payments).
type bipartite struct {
	window spoor.Instant
	widest int // more peers than this and an account is no part of a layer
}

func (f *bipartite) typology() spoor.Typology { return spoor.Bipartite }

func (f *bipartite) find(s *scope) {
	l := s.layers(f.window, f.widest)
	if l == nil {
		return
	}
	s.emit(signal{typology: spoor.Bipartite, anchor: [2]graph.Account{slices.Min(l[0].from), slices.Min(l[0].to)},
		refs: slices.Clone(l[0].refs), moved: sortRefs(s.g, slices.Clone(l[0].refs)), n: len(l[0].from), m: len(l[0].to)})
}

func (f *bipartite) assess(n *normal, sig *signal) (float64, []string) {
	b, value, edges := n.mesh(sig.refs)
	return b - triesAccounts, []string{
		fmt.Sprintf("%d accounts paid the same %d accounts in %d payments within %s, %s in all", sig.n, sig.m, edges,
			spoor.Span(n.g.Time(sig.refs[len(sig.refs)-1])-n.g.Time(sig.refs[0])), euro(value)),
	}
}

// stack finds layers of accounts, each paying into the next: a bipartite
// pattern whose sources were paid by a common layer before (Altman et al.,
// NeurIPS 2023, pattern stack).
type stack struct {
	window spoor.Instant
	widest int
}

func (f *stack) typology() spoor.Typology { return spoor.Stack }

func (f *stack) find(s *scope) {
	l := s.layers(f.window, f.widest)
	if len(l) < 2 {
		return
	}
	top := l[len(l)-1]
	var refs []graph.Ref
	for _, layer := range l {
		refs = append(refs, layer.refs...)
	}
	s.emit(signal{typology: spoor.Stack, anchor: [2]graph.Account{slices.Min(top.from), slices.Min(top.to)},
		refs: refs, moved: sortRefs(s.g, slices.Clone(top.refs)), n: len(l) + 1, m: len(l[0].to)})
}

func (f *stack) assess(n *normal, sig *signal) (float64, []string) {
	b, value, edges := n.mesh(sig.refs)
	return b - triesAccounts, []string{
		fmt.Sprintf("%d layers of accounts, each paying into the next: %d payments between them within %s, %s in all", sig.n, edges,
			spoor.Span(n.g.Time(sig.refs[len(sig.refs)-1])-n.g.Time(sig.refs[0])), euro(value)),
	}
}

// layer is a set of accounts paying another.
type layer struct {
	from, to []graph.Account
	refs     []graph.Ref
}

// layers finds the layer that the payment in scope completes, and those above
// it, nearest first: at most four, once for both finders. It returns nil
// where there is none.
func (s *scope) layers(window spoor.Instant, widest int) []layer {
	if s.layered.done && s.layered.of == s.ref {
		return s.layered.found
	}
	s.layered.of, s.layered.done, s.layered.found = s.ref, true, nil
	if !s.channel.Transfer() || s.from == s.to || s.from == graph.Outside || s.to == graph.Outside || s.value < startSize {
		return nil
	}
	ins := s.in(s.to, window)
	if len(ins) < 2 || len(ins) > 4*widest {
		return nil
	}
	outs := s.out(s.from, window)
	if len(outs) < 2 || len(outs) > 4*widest {
		return nil
	}
	payees := peersOf(outs, s.from, widest)
	if len(payees) < 2 || len(peersOf(ins, s.to, widest)) < 2 {
		return nil
	}
	l, ok := s.above(payees, window, widest)
	if !ok || !slices.Contains(l.from, s.from) {
		return nil
	}
	found := []layer{l}
	for len(found) < 4 {
		up, ok := s.above(found[len(found)-1].from, window, widest)
		if !ok || overlap(up.from, found) {
			break
		}
		found = append(found, up)
	}
	s.layered.found = found
	return found
}

func overlap(from []graph.Account, below []layer) bool {
	for _, l := range below {
		for _, a := range from {
			if slices.Contains(l.from, a) || slices.Contains(l.to, a) {
				return true
			}
		}
	}
	return false
}

// peersOf lists the accounts at the other ends of transfers, in order; nil
// where there are more than the widest layer has.
func peersOf(edges []graph.Edge, self graph.Account, widest int) []graph.Account {
	var out []graph.Account
	for _, e := range edges {
		if e.Channel().Transfer() && e.Peer() != self && e.Peer() != graph.Outside && !slices.Contains(out, e.Peer()) {
			if out = append(out, e.Peer()); len(out) > widest {
				return nil
			}
		}
	}
	slices.Sort(out)
	return out
}

// above finds the accounts that each paid two or more of the given ones, which
// in turn were paid by two or more of them.
func (s *scope) above(sinks []graph.Account, window spoor.Instant, widest int) (layer, bool) {
	type pair struct {
		from, to graph.Account
		ref      graph.Ref
	}
	var pairs []pair
	for _, to := range sinks {
		ins := s.in(to, window)
		if len(ins) > 4*widest {
			continue // a hub is paid by all sorts
		}
		for _, e := range ins {
			if e.Channel().Transfer() && e.Peer() != to && e.Peer() != graph.Outside && float64(s.g.Value(e.Ref)) >= startSize {
				pairs = append(pairs, pair{e.Peer(), to, e.Ref})
			}
		}
	}
	for { // leave out ends with one partner until none is left
		deg := func(key func(pair) graph.Account, other func(pair) graph.Account) map[graph.Account]int {
			first, n := map[graph.Account]graph.Account{}, map[graph.Account]int{}
			for _, p := range pairs {
				if o, ok := first[key(p)]; !ok {
					first[key(p)] = other(p)
				} else if o != other(p) {
					n[key(p)]++
				}
			}
			return n
		}
		from := func(p pair) graph.Account { return p.from }
		to := func(p pair) graph.Account { return p.to }
		outs, ins := deg(from, to), deg(to, from)
		before := len(pairs)
		pairs = slices.DeleteFunc(pairs, func(p pair) bool { return outs[p.from] == 0 || ins[p.to] == 0 })
		if len(pairs) == before {
			break
		}
	}
	var l layer
	for _, p := range pairs {
		l.refs = append(l.refs, p.ref)
		if !slices.Contains(l.from, p.from) {
			l.from = append(l.from, p.from)
		}
		if !slices.Contains(l.to, p.to) {
			l.to = append(l.to, p.to)
		}
	}
	slices.Sort(l.from)
	slices.Sort(l.to)
	return l, len(l.from) >= 2 && len(l.from) <= widest && len(l.to) >= 2
}

// mesh measures payments between layers: each pair of accounts beyond those
// that only join all of them together is a meeting that chance would have to
// make. Pairs that pay each other regularly say nothing.
func (n *normal) mesh(refs []graph.Ref) (b, value float64, edges int) {
	type pair struct{ from, to graph.Account }
	pairs, accounts := map[pair]bool{}, map[graph.Account]bool{}
	var degrees float64
	for _, r := range refs {
		from, to := n.g.Ends(r)
		value += float64(n.g.Value(r))
		edges++
		if p := (pair{from, to}); !pairs[p] && !n.standing(r) {
			pairs[p] = true
			accounts[from], accounts[to] = true, true
			degrees += math.Log10(float64(max(1, n.count(n.g.Out(from, 0, n.g.Newest()), 1000)) * max(1, n.count(n.g.In(to, 0, n.g.Newest()), 1000))))
		}
	}
	extra := len(pairs) - (len(accounts) - 1)
	if extra <= 0 || len(pairs) == 0 {
		return 0, value, edges
	}
	meet := max(0.3, n.accounts-degrees/float64(len(pairs))-1)
	return min(3*maxBans, float64(extra)*meet), value, edges
}
