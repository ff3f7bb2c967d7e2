package gate

import (
	"spoor"
	"spoor/gate/book"
)

// notYours is the answer to who recalls another's payment, or one that was not
// seen: the two must look alike.
var notYours = book.Resolution{Status: book.Rejected, Code: "NOOR", Text: "no such payment of yours"}

// Recall answers a recall and gives the event to journal; its Resolution is the
// answer. Only the payment's own sender can recall it. A payment that is held is
// not given back while it is held: that would undo the hold. One that has not
// come yet is remembered, and held for a person when its sender sends it.
func (g *Gate) Recall(r *spoor.Recall, at spoor.Instant) book.Recalled {
	i := spoor.Instruction{References: r.References, Message: r.Original}
	e := book.Recalled{Sender: book.SenderDigest(r.Message.Sender), Payment: i.Key(), Reason: r.Reason, At: at, Resolution: notYours}
	var digest [16]byte
	copy(digest[:], e.Sender[:])
	if _, _, own, _ := g.book.Seen(e.Payment, digest); !own {
		i.Message.Sender = r.Message.Sender // its own may bear a UETR that another's bears
		if _, _, own, _ = g.book.Seen(i.Aside(), digest); !own {
			return e
		}
		e.Payment = i.Aside()
	}
	switch outcome, _ := g.book.Outcome(e.Payment); outcome {
	case spoor.Block:
		e.Resolution = book.Resolution{Status: book.Rejected, Code: "LEGL", Text: "the payment was blocked and its funds may not be moved"}
	case spoor.HoldBack:
		e.Resolution = book.Resolution{Status: book.Pending, Text: "the payment is held; it is not given back while it is"}
	default:
		e.Resolution = book.Resolution{Status: book.Pending, Text: "no obstacle here; the creditor's bank decides"}
	}
	return e
}
