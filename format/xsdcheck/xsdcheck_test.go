package xsdcheck

import (
	"os"
	"path/filepath"
	"testing"
)

func dataDir(t testing.TB) string {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	dir = filepath.Join(dir, "formats")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no schemas at %s: set SPOOR_DATA to the folder of test data", dir)
	}
	return dir
}

func read(t testing.TB, path string) *Schema {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(b)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return s
}

// TestSchemas reads every schema that the writers are held to.
func TestSchemas(t *testing.T) {
	dir := dataDir(t)
	for _, pattern := range []string{"iso20022/*.xsd", "goaml/goaml-5.0.2/goAMLSchema.xsd"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		if len(files) == 0 {
			t.Errorf("no %s", pattern)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Parse(b); err != nil {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
}

// TestGolden validates the published reports, which xmllint calls valid.
func TestGolden(t *testing.T) {
	dir := filepath.Join(dataDir(t), "goaml")
	s := read(t, filepath.Join(dir, "goaml-5.0.2", "goAMLSchema.xsd"))
	files, _ := filepath.Glob(filepath.Join(dir, "golden-reports", "*.xml"))
	if len(files) < 8 {
		t.Errorf("%d reports", len(files))
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(b); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}
