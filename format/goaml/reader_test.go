package goaml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"spoor"
)

// readAll reads to the end, past problems that can be skipped.
func readAll(r *Reader) (payments []spoor.Payment, problems []*spoor.Problem) {
	dst := make([]spoor.Payment, 2)
	for {
		n, err := r.Read(dst)
		payments = append(payments, dst[:n]...)
		var p *spoor.Problem
		switch {
		case err == nil && n == 0:
			panic("no payment and no error")
		case err == nil:
		case errors.As(err, &p):
			if problems = append(problems, p); p.Fatal {
				return payments, problems
			}
		case err == io.EOF && n == 0:
			return payments, problems
		default:
			panic(fmt.Sprintf("%d payments and error %v", n, err))
		}
	}
}

func readString(file string) ([]spoor.Payment, []*spoor.Problem) {
	return readAll(NewReader("r.xml", strings.NewReader(file)))
}

func fixture(t testing.TB) string {
	b, err := os.ReadFile("testdata/report.xml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func amount(t *testing.T, s string) spoor.Money {
	t.Helper()
	amount, code, _ := strings.Cut(s, " ")
	c, err := spoor.ParseCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	v, err := spoor.ParseAmount(amount, c.Scale())
	if err != nil {
		t.Fatal(err)
	}
	return spoor.Money{Amount: v, Currency: c}
}

func country(s string) spoor.Country {
	c, _ := spoor.ParseCountry(s)
	return c
}

func TestReport(t *testing.T) {
	day := func(d, h, m int) spoor.Instant { return spoor.At(time.Date(2026, 5, d, h, m, 0, 0, time.UTC)) }
	want := []spoor.Payment{
		{
			ID: "T1", Record: 1, Time: day(24, 14, 30), Purpose: "Payment of invoice & fees", Channel: spoor.Wire,
			From: spoor.AccountID{Number: "AE070331234567890123456"}, FromCountry: country("AE"), FromName: "Golden Sands Trading", Paid: amount(t, "367250.00 AED"),
			To: spoor.AccountID{Bank: "021000021", Number: "998877"}, ToCountry: country("US"), ToName: "Brightwater Ltd", Received: amount(t, "100000 USD"),
		},
		{
			ID: "T2", Record: 2, Time: day(24, 0, 0), Purpose: "Cash deposit", Channel: spoor.Cash, Paid: amount(t, "54999.99 AED"), Received: amount(t, "54999.99 AED"),
			From: spoor.AccountID{Number: "person:Omar Said"}, FromCountry: country("AE"), FromName: "Omar Said",
			To: spoor.AccountID{Bank: "33", Number: "0012345"}, ToCountry: country("AE"),
		},
		{
			ID: "T3", Record: 3, Time: day(25, 0, 0), Purpose: "Gold", Paid: amount(t, "80000 AED"), Received: amount(t, "80000 AED"),
			From: spoor.AccountID{Bank: "BOGUAEADXXX", Number: "55"}, FromCountry: country("AE"), FromName: "Ann Lee; Joint",
			To: spoor.AccountID{Number: "entity:CN-9"}, ToCountry: country("AE"), ToName: "Souk Gold",
		},
	}
	for name, src := range map[string]io.Reader{"whole": strings.NewReader(fixture(t)), "by bytes": iotest.OneByteReader(strings.NewReader(fixture(t)))} {
		got, problems := readAll(NewReader("r.xml", src))
		if len(got) != len(want) {
			t.Errorf("%s: %d payments, want %d", name, len(got), len(want))
		}
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Errorf("%s: payment %d:\n got %+v\nwant %+v", name, i, got[i], want[i])
			}
		}
		if s := fmt.Sprint(problems); len(problems) != 2 || !strings.Contains(s, `r.xml:50: transaction/involved_parties/party/role: the roles ["WITN"] do not say who paid whom`) ||
			!strings.Contains(s, "r.xml:61: report/currency_code_local: missing") {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestProblems(t *testing.T) {
	wrap := func(inner string) string {
		return "<report><currency_code_local>EUR</currency_code_local><transaction>" + inner + "</transaction></report>"
	}
	const from = "<t_from><from_person><last_name>X</last_name></from_person></t_from>"
	const date = "<date_transaction>2026-01-01</date_transaction>"
	for name, c := range map[string]struct{ file, want string }{
		"nobody":       {wrap(date + "<amount_local>1</amount_local>"), "neither a payer nor a payee"},
		"no date":      {wrap("<amount_local>1</amount_local>" + from), "date_transaction: missing"},
		"bad date":     {wrap("<date_transaction>24.5.2026</date_transaction>" + from), "is not a date"},
		"no amount":    {wrap(date + from), "amount_local: missing"},
		"bad amount":   {wrap(date + "<amount_local>1.000,00</amount_local>" + from), "not a decimal number"},
		"negative":     {wrap(date + "<amount_local>-1</amount_local>" + from), "negative"},
		"bad currency": {wrap(date + "<amount_local>1</amount_local><t_to><to_foreign_currency><foreign_currency_code>-</foreign_currency_code><foreign_amount>1</foreign_amount></to_foreign_currency></t_to>"), "foreign_currency_code"},
		"entity":       {wrap("<transactionnumber>&x;</transactionnumber>"), "transaction/transactionnumber: &x; is no character"},
		"long":         {wrap(strings.Repeat(from, MaxRecord/len(from)+2)), "longer than 1048576 bytes"},
		"doctype":      {"<!DOCTYPE a>" + wrap(""), "refused"},
		"cut off":      {wrap("")[:80], "cut off"},
		"empty":        {"", "no goAML report"},
		"other":        {"<a/>", "no goAML report"},
	} {
		payments, problems := readString(c.file)
		if len(payments) > 0 || len(problems) != 1 || !strings.Contains(problems[0].Error(), c.want) {
			t.Errorf("%s: %d payments, %v; want %q", name, len(payments), problems, c.want)
		}
	}
}

func TestSniff(t *testing.T) {
	for head, want := range map[string]bool{
		fixture(t): true,
		"<report><schema_version>5.0.2</schema_version><rentity_id>1":       true,
		"<report><title>x</title></report>":                                 false,
		"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08'>": false,
		"report rentity_id": false,
		"\xfe\xff" + strings.Join(strings.Split("<report><rentity_id>", ""), "\x00"): true,
	} {
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("Sniff(%.60q) = %v", head, got)
		}
	}
}

func dataDir(t *testing.T) string {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	dir = filepath.Join(dir, "formats", "goaml")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no goAML schemas at %s: set SPOOR_DATA to the folder of test data", dir)
	}
	return dir
}

// TestElementsAreInSchemas finds the name of every element that is read in the
// published schemas, and every code of the tables, as far as they are from it.
func TestElementsAreInSchemas(t *testing.T) {
	dir := dataDir(t)
	var schemas []byte
	for _, name := range []string{"goAMLSchema.xsd", "goAMLReportDataSchema.xsd"} {
		b, err := os.ReadFile(filepath.Join(dir, "goaml-5.0.2", name))
		if err != nil {
			t.Fatal(err)
		}
		schemas = append(schemas, b...)
	}
	for _, path := range tree.Paths() {
		for element := range strings.SplitSeq(path, "/") {
			if !bytes.Contains(schemas, []byte(`name="`+element+`"`)) {
				t.Errorf("no element %s in the schemas (%s)", element, path)
			}
		}
	}
	for role := range roles {
		if !bytes.Contains(schemas, []byte(`value="`+role+`"`)) {
			t.Errorf("no role %s in the schemas", role)
		}
	}
	for code := range fundsChannels {
		if other := code == "K" || code == "EFT"; !other && !bytes.Contains(schemas, []byte(`value="`+code+`"`)) {
			t.Errorf("no code %s in the schemas", code)
		}
	}
}

func TestGoldenReports(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(dataDir(t), "golden-reports", "*.xml"))
	if len(files) == 0 {
		t.Fatal("no reports")
	}
	total := 0
	for _, path := range files {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		payments, problems := readAll(NewReader(path, bytes.NewReader(file)))
		if n := bytes.Count(file, []byte("<transaction>")); len(payments) != n || len(problems) > 0 || !Sniff(file) {
			t.Errorf("%s: %d payments of %d, %v", filepath.Base(path), len(payments), n, problems)
		}
		total += len(payments)
		if filepath.Base(path) == "STR.xml" {
			p := payments[0]
			if p.From.Number != "person:784198512345671" || p.FromName != "Layla Hassan" || p.To.Number != "person:John Smith" ||
				p.Channel != spoor.Cash || p.Paid != amount(t, "120000.00 AED") || p.ID != "TXN-987654" || p.ToCountry != country("GB") {
				t.Errorf("%+v", p)
			}
		}
	}
	if total != 3 {
		t.Errorf("%d payments, want 3", total)
	}
}

// FuzzReader checks that every transaction that encoding/xml sees gives either
// a payment or a problem, in order, and that payments are whole.
func FuzzReader(f *testing.F) {
	f.Add([]byte(fixture(f)))
	f.Add([]byte("<r:report xmlns:r='x'><r:transactions><r:transaction/></r:transactions></r:report>"))
	f.Add([]byte("<report><transaction><involved_parties><party><role><![CDATA[BUY]]></role></party></involved_parties></transaction></report>"))
	f.Fuzz(func(t *testing.T, file []byte) {
		Sniff(file)
		payments, problems := readAll(NewReader("f", bytes.NewReader(file)))
		last, fatal, bad := uint64(0), false, 0
		for _, p := range payments {
			if p.Record <= last || p.Paid.Amount < 0 || p.Received.Amount < 0 || !utf8.ValidString(p.ID+p.FromName+p.From.Number+p.To.Bank) {
				t.Fatalf("%+v", p)
			}
			last = p.Record
		}
		for _, p := range problems {
			if fatal = fatal || p.Fatal; p.Record > 0 {
				bad++
			}
		}
		if n, ok := transactions(file); ok && !fatal && n != len(payments)+bad {
			t.Fatalf("%d payments and %d problems in %d transactions", len(payments), bad, n)
		}
	})
}

// transactions counts transactions of reports by encoding/xml.
func transactions(file []byte) (n int, ok bool) {
	d := xml.NewDecoder(bytes.NewReader(file))
	var path []string
	report := -1 // depth of the report we are in
	for {
		tok, err := d.Token()
		if err != nil {
			return n, err == io.EOF
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			path = append(path, tok.Name.Local)
			if report < 0 && tok.Name.Local == "report" {
				report = len(path)
			}
			if at := strings.Join(path[max(0, min(report, len(path))):], "/"); report >= 0 && (at == "transaction" || at == "transactions/transaction") {
				n++
			}
		case xml.EndElement:
			if path = path[:len(path)-1]; len(path) < report {
				report = -1
			}
		}
	}
}

func BenchmarkReader(b *testing.B) {
	one := fixture(b)
	one = one[strings.Index(one, "<transaction>"):strings.Index(one, "</transaction>")] + "</transaction>"
	const n = 1000
	file := "<report><currency_code_local>AED</currency_code_local>" + strings.Repeat(one, n) + "</report>"
	dst := make([]spoor.Payment, 256)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader("b", strings.NewReader(file))
		for {
			if _, err := r.Read(dst); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "payments/s")
}
