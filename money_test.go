package spoor_test

import (
	"errors"
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"spoor"
)

func TestParseAmount(t *testing.T) {
	for _, c := range []struct {
		in    string
		scale int
		want  int64
		err   error
	}{
		{"3697.34", 2, 369734, nil},
		{"5.689852347E7", 2, 5689852347, nil},
		{"0.000123", 8, 12300, nil},
		{"-3", 2, -300, nil},
		{"+1.5", 3, 1500, nil},
		{".5", 2, 50, nil},
		{"7.", 2, 700, nil},
		{"0.125", 2, 12, nil}, // half to even
		{"0.135", 2, 14, nil},
		{"1234.5000000000000000000000", 2, 123450, nil},
		{"92233720368547758.07", 2, 9223372036854775807, nil},
		{"92233720368547758.08", 2, 0, spoor.ErrAmountRange},
		{"99999999999999999999", 2, 0, spoor.ErrAmountRange},
		{"1e30", 2, 0, spoor.ErrAmountRange},
		{"", 2, 0, spoor.ErrAmountSyntax},
		{"-", 2, 0, spoor.ErrAmountSyntax},
		{".", 2, 0, spoor.ErrAmountSyntax},
		{"1,000.00", 2, 0, spoor.ErrAmountSyntax},
		{"1.2.3", 2, 0, spoor.ErrAmountSyntax},
		{"0x10", 2, 0, spoor.ErrAmountSyntax},
		{"1e", 2, 0, spoor.ErrAmountSyntax},
		{"1e999999999999", 2, 0, spoor.ErrAmountSyntax},
		{"NaN", 2, 0, spoor.ErrAmountSyntax},
	} {
		got, err := spoor.ParseAmount(c.in, c.scale)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("ParseAmount(%q, %d) = %d, %v; want %d, %v", c.in, c.scale, got, err, c.want, c.err)
		}
		again, err2 := spoor.ParseAmount([]byte(c.in), c.scale)
		if again != got || !errors.Is(err2, c.err) {
			t.Errorf("ParseAmount of bytes %q differs: %d, %v", c.in, again, err2)
		}
	}
}

// TestAmountsAgainstRationals compares with exact arithmetic.
func TestAmountsAgainstRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`-?[0-9]{1,12}(\.[0-9]{0,10})?([eE]-?[0-9])?`).Draw(t, "s")
		scale := rapid.IntRange(2, 8).Draw(t, "scale")
		got, err := spoor.ParseAmount(s, scale)
		exact, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Skip("not a number to big.Rat")
		}
		exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
		if err != nil {
			if limit := new(big.Rat).SetInt64(1 << 62); exact.Abs(exact).Cmp(limit) < 0 {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		diff := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(got))
		if diff.Abs(diff).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%q at scale %d: %d is further than half a unit from %s", s, scale, got, exact.FloatString(4))
		}
	})
}

func TestMoneyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := spoor.Money{
			Amount:   rapid.Int64().Draw(t, "amount"),
			Currency: spoor.Currency(rapid.IntRange(0, spoor.Currencies()-1).Draw(t, "currency")),
		}
		if m.Amount == -1<<63 {
			t.Skip("no amount is that negative")
		}
		got, err := spoor.ParseAmount(m.Decimal(), m.Currency.Scale())
		if err != nil || got != m.Amount {
			t.Fatalf("%s reads as %d, %v", m, got, err)
		}
		c, err := spoor.ParseCurrency(m.Currency.String())
		if err != nil || c != m.Currency {
			t.Fatalf("%s reads as %v, %v", m.Currency, c, err)
		}
	})
}

func TestGrouped(t *testing.T) {
	for cents, want := range map[int64]string{
		0: "0.00 EUR", 5: "0.05 EUR", 99999: "999.99 EUR", 100000: "1 000.00 EUR", 573898796: "5 738 987.96 EUR", -123456789: "-1 234 567.89 EUR",
	} {
		if got := (spoor.Money{Amount: cents, Currency: spoor.EUR}).Grouped(); got != want {
			t.Errorf("%d: %q, want %q", cents, got, want)
		}
	}
}

func TestScales(t *testing.T) {
	for code, want := range map[string][2]int{"EUR": {2, 2}, "JPY": {2, 0}, "KWD": {3, 3}, "XBT": {8, 8}, "CLP": {2, 0}} {
		c, err := spoor.ParseCurrency(code)
		if err != nil || c.Scale() != want[0] || c.Decimals() != want[1] {
			t.Errorf("%s: scale %d, ISO decimals %d, %v", code, c.Scale(), c.Decimals(), err)
		}
	}
	for _, bad := range []string{"", "EU", "eur", "EURO", "ZZZ", "E R"} {
		if _, err := spoor.ParseCurrency(bad); err == nil {
			t.Errorf("%q was taken for a currency", bad)
		}
	}
	if spoor.EUR.String() != "EUR" || spoor.USD.String() != "USD" {
		t.Error("the constants do not name the first currencies of the table")
	}
}

func TestConvert(t *testing.T) {
	var r spoor.Rates
	const day = spoor.Day
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	jpy, _ := spoor.ParseCurrency("JPY")
	xbt, _ := spoor.ParseCurrency("XBT")
	must(r.Set(spoor.USD, 20*day, 110_000_000)) // out of order on purpose
	must(r.Set(spoor.USD, 10*day, 100_000_000))
	must(r.Set(jpy, 10*day, 15_000_000_000))
	must(r.Set(xbt, 10*day, 2000))
	for _, c := range []struct {
		from spoor.Money
		to   spoor.Currency
		at   spoor.Instant
		want int64
		ok   bool
	}{
		{spoor.Money{Amount: 10000, Currency: spoor.EUR}, spoor.USD, 15 * day, 10000, true},
		{spoor.Money{Amount: 10000, Currency: spoor.EUR}, spoor.USD, 20 * day, 11000, true},
		{spoor.Money{Amount: 10000, Currency: spoor.EUR}, spoor.USD, 5 * day, 10000, true}, // before the first step, the first
		{spoor.Money{Amount: 11000, Currency: spoor.USD}, spoor.EUR, 30 * day, 10000, true},
		{spoor.Money{Amount: 100, Currency: spoor.EUR}, jpy, 12 * day, 15000, true},
		{spoor.Money{Amount: 100, Currency: spoor.EUR}, xbt, 12 * day, 2000, true},
		{spoor.Money{Amount: 2000, Currency: xbt}, spoor.EUR, 12 * day, 100, true},
		{spoor.Money{Amount: -333, Currency: spoor.EUR}, spoor.EUR, 0, -333, true},
		{spoor.Money{Amount: 1 << 62, Currency: spoor.EUR}, jpy, 12 * day, 0, false},
	} {
		got, ok := r.Convert(c.from, c.to, c.at)
		if ok != c.ok || ok && (got.Amount != c.want || got.Currency != c.to) {
			t.Errorf("%s to %s on day %d: %s, %v; want %d", c.from, c.to, c.at/day, got, ok, c.want)
		}
	}
	if _, ok := r.Convert(spoor.Money{Amount: 1, Currency: spoor.EUR}, spoor.XXX, 0); ok {
		t.Error("converted into no currency")
	}
	if r.Set(spoor.USD, 10*day, 5) == nil || r.Set(spoor.USD, 11*day, 0) == nil {
		t.Error("a rate given twice, or zero, was taken")
	}
}

func TestAccountIDRoundTrip(t *testing.T) {
	for _, id := range []spoor.AccountID{{}, {Number: "IT60X0542811101000000123456"}, {Bank: "10", Number: "8000EBD30"}, {Bank: "BIC", Number: "a:b"}} {
		if got := spoor.ParseAccountID(id.String()); got != id {
			t.Errorf("%q reads as %#v", id.String(), got)
		}
	}
}

func TestSpan(t *testing.T) {
	for s, want := range map[spoor.Instant]string{0: "0 s", 59: "59 s", 90: "2 min", 7199: "120 min", 7200: "2.0 h", 3 * spoor.Day: "3.0 days", -60: "-1 min"} {
		if got := spoor.Span(s); got != want {
			t.Errorf("Span(%d) = %q, want %q", s, got, want)
		}
	}
}

func ExampleMoney_Grouped() {
	fmt.Println(spoor.Money{Amount: 573898796, Currency: spoor.USD}.Grouped())
	// Output: 5 738 987.96 USD
}
