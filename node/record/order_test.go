package record

import (
	"encoding/hex"
	"testing"

	"spoor"
	"spoor/gate/book"
	"spoor/journal"
)

// TestOrderOfOldJournals reads an order as the first version of the program wrote
// it, and writes it the same way.
func TestOrderOfOldJournals(t *testing.T) {
	const written = "a4016e6f726465722d70726f706f73656402a86269646547495020376466726f6d03646b696e6468667265657a696e676573746174656870726f706f736564677061727469657381a3646b696e6463696d6f6576616c7565673930373437323967636f756e74727942495469617574686f7269747961416b6c6567616c5f626173697361426b70726f706f7365645f6279615203080902"
	want := book.OrderProposed{Order: spoor.Order{
		ID: "GIP 7", Kind: spoor.FreezingOrder, Authority: "A", LegalBasis: "B",
		Parties: []spoor.Identifier{{Kind: spoor.IMO, Value: "9074729", Country: spoor.Country{'I', 'T'}}}, From: 3, State: spoor.Proposed, ProposedBy: "R",
	}, Lapses: 8, At: 2}
	if got := hex.EncodeToString(EncodeEvent(want)); got != written {
		t.Errorf("written %s, before %s", got, written)
	}
	data, _ := hex.DecodeString(written)
	e, err := Event(&journal.Entry{Number: 1, Kind: KindEvent, Data: data})
	if err != nil || e.(book.OrderProposed).Order.Parties[0].Country != want.Order.Parties[0].Country {
		t.Errorf("read as %+v, %v", e, err)
	}
}
