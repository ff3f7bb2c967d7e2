package ownership

import (
	"spoor"
	"spoor/ownership/internal/book"
)

// Book holds parties and the interests between them. Fill it first; after that
// any number of goroutines may ask. Make one with [NewBook].
type Book struct{ b *book.Book }

// NewBook makes an empty book.
func NewBook() *Book { return &Book{book.New()} }

// AddParty adds a party. One with an id that is known already replaces it, and
// keeps its interests.
func (b *Book) AddParty(p spoor.Party) { b.b.AddParty(p) }

// Mark says what a party is beyond its kind, and why in the source's words.
func (b *Book) Mark(id string, n Nature, why string) { b.b.Mark(id, n, why) }

// AddInterest adds a direct interest. It refuses one without holder or held
// party, of an unknown kind, or with shares that are no part of 100 %.
func (b *Book) AddInterest(i spoor.Interest) error { return b.b.AddInterest(i) }

// AddIndirect adds an interest that its source calls indirect: what a holder
// has through others. It is used where no chain from holder to held is known,
// and compared where there is one.
func (b *Book) AddIndirect(i spoor.Interest) error { return b.b.AddIndirect(i) }

// Len says how many parties and interests there are.
func (b *Book) Len() (parties, interests int) { return b.b.Len() }

// Find gives the party of that id; else all of that name, letter case and
// spaces not counting; else those whose name is the same without accents and
// punctuation; else without legal form, too ("alfa holding srl" and "Alfa Holding
// S.p.A."); else those whose names hold all its words; at most 100.
func (b *Book) Find(nameOrID string) []spoor.Party { return b.b.Find(nameOrID) }

// Near gives the parties whose name or id is most like a text, at most so many,
// the likest first: for a slip of the pen where Find gives nothing.
func (b *Book) Near(nameOrID string, most int) []spoor.Party { return b.b.Near(nameOrID, most) }

// Mention is a party that an interest names and nothing describes.
type Mention = book.Mention

// Undescribed gives the first so many parties that interests name and that were
// never added, each with one interest that names it, and how many there are.
func (b *Book) Undescribed(most int) (first []Mention, count int) { return b.b.Undescribed(most) }

// Nature says what a party is beyond its kind.
type Nature = book.Nature

// The natures. A chain ends at a State; what is not known of a Listed company
// is in the hands of its public; a Hidden party is one that its source does not
// name.
const (
	Ordinary = book.Ordinary
	State    = book.State
	Listed   = book.Listed
	Hidden   = book.Hidden
)

// Range is a share in percent of which bounds are known; both are equal where
// it is exact.
type Range = book.Range

// Exact is a share that is known.
func Exact(percent float64) Range { return book.Exact(percent) }

// Strength says how sure a control is.
type Strength = book.Strength

// The strengths.
const (
	No       = book.No
	Possible = book.Possible
	Yes      = book.Yes
)

// Ref names a party in a result.
type Ref = book.Ref
