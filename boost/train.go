package boost

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"spoor/boost/internal/forest"
)

// Train makes a model of a table. With a validation table, which has the same
// columns, the model keeps the trees up to the best by Options.Metric.
func Train(train, valid *Table, o Options) (*Model, error) {
	t, err := newTrainer(train, valid, &o)
	if err != nil {
		return nil, err
	}
	best, bestTree := math.Inf(-1), 0
	if valid != nil && o.From != nil {
		best, bestTree = o.Metric.sign()*t.valid.metric(o.Metric, t.workers), -1
	}
	for tree := range o.Trees {
		t.sample(tree)
		nodes, leaves := t.grow()
		t.trees = append(t.trees, nodes)
		t.learn(nodes, leaves)
		metric := math.NaN()
		if valid != nil {
			metric = t.valid.judge(nodes, o.Metric, t.workers)
		}
		if o.Progress != nil {
			o.Progress(tree, metric)
		}
		if score := o.Metric.sign() * metric; score > best {
			best, bestTree = score, tree
		} else if valid != nil && o.Patience > 0 && tree-bestTree >= o.Patience {
			break
		}
	}
	if valid != nil && o.Patience > 0 {
		t.trees = t.trees[:bestTree+1]
	}
	if o.From != nil {
		var first [][]forest.Node
		for i := range o.From.Trees() {
			first = append(first, o.From.Tree(i))
		}
		t.trees = append(first, t.trees...)
	}
	return forest.New(slices.Clone(train.names), t.base, t.trees)
}

// trainer is a training in progress.
type trainer struct {
	grower
	base    float64
	trees   [][]forest.Node
	margins []float64 // of every row, by the trees so far
	labels  []bool
	weights []float32
	valid   *judged
	sampled [][]uint64 // memory for the tiles of a sample
}

func newTrainer(train, valid *Table, o *Options) (*trainer, error) {
	if train == nil || train.rows == 0 || len(train.names) == 0 {
		return nil, errors.New("boost: the training table is empty: append rows first")
	}
	if train.rows > math.MaxInt32 {
		return nil, fmt.Errorf("boost: %d rows are more than %d: train on a sample", train.rows, math.MaxInt32)
	}
	if err := o.check(train.names); err != nil {
		return nil, err
	}
	if o.From != nil && !slices.Equal(o.From.Names(), train.names) {
		return nil, errors.New("boost: From is a model of other columns: begin anew")
	}
	t := &trainer{grower: grower{o: o, workers: o.workers()}}
	if err := t.targets(train); err != nil {
		return nil, err
	}
	var err error
	if t.binned, err = bin(train, newColumns(train, o), t.workers); err != nil {
		return nil, fmt.Errorf("training table: %w", err)
	}
	if valid != nil {
		if t.valid, err = newJudged(valid, t.columns, t.begin(valid), t.workers); err != nil {
			return nil, fmt.Errorf("validation table: %w", err)
		}
	}
	t.allowed = make([]bool, len(t.columns))
	t.spareRows, t.spareGrads = make([]uint32, t.n), make([]grad, t.n)
	t.grower.rows, t.grads = make([]uint32, t.n), make([]grad, t.n)
	return t, nil
}

// targets reads labels and weights and sets what follows from them: the margin
// to begin with and the fixed point.
func (t *trainer) targets(train *Table) error {
	t.labels, t.weights = make([]bool, train.rows), make([]float32, train.rows)
	var sum [2]float64
	heaviest := 0.0
	for i := range train.rows {
		label, weight := train.Label(i), train.Weight(i)
		if !(weight >= 0 && weight <= math.MaxFloat32) {
			return fmt.Errorf("boost: training table: row %d has weight %v: give a finite one, not below 0", i, weight)
		}
		w, class := float64(weight)/t.o.NegativeSample, 0
		if label {
			w, class = float64(weight)*t.o.PositiveWeight, 1
		}
		t.labels[i], t.weights[i] = label, float32(w)
		heaviest = max(heaviest, w)
		sum[class] += w
	}
	sum[0] *= t.o.NegativeSample
	if sum[0] == 0 || sum[1] == 0 {
		return fmt.Errorf("boost: training table: positives weigh %v and negatives %v: both are needed", sum[1], sum[0])
	}
	t.base = math.Log(sum[1] / sum[0])
	if t.o.From != nil {
		t.base = t.o.From.Base()
	}
	t.margins = t.begin(train)
	_, exp := math.Frexp(heaviest * float64(train.rows))
	t.scale = math.Ldexp(1, 62-exp) // a sum over all rows is below 2^62
	t.lambda, t.minGain = t.o.Lambda*t.scale, t.o.MinGain*t.scale
	t.minChild = max(1, int64(min(t.o.MinChildWeight*t.scale, 1<<61)))
	return nil
}

// begin gives the margins of rows before the first new tree.
func (t *trainer) begin(rows *Table) []float64 {
	out := make([]float64, rows.rows)
	parallel(t.workers, (rows.rows+blockRows-1)/blockRows, func(_, block int) {
		from, to := block*blockRows, min(rows.rows, (block+1)*blockRows)
		if t.o.From == nil {
			for i := from; i < to; i++ {
				out[i] = t.base
			}
			return
		}
		list := make([][]float32, 0, to-from)
		for i := from; i < to; i++ {
			list = append(list, rows.Row(i))
		}
		t.o.From.Scorer().Margins(list, out[from:to])
	})
	return out
}

// sample draws the rows and columns of a tree and takes the gradients of the
// loss, −ln p of the true label, at the margins so far: g = w(p−y), h = wp(1−p).
// Each block of rows has its own random numbers.
func (t *trainer) sample(tree int) {
	n := t.n
	rows, grads := t.grower.rows[:n], t.grads[:n]
	kept := make([]int, (n+blockRows-1)/blockRows)
	share := [2]float64{t.o.RowSample * t.o.NegativeSample, t.o.RowSample}
	parallel(t.workers, len(kept), func(_, block int) {
		rng := rand.New(rand.NewPCG(t.o.Seed, uint64(tree+1)<<32|uint64(block)))
		out := block * blockRows
		for r := out; r < min(n, (block+1)*blockRows); r++ {
			y := 0
			if t.labels[r] {
				y = 1
			}
			if share[y] < 1 && rng.Float64() >= share[y] {
				continue
			}
			w, p := float64(t.weights[r])*t.scale, forest.Sigmoid(t.margins[r])
			rows[out], grads[out] = uint32(r), grad{int64(w * (p - float64(y))), int64(w * p * (1 - p))}
			out++
		}
		kept[block] = out - block*blockRows
	})
	end := 0
	for block, k := range kept {
		copy(rows[end:], rows[block*blockRows:][:k])
		copy(grads[end:], grads[block*blockRows:][:k])
		end += k
	}
	t.grower.rows, t.grads = rows[:end], grads[:end]
	if t.words = t.tiles; end < n {
		t.gather()
	}
	rng := rand.New(rand.NewPCG(t.o.Seed, uint64(tree+1)<<32|math.MaxUint32))
	count := max(1, int(math.Round(t.o.ColumnSample*float64(len(t.allowed)))))
	for i := range t.allowed { // each with the chance that leaves count in all
		t.allowed[i] = rng.IntN(len(t.allowed)-i) < count
		if t.allowed[i] {
			count--
		}
	}
}

// gather puts the rows of a sample side by side, since every level of the tree
// will read them: rows far apart waste most of each cache line.
func (t *trainer) gather() {
	rows := t.grower.rows
	t.sampled = slices.Grow(t.sampled[:0], len(t.tiles))[:len(t.tiles)]
	parallel(t.workers, len(t.tiles), func(_, tile int) {
		to, from := slices.Grow(t.sampled[tile][:0], len(rows))[:len(rows)], t.tiles[tile]
		for i, r := range rows {
			to[i] = from[r]
		}
		t.sampled[tile] = to
	})
	for i := range rows {
		rows[i] = uint32(i)
	}
	t.words = t.sampled
}

// learn adds a tree to the margins.
func (t *trainer) learn(tree []forest.Node, leaves []*leaf) {
	if len(t.grower.rows) == t.n {
		parallel(t.workers, len(leaves), func(_, i int) {
			value := float64(tree[leaves[i].node].Value)
			for _, r := range t.grower.rows[leaves[i].from:leaves[i].to] {
				t.margins[r] += value
			}
		})
		return
	}
	t.binned.addTree(tree, t.margins, t.workers)
}

// addTree adds to the margin of every row what a tree gives it.
func (b *binned) addTree(tree []forest.Node, margins []float64, workers int) {
	splits := b.sidesOf(tree)
	type space struct{ rows, spare [blockRows]uint32 }
	spaces := make([]*space, workers)
	parallel(workers, (b.n+blockRows-1)/blockRows, func(worker, block int) {
		if spaces[worker] == nil {
			spaces[worker] = new(space)
		}
		s, from := spaces[worker], block*blockRows
		n := min(blockRows, b.n-from)
		for i := range n {
			s.rows[i] = uint32(from + i)
		}
		b.route(tree, splits, 0, s.rows[:n], s.spare[:n], margins)
	})
}
