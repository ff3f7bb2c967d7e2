package entry

import (
	"errors"
	"io"
	"strings"

	"spoor"
	"spoor/format/ftm"
	"spoor/format/text"
)

// Own reads a member's own list, described in package lists.
func (r *Reading) Own(src io.Reader, list string) error {
	return r.columns(src, func(get func(string) string, at place) {
		d := &draft{}
		d.ID, d.List = get("id"), list
		if column, err := d.own(get); err != nil {
			r.fault(at(column, err.Error()))
			return
		}
		r.add(d, at)
	})
}

// own takes the cells, and says which is wrong: a list that people write by hand
// is not guessed at.
func (d *draft) own(get func(string) string) (column string, err error) {
	kind, ok := spoor.ParsePartyKind(get("kind"))
	if !ok {
		return "kind", errors.New(text.Show(get("kind")) + " is not person, organisation, vessel, aircraft or empty")
	}
	d.Kind = kind
	d.name(get("name"), false)
	for _, s := range several(get("aliases")) {
		d.name(s, false)
	}
	for _, s := range several(get("birth")) {
		b, ok := spoor.ParsePartialDate(s)
		if !ok {
			return "birth", errors.New(text.Show(s) + " is not a date such as 1965, 1965-03 or 1965-03-02")
		}
		d.birth(b)
	}
	for _, s := range several(get("countries")) {
		c, ok := spoor.ParseCountry(s)
		if !ok {
			if c, ok = country(s); !ok {
				return "countries", errors.New(text.Show(s) + " is not an ISO 3166 code such as IT")
			}
		}
		d.country(c)
	}
	for _, s := range several(get("identifiers")) {
		i, err := ParseIdentifier(s)
		if err != nil {
			return "identifiers", err
		}
		before := len(d.Identifiers)
		if d.id(i.Kind, i.Value, i.Country); len(d.Identifiers) == before && d.over == "" {
			return "identifiers", errors.New(text.Show(s) + " has not the form of its kind, is too short to name one party, or is there twice")
		}
	}
	d.Programmes, d.Measures = several(get("programme")), several(get("measure"))
	if s := get("freezes"); s != "" {
		if d.Freezes, err = text.Bool(s); err != nil {
			return "freezes", err
		}
	}
	d.Reason = line(get("reason"), maxReason)
	return "", nil
}

func several(s string) (out []string) {
	for _, one := range strings.Split(s, ";") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// kinds are what ParseIdentifier takes.
var kinds = []spoor.IdentifierKind{
	spoor.IBAN, spoor.BIC, spoor.AccountNumber, spoor.LEI, spoor.IMO, spoor.MMSI, spoor.CallSign, spoor.TailNumber, spoor.Passport,
	spoor.NationalID, spoor.TaxNumber, spoor.Registration, spoor.Phone, spoor.Email, spoor.CryptoAddress, spoor.OtherNumber,
}

// ParseIdentifier takes "kind:value", such as "imo:9187629" or
// "passport:AB 12345"; the kinds are those of [spoor.IdentifierKind].
func ParseIdentifier(s string) (spoor.Identifier, error) {
	kind, value, _ := strings.Cut(s, ":")
	names := make([]string, len(kinds))
	for i, k := range kinds {
		if names[i] = string(k); names[i] == strings.ToLower(strings.TrimSpace(kind)) && strings.TrimSpace(value) != "" {
			return spoor.Identifier{Kind: k, Value: strings.TrimSpace(value)}, nil
		}
	}
	return spoor.Identifier{}, errors.New(text.Show(s) + " is not kind:value, with one of the kinds " + strings.Join(names, ", "))
}

// Entities reads entities of FollowTheMoney. Only those with the topic "sanction" are
// themselves under sanctions and have frozen funds.
func (r *Reading) Entities(src io.Reader, list string) error {
	parties := ftm.NewParties(r.Name, src)
	last := false
	for {
		p, err := parties.Next()
		var problem *spoor.Problem
		switch {
		case err == io.EOF && last:
			return r.broken("the last entity is not whole: the file is cut off")
		case err == io.EOF:
			return nil
		case errors.As(err, &problem) && !problem.Fatal:
			r.fault(problem)
			last = true
			continue
		case err != nil:
			return err
		}
		if err := r.full(); err != nil {
			return err
		}
		last = false
		d := &draft{}
		d.ID, d.Kind, d.List = p.ID, p.Kind, list
		for _, n := range p.Names {
			d.name(n.Full, n.Weak)
		}
		d.birth(p.Births...)
		d.country(p.Countries...)
		for _, i := range p.Identifiers {
			d.id(i.Kind, i.Value, i.Country)
		}
		for _, a := range p.Addresses {
			d.address(a)
		}
		d.BirthPlace, d.Reason = line(p.BirthPlace, maxText), line(p.Reason, maxReason)
		if d.Programmes = union(nil, p.Programmes); len(d.Programmes) == 0 {
			d.Programmes = union(nil, p.Datasets)
		}
		d.Freezes, d.Measures = p.Has("sanction"), union(union(nil, p.Measures), p.Topics)
		r.add(d, func(field, reason string) *spoor.Problem {
			return &spoor.Problem{File: r.Name, Field: field, Reason: reason}
		})
	}
}
