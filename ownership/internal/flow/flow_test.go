package flow

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// net makes a graph of a table of weights: w[from][to].
func net(w [][]float64) Net {
	return Net{Nodes: len(w), Next: func(n int32, visit func(int32, float64)) {
		for to, x := range w[n] {
			if x > 0 {
				visit(int32(to), x)
			}
		}
	}}
}

func random(n int, leak float64) [][]float64 {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	w := make([][]float64, n)
	for i := range w {
		w[i] = make([]float64, n)
		sum := 0.0
		for range 12 {
			j := rng.IntN(n)
			w[i][j] = rng.Float64()
		}
		w[i][(i+1)%n] += .1 // one strongly connected part
		for _, x := range w[i] {
			sum += x
		}
		for j := range w[i] {
			w[i][j] *= (1 - leak) / sum
		}
	}
	return w
}

// TestBothWaysOfSolving compares elimination, iteration and the plain series.
func TestBothWaysOfSolving(t *testing.T) {
	for _, n := range []int{2, 20, dense, dense + 50} {
		for _, leak := range []float64{.5, .1} {
			w := random(n, leak)
			g := net(w)
			part := g.Parts([]int32{0})[0]
			if len(part) != n {
				t.Fatalf("%d of %d nodes in the part", len(part), n)
			}
			within, s := map[int32]int{}, make([]float64, n)
			for i, v := range part {
				within[v] = i
			}
			s[within[0]] = 1
			x, ok1 := eliminate(part, within, g.Next, slices.Clone(s))
			y, ok2 := iterate(part, within, g.Next, slices.Clone(s))
			got := g.From([]int32{0})
			want, now := make([]float64, n), make([]float64, n)
			now[0] = 1
			for range 5000 {
				next := make([]float64, n)
				for i, v := range now {
					want[i] += v
					for j := range next {
						next[j] += v * w[i][j]
					}
				}
				now = next
				if slices.Max(now) < 1e-14 {
					break
				}
			}
			for i, v := range part {
				if !ok1 || !ok2 || math.Abs(x[i]-want[v]) > 1e-8 || math.Abs(y[i]-want[v]) > 1e-8 || math.Abs(got[v]-want[v]) > 1e-8 {
					t.Fatalf("n %d leak %v: %v %v %v, want %v", n, leak, x[i], y[i], got[v], want[v])
				}
			}
		}
	}
}

// TestKeepsAll: what cannot leave is infinite, for small and large circles, and
// where weights exceed what there is.
func TestKeepsAll(t *testing.T) {
	for _, n := range []int{1, 2, dense + 10} {
		for _, weight := range []float64{1, 1.5} {
			w := make([][]float64, n+1)
			for i := range w {
				w[i] = make([]float64, n+1)
			}
			for i := range n {
				w[i][(i+1)%n] = weight
			}
			if got := net(w).From([]int32{0}); !math.IsInf(got[0], 1) || got[n] != 0 {
				t.Errorf("a circle of %d with weight %v: %v", n, weight, got[0])
			}
		}
	}
}

func TestPartsAndCircle(t *testing.T) {
	// 0 → 1 → 2 → 3 → 1, 3 → 4, 4 → 4
	w := make([][]float64, 6)
	for i := range w {
		w[i] = make([]float64, 6)
	}
	for _, e := range [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 1}, {3, 4}, {4, 4}} {
		w[e[0]][e[1]] = .5
	}
	g := net(w)
	parts := g.Parts([]int32{0})
	for _, p := range parts {
		slices.Sort(p)
	}
	if len(parts) != 3 || !slices.Equal(parts[0], []int32{4}) || !slices.Equal(parts[1], []int32{1, 2, 3}) || !slices.Equal(parts[2], []int32{0}) {
		t.Errorf("%v", parts)
	}
	if c := g.Circle(parts[1]); !slices.Equal(c, []int32{3, 2, 1}) {
		t.Errorf("%v", c)
	}
	if c := g.Circle(parts[0]); !slices.Equal(c, []int32{4}) {
		t.Errorf("%v", c)
	}
	if c := g.Circle(parts[2]); c != nil {
		t.Errorf("%v", c)
	}
}
