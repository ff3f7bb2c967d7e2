package shape

import (
	"fmt"
	"math"
	"slices"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// GatherScatter finds an account that first collects from several and then
// spreads to several others: a collecting account of a network (Altman et al.,
// pattern gather-scatter).
//
// Within window it has min_degree to max_degree payers, later as many payees,
// and min_payments with both together, one transfer with each. The moment that
// best parts the two is looked for; payments on the wrong side of it are left
// out and count against.
type GatherScatter struct {
	Window      spoor.Instant
	MinDegree   int
	MaxDegree   int
	MinPayments int
}

// Typology is gather-scatter.
func (f *GatherScatter) Typology() spoor.Typology { return spoor.GatherScatter }

// Find looks at both sides of the payer: each payment out may complete it.
func (f *GatherScatter) Find(s *look.Scope) {
	center := s.From
	if !s.Channel.Transfer() || center == s.To || center == graph.Outside {
		return
	}
	outs, ins := s.Out(center, f.Window), s.In(center, f.Window)
	all := len(ins) + len(outs)
	if len(outs) < f.MinDegree || len(ins) < f.MinDegree || all < f.MinPayments ||
		!s.Unusual(center, true, len(ins), f.Window) && !s.Unusual(center, false, len(outs), f.Window) {
		return
	}
	turn := turning(ins, outs)
	for len(ins) > 0 && spoor.Instant(ins[len(ins)-1].Time) > turn {
		ins = ins[:len(ins)-1]
	}
	for len(outs) > 0 && spoor.Instant(outs[0].Time) < turn {
		outs = outs[1:]
	}
	astray := all - len(ins) - len(outs)
	s.Kept = s.OneEach(s.Kept[:0], center, ins)
	gathered := len(s.Kept)
	s.Kept = s.OneEach(s.Kept, center, outs)
	scattered := len(s.Kept) - gathered
	if min(gathered, scattered) < f.MinDegree || gathered+scattered < f.MinPayments {
		return
	}
	if max(gathered, scattered) > f.MaxDegree {
		s.Bite()
		return
	}
	s.Emit(look.Signal{Typology: spoor.GatherScatter, Anchor: [2]graph.Account{center}, N: astray,
		Refs: slices.Clone(s.Kept), Moved: look.Sort(s.Graph, slices.Clone(s.Kept[:gathered]))})
}

// turning finds the moment that best parts payments in from payments out: most
// of the first before it, most of the second from it on; the latest of equals,
// which leaves more to collect.
func turning(ins, outs []graph.Edge) spoor.Instant {
	best, at := math.MinInt, spoor.Instant(0)
	i := 0
	for j, e := range outs {
		for i < len(ins) && ins[i].Time <= e.Time {
			i++
		}
		// In order: i in before, len(outs)-j out after; the others are not.
		if fit := i - (len(ins) - i) + (len(outs) - j) - j; fit >= best {
			best, at = fit, spoor.Instant(e.Time)
		}
	}
	return at
}

// Assess adds up both fans and the chance that one comes before the other.
func (f *GatherScatter) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	center := sig.Anchor[0]
	var ins, outs []graph.Ref
	for _, r := range sig.Refs {
		if _, to := t.Graph.Ends(r); to == center {
			ins = append(ins, r)
		} else {
			outs = append(outs, r)
		}
	}
	if len(ins) == 0 || len(outs) == 0 { // one side has left the window
		return 0, []string{fmt.Sprintf("%s collected or spread money", t.Graph.AccountID(center))}
	}
	gather, scatter := t.Fan(center, true, ins), t.Fan(center, false, outs)
	// Each payment astray takes back from what the order says.
	order := max(0, min(3, orderBans(len(ins), len(outs)))-float64(sig.N))
	total := gather.Bans() + scatter.Bans() + order - usual.TriesAccounts - math.Log10(max(1, t.Days/(gather.Days+scatter.Days)))
	if gather.Bans() < 1 || scatter.Bans() < 1 || t.Small(sig.Refs) {
		total = 0 // one side alone is a fan
	}
	return total, []string{
		fmt.Sprintf("%s collected %s from %d accounts within %s, then paid %s to %d accounts within %s", t.Graph.AccountID(center),
			look.Euro(gather.Value), gather.Peers, spoor.Span(gather.Span), look.Euro(scatter.Value), scatter.Peers, spoor.Span(scatter.Span)),
		"in: " + gather.Usual("payers"),
		"out: " + scatter.Usual("payees"),
	}
}

// orderBans is how surprising it is that in payments all come before out.
func orderBans(in, out int) float64 {
	a, b := float64(in), float64(out)
	lgAll, _ := math.Lgamma(a + b + 1)
	lgA, _ := math.Lgamma(a + 1)
	lgB, _ := math.Lgamma(b + 1)
	return (lgAll - lgA - lgB) / math.Ln10
}
