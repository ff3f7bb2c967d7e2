package bods

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"spoor"
)

// list gives what counts in a file as text, and its problems.
func list(src io.Reader) (out []string, problems []*spoor.Problem) {
	r, c := NewReader("f.json", src), NewCollection()
	for {
		s, err := r.Next()
		var p *spoor.Problem
		if errors.As(err, &p) {
			if problems = append(problems, p); p.Fatal {
				break
			}
			continue
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			panic(err)
		}
		c.Add(s)
	}
	c.Each(func(e Entity) {
		line := fmt.Sprintf("%s %s %s", e.Kind, e.ID, e.Name())
		for _, f := range []struct {
			is   bool
			text string
		}{{e.State, " state"}, {e.Listed, " listed"}, {e.Hidden, " hidden"}} {
			if f.is {
				line += f.text
			}
		}
		for _, i := range e.Identifiers {
			line += fmt.Sprintf(" %s %s", i.Kind, i.Canonical())
		}
		if e.Why != "" {
			line += " (" + e.Why + ")"
		}
		out = append(out, line)
	}, func(i Interest) {
		line := fmt.Sprintf("%s: %s %s>%s %.7g-%.7g", i.Source, i.Kind, i.Holder, i.Held, i.Least, i.Most)
		if i.Role != "" {
			line += " as " + i.Role
		}
		if d := i.From.String() + "/" + i.Until.String(); d != "/" {
			line += " " + d
		}
		if i.Indirect {
			line += " indirect"
		}
		out = append(out, line)
	})
	return out, problems
}

func TestVersions(t *testing.T) {
	for file, want := range map[string][]string{
		"v02.json": {
			"person p-anna Anna Example passport X1",
			"organisation e-target-2 Target Limited",
			"party o-2#interestedParty (not specified) hidden (unknown: Nobody answered)",
			"o-2: shareholding o-2#interestedParty>e-target-2 0-100",
			"o-3: voting-rights p-anna>e-target-2 12.5-12.5 indirect",
		},
		"v03.json": {
			"organisation e-trust Invented Trust",
			"organisation e-state Republic state",
			"organisation e-big Big listed",
			"person p-none  hidden (interestedPartyExemptFromDisclosure)",
			"o-1: trust p-none>e-trust 0-100 as settlor",
			"o-1: shareholding p-none>e-trust 50-75 as rights to profit or income",
			"o-2: directorship e-state>e-big 0-100 as senior managing official /2021-02-03",
			"o-2: unknown-control e-state>e-big 0-100 as somethingNew",
		},
		"v04.jsonl": {
			"person r-anna Anna Example",
			"organisation r-target Target lei 529900T8BM49AURSDO55",
			"organisation r-nomination Nomination",
			"s4: nominee r-anna>r-nomination 0-100 as nominator",
			"s6: control r-anna>r-target 0-100 as other influence or control indirect",
			"s7: shareholding r-nomination>r-target 40-40 /2024-05-06",
			"party s8#interestedParty (not specified) hidden (subjectExemptFromDisclosure: Listed)",
			"s8: shareholding s8#interestedParty>r-target 0-100",
			"s10: shareholding r-anna>r-target 10-20",
		},
	} {
		b, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		got, problems := list(strings.NewReader(string(b)))
		if strings.Join(got, "\n") != strings.Join(want, "\n") || len(problems) > 0 {
			t.Errorf("%s\n%s\nwant\n%s\n%v", file, strings.Join(got, "\n"), strings.Join(want, "\n"), problems)
		}
		slow, _ := list(iotest.OneByteReader(strings.NewReader("\ufeff" + string(b))))
		if strings.Join(slow, "\n") != strings.Join(got, "\n") || !Sniff(b) || !Sniff(b[:150]) {
			t.Errorf("%s: read byte by byte it is %q", file, slow)
		}
	}
}

// TestNotes: what is left out or not understood is said, with its line.
func TestNotes(t *testing.T) {
	file := `{"statementId":"s1","recordType":"poem"}
{"statementId":"s2","recordType":"relationship","recordDetails":{"subject":"a","interestedParty":"b","interests":[{"type":"friendship","startDate":"soon","endDate":"2020-01"}]}}
`
	for n, want := range map[int]string{
		1: `s1: its kind "poem" not understood (line 1)|s2: the interest's type "friendship" not understood (line 2)|s2: the interest's date "soon" not understood (line 2)`,
		3: `s1: its kind "poem" not understood (line 1)|s2: the interest's type "friendship" not understood (line 2)|s2: the interest's date "soon" not understood (line 2)|` +
			`s1: its kind "poem" not understood (line 3)|s2: the interest's type "friendship" not understood (line 4)|4 more left out or not understood`,
	} {
		r := NewReader("f", strings.NewReader(strings.Repeat(file, n)))
		statements := 0
		for {
			_, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			statements++
		}
		if got := strings.Join(r.Notes(), "|"); got != want || statements != n {
			t.Errorf("%d statements\n got %s\nwant %s", statements, got, want)
		}
	}
}

func TestExclusiveBounds(t *testing.T) {
	for share, want := range map[string]string{
		`{}`:                                     "0-100",
		`{"exact":30,"minimum":10}`:              "30-30",
		`{"minimum":25,"maximum":50}`:            "25-50",
		`{"exclusiveMinimum":50,"maximum":75}`:   "50.000001-75",
		`{"minimum":50,"exclusiveMinimum":true}`: "50.000001-100",
		`{"exclusiveMaximum":50}`:                "0-49.999999",
		`{"exclusiveMinimum":100}`:               "100-100",
		`{"minimum":75,"exclusiveMinimum":null}`: "75-100",
		`{"minimum":60,"maximum":40}`:            "",
		`{"exact":101}`:                          "",
		`{"minimum":-1}`:                         "",
		`{"exclusiveMinimum":25,"minimum":30}`:   "30-100",
	} {
		s, f := parse([]byte(`{"statementId":"s","recordType":"relationship","recordDetails":{"subject":"a","interestedParty":"b","interests":[{"type":"shareholding","share":` + share + `}]}}`))
		got := ""
		if f == nil {
			got = fmt.Sprintf("%.8g-%.8g", s.Interests[0].Least, s.Interests[0].Most)
		} else if f.field != "interests[0].share" {
			t.Error(f)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", share, got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	const good = `{"statementId":"s","recordId":"r","recordType":"person","recordDetails":{}}`
	for name, c := range map[string]struct {
		file string
		want string
		good int
	}{
		"no id":       {"[\n" + good + `,` + "\n\n" + `{"recordType":"person"},` + good + "]", "f.json:4: statementId: missing", 1},
		"no kind":     {`{"statementId":"s"}` + "\n" + good, "f.json:1: recordType: statement s has neither", 1},
		"number":      {"17\n" + good, "cannot unmarshal number", 1},
		"no subject":  {`{"statementId":"s","recordType":"relationship","recordDetails":{"interestedParty":"b"}}`, "subject: statement s: missing", 0},
		"no party":    {`{"statementId":"s","recordType":"relationship","recordDetails":{"subject":"b","interestedParty":{}}}`, "names neither a party nor a reason", 0},
		"type":        {`{"statementId":"s","recordType":"relationship","recordDetails":{"subject":"b","interestedParty":"c","interests":7}}`, "recordDetails: ", 0},
		"cut":         {"[" + good, "cut off", 1},
		"cut inside":  {`[{"statementId":"s`, "cut off", 0},
		"broken":      {good + "\n{]", "JSON is broken", 1},
		"more":        {"[" + good + "]7", "more after the end", 1},
		"long":        {`[{"statementId":"` + strings.Repeat("x", MaxStatement) + `"}]`, "longer than 1048576 bytes", 0},
		"endless":     {`[{"statementId":"` + strings.Repeat("x", 4*MaxStatement), "longer than 1048576 bytes", 0},
		"other kind":  {`{"statementId":"s","recordType":"poem"}` + good, "", 1},
		"empty":       {"", "", 0},
		"empty array": {" [ ] ", "", 0},
	} {
		got, problems := list(strings.NewReader(c.file))
		switch {
		case len(got) != c.good, c.want == "" && len(problems) > 0:
			t.Errorf("%s: %q %v", name, got, problems)
		case c.want != "" && (len(problems) != 1 || !strings.Contains(problems[0].Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, problems, c.want)
		}
	}
	_, problems := list(io.MultiReader(strings.NewReader(good+"\n"), iotest.ErrReader(errors.New("disk on fire"))))
	if len(problems) != 1 || !strings.Contains(problems[0].Error(), "disk on fire") {
		t.Error(problems)
	}
}

// TestReplacedInACircle: hostile statements that replace each other must end.
func TestReplacedInACircle(t *testing.T) {
	entity := func(id, by string) string {
		return `{"statementID":"` + id + `","statementType":"entityStatement","name":"x","replacesStatements":["` + by + `"]}` + "\n"
	}
	if got, problems := list(strings.NewReader(entity("a", "b") + entity("b", "c") + entity("c", "a"))); len(got) != 0 || len(problems) != 0 {
		t.Error(got, problems)
	}
}

func TestSniff(t *testing.T) {
	for head, want := range map[string]bool{
		`[{"statementId":"s","recordType":"person"`:    true,
		`{"statementID":"s","statementType":"entity`:   true,
		`{"id":"x","schema":"Person","properties":{}}`: false,
		`[]`: false, "": false, "statementId,recordType": false,
	} {
		if Sniff([]byte(head)) != want {
			t.Errorf("Sniff(%s) is not %v", head, want)
		}
	}
}

func FuzzReader(f *testing.F) {
	for _, name := range []string{"v02.json", "v03.json", "v04.jsonl"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, file string) {
		Sniff([]byte(file))
		r, c := NewReader("f", strings.NewReader(file)), NewCollection()
		line := 0
		for {
			s, err := r.Next()
			var p *spoor.Problem
			if errors.As(err, &p) {
				if p.Line < line {
					t.Fatalf("%v, after line %d", p, line)
				}
				line = p.Line
				if p.Fatal {
					break
				}
				continue
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			c.Add(s)
		}
		c.Each(func(e Entity) {
			if e.ID == "" {
				t.Fatalf("%+v", e)
			}
		}, func(i Interest) {
			if i.Holder == "" || i.Held == "" || !(0 <= i.Least && i.Least <= i.Most && i.Most <= 100) {
				t.Fatalf("%+v", i)
			}
		})
	})
}

func BenchmarkReader(b *testing.B) {
	data, err := os.ReadFile("testdata/v04.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	const n = 100
	file := strings.Repeat(string(data), n)
	b.SetBytes(int64(len(file)))
	statements := 0
	for b.Loop() {
		r := NewReader("b", strings.NewReader(file))
		for {
			if _, err := r.Next(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			statements++
		}
	}
	b.ReportMetric(float64(statements)/b.Elapsed().Seconds(), "statements/s")
}
