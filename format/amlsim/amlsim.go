// Package amlsim reads the payments that IBM's AMLSim simulates
// (github.com/IBM/AMLSim), in all of its formats:
//
//	sourceNodeId,targetNodeId,value,time                                   the samples in its repository
//	TX_ID,SENDER_ACCOUNT_ID,RECEIVER_ACCOUNT_ID,TX_TYPE,TX_AMOUNT,TIMESTAMP,IS_FRAUD,ALERT_ID
//	tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp,is_sar,alert_id
//
// Amounts are US dollars. Accounts are numbers without a bank, because the bank
// is in another file. In the older formats, and in copies of the newest that
// were not converted, time is a step of the simulation: one step is a day, and
// a payment is at the first second of its day. The oldest has no labels
// for payments: they are for accounts, see [ReadAccountLabels].
package amlsim

import (
	"fmt"
	"io"
	"strings"

	"spoor"
	"spoor/format/text"
)

// DayZero is the day of step 0 where nothing else is said: 2017-01-01, AMLSim's
// own default.
const DayZero = 17167 * spoor.Day

// maxStep keeps the day of a step within the years that a date can have.
const maxStep = 1e6

// Sniff reports whether content that begins with head is a file of payments in
// any format. AMLSim's alert_transactions.csv, which repeats some of them
// with the type of their alert, is not one: it would count payments twice.
func Sniff(head []byte) bool {
	if text.HasColumns(head, "sourceNodeId", "targetNodeId", "value", "time") {
		return true
	}
	if text.HasColumns(head, "SENDER_ACCOUNT_ID", "RECEIVER_ACCOUNT_ID", "TX_AMOUNT", "TIMESTAMP") {
		return true
	}
	return text.HasColumns(head, "tran_id", "orig_acct", "bene_acct", "tx_type", "base_amt", "tran_timestamp") &&
		!text.HasColumns(head, "alert_type")
}

// Reader reads the payments of any format; is_sar or IS_FRAUD may be missing.
type Reader struct {
	// DayZero is the day of step 0. It may be set before the first Read.
	DayZero spoor.Instant
	rows    *text.Rows
}

// NewReader reads payments from src; name is the file's name for problems.
func NewReader(name string, src io.Reader) *Reader {
	r := &Reader{DayZero: DayZero}
	r.rows = text.NewRows(name, src, &row{dayZero: &r.DayZero})
	return r
}

// Read fills dst with payments and returns how many. The end is 0 and io.EOF.
// For a bad record it returns the payments before it and a *spoor.Problem;
// unless that is fatal, the next Read goes on after the bad record.
func (r *Reader) Read(dst []spoor.Payment) (int, error) { return r.rows.Read(dst) }

// row decodes a record by the places of its columns, -1 where the format has
// none.
type row struct {
	dayZero *spoor.Instant

	id, from, to, kind, amount, time, label int
	// the names of columns that differ, for problems
	fromName, toName, amountName, timeName, labelName string
}

func (r *row) Begin(c *text.Columns) {
	r.fromName, r.toName, r.amountName, r.timeName = "orig_acct", "bene_acct", "base_amt", "tran_timestamp"
	idName, kindName := "tran_id", "tx_type"
	r.labelName = "is_sar"
	switch {
	case c.Nth("sourceNodeId", 0) >= 0:
		r.fromName, r.toName, r.amountName, r.timeName = "sourceNodeId", "targetNodeId", "value", "time"
	case c.Nth("SENDER_ACCOUNT_ID", 0) >= 0:
		r.fromName, r.toName, r.amountName, r.timeName = "SENDER_ACCOUNT_ID", "RECEIVER_ACCOUNT_ID", "TX_AMOUNT", "TIMESTAMP"
		idName, kindName, r.labelName = "TX_ID", "TX_TYPE", "IS_FRAUD"
	}
	r.id, r.kind, r.label = c.Maybe(idName), c.Maybe(kindName), c.Maybe(r.labelName)
	r.from, r.to = c.Need(r.fromName), c.Need(r.toName)
	r.amount, r.time = c.Need(r.amountName), c.Need(r.timeName)
}

func (r *row) Row(f []string, p *spoor.Payment) (column string, err error) {
	p.ID = text.At(f, r.id)
	if p.From.Number = f[r.from]; p.From.Number == "" {
		return r.fromName, errNoAccount
	}
	if p.To.Number = f[r.to]; p.To.Number == "" {
		return r.toName, errNoAccount
	}
	if p.Paid, err = text.Amount(f[r.amount], spoor.USD); err != nil {
		return r.amountName, err
	}
	p.Received = p.Paid
	if p.Time, err = r.when(f[r.time]); err != nil {
		return r.timeName, err
	}
	p.Kind = text.At(f, r.kind)
	p.Channel = channel(p.Kind)
	if p.Label, err = text.Label(text.At(f, r.label)); err != nil {
		return r.labelName, err
	}
	return "", nil
}

var errNoAccount = fmt.Errorf("is empty: want an account")

// when reads a date and time, or a step.
func (r *row) when(s string) (spoor.Instant, error) {
	step := spoor.Instant(0)
	for i := 0; i < len(s); i++ {
		digit := s[i] - '0'
		if digit > 9 {
			return text.Time(s)
		}
		if step = step*10 + spoor.Instant(digit); step > maxStep {
			return 0, fmt.Errorf("step %s is past %d", text.Show(s), int(maxStep))
		}
	}
	if s == "" {
		return text.Time(s)
	}
	return *r.dayZero + step*spoor.Day, nil
}

// channel reads tx_type. The words are those of AMLSim's parameter files;
// others, which users may add, are unknown.
func channel(s string) spoor.Channel {
	switch s {
	case "TRANSFER", "CREDIT", "ACH", "PAYMENT":
		return spoor.CreditTransfer
	case "WIRE":
		return spoor.Wire
	case "DEPOSIT", "WITHDRAWAL", "CASH", "CASH_IN", "CASH_OUT", "DEPOSIT-CASH":
		return spoor.Cash
	case "CHECK", "CHEQUE", "DEPOSIT-CHECK":
		return spoor.Cheque
	case "CARD", "CREDIT_CARD", "DEBIT_CARD":
		return spoor.Card
	case "DEBIT", "DIRECT_DEBIT":
		return spoor.DirectDebit
	}
	if upper := strings.ToUpper(s); upper != s {
		return channel(upper)
	}
	return spoor.UnknownChannel
}
