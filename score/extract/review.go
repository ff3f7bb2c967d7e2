package extract

import (
	"slices"
	"sort"
	"sync"

	"spoor"
	"spoor/detect"
	"spoor/graph"
	"spoor/score/feature"
)

// Delay is how long after a payment it is reviewed: what laundering does with
// money, it does within days, and what happens every week has happened again.
const Delay = 8 * spoor.Day

const (
	numShapes   = 16 // of feature.Shapes
	mostCompany = 24 // payments of one side before and after that are asked for their risk
)

// waiting is a payment that is not yet reviewed.
type waiting struct {
	time     uint32
	value    float32
	from, to graph.Account
	shapes   [numShapes]uint8 // payments of the largest signal of each typology
	risk     float32          // at arrival
	row      []float32        // of arrival
}

// notice is a signal seen in a batch, kept until the batch has been seen.
type notice struct {
	by    graph.Ref // the payment that completed it
	shape int
	refs  []graph.Ref
}

// review holds payments until their time has come.
type review struct {
	x       *Extractor
	waiting []waiting // of which those from done on are not yet reviewed
	done    int
	first   graph.Ref   // of the open ones, which follow one another
	notices [][]notice  // one list a worker
	rows    [][]float32 // room for those of a batch
}

// open are the payments not yet reviewed.
func (v *review) open() []waiting { return v.waiting[v.done:] }

// keep takes the rows of a batch over.
func (v *review) keep(b *Batch) {
	if len(v.open()) == 0 {
		v.first = b.First
	}
	for i, r := range b.Rows {
		e := &v.x.entries[i]
		v.waiting = append(v.waiting, waiting{time: e.time, value: e.value, from: e.from, to: e.to, risk: b.Risks[i], row: r})
		v.x.past.at(b.First + graph.Ref(i)).risk = b.Risks[i]
	}
	v.evidence()
}

// note keeps the signals of a sight.
func (v *review) note(worker int, s *detect.Sight) {
	for _, n := range s.Signals {
		if i := slices.Index(feature.Shapes, n.Typology); i >= 0 {
			v.notices[worker] = append(v.notices[worker], notice{s.Ref, i, slices.Clone(n.Refs)})
		}
	}
}

// evidence tells the payments of signals what they are part of, if the signal
// was completed before their review is due.
func (v *review) evidence() {
	for w := range v.notices {
		for _, n := range v.notices[w] {
			at := uint32(v.x.g.Time(n.by))
			for _, ref := range n.refs {
				if ref.Before(v.first) {
					continue
				}
				p := &v.open()[ref-v.first]
				if at-p.time <= uint32(Delay) {
					p.shapes[n.shape] = max(p.shapes[n.shape], uint8(min(255, len(n.refs))))
				}
			}
		}
		v.notices[w] = v.notices[w][:0]
	}
}

// due reviews the payments whose time has come before a time: all that follow
// within the delay are in the graph.
func (v *review) due(now spoor.Instant) {
	const atOnce = 4096
	for {
		open, n := v.open(), 0
		for n < min(len(open), atOnce) && spoor.Instant(open[n].time)+Delay < now {
			n++
		}
		if n == 0 {
			return
		}
		v.batch(open[:n])
	}
}

// batch reviews the first open payments on all workers and hands them on.
func (v *review) batch(some []waiting) {
	for len(v.rows) < len(some) {
		v.rows = append(v.rows, make([]float32, len(feature.Review)))
	}
	n, workers := len(some), len(v.x.around)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w * n / workers; i < (w+1)*n/workers; i++ {
				r := row{to: v.rows[i]}
				r.n = copy(r.to, some[i].row)
				v.fill(&r, w, v.first+graph.Ref(i), &some[i])
			}
		})
	}
	wg.Wait()
	v.x.o.Reviewed(&Batch{First: v.first, Rows: v.rows[:n]})
	for i := range some {
		v.x.spare = append(v.x.spare, some[i].row)
	}
	v.first += graph.Ref(n)
	if v.done += n; 2*v.done > len(v.waiting) {
		v.waiting = append(v.waiting[:0], v.waiting[v.done:]...)
		v.done = 0
	}
}

func (v *review) fill(r *row, worker int, ref graph.Ref, p *waiting) {
	x := v.x
	t := spoor.Instant(p.time)
	var after, near [4][]graph.Edge // payer out, payer in, payee out, payee in
	for i, a := range [4]graph.Account{p.from, p.from, p.to, p.to} {
		if a == graph.Outside {
			continue
		}
		side := x.g.Out
		if i%2 == 1 {
			side = x.g.In
		}
		edges := side(a, max(0, t-Delay), t+Delay)
		at := sort.Search(len(edges), func(k int) bool { // the first after the payment itself
			return edges[k].Time > p.time || edges[k].Time == p.time && ref.Before(edges[k].Ref)
		})
		after[i] = edges[at:min(len(edges), at+mostEdges)]
		near[i] = edges[max(0, at-mostCompany):min(len(edges), at+mostCompany)]
	}
	a := &x.around[worker]
	for i := range after {
		v.later(r, a, p, after[i])
	}
	v.onward(r, a, p, after[2])
	r.count(a.likeAfter(after[1], p.value))
	again := 0
	for _, e := range after[0] {
		if e.Peer() == p.to {
			again++
		}
	}
	r.count(again)
	left := 200
	on := a.hopsOn(p.to, ref, p.time, p.time+uint32(Delay), p.value, longest, &left)
	r.count(on)
	r.count(on + int(x.past.hops(ref)))
	for _, n := range p.shapes {
		r.put(float32(n))
	}
	r.put(p.risk)
	for i := range near {
		v.company(r, a, ref, p, near[i])
	}
}

// later counts what followed on one side.
func (v *review) later(r *row, a *around, p *waiting, after []graph.Edge) {
	var count [2]int
	var sum [2]float32
	for i, e := range after {
		var value float32
		if i < mostValues {
			value = a.g.Value(e.Ref)
		}
		if e.Time-p.time <= uint32(spoor.Day) {
			count[0]++
			sum[0] += value
		}
		count[1]++
		sum[1] += value
	}
	for i := range count {
		r.count(count[i])
		r.ratio(sum[i], p.value)
	}
	_, peers := a.mark.distinct(after, 0)
	r.count(peers)
}

// onward compares the amount with what the payee paid after it.
func (v *review) onward(r *row, a *around, p *waiting, after []graph.Edge) {
	like, gap, times := 0, nan, nan
	best := float32(1e30)
	for _, e := range after[:min(len(after), mostValues)] {
		value := a.g.Value(e.Ref)
		if value <= 0 || p.value <= 0 {
			continue
		}
		if alike(value, p.value, nearShare) {
			like++
		}
		off := max(value/p.value, p.value/value)
		if off < best {
			best, times = off, value/p.value
			gap = float32(e.Time-p.time) / float32(spoor.Hour)
		}
	}
	r.count(like)
	r.put(gap)
	r.put(min(times, 1e6))
}

func (a *around) likeAfter(after []graph.Edge, value float32) (n int) {
	for _, e := range after[:min(len(after), mostValues)] {
		if alike(a.g.Value(e.Ref), value, nearShare) {
			n++
		}
	}
	return n
}

// company finds the riskiest payments on one side.
func (v *review) company(r *row, a *around, ref graph.Ref, p *waiting, near []graph.Edge) {
	var first, second, similar float32
	for _, e := range near {
		if e.Ref == ref {
			continue
		}
		k := v.x.past.risk(e.Ref)
		switch {
		case k > first:
			first, second = k, first
		case k > second:
			second = k
		}
		if k > similar && alike(a.g.Value(e.Ref), p.value, 3*nearShare) {
			similar = k
		}
	}
	r.put(first)
	r.put(second)
	r.put(similar)
}
