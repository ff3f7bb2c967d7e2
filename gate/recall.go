package gate

import (
	"spoor"
	"spoor/gate/book"
)

// recalledKey is the payment that a recall is about, as [spoor.Instruction.Key]
// gives it.
func recalledKey(r *spoor.Recall) string {
	i := spoor.Instruction{References: r.References, Message: r.Original}
	return i.Key()
}

// Recall answers a recall and gives the event to journal; its Resolution is the
// answer. A payment that is held is not given back while it is held: that would
// undo the hold. One that has not come yet is remembered, and held for a person
// when it comes. A payment without UETR is found only if the recall names the
// original message's sender as the payment did.
func (g *Gate) Recall(r *spoor.Recall, at spoor.Instant) book.Recalled {
	e := book.Recalled{Payment: recalledKey(r), Reason: r.Reason, At: at}
	outcome, found := g.book.Outcome(e.Payment)
	switch {
	case !found:
		e.Resolution = book.Resolution{Status: book.Rejected, Code: "NOOR", Text: "the payment was not seen here; should it come, a person will look at it"}
	case outcome == spoor.Block:
		e.Resolution = book.Resolution{Status: book.Rejected, Code: "LEGL", Text: "the payment was blocked and its funds may not be moved"}
	case outcome == spoor.HoldBack:
		e.Resolution = book.Resolution{Status: book.Pending, Text: "the payment is held; it is not given back while it is"}
	default:
		e.Resolution = book.Resolution{Status: book.Pending, Text: "no obstacle here; the creditor's bank decides"}
	}
	return e
}
