package report

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/format/goaml"
	"spoor/format/xsdcheck"
)

var update = flag.Bool("update", false, "write the golden files anew")

func codes(t testing.TB) *Codes {
	t.Helper()
	c, err := ParseCodes(Example())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func schema(t testing.TB) *xsdcheck.Schema {
	t.Helper()
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../../shared/data"
	}
	b, err := os.ReadFile(filepath.Join(dir, "formats", "goaml", "goaml-5.0.2", "goAMLSchema.xsd"))
	if err != nil {
		t.Skipf("no goAML schema under %s: set SPOOR_DATA to the folder of test data", dir)
	}
	s, err := xsdcheck.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func instant(t testing.TB, s string) (i spoor.Instant) {
	t.Helper()
	if err := i.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return i
}

func country(s string) spoor.Country { c, _ := spoor.ParseCountry(s); return c }

func day(s string) spoor.PartialDate { d, _ := spoor.ParsePartialDate(s); return d }

func eur(cents int64) spoor.Money { return spoor.Money{Amount: cents, Currency: spoor.EUR} }

// report is an invented case: cash brought in below the limit, and sent on.
func transfers(t testing.TB) *Report {
	mine := spoor.AccountID{Number: "NL02ABNA0123456789"}
	other := spoor.AccountID{Bank: "NORDITMMXXX", Number: "00417"}
	usd := spoor.Money{Amount: 1_050_000, Currency: spoor.USD}
	home := []Address{{Line: "Kade 7", City: "Havenstad", State: "Zuid", Postcode: "1000", Country: country("NL")}}
	return &Report{
		Code: "STR", Entity: 101, Branch: "Havenstad", Reference: "STR-2026-0042", Date: instant(t, "2026-11-24T10:00:00Z"),
		By:       Reporter{First: "Sanne", Last: "de Wit", Occupation: "Compliance officer", Phone: "+31 10 5550100", Email: "mlro@bank.example"},
		Location: &Address{Business: true, Line: "Plein 1", City: "Havenstad", State: "Zuid", Country: country("NL")},
		Action:   "Account under watch.",
		Alert: &spoor.Alert{ID: "A-17", Typology: spoor.Structuring, Typologies: []spoor.Typology{spoor.Structuring, spoor.PassThrough, spoor.UTurn},
			Reasons: []string{"2 cash deposits below EUR 10 000.00 in 3 days", "98 % left within a day"}},
		Indicators: []string{"RFIUR"},
		Transactions: []Transaction{
			{Payment: spoor.Payment{ID: "P-1", Record: 1, Time: instant(t, "2026-11-20T09:15:00Z"), To: mine, Paid: eur(980_000), Received: eur(980_000),
				Channel: spoor.Cash, ToCountry: country("NL"), ToName: "Jörg Weiß", Purpose: "cash in <machine> & \"counter\""}, Location: "Machine 4", Suspicious: true},
			{Payment: spoor.Payment{ID: "P-2", Record: 2, Time: instant(t, "2026-11-21T09:15:00Z"), To: mine, Paid: eur(975_000), Received: eur(975_000),
				Channel: spoor.Cash, ToCountry: country("NL"), ToName: "Jörg Weiß"}, FromParty: "C-2", Suspicious: true},
			{Payment: spoor.Payment{ID: "P-3", Record: 3, Time: instant(t, "2026-11-22T13:00:01Z"), From: mine, To: other, Paid: eur(1_000_000), Received: usd,
				Channel: spoor.Wire, FromCountry: country("NL"), ToCountry: country("IT"), FromName: "Jörg Weiß", ToName: "Adria Trading", Purpose: "invoice 7", Kind: "MT103"}},
		},
		Accounts: []Account{{
			ID: mine, Mine: true, Institution: "Bank van Havenstad", BIC: "ABNANL2A", Branch: "Havenstad", Currency: spoor.EUR, Client: "88", Type: "current", Personal: true,
			Signatories: []Signatory{{Party: "C-1", Role: "holder", Primary: true}}, Opened: day("2019-05-01"), Status: "active", Beneficiary: "none",
			BalanceAt: instant(t, "2026-11-23T00:00:00Z"), Balance: eur(955_000),
		}},
		Parties: []Party{
			{Party: spoor.Party{ID: "C-1", Kind: spoor.Person, Names: []spoor.Name{{Full: "Jörg Weiß"}, {Full: "Joe White"}}, Births: []spoor.PartialDate{day("1980-02-29")}, BirthPlace: "Köln",
				Identifiers: []spoor.Identifier{{Kind: spoor.NationalID, Value: "ID-880"}, {Kind: spoor.Phone, Value: "+31 6 5550123"}, {Kind: spoor.TaxNumber, Value: "T-1"},
					{Kind: spoor.Passport, Value: "X0000001", Country: country("DE")}, {Kind: spoor.Email, Value: "jörg@post.example"}}},
				Mine: true, First: "Jörg", Last: "Weiß", Gender: "male", Nationality: country("DE"), Residence: country("NL"), Occupation: "Trader", Addresses: home,
				Papers: []Paper{{Identifier: spoor.Identifier{Kind: spoor.Passport, Value: "X0000001", Country: country("DE")}, Issued: day("2020-01-15"), Expires: day("2030-01-14")}}},
			{Party: spoor.Party{ID: "C-2", Kind: spoor.Person, Names: []spoor.Name{{Full: "Ольга Петрова"}}, Births: []spoor.PartialDate{day("1991")},
				Identifiers: []spoor.Identifier{{Kind: spoor.NationalID, Value: "ID-991"}}}, First: "Ольга", Last: "Петрова"},
		},
	}
}

// activity is an invented report on a company and its account.
func activity(t testing.TB) *Report {
	r := transfers(t)
	r.Code, r.Reference, r.Transactions = "SAR", "SAR-2026-0001", nil
	r.Reason = "The company has no visible business."
	r.Parties = append(r.Parties, Party{
		Party: spoor.Party{ID: "E-1", Kind: spoor.Organisation, Names: []spoor.Name{{Full: "Adria Façade Trading d.o.o."}, {Full: "Adria"}}, Births: []spoor.PartialDate{day("2024-03-01")},
			Identifiers: []spoor.Identifier{{Kind: spoor.Registration, Value: "HR-7"}, {Kind: spoor.Phone, Value: "1"}}},
		Mine: true, LegalForm: "company", Business: "Wholesale", State: "Zuid", Country: country("HR"), Directors: []Director{{"C-2", "director"}},
		Addresses: []Address{{Business: true, Line: "Riva 1", City: "Rijeka", State: "PGZ", Country: country("HR")}},
	})
	r.Accounts = append(r.Accounts, Account{ID: spoor.AccountID{Bank: "10", Number: "77"}, Name: "Adria", Country: country("HR"), Type: "business", Owner: "E-1", Status: "frozen"})
	r.Subjects = []Subject{
		{Party: "E-1", Reason: "Turnover without goods.", Suspected: true, Significance: 8},
		{Party: "C-2", Reason: "Runs it.", Significance: 3},
		{Account: spoor.AccountID{Bank: "10", Number: "77"}, Reason: "Receives the money."},
		{Account: r.Accounts[0].ID, Reason: "Pays into it."},
	}
	return r
}

// TestGolden writes both sorts of report as they were when a person looked at
// them, valid by the schema.
func TestGolden(t *testing.T) {
	for name, r := range map[string]*Report{"str": transfers(t), "sar": activity(t)} {
		doc, err := r.Write(codes(t))
		if err != nil {
			t.Fatal(name, err)
		}
		got := string(doc.XML)
		for _, n := range doc.Notes {
			got += "<!-- note: " + n.String() + " -->\n"
		}
		file := filepath.Join("testdata", name+".xml")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || got != string(want) {
			t.Errorf("%s: %v, differs:\n%s", name, err, got)
		}
	}
}

func TestValid(t *testing.T) {
	s := schema(t)
	for name, r := range map[string]*Report{"str": transfers(t), "sar": activity(t)} {
		doc, err := r.Write(codes(t))
		if err != nil {
			t.Fatal(name, err)
		}
		if err := s.Validate(doc.XML); err != nil {
			t.Errorf("%s: %v\n%s", name, err, doc.XML)
		}
	}
}

func readBack(t testing.TB, doc []byte) (out []spoor.Payment) {
	t.Helper()
	r := goaml.NewReader("report.xml", bytes.NewReader(doc))
	buf := make([]spoor.Payment, 7)
	for {
		n, err := r.Read(buf)
		out = append(out, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
	}
}

// TestReadBack reads the invented case with the reader of goAML.
func TestReadBack(t *testing.T) {
	r := transfers(t)
	doc, err := r.Write(codes(t))
	if err != nil {
		t.Fatal(err)
	}
	got := readBack(t, doc.XML)
	if len(got) != 3 {
		t.Fatalf("%d payments", len(got))
	}
	for i, p := range got {
		want := r.Transactions[i].Payment
		want.Kind = "" // in funds_comment, which the reader leaves
		want.FromName, want.ToName = strings.ReplaceAll(want.FromName, "Jörg Weiß", "Jorg Weiss"), strings.ReplaceAll(want.ToName, "Jörg Weiß", "Jorg Weiss")
		if i == 1 { // brought by a person whose number is known
			want.From, want.FromName = spoor.AccountID{Number: "person:ID-991"}, "Ol'ga Petrova"
		}
		if p != want {
			t.Errorf("payment %d:\n got %+v\nwant %+v", i, p, want)
		}
	}
}

var channels = []spoor.Channel{spoor.UnknownChannel, spoor.CreditTransfer, spoor.Wire, spoor.DirectDebit, spoor.Card, spoor.Cheque, spoor.Cash, spoor.Crypto}

// payments that a report can carry whole.
var payments = rapid.Custom(func(t *rapid.T) spoor.Payment {
	p := spoor.Payment{
		ID: rapid.StringMatching(`[a-zA-Z0-9<>&"'/.-]{1,100}`).Draw(t, "id"), Time: spoor.Instant(rapid.Int64Range(int64(earliest), 4e9).Draw(t, "time")),
		Channel: rapid.SampledFrom(channels).Draw(t, "channel"), Purpose: strings.Join(strings.Fields(rapid.StringMatching(`[ -~äöß漢]{0,300}`).Draw(t, "purpose")), " "),
	}
	if p.Time == 0 {
		p.Time = 1
	}
	p.Paid = eur(rapid.Int64Range(0, 1e17).Draw(t, "amount"))
	p.Received = p.Paid
	if rapid.Bool().Draw(t, "converted") {
		c, _ := spoor.ParseCurrency(rapid.SampledFrom([]string{"USD", "JPY", "KWD", "EUR", "GBP"}).Draw(t, "currency"))
		p.Received = spoor.Money{Amount: rapid.Int64Range(0, 1e17).Draw(t, "received"), Currency: c}
		if rapid.Bool().Draw(t, "other way") {
			p.Paid, p.Received = p.Received, p.Paid
		}
	}
	side := func(what string) (a spoor.AccountID, name string, c spoor.Country) {
		name = strings.Join(strings.Fields(rapid.StringMatching(`[a-zA-Z0-9.'-][a-zA-Z0-9 .'-]{0,250}`).Draw(t, what+" name")), " ")
		switch rapid.IntRange(0, 2).Draw(t, what) {
		case 0:
			return spoor.AccountID{Number: rapid.StringMatching(`(DE|NL|FR)[0-9]{2}[A-Z0-9]{11,30}`).Draw(t, what+" iban")}, name, spoor.Country{}
		case 1:
			c = country(rapid.SampledFrom([]string{"DE", "AE", "US"}).Draw(t, what+" country"))
		}
		bank := rapid.StringMatching(`[0-9a-z<&-]{1,50}|[A-Z]{4}DE[A-Z0-9]{2}([A-Z0-9]{3})?`).Draw(t, what+" bank")
		return spoor.AccountID{Bank: bank, Number: rapid.StringMatching(`[0-9A-Za-z<&"-]{1,100}`).Draw(t, what+" number")}, name, c
	}
	p.From, p.FromName, p.FromCountry = side("from")
	p.To, p.ToName, p.ToCountry = side("to")
	switch rapid.IntRange(0, 5).Draw(t, "outside") {
	case 0:
		p.From, p.FromName, p.FromCountry, p.Paid = spoor.AccountID{}, "", spoor.Country{}, eur(5)
	case 1:
		p.To, p.ToName, p.ToCountry, p.Received = spoor.AccountID{}, "", spoor.Country{}, eur(5)
	}
	for _, s := range []struct {
		a spoor.AccountID
		c *spoor.Country
	}{{p.From, &p.FromCountry}, {p.To, &p.ToCountry}} {
		switch {
		case isIBAN(s.a.Number):
			*s.c = country(s.a.Number[:2])
		case bicForm.MatchString(s.a.Bank) && *s.c == (spoor.Country{}):
			*s.c = country(s.a.Bank[4:6])
		}
	}
	return p
})

// TestRoundTrip writes payments and reads the same back, all valid by the schema.
func TestRoundTrip(t *testing.T) {
	s, c, outer := schema(t), codes(t), t
	rapid.Check(t, func(t *rapid.T) {
		r := transfers(outer)
		r.Transactions = nil
		for i, p := range rapid.SliceOfNDistinct(payments, 1, 4, func(p spoor.Payment) string { return p.ID }).Draw(t, "payments") {
			p.Record = uint64(i + 1)
			r.Transactions = append(r.Transactions, Transaction{Payment: p})
		}
		doc, err := r.Write(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc.XML); err != nil {
			t.Fatalf("%v\n%s", err, doc.XML)
		}
		got := readBack(outer, doc.XML)
		if len(got) != len(r.Transactions) {
			t.Fatalf("%d payments of %d\n%s", len(got), len(r.Transactions), doc.XML)
		}
		for i, want := range r.Transactions {
			p := want.Payment
			if p.From == (spoor.AccountID{}) { // one side is written, with its amount
				p.Paid = want.local(c.local)
			}
			if p.To == (spoor.AccountID{}) {
				p.Received = want.local(c.local)
			}
			if got[i] != p {
				t.Fatalf("payment %d:\n got %+v\nwant %+v\n%s", i, got[i], p, doc.XML)
			}
		}
	})
}

// TestMissing takes one thing after the other away, or makes it too long.
func TestMissing(t *testing.T) {
	long := strings.Repeat("x", 9000)
	c := codes(t)
	for field, change := range map[string]func(*Report){
		"account":                          func(r *Report) { r.Accounts = append(r.Accounts, r.Accounts[0]) },
		"party":                            func(r *Report) { r.Parties = append(r.Parties, r.Parties[0]) },
		"rentity_id":                       func(r *Report) { r.Entity = 0 },
		"report_code":                      func(r *Report) { r.Code = "XXX" },
		"entity_reference":                 func(r *Report) { r.Reference = " " },
		"rentity_branch":                   func(r *Report) { r.Branch = long },
		"submission_date":                  func(r *Report) { r.Date = 0 },
		"reason":                           func(r *Report) { r.Reason = long },
		"action":                           func(r *Report) { r.Action = long },
		"reporting_person/first_name":      func(r *Report) { r.By.First = "" },
		"reporting_person/last_name":       func(r *Report) { r.By.Last = "漢\x01" + long },
		"report_indicators":                func(r *Report) { r.Alert, r.Reason, r.Indicators = nil, "x", nil },
		"transaction":                      func(r *Report) { r.Transactions = nil },
		"transaction[2]/transactionnumber": func(r *Report) { r.Transactions[1].ID = "P-1" },
		"transaction[1]/date_transaction":  func(r *Report) { r.Transactions[0].Time = earliest - 1 },
		"transaction[1]/amount_local": func(r *Report) {
			r.Transactions[0].Paid.Currency, r.Transactions[0].Received.Currency = spoor.USD, spoor.USD
		},
		"transaction[1]/transaction_description":                                             func(r *Report) { r.Transactions[0].Purpose = long },
		"transaction[2]/t_from/from_person/last_name":                                        func(r *Report) { r.Parties[1].Last = "" },
		"transaction[2]/party":                                                               func(r *Report) { r.Parties = r.Parties[:1] },
		"transaction[3]/t_to/to_account/institution_code":                                    func(r *Report) { r.Transactions[2].To.Bank = "" },
		"transaction[3]/t_to/to_account/account_name":                                        func(r *Report) { r.Transactions[2].ToName = long },
		"transaction[3]/t_to/to_foreign_currency/foreign_amount":                             func(r *Report) { r.Transactions[2].Received.Amount = -1 },
		"transaction[3]/t_from_my_client/from_funds_comment":                                 func(r *Report) { r.Transactions[2].Kind = long },
		"transaction[3]/t_from_my_client/from_account/branch":                                func(r *Report) { r.Accounts[0].Branch = "" },
		"transaction[3]/t_from_my_client/from_account/opened":                                func(r *Report) { r.Accounts[0].Opened = day("2019-05") },
		"transaction[3]/t_from_my_client/from_account/status_code":                           func(r *Report) { r.Accounts[0].Status = "odd" },
		"transaction[3]/t_from_my_client/from_account/signatory":                             func(r *Report) { r.Accounts[0].Signatories = nil },
		"transaction[3]/t_from_my_client/from_account/signatory[1]/t_person/birthdate":       func(r *Report) { r.Parties[0].Births = nil },
		"transaction[3]/t_from_my_client/from_account/signatory[1]/t_person/gender":          func(r *Report) { r.Parties[0].Gender = "" },
		"transaction[3]/t_from_my_client/from_account/signatory[1]/t_person/identifications": func(r *Report) { r.Parties[0].Papers = nil },
		"transaction[3]/t_from_my_client/from_account/signatory[1]/t_person/phones":          func(r *Report) { r.Parties[0].Identifiers = r.Parties[0].Identifiers[:1] },
	} {
		r := transfers(t)
		change(r)
		found := false
		for _, m := range r.Check(c) {
			found = found || m.Field == field
		}
		if !found {
			t.Errorf("%s: not named in %v", field, r.Check(c))
		}
		if _, err := r.Write(c); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: written all the same: %v", field, err)
		}
	}
	r := activity(t)
	r.Transactions = transfers(t).Transactions
	if m := r.Check(c); len(m) == 0 || m[0].Field != "transaction" {
		t.Errorf("transactions in an activity: %v", m)
	}
}

// TestNotes says what was changed.
func TestNotes(t *testing.T) {
	r := transfers(t)
	r.Transactions[0].Purpose = "a\x00b\xff\ufffe"
	doc, err := r.Write(codes(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range doc.Notes {
		got = append(got, n.String())
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{
		"transaction[1]/transaction_description: 3 characters that XML cannot carry",
		"transaction[2]/t_from/from_person/first_name: written in the letters",
		"transaction[2]/t_from/from_person/birthdate: left out, since only a part",
		"email: left out",
		"report_indicators: the code list has no indicator for u-turn",
		"nobody has compared the code list",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no note %q in\n%s", want, all)
		}
	}
	if !bytes.Contains(doc.XML, []byte("<full_name_frn>Ольга Петрова</full_name_frn>")) || !bytes.Contains(doc.XML, []byte("Name as given: Jörg Weiß")) {
		t.Error("the names as given are lost")
	}
}

func TestCodes(t *testing.T) {
	for change, fault := range map[[2]string]string{
		{`fiu = "FIU of Norditania (fictitious)"`, ``}:          "fiu and source",
		{`currency = "EUR"`, `currency = "EURO"`}:               "currency",
		{`body = "activity"`, `body = "both"`}:                  "body",
		{`payee = "BNFCR"`, ``}:                                 "sides.payee",
		{`transmode_comment = "E"`, `transmode_comment = "EE"`}: "one letter",
		{`"a-zA-Z0-9 .'-"`, `"z-a"`}:                            "name_letters",
		{`[genders]`, `[gender]`}:                               "unknown key",
		{`[genders]`, `[genders`}:                               "code list",
	} {
		file := strings.Replace(string(Example()), change[0], change[1], 1)
		if file == string(Example()) {
			t.Fatalf("no %s", change[0])
		}
		if _, err := ParseCodes([]byte(file)); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%s: %v", change[1], err)
		}
	}
	if c := codes(t); c.Verified {
		t.Error("an invented list is verified")
	}
}

// FuzzWrite puts hostile text everywhere: what is written is valid, has as many
// elements as always, and reads back as many payments; or nothing is written.
func FuzzWrite(f *testing.F) {
	for _, s := range []string{"x", "</reason><reason>", "]]>", "<!--", "\x00\xff", "Ольга", "漢字", "a\r\n\tb", "&amp;", "\u202eevil", strings.Repeat("é", 300)} {
		f.Add(s)
	}
	s, c := schema(f), codes(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range []*Report{transfers(t), activity(t)} {
			r.Reference, r.Reason, r.Action, r.By.First, r.By.Last = text, text, text, text, text
			r.Parties[0].First, r.Parties[1].Last, r.Parties[1].Identifiers[0].Value, r.Location.Line = text, text, text, text
			if r.Accounts[0].Institution = text; len(r.Transactions) > 0 {
				p := &r.Transactions[2]
				p.ID, p.Purpose, p.ToName, p.Kind, p.To.Bank, p.To.Number = text, text, text, text, text, text
			} else {
				r.Parties[2].Names[0].Full, r.Parties[2].Business, r.Subjects[0].Reason = text, text, text
			}
			doc, err := r.Write(c)
			if (err == nil) != (len(r.Check(c)) == 0) {
				t.Fatalf("checked %v, written %v", r.Check(c), err)
			}
			if err != nil {
				continue
			}
			if err := s.Validate(doc.XML); err != nil {
				t.Fatalf("%q: %v\n%s", text, err, doc.XML)
			}
			if got := readBack(t, doc.XML); len(got) != len(r.Transactions) {
				t.Fatalf("%q: %d payments", text, len(got))
			}
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	r, c := transfers(b), codes(b)
	for b.Loop() {
		if _, err := r.Write(c); err != nil {
			b.Fatal(err)
		}
	}
}
