package api

import (
	"errors"
	"fmt"
	"strings"

	"spoor"
	"spoor/format/iso20022"
)

// end gives the account of one end of a payment, its country and its holder's name.
func (b *partyBody) end() (id spoor.AccountID, country spoor.Country, name string, err error) {
	number := iso20022.Number(b.Account)
	iban, isIBAN := iso20022.AsIBAN(b.Account)
	switch {
	case !printable(b.Account) || !printable(b.Bank) || !printable(b.Name):
		return id, country, "", errors.New("it holds control characters")
	case number == "":
	case isIBAN:
		id.Number = iban
		country, _ = spoor.ParseCountry(iban[:2])
	default:
		id = spoor.AccountID{Bank: strings.ToUpper(b.Bank), Number: number}
		if bic.MatchString(id.Bank) {
			id.Bank = id.Bank[:8] // a bank, whichever of its branches
		}
		if len(id.Bank) >= 6 {
			country, _ = spoor.ParseCountry(id.Bank[4:6])
		}
	}
	if b.Country != "" {
		c, ok := spoor.ParseCountry(b.Country)
		if !ok {
			return id, country, "", fmt.Errorf("country %q: want two letters (ISO 3166-1)", b.Country)
		}
		country = c
	}
	return id, country, b.Name, nil
}

// account reads an account in an order: an order on one that cannot exist would
// freeze nothing.
func account(s string) (spoor.AccountID, error) {
	if !printable(s) {
		return spoor.AccountID{}, errors.New("an account with control characters")
	}
	number := strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	number = strings.TrimPrefix(strings.TrimPrefix(number, "IBAN"), ":")
	iban, isIBAN := iso20022.AsIBAN(number)
	switch {
	case isIBAN:
		return spoor.AccountID{Number: iban}, nil
	case looksIBAN(number):
		return spoor.AccountID{}, fmt.Errorf("%q is no IBAN: its check digits do not fit", s)
	case number == "":
		return spoor.AccountID{}, errors.New("an empty account")
	}
	id := spoor.ParseAccountID(number)
	if id.Bank == "" {
		return spoor.AccountID{}, fmt.Errorf("%q is neither an IBAN nor BIC:number", s)
	}
	return id, nil
}

// looksIBAN reports whether a number has the shape of an IBAN: two letters, two
// digits, and enough behind them.
func looksIBAN(s string) bool {
	letter := func(c byte) bool { return c >= 'A' && c <= 'Z' }
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	return len(s) >= 15 && len(s) <= 34 && letter(s[0]) && letter(s[1]) && digit(s[2]) && digit(s[3])
}

// printable reports whether a text has no control characters.
func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0
}

// idKinds are the identifiers that a request may give.
var idKinds = map[string]spoor.IdentifierKind{
	"lei": spoor.LEI, "passport": spoor.Passport, "national-id": spoor.NationalID, "tax": spoor.TaxNumber,
	"registration": spoor.Registration, "imo": spoor.IMO, "phone": spoor.Phone, "email": spoor.Email,
	"crypto": spoor.CryptoAddress, "bic": spoor.BIC, "other": spoor.OtherNumber,
}

// party makes the noun that is screened.
func (b *partyBody) party() (p spoor.Party, err error) {
	if len(b.Name) > 140*4 || len(b.Account) > 34+8 || len(b.Bank) > 35 || len(b.Births) > 4 || len(b.Countries) > 8 || len(b.Identifiers) > 16 {
		return p, errors.New("too long: a name has at most 140 characters, an account 34; at most 4 births, 8 countries, 16 identifiers")
	}
	var ok bool
	if p.Kind, ok = spoor.ParsePartyKind(b.Kind); !ok {
		return p, fmt.Errorf("kind %q: want person or organisation", b.Kind)
	}
	if b.Name != "" {
		p.Names = []spoor.Name{{Full: b.Name}}
	}
	for _, s := range b.Births {
		d, ok := spoor.ParsePartialDate(s)
		if !ok {
			return p, fmt.Errorf("birth %q: want 1965, 1965-03 or 1965-03-02", s)
		}
		p.Births = append(p.Births, d)
	}
	for _, s := range b.Countries {
		c, ok := spoor.ParseCountry(s)
		if !ok {
			return p, fmt.Errorf("country %q: want two letters (ISO 3166-1)", s)
		}
		p.Countries = append(p.Countries, c)
	}
	for _, id := range b.Identifiers {
		kind, ok := idKinds[id.Kind]
		if !ok || !printable(id.Value) || len(id.Value) > 140 {
			return p, fmt.Errorf("identifier of kind %q: want lei, passport, national-id, tax, registration, imo, phone, email, crypto, bic or other", id.Kind)
		}
		c, _ := spoor.ParseCountry(id.Country)
		p.Identifiers = append(p.Identifiers, spoor.Identifier{Kind: kind, Value: id.Value, Country: c})
	}
	if iban, ok := iso20022.AsIBAN(b.Account); ok {
		p.Identifiers = append(p.Identifiers, spoor.Identifier{Kind: spoor.IBAN, Value: iban})
	} else if number := iso20022.Number(b.Account); number != "" {
		p.Identifiers = append(p.Identifiers, spoor.Identifier{Kind: spoor.AccountNumber, Value: number})
	}
	return p, nil
}
