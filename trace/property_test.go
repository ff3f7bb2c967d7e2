package trace_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/format/rates"
	"spoor/graph"
	"spoor/trace"
)

func currencies(codes ...string) (out []spoor.Currency) {
	for _, c := range codes {
		cur, err := spoor.ParseCurrency(c)
		if err != nil {
			panic(err)
		}
		out = append(out, cur)
	}
	return out
}

var any4 = trace.Methods()

// TestConservation: whatever the economy, holdings, what left the view and
// what is held at the source are together what was traced, and every account
// keeps what it received and did not pass on. The books are audited.
func TestConservation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := wild{payments: 60, accounts: 8, amounts: []int64{0, 9, 1_000_000, 1 << 40, math.MaxInt64},
			currencies: currencies("EUR", "USD", "JPY", "XBT", "COP", "CNY"), edge: true}
		if rapid.Bool().Draw(t, "plain") {
			w.currencies, w.amounts = w.currencies[:1], []int64{0, 500}
		}
		e := w.draw(t)
		q := drawQuery(t, e, rapid.SampledFrom(any4).Draw(t, "method"))
		q.Limits.Parcels = rapid.SampledFrom([]int{0, 8}).Draw(t, "parcels")
		q.Limits.Paths = rapid.SampledFrom([]int{0, -1, 1000}).Draw(t, "paths")
		q.Currency = rapid.SampledFrom(append(w.currencies, spoor.XXX)).Draw(t, "unit")
		r, err := trace.RunAudited(graphOf(t, e), rates.Default(), q)
		if errors.Is(err, trace.ErrTooLarge) {
			t.Skip("too large")
		}
		if err != nil {
			t.Fatal(err)
		}
		conserves(t, r)
		local(t, e, q, r)
		chains(t, e, q, r)
	})
}

func conserves(t *rapid.T, r *trace.Result) {
	sum := big.NewInt(r.LeftView.Amount)
	sum.Add(sum, big.NewInt(r.HeldAtSource.Amount))
	for _, h := range r.Holdings {
		sum.Add(sum, big.NewInt(h.Amount))
		if h.Amount < 0 || h.Share < 0 || h.Share > 1 || h.Currency != r.Traced.Currency {
			t.Fatalf("holding %+v", h)
		}
	}
	if sum.Cmp(big.NewInt(r.Traced.Amount)) != 0 || r.LeftView.Amount < 0 || r.HeldAtSource.Amount < 0 {
		t.Fatalf("traced %d, found %s", r.Traced.Amount, sum)
	}
	if r.LeftInCash.Amount > r.LeftView.Amount {
		t.Fatalf("left %+v", r.LeftView)
	}
}

// local balances the flows at every account that is not a source. Cash that is
// paid between accounts is left out: it ends at one and begins at the other.
func local(t *rapid.T, e economy, q trace.Query, r *trace.Result) {
	net := map[string]int64{}
	first, last := map[string]spoor.Instant{}, map[string]spoor.Instant{}
	skip := map[string]bool{outside: true}
	for _, a := range q.From {
		skip[a.String()] = true
	}
	for i, f := range r.Flows {
		if i > 0 && f.Time < r.Flows[i-1].Time {
			t.Fatal("flows are not in order of time")
		}
		if f.Amount < 0 {
			t.Fatalf("flow %+v", f)
		}
		p := e[slices.IndexFunc(e, func(p spoor.Payment) bool { return p.ID == f.Payment })]
		from, to := f.From, f.To
		if q.Backward {
			from, to = to, from
		}
		if p.Channel == spoor.Cash || slices.Contains(q.Payments, f.Payment) {
			skip[from], skip[to] = true, true // some began here
		}
		net[from] -= f.Amount
		net[to] += f.Amount
		for _, a := range []string{from, to} {
			if first[a] == 0 {
				first[a] = f.Time
			}
			last[a] = f.Time
		}
	}
	for _, h := range r.Holdings {
		net[h.Account] -= h.Amount
		if q.Method != trace.Poison && !skip[h.Account] && (h.First != first[h.Account] || h.Last != last[h.Account]) {
			t.Fatalf("%+v: moved from %s to %s", h, first[h.Account], last[h.Account])
		}
	}
	for a, v := range net {
		if v != 0 && !skip[a] {
			t.Fatalf("%s: %d came, went and is held, and does not balance", a, v)
		}
	}
}

// chains checks that paths hang together and add up.
func chains(t *rapid.T, e economy, q trace.Query, r *trace.Result) {
	if q.Limits.Paths < 0 && len(r.Paths) > 0 {
		t.Fatal("paths that nobody asked for")
	}
	var sum int64
	carried := map[string]int64{}
	for i, p := range r.Paths {
		if p.Amount <= 0 || i > 0 && p.Amount > r.Paths[i-1].Amount {
			t.Fatalf("paths are not the largest first: %+v", r.Paths)
		}
		if len(p.Payments) != p.Hops || len(p.Accounts) != p.Hops+1 || p.First > p.Last {
			t.Fatalf("path %+v", p)
		}
		sum += p.Amount
		var last spoor.Instant
		for j, id := range p.Payments {
			pay := e[slices.IndexFunc(e, func(p spoor.Payment) bool { return p.ID == id })]
			if pay.From.String() != p.Accounts[j] || pay.To.String() != p.Accounts[j+1] || pay.Time < last {
				t.Fatalf("path %+v breaks at %s", p, id)
			}
			last = pay.Time
			carried[id] += p.Amount
		}
	}
	if all := 1000; q.Limits.Paths == all && len(r.Paths) < all {
		for _, f := range r.Flows {
			if carried[f.Payment] != f.Amount {
				t.Fatalf("paths through %s carry %d of %d", f.Payment, carried[f.Payment], f.Amount)
			}
		}
	}
	// All paths together are all that moved; from accounts, some may not have.
	if len(q.From) == 0 && q.Limits.Paths == 1000 && sum != r.Traced.Amount {
		t.Fatalf("paths are %d of %d", sum, r.Traced.Amount)
	}
}

// TestBoundedByPayments: without conversions no payment carries more than it is.
func TestBoundedByPayments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := small
		w.payments, w.amounts = 80, []int64{0, 50}
		e := w.draw(t)
		q := drawQuery(t, e, rapid.SampledFrom(any4).Draw(t, "method"))
		r, err := trace.RunAudited(graphOf(t, e), nil, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Flows {
			if f.Amount > f.Paid.Amount {
				t.Fatalf("%+v", f)
			}
		}
		for _, h := range r.Holdings {
			if h.Amount > h.Balance.Amount {
				t.Fatalf("%+v", h)
			}
		}
	})
}

// TestSameAnswer: the answer does not depend on limits on paths, on earlier
// runs, or on payments arriving late.
func TestSameAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := small.draw(t)
		q := drawQuery(t, e, rapid.SampledFrom(any4).Draw(t, "method"))
		run := func(e economy, paths int) *trace.Result {
			q.Limits.Paths = paths
			r, err := trace.Run(graphOf(t, e), nil, q)
			if err != nil {
				t.Fatal(err)
			}
			r.Paths = nil
			for i := range r.Flows {
				r.Flows[i].Ref = 0
			}
			return r
		}
		a, b := run(e, 5), run(e, -1)
		c := run(e.inOrder(), 5)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("without paths\n%+v\n%+v", a, b)
		}
		slices.Sort(a.From)
		slices.Sort(c.From)
		if !reflect.DeepEqual(read(a), read(c)) {
			t.Fatalf("in order\n%+v\n%+v", a, c)
		}
	})
}

// TestManyParcels splits one deposit over alternating clean money until an
// account holds more parcels than it may.
func TestManyParcels(t *testing.T) {
	var e economy
	pay := func(from, to string, amount int64) {
		e = append(e, spoor.Payment{ID: from + to, Time: spoor.Instant(1000 + len(e)), From: spoor.ParseAccountID(from),
			To: spoor.ParseAccountID(to), Paid: spoor.Money{Amount: amount, Currency: spoor.EUR}})
	}
	pay("outside", "S", 5000)
	for range 200 {
		pay("S", "T", 10)
		pay("C", "T", 10)
	}
	pay("T", "U", 2000)
	for _, m := range []trace.Method{trace.FIFO, trace.LIFO} {
		for _, paths := range []int{20, -1} {
			q := trace.Query{Method: m, Payments: []string{"outsideS"}, Limits: trace.Limits{Parcels: 50, Paths: paths}}
			r, err := trace.RunAudited(graphOf(t, e), nil, q)
			if err != nil {
				t.Fatal(err)
			}
			w := read(r)
			if u := w.holdings["U"]; u < 900 || u > 1100 || w.holdings["T"]+u != 2000 || len(r.Notes) != 1 {
				t.Errorf("%s: %v, notes %q", m, w.holdings, r.Notes)
			}
		}
	}
}

// TestLimits: flows and links that are cut are told, and cost no money.
func TestLimits(t *testing.T) {
	e, _ := readEconomy(t, "testdata/street.txt")
	q := trace.Query{Method: trace.FIFO, Payments: []string{"d1"}, Limits: trace.Limits{Flows: 2, Links: 2}}
	r, err := trace.Run(graphOf(t, e), rates.Default(), q)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Flows) != 2 || r.Flows[0].Payment != "d1" || r.Flows[1].Payment != "p1" || len(r.Paths) != 0 || len(r.Notes) != 2 {
		t.Errorf("flows %v, paths %v, notes %q", r.Flows, r.Paths, r.Notes)
	}
	if r.Holdings[0].Amount != 600000 || r.LeftView.Amount != 200000 {
		t.Errorf("%+v", r)
	}
}

// TestFaults: an account that cannot be balanced is an error when, and only
// when, traced money reaches it.
func TestFaults(t *testing.T) {
	pay := func(id, from, to string, m spoor.Money) spoor.Payment {
		return spoor.Payment{ID: id, Time: 1000, From: spoor.ParseAccountID(from), To: spoor.ParseAccountID(to), Paid: m, Received: m}
	}
	eur := func(a int64) spoor.Money { return spoor.Money{Amount: a, Currency: spoor.EUR} }
	odd := spoor.Money{Amount: 100, Currency: currencies("ZWL")[0]} // not in the table
	e := economy{
		pay("p1", "A", "B", eur(100)), pay("p2", "C", "D", eur(100)), pay("p3", "C", "D", odd), pay("p4", "D", "B", eur(50)),
		pay("h1", "H", "I", eur(math.MaxInt64)), pay("h2", "J", "I", eur(math.MaxInt64)), pay("h3", "I", "B", eur(1)),
	}
	g := graphOf(t, e)
	for id, want := range map[string]error{"p1": nil, "p2": trace.ErrNoRate, "p3": trace.ErrNoRate, "p4": nil, "h1": trace.ErrTooLarge, "h3": nil} {
		for _, m := range any4 {
			r, err := trace.RunAudited(g, rates.Default(), trace.Query{Method: m, Payments: []string{id}})
			if !errors.Is(err, want) {
				t.Errorf("%s %s: %v, want %v", m, id, err, want)
			}
			if err == nil && (len(r.Holdings) != 1 || r.Holdings[0].Account != "B") {
				t.Errorf("%s %s: %+v", m, id, r.Holdings)
			}
		}
	}
	// So is a source, a sum that cannot be counted, and a balance that grows too
	// large by its opening alone.
	k := spoor.AccountID{Number: "K"}
	from := func(n string) []spoor.AccountID { return []spoor.AccountID{{Number: n}} }
	late := pay("k4", "A", "B", eur(1))
	late.Time++
	e = append(e, pay("k1", "K", "B", eur(100)), pay("k2", "B", "K", eur(math.MaxInt64)), pay("k3", "B", "K", eur(90)), late,
		pay("m1", "M", "N", eur(math.MaxInt64)), pay("m2", "O", "P", eur(math.MaxInt64)))
	large := graphOf(t, e)
	for name, q := range map[string]trace.Query{
		"source":  {From: from("I")},
		"sum":     {Payments: []string{"m1", "m2"}},
		"opening": {From: []spoor.AccountID{k}, Since: late.Time},
	} {
		q.Method = trace.ProRata
		if _, err := trace.Run(large, nil, q); !errors.Is(err, trace.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Without a table only what needs one fails.
	if _, err := trace.Run(g, nil, trace.Query{Method: trace.FIFO, Payments: []string{"p1"}}); err != nil {
		t.Error(err)
	}
	if _, err := trace.Run(g, nil, trace.Query{Method: trace.FIFO, Payments: []string{"p1"}, Currency: spoor.USD}); !errors.Is(err, trace.ErrNoRate) {
		t.Error(err)
	}
}

// TestDates: what an account holds is valued when the trace begins, and what
// payments bring when they are made.
func TestDates(t *testing.T) {
	var table spoor.Rates
	for at, rate := range map[spoor.Instant]uint64{0: 1, 1002: 2, 1004: 4, 1006: 8} {
		if err := table.Set(spoor.USD, at, rate*1e8); err != nil {
			t.Fatal(err)
		}
	}
	pay := func(id string, at spoor.Instant, from, to string) spoor.Payment {
		return spoor.Payment{ID: id, Time: at, From: spoor.ParseAccountID(from), To: spoor.ParseAccountID(to),
			Paid: spoor.Money{Amount: 10, Currency: spoor.EUR}}
	}
	g := graphOf(t, economy{pay("p1", 1001, "X", "A"), pay("p2", 1003, "X", "A"), pay("p3", 1005, "A", "Y"), pay("p4", 1007, "Y", "Z")})
	a := []spoor.AccountID{{Number: "A"}}
	for name, c := range map[string]struct {
		q    trace.Query
		want int64
	}{
		"payments":         {trace.Query{Payments: []string{"p1", "p3"}}, 10 + 0},
		"later payment":    {trace.Query{Payments: []string{"p3"}}, 40},
		"all of account":   {trace.Query{From: a}, 10 + 20},
		"account since":    {trace.Query{From: a, Since: 1002}, 20 + 20},
		"backward":         {trace.Query{From: a, Backward: true}, 80 + 40},
		"backward, until":  {trace.Query{From: a, Backward: true, Until: 1004}, 80},
		"backward payment": {trace.Query{Payments: []string{"p1"}, Backward: true}, 10},
	} {
		c.q.Method, c.q.Currency = trace.FIFO, spoor.USD
		r, err := trace.Run(g, &table, c.q)
		if err != nil || r.Traced.Amount != c.want {
			t.Errorf("%s: %v %v, want %d", name, err, r.Traced, c.want)
		}
	}
}

// TestOddRows: payments below zero are passed over even if given, and an id
// that two payments share names both.
func TestOddRows(t *testing.T) {
	pay := func(id string, amount int64) spoor.Payment {
		return spoor.Payment{ID: id, Time: 1000, From: spoor.AccountID{Number: "A"}, To: spoor.AccountID{Number: "B"},
			Paid: spoor.Money{Amount: amount, Currency: spoor.EUR}}
	}
	g := graphOf(t, economy{pay("refund", -5), pay("twice", 30), pay("once", 7), pay("twice", 40)})
	for _, backward := range []bool{false, true} {
		r, err := trace.Run(g, nil, trace.Query{Method: trace.FIFO, Payments: []string{"refund", "twice"}, Backward: backward})
		if err != nil {
			t.Fatal(err)
		}
		if r.Traced.Amount != 70 || len(r.Flows) != 2 || len(r.Notes) != 2 || len(r.Holdings) != 1 || len(r.From) != 3 {
			t.Errorf("%+v", r)
		}
	}
}

func TestRefuses(t *testing.T) {
	e, _ := readEconomy(t, "testdata/clayton.txt")
	g := graphOf(t, e)
	fund := spoor.AccountID{Number: "Fund"}
	for name, c := range map[string]struct {
		q    trace.Query
		want error
	}{
		"nothing asked":   {trace.Query{Method: trace.FIFO}, trace.ErrQuery},
		"no method":       {trace.Query{Payments: []string{"p1"}}, trace.ErrQuery},
		"outside":         {trace.Query{Method: trace.FIFO, From: []spoor.AccountID{{}}}, trace.ErrQuery},
		"ends first":      {trace.Query{Method: trace.FIFO, From: []spoor.AccountID{fund}, Since: 2, Until: 1}, trace.ErrQuery},
		"no such row":     {trace.Query{Method: trace.FIFO, Refs: []graph.Ref{4}}, trace.ErrUnknown},
		"opening unknown": {trace.Query{Method: trace.FIFO, From: []spoor.AccountID{fund}, Opening: map[spoor.AccountID]spoor.Money{{Number: "X"}: {}}}, trace.ErrUnknown},
	} {
		if _, err := trace.Run(g, nil, c.q); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := trace.Run(graph.New(graph.Options{}), nil, trace.Query{Method: trace.FIFO, Payments: []string{"p"}}); !errors.Is(err, trace.ErrQuery) {
		t.Error(err)
	}
}

// TestJSON holds trace.json to its contract.
func TestJSON(t *testing.T) {
	e, _ := readEconomy(t, "testdata/street.txt")
	r, err := trace.Run(graphOf(t, e), rates.Default(), trace.Query{Method: trace.FIFO, Payments: []string{"d1"}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		From     []string
		Method   string
		Holdings []struct {
			Account  string
			Amount   int64
			Currency string
			Share    float64
		}
		Flows []struct {
			Payment string
			Amount  int64
		}
		LeftView struct{ Amount int64 } `json:"left_view"`
		Held     struct{ Amount int64 } `json:"held_at_source"`
		Traced   struct {
			Amount   int64
			Currency string
		}
	}
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	sum := c.LeftView.Amount + c.Held.Amount
	for _, h := range c.Holdings {
		sum += h.Amount
	}
	if c.Method != "fifo" || !slices.Equal(c.From, []string{"d1"}) || c.Traced.Currency != "EUR" || c.Holdings[0].Account != "Lawyer" ||
		c.Holdings[0].Currency != "EUR" || c.Flows[2].Payment != "p2" || c.Flows[2].Amount != 100000 || sum != c.Traced.Amount {
		t.Errorf("%s", text)
	}
	var again trace.Result
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if back, _ := json.Marshal(again); string(back) != string(text) {
		t.Errorf("round trip\n%s\n%s", text, back)
	}
}

// FuzzRun reads an economy and a query from bytes.
func FuzzRun(f *testing.F) {
	f.Add([]byte{0, 0, 1, 2, 100, 0, 2, 3, 90, 0, 3, 1, 80, 7})
	f.Add([]byte{13, 9, 1, 1, 255, 3, 0, 1, 200, 17, 1, 0, 50, 8, 2, 1, 0, 64})
	f.Fuzz(fuzzOne)
}

// fuzzOne traces through the economy that the bytes stand for.
func fuzzOne(t *testing.T, b []byte) {
	if len(b) < 6 || len(b) > 4000 {
		return
	}
	cur := currencies("EUR", "USD", "JPY", "XBT")
	var e economy
	for i := 2; i+4 <= len(b); i += 4 {
		p := spoor.Payment{Record: uint64(i), Time: spoor.Instant(1000 + i/8 - int(b[i+3]>>6))}
		account := func(c byte) (a spoor.AccountID) {
			if c%7 > 0 {
				a.Number = string('A' + c%7)
			}
			return a
		}
		p.From, p.To = account(b[i]), account(b[i+1])
		p.Paid = spoor.Money{Amount: int64(b[i+2]) << (b[i] / 7), Currency: cur[b[i+3]%4]}
		if p.Received = p.Paid; b[i+3]&8 != 0 {
			p.Received = spoor.Money{Amount: int64(b[i+1]), Currency: cur[b[i+3]/4%4]}
		}
		if b[i+3]&48 == 48 {
			p.Channel = spoor.Cash
		}
		e = append(e, p)
	}
	g := graphOf(t, e)
	q := trace.Query{Method: any4[b[0]%4], Backward: b[0]&4 != 0, Limits: trace.Limits{Parcels: int(b[1] & 8), Paths: int(b[1]&3) - 1}}
	if b[0]&8 != 0 {
		q.From = []spoor.AccountID{g.AccountID(graph.Account(int(b[1]) % g.Accounts()))}
	}
	if b[0]&16 != 0 || q.From == nil {
		q.Refs = []graph.Ref{graph.Ref(int(b[1]) % len(e))}
	}
	if b[0]&32 != 0 {
		q.Since, q.Until = 1000+spoor.Instant(b[1]&7), 1000+spoor.Instant(b[1]>>3)
	}
	r, err := trace.RunAudited(g, rates.Default(), q)
	if err != nil {
		if !errors.Is(err, trace.ErrQuery) && !errors.Is(err, trace.ErrTooLarge) && !errors.Is(err, trace.ErrUnknown) {
			t.Fatal(err)
		}
		return
	}
	sum := r.LeftView.Amount + r.HeldAtSource.Amount
	for _, h := range r.Holdings {
		sum += h.Amount
	}
	if sum != r.Traced.Amount {
		t.Fatalf("traced %d, found %d", r.Traced.Amount, sum)
	}
}
