package ftm

import (
	"encoding/json"
	"io"
	"strings"

	"spoor"
)

// Party is a person, organisation, vessel or aircraft as a FollowTheMoney
// entity describes it.
type Party struct {
	spoor.Party
	Schema     string
	Datasets   []string // that OpenSanctions found it in, such as "us_ofac_sdn"
	Topics     []string // such as "sanction", "role.pep", "crime.traffick"
	Programmes []string // of sanctions, in the source's words
	Measures   []string // provisions of nested Sanction entities
	Reason     string   // of nested Sanction entities, else the notes
}

// Has reports whether a topic is given, exactly so: "sanction" is not
// "sanction.linked".
func (p *Party) Has(topic string) bool {
	for _, t := range p.Topics {
		if t == topic {
			return true
		}
	}
	return false
}

// Parties reads the parties of one file: JSON lines, or one JSON array, as
// [Reader] takes them. Entities of other schemas are passed over.
//
//   - Names: name, then alias and previousName, then weakAlias as weak ones; the
//     caption where there is no name.
//   - Births: birthDate of persons, incorporationDate of others.
//   - Countries: nationality, citizenship, jurisdiction, mainCountry, flag, country.
//   - Identifiers: passportNumber, idNumber, socialSecurityNumber,
//     registrationNumber (of an aircraft its tail number), ogrnCode, imoNumber,
//     mmsi, callSign, leiCode, innCode, taxNumber, vatCode, swiftBic, phone, email
//     and publicKey. A code that many companies share, such as kppCode, is none.
//
// The properties are those of the FollowTheMoney schemas LegalEntity, Person,
// Company, Vessel and Airplane; datasets and topics are those of OpenSanctions.
type Parties struct {
	items  *items
	record uint64
}

// NewParties makes a reader; name is what problems call the file.
func NewParties(name string, src io.Reader) *Parties {
	return &Parties{items: newItems(name, src)}
}

// Next gives the next party, and io.EOF at the end. A *[spoor.Problem] describes
// an entity that cannot be read; unless it is fatal, the following call goes on
// with the entity after it. A party may lack names and identifiers; it has an id.
func (r *Parties) Next() (*Party, error) {
	for {
		item, err := r.items.next()
		if err != nil {
			return nil, err
		}
		r.record++
		e, err := parse(item)
		if err != nil {
			return nil, r.problem("", err.Error())
		}
		if !isParty(e.Schema) {
			continue
		}
		if e.ID == "" {
			return nil, r.problem("id", "the entity has no id")
		}
		p := party(e)
		var more struct{ Datasets []string }
		if json.Unmarshal(item, &more) == nil {
			p.Datasets = more.Datasets
		}
		return p, nil
	}
}

func (r *Parties) problem(property, reason string) *spoor.Problem {
	p := r.items.problem(reason)
	p.Field, p.Record = property, r.record
	return p
}

func isParty(schema string) bool {
	switch schema {
	case "Person", "Company", "Organization", "LegalEntity", "PublicBody", "Vessel", "Airplane":
		return true
	}
	return false
}

// identifiers lists the properties that hold numbers of a party.
var identifiers = []struct {
	property string
	kind     spoor.IdentifierKind
}{
	{"imoNumber", spoor.IMO}, {"mmsi", spoor.MMSI}, {"callSign", spoor.CallSign},
	{"leiCode", spoor.LEI}, {"swiftBic", spoor.BIC},
	{"passportNumber", spoor.Passport}, {"idNumber", spoor.NationalID}, {"socialSecurityNumber", spoor.NationalID},
	{"innCode", spoor.TaxNumber}, {"taxNumber", spoor.TaxNumber}, {"vatCode", spoor.TaxNumber},
	{"ogrnCode", spoor.Registration}, {"registrationNumber", spoor.Registration},
	{"phone", spoor.Phone}, {"email", spoor.Email}, {"publicKey", spoor.CryptoAddress},
}

func party(e *entity) *Party {
	kind, _ := spoor.ParsePartyKind(e.Schema)
	p := &Party{Schema: e.Schema, Topics: e.texts("topics"), Programmes: append(e.texts("program"), e.texts("programId")...)}
	p.ID, p.Kind = e.ID, kind
	for _, property := range []string{"name", "alias", "previousName", "weakAlias"} {
		for _, s := range e.texts(property) {
			p.Names = append(p.Names, spoor.Name{Full: s, Weak: property == "weakAlias"})
		}
	}
	if caption := strings.TrimSpace(e.Caption); len(p.Names) == 0 && caption != "" {
		p.Names = []spoor.Name{{Full: caption}}
	}
	for _, s := range append(e.texts("birthDate"), e.texts("incorporationDate")...) {
		if d, ok := spoor.ParsePartialDate(s[:min(len(s), 10)]); ok {
			p.Births = append(p.Births, d)
		}
	}
	p.BirthPlace = e.first("birthPlace")
	p.Countries = countries(e)
	p.Addresses = e.texts("address")
	for _, i := range identifiers {
		k := i.kind
		if kind == spoor.Aircraft && k == spoor.Registration {
			k = spoor.TailNumber
		}
		for _, s := range e.texts(i.property) {
			p.Identifiers = append(p.Identifiers, spoor.Identifier{Kind: k, Value: s})
		}
	}
	p.sanctions(e)
	return p
}

// sanctions adds what nested Sanction entities say, as in OpenSanctions' nested
// files.
func (p *Party) sanctions(e *entity) {
	for _, s := range e.refs("sanctions") {
		p.Programmes = append(p.Programmes, append(s.texts("program"), s.texts("programId")...)...)
		p.Measures = append(p.Measures, s.texts("provisions")...)
		if p.Reason == "" {
			p.Reason = s.first("reason")
		}
	}
	if p.Reason == "" {
		p.Reason = e.first("notes", "summary")
	}
}

func countries(e *entity) (out []spoor.Country) {
	seen := map[spoor.Country]bool{}
	for _, property := range []string{"nationality", "citizenship", "jurisdiction", "mainCountry", "flag", "country"} {
		for _, code := range e.texts(property) {
			if c, ok := spoor.ParseCountry(code); ok && !seen[c] {
				seen[c] = true
				out = append(out, c)
			}
		}
	}
	return out
}
