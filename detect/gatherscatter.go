package detect

import (
	"fmt"
	"math"

	"spoor"
	"spoor/graph"
)

// gatherScatter finds an account that first collects from several and then
// spreads to several others (Altman et al., NeurIPS 2023, pattern
// gather-scatter): a collecting account of a network.
type gatherScatter struct {
	window spoor.Instant
	least  int
	most   int
	all    int
}

func (f *gatherScatter) typology() spoor.Typology { return spoor.GatherScatter }

func (f *gatherScatter) find(s *scope) {
	center := s.from
	if !s.channel.Transfer() || center == s.to || center == graph.Outside {
		return
	}
	outs, ins := s.out(center, f.window), s.in(center, f.window)
	if len(outs) < f.least || len(ins) < f.least || len(outs)+len(ins) < f.all ||
		!s.normal.unusual(center, true, len(ins), f.window) && !s.normal.unusual(center, false, len(outs), f.window) {
		return
	}
	turn, all := turning(ins, outs), len(ins)+len(outs)
	for len(ins) > 0 && spoor.Instant(ins[len(ins)-1].Time) > turn {
		ins = ins[:len(ins)-1]
	}
	for len(outs) > 0 && spoor.Instant(outs[0].Time) < turn {
		outs = outs[1:]
	}
	astray := all - len(ins) - len(outs)
	gathered := append([]graph.Ref(nil), s.oneEach(center, ins)...)
	scattered := s.oneEach(center, outs)
	if len(gathered) < f.least || len(scattered) < f.least || len(gathered)+len(scattered) < f.all {
		return
	}
	if len(gathered) > f.most || len(scattered) > f.most {
		s.bites++
		return
	}
	s.emit(signal{typology: spoor.GatherScatter, n: astray, anchor: [2]graph.Account{center}, refs: append(gathered[:len(gathered):len(gathered)], scattered...), moved: sortRefs(s.g, gathered)})
}

// turning finds the moment that best parts payments in from payments out: most
// of the first before it, most of the second from it on.
func turning(ins, outs []graph.Edge) spoor.Instant {
	best, at := math.MinInt, spoor.Instant(0)
	i := 0
	for j, e := range outs {
		for i < len(ins) && ins[i].Time <= e.Time {
			i++
		}
		// In order: i in before, len(outs)-j out after; the others are not.
		if fit := i - (len(ins) - i) + (len(outs) - j) - j; fit > best {
			best, at = fit, spoor.Instant(e.Time)
		}
	}
	return at
}

func (f *gatherScatter) assess(n *normal, sig *signal) (float64, []string) {
	center := sig.anchor[0]
	var ins, outs []graph.Ref
	for _, r := range sig.refs {
		if _, to := n.g.Ends(r); to == center {
			ins = append(ins, r)
		} else {
			outs = append(outs, r)
		}
	}
	gather, scatter := n.fan(center, true, ins), n.fan(center, false, outs)
	a, b := float64(len(ins)), float64(len(outs))
	lgAll, _ := math.Lgamma(a + b + 1)
	lgA, _ := math.Lgamma(a + 1)
	lgB, _ := math.Lgamma(b + 1)
	// Chance that all in come before all out; each payment astray takes back.
	order := max(0, min(3, (lgAll-lgA-lgB)/math.Ln10)-float64(sig.n))
	total := gather.bans() + scatter.bans() + order - triesAccounts - math.Log10(max(1, n.days/(gather.days+scatter.days)))
	if gather.bans() < 1 || scatter.bans() < 1 {
		total = 0 // one side alone is a fan
	}
	return total, []string{
		fmt.Sprintf("%s collected %s from %d accounts within %s, then paid %s to %d accounts within %s", n.g.AccountID(center),
			euro(gather.value), gather.k, spoor.Span(gather.span), euro(scatter.value), scatter.k, spoor.Span(scatter.span)),
		"in: " + gather.usual("payers"),
		"out: " + scatter.usual("payees"),
	}
}
