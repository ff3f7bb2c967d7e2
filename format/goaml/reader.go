// Package goaml reads payments out of goAML reports, the format of the UNODC in
// which banks report to financial intelligence units, in versions 4.0 to 5.0.x.
//
// Every transaction of a report gives one payment. A file may hold several
// reports, one after the other or in any envelope. A report on an activity has
// no transactions and gives no payment, which is no error.
//
//   - ID: transactionnumber. Purpose: transaction_description. Time:
//     date_transaction, else date_posting, else value_date; without a zone, UTC.
//   - From is the payer (t_from, t_from_my_client), To the payee (t_to,
//     t_to_my_client). An account is its IBAN, else its number with the SWIFT
//     code or institution code as bank. A person without an account, as at a
//     counter, is "person:" and the person's id_number, ssn, passport number or
//     name; a company "entity:" and its incorporation number or name.
//   - A transaction with a list of parties (involved_parties) has a role for
//     each. The roles that pay are RMITR (sender), CASHD (cash depositor), BUY
//     and RENTR (renter); those that are paid BNFCR (beneficiary), SELL, SPLIR
//     (supplier), MRCNT (merchant) and RENTE (landlord); every other role takes
//     no part. Roles that are all of the latter kind give a problem, because
//     nobody can say who paid whom; where only one side has a role, the other is
//     the zero AccountID.
//   - Of several parties on one side, the first with an account stands for all,
//     else the first: the amount is counted once, because the report does not
//     say how it was shared. The names of all are in the payment.
//   - Paid is the payer's foreign currency amount where there is one, else
//     amount_local in currency_code_local; Received likewise for the payee. The
//     exchange rate is not used: both amounts are given.
//   - FromCountry, ToCountry: of the IBAN, else institution_country, else of the
//     SWIFT code, else the country of the side.
//   - Channel: by the table fundsChannels, first of cash on either side, then of
//     the payer's funds, the payee's, and transmode_code. Each intelligence unit
//     has codes of its own; those that the table does not know are unknown.
//
// Elements are those of the UNODC's goAMLSchema.xsd.
package goaml

import (
	"bytes"
	"fmt"
	"io"

	"spoor"
	"spoor/format/text"
	"spoor/format/xmlscan"
)

// MaxRecord is how many bytes one transaction may take.
const MaxRecord = 1 << 20

// Sniff reports whether a file that begins like head is a goAML report.
func Sniff(head []byte) bool {
	head, ok := xmlscan.Head(head)
	if !ok {
		return false
	}
	_, rest, ok := bytes.Cut(head, []byte("<report"))
	return ok && (bytes.Contains(rest, []byte("<rentity_id")) || bytes.Contains(rest, []byte("<transactionnumber")))
}

// Reader reads payments from one file.
type Reader struct {
	scan  *xmlscan.Scanner
	found bool
	local string // currency_code_local of the report

	record  uint64
	line    int
	from    int64 // offset where the transaction begins
	tx      [numFields]string
	parties []party
	wrong   *fault // the first thing wrong with the transaction
	buf     []byte
}

// party is one end of a transaction, or one of several on an end.
type party struct {
	scope scope
	value [numFields]string
}

// fault is what is wrong with an element of a transaction.
type fault struct{ field, reason string }

func faultf(field, format string, args ...any) *fault {
	return &fault{field, fmt.Sprintf(format, args...)}
}

// NewReader makes a reader; name is what problems call the file.
func NewReader(name string, src io.Reader) *Reader {
	return &Reader{scan: xmlscan.New(name, src, tree)}
}

// Read fills dst and returns how many payments it read. At the end it returns
// 0 and io.EOF. At a bad transaction it returns the payments before it and a
// *spoor.Problem; unless that is fatal, the next Read goes on after it.
func (r *Reader) Read(dst []spoor.Payment) (int, error) {
	return text.Fill(dst, r.next)
}

// next handles one element and reports whether it completed a payment.
func (r *Reader) next(p *spoor.Payment) (bool, error) {
	event, id, err := r.scan.Next()
	if err == io.EOF && !r.found {
		p := r.scan.Problem("report", "there is no goAML report in the file")
		p.Line, p.Fatal = 0, true
		return false, p
	}
	if err != nil {
		return false, err
	}
	at := &places[id-1]
	switch {
	case at.field == fSelf:
		if event != xmlscan.End {
			r.begin(at.scope)
		}
		if event != xmlscan.Start && at.scope == inTransaction {
			return r.finish(p)
		}
	case event == xmlscan.Leaf:
		r.keep(at)
	}
	return false, nil
}

func (r *Reader) begin(s scope) {
	switch s {
	case inReport:
		r.found, r.local = true, ""
	case inTransaction:
		r.line, r.from = r.scan.Line(), r.scan.Offset()
		r.tx, r.parties, r.wrong = [numFields]string{}, r.parties[:0], nil
	default:
		if r.wrong == nil && !r.long() {
			r.parties = append(r.parties, party{scope: s})
		}
	}
}

// long reports whether the transaction is longer than it may be, so that no
// more of it is kept.
func (r *Reader) long() bool {
	if r.scan.Offset()-r.from <= MaxRecord {
		return false
	}
	r.wrong = faultf("transaction", "longer than %d bytes", MaxRecord)
	return true
}

// keep takes the text of an element; of repeated elements the first counts.
func (r *Reader) keep(at *place) {
	if at.scope != inReport && (r.wrong != nil || r.long()) {
		return
	}
	var to *string
	switch at.scope {
	case inReport:
		to = &r.local
	case inTransaction:
		to = &r.tx[at.field]
	default:
		to = &r.parties[len(r.parties)-1].value[at.field]
	}
	if *to != "" {
		return
	}
	var err error
	if r.buf, err = r.scan.AppendText(r.buf[:0]); err != nil && at.scope != inReport {
		r.wrong = &fault{at.path[len("report/"):], err.Error()}
		return
	}
	*to = string(r.buf)
}

func (r *Reader) finish(p *spoor.Payment) (bool, error) {
	r.record++
	f := r.wrong
	if f == nil {
		*p, f = r.payment()
	}
	if f != nil {
		problem := r.scan.Problem(f.field, f.reason)
		problem.Line, problem.Record = r.line, r.record
		return false, problem
	}
	return true, nil
}
