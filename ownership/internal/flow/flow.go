// Package flow finds what passes through the nodes of a weighted graph, circles
// included, and its strongly connected parts. It knows numbers only.
package flow

import (
	"math"
	"slices"
)

// Net is a graph as it is walked: Next visits the nodes to which flow goes from
// a node, each once, with the part of it that goes there.
type Net struct {
	Nodes int
	Next  func(n int32, visit func(to int32, weight float64))
}

// From sends one unit from each of some nodes along the net and gives what
// passes through every node, by all chains and any number of rounds.
//
// It goes through the strongly connected parts in order and solves the linear
// equations of each. Where a part keeps all that comes in, what passes is
// infinite. Outside circles no node gets more than one unit: where weights are
// bounds of shares, their sum may be more than there is.
func (net Net) From(from []int32) []float64 {
	out := make([]float64, net.Nodes)
	for _, n := range from {
		out[n] = 1
	}
	for _, part := range slices.Backward(net.Parts(from)) {
		pass(part, net.Next, out)
	}
	return out
}

// pass takes what has come into a strongly connected part, finds what passes
// through its nodes, and hands on what leaves.
func pass(part []int32, next func(int32, func(int32, float64)), out []float64) {
	if len(part) == 1 {
		n := part[0]
		self := 0.0
		next(n, func(to int32, w float64) {
			if to == n {
				self += w
			}
		})
		if out[n] > 0 && self > 0 {
			out[n] = spread(out[n], 1-self)
		}
		if self == 0 {
			out[n] = min(out[n], 1)
		}
	} else {
		within := make(map[int32]int, len(part))
		for i, n := range part {
			within[n] = i
		}
		solve(part, within, next, out)
	}
	inside := func(to int32) bool { return slices.Contains(part, to) }
	if len(part) > 8 {
		set := make(map[int32]bool, len(part))
		for _, n := range part {
			set[n] = true
		}
		inside = func(to int32) bool { return set[to] }
	}
	for _, n := range part {
		if out[n] == 0 {
			continue
		}
		next(n, func(to int32, w float64) {
			if !inside(to) {
				out[to] += out[n] * w
			}
		})
	}
}

// leak is the least that must leave a circle for its equations to be solved.
const leak = 1e-12

func spread(v, leaves float64) float64 {
	if leaves < leak {
		return math.Inf(1)
	}
	return v / leaves
}

// dense is up to how many nodes the equations are solved by elimination.
const dense = 150

// solve finds x = s + Wᵀx in a strongly connected part, where s is what came in.
func solve(part []int32, within map[int32]int, next func(int32, func(int32, float64)), out []float64) {
	s := make([]float64, len(part))
	for i, n := range part {
		s[i] = out[n]
	}
	ok := false
	if len(part) <= dense {
		s, ok = eliminate(part, within, next, s)
	} else {
		s, ok = iterate(part, within, next, s)
	}
	for i, n := range part {
		if out[n] = s[i]; !ok {
			out[n] = math.Inf(1)
		}
	}
}

// eliminate is Gauss's, without exchanging rows. The matrix has no positive
// entries but on its diagonal, so that it has a solution without negative parts
// for every s if, and only if, all its pivots are positive (an M-matrix; Berman
// and Plemmons, "Nonnegative Matrices in the Mathematical Sciences", chapter 6).
func eliminate(part []int32, within map[int32]int, next func(int32, func(int32, float64)), s []float64) (x []float64, ok bool) {
	n := len(part)
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, n)
		a[i][i] = 1
	}
	for j, v := range part {
		next(v, func(to int32, w float64) {
			if i, in := within[to]; in {
				a[i][j] -= w
			}
		})
	}
	for k := range n {
		if a[k][k] < leak {
			return s, false
		}
		for i := k + 1; i < n; i++ {
			f := a[i][k] / a[k][k]
			if f == 0 {
				continue
			}
			for j := k; j < n; j++ {
				a[i][j] -= f * a[k][j]
			}
			s[i] -= f * s[k]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			s[i] -= a[i][j] * s[j]
		}
		s[i] = max(s[i]/a[i][i], 0)
	}
	return s, true
}

// mostRounds bounds the iteration for parts that are too large to eliminate.
const mostRounds = 20_000

// iterate is Gauss and Seidel's, which converges for the matrices that
// eliminate solves. It stops when a round adds less than a millionth of a
// millionth.
func iterate(part []int32, within map[int32]int, next func(int32, func(int32, float64)), s []float64) (x []float64, ok bool) {
	type entry struct {
		from int32
		w    float64
	}
	rows, self := make([][]entry, len(part)), make([]float64, len(part))
	for j, v := range part {
		next(v, func(to int32, w float64) {
			switch i, in := within[to]; {
			case in && i == j:
				self[i] += w
			case in:
				rows[i] = append(rows[i], entry{int32(j), w})
			}
		})
	}
	x = slices.Clone(s)
	for range mostRounds {
		change, size := 0.0, 0.0
		for i := range x {
			v := s[i]
			for _, e := range rows[i] {
				v += e.w * x[e.from]
			}
			if self[i] > 1-leak {
				return x, false
			}
			v /= 1 - self[i]
			change, size = max(change, math.Abs(v-x[i])), max(size, v)
			x[i] = v
		}
		if change <= 1e-12*max(size, 1) {
			return x, true
		}
		if size > 1/leak {
			return x, false
		}
	}
	return x, false
}

// Parts are the strongly connected parts of what can be reached from some
// nodes, those first to which the flow comes last (Tarjan, "Depth-first search
// and linear graph algorithms", 1972; with a stack of its own, since chains may
// be long).
func (net Net) Parts(from []int32) (out [][]int32) {
	s := search{net: net, order: make([]int32, net.Nodes), low: make([]int32, net.Nodes), open: make([]bool, net.Nodes)}
	for _, root := range from {
		if s.order[root] > 0 {
			continue
		}
		s.enter(root)
		for len(s.path) > 0 {
			f := &s.path[len(s.path)-1]
			if len(f.to) == 0 {
				if part := s.leave(); part != nil {
					out = append(out, part)
				}
				continue
			}
			to := f.to[0]
			f.to = f.to[1:]
			switch {
			case s.order[to] == 0:
				s.enter(to)
			case s.open[to]:
				s.low[f.node] = min(s.low[f.node], s.order[to])
			}
		}
	}
	return out
}

// search is Tarjan's, on its way.
type search struct {
	net        Net
	entered    int32
	order, low []int32 // from 1, in order of entering; 0 where a node was not met
	open       []bool  // in the stack
	stack      []int32 // nodes whose part is not complete
	path       []frame
}

// frame is a node on the way, with where it has still to go.
type frame struct {
	node int32
	to   []int32
}

func (s *search) enter(n int32) {
	f := frame{node: n}
	s.net.Next(n, func(to int32, _ float64) { f.to = append(f.to, to) })
	s.path, s.stack = append(s.path, f), append(s.stack, n)
	s.entered++
	s.order[n], s.low[n], s.open[n] = s.entered, s.entered, true
}

// leave ends a node, and gives a part where it was the first of it.
func (s *search) leave() (part []int32) {
	n := s.path[len(s.path)-1].node
	s.path = s.path[:len(s.path)-1]
	if len(s.path) > 0 {
		above := s.path[len(s.path)-1].node
		s.low[above] = min(s.low[above], s.low[n])
	}
	if s.low[n] != s.order[n] {
		return nil
	}
	at := len(s.stack) - 1
	for s.stack[at] != n {
		at--
	}
	part = slices.Clone(s.stack[at:])
	s.stack = s.stack[:at]
	for _, m := range part {
		s.open[m] = false
	}
	return part
}

// Circle is a shortest circle through the first node of a part, against the
// flow; nil where there is none.
func (net Net) Circle(part []int32) []int32 {
	first := slices.Min(part)
	inside := map[int32]bool{}
	for _, n := range part {
		inside[n] = true
	}
	from := map[int32]int32{}
	for queue := []int32{first}; len(queue) > 0; queue = queue[1:] {
		closed := false
		net.Next(queue[0], func(to int32, _ float64) {
			closed = closed || to == first
			if _, seen := from[to]; !seen && to != first && inside[to] {
				from[to] = queue[0]
				queue = append(queue, to)
			}
		})
		if closed {
			way := []int32{queue[0]}
			for n := queue[0]; n != first; {
				n = from[n]
				way = append(way, n)
			}
			return way
		}
	}
	return nil
}
