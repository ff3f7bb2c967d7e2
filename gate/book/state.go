package book

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"spoor"
)

// State is all of a book but its tables ([Book.SaveTables]), in a fixed order.
type State struct {
	Member string             `json:"member"`
	Window spoor.Instant      `json:"window"`
	Epoch  spoor.Instant      `json:"epoch"`
	Now    spoor.Instant      `json:"now"`
	Orders []OrderRecord      `json:"orders"` // in the order of their ids
	Holds  []Hold             `json:"holds"`  // open, in the order of their payments
	Past   [2]GenerationState `json:"past"`   // older, younger
}

// GenerationState is what is remembered of half a window.
type GenerationState struct {
	Holds   []Hold        `json:"holds"` // closed
	Recalls []RecallState `json:"recalls"`
	Frauds  []FraudState  `json:"frauds"`
}

// RecallState is a recall that came.
type RecallState struct {
	Payment string        `json:"payment"`
	Reason  string        `json:"reason"`
	At      spoor.Instant `json:"at"`
}

// FraudState are the recalls for fraud of payments to one account, which is
// named by a hash.
type FraudState struct {
	Account uint64          `json:"account"`
	At      []spoor.Instant `json:"at"`
}

// State copies all of the book but its tables.
func (b *Book) State() State {
	s := State{Member: b.member.String(), Window: b.window, Epoch: b.memory.epoch, Now: b.now, Holds: holdsOf(b.open)}
	for _, id := range b.Orders() {
		s.Orders = append(s.Orders, *b.orders[id])
	}
	for i, g := range [2]*generation{&b.memory.old, &b.memory.young} {
		s.Past[i].Holds = holdsOf(g.holds)
		for _, payment := range slices.Sorted(maps.Keys(g.recalls)) {
			r := g.recalls[payment]
			s.Past[i].Recalls = append(s.Past[i].Recalls, RecallState{payment, r.Reason, r.At})
		}
		for account, at := range g.frauds {
			s.Past[i].Frauds = append(s.Past[i].Frauds, FraudState{account, slices.Clone(at)})
		}
		slices.SortFunc(s.Past[i].Frauds, func(x, y FraudState) int { return cmp.Compare(x.Account, y.Account) })
	}
	return s
}

func holdsOf(m map[string]*Hold) (out []Hold) {
	for _, h := range m {
		c := *h
		c.Causes = slices.Clone(h.Causes)
		out = append(out, c)
	}
	slices.SortFunc(out, func(x, y Hold) int { return strings.Compare(x.Payment, y.Payment) })
	return out
}

// FromState makes a book of what [Book.State] gave; [Book.LoadTables] follows.
func FromState(s State) (*Book, error) {
	member, _ := spoor.ParseCountry(s.Member)
	b, err := New(member, s.Window)
	if err != nil {
		return nil, err
	}
	b.now, b.memory.epoch, b.next = s.Now, s.Epoch, 0
	for i := range s.Orders {
		r := s.Orders[i]
		if err := r.Order.Check(); err != nil {
			return nil, fmt.Errorf("saved state: %w", err)
		}
		b.orders[r.Order.ID] = &r
		if r.Live() {
			b.index(&r)
		}
		if r.Order.Kind == spoor.TransactionSuspension {
			b.payments[r.Order.Payment] = append(b.payments[r.Order.Payment], &r)
		}
	}
	put := func(m map[string]*Hold, holds []Hold) {
		for i := range holds {
			h := holds[i]
			h.Causes = slices.Clone(h.Causes)
			m[h.Payment] = &h
		}
	}
	put(b.open, s.Holds)
	for i, g := range [2]*generation{&b.memory.old, &b.memory.young} {
		put(g.holds, s.Past[i].Holds)
		for _, r := range s.Past[i].Recalls {
			g.recalls[r.Payment] = remembered{r.Reason, r.At}
		}
		for _, f := range s.Past[i].Frauds {
			g.frauds[f.Account] = slices.Clone(f.At)
		}
	}
	return b, nil
}
