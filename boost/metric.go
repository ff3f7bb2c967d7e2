package boost

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"spoor/boost/internal/forest"
)

// sign is 1 if a higher metric is better, else -1.
func (m Metric) sign() float64 {
	if m == PRAUC {
		return 1
	}
	return -1
}

// judged is a validation table and its margins by the trees so far.
type judged struct {
	*binned
	margins []float64
	labels  []bool
	weights []float64
}

func newJudged(t *Table, columns []column, begin []float64, workers int) (*judged, error) {
	if !slices.EqualFunc(t.names, columns, func(name string, c column) bool { return name == c.name }) {
		return nil, errors.New("boost: its columns are not those of the training table, in their order")
	}
	b, err := bin(t, columns, workers)
	if err != nil {
		return nil, err
	}
	j := &judged{b, begin, make([]bool, t.rows), make([]float64, t.rows)}
	positive, negative := 0.0, 0.0
	for i := range t.rows {
		w := float64(t.Weight(i))
		if !(w >= 0 && w <= math.MaxFloat32) {
			return nil, fmt.Errorf("boost: row %d has weight %v: give a finite one, not below 0", i, w)
		}
		j.labels[i], j.weights[i] = t.Label(i), w
		if j.labels[i] {
			positive += w
		} else {
			negative += w
		}
	}
	if positive == 0 || negative == 0 {
		return nil, fmt.Errorf("boost: positives weigh %v and negatives %v: both are needed", positive, negative)
	}
	return j, nil
}

// judge adds a tree and returns the metric of all so far.
func (j *judged) judge(tree []forest.Node, m Metric, workers int) float64 {
	j.addTree(tree, j.margins, workers)
	return j.metric(m, workers)
}

func (j *judged) metric(m Metric, workers int) float64 {
	if m == PRAUC {
		return averagePrecision(j.margins, j.labels, j.weights)
	}
	type sums struct{ loss, weight float64 }
	blocks := make([]sums, (j.n+blockRows-1)/blockRows)
	parallel(workers, len(blocks), func(_, block int) {
		var s sums
		for i := block * blockRows; i < min(j.n, (block+1)*blockRows); i++ {
			x := j.margins[i]
			if j.labels[i] {
				x = -x
			}
			s.loss += j.weights[i] * (max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))))
			s.weight += j.weights[i]
		}
		blocks[block] = s
	})
	var all sums
	for _, s := range blocks {
		all.loss, all.weight = all.loss+s.loss, all.weight+s.weight
	}
	return all.loss / all.weight
}

// averagePrecision sorts margins only into buckets 1/2048 wide, which rows
// share as if their scores were equal: no ranking that matters is finer, and a
// million rows take milliseconds.
func averagePrecision(margins []float64, labels []bool, weights []float64) float64 {
	const width, reach = 2048, 16 // margins beyond ±16 count as 16
	buckets := make([][2]float64, 2*reach*width+1)
	positives := 0.0
	for i, x := range margins {
		b := &buckets[int(min(max(x+reach, 0), 2*reach)*width)]
		if labels[i] {
			b[1] += weights[i]
			positives += weights[i]
		} else {
			b[0] += weights[i]
		}
	}
	sum, found, all := 0.0, 0.0, 0.0
	for _, b := range slices.Backward(buckets) {
		found += b[1]
		if all += b[0] + b[1]; b[1] > 0 {
			sum += b[1] * found / all
		}
	}
	return sum / positives
}
