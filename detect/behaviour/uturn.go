package behaviour

import (
	"fmt"
	"math"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
)

// UTurn finds money that leaves a country and comes back through accounts
// abroad, of similar size, within days (FATF, Trade-Based Money Laundering,
// 2020; funds that return by a roundabout way). It has no parameter of its own:
// it is as long as [look.Scope.Trails] follows money abroad.
type UTurn struct{}

// Typology is u-turn.
func (f *UTurn) Typology() spoor.Typology { return spoor.UTurn }

// Find takes the payment as that which brings the money home.
func (f *UTurn) Find(s *look.Scope) {
	if tr := &s.Trails().Abroad; tr.Len() > 0 {
		origin, _ := s.Graph.Ends(tr.First())
		s.Emit(tr.Signal(spoor.UTurn, origin, s.To))
	}
}

// Assess weighs the hops, the border and the sum.
func (f *UTurn) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	st := t.Legs(sig.Legs)
	home := t.Graph.Country(sig.Anchor[0]).String()
	by := home
	for _, l := range sig.Legs {
		_, a := t.Graph.Ends(l.In)
		by += " → " + t.Graph.Country(a).String()
	}
	first, last := t.Graph.Value(sig.Refs[0]), t.Graph.Value(sig.Refs[len(sig.Refs)-1])
	// Money that goes abroad and comes home: one in ten does.
	total := st.Bans + 1 + math.Log10(max(1, float64(first)/10000)) - usual.TriesTransfers
	return total, []string{
		fmt.Sprintf("%s left %s and %s came back within %s: %s → %s", look.Euro(float64(first)), home, look.Euro(float64(last)), spoor.Span(sig.Last-t.Graph.Time(sig.Refs[0])), by, home),
		t.Route(sig.Legs),
		st.Words(),
	}
}
