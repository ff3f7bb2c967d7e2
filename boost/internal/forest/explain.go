package forest

import "fmt"

// pathStep is a feature on the way from the root to a node: what share of
// training rows goes on where the feature is not known, whether the row does
// where it is, and the weight of the subsets that hold so many features.
type pathStep struct {
	feature   int32
	zero, one float64 // one is 0 or 1
	weight    float64
}

// Explain divides the margin of a row among its features: it sets phi, which
// has a place for each, so that base plus the sum of phi is the margin, and
// returns base, the margin on average over the training rows. These are the
// Shapley values of what the trees give when only some features are known and
// both ways of a split on another are taken in the shares that the training
// rows took (Lundberg and others, From local explanations to global
// understanding with explainable AI for trees, 2020, Algorithm 2).
func (s *Scorer) Explain(row []float32, phi []float64) (base float64) {
	if len(row) != len(s.m.names) || len(phi) != len(row) {
		panic(fmt.Sprintf("boost: a row of %d values and %d places to explain %d features", len(row), len(phi), len(s.m.names)))
	}
	if s.paths == nil {
		const longest = MaxDepth + 2
		s.paths = make([]pathStep, longest*(longest+1)/2)
	}
	clear(phi)
	for _, tree := range s.m.trees {
		e := explanation{tree, row, phi}
		e.visit(0, s.paths[:0], pathStep{feature: -1, zero: 1, one: 1})
	}
	return s.m.mean
}

// explanation is one tree's of one row.
type explanation struct {
	tree []Node
	row  []float32
	phi  []float64
}

// visit goes down from a node that was reached by a step after others. The
// memory behind the path is for those to come.
func (e *explanation) visit(at int32, before []pathStep, last pathStep) {
	path := before[len(before) : 2*len(before)+1 : cap(before)]
	copy(path, before)
	extend(path, last)
	n := &e.tree[at]
	if n.Feature < 0 {
		for i := 1; i < len(path); i++ {
			e.phi[path[i].feature] += unwoundSum(path, i) * (path[i].one - path[i].zero) * float64(n.Value)
		}
		return
	}
	hot, part := n.Child, leftShare(e.tree, n)
	cold := hot + 1
	if n.right(e.row[n.Feature]) {
		hot, cold, part = cold, hot, 1-part
	}
	step := pathStep{feature: n.Feature, zero: 1, one: 1}
	for i := 1; i < len(path); i++ {
		if path[i].feature == n.Feature { // a feature counts once: take its earlier split back
			step.zero, step.one = path[i].zero, path[i].one
			path = unwind(path, i)
			break
		}
	}
	zero := step.zero
	if step.zero = zero * part; step.zero > 0 || step.one > 0 {
		e.visit(hot, path, step)
	}
	step.one = 0
	if step.zero = zero * (1 - part); step.zero > 0 { // else no subset leads there
		e.visit(cold, path, step)
	}
}

// right is which way a value goes. It is what the flat walk does, said plainly.
func (n *Node) right(x float32) bool {
	if x != x {
		return !n.MissingLeft
	}
	if n.Set == nil {
		return !(x < n.Value)
	}
	code := codeOf(x)
	return code != noCode && n.Set.Has(code)
}

// share holds 1/i: multiplying is several times quicker than dividing.
var share = func() (s [MaxDepth + 3]float64) {
	for i := range s {
		s[i] = 1 / float64(i)
	}
	return s
}()

// extend adds a step, for which the path has its last place.
func extend(path []pathStep, step pathStep) {
	d := len(path) - 1
	if step.weight = 0; d == 0 {
		step.weight = 1
	}
	path[d] = step
	for i := d - 1; i >= 0; i-- {
		w := path[i].weight * share[d+1]
		path[i+1].weight += step.one * w * float64(i+1)
		path[i].weight = step.zero * w * float64(d-i)
	}
}

// unwind takes step i back out, as if it had never been.
func unwind(path []pathStep, i int) []pathStep {
	d := len(path) - 1
	one, zero, next := path[i].one, path[i].zero, path[d].weight
	for j := d - 1; j >= 0; j-- {
		if one == 0 {
			path[j].weight *= float64(d+1) * share[d-j] / zero
			continue
		}
		w := path[j].weight
		path[j].weight = next * float64(d+1) * share[j+1]
		next = w - path[j].weight*zero*float64(d-j)*share[d+1]
	}
	for j := i; j < d; j++ {
		path[j].feature, path[j].zero, path[j].one = path[j+1].feature, path[j+1].zero, path[j+1].one
	}
	return path[:d]
}

// unwoundSum is the sum of the weights that unwind would leave.
func unwoundSum(path []pathStep, i int) (sum float64) {
	d := len(path) - 1
	zero, next := path[i].zero, path[d].weight
	if path[i].one == 0 {
		for j, p := range path[:d] {
			sum += p.weight * share[d-j]
		}
		return sum / zero * float64(d+1)
	}
	for j := d - 1; j >= 0; j-- {
		w := next * share[j+1]
		sum += w
		next = path[j].weight - w*zero*float64(d-j)
	}
	return sum * float64(d+1)
}
