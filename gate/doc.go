// Package gate turns hits, orders, signals and learned risk into a decision on
// a payment: allow, hold or block.
//
// A [Policy] is one file that a lawyer can read; [DefaultPolicyText] is it. A
// [book.Book] is what decisions need to know and what they change, folded from
// journalled events. A [Gate] reads both:
//
//	g, err := gate.New(gate.DefaultPolicy(), b)
//	e := g.Judge(&gate.Input{Instruction: i, Hits: hits, At: now, ...})
//	e.Decision.Entry = ... // its place in the journal
//	err = b.Apply(e)       // then the answer, e.Decision, leaves
//
// Before a payment is judged, [book.Book.Seen] says whether it was: with the same
// digest it is a retry and gets the same decision, with another of the same sender
// it is refused.
// Now and then, and after each event about orders, the node journals and
// applies what [book.Book.Due] gives: the clock lets holds go and ends orders.
//
// # What the law sets and no file changes
//
// A block needs an order in force, which a second person confirmed, or an exact
// hit by an identifier on a list that orders freezing. A hold ends: after the
// stand-still of Reg. (EU) 2024/1624 Art 71, or with the order that made it,
// which for the suspensions of Dir. (EU) 2024/1640 Art 24 has a longest time.
// It is never extended, and a payment is held once. An order in force on who
// pays is obeyed whatever the policy says.
//
// The gate reads no clock, does no input or output and is deterministic. A Gate
// and its Book belong to one goroutine.
package gate
