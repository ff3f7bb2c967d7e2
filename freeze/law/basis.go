package law

import (
	"fmt"
	"slices"
	"time"

	"spoor"
)

// Basis is the act by which one state may ask another for a measure.
type Basis struct {
	Act          string `json:"act"`
	Title        string `json:"title"`
	Articles     string `json:"articles,omitempty"`
	Freezing     ID     `json:"freezing"`     // procedure
	Confiscation ID     `json:"confiscation"` // procedure
	Certificate  bool   `json:"certificate"`  // Annex I or II of Reg. (EU) 2018/1805 travels with it
	Verified     bool   `json:"verified"`
	Note         string `json:"note,omitempty"` // what a lawyer must still check
}

type (
	groupText struct {
		ID      string   `toml:"id"`
		Members []string `toml:"members"`
	}
	// A flag turns a state's membership of a group on, where that is in doubt.
	flagText struct {
		Country   string `toml:"country"`
		Group     string `toml:"group"`
		TakesPart bool   `toml:"takes_part"`
	}
	basisText struct {
		Between      []string `toml:"between"` // two groups
		Within       string   `toml:"within"`  // one group, for a state alone
		From         string   `toml:"from"`
		Until        string   `toml:"until"`
		Act          string   `toml:"act"`
		Title        string   `toml:"title"`
		Articles     string   `toml:"articles"`
		Freezing     ID       `toml:"freezing"`
		Confiscation ID       `toml:"confiscation"`
		Certificate  bool     `toml:"certificate"`
		Verified     bool     `toml:"verified"`
		Note         string   `toml:"note"`

		from, until spoor.Instant // zero: no bound
	}
)

// Basis resolves the act for a pair of states at a moment; domestic law where
// they are the same. It fails with a [*spoor.Forbidden] when no act of the files binds
// the pair.
func (l *Law) Basis(issuing, executing spoor.Country, at spoor.Instant) (Basis, error) {
	if issuing == (spoor.Country{}) || executing == (spoor.Country{}) {
		return Basis{}, &spoor.Forbidden{Reason: "the issuing or the executing state is missing: give both as two letters of ISO 3166"}
	}
	a, b := issuing.String(), executing.String()
	for i := range l.bases {
		if t := &l.bases[i]; l.binds(t, a, b, at) {
			return t.basis(), nil
		}
	}
	if a == b {
		return Basis{}, &spoor.Forbidden{Reason: fmt.Sprintf(
			"no law of %s in the files on %s: a member adds its national law to the law files", a, at.Date())}
	}
	return Basis{}, &spoor.Forbidden{Reason: fmt.Sprintf(
		"no act in the files binds %s and %s on %s: use a bilateral treaty or letters rogatory, or add the act to the law files",
		a, b, at.Date())}
}

func (l *Law) binds(t *basisText, a, b string, at spoor.Instant) bool {
	if t.from != 0 && at < t.from || t.until != 0 && at >= t.until {
		return false
	}
	in := func(group, country string) bool { return slices.Contains(l.members[group], country) }
	if t.Within != "" {
		return a == b && in(t.Within, a)
	}
	x, y := t.Between[0], t.Between[1]
	return a != b && (in(x, a) && in(y, b) || in(x, b) && in(y, a))
}

func (t *basisText) basis() Basis {
	return Basis{Act: t.Act, Title: t.Title, Articles: t.Articles, Freezing: t.Freezing, Confiscation: t.Confiscation,
		Certificate: t.Certificate, Verified: t.Verified, Note: t.Note}
}

func (l *Law) takeBases(f fileText) error {
	for _, g := range f.Group {
		if g.ID == "" || l.members[g.ID] != nil {
			return fmt.Errorf("group %q: id: it is missing or there twice", g.ID)
		}
		for i, m := range g.Members {
			if c, ok := spoor.ParseCountry(m); !ok || c.String() != m || slices.Contains(g.Members[:i], m) {
				return fmt.Errorf("group %q: members: %q is no ISO 3166 code in capitals, or there twice", g.ID, m)
			}
		}
		l.members[g.ID] = slices.Clone(g.Members)
	}
	for _, t := range f.Flag {
		if l.members[t.Group] == nil {
			return fmt.Errorf("flag %q: group: %q is not above it in the file", t.Country, t.Group)
		}
		if c, ok := spoor.ParseCountry(t.Country); !ok || c.String() != t.Country {
			return fmt.Errorf("flag %q: country: want an ISO 3166 code in capitals", t.Country)
		}
		if t.TakesPart && !slices.Contains(l.members[t.Group], t.Country) {
			l.members[t.Group] = append(l.members[t.Group], t.Country)
		}
	}
	for i, t := range f.Basis {
		if err := l.takeBasis(t); err != nil {
			return fmt.Errorf("basis %q (number %d of the file): %w", t.Act, i+1, err)
		}
	}
	return nil
}

func (l *Law) takeBasis(t basisText) (err error) {
	groups := t.Between
	if t.Within != "" {
		groups = append([]string{t.Within}, groups...)
	}
	if len(groups) != 2 && t.Within == "" || len(groups) != 1 && t.Within != "" {
		return fmt.Errorf("between, within: want between two groups, or within one")
	}
	for _, g := range groups {
		if l.members[g] == nil {
			return fmt.Errorf("between, within: there is no group %q", g)
		}
	}
	if !short(t.Act) || !short(t.Title) || len(t.Note) > MaxText {
		return fmt.Errorf("act, title, note: want texts of at most %d bytes; only the note may be empty", MaxText)
	}
	for i, id := range []ID{t.Freezing, t.Confiscation} {
		measure := measures[i]
		p, ok := l.Procedure(id)
		if !ok || p.Measure != measure || p.CrossBorder != (t.Within == "") {
			return fmt.Errorf("%s: %q is no such procedure", measure, id)
		}
	}
	if t.from, err = day(t.From); err != nil {
		return fmt.Errorf("from: %w", err)
	}
	if t.until, err = day(t.Until); err != nil {
		return fmt.Errorf("until: %w", err)
	}
	if t.until != 0 && t.until <= t.from {
		return fmt.Errorf("until: it is not after from")
	}
	l.bases = append(l.bases, t)
	return nil
}

func day(s string) (spoor.Instant, error) {
	if s == "" {
		return 0, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q: want a day such as 2020-12-19", s)
	}
	return spoor.At(t), nil
}
