package world

import (
	"slices"

	"spoor"
	"spoor/world/internal/life"
)

// schemes stage the typologies. Sizes and tempos are drawn from wide ranges
// that hold AMLworld's.
var schemes = map[spoor.Typology]func(p *plot){
	spoor.FanIn:         fanIn,
	spoor.FanOut:        fanOut,
	spoor.GatherScatter: gatherScatter,
	spoor.ScatterGather: scatterGather,
	spoor.Cycle:         cycle,
	spoor.Bipartite:     bipartite,
	spoor.Stack:         stack,
	spoor.Chain:         chain,

	spoor.Structuring:          structuring,
	spoor.PassThrough:          passThrough,
	spoor.DormancyBurst:        dormancyBurst,
	spoor.UTurn:                uTurn,
	spoor.FrontBusiness:        frontBusiness,
	spoor.HighRiskCorridor:     highRiskCorridor,
	spoor.SynchronisedDeposits: synchronisedDeposits,
	spoor.RoundTripConversion:  roundTripConversion,
}

func fanIn(p *plot) {
	p.span(1, 5, 0)
	n, boss := p.Between(4, 20), p.someone()
	for range n {
		a := p.someone()
		p.pay(a, boss, p.fund(a, p.loot(1)), p.at(0, 1))
	}
	p.say("%d payers to one collector", n)
}

func fanOut(p *plot) {
	p.span(1, 5, 0)
	n, boss := p.Between(4, 20), p.someone()
	for _, m := range p.split(p.fund(boss, p.loot(n)), n) {
		p.pay(boss, p.someone(), p.tidy(boss, m), p.at(0, 1))
	}
	p.say("one source to %d payees", n)
}

func gatherScatter(p *plot) {
	p.span(1, 7, 0)
	in, out, hub, turn := p.Between(2, 15), p.Between(2, 15), p.someone(), p.Uniform(.3, .7)
	for range in {
		a := p.someone()
		p.pay(a, hub, p.fund(a, p.loot(1)), p.at(0, turn))
	}
	for _, m := range p.split(p.rest(hub), out) {
		p.pay(hub, p.someone(), p.tidy(hub, m), p.at(turn, 1))
	}
	p.say("%d payers through one account to %d payees", in, out)
}

func scatterGather(p *plot) {
	p.span(1, 4, 0)
	n, source, sink, ahead := p.Between(2, 16), p.someone(), p.someone(), 0
	for _, m := range p.split(p.fund(source, p.loot(n)), n) {
		mule, at := p.someone(), p.at(.1, .8)
		p.pay(source, mule, p.tidy(source, m), at)
		then := p.later(at, 5*spoor.Minute, 3*spoor.Day)
		if p.Chance(1. / 12) { // trusts the source and pays first
			ahead++
			then = at - spoor.Instant(p.Uniform(.1, .9)*float64(at-p.start))/60*60
		}
		p.pay(mule, sink, p.rest(mule), then)
	}
	p.say("through %d intermediaries, %d of whom advance the money", n, ahead)
}

// hops pays along a path; commissions are small where it is long.
func (p *plot) hops(path []uint32) {
	p.fee = min(p.fee, .6/float64(len(path)))
	m := p.fund(path[0], p.loot(2))
	for i, at := range p.steps(len(path) - 1) {
		if i > 0 {
			m = p.rest(path[i])
		}
		p.pay(path[i], path[i+1], m, at)
	}
}

func (p *plot) path(n int) (out []uint32) {
	for range n {
		out = append(out, p.someone())
	}
	return out
}

func cycle(p *plot) {
	n := p.Between(3, 12)
	p.span(.2, .9*float64(n), 0)
	path := p.path(n)
	p.hops(append(path, path[0]))
	p.say("%d hops back to the first", n)
}

func chain(p *plot) {
	n := p.Between(4, 10)
	p.span(.2, .9*float64(n), 0)
	p.hops(p.path(n + 1))
	p.say("%d hops", n)
}

// links gives the pairs of a bipartite graph of m and n with about the given
// share of its edges; every one of either side has one at least.
func (p *plot) links(m, n int, share float64) (out [][2]int) {
	has := make([]bool, n)
	for i := range m {
		spare := p.IntN(n)
		for j := range n {
			last := i == m-1 && !has[j]
			if p.Chance(share) || j == spare || last {
				has[j] = true
				out = append(out, [2]int{i, j})
			}
		}
	}
	return out
}

func bipartite(p *plot) {
	p.span(1, 5, 0)
	from, to := p.path(p.Between(2, 6)), p.path(p.Between(2, 6))
	links := p.links(len(from), len(to), p.Uniform(.75, 1))
	for _, l := range links {
		a := from[l[0]]
		p.pay(a, to[l[1]], p.fund(a, p.loot(1)), p.at(0, 1))
	}
	p.say("%d payers, %d payees, %d payments", len(from), len(to), len(links))
}

func stack(p *plot) {
	n := p.Between(3, 5)
	p.span(1, 2.5*float64(n), 0)
	p.fee = min(p.fee, .6/float64(n))
	layer, total := p.path(p.Between(2, 4)), 0
	for _, a := range layer {
		p.fund(a, p.loot(3))
	}
	share := p.Uniform(.75, 1)
	for i := range n - 1 {
		next := p.path(p.Between(2, 5))
		total += p.flow(layer, next, p.links(len(layer), len(next), share), float64(i)/float64(n-1), float64(i+1)/float64(n-1))
		layer = next
	}
	p.say("%d layers, %d payments", n, total)
}

// flow passes on what the accounts of a layer hold along the links.
func (p *plot) flow(layer, next []uint32, links [][2]int, lo, hi float64) int {
	for i, a := range layer {
		var to []uint32
		for _, l := range links {
			if l[0] == i {
				to = append(to, next[l[1]])
			}
		}
		for k, m := range p.split(p.rest(a), len(to)) {
			p.pay(a, to[k], p.tidy(a, m), p.at(lo, hi))
		}
	}
	return len(links)
}

// smurf is an amount of cash that is not reported: below 10,000 euros.
func (p *plot) smurf() float64 {
	if p.Chance(.3) {
		return p.Uniform(2500, 7000)
	}
	return p.Uniform(7000, 9900)
}

func structuring(p *plot) {
	p.span(1, 8, 0)
	n, total, boss := p.Between(1, 4), 0, p.of(p.home, life.Person, life.Company, life.SoleTrader)
	for range n {
		a := p.of(p.home, life.Person, life.Person, life.SoleTrader, life.Shop)
		each := p.Between(3, 8)
		for range max(each, 5-n) {
			p.deposit(a, p.smurf(), p.at(0, .8))
			total++
		}
		if n > 1 || p.Chance(.6) {
			p.pay(a, boss, p.rest(a), p.at(.8, 1))
		}
	}
	p.say("%d deposits below the limit by %d linked depositors", total, n)
}

func passThrough(p *plot) {
	rounds := p.Between(1, 3)
	p.span(float64(rounds), 4*float64(rounds), 0)
	mule, boss := p.someone(), p.someone()
	for i := range rounds {
		last := p.at(float64(i)/float64(rounds), (float64(i)+.5)/float64(rounds))
		for range p.Between(1, 3) {
			from := p.someone()
			p.pay(from, mule, p.fund(from, p.loot(1)), last)
			last += spoor.Instant(p.Between(1, 30)) * spoor.Minute
		}
		kept := p.Uniform(.01, .05)
		out := int64(float64(p.held[mule]) * (1 - kept))
		p.held[mule] = out // the commission is spent
		for k, m := range p.split(out, p.Between(1, 3)) {
			to := boss
			if k > 0 {
				to = p.someone()
			}
			p.pay(mule, to, m, p.later(last, 10*spoor.Minute, 6*spoor.Hour))
		}
	}
	p.say("%d rounds through one account within hours", rounds)
}

// sleeper finds an account that sleeps since the first part of the period.
func (p *plot) sleeper() uint32 {
	if len(p.econ.Dormant) == 0 {
		return p.someone()
	}
	turn := 2 * p.ordinal // every plot wakes another one
	if p.illicit {
		turn++
	}
	a := p.econ.Dormant[turn*7919%len(p.econ.Dormant)]
	p.crew = append(p.crew, a)
	p.home = p.econ.CountryOf(a)
	return a
}

func dormancyBurst(p *plot) {
	p.span(1, 4, .65)
	a, in, out := p.sleeper(), p.Between(2, 6), p.Between(3, 10)
	for range in {
		from := p.someone()
		p.pay(from, a, p.fund(from, p.loot(2)), p.at(0, .5))
	}
	for _, m := range p.split(p.rest(a), out) {
		p.pay(a, p.someone(), p.tidy(a, m), p.at(.5, 1))
	}
	p.say("%d in and %d out of an account that slept", in, out)
}

func anywhere(*life.Country, *Account) bool { return true }

func uTurn(p *plot) {
	n := p.Between(1, 3)
	p.span(.5, 4*float64(n), 0)
	a, b := p.family(life.Person, life.SoleTrader, life.Company, life.Shop, life.Wholesaler)
	path := []uint32{a}
	for len(path) <= n {
		next := p.abroad(anywhere, life.Company, life.Company, life.Person, life.Wholesaler)
		if len(path) > 1 && p.econ.CountryOf(next) == p.econ.CountryOf(path[len(path)-1]) {
			continue
		}
		path = append(path, next)
	}
	p.hops(append(path, b))
	p.say("through %d countries and back to the same owner", n)
}

func frontBusiness(p *plot) {
	p.span(6, 20, 0)
	a, b := p.family(life.Restaurant, life.Shop, life.SoleTrader)
	fronts := []uint32{a}
	if b != a {
		fronts = append(fronts, b)
	}
	for len(fronts) < 2 || len(fronts) < 4 && p.Chance(.4) {
		fronts = append(fronts, p.find(func() uint32 {
			return p.econ.Pick([]life.Kind{life.Person, life.Company, life.Shop}[p.IntN(3)], p.home, p.Float64())
		}, func(x uint32) bool { return p.econ.Accounts[x].Bank != p.econ.Accounts[a].Bank }))
	}
	boss := p.abroad(func(c *life.Country, _ *Account) bool { return c.Offshore || c.Corridor }, life.Company, life.Wholesaler)
	rounds, deposits := p.Between(1, 4), 0
	for i := range rounds {
		lo, hi := float64(i)/float64(rounds), float64(i+1)/float64(rounds)
		for _, f := range fronts {
			for range p.Between(2, 5) {
				p.deposit(f, min(p.LogNormal(3800, .7), 30_000), p.at(lo, lo+.7*(hi-lo)))
				deposits++
			}
			p.pay(f, boss, p.rest(f), p.at(lo+.7*(hi-lo), hi))
		}
	}
	p.say("%d cash deposits into %d accounts, then abroad", deposits, len(fronts))
}

func highRiskCorridor(p *plot) {
	p.span(5, 25, 0)
	from := p.several(p.Between(1, 4), life.Person, life.Person, life.SoleTrader, life.Company)
	to := []uint32{p.abroad(func(c *life.Country, _ *Account) bool { return c.Corridor }, life.Person, life.Person, life.Company)}
	far := p.econ.CountryOf(to[0])
	if p.Chance(.4) {
		to = append(to, p.of(far, life.Person, life.Company))
	}
	n, size := p.Between(5, 15), p.LogNormal(1700, .6)
	for i := range n {
		a := from[i%len(from)]
		p.pay(a, to[p.IntN(len(to))], p.fund(a, size*p.Uniform(.7, 1.3)), p.at(0, 1))
	}
	p.say("%d transfers of similar size to %s", n, life.Countries[far].Name)
}

func synchronisedDeposits(p *plot) {
	rounds := p.Between(1, 3)
	p.span(float64(rounds), 3*float64(rounds), 0)
	n, boss := p.Between(3, 10), p.of(p.home, life.Person, life.Company)
	var crew []uint32
	var banks []string
	for len(crew) < n {
		a := p.find(func() uint32 {
			return p.econ.Pick([]life.Kind{life.Person, life.Person, life.SoleTrader, life.Shop}[p.IntN(4)], p.home, p.Float64())
		}, func(x uint32) bool {
			return len(banks) > len(crew)/2+2 || !slices.Contains(banks, p.econ.Accounts[x].Bank)
		})
		crew, banks = append(crew, a), append(banks, p.econ.Accounts[a].Bank)
	}
	for i := range rounds {
		at := p.at(float64(i)/float64(rounds), (float64(i)+.4)/float64(rounds))
		window := p.Between(2, 25)
		for _, a := range crew {
			p.deposit(a, p.smurf(), at+spoor.Instant(p.IntN(window))*spoor.Minute)
		}
	}
	for _, a := range crew {
		if p.Chance(.6) {
			p.pay(a, boss, p.rest(a), p.later(p.end, spoor.Hour, 2*spoor.Day))
		}
	}
	p.say("%d depositors within minutes, %d times", n, rounds)
}

func roundTripConversion(p *plot) {
	p.span(.5, 8, 0)
	a, b := p.family(life.Person, life.Company, life.SoleTrader, life.Wholesaler)
	money := p.econ.Accounts[a].Currency
	if p.econ.Accounts[b].Currency != money {
		b = a
	}
	foreign := func(_ *life.Country, x *Account) bool { return x.Currency != money }
	path := []uint32{a, p.abroad(foreign, life.Company, life.Wholesaler, life.Person)}
	for len(path) < 4 && p.Chance(.5) {
		path = append(path, p.abroad(foreign, life.Company, life.Wholesaler, life.Person))
	}
	p.fee = min(p.fee, .08)
	p.hops(append(path, b))
	p.say("%d hops out of %s and back into it", len(path), money)
}
