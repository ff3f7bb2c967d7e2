package find

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"spoor"
)

// letters writes a number as it is compared: letters and digits only, in
// capitals, without accents, whatever shapes Unicode has of them (NFKD), digits
// of every script as 0 to 9. Texts that are the same in NFKC are the same here.
// What is written so already is given back as it is.
func letters(s string) string {
	if plain(s) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "")) { // norm passes over what follows a broken byte
		switch {
		case unicode.IsDigit(r):
			out.WriteByte(digit(r))
		case unicode.IsLetter(r) && !unicode.Is(unicode.Lm, r) && !invisible(r):
			out.WriteRune(unicode.ToUpper(r))
		}
	}
	return out.String()
}

func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c-'0' > 9 && c-'A' > 25 {
			return false
		}
	}
	return true
}

// digit is 0 to 9: Unicode has the decimal digits of each script in their order.
func digit(r rune) byte {
	for _, x := range unicode.Nd.R16 {
		if rune(x.Lo) <= r && r <= rune(x.Hi) {
			return '0' + byte((r-rune(x.Lo))%10)
		}
	}
	for _, x := range unicode.Nd.R32 {
		if rune(x.Lo) <= r && r <= rune(x.Hi) {
			return '0' + byte((r-rune(x.Lo))%10)
		}
	}
	return '0' // not reached: every decimal digit is in the table
}

// invisible reports what a reader does not see: format characters, fillers and
// variation selectors.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Cc, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Normal writes an account as it is compared. An IBAN names its bank itself, so
// a bank beside it is dropped; of a BIC the branch is. An account without a
// number is none.
func Normal(a spoor.AccountID) spoor.AccountID {
	a = spoor.AccountID{Bank: letters(a.Bank), Number: letters(a.Number)}
	if rest, ok := strings.CutPrefix(a.Number, "IBAN"); ok && isIBAN(rest) {
		a.Number = rest
	}
	switch {
	case a.Number == "":
		return spoor.AccountID{}
	case a.Bank == "":
	case isIBAN(a.Number):
		a.Bank = ""
	case isBIC(a.Bank):
		a.Bank = a.Bank[:8]
	}
	return a
}

// isBIC goes by the form of ISO 9362, in capitals: four letters (the standard
// would allow digits, which no BIC in use has), a country, two letters or digits
// and perhaps three more.
func isBIC(s string) bool {
	if len(s) != 8 && len(s) != 11 || !plain(s) {
		return false
	}
	for i := range 6 {
		if s[i] < 'A' {
			return false
		}
	}
	return true
}

// isIBAN goes by the form and check digits of ISO 13616, in capitals.
func isIBAN(s string) bool {
	if len(s) < 15 || len(s) > 34 || s[0] < 'A' || s[1] < 'A' || s[2] > '9' || s[3] > '9' || !plain(s) {
		return false
	}
	rest := 0
	for i := range len(s) {
		c := int(s[(i+4)%len(s)])
		if c <= '9' {
			rest = (rest*10 + c - '0') % 97
		} else {
			rest = (rest*100 + c - 'A' + 10) % 97
		}
	}
	return rest == 1
}

// Party is an identifier as it is compared; its Value is "" for none.
type Party struct {
	Kind  spoor.IdentifierKind
	Value string
}

// Identify writes an identifier as it is compared. Letters and signs carry
// meaning in crypto and e-mail addresses.
func Identify(id spoor.Identifier) Party {
	switch id.Kind {
	case spoor.CryptoAddress, spoor.Email:
		return Party{id.Kind, visible(id.Canonical())}
	case spoor.IMO:
		return Party{id.Kind, strings.TrimPrefix(letters(id.Value), "IMO")}
	}
	return Party{id.Kind, letters(id.Value)}
}

// accountIn is the account that an identifier names, if it does: an IBAN may be
// written where another number belongs.
func accountIn(id spoor.Identifier) (a spoor.AccountID, ok bool) {
	switch id.Kind {
	case spoor.IBAN, spoor.AccountNumber:
		a = Normal(spoor.AccountID{Number: id.Value})
		return a, a.Number != ""
	case spoor.CryptoAddress, spoor.Email, spoor.Phone, spoor.BIC, spoor.LEI, spoor.IMO, spoor.MMSI, spoor.CallSign, spoor.TailNumber:
		return a, false
	}
	a = Normal(spoor.AccountID{Number: id.Value})
	return a, isIBAN(a.Number)
}

func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// Person writes a name as persons are told apart.
func Person(name string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(visible(strings.ToValidUTF8(name, "")))))
}
