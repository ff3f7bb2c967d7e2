package behaviour

import (
	"fmt"
	"math"
	"slices"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// DormancyBurst finds an account that wakes after a long silence and at once
// moves money several times (FATF's indicator of a dormant account that is
// suddenly active).
//
// After min_pause or more without a payment, min_payments or more of min_value
// together, in or out, follow within window.
type DormancyBurst struct {
	MinPause    spoor.Instant // no shorter than graph.MinPause
	Window      spoor.Instant
	MinPayments int
	MinValue    float64
}

// Typology is dormancy-burst.
func (f *DormancyBurst) Typology() spoor.Typology { return spoor.DormancyBurst }

// Find looks at both accounts of the payment.
func (f *DormancyBurst) Find(s *look.Scope) {
	f.look(s, s.From)
	if s.To != s.From {
		f.look(s, s.To)
	}
}

func (f *DormancyBurst) look(s *look.Scope, a graph.Account) {
	woke, pause := s.Graph.Awakening(a)
	if a == graph.Outside || pause < f.MinPause || s.Time < woke || s.Time-woke > f.Window {
		return
	}
	took, in := sum(s, s.In(a, s.Time-woke))
	gave, out := sum(s, s.Out(a, s.Time-woke))
	if len(in)+len(out) < f.MinPayments || max(took, gave) < f.MinValue {
		return
	}
	moved := in
	if gave > took {
		moved = out
	}
	s.Emit(look.Signal{Typology: spoor.DormancyBurst, Anchor: [2]graph.Account{a}, Amount: max(took, gave), N: int(pause / spoor.Day),
		Refs: slices.Concat(in, out), Moved: look.Sort(s.Graph, moved)})
}

// sum lists the payments of edges and adds up their value.
func sum(s *look.Scope, edges []graph.Edge) (value float64, refs []graph.Ref) {
	for _, e := range edges {
		refs = append(refs, e.Ref)
		value += float64(s.Graph.Value(e.Ref))
	}
	return value, refs
}

// Assess weighs the payments of the burst against those before it; N is the
// days of silence.
func (f *DormancyBurst) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	const shape = 0.5 // how rates are spread among accounts that fall silent
	a := sig.Anchor[0]
	first := t.Graph.Time(sig.Refs[0])
	days := max(0.25, float64(sig.Last-first)/float64(spoor.Day))
	before := len(t.Graph.In(a, 0, first-1)) + len(t.Graph.Out(a, 0, first-1))
	count := usual.TailBans(usual.GammaPoissonTail(t.Decisions(sig.Refs), before, days, float64(sig.N), t.Rate(), shape))
	total := count + math.Log10(max(1, sig.Amount/f.MinValue)) - usual.TriesAccounts
	return total, []string{
		fmt.Sprintf("%s had been silent for %d days, then moved %s in %d payments within %s", t.Graph.AccountID(a), sig.N, look.Euro(sig.Amount), len(sig.Refs), spoor.Span(sig.Last-first)),
	}
}
