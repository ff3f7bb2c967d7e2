package node

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"spoor"
	"spoor/journal"
	"spoor/score"
)

// BenchmarkDecide decides on payments one by one from many callers, with all
// engines and no lists, each durable by the promise before the next of its caller.
//
//	go test ./node -run NONE -bench Decide
func BenchmarkDecide(b *testing.B) {
	for _, promise := range []journal.Promise{journal.Process, journal.Disk} {
		b.Run(string(promise), func(b *testing.B) {
			model, err := score.Default()
			if err != nil {
				b.Fatal(err)
			}
			n := newBench(b, func(o *Options, j *journal.Options) {
				o.Engines.Model, o.Now, j.Promise = model, time.Now, promise
			})
			var id atomic.Int64
			b.SetParallelism(32)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := int(id.Add(1))
					from, to := i*7919%100_000, i*104_729%100_000
					in := pay(i, fmt.Sprintf("IT%025d", from), fmt.Sprintf("IT%025d", to), int64(i%977))
					if _, err := n.Decide(ctx, []spoor.Instruction{in}); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "payments/s")
		})
	}
}
