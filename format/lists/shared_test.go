package lists

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"spoor"
	"spoor/format/lists/internal/entry"
)

// shared is the folder of published lists, which are not in the repository.
func shared(t testing.TB) string {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	dir = filepath.Join(dir, "lists")
	if _, err := os.Stat(filepath.Join(dir, "sdn.csv")); err != nil {
		t.Skip("no published lists: set SPOOR_DATA to a folder with lists/sdn.csv and others")
	}
	return dir
}

// counted gives the lines of files that a SOURCE.txt states.
func counted(t *testing.T, file string) map[string]int {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]int{}
	row := regexp.MustCompile(`^[0-9a-f]{64}\s+\d+\s+(\d+) lines\s+(\S+)$`)
	for s := bufio.NewScanner(f); s.Scan(); {
		if m := row.FindStringSubmatch(s.Text()); m != nil {
			out[m[2]], _ = strconv.Atoi(m[1])
		}
	}
	return out
}

// TestPublished reads the lists as published and counts.
func TestPublished(t *testing.T) {
	dir := shared(t)
	set, errs := Load(dir, nil)
	for _, err := range errs {
		t.Error(err)
	}
	for i := range set.Lists {
		for _, p := range set.Lists[i].Problems {
			t.Errorf("%s: %v", set.Lists[i].Name, p)
		}
	}
	lines := counted(t, filepath.Join(dir, "SOURCE.txt"))
	sdn := find(set, entry.SDN)
	from, kingpins := map[string]bool{}, 0
	for _, l := range sdn.Listings {
		from[l.ID] = true
		for _, p := range l.Programmes {
			if p == "SDNTK" {
				kingpins++
				break
			}
		}
	}
	// The kingpins are of a later day: those that the older list lacks come on top.
	if n := lines["sdn.csv"]; n != 7379 || len(sdn.Listings) < n || len(sdn.Listings) > n+lines["SDNTK-narcotics-kingpins.csv"] || len(from) != len(sdn.Listings) {
		t.Errorf("OFAC SDN: %d entries, %d ids; sdn.csv has %d lines", len(sdn.Listings), len(from), n)
	}
	if kingpins < lines["SDNTK-narcotics-kingpins.csv"] {
		t.Errorf("%d kingpins, want %d at least", kingpins, lines["SDNTK-narcotics-kingpins.csv"])
	}
	if n := len(find(set, entry.UN).Listings); n != 730+273 {
		t.Errorf("UN: %d entries, want 1003", n)
	}
	records := 0
	for name, n := range counted(t, filepath.Join(dir, "eu", "SOURCE.txt")) {
		if strings.HasPrefix(name, "consolidated/") {
			records += n - 1 // the header
		}
	}
	eu := find(set, entry.EU)
	if len(eu.Listings) != 8017 || records > 8017 {
		t.Errorf("EU: %d entries, want 8017 (the files have %d lines)", len(eu.Listings), records)
	}
	freezing, ships := 0, 0
	for _, l := range eu.Listings {
		if l.Freezes {
			freezing++
		}
		for _, i := range l.Identifiers {
			if i.Kind == spoor.IMO {
				ships++
				break
			}
		}
	}
	if freezing != 6199 || ships < 700 {
		t.Errorf("EU: %d freeze, want 6199; %d with an IMO number, want 700 at least", freezing, ships)
	}
	again, errs := Load(dir, set)
	if again != set || len(errs) > 0 {
		t.Errorf("the folder was read again: %v", errs)
	}
}

// TestNothingShared: a number that many entries of a list share names nobody,
// so a reader that gives one is wrong.
func TestNothingShared(t *testing.T) {
	set, _ := Load(shared(t), nil)
	for i := range set.Lists {
		owners := map[spoor.Identifier]map[string]bool{}
		for _, l := range set.Lists[i].Listings {
			for _, id := range l.Identifiers {
				if id.Kind == spoor.Phone || id.Kind == spoor.Email || id.Kind == spoor.OtherNumber {
					continue
				}
				key := spoor.Identifier{Kind: id.Kind, Value: id.Canonical()}
				if owners[key] == nil {
					owners[key] = map[string]bool{}
				}
				owners[key][l.Name()] = true
			}
		}
		for id, names := range owners {
			if len(names) > 3 {
				t.Errorf("%s: %d entries have the %s %s", set.Lists[i].Name, len(names), id.Kind, id.Value)
			}
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	dir := shared(b)
	n := 0
	for b.Loop() {
		set, errs := Load(dir, nil)
		if len(errs) > 0 {
			b.Fatal(errs)
		}
		n = len(set.Listings())
	}
	b.ReportMetric(float64(n), "listings")
}

func BenchmarkReloadUnchanged(b *testing.B) {
	dir := shared(b)
	set, _ := Load(dir, nil)
	for b.Loop() {
		if again, _ := Load(dir, set); again != set {
			b.Fatal("read again")
		}
	}
}
