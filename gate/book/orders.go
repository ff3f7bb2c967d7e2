package book

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"spoor"
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

// partyKey is an identifier as it is compared.
type partyKey struct {
	kind  spoor.IdentifierKind
	value string
}

// normal writes an account as it is compared: letters of an IBAN or a number in
// capitals and without spaces. Bank and number stay apart.
func normal(a spoor.AccountID) spoor.AccountID {
	return spoor.AccountID{Bank: tidy(a.Bank), Number: tidy(a.Number)}
}

func tidy(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == ' ' || c >= 'a' && c <= 'z' {
			return strings.ToUpper(strings.ReplaceAll(s, " ", ""))
		}
	}
	return s
}

// names are the accounts and identifiers that an order is found by.
func (r *OrderRecord) names() (accounts []spoor.AccountID, parties []partyKey) {
	if r.Order.Kind == spoor.TransactionSuspension {
		return nil, nil // it is about one payment, whatever else it names
	}
	for _, a := range r.Order.Accounts {
		accounts = append(accounts, normal(a))
	}
	for _, p := range r.Order.Parties {
		parties = append(parties, partyKey{p.Kind, p.Canonical()})
		if p.Kind == spoor.IBAN || p.Kind == spoor.AccountNumber {
			accounts = append(accounts, spoor.AccountID{Number: p.Canonical()})
		}
	}
	return accounts, parties
}

// index makes a live order findable; unindex takes an ended one away. What
// suspends a payment stays, since a payment is suspended once.
func (b *Book) index(r *OrderRecord) {
	accounts, parties := r.names()
	for _, a := range accounts {
		b.accounts[a] = append(b.accounts[a], r)
	}
	for _, p := range parties {
		b.parties[p] = append(b.parties[p], r)
	}
}

func (b *Book) unindex(r *OrderRecord) {
	is := func(o *OrderRecord) bool { return o == r }
	accounts, parties := r.names()
	for _, a := range accounts {
		if b.accounts[a] = slices.DeleteFunc(b.accounts[a], is); len(b.accounts[a]) == 0 {
			delete(b.accounts, a)
		}
	}
	for _, p := range parties {
		if b.parties[p] = slices.DeleteFunc(b.parties[p], is); len(b.parties[p]) == 0 {
			delete(b.parties, p)
		}
	}
}

// Touch is an order that has effect on a payment, by the side on which it does.
type Touch struct {
	*OrderRecord
	Payee bool // it is about who is paid; else about who pays, or the payment
}

// Stops reports whether the order stops the payment: all but monitoring do for
// what their target pays.
func (t Touch) Stops() bool { return !t.Payee && t.Order.Kind != spoor.Monitoring }

// Freezes reports a freezing order in force, on either side: the ground of a
// block.
func (t Touch) Freezes() bool { return t.Order.Kind == spoor.FreezingOrder && t.InForce() }

// Touching appends the orders that have effect on an instruction at an instant.
// An intermediary that an order names counts with who pays: the money would
// pass its hands. What it gives must not be changed.
func (b *Book) Touching(out []Touch, i *spoor.Instruction, at spoor.Instant) []Touch {
	if len(b.orders) == 0 {
		return out
	}
	look := func(list []*OrderRecord, payee bool) {
		for _, r := range list {
			if t := (Touch{r, payee}); r.Active(at) && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	look(b.accounts[normal(i.Payment.From)], false)
	look(b.accounts[normal(i.Payment.To)], true)
	if len(b.payments) > 0 {
		look(b.payments[i.Key()], false)
	}
	if len(b.parties) == 0 {
		return out
	}
	for p := range i.Parties {
		payee := !payerSide(i.Parties[p].Role)
		for _, id := range i.Parties[p].Party.Identifiers {
			look(b.parties[partyKey{id.Kind, id.Canonical()}], payee)
		}
	}
	return out
}

func payerSide(r spoor.Role) bool {
	return r != spoor.Creditor && r != spoor.UltimateCreditor && r != spoor.CreditorAgent
}

// PayerIDs are the identifiers of everyone on the payer's side.
func PayerIDs(i *spoor.Instruction) (out []spoor.Identifier) {
	for p := range i.Parties {
		if payerSide(i.Parties[p].Role) {
			out = append(out, i.Parties[p].Party.Identifiers...)
		}
	}
	return out
}

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
	for _, r := range b.accounts[normal(a)] {
		out = append(out, *r)
	}
	return out
}

// maxNames bounds the accounts and identifiers of one order.
const maxNames = 10_000

func (e OrderProposed) check(b *Book) error {
	o := e.Order
	if err := o.Check(); err != nil {
		return err
	}
	switch {
	case b.orders[o.ID] != nil:
		return fmt.Errorf("order %q is known already, %s: a new order needs a new reference", o.ID, b.orders[o.ID].Order.State)
	case strings.TrimSpace(o.ProposedBy) == "":
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
		return b.checkSuspension(o)
	}
	return nil
}

// checkSuspension refuses to suspend an account anew while it is suspended, or
// on the day after: that would extend what the law bounds.
func (b *Book) checkSuspension(o spoor.Order) error {
	one := OrderRecord{Order: o}
	accounts, parties := one.names()
	for _, r := range b.orders {
		if r.Order.Kind != spoor.AccountSuspension || !r.Live() && !(r.Forced && o.From < r.Ended+spoor.Day) {
			continue
		}
		a, p := r.names()
		if slices.ContainsFunc(a, func(x spoor.AccountID) bool { return slices.Contains(accounts, x) }) ||
			slices.ContainsFunc(p, func(x partyKey) bool { return slices.Contains(parties, x) }) {
			return fmt.Errorf("order %q: an account or party is suspended by order %q, and a suspension is not extended (%s)",
				o.ID, r.Order.ID, AccountLimit)
		}
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
	case strings.TrimSpace(e.By) == "":
		return fmt.Errorf("order %q: who confirms it is missing", e.Order)
	case strings.EqualFold(strings.TrimSpace(e.By), strings.TrimSpace(r.Order.ProposedBy)):
		return fmt.Errorf("order %q: who proposed it cannot confirm it: four eyes", e.Order)
	}
	return nil
}

func (e OrderConfirmed) law(*Book) error { return nil }

func (e OrderConfirmed) fold(b *Book) {
	r := b.orders[e.Order]
	r.Order.State, r.Order.DecidedBy, r.Forced = spoor.InForce, strings.TrimSpace(e.By), true
	if kind := r.Order.Kind; kind == spoor.TransactionSuspension || kind == spoor.AccountSuspension {
		for _, h := range b.open {
			if b.catches(r, h) {
				h.add(Cause{r.Order.ID, r.Order.Until})
			}
		}
	}
	b.next = min(b.next, e.At, r.over()) // holds may have become blocks
}

func (e OrderLifted) check(b *Book) error {
	r := b.orders[e.Order]
	switch {
	case r == nil:
		return fmt.Errorf("order %q is not known", e.Order)
	case !r.Live():
		return fmt.Errorf("order %q is %s already", e.Order, r.Order.State)
	case strings.TrimSpace(e.By) == "" || strings.TrimSpace(e.Why) == "":
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
	for _, h := range b.open {
		h.drop(r.Order.ID, at)
	}
	b.next = min(b.next, at)
}

// Orders lists the ids of all orders, ended ones too, sorted.
func (b *Book) Orders() []string { return slices.Sorted(maps.Keys(b.orders)) }
