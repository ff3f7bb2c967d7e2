package measure

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
)

// maxKnots is how many knots a calibrator has at most: enough for a picture of
// any curve, few enough to be read in a model's file.
const maxKnots = 64

// Calibrator turns scores into probabilities. It is a line through knots,
// rising, level beyond the ends, and never 0 or 1: no number of rows proves
// that something cannot be. Between the ends it keeps the order of scores;
// beyond them they become equal, so rank by score.
type Calibrator struct {
	Scores        []float64 `json:"scores"`        // of the knots, rising
	Probabilities []float64 `json:"probabilities"` // at the knots, rising, between 0 and 1
}

// Isotonic fits a calibrator to rows that the model has not learnt from: the
// rising steps nearest to the truth (pool adjacent violators: Ayer, Brunk,
// Ewing, Reid and Silverman, Annals of Mathematical Statistics 26, 1955; for
// calibration Zadrozny and Elkan, KDD 2002), joined by lines between the middles
// of the steps. With more than 64 steps, those neighbours are pooled that a
// likelihood ratio tells apart least, which is fair to small probabilities where
// least squares would see none of them.
func Isotonic(r *Ranking) *Calibrator {
	blocks := thin(wideEnds(pool(r)), maxKnots)
	c := &Calibrator{}
	for _, b := range blocks {
		c.Scores = append(c.Scores, b.sum/float64(max(b.rows, 1)))
		c.Probabilities = append(c.Probabilities, b.probability())
	}
	return c
}

// block is neighbouring rows with one probability.
type block struct {
	rows, found int
	sum         float64 // of the scores
}

func (b block) plus(o block) block { return block{b.rows + o.rows, b.found + o.found, b.sum + o.sum} }

// probability is the share of positives. Where it would be 0 or 1, half a row
// is added to either side (Jeffreys' prior). That can only be the first or last
// block, so nothing else is bent.
func (b block) probability() float64 {
	if b.found == 0 || b.found == b.rows {
		return (float64(b.found) + 0.5) / (float64(b.rows) + 1)
	}
	return float64(b.found) / float64(b.rows)
}

// pool makes blocks with strictly rising shares of positives. Without rows
// there is one empty block, of which nothing is known.
func pool(r *Ranking) []block {
	var blocks []block // from the highest score down
	for s := range r.steps() {
		b := block{s.rows, s.found, s.score * float64(s.rows)}
		for n := len(blocks); n > 0 && b.found*blocks[n-1].rows >= blocks[n-1].found*b.rows; n-- {
			b = blocks[n-1].plus(b)
			blocks = blocks[:n-1]
		}
		blocks = append(blocks, b)
	}
	if blocks == nil {
		return []block{{}}
	}
	slices.Reverse(blocks)
	return blocks
}

// wideEnds pools the first or last block with its neighbour where it has so few
// rows that its probability, once it may not be 0 or 1, is out of order.
func wideEnds(b []block) []block {
	for len(b) > 1 && b[0].probability() >= b[1].probability() {
		b[1] = b[0].plus(b[1])
		b = b[1:]
	}
	for n := len(b) - 1; n > 0 && b[n].probability() <= b[n-1].probability(); n-- {
		b[n-1] = b[n-1].plus(b[n])
		b = b[:n]
	}
	return b
}

// thin pools the neighbours that differ least until n blocks are left.
func thin(b []block, n int) []block {
	loss := make([]float64, max(len(b)-1, 0)) // of pooling i with i+1
	price := func(i int) float64 {
		return b[i].likelihood() + b[i+1].likelihood() - b[i].plus(b[i+1]).likelihood()
	}
	for i := range loss {
		loss[i] = price(i)
	}
	for len(b) > n {
		least := 0
		for i, l := range loss {
			if l < loss[least] {
				least = i
			}
		}
		b[least] = b[least].plus(b[least+1])
		b = slices.Delete(b, least+1, least+2)
		loss = slices.Delete(loss, least, least+1)
		for i := max(least-1, 0); i <= least && i < len(loss); i++ {
			loss[i] = price(i)
		}
	}
	return b
}

// likelihood is the logarithm of how likely the rows are, given their own share
// of positives.
func (b block) likelihood() float64 {
	part := func(k int) float64 {
		if k == 0 {
			return 0
		}
		return float64(k) * math.Log(float64(k)/float64(b.rows))
	}
	return part(b.found) + part(b.rows-b.found)
}

// Apply gives the probability that belongs to a score. A score that is not a
// number has none: the result is not a number either.
func (c *Calibrator) Apply(score float64) float64 {
	n := len(c.Scores)
	if n == 0 || math.IsNaN(score) {
		return math.NaN()
	}
	i := sort.SearchFloat64s(c.Scores, score)
	if i == 0 {
		return c.Probabilities[0]
	}
	if i == n {
		return c.Probabilities[n-1]
	}
	x0, x1, y0, y1 := c.Scores[i-1], c.Scores[i], c.Probabilities[i-1], c.Probabilities[i]
	// Rounding must not carry it past the knot.
	return min(y0+(y1-y0)*((score-x0)/(x1-x0)), y1)
}

// UnmarshalJSON fails on what no calibrator can be.
func (c *Calibrator) UnmarshalJSON(data []byte) error {
	type plain Calibrator
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	if len(p.Scores) == 0 || len(p.Scores) != len(p.Probabilities) {
		return fmt.Errorf("measure: a calibrator has as many scores as probabilities, not %d and %d", len(p.Scores), len(p.Probabilities))
	}
	for i, y := range p.Probabilities {
		if !(y > 0 && y < 1) {
			return fmt.Errorf("measure: probability %v of a calibrator is not between 0 and 1", y)
		}
		if i > 0 && (p.Scores[i] <= p.Scores[i-1] || y < p.Probabilities[i-1]) {
			return fmt.Errorf("measure: a calibrator must rise, but does not at score %v", p.Scores[i])
		}
	}
	*c = Calibrator(p)
	return nil
}
