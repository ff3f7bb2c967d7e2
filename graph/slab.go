package graph

import (
	"math/bits"
	"slices"
	"unsafe"
)

// list is an account's edges on one side: n of them in a block of the slab,
// behind head that have been evicted.
type list struct {
	block uint32 // place of its first edge in the slab
	head  uint32
	n     uint32
	class class // of the block; 0 for no block
}

// class says how large a block is: 1, 2, 3, 4, 6, 8, 12, 16 ... edges for 1, 2,
// 3, 4, 5, 6, 7, 8. An odd class from 3 on is three quarters of the next power
// of two.
type class uint8

// order is the power of two that an even class is.
func (c class) order() uint8 { return uint8(c) / 2 }

func (c class) size() uint32 {
	if c == 1 {
		return 1
	}
	return (2 + uint32(c&1)) << (c.order() - 1)
}

// classFor is the smallest class of at least n edges.
func classFor(n uint32) class {
	if n <= 1 {
		return 1
	}
	c := class(2 * bits.Len32(n-1))
	if c > 3 && (c-1).size() >= n && c.order() <= pageBits {
		return c - 1
	}
	return c
}

// slab hands out blocks of edges and takes them back, as buddies: two
// neighbours that are both free become one block again (Knowlton, A fast
// storage allocator, CACM 1965). Lists that all grow together, as they do when
// a window fills, leave no debris that way. A block of three quarters gives its
// last quarter back at once. A block as large as a page or larger has a page
// of its own.
type slab struct {
	pages [][]Edge
	spare []uint32           // numbers of pages that were given back
	free  [pageBits][]uint32 // by order: blocks that were freed, some taken since
	isOn  [pageBits][]uint64 // by order: one bit a block, set while it is free
}

const (
	pageBits  = 16
	pageEdges = 1 << pageBits
)

// block returns a list's block, evicted and empty places included.
func (s *slab) block(l *list) []Edge {
	at := l.block & (pageEdges - 1)
	return s.pages[l.block>>pageBits][at : at+l.class.size()]
}

// view returns the edges of a list.
func (s *slab) view(l *list) []Edge {
	if l.n == 0 {
		return nil
	}
	at := l.block&(pageEdges-1) + l.head
	return s.pages[l.block>>pageBits][at : at+l.n : at+l.n]
}

// insert puts an edge in its place in time, behind those of the same second.
func (s *slab) insert(l *list, e Edge) {
	if l.class == 0 || l.head+l.n == l.class.size() {
		s.makeRoom(l)
	}
	edges := s.block(l)[l.head : l.head+l.n+1]
	i := len(edges) - 1
	for ; i > 0 && edges[i-1].Time > e.Time; i-- {
		edges[i] = edges[i-1]
	}
	edges[i] = e
	l.n++
}

// makeRoom finds the smallest block in which the edges leave a sixteenth free:
// most often the one they are in, where they slide to the start.
func (s *slab) makeRoom(l *list) {
	c := classFor(l.n + 1 + l.n/16)
	if c == l.class {
		block := s.block(l)
		copy(block, block[l.head:])
		l.head = 0
		return
	}
	moved := list{block: s.alloc(c), n: l.n, class: c}
	copy(s.block(&moved), s.view(l))
	s.release(l)
	*l = moved
}

// trim drops the edges before the horizon, and gives room back once a quarter
// of the block is evicted.
func (s *slab) trim(l *list, horizon uint32) {
	edges := s.view(l)
	var gone uint32
	for _, e := range edges {
		if e.Time >= horizon {
			break
		}
		gone++
	}
	l.head += gone
	l.n -= gone
	switch {
	case l.n == 0:
		s.release(l)
		*l = list{}
	case l.head*4 >= l.class.size():
		s.makeRoom(l)
	}
}

func (s *slab) alloc(c class) uint32 {
	if c&1 == 0 {
		return s.take(c.order())
	}
	if c == 1 {
		return s.take(0)
	}
	b := s.take(c.order() + 1)
	s.give(b+c.size(), c.order()-1)
	return b
}

func (s *slab) release(l *list) {
	switch c := l.class; {
	case c == 0:
	case c == 1:
		s.give(l.block, 0)
	case c&1 == 0:
		s.give(l.block, c.order())
	default:
		s.give(l.block, c.order())
		s.give(l.block+1<<c.order(), c.order()-1)
	}
}

// take finds a block of a power of two, splitting a larger one if need be.
func (s *slab) take(order uint8) uint32 {
	if order >= pageBits {
		return s.addPage(make([]Edge, 1<<order)) << pageBits
	}
	for f := s.free[order]; len(f) > 0; f = s.free[order] {
		b := f[len(f)-1]
		s.free[order] = f[:len(f)-1]
		if s.claim(b, order) {
			return b
		}
	}
	b := s.take(order + 1)
	s.mark(b+1<<order, order)
	return b
}

// give takes a block back, joined with its buddy as often as that is free.
func (s *slab) give(b uint32, order uint8) {
	for ; order < pageBits; order++ {
		buddy := b ^ 1<<order
		if !s.claim(buddy, order) {
			s.mark(b, order)
			return
		}
		b = min(b, buddy)
	}
	s.pages[b>>pageBits] = nil
	s.spare = append(s.spare, b>>pageBits)
}

// mark sets a block free; claim takes it if it is. The stack of freed blocks
// may name one that was claimed as a buddy since: claim sorts that out.
func (s *slab) mark(b uint32, order uint8) {
	i := b >> order
	for len(s.isOn[order]) <= int(i>>6) {
		s.isOn[order] = append(s.isOn[order], 0)
	}
	s.isOn[order][i>>6] |= 1 << (i & 63)
	f := s.free[order]
	if len(f) == cap(f) {
		f = slices.DeleteFunc(f, func(b uint32) bool { return !s.isFree(b, order) })
		f = slices.Grow(f, 1+len(f)/4)
	}
	s.free[order] = append(f, b)
}

func (s *slab) isFree(b uint32, order uint8) bool {
	i := b >> order
	return int(i>>6) < len(s.isOn[order]) && s.isOn[order][i>>6]>>(i&63)&1 != 0
}

func (s *slab) claim(b uint32, order uint8) bool {
	if !s.isFree(b, order) {
		return false
	}
	s.isOn[order][b>>order>>6] &^= 1 << (b >> order & 63)
	return true
}

func (s *slab) addPage(p []Edge) uint32 {
	if n := len(s.spare); n > 0 {
		at := s.spare[n-1]
		s.spare = s.spare[:n-1]
		s.pages[at] = p
		return at
	}
	s.pages = append(s.pages, p)
	return uint32(len(s.pages) - 1)
}

// bytes returns what the slab holds, free blocks included.
func (s *slab) bytes() int64 {
	var n int64
	for _, p := range s.pages {
		n += int64(len(p))
	}
	n *= int64(unsafe.Sizeof(Edge{}))
	for order := range s.free {
		n += int64(cap(s.free[order]))*4 + int64(cap(s.isOn[order]))*8
	}
	return n
}
