package iso20022

import (
	"bytes"
	"math/bits"
	"strconv"
	"unicode"
	"unicode/utf8"

	"spoor"
)

// What the schemas demand of values. Reader is lenient, since a file of what
// has happened is better read than refused; a gate is not.

// ValidBIC checks for the pattern of ISO 9362 in the schemas.
func ValidBIC[T ~string | ~[]byte](b T) bool {
	if len(b) != 8 && len(b) != 11 {
		return false
	}
	for i := range len(b) {
		if c := b[i]; c-'A' > 25 && (c-'0' > 9 || i == 4 || i == 5) {
			return false
		}
	}
	return true
}

// ValidIBAN checks for the pattern of ISO 13616 in a clean IBAN; not its check
// digits.
func ValidIBAN[T ~string | ~[]byte](b T) bool {
	if len(b) < 5 || len(b) > maxIBAN || b[2]-'0' > 9 || b[3]-'0' > 9 {
		return false
	}
	for i := range len(b) {
		if c := b[i]; c-'A' > 25 && (c-'0' > 9 || i < 2) {
			return false
		}
	}
	return true
}

// ValidUETR checks for a UUID of version 4 in small letters (RFC 4122), the
// UUIDv4Identifier of the schemas.
func ValidUETR(b []byte) bool {
	if len(b) != 36 || b[14] != '4' || bytes.IndexByte([]byte("89ab"), b[19]) < 0 {
		return false
	}
	for i, c := range b {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && c-'0' > 9 && c-'a' > 5 {
			return false
		}
	}
	return true
}

// ValidID reports whether a reference has nothing that a log, a terminal or
// another reader could take for something else: control and format characters.
func ValidID(b []byte) bool {
	for i, c := range b {
		switch {
		case c < ' ' || c == 0x7f:
			return false
		case c >= utf8.RuneSelf:
			return !bytes.ContainsFunc(b[i:], func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) })
		}
	}
	return true
}

// CheckAmount says why a text is no amount of a currency; "" where it is one:
// digits with a point, 18 at most, and no more decimals than ISO 4217 gives
// the currency. Zeros at either end do not count.
func CheckAmount(text []byte, c spoor.Currency) string {
	whole, frac, _ := bytes.Cut(text, []byte("."))
	switch {
	case len(text) > 0 && text[0] == '-':
		return "an amount cannot be negative"
	case !digits(whole) || !digits(frac) || len(whole)+len(frac) == 0:
		return "not written as an amount, such as 1234.50"
	}
	whole, frac = bytes.TrimLeft(whole, "0"), bytes.TrimRight(frac, "0")
	switch {
	case len(frac) > c.Decimals():
		return "more decimals than " + strconv.Itoa(c.Decimals()) + ", which ISO 4217 gives " + c.String()
	case len(whole)+len(frac) > 18:
		return "more than 18 digits"
	}
	return ""
}

func digits(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// ControlSum is a total of amounts whatever their currency, exact in units of
// 10⁻⁸: what CtrlSum of a header states.
type ControlSum struct{ hi, lo uint64 }

const sumScale = 8

// Add adds an amount that is not negative.
func (s *ControlSum) Add(m spoor.Money) {
	unit := uint64(1)
	for range sumScale - m.Currency.Scale() {
		unit *= 10
	}
	hi, lo := bits.Mul64(uint64(m.Amount), unit)
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi, _ = bits.Add64(s.hi, hi, carry)
}

// ParseControlSum reads a CtrlSum; false for what is no decimal number, or
// none that amounts can add up to.
func ParseControlSum(text []byte) (s ControlSum, ok bool) {
	whole, frac, _ := bytes.Cut(text, []byte("."))
	whole, frac = bytes.TrimLeft(whole, "0"), bytes.TrimRight(frac, "0")
	if !digits(whole) || !digits(frac) || len(frac) > sumScale || len(whole) > 20 {
		return s, false
	}
	var all [20 + sumScale]byte
	number := append(append(all[:0], whole...), frac...)
	for range sumScale - len(frac) {
		number = append(number, '0')
	}
	for _, c := range number {
		hi, lo := bits.Mul64(s.lo, 10)
		var carry uint64
		s.lo, carry = bits.Add64(lo, uint64(c-'0'), 0)
		s.hi = s.hi*10 + hi + carry
	}
	return s, true
}

// SchemeKind tells what a number is by the code of its scheme: SchmeNm/Cd of a
// generic identification (ExternalPersonIdentification1Code and
// ExternalOrganisationIdentification1Code) or Tp/Cd of an account's proxy
// (ExternalProxyAccountType1Code).
func SchemeKind[T ~string | ~[]byte](code T) spoor.IdentifierKind {
	switch string(code) {
	case "CCPT":
		return spoor.Passport
	case "NIDN":
		return spoor.NationalID
	case "TXID":
		return spoor.TaxNumber
	case "COID", "CINC", "SREN", "SRET":
		return spoor.Registration
	case "TELE", "MBNO":
		return spoor.Phone
	case "EMAL":
		return spoor.Email
	}
	return spoor.OtherNumber
}
