package spoor

import (
	"fmt"
	"strconv"
)

// Payment is one transfer of money between two accounts, as instructed or as
// booked.
//
// Strings of a payment that a reader returned share memory with the reader's
// buffer: they stay valid, but keep a whole buffer alive. Clone what is kept
// for long.
type Payment struct {
	ID          string    // the record's own id: UETR, message id, tran_id; "" where it has none
	Record      uint64    // 1-based number of the record in its source, header not counted
	Time        Instant   // when it was instructed or booked
	From, To    AccountID // the zero AccountID is cash or anything else outside the data
	Paid        Money     // what left From
	Received    Money     // what reached To; equal to Paid unless converted on the way
	Channel     Channel
	Kind        string  // the source's own word for its kind: a payment format, a transaction type
	FromCountry Country // where From is kept; zero when unknown
	ToCountry   Country // where To is kept; zero when unknown
	Label       Label   // ground truth, where the source has it
	FromName    string  // the payer (debtor), where the source has it
	ToName      string  // the payee (creditor), where the source has it
	Purpose     string  // remittance information, where the source has it
}

// Called is what alerts, traces, scores and reports call the payment: its own id,
// or where it has none its record's number.
func (p *Payment) Called() string {
	if p.ID != "" {
		return p.ID
	}
	return strconv.FormatUint(p.Record, 10)
}

// AccountID names an account: the bank that keeps it and its number there. An
// IBAN names its bank itself, so its Bank is empty.
type AccountID struct {
	Bank   string `json:"bank,omitempty"`
	Number string `json:"number"`
}

// String joins bank and number with a colon, "10:8000EBD30", or gives the
// number alone where there is no bank. The zero AccountID prints as "outside".
func (a AccountID) String() string {
	switch {
	case a == AccountID{}:
		return "outside"
	case a.Bank == "":
		return a.Number
	}
	return a.Bank + ":" + a.Number
}

// ParseAccountID reverses [AccountID.String].
func ParseAccountID(s string) AccountID {
	if s == "outside" {
		return AccountID{}
	}
	for i := 0; i < len(s); i++ {
		if s[i] == ':' {
			return AccountID{Bank: s[:i], Number: s[i+1:]}
		}
	}
	return AccountID{Number: s}
}

// Label is what the source says of a payment: ground truth for measuring, and
// never an input to a detector.
type Label uint8

// The labels.
const (
	Unlabelled Label = iota
	Licit
	Illicit
)

// Channel is the instrument by which a payment was made.
type Channel uint8

// The channels that the readers tell apart.
const (
	UnknownChannel Channel = iota
	CreditTransfer         // ACH, SEPA credit transfer, instant transfer
	Wire                   // correspondent-banking transfer
	DirectDebit
	Card
	Cheque
	Cash         // banknotes over a counter or a machine, in or out
	Reinvestment // a booking of an account to itself
	Crypto       // transfer of a crypto-asset
	numChannels
)

var channelNames = [numChannels]string{
	"unknown", "credit-transfer", "wire", "direct-debit", "card", "cheque", "cash", "reinvestment", "crypto",
}

// String gives the channel's name in Spoor's own CSV.
func (c Channel) String() string {
	if c >= numChannels {
		return channelNames[UnknownChannel]
	}
	return channelNames[c]
}

// ParseChannel reverses [Channel.String]; ok is false for an unknown name.
func ParseChannel(s string) (c Channel, ok bool) {
	for i, n := range channelNames {
		if n == s {
			return Channel(i), true
		}
	}
	return UnknownChannel, false
}

// Transfer reports whether the channel moves money from account to account on
// the payer's or payee's instruction: the instruments that layering uses. A
// channel that the source does not tell counts as one.
func (c Channel) Transfer() bool {
	return c == UnknownChannel || c == CreditTransfer || c == Wire || c == Crypto
}

// Country is an ISO 3166-1 alpha-2 code in capitals; the zero value is unknown.
type Country [2]byte

// ParseCountry takes two letters in either case; ok is false for anything else.
func ParseCountry(s string) (c Country, ok bool) {
	if len(s) != 2 {
		return c, false
	}
	for i := range 2 {
		b := s[i] &^ 0x20
		if b < 'A' || b > 'Z' {
			return Country{}, false
		}
		c[i] = b
	}
	return c, true
}

// String gives the code, "" when unknown.
func (c Country) String() string {
	if c == (Country{}) {
		return ""
	}
	return string(c[:])
}

// MarshalText makes countries plain codes in JSON.
func (c Country) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a code; nothing is the unknown country.
func (c *Country) UnmarshalText(b []byte) error {
	got, ok := ParseCountry(string(b))
	if !ok && len(b) > 0 {
		return fmt.Errorf("country %q: want two letters (ISO 3166-1)", b)
	}
	*c = got
	return nil
}
