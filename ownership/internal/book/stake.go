package book

import (
	"cmp"
	"slices"
	"strings"
)

// Key is a node of the graph: a party as itself, or as a nominee for others.
type Key int32

// KeyOf is the node of a party.
func KeyOf(party int32, nominee bool) Key {
	k := Key(party) << 1
	if nominee {
		k |= 1
	}
	return k
}

// Party is the place of the party.
func (k Key) Party() int32 { return int32(k >> 1) }

// Nominee reports whether it stands for what the party holds for others.
func (k Key) Nominee() bool { return k&1 == 1 }

// Stake is all that one holder has directly in one party, put together from
// the statements about it.
type Stake struct {
	Holder    Key
	Own, Vote Range
	Control   Strength // other than by shares and votes
	Trust     bool     // a part in a trust
	Means     []string // in words
	Sources   []string
	Differ    bool // the statements contradict each other
	Indirect  bool // what is in between is not known
	Voted     bool // votes are stated apart from shares
}

// Register is what is known of the holders of one party on a day.
type Register struct {
	Stakes []Stake
	Claims []Stake  // what sources call indirect
	Over   float64  // sum of stated shares above 100 %, else zero
	Trust  bool     // it has settlors, trustees, protectors or beneficiaries
	Led    []Leader // those who direct it
}

// Leader is one who directs a party.
type Leader struct {
	Party        int32
	Role, Source string
}

// asNominee reports whether a party holds for others where its interests do
// not say so one by one: somebody stands behind it and none of its holdings is
// marked as a nominee's.
func (b *Book) asNominee(party, day int32) bool {
	if !b.nominee[party] {
		return false
	}
	behind := slices.ContainsFunc(b.into.of(party), func(k int32) bool {
		i := &b.interests[k]
		return i.means == ByNominator && i.live(day)
	})
	return behind && !slices.ContainsFunc(b.outof.of(party), func(k int32) bool {
		i := &b.interests[k]
		return i.means == ByNominee && i.live(day)
	})
}

// holderKey is the node that has an interest.
func (b *Book) holderKey(i *interest, day int32) Key {
	switch i.means {
	case ByNominee:
		return KeyOf(i.holder, true)
	case ByShares, ByProfit, ByVotes, ByControl, ByDirecting:
		return KeyOf(i.holder, b.asNominee(i.holder, day))
	}
	return KeyOf(i.holder, false)
}

// nominatorKey is the node behind a nominee, which may be a nominee itself.
func (b *Book) nominatorKey(i *interest, day int32) Key {
	return KeyOf(i.holder, b.asNominee(i.holder, day))
}

// Register reads the holders of a node.
func (b *Book) Register(k Key, day int32) (r Register) {
	if k.Nominee() {
		r.Stakes = b.nominators(k.Party(), day)
		return r
	}
	type entry struct {
		holder Key
		at     int32
	}
	var direct, claims []entry
	for _, n := range b.into.of(k.Party()) {
		i := &b.interests[n]
		switch {
		case !i.live(day) || i.means == ByNominator:
		case i.means == ByDirecting:
			r.Led = append(r.Led, Leader{i.holder, i.role, i.source})
		case i.indirect:
			claims = append(claims, entry{KeyOf(i.holder, false), n})
		default:
			direct = append(direct, entry{b.holderKey(i, day), n})
		}
	}
	group := func(list []entry) (out []Stake) {
		slices.SortStableFunc(list, func(x, y entry) int { return cmp.Compare(x.holder, y.holder) })
		for len(list) > 0 {
			n := 1
			for n < len(list) && list[n].holder == list[0].holder {
				n++
			}
			interests := make([]*interest, n)
			for j, e := range list[:n] {
				interests[j] = &b.interests[e.at]
			}
			out = append(out, merge(list[0].holder, interests))
			list = list[n:]
		}
		return out
	}
	r.Stakes, r.Claims = group(direct), group(claims)
	r.Trust = slices.ContainsFunc(r.Stakes, func(s Stake) bool { return s.Trust })
	devote(r.Stakes)
	over := tighten(r.Stakes, func(s *Stake) *Range { return &s.Own })
	r.Over = max(over, tighten(r.Stakes, func(s *Stake) *Range { return &s.Vote }))
	return r
}

// nominators are those behind a nominee: the only one has all that is held for
// it; of several nobody knows who has how much.
func (b *Book) nominators(party, day int32) (out []Stake) {
	for _, n := range b.into.of(party) {
		i := &b.interests[n]
		if i.means != ByNominator || !i.live(day) || slices.ContainsFunc(out, func(s Stake) bool { return s.Holder.Party() == i.holder }) {
			continue
		}
		out = append(out, Stake{Holder: b.nominatorKey(i, day), Own: Exact(100), Vote: Exact(100), Control: Yes,
			Means: []string{Names[ByNominator]}, Sources: []string{i.source}})
	}
	if len(out) > 1 {
		for j := range out {
			out[j].Own, out[j].Vote, out[j].Control = Range{0, 100}, Range{0, 100}, Possible
		}
	}
	return out
}

// merge puts the statements of one pair together.
func merge(holder Key, interests []*interest) Stake {
	s := Stake{Holder: holder}
	var shares, profit, votes, trust fold
	for _, i := range interests {
		stated := Range{i.least, i.most}
		switch i.means {
		case ByShares, ByNominee:
			shares.take(stated)
		case ByProfit:
			profit.take(stated)
		case ByVotes:
			votes.take(stated)
		case ByControl:
			s.Control = Yes
		case ByUnknown:
			s.Control = max(s.Control, Possible)
		case ByTrust:
			trust.take(stated)
			s.Trust, s.Control = true, Yes
		}
		s.Indirect = s.Indirect || i.indirect
		s.tell(i)
	}
	if trust.taken {
		shares.take(trust.Range)
	}
	s.Own = shares.larger(profit.Range)
	s.Voted = votes.taken
	if s.Vote = votes.Range; !votes.taken {
		s.Vote = shares.Range
	}
	s.Differ = shares.differ || profit.differ || votes.differ
	return s
}

// tell notes in words what a statement says, and who says it.
func (s *Stake) tell(i *interest) {
	words := Names[i.means]
	if i.role != "" && !strings.EqualFold(i.role, words) {
		words += " (" + i.role + ")"
	}
	if !slices.Contains(s.Means, words) {
		s.Means = append(s.Means, words)
	}
	if i.source != "" && len(s.Sources) < mostSources && !slices.Contains(s.Sources, i.source) {
		s.Sources = append(s.Sources, i.source)
	}
}

// mostSources is how many sources of one stake are kept.
const mostSources = 20

// devote takes votes from shares only as far as stated votes of others leave
// room: where some are stated, the rest may have none.
func devote(stakes []Stake) {
	stated, rest := 0.0, 0.0
	for j := range stakes {
		if s := &stakes[j]; s.Voted {
			stated += s.Vote.Least
		} else {
			rest += s.Vote.Least
		}
	}
	if stated == 0 || stated+rest <= 100+1e-6 {
		return
	}
	for j := range stakes {
		if s := &stakes[j]; !s.Voted && !s.Vote.IsZero() {
			s.Vote = Range{0, max(0, 100-stated)}
		}
	}
}

// fold puts statements of one share together.
type fold struct {
	Range
	taken, differ bool
}

func (f *fold) take(r Range) {
	if !f.taken {
		f.Range, f.taken = r, true
		return
	}
	var ok bool
	f.Range, ok = f.Agree(r)
	f.differ = f.differ || !ok
}

// tighten narrows shares by what is left of 100 %: nobody has more than the
// others leave. Where already the least of all exceeds 100 %, it returns the
// sum; then each has at least what is left if the others have all that is
// stated, and at most what is stated.
func tighten(stakes []Stake, part func(*Stake) *Range) (over float64) {
	sum, most := 0.0, 0.0
	for j := range stakes {
		if !stakes[j].Trust {
			sum, most = sum+part(&stakes[j]).Least, most+part(&stakes[j]).Most
		}
	}
	for j := range stakes {
		r := part(&stakes[j])
		switch {
		case stakes[j].Trust:
		case sum > 100+1e-6:
			r.Least = max(0, 100-(most-r.Most))
		default:
			r.Most = max(r.Least, min(r.Most, 100-(sum-r.Least)))
		}
	}
	if sum > 100+1e-6 {
		return sum
	}
	return 0
}
