package bods

import (
	"cmp"

	"spoor"
)

// Collection puts the statements of any number of files together.
type Collection struct {
	statements []*Statement
	replaced   map[string]string // statements by those that replace them
	latest     map[string]int    // of records, the statement that counts
}

// NewCollection makes an empty one.
func NewCollection() *Collection {
	return &Collection{replaced: map[string]string{}, latest: map[string]int{}}
}

// Add takes a statement.
func (c *Collection) Add(s *Statement) {
	n := len(c.statements)
	c.statements = append(c.statements, s)
	for _, old := range s.Replaces {
		if old != s.ID {
			c.replaced[old] = s.ID
		}
	}
	if s.Record == "" {
		return
	}
	if old, ok := c.latest[s.Record]; !ok || compare(c.statements[old].Date, s.Date) <= 0 {
		c.latest[s.Record] = n
	}
}

func compare(a, b spoor.PartialDate) int {
	return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day))
}

// Each gives the parties and interests that count, in the order of the
// statements. Ids are those of the latest description of a party.
func (c *Collection) Each(party func(Entity), interest func(Interest)) {
	same := c.identities()
	described := map[string]bool{}
	for n, s := range c.statements {
		if !c.counts(n) {
			continue
		}
		if s.Entity != nil {
			e := *s.Entity
			e.ID = same.of(e.ID)
			if described[e.ID] && e.ID != s.Entity.ID {
				continue // the same party in other words
			}
			described[e.ID] = true
			party(e)
		}
		for _, e := range s.Unspecified {
			party(e)
		}
		for _, i := range s.Interests {
			if s.Closed && i.Until.Year == 0 {
				continue // over, nobody knows since when
			}
			i.Holder, i.Held = same.of(i.Holder), same.of(i.Held)
			interest(i)
		}
	}
}

// counts reports whether a statement is the last word.
func (c *Collection) counts(n int) bool {
	s := c.statements[n]
	if _, gone := c.replaced[s.ID]; gone {
		return false
	}
	return s.Record == "" || c.latest[s.Record] == n
}

// identities says which ids mean the same party: one described by a replacing
// statement, or one with the same identifier.
func (c *Collection) identities() identities {
	same := identities{}
	holders := map[string]string{}
	for _, s := range c.statements {
		if s.Entity == nil {
			continue
		}
		if by, ok := c.replaced[s.ID]; ok && s.Record == "" {
			same.join(s.Entity.ID, by)
		}
	}
	for n, s := range c.statements {
		if s.Entity == nil || !c.counts(n) {
			continue
		}
		for _, key := range s.Entity.keys {
			key = s.Entity.Kind.String() + " " + key
			if first, ok := holders[key]; ok {
				same.join(s.Entity.ID, first)
			} else {
				holders[key] = s.Entity.ID
			}
		}
	}
	return same
}

// identities lead from an id to the one that stands for it.
type identities map[string]string

func (m identities) of(id string) string {
	var way []string
	for {
		next, ok := m[id]
		if !ok {
			break
		}
		way = append(way, id)
		id = next
	}
	for _, w := range way {
		m[w] = id
	}
	return id
}

// join makes one id stand for another, unless they are the same already.
func (m identities) join(id, into string) {
	if a, b := m.of(id), m.of(into); a != b {
		m[a] = b
	}
}
