package extract_test

import (
	"testing"

	"spoor"
	"spoor/detect"
	"spoor/format/rates"
	"spoor/graph"
	"spoor/score/extract"
)

// BenchmarkArrival runs the detectors and fills rows over a month of 100,000
// payments. "detectors" is what they alone cost, which the others include.
//
//	go test ./score/extract -run NONE -bench Arrival -benchtime 3x
func BenchmarkArrival(b *testing.B) {
	all := economy{payments: 100_000, days: 30, seed: 11}.all(b)
	for _, c := range []struct {
		name             string
		arrived, reviews bool
	}{{"detectors", false, false}, {"arrival", true, false}, {"arrival and review", true, true}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g := graph.New(graph.Options{Window: 30 * spoor.Day, Rates: rates.Default()})
				d := detect.New(g, detect.DefaultParameters(), 2)
				rows := 0
				o := extract.Options{Rates: rates.Default(), Arrived: func(b *extract.Batch) { rows += b.Len() }}
				if c.reviews {
					o.Reviewed = func(b *extract.Batch) { rows += b.Len() }
				}
				finish := func() {}
				if c.arrived {
					finish = extract.New(g, d, o).Close
				}
				for i := range all {
					if err := d.Add(&all[i]); err != nil {
						b.Fatal(err)
					}
				}
				d.Close()
				finish()
				if c.arrived && rows < len(all) {
					b.Fatalf("%d rows", rows)
				}
			}
			b.ReportMetric(float64(len(all))*float64(b.N)/b.Elapsed().Seconds(), "payments/s")
		})
	}
}
