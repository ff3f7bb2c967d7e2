package law

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"spoor/clock"
)

var (
	roles    = []string{"analyst", "supervisor", "aro-officer", "prosecutor", "judge", "asset-manager", "clerk", ByClock}
	judicial = []string{"prosecutor", "judge"}
	measures = []string{"freezing", "confiscation", "suspension", "monitoring"}
	ifs      = []string{"", "urgent", "not-urgent"}

	idForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	stageForm = regexp.MustCompile(`^[A-Z0-9]+(_[A-Z0-9]+)*$`)
)

func short(text string) bool { return text != "" && len(text) <= MaxText }

// filled says which of several texts, as pairs of key and text, is missing or
// too long.
func filled(kind, id string, pairs ...string) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if !short(pairs[i+1]) {
			return fmt.Errorf("%s %q: %s: want a text of 1 to %d bytes", kind, id, pairs[i], MaxText)
		}
	}
	return nil
}

func known(what, s string, list []string) error {
	if !slices.Contains(list, s) {
		return fmt.Errorf("%s: unknown %q: want one of %s", what, s, strings.Join(list, ", "))
	}
	return nil
}

// check says what is wrong with a procedure, by key.
func (l *Law) check(p *Procedure) error {
	switch {
	case !idForm.MatchString(string(p.ID)) || len(p.ID) > 64:
		return fmt.Errorf("id: want at most 64 small letters, digits and hyphens")
	case !short(p.Title):
		return fmt.Errorf("title: want a text of 1 to %d bytes", MaxText)
	case !short(p.Act):
		return fmt.Errorf("act: want a text of 1 to %d bytes", MaxText)
	case len(p.Steps) == 0:
		return fmt.Errorf("step: there is none")
	}
	if err := known("measure", p.Measure, measures); err != nil {
		return err
	}
	if err := p.checkStages(); err != nil {
		return err
	}
	for i := range p.Clocks {
		if err := p.checkClock(&p.Clocks[i]); err != nil {
			return fmt.Errorf("clock %q: %w", p.Clocks[i].ID, err)
		}
	}
	for i := range p.Steps {
		if err := l.checkStep(p, &p.Steps[i]); err != nil {
			return fmt.Errorf("step %q (number %d of the file): %w", p.Steps[i].Do, i+1, err)
		}
	}
	return nil
}

func (l *Law) checkStep(p *Procedure, s *Step) error {
	switch {
	case !idForm.MatchString(s.Do) || len(s.Do) > 64:
		return fmt.Errorf("do: want at most 64 small letters, digits and hyphens")
	case s.By != Issuing && s.By != Executing:
		return fmt.Errorf("by: want issuing or executing, not %q", s.By)
	case s.By == Executing && !p.CrossBorder:
		return fmt.Errorf("by: a procedure within one state has no executing side")
	case s.Eyes != 1 && s.Eyes != 2:
		return fmt.Errorf("eyes: want 1 or 2, not %d", s.Eyes)
	case !short(s.Act):
		return fmt.Errorf("act: want a text of 1 to %d bytes", MaxText)
	case !short(s.Article):
		return fmt.Errorf("article: want a text of 1 to %d bytes", MaxText)
	case !short(s.Says):
		return fmt.Errorf("says: want a text of 1 to %d bytes", MaxText)
	case s.Grounds != "" && l.lists[s.Grounds] == nil:
		return fmt.Errorf("grounds: there is no list %q", s.Grounds)
	}
	for _, need := range s.Needs {
		if l.facts[need] == "" {
			return fmt.Errorf("needs: there is no fact %q", need)
		}
	}
	for _, stage := range s.From {
		if p.IsFinal(stage) && !s.AfterEnd {
			return fmt.Errorf("from: %s is final; a remedy or the like says after_end = true", stage)
		}
	}
	if err := l.checkUntil(p, s); err != nil {
		return err
	}
	return s.checkWho(p)
}

// checkUntil wants at_until to name steps by which a date is given.
func (l *Law) checkUntil(p *Procedure, s *Step) error {
	for _, do := range s.AtUntil {
		if !slices.ContainsFunc(p.Steps, func(o Step) bool { return o.Do == do && slices.Contains(o.Needs, "until") }) {
			return fmt.Errorf("at_until: no step %q needs \"until\"", do)
		}
	}
	return nil
}

// checkWho keeps the house's promise: what takes something from a person is
// done by a named human, and by a second one or a judicial authority.
func (s *Step) checkWho(p *Procedure) error {
	if len(s.Roles) == 0 {
		return fmt.Errorf("roles: want one or more")
	}
	lay := false
	for _, r := range s.Roles {
		if err := known("roles", r, roles); err != nil {
			return err
		}
		lay = lay || !slices.Contains(judicial, r)
	}
	clocked := slices.Contains(s.Roles, ByClock)
	expires := slices.ContainsFunc(p.Clocks, func(c Clock) bool { return c.Expiry == s.Do })
	switch {
	case clocked && s.Harms:
		return fmt.Errorf("roles: the clock may not do what harms a person")
	case s.Harms && s.Eyes != 2 && lay:
		return fmt.Errorf("eyes: what harms a person needs 2, or judicial roles only")
	case clocked && len(s.Roles) > 1:
		return fmt.Errorf("roles: what the clock does nobody else does")
	case clocked && (s.Why || len(s.Needs) > 0 || s.Grounds != "" || s.Eyes != 1):
		return fmt.Errorf("roles: the clock gives no reason, fact or ground, and has no second person")
	case clocked && !expires && len(s.AtUntil) == 0:
		return fmt.Errorf("roles: the clock does it, but no clock has it as expiry and at_until is empty")
	case !clocked && (expires || len(s.AtUntil) > 0):
		return fmt.Errorf("roles: want clock alone, since a time limit does it")
	}
	return nil
}

func (p *Procedure) checkClock(c *Clock) error {
	switch {
	case !idForm.MatchString(c.ID) || len(c.ID) > 64:
		return fmt.Errorf("id: want at most 64 small letters, digits and hyphens")
	case c.Limit.N < 1 || c.Limit.N > clock.MaxN:
		return fmt.Errorf("n: want 1 to %d, not %d", clock.MaxN, c.Limit.N)
	case !short(c.Limit.Article):
		return fmt.Errorf("article: want a text of 1 to %d bytes", MaxText)
	case !short(c.Says):
		return fmt.Errorf("says: want a text of 1 to %d bytes", MaxText)
	case c.Whose != Issuing && c.Whose != Executing:
		return fmt.Errorf("whose: want issuing or executing, not %q", c.Whose)
	case c.Whose == Executing && !p.CrossBorder:
		return fmt.Errorf("whose: a procedure within one state has no executing side")
	case c.Expiry != "" && !p.has(c.Expiry):
		return fmt.Errorf("expiry: there is no step %q", c.Expiry)
	}
	if err := known("if", c.If, ifs); err != nil {
		return err
	}
	return p.checkExpiry(c)
}

// checkExpiry wants what the clock does at its end to be possible wherever the
// clock can be running: a harm must not outlast its limit at some stage.
func (p *Procedure) checkExpiry(c *Clock) error {
	if c.Expiry == "" {
		return nil
	}
	next := map[Stage][]Stage{}
	var started []Stage
	for i := range p.Steps {
		s := &p.Steps[i]
		for _, from := range s.From {
			to := s.at(from).To
			if slices.Contains(s.Starts, c.ID) {
				started = append(started, to)
			}
			if !slices.Contains(s.Stops, c.ID) {
				next[from] = append(next[from], to)
			}
		}
	}
	for _, stage := range started {
		for running := range reach(next, stage) {
			if _, err := p.Step(running, c.Expiry); err != nil {
				return fmt.Errorf("expiry: the clock may run at %s, where %q is not possible", running, c.Expiry)
			}
		}
	}
	return nil
}

// checkStages wants every stage to be reached from the first, and every one to
// be final or to lead to a final one.
func (p *Procedure) checkStages() error {
	stages := p.Stages()
	for _, stage := range stages {
		if !stageForm.MatchString(string(stage)) || len(stage) > 64 {
			return fmt.Errorf("stage %q: want at most 64 capital letters, digits and underscores", stage)
		}
	}
	for _, stage := range p.Final {
		if !slices.Contains(stages, stage) || stage == p.First {
			return fmt.Errorf("final: no step leads to %s", stage)
		}
	}
	next, err := p.next()
	if err != nil {
		return err
	}
	reached := reach(next, p.First)
	for _, stage := range stages {
		if !reached[stage] {
			return fmt.Errorf("stage %s: nothing leads to it from %s", stage, p.First)
		}
	}
	for _, stage := range stages {
		onward := reach(next, stage)
		if !slices.ContainsFunc(p.Final, func(f Stage) bool { return onward[f] }) {
			return fmt.Errorf("stage %s: it leads to no final stage", stage)
		}
	}
	return nil
}

// next gives the stages that follow each one; a step may be at a stage once.
func (p *Procedure) next() (map[Stage][]Stage, error) {
	next := map[Stage][]Stage{}
	seen := map[string]bool{}
	for i := range p.Steps {
		s := &p.Steps[i]
		if len(s.From) == 0 {
			return nil, fmt.Errorf("step %q: from: want a stage or more", s.Do)
		}
		for _, from := range s.From {
			key := string(from) + " " + s.Do
			if seen[key] {
				return nil, fmt.Errorf("step %q: from: it is twice at %s", s.Do, from)
			}
			seen[key] = true
			next[from] = append(next[from], s.at(from).To)
		}
	}
	return next, nil
}

func reach(next map[Stage][]Stage, from Stage) map[Stage]bool {
	seen := map[Stage]bool{from: true}
	for queue := []Stage{from}; len(queue) > 0; queue = queue[1:] {
		for _, to := range next[queue[0]] {
			if !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return seen
}
