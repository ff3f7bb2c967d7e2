package name

import (
	"bytes"
	"math/bits"

	"spoor"
	"spoor/screen/name/internal/fold"
	"spoor/screen/name/internal/letters"
)

// why says how two words came to match.
type why uint8

const (
	whyNone why = iota
	whySame
	whySound
	whyName
	whyNick
	whyWord
	whyInitial
	whyTypo
	whyVowels
	whyNumber
	whyJoined
	whyAcronym
	whySuffix
)

// whyText says it to people.
var whyText = [...]string{"", "same word", "sounds the same", "forms of one given name", "short form of the given name", "translation",
	"initial", "spelling", "same consonants", "same number", "written together", "initials of the name",
	"adjective of the word"}

// similarity says how alike two words are, 0 to 1, and how.
func similarity(a, b *Word, kind spoor.PartyKind) (float32, why) {
	switch {
	case a.Class == fold.ClassNumber || b.Class == fold.ClassNumber:
		if a.Class == b.Class && a.Value == b.Value {
			return 1, whyNumber
		}
		return 0, whyNone
	case a.Class == fold.ClassInitial || b.Class == fold.ClassInitial:
		if a.Text[0] != b.Text[0] && first(a.Sound) != first(b.Sound) || a.Class == fold.ClassParticle || b.Class == fold.ClassParticle {
			return 0, whyNone
		}
		if a.Class == b.Class {
			return 1, whySame
		}
		return 0.85, whyInitial
	case bytes.Equal(a.Text, b.Text):
		return 1, whySame
	case a.Class == fold.ClassPlace && b.Class == fold.ClassPlace, a.Class == fold.ClassGeneric && b.Class == fold.ClassGeneric:
		if a.Known == b.Known {
			return 0.97, whyWord
		}
		if a.Class == fold.ClassPlace {
			return 0, whyNone
		}
	case a.Class == fold.ClassHonorific && b.Class == fold.ClassHonorific, a.Class == fold.ClassParticle && b.Class == fold.ClassParticle:
		if a.Known == b.Known {
			return 0.97, whySame
		}
		return 0.5, whySound
	case (a.Class == fold.ClassParticle) != (b.Class == fold.ClassParticle):
		return sameGroup(a.Sets, b.Sets) // "Ben" may be Benjamin
	}
	most := float32(1)
	if len(a.Sets) > 0 && len(b.Sets) > 0 {
		if s, how := sameGroup(a.Sets, b.Sets); s > 0 {
			return s, how
		}
		most = 0.05 // two names that are both common, and not the same
	}
	if bytes.Equal(a.Sound, b.Sound) && len(a.Sound) > 1 {
		return min(most, 0.97), whySound
	}
	if (len(a.Sets)+len(b.Sets) > 0 || a.Frequent || b.Frequent) && feminine(a.Sound, b.Sound) {
		return 0.35, whyTypo
	}
	if apart := bits.OnesCount32(a.Classes ^ b.Classes); apart > 4 || apart == 4 && max(len(a.Sound), len(b.Sound)) <= 6 {
		return 0, whyNone // three consonants or more are others: no need to measure
	}
	if a.Vowelless != b.Vowelless {
		s := looseSimilarity(a, b)
		return min(most, s), whyVowels
	}
	s := soundSimilarity(a.Sound, b.Sound, kind, a.LR || b.LR)
	if (a.Syllabic || b.Syllabic) && s < 0.8 || a.Syllabic && b.Syllabic && s < 0.95 {
		return 0, whyNone // names of one or two syllables lie close together
	}
	if d := min(len(a.Text), len(b.Text)); d >= 5 && s < 0.7 && kind != spoor.Vessel && !(bytes.Equal(a.Text, a.Sound) && bytes.Equal(b.Text, b.Sound)) {
		// a slip of the finger may look worse by sound
		s = max(s, soundSimilarity(a.Text, b.Text, kind, false)-0.05)
	}
	if s < 0.9 && kind == spoor.Organisation && (adjectiveOf(a.Text, b.Text) || adjectiveOf(b.Text, a.Text)) {
		return 0.9, whySuffix
	}
	if a.Frequent && b.Frequent && s < 0.85 {
		return min(most, 0.4*s), whyTypo // Ferrari and Ferraro
	}
	return min(most, s), whyTypo
}

func first(w []byte) byte {
	if len(w) == 0 {
		return 0
	}
	return w[0]
}

func sameGroup(a, b []fold.Group) (float32, why) {
	best, how := float32(0), whyNone
	for _, x := range a {
		for _, y := range b {
			switch {
			case x.ID != y.ID:
			case !x.Nick && !y.Nick:
				return 0.95, whyName
			case best == 0:
				best, how = 0.88, whyNick
			}
		}
	}
	return best, how
}

// budget is the distance up to which two words of so many letters by sound may
// be one: a letter in a short name is another name.
func budget(letters int, kind spoor.PartyKind) int {
	person := kind == spoor.Person
	switch {
	case letters <= 2:
		return pick(person, 35, 0)
	case letters == 3:
		return pick(person, 36, 0)
	case letters == 4:
		return pick(person, 44, 40)
	case letters == 5:
		return pick(person, 115, 100)
	}
	return min(pick(person, 24, 22)*letters, 300)
}

func pick(ok bool, a, b int) int {
	if ok {
		return a
	}
	return b
}

// soundSimilarity turns a distance into a likeness.
func soundSimilarity(a, b []byte, kind spoor.PartyKind, lr bool) float32 {
	longest := max(len(a), len(b))
	limit := budget(longest, kind)
	if limit == 0 {
		return 0
	}
	d := letters.Distance(a, b, letters.How{LR: lr}, limit)
	if d == letters.TooFar {
		return 0
	}
	return max(0, 1-2.1*float32(d)/(100*float32(longest)))
}

// looseSimilarity compares words of which one has no sure vowels.
func looseSimilarity(a, b *Word) float32 {
	consonants := 0
	for _, w := range [2]*Word{a, b} {
		n := 0
		for _, c := range w.Sound {
			if !letters.Vowel(c) && c != 'v' && c != 'h' {
				n++
			}
		}
		consonants = max(consonants, n)
	}
	consonants = max(consonants, 1)
	d := letters.Distance(a.Sound, b.Sound, letters.How{LooseA: a.Vowelless, LooseB: b.Vowelless, LR: a.LR || b.LR}, min(10+14*consonants, 90))
	if d == letters.TooFar {
		return 0
	}
	s := 0.95 - 1.2*float32(d)/(100*float32(consonants))
	if consonants <= 1 {
		s -= 0.1 // one consonant is little to go by
	}
	return max(0, s)
}

// adjectiveOf recognises "Muromskiy" as "of Murom".
func adjectiveOf(long, short []byte) bool {
	if len(short) < 4 || len(long) <= len(short) || !bytes.HasPrefix(long, short[:len(short)-1]) {
		return false
	}
	for _, stem := range [2]int{len(short), len(short) - 1} {
		if !bytes.Equal(long[:stem], short[:stem]) {
			continue
		}
		switch string(long[stem:]) {
		case "skiy", "skii", "skij", "sky", "ski", "skaya", "skaia", "skoye", "skoe", "sk", "skyi", "ska", "ny", "nyy", "naya", "noe", "ovskiy", "ovskaya", "inskiy":
			return true
		}
	}
	return false
}

// feminine says whether one name is that of a woman and the other of a man:
// Karim and Karima, Silvio and Silvia.
func feminine(a, b []byte) bool {
	if n := len(a) - 1; n >= 3 && len(b) == n+1 && (a[n] == 'a' && b[n] == 'o' || a[n] == 'o' && b[n] == 'a') {
		return bytes.Equal(a[:n], b[:n])
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	return len(a) == len(b)+1 && a[len(a)-1] == 'a' && bytes.Equal(a[:len(b)], b)
}

// Similar says how alike two words of names of a kind are, 0 to 1.
func Similar(a, b *Word, kind spoor.PartyKind) float32 {
	s, _ := similarity(a, b, kind)
	return s
}
