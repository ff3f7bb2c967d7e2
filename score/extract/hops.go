package extract

import (
	"sort"

	"spoor"
	"spoor/graph"
)

// A hop is money handed on whole, less a commission: what an account pays soon
// after it was paid, of at least leastHop and at most mostHop of it. Layering
// keeps less than a tenth at each stop (FATF, Professional Money Laundering,
// 2018; Tide and AMLworld lay chains so), ordinary spending seldom fits.
const (
	leastHop  = 0.84
	mostHop   = 1.003
	hopSpan   = 5 * spoor.Day
	mostLinks = 16 // of an account's payments that are tried, the nearest in time
	longest   = 12 // hops followed
)

// hop is how a payment may hand on another.
type hop struct {
	count uint8   // hops in a row that end with the payment, 0 where it hands nothing on
	gap   uint32  // seconds since the money came
	kept  float32 // what is paid for what came
}

func handsOn(in, out float32) bool { return out >= leastHop*in && out <= mostHop*in }

// back finds the longest way by hops that a payment ends, by those of the
// payments before it.
func (x *Extractor) back(e *entry) (best hop) {
	if e.from == graph.Outside || e.value <= 0 || e.from == e.to {
		return hop{}
	}
	now := spoor.Instant(e.time)
	ins := before(x.g.In(e.from, max(x.horizon(e.time), now-hopSpan), now), e)
	ins = tail(ins, mostLinks)
	for i := len(ins) - 1; i >= 0; i-- {
		in := ins[i]
		value := x.g.Value(in.Ref)
		if in.Peer() == e.from || !handsOn(value, e.value) {
			continue
		}
		if n := min(x.past.hops(in.Ref)+1, longest); n > best.count {
			best = hop{n, e.time - in.Time, e.value / value}
		}
	}
	return best
}

// hopsOn counts the hops in a row by which a payment to an account is handed on
// until a time, the payment itself not counted. It looks at no more payments
// than are left.
func (a *around) hopsOn(to graph.Account, ref graph.Ref, t, until uint32, value float32, depth int, left *int) (most int) {
	if to == graph.Outside || depth == 0 {
		return 0
	}
	outs := a.g.Out(to, spoor.Instant(t), spoor.Instant(min(until, t+uint32(hopSpan))))
	for i, o := range outs {
		if i == mostLinks || *left == 0 {
			break
		}
		*left--
		v := a.g.Value(o.Ref)
		if o.Ref == ref || o.Peer() == to || o.Time == t && o.Ref.Before(ref) || !handsOn(value, v) {
			continue
		}
		most = max(most, 1+a.hopsOn(o.Peer(), o.Ref, o.Time, until, v, depth-1, left))
	}
	return most
}

// past is what is remembered of each payment of the last days, by ref.
type past struct {
	oldest graph.Ref
	kept   []trace
}

type trace struct {
	time uint32
	hops uint8
	risk float32
}

func (p *past) at(r graph.Ref) *trace {
	if r.Before(p.oldest) || int(r-p.oldest) >= len(p.kept) {
		return nil
	}
	return &p.kept[r-p.oldest]
}

func (p *past) hops(r graph.Ref) uint8 {
	if t := p.at(r); t != nil {
		return t.hops
	}
	return 0
}

// risk is that of a payment at arrival, 0 where it is forgotten.
func (p *past) risk(r graph.Ref) float32 {
	if t := p.at(r); t != nil {
		return t.risk
	}
	return 0
}

// forget drops what is older than a time, once that is half of all.
func (p *past) forget(until uint32) {
	n := sort.Search(len(p.kept), func(i int) bool { return p.kept[i].time >= until })
	if 2*n > len(p.kept) {
		p.kept = append(p.kept[:0], p.kept[n:]...)
		p.oldest += graph.Ref(n)
	}
}
