package lists

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"spoor"
)

var update = flag.Bool("update", false, "write testdata/listings.txt anew")

// show writes a listing as people would: what it says, a line each.
func show(b *strings.Builder, l *spoor.Listing) {
	freezes := ""
	if l.Freezes {
		freezes = ", freezes"
	}
	fmt.Fprintf(b, "%s %s (%s%s)\n", l.List, l.ID, l.Kind, freezes)
	for _, n := range l.Names {
		weak := ""
		if n.Weak {
			weak = " (weak)"
		}
		fmt.Fprintf(b, "  name %s%s\n", n.Full, weak)
	}
	for _, d := range l.Births {
		about := ""
		if d.About {
			about = " about"
		}
		fmt.Fprintf(b, "  born%s %s\n", about, d)
	}
	if l.BirthPlace != "" {
		fmt.Fprintf(b, "  born in %s\n", l.BirthPlace)
	}
	for _, c := range l.Countries {
		fmt.Fprintf(b, "  country %s\n", c)
	}
	for _, i := range l.Identifiers {
		fmt.Fprintf(b, "  %s\n", strings.TrimSpace(fmt.Sprintf("%s %s %s", i.Kind, i.Value, i.Country)))
	}
	for _, a := range l.Addresses {
		fmt.Fprintf(b, "  address %s\n", a)
	}
	fmt.Fprintf(b, "  programmes %s; measures %s; reason %s\n", strings.Join(l.Programmes, ", "), strings.Join(l.Measures, ", "), l.Reason)
}

// TestListings reads every format from testdata/lists and compares what it
// understood, listing by listing, with testdata/listings.txt.
func TestListings(t *testing.T) {
	set, errs := Load("testdata/lists", nil)
	for _, err := range errs {
		t.Error(err)
	}
	if !slices.Equal(set.Ignored, []string{"README.md"}) {
		t.Errorf("ignored: %q", set.Ignored)
	}
	var b strings.Builder
	for i := range set.all {
		show(&b, &set.all[i])
	}
	const golden = "testdata/listings.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got, wanted := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(got), len(wanted)) {
		if got[i] != wanted[i] {
			t.Fatalf("line %d:\n got %s\nwant %s", i+1, got[i], wanted[i])
		}
	}
	if len(got) != len(wanted) {
		t.Fatalf("%d lines, want %d", len(got), len(wanted))
	}
}
