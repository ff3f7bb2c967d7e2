package record

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"spoor"
	"spoor/journal"
)

// MaxEntry is how many bytes an entry may have: half of what a page takes.
const MaxEntry = journal.MaxPageBytes / 2

// Limits of one instruction: with what is decided on it, it must fit into an
// entry of the journal.
const (
	MaxInstruction = 96 << 10 // bytes of text
	MaxName        = 1000     // bytes of one name: hits repeat it
	maxAccount     = 140      // bytes of a bank or a number, less than the graph takes
)

// texts counts the texts of what comes in, and whether all of them are text: an
// entry that is written must be readable for ever.
type texts struct {
	size   int
	broken bool
}

func (t *texts) add(all ...string) {
	for _, s := range all {
		t.size += len(s)
		t.broken = t.broken || !utf8.ValidString(s)
	}
}

func (t *texts) references(r *spoor.References) { t.add(r.UETR, r.InstrID, r.EndToEndID, r.TxID) }

func (t *texts) message(m *spoor.Message) { t.add(m.ID, m.Kind, m.Sender) }

// check says what is wrong with the texts.
func (t *texts) check() error {
	switch {
	case t.broken:
		return errors.New("it has text that is not UTF-8")
	case t.size > MaxInstruction:
		return fmt.Errorf("it has %d KiB of text: at most %d", t.size>>10, MaxInstruction>>10)
	}
	return nil
}

// CheckInstruction says what is wrong or too large about an instruction.
func CheckInstruction(in *spoor.Instruction) error {
	if len(in.Parties) > spoor.MaxParties {
		return fmt.Errorf("it names %d parties: at most %d", len(in.Parties), spoor.MaxParties)
	}
	var t texts
	p := &in.Payment
	t.references(&in.References)
	t.message(&in.Message)
	t.add(in.Returns, p.From.Bank, p.From.Number, p.To.Bank, p.To.Number, p.Kind, p.FromName, p.ToName, p.Purpose)
	for i := range in.Parties {
		q := &in.Parties[i].Party
		t.add(string(in.Parties[i].Role), q.BirthPlace)
		t.add(q.Addresses...)
		t.size += 8*len(q.Births) + 4*len(q.Countries) + 16*len(q.Identifiers)
		for _, x := range q.Names {
			if len(x.Full) > MaxName {
				return fmt.Errorf("a name of %d bytes: at most %d", len(x.Full), MaxName)
			}
			t.add(x.Full)
		}
		for _, x := range q.Identifiers {
			t.add(string(x.Kind), x.Value)
		}
	}
	for _, a := range []spoor.AccountID{p.From, p.To} {
		if len(a.Bank) > maxAccount || len(a.Number) > maxAccount {
			return fmt.Errorf("an account of more than %d bytes", maxAccount)
		}
	}
	if in.Key() == "" {
		return errors.New("nothing names it: want a UETR or a transaction id")
	}
	return t.check()
}

// CheckRecall says what is wrong or too large about a recall.
func CheckRecall(r *spoor.Recall) error {
	var t texts
	t.references(&r.References)
	t.message(&r.Message)
	t.message(&r.Original)
	t.add(r.ID, r.Reason)
	return t.check()
}

// CheckOrder says what is wrong or too large about an order.
func CheckOrder(o *spoor.Order, by string) error {
	var t texts
	t.add(o.ID, string(o.Kind), o.Authority, o.LegalBasis, o.Payment, o.Why, by)
	text := t.size
	for _, a := range o.Accounts {
		t.add(a.Bank, a.Number)
	}
	for _, id := range o.Parties {
		t.add(string(id.Kind), id.Value)
	}
	if t.size = text; text > 8<<10 {
		return fmt.Errorf("an order with %d KiB of text beside its accounts and parties: at most 8", text>>10)
	}
	return t.check()
}

// CheckWords says what is wrong or too large about who did something and why.
func CheckWords(words ...string) error {
	var t texts
	t.add(words...)
	if t.size > 8<<10 {
		return fmt.Errorf("%d KiB of text: at most 8", t.size>>10)
	}
	return t.check()
}

// Shorter gives the weightiest hits without their pieces.
func Shorter(hits []spoor.Hit) []spoor.Hit {
	out := slices.Clone(hits[:min(len(hits), 5)])
	for i := range out {
		out[i].Pieces, out[i].About = nil, ""
	}
	return out
}

// ShorterAlert gives an alert with as many payments and accounts as fit an entry.
func ShorterAlert(a spoor.Alert) spoor.Alert {
	const most = 1000
	a.Payments, a.Accounts = a.Payments[:min(len(a.Payments), most)], a.Accounts[:min(len(a.Accounts), most)]
	return a
}
