package gate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spoor"
	"spoor/gate/book"
)

var monday = spoor.At(time.Date(2026, 2, 23, 9, 0, 0, 0, time.UTC))

// ordinary is a payment like most.
func ordinary() *Input {
	i := &spoor.Instruction{References: spoor.References{UETR: "eb6305c9-1f7f-49de-aed0-16487c27b42d"}}
	i.Payment = spoor.Payment{
		From: spoor.AccountID{Number: "IT60X0542811101000000123456"}, To: spoor.AccountID{Number: "DE89370400440532013000"},
		Paid: spoor.Money{Amount: 12_345, Currency: spoor.EUR}, Received: spoor.Money{Amount: 12_345, Currency: spoor.EUR},
		Channel: spoor.CreditTransfer, FromCountry: spoor.Country{'I', 'T'}, ToCountry: spoor.Country{'D', 'E'},
		FromName: "Anna Verdi", ToName: "Muster GmbH", Purpose: "Invoice 4711",
	}
	i.Parties = []spoor.RoleParty{
		{Role: spoor.Debtor, Party: spoor.Party{Identifiers: []spoor.Identifier{{Kind: spoor.NationalID, Value: "VRDNNA80A41H501X"}}}},
		{Role: spoor.Creditor, Party: spoor.Party{Identifiers: []spoor.Identifier{{Kind: spoor.LEI, Value: "5299009N55YRQC69CN08"}}}},
	}
	return &Input{Instruction: i, Risk: .02, RiskKnown: true, AmountEUR: 123.45, At: monday, Spent: time.Millisecond,
		Versions: map[string]string{"eu": "2026-02-20", "ofac": "2026-02-21", "un": "2026-02-19", "typologies": "2026-11", "model": "default 3"}}
}

// drawnPolicy is any policy that loads.
func drawnPolicy(t *rapid.T) *Policy {
	conditions := []string{"true", "payer.frozen", "payee.frozen", "payer.suspended or payee.suspended", "hits.exact", "hits.freezes", "hits.count > 0",
		"risk > 0.5", "len(signals) > 0", "payment.recalled", "payment.amount_eur > threshold.large", "payer.freeze_proposed", "payee.fraud_recalls > 0"}
	var text strings.Builder
	fmt.Fprintf(&text, "version = \"x\"\nmember = \"IT\"\nbudget = \"100ms\"\nfraud_days = 30\n[late]\nscreen = %q\ntypologies = %q\nrisk = \"allow\"\n",
		rapid.SampledFrom([]string{"hold", "allow"}).Draw(t, "screen"), rapid.SampledFrom([]string{"hold", "allow"}).Draw(t, "typologies"))
	for name, most := range map[string]int{"stand_still": 3, "transaction": 10, "account": 5} {
		fmt.Fprintf(&text, "[clocks.%s]\nworking_days = %d\nlaw = \"x\"\nverified = false\n", name, rapid.IntRange(1, most).Draw(t, name))
	}
	text.WriteString("[thresholds]\nlarge = 100\n")
	for i := range rapid.IntRange(1, 6).Draw(t, "rules") {
		do := rapid.SampledFrom(actionNames[:]).Draw(t, "do")
		grounds := groundNames[:]
		if do == "block" {
			grounds = grounds[1:]
		}
		fmt.Fprintf(&text, "[[rule]]\nname = \"r%d\"\nwhen = %q\ndo = %q\nground = %q\ncode = \"NARR\"\ntext = \"x\"\nlaw = \"x\"\nverified = false\n",
			i, rapid.SampledFrom(conditions).Draw(t, "when"), do, rapid.SampledFrom(grounds).Draw(t, "ground"))
	}
	p, err := LoadPolicy([]byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestLawHolds: whatever the policy and whatever happens, a block has its
// ground, a hold ends in time and is not extended, an order in force on the
// payer is obeyed, and the book agrees with its replay.
func TestLawHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawnPolicy(t)
		b, err := book.New(p.Member, book.DefaultWindow)
		if err != nil {
			t.Fatal(err)
		}
		g, err := New(p, b)
		if err != nil {
			t.Fatal(err)
		}
		w := world{t: t, b: b, g: g, now: monday, held: map[string]limits{}}
		for range rapid.IntRange(5, 60).Draw(t, "steps") {
			w.step()
		}
		w.ended()
		replay, err := book.New(p.Member, book.DefaultWindow)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range w.log {
			if err := replay.Replay(e); err != nil {
				t.Fatal(err)
			}
		}
		if x, y := fmt.Sprintf("%+v", b.State()), fmt.Sprintf("%+v", replay.State()); x != y {
			t.Fatalf("replayed\n%s\n%s", x, y)
		}
	})
}

type limits struct{ at, until spoor.Instant }

type world struct {
	t       *rapid.T
	b       *book.Book
	g       *Gate
	now     spoor.Instant
	log     []book.Event
	entry   uint64
	orders  int
	held    map[string]limits // by payment: the latest end that the law gives
	in, out [3]int64          // of accounts, by our own books
}

func (w *world) apply(e book.Event) error {
	err := w.b.Apply(e)
	if err == nil {
		w.log = append(w.log, e)
	}
	return err
}

func account(i int) spoor.AccountID { return spoor.AccountID{Number: fmt.Sprintf("IT0%d", i)} }

func (w *world) step() {
	t := w.t
	w.now += spoor.Instant(rapid.IntRange(0, 30*3600).Draw(t, "later"))
	w.clock()
	id := fmt.Sprintf("O%d", rapid.IntRange(0, max(w.orders-1, 0)).Draw(t, "order"))
	who := rapid.SampledFrom([]string{"anna", "bruno"}).Draw(t, "who")
	payment := fmt.Sprintf("P%d", rapid.IntRange(1, 40).Draw(t, "payment"))
	switch rapid.SampledFrom([]string{"pay", "pay", "pay", "propose", "confirm", "confirm", "lift", "release", "recall"}).Draw(t, "what") {
	case "pay":
		w.pay(payment)
	case "propose":
		o := spoor.Order{ID: fmt.Sprintf("O%d", w.orders), Authority: "x", LegalBasis: "x", Kind: rapid.SampledFrom([]spoor.OrderKind{
			spoor.FreezingOrder, spoor.AccountSuspension, spoor.TransactionSuspension, spoor.Monitoring}).Draw(t, "kind")}
		if o.Kind == spoor.TransactionSuspension {
			o.Payment = payment
		} else {
			o.Accounts = []spoor.AccountID{account(rapid.IntRange(0, 2).Draw(t, "on"))}
		}
		if rapid.Bool().Draw(t, "with an end") {
			o.Until = w.now + spoor.Instant(rapid.IntRange(1, 20*86400).Draw(t, "end"))
		}
		if w.apply(w.g.Propose(o, who, w.now)) == nil {
			w.orders++
		}
	case "confirm":
		if w.apply(book.OrderConfirmed{Order: id, By: who, At: w.now}) == nil {
			r, _ := w.b.Order(id)
			if r.Order.ProposedBy == who {
				t.Fatal("two eyes")
			}
		}
	case "lift":
		_ = w.apply(book.OrderLifted{Order: id, By: who, Why: "x", At: w.now})
	case "release":
		h, _ := w.b.Hold(payment)
		if w.apply(book.HoldReleased{Payment: payment, By: who, Why: "x", At: w.now}) == nil {
			w.went(h)
		}
	case "recall":
		e := w.g.Recall(&spoor.Recall{References: spoor.References{UETR: payment}, Reason: "FRAD"}, w.now)
		if err := w.apply(e); err != nil {
			t.Fatal(err)
		}
	}
	w.clock()
}

func (w *world) pay(payment string) {
	t := w.t
	in := ordinary()
	in.At, in.Instruction.UETR = w.now, payment
	in.Instruction.Digest[15] = byte(rapid.IntRange(0, 1).Draw(t, "digest"))
	from, to := rapid.IntRange(0, 2).Draw(t, "from"), rapid.IntRange(0, 2).Draw(t, "to")
	in.Instruction.Payment.From, in.Instruction.Payment.To = account(from), account(to)
	in.Risk = rapid.Float64Range(0, 1).Draw(t, "risk")
	in.Late = rapid.SampledFrom([][]string{nil, nil, {"screen"}, {"risk", "nobody"}}).Draw(t, "late")
	in.Hits = rapid.SampledFrom([][]spoor.Hit{nil, nil, {{Score: .9, Freezes: true}}, {{Score: 1, Exact: true}}, {{Score: 1, Exact: true, Freezes: true}}}).Draw(t, "hits")
	if _, _, _, found := w.b.Seen(payment, in.Instruction.Digest); found {
		e := w.g.Judge(in)
		e.Decision.Entry = w.entry + 1
		if w.apply(e) == nil {
			t.Fatalf("%s is decided twice", payment)
		}
		return
	}
	e := w.g.Judge(in)
	w.entry++
	e.Decision.Entry = w.entry
	if err := w.apply(e); err != nil {
		t.Fatalf("%v\n%+v", err, e)
	}
	frozen := func(a spoor.AccountID) bool {
		return slices.ContainsFunc(w.b.OrdersOn(a), func(r book.OrderRecord) bool {
			return r.Order.Kind == spoor.FreezingOrder && r.InForce() && r.Active(w.now)
		})
	}
	d := e.Decision
	exact := len(in.Hits) > 0 && in.Hits[0].Exact && in.Hits[0].Freezes
	for i, r := range d.Reasons {
		if r.Outcome > d.Outcome || i == 0 && r.Outcome != d.Outcome {
			t.Fatalf("a reason asked for %s: %+v", r.Outcome, d)
		}
	}
	switch {
	case d.Outcome == spoor.Block && !exact && !frozen(account(from)) && !frozen(account(to)):
		t.Fatalf("blocked without a ground: %+v", d)
	case d.Outcome != spoor.Block && frozen(account(from)):
		t.Fatalf("an order in force is not obeyed: %+v", d)
	case d.Outcome == spoor.HoldBack && (d.Until <= d.At || d.Clock == ""):
		t.Fatalf("a hold without an end: %+v", d)
	case d.Outcome == spoor.HoldBack:
		w.bound(payment)
	case d.Outcome == spoor.Allow:
		w.went(book.Hold{Payer: account(from), Payee: account(to), Paid: e.Paid, Received: e.Received})
	}
}

// bound notes how long the law lets a payment be held: the stand-still, or a
// suspension of it or its payer that was in force meanwhile.
func (w *world) bound(payment string) {
	h, _ := w.b.Hold(payment)
	most, _ := book.End(book.StandStill, h.At, w.b.Member())
	for i := range w.orders {
		r, _ := w.b.Order(fmt.Sprintf("O%d", i))
		limit := book.AccountLimit
		switch {
		case r.Order.Kind == spoor.TransactionSuspension && r.Order.Payment == payment:
			limit = book.TransactionLimit
		case r.Order.Kind != spoor.AccountSuspension || !slices.Contains(r.Order.Accounts, h.Payer):
			continue
		}
		if r.InForce() {
			end, _ := book.End(limit, r.Order.From, w.b.Member())
			most = max(most, end)
		}
	}
	if l, ok := w.held[payment]; ok {
		most = max(most, l.until)
	}
	w.held[payment] = limits{h.At, most}
	if h.Until > most {
		w.t.Fatalf("%s is held until %s, the law says %s: %+v", payment, h.Until, most, h)
	}
}

func (w *world) went(h book.Hold) {
	for i := range w.in {
		if account(i) == h.Payer {
			w.out[i] += h.Paid.Amount
		}
		if account(i) == h.Payee {
			w.in[i] += h.Received.Amount
		}
	}
}

func (w *world) clock() {
	for {
		due := w.b.Due(w.now)
		if len(due) == 0 {
			break
		}
		for _, e := range due {
			if end, ok := e.(book.HoldEnded); ok {
				h, _ := w.b.Hold(end.Payment)
				w.went(h)
			}
			if err := w.apply(e); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	for _, h := range w.b.Holds() {
		w.bound(h.Payment)
	}
}

// ended compares the ledger with our own books, and proves that nothing stays
// held for ever.
func (w *world) ended() {
	w.now += 60 * spoor.Day
	w.clock()
	if open := w.b.Holds(); len(open) > 0 {
		w.t.Fatalf("held two months: %+v", open[0])
	}
	for i := range w.in {
		for _, b := range w.b.Left(account(i)) {
			if b.In != w.in[i] || b.Out != w.out[i] || b.Left != b.In-b.Out {
				w.t.Fatalf("account %d: %+v, want %d in and %d out", i, b, w.in[i], w.out[i])
			}
		}
	}
}
