package ownership_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"spoor"
	"spoor/ownership"
)

// TestScenarios reads testdata/*.txt. A file is scenarios, each under a title
// that begins with "==". Statements are
//
//	people: Anna, Bob                        state: Republic     listed: Big     hidden: Masked (why)     unknown: Smith
//	Anna 60% of Holding; Holding 50% of Target
//	Anna 25-50% of Target; Bob ?% of Target
//	Anna 60% of votes of Target
//	Anna 60% of Target as nominee; Zoe behind Anna
//	Anna controls Target by appointing the board;  Anna perhaps controls Target
//	Anna directs Target as chair;  Anna is settlor of Trust
//	Anna 30% of Target indirectly
//
// each with "from DATE", "until DATE" and "says SOURCE" at its end where needed.
// Questions are "owners of X", "holdings of X", "owned by A, B" with "at DATE"
// and "threshold N"; the indented lines below them are the whole answer.
func TestScenarios(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no scenarios")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq("\n"+string(text), "\n== ") {
			title, body, _ := strings.Cut(part, "\n")
			if strings.TrimSpace(body) == "" {
				continue
			}
			t.Run(title, func(t *testing.T) { run(t, body) })
		}
	}
}

type scenario struct {
	t      *testing.T
	book   *ownership.Book
	people map[string]bool
	orgs   map[string]bool
	count  int
}

func run(t *testing.T, body string) {
	s := &scenario{t: t, book: ownership.NewBook(), people: map[string]bool{}, orgs: map[string]bool{}}
	var question string
	var want []string
	check := func() {
		if question == "" {
			return
		}
		if got := s.ask(question); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s\n  got\n    %s\n  want\n    %s", question, strings.Join(got, "\n    "), strings.Join(want, "\n    "))
		}
		question, want = "", nil
	}
	lines := bufio.NewScanner(strings.NewReader(body))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "":
		case strings.HasPrefix(line, " "):
			want = append(want, trimmed)
		case regexp.MustCompile(`^(owners|holdings|owned) `).MatchString(trimmed):
			check()
			question = trimmed
		default:
			check()
			for statement := range strings.SplitSeq(trimmed, ";") {
				s.state(strings.TrimSpace(statement))
			}
		}
	}
	check()
}

var tail = regexp.MustCompile(` (from|until|says) (\S+)$`)

func (s *scenario) state(line string) {
	if list, names, ok := strings.Cut(line, ": "); ok {
		s.declare(list, names)
		return
	}
	s.count++
	i := spoor.Interest{Source: fmt.Sprint("s", s.count), Most: 100}
	for m := tail.FindStringSubmatch(line); m != nil; m = tail.FindStringSubmatch(line) {
		line = strings.TrimSuffix(line, m[0])
		date, ok := spoor.ParsePartialDate(m[2])
		switch {
		case m[1] == "says":
			i.Source = m[2]
		case !ok:
			s.t.Fatalf("%s: no date", m[2])
		case m[1] == "from":
			i.From = date
		default:
			i.Until = date
		}
	}
	add := s.book.AddInterest
	if cut, ok := strings.CutSuffix(line, " indirectly"); ok {
		line, add = cut, s.book.AddIndirect
	}
	s.means(&i, line)
	for _, name := range []string{i.Holder, i.Held} {
		if !s.people[name] && !s.orgs[name] {
			s.orgs[name] = true
			s.book.AddParty(party(name, spoor.Organisation))
		}
	}
	if err := add(i); err != nil {
		s.t.Fatal(err)
	}
}

func party(name string, k spoor.PartyKind) spoor.Party {
	return spoor.Party{ID: name, Kind: k, Names: []spoor.Name{{Full: name}}}
}

func (s *scenario) declare(list, names string) {
	for name := range strings.SplitSeq(names, ", ") {
		name, why, _ := strings.Cut(strings.TrimSuffix(name, ")"), " (")
		kind, nature := spoor.Organisation, ownership.Ordinary
		switch list {
		case "people":
			kind = spoor.Person
			s.people[name] = true
		case "unknown":
			kind = spoor.AnyParty
		case "state":
			nature = ownership.State
		case "listed":
			nature = ownership.Listed
		case "hidden":
			nature = ownership.Hidden
		default:
			s.t.Fatalf("%s: no such declaration", list)
		}
		s.orgs[name] = true
		s.book.AddParty(party(name, kind))
		if nature != ownership.Ordinary {
			s.book.Mark(name, nature, why)
		}
	}
}

var (
	share   = regexp.MustCompile(`^(\S+) ([0-9.?-]+)% of (votes of |profit of )?(\S+)( as nominee)?$`)
	control = regexp.MustCompile(`^(\S+) (perhaps )?controls (\S+?)( by (.*))?$`)
	other   = regexp.MustCompile(`^(\S+) (directs|is (settlor|trustee|protector|beneficiary) of|behind) (\S+)( as (.*))?$`)
)

func (s *scenario) means(i *spoor.Interest, line string) {
	if m := share.FindStringSubmatch(line); m != nil {
		i.Holder, i.Held, i.Kind = m[1], m[4], spoor.Shareholding
		switch {
		case m[3] == "votes of ":
			i.Kind = spoor.VotingRights
		case m[3] == "profit of ":
			i.Role = "rights to profit"
		case m[5] != "":
			i.Kind = spoor.Nominee
		}
		if m[2] != "?" {
			least, most, ok := strings.Cut(m[2], "-")
			i.Least, _ = strconv.ParseFloat(least, 64)
			if i.Most = i.Least; ok {
				i.Most, _ = strconv.ParseFloat(most, 64)
			}
		}
		return
	}
	if m := control.FindStringSubmatch(line); m != nil {
		i.Holder, i.Held, i.Kind, i.Role = m[1], m[3], spoor.Control, m[5]
		if m[2] != "" {
			i.Kind = spoor.UnknownControl
		}
		return
	}
	m := other.FindStringSubmatch(line)
	if m == nil {
		s.t.Fatalf("%q is no statement", line)
	}
	i.Holder, i.Held, i.Kind, i.Role = m[1], m[4], spoor.Directorship, m[6]
	switch {
	case m[2] == "behind":
		i.Kind, i.Role = spoor.Nominee, "nominator"
	case m[3] != "":
		i.Kind, i.Role = spoor.TrustInterest, m[3]
	}
}

var question = regexp.MustCompile(`^(owners of|holdings of|owned by) (.*?)( at (\S+))?( threshold (\S+))?( parties (\S+))?$`)

func (s *scenario) ask(line string) (out []string) {
	m := question.FindStringSubmatch(line)
	var o ownership.Options
	if m[4] != "" {
		at, err := time.Parse(time.DateOnly, m[4])
		if err != nil {
			s.t.Fatal(err)
		}
		o.At = spoor.At(at)
	}
	o.Threshold, _ = strconv.ParseFloat(m[6], 64)
	o.MaxParties, _ = strconv.Atoi(m[8])
	switch m[1] {
	case "owners of":
		r, err := s.book.Owners(m[2], o)
		if err != nil {
			return []string{"error: " + err.Error()}
		}
		return tell(r)
	case "holdings of":
		h, err := s.book.Holdings(m[2], o)
		if err != nil {
			return []string{"error: " + err.Error()}
		}
		for _, x := range h.Holdings {
			line := fmt.Sprintf("%s: %s", x.Name, x.Own)
			line += unless(x.Vote == x.Own, ", votes "+x.Vote.String()) + unless(x.Control == ownership.No, ", control "+x.Control.String()) +
				unless(x.Attributed == 0, ", attributed "+ownership.Exact(x.Attributed).String())
			out = append(append(out, line), chains(x.Chains)...)
		}
		for _, n := range h.AsNominee {
			out = append(out, "as nominee: "+n.Name)
		}
		return out
	}
	listed := map[string]bool{}
	for name := range strings.SplitSeq(m[2], ", ") {
		listed[name] = true
	}
	for _, x := range s.book.OwnedBy(listed, o.At) {
		kind := "half"
		if !x.Half {
			kind = "control"
		}
		out = append(out, fmt.Sprintf("%s: %s %s%s by %s", x.Name, kind, x.Share, unless(x.Certain, ", possibly"), way(x.Chain)))
	}
	return out
}

func unless(no bool, text string) string {
	if no {
		return ""
	}
	return text
}

func way(c ownership.Chain) string {
	var names []string
	for _, s := range c.Steps {
		names = append(names, s.From.Name+unless(!s.From.Nominee, " as nominee"))
	}
	return strings.Join(names, " > ")
}

func chains(list []ownership.Chain) (out []string) {
	for _, c := range list {
		if len(list) > 1 || len(c.Steps) > 1 {
			out = append(out, "- "+c.Share.String()+" "+way(c))
		}
	}
	return out
}

func tell(r *ownership.Result) (out []string) {
	for _, o := range r.Owners {
		line := fmt.Sprintf("%s%s: %s", unless(o.Certain, "perhaps "), o.Name, o.Own) + unless(o.Vote == o.Own, ", votes "+o.Vote.String()) +
			unless(o.Control == ownership.No, ", control "+o.Control.String()) + unless(o.Attributed == 0, ", attributed "+ownership.Exact(o.Attributed).String())
		out = append(append(out, line), chains(o.Chains)...)
		for _, g := range o.Grounds {
			out = append(out, fmt.Sprintf("+ %s %s%s", g.Article, g.Text, unless(g.Certain, "?")))
		}
	}
	for _, o := range r.Others {
		out = append(out, fmt.Sprintf("below: %s %s", o.Name, o.Own)+unless(o.Attributed == 0, ", attributed "+ownership.Exact(o.Attributed).String()))
	}
	for _, m := range r.Managers {
		line := "manager: " + m.Name + unless(m.Role == "", ", "+m.Role)
		if m.Through != nil {
			line += " through " + m.Through.Name
		}
		out = append(out, line)
	}
	for _, e := range r.Ends {
		out = append(out, fmt.Sprintf("end: %s %s %s", e.Name, e.Share, e.Why)+unless(!strings.Contains(e.Text, "("), " "+e.Text[max(0, strings.Index(e.Text, "(")):]))
	}
	if !r.Unexplained.IsZero() {
		out = append(out, "unexplained: "+r.Unexplained.String())
	}
	for _, c := range r.Cycles {
		var names []string
		for _, n := range c {
			names = append(names, n.Name)
		}
		out = append(out, "circle: "+strings.Join(names, " > "))
	}
	for _, c := range r.Contradictions {
		out = append(out, fmt.Sprintf("contradiction: %s %s of %s, %s", c.From.Name, c.Own, c.To.Name, strings.Join(c.Sources, " and ")))
	}
	for _, n := range r.Notes {
		out = append(out, "note: "+n)
	}
	return out
}
