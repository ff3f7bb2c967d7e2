package load

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"spoor/load/traffic"
)

// fakeNode decides payments as a node would, with the faults that a test gives it.
type fakeNode struct {
	mu      sync.Mutex
	decided map[string]string // status and reason by UETR
	seen    int               // requests
	// before runs on each request, numbered from 1; true means that it answered.
	before func(n int, w http.ResponseWriter) bool
	// lie changes what is decided on a payment that was decided before.
	lie     func(status string) string
	chunked bool
}

var uetrOf = regexp.MustCompile(`<UETR>([^<]+)</UETR>`)

func (f *fakeNode) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/api/messages" ||
		r.Header.Get("Content-Type") != "application/xml" || int64(len(body)) != r.ContentLength {
		http.Error(w, "not what was agreed", http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	f.seen++
	n := f.seen
	f.mu.Unlock()
	if f.before != nil && f.before(n, w) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><p:Document xmlns:p="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.12"><p:FIToFIPmtStsRpt>` +
		`<p:GrpHdr><p:MsgId>X</p:MsgId></p:GrpHdr><p:OrgnlGrpInfAndSts><p:OrgnlMsgId>M</p:OrgnlMsgId></p:OrgnlGrpInfAndSts>`)
	for _, m := range uetrOf.FindAllStringSubmatch(string(body), -1) {
		status, again := f.decided[m[1]]
		if !again {
			status = decide(m[1])
			if f.decided == nil {
				f.decided = map[string]string{}
			}
			f.decided[m[1]] = status
		} else if f.lie != nil {
			status = f.lie(status)
		}
		sts, reason, _ := strings.Cut(status, " ")
		fmt.Fprintf(&b, `<p:TxInfAndSts><p:OrgnlEndToEndId>E</p:OrgnlEndToEndId><p:OrgnlUETR>%s</p:OrgnlUETR><p:TxSts>%s</p:TxSts>`, m[1], sts)
		if reason != "" {
			fmt.Fprintf(&b, `<p:StsRsnInf><p:Rsn><p:Cd>%s</p:Cd></p:Rsn><p:AddtlInf>as decided</p:AddtlInf></p:StsRsnInf>`, reason)
		}
		b.WriteString(`<p:OrgnlTxRef/></p:TxInfAndSts>`)
	}
	b.WriteString(`</p:FIToFIPmtStsRpt></p:Document>`)
	if f.chunked {
		w.(http.Flusher).Flush()
	}
	io.WriteString(w, b.String())
}

// decide allows, holds or blocks by the first digit of a UETR.
func decide(uetr string) string {
	switch uetr[0] {
	case '0':
		return "RJCT AC06"
	case '1', '2':
		return "PDNG RR04"
	}
	return "ACSP"
}

// targetOf is a target in real time.
func targetOf(addr string) Target {
	return Target{
		Host:    addr,
		Dial:    func(ctx context.Context) (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, "tcp", addr) },
		Clock:   Clock{Now: time.Now, After: time.After},
		Timeout: 10 * time.Second,
	}
}

func serve(t testing.TB, f http.Handler) Target {
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return targetOf(strings.TrimPrefix(s.URL, "http://"))
}

func makerOf(t testing.TB, change ...func(*traffic.Population)) *traffic.Maker {
	t.Helper()
	p := traffic.Population{Accounts: 20_000, Seed: 7, Start: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)}
	for _, f := range change {
		f(&p)
	}
	m, err := traffic.NewMaker(p)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func drive(t testing.TB, target Target, m *traffic.Maker, p Plan) *Report {
	t.Helper()
	r, err := Drive(t.Context(), target, m, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOutcomesAreCounted(t *testing.T) {
	for _, batch := range []int{1, 7} {
		for _, chunked := range []bool{false, true} {
			m := makerOf(t, func(p *traffic.Population) { p.Batch = batch })
			l := NewLedger(m)
			node := &fakeNode{chunked: chunked}
			r := drive(t, serve(t, node), m, Plan{Messages: 200, First: 1000, Connections: 8, Attempts: 1, Ledger: l})
			want := map[string]uint64{}
			for payment := uint64(1000 * batch); payment < uint64(1200*batch); payment++ {
				status, reason, _ := strings.Cut(decide(m.UETR(payment)), " ")
				want[status]++
				if got := l.Answers()[payment]; got.Status != status || got.Reason != reason {
					t.Fatalf("payment %d: %+v, want %s %s", payment, got, status, reason)
				}
			}
			if fmt.Sprint(r.Outcomes) != fmt.Sprint(want) {
				t.Errorf("batches of %d: %v, want %v", batch, r.Outcomes, want)
			}
			if r.Messages != 200 || r.Payments != uint64(200*batch) || r.Failed() || r.Next != 1200 || len(r.Faults) != 0 || r.Latency.Count() != 200 {
				t.Errorf("batches of %d: %+v", batch, r)
			}
			if node.seen != 200 {
				t.Errorf("%d requests", node.seen)
			}
		}
	}
}

// TestDroppedConnections has a node that breaks every third connection, half of
// the time after it has decided.
func TestDroppedConnections(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var mu sync.Mutex
	node := &fakeNode{}
	drops := 0
	target := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		x := rng.IntN(6)
		if x < 2 {
			drops++
		}
		mu.Unlock()
		switch x {
		case 0: // decides, and nobody hears of it
			node.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case 1:
			panic(http.ErrAbortHandler)
		}
		node.ServeHTTP(w, r)
	}))
	m := makerOf(t)
	l := NewLedger(m)
	r := drive(t, target, m, Plan{Messages: 100, Connections: 10, Attempts: 20, Ledger: l})
	if r.Messages != 100 || r.Failed() || len(l.Answers()) != 100 || len(l.Open()) != 0 {
		t.Errorf("not all answered in the end: %+v", r)
	}
	if len(r.Faults) != 1 || r.Faults[0].Kind != "connection broken" || r.Faults[0].Count != uint64(drops) || drops == 0 {
		t.Errorf("%d drops, faults %+v", drops, r.Faults)
	}
	// With one attempt, what was dropped stays open and is settled by a check.
	l = NewLedger(m)
	r = drive(t, target, m, Plan{First: 1000, Messages: 100, Connections: 10, Attempts: 1, Ledger: l})
	if r.Unanswered == 0 || uint64(len(l.Open())) != r.Unanswered || r.Messages+r.Unanswered != 100 {
		t.Errorf("open %d: %+v", len(l.Open()), r)
	}
	f, err := Check(t.Context(), serve(t, node), l, 10)
	if err != nil || f.Err() != nil || f.Settled != int(r.Unanswered) || f.Same != int(r.Messages) || len(l.Answers()) != 100 {
		t.Errorf("%+v, %v, %v", f, f.Err(), err)
	}
}

func TestBusyNode(t *testing.T) {
	for status, after := range map[int]string{429: "1", 503: ""} {
		var mu sync.Mutex
		asked := map[int]time.Time{}
		node := &fakeNode{}
		node.before = func(n int, w http.ResponseWriter) bool {
			mu.Lock()
			asked[n] = time.Now()
			mu.Unlock()
			if n > 3 {
				return false
			}
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			http.Error(w, "busy", status)
			return true
		}
		r := drive(t, serve(t, node), makerOf(t), Plan{Messages: 1, Connections: 1, Attempts: 1})
		if r.Busy != 3 || r.Messages != 1 || r.Failed() || len(r.Faults) != 0 {
			t.Errorf("%d: %+v", status, r)
		}
		least := 100 * time.Millisecond
		if after != "" {
			least = time.Second
		}
		for n := 2; n <= 4; n++ {
			if gap := asked[n].Sub(asked[n-1]); gap < least {
				t.Errorf("%d: asked again after %v, told to wait %v", status, gap, least)
			}
		}
		if r.Latency.Max() < 3*least {
			t.Errorf("%d: a latency of %v leaves the waiting out", status, r.Latency.Max())
		}
	}
}

func TestRefusalsAreNotRepeated(t *testing.T) {
	for _, c := range []struct {
		status, requests int
		kind             string
	}{{400, 1, "HTTP 400"}, {413, 1, "HTTP 413"}, {401, 1, "HTTP 401"}, {500, 3, "HTTP 500"}, {200, 1, "unreadable answer"}} {
		node := &fakeNode{}
		node.before = func(n int, w http.ResponseWriter) bool {
			w.WriteHeader(c.status)
			io.WriteString(w, "MsgId: why not\nmore")
			return true
		}
		m := makerOf(t)
		l := NewLedger(m)
		r := drive(t, serve(t, node), m, Plan{Messages: 1, Connections: 1, Attempts: 3, Ledger: l})
		if node.seen != c.requests || r.Unanswered != 1 || len(r.Faults) != 1 || r.Faults[0].Kind != c.kind || len(l.Open()) != 1 {
			t.Errorf("%d: %d requests, %+v", c.status, node.seen, r)
		}
		if c.status != 200 && !strings.Contains(r.Faults[0].First, "why not") {
			t.Errorf("%d: the node's words are lost: %q", c.status, r.Faults[0].First)
		}
	}
}

// TestCheckCatches has nodes that go back on what they said.
func TestCheckCatches(t *testing.T) {
	for name, c := range map[string]struct {
		lie  func(string) string
		want func(f *Findings) bool
	}{
		"honest":         {nil, func(f *Findings) bool { return f.Err() == nil && f.Same == 300 }},
		"blocks allowed": {func(s string) string { return strings.Replace(s, "ACSP", "RJCT AC06", 1) }, func(f *Findings) bool { return len(f.Changed) > 200 }},
		"other reason":   {func(s string) string { return strings.Replace(s, "RR04", "AM05", 1) }, func(f *Findings) bool { return len(f.Changed) > 10 && f.Same > 200 }},
		"drops reason":   {func(s string) string { return strings.Replace(s, "PDNG RR04", "PDNG", 1) }, func(f *Findings) bool { return len(f.Changed) > 10 }},
		"no status":      {func(string) string { return "" }, func(f *Findings) bool { return len(f.Missing) == 300 }},
	} {
		t.Run(name, func(t *testing.T) {
			node := &fakeNode{}
			target, m := serve(t, node), makerOf(t)
			l := NewLedger(m)
			drive(t, target, m, Plan{Messages: 300, Connections: 4, Attempts: 1, Ledger: l})
			node.lie = c.lie
			f, err := Check(t.Context(), target, l, 4)
			if err != nil || f.Asked != 300 || !c.want(f) || (f.Err() == nil) != (c.lie == nil) {
				t.Errorf("%+v: %v, %v", f, f.Err(), err)
			}
			if c.lie != nil && !strings.Contains(f.Err().Error(), "-4") { // a UETR of version 4
				t.Errorf("no payment is named: %v", f.Err())
			}
		})
	}
}

func TestNoNode(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, err = Drive(t.Context(), targetOf(addr), makerOf(t), Plan{Messages: 1, Connections: 2, Attempts: 1})
	if err == nil || !strings.Contains(err.Error(), addr) {
		t.Errorf("error %v", err)
	}
}
