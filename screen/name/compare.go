package name

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"spoor"
	"spoor/screen/name/internal/fold"
)

// Comparison is how alike two names are, and why.
type Comparison struct {
	Score  float64
	Pieces []spoor.Piece // weightiest first; the effects add up to the score
}

// Compare says how alike two names of parties of a kind are, 0 to 1, and why.
// It is symmetric. A slash parts two names of one party: each is tried.
func Compare(kind spoor.PartyKind, a, b string) Comparison {
	var best Comparison
	as, bs := Variants(a), Variants(b)
	for _, x := range as {
		for _, y := range bs {
			nx, ny := pair(kind, x, y)
			if c := Explain(nx, ny); c.Score > best.Score || best.Pieces == nil {
				best = c
			}
		}
	}
	if len(as)+len(bs) > 2 && best.Score > 0 {
		return scaled(best, 0.95, "alternative names", a, b)
	}
	return best
}

// pair folds two names as the same kind of party.
func pair(kind spoor.PartyKind, a, b string) (*Name, *Name) {
	x, y := new(Name), new(Name)
	x.Fold(kind, a)
	y.Fold(kind, b)
	if x.Kind != y.Kind {
		x.Fold(spoor.Organisation, a)
		y.Fold(spoor.Organisation, b)
	}
	return x, y
}

// Variants parts "Al-Qaida/Islamic Army" into its two names; what has no such
// sign is its own only variant.
func Variants(s string) []string {
	parts := strings.Split(s, "/")
	if len(parts) < 2 || len(parts) > 4 {
		return []string{s}
	}
	for _, p := range parts {
		if len(strings.TrimSpace(p)) < 6 {
			return []string{s}
		}
	}
	return parts
}

// Match is the score of [Explain] alone; it does not allocate. Both names must
// have been folded as the same kind.
func Match(a, b *Name) float64 {
	var al alignment
	s, _ := match(&al, a, b)
	return s
}

// ByInitials says whether two names match because one has the initials of the
// other: "PLA" and "People's Liberation Army".
func ByInitials(a, b *Name) bool {
	var al alignment
	match(&al, a, b)
	for _, l := range al.links[:al.n] {
		if l.why == whyAcronym {
			return true
		}
	}
	return false
}

// Explain compares two folded names of one kind and says why.
func Explain(a, b *Name) Comparison {
	var al alignment
	score, parts := match(&al, a, b)
	c := Comparison{Score: score}
	swapped := before(b, a)
	if swapped {
		a, b = b, a
	}
	total := float64(0)
	for _, l := range al.links[:al.n] {
		total += float64(l.weight * l.sim)
	}
	for _, l := range al.links[:al.n] {
		if l.sim == 0 || total == 0 {
			continue
		}
		p := spoor.Piece{What: "word, " + whyText[l.why], Query: rawRun(a, int(l.a), int(l.na)), Listed: rawRun(b, int(l.b), int(l.nb)),
			Score: float64(l.sim), Effect: float64(l.weight*l.sim) / total * parts.words}
		c.Pieces = append(c.Pieces, p)
	}
	missing := func(what string, n *Name, used []bool, query bool) {
		var unmatched []string
		for i := range words(n) {
			if w := &n.Words[i]; !used[i] && w.Class != fold.ClassForm && w.Weight > 0.1 {
				unmatched = append(unmatched, n.Raw(w))
			}
		}
		if len(unmatched) == 0 {
			return
		}
		p := spoor.Piece{What: what}
		if query {
			p.Query = strings.Join(unmatched, " ")
		} else {
			p.Listed = strings.Join(unmatched, " ")
		}
		c.Pieces = append(c.Pieces, p)
	}
	missing("word without match", a, al.usedA[:], true)
	missing("word without match", b, al.usedB[:], false)
	for _, f := range parts.factors[:parts.n] {
		c.Pieces = append(c.Pieces, spoor.Piece{What: f.what, Query: f.a, Listed: f.b, Score: f.factor, Effect: f.effect})
	}
	if swapped {
		for i := range c.Pieces {
			p := &c.Pieces[i]
			p.Query, p.Listed = p.Listed, p.Query
		}
	}
	weightiest(c.Pieces)
	return c
}

func weightiest(p []spoor.Piece) {
	slices.SortStableFunc(p, func(x, y spoor.Piece) int { return cmp.Compare(max(y.Effect, -y.Effect), max(x.Effect, -x.Effect)) })
}

func scaled(c Comparison, by float64, what, a, b string) Comparison {
	c.Pieces = append(c.Pieces, spoor.Piece{What: what, Query: a, Listed: b, Score: by, Effect: c.Score * (by - 1)})
	c.Score *= by
	return c
}

func rawRun(n *Name, from, count int) string {
	list := words(n)
	return n.String()[list[from].From:max(list[from+count-1].To, list[from].To)]
}

// before puts two names in an order of their own, so that comparing is
// symmetric to the last bit.
func before(a, b *Name) bool {
	if len(a.Words) != len(b.Words) {
		return len(a.Words) < len(b.Words)
	}
	for i := range a.Words {
		if c := bytes.Compare(a.Words[i].Text, b.Words[i].Text); c != 0 {
			return c < 0
		}
	}
	return a.String() < b.String()
}
