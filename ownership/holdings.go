package ownership

import (
	"cmp"
	"math"
	"slices"

	"spoor"
	"spoor/ownership/internal/book"
)

// Held is what a party owns and controls.
type Held struct {
	By        Ref           `json:"by"`
	At        spoor.Instant `json:"at,omitzero"`
	Holdings  []Holding     `json:"holdings"` // controlled first, then by share
	AsNominee []Ref         `json:"as_nominee"`
	Notes     []string      `json:"notes"`
	Parties   int           `json:"parties"` // that were looked at
	Left      int           `json:"left_off,omitempty"`
}

// Holding is one party that another owns part of or controls.
type Holding struct {
	Ref
	Own     Range    `json:"ownership"`
	Vote    Range    `json:"voting"`
	Control Strength `json:"control"`
	// Attributed is the share, at least, that the holder and all it controls
	// have together; 0 where it controls the party.
	Attributed   float64 `json:"attributed,omitempty"`
	Chains       []Chain `json:"chains"`
	ControlChain *Chain  `json:"control_chain,omitempty"`
}

// Holdings finds what a party owns and controls, directly and through others.
// What it holds as a nominee is not its own, and is listed apart. A party's
// share in itself, round a circle, is left out. Errors wrap ErrUnknown or
// ErrThreshold.
func (b *Book) Holdings(id string, o Options) (*Held, error) {
	party, o, err := b.ask(id, o)
	if err != nil {
		return nil, err
	}
	g := b.graph(party, false, o)
	h := &Held{By: g.Ref(0), At: o.At, Parties: len(g.Nodes), Holdings: []Holding{}, AsNominee: []Ref{}, Notes: []string{}}
	for _, p := range b.b.AsNominee(party, g.Day) {
		h.AsNominee = append(h.AsNominee, b.b.Ref(book.KeyOf(p, false)))
	}
	self := map[int32]bool{0: true}
	share := func(m measure) []float64 { return g.flow(m, []int32{0}, self) }
	least, most := share(ownLeast), share(ownMost)
	votes := [2][]float64{least, most}
	if g.Voted {
		votes = [2][]float64{share(voteLeast), share(voteMost)}
	}
	sure := g.controlled([]int32{0}, Yes, majority)
	may := g.controlled([]int32{0}, Possible, majority)
	together := least
	if len(sure.held) > 1 {
		var all []int32
		for n := range sure.held {
			all = append(all, n)
		}
		slices.Sort(all)
		together = g.flow(ownLeast, all, sure.held)
	}
	var found []held
	for n := int32(1); n < int32(len(g.Nodes)); n++ {
		x := held{node: n, Holding: Holding{Ref: g.Ref(n)}}
		x.Own, x.Vote = bounded(least[n], most[n]), bounded(votes[0][n], votes[1][n])
		switch {
		case sure.held[n]:
			chain := g.chain(sure, n)
			x.Control, x.ControlChain = Yes, &chain
		case majority(x.Own.Least, x.Vote.Least):
			x.Control = Yes
		case may.held[n]:
			chain := g.chain(may, n)
			x.Control, x.ControlChain = Possible, &chain
		}
		if x.Control != Yes && together[n] > least[n] {
			x.Attributed = percent(together[n])
		}
		if x.Own.IsZero() && x.Vote.IsZero() && x.Control == No && x.Attributed == 0 || x.Nominee {
			continue
		}
		found = append(found, x)
	}
	g.holdings(h, found, o)
	return h, nil
}

// held is a holding and its node.
type held struct {
	node int32
	Holding
}

func bounded(least, most float64) Range {
	return book.Between(percent(least), max(percent(least), percent(most)))
}

// holdings sorts what was found and describes what is listed.
func (g *graph) holdings(h *Held, found []held, o Options) {
	slices.SortStableFunc(found, func(x, y held) int {
		return cmp.Or(-cmp.Compare(x.Control, y.Control), -compare(x.Own, y.Own), -compare(x.Vote, y.Vote), cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	if len(found) > o.MaxListed {
		h.Left = len(found) - o.MaxListed
		found = found[:o.MaxListed]
	}
	for _, x := range found {
		x.Chains, _ = g.chains(0, x.node, g.reach(x.node), o.MaxChains)
		h.Holdings = append(h.Holdings, x.Holding)
	}
	if g.Cut > 0 || g.work < 0 {
		h.Notes = append(h.Notes, "not all holdings were followed: a limit was reached")
	}
}

// Owned is a party that listed parties own or control together.
type Owned struct {
	Ref
	// Share is what the listed parties, and those that they own or control,
	// hold of it directly.
	Share Range `json:"share"`
	// Half is true where they own half of it or more together, counting all
	// that a half-owned party has: the 50 % rule of OFAC (guidance of 13 August
	// 2014), and of the EU since the Council's best practices of 3 July 2024.
	// Else they control it by other means, which counts in the EU alone.
	Half bool `json:"half"`
	// Certain is false where that depends on shares that are not known, or on
	// means that no source names.
	Certain bool  `json:"certain"`
	Chain   Chain `json:"chain"` // the chief way from a listed party down to it
}

// OwnedBy finds the parties of which listed ones own half or more, together, or
// which they control: funds of those are to be treated as funds of the listed.
// It goes down from the listed parties, level by level, so that everything that
// a half-owned party has counts in full. Listed parties themselves are not in
// the result, which is sorted: certain ones first, then by id.
func (b *Book) OwnedBy(listed map[string]bool, at spoor.Instant) []Owned {
	b.b.Ready()
	var parties []int32
	for id := range listed {
		if n, ok := b.b.Lookup(id); ok && listed[id] {
			parties = append(parties, n)
		}
	}
	slices.Sort(parties)
	g := &graph{b.b.Graph(parties, false, book.DayOf(at), book.Limits{Parties: math.MaxInt32, Steps: math.MaxInt32}), math.MaxInt}
	from := make([]int32, len(parties))
	for i := range from {
		from[i] = int32(i)
	}
	shares := *g.Graph
	shares.Links = slices.Clone(g.Links)
	plain := &graph{&shares, math.MaxInt}
	for i := range plain.Links {
		l := &plain.Links[i]
		if l.Vote = l.Own; !slices.Contains(l.Means, book.Names[book.ByNominator]) {
			l.Control = No
		}
	}
	grips := []struct {
		g       *graph
		sure    Strength
		half    bool
		certain bool
	}{{plain, Yes, true, true}, {g, Yes, false, true}, {plain, Possible, true, false}, {g, Possible, false, false}}
	var out []Owned
	seen := map[int32]bool{}
	for _, n := range from {
		seen[n] = true
	}
	for _, x := range grips {
		k := x.g.controlled(from, x.sure, half)
		var list []int32
		for n := range k.held {
			if !seen[n] {
				seen[n] = true
				list = append(list, n)
			}
		}
		slices.SortFunc(list, func(a, b int32) int { return cmp.Compare(x.g.Ref(a).ID, x.g.Ref(b).ID) })
		for _, n := range list {
			if g.Nodes[n].Key.Nominee() {
				continue
			}
			share := k.shares[n]
			out = append(out, Owned{Ref: g.Ref(n), Share: book.Between(share.Least, min(share.Most, 100)), Half: x.half, Certain: x.certain, Chain: x.g.chain(k, n)})
		}
	}
	return out
}
