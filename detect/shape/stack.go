package shape

import (
	"fmt"
	"slices"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// Stack finds layers of accounts, each paying into the next: a bipartite
// pattern whose sources were paid by a common layer before (Altman et al.,
// pattern stack). Window and max_layer are those of [Bipartite], whose search
// it shares.
type Stack struct {
	Window   spoor.Instant
	MaxLayer int
}

// Typology is stack.
func (f *Stack) Typology() spoor.Typology { return spoor.Stack }

// Find emits the layers above the payment, if there are two or more.
func (f *Stack) Find(s *look.Scope) {
	l := s.Layers(f.Window, f.MaxLayer)
	if len(l) < 2 {
		return
	}
	top := l[len(l)-1]
	var refs []graph.Ref
	for _, layer := range l {
		refs = append(refs, layer.Refs...)
	}
	s.Emit(look.Signal{Typology: spoor.Stack, Anchor: [2]graph.Account{top.From[0], top.To[0]}, N: len(l) + 1, M: len(l[0].To),
		Refs: refs, Moved: look.Sort(s.Graph, slices.Clone(top.Refs))})
}

// Assess measures the mesh of payments.
func (f *Stack) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	b, value := t.Mesh(sig.Refs)
	return b - usual.TriesAccounts, []string{
		fmt.Sprintf("%d layers of accounts, each paying into the next: %d payments between them within %s, %s in all", sig.N, len(sig.Refs),
			spoor.Span(sig.Last-t.Graph.Time(sig.Refs[0])), look.Euro(value)),
	}
}
