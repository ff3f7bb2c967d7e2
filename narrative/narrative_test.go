package narrative

import (
	"flag"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"spoor"
)

var update = flag.Bool("update", false, "write the golden files anew")

func instant(t testing.TB, s string) (i spoor.Instant) {
	t.Helper()
	if err := i.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return i
}

func country(s string) spoor.Country { c, _ := spoor.ParseCountry(s); return c }

func day(s string) spoor.PartialDate { d, _ := spoor.ParsePartialDate(s); return d }

func money(t testing.TB, s string) spoor.Money {
	t.Helper()
	number, code, _ := strings.Cut(s, " ")
	c, err := spoor.ParseCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	v, err := spoor.ParseAmount(number, c.Scale())
	if err != nil {
		t.Fatal(err)
	}
	return spoor.Money{Amount: v, Currency: c}
}

// havenstad is an invented case: cash below a limit, sent on abroad and changed.
func havenstad(t testing.TB) Input {
	kade := spoor.AccountID{Number: "NL02ABNA0123456789"}
	adria := spoor.AccountID{Bank: "NORDITMM", Number: "00417"}
	shop := spoor.AccountID{Number: "DE02120300000000202051"}
	pay := func(id, at string, from, to spoor.AccountID, paid string, c spoor.Channel) spoor.Payment {
		p := spoor.Payment{ID: id, Time: instant(t, at), From: from, To: to, Paid: money(t, paid), Channel: c}
		p.Received = p.Paid
		return p
	}
	out := pay("P-4", "2026-11-22T13:00:00Z", kade, adria, "29000 EUR", spoor.Wire)
	out.Received, out.Purpose, out.ToName, out.ToCountry, out.FromCountry = money(t, "31350.50 USD"), "invoice 7\nHe is guilty.", "Adria Trading", country("IT"), country("NL")
	late := pay("P-5", "2026-11-23T08:00:00Z", shop, kade, "400 USD", spoor.CreditTransfer)
	return Input{
		Case: "C-2026-7",
		Alerts: []spoor.Alert{{
			ID: "A-17", Typology: spoor.Structuring, Typologies: []spoor.Typology{spoor.Structuring, spoor.PassThrough}, Accounts: []string{kade.String(), adria.String()},
			Payments: []string{"P-1", "P-2", "P-3", "P-4", "P-9"}, Amount: 2_925_000, Currency: spoor.EUR, Risk: 0.83,
			First: instant(t, "2026-11-20T09:15:00Z"), Last: instant(t, "2026-11-22T13:00:00Z"),
			Reasons:  []string{"3 cash deposits of EUR 9 700.00 to 9 800.00 in 3 days, each below EUR 10 000.00, together EUR 29 250.00", "99 % of it left within a day of the last deposit"},
			Versions: map[string]string{"rules": "4", "detectors": "2"},
		}},
		Payments: []spoor.Payment{
			pay("P-3", "2026-11-21T16:40:00Z", spoor.AccountID{}, kade, "9700 EUR", spoor.Cash),
			pay("P-1", "2026-11-20T09:15:00Z", spoor.AccountID{}, kade, "9800 EUR", spoor.Cash),
			pay("P-2", "2026-11-20T15:02:00Z", spoor.AccountID{}, kade, "9750 EUR", spoor.Cash),
			out, late,
		},
		Subjects: []Subject{
			{Party: spoor.Party{ID: "S-1", Kind: spoor.Person, Names: []spoor.Name{{Full: "Joris Weiss"}, {Full: "J. White"}}, Births: []spoor.PartialDate{day("1980-02-29")},
				Countries: []spoor.Country{country("NL"), country("DE")}, Identifiers: []spoor.Identifier{{Kind: spoor.NationalID, Value: "ID-880"}}},
				Category: spoor.Suspect, Accounts: []spoor.AccountID{kade}, Evidence: []string{"evidence E-1"}},
			{Party: spoor.Party{ID: "S-2", Kind: spoor.Organisation, Names: []spoor.Name{{Full: "Adria Trading d.o.o."}}, Births: []spoor.PartialDate{day("2024-03")}}, Accounts: []spoor.AccountID{adria}},
		},
		Assets:      []spoor.Asset{{ID: "X-1", Kind: spoor.AccountAsset, Account: adria, Country: country("IT"), Owner: "S-2", Value: money(t, "40000 USD"), Traced: money(t, "29000 EUR"), Confidence: 0.9, Source: "trace 5f1c"}},
		Facts:       []Statement{{ID: "F-1", Text: "Joris Weiss has been registered as unemployed since January 2025", By: "R. Adviseur", At: instant(t, "2026-11-24T09:00:00Z"), Evaluation: "A1", Evidence: []string{"evidence E-2"}}},
		Assessments: []Statement{{ID: "O-1", Text: "Joris Weiss may have brought in money for others; no income is known that would explain it.", By: "R. Adviseur", At: instant(t, "2026-11-24T09:30:00Z"), Evidence: []string{"fact F-1", "alert A-17"}}},
		Explanations: []Explanation{
			{ID: "K-1", What: "the sale of a car, which the account holder named to the bank", Found: "no vehicle was registered to him in the last five years", Evidence: []string{"evidence E-3"}},
			{ID: "K-2", What: "the invoice 7", Found: "the company gave a copy of it", Fits: true, Evidence: []string{"evidence E-4"}},
		},
		Measures: []Measure{
			{ID: "M-2", At: instant(t, "2026-11-24T15:00:00Z"), What: "request to the FIU of Italy", Basis: "Dir. (EU) 2024/1640 Art 31"},
			{ID: "M-1", At: instant(t, "2026-11-23T10:00:00Z"), What: "account NL02ABNA0123456789 suspended", Basis: "Dir. (EU) 2024/1640 Art 24(2)"},
		},
		Unknown: []Statement{{ID: "Q-1", Text: "Who brought the cash of 21 November?"}},
	}
}

func TestGolden(t *testing.T) {
	d, err := Write(havenstad(t))
	if err != nil {
		t.Fatal(err)
	}
	got := d.String()
	if *update {
		if err := os.WriteFile("testdata/havenstad.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/havenstad.txt")
	if err != nil || got != string(want) {
		t.Errorf("%v, differs:\n%s", err, got)
	}
}

// TestBacked shows that every sentence names evidence that the input has, and that
// facts, assessments and open questions do not mix.
func TestBacked(t *testing.T) {
	in := havenstad(t)
	known := []string{"evidence E-1", "evidence E-2", "evidence E-3", "evidence E-4", "alert A-17", "party S-1", "party S-2", "asset X-1", "fact F-1", "assessment O-1",
		"explanation K-1", "explanation K-2", "measure M-1", "measure M-2", "question Q-1"}
	for _, p := range in.Payments {
		known = append(known, "payment "+p.ID)
	}
	d, err := Write(in)
	if err != nil {
		t.Fatal(err)
	}
	order := map[Nature]int{Fact: 0, Assessment: 1, Open: 2}
	last := 0
	for _, s := range d.Sections {
		if order[s.Nature] < last {
			t.Errorf("%s stands after another nature", s.Heading)
		}
		last = order[s.Nature]
		for _, p := range s.Paragraphs {
			for _, x := range p {
				if len(x.Evidence) == 0 || x.Text == "" {
					t.Errorf("%q is not backed", x.Text)
				}
				for _, e := range x.Evidence {
					if !slices.Contains(known, e) {
						t.Errorf("%q is backed by %q, which is not there", x.Text, e)
					}
					if s.Nature == Fact && strings.HasPrefix(e, "assessment ") {
						t.Errorf("%q is a fact backed by an assessment", x.Text)
					}
				}
			}
		}
	}
	if d.Mark != Mark || d.End != Presumption || last != 2 {
		t.Error("the draft is not marked, or not whole")
	}
}

// TestOrder gives payments in any order: the words are the same.
func TestOrder(t *testing.T) {
	in := havenstad(t)
	want, err := Write(in)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		in.Payments = rapid.Permutation(in.Payments).Draw(t, "payments")
		in.Measures = rapid.Permutation(in.Measures).Draw(t, "measures")
		got, err := Write(in)
		if err != nil || got.String() != want.String() {
			t.Fatalf("%v\n%s", err, got)
		}
	})
}

// TestSums adds each currency for itself, as exactly as money is.
func TestSums(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		in := Input{Case: "C", Alerts: []spoor.Alert{{ID: "A", Accounts: []string{"X:1"}, Currency: spoor.EUR}}}
		sums := map[string]int64{}
		for i := range rapid.IntRange(1, 30).Draw(rt, "n") {
			c, _ := spoor.ParseCurrency(rapid.SampledFrom([]string{"EUR", "USD", "JPY", "KWD", "XBT"}).Draw(rt, "currency"))
			m := spoor.Money{Amount: rapid.Int64Range(0, 1e15).Draw(rt, "amount"), Currency: c}
			sums[c.String()] += m.Amount
			p := spoor.Payment{Record: uint64(i + 1), Time: spoor.Instant(i), From: spoor.AccountID{Bank: "Y", Number: "2"}, To: spoor.AccountID{Bank: "X", Number: "1"}, Paid: m, Received: m}
			in.Payments = append(in.Payments, p)
			in.Alerts[0].Payments = append(in.Alerts[0].Payments, p.Called())
		}
		d, err := Write(in)
		if err != nil {
			rt.Fatal(err)
		}
		text := d.String()
		for code, v := range sums {
			c, _ := spoor.ParseCurrency(code)
			if got := amount(spoor.Money{Amount: v, Currency: c}); strings.Count(text, got) < 2 {
				rt.Fatalf("no %s in\n%s", got, text)
			}
		}
	})
	in := Input{Case: "C", Payments: []spoor.Payment{{Record: 1, Paid: spoor.Money{Amount: math.MaxInt64, Currency: spoor.EUR}}, {Record: 2, Paid: spoor.Money{Amount: 1, Currency: spoor.EUR}}}}
	if _, err := Write(in); err == nil || !strings.Contains(err.Error(), "add up") {
		t.Errorf("a sum beyond what an amount can be: %v", err)
	}
	for m, want := range map[string]string{"0.00012345 XBT": "XBT 0.00012345", "1234567.8 EUR": "EUR 1 234 567.80", "0.001 KWD": "KWD 0.001"} {
		if got := amount(money(t, m)); got != want {
			t.Errorf("%s: %s", m, got)
		}
	}
}

// TestGuilt refuses texts of persons that state guilt, and takes those that do not.
func TestGuilt(t *testing.T) {
	for _, text := range []string{
		"He is guilty.", "Joris Weiss is a money launderer", "She has laundered EUR 29 000.", "They are clearly criminals", "The company defrauded its customers",
		"The suspect committed the offence", "Guilt is proven.", "This proves his guilt", "WAS GUILTY", "The books are in order. He is a fraudster.", "he is\u200b a thief",
	} {
		for where, put := range map[string]func(*Input){
			"fact":        func(in *Input) { in.Facts[0].Text = text },
			"assessment":  func(in *Input) { in.Assessments[0].Text = text },
			"explanation": func(in *Input) { in.Explanations[0].Found = text },
			"measure":     func(in *Input) { in.Measures[0].What = text },
			"question":    func(in *Input) { in.Unknown[0].Text = text },
			"alert":       func(in *Input) { in.Alerts[0].Reasons[0] = text },
		} {
			in := havenstad(t)
			put(&in)
			if _, err := Write(in); err == nil || !strings.Contains(err.Error(), where) || !strings.Contains(err.Error(), "guilt") {
				t.Errorf("%s %q: %v", where, text, err)
			}
		}
	}
	for _, text := range []string{
		"He is suspected of having laundered money.", "The account may have laundered the takings of others", "It is not known whether she has committed an offence",
		"He was convicted of theft by the court of Havenstad on 3 May 2020", "Nothing says that he is guilty", "The police filed a report on theft.", "If he is guilty, a court will say so",
	} {
		in := havenstad(t)
		in.Assessments[0].Text = text
		if _, err := Write(in); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRefuses(t *testing.T) {
	for fault, change := range map[string]func(*Input){
		"nothing to tell": func(in *Input) { in.Alerts, in.Payments = nil, nil },
		"two payments":    func(in *Input) { in.Payments[0].ID = "P-1" },
		"category":        func(in *Input) { in.Subjects[0].Category = "villain" },
		"at most":         func(in *Input) { in.Payments = make([]spoor.Payment, MaxItems+1) },
		"bytes":           func(in *Input) { in.Facts[0].Text = strings.Repeat("x", MaxText+1) },
	} {
		in := havenstad(t)
		change(&in)
		if _, err := Write(in); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%s: %v", fault, err)
		}
	}
}

// TestMany tells many payments in few words and names all of them as evidence.
func TestMany(t *testing.T) {
	in := Input{Case: "C"}
	for i := range 500 {
		in.Payments = append(in.Payments, spoor.Payment{Record: uint64(i + 1), Time: spoor.Instant(i * 60), To: spoor.AccountID{Number: "1"}, Paid: spoor.Money{Amount: int64(i % 400), Currency: spoor.EUR}})
	}
	d, err := Write(in)
	if err != nil {
		t.Fatal(err)
	}
	if text := d.String(); len(text) > 4000 || !strings.Contains(text, "and 494 more") {
		t.Errorf("%d bytes:\n%s", len(text), text)
	}
	if n := len(d.Sections[0].Paragraphs[0][0].Evidence); n != 500 {
		t.Errorf("%d pieces of evidence", n)
	}
}

// FuzzWrite puts hostile text into what comes from outside: it makes no line of its
// own, and controls no screen.
func FuzzWrite(f *testing.F) {
	for _, s := range []string{"x", "a\nb", "\u202egnp.exe", "\x1b[2J", "“quoted”", "\xff", strings.Repeat("long ", 100), "\u200b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		in := havenstad(t)
		before, err := Write(in)
		if err != nil {
			t.Fatal(err)
		}
		in.Payments[3].Purpose, in.Payments[3].ToName, in.Subjects[0].Names[0].Full, in.Subjects[1].Names[0].Full = s, s, s, s
		in.Subjects[0].Identifiers[0].Value, in.Assets[0].Place, in.Alerts[0].Versions["rules"] = s, s, s
		d, err := Write(in)
		if err != nil {
			t.Fatal(err)
		}
		got := d.String()
		if strings.Count(got, "\n") != strings.Count(before.String(), "\n") {
			t.Fatalf("other lines:\n%s", got)
		}
		for _, r := range got {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') {
				t.Fatalf("control character %U:\n%s", r, got)
			}
		}
	})
}
