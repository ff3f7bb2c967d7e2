package iso20022

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"spoor"
	"spoor/format/xmlscan"
)

// The rules in this file are shared by [Reader] and package instruct. They take
// texts trimmed.

// Side is what a message says of one side of a payment: its account, and
// where that is kept.
type Side[T ~string | ~[]byte] struct {
	IBAN         T // as [CleanIBAN] gives it
	Other        T // Othr/Id of the account
	Proxy        T // Prxy/Id of the account
	BIC          T // of the agent
	Member       T // of a clearing: the agent's MmbId
	AgentCountry T // of the agent's postal address
	Country      T // of the party's postal address
	Residence    T // CtryOfRes
}

// Account gives the account, as its bank and its number there, and the country
// where it is kept, by the rules of the package comment.
func (s *Side[T]) Account() (bank, number T, c spoor.Country) {
	switch {
	case len(s.IBAN) > 0:
		if number = s.IBAN; !ValidIBAN(number) {
			number = Number(number) // with other signs between than spaces
		}
		c = IBANCountry(number)
	case len(s.Other) > 0:
		number = Number(s.Other)
	default:
		number = Number(s.Proxy)
	}
	switch {
	case len(s.IBAN) > 0:
	case isIBAN(number):
		c = IBANCountry(number)
	case len(s.Other) > 0:
		bank = s.bank()
	}
	if c == (spoor.Country{}) && len(s.BIC) >= 8 {
		c, _ = spoor.ParseCountry(string(s.BIC[4:6]))
	}
	for _, code := range [...]T{s.AgentCountry, s.Country, s.Residence} {
		if c != (spoor.Country{}) {
			break
		}
		c, _ = spoor.ParseCountry(string(code))
	}
	return bank, number, c
}

// bank is the agent's BIC without its branch, else its number in a clearing.
func (s *Side[T]) bank() T {
	switch {
	case len(s.BIC) == 0:
		return Number(s.Member)
	case ValidBIC(s.BIC):
		return s.BIC[:8]
	}
	return s.BIC
}

// Number is an account's number however it is written: what is an IBAN comes as
// that, and of anything else spaces, hyphens and characters that nobody sees are
// taken out and wide forms made plain (Unicode NFKC), so that one account has one
// number. Of an e-mail address hyphens are a part.
func Number[T ~string | ~[]byte](v T) T {
	if iban, ok := AsIBAN(v); ok {
		return T(iban)
	}
	for i := range len(v) {
		if c := v[i]; c <= ' ' || c == '-' || c > '~' {
			if plain := plainNumber(string(v)); plain != "" {
				return T(plain)
			}
			break
		}
	}
	return v
}

func plainNumber(v string) string {
	v = norm.NFKC.String(v)
	mail := strings.Contains(v, "@")
	return norm.NFKC.String(strings.Map(func(r rune) rune {
		hyphen := r == '\u2212' || unicode.Is(unicode.Pd, r)
		if unicode.IsSpace(r) || unseen(r) || hyphen && !mail {
			return -1
		}
		return r
	}, v)) // what was taken out may have kept letters and marks apart
}

// unseen tells control and format characters, and others that show nothing.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// AsIBAN reads an IBAN with right check digits (ISO 13616), whatever its letters
// and digits look like (Unicode NFKC) and whatever stands between them: it gives
// it in capitals without spaces, or false for what is none.
func AsIBAN[T ~string | ~[]byte](v T) (iban string, ok bool) {
	if len(v) < minIBAN || len(v) > maxText {
		return "", false
	}
	var space [maxIBAN + 4]byte
	b := space[:0]
	for i := range len(v) {
		c := v[i]
		switch {
		case c >= utf8.RuneSelf:
			plain, ok := asciiOf(string(v))
			if !ok {
				return "", false
			}
			return AsIBAN(plain)
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			c &^= 0x20
		case c-'0' > 9:
			continue
		}
		if len(b) == cap(b) {
			return "", false
		}
		b = append(b, c)
	}
	b = bytes.TrimPrefix(b, []byte("IBAN"))
	if !isIBAN(b) {
		return "", false
	}
	return string(b), true
}

// asciiOf gives a text's letters and digits; false where they are not all ASCII.
func asciiOf(v string) (string, bool) {
	ok := true
	plain := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			return r
		}
		ok = ok && !unicode.IsLetter(r) && !unicode.IsNumber(r)
		return -1
	}, norm.NFKC.String(v))
	return plain, ok
}

// The lengths of an IBAN: that of Norway, and that of the standard.
const minIBAN, maxIBAN = 15, 34

// isIBAN checks the pattern and the check digits (ISO 7064, modulus 97-10) of a
// clean IBAN.
func isIBAN[T ~string | ~[]byte](v T) bool {
	if len(v) < minIBAN || !ValidIBAN(v) {
		return false
	}
	rest := 0
	for i := range len(v) {
		if c := v[(i+4)%len(v)]; c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return rest == 1
}

// CleanIBAN takes out spaces and makes letters capitals. What is clean already
// comes back as it is.
func CleanIBAN(v []byte) []byte {
	for _, c := range v {
		if c-'0' > 9 && c-'A' > 25 {
			var out []byte
			for _, c := range bytes.ToUpper(v) {
				if c > ' ' {
					out = append(out, c)
				}
			}
			return out
		}
	}
	return v
}

// IBANCountry is the country of a clean IBAN; of what is no IBAN, none.
func IBANCountry[T ~string | ~[]byte](v T) (c spoor.Country) {
	if len(v) >= 15 && v[2]-'0' <= 9 && v[3]-'0' <= 9 {
		c, _ = spoor.ParseCountry(string(v[:2]))
	}
	return c
}

// When gives the time of a day: its midnight, or the first of some times that
// falls on that day and so is more precise. Without a day it is the first time
// there is. Source is 0 where the day itself is wrong or nothing is there, else
// the number of the time, from 1.
func When(day []byte, times ...[]byte) (at spoor.Instant, source int, ok bool) {
	for i, v := range times {
		if len(v) > 0 && (len(day) == 0 || len(day) == len("2006-01-02") && bytes.HasPrefix(v, day)) {
			at, _, ok = xmlscan.Time(v)
			return at, i + 1, ok
		}
	}
	at, _, ok = xmlscan.Time(day)
	return at, 0, ok
}

// Service is what a credit transfer says of the way it is to go.
type Service struct {
	Initiation   bool   // a pain.001, whose Method is the payment's; else it is the settlement's
	Method       []byte // PmtMtd or SttlmMtd
	Levels       []byte // SvcLvl/Cd, several joined with a space
	Instrument   []byte // LclInstrm/Cd
	Intermediary bool   // there is an intermediary agent
	From, To     spoor.Country
}

// Channel tells credit transfers of a clearing from wires through
// correspondents, by the rules of the package comment.
func (s *Service) Channel() spoor.Channel {
	if s.Initiation && string(s.Method) == "CHK" {
		return spoor.Cheque
	}
	gpi := false
	for word := range bytes.FieldsSeq(s.Levels) {
		if string(word) == "SEPA" {
			return spoor.CreditTransfer
		}
		gpi = gpi || len(word) == 4 && string(word[:3]) == "G00"
	}
	if string(s.Instrument) == "INST" {
		return spoor.CreditTransfer
	}
	m := string(s.Method)
	correspondent := gpi || m == "INDA" || m == "INGA" || m == "COVE" || s.Intermediary
	known := s.From != spoor.Country{} && s.To != spoor.Country{}
	if correspondent || known && s.From != s.To {
		return spoor.Wire
	}
	return spoor.CreditTransfer
}

// MessageName gives the name, such as pacs.008.001.08, that the namespaces which
// an element's attributes declare have for its message; "" where they have none.
// Those of application headers do not count. Ok is false where they name no
// message or several.
func MessageName(attrs []byte) (name string, ok bool) {
	for {
		before, after, found := bytes.Cut(attrs, []byte(Namespace))
		end := bytes.IndexAny(after, `"'`)
		if !found || end < 0 {
			return name, true
		}
		this := after[:end]
		attrs = after[end:]
		switch {
		case !declares(before) || bytes.HasPrefix(this, []byte("head.")):
		case !IsMessageName(this) || name != "" && name != string(this):
			return "", false
		default:
			name = string(this)
		}
	}
}

// declares reports whether what stands before a value makes it a namespace: other
// attributes, as schemaLocation, may name some, too.
func declares(before []byte) bool {
	before, quoted := bytes.CutSuffix(before, []byte{'"'})
	if !quoted {
		before, quoted = bytes.CutSuffix(before, []byte{'\''})
	}
	before, is := bytes.CutSuffix(bytes.TrimRight(before, " \t\r\n"), []byte{'='})
	words := bytes.Fields(before)
	return quoted && is && len(words) > 0 && bytes.HasPrefix(words[len(words)-1], []byte("xmlns"))
}

// IsMessageName tells names such as pacs.008.001.08.
func IsMessageName(name []byte) bool {
	for _, c := range name {
		if c != '.' && c-'0' > 9 && c-'a' > 25 {
			return false
		}
	}
	return len(name) > 0 && len(name) <= 35
}
