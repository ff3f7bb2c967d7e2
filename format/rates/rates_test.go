package rates_test

import (
	"errors"
	"strings"
	"testing"

	"spoor"
	"spoor/format/rates"
)

// TestDefault reads the table inside the program: it must know AMLworld's
// currencies, and say that it is not verified.
func TestDefault(t *testing.T) {
	r := rates.Default()
	if r.Version != "rates 2026-11" {
		t.Errorf("version %q", r.Version)
	}
	for _, code := range strings.Fields("USD CNY JPY GBP INR RUB AUD CAD CHF MXN ILS SAR BRL XBT") {
		c, err := spoor.ParseCurrency(code)
		if err != nil {
			t.Fatal(err)
		}
		if v := r.Value(spoor.Money{Amount: 1_000_000, Currency: c}, 1_661_990_400); v <= 0 {
			t.Errorf("no rate for %s", code)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	const head = "date,currency,per_eur\n"
	for in, want := range map[string]string{
		"":                           "no header",
		"a,b,c\n":                    "header is not",
		head + "2020-13-01,USD,1":    "x.csv:2: date",
		head + "2020-01-01,usd,1":    "x.csv:2: currency",
		head + "2020-01-01,USD,zero": "x.csv:2: per_eur",
		head + "2020-01-01,USD,0":    "x.csv:2: per_eur",
		head + "2020-01-01,USD,-1":   "x.csv:2: per_eur",
		head + "2020-01-01,USD,1\n2020-01-01,USD,2": "x.csv:3: per_eur",
		head + "2020-01-01":                         "x.csv:2: currency",
		"\x00":                                      "header is not",
	} {
		_, err := rates.Read("x.csv", strings.NewReader(in))
		var p *spoor.Problem
		if !errors.As(err, &p) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("date,currency,per_eur\n2020-01-01,USD,1.1\n# version: x\n")
	f.Fuzz(func(t *testing.T, in string) {
		r, err := rates.Read("x", strings.NewReader(in))
		if err == nil {
			r.Value(spoor.Money{Amount: 1, Currency: spoor.USD}, 0)
		}
	})
}
