package instruct

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// schema is an XSD as the ISO 20022 catalogue writes them: named types only.
type schema struct {
	types map[string]*node
	top   string
}

type node struct {
	XMLName xml.Name
	Name    string  `xml:"name,attr"`
	Type    string  `xml:"type,attr"`
	Kids    []*node `xml:",any"`
}

func readSchema(t *testing.T, path string) *schema {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var root node
	if err := xml.Unmarshal(b, &root); err != nil {
		t.Fatal(path, err)
	}
	s := &schema{types: map[string]*node{}}
	for _, k := range root.Kids {
		s.types[k.Name] = k
		if k.XMLName.Local == "element" {
			s.top = k.Type
		}
	}
	return s
}

func (s *schema) has(typ, path string) bool {
	name, rest, deeper := strings.Cut(path, "/")
	var in func(n *node) bool
	in = func(n *node) bool {
		for _, k := range n.Kids {
			switch {
			case k.XMLName.Local == "element" && k.Name == name:
				return !deeper || s.has(k.Type, rest)
			case k.XMLName.Local != "element" && in(k):
				return true
			}
		}
		return false
	}
	def := s.types[typ]
	return def != nil && in(def)
}

// excuses are names of versions before or after those of the schemas, elements
// of a choice beside its parts, and accounts that not every agent has: what is
// read there does no harm elsewhere.
var excuses = []string{"/CareOf/", "/UnitNb/", "/InstgAgtAcct/", "/InstdAgtAcct/", "/FwdgAgtAcct/",
	"/FinInstnId/BIC", "/BICOrBEI", "/PrvsInstgAgt/", "/PrvsInstgAgtAcct/", "/Dbtr/", "/Cdtr/", "/UltmtDbtr/", "/UltmtCdtr/", "/InitgPty/"}

// TestPathsAreInSchemas proves that every path that is read exists in one of
// the schemas, but for those of older versions.
func TestPathsAreInSchemas(t *testing.T) {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../../shared/data"
	}
	dir = filepath.Join(dir, "formats", "iso20022")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no ISO 20022 schemas at %s: set SPOOR_DATA to the folder of test data", dir)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.xsd"))
	if err != nil {
		t.Fatal(err)
	}
	var schemas []*schema
	for _, f := range files {
		schemas = append(schemas, readSchema(t, f))
	}
	exists := func(path string) bool {
		for _, s := range schemas {
			if s.has(s.top, path) {
				return true
			}
		}
		return false
	}
	there := 0
	for _, path := range tree.Paths() {
		path, ok := strings.CutPrefix(path, "Document/")
		if !ok || path == "*" {
			continue
		}
		if exists(path) {
			there++
			continue
		}
		excused := false
		for _, o := range excuses {
			excused = excused || strings.Contains(path+"/", o)
		}
		if !excused {
			t.Errorf("no schema has %s", path)
		}
	}
	if there < 1000 {
		t.Errorf("%d paths are in schemas", there)
	}
	if exists("FIToFICstmrCdtTrf/CdtTrfTxInf/Boom") {
		t.Error("Boom exists")
	}
}
