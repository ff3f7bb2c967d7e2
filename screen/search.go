package screen

import (
	"cmp"
	"slices"

	"spoor"
	"spoor/screen/name"
)

// mostHits bounds what one search gives.
const mostHits = 50

// Search gives the listings that a party may be, best first, from a score of
// threshold on (0 to 1; [name.Threshold] is usual), at most 50. Exact hits come
// first.
func (ix *Index) Search(q *spoor.Party, threshold float64) []spoor.Hit {
	sc := ix.borrow()
	numbers := ix.byNumbers(q)
	names := ix.searchNames(sc, q, leastOf(q, threshold, len(numbers) > 0))
	var hits []spoor.Hit
	if len(names) > 0 || len(numbers) > 0 {
		hits = ix.judge(q, names, numbers, threshold)
	}
	ix.giveBack(sc)
	return hits
}

// leastOf is the likeness from which names matter: what else is known may raise
// them to the threshold.
func leastOf(q *spoor.Party, threshold float64, numbers bool) float64 {
	apart := 1.0 // the share of the distance to 1 that is left
	if len(q.Births) > 0 {
		apart *= 1 - mostByBirth
	}
	if len(q.Countries) > 0 {
		apart *= 1 - mostByCountry
	}
	if numbers {
		apart *= 1 - mostByNumber
	}
	return max(1-(1-threshold)/apart, 0.3)
}

// searchNames gives the listed names that are like a name of the party. They are
// good until the next search.
func (ix *Index) searchNames(sc *scratch, q *spoor.Party, least float64) []found {
	sc.key = appendKey(sc.key[:0], q, least)
	if len(sc.key) > 0 {
		if f, ok := ix.found.recall(sc.key); ok {
			sc.hits = append(sc.hits[:0], f...)
			return sc.hits
		}
	}
	sc.hits = sc.hits[:0]
	for i := range q.Names {
		for s := range ix.spaces {
			sp := &ix.spaces[s]
			if len(sp.entries) == 0 || !meets(q.Kind, s) {
				continue
			}
			ix.searchName(sc, sp, s, q.Names[i].Full, least)
		}
	}
	if len(sc.key) > 0 {
		ix.found.keep(sc.key, sc.hits)
	}
	return sc.hits
}

// searchName looks for one name, by its parts where it has a slash.
func (ix *Index) searchName(sc *scratch, sp *space, which int, full string, least float64) {
	if slash(full) {
		for _, v := range name.Variants(full) {
			sc.name.Fold(sp.kind, v)
			sp.candidates(ix, sc, which, least)
		}
		return
	}
	sc.name.Fold(sp.kind, full)
	sp.candidates(ix, sc, which, least)
}

func slash(s string) bool {
	for i := 0; i < len(s) && i < 4*name.MaxRunes; i++ {
		if s[i] == '/' {
			return true
		}
	}
	return false
}

// byNumbers gives the listings with an identifier of the party.
func (ix *Index) byNumbers(q *spoor.Party) []int32 {
	var out []int32
	for i := range q.Identifiers {
		if v := q.Identifiers[i].Canonical(); v != "" {
			for _, l := range ix.numbers[number{q.Identifiers[i].Kind, v}] {
				if !slices.Contains(out, l) {
					out = append(out, l)
				}
			}
		}
	}
	return out
}

// judge weighs all evidence for the listings found and writes the hits.
func (ix *Index) judge(q *spoor.Party, hits []found, numbers []int32, threshold float64) []spoor.Hit {
	slices.SortFunc(hits, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.listing, b.listing), cmp.Compare(b.score, a.score), cmp.Compare(a.entry, b.entry))
	})
	var out []spoor.Hit
	for i := 0; i < len(hits); {
		j := i
		for j < len(hits) && hits[j].listing == hits[i].listing {
			j++
		}
		if h, ok := ix.hit(q, hits[i].listing, hits[i:j], threshold); ok {
			out = append(out, h)
		}
		i = j
	}
	for _, l := range numbers {
		if !slices.ContainsFunc(hits, func(f found) bool { return f.listing == l }) {
			if h, ok := ix.hit(q, l, nil, threshold); ok {
				out = append(out, h)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b spoor.Hit) int {
		return cmp.Or(boolean(b.Exact)-boolean(a.Exact), cmp.Compare(b.Score, a.Score), cmp.Compare(a.List, b.List), cmp.Compare(a.Entity, b.Entity))
	})
	return out[:min(len(out), mostHits)]
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hit explains one listing; ok is false when its score is below threshold.
func (ix *Index) hit(q *spoor.Party, listing int32, names []found, threshold float64) (spoor.Hit, bool) {
	l := &ix.listings[listing]
	e := evidence{query: q, listed: l}
	h := spoor.Hit{Query: q.Name(), List: l.List, Entity: l.ID, Kind: l.Kind, Name: l.Name(), Freezes: l.Freezes, Programmes: l.Programmes}
	if len(names) > 0 {
		best, weak, who := ix.bestName(q, names)
		h.Name = ix.spaces[best.space].entries[best.entry].full
		h.Query = who
		e.score = best.score
		e.names(ix, best, who)
		if f := best.alone.factor(); f < 1 {
			e.pieces = append(e.pieces, spoor.Piece{What: best.alone.String(), Listed: h.Name, Score: f, Effect: best.score * (1 - 1/f)})
		}
		if weak {
			e.weakAlias(h.Name)
		}
	}
	e.weigh()
	h.Score, h.Exact, h.Pieces = min(max(e.score, 0), 1), e.exact, e.pieces
	if h.Query == "" && len(q.Identifiers) > 0 {
		h.Query = q.Identifiers[0].Value
	}
	if h.Score < threshold {
		return h, false
	}
	slices.SortStableFunc(h.Pieces, func(a, b spoor.Piece) int { return cmp.Compare(abs(b.Effect), abs(a.Effect)) })
	h.About = about(l, h.Name)
	return h, true
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

// bestName chooses among the listing's names: a weak alias only where no other
// name is as good.
func (ix *Index) bestName(q *spoor.Party, names []found) (best found, weak bool, who string) {
	score := -1.0
	for _, f := range names {
		e := &ix.spaces[f.space].entries[f.entry]
		s := f.score
		if e.weak {
			s *= weakFactor
		}
		if s > score {
			best, weak, score = f, e.weak, s
		}
	}
	// Which of the query's names it was is found again: hits are few.
	sp := &ix.spaces[best.space]
	who, nearest := q.Name(), -1.0
	for _, n := range q.Names {
		for _, v := range name.Variants(n.Full) {
			if s := name.Match(name.New(sp.kind, v), sp.entries[best.entry].name); s > nearest {
				who, nearest = n.Full, s
			}
		}
	}
	return best, weak, who
}

// Identify gives the listings that have an identifier, exact or not as the
// package says. Without a name, numbers that need one are no exact hits.
func (ix *Index) Identify(id spoor.Identifier) []spoor.Hit {
	q := spoor.Party{Identifiers: []spoor.Identifier{id}}
	return ix.judge(&q, nil, ix.byNumbers(&q), 0)
}
