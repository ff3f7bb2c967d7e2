package tide

import (
	"bytes"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"spoor"
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

func TestReader(t *testing.T) {
	data, err := os.ReadFile("testdata/edges.csv")
	if err != nil {
		t.Fatal(err)
	}
	if !Sniff(data) || !SniffEdges(data) {
		t.Error("not recognised")
	}
	if header := data[:bytes.IndexByte(data, '\n')+1]; !Sniff(header) || SniffEdges(header) {
		t.Error("payments are taken for edges")
	}
	account := func(number string) spoor.AccountID { return spoor.AccountID{Number: number} }
	eur := func(amount int64) spoor.Money { return spoor.Money{Amount: amount, Currency: spoor.EUR} }
	usd := spoor.Money{Amount: 1234, Currency: spoor.USD} // half to even
	want := []spoor.Payment{
		{Record: 2, Time: 1672911012, From: account("acc_1"), To: account("acc_2"), Paid: eur(10355), Received: eur(10355), Channel: spoor.CreditTransfer, Kind: "transfer", Label: spoor.Licit},
		{Record: 4, Time: 1672999200, From: account("ind_1"), To: account("acc_1"), Paid: eur(950000), Received: eur(950000), Channel: spoor.Cash, Kind: "deposit", Label: spoor.Illicit},
		{Record: 5, Time: 1672999200, From: account("acc_2"), To: account("ind_2"), Paid: eur(400000), Received: eur(400000), Channel: spoor.Cash, Kind: "withdrawal", Label: spoor.Illicit},
		{Record: 6, Time: 1673049600, From: account("acc_2"), To: account("acc_1"), Paid: usd, Received: usd, Kind: "barter"},
	}
	got, problems := readAll(t, bytes.NewReader(data))
	if len(problems) > 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v %v\nwant %+v", got, problems, want)
	}
}

func TestBadRecords(t *testing.T) {
	const head = "transaction_type,timestamp,is_fraudulent,currency,amount,dest,src\n"
	for in, want := range map[string]string{
		"transfer,2023-01-01,True,EUR,1,B,":    "x:2: src: is empty: want an account or a person",
		"transfer,2023-01-01,True,EUR,1,,A":    "x:2: dest: is empty: want an account or a person",
		"transfer,2023-01-01,True,EUR,,B,A":    `x:2: amount: "" is not a decimal number, such as 1234.50`,
		"transfer,2023-01-01,True,euro,1,B,A":  `x:2: currency: "euro" is not an ISO 4217 currency code`,
		"transfer,yesterday,True,EUR,1,B,A":    `x:2: timestamp: "yesterday" is not a date and time, such as 2022-09-01 00:20:59`,
		"transfer,2023-01-01,maybe,EUR,1,B,A":  `x:2: is_fraudulent: "maybe" is not 0, 1, true or false`,
		"transfer,2023-01-01,True,EUR,1,B,A,x": "x:2: has 8 fields, and the header has 7",
	} {
		got, problems := readAll(t, strings.NewReader(head+in+"\nsalary,2023-01-01,,EUR,1,B,A"))
		if len(got) != 1 || got[0].Record != 2 || len(problems) != 1 || problems[0] != want {
			t.Errorf("%s: %v, %q; want %s", in, got, problems, want)
		}
	}
}

func TestChannel(t *testing.T) {
	for in, want := range map[string]spoor.Channel{
		"transfer": spoor.CreditTransfer, "TransactionType.SALARY": spoor.CreditTransfer, "Payment": spoor.CreditTransfer,
		"deposit": spoor.Cash, "WITHDRAWAL": spoor.Cash, "": spoor.UnknownChannel, "x": spoor.UnknownChannel,
	} {
		if got := channel(word(in)); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

func FuzzReader(f *testing.F) {
	data, err := os.ReadFile("testdata/edges.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		Sniff(data)
		SniffEdges(data)
		got, _ := readAll(t, bytes.NewReader(data))
		for _, p := range got {
			if p.From.Number == "" || p.To.Number == "" || p.Paid.Amount < 0 || p.Record == 0 {
				t.Fatalf("%+v", p)
			}
		}
	})
}
