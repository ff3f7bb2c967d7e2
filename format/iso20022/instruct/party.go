package instruct

import (
	"math/bits"
	"slices"

	"spoor"
	"spoor/format/iso20022"
	"spoor/format/iso20022/instruct/internal/people"
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
	m := people.NewMemory(n)
	out := make([]spoor.RoleParty, 0, n)
	for _, p := range list[:n] {
		if party := m.Party(r.said(p)); len(party.Names)+len(party.Identifiers) > 0 {
			out = append(out, spoor.RoleParty{Role: p.role(), Party: party})
		}
	}
	if out = r.traders(out); len(out) > spoor.MaxParties {
		return nil, &fault{families[r.family].tx, "names more parties than can be looked at", badFile}
	}
	return out, nil
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

// said is what is said of a party, in the reader's memory.
func (r *reader) said(n named) *people.Said {
	s := &r.about
	*s = people.Said{Kind: n.v.kind[n.slot], Others: s.Others[:0]}
	for f, at := range n.v.of[n.slot] {
		s.Texts[f] = n.v.string(at)
	}
	for _, o := range n.v.others {
		if o.slot == n.slot && o.id.to > o.id.from {
			s.Others = append(s.Others, people.Other{ID: n.v.string(o.id), Code: n.v.string(o.code), Issuer: n.v.string(o.issuer)})
		}
	}
	return s
}

// traders adds those to the parties of whom nobody with their role has the name.
func (r *reader) traders(parties []spoor.RoleParty) []spoor.RoleParty {
	tx := &r.levels[lvlTx]
	for _, t := range tx.trade {
		role, name := named{tx, t.slot}.role(), tx.string(t.name)
		principal := spoor.Creditor
		if role == spoor.UltimateDebtor {
			principal = spoor.Debtor
		}
		known := func(p spoor.RoleParty) bool {
			return (p.Role == role || p.Role == principal) && slices.ContainsFunc(p.Party.Names, func(n spoor.Name) bool { return n.Full == name && !n.Weak })
		}
		if name != "" && !slices.ContainsFunc(parties, known) {
			parties = append(parties, spoor.RoleParty{Role: role, Party: spoor.Party{Names: []spoor.Name{{Full: name}}}})
		}
	}
	return parties
}
