// Package record writes what a node journals, and reads it again: canonical
// CBOR maps with small numbers as keys. A number is never used again for
// something else, and what is zero is left out. Currencies and channels are
// written by name, since their numbers inside the program are not fixed.
package record

import (
	"fmt"
	"time"

	"spoor"
)

// The kinds of journal entries.
const (
	KindStart    = "start"    // the node began to work: its software and member
	KindVersions = "versions" // of policy, lists, rules, parameters and model, from here on
	KindPayment  = "payment"  // a payment with its decision
	KindRefused  = "refused"  // an instruction with the key of another that asks for something else
	KindRecall   = "recall"   // a recall with its resolution
	KindEvent    = "event"    // a change of an order or a hold
	KindAlert    = "alert"    // an alert of the typologies
	KindTriage   = "triage"   // a change of what is done with an alert, by casework
	KindCase     = "case"     // a change of a case, by casework
	KindMeasure  = "measure"  // a change of an order on its way through the law, by freeze
	KindAccess   = "access"   // a look at personal data, allowed or refused
)

// IsWork reports whether entries of a kind are the desk's work, and not decisions.
func IsWork(kind string) bool {
	switch kind {
	case KindTriage, KindCase, KindMeasure, KindAccess:
		return true
	}
	return false
}

type accountRecord struct {
	_      struct{} `cbor:",toarray"`
	Bank   string
	Number string
}

type moneyRecord struct {
	_        struct{} `cbor:",toarray"`
	Amount   int64    // minor units, as [spoor.Currency.Scale] says
	Currency string
}

type partyRecord struct {
	Role        string             `cbor:"1,keyasint,omitempty"`
	Kind        string             `cbor:"2,keyasint,omitempty"`
	Names       []string           `cbor:"3,keyasint,omitempty"`
	Births      []string           `cbor:"4,keyasint,omitempty"`
	BirthPlace  string             `cbor:"5,keyasint,omitempty"`
	Countries   []string           `cbor:"6,keyasint,omitempty"`
	Addresses   []string           `cbor:"7,keyasint,omitempty"`
	Identifiers []identifierRecord `cbor:"8,keyasint,omitempty"`
}

type identifierRecord struct {
	_       struct{} `cbor:",toarray"`
	Kind    string
	Value   string
	Country string
}

type messageRecord struct {
	ID      string `cbor:"1,keyasint,omitempty"`
	Kind    string `cbor:"2,keyasint,omitempty"`
	Created int64  `cbor:"3,keyasint,omitempty"` // seconds since 1970
	Sender  string `cbor:"4,keyasint,omitempty"`
}

type referencesRecord struct {
	UETR       string `cbor:"1,keyasint,omitempty"`
	InstrID    string `cbor:"2,keyasint,omitempty"`
	EndToEndID string `cbor:"3,keyasint,omitempty"`
	TxID       string `cbor:"4,keyasint,omitempty"`
}

// instructionRecord is a payment as it was asked for.
type instructionRecord struct {
	References  referencesRecord `cbor:"1,keyasint"`
	Message     messageRecord    `cbor:"2,keyasint"`
	Instructed  int64            `cbor:"3,keyasint"` // the payment's own time; when it came is the entry's
	From        accountRecord    `cbor:"4,keyasint"`
	To          accountRecord    `cbor:"5,keyasint"`
	Paid        moneyRecord      `cbor:"6,keyasint"`
	Received    *moneyRecord     `cbor:"7,keyasint,omitempty"` // where it differs
	Channel     string           `cbor:"8,keyasint,omitempty"`
	Kind        string           `cbor:"9,keyasint,omitempty"`
	FromCountry string           `cbor:"10,keyasint,omitempty"`
	ToCountry   string           `cbor:"11,keyasint,omitempty"`
	FromName    string           `cbor:"12,keyasint,omitempty"`
	ToName      string           `cbor:"13,keyasint,omitempty"`
	Purpose     string           `cbor:"14,keyasint,omitempty"`
	Returns     string           `cbor:"15,keyasint,omitempty"`
	Parties     []partyRecord    `cbor:"16,keyasint,omitempty"`
	Digest      []byte           `cbor:"17,keyasint"`
	Alias       string           `cbor:"18,keyasint,omitempty"`
}

type decisionRecord struct {
	Outcome  string         `cbor:"1,keyasint"`
	Spent    int64          `cbor:"2,keyasint"` // microseconds
	Until    int64          `cbor:"3,keyasint,omitempty"`
	Clock    string         `cbor:"4,keyasint,omitempty"`
	Reasons  []reasonRecord `cbor:"5,keyasint,omitempty"`
	Hits     []hitRecord    `cbor:"6,keyasint,omitempty"`
	Orders   []string       `cbor:"7,keyasint,omitempty"`
	Risk     float64        `cbor:"8,keyasint,omitempty"`
	Signals  []string       `cbor:"9,keyasint,omitempty"`
	Late     []string       `cbor:"10,keyasint,omitempty"`
	Versions uint64         `cbor:"11,keyasint"` // entry that holds them
}

type reasonRecord struct {
	_       struct{} `cbor:",toarray"`
	Rule    string
	Outcome string
	Code    string
	Text    string
}

type hitRecord struct {
	Query      string        `cbor:"1,keyasint,omitempty"`
	List       string        `cbor:"2,keyasint"`
	Entity     string        `cbor:"3,keyasint"`
	Kind       string        `cbor:"4,keyasint,omitempty"`
	Name       string        `cbor:"5,keyasint,omitempty"`
	Score      float64       `cbor:"6,keyasint"`
	Exact      bool          `cbor:"7,keyasint,omitempty"`
	Freezes    bool          `cbor:"8,keyasint,omitempty"`
	Programmes []string      `cbor:"9,keyasint,omitempty"`
	Pieces     []pieceRecord `cbor:"10,keyasint,omitempty"`
	Role       string        `cbor:"11,keyasint,omitempty"`
	About      string        `cbor:"12,keyasint,omitempty"`
}

type pieceRecord struct {
	_      struct{} `cbor:",toarray"`
	What   string
	Query  string
	Listed string
	Score  float64
	Effect float64
}

func strs[T ~string](in []T) []string {
	if len(in) == 0 {
		return nil
	}
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

func moneyOf(m spoor.Money) moneyRecord {
	return moneyRecord{Amount: m.Amount, Currency: m.Currency.String()}
}

func (r moneyRecord) noun() (spoor.Money, error) {
	c, err := spoor.ParseCurrency(r.Currency)
	return spoor.Money{Amount: r.Amount, Currency: c}, err
}

func messageOf(m spoor.Message) messageRecord {
	return messageRecord{ID: m.ID, Kind: m.Kind, Created: int64(m.Created), Sender: m.Sender}
}

func (r messageRecord) noun() spoor.Message {
	return spoor.Message{ID: r.ID, Kind: r.Kind, Created: spoor.Instant(r.Created), Sender: r.Sender}
}

func instructionOf(in *spoor.Instruction) instructionRecord {
	p := &in.Payment
	r := instructionRecord{
		References: referencesRecord(in.References), Message: messageOf(in.Message), Instructed: int64(p.Time),
		From: accountRecord{Bank: p.From.Bank, Number: p.From.Number}, To: accountRecord{Bank: p.To.Bank, Number: p.To.Number},
		Paid: moneyOf(p.Paid), Channel: p.Channel.String(), Kind: p.Kind,
		FromCountry: p.FromCountry.String(), ToCountry: p.ToCountry.String(), FromName: p.FromName, ToName: p.ToName,
		Purpose: p.Purpose, Returns: in.Returns, Digest: in.Digest[:], Alias: in.Alias,
	}
	if p.Received != p.Paid {
		m := moneyOf(p.Received)
		r.Received = &m
	}
	for i := range in.Parties {
		r.Parties = append(r.Parties, partyOf(&in.Parties[i]))
	}
	return r
}

func partyOf(rp *spoor.RoleParty) partyRecord {
	p := &rp.Party
	r := partyRecord{Role: string(rp.Role), Kind: p.Kind.String(), BirthPlace: p.BirthPlace, Addresses: p.Addresses}
	for _, n := range p.Names {
		r.Names = append(r.Names, n.Full)
	}
	for _, d := range p.Births {
		r.Births = append(r.Births, d.String())
	}
	for _, c := range p.Countries {
		r.Countries = append(r.Countries, c.String())
	}
	r.Identifiers = identifiersOf(p.Identifiers)
	return r
}

func (r *partyRecord) noun() spoor.RoleParty {
	out := spoor.RoleParty{Role: spoor.Role(r.Role), Party: spoor.Party{BirthPlace: r.BirthPlace, Addresses: r.Addresses}}
	p := &out.Party
	p.Kind, _ = spoor.ParsePartyKind(r.Kind)
	for _, n := range r.Names {
		p.Names = append(p.Names, spoor.Name{Full: n})
	}
	for _, b := range r.Births {
		if d, ok := spoor.ParsePartialDate(b); ok {
			p.Births = append(p.Births, d)
		}
	}
	for _, c := range r.Countries {
		if got, ok := spoor.ParseCountry(c); ok {
			p.Countries = append(p.Countries, got)
		}
	}
	p.Identifiers = identifiers(r.Identifiers)
	return out
}

// noun gives the instruction again, without its parties unless they are asked for.
func (r *instructionRecord) noun(parties bool) (spoor.Instruction, error) {
	paid, err := r.Paid.noun()
	if err != nil {
		return spoor.Instruction{}, err
	}
	received := paid
	if r.Received != nil {
		if received, err = r.Received.noun(); err != nil {
			return spoor.Instruction{}, err
		}
	}
	channel, ok := spoor.ParseChannel(r.Channel)
	if !ok {
		return spoor.Instruction{}, fmt.Errorf("unknown channel %q", r.Channel)
	}
	in := spoor.Instruction{
		References: spoor.References(r.References), Message: r.Message.noun(), Returns: r.Returns, Alias: r.Alias,
		Payment: spoor.Payment{
			Time: spoor.Instant(r.Instructed), Paid: paid, Received: received, Channel: channel, Kind: r.Kind,
			From: spoor.AccountID{Bank: r.From.Bank, Number: r.From.Number}, To: spoor.AccountID{Bank: r.To.Bank, Number: r.To.Number},
			FromName: r.FromName, ToName: r.ToName, Purpose: r.Purpose,
		},
	}
	in.Payment.FromCountry, _ = spoor.ParseCountry(r.FromCountry)
	in.Payment.ToCountry, _ = spoor.ParseCountry(r.ToCountry)
	if copy(in.Digest[:], r.Digest) != len(in.Digest) {
		return spoor.Instruction{}, fmt.Errorf("digest of %d bytes: want %d", len(r.Digest), len(in.Digest))
	}
	in.Payment.ID = in.Key()
	if parties {
		for i := range r.Parties {
			in.Parties = append(in.Parties, r.Parties[i].noun())
		}
	}
	return in, nil
}

func decisionOf(d *spoor.Decision, versions uint64) decisionRecord {
	r := decisionRecord{
		Outcome: d.Outcome.String(), Spent: d.Spent.Microseconds(), Until: int64(d.Until), Clock: d.Clock,
		Orders: d.Orders, Risk: d.Risk, Signals: strs(d.Signals), Late: d.Late, Versions: versions,
	}
	for _, x := range d.Reasons {
		r.Reasons = append(r.Reasons, reasonRecord{Rule: x.Rule, Outcome: x.Outcome.String(), Code: x.Code, Text: x.Text})
	}
	for i := range d.Hits {
		r.Hits = append(r.Hits, hitOf(&d.Hits[i]))
	}
	return r
}

func hitOf(h *spoor.Hit) hitRecord {
	r := hitRecord{
		Query: h.Query, List: h.List, Entity: h.Entity, Kind: h.Kind.String(), Name: h.Name, Score: h.Score,
		Exact: h.Exact, Freezes: h.Freezes, Programmes: h.Programmes, Role: string(h.Role), About: h.About,
	}
	for _, p := range h.Pieces {
		r.Pieces = append(r.Pieces, pieceRecord{What: p.What, Query: p.Query, Listed: p.Listed, Score: p.Score, Effect: p.Effect})
	}
	return r
}

func (r *hitRecord) noun() spoor.Hit {
	h := spoor.Hit{
		Query: r.Query, List: r.List, Entity: r.Entity, Name: r.Name, Score: r.Score,
		Exact: r.Exact, Freezes: r.Freezes, Programmes: r.Programmes, Role: spoor.Role(r.Role), About: r.About,
	}
	h.Kind, _ = spoor.ParsePartyKind(r.Kind)
	for _, p := range r.Pieces {
		h.Pieces = append(h.Pieces, spoor.Piece{What: p.What, Query: p.Query, Listed: p.Listed, Score: p.Score, Effect: p.Effect})
	}
	return h
}

// noun gives the decision again; its versions are another entry's.
func (r *decisionRecord) noun(key string, entry uint64, at spoor.Instant) (spoor.Decision, error) {
	d := spoor.Decision{
		Key: key, Entry: entry, At: at, Spent: time.Duration(r.Spent) * time.Microsecond, Until: spoor.Instant(r.Until),
		Clock: r.Clock, Orders: r.Orders, Risk: r.Risk, Late: r.Late,
	}
	if err := d.Outcome.UnmarshalText([]byte(r.Outcome)); err != nil {
		return d, err
	}
	for _, s := range r.Signals {
		d.Signals = append(d.Signals, spoor.Typology(s))
	}
	for _, x := range r.Reasons {
		reason := spoor.Reason{Rule: x.Rule, Code: x.Code, Text: x.Text}
		if err := reason.Outcome.UnmarshalText([]byte(x.Outcome)); err != nil {
			return d, err
		}
		d.Reasons = append(d.Reasons, reason)
	}
	for i := range r.Hits {
		d.Hits = append(d.Hits, r.Hits[i].noun())
	}
	return d, nil
}
