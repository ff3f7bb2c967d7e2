package detect

import (
	"fmt"
	"math"
	"slices"

	"spoor"
	"spoor/graph"
)

// structuring finds cash paid into an account in several deposits, each below
// the reporting threshold and together above it (AMLR 2024/1624 Art 80 on
// linked operations; FATF, structuring or smurfing). Deposits that hug the
// threshold weigh more; the account's own habit of depositing weighs against.
type structuring struct {
	window    spoor.Instant
	threshold float64 // euro
	floor     float64 // share of the threshold below which a deposit is small change
	least     int
}

func (f *structuring) typology() spoor.Typology { return spoor.Structuring }

func (f *structuring) find(s *scope) {
	if s.channel != spoor.Cash || s.to == graph.Outside || s.value < f.floor*f.threshold || s.value >= f.threshold {
		return
	}
	edges := s.in(s.to, f.window)
	if len(edges) < f.least || !s.normal.unusual(s.to, true, len(edges), f.window) {
		return
	}
	var refs []graph.Ref
	var sum float64
	for _, e := range edges {
		if v := float64(s.g.Value(e.Ref)); e.Channel() == spoor.Cash && v >= f.floor*f.threshold && v < f.threshold {
			refs = append(refs, e.Ref)
			sum += v
		}
	}
	if len(refs) >= f.least && sum >= f.threshold {
		s.emit(signal{typology: spoor.Structuring, anchor: [2]graph.Account{s.to}, refs: refs, moved: refs})
	}
}

func (f *structuring) assess(n *normal, sig *signal) (float64, []string) {
	to := sig.anchor[0]
	first, last := n.g.Time(sig.refs[0]), sig.last
	inside := map[graph.Ref]bool{}
	for _, r := range sig.refs {
		inside[r] = true
	}
	hug, largest, sum := 0, 0.0, 0.0
	for _, r := range sig.refs {
		v := float64(n.g.Value(r))
		sum += v
		largest = max(largest, v)
		if v >= 0.8*f.threshold {
			hug++
		}
	}
	others, over := 0, 0
	for _, e := range n.g.In(to, 0, n.g.Newest()) {
		if e.Channel() == spoor.Cash && !inside[e.Ref] {
			others++
			if float64(n.g.Value(e.Ref)) >= f.threshold {
				over++
			}
		}
	}
	days := max(1, float64(last-first)/float64(spoor.Day))
	rest := max(0, n.days-days)
	const cashRate, cashShape, hugging = 0.02, 0.5, 0.08 // deposits a day of an account that takes cash; share so near below
	count := bans(gammaPoissonTail(len(sig.refs), others, days, rest, cashRate, cashShape))
	total := count + bans(binomialTail(hug, len(sig.refs), hugging)) - n.accounts + 1.5 - float64(min(3, over))
	return total, []string{
		fmt.Sprintf("%d cash deposits to %s within %s, %s in all, each below %s, the largest %s", len(sig.refs), n.g.AccountID(to), spoor.Span(last-first), euro(sum), euro(f.threshold), euro(largest)),
		fmt.Sprintf("%d of them within a fifth below the threshold; other cash deposits in the remaining %.0f days: %d, %d of them above it", hug, rest, others, over),
	}
}

// synchronised finds cash paid in at several counters within minutes, to one
// account or to accounts that then pay the same collector: several hands
// working to one plan.
type synchronised struct {
	within spoor.Instant // from first to last deposit
	gap    spoor.Instant // from a deposit to the payment to the collector
	least  int
}

func (f *synchronised) typology() spoor.Typology { return spoor.SynchronisedDeposits }

func (f *synchronised) find(s *scope) {
	if s.to == graph.Outside || s.from == s.to || s.value < startSize {
		return
	}
	if s.channel == spoor.Cash {
		f.direct(s)
	} else if s.channel.Transfer() {
		f.collected(s)
	}
}

// direct looks for deposits to one account at different counters.
func (f *synchronised) direct(s *scope) {
	s.peers.reset()
	var refs []graph.Ref
	for _, e := range s.in(s.to, f.within) {
		if e.Channel() == spoor.Cash && s.peers.add(e.Peer()) {
			refs = append(refs, e.Ref)
		}
	}
	if len(refs) >= f.least {
		s.emit(signal{typology: spoor.SynchronisedDeposits, anchor: [2]graph.Account{s.to}, refs: refs, moved: refs, n: len(refs)})
	}
}

// collected looks for a collector's payers who each took cash at the same time.
func (f *synchronised) collected(s *scope) {
	if !f.cashIn(s, s.from) {
		return
	}
	type deposit struct {
		e      graph.Edge
		onward graph.Ref
	}
	var all []deposit
	s.peers.reset()
	for _, e := range s.in(s.to, f.gap) {
		if !e.Channel().Transfer() || !s.peers.add(e.Peer()) {
			continue
		}
		for _, c := range s.in(e.Peer(), 2*f.gap) {
			if c.Channel() == spoor.Cash && c.Time <= e.Time {
				all = append(all, deposit{c, e.Ref})
			}
		}
	}
	slices.SortFunc(all, func(a, b deposit) int { return int(int64(a.e.Time) - int64(b.e.Time)) })
	var sig signal
	for i, j := 0, 0; i < len(all); i++ {
		for all[i].e.Time-all[j].e.Time > uint32(f.within) {
			j++
		}
		if payers := map[graph.Ref]bool{}; i-j+1 > len(sig.moved) {
			var refs, moved []graph.Ref
			for _, d := range all[j : i+1] {
				refs = append(refs, d.e.Ref, d.onward)
				moved = append(moved, d.e.Ref)
				payers[d.onward] = true
			}
			if len(payers) >= f.least {
				sig.refs, sig.moved, sig.n = refs, moved, len(payers)
			}
		}
	}
	if sig.n >= f.least {
		sig.typology, sig.anchor = spoor.SynchronisedDeposits, [2]graph.Account{s.to}
		s.emit(sig)
	}
}

func (f *synchronised) cashIn(s *scope, a graph.Account) bool {
	for _, e := range s.in(a, 2*f.gap) {
		if e.Channel() == spoor.Cash {
			return true
		}
	}
	return false
}

func (f *synchronised) assess(n *normal, sig *signal) (float64, []string) {
	var sum float64
	first, last := spoor.Instant(math.MaxInt64), spoor.Instant(0)
	var each float64
	for _, r := range sig.moved {
		sum += float64(n.g.Value(r))
		first, last = min(first, n.g.Time(r)), max(last, n.g.Time(r))
		_, to := n.g.Ends(r)
		cash := 0
		for _, e := range n.g.In(to, 0, n.g.Newest()) {
			if e.Channel() == spoor.Cash {
				cash++
			}
		}
		// How likely a deposit to this account falls into that very hour.
		each += min(2.5, bans(float64(cash)*max(float64(last-first), 600)/float64(spoor.Day)/n.days))
	}
	k := float64(len(sig.moved))
	total := each*(k-1)/k - n.accounts + 1
	return total, []string{
		fmt.Sprintf("%d cash deposits within %s, %s in all, for %s, from %d hands", len(sig.moved), spoor.Span(last-first), euro(sum), n.g.AccountID(sig.anchor[0]), sig.n),
	}
}

// frontBusiness finds an account that takes cash at several counters, or from
// accounts that do, and sends most of it abroad (FATF, Trade-Based Money
// Laundering, 2020; cash-intensive front companies).
type frontBusiness struct {
	window spoor.Instant
	least  int
	amount float64
	share  float64
}

func (f *frontBusiness) typology() spoor.Typology { return spoor.FrontBusiness }

func (f *frontBusiness) find(s *scope) {
	home, away := s.g.Country(s.from), s.g.Country(s.to)
	if !s.channel.Transfer() || home == away || home == (spoor.Country{}) || away == (spoor.Country{}) || s.value < 1000 {
		return
	}
	cash := s.cash(s.from, f.window)
	if len(cash) == 0 {
		return
	}
	s.peers.reset()
	var taken, sent float64
	var refs, moved []graph.Ref
	counters := 0
	for _, r := range cash {
		from, _ := s.g.Ends(r)
		if s.g.Channel(r) == spoor.Cash {
			if s.peers.add(from) {
				counters++
			}
			taken += float64(s.g.Value(r))
			moved = append(moved, r)
		}
		refs = append(refs, r)
	}
	for _, e := range s.out(s.from, f.window) {
		if c := s.g.Country(e.Peer()); e.Channel().Transfer() && c != home && c != (spoor.Country{}) {
			sent += float64(s.g.Value(e.Ref))
			refs = append(refs, e.Ref)
		}
	}
	if len(moved) >= f.least && taken >= f.amount && sent >= f.share*taken && sent <= 1.3*taken {
		s.emit(signal{typology: spoor.FrontBusiness, anchor: [2]graph.Account{s.from}, refs: refs, moved: sortRefs(s.g, moved), n: counters, amount: sent})
	}
}

// cash lists the cash that an account took, itself or through accounts that
// took cash and passed it on, with the payments that brought it.
func (s *scope) cash(a graph.Account, span spoor.Instant) (refs []graph.Ref) {
	ins := s.in(a, span)
	for _, e := range ins {
		if e.Channel() == spoor.Cash {
			refs = append(refs, e.Ref)
		}
	}
	if len(ins) > 40 {
		return refs
	}
	for _, e := range ins {
		if !e.Channel().Transfer() || e.Peer() == a || e.Peer() == graph.Outside {
			continue
		}
		for _, c := range s.g.In(e.Peer(), spoor.Instant(e.Time)-5*spoor.Day, spoor.Instant(e.Time)) {
			if c.Channel() == spoor.Cash && similar(float64(s.g.Value(c.Ref)), float64(s.g.Value(e.Ref))) {
				refs = append(refs, c.Ref, e.Ref)
				break
			}
		}
	}
	return refs
}

func (f *frontBusiness) assess(n *normal, sig *signal) (float64, []string) {
	a := sig.anchor[0]
	var taken, all float64
	deposits := 0
	for _, r := range sig.moved {
		taken += float64(n.g.Value(r))
		deposits++
	}
	for _, e := range n.g.In(a, 0, n.g.Newest()) {
		all += float64(n.g.Value(e.Ref))
	}
	const perDeposit, perCounter = 0.5, 0.7 // bans: few accounts bank much cash, fewer at several counters, fewer export it
	share := min(1, taken/max(1, all))
	total := float64(min(deposits, 8))*perDeposit + float64(min(sig.n, 6)-1)*perCounter + 2*share + math.Log10(max(1, taken/f.amount)) - n.accounts + 1
	return total, []string{
		fmt.Sprintf("%s took %s in cash in %d deposits at %d counters, %.0f %% of all it received, and sent %s abroad", n.g.AccountID(a), euro(taken), deposits, sig.n, 100*share, euro(sig.amount)),
	}
}
