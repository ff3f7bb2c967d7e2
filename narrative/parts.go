package narrative

import (
	"fmt"
	"slices"
	"strings"

	"spoor"
)

// assets tells what was found, and how much of the traced money is in it.
func (w *writer) assets() (out [][]Sentence) {
	for i := range w.in.Assets {
		a := &w.in.Assets[i]
		e := []string{"asset " + a.ID}
		what := []string{strings.ReplaceAll(string(a.Kind), "-", " ")}
		if a.Account != (spoor.AccountID{}) {
			what[0] = "money in " + strings.TrimSuffix(w.account(a.Account), ",")
		}
		for _, more := range []string{a.Description, a.Identifier.Value} {
			if more != "" {
				what = append(what, clean(more))
			}
		}
		text := fmt.Sprintf("Asset %s is %s", clean(a.ID), strings.Join(what, ", "))
		if a.Place != "" {
			text += ", " + clean(a.Place)
		}
		text += in(a.Country)
		if a.Owner != "" {
			text += "; it is recorded as party " + clean(a.Owner) + "'s"
			e = append(e, "party "+a.Owner)
		}
		p := []Sentence{{text + ".", e}}
		if a.Value.Currency != spoor.XXX {
			p = append(p, Sentence{"As a whole it is worth " + amount(a.Value) + ", as far as is known.", e[:1]})
		}
		if a.Traced.Currency != spoor.XXX {
			text := "Of the money that was followed, " + amount(a.Traced) + " is in it by the trace"
			if a.Source != "" {
				text += " (" + clean(a.Source) + ")"
			}
			p = append(p, Sentence{text + ".", e[:1]})
		}
		out = append(out, p)
	}
	return out
}

func (w *writer) facts() [][]Sentence { return statements("fact ", w.in.Facts) }

func (w *writer) assessments() [][]Sentence { return statements("assessment ", w.in.Assessments) }

// statements gives each its paragraph, with who said it and when.
func statements(kind string, all []Statement) (out [][]Sentence) {
	for _, s := range all {
		e := append([]string{kind + s.ID}, s.Evidence...)
		p := []Sentence{{sentence(s.Text), e}}
		var by []string
		if s.By != "" {
			by = append(by, "entered by "+clean(s.By))
		}
		if s.At != 0 {
			by = append(by, "on "+date(s.At))
		}
		if s.Evaluation != "" {
			by = append(by, "and evaluated "+string(s.Evaluation))
		}
		if len(by) > 0 {
			text := strings.Join(by, " ")
			p = append(p, Sentence{strings.ToUpper(text[:1]) + text[1:] + ".", e[:1]})
		}
		out = append(out, p)
	}
	return out
}

// measures tells what was done, in time.
func (w *writer) measures() (out [][]Sentence) {
	all := slices.Clone(w.in.Measures)
	slices.SortStableFunc(all, func(a, b Measure) int { return int(max(-1, min(1, a.At-b.At))) })
	var p []Sentence
	for _, m := range all {
		text := "On " + moment(m.At) + ": " + strings.TrimSuffix(clean(m.What), ".")
		if m.Basis != "" {
			text += " (" + clean(m.Basis) + ")"
		}
		p = append(p, Sentence{text + ".", []string{"measure " + m.ID}})
	}
	return append(out, p)
}

func typologies(a *spoor.Alert) (out []spoor.Typology) {
	for _, t := range slices.Concat([]spoor.Typology{a.Typology}, a.Typologies) {
		if t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// how says which pattern a program saw.
func (w *writer) how() (out [][]Sentence) {
	for i := range w.in.Alerts {
		a := &w.in.Alerts[i]
		e := append([]string{"alert " + a.ID}, evidenceOf(w.of(a))...)
		var p []Sentence
		for k, t := range typologies(a) {
			opening := "A program found that the payments of alert " + clean(a.ID) + " have a pattern that is known as "
			if k > 0 {
				opening = "It also found "
			}
			text := strings.ReplaceAll(string(t), "-", " ")
			if known, ok := patterns[t]; ok {
				text = known.what
			}
			p = append(p, Sentence{opening + text + ".", e})
		}
		if len(p) > 0 {
			p = append(p, Sentence{"A pattern is a reason to look, and no proof of where money is from.", e[:1]})
		}
		out = append(out, p)
	}
	return out
}

// why gives the reasons of each alert, weightiest first, and what gave them.
func (w *writer) why() (out [][]Sentence) {
	for i := range w.in.Alerts {
		a := &w.in.Alerts[i]
		e := []string{"alert " + a.ID}
		var p []Sentence
		for k, r := range a.Reasons {
			opening := ""
			if k == 0 {
				opening = "The weightiest reason for alert " + clean(a.ID) + ": "
			}
			p = append(p, Sentence{opening + sentence(r), e})
		}
		if a.Risk > 0 {
			p = append(p, Sentence{fmt.Sprintf("A learned model puts the mean probability that its payments are part of laundering at %.0f %%.", 100*a.Risk), e})
		}
		if len(a.Versions) > 0 {
			var versions []string
			for k, v := range a.Versions {
				versions = append(versions, clean(k)+" "+clean(v))
			}
			slices.Sort(versions)
			p = append(p, Sentence{"Made with " + list(versions, "and") + ".", e})
		}
		out = append(out, p)
	}
	return out
}

// explanations tells what lawful explanation was looked into and what was found.
func (w *writer) explanations() (out [][]Sentence) {
	var p []Sentence
	for _, x := range w.in.Explanations {
		e := append([]string{"explanation " + x.ID}, x.Evidence...)
		text := "Looked into: " + strings.TrimSuffix(clean(x.What), ".") + ". "
		if x.Found != "" {
			text += "Found: " + sentence(x.Found) + " "
		}
		if x.Fits {
			text += "It would explain payments of this case, and speaks against the suspicion."
		} else {
			text += "On what is known, it does not explain the payments."
		}
		p = append(p, Sentence{text, e})
	}
	return append(out, p)
}

// unknown lists what nobody has found out: the open questions of persons, and the
// gaps in the evidence that a program can see.
func (w *writer) unknown() (out [][]Sentence) {
	var asked []Sentence
	for _, s := range w.in.Unknown {
		asked = append(asked, Sentence{sentence(s.Text), append([]string{"question " + s.ID}, s.Evidence...)})
	}
	gaps := slices.Concat(w.absent(), w.holders(), w.places(), w.looked(), w.uncertain())
	return [][]Sentence{asked, gaps}
}

// absent are payments that an alert names and the case has not.
func (w *writer) absent() (out []Sentence) {
	for i := range w.in.Alerts {
		a := &w.in.Alerts[i]
		n := 0
		for _, id := range a.Payments {
			if w.payments[id] == nil {
				n++
			}
		}
		if n > 0 {
			out = append(out, Sentence{fmt.Sprintf("The case lacks %s that alert %s names.", count(n, "payment"), clean(a.ID)), []string{"alert " + a.ID}})
		}
	}
	return out
}

// holders are accounts that payments name and nobody's name is known of.
func (w *writer) holders() []Sentence {
	var ids, of, cash []string
	seen := map[spoor.AccountID]bool{}
	for _, p := range w.all() {
		for _, a := range []spoor.AccountID{p.From, p.To} {
			switch {
			case a == spoor.AccountID{}:
				cash = append(cash, "payment "+p.Called())
			case w.owners[a] == nil && w.names[a] == "" && !seen[a]:
				seen[a] = true
				ids, of = append(ids, clean(a.String())), append(of, "payment "+p.Called())
			}
		}
	}
	var out []Sentence
	if n := len(ids); n > 0 {
		named := ids
		if n > 5 {
			named = append(slices.Clone(ids[:5]), fmt.Sprintf("%d more", n-5))
		}
		out = append(out, Sentence{"Nothing says whose these accounts are: " + list(named, "and") + ".", slices.Compact(of)})
	}
	if cash = slices.Compact(cash); len(cash) > 0 {
		out = append(out, Sentence{"Nothing says who brought or took the money of " + count(len(cash), "payment") + " with one end outside the data, such as cash.", cash})
	}
	return out
}

// places are payments of which a country is missing.
func (w *writer) places() []Sentence {
	var evidence []string
	for _, p := range w.all() {
		if p.FromCountry == (spoor.Country{}) && p.From != (spoor.AccountID{}) || p.ToCountry == (spoor.Country{}) && p.To != (spoor.AccountID{}) {
			evidence = append(evidence, "payment "+p.Called())
		}
	}
	if len(evidence) == 0 {
		return nil
	}
	return []Sentence{{"The country of one account or both is not known of " + count(len(evidence), "payment") + ".", evidence}}
}

// looked names lawful explanations that fit the pattern. Whether one of them was
// looked into a program cannot tell, so that it says so only where none was.
func (w *writer) looked() (out []Sentence) {
	var seen []spoor.Typology
	for i := range w.in.Alerts {
		a := &w.in.Alerts[i]
		for _, t := range typologies(a) {
			p, ok := patterns[t]
			if !ok || slices.Contains(seen, t) {
				continue
			}
			seen = append(seen, t)
			name, _, _ := strings.Cut(p.what, ":")
			text := fmt.Sprintf("Lawful things that can look like %s: %s.", name, strings.Join(p.innocents, "; "))
			if len(w.in.Explanations) == 0 {
				text += " The case does not say that any of them was looked into."
			} else {
				text += " Those that were looked into are under “Other explanations”; of the others nothing is known."
			}
			out = append(out, Sentence{text, []string{"alert " + a.ID}})
		}
	}
	return out
}

// uncertain are assets that may be another's or something else.
func (w *writer) uncertain() (out []Sentence) {
	for i := range w.in.Assets {
		if a := &w.in.Assets[i]; a.Confidence < 1 {
			text := "How sure it is that asset " + clean(a.ID) + " is what and whose it is said to be, nobody has said."
			if a.Confidence > 0 {
				text = fmt.Sprintf("That asset %s is what and whose it is said to be is not certain: confidence %.0f %%.", clean(a.ID), 100*a.Confidence)
			}
			out = append(out, Sentence{text, []string{"asset " + a.ID}})
		}
	}
	return out
}
