// Package book keeps parties and the interests between them, puts what is stated
// of one pair together, and gives the part of the graph that a question needs.
// What that means in law is for package ownership.
package book

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"spoor"
)

// Book holds parties and the interests between them. Fill it first; after that
// any number of goroutines may ask.
type Book struct {
	index     map[string]int32
	parties   []spoor.Party
	described []bool // by place: the party was added, not only named
	marks     map[int32]mark
	interests []interest
	roles     map[string]string // one copy of each

	mu      sync.Mutex
	indexed bool
	into    lists // interests by the party held
	outof   lists // interests by holder
	nominee []bool
}

// Nature says what a party is beyond its kind.
type Nature uint8

// The natures. A chain ends at a State; what is not known of a Listed company
// is in the hands of its public; a Hidden party is one that its source does not
// name.
const (
	Ordinary Nature = iota
	State
	Listed
	Hidden
)

type mark struct {
	nature Nature
	why    string
}

// Means is the kind of an interest, as it counts here.
type Means uint8

// The means.
const (
	ByShares Means = iota
	ByProfit       // rights to profit or to what is left on liquidation: an ownership interest of its own
	ByVotes
	ByControl
	ByUnknown
	ByTrust
	ByDirecting
	ByNominee   // shares held for somebody else
	ByNominator // stands behind a nominee
)

// Names are the means in words.
var Names = [...]string{"shares", "profit rights", "votes", "other means", "means that no source names", "trust", "management", "shares as nominee", "a nominee"}

// interest is a spoor.Interest in fewer bytes.
type interest struct {
	source, role string
	holder, held int32
	least, most  float64
	from, until  int32 // days since 1970; in force from <= day < until
	means        Means
	indirect     bool
}

// Days that no date reaches.
const (
	always = math.MinInt32
	never  = math.MaxInt32
)

// lists are index lists of all parties in one slice.
type lists struct{ start, items []int32 }

func (l *lists) of(party int32) []int32 { return l.items[l.start[party]:l.start[party+1]] }

// New makes an empty book.
func New() *Book {
	return &Book{index: map[string]int32{}, marks: map[int32]mark{}, roles: map[string]string{}}
}

// AddParty adds a party. One with an id that is known already replaces it, and
// keeps its interests.
func (b *Book) AddParty(p spoor.Party) {
	i := b.party(p.ID)
	b.parties[i], b.described[i] = p, true
}

// Mark says what a party is beyond its kind, and why in the source's words.
func (b *Book) Mark(id string, n Nature, why string) { b.marks[b.party(id)] = mark{n, why} }

// party finds or makes the place of an id. An id that is only named is a party
// of unknown kind with no name.
func (b *Book) party(id string) int32 {
	if i, ok := b.index[id]; ok {
		return i
	}
	i := int32(len(b.parties))
	b.index[id] = i
	b.parties = append(b.parties, spoor.Party{ID: id})
	b.described = append(b.described, false)
	b.indexed = false
	return i
}

// AddInterest adds a direct interest. It refuses one without holder or held
// party, of an unknown kind, or with shares that are no part of 100 %.
func (b *Book) AddInterest(i spoor.Interest) error { return b.add(i, false) }

// AddIndirect adds an interest that its source calls indirect: what a holder
// has through others. It is used where no chain from holder to held is known,
// and compared where there is one.
func (b *Book) AddIndirect(i spoor.Interest) error { return b.add(i, true) }

func (b *Book) add(i spoor.Interest, indirect bool) error {
	if i.Holder == "" || i.Held == "" {
		return fmt.Errorf("interest %s: needs both a holder and a party that is held", i.Source)
	}
	if !(0 <= i.Least && i.Least <= i.Most && i.Most <= 100) {
		return fmt.Errorf("interest %s: a share from %v to %v %%: want 0 <= least <= most <= 100", i.Source, i.Least, i.Most)
	}
	m, ok := meansOf(i.Kind, i.Role)
	if !ok {
		return fmt.Errorf("interest %s: kind %q is none of spoor.InterestKind", i.Source, i.Kind)
	}
	role, ok := b.roles[i.Role]
	if !ok {
		role = strings.Clone(i.Role)
		b.roles[role] = role
	}
	b.interests = append(b.interests, interest{
		source: i.Source, role: role, holder: b.party(i.Holder), held: b.party(i.Held),
		least: i.Least, most: i.Most, from: firstDay(i.From, always), until: lastDay(i.Until, never),
		means: m, indirect: indirect,
	})
	b.indexed = false
	return nil
}

func meansOf(k spoor.InterestKind, role string) (Means, bool) {
	role = strings.ToLower(role)
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(role, w) })
	}
	switch k {
	case spoor.Shareholding:
		if says("profit", "surplus", "liquidation") {
			return ByProfit, true
		}
		return ByShares, true
	case spoor.VotingRights:
		return ByVotes, true
	case spoor.Control:
		return ByControl, true
	case spoor.UnknownControl:
		return ByUnknown, true
	case spoor.TrustInterest:
		return ByTrust, true
	case spoor.Directorship:
		return ByDirecting, true
	case spoor.Nominee:
		if says("nominator") {
			return ByNominator, true
		}
		return ByNominee, true
	}
	return 0, false
}

// firstDay is the first day that a date may mean.
func firstDay(d spoor.PartialDate, none int32) int32 {
	if d.Year == 0 {
		return none
	}
	return days(int(d.Year), max(1, int(d.Month)), max(1, int(d.Day)))
}

// lastDay is the first day of which it is sure that the date has come: an
// interest that ended in 2020 may have been in force until the end of it.
func lastDay(d spoor.PartialDate, none int32) int32 {
	switch {
	case d.Year == 0:
		return none
	case d.Month == 0:
		return days(int(d.Year)+1, 1, 1)
	case d.Day == 0:
		return days(int(d.Year), int(d.Month)+1, 1)
	}
	return days(int(d.Year), int(d.Month), int(d.Day))
}

func days(year, month, day int) int32 {
	return int32(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / int64(spoor.Day))
}

// DayOf is the day of an instant. Without one it is the day before never, on
// which everything is in force that has no end.
func DayOf(at spoor.Instant) int32 {
	if at == 0 {
		return never - 1
	}
	return int32(math.Floor(float64(at) / float64(spoor.Day)))
}

func (i *interest) live(day int32) bool { return i.from <= day && day < i.until }

// Ready builds the indexes once the book is filled.
func (b *Book) Ready() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.indexed {
		return
	}
	b.into = b.list(func(i *interest) int32 { return i.held })
	b.outof = b.list(func(i *interest) int32 { return i.holder })
	b.nominee = make([]bool, len(b.parties))
	for k := range b.interests {
		if i := &b.interests[k]; i.means == ByNominator {
			b.nominee[i.held] = true
		}
	}
	b.indexed = true
}

// list sorts the interests by one of their ends, by counting.
func (b *Book) list(end func(*interest) int32) lists {
	l := lists{make([]int32, len(b.parties)+2), make([]int32, len(b.interests))}
	for k := range b.interests {
		l.start[end(&b.interests[k])+2]++
	}
	for k := 2; k < len(l.start); k++ {
		l.start[k] += l.start[k-1]
	}
	for k := range b.interests {
		at := &l.start[end(&b.interests[k])+1]
		l.items[*at] = int32(k)
		*at++
	}
	return l
}

// Mention is a party that an interest names and nothing describes.
type Mention struct{ ID, Source string }

// Undescribed gives the first so many parties that interests name and that were
// never added, and how many there are.
func (b *Book) Undescribed(most int) (first []Mention, count int) {
	seen := map[int32]bool{}
	for k := range b.interests {
		i := &b.interests[k]
		for _, p := range [...]int32{i.holder, i.held} {
			if b.described[p] || seen[p] {
				continue
			}
			seen[p] = true
			if count++; count <= most {
				first = append(first, Mention{b.parties[p].ID, i.source})
			}
		}
	}
	return first, count
}

// Lookup finds the place of a party.
func (b *Book) Lookup(id string) (party int32, ok bool) {
	party, ok = b.index[id]
	return party, ok
}

// At gives the party at a place.
func (b *Book) At(party int32) *spoor.Party { return &b.parties[party] }

// Why is what the source says of the party's nature.
func (b *Book) Why(party int32) string { return b.marks[party].why }

// AsNominee lists the parties of which one holds a part for others.
func (b *Book) AsNominee(party, day int32) (held []int32) {
	for _, k := range b.outof.of(party) {
		i := &b.interests[k]
		if i.live(day) && i.means != ByDirecting && i.means != ByNominator && b.holderKey(i, day).Nominee() && !slices.Contains(held, i.held) {
			held = append(held, i.held)
		}
	}
	return held
}

// Len says how many parties and interests there are.
func (b *Book) Len() (parties, interests int) { return len(b.parties), len(b.interests) }

// Party gives a party by its id.
func (b *Book) Party(id string) (spoor.Party, bool) {
	i, ok := b.index[id]
	if !ok {
		return spoor.Party{}, false
	}
	return b.parties[i], true
}
