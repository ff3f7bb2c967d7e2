package book

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"spoor"
)

// MostFound is how many parties [Book.Find] gives at most.
const MostFound = 100

// Find gives the party of that id; else all of that name, letter case and
// spaces not counting; else those whose name is the same without accents and
// punctuation; else without legal form, too; else those whose names hold all its
// words.
func (b *Book) Find(nameOrID string) []spoor.Party {
	if p, ok := b.Party(nameOrID); ok {
		return []spoor.Party{p}
	}
	want := wordsOf(nameOrID)
	if len(want.plain) == 0 {
		return nil
	}
	var found [same + 1][]spoor.Party
	for i := range b.parties {
		fit := apart
		for _, n := range b.parties[i].Names {
			fit = max(fit, want.fits(n.Full))
		}
		if fit > apart && len(found[fit]) < MostFound {
			found[fit] = append(found[fit], b.parties[i])
		}
	}
	for fit := same; fit > apart; fit-- {
		if len(found[fit]) > 0 {
			return found[fit]
		}
	}
	return nil
}

// Near gives the parties whose name or id is most like a text, at most so many,
// the likest first: at least half of all pairs of letters that follow each other
// are in both (Dice, "Measures of the amount of ecologic association between
// species", 1945).
func (b *Book) Near(nameOrID string, most int) (out []spoor.Party) {
	type likely struct {
		place int
		score float64
	}
	const least = 0.5
	want := pairs(nameOrID)
	var near []likely
	for i := range b.parties {
		score := dice(want, pairs(b.parties[i].ID))
		for _, n := range b.parties[i].Names {
			score = max(score, dice(want, pairs(n.Full)))
		}
		if score < least {
			continue
		}
		at, _ := slices.BinarySearchFunc(near, score, func(l likely, s float64) int { return cmp.Or(cmp.Compare(s, l.score), -1) })
		if near = slices.Insert(near, at, likely{i, score}); len(near) > most {
			near = near[:most]
		}
	}
	for _, l := range near {
		out = append(out, b.parties[l.place])
	}
	return out
}

// The ways in which a name fits, from the worst to the best.
const (
	apart  = iota
	within // it has all the words
	bared  // the same without legal form
	folded // the same without accents and punctuation
	same
)

// words are those of a name in small letters: as they stand, without accents and
// punctuation, and without legal form.
type words struct{ plain, folded, bare []string }

func wordsOf(name string) words {
	w := words{plain: strings.Fields(strings.ToLower(name)), folded: unadorned(name)}
	w.bare = w.folded
	for len(w.bare) > 1 && forms[w.bare[len(w.bare)-1]] {
		w.bare = w.bare[:len(w.bare)-1]
	}
	for len(w.bare) > 1 && forms[w.bare[0]] {
		w.bare = w.bare[1:]
	}
	return w
}

func (w *words) fits(name string) int {
	has := wordsOf(name)
	switch {
	case slices.Equal(has.plain, w.plain):
		return same
	case len(w.folded) == 0: // signs alone
		return apart
	case slices.Equal(has.folded, w.folded):
		return folded
	case slices.Equal(has.bare, w.bare):
		return bared
	}
	for _, x := range w.bare {
		if !slices.Contains(has.folded, x) {
			return apart
		}
	}
	return within
}

// unadorned gives the words of a name in small letters without accents. Full stops
// and apostrophes join what they stand in, and so do letters that stand alone:
// "S.r.l." and "S. r. l." are "srl". Other signs separate.
func unadorned(name string) (out []string) {
	letters := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), r == '.', r == '\'', r == '’':
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFD.String(name))
	single := false
	for _, w := range strings.Fields(letters) {
		alone := len(w) == 1 && w[0] >= 'a'
		if single && alone {
			out[len(out)-1] += w
		} else {
			out = append(out, w)
		}
		single = alone
	}
	return out
}

// forms are words of legal forms, folded.
var forms = func() map[string]bool {
	const list = `ab ad ag as asa aps bhd bv bvba co coop corp corporation company cv dd doo dooel ead eeig eood eurl fze fzco gie gmbh
		inc incorporated jsc kd kft kg kgaa kk kkt lda limited liability llc llp lp ltd ltda mbh nv oao od oe og ohg ojsc ooo oy oyj pao
		partnership plc pjsc pt pte pty pvt private public rt sa sab sapi sas sarl sc sca scs se sia sicav sl slu snc sp spa spk spolka
		spj sprl sro srl srls ss tbk tov uab ug vof zao zoo zrt`
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}()

// pairs counts the pairs of letters that follow each other.
func pairs(s string) map[[2]rune]int {
	out := map[[2]rune]int{}
	before := rune(0)
	for _, r := range strings.Join(wordsOf(s).bare, " ") {
		if before != 0 {
			out[[2]rune{before, r}]++
		}
		before = r
	}
	return out
}

func dice(a, b map[[2]rune]int) float64 {
	both, all := 0, 0
	for p, n := range a {
		both += min(n, b[p])
		all += n
	}
	for _, n := range b {
		all += n
	}
	return 2 * float64(both) / float64(max(all, 1))
}
