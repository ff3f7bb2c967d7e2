// Package fingerprint makes the fingerprints by which a retry is told from
// another question: of instructions and of recalls, version 2.
//
// The first four bytes stand for who asks: they are the beginning of the SHA-256
// over "spoor sender 1" and the first eight characters of the sender's BIC in
// capitals, and zero where no sender is known. The other twelve are the beginning
// of the SHA-256 over a label and everything that is asked, as below: numbers as
// varints, each text after its length, each list after its length.
package fingerprint

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"spoor"
)

// Of fingerprints an instruction: amounts, accounts, countries, channel, kind,
// names, purpose, everyone with role and all that is said of them, references and
// what is returned. It leaves out the message's id and time and when the payment
// is said to be made, which a retry may change.
func Of(i *spoor.Instruction) [16]byte {
	var space [1024]byte
	p := &i.Payment
	b := block(append(space[:0], "spoor instruction 2"...))
	b.money(p.Paid)
	b.money(p.Received)
	b.account(p.From)
	b.account(p.To)
	b.texts(p.FromCountry.String(), p.ToCountry.String(), p.Channel.String(), p.Kind, p.FromName, p.ToName, p.Purpose)
	b.references(&i.References)
	b.text(i.Returns)
	b.number(len(i.Parties))
	for k := range i.Parties {
		b.text(string(i.Parties[k].Role))
		b.party(&i.Parties[k].Party)
	}
	return b.sealed(i.Message.Sender)
}

// OfRecall fingerprints a recall: the payment's references and amount, the message
// that it came in, and the reason. It leaves out the recall's own ids.
func OfRecall(c *spoor.Recall) [16]byte {
	var space [512]byte
	b := block(append(space[:0], "spoor recall 2"...))
	b.money(c.Amount)
	b.references(&c.References)
	b.texts(c.Original.ID, c.Original.Kind, c.Reason)
	b.number(int(c.Original.Created))
	return b.sealed(c.Message.Sender)
}

// block is what is hashed.
type block []byte

func (b *block) number(n int) { *b = binary.AppendVarint(*b, int64(n)) }

func (b *block) text(s string) { *b = append(binary.AppendUvarint(*b, uint64(len(s))), s...) }

func (b *block) texts(all ...string) {
	for _, s := range all {
		b.text(s)
	}
}

func (b *block) money(m spoor.Money) {
	*b = append(binary.AppendVarint(*b, m.Amount), m.Currency.String()...)
}

func (b *block) account(a spoor.AccountID) { b.texts(a.Bank, a.Number) }

func (b *block) references(r *spoor.References) { b.texts(r.UETR, r.InstrID, r.EndToEndID, r.TxID) }

func (b *block) party(p *spoor.Party) {
	b.texts(p.ID, p.Kind.String(), p.BirthPlace)
	b.number(len(p.Names))
	for _, n := range p.Names {
		b.text(n.Full)
		b.flag(n.Weak)
	}
	b.number(len(p.Births))
	for _, d := range p.Births {
		b.number(int(d.Year))
		*b = append(*b, d.Month, d.Day)
		b.flag(d.About)
	}
	b.number(len(p.Countries))
	for _, c := range p.Countries {
		*b = append(*b, c[:]...)
	}
	b.number(len(p.Addresses))
	b.texts(p.Addresses...)
	b.number(len(p.Identifiers))
	for _, id := range p.Identifiers {
		b.texts(string(id.Kind), id.Value, id.Country.String())
	}
}

func (b *block) flag(is bool) {
	if is {
		*b = append(*b, 1)
	} else {
		*b = append(*b, 0)
	}
}

// sealed is the fingerprint of the block for a sender.
func (b *block) sealed(sender string) (d [16]byte) {
	mark := Sender(sender)
	whole := sha256.Sum256(*b)
	copy(d[copy(d[:], mark[:]):], whole[:])
	return d
}

// Sender is the part of a fingerprint that stands for who asks. Branches of one
// bank are alike.
func Sender(bic string) (d [4]byte) {
	if bic == "" {
		return d
	}
	sum := sha256.Sum256([]byte("spoor sender 1" + strings.ToUpper(prefix(bic))))
	copy(d[:], sum[:])
	return d
}

// prefix is the first eight characters.
func prefix(s string) string {
	n := 0
	for i := range s {
		if n == 8 {
			return s[:i]
		}
		n++
	}
	return s
}
