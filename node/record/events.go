package record

import (
	"fmt"

	"spoor"
	"spoor/gate/book"
)

type causeRecord struct {
	_     struct{} `cbor:",toarray"`
	Order string
	Until spoor.Instant
}

type balanceRecord struct {
	_        struct{} `cbor:",toarray"`
	Currency string
	In, Out  int64
}

// paymentRecord is the body of a [KindPayment] entry.
type paymentRecord struct {
	Instruction instructionRecord  `cbor:"1,keyasint"`
	Decision    decisionRecord     `cbor:"2,keyasint"`
	Causes      []causeRecord      `cbor:"3,keyasint,omitempty"`
	PayerIDs    []identifierRecord `cbor:"4,keyasint,omitempty"`
	Left        []balanceRecord    `cbor:"5,keyasint,omitempty"`
	AmountEUR   float64            `cbor:"6,keyasint,omitempty"` // that the policy saw
}

// refusedRecord is the body of a [KindRefused] entry.
type refusedRecord struct {
	References referencesRecord `cbor:"1,keyasint"`
	Message    messageRecord    `cbor:"2,keyasint"`
	Paid       moneyRecord      `cbor:"3,keyasint"`
	Digest     []byte           `cbor:"4,keyasint"`
	Decided    uint64           `cbor:"5,keyasint"` // entry of the decision on the one that came first
}

// recallRecord is the body of a [KindRecall] entry.
type recallRecord struct {
	References referencesRecord `cbor:"1,keyasint"`
	Message    messageRecord    `cbor:"2,keyasint"`
	Original   messageRecord    `cbor:"3,keyasint"`
	ID         string           `cbor:"4,keyasint,omitempty"`
	Reason     string           `cbor:"5,keyasint,omitempty"`
	Amount     moneyRecord      `cbor:"6,keyasint"`
	Payment    string           `cbor:"7,keyasint"` // key
	Status     string           `cbor:"8,keyasint"`
	Code       string           `cbor:"9,keyasint,omitempty"`
	Text       string           `cbor:"10,keyasint,omitempty"`
}

// eventRecord is the body of a [KindEvent] entry.
type eventRecord struct {
	What    string          `cbor:"1,keyasint"`
	Order   *orderRecord    `cbor:"2,keyasint,omitempty"` // proposed
	Lapses  spoor.Instant   `cbor:"3,keyasint,omitempty"`
	OrderID string          `cbor:"4,keyasint,omitempty"`
	Payment string          `cbor:"5,keyasint,omitempty"`
	By      string          `cbor:"6,keyasint,omitempty"`
	Why     string          `cbor:"7,keyasint,omitempty"`
	Left    []balanceRecord `cbor:"8,keyasint,omitempty"`
	At      spoor.Instant   `cbor:"9,keyasint"` // the event's own; an entry may be written later
}

// What happened, in an eventRecord.
const (
	orderProposed  = "order-proposed"
	orderConfirmed = "order-confirmed"
	orderLifted    = "order-lifted"
	orderExpired   = "order-expired"
	holdReleased   = "hold-released"
	holdEnded      = "hold-ended"
	holdBlocked    = "hold-blocked"
)

func eventOf(e book.Event) *eventRecord {
	switch e := e.(type) {
	case book.OrderProposed:
		return &eventRecord{What: orderProposed, Order: orderOf(&e.Order), Lapses: e.Lapses, At: e.At}
	case book.OrderConfirmed:
		return &eventRecord{What: orderConfirmed, OrderID: e.Order, By: e.By, At: e.At}
	case book.OrderLifted:
		return &eventRecord{What: orderLifted, OrderID: e.Order, By: e.By, Why: e.Why, At: e.At}
	case book.OrderExpired:
		return &eventRecord{What: orderExpired, OrderID: e.Order, At: e.At}
	case book.HoldReleased:
		return &eventRecord{What: holdReleased, Payment: e.Payment, By: e.By, Why: e.Why, At: e.At}
	case book.HoldEnded:
		return &eventRecord{What: holdEnded, Payment: e.Payment, At: e.At}
	case book.HoldBlocked:
		return &eventRecord{What: holdBlocked, Payment: e.Payment, OrderID: e.Order, At: e.At, Left: balancesOf(e.Left)}
	}
	panic(fmt.Sprintf("no record for %T", e)) // a mistake of the program
}

func (r *eventRecord) event() (book.Event, error) {
	switch r.What {
	case orderProposed:
		if r.Order == nil {
			return nil, fmt.Errorf("%s without an order", r.What)
		}
		return book.OrderProposed{Order: r.Order.noun(), Lapses: r.Lapses, At: r.At}, nil
	case orderConfirmed:
		return book.OrderConfirmed{Order: r.OrderID, By: r.By, At: r.At}, nil
	case orderLifted:
		return book.OrderLifted{Order: r.OrderID, By: r.By, Why: r.Why, At: r.At}, nil
	case orderExpired:
		return book.OrderExpired{Order: r.OrderID, At: r.At}, nil
	case holdReleased:
		return book.HoldReleased{Payment: r.Payment, By: r.By, Why: r.Why, At: r.At}, nil
	case holdEnded:
		return book.HoldEnded{Payment: r.Payment, At: r.At}, nil
	case holdBlocked:
		left, err := balances(r.Left)
		return book.HoldBlocked{Payment: r.Payment, Order: r.OrderID, At: r.At, Left: left}, err
	}
	return nil, fmt.Errorf("unknown event %q: it was written by a newer program", r.What)
}

// alertRecord is the body of a [KindAlert] entry.
type alertRecord struct {
	ID         string            `cbor:"1,keyasint"`
	Typologies []string          `cbor:"2,keyasint"` // strongest first
	Score      float64           `cbor:"3,keyasint"`
	Accounts   []string          `cbor:"4,keyasint"`
	Holders    map[string]string `cbor:"5,keyasint,omitempty"`
	Payments   []string          `cbor:"6,keyasint"`
	Risk       float64           `cbor:"7,keyasint,omitempty"`
	First      spoor.Instant     `cbor:"8,keyasint"`
	Last       spoor.Instant     `cbor:"9,keyasint"`
	Amount     moneyRecord       `cbor:"10,keyasint"`
	Reasons    []string          `cbor:"11,keyasint"`
	Versions   map[string]string `cbor:"12,keyasint"`
}

func alertOf(a *spoor.Alert) alertRecord {
	return alertRecord{
		ID: a.ID, Typologies: strs(a.Typologies), Score: a.Score, Accounts: a.Accounts, Holders: a.Holders, Payments: a.Payments,
		Risk: a.Risk, First: a.First, Last: a.Last, Amount: moneyRecord{Amount: a.Amount, Currency: a.Currency.String()},
		Reasons: a.Reasons, Versions: a.Versions,
	}
}

func (r *alertRecord) noun() (spoor.Alert, error) {
	m, err := r.Amount.noun()
	a := spoor.Alert{
		ID: r.ID, Score: r.Score, Accounts: r.Accounts, Holders: r.Holders, Payments: r.Payments, Risk: r.Risk,
		First: r.First, Last: r.Last, Amount: m.Amount, Currency: m.Currency, Reasons: r.Reasons, Versions: r.Versions,
	}
	for _, t := range r.Typologies {
		a.Typologies = append(a.Typologies, spoor.Typology(t))
	}
	if len(a.Typologies) > 0 {
		a.Typology = a.Typologies[0]
	}
	return a, err
}

func causesOf(in []book.Cause) (out []causeRecord) {
	for _, c := range in {
		out = append(out, causeRecord{Order: c.Order, Until: c.Until})
	}
	return out
}

func causes(in []causeRecord) (out []book.Cause) {
	for _, c := range in {
		out = append(out, book.Cause{Order: c.Order, Until: c.Until})
	}
	return out
}

func identifiersOf(in []spoor.Identifier) (out []identifierRecord) {
	for _, id := range in {
		out = append(out, identifierRecord{Kind: string(id.Kind), Value: id.Value, Country: id.Country.String()})
	}
	return out
}

func identifiers(in []identifierRecord) (out []spoor.Identifier) {
	for _, id := range in {
		c, _ := spoor.ParseCountry(id.Country)
		out = append(out, spoor.Identifier{Kind: spoor.IdentifierKind(id.Kind), Value: id.Value, Country: c})
	}
	return out
}

func balancesOf(in []book.Balance) (out []balanceRecord) {
	for _, b := range in {
		out = append(out, balanceRecord{Currency: b.Currency.String(), In: b.In, Out: b.Out})
	}
	return out
}

func balances(in []balanceRecord) (out []book.Balance, err error) {
	for _, b := range in {
		c, err := spoor.ParseCurrency(b.Currency)
		if err != nil {
			return nil, err
		}
		out = append(out, book.Balance{Currency: c, In: b.In, Out: b.Out})
	}
	return out, nil
}
