// Package tree draws a flow of money for a terminal: an indented tree with
// bars, and amounts in a column at the right.
package tree

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"spoor"
	"spoor/draw"
	"spoor/draw/text"
)

// Bounds of a tree.
const (
	minWidth  = 48  // narrower terminals get this
	maxLines  = 400 // after this many the rest is counted
	maxShown  = 14  // payments of one account that are shown; the smallest others are gathered
	widestBar = 16
)

// Write draws f as a tree for a terminal of the given width in cells, at least
// 48. Sources stand at the left; under each account stand its payments out, in
// order of time. An account with one payment out has its successor below
// instead of indented, marked ↓; one that was shown before is marked ↑, one
// that closes a cycle ↻. Where money stays is marked ■. With color, ANSI escapes
// tell the kinds apart. It fails on a flow that is inconsistent, and when w
// does.
func Write(w io.Writer, f *draw.Flow, width int, color bool) error {
	if err := f.Check(); err != nil {
		return err
	}
	t := newTree(f, max(width, minWidth), color)
	t.title()
	for _, root := range t.roots() {
		t.root(root)
	}
	t.rest()
	t.legend()
	_, err := io.WriteString(w, t.out.String())
	return err
}

type tree struct {
	flow     *draw.Flow
	outs     [][]move // of every node, in order of time
	clock    text.Clock
	width    int
	when     int   // cells of the dates
	bar      int   // cells of a bar
	amount   int   // cells of an amount
	largest  int64 // amount of the longest bar
	color    bool
	seen     []bool
	above    []bool // on the way from the root
	lines    int
	left     int // movements past maxLines
	marks    map[string]bool
	gathered []bool // shown as part of a sum somewhere
	out      strings.Builder
}

// move is the money from one node to another, all payments together.
type move struct {
	to          int
	amount      int64
	count       int
	first, last spoor.Instant
}

func newTree(f *draw.Flow, width int, color bool) *tree {
	t := &tree{flow: f, width: width, color: color, seen: make([]bool, len(f.Nodes)), above: make([]bool, len(f.Nodes)), gathered: make([]bool, len(f.Nodes)), marks: map[string]bool{}}
	t.collect()
	for i, outs := range t.outs {
		for _, m := range outs {
			t.largest = max(t.largest, m.amount)
			t.when = max(t.when, text.Cells(t.clock.Days(m.first, m.last)))
		}
		t.amount = max(t.amount, text.Cells(t.exact(t.total(i))), text.Cells(t.exact(f.Nodes[i].Value)))
	}
	if room := width - t.amount - t.when - 36; room > 3 {
		t.bar = min(room, width/8, widestBar)
	}
	if width < 72 {
		t.when = 0
	}
	return t
}

// collect takes the payments between each pair together.
func (t *tree) collect() {
	f := t.flow
	t.outs = make([][]move, len(f.Nodes))
	at := map[[2]int]int{}
	for _, l := range f.Links {
		t.clock.See(l.Time)
		t.clock.See(l.Last)
		pair := [2]int{l.From, l.To}
		i, ok := at[pair]
		if !ok {
			i = len(t.outs[l.From])
			at[pair] = i
			t.outs[l.From] = append(t.outs[l.From], move{to: l.To})
		}
		m := &t.outs[l.From][i]
		m.add(move{amount: l.Amount, count: max(l.Count, 1), first: l.Time, last: max(l.Time, l.Last)})
	}
	for i := range t.outs {
		slices.SortStableFunc(t.outs[i], func(a, b move) int { return cmp.Compare(a.first, b.first) })
	}
}

func (m *move) add(o move) {
	if m.first == 0 || o.first != 0 && o.first < m.first {
		m.first = o.first
	}
	m.last = max(m.last, o.last)
	m.amount += o.amount
	m.count += o.count
}

// roots are the nodes to begin with: sources, then those that nobody pays;
// what they do not reach comes later, by rest.
func (t *tree) roots() (out []int) {
	paid := make([]bool, len(t.outs))
	for i, outs := range t.outs {
		for _, m := range outs {
			paid[m.to] = paid[m.to] || m.to != i
		}
	}
	for i := range t.outs {
		if t.flow.Nodes[i].Kind == draw.Source {
			out = append(out, i)
		}
	}
	for i := range t.outs {
		if !paid[i] && t.flow.Nodes[i].Kind != draw.Source {
			out = append(out, i)
		}
	}
	return out
}

// rest shows what no root leads to, pure cycles, begun at their first payment,
// and counts what was not shown.
func (t *tree) rest() {
	for t.lines < maxLines {
		first := -1
		for i, outs := range t.outs {
			if t.seen[i] || t.gathered[i] || len(outs) == 0 {
				continue
			}
			if first < 0 || outs[0].first < t.outs[first][0].first {
				first = i
			}
		}
		if first < 0 {
			break
		}
		t.root(first)
	}
	for i := range t.outs {
		if !t.seen[i] {
			t.left += len(t.outs[i])
		}
	}
	if t.left > 0 {
		t.write("", "… "+text.Plural(t.left, "further movement")+" not shown", "", dim, "", "", "")
	}
}

// legend explains the marks that were used.
func (t *tree) legend() {
	var words []string
	for _, m := range [][2]string{{"↑ ", "continued above"}, {"↻ ", "closes a cycle"}, {"■ ", "money is here"}} {
		if t.marks[m[0]] {
			words = append(words, m[0]+m[1])
		}
	}
	if len(words) > 0 {
		t.out.WriteString("\n" + t.paint(dim, text.FitCells(strings.Join(words, "   "), t.width)) + "\n")
	}
}

func (t *tree) title() {
	if title := text.Clean(t.flow.Title); title != "" {
		t.out.WriteString(t.paint(bold, text.FitCells(title, t.width)) + "\n")
	}
	if sub := text.Clean(t.flow.Subtitle); sub != "" {
		t.out.WriteString(t.paint(dim, text.FitCells(sub, t.width)) + "\n")
	}
	if t.out.Len() > 0 {
		t.out.WriteString("\n")
	}
}

// total is what left node i.
func (t *tree) total(i int) (sum int64) {
	for _, m := range t.outs[i] {
		sum += m.amount
	}
	return sum
}

func (t *tree) root(i int) {
	if t.seen[i] || t.lines >= maxLines {
		return
	}
	amount := ""
	if out := t.total(i); out > 0 {
		amount = t.exact(out)
	}
	t.node("", "", i, "", "", amount)
	t.children("", i)
}

// children shows what node i pays, each line behind prefix.
func (t *tree) children(prefix string, i int) {
	t.seen[i], t.above[i] = true, true
	defer func() { t.above[i] = false }()
	n := &t.flow.Nodes[i]
	shown, others := t.choose(t.outs[i])
	single := len(shown) == 1 && others.count == 0 && n.Value == 0
	for k, m := range shown {
		branch, next := "├─ ", prefix+"│  "
		switch {
		case single:
			branch, next = "↓ ", prefix
		case k == len(shown)-1 && others.count == 0 && n.Value == 0:
			branch, next = "└─ ", prefix+"   "
		}
		t.move(prefix+branch, next, m)
	}
	if others.count > 0 {
		branch := "├─ "
		if n.Value == 0 {
			branch = "└─ "
		}
		// No bar: a sum of many beside bars of one each would mislead.
		t.write(prefix+branch, text.Plural(others.to, "other account"), "", dim, t.clock.Days(others.first, others.last), "", t.exact(others.amount))
	}
	if n.Value > 0 && len(t.outs[i]) > 0 {
		t.marks["■ "] = true
		t.write(prefix+"└─ ", "■ stays here", "", green, "", t.meter(n.Value), t.exact(n.Value))
	}
}

// choose picks the moves to show, in order of time, and sums up the others; to
// is then their number.
func (t *tree) choose(outs []move) (shown []move, others move) {
	if len(outs) <= maxShown {
		return outs, others
	}
	bySize := slices.Clone(outs)
	slices.SortStableFunc(bySize, func(a, b move) int { return cmp.Compare(b.amount, a.amount) })
	for _, m := range bySize[maxShown-1:] {
		others.add(m)
	}
	others.to = len(bySize) - maxShown + 1
	shown = bySize[:maxShown-1]
	slices.SortStableFunc(shown, func(a, b move) int { return cmp.Compare(a.first, b.first) })
	for _, m := range bySize[maxShown-1:] {
		t.gathered[m.to] = true
	}
	return shown, others
}

// move shows one movement and what follows it.
func (t *tree) move(prefix, next string, m move) {
	if t.lines >= maxLines {
		t.left++
		return
	}
	mark := ""
	switch {
	case t.above[m.to]:
		mark = "↻ "
	case t.seen[m.to] && (len(t.outs[m.to]) > 0 || t.flow.Nodes[m.to].Value > 0):
		mark = "↑ "
	case t.flow.Nodes[m.to].Value > 0 && len(t.outs[m.to]) == 0:
		mark = "■ "
	}
	t.marks[mark] = true
	t.node(prefix, mark, m.to, t.clock.Days(m.first, m.last), t.meter(m.amount), t.exact(m.amount))
	if !t.seen[m.to] {
		t.children(next, m.to)
	}
}

func (t *tree) exact(v int64) string {
	return text.Exact(spoor.Money{Amount: v, Currency: t.flow.Currency})
}

// meter is a bar as long as an amount, in eighths of a cell.
func (t *tree) meter(amount int64) string {
	if t.largest == 0 || t.bar == 0 {
		return ""
	}
	eighths := int(float64(amount)/float64(t.largest)*float64(t.bar*8) + 0.5)
	eighths = min(max(eighths, 1), t.bar*8)
	bar := strings.Repeat("█", eighths/8)
	if eighths%8 > 0 {
		bar += string([]rune("▏▎▍▌▋▊▉")[eighths%8-1])
	}
	return bar
}

type style string

// Styles by ANSI escape: the sixteen colours that every terminal theme keeps
// readable.
const (
	plain   style = ""
	bold    style = "\x1b[1m"
	dim     style = "\x1b[2m"
	green   style = "\x1b[32m"
	yellow  style = "\x1b[33m"
	magenta style = "\x1b[35m"
	cyan    style = "\x1b[36m"
)

func (t *tree) paint(s style, str string) string {
	if !t.color || s == plain || str == "" {
		return str
	}
	return string(s) + str + "\x1b[0m"
}

var kindStyle = map[draw.Kind]style{
	draw.Ordinary: bold, draw.Source: yellow, draw.Focus: magenta, draw.Holding: green, draw.Outside: dim,
}

// node writes the line of node i: how the money came there, and how much.
func (t *tree) node(prefix, mark string, i int, when, meter, amount string) {
	n := &t.flow.Nodes[i]
	name := text.Clean(n.Label)
	if name == "" {
		name = text.Short(text.Clean(n.ID))
	}
	t.write(prefix, mark+name, text.Clean(n.Note), kindStyle[n.Kind], when, meter, amount)
}

// write sets one line in columns: name and note, days, bar, amount.
func (t *tree) write(prefix, name, note string, st style, when, meter, amount string) {
	t.lines++
	room := t.width - t.amount - 2
	right := ""
	if t.when > 0 {
		room -= t.when + 2
		right += "  " + t.pad(dim, when, t.when)
	}
	if t.bar > 0 {
		room -= t.bar + 2
		right += "  " + t.pad(cyan, meter, t.bar)
	}
	right += "  " + strings.Repeat(" ", max(t.amount-text.Cells(amount), 0)) + amount
	if deep := room / 2; text.Cells(prefix) > deep {
		runes := []rune(prefix)
		prefix = "…" + string(runes[len(runes)-deep+1:])
	}
	room -= text.Cells(prefix)
	name = text.FitCells(name, room)
	left := t.paint(dim, prefix) + t.paint(st, name)
	room -= text.Cells(name)
	if note != "" && room > 6 {
		note = text.FitCells(note, room-2)
		left += "  " + t.paint(dim, note)
		room -= text.Cells(note) + 2
	}
	line := left + strings.Repeat(" ", max(room, 0)) + right
	t.out.WriteString(strings.TrimRight(line, " ") + "\n")
}

// pad paints s and fills it up to n cells.
func (t *tree) pad(st style, s string, n int) string {
	return t.paint(st, s) + strings.Repeat(" ", max(n-text.Cells(s), 0))
}
