package instruct

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/format/xsdcheck"
)

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
	var schemas []*xsdcheck.Schema
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		s, err := xsdcheck.Parse(b)
		if err != nil {
			t.Fatal(f, err)
		}
		schemas = append(schemas, s)
	}
	exists := func(path string) bool {
		for _, s := range schemas {
			if s.Has("Document", path) {
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
