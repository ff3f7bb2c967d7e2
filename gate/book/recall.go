package book

import (
	"fmt"

	"spoor"
	"spoor/gate/internal/keep"
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

func (e Recalled) check(*Book) error {
	switch {
	case e.Payment == "":
		return fmt.Errorf("recall without a payment")
	case len(e.Payment) > 300 || len(e.Reason) > 35:
		return fmt.Errorf("recall with a reference of %d and a reason of %d bytes: at most 300 and 35", len(e.Payment), len(e.Reason))
	}
	return nil
}

func (e Recalled) law(*Book) error { return nil }

func (e Recalled) fold(b *Book) {
	past := b.memory.payment(e.Payment)
	switch {
	case past == nil:
		b.memory.young.recalls.Put(keep.Recall{Sender: e.Sender, Payment: e.Payment, Reason: e.Reason, At: e.At})
	case past.Sender() != e.Sender: // it concerns nobody else
	case e.Reason == fraud && past.Outcome() == spoor.Allow && !past.Fraud():
		past.SetFraud()
		b.memory.young.frauds.Add(past.Payee, e.At)
	}
}
