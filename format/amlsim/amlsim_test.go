package amlsim

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

// shared reads a file of the shared test data, and skips the test without it.
func shared(t *testing.T, name string) []byte {
	root := os.Getenv("SPOOR_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	data, err := os.ReadFile(filepath.Join(root, "payments", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("no shared data: set SPOOR_DATA to its folder (%v)", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readAll reads all payments and the problems between them.
func readAll(tb testing.TB, r *Reader) (out []spoor.Payment, problems []string) {
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

const (
	old   = "TX_ID,SENDER_ACCOUNT_ID,RECEIVER_ACCOUNT_ID,TX_TYPE,TX_AMOUNT,TIMESTAMP,IS_FRAUD,ALERT_ID\n"
	older = "sourceNodeId,targetNodeId,value,time\n"
	newer = "tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp,is_sar,alert_id\n"
)

func TestReader(t *testing.T) {
	usd := spoor.Money{Amount: 10355, Currency: spoor.USD}
	from, to := spoor.AccountID{Number: "360"}, spoor.AccountID{Number: "18984"}
	for in, want := range map[string]spoor.Payment{
		older + "360,18984,103.55,0\n":  {Record: 1, Time: spoor.At(DayZero.Time()), From: from, To: to, Paid: usd, Received: usd},
		older + "360,18984,103.55,31\n": {Record: 1, Time: 1485907200, From: from, To: to, Paid: usd, Received: usd},
		newer + "9,360,18984,WIRE,103.55,2011-01-08T00:00:00Z,True,2\n": {
			ID: "9", Record: 1, Time: 1294444800, From: from, To: to, Paid: usd, Received: usd, Channel: spoor.Wire, Kind: "WIRE", Label: spoor.Illicit},
		newer + "9,360,18984,check,103.55,31,False,-1\n": {
			ID: "9", Record: 1, Time: 1485907200, From: from, To: to, Paid: usd, Received: usd, Channel: spoor.Cheque, Kind: "check", Label: spoor.Licit},
		old + "9,360,18984,TRANSFER,103.55,31,True,7\n": {
			ID: "9", Record: 1, Time: 1485907200, From: from, To: to, Paid: usd, Received: usd, Channel: spoor.CreditTransfer, Kind: "TRANSFER", Label: spoor.Illicit},
	} {
		got, problems := readAll(t, NewReader("x", strings.NewReader(in)))
		if len(problems) > 0 || len(got) != 1 || got[0] != want || !Sniff([]byte(in)) {
			t.Errorf("%s: got %+v %v\nwant %+v", in, got, problems, want)
		}
	}
	if DayZero.Date() != "2017-01-01" {
		t.Error(DayZero.Date())
	}
	r := NewReader("x", strings.NewReader(older+"1,2,3,1\n"))
	r.DayZero = 0
	if got, _ := readAll(t, r); len(got) != 1 || got[0].Time != spoor.Day {
		t.Errorf("with another day zero: %+v", got)
	}
}

func TestBadRecords(t *testing.T) {
	for in, want := range map[string]string{
		older + ",2,3,4":                     "x:2: sourceNodeId: is empty: want an account",
		older + "1,,3,4":                     "x:2: targetNodeId: is empty: want an account",
		older + "1,2,,4":                     `x:2: value: "" is not a decimal number, such as 1234.50`,
		older + "1,2,3,":                     `x:2: time: "" is not a date and time, such as 2022-09-01 00:20:59`,
		older + "1,2,3,99999999999999999999": `x:2: time: step "99999999999999999999" is past 1000000`,
		older + "1,2,3,-1":                   `x:2: time: "-1" is not a date and time, such as 2022-09-01 00:20:59`,
		newer + "9,,2,WIRE,3,4,True,2":       "x:2: orig_acct: is empty: want an account",
		newer + "9,1,,WIRE,3,4,True,2":       "x:2: bene_acct: is empty: want an account",
		newer + "9,1,2,WIRE,x,4,True,2":      `x:2: base_amt: "x" is not a decimal number, such as 1234.50`,
		newer + "9,1,2,WIRE,3,x,True,2":      `x:2: tran_timestamp: "x" is not a date and time, such as 2022-09-01 00:20:59`,
		newer + "9,1,2,WIRE,3,4,Maybe,2":     `x:2: is_sar: "Maybe" is not 0, 1, true or false`,
		"a,b\n":                              `x:1: the header lacks "orig_acct", "bene_acct", "base_amt", "tran_timestamp"; it has "a,b"`,
	} {
		got, problems := readAll(t, NewReader("x", strings.NewReader(in)))
		if len(got) != 0 || len(problems) != 1 || problems[0] != want {
			t.Errorf("%s: %v %q, want %s", in, got, problems, want)
		}
	}
}

func TestChannel(t *testing.T) {
	for in, want := range map[string]spoor.Channel{
		"WIRE": spoor.Wire, "CREDIT": spoor.CreditTransfer, "TRANSFER": spoor.CreditTransfer, "DEPOSIT": spoor.Cash,
		"CHECK": spoor.Cheque, "CHEQUE": spoor.Cheque, "CARD": spoor.Card, "Debit": spoor.DirectDebit, "": spoor.UnknownChannel, "ß": spoor.UnknownChannel,
	} {
		if got := channel(in); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

func TestAccountLabels(t *testing.T) {
	for in, want := range map[string]map[string]bool{
		"nodeid,isFraud,init_balance\n0,0,1\n1,1,2\n":                         {"0": false, "1": true},
		"alert_id,acct_id,is_sar\n0,62,False\n1,62,True\n2,62,False\n3,5,0\n": {"62": true, "5": false},
		"acct_id,prior_sar_count\n7,true\n":                                   {"7": true},
		"nodeid,isFraud\n":                                                    {},
	} {
		if got, err := ReadAccountLabels("x", strings.NewReader(in)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, %v; want %v", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"":                     "x: is empty",
		"nodeid\n1":            `x:1: the header lacks "is_sar"; it has "nodeid"`,
		"is_sar\n1":            `x:1: the header lacks "acct_id"; it has "is_sar"`,
		"nodeid,isFraud\n,1":   "x:2: has no account",
		"nodeid,isFraud\n1,no": `x:2: isFraud: "no" is not 0, 1, true or false`,
	} {
		if _, err := ReadAccountLabels("x", strings.NewReader(in)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

// TestShared reads the real files; the counts are those of their SOURCE notes
// and of their metadata.txt.
func TestShared(t *testing.T) {
	for name, want := range map[string]int{
		"20K_cycle200/transactions.csv": 117805,
		"20K_fanin200/transactions.csv": 118250,
		"amlsim-100/transactions.csv":   10333,
	} {
		data := shared(t, name)
		got, problems := readAll(t, NewReader(name, bytes.NewReader(data)))
		if len(problems) > 0 || len(got) != want || !Sniff(data) {
			t.Errorf("%s: %d payments, want %d, %v", name, len(got), want, problems)
		}
	}
	if Sniff(shared(t, "amlsim-100/alert_transactions.csv")) {
		t.Error("the payments of alerts are taken for payments, which they repeat")
	}
	for name, want := range map[string][2]int{ // accounts, of which true
		"20K_cycle200/nodes.csv":        {20000, 945},
		"20K_fanin200/nodes.csv":        {20000, 954},
		"amlsim-100/accounts.csv":       {100, 54},
		"amlsim-100/alert_accounts.csv": {54, 54},
	} {
		labels, err := ReadAccountLabels(name, bytes.NewReader(shared(t, name)))
		illicit := 0
		for _, is := range labels {
			if is {
				illicit++
			}
		}
		if err != nil || len(labels) != want[0] || illicit != want[1] {
			t.Errorf("%s: %d accounts, %d of them true, want %v; %v", name, len(labels), illicit, want, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(older + "360,18984,103.55,31\n"))
	f.Add([]byte(newer + "9,360,18984,WIRE,103.55,2011-01-08T00:00:00Z,True,2\n"))
	f.Add([]byte("nodeid,isFraud\n0,0\n1,1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		Sniff(data)
		ReadAccountLabels("x", bytes.NewReader(data))
		got, _ := readAll(t, NewReader("x", bytes.NewReader(data)))
		for _, p := range got {
			if p.From.Number == "" || p.To.Number == "" || p.Paid.Amount < 0 || p.Record == 0 {
				t.Fatalf("%+v", p)
			}
		}
	})
}
