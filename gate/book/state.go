package book

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"spoor"
	"spoor/gate/internal/keep"
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

// RecallState is a recall that came before its payment.
type RecallState = keep.Recall

// FraudState are the recalls for fraud of payments to one account.
type FraudState = keep.Fraud

// State copies all of the book but its tables.
func (b *Book) State() State {
	s := State{Member: b.member.String(), Window: b.window, Epoch: b.memory.epoch, Now: b.now, Holds: holdsOf(maps.Values(b.open), func(w *waiting) *Hold { return &w.Hold })}
	for _, id := range b.Orders() {
		s.Orders = append(s.Orders, *b.orders[id])
	}
	for i, g := range [2]*generation{&b.memory.old, &b.memory.young} {
		s.Past[i].Holds = holdsOf(maps.Values(g.holds), func(h *Hold) *Hold { return h })
		s.Past[i].Recalls, s.Past[i].Frauds = g.recalls.All(), g.frauds.All()
	}
	return s
}

func holdsOf[V any](all iter.Seq[V], hold func(V) *Hold) (out []Hold) {
	for v := range all {
		c := *hold(v)
		c.Causes = slices.Clone(c.Causes)
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
		b.index(&r)
		if r.Order.Kind == spoor.TransactionSuspension {
			b.payments[r.Order.Payment] = append(b.payments[r.Order.Payment], &r)
		}
	}
	for _, h := range s.Holds {
		h.Causes = slices.Clone(h.Causes)
		b.wait(h)
	}
	for i, g := range [2]*generation{&b.memory.old, &b.memory.young} {
		for _, h := range s.Past[i].Holds {
			h.Causes = slices.Clone(h.Causes)
			g.holds[h.Payment] = &h
		}
		for _, r := range s.Past[i].Recalls {
			g.recalls.Put(r)
		}
		for _, f := range s.Past[i].Frauds {
			g.frauds.Add(f.Account, f.At...)
		}
	}
	return b, nil
}
