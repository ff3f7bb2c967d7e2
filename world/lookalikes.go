package world

import (
	"spoor"
	"spoor/world/internal/life"
)

// lookalikes stage legal life that resembles each typology.
var lookalikes = map[spoor.Typology]func(p *plot){
	spoor.FanIn:         friendsTrip,
	spoor.FanOut:        paidByHand,
	spoor.GatherScatter: kitty,
	spoor.ScatterGather: houseForChildren,
	spoor.Cycle:         tradeRing,
	spoor.Bipartite:     producersMarket,
	spoor.Stack:         seasonOrders,
	spoor.Chain:         subcontractors,

	spoor.Structuring:          dailyTakings,
	spoor.PassThrough:          clientAccount,
	spoor.DormancyBurst:        inheritance,
	spoor.UTurn:                cancelledOrder,
	spoor.FrontBusiness:        caterersSeason,
	spoor.HighRiskCorridor:     remittances,
	spoor.SynchronisedDeposits: closingTime,
	spoor.RoundTripConversion:  brokerDeposit,
}

// circle finds a person and friends of theirs.
func (p *plot) circle(n int) (one uint32, others []uint32) {
	one = p.of(p.home, life.Person)
	for range n {
		others = append(others, p.find(func() uint32 { return p.econ.Friend(one, p.Float64()) }, anyone))
	}
	return one, others
}

// several finds n accounts of some kinds at home.
func (p *plot) several(n int, ks ...life.Kind) (out []uint32) {
	for range n {
		out = append(out, p.of(p.home, ks...))
	}
	return out
}

func friendsTrip(p *plot) {
	p.span(1, 5, 0)
	p.why = []string{"trip", "wedding present", "gift"}[p.IntN(3)]
	host, friends := p.circle(p.Between(4, 12))
	share := p.LogNormal(140, .8)
	for _, f := range friends {
		p.pay(f, host, p.fund(f, share), p.at(0, 1))
	}
	p.say("%d friends pay one for a %s", len(friends), p.why)
}

func paidByHand(p *plot) {
	p.span(.3, 4, 0)
	n, from := p.Between(4, 14), p.of(p.home, life.Company, life.Shop, life.Manufacturer)
	size := 700.0
	if p.why = "bonus"; p.Chance(.4) {
		from, p.why, size = p.of(p.home, life.LawFirm), "inheritance", 14_000
	}
	for _, m := range p.split(p.fund(from, float64(n)*p.LogNormal(size, .6)), n) {
		p.pay(from, p.of(p.home, life.Person), m, p.at(0, 1))
	}
	p.say("%s paid to %d by hand", p.why, n)
}

func kitty(p *plot) {
	p.span(2, 7, 0)
	p.why = "trip"
	host, friends := p.circle(p.Between(4, 12))
	share := p.LogNormal(320, .6)
	for _, f := range friends {
		p.pay(f, host, p.fund(f, share), p.at(0, .5))
	}
	n := p.Between(2, 6)
	for i, m := range p.split(p.held[host], n) {
		to := friends[p.IntN(len(friends))] // something is left over for one of them
		if i > 0 {
			to = p.of(p.home, life.Restaurant, life.Company, life.Shop)
		}
		p.pay(host, to, m, p.at(.5, 1))
	}
	p.say("%d friends fill a kitty that pays %d", len(friends), n)
}

func houseForChildren(p *plot) {
	p.span(1, 5, 0)
	p.why = "family support"
	parent, children := p.circle(p.Between(2, 6))
	notary := p.of(p.home, life.LawFirm)
	for _, m := range p.split(p.fund(parent, p.LogNormal(60_000, .7)), len(children)) {
		child, at := children[0], p.at(0, .5)
		children = children[1:]
		p.pay(parent, child, m, at)
		p.book(child, notary, p.held[child], p.later(at, spoor.Hour, 2*spoor.Day), spoor.CreditTransfer, "property purchase")
	}
	p.say("a parent helps children to buy one house")
}

func tradeRing(p *plot) {
	n := p.Between(3, 7)
	p.span(1, 2*float64(n), 0)
	p.why = "invoice"
	ring := p.several(n, life.Company, life.Manufacturer, life.Wholesaler)
	size := p.LogNormal(6500, .8)
	for i, at := range p.steps(n) {
		p.pay(ring[i], ring[(i+1)%n], p.fund(ring[i], size*p.Uniform(.6, 1.1)), at)
	}
	p.say("%d firms supply one another in a ring", n)
}

func producersMarket(p *plot) {
	p.span(.3, 3, 0)
	p.why = "goods"
	from, to := p.several(p.Between(2, 6), life.Wholesaler, life.Shop, life.Restaurant), p.several(p.Between(2, 6), life.Manufacturer, life.Wholesaler)
	for _, l := range p.links(len(from), len(to), p.Uniform(.7, 1)) {
		a := from[l[0]]
		p.pay(a, to[l[1]], p.fund(a, p.LogNormal(1800, .9)), p.at(0, 1))
	}
	p.say("%d buyers at a market of %d producers", len(from), len(to))
}

func seasonOrders(p *plot) {
	p.span(3, 10, 0)
	p.why, p.fee = "invoice", .3 // the trade margin
	layer := p.several(p.Between(2, 5), life.Shop, life.Restaurant)
	for _, a := range layer {
		p.fund(a, p.LogNormal(7000, .7))
	}
	for i, k := range []life.Kind{life.Wholesaler, life.Manufacturer, life.Manufacturer} {
		next := p.several(p.Between(2, 4), k)
		p.flow(layer, next, p.links(len(layer), len(next), .8), float64(i)/3, float64(i+1)/3)
		layer = next
	}
	p.say("a season's orders from shops to producers")
}

func subcontractors(p *plot) {
	n := p.Between(3, 6)
	p.span(1, 3*float64(n), 0)
	p.why, p.fee = "contract", .35
	path := append(p.several(n, life.Company, life.Manufacturer), p.of(p.home, life.SoleTrader))
	m := p.fund(path[0], p.LogNormal(30_000, .8))
	for i, at := range p.steps(n) {
		if i > 0 {
			m = p.rest(path[i])
		}
		p.pay(path[i], path[i+1], m, at)
	}
	p.say("a contract handed down %d times", n)
}

func dailyTakings(p *plot) {
	p.span(5, 18, 0)
	a := p.of(p.home, life.Shop, life.Restaurant)
	size, n := p.Uniform(5500, 8800), p.Between(5, 14)
	for i := range n {
		p.deposit(a, min(size*p.Uniform(.7, 1.15), 9950), p.at(float64(i)/float64(n), float64(i+1)/float64(n)))
	}
	p.say("%d days' takings of a busy shop", n)
}

func clientAccount(p *plot) {
	p.span(1, 2, 0)
	hub, in := p.of(p.home, life.PayrollBureau, life.LawFirm), p.Between(1, 2)
	kinds := []life.Kind{life.Company, life.Shop}
	if p.why = "payroll transfer"; p.econ.Accounts[hub].Kind == life.LawFirm {
		kinds, p.why = []life.Kind{life.Person}, "property purchase"
	}
	last := p.at(0, .6)
	for range in {
		a := p.of(p.home, kinds...)
		p.pay(a, hub, p.fund(a, p.LogNormal(26_000, .9)), last)
		last += spoor.Instant(p.Between(2, 40)) * spoor.Minute
	}
	out := int64(float64(p.held[hub]) * p.Uniform(.97, .995))
	for _, m := range p.split(out, p.Between(1, 6)) {
		p.pay(hub, p.of(p.home, life.Person), m, p.later(last, 20*spoor.Minute, 7*spoor.Hour))
	}
	p.say("client money paid on the same day")
}

func inheritance(p *plot) {
	p.span(1, 5, .65)
	a := p.sleeper()
	notary := p.of(p.home, life.LawFirm)
	p.why = "inheritance"
	p.pay(notary, a, p.fund(notary, p.LogNormal(45_000, .8)), p.at(0, .3))
	p.why = ""
	n := p.Between(2, 7)
	for _, m := range p.split(int64(float64(p.held[a])*p.Uniform(.3, .9)), n) {
		p.pay(a, p.of(p.home, life.Person, life.SoleTrader, life.Company, life.Shop), m, p.at(.3, 1))
	}
	p.say("an inheritance on an account that slept")
}

func cancelledOrder(p *plot) {
	p.span(2, 9, 0)
	a, b := p.family(life.Company, life.Shop, life.Wholesaler)
	agent := p.abroad(anywhere, life.Wholesaler, life.Company)
	t := p.steps(2)
	p.why = "imports"
	p.pay(a, agent, p.fund(a, p.LogNormal(16_000, .8)), t[0])
	p.why = "refund"
	p.pay(agent, b, int64(float64(p.held[agent])*p.Uniform(.9, 1)), t[1])
	p.say("a cancelled order from %s refunded to the sister account", p.econ.Accounts[agent].Country)
}

func caterersSeason(p *plot) {
	p.span(5, 15, 0)
	a, b := p.family(life.Restaurant)
	supplier := p.abroad(anywhere, life.Wholesaler, life.Manufacturer)
	n := p.Between(6, 14)
	for i := range n {
		to := a
		if i%2 == 1 {
			to = b
		}
		p.deposit(to, p.LogNormal(2600, .6), p.at(0, .8))
	}
	p.why = "imports"
	p.pay(a, supplier, int64(float64(p.held[a])*p.Uniform(.2, .6)), p.at(.8, 1))
	p.say("a caterer's season: %d deposits, a supplier abroad", n)
}

func remittances(p *plot) {
	p.span(8, 25, 0)
	p.why = "family support"
	parent := p.abroad(func(c *life.Country, _ *Account) bool { return c.Corridor }, life.Person)
	_, children := p.circle(p.Between(1, 3))
	n, size := p.Between(4, 12), p.LogNormal(190, .5)
	for i := range n {
		a := children[i%len(children)]
		p.pay(a, parent, p.fund(a, size*p.Uniform(.8, 1.2)), p.at(float64(i)/float64(n), float64(i+1)/float64(n)))
	}
	p.say("%d remittances to a parent in %s", n, p.econ.Accounts[parent].Country)
}

func closingTime(p *plot) {
	rounds := p.Between(1, 4)
	p.span(float64(rounds), 2*float64(rounds), 0)
	branches := p.several(p.Between(3, 7), life.Shop, life.Restaurant)
	boss := p.of(p.home, life.Holding, life.Company)
	for i := range rounds {
		at := p.at(float64(i)/float64(rounds), (float64(i)+.5)/float64(rounds))
		for _, a := range branches {
			p.deposit(a, p.LogNormal(2400, .5), at+spoor.Instant(p.IntN(30))*spoor.Minute)
		}
	}
	p.why = "cash pooling"
	for _, a := range branches {
		p.pay(a, boss, int64(float64(p.held[a])*.9), p.later(p.end, spoor.Hour, spoor.Day))
	}
	p.say("%d branches bank their takings at closing time", len(branches))
}

func brokerDeposit(p *plot) {
	p.span(2, 9, 0)
	a := p.of(p.home, life.Company, life.Wholesaler, life.Person)
	p.home = p.econ.CountryOf(a)
	money := p.econ.Accounts[a].Currency
	broker := p.abroad(func(_ *life.Country, x *Account) bool { return x.Currency != money }, life.Company, life.CryptoExchange)
	t := p.steps(2)
	p.why = "contract"
	p.pay(a, broker, p.fund(a, p.LogNormal(12_000, .8)), t[0])
	p.why = "refund"
	p.pay(broker, a, int64(float64(p.held[broker])*p.Uniform(.97, 1)), t[1])
	p.say("a foreign broker's deposit returned")
}
