package screen

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"

	"spoor"
	"spoor/screen/name"
)

// tally is what is known of one listed name during one search.
type tally struct {
	sum   float32 // of weight times likeness
	mass  float32 // of weight
	last  float32 // likeness by the word of the query that is being looked for
	word  int8
	count int8 // words of the query that it has
	runs  bool // some of them written together
	short bool // of one telling word, or none
	whole bool // initials of all of it
}

// scratch is the memory of one search.
type scratch struct {
	name    name.Name
	tallies []tally
	met     []uint64 // a bit for each listed name that has been touched
	touched []int32
	seen    []uint32 // by listed word, when it was last judged
	judged  uint32
	alike   []alike
	looked  []looked
	hits    []found
	text    []byte
	skel    []byte
	key     []byte
}

// found is a listed name that is alike enough.
type found struct {
	space   int
	entry   int32
	listing int32
	score   float64
	alone   alone
}

// looked is a word of the query and what is like it.
type looked struct {
	*remembered
	at     int8
	weight float32
}

// alone says that there is little to go by, since many have as much.
type alone uint8

const (
	notAlone alone = iota
	oneWord        // of a query with more
	initials       // of an organisation
)

// factor lowers the score of a match by name.
func (a alone) factor() float64 { return [...]float64{1, singleFactor, initialsFactor}[a] }

func (a alone) String() string {
	return [...]string{"", "listed name of one word", "initials alone"}[a]
}

func newScratch(names, words int) *scratch {
	return &scratch{tallies: make([]tally, names), met: make([]uint64, names/64+1), seen: make([]uint32, words), touched: make([]int32, 0, 4096),
		text: make([]byte, 0, 4096), skel: make([]byte, 0, 4096), key: make([]byte, 0, longestKey+16), hits: make([]found, 0, 64),
		alike: make([]alike, 0, 1024), looked: make([]looked, 0, name.MaxWords+2)}
}

// asked sums up the words of a query, each once.
type asked struct {
	telling          int
	mass             float32 // of telling words
	common           float32 // weight of the others
	initials, firsts uint32
	least            float32
	repeats          bool // a word stands twice
}

func ask(q *name.Name, least float64) asked {
	a := asked{least: float32(least)}
	for i := range q.Words {
		w := &q.Words[i]
		if w.Initial() {
			a.initials |= letter(w.Text[0])
			continue
		}
		a.firsts |= letter(w.Text[0])
		switch {
		case again(q.Words, i):
			a.repeats = true
		case w.Telling() && !w.Aside():
			a.telling++
			a.mass += w.Weight
		default:
			a.common += w.Weight
		}
	}
	return a
}

// candidates looks in a space for names that may be as like as least, and
// adds those that are.
func (sp *space) candidates(ix *Index, sc *scratch, which int, least float64) {
	q := &sc.name
	a := ask(q, least)
	sc.looked = sc.looked[:0]
	for i := range q.Words {
		w := &q.Words[i]
		if (w.Telling() || a.telling == 0 && w.Common()) && !again(q.Words, i) {
			sc.looked = append(sc.looked, looked{sp.look(&ix.words, sc, w), int8(i), w.Weight})
		}
	}
	// The rarest first: by the last word alone no name of two words or more can
	// be like enough, so that only those already met are counted.
	slices.SortFunc(sc.looked, func(x, y looked) int { return cmp.Compare(x.posted, y.posted) })
	sp.lookRuns(sc)
	if sp.kind == spoor.Organisation {
		sp.lookAcronyms(sc)
	}
	person := sp.kind == spoor.Person
	pair := person && a.telling >= 2 && a.initials == 0 && !a.repeats && len(sc.looked) == a.telling
	for n, l := range sc.looked {
		add := !(pair && n == len(sc.looked)-1 && l.weight/(l.weight+min(a.mass-l.weight, 0.7)) < a.least-0.02)
		for _, k := range l.alike {
			w := &sp.words[k.word]
			sc.count(w.short, k.score, k.weight, l.at, marks{short: true})
			if add {
				sc.count(w.postings, k.score, k.weight, l.at, marks{})
			} else {
				sc.recount(w.postings, k.score, k.weight, l.at)
			}
		}
	}
	for _, id := range sc.touched {
		sc.met[id>>6] = 0
		t := &sc.tallies[id]
		if pair && t.count == 1 && !t.runs && !t.short {
			continue
		}
		e := &sp.entries[id]
		if person && !enough(t, &a, e) || !person && !enoughWords(t, &a, e) {
			continue
		}
		if s, how := sp.score(q, e, a.telling); s >= least {
			sc.hits = append(sc.hits, found{which, id, e.listing, s, how})
		}
	}
	sc.touched = sc.touched[:0]
}

// again says whether a word has come before.
func again(words []name.Word, i int) bool {
	for k := range words[:i] {
		if words[k].Class == words[i].Class && bytes.Equal(words[k].Text, words[i].Text) {
			return true
		}
	}
	return false
}

// score compares a query with so many telling words with a listed name.
func (sp *space) score(q *name.Name, e *entry, telling int) (score float64, how alone) {
	score = name.Match(q, e.name)
	switch {
	case sp.kind == spoor.Person && e.telling <= 1 && telling > 1:
		how = oneWord
	case sp.kind == spoor.Organisation && score >= name.Threshold && name.ByInitials(q, e.name):
		how = initials
	}
	return score * how.factor(), how
}

// enough bounds from above how like a person's name can be: what neither side
// can match contradicts.
func enough(t *tally, a *asked, e *entry) bool {
	least := min(a.telling, int(e.telling))
	count := int(t.count)
	if (a.initials != 0 && a.initials&e.first != 0) || (e.initial != 0 && e.initial&a.firsts != 0) {
		return count >= 1 && (count > 1 || least <= 2)
	}
	threshold := a.least
	if a.repeats && e.repeats {
		return true // one word of each may match two
	}
	if least <= 1 {
		return t.runs || a.telling <= 1 || t.sum*name.MostOfOneWord*singleFactor >= threshold*t.mass
	}
	if t.runs {
		threshold -= 0.1 // words written together weigh differently on both sides
	}
	conflict := max(0, min(a.mass, e.mass)-t.mass)
	return t.sum >= (threshold-0.04)*(t.mass+conflict)
}

// enoughWords does so for organisations and ships: all that is common may match,
// and of what tells a part of the difference counts even on one side.
func enoughWords(t *tally, a *asked, e *entry) bool {
	if t.whole {
		return true
	}
	threshold := a.least - 0.04
	if t.runs {
		threshold -= 0.1
	}
	restA, restB := max(0, a.mass-t.mass), max(0, e.mass-t.mass)
	common := min(a.common, e.common)
	conflict := min(restA, restB) + 0.35*max(restA-restB, restB-restA)
	return t.sum+common >= threshold*(t.mass+common+conflict)
}

// look gives the listed words that are like a word.
func (sp *space) look(m *wordMemory, sc *scratch, w *name.Word) *remembered {
	slot := m.slot(sp.kind, w)
	if r := slot.Load(); r.is(sp.kind, w) {
		return r
	}
	sp.similar(sc, w)
	r := &remembered{text: string(w.Text), kind: sp.kind, traits: w.Traits(), value: w.Value, alike: slices.Clone(sc.alike)}
	for _, k := range r.alike {
		r.posted += len(sp.words[k.word].postings)
	}
	slot.Store(r)
	return r
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
	for _, k := range sp.under(key) {
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

// marks are what is noted of the names that are counted.
type marks struct{ runs, short, whole bool }

// count adds a word to the names that have it.
func (sc *scratch) count(postings []int32, s, weight float32, at int8, m marks) {
	for _, id := range postings {
		t := &sc.tallies[id]
		if bit := uint64(1) << (id & 63); sc.met[id>>6]&bit == 0 {
			sc.met[id>>6] |= bit
			sc.touched = append(sc.touched, id)
			*t = tally{sum: s * weight, mass: weight, last: s, word: at, count: 1, runs: m.runs, short: m.short, whole: m.whole}
			continue
		}
		t.runs, t.short, t.whole = t.runs || m.runs, t.short || m.short, t.whole || m.whole
		t.add(s, weight, at)
	}
}

// recount adds a word to those of the names that have another word already.
func (sc *scratch) recount(postings []int32, s, weight float32, at int8) {
	for _, id := range postings {
		if sc.met[id>>6]&(1<<(id&63)) != 0 {
			sc.tallies[id].add(s, weight, at)
		}
	}
}

func (t *tally) add(s, weight float32, at int8) {
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

// countAll adds a word, or words written as one, to the names that have it.
func (sc *scratch) countAll(l *listedWord, s, weight float32, at int8, whole bool) {
	sc.count(l.short, s, weight, at, marks{runs: true, short: true, whole: whole})
	sc.count(l.postings, s, weight, at, marks{runs: true, whole: whole})
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
			for _, k := range sp.under(hash(keyRun, w.Skeleton, -1)) {
				if l := &sp.words[k]; near(&l.word, len(w.Text), w.Letters) {
					sc.countAll(l, 0.96, (w.Weight+l.word.Weight)/2, at, false)
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
				for _, k := range sp.under(hash(sort, sc.skel, -1)) {
					if l := &sp.words[k]; near(&l.word, len(sc.text), m) {
						sc.countAll(l, 0.96, (weight+l.word.Weight)/2, at, false)
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
		for _, k := range sp.under(hash(keyAcronym, w.Text, -1)) {
			sc.countAll(&sp.words[k], 1, 1, at, true)
		}
	}
	if sc.text = sc.name.AppendAcronym(sc.text[:0]); len(sc.text) > 0 {
		for _, k := range sp.under(hash(keyText, sc.text, -1)) {
			sc.countAll(&sp.words[k], 1, 1, at, true)
		}
	}
}
