package xsdcheck

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// node is an element of a document or of a schema.
type node struct {
	name  xml.Name
	attrs []xml.Attr
	text  []byte // all character data directly in it
	kids  []*node
}

// maxDepth is how deep elements may stand in each other.
const maxDepth = 200

// parse reads one document. It refuses document types, which can say anything
// about what follows, and what encoding/xml would let pass: attributes given
// twice, several roots, text beside the root.
func parse(doc []byte) (*node, error) {
	top := &node{}
	stack := []*node{top}
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		in := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.Directive:
			return nil, errors.New("a document type declaration is not allowed")
		case xml.StartElement:
			n := &node{name: tok.Name, attrs: tok.Copy().Attr}
			if len(stack) > maxDepth {
				return nil, fmt.Errorf("%s: more than %d elements deep", n.name.Local, maxDepth)
			}
			for i, a := range n.attrs {
				for _, b := range n.attrs[:i] {
					if a.Name == b.Name {
						return nil, fmt.Errorf("%s: attribute %s is given twice", n.name.Local, a.Name.Local)
					}
				}
			}
			in.kids = append(in.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			in.text = append(in.text, tok...)
		}
	}
	if len(top.kids) != 1 {
		return nil, fmt.Errorf("%d root elements: want one", len(top.kids))
	}
	if !blank(bytes.TrimPrefix(top.text, []byte("\ufeff"))) {
		return nil, errors.New("text outside the root element")
	}
	return top.kids[0], nil
}

func blank(b []byte) bool { return len(bytes.Trim(b, " \t\r\n")) == 0 }

// attr is an attribute without a namespace, "" where there is none.
func (n *node) attr(name string) string {
	v, _ := n.lookup(name)
	return v
}

func (n *node) lookup(name string) (string, bool) {
	for _, a := range n.attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}
