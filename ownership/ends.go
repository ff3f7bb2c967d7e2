package ownership

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"spoor"
	"spoor/ownership/internal/book"
)

// slack is how much of a party's shares may be missing by rounding in sources.
const slack = 0.05

// ends lists where chains end other than in natural persons, and how much of
// the party that leaves unexplained.
func (q *inquiry) ends() {
	explained := Range{}
	for n := range int32(len(q.Nodes)) {
		v := &q.Nodes[n]
		passes := book.Between(percent(q.least[n]), percent(q.most[n]))
		switch {
		case v.Person && v.Nature != Hidden:
			explained = explained.Plus(passes)
			continue
		case v.Register.Trust:
			explained = explained.Plus(passes.Of(q.kept(n)))
			continue
		}
		e, share, left := q.end(n)
		if !left || share.Most*passes.Most < 1e-4 && n != 0 {
			continue
		}
		e.Ref = q.Ref(n)
		e.Share = book.Between(q.least[n]*share.Least, q.most[n]*share.Most)
		if math.IsNaN(e.Share.Least) || math.IsInf(e.Share.Least, 0) {
			e.Share.Least = 0
		}
		if math.IsNaN(e.Share.Most) {
			e.Share.Most = 0
		}
		e.Share.Most = max(e.Share.Least, min(e.Share.Most, 100-percent(q.known-q.stays(n))))
		if e.Why == InAState || e.Why == InPublic {
			explained = explained.Plus(e.Share)
		}
		if n > 0 && e.Share.Most < slack {
			continue
		}
		q.r.Ends = append(q.r.Ends, e)
	}
	q.r.Unexplained = book.Between(max(0, 100-explained.Most), max(0, 100-explained.Least))
	if q.r.Unexplained.Most < slack {
		q.r.Unexplained = Range{}
	}
	slices.SortStableFunc(q.r.Ends, func(a, b End) int {
		return cmp.Or(cmp.Compare(round(b.Share.Most), round(a.Share.Most)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	if extra := len(q.r.Ends) - q.o.MaxListed; extra > 0 {
		q.r.Ends, q.r.Left = q.r.Ends[:q.o.MaxListed], q.r.Left+extra
	}
}

// stays is the fraction that is known to end in a node.
func (q *inquiry) stays(n int32) float64 {
	if q.final(n) {
		return q.least[n]
	}
	return 0
}

// end says why chains end in a node, and with how much of the node's shares.
func (q *inquiry) end(n int32) (e End, share Range, ok bool) {
	v := &q.Nodes[n]
	all := Exact(100)
	switch {
	case v.Nature == State:
		return End{Why: InAState, Text: "belongs to a state" + q.why(n)}, all, true
	case v.Nature == Hidden && len(q.In[n]) == 0:
		return End{Why: InHidden, Text: "is not named by the source" + q.why(n)}, all, true
	case v.Key.Nominee() && len(q.In[n]) == 0:
		return End{Why: InNominee, Text: "holds for somebody who is not known"}, all, true
	case v.Cut && len(q.In[n]) == 0:
		return End{Why: AtLimit, Text: "its holders were not followed: a limit was reached"}, all, true
	case len(q.In[n]) == 0 && n > 0 && q.Book.At(v.Key.Party()).Kind == spoor.AnyParty:
		return End{Why: InUnknown, Text: "may be a natural person or not: the source does not say"}, all, true
	case v.Key.Nominee():
		return e, all, false
	}
	sum := Range{}
	for _, li := range q.In[n] {
		sum = sum.Plus(q.Links[li].Own)
	}
	share = book.Between(max(0, 100-sum.Most), max(0, 100-sum.Least))
	if share.Most < slack || v.Register.Over > 0 {
		return e, share, false
	}
	switch {
	case v.Cut:
		e = End{Why: AtLimit, Text: "not all of its holders were followed: a limit was reached"}
	case v.Nature == Listed:
		e = End{Why: InPublic, Text: "is listed: the rest is with the public" + q.why(n)}
	case len(q.In[n]) == 0:
		e = End{Why: InTheDark, Text: "no holder of it is known"}
	default:
		e = End{Why: InTheDark, Text: "its known holders do not explain all of it"}
	}
	return e, share, true
}

// kept is how much of a trust is not stated to be somebody's share.
func (q *inquiry) kept(n int32) Range {
	sum := 0.0
	for _, li := range q.In[n] {
		sum += q.Links[li].Own.Least
	}
	return book.Between(max(0, 100-sum), 100)
}

// why is what the source says of a mark.
func (q *inquiry) why(n int32) string {
	if said := q.Book.Why(q.Nodes[n].Key.Party()); said != "" {
		return " (" + said + ")"
	}
	return ""
}

// mostCycles is how many circles are listed.
const mostCycles = 20

// circles lists a circle of every strongly connected part, and self-holdings.
func (q *inquiry) circles() {
	net := q.net(ownMost, nil)
	for _, part := range slices.Backward(net.Parts([]int32{0})) {
		way := net.Circle(part)
		if len(way) == 0 {
			continue
		}
		if len(q.r.Cycles) == mostCycles {
			q.r.Left++
			continue
		}
		refs := make([]Ref, len(way))
		for i, n := range way {
			refs[i] = q.Ref(n)
		}
		q.r.Cycles = append(q.r.Cycles, refs)
		if kept := slices.ContainsFunc(part, func(n int32) bool { return math.IsInf(q.least[n], 1) }); kept {
			q.r.Ends = append(q.r.Ends, End{Ref: refs[0], Why: InACircle, Share: Exact(min(100, q.arrives(part))), Text: "the parties of a circle own each other, and nobody outside owns them"})
		}
	}
}

// arrives is how much of the party comes into a part from outside it.
func (q *inquiry) arrives(part []int32) (share float64) {
	if slices.Contains(part, 0) {
		share = 100
	}
	for _, n := range part {
		for _, li := range q.Out[n] {
			if l := &q.Links[li]; !slices.Contains(part, l.To) && !math.IsInf(q.least[l.To], 1) {
				share += q.least[l.To] * l.Own.Least
			}
		}
	}
	return share
}

// remarks says what the reader of a result must know.
func (q *inquiry) remarks() {
	for n := range int32(len(q.Nodes)) {
		v := &q.Nodes[n]
		if v.Register.Over > 0 && !v.Person {
			q.note("stated shares of %s add up to %s: at least one is wrong", q.Ref(n).Name, Exact(v.Register.Over))
		}
		if v.Key.Nominee() && len(q.In[n]) > 0 {
			q.note("%s holds as nominee for %s", q.Ref(n).Name, q.names(q.In[n]))
		}
		if v.Register.Trust {
			q.trust(n)
		}
		for _, s := range v.Register.Claims {
			q.claim(n, s)
		}
	}
	for li := range q.Links {
		if l := &q.Links[li]; l.Differ && len(q.r.Contradictions) < q.o.MaxListed {
			q.r.Contradictions = append(q.r.Contradictions, q.describe([]int32{int32(li)}).Steps[0])
		}
	}
	if q.Cut > 0 {
		q.note("holders were not all followed (of %d parties): a limit of %d parties or %d steps was reached", q.Cut, q.o.MaxParties, q.o.MaxDepth)
	}
	if q.work < 0 {
		q.note("the search for chains of control was ended: there are too many")
	}
	const mostNotes = 100
	if extra := len(q.r.Notes) - mostNotes; extra > 0 {
		q.r.Notes = append(q.r.Notes[:mostNotes], fmt.Sprintf("%d more notes", extra))
	}
}

func (q *inquiry) names(links []int32) string {
	var out []string
	for _, li := range links {
		out = append(out, q.Ref(q.Links[li].From).Name)
	}
	return strings.Join(out, ", ")
}

// trust says which parties of a trust are not known: all of them are its
// beneficial owners (Art 58(1)).
func (q *inquiry) trust(n int32) {
	var said string
	for _, s := range q.Nodes[n].Register.Stakes {
		said += strings.ToLower(strings.Join(s.Means, " ")) + " "
	}
	var missing []string
	for _, role := range []string{"settlor", "trustee", "beneficiar"} {
		if !strings.Contains(said, role) {
			missing = append(missing, strings.Replace(role, "beneficiar", "beneficiary", 1))
		}
	}
	if len(missing) > 0 {
		q.note("of the trust %s no %s is known", q.Ref(n).Name, strings.Join(missing, " and no "))
	}
}

// claim compares a stated indirect interest with what the chains give.
func (q *inquiry) claim(n int32, s book.Stake) {
	from, ok := q.graph.Find(s.Holder)
	if !ok || n != 0 || s.Own.IsZero() {
		return
	}
	if _, agrees := s.Own.Agree(q.bounds(from, q.least, q.most, q.known)); !agrees {
		q.note("a source says that %s has %s indirectly; the chains give %s", q.Ref(from).Name, s.Own, q.bounds(from, q.least, q.most, q.known))
	}
}

// mostManagers is how many who run a party are named.
const mostManagers = 50

// managers names those who run the party where no owner is certain: directors,
// and the directors of companies that are directors.
func (q *inquiry) managers() {
	if slices.ContainsFunc(q.r.Owners, func(o Owner) bool { return o.Certain }) {
		return
	}
	q.lead(q.Nodes[0].Key.Party(), q.Nodes[0].Register.Led, nil, map[int32]bool{})
}

func (q *inquiry) lead(party int32, leaders []book.Leader, through *Ref, seen map[int32]bool) {
	seen[party] = true
	for _, l := range leaders {
		ref := q.Book.Ref(book.KeyOf(l.Party, false))
		same := func(m Manager) bool { return m.ID == ref.ID && m.Role == l.Role }
		if len(q.r.Managers) == mostManagers || slices.ContainsFunc(q.r.Managers, same) {
			continue
		}
		q.r.Managers = append(q.r.Managers, Manager{Ref: ref, Role: l.Role, Source: l.Source, Through: through})
		const mostLevels = 5
		if ref.Kind != spoor.Person && !seen[l.Party] && len(seen) < mostLevels {
			q.lead(l.Party, q.Book.Register(book.KeyOf(l.Party, false), q.Day).Led, &ref, seen)
		}
	}
}
