package entry

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
)

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"31 Jul 1964":                         "1964-07-31",
		"Jul 1964":                            "1964-07",
		"1964":                                "1964",
		"circa 1951":                          "~1951",
		"1929 to 1930":                        "~1929 ~1930",
		"Between 1956 and 1957":               "~1956 ~1957",
		"26.11.1972":                          "1972-11-26",
		"6.3.1955 or 15.3.1955":               "1955-03-06 1955-03-15",
		"(a) 1974, (b) 1975":                  "1974 1975",
		"4 Apr. 1944":                         "1944-04-04",
		"Nov. 1973":                           "1973-11",
		"1340 (Iranian Hijri calendar), 1961": "1961",
		"28 September; (year unknown)":        "",
		"1900 to 1990":                        "1900 1990",
		"31.13.1990":                          "1990",
		"":                                    "",
	} {
		var got []string
		for _, d := range Dates(in) {
			about := ""
			if d.About {
				about = "~"
			}
			got = append(got, about+d.String())
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: got %s, want %s", in, s, want)
		}
	}
}

func TestCountries(t *testing.T) {
	for in, want := range map[string]string{
		"Korea, North": "KP", "Virgin Islands, British": "VG", "Congo, Democratic Republic of the": "CD", "The Gambia": "GM",
		"Iran (Islamic Republic of)": "IR", "AFGHANISTAN": "AF", "Türkiye": "TR", "Russian": "RU", "DPRK.": "KP",
		"(a) German, (b) Moroccan": "DE MA", "Russian and Ukrainian": "RU UA", "Syrian/Lebanese": "SY LB", "Italian since 1990": "IT",
		"Myanmar/Burma": "MM", "of the Republic of Moldova": "MD", "USA": "US", "Region: Crimea": "UA", "possibly Palestinian": "PS",
		"undetermined": "", "None Identified": "", "former Soviet Union": "", "Congolese": "", "": "",
		"Ukrainian, Russian (the Union does not recognise passports issued by the Russian Federation in Crimea)": "UA RU",
	} {
		var got []string
		for _, c := range Countries(in) {
			got = append(got, c.String())
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: got %q, want %q", in, s, want)
		}
	}
}

// TestOtherNames: no name of ours hides one of format/text by mistake.
func TestOtherNames(t *testing.T) {
	for name, c := range otherCountries() {
		if got, ok := country(name); !ok || got != c {
			t.Errorf("%s: %s, want %s", name, got, c)
		}
	}
}

// TestOwnRoundTrip: what a member writes into its own list is what is read.
func TestOwnRoundTrip(t *testing.T) {
	word := rapid.StringMatching(`[A-Za-zÀ-ÿЀ-я]{3,12}( [A-Za-z]{2,9})?`)
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(word, 1, 5, rapid.ID[string]).Draw(t, "names")
		years := rapid.SliceOfNDistinct(rapid.Int16Range(1900, 2020), 0, 3, rapid.ID[int16]).Draw(t, "years")
		numbers := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z]{2}[0-9]{6}`), 0, 3, rapid.ID[string]).Draw(t, "numbers")
		freezes := rapid.Bool().Draw(t, "freezes")
		var births, ids []string
		for _, y := range years {
			births = append(births, fmt.Sprintf("%04d", y))
		}
		for _, n := range numbers {
			ids = append(ids, "passport:"+n)
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Write([]string{"freezes", "id", "kind", "name", "aliases", "birth", "identifiers"})
		w.Write([]string{fmt.Sprint(freezes), "x", "person", names[0], strings.Join(names[1:], "; "), strings.Join(births, ";"), strings.Join(ids, ";")})
		w.Flush()
		r := &Reading{Name: "own.csv"}
		if err := r.Own(&b, "own"); err != nil || len(r.Listings) != 1 {
			t.Fatalf("%v, %v, %d listings", err, r.Problems, len(r.Listings))
		}
		l := &r.Listings[0]
		if len(l.Names) != len(names) || len(l.Births) != len(years) || len(l.Identifiers) != len(numbers) || l.Freezes != freezes {
			t.Fatalf("%+v", l)
		}
		for i, n := range l.Names {
			if n.Full != names[i] {
				t.Fatalf("name %q, want %q", n.Full, names[i])
			}
		}
	})
}

func TestOwnRefuses(t *testing.T) {
	const header = "id,kind,name,birth,countries,identifiers,freezes\n"
	for row, want := range map[string]string{
		"1,ghost,N,,,,":                                "kind:",
		"1,person,Nan,3.3.1965,,,":                     "birth:",
		"1,person,Nan,,Ruritania,,":                    "countries:",
		"1,person,Nan,,,AB123456,":                     "identifiers:",
		"1,person,Nan,,,imo:12,":                       "identifiers:",
		"1,person,Nan,,,,perhaps":                      "freezes:",
		",person,Nan,,,,":                              "id:",
		"1,person,,,,,":                                "name:",
		"1,person,Nan,,,,1,more":                       "number of fields",
		"1,person,\"Nan":                               "quot",
		"1,person,N\xe4n,,,,":                          "UTF-8",
		"1,person,Nan,,,,\n\n2,person," + "x\x00,,,,0": "NUL",
	} {
		r := &Reading{Name: "own.csv"}
		err := r.Own(strings.NewReader(header+row), "own")
		if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Error(), want) {
			t.Errorf("%q: %v, %v; want a problem with %q", row, err, r.Problems, want)
		}
	}
}

func TestIdentifier(t *testing.T) {
	if i, err := ParseIdentifier(" IMO : 9187629 "); err != nil || i != (spoor.Identifier{Kind: spoor.IMO, Value: "9187629"}) {
		t.Errorf("%v, %v", i, err)
	}
	for _, s := range []string{"", "imo", "imo:", "shoe:43"} {
		if _, err := ParseIdentifier(s); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
}

// TestLimits: a party with too many names keeps the first, and its list says so.
func TestLimits(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,kind,name,freezes,aliases\n1,person,Ivo Lem,1,")
	for i := range MaxNames + 5 {
		fmt.Fprintf(&b, "Lem %c%c%c;", 'a'+i%26, 'a'+i/26%26, 'a'+i/676)
	}
	r := &Reading{Name: "own.csv"}
	if err := r.Own(strings.NewReader(b.String()), "own"); err != nil {
		t.Fatal(err)
	}
	if n := len(r.Listings[0].Names); n != MaxNames {
		t.Errorf("%d names", n)
	}
	if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Reason, "more than 1000 names") {
		t.Errorf("%v", r.Problems)
	}
}

func TestUNFreezes(t *testing.T) {
	for _, c := range []struct {
		list, comments string
		want           bool
	}{
		{"Al-Qaida", "", true},
		{"GB", "", false},
		{"Libya", "Listed pursuant to paragraph 15 of resolution 1970 (Travel Ban).", false},
		{"Libya", "Listed pursuant to paragraph 15 of resolution 1970 (Travel Ban). Listed on 17 March 2011 pursuant to paragraph 17 of resolution 1970.", true},
		{"Libya", "Listed pursuant to paragraphs 15 and 17 of resolution 1970 (Travel Ban, Asset Freeze).", true},
		{"Libya", "Of unknown ground.", true},
	} {
		if got := unFreezes(c.list, c.comments); got != c.want {
			t.Errorf("%s %q: %v", c.list, c.comments, got)
		}
	}
}

func TestHeaderTwice(t *testing.T) {
	r := &Reading{Name: "own.csv"}
	if err := r.Own(strings.NewReader("id,kind,name,name,freezes\n1,person,a,b,0\n"), "own"); len(r.Listings) > 0 || len(r.Problems) == 0 {
		t.Errorf("%v, %v", err, r.Problems)
	}
}
