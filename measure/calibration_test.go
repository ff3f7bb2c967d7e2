package measure

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestBins: bins hold every row once, in order, and no score is in two.
func TestBins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores, truth := anyRows(t, false)
		r, k := ranked(t, scores, truth), rapid.IntRange(1, 12).Draw(t, "bins")
		equal := r.EqualBins(k)
		if len(equal) > k {
			t.Fatalf("%d bins for %d", len(equal), k)
		}
		for _, bins := range [][]Bin{equal, r.LogBins(k)} {
			rows, positives := 0, 0
			for i, b := range bins {
				rows, positives = rows+b.Rows, positives+b.Positives
				if b.Low > b.High || i > 0 && b.Low <= bins[i-1].High || b.Predicted < b.Low-1e-12 || b.Predicted > b.High+1e-12 {
					t.Fatalf("bin %d of %+v", i, bins)
				}
				if b.From > b.Observed || b.To < b.Observed {
					t.Fatalf("interval of %+v", b)
				}
			}
			if rows != r.Len() || positives != r.Positives() {
				t.Fatalf("%d rows, %d positives in %+v", rows, positives, bins)
			}
		}
	})
}

func TestLogBins(t *testing.T) {
	r := ranked(t, []float64{1, 0.99, 0.2, 0.05, 0.02, 0.0031, 0.0011, 1e-12, 0}, bools("110000000"))
	var highs []float64
	for _, b := range r.LogBins(1) {
		highs = append(highs, b.High)
	}
	if want := []float64{1e-12, 0.0031, 0.05, 1}; !slices.Equal(highs, want) {
		t.Errorf("bins up to %v, want %v", highs, want)
	}
}

// TestIsotonicKnown is scikit-learn's IsotonicRegression, which gives 0, 0,
// 1/3 three times, 1/2 twice, 1. The first and last step are too few to stay
// alone once they may not be 0 and 1: (0+0.5)/(2+1) and (1+0.5)/(1+1).
func TestIsotonicKnown(t *testing.T) {
	r := ranked(t, []float64{.1, .2, .3, .4, .5, .6, .7, .8}, bools("00100101"))
	want := []block{{2, 0, .3}, {3, 1, 1.2}, {2, 1, 1.3}, {1, 1, .8}}
	for i, b := range pool(r) {
		if b.rows != want[i].rows || b.found != want[i].found || !close(b.sum, want[i].sum) {
			t.Errorf("block %d is %+v, want %+v", i, b, want[i])
		}
	}
	c := Isotonic(r)
	for score, want := range map[float64]float64{-9: 1. / 6, .15: 1. / 6, .4: 1. / 3, .65: .5, .8: .75, 9: .75, .525: 5. / 12} {
		if got := c.Apply(score); !close(got, want) {
			t.Errorf("%v is %v, want %v", score, got, want)
		}
	}
	if !math.IsNaN(c.Apply(math.NaN())) || !math.IsNaN(new(Calibrator).Apply(1)) {
		t.Error("no score, no probability")
	}
	if c.Apply(math.Inf(1)) != .75 || !close(c.Apply(math.Inf(-1)), 1./6) {
		t.Error("infinite scores")
	}
}

// TestPoolBruteForce: of all rising steps that begin and end between scores,
// the pooled ones have the least squared error.
func TestPoolBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 10).Draw(t, "rows")
		truth := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "truth")
		scores := make([]float64, n)
		for i := range scores {
			scores[i] = float64(i)
		}
		squares := func(part []bool) (mean, sum float64) {
			for _, b := range part {
				if b {
					mean += 1 / float64(len(part))
				}
			}
			return mean, mean * (1 - mean) * float64(len(part))
		}
		best := math.Inf(1)
		for cuts := range 1 << (n - 1) {
			from, last, total, rising := 0, -1.0, 0.0, true
			for i := 1; i <= n; i++ {
				if i == n || cuts>>(i-1)&1 == 1 {
					mean, sum := squares(truth[from:i])
					rising = rising && mean >= last
					from, last, total = i, mean, total+sum
				}
			}
			if rising {
				best = min(best, total)
			}
		}
		got, from := 0.0, 0
		for _, b := range pool(ranked(t, scores, truth)) {
			_, sum := squares(truth[from : from+b.rows])
			from, got = from+b.rows, got+sum
		}
		if !close(got, best) {
			t.Fatalf("error %v, want %v", got, best)
		}
	})
}

// TestCalibratorShape: rising, strictly inside 0 and 1, few knots, the same
// after JSON, and no rows are lost in its blocks.
func TestCalibratorShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores, truth := anyRows(t, false)
		r := ranked(t, scores, truth)
		n := rapid.IntRange(1, 5).Draw(t, "knots")
		rows, found := 0, 0
		for _, b := range thin(wideEnds(pool(r)), n) {
			rows, found, n = rows+b.rows, found+b.found, n-1
		}
		if rows != r.Len() || found != r.Positives() || n < 0 {
			t.Fatalf("%d rows, %d positives, %d knots too many", rows, found, -n)
		}
		c := Isotonic(r)
		data, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var again Calibrator
		if err := json.Unmarshal(data, &again); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		last := 0.0
		for s := -0.1; s < 1.1; s += 0.013 {
			p := again.Apply(s)
			if p < last || p <= 0 || p >= 1 || p != c.Apply(s) {
				t.Fatalf("%v becomes %v after %v", s, p, last)
			}
			last = p
		}
	})
}

// TestRare fits at 0.1 % positives and asks other rows whether the
// probabilities are true, over four powers of ten.
func TestRare(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 7))
	sample := func(n int) (scores []float64, truth []bool) {
		for range n {
			x := dice.ExpFloat64() // the chance is 1 in 8,000 at x=0, half at x=9
			scores, truth = append(scores, x*x), append(truth, dice.Float64() < 1/(1+math.Exp(9-x)))
		}
		return scores, truth
	}
	scores, truth := sample(1_000_000)
	fit := ranked(t, scores, truth)
	c := Isotonic(fit)
	if rate := float64(fit.Positives()) / float64(fit.Len()); rate > 0.002 || len(c.Scores) < 8 || len(c.Scores) > maxKnots {
		t.Fatalf("%d knots at a rate of %v", len(c.Scores), rate)
	}
	scores, truth = sample(1_000_000)
	before := ranked(t, scores, truth).AveragePrecision()
	for i, s := range scores {
		scores[i] = c.Apply(s)
	}
	r := ranked(t, scores, truth)
	if e := CalibrationError(r.EqualBins(20)); e > 2e-4 {
		t.Errorf("calibration error %v", e)
	}
	for _, b := range r.LogBins(2) {
		if b.Positives > 20 && (b.Predicted/b.Observed > 1.35 || b.Predicted/b.Observed < 0.74) {
			t.Errorf("bin %+v", b)
		}
	}
	if after := r.AveragePrecision(); after < before*0.95 {
		t.Errorf("average precision fell from %v to %v", before, after)
	}
}

func TestCalibratorJSON(t *testing.T) {
	for _, bad := range []string{
		`{}`, `[]`, `{"scores":[1],"probabilities":[]}`, `{"scores":[1],"probabilities":[0]}`, `{"scores":[1],"probabilities":[1]}`,
		`{"scores":[1,1],"probabilities":[0.1,0.2]}`, `{"scores":[1,2],"probabilities":[0.2,0.1]}`, `{"scores":[1e999],"probabilities":[0.2]}`,
	} {
		if err := json.Unmarshal([]byte(bad), new(Calibrator)); err == nil {
			t.Errorf("%s is a calibrator", bad)
		}
	}
}
