package boost

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"spoor/boost/internal/forest"
)

var nan = float32(math.NaN())

func names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint("f", i)
	}
	return out
}

// synth is a table with interactions, noise, and from eight columns on missing
// values in column 5, more of them among positives, and codes 0 to 19 in
// column 7, some of which are positive. bias moves the share of positives.
func synth(n, columns int, seed uint64, bias float64) *Table {
	t := NewTable(names(columns))
	rng := rand.New(rand.NewPCG(seed, 9))
	row := make([]float32, columns)
	for range n {
		for i := range row {
			row[i] = float32(rng.NormFloat64())
		}
		m := bias + float64(row[0]*row[1]) + 2*math.Sin(float64(row[2])*2) + float64(row[3])
		if columns >= 8 {
			code := rng.IntN(20)
			row[7] = float32(code)
			m += 1.5 * float64(code*7%5%2)
			if rng.IntN(8) == 0 {
				row[5], m = nan, m+1
			} else if row[5] > 1 {
				m -= 1
			}
		}
		t.Append(row, rng.Float64() < forest.Sigmoid(m))
	}
	return t
}

// quick are options for small tables.
func quick() Options {
	o := DefaultOptions()
	o.Trees, o.MaxDepth, o.LearningRate, o.Patience = 20, 4, 0.3, 0
	return o
}

func train(t testing.TB, table, valid *Table, o Options) *Model {
	t.Helper()
	m, err := Train(table, valid, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func save(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func marginsOf(m *Model, table *Table) []float64 {
	s, out := m.Scorer(), make([]float64, table.Rows())
	for i := range out {
		out[i] = s.Margin(table.Row(i))
	}
	return out
}

// rank is the exact area under the ROC curve and the exact average precision,
// rows of equal margin together, by sorting.
func rank(margins []float64, table *Table) (auc, precision float64) {
	order := make([]int, len(margins))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return -compare(margins[a], margins[b]) })
	found, all, below := 0.0, 0.0, 0.0
	for i := 0; i < len(order); {
		p, n := 0.0, 0.0
		for x := margins[order[i]]; i < len(order) && margins[order[i]] == x; i++ {
			if table.Label(order[i]) {
				p++
			} else {
				n++
			}
		}
		below += n * (found + p/2)
		found, all = found+p, all+p+n
		precision += p * found / all
	}
	return below / (found * (all - found)), precision / found
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
