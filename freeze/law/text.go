package law

import (
	"fmt"
	"slices"

	"spoor/clock"
)

// The files as they are written. See the folder data for examples.
type (
	fileText struct {
		name      string
		Procedure []procedureText `toml:"procedure"`
		Step      []stepText      `toml:"step"` // of every procedure of the file
		Fact      []factText      `toml:"fact"`
		List      []listText      `toml:"list"`
		Offence   []offenceText   `toml:"offence"`
		Group     []groupText     `toml:"group"`
		Flag      []flagText      `toml:"flag"`
		Basis     []basisText     `toml:"basis"`
	}
	procedureText struct {
		ID          ID                `toml:"id"`
		Title       string            `toml:"title"`
		Act         string            `toml:"act"`
		Measure     string            `toml:"measure"`
		Verified    bool              `toml:"verified"`
		CrossBorder bool              `toml:"cross_border"`
		First       Stage             `toml:"first"`
		Final       []Stage           `toml:"final"`
		Articles    map[string]string `toml:"articles"` // by step, where several acts share the steps
		Clock       []clockText       `toml:"clock"`
	}
	clockText struct {
		ID        string     `toml:"id"`
		Kind      clock.Kind `toml:"kind"`
		N         int        `toml:"n"`
		Article   string     `toml:"article"`
		Verified  bool       `toml:"verified"`
		Whose     Side       `toml:"whose"`
		If        string     `toml:"if"`
		Expiry    string     `toml:"expiry"`
		StartedBy []string   `toml:"started_by"`
		StoppedBy []string   `toml:"stopped_by"`
		Says      string     `toml:"says"`
	}
	stepText struct {
		Do       string   `toml:"do"`
		From     []Stage  `toml:"from"`
		To       Stage    `toml:"to"`
		By       Side     `toml:"by"`
		Roles    []string `toml:"roles"`
		Eyes     int      `toml:"eyes"`
		Harms    bool     `toml:"harms"`
		Why      bool     `toml:"why"`
		Needs    []string `toml:"needs"`
		Grounds  string   `toml:"grounds"`
		AtUntil  []string `toml:"at_until"`
		AfterEnd bool     `toml:"after_end"`
		Act      string   `toml:"act"` // where it is not the procedure's
		Article  string   `toml:"article"`
		Verified bool     `toml:"verified"`
		Says     string   `toml:"says"`
	}
	factText struct {
		ID   string `toml:"id"`
		Says string `toml:"says"`
	}
	listText struct {
		ID     string       `toml:"id"`
		Act    string       `toml:"act"`
		Ground []groundText `toml:"ground"`
	}
	groundText struct {
		ID       string `toml:"id"` // the article where it is not given
		Article  string `toml:"article"`
		Text     string `toml:"text"`
		Verified bool   `toml:"verified"`
	}
	offenceText struct {
		Number   int    `toml:"number"`
		Text     string `toml:"text"`
		Verified bool   `toml:"verified"`
	}
)

func (f *fileText) items() int {
	n := len(f.Procedure) + len(f.Step) + len(f.Fact) + len(f.List) + len(f.Offence) + len(f.Group) + len(f.Flag) + len(f.Basis)
	for _, p := range f.Procedure {
		n += len(p.Clock) + len(p.Final)
	}
	for _, s := range f.Step {
		n += len(s.From)
	}
	for _, l := range f.List {
		n += len(l.Ground)
	}
	return n
}

func (t *listText) grounds() ([]Ground, error) {
	if len(t.Ground) == 0 {
		return nil, fmt.Errorf("ground: none is given")
	}
	var out []Ground
	for _, g := range t.Ground {
		if g.ID == "" {
			g.ID = g.Article
		}
		if err := filled("ground", g.ID, "act", t.Act, "article", g.Article, "text", g.Text); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(o Ground) bool { return o.ID == g.ID }) {
			return nil, fmt.Errorf("ground %q: it is there twice", g.ID)
		}
		out = append(out, Ground{ID: g.ID, Act: t.Act, Article: g.Article, Text: g.Text, Verified: g.Verified})
	}
	return out, nil
}

// procedure joins a procedure with the steps of its file.
func (t *procedureText) procedure(steps []stepText) (*Procedure, error) {
	p := &Procedure{ID: t.ID, Title: t.Title, Act: t.Act, Measure: t.Measure, Verified: t.Verified,
		CrossBorder: t.CrossBorder, First: t.First, Final: t.Final}
	for _, s := range steps {
		p.Steps = append(p.Steps, s.step(t))
	}
	for do := range t.Articles {
		if !p.has(do) {
			return nil, fmt.Errorf("articles: there is no step %q", do)
		}
	}
	for _, c := range t.Clock {
		if _, twice := p.Clock(c.ID); twice {
			return nil, fmt.Errorf("clock %q: it is there twice", c.ID)
		}
		p.Clocks = append(p.Clocks, c.clock(t.Act))
		if err := p.wire(c); err != nil {
			return nil, fmt.Errorf("clock %q: %w", c.ID, err)
		}
	}
	return p, nil
}

func (s *stepText) step(t *procedureText) Step {
	out := Step{Do: s.Do, From: s.From, To: s.To, By: s.By, Roles: s.Roles, Eyes: s.Eyes, Harms: s.Harms, Why: s.Why,
		Needs: s.Needs, Grounds: s.Grounds, AtUntil: s.AtUntil, AfterEnd: s.AfterEnd,
		Act: s.Act, Article: s.Article, Verified: s.Verified, Says: s.Says}
	if out.Eyes == 0 {
		out.Eyes = 1
	}
	if out.Act == "" {
		out.Act = t.Act
	}
	if own := t.Articles[s.Do]; own != "" {
		out.Article = own
	}
	return out
}

func (c *clockText) clock(act string) Clock {
	return Clock{ID: c.ID, Whose: c.Whose, Expiry: c.Expiry, Says: c.Says, If: c.If,
		Limit: clock.Limit{Act: act, Article: c.Article, Kind: c.Kind, N: c.N, Verified: c.Verified}}
}

// wire writes into the steps which clocks they start and stop. A final stage
// stops all.
func (p *Procedure) wire(c clockText) error {
	for _, do := range slices.Concat(c.StartedBy, c.StoppedBy) {
		if !p.has(do) {
			return fmt.Errorf("started_by, stopped_by: there is no step %q", do)
		}
	}
	if len(c.StartedBy) == 0 {
		return fmt.Errorf("started_by: no step is given")
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if slices.Contains(c.StartedBy, s.Do) {
			s.Starts = append(s.Starts, c.ID)
		}
		if slices.Contains(c.StoppedBy, s.Do) || p.IsFinal(s.To) {
			s.Stops = append(s.Stops, c.ID)
		}
	}
	return nil
}

func (p *Procedure) has(do string) bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Do == do })
}
