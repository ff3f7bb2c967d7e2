package name

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"spoor"
	"spoor/screen/name/internal/fold"
)

var kinds = []spoor.PartyKind{spoor.AnyParty, spoor.Person, spoor.Organisation, spoor.Vessel, spoor.Aircraft}

// TestNothingToGoBy: what tells nothing matches nothing, not even itself.
func TestNothingToGoBy(t *testing.T) {
	nothing := []string{"", " ", "CORP", "Corp.", "Ltd", "LLC", "ООО", "GmbH", "Trading Company", "International Trading Co Ltd", "a", "X", "-", "...",
		"\x00\x01\x02", "\u202e\u200f\u200b", "()", "'", "%", "Mr", "Dr.", "the", "al", "bin", "1", "Group Holding Company"}
	others := []string{"Northwind Trading Company", "CORP International", "Andrei Sokolov", "Ltd Northwind", "A. Sokolov", "Trading Company Ltd"}
	for _, kind := range kinds {
		for _, n := range nothing {
			for _, o := range append(append([]string(nil), nothing...), others...) {
				if c := Compare(kind, n, o); c.Score >= Threshold {
					company := kind == spoor.Organisation || kind == spoor.AnyParty
					if same := strings.EqualFold(strings.Trim(n, "."), strings.Trim(o, ".")); same && (!company || n == "Mr" || n == "Dr." || n == "bin") {
						continue // a ship may be called "Corp", a company "Mr", and a person anything
					}
					if !company && len(n) > 12 {
						continue // "Trading Company" is no person and no ship
					}
					t.Errorf("%v %q and %q: %.3f", kind, n, o, c.Score)
				}
			}
		}
	}
}

// TestHostile: any length, any characters, in bounded time.
func TestHostile(t *testing.T) {
	hostile := map[string]string{
		"10 kB of a word":  strings.Repeat("a", 10_000),
		"10 kB of words":   strings.Repeat("andrei ", 1500),
		"500 words":        strings.Repeat("ab cd efg ", 170),
		"letters":          strings.Repeat("a b ", 2500),
		"controls":         strings.Repeat("\x00\x1b[31m\x7f", 300),
		"bidi":             strings.Repeat("\u202eandrei\u202c ", 300),
		"marks":            "a" + strings.Repeat("\u0301", 5000),
		"no UTF-8":         strings.Repeat("\xff\xfe\xc0", 1000),
		"one that expands": strings.Repeat("ﷺ", 300),
		"Han":              strings.Repeat("王", 3000),
		"zero width":       strings.Repeat("\u200b", 3000),
		"percents":         strings.Repeat("a%", 3000),
		"apostrophes":      strings.Repeat("a's'", 3000),
	}
	from := time.Now()
	for what, s := range hostile {
		for _, kind := range kinds {
			n := New(kind, s)
			if len(n.Words) > MaxWords+2 {
				t.Errorf("%s: %d words", what, len(n.Words))
			}
			for _, o := range []string{"Andrei Sokolov", s, strings.Repeat("andrej ", 50)} {
				c := Compare(kind, s, o)
				if c.Score < 0 || c.Score > 1 || math.IsNaN(c.Score) {
					t.Errorf("%s: score %v", what, c.Score)
				}
			}
		}
	}
	if d := time.Since(from); d > 3*time.Second {
		t.Errorf("took %v", d)
	}
}

// TestProperties: symmetric, within bounds, the same as itself, and explained in
// full.
func TestProperties(t *testing.T) {
	letters := rapid.StringMatching(`[A-Z][a-z]{3,9}`)
	text := rapid.OneOf(rapid.String(), rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(letters, 1, 5).Draw(t, "words"), rapid.SampledFrom([]string{" ", "-", ", ", "/", ". "}).Draw(t, "by"))
	}))
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		check(t, kind, a, b)
	})
}

type failer interface {
	Fatalf(string, ...any)
}

func check(t failer, kind spoor.PartyKind, a, b string) {
	x, y := Compare(kind, a, b), Compare(kind, b, a)
	if math.Abs(x.Score-y.Score) > 1e-9 {
		t.Fatalf("not symmetric: %v, %v", x.Score, y.Score)
	}
	if x.Score < 0 || x.Score > 1 || math.IsNaN(x.Score) {
		t.Fatalf("score %v", x.Score)
	}
	sum := 0.0
	for _, p := range x.Pieces {
		sum += p.Effect
		if !utf8.ValidString(p.Query) && utf8.ValidString(a) && utf8.ValidString(b) {
			t.Fatalf("a piece cuts a character: %q", p.Query)
		}
	}
	if math.Abs(sum-x.Score) > 1e-5 {
		t.Fatalf("pieces add up to %v, the score is %v", sum, x.Score)
	}
	n := New(kind, a)
	for i := range words(n) {
		if w := &n.Words[i]; w.Class == fold.ClassWord && len(w.Text) >= 4 && len(Variants(a)) == 1 && len(n.Words) <= MaxWords {
			if s := Compare(kind, a, a).Score; s < 0.999 {
				t.Fatalf("%q is not itself: %v", a, s)
			}
			break
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add(uint8(1), "Andrei Sokolov", "СОКОЛОВ, Андрей")
	f.Add(uint8(2), "ООО «Балтика»", "Baltika LLC")
	f.Add(uint8(0), "محمد حسن", "Mohammed Hassan")
	f.Add(uint8(1), "J.-C. Mendoza", "王晓明")
	f.Fuzz(func(t *testing.T, kind uint8, a, b string) {
		check(t, kinds[int(kind)%len(kinds)], a, b)
	})
}

func BenchmarkFold(b *testing.B) {
	var n Name
	b.ReportAllocs()
	for b.Loop() {
		n.Fold(spoor.Person, "Andrei Petrovich Sokolov")
	}
}

func BenchmarkMatch(b *testing.B) {
	x, y := New(spoor.Person, "Andrei Petrovich Sokolov"), New(spoor.Person, "Sokolof, Andrey")
	b.ReportAllocs()
	for b.Loop() {
		Match(x, y)
	}
}
