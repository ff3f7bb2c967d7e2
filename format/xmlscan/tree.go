package xmlscan

import (
	"fmt"
	"slices"
	"strings"
)

// Tree says which elements a reader wants, by their paths of local names. A
// Tree is built once and then only read, so that scanners can share it.
type Tree struct {
	root  node
	paths []string
}

// node is one element of the tree. Its children are few, so that a list is
// searched faster than a map.
type node struct {
	id   int // 0 for an element that is only on the way to others
	kids []kid
	any  *node // stands for every child that kids does not name
}

type kid struct {
	name string
	node *node
}

// Add wants the element at a path such as "report/transaction/amount_local"
// and gives it an id above zero, by which events name it. The first name is
// looked for at any depth, so that envelopes do not matter; "*" as the last
// name stands for every child that has no path of its own. Add panics on an id
// below one and on a path that was added before: both are mistakes of the
// program, not of a file.
func (t *Tree) Add(path string, id int) {
	if id < 1 {
		panic(fmt.Sprintf("xmlscan: path %s has id %d", path, id))
	}
	n := &t.root
	for name := range strings.SplitSeq(path, "/") {
		n = n.grow(name)
	}
	if n.id != 0 {
		panic("xmlscan: path " + path + " is added twice")
	}
	n.id = id
	t.paths = append(t.paths, path)
}

// Paths lists the added paths in order.
func (t *Tree) Paths() []string { return slices.Clone(t.paths) }

func (n *node) grow(name string) *node {
	if name == "*" {
		if n.any == nil {
			n.any = new(node)
		}
		return n.any
	}
	for _, k := range n.kids {
		if k.name == name {
			return k.node
		}
	}
	n.kids = append(n.kids, kid{name, new(node)})
	return n.kids[len(n.kids)-1].node
}

// child finds the node of a child element; nil when nobody wants it.
func (n *node) child(name []byte) *node {
	for i := range n.kids {
		// The first byte saves most of the calls that comparing costs.
		if k := &n.kids[i]; len(k.name) == len(name) && k.name[0] == name[0] && k.name == string(name) {
			return k.node
		}
	}
	return n.any
}
