package book

import (
	"fmt"
	"testing"
	"time"

	"spoor"
)

// crowd is a book with n freezing orders in force and n open holds, that have
// nothing to do with each other.
func crowd(t testing.TB, n int) *Book {
	b, err := New(italy, DefaultWindow)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		id := fmt.Sprint("F", i)
		mustApply(t, b, proposed(id, spoor.FreezingOrder, func(e *OrderProposed) {
			e.Order.Accounts = []spoor.AccountID{{Number: fmt.Sprint("IT1", i)}}
			e.Order.Parties = []spoor.Identifier{{Kind: spoor.TaxNumber, Value: fmt.Sprint("T1", i)}}
		}), OrderConfirmed{id, "bruno", monday},
			decided(fmt.Sprint("P", i), spoor.HoldBack, func(e *Decided) {
				e.Payer = spoor.AccountID{Number: fmt.Sprint("IT2", i)}
				e.PayerIDs = []spoor.Identifier{{Kind: spoor.TaxNumber, Value: fmt.Sprint("T2", i)}}
			}))
	}
	return b
}

// suspension is of n accounts, with a name.
func suspension(id string, n int) OrderProposed {
	return proposed(id, spoor.AccountSuspension, func(e *OrderProposed) {
		e.Order.Accounts = nil
		for i := range n {
			e.Order.Accounts = append(e.Order.Accounts, spoor.AccountID{Number: fmt.Sprint("IT", id, i)})
		}
	})
}

// TestCrowdIsQuick: nothing a desk does among ten thousand orders and holds keeps
// it from its payments. The bounds are far above what it takes (see the
// benchmarks), and far below what it took.
func TestCrowdIsQuick(t *testing.T) {
	b := crowd(t, 10_000)
	due := func() {
		for events := b.Due(monday); len(events) > 0; events = b.Due(monday) {
			mustApply(t, b, events...)
		}
	}
	due()
	quick := func(what string, most time.Duration, f func()) {
		t.Helper()
		began := time.Now()
		f()
		if took := time.Since(began); took > most {
			t.Errorf("%s took %s, more than %s", what, took, most)
		} else {
			t.Logf("%s: %s", what, took)
		}
	}
	quick("two suspensions of 10,000 accounts", 2*time.Second, func() {
		mustApply(t, b, suspension("A", 10_000), OrderConfirmed{"A", "bruno", monday}, suspension("B", 10_000), OrderConfirmed{"B", "bruno", monday})
		due()
	})
	if err := b.Check(suspension("A", 1).renamed("C")); err == nil {
		t.Error("a suspension is extended")
	}
	quick("500 orders confirmed and lifted", 2*time.Second, func() {
		for i := range 500 {
			id := fmt.Sprint("G", i)
			mustApply(t, b, proposed(id, spoor.FreezingOrder, func(e *OrderProposed) { e.Order.Accounts = []spoor.AccountID{{Number: fmt.Sprint("IT3", i)}} }),
				OrderConfirmed{id, "bruno", monday})
			due()
			mustApply(t, b, OrderLifted{id, "bruno", "x", monday})
			due()
		}
	})
	quick("all 10,000 orders lifted", 2*time.Second, func() {
		for i := range 10_000 {
			mustApply(t, b, OrderLifted{fmt.Sprint("F", i), "carla", "x", monday})
			due()
		}
	})
	quick("an order that blocks one of the holds", time.Second, func() {
		mustApply(t, b, proposed("H", spoor.FreezingOrder, func(e *OrderProposed) { e.Order.Accounts = []spoor.AccountID{{Number: "IT2-77"}} }),
			OrderConfirmed{"H", "bruno", monday})
		due()
	})
	if h, _ := b.Hold("P77"); h.State != Blocked {
		t.Errorf("%+v", h)
	}
	quick("all holds end", 2*time.Second, func() {
		for events := b.Due(monday + 9*spoor.Day); len(events) > 0; events = b.Due(monday + 9*spoor.Day) {
			mustApply(t, b, events...)
		}
	})
	if len(b.open) != 0 {
		t.Errorf("%d holds stay", len(b.open))
	}
}

func (e OrderProposed) renamed(id string) OrderProposed {
	e.Order.ID = id
	return e
}

// BenchmarkDue is one walk over 10,000 orders and 10,000 holds.
func BenchmarkDue(b *testing.B) {
	book := crowd(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		book.next = 0
		if due := book.Due(monday); due != nil {
			b.Fatal(due)
		}
	}
}

// BenchmarkSuspension checks a suspension of 10,000 accounts while another of as
// many is in force.
func BenchmarkSuspension(b *testing.B) {
	book := crowd(b, 0)
	mustApply(b, book, suspension("A", 10_000), OrderConfirmed{"A", "bruno", monday})
	e := suspension("B", 10_000)
	for b.Loop() {
		if err := book.Check(e); err != nil {
			b.Fatal(err)
		}
	}
}
