package record

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spoor"
	"spoor/gate/book"
	"spoor/journal"
)

var words = rapid.OneOf(rapid.Just(""), rapid.StringN(1, 12, 40))

func list[T any](g *rapid.Generator[T]) *rapid.Generator[[]T] {
	return rapid.Custom(func(t *rapid.T) []T {
		all := rapid.SliceOfN(g, 0, 3).Draw(t, "list")
		if len(all) == 0 {
			return nil // as it is read again
		}
		return all
	})
}

var (
	country = rapid.Custom(func(t *rapid.T) spoor.Country {
		c, _ := spoor.ParseCountry(rapid.SampledFrom([]string{"", "IT", "DE", "KY"}).Draw(t, "country"))
		return c
	})
	money = rapid.Custom(func(t *rapid.T) spoor.Money {
		return spoor.Money{Amount: rapid.Int64().Draw(t, "amount"), Currency: spoor.Currency(rapid.IntRange(0, spoor.Currencies()-1).Draw(t, "currency"))}
	})
	account = rapid.Custom(func(t *rapid.T) spoor.AccountID {
		return spoor.AccountID{Bank: words.Draw(t, "bank"), Number: words.Draw(t, "number")}
	})
	instant    = rapid.Custom(func(t *rapid.T) spoor.Instant { return spoor.Instant(rapid.Int64Range(0, 1<<33).Draw(t, "instant")) })
	identifier = rapid.Custom(func(t *rapid.T) spoor.Identifier {
		return spoor.Identifier{Kind: spoor.IdentifierKind(words.Draw(t, "kind")), Value: words.Draw(t, "value"), Country: country.Draw(t, "country")}
	})
	birth = rapid.Custom(func(t *rapid.T) spoor.PartialDate {
		d, _ := spoor.ParsePartialDate(rapid.SampledFrom([]string{"1965", "1965-03", "1965-03-02"}).Draw(t, "birth"))
		return d
	})
	party = rapid.Custom(func(t *rapid.T) spoor.RoleParty {
		p := spoor.RoleParty{Role: spoor.Role(words.Draw(t, "role"))}
		p.Party.Kind = spoor.PartyKind(rapid.IntRange(0, 4).Draw(t, "kind"))
		for _, n := range list(words).Draw(t, "names") {
			p.Party.Names = append(p.Party.Names, spoor.Name{Full: n})
		}
		p.Party.Births, p.Party.BirthPlace = list(birth).Draw(t, "births"), words.Draw(t, "place")
		for _, c := range list(country).Draw(t, "countries") {
			if c != (spoor.Country{}) {
				p.Party.Countries = append(p.Party.Countries, c)
			}
		}
		p.Party.Addresses, p.Party.Identifiers = list(words).Draw(t, "addresses"), list(identifier).Draw(t, "identifiers")
		return p
	})
	hit = rapid.Custom(func(t *rapid.T) spoor.Hit {
		h := spoor.Hit{Query: words.Draw(t, "query"), List: words.Draw(t, "list"), Entity: words.Draw(t, "entity"), Name: words.Draw(t, "name"),
			Kind: spoor.PartyKind(rapid.IntRange(0, 4).Draw(t, "kind")), Score: rapid.Float64Range(0, 1).Draw(t, "score"), Exact: rapid.Bool().Draw(t, "exact"), Freezes: rapid.Bool().Draw(t, "freezes"), Programmes: list(words).Draw(t, "programmes")}
		for _, w := range list(words).Draw(t, "pieces") {
			h.Pieces = append(h.Pieces, spoor.Piece{What: w, Query: w, Listed: w, Score: .5, Effect: -.25})
		}
		return h
	})
	balance = rapid.Custom(func(t *rapid.T) book.Balance {
		m := money.Draw(t, "money")
		return book.Balance{Currency: m.Currency, In: m.Amount, Out: rapid.Int64().Draw(t, "out")}
	})
	cause = rapid.Custom(func(t *rapid.T) book.Cause {
		return book.Cause{Order: words.Draw(t, "order"), Until: instant.Draw(t, "until")}
	})
)

func instruction(t *rapid.T) spoor.Instruction {
	in := spoor.Instruction{
		References: spoor.References{UETR: words.Draw(t, "uetr"), InstrID: words.Draw(t, "instr"), EndToEndID: words.Draw(t, "e2e"), TxID: words.Draw(t, "tx")},
		Message:    spoor.Message{ID: words.Draw(t, "message"), Kind: words.Draw(t, "kind"), Created: instant.Draw(t, "created"), Sender: words.Draw(t, "sender")},
		Returns:    words.Draw(t, "returns"), Alias: words.Draw(t, "alias"), Parties: list(party).Draw(t, "parties"),
	}
	copy(in.Digest[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "digest"))
	in.Payment = spoor.Payment{
		Time: instant.Draw(t, "time"), From: account.Draw(t, "from"), To: account.Draw(t, "to"), Paid: money.Draw(t, "paid"), Received: money.Draw(t, "received"),
		Channel: spoor.Channel(rapid.IntRange(0, 8).Draw(t, "channel")), Kind: words.Draw(t, "paymentkind"), FromCountry: country.Draw(t, "fc"), ToCountry: country.Draw(t, "tc"),
		FromName: words.Draw(t, "fn"), ToName: words.Draw(t, "tn"), Purpose: words.Draw(t, "purpose"),
	}
	in.Payment.ID = in.Key()
	return in
}

// TestPaymentRoundTrip writes decisions on random payments and reads the same.
func TestPaymentRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := instruction(t)
		e := book.Decided{
			Decision: spoor.Decision{
				Key: in.Key(), Entry: rapid.Uint64Range(1, 1<<40).Draw(t, "entry"), Outcome: spoor.Outcome(rapid.IntRange(0, 2).Draw(t, "outcome")), At: instant.Draw(t, "at"),
				Spent: time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "spent")) * time.Microsecond, Until: instant.Draw(t, "until"), Clock: words.Draw(t, "clock"),
				Hits: list(hit).Draw(t, "hits"), Orders: list(words).Draw(t, "orders"), Risk: rapid.Float64Range(0, 1).Draw(t, "risk"), Late: list(words).Draw(t, "late"),
			},
			Digest: in.Digest, Payer: in.Payment.From, Payee: in.Payment.To, Paid: in.Payment.Paid, Received: in.Payment.Received,
			Causes: list(cause).Draw(t, "causes"), PayerIDs: list(identifier).Draw(t, "ids"), Left: list(balance).Draw(t, "left"),
		}
		for _, w := range list(words).Draw(t, "reasons") {
			e.Decision.Reasons = append(e.Decision.Reasons, spoor.Reason{Rule: w, Code: w, Text: w})
			e.Decision.Signals = append(e.Decision.Signals, spoor.Typology(w))
		}
		eur := rapid.Float64Range(0, 1e9).Draw(t, "eur")
		entry := journal.Entry{Number: e.Decision.Entry, Kind: KindPayment, At: e.Decision.At, Data: EncodePayment(&in, &e, 7, eur)}
		got, err := Payment(&entry, true)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Instruction, in) {
			t.Fatalf("instruction\n%+v\nread as\n%+v", in, got.Instruction)
		}
		if !reflect.DeepEqual(got.Decided, e) || got.Versions != 7 || got.AmountEUR != eur {
			t.Fatalf("decision\n%+v\nread as\n%+v", e, got.Decided)
		}
	})
}

// TestEventRoundTrip does the same for every event.
func TestEventRoundTrip(t *testing.T) {
	order := spoor.Order{
		ID: "GIP 7", Kind: spoor.FreezingOrder, Authority: "A", LegalBasis: "B", Accounts: []spoor.AccountID{{Bank: "X", Number: "1"}},
		Parties: []spoor.Identifier{{Kind: spoor.IMO, Value: "9074729", Country: spoor.Country{'I', 'T'}}}, Payment: "P", From: 3, Until: 9, State: spoor.Proposed, ProposedBy: "R",
	}
	for _, e := range []book.Event{
		book.OrderProposed{Order: order, Lapses: 8, At: 2}, book.OrderConfirmed{Order: "O", By: "B", At: 3}, book.OrderLifted{Order: "O", By: "B", Why: "W", At: 4},
		book.OrderExpired{Order: "O", At: 5}, book.HoldReleased{Payment: "P", By: "B", Why: "W", At: 6}, book.HoldEnded{Payment: "P", At: 7},
		book.HoldBlocked{Payment: "P", Order: "O", At: 8, Left: []book.Balance{{Currency: spoor.EUR, In: 5, Out: 3}}},
	} {
		got, err := Event(&journal.Entry{Number: 4, Kind: KindEvent, At: 9, Data: EncodeEvent(e)})
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%+v is read as %+v, %v", e, got, err)
		}
	}
	r := &spoor.Recall{References: spoor.References{UETR: "U"}, Message: spoor.Message{ID: "M", Sender: "UNOOITMM"}, Amount: spoor.Money{Currency: spoor.EUR}}
	want := book.Recalled{Sender: book.SenderDigest("UNOOITMM"), Payment: "U", Reason: "FRAD", At: 9, Resolution: book.Resolution{Status: "RJCR", Code: "NOOR", Text: "t"}}
	if got, err := Recall(&journal.Entry{Number: 4, Kind: KindRecall, At: 9, Data: EncodeRecall(r, &want)}); err != nil || got != want {
		t.Errorf("%+v is read as %+v, %v", want, got, err)
	}
	a := spoor.Alert{ID: "A", Typology: spoor.Cycle, Typologies: []spoor.Typology{spoor.Cycle, spoor.Chain}, Score: 3, Accounts: []string{"x"}, Payments: []string{"p"},
		First: 1, Last: 2, Amount: 5, Currency: spoor.USD, Reasons: []string{"r"}, Versions: map[string]string{"rules": "2"}}
	if got, err := Alert(&journal.Entry{Number: 4, Kind: KindAlert, At: 9, Data: EncodeAlert(&a)}); err != nil || !reflect.DeepEqual(got, a) {
		t.Errorf("%+v is read as %+v, %v", a, got, err)
	}
	if _, err := Alert(&journal.Entry{Number: 4, Kind: KindEvent}); err == nil {
		t.Error("an entry of another kind is taken")
	}
}

// TestFormatStands holds the bytes of an entry: what was written must be read by
// every later program. When this fails, give the new field a new number.
func TestFormatStands(t *testing.T) {
	const stands = "a301ae01a101615502a201614d02646a736f6e030004826061310582606132068205634555520782066345555208647769726509616b0a6249540c61660d61740e617011500000000000000000000000000000000002a30164686f6c6402000b0306f93e00"
	in := spoor.Instruction{References: spoor.References{UETR: "U"}, Message: spoor.Message{ID: "M", Kind: "json"}, Payment: spoor.Payment{
		From: spoor.AccountID{Number: "1"}, To: spoor.AccountID{Number: "2"}, Paid: spoor.Money{Amount: 5, Currency: spoor.EUR}, Received: spoor.Money{Amount: 6, Currency: spoor.EUR},
		Channel: spoor.Wire, Kind: "k", FromCountry: spoor.Country{'I', 'T'}, FromName: "f", ToName: "t", Purpose: "p"}}
	got := EncodePayment(&in, &book.Decided{Decision: spoor.Decision{Outcome: spoor.HoldBack}}, 3, 1.5)
	if hex.EncodeToString(got) != stands {
		t.Errorf("an entry is written as\n%x, it was written as\n%s", got, stands)
	}
	b, _ := hex.DecodeString(stands)
	d, err := Payment(&journal.Entry{Number: 9, Kind: KindPayment, At: 1, Data: b}, true)
	if err != nil || d.Instruction.Payment.Received.Amount != 6 || d.Decision.Outcome != spoor.HoldBack || d.Versions != 3 {
		t.Errorf("an entry of old is read as %+v, %v", d, err)
	}
}

// TestStateRoundTrip writes and reads a state that needs several frames.
func TestStateRoundTrip(t *testing.T) {
	s := State{Next: 5, Last: 9, Versions: map[uint64]map[string]string{2: {"policy": "x"}}, Counts: Counts{Payments: 3, Held: 1}}
	s.Book.Member, s.Book.Window, s.Book.Now = "IT", 60*spoor.Day, 8
	for i := range 1200 {
		s.Book.Holds = append(s.Book.Holds, book.Hold{Payment: strings.Repeat("p", i%7+1), Entry: uint64(i), Paid: spoor.Money{Amount: int64(i), Currency: spoor.USD}, Received: spoor.Money{Amount: 1, Currency: spoor.USD}, State: book.Held, Causes: []book.Cause{{Order: "O", Until: 9}}})
		s.Book.Past[1].Recalls = append(s.Book.Past[1].Recalls, book.RecallState{Payment: "r", Reason: "FRAD", At: spoor.Instant(i)})
	}
	s.Book.Orders = []book.OrderRecord{{Order: spoor.Order{ID: "O", Kind: spoor.Monitoring}, Lapses: 4, Forced: true}}
	s.Book.Past[0].Frauds = []book.FraudState{{Account: 7, At: []spoor.Instant{1, 2}}}
	var out bytes.Buffer
	if err := WriteState(&out, &s); err != nil {
		t.Fatal(err)
	}
	out.WriteString("rest")
	got, err := ReadState(&out)
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range got.Book.Holds {
		if !reflect.DeepEqual(h, s.Book.Holds[i]) {
			t.Fatalf("hold %+v is read as %+v", s.Book.Holds[i], h)
		}
	}
	got.Book.Holds, s.Book.Holds = nil, nil
	if !reflect.DeepEqual(got, &s) {
		t.Errorf("\n%+v is read as\n%+v", got, &s)
	}
	if out.String() != "rest" {
		t.Errorf("%d bytes are left, want 4", out.Len())
	}
}

// FuzzEntry reads whatever bytes as every kind of entry.
func FuzzEntry(f *testing.F) {
	f.Add([]byte{0xa0})
	f.Add(EncodeEvent(book.OrderExpired{Order: "O", At: 5}))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []string{KindPayment, KindRecall, KindEvent, KindAlert, KindVersions} {
			e := &journal.Entry{Number: 1, Kind: kind, Data: b}
			Payment(e, true)
			Recall(e)
			Event(e)
			Alert(e)
			Versions(e)
		}
		ReadState(bytes.NewReader(b))
	})
}
