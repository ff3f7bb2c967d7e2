package detect

import (
	"cmp"
	"slices"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/graph"
)

// assessed is a signal with what can be said of it. Its bans are those of the
// assessment, less the typology's prior.
type assessed struct {
	*look.Signal
	reasons []string
}

// alert assesses closed signals, joins those about the same money and makes
// alerts of what is strong enough.
func (d *Detector) alert(signals []*look.Signal) []spoor.Alert {
	groups := join(d.assess(signals))
	alerts := make([]spoor.Alert, len(groups))
	for i, gr := range groups {
		alerts[i] = d.write(gr)
	}
	return alerts
}

// assess keeps what is strong enough, strongest first.
func (d *Detector) assess(signals []*look.Signal) []assessed {
	finders := map[spoor.Typology]finder{}
	for _, f := range d.finders {
		finders[f.Typology()] = f
	}
	first, _ := d.g.Span()
	var all []assessed
	for _, s := range signals {
		if !s.Forget(first) {
			continue
		}
		bans, reasons := finders[s.Typology].Assess(d.traffic, s)
		s.Bans = bans - d.p.get(s.Typology, "prior")
		if s.Bans >= d.least {
			all = append(all, assessed{s, reasons})
		}
	}
	slices.SortFunc(all, func(a, b assessed) int {
		return cmp.Or(cmp.Compare(b.Bans, a.Bans), cmp.Compare(a.Last, b.Last), cmp.Compare(a.Typology, b.Typology),
			cmp.Compare(a.Anchor[0], b.Anchor[0]), cmp.Compare(a.Anchor[1], b.Anchor[1]), slices.Compare(a.Refs, b.Refs))
	})
	return all
}

// group is an alert in the making: its signals, strongest first.
type group struct {
	members []assessed
	refs    map[graph.Ref]bool
}

// join lets each signal, strongest first, join the group that it shares most
// payments with, if at least half of its payments or half of the group's are
// common; else it begins its own.
func join(all []assessed) []*group {
	var groups []*group
	of := map[graph.Ref][]*group{}
	for _, s := range all {
		best, common := closest(s.Refs, of)
		if best == nil || 2*common < min(len(s.Refs), len(best.refs)) {
			best = &group{refs: map[graph.Ref]bool{}}
			groups = append(groups, best)
		}
		best.members = append(best.members, s)
		for _, r := range s.Refs {
			if !best.refs[r] {
				best.refs[r] = true
				of[r] = append(of[r], best)
			}
		}
	}
	return groups
}

// closest finds the group that most of the payments are in; of several, that of
// the earliest payment.
func closest(refs []graph.Ref, of map[graph.Ref][]*group) (best *group, common int) {
	in := map[*group]int{}
	for _, r := range refs {
		for _, gr := range of[r] {
			in[gr]++
		}
	}
	for _, r := range refs {
		for _, gr := range of[r] {
			if in[gr] > common {
				best, common = gr, in[gr]
			}
		}
	}
	return best, common
}

// specific orders typologies by how much they say when several see the same
// payments: a woken account that collects and spreads is first of all woken.
var specific = []spoor.Typology{
	spoor.Stack, spoor.Bipartite, spoor.ScatterGather, spoor.Cycle, spoor.RoundTripConversion, spoor.UTurn,
	spoor.DormancyBurst, spoor.FrontBusiness, spoor.SynchronisedDeposits, spoor.HighRiskCorridor, spoor.Structuring,
	spoor.GatherScatter, spoor.Chain, spoor.FanIn, spoor.FanOut, spoor.PassThrough,
}

// lead picks the signal that names the alert: the most specific of those that
// see most of it and are not much weaker than the strongest.
func (gr *group) lead() assessed {
	best := gr.members[0]
	for _, m := range gr.members[1:] {
		if 10*len(m.Refs) >= 8*len(gr.refs) && 3*m.Bans >= gr.members[0].Bans &&
			slices.Index(specific, m.Typology) < slices.Index(specific, best.Typology) {
			best = m
		}
	}
	return best
}
