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
	total := count + bans(binomialTail(hug, len(sig.refs), hugging)) - triesAccounts + 1.5 - float64(min(3, over))
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
	ins := s.in(s.to, f.gap)
	if len(ins) > maxCollected {
		s.bites++
		return
	}
	for _, e := range ins {
		if !e.Channel().Transfer() || !s.peers.add(e.Peer()) {
			continue
		}
		cash, sum := s.banked(e.Peer(), spoor.Instant(e.Time), 2*f.gap)
		if similar(sum, float64(s.g.Value(e.Ref))) {
			for _, c := range cash {
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

// maxCollected is the most payments in a few days that a collector gets; with
// more it is a business.
const maxCollected = 60

// banked lists the cash that an account took in a span before t, and its sum.
func (s *scope) banked(a graph.Account, t, span spoor.Instant) (cash []graph.Edge, sum float64) {
	for _, c := range s.g.In(a, t-span, t) {
		if c.Channel() == spoor.Cash {
			cash = append(cash, c)
			sum += float64(s.g.Value(c.Ref))
		}
	}
	return cash, sum
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
	total := each*(k-1)/k - triesAccounts + 1
	return total, []string{
		fmt.Sprintf("%d cash deposits within %s, %s in all, for %s, from %d hands", len(sig.moved), spoor.Span(last-first), euro(sum), n.g.AccountID(sig.anchor[0]), sig.n),
	}
}

// frontBusiness finds accounts that take cash in several deposits and send
// about the sum of it abroad, to one account there (FATF, Trade-Based Money
// Laundering, 2020; cash-intensive front companies).
type frontBusiness struct {
	window spoor.Instant
	least  int
	amount float64
}

func (f *frontBusiness) typology() spoor.Typology { return spoor.FrontBusiness }

func (f *frontBusiness) find(s *scope) {
	if s.value < 1000 || !f.abroad(s, s.from, s.to) || !s.channel.Transfer() {
		return
	}
	if _, ok := f.takings(s, s.from, s.ref, s.t, s.value); !ok {
		return
	}
	var sig signal
	ins := s.in(s.to, f.window)
	if len(ins) > maxCollected {
		s.bites++
		return
	}
	fronts := map[graph.Account]bool{}
	for _, e := range ins {
		if !e.Channel().Transfer() || !f.abroad(s, e.Peer(), s.to) {
			continue
		}
		if cash, ok := f.takings(s, e.Peer(), e.Ref, spoor.Instant(e.Time), float64(s.g.Value(e.Ref))); ok {
			fronts[e.Peer()] = true
			sig.refs = append(append(sig.refs, cash...), e.Ref)
			sig.moved = append(sig.moved, e.Ref)
			sig.legs = append(sig.legs, leg{cash[0], e.Ref})
			sig.amount += float64(s.g.Value(e.Ref))
			sig.m += len(cash)
		}
	}
	if sig.amount >= f.amount {
		sig.typology, sig.anchor, sig.n = spoor.FrontBusiness, [2]graph.Account{s.to}, len(fronts)
		sig.moved = sortRefs(s.g, sig.moved)
		s.emit(sig)
	}
}

func (f *frontBusiness) abroad(s *scope, from, to graph.Account) bool {
	home, away := s.g.Country(from), s.g.Country(to)
	return home != away && home != (spoor.Country{}) && away != (spoor.Country{})
}

// takings finds the latest cash deposits whose sum is about what a payment sent.
func (f *frontBusiness) takings(s *scope, a graph.Account, ref graph.Ref, t spoor.Instant, value float64) (cash []graph.Ref, ok bool) {
	var sum float64
	ins := s.g.In(a, t-f.window, t)
	for i := len(ins) - 1; i >= 0 && sum < value*1.2; i-- {
		if ins[i].Channel() == spoor.Cash && ins[i].Ref != ref {
			cash = append(cash, ins[i].Ref)
			sum += float64(s.g.Value(ins[i].Ref))
			ok = len(cash) >= f.least && math.Abs(math.Log(sum/value)) < 0.2
			if ok {
				break
			}
		}
	}
	return cash, ok
}

func (f *frontBusiness) assess(n *normal, sig *signal) (float64, []string) {
	var all float64
	var each float64
	for _, l := range sig.legs {
		from, _ := n.g.Ends(l.out)
		all = 0
		cash := 0.0
		for _, e := range n.g.In(from, 0, n.g.Newest()) {
			v := float64(n.g.Value(e.Ref))
			if all += v; e.Channel() == spoor.Cash {
				cash += v
			}
		}
		abroad := 0
		out := n.g.Out(from, 0, n.g.Newest())
		for _, e := range out {
			if n.g.Country(e.Peer()) != n.g.Country(from) {
				abroad++
			}
		}
		// That a payment abroad happens to be the sum of the deposits before it,
		// in an account that seldom pays abroad and lives on cash.
		each += 0.7 + min(1, -math.Log10(float64(abroad)/float64(len(out)+1))) + cash/max(1, all)
	}
	in, _ := n.g.Degree(sig.anchor[0])
	total := each + 2*float64(sig.n-1) - math.Log10(float64(max(1, in))) + min(1, math.Log10(sig.amount/f.amount)) - triesAccounts + 1
	return total, []string{
		fmt.Sprintf("%d accounts banked cash in %d deposits and sent the sum abroad to %s: %s in %d payments", sig.n, sig.m, n.g.AccountID(sig.anchor[0]), euro(sig.amount), len(sig.legs)),
	}
}
