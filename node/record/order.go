package record

import "spoor"

// orderRecord is an order as entries have it since the first journals: the
// country of an identifier in two bytes, where the noun by itself has it as text.
type orderRecord struct {
	ID         string            `json:"id"`
	Kind       spoor.OrderKind   `json:"kind"`
	Authority  string            `json:"authority"`
	LegalBasis string            `json:"legal_basis"`
	Accounts   []spoor.AccountID `json:"accounts,omitempty"`
	Parties    []orderParty      `json:"parties,omitempty"`
	Payment    string            `json:"payment,omitempty"`
	From       spoor.Instant     `json:"from"`
	Until      spoor.Instant     `json:"until,omitzero"`
	State      spoor.OrderState  `json:"state"`
	ProposedBy string            `json:"proposed_by"`
	DecidedBy  string            `json:"decided_by,omitempty"`
	LiftedBy   string            `json:"lifted_by,omitempty"`
	Why        string            `json:"why,omitempty"`
}

type orderParty struct {
	Kind    spoor.IdentifierKind `json:"kind"`
	Value   string               `json:"value"`
	Country [2]byte              `json:"country,omitzero"`
}

func orderOf(o *spoor.Order) *orderRecord {
	r := &orderRecord{
		ID: o.ID, Kind: o.Kind, Authority: o.Authority, LegalBasis: o.LegalBasis, Accounts: o.Accounts, Payment: o.Payment,
		From: o.From, Until: o.Until, State: o.State, ProposedBy: o.ProposedBy, DecidedBy: o.DecidedBy, LiftedBy: o.LiftedBy, Why: o.Why,
	}
	for _, id := range o.Parties {
		r.Parties = append(r.Parties, orderParty{Kind: id.Kind, Value: id.Value, Country: id.Country})
	}
	return r
}

func (r *orderRecord) noun() spoor.Order {
	o := spoor.Order{
		ID: r.ID, Kind: r.Kind, Authority: r.Authority, LegalBasis: r.LegalBasis, Accounts: r.Accounts, Payment: r.Payment,
		From: r.From, Until: r.Until, State: r.State, ProposedBy: r.ProposedBy, DecidedBy: r.DecidedBy, LiftedBy: r.LiftedBy, Why: r.Why,
	}
	for _, p := range r.Parties {
		o.Parties = append(o.Parties, spoor.Identifier{Kind: p.Kind, Value: p.Value, Country: p.Country})
	}
	return o
}
