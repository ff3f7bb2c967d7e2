package entry

import (
	"io"
	"os"
	"strings"
	"testing"

	"spoor"
)

// sound fails where a reader gives what no listing may be.
func sound(t *testing.T, r *Reading) {
	t.Helper()
	for i := range r.Listings {
		l := &r.Listings[i]
		if l.ID == "" || l.List == "" || len(l.Names) == 0 || len(l.Names) > MaxNames || len(l.Identifiers) > MaxNames || len(l.Reason) > maxReason {
			t.Errorf("%+v", l)
		}
		for _, n := range l.Names {
			if n.Full == "" || len(n.Full) > maxText || strings.ContainsAny(n.Full, "\r\n") {
				t.Errorf("name %q", n.Full)
			}
		}
		for _, id := range l.Identifiers {
			if id.Kind == spoor.IMO && len(id.Canonical()) != 7 || id.Canonical() == "" {
				t.Errorf("identifier %+v", id)
			}
		}
		for _, b := range l.Births {
			if b.Year == 0 {
				t.Errorf("birth %+v", b)
			}
		}
	}
	if len(r.Problems) > maxProblems {
		t.Errorf("%d problems", len(r.Problems))
	}
}

func fixture(t testing.TB, name string) string {
	b, err := os.ReadFile("../../testdata/lists/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// fuzz runs a reader over files that begin as the given ones.
func fuzz(f *testing.F, read func(*Reading, io.Reader) error, seeds ...string) {
	for _, name := range seeds {
		f.Add(fixture(f, name))
	}
	f.Fuzz(func(t *testing.T, file string) {
		r := &Reading{Name: "f"}
		_ = read(r, strings.NewReader(file))
		sound(t, r)
	})
}

func FuzzJournal(f *testing.F) { fuzz(f, (*Reading).Journal, "eu/32099R0001.csv") }
func FuzzExport(f *testing.F)  { fuzz(f, (*Reading).Export, "fsd.xml") }
func FuzzUN(f *testing.F)      { fuzz(f, (*Reading).UN, "un.xml") }
func FuzzEntities(f *testing.F) {
	fuzz(f, func(r *Reading, src io.Reader) error { return r.Entities(src, "f") }, "open.json")
}
func FuzzOwn(f *testing.F) {
	fuzz(f, func(r *Reading, src io.Reader) error { return r.Own(src, "f") }, "watched.csv")
}

func FuzzOFAC(f *testing.F) {
	f.Add(fixture(f, "ofac/sdn.csv"), fixture(f, "ofac/alt.csv"), fixture(f, "ofac/add.csv"))
	f.Fuzz(func(t *testing.T, entries, names, addresses string) {
		o := NewOFAC(SDN)
		if o.Entries(strings.NewReader(entries)) == nil && o.Alternatives(strings.NewReader(names)) == nil {
			_ = o.Addresses(strings.NewReader(addresses))
		}
		sound(t, &o.Reading)
	})
}

// FuzzText: what looks at free text bears any.
func FuzzText(f *testing.F) {
	for _, name := range []string{"ofac/sdn.csv", "ofac/alt.csv", "ofac/add.csv", "eu/32099R0001.csv", "fsd.xml", "un.xml", "open.json", "watched.csv"} {
		f.Add(fixture(f, name))
	}
	f.Fuzz(func(t *testing.T, file string) {
		if fields, list := SniffOFAC([]byte(file)); (list != "") != (fields == EntryFields) {
			t.Errorf("%d fields, list %q", fields, list)
		}
		Dates(file)
		Countries(file)
	})
}
