package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// close reports that two figures are the same but for rounding.
func close(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a)) }

func ranked(t interface{ Fatal(...any) }, scores []float64, truth []bool) *Ranking {
	r, err := Rank(scores, truth)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// bools reads "1010" as truth.
func bools(s string) (out []bool) {
	for _, c := range s {
		out = append(out, c == '1')
	}
	return out
}

// anyRows draws rows with many ties. At least one is positive where some is
// true.
func anyRows(t *rapid.T, some bool) (scores []float64, truth []bool) {
	n := rapid.IntRange(1, 60).Draw(t, "rows")
	scores = rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 20), func(i int) float64 { return float64(i) / 20 }), n, n).Draw(t, "scores")
	truth = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "truth")
	if some {
		truth[rapid.IntRange(0, n-1).Draw(t, "positive")] = true
	}
	return scores, truth
}

// known has ties between and among positives and negatives. Its figures are
// those of scikit-learn 1.9 (average_precision_score, roc_auc_score,
// precision_recall_curve, brier_score_loss), or counted by hand.
var known = []float64{.9, .8, .8, .7, .6, .5, .5, .5, .3, .1}

const knownTruth = "1010100100"

func TestKnown(t *testing.T) {
	r := ranked(t, known, bools(knownTruth))
	best := r.Best()
	for name, c := range map[string]struct{ got, want float64 }{
		"average precision":          {r.AveragePrecision(), 0.6916666666666667},
		"AUC":                        {r.AUC(), 0.7708333333333333},
		"Brier":                      {r.Brier(), 0.219},
		"precision at 0.6":           {r.At(0.6).Precision, 0.6},
		"recall at 0.6":              {r.At(0.6).Recall, 0.75},
		"precision at 0.65":          {r.At(0.65).Precision, 0.5},
		"best threshold":             {best.Threshold, 0.6}, // 0.5 has the same F1 and more rows
		"best F1":                    {best.F1, 2. / 3},
		"recall in none":             {r.Recall(0), 0},
		"recall in two, half a tie":  {r.Recall(2), 1.5 / 4},
		"recall in seven, 2/3 a tie": {r.Recall(7), (3 + 2./3) / 4},
		"recall in all":              {r.Recall(1000), 1},
		"equal bins":                 {CalibrationError(r.EqualBins(1)), 0.57 - 0.4},
	} {
		if !close(c.got, c.want) {
			t.Errorf("%s is %v, want %v", name, c.got, c.want)
		}
	}
}

func TestNothingToSay(t *testing.T) {
	for _, truth := range []string{"", "0", "000"} {
		r := ranked(t, make([]float64, len(truth)), bools(truth))
		if r.AveragePrecision() != 0 || r.AUC() != 0.5 || r.Recall(9) != 0 || r.At(0).F1 != 0 || r.Best().Rows != len(truth) || r.Curve(9) != nil {
			t.Errorf("truth %q: average precision %v, AUC %v, best %+v", truth, r.AveragePrecision(), r.AUC(), r.Best())
		}
	}
	if r := ranked(t, []float64{1, 2}, bools("11")); r.AveragePrecision() != 1 || r.AUC() != 0.5 {
		t.Errorf("positives only: average precision %v, AUC %v", r.AveragePrecision(), r.AUC())
	}
}

func TestErrors(t *testing.T) {
	for name, f := range map[string]func() error{
		"lengths":        func() error { _, err := Rank([]float32{1}, nil); return err },
		"not a number":   func() error { _, err := Rank([]float64{math.NaN()}, bools("0")); return err },
		"infinite":       func() error { _, err := Rank([]float64{math.Inf(1)}, bools("0")); return err },
		"days":           func() error { _, err := DailyRecall([]float32{1}, bools("1"), nil, 1); return err },
		"scores of days": func() error { _, err := DailyRecall([]float32{1}, nil, []int32{1}, 1); return err },
		"groups":         func() error { _, err := Bootstrap([]float32{1}, bools("1"), nil, 1, 1); return err },
		"scores":         func() error { _, err := Bootstrap([]float32{1}, nil, []int32{1}, 1, 1); return err },
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestAgainstNaive: average precision, AUC and points are what their
// definitions say, counted row by row.
func TestAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores, truth := anyRows(t, false)
		r := ranked(t, scores, truth)
		if got, want := r.AveragePrecision(), naiveAP(scores, truth); !close(got, want) {
			t.Fatalf("average precision %v, want %v", got, want)
		}
		pairs, won := 0.0, 0.0
		for i := range scores {
			for j := range scores {
				if truth[i] && !truth[j] {
					pairs++
					switch {
					case scores[i] > scores[j]:
						won++
					case scores[i] == scores[j]:
						won += 0.5
					}
				}
			}
		}
		if pairs > 0 && !close(r.AUC(), won/pairs) {
			t.Fatalf("AUC %v, want %v", r.AUC(), won/pairs)
		}
		best := r.Best()
		for _, s := range append(scores, -1, 2) {
			p := r.At(s)
			rows, found := 0, 0
			for i := range scores {
				if scores[i] >= s {
					rows++
					if truth[i] {
						found++
					}
				}
			}
			if p.Rows != rows || p.Found != found {
				t.Fatalf("at %v: %+v, want %d of %d", s, p, found, rows)
			}
			if p.F1 > best.F1 {
				t.Fatalf("F1 %v at %v is better than the best, %+v", p.F1, s, best)
			}
		}
		if best != r.At(best.Threshold) {
			t.Fatalf("best %+v is not what its threshold gives", best)
		}
	})
}

// naiveAP is the mean over positives of the precision at their score.
func naiveAP(scores []float64, truth []bool) float64 {
	sum, positives := 0.0, 0.0
	for i := range scores {
		if !truth[i] {
			continue
		}
		positives++
		read, found := 0.0, 0.0
		for j := range scores {
			if scores[j] >= scores[i] {
				read++
				if truth[j] {
					found++
				}
			}
		}
		sum += found / read
	}
	return sum / max(positives, 1)
}

// TestOrderOfInput: no figure sees in what order rows came, to the last bit.
func TestOrderOfInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores, truth := anyRows(t, false)
		days := rapid.SliceOfN(rapid.Int32Range(-2, 2), len(scores), len(scores)).Draw(t, "days")
		figures := func() (out []float64) {
			r := ranked(t, scores, truth)
			c, b := Isotonic(r), r.Best()
			out = append(out, r.AveragePrecision(), r.AUC(), r.Brier(), b.Threshold, b.F1, r.Recall(7), CalibrationError(r.EqualBins(4)), CalibrationError(r.LogBins(3)))
			d, err := DailyRecall(scores, truth, days, 1, 3)
			if err != nil {
				t.Fatal(err)
			}
			return append(append(append(out, d...), c.Scores...), c.Probabilities...)
		}
		before := figures()
		for i, j := range rapid.Permutation(seq(len(scores))).Draw(t, "order") {
			scores[i], scores[j] = scores[j], scores[i]
			truth[i], truth[j] = truth[j], truth[i]
			days[i], days[j] = days[j], days[i]
		}
		if after := figures(); !slices.Equal(before, after) {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func seq(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

// TestMonotone: figures that only look at order do not change when scores are
// stretched, and float32 scores rank as float64 ones do.
func TestMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores, truth := anyRows(t, false)
		a := ranked(t, scores, truth)
		stretched := make([]float32, len(scores))
		for i, s := range scores {
			stretched[i] = float32(s*s*s*8 - 3)
		}
		b, err := Rank(stretched, truth)
		if err != nil {
			t.Fatal(err)
		}
		if a.AveragePrecision() != b.AveragePrecision() || a.AUC() != b.AUC() || a.Recall(5) != b.Recall(5) || a.Best().F1 != b.Best().F1 {
			t.Fatal("figures changed with the scale of scores")
		}
	})
}

// TestCurve: points are exact, rise in recall, end where all are found, and are
// as few as asked.
func TestCurve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores, truth := anyRows(t, true)
		r, k := ranked(t, scores, truth), rapid.IntRange(2, 30).Draw(t, "points")
		curve := r.Curve(k)
		if len(curve) > k || curve[len(curve)-1].Recall != 1 {
			t.Fatalf("%d points for %d, ending in %+v", len(curve), k, curve[len(curve)-1])
		}
		for i, p := range curve {
			if p != r.At(p.Threshold) || i > 0 && p.Recall <= curve[i-1].Recall {
				t.Fatalf("point %d is %+v", i, p)
			}
		}
	})
	// Positives one by one: the curve is evenly spaced.
	dice := rand.New(rand.NewPCG(1, 1))
	scores, truth := make([]float64, 5000), make([]bool, 5000)
	for i := range scores {
		scores[i], truth[i] = dice.Float64(), i%5 == 0
	}
	curve := ranked(t, scores, truth).Curve(51)
	for i := 1; i < len(curve); i++ {
		if gap := curve[i].Recall - curve[i-1].Recall; gap > 0.0211 {
			t.Errorf("gap of %v in recall after point %d of %d", gap, i, len(curve))
		}
	}
	if len(curve) != 51 {
		t.Errorf("%d points", len(curve))
	}
}

// TestBudgets: recall rises with the budget, one budget for all days is no
// worse than one a day, and a single day is the plain figure.
func TestBudgets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores, truth := anyRows(t, true)
		day := rapid.SliceOfN(rapid.SampledFrom([]int32{math.MinInt32, -1, 0, 20500, math.MaxInt32}), len(scores), len(scores)).Draw(t, "days")
		budgets := []int{0, 1, 2, 5, 100}
		got, err := DailyRecall(scores, truth, day, budgets...)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(got) || got[0] != 0 || !close(got[4], 1) {
			t.Fatalf("recall %v", got)
		}
		one, _ := DailyRecall(scores, truth, make([]int32, len(scores)), budgets...)
		r := ranked(t, scores, truth)
		for i, n := range budgets {
			if !close(one[i], r.Recall(n)) {
				t.Fatalf("one day, budget %d: %v, want %v", n, one[i], r.Recall(n))
			}
		}
	})
	// By hand: on day 1 the best two are one positive and half of a tie; on
	// day 2 there are fewer rows than the budget.
	got, err := DailyRecall([]float32{9, 5, 5, 1, 3}, bools("11001"), []int32{1, 1, 1, 1, 2}, 2)
	if err != nil || !close(got[0], 2.5/3) {
		t.Errorf("recall %v, %v", got, err)
	}
}
