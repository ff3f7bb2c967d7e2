package forest

import "fmt"

// The most that a model may have.
const (
	MaxDepth = 64 // splits above a leaf
	MaxTrees = 100_000
	MaxNodes = 1 << 24
)

// Model is a sum of trees. Its output is a margin, the log odds of the label.
// It does not change, so any number of goroutines may use it, each with a
// Scorer of its own.
type Model struct {
	names []string
	base  float64  // margin before the first tree
	trees [][]Node // a root first; children side by side and after their parent
	mean  float64  // margin on average over the training rows
	flat  *flat
}

// Node is a split or a leaf of a tree.
type Node struct {
	Feature     int32   // -1 for a leaf
	Child       int32   // place of the left child; the right one follows it
	Value       float32 // of a leaf its weight, of a split its threshold: below it goes left
	MissingLeft bool
	Set         *Set    // of a categorical split, the codes that go right; else nil
	Gain        float32 // of a split
	Cover       float32 // sum of hessians of the training rows that came here
}

// Set is some of the codes 0 to 255 of a categorical column.
type Set [4]uint64

// Has says whether a code is in the set.
func (s *Set) Has(code int) bool { return s[code>>6&3]>>(code&63)&1 != 0 }

// Add puts a code into the set.
func (s *Set) Add(code int) { s[code>>6&3] |= 1 << (code & 63) }

// New makes a model of trees that are known to be well formed: the root first,
// children side by side and after their parent. It keeps names and trees.
func New(names []string, base float64, trees [][]Node) (*Model, error) {
	questions, err := questions(len(names), trees)
	if err != nil {
		return nil, err
	}
	m := &Model{names: names, base: base, trees: trees, flat: flatten(questions, trees), mean: base}
	for _, tree := range trees {
		m.mean += mean(tree)
	}
	return m, nil
}

// Names are the features a row must have, in order. They must not be changed.
func (m *Model) Names() []string { return m.names }

// Base is the margin before the first tree.
func (m *Model) Base() float64 { return m.base }

// Trees is the number of trees.
func (m *Model) Trees() int { return len(m.trees) }

// Tree is the nodes of a tree. They must not be changed.
func (m *Model) Tree(i int) []Node { return m.trees[i] }

// Gain is for each feature the gain of all splits on it: by how much they
// lowered the loss in training, in XGBoost's units (twice the loss). It says
// what the model looks at, not why one row scores as it does; Scorer.Explain
// does.
func (m *Model) Gain() []float64 {
	gain := make([]float64, len(m.names))
	for _, tree := range m.trees {
		for _, n := range tree {
			if n.Feature >= 0 {
				gain[n.Feature] += float64(n.Gain)
			}
		}
	}
	return gain
}

// depth is the most splits above a leaf.
func depth(tree []Node) int {
	depths, deepest := make([]int, len(tree)), 0
	for i, n := range tree { // parents come first
		if n.Feature >= 0 {
			depths[n.Child], depths[n.Child+1] = depths[i]+1, depths[i]+1
			deepest = max(deepest, depths[i]+1)
		}
	}
	return deepest
}

// mean is what a tree gives on average over its training rows. Explanations
// start from it.
func mean(tree []Node) float64 {
	means := make([]float64, len(tree))
	for i := len(tree) - 1; i >= 0; i-- { // children come last
		n := &tree[i]
		if n.Feature < 0 {
			means[i] = float64(n.Value)
			continue
		}
		left := leftShare(tree, n)
		means[i] = left*means[n.Child] + (1-left)*means[n.Child+1]
	}
	return means[0]
}

// leftShare is the share of a split's training rows that went left.
func leftShare(tree []Node, n *Node) float64 {
	left, right := float64(tree[n.Child].Cover), float64(tree[n.Child+1].Cover)
	if left+right == 0 {
		return 0.5
	}
	return left / (left + right)
}

// question is what a categorical node asks of a code.
type question struct {
	right       Set
	missingLeft bool
}

func (n *Node) question() question { return question{*n.Set, n.MissingLeft} }

// goesRight answers for a code of coded.slots.
func (q *question) goesRight(code int) bool {
	switch code {
	case noCode: // as XGBoost does
		return false
	case lostCode:
		return !q.missingLeft
	}
	return q.right.Has(code)
}

// questions numbers the different questions about each feature.
func questions(features int, trees [][]Node) ([]map[question]int, error) {
	out, total := make([]map[question]int, features), 0
	for _, tree := range trees {
		for _, n := range tree {
			if n.Set == nil {
				continue
			}
			of := out[n.Feature]
			if of == nil {
				of = map[question]int{}
				out[n.Feature] = of
			}
			if _, ok := of[n.question()]; !ok {
				of[n.question()] = len(of)
				total++
			}
		}
	}
	if total > maxSets {
		return nil, fmt.Errorf("boost: the model tells categories apart in %d ways, more than %d: train fewer or smaller trees", total, maxSets)
	}
	return out, nil
}
