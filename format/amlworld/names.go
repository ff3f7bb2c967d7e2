package amlworld

import (
	"fmt"
	"strings"

	"spoor"
	"spoor/format/text"
)

// currencyNames are AMLworld's names of currencies, beside their codes.
var currencyNames = []struct{ name, code string }{
	{"US Dollar", "USD"},
	{"Euro", "EUR"},
	{"Yuan", "CNY"},
	{"Yen", "JPY"},
	{"UK Pound", "GBP"},
	{"Rupee", "INR"},
	{"Ruble", "RUB"},
	{"Australian Dollar", "AUD"},
	{"Canadian Dollar", "CAD"},
	{"Swiss Franc", "CHF"},
	{"Mexican Peso", "MXN"},
	{"Shekel", "ILS"},
	{"Saudi Riyal", "SAR"},
	{"Brazil Real", "BRL"},
	{"Bitcoin", "XBT"},
}

var currencyOfName, nameOfCurrency = currencyMaps()

func currencyMaps() (byName map[string]spoor.Currency, names []string) {
	byName = map[string]spoor.Currency{}
	names = make([]string, spoor.Currencies())
	for i := range names {
		names[i] = spoor.Currency(i).String() // what AMLworld has no name for keeps its code
	}
	for _, n := range currencyNames {
		c, err := spoor.ParseCurrency(n.code)
		if err != nil {
			panic(err) // the table above is wrong
		}
		byName[n.name] = c
		names[c] = n.name
	}
	return byName, names
}

func parseCurrency(s string) (spoor.Currency, error) {
	if c, ok := currencyOfName[s]; ok {
		return c, nil
	}
	c, err := spoor.ParseCurrency(s)
	if err != nil {
		return 0, fmt.Errorf("currency %s is neither one of AMLworld's names, such as US Dollar, nor an ISO 4217 code", text.Show(s))
	}
	return c, nil
}

// formats are AMLworld's payment formats. Writing takes the first that fits.
var formats = []struct {
	name    string
	channel spoor.Channel
}{
	{"ACH", spoor.CreditTransfer},
	{"Cheque", spoor.Cheque},
	{"Credit Card", spoor.Card},
	{"Cash", spoor.Cash},
	{"Reinvestment", spoor.Reinvestment},
	{"Wire", spoor.Wire},
	{"Bitcoin", spoor.Crypto},
}

func parseFormat(s string) (spoor.Channel, error) {
	for _, f := range formats {
		if f.name == s {
			return f.channel, nil
		}
	}
	return 0, fmt.Errorf("%s is not a payment format of AMLworld: ACH, Cheque, Credit Card, Cash, Reinvestment, Wire or Bitcoin", text.Show(s))
}

// formatName is the payment format nearest to a channel: AMLworld has no
// direct debit, and nothing for a channel that is unknown, and both are booked
// as its ACH transfers are.
func formatName(c spoor.Channel) string {
	for _, f := range formats {
		if f.channel == c {
			return f.name
		}
	}
	return formats[0].name
}

// typologyName is a typology as Patterns.txt writes it. AMLworld calls a chain
// random; the behaviours, which it lacks, keep their names in capitals.
func typologyName(t spoor.Typology) string {
	if t == spoor.Chain {
		return "RANDOM"
	}
	return strings.ToUpper(string(t))
}

func parseTypology(s string) (spoor.Typology, error) {
	for _, t := range spoor.Typologies() {
		if typologyName(t) == s {
			return t, nil
		}
	}
	return "", fmt.Errorf("%s is not a typology of AMLworld, such as FAN-OUT, RANDOM or SCATTER-GATHER", text.Show(s))
}
