package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"spoor"
	"spoor/draw/text"
	"spoor/format/bods"
	"spoor/format/ftm"
	"spoor/ownership"
)

type ownersCmd struct {
	Files     []string `arg:"" name:"file" help:"Files or folders of FollowTheMoney entities or BODS statements, or - for standard input."`
	Of        string   `required:"" help:"Whose owners: an id, or a name." placeholder:"PARTY"`
	At        string   `help:"On this day (2006-01-02). Default: today."`
	Threshold float64  `help:"From how many percent of shares or votes on an owner is a beneficial owner." default:"25"`
	Holdings  bool     `help:"What PARTY owns and controls, instead of who owns it."`
	SkipBad   bool     `help:"Count, list and skip records that cannot be read."`
	Top       int      `help:"How many owners, holdings and ends to show." default:"20"`
	JSON      bool     `name:"json" help:"Write the result as JSON to standard output."`
}

func (c *ownersCmd) Run(e *env) error {
	at, err := instant("--at", c.At)
	if err != nil {
		return err
	}
	if c.At == "" {
		at = spoor.At(time.Now())
	}
	if c.Top < 1 {
		return usage("--top: want at least 1")
	}
	l := &ownersFiles{skipBad: c.SkipBad, book: ownership.NewBook(), bods: bods.NewCollection()}
	for _, name := range c.Files {
		if err := l.open(name, e.stdin); err != nil {
			return err
		}
	}
	if err := l.end(e.stderr, c.Files); err != nil {
		return err
	}
	id, err := choose(e.stderr, l.book, c.Of)
	if err != nil {
		return err
	}
	o := ownership.Options{At: at, Threshold: c.Threshold}
	if c.Holdings {
		h, err := l.book.Holdings(id, o)
		if err != nil {
			return usage(err.Error())
		}
		if c.JSON {
			return writeJSON(e.stdout, h)
		}
		showHoldings(e.stdout, h, c.Top)
		return nil
	}
	r, err := l.book.Owners(id, o)
	if errors.Is(err, ownership.ErrPerson) {
		return usage(err.Error() + ": --holdings shows what it owns")
	}
	if err != nil {
		return usage(err.Error())
	}
	if c.JSON {
		return writeJSON(e.stdout, r)
	}
	showOwners(e.stdout, r, c.Top)
	return nil
}

// choose finds the party that a person means, and lists them where it may be
// several.
func choose(w io.Writer, b *ownership.Book, name string) (id string, err error) {
	found := b.Find(name)
	switch len(found) {
	case 0:
		reason := fmt.Sprintf("no party has the id or the name %q", name)
		const mostNear = 5
		if near := b.Near(name, mostNear); len(near) > 0 {
			fmt.Fprintln(w, "Like it are:")
			for i := range near {
				fmt.Fprintf(w, "  %s  %s, %s\n", text.Clean(near[i].ID), text.Clean(near[i].Name()), near[i].Kind)
			}
		}
		return "", usage(reason)
	case 1:
		return found[0].ID, nil
	}
	for i, p := range found {
		if i == 20 {
			fmt.Fprintln(w, "…")
			break
		}
		fmt.Fprintf(w, "%s  %s, %s\n", text.Clean(p.ID), text.Clean(p.Name()), p.Kind)
	}
	return "", usage(fmt.Sprintf("%d parties fit %q: give the id of one", len(found), name))
}

// ownersFiles reads files of parties and interests into a book.
type ownersFiles struct {
	skipBad bool
	book    *ownership.Book
	bods    *bods.Collection
	read    int // files
	skipped int
	listed  []*spoor.Problem
	why     string // the last file of a folder was not read
	notes   []string
}

// note keeps what a reader left out or did not understand.
func (l *ownersFiles) note(file string, notes []string) {
	for _, n := range notes {
		l.notes = append(l.notes, file+": "+n)
	}
}

// open reads a file, all files of a folder, or standard input.
func (l *ownersFiles) open(name string, stdin io.Reader) error {
	if name == "-" {
		return l.stream("standard input", stdin, true)
	}
	info, err := os.Stat(name)
	if err == nil && info.IsDir() {
		return filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			return l.file(path, false)
		})
	}
	return l.file(name, true)
}

func (l *ownersFiles) file(name string, named bool) error {
	f, err := openInput(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return l.stream(name, f, named)
}

// stream reads a file of the format that its content is in. One that was named
// must be in one of them.
func (l *ownersFiles) stream(name string, src io.Reader, named bool) error {
	const head = 64 << 10
	buffered := bufio.NewReaderSize(src, head)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzip, err := gzip.NewReader(buffered)
		if err != nil {
			return &spoor.Problem{File: name, Reason: "its gzip data is broken: " + err.Error(), Fatal: true}
		}
		buffered = bufio.NewReaderSize(unzip, head)
	}
	begin, err := buffered.Peek(head)
	switch {
	case bods.Sniff(begin):
		l.read++
		r := bods.NewReader(name, buffered)
		err = l.statements(r)
		l.note(name, r.Notes())
		return err
	case ftm.Sniff(begin):
		l.read++
		r := ftm.NewInterests(name, buffered)
		err = l.entities(r)
		l.note(name, r.Notes())
		return err
	}
	problem := &spoor.Problem{File: name, Reason: "holds neither FollowTheMoney entities nor BODS statements", Fatal: true}
	switch {
	case err != nil && err != io.EOF:
		problem.Reason = "cannot be read: " + err.Error()
	case len(begin) == 0:
		problem.Reason = "is empty"
	}
	if named {
		return problem
	}
	l.why = problem.Error()
	return nil
}

// bad counts a problem where it may be skipped; else it is the end.
func (l *ownersFiles) bad(err error) error {
	var p *spoor.Problem
	if !errors.As(err, &p) || p.Fatal || !l.skipBad {
		return err
	}
	const mostListed = 20
	if l.skipped++; len(l.listed) < mostListed {
		l.listed = append(l.listed, p)
	}
	return nil
}

func (l *ownersFiles) statements(r *bods.Reader) error {
	for {
		s, err := r.Next()
		switch {
		case err == io.EOF:
			return nil
		case err == nil:
			l.bods.Add(s)
		default:
			if err = l.bad(err); err != nil {
				return err
			}
		}
	}
}

func (l *ownersFiles) entities(r *ftm.Interests) error {
	for {
		item, err := r.Next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			if err = l.bad(err); err != nil {
				return err
			}
		case item.Party != nil:
			l.book.AddParty(item.Party.Party)
			if item.Party.Schema == "PublicBody" {
				l.book.Mark(item.Party.ID, ownership.State, "")
			}
		default:
			if err := l.interest(item.Interest, item.Indirect); err != nil {
				return err
			}
		}
	}
}

func (l *ownersFiles) interest(i *spoor.Interest, indirect bool) error {
	if indirect {
		return l.book.AddIndirect(*i)
	}
	return l.book.AddInterest(*i)
}

// end puts the statements into the book and says what was skipped.
func (l *ownersFiles) end(w io.Writer, files []string) (err error) {
	if l.read == 0 {
		reason := "holds neither FollowTheMoney entities nor BODS statements"
		if l.why != "" {
			reason += "; " + l.why
		}
		return &spoor.Problem{File: strings.Join(files, ", "), Reason: reason, Fatal: true}
	}
	l.bods.Each(func(e bods.Entity) {
		l.book.AddParty(e.Party)
		switch {
		case e.State:
			l.book.Mark(e.ID, ownership.State, "")
		case e.Hidden:
			l.book.Mark(e.ID, ownership.Hidden, e.Why)
		case e.Listed:
			l.book.Mark(e.ID, ownership.Listed, "")
		}
	}, func(i bods.Interest) {
		if err == nil {
			err = l.interest(&i.Interest, i.Indirect)
		}
	})
	s := summary{skipped: uint64(l.skipped), listed: l.listed}
	s.tell(w)
	for _, n := range l.notes {
		fmt.Fprintln(w, "note:", text.Clean(n))
	}
	const most = 5
	first, count := l.book.Undescribed(most)
	for _, m := range first {
		in := m.Source
		if in == "" {
			in = "an interest"
		}
		fmt.Fprintf(w, "note: %s is named in %s but not described in the files\n", text.Clean(m.ID), text.Clean(in))
	}
	switch more := count - len(first); {
	case more == 1:
		fmt.Fprintln(w, "note: 1 more party is named and not described")
	case more > 1:
		fmt.Fprintf(w, "note: %s more parties are named and not described\n", text.Group(more))
	}
	return err
}

// showOwners tells a result on a terminal.
func showOwners(w io.Writer, r *ownership.Result, top int) {
	fmt.Fprintf(w, "Beneficial owners of %s on %s, from %s (Reg. (EU) 2024/1624 Art 52(1)), or by control (Art 53, 54, 58):\n\n", who(r.Of), r.At.Date(), ownership.Exact(r.Threshold))
	if len(r.Owners) == 0 {
		fmt.Fprintln(w, "none is known")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, o := range r.Owners {
		if i == 0 {
			fmt.Fprintln(t, "owner\tshares\tvotes\tcontrol\tcertain\tbecause\t")
		}
		if i == top {
			fmt.Fprintf(t, "… %d more\t\t\t\t\t\t\n", len(r.Owners)-top+r.Left)
			break
		}
		sure := "no"
		if o.Certain {
			sure = "yes"
		}
		for j, g := range o.Grounds {
			because := "Art " + g.Article + ": " + text.Clean(g.Text)
			if j == 0 {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t\n", who(o.Ref), o.Own, o.Vote, o.Control, sure, because)
			} else {
				fmt.Fprintf(t, "\t\t\t\t\t%s\t\n", because)
			}
		}
	}
	t.Flush()
	if tree := newOwnerTree(r, top); len(tree.under) > 0 {
		fmt.Fprintln(w, "\nHow they hold it:")
		tree.write(w)
	}
	showRest(w, r, top)
}

// section is a title with lines below it; nothing where there are none.
func section[T any](w io.Writer, top int, title string, list []T, line func(T) string) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", title)
	for i, x := range list {
		if i == top {
			fmt.Fprintf(w, "  … %d more\n", len(list)-top)
			break
		}
		fmt.Fprintln(w, " ", text.Clean(line(x)))
	}
}

func showRest(w io.Writer, r *ownership.Result, top int) {
	section(w, top, "No beneficial owner is certain. Those who manage it, to be named instead (Reg. (EU) 2024/1624 Art 63(4)), which does not make them owners", r.Managers, func(m ownership.Manager) string {
		s := who(m.Ref)
		if m.Role != "" {
			s += ", " + m.Role
		}
		if m.Through != nil {
			s += ", of the director " + who(*m.Through)
		}
		return s
	})
	section(w, top, "Persons with less", r.Others, func(o ownership.Owner) string {
		s := fmt.Sprintf("%s: %s", who(o.Ref), o.Own)
		if !o.Chained.IsZero() {
			s += fmt.Sprintf(", grown from %s by the circle", o.Chained)
		}
		return s
	})
	section(w, top, "Where chains end otherwise", r.Ends, func(e ownership.End) string { return fmt.Sprintf("%s: %s, %s", who(e.Ref), e.Share, e.Text) })
	section(w, top, "Circles, solved exactly", r.Cycles, func(c []ownership.Ref) string {
		var names []string
		for _, n := range c {
			names = append(names, who(n))
		}
		return strings.Join(append(names, names[0]), " → ")
	})
	section(w, top, "Sources contradict each other", r.Contradictions, func(c ownership.Step) string {
		return fmt.Sprintf("%s of %s: %s, by %s", who(c.From), who(c.To), c.Own, strings.Join(c.Sources, ", "))
	})
	if !r.Unexplained.IsZero() {
		fmt.Fprintf(w, "\nNot explained: %s of all shares\n", r.Unexplained)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "note:", text.Clean(n))
	}
}

// who names a party, with its id where that is something else.
func who(r ownership.Ref) string {
	s := r.Name
	if r.Nominee {
		s += " as nominee"
	}
	if r.ID != r.Name {
		s += " [" + text.Short(r.ID) + "]"
	}
	return text.Clean(s)
}

// ownerTree is the chains of the owners that are shown, put together from the
// party upwards.
type ownerTree struct {
	root  string
	under map[string][]ownership.Step // by the party that is held
	has   map[string]bool
}

func newOwnerTree(r *ownership.Result, top int) *ownerTree {
	t := &ownerTree{root: spot(r.Of), under: map[string][]ownership.Step{}, has: map[string]bool{}}
	for i, o := range r.Owners {
		if i == top {
			break
		}
		chains := o.Chains
		if o.ControlChain != nil {
			chains = append(chains[:len(chains):len(chains)], *o.ControlChain)
		}
		for _, c := range chains {
			for _, s := range c.Steps {
				if key := spot(s.From) + "\n" + spot(s.To); !t.has[key] {
					t.has[key] = true
					t.under[spot(s.To)] = append(t.under[spot(s.To)], s)
				}
			}
		}
	}
	return t
}

// spot tells a party from itself as a nominee.
func spot(r ownership.Ref) string { return fmt.Sprint(r.Nominee, r.ID) }

func (t *ownerTree) write(w io.Writer) { t.level(w, t.root, "", map[string]bool{}, new(int)) }

// mostTree is how many lines a tree has.
const mostTree = 200

func (t *ownerTree) level(w io.Writer, held, indent string, seen map[string]bool, lines *int) {
	steps := t.under[held]
	seen[held] = true
	for i, s := range steps {
		branch, next := "├─ ", "│  "
		if i == len(steps)-1 {
			branch, next = "└─ ", "   "
		}
		if *lines++; *lines > mostTree {
			if *lines == mostTree+1 {
				fmt.Fprintf(w, "%s… and more\n", indent)
			}
			return
		}
		line := fmt.Sprintf("%s, %s", who(s.From), text.Clean(strings.Join(s.Means, ", ")))
		if !s.Own.IsZero() {
			line = fmt.Sprintf("%s %s", s.Own, line)
		}
		if !s.Vote.IsZero() && s.Vote != s.Own {
			line += fmt.Sprintf(" (votes %s)", s.Vote)
		}
		if s.Indirect {
			line += " (indirectly, it is not known how)"
		}
		if s.Differ {
			line += " (sources differ)"
		}
		from := spot(s.From)
		again := seen[from] && len(t.under[from]) > 0
		if again {
			line += " ↑"
		}
		fmt.Fprintf(w, "%s%s%s\n", indent, branch, line)
		if !again {
			t.level(w, from, indent+next, seen, lines)
		}
	}
}

func showHoldings(w io.Writer, h *ownership.Held, top int) {
	fmt.Fprintf(w, "What %s owns and controls on %s:\n\n", who(h.By), h.At.Date())
	if len(h.Holdings) == 0 {
		fmt.Fprintln(w, "nothing is known")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, x := range h.Holdings {
		if i == 0 {
			fmt.Fprintln(t, "party\tshares\tvotes\tcontrol\tthrough\t")
		}
		if i == top {
			fmt.Fprintf(t, "… %d more\t\t\t\t\t\n", len(h.Holdings)-top+h.Left)
			break
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", who(x.Ref), x.Own, x.Vote, x.Control, through(x))
	}
	t.Flush()
	for _, n := range h.AsNominee {
		fmt.Fprintf(w, "held as nominee, for others: %s\n", who(n))
	}
	for _, n := range h.Notes {
		fmt.Fprintln(w, "note:", text.Clean(n))
	}
}

// through names what is in between, on the largest chain.
func through(x ownership.Holding) string {
	chain := x.ControlChain
	if len(x.Chains) > 0 {
		chain = &x.Chains[0]
	}
	var names []string
	if chain != nil {
		for _, s := range chain.Steps[1:] {
			names = append(names, who(s.From))
		}
	}
	if len(names) == 0 {
		return "directly"
	}
	return strings.Join(names, " → ")
}
