// Package book is what a gate's decisions need to know and what they change:
// orders, holds, recalls, what passed on each account, and which payments were
// decided. It is a fold over journalled events and knows nothing else.
//
//	b, err := book.New(member, book.DefaultWindow)
//	err = b.Check(e)  // may it happen? then journal it
//	err = b.Apply(e)
//	for _, e := range b.Due(now) { ... } // what the clock does: journal, apply, ask again
//
// After a restart the book is folded again with [Book.Replay], or begun from a
// snapshot: [Book.State] and [Book.SaveTables], [FromState] and
// [Book.LoadTables].
//
// # The life of an order
//
// Proposed by one person it holds at once, and lapses with the stand-still of
// Reg. (EU) 2024/1624 Art 71 unless a second person confirms it. In force it
// does what its kind does until it is lifted, with a reason, or its time is
// over. A suspension has an end within the limits of Dir. (EU) 2024/1640
// Art 24, and is not extended by another one.
//
// # The life of a hold
//
// It ends with its last cause: the stand-still, or the order that made it. A
// person may release it before, unless an order in force stops who pays. A
// freezing order on who pays that comes into force turns it into a block.
//
// # One account, one form
//
// Accounts and identifiers are compared in one form: Unicode's variants of a
// letter or digit are one, and what is neither counts for nothing. An order on
// an IBAN is also found by the account's number with its bank's code. By the
// number alone the account may be another bank's: the payment is held for a
// person to look at ([Touch].Doubt).
//
// # Recalls
//
// Only a payment's own sender ([SenderDigest]) can recall it. What is recalled
// before it comes is held when its sender sends it; a recall for fraud counts
// against the payee once a payment, if the payment passed.
package book
