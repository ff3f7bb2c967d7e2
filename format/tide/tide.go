// Package tide reads the payments of Tide, a generator of labelled payments for
// measuring the detection of money laundering (github.com/mntijn/Tide).
//
// Its file has the columns src, dest, amount, currency, is_fraudulent,
// timestamp and transaction_type, and others, in any order. Cash deposits and
// withdrawals run between a person and an account: both ends are given as
// accounts, as they stand in the file. Its file of all edges holds ownership,
// too, which is passed over. Times without a zone are taken as UTC.
package tide

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"spoor"
	"spoor/format/text"
)

// Sniff reports whether content that begins with head is a file of payments.
func Sniff(head []byte) bool {
	return text.HasColumns(head, "src", "dest", "amount", "currency", "timestamp", "transaction_type")
}

// SniffEdges reports whether content that begins with head is a file of all
// edges, which repeats the payments of the file of payments beside it.
func SniffEdges(head []byte) bool {
	if !Sniff(head) || !text.HasColumns(head, "edge_type") {
		return false
	}
	return bytes.Contains(head, []byte(",ownership,")) || bytes.Contains(head, []byte("EdgeType.OWNERSHIP"))
}

// Reader reads the payments of a file of payments, or of all edges. The
// currency may be empty for Tide's default, the euro; is_fraudulent may be
// missing.
type Reader struct{ rows *text.Rows }

// NewReader reads payments from src; name is the file's name for problems.
func NewReader(name string, src io.Reader) *Reader {
	return &Reader{text.NewRows(name, src, &row{})}
}

// Read fills dst with payments and returns how many. The end is 0 and io.EOF.
// For a bad record it returns the payments before it and a *spoor.Problem;
// unless that is fatal, the next Read goes on after the bad record.
func (r *Reader) Read(dst []spoor.Payment) (int, error) { return r.rows.Read(dst) }

// row decodes a record by the places of its columns.
type row struct {
	from, to, amount, currency, label, time, kind, edge int
}

func (r *row) Begin(c *text.Columns) {
	r.from, r.to = c.Need("src"), c.Need("dest")
	r.amount, r.currency = c.Need("amount"), c.Need("currency")
	r.time, r.kind = c.Need("timestamp"), c.Need("transaction_type")
	r.label, r.edge = c.Maybe("is_fraudulent"), c.Maybe("edge_type")
}

func (r *row) Row(f []string, p *spoor.Payment) (column string, err error) {
	if word(text.At(f, r.edge)) == "ownership" {
		return "", text.Skip
	}
	if p.From.Number = f[r.from]; p.From.Number == "" {
		return "src", errNoAccount
	}
	if p.To.Number = f[r.to]; p.To.Number == "" {
		return "dest", errNoAccount
	}
	currency := spoor.EUR
	if s := f[r.currency]; s != "" {
		if currency, err = text.Currency(s); err != nil {
			return "currency", err
		}
	}
	if p.Paid, err = text.Amount(f[r.amount], currency); err != nil {
		return "amount", err
	}
	p.Received = p.Paid
	if p.Time, err = text.Time(f[r.time]); err != nil {
		return "timestamp", err
	}
	p.Kind = word(f[r.kind])
	p.Channel = channel(p.Kind)
	if p.Label, err = text.Label(text.At(f, r.label)); err != nil {
		return "is_fraudulent", err
	}
	return "", nil
}

var errNoAccount = errors.New("is empty: want an account or a person")

// word takes off the name of the Python enumeration that some versions write
// before the value: "TransactionType.DEPOSIT" is "deposit".
func word(s string) string {
	if i := strings.LastIndexByte(s, '.'); i >= 0 {
		s = s[i+1:]
	}
	return strings.ToLower(s)
}

// channel reads transaction_type; words that Tide does not have are unknown.
func channel(s string) spoor.Channel {
	switch s {
	case "transfer", "payment", "salary":
		return spoor.CreditTransfer
	case "deposit", "withdrawal", "cash":
		return spoor.Cash
	case "wire":
		return spoor.Wire
	case "card":
		return spoor.Card
	case "cheque", "check":
		return spoor.Cheque
	case "direct_debit", "direct-debit":
		return spoor.DirectDebit
	}
	return spoor.UnknownChannel
}
