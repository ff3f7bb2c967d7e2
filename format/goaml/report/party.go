package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"spoor"
)

// party finds a party by id. One that is not there is a fault.
func (w *writer) party(id string) *Party {
	if p := w.parties[id]; p != nil {
		return p
	}
	w.missing("party", fmt.Sprintf("no party has the id %q", id))
	return &Party{}
}

// number is the first identifier of a kind.
func (p *Party) number(kind spoor.IdentifierKind) spoor.Identifier {
	for _, i := range p.Identifiers {
		if i.Kind == kind {
			return i
		}
	}
	return spoor.Identifier{}
}

func (p *Party) all(kind spoor.IdentifierKind) (out []string) {
	for _, i := range p.Identifiers {
		if i.Kind == kind {
			out = append(out, i.Value)
		}
	}
	return out
}

// partyElement writes a person or an organisation under the name that prefix and
// kind give it.
func (w *writer) partyElement(prefix string, p *Party) {
	suffix := mine(p.Mine)
	if prefix != "" { // from_person is the same name in both
		suffix = ""
	}
	if p.Kind == spoor.Organisation {
		w.open(prefix + "entity" + suffix)
		w.entity(p)
	} else {
		w.open(prefix + "person" + suffix)
		w.person(p, p.Mine)
	}
	w.close()
}

// person writes what is in t_person and, for a client, t_person_my_client.
func (w *writer) person(p *Party, client bool) {
	w.personNames(p, client)
	birth := spoor.PartialDate{}
	if len(p.Births) > 0 {
		birth = p.Births[0]
	}
	w.date("birthdate", birth, client)
	w.optional("birth_place", p.BirthPlace, 255)
	also := p.alias()
	if utf8.RuneCountInString(also) <= 100 {
		w.optional("alias", also, 100)
		also = ""
	}
	w.inAnyLetters(p)
	if pass := p.number(spoor.Passport); pass.Value != "" {
		w.required("passport_number", pass.Value, 255)
		w.country("passport_country", pass.Country)
	}
	id := p.number(spoor.NationalID).Value
	if client {
		w.required("id_number", id, 255)
	} else {
		w.optional("id_number", id, 255)
	}
	for _, c := range []struct {
		name string
		is   spoor.Country
	}{{"nationality1", p.Nationality}, {"residence", p.Residence}} {
		if client || c.is != (spoor.Country{}) {
			w.country(c.name, c.is)
		}
	}
	phones := p.all(spoor.Phone)
	if client && len(phones) == 0 {
		w.missing("phones", "at least one is wanted of a client")
	}
	w.phones(phones...)
	w.addresses(p.Addresses, false)
	w.email(p.number(spoor.Email).Value)
	w.optional("occupation", p.Occupation, 255)
	w.documents(p, client)
	w.tax(p, client)
	if also != "" {
		w.optional("comments", "Also known as: "+also, 8000)
	}
}

func (w *writer) personNames(p *Party, client bool) {
	if client || p.Gender != "" {
		w.code("gender", w.c.Genders, p.Gender)
	}
	w.name("first_name", p.First, 100)
	w.name("last_name", p.Last, 100)
}

// alias gives the other names of a person.
func (p *Party) alias() string {
	var names []string
	for i, n := range p.Names {
		if i > 0 {
			names = append(names, n.Full)
		}
	}
	return strings.Join(names, "; ")
}

// inAnyLetters writes the name as its source has it, where the unit's letters
// could not.
func (w *writer) inAnyLetters(p *Party) {
	_, first := w.latin("first_name", p.First)
	_, last := w.latin("last_name", p.Last)
	if first || last {
		w.required("full_name_frn", p.First+" "+p.Last, 255)
	}
}

func (w *writer) documents(p *Party, client bool) {
	if len(p.Papers) == 0 {
		if client {
			w.missing("identifications", "at least one document is wanted of a client")
		}
		return
	}
	w.open("identifications")
	for i, d := range p.Papers {
		w.at("identification", i)
		w.code("type", w.c.Documents, string(d.Kind))
		w.required("number", d.Value, 255)
		w.date("issue_date", d.Issued, true)
		w.date("expiry_date", d.Expires, true)
		w.country("issue_country", d.Identifier.Country)
		w.close()
	}
	w.close()
}

func (w *writer) tax(p *Party, client bool) {
	number := p.number(spoor.TaxNumber).Value
	w.optional("tax_number", number, 100)
	if !client {
		return
	}
	registered := "no"
	if number != "" {
		registered = "yes"
	}
	w.raw("tax_reg_number", w.c.TaxRegistered[registered])
}

// entity writes what is in t_entity and, for a client, t_entity_my_client.
func (w *writer) entity(p *Party) {
	client := p.Mine
	original := w.name("name", p.Name(), 255)
	if len(p.Names) > 1 {
		if also := w.name("commercial_name", p.Names[1].Full, 255); also != "" {
			original += "; " + also
		}
	}
	if client || p.LegalForm != "" {
		w.code("incorporation_legal_form", w.c.LegalForms, p.LegalForm)
	}
	text := w.optional
	if client {
		text = w.required
	}
	text("incorporation_number", p.number(spoor.Registration).Value, 50)
	text("business", p.Business, 255)
	w.phones(p.all(spoor.Phone)...)
	w.addresses(p.Addresses, client)
	w.email(p.number(spoor.Email).Value)
	text("incorporation_state", p.State, 255)
	if client || p.Country != (spoor.Country{}) {
		w.country("incorporation_country_code", p.Country)
	}
	if client && len(p.Directors) == 0 {
		w.missing("related_persons", "at least one who runs it is wanted of a client")
	}
	w.directors(p)
	founded := spoor.PartialDate{}
	if len(p.Births) > 0 {
		founded = p.Births[0]
	}
	w.date("incorporation_date", founded, client)
	w.tax(p, client)
	if original = strings.TrimPrefix(original, "; "); original != "" {
		w.optional("comments", "Name as given: "+original, 8000)
	}
}

func (w *writer) directors(p *Party) {
	if len(p.Directors) == 0 {
		return
	}
	w.open("related_persons")
	for i, d := range p.Directors {
		w.at("entity_related_person", i)
		w.open("person")
		w.person(w.party(d.Party), false)
		w.close()
		w.code("role", w.c.DirectorRoles, d.Role)
		w.close()
	}
	w.close()
}
