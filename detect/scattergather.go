package detect

import (
	"fmt"
	"math"

	"spoor"
	"spoor/graph"
)

// scatterGather finds one account paying another through two or more
// intermediaries, each handing on about what it got (Altman et al., NeurIPS
// 2023, pattern scatter-gather; smurfing in FATF's words). An intermediary may
// pay on before it is paid.
type scatterGather struct {
	window spoor.Instant
	gap    spoor.Instant
	least  int
	most   int
}

func (f *scatterGather) typology() spoor.Typology { return spoor.ScatterGather }

func (f *scatterGather) find(s *scope) {
	if !s.channel.Transfer() || s.from == s.to || s.from == graph.Outside || s.to == graph.Outside || s.value < startSize {
		return
	}
	// As the second leg: whoever paid the payer about as much is a source.
	s.steps = s.hops(s.steps[:0], s.ref, s.from, s.t, s.value, f.gap)
	for _, h := range s.steps {
		f.paths(s, h.in.Peer(), s.to)
	}
	// As the first leg, late: whomever the payee paid about as much is a sink.
	for _, e := range s.out(s.to, f.gap) {
		if e.Channel().Transfer() && e.Peer() != s.to && similar(float64(s.g.Value(e.Ref)), s.value) {
			f.paths(s, s.from, e.Peer())
		}
	}
}

// similar reports whether two values are within maxDrift of each other.
func similar(a, b float64) bool {
	return a > 0 && b > 0 && math.Abs(math.Log(a/b)) <= maxDrift
}

// paths looks for intermediaries between a source and a sink.
func (f *scatterGather) paths(s *scope, source, sink graph.Account) {
	if source == sink || source == graph.Outside || sink == graph.Outside {
		return
	}
	outs, ins := s.out(source, f.window), s.in(sink, f.window)
	if len(outs) < f.least || len(ins) < f.least {
		return
	}
	if len(outs) > 2*f.most || len(ins) > 2*f.most {
		s.bites++
		return
	}
	s.peers.reset()
	for _, e := range outs {
		if e.Channel().Transfer() {
			s.peers.add(e.Peer())
		}
	}
	var sig signal
	for _, e := range ins {
		m := e.Peer()
		if !e.Channel().Transfer() || m == source || m == sink || !s.peers.has(m) {
			continue
		}
		v := float64(s.g.Value(e.Ref))
		for _, o := range outs {
			if o.Peer() == m && similar(float64(s.g.Value(o.Ref)), v) {
				sig.legs = append(sig.legs, leg{o.Ref, e.Ref})
				sig.refs = append(sig.refs, o.Ref, e.Ref)
				sig.moved = append(sig.moved, o.Ref)
				break
			}
		}
	}
	if f.intermediaries(s, sig.legs) < f.least {
		return
	}
	sig.typology, sig.anchor = spoor.ScatterGather, [2]graph.Account{source, sink}
	sig.moved = sortRefs(s.g, sig.moved)
	s.emit(sig)
}

func (f *scatterGather) intermediaries(s *scope, legs []leg) (k int) {
	s.peers.reset()
	for _, l := range legs {
		if _, m := s.g.Ends(l.in); s.peers.add(m) {
			k++
		}
	}
	return k
}

func (f *scatterGather) assess(n *normal, sig *signal) (float64, []string) {
	st := n.legs(sig.legs)
	k := map[graph.Account]bool{}
	for _, l := range sig.legs {
		_, m := n.g.Ends(l.in)
		k[m] = true
	}
	out := n.count(n.g.Out(sig.anchor[0], 0, n.g.Newest()), 1000)
	in := n.count(n.g.In(sig.anchor[1], 0, n.g.Newest()), 1000)
	// Each intermediary after the first is one more payee of the source who by
	// chance would also pay this sink.
	meet := max(0.3, n.accounts-math.Log10(float64(max(1, out)*max(1, in)))-1)
	var value float64
	for _, r := range sig.moved {
		value += float64(n.g.Value(r))
	}
	return st.bans + float64(len(k)-1)*meet - triesTransfers, []string{
		fmt.Sprintf("%s paid %s through %d intermediaries within %s, %s in all", n.g.AccountID(sig.anchor[0]), n.g.AccountID(sig.anchor[1]), len(k), spoor.Span(n.g.Time(sig.refs[len(sig.refs)-1])-n.g.Time(sig.refs[0])), euro(value)),
		"each intermediary hands on about what it got: " + st.words(),
	}
}
