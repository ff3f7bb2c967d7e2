package extract

import (
	"math"
	"math/bits"
	"slices"

	"spoor"
	"spoor/detect"
	"spoor/graph"
	"spoor/score/feature"
)

var nan = float32(math.NaN())

// row is a row being filled, feature after feature.
type row struct {
	to []float32
	n  int
}

func (r *row) put(v float32) {
	r.to[r.n] = v
	r.n++
}

func (r *row) count(n int) { r.put(float32(n)) }

func (r *row) flag(b bool) {
	if b {
		r.put(1)
		return
	}
	r.put(0)
}

func (r *row) known(k known) {
	if k == unknown {
		r.put(nan)
		return
	}
	r.flag(k == yes)
}

// ratio puts a for b, NaN where b is nothing; a million times is as good as
// any more.
func (r *row) ratio(a, b float32) {
	if b <= 0 {
		r.put(nan)
		return
	}
	r.put(min(a/b, 1e6))
}

// since puts the hours from one time to another, NaN where there was none.
func (r *row) since(then, now uint32) {
	if then == 0 {
		r.put(nan)
		return
	}
	r.put(float32(now-then) / float32(spoor.Hour))
}

// skip puts that nothing is known of some features.
func (r *row) skip(n int) {
	for range n {
		r.put(nan)
	}
}

// weekday is 0 on Sundays; the epoch was a Thursday.
func weekday(t uint32) int { return int((t/uint32(spoor.Day) + 4) % 7) }

func (r *row) payment(e *entry) {
	r.put(e.value)
	r.put(float32(e.zeros))
	r.put(float32(spoor.Instant(e.time) % spoor.Day / spoor.Hour))
	r.put(float32(weekday(e.time)))
	r.put(float32(e.currency))
	r.put(e.ratio)
	r.known(e.border)
	r.known(e.bank)
	r.flag(e.from == e.to)
	r.flag(e.from == graph.Outside)
	r.flag(e.to == graph.Outside)
	r.put(e.value / 10_000)
	r.put(float32(e.channel))
	r.put(e.kind)
}

// Features of a side, and of an account with both.
const (
	perSide    = int(spans) + int(spans-day) + 8
	perAccount = 2*perSide + 11
)

func (r *row) accounts(e *entry) {
	for i, p := range []*profile{&e.payer, &e.payee} {
		if a := [2]graph.Account{e.from, e.to}[i]; a == graph.Outside {
			r.skip(perAccount)
			continue
		}
		r.side(e, &p.out)
		r.side(e, &p.in)
		r.since(p.first, e.time)
		r.since(p.touched, e.time)
		for _, w := range []int{day, week} {
			paid := p.out.sum[w]
			if i == 0 {
				paid += e.value
			}
			r.ratio(paid, p.in.sum[w])
		}
		r.flag(p.currencies&(1<<(e.currency%32)) == 0)
		if p.home == 0 {
			r.put(nan)
		} else {
			r.flag(p.home != uint16(e.currency)+1)
		}
		r.count(bits.OnesCount32(p.currencies))
		r.flag(p.channels&(1<<e.channel) == 0)
		both := p.out.count[month] + p.in.count[month]
		r.ratio(p.abroad, both)
		if e.border == unknown {
			r.put(nan)
		} else {
			r.flag(e.newLand[i])
		}
		r.ratio(p.round, both)
	}
}

func (r *row) side(e *entry, s *side) {
	for _, c := range s.count {
		r.put(c)
	}
	for _, v := range s.sum[day:] {
		r.put(v)
	}
	n := s.count[month]
	r.ratio(e.value*n, s.sum[month])
	r.put(deviation(e.log, n, s.logs, s.logs2))
	r.since(s.last, e.time)
	same, last := 0, float32(0)
	for i := range min(s.next, feature.Recent) {
		if alike(s.value[i], e.value, 0.002) {
			same++
		}
	}
	if s.next > 0 {
		last = s.value[(s.next-1)%feature.Recent]
	}
	r.ratio(e.value, last)
	r.count(same)
	r.ratio(s.fresh, n)
	r.ratio(s.weekday[weekday(e.time)], n)
	r.ratio(s.cash, s.sum[month])
}

// deviation is how many standard deviations a size is from those before it,
// with one more payment of a factor e about the mean as the prior.
func deviation(log, n, logs, logs2 float32) float32 {
	if n <= 0 {
		return nan
	}
	mean := logs / n
	variance := max(0, logs2/n-mean*mean)
	return (log - mean) / float32(math.Sqrt(float64((variance*n+1)/(n+1))))
}

// alike reports whether two amounts differ by no more than a share of them.
func alike(a, b, share float32) bool {
	d := a - b
	if d < 0 {
		d = -d
	}
	return d <= share*max(a, b) && a > 0
}

func (r *row) pair(e *entry) {
	r.count(e.pair.count)
	r.count(e.pair.back)
	r.ratio(float32(e.pair.weekday), float32(e.pair.count))
	r.since(e.pair.last, e.time)
	r.ratio(e.value, e.pair.value)
}

func (r *row) taint(e *entry) {
	for _, p := range []*profile{&e.payer, &e.payee} {
		r.put(p.heat)
		r.put(p.alerted)
		r.put(p.taint)
	}
}

func (r *row) shapes(s *detect.Sight) {
	at := r.n
	for range feature.Shapes {
		r.put(0)
	}
	for _, n := range s.Signals {
		if i := slices.Index(feature.Shapes, n.Typology); i >= 0 {
			r.to[at+i] = max(r.to[at+i], float32(len(n.Refs)))
		}
	}
	for _, p := range []detect.Path{s.Chain, s.Cycle, s.Abroad} {
		r.count(p.Payments)
		r.put(float32(p.Bans))
	}
}
