package screen

import (
	"maps"
	"math/bits"
	"runtime"

	"spoor"
	"spoor/screen/name"
)

// Index finds parties on all its lists.
type Index struct {
	listings []spoor.Listing
	versions map[string]string
	spaces   [3]space // persons, organisations, ships and aircraft
	numbers  map[number][]int32
	names    int
	most     [2]int        // names and words of a space
	idle     chan *scratch // as many as can run at once
	words    wordMemory
	found    nameMemory
}

// number is an identifier as it is looked up.
type number struct {
	kind  spoor.IdentifierKind
	value string
}

// space holds the names of one sort of party: an inverted index from words to
// names, and from keys to words.
type space struct {
	kind     spoor.PartyKind
	entries  []entry
	words    []listedWord
	sketches []sketch           // of words
	byKey    map[uint64][]int32 // words by skeleton, skeleton less a letter, given name, acronym
	filed    []uint64           // a bit for each key, by its lowest bits: most that are looked for are not there
}

const filedBits = 1 << 21

// file puts a word under a key.
func (sp *space) file(key uint64, k int32) {
	sp.byKey[key] = append(sp.byKey[key], k)
	sp.filed[key%filedBits>>6] |= 1 << (key & 63)
}

// under gives the words under a key.
func (sp *space) under(key uint64) []int32 {
	if sp.filed[key%filedBits>>6]&(1<<(key&63)) == 0 {
		return nil
	}
	return sp.byKey[key]
}

// entry is one name of one listing.
type entry struct {
	listing int32
	name    *name.Name
	full    string // as the list has it
	weak    bool
	mass    float32 // weight of the telling words
	common  float32 // weight of the others
	telling int8    // words that tell, of which a query must have most
	first   uint32
	repeats bool   // a word stands twice
	initial uint32 // which letters its initials are, and which its words begin with
}

// listedWord is a word of listed names, or several that may be written as one.
type listedWord struct {
	word     name.Word
	span     int8    // how many words of the name it stands for
	postings []int32 // names
	short    []int32 // names of one telling word, or none
}

// The spaces.
const (
	persons = iota
	bodies
	craft
)

// New builds the index. It keeps the listings; the caller must not change them.
// Versions says of each list which one it is, for [Index.Versions].
func New(listings []spoor.Listing, versions map[string]string) *Index {
	ix := &Index{listings: listings, versions: maps.Clone(versions), numbers: map[number][]int32{}}
	kinds := [3]spoor.PartyKind{spoor.Person, spoor.Organisation, spoor.Vessel}
	var builders [3]builder
	for s := range ix.spaces {
		ix.spaces[s] = space{kind: kinds[s], byKey: map[uint64][]int32{}, filed: make([]uint64, filedBits/64)}
		builders[s] = builder{space: &ix.spaces[s], known: map[wordKey]int32{}}
	}
	for i := range listings {
		l := &listings[i]
		for k := range l.Identifiers {
			id := number{l.Identifiers[k].Kind, l.Identifiers[k].Canonical()}
			if id.value != "" {
				ix.numbers[id] = append(ix.numbers[id], int32(i))
			}
		}
		for _, n := range l.Names {
			ix.names++
			kind := l.Kind
			if kind == spoor.AnyParty {
				if name.New(kind, n.Full).Kind == spoor.Organisation {
					kind = spoor.Organisation // its name says so
				}
			}
			for _, v := range name.Variants(n.Full) {
				for s := range builders {
					if meets(kind, s) {
						builders[s].add(int32(i), n, v)
					}
				}
			}
		}
	}
	most, words := 0, 0
	for s := range ix.spaces {
		words = max(words, len(ix.spaces[s].words))
		most = max(most, len(ix.spaces[s].entries))
	}
	ix.most, ix.idle = [2]int{most, words}, make(chan *scratch, 2*runtime.GOMAXPROCS(0))
	return ix
}

// borrow gives the memory for a search, giveBack keeps it for the next. A
// sync.Pool would lose it with each collection of garbage.
func (ix *Index) borrow() *scratch {
	select {
	case sc := <-ix.idle:
		return sc
	default:
		return newScratch(ix.most[0], ix.most[1])
	}
}

func (ix *Index) giveBack(sc *scratch) {
	select {
	case ix.idle <- sc:
	default:
	}
}

// meets says whether a party of a kind belongs into a space.
func meets(k spoor.PartyKind, space int) bool {
	switch k {
	case spoor.Person:
		return space == persons
	case spoor.Organisation:
		return space == bodies
	case spoor.Vessel, spoor.Aircraft:
		return space == craft
	}
	return true
}

// Len gives the number of listings.
func (ix *Index) Len() int { return len(ix.listings) }

// Names gives the number of names and aliases.
func (ix *Index) Names() int { return ix.names }

// Versions gives a copy of what New was told.
func (ix *Index) Versions() map[string]string { return maps.Clone(ix.versions) }

// builder adds names to a space.
type builder struct {
	space *space
	known map[wordKey]int32
	text  []byte
}

type wordKey struct {
	text  string
	loose bool
	span  int8
	value int32
}

func (b *builder) add(listing int32, n spoor.Name, variant string) {
	folded := name.New(b.space.kind, variant)
	if len(folded.Words) == 0 {
		return
	}
	id := int32(len(b.space.entries))
	e := entry{listing: listing, name: folded, full: n.Full, weak: n.Weak}
	for i := range folded.Words {
		w := &folded.Words[i]
		if w.Initial() {
			e.initial |= letter(w.Text[0])
			continue
		}
		e.first |= letter(w.Text[0])
		switch {
		case again(folded.Words, i): // a word of which one is matched is not missed
			e.repeats = true
		case w.Telling() && !w.Aside():
			e.telling++
			e.mass += w.Weight
		default:
			e.common += w.Weight
		}
	}
	b.space.entries = append(b.space.entries, e)
	whole := e.telling == 0 // only common words: then these must do
	for i := range folded.Words {
		w := &folded.Words[i]
		if w.Telling() || whole && w.Common() {
			b.post(*w, 1, id)
		}
		b.runs(folded.Words[i:], id)
	}
	if b.text = folded.AppendAcronym(b.text[:0]); b.space.kind == spoor.Organisation && len(b.text) > 0 {
		b.acronym(id)
	}
}

// runs posts two and three words in a row as one, by which a query that writes
// them together finds the name.
func (b *builder) runs(words []name.Word, id int32) {
	b.text = b.text[:0]
	m, weight := uint32(0), float32(0)
	for n := range min(3, len(words)) {
		w := &words[n]
		if w.Initial() || w.Loose() {
			return
		}
		weight += w.Weight
		b.text = append(b.text, w.Text...)
		m |= w.Letters
		if n > 0 && len(b.text) >= 6 && len(b.text) <= 40 {
			run := name.Word{Text: append([]byte(nil), b.text...), Letters: m, Weight: weight}
			run.Skeleton = name.AppendSkeleton(nil, run.Text)
			b.post(run, int8(n+1), id)
		}
	}
}

func (b *builder) post(w name.Word, span int8, id int32) {
	key := wordKey{string(w.Text), w.Loose(), span, w.Value}
	k, ok := b.known[key]
	if !ok {
		k = int32(len(b.space.words))
		b.known[key] = k
		b.space.words = append(b.space.words, listedWord{word: w, span: span})
		b.space.sketches = append(b.space.sketches, sketchOf(&w))
		b.keys(&w, span, k)
	}
	p := b.space.words[k].list(b.space, id)
	if len(*p) == 0 || (*p)[len(*p)-1] != id {
		*p = append(*p, id)
	}
}

// list is where a name is filed.
func (l *listedWord) list(sp *space, id int32) *[]int32 {
	if sp.entries[id].telling <= 1 {
		return &l.short
	}
	return &l.postings
}

// keys files a word under all by which it may be looked for.
func (b *builder) keys(w *name.Word, span int8, k int32) {
	put := func(key uint64) { b.space.file(key, k) }
	if span > 1 {
		put(hash(keyRun, w.Skeleton, -1))
		return
	}
	put(hash(keySkeleton, w.Skeleton, -1))
	if len(w.Skeleton) >= 4 && !w.Loose() {
		for i := range w.Skeleton {
			put(hash(keyShorter, w.Skeleton, i))
		}
	}
	if shortWord(w) {
		put(hash(keySound, w.Sound, -1))
		for i := range w.Sound {
			if i == 0 || w.Sound[i] != w.Sound[i-1] {
				put(hash(keySound, w.Sound, i))
			}
		}
	}
	var groups [8]uint16
	for _, g := range w.Groups(groups[:0]) {
		put(groupKey(g))
	}
	if len(w.Text) >= 3 && len(w.Text) <= 8 {
		put(hash(keyText, w.Text, -1))
	}
}

// acronym files a name under its initials.
func (b *builder) acronym(id int32) {
	key := hash(keyAcronym, b.text, -1)
	if len(b.space.byKey[key]) == 0 {
		b.space.file(key, int32(len(b.space.words)))
		b.space.words = append(b.space.words, listedWord{span: 1})
		b.space.sketches = append(b.space.sketches, sketch{})
	}
	p := b.space.words[b.space.byKey[key][0]].list(b.space, id)
	*p = append(*p, id)
}

// The sorts of keys.
const (
	keySkeleton = iota + 1
	keyShorter
	keyRun
	keyText
	keyAcronym
	keyGroup
	keySound
)

// hash gives the key of a word with the letter at skip left out.
func hash(sort byte, w []byte, skip int) uint64 {
	h := uint64(14695981039346656037) ^ uint64(sort)*0x9e3779b97f4a7c15
	for i, c := range w {
		if i == skip {
			continue
		}
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h ^ h>>29 ^ h>>47
}

func groupKey(g uint16) uint64 { return hash(keyGroup, []byte{byte(g), byte(g >> 8)}, -1) }

func letter(c byte) uint32 {
	if c < 'a' || c > 'z' {
		return 0
	}
	return 1 << (c - 'a')
}

// shortWord says whether a word has so few consonants that a wrong one would
// leave too little to find it by: it is filed by its whole sound as well.
func shortWord(w *name.Word) bool { return len(w.Sound) >= 4 && len(w.Sound) <= 7 && !w.Loose() }

// sketch is what can be said of a listed word at a glance.
type sketch struct {
	letters, classes uint32
	length           uint8
	loose, grouped   bool
}

func sketchOf(w *name.Word) sketch {
	var g [8]uint16
	return sketch{w.Letters, w.Classes, uint8(min(len(w.Sound), 255)), w.Loose(), len(w.Groups(g[:0])) > 0}
}

// unlike says at a glance that two words cannot be one.
func (a sketch) unlike(b sketch) bool {
	if a.loose != b.loose {
		return bits.OnesCount32(a.classes^b.classes) > 1
	}
	if a.grouped && b.grouped {
		return true // given names that are both known meet under their group
	}
	longest := int(max(a.length, b.length))
	return int(max(a.length, b.length)-min(a.length, b.length)) > 1+longest/4 || bits.OnesCount32(a.classes^b.classes) > 2 ||
		bits.OnesCount32(a.letters^b.letters) > 2+max(0, longest-2)/4
}
