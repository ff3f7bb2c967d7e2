package amlworld

import (
	"fmt"
	"io"
	"strconv"

	"spoor"
	"spoor/format/text"
)

const header = "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,Amount Paid,Payment Currency,Payment Format,Is Laundering\n"

// Writer writes a Trans.csv as AMLworld does, and loses what AMLworld lacks:
// seconds, ids, names, countries, purposes, and the difference between
// transfers, direct debits and payments of an unknown channel, which all become
// ACH. An unlabelled payment is written as not laundering.
type Writer struct{ *text.Writer }

// NewWriter returns a writer to w; Flush ends the file.
func NewWriter(w io.Writer) *Writer { return &Writer{text.NewWriter(w, header, appendRow)} }

func appendRow(b []byte, p *spoor.Payment) ([]byte, error) {
	if p.Paid.Amount < 0 || p.Received.Amount < 0 {
		return b, fmt.Errorf("payment %d: negative amount %s, received %s", p.Record, p.Paid, p.Received)
	}
	for _, s := range [...]string{p.From.Bank, p.From.Number, p.To.Bank, p.To.Number} {
		if !text.Writable(s) {
			return b, fmt.Errorf("payment %d: account %q is not text", p.Record, s)
		}
	}
	b, ok := text.AppendSlashed(b, p.Time)
	if !ok {
		return b, fmt.Errorf("payment %d: %s is not in the years 0 to 9999", p.Record, p.Time)
	}
	b = text.AppendNext(b, p.From.Bank)
	b = text.AppendNext(b, p.From.Number)
	b = text.AppendNext(b, p.To.Bank)
	b = text.AppendNext(b, p.To.Number)
	b = appendMoney(b, p.Received)
	b = appendMoney(b, p.Paid)
	b = append(b, ',')
	b = append(b, formatName(p.Channel)...)
	label := 0
	if p.Label == spoor.Illicit {
		label = 1
	}
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(label), 10)
	return append(b, '\n'), nil
}

// appendMoney writes amount and currency. AMLworld writes bitcoin with six
// decimals; where there is more to say, all eight are written.
func appendMoney(b []byte, m spoor.Money) []byte {
	b = append(b, ',')
	b = m.AppendDecimal(b)
	if m.Currency.Scale() == 8 && m.Amount%100 == 0 {
		b = b[:len(b)-2]
	}
	b = append(b, ',')
	return append(b, nameOfCurrency[m.Currency]...)
}
