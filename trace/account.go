package trace

import (
	"fmt"
	"math"

	"spoor"
	"spoor/graph"
)

// account is what is kept of every account of the graph: money is a number
// until traced money reaches it.
type account struct {
	balance  int64 // net of the payments so far; from the start of the run on, what it holds
	low      int64 // lowest net over the graph: its opening balance, below zero
	start    int64 // net where the run starts
	book     int32 // its traced money, a place in run.books; negative while there is none, 0 if never any
	currency spoor.Currency
	seen     bool
	fault    bool // its balance cannot be known: see run.faults
}

// movement is a payment as the run meets it: tracing backward, its ends and
// legs are swapped.
type movement struct {
	ref      graph.Ref
	from, to graph.Account
	paid     spoor.Money // what left from
	received spoor.Money // what reached to
}

// movement reads a payment; ok is false where there is nothing to follow.
func (r *run) movement(i int, reverse bool) (m movement, ok bool) {
	m.ref = r.order.at(i)
	m.from, m.to = r.g.Ends(m.ref)
	m.paid, m.received = r.g.Paid(m.ref), r.g.Received(m.ref)
	if reverse {
		m.from, m.to, m.paid, m.received = m.to, m.from, m.received, m.paid
	}
	return m, m.paid.Amount >= 0 && m.received.Amount >= 0
}

// size is one leg of a payment in a currency: as it is, by the other leg, or
// by the table.
func (r *run) size(leg, other spoor.Money, c spoor.Currency, ref graph.Ref) (int64, bool) {
	switch c {
	case leg.Currency:
		return leg.Amount, true
	case other.Currency:
		return other.Amount, true
	}
	return r.exchange(leg, c, r.g.Time(ref))
}

func (r *run) exchange(m spoor.Money, to spoor.Currency, at spoor.Instant) (int64, bool) {
	if m.Amount == 0 || m.Currency == to || r.rates == nil {
		return m.Amount, m.Amount == 0 || m.Currency == to
	}
	out, ok := r.rates.Convert(m, to, at)
	return out.Amount, ok
}

// balances goes through the whole graph once, for the lowest point of every
// account and its net at the start of the run.
func (r *run) balances(start int) {
	for i := range r.order.n {
		if i == start {
			r.markStart()
		}
		m, ok := r.movement(i, false)
		if !ok {
			r.negative++
			continue
		}
		r.book(m.from, m.paid, m.received, m.ref, -1)
		r.book(m.to, m.received, m.paid, m.ref, 1)
	}
	if start == r.order.n {
		r.markStart()
	}
}

func (r *run) markStart() {
	for i := range r.accounts {
		r.accounts[i].start = r.accounts[i].balance
	}
}

// book adds one leg of a payment to an account, or takes it, and returns its
// size in the account's currency, which is that of its first payment. Where
// there is no rate the account has a fault, and its size does not matter.
func (r *run) book(id graph.Account, leg, other spoor.Money, ref graph.Ref, sign int64) int64 {
	if id == graph.Outside {
		return leg.Amount
	}
	a := &r.accounts[id]
	if !a.seen {
		a.seen, a.currency = true, leg.Currency
	}
	size, ok := r.size(leg, other, a.currency, ref)
	sum := a.balance + sign*size
	switch {
	case !ok:
		r.fault(id, leg, ref)
	case sign > 0 && sum < a.balance, sign < 0 && sum > a.balance, sum == math.MinInt64:
		r.overflow(id)
	default:
		a.balance = sum
		a.low = min(a.low, sum)
	}
	return size
}

// fault notes the first reason why an account's balance cannot be known. It is
// an error only if traced money reaches the account.
func (r *run) fault(id graph.Account, leg spoor.Money, ref graph.Ref) {
	if a := &r.accounts[id]; !a.fault {
		a.fault = true
		r.faults[id] = r.noConversion("account "+r.name(id)+", payment "+r.g.ID(ref), leg, a.currency)
	}
}

func (r *run) overflow(id graph.Account) {
	if a := &r.accounts[id]; !a.fault {
		a.fault = true
		r.faults[id] = fmt.Errorf("account %s: %w: its balance passes 2^63 minor units of %s", r.name(id), ErrTooLarge, a.currency)
	}
}

// noConversion says why money could not be converted.
func (r *run) noConversion(where string, m spoor.Money, to spoor.Currency) error {
	for _, c := range []spoor.Currency{m.Currency, to} {
		if c != spoor.EUR && (r.rates == nil || r.rates.Value(spoor.Money{Amount: 1, Currency: c}, 0) == 0) {
			return fmt.Errorf("%s: %w of %s to convert %s into %s: add it to the table of rates", where, ErrNoRate, c, m, to)
		}
	}
	return fmt.Errorf("%s: %w: %s in %s", where, ErrTooLarge, m, to)
}

// open gives every account the balance with which it begins the run.
func (r *run) open(known map[spoor.AccountID]spoor.Money) error {
	r.stated = make(map[graph.Account]int64, len(known))
	for id, m := range known {
		a, ok := r.g.Lookup(id)
		if !ok || !r.accounts[a].seen {
			return fmt.Errorf("opening balance of account %s: %w", id, ErrUnknown)
		}
		amount, ok := r.exchange(m, r.accounts[a].currency, r.order.time(0))
		if !ok {
			return r.noConversion("opening balance of account "+id.String(), m, r.accounts[a].currency)
		}
		r.stated[a] = amount
		r.accounts[a].low = min(r.accounts[a].low, -amount)
	}
	for i := range r.accounts {
		a := &r.accounts[i]
		if a.start > math.MaxInt64+a.low {
			r.overflow(graph.Account(i))
			continue
		}
		a.balance = a.start - a.low
	}
	return nil
}
