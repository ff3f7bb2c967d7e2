package text

import (
	"errors"
	"fmt"
	"strings"

	"spoor"
)

// Show quotes a value for a problem, cut where it is long.
func Show(s string) string {
	const most = 60
	if len(s) > most {
		return fmt.Sprintf("%q…", strings.ToValidUTF8(s[:most], ""))
	}
	return fmt.Sprintf("%q", s)
}

// Amount reads a decimal number as money that was paid. Less than nothing is
// an error: such a payment goes the other way.
func Amount(s string, c spoor.Currency) (spoor.Money, error) {
	v, err := spoor.ParseAmount(s, c.Scale())
	switch {
	case errors.Is(err, spoor.ErrAmountSyntax):
		return spoor.Money{}, fmt.Errorf("%s is %w, such as 1234.50", Show(s), err)
	case err != nil:
		return spoor.Money{}, fmt.Errorf("%s is %w", Show(s), err)
	case v < 0:
		return spoor.Money{}, fmt.Errorf("%s is negative: swap payer and payee", Show(s))
	}
	return spoor.Money{Amount: v, Currency: c}, nil
}

// Currency reads an ISO 4217 code.
func Currency(s string) (spoor.Currency, error) {
	c, err := spoor.ParseCurrency(s)
	if err != nil {
		return 0, fmt.Errorf("%s is not an ISO 4217 currency code", Show(s))
	}
	return c, nil
}

// Bool reads 0 or 1, or false or true in any letter case.
func Bool(s string) (bool, error) {
	switch s {
	case "0", "False", "false":
		return false, nil
	case "1", "True", "true":
		return true, nil
	}
	switch strings.ToLower(s) {
	case "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, fmt.Errorf("%s is not 0, 1, true or false", Show(s))
}

// Label reads a flag that is set for illicit payments; "" is no label.
func Label(s string) (spoor.Label, error) {
	if s == "" {
		return spoor.Unlabelled, nil
	}
	illicit, err := Bool(s)
	switch {
	case err != nil:
		return spoor.Unlabelled, err
	case illicit:
		return spoor.Illicit, nil
	}
	return spoor.Licit, nil
}
