package screen

import (
	"encoding/csv"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"spoor"
)

// The readers here take what these tests need from published lists, no more.

func dataPath(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("SPOOR_DATA")
	if root == "" {
		root = "../../shared/data"
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared data are absent: set SPOOR_DATA to their folder (looked for %s)", path)
	}
	return path
}

func readCSV(t testing.TB, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	var rows [][]string
	for {
		row, err := r.Read()
		if err == io.EOF {
			return rows
		}
		if err == nil {
			rows = append(rows, row)
		}
	}
}

// countryNames gives the code of a country by its English name.
var countryNames = sync.OnceValue(func() map[string]spoor.Country {
	out := map[string]spoor.Country{}
	names := display.Regions(language.English)
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			r, err := language.ParseRegion(code)
			if err != nil {
				continue
			}
			c, _ := spoor.ParseCountry(code)
			out[strings.ToLower(names.Name(r))] = c
			out[strings.ToLower(code)] = c
		}
	}
	for n, code := range map[string]string{"democratic republic of the congo": "CD", "iran (islamic republic of)": "IR", "syrian arab republic": "SY",
		"russian federation": "RU", "united republic of tanzania": "TZ", "democratic people's republic of korea": "KP", "south korea": "KR", "taiwan": "TW", "turkey": "TR"} {
		c, _ := spoor.ParseCountry(code)
		out[n] = c
	}
	return out
})

func countries(s string) []spoor.Country {
	if c, ok := countryNames()[strings.ToLower(strings.TrimSpace(s))]; ok {
		return []spoor.Country{c}
	}
	return nil
}

var (
	dobPattern = regexp.MustCompile(`DOB (?:circa )?(\d\d \w\w\w \d{4}|\d{4})`)
	imoPattern = regexp.MustCompile(`IMO (\d{7})`)
)

func readSDN(t testing.TB) []spoor.Listing {
	var out []spoor.Listing
	byID := map[string]int{}
	for _, r := range readCSV(t, dataPath(t, "lists", "sdn.csv")) {
		if len(r) < 12 {
			continue
		}
		kind := map[string]spoor.PartyKind{"individual": spoor.Person, "vessel": spoor.Vessel, "aircraft": spoor.Aircraft, "-0-": spoor.Organisation}[strings.TrimSpace(r[2])]
		l := spoor.Listing{List: "OFAC SDN", Party: spoor.Party{ID: r[0], Kind: kind, Names: []spoor.Name{{Full: r[1]}}}}
		for _, m := range dobPattern.FindAllStringSubmatch(r[11], -1) {
			if d, err := time.Parse("02 Jan 2006", m[1]); err == nil {
				l.Births = append(l.Births, spoor.PartialDate{Year: int16(d.Year()), Month: uint8(d.Month()), Day: uint8(d.Day())})
			} else if d, ok := spoor.ParsePartialDate(m[1]); ok {
				l.Births = append(l.Births, d)
			}
		}
		for _, m := range imoPattern.FindAllStringSubmatch(r[11], -1) {
			l.Identifiers = append(l.Identifiers, spoor.Identifier{Kind: spoor.IMO, Value: m[1]})
		}
		byID[r[0]] = len(out)
		out = append(out, l)
	}
	for _, r := range readCSV(t, dataPath(t, "lists", "alt.csv")) {
		if i, ok := byID[r[0]]; ok && len(r) > 3 {
			out[i].Names = append(out[i].Names, spoor.Name{Full: r[3]})
		}
	}
	return out
}

type unParty struct {
	ID          string   `xml:"DATAID"`
	First       string   `xml:"FIRST_NAME"`
	Second      string   `xml:"SECOND_NAME"`
	Third       string   `xml:"THIRD_NAME"`
	Fourth      string   `xml:"FOURTH_NAME"`
	Script      string   `xml:"NAME_ORIGINAL_SCRIPT"`
	Nationality []string `xml:"NATIONALITY>VALUE"`
	Aliases     []struct {
		Quality string `xml:"QUALITY"`
		Name    string `xml:"ALIAS_NAME"`
	} `xml:"INDIVIDUAL_ALIAS"`
	EntityAliases []struct {
		Quality string `xml:"QUALITY"`
		Name    string `xml:"ALIAS_NAME"`
	} `xml:"ENTITY_ALIAS"`
	Births []struct {
		Date string `xml:"DATE"`
		Year string `xml:"YEAR"`
	} `xml:"INDIVIDUAL_DATE_OF_BIRTH"`
}

func readUN(t testing.TB) []spoor.Listing {
	b, err := os.ReadFile(dataPath(t, "lists", "UN_consolidated.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Individuals []unParty `xml:"INDIVIDUALS>INDIVIDUAL"`
		Entities    []unParty `xml:"ENTITIES>ENTITY"`
	}
	if err := xml.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	var out []spoor.Listing
	take := func(p unParty, kind spoor.PartyKind) {
		l := spoor.Listing{List: "UN", Party: spoor.Party{ID: p.ID, Kind: kind}}
		add := func(s string, weak bool) {
			if s = strings.Join(strings.Fields(s), " "); s != "" {
				l.Names = append(l.Names, spoor.Name{Full: s, Weak: weak})
			}
		}
		add(strings.Join([]string{p.First, p.Second, p.Third, p.Fourth}, " "), false)
		add(p.Script, false)
		for _, a := range append(p.Aliases, p.EntityAliases...) {
			add(a.Name, a.Quality == "Low")
		}
		for _, n := range p.Nationality {
			l.Countries = append(l.Countries, countries(n)...)
		}
		for _, d := range p.Births {
			if x, ok := spoor.ParsePartialDate(d.Date); ok {
				l.Births = append(l.Births, x)
			} else if x, ok := spoor.ParsePartialDate(d.Year); ok {
				l.Births = append(l.Births, x)
			}
		}
		out = append(out, l)
	}
	for _, p := range doc.Individuals {
		take(p, spoor.Person)
	}
	for _, p := range doc.Entities {
		take(p, spoor.Organisation)
	}
	return out
}

func readEU(t testing.TB) []spoor.Listing {
	files, err := filepath.Glob(filepath.Join(dataPath(t, "lists", "eu", "consolidated"), "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var out []spoor.Listing
	for _, f := range files {
		rows := readCSV(t, f)
		if len(rows) == 0 {
			continue
		}
		col := map[string]int{}
		for i, h := range rows[0] {
			col[strings.TrimPrefix(h, "\ufeff")] = i
		}
		for _, r := range rows[1:] {
			get := func(c string) string {
				if i, ok := col[c]; ok && i < len(r) {
					return r[i]
				}
				return ""
			}
			kind, _ := spoor.ParsePartyKind(get("schema"))
			l := spoor.Listing{List: "EU", Party: spoor.Party{ID: get("celex") + "/" + get("recordId"), Kind: kind}, Freezes: get("measure") == "Asset freeze"}
			for _, c := range []string{"name", "alias", "weakAlias", "previousName"} {
				for _, s := range strings.Split(get(c), ";") {
					if s = strings.TrimSpace(s); s != "" {
						l.Names = append(l.Names, spoor.Name{Full: s, Weak: c == "weakAlias"})
					}
				}
			}
			if imo := strings.TrimSpace(get("imoNumber")); imo != "" {
				l.Identifiers = append(l.Identifiers, spoor.Identifier{Kind: spoor.IMO, Value: imo})
			}
			if len(l.Names) > 0 {
				out = append(out, l)
			}
		}
	}
	return out
}

// allLists is built once for all tests.
var allLists struct {
	sync.Once
	un, all *Index
}

func lists(t testing.TB) (un, all *Index) {
	dataPath(t, "lists", "sdn.csv")
	allLists.Do(func() {
		u := readUN(t)
		all := append(append(append([]spoor.Listing(nil), u...), readEU(t)...), readSDN(t)...)
		allLists.un, allLists.all = New(u, nil), New(all, nil)
	})
	return allLists.un, allLists.all
}

// queries reads a file of candidates.
func queries(t testing.TB, file string, full bool) []spoor.Party {
	var out []spoor.Party
	for _, r := range readCSV(t, dataPath(t, "names", "candidates", file))[1:] {
		p := spoor.Party{Kind: spoor.Person, Names: []spoor.Name{{Full: r[0]}}}
		if full {
			if d, ok := spoor.ParsePartialDate(r[5]); ok {
				p.Births = append(p.Births, d)
			}
			p.Countries = countries(r[7])
		}
		out = append(out, p)
	}
	return out
}
