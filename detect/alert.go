package detect

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"slices"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// write makes an alert of a group.
func (d *Detector) write(gr *group) spoor.Alert {
	lead := gr.lead()
	refs := look.Sort(d.g, slices.Collect(maps.Keys(gr.refs)))
	a := spoor.Alert{
		Typology: lead.Typology,
		First:    d.g.Time(refs[0]),
		Last:     d.g.Time(refs[len(refs)-1]),
		Versions: map[string]string{"rules": Rules, "parameters": d.p.Version},
	}
	a.Amount, a.Currency = d.sum(lead)
	a.Accounts = d.accounts(lead, refs)
	for _, r := range refs {
		a.Payments = append(a.Payments, d.g.ID(r))
		a.Places = append(a.Places, uint32(r)) // refs count from 0
	}
	total := gr.members[0].Bans
	a.Typologies, a.Reasons = append(a.Typologies, lead.Typology), append(a.Reasons, lead.reasons...)
	for _, m := range gr.members {
		if slices.Contains(a.Typologies, m.Typology) {
			continue
		}
		a.Typologies = append(a.Typologies, m.Typology)
		if m.Signal != gr.members[0].Signal {
			total += m.Bans / 4 // it is the same money, so most of it is said already
		}
		a.Reasons = append(a.Reasons, fmt.Sprintf("also %s: %s", m.Typology, m.reasons[0]))
	}
	a.Score = Score(total)
	a.Reasons = append(a.Reasons, fmt.Sprintf("score %.0f: by the ordinary business of these accounts chance makes one like it in %s transfers", a.Score, round(math.Pow(10, usual.TriesTransfers+lead.Bans))))
	a.ID = fmt.Sprintf("%s-%s-%08x", lead.Typology, a.First.Time().Format("20060102"), fingerprint(&a))
	return a
}

// fingerprint tells alerts of one typology and day apart, in the same way in
// every run.
func fingerprint(a *spoor.Alert) uint32 {
	h := fnv.New32a()
	for _, s := range a.Payments {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return h.Sum32()
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
	first := d.g.Paid(s.Moved[0]).Currency
	var own, euro int64
	same := true
	for _, r := range s.Moved {
		m := d.g.Paid(r)
		same = same && m.Currency == first
		own = add(own, m.Amount)
		euro = add(euro, int64(min(math.Round(float64(d.g.Value(r))*100), math.MaxInt64/2)))
	}
	if same {
		return own, first
	}
	return euro, spoor.EUR
}

// add stops at the largest amount there is: an alert about more money than
// exists must still be shown.
func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
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
	add(lead.Anchor[0])
	add(lead.Anchor[1])
	for _, r := range refs {
		from, to := d.g.Ends(r)
		add(from)
		add(to)
	}
	return out
}
