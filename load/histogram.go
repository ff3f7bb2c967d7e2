package load

import (
	"encoding/json"
	"math"
	"math/bits"
	"time"
)

// octave is in how many equal steps a histogram divides each doubling: values
// are told apart to one part in 64.
const octave = 64

// Histogram counts durations in steps that grow with them, as HdrHistogram does,
// so that a quantile of any size is off by less than 1.6 %. The zero value is
// empty and ready; the largest duration is kept exactly.
type Histogram struct {
	counts []uint64
	n      uint64
	sum    float64 // nanoseconds
	max    time.Duration
}

// Add counts a duration; negative ones count as nought.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	i := bucket(uint64(d))
	if i >= len(h.counts) {
		h.counts = append(h.counts, make([]uint64, i+octave-len(h.counts))...)
	}
	h.counts[i]++
	h.n++
	h.sum += float64(d)
	h.max = max(h.max, d)
}

// bucket numbers the steps: one each nanosecond up to 2·octave, then octave of
// them in each doubling.
func bucket(ns uint64) int {
	shift := max(bits.Len64(ns)-bits.Len64(2*octave-1), 0)
	return shift*octave + int(ns>>shift)
}

// top is the largest value of a step.
func top(i int) uint64 {
	if i < 2*octave {
		return uint64(i)
	}
	shift := i/octave - 1
	return (uint64(i-shift*octave)+1)<<shift - 1
}

// Quantile gives a duration that a share q of those counted do not exceed, to
// the upper end of its step; nought when there are none.
func (h *Histogram) Quantile(q float64) time.Duration {
	need := max(uint64(math.Ceil(q*float64(h.n))), 1)
	var seen uint64
	for i, c := range h.counts {
		if seen += c; seen >= need {
			return min(time.Duration(top(i)), h.max)
		}
	}
	return h.max
}

// Count is how many durations there are.
func (h *Histogram) Count() uint64 { return h.n }

// Max is the longest.
func (h *Histogram) Max() time.Duration { return h.max }

// Mean is their arithmetic mean; nought when there are none.
func (h *Histogram) Mean() time.Duration { return time.Duration(h.sum / float64(max(h.n, 1))) }

// MarshalJSON gives the count, and quantiles, mean and maximum in milliseconds.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	ms := func(d time.Duration) float64 { return math.Round(float64(d)/1e3) / 1e3 }
	return json.Marshal(struct {
		N    uint64  `json:"n"`
		Mean float64 `json:"mean_ms"`
		P50  float64 `json:"p50_ms"`
		P90  float64 `json:"p90_ms"`
		P99  float64 `json:"p99_ms"`
		P999 float64 `json:"p999_ms"`
		Max  float64 `json:"max_ms"`
	}{h.n, ms(h.Mean()), ms(h.Quantile(.5)), ms(h.Quantile(.9)), ms(h.Quantile(.99)), ms(h.Quantile(.999)), ms(h.max)})
}
