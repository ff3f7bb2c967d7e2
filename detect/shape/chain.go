package shape

import (
	"fmt"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
)

// Chain finds money handed on from account to account, min_payments or more,
// each soon after the one before and of similar size (Altman et al., pattern
// random; looked for as far as [look.Scope.Trails] goes).
type Chain struct{ MinPayments int }

// Typology is chain.
func (f *Chain) Typology() spoor.Typology { return spoor.Chain }

// Find takes the payment as the last of a chain. Chains are everywhere, so that
// those which chance makes easily are not kept.
func (f *Chain) Find(s *look.Scope) {
	c := &s.Trails().Chain
	if c.Len() < f.MinPayments || c.Bans < usual.TriesTransfers-2 {
		return
	}
	origin, first := s.Graph.Ends(c.First())
	s.Emit(c.Signal(spoor.Chain, origin, first))
}

// Assess weighs the hops.
func (f *Chain) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	st := t.Legs(sig.Legs)
	first, last := t.Graph.Value(sig.Refs[0]), t.Graph.Value(sig.Refs[len(sig.Refs)-1])
	return st.Bans - usual.TriesTransfers, []string{
		fmt.Sprintf("%s handed on through %d accounts in %s, arriving as %s", look.Euro(float64(first)), len(sig.Legs), spoor.Span(sig.Last-t.Graph.Time(sig.Refs[0])), look.Euro(float64(last))),
		t.Route(sig.Legs),
		st.Words(),
	}
}
