package law

import (
	"fmt"
	"slices"
	"strings"
)

// Row is a line of a procedure as it is shown to people.
type Row struct {
	From     string `json:"from"` // stages, separated by commas
	Step     string `json:"step"`
	To       string `json:"to"` // "" where the stage stays
	Who      string `json:"who"`
	Needs    string `json:"needs,omitempty"`
	Limit    string `json:"limit,omitempty"` // clocks that begin with it, or that do it
	Article  string `json:"article"`
	Verified bool   `json:"verified"`
	Says     string `json:"says"`
}

// Table shows a procedure as rows, one a step.
func (p *Procedure) Table() []Row {
	var out []Row
	for i := range p.Steps {
		s := &p.Steps[i]
		var from []string
		for _, f := range s.From {
			from = append(from, string(f))
		}
		out = append(out, Row{From: strings.Join(from, ", "), Step: s.Do, To: string(s.To), Who: s.who(), Needs: s.needs(),
			Limit: p.limits(s), Article: s.Act + " Art " + s.Article, Verified: s.Verified, Says: s.Says})
	}
	return out
}

func (s *Step) who() string {
	out := string(s.By) + ": " + strings.Join(s.Roles, ", ")
	if slices.Contains(s.Roles, ByClock) {
		return ByClock
	}
	if s.Eyes == 2 {
		out += " (four eyes)"
	}
	return out
}

func (s *Step) needs() string {
	out := slices.Clone(s.Needs)
	if s.Grounds != "" {
		out = append(out, "ground of "+s.Grounds)
	}
	if s.Why {
		out = append(out, "reasons")
	}
	return strings.Join(out, ", ")
}

func (p *Procedure) limits(s *Step) string {
	var out []string
	for _, c := range p.Clocks {
		text := fmt.Sprintf("%d %s", c.Limit.N, c.Limit.Kind)
		if c.If != "" {
			text += " if " + c.If
		}
		if slices.Contains(s.Starts, c.ID) {
			out = append(out, text+" begin")
		}
		if c.Expiry == s.Do {
			out = append(out, text+" are over")
		}
	}
	if len(s.AtUntil) > 0 {
		out = append(out, "the date of "+strings.Join(s.AtUntil, " or ")+" has come")
	}
	return strings.Join(out, "; ")
}

// Text writes a procedure for a terminal or a file: a line for its title, then
// each step with what the law says of it.
func (p *Procedure) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\nfirst %s, final %v\n", p.Title, p.ID, p.First, p.Final)
	for _, r := range p.Table() {
		to := r.To
		if to == "" {
			to = "stays"
		}
		fmt.Fprintf(&b, "\n%s: %s -> %s\n  %s\n  by %s\n", r.Step, r.From, to, r.Says, r.Who)
		if r.Needs != "" {
			fmt.Fprintf(&b, "  needs %s\n", r.Needs)
		}
		if r.Limit != "" {
			fmt.Fprintf(&b, "  limit: %s\n", r.Limit)
		}
		fmt.Fprintf(&b, "  %s%s\n", r.Article, map[bool]string{false: " (not verified)"}[r.Verified])
	}
	return b.String()
}
