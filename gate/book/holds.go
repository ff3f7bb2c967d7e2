package book

import (
	"fmt"
	"slices"
	"strings"

	"spoor"
	"spoor/gate/internal/find"
	"spoor/gate/internal/keep"
)

// HoldState is where a hold stands.
type HoldState string

// The states of a hold.
const (
	Held     HoldState = "held"
	Released HoldState = "released" // by a person
	Ended    HoldState = "ended"    // by the clock, or with the order that held it
	Blocked  HoldState = "blocked"  // by a freezing order that came into force
)

// Hold is a payment that waits.
type Hold struct {
	Payment  string             `json:"payment"` // key
	Entry    uint64             `json:"entry"`   // of its decision in the journal
	At       spoor.Instant      `json:"at"`
	Until    spoor.Instant      `json:"until"` // the latest end of its causes
	Causes   []Cause            `json:"causes"`
	Payer    spoor.AccountID    `json:"payer"`
	Payee    spoor.AccountID    `json:"payee"`
	PayerIDs []spoor.Identifier `json:"payer_ids,omitempty"`
	Paid     spoor.Money        `json:"paid"`
	Received spoor.Money        `json:"received"`
	State    HoldState          `json:"state"`
	Closed   spoor.Instant      `json:"closed,omitzero"`
	By       string             `json:"by,omitempty"`  // who released it
	Why      string             `json:"why,omitempty"` // or the order's id, for a block
}

// add puts an order's cause on an open hold, or its new end. Where there are too
// many the one that ends first goes.
func (b *Book) add(w *waiting, c Cause) {
	i := slices.IndexFunc(w.Causes, func(have Cause) bool { return have.Order == c.Order })
	if i < 0 && len(w.Causes) < MaxOrders {
		i = len(w.Causes)
		w.Causes = append(w.Causes, c)
		b.caused(c.Order, w)
	} else if i < 0 {
		for k, have := range w.Causes {
			if i < 0 || have.Until < w.Causes[i].Until {
				i = k
			}
		}
		b.freed(w.Causes[i].Order, w)
		b.caused(c.Order, w)
	}
	w.Causes[i] = c
	w.Until = latest(w.Causes)
}

// drop takes an order's cause off the holds that have it. One with no cause left
// is over.
func (b *Book) drop(order string, at spoor.Instant) {
	for w := range b.causes[order] {
		w.Causes = slices.DeleteFunc(w.Causes, func(c Cause) bool { return c.Order == order })
		w.Until = at
		if len(w.Causes) > 0 {
			w.Until = latest(w.Causes)
		}
		b.next = min(b.next, w.Until)
	}
	delete(b.causes, order)
}

func latest(causes []Cause) (until spoor.Instant) {
	for _, c := range causes {
		until = max(until, c.Until)
	}
	return until
}

// Hold is a payment's hold, open or closed within the window.
func (b *Book) Hold(payment string) (Hold, bool) {
	h := b.memory.hold(payment)
	if w := b.open[payment]; w != nil {
		h = &w.Hold
	}
	if h == nil {
		return Hold{}, false
	}
	out := *h
	out.Causes = slices.Clone(h.Causes)
	return out, true
}

// Held is how many holds are open.
func (b *Book) Held() int { return len(b.open) }

// Holds lists the open holds, oldest first.
func (b *Book) Holds() []Hold {
	out := make([]Hold, 0, len(b.open))
	for payment := range b.open {
		h, _ := b.Hold(payment)
		out = append(out, h)
	}
	slices.SortFunc(out, func(x, y Hold) int {
		if x.At != y.At {
			return int(min(max(x.At-y.At, -1), 1))
		}
		return strings.Compare(x.Payment, y.Payment)
	})
	return out
}

// freezes finds the freezing order in force that turns a hold into a block.
func (b *Book) freezes(w *waiting, now spoor.Instant) (found *OrderRecord) {
	b.against(w, now, func(r *OrderRecord) {
		if r.Order.Kind == spoor.FreezingOrder && (found == nil || r.Order.ID < found.Order.ID) {
			found = r
		}
	})
	return found
}

func (e Decided) check(b *Book) error {
	d := &e.Decision
	switch {
	case d.Key == "":
		return fmt.Errorf("decision without a payment")
	case d.Entry == 0 || d.Entry > keep.MaxEntry:
		return fmt.Errorf("payment %q: decision with journal entry %d", d.Key, d.Entry)
	case d.Outcome > spoor.Block:
		return fmt.Errorf("payment %q: unknown outcome %d", d.Key, d.Outcome)
	}
	if past := b.memory.payment(d.Key); past != nil {
		return fmt.Errorf("payment %q was decided in entry %d: a payment is decided, and held, once", d.Key, past.Entry())
	}
	if d.Outcome != spoor.HoldBack {
		return nil
	}
	if b.open[d.Key] != nil { // older than the window, and not yet ended by the clock
		return fmt.Errorf("payment %q is held already: a hold is not extended", d.Key)
	}
	if len(e.Causes) == 0 || d.Until != latest(e.Causes) || d.Until <= d.At {
		return fmt.Errorf("payment %q: a hold needs a cause and an end, the latest of its causes", d.Key)
	}
	return nil
}

// law refuses a block without an order in force or an exact hit on a list that
// freezes, and a hold that is longer than the law allows.
func (e Decided) law(b *Book) error {
	d := &e.Decision
	if d.Outcome == spoor.Block && !exact(d.Hits) {
		ground := slices.ContainsFunc(d.Orders, func(id string) bool {
			r := b.orders[id]
			return r != nil && r.Order.Kind == spoor.FreezingOrder && r.InForce() && r.Active(d.At)
		})
		if !ground {
			return fmt.Errorf("payment %q: blocked without an order in force or an exact hit on a list that freezes", d.Key)
		}
	}
	if len(d.Orders) > MaxOrders || len(e.Causes) > MaxOrders {
		return fmt.Errorf("payment %q: decision with %d orders and %d causes: at most %d", d.Key, len(d.Orders), len(e.Causes), MaxOrders)
	}
	for _, c := range e.Causes {
		most, why := End(StandStill, d.At, b.member)
		if r := b.orders[c.Order]; r != nil && r.InForce() && r.Order.Kind != spoor.FreezingOrder {
			most, why = r.Order.Until, "due with order "+c.Order
		}
		if c.Until > most {
			return fmt.Errorf("payment %q: held until %s; at the latest it is %s", d.Key, b.local(c.Until), why)
		}
	}
	return nil
}

// exact reports an exact hit, by an identifier, on a list that freezes.
func exact(hits []spoor.Hit) bool {
	return slices.ContainsFunc(hits, func(h spoor.Hit) bool { return h.Exact && h.Freezes })
}

func (e Decided) fold(b *Book) {
	d, payer, payee := &e.Decision, find.Normal(e.Payer), find.Normal(e.Payee)
	from, to := keep.AccountKey(payer), keep.AccountKey(payee)
	past := b.memory.young.payments.Put(keep.KeyOf(d.Key, ""))
	past.Digest, past.Payee = e.Digest, to.Prefix()
	past.Set(d.Entry, d.Outcome)
	b.ledger.Seen(from, d.At)
	b.ledger.Seen(to, d.At)
	switch d.Outcome {
	case spoor.Allow:
		b.pass(from, to, e.Paid, e.Received)
	case spoor.HoldBack:
		b.wait(Hold{Payment: d.Key, Entry: d.Entry, At: d.At, Until: d.Until, Causes: slices.Clone(e.Causes),
			Payer: payer, Payee: payee, PayerIDs: e.PayerIDs, Paid: e.Paid, Received: e.Received, State: Held})
		b.next = min(b.next, d.Until)
	}
}

// pass books a payment that goes through.
func (b *Book) pass(from, to keep.Key, paid, received spoor.Money) {
	b.ledger.Book(from, paid, false)
	b.ledger.Book(to, received, true)
}

// close ends a hold with an outcome.
func (b *Book) close(payment string, state HoldState, at spoor.Instant, by, why string) {
	w := b.open[payment]
	b.leave(w)
	h := &w.Hold
	h.State, h.Closed, h.By, h.Why = state, at, by, why
	outcome := spoor.Allow
	if state == Blocked {
		outcome = spoor.Block
	} else {
		b.pass(keep.AccountKey(h.Payer), keep.AccountKey(h.Payee), h.Paid, h.Received)
	}
	if past := b.memory.payment(payment); past != nil {
		past.Set(past.Entry(), outcome)
	}
	kept := *h // without what it was found by
	b.memory.young.holds[payment] = &kept
}

// held finds an open hold, or says why there is none.
func (b *Book) held(payment string) (*waiting, error) {
	if w := b.open[payment]; w != nil {
		return w, nil
	}
	if h := b.memory.hold(payment); h != nil {
		return nil, fmt.Errorf("payment %q is not held: its hold was %s %s", payment, h.State, b.local(h.Closed))
	}
	return nil, fmt.Errorf("payment %q is not held", payment)
}

func (e HoldReleased) check(b *Book) error {
	w, err := b.held(e.Payment)
	if err != nil {
		return err
	}
	if find.Person(e.By) == "" || find.Person(e.Why) == "" {
		return fmt.Errorf("payment %q: who releases it and why must be given", e.Payment)
	}
	stopping := ""
	b.against(w, e.At, func(r *OrderRecord) {
		if id := r.Order.ID; r.Order.Kind != spoor.Monitoring && (stopping == "" || id < stopping) {
			stopping = id
		}
	})
	if stopping != "" {
		return fmt.Errorf("payment %q is stopped by order %q, in force: lift the order first", e.Payment, stopping)
	}
	return nil
}

func (e HoldReleased) law(*Book) error { return nil }

func (e HoldReleased) fold(b *Book) {
	b.close(e.Payment, Released, e.At, strings.TrimSpace(e.By), e.Why)
}

func (e HoldEnded) check(b *Book) error {
	h, err := b.held(e.Payment)
	if err == nil && h.Until > e.At {
		err = fmt.Errorf("payment %q is held until %s", e.Payment, b.local(h.Until))
	}
	return err
}

func (e HoldEnded) law(*Book) error { return nil }

func (e HoldEnded) fold(b *Book) {
	why := "its time was over"
	if len(b.open[e.Payment].Causes) == 0 {
		why = "the order that held it ended"
	}
	b.close(e.Payment, Ended, e.At, "", why)
}

func (e HoldBlocked) check(b *Book) error {
	w, err := b.held(e.Payment)
	if err != nil {
		return err
	}
	ground := false
	b.against(w, e.At, func(r *OrderRecord) {
		ground = ground || r.Order.ID == e.Order && r.Order.Kind == spoor.FreezingOrder
	})
	if !ground {
		return fmt.Errorf("payment %q: order %q is no freezing order in force on who pays", e.Payment, e.Order)
	}
	return nil
}

func (e HoldBlocked) law(*Book) error { return nil }

func (e HoldBlocked) fold(b *Book) { b.close(e.Payment, Blocked, e.At, "", e.Order) }
