package shape

import (
	"fmt"
	"math"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
)

// Cycle finds money that comes back to where it began through min_payments or
// more, each later than the one before and of similar size (Altman et al.,
// pattern cycle; looked for as far as [look.Scope.Trails] goes).
type Cycle struct{ MinPayments int }

// Typology is cycle.
func (f *Cycle) Typology() spoor.Typology { return spoor.Cycle }

// Find takes the payment as the last of a cycle.
func (f *Cycle) Find(s *look.Scope) {
	if c := &s.Trails().Cycle; c.Len() >= f.MinPayments {
		s.Emit(c.Signal(spoor.Cycle, s.To, s.From))
	}
}

// Assess weighs the hops and the closing of the circle.
func (f *Cycle) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	st := t.Legs(sig.Legs)
	// Closing by chance: that of all transfers the last one goes to the origin.
	// The transfers that could have closed cancel those that could have begun;
	// what is left is how many the origin gets, and that people deal in circles.
	total := st.Bans - math.Log10(float64(max(1, t.Received(sig.Anchor[0])))) - 1
	first, last := t.Graph.Value(sig.Refs[0]), t.Graph.Value(sig.Refs[len(sig.Refs)-1])
	return total, []string{
		fmt.Sprintf("%s left %s and came back as %s after %d payments in %s", look.Euro(float64(first)), t.Graph.AccountID(sig.Anchor[0]), look.Euro(float64(last)), len(sig.Refs), spoor.Span(sig.Last-t.Graph.Time(sig.Refs[0]))),
		t.Route(sig.Legs),
		st.Words(),
	}
}
