package fincen

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
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

const columns = "id,icij_sar_id,filer_org_name_id,filer_org_name,begin_date,end_date,originator_bank_id,originator_bank," +
	"originator_bank_country,originator_iso,beneficiary_bank_id,beneficiary_bank,beneficiary_bank_country,beneficiary_iso," +
	"number_transactions,amount_transactions\n"

func TestReader(t *testing.T) {
	in := columns + `7,3297,a,"Bank, A","Mar 25, 2015","Sep 5, 2015",x-bank,"PJSC ""X""",Latvia,LVA,y-bank,Y Bank,Russia,RUS,68,5.689852347E7` + "\n"
	got, problems := readAll(t, strings.NewReader(in))
	usd := spoor.Money{Amount: 5689852347, Currency: spoor.USD}
	want := []spoor.Payment{{
		ID: "7", Record: 1, Time: 1441411200, Channel: spoor.Wire, Paid: usd, Received: usd,
		From: spoor.AccountID{Number: "x-bank"}, FromName: `PJSC "X"`, FromCountry: spoor.Country{'L', 'V'},
		To: spoor.AccountID{Number: "y-bank"}, ToName: "Y Bank", ToCountry: spoor.Country{'R', 'U'},
		Purpose: "68 transactions, 2015-03-25 to 2015-09-05, reported by Bank, A (report 3297)",
	}}
	if len(problems) > 0 || !reflect.DeepEqual(got, want) || !Sniff([]byte(in)) {
		t.Errorf("got %+v %v\nwant %+v", got, problems, want)
	}
}

func TestPeriods(t *testing.T) {
	for in, want := range map[string]string{
		`"Mar 5, 2015","Mar 5, 2015",1`: "2015-03-05 1 transaction, 2015-03-05",
		`"Mar 5, 2015",,2`:              "2015-03-05 2 transactions, from 2015-03-05",
		`,"Mar 5, 2015",`:               "2015-03-05 an unknown number of transactions, 2015-03-05",
		`,,6`:                           "1970-01-01 6 transactions, date unknown",
	} {
		got, problems := readAll(t, strings.NewReader(
			"begin_date,end_date,number_transactions,amount_transactions,originator_bank_id,beneficiary_bank_id\n"+in+",1,x,y"))
		if len(got) != 1 || got[0].Time.Date()+" "+got[0].Purpose != want {
			t.Errorf("%s: %+v %v, want %s", in, got, problems, want)
		}
	}
}

func TestBadRecords(t *testing.T) {
	good := []string{"7", "1", "a", "A", "", "", "x", "X", "Latvia", "LVA", "y", "Y", "Russia", "RUS", "1", "10"}
	for _, c := range []struct {
		column       int
		value, wants string
	}{
		{4, "Mar 5 2015", `x:2: begin_date: "Mar 5 2015" is not a date such as Mar 25, 2015`},
		{5, "2015-03-05", `x:2: end_date: "2015-03-05" is not a date such as Mar 25, 2015`},
		{6, "", "x:2: originator_bank_id: is empty: want a bank"},
		{10, "", "x:2: beneficiary_bank_id: is empty: want a bank"},
		{9, "XXX", `x:2: originator_iso: "XXX" is not an ISO 3166-1 alpha-3 code`},
		{13, "RU", `x:2: beneficiary_iso: "RU" is not an ISO 3166-1 alpha-3 code`},
		{15, "much", `x:2: amount_transactions: "much" is not a decimal number, such as 1234.50`},
	} {
		bad := append([]string(nil), good...)
		bad[c.column] = c.value
		got, problems := readAll(t, strings.NewReader(columns+strings.Join(bad, ",")+"\n"+strings.Join(good, ",")))
		if len(got) != 1 || len(problems) != 1 || problems[0] != c.wants {
			t.Errorf("%s: %v %q, want %s", c.value, got, problems, c.wants)
		}
	}
}

// TestShared reads the real file: 4,507 totals, by its SOURCE note.
func TestShared(t *testing.T) {
	root := os.Getenv("SPOOR_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	data, err := os.ReadFile(filepath.Join(root, "payments", "fincen", "download_transactions_map.csv"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("no shared data: set SPOOR_DATA to its folder (%v)", err)
	}
	got, problems := readAll(t, bytes.NewReader(data))
	if len(problems) > 0 || len(got) != 4507 {
		t.Errorf("%d totals, %q", len(got), problems)
	}
	unknown := 0
	for _, p := range got {
		if p.FromCountry == (spoor.Country{}) || p.ToCountry == (spoor.Country{}) || p.FromName == "" {
			t.Errorf("%+v", p)
		}
		if p.Time == 0 && strings.Contains(p.Purpose, "date unknown") {
			unknown++
		}
	}
	if unknown != 6 {
		t.Errorf("%d totals without a date, and the file has 6", unknown)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(columns + `7,3297,a,"Bank, A","Mar 25, 2015","Sep 5, 2015",x-bank,"PJSC ""X""",Latvia,LVA,y-bank,Y Bank,Russia,RUS,68,5.689852347E7` + "\n"))
	f.Add([]byte("begin_date,end_date,number_transactions,amount_transactions,originator_bank_id,beneficiary_bank_id\n,,6,1,x,y"))
	f.Fuzz(func(t *testing.T, data []byte) {
		Sniff(data)
		got, _ := readAll(t, bytes.NewReader(data))
		for _, p := range got {
			if p.From.Number == "" || p.To.Number == "" || p.Paid.Amount < 0 || p.Record == 0 {
				t.Fatalf("%+v", p)
			}
		}
	})
}
