package book

import (
	"fmt"
	"strings"
	"testing"

	"spoor"
	"spoor/gate/internal/keep"
)

func mustApply(t testing.TB, b *Book, events ...Event) {
	t.Helper()
	for _, e := range events {
		if err := b.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOrderStorm: one desk key cannot pile orders up, on one account or in all.
func TestOrderStorm(t *testing.T) {
	b := newBook(t)
	for i := range MaxOrders {
		mustApply(t, b, proposed(fmt.Sprint("F", i), spoor.FreezingOrder, func(e *OrderProposed) {
			e.Order.Parties = []spoor.Identifier{{Kind: spoor.TaxNumber, Value: "T1"}}
		}))
	}
	for what, more := range map[string]OrderProposed{
		"account":      proposed("G", spoor.FreezingOrder),
		"same account": proposed("G", spoor.FreezingOrder, func(e *OrderProposed) { e.Order.Accounts = []spoor.AccountID{{Number: "it-01"}} }),
		"identifier": proposed("G", spoor.FreezingOrder, func(e *OrderProposed) {
			e.Order.Accounts, e.Order.Parties = nil, []spoor.Identifier{{Kind: spoor.TaxNumber, Value: "t-1"}}
		}),
	} {
		if err := b.Apply(more); err == nil || !strings.Contains(err.Error(), "under 64 orders already") {
			t.Errorf("%s: %v", what, err)
		}
	}
	// A journal that has more was written, and is read.
	if err := b.Replay(proposed("G", spoor.FreezingOrder)); err != nil {
		t.Error(err)
	}
	// What ends makes room.
	mustApply(t, b, OrderLifted{"G", "carla", "x", monday}, OrderLifted{"F0", "carla", "x", monday}, proposed("H", spoor.FreezingOrder))
	if len(b.OrdersOn(payer)) != MaxOrders {
		t.Error("not full again")
	}

	elsewhere := func(i int, by string) OrderProposed {
		return proposed(fmt.Sprint(by, i), spoor.FreezingOrder, func(e *OrderProposed) {
			e.Order.Accounts, e.Order.ProposedBy = []spoor.AccountID{{Number: fmt.Sprint("IT9", i)}}, by
		})
	}
	for i := range maxProposals {
		mustApply(t, b, elsewhere(i, "dora"))
	}
	if err := b.Apply(elsewhere(maxProposals, "Dora ")); err == nil || !strings.Contains(err.Error(), "1000 orders that nobody has confirmed") {
		t.Error(err)
	}
	mustApply(t, b, elsewhere(maxProposals, "emma"))
	again, err := FromState(b.State())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []*Book{b, again} {
		if err := b.Check(elsewhere(maxProposals+1, "dora")); err == nil {
			t.Error("room for one more")
		}
		mustApply(t, b, OrderConfirmed{"dora0", "bruno", monday}, elsewhere(maxProposals+1, "dora"), OrderLifted{"dora1", "dora", "x", monday}, elsewhere(maxProposals+2, "dora"))
		if len(b.proposals) != 3 || b.proposals["dora"] != maxProposals {
			t.Error(b.proposals)
		}
	}
}

// TestManyCauses: a hold keeps at most as many orders as a decision names, those
// that end last.
func TestManyCauses(t *testing.T) {
	ids := []spoor.Identifier{}
	for i := range MaxOrders + 6 {
		ids = append(ids, spoor.Identifier{Kind: spoor.TaxNumber, Value: fmt.Sprint("T", i)})
	}
	b := newBook(t, decided("P1", spoor.HoldBack, func(e *Decided) { e.PayerIDs = ids }))
	for i, id := range ids {
		name := fmt.Sprint("A", i)
		mustApply(t, b, proposed(name, spoor.AccountSuspension, func(e *OrderProposed) {
			e.Order.Accounts, e.Order.Parties, e.Order.Until = nil, []spoor.Identifier{id}, monday+spoor.Day+spoor.Instant(i)
		}), OrderConfirmed{name, "bruno", monday})
	}
	h, _ := b.Hold("P1")
	if len(h.Causes) != MaxOrders || h.Causes[0].Order != "" || h.Until != h.Causes[0].Until {
		t.Errorf("%d causes, %+v", len(h.Causes), h.Causes[0])
	}
	for i := range ids {
		mustApply(t, b, OrderLifted{fmt.Sprint("A", i), "carla", "x", monday})
	}
	if h, _ = b.Hold("P1"); len(h.Causes) != 1 || len(b.causes) != 0 {
		t.Errorf("%+v, %d orders hold something", h.Causes, len(b.causes))
	}
	mustApply(t, b, HoldReleased{"P1", "dora", "x", monday})
	if !b.payers.Empty() || len(b.open) != 0 {
		t.Error("a closed hold is still found")
	}
}

// TestRecallBounds: a sender's recalls of payments that never come push out its
// own oldest ones, and nobody else's.
func TestRecallBounds(t *testing.T) {
	b, loud, quiet := newBook(t), SenderDigest("LOUDITMM"), SenderDigest("CALMITMM")
	before := func(sender [4]byte, i int) Recalled {
		return Recalled{Sender: sender, Payment: fmt.Sprint("U", i), Reason: "DUPL", At: monday}
	}
	mustApply(t, b, before(quiet, 0))
	for i := range keep.MaxSenderRecalls + 5 {
		mustApply(t, b, before(loud, i))
	}
	mustApply(t, b, before(loud, 7)) // again
	if b.memory.young.recalls.Len() != keep.MaxSenderRecalls+1 {
		t.Error(b.memory.young.recalls.Len())
	}
	again, err := FromState(b.State())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []*Book{b, again} {
		if b.Recalled(loud, "U4") || !b.Recalled(loud, "U5") || !b.Recalled(quiet, "U0") || b.Recalled(quiet, "U5") {
			t.Error("the wrong ones are remembered")
		}
		mustApply(t, b, before(loud, keep.MaxSenderRecalls+5))
		if b.Recalled(loud, "U5") || !b.Recalled(loud, "U6") {
			t.Error("the oldest did not go")
		}
	}
}

// TestRecallsOfOthers: only a payment's own sender is heard, and once, and only
// on what passed.
func TestRecallsOfOthers(t *testing.T) {
	own, other := SenderDigest("UNOOITMM"), SenderDigest("DUEEITMM")
	sent := func(e *Decided) { copy(e.Digest[:], own[:]) }
	b := newBook(t, decided("P1", spoor.Allow, sent), decided("P2", spoor.HoldBack, sent), decided("P3", spoor.Allow, sent))
	frauds := func() int { _, _, n := b.Account(payee, 0); return n }
	state := fmt.Sprint(b.State())
	for _, p := range []string{"P1", "P2"} {
		mustApply(t, b, Recalled{Sender: other, Payment: p, Reason: fraud, At: monday}, Recalled{Payment: p, Reason: fraud, At: monday})
	}
	mustApply(t, b, Recalled{Sender: own, Payment: "P2", Reason: fraud, At: monday})
	if got := fmt.Sprint(b.State()); frauds() != 0 || got != state {
		t.Errorf("%d frauds; %s became %s", frauds(), state, got)
	}
	mustApply(t, b, Recalled{Sender: own, Payment: "P1", Reason: "DUPL", At: monday}, Recalled{Sender: own, Payment: "P1", Reason: fraud, At: monday},
		Recalled{Sender: own, Payment: "P1", Reason: fraud, At: monday}, Recalled{Sender: own, Payment: "P3", Reason: fraud, At: monday},
		HoldReleased{"P2", "dora", "x", monday}, Recalled{Sender: own, Payment: "P2", Reason: fraud, At: monday})
	if frauds() != 3 {
		t.Errorf("%d recalls for fraud of three payments", frauds())
	}
	// What is recalled before it comes frames nobody.
	mustApply(t, b, Recalled{Sender: own, Payment: "P4", Reason: fraud, At: monday}, decided("P4", spoor.Allow, sent))
	if frauds() != 3 || !b.Recalled(own, "P4") || b.Recalled(other, "P4") {
		t.Error(frauds(), b.Recalled(own, "P4"), b.Recalled(other, "P4"))
	}
	if entry, same, sameSender, found := b.Seen("P1", [16]byte{}); entry != 7 || same || sameSender || !found {
		t.Error(entry, same, sameSender, found)
	}
}

// TestEmptyAccount: an order on nothing is refused, also as it may stand in an
// older journal, where it holds nothing.
func TestEmptyAccount(t *testing.T) {
	for _, a := range []spoor.AccountID{{Number: " "}, {Bank: "UNOOITMM"}, {Bank: "UNOOITMM", Number: "-"}} {
		on := proposed("F", spoor.FreezingOrder, func(e *OrderProposed) { e.Order.Accounts = []spoor.AccountID{a} })
		if err := newBook(t).Apply(on); err == nil || !strings.Contains(err.Error(), "account 1 has neither letters nor digits") {
			t.Errorf("%q: %v", a, err)
		}
		s := newBook(t).State()
		s.Orders = []OrderRecord{{Order: on.Order, Lapses: on.Lapses}}
		s.Orders[0].Order.State = spoor.InForce
		b, err := FromState(s)
		if err != nil {
			t.Fatal(err)
		}
		i := &spoor.Instruction{References: spoor.References{UETR: "P1"}}
		i.Parties = []spoor.RoleParty{{Role: spoor.Debtor, Party: spoor.Party{Identifiers: []spoor.Identifier{{Kind: spoor.AccountNumber, Value: " "}, {Kind: spoor.OtherNumber}}}}}
		if touched := b.Touching(nil, i, monday); len(touched) != 0 {
			t.Errorf("%q: touches a payment without an account", a)
		}
	}
	b := newBook(t, decided("P1", spoor.Allow, func(e *Decided) { e.Payer = spoor.AccountID{Bank: "UNOOITMM", Number: " "} }))
	for i := range 2000 { // so that the table has slots everywhere
		mustApply(t, b, decided(fmt.Sprint("Q", i), spoor.Allow, func(e *Decided) { e.Payer, e.Payee = spoor.AccountID{}, spoor.AccountID{Number: fmt.Sprint("R", i)} }))
	}
	if _, known, _ := b.Account(spoor.AccountID{Number: " "}, 0); known || b.Left(spoor.AccountID{Bank: "X"}) != nil || b.Accounts() != 2001 {
		t.Error("the outside is an account", known, b.Accounts())
	}
}
