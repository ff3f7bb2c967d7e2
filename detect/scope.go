package detect

import (
	"math"

	"spoor"
	"spoor/graph"
)

// scope is what a finder sees: one payment, and the graph as it was when that
// payment had just been made. Payments of the same batch that came after it
// are not seen, so that the size of a batch or the number of workers changes
// nothing.
type scope struct {
	g      *graph.Graph
	normal *normal
	cap    int // edges of one account on one side that are looked at
	bites  uint64

	ref      graph.Ref
	t        spoor.Instant
	from, to graph.Account
	value    float64
	channel  spoor.Channel
	found    []signal

	peers   accountSet
	back    trails
	layered struct {
		of    graph.Ref
		done  bool
		found []layer
	}
	path  []graph.Ref     // of the search in hand, the payment in scope first
	way   []graph.Account // that path passes, payee and payer of scope first
	steps []hop           // room for hops, used as a stack
	spent int
}

func (s *scope) load(ref graph.Ref) {
	s.ref = ref
	s.t = s.g.Time(ref)
	s.from, s.to = s.g.Ends(ref)
	s.value = float64(s.g.Value(ref))
	s.channel = s.g.Channel(ref)
}

func (s *scope) emit(sig signal) {
	sig.refs = sortRefs(s.g, sig.refs)
	sig.last = s.g.Time(sig.refs[len(sig.refs)-1])
	s.found = append(s.found, sig)
}

// out and in are an account's payments on one side from t-span to now. An
// account with more than the degree cap is a hub: it gives none, and the bite
// is counted.
func (s *scope) out(a graph.Account, span spoor.Instant) []graph.Edge {
	return s.capped(s.g.Out(a, s.t-span, s.t))
}

func (s *scope) in(a graph.Account, span spoor.Instant) []graph.Edge {
	return s.capped(s.g.In(a, s.t-span, s.t))
}

func (s *scope) capped(edges []graph.Edge) []graph.Edge {
	for n := len(edges); n > 0 && spoor.Instant(edges[n-1].Time) == s.t && s.ref.Before(edges[n-1].Ref); n-- {
		edges = edges[:n-1]
	}
	if len(edges) > s.cap {
		s.bites++
		return nil
	}
	return edges
}

// before is an account's incoming payments in [t-span, t] as seen from a
// payment ref at time t, which it leaves out itself.
func (s *scope) before(a graph.Account, t, span spoor.Instant, ref graph.Ref) []graph.Edge {
	edges := s.g.In(a, t-span, t)
	for n := len(edges); n > 0 && spoor.Instant(edges[n-1].Time) == t && !edges[n-1].Ref.Before(ref); n-- {
		edges = edges[:n-1]
	}
	if len(edges) > s.cap {
		s.bites++
		return nil
	}
	return edges
}

// hop is how money seems to have gone through an account: a payment in, and
// one out of about the same size soon after.
type hop struct {
	in   graph.Edge
	bans float64
}

// maxDrift is the largest natural logarithm by which the amount of a hop may
// differ from that before it: fees kept, rates rounded.
const maxDrift = 0.45

// hops finds the payments into the payer of ref that ref may pass on: transfers
// at most gap before it, of a similar value. It appends them to dst.
func (s *scope) hops(dst []hop, ref graph.Ref, payer graph.Account, t spoor.Instant, value float64, gap spoor.Instant) []hop {
	if value <= 0 {
		return dst
	}
	for _, e := range s.before(payer, t, gap, ref) {
		if !e.Channel().Transfer() || e.Peer() == payer || e.Peer() == graph.Outside {
			continue
		}
		v := float64(s.g.Value(e.Ref))
		if v < value*0.63 || v > value*1.58 {
			continue
		}
		drift := math.Log(v / value)
		if math.Abs(drift) > maxDrift {
			continue
		}
		dst = append(dst, hop{e, s.normal.hop(payer, t-spoor.Instant(e.Time), drift)})
	}
	return dst
}

// accountSet is a small set of accounts that is emptied in no time.
type accountSet struct {
	keys  []uint32
	round []uint32
	now   uint32
	n     int
}

func (s *accountSet) reset() {
	if s.keys == nil {
		s.keys, s.round = make([]uint32, 2048), make([]uint32, 2048)
	}
	s.now++
	s.n = 0
}

// add puts an account in and reports whether it was not there. A set holds at
// most half of its slots; more accounts are taken as already there.
func (s *accountSet) add(a graph.Account) bool {
	i := uint32(a) * 0x9E3779B1 >> 21
	for ; s.round[i] == s.now; i = (i + 1) & 2047 {
		if s.keys[i] == uint32(a) {
			return false
		}
	}
	if s.n >= 1024 {
		return false
	}
	s.keys[i], s.round[i] = uint32(a), s.now
	s.n++
	return true
}

func (s *accountSet) has(a graph.Account) bool {
	for i := uint32(a) * 0x9E3779B1 >> 21; s.round[i] == s.now; i = (i + 1) & 2047 {
		if s.keys[i] == uint32(a) {
			return true
		}
	}
	return false
}

// oneEach keeps of the transfers among edges the latest with each peer, and
// returns their payments in order of time. An account paying itself, and the
// outside, are left out.
func (s *scope) oneEach(self graph.Account, edges []graph.Edge) []graph.Ref {
	s.peers.reset()
	var refs []graph.Ref
	for i := len(edges) - 1; i >= 0; i-- {
		e := edges[i]
		if e.Channel().Transfer() && e.Peer() != self && e.Peer() != graph.Outside && s.peers.add(e.Peer()) {
			refs = append(refs, e.Ref)
		}
	}
	return refs
}

// distinct counts the peers that oneEach would keep, without keeping them.
func (s *scope) distinct(self graph.Account, edges []graph.Edge) (n int) {
	s.peers.reset()
	for _, e := range edges {
		if e.Channel().Transfer() && e.Peer() != self && e.Peer() != graph.Outside && s.peers.add(e.Peer()) {
			n++
		}
	}
	return n
}
