package score_test

import (
	"slices"
	"testing"
	"time"

	"spoor/detect"
	"spoor/graph"
	"spoor/score"
	"spoor/score/extract"
)

// month is a month of payments that the model inside the program has not seen.
var month = economy{payments: 100_000, days: 30, seed: 11, illicit: 0.001}

// BenchmarkScore judges a month of 100,000 payments with the model inside the
// program: detectors, features, and the trees of arrival and review.
//
//	go test ./score -run NONE -bench Score -benchtime 3x
func BenchmarkScore(b *testing.B) {
	m, err := score.Default()
	if err != nil {
		b.Fatal(err)
	}
	all := month.all(b)
	b.ReportAllocs()
	for b.Loop() {
		if n := len(judge(b, m, all, 2).Scores()); n != len(all) {
			b.Fatalf("%d scores", n)
		}
	}
	b.ReportMetric(float64(len(all))*float64(b.N)/b.Elapsed().Seconds(), "payments/s")
}

// BenchmarkOneByOne scores each payment as it arrives, as a gate would, and
// reports how long one waits. With reviews, those that are due are done on the way.
//
//	go test ./score -run NONE -bench OneByOne -benchtime 1x
func BenchmarkOneByOne(b *testing.B) {
	m, err := score.Default()
	if err != nil {
		b.Fatal(err)
	}
	all := month.all(b)
	for _, c := range []struct {
		name    string
		reviews bool
	}{{"arrival", false}, {"arrival and review", true}} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				s := setup()
				g := graph.New(graph.Options{Window: s.Window, Rates: s.Rates})
				d := detect.New(g, s.Parameters, 1)
				_, o := m.Judge(g, 1)
				o.Rates = s.Rates
				if !c.reviews {
					o.Reviewed = nil
				}
				extract.New(g, d, o)
				for i := range all {
					began := time.Now()
					if err := d.Add(&all[i]); err != nil {
						b.Fatal(err)
					}
					d.Flush()
					took = append(took, time.Since(began))
				}
			}
			slices.Sort(took)
			at := func(share float64) float64 {
				return float64(took[int(share*float64(len(took)-1))]) / float64(time.Microsecond)
			}
			b.ReportMetric(at(.5), "p50-µs")
			b.ReportMetric(at(.99), "p99-µs")
			b.ReportMetric(at(.999), "p99.9-µs")
			b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "payments/s")
		})
	}
}
