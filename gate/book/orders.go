package book

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"spoor"
	"spoor/gate/internal/find"
)

// OrderRecord is an order as a book keeps it.
type OrderRecord struct {
	Order  spoor.Order   `json:"order"`
	Lapses spoor.Instant `json:"lapses"`         // if nobody has confirmed it
	Ended  spoor.Instant `json:"ended,omitzero"` // lifted or expired
	Forced bool          `json:"forced"`         // it was in force once
}

// Live reports whether the order has not ended.
func (r *OrderRecord) Live() bool {
	return r.Order.State == spoor.Proposed || r.Order.State == spoor.InForce
}

// over is when the clock ends it.
func (r *OrderRecord) over() spoor.Instant {
	until := r.Order.Until
	if until == 0 {
		until = 1<<63 - 1
	}
	if r.Order.State == spoor.Proposed {
		until = min(until, r.Lapses)
	}
	return until
}

// Active reports whether the order has effect at an instant.
func (r *OrderRecord) Active(now spoor.Instant) bool {
	return r.Live() && r.Order.From <= now && now < r.over()
}

// InForce reports whether a second person has confirmed it, and it has not ended.
func (r *OrderRecord) InForce() bool { return r.Order.State == spoor.InForce }

// Order is one by its id.
func (b *Book) Order(id string) (OrderRecord, bool) {
	r, ok := b.orders[id]
	if !ok {
		return OrderRecord{}, false
	}
	return *r, true
}

// OrdersOn lists the orders that have not ended on an account.
func (b *Book) OrdersOn(a spoor.AccountID) (out []OrderRecord) {
	b.live.Account(find.Normal(a), func(r *OrderRecord) { out = append(out, *r) })
	return out
}

// maxNames bounds the accounts and identifiers of one order.
const maxNames = 10_000

// maxProposals bounds the orders that one person has waiting for a second one.
const maxProposals = 1000

func (e OrderProposed) check(b *Book) error {
	o := e.Order
	if err := o.Check(); err != nil {
		return err
	}
	switch {
	case b.orders[o.ID] != nil:
		return fmt.Errorf("order %q is known already, %s: a new order needs a new reference", o.ID, b.orders[o.ID].Order.State)
	case find.Person(o.ProposedBy) == "":
		return fmt.Errorf("order %q: who proposes it is missing", o.ID)
	case o.State != "" && o.State != spoor.Proposed:
		return fmt.Errorf("order %q is entered as %s: it is proposed first, then a second person confirms it", o.ID, o.State)
	case len(o.Accounts)+len(o.Parties) > maxNames:
		return fmt.Errorf("order %q names %d accounts and parties: at most %d", o.ID, len(o.Accounts)+len(o.Parties), maxNames)
	case e.Lapses <= e.At:
		return fmt.Errorf("order %q would lapse %s, before it is proposed", o.ID, b.local(e.Lapses))
	case o.Until != 0 && o.Until <= e.At:
		return fmt.Errorf("order %q ended %s", o.ID, b.local(o.Until))
	}
	for i, a := range o.Accounts {
		if find.Normal(a).Number == "" {
			return fmt.Errorf("order %q: account %d has neither letters nor digits", o.ID, i+1)
		}
	}
	for i, p := range o.Parties {
		if find.Identify(p).Value == "" {
			return fmt.Errorf("order %q: identifier %d has neither letters nor digits", o.ID, i+1)
		}
	}
	if o.Kind == spoor.TransactionSuspension {
		return b.checkPayment(o)
	}
	return nil
}

// checkPayment refuses to suspend a payment that is gone, or a second time.
func (b *Book) checkPayment(o spoor.Order) error {
	for _, r := range b.payments[o.Payment] {
		if r.Forced || r.Live() {
			return fmt.Errorf("order %q: payment %q is or was suspended by order %q, and a suspension is not extended (%s)",
				o.ID, o.Payment, r.Order.ID, TransactionLimit)
		}
	}
	if outcome, ok := b.Outcome(o.Payment); ok && outcome != spoor.HoldBack {
		return fmt.Errorf("order %q: payment %q was decided already (%s), there is nothing to suspend", o.ID, o.Payment, outcome)
	}
	return nil
}

func (e OrderProposed) law(b *Book) error {
	o := e.Order
	names := (&OrderRecord{Order: o}).names()
	if err := b.checkRoom(o, names); err != nil {
		return err
	}
	if most, _ := End(StandStill, e.At, b.member); e.Lapses > most {
		return fmt.Errorf("order %q would hold unconfirmed until %s: at most %s", o.ID, b.local(e.Lapses), StandStill)
	}
	if o.Kind == spoor.Monitoring && o.Until == 0 {
		return fmt.Errorf("order %q: monitoring is for a set period (Dir. (EU) 2024/1640 Art 25): give its end", o.ID)
	}
	limit, ok := legal(o.Kind)
	if !ok {
		return nil
	}
	if o.From > e.At {
		return fmt.Errorf("order %q begins %s: a suspension begins when it is entered", o.ID, b.local(o.From))
	}
	switch most, why := End(limit, o.From, b.member); {
	case o.Until == 0:
		return fmt.Errorf("order %q has no end; at the latest it is %s", o.ID, why)
	case o.Until > most:
		return fmt.Errorf("order %q ends %s; at the latest it is %s", o.ID, b.local(o.Until), why)
	}
	if o.Kind == spoor.AccountSuspension {
		return b.checkSuspension(o, names)
	}
	return nil
}

// checkSuspension refuses to suspend an account anew while it is suspended, or
// on the day after: that would extend what the law bounds.
func (b *Book) checkSuspension(o spoor.Order, n find.Names) error {
	found := ""
	note := func(r *OrderRecord) {
		if r.Order.Kind == spoor.AccountSuspension && (r.Live() || o.From < r.Ended+spoor.Day) && (found == "" || r.Order.ID < found) {
			found = r.Order.ID
		}
	}
	b.live.Each(n, note)
	b.rested.Each(n, note)
	if found == "" {
		return nil
	}
	return fmt.Errorf("order %q: an account or party is suspended by order %q, and a suspension is not extended (%s)", o.ID, found, AccountLimit)
}

// checkRoom refuses more orders than a decision could name, and more unconfirmed
// ones than a person can have meant. A journal that has them is still read.
func (b *Book) checkRoom(o spoor.Order, n find.Names) error {
	if have := b.proposals[find.Person(o.ProposedBy)]; have >= maxProposals {
		return fmt.Errorf("order %q: its proposer has %d orders that nobody has confirmed: have them confirmed, or lift them", o.ID, have)
	}
	if b.live.Most(n) >= MaxOrders {
		return fmt.Errorf("order %q: an account or party that it names is under %d orders already: lift those that are no longer needed", o.ID, MaxOrders)
	}
	return nil
}

func (e OrderProposed) fold(b *Book) {
	r := &OrderRecord{Order: e.Order, Lapses: e.Lapses}
	r.Order.State = spoor.Proposed
	b.orders[r.Order.ID] = r
	b.index(r)
	if r.Order.Kind == spoor.TransactionSuspension {
		b.payments[r.Order.Payment] = append(b.payments[r.Order.Payment], r)
	}
	b.next = min(b.next, r.over())
}

func (e OrderConfirmed) check(b *Book) error {
	r := b.orders[e.Order]
	switch {
	case r == nil:
		return fmt.Errorf("order %q is not known", e.Order)
	case r.Order.State != spoor.Proposed:
		return fmt.Errorf("order %q is %s: only a proposed order is confirmed", e.Order, r.Order.State)
	case r.over() <= e.At:
		return fmt.Errorf("order %q was over %s: propose it anew", e.Order, b.local(r.over()))
	case find.Person(e.By) == "":
		return fmt.Errorf("order %q: who confirms it is missing", e.Order)
	case SamePerson(e.By, r.Order.ProposedBy):
		return fmt.Errorf("order %q: who proposed it cannot confirm it: four eyes", e.Order)
	}
	return nil
}

func (e OrderConfirmed) law(*Book) error { return nil }

func (e OrderConfirmed) fold(b *Book) {
	r := b.orders[e.Order]
	b.settled(r)
	r.Order.State, r.Order.DecidedBy, r.Forced = spoor.InForce, strings.TrimSpace(e.By), true
	b.next = min(b.next, r.over())
	switch r.Order.Kind {
	case spoor.TransactionSuspension, spoor.AccountSuspension:
		for _, w := range b.caught(r) {
			b.add(w, Cause{r.Order.ID, r.Order.Until})
		}
	case spoor.FreezingOrder: // what is held becomes a block when it begins
		if r.Order.From > e.At || len(b.caught(r)) > 0 {
			b.next = min(b.next, max(e.At, r.Order.From))
		}
	}
}

func (e OrderLifted) check(b *Book) error {
	r := b.orders[e.Order]
	switch {
	case r == nil:
		return fmt.Errorf("order %q is not known", e.Order)
	case !r.Live():
		return fmt.Errorf("order %q is %s already", e.Order, r.Order.State)
	case find.Person(e.By) == "" || find.Person(e.Why) == "":
		return fmt.Errorf("order %q: who lifts it and why must be given", e.Order)
	}
	return nil
}

func (e OrderLifted) law(*Book) error { return nil }

func (e OrderLifted) fold(b *Book) {
	r := b.orders[e.Order]
	r.Order.LiftedBy, r.Order.Why = strings.TrimSpace(e.By), e.Why
	b.finish(r, spoor.Lifted, e.At)
}

func (e OrderExpired) check(b *Book) error {
	r := b.orders[e.Order]
	switch {
	case r == nil:
		return fmt.Errorf("order %q is not known", e.Order)
	case !r.Live():
		return fmt.Errorf("order %q is %s already", e.Order, r.Order.State)
	case r.over() > e.At:
		return fmt.Errorf("order %q is not over at %s", e.Order, b.local(e.At))
	}
	return nil
}

func (e OrderExpired) law(*Book) error { return nil }

func (e OrderExpired) fold(b *Book) { b.finish(b.orders[e.Order], spoor.Expired, e.At) }

// finish ends an order, and with it what it held alone.
func (b *Book) finish(r *OrderRecord, state spoor.OrderState, at spoor.Instant) {
	b.unindex(r)
	r.Order.State, r.Ended = state, at
	b.index(r)
	b.drop(r.Order.ID, at)
}

// Orders lists the ids of all orders, ended ones too, sorted.
func (b *Book) Orders() []string { return slices.Sorted(maps.Keys(b.orders)) }
