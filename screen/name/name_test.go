package name

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"spoor"
)

func dataFile(t testing.TB, parts ...string) string {
	root := os.Getenv("SPOOR_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared data are absent: set SPOOR_DATA to their folder (looked for %s)", path)
	}
	return path
}

// TestPairsDev measures on labelled pairs that are not ours. The floor keeps
// what has been reached.
func TestPairsDev(t *testing.T) {
	f, err := os.Open(dataFile(t, "names", "pairs-dev.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	type cell struct{ tp, fp, fn, tn int }
	by := map[string]*cell{}
	for _, r := range rows[1:] {
		kind, ok := spoor.ParsePartyKind(r[1])
		if !ok {
			t.Fatalf("unknown schema %q", r[1])
		}
		want := r[4] == "true"
		got := Compare(kind, r[2], r[3])
		for _, key := range []string{"all", r[1]} {
			c := by[key]
			if c == nil {
				c = &cell{}
				by[key] = c
			}
			switch {
			case want && got.Score >= Threshold:
				c.tp++
			case want:
				c.fn++
			case got.Score >= Threshold:
				c.fp++
			default:
				c.tn++
			}
		}
		if want != (got.Score >= Threshold) {
			t.Logf("%v %.3f %s %q %q", want, got.Score, r[1], r[2], r[3])
		}
	}
	var keys []string
	for k := range by {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	f1 := 0.0
	for _, k := range keys {
		c := by[k]
		s := 2 * float64(c.tp) / float64(2*c.tp+c.fp+c.fn)
		t.Logf("%-14s F1 %.3f  tp %d fp %d fn %d tn %d", k, s, c.tp, c.fp, c.fn, c.tn)
		if k == "all" {
			f1 = s
		}
	}
	if f1 < 0.94 {
		t.Errorf("F1 %.3f", f1)
	}
}

// TestOwnPairs runs the invented pairs, which try each rule both ways.
func TestOwnPairs(t *testing.T) {
	b, err := os.ReadFile("testdata/pairs.txt")
	if err != nil {
		t.Fatal(err)
	}
	n, hard := 0, 0
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) < 5 {
			t.Fatalf("%q: want kind | verdict | name | name | why", line)
		}
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		kind, ok := spoor.ParsePartyKind(f[0])
		if !ok {
			t.Fatalf("%q: unknown kind", line)
		}
		got := Compare(kind, f[2], f[3]).Score
		verdict, known := strings.CutPrefix(f[1], "hard ")
		n++
		right := (verdict == "same") == (got >= Threshold)
		switch {
		case known && right:
			t.Errorf("no longer hard: %.3f %s", got, line)
		case known:
			hard++
		case !right:
			t.Errorf("%.3f %s", got, line)
		}
	}
	t.Logf("%d pairs, of which %d are known to go wrong", n, hard)
}

// TestHardPairs measures on pairs that were written before they were tried. The
// floor keeps what has been reached.
func TestHardPairs(t *testing.T) {
	b, err := os.ReadFile("testdata/hard.txt")
	if err != nil {
		t.Fatal(err)
	}
	tp, fp, fn, n := 0, 0, 0, 0
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, " | ")
		kind, ok := spoor.ParsePartyKind(f[0])
		if !ok || len(f) != 5 || f[1] != "same" && f[1] != "other" {
			t.Fatalf("%q: want kind | verdict | name | name | why", line)
		}
		score := Compare(kind, f[2], f[3]).Score
		want, got := f[1] == "same", score >= Threshold
		n++
		switch {
		case want && got:
			tp++
		case want:
			fn++
		case got:
			fp++
		}
		if want != got {
			t.Logf("%.3f %s", score, line)
		}
	}
	f1 := 2 * float64(tp) / float64(2*tp+fp+fn)
	t.Logf("%d pairs: F1 %.3f, tp %d fp %d fn %d", n, f1, tp, fp, fn)
	if f1 < 0.95 {
		t.Errorf("F1 %.3f", f1)
	}
}
