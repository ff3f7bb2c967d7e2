package measure

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func filled(t interface{ Fatal(...any) }, edges []float64, values ...float64) *Histogram {
	h, err := NewHistogram(edges)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		h.Add(v)
	}
	return h
}

func TestHistogram(t *testing.T) {
	h := filled(t, []float64{1, 2}, math.Inf(-1), 0.5, 1, 1.9, 2, math.Inf(1), math.NaN())
	if !slices.Equal(h.Counts, []int{2, 2, 2}) || h.Missing != 1 || h.Total() != 7 {
		t.Errorf("%+v", h)
	}
	if _, err := NewHistogram([]float64{2, 1}); err == nil {
		t.Error("falling edges are taken")
	}
	if _, err := NewHistogram([]float64{math.Inf(1)}); err == nil {
		t.Error("infinite edges are taken")
	}
}

func TestQuantiles(t *testing.T) {
	for _, c := range []struct {
		values []float64
		bins   int
		want   []float64
	}{
		{[]float64{4, 1, 3, 2, math.NaN()}, 4, []float64{2, 3, 4}},
		{[]float64{0, 0, 0, 0, 0, 0, 7, 9}, 4, []float64{0, 7}},
		{nil, 4, nil}, {[]float64{1}, 1, nil}, {[]float64{math.Inf(1)}, 3, nil},
	} {
		if got := Quantiles(c.values, c.bins); !slices.Equal(got, c.want) {
			t.Errorf("%v in %d: %v, want %v", c.values, c.bins, got, c.want)
		}
	}
}

// TestPSIKnown is worked out by hand: shares of 10.5, 30.5, 0.5 in 41.5 and of
// 30.5, 10.5, 0.5.
func TestPSIKnown(t *testing.T) {
	a, b := filled(t, []float64{0}), filled(t, []float64{0})
	a.Counts, b.Counts = []int{10, 30}, []int{30, 10}
	got, err := PSI(a, b)
	if want := 2 * 20 / 41.5 * math.Log(30.5/10.5); err != nil || !close(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

// TestPSI: never negative, the same both ways, 0 for the same histogram, finite
// with empty bins, the same after JSON.
func TestPSI(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOf(rapid.Float64())
		edges := Quantiles(values.Draw(t, "sample"), rapid.IntRange(1, 12).Draw(t, "bins"))
		a, b := filled(t, edges, values.Draw(t, "a")...), filled(t, edges, values.Draw(t, "b")...)
		there, err1 := PSI(a, b)
		back, err2 := PSI(b, a)
		if err1 != nil || err2 != nil || there < 0 || math.IsInf(there, 0) || !close(there, back) {
			t.Fatalf("%v, %v and %v, %v", there, err1, back, err2)
		}
		if same, err := PSI(a, a); same != 0 || err != nil {
			t.Fatalf("%v, %v with itself", same, err)
		}
		data, _ := json.Marshal(a)
		var again Histogram
		if err := json.Unmarshal(data, &again); err != nil {
			t.Fatal(err)
		}
		if same, err := PSI(a, &again); same != 0 || err != nil {
			t.Fatalf("%v, %v with itself after JSON", same, err)
		}
	})
}

// TestShift: two samples of one distribution are stable, one moved by half a
// deviation is not, and one that goes missing is shifted.
func TestShift(t *testing.T) {
	dice := rand.New(rand.NewPCG(5, 5))
	sample := func(n int, mean float64) (out []float64) {
		for range n {
			out = append(out, dice.NormFloat64()+mean)
		}
		return out
	}
	edges := Quantiles(sample(10_000, 0), 10)
	base := filled(t, edges, sample(10_000, 0)...)
	gone := filled(t, edges, sample(10_000, 0)...)
	for range 10_000 {
		gone.Add(math.NaN())
	}
	for name, c := range map[string]struct {
		h    *Histogram
		want Shift
	}{
		"same":     {filled(t, edges, sample(10_000, 0)...), Stable},
		"moved":    {filled(t, edges, sample(10_000, 0.4)...), Moderate},
		"far away": {filled(t, edges, sample(10_000, 1)...), Shifted},
		"missing":  {gone, Shifted},
	} {
		psi, err := PSI(base, c.h)
		if err != nil || ReadPSI(psi) != c.want {
			t.Errorf("%s: %v is %s, %v", name, psi, ReadPSI(psi), err)
		}
	}
	if ReadPSI(0.1) != Moderate || ReadPSI(0.25) != Moderate || ReadPSI(math.Inf(1)) != Shifted {
		t.Error("bounds of the readings")
	}
	if _, err := PSI(base, filled(t, []float64{1})); err == nil {
		t.Error("different edges are compared")
	}
}

func TestHistogramJSON(t *testing.T) {
	for _, bad := range []string{`{}`, `[]`, `{"edges":[1],"counts":[1]}`, `{"edges":[2,1],"counts":[1,1,1]}`, `{"edges":[1],"counts":[-1,1]}`, `{"counts":[1],"missing":-1}`} {
		if err := json.Unmarshal([]byte(bad), new(Histogram)); err == nil {
			t.Errorf("%s is a histogram", bad)
		}
	}
}
