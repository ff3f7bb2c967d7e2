package book

import (
	"slices"
	"strings"

	"spoor"
	"spoor/gate/internal/find"
)

// names are what an order is found by: of a suspended transaction nothing but
// its payment, whatever else it names.
func (r *OrderRecord) names() find.Names {
	if r.Order.Kind == spoor.TransactionSuspension {
		return find.Names{}
	}
	return find.OrderNames(r.Order.Accounts, r.Order.Parties)
}

// index makes an order findable while it lives; unindex takes an ended one away.
// What suspends a payment stays, since a payment is suspended once; so do ended
// suspensions, since they are not extended.
func (b *Book) index(r *OrderRecord) {
	if r.Live() {
		b.live.Add(r.names(), r)
	} else if r.Order.Kind == spoor.AccountSuspension && r.Forced {
		b.rested.Add(r.names(), r)
	}
	if r.Order.State == spoor.Proposed {
		b.proposals[find.Person(r.Order.ProposedBy)]++
	}
}

func (b *Book) unindex(r *OrderRecord) {
	b.live.Remove(r.names(), r)
	if r.Order.State == spoor.Proposed {
		b.settled(r)
	}
}

// settled takes an order off what its proposer has waiting.
func (b *Book) settled(r *OrderRecord) {
	by := find.Person(r.Order.ProposedBy)
	if b.proposals[by]--; b.proposals[by] == 0 {
		delete(b.proposals, by)
	}
}

// waiting is an open hold with what its payer is found by.
type waiting struct {
	Hold
	names find.Names
}

// wait adds an open hold.
func (b *Book) wait(h Hold) {
	w := &waiting{h, find.PayerNames(h.Payer, h.PayerIDs)}
	b.open[h.Payment] = w
	b.payers.Add(w.names, w)
	for _, c := range w.Causes {
		b.caused(c.Order, w)
	}
}

// caused notes that an order holds a payment.
func (b *Book) caused(order string, w *waiting) {
	if order == "" { // the stand-still: it ends by the clock alone
		return
	}
	if b.causes[order] == nil {
		b.causes[order] = map[*waiting]bool{}
	}
	b.causes[order][w] = true
}

func (b *Book) freed(order string, w *waiting) {
	if delete(b.causes[order], w); len(b.causes[order]) == 0 {
		delete(b.causes, order)
	}
}

// leave takes a hold away from the open ones.
func (b *Book) leave(w *waiting) {
	delete(b.open, w.Payment)
	b.payers.Remove(w.names, w)
	for _, c := range w.Causes {
		b.freed(c.Order, w)
	}
}

// caught lists the open holds that an order is about: the payment itself, its
// payer's account, or who pays.
func (b *Book) caught(r *OrderRecord) (out []*waiting) {
	if w := b.open[r.Order.Payment]; w != nil && r.Order.Kind == spoor.TransactionSuspension {
		return append(out, w)
	}
	out = b.payers.Named(r.names())
	slices.SortFunc(out, func(x, y *waiting) int { return strings.Compare(x.Payment, y.Payment) })
	return slices.Compact(out)
}

// against calls f with the orders in force on a held payment's payer, some more
// than once.
func (b *Book) against(w *waiting, now spoor.Instant, f func(*OrderRecord)) {
	active := func(r *OrderRecord) {
		if r.InForce() && r.Active(now) {
			f(r)
		}
	}
	b.live.Each(w.names, active)
	for _, r := range b.payments[w.Payment] {
		active(r)
	}
}
