package ftm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
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
	return readAll(NewReader("f.json", strings.NewReader(file)))
}

func fixture(t testing.TB) string {
	b, err := os.ReadFile("testdata/entities.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func country(s string) spoor.Country {
	c, _ := spoor.ParseCountry(s)
	return c
}

func date(year int, month time.Month, day, hour, min int) spoor.Instant {
	return spoor.At(time.Date(year, month, day, hour, min, 0, 0, time.UTC))
}

func wantPayments(t *testing.T) []spoor.Payment {
	xbt, err := spoor.ParseCurrency("XBT")
	if err != nil {
		t.Fatal(err)
	}
	usd, eur := spoor.Money{Amount: 108050, Currency: spoor.USD}, spoor.Money{Amount: 550, Currency: spoor.EUR}
	coins, one := spoor.Money{Amount: 12e8, Currency: xbt}, spoor.Money{Amount: 100, Currency: spoor.EUR}
	return []spoor.Payment{
		{ID: "pay-1", Record: 1, Time: date(2013, 4, 5, 0, 0), Paid: usd, Received: usd, Purpose: "1000200 DD.12.2012 SPECIFICATION",
			From: spoor.AccountID{Number: "AZ96AZEJ00000000001145730001"}, FromCountry: country("AZ"), FromName: "Baktelekom MMC",
			To: spoor.AccountID{Bank: "DABADKKK", Number: "300400"}, ToCountry: country("DK"), ToName: "Hilux Services LP"},
		{ID: "pay-2", Record: 2, Time: date(2013, 4, 1, 0, 0), Paid: eur, Received: eur,
			From: spoor.AccountID{Number: "co-2"}, FromCountry: country("GB"), FromName: "Hilux Services LP",
			To: spoor.AccountID{Number: "co-9"}, ToCountry: country("AZ"), ToName: "Baktelekom MMC"},
		{ID: "T9", Record: 3, Time: date(2020, 2, 3, 4, 5), Paid: coins, Received: coins,
			From: spoor.AccountID{Number: "unseen"}, FromName: "Nested Person", To: spoor.AccountID{Number: "w-1"}},
		{ID: "pay-4", Record: 4, Time: date(2019, 1, 1, 0, 0), Paid: one, Received: one, Channel: spoor.Crypto,
			From: spoor.AccountID{Number: "x"}, To: spoor.AccountID{Number: "bc1qxy"}},
	}
}

func compare(t *testing.T, got, want []spoor.Payment) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d payments, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("payment %d:\n got %+v\nwant %+v", i, got[i], want[i])
		}
	}
}

func TestLines(t *testing.T) {
	for _, src := range []io.Reader{strings.NewReader("\ufeff" + fixture(t)), iotest.OneByteReader(strings.NewReader(strings.TrimSpace(fixture(t))))} {
		got, problems := readAll(NewReader("f.json", src))
		compare(t, got, wantPayments(t))
		if s := fmt.Sprint(problems); len(problems) != 2 || !strings.Contains(s, "f.json:8: unexpected end of JSON input") ||
			!strings.Contains(s, "f.json:12: currency: missing, and there is neither") {
			t.Error(problems)
		}
	}
}

// TestArray reads the same entities as one array, indented and compact.
func TestArray(t *testing.T) {
	var list []any
	for line := range strings.SplitSeq(fixture(t), "\n") {
		var v any
		if json.Unmarshal([]byte(line), &v) == nil {
			list = append(list, v)
		}
	}
	for _, indent := range []string{"", "\t"} {
		file, err := json.MarshalIndent(list, "", indent)
		if err != nil {
			t.Fatal(err)
		}
		got, problems := readString(" \n" + string(file) + "\n")
		compare(t, got, wantPayments(t))
		if len(problems) != 1 || problems[0].Line < 2 {
			t.Error(problems)
		}
	}
}

func payment(properties string) string {
	return `{"id":"p","schema":"Payment","properties":{"payer":["a"],"amount":["1"],"currency":["EUR"],"date":["2020"]` + properties + `}}`
}

// TestBracketsInText puts what cuts an array into its texts.
func TestBracketsInText(t *testing.T) {
	const text = `a]]}}}],{ "quoted\\", b`
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	one := payment(`,"purpose":[` + string(quoted) + `]`)
	got, problems := readString("[" + one + "," + one + "]")
	if len(got) != 2 || len(problems) > 0 || got[1].Purpose != text {
		t.Errorf("%+v %v", got, problems)
	}
}

func TestProblems(t *testing.T) {
	good := payment("")
	for name, c := range map[string]struct {
		file     string
		payments int
		want     string
	}{
		"no object":       {"17\n" + good, 1, "f.json:1: not a JSON object"},
		"no schema":       {`{"id":"x"}` + "\n" + good, 1, "no schema"},
		"no amount":       {`{"schema":"Payment","properties":{"payer":["a"]}}`, 0, "amount: missing"},
		"bad amount":      {payment(`,"amount":["12,34"]`), 0, `"12,34": the commas`},
		"amounts":         {payment(`,"amount":["1","1.00","2"]`), 0, "several different amounts"},
		"negative":        {payment(`,"amount":["-1"]`), 0, "negative"},
		"currency":        {payment(`,"currency":["Euro"]`), 0, `"EURO" is not an ISO 4217 currency code`},
		"date":            {payment(`,"date":["1.2.2020"]`), 0, `"1.2.2020" is not a date`},
		"no date":         {payment(`,"date":[]`), 0, "date: missing"},
		"nobody":          {payment(`,"payer":[]`), 0, "neither a payer"},
		"long line":       {strings.Repeat("x", MaxEntity+1) + "\n" + good, 1, "longer than 1048576 bytes"},
		"long element":    {`[{"a":"` + strings.Repeat("x", MaxEntity) + `"},` + good + "]", 1, "longer than 1048576 bytes"},
		"bad element":     {"[}," + good + "]", 1, "not a JSON object"},
		"cut array":       {"[" + good + ",", 1, "cut off"},
		"cut element":     {"[" + good + `,{"a":"\`, 1, "cut off"},
		"after the array": {"[" + good + "]" + good, 1, "more after the end"},
	} {
		payments, problems := readString(c.file)
		if len(payments) != c.payments || len(problems) != 1 || !strings.Contains(problems[0].Error(), c.want) {
			t.Errorf("%s: %d payments, %v; want %d and %q", name, len(payments), problems, c.payments, c.want)
		}
	}
	for _, empty := range []string{"", "\n\n", "[]", " [ ] \n", `{"id":"x","schema":"Vessel","properties":{}}`} {
		if payments, problems := readString(empty); len(payments)+len(problems) > 0 {
			t.Errorf("%q: %v %v", empty, payments, problems)
		}
	}
}

func TestSourceFails(t *testing.T) {
	r := NewReader("f", io.MultiReader(strings.NewReader(payment("")+"\n"), iotest.ErrReader(errors.New("disk on fire"))))
	if payments, problems := readAll(r); len(payments) != 1 || len(problems) != 1 || !strings.Contains(problems[0].Error(), "disk on fire") {
		t.Error(payments, problems)
	}
}

// TestForgets fills the table of what is remembered.
func TestForgets(t *testing.T) {
	account := func(id string) string {
		return `{"id":"` + id + `","schema":"BankAccount","properties":{"accountNumber":["N` + id + `"]}}` + "\n"
	}
	pay := func(id string) string { return payment(`,"payerAccount":["`+id+`"]`) + "\n" }
	r := NewReader("f", strings.NewReader(account("1")+account("2")+account("3")+account("1")+pay("1")+pay("2")+pay("3")))
	r.room = 2 * (&known{account: spoor.AccountID{Number: "N1"}}).cost("1")
	payments, problems := readAll(r)
	if len(problems) != 1 || problems[0].Fatal || problems[0].Line != 3 || !strings.Contains(problems[0].Reason, "by id only") {
		t.Error(problems)
	}
	for i, want := range []string{"N1", "N2", "3"} {
		if payments[i].From.Number != want {
			t.Errorf("payment %d is from %s, want %s", i, payments[i].From, want)
		}
	}
	if r.room != 0 {
		t.Errorf("%d bytes of room left", r.room)
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		"2019": "2019-01-01T00:00:00Z", "2019-03": "2019-03-01T00:00:00Z", "2019-03-14": "2019-03-14T00:00:00Z",
		"2019-03-14T15": "2019-03-14T15:00:00Z", "2019-03-14 15:04": "2019-03-14T15:04:00Z", "2019-03-14T15:04:05": "2019-03-14T15:04:05Z",
		"2019-03-14T15:04:05+02:00": "2019-03-14T13:04:05Z", "2019-03-14T15:04:05Z": "2019-03-14T15:04:05Z",
		"0000": "", "19": "", "2019-13": "", "2019-02-30": "", "": "", "yesterday": "",
	} {
		got, ok := instant(text)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q is %s, %v", text, got, ok)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]int64{"1": 100, "1,234": 123400, "1,234,567.895": 123456790, "-1,000": -100000, "12.5": 1250} {
		if got, err := number(text, 2); err != nil || got != want {
			t.Errorf("%s is %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"1,23", "1234,567", ",123", "1,234.5,6", "1,,234", "", "x", "1.2.3"} {
		if got, err := number(text, 2); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestSniff(t *testing.T) {
	for head, want := range map[string]bool{
		fixture(t): true,
		"\ufeff\n[\n {\"schema\": \"Person\", \"properties\": {}}": true,
		`{"id":"x","schema":"Payment","properties":{"payer":["a`:   true, // cut
		`{"$schema":"http://json-schema.org","properties":{}}`:     false,
		`{"id":"alert-1","typology":"cycle"}`:                      false,
		`{"schema":"x"}`:                                           false,
		"schema,properties":                                        false,
		"":                                                         false,
	} {
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("Sniff(%.50q) = %v", head, got)
		}
	}
}

// TestPropertiesAreInSchemas finds every property that is read in the
// published schemas.
func TestPropertiesAreInSchemas(t *testing.T) {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	dir = filepath.Join(dir, "formats", "followthemoney", "schema")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no FollowTheMoney schemas at %s: set SPOOR_DATA to the folder of test data", dir)
	}
	for schema, c := range map[string]struct{ files, properties string }{
		"payment": {"Payment Interval Value", "payer beneficiary payerAccount beneficiaryAccount purpose transactionNumber date startDate summary description amount currency amountEur amountUsd"},
		"account": {"BankAccount Thing", "iban accountNumber bic bankName country name"},
		"wallet":  {"CryptoWallet Thing", "publicKey name country"},
		"party":   {"LegalEntity Thing", "name country jurisdiction"},
	} {
		var text string
		for name := range strings.FieldsSeq(c.files) {
			b, err := os.ReadFile(filepath.Join(dir, name+".yaml"))
			if err != nil {
				t.Fatal(err)
			}
			text += string(b)
		}
		for property := range strings.FieldsSeq(c.properties) {
			if !regexp.MustCompile(`(?m)^    ` + property + `:`).MatchString(text) {
				t.Errorf("%s: no property %s in %s", schema, property, c.files)
			}
		}
	}
	for _, name := range []string{"Person", "Company", "LegalEntity", "Organization", "PublicBody", "BankAccount", "CryptoWallet", "Payment"} {
		if _, err := os.Stat(filepath.Join(dir, name+".yaml")); err != nil {
			t.Error(err)
		}
	}
}

// FuzzReader checks what holds for every file: records in order, whole
// payments, and the same from an array as from lines.
func FuzzReader(f *testing.F) {
	f.Add(fixture(f))
	f.Add("[" + payment("") + ",\n" + payment(`,"payer":[{"schema":"Person","properties":null}]`) + "]")
	f.Add(`[{"a":"]}\\\"`)
	f.Fuzz(func(t *testing.T, file string) {
		Sniff([]byte(file))
		payments, _ := readString(file)
		last := uint64(0)
		for _, p := range payments {
			if p.Record <= last || p.Paid != p.Received || p.Paid.Amount < 0 || p.Time < math.MinInt64/2 || !utf8.ValidString(p.ID+p.FromName+p.To.Number+p.Purpose) {
				t.Fatalf("%+v", p)
			}
			last = p.Record
		}
		var valid []string
		for line := range strings.SplitSeq(file, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "{") && json.Valid([]byte(line)) {
				valid = append(valid, line)
			}
		}
		lines, p1 := readString(strings.Join(valid, "\n"))
		array, p2 := readString("[" + strings.Join(valid, ",\n") + "]")
		if fmt.Sprint(lines) != fmt.Sprint(array) || len(p1) != len(p2) {
			t.Fatalf("lines give %v %v\narray gives %v %v", lines, p1, array, p2)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	const n = 1000
	file := strings.SplitAfter(fixture(b), "\n")
	text := strings.Join(file[:5], "") + strings.Repeat(file[5], n)
	dst := make([]spoor.Payment, 256)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := NewReader("b", strings.NewReader(text))
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
