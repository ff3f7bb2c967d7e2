package boost

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"spoor/boost/internal/forest"
)

// Metric is how a model is judged on the validation table.
type Metric uint8

const (
	// LogLoss is the mean of −ln of the probability that was given to the true
	// label. Lower is better.
	LogLoss Metric = iota
	// PRAUC is average precision: precision averaged over the positives, as
	// the threshold falls. Higher is better. It is the one to use where
	// positives are rare (Davis and Goadrich, The relationship between
	// precision-recall and ROC curves, ICML 2006).
	PRAUC
)

func (m Metric) String() string {
	if m == PRAUC {
		return "PR-AUC"
	}
	return "log loss"
}

// Options say how to train. Start from DefaultOptions: the zero value is
// refused.
type Options struct {
	Trees        int     // at most so many
	LearningRate float64 // share of a tree's weights that is added to the model, in (0, 1]

	// A tree grows by splitting the leaf that gains most. MaxDepth is the most
	// splits above a leaf, at most 64. MaxLeaves is the most leaves, 0 for no
	// limit but MaxDepth.
	MaxDepth  int
	MaxLeaves int

	Lambda         float64 // L2 penalty on leaf weights
	MinGain        float64 // least gain of a split, in XGBoost's units (gamma)
	MinChildWeight float64 // least sum of hessians in a leaf: w·p·(1−p) over its rows
	MaxBins        int     // most values a column is told apart by, 2 to 255

	PositiveWeight float64 // what a positive row counts for, times its own weight

	RowSample      float64 // share of rows that a tree sees
	NegativeSample float64 // share of negative rows that a tree sees, weighted up by its inverse
	ColumnSample   float64 // share of columns that a tree may split on

	// Monotone says by a column's name that the probability may only rise (1)
	// or only fall (-1) with it, all else equal.
	Monotone map[string]int
	// Categorical names the columns whose values are codes 0 to 254 without
	// an order.
	Categorical []string

	// From is a model of the same columns whose trees the new ones go on from;
	// nil begins anew. With a validation table the new trees may be none.
	From *Model

	Metric   Metric // how a validation table judges
	Patience int    // stop after so many trees without improvement and keep the best; 0 never stops

	Seed    uint64 // of the samples
	Workers int    // goroutines; 0 for one a core. The model does not depend on it

	// Progress, if not nil, is called after every tree with the metric on the
	// validation table, NaN if there is none.
	Progress func(tree int, metric float64)
}

// DefaultOptions are a careful start for tables of 10,000 rows and more: 500
// trees of depth 6, or fewer if a validation table says so for 30 trees.
func DefaultOptions() Options {
	return Options{
		Trees: 500, LearningRate: 0.1, MaxDepth: 6,
		Lambda: 1, MinChildWeight: 1, MaxBins: maxBins, PositiveWeight: 1,
		RowSample: 1, NegativeSample: 1, ColumnSample: 1,
		Metric: LogLoss, Patience: 30,
	}
}

// check says what is wrong with the options for a table of these columns.
func (o *Options) check(names []string) error {
	type limits struct {
		name     string
		value    float64
		low, top float64
	}
	const tiny = 1e-6
	for _, l := range []limits{
		{"Trees", float64(o.Trees), 1, forest.MaxTrees},
		{"LearningRate", o.LearningRate, tiny, 1},
		{"MaxDepth", float64(o.MaxDepth), 1, forest.MaxDepth},
		{"MaxLeaves", float64(o.MaxLeaves), 0, forest.MaxNodes / 2},
		{"Lambda", o.Lambda, 0, 1e9},
		{"MinGain", o.MinGain, 0, math.MaxFloat64},
		{"MinChildWeight", o.MinChildWeight, 0, math.MaxFloat64},
		{"MaxBins", float64(o.MaxBins), 2, maxBins},
		{"PositiveWeight", o.PositiveWeight, tiny, 1e6},
		{"RowSample", o.RowSample, tiny, 1},
		{"NegativeSample", o.NegativeSample, tiny, 1},
		{"ColumnSample", o.ColumnSample, tiny, 1},
		{"Metric", float64(o.Metric), 0, float64(PRAUC)},
		{"Patience", float64(o.Patience), 0, math.MaxInt32},
		{"Workers", float64(o.Workers), 0, 1 << 12},
	} {
		if !(l.value >= l.low && l.value <= l.top) { // NaN too
			return fmt.Errorf("boost: %s is %v: give a value from %v to %v", l.name, l.value, l.low, l.top)
		}
	}
	if o.MaxLeaves == 1 {
		return fmt.Errorf("boost: MaxLeaves is 1: a tree that splits has 2; 0 is no limit")
	}
	for name, sign := range o.Monotone {
		switch {
		case !slices.Contains(names, name):
			return fmt.Errorf("boost: Monotone names %q, which is not a column of the table", name)
		case sign < -1 || sign > 1:
			return fmt.Errorf("boost: Monotone has %d for %q: give 1 for rising, -1 for falling", sign, name)
		case sign != 0 && slices.Contains(o.Categorical, name):
			return fmt.Errorf("boost: %q is both Monotone and Categorical: codes have no order to rise with", name)
		}
	}
	for _, name := range o.Categorical {
		if !slices.Contains(names, name) {
			return fmt.Errorf("boost: Categorical names %q, which is not a column of the table", name)
		}
	}
	return nil
}

func (o *Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}
