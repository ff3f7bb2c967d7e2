package book

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"spoor"
)

var (
	italy  = spoor.Country{'I', 'T'}
	monday = spoor.At(time.Date(2026, 2, 23, 9, 0, 0, 0, time.UTC))
	payer  = spoor.AccountID{Number: "IT01"}
	payee  = spoor.AccountID{Number: "IT02"}
)

func newBook(t *testing.T, events ...Event) *Book {
	t.Helper()
	b, err := New(italy, DefaultWindow)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := b.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// proposed is an order that may be entered; change makes another of it.
func proposed(id string, kind spoor.OrderKind, change ...func(*OrderProposed)) OrderProposed {
	e := OrderProposed{At: monday, Order: spoor.Order{ID: id, Kind: kind, Authority: "UIF", LegalBasis: "a law",
		Accounts: []spoor.AccountID{payer}, From: monday, ProposedBy: "anna"}}
	e.Lapses, _ = End(StandStill, monday, italy)
	if l, ok := legal(kind); ok {
		e.Order.Until, _ = End(l, monday, italy)
	}
	if kind == spoor.TransactionSuspension {
		e.Order.Accounts, e.Order.Payment = nil, "P1"
	}
	if kind == spoor.Monitoring {
		e.Order.Until = monday + 90*spoor.Day
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

func decided(key string, o spoor.Outcome, change ...func(*Decided)) Decided {
	e := Decided{Decision: spoor.Decision{Key: key, Entry: 7, Outcome: o, At: monday}, Payer: payer, Payee: payee,
		Paid: spoor.Money{Amount: 100, Currency: spoor.EUR}, Received: spoor.Money{Amount: 100, Currency: spoor.EUR}}
	if o == spoor.HoldBack {
		e.Decision.Until, _ = End(StandStill, monday, italy)
		e.Causes = []Cause{{Until: e.Decision.Until}}
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

// TestRefused: what may not happen is an error in words, by Check and by Apply,
// and changes nothing.
func TestRefused(t *testing.T) {
	freeze := []Event{proposed("F", spoor.FreezingOrder)}
	force := append(freeze, OrderConfirmed{"F", "bruno", monday})
	held := []Event{decided("P1", spoor.HoldBack)}
	for _, c := range []struct {
		before []Event
		e      Event
		want   string
	}{
		{nil, proposed("F", spoor.FreezingOrder, func(e *OrderProposed) { e.Order.ProposedBy = " " }), "who proposes it is missing"},
		{nil, proposed("F", spoor.FreezingOrder, func(e *OrderProposed) { e.Order.State = spoor.InForce }), "a second person confirms it"},
		{nil, proposed("F", spoor.FreezingOrder, func(e *OrderProposed) { e.Order.Accounts = make([]spoor.AccountID, 10_001) }), "empty account"},
		{nil, proposed("F", spoor.FreezingOrder, func(e *OrderProposed) { e.Order.Parties = many(10_001) }), "at most 10000"},
		{nil, proposed("F", spoor.FreezingOrder, func(e *OrderProposed) { e.Lapses = monday }), "before it is proposed"},
		{nil, proposed("F", spoor.FreezingOrder, func(e *OrderProposed) { e.Lapses += spoor.Day }), "would hold unconfirmed"},
		{nil, proposed("F", spoor.FreezingOrder, func(e *OrderProposed) { e.Order.From, e.Order.Until = 1, 5 }), "ended"},
		{nil, proposed("A", spoor.AccountSuspension, func(e *OrderProposed) { e.Order.Until = 0 }), "has no end"},
		{nil, proposed("A", spoor.AccountSuspension, func(e *OrderProposed) { e.Order.Until++ }), "5 working days from"},
		{nil, proposed("A", spoor.AccountSuspension, func(e *OrderProposed) { e.Order.From = monday + 60 }), "begins when it is entered"},
		{nil, proposed("S", spoor.TransactionSuspension, func(e *OrderProposed) { e.Order.Until++ }), "10 working days from"},
		{[]Event{decided("P1", spoor.Allow)}, proposed("S", spoor.TransactionSuspension), "was decided already (allow)"},
		{freeze, proposed("F", spoor.FreezingOrder), "needs a new reference"},
		{freeze, OrderConfirmed{"F", "ANNA ", monday}, "four eyes"},
		{freeze, OrderConfirmed{"F", "", monday}, "who confirms it"},
		{freeze, OrderConfirmed{"G", "bruno", monday}, "is not known"},
		{freeze, OrderConfirmed{"F", "bruno", monday + 9*spoor.Day}, "propose it anew"},
		{freeze, OrderExpired{"F", monday}, "is not over"},
		{freeze, OrderExpired{"G", monday}, "is not known"},
		{force, OrderConfirmed{"F", "carla", monday}, "only a proposed order"},
		{force, OrderLifted{"F", "carla", "", monday}, "who lifts it and why"},
		{force, OrderLifted{"G", "carla", "x", monday}, "is not known"},
		{nil, decided("", spoor.Allow), "without a payment"},
		{nil, decided("P1", spoor.Allow, func(e *Decided) { e.Decision.Entry = 0 }), "journal entry 0"},
		{nil, decided("P1", 9), "unknown outcome"},
		{nil, decided("P1", spoor.Block), "without an order in force"},
		{freeze, decided("P1", spoor.Block, func(e *Decided) { e.Decision.Orders = []string{"F", "G"} }), "without an order in force"},
		{nil, decided("P1", spoor.Block, func(e *Decided) { e.Decision.Hits = []spoor.Hit{{Exact: true}, {Freezes: true}} }), "without an order in force"},
		{nil, decided("P1", spoor.HoldBack, func(e *Decided) { e.Causes = nil }), "needs a cause"},
		{nil, decided("P1", spoor.HoldBack, func(e *Decided) { e.Decision.Until++ }), "needs a cause"},
		{nil, decided("P1", spoor.HoldBack, longer("")), "3 working days from"},
		{force, decided("P1", spoor.HoldBack, longer("F")), "3 working days from"},
		{nil, decided("P1", spoor.HoldBack, longer("unknown")), "3 working days from"},
		{[]Event{proposed("A", spoor.AccountSuspension), OrderConfirmed{"A", "bruno", monday}}, decided("P1", spoor.HoldBack, longer("A")), "due with order A"},
		{held, decided("P1", spoor.HoldBack), "decided, and held, once"},
		{held, HoldReleased{"P1", "dora", "", monday}, "who releases it and why"},
		{held, HoldEnded{"P1", monday}, "is held until Thu 26 Feb 2026 24:00 Europe/Rome"},
		{held, HoldBlocked{Payment: "P1", Order: "F", At: monday}, "is no freezing order in force"},
		{append(held, freeze...), HoldBlocked{Payment: "P1", Order: "F", At: monday}, "is no freezing order in force"},
		{append(held, force...), HoldReleased{"P1", "dora", "x", monday}, "lift the order first"},
		{nil, HoldEnded{"P1", monday}, "is not held"},
		{nil, Recalled{}, "without a payment"},
		{nil, Recalled{Payment: strings.Repeat("x", 301)}, "at most 300"},
	} {
		b := newBook(t, c.before...)
		var before, after bytes.Buffer
		if err := b.SaveTables(&before); err != nil {
			t.Fatal(err)
		}
		checked, applied := b.Check(c.e), b.Apply(c.e)
		if err := b.SaveTables(&after); err != nil || !bytes.Equal(before.Bytes(), after.Bytes()) {
			t.Errorf("%T: a refused event changed the book (%v)", c.e, err)
		}
		if checked == nil || applied == nil || !strings.Contains(applied.Error(), c.want) || checked.Error() != applied.Error() {
			t.Errorf("%T: got %v and %v, want %s", c.e, checked, applied, c.want)
		}
	}
}

func longer(order string) func(*Decided) {
	return func(e *Decided) {
		e.Decision.Until += 9 * spoor.Day
		e.Causes = []Cause{{order, e.Decision.Until}}
	}
}

func many(n int) (out []spoor.Identifier) {
	for range n {
		out = append(out, spoor.Identifier{Kind: spoor.LEI, Value: "X"})
	}
	return out
}

// TestReplayTrustsLimits: a longer end than today's calendar gives is folded,
// an impossible event is not.
func TestReplayTrustsLimits(t *testing.T) {
	b := newBook(t)
	if err := b.Replay(decided("P1", spoor.HoldBack, longer(""))); err != nil {
		t.Error(err)
	}
	if err := b.Replay(decided("P1", spoor.HoldBack)); err == nil {
		t.Error("replayed twice")
	}
}

func TestNew(t *testing.T) {
	if _, err := New(spoor.Country{'U', 'S'}, DefaultWindow); err == nil {
		t.Error("a book without a calendar")
	}
	if _, err := New(italy, spoor.Day); err == nil {
		t.Error("a window of a day")
	}
	if _, err := FromState(State{Member: "IT", Window: DefaultWindow, Orders: []OrderRecord{{}}}); err == nil {
		t.Error("a state with an empty order is loaded")
	}
	if err := newBook(t).LoadTables(strings.NewReader("spoor gate accounts 9\n")); err == nil {
		t.Error("tables of another version are loaded")
	}
}

// TestDueIsCheap: with nothing due, nothing is walked until something changes.
func TestDueIsCheap(t *testing.T) {
	b := newBook(t, decided("P1", spoor.HoldBack))
	if b.Due(monday) != nil || b.next != b.open["P1"].Until {
		t.Fatalf("next is %s", b.next)
	}
	// An order that begins later catches the hold when it begins.
	later := monday + spoor.Day
	for _, e := range []Event{proposed("F", spoor.FreezingOrder, func(e *OrderProposed) { e.Order.From = later }), OrderConfirmed{"F", "bruno", monday}} {
		if err := b.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if due := b.Due(monday); due != nil {
		t.Fatalf("%+v", due)
	}
	if due := b.Due(later); len(due) != 1 || due[0].(HoldBlocked).Order != "F" {
		t.Fatalf("%+v", due)
	}
}

// TestForgets: the window forgets payments and recalls, never accounts.
func TestForgets(t *testing.T) {
	b := newBook(t, decided("P1", spoor.Allow), Recalled{Payment: "P1", Reason: "FRAD", At: monday}, Recalled{Payment: "P0", At: monday})
	if !b.Recalled([4]byte{}, "P0") || b.Recalled([4]byte{}, "P1") {
		t.Error("a payment that was not seen yet is to be remembered")
	}
	if _, _, n := b.Account(payee, monday); n != 1 {
		t.Errorf("%d recalls for fraud", n)
	}
	if err := b.Apply(decided("P2", spoor.Allow, func(e *Decided) { e.Decision.At += 200 * spoor.Day })); err != nil {
		t.Fatal(err)
	}
	_, _, _, found := b.Seen("P1", [16]byte{})
	_, known, frauds := b.Account(payee, 0)
	if found || b.Recalled([4]byte{}, "P0") || frauds != 0 || !known || b.Accounts() != 2 {
		t.Error(found, b.Recalled([4]byte{}, "P0"), frauds, known, b.Accounts())
	}
	// Time that goes back is no reason to forget.
	if err := b.Apply(decided("P3", spoor.Allow)); err != nil {
		t.Fatal(err)
	}
	if entry, same, own, found := b.Seen("P3", [16]byte{}); entry != 7 || !same || !own || !found {
		t.Error(entry, same, own, found)
	}
	if _, same, own, _ := b.Seen("P3", [16]byte{15: 1}); same || !own {
		t.Error("another digest is the same, or of another sender")
	}
	if _, same, own, found := b.Seen("P3", [16]byte{3: 1}); same || own || !found {
		t.Error("another sender's digest is taken for the sender's")
	}
}
