package boost

import (
	"fmt"
	"slices"
)

// chunkRows is how many rows a table takes memory for at a time.
const chunkRows = 1 << 12

// Table is rows of features with a label and a weight each. It grows by chunks
// and never moves what it holds. Any number of goroutines may read it while
// none writes.
type Table struct {
	names  []string
	chunks []*chunk
	from   int // place of its first row in the chunks
	rows   int
	view   bool // made by Slice: may not grow
}

type chunk struct {
	values []float32 // row after row
	labels [chunkRows]bool
	weight [chunkRows]float32
}

// NewTable makes a table without rows. Names are those of its columns and
// should differ: a model knows its features by them.
func NewTable(names []string) *Table {
	return &Table{names: slices.Clone(names)}
}

// Append adds a copy of a row, with weight 1. NaN is a missing value. It panics
// if the row has not one value for each column, or if the table is a slice of
// another: both are mistakes in the program, not in the data.
func (t *Table) Append(row []float32, label bool) {
	if len(row) != len(t.names) {
		panic(fmt.Sprintf("boost: a row of %d values for a table of %d columns", len(row), len(t.names)))
	}
	if t.view {
		panic("boost: a slice of a table cannot grow: append to the table itself")
	}
	at := t.rows % chunkRows
	if at == 0 {
		t.chunks = append(t.chunks, &chunk{values: make([]float32, chunkRows*len(t.names))})
	}
	c := t.chunks[len(t.chunks)-1]
	copy(c.values[at*len(row):], row)
	c.labels[at], c.weight[at] = label, 1
	t.rows++
}

// Rows is the number of rows.
func (t *Table) Rows() int { return t.rows }

// Names are the names of the columns. They must not be changed.
func (t *Table) Names() []string { return t.names }

// place finds row i, which must be one of the table's.
func (t *Table) place(i int) (c *chunk, at int) {
	if uint(i) >= uint(t.rows) {
		panic(fmt.Sprintf("boost: row %d of a table of %d", i, t.rows))
	}
	i += t.from
	return t.chunks[i/chunkRows], i % chunkRows
}

// Row is row i itself, not a copy.
func (t *Table) Row(i int) []float32 {
	c, at := t.place(i)
	n := len(t.names)
	return c.values[at*n : (at+1)*n : (at+1)*n]
}

// Label is the label of row i.
func (t *Table) Label(i int) bool {
	c, at := t.place(i)
	return c.labels[at]
}

// Weight is what row i counts for; 1 unless SetWeight said otherwise.
func (t *Table) Weight(i int) float32 {
	c, at := t.place(i)
	return c.weight[at]
}

// SetWeight says how much row i counts for: two is as much as the row twice.
func (t *Table) SetWeight(i int, w float32) {
	c, at := t.place(i)
	c.weight[at] = w
}

// Slice is the rows from, to-1 as a table of their own. It shares its memory
// with t and does not grow.
func (t *Table) Slice(from, to int) *Table {
	if from < 0 || to < from || to > t.rows {
		panic(fmt.Sprintf("boost: rows %d to %d of a table of %d", from, to, t.rows))
	}
	return &Table{names: t.names, chunks: slices.Clip(t.chunks), from: t.from + from, rows: to - from, view: true}
}
