// Package look is how detectors see: one payment at a time and its
// neighbourhood ([Scope]), money followed back from it ([Scope.Trails]), layers
// of accounts around it ([Scope.Layers]). What they notice is a [Signal].
package look

import (
	"math"

	"spoor"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// LeastValue in euro: smaller sums start no trail and join no layers.
const LeastValue = 50

// Scope is what a detector sees: one payment, and the graph as it was when that
// payment had just been made. Payments of the same batch that came after it
// are not seen, so that the size of a batch or the number of workers changes
// nothing. A worker has one scope and loads one payment after the other.
type Scope struct {
	Graph   *graph.Graph
	Traffic *usual.Traffic
	Memory  spoor.Instant // how far back a payment sees; 0 for all that the graph holds

	Ref      graph.Ref
	Time     spoor.Instant
	From, To graph.Account
	Value    float64 // euro
	Channel  spoor.Channel

	Peers Set         // room for a detector's own use: another may have used it before
	Kept  []graph.Ref // room for the payments that a detector weighs, likewise

	cap     int // edges of one account on one side that are looked at
	bites   uint64
	found   []Signal
	near    [4]side // edges of From and To, once asked for
	trails  search
	layered layers
}

// New makes a scope. An account that has more than so many payments in a span,
// on one side, is a hub, of which In and Out show none.
func New(g *graph.Graph, t *usual.Traffic, memory spoor.Instant, degreeCap int) *Scope {
	return &Scope{Graph: g, Traffic: t, Memory: memory, cap: degreeCap}
}

// Load turns to a payment.
func (s *Scope) Load(ref graph.Ref) {
	s.Ref = ref
	s.Time = s.Graph.Time(ref)
	s.From, s.To = s.Graph.Ends(ref)
	s.Value = float64(s.Graph.Value(ref))
	s.Channel = s.Graph.Channel(ref)
	s.near = [4]side{}
	s.trails.done, s.layered.done = false, false
}

// Between reports whether the payment is a transfer between two accounts of
// the data.
func (s *Scope) Between() bool {
	return s.Channel.Transfer() && s.From != s.To && s.From != graph.Outside && s.To != graph.Outside
}

// Emit notes a signal, whose payments may come in any order.
func (s *Scope) Emit(sig Signal) {
	sig.Refs = Sort(s.Graph, sig.Refs)
	sig.Last = s.Graph.Time(sig.Refs[len(sig.Refs)-1])
	s.found = append(s.found, sig)
}

// Collect lets Emit append to dst and returns what it appended before.
func (s *Scope) Collect(dst []Signal) []Signal {
	found := s.found
	s.found = dst
	return found
}

// Found are the signals emitted since the last Collect.
func (s *Scope) Found() []Signal { return s.found }

// Bite counts that a detector kept away from a hub.
func (s *Scope) Bite() { s.bites++ }

// TakeBites returns the count of bites and begins anew.
func (s *Scope) TakeBites() uint64 {
	n := s.bites
	s.bites = 0
	return n
}

// OneEach keeps of the transfers among edges the latest with each peer, and
// appends their payments to dst. An account paying itself, and the outside, are
// left out.
func (s *Scope) OneEach(dst []graph.Ref, self graph.Account, edges []graph.Edge) []graph.Ref {
	s.Peers.Reset()
	for i := len(edges) - 1; i >= 0; i-- {
		e := edges[i]
		if e.Channel().Transfer() && e.Peer() != self && e.Peer() != graph.Outside && s.Peers.Add(e.Peer()) {
			dst = append(dst, e.Ref)
		}
	}
	return dst
}

// MaxDrift is the largest natural logarithm by which the amount of a hop may
// differ from that before it: fees kept, rates rounded.
const MaxDrift = 0.45

// Similar reports whether two values are within MaxDrift of each other.
func Similar(a, b float64) bool {
	if a <= 0 || b <= 0 || a < b*0.63 || a > b*1.58 { // what the logarithm would say too, sooner
		return false
	}
	return math.Abs(math.Log(a/b)) <= MaxDrift
}
