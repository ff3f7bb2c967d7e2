package layered

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawGraph makes any small graph with loops, cycles and parallel links.
func drawGraph(t *rapid.T) (n int, links [][2]int) {
	n = rapid.IntRange(1, 14).Draw(t, "nodes")
	node := rapid.IntRange(0, n-1)
	for range rapid.IntRange(0, 40).Draw(t, "links") {
		links = append(links, [2]int{node.Draw(t, "from"), node.Draw(t, "to")})
	}
	return n, links
}

func never(int) bool { return false }

// laid is a graph with sizes, ordered and placed.
func laid(n int, links [][2]int, size func() float64) *Graph {
	g := New(Columns(n, links, never), links)
	for i := range g.Links {
		g.Links[i].Thick = size()
	}
	for i := range g.Boxes {
		b := &g.Boxes[i]
		b.H = max(g.Thickness(b.Ins, b.BackIns, b.Selfs), g.Thickness(b.Outs, b.BackOuts, b.Selfs))
		b.Up, b.Down = b.H/2+1, b.H/2+3
	}
	g.Order()
	g.Place(5)
	return g
}

func TestColumns(t *testing.T) {
	sources := func(n int) bool { return n == 0 }
	for _, c := range []struct {
		name  string
		n     int
		links [][2]int
		want  []int
	}{
		{"nothing", 0, nil, []int{}},
		{"alone", 2, nil, []int{0, 0}},
		{"chain against the order of nodes", 3, [][2]int{{2, 1}, {1, 0}}, []int{2, 1, 0}},
		{"longest way", 3, [][2]int{{0, 2}, {0, 1}, {1, 2}}, []int{0, 1, 2}},
		{"the last link of a cycle runs back", 3, [][2]int{{1, 2}, {2, 0}, {0, 1}}, []int{2, 0, 1}},
		{"a loop counts for nothing", 1, [][2]int{{0, 0}}, []int{0}},
		{"a late origin stands before its use", 4, [][2]int{{0, 1}, {1, 2}, {3, 2}}, []int{0, 1, 2, 1}},
		{"unless it is a source", 4, [][2]int{{3, 1}, {1, 2}, {0, 2}}, []int{0, 1, 2, 0}},
	} {
		if got := Columns(c.n, c.links, sources); !slices.Equal(got, c.want) {
			t.Errorf("%s: columns %v, want %v", c.name, got, c.want)
		}
	}
}

// TestColumnsOfAcyclic: without cycles no link may run back.
func TestColumnsOfAcyclic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, links := drawGraph(t)
		name := rapid.Permutation(rising(n)).Draw(t, "names")
		var acyclic [][2]int
		for _, l := range links {
			if l[0] != l[1] {
				acyclic = append(acyclic, [2]int{name[min(l[0], l[1])], name[max(l[0], l[1])]})
			}
		}
		cols := Columns(n, acyclic, never)
		for _, l := range acyclic {
			if cols[l[0]] >= cols[l[1]] {
				t.Fatalf("link %v runs from column %d to %d", l, cols[l[0]], cols[l[1]])
			}
		}
	})
}

func rising(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func TestLayout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, links := drawGraph(t)
		thick := rapid.Float64Range(0, 50)
		g := laid(n, links, func() float64 { return thick.Draw(t, "thick") })
		for c, col := range g.Cols {
			for p, b := range col {
				if g.Boxes[b].Col != c || g.Boxes[b].Pos != p {
					t.Fatalf("box %d thinks it is at %d/%d, but is at %d/%d", b, g.Boxes[b].Col, g.Boxes[b].Pos, c, p)
				}
				if g.Boxes[b].Y-g.Boxes[b].Up < -1e-6 {
					t.Fatalf("box %d begins at %g", b, g.Boxes[b].Y-g.Boxes[b].Up)
				}
				if p == 0 {
					continue
				}
				above := &g.Boxes[col[p-1]]
				if above.Y+above.Down+5 > g.Boxes[b].Y-g.Boxes[b].Up+1e-6 {
					t.Fatalf("boxes %d and %d of column %d overlap", col[p-1], b, c)
				}
			}
		}
		checkPorts(t, g)
	})
}

// checkPorts: ports lie inside their box, side by side.
func checkPorts(t *rapid.T, g *Graph) {
	type span struct{ top, bottom float64 }
	sides := map[[2]int][]span{}
	for i := range g.Links {
		l := &g.Links[i]
		path := l.Path
		if path == nil {
			path = []int{l.From, l.To}
		}
		for j, b := range path {
			if j > 0 {
				sides[[2]int{b, -1}] = append(sides[[2]int{b, -1}], span{l.Ys[j] - l.Thick/2, l.Ys[j] + l.Thick/2})
			}
			if j < len(path)-1 {
				sides[[2]int{b, +1}] = append(sides[[2]int{b, +1}], span{l.Ys[j] - l.Thick/2, l.Ys[j] + l.Thick/2})
			}
		}
	}
	for at, ports := range sides {
		b := &g.Boxes[at[0]]
		slices.SortFunc(ports, func(a, b span) int {
			return cmpFloat(a.top+a.bottom, b.top+b.bottom)
		})
		for i, p := range ports {
			if p.top < b.Y-b.H/2-1e-6 || p.bottom > b.Y+b.H/2+1e-6 {
				t.Fatalf("a port of box %d lies outside it", at[0])
			}
			if i > 0 && ports[i-1].bottom > p.top+1e-6 {
				t.Fatalf("ports of box %d overlap", at[0])
			}
		}
	}
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// TestCrossings compares the fast count with the definition.
func TestCrossings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, links := drawGraph(t)
		g := New(Columns(n, links, never), links)
		type piece struct{ col, a, b int }
		var pieces []piece
		for i := range g.Links {
			path := g.Links[i].Path
			for j := 0; j+1 < len(path); j++ {
				pieces = append(pieces, piece{g.Boxes[path[j]].Col, g.Boxes[path[j]].Pos, g.Boxes[path[j+1]].Pos})
			}
		}
		want := 0
		for i, p := range pieces {
			for _, q := range pieces[:i] {
				if p.col == q.col && (p.a-q.a)*(p.b-q.b) < 0 {
					want++
				}
			}
		}
		if got := g.crossings(); got != want {
			t.Fatalf("%d crossings counted, %d are there", got, want)
		}
		before := g.crossings()
		g.Order()
		if after := g.crossings(); after > before {
			t.Fatalf("ordering made %d crossings of %d", after, before)
		}
	})
}

// TestOrderUntangles: a planar graph in a bad order loses all its crossings.
func TestOrderUntangles(t *testing.T) {
	var links [][2]int
	for i := range 8 {
		links = append(links, [2]int{i, 15 - i})
	}
	g := New(Columns(16, links, never), links)
	if g.crossings() == 0 {
		t.Fatal("the test begins without crossings")
	}
	g.Order()
	if n := g.crossings(); n != 0 {
		t.Errorf("%d crossings are left", n)
	}
}

// TestStraight: a lone chain with a long link beside it runs straight.
func TestStraight(t *testing.T) {
	g := laid(4, [][2]int{{0, 1}, {1, 2}, {2, 3}, {0, 3}}, func() float64 { return 10 })
	for i, want := range []int{2, 2, 2, 4} {
		if len(g.Links[i].Path) != want {
			t.Fatalf("link %d takes %d boxes, want %d", i, len(g.Links[i].Path), want)
		}
	}
	ys := g.Links[3].Ys
	if math.Abs(ys[1]-ys[2]) > 0.5 {
		t.Errorf("the long link bends between its passages: %v", ys)
	}
}

// TestLanes: lanes that share columns do not touch, and clear the boxes.
func TestLanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, links := drawGraph(t)
		thick := rapid.Float64Range(0, 30)
		g := laid(n, links, func() float64 { return thick.Draw(t, "thick") })
		height := g.Place(5)
		g.Turns(4)
		bottom := g.Lanes(height, 3)
		for i := range g.Links {
			a := &g.Links[i]
			if !a.Back() {
				continue
			}
			if a.Lane.Y-a.Thick/2 < height || a.Lane.Y+a.Thick/2 > bottom+1e-6 {
				t.Fatalf("lane of link %d at %g is outside %g to %g", i, a.Lane.Y, height, bottom)
			}
			if a.Ys[0]+2*a.Lane.Radius > a.Lane.Y+1e-6 {
				t.Fatalf("link %d has no room to turn into its lane", i)
			}
			for j := range i {
				b := &g.Links[j]
				if !b.Back() || g.Boxes[a.To].Col > g.Boxes[b.From].Col || g.Boxes[b.To].Col > g.Boxes[a.From].Col {
					continue
				}
				if math.Abs(a.Lane.Y-b.Lane.Y) < (a.Thick+b.Thick)/2-1e-6 {
					t.Fatalf("lanes of links %d and %d overlap", i, j)
				}
			}
		}
	})
}

func BenchmarkLayout(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var links [][2]int
	for range 300 {
		links = append(links, [2]int{r.IntN(80), r.IntN(80)})
	}
	for b.Loop() {
		laid(80, links, func() float64 { return 5 })
	}
	b.ReportMetric(float64(len(links))*float64(b.N)/b.Elapsed().Seconds(), "links/s")
}
