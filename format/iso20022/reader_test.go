package iso20022

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"spoor"
)

// readAll reads to the end, past problems that can be skipped.
func readAll(r *Reader) (payments []spoor.Payment, problems []*spoor.Problem) {
	dst := make([]spoor.Payment, 3)
	for {
		n, err := r.Read(dst)
		payments = append(payments, dst[:n]...)
		var p *spoor.Problem
		switch {
		case err == nil && n == 0:
			panic("no payment and no error")
		case err == nil:
		case errors.As(err, &p):
			problems = append(problems, p)
			if p.Fatal {
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
	return readAll(NewReader("test.xml", strings.NewReader(file)))
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func at(t *testing.T, s string) spoor.Instant {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return spoor.At(v)
}

func eur(cents int64) spoor.Money { return spoor.Money{Amount: cents, Currency: spoor.EUR} }
func usd(cents int64) spoor.Money { return spoor.Money{Amount: cents, Currency: spoor.USD} }

func country(s string) spoor.Country {
	c, _ := spoor.ParseCountry(s)
	return c
}

func number(s string) spoor.AccountID { return spoor.AccountID{Number: s} }

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

func TestPacs008(t *testing.T) {
	got, problems := readString(fixture(t, "pacs008_bah.xml"))
	jpy, _ := spoor.ParseCurrency("JPY")
	compare(t, got, []spoor.Payment{
		{
			ID: "eb6305c9-1f7f-49de-aed0-16487c27b43d", Record: 1, Time: at(t, "2026-03-03T00:00:00Z"),
			From: number("IT60X0542811101000000123456"), FromCountry: country("IT"), FromName: "Rossi & Figli <S.r.l.>",
			To: spoor.AccountID{Bank: "021000021", Number: "000123456789"}, ToCountry: country("US"), ToName: "Brightwater",
			Paid: eur(100000), Received: usd(108050), Channel: spoor.Wire, Purpose: "Invoice 17, second half",
		},
		{
			ID: "E-2", Record: 2, Time: at(t, "2026-03-02T09:15:30Z"), ToCountry: country("DE"),
			Paid: eur(750), Received: eur(750), Channel: spoor.CreditTransfer, Purpose: "RF18539007547034",
		},
		{
			ID: "I-3", Record: 3, Time: at(t, "2020-01-01T00:00:00Z"),
			From: spoor.AccountID{Bank: "BOTKJPJT", Number: "77"}, FromCountry: country("JP"),
			Paid: spoor.Money{Amount: 500000, Currency: jpy}, Received: spoor.Money{Amount: 500000, Currency: jpy}, Channel: spoor.CreditTransfer,
		},
	})
	if len(problems) != 1 || problems[0].Fatal || problems[0].Line != 35 ||
		!strings.Contains(problems[0].Error(), "Document/FIToFIPmtStsRpt: the message carries no payments") {
		t.Errorf("problems %v, want the pacs.002 of line 35", problems)
	}
}

func TestPain001(t *testing.T) {
	got, problems := readString(fixture(t, "pain001.xml"))
	if len(problems) > 0 {
		t.Error(problems)
	}
	day := at(t, "2026-04-01T08:00:00Z")
	debtor := spoor.Payment{From: number("DE89370400440532013000"), FromCountry: country("DE"), FromName: "Müller GmbH", Time: day, Channel: spoor.Wire}
	one, two := debtor, debtor
	one.ID, one.Record, one.Paid, one.Received = "E1", 1, eur(25000), eur(25000)
	one.To, one.ToCountry, one.ToName = number("DE02120300000000202051"), country("DE"), "Anna Weber"
	two.ID, two.Record, two.Paid, two.Received, two.To = "E2", 2, eur(9999), eur(9999), number("+491701234567")
	three := spoor.Payment{
		ID: "E3", Record: 3, Time: at(t, "2026-04-02T17:00:00Z"), From: number("1"), FromName: "Other",
		Paid: eur(100), Received: eur(100), ToCountry: country("FR"), Channel: spoor.Cheque,
	}
	compare(t, got, []spoor.Payment{one, two, three})
}

func TestCamt053(t *testing.T) {
	got, problems := readString(fixture(t, "camt053.xml"))
	if len(problems) > 0 {
		t.Error(problems)
	}
	own, name, es := number("ES9121000418450200051332"), "Galería del Sur SL", country("ES")
	day := at(t, "2026-05-01T00:00:00Z")
	compare(t, got, []spoor.Payment{
		{ID: "N1", Record: 1, Time: day, To: own, ToName: name, ToCountry: es, Paid: eur(50000), Received: eur(50000), Channel: spoor.Cash, Purpose: "CASH DEPOSIT 0049"},
		{ID: "A2", Record: 2, Time: at(t, "2026-05-01T16:20:00Z"), From: own, FromName: name, FromCountry: es,
			To: number("FR1420041010050500013M02606"), ToName: "Uno", ToCountry: country("FR"), Paid: eur(10000), Received: eur(10000), Channel: spoor.CreditTransfer},
		{ID: "A2/2", Record: 3, Time: day, From: own, FromName: name, FromCountry: es,
			To: spoor.AccountID{Bank: "CHASUS33", Number: "88"}, ToCountry: country("US"), Paid: eur(15000), Received: usd(16200), Channel: spoor.CreditTransfer},
		{ID: "E9", Record: 4, Time: day, From: own, FromName: name, FromCountry: es, Paid: eur(5000), Received: eur(5000), Channel: spoor.CreditTransfer},
		// The shop gives back what the account's owner had paid.
		{ID: "R1", Record: 5, Time: at(t, "2026-05-01T07:00:00Z"), From: number("PT50000201231234567890154"), FromName: "Shop", FromCountry: country("PT"),
			To: own, ToName: name, ToCountry: es, Paid: eur(2000), Received: eur(2000)},
	})
}

const head = `<Document><FIToFICstmrCdtTrf><GrpHdr><CreDtTm>2026-01-01T00:00:00</CreDtTm></GrpHdr>` + "\n"
const tail = "\n</FIToFICstmrCdtTrf></Document>"

func tx(inner string) string {
	return `<CdtTrfTxInf>` + inner + `</CdtTrfTxInf>`
}

func TestProblems(t *testing.T) {
	good := tx(`<IntrBkSttlmAmt Ccy="EUR">1</IntrBkSttlmAmt>`)
	camt := func(entry string) string {
		return `<Document><BkToCstmrStmt><Stmt><Ntry>` + entry + `</Ntry></Stmt></BkToCstmrStmt></Document>`
	}
	details := `<Amt Ccy="EUR">5</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-01</Dt></BookgDt><NtryDtls><TxDtls/><TxDtls><Amt Ccy="EUR">2</Amt></TxDtls></NtryDtls>`
	for name, c := range map[string]struct {
		file     string
		payments int
		want     string
	}{
		"no amount":       {head + good + "\n" + tx("") + good + tail, 2, "test.xml:3: CdtTrfTxInf/IntrBkSttlmAmt: missing"},
		"no currency":     {head + tx(`<IntrBkSttlmAmt>1</IntrBkSttlmAmt>`) + tail, 0, "no currency"},
		"currency":        {head + tx(`<IntrBkSttlmAmt Ccy="eur">1</IntrBkSttlmAmt>`) + good + tail, 1, `"eur" is not an ISO 4217 currency code`},
		"amount":          {head + tx(`<IntrBkSttlmAmt Ccy="EUR">1,5</IntrBkSttlmAmt>`) + tail, 0, `"1,5": not a decimal number`},
		"negative":        {head + tx(`<IntrBkSttlmAmt Ccy="EUR">-1</IntrBkSttlmAmt>`) + tail, 0, "cannot be negative"},
		"date":            {head + tx(`<IntrBkSttlmAmt Ccy="EUR">1</IntrBkSttlmAmt><IntrBkSttlmDt>2026-02-30</IntrBkSttlmDt>`) + tail, 0, `"2026-02-30" is not a date`},
		"entity":          {head + tx(`<Dbtr><Nm>&boom;</Nm></Dbtr>`) + good + tail, 1, "CdtTrfTxInf/Dbtr/Nm: &boom; is no character"},
		"bad UTF-8":       {head + tx("<Dbtr><Nm>\xff</Nm></Dbtr>") + good + tail, 1, "not UTF-8"},
		"long record":     {head + tx(strings.Repeat("<Dbtr><Nm>x</Nm></Dbtr>", MaxRecord/20)) + good + tail, 1, "longer than 1048576 bytes"},
		"doctype":         {`<!DOCTYPE x [<!ENTITY a "aa">]>` + head + good + tail, 0, "document type and entity declarations are refused"},
		"cut off":         {head + good, 1, "ends inside element <FIToFICstmrCdtTrf>"},
		"cut in a tag":    {head + good + "<CdtTrf", 1, "cut off"},
		"crossed":         {head + good + "<a><b><c/></a></b>" + tail, 1, "element <b> is closed by </a>"},
		"deep":            {head + good + strings.Repeat("<a><b/>", 70), 1, "nested more than 64 deep"},
		"long text":       {head + good + "<a>" + strings.Repeat("x", 3<<20) + "</a>" + tail, 1, "longer than 1048576 bytes"},
		"UTF-16":          {"\xff\xfe<\x00D\x00", 0, "UTF-16"},
		"encoding":        {`<?xml version="1.0" encoding="windows-1251"?>` + head + good + tail, 0, `encoding "WINDOWS-1251" is not read`},
		"not XML":         {`{"a": 1}`, 0, "no ISO 20022 message"},
		"empty":           {"", 0, "no ISO 20022 message"},
		"other XML":       {"<a><b>c</b></a>", 0, "no ISO 20022 message"},
		"pain.002":        {`<Document><CstmrPmtStsRpt><x/></CstmrPmtStsRpt></Document>`, 0, "CstmrPmtStsRpt: the message carries no payments"},
		"pain.008":        {`<Document><CstmrDrctDbtInitn><x/></CstmrDrctDbtInitn></Document>`, 0, "this kind of message is not read"},
		"no status":       {camt(`<Amt Ccy="EUR">5</Amt><CdtDbtInd>CRDT</CdtDbtInd>`), 0, "Ntry/Sts: missing"},
		"direction":       {camt(`<Amt Ccy="EUR">5</Amt><CdtDbtInd>IN</CdtDbtInd><Sts>BOOK</Sts>`), 0, `"IN" is neither CRDT nor DBIT`},
		"no own amount":   {camt(details), 1, "NtryDtls/TxDtls/Amt: missing, and the entry has several"},
		"no booking date": {camt(`<Amt Ccy="EUR">5</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>`), 0, "Ntry/BookgDt: missing"},
	} {
		t.Run(name, func(t *testing.T) {
			payments, problems := readString(c.file)
			if len(payments) != c.payments || len(problems) != 1 || !strings.Contains(problems[0].Error(), c.want) {
				t.Errorf("%d payments, problems %v; want %d and %q", len(payments), problems, c.payments, c.want)
			}
		})
	}
}

func TestLatin1(t *testing.T) {
	file := `<?xml version="1.0" encoding="ISO-8859-1"?>` + head + tx("<IntrBkSttlmAmt Ccy='EUR'>1</IntrBkSttlmAmt><Dbtr><Nm>M\xfcller</Nm></Dbtr>") + tail
	got, problems := readString(file)
	if len(problems) > 0 || len(got) != 1 || got[0].FromName != "Müller" {
		t.Errorf("%+v %v", got, problems)
	}
}

// TestSmallReads gives the reader every file a byte at a time.
func TestSmallReads(t *testing.T) {
	for _, name := range []string{"pacs008_bah.xml", "pain001.xml", "camt053.xml"} {
		want, _ := readString(fixture(t, name))
		got, _ := readAll(NewReader("test.xml", iotest.OneByteReader(strings.NewReader(fixture(t, name)))))
		compare(t, got, want)
	}
}

func TestSourceFails(t *testing.T) {
	r := NewReader("f", io.MultiReader(strings.NewReader(head), iotest.ErrReader(errors.New("disk on fire"))))
	if _, problems := readAll(r); len(problems) != 1 || !problems[0].Fatal || !strings.Contains(problems[0].Reason, "disk on fire") {
		t.Error(problems)
	}
}

// TestStaysBounded reads a long stream and looks at what the reader holds.
func TestStaysBounded(t *testing.T) {
	part := tx(`<IntrBkSttlmAmt Ccy="EUR">1</IntrBkSttlmAmt><RmtInf>`+strings.Repeat("<Ustrd>"+strings.Repeat("x", 140)+"</Ustrd>", 200)+`</RmtInf>`) + strings.Repeat(" ", 1000)
	n := 64 << 20 / len(part)
	r := NewReader("f", io.MultiReader(strings.NewReader(head), &repeated{part: part, n: n}, strings.NewReader(tail)))
	payments, problems := readAll(r)
	if len(payments) != n || len(problems) > 0 {
		t.Errorf("%d payments of %d, %v", len(payments), n, problems)
	}
	if l := len(payments[0].Purpose); l < maxText || l > maxText+141 {
		t.Errorf("purpose has %d bytes", l)
	}
	if c := cap(r.levels[lvlTx].buf); c > 16*maxText {
		t.Errorf("the reader holds %d bytes of a transaction", c)
	}
}

// repeated reads as part, n times over.
type repeated struct {
	part string
	n, i int
}

func (r *repeated) Read(b []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	n := copy(b, r.part[r.i:])
	if r.i += n; r.i == len(r.part) {
		r.i, r.n = 0, r.n-1
	}
	return n, nil
}

func TestSniff(t *testing.T) {
	for head, want := range map[string]bool{
		head: true,
		"\ufeff<?xml version='1.0'?>\n<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.03'>": true,
		"<x:Document><x:BkToCstmrStmt>": true,
		"\xff\xfe" + strings.Join(strings.Split("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:", ""), "\x00"): true,
		"<report><rentity_id>":              false,
		"urn:iso:std:iso:20022:tech:xsd:":   false,
		`{"x":"<FIToFICstmrCdtTrf>"}`:       false,
		"":                                  false,
		"FIToFICstmrCdtTrf,BkToCstmrStmt\n": false,
	} {
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("Sniff(%q) = %v", head, got)
		}
	}
}
