package feature_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/score/feature"
)

var units = []feature.Unit{feature.Euro, feature.Payments, feature.Accounts, feature.Hours, feature.Times, feature.Share, feature.Flag, feature.Number, feature.Bans, feature.Chance}

// TestFeatures says that each feature has all that people need to read it.
func TestFeatures(t *testing.T) {
	name := regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	seen := map[string]bool{}
	docs := map[string]string{}
	for _, f := range feature.Review {
		if !name.MatchString(f.Name) {
			t.Errorf("%q is not lower_snake", f.Name)
		}
		if seen[f.Name] {
			t.Errorf("%s is there twice", f.Name)
		}
		seen[f.Name] = true
		if f.Doc == "" || f.Doc != strings.TrimSpace(f.Doc) || strings.HasSuffix(f.Doc, ".") || strings.Contains(f.Doc, "%!") {
			t.Errorf("%s: its meaning is %q", f.Name, f.Doc)
		}
		if other, ok := docs[f.Doc]; ok {
			t.Errorf("%s and %s both mean %q", f.Name, other, f.Doc)
		}
		docs[f.Doc] = f.Name
		if strings.TrimSpace(f.Source) == "" {
			t.Errorf("%s: no source", f.Name)
		}
		if !slices.Contains(units, f.Unit) {
			t.Errorf("%s: the unit is %q", f.Name, f.Unit)
		}
	}
}

// TestWordsAreWords says that a meaning can stand in a sentence: no name of
// the code and no capital in the middle but those of names.
func TestWordsAreWords(t *testing.T) {
	code := regexp.MustCompile(`_| [A-Z]|%`)
	names := strings.NewReplacer("Sunday", "", "Spoor's", "")
	for _, f := range feature.Review {
		if at := code.FindString(names.Replace(f.Doc)); at != "" {
			t.Errorf("%s: %q has %q in it", f.Name, f.Doc, at)
		}
	}
}

// TestReviewBeginsWithArrival is what lets a review take over the row of the arrival.
func TestReviewBeginsWithArrival(t *testing.T) {
	n := len(feature.Arrival)
	if len(feature.Review) <= n || !slices.Equal(feature.Review[:n], feature.Arrival) {
		t.Error("a review does not begin with what was known at arrival")
	}
	if names := feature.Names(feature.Review); len(names) != len(feature.Review) || names[0] != feature.Review[0].Name || names[n] != feature.Review[n].Name {
		t.Error("names are not those of the features in their order")
	}
}

// TestNothingSaysWho says that no feature is about the name of anybody.
func TestNothingSaysWho(t *testing.T) {
	for _, f := range feature.Review {
		for _, who := range []string{"name", "iban", "number_of", "holder", "nation"} {
			if strings.Contains(f.Name, who) {
				t.Errorf("%s says who", f.Name)
			}
		}
	}
}

// TestFormat says that what hides the payment format hides all of it.
func TestFormat(t *testing.T) {
	var got []string
	for _, f := range feature.Review {
		if f.Format {
			got = append(got, f.Name)
		}
	}
	if want := []string{"channel", "kind"}; !slices.Equal(got, want) {
		t.Errorf("made of the payment format alone are %v, want %v", got, want)
	}
}

func TestShapes(t *testing.T) {
	if !slices.Equal(feature.Shapes, spoor.Typologies()) {
		t.Errorf("shapes are %v", feature.Shapes)
	}
	names := feature.Names(feature.Review)
	for _, typology := range feature.Shapes {
		word := strings.ReplaceAll(string(typology), "-", "_")
		for _, want := range []string{word, "in_" + word} {
			if !slices.Contains(names, want) {
				t.Errorf("no feature %s", want)
			}
		}
	}
}

func TestSay(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		unit feature.Unit
		v    float32
		want string
	}{
		{feature.Euro, 12300, "EUR 12 300"},
		{feature.Euro, 0, "EUR 0"},
		{feature.Euro, 0.4, "EUR 0"},
		{feature.Euro, -1234567, "EUR -1 234 567"},
		{feature.Euro, nan, "unknown"},
		{feature.Payments, 3, "3"},
		{feature.Payments, 0.971, "0.971"},
		{feature.Payments, nan, "unknown"},
		{feature.Accounts, 12, "12"},
		{feature.Hours, 0.5, "30 min"},
		{feature.Hours, 7.5, "7.5 h"},
		{feature.Hours, 72, "3.0 days"},
		{feature.Hours, nan, "never"},
		{feature.Times, 1, "1×"},
		{feature.Times, 0.953, "0.953×"},
		{feature.Share, 0.257, "26 %"},
		{feature.Share, 0, "0 %"},
		{feature.Flag, 1, "yes"},
		{feature.Flag, 0, "no"},
		{feature.Flag, nan, "unknown"},
		{feature.Number, -1, "-1"},
		{feature.Bans, 4.25, "4.2 bans"},
		{feature.Chance, 0.031, "3.1 %"},
	} {
		f := feature.Feature{Unit: c.unit}
		if got := f.Say(c.v); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}

// TestSayAnything says that any number can be written, and that of two the
// sign of one is not lost.
func TestSayAnything(t *testing.T) {
	check := func(fatal func(string, ...any), unit feature.Unit, v float32) {
		f := feature.Feature{Unit: unit}
		got := f.Say(v)
		if got == "" || strings.Contains(got, "%!") || strings.Contains(got, "NaN") {
			fatal("%v %s is written %q", v, unit, got)
		}
		negative := strings.ContainsAny(got, "-−")
		switch unit {
		case feature.Euro, feature.Hours:
			if v >= 0 && negative {
				fatal("%v %s is written %q", v, unit, got)
			}
			if v <= -1 && !negative {
				fatal("%v %s is written %q", v, unit, got)
			}
		}
	}
	for _, unit := range units {
		for _, v := range []float32{0, 1, -1, 1e-30, 1e6, 1e15, 9e18, 1e30, math.MaxFloat32, -1e6, -1e15, -1e17, -9e18, -1e30, -math.MaxFloat32,
			float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
			t.Run(fmt.Sprintf("%s/%v", unit, v), func(t *testing.T) { check(t.Errorf, unit, v) })
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t.Fatalf, rapid.SampledFrom(units).Draw(t, "unit"), rapid.Float32Range(-1e12, 1e12).Draw(t, "value"))
	})
}
