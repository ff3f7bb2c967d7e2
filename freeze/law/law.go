package law

import (
	"fmt"
	"slices"
	"strings"

	"spoor"
	"spoor/clock"
)

// ID names a procedure, such as "freezing-2018-1805".
type ID string

// Stage is where an order, or its execution in one state, stands: "DRAFT".
type Stage string

// Side says whose authority does a step, and whose calendar a clock follows.
type Side string

// The sides. In a procedure within one state all is done by the issuing side.
const (
	Issuing   Side = "issuing"
	Executing Side = "executing"
)

// ByClock is the role of steps that happen when a time limit ends.
const ByClock = "clock"

// Step is something that is done at a stage.
type Step struct {
	Do       string   `json:"do"`                  // "validate", "recognise"
	From     []Stage  `json:"from"`                // where it may be done
	To       Stage    `json:"to,omitempty"`        // where it leads; "" in Procedure.Steps: the stage stays
	By       Side     `json:"by"`                  // whose authority does it
	Roles    []string `json:"roles"`               // who may do it there; ByClock for the clock
	Eyes     int      `json:"eyes"`                // 2: not by the person who proposed or drafted
	Harms    bool     `json:"harms,omitempty"`     // it takes something from a person
	Why      bool     `json:"why,omitempty"`       // reasons in words are required
	Needs    []string `json:"needs,omitempty"`     // facts that must be given or present
	Grounds  string   `json:"grounds,omitempty"`   // closed list of which one ground or more must be given
	Starts   []string `json:"starts,omitempty"`    // clocks that begin
	Stops    []string `json:"stops,omitempty"`     // clocks that end; all of them where To is final
	AtUntil  []string `json:"at_until,omitempty"`  // the clock does it when the date "until" given with one of these steps has come
	AfterEnd bool     `json:"after_end,omitempty"` // it may be done at a final stage, such as a remedy
	Act      string   `json:"act"`
	Article  string   `json:"article"`
	Verified bool     `json:"verified"` // read in the act itself, not from memory
	Says     string   `json:"says"`     // one sentence for people
}

// Clock is a time limit of a procedure.
type Clock struct {
	ID     string      `json:"id"`
	Limit  clock.Limit `json:"limit"`
	Whose  Side        `json:"whose"`            // whose calendar: the side that must act
	Expiry string      `json:"expiry,omitempty"` // step that the clock then does itself, which only ever ends a harm
	Says   string      `json:"says"`             // what follows on expiry
	If     string      `json:"if,omitempty"`     // "urgent", "not-urgent" or "": runs only then
}

// Procedure is a measure's way through the law.
type Procedure struct {
	ID          ID      `json:"id"`
	Title       string  `json:"title"`
	Act         string  `json:"act"`
	Measure     string  `json:"measure"`  // "freezing", "confiscation", "suspension" or "monitoring"
	Verified    bool    `json:"verified"` // its outline was read in the act; see each step
	CrossBorder bool    `json:"cross_border"`
	First       Stage   `json:"first"`
	Final       []Stage `json:"final"`
	Steps       []Step  `json:"steps"`
	Clocks      []Clock `json:"clocks,omitempty"`
}

// Step finds what may be done at a stage. Its To is the stage that follows,
// also where that is the same. The step is a copy, its lists are shared: do not
// change them. The error is a [*spoor.Forbidden].
func (p *Procedure) Step(from Stage, do string) (*Step, error) {
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Do == do && slices.Contains(s.From, from) {
			return s.at(from), nil
		}
	}
	return nil, p.forbidden(from, do)
}

// at is a step as it is done at one stage.
func (s *Step) at(from Stage) *Step {
	c := *s
	if c.To == "" {
		c.To = from
	}
	return &c
}

// forbidden says why a step cannot be done at a stage: the act's article on the
// step, and what may be done instead.
func (p *Procedure) forbidden(from Stage, do string) *spoor.Forbidden {
	f := &spoor.Forbidden{Act: p.Act}
	if !slices.Contains(p.Stages(), from) {
		f.Reason = fmt.Sprintf("%s has no stage %q", p.Title, from)
		return f
	}
	var elsewhere, articles []string
	for _, s := range p.Steps {
		if s.Do == do {
			for _, at := range s.From {
				elsewhere = append(elsewhere, string(at))
			}
			f.Act = s.Act
			if !slices.Contains(articles, s.Article) {
				articles = append(articles, s.Article)
			}
		}
	}
	f.Article = strings.Join(articles, "; ")
	if len(elsewhere) == 0 {
		f.Reason = fmt.Sprintf("%s has no step %q", p.Title, do)
	} else {
		f.Reason = fmt.Sprintf("%q is not possible at %s, only at %s", do, from, strings.Join(elsewhere, ", "))
	}
	if next := p.names(from); len(next) > 0 {
		f.Reason += "; at " + string(from) + " one may " + strings.Join(next, ", ")
	} else {
		f.Reason += "; " + string(from) + " is final"
	}
	return f
}

func (p *Procedure) names(from Stage) (out []string) {
	for _, s := range p.Allowed(from) {
		if !slices.Contains(s.Roles, ByClock) {
			out = append(out, s.Do)
		}
	}
	return out
}

// Allowed lists what may be done at a stage, steps of the clock among it.
func (p *Procedure) Allowed(from Stage) (out []Step) {
	for i := range p.Steps {
		if slices.Contains(p.Steps[i].From, from) {
			out = append(out, *p.Steps[i].at(from))
		}
	}
	return out
}

// Clock finds a time limit by its id.
func (p *Procedure) Clock(id string) (*Clock, bool) {
	i := slices.IndexFunc(p.Clocks, func(c Clock) bool { return c.ID == id })
	if i < 0 {
		return nil, false
	}
	c := p.Clocks[i]
	return &c, true
}

// IsFinal reports whether nothing but a remedy or the like may follow.
func (p *Procedure) IsFinal(s Stage) bool { return slices.Contains(p.Final, s) }

// Stages lists all stages, in the order in which the steps name them.
func (p *Procedure) Stages() []Stage {
	out := []Stage{p.First}
	add := func(s Stage) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, s := range p.Steps {
		for _, from := range s.From {
			add(from)
		}
		add(s.To)
	}
	return out
}

// Ground is one item of a closed list.
type Ground struct {
	ID       string `json:"id"` // "8(1)(a)"
	Act      string `json:"act"`
	Article  string `json:"article"`
	Text     string `json:"text"`
	Verified bool   `json:"verified"`
}

// Offence is one of the 32 categories for which double criminality is not
// checked where the maximum is three years or more: Reg. (EU) 2018/1805 Art 3(1).
type Offence struct {
	Number   int    `json:"number"`
	Text     string `json:"text"`
	Verified bool   `json:"verified"`
}
