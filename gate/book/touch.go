package book

import (
	"cmp"
	"slices"
	"strings"

	"spoor"
	"spoor/gate/internal/find"
)

// MaxOrders bounds the live orders on one account or identifier, and the orders
// that one decision names.
const MaxOrders = 64

// Touch is an order that has effect on a payment, by the side on which it does.
type Touch struct {
	*OrderRecord
	Payee bool // it is about who is paid; else about who pays, or the payment
	// Doubt: the payer's account has the number of an IBAN under the order, and
	// may be of another bank. A person must look; nothing else follows from it.
	Doubt bool
}

// Stops reports whether the order stops the payment: all but monitoring do for
// what their target pays.
func (t Touch) Stops() bool { return !t.Payee && !t.Doubt && t.Order.Kind != spoor.Monitoring }

// Freezes reports a freezing order in force, on either side: the ground of a
// block.
func (t Touch) Freezes() bool {
	return !t.Doubt && t.Order.Kind == spoor.FreezingOrder && t.InForce()
}

// Touching appends the orders that have effect on an instruction at an instant,
// weightiest first: what freezes, what is in force, what ends last. An
// intermediary that an order names counts with who pays: the money would pass
// its hands. What it gives must not be changed.
func (b *Book) Touching(out []Touch, i *spoor.Instruction, at spoor.Instant) []Touch {
	if len(b.orders) == 0 {
		return out
	}
	payee, start := false, len(out)
	note := func(r *OrderRecord) {
		if r.Active(at) {
			out = append(out, Touch{OrderRecord: r, Payee: payee})
		}
	}
	if len(b.payments) > 0 {
		for _, r := range b.payments[i.Key()] {
			note(r)
		}
	}
	from := find.Normal(i.Payment.From)
	b.live.Account(from, note)
	payee = true
	b.live.Account(find.Normal(i.Payment.To), note)
	for p := 0; p < len(i.Parties) && !b.live.Empty(); p++ {
		payee = !payerSide(i.Parties[p].Role)
		for _, id := range i.Parties[p].Party.Identifiers {
			b.live.Identifier(id, note)
		}
	}
	found := out[start:]
	b.live.Alike(from, i.Payment.FromCountry, func(r *OrderRecord) {
		stops := r.Order.Kind == spoor.FreezingOrder || r.Order.Kind == spoor.AccountSuspension
		certain := slices.ContainsFunc(found, func(t Touch) bool { return t.OrderRecord == r && !t.Payee })
		if stops && !certain && r.Active(at) {
			out = append(out, Touch{OrderRecord: r, Doubt: true})
		}
	})
	if found = out[start:]; len(found) > 1 {
		slices.SortFunc(found, weightier)
		out = out[:start+len(slices.Compact(found))]
	}
	return out
}

func weightier(x, y Touch) int {
	first := func(x, y bool) int {
		switch {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	}
	return cmp.Or(first(x.Freezes(), y.Freezes()), first(x.InForce(), y.InForce()), cmp.Compare(y.over(), x.over()),
		strings.Compare(x.Order.ID, y.Order.ID), first(!x.Payee, !y.Payee), first(!x.Doubt, !y.Doubt))
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
