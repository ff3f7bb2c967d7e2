package node

import (
	"errors"
	"flag"
	"fmt"
	"runtime"
	"sync"
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

var restart = flag.Int("restart", 200_000, "payments in the journal that BenchmarkRestart starts from")

// BenchmarkRestart opens a node on a journal of -restart payments, after an end
// without a last snapshot, as kill -9 leaves it.
//
//	go test ./node -run NONE -bench Restart -benchtime 1x -restart 10000000
func BenchmarkRestart(b *testing.B) {
	n := newBench(b, func(o *Options, _ *journal.Options) { o.Now = time.Now })
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range 4 {
		wg.Go(func() {
			for {
				first := int(next.Add(256)) - 256
				if first >= *restart {
					return
				}
				ins := make([]spoor.Instruction, 0, 256)
				for i := first; i < first+256; i++ {
					ins = append(ins, pay(i, fmt.Sprintf("IT%025d", i*7919%1_000_000), fmt.Sprintf("IT%025d", i*104_729%1_000_000), int64(1+i%977)))
				}
				if _, err := n.Decide(ctx, ins); errors.Is(err, ErrBusy) {
					time.Sleep(time.Millisecond)
				} else if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(*restart)/time.Since(began).Seconds(), "filled/s")
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		n.closing.Do(func() { // as Close does, without its snapshot
			close(n.quit)
			n.done.Wait()
			n.watch.close()
		})
		n.o.Journal.Close()
		runtime.GC()
		b.StartTimer()
		j, err := journal.Open(n.jo)
		if err != nil {
			b.Fatal(err)
		}
		n.o.Journal = j
		if n.Node, err = Open(ctx, n.o); err != nil {
			b.Fatal(err)
		}
		if a := n.one(pay(1, "IT"+fmt.Sprintf("%025d", 7919), "IT"+fmt.Sprintf("%025d", 104_729), 2)); !a.Repeated {
			b.Fatal("a payment of before is decided anew")
		}
	}
	b.StopTimer()
	began = time.Now()
	if err := n.caughtUp(ctx); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(time.Since(began).Seconds(), "s-to-live-engines")
}
