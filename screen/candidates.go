package screen

import (
	"math/bits"

	"spoor"
	"spoor/screen/name"
)

// tally is what is known of one listed name during one search.
type tally struct {
	search uint32  // in which search it was last touched
	sum    float32 // of weight times likeness
	mass   float32 // of weight
	last   float32 // likeness by the word of the query that is being looked for
	word   int8
	count  int8 // words of the query that it has
	runs   bool // some of them written together
}

// scratch is the memory of one search.
type scratch struct {
	name    name.Name
	tallies []tally
	touched []int32
	search  uint32
	seen    []uint32 // by listed word, when it was last judged
	judged  uint32
	alike   []alike
	memory  []memory
	hits    []found
	text    []byte
	skel    []byte
}

// found is a listed name that is alike enough.
type found struct {
	space   int
	entry   int32
	listing int32
	score   float64
	single  bool // one word only, of a query with more
}

func newScratch(names, words int) *scratch {
	return &scratch{tallies: make([]tally, names), seen: make([]uint32, words), touched: make([]int32, 0, 4096), text: make([]byte, 0, 4096), skel: make([]byte, 0, 4096), hits: make([]found, 0, 64),
		alike: make([]alike, 0, 1024), memory: make([]memory, remembered)}
}

// candidates looks in a space for names that may be as like as least, and
// adds those that are.
func (sp *space) candidates(sc *scratch, which int, least float64) {
	q := &sc.name
	sc.search++
	sc.touched = sc.touched[:0]
	if sc.search == 0 { // after four thousand million searches
		clear(sc.tallies)
		sc.search = 1
	}
	telling, initials, firsts, mass := 0, uint32(0), uint32(0), float32(0)
	for i := range q.Words {
		w := &q.Words[i]
		if w.Initial() {
			initials |= letter(w.Text[0])
			continue
		}
		firsts |= letter(w.Text[0])
		if w.Telling() && !w.Aside() {
			telling++
			mass += w.Weight
		}
	}
	for i := range q.Words {
		w := &q.Words[i]
		if w.Telling() || telling == 0 && w.Common() {
			sp.look(sc, w, int8(i))
		}
	}
	sp.lookRuns(sc)
	if sp.kind == spoor.Organisation {
		sp.lookAcronyms(sc)
	}
	person := sp.kind == spoor.Person
	for _, id := range sc.touched {
		t, e := &sc.tallies[id], &sp.entries[id]
		if person && !enough(t, telling, mass, initials, firsts, e, float32(least)) || !person && !enoughWords(t, telling, int(e.telling)) {
			continue
		}
		if s, single := sp.score(q, e, telling); s >= least {
			sc.hits = append(sc.hits, found{which, id, e.listing, s, single})
		}
	}
}

// score compares a query with so many telling words with a listed name.
func (sp *space) score(q *name.Name, e *entry, telling int) (score float64, single bool) {
	score = name.Match(q, e.name)
	if sp.kind == spoor.Person && e.telling <= 1 && telling > 1 {
		return score * singleFactor, true
	}
	return score, false
}

// enough bounds from above how like a person's name can be: what neither side
// can match contradicts.
func enough(t *tally, query int, mass float32, initials, firsts uint32, e *entry, threshold float32) bool {
	least := min(query, int(e.telling))
	count := int(t.count)
	if (initials != 0 && initials&e.first != 0) || (e.initial != 0 && e.initial&firsts != 0) {
		return count >= 1 && (count > 1 || least <= 2)
	}
	if least <= 1 {
		return true
	}
	if t.runs {
		threshold -= 0.1 // words written together weigh differently on both sides
	}
	conflict := max(0, min(mass, e.mass)-t.mass)
	return t.sum >= (threshold-0.04)*(t.mass+conflict)
}

// enoughWords does so for organisations and ships.
func enoughWords(t *tally, query, listed int) bool {
	if t.runs {
		return true
	}
	return float32(t.count) >= 0.34*float32(max(query, listed))
}

// look finds the listed words that are like a word, and counts the names that
// have them. Words come again and again in payments: what was found for the
// last few thousand is remembered.
func (sp *space) look(sc *scratch, w *name.Word, at int8) {
	slot := &sc.memory[hash(byte(sp.kind), w.Text, -1)%remembered]
	if !slot.is(sp.kind, w) {
		sp.similar(sc, w)
		if !slot.keep(sp.kind, w, sc.alike) {
			for _, a := range sc.alike {
				sc.count(sp.words[a.word].postings, a.score, a.weight, at, false)
			}
			return
		}
	}
	for _, a := range slot.alike[:slot.n] {
		sc.count(sp.words[a.word].postings, a.score, a.weight, at, false)
	}
}

// alike is a listed word that is like one of a query.
type alike struct {
	word          int32
	score, weight float32
}

// remembered is how many words a search remembers.
const remembered = 4096

// memory is what was found for one word. It holds the word itself, so that no
// other word can be taken for it.
type memory struct {
	text   [20]byte
	length uint8
	n      uint8
	kind   spoor.PartyKind
	traits uint8
	alike  [20]alike
}

func (m *memory) is(kind spoor.PartyKind, w *name.Word) bool {
	return m.length > 0 && m.kind == kind && m.traits == w.Traits() && string(m.text[:m.length]) == string(w.Text)
}

// keep is false for what does not fit.
func (m *memory) keep(kind spoor.PartyKind, w *name.Word, found []alike) bool {
	if len(w.Text) > len(m.text) || len(found) > len(m.alike) {
		return false
	}
	m.kind, m.traits, m.length, m.n = kind, w.Traits(), uint8(copy(m.text[:], w.Text)), uint8(copy(m.alike[:], found))
	return true
}

// similar lists the words that are like a word.
func (sp *space) similar(sc *scratch, w *name.Word) {
	sc.alike = sc.alike[:0]
	sc.judged++
	if sc.judged == 0 {
		clear(sc.seen)
		sc.judged = 1
	}
	var groups [8]uint16
	for _, g := range w.Groups(groups[:0]) {
		sp.bucket(sc, w, sketch{}, groupKey(g), true)
	}
	sk := sketchOf(w)
	sp.bucket(sc, w, sk, hash(keySkeleton, w.Skeleton, -1), false)
	if len(w.Skeleton) >= 3 && !w.Loose() {
		sp.bucket(sc, w, sk, hash(keyShorter, w.Skeleton, -1), false)
	}
	if len(w.Skeleton) >= 4 && !w.Loose() {
		for i := range w.Skeleton {
			sp.bucket(sc, w, sk, hash(keySkeleton, w.Skeleton, i), false)
			sp.bucket(sc, w, sk, hash(keyShorter, w.Skeleton, i), false)
		}
	}
	if shortWord(w) {
		sp.bucket(sc, w, sk, hash(keySound, w.Sound, -1), false)
		for i := range w.Sound {
			if i == 0 || w.Sound[i] != w.Sound[i-1] {
				sp.bucket(sc, w, sk, hash(keySound, w.Sound, i), false)
			}
		}
	}
}

// bucket judges the words under one key, each once for a word of the query.
func (sp *space) bucket(sc *scratch, w *name.Word, sk sketch, key uint64, sure bool) {
	for _, k := range sp.byKey[key] {
		if !sure && sk.unlike(sp.sketches[k]) || sc.seen[k] == sc.judged {
			continue
		}
		sc.seen[k] = sc.judged
		l := &sp.words[k]
		if s := name.Similar(w, &l.word, sp.kind); s > 0.06 {
			sc.alike = append(sc.alike, alike{k, s, (w.Weight + l.word.Weight) / 2})
		}
	}
}

// count adds a word to the names that have it.
func (sc *scratch) count(postings []int32, s, weight float32, at int8, runs bool) {
	for _, id := range postings {
		t := &sc.tallies[id]
		if t.search != sc.search {
			*t = tally{search: sc.search, word: -1}
			sc.touched = append(sc.touched, id)
		}
		t.runs = t.runs || runs
		switch {
		case t.word != at:
			t.word, t.last = at, s
			t.count++
			t.sum += s * weight
			t.mass += weight
		case s > t.last:
			t.sum += (s - t.last) * weight
			t.last = s
		}
	}
}

// lookRuns finds names whose words the query writes together, and the other way
// round.
func (sp *space) lookRuns(sc *scratch) {
	words := sc.name.Words
	for i := range words {
		w := &words[i]
		if w.Initial() || w.Loose() {
			continue
		}
		at := int8(name.MaxWords + 4 + i)
		if len(w.Text) >= 6 {
			for _, k := range sp.byKey[hash(keyRun, w.Skeleton, -1)] {
				if l := &sp.words[k]; near(&l.word, len(w.Text), w.Letters) {
					sc.count(l.postings, 0.96, (w.Weight+l.word.Weight)/2, at, true)
				}
			}
		}
		sc.text = append(sc.text[:0], w.Text...)
		m, weight := w.Letters, w.Weight
		for n := 1; n < 3 && i+n < len(words) && !words[i+n].Initial() && !words[i+n].Loose(); n++ {
			next := &words[i+n]
			sc.text = append(sc.text, next.Text...)
			m, weight = m|next.Letters, weight+next.Weight
			if len(sc.text) < 6 {
				continue
			}
			sc.skel = name.AppendSkeleton(sc.skel[:0], sc.text)
			for _, sort := range [2]byte{keySkeleton, keyRun} {
				for _, k := range sp.byKey[hash(sort, sc.skel, -1)] {
					if l := &sp.words[k]; near(&l.word, len(sc.text), m) {
						sc.count(l.postings, 0.96, (weight+l.word.Weight)/2, at, true)
					}
				}
			}
		}
	}
}

// near says at a glance whether a listed word or run may be one of so many
// letters, of which it has letters.
func near(w *name.Word, length int, letters uint32) bool {
	d := len(w.Text) - length
	return d <= 1 && d >= -1 && !w.Loose() && bits.OnesCount32(w.Letters^letters) <= 2
}

// lookAcronyms finds names by their initials, and names that are the initials
// of the query.
func (sp *space) lookAcronyms(sc *scratch) {
	at := int8(name.MaxWords + 5)
	for i := range sc.name.Words {
		w := &sc.name.Words[i]
		if len(w.Text) < 3 || len(w.Text) > 8 {
			continue
		}
		for _, k := range sp.byKey[hash(keyAcronym, w.Text, -1)] {
			sc.count(sp.words[k].postings, 1, 1, at, true)
		}
	}
	if sc.text = sc.name.AppendAcronym(sc.text[:0]); len(sc.text) > 0 {
		for _, k := range sp.byKey[hash(keyText, sc.text, -1)] {
			sc.count(sp.words[k].postings, 1, 1, at, true)
		}
	}
}
