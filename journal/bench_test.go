package journal

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// size is the data of an entry in the benchmarks: about what a payment takes.
const size = 300

func eachPromise(b *testing.B, do func(b *testing.B, j *Journal)) {
	for _, p := range []Promise{Process, Disk} {
		b.Run(string(p), func(b *testing.B) { do(b, open(b, Options{Promise: p})) })
	}
}

// Entries a second when they come as fast as they are taken, one an Append.
func BenchmarkAppend(b *testing.B) {
	eachPromise(b, func(b *testing.B, j *Journal) {
		b.SetBytes(size)
		b.ResetTimer()
		fill(b, j, b.N, size)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		b.ReportMetric(float64(j.Head().Entry)/float64(j.Head().Page), "entries/page")
	})
}

// How long an entry takes when each waits for the one before.
func BenchmarkOneByOne(b *testing.B) {
	eachPromise(b, func(b *testing.B, j *Journal) {
		e := Entry{Kind: "payment", At: now, Data: make([]byte, size)}
		var took []time.Duration
		for b.Loop() {
			t0 := time.Now()
			keep(b, j, e)
			took = append(took, time.Since(t0))
		}
		report(b, took)
	})
}

// How long an entry takes at 3,000 a second, in bursts of three a millisecond.
func BenchmarkPaced3000(b *testing.B) {
	eachPromise(b, func(b *testing.B, j *Journal) {
		const n = 9000
		for b.Loop() {
			took := make([]time.Duration, n)
			var wg sync.WaitGroup
			tick := time.NewTicker(time.Millisecond)
			for i := range n {
				if i%3 == 0 {
					<-tick.C
				}
				wg.Add(1)
				t0 := time.Now()
				if err := j.Append([]Entry{{Kind: "payment", At: now, Data: make([]byte, size)}}, func(_ uint64, err error) {
					took[i] = time.Since(t0)
					wg.Done()
				}); err != nil {
					b.Fatal(err)
				}
			}
			wg.Wait()
			tick.Stop()
			report(b, took)
		}
	})
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(took[len(took)-1].Microseconds()), "max-µs")
}

// Reading with the chain verified, in full pages and one entry a page.
func BenchmarkRead(b *testing.B) {
	for _, per := range []int{MaxPageEntries, 1} {
		b.Run(fmt.Sprint(per, "-a-page"), func(b *testing.B) {
			const pages = 1000
			j := open(b, Options{})
			e := make([]Entry, per)
			for i := range e {
				e[i] = Entry{Kind: "payment", At: now, Data: make([]byte, size)}
			}
			for range pages {
				keep(b, j, e...)
			}
			n := 0
			for b.Loop() {
				if err := j.Read(1, func(Entry) error { n++; return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

func BenchmarkGet(b *testing.B) {
	j := open(b, Options{})
	fill(b, j, 200_000, size)
	for i := 0; b.Loop(); i++ {
		if _, err := j.Get(uint64(1 + i*7919%200_000)); err != nil {
			b.Fatal(err)
		}
	}
}

// Opening a journal, and auditing it.
func BenchmarkRestart1M(b *testing.B) {
	j := open(b, Options{})
	fill(b, j, 1_000_000, size)
	o := j.opts
	j.Close()
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			j, err := Open(o)
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			j.Close()
			b.StartTimer()
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if r, err := Verify(o, Head{}, nil); err != nil || r.Fault != nil || r.Entries != 1_000_000 {
				b.Fatal(r, err)
			}
		}
		b.ReportMetric(1_000_000*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	})
}

// Writing and reading back a snapshot of 64 MiB.
func BenchmarkSnapshot(b *testing.B) {
	j := open(b, Options{})
	keep(b, j, text("a"))
	state := make([]byte, 64<<20)
	rand.NewChaCha8([32]byte{}).Read(state)
	for i := range state {
		state[i] = '0' + state[i]%10 // digits compress to about a half
	}
	b.SetBytes(int64(len(state)))
	for b.Loop() {
		if err := j.WriteSnapshot(1, func(w io.Writer) error {
			_, err := w.Write(state)
			return err
		}); err != nil {
			b.Fatal(err)
		}
		r, _, _ := j.LatestSnapshot()
		n, err := io.Copy(io.Discard, r)
		if err := errors.Join(err, r.Close()); err != nil || n != int64(len(state)) {
			b.Fatal(n, err)
		}
	}
}
