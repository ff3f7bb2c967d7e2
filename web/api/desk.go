package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"spoor"
	"spoor/gate/book"
	"spoor/node"
)

type keyInput struct {
	Key string `path:"key" maxLength:"300" doc:"of the payment: its UETR, or sender/transaction id"`
}

type decisionOutput struct{ Body decisionBody }

type decisionBody struct {
	node.Decided
	From     string `json:"from"`
	To       string `json:"to"`
	Amount   string `json:"amount" doc:"decimal, with a point"`
	Currency string `json:"currency"`
}

func (s *server) getDecision(ctx context.Context, c *Caller, in *keyInput) (*decisionOutput, error) {
	desk := c.may(Desk)
	var d *node.Decided
	err := error(node.ErrUnknown)
	if !desk && c.BIC != "" { // its own, where another's bears the UETR too
		own := spoor.Instruction{References: spoor.References{UETR: in.Key}, Message: spoor.Message{Sender: c.BIC}}
		d, err = s.n.Decision(ctx, own.Aside())
	}
	if errors.Is(err, node.ErrUnknown) {
		d, err = s.n.Decision(ctx, in.Key)
	}
	switch {
	case err != nil && (desk || !errors.Is(err, node.ErrUnknown)):
		return nil, nodeError(err)
	case err != nil, !desk && c.BIC != "" && (d.Instruction.Message.Sender == "" || !c.is(&d.Instruction.Message.Sender)):
		return nil, huma.Error404NotFound("no such payment of yours") // whether another's exists is not this caller's to know
	case !desk:
		forBank(&d.Decision)
		d.Hold, d.Left = nil, nil
	}
	p := &d.Instruction.Payment
	return &decisionOutput{decisionBody{
		Decided: *d, From: p.From.String(), To: p.To.String(), Amount: p.Paid.Decimal(), Currency: p.Paid.Currency.String(),
	}}, nil
}

// forBank takes from a decision what is for the desk only. A bank gets the
// outcome and, where its payment was stopped, codes and texts of what stopped it: a
// note would tell it of a suspicion (Reg. (EU) 2024/1624 Art 73).
func forBank(d *spoor.Decision) {
	var said []spoor.Reason
	for _, r := range d.Reasons {
		if d.Outcome != spoor.Allow && r.Outcome == d.Outcome {
			said = append(said, r)
		}
	}
	d.Reasons = said
	d.Hits, d.Signals, d.Risk, d.Orders, d.Late, d.Clock, d.Versions = nil, nil, 0, nil, nil, "", nil
}

type orderInput struct{ Body orderBody }

type orderBody struct {
	ID         string           `json:"id" maxLength:"140" doc:"the authority's reference"`
	Kind       string           `json:"kind" enum:"freezing,account-suspension,transaction-suspension,monitoring"`
	Authority  string           `json:"authority" maxLength:"140"`
	LegalBasis string           `json:"legal_basis" maxLength:"300" doc:"act and article"`
	Accounts   []string         `json:"accounts,omitempty" maxItems:"10000" doc:"IBAN, or BIC:number"`
	Parties    []identifierBody `json:"parties,omitempty" maxItems:"10000" doc:"whoever has one of these identifiers"`
	Payment    string           `json:"payment,omitempty" maxLength:"300" doc:"key of the payment, for a transaction-suspension"`
	From       spoor.Instant    `json:"from,omitempty" doc:"RFC 3339; default now"`
	Until      spoor.Instant    `json:"until,omitempty" doc:"RFC 3339; default as long as the law allows"`
}

type orderOutput struct{ Body node.OrderReport }

type ordersOutput struct {
	Body struct {
		Orders []node.OrderReport `json:"orders"`
	}
}

type orderKey struct {
	ID string `path:"id" maxLength:"140"`
}

type whyInput struct {
	ID   string `path:"id" maxLength:"300"`
	Body struct {
		Why string `json:"why" minLength:"1" maxLength:"1000" doc:"the reason, for the record"`
	}
}

type holdsOutput struct {
	Body struct {
		Holds []book.Hold `json:"holds" doc:"oldest first"`
	}
}

type holdOutput struct{ Body book.Hold }

type alertsInput struct {
	Most int `query:"most" default:"100" minimum:"1" maximum:"10000"`
}

type alertsOutput struct {
	Body struct {
		Alerts []spoor.Alert `json:"alerts" doc:"newest first"`
	}
}

type statusOutput struct{ Body node.Status }

// desk registers what the desk does: orders, holds, alerts.
func (s *server) desk() {
	op := func(method, path, id, summary, text string) huma.Operation {
		return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary, Description: text, Tags: []string{"desk"}}
	}
	register(s, []Right{Desk}, op(http.MethodPost, "/api/orders", "propose-order", "Enter an order",
		"It holds payments at once. It is in force, and blocks, when a second person has confirmed it; unconfirmed it lapses after the stand-still of Reg. (EU) 2024/1624 Art 71."), s.propose)
	register(s, []Right{Desk}, op(http.MethodGet, "/api/orders", "list-orders", "All orders", ""),
		func(ctx context.Context, _ *Caller, _ *struct{}) (out *ordersOutput, err error) {
			out = &ordersOutput{}
			out.Body.Orders, err = s.n.Orders(ctx)
			return out, nodeError(err)
		})
	register(s, []Right{Desk}, op(http.MethodPost, "/api/orders/{id}/confirm", "confirm-order", "Confirm an order",
		"By another person than the one who entered it."),
		func(ctx context.Context, c *Caller, in *orderKey) (*orderOutput, error) {
			o, err := s.n.Confirm(ctx, in.ID, c.Name)
			return &orderOutput{o}, nodeError(err)
		})
	register(s, []Right{Desk}, op(http.MethodPost, "/api/orders/{id}/lift", "lift-order", "Lift an order", ""),
		func(ctx context.Context, c *Caller, in *whyInput) (*orderOutput, error) {
			o, err := s.n.Lift(ctx, in.ID, c.Name, in.Body.Why)
			return &orderOutput{o}, nodeError(err)
		})
	register(s, []Right{Desk}, op(http.MethodGet, "/api/holds", "list-holds", "Payments that are held", ""),
		func(ctx context.Context, _ *Caller, _ *struct{}) (out *holdsOutput, err error) {
			out = &holdsOutput{}
			out.Body.Holds, err = s.n.Holds(ctx)
			return out, nodeError(err)
		})
	register(s, []Right{Desk}, op(http.MethodPost, "/api/holds/{id}/release", "release-hold", "Release a held payment",
		"Refused while an order in force stops it: lift the order first."),
		func(ctx context.Context, c *Caller, in *whyInput) (*holdOutput, error) {
			h, err := s.n.Release(ctx, in.ID, c.Name, in.Body.Why)
			return &holdOutput{h}, nodeError(err)
		})
	register(s, []Right{Desk}, op(http.MethodGet, "/api/alerts", "list-alerts", "The newest alerts", ""),
		func(ctx context.Context, _ *Caller, in *alertsInput) (out *alertsOutput, err error) {
			out = &alertsOutput{}
			out.Body.Alerts, err = s.n.Alerts(ctx, in.Most)
			return out, nodeError(err)
		})
	register(s, []Right{Audit}, op(http.MethodGet, "/api/status", "status", "How the node is, and the head of its journal", ""),
		func(ctx context.Context, _ *Caller, _ *struct{}) (*statusOutput, error) {
			st, err := s.n.Status(ctx)
			return &statusOutput{st}, nodeError(err)
		})
}

func (s *server) propose(ctx context.Context, c *Caller, in *orderInput) (*orderOutput, error) {
	b := &in.Body
	o := spoor.Order{ID: b.ID, Kind: spoor.OrderKind(b.Kind), Authority: b.Authority, LegalBasis: b.LegalBasis, Payment: b.Payment, From: b.From, Until: b.Until}
	for _, a := range b.Accounts {
		id, err := account(a)
		if err != nil {
			return nil, huma.Error422UnprocessableEntity("accounts: " + err.Error())
		}
		o.Accounts = append(o.Accounts, id)
	}
	for _, id := range b.Parties {
		kind, ok := idKinds[id.Kind]
		if !ok {
			return nil, huma.Error422UnprocessableEntity("parties: unknown kind of identifier " + id.Kind)
		}
		country, _ := spoor.ParseCountry(id.Country)
		o.Parties = append(o.Parties, spoor.Identifier{Kind: kind, Value: id.Value, Country: country})
	}
	out, err := s.n.Propose(ctx, o, c.Name)
	return &orderOutput{out}, nodeError(err)
}
