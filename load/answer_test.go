package load

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestQuantiles compares with the sorted durations themselves.
func TestQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Hour)), 1, 300).Draw(t, "values")
		if rapid.Bool().Draw(t, "small") {
			for i := range values {
				values[i] %= int64(time.Millisecond)
			}
		}
		var h Histogram
		for _, v := range values {
			h.Add(time.Duration(v))
		}
		slices.Sort(values)
		for _, q := range []float64{0, .01, .5, .9, .99, .999, 1} {
			i := max(int(q*float64(len(values))+.999999999), 1) - 1
			want := float64(values[min(i, len(values)-1)])
			if got := float64(h.Quantile(q)); got < want || got > want*(1+1./octave)+1 {
				t.Fatalf("p%v = %v, want %v to %.2f %% above", 100*q, got, want, 100./octave)
			}
		}
		if int64(h.Max()) != values[len(values)-1] || h.Count() != uint64(len(values)) {
			t.Fatalf("max %v of %d", h.Max(), h.Count())
		}
	})
}

func TestSteps(t *testing.T) {
	for i := range 40 * octave {
		if bucket(top(i)) != i || bucket(top(i)+1) != i+1 {
			t.Fatalf("step %d ends at %d, which is in step %d, and the next in %d", i, top(i), bucket(top(i)), bucket(top(i)+1))
		}
	}
	var none Histogram
	if none.Quantile(.5) != 0 || none.Mean() != 0 {
		t.Error("an empty histogram says something")
	}
}

const aUETR, bUETR = "eb6305c9-1f7f-49de-aed0-16487c27b43d", "0b6305c9-1f7f-49de-aed0-16487c27b43e"

func tx(uetr, inner string) string {
	return "<TxInfAndSts><StsId>1</StsId><OrgnlUETR>" + uetr + "</OrgnlUETR>" + inner + "</TxInfAndSts>"
}

func TestReadAnswers(t *testing.T) {
	ask := [][]byte{[]byte(aUETR), []byte(bUETR)}
	ok, held := "<TxSts>ACSP</TxSts>", "<TxSts>PDNG</TxSts><StsRsnInf><Orgtr><Nm>N</Nm></Orgtr><Rsn><Cd>RR04</Cd></Rsn><AddtlInf>a</AddtlInf></StsRsnInf><StsRsnInf><Rsn><Prtry>X1</Prtry></Rsn></StsRsnInf>"
	for name, c := range map[string]struct {
		body string
		want string
	}{
		"in order":         {tx(aUETR, ok) + tx(bUETR, held), "ACSP|PDNG RR04 X1"},
		"the other way":    {tx(bUETR, held) + tx(aUETR, ok), "ACSP|PDNG RR04 X1"},
		"with white space": {"<?xml version='1.0'?>\n<d:Document xmlns:d='u'>\n<!-- c -->" + strings.ReplaceAll(tx(aUETR, ok)+tx(bUETR, held), "><", ">\n  <") + "\n</d:Document>", "ACSP|PDNG RR04 X1"},
		"one missing":      {tx(aUETR, ok), "1 of 2"},
		"one twice":        {tx(aUETR, ok) + tx(aUETR, ok), "twice"},
		"a stranger":       {tx(aUETR, ok) + tx("x", ok), "not asked for"},
		"no status":        {tx(aUETR, ok) + tx(bUETR, ""), "without TxSts"},
		"cut off":          {tx(aUETR, ok) + strings.TrimSuffix(tx(bUETR, held), "</TxInfAndSts>"), "1 of 2"},
		"cut in a tag":     {tx(aUETR, ok) + "<TxInf", "cut off"},
		"too deep":         {tx(aUETR, strings.Repeat("<a>", 40)), "deep"},
		"nothing":          {"", "0 of 2"},
		"status elsewhere": {tx(aUETR, ok) + tx(bUETR, "<OrgnlTxRef><TxSts>ACSP</TxSts></OrgnlTxRef>"), "without TxSts"},
	} {
		out := make([]Answer, 2)
		err := readAnswers([]byte(c.body), ask, out)
		got := fmt.Sprintf("%s %s|%s %s", out[0].Status, out[0].Reason, out[1].Status, out[1].Reason)
		got = strings.ReplaceAll(got, " |", "|")
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) || (err == nil) != strings.Contains(c.want, "|") {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestDigest tells answers apart by what they say, not by how they are wrapped.
func TestDigest(t *testing.T) {
	digest := func(inner string) uint64 {
		out := make([]Answer, 1)
		if err := readAnswers([]byte(tx(aUETR, inner)), [][]byte{[]byte(aUETR)}, out); err != nil {
			t.Fatal(err)
		}
		return out[0].Digest
	}
	held := "<TxSts>PDNG</TxSts><StsRsnInf><Rsn><Cd>RR04</Cd></Rsn><AddtlInf>until Monday</AddtlInf></StsRsnInf>"
	if digest(held) != digest("<AccptncDtTm>now</AccptncDtTm>"+held+"<OrgnlTxRef><Amt>1</Amt></OrgnlTxRef>") {
		t.Error("what is no reason counts")
	}
	for _, other := range []string{strings.Replace(held, "Monday", "Friday", 1), strings.Replace(held, "RR04", "RR05", 1), strings.Replace(held, "PDNG", "ACSP", 1)} {
		if digest(held) == digest(other) {
			t.Errorf("%s is taken for the same", other)
		}
	}
}

func TestLedgerFile(t *testing.T) {
	m := makerOf(t)
	l := NewLedger(m)
	for _, n := range rand.New(rand.NewPCG(1, 1)).Perm(3) {
		l.answered(uint64(n), []Answer{{Status: "ACSP"}})
	}
	l.answered(3, []Answer{{Status: "PDNG", Reason: "RR04 AM05"}})
	l.unanswered(3) // it was answered before
	l.unanswered(9)
	var b strings.Builder
	if err := l.Write(&b); err != nil {
		t.Fatal(err)
	}
	want := "uetr,status,reason\n" + m.UETR(0) + ",ACSP,\n" + m.UETR(1) + ",ACSP,\n" + m.UETR(2) + ",ACSP,\n" + m.UETR(3) + ",PDNG,RR04 AM05\n"
	if b.String() != want || fmt.Sprint(l.Open()) != "[9]" {
		t.Errorf("%s\nopen %v", b.String(), l.Open())
	}
}

func FuzzReadAnswers(f *testing.F) {
	f.Add([]byte(tx(aUETR, "<TxSts>ACSP</TxSts>")))
	f.Add([]byte("<a><TxInfAndSts/><!-- <b> --><?p?></a>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		out := make([]Answer, 1)
		err := readAnswers(body, [][]byte{[]byte(aUETR)}, out)
		if err == nil && (out[0].Status == "" || !strings.Contains(string(body), aUETR)) {
			t.Fatalf("%+v from %q", out[0], body)
		}
	})
}

func FuzzReadHead(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nRetry-After: 3"))
	f.Fuzz(func(t *testing.T, head []byte) {
		res, err := readHead(head)
		if err == nil && (res.length < -1 || res.length > maxBody || res.retryAfter < 0 || res.retryAfter > time.Hour) {
			t.Fatalf("%+v", res)
		}
	})
}
