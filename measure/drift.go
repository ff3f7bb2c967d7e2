package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Histogram counts the values of a feature between fixed edges, and those that
// are missing. It is small enough to be kept with a model: what the data looked
// like when it was trained.
type Histogram struct {
	Edges   []float64 `json:"edges"`   // rising; a value at an edge counts above it
	Counts  []int     `json:"counts"`  // below the first edge, between edges, from the last up
	Missing int       `json:"missing"` // values that are not numbers
}

// Quantiles gives edges that part values into at most bins of about as many
// each. Values that come often make fewer edges. Missing values (NaN) do not
// count.
func Quantiles(values []float64, bins int) (edges []float64) {
	sorted := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	slices.Sort(sorted)
	for i := 1; i < bins && len(sorted) > 0; i++ {
		edge := sorted[i*len(sorted)/bins]
		if !math.IsInf(edge, 0) && (edges == nil || edge > edges[len(edges)-1]) {
			edges = append(edges, edge)
		}
	}
	return edges
}

// NewHistogram is an empty histogram. Edges must be finite and rising, as
// [Quantiles] gives them.
func NewHistogram(edges []float64) (*Histogram, error) {
	h := &Histogram{Edges: slices.Clone(edges), Counts: make([]int, len(edges)+1)}
	return h, h.check()
}

func (h *Histogram) check() error {
	if len(h.Counts) != len(h.Edges)+1 {
		return fmt.Errorf("measure: a histogram has one count more than edges, not %d and %d", len(h.Counts), len(h.Edges))
	}
	for i, e := range h.Edges {
		if !finite(e) || i > 0 && e <= h.Edges[i-1] {
			return fmt.Errorf("measure: the edges of a histogram must rise, but do not at %v", e)
		}
	}
	if h.Missing < 0 || slices.Min(h.Counts) < 0 {
		return errors.New("measure: a histogram has a negative count")
	}
	return nil
}

// UnmarshalJSON fails on what no histogram can be.
func (h *Histogram) UnmarshalJSON(data []byte) error {
	type plain Histogram
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	read := Histogram(p)
	if err := read.check(); err != nil {
		return err
	}
	*h = read
	return nil
}

// Add counts a value; one that is not a number is missing.
func (h *Histogram) Add(v float64) {
	if math.IsNaN(v) {
		h.Missing++
		return
	}
	h.Counts[sort.Search(len(h.Edges), func(i int) bool { return h.Edges[i] > v })]++
}

// Total is the number of values, with those that are missing.
func (h *Histogram) Total() int {
	n := h.Missing
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// shares are smoothed: half a value more in every bin, so that an empty one
// gives a large number and not infinity.
func (h *Histogram) shares() []float64 {
	counts := append(slices.Clone(h.Counts), h.Missing)
	total := float64(h.Total()) + 0.5*float64(len(counts))
	shares := make([]float64, len(counts))
	for i, c := range counts {
		shares[i] = (float64(c) + 0.5) / total
	}
	return shares
}

// PSI is the population stability index between two histograms with the same
// edges: the sum over bins of (a-b) ln(a/b) for their shares a and b, missing
// values being a bin. It is 0 for equal ones and grows with the difference, in
// either direction; [ReadPSI] says how it is read. Chance alone gives about
// (bins-1)(1/n+1/m) for n and m values (Yurdakul and Naranjo, Journal of Risk
// Model Validation 14, 2020): with ten bins, compare a thousand values or more.
//
// It fails where edges differ.
func PSI(a, b *Histogram) (float64, error) {
	if err := errors.Join(a.check(), b.check()); err != nil {
		return 0, err
	}
	if !slices.Equal(a.Edges, b.Edges) {
		return 0, errors.New("measure: histograms with different edges cannot be compared")
	}
	sum, other := 0.0, b.shares()
	for i, share := range a.shares() {
		sum += (share - other[i]) * math.Log(share/other[i])
	}
	return sum, nil
}

// Shift is how a PSI is read.
type Shift string

// The readings that credit scoring has made usual (Siddiqi, Credit Risk
// Scorecards, Wiley 2006).
const (
	Stable   Shift = "stable"   // below 0.1
	Moderate Shift = "moderate" // 0.1 to 0.25: look into it
	Shifted  Shift = "shifted"  // above 0.25: the model sees data that it was not made for
)

// ReadPSI reads a PSI.
func ReadPSI(psi float64) Shift {
	switch {
	case psi < 0.1:
		return Stable
	case psi <= 0.25:
		return Moderate
	}
	return Shifted
}
