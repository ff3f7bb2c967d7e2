package xsdcheck

import (
	"fmt"
	"strings"
)

// Validate holds a document to the schema. The error names the first fault and
// the path of the element that has it.
func (s *Schema) Validate(doc []byte) error {
	root, err := parse(doc)
	if err != nil {
		return err
	}
	e := s.elements[root.name.Local]
	if e == nil || e.space != root.name.Space {
		return fmt.Errorf("the schema has no root element %s in namespace %q", root.name.Local, root.name.Space)
	}
	return s.element(root.name.Local, root, e)
}

// Has reports whether there may be an element at a path of names below a root
// element: Has("Document", "FIToFICstmrCdtTrf/GrpHdr").
func (s *Schema) Has(root, path string) bool {
	e := s.elements[root]
	return e != nil && has(e.typ.content, path)
}

func has(p *particle, path string) bool {
	if p == nil {
		return false
	}
	if p.kind == oneElement {
		name, rest, deeper := strings.Cut(path, "/")
		return p.element.name == name && (!deeper || has(p.element.typ.content, rest))
	}
	for _, k := range p.kids {
		if has(k, path) {
			return true
		}
	}
	return false
}

const xsi = "http://www.w3.org/2001/XMLSchema-instance"

func (s *Schema) element(at string, n *node, e *element) error {
	if err := attributes(at, n, e.typ.attrs); err != nil {
		return err
	}
	if e.typ.simple != nil {
		if len(n.kids) > 0 {
			return fmt.Errorf("%s: %s in it, where only text may be", at, n.kids[0].name.Local)
		}
		if err := e.typ.simple.check(string(n.text)); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		if e.fixed != nil && string(n.text) != *e.fixed {
			return fmt.Errorf("%s: %q, where only %q may be", at, short(string(n.text)), *e.fixed)
		}
		return nil
	}
	if !blank(n.text) {
		return fmt.Errorf("%s: text %q between elements", at, short(string(n.text)))
	}
	w := walk{s: s, at: at, kids: n.kids, seen: map[string]int{}}
	if e.typ.content != nil {
		if err := w.take(e.typ.content); err != nil {
			return err
		}
	}
	if w.next() != nil {
		return fmt.Errorf("%s: %s is not expected here", at, w.next().name.Local)
	}
	return nil
}

func attributes(at string, n *node, declared []attribute) error {
	for _, a := range n.attrs {
		switch {
		case a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns":
		case a.Name.Space == xsi && strings.HasSuffix(strings.ToLower(a.Name.Local), "schemalocation"):
		case a.Name.Space != "":
			return fmt.Errorf("%s: attribute %s in namespace %q is not allowed", at, a.Name.Local, a.Name.Space)
		default:
			d := named(declared, a.Name.Local)
			if d == nil {
				return fmt.Errorf("%s: attribute %s is not allowed", at, a.Name.Local)
			}
			if err := d.simple.check(a.Value); err != nil {
				return fmt.Errorf("%s@%s: %w", at, d.name, err)
			}
			if d.fixed != nil && *d.fixed != a.Value {
				return fmt.Errorf("%s@%s: %q, where only %q may be", at, d.name, short(a.Value), *d.fixed)
			}
		}
	}
	for _, d := range declared {
		if _, ok := n.lookup(d.name); d.required && !ok {
			return fmt.Errorf("%s: attribute %s is missing", at, d.name)
		}
	}
	return nil
}

func named(declared []attribute, name string) *attribute {
	for i := range declared {
		if declared[i].name == name {
			return &declared[i]
		}
	}
	return nil
}

// walk goes through the children of one element. A schema must say of each child
// which particle it belongs to by its name alone (unique particle attribution),
// so there is never anything to try again.
type walk struct {
	s    *Schema
	at   string
	kids []*node
	seen map[string]int // how many children had a name, for paths
}

func (w *walk) next() *node {
	if len(w.kids) == 0 {
		return nil
	}
	return w.kids[0]
}

// take takes what a particle wants from the front of the children.
func (w *walk) take(p *particle) error {
	n := 0
	for ; n < p.max && p.starts(w.next()); n++ {
		if err := w.once(p); err != nil {
			return err
		}
	}
	if n < p.min && !p.empty() {
		if p.kind == sequence { // its first part that is missing says more
			return w.once(p)
		}
		found := "the end"
		if k := w.next(); k != nil {
			found = k.name.Local
		}
		return fmt.Errorf("%s: %s where %s is expected", w.at, found, p)
	}
	return nil
}

// once takes a particle one time; the next child starts it.
func (w *walk) once(p *particle) error {
	switch p.kind {
	case oneElement:
		k := w.kids[0]
		w.kids = w.kids[1:]
		at := w.at + "/" + k.name.Local
		if w.seen[k.name.Local]++; w.seen[k.name.Local] > 1 {
			at = fmt.Sprintf("%s[%d]", at, w.seen[k.name.Local])
		}
		return w.s.element(at, k, p.element)
	case anyElement: // lax: declared elements are checked, others let through
		k := w.kids[0]
		w.kids = w.kids[1:]
		if e := w.s.elements[k.name.Local]; e != nil && e.space == k.name.Space {
			return w.s.element(w.at+"/"+k.name.Local, k, e)
		}
		return nil
	case sequence:
		for _, k := range p.kids {
			if err := w.take(k); err != nil {
				return err
			}
		}
		return nil
	case choice:
		for _, k := range p.kids {
			if k.starts(w.next()) {
				return w.take(k)
			}
		}
		return nil
	}
	return w.inAnyOrder(p.kids)
}

func (w *walk) inAnyOrder(wanted []*particle) error {
	taken := make([]bool, len(wanted))
	for again := true; again; {
		again = false
		for i, k := range wanted {
			if !taken[i] && k.starts(w.next()) {
				if err := w.take(k); err != nil {
					return err
				}
				taken[i], again = true, true
			}
		}
	}
	for i, k := range wanted {
		if !taken[i] && k.min > 0 {
			return fmt.Errorf("%s: %s is missing", w.at, k)
		}
	}
	return nil
}

// starts reports whether an element can be the first of a particle.
func (p *particle) starts(n *node) bool {
	if n == nil || p.max == 0 {
		return false
	}
	switch p.kind {
	case oneElement:
		return n.name.Local == p.element.name && n.name.Space == p.element.space
	case anyElement:
		return p.space == "##any" || p.space == n.name.Space
	}
	for _, k := range p.kids {
		if k.starts(n) {
			return true
		}
		if p.kind == sequence && !k.empty() {
			return false
		}
	}
	return false
}

// empty reports whether a particle may be nothing at all.
func (p *particle) empty() bool {
	if p.min == 0 {
		return true
	}
	switch p.kind {
	case oneElement, anyElement:
		return false
	case choice:
		for _, k := range p.kids {
			if k.empty() {
				return true
			}
		}
		return false
	}
	for _, k := range p.kids {
		if !k.empty() {
			return false
		}
	}
	return true
}

// String says what a particle wants, for errors.
func (p *particle) String() string {
	switch p.kind {
	case oneElement:
		return p.element.name
	case anyElement:
		return "any element"
	}
	var names []string
	for i, k := range p.kids {
		if i == 8 {
			names = append(names, "…")
			break
		}
		names = append(names, k.String())
	}
	return "(" + strings.Join(names, map[kind]string{sequence: ", ", choice: " | ", all: " & "}[p.kind]) + ")"
}
