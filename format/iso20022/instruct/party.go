package instruct

import (
	"math/bits"

	"spoor"
	"spoor/format/iso20022"
)

// roles are those of the slots of a chain, returned those of the slots of what
// is returned, where everyone plays the opposite part.
var roles, returned = func() (roles, returned [numParts]spoor.Role) {
	for s := range roles {
		roles[s] = spoor.Intermediary
	}
	roles[sDebtor], roles[sCreditor] = spoor.Debtor, spoor.Creditor
	roles[sUltimateDebtor], roles[sUltimateCreditor] = spoor.UltimateDebtor, spoor.UltimateCreditor
	roles[sDebtorAgent], roles[sCreditorAgent] = spoor.DebtorAgent, spoor.CreditorAgent
	roles[sInitiator] = spoor.InitiatingParty
	for s := range roles {
		returned[s] = roles[opposite(slot(s))]
	}
	return roles, returned
}()

// opposite is the slot of who plays the same part on the other side.
func opposite(s slot) slot {
	switch s {
	case sDebtor, sUltimateDebtor:
		return s + 1
	case sCreditor, sUltimateCreditor:
		return s - 1
	case sDebtorAgent:
		return sCreditorAgent
	case sCreditorAgent:
		return sDebtorAgent
	}
	return s
}

// named is a party at one level.
type named struct {
	v    *values
	slot slot
}

func (n named) role() spoor.Role {
	switch {
	case n.slot < sOriginal:
		return roles[n.slot]
	case n.slot < sInstructing:
		return returned[n.slot%numParts]
	}
	return spoor.Intermediary
}

func (n named) is(f iso20022.PartyField) bool { return n.v.of[n.slot][f].to > n.v.of[n.slot][f].from }

// parties lists everyone whom the current transaction names and who has
// anything to be known by.
func (r *reader) parties() ([]spoor.RoleParty, *fault) {
	var list [3 * numSlots]named
	n := 0
	for all := r.levels[lvlTx].used | r.levels[lvlGroup].used | r.levels[lvlHeader].used; all != 0; all &= all - 1 {
		for l := int(lvlTx); l >= 0; l-- {
			p := named{&r.levels[l], slot(bits.TrailingZeros64(all))}
			if p.v.has(p.slot) && !repeats(list[:n], p) {
				list[n] = p
				n++
			}
		}
	}
	m := memory{name: make([]spoor.Name, 0, n), country: make([]spoor.Country, 0, n), identifier: make([]spoor.Identifier, 0, 2*n)}
	out := make([]spoor.RoleParty, 0, n)
	for _, p := range list[:n] {
		if party := m.party(p); len(party.Names)+len(party.Identifiers) > 0 {
			out = append(out, spoor.RoleParty{Role: p.role(), Party: party})
		}
	}
	if len(out) > spoor.MaxParties {
		return nil, &fault{families[r.family].tx, "names more parties than can be looked at", badFile}
	}
	return out, nil
}

// identified are the fields that are identifiers by themselves. What a proxy
// is depends on its kind.
var identified = [...]struct {
	field iso20022.PartyField
	kind  spoor.IdentifierKind
}{
	{iso20022.PartyIBAN, spoor.IBAN}, {iso20022.PartyAccount, spoor.AccountNumber}, {iso20022.PartyProxy, spoor.OtherNumber}, {iso20022.PartyBIC, spoor.BIC}, {iso20022.PartyMember, spoor.OtherNumber},
	{iso20022.PartyLEI, spoor.LEI}, {iso20022.PartyPhone, spoor.Phone}, {iso20022.PartyMobile, spoor.Phone}, {iso20022.PartyEmail, spoor.Email},
}

// repeats reports whether a party adds nothing to one that is listed: to one
// with the same role, or where it is an intermediary, to any agent.
func repeats(list []named, p named) bool {
	if p.slot < sOriginal {
		return false
	}
	for _, o := range p.v.others {
		if o.slot == p.slot {
			return false
		}
	}
	for _, q := range list {
		agent := p.role() == spoor.Intermediary && (q.role() == spoor.DebtorAgent || q.role() == spoor.CreditorAgent)
		if (agent || p.role() == q.role()) && within(p, q) {
			return true
		}
	}
	return false
}

// within reports whether all that is said of p is said of q, too.
func within(p, q named) bool {
	for f := range iso20022.NumPartyFields {
		if p.is(f) && string(p.v.bytes(p.v.of[p.slot][f])) != string(q.v.bytes(q.v.of[q.slot][f])) {
			return false
		}
	}
	return true
}

// memory is what the parties of one instruction are made of: what each needs
// is a piece of one block for all of them.
type memory struct {
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

func (m *memory) party(n named) (p spoor.Party) {
	v, s := n.v, n.slot
	p.Kind = v.kind[s]
	if from := len(m.name); n.is(iso20022.PartyName) {
		m.name = append(m.name, spoor.Name{Full: v.party(s, iso20022.PartyName)})
		p.Names = cut(m.name, from)
	}
	if from := len(m.address); n.is(iso20022.PartyAddress) {
		m.address = append(m.address, v.party(s, iso20022.PartyAddress))
		p.Addresses = cut(m.address, from)
	}
	if n.is(iso20022.PartyBirth) {
		text := v.party(s, iso20022.PartyBirth) // a date, perhaps with a zone
		if d, ok := spoor.ParsePartialDate(text[:min(len(text), len("2006-01-02"))]); ok {
			p.Births = []spoor.PartialDate{d}
		}
	}
	p.BirthPlace = v.party(s, iso20022.PartyBirthPlace)
	p.Countries = m.countriesOf(n)
	p.Identifiers = m.identifiersOf(n)
	if n.is(iso20022.PartyLEI) && p.Kind == spoor.AnyParty {
		p.Kind = spoor.Organisation
	}
	return p
}

// countriesOf gives the country of residence and that of the address.
func (m *memory) countriesOf(n named) []spoor.Country {
	from := len(m.country)
	for _, f := range [...]iso20022.PartyField{iso20022.PartyResidence, iso20022.PartyCountry} {
		c, ok := spoor.ParseCountry(n.v.party(n.slot, f))
		if ok && (len(m.country) == from || m.country[from] != c) {
			m.country = append(m.country, c)
		}
	}
	return cut(m.country, from)
}

func (m *memory) identifiersOf(n named) []spoor.Identifier {
	from := len(m.identifier)
	for _, id := range identified {
		if !n.is(id.field) {
			continue
		}
		got := spoor.Identifier{Kind: id.kind, Value: n.v.party(n.slot, id.field)}
		switch id.field {
		case iso20022.PartyIBAN:
			got.Country = iso20022.IBANCountry(got.Value)
		case iso20022.PartyBIC:
			got.Country, _ = spoor.ParseCountry(got.Value[4:6])
		case iso20022.PartyProxy:
			got.Kind = iso20022.SchemeKind(n.v.bytes(n.v.of[n.slot][iso20022.PartyProxyKind]))
		}
		m.identifier = append(m.identifier, got)
	}
	for _, o := range n.v.others {
		if o.slot != n.slot || o.id.to == o.id.from {
			continue
		}
		got := spoor.Identifier{Kind: iso20022.SchemeKind(n.v.bytes(o.code)), Value: n.v.string(o.id)}
		got.Country, _ = spoor.ParseCountry(n.v.string(o.issuer))
		m.identifier = append(m.identifier, got)
	}
	return cut(m.identifier, from)
}
