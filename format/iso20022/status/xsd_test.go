package status

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"spoor/format/xsdcheck"
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

// schema is what a message is held to: its XSD and, beyond it, date-times in
// whole seconds of UTC, since every system reads these alike.
type schema struct{ *xsdcheck.Schema }

func readSchema(t testing.TB, name string) schema {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dataDir(t), name+".xsd"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := xsdcheck.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return schema{s}
}

var (
	dateTime = regexp.MustCompile(`<(\w+DtTm)>([^<]*)<`)
	utc      = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
)

func (s schema) validate(doc []byte) error {
	for _, m := range dateTime.FindAllSubmatch(doc, -1) {
		if !utc.Match(m[2]) {
			return fmt.Errorf("%s: %q is not in seconds of UTC", m[1], m[2])
		}
	}
	return s.Validate(doc)
}
