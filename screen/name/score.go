package name

import (
	"spoor"
	"spoor/screen/name/internal/fold"
)

// factor is one thing other than words that raised or lowered a score.
type factor struct {
	what, a, b     string
	factor, effect float64
}

// parts are what a score is made of.
type parts struct {
	words   float64 // by words alone
	factors [6]factor
	n       int
	score   float64
}

func (p *parts) times(by float64, what, a, b string) {
	if by == 1 {
		return
	}
	p.factors[p.n] = factor{what, a, b, by, p.score * (by - 1)}
	p.n++
	p.score *= by
}

// match aligns two names and scores them.
func match(al *alignment, a, b *Name) (float64, parts) {
	if before(b, a) {
		a, b = b, a
	}
	var p parts
	if len(a.Words) == 0 || len(b.Words) == 0 {
		return 0, p
	}
	align(al, a, b)
	if a.Kind == spoor.Person {
		scorePersons(&p, al, a, b)
	} else {
		scoreOrganisations(&p, al, a, b)
	}
	p.score = min(max(p.score, 0), 1)
	return p.score, p
}

// rest is what one name has that the other has not.
type rest struct {
	weight  float32 // as much as it says
	missing float32 // how much it is missed on the other side
	telling int     // words, not initials or particles
	numbers int
	extra   float32 // what it takes from an organisation's score
}

func leftOver(al *alignment, n *Name, used []bool, isA, repeated bool) rest {
	var r rest
	list := words(n)
	for i := range list {
		w := &list[i]
		if used[i] || w.Class == fold.ClassForm {
			continue
		}
		if repeated && w.Class == fold.ClassWord && repeats(al, n, i, isA) {
			continue
		}
		switch w.Class {
		case fold.ClassNumber:
			r.numbers++
			continue
		case fold.ClassHonorific:
			continue
		case fold.ClassParticle, fold.ClassStop:
			r.weight += w.Weight / 3
			r.missing += w.Weight / 3
			r.extra += w.Weight / 3
			continue
		case fold.ClassInitial:
			r.weight += 0.9
			r.missing += 0.5
			continue
		case fold.ClassGeneric:
			r.extra += 0.45 * aside(w)
			r.weight += 0.6 * aside(w)
			continue
		case fold.ClassPlace:
			r.extra += 0.2 * aside(w)
		default:
			r.telling++
			if i > 0 && i == len(list)-1 && len(w.Text) <= 3 {
				r.extra += 0.38 * aside(w) // it may be a legal form that the data lack
			} else {
				r.extra += 0.65 * aside(w)
			}
		}
		r.weight += w.Weight * aside(w)
		if fold.Patronymic(w) {
			r.missing += 0.4
		} else {
			r.missing += w.Weight * aside(w)
		}
	}
	return r
}

// aside takes weight from what stands in brackets: a branch, a former name.
func aside(w *Word) float32 {
	if w.Bracketed {
		return 0.4
	}
	return 1
}

// repeats says whether an unmatched word stands in its own name a second time.
func repeats(al *alignment, n *Name, i int, isA bool) bool {
	list := words(n)
	for _, l := range al.links[:al.n] {
		k, count := int(l.b), int(l.nb)
		if isA {
			k, count = int(l.a), int(l.na)
		}
		if count == 1 && k != i && string(list[k].Text) == string(list[i].Text) {
			return true
		}
	}
	return false
}

// scorePersons: what is left over on both sides contradicts, what is left over
// on one side is a name that one source does not give. Both weigh more the more
// people bear the names that do match.
func scorePersons(p *parts, al *alignment, a, b *Name) {
	var matched, weight, plain, info float32
	whole, initials, joinedA, joinedB := 0, 0, 0, 0
	telling := false // a word that is long, and no common name
	for i := range al.links[:al.n] {
		l := &al.links[i]
		r := rarity(l, a, b)
		plain += l.weight
		wrong := l.weight * (1 - l.sim) // which says the same of common names as of rare ones
		l.weight *= 0.6 + 0.4*r
		matched += l.weight * l.sim
		weight += l.weight*l.sim + wrong
		joinedA, joinedB = joinedA+int(l.na)-1, joinedB+int(l.nb)-1
		switch c := a.Words[l.a].Class; {
		case l.why == whyInitial:
			initials++
			info += 0.1
		case c == fold.ClassWord || b.Words[l.b].Class == fold.ClassWord:
			whole += int(min(l.na, l.nb))
			info += r * l.sim
			telling = telling || r >= 1 && min(len(a.Words[l.a].Text), len(b.Words[l.b].Text)) >= 6
		}
	}
	ra, rb := leftOver(al, a, al.usedA[:], true, whole > 1), leftOver(al, b, al.usedB[:], false, whole > 1)
	conflict := min(ra.weight, rb.weight)
	extra := max(ra.missing, rb.missing) - min(ra.missing, rb.missing)
	if whole == 0 {
		return // initials and particles alone name nobody
	}
	p.words = float64(matched / (weight + conflict))
	p.score = p.words
	if plain < 0.8 {
		p.times(float64(plain), "little to go by", "", "")
	}
	onlyOne := countWords(a)-joinedA == 1 || countWords(b)-joinedB == 1
	switch {
	case extra < 0.3:
	case whole == 1 && onlyOne && initials == 0:
		by := 0.6
		if telling {
			by = MostOfOneWord
		}
		p.times(by, "one word of a longer name", "", "")
	case whole == 1:
		p.times(0.8*oneSided(info+0.5, extra)/oneSided(2, extra), "names on one side only", "", "")
	default:
		p.times(oneSided(info, extra), "names on one side only", "", "")
	}
	switch {
	case initials > 0 && info < 0.5:
		p.times(0.8, "initials, common name", "", "")
	case initials > 0:
		p.times(0.92, "initials", "", "")
	}
	if info < 1 && romanised(al, a, b) {
		p.times(0.85, "romanised, common name", "", "") // one spelling of many names
	}
	if exchanged(al, a, b) {
		p.times(0.68, "given and family name exchanged", "", "")
	}
}

// romanised says whether a name in Han or Hangul matches one in Latin letters,
// by which names with other characters are spelled the same.
func romanised(al *alignment, a, b *Name) bool {
	for _, l := range al.links[:al.n] {
		if l.sim > 0.5 && a.Words[l.a].Syllabic != b.Words[l.b].Syllabic {
			return true
		}
	}
	return false
}

// rarity says how telling the words of a link are: as the commoner side.
func rarity(l *link, a, b *Name) float32 {
	side := func(words []Word) (most float32) {
		for i := range words {
			most = max(most, words[i].Rarity)
		}
		return most
	}
	return min(side(a.Words[l.a:l.a+l.na]), side(b.Words[l.b:l.b+l.nb]))
}

// oneSided is what is left of a score where one side has so many names more.
// Rare names that match may do without the others; common ones may not, since
// it is the others that would tell who is meant.
func oneSided(info, extra float32) float64 {
	const common, rare = 0.9, 1.4
	share := min(max((rare-info)/(rare-common), 0), 1) // of commonness
	return float64(max(0.75-0.2*share, 1-(0.07+0.25*share)*extra))
}

// MostOfOneWord bounds the score where a longer name and one of one word share
// that word.
const MostOfOneWord = 0.72

func countWords(n *Name) int {
	c := 0
	for i := range words(n) {
		if n.Words[i].Class == fold.ClassWord || n.Words[i].Class == fold.ClassInitial {
			c++
		}
	}
	return c
}

// exchanged recognises "Friedrich Hans" and "Hans Friedrich": two given names of
// the West in another order, with no comma to say that one is the family name.
func exchanged(al *alignment, a, b *Name) bool {
	if len(a.Words) != 2 || len(b.Words) != 2 || a.Comma || b.Comma || al.n != 2 {
		return false
	}
	for _, l := range al.links[:2] {
		if l.a == l.b || l.na > 1 || l.nb > 1 {
			return false
		}
	}
	for i := range a.Words {
		g := a.Words[i].Sets
		if len(g) == 0 || fold.East(g[0].ID) {
			return false
		}
	}
	return true
}

// scoreOrganisations also holds for ships and aircraft.
func scoreOrganisations(p *parts, al *alignment, a, b *Name) {
	var matched, weight, telling float32
	for _, l := range al.links[:al.n] {
		matched += l.weight * l.sim
		weight += l.weight
		if c := a.Words[l.a].Class; c == fold.ClassWord || b.Words[l.b].Class == fold.ClassWord {
			telling += l.weight * l.sim
		}
	}
	if weight == 0 {
		return
	}
	ra, rb := leftOver(al, a, al.usedA[:], true, true), leftOver(al, b, al.usedB[:], false, true)
	for _, l := range al.links[:al.n] {
		// "KOTU" is all of "Kama Oil Transport Union (KOTU)"
		if l.na == 1 && l.nb == 1 && initialsOf(a, int(l.a)) {
			ra = rest{numbers: ra.numbers}
		} else if l.na == 1 && l.nb == 1 && initialsOf(b, int(l.b)) {
			rb = rest{numbers: rb.numbers}
		}
	}
	conflict := min(ra.weight, rb.weight)
	extra := max(ra.extra, rb.extra) - min(ra.extra, rb.extra)
	p.words = float64(matched / (weight + conflict + extra))
	p.score = p.words
	if conflict+extra > 0.2 && al.crossed(a, b) {
		p.times(0.9, "words in another order", "", "") // which often make another name
	}
	if matched < 0.8 {
		p.times(float64(matched)/0.8*0.85, "common words only", "", "")
	} else if telling < 0.3 && (conflict > 0.02 || extra > 0.02) {
		p.times(0.8, "common words only", "", "")
	}
	vessel := a.Kind == spoor.Vessel
	switch {
	case ra.numbers > 0 && rb.numbers > 0:
		p.times(0.6, "number", numbersOf(a, al.usedA[:]), numbersOf(b, al.usedB[:]))
	case ra.numbers+rb.numbers > 0:
		p.times(pickf(vessel, 0.82, 0.85), "number", numbersOf(a, al.usedA[:]), numbersOf(b, al.usedB[:]))
	}
	by, fa, fb := compareForms(a.Forms, b.Forms)
	p.times(by, "legal form", fa, fb)
}

// crossed says whether two telling words stand in another order.
func (al *alignment) crossed(a, b *Name) bool {
	for i, x := range al.links[:al.n] {
		for _, y := range al.links[:i] {
			if (x.a < y.a) != (x.b < y.b) && a.Words[x.a].Class == fold.ClassWord && a.Words[y.a].Class == fold.ClassWord {
				return true
			}
		}
	}
	return false
}

func pickf(ok bool, a, b float64) float64 {
	if ok {
		return a
	}
	return b
}

func numbersOf(n *Name, used []bool) string {
	for i := range words(n) {
		if w := &n.Words[i]; w.Class == fold.ClassNumber && !used[i] {
			return n.Raw(w)
		}
	}
	return ""
}

// compareForms: the same form, compatible ones, different ones. Of several
// forms of a name the nearest counts.
func compareForms(a, b []fold.Form) (by float64, fa, fb string) {
	switch {
	case len(a) == 0 && len(b) == 0:
		return 1, "", ""
	case len(a) == 0:
		return 0.98, "", b[0].Name
	case len(b) == 0:
		return 0.98, a[0].Name, ""
	}
	by, fa, fb = 0, a[0].Name, b[0].Name
	for _, x := range a {
		for _, y := range b {
			s := 0.68
			switch {
			case x.ID == y.ID:
				s = 1
			case x.Family == y.Family || x.Family == fold.AnyFamily || y.Family == fold.AnyFamily:
				s = 0.97
			}
			if s > by {
				by, fa, fb = s, x.Name, y.Name
			}
		}
	}
	return by, fa, fb
}
