package book

import (
	"spoor"
)

// Event is something that happened and was journalled, and that a [Book] is
// folded from: [OrderProposed], [OrderConfirmed], [OrderLifted],
// [OrderExpired], [Decided], [HoldReleased], [HoldEnded], [HoldBlocked] and
// [Recalled]. All are plain structs.
type Event interface {
	when() spoor.Instant
	check(b *Book) error // what cannot follow from the book's state
	law(b *Book) error   // what the law does not allow, by today's calendar
	fold(b *Book)        // changes the book; only after check
}

// OrderProposed enters an order; a gate's Propose fills it in. It holds at once, and lapses unless a second person confirms it.
type OrderProposed struct {
	Order  spoor.Order   `json:"order"`
	Lapses spoor.Instant `json:"lapses"` // when it is over if nobody has confirmed it
	At     spoor.Instant `json:"at"`
}

// OrderConfirmed puts a proposed order in force: by another person than the
// one who proposed it.
type OrderConfirmed struct {
	Order string        `json:"order"` // its id
	By    string        `json:"by"`
	At    spoor.Instant `json:"at"`
}

// OrderLifted ends an order, proposed or in force.
type OrderLifted struct {
	Order string        `json:"order"`
	By    string        `json:"by"`
	Why   string        `json:"why"`
	At    spoor.Instant `json:"at"`
}

// OrderExpired ends an order by the clock; [Book.Due] gives it.
type OrderExpired struct {
	Order string        `json:"order"`
	At    spoor.Instant `json:"at"`
}

// Decided is a decision with what the book needs to know of its payment; a gate's
// Judge. The node sets Decision.Entry before it is applied.
type Decided struct {
	Decision spoor.Decision  `json:"decision"`
	Digest   [16]byte        `json:"digest"`
	Payer    spoor.AccountID `json:"payer"`
	Payee    spoor.AccountID `json:"payee"`
	Paid     spoor.Money     `json:"paid"`
	Received spoor.Money     `json:"received"`
	// Of a hold: why it may be held and for how long, and by what else than
	// the account its payer is known, for orders that come later.
	Causes   []Cause            `json:"causes,omitempty"`
	PayerIDs []spoor.Identifier `json:"payer_ids,omitempty"`
	// Left is what is left in the payer's account, where an order blocked it.
	Left []Balance `json:"left,omitempty"`
}

// Cause is one ground of a hold with the time at which it ends.
type Cause struct {
	Order string        `json:"order,omitempty"` // its id; "" for the stand-still of AMLR Art 71
	Until spoor.Instant `json:"until"`
}

// HoldReleased lets a held payment go, by a person.
type HoldReleased struct {
	Payment string        `json:"payment"` // key
	By      string        `json:"by"`
	Why     string        `json:"why"`
	At      spoor.Instant `json:"at"`
}

// HoldEnded lets a held payment go because its time is over, or the order that
// held it; [Book.Due] gives it.
type HoldEnded struct {
	Payment string        `json:"payment"`
	At      spoor.Instant `json:"at"`
}

// HoldBlocked turns a hold into a block, because a freezing order on the payer
// came into force; [Book.Due] gives it.
type HoldBlocked struct {
	Payment string        `json:"payment"`
	Order   string        `json:"order"`
	At      spoor.Instant `json:"at"`
	Left    []Balance     `json:"left,omitempty"` // in the payer's account
}

// Recalled is a recall with its answer; a gate's Recall. It has effect only on a
// payment of the same sender.
type Recalled struct {
	Sender     [4]byte       `json:"sender"`  // [SenderDigest] of who sent the recall
	Payment    string        `json:"payment"` // key
	Reason     string        `json:"reason"`  // ISO code
	At         spoor.Instant `json:"at"`
	Resolution Resolution    `json:"resolution"`
}

func (e OrderProposed) when() spoor.Instant  { return e.At }
func (e OrderConfirmed) when() spoor.Instant { return e.At }
func (e OrderLifted) when() spoor.Instant    { return e.At }
func (e OrderExpired) when() spoor.Instant   { return e.At }
func (e Decided) when() spoor.Instant        { return e.Decision.At }
func (e HoldReleased) when() spoor.Instant   { return e.At }
func (e HoldEnded) when() spoor.Instant      { return e.At }
func (e HoldBlocked) when() spoor.Instant    { return e.At }
func (e Recalled) when() spoor.Instant       { return e.At }
