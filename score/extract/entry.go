package extract

import (
	"math"

	"spoor"
	"spoor/graph"
)

// What is known about a yes or no.
type known uint8

const (
	unknown known = iota
	no
	yes
)

// entry is a payment on its way to a row: what it says, and what was remembered
// of both its ends before it.
type entry struct {
	ref      graph.Ref
	time     uint32
	value    float32 // euro
	log      float32 // natural logarithm of value, at least of a cent
	ratio    float32 // what arrived for what left, in euro
	zeros    int8    // decimal zeros at the end of the amount in whole units; -1 with cents
	currency spoor.Currency
	channel  spoor.Channel
	kind     float32 // a code of the source's word for it
	border   known
	bank     known // the same bank on both ends
	payer    profile
	payee    profile
	from, to graph.Account
	pair     pair
	newLand  [2]bool // the other end's country is new to payer, payee
	hop      hop
}

// roundZeros is how many zeros make an amount round.
const roundZeros = 2

// pair is what the window holds of earlier payments between two accounts.
type pair struct {
	count   int    // from payer to payee
	back    int    // from payee to payer
	weekday int    // of those from payer to payee, on the same day of the week
	last    uint32 // time of the latest from payer to payee
	value   float32
}

// begin describes a payment that was just added to the graph.
func (x *Extractor) begin(e *entry, ref graph.Ref, p *spoor.Payment) {
	g := x.g
	from, to := g.Ends(ref)
	*e = entry{
		ref: ref, time: uint32(p.Time), value: g.Value(ref), ratio: 1, zeros: zeros(p.Paid),
		currency: p.Paid.Currency, channel: p.Channel, kind: code(p.Kind), from: from, to: to,
	}
	e.log = float32(math.Log(math.Max(0.01, float64(e.value))))
	if p.Received != p.Paid && p.Received.Amount > 0 {
		if got := x.value(p.Received, p.Time); got > 0 && e.value > 0 {
			e.ratio = float32(got / float64(e.value))
		}
	}
	if p.FromCountry != (spoor.Country{}) && p.ToCountry != (spoor.Country{}) {
		e.border = answer(p.FromCountry != p.ToCountry)
	}
	if p.From.Bank != "" && p.To.Bank != "" {
		e.bank = answer(p.From.Bank == p.To.Bank)
	}
	e.pair = x.known(e)
	e.hop = x.back(e)
	if len(x.past.kept) == 0 {
		x.past.oldest = ref
	}
	x.past.kept = append(x.past.kept, trace{time: e.time, hops: e.hop.count})
	payer, payee := x.profiles.at(from), x.profiles.at(to)
	payer.fade(e.time)
	if to != from {
		payee.fade(e.time)
	}
	e.payer, e.payee = *payer, *payee
	e.newLand[0] = payer.countries&countryBit(p.ToCountry) == 0
	e.newLand[1] = payee.countries&countryBit(p.FromCountry) == 0
	if from != graph.Outside {
		payer.out.add(e)
		payer.note(e, p.ToCountry)
		payer.home = uint16(e.currency) + 1
	}
	if to != graph.Outside {
		if total := payee.in.sum[month] + e.value; total > 0 { // pro rata: the haircut of tracing
			payee.taint = (payee.taint*payee.in.sum[month] + e.payer.taint*e.value) / total
		}
		payee.in.add(e)
		payee.note(e, p.FromCountry)
	}
}

// code makes a small number of a word, the same in every run.
func code(word string) float32 {
	if word == "" {
		return nan
	}
	h := uint32(2166136261) // FNV-1a
	for i := range len(word) {
		h = (h ^ uint32(word[i])) * 16777619
	}
	return float32(h % 251)
}

func answer(b bool) known {
	if b {
		return yes
	}
	return no
}

// zeros counts decimal zeros at the end of an amount in whole units, to at most
// six; -1 for one with cents.
func zeros(m spoor.Money) int8 {
	v := m.Amount
	for range m.Currency.Scale() {
		if v%10 != 0 {
			return -1
		}
		v /= 10
	}
	if v == 0 {
		return 0
	}
	n := int8(0)
	for ; v%10 == 0 && n < 6; n++ {
		v /= 10
	}
	return n
}

// mostPaired is how many of the latest payments of an account are looked
// through for those with the same peer.
const mostPaired = 256

// known looks through the payments of the end that has fewer.
func (x *Extractor) known(e *entry) (p pair) {
	if e.from == graph.Outside || e.to == graph.Outside {
		return pair{}
	}
	from := x.horizon(e.time)
	outs, peer := before(x.g.Out(e.from, from, spoor.Instant(e.time)), e), e.to
	if ins := before(x.g.In(e.to, from, spoor.Instant(e.time)), e); len(ins) < len(outs) {
		outs, peer = ins, e.from
	}
	var latest graph.Ref
	for _, o := range tail(outs, mostPaired) {
		if o.Peer() == peer {
			p.count++
			if weekday(o.Time) == weekday(e.time) {
				p.weekday++
			}
			p.last, latest = o.Time, o.Ref
		}
	}
	if p.count > 0 {
		p.value = x.g.Value(latest)
	}
	backs, peer := before(x.g.In(e.from, from, spoor.Instant(e.time)), e), e.to
	if outs := before(x.g.Out(e.to, from, spoor.Instant(e.time)), e); len(outs) < len(backs) {
		backs, peer = outs, e.from
	}
	for _, o := range tail(backs, mostPaired) {
		if o.Peer() == peer {
			p.back++
		}
	}
	return p
}

// tail is the last n edges, or all.
func tail(edges []graph.Edge, n int) []graph.Edge { return edges[max(0, len(edges)-n):] }
