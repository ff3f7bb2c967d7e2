package world

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"spoor"
	"spoor/world/internal/chance"
	"spoor/world/internal/life"
)

// plot is one scheme or look-alike while it is staged. It keeps what of the
// money each account holds, in minor units of the account's currency, so that
// nothing is passed on that did not arrive.
type plot struct {
	*chance.Dice
	econ       *life.Economy
	days       int
	from, till spoor.Instant // the period
	illicit    bool
	ordinal    int           // among the attempts of its typology
	home       uint8         // country of most of the crew
	reach      float64       // share of the crew found without regard to home
	start, end spoor.Instant // between which it happens
	held       map[uint32]int64
	crew       []uint32
	pays       []spoor.Payment
	why        string  // purpose given; "" takes a cover that suits the payer
	fee        float64 // the most that is kept at a hop
	detail     string
}

// play stages the ordinal-th attempt of a typology.
func (w *World) play(s uint64, t spoor.Typology, index uint64, ordinal int) spoor.Attempt {
	p := &plot{
		Dice: chance.NewDice().Seat(w.seed, s, index, uint64(ordinal)),
		econ: w.econ, days: w.days, from: w.start, till: w.end,
		illicit: s == life.Scheme, ordinal: ordinal, held: map[uint32]int64{},
	}
	p.home = life.SomeCountry(p.Float64())
	name := fmt.Sprintf("%s/%d", t, ordinal)
	if p.illicit {
		p.fee, p.reach = p.Uniform(0, .15), .6*p.Float64()*p.Float64()
		schemes[t](p)
	} else {
		name = fmt.Sprintf("%s/legal-%d", t, ordinal)
		lookalikes[t](p)
	}
	slices.SortStableFunc(p.pays, func(a, b spoor.Payment) int { return cmp.Compare(a.Time, b.Time) })
	return spoor.Attempt{Name: name, Typology: t, Detail: p.detail, Payments: p.pays}
}

// span draws when the plot happens: between lo and hi days long, after a share
// of the period has passed.
func (p *plot) span(lo, hi, after float64) {
	days := float64(p.days)
	length := min(p.LogUniform(lo, hi), days*(1-after)*.9)
	from := p.Uniform(days*after, days-length)
	p.start = p.from + spoor.Instant(from*1440)*spoor.Minute
	p.end = p.start + spoor.Instant(length*1440)*spoor.Minute
}

// at draws a minute between two fractions of the span, seldom at night and less
// often at weekends.
func (p *plot) at(lo, hi float64) spoor.Instant {
	length := float64(p.end-p.start) / 60
	first, last := int(lo*length), int(hi*length)-1 // at(0, x) is before at(x, 1)
	at := p.start
	for range 4 {
		at = p.start + spoor.Instant(p.Between(first, max(first, last)))*spoor.Minute
		hour, day := at%spoor.Day/spoor.Hour, at.Time().Weekday()
		weekend := day == time.Saturday || day == time.Sunday
		if hour >= 6 && hour < 21 && !(weekend && p.Chance(.5)) {
			break
		}
	}
	return at
}

// later draws a moment from lo to hi after t, before the world ends.
func (p *plot) later(t, lo, hi spoor.Instant) spoor.Instant {
	room := p.till - t - spoor.Minute
	hi = min(hi, room)
	lo = max(min(lo, hi-1), spoor.Minute)
	if hi <= lo {
		return t + spoor.Minute
	}
	return t + spoor.Instant(p.LogUniform(float64(lo), float64(hi)))/60*60
}

// steps draws n moments in order, with uneven gaps.
func (p *plot) steps(n int) []spoor.Instant {
	gaps, total := make([]float64, n), 0.0
	for i := range gaps {
		gaps[i] = p.Uniform(.15, 1)
		total += gaps[i]
	}
	out, sum := make([]spoor.Instant, n), 0.0
	for i := range out {
		sum += gaps[i] / total
		out[i] = p.start + spoor.Instant(sum*float64(p.end-p.start))/60*60
		if i > 0 {
			out[i] = max(out[i], out[i-1]+spoor.Minute)
		}
	}
	return out
}

// find draws accounts until one suits that is in use through the plot and not
// yet in it. Where so few live that none is drawn, it looks through all of
// them, and at last does without suiting.
func (p *plot) find(draw func() uint32, suits func(a uint32) bool) uint32 {
	first := int((p.start - p.from) / spoor.Day)
	last := min(int((p.end-p.from)/spoor.Day)+3, p.days-1)
	free := func(a uint32) bool { return p.econ.Alive(a, first, last) && !slices.Contains(p.crew, a) }
	join := func(a uint32) uint32 {
		p.crew = append(p.crew, a)
		return a
	}
	for range 200 {
		if a := draw(); free(a) && suits(a) {
			return join(a)
		}
	}
	n := len(p.econ.Accounts)
	from := p.IntN(n)
	for _, fits := range []func(uint32) bool{suits, anyone} {
		for i := range n {
			a := uint32((from + i) % n)
			if p.econ.Accounts[a].Kind.Living() && free(a) && fits(a) {
				return join(a)
			}
		}
	}
	return p.crew[p.IntN(len(p.crew))]
}

func anyone(uint32) bool { return true }

// of finds an account of one of the kinds in a country.
func (p *plot) of(c uint8, ks ...life.Kind) uint32 {
	return p.find(func() uint32 {
		return p.econ.Pick(ks[p.IntN(len(ks))], c, p.Float64())
	}, anyone)
}

// crewKinds are who schemes use: mostly people.
var crewKinds = []life.Kind{life.Person, life.Person, life.Person, life.Person, life.Person, life.Person, life.Person, life.SoleTrader, life.SoleTrader, life.Company, life.Company, life.Shop, life.Restaurant, life.Wholesaler}

// someone finds a member of the crew: at home or elsewhere, sometimes with an
// account opened lately, seldom with bitcoin.
func (p *plot) someone() uint32 {
	return p.find(func() uint32 {
		if len(p.econ.Young) > 0 && p.Chance(.12) {
			return p.econ.Young[p.IntN(len(p.econ.Young))]
		}
		c, k := p.home, crewKinds[p.IntN(len(crewKinds))]
		if p.Chance(p.reach) {
			c = life.SomeCountry(p.Float64())
		}
		if p.Chance(.03) {
			k = life.Wallet
		}
		return p.econ.Pick(k, c, p.Float64())
	}, anyone)
}

// abroad finds an account of one of the kinds that suits, in another country
// than home.
func (p *plot) abroad(suits func(c *life.Country, a *Account) bool, ks ...life.Kind) uint32 {
	fits := func(a uint32) bool {
		c := p.econ.CountryOf(a)
		return c != p.home && suits(&life.Countries[c], &p.econ.Accounts[a])
	}
	return p.find(func() uint32 {
		return p.econ.Pick(ks[p.IntN(len(ks))], uint8(p.IntN(len(life.Countries))), p.Float64())
	}, fits)
}

// family finds two accounts of one owner, at home unless nobody there has two;
// where nobody has, the same account twice.
func (p *plot) family(ks ...life.Kind) (a, b uint32) {
	tries := 0
	a = p.find(func() uint32 {
		if tries++; tries%50 == 0 {
			p.home = life.SomeCountry(p.Float64())
		}
		return p.econ.Pick(ks[p.IntN(len(ks))], p.home, p.Float64())
	}, func(a uint32) bool {
		s, ok := p.econ.Sibling(a)
		return ok && p.econ.Alive(s, 0, p.days-1)
	})
	p.home = p.econ.CountryOf(a)
	if s, ok := p.econ.Sibling(a); ok && !slices.Contains(p.crew, s) {
		p.crew = append(p.crew, s)
		return a, s
	}
	return a, a
}

// fund puts euros of outside money on an account.
func (p *plot) fund(a uint32, eur float64) int64 {
	c := p.econ.Accounts[a].Currency
	m := p.Price(eur, p.econ.TenderAt(p.start, c), chance.Mixed)
	p.held[a] += m
	return m
}

// loot draws the proceeds of a scheme with n parts.
func (p *plot) loot(n int) float64 { return min(p.LogNormal(4200, .9), 300_000) * float64(n) }

// rest is what an account passes on of what it holds: all but its commission.
func (p *plot) rest(a uint32) int64 {
	m := p.held[a]
	return p.tidy(a, m-int64(float64(m)*p.fee*p.Uniform(.1, 1)))
}

// tidy rounds an amount down to one that a person would type, now and then.
func (p *plot) tidy(a uint32, m int64) int64 {
	if !p.Chance(.35) {
		return m
	}
	return chance.RoundDown(m, p.econ.TenderAt(p.start, p.econ.Accounts[a].Currency))
}

// split parts an amount unevenly in n, without a remainder.
func (p *plot) split(m int64, n int) []int64 {
	weights, total := make([]float64, n), 0.0
	for i := range weights {
		weights[i] = p.Uniform(.4, 1.6)
		total += weights[i]
	}
	out, left := make([]int64, n), m
	for i := range out {
		out[i] = int64(float64(m) * weights[i] / total)
		if i == n-1 {
			out[i] = left
		}
		left -= out[i]
	}
	return out
}

// pay sends money from account to account; it arrives in the payee's currency.
func (p *plot) pay(from, to uint32, m int64, at spoor.Instant) {
	a, b := &p.econ.Accounts[from], &p.econ.Accounts[to]
	ch := spoor.CreditTransfer
	xbt := life.Tender[len(life.Tender)-1]
	wired := .01
	if a.Country != b.Country {
		wired = .2
		if p.worth(a.Currency, m) > 8000 {
			wired = .6
		}
	}
	switch {
	case a.Currency == xbt || b.Currency == xbt:
		ch = spoor.Crypto
	case p.Chance(wired):
		ch = spoor.Wire
	}
	p.book(from, to, m, at, ch, p.why)
}

// deposit brings cash worth eur to a branch of the account's bank.
func (p *plot) deposit(to uint32, eur float64, at spoor.Instant) {
	counter := p.econ.Counter(to)
	m := p.Price(eur, p.econ.TenderAt(at, p.econ.Accounts[counter].Currency), chance.Tens)
	why := "cash deposit"
	if k := p.econ.Accounts[to].Kind; k != life.Person {
		why = "daily takings"
	}
	p.book(counter, to, m, at, spoor.Cash, why)
}

// worth is the value of an amount in euro.
func (p *plot) worth(c spoor.Currency, m int64) float64 {
	return float64(m) / p.econ.TenderAt(p.start, c).Units
}

func (p *plot) book(from, to uint32, m int64, at spoor.Instant, ch spoor.Channel, why string) {
	a, b := &p.econ.Accounts[from], &p.econ.Accounts[to]
	if why == "" {
		why = p.cover(from, ch)
	}
	m = max(m, 1)
	got := m
	if a.Currency != b.Currency {
		got = p.econ.Convert(p.Dice, m, a.Currency, b.Currency, at)
	}
	if a.Kind != life.CashCounter {
		p.held[from] -= m
	}
	p.held[to] += got
	label := spoor.Licit
	if p.illicit {
		label = spoor.Illicit
	}
	p.pays = append(p.pays, spoor.Payment{
		Time: at, From: a.ID, To: b.ID, Channel: ch, Label: label, Purpose: why,
		Paid: spoor.Money{Amount: m, Currency: a.Currency}, Received: spoor.Money{Amount: got, Currency: b.Currency},
		FromCountry: a.Country, ToCountry: b.Country, FromName: a.OwnerName, ToName: b.OwnerName,
	})
}

// Covers are purposes of ordinary payments, by who gives them.
var (
	privateCovers  = []string{"thanks", "gift", "loan between friends", "rent", "services", "used car", "trip", "family support", "order", "inheritance"}
	businessCovers = []string{"goods", "services", "invoice", "loan repayment", "contract", "imports", "drawings"}
)

func (p *plot) cover(from uint32, ch spoor.Channel) string {
	switch k := p.econ.Accounts[from].Kind; {
	case ch == spoor.Crypto:
		return "coins"
	case k == life.Person:
		return privateCovers[p.IntN(len(privateCovers))]
	default:
		return businessCovers[p.IntN(len(businessCovers))]
	}
}

// say sets the attempt's words.
func (p *plot) say(format string, args ...any) { p.detail = fmt.Sprintf(format, args...) }
