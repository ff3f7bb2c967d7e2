package amlworld

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"spoor"
	"spoor/format/text"
)

// shared opens a file of the shared test data, and skips the test without it.
func shared(t *testing.T, name string) io.Reader {
	root := os.Getenv("SPOOR_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	data, err := os.ReadFile(filepath.Join(root, "payments", "amlworld", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("no shared data: set SPOOR_DATA to its folder (%v)", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(data)
}

// readAll reads all payments and the problems between them.
func readAll(tb testing.TB, r interface {
	Read([]spoor.Payment) (int, error)
}) (out []spoor.Payment, problems []string) {
	batch := make([]spoor.Payment, 3)
	for {
		n, err := r.Read(batch)
		out = append(out, batch[:n]...)
		var p *spoor.Problem
		switch {
		case err == io.EOF:
			if n > 0 {
				tb.Fatal("payments together with the end")
			}
			return out, problems
		case err == nil && n == 0:
			tb.Fatal("nothing read and no error")
		case errors.As(err, &p) && p.Fatal:
			return out, append(problems, err.Error())
		case err != nil:
			problems = append(problems, err.Error())
			if p.Line == 0 {
				tb.Fatalf("problem without a place: %+v", p)
			}
		}
	}
}

const columns = "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,Amount Paid,Payment Currency,Payment Format,Is Laundering\n"

func TestReader(t *testing.T) {
	in := columns + "2022/09/01 00:20,021174,800737690,0,80011F990,0.00012345,Bitcoin,2848.96,Euro,Bitcoin,1\n"
	got, problems := readAll(t, NewReader("x", strings.NewReader(in)))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	xbt, _ := spoor.ParseCurrency("XBT")
	want := []spoor.Payment{{
		Record: 1, Time: 1661991600,
		From:     spoor.AccountID{Bank: "21174", Number: "800737690"},
		To:       spoor.AccountID{Bank: "0", Number: "80011F990"},
		Paid:     spoor.Money{Amount: 284896, Currency: spoor.EUR},
		Received: spoor.Money{Amount: 12345, Currency: xbt},
		Channel:  spoor.Crypto, Label: spoor.Illicit,
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestColumnsInAnyOrder(t *testing.T) {
	in := "Is Laundering,Account,From Bank,Account.1,To Bank,Amount Paid,Payment Currency,Amount Received,Receiving Currency,Payment Format,Timestamp,More\n" +
		"0,A,1,B,2,10,EUR,10,EUR,Wire,2022/09/01 00:20,x\n"
	got, problems := readAll(t, NewReader("x", strings.NewReader(in)))
	if len(problems) > 0 || len(got) != 1 || got[0].From.String() != "1:A" || got[0].To.String() != "2:B" ||
		got[0].Channel != spoor.Wire || got[0].Label != spoor.Licit {
		t.Errorf("%+v, %v", got, problems)
	}
	unlabelled := strings.Replace(columns, ",Is Laundering", "", 1) + "2022/09/01 00:20,1,A,2,B,10,Yen,10,Yen,ACH\n"
	if got, problems = readAll(t, NewReader("x", strings.NewReader(unlabelled))); len(got) != 1 || got[0].Label != spoor.Unlabelled {
		t.Errorf("%+v, %v", got, problems)
	}
}

func TestBadRecords(t *testing.T) {
	good := "2022/09/01 00:20,1,A,2,B,10,Yen,10,Yen,ACH,0"
	for bad, want := range map[string]string{
		"2022/09/31 00:20,1,A,2,B,10,Yen,10,Yen,ACH,0": `x:3: Timestamp: "2022/09/31 00:20" is not a date and time, such as 2022-09-01 00:20:59`,
		"2022/09/01 00:20,1,,2,B,10,Yen,10,Yen,ACH,0":  `x:3: Account: payer: bank "1", and no account number`,
		"2022/09/01 00:20,1,A,2,,10,Yen,10,Yen,ACH,0":  `x:3: Account: payee: bank "2", and no account number`,
		"2022/09/01 00:20,1,A,2,B,1x,Yen,10,Yen,ACH,0": `x:3: Amount Received: "1x" is not a decimal number, such as 1234.50`,
		"2022/09/01 00:20,1,A,2,B,10,Yen,,Yen,ACH,0":   `x:3: Amount Paid: "" is not a decimal number, such as 1234.50`,
		"2022/09/01 00:20,1,A,2,B,10,Yen,10,Yxn,ACH,0": `x:3: Payment Currency: currency "Yxn" is neither one of AMLworld's names, such as US Dollar, nor an ISO 4217 code`,
		"2022/09/01 00:20,1,A,2,B,10,,10,Yen,ACH,0":    `x:3: Receiving Currency: currency "" is neither one of AMLworld's names, such as US Dollar, nor an ISO 4217 code`,
		"2022/09/01 00:20,1,A,2,B,10,Yen,10,Yen,,0":    `x:3: Payment Format: "" is not a payment format of AMLworld: ACH, Cheque, Credit Card, Cash, Reinvestment, Wire or Bitcoin`,
		"2022/09/01 00:20,1,A,2,B,10,Yen,10,Yen,ACH,2": `x:3: Is Laundering: "2" is not 0, 1, true or false`,
		"2022/09/01 00:20":                             `x:3: has 1 fields, and the header has 11`,
	} {
		got, problems := readAll(t, NewReader("x", strings.NewReader(columns+good+"\n"+bad+"\n"+good)))
		if len(got) != 2 || got[1].Record != 3 || len(problems) != 1 || problems[0] != want {
			t.Errorf("%s: %d payments, %q, want %q", bad, len(got), problems, want)
		}
	}
}

// anyPayment draws a payment as AMLworld can hold one.
func anyPayment(rt *rapid.T) spoor.Payment {
	number := rapid.OneOf(rapid.StringMatching(`[0-9A-F]{9}`), rapid.SampledFrom([]string{"a,b", "\"q\"", "two\nlines", "é"}))
	account := rapid.OneOf(
		rapid.Custom(func(rt *rapid.T) spoor.AccountID {
			return spoor.AccountID{Bank: rapid.StringMatching(`|0|[1-9][0-9]{0,6}`).Draw(rt, "bank"), Number: number.Draw(rt, "number")}
		}),
		rapid.Just(spoor.AccountID{}))
	money := rapid.Custom(func(rt *rapid.T) spoor.Money {
		return spoor.Money{
			Amount:   rapid.Int64Min(0).Draw(rt, "amount"),
			Currency: spoor.Currency(rapid.IntRange(0, spoor.Currencies()-1).Draw(rt, "currency")),
		}
	})
	p := spoor.Payment{
		Time: spoor.Instant(rapid.Int64Range(-1e9, 4e9).Draw(rt, "minute")) / 60 * 60,
		From: account.Draw(rt, "from"), To: account.Draw(rt, "to"),
		Paid:    money.Draw(rt, "paid"),
		Channel: rapid.SampledFrom(formats).Draw(rt, "format").channel,
		Label:   rapid.SampledFrom([]spoor.Label{spoor.Licit, spoor.Illicit}).Draw(rt, "label"),
	}
	p.Received = p.Paid
	if rapid.Bool().Draw(rt, "converted") {
		p.Received = money.Draw(rt, "received")
	}
	return p
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(anyPayment), 0, 20).Draw(rt, "payments")
		var b bytes.Buffer
		w := NewWriter(&b)
		for i := range want {
			want[i].Record = uint64(i + 1)
			if err := w.Write(&want[i]); err != nil {
				rt.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			rt.Fatal(err)
		}
		if !Sniff(b.Bytes()) {
			rt.Fatalf("not recognised: %q", b.String())
		}
		got, problems := readAll(t, NewReader("x", &b))
		if len(problems) > 0 || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			rt.Fatalf("got %+v %v\nwant %+v", got, problems, want)
		}
	})
}

func TestWriterBytes(t *testing.T) {
	xbt, _ := spoor.ParseCurrency("XBT")
	var b bytes.Buffer
	w := NewWriter(&b)
	p := spoor.Payment{
		Time: 1661991659, From: spoor.AccountID{Bank: "10", Number: "8000EBD30"}, To: spoor.AccountID{Bank: "1", Number: "8000F5340"},
		Paid: spoor.Money{Amount: 369730, Currency: spoor.USD}, Received: spoor.Money{Amount: 369730, Currency: spoor.USD},
		Channel: spoor.DirectDebit, Label: spoor.Illicit,
	}
	w.Write(&p)
	p.Paid, p.Received = spoor.Money{Amount: 12300, Currency: xbt}, spoor.Money{Amount: 1, Currency: xbt}
	p.Channel, p.Label = spoor.UnknownChannel, spoor.Unlabelled
	w.Write(&p)
	w.Flush()
	want := columns +
		"2022/09/01 00:20,10,8000EBD30,1,8000F5340,3697.30,US Dollar,3697.30,US Dollar,ACH,1\n" +
		"2022/09/01 00:20,10,8000EBD30,1,8000F5340,0.00000001,Bitcoin,0.000123,Bitcoin,ACH,0\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
	for _, change := range []func(*spoor.Payment){
		func(p *spoor.Payment) { p.Paid.Amount = -1 },
		func(p *spoor.Payment) { p.Received.Amount = -1 },
		func(p *spoor.Payment) { p.Time = 1 << 50 },
		func(p *spoor.Payment) { p.From.Number = "\x00" },
		func(p *spoor.Payment) { p.To.Bank = "\xff" },
	} {
		bad := p
		change(&bad)
		if err := w.Write(&bad); err == nil {
			t.Errorf("%+v is written", bad)
		}
	}
	if err := NewWriter(failing{}).Flush(); err == nil {
		t.Error("a failing disk is no error")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestPatternsRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var want []spoor.Attempt
		for i := range rapid.IntRange(0, 5).Draw(rt, "attempts") {
			a := spoor.Attempt{
				Typology: rapid.SampledFrom(spoor.Typologies()).Draw(rt, "typology"),
				Detail:   rapid.SampledFrom([]string{"", "Max 16-degree Fan-Out", "Max 10 hops", "odd, and: more"}).Draw(rt, "detail"),
				Payments: rapid.SliceOfN(rapid.Custom(anyPayment), 1, 4).Draw(rt, "payments"),
			}
			a.Name = string(a.Typology) + "-" + string(rune('1'+i))
			want = append(want, a)
		}
		var record uint64
		for _, a := range want {
			for i := range a.Payments {
				record++
				a.Payments[i].Record = record
			}
		}
		var b bytes.Buffer
		if err := WritePatterns(&b, want); err != nil {
			rt.Fatal(err)
		}
		got, err := ReadPatterns("x", bytes.NewReader(b.Bytes()))
		if len(want) > 0 && (err != nil || !reflect.DeepEqual(got, want) || !SniffPatterns(b.Bytes())) {
			rt.Fatalf("%v\n%s\ngot %+v\nwant %+v", err, b.String(), got, want)
		}
		if len(want) > 0 {
			flat, problems := readAll(t, NewPatternsReader("x", &b))
			if len(problems) > 0 || uint64(len(flat)) != record {
				rt.Fatalf("%d payments of %d, %v", len(flat), record, problems)
			}
		}
	})
	for _, a := range []spoor.Attempt{
		{Typology: "nonsense"}, {Typology: spoor.Cycle, Detail: "two\nlines"},
		{Typology: spoor.Cycle, Payments: []spoor.Payment{{Paid: spoor.Money{Amount: -1}}}},
	} {
		if err := WritePatterns(io.Discard, []spoor.Attempt{a}); err == nil {
			t.Errorf("%+v is written", a)
		}
	}
}

func TestBadPatterns(t *testing.T) {
	const row = "2022/09/01 00:20,1,A,2,B,10,Yen,10,Yen,ACH,1\n"
	begin, end := beginMark+"CYCLE:  Max 2 hops\n", endMark+"CYCLE\n"
	for in, want := range map[string]string{
		"":                                "x: is empty",
		begin + row:                       "x:2: the file ends inside the attempt that began on line 1: it was cut",
		row:                               "x:1: a payment outside of an attempt",
		end:                               "x:1: an attempt ends that did not begin",
		begin + begin + end:               "x:2: an attempt begins inside the one that began on line 1",
		begin + row + endMark + "STACK\n": `x:3: "STACK" ends, and CYCLE began on line 1`,
		beginMark + "SPIRAL\n":            `x:1: "SPIRAL" is not a typology of AMLworld, such as FAN-OUT, RANDOM or SCATTER-GATHER`,
		begin + "a,b\n" + end:             "x:2: has 2 fields, and a payment has 11",
		begin + strings.Replace(row, "Yen", "Yxn", 1) + end: `x:2: Receiving Currency: currency "Yxn" is neither one of AMLworld's names, such as US Dollar, nor an ISO 4217 code`,
	} {
		if _, err := ReadPatterns("x", strings.NewReader(in)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
	// As payments, one bad line costs one payment.
	in := begin + row + "\"bad\"x\n" + row + end + beginMark + "SPIRAL\n" + row + endMark + "SPIRAL\n" + begin + row + end
	batch := make([]spoor.Payment, 10)
	r := NewPatternsReader("x", iotest.OneByteReader(strings.NewReader(in)))
	var records []uint64
	problems := 0
	for {
		n, err := r.Read(batch)
		for _, p := range batch[:n] {
			records = append(records, p.Record)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			problems++
		}
	}
	if !reflect.DeepEqual(records, []uint64{1, 3, 4, 5}) || problems != 2 {
		t.Errorf("records %v, %d problems", records, problems)
	}
}

func TestAccountsRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.OneOf(rapid.String().Filter(text.Writable), rapid.SampledFrom([]string{"Bank, of \"X\"", "Portugal Bank #4507"}))
		var want []Account
		for range rapid.IntRange(0, 5).Draw(rt, "n") {
			a := Account{
				ID:       spoor.AccountID{Bank: rapid.StringMatching(`0|[1-9]{1,6}`).Draw(rt, "bank"), Number: rapid.StringMatching(`[0-9A-F]{9}`).Draw(rt, "n")},
				BankName: word.Draw(rt, "name"), EntityID: word.Draw(rt, "id"), EntityName: word.Draw(rt, "entity"),
			}
			a.Country = CountryOfBank(a.BankName)
			want = append(want, a)
		}
		var b bytes.Buffer
		if err := WriteAccounts(&b, want); err != nil {
			rt.Fatal(err)
		}
		if !SniffAccounts(b.Bytes()) || Sniff(b.Bytes()) {
			rt.Fatal("not recognised")
		}
		if got, err := ReadAccounts("x", &b); err != nil || !reflect.DeepEqual(got, want) {
			rt.Fatalf("got %+v, %v\nwant %+v", got, err, want)
		}
	})
	if WriteAccounts(io.Discard, []Account{{BankName: "\xff"}}) == nil {
		t.Error("a name that is not text is written")
	}
	for in, want := range map[string]string{
		"":                                      "x: is empty",
		"Bank Name,Bank ID\n":                   `x:1: the header lacks "Account Number", "Entity ID", "Entity Name"; it has "Bank Name,Bank ID"`,
		accountsHeader + "B,1,,E,N\n":           `x:2: Account Number: bank "1", and no account number`,
		accountsHeader + "B,1,A,E,N\nB,1,A,E\n": "x:3: has 4 fields, and the header has 5",
	} {
		if _, err := ReadAccounts("x", strings.NewReader(in)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

func TestCountryOfBank(t *testing.T) {
	for name, want := range map[string]string{
		"Portugal Bank #4507": "PT", "Saudi Arabia Bank #1": "SA", "UK Bank #33": "GB", "Switzerland Bank #2": "CH",
		"Crytpo Bank #33": "", "National Bank of Laramie": "", "Oasis Bancorp": "", "": "",
	} {
		if got := CountryOfBank(name).String(); got != want {
			t.Errorf("%s is in %q, want %q", name, got, want)
		}
	}
}

// TestShared reads the sample of the real data set; the counts are those of its
// SOURCE note and of grep.
func TestShared(t *testing.T) {
	got, problems := readAll(t, NewReader("transactions-sample.csv", shared(t, "transactions-sample.csv")))
	if len(problems) > 0 || len(got) != 1000 {
		t.Errorf("%d payments, %v", len(got), problems)
	}
	attempts, err := ReadPatterns("patterns.txt", shared(t, "patterns.txt"))
	if err != nil || len(attempts) != 40 {
		t.Fatalf("%d attempts, %v", len(attempts), err)
	}
	by, payments := map[spoor.Typology]int{}, 0
	for _, a := range attempts {
		by[a.Typology]++
		payments += len(a.Payments)
		for _, p := range a.Payments {
			if p.Label != spoor.Illicit {
				t.Errorf("%s: payment %d is not illicit", a.Name, p.Record)
			}
		}
	}
	for _, typology := range spoor.Typologies()[:8] {
		if by[typology] != 5 {
			t.Errorf("%d attempts of %s", by[typology], typology)
		}
	}
	if first := attempts[0]; first.Name != "fan-out-1" || first.Detail != "Max 16-degree Fan-Out" || first.Payments[0].From.String() != "21174:800737690" {
		t.Errorf("%+v", first)
	}
	flat, problems := readAll(t, NewPatternsReader("patterns.txt", shared(t, "patterns.txt")))
	if len(problems) > 0 || len(flat) != payments || payments != 395 {
		t.Errorf("%d payments of %d, %v", len(flat), payments, problems)
	}
	accounts, err := ReadAccounts("accounts_sample.csv", shared(t, "accounts_sample.csv"))
	if err != nil || len(accounts) != 1000 {
		t.Fatalf("%d accounts, %v", len(accounts), err)
	}
	if a := accounts[0]; a.Country.String() != "PT" || a.ID.String() != "331579:80B779D80" || a.EntityName != "Sole Proprietorship #50438" {
		t.Errorf("%+v", a)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(columns + "2022/09/01 00:20,021174,800737690,0,80011F990,0.00012345,Bitcoin,2848.96,Euro,Bitcoin,1\n"))
	f.Add([]byte(beginMark + "CYCLE:  Max 2 hops\n2022/09/01 00:20,1,A,2,B,10,Yen,10,Yen,ACH,1\n" + endMark + "CYCLE\n\n"))
	f.Add([]byte(accountsHeader + "Portugal Bank #4507,331579,80B779D80,80062E240,Sole Proprietorship #50438\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		Sniff(data)
		SniffPatterns(data)
		SniffAccounts(data)
		got, _ := readAll(t, NewReader("x", bytes.NewReader(data)))
		for i := range got {
			if err := NewWriter(io.Discard).Write(&got[i]); err != nil {
				t.Fatalf("read and not writable: %v", err)
			}
		}
		readAll(t, NewPatternsReader("x", bytes.NewReader(data)))
		ReadAccounts("x", bytes.NewReader(data))
		attempts, err := ReadPatterns("x", bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, a := range attempts {
			if strings.ContainsAny(a.Detail, "\"\r\n") {
				return
			}
		}
		var b bytes.Buffer
		if err := WritePatterns(&b, attempts); err != nil {
			t.Fatalf("read and not writable: %v", err)
		}
	})
}
