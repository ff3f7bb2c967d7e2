package boost

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

const (
	maxBins   = 255 // of values; the last of 256 is for missing ones
	missing   = 255
	tileWidth = 8       // columns of a tile: one word a row
	cutSample = 100_000 // rows that the cuts are taken from
)

// cuts are the boundaries between the bins of a column, rising: a value's bin
// is the number of cuts at or below it. Unused ones at the end are +Inf.
type cuts [256]float32

// column is how the values of one column become bins.
type column struct {
	name        string
	cuts        *cuts // of a categorical column: each code is its own bin
	bins        int   // bins of values
	monotone    int
	categorical bool
}

// find finds the bins of a row in eight columns, as a word. It takes eight
// steps without a branch, and each for all columns before the next, so that the
// processor works on eight at once.
func find(columns *[tileWidth]*cuts, row *[tileWidth]float32) (word uint64) {
	var at [tileWidth]uint32
	for i := 7; i >= 0; i-- {
		for k, x := range row {
			above := uint32(0)
			if columns[k][(at[k]+1<<i-1)&255] <= x {
				above = 1
			}
			at[k] |= above << i
		}
	}
	for k, x := range row {
		if x != x {
			at[k] = missing
		}
		word |= uint64(at[k]) << (8 * k)
	}
	return word
}

// binned is a table as bins: tiles of eight columns, one word for each row, of
// which byte k is the bin of column k. One load brings eight bins, and a tile's
// histogram fits the first-level cache.
type binned struct {
	columns []column
	tiles   [][]uint64
	n       int // rows
}

// newColumns chooses cuts for the columns of a table at quantiles.
func newColumns(t *Table, o *Options) []column {
	rows := make([]int, min(t.rows, cutSample))
	rng := rand.New(rand.NewPCG(o.Seed, 1))
	for i := range rows {
		rows[i] = i
		if t.rows > cutSample { // one of each stratum
			lo, hi := i*t.rows/cutSample, (i+1)*t.rows/cutSample
			rows[i] = lo + rng.IntN(hi-lo)
		}
	}
	columns := make([]column, len(t.names))
	type space [tileWidth][]float32 // the values of a tile: read together, they share cache lines
	spaces := make([]space, o.workers())
	parallel(len(spaces), (len(columns)+tileWidth-1)/tileWidth, func(worker, tile int) {
		from, s := tile*tileWidth, &spaces[worker]
		to := min(from+tileWidth, len(columns))
		for k := range s {
			s[k] = s[k][:0]
		}
		for _, r := range rows {
			for k, x := range t.Row(r)[from:to] {
				if x == x {
					s[k] = append(s[k], x)
				}
			}
		}
		for f := from; f < to; f++ {
			c := &columns[f]
			c.name, c.monotone = t.names[f], o.Monotone[t.names[f]]
			if c.categorical = slices.Contains(o.Categorical, c.name); c.categorical {
				c.cuts, c.bins = codeCuts, maxBins
				continue
			}
			slices.Sort(s[f-from])
			c.cuts, c.bins = newCuts(s[f-from], o.MaxBins)
		}
	})
	return columns
}

// codeCuts give each code from 0 to 254 the bin of its number.
var codeCuts = func() *cuts {
	c := new(cuts)
	for i := range c {
		c[i] = float32(i + 1)
	}
	return c
}()

// newCuts cuts sorted values into at most so many bins of about equal numbers.
// A value as frequent as a bin has one for itself. Where there are few enough
// values each has its own, and a cut is halfway between two.
func newCuts(sorted []float32, bins int) (c *cuts, n int) {
	c = noCuts()
	distinct := 0
	for i := range sorted {
		if i == 0 || sorted[i] != sorted[i-1] {
			distinct++
		}
	}
	left := len(sorted) // values not yet in a finished bin
	n = 1
	for i, in := 0, 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		full := float64(left) / float64(bins-n+1)
		if in > 0 && n < bins && float64(j-i) >= full { // a frequent value next: close the bin before it
			c[n-1] = between(sorted[i-1], sorted[i])
			n, left, in = n+1, left-in, 0
		}
		in += j - i
		if j < len(sorted) && n < bins && (distinct <= bins || float64(in) >= full) {
			c[n-1] = between(sorted[j-1], sorted[j])
			n, left, in = n+1, left-in, 0
		}
		i = j
	}
	return c, n
}

func noCuts() *cuts {
	c := new(cuts)
	for i := range c {
		c[i] = float32(math.Inf(1))
	}
	return c
}

// between is a cut above a and not above b.
func between(a, b float32) float32 {
	if mid := float32((float64(a) + float64(b)) / 2); mid > a {
		return mid
	}
	return b
}

// bin makes a table of these columns into bins.
func bin(t *Table, columns []column, workers int) (*binned, error) {
	b := &binned{columns: columns, n: t.rows}
	b.tiles = make([][]uint64, (len(columns)+tileWidth-1)/tileWidth)
	for i := range b.tiles {
		b.tiles[i] = make([]uint64, t.rows)
	}
	const rows = 1 << 10 // so many stay in the cache while tile after tile is made of them
	blocks := (t.rows + rows - 1) / rows
	faults := make([]error, blocks)
	parallel(workers, blocks, func(_, block int) {
		for tile := range b.tiles {
			if err := b.binTile(t, tile, block*rows, min(t.rows, (block+1)*rows)); err != nil {
				faults[block] = err
				return
			}
		}
	})
	for _, err := range faults {
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

// binTile makes the words of a tile for some rows.
func (b *binned) binTile(t *Table, tile, from, to int) error {
	first := tile * tileWidth
	columns := b.columns[first:min(len(b.columns), first+tileWidth)]
	var cuts [tileWidth]*cuts
	var row [tileWidth]float32
	for k := range cuts { // the last tile may lack columns
		cuts[k], row[k] = noCuts(), float32(math.NaN())
	}
	for k, c := range columns {
		cuts[k] = c.cuts
	}
	for r := from; r < to; r++ {
		copy(row[:], t.Row(r)[first:first+len(columns)])
		for k := range columns {
			if err := columns[k].check(row[k]); err != nil {
				return fmt.Errorf("boost: row %d: %w", r, err)
			}
		}
		b.tiles[tile][r] = find(&cuts, &row)
	}
	return nil
}

// check says what is wrong with a value.
func (c *column) check(x float32) error {
	switch {
	case x != x:
	case c.categorical && !(x >= 0 && x < maxBins && x == float32(uint8(x))):
		return fmt.Errorf("%s is %v: a categorical column takes whole codes from 0 to %d, NaN for missing", c.name, x, maxBins-1)
	case !(x < math.MaxFloat32 && x > -math.MaxFloat32):
		return fmt.Errorf("%s is %v: give NaN for a missing value, else a finite one", c.name, x)
	}
	return nil
}
