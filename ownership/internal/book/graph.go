package book

import (
	"slices"

	"spoor"
)

// Node is a party in the graph of one question.
type Node struct {
	Key      Key
	Person   bool // a natural person as itself: owns, and is owned by nobody
	Nature   Nature
	Cut      bool // its holders were not all followed: there is a limit
	Register Register
	depth    int
}

// Link is a stake in the graph of one question.
type Link struct {
	From, To int32 // holder and held, as places in Nodes
	Stake
}

// Graph is what a question needs to know: all that can be reached from its
// parties, which come first, up to holders or down to holdings.
type Graph struct {
	Book    *Book
	Day     int32
	Up      bool
	Nodes   []Node
	Links   []Link
	In, Out [][]int32 // links by held and by holder
	Voted   bool      // some votes are stated apart from shares
	Cut     int       // nodes at a limit
	limits  Limits
	at      map[Key]int32
}

// Limits bound a graph.
type Limits struct{ Parties, Steps int }

// Graph gives what can be reached from parties on a day, up to their holders or
// down to their holdings.
func (b *Book) Graph(parties []int32, up bool, day int32, limits Limits) *Graph {
	g := &Graph{Book: b, Day: day, Up: up, limits: limits, at: map[Key]int32{}}
	for _, p := range parties {
		g.add(KeyOf(p, false), 0)
	}
	for done := 0; ; {
		for ; done < len(g.Nodes); done++ {
			g.grow(int32(done))
		}
		if !g.claims() {
			return g
		}
	}
}

// add finds or makes a node; -1 where there are too many.
func (g *Graph) add(k Key, depth int) int32 {
	if n, ok := g.at[k]; ok {
		return n
	}
	if len(g.Nodes) >= g.limits.Parties {
		return -1
	}
	n := int32(len(g.Nodes))
	p := k.Party()
	g.at[k] = n
	g.Nodes = append(g.Nodes, Node{Key: k, depth: depth, Nature: g.Book.marks[p].nature,
		Person: !k.Nominee() && g.Book.parties[p].Kind == spoor.Person, Register: g.Book.Register(k, g.Day)})
	g.In, g.Out = append(g.In, nil), append(g.Out, nil)
	return n
}

func (g *Graph) grow(n int32) {
	if g.Up {
		g.growUp(n)
	} else {
		g.growDown(n)
	}
}

// growUp adds the holders of a node.
func (g *Graph) growUp(n int32) {
	v := &g.Nodes[n]
	if v.Person || v.Nature == State {
		return
	}
	stakes, depth := v.Register.Stakes, v.depth+1
	if depth > g.limits.Steps && len(stakes) > 0 {
		g.mark(n)
		return
	}
	for _, s := range stakes {
		if from := g.add(s.Holder, depth); from >= 0 {
			g.join(from, n, s)
		} else {
			g.mark(n)
		}
	}
}

func (g *Graph) mark(n int32) {
	if !g.Nodes[n].Cut {
		g.Nodes[n].Cut = true
		g.Cut++
	}
}

// growDown adds what a node holds.
func (g *Graph) growDown(n int32) {
	v := g.Nodes[n]
	if v.depth+1 > g.limits.Steps {
		if len(g.Book.outof.of(v.Key.Party())) > 0 {
			g.mark(n)
		}
		return
	}
	var held []Key
	for _, k := range g.Book.outof.of(v.Key.Party()) {
		i := &g.Book.interests[k]
		switch {
		case !i.live(g.Day):
		case i.means == ByNominator:
			if g.Book.nominatorKey(i, g.Day) == v.Key {
				held = append(held, KeyOf(i.held, true))
			}
		case i.means != ByDirecting && (i.indirect || g.Book.holderKey(i, g.Day) == v.Key):
			held = append(held, KeyOf(i.held, false))
		}
	}
	slices.Sort(held)
	for _, k := range slices.Compact(held) {
		to := g.add(k, v.depth+1)
		if to < 0 {
			g.mark(n)
			continue
		}
		if t := &g.Nodes[to]; t.Person || t.Nature == State {
			continue
		}
		for _, s := range g.Nodes[to].Register.Stakes {
			if s.Holder == v.Key {
				g.join(n, to, s)
			}
		}
	}
}

func (g *Graph) join(from, to int32, s Stake) {
	l := int32(len(g.Links))
	g.Links = append(g.Links, Link{from, to, s})
	g.In[to], g.Out[from] = append(g.In[to], l), append(g.Out[from], l)
	g.Voted = g.Voted || s.Voted
}

// claims adds the indirect interests of which no chain is known, and reports
// whether it did.
func (g *Graph) claims() (added bool) {
	for n := range int32(len(g.Nodes)) {
		v := &g.Nodes[n]
		if len(v.Register.Claims) == 0 || v.Person || v.Nature == State {
			continue
		}
		claims, above := v.Register.Claims, map[int32]bool{}
		g.above(n, above)
		var compared []Stake
		for _, s := range claims {
			from, known := g.at[s.Holder]
			if known && above[from] {
				compared = append(compared, s)
				continue
			}
			if !known && !g.Up {
				continue // the holder is not below the party of the question
			}
			if from = g.add(s.Holder, g.Nodes[n].depth+1); from < 0 {
				g.mark(n)
				continue
			}
			g.join(from, n, s)
			g.above(from, above)
			added = true
		}
		g.Nodes[n].Register.Claims = compared
	}
	return added
}

// above adds a node and all from which a chain leads down to it.
func (g *Graph) above(n int32, seen map[int32]bool) {
	if seen[n] {
		return
	}
	seen[n] = true
	for queue := []int32{n}; len(queue) > 0; queue = queue[1:] {
		for _, l := range g.In[queue[0]] {
			if from := g.Links[l].From; !seen[from] {
				seen[from] = true
				queue = append(queue, from)
			}
		}
	}
}

// Ref names a party in a result.
type Ref struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Kind    spoor.PartyKind `json:"kind"`
	Nominee bool            `json:"nominee,omitempty"` // as one that holds for somebody else
}

// Ref names a node.
func (b *Book) Ref(k Key) Ref {
	p := &b.parties[k.Party()]
	r := Ref{ID: p.ID, Name: p.Name(), Kind: p.Kind, Nominee: k.Nominee()}
	if r.Name == "" {
		r.Name = p.ID
	}
	return r
}

// Ref names a node.
func (g *Graph) Ref(n int32) Ref { return g.Book.Ref(g.Nodes[n].Key) }

// Find gives the place of a node.
func (g *Graph) Find(k Key) (n int32, ok bool) {
	n, ok = g.at[k]
	return n, ok
}
