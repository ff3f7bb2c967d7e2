package law

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// small is a whole law in one file.
const small = `
[[fact]]
id = "until"
says = "a date"
[[list]]
id = "reasons"
act = "Act"
ground = [{ article = "9", text = "a reason" }]
[[offence]]
number = 1
text = "an offence"
[[procedure]]
id = "hold"
title = "Hold"
act = "Act"
measure = "freezing"
first = "PROPOSED"
final = ["LIFTED"]
[[procedure.clock]]
id = "days"
kind = "calendar days"
n = 7
article = "1"
whose = "issuing"
expiry = "expire"
started_by = ["confirm"]
says = "it ends"
[[procedure]]
id = "take"
title = "Take"
act = "Act"
measure = "confiscation"
first = "PROPOSED"
final = ["LIFTED"]
[procedure.articles]
lift = "12"
[[procedure.clock]]
id = "week"
kind = "calendar days"
n = 7
article = "1"
whose = "issuing"
expiry = "expire"
started_by = ["confirm"]
says = "it ends"
[[step]]
do = "confirm"
from = ["PROPOSED"]
to = "IN_FORCE"
by = "issuing"
roles = ["supervisor"]
eyes = 2
harms = true
needs = ["until"]
grounds = "reasons"
article = "2"
says = "yes"
[[step]]
do = "lift"
from = ["IN_FORCE"]
to = "LIFTED"
by = "issuing"
roles = ["judge"]
article = "3"
says = "no"
[[step]]
do = "expire"
from = ["IN_FORCE"]
to = "LIFTED"
by = "issuing"
roles = ["clock"]
article = "4"
says = "over"
[[group]]
id = "us"
members = ["IT", "FR"]
[[flag]]
country = "DE"
group = "us"
takes_part = true
[[basis]]
within = "us"
from = "2020-01-01"
act = "Act"
title = "The act"
freezing = "hold"
confiscation = "take"
`

func folder(text string) fs.FS { return fstest.MapFS{"law.toml": {Data: []byte(text)}} }

func TestLoad(t *testing.T) {
	l, err := Load(folder(small))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := l.Procedure("take")
	if s, err := p.Step("IN_FORCE", "lift"); err != nil || s.Article != "12" || s.Act != "Act" || s.Eyes != 1 {
		t.Errorf("lift: %+v %v", s, err)
	}
	if says, ok := l.Fact("until"); !ok || says != "a date" || len(l.Facts()) != 1 {
		t.Errorf("facts: %v", l.Facts())
	}
	at, _ := day("2021-01-01")
	if got, err := l.Basis([2]byte{'D', 'E'}, [2]byte{'D', 'E'}, at); err != nil || got.Freezing != "hold" {
		t.Errorf("the flag is on, yet: %+v %v", got, err)
	}
}

// TestLoadRefuses changes one place of the small law and wants an error that
// names the file, the item and the key.
func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`measure = "freezing"`, `measure = "arrest"`, `law.toml: procedure "hold": measure: unknown "arrest": want one of freezing, confiscation, suspension, monitoring`},
		{`id = "take"`, `id = "hold"`, `law.toml: procedure "hold": id: it is there twice`},
		{`id = "hold"`, `id = "Hold it"`, `id: want at most 64 small letters`},
		{`title = "Hold"`, `title = ""`, `procedure "hold": title: want a text`},
		{`act = "Act"
measure = "freezing"`, `measure = "freezing"`, `procedure "hold": act: want a text`},
		{`final = ["LIFTED"]`, `final = ["LIFTED", "GONE"]`, `final: no step leads to GONE`},
		{`final = ["LIFTED"]`, `final = []`, `it leads to no final stage`},
		{`first = "PROPOSED"`, `first = "DRAFT"`, `stage PROPOSED: nothing leads to it from DRAFT`},
		{`to = "IN_FORCE"`, `to = "in force"`, `stage "in force": want`},
		{`from = ["IN_FORCE"]
to = "LIFTED"
by = "issuing"
roles = ["judge"]`, `from = ["LIFTED"]
to = "LIFTED"
by = "issuing"
roles = ["judge"]`, `step "lift" (number 2 of the file): from: LIFTED is final`},
		{`from = ["PROPOSED"]`, `from = ["PROPOSED", "PROPOSED"]`, `step "confirm": from: it is twice at PROPOSED`},
		{`from = ["PROPOSED"]`, `from = []`, `from: want a stage`},
		{`do = "lift"`, `do = "raise"`, `articles: there is no step "lift"`},
		{`eyes = 2`, `eyes = 1`, `step "confirm" (number 1 of the file): eyes: what harms a person needs 2, or judicial roles only`},
		{`eyes = 2`, `eyes = 3`, `eyes: want 1 or 2, not 3`},
		{`roles = ["supervisor"]`, `roles = ["clock"]`, `roles: the clock may not do what harms a person`},
		{`roles = ["supervisor"]`, `roles = ["boss"]`, `roles: unknown "boss"`},
		{`roles = ["supervisor"]`, `roles = []`, `roles: want one or more`},
		{`roles = ["judge"]`, `roles = ["clock"]`, `no clock has it as expiry and at_until is empty`},
		{`roles = ["clock"]`, `roles = ["judge"]`, `want clock alone, since a time limit does it`},
		{`roles = ["clock"]`, `roles = ["clock", "judge"]`, `what the clock does nobody else does`},
		{`roles = ["clock"]`, "roles = [\"clock\"]\nwhy = true", `the clock gives no reason`},
		{`roles = ["clock"]`, "roles = [\"clock\"]\nharms = true", `the clock may not do what harms`},
		{`roles = ["clock"]`, "roles = [\"clock\"]\nat_until = [\"lift\"]", `at_until: no step "lift" needs "until"`},
		{`needs = ["until"]`, `needs = ["untill"]`, `needs: there is no fact "untill"`},
		{`grounds = "reasons"`, `grounds = "whim"`, `grounds: there is no list "whim"`},
		{`by = "issuing"`, `by = "executing"`, `by: a procedure within one state has no executing side`},
		{`by = "issuing"`, `by = "us"`, `by: want issuing or executing`},
		{`article = "2"`, `article = ""`, `step "confirm" (number 1 of the file): article: want a text`},
		{`says = "yes"`, `says = ""`, `says: want a text`},
		{`says = "yes"`, `says = "` + strings.Repeat("x", MaxText+1) + `"`, `says: want a text`},
		{`says = "yes"`, `says = "yes"` + "\nsayz = 1", `law.toml: unknown key step.sayz`},
		{`expiry = "expire"`, `expiry = "vanish"`, `procedure "hold": clock "days": expiry: there is no step "vanish"`},
		{`started_by = ["confirm"]`, `started_by = ["confirn"]`, `clock "days": started_by, stopped_by: there is no step "confirn"`},
		{`started_by = ["confirm"]`, `started_by = []`, `clock "days": started_by: no step is given`},
		{`started_by = ["confirm"]`, "started_by = [\"confirm\"]\nif = \"raining\"", `if: unknown "raining"`},
		{`kind = "calendar days"`, `kind = "months"`, `clock kind "months": want hours, calendar days or working days`},
		{`n = 7`, `n = 0`, `n: want 1 to 5000, not 0`},
		{`whose = "issuing"`, `whose = "executing"`, `whose: a procedure within one state has no executing side`},
		{`[[step]]
do = "lift"
from = ["IN_FORCE"]`, `[[step]]
do = "set-aside"
from = ["IN_FORCE"]
to = "ASIDE"
by = "issuing"
roles = ["judge"]
article = "5"
says = "aside"
[[step]]
do = "lift"
from = ["IN_FORCE", "ASIDE"]`, `clock "days": expiry: the clock may run at ASIDE, where "expire" is not possible`},
		{`number = 1`, `number = 2`, `law.toml: offence 2: want number 1`},
		{`ground = [{ article = "9", text = "a reason" }]`, `ground = []`, `list "reasons": ground: none is given`},
		{`text = "a reason" }]`, `text = "a reason" }, { article = "9", text = "b" }]`, `ground "9": it is there twice`},
		{`members = ["IT", "FR"]`, `members = ["IT", "it"]`, `group "us": members: "it"`},
		{`country = "DE"`, `country = "Germany"`, `flag "Germany": country`},
		{`group = "us"`, `group = "them"`, `flag "DE": group: "them"`},
		{`within = "us"`, `within = "them"`, `basis "Act" (number 1 of the file): between, within: there is no group "them"`},
		{`within = "us"`, `between = ["us"]`, `want between two groups, or within one`},
		{`within = "us"`, `between = ["us", "us"]`, `is no such procedure`},
		{`freezing = "hold"`, `freezing = "take"`, `freezing: "take" is no such procedure`},
		{`from = "2020-01-01"`, `from = "1 January"`, `from: "1 January": want a day`},
		{`from = "2020-01-01"`, "from = \"2020-01-01\"\nuntil = \"2019-01-01\"", `until: it is not after from`},
		{`[[fact]]`, `[[fact`, `law.toml: toml: line 3`},
		{`[[fact]]`, strings.Repeat("[[offence]]\n", MaxItems+1) + `[[fact]]`, `items, at most 600`},
		{`[[fact]]`, "x = " + strings.Repeat("{b=", 9) + "\n[[fact]]", `law.toml: line 2: more than 8 brackets`},
		{`[[fact]]`, strings.Repeat("a.", MaxLine) + "b = 1\n[[fact]]", `law.toml: line 2: more than 2048 bytes`},
		{`[[fact]]`, strings.Repeat("#\n", MaxFileSize/2) + "[[fact]]", `law.toml: more than 65536 bytes`},
	} {
		text := strings.Replace(small, c.old, c.new, 1)
		if text == small {
			t.Errorf("%q is not in the small law", c.old)
		}
		if _, err := Load(folder(text)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "law.toml: ") {
			t.Errorf("%s\ngot  %v\nwant %s", c.new, err, c.want)
		}
	}
	if _, err := Load(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "no file ends in .toml") {
		t.Errorf("no files: %v", err)
	}
	many := fstest.MapFS{}
	for i := range MaxFiles + 1 {
		many[fmt.Sprintf("%d.toml", i)] = &fstest.MapFile{}
	}
	if _, err := Load(many); err == nil || !strings.Contains(err.Error(), "at most 64") {
		t.Errorf("many files: %v", err)
	}
}

func TestVersion(t *testing.T) {
	a, err := Load(folder(small))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Load(folder(small + "# a remark\n"))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Load(folder(small))
	if a.Version() == b.Version() || a.Version() != again.Version() || len(a.Version()) != 16 {
		t.Errorf("versions %s %s %s", a.Version(), b.Version(), again.Version())
	}
}

// FuzzLoad: any file is refused or gives a law whose procedures can be walked.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(""))
	names, err := fs.Glob(Files(), "*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(Files(), name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := Load(fstest.MapFS{"law.toml": {Data: b}})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "law.toml: ") {
				t.Fatalf("the error names no file: %v", err)
			}
			return
		}
		for _, p := range l.Procedures() {
			for _, stage := range p.Stages() {
				if len(p.Allowed(stage)) == 0 && !p.IsFinal(stage) {
					t.Fatalf("%s: stuck at %s", p.ID, stage)
				}
			}
			if p.Text() == "" {
				t.Fatal("no text")
			}
		}
	})
}

func BenchmarkStep(b *testing.B) {
	p, _ := Default().Procedure("freezing-2018-1805")
	for b.Loop() {
		if _, err := p.Step("FROZEN", "withdraw"); err != nil {
			b.Fatal(err)
		}
	}
}
