package ftm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"spoor"
)

// list reads a file and gives its items as text, and its problems.
func list(file string) (out []string, problems []*spoor.Problem) {
	r := NewInterests("f.json", strings.NewReader(file))
	for {
		item, err := r.Next()
		var p *spoor.Problem
		switch {
		case err == io.EOF:
			return out, problems
		case errors.As(err, &p):
			if problems = append(problems, p); p.Fatal {
				return out, problems
			}
		case err != nil:
			panic(err)
		case item.Party != nil:
			out = append(out, fmt.Sprintf("%s %s %s", item.Party.Kind, item.Party.ID, item.Party.Name()))
		default:
			i := item.Interest
			line := fmt.Sprintf("%s %s>%s %.6g-%.6g", i.Kind, i.Holder, i.Held, i.Least, i.Most)
			if i.Role != "" {
				line += " as " + i.Role
			}
			if d := i.From.String() + "/" + i.Until.String(); d != "/" {
				line += " " + d
			}
			if item.Indirect {
				line += " indirect"
			}
			out = append(out, line)
		}
	}
}

func edge(schema, properties string) string {
	ends := edges[schema]
	return fmt.Sprintf(`{"id":"x","schema":%q,"properties":{"%s":["h"],"%s":["a"]%s}}`, schema, ends.holder, ends.held, properties)
}

// TestNotes: what is left out or not understood is said, with its line.
func TestNotes(t *testing.T) {
	file := `{"id":"a","schema":"Company","properties":{"name":["A"],"ownershipAsset":[{"schema":"Ownership","properties":{"owner":["b"],"percentage":["a lot"]}}]}}
{"id":"x1","schema":"Owneship","properties":{"owner":["b"],"asset":["a"]}}
{"id":"p","schema":"Passport","properties":{}}
{"id":"o1","schema":"Ownership","properties":{"owner":["b"],"asset":["a"],"percentage":["sixty"],"startDate":["soon","2020"]}}
`
	read := func(file string) string {
		r := NewInterests("f", strings.NewReader(file))
		for {
			if _, err := r.Next(); err == io.EOF {
				return strings.Join(r.Notes(), "\n")
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
	want := `1 entity of unknown schema "Owneship" left out (line 2)
an entity without an id: percentage "a lot" not understood (line 1)
o1: percentage "sixty" not understood (line 4)
o1: startDate "soon" not understood (line 4)`
	if got := read(file); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := read(strings.Join(strings.Split(file, "\n")[2:3], "\n")); got != "" {
		t.Errorf("a passport: %s", got)
	}
	want = `8 entities of unknown schema "Owneship" left out (lines 2, 6, 10, 14, 18, …)
an entity without an id: percentage "a lot" not understood (line 1)
o1: percentage "sixty" not understood (line 4)
o1: startDate "soon" not understood (line 4)
an entity without an id: percentage "a lot" not understood (line 5)
o1: percentage "sixty" not understood (line 8)
19 more percentages or dates not understood`
	if got := read(strings.Repeat(file, 8)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	// Hostile files cost no memory.
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "{\"id\":\"x\",\"schema\":\"S%d\"}\n", i)
	}
	if got := read(b.String()); strings.Count(got, "\n") != mostNotes || !strings.HasSuffix(got, "950 entities of further unknown schemas left out") {
		t.Error(got)
	}
}

func TestInterests(t *testing.T) {
	for _, c := range []struct{ schema, properties, want string }{
		{"Ownership", "", "shareholding h>a 0-100"},
		{"Ownership", `,"percentage":["33,3"],"startDate":["2020-03","2019"],"endDate":["2022-01-05T00:00:00"]`, "shareholding h>a 33.3-33.3 2019/2022-01-05"},
		{"Ownership", `,"percentage":["20%","30%"]`, "shareholding h>a 20-30"},
		{"Ownership", `,"percentage":["1000 shares"]`, "shareholding h>a 0-100"},
		{"Ownership", `,"percentage":["30"],"ownershipType":["ultimate"]`, "shareholding h>a 30-30 as ultimate indirect"},
		{"Ownership", `,"role":["Beneficial Owner"]`, "shareholding h>a 0-100 as Beneficial Owner indirect"},
		{"Ownership", `,"role":["nominee shareholder"]`, "nominee h>a 0-100 as nominee shareholder"},
		{"Ownership", `,"sharesType":["voting rights"],"percentage":["51"]`, "voting-rights h>a 51-51 as voting rights"},
		{"Ownership", `,"role":["Settlor"]`, "trust h>a 0-100 as Settlor"},
		{"Directorship", `,"role":["Director"]`, "directorship h>a 0-100 as Director"},
		{"Directorship", `,"role":["nominee director"]`, "directorship h>a 0-100 as nominee director"},
		{"Directorship", `,"role":["shareholder of"]`, "shareholding h>a 0-100 as shareholder of"},
		{"Directorship", `,"role":["trustee of trust"]`, "trust h>a 0-100 as trustee of trust"},
		{"Representation", `,"role":["lawyer"]`, ""},
		{"Representation", `,"role":["nominee"]`, "nominee a>h 0-100 as nominator"},
		{"Representation", `,"role":["Power of Attorney"]`, "unknown-control h>a 0-100 as Power of Attorney"},
		{"Membership", `,"role":["member"]`, "unknown-control h>a 0-100 as member"},
		{"UnknownLink", "", "unknown-control h>a 0-100"},
		{"UnknownLink", `,"role":["controls the company"]`, "control h>a 0-100 as controls the company"},
		{"Directorship", `,"status":["Resigned"]`, ""},
		{"Directorship", `,"status":["Resigned"],"endDate":["2020"]`, "directorship h>a 0-100 /2020"},
	} {
		got, problems := list(edge(c.schema, c.properties))
		if strings.Join(got, "; ") != c.want || len(problems) > 0 {
			t.Errorf("%s %s: %q %v, want %q", c.schema, c.properties, got, problems, c.want)
		}
	}
}

func TestNestedInterests(t *testing.T) {
	got, problems := list(`[{"id":"anna","schema":"Person","caption":"Anna","properties":{"ownershipOwner":[
		{"id":"o1","schema":"Ownership","properties":{"percentage":"60","asset":[{"id":"boat","schema":"Vessel","properties":{"name":["Reef"]}}]}}]}},
		{"id":"o2","schema":"Ownership","properties":{"owner":["anna","bob"],"asset":["house"]}},
		{"id":"house","schema":"RealEstate","properties":{"name":"Villa"}},
		{"id":"f","schema":"Family","properties":{"person":["anna"],"relative":["bob"]}}]`)
	want := "person anna Anna; vessel boat Reef; shareholding anna>boat 60-60; shareholding anna>house 0-100; shareholding bob>house 0-100; party house Villa"
	if strings.Join(got, "; ") != want || len(problems) > 0 {
		t.Errorf("%q %v", got, problems)
	}
}

func TestInterestProblems(t *testing.T) {
	for file, want := range map[string]string{
		`{"id":"x","schema":"Ownership","properties":{"asset":["a"]}}`:       "f.json:1: owner: missing",
		`{"id":"x","schema":"Directorship","properties":{"director":["a"]}}`: "organization: missing",
		`{"schema":"Person","properties":{}}`:                                "id: the entity has no id",
		`{"id":"x","schema":"Ownership","properties":{"owner":["` + strings.Repeat(`a","`, 200) + `a"],"asset":["` + strings.Repeat(`a","`, 200) + `a"]}}`: "201 holders of 201 things",
		"17": "not a JSON object",
		`[{"id":"x","schema":"Person","properties":{}}`:                                      "cut off",
		strings.Repeat(`{"schema":"Person","id":"x","properties":{"ownershipOwner":[`, 2000): "",
	} {
		got, problems := list(file + "\n" + edge("Ownership", ""))
		if len(problems) != 1 || !strings.Contains(problems[0].Error(), want) || len(got) == 0 && !problems[0].Fatal {
			t.Errorf("%.80s: %v %v", file, got, problems)
		}
	}
}

func TestParseShare(t *testing.T) {
	for text, want := range map[string][2]float64{
		"25": {25, 25}, "25%": {25, 25}, " 25.5 % ": {25.5, 25.5}, "33,3": {33.3, 33.3}, "1/3": {100. / 3, 100. / 3}, "100.00": {100, 100}, "0": {0, 0}, "100.001": {100, 100},
		"25-50": {25, 50}, "25 – 50 %": {25, 50}, "25% to 50%": {25, 50}, "between 25 and 50": {25, 50}, "ownership of shares 25 to 50 percent": {25, 50},
		">75": {75 + Beyond, 100}, "> 75 %": {75 + Beyond, 100}, ">=25": {25, 100}, "≥25": {25, 100}, "75% or more": {75, 100}, "75+": {75, 100}, "at least 10": {10, 100}, "more than 25%": {25 + Beyond, 100},
		"<10": {0, 10 - Beyond}, "up to 10%": {0, 10}, "less than 5 percent": {0, 5 - Beyond}, "not more than 5": {0, 5},
		"more than 25% but not more than 50%": {25 + Beyond, 50}, "more than 50% but less than 75%": {50 + Beyond, 75 - Beyond},
		"majority": {50 + Beyond, 100}, "minority": {0, 50 - Beyond},
	} {
		least, most, ok := ParseShare(text)
		if !ok || math.Abs(least-want[0]) > 1e-9 || math.Abs(most-want[1]) > 1e-9 {
			t.Errorf("%q is %v to %v, %v; want %v", text, least, most, ok, want)
		}
	}
	for _, text := range []string{"", "1000 shares issued", "101", "EUR 500", "1/0", "50-25", "1-2-3", "unknown", "1000", "n/a"} {
		if least, most, ok := ParseShare(text); ok || least != 0 || most != 100 {
			t.Errorf("%q is %v to %v", text, least, most)
		}
	}
}

// TestInterestPropertiesAreInSchemas finds every property that is read in the
// published schemas.
func TestInterestPropertiesAreInSchemas(t *testing.T) {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	dir = filepath.Join(dir, "formats", "followthemoney", "schema")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no FollowTheMoney schemas at %s: set SPOOR_DATA to the folder of test data", dir)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	all := ""
	need := func(text, property string) {
		if !regexp.MustCompile(`(?m)^    ` + property + `:`).MatchString(text) {
			t.Errorf("no property %s", property)
		}
	}
	for schema, e := range edges {
		text := read(schema)
		all += text
		need(text, e.holder)
		need(text, e.held)
	}
	for _, b := range backwards {
		if !regexp.MustCompile(`name: ` + b.property + `\b`).MatchString(all) {
			t.Errorf("no reverse property %s", b.property)
		}
	}
	for _, p := range []string{"percentage", "ownershipType", "sharesType"} {
		need(read("Ownership"), p)
	}
	for _, p := range []string{"role", "status", "startDate", "endDate"} {
		need(read("Interest")+read("Interval"), p)
	}
}

func FuzzInterests(f *testing.F) {
	f.Add(edge("Ownership", `,"percentage":["25-50"]`))
	f.Add(`{"id":"anna","schema":"Person","properties":{"ownershipOwner":[{"schema":"Ownership","properties":{"asset":["a"]}}]}}`)
	f.Add(`[{"id":"a","schema":"Representation","properties":{"agent":"b","client":"c","role":["nominee"]}}]`)
	f.Fuzz(func(t *testing.T, file string) {
		r := NewInterests("f", strings.NewReader(file))
		for {
			item, err := r.Next()
			var p *spoor.Problem
			switch {
			case err == io.EOF:
				return
			case errors.As(err, &p):
				if p.Fatal {
					return
				}
				continue
			case err != nil:
				t.Fatal(err)
			}
			if (item.Party == nil) == (item.Interest == nil) {
				t.Fatal("neither party nor interest, or both")
			}
			if i := item.Interest; i != nil && (i.Holder == "" || i.Held == "" || !(0 <= i.Least && i.Least <= i.Most && i.Most <= 100)) {
				t.Fatalf("%+v", i)
			}
			if item.Party != nil {
				if _, err := json.Marshal(item.Party); err != nil || item.Party.ID == "" {
					t.Fatal(err)
				}
			}
		}
	})
}

func FuzzParseShare(f *testing.F) {
	for _, s := range []string{"25-50", ">75", "1/3", "more than 25% but not more than 50%", "<0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if least, most, _ := ParseShare(s); !(0 <= least && least <= most && most <= 100) {
			t.Fatalf("%q is %v to %v", s, least, most)
		}
	})
}
