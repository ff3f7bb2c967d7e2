package find

import (
	"strings"

	"spoor"
)

// part says where in an IBAN the bank's code and the account's number are.
type part struct {
	country    spoor.Country
	length     int
	code, upto int // of the bank and branch
	from, to   int // of the account
}

// parts are from the SWIFT IBAN registry, from memory. verified: false
var parts = []part{
	{spoor.Country{'A', 'T'}, 20, 4, 9, 9, 20},
	{spoor.Country{'B', 'E'}, 16, 4, 7, 7, 14},
	{spoor.Country{'D', 'E'}, 22, 4, 12, 12, 22},
	{spoor.Country{'E', 'S'}, 24, 4, 12, 14, 24},
	{spoor.Country{'F', 'R'}, 27, 4, 14, 14, 25},
	{spoor.Country{'G', 'R'}, 27, 4, 11, 11, 27},
	{spoor.Country{'I', 'T'}, 27, 5, 15, 15, 27},
	{spoor.Country{'N', 'L'}, 18, 4, 8, 8, 18},
	{spoor.Country{'P', 'L'}, 28, 4, 12, 12, 28},
	{spoor.Country{'P', 'T'}, 25, 4, 12, 12, 23},
}

func countryOf(s string) spoor.Country { return spoor.Country{s[0], s[1]} }

// accountKey is one way to write an account. The country is set where the
// number, or bank and number, are pieces of an IBAN of that country.
type accountKey struct {
	country      spoor.Country
	bank, number string
}

// written appends the ways in which a payment may write an account of an order:
// an IBAN also without country and check digits, and as bank code and number.
// Each names the bank, so that it is the same account.
func written(out []accountKey, a spoor.AccountID) []accountKey {
	if a.Number == "" {
		return out
	}
	out = append(out, accountKey{bank: a.Bank, number: a.Number})
	if a.Bank != "" || !isIBAN(a.Number) {
		return out
	}
	country := countryOf(a.Number)
	out = append(out, accountKey{number: a.Number[2:]}, accountKey{number: a.Number[4:]}, accountKey{country: country, number: a.Number[4:]})
	if code, number := split(a.Number); number != "" {
		out = append(out, accountKey{bank: code, number: number}, accountKey{country, code, number})
	}
	return out
}

// split takes bank code and account number out of an IBAN, the number without
// leading zeros; "" where its country's parts are not known.
func split(iban string) (code, number string) {
	for _, p := range parts {
		if p.country == countryOf(iban) && p.length == len(iban) {
			return iban[p.code:p.upto], strings.TrimLeft(iban[p.from:p.to], "0")
		}
	}
	return "", ""
}

// ways appends what to look for to find orders on an account of a payment. Some
// countries' bank codes are the first four letters of the BIC.
func ways(out []accountKey, a spoor.AccountID) []accountKey {
	if a.Number == "" {
		return out
	}
	out = append(out, accountKey{bank: a.Bank, number: a.Number})
	number := strings.TrimLeft(a.Number, "0")
	switch {
	case a.Bank == "" || number == "":
	case isBIC(a.Bank):
		country := countryOf(a.Bank[4:])
		out = append(out, accountKey{country: country, number: a.Number}, accountKey{country, a.Bank[:4], number})
	case number != a.Number:
		out = append(out, accountKey{bank: a.Bank, number: number})
	}
	return out
}
