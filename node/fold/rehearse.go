package fold

import (
	"fmt"

	"spoor"
	"spoor/gate"
	"spoor/journal"
	"spoor/node/record"
)

// Reader gives a journal's entries in order, from the first.
type Reader func(func(journal.Entry) error) error

// Audit folds a journal anew, without snapshots, by the rules that held when
// each entry was written: every payment decided once, orders and holds changed
// only as they may. It stops at the first entry that does not fit.
func Audit(read Reader, member spoor.Country) (record.Counts, error) {
	s, err := New(member)
	if err != nil {
		return record.Counts{}, err
	}
	err = read(s.Apply)
	return s.Counts, err
}

// Rehearsal is how another policy would have decided.
type Rehearsal struct {
	Policy      string         `json:"policy"`
	Payments    int            `json:"payments"` // looked at
	Same        int            `json:"same"`     // decided alike
	Changes     map[string]int `json:"changes"`  // "allow to hold": how many
	Differences []Difference   `json:"differences"`
}

// Difference is a payment that another policy decides otherwise.
type Difference struct {
	Entry   uint64         `json:"entry"`
	Payment string         `json:"payment"` // key
	At      spoor.Instant  `json:"at"`
	Amount  string         `json:"amount"`
	Was     spoor.Outcome  `json:"was"`
	Would   spoor.Outcome  `json:"would"`
	Because []spoor.Reason `json:"because"` // of the new decision
	Before  []spoor.Reason `json:"before"`  // of the old one
}

// Rehearse decides the payments of a period again by another policy, from what
// was known then: hits, risk, signals, orders and holds as journalled. It lists
// at most so many differences and counts all. What the node did stays the past:
// a payment that would have been held counts as passed for those after it, if it
// passed.
func Rehearse(read Reader, p *gate.Policy, since, until spoor.Instant, most int) (*Rehearsal, error) {
	s, err := New(p.Member)
	if err != nil {
		return nil, err
	}
	g, err := gate.New(p, s.Book)
	if err != nil {
		return nil, err
	}
	out := &Rehearsal{Policy: p.Fingerprint, Changes: map[string]int{}}
	return out, read(func(e journal.Entry) error {
		if e.Kind == record.KindPayment && e.At >= since && e.At < until {
			if err := out.rehearse(g, s, &e, most); err != nil {
				return fmt.Errorf("entry %d: %w", e.Number, err)
			}
		}
		return s.Apply(e)
	})
}

func (out *Rehearsal) rehearse(g *gate.Gate, s *State, e *journal.Entry, most int) error {
	d, err := record.Payment(e, true)
	if err != nil {
		return err
	}
	in, was := &d.Instruction, &d.Decision
	would := g.Decide(&gate.Input{
		Instruction: in, Hits: was.Hits, Risk: was.Risk, RiskKnown: was.Risk > 0,
		Signals: was.Signals, Late: was.Late, At: e.At, Spent: was.Spent, AmountEUR: d.AmountEUR, Versions: s.Versions[d.Versions],
	})
	out.Payments++
	if was.Outcome == would.Outcome {
		out.Same++
		return nil
	}
	out.Changes[fmt.Sprintf("%s to %s", was.Outcome, would.Outcome)]++
	if len(out.Differences) < most {
		out.Differences = append(out.Differences, Difference{
			Entry: e.Number, Payment: in.Key(), At: e.At, Amount: in.Payment.Paid.Grouped(),
			Was: was.Outcome, Would: would.Outcome, Because: would.Reasons, Before: was.Reasons,
		})
	}
	return nil
}
