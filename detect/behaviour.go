package detect

import (
	"fmt"
	"math"
	"slices"

	"spoor"
	"spoor/graph"
)

// passThrough finds an account that hands on within hours about what it got: a
// mule or a transit account (FATF, rapid movement of funds). One payment in may
// go out as several, and several in as one.
type passThrough struct {
	gap   spoor.Instant
	value float64
}

func (f *passThrough) typology() spoor.Typology { return spoor.PassThrough }

func (f *passThrough) find(s *scope) {
	if !s.channel.Transfer() || s.from == s.to || s.from == graph.Outside || s.value < f.value {
		return
	}
	ins := s.before(s.from, s.t, f.gap, s.ref)
	if len(ins) == 0 || len(ins) > maxRound {
		return
	}
	// From the latest payment in backwards: does what came in since then match
	// what has gone out since then?
	outs := s.out(s.from, s.t-spoor.Instant(ins[0].Time))
	var best signal
	var in float64
	var refs []graph.Ref
	for i := len(ins) - 1; i >= 0; i-- {
		if e := ins[i]; e.Channel().Transfer() && e.Peer() != s.from && e.Peer() != s.to {
			in += float64(s.g.Value(e.Ref))
			refs = append(refs, e.Ref)
			out, gone := f.gone(s, outs, e.Time)
			if d := math.Log(out / in); len(gone) <= maxRound && d < 0.05 && d > -maxDrift {
				if b := s.normal.hop(s.from, s.t-spoor.Instant(e.Time), d); b > best.bans {
					best = signal{refs: append(slices.Clone(refs), gone...), moved: sortRefs(s.g, slices.Clone(refs)), bans: b}
				}
			}
		}
	}
	if best.bans < 1 {
		return
	}
	best.typology, best.anchor = spoor.PassThrough, [2]graph.Account{s.from}
	s.emit(best)
}

// maxRound is the most payments on one side of a round through an account.
const maxRound = 8

// gone sums the transfers out since a time.
func (f *passThrough) gone(s *scope, outs []graph.Edge, since uint32) (sum float64, refs []graph.Ref) {
	for i := len(outs) - 1; i >= 0 && outs[i].Time >= since && len(refs) <= maxRound; i-- {
		if e := outs[i]; e.Channel().Transfer() && e.Peer() != s.from {
			sum += float64(s.g.Value(e.Ref))
			refs = append(refs, e.Ref)
		}
	}
	return sum, refs
}

func (f *passThrough) assess(n *normal, sig *signal) (float64, []string) {
	a := sig.anchor[0]
	var in, out, all float64
	var firstIn, lastOut spoor.Instant = math.MaxInt64, 0
	lone, standing := 0, 0
	for _, r := range sig.refs {
		from, to := n.g.Ends(r)
		peer := from
		if v := float64(n.g.Value(r)); to == a {
			in += v
			firstIn = min(firstIn, n.g.Time(r))
		} else {
			peer = to
			out += v
			lastOut = max(lastOut, n.g.Time(r))
		}
		lone += int(only(n.transfers(peer, 2)))
		if n.standing(r) {
			standing++
		}
	}
	larger, others := 0, 0
	for _, e := range n.g.In(a, 0, n.g.Newest()) {
		v := float64(n.g.Value(e.Ref))
		all += v
		if !slices.Contains(sig.refs, e.Ref) {
			others++
			if v*float64(len(sig.moved)) >= in {
				larger++
			}
		}
	}
	rounds := sig.n + 1
	b := min(maxBans, float64(rounds)*n.hop(a, max(0, lastOut-firstIn)/spoor.Instant(rounds), math.Log(out/in)))
	size := math.Log10(float64(others+1) / float64(larger+1)) // so much at once is rare for the account
	share := in / max(in, all)
	total := b + size + 1 + 2*math.Log10(share) + bans(binomialTail(lone, len(sig.refs), (n.in.lone+n.out.lone)/2)) - 2*float64(standing) - triesTransfers
	return total, []string{
		fmt.Sprintf("%s came into %s and %s went out again within %s, in %d payments and %d rounds", euro(in), n.g.AccountID(a), euro(out), spoor.Span(lastOut-firstIn), len(sig.refs), rounds),
		fmt.Sprintf("that is %.0f %% of all that the account received; %d of its %d other payments in are as large; %d of the %d accounts at the other ends have no other transfer", 100*share, larger, others, lone, len(sig.refs)),
	}
}

// dormancyBurst finds an account that wakes after a long silence and at once
// moves money several times.
type dormancyBurst struct {
	pause  spoor.Instant
	window spoor.Instant
	least  int
	value  float64
}

func (f *dormancyBurst) typology() spoor.Typology { return spoor.DormancyBurst }

func (f *dormancyBurst) find(s *scope) {
	f.look(s, s.from)
	if s.to != s.from {
		f.look(s, s.to)
	}
}

func (f *dormancyBurst) look(s *scope, a graph.Account) {
	woke, pause := s.g.Awakening(a)
	if a == graph.Outside || pause < f.pause || s.t < woke || s.t-woke > f.window {
		return
	}
	var refs, in, out []graph.Ref
	var took, gave float64
	for _, e := range s.in(a, s.t-woke) {
		refs, in = append(refs, e.Ref), append(in, e.Ref)
		took += float64(s.g.Value(e.Ref))
	}
	for _, e := range s.out(a, s.t-woke) {
		refs, out = append(refs, e.Ref), append(out, e.Ref)
		gave += float64(s.g.Value(e.Ref))
	}
	moved := in
	if gave > took {
		moved = out
	}
	if len(refs) >= f.least && max(took, gave) >= f.value {
		s.emit(signal{typology: spoor.DormancyBurst, anchor: [2]graph.Account{a}, refs: refs, moved: sortRefs(s.g, slices.Clone(moved)), amount: max(took, gave), n: int(pause / spoor.Day)})
	}
}

func (f *dormancyBurst) assess(n *normal, sig *signal) (float64, []string) {
	a := sig.anchor[0]
	first, last := n.g.Time(sig.refs[0]), sig.last
	days := max(0.25, float64(last-first)/float64(spoor.Day))
	before := 0
	for _, r := range [][]graph.Edge{n.g.In(a, 0, first-1), n.g.Out(a, 0, first-1)} {
		before += len(r)
	}
	count := 2 * maxBans
	if p := gammaPoissonTail(len(sig.refs), before, days, float64(sig.n), n.in.mean+n.out.mean, 0.5); p > 0 {
		count = min(count, -math.Log10(p))
	}
	total := count + math.Log10(max(1, sig.amount/f.value)) - triesAccounts
	return total, []string{
		fmt.Sprintf("%s had been silent for %d days, then moved %s in %d payments within %s", n.g.AccountID(a), sig.n, euro(sig.amount), len(sig.refs), spoor.Span(last-first)),
	}
}

// uTurn finds money that leaves a country and comes back through accounts
// abroad, of similar size, within days.
type uTurn struct{}

func (f *uTurn) typology() spoor.Typology { return spoor.UTurn }

func (f *uTurn) find(s *scope) {
	c := s.trails().abroad
	if len(c.refs) < 2 {
		return
	}
	refs := c.copied()
	head := refs[len(refs)-1]
	origin, _ := s.g.Ends(head)
	s.emit(signal{typology: spoor.UTurn, anchor: [2]graph.Account{origin, s.to}, refs: refs, moved: []graph.Ref{head}, legs: c.legs(), bans: c.bans})
}

func (f *uTurn) assess(n *normal, sig *signal) (float64, []string) {
	st := n.legs(sig.legs)
	var countries string
	for _, l := range sig.legs {
		_, a := n.g.Ends(l.in)
		countries += " → " + n.g.Country(a).String()
	}
	home := n.g.Country(sig.anchor[0]).String()
	first, last := n.g.Value(sig.refs[0]), n.g.Value(sig.refs[len(sig.refs)-1])
	// Money that goes abroad and comes home: one in ten does.
	total := st.bans + 1 + math.Log10(max(1, float64(first)/10000)) - triesTransfers
	return total, []string{
		fmt.Sprintf("%s left %s and %s came back within %s: %s%s → %s", euro(float64(first)), home, euro(float64(last)), spoor.Span(sig.last-n.g.Time(sig.refs[0])), home, countries, home),
		"route: " + n.route(sig.legs),
		st.words(),
	}
}

// corridor finds repeated transfers to countries on the high-risk list, beyond
// what the account used to send there.
type corridor struct {
	window spoor.Instant
	least  int
	amount float64
	risky  map[spoor.Country]bool
	list   string
}

func (f *corridor) typology() spoor.Typology { return spoor.HighRiskCorridor }

func (f *corridor) find(s *scope) {
	if !s.channel.Transfer() || s.from == graph.Outside || !f.risky[s.g.Country(s.to)] || s.g.Country(s.from) == s.g.Country(s.to) {
		return
	}
	// From one sender, or to one receiver, whoever sends.
	f.gather(s, s.from, s.out(s.from, f.window), func(e graph.Edge) bool { return f.risky[s.g.Country(e.Peer())] })
	home := s.g.Country(s.to)
	f.gather(s, s.to, s.in(s.to, f.window), func(e graph.Edge) bool { return s.g.Country(e.Peer()) != home })
}

func (f *corridor) gather(s *scope, anchor graph.Account, edges []graph.Edge, abroad func(graph.Edge) bool) {
	if len(edges) < f.least || len(edges) > maxCollected {
		return
	}
	var refs []graph.Ref
	var sum float64
	for _, e := range edges {
		if v := float64(s.g.Value(e.Ref)); e.Channel().Transfer() && abroad(e) && v > s.value/2 && v < s.value*2 {
			refs = append(refs, e.Ref)
			sum += v
		}
	}
	if len(refs) >= f.least && sum >= f.amount {
		s.emit(signal{typology: spoor.HighRiskCorridor, anchor: [2]graph.Account{anchor}, refs: refs, moved: refs, amount: sum})
	}
}

func (f *corridor) assess(n *normal, sig *signal) (float64, []string) {
	a := sig.anchor[0]
	countries, senders := map[string]bool{}, map[graph.Account]bool{}
	var names string
	var sizes moment
	for _, r := range sig.refs {
		sizes.add(math.Log(max(0.01, float64(n.g.Value(r)))))
		from, to := n.g.Ends(r)
		senders[from] = true
		if c := n.g.Country(to).String(); !countries[c] {
			countries[c] = true
			names += " " + c
		}
	}
	// Other traffic of the anchor with the same countries, of other sizes: trade.
	others := 0
	for _, e := range n.g.Out(a, 0, n.g.Newest()) {
		if f.risky[n.g.Country(e.Peer())] && !slices.Contains(sig.refs, e.Ref) {
			others++
		}
	}
	for _, e := range n.g.In(a, 0, n.g.Newest()) {
		if f.risky[n.g.Country(a)] && n.g.Country(e.Peer()) != n.g.Country(a) && !slices.Contains(sig.refs, e.Ref) {
			others++
		}
	}
	// Invoices differ in size, portions of one sum do not.
	even := min(6, float64(len(sig.refs)-1)*max(0, -math.Log10(2*n.same*max(0.05, sizes.deviation()))))
	total := even + min(2, 0.4*float64(len(sig.refs)-2)) + min(1, math.Log10(max(1, sig.amount/f.amount))) + 0.5*float64(min(4, len(senders)-1)) - 0.5*float64(min(20, others)) - triesAccounts
	return total, []string{
		fmt.Sprintf("%d transfers of similar size within %s, %s in all, from %d accounts to:%s (%s)", len(sig.refs), spoor.Span(sig.last-n.g.Time(sig.refs[0])), euro(sig.amount), len(senders), names, f.list),
		fmt.Sprintf("their sizes differ by a factor of %.1f; %s has %d other payments with such countries", math.Exp(sizes.deviation()), n.g.AccountID(a), others),
	}
}

// roundTrip finds money sent to an account in one currency that comes straight
// back in another.
type roundTrip struct{ gap spoor.Instant }

func (f *roundTrip) typology() spoor.Typology { return spoor.RoundTripConversion }

func (f *roundTrip) find(s *scope) {
	if !s.channel.Transfer() || s.from == s.to || s.from == graph.Outside || s.to == graph.Outside || s.value < startSize {
		return
	}
	c := s.trails().cycle
	if len(c.refs) != 2 { // three or more are a cycle
		return
	}
	left := s.g.Paid(c.refs[len(c.refs)-1])
	back := s.g.Received(s.ref)
	if left.Currency == back.Currency || s.t-s.g.Time(c.refs[len(c.refs)-1]) > f.gap {
		return
	}
	refs := c.copied()
	s.emit(signal{typology: spoor.RoundTripConversion, anchor: [2]graph.Account{s.to, s.from}, refs: refs, moved: refs[len(refs)-1:], legs: c.legs(), bans: c.bans})
}

func (f *roundTrip) assess(n *normal, sig *signal) (float64, []string) {
	st := n.legs(sig.legs)
	in := n.count(n.g.In(sig.anchor[0], 0, n.g.Newest()), 1000)
	left, back := n.g.Paid(sig.refs[0]), n.g.Received(sig.refs[len(sig.refs)-1])
	total := st.bans + 1 - math.Log10(float64(max(1, in)))
	return total, []string{
		fmt.Sprintf("%s left %s and came back as %s after %s", left.Grouped(), n.g.AccountID(sig.anchor[0]), back.Grouped(), spoor.Span(sig.last-n.g.Time(sig.refs[0]))),
		"route: " + n.route(sig.legs),
		st.words(),
	}
}
