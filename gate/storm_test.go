package gate

import (
	"fmt"
	"testing"

	"spoor"
	"spoor/gate/book"
)

// TestManyOrders: a decision names at most so many orders, the weightiest first,
// and the order that blocks is among them.
func TestManyOrders(t *testing.T) {
	b, err := book.New(spoor.Country{'I', 'T'}, book.DefaultWindow)
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(DefaultPolicy(), b)
	if err != nil {
		t.Fatal(err)
	}
	in := ordinary()
	order := func(id string, kind spoor.OrderKind, confirmed bool, number string) {
		t.Helper()
		o := spoor.Order{ID: id, Kind: kind, Authority: "x", LegalBasis: "x", Parties: []spoor.Identifier{{Kind: spoor.TaxNumber, Value: number}}}
		if err := b.Apply(g.Propose(o, "anna", monday)); err != nil {
			t.Fatal(err)
		}
		if confirmed {
			if err := b.Apply(book.OrderConfirmed{Order: id, By: "bruno", At: monday}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range 8 {
		number := fmt.Sprint("T", n)
		for i := range book.MaxOrders - 1 {
			order(fmt.Sprintf("P%d-%d", n, i), spoor.FreezingOrder, false, number)
		}
		in.Instruction.Parties = append(in.Instruction.Parties, spoor.RoleParty{Role: spoor.UltimateDebtor,
			Party: spoor.Party{Identifiers: []spoor.Identifier{{Kind: spoor.TaxNumber, Value: number}}}})
	}
	order("S", spoor.AccountSuspension, true, "T0")
	e := g.Judge(in)
	e.Decision.Entry = 1
	d := &e.Decision
	if d.Outcome != spoor.HoldBack || len(d.Orders) != book.MaxOrders || len(e.Causes) != book.MaxOrders || d.Orders[0] != "S" || e.Causes[0].Order != "S" || d.Until != e.Causes[0].Until {
		t.Errorf("%s, %d orders, %d causes, %v, %+v", d.Outcome, len(d.Orders), len(e.Causes), d.Orders[0], e.Causes[0])
	}
	if err := b.Check(e); err != nil {
		t.Error(err)
	}
	order("Z", spoor.FreezingOrder, true, "T7")
	e = g.Judge(in)
	e.Decision.Entry = 1
	if d := &e.Decision; d.Outcome != spoor.Block || len(d.Orders) != book.MaxOrders || d.Orders[0] != "Z" || len(e.Causes) != 0 {
		t.Errorf("%s, %d orders, %v, %d causes", d.Outcome, len(d.Orders), d.Orders[0], len(e.Causes))
	}
	if err := b.Check(e); err != nil {
		t.Error(err)
	}
}

// TestReasonsSayWhatTheyAsked: whatever was decided.
func TestReasonsSayWhatTheyAsked(t *testing.T) {
	b, err := book.New(spoor.Country{'I', 'T'}, book.DefaultWindow)
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(DefaultPolicy(), b)
	if err != nil {
		t.Fatal(err)
	}
	in := ordinary()
	in.Hits = []spoor.Hit{{Score: 1, Exact: true, Freezes: true}}
	in.Late = []string{"screen", "risk"}
	in.Signals = []spoor.Typology{"fan-in"}
	asked := map[string]spoor.Outcome{}
	for _, r := range g.Decide(in).Reasons {
		asked[r.Rule+" "+r.Outcome.String()] = r.Outcome
	}
	for _, want := range []string{"listed-exact block", "listed-alike hold", "risk-noted allow", "gate.late hold", "gate.late allow"} {
		if _, ok := asked[want]; !ok {
			t.Errorf("no reason %s among %v", want, asked)
		}
	}
}

// BenchmarkStorm is a payment that 512 orders touch, by eight identifiers.
func BenchmarkStorm(b *testing.B) {
	g := benchGate(b, 0)
	in := ordinary()
	for n := range 8 {
		id := spoor.Identifier{Kind: spoor.TaxNumber, Value: fmt.Sprint("T", n)}
		in.Instruction.Parties = append(in.Instruction.Parties, spoor.RoleParty{Role: spoor.Debtor, Party: spoor.Party{Identifiers: []spoor.Identifier{id}}})
		for i := range book.MaxOrders {
			o := spoor.Order{ID: fmt.Sprintf("P%d-%d", n, i), Kind: spoor.FreezingOrder, Authority: "x", LegalBasis: "x", Parties: []spoor.Identifier{id}}
			if err := g.book.Apply(g.Propose(o, "anna", monday)); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if d := g.Decide(in); d.Outcome != spoor.HoldBack {
			b.Fatalf("%+v", d)
		}
	}
}
