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

// Fan finds many accounts paying one (fan-in) or one paying many (fan-out)
// within days: the collecting of deposits from many hands, the spreading of
// proceeds over many (Altman et al., patterns fan-in and fan-out; FATF,
// Professional Money Laundering, 2018, on mule accounts).
//
// A fan is min_degree to max_degree peers of an account on one side within
// window, one transfer with each. What is unusual is measured against the
// account's own number of peers outside the days in question, with the
// population's rates as the prior, so that a shop, a landlord or a payroll is
// its own baseline.
type Fan struct {
	In        bool // many pay one
	Window    spoor.Instant
	MinDegree int
	MaxDegree int
}

// Typology is fan-in or fan-out.
func (f *Fan) Typology() spoor.Typology {
	if f.In {
		return spoor.FanIn
	}
	return spoor.FanOut
}

// Find looks at the payee's payers or the payer's payees.
func (f *Fan) Find(s *look.Scope) {
	center, side := s.From, s.Out
	if f.In {
		center, side = s.To, s.In
	}
	if !s.Channel.Transfer() || s.From == s.To || center == graph.Outside {
		return
	}
	edges := side(center, f.Window)
	if len(edges) < f.MinDegree || !s.Unusual(center, f.In, len(edges), f.Window) {
		return
	}
	s.Kept = s.OneEach(s.Kept[:0], center, edges)
	if len(s.Kept) < f.MinDegree {
		return
	}
	if len(s.Kept) > f.MaxDegree {
		s.Bite() // a business that deals with the many
		return
	}
	refs := slices.Clone(s.Kept)
	s.Emit(look.Signal{Typology: f.Typology(), Anchor: [2]graph.Account{center}, Refs: refs, Moved: refs})
}

// Assess measures the fan against the rest of the account's traffic.
func (f *Fan) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	st := t.Fan(sig.Anchor[0], f.In, sig.Refs)
	verb, peers := "paid", "payees"
	if f.In {
		verb, peers = "was paid by", "payers"
	}
	total := st.Bans() - usual.TriesAccounts - math.Log10(max(1, t.Days/st.Days))
	if t.Small(sig.Refs) {
		total = 0
	}
	reasons := []string{
		fmt.Sprintf("%s %s %d different accounts within %s, %s in all", t.Graph.AccountID(sig.Anchor[0]), verb, st.Peers, spoor.Span(st.Span), look.Euro(st.Value)),
		st.Usual(peers),
	}
	if st.Runs < st.Peers {
		reasons = append(reasons, fmt.Sprintf("payments made together count as one decision: %d payments, %d decisions", st.Peers, st.Runs))
	}
	if st.Even {
		reasons = append(reasons, "the sums are of about one size, as rents and fees are: counted for less")
	}
	if st.Lone > 0 {
		reasons = append(reasons, fmt.Sprintf("%d of the %d %s have no other transfer in the data; of all transfers %.1f %% have such an end", st.Lone, st.Peers, peers, 100*st.LoneShare))
	}
	return total, reasons
}
