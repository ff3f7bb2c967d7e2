package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"spoor"
	"spoor/format/iso20022"
	"spoor/format/iso20022/instruct"
)

// paymentBody is a payment in JSON, for those who do without ISO 20022.
type paymentBody struct {
	UETR          string     `json:"uetr,omitempty" doc:"unique end-to-end transaction reference (UUID v4); the payment is decided once by it" example:"eb6305c9-1f7f-49de-aed0-16487c27b42d"`
	InstructionID string     `json:"instruction_id,omitempty" maxLength:"35"`
	EndToEndID    string     `json:"end_to_end_id,omitempty" maxLength:"35"`
	TransactionID string     `json:"transaction_id,omitempty" maxLength:"35" doc:"needed where there is no UETR"`
	Amount        string     `json:"amount" doc:"decimal, with a point" example:"1250.00"`
	Currency      string     `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217" example:"EUR"`
	Channel       string     `json:"channel,omitempty" enum:"credit-transfer,wire,direct-debit,card,cheque,cash,crypto" doc:"default credit-transfer"`
	Debtor        partyBody  `json:"debtor"`
	Creditor      partyBody  `json:"creditor"`
	Others        []roleBody `json:"others,omitempty" maxItems:"28" doc:"ultimate parties and agents"`
	Purpose       string     `json:"purpose,omitempty" maxLength:"4096" doc:"remittance information"`
	Instructed    string     `json:"instructed,omitempty" doc:"RFC 3339; when it was accepted"`
}

type partyBody struct {
	Name        string           `json:"name,omitempty" maxLength:"140"`
	Kind        string           `json:"kind,omitempty" enum:"party,person,organisation"`
	Account     string           `json:"account,omitempty" maxLength:"34" doc:"IBAN, or the number at the bank"`
	Bank        string           `json:"bank,omitempty" maxLength:"35" doc:"BIC, where the account is no IBAN"`
	Country     string           `json:"country,omitempty" maxLength:"2" doc:"of the account, ISO 3166-1; an IBAN tells its own"`
	Births      []string         `json:"births,omitempty" maxItems:"4" doc:"dates of birth: 1965, 1965-03 or 1965-03-02"`
	Countries   []string         `json:"countries,omitempty" maxItems:"8" doc:"nationality, residence"`
	Identifiers []identifierBody `json:"identifiers,omitempty" maxItems:"16"`
}

type identifierBody struct {
	Kind    string `json:"kind" doc:"lei, passport, national-id, tax, registration, imo, phone, email, crypto, other"`
	Value   string `json:"value" maxLength:"140"`
	Country string `json:"country,omitempty" maxLength:"2"`
}

type roleBody struct {
	Role  string    `json:"role" enum:"ultimate debtor,ultimate creditor,initiating party,debtor agent,creditor agent,intermediary agent"`
	Party partyBody `json:"party"`
}

// answerBody is a decision in JSON, with how the instruction fared.
type answerBody struct {
	spoor.Decision
	Repeated bool `json:"repeated,omitempty" doc:"it had been decided before; this is that decision"`
	Refused  bool `json:"refused,omitempty" doc:"another instruction with this reference asked for something else: there is no decision on this one"`
}

type paymentsInput struct {
	Body struct {
		MessageID string      `json:"message_id,omitempty" maxLength:"35"`
		Payments  paymentList `json:"payments" minItems:"1" maxItems:"10000"`
	}
}

// paymentList reads payments one by one and stops at the first that is wrong: what
// a request costs must not grow with its mistakes.
type paymentList []paymentBody

// UnmarshalJSON reads a list of payments.
func (l *paymentList) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return errors.New("payments: want a list")
	}
	for d.More() {
		if len(*l) == MaxPayments {
			return fmt.Errorf("payments: more than %d: send fewer at once", MaxPayments)
		}
		var p paymentBody
		if err := d.Decode(&p); err != nil {
			return fmt.Errorf("payments[%d]: %w", len(*l), err)
		}
		*l = append(*l, p)
	}
	return nil
}

type paymentsOutput struct {
	Body struct {
		Answers []answerBody `json:"answers" doc:"in the order of the payments"`
	}
}

// payments registers what concerns payments in JSON.
func (s *server) payments() {
	register(s, []Right{Pay}, huma.Operation{
		OperationID: "decide-payments", Method: http.MethodPost, Path: "/api/payments", Summary: "Decide on payments",
		Description:  "Answers when every decision is durable. Sent again, the same payment gets the same decision. 429 and 503: come back after Retry-After.",
		MaxBodyBytes: MaxBody, Tags: []string{"payments"}, SkipValidateBody: true, // by paymentList and check
	}, s.decidePayments)
	register(s, []Right{Pay, Desk}, huma.Operation{
		OperationID: "get-decision", Method: http.MethodGet, Path: "/api/decisions/{key}", Summary: "What was decided on a payment",
		Description: "By its UETR, or by sender/transaction id. With what became of a hold.", Tags: []string{"payments"},
	}, s.getDecision)
}

func (s *server) decidePayments(ctx context.Context, c *Caller, in *paymentsInput) (*paymentsOutput, error) {
	if len(in.Body.Payments) == 0 {
		return nil, huma.Error422UnprocessableEntity("payments: want at least one")
	}
	if code, err := s.slow(c, len(in.Body.Payments)); err != nil {
		return nil, tryAgain(code, err)
	}
	ins := make([]spoor.Instruction, len(in.Body.Payments))
	seen := map[string]bool{}
	for i := range in.Body.Payments {
		got, err := in.Body.Payments[i].instruction(in.Body.MessageID, c)
		if err != nil {
			return nil, huma.Error422UnprocessableEntity(fmt.Sprintf("payments[%d]: %v", i, err))
		}
		if seen[got.Key()] {
			return nil, huma.Error422UnprocessableEntity(fmt.Sprintf("payments[%d]: its reference stands twice in this request", i))
		}
		seen[got.Key()], ins[i] = true, got
	}
	answers, err := s.n.Decide(ctx, ins)
	if err != nil {
		return nil, nodeError(err)
	}
	out := &paymentsOutput{}
	for _, a := range answers {
		if !c.may(Desk) {
			forBank(&a.Decision)
		}
		out.Body.Answers = append(out.Body.Answers, answerBody(a))
	}
	return out, nil
}

var errTooFast = errors.New("more payments than this key may send: slow down")

// instruction makes the noun, and says which field is wrong.
func (b *paymentBody) instruction(message string, c *Caller) (in spoor.Instruction, err error) {
	if err := b.check(); err != nil {
		return in, err
	}
	in.Message = spoor.Message{ID: message, Kind: "json", Sender: c.BIC}
	in.References = spoor.References{UETR: strings.ToLower(b.UETR), InstrID: b.InstructionID, EndToEndID: b.EndToEndID, TxID: b.TransactionID}
	if in.UETR == "" && in.TxID == "" {
		return in, errors.New("give uetr or transaction_id: a payment is decided once by it")
	}
	if in.UETR != "" && !iso20022.ValidUETR([]byte(in.UETR)) {
		return in, errors.New("uetr: not a UUID of version 4, such as eb6305c9-1f7f-49de-aed0-16487c27b42d")
	}
	p := &in.Payment
	if p.Paid.Currency, err = spoor.ParseCurrency(b.Currency); err != nil {
		return in, fmt.Errorf("currency: %w", err)
	}
	if p.Paid.Amount, err = amount(b.Amount, p.Paid.Currency); err != nil {
		return in, fmt.Errorf("amount: %w", err)
	}
	p.Received = p.Paid
	p.Channel = spoor.CreditTransfer
	if b.Channel != "" {
		p.Channel, _ = spoor.ParseChannel(b.Channel)
	}
	if b.Instructed != "" {
		if err := p.Time.UnmarshalText([]byte(b.Instructed)); err != nil {
			return in, fmt.Errorf("instructed: %w", err)
		}
	}
	p.Purpose = b.Purpose
	if p.From, p.FromCountry, p.FromName, err = b.Debtor.end(); err != nil {
		return in, fmt.Errorf("debtor: %w", err)
	}
	if p.To, p.ToCountry, p.ToName, err = b.Creditor.end(); err != nil {
		return in, fmt.Errorf("creditor: %w", err)
	}
	if p.From == (spoor.AccountID{}) && p.To == (spoor.AccountID{}) {
		return in, errors.New("neither debtor nor creditor has an account")
	}
	for _, x := range append([]roleBody{{string(spoor.Debtor), b.Debtor}, {string(spoor.Creditor), b.Creditor}}, b.Others...) {
		party, err := x.Party.party()
		if err != nil {
			return in, fmt.Errorf("%s: %w", x.Role, err)
		}
		in.Parties = append(in.Parties, spoor.RoleParty{Role: spoor.Role(x.Role), Party: party})
	}
	p.ID = in.Key()
	in.Digest = instruct.Digest(&in)
	return in, nil
}

// check says what is too long, or none of what it may be.
func (b *paymentBody) check() error {
	fields := []struct {
		name, text string
		most       int
	}{
		{"uetr", b.UETR, 36}, {"instruction_id", b.InstructionID, 35}, {"end_to_end_id", b.EndToEndID, 35}, {"transaction_id", b.TransactionID, 35},
		{"amount", b.Amount, 20}, {"currency", b.Currency, 3}, {"purpose", b.Purpose, 4096}, {"instructed", b.Instructed, 40},
	}
	for _, f := range fields {
		if len(f.text) > f.most || !printable(f.text) {
			return fmt.Errorf("%s: want at most %d bytes without control characters", f.name, f.most)
		}
	}
	if _, ok := spoor.ParseChannel(b.Channel); b.Channel != "" && !ok {
		return fmt.Errorf("channel %q: want credit-transfer, wire, direct-debit, card, cheque, cash or crypto", b.Channel)
	}
	if len(b.Others) > spoor.MaxParties-2 {
		return fmt.Errorf("others: %d parties, at most %d", len(b.Others), spoor.MaxParties-2)
	}
	for _, o := range b.Others {
		if !slices.Contains(otherRoles, spoor.Role(o.Role)) {
			return fmt.Errorf("others: role %q: want one of %v", o.Role, otherRoles)
		}
	}
	return nil
}

var otherRoles = []spoor.Role{
	spoor.UltimateDebtor, spoor.UltimateCreditor, spoor.InitiatingParty, spoor.DebtorAgent, spoor.CreditorAgent, spoor.Intermediary,
}

// amount reads a decimal as plainly as ISO 20022 writes it: what two readers could
// take for different sums is refused.
func amount(s string, c spoor.Currency) (int64, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	for _, d := range whole + fraction {
		if d < '0' || d > '9' {
			return 0, fmt.Errorf("%q: want digits and one point, such as 1250.00", s)
		}
	}
	if whole == "" || strings.HasSuffix(s, ".") {
		return 0, fmt.Errorf("%q: want digits and one point, such as 1250.00", s)
	}
	if len(fraction) > c.Decimals() {
		return 0, fmt.Errorf("%q: %s has %d decimals", s, c, c.Decimals())
	}
	n, err := spoor.ParseAmount(s, c.Scale())
	if err == nil && n == 0 {
		err = errors.New("want more than zero")
	}
	return n, err
}
