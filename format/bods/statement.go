package bods

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"spoor"
	"spoor/format/text"
)

// Statement is one statement, whatever the version.
type Statement struct {
	ID       string            // statementID or statementId
	Record   string            // recordId, which 0.2 and 0.3 have not
	Replaces []string          // statements that count no more
	Closed   bool              // what it is about is no more
	Date     spoor.PartialDate // statementDate
	Entity   *Entity           // of a statement about an entity or person, else nil
	// Interests of a relationship; Holder and Held are ids of statements (0.2,
	// 0.3) or of records (0.4). Who is unspecified is in Unspecified.
	Interests   []Interest
	Unspecified []Entity

	unclear []string // what of it is not understood
	other   bool     // it is of a kind that is not known
}

// Entity is a person or entity. Its ID is that of its record, else of its statement.
type Entity struct {
	spoor.Party
	State  bool     // a state or a body of one
	Listed bool     // its securities are listed
	Hidden bool     // the source does not say, or does not know, who it is
	Why    string   // of Hidden: the reason and its description
	keys   []string // its identifiers with their schemes
}

// Interest is an interest between two parties.
type Interest struct {
	spoor.Interest
	Indirect bool // directOrIndirect (interestLevel in 0.2) is "indirect"
}

// statement is one as it is written; fields of all versions.
type statement struct {
	StatementID      string // letter case does not count: statementId, too
	StatementType    string
	StatementDate    string
	Replaces         []string `json:"replacesStatements"`
	RecordID         string
	RecordType       string
	RecordStatus     string
	RecordDetails    json.RawMessage
	Subject          json.RawMessage
	InterestedParty  json.RawMessage
	Interests        []interest
	EntityType       json.RawMessage
	Name             string
	AlternateNames   []string
	Jurisdiction     country
	IncorporatedIn   country `json:"incorporatedInJurisdiction"`
	Identifiers      []identifier
	FoundingDate     string
	Addresses        []address
	PublicListing    struct{ HasPublicListing bool }
	EntityUnknown    *unspecified `json:"unspecifiedEntityDetails"`
	PersonType       string
	Names            []name
	Nationalities    []country
	BirthDate        string
	PlaceOfBirth     address
	PlaceOfResidence address
	PersonUnknown    *unspecified `json:"unspecifiedPersonDetails"`
	MissingInfo      string       `json:"missingInfoReason"`
}

type interest struct {
	Type             string
	DirectOrIndirect string
	InterestLevel    string
	Share            share
	StartDate        string
	EndDate          string
}

type share struct {
	Exact, Minimum, Maximum            *float64
	ExclusiveMinimum, ExclusiveMaximum json.RawMessage // a number; in 0.2 true or false
}

type identifier struct{ ID, Scheme, SchemeName string }

type name struct{ Type, FullName, FamilyName, GivenName, PatronymicName string }

type address struct {
	Address, PostCode string
	Country           country
}

type unspecified struct{ Reason, Description string }

func (u *unspecified) text() string {
	if u.Description == "" {
		return u.Reason
	}
	return u.Reason + ": " + u.Description
}

// country is a code, or an object with one.
type country struct{ Name, Code string }

// UnmarshalJSON takes "GB" and {"name": "United Kingdom", "code": "GB"}.
func (c *country) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &c.Code)
	}
	type plain country
	return json.Unmarshal(b, (*plain)(c))
}

// fault is what is wrong with a field.
type fault struct{ field, reason string }

// parse turns a JSON object into a statement, which is other for a kind that is
// not known.
func parse(raw []byte) (*Statement, *fault) {
	var w statement
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, &fault{"", err.Error()}
	}
	if w.StatementID == "" {
		return nil, &fault{"statementId", "missing: want a statement of BODS 0.2 to 0.4"}
	}
	s := &Statement{ID: w.StatementID, Record: w.RecordID, Replaces: w.Replaces, Closed: w.RecordStatus == "closed", Date: date(w.StatementDate)}
	kind := strings.TrimSuffix(w.StatementType, "Statement")
	if w.RecordType != "" {
		kind = w.RecordType
		if len(w.RecordDetails) > 0 {
			if err := json.Unmarshal(w.RecordDetails, &w); err != nil {
				return nil, &fault{"recordDetails", err.Error()}
			}
		}
	}
	switch kind {
	case "person":
		s.Entity = w.person()
	case "entity":
		s.Entity = w.entity()
	case "ownershipOrControl", "relationship":
		return s, s.relate(&w)
	case "":
		return nil, &fault{"recordType", fmt.Sprintf("statement %s has neither recordType nor statementType", s.ID)}
	default:
		s.other = true
		s.unknown("its kind", kind)
		return s, nil
	}
	if s.Entity.ID = s.ID; s.Record != "" {
		s.Entity.ID = s.Record
	}
	return s, nil
}

func date(s string) spoor.PartialDate {
	d, _ := spoor.ParsePartialDate(s[:min(len(s), 10)])
	return d
}

func (w *statement) person() *Entity {
	e := &Entity{Hidden: w.PersonType != "" && w.PersonType != "knownPerson"}
	e.Kind = spoor.Person
	for _, n := range w.Names {
		full := n.FullName
		if full == "" {
			full = strings.Join(strings.Fields(n.GivenName+" "+n.PatronymicName+" "+n.FamilyName), " ")
		}
		if full != "" {
			e.Names = append(e.Names, spoor.Name{Full: full})
		}
	}
	if d := date(w.BirthDate); d.Year > 0 {
		e.Births = []spoor.PartialDate{d}
	}
	e.BirthPlace = w.PlaceOfBirth.Address
	e.countries(append(w.Nationalities, w.PlaceOfResidence.Country)...)
	e.details(w)
	e.hide(w.PersonType, w.PersonUnknown, w.MissingInfo)
	return e
}

func (w *statement) entity() *Entity {
	var t struct{ Type string }
	if json.Unmarshal(w.EntityType, &t.Type) != nil && json.Unmarshal(w.EntityType, &t) != nil {
		t.Type = ""
	}
	e := &Entity{State: t.Type == "state" || t.Type == "stateBody", Listed: w.PublicListing.HasPublicListing,
		Hidden: t.Type == "anonymousEntity" || t.Type == "unknownEntity"}
	e.Kind = spoor.Organisation
	for _, n := range append([]string{w.Name}, w.AlternateNames...) {
		if n != "" {
			e.Names = append(e.Names, spoor.Name{Full: n})
		}
	}
	if d := date(w.FoundingDate); d.Year > 0 {
		e.Births = []spoor.PartialDate{d}
	}
	e.countries(w.Jurisdiction, w.IncorporatedIn)
	e.details(w)
	e.hide(t.Type, w.EntityUnknown, w.MissingInfo)
	return e
}

func (e *Entity) hide(kind string, u *unspecified, missing string) {
	if !e.Hidden {
		return
	}
	switch {
	case u != nil && u.text() != "":
		e.Why = u.text()
	case missing != "":
		e.Why = missing
	default:
		e.Why = kind
	}
}

func (e *Entity) countries(list ...country) {
	for _, c := range list {
		code, _, _ := strings.Cut(c.Code, "-") // of a subdivision: GB-SCT
		if v, ok := spoor.ParseCountry(code); ok && len(e.Countries) < 10 {
			e.Countries = append(e.Countries, v)
		}
	}
}

func (e *Entity) details(w *statement) {
	for _, i := range w.Identifiers {
		if i.ID == "" {
			continue
		}
		id := spoor.Identifier{Kind: identifierKind(e.Kind, i), Value: i.ID}
		if at, _, ok := strings.Cut(strings.ToUpper(i.Scheme), "-"); ok {
			if id.Country, ok = spoor.ParseCountry(at); !ok {
				id.Country, _ = text.CountryByCode3(at)
			}
			e.keys = append(e.keys, strings.ToUpper(i.Scheme)+" "+id.Canonical())
		}
		e.Identifiers = append(e.Identifiers, id)
	}
	for _, a := range append([]address{w.PlaceOfResidence}, w.Addresses...) {
		full := strings.Trim(strings.Join([]string{a.Address, a.PostCode, a.Country.Code}, ", "), ", ")
		if a.Address != "" {
			e.Addresses = append(e.Addresses, full)
		}
	}
}

func identifierKind(k spoor.PartyKind, i identifier) spoor.IdentifierKind {
	switch scheme := strings.ToUpper(i.Scheme); {
	case scheme == "XI-LEI":
		return spoor.LEI
	case strings.HasSuffix(scheme, "-PASSPORT"):
		return spoor.Passport
	case strings.HasSuffix(scheme, "-TAXID"), strings.HasSuffix(scheme, "-VAT"):
		return spoor.TaxNumber
	case strings.HasSuffix(scheme, "-IDCARD"):
		return spoor.NationalID
	case k == spoor.Organisation && scheme != "":
		return spoor.Registration
	}
	return spoor.OtherNumber
}
