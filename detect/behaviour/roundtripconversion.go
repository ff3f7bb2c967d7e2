package behaviour

import (
	"fmt"
	"math"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
)

// RoundTripConversion finds money sent to an account in one currency that comes
// straight back in another, of similar value, within max_gap: a conversion that
// hides where the money was (FATF, indicators on currency exchange).
type RoundTripConversion struct{ MaxGap spoor.Instant }

// Typology is round-trip-conversion.
func (f *RoundTripConversion) Typology() spoor.Typology { return spoor.RoundTripConversion }

// Find takes the payment as the way back.
func (f *RoundTripConversion) Find(s *look.Scope) {
	c := &s.Trails().Cycle
	if c.Len() != 2 { // three or more are a cycle
		return
	}
	left, back := s.Graph.Paid(c.First()), s.Graph.Received(s.Ref)
	if left.Currency != back.Currency && s.Time-s.Graph.Time(c.First()) <= f.MaxGap {
		s.Emit(c.Signal(spoor.RoundTripConversion, s.To, s.From))
	}
}

// Assess weighs the hop as that of a cycle.
func (f *RoundTripConversion) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	st := t.Legs(sig.Legs)
	left, back := t.Graph.Paid(sig.Refs[0]), t.Graph.Received(sig.Refs[len(sig.Refs)-1])
	total := st.Bans + 1 - math.Log10(float64(max(1, t.Received(sig.Anchor[0]))))
	return total, []string{
		fmt.Sprintf("%s left %s and came back as %s after %s", left.Grouped(), t.Graph.AccountID(sig.Anchor[0]), back.Grouped(), spoor.Span(sig.Last-t.Graph.Time(sig.Refs[0]))),
		t.Route(sig.Legs),
		st.Words(),
	}
}
