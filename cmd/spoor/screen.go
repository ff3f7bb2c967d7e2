package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"

	"spoor"
	"spoor/draw/text"
	"spoor/format/lists"
	"spoor/screen"
	"spoor/screen/name"
)

type screenCmd struct {
	Names     []string `arg:"" optional:"" help:"Names to look for." name:"name"`
	In        string   `help:"Look for everyone in a CSV with a header (name or full_name, schema or kind, date_of_birth or birth, country or nationality, imo, iban, passport ...; commas, semicolons or tabs between), or for one name a line; - for standard input." placeholder:"FILE"`
	Lists     string   `help:"Folder with lists: OFAC's, the EU's, the UN's, FollowTheMoney, Spoor's own." placeholder:"DIR"`
	All       bool     `help:"With --in: a line for everyone without a hit, too, as proof of the search."`
	Threshold float64  `help:"The least score of a hit, above 0 and up to 1." default:"0.70"`
	Kind      string   `help:"What is looked for: person, organisation, vessel or aircraft. Default: any."`
	Birth     []string `help:"Date of birth or foundation: 1965, 1965-03, 1965-03-02 or 02.03.1965." placeholder:"DATE"`
	Country   []string `help:"Nationality, residence, registration or flag." placeholder:"CODE"`
	ID        []string `name:"id" help:"A number, such as imo:9187629 or passport:AB12345; with or without a name." placeholder:"KIND:VALUE"`
	Pairs     string   `help:"Compare the pairs of names in a CSV with the columns schema, name1 and name2; with is_match, measure, too." placeholder:"FILE"`
	Out       string   `help:"With --pairs: write row,score here. Else: write the hits here, one JSON object a line." placeholder:"FILE"`
	JSON      bool     `name:"json" help:"Write hits to standard output as JSON, one a line; with --pairs, the measures."`
}

// oldList is from which age on a list is warned about: lists change weekly.
const oldList = 7 * spoor.Day

func (c *screenCmd) Run(e *env) error {
	asked, err := c.check()
	if err != nil {
		return err
	}
	if c.Pairs != "" {
		return c.pairs(e)
	}
	numbers := map[spoor.Identifier]bool{} // doubted once, whatever the names beside them
	for i := range asked {
		if s := nameAsNumber(&asked[i]); s != "" {
			fmt.Fprintln(e.stderr, "note:", text.Clean(s))
		}
		for _, id := range asked[i].Identifiers {
			if s := doubt(id); s != "" && !numbers[id] {
				numbers[id] = true
				fmt.Fprintln(e.stderr, "warning:", text.Clean(s))
			}
		}
	}
	set, err := loadLists(e, c.Lists)
	if err != nil {
		return err
	}
	s := &screening{ix: screen.New(set.Listings(), set.Versions()), threshold: c.Threshold}
	if c.Out == "" {
		err = c.screen(e, s, asked, nil)
	} else {
		err = writeFile(c.Out, func(w io.Writer) error { return c.screen(e, s, asked, w) })
	}
	if err != nil {
		return err
	}
	w := e.stdout
	if c.JSON {
		w = e.stderr // standard output is for hits alone
	}
	showLists(w, set)
	return nil
}

// check refuses what does not go together and gives the parties asked for by
// flags.
func (c *screenCmd) check() ([]spoor.Party, error) {
	describes := len(c.Names)+len(c.Birth)+len(c.Country)+len(c.ID) > 0 || c.Kind != ""
	switch {
	case c.Threshold <= 0 || c.Threshold > 1:
		return nil, usage("--threshold: want more than 0 and at most 1")
	case c.Pairs != "" && (describes || c.In != "" || c.Lists != ""):
		return nil, usage("--pairs compares pairs alone: leave out names, --in and --lists")
	case c.All && (c.In == "" || c.JSON):
		return nil, usage("--all goes with --in, and not with --json: it writes lines for people to read")
	case c.Pairs == "" && c.Lists == "":
		return nil, usage("--lists DIR: say where the lists are")
	case c.Pairs == "" && c.In != "" && describes:
		return nil, usage("--in says whom to look for: leave out names and what describes them")
	case c.Pairs == "" && c.In == "" && len(c.Names)+len(c.ID) == 0:
		return nil, usage("say whom to look for: a name, --id KIND:VALUE or --in FILE")
	}
	if err := distinct([]string{c.In, c.Pairs}, []string{c.Out}); err != nil {
		return nil, err
	}
	return c.parties()
}

func (c *screenCmd) parties() (out []spoor.Party, err error) {
	var p spoor.Party
	var ok bool
	if p.Kind, ok = spoor.ParsePartyKind(c.Kind); !ok {
		return nil, usage(fmt.Sprintf("--kind %s: want person, organisation, vessel or aircraft", c.Kind))
	}
	for _, s := range c.Birth {
		found, ok := readDates(s)
		if !ok || len(found) == 0 {
			return nil, usage(fmt.Sprintf("--birth %s: want a date such as 1965, 1965-03, 1965-03-02 or 02.03.1965", s))
		}
		p.Births = append(p.Births, found...)
	}
	for _, s := range c.Country {
		found := lists.Countries(s)
		if len(found) == 0 {
			return nil, usage(fmt.Sprintf("--country %s: want an ISO 3166 code such as IT, or a name in English", s))
		}
		p.Countries = append(p.Countries, found...)
	}
	for _, s := range c.ID {
		id, err := lists.ParseIdentifier(s)
		if err != nil {
			return nil, usage("--id: " + err.Error())
		}
		p.Identifiers = append(p.Identifiers, id)
	}
	for _, n := range c.Names {
		named := p
		if named.Names = []spoor.Name{{Full: strings.TrimSpace(n)}}; named.Name() == "" {
			return nil, usage("a name is empty")
		}
		out = append(out, named)
	}
	if len(c.Names) == 0 && len(c.ID) > 0 {
		out = append(out, p)
	}
	return out, nil
}

// loadLists reads the lists. A file that is not a list and is not called as one
// is passed over with a note. To screen against a part of what was meant would
// clear people whom nobody looked for, so a broken list is the end.
func loadLists(e *env, dir string) (*lists.Set, error) {
	set, errs := lists.Load(dir, nil)
	for _, err := range errs {
		var p *spoor.Problem
		if errors.As(err, &p) && slices.Contains(set.Ignored, p.File) {
			fmt.Fprintln(e.stderr, "note:", text.Clean(p.Error()))
			continue
		}
		return nil, &spoor.Problem{File: dir, Reason: err.Error(), Fatal: true}
	}
	for i := range set.Lists {
		for _, p := range set.Lists[i].Problems {
			fmt.Fprintf(e.stderr, "warning: %s: %s\n", text.Clean(set.Lists[i].Name), text.Clean(p.Error()))
		}
	}
	if len(set.Lists) == 0 {
		return nil, &spoor.Problem{File: dir, Reason: "there is no list that Spoor knows in this folder", Fatal: true}
	}
	return set, nil
}

// screening searches and counts.
type screening struct {
	ix        *screen.Index
	threshold float64
	searched  int
	with      int
	took      time.Duration
}

// answer is a party with what was found.
type answer struct {
	party spoor.Party
	hits  []spoor.Hit
}

// search looks for several parties on all cores, in their order.
func (s *screening) search(parties []spoor.Party) []answer {
	start := time.Now()
	out := make([]answer, len(parties))
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(parties))
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := w; i < len(parties); i += workers {
				out[i] = answer{parties[i], s.one(&parties[i])}
			}
		}()
	}
	wg.Wait()
	s.took += time.Since(start)
	s.searched += len(out)
	for i := range out {
		s.with += one(len(out[i].hits) > 0)
	}
	return out
}

func (s *screening) one(p *spoor.Party) []spoor.Hit {
	if len(p.Names) > 0 {
		return s.ix.Search(p, s.threshold)
	}
	var hits []spoor.Hit
	for _, id := range p.Identifiers {
		hits = append(hits, s.ix.Identify(id)...)
	}
	return hits
}

// screen searches for the parties asked for or those in a file, and writes what
// it finds; to is the file for hits, or nil.
func (c *screenCmd) screen(e *env, s *screening, asked []spoor.Party, to io.Writer) error {
	tell := func(parties []spoor.Party) error {
		for _, a := range s.search(parties) {
			if err := c.write(e, to, &a); err != nil {
				return err
			}
		}
		return nil
	}
	if c.In == "" {
		return tell(asked)
	}
	in, err := openParties(c.In, e.stdin)
	if err != nil {
		return err
	}
	defer in.close()
	bar := newCounter(e, "screening")
	const together = 512
	for {
		batch, err := in.read(together)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			break
		}
		if err := tell(batch); err != nil {
			return err
		}
		_ = bar.Add(len(batch))
	}
	_ = bar.Finish()
	in.tell(e.stderr)
	if s.searched == 0 {
		return &spoor.Problem{File: in.file, Reason: "there is nobody in it to look for", Fatal: true}
	}
	sum := e.stdout
	if c.JSON {
		sum = e.stderr
	}
	fmt.Fprintf(sum, "\n%s searched: %s with hits, %s without a hit\n", text.Group(s.searched), text.Group(s.with), text.Group(s.searched-s.with))
	fmt.Fprintf(e.stderr, "%s searches a second\n", text.Group(int(float64(s.searched)/max(s.took.Seconds(), 1e-9))))
	return nil
}

// newCounter counts searches on a terminal.
func newCounter(e *env, what string) *progressbar.ProgressBar {
	w := io.Writer(io.Discard)
	if terminal(e) {
		w = e.stderr
	}
	return progressbar.NewOptions64(-1, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionSetItsString("searches"), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
}

func (c *screenCmd) write(e *env, to io.Writer, a *answer) error {
	if c.JSON {
		if err := writeHits(e.stdout, a.hits); err != nil {
			return err
		}
	} else if c.In == "" || c.All || len(a.hits) > 0 {
		showHits(e.stdout, a)
	}
	if to == nil {
		return nil
	}
	return writeHits(to, a.hits)
}

func writeHits(w io.Writer, hits []spoor.Hit) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range hits {
		if err := enc.Encode(&hits[i]); err != nil {
			return err
		}
	}
	return nil
}

// showHits writes what was found of one party: a line a hit, and under it what
// it rests on.
func showHits(w io.Writer, a *answer) {
	what := a.party.Name()
	for _, id := range a.party.Identifiers {
		what = strings.TrimPrefix(fmt.Sprintf("%s, %s %s", what, id.Kind, id.Value), ", ")
	}
	if len(a.hits) == 0 {
		fmt.Fprintf(w, "%s: no hit\n", text.Clean(what))
		return
	}
	fmt.Fprintf(w, "%s: %s\n", text.Clean(what), plural(len(a.hits), "hit"))
	for i := range a.hits {
		h := &a.hits[i]
		about := []string{h.Kind.String()}
		if h.Exact {
			about = append(about, "exact")
		}
		if h.Freezes {
			about = append(about, "freezes"+whoseLaw(h.List))
		}
		if len(h.Programmes) > 0 {
			about = append(about, strings.Join(h.Programmes, " "))
		}
		fmt.Fprintf(w, "  %.2f  %s  %s  %s  (%s)\n", h.Score, text.Clean(h.List), text.Clean(h.Entity), text.Clean(h.Name), text.Clean(strings.Join(about, ", ")))
		if h.About != "" {
			fmt.Fprintf(w, "        %s\n", text.Clean(h.About))
		}
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, p := range h.Pieces {
			fmt.Fprintf(t, "        %s\t%s\t%+.2f\t\n", text.Clean(p.What), text.Clean(sides(p)), p.Effect)
		}
		t.Flush()
	}
}

// whoseLaw says whose law a list is: a list that orders to freeze does not bind
// everybody.
func whoseLaw(list string) string {
	switch {
	case strings.HasPrefix(list, "OFAC "):
		return " (US law)"
	case list == "EU":
		return " (EU law)"
	case list == "UN":
		return " (UN)"
	}
	return ""
}

// sides says what of the query stands against what of the listing.
func sides(p spoor.Piece) string {
	switch {
	case p.Query == "" && p.Listed == "":
		return ""
	case p.Listed == "":
		return p.Query + " (not on the list)"
	case p.Query == "":
		return p.Listed + " (only on the list)"
	case p.Query == p.Listed:
		return p.Query
	}
	return p.Query + " ~ " + p.Listed
}

// mostFiles is how many files of a list are named.
const mostFiles = 10

// showLists says what was searched, and how old it is.
func showLists(w io.Writer, set *lists.Set) {
	now := spoor.At(time.Now())
	fmt.Fprintln(w, "\nSearched:")
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for i := range set.Lists {
		l := &set.Lists[i]
		age := spoor.Span(max(l.Age(now), 0)) + " old"
		if l.Undated {
			age = "does not say how old it is"
		}
		entries := text.Group(len(l.Listings)) + " entries"
		if len(l.Listings) == 1 {
			entries = "1 entry"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t\n", text.Clean(l.Name), entries, l.Version, age)
	}
	t.Flush()
	i := 0
	for line := range strings.Lines(table.String()) {
		fmt.Fprint(w, line)
		for k, file := range set.Lists[i].Files {
			if k == mostFiles {
				fmt.Fprintf(w, "    and %s\n", plural(len(set.Lists[i].Files)-k, "more file"))
				break
			}
			fmt.Fprintf(w, "    %s\n", text.Clean(file))
		}
		i++
	}
	for i := range set.Lists {
		if l := &set.Lists[i]; l.Age(now) > oldList {
			fmt.Fprintf(w, "warning: %s is of %s: fetch a newer one\n", text.Clean(l.Name), l.Published.Date())
		}
	}
}

// pairs compares labelled pairs of names.
func (c *screenCmd) pairs(e *env) error {
	rows, err := readPairs(c.Pairs)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		if _, err := io.WriteString(w, "row,score\n"); err != nil {
			return err
		}
		for i := range rows {
			if _, err := fmt.Fprintf(w, "%d,%.4f\n", i+1, rows[i].score); err != nil {
				return err
			}
		}
		return nil
	}
	if c.Out != "" {
		if err := writeFile(c.Out, write); err != nil {
			return err
		}
	} else if !c.JSON {
		if err := write(e.stdout); err != nil {
			return err
		}
	}
	m, labelled := measurePairs(rows, c.Threshold)
	switch {
	case c.JSON:
		return writeJSON(e.stdout, m)
	case labelled && c.Out != "":
		m.show(e.stdout)
	case labelled:
		m.show(e.stderr)
	}
	return nil
}

// pair is two names, how alike they are, and whether they are of one party.
type pair struct {
	score float64
	match spoor.Label
}

func readPairs(file string) (out []pair, err error) {
	f, err := openInput(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := newTable(file, f)
	if err != nil {
		return nil, err
	}
	for _, column := range []string{"schema", "name1", "name2"} {
		if !t.has(column) {
			return nil, &spoor.Problem{File: file, Line: 1, Field: column, Reason: "the column is missing: want schema, name1 and name2", Fatal: true}
		}
	}
	for t.next() {
		kind, _ := spoor.ParsePartyKind(t.get("schema"))
		p := pair{score: name.Compare(kind, t.get("name1"), t.get("name2")).Score}
		switch label := strings.ToLower(t.get("is_match")); label {
		case "":
		case "true", "1":
			p.match = spoor.Illicit
		case "false", "0":
			p.match = spoor.Licit
		default:
			return nil, t.problem("is_match", fmt.Sprintf("%q is not true or false", label))
		}
		out = append(out, p)
	}
	return out, t.err
}

// pairMeasures is how well scores tell pairs of one party from others.
type pairMeasures struct {
	Pairs     int     `json:"pairs"`
	Labelled  int     `json:"labelled"`
	Threshold float64 `json:"threshold"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

func measurePairs(rows []pair, threshold float64) (m pairMeasures, labelled bool) {
	m = pairMeasures{Pairs: len(rows), Threshold: threshold}
	var right, found, there float64
	for _, p := range rows {
		m.Labelled += one(p.match != spoor.Unlabelled)
		hit := p.score >= threshold && p.match != spoor.Unlabelled
		found += float64(one(hit))
		there += float64(one(p.match == spoor.Illicit))
		right += float64(one(hit && p.match == spoor.Illicit))
	}
	m.Precision, m.Recall = right/max(found, 1), right/max(there, 1)
	m.F1 = 2 * right / max(found+there, 1)
	return m, m.Labelled > 0
}

func (m *pairMeasures) show(w io.Writer) {
	fmt.Fprintf(w, "%s pairs at threshold %.2f: precision %.3f, recall %.3f, F1 %.3f\n", text.Group(m.Labelled), m.Threshold, m.Precision, m.Recall, m.F1)
}
