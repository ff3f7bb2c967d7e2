package ftm

import (
	"errors"
	"strings"
	"time"

	"spoor"
)

// amount is the amount in its own currency, or else in one that the data set
// converted it into.
func amount(e *entity) (spoor.Money, *fault) {
	code := strings.ToUpper(e.first("currency"))
	c, err := spoor.ParseCurrency(code)
	if err == nil && len(e.texts("amount")) > 0 {
		return money(e, "amount", c)
	}
	if len(e.texts("amountEur")) > 0 {
		return money(e, "amountEur", spoor.EUR)
	}
	if len(e.texts("amountUsd")) > 0 {
		return money(e, "amountUsd", spoor.USD)
	}
	switch {
	case len(e.texts("amount")) == 0:
		return spoor.Money{}, &fault{"amount", "missing"}
	case code == "":
		return spoor.Money{}, &fault{"currency", "missing, and there is neither amountEur nor amountUsd"}
	}
	return spoor.Money{}, &fault{"currency", err.Error()}
}

func money(e *entity, property string, c spoor.Currency) (spoor.Money, *fault) {
	out := spoor.Money{Currency: c}
	for i, text := range e.texts(property) {
		v, err := number(text, c.Scale())
		switch {
		case err != nil:
			return out, faultf(property, "%q: %v", text, err)
		case v < 0:
			return out, faultf(property, "%q: an amount cannot be negative", text)
		case i > 0 && v != out.Amount:
			return out, faultf(property, "several different amounts: %q", e.texts(property))
		}
		out.Amount = v
	}
	return out, nil
}

var errGroups = errors.New("the commas are not between groups of three digits")

// number reads a decimal number, "1,234.50" included.
func number(s string, scale int) (int64, error) {
	if !strings.Contains(s, ",") {
		return spoor.ParseAmount(s, scale)
	}
	whole, fraction, point := strings.Cut(s, ".")
	groups := strings.Split(strings.TrimLeft(whole, "+-"), ",")
	for i, g := range groups {
		if len(g) != 3 && (i > 0 || len(g) == 0 || len(g) > 3) {
			return 0, errGroups
		}
	}
	if s = strings.ReplaceAll(whole, ",", ""); point {
		s += "." + fraction
	}
	return spoor.ParseAmount(s, scale)
}

// moment is the earliest date of a payment.
func moment(e *entity) (spoor.Instant, *fault) {
	property := "date"
	if len(e.texts(property)) == 0 {
		property = "startDate"
	}
	if len(e.texts(property)) == 0 {
		return 0, &fault{"date", "missing"}
	}
	var out spoor.Instant
	for i, text := range e.texts(property) {
		t, ok := instant(text)
		if !ok {
			return 0, faultf(property, "%q is not a date such as 2019, 2019-03, 2019-03-14 or 2019-03-14T15:04:05", text)
		}
		if i == 0 || t < out {
			out = t
		}
	}
	return out, nil
}

// layouts are the forms of the FollowTheMoney type date.
var layouts = []string{
	"2006", "2006-01", "2006-01-02", "2006-01-02T15", "2006-01-02T15:04", "2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700",
}

func instant(s string) (spoor.Instant, bool) {
	if len(s) > 10 && s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 0 {
			return spoor.At(t), true
		}
	}
	return 0, false
}
