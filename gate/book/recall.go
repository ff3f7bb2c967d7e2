package book

import (
	"fmt"

	"spoor"
)

// fraud is the reason of a recall for fraud (ISO 20022 external code).
const fraud = "FRAD"

// Statuses of a [Resolution] (camt.029, investigation status). A gate cancels
// nothing itself: the money is with the banks.
const (
	Rejected = "RJCR"
	Pending  = "PDCR"
)

// Resolution is the answer to a recall.
type Resolution struct {
	Status string `json:"status"`         // [Rejected] or [Pending]
	Code   string `json:"code,omitempty"` // why rejected: LEGL, NOOR
	Text   string `json:"text"`
}

// maxRecalls bounds what is remembered in half a window.
const maxRecalls = 1 << 20

func (e Recalled) check(b *Book) error {
	switch {
	case e.Payment == "":
		return fmt.Errorf("recall without a payment")
	case len(e.Payment) > 300 || len(e.Reason) > 35:
		return fmt.Errorf("recall with a reference of %d and a reason of %d bytes: at most 300 and 35", len(e.Payment), len(e.Reason))
	case len(b.memory.young.recalls) >= maxRecalls:
		return fmt.Errorf("more than %d recalls in %s: none can be remembered until some have aged", maxRecalls, spoor.Span(b.memory.half))
	}
	return nil
}

func (e Recalled) law(*Book) error { return nil }

func (e Recalled) fold(b *Book) {
	had, again := b.memory.recall(e.Payment)
	if again && (had.Reason == fraud || e.Reason != fraud) {
		return // counted already
	}
	b.memory.young.recalls[e.Payment] = remembered{e.Reason, e.At}
	if past := b.memory.payment(e.Payment); past != nil && e.Reason == fraud {
		b.memory.fraud(past.Payee, e.At)
	}
}
