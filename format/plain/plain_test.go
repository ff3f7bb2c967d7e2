package plain

import (
	"bytes"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/format/text"
)

// readAll reads all payments and the problems between them.
func readAll(tb testing.TB, src io.Reader) (out []spoor.Payment, problems []string) {
	r := NewReader("x", src)
	batch := make([]spoor.Payment, 3)
	for {
		n, err := r.Read(batch)
		out = append(out, batch[:n]...)
		var p *spoor.Problem
		switch {
		case err == io.EOF:
			return out, problems
		case err == nil && n == 0:
			tb.Fatal("nothing read and no error")
		case errors.As(err, &p) && p.Fatal:
			return out, append(problems, err.Error())
		case err != nil:
			problems = append(problems, err.Error())
			if p.Line == 0 || p.Record == 0 {
				tb.Fatalf("problem without a place: %+v", p)
			}
		}
	}
}

// anyPayment draws a payment with everything that one can have.
func anyPayment(rt *rapid.T) spoor.Payment {
	word := rapid.OneOf(
		rapid.String().Filter(text.Writable),
		rapid.SampledFrom([]string{"", "a,b", "say \"so\"", "two\nlines", "old\r\nlines", "\r", " x ", "\"", "\ufeff"}))
	account := func(name string) spoor.AccountID {
		return spoor.AccountID{Bank: word.Draw(rt, name+" bank"), Number: word.Draw(rt, name)}
	}
	money := rapid.Custom(func(rt *rapid.T) spoor.Money {
		return spoor.Money{
			Amount:   rapid.Int64Min(0).Draw(rt, "amount"),
			Currency: spoor.Currency(rapid.IntRange(0, spoor.Currencies()-1).Draw(rt, "currency")),
		}
	})
	country := rapid.Custom(func(rt *rapid.T) spoor.Country {
		c, _ := spoor.ParseCountry(rapid.StringMatching(`|[A-Z]{2}`).Draw(rt, "country"))
		return c
	})
	p := spoor.Payment{
		ID:          word.Draw(rt, "id"),
		Time:        spoor.Instant(rapid.Int64Range(-62167219200, 253402300799).Draw(rt, "time")),
		From:        account("from"),
		To:          account("to"),
		Paid:        money.Draw(rt, "paid"),
		Channel:     spoor.Channel(rapid.IntRange(0, int(spoor.Crypto)).Draw(rt, "channel")),
		FromCountry: country.Draw(rt, "from country"),
		ToCountry:   country.Draw(rt, "to country"),
		Label:       spoor.Label(rapid.IntRange(0, 2).Draw(rt, "label")),
		FromName:    word.Draw(rt, "from name"),
		ToName:      word.Draw(rt, "to name"),
		Purpose:     word.Draw(rt, "purpose"),
		Kind:        word.Draw(rt, "kind"),
	}
	p.Received = p.Paid
	if rapid.Bool().Draw(rt, "converted") {
		p.Received = money.Draw(rt, "received")
	}
	return p
}

func write(tb interface{ Fatal(...any) }, payments []spoor.Payment) []byte {
	var b bytes.Buffer
	w := NewWriter(&b)
	for i := range payments {
		payments[i].Record = uint64(i + 1)
		if err := w.Write(&payments[i]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	// A field that Payment gains must be drawn above, and written.
	if n := reflect.TypeFor[spoor.Payment]().NumField(); n != 15 {
		t.Errorf("spoor.Payment has %d fields, and this test knows 15", n)
	}
	rapid.Check(t, func(rt *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(anyPayment), 0, 20).Draw(rt, "payments")
		data := write(rt, want)
		if !Sniff(data) {
			rt.Fatalf("not recognised: %q", data)
		}
		got, problems := readAll(t, bytes.NewReader(data))
		if len(problems) > 0 || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			rt.Fatalf("%q\ngot %+v %v\nwant %+v", data, got, problems, want)
		}
	})
}

func TestFewColumns(t *testing.T) {
	data, err := os.ReadFile("testdata/few.csv")
	if err != nil {
		t.Fatal(err)
	}
	got, problems := readAll(t, bytes.NewReader(data))
	eur := func(amount int64) spoor.Money { return spoor.Money{Amount: amount, Currency: spoor.EUR} }
	want := []spoor.Payment{
		{Record: 1, Time: 1672531200, From: spoor.AccountID{Number: "IT60X0542811101000000123456"}, To: spoor.AccountID{Number: "NL91ABNA0417164300"}, Paid: eur(950000), Received: eur(950000)},
		{Record: 2, Time: 1672578000, To: spoor.AccountID{Number: "NL91ABNA0417164300"}, Paid: eur(1250), Received: eur(1250)},
		{Record: 3, Time: 1672570800, From: spoor.AccountID{Number: "NL91ABNA0417164300"}, Paid: eur(0), Received: eur(0)},
	}
	if len(problems) > 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v %v\nwant %+v", got, problems, want)
	}
}

func TestReceived(t *testing.T) {
	for in, want := range map[string]string{
		",":       "10.00 EUR",
		",EUR":    "10.00 EUR",
		"9,":      "9.00 EUR",
		"9.5,USD": "9.50 USD",
		",USD":    `x:2: received: is empty, and received_currency is not that of the amount`,
		"9,EURO":  `x:2: received_currency: "EURO" is not an ISO 4217 currency code`,
		"-9,":     `x:2: received: "-9" is negative: swap payer and payee`,
	} {
		got, problems := readAll(t, strings.NewReader(
			"time,from_account,to_account,amount,currency,received,received_currency\n2023-01-01,A,B,10,EUR,"+in+"\n"))
		if len(problems) > 0 && problems[0] != want || len(got) > 0 && got[0].Received.String() != want {
			t.Errorf("%q: %v, %q; want %s", in, got, problems, want)
		}
	}
}

func TestBadRecords(t *testing.T) {
	const head = "time,from_account,to_account,amount,currency,channel,from_country,to_country,label\n"
	for in, want := range map[string]string{
		"2023-13-01,A,B,10,EUR,wire,IT,NL,licit": `x:2: time: "2023-13-01" is not a date and time, such as 2022-09-01 00:20:59`,
		"2023-01-01,A,B,ten,EUR,wire,IT,NL,1":    `x:2: amount: "ten" is not a decimal number, such as 1234.50`,
		"2023-01-01,A,B,10,eur,wire,IT,NL,1":     `x:2: currency: "eur" is not an ISO 4217 currency code`,
		"2023-01-01,A,B,10,EUR,pigeon,IT,NL,1":   `x:2: channel: "pigeon" is not a channel, such as wire or credit-transfer`,
		"2023-01-01,A,B,10,EUR,wire,ITA,NL,1":    `x:2: from_country: "ITA" is not an ISO 3166-1 alpha-2 code`,
		"2023-01-01,A,B,10,EUR,wire,IT,1,1":      `x:2: to_country: "1" is not an ISO 3166-1 alpha-2 code`,
		"2023-01-01,A,B,10,EUR,wire,IT,NL,maybe": `x:2: label: "maybe" is not licit, illicit, 0 or 1`,
	} {
		got, problems := readAll(t, strings.NewReader(head+in+"\n2023-01-01,A,B,10,EUR,,,,"))
		if len(got) != 1 || got[0].Record != 2 || len(problems) != 1 || problems[0] != want {
			t.Errorf("%s: %v, %q; want %s", in, got, problems, want)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	for _, bad := range []spoor.Payment{
		{Paid: spoor.Money{Amount: -1}}, {Received: spoor.Money{Amount: -1}}, {Time: 1 << 50},
		{ID: "\x00"}, {From: spoor.AccountID{Bank: "\xff"}}, {Purpose: "\xff"}, {Kind: "\xff"},
	} {
		if err := NewWriter(io.Discard).Write(&bad); err == nil {
			t.Errorf("%+v is written", bad)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(header + "1,2023-01-01T00:00:00Z,b,a,c,d,10.00,EUR,9.00,USD,wire,IT,NL,\"A, B\",C,\"two\nlines\",illicit\n"))
	f.Add([]byte("amount,currency,time,from_account,to_account\n1,EUR,2023-01-01 10:00,A,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		Sniff(data)
		want, _ := readAll(t, bytes.NewReader(data))
		again := write(t, want)
		got, problems := readAll(t, bytes.NewReader(again))
		if len(problems) > 0 || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("read %+v, written and read again %+v, %v", want, got, problems)
		}
	})
}
