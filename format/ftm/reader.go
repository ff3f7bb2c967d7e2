// Package ftm reads Payment entities of FollowTheMoney, the data model of
// investigative databases such as Aleph and OpenSanctions.
//
// A file is JSON lines, one entity each, or one JSON array of entities. Only
// entities of schema Payment give payments. Bank accounts, crypto wallets and
// the names of people and organisations are remembered for the payments after
// them, so a file should have them first: an account that was not seen yet is
// known by its entity id alone. At most [MaxKnown] bytes are remembered; what
// comes after is not, and a problem says so once. Entities that are nested
// inside a payment are used as they stand.
//
//   - ID: the entity's id, else transactionNumber, which is not unique.
//   - From: payerAccount, else the entity id of payer, since a payment may name
//     its parties alone; an account is its IBAN, else accountNumber with the bic,
//     or the bankName, as bank, else its entity id. To: the same of beneficiary.
//     Of several values the first counts, but all names are given.
//   - FromCountry, ToCountry: of the IBAN, else of the BIC, else the country of
//     the account, else that of the party.
//   - Time: the earliest date, else startDate. A date that is not complete is its
//     first day or second: 2019 is 2019-01-01. Without a zone it is UTC.
//   - Paid and Received: amount in currency; else amountEur; else amountUsd.
//     Numbers may have commas between groups of three digits. Several different
//     amounts give a problem.
//   - Purpose: purpose, joined; else summary or description.
//   - Channel: Crypto when an end is a crypto wallet, else unknown.
//
// The properties are those of the FollowTheMoney schemas Payment, Interval,
// Value, BankAccount and CryptoWallet.
package ftm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"spoor"
	"spoor/format/text"
)

// Sniff reports whether a file that begins like head holds FollowTheMoney
// entities.
func Sniff(head []byte) bool {
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff")))
	if rest, ok := bytes.CutPrefix(head, []byte("[")); ok {
		head = bytes.TrimSpace(rest)
	}
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	var first struct {
		Schema     *string
		Properties map[string]json.RawMessage
	}
	if json.NewDecoder(bytes.NewReader(head)).Decode(&first) == nil {
		return first.Schema != nil && first.Properties != nil
	}
	// The head may be cut inside its first entity.
	return bytes.Contains(head, []byte(`"schema"`)) && bytes.Contains(head, []byte(`"properties"`))
}

// Reader reads payments from one file.
type Reader struct {
	items  *items
	seen   map[string]known
	room   int // bytes that may still be remembered
	full   bool
	record uint64
}

// NewReader makes a reader; name is what problems call the file.
func NewReader(name string, src io.Reader) *Reader {
	return &Reader{items: newItems(name, src), seen: map[string]known{}, room: MaxKnown}
}

// Read fills dst and returns how many payments it read. At the end it returns
// 0 and io.EOF. At a bad entity it returns the payments before it and a
// *spoor.Problem; unless that is fatal, the next Read goes on after it. A
// payment's Record counts Payment entities.
func (r *Reader) Read(dst []spoor.Payment) (int, error) {
	return text.Fill(dst, r.next)
}

// next reads one entity and reports whether it is a payment.
func (r *Reader) next(p *spoor.Payment) (bool, error) {
	item, err := r.items.next()
	if err != nil {
		return false, err
	}
	e, err := parse(item)
	if err != nil {
		return false, r.items.problem(err.Error())
	}
	if e.Schema != "Payment" {
		return false, r.remember(e)
	}
	r.record++
	var f *fault
	if *p, f = r.payment(e); f != nil {
		problem := r.items.problem(f.reason)
		problem.Field, problem.Record = f.property, r.record
		return false, problem
	}
	return true, nil
}

// fault is what is wrong with a property of a payment.
type fault struct{ property, reason string }

func faultf(property, format string, args ...any) *fault {
	return &fault{property, fmt.Sprintf(format, args...)}
}

func (r *Reader) remember(e *entity) error {
	k, ok := describe(e)
	if !ok || e.ID == "" {
		return nil
	}
	if old, there := r.seen[e.ID]; there {
		r.room += old.cost(e.ID)
	}
	if cost := k.cost(e.ID); cost <= r.room {
		r.room -= cost
		r.seen[e.ID] = k
		return nil
	}
	delete(r.seen, e.ID)
	if r.full {
		return nil
	}
	r.full = true
	return r.items.problem(fmt.Sprintf("more than %d MiB of accounts and names: payments know those from here on by id only; split the file, or leave out entities that no payment names", MaxKnown>>20))
}

// resolve says what is known of an entity that a payment points to.
func (r *Reader) resolve(e *entity) known {
	if e.Schema != "" {
		k, _ := describe(e)
		return k
	}
	return r.seen[e.ID]
}

func (r *Reader) payment(e *entity) (p spoor.Payment, f *fault) {
	p = spoor.Payment{ID: e.ID, Record: r.record}
	if p.ID == "" {
		p.ID = e.first("transactionNumber")
	}
	from, to := r.side(e, "payer"), r.side(e, "beneficiary")
	p.From, p.FromCountry, p.FromName = from.account, from.country, from.name
	p.To, p.ToCountry, p.ToName = to.account, to.country, to.name
	if p.From == (spoor.AccountID{}) && p.To == (spoor.AccountID{}) {
		return p, &fault{"payer", "there is neither a payer nor a beneficiary"}
	}
	if from.wallet || to.wallet {
		p.Channel = spoor.Crypto
	}
	if p.Paid, f = amount(e); f != nil {
		return p, f
	}
	p.Received = p.Paid
	if p.Purpose = strings.Join(e.texts("purpose"), " "); p.Purpose == "" {
		p.Purpose = e.first("summary", "description")
	}
	p.Time, f = moment(e)
	return p, f
}

// side puts together an end of a payment from its account and its party.
func (r *Reader) side(e *entity, who string) (out known) {
	if accounts := e.refs(who + "Account"); len(accounts) > 0 {
		out = r.resolve(accounts[0])
		out.name = ""
		if out.account.Number == "" {
			out.account = spoor.AccountID{Number: accounts[0].ID}
		}
	}
	var names []string
	for _, party := range e.refs(who) {
		k := r.resolve(party)
		if k.name != "" {
			names = append(names, k.name)
		}
		if out.account.Number == "" {
			out.account.Number = party.ID
		}
		if out.country == (spoor.Country{}) {
			out.country = k.country
		}
	}
	out.name = strings.Join(names, "; ")
	return out
}
