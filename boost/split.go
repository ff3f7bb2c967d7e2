package boost

import (
	"cmp"
	"math"
	"slices"

	"spoor/boost/internal/forest"
)

// split is a way to divide a leaf. Rows go left by the bins before cut, or by
// the codes that are not in set.
type split struct {
	gain        float64
	column      int         // -1 for no split
	cut         int         // bins below it go left
	set         *forest.Set // codes that go right; nil for a column with an order
	missingLeft bool
	left        grad // sums of the left side
}

// sides is the split as a table.
func (s *split) sides() *sides {
	t := new(sides)
	for b := range missing {
		if s.set != nil && s.set.Has(b) || s.set == nil && b >= s.cut {
			t[b] = 1
		}
	}
	if !s.missingLeft {
		t[missing] = 1
	}
	return t
}

// bounds are the least and the largest weight that a leaf may have, so that
// all leaves together keep the monotone constraints.
type bounds struct{ low, high float64 }

var unbounded = bounds{math.Inf(-1), math.Inf(1)}

// rules are what a split must satisfy, in the units of the fixed point.
type rules struct {
	scale    float64 // integers to one
	lambda   float64
	minChild int64 // at least 1: without a hessian there is no weight
	minGain  float64
}

// weight is the best weight of a leaf of these sums within bounds:
// −G/(H+λ) (Chen and Guestrin 2016, equation 5).
func (r *rules) weight(s grad, b bounds) float64 {
	return min(max(-float64(s.g)/(float64(s.h)+r.lambda), b.low), b.high)
}

// score is by how much a leaf of these sums lowers the loss, twice, in units of
// the scale: G²/(H+λ), or less if bounds hold its weight back.
func (r *rules) score(s grad, b bounds) float64 {
	w := r.weight(s, b)
	return -w * (2*float64(s.g) + (float64(s.h)+r.lambda)*w)
}

// search looks for the best split of one leaf.
type search struct {
	rules
	total  grad
	bounds bounds
	base   float64 // score of the leaf unsplit

	// Of the column in hand.
	index    int
	monotone int
	plain    bool // no bounds and no constraint: the quick formula holds
	lost     grad // sums of the rows whose value is missing

	best split
}

// none is the split to begin with: another must gain more. Like XGBoost it
// leaves gains below a millionth to rounding.
func (r *rules) none() split { return split{column: -1, gain: max(r.minGain, 1e-6*r.scale)} }

func newSearch(r *rules, total grad, b bounds) search {
	return search{rules: *r, total: total, bounds: b, base: r.score(total, b), best: r.none()}
}

// column tries all splits of a column, which is number k of its tile.
func (s *search) column(h *hist, k, index int, c *column) {
	s.index, s.monotone = index, c.monotone
	s.plain = c.monotone == 0 && s.bounds == unbounded
	s.lost = grad{h[at(k, missing)], h[at(k, missing)+1]}
	if c.categorical {
		s.codes(h[at(k, 0):at(k, missing)])
		return
	}
	s.scan(h[at(k, 0):at(k, c.bins)])
}

// scan tries every cut between bins, and those with values on the left and
// missing ones on the right.
func (s *search) scan(sums []int64) {
	bins := len(sums) / 2
	if s.lost == (grad{}) {
		s.cuts(sums[:2*max(bins-1, 0)], grad{})
		return
	}
	s.cuts(sums, grad{})
	s.cuts(sums[:2*max(bins-1, 0)], s.lost)
}

// cuts tries the cuts after each of the bins, given what goes left anyway.
func (s *search) cuts(sums []int64, start grad) {
	left := start
	for b := 0; b+1 < len(sums); b += 2 {
		d := grad{sums[b], sums[b+1]}
		if d == (grad{}) {
			continue
		}
		left = left.plus(d)
		if left.h < s.minChild {
			continue
		}
		right := s.total.minus(left)
		if right.h < s.minChild {
			break // hessians are not negative: no later cut can have more
		}
		if gain := s.gain(left, right); gain > s.best.gain {
			s.best = split{gain: gain, column: s.index, cut: b/2 + 1, left: left}
			// Where no value is missing, one that is will go with the most.
			s.best.missingLeft = start != grad{} || s.lost == grad{} && left.h > right.h
		}
	}
}

// gain is what a split adds to the score of the leaf, 0 if it may not be.
func (s *search) gain(left, right grad) float64 {
	if s.plain {
		l, r := float64(left.h)+s.lambda, float64(right.h)+s.lambda
		gl, gr := float64(left.g), float64(right.g)
		return (gl*gl*r+gr*gr*l)/(l*r) - s.base
	}
	if s.monotone != 0 && float64(s.monotone)*(s.weight(right, s.bounds)-s.weight(left, s.bounds)) < 0 {
		return 0
	}
	return s.score(left, s.bounds) + s.score(right, s.bounds) - s.base
}

// codes tries to split a categorical column. Of all divisions of the codes in
// two, the best leaves them in one piece when they are in order of their means
// (Fisher, On grouping for maximum homogeneity, JASA 1958), so only those cuts
// are tried.
func (s *search) codes(sums []int64) {
	type code struct {
		code int
		mean float64
		grad
	}
	var space [maxBins]code
	order := space[:0]
	for c := range len(sums) / 2 {
		if d := (grad{sums[2*c], sums[2*c+1]}); d != (grad{}) {
			order = append(order, code{c, float64(d.g) / (float64(d.h) + s.lambda), d})
		}
	}
	slices.SortFunc(order, func(a, b code) int {
		return cmp.Or(cmp.Compare(a.mean, b.mean), cmp.Compare(a.code, b.code))
	})
	var sorted [2 * maxBins]int64
	for i, c := range order {
		sorted[2*i], sorted[2*i+1] = c.g, c.h
	}
	before := s.best.gain
	if s.scan(sorted[:2*len(order)]); s.best.gain == before {
		return
	}
	// Codes that are not here go the way of missing ones.
	right := new(forest.Set)
	if !s.best.missingLeft {
		*right = forest.Set{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
	}
	for i, c := range order {
		right[c.code>>6] &^= 1 << (c.code & 63)
		if i >= s.best.cut {
			right.Add(c.code)
		}
	}
	s.best.set = right
}
