package find

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"spoor"
)

func TestNormal(t *testing.T) {
	const iban = "IT60X0542811101000000123456"
	for in, want := range map[spoor.AccountID]spoor.AccountID{
		{Number: "IT60 X054 2811 1010 0000 0123 456"}:                {Number: iban},
		{Number: "IT60\u00a0X054\u00a02811-1010/0000.0123\u200b456"}: {Number: iban},
		{Number: "ｉｔ６０ｘ0542811101000000123456"}:                      {Number: iban},
		{Number: "IT٦٠X0542811101000000123456"}:                      {Number: iban},
		{Number: "IBAN " + iban}:                                     {Number: iban},
		{Bank: "BCITITMM", Number: iban}:                             {Number: iban},
		{Bank: "BCITITMM", Number: "IT61X0542811101000000123456"}:    {Bank: "BCITITMM", Number: "IT61X0542811101000000123456"},
		{Bank: "unooitmmxxx", Number: "000-123-456"}:                 {Bank: "UNOOITMM", Number: "000123456"},
		{Bank: "UNOOITMM123", Number: "1"}:                           {Bank: "UNOOITMM", Number: "1"},
		{Bank: "05428111010", Number: "1"}:                           {Bank: "05428111010", Number: "1"},
		{Bank: "UNOOITMM", Number: " \u200b\u3164-"}:                 {},
		{Number: " "}: {},
		{}:            {},
	} {
		if got := Normal(in); got != want {
			t.Errorf("Normal(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestNormalIsOneForm: what is the same in NFKC, or differs by what stands between
// letters, is the same account, and a canonical account stays as it is.
func TestNormalIsOneForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := spoor.AccountID{Bank: rapid.StringN(0, 12, -1).Draw(t, "bank"), Number: rapid.StringN(0, 40, -1).Draw(t, "number")}
		one := Normal(a)
		if again := Normal(one); again != one {
			t.Fatalf("%q becomes %q, then %q", a, one, again)
		}
		gap := rapid.SampledFrom([]string{" ", "-", "\u00a0", "\u200b", "\ufeff", "\u2060", "\u00ad", "."}).Draw(t, "between")
		other := spoor.AccountID{Bank: norm.NFKC.String(a.Bank), Number: gap + norm.NFD.String(a.Number) + gap}
		if got := Normal(other); got != one {
			t.Fatalf("%q is %q, %q is %q", a, one, other, got)
		}
	})
}

// FuzzNormal: nothing that arrives breaks it or grows without bound.
func FuzzNormal(f *testing.F) {
	f.Add("UNOOITMMXXX", "IT60 X054")
	f.Add("\xff", "\u3164ﷺ")
	f.Add("0", "\xf6Õ")
	f.Fuzz(func(t *testing.T, bank, number string) {
		a := Normal(spoor.AccountID{Bank: bank, Number: number})
		if !utf8.ValidString(a.Bank+a.Number) || len(a.Number) > 40*len(number) || Normal(a) != a || a.Number == "" && a.Bank != "" {
			t.Errorf("%q, %q: %q", bank, number, a)
		}
		for _, k := range append(ways(nil, a), written(nil, a)...) {
			if k.number == "" {
				t.Errorf("%q is looked up as %+v", a, k)
			}
		}
	})
}

// TestParts takes the published examples of each country's IBAN apart.
func TestParts(t *testing.T) {
	for iban, want := range map[string][2]string{
		"AT611904300234573201":         {"19043", "234573201"},
		"BE68539007547034":             {"539", "75470"},
		"DE89370400440532013000":       {"37040044", "532013000"},
		"ES9121000418450200051332":     {"21000418", "200051332"},
		"FR1420041010050500013M02606":  {"2004101005", "500013M026"},
		"GR1601101250000000012300695":  {"0110125", "12300695"},
		"IT60X0542811101000000123456":  {"0542811101", "123456"},
		"NL91ABNA0417164300":           {"ABNA", "417164300"},
		"PL61109010140000071219812874": {"10901014", "71219812874"},
		"PT50000201231234567890154":    {"00020123", "12345678901"},
	} {
		code, number := split(iban)
		if !isIBAN(iban) || code != want[0] || number != want[1] {
			t.Errorf("%s: %v, bank %s and account %s, want %v", iban, isIBAN(iban), code, number, want)
		}
	}
	if code, number := split("GB29NWBK60161331926819"); code+number != "" {
		t.Error("a country that is not in the table has parts")
	}
}

func TestNormalAllocatesNothing(t *testing.T) {
	a := spoor.AccountID{Number: strings.Clone("IT60X0542811101000000123456")}
	b := spoor.AccountID{Bank: "UNOOITMMXXX", Number: "000123456"}
	if n := testing.AllocsPerRun(100, func() { a, b = Normal(a), Normal(b) }); n != 0 {
		t.Errorf("%v allocations for accounts that are canonical", n)
	}
}

// TestIndex: what is added is found however it is written, once for each name,
// and gone when it is removed.
func TestIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ibans := []string{"IT60X0542811101000000123456", "DE89370400440532013000", "NL91ABNA0417164300", "GB29NWBK60161331926819", "BE68539007547034"}
		account := rapid.Custom(func(t *rapid.T) spoor.AccountID {
			number := rapid.SampledFrom(append(ibans, "1", "000123", "IT01", " ")).Draw(t, "number")
			return spoor.AccountID{Bank: rapid.SampledFrom([]string{"", "UNOOITMM", "05428"}).Draw(t, "bank"), Number: number}
		})
		identifier := rapid.Custom(func(t *rapid.T) spoor.Identifier {
			kind := rapid.SampledFrom([]spoor.IdentifierKind{spoor.IBAN, spoor.TaxNumber, spoor.OtherNumber, spoor.Email, spoor.IMO}).Draw(t, "kind")
			return spoor.Identifier{Kind: kind, Value: rapid.SampledFrom(append(ibans, "a@b.eu", "IMO 9074729", "-")).Draw(t, "value")}
		})
		var x Index[int]
		var all []Names
		for v := range rapid.IntRange(1, 8).Draw(t, "values") {
			accounts, ids := rapid.SliceOfN(account, 0, 4).Draw(t, "accounts"), rapid.SliceOfN(identifier, 0, 4).Draw(t, "ids")
			all = append(all, OrderNames(accounts, ids))
			x.Add(all[v], v)
			for _, a := range accounts {
				found := Normal(a).Number == ""
				x.Account(Normal(a), func(got int) { found = found || got == v })
				if !found {
					t.Fatalf("%q is not found", a)
				}
			}
			for _, id := range ids {
				found := Identify(id).Value == ""
				x.Identifier(id, func(got int) { found = found || got == v })
				if !found {
					t.Fatalf("%q is not found", id)
				}
			}
			if !slices.Contains(x.Named(PayerNames(spoor.AccountID{}, ids)), v) && slices.ContainsFunc(ids, func(id spoor.Identifier) bool { return Identify(id).Value != "" }) {
				t.Fatal("a payer's identifiers do not find it")
			}
		}
		for v, n := range all {
			x.Remove(n, v)
			if slices.Contains(x.Named(n), v) {
				t.Fatalf("%d is still found", v)
			}
		}
		if !x.Empty() || len(x.alike) != 0 {
			t.Fatalf("something stays: %+v", x)
		}
	})
}
