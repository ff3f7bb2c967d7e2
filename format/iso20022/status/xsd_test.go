package status

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// dataDir is where the schemas are.
func dataDir(t testing.TB) string {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../../shared/data"
	}
	dir = filepath.Join(dir, "formats", "iso20022")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no ISO 20022 schemas at %s: set SPOOR_DATA to the folder of test data", dir)
	}
	return dir
}

// el is an element of a document or a schema.
type el struct {
	name, space string
	attrs       []xml.Attr
	text        string
	kids        []*el
}

func parse(b []byte) (*el, error) {
	root := &el{}
	stack := []*el{root}
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			if len(root.kids) != 1 {
				return nil, fmt.Errorf("%d roots", len(root.kids))
			}
			return root.kids[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &el{name: tok.Name.Local, space: tok.Name.Space, attrs: tok.Attr}
			top.kids = append(top.kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
}

func (e *el) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// one is the first element at a path of names; nil when there is none.
func (e *el) one(path string) *el {
	name, rest, deeper := strings.Cut(path, "/")
	for _, k := range e.kids {
		if k.name == name {
			if !deeper {
				return k
			}
			if found := k.one(rest); found != nil {
				return found
			}
		}
	}
	return nil
}

func (e *el) str(path string) string {
	if e == nil {
		return ""
	}
	if k := e.one(path); k != nil {
		return k.text
	}
	return ""
}

func (e *el) all(name string) (out []*el) {
	if e == nil {
		return nil
	}
	for _, k := range e.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

// schema validates documents against an XSD as the ISO 20022 catalogue writes
// them: named types, sequences, choices, extensions of simple content.
type schema struct {
	types    map[string]*el
	top      *el
	space    string
	patterns map[string]*regexp.Regexp
}

func readSchema(t testing.TB, name string) *schema {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dataDir(t), name+".xsd"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := parse(b)
	if err != nil {
		t.Fatal(err)
	}
	s := &schema{types: map[string]*el{}, space: root.attr("targetNamespace"), patterns: map[string]*regexp.Regexp{}}
	for _, k := range root.kids {
		if k.name == "element" {
			s.top = k
		} else {
			s.types[k.attr("name")] = k
		}
	}
	return s
}

func (s *schema) validate(doc []byte) error {
	root, err := parse(doc)
	if err != nil {
		return err
	}
	if root.name != s.top.attr("name") {
		return fmt.Errorf("root %s", root.name)
	}
	return s.element(root, s.top)
}

func (s *schema) element(e, def *el) error {
	if e.space != s.space {
		return fmt.Errorf("%s is in namespace %q", e.name, e.space)
	}
	typ := s.types[def.attr("type")]
	switch {
	case typ == nil || typ.name == "simpleType":
		if len(e.kids) > 0 {
			return fmt.Errorf("%s has children", e.name)
		}
		return s.simple(e.name, e.text, def.attr("type"))
	case typ.one("simpleContent") != nil:
		ext := typ.one("simpleContent/extension")
		for _, a := range ext.all("attribute") {
			if err := s.simple(e.name+"@"+a.attr("name"), e.attr(a.attr("name")), a.attr("type")); err != nil {
				return err
			}
		}
		return s.simple(e.name, e.text, ext.attr("base"))
	}
	if strings.TrimSpace(e.text) != "" {
		return fmt.Errorf("%s has text %q", e.name, e.text)
	}
	rest := e.kids
	for _, group := range typ.kids {
		var err error
		if rest, err = s.group(e.name, rest, group); err != nil {
			return err
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("%s: %s is not expected", e.name, rest[0].name)
	}
	return nil
}

// group takes what a particle wants from the front of the children.
func (s *schema) group(in string, kids []*el, def *el) ([]*el, error) {
	least, most := 1, 1
	if v := def.attr("minOccurs"); v != "" {
		least, _ = strconv.Atoi(v)
	}
	if v := def.attr("maxOccurs"); v == "unbounded" {
		most = 1 << 30
	} else if v != "" {
		most, _ = strconv.Atoi(v)
	}
	switch def.name {
	case "element":
		n := 0
		for ; n < most && len(kids) > 0 && kids[0].name == def.attr("name"); n++ {
			if err := s.element(kids[0], def); err != nil {
				return nil, fmt.Errorf("%s/%w", in, err)
			}
			kids = kids[1:]
		}
		if n < least {
			return nil, fmt.Errorf("%s: %d of %s, want %d", in, n, def.attr("name"), least)
		}
		return kids, nil
	case "sequence":
		for _, k := range def.kids {
			var err error
			if kids, err = s.group(in, kids, k); err != nil {
				return nil, err
			}
		}
		return kids, nil
	case "choice":
		for _, k := range def.kids {
			if len(kids) > 0 && kids[0].name == k.attr("name") {
				return s.group(in, kids, k)
			}
		}
		if least == 0 {
			return kids, nil
		}
		return nil, fmt.Errorf("%s: no choice is taken", in)
	}
	return nil, fmt.Errorf("%s: a %s is beyond this validator", in, def.name)
}

func (s *schema) simple(at, text, typ string) error {
	switch typ {
	case "xs:string":
		return nil
	case "xs:dateTime":
		if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`).MatchString(text) {
			return fmt.Errorf("%s: %q is no date-time", at, text)
		}
		return nil
	case "xs:decimal":
		if !regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)$`).MatchString(text) {
			return fmt.Errorf("%s: %q is no decimal", at, text)
		}
		return nil
	}
	def := s.types[typ]
	if def == nil {
		return fmt.Errorf("%s: type %s is beyond this validator", at, typ)
	}
	r := def.one("restriction")
	allowed, listed := false, false
	whole, frac, _ := strings.Cut(strings.TrimLeft(text, "0"), ".")
	for _, k := range r.kids {
		v := k.attr("value")
		n, _ := strconv.Atoi(v)
		wrong := false
		switch k.name {
		case "enumeration":
			listed, allowed = true, allowed || v == text
		case "pattern":
			if s.patterns[v] == nil {
				s.patterns[v] = regexp.MustCompile("^(?:" + v + ")$")
			}
			wrong = !s.patterns[v].MatchString(text)
		case "minLength":
			wrong = utf8.RuneCountInString(text) < n
		case "maxLength":
			wrong = utf8.RuneCountInString(text) > n
		case "fractionDigits":
			wrong = len(frac) > n
		case "totalDigits":
			wrong = len(whole)+len(frac) > n
		case "minInclusive":
			wrong = strings.HasPrefix(text, "-")
		default:
			return fmt.Errorf("%s: facet %s is beyond this validator", at, k.name)
		}
		if wrong {
			return fmt.Errorf("%s: %q breaks %s %s", at, text, k.name, v)
		}
	}
	if listed && !allowed {
		return fmt.Errorf("%s: %q is not in the list", at, text)
	}
	return s.simple(at, text, r.attr("base"))
}
