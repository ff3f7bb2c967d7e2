package detect

import (
	"fmt"
	"math"

	"spoor"
	"spoor/graph"
)

// cycle finds money that comes back to where it began through three or more
// payments, each later than the one before and of similar size (Altman et al.,
// NeurIPS 2023, pattern cycle; to maxHops payments).
type cycle struct{ least int }

func (f *cycle) typology() spoor.Typology { return spoor.Cycle }

func (f *cycle) find(s *scope) {
	c := s.trails().cycle
	if len(c.refs) < f.least {
		return
	}
	refs := c.copied()
	s.emit(signal{typology: spoor.Cycle, anchor: [2]graph.Account{s.to, s.from}, refs: refs, moved: refs[len(refs)-1:], legs: c.legs(), bans: c.bans})
}

func (f *cycle) assess(n *normal, sig *signal) (float64, []string) {
	st := n.legs(sig.legs)
	in := n.count(n.g.In(sig.anchor[0], 0, n.g.Newest()), 1000)
	// Closing by chance: that of all transfers the last one goes to the origin.
	// The transfers that could have closed cancel those that could have begun;
	// what is left is how many the origin gets, and that people deal in circles.
	total := st.bans - math.Log10(float64(max(1, in))) - 1
	first, last := n.g.Value(sig.refs[0]), n.g.Value(sig.refs[len(sig.refs)-1])
	return total, []string{
		fmt.Sprintf("%s left %s and came back as %s after %d payments in %s", euro(float64(first)), n.g.AccountID(sig.anchor[0]), euro(float64(last)), len(sig.refs), spoor.Span(n.g.Time(sig.refs[len(sig.refs)-1])-n.g.Time(sig.refs[0]))),
		"route: " + n.route(sig.legs),
		st.words(),
	}
}
