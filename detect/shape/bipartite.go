package shape

import (
	"fmt"
	"slices"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// Bipartite finds several accounts that each pay several of the same others
// within window (Altman et al., pattern bipartite, as the paper defines it:
// sources and sinks joined by payments). Neither side has more than max_layer
// accounts.
type Bipartite struct {
	Window   spoor.Instant
	MaxLayer int
}

// Typology is bipartite.
func (f *Bipartite) Typology() spoor.Typology { return spoor.Bipartite }

// Find emits the layer that the payment belongs to.
func (f *Bipartite) Find(s *look.Scope) {
	found := s.Layers(f.Window, f.MaxLayer)
	if len(found) == 0 {
		return
	}
	l := found[0]
	s.Emit(look.Signal{Typology: spoor.Bipartite, Anchor: [2]graph.Account{l.From[0], l.To[0]}, N: len(l.From), M: len(l.To),
		Refs: slices.Clone(l.Refs), Moved: look.Sort(s.Graph, slices.Clone(l.Refs))})
}

// Assess measures the mesh of payments.
func (f *Bipartite) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	b, value := t.Mesh(sig.Refs)
	return b - usual.TriesAccounts, []string{
		fmt.Sprintf("%d accounts paid the same %d accounts in %d payments within %s, %s in all", sig.N, sig.M, len(sig.Refs),
			spoor.Span(sig.Last-t.Graph.Time(sig.Refs[0])), look.Euro(value)),
	}
}
