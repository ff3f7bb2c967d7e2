package law

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spoor"
	"spoor/clock"
)

// lines gives a file's lines without comments and blanks.
func lines(t testing.TB, name string) (out []string) {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return out
}

func columns(line string) []string {
	out := strings.Split(line, "|")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

func procedure(t testing.TB, id string) *Procedure {
	p, ok := Default().Procedure(ID(id))
	if !ok {
		t.Fatalf("no procedure %q", id)
	}
	return p
}

func TestProcedures(t *testing.T) {
	want := map[ID]string{
		"freezing-2018-1805": "freezing", "confiscation-2018-1805": "confiscation",
		"freezing-domestic": "freezing", "confiscation-domestic": "confiscation", "immediate-action": "freezing",
		"transaction-suspension": "suspension", "account-suspension": "suspension",
		"monitoring": "monitoring", "entity-alert": "monitoring",
		"freezing-fd-2003-577": "freezing", "confiscation-fd-2006-783": "confiscation",
		"freezing-tca": "freezing", "confiscation-tca": "confiscation",
		"freezing-cets-198": "freezing", "confiscation-cets-198": "confiscation",
		"freezing-ets-141": "freezing", "confiscation-ets-141": "confiscation",
	}
	for _, p := range Default().Procedures() {
		if want[p.ID] != p.Measure {
			t.Errorf("%s: measure %s, want %q", p.ID, p.Measure, want[p.ID])
		}
		if memory := strings.HasPrefix(p.Act, "FD") || strings.Contains(p.Act, "TCA") || strings.Contains(p.Act, "ETS") ||
			p.Act == "Dir. (EU) 2024/1260"; memory {
			for _, s := range p.Steps {
				if p.Verified || s.Verified {
					t.Errorf("%s %s: from memory, yet verified", p.ID, s.Do)
				}
			}
		}
		delete(want, p.ID)
	}
	if len(want) > 0 {
		t.Errorf("not there: %v", want)
	}
}

// TestStages has every stage of the regulation's freezing, by name.
func TestStages(t *testing.T) {
	want := strings.Fields(`DRAFT VALIDATED CERTIFIED TRANSLATED TRANSMITTED RECEIVED FORWARDED CONSULTING RECOGNISED REFUSED
		POSTPONED EXECUTED REPORTED AFFECTED_INFORMED FROZEN CONFISCATED WITHDRAWN TERMINATED LAPSED IMPOSSIBLE`)
	var got []string
	for _, s := range procedure(t, "freezing-2018-1805").Stages() {
		got = append(got, string(s))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestHarm reads the promise off the data, without the loader's check.
func TestHarm(t *testing.T) {
	harms := map[string]bool{}
	for _, p := range Default().Procedures() {
		for _, s := range p.Steps {
			human := !slices.Contains(s.Roles, ByClock)
			judicial := !slices.ContainsFunc(s.Roles, func(r string) bool { return r != "judge" && r != "prosecutor" })
			if s.Harms && !(human && (s.Eyes == 2 || judicial)) {
				t.Errorf("%s %s: harms, by %v with %d eyes", p.ID, s.Do, s.Roles, s.Eyes)
			}
			if s.Harms {
				harms[s.Do] = true
			}
		}
		for _, c := range p.Clocks {
			for _, s := range p.Steps {
				if s.Do == c.Expiry && !p.IsFinal(s.To) {
					t.Errorf("%s: the end of clock %s leads to %s, which does not end the measure", p.ID, c.ID, s.To)
				}
			}
		}
	}
	for _, do := range []string{"certify", "recognise", "execute", "freeze", "confiscate", "confirm", "order", "sell", "extend"} {
		if !harms[do] {
			t.Errorf("%s does not count as harm", do)
		}
	}
}

func TestWalks(t *testing.T) {
	for _, line := range lines(t, "testdata/walks.txt") {
		id, rest, _ := strings.Cut(line, ":")
		p, words := procedure(t, id), strings.Fields(rest)
		for i := 0; i+2 < len(words); i += 2 {
			s, err := p.Step(Stage(words[i]), words[i+1])
			if err != nil {
				t.Errorf("%s: %v", id, err)
			} else if s.To != Stage(words[i+2]) {
				t.Errorf("%s: %s at %s leads to %s, want %s", id, s.Do, words[i], s.To, words[i+2])
			}
		}
	}
}

func TestRefused(t *testing.T) {
	for _, line := range lines(t, "testdata/refused.txt") {
		c := columns(line)
		_, err := procedure(t, c[0]).Step(Stage(c[1]), c[2])
		if _, is := err.(*spoor.Forbidden); !is || err.Error() != c[3] {
			t.Errorf("%s %s %s\ngot  %v\nwant %s", c[0], c[1], c[2], err, c[3])
		}
	}
}

// TestRandomWalk goes any legal way: each step leads to a stage of the
// procedure, a clock that starts is known, and an end can be reached from there.
func TestRandomWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(Default().Procedures()).Draw(t, "procedure")
		stage, running := p.First, map[string]bool{}
		for range rapid.IntRange(1, 60).Draw(t, "length") {
			allowed := p.Allowed(stage)
			if len(allowed) == 0 {
				if !p.IsFinal(stage) || len(running) > 0 {
					t.Fatalf("%s: stuck at %s with %v running", p.ID, stage, running)
				}
				return
			}
			s := rapid.SampledFrom(allowed).Draw(t, "step")
			if again, err := p.Step(stage, s.Do); err != nil || again.To != s.To {
				t.Fatalf("%s: %s at %s is allowed, but not found: %v", p.ID, s.Do, stage, err)
			}
			for _, id := range s.Stops {
				delete(running, id)
			}
			for _, id := range s.Starts {
				if _, ok := p.Clock(id); !ok {
					t.Fatalf("%s: no clock %s", p.ID, id)
				}
				running[id] = true
			}
			stage = s.To
			for id := range running {
				c, _ := p.Clock(id)
				if _, err := p.Step(stage, c.Expiry); c.Expiry != "" && err != nil {
					t.Fatalf("%s: %s runs at %s and cannot end: %v", p.ID, id, stage, err)
				}
			}
		}
		for n := 0; !p.IsFinal(stage); n++ {
			if n > len(p.Stages()) {
				t.Fatalf("%s: no end from %s", p.ID, stage)
			}
			stage = nearer(p, stage)
		}
	})
}

// nearer is the next stage on a shortest way to an end.
func nearer(p *Procedure, stage Stage) Stage {
	type way struct{ at, first Stage }
	seen := map[Stage]bool{stage: true}
	queue := []way{{stage, ""}}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, s := range p.Allowed(queue[0].at) {
			first := queue[0].first
			if first == "" {
				first = s.To
			}
			if p.IsFinal(s.To) {
				return first
			}
			if !seen[s.To] {
				seen[s.To] = true
				queue = append(queue, way{s.To, first})
			}
		}
	}
	return stage
}

func TestClocks(t *testing.T) {
	known := 0
	for _, line := range lines(t, "testdata/clocks.txt") {
		col := columns(line)
		p := procedure(t, col[0])
		c, ok := p.Clock(col[1])
		if !ok {
			t.Errorf("%s: no clock %s", p.ID, col[1])
			continue
		}
		known++
		for _, s := range p.Steps {
			if slices.Contains(s.Starts, c.ID) != (s.Do == col[2]) {
				t.Errorf("%s: %s starts %s: want only %s", p.ID, s.Do, c.ID, col[2])
			}
			if p.IsFinal(s.To) && !slices.Contains(s.Stops, c.ID) {
				t.Errorf("%s: %s ends all, but not %s", p.ID, s.Do, c.ID)
			}
		}
		if string(c.Whose) != col[3] || c.If != col[4] || c.Expiry != col[5] {
			t.Errorf("%s %s: %s %s %s, want %v", p.ID, c.ID, c.Whose, c.If, c.Expiry, col[3:6])
		}
		if got := explain(t, c, col[6]); got != col[7] {
			t.Errorf("%s %s\ngot  %s\nwant %s", p.ID, c.ID, got, col[7])
		}
	}
	for _, p := range Default().Procedures() {
		known -= len(p.Clocks)
	}
	if known != 0 {
		t.Errorf("testdata/clocks.txt has %+d clocks more than the files", known)
	}
}

func explain(t *testing.T, c *Clock, country string) string {
	member, _ := spoor.ParseCountry(country)
	zone, err := clock.Zone(member)
	if err != nil {
		t.Fatal(err)
	}
	running, err := c.Limit.Start(spoor.At(time.Date(2026, 2, 27, 10, 12, 0, 0, zone)), member)
	if err != nil {
		t.Fatal(err)
	}
	return running.Explain()
}

// TestSixMonths: 181 days are the shortest that six months can be.
func TestSixMonths(t *testing.T) {
	c, _ := procedure(t, "entity-alert").Clock("duration")
	shortest := 1000
	for d := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2029; d = d.AddDate(0, 0, 1) {
		end := time.Date(d.Year(), d.Month()+6, d.Day(), 0, 0, 0, 0, time.UTC)
		if end.Day() != d.Day() { // no such day in that month: its last one
			end = time.Date(d.Year(), d.Month()+7, 0, 0, 0, 0, 0, time.UTC)
		}
		shortest = min(shortest, int(end.Sub(d).Hours()/24))
	}
	if c.Limit.N != shortest {
		t.Errorf("the alert lasts %d days; the shortest six months are %d", c.Limit.N, shortest)
	}
}

// TestSteps checks that what is true of the act is in the lines that matter.
func TestSteps(t *testing.T) {
	for _, c := range []struct {
		procedure, at, do string
		is                func(*Step) bool
	}{
		{"freezing-2018-1805", "CONSULTING", "refuse", func(s *Step) bool { return s.Grounds == "refuse-freezing" && s.Why && s.Verified }},
		{"freezing-2018-1805", "RECEIVED", "postpone", func(s *Step) bool { return s.Grounds == "postpone-freezing" && s.Article == "10(1)" }},
		{"freezing-2018-1805", "RECEIVED", "impossible", func(s *Step) bool { return s.Grounds == "impossible-freezing" }},
		{"freezing-2018-1805", "DRAFT", "validate", func(s *Step) bool { return s.By == Issuing && s.Eyes == 2 }},
		{"freezing-2018-1805", "DRAFT", "certify", func(s *Step) bool { return !slices.Contains(s.Roles, "aro-officer") }},
		{"freezing-2018-1805", "VALIDATED", "certify", func(s *Step) bool { return slices.Contains(s.Roles, "aro-officer") }},
		{"freezing-2018-1805", "REPORTED", "freeze", func(s *Step) bool { return slices.Contains(s.Needs, "deferral") }},
		{"freezing-2018-1805", "FROZEN", "expire", func(s *Step) bool { return slices.Equal(s.AtUntil, []string{"agree-limit"}) }},
		{"freezing-2018-1805", "RECEIVED", "defer-notice", func(s *Step) bool { return s.By == Issuing && s.Grounds == "defer-notice" }},
		{"confiscation-2018-1805", "CONSULTING", "refuse", func(s *Step) bool { return s.Grounds == "refuse-confiscation" }},
		{"confiscation-2018-1805", "RECEIVED", "postpone", func(s *Step) bool { return s.Grounds == "postpone-confiscation" }},
		{"confiscation-2018-1805", "RECEIVED", "impossible", func(s *Step) bool { return s.Grounds == "impossible-confiscation" }},
		{"confiscation-2018-1805", "REPORTED", "confiscate", func(s *Step) bool { return slices.Contains(s.Needs, "notice") }},
		{"freezing-domestic", "FROZEN", "sell", func(s *Step) bool {
			return s.Grounds == "interlocutory-sale" && slices.Contains(s.Needs, "owner-heard") && s.Harms
		}},
		{"confiscation-domestic", "APPLIED", "order", func(s *Step) bool {
			return s.Grounds == "confiscation-kind" && slices.Equal(s.Roles, []string{"judge"})
		}},
		{"monitoring", "IN_FORCE", "expire", func(s *Step) bool { return slices.Contains(s.AtUntil, "confirm") }},
	} {
		s, err := procedure(t, c.procedure).Step(Stage(c.at), c.do)
		if err != nil {
			t.Error(err)
		} else if !c.is(s) {
			t.Errorf("%s: %s at %s is %+v", c.procedure, c.do, c.at, s)
		}
	}
}

func TestClosedLists(t *testing.T) {
	letters := func(prefix, upTo string) (out []string) {
		for c := 'a'; c <= rune(upTo[0]); c++ {
			out = append(out, fmt.Sprintf("%s(%c)", prefix, c))
		}
		return out
	}
	gone := func(a string) []string {
		return []string{a + " confiscated", a + " disappeared", a + " destroyed", a + " not-at-location", a + " imprecise-location"}
	}
	want := map[string][]string{
		"refuse-freezing":         letters("8(1)", "f"),
		"refuse-confiscation":     letters("19(1)", "h"),
		"postpone-freezing":       letters("10(1)", "c"),
		"postpone-confiscation":   letters("21(1)", "d"),
		"impossible-freezing":     gone("13"),
		"impossible-confiscation": gone("22"),
		"defer-notice":            {"11(3)"},
		"defer-notice-domestic":   {"23"},
		"interlocutory-sale":      letters("21(1)", "c"),
		"confiscation-kind":       {"12", "13", "14", "15", "16"},
	}
	l := Default()
	if len(l.lists) != len(want) {
		t.Errorf("%d lists, want %d", len(l.lists), len(want))
	}
	for list, ids := range want {
		var got []string
		for _, g := range l.Grounds(list) {
			got = append(got, g.ID)
			if regulation := g.Act == "Reg. (EU) 2018/1805"; g.Verified != regulation {
				t.Errorf("%s %s: verified is %v", list, g.ID, g.Verified)
			}
		}
		if !slices.Equal(got, ids) {
			t.Errorf("%s: got %v, want %v", list, got, ids)
		}
	}
	if l.Grounds("no-such") != nil {
		t.Error("an unknown list has grounds")
	}
}

func TestOffences(t *testing.T) {
	all := Default().Offences()
	if len(all) != 32 {
		t.Fatalf("%d offences", len(all))
	}
	for n, word := range map[int]string{1: "criminal organisation", 5: "narcotic drugs", 7: "Corruption", 9: "Laundering", 32: "Sabotage"} {
		if o := all[n-1]; o.Number != n || !strings.Contains(o.Text, word) || o.Verified != (n < 10) {
			t.Errorf("number %d: %+v", n, o)
		}
	}
}

func TestBasis(t *testing.T) {
	for _, line := range lines(t, "testdata/basis.txt") {
		col := columns(line)
		w := strings.Fields(col[0])
		a, _ := spoor.ParseCountry(w[0])
		b, _ := spoor.ParseCountry(w[1])
		at, err := day(w[2])
		if err != nil {
			t.Fatal(err)
		}
		got, err := Default().Basis(a, b, at)
		if len(col) == 2 {
			if _, is := err.(*spoor.Forbidden); !is || err.Error() != col[1] {
				t.Errorf("%s\ngot  %v\nwant %s", col[0], err, col[1])
			}
			continue
		}
		is := fmt.Sprintf("%s | %s | %s | %v | %v", got.Act, got.Freezing, got.Confiscation, got.Certificate, got.Verified)
		if want := strings.Join(col[1:], " | "); err != nil || is != want {
			t.Errorf("%s\ngot  %s %v\nwant %s", col[0], is, err, want)
		}
		if !got.Verified && got.Note == "" {
			t.Errorf("%s: from memory, without a note", col[0])
		}
		if back, err := Default().Basis(b, a, at); err != nil || back != got {
			t.Errorf("%s: not the same in the other direction", col[0])
		}
	}
	if _, err := Default().Basis(spoor.Country{}, spoor.Country{'I', 'T'}, 0); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("no issuing state: %v", err)
	}
}

// TestMembers: every pair of members has a basis, with procedures that exist.
func TestMembers(t *testing.T) {
	at, _ := day("2026-11-25")
	for _, a := range Default().members["eu"] {
		for _, b := range Default().members["eu"] {
			x, _ := spoor.ParseCountry(a)
			y, _ := spoor.ParseCountry(b)
			got, err := Default().Basis(x, y, at)
			if err != nil || (a == b) == procedure(t, string(got.Freezing)).CrossBorder {
				t.Fatalf("%s %s: %+v %v", a, b, got, err)
			}
		}
	}
}

func TestTable(t *testing.T) {
	p := procedure(t, "freezing-2018-1805")
	rows := p.Table()
	if len(rows) != len(p.Steps) {
		t.Errorf("%d rows of %d steps", len(rows), len(p.Steps))
	}
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Step == "recognise" })
	want := Row{From: "RECEIVED, CONSULTING", Step: "recognise", To: "RECOGNISED", Who: "executing: prosecutor, judge (four eyes)",
		Limit: "48 hours if urgent begin", Article: "Reg. (EU) 2018/1805 Art 7(1)", Verified: true, Says: rows[i].Says}
	if rows[i] != want {
		t.Errorf("got  %+v\nwant %+v", rows[i], want)
	}
	for _, want := range []string{"\nlapse: EXECUTED, REPORTED, AFFECTED_INFORMED, FROZEN -> LAPSED\n", "  by clock\n",
		"42 calendar days are over", "the date of agree-limit has come", "ask-limit: EXECUTED, REPORTED, AFFECTED_INFORMED, FROZEN -> stays",
		"  needs ground of refuse-freezing, reasons\n", "Art 10(3) (not verified)\n"} {
		if !strings.Contains(p.Text(), want) {
			t.Errorf("the text has no %q", want)
		}
	}
}
