package casefile

import (
	"fmt"
	"slices"
	"strings"

	"spoor"
	"spoor/draw/paper"
	"spoor/seal"
)

// maxPrinted is how many rows of a table are printed. A table that is longer says
// so, and where the rest is.
const maxPrinted = 1000

// printer puts a case on paper.
type printer struct {
	*paper.Doc
	f *File
}

// pdf is the case to read. The hash of the contents stands on every page.
func (f *File) pdf(contents []byte, key seal.Public) ([]byte, error) {
	hash := hexOf(contents)
	p := printer{f: f, Doc: paper.New(paper.Options{
		Title: "Case file " + f.ID, Subject: f.Title, Author: f.Authority, Lang: "en", At: f.At,
		Footer: fmt.Sprintf("Case %s, handling %s, contents SHA-256 %s", f.ID, f.Handling.Effective(), hash),
	})}
	p.cover(hash, key)
	for i, s := range p.sections() {
		p.Heading(1, fmt.Sprintf("%d. %s", i+1, s.title))
		if s.rows == 0 {
			p.Para("None.")
			continue
		}
		s.print()
	}
	return p.Bytes()
}

type section struct {
	title string
	rows  int
	print func()
}

func (p *printer) sections() []section {
	f := p.f
	return []section{
		{"Parties", len(f.Parties), p.parties},
		{"Facts", len(f.Facts), func() { p.statements(f.Facts) }},
		{"Assessments, which are not facts", len(f.Assessments), func() { p.statements(f.Assessments) }},
		{"Narrative", len(f.Narrative.Sections), p.narrative},
		{"Timeline", len(f.Timeline), p.timeline},
		{"Payments", len(f.Payments), p.payments},
		{"Assets", len(f.Assets), p.assets},
		{"Orders and what was done about them", len(f.Orders), p.orders},
		{"Limits of time", len(f.Clocks), p.clocks},
		{"Evidence", len(f.Evidence), p.evidence},
		{"Chain of custody", len(f.Custody), p.custody},
		{"Attachments", len(f.Attachments), p.attachments},
		{"Who looked at the case", len(f.Access), p.access},
		{"What it was made with", 1, p.made},
	}
}

func (p *printer) cover(hash string, key seal.Public) {
	f := p.f
	p.Heading(1, "Case file "+f.ID)
	p.Para(f.Title)
	p.Space(4)
	p.Fields(
		[2]string{"Authority", f.Authority},
		[2]string{"Purpose", string(f.Purpose)},
		[2]string{"Legal basis", f.LegalBasis},
		[2]string{"Handling code", string(f.Handling.Effective()) + ": " + handling[f.Handling.Effective()]},
		[2]string{"Exported", shown(f.At) + " by " + f.By},
		[2]string{"Journal", fmt.Sprintf("entry %d, hash %s", f.Journal.Entry, hexOf(f.Journal.Hash))},
	)
	p.Space(4)
	p.Box("What this is, and how to check it", func() {
		p.Para("This is a case as it stood at the time of export, in words and tables. It comes in an archive with the same case as data and with its attachments. The archive is sealed: a list of all files with their SHA-256 is signed by the authority's node.")
		p.Para("To check all of it, run “spoor verify” with the archive: it needs no node. To check with common tools, unpack it and run “sha256sum -c sha256sums.txt”. A print of this document belongs to the archive if the hash at the foot of every page is the one that “spoor verify” names as the hash of the contents.")
		p.Field("Hash of the contents", hash)
		p.Field("Signed with key", key.ID())
		p.Small(key.String())
	})
	p.Space(4)
	p.Para("Facts and assessments are kept apart (Dir. (EU) 2016/680 Art 7). What a program found is an assessment. Everybody who is named is presumed innocent until proved guilty according to law (Charter of Fundamental Rights Art 48).")
	p.Heading(2, "Contents")
	var rows [][]string
	for i, s := range p.sections() {
		rows = append(rows, []string{fmt.Sprint(i + 1), s.title, count(s.rows)})
	}
	rows[len(rows)-1][2] = ""
	p.Table([]string{"No", "Part", "Rows"}, rows, 12, 130, 28)
	p.NewPage()
}

var handling = map[spoor.Handling]string{
	spoor.H0: "only to prevent and combat crime", spoor.H1: "not in judicial proceedings without permission of who gave it",
	spoor.H2: "no dissemination without permission of who gave it", spoor.H3: "other restrictions, in words",
}

func count(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

// shown is a time as a court reads it.
func shown(t spoor.Instant) string {
	if t == 0 {
		return ""
	}
	return t.Time().Format("2006-01-02 15:04:05") + " UTC"
}

func money(m spoor.Money) string {
	switch {
	case m.Currency == spoor.XXX:
		return ""
	case m.Currency.Scale() > 2:
		return m.String()
	}
	return m.Grouped()
}

// table prints at most maxPrinted rows and says where the others are.
func (p *printer) table(where string, n int, row func(int) []string, head []string, widths ...float64) {
	var rows [][]string
	for i := range min(n, maxPrinted) {
		rows = append(rows, row(i))
	}
	p.Table(head, rows, widths...)
	if n > maxPrinted {
		p.Para(fmt.Sprintf("These are the first %d of %d; all are in %s.", maxPrinted, n, where))
	}
}

func (p *printer) parties() {
	for _, x := range p.f.Parties {
		p.Heading(2, x.ID+" "+x.Name())
		var names, births, countries, accounts []string
		for _, n := range x.Names[min(1, len(x.Names)):] {
			names = append(names, n.Full)
		}
		for _, d := range x.Births {
			text, _ := d.MarshalText()
			births = append(births, string(text))
		}
		for _, c := range x.Countries {
			countries = append(countries, c.String())
		}
		for _, a := range x.Accounts {
			accounts = append(accounts, a.String())
		}
		var numbers []string
		for _, i := range x.Identifiers {
			numbers = append(numbers, strings.TrimSpace(fmt.Sprintf("%s %s %s", i.Kind, i.Value, i.Country)))
		}
		p.fields([][2]string{
			{"Kind", x.Kind.String()}, {"Category (Art 6)", string(x.Category)}, {"Other names", strings.Join(names, "; ")},
			{"Born or founded", strings.Join(births, " or ")}, {"Place of birth", x.BirthPlace}, {"Countries", strings.Join(countries, ", ")},
			{"Addresses", strings.Join(x.Addresses, "; ")}, {"Numbers", strings.Join(numbers, "; ")}, {"Accounts", strings.Join(accounts, "; ")},
		})
	}
}

// fields prints those that say something.
func (p *printer) fields(rows [][2]string) {
	p.Fields(slices.DeleteFunc(rows, func(r [2]string) bool { return r[1] == "" })...)
}

func (p *printer) statements(all []Statement) {
	p.table(caseName, len(all), func(i int) []string {
		s := all[i]
		return []string{s.ID, s.Text, strings.TrimSpace(s.By + " " + shown(s.At)), string(s.Evaluation), strings.Join(s.Evidence, ", ")}
	}, []string{"Id", "Text", "By, at", "4x4", "Evidence"}, 18, 78, 34, 12, 28)
}

func (p *printer) narrative() {
	nature := map[string]string{"fact": " (fact)", "assessment": " (assessment, not fact)", "open": " (open)"}
	if p.f.Narrative.Mark != "" {
		p.Box("What this text is", func() { p.Para(p.f.Narrative.Mark) })
	}
	for _, s := range p.f.Narrative.Sections {
		p.Heading(2, s.Heading+nature[s.Nature])
		for _, paragraph := range s.Paragraphs {
			p.Para(words(paragraph))
		}
	}
}

// words puts the evidence after each sentence: the first of it, and how much more.
func words(paragraph []Sentence) string {
	var out []string
	for _, x := range paragraph {
		text := x.Text
		if n := len(x.Evidence); n > 0 {
			more := ""
			if n > 6 {
				more = fmt.Sprintf(" and %d more", n-6)
			}
			text += " [" + strings.Join(x.Evidence[:min(n, 6)], ", ") + more + "]"
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func (p *printer) timeline() {
	p.table(timelineName, len(p.f.Timeline), func(i int) []string {
		m := p.f.Timeline[i]
		return []string{shown(m.At), shown(m.Known), m.What, strings.Join(m.Evidence, ", ")}
	}, []string{"When it was", "When it became known", "What", "Evidence"}, 34, 34, 72, 30)
}

func (p *printer) payments() {
	end := func(a spoor.AccountID, name string, c spoor.Country) string {
		if a == (spoor.AccountID{}) {
			return "outside the data"
		}
		return strings.TrimSpace(a.String() + " " + name + " " + c.String())
	}
	p.table(paymentsName, len(p.f.Payments), func(i int) []string {
		x := p.f.Payments[i]
		amount := money(x.Paid)
		if x.Received != x.Paid {
			amount += ", arrived as " + money(x.Received)
		}
		return []string{x.ID, shown(x.Time), end(x.From, x.FromName, x.FromCountry), end(x.To, x.ToName, x.ToCountry), amount, strings.TrimSpace(x.Channel + " " + x.Purpose)}
	}, []string{"Id", "Time", "From", "To", "Amount", "How, purpose"}, 20, 26, 40, 40, 24, 20)
}

func (p *printer) assets() {
	p.table(caseName, len(p.f.Assets), func(i int) []string {
		a := p.f.Assets[i]
		what := []string{string(a.Kind)}
		for _, s := range []string{a.Description, accountText(a.Account), a.Identifier.Value, a.Place, a.Country.String()} {
			if s != "" {
				what = append(what, s)
			}
		}
		return []string{a.ID, strings.Join(what, ", "), a.Owner, money(a.Value), money(a.Traced), fmt.Sprintf("%.0f %%", 100*a.Confidence), a.Source}
	}, []string{"Id", "What and where", "Owner", "Worth", "Traced", "Sure", "Known from"}, 16, 52, 18, 26, 26, 12, 20)
}

func (p *printer) orders() {
	for _, o := range p.f.Orders {
		p.Heading(2, o.ID+": "+o.Kind)
		states := strings.Trim(o.Issuing.String()+" to "+o.Executing.String(), " to")
		p.fields([][2]string{{"State", o.State}, {"Authority", o.Authority}, {"Issuing and executing state", states}, {"Legal basis", o.LegalBasis},
			{"Amount", money(o.Amount)}, {"Assets", strings.Join(o.Assets, ", ")}})
		p.table(caseName, len(o.Steps), func(i int) []string {
			s := o.Steps[i]
			return []string{shown(s.At), s.What, s.Article, s.By, s.Why}
		}, []string{"At", "What", "Article", "By", "Why"}, 34, 42, 34, 26, 34)
	}
}

func (p *printer) clocks() {
	p.table(caseName, len(p.f.Clocks), func(i int) []string {
		c := p.f.Clocks[i]
		ended := "running"
		switch {
		case c.Ended > c.Due:
			ended = shown(c.Ended) + ", after it was due"
		case c.Ended != 0:
			ended = shown(c.Ended) + ", in time"
		}
		return []string{c.Order, c.Name, c.Article, shown(c.Started), shown(c.Due), ended, c.Shown}
	}, []string{"Order", "Limit", "Article", "Started", "Due", "Ended", "How it was counted"}, 18, 24, 24, 24, 24, 24, 32)
}

func (p *printer) evidence() {
	p.table(caseName, len(p.f.Evidence), func(i int) []string {
		e := p.f.Evidence[i]
		return []string{e.ID, e.Title, e.Source, shown(e.Event), shown(e.Found), strings.TrimSpace(string(e.Handling) + " " + string(e.Evaluation)), hexOf(e.SHA256)}
	}, []string{"Id", "What", "From", "Of", "Taken in", "Code", "SHA-256"}, 14, 34, 26, 24, 24, 12, 36)
}

func (p *printer) custody() {
	p.table(caseName, len(p.f.Custody), func(i int) []string {
		c := p.f.Custody[i]
		return []string{c.Evidence, shown(c.At), c.By, c.What, c.Why}
	}, []string{"Evidence", "At", "By", "What", "Why"}, 24, 36, 36, 34, 40)
}

func (p *printer) attachments() {
	p.table(caseName, len(p.f.Attachments), func(i int) []string {
		a := p.f.Attachments[i]
		stored := a.Stored
		if stored == "" {
			stored = "kept by the authority"
		}
		return []string{a.Name, a.Media, a.Evidence, fmt.Sprint(a.Size), stored, hexOf(a.SHA256)}
	}, []string{"Name", "Media type", "Evidence", "Bytes", "In the archive as", "SHA-256"}, 32, 24, 18, 18, 38, 40)
}

func (p *printer) access() {
	p.table(caseName, len(p.f.Access), func(i int) []string {
		a := p.f.Access[i]
		what := a.Action + " " + a.Kind
		if !a.Allowed {
			what += ", refused"
		}
		return []string{shown(a.At), a.By, a.Authority, what, string(a.Purpose), a.Why, a.Recipient}
	}, []string{"At", "Who", "Authority", "What", "Purpose", "Why", "Given to"}, 26, 24, 26, 24, 24, 28, 18)
}

func (p *printer) made() {
	var names []string
	for k := range p.f.Versions {
		names = append(names, k)
	}
	slices.Sort(names)
	var rows [][2]string
	for _, k := range names {
		rows = append(rows, [2]string{k, p.f.Versions[k]})
	}
	rows = append(rows, [2]string{"journal entry", fmt.Sprint(p.f.Journal.Entry)}, [2]string{"journal hash", hexOf(p.f.Journal.Hash)}, [2]string{"journal read", shown(p.f.Journal.At)})
	p.fields(rows)
}
