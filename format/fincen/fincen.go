// Package fincen reads download_transactions_map.csv of the FinCEN Files, which
// the International Consortium of Investigative Journalists published in
// September 2020: payments that banks reported to the United States as
// suspicious, in totals from bank to bank.
//
// A record is many payments: its accounts are the banks (the ICIJ's ids), its
// amount the total in US dollars. Its time is the end of its period, because
// nobody could have known the total before; where only the beginning is given
// it is that, and six records without either have the zero instant, which their
// purpose says. Nothing in it is proven, so payments have no label.
package fincen

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"spoor"
	"spoor/format/text"
)

// Sniff reports whether content that begins with head is the file of totals.
func Sniff(head []byte) bool {
	return text.HasColumns(head, "originator_bank_id", "beneficiary_bank_id", "begin_date", "end_date", "amount_transactions")
}

// Reader reads totals as payments.
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
	id, report, filer, begin, end, number, amount int
	fromID, fromName, fromCountry                 int
	toID, toName, toCountry                       int
}

func (r *row) Begin(c *text.Columns) {
	r.id, r.report, r.filer = c.Maybe("id"), c.Maybe("icij_sar_id"), c.Maybe("filer_org_name")
	r.begin, r.end = c.Need("begin_date"), c.Need("end_date")
	r.number, r.amount = c.Maybe("number_transactions"), c.Need("amount_transactions")
	r.fromID, r.toID = c.Need("originator_bank_id"), c.Need("beneficiary_bank_id")
	r.fromName, r.toName = c.Maybe("originator_bank"), c.Maybe("beneficiary_bank")
	r.fromCountry, r.toCountry = c.Maybe("originator_iso"), c.Maybe("beneficiary_iso")
}

func (r *row) Row(f []string, p *spoor.Payment) (column string, err error) {
	p.ID = text.At(f, r.id)
	p.Channel = spoor.Wire
	p.FromName, p.ToName = text.At(f, r.fromName), text.At(f, r.toName)
	if p.From.Number = f[r.fromID]; p.From.Number == "" {
		return "originator_bank_id", errNoBank
	}
	if p.To.Number = f[r.toID]; p.To.Number == "" {
		return "beneficiary_bank_id", errNoBank
	}
	if p.FromCountry, err = country(text.At(f, r.fromCountry)); err != nil {
		return "originator_iso", err
	}
	if p.ToCountry, err = country(text.At(f, r.toCountry)); err != nil {
		return "beneficiary_iso", err
	}
	if p.Paid, err = text.Amount(f[r.amount], spoor.USD); err != nil {
		return "amount_transactions", err
	}
	p.Received = p.Paid
	begin, err := date(f[r.begin])
	if err != nil {
		return "begin_date", err
	}
	end, err := date(f[r.end])
	if err != nil {
		return "end_date", err
	}
	if p.Time = end; f[r.end] == "" {
		p.Time = begin
	}
	p.Purpose = r.purpose(f, begin, end)
	return "", nil
}

var errNoBank = errors.New("is empty: want a bank")

func date(s string) (spoor.Instant, error) {
	if s == "" {
		return 0, nil
	}
	return text.USDate(s)
}

func country(s string) (spoor.Country, error) {
	if s == "" {
		return spoor.Country{}, nil
	}
	c, ok := text.CountryByCode3(s)
	if !ok {
		return c, fmt.Errorf("%s is not an ISO 3166-1 alpha-3 code", text.Show(s))
	}
	return c, nil
}

// purpose says what the record is a total of: "68 transactions, 2015-03-25 to
// 2015-09-25, reported by The Bank of New York Mellon Corp. (report 3297)".
func (r *row) purpose(f []string, begin, end spoor.Instant) string {
	var b strings.Builder
	switch n := text.At(f, r.number); n {
	case "":
		b.WriteString("an unknown number of transactions")
	case "1":
		b.WriteString("1 transaction")
	default:
		b.WriteString(n + " transactions")
	}
	switch first, last := f[r.begin], f[r.end]; {
	case first == "" && last == "":
		b.WriteString(", date unknown")
	case first == "" || first == last:
		b.WriteString(", " + end.Date())
	case last == "":
		b.WriteString(", from " + begin.Date())
	default:
		b.WriteString(", " + begin.Date() + " to " + end.Date())
	}
	if filer := text.At(f, r.filer); filer != "" {
		b.WriteString(", reported by " + filer)
	}
	if report := text.At(f, r.report); report != "" {
		b.WriteString(" (report " + report + ")")
	}
	return b.String()
}
