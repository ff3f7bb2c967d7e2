package detect_test

import (
	"fmt"
	"runtime"
	"testing"

	"spoor/detect"
	"spoor/format/rates"
	"spoor/graph"
	"spoor/world"
)

// BenchmarkDetect runs all detectors over a month of 200,000 payments, in
// batches of 4096 as on the command line. "graph" is what filling the graph
// alone costs, which the others include.
//
//	go test ./detect -run NONE -bench Detect -benchtime 1s
func BenchmarkDetect(b *testing.B) {
	all := economy{payments: 200_000, days: 30, seed: 11, illicit: world.DefaultIllicit}.all(b)
	pass := func(b *testing.B, workers int) (alerts int) {
		g := graph.New(graph.Options{Window: window, Rates: rates.Default()})
		d := detect.New(g, detect.DefaultParameters(), workers)
		for i := range all {
			var err error
			if workers > 0 {
				err = d.Add(&all[i])
			} else {
				_, err = g.Add(&all[i])
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		if workers > 0 {
			alerts += len(d.Close())
		}
		return alerts
	}
	run := func(name string, workers int) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			alerts := 0
			for b.Loop() {
				alerts = pass(b, workers)
			}
			b.ReportMetric(float64(len(all))*float64(b.N)/b.Elapsed().Seconds(), "payments/s")
			b.ReportMetric(float64(alerts), "alerts")
		})
	}
	run("graph", 0)
	run("workers=1", 1)
	if n := runtime.GOMAXPROCS(0); n > 1 {
		run(fmt.Sprintf("workers=%d", n), n)
	}
}
