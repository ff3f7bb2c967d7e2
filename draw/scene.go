package draw

import (
	"cmp"
	"fmt"
	"slices"

	"spoor/draw/layered"
	"spoor/draw/text"
)

// scene is a flow made ready to draw: links of a pair taken together, small
// nodes gathered, a layout begun.
type scene struct {
	*layered.Graph
	flow  *Flow
	clock text.Clock
	boxes []box // the first of Graph.Boxes; the others are passages
	links []link
	cols  []int    // of the boxes
	notes []string // what the picture leaves out
}

// box is a node of the picture.
type box struct {
	Node
	*layered.Box
	members           int // nodes of the flow that it stands for
	inside            int // payments between its members, drawn nowhere else
	in, out           int64
	inCount, outCount int
	arrivals          text.Clock // of money from earlier columns
	lines             []string   // of its label
	aside             string     // behind the first line
	labelY            float64    // centre of the label, from the centre
}

// through is the larger of what came in and what went out or stayed.
func (b *box) through() int64 { return max(b.in, b.out+b.Value) }

// link is what the picture draws between two boxes.
type link struct {
	Link
	at *layered.Link
}

// newScene checks and reduces a flow. fan is how many links between one pair
// are kept apart.
func newScene(f *Flow, o Options, fan int) (*scene, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	alone := make([]int, len(f.Nodes))
	for i := range alone {
		alone[i] = i
	}
	pairs := together(f, alone, 1)
	cols := layered.Columns(len(f.Nodes), ends(pairs), func(i int) bool { return f.Nodes[i].Kind == Source })
	s := &scene{flow: f, clock: f.clock()}
	boxOf := s.gather(o, cols, pairs)
	links := together(f, boxOf, fan)
	if len(links) > o.MaxLinks {
		links = together(f, boxOf, 1)
	}
	s.connect(links)
	return s, nil
}

func ends(links []link) [][2]int {
	out := make([][2]int, len(links))
	for i := range links {
		out[i] = [2]int{links[i].From, links[i].To}
	}
	return out
}

// together takes the links of the flow between the same two groups as one,
// where there are more than fan, in order of time.
func together(f *Flow, group []int, fan int) []link {
	type pair struct{ from, to int }
	byPair := map[pair][]int{}
	var order []pair
	for i := range f.Links {
		p := pair{group[f.Links[i].From], group[f.Links[i].To]}
		if byPair[p] == nil {
			order = append(order, p)
		}
		byPair[p] = append(byPair[p], i)
	}
	var out []link
	for _, p := range order {
		members := byPair[p]
		if len(members) <= fan && p.from != p.to {
			for _, i := range members {
				out = append(out, merge(f, p.from, p.to, []int{i}))
			}
			continue
		}
		out = append(out, merge(f, p.from, p.to, members))
	}
	slices.SortStableFunc(out, func(a, b link) int { return cmp.Compare(a.Time, b.Time) })
	return out
}

func merge(f *Flow, from, to int, members []int) link {
	l := link{Link: f.Links[members[0]]}
	l.From, l.To, l.Last, l.Count = from, to, max(l.Time, l.Last), l.payments()
	for _, i := range members[1:] {
		m := &f.Links[i]
		if l.Time == 0 || m.Time != 0 && m.Time < l.Time {
			l.Time = m.Time
		}
		l.Last = max(l.Last, max(m.Time, m.Last))
		l.Amount += m.Amount
		l.Count += m.payments()
		if l.Note != m.Note {
			l.Note = ""
		}
	}
	return l
}

// maxColumns bounds a picture's width.
const maxColumns = 24

// gather decides which nodes the picture keeps, fewer and fewer until what is
// left fits the options and the width, and makes the boxes.
func (s *scene) gather(o Options, cols []int, pairs []link) (boxOf []int) {
	rank := s.ranks(pairs)
	keep := len(cols)
	if keep > o.MaxNodes {
		keep = o.MaxNodes * 2 / 3 // columns of others come on top
	}
	for {
		kept := make([]bool, len(cols))
		for i := range cols {
			kept[i] = rank[i] < keep
		}
		col, wide := closeUp(cols, kept)
		group := assign(kept, col)
		drawn := map[[2]int]bool{}
		for i := range pairs {
			drawn[[2]int{group[pairs[i].From], group[pairs[i].To]}] = true
		}
		if len(drawn) <= o.MaxLinks && wide <= maxColumns || keep <= 4 {
			return s.build(group, col)
		}
		keep = keep * 3 / 4
	}
}

// closeUp makes one column of neighbouring columns in which nothing is kept,
// and tells how many columns there are then. Money still goes to the right.
func closeUp(cols []int, kept []bool) (col []int, wide int) {
	steps := 0
	for _, c := range cols {
		steps = max(steps, c+1)
	}
	keeps := make([]bool, steps)
	for i, c := range cols {
		keeps[c] = keeps[c] || kept[i]
	}
	to := make([]int, steps)
	for c := range steps {
		if c == 0 || keeps[c] || keeps[c-1] {
			wide++
		}
		to[c] = wide - 1
	}
	col = make([]int, len(cols))
	for i, c := range cols {
		col[i] = to[c]
	}
	return col, wide
}

// ranks orders nodes by what an analyst misses first: special kinds, then the
// money through them.
func (s *scene) ranks(pairs []link) []int {
	in, out := make([]int64, len(s.flow.Nodes)), make([]int64, len(s.flow.Nodes))
	for i := range pairs {
		out[pairs[i].From] += pairs[i].Amount
		in[pairs[i].To] += pairs[i].Amount
	}
	order := make([]int, len(s.flow.Nodes))
	for i := range order {
		order[i] = i
	}
	weight := func(i int) int64 { return max(in[i], out[i]+s.flow.Nodes[i].Value) }
	special := func(i int) int {
		if k := s.flow.Nodes[i].Kind; k == Source || k == Focus || k == Holding {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(special(a), special(b)), cmp.Compare(weight(b), weight(a)))
	})
	rank := make([]int, len(order))
	for r, i := range order {
		rank[i] = r
	}
	return rank
}

// assign maps nodes to groups: a kept node to itself, the others of a column
// to the first of them.
func assign(kept []bool, col []int) []int {
	group := make([]int, len(col))
	leader := map[int]int{}
	for i, c := range col {
		group[i] = i
		if kept[i] {
			continue
		}
		if first, ok := leader[c]; ok {
			group[i] = first
		} else {
			leader[c] = i
		}
	}
	return group
}

// build makes a box for every group and tells the box of every node.
func (s *scene) build(group, col []int) (boxOf []int) {
	boxOf = make([]int, len(group))
	gone := 0
	for i, g := range group {
		if g == i {
			boxOf[i] = len(s.boxes)
			s.cols = append(s.cols, col[i])
			s.boxes = append(s.boxes, box{Node: s.flow.Nodes[i], members: 1})
			continue
		}
		boxOf[i] = boxOf[g]
		b := &s.boxes[boxOf[g]]
		b.members++
		b.Value += s.flow.Nodes[i].Value
	}
	for i := range s.boxes {
		if b := &s.boxes[i]; b.members > 1 {
			gone += b.members
			b.ID, b.Note, b.Kind = "", "", gathered
			b.Label = text.Group(b.members) + " others"
		}
	}
	if gone > 0 {
		s.notes = append(s.notes, fmt.Sprintf("Of %s, the %s with the least money are gathered by step as “others”.",
			text.Plural(len(s.flow.Nodes), "account"), text.Group(gone)))
	}
	return boxOf
}

// connect hangs the links on their boxes and begins the layout.
func (s *scene) connect(links []link) {
	for _, l := range links {
		from, to := &s.boxes[l.From], &s.boxes[l.To]
		if l.From == l.To && from.members > 1 {
			from.inside += l.Count
			continue
		}
		from.out += l.Amount
		from.outCount += l.Count
		to.in += l.Amount
		to.inCount += l.Count
		if s.cols[l.From] < s.cols[l.To] {
			to.arrivals.See(l.Time)
			to.arrivals.See(l.Last)
		}
		s.links = append(s.links, l)
	}
	s.Graph = layered.New(s.cols, ends(s.links))
	for i := range s.boxes {
		s.boxes[i].Box = &s.Graph.Boxes[i]
	}
	for i := range s.links {
		s.links[i].at = &s.Graph.Links[i]
	}
}

// frame begins what stands around the picture of a scene.
func (s *scene) frame(o Options, kind string) *frame {
	fr := &frame{flow: s.flow, options: o, kind: kind, notes: s.notes}
	for i := range s.boxes {
		fr.kinds[s.boxes[i].Kind] = true
	}
	if when := s.clock.Zone(); when != "" {
		fr.notes = append(fr.notes, when)
	}
	fr.caption = s.describe(kind)
	return fr
}

// describe says in words what the picture shows, for those who cannot see it.
func (s *scene) describe(kind string) string {
	f := s.flow
	payments := 0
	for i := range f.Links {
		payments += f.Links[i].payments()
	}
	t := fmt.Sprintf("%s: %s, %s", kind, text.Plural(len(f.Nodes), "account"), text.Plural(payments, "payment"))
	if s.clock.First != 0 {
		t += ", " + text.Period(s.clock.First, s.clock.Last) + " UTC"
	}
	t += "."
	largest := slices.Clone(s.links)
	slices.SortStableFunc(largest, func(a, b link) int { return cmp.Compare(b.Amount, a.Amount) })
	for i := range largest[:min(len(largest), 5)] {
		if i == 0 {
			t += " Largest movements: "
		} else {
			t += "; "
		}
		t += s.tell(&largest[i])
	}
	if len(largest) > 0 {
		t += "."
	}
	return t
}

// tone is the kind whose colour a link takes: where dirty money comes from, or
// where it ends.
func (s *scene) tone(l *link) Kind {
	from, to := s.boxes[l.From].Kind, s.boxes[l.To].Kind
	switch {
	case from == Source:
		return Source
	case to == Holding || to == Outside || to == Focus:
		return to
	case from == Focus || from == Outside:
		return from
	case from == gathered && to == gathered:
		return gathered
	}
	return Ordinary
}

// tell is all about a link, for tooltips.
func (s *scene) tell(l *link) string {
	t := fmt.Sprintf("%s → %s: %s", text.Clean(s.boxes[l.From].name()), text.Clean(s.boxes[l.To].name()), s.flow.exact(l.Amount))
	if l.Count > 1 {
		t += " in " + text.Plural(l.Count, "payment")
	}
	if when := text.Period(l.Time, l.Last); when != "" {
		t += ", " + when
	}
	if note := text.Clean(l.Note); note != "" {
		t += ", " + note
	}
	return t
}

// tellBox is all about a node, for tooltips.
func (s *scene) tellBox(b *box) string {
	t := text.Clean(b.name())
	if b.ID != "" && b.ID != b.Label {
		t += " (" + text.Clean(b.ID) + ")"
	}
	if b.Note != "" {
		t += ", " + text.Clean(b.Note)
	}
	t += ": " + looks[b.Kind].word
	if b.inCount > 0 {
		t += fmt.Sprintf("; in %s by %s", s.flow.exact(b.in), text.Plural(b.inCount, "payment"))
	}
	if b.outCount > 0 {
		t += fmt.Sprintf("; out %s by %s", s.flow.exact(b.out), text.Plural(b.outCount, "payment"))
	}
	if b.Value > 0 {
		t += "; here now " + s.flow.exact(b.Value)
	}
	if b.inside > 0 {
		t += "; " + text.Plural(b.inside, "payment") + " among them"
	}
	return t
}
