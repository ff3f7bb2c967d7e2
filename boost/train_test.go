package boost

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor/boost/internal/forest"
)

// TestByHand is an example that can be checked on paper. Half the rows are
// positive, so margins begin at 0, where every g is ±1/2 and every h 1/4.
func TestByHand(t *testing.T) {
	table := NewTable([]string{"x"})
	for _, r := range []struct {
		x float32
		y bool
	}{{1, false}, {2, false}, {3, true}, {nan, true}} {
		table.Append([]float32{r.x}, r.y)
	}
	o := quick()
	o.Trees, o.LearningRate, o.MinChildWeight = 1, 0.5, 0
	// Left G = 1 and H = 1/2, right G = −1 and H = 1/2:
	// gain = 1/(1/2+1) + 1/(1/2+1) − 0 = 4/3, weights ∓1/(1/2+1) = ∓2/3, times 0.5.
	m := train(t, table, nil, o)
	want := []forest.Node{
		{Feature: 0, Child: 1, Value: 2.5, Gain: 4. / 3, Cover: 1},
		{Feature: -1, Value: -1. / 3, Cover: 0.5},
		{Feature: -1, Value: 1. / 3, Cover: 0.5},
	}
	if !slices.Equal(m.Tree(0), want) {
		t.Errorf("tree %+v\nwant %+v", m.Tree(0), want)
	}
	if got := m.Gain()[0]; math.Abs(got-4./3) > 1e-6 {
		t.Errorf("gain %v, want 4/3", got)
	}
	for _, stop := range []func(o *Options){
		func(o *Options) { o.MinGain = 1.34 },
		func(o *Options) { o.MinChildWeight = 0.51 },
	} {
		p := o
		stop(&p)
		if m := train(t, table, nil, p); len(m.Tree(0)) != 1 || m.Tree(0)[0].Value != 0 {
			t.Errorf("the tree was to be a leaf of 0: %+v", m.Tree(0))
		}
	}
}

// TestWorkers holds the promise that a model does not depend on the number of
// workers, with everything on that draws or divides.
func TestWorkers(t *testing.T) {
	table, valid := synth(30_000, 20, 1, -2), synth(9_000, 20, 2, -2)
	for _, leaves := range []int{0, 11} {
		o := quick()
		o.MaxLeaves, o.MaxDepth, o.Patience, o.Metric = leaves, 6, 5, PRAUC
		o.RowSample, o.NegativeSample, o.ColumnSample = 0.9, 0.5, 0.7
		o.Categorical, o.Monotone = []string{"f7"}, map[string]int{"f3": 1}
		var first []byte
		var scores [3][]float64
		for i, workers := range []int{1, 2, 5} {
			o.Workers = workers
			o.Progress = func(_ int, metric float64) { scores[i] = append(scores[i], metric) }
			got := save(t, train(t, table, valid, o))
			if first == nil {
				first = got
			}
			if !bytes.Equal(got, first) {
				t.Errorf("MaxLeaves %d: the model of %d workers is another than that of one", leaves, workers)
			}
			if !slices.Equal(scores[i], scores[0]) {
				t.Errorf("MaxLeaves %d: %d workers judge %v, one %v", leaves, workers, scores[i], scores[0])
			}
		}
		o.Seed++
		if bytes.Equal(save(t, train(t, table, valid, o)), first) {
			t.Error("another seed gives the same model")
		}
	}
}

// TestOrderOfGrowth: where leaves are not limited, or the limit is as large as
// the tree can be, the order of splits makes no difference to what is learned.
func TestOrderOfGrowth(t *testing.T) {
	table := synth(5_000, 8, 1, 0)
	o := quick()
	o.MinChildWeight = 20
	all := train(t, table, nil, o)
	o.MaxLeaves = 15 // one below 2^4, and MinChildWeight leaves fewer
	best := train(t, table, nil, o)
	for i := range all.Trees() {
		if tree := all.Tree(i); len(tree) > 2*15-1 {
			t.Fatalf("tree %d has %d nodes: the test wants less than 15 leaves", i, len(tree))
		}
	}
	if a, b := marginsOf(all, table), marginsOf(best, table); !slices.Equal(a, b) {
		t.Error("trees grown leaf by leaf differ from those grown at once")
	}
	o.MaxLeaves = 5
	few := train(t, table, nil, o)
	for i := range few.Trees() {
		if tree := few.Tree(i); len(tree) != 9 {
			t.Errorf("tree %d has %d nodes, want 5 leaves and 4 splits", i, len(tree))
		}
	}
}

// TestBins: the margins of training, which sees bins, are those of the model,
// which sees values. All that can be in a row is in the table.
func TestBins(t *testing.T) {
	table := synth(20_000, 20, 3, -1)
	o := quick()
	o.MaxDepth, o.Categorical = 8, []string{"f7"}
	for _, share := range []float64{1, 0.5} { // by leaves, and by routing
		o.RowSample = share
		tr, err := newTrainer(table, table, &o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range o.Trees {
			tr.sample(i)
			tree, leaves := tr.grow()
			tr.trees = append(tr.trees, tree)
			tr.learn(tree, leaves)
			tr.valid.judge(tree, LogLoss, 1)
		}
		m, err := forest.New(table.Names(), tr.base, tr.trees)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range marginsOf(m, table) {
			if got != tr.margins[i] || got != tr.valid.margins[i] {
				t.Fatalf("row %d: margin %v in training, %v in validation, %v by the model", i, tr.margins[i], tr.valid.margins[i], got)
			}
		}
	}
}

func TestMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		sign := rapid.SampledFrom([]int{-1, 1}).Draw(t, "sign")
		table := NewTable(names(3))
		for range 400 {
			row := []float32{rng.Float32(), rng.Float32(), rng.Float32()}
			if rng.IntN(10) == 0 {
				row[0] = nan
			}
			table.Append(row, rng.Float64() < 0.5+0.4*math.Sin(9*float64(row[0])+3*float64(row[1])))
		}
		o := quick()
		o.Monotone, o.Seed = map[string]int{"f0": sign}, 1
		o.MaxLeaves = rapid.SampledFrom([]int{0, 7}).Draw(t, "leaves")
		m, err := Train(table, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		s := m.Scorer()
		for range 50 {
			row := []float32{0, rng.Float32(), rng.Float32()}
			last := math.Inf(-sign)
			for x := range 60 {
				row[0] = float32(x)/50 - 0.1
				now := s.Margin(row)
				if float64(sign)*(now-last) < 0 {
					t.Fatalf("margin goes from %v to %v at %v", last, now, row)
				}
				last = now
			}
		}
	})
}

// TestMonotoneBinds: without the constraint the same data give a model that
// breaks it, else the test above would show nothing.
func TestMonotoneBinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	table := NewTable(names(1))
	for range 2000 {
		x := rng.Float32()
		table.Append([]float32{x}, rng.Float64() < 0.5+0.4*math.Sin(9*float64(x)))
	}
	s := train(t, table, nil, quick()).Scorer()
	if up, down := s.Margin([]float32{0.17}), s.Margin([]float32{0.5}); up <= down {
		t.Errorf("the free model gives %v and then %v: it has not learned that the chance falls", up, down)
	}
}

func TestMissing(t *testing.T) {
	for _, positive := range []bool{false, true} {
		rng := rand.New(rand.NewPCG(1, 1))
		table := NewTable(names(1))
		for range 1000 {
			if rng.IntN(5) == 0 {
				table.Append([]float32{nan}, positive)
			} else {
				x := rng.Float32()
				table.Append([]float32{x}, x > 0.5)
			}
		}
		o := quick()
		o.MaxDepth = 1 // the missing must share a side
		m := train(t, table, nil, o)
		if got := m.Scorer().Probability([]float32{nan}) > 0.5; got != positive {
			t.Errorf("missing values are %v and scored %v", positive, got)
		}
		if left := m.Tree(0)[0].MissingLeft; left == positive {
			t.Errorf("missing values that are %v go left: %v", positive, left)
		}
	}
	// Here only whether there is a value tells anything.
	table := NewTable(names(1))
	for i := range 100 {
		table.Append([]float32{float32(i)}, i%7 == 3)
		table.Append([]float32{nan}, i%7 != 3)
	}
	o := quick()
	o.Trees, o.MaxDepth = 1, 1
	m := train(t, table, nil, o)
	s := m.Scorer()
	if a, b, c := s.Margin([]float32{nan}), s.Margin([]float32{0}), s.Margin([]float32{1e30}); !(a > 0 && b < 0 && b == c) {
		t.Errorf("missing %v, small %v, large %v: want the last two alike", a, b, c)
	}
}

// TestCategorical: codes whose labels alternate need one split on a set, and
// as many as there are codes on their order.
func TestCategorical(t *testing.T) {
	table := NewTable(names(2))
	rng := rand.New(rand.NewPCG(1, 1))
	positive := func(code int, x float32) bool { return (code*code%7 < 3) != (x > 0.5) }
	for range 4000 {
		code, x := rng.IntN(40), rng.Float32()
		row := []float32{float32(code), x}
		if code == 39 {
			row[0] = nan
		}
		table.Append(row, positive(code, x))
	}
	o := quick()
	o.Trees, o.MaxDepth, o.MaxLeaves = 10, 2, 4
	ordered, _ := rank(marginsOf(train(t, table, nil, o), table), table)
	o.Categorical = []string{"f0"}
	m := train(t, table, nil, o)
	auc, _ := rank(marginsOf(m, table), table)
	if auc < 0.999 || ordered > 0.9 {
		t.Errorf("AUC %v with sets, %v without: want 1 and much less", auc, ordered)
	}
	if again, err := Load(bytes.NewReader(save(t, m))); err != nil || !slices.Equal(marginsOf(again, table), marginsOf(m, table)) {
		t.Errorf("sets do not come back from a file: %v", err)
	}
	s := m.Scorer()
	s.Margin([]float32{200, 0}) // a code never seen, and what is none
	s.Margin([]float32{-3, 0})
	if a, b := s.Margin([]float32{200, 0.1}), s.Margin([]float32{nan, 0.1}); a != b {
		t.Errorf("a code never seen has margin %v, a missing one %v: want the same", a, b)
	}
}

func TestEarlyStopping(t *testing.T) {
	table, valid := synth(1_000, 10, 1, 0), synth(4_000, 10, 2, 0)
	for _, metric := range []Metric{LogLoss, PRAUC} {
		o := quick()
		o.Trees, o.MaxDepth, o.Patience, o.Metric = 400, 6, 10, metric
		var seen []float64
		o.Progress = func(_ int, m float64) { seen = append(seen, metric.sign()*m) }
		m := train(t, table, valid, o)
		best := slices.Index(seen, slices.Max(seen))
		if len(seen) != best+1+o.Patience || m.Trees() != best+1 {
			t.Errorf("%v: best of %d trees is %d, the model has %d", metric, len(seen), best+1, m.Trees())
		}
		margins := marginsOf(m, valid)
		want := 0.0
		if _, want = rank(margins, valid); metric == LogLoss {
			want = 0
			for i, x := range margins {
				if valid.Label(i) {
					x = -x
				}
				want -= math.Log1p(math.Exp(x)) / float64(len(margins))
			}
		}
		if math.Abs(want-seen[best]) > 1e-4 {
			t.Errorf("%v: reported %v, it is %v", metric, seen[best], want)
		}
	}
}

// TestNegativeSample: a tenth of the negatives, weighted up, must give about
// the same probabilities and ranking; so must all rows with weights.
func TestNegativeSample(t *testing.T) {
	table, valid := synth(100_000, 10, 1, -5.5), synth(50_000, 10, 2, -5.5)
	o := quick()
	o.Trees, o.LearningRate = 60, 0.1
	_, full := rank(marginsOf(train(t, table, nil, o), valid), valid)
	o.NegativeSample = 0.1
	m := train(t, table, nil, o)
	margins := marginsOf(m, valid)
	if _, p := rank(margins, valid); p < full-0.03 {
		t.Errorf("average precision %v on a sample, %v on all", p, full)
	}
	sum, positives := 0.0, 0.0
	for i, x := range margins {
		sum += forest.Sigmoid(x)
		if valid.Label(i) {
			positives++
		}
	}
	if positives/float64(valid.Rows()) > 0.05 || math.Abs(sum/positives-1) > 0.1 {
		t.Errorf("%v positives of %d were expected, %v came", sum, valid.Rows(), positives)
	}
}

// TestWeights: a row of weight two is the row twice, and PositiveWeight is a
// weight on all positives.
func TestWeights(t *testing.T) {
	once, twice, weighted := NewTable(names(4)), NewTable(names(4)), NewTable(names(4))
	plain := synth(3_000, 4, 1, -1)
	for i := range plain.Rows() {
		row, y := plain.Row(i), plain.Label(i)
		once.Append(row, y)
		weighted.Append(row, y)
		twice.Append(row, y)
		if y {
			twice.Append(row, y)
			weighted.SetWeight(i, 2)
		}
	}
	o := quick()
	o.MaxBins = 64
	columns := func(t *Table) []column { return newColumns(once, &o) } // equal cuts for all
	fit := func(table *Table, o Options) []float64 {
		tr, err := newTrainer(table, nil, &o)
		if err != nil {
			t.Fatal(err)
		}
		if tr.binned, err = bin(table, columns(table), 1); err != nil {
			t.Fatal(err)
		}
		for i := range o.Trees {
			tr.sample(i)
			tree, leaves := tr.grow()
			tr.trees = append(tr.trees, tree)
			tr.learn(tree, leaves)
		}
		m, err := forest.New(table.Names(), tr.base, tr.trees)
		if err != nil {
			t.Fatal(err)
		}
		return marginsOf(m, once)
	}
	want := fit(twice, o)
	got := fit(weighted, o)
	o.PositiveWeight = 2
	also := fit(once, o)
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-6 || math.Abs(also[i]-want[i]) > 1e-6 {
			t.Fatalf("row %d: margin %v with rows twice, %v with weights, %v with PositiveWeight", i, want[i], got[i], also[i])
		}
	}
}

func TestCuts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := rapid.SampledFrom([]float64{3, 300, 1e30}).Draw(t, "top")
		values := rapid.SliceOfN(rapid.Float32Range(-float32(top), float32(top)), 1, 600).Draw(t, "values")
		if top == 300 {
			for i := range values {
				values[i] = float32(math.Round(float64(values[i])))
			}
		}
		slices.Sort(values)
		bins := rapid.IntRange(2, maxBins).Draw(t, "bins")
		c, n := newCuts(values, bins)
		distinct := len(slices.Compact(slices.Clone(values)))
		if n > bins || distinct <= bins && n != distinct {
			t.Fatalf("%d bins for %d values, %d allowed", n, distinct, bins)
		}
		count := make([]int, n)
		for _, x := range values {
			want := 0
			for c[want] <= x {
				want++
			}
			if got := int(find(&[8]*cuts{c, c, c, c, c, c, c, c}, &[8]float32{nan, x}) >> 8 & 255); got != want {
				t.Fatalf("%v is in bin %d, want %d", x, got, want)
			}
			count[want]++
		}
		if slices.Min(count) == 0 {
			t.Fatalf("a bin is empty: %v", count)
		}
		if got := find(&[8]*cuts{c, c, c, c, c, c, c, c}, &[8]float32{nan, values[0]}); got&255 != missing {
			t.Fatalf("a missing value is in bin %d", got&255)
		}
	})
}

func TestRefused(t *testing.T) {
	good := synth(100, 9, 1, 0)
	positives, infinite, weighted := NewTable(names(9)), NewTable(names(9)), synth(100, 9, 1, 0)
	positives.Append(good.Row(0), true)
	infinite.Append(good.Row(0), true)
	infinite.Append(append(slices.Clone(good.Row(0)[:8]), float32(math.Inf(1))), false)
	weighted.SetWeight(99, -1)
	other := NewTable(names(8))
	for _, c := range []struct {
		train, valid *Table
		change       func(o *Options)
		want         string
	}{
		{nil, nil, nil, "empty"},
		{NewTable(names(9)), nil, nil, "empty"},
		{positives, nil, nil, "both are needed"},
		{good, positives, nil, "validation table"},
		{good, other, nil, "columns"},
		{infinite, nil, nil, "row 1: f8 is +Inf"},
		{weighted, nil, nil, "row 99 has weight -1"},
		{good, nil, func(o *Options) { *o = Options{} }, "Trees is 0"},
		{good, nil, func(o *Options) { o.LearningRate = math.NaN() }, "LearningRate is NaN"},
		{good, nil, func(o *Options) { o.MaxLeaves = 1 }, "MaxLeaves is 1"},
		{good, nil, func(o *Options) { o.NegativeSample = 0 }, "NegativeSample"},
		{good, nil, func(o *Options) { o.Monotone = map[string]int{"g": 1} }, `"g"`},
		{good, nil, func(o *Options) { o.Monotone = map[string]int{"f1": 2} }, "2"},
		{good, nil, func(o *Options) { o.Categorical = []string{"g"} }, `"g"`},
		{good, nil, func(o *Options) { o.Categorical = []string{"f1"} }, "whole codes"},
		{good, nil, func(o *Options) {
			o.Categorical, o.Monotone = []string{"f7"}, map[string]int{"f7": 1}
		}, "no order"},
	} {
		o := quick()
		if c.change != nil {
			c.change(&o)
		}
		if _, err := Train(c.train, c.valid, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got the error %v, want one with %q", err, c.want)
		}
	}
}

func TestTable(t *testing.T) {
	table := NewTable([]string{"a", "b"})
	for i := range 10_000 {
		table.Append([]float32{float32(i), -float32(i)}, i%3 == 0)
	}
	s := table.Slice(3_000, 9_999).Slice(2_000, 6_000)
	s.SetWeight(1, 7)
	for i := range s.Rows() {
		at := i + 5_000
		if row := s.Row(i); row[0] != float32(at) || row[1] != -float32(at) || s.Label(i) != (at%3 == 0) {
			t.Fatalf("row %d of the slice is %v, %v", i, row, s.Label(i))
		}
	}
	if s.Rows() != 4_000 || table.Weight(5_001) != 7 || table.Weight(5_000) != 1 {
		t.Errorf("%d rows, weights %v and %v", s.Rows(), table.Weight(5_001), table.Weight(5_000))
	}
	for i, wrong := range []func(){
		func() { s.Append([]float32{1, 2}, true) },
		func() { table.Append([]float32{1}, true) },
		func() { s.Row(4_000) },
		func() { s.Slice(0, 4_001) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("misuse %d passes", i)
				}
			}()
			wrong()
		}()
	}
}

// TestExplainTrained: deep trees of a real training still add up.
func TestExplainTrained(t *testing.T) {
	table := synth(5_000, 12, 1, -1)
	o := quick()
	o.MaxDepth, o.MaxLeaves, o.MinChildWeight, o.Categorical = 30, 60, 0, []string{"f7"}
	m := train(t, table, nil, o)
	deepest := 0
	for i := range m.Trees() {
		deepest = max(deepest, depth(m.Tree(i), 0))
	}
	if deepest < 8 {
		t.Fatalf("the trees are only %d deep", deepest)
	}
	s, phi := m.Scorer(), make([]float64, 12)
	for i := range 300 {
		sum := s.Explain(table.Row(i), phi)
		for _, x := range phi {
			sum += x
		}
		if want := s.Margin(table.Row(i)); math.Abs(sum-want) > 1e-6 {
			t.Fatalf("row %d: base and phi make %v, the margin is %v", i, sum, want)
		}
	}
}

// depth is the most splits below a node.
func depth(tree []forest.Node, at int32) int {
	n := tree[at]
	if n.Feature < 0 {
		return 0
	}
	return 1 + max(depth(tree, n.Child), depth(tree, n.Child+1))
}

func Example() {
	table := NewTable([]string{"amount", "night"})
	for i := range 1000 {
		row := []float32{float32(i % 97), float32(i % 2)}
		table.Append(row, row[0] > 50 && row[1] == 1)
	}
	o := DefaultOptions()
	o.Trees = 50
	m, err := Train(table, nil, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := m.Scorer()
	fmt.Printf("%.1f %.1f\n", s.Probability([]float32{80, 1}), s.Probability([]float32{80, 0}))
	// Output: 1.0 0.0
}
