// Package xsdcheck validates XML against an XML Schema, for the tests of what
// Spoor writes and the tests of what it reads:
//
//	s, err := xsdcheck.Parse(file)   // once
//	err = s.Validate(document)       // nil, or the first fault and where it is
//
// It is a validator of the part of XML Schema 1.0 that ISO 20022 and goAML use:
// one file, elements, sequence, choice, all, any, group and element references,
// occurrences, attributes, extension of simple and complex content, restriction
// of simple types and simple content. A schema with anything else is
// refused by [Parse], never read as if it were not there.
//
// Where the standard leaves room, it is strict: digits are counted as they are
// written, so that 1.50 has two decimals; \d in a pattern is an ASCII digit;
// years have four digits; a document with a document type, xsi:type or xsi:nil
// is refused. A date-time without a zone is compared as if it were UTC.
package xsdcheck

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

const xsd = "http://www.w3.org/2001/XMLSchema"

// Schema is a schema that documents can be held to. It may be used by several
// goroutines.
type Schema struct {
	space     string // target namespace
	local     string // namespace of elements that are declared inside others
	raw       map[string]map[string]*node
	elements  map[string]*element
	types     map[string]*typ
	grouped   map[string]*particle
	resolving map[string]bool
	unready   map[*typ]bool // types that are being read
}

// element is a declared element.
type element struct {
	name, space string
	typ         *typ
	fixed       *string
}

// typ is a type: text by the rules of simple, or the elements of content.
type typ struct {
	simple  *simple
	content *particle
	attrs   []attribute
}

type attribute struct {
	name     string
	required bool
	simple   *simple
	fixed    *string
}

type kind uint8

const (
	oneElement kind = iota
	anyElement
	sequence
	choice
	all
)

// particle is one piece of a content model.
type particle struct {
	kind     kind
	min, max int
	element  *element
	space    string // of anyElement: "##any", or a namespace
	kids     []*particle
}

// Parse reads a schema of one file.
func Parse(file []byte) (*Schema, error) {
	root, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if root.name.Space != xsd || root.name.Local != "schema" {
		return nil, fmt.Errorf("schema: the root is %s in namespace %q", root.name.Local, root.name.Space)
	}
	s := &Schema{
		space: root.attr("targetNamespace"), raw: map[string]map[string]*node{},
		elements: map[string]*element{}, types: map[string]*typ{}, grouped: map[string]*particle{}, resolving: map[string]bool{}, unready: map[*typ]bool{},
	}
	if root.attr("elementFormDefault") == "qualified" {
		s.local = s.space
	}
	kids, err := schemaKids(root)
	if err != nil {
		return nil, err
	}
	for _, k := range kids {
		table := k.name.Local
		switch table {
		case "complexType", "simpleType":
			table = "type"
		case "element", "group":
		default:
			return nil, fmt.Errorf("schema: a top-level %s is beyond this validator", table)
		}
		if s.raw[table] == nil {
			s.raw[table] = map[string]*node{}
		}
		name := k.attr("name")
		if name == "" || s.raw[table][name] != nil {
			return nil, fmt.Errorf("schema: %s %q has no name, or one that is taken", k.name.Local, name)
		}
		s.raw[table][name] = k
	}
	for name := range s.raw["type"] {
		if _, err := s.named(name); err != nil {
			return nil, fmt.Errorf("schema: type %s: %w", name, err)
		}
	}
	for name := range s.raw["element"] {
		if _, err := s.global(name); err != nil {
			return nil, fmt.Errorf("schema: element %s: %w", name, err)
		}
	}
	for name := range s.raw["group"] {
		if _, err := s.group(name); err != nil {
			return nil, fmt.Errorf("schema: group %s: %w", name, err)
		}
	}
	return s, nil
}

// schemaKids are the elements of XML Schema in a node, without annotations.
func schemaKids(n *node) (out []*node, err error) {
	if !blank(n.text) {
		return nil, fmt.Errorf("text in %s", n.name.Local)
	}
	for _, k := range n.kids {
		if k.name.Space != xsd {
			return nil, fmt.Errorf("%s in namespace %q", k.name.Local, k.name.Space)
		}
		if k.name.Local != "annotation" {
			out = append(out, k)
		}
	}
	return out, nil
}

// only refuses attributes of a schema's element that are not known here.
// Attributes of other namespaces say nothing to a validator.
func (n *node) only(names ...string) error {
next:
	for _, a := range n.attrs {
		if a.Name.Space != "" || a.Name.Local == "xmlns" || a.Name.Local == "id" {
			continue
		}
		for _, name := range names {
			if a.Name.Local == name {
				continue next
			}
		}
		return fmt.Errorf("%s with %s=%q is beyond this validator", n.name.Local, a.Name.Local, a.Value)
	}
	return nil
}

// unprefixed drops the prefix of a reference: schemas of one file have one
// namespace of their own.
func unprefixed(ref string) string {
	if _, after, ok := strings.Cut(ref, ":"); ok {
		return after
	}
	return ref
}

// typeOf finds a type by reference: its own name, or one that is built in.
func (s *Schema) typeOf(ref string) (*typ, error) {
	name := unprefixed(ref)
	if s.raw["type"][name] != nil {
		return s.named(name)
	}
	if name != ref && builtins[name] != nil {
		return &typ{simple: &simple{builtin: name}}, nil
	}
	return nil, fmt.Errorf("type %s is beyond this validator", ref)
}

func (s *Schema) named(name string) (*typ, error) {
	if t := s.types[name]; t != nil {
		return t, nil
	}
	t := &typ{}
	s.types[name] = t // first, since types may hold themselves
	s.unready[t] = true
	defer delete(s.unready, t)
	return t, s.fill(t, s.raw["type"][name])
}

func (s *Schema) global(name string) (*element, error) {
	if e := s.elements[name]; e != nil {
		return e, nil
	}
	n := s.raw["element"][name]
	if n == nil {
		return nil, fmt.Errorf("there is no element %s", name)
	}
	e := &element{}
	s.elements[name] = e
	return e, s.declare(e, n, s.space)
}

func (s *Schema) group(name string) (*particle, error) {
	if p := s.grouped[name]; p != nil {
		return p, nil
	}
	n := s.raw["group"][name]
	if n == nil || s.resolving[name] {
		return nil, fmt.Errorf("group %s is not there, or holds itself", name)
	}
	s.resolving[name] = true
	kids, err := schemaKids(n)
	if err != nil || len(kids) != 1 {
		return nil, fmt.Errorf("group %s: want one model in it (%v)", name, err)
	}
	p, err := s.particle(kids[0])
	s.grouped[name] = p
	return p, err
}

// declare fills in an element from its declaration.
func (s *Schema) declare(e *element, n *node, space string) error {
	if err := n.only("name", "type", "fixed", "minOccurs", "maxOccurs"); err != nil {
		return err
	}
	e.name, e.space = n.attr("name"), space
	if v, ok := n.lookup("fixed"); ok {
		e.fixed = &v
	}
	kids, err := schemaKids(n)
	if err != nil {
		return err
	}
	ref := n.attr("type")
	switch {
	case ref != "" && len(kids) == 0:
		e.typ, err = s.typeOf(ref)
	case ref == "" && len(kids) == 1:
		e.typ = &typ{}
		err = s.fill(e.typ, kids[0])
	default:
		err = fmt.Errorf("want either a type, or one inside")
	}
	if err != nil {
		return fmt.Errorf("element %s: %w", e.name, err)
	}
	return nil
}

// fill makes a type of a complexType or simpleType.
func (s *Schema) fill(t *typ, n *node) (err error) {
	switch n.name.Local {
	case "simpleType":
		t.simple, err = s.simpleType(n)
		return err
	case "complexType":
	default:
		return fmt.Errorf("a %s is beyond this validator", n.name.Local)
	}
	if err := n.only("name"); err != nil {
		return err
	}
	kids, err := schemaKids(n)
	if err != nil {
		return err
	}
	if len(kids) == 1 && (kids[0].name.Local == "simpleContent" || kids[0].name.Local == "complexContent") {
		return s.derive(t, kids[0])
	}
	return s.contents(t, kids)
}

// derive makes a type of simpleContent or complexContent.
func (s *Schema) derive(t *typ, n *node) error {
	kids, err := schemaKids(n)
	if err != nil {
		return err
	}
	isSimple := n.name.Local == "simpleContent"
	if len(kids) != 1 || kids[0].name.Local != "extension" && !(isSimple && kids[0].name.Local == "restriction") {
		return fmt.Errorf("%s other than by extension is beyond this validator", n.name.Local)
	}
	base, err := s.typeOf(kids[0].attr("base"))
	if err != nil {
		return err
	}
	if s.unready[base] {
		return fmt.Errorf("is based on %s, which holds it: this is beyond this validator", kids[0].attr("base"))
	}
	if isSimple != (base.simple != nil) {
		return fmt.Errorf("%s is based on %s, which is of the other sort", n.name.Local, kids[0].attr("base"))
	}
	more, err := schemaKids(kids[0])
	if err != nil {
		return err
	}
	t.simple = base.simple
	if kids[0].name.Local == "restriction" {
		if t.simple, more, err = restricted(base.simple, more); err != nil {
			return err
		}
	}
	added := &typ{}
	if err := s.contents(added, more); err != nil {
		return err
	}
	if isSimple && added.content != nil {
		return fmt.Errorf("simpleContent with elements")
	}
	// Of two attributes of one name the first counts: the restricted one.
	t.attrs = append(append([]attribute(nil), added.attrs...), base.attrs...)
	t.content = &particle{kind: sequence, min: 1, max: 1}
	for _, p := range []*particle{base.content, added.content} {
		if p != nil {
			t.content.kids = append(t.content.kids, p)
		}
	}
	return nil
}

// contents are a model, if any, and attributes.
func (s *Schema) contents(t *typ, kids []*node) error {
	for i, k := range kids {
		if k.name.Local == "attribute" {
			a, err := s.attribute(k)
			if err != nil {
				return err
			}
			t.attrs = append(t.attrs, a)
			continue
		}
		if i > 0 {
			return fmt.Errorf("a second %s", k.name.Local)
		}
		p, err := s.particle(k)
		if err != nil {
			return err
		}
		t.content = p
	}
	return nil
}

func (s *Schema) attribute(n *node) (attribute, error) {
	a := attribute{name: n.attr("name"), required: n.attr("use") == "required"}
	if err := n.only("name", "type", "use", "fixed"); err != nil {
		return a, err
	}
	if v, ok := n.lookup("fixed"); ok {
		a.fixed = &v
	}
	t, err := s.typeOf(n.attr("type"))
	if err != nil || t.simple == nil || a.name == "" || n.attr("use") == "prohibited" {
		return a, fmt.Errorf("attribute %q is beyond this validator (%v)", a.name, err)
	}
	a.simple = t.simple
	return a, nil
}

func (s *Schema) particle(n *node) (*particle, error) {
	p := &particle{min: 1, max: 1}
	for name, to := range map[string]*int{"minOccurs": &p.min, "maxOccurs": &p.max} {
		v, ok := n.lookup(name)
		if !ok {
			continue
		}
		if v == "unbounded" && to == &p.max {
			p.max = math.MaxInt
			continue
		}
		i, err := strconv.Atoi(v)
		if err != nil || i < 0 {
			return nil, fmt.Errorf("%s=%q", name, v)
		}
		*to = i
	}
	if p.min > p.max {
		return nil, fmt.Errorf("%s: minOccurs is above maxOccurs", n.name.Local)
	}
	switch n.name.Local {
	case "element":
		return p, s.elementParticle(p, n)
	case "group":
		g, err := s.group(unprefixed(n.attr("ref")))
		p.kind, p.kids = sequence, []*particle{g}
		return p, err
	case "any":
		p.kind, p.space = anyElement, n.attr("namespace")
		if n.attr("processContents") != "lax" || p.space == "" || strings.HasPrefix(p.space, "##") && p.space != "##any" {
			return nil, fmt.Errorf("any of %q, processed %q, is beyond this validator", p.space, n.attr("processContents"))
		}
		return p, nil
	case "sequence":
		p.kind = sequence
	case "choice":
		p.kind = choice
	case "all":
		p.kind = all
	default:
		return nil, fmt.Errorf("a %s is beyond this validator", n.name.Local)
	}
	if err := n.only("minOccurs", "maxOccurs"); err != nil {
		return nil, err
	}
	return p, s.model(p, n)
}

// model fills in what a sequence, choice or all holds.
func (s *Schema) model(p *particle, n *node) error {
	kids, err := schemaKids(n)
	if err != nil {
		return err
	}
	for _, k := range kids {
		kid, err := s.particle(k)
		if err != nil {
			return err
		}
		if p.kind == all && (kid.kind != oneElement || kid.max > 1) {
			return fmt.Errorf("an all with %s, or with several of one, is beyond this validator", k.name.Local)
		}
		p.kids = append(p.kids, kid)
	}
	return nil
}

func (s *Schema) elementParticle(p *particle, n *node) (err error) {
	if ref := n.attr("ref"); ref != "" {
		if err := n.only("ref", "minOccurs", "maxOccurs"); err != nil {
			return err
		}
		p.element, err = s.global(unprefixed(ref))
		return err
	}
	p.element = &element{}
	return s.declare(p.element, n, s.local)
}
