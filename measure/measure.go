// Package measure says how good scores are: how well they rank ([Ranking]),
// what a reader with little time finds by them ([DailyRecall]), whether they
// mean what they say ([Bin], [Calibrator]), how sure all of that is
// ([Interval]), and whether the data still looks as it did ([Histogram]).
//
// It knows scores, truth and counts, and no noun of money. Rows with the same
// score are one step everywhere: no figure depends on the order of the input,
// and none flatters scores that cannot tell rows apart. Rates are between 0
// and 1. Where the rows are too few to say anything, the figure is the one that
// claims least, so that it can always be written as JSON.
package measure

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
)

// Score is what a model gives a row: the higher, the more suspect.
type Score interface{ ~float32 | ~float64 }

// Ranking is rows by score, with the truth about each. It is not changed after
// [Rank], and may be read from several goroutines.
//
// Positives and negatives are kept apart, each sorted upwards: that is all that
// any figure needs, and sorts faster than pairs.
type Ranking struct{ positives, negatives []float64 }

// Rank sorts rows by score; truth says which are positive. Five million rows
// take 0.6 seconds. It fails where lengths differ or a score is not a finite
// number.
func Rank[S Score](scores []S, truth []bool) (*Ranking, error) {
	if err := check(scores, truth); err != nil {
		return nil, err
	}
	return rank(scores, truth), nil
}

func rank[S Score](scores []S, truth []bool) *Ranking {
	n := 0
	for _, t := range truth {
		if t {
			n++
		}
	}
	r := &Ranking{make([]float64, 0, n), make([]float64, 0, len(truth)-n)}
	for i, s := range scores {
		if truth[i] {
			r.positives = append(r.positives, float64(s))
		} else {
			r.negatives = append(r.negatives, float64(s))
		}
	}
	slices.Sort(r.positives)
	slices.Sort(r.negatives)
	return r
}

func check[S Score](scores []S, truth []bool) error {
	if len(scores) != len(truth) {
		return fmt.Errorf("measure: %d scores for %d rows of truth", len(scores), len(truth))
	}
	for i, s := range scores {
		if !finite(float64(s)) {
			return fmt.Errorf("measure: the score of row %d is %v", i, s)
		}
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Len is the number of rows.
func (r *Ranking) Len() int { return len(r.positives) + len(r.negatives) }

// Positives is the number of rows that are positive in truth.
func (r *Ranking) Positives() int { return len(r.positives) }

// step is the rows that share a score.
type step struct {
	score       float64
	rows, found int // found: positives among the rows
}

// steps are from the highest score down.
func (r *Ranking) steps() iter.Seq[step] {
	return func(yield func(step) bool) {
		p, n := len(r.positives), len(r.negatives)
		for p+n > 0 {
			s := step{score: math.Inf(-1)}
			if p > 0 {
				s.score = r.positives[p-1]
			}
			if n > 0 {
				s.score = max(s.score, r.negatives[n-1])
			}
			for ; p > 0 && r.positives[p-1] == s.score; p-- {
				s.found++
			}
			for ; n > 0 && r.negatives[n-1] == s.score; n-- {
				s.rows++
			}
			s.rows += s.found
			if !yield(s) {
				return
			}
		}
	}
}

// Point is what a threshold achieves: rows with score >= Threshold are read.
type Point struct {
	Threshold float64 `json:"threshold"`
	Precision float64 `json:"precision"` // share of positives in the rows read
	Recall    float64 `json:"recall"`    // share of all positives that are read
	F1        float64 `json:"f1"`        // harmonic mean of both
	Rows      int     `json:"rows"`      // read
	Found     int     `json:"found"`     // positives among them
}

func (r *Ranking) point(threshold float64, rows, found int) Point {
	p := Point{Threshold: threshold, Rows: rows, Found: found}
	if found > 0 {
		p.Precision = float64(found) / float64(rows)
		p.Recall = float64(found) / float64(len(r.positives))
		p.F1 = 2 * float64(found) / float64(rows+len(r.positives))
	}
	return p
}

// At is what a threshold achieves. Without a positive in the rows read, all
// rates are 0.
func (r *Ranking) At(threshold float64) Point {
	found := atLeast(r.positives, threshold)
	return r.point(threshold, found+atLeast(r.negatives, threshold), found)
}

// atLeast counts the values from threshold up.
func atLeast(sorted []float64, threshold float64) int {
	return len(sorted) - sort.Search(len(sorted), func(i int) bool { return sorted[i] >= threshold })
}

// Best is the point of the highest F1, and of several the one with the fewest
// rows. It is chosen with the truth in hand: choose it on one set of rows and
// measure [Ranking.At] on another. Without rows it is the zero Point.
func (r *Ranking) Best() (best Point) {
	rows, found := 0, 0
	for s := range r.steps() {
		rows, found = rows+s.rows, found+s.found
		if p := r.point(s.score, rows, found); p.F1 > best.F1 || best.Rows == 0 {
			best = p
		}
	}
	return best
}

// AveragePrecision is the area under the precision-recall curve as a sum of
// steps, without interpolation between them, which would be too hopeful (Davis
// and Goadrich, The Relationship Between Precision-Recall and ROC Curves, ICML
// 2006). Scores that say nothing get the share of positives. It is 0 where
// there are no positives.
func (r *Ranking) AveragePrecision() float64 {
	sum, rows, found := 0.0, 0, 0
	for s := range r.steps() {
		rows, found = rows+s.rows, found+s.found
		sum += float64(s.found) * float64(found) / float64(rows)
	}
	return sum / float64(max(len(r.positives), 1))
}

// AUC is the area under the ROC curve: the chance that a positive scores above
// a negative, ties counting half (Hanley and McNeil, Radiology 143, 1982). With
// rare positives it flatters: prefer [Ranking.AveragePrecision]. It is 0.5
// where there are only positives or only negatives.
func (r *Ranking) AUC() float64 {
	if len(r.positives) == 0 || len(r.negatives) == 0 {
		return 0.5
	}
	area, above := 0.0, 0 // above: positives that score higher than the step
	for s := range r.steps() {
		area += float64(s.rows-s.found) * (float64(above) + float64(s.found)/2)
		above += s.found
	}
	return area / float64(len(r.positives)) / float64(len(r.negatives))
}

// Recall is the share of all positives among the first n rows. Of rows that
// share the score at which n is reached, positives count by the share of these
// rows that is still read. It is 0 where there are no positives.
func (r *Ranking) Recall(n int) float64 {
	return r.foundIn(n) / float64(max(len(r.positives), 1))
}

func (r *Ranking) foundIn(n int) (found float64) {
	for s := range r.steps() {
		if s.rows >= n {
			return found + float64(s.found)*float64(max(n, 0))/float64(s.rows)
		}
		found += float64(s.found)
		n -= s.rows
	}
	return found
}

// Curve is the precision-recall curve in at most k points for a picture, by
// rising recall and about evenly spaced in it: points at which positives were
// found, from the highest of their scores to where all are found. Every one is
// exact. It takes two points to make a curve.
func (r *Ranking) Curve(k int) (curve []Point) {
	if k < 2 {
		return nil
	}
	rows, found, due := 0, 0, 0 // due: in parts of 1/(k-1) of the positives
	for s := range r.steps() {
		rows, found = rows+s.rows, found+s.found
		reached := found * (k - 1)
		if s.found == 0 || reached < due*len(r.positives) {
			continue
		}
		curve = append(curve, r.point(s.score, rows, found))
		if found == len(r.positives) {
			break
		}
		due = reached/len(r.positives) + 1
	}
	return curve
}
