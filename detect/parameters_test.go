package detect_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"spoor"
	"spoor/detect"
)

// entry is one number of typologies.toml, read without the help of the package.
type entry struct {
	section, name   string
	value, min, max float64
	unit, why       string
}

// entries also lists the keys outside sections, which should be version alone.
func entries(t testing.TB) (outside []string, all []entry) {
	t.Helper()
	src, err := os.ReadFile("typologies.toml")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	meta, err := toml.Decode(string(src), &file)
	if err != nil {
		t.Fatal(err)
	}
	number := func(v any, what string) float64 {
		switch n := v.(type) {
		case int64:
			return float64(n)
		case float64:
			return n
		}
		t.Errorf("%s is %v, not a number", what, v)
		return math.NaN()
	}
	for _, key := range meta.Keys() {
		at := key.String()
		if !section(key[0]) && len(key) == 1 {
			outside = append(outside, at)
		}
		if !section(key[0]) || len(key) != 2 {
			continue
		}
		fields, ok := file[key[0]].(map[string]any)[key[1]].(map[string]any)
		if !ok {
			t.Errorf("%s is not { value, min, max, unit, why }", at)
			continue
		}
		e := entry{section: key[0], name: key[1], value: number(fields["value"], at+".value"), min: number(fields["min"], at+".min"), max: number(fields["max"], at+".max")}
		e.unit, _ = fields["unit"].(string)
		e.why, _ = fields["why"].(string)
		if len(fields) != 5 {
			t.Errorf("%s has %d fields: want value, min, max, unit and why", at, len(fields))
		}
		all = append(all, e)
	}
	return outside, all
}

func section(name string) bool {
	return name == "alert" || slices.Contains(spoor.Typologies(), spoor.Typology(name))
}

// TestParameterFile reads the embedded file as its readers do: each number has
// its bounds, its unit and a reason.
func TestParameterFile(t *testing.T) {
	outside, all := entries(t)
	if v := detect.DefaultParameters().Version; !slices.Equal(outside, []string{"version"}) || v == "" || v == "<nil>" {
		t.Errorf("version is %q; outside of sections stand %v: want the version alone", v, outside)
	}
	sections := map[string][]string{}
	for _, e := range all {
		at := fmt.Sprintf("[%s] %s", e.section, e.name)
		sections[e.section] = append(sections[e.section], e.name)
		if !(e.min <= e.value && e.value <= e.max) || e.min == e.max {
			t.Errorf("%s is %v, not within %v to %v", at, e.value, e.min, e.max)
		}
		if e.unit == "" || len(e.why) < 5 {
			t.Errorf("%s has unit %q and why %q", at, e.unit, e.why)
		}
		// Counts are cut to whole numbers and times to seconds: bounds that
		// allow less than one would switch a detector off.
		if whole := []string{"peers", "payments", "accounts", "deposits", "transfers"}; slices.Contains(whole, e.unit) {
			for _, v := range []float64{e.value, e.min, e.max} {
				if v != math.Trunc(v) || v < 1 {
					t.Errorf("%s counts %s, but %v is no count", at, e.unit, v)
				}
			}
		}
		if times := []string{"minutes", "hours", "days"}; slices.Contains(times, e.unit) && e.min <= 0 {
			t.Errorf("%s is a time and may be %v", at, e.min)
		}
	}
	if len(sections["alert"]) == 0 {
		t.Error("there is no [alert]")
	}
	for _, typology := range spoor.Typologies() {
		if !slices.Contains(sections[string(typology)], "prior") {
			t.Errorf("[%s] has no prior", typology)
		}
	}
	for section, names := range sections {
		slices.Sort(names)
		if got := detect.DefaultParameters().Names(section); !slices.Equal(got, names) {
			t.Errorf("Names(%q) gives %v, the file has %v", section, got, names)
		}
	}
	if got := detect.DefaultParameters().Names("nothing"); len(got) != 0 {
		t.Errorf("Names of no section gives %v", got)
	}
}

// TestParameterFileSources says that each typology in the file begins with a
// sentence on what it is, so that a member's lawyer can read it.
func TestParameterFileSources(t *testing.T) {
	src, err := os.ReadFile("typologies.toml")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(src), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "[") && (i == 0 || !regexp.MustCompile(`^# [A-Z].*\.`).MatchString(lines[i-1])) {
			t.Errorf("typologies.toml:%d: %s has no sentence above it", i+1, line)
		}
	}
}

// TestMemberBounds sets every number to both of its bounds, which is allowed,
// and to just beyond them, which is not.
func TestMemberBounds(t *testing.T) {
	_, all := entries(t)
	for _, e := range all {
		file := func(v float64) string { return fmt.Sprintf("[%s]\n%s = %v\n", e.section, e.name, v) }
		for _, v := range []float64{e.min, e.value, e.max} {
			if _, err := member(file(v)); err != nil {
				t.Errorf("%v is within bounds, but: %v", v, err)
			}
		}
		for _, v := range []float64{e.min - 0.01, e.max + 0.01, -1e300, 1e300} {
			_, err := member(file(v))
			wantProblem(t, err, e.section+"."+e.name, fmt.Sprint(e.min), fmt.Sprint(e.max), e.unit)
		}
	}
}

func member(text string) (*detect.Parameters, error) {
	return detect.DefaultParameters().Member("member.toml", strings.NewReader(text))
}

// wantProblem checks that an error names the file, the key and what is allowed.
func wantProblem(t *testing.T, err error, key string, words ...string) {
	t.Helper()
	var p *spoor.Problem
	if !errors.As(err, &p) {
		t.Errorf("%s: error is %v: want a *spoor.Problem", key, err)
		return
	}
	for _, w := range append(words, "member.toml", key) {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

// TestMemberFaults gives a member's file the faults that people make.
func TestMemberFaults(t *testing.T) {
	for _, c := range []struct {
		name, text, key string
		words           []string
		open            string
	}{
		{"unknown name", "[fan-in]\nmin_degre = 5\n", "fan-in.min_degre", []string{"min_degree", "window"}, ""},
		{"unknown section", "[fan-inn]\nmin_degree = 5\n", "fan-inn.min_degree", []string{"is not a parameter"}, ""},
		{"number without a section", "min_degree = 5\n", "min_degree", []string{"[typology]"}, ""},
		{"words for a number", "[fan-in]\nmin_degree = \"five\"\n", "fan-in.min_degree", []string{"five", "want a number"}, ""},
		{"truth for a number", "[fan-in]\nmin_degree = true\n", "fan-in.min_degree", []string{"want a number"}, ""},
		{"list for a number", "[fan-in]\nmin_degree = [5]\n", "fan-in.min_degree", []string{"want a number"}, ""},
		{"table for a number", "[fan-in]\nmin_degree = { value = 5 }\n", "fan-in.min_degree", []string{"want a number"}, ""},
		{"date for a number", "[fan-in]\nmin_degree = 2026-11-23\n", "fan-in.min_degree", []string{"want a number"}, ""},
		{"not a number", "[fan-in]\nmin_degree = nan\n", "fan-in.min_degree", []string{"3", "20", "peers"}, ""},
		{"infinite", "[fan-in]\nmin_degree = inf\n", "fan-in.min_degree", []string{"3", "20", "peers"}, ""},
		{"half a peer", "[fan-in]\nmin_degree = 4.5\n", "fan-in.min_degree", []string{"whole"}, "4.5 peers are taken for 4 without a word"},
		{"given twice", "[fan-in]\nmin_degree = 5\nmin_degree = 6\n", "", []string{"min_degree"}, ""},
		{"deeper", "[fan-in.min_degree]\nvalue = 5\n", "fan-in.min_degree", nil, ""},
		{"list of tables", "[[fan-in]]\nmin_degree = 5\n", "fan-in", nil, ""},
		{"no TOML", "[fan-in\nmin_degree = 5\n", "", []string{"line"}, ""},
		{"one bad among good", "[fan-in]\nmin_degree = 5\nwindow = 400\n", "fan-in.window", []string{"1", "10", "days"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.open != "" {
				pending(t, c.open)
			}
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("panics: %v", r)
				}
			}()
			p, err := member(c.text)
			if p != nil && err != nil {
				t.Error("parameters come along with an error")
			}
			wantProblem(t, err, c.key, c.words...)
		})
	}
}

// TestMemberVersion says that a member's version is in every alert, and that
// what all share stays as it is.
func TestMemberVersion(t *testing.T) {
	shared := detect.DefaultParameters()
	own, err := shared.Member("it.toml", strings.NewReader("version = \"IT 2026-11\"\n[fan-in]\nmin_degree = 5\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := shared.Version + " + IT 2026-11"; own.Version != want {
		t.Errorf("version is %q: want %q", own.Version, want)
	}
	s := usual()
	if _, err := shared.Member("it.toml", strings.NewReader("version = \"narrow\"\n[fan-in]\nmin_degree = 20\n")); err != nil {
		t.Fatal(err)
	}
	s.params = shared
	before, _ := s.run(t, fanOf(9))
	s.params = detect.DefaultParameters()
	if want, _ := s.run(t, fanOf(9)); alertsDiff(want, before) != "" {
		t.Errorf("a member's file changes what all share:\n%s", alertsDiff(want, before))
	}
	s.params = own
	alerts, _ := s.run(t, fanOf(9))
	if len(alerts) == 0 {
		t.Fatal("no alert to look at")
	}
	for i := range alerts {
		if alerts[i].Versions["parameters"] != own.Version {
			t.Errorf("alert has versions %v", alerts[i].Versions)
		}
	}
	if empty, err := member(""); err != nil || empty.Version != shared.Version {
		t.Errorf("an empty file gives version %q, error %v", empty.Version, err)
	}
}

// fanOf makes a month of dull business with a fan-in of n payers in it.
func fanOf(n int) []spoor.Payment {
	s := newScript()
	for day := range 30 {
		for i := range 40 {
			s.now = world0 + spoor.Instant(day)*spoor.Day + spoor.Instant(8*60+i*7)*spoor.Minute
			s.pay(account("a", (i*7+day*3)%60), account("a", (i*11+day*5+1)%60)).Paid.Amount = int64(2000 + 900*i)
			if day == 14 && i%4 == 0 && i/4 < n {
				s.pay(account("payer", i), account("collector", 0)).Paid.Amount = int64(310_000 + 91_000*(i%13))
			}
		}
	}
	slices.SortStableFunc(s.all, func(a, b spoor.Payment) int { return int(a.Time - b.Time) })
	return s.all
}

// TestMemberTightens says that what a member may turn turns the right way: a
// looser value gives no fewer alerts of its kind, a tighter one no more.
func TestMemberTightens(t *testing.T) {
	t.Parallel()
	all := troubled.all(t)
	for _, c := range []struct {
		typology     spoor.Typology // "" counts all alerts
		key          string
		loose, tight float64
	}{
		{"", "alert.least", -1, 4},
		{spoor.FanIn, "fan-in.min_degree", 3, 12},
		{spoor.FanIn, "fan-in.prior", 0, 5},
		{spoor.FanOut, "fan-out.min_degree", 3, 12},
		{spoor.GatherScatter, "gather-scatter.min_payments", 4, 18},
		{spoor.ScatterGather, "scatter-gather.min_intermediaries", 2, 8},
		{spoor.Cycle, "cycle.min_payments", 3, 6},
		{spoor.Chain, "chain.min_payments", 3, 8},
		{spoor.Structuring, "structuring.min_deposits", 2, 9},
		{spoor.PassThrough, "pass-through.min_value", 50, 9000},
		{spoor.DormancyBurst, "dormancy-burst.min_payments", 2, 15},
		{spoor.DormancyBurst, "dormancy-burst.min_value", 500, 90_000},
		{spoor.HighRiskCorridor, "high-risk-corridor.min_transfers", 2, 10},
		{spoor.SynchronisedDeposits, "synchronised-deposits.min_deposits", 3, 10},
		{spoor.FrontBusiness, "front-business.min_cash", 2000, 90_000},
	} {
		count := func(v float64) (n int) {
			section, name, _ := strings.Cut(c.key, ".")
			p, err := member(fmt.Sprintf("[%s]\n%s = %v\n", section, name, v))
			if err != nil {
				t.Fatal(err)
			}
			s := usual()
			s.params = p
			alerts, _ := s.run(t, all)
			for i := range alerts {
				if c.typology == "" || slices.Contains(alerts[i].Typologies, c.typology) {
					n++
				}
			}
			return n
		}
		loose, tight := count(c.loose), count(c.tight)
		t.Logf("%s: %d at %v, %d at %v", c.key, loose, c.loose, tight, c.tight)
		if loose < tight {
			t.Errorf("%s: %d alerts at %v, but %d at %v", c.key, loose, c.loose, tight, c.tight)
		}
	}
}

// TestMemberSimple turns one number around one fan of six payers.
func TestMemberSimple(t *testing.T) {
	count := func(text string) (n int) {
		p, err := member(text)
		if err != nil {
			t.Fatal(err)
		}
		s := usual()
		s.params = p
		alerts, _ := s.run(t, fanOf(6))
		for i := range alerts {
			if alerts[i].Accounts[0] == "10:collector0" && slices.Contains(alerts[i].Typologies, spoor.FanIn) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 1},
		{"[fan-in]\nmin_degree = 3\n", 1},
		{"[fan-in]\nmin_degree = 6\n", 1},
		{"[fan-in]\nmin_degree = 7\n", 0},
		{"[alert]\nleast = 6\n", 0},
		{"[fan-in]\nprior = 6\n", 0},
		{"[fan-in]\nprior = -3\n", 1},
	} {
		if got := count(c.text); got != c.want {
			t.Errorf("%q gives %d alerts: want %d", c.text, got, c.want)
		}
	}
}

// FuzzMember gives Member any file: it must answer with parameters that work,
// or with a problem, and never leave its bounds.
func FuzzMember(f *testing.F) {
	for _, seed := range []string{
		"", "version = \"IT 2026-11\"\n[fan-in]\nmin_degree = 5\n", "[fan-in]\nwindow = 0.0001\n", "version = 7\n[alert]\nleast = -3\n",
		"[fan-in]\nmin_degree = { value = 5 }\n", "[[fan-in]]\nwindow = 4\n", "fan-in = 3\n", "[fan-in.window]\nx = 1\n", "a.b.c = 1", "[alert]\nleast = nan\n",
		"\"\" = 1\n[\"\"]\n\"\" = 2\n", "version = []\n", "[fan-in]\n[fan-out]\nprior = 1e400\n", "\xff = 1",
	} {
		f.Add(seed)
	}
	few := fanOf(7)[:200]
	f.Fuzz(func(t *testing.T, text string) {
		p, err := member(text)
		if err != nil {
			var problem *spoor.Problem
			if p != nil || !errors.As(err, &problem) || problem.Reason == "" {
				t.Fatalf("parameters %v with error %#v", p, err)
			}
			return
		}
		s := usual()
		s.params = p
		s.run(t, few)
	})
}
