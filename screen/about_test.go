package screen

import (
	"strings"
	"testing"
	"unicode/utf8"

	"spoor"
)

func TestAbout(t *testing.T) {
	birth, _ := spoor.ParsePartialDate("1957-04-04")
	l := spoor.Listing{Party: spoor.Party{
		Kind: spoor.Person, Births: []spoor.PartialDate{birth}, BirthPlace: "La Tuna", Countries: []spoor.Country{{'M', 'X'}},
		Names: []spoor.Name{{Full: "GUZMAN, Joaquin"}, {Full: "El Chapo"}, {Full: "A"}, {Full: "B"}, {Full: "C"}},
	}, Reason: "leader\u00e9 " + strings.Repeat("\u00e9", 200)}
	got := about(&l, "GUZMAN, Joaquin")
	if want := "born 1957-04-04; in La Tuna; MX; also El Chapo, A, B, …; leader"; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q first", got, want)
	}
	if len(got) > mostAbout || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
	if got := about(&spoor.Listing{}, ""); got != "" {
		t.Errorf("of nobody: %q", got)
	}
}
