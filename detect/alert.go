package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"spoor"
	"spoor/graph"
)

// Rules names the version of the detectors' code: it changes whenever the same
// payments and parameters could give other alerts.
const Rules = "1"

// assessed is a signal with what can be said of it.
type assessed struct {
	*signal
	reasons []string
}

// alert assesses closed signals, joins those about the same money and makes
// alerts of what is strong enough.
func (d *Detector) alert(signals []*signal) []spoor.Alert {
	byName := map[spoor.Typology]finder{}
	for _, f := range d.finder {
		byName[f.typology()] = f
	}
	first, _ := d.g.Span()
	var all []assessed
	for _, s := range signals {
		s.refs = slices.DeleteFunc(s.refs, func(r graph.Ref) bool { return r.Before(first) })
		if len(s.refs) == 0 {
			continue
		}
		bans, reasons := byName[s.typology].assess(&d.normal, s)
		s.bans = bans - d.p.get(s.typology, "prior")
		if s.bans >= d.least {
			all = append(all, assessed{s, reasons})
		}
	}
	slices.SortFunc(all, func(a, b assessed) int {
		return cmp.Or(cmp.Compare(b.bans, a.bans), cmp.Compare(a.last, b.last), cmp.Compare(a.typology, b.typology),
			cmp.Compare(a.anchor[0], b.anchor[0]), cmp.Compare(a.anchor[1], b.anchor[1]), slices.Compare(a.refs, b.refs))
	})
	return d.join(all)
}

// group is an alert in the making: its strongest signal and those that joined.
type group struct {
	members []assessed
	refs    map[graph.Ref]bool
}

// join lets each signal, strongest first, join the group that it shares most
// payments with, if at least half of its payments or half of the group's are
// common; else it begins its own.
func (d *Detector) join(all []assessed) []spoor.Alert {
	var groups []*group
	of := map[graph.Ref][]*group{}
	for _, s := range all {
		common := map[*group]int{}
		var best *group
		for _, r := range s.refs {
			for _, gr := range of[r] {
				common[gr]++
			}
		}
		for _, r := range s.refs { // in order, so that ties fall the same way each time
			for _, gr := range of[r] {
				if best == nil || common[gr] > common[best] {
					best = gr
				}
			}
		}
		if best == nil || 2*common[best] < min(len(s.refs), len(best.refs)) {
			best = &group{refs: map[graph.Ref]bool{}}
			groups = append(groups, best)
		}
		best.members = append(best.members, s)
		for _, r := range s.refs {
			if !best.refs[r] {
				best.refs[r] = true
				of[r] = append(of[r], best)
			}
		}
	}
	alerts := make([]spoor.Alert, len(groups))
	for i, gr := range groups {
		alerts[i] = d.write(gr)
	}
	return alerts
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
		if 10*len(m.refs) >= 8*len(gr.refs) && 3*m.bans >= gr.members[0].bans &&
			slices.Index(specific, m.typology) < slices.Index(specific, best.typology) {
			best = m
		}
	}
	return best
}

// write makes an alert of a group.
func (d *Detector) write(gr *group) spoor.Alert {
	lead := gr.lead()
	refs := make([]graph.Ref, 0, len(gr.refs))
	for r := range gr.refs {
		refs = append(refs, r)
	}
	refs = sortRefs(d.g, refs)
	a := spoor.Alert{
		Typology: lead.typology,
		First:    d.g.Time(refs[0]),
		Last:     d.g.Time(refs[len(refs)-1]),
		Versions: map[string]string{"rules": Rules, "parameters": d.p.Version},
	}
	a.Amount, a.Currency = d.sum(lead)
	a.Accounts = d.accounts(lead, refs)
	for _, r := range refs {
		a.Payments = append(a.Payments, d.g.ID(r))
	}
	total := gr.members[0].bans
	a.Typologies, a.Reasons = append(a.Typologies, lead.typology), append(a.Reasons, lead.reasons...)
	for _, m := range gr.members {
		if slices.Contains(a.Typologies, m.typology) {
			continue
		}
		a.Typologies = append(a.Typologies, m.typology)
		if m.signal != gr.members[0].signal {
			total += m.bans / 4 // it is the same money, so most of it is said already
		}
		a.Reasons = append(a.Reasons, fmt.Sprintf("also %s: %s", m.typology, m.reasons[0]))
	}
	a.Score = Score(total)
	a.Reasons = append(a.Reasons, fmt.Sprintf("score %.0f: by the ordinary business of these accounts chance makes one like it in %s transfers", a.Score, round(math.Pow(10, triesTransfers+lead.bans))))
	a.ID = fmt.Sprintf("%s-%s-%s", lead.typology, a.First.Time().Format("20060102"), a.Payments[0])
	return a
}

// Score turns bans into 0 to 100: 0 for what chance makes once in 100,000
// transfers, 50 for 3 bans, 75 for 9.
func Score(bans float64) float64 {
	if bans <= 0 {
		return 0
	}
	return math.Round(1000*bans/(bans+3)) / 10
}

// round writes a number with two significant digits and words for large ones.
func round(v float64) string {
	switch {
	case v >= 1e12:
		return "over a million million"
	case v >= 1e9:
		return fmt.Sprintf("%.0f thousand million", v/1e9)
	case v >= 1e6:
		return fmt.Sprintf("%.1f million", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%d 000", int(math.Round(v/1e3)))
	default:
		return fmt.Sprintf("%d", int(math.Round(v)))
	}
}

// sum is the money a signal moved: in its own currency where there is one,
// else in euro by the graph's rates.
func (d *Detector) sum(s assessed) (int64, spoor.Currency) {
	first := d.g.Paid(s.moved[0]).Currency
	var own, euro int64
	same := true
	for _, r := range s.moved {
		m := d.g.Paid(r)
		same = same && m.Currency == first
		own += m.Amount
		euro += int64(math.Round(float64(d.g.Value(r)) * 100))
	}
	if same {
		return own, first
	}
	return euro, spoor.EUR
}

// accounts lists the anchor first, then the others by first appearance.
func (d *Detector) accounts(lead assessed, refs []graph.Ref) []string {
	var out []string
	seen := map[graph.Account]bool{graph.Outside: true}
	add := func(a graph.Account) {
		if !seen[a] {
			seen[a] = true
			out = append(out, d.g.AccountID(a).String())
		}
	}
	add(lead.anchor[0])
	add(lead.anchor[1])
	for _, r := range refs {
		from, to := d.g.Ends(r)
		add(from)
		add(to)
	}
	return out
}

// euro writes a value in euro for reasons: "EUR 12 300".
func euro(v float64) string {
	m := spoor.Money{Amount: int64(math.Round(v)) * 100, Currency: spoor.EUR}.Grouped()
	return "EUR " + m[:len(m)-len(".00 EUR")]
}
