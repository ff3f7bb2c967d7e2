// Package amlworld reads and writes the files of AMLworld, the synthetic
// payments of IBM with labelled money laundering (Altman et al., "Realistic
// Synthetic Financial Transactions for Anti-Money Laundering Models", NeurIPS
// 2023): Trans.csv, Patterns.txt and accounts.csv.
//
// An account is a bank and a number. Bank ids are written with and without
// leading zeros for the same bank, so they are read without. Times are whole
// minutes, without a zone, taken as UTC.
package amlworld

import (
	"fmt"
	"io"

	"spoor"
	"spoor/format/text"
)

// Sniff reports whether content that begins with head is a Trans.csv.
func Sniff(head []byte) bool {
	return text.HasColumns(head, "Timestamp", "From Bank", "To Bank", "Amount Received",
		"Receiving Currency", "Amount Paid", "Payment Currency", "Payment Format")
}

// Reader reads the payments of a Trans.csv. Its columns may be in any order;
// of the two called Account the first is the payer's. Is Laundering may be
// missing. An account with neither bank nor number is outside the data.
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
	time, fromBank, from, toBank, to   int
	received, receivedIn, paid, paidIn int
	format, label                      int

	receivedCurrency, paidCurrency memo[spoor.Currency]
	channel                        memo[spoor.Channel]
}

// plainOrder is the order of AMLworld's own columns; Patterns.txt has no other.
func plainOrder() *row {
	return &row{
		time: 0, fromBank: 1, from: 2, toBank: 3, to: 4,
		received: 5, receivedIn: 6, paid: 7, paidIn: 8, format: 9, label: 10,
	}
}

func (r *row) Begin(c *text.Columns) {
	r.time = c.Need("Timestamp")
	r.fromBank = c.Need("From Bank")
	r.toBank = c.Need("To Bank")
	r.from = c.Nth("Account", 0)
	if r.from < 0 {
		r.from = c.Need("Account")
	}
	// Some tools rename the second of two columns with one name.
	if r.to = c.Nth("Account", 1); r.to < 0 {
		r.to = c.Need("Account.1")
	}
	r.received = c.Need("Amount Received")
	r.receivedIn = c.Need("Receiving Currency")
	r.paid = c.Need("Amount Paid")
	r.paidIn = c.Need("Payment Currency")
	r.format = c.Need("Payment Format")
	r.label = c.Maybe("Is Laundering")
}

func (r *row) Row(f []string, p *spoor.Payment) (column string, err error) {
	if p.Time, err = text.Time(f[r.time]); err != nil {
		return "Timestamp", err
	}
	if p.From, err = account(f[r.fromBank], f[r.from]); err != nil {
		return "Account", fmt.Errorf("payer: %w", err)
	}
	if p.To, err = account(f[r.toBank], f[r.to]); err != nil {
		return "Account", fmt.Errorf("payee: %w", err)
	}
	paidIn, err := r.paidCurrency.of(f[r.paidIn], parseCurrency)
	if err != nil {
		return "Payment Currency", err
	}
	if p.Paid, err = text.Amount(f[r.paid], paidIn); err != nil {
		return "Amount Paid", err
	}
	receivedIn, err := r.receivedCurrency.of(f[r.receivedIn], parseCurrency)
	if err != nil {
		return "Receiving Currency", err
	}
	if receivedIn == paidIn && f[r.received] == f[r.paid] {
		p.Received = p.Paid
	} else if p.Received, err = text.Amount(f[r.received], receivedIn); err != nil {
		return "Amount Received", err
	}
	if p.Channel, err = r.channel.of(f[r.format], parseFormat); err != nil {
		return "Payment Format", err
	}
	if p.Label, err = text.Label(text.At(f, r.label)); err != nil {
		return "Is Laundering", err
	}
	return "", nil
}

// account joins bank and number, the bank without leading zeros.
func account(bank, number string) (spoor.AccountID, error) {
	bank = normalBank(bank)
	if number == "" && bank != "" {
		return spoor.AccountID{}, fmt.Errorf("bank %s, and no account number", text.Show(bank))
	}
	return spoor.AccountID{Bank: bank, Number: number}, nil
}

func normalBank(s string) string {
	for len(s) > 1 && s[0] == '0' {
		s = s[1:]
	}
	return s
}

// memo remembers what a word meant on the line before: most lines repeat it.
type memo[T any] struct {
	word  string
	value T
}

func (m *memo[T]) of(word string, parse func(string) (T, error)) (T, error) {
	if word == m.word && word != "" {
		return m.value, nil
	}
	value, err := parse(word)
	if err == nil {
		m.word, m.value = word, value
	}
	return value, err
}
