package boost

import (
	"math"
	"slices"

	"spoor/boost/internal/forest"
)

// leaf is a leaf of the tree that is growing.
type leaf struct {
	node     int // its place in the tree
	from, to int // its rows, in the grower's
	depth    int
	sum      grad
	bounds   bounds
	hist     []hist // one a tile; nil if it will not be split
	best     split
}

// grower grows one tree after another on the same table. Growth is best first:
// the leaf whose split gains most is split next (Shi, Best-first decision tree
// learning, 2007). Where only depth limits a tree, the order does not matter
// and all leaves are split at once.
type grower struct {
	*binned
	rules
	o       *Options
	workers int
	allowed []bool // columns that this tree may split on

	// The rows of this tree's sample, those of a leaf side by side, and their
	// gradients. The spare ones are for moving. Rows are places in words, which
	// are the tiles of the table or of the sample.
	words             [][]uint64
	rows, spareRows   []uint32
	grads, spareGrads []grad

	free [][]hist // histograms to use again
}

// pair is the two sides of a split: one is built, the other is what remains of
// the parent's histogram.
type pair struct {
	parent      *leaf
	left, right *leaf
	small, big  *leaf
}

// grow makes a tree of the grower's rows. Its leaves are returned with it, for
// their rows.
func (w *grower) grow() (tree []forest.Node, leaves []*leaf) {
	root := &leaf{to: len(w.rows), bounds: unbounded}
	for _, d := range w.grads {
		root.sum = root.sum.plus(d)
	}
	tree = append(tree, w.leafNode(root))
	root.best = w.none()
	if root.sum.h >= 2*w.minChild {
		root.hist = w.histograms()
		w.each(len(w.tiles), root.to, func(tile int) { w.build(root, tile) })
		w.search(root)
	}
	limit := w.o.MaxLeaves
	if limit == 0 || w.o.MaxDepth < 31 && limit >= 1<<w.o.MaxDepth {
		limit = math.MaxInt
	}
	leaves = []*leaf{root}
	for len(leaves) < limit {
		var pairs []pair
		if leaves, pairs = w.take(leaves, limit); len(pairs) == 0 {
			break
		}
		rows := 0
		for i := range pairs {
			tree = w.divide(tree, &pairs[i])
			rows += pairs[i].parent.to - pairs[i].parent.from
			leaves = append(leaves, pairs[i].left, pairs[i].right)
		}
		w.each(len(pairs), rows, func(i int) { w.move(&pairs[i]) })
		w.searchPairs(pairs, rows)
	}
	for _, l := range leaves {
		w.release(l)
	}
	return tree, leaves
}

// take removes from the leaves those to split next: all that can be where
// leaves are not limited, else the one that gains most.
func (w *grower) take(leaves []*leaf, limit int) (rest []*leaf, pairs []pair) {
	best := -1
	for i, l := range leaves {
		if l.best.column >= 0 && (best < 0 || l.best.gain > leaves[best].best.gain) {
			best = i
		}
	}
	for i, l := range leaves {
		if l.best.column >= 0 && (limit == math.MaxInt || i == best) {
			pairs = append(pairs, pair{parent: l})
		} else {
			rest = append(rest, l)
		}
	}
	return rest, pairs
}

// divide gives a leaf two children in the tree. Bounds go down to them as in
// XGBoost: where the column is constrained, neither side may pass the middle.
func (w *grower) divide(tree []forest.Node, p *pair) []forest.Node {
	l, s := p.parent, &p.parent.best
	p.left = &leaf{node: len(tree), depth: l.depth + 1, sum: s.left, bounds: l.bounds}
	p.right = &leaf{node: len(tree) + 1, depth: l.depth + 1, sum: l.sum.minus(s.left), bounds: l.bounds}
	middle := (w.weight(p.left.sum, l.bounds) + w.weight(p.right.sum, l.bounds)) / 2
	switch w.columns[s.column].monotone {
	case 1:
		p.left.bounds.high, p.right.bounds.low = middle, middle
	case -1:
		p.left.bounds.low, p.right.bounds.high = middle, middle
	}
	n := &tree[l.node]
	n.Feature, n.Child, n.MissingLeft, n.Set = int32(s.column), int32(len(tree)), s.missingLeft, s.set
	n.Gain = float32(s.gain / w.scale)
	if c := &w.columns[s.column]; s.set != nil {
		n.Value = 0
	} else if s.cut < c.bins {
		n.Value = c.cuts[s.cut-1]
	} else {
		n.Value = math.MaxFloat32 // every value goes left, a missing one right
	}
	return append(tree, w.leafNode(p.left), w.leafNode(p.right))
}

func (w *grower) leafNode(l *leaf) forest.Node {
	return forest.Node{
		Feature: -1,
		Value:   float32(w.o.LearningRate * w.weight(l.sum, l.bounds)),
		Cover:   float32(float64(l.sum.h) / w.scale),
	}
}

// move puts the rows of a leaf on their sides and finds the smaller one. Where
// nothing will be split further, gradients are not needed and stay.
func (w *grower) move(p *pair) {
	l, s := p.parent, &p.parent.best
	rows, spare := w.rows[l.from:l.to], w.spareRows[l.from:l.to]
	tile, shift, left := w.words[s.column/tileWidth], 8*(s.column%tileWidth), 0
	if p.left.depth < w.o.MaxDepth {
		left = partition(rows, w.grads[l.from:l.to], spare, w.spareGrads[l.from:l.to], tile, shift, s.sides())
	} else {
		left = partitionRows(rows, spare, tile, shift, s.sides())
	}
	p.left.from, p.left.to = l.from, l.from+left
	p.right.from, p.right.to = l.from+left, l.to
	p.small, p.big = p.left, p.right
	if left > (l.to-l.from)/2 {
		p.small, p.big = p.right, p.left
	}
}

// searchPairs finds the best splits of the new leaves that may be split.
func (w *grower) searchPairs(pairs []pair, rows int) {
	var work []pair
	for _, p := range pairs {
		p.left.best, p.right.best = w.none(), w.none()
		if p.left.depth >= w.o.MaxDepth || max(p.left.sum.h, p.right.sum.h) < 2*w.minChild {
			w.release(p.parent)
			continue
		}
		p.big.hist, p.parent.hist = p.parent.hist, nil
		p.small.hist = w.histograms()
		work = append(work, p)
	}
	tiles := len(w.tiles)
	found := make([][2]split, len(work)*tiles)
	w.each(len(found), rows, func(i int) {
		p, tile := &work[i/tiles], i%tiles
		w.build(p.small, tile)
		p.big.hist[tile].subtract(&p.small.hist[tile])
		found[i] = [2]split{w.searchTile(p.small, tile), w.searchTile(p.big, tile)}
	})
	for i, f := range found { // in the order of columns: the first of equals wins
		p := &work[i/tiles]
		p.small.best, p.big.best = better(p.small.best, f[0]), better(p.big.best, f[1])
	}
}

func better(a, b split) split {
	if b.column >= 0 && b.gain > a.gain {
		return b
	}
	return a
}

func (w *grower) search(l *leaf) {
	found := make([]split, len(w.tiles))
	w.each(len(found), l.to-l.from, func(tile int) { found[tile] = w.searchTile(l, tile) })
	for _, s := range found {
		l.best = better(l.best, s)
	}
}

// searchTile finds the best split of a leaf in the columns of a tile.
func (w *grower) searchTile(l *leaf, tile int) split {
	s := newSearch(&w.rules, l.sum, l.bounds)
	if l.sum.h < 2*w.minChild {
		return s.best
	}
	for k := range min(tileWidth, len(w.columns)-tile*tileWidth) {
		if f := tile*tileWidth + k; w.allowed[f] {
			s.column(&l.hist[tile], k, f, &w.columns[f])
		}
	}
	return s.best
}

// build makes the histogram of a leaf's rows in a tile.
func (w *grower) build(l *leaf, tile int) {
	h := &l.hist[tile]
	*h = hist{}
	h.add(w.words[tile], w.rows[l.from:l.to], w.grads[l.from:l.to])
}

// each calls do for n tasks, which together handle so many rows. For few rows
// it is not worth to wake the other workers.
func (w *grower) each(n, rows int, do func(task int)) {
	workers := w.workers
	if rows < 256 {
		workers = 1
	}
	parallel(workers, n, func(_, task int) { do(task) })
}

func (w *grower) histograms() []hist {
	if n := len(w.free); n > 0 {
		h := w.free[n-1]
		w.free = w.free[:n-1]
		return h
	}
	return make([]hist, len(w.tiles))
}

func (w *grower) release(l *leaf) {
	if l.hist != nil {
		w.free = append(w.free, l.hist)
		l.hist = nil
	}
}

// route sends rows down a tree and adds to each margin the weight of its leaf.
func (b *binned) route(tree []forest.Node, splits []*sides, at int32, rows, spare []uint32, margins []float64) {
	n := &tree[at]
	switch {
	case len(rows) == 0:
	case n.Feature < 0:
		for _, r := range rows {
			margins[r] += float64(n.Value)
		}
	default:
		left := partitionRows(rows, spare, b.tiles[n.Feature/tileWidth], int(8*(n.Feature%tileWidth)), splits[at])
		b.route(tree, splits, n.Child, rows[:left], spare[:left], margins)
		b.route(tree, splits, n.Child+1, rows[left:], spare[left:], margins)
	}
}

// sidesOf makes the splits of a tree into tables, by the cuts it was grown on.
func (b *binned) sidesOf(tree []forest.Node) []*sides {
	out := make([]*sides, len(tree))
	for i, n := range tree {
		if n.Feature < 0 {
			continue
		}
		s := split{set: n.Set, missingLeft: n.MissingLeft}
		if c := &b.columns[n.Feature]; n.Set == nil {
			if s.cut = c.bins; n.Value < math.MaxFloat32 {
				at, _ := slices.BinarySearch(c.cuts[:], n.Value)
				s.cut = at + 1
			}
		}
		out[i] = s.sides()
	}
	return out
}
