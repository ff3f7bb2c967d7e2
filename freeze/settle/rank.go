package settle

import (
	"cmp"
	"fmt"
	"slices"

	"spoor"
)

// Competing is one of several orders against the same property or person.
type Competing struct {
	ID          string        `json:"id"`
	State       spoor.Country `json:"state"`       // that issued it
	Victims     bool          `json:"victims"`     // it serves restitution to or compensation of a victim
	Frozen      bool          `json:"frozen"`      // the property is already frozen under it
	Issued      spoor.Instant `json:"issued"`      // date of the order
	Transmitted spoor.Instant `json:"transmitted"` // date of its transmission
	MaxMonths   int           `json:"max_months"`  // maximum penalty of the offence, as a measure of seriousness
	Place       spoor.Country `json:"place"`       // where the offence was committed
}

// Ranked is an order in its place. Orders that nothing tells apart share a place.
type Ranked struct {
	Competing
	Rank   int    `json:"rank"`   // from 1
	Reason string `json:"reason"` // in words, against the order before it
}

// criteria are those of Art 26, in the order in which they are looked at. The
// article wants all of them weighed; that order is this project's.
var criteria = []struct {
	compare func(a, b *Competing) int // below zero: a goes first
	says    string
}{
	{func(a, b *Competing) int { return yes(a.Victims, b.Victims) }, "it serves a victim"},
	{func(a, b *Competing) int { return yes(a.Frozen, b.Frozen) }, "the property is already frozen under it"},
	{func(a, b *Competing) int { return cmp.Compare(a.Issued, b.Issued) }, "it was issued earlier"},
	{func(a, b *Competing) int { return cmp.Compare(a.Transmitted, b.Transmitted) }, "it was transmitted earlier"},
	{func(a, b *Competing) int { return cmp.Compare(b.MaxMonths, a.MaxMonths) }, "its offence is more serious by the maximum penalty"},
	{func(a, b *Competing) int { return yes(a.Place == a.State, b.Place == b.State) }, "its offence was committed in the state that issued it"},
}

func yes(a, b bool) int { return one(b) - one(a) }

func decide(a, b *Competing) (order int, says string) {
	for _, c := range criteria {
		if n := c.compare(a, b); n != 0 {
			return n, c.says
		}
	}
	return 0, ""
}

// Rank puts competing orders in order by Art 26: victims, then whether frozen,
// dates, seriousness, place. It proposes; the executing authority decides.
func Rank(orders []Competing) ([]Ranked, error) {
	if len(orders) > MaxItems {
		return nil, fmt.Errorf("orders: %d, at most %d", len(orders), MaxItems)
	}
	seen := map[string]bool{}
	out := make([]Ranked, 0, len(orders))
	for i, o := range orders {
		switch {
		case o.ID == "" || seen[o.ID]:
			return nil, fmt.Errorf("orders[%d]: id %q is empty or there twice", i, o.ID)
		case o.State == (spoor.Country{}) || o.Place == (spoor.Country{}):
			return nil, fmt.Errorf("orders[%d]: the issuing state and the place of the offence are needed", i)
		case o.Issued == 0 || o.Transmitted < o.Issued:
			return nil, fmt.Errorf("orders[%d]: issued and transmitted are needed, in this order", i)
		case o.MaxMonths < 0:
			return nil, fmt.Errorf("orders[%d]: max_months is negative", i)
		}
		seen[o.ID] = true
		out = append(out, Ranked{Competing: o})
	}
	slices.SortFunc(out, func(a, b Ranked) int {
		n, _ := decide(&a.Competing, &b.Competing)
		return cmp.Or(n, cmp.Compare(a.ID, b.ID))
	})
	cite := ": " + rules.Act.Name + " Art " + rules.Act.Compete + "."
	for i := range out {
		o := &out[i]
		o.Rank = i + 1
		if i == 0 {
			o.Reason = "First by the criteria" + cite
			continue
		}
		before := &out[i-1]
		if n, says := decide(&before.Competing, &o.Competing); n != 0 {
			o.Reason = fmt.Sprintf("After %s, of which holds: %s%s", before.ID, says, cite)
		} else {
			o.Rank = before.Rank
			o.Reason = fmt.Sprintf("Equal to %s by every criterion: the authority decides%s", before.ID, cite)
		}
	}
	return out, nil
}
