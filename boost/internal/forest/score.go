package forest

import (
	"fmt"
	"math"
)

// flat is a model laid out for speed. A step down a tree is one comparison
// whose result is added to the place of the first child, so the processor
// never guesses a branch, and works on several trees at once. A leaf is its own
// child: a tree takes as many steps as it is deep, whichever way the row goes.
//
// A row becomes slots: of every feature x and −x, and of every set of codes a
// 1 or 0. Each node compares one slot. NaN compares false, so a node whose
// missing rows go left asks −x, and has its children the other way round.
type flat struct {
	nodes    []step
	groups   []group
	features int
	coded    []coded
	slots    int
}

// step is a node: 16 bytes, four in a cache line.
type step struct {
	below float32 // the slot is below it: second child; NaN in a leaf
	value float32 // weight of a leaf
	slot  uint32
	child uint32
}

// group is some trees that are walked together, so many steps.
type group struct {
	roots [groupTrees]uint32
	steps int
}

// groupTrees is how many trees it takes to keep the processor busy while each
// waits for its next node.
const groupTrees = 8

// coded is a categorical feature: what its slots, from one on, hold for each
// code, for a value that is no code and for a missing one.
type coded struct {
	feature int
	from    int
	slots   [258][]float32
}

const (
	noCode   = 256
	lostCode = 257
)

// flatten lays out trees that are known to be well formed. asked are the
// numbers of the questions about each feature.
func flatten(asked []map[question]int, trees [][]Node) *flat {
	f := &flat{features: len(asked), slots: 2 * len(asked)}
	first := make([]uint32, len(asked)) // slot of the first question about a feature
	for feature, numbers := range asked {
		if len(numbers) == 0 {
			continue
		}
		c := coded{feature: feature, from: f.slots}
		for code := range c.slots {
			c.slots[code] = make([]float32, len(numbers))
			for q, number := range numbers {
				if q.goesRight(code) {
					c.slots[code][number] = 1
				}
			}
		}
		f.coded = append(f.coded, c)
		first[feature] = uint32(f.slots)
		f.slots += len(numbers)
	}
	slot := func(n *Node) uint32 { return first[n.Feature] + uint32(asked[n.Feature][n.question()]) }
	for at := 0; at < len(trees); at += groupTrees {
		var g group
		for i := range g.roots {
			if at+i >= len(trees) { // a tree that gives nothing fills the group
				g.roots[i] = f.add([]Node{{Feature: -1}}, slot)
				continue
			}
			g.roots[i] = f.add(trees[at+i], slot)
			g.steps = max(g.steps, depth(trees[at+i]))
		}
		f.groups = append(f.groups, g)
	}
	return f
}

// add lays out a tree and returns the place of its root. slot finds that of a
// categorical node.
func (f *flat) add(tree []Node, slot func(*Node) uint32) uint32 {
	base := uint32(len(f.nodes))
	place := make([]uint32, len(tree)) // children of a node that asks −x change places
	place[0] = base
	f.nodes = append(f.nodes, make([]step, len(tree))...)
	for i, n := range tree {
		s := &f.nodes[place[i]]
		if n.Feature < 0 {
			*s = step{below: float32(math.NaN()), value: n.Value, child: place[i]}
			continue
		}
		first, second := n.Child+1, n.Child // by default: below the threshold, left, is the second
		*s = step{below: n.Value, slot: 2 * uint32(n.Feature), child: base + uint32(n.Child)}
		switch {
		case n.Set != nil:
			// 0 is left and below a half.
			s.below, s.slot = 0.5, slot(&n)
		case n.MissingLeft:
			// x < t is left; so −x ≤ −t, which is −x below the next after −t, is right.
			s.below, s.slot = math.Nextafter32(-n.Value, float32(math.Inf(1))), s.slot+1
			first, second = second, first
		}
		place[first], place[second] = s.child, s.child+1
	}
	return base
}

// Scorer applies a model to rows. It holds scratch memory: use one for each
// goroutine.
type Scorer struct {
	m     *Model
	slots []float32  // of a block of rows
	paths []pathStep // of Explain
}

// block is how many rows are walked through a group of trees before the next
// group: its nodes stay in the nearest cache meanwhile.
const block = 16

// Scorer makes a scorer of the model.
func (m *Model) Scorer() *Scorer {
	return &Scorer{m: m, slots: make([]float32, block*m.flat.slots)}
}

// load puts a row into slots.
func (s *Scorer) load(row, into []float32) {
	f := s.m.flat
	if len(row) != f.features {
		panic(fmt.Sprintf("boost: a row of %d values for a model of %d features", len(row), f.features))
	}
	slots := into[:2*len(row)]
	for i, x := range row {
		slots[2*i], slots[2*i+1] = x, -x
	}
	for i := range f.coded {
		c := &f.coded[i]
		copy(into[c.from:], c.slots[codeOf(row[c.feature])])
	}
}

// codeOf is the place of a value in coded.slots.
func codeOf(x float32) int {
	switch {
	case x != x:
		return lostCode
	case x >= 0 && x < noCode:
		return int(x)
	}
	return noCode
}

// Margin is the log odds of a row. NaN is a missing value. It panics if the row
// has not one value for each feature of the model.
func (s *Scorer) Margin(row []float32) float64 {
	var out [1]float64
	s.Margins([][]float32{row}, out[:])
	return out[0]
}

// Margins puts the margins of rows into out, as [Scorer.Margin] gives them, in
// less time than one by one.
func (s *Scorer) Margins(rows [][]float32, out []float64) {
	width := s.m.flat.slots
	for len(rows) > 0 {
		n := min(len(rows), block)
		for i, row := range rows[:n] {
			s.load(row, s.slots[i*width:(i+1)*width])
			out[i] = s.m.base
		}
		for g := range s.m.flat.groups {
			for i := range n {
				out[i] = s.m.flat.groups[g].walk(s.m.flat.nodes, s.slots[i*width:(i+1)*width], out[i])
			}
		}
		rows, out = rows[n:], out[n:]
	}
}

// walk adds to a sum what each tree of the group gives. The eight are written
// out to be kept in registers.
func (g *group) walk(nodes []step, slots []float32, sum float64) float64 {
	a, b, c, d := g.roots[0], g.roots[1], g.roots[2], g.roots[3]
	e, f, h, i := g.roots[4], g.roots[5], g.roots[6], g.roots[7]
	for range g.steps {
		a, b = nodes[a].next(slots), nodes[b].next(slots)
		c, d = nodes[c].next(slots), nodes[d].next(slots)
		e, f = nodes[e].next(slots), nodes[f].next(slots)
		h, i = nodes[h].next(slots), nodes[i].next(slots)
	}
	for _, leaf := range [groupTrees]uint32{a, b, c, d, e, f, h, i} { // in order: sums round
		sum += float64(nodes[leaf].value)
	}
	return sum
}

func (n *step) next(slots []float32) uint32 {
	second := uint32(0)
	if slots[n.slot] < n.below {
		second = 1
	}
	return n.child + second
}

// Probability is the chance of the label that a row's margin stands for. It is
// calibrated as the training was: weights of classes shift it.
func (s *Scorer) Probability(row []float32) float64 { return Sigmoid(s.Margin(row)) }

// Sigmoid is the probability that a margin, the log odds, stands for.
func Sigmoid(margin float64) float64 { return 1 / (1 + math.Exp(-margin)) }
