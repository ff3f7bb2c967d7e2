package spoor

import (
	"fmt"
	"strconv"
	"strings"
)

// PartyKind says what sort of party or thing a name belongs to.
type PartyKind uint8

// The kinds. AnyParty is one of which the source does not say; it may be any.
const (
	AnyParty PartyKind = iota
	Person
	Organisation // company, public body, group: every legal person
	Vessel
	Aircraft
	numPartyKinds
)

var partyKindNames = [numPartyKinds]string{"party", "person", "organisation", "vessel", "aircraft"}

// String gives the kind's name in JSON and on the command line.
func (k PartyKind) String() string {
	if k >= numPartyKinds {
		return partyKindNames[AnyParty]
	}
	return partyKindNames[k]
}

// MarshalText makes kinds plain words in JSON.
func (k PartyKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's name.
func (k *PartyKind) UnmarshalText(b []byte) error {
	got, ok := ParsePartyKind(string(b))
	if !ok {
		return fmt.Errorf("party kind %q: want one of %s", b, strings.Join(partyKindNames[:], ", "))
	}
	*k = got
	return nil
}

// ParsePartyKind takes one of ours, or a schema name of FollowTheMoney
// ("Company", "LegalEntity", "Airplane"); ok is false for an unknown one.
func ParsePartyKind(s string) (k PartyKind, ok bool) {
	switch strings.ToLower(s) {
	case "", "party", "thing", "legalentity":
		return AnyParty, true
	case "person":
		return Person, true
	case "organisation", "organization", "company", "publicbody":
		return Organisation, true
	case "vessel":
		return Vessel, true
	case "aircraft", "airplane":
		return Aircraft, true
	}
	return AnyParty, false
}

// Party is a natural or legal person, or a ship or aircraft, as one source
// describes it. What the source does not say is empty.
type Party struct {
	ID          string        `json:"id,omitempty"` // the source's own id
	Kind        PartyKind     `json:"kind"`
	Names       []Name        `json:"names"`            // the main name first
	Births      []PartialDate `json:"births,omitempty"` // dates of birth, or of foundation; several where the source is not sure
	BirthPlace  string        `json:"birth_place,omitempty"`
	Countries   []Country     `json:"countries,omitempty"` // nationality, residence, registration, flag
	Addresses   []string      `json:"addresses,omitempty"`
	Identifiers []Identifier  `json:"identifiers,omitempty"`
}

// Name gives the main name, "" where there is none.
func (p *Party) Name() string {
	if len(p.Names) == 0 {
		return ""
	}
	return p.Names[0].Full
}

// Name is one name of a party, as written by its source.
type Name struct {
	Full string `json:"full"`
	Weak bool   `json:"weak,omitempty"` // an alias that its source calls weak or low quality: broad, or seldom used
}

// IdentifierKind says what numbers a party has by.
type IdentifierKind string

// The kinds of identifiers.
const (
	IBAN          IdentifierKind = "iban"
	BIC           IdentifierKind = "bic"
	AccountNumber IdentifierKind = "account" // other than an IBAN
	LEI           IdentifierKind = "lei"     // ISO 17442
	IMO           IdentifierKind = "imo"     // ship or company number of the International Maritime Organization
	MMSI          IdentifierKind = "mmsi"
	CallSign      IdentifierKind = "call-sign"
	TailNumber    IdentifierKind = "tail-number" // of an aircraft
	Passport      IdentifierKind = "passport"
	NationalID    IdentifierKind = "national-id"
	TaxNumber     IdentifierKind = "tax"
	Registration  IdentifierKind = "registration" // in a company register
	Phone         IdentifierKind = "phone"
	Email         IdentifierKind = "email"
	CryptoAddress IdentifierKind = "crypto"
	OtherNumber   IdentifierKind = "other"
)

// Identifier is one number by which a party is known.
type Identifier struct {
	Kind    IdentifierKind `json:"kind"`
	Value   string         `json:"value"`
	Country Country        `json:"country,omitzero"` // that gave it, where known
}

// Canonical gives the value as it is compared: letters and digits only, in
// capitals. Crypto addresses and e-mail addresses keep what they are written
// with, since there letters and signs carry meaning; e-mail is in small letters.
func (i Identifier) Canonical() string {
	switch i.Kind {
	case CryptoAddress:
		return strings.TrimSpace(i.Value)
	case Email:
		return strings.ToLower(strings.TrimSpace(i.Value))
	}
	value := i.Value
	if i.Kind == IMO {
		value = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(value)), "IMO")
	}
	out := make([]byte, 0, len(value))
	for k := 0; k < len(value); k++ {
		switch c := value[k]; {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 0x80:
			out = append(out, c)
		case c >= 'a' && c <= 'z':
			out = append(out, c&^0x20)
		}
	}
	return string(out)
}

// Listing is a party on a list: sanctions, narcotics kingpins, wanted persons.
type Listing struct {
	Party
	List       string   // the list's name, "OFAC SDN", "EU", "UN"
	Programmes []string // under which it is listed: "SDNTK", "32014R0269", "DRC"
	Measures   []string // what the list orders, in its own words: "asset freeze", "admission restriction"
	// Freezes is true where the list orders that the party's funds be frozen:
	// only then may an exact hit block a payment.
	Freezes bool
	Reason  string // in the list's words, cut to one line
}

// Hit is a match of a party on a list, explained.
type Hit struct {
	Query      string    `json:"query"`          // the name or identifier that was looked for
	Role       Role      `json:"role,omitempty"` // of who was looked for, in a payment
	List       string    `json:"list"`           // of the listing
	Entity     string    `json:"entity"`         // the listing's id on its list
	Kind       PartyKind `json:"kind"`
	Name       string    `json:"name"`            // the listed name that fits best
	About      string    `json:"about,omitempty"` // who that is: births, countries, other names, why listed; one line
	Score      float64   `json:"score"`           // 0 to 1
	Exact      bool      `json:"exact"`           // an identifier is the same, which names one party
	Freezes    bool      `json:"freezes"`
	Programmes []string  `json:"programmes,omitempty"`
	Pieces     []Piece   `json:"pieces"` // what matched and by how much, weightiest first
}

// Piece is one part of a hit's explanation.
type Piece struct {
	What   string  `json:"what"`   // "name", "word", "birth date", "country", "imo", "legal form"
	Query  string  `json:"query"`  // as it was looked for
	Listed string  `json:"listed"` // as it is on the list
	Score  float64 `json:"score"`  // how alike, 0 to 1
	Effect float64 `json:"effect"` // what it added to the hit's score, or took from it
}

// InterestKind says by what means one party owns or controls another.
type InterestKind string

// The kinds, after Reg. (EU) 2024/1624 Art 51-53 and the Beneficial Ownership
// Data Standard.
const (
	Shareholding   InterestKind = "shareholding"
	VotingRights   InterestKind = "voting-rights"
	Control        InterestKind = "control"         // by other means: appointing the board, veto, agreement, family
	TrustInterest  InterestKind = "trust"           // settlor, trustee, protector, beneficiary
	Directorship   InterestKind = "directorship"    // runs it, which is no ownership: the fallback of Art 63(4)
	Nominee        InterestKind = "nominee"         // holds for somebody else
	UnknownControl InterestKind = "unknown-control" // the source names no means
)

// Interest is one direct holding of one party in another.
type Interest struct {
	Source       string // the statement or entity that says so
	Holder, Held string // ids of parties
	Kind         InterestKind
	// Share in percent, between these two; both equal where it is exact, and
	// 0 and 100 where the source does not say.
	Least, Most float64
	From, Until PartialDate // in force; zero where not known, or still
	Role        string      // in the source's words: "settlor", "director"
}

// PartialDate is a date of which month or day may be unknown (zero). The zero
// PartialDate is no date.
type PartialDate struct {
	Year       int16
	Month, Day uint8
	About      bool // the source calls it approximate
}

// ParsePartialDate takes "1965", "1965-03" or "1965-03-02".
func ParsePartialDate(s string) (d PartialDate, ok bool) {
	parts := strings.Split(s, "-")
	if len(parts) > 3 || len(parts[0]) != 4 {
		return PartialDate{}, false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		switch {
		case err != nil || n < 0 || i > 0 && len(p) != 2:
			return PartialDate{}, false
		case i == 0 && n >= 1:
			d.Year = int16(n)
		case i == 1 && n >= 1 && n <= 12:
			d.Month = uint8(n)
		case i == 2 && n >= 1 && n <= 31:
			d.Day = uint8(n)
		default:
			return PartialDate{}, false
		}
	}
	return d, true
}

// String gives "1965", "1965-03" or "1965-03-02", and "" for no date.
func (d PartialDate) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText makes dates plain text in JSON.
func (d PartialDate) MarshalText() ([]byte, error) {
	if d.About {
		return []byte("about " + d.String()), nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what [PartialDate.MarshalText] writes.
func (d *PartialDate) UnmarshalText(b []byte) error {
	s, about := strings.CutPrefix(string(b), "about ")
	if s == "" {
		*d = PartialDate{About: about}
		return nil
	}
	got, ok := ParsePartialDate(s)
	if !ok {
		return fmt.Errorf("date %q: want 1965, 1965-03 or 1965-03-02", s)
	}
	got.About = about
	*d = got
	return nil
}
