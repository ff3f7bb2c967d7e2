// Package plain reads and writes Spoor's own CSV of payments, which loses
// nothing but the number of the record:
//
//	id,time,from_bank,from_account,to_bank,to_account,amount,currency,received,received_currency,
//	channel,kind,from_country,to_country,from_name,to_name,purpose,label
//
// in one line. Columns may be in any order, and only time, from_account,
// to_account, amount and currency must be there; others are passed over. Time
// is RFC 3339, or a date with or without a time of day, in UTC. An empty
// account with an empty bank is outside the data. Amounts are decimal numbers
// and currencies ISO 4217 codes; an empty received is the same as the amount.
// Channels are those of spoor.Channel, such as wire or credit-transfer; labels
// are licit and illicit, or 0 and 1; countries are ISO 3166-1 alpha-2 codes.
package plain

import (
	"errors"
	"fmt"
	"io"

	"spoor"
	"spoor/format/text"
)

const header = "id,time,from_bank,from_account,to_bank,to_account,amount,currency,received,received_currency," +
	"channel,kind,from_country,to_country,from_name,to_name,purpose,label\n"

// Sniff reports whether content that begins with head is Spoor's own CSV.
func Sniff(head []byte) bool {
	return text.HasColumns(head, "time", "from_account", "to_account", "amount", "currency")
}

// Reader reads payments.
type Reader struct{ rows *text.Rows }

// NewReader reads payments from src; name is the file's name for problems.
func NewReader(name string, src io.Reader) *Reader {
	return &Reader{text.NewRows(name, src, &row{})}
}

// Read fills dst with payments and returns how many. The end is 0 and io.EOF.
// For a bad record it returns the payments before it and a *spoor.Problem;
// unless that is fatal, the next Read goes on after the bad record.
func (r *Reader) Read(dst []spoor.Payment) (int, error) { return r.rows.Read(dst) }

// row decodes a record by the places of its columns, -1 for a missing one.
type row struct {
	id, time, fromBank, from, toBank, to   int
	amount, currency, received, receivedIn int
	channel, fromCountry, toCountry        int
	fromName, toName, purpose, label, kind int
}

func (r *row) Begin(c *text.Columns) {
	r.id, r.time = c.Maybe("id"), c.Need("time")
	r.fromBank, r.from = c.Maybe("from_bank"), c.Need("from_account")
	r.toBank, r.to = c.Maybe("to_bank"), c.Need("to_account")
	r.amount, r.currency = c.Need("amount"), c.Need("currency")
	r.received, r.receivedIn = c.Maybe("received"), c.Maybe("received_currency")
	r.channel = c.Maybe("channel")
	r.fromCountry, r.toCountry = c.Maybe("from_country"), c.Maybe("to_country")
	r.fromName, r.toName = c.Maybe("from_name"), c.Maybe("to_name")
	r.purpose, r.label, r.kind = c.Maybe("purpose"), c.Maybe("label"), c.Maybe("kind")
}

func (r *row) Row(f []string, p *spoor.Payment) (column string, err error) {
	p.ID = text.At(f, r.id)
	p.From = spoor.AccountID{Bank: text.At(f, r.fromBank), Number: f[r.from]}
	p.To = spoor.AccountID{Bank: text.At(f, r.toBank), Number: f[r.to]}
	p.FromName, p.ToName = text.At(f, r.fromName), text.At(f, r.toName)
	p.Purpose = text.At(f, r.purpose)
	p.Kind = text.At(f, r.kind)
	if p.Time, err = text.Time(f[r.time]); err != nil {
		return "time", err
	}
	if column, err := r.money(f, p); err != nil {
		return column, err
	}
	if p.Channel, err = channel(text.At(f, r.channel)); err != nil {
		return "channel", err
	}
	if p.FromCountry, err = country(text.At(f, r.fromCountry)); err != nil {
		return "from_country", err
	}
	if p.ToCountry, err = country(text.At(f, r.toCountry)); err != nil {
		return "to_country", err
	}
	if p.Label, err = label(text.At(f, r.label)); err != nil {
		return "label", err
	}
	return "", nil
}

func (r *row) money(f []string, p *spoor.Payment) (column string, err error) {
	currency, err := text.Currency(f[r.currency])
	if err != nil {
		return "currency", err
	}
	if p.Paid, err = text.Amount(f[r.amount], currency); err != nil {
		return "amount", err
	}
	received, in := text.At(f, r.received), text.At(f, r.receivedIn)
	switch {
	case received == "" && in != "" && in != f[r.currency]:
		return "received", errors.New("is empty, and received_currency is not that of the amount")
	case received == "":
		p.Received = p.Paid
		return "", nil
	case in != "":
		if currency, err = text.Currency(in); err != nil {
			return "received_currency", err
		}
	}
	p.Received, err = text.Amount(received, currency)
	return "received", err
}

func channel(s string) (spoor.Channel, error) {
	if s == "" {
		return spoor.UnknownChannel, nil
	}
	c, ok := spoor.ParseChannel(s)
	if !ok {
		return c, fmt.Errorf("%s is not a channel, such as wire or credit-transfer", text.Show(s))
	}
	return c, nil
}

func country(s string) (spoor.Country, error) {
	if s == "" {
		return spoor.Country{}, nil
	}
	c, ok := spoor.ParseCountry(s)
	if !ok {
		return c, fmt.Errorf("%s is not an ISO 3166-1 alpha-2 code", text.Show(s))
	}
	return c, nil
}

var labels = [...]string{spoor.Unlabelled: "", spoor.Licit: "licit", spoor.Illicit: "illicit"}

func label(s string) (spoor.Label, error) {
	for i, name := range labels {
		if name == s {
			return spoor.Label(i), nil
		}
	}
	l, err := text.Label(s)
	if err != nil {
		return l, fmt.Errorf("%s is not licit, illicit, 0 or 1", text.Show(s))
	}
	return l, nil
}

// Writer writes payments, with all columns.
type Writer struct{ *text.Writer }

// NewWriter returns a writer to w; Flush ends the file.
func NewWriter(w io.Writer) *Writer { return &Writer{text.NewWriter(w, header, appendRow)} }

// appendRow appends a payment's row; its error names the payment.
func appendRow(b []byte, p *spoor.Payment) ([]byte, error) {
	b, err := appendPayment(b, p)
	if err != nil {
		err = fmt.Errorf("payment %d %s: %w", p.Record, p.ID, err)
	}
	return b, err
}

func appendPayment(b []byte, p *spoor.Payment) ([]byte, error) {
	if p.Paid.Amount < 0 || p.Received.Amount < 0 {
		return b, fmt.Errorf("negative amount %s, received %s", p.Paid, p.Received)
	}
	for _, s := range [...]string{
		p.ID, p.From.Bank, p.From.Number, p.To.Bank, p.To.Number, p.FromName, p.ToName, p.Purpose, p.Kind,
	} {
		if !text.Writable(s) {
			return b, fmt.Errorf("%q is not text", s)
		}
	}
	b = text.AppendField(b, p.ID)
	b, ok := text.AppendRFC3339(append(b, ','), p.Time)
	if !ok {
		return b, fmt.Errorf("%s is not in the years 0 to 9999", p.Time)
	}
	b = text.AppendNext(b, p.From.Bank)
	b = text.AppendNext(b, p.From.Number)
	b = text.AppendNext(b, p.To.Bank)
	b = text.AppendNext(b, p.To.Number)
	b = appendMoney(b, p.Paid)
	if p.Received != p.Paid {
		b = appendMoney(b, p.Received)
	} else {
		b = append(b, ",,"...)
	}
	b = append(b, ',')
	if p.Channel != spoor.UnknownChannel {
		b = append(b, p.Channel.String()...)
	}
	b = text.AppendNext(b, p.Kind)
	b = appendCountry(b, p.FromCountry)
	b = appendCountry(b, p.ToCountry)
	b = text.AppendNext(b, p.FromName)
	b = text.AppendNext(b, p.ToName)
	b = text.AppendNext(b, p.Purpose)
	b = append(b, ',')
	b = append(b, labels[p.Label]...)
	return append(b, '\n'), nil
}

func appendMoney(b []byte, m spoor.Money) []byte {
	b = m.AppendDecimal(append(b, ','))
	b = append(b, ',')
	return append(b, m.Currency.String()...)
}

func appendCountry(b []byte, c spoor.Country) []byte {
	b = append(b, ',')
	if c != (spoor.Country{}) {
		b = append(b, c[0], c[1])
	}
	return b
}
