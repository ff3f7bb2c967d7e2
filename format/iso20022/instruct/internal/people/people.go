// Package people makes parties of what messages say of them: names, births,
// countries, addresses, and identifiers by their kinds.
package people

import (
	"slices"

	"spoor"
	"spoor/format/iso20022"
)

// Said is what a message says of one party, an agent, or the account beside one.
type Said struct {
	Kind   spoor.PartyKind
	Texts  [iso20022.NumPartyFields]string // "" for what it does not say
	Others []Other
}

// Other is a generic identification.
type Other struct{ ID, Code, Issuer string }

// identified are the fields that are identifiers by themselves. What a proxy
// is depends on its kind.
var identified = [...]struct {
	field iso20022.PartyField
	kind  spoor.IdentifierKind
}{
	{iso20022.PartyIBAN, spoor.IBAN}, {iso20022.PartyAccount, spoor.AccountNumber}, {iso20022.PartyProxy, spoor.OtherNumber}, {iso20022.PartyBIC, spoor.BIC}, {iso20022.PartyMember, spoor.OtherNumber},
	{iso20022.PartyLEI, spoor.LEI}, {iso20022.PartyPhone, spoor.Phone}, {iso20022.PartyMobile, spoor.Phone}, {iso20022.PartyEmail, spoor.Email},
}

// Memory is what the parties of one instruction are made of: what each needs
// is a piece of one block for all of them.
type Memory struct {
	name       []spoor.Name
	country    []spoor.Country
	address    []string
	identifier []spoor.Identifier
}

// cut gives what was appended to a block since from, closed against appending.
func cut[T any](block []T, from int) []T {
	if from == len(block) {
		return nil
	}
	return block[from:len(block):len(block)]
}

// NewMemory makes room for so many parties.
func NewMemory(n int) Memory {
	return Memory{name: make([]spoor.Name, 0, n), country: make([]spoor.Country, 0, n), identifier: make([]spoor.Identifier, 0, 2*n)}
}

// Party is the party that this is said of.
func (m *Memory) Party(s *Said) (p spoor.Party) {
	p.Kind = s.Kind
	p.Names = m.namesOf(s)
	if from := len(m.address); s.Texts[iso20022.PartyAddress] != "" {
		m.address = append(m.address, s.Texts[iso20022.PartyAddress])
		p.Addresses = cut(m.address, from)
	}
	if s.Texts[iso20022.PartyBirth] != "" {
		text := s.Texts[iso20022.PartyBirth] // a date, perhaps with a zone
		if d, ok := spoor.ParsePartialDate(text[:min(len(text), len("2006-01-02"))]); ok {
			p.Births = []spoor.PartialDate{d}
		}
	}
	p.BirthPlace = s.Texts[iso20022.PartyBirthPlace]
	p.Countries = m.countriesOf(s)
	p.Identifiers = m.identifiersOf(s)
	if s.Texts[iso20022.PartyLEI] != "" && p.Kind == spoor.AnyParty {
		p.Kind = spoor.Organisation
	}
	return p
}

// namesOf gives the party's name, that of its account and, as one that says less,
// that of its contact, where they differ.
func (m *Memory) namesOf(s *Said) []spoor.Name {
	from := len(m.name)
	for _, f := range [...]iso20022.PartyField{iso20022.PartyName, iso20022.PartyAccountName, iso20022.PartyContact} {
		if s.Texts[f] == "" {
			continue
		}
		name := spoor.Name{Full: s.Texts[f], Weak: f == iso20022.PartyContact}
		if !slices.ContainsFunc(m.name[from:], func(k spoor.Name) bool { return k.Full == name.Full }) {
			m.name = append(m.name, name)
		}
	}
	return cut(m.name, from)
}

// countriesOf gives the country of residence and that of the address.
func (m *Memory) countriesOf(s *Said) []spoor.Country {
	from := len(m.country)
	for _, f := range [...]iso20022.PartyField{iso20022.PartyResidence, iso20022.PartyCountry} {
		c, ok := spoor.ParseCountry(s.Texts[f])
		if ok && (len(m.country) == from || m.country[from] != c) {
			m.country = append(m.country, c)
		}
	}
	return cut(m.country, from)
}

func (m *Memory) identifiersOf(s *Said) []spoor.Identifier {
	from := len(m.identifier)
	for _, id := range identified {
		if s.Texts[id.field] == "" {
			continue
		}
		got := spoor.Identifier{Kind: id.kind, Value: s.Texts[id.field]}
		switch id.field {
		case iso20022.PartyIBAN:
			got.Country = iso20022.IBANCountry(got.Value)
		case iso20022.PartyBIC:
			got.Country, _ = spoor.ParseCountry(got.Value[4:6])
		case iso20022.PartyProxy:
			got.Kind = iso20022.SchemeKind(s.Texts[iso20022.PartyProxyKind])
		case iso20022.PartyAccount:
			got.Value = iso20022.Number(got.Value)
		}
		m.identifier = append(m.identifier, disclosed(got))
	}
	for _, o := range s.Others {
		got := spoor.Identifier{Kind: iso20022.SchemeKind(o.Code), Value: o.ID}
		got.Country, _ = spoor.ParseCountry(o.Issuer)
		m.identifier = append(m.identifier, disclosed(got))
	}
	return cut(m.identifier, from)
}

// disclosed is an identifier, as an IBAN if it is one under another name.
func disclosed(id spoor.Identifier) spoor.Identifier {
	if id.Kind == spoor.IBAN || id.Kind == spoor.BIC || id.Kind == spoor.LEI {
		return id
	}
	if iban, ok := iso20022.AsIBAN(id.Value); ok {
		return spoor.Identifier{Kind: spoor.IBAN, Value: iban, Country: iso20022.IBANCountry(iban)}
	}
	return id
}
