package text

import (
	"strings"
	"testing"

	"spoor"
)

func TestAmount(t *testing.T) {
	jpy, _ := spoor.ParseCurrency("JPY")
	for _, c := range []struct {
		in       string
		currency spoor.Currency
		want     int64
		err      string
	}{
		{"12.3", spoor.EUR, 1230, ""},
		{"0", spoor.EUR, 0, ""},
		{"5.689852347E7", spoor.USD, 5689852347, ""},
		{"12", jpy, 1200, ""},
		{"", spoor.EUR, 0, `"" is not a decimal number, such as 1234.50`},
		{"1,5", spoor.EUR, 0, `"1,5" is not a decimal number, such as 1234.50`},
		{"1e30", spoor.EUR, 0, `"1e30" is larger than an amount can be`},
		{"-1", spoor.EUR, 0, `"-1" is negative: swap payer and payee`},
		{strings.Repeat("é", 100), spoor.EUR, 0, `"` + strings.Repeat("é", 30) + `"… is not a decimal number, such as 1234.50`},
	} {
		got, err := Amount(c.in, c.currency)
		if c.err == "" && (err != nil || got != (spoor.Money{Amount: c.want, Currency: c.currency})) {
			t.Errorf("Amount(%q) = %v, %v", c.in, got, err)
		}
		if c.err != "" && (err == nil || err.Error() != c.err) {
			t.Errorf("Amount(%q): %v, want %s", c.in, err, c.err)
		}
	}
}

func TestLabel(t *testing.T) {
	for in, want := range map[string]spoor.Label{
		"": spoor.Unlabelled, "0": spoor.Licit, "False": spoor.Licit, "FALSE": spoor.Licit,
		"1": spoor.Illicit, "true": spoor.Illicit, "True": spoor.Illicit, "tRUE": spoor.Illicit,
	} {
		if got, err := Label(in); err != nil || got != want {
			t.Errorf("Label(%q) = %d, %v", in, got, err)
		}
	}
	if _, err := Label("yes"); err == nil {
		t.Error("yes is a label")
	}
}

// TestCountries guards the table: every country once, and all codes well formed.
func TestCountries(t *testing.T) {
	seen := map[spoor.Country]string{}
	for code, c := range countryByCode3 {
		if p, ok := spoor.ParseCountry(c.String()); !ok || p != c || len(code) != 3 || strings.ToUpper(code) != code {
			t.Errorf("%s %s", code, c)
		}
		if other, ok := seen[c]; ok {
			t.Errorf("%s and %s are both %s", code, other, c)
		}
		seen[c] = code
	}
	if n := strings.Count(countries, "\n") - 1; len(countryByCode3) != n || n != 251 {
		t.Errorf("%d codes on %d lines; ISO 3166-1 has 249, with ANT and XKX 251", len(countryByCode3), n)
	}
	for name, want := range map[string]string{"Saudi Arabia": "SA", "UK": "GB", "Côte d'Ivoire": "CI", "Atlantis": ""} {
		if c, ok := CountryByName(name); c.String() != want || ok != (want != "") {
			t.Errorf("%s is %q", name, c)
		}
	}
	if c, ok := CountryByCode3("CHE"); !ok || c.String() != "CH" {
		t.Errorf("CHE is %q", c)
	}
}
