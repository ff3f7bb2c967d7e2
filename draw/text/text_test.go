package text

import (
	"math"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"spoor"
)

func TestCompact(t *testing.T) {
	for _, c := range []struct {
		m    spoor.Money
		want string
	}{
		{spoor.Money{Amount: 0, Currency: spoor.EUR}, "0"},
		{spoor.Money{Amount: 5, Currency: spoor.EUR}, "0.05"},
		{spoor.Money{Amount: 950_00, Currency: spoor.EUR}, "950"},
		{spoor.Money{Amount: 999_49, Currency: spoor.EUR}, "999"},
		{spoor.Money{Amount: 999_50, Currency: spoor.EUR}, "1 k"},
		{spoor.Money{Amount: 12_345_67, Currency: spoor.EUR}, "12.3 k"},
		{spoor.Money{Amount: 99_960_00, Currency: spoor.EUR}, "100 k"},
		{spoor.Money{Amount: 999_999_99, Currency: spoor.EUR}, "1 M"},
		{spoor.Money{Amount: 5_738_987_96, Currency: spoor.EUR}, "5.7 M"},
		{spoor.Money{Amount: -3_200_000_000_00, Currency: spoor.EUR}, "-3.2 bn"},
		{spoor.Money{Amount: math.MaxInt64, Currency: spoor.EUR}, "92234 tn"},
		{spoor.Money{Amount: 150_000_000, Currency: currency(t, "XBT")}, "2"},
	} {
		if got := Compact(c.m); got != c.want {
			t.Errorf("Compact(%v) = %q, want %q", c.m, got, c.want)
		}
	}
}

func currency(t *testing.T, code string) spoor.Currency {
	c, err := spoor.ParseCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestExact(t *testing.T) {
	if got := Exact(spoor.Money{Amount: 573898796, Currency: spoor.EUR}); got != "5 738 987.96 EUR" {
		t.Errorf("Exact gives %q", got)
	}
	if got := Exact(spoor.Money{Amount: 100}); got != "1.00" {
		t.Errorf("Exact without a currency gives %q", got)
	}
	if got := Bare(spoor.Money{Amount: 100, Currency: spoor.USD}); got != "1.00" {
		t.Errorf("Bare gives %q", got)
	}
}

func TestClock(t *testing.T) {
	day := func(s string) spoor.Instant {
		var i spoor.Instant
		if err := i.UnmarshalText([]byte(s + "Z")); err != nil {
			t.Fatal(err)
		}
		return i
	}
	a, b, c, d := day("2026-03-03T00:00:00"), day("2026-03-09T00:00:00"), day("2026-04-01T14:05:00"), day("2027-01-01T00:00:00")
	var k Clock
	if k.Zone() != "" || k.Moment(0) != "" || k.Days(0, 0) != "" {
		t.Error("a flow without times speaks of times")
	}
	k.See(a)
	k.See(b)
	k.See(0)
	for got, want := range map[string]string{
		k.Moment(a): "3 Mar", k.Days(a, b): "3–9 Mar", k.Days(a, a): "3 Mar", k.Zone(): "Times are UTC, 2026.",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	k.See(c)
	if got := k.Moment(c); got != "1 Apr 14:05" {
		t.Errorf("with hours: %q", got)
	}
	if got := k.Days(a, c); got != "3 Mar – 1 Apr" {
		t.Errorf("two months: %q", got)
	}
	k.See(d)
	if got := k.Days(a, d); got != "3 Mar 2026 – 1 Jan 2027" {
		t.Errorf("two years: %q", got)
	}
	if got := k.Days(a, b); got != "3–9 Mar 2026" {
		t.Errorf("one month of two years: %q", got)
	}
}

func TestCleanHostile(t *testing.T) {
	for in, want := range map[string]string{
		"plain name":                           "plain name",
		"  two   spaces ":                      "two spaces",
		"\x1b[31mred\x07":                      "[31mred",
		"gnp\u202eexe":                         "gnpexe",
		"a\u2066b\u2069\u200f":                 "ab",
		"bad \xff utf":                         "bad \ufffd utf",
		"nul\x00\ufffe":                        "nul",
		"a" + strings.Repeat("\u0301", 90):     "a\u0301\u0301\u0301",
		"line\nbreak\u2028x":                   "line break x",
		"שלום":                                 "\u2068שלום\u2069",
		"<b>&":                                 "<b>&",
		"":                                     "",
		" ":                                    "",
		"م\u200cن":                             "\u2068م\u200cن\u2069",
		"\ue000private":                        "private",
		"Ltd\u00a0&\u3000Co":                   "Ltd & Co",
		"\u2068" + "nested isolate" + "\u2069": "nested isolate",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanEndless(t *testing.T) {
	if got := Clean(strings.Repeat("é", 1e6)); len(got) > maxName+10 {
		t.Errorf("%d bytes are left of a name of 2 million", len(got))
	}
}

// FuzzClean: what is cleaned stays clean, valid, harmless, and what is cut fits.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "Aurora Srl", "\x1b]0;x\a", "שלום \u202e", "株式会社", "a\u0301\u0301\u0301\u0301\u0301", "\xc3\x28"} {
		f.Add(s, 40.0)
	}
	f.Fuzz(func(t *testing.T, s string, room float64) {
		c := Clean(s)
		if again := Clean(c); again != c && len(s) <= maxName {
			t.Fatalf("cleaning twice gives %q, then %q", c, again)
		}
		if !utf8.ValidString(c) {
			t.Fatalf("%q is not UTF-8", c)
		}
		for _, r := range c {
			switch {
			case r == '\u2068' || r == '\u2069' || r == '\u200c' || r == '\u200d':
			case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\ufffe' || r == '\uffff':
				t.Fatalf("%q is left in %q", r, c)
			}
		}
		if !(room >= 12 && room < 1e4) {
			return
		}
		cut := Fit(c, 11, room)
		if w := Measure(cut, 11); w > room+1e-9 {
			t.Fatalf("Fit(%q) to %g takes %g", c, room, w)
		}
		if strings.Count(cut, "\u2068") != strings.Count(cut, "\u2069") {
			t.Fatalf("Fit(%q) leaves an isolate open: %q", c, cut)
		}
		if n := Cells(FitCells(c, int(room))); n > int(room) {
			t.Fatalf("FitCells(%q) to %d takes %d", c, int(room), n)
		}
		for _, line := range Wrap(c, 11, room) {
			if Measure(line, 11) > room+1e-9 {
				t.Fatalf("Wrap(%q) to %g gives %q", c, room, line)
			}
		}
	})
}

func TestFit(t *testing.T) {
	if got := Fit("Autolavaggio Vesuvio", 10, 60); got != "Autolavaggi…" {
		t.Errorf("Fit gives %q", got)
	}
	if got := Fit("short", 10, 60); got != "short" {
		t.Errorf("Fit cuts what fits: %q", got)
	}
	if got := FitCells("株式会社スプーア", 9); got != "株式会社…" {
		t.Errorf("FitCells gives %q", got)
	}
	if got := Wrap("one two  three", 10, Measure("one two", 10)); len(got) != 2 || got[0] != "one two" || got[1] != "three" {
		t.Errorf("Wrap gives %q", got)
	}
}

func TestShort(t *testing.T) {
	for in, want := range map[string]string{"": "", "0123456789abcdef": "0123456789abcdef", "DE89370400440532013000": "DE8937…013000"} {
		if got := Short(in); got != want {
			t.Errorf("Short(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", -0.04: "0", 1.25: "1.2", 3: "3", -2.5: "-2.5", 1e6: "1000000"} {
		if got := Num(v); got != want {
			t.Errorf("Num(%g) = %q, want %q", v, got, want)
		}
	}
	if got := Plural(12345, "payment"); got != "12 345 payments" {
		t.Errorf("Plural gives %q", got)
	}
	if got := Plural(1, "payment"); got != "1 payment" {
		t.Errorf("Plural gives %q", got)
	}
}

func TestPeriod(t *testing.T) {
	const start spoor.Instant = 1772442000
	if got := Period(start, start+spoor.Day); got != "2 Mar 2026 09:00 to 3 Mar 2026 09:00" {
		t.Errorf("Period gives %q", got)
	}
	if Period(0, 5) != "" {
		t.Error("an unknown time is told")
	}
}
