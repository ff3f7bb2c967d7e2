package record

import (
	"fmt"

	"spoor"
	"spoor/gate/book"
	"spoor/journal"
	"spoor/seal"
)

// encode panics only on a mistake of the program: the records are ours.
func encode(v any) []byte {
	b, err := seal.Encode(v)
	if err != nil {
		panic(err)
	}
	return b
}

// Decided is what a [KindPayment] entry holds.
type Decided struct {
	Instruction spoor.Instruction
	book.Decided
	Versions  uint64  // entry of the versions it was decided with; the decision's own are empty
	AmountEUR float64 // that the policy saw
}

// EncodePayment writes a payment with its decision.
func EncodePayment(in *spoor.Instruction, e *book.Decided, versions uint64, eur float64) []byte {
	return encode(&paymentRecord{
		Instruction: instructionOf(in), Decision: decisionOf(&e.Decision, versions), AmountEUR: eur,
		Causes: causesOf(e.Causes), PayerIDs: identifiersOf(e.PayerIDs), Left: balancesOf(e.Left),
	})
}

// Payment reads a [KindPayment] entry. The parties of its instruction are read
// where they are asked for.
func Payment(e *journal.Entry, parties bool) (*Decided, error) {
	var r paymentRecord
	if err := decode(e, KindPayment, &r); err != nil {
		return nil, err
	}
	in, err := r.Instruction.noun(parties)
	if err != nil {
		return nil, err
	}
	d, err := r.Decision.noun(in.Key(), e.Number, e.At)
	if err != nil {
		return nil, err
	}
	left, err := balances(r.Left)
	return &Decided{Instruction: in, Versions: r.Decision.Versions, AmountEUR: r.AmountEUR, Decided: book.Decided{
		Decision: d, Digest: in.Digest, Payer: in.Payment.From, Payee: in.Payment.To, Paid: in.Payment.Paid, Received: in.Payment.Received,
		Causes: causes(r.Causes), PayerIDs: identifiers(r.PayerIDs), Left: left,
	}}, err
}

func decode(e *journal.Entry, kind string, into any) error {
	if e.Kind != kind {
		return fmt.Errorf("entry %d is of kind %s, not %s", e.Number, e.Kind, kind)
	}
	return seal.Decode(e.Data, into)
}

// EncodeRefused writes that an instruction came whose key was taken by the payment
// that was decided in an entry: what names it, and no more, so that nobody fills
// a journal with what is not decided.
func EncodeRefused(in *spoor.Instruction, decided uint64) []byte {
	return encode(&refusedRecord{
		References: referencesRecord(in.References), Message: messageOf(in.Message), Paid: moneyOf(in.Payment.Paid), Digest: in.Digest[:], Decided: decided,
	})
}

// EncodeRecall writes a recall with its answer.
func EncodeRecall(r *spoor.Recall, e *book.Recalled) []byte {
	return encode(&recallRecord{
		References: referencesRecord(r.References), Message: messageOf(r.Message), Original: messageOf(r.Original), ID: r.ID,
		Reason: e.Reason, Amount: moneyOf(r.Amount), Payment: e.Payment,
		Status: e.Resolution.Status, Code: e.Resolution.Code, Text: e.Resolution.Text,
	})
}

// Recall reads a [KindRecall] entry.
func Recall(e *journal.Entry) (book.Recalled, error) {
	var r recallRecord
	err := decode(e, KindRecall, &r)
	return book.Recalled{Sender: book.SenderDigest(r.Message.Sender), Payment: r.Payment, Reason: r.Reason, At: e.At, Resolution: book.Resolution{Status: r.Status, Code: r.Code, Text: r.Text}}, err
}

// EncodeEvent writes a change of an order or a hold.
func EncodeEvent(e book.Event) []byte { return encode(eventOf(e)) }

// Event reads a [KindEvent] entry.
func Event(e *journal.Entry) (book.Event, error) {
	var r eventRecord
	if err := decode(e, KindEvent, &r); err != nil {
		return nil, err
	}
	return r.event()
}

// EncodeAlert writes an alert.
func EncodeAlert(a *spoor.Alert) []byte {
	r := alertOf(a)
	return encode(&r)
}

// Alert reads a [KindAlert] entry.
func Alert(e *journal.Entry) (spoor.Alert, error) {
	var r alertRecord
	if err := decode(e, KindAlert, &r); err != nil {
		return spoor.Alert{}, err
	}
	return r.noun()
}

// EncodeWords writes the body of a [KindStart] or [KindVersions] entry.
func EncodeWords(words map[string]string) []byte { return encode(words) }

// Versions reads a [KindVersions] entry.
func Versions(e *journal.Entry) (v map[string]string, err error) {
	return v, decode(e, KindVersions, &v)
}
