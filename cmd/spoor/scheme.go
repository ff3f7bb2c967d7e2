package main

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"spoor"
	"spoor/world"
)

// actor is an account holder of the demo's scheme. Names, accounts and banks
// are invented; the bank codes in the IBANs belong to nobody.
type actor struct {
	name    string
	account string
	country string
}

var (
	bar     = actor{"Bar Stretto", "IT03X9990101001000000104417", "IT"}
	wash    = actor{"Autolavaggio Aspromonte", "IT82X9990204003000000220965", "IT"}
	fruit   = actor{"Ortofrutta Costa Viola srl", "IT14X9990307002000000331870", "IT"}
	adviser = actor{"Tirreno Consulting srl", "IT14X9990102002000000447213", "IT"}
	haulier = actor{"Maasvlakte Fresh Import BV", "NL95SPOR0417164300", "NL"}
	broker  = actor{"Phocea Conseil SARL", "FR1399901000050500013000126", "FR"}
	trader  = actor{"Larnaca Star Trading Ltd", "CY34999010010000000200527600", "CY"}
	shell   = actor{"Istmo Holdings SA", "PA-ISTMO-0047731", "PA"}
	builder = actor{"Marina Immobiliare srl", "IT83X9990401600000000632118", "IT"}
	notary  = actor{"Studio notarile Laganà, client account", "IT02X9990502800000000712345", "IT"}
)

func (a actor) id() spoor.AccountID { return spoor.AccountID{Number: a.account} }

// scheme writes the payments of the demo's laundering, from street cash to a
// building, and the ordinary business that covers it.
type scheme struct {
	rng      *rand.Rand
	start    spoor.Instant
	held     map[actor]int64 // cents of proceeds
	payments []spoor.Payment
}

// cocaineMoney makes the scheme. It begins on the third day: street cash into
// three fronts below the reporting limit, invoices to one adviser, layering
// through the Netherlands, France and Cyprus, an offshore company in Panama,
// and home again into a building.
func cocaineMoney(w *world.World, start spoor.Instant, seed uint64) []spoor.Payment {
	s := &scheme{rng: rand.New(rand.NewPCG(seed, 0x5b00)), start: start, held: map[actor]int64{}}
	for day := 2; day < 14; day++ {
		for _, front := range []actor{bar, wash, fruit} {
			if s.rng.IntN(6) > 0 {
				s.deposit(front, s.at(day, 9, 17), 610_000+s.rng.Int64N(360_000))
			}
		}
	}
	for _, front := range []actor{bar, wash, fruit} {
		s.pass(front, adviser, s.at(14, 10, 16), 0.97, "consulenza, fattura")
	}
	half := s.held[adviser] / 2
	s.pay(adviser, haulier, s.at(15, 9, 12), half, "transport services Q3", spoor.CreditTransfer)
	s.pay(adviser, broker, s.at(15, 13, 16), half*9/10, "mission de conseil", spoor.CreditTransfer)
	s.pass(haulier, trader, s.at(16, 9, 12), 0.96, "fresh produce, 2 containers", spoor.Wire)
	s.pass(broker, trader, s.at(16, 13, 17), 0.95, "honoraires", spoor.Wire)
	s.pass(trader, shell, s.at(18, 9, 15), 0.92, "loan agreement 7/22", spoor.Wire)
	s.pass(shell, builder, s.at(20, 14, 18), 0.80, "shareholder loan", spoor.Wire)
	s.pass(builder, notary, s.at(22, 10, 12), 0.94, "acquisto immobile, Via Marina 12", spoor.CreditTransfer)
	s.cover(w)
	slices.SortStableFunc(s.payments, func(a, b spoor.Payment) int { return cmp.Compare(a.Time, b.Time) })
	return s.payments
}

func (s *scheme) at(day, from, to int) spoor.Instant {
	return s.start + spoor.Instant(day)*spoor.Day + spoor.Instant(from)*spoor.Hour + spoor.Instant(s.rng.IntN((to-from)*60))*spoor.Minute
}

func (s *scheme) deposit(a actor, t spoor.Instant, cents int64) {
	cents -= cents % 1000
	s.held[a] += cents
	s.add(spoor.Payment{Time: t, To: a.id(), ToName: a.name, Purpose: "cash deposit", Channel: spoor.Cash, Label: spoor.Illicit}, a.country, a.country, cents)
}

// pass sends on a share of the proceeds that an actor holds.
func (s *scheme) pass(from, to actor, t spoor.Instant, share float64, purpose string, ch ...spoor.Channel) {
	s.pay(from, to, t, int64(float64(s.held[from])*share), purpose, append(ch, spoor.CreditTransfer)[0])
}

func (s *scheme) pay(from, to actor, t spoor.Instant, cents int64, purpose string, ch spoor.Channel) {
	s.held[from] -= cents
	s.held[to] += cents
	s.add(spoor.Payment{Time: t, From: from.id(), To: to.id(), FromName: from.name, ToName: to.name, Purpose: purpose, Channel: ch, Label: spoor.Illicit}, from.country, to.country, cents)
}

func (s *scheme) add(p spoor.Payment, from, to string, cents int64) {
	p.FromCountry, _ = spoor.ParseCountry(from)
	p.ToCountry, _ = spoor.ParseCountry(to)
	p.Paid = spoor.Money{Amount: cents, Currency: spoor.EUR}
	p.Received = p.Paid
	s.payments = append(s.payments, p)
}

// cover gives the firms of the scheme an ordinary life: card takings, suppliers
// and wages, with accounts of the economy around them.
func (s *scheme) cover(w *world.World) {
	kinds := map[string][]world.Account{}
	for _, a := range w.Accounts() {
		if a.Country == (spoor.Country{'I', 'T'}) {
			kinds[a.Kind.String()] = append(kinds[a.Kind.String()], a)
		}
	}
	pick := func(k string) (world.Account, bool) {
		if len(kinds[k]) == 0 {
			return world.Account{}, false
		}
		return kinds[k][s.rng.IntN(len(kinds[k]))], true
	}
	ordinary := func(a actor, other world.Account, in bool, t spoor.Instant, cents int64, purpose string) {
		p := spoor.Payment{Time: t, From: a.id(), To: other.ID, FromName: a.name, ToName: other.OwnerName, Purpose: purpose, Channel: spoor.CreditTransfer, Label: spoor.Licit}
		from, to := a.country, other.Country.String()
		if in {
			p.From, p.To, p.FromName, p.ToName = p.To, p.From, p.ToName, p.FromName
			from, to = to, from
		}
		s.add(p, from, to, cents)
	}
	for _, front := range []actor{bar, wash, fruit} {
		acquirer, paysCards := pick("acquirer")
		supplier, buys := pick("wholesaler")
		staff, employs := pick("person")
		for day := range 29 {
			if paysCards && day%7 < 5 {
				ordinary(front, acquirer, true, s.at(day, 5, 7), 18_000+s.rng.Int64N(55_000), "card settlement")
			}
			if buys && day%7 == 3 {
				ordinary(front, supplier, false, s.at(day, 9, 18), 90_000+s.rng.Int64N(120_000), "goods")
			}
		}
		if employs {
			ordinary(front, staff, false, s.at(27, 8, 10), 128_000+s.rng.Int64N(20_000), "salary")
		}
	}
	for _, firm := range []actor{adviser, haulier, broker, builder} {
		for _, day := range []int{1, 5, 9, 16, 22, 26} {
			if other, ok := pick("company"); ok {
				ordinary(firm, other, day%2 == 0, s.at(day, 9, 17), 60_000+s.rng.Int64N(500_000), "invoice")
			}
		}
	}
}
