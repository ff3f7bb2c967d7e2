package measure

import (
	"math"
	"slices"
)

// Bin is rows of like probability: what was predicted for them and what came.
type Bin struct {
	Low       float64 `json:"low"`       // the lowest probability in it
	High      float64 `json:"high"`      // the highest
	Predicted float64 `json:"predicted"` // mean probability
	Observed  float64 `json:"observed"`  // share of positives
	From      float64 `json:"from"`      // 95 % interval of the observed share, by [Wilson]
	To        float64 `json:"to"`
	Rows      int     `json:"rows"`
	Positives int     `json:"positives"`
}

// EqualBins are at most k bins of about as many rows each, by rising
// probability. Rows of one probability stay together. Scores must be
// probabilities, here as in the other figures of calibration.
func (r *Ranking) EqualBins(k int) []Bin {
	k = max(k, 1)
	enough := (r.Len() + k - 1) / k
	return r.bins(func(b *Bin, _ float64) bool { return b.Rows >= enough })
}

// LogBins are the bins of a reliability diagram on logarithmic axes, for rare
// positives, where equal bins would put all that matters into the last: as many
// as perDecade between 0.001 and 0.01, and so on. Empty bins are left out.
// Probabilities below 1e-9 share one.
func (r *Ranking) LogBins(perDecade int) []Bin {
	const decades = 9
	each := float64(max(perDecade, 1))
	place := func(p float64) float64 {
		at := math.Floor(math.Log10(max(p, 0)) * each)
		return min(max(at, -decades*each-1), -1) // 1 belongs to the last bin
	}
	return r.bins(func(b *Bin, p float64) bool { return place(p) != place(b.Low) })
}

// bins fills bins from the highest score down, and begins another where full
// says that a score does not belong to the one before.
func (r *Ranking) bins(full func(b *Bin, score float64) bool) (bins []Bin) {
	var b *Bin
	for s := range r.steps() {
		if b == nil || full(b, s.score) {
			bins = append(bins, Bin{High: s.score})
			b = &bins[len(bins)-1]
		}
		b.Low = s.score
		b.Predicted += s.score * float64(s.rows)
		b.Rows += s.rows
		b.Positives += s.found
	}
	for i := range bins {
		b := &bins[i]
		b.Predicted /= float64(b.Rows)
		b.Observed = float64(b.Positives) / float64(b.Rows)
		b.From, b.To = Wilson(b.Positives, b.Rows)
	}
	slices.Reverse(bins)
	return bins
}

// CalibrationError is how far predictions are from what came, on average over
// the rows of the bins: the expected calibration error (Naeini, Cooper and
// Hauskrecht, AAAI 2015), which with equal bins does not depend on where
// probabilities crowd.
func CalibrationError(bins []Bin) float64 {
	sum, rows := 0.0, 0
	for _, b := range bins {
		sum += math.Abs(b.Predicted-b.Observed) * float64(b.Rows)
		rows += b.Rows
	}
	return sum / float64(max(rows, 1))
}

// Brier is the mean squared error of the probabilities (Brier, Monthly Weather
// Review 78, 1950). Compare it with that of the base rate b, b(1-b): with rare
// positives every score is small.
func (r *Ranking) Brier() float64 {
	sum := 0.0
	for _, p := range r.positives {
		sum += (1 - p) * (1 - p)
	}
	for _, p := range r.negatives {
		sum += p * p
	}
	return sum / float64(max(r.Len(), 1))
}
