package iso20022

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
)

// TestAccount: an IBAN is an IBAN however it is written and wherever it stands.
func TestAccount(t *testing.T) {
	const iban = "DE89370400440532013000"
	for written, want := range map[string]string{
		iban:                                  iban,
		"DE89 3704 0044 0532 0130 00":         iban,
		"de89370400440532013000":              iban,
		"DE89\u00a03704\u202f0044 0532013000": iban,
		"DE89-3704-0044-0532-0130-00":         iban,
		"DE89.3704/0044:0532_0130 00":         iban,
		"ＤＥ８９３７０４００４４０５３２０１３０００":                         iban,
		"DE8937040044\u200b0532\ufeff013\u00ad000\u2060": iban,
		"DE89‐3704–0044—0532−013000":                     iban,
		"IBAN DE89 3704 0044 0532 0130 00":               iban,
		"DE89370400440532013001":                         "BANKDEFF:DE89370400440532013001", // wrong check digits
		"DЕ89370400440532013000":                         "BANKDEFF:DЕ89370400440532013000", // Cyrillic Е
		"8000 EBD-30":                                    "BANKDEFF:8000EBD30",
		"８０００\u00a0EBD\u200b–30":                         "BANKDEFF:8000EBD30",
		"8000ebd30":                                      "BANKDEFF:8000ebd30",
		"---":                                            "BANKDEFF:---",
	} {
		s := Side[string]{Other: written, BIC: "BANKDEFFXXX"}
		bank, number, c := s.Account()
		if got := (spoor.AccountID{Bank: bank, Number: number}).String(); got != want || c.String() != "DE" {
			t.Errorf("Othr %q: %s in %s, want %s", written, got, c, want)
		}
		b := Side[[]byte]{Other: []byte(written), BIC: []byte("BANKDEFFXXX")}
		if bank2, number2, c2 := b.Account(); string(bank2) != bank || string(number2) != number || c2 != c {
			t.Errorf("Othr %q: as bytes %s:%s", written, bank2, number2)
		}
		s = Side[string]{Proxy: written, BIC: "BANKDEFFXXX"}
		if bank, number, _ := s.Account(); bank != "" || number != strings.TrimPrefix(want, "BANKDEFF:") {
			t.Errorf("proxy %q: %s:%s", written, bank, number)
		}
	}
	for s, want := range map[Side[string]]string{
		{IBAN: iban, Other: "77", BIC: "BANKDEFF"}: iban,
		{IBAN: "DE89-3704-0044-0532-0130-00"}:      iban,
		{Other: "77", BIC: "BANKDEFF500"}:          "BANKDEFF:77",
		{Other: "77", BIC: "no bic"}:               "no bic:77",
		{Other: "77", Member: "12-34 56"}:          "123456:77",
		{Other: "77"}:                              "77",
		{Proxy: "a-b@example.org"}:                 "a-b@example.org",
		{Proxy: "+49-170 1234567"}:                 "+491701234567",
	} {
		bank, number, _ := s.Account()
		if got := (spoor.AccountID{Bank: bank, Number: number}).String(); got != want {
			t.Errorf("%+v: %s, want %s", s, got, want)
		}
	}
}

// TestAccountDisguised strews what nobody sees over an IBAN.
func TestAccountDisguised(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const iban = "IT60X0542811101000000123456"
		var b strings.Builder
		for _, r := range iban {
			for range rapid.IntRange(0, 2).Draw(t, "n") {
				b.WriteRune(rapid.SampledFrom([]rune(" \t-\u00a0\u2009\u200b\u200d\u2060\u00ad\ufeff‐–/.:")).Draw(t, "between"))
			}
			switch rapid.IntRange(0, 3).Draw(t, "form") {
			case 0:
				r += 0xfee0 // full width
			case 1:
				r = []rune(strings.ToLower(string(r)))[0]
			}
			b.WriteRune(r)
		}
		if got, ok := AsIBAN(b.String()); !ok || got != iban {
			t.Fatalf("%q: %q, %v", b.String(), got, ok)
		}
		if got, want := slowNumber(b.String()), Number(b.String()); got != want {
			t.Fatalf("%q: %q, %q", b.String(), got, want)
		}
	})
}

// TestNumberTwice: what Number gives, it gives again.
func TestNumberTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.String().Draw(t, "v")
		once := Number(v)
		if slow := slowNumber(v); once != slow && !strings.Contains(v, "\ufffd") {
			t.Fatalf("%q: %q, %q", v, once, slow)
		}
		if twice := Number(once); twice != once {
			t.Fatalf("%q: %q, then %q", v, once, twice)
		}
	})
}

func TestMessageNames(t *testing.T) {
	const name = `urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08`
	for attrs, want := range map[string]string{
		` xmlns="` + name + `" xsi:schemaLocation="` + name + ` pacs.008.001.08.xsd"`: "pacs.008.001.08",
		` xmlns:p = '` + name + `'`:          "pacs.008.001.08",
		` other="` + name + `"`:              "",
		` xmlns="urn:evil" k="` + name + `"`: "",
		` k='xmlns="` + name + `"'`:          "",
	} {
		if got, ok := MessageName([]byte(attrs)); !ok || got != want {
			t.Errorf("%s: %q, %v", attrs, got, ok)
		}
	}
}

func BenchmarkNumber(b *testing.B) {
	for b.Loop() {
		Number("8000 EBD-30")
	}
}
