package shape

import (
	"fmt"
	"math"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// ScatterGather finds one account paying another through intermediaries, each
// handing on about what it got (Altman et al., pattern scatter-gather; FATF's
// smurfing).
//
// Source and sink have at least min_intermediaries accounts between them, all
// within window; an intermediary may pay on before it is paid, by no more than
// max_gap. A source or sink with more than twice max_degree payments in window
// is not looked into.
type ScatterGather struct {
	Window            spoor.Instant
	MaxGap            spoor.Instant
	MinIntermediaries int
	MaxDegree         int
}

// Typology is scatter-gather.
func (f *ScatterGather) Typology() spoor.Typology { return spoor.ScatterGather }

// Find takes the payment as the second leg of a path, then as the first.
func (f *ScatterGather) Find(s *look.Scope) {
	if !s.Between() || s.Value < look.LeastValue {
		return
	}
	// As the second leg: whoever paid the payer about as much is a source.
	for _, e := range s.Before(s.From, s.Time, f.MaxGap, s.Ref) {
		if f.fits(s, e, s.From) {
			f.paths(s, e.Peer(), s.To)
		}
	}
	// As the first leg, late: whomever the payee paid about as much is a sink.
	for _, e := range s.Out(s.To, f.MaxGap) {
		if f.fits(s, e, s.To) {
			f.paths(s, s.From, e.Peer())
		}
	}
}

// fits reports whether an edge of an account is a transfer like that in scope.
func (f *ScatterGather) fits(s *look.Scope, e graph.Edge, self graph.Account) bool {
	return e.Channel().Transfer() && e.Peer() != self && e.Peer() != graph.Outside && look.Similar(float64(s.Graph.Value(e.Ref)), s.Value)
}

// paths looks for intermediaries between a source and a sink.
func (f *ScatterGather) paths(s *look.Scope, source, sink graph.Account) {
	if source == sink {
		return
	}
	outs, ins := s.Out(source, f.Window), s.In(sink, f.Window)
	if len(outs) < f.MinIntermediaries || len(ins) < f.MinIntermediaries {
		return
	}
	if len(outs) > 2*f.MaxDegree || len(ins) > 2*f.MaxDegree {
		s.Bite()
		return
	}
	legs := f.legs(s, source, sink, outs, ins)
	if f.intermediaries(s, legs) < f.MinIntermediaries {
		return
	}
	sig := look.Signal{Typology: spoor.ScatterGather, Anchor: [2]graph.Account{source, sink}, Legs: legs}
	for _, l := range legs {
		sig.Refs = append(sig.Refs, l.In, l.Out)
		sig.Moved = append(sig.Moved, l.In)
	}
	sig.Moved = look.Sort(s.Graph, sig.Moved)
	s.Emit(sig)
}

// legs matches each payment into the sink with one of the source to its payer.
func (f *ScatterGather) legs(s *look.Scope, source, sink graph.Account, outs, ins []graph.Edge) (legs []usual.Leg) {
	s.Peers.Reset()
	for _, e := range outs {
		if e.Channel().Transfer() {
			s.Peers.Add(e.Peer())
		}
	}
	for _, e := range ins {
		m := e.Peer()
		if !e.Channel().Transfer() || m == source || m == sink || !s.Peers.Has(m) {
			continue
		}
		v := float64(s.Graph.Value(e.Ref))
		for _, o := range outs {
			if o.Peer() == m && look.Similar(float64(s.Graph.Value(o.Ref)), v) {
				legs = append(legs, usual.Leg{In: o.Ref, Out: e.Ref})
				break
			}
		}
	}
	return legs
}

// intermediaries counts the accounts that legs pass.
func (f *ScatterGather) intermediaries(s *look.Scope, legs []usual.Leg) (n int) {
	s.Peers.Reset()
	for _, l := range legs {
		if _, m := s.Graph.Ends(l.In); s.Peers.Add(m) {
			n++
		}
	}
	return n
}

// Assess adds the hops to the chance that payees of the source also pay the
// sink: each intermediary after the first is one more that does.
func (f *ScatterGather) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	source, sink := sig.Anchor[0], sig.Anchor[1]
	st := t.Legs(sig.Legs)
	between := map[graph.Account]bool{}
	for _, l := range sig.Legs {
		_, m := t.Graph.Ends(l.In)
		between[m] = true
	}
	meet := t.Meet(math.Log10(float64(max(1, t.Paid(source)) * max(1, t.Received(sink)))))
	var value float64
	for _, r := range sig.Moved {
		value += float64(t.Graph.Value(r))
	}
	return st.Bans + float64(len(between)-1)*meet - usual.TriesTransfers, []string{
		fmt.Sprintf("%s paid %s through %d intermediaries within %s, %s in all", t.Graph.AccountID(source), t.Graph.AccountID(sink), len(between), spoor.Span(sig.Last-t.Graph.Time(sig.Refs[0])), look.Euro(value)),
		"each intermediary hands on about what it got: " + st.Words(),
	}
}
