package spoor

import "fmt"

// OrderKind says what an order does to payments.
type OrderKind string

// The kinds that a gate obeys.
const (
	// FreezingOrder blocks what leaves its targets: Reg. (EU) 2018/1805,
	// Dir. (EU) 2024/1260 or a sanctions act.
	FreezingOrder OrderKind = "freezing"
	// AccountSuspension holds what moves on an account, at most 5 working
	// days: Dir. (EU) 2024/1640 Art 24(2).
	AccountSuspension OrderKind = "account-suspension"
	// TransactionSuspension holds one payment, at most 10 working days: Dir.
	// (EU) 2024/1640 Art 24(1).
	TransactionSuspension OrderKind = "transaction-suspension"
	// Monitoring lets payments pass and reports them: Dir. (EU) 2024/1640 Art 25.
	Monitoring OrderKind = "monitoring"
)

// OrderState is where an order stands on a node.
type OrderState string

// The states. A proposed order holds; only one that a second person confirmed
// blocks.
const (
	Proposed OrderState = "proposed"
	InForce  OrderState = "in-force"
	Lifted   OrderState = "lifted"
	Expired  OrderState = "expired"
)

// Order is a decision of an authority that a gate must obey.
type Order struct {
	ID         string       `json:"id"` // the authority's reference
	Kind       OrderKind    `json:"kind"`
	Authority  string       `json:"authority"`   // that issued it
	LegalBasis string       `json:"legal_basis"` // act and article
	Accounts   []AccountID  `json:"accounts,omitempty"`
	Parties    []Identifier `json:"parties,omitempty"` // whoever has one of these is meant, too
	Payment    string       `json:"payment,omitempty"` // key of the suspended payment
	From       Instant      `json:"from"`
	Until      Instant      `json:"until,omitzero"` // zero: until lifted
	State      OrderState   `json:"state"`
	ProposedBy string       `json:"proposed_by"` // persons, by the name they signed in with
	DecidedBy  string       `json:"decided_by,omitempty"`
	LiftedBy   string       `json:"lifted_by,omitempty"`
	Why        string       `json:"why,omitempty"` // of the last change
}

// Check says what an order lacks before it may be entered.
func (o *Order) Check() error {
	missing := func(what string) error { return fmt.Errorf("order %q: %s is missing", o.ID, what) }
	switch {
	case o.ID == "":
		return fmt.Errorf("order without an id: give the authority's reference")
	case len(o.ID) > 140:
		return fmt.Errorf("order id of %d bytes: at most 140", len(o.ID))
	case o.Authority == "":
		return missing("the authority that issued it")
	case o.LegalBasis == "":
		return missing("the legal basis (act and article)")
	case o.Until != 0 && o.Until <= o.From:
		return fmt.Errorf("order %q ends %s, before it begins %s", o.ID, o.Until, o.From)
	}
	switch o.Kind {
	case FreezingOrder, AccountSuspension, Monitoring:
		if len(o.Accounts) == 0 && len(o.Parties) == 0 {
			return missing("an account or a party's identifier")
		}
		for _, a := range o.Accounts {
			if a == (AccountID{}) {
				return fmt.Errorf("order %q names an empty account", o.ID)
			}
		}
		for _, p := range o.Parties {
			if p.Canonical() == "" {
				return fmt.Errorf("order %q names an empty identifier", o.ID)
			}
		}
		if o.Payment != "" {
			return fmt.Errorf("order %q of kind %s names a payment: that is a %s", o.ID, o.Kind, TransactionSuspension)
		}
	case TransactionSuspension:
		if o.Payment == "" {
			return missing("the payment it suspends")
		}
	default:
		return fmt.Errorf("order %q: unknown kind %q: want %s, %s, %s or %s", o.ID, o.Kind,
			FreezingOrder, AccountSuspension, TransactionSuspension, Monitoring)
	}
	return nil
}
