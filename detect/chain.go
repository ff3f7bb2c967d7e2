package detect

import (
	"fmt"

	"spoor"
	"spoor/graph"
)

// chain finds money handed on from account to account, four payments or more,
// each soon after the one before and of similar size (Altman et al., NeurIPS
// 2023, pattern random).
type chain struct{ least int }

func (f *chain) typology() spoor.Typology { return spoor.Chain }

func (f *chain) find(s *scope) {
	c := s.trails().chain
	if len(c.refs) < f.least || c.bans < triesTransfers-2 {
		return
	}
	refs := c.copied()
	head := refs[len(refs)-1]
	origin, first := s.g.Ends(head)
	s.emit(signal{typology: spoor.Chain, anchor: [2]graph.Account{origin, first}, refs: refs, moved: []graph.Ref{head}, legs: c.legs(), bans: c.bans})
}

func (f *chain) assess(n *normal, sig *signal) (float64, []string) {
	st := n.legs(sig.legs)
	first, last := n.g.Value(sig.refs[0]), n.g.Value(sig.refs[len(sig.refs)-1])
	return st.bans - triesTransfers, []string{
		fmt.Sprintf("%s handed on through %d accounts in %s, arriving as %s", euro(float64(first)), len(sig.legs), spoor.Span(n.g.Time(sig.refs[len(sig.refs)-1])-n.g.Time(sig.refs[0])), euro(float64(last))),
		"route: " + n.route(sig.legs),
		st.words(),
	}
}
