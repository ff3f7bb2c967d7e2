package iso20022

import (
	"math/big"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
)

// TestPatterns compares the checks with the patterns of the schemas, on values
// that nearly fit: every byte at every place, every length.
func TestPatterns(t *testing.T) {
	for name, check := range map[string]struct {
		valid   func([]byte) bool
		pattern string
		good    string
	}{
		"BIC":  {ValidBIC[[]byte], `^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$`, "A1BCIT2L500"},
		"IBAN": {ValidIBAN[[]byte], `^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$`, "MT84MALT011000012345MTLCAST001S567"},
		"UETR": {ValidUETR, `^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$`, "eb6305c9-1f7f-49de-aed0-16487c27b43d"},
	} {
		re := regexp.MustCompile(check.pattern)
		same := func(b []byte) {
			if got := check.valid(b); got != re.Match(b) {
				t.Errorf("%s %q: %v", name, b, got)
			}
		}
		if !check.valid([]byte(check.good)) {
			t.Errorf("%s %q is not valid", name, check.good)
		}
		for n := range len(check.good) + 2 {
			same([]byte((check.good + "AB")[:n]))
		}
		for i := range check.good {
			for c := range 256 {
				b := []byte(check.good)
				b[i] = byte(c)
				same(b)
			}
		}
	}
}

func TestCheckAmount(t *testing.T) {
	code := func(s string) spoor.Currency {
		c, err := spoor.ParseCurrency(s)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for in, want := range map[string]string{
		"EUR 1": "", "EUR 0001234.50000": "", "EUR .5": "", "EUR 1.": "", "JPY 100": "", "JPY 100.00": "", "KWD 1.234": "", "EUR 0": "",
		"EUR 999999999999999999": "", "EUR 9999999999999999.99": "",
		"EUR ": "not written", "EUR .": "not written", "EUR 1,5": "not written", "EUR 1e3": "not written", "EUR +1": "not written", "EUR 1.2.3": "not written",
		"EUR -1": "negative", "EUR 1.001": "more decimals than 2", "JPY 1.5": "more decimals than 0", "EUR 9999999999999999999": "18 digits",
	} {
		got := CheckAmount([]byte(in[4:]), code(in[:3]))
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// TestControlSum compares sums with rational numbers.
func TestControlSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s ControlSum
		want := new(big.Rat)
		for range rapid.IntRange(0, 50).Draw(t, "n") {
			m := spoor.Money{Amount: rapid.Int64Min(0).Draw(t, "amount"), Currency: spoor.Currency(rapid.IntRange(0, spoor.Currencies()-1).Draw(t, "currency"))}
			s.Add(m)
			part, _ := new(big.Rat).SetString(m.Decimal())
			want.Add(want, part)
		}
		if len(want.FloatString(0)) > 19 {
			return
		}
		got, ok := ParseControlSum([]byte(want.FloatString(8)))
		if !ok || got != s {
			t.Fatalf("%s: %v, want %v", want.FloatString(8), got, s)
		}
		if off, _ := ParseControlSum([]byte(want.Add(want, big.NewRat(1, 1e8)).FloatString(8))); off == s {
			t.Fatal("one more is the same")
		}
	})
	for _, bad := range []string{"1e3", "-1", "x", "1.123456789", "123456789012345678901"} {
		if _, ok := ParseControlSum([]byte(bad)); ok {
			t.Errorf("%q was read", bad)
		}
	}
}
