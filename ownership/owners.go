package ownership

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"spoor"
	"spoor/ownership/internal/book"
)

// Owners finds the beneficial owners of a party. Errors wrap ErrUnknown,
// ErrPerson or ErrThreshold.
func (b *Book) Owners(id string, o Options) (*Result, error) {
	party, o, err := b.ask(id, o)
	if err != nil {
		return nil, err
	}
	if b.b.At(party).Kind == spoor.Person {
		return nil, fmt.Errorf("%w: %s", ErrPerson, id)
	}
	q := &inquiry{graph: b.graph(party, true, o), o: o}
	q.r = &Result{Of: q.Ref(0), At: o.At, Threshold: o.Threshold, Parties: len(q.Nodes), Owners: []Owner{}, Others: []Owner{},
		Managers: []Manager{}, Ends: []End{}, Cycles: [][]Ref{}, Contradictions: []Step{}, Notes: []string{}}
	q.flows()
	q.persons()
	q.above()
	q.conclude()
	q.ends()
	q.circles()
	q.remarks()
	q.managers()
	return q.r, nil
}

// inquiry is one question for owners. Its party is node 0.
type inquiry struct {
	*graph
	o     Options
	r     *Result
	least []float64 // fractions of the party's shares that pass through each node
	most  []float64
	votes [2][]float64
	known float64     // fraction that is known to end in one node or another
	found []candidate // natural persons
	guide []float64   // see [graph.reach]
}

// candidate is a natural person above the party.
type candidate struct {
	node int32
	Owner
}

func (q *inquiry) flows() {
	from := []int32{0}
	q.least, q.most = q.flow(ownLeast, from, nil), q.flow(ownMost, from, nil)
	q.votes = [2][]float64{q.least, q.most}
	if q.Voted {
		q.votes = [2][]float64{q.flow(voteLeast, from, nil), q.flow(voteMost, from, nil)}
	}
	q.guide = q.reach(0)
}

// final reports whether what arrives at a node stays there.
func (q *inquiry) final(n int32) bool {
	v := &q.Nodes[n]
	return v.Person || v.Nature == State || len(q.In[n]) == 0
}

// bounds are the shares of a node: its most is also bounded by what is known to
// be in other hands.
func (q *inquiry) bounds(n int32, least, most []float64, known float64) Range {
	r := book.Between(percent(least[n]), percent(most[n]))
	if q.final(n) {
		r.Most = min(r.Most, 100-percent(known-least[n]))
	}
	return book.Between(r.Least, max(r.Least, r.Most))
}

// known sums up what is sure to end in one node or another.
func (q *inquiry) sum(least []float64) (known float64) {
	for n := range least {
		if q.final(int32(n)) {
			known += least[n]
		}
	}
	return known
}

// persons finds the natural persons above the party, their shares, and what
// they control.
func (q *inquiry) persons() {
	q.known = q.sum(q.least)
	known := q.sum(q.votes[0])
	for n := range int32(len(q.Nodes)) {
		v := &q.Nodes[n]
		if !v.Person || v.Nature == Hidden {
			continue
		}
		c := candidate{node: n, Owner: Owner{Ref: q.Ref(n)}}
		c.Own = q.bounds(n, q.least, q.most, q.known)
		c.Vote = q.bounds(n, q.votes[0], q.votes[1], known)
		q.shares(&c)
		q.control(&c)
		q.found = append(q.found, c)
	}
}

// shares gives the grounds of Art 52(1).
func (q *inquiry) shares(c *candidate) {
	for _, f := range []struct {
		share Range
		what  string
	}{{c.Own, "of it"}, {c.Vote, "of its votes"}} {
		switch t := q.o.Threshold - book.Closeness; {
		case f.what == "of its votes" && compare(c.Vote, c.Own) == 0:
		case f.share.Least >= t:
			c.because("52(1)", "has "+f.share.String()+" "+f.what, true)
		case f.share.Unknown():
			c.because("52(1)", "has a share "+f.what+" that is not known", false)
		case f.share.Most >= t:
			c.because("52(1)", "may have "+f.share.String()+" "+f.what, false)
		}
	}
}

func (o *Owner) because(article, text string, certain bool) {
	o.Grounds = append(o.Grounds, Ground{article, text, certain})
	o.Certain = o.Certain || certain
}

// control gives the grounds of Art 53, 54(a) and 58.
func (q *inquiry) control(c *candidate) {
	if q.mayControl(c.node, Yes) {
		k := q.controlled([]int32{c.node}, Yes, majority)
		if k.held[0] {
			chain := q.chain(k, 0)
			c.Control, c.ControlChain = Yes, &chain
			c.because(articleOf(&chain), q.controls(&chain, k), true)
			return
		}
		if len(k.held) > 1 {
			q.attribute(c, k)
		}
	}
	if majority(c.Own.Least, c.Vote.Least) {
		c.Control = Yes
		c.because("53(2)", "has more than half of it, all chains together", true)
	}
	if c.Control == Yes || !q.mayControl(c.node, Possible) {
		return
	}
	if q.work < 0 {
		c.Control = Possible
		c.because("53", "may control it: the search was ended before this was known", false)
		return
	}
	if k := q.controlled([]int32{c.node}, Possible, majority); k.held[0] {
		chain := q.chain(k, 0)
		c.Control = Possible
		if c.ControlChain == nil {
			c.ControlChain = &chain
		}
		if article := articleOf(&chain); article != "53(2)" || len(c.Grounds) == 0 {
			c.because(article, "may control it "+words(&chain), false)
		}
	}
}

// attribute takes a person and all it controls as one owner.
func (q *inquiry) attribute(c *candidate, k grip) {
	if q.work -= len(q.Nodes) + len(q.Links); q.work < 0 {
		return
	}
	// By what those controlled hold of what is not controlled.
	through := q.flow(ownLeast, []int32{0}, k.held)
	total, largest := 0.0, c.node
	for n := range k.held {
		total += through[n]
		if n != c.node && (through[n] > through[largest] || largest == c.node || through[n] == through[largest] && n < largest) {
			largest = n
		}
	}
	if percent(total) <= c.Own.Least+1e-6 {
		return
	}
	if c.Attributed = percent(total); c.Attributed < q.o.Threshold-book.Closeness || c.Own.Least >= q.o.Threshold-book.Closeness {
		return
	}
	chain := q.chain(k, largest)
	c.ControlChain = &chain
	if articleOf(&chain) == "58" {
		c.because("58", fmt.Sprintf("%s, which has %s of it", role(&chain), Exact(c.Attributed)), true)
		return
	}
	var holders []string
	for n := range int32(len(through)) {
		if through[n] > 0 && k.held[n] {
			holders = append(holders, q.Ref(n).Name)
		}
	}
	c.because("54(a)", fmt.Sprintf("has %s of it together with holders that it controls %s: %s", Exact(c.Attributed), words(&chain), strings.Join(few(holders), ", ")), true)
}

// few cuts a long list of names.
func few(names []string) []string {
	const most = 5
	if len(names) > most {
		return append(names[:most:most], fmt.Sprintf("%d more", len(names)-most))
	}
	return names
}

// controls says how a person controls the party.
func (q *inquiry) controls(c *Chain, k grip) string {
	if articleOf(c) == "58" {
		return role(c) + ", which controls it"
	}
	text := "controls it " + words(c)
	if l := &q.Links[k.by[0]]; l.Control < Yes && !majority(l.Own.Least, l.Vote.Least) {
		text += ", together with others that it controls"
	}
	return text
}

// role says what a person is of the first trust in a chain.
func role(c *Chain) string {
	var through []string
	for i, s := range c.Steps {
		if i > 0 {
			through = append(through, s.From.Name)
		}
		for _, m := range s.Means {
			if !strings.HasPrefix(m, book.Names[book.ByTrust]) {
				continue
			}
			what := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(m, book.Names[book.ByTrust]), " ("), ")")
			if what == "" {
				what = "party"
			}
			text := fmt.Sprintf("is %s of the trust %s", what, s.To.Name)
			if len(through) > 0 {
				text += " through " + strings.Join(few(through), ", ")
			}
			return text
		}
	}
	return ""
}

// articleOf names the article under which a chain of control falls.
func articleOf(c *Chain) string {
	article := "53(2)"
	for _, s := range c.Steps {
		for _, m := range s.Means {
			switch {
			case strings.HasPrefix(m, book.Names[book.ByTrust]):
				return "58"
			case strings.HasPrefix(m, book.Names[book.ByControl]), strings.HasPrefix(m, book.Names[book.ByUnknown]), m == book.Names[book.ByNominator]:
				article = "53(3)-(4)"
			}
		}
	}
	return article
}

// words says how a chain of control goes.
func words(c *Chain) string {
	var through, means []string
	for i, s := range c.Steps {
		if i > 0 {
			through = append(through, s.From.Name)
		}
		for _, m := range s.Means {
			if !slices.Contains(means, m) {
				means = append(means, m)
			}
		}
	}
	text := "by " + strings.Join(means, ", ")
	if len(through) > 0 {
		text += " through " + strings.Join(few(through), ", ")
	}
	return text
}

// mostControllers bounds how many controlling parties are looked at for the
// owners of each.
const mostControllers = 64

// above gives the grounds of Art 54(b): an ownership interest in a party that
// controls the one that is asked for.
func (q *inquiry) above() {
	looked := 0
	for n := range int32(len(q.Nodes)) {
		if n == 0 || q.Nodes[n].Person || len(q.In[n]) == 0 || !q.mayControl(n, Yes) {
			continue
		}
		if !q.controlled([]int32{n}, Yes, majority).held[0] {
			continue
		}
		if q.work -= len(q.Nodes) + len(q.Links); looked == mostControllers || q.work < 0 {
			q.note("more than %d parties control it: Art 54(b) was not examined for all of them", looked)
			return
		}
		looked++
		shares, votes := q.flow(ownLeast, []int32{n}, nil), []float64(nil)
		if q.Voted {
			votes = q.flow(voteLeast, []int32{n}, nil)
		}
		for i := range q.found {
			c := &q.found[i]
			share := percent(shares[c.node])
			if votes != nil {
				share = max(share, percent(votes[c.node]))
			}
			if share >= q.o.Threshold-book.Closeness && !c.Certain {
				c.because("54(b)", fmt.Sprintf("has %s of %s, which controls it", Exact(share), q.Ref(n).Name), true)
			}
		}
	}
}

func (q *inquiry) note(format string, args ...any) {
	q.r.Notes = append(q.r.Notes, fmt.Sprintf(format, args...))
}

// conclude sorts the persons and describes those that are listed.
func (q *inquiry) conclude() {
	slices.SortStableFunc(q.found, func(a, b candidate) int {
		return cmp.Or(-cmp.Compare(standing(&a), standing(&b)), -compare(a.Own, b.Own), -compare(a.Vote, b.Vote), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	counts, ok := q.count(0, q.net(ownMost, nil).Parts([]int32{0}))
	for i := range q.found {
		c := &q.found[i]
		list := &q.r.Owners
		if c.Certain {
			c.Grounds = slices.DeleteFunc(c.Grounds, func(g Ground) bool { return !g.Certain })
		}
		if len(c.Grounds) == 0 {
			list = &q.r.Others
		}
		if len(*list) == q.o.MaxListed {
			q.r.Left++
			continue
		}
		if ok {
			c.Chains, _ = q.chains(c.node, 0, q.guide, q.o.MaxChains)
			c.ChainCount = int(counts[c.node])
		} else {
			q.grown(c)
		}
		*list = append(*list, c.Owner)
	}
}

// mostSummed is how many chains are added up to show what a circle does.
const mostSummed = 100

// grown gives a person's chains where there are circles. What the chains give
// together is less than the person has where some of it goes round: it is told
// where all chains are known.
func (q *inquiry) grown(c *candidate) {
	list, all := q.chains(c.node, 0, q.guide, max(q.o.MaxChains, mostSummed))
	sum := Range{}
	for _, x := range list {
		sum = sum.Plus(x.Share)
	}
	c.Chains = list[:min(len(list), q.o.MaxChains)]
	const visible = 0.005 // shares are shown to a hundredth
	if !all || sum.IsZero() || sum.Least+visible > c.Own.Least {
		return
	}
	c.Chained = sum
	for i := range c.Grounds {
		if g := &c.Grounds[i]; g.Article == "52(1)" && strings.HasSuffix(g.Text, "of it") {
			g.Text += fmt.Sprintf(": %s of %s, grown to %s by the circle", sum, q.Ref(0).Name, c.Own)
		}
	}
}

// standing orders owners: certain, possible, others.
func standing(c *candidate) int {
	switch {
	case c.Certain:
		return 2
	case len(c.Grounds) > 0:
		return 1
	}
	return 0
}
