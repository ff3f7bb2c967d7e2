package name

import (
	"bytes"
	"math/bits"

	"spoor"
	"spoor/screen/name/internal/fold"
	"spoor/screen/name/internal/letters"
)

// link is a run of words of one name matched with a run of the other.
type link struct {
	a, b   uint8 // first words
	na, nb uint8 // how many
	sim    float32
	weight float32
	why    why
}

// alignment is which words of two names match. It fits on the stack.
type alignment struct {
	links        [MaxWords + 2]link
	n            int
	usedA, usedB [MaxWords + 2]bool
}

func (al *alignment) add(l link) {
	if al.n == len(al.links) {
		return
	}
	al.links[al.n] = l
	al.n++
	for i := range l.na {
		al.usedA[l.a+i] = true
	}
	for j := range l.nb {
		al.usedB[l.b+j] = true
	}
}

// align matches the words of two names: the surest first, then words written
// together, then the rest.
func align(al *alignment, a, b *Name) {
	var sims [MaxWords + 2][MaxWords + 2]float32
	var whys [MaxWords + 2][MaxWords + 2]why
	wa, wb := words(a), words(b)
	for i := range wa {
		for j := range wb {
			if wa[i].Class == fold.ClassForm || wb[j].Class == fold.ClassForm {
				continue
			}
			sims[i][j], whys[i][j] = similarity(&wa[i], &wb[j], a.Kind)
		}
	}
	take := func(least float32) {
		for {
			best, bi, bj := least, -1, -1
			for i := range wa {
				if al.usedA[i] {
					continue
				}
				for j := range wb {
					if al.usedB[j] || sims[i][j] < best {
						continue
					}
					if bi < 0 || sims[i][j] > best || apart(i, j) < apart(bi, bj) {
						best, bi, bj = sims[i][j], i, j
					}
				}
			}
			if bi < 0 {
				return
			}
			al.add(link{uint8(bi), uint8(bj), 1, 1, best, (wa[bi].Weight + wb[bj].Weight) / 2, whys[bi][bj]})
		}
	}
	take(0.9)
	joinRuns(al, a, b)
	take(0.05)
	if a.Kind == spoor.Person {
		hyphenated(al, a, b)
		initialsTogether(al, a, b)
		initialsTogether2(al, a, b)
	} else {
		acronym(al, a, b)
	}
}

func apart(i, j int) int {
	if i > j {
		return i - j
	}
	return j - i
}

func words(n *Name) []Word {
	if len(n.Words) > MaxWords {
		return n.Words[:MaxWords]
	}
	return n.Words
}

// joinRuns matches runs of words that are one when written together: "Abu
// Bakr" and "Abubakr", "van der bilt" and "vanderbilt", "SiemensAG" and
// "Siemens AG".
func joinRuns(al *alignment, a, b *Name) {
	wa, wb := words(a), words(b)
	for {
		best := link{}
		for i := range wa {
			for j := range wb {
				if al.usedA[i] || al.usedB[j] {
					continue
				}
				if i+2 <= len(wa) && j+2 <= len(wb) && !al.usedA[i+1] && !al.usedB[j+1] && couldShift(wa[i:i+2], wb[j:j+2]) { // a blank in the wrong place
					if l := joined(a, b, i, j, 2, 2); l.sim >= 0.95 && l.sim*l.weight > best.sim*best.weight {
						best = l
					}
				}
				for n := 2; n <= 3; n++ {
					if i+n <= len(wa) && !al.usedA[i+n-1] && couldJoin(&wb[j], wa[i:i+n]) {
						if l := joined(a, b, i, j, n, 1); l.sim >= 0.6 && l.sim*l.weight > best.sim*best.weight {
							best = l
						}
					}
					if j+n <= len(wb) && !al.usedB[j+n-1] && couldJoin(&wa[i], wb[j:j+n]) {
						if l := joined(a, b, i, j, 1, n); l.sim >= 0.6 && l.sim*l.weight > best.sim*best.weight {
							best = l
						}
					}
				}
			}
		}
		if best.sim == 0 {
			return
		}
		al.add(best)
	}
}

// couldJoin says, quickly, whether a word may be a run of words written as one.
func couldJoin(w *Word, words []Word) bool {
	n, m, classes, loose := 0, uint32(0), uint32(0), false
	for i := range words {
		n += len(words[i].Sound)
		m |= words[i].Letters
		classes |= words[i].Classes
		loose = loose || words[i].Vowelless
	}
	if bits.OnesCount32(classes^w.Classes) > 2 {
		return false
	}
	if w.Vowelless != loose {
		return true
	}
	return len(w.Sound)-n <= 2 && n-len(w.Sound) <= 2 && bits.OnesCount32(w.Letters^m) <= 2+n/4
}

// couldShift says, quickly, whether two pairs of words may be one but for the
// place of the blank.
func couldShift(a, b []Word) bool {
	d := len(a[0].Sound) + len(a[1].Sound) - len(b[0].Sound) - len(b[1].Sound)
	if a[0].Vowelless || a[1].Vowelless || b[0].Vowelless || b[1].Vowelless {
		return true
	}
	return d <= 1 && d >= -1 && bits.OnesCount32((a[0].Letters|a[1].Letters)^(b[0].Letters|b[1].Letters)) <= 2
}

func joined(a, b *Name, i, j, na, nb int) link {
	var ba, bb [letters.MaxSound]byte
	sa, wa, looseA, ok := run(ba[:0], words(a)[i:i+na])
	if !ok {
		return link{}
	}
	sb, wb, looseB, ok := run(bb[:0], words(b)[j:j+nb])
	if !ok || len(sa) < 4 || len(sb) < 4 {
		return link{}
	}
	l := link{uint8(i), uint8(j), uint8(na), uint8(nb), 0, (wa + wb) / 2, whyJoined}
	switch {
	case bytes.Equal(sa, sb):
		l.sim = 0.96
	case looseA != looseB:
		x, y := Word{Sound: sa, Vowelless: looseA}, Word{Sound: sb, Vowelless: looseB}
		x.LR = words(a)[i].LR || words(b)[j].LR
		if l.sim = looseSimilarity(&x, &y) - 0.05; l.sim < 0.8 || len(sa) < 5 || len(sb) < 5 {
			l.sim = 0
		}
	default:
		l.sim = soundSimilarity(sa, sb, a.Kind, words(a)[i].LR || words(b)[j].LR) - 0.04
		if l.sim < 0.75 && (words(a)[i].Syllabic || words(b)[j].Syllabic) {
			l.sim = 0
		}
	}
	return l
}

// run writes words together by sound.
func run(dst []byte, words []Word) (sound []byte, weight float32, loose, ok bool) {
	telling := false
	for i := range words {
		w := &words[i]
		if len(dst)+len(w.Sound) > letters.MaxSound || w.Class == fold.ClassInitial || w.Class == fold.ClassNumber {
			return nil, 0, false, false
		}
		dst = append(dst, w.Sound...)
		weight += w.Weight
		loose = loose || w.Vowelless
		telling = telling || w.Class == fold.ClassWord || w.Class == fold.ClassGeneric
	}
	return dst, weight, loose, telling
}

// hyphenated lets the halves of a given name be judged as a whole, as it is
// written: "Yong-chol" and "Yong-chun" differ by less than "chol" and "chun".
func hyphenated(al *alignment, a, b *Name) {
	wa, wb := words(a), words(b)
	for i := 0; i+1 < len(wa); i++ {
		for j := 0; j+1 < len(wb); j++ {
			if !wa[i].Hyphen || !wb[j].Hyphen || len(wa[i].Text) > 6 || len(wb[j].Text) > 6 {
				continue
			}
			one, two := al.linked(i, j), al.linked(i+1, j+1)
			if (one == nil) == (two == nil) {
				continue
			}
			half := one
			if half == nil {
				half = two
			}
			if half.na > 1 || half.nb > 1 || one != nil && (al.usedA[i+1] || al.usedB[j+1]) || two != nil && (al.usedA[i] || al.usedB[j]) {
				continue
			}
			if l := joined(a, b, i, j, 2, 2); l.sim > 0.4 {
				*half = l
				al.usedA[i], al.usedB[j], al.usedA[i+1], al.usedB[j+1] = true, true, true, true
			}
		}
	}
}

// linked finds the link of word i of a with word j of b.
func (al *alignment) linked(i, j int) *link {
	for k := range al.links[:al.n] {
		if l := &al.links[k]; int(l.a) == i && int(l.b) == j {
			return l
		}
	}
	return nil
}

// initialsTogether matches "JC" of a with "Jean-Claude" of b.
func initialsTogether(al *alignment, a, b *Name) {
	wa, wb := words(a), words(b)
	for i := range wa {
		n := len(wa[i].Text)
		if !wa[i].Compact || al.usedA[i] {
			continue
		}
		for j := 0; j+n <= len(wb); j++ {
			fits := true
			for k := range n {
				fits = fits && !al.usedB[j+k] && wb[j+k].Text[0] == wa[i].Text[k]
			}
			if fits {
				al.add(link{uint8(i), uint8(j), 1, uint8(n), 0.85, 0.7, whyInitial})
				break
			}
		}
	}
}

// initialsTogether2 does the same for "JC" of b.
func initialsTogether2(al *alignment, a, b *Name) {
	var other alignment
	other.usedA, other.usedB = al.usedB, al.usedA
	initialsTogether(&other, b, a)
	for _, l := range other.links[:other.n] {
		al.add(link{l.b, l.a, l.nb, l.na, l.sim, l.weight, l.why})
	}
}

// acronym matches "PLA" with "People's Liberation Army", either way round.
func acronym(al *alignment, a, b *Name) {
	if i, ok := acronymOf(al.usedA[:], al.usedB[:], a, b); ok {
		al.add(link{uint8(i), 0, 1, uint8(len(words(b))), 0.85, 1, whyAcronym})
	} else if j, ok := acronymOf(al.usedB[:], al.usedA[:], b, a); ok {
		al.add(link{0, uint8(j), uint8(len(words(a))), 1, 0.85, 1, whyAcronym})
	}
}

// acronymOf finds the word of short that is the initials of all words of long.
func acronymOf(usedShort, usedLong []bool, short, long *Name) (int, bool) {
	if !long.Corporate() {
		return 0, false // the initials of a person name nobody
	}
	for j := range words(long) {
		if usedLong[j] {
			return 0, false
		}
	}
	var all, telling [MaxWords + 2]byte
	na, nt := initials(long, -1, &all, &telling)
	for i := range words(short) {
		w := &short.Words[i]
		if usedShort[i] || w.Class != fold.ClassWord || len(w.Text) < 3 || len(w.Text) > 8 {
			continue
		}
		if bytes.Equal(w.Text, all[:na]) || bytes.Equal(w.Text, telling[:nt]) {
			return i, true
		}
	}
	return 0, false
}

// initials writes the first letters of all words but one, with and without
// articles and the like.
func initials(n *Name, but int, all, telling *[MaxWords + 2]byte) (na, nt int) {
	list := words(n)
	for j := range list {
		if j == but || list[j].Class == fold.ClassForm && len(list[j].Text) < 4 {
			continue
		}
		all[na] = list[j].Text[0]
		na++
		if list[j].Class != fold.ClassStop {
			telling[nt] = list[j].Text[0]
			nt++
		}
	}
	return na, nt
}

// initialsOf says whether word i is the initials of the other words of its name.
func initialsOf(n *Name, i int) bool {
	w := &n.Words[i]
	if w.Class != fold.ClassWord || len(w.Text) < 3 || len(w.Text) > 8 || len(n.Words) <= len(w.Text) {
		return false
	}
	var all, telling [MaxWords + 2]byte
	na, nt := initials(n, i, &all, &telling)
	return bytes.Equal(w.Text, all[:na]) || bytes.Equal(w.Text, telling[:nt])
}
