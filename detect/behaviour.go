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
	var sig signal
	s.steps = s.hops(s.steps[:0], s.ref, s.from, s.t, s.value, f.gap)
	best := -1
	for i, h := range s.steps {
		if h.in.Peer() != s.to && (best < 0 || h.bans > s.steps[best].bans) {
			best = i
		}
	}
	if best >= 0 {
		in := s.steps[best].in.Ref
		sig = signal{refs: []graph.Ref{in, s.ref}, moved: []graph.Ref{in}, legs: []leg{{in, s.ref}}, bans: s.steps[best].bans}
	} else {
		sig = f.several(s)
	}
	if len(sig.refs) == 0 || sig.bans < 1 {
		return
	}
	sig.typology, sig.anchor = spoor.PassThrough, [2]graph.Account{s.from}
	s.emit(sig)
}

// several matches sums: the latest payments in against this one out, or the
// latest one in against the payments out since.
func (f *passThrough) several(s *scope) (sig signal) {
	ins := s.before(s.from, s.t, f.gap, s.ref)
	if len(ins) == 0 || len(ins) > 8 {
		return sig
	}
	var sum float64
	var refs []graph.Ref
	for i := len(ins) - 1; i >= 0; i-- {
		if !ins[i].Channel().Transfer() || ins[i].Peer() == s.from {
			continue
		}
		sum += float64(s.g.Value(ins[i].Ref))
		refs = append(refs, ins[i].Ref)
		if d := math.Log(s.value / sum); len(refs) > 1 && math.Abs(d) < 0.1 {
			return signal{refs: append(refs, s.ref), moved: sortRefs(s.g, slices.Clone(refs)), bans: s.normal.hop(s.from, s.t-spoor.Instant(ins[i].Time), d)}
		}
	}
	last := ins[len(ins)-1]
	if !last.Channel().Transfer() {
		return sig
	}
	in := float64(s.g.Value(last.Ref))
	sum, refs = 0, refs[:0]
	for _, e := range s.out(s.from, s.t-spoor.Instant(last.Time)) {
		if e.Channel().Transfer() && e.Peer() != s.from {
			sum += float64(s.g.Value(e.Ref))
			refs = append(refs, e.Ref)
		}
	}
	if d := math.Log(sum / in); len(refs) > 1 && math.Abs(d) < 0.1 {
		return signal{refs: append(refs, last.Ref), moved: []graph.Ref{last.Ref}, bans: s.normal.hop(s.from, s.t-spoor.Instant(last.Time), d)}
	}
	return sig
}

func (f *passThrough) assess(n *normal, sig *signal) (float64, []string) {
	a := sig.anchor[0]
	var in, out, all float64
	var firstIn, lastOut spoor.Instant = math.MaxInt64, 0
	for _, r := range sig.refs {
		if _, to := n.g.Ends(r); to == a {
			in += float64(n.g.Value(r))
			firstIn = min(firstIn, n.g.Time(r))
		} else {
			out += float64(n.g.Value(r))
			lastOut = max(lastOut, n.g.Time(r))
		}
	}
	lone := 0
	for _, r := range sig.refs {
		from, to := n.g.Ends(r)
		if from == a {
			from = to
		}
		if n.transfers(from, 2) <= 1 {
			lone++
		}
	}
	for _, e := range n.g.In(a, 0, n.g.Newest()) {
		all += float64(n.g.Value(e.Ref))
	}
	b := n.hop(a, max(0, lastOut-firstIn), math.Log(out/in))
	if n.standing(sig.refs[0]) || n.standing(sig.refs[len(sig.refs)-1]) {
		b = 0
	}
	share := in / max(in, all)
	total := b + share + bans(binomialTail(lone, len(sig.refs), (n.in.lone+n.out.lone)/2)) - n.transfer
	return total, []string{
		fmt.Sprintf("%s came into %s and %s went out again within %s", euro(in), n.g.AccountID(a), euro(out), spoor.Span(lastOut-firstIn)),
		fmt.Sprintf("that is %.0f %% of all that the account received; %d of the %d accounts at the other ends have no other transfer", 100*share, lone, len(sig.refs)),
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
	count := bans(gammaPoissonTail(len(sig.refs), before, days, float64(sig.n), n.in.mean+n.out.mean, 0.5))
	total := count + math.Log10(max(1, sig.amount/f.value)) - n.accounts
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
	total := st.bans + 1 + math.Log10(max(1, float64(first)/10000)) - n.transfer
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
	home, away := s.g.Country(s.from), s.g.Country(s.to)
	if !s.channel.Transfer() || home == away || s.from == graph.Outside || !f.risky[away] {
		return
	}
	var refs []graph.Ref
	var sum float64
	for _, e := range s.out(s.from, f.window) {
		if e.Channel().Transfer() && f.risky[s.g.Country(e.Peer())] {
			refs = append(refs, e.Ref)
			sum += float64(s.g.Value(e.Ref))
		}
	}
	if len(refs) >= f.least && sum >= f.amount {
		s.emit(signal{typology: spoor.HighRiskCorridor, anchor: [2]graph.Account{s.from}, refs: refs, moved: refs, amount: sum})
	}
}

func (f *corridor) assess(n *normal, sig *signal) (float64, []string) {
	a := sig.anchor[0]
	var sent float64
	others := 0
	for _, e := range n.g.Out(a, 0, n.g.Newest()) {
		sent += float64(n.g.Value(e.Ref))
		if !f.risky[n.g.Country(e.Peer())] {
			others++
		}
	}
	countries := map[string]bool{}
	var names string
	var sizes moment
	for _, r := range sig.refs {
		sizes.add(math.Log(max(0.01, float64(n.g.Value(r)))))
		_, to := n.g.Ends(r)
		if c := n.g.Country(to).String(); !countries[c] {
			countries[c] = true
			names += " " + c
		}
	}
	share := sig.amount / max(1, sent)
	days := max(1, float64(sig.last-n.g.Time(sig.refs[0]))/float64(spoor.Day))
	count := min(3, bans(gammaPoissonTail(len(sig.refs), 0, days, max(0, n.days-days), 0.004, 0.5)))
	// Invoices differ in size, portions of one sum do not.
	even := min(4, float64(len(sig.refs)-1)*max(0, -math.Log10(n.same*max(0.05, sizes.deviation()))))
	total := count + 1.5*even + min(1, math.Log10(max(1, sig.amount/f.amount))) + share - n.accounts - 1
	return total, []string{
		fmt.Sprintf("%s sent %s in %d transfers within %s to:%s (%s)", n.g.AccountID(a), euro(sig.amount), len(sig.refs), spoor.Span(sig.last-n.g.Time(sig.refs[0])), names, f.list),
		fmt.Sprintf("that is %.0f %% of all that left the account, which made %d other payments; their sizes differ by a factor of %.1f", 100*share, others, math.Exp(sizes.deviation())),
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
