package gate

import (
	"encoding/binary"
	"fmt"
	"testing"

	"spoor"
	"spoor/gate/book"
)

func benchGate(b *testing.B, orders int) *Gate {
	bk, err := book.New(spoor.Country{'I', 'T'}, book.DefaultWindow)
	if err != nil {
		b.Fatal(err)
	}
	g, err := New(DefaultPolicy(), bk)
	if err != nil {
		b.Fatal(err)
	}
	for i := range orders {
		o := spoor.Order{ID: fmt.Sprint("F", i), Kind: spoor.FreezingOrder, Authority: "x", LegalBasis: "x",
			Accounts: []spoor.AccountID{{Number: fmt.Sprint("IT", i)}}, Parties: []spoor.Identifier{{Kind: spoor.TaxNumber, Value: fmt.Sprint("T", i)}}}
		if err := bk.Apply(g.Propose(o, "anna", monday)); err != nil {
			b.Fatal(err)
		}
		if err := bk.Apply(book.OrderConfirmed{Order: o.ID, By: "bruno", At: monday}); err != nil {
			b.Fatal(err)
		}
	}
	return g
}

// BenchmarkDecide is an ordinary payment: the default policy's 16 rules, with
// 10,000 orders in force, two accounts and two identifiers looked up.
func BenchmarkDecide(b *testing.B) {
	g := benchGate(b, 10_000)
	in := ordinary()
	b.ReportAllocs()
	for b.Loop() {
		if d := g.Decide(in); d.Outcome != spoor.Allow {
			b.Fatalf("%+v", d)
		}
	}
}

// BenchmarkHold is a payment that is held, with its clock reckoned.
func BenchmarkHold(b *testing.B) {
	g := benchGate(b, 0)
	in := ordinary()
	in.Risk = .99
	b.ReportAllocs()
	for b.Loop() {
		if d := g.Decide(in); d.Outcome != spoor.HoldBack {
			b.Fatalf("%+v", d)
		}
	}
}

// BenchmarkPayment is the whole of a payment: looked up, judged and applied,
// among a million accounts.
func BenchmarkPayment(b *testing.B) {
	g := benchGate(b, 10_000)
	in := ordinary()
	b.ReportAllocs()
	n := uint64(0)
	for b.Loop() {
		n++
		in.Instruction.UETR = uetr(n)
		in.Instruction.Payment.From.Number = uetr(n * 7919 % 1_000_000)
		in.Instruction.Payment.To.Number = uetr(n * 104729 % 1_000_000)
		if _, _, _, found := g.book.Seen(in.Instruction.UETR, in.Instruction.Digest); found {
			b.Fatal("seen")
		}
		e := g.Judge(in)
		e.Decision.Entry = n
		if err := g.book.Apply(e); err != nil {
			b.Fatal(err)
		}
	}
}

func uetr(n uint64) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[8:], n)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
