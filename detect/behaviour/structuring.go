package behaviour

import (
	"fmt"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// Structuring finds cash paid into an account in several deposits, each below
// the reporting threshold and together above it (Regulation (EU) 2024/1624 Art
// 80 on linked operations; FATF, structuring or smurfing).
//
// The deposits are min_deposits or more within window, each below threshold and
// at least the share floor of it. Those that hug the threshold weigh more; the
// account's own habit of depositing weighs against.
type Structuring struct {
	Window      spoor.Instant
	Threshold   float64
	Floor       float64
	MinDeposits int
}

// Typology is structuring.
func (f *Structuring) Typology() spoor.Typology { return spoor.Structuring }

// Find adds up the deposits to the payee.
func (f *Structuring) Find(s *look.Scope) {
	if s.Channel != spoor.Cash || s.To == graph.Outside || !f.below(s.Value) {
		return
	}
	edges := s.In(s.To, f.Window)
	if len(edges) < f.MinDeposits || !s.Unusual(s.To, true, len(edges), f.Window) {
		return
	}
	var refs []graph.Ref
	var sum float64
	for _, e := range edges {
		if v := float64(s.Graph.Value(e.Ref)); e.Channel() == spoor.Cash && f.below(v) {
			refs = append(refs, e.Ref)
			sum += v
		}
	}
	if len(refs) >= f.MinDeposits && sum >= f.Threshold {
		s.Emit(look.Signal{Typology: spoor.Structuring, Anchor: [2]graph.Account{s.To}, Refs: refs, Moved: refs})
	}
}

// below reports whether a deposit is under the threshold but no small change.
func (f *Structuring) below(v float64) bool { return v >= f.Floor*f.Threshold && v < f.Threshold }

// What is usual for accounts that take cash.
const (
	cashRate  = 0.02 // deposits a day
	cashShape = 0.5  // of the gamma distribution of rates
	hugging   = 0.08 // share of deposits within a fifth below the threshold
)

// Assess weighs number and size of the deposits against the account's others.
func (f *Structuring) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	to, span := sig.Anchor[0], sig.Last-t.Graph.Time(sig.Refs[0])
	inside := map[graph.Ref]bool{}
	hug, largest, sum := 0, 0.0, 0.0
	for _, r := range sig.Refs {
		inside[r] = true
		v := float64(t.Graph.Value(r))
		sum += v
		largest = max(largest, v)
		if v >= 0.8*f.Threshold {
			hug++
		}
	}
	others, over := 0, 0
	for _, e := range t.In(to) {
		if e.Channel() == spoor.Cash && !inside[e.Ref] {
			others++
			if float64(t.Graph.Value(e.Ref)) >= f.Threshold {
				over++
			}
		}
	}
	days := max(1, float64(span)/float64(spoor.Day))
	rest := max(0, t.Days-days)
	count := usual.Bans(usual.GammaPoissonTail(len(sig.Refs), others, days, rest, cashRate, cashShape))
	total := count + usual.Bans(usual.BinomialTail(hug, len(sig.Refs), hugging)) - usual.TriesAccounts + 1.5 - float64(min(3, over))
	return total, []string{
		fmt.Sprintf("%d cash deposits to %s within %s, %s in all, each below %s, the largest %s", len(sig.Refs), t.Graph.AccountID(to), spoor.Span(span), look.Euro(sum), look.Euro(f.Threshold), look.Euro(largest)),
		fmt.Sprintf("%d of them within a fifth below the threshold; other cash deposits in the remaining %.0f days: %d, %d of them above it", hug, rest, others, over),
	}
}
