package measure

import (
	"math/rand/v2"
	"testing"
)

// economy is n rows of which about one in a thousand is positive, in groups of
// about ten, over a hundred days.
func economy(n int) (scores []float32, truth []bool, group, day []int32) {
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		t := dice.IntN(1000) == 0
		s := dice.Float32()
		if t {
			s = max(s, dice.Float32(), dice.Float32())
		}
		scores, truth = append(scores, s), append(truth, t)
		group, day = append(group, dice.Int32N(int32(n/10+1))), append(day, int32(i*100/n))
	}
	return scores, truth, group, day
}

func BenchmarkRank5M(b *testing.B) {
	scores, truth, _, _ := economy(5_000_000)
	for b.Loop() {
		Rank(scores, truth)
	}
}

func BenchmarkFigures5M(b *testing.B) {
	scores, truth, _, _ := economy(5_000_000)
	r, _ := Rank(scores, truth)
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"AveragePrecision", func() { r.AveragePrecision() }},
		{"Best", func() { r.Best() }},
		{"AUC", func() { r.AUC() }},
		{"At", func() { r.At(0.5) }},
		{"LogBins", func() { r.LogBins(4) }},
		{"Isotonic", func() { Isotonic(r) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.f()
			}
		})
	}
}

func BenchmarkDailyRecall5M(b *testing.B) {
	scores, truth, _, day := economy(5_000_000)
	for b.Loop() {
		DailyRecall(scores, truth, day, 100, 1000)
	}
}

func BenchmarkBootstrap1M200(b *testing.B) {
	scores, truth, group, _ := economy(1_000_000)
	for b.Loop() {
		Bootstrap(scores, truth, group, 200, 1)
	}
}

func BenchmarkApply(b *testing.B) {
	scores, truth, _, _ := economy(1_000_000)
	r, _ := Rank(scores, truth)
	c := Isotonic(r)
	for i := 0; b.Loop(); i++ {
		c.Apply(float64(scores[i%len(scores)]))
	}
}
