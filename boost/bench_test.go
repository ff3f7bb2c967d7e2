package boost

import (
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"
)

// busy is the processor time of this process in seconds.
func busy(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// BenchmarkTrain trains 200 trees of depth 6. Where Python has XGBoost the same
// follows with it, turn and turn about, with as many threads. On a shared
// machine the ratio of processor time is the one to believe.
func BenchmarkTrain(b *testing.B) {
	for _, c := range []struct {
		rows, columns int
		bias          float64
		sample        float64
	}{{200_000, 30, -1, 1}, {1_000_000, 100, -6, 0.2}} {
		table := sync.OnceValue(func() *Table { return synth(c.rows, c.columns, 1, c.bias) })
		o := DefaultOptions()
		o.Trees, o.NegativeSample = 200, c.sample
		run := func(b *testing.B) {
			if _, err := Train(table(), nil, o); err != nil {
				b.Fatal(err)
			}
		}
		name := fmt.Sprintf("%dk-x-%d", c.rows/1000, c.columns)
		b.Run(name, func(b *testing.B) {
			table()
			for b.Loop() {
				run(b)
			}
		})
		for threads := range 2 {
			o.Workers = threads + 1
			b.Run(fmt.Sprintf("%s/beside-xgboost-%d", name, o.Workers), func(b *testing.B) {
				var ours, theirs cost
				for b.Loop() {
					_, _, took := xgboost(b, table(), table().Slice(0, 10), job{Rounds: o.Trees, Params: map[string]any{
						"max_depth": o.MaxDepth, "eta": o.LearningRate, "nthread": o.Workers,
					}})
					theirs.clock, theirs.busy = theirs.clock+took.clock, theirs.busy+took.busy
					start, used := time.Now(), busy(b)
					run(b)
					ours.clock, ours.busy = ours.clock+time.Since(start).Seconds(), ours.busy+busy(b)-used
				}
				b.ReportMetric(ours.clock/float64(b.N), "ours-s")
				b.ReportMetric(theirs.clock/float64(b.N), "xgboost-s")
				b.ReportMetric(ours.clock/theirs.clock, "clock-ratio")
				b.ReportMetric(ours.busy/theirs.busy, "cpu-ratio")
			})
		}
	}
}

// scored is a model of 200 trees of depth 6 on 100 features.
var scored = sync.OnceValues(func() (*Model, *Table) {
	table := synth(50_000, 100, 1, -1)
	o := DefaultOptions()
	o.Trees = 200
	o.Categorical = []string{"f7"}
	m, err := Train(table, nil, o)
	if err != nil {
		panic(err)
	}
	return m, table
})

func BenchmarkPredict(b *testing.B) {
	m, table := scored()
	s, i, sum := m.Scorer(), 0, 0.0
	for b.Loop() {
		sum += s.Margin(table.Row(i))
		i = (i + 1) % table.Rows()
	}
}

func BenchmarkExplain(b *testing.B) {
	m, table := scored()
	s, phi, i := m.Scorer(), make([]float64, len(m.Names())), 0
	for b.Loop() {
		s.Explain(table.Row(i), phi)
		i = (i + 1) % table.Rows()
	}
}
