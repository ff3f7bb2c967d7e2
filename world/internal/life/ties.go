package life

import (
	"cmp"
	"slices"

	"spoor"
	"spoor/world/internal/chance"
)

// duty is money owed again and again: a wage, a rent, an invoice.
type duty struct {
	from, to uint32
	eur      float32
	minute   int16 // of the UTC day for batches; -1: drawn from the kind's hours
	day      uint8 // of the month, 1 to 31; weekly + weekday for what falls due each week
	kind     dutyKind
}

const (
	weekly   = 32
	dutyDays = weekly + 7
)

type dutyKind uint8

const (
	wage dutyKind = iota
	pension
	rent
	rentOut
	bill
	phone
	insurance
	subscription
	instalment
	mortgage
	dues
	saving
	vat
	payrollTax
	invoice
	payout
	payrollFund
	advance
	factored
)

var dutyKinds = [...]struct {
	purpose string
	channel spoor.Channel
	wobble  float64 // how much the amount varies from time to time
	hours   chance.Hours
	end     chance.Ending
}{
	wage:         {"salary", spoor.CreditTransfer, .03, chance.Desk, chance.Exact},
	pension:      {"pension", spoor.CreditTransfer, 0, chance.Batch, chance.Exact},
	rent:         {"rent", spoor.CreditTransfer, 0, chance.Waking, chance.Tens},
	rentOut:      {"rent collected", spoor.CreditTransfer, 0, chance.Desk, chance.Exact},
	bill:         {"energy bill", spoor.DirectDebit, .15, chance.Batch, chance.Exact},
	phone:        {"telephone", spoor.DirectDebit, .05, chance.Batch, chance.Nines},
	insurance:    {"insurance premium", spoor.DirectDebit, 0, chance.Batch, chance.Exact},
	subscription: {"subscription", spoor.DirectDebit, 0, chance.Batch, chance.Nines},
	instalment:   {"loan instalment", spoor.DirectDebit, 0, chance.Batch, chance.Exact},
	mortgage:     {"mortgage", spoor.CreditTransfer, 0, chance.Batch, chance.Exact},
	dues:         {"membership", spoor.DirectDebit, 0, chance.Batch, chance.Tens},
	saving:       {"savings", spoor.CreditTransfer, 0, chance.Batch, chance.Tens},
	vat:          {"VAT", spoor.CreditTransfer, .2, chance.Desk, chance.Exact},
	payrollTax:   {"payroll tax", spoor.CreditTransfer, .05, chance.Desk, chance.Exact},
	invoice:      {"invoice", spoor.CreditTransfer, .4, chance.Desk, chance.Exact},
	payout:       {"marketplace payout", spoor.CreditTransfer, .7, chance.Batch, chance.Exact},
	payrollFund:  {"payroll transfer", spoor.CreditTransfer, 0, chance.Desk, chance.Exact},
	advance:      {"factoring advance", spoor.CreditTransfer, .3, chance.Desk, chance.Exact},
	factored:     {"invoice", spoor.CreditTransfer, .3, chance.Desk, chance.Exact},
}

type job struct{ boss, staff uint32 }

// pool is a group of firms that sweeps its accounts to the holding every
// evening and back every morning.
type pool struct {
	head uint32
	subs []uint32
}

func (w *Economy) owe(k dutyKind, from, to uint32, eur float64, day, minute int) {
	if from != to {
		w.duties = append(w.duties, duty{from, to, float32(eur), int16(minute), uint8(day), k})
	}
}

// tie builds the lasting relations: who works for, rents from, supplies whom.
func (w *Economy) tie() {
	d := chance.NewDice()
	var jobs []job
	for i := range w.Accounts {
		a := uint32(i)
		if w.second(a) {
			continue
		}
		d.Seat(w.seed, streamTies, uint64(a), 0)
		switch k := w.traits[a].kind; {
		case k == Person:
			jobs = w.household(d, a, jobs)
		case k.business():
			w.firm(d, a)
		case k == Marketplace:
			w.market(d, a)
		case k == Factor:
			w.factoring(d, a)
		case k == Holding:
			w.pools = append(w.pools, w.newPool(d, a))
		}
	}
	w.payroll(d, jobs)
	for c := range Countries {
		w.letHomes(d.Seat(w.seed, streamTies, uint64(c), 1), uint8(c))
	}
	slices.SortStableFunc(w.duties, func(a, b duty) int { return cmp.Compare(a.day, b.day) })
	for i, d := range w.duties {
		if w.dutyEnd[d.day] == 0 {
			w.dutyStart[d.day] = i
		}
		w.dutyEnd[d.day] = i + 1
	}
}

// second reports whether the owner's first account is another one.
func (w *Economy) second(a uint32) bool {
	return a > 0 && w.Accounts[a-1].OwnerID == w.Accounts[a].OwnerID
}

func (w *Economy) household(d *chance.Dice, a uint32, jobs []job) []job {
	c, means := w.traits[a].country, float64(w.traits[a].wealth)
	hub := func(k Kind) uint32 { return w.block(k, c).zipf(d.Float64()) }
	switch u := d.Float64(); {
	case u < .56:
		jobs = append(jobs, job{w.employer(d, c), a})
	case u < .76:
		w.owe(pension, hub(Authority), a, 1250*means, []int{1, 25, 31}[c%3], 3*60+int(a/50%180))
	case u < .84:
		w.owe(pension, hub(Authority), a, 430*means, 8, 4*60+int(a/50%120))
	}
	often := func(p float64, k dutyKind, to Kind, eur float64) {
		if d.Chance(p) {
			w.owe(k, a, hub(to), eur*d.LogNormal(1, .35)*(.5+means/2), d.Between(1, 28), -1)
		}
	}
	often(.5, bill, Utility, 85)
	often(.15, bill, Utility, 32)
	often(.5, phone, Utility, 22)
	often(.3, insurance, Utility, 48)
	often(.35, subscription, Utility, 11)
	often(.12, subscription, Utility, 17)
	often(.18, instalment, Lender, 190)
	often(.2, mortgage, Lender, 780)
	often(.12, dues, Charity, 18)
	if own, ok := w.Sibling(a); ok && d.Chance(.5) {
		w.owe(saving, a, own, 220*means, d.Between(1, 28), -1)
	}
	return jobs
}

var employers = []struct {
	kind  Kind
	share float64
}{{Shop, .2}, {Restaurant, .1}, {Company, .3}, {Wholesaler, .08}, {Manufacturer, .2}, {Authority, .12}}

// employer draws one so that a few have very many staff.
func (w *Economy) employer(d *chance.Dice, c uint8) uint32 {
	u, kind := d.Float64(), Authority
	for _, e := range employers {
		if u -= e.share; u < 0 {
			kind = e.kind
			break
		}
	}
	b := w.block(kind, c)
	x := d.Float64()
	return b.lo + uint32(x*x*x*float64(b.n))
}

var paydays = []int{25, 25, 27, 27, 28, 30, 31, 31, 1, 5, 10, 15}

// payroll pays the staff of each employer: large ones in one batch, small ones
// by hand over days, some through a payroll bureau that is sent the sum before.
func (w *Economy) payroll(d *chance.Dice, jobs []job) {
	slices.SortStableFunc(jobs, func(a, b job) int { return cmp.Compare(a.boss, b.boss) })
	for len(jobs) > 0 {
		n := 1
		for n < len(jobs) && jobs[n].boss == jobs[0].boss {
			n++
		}
		w.payStaff(d.Seat(w.seed, streamTies, uint64(jobs[0].boss), 2), jobs[:n])
		jobs = jobs[n:]
	}
}

func (w *Economy) payStaff(d *chance.Dice, staff []job) {
	boss, day, total := staff[0].boss, paydays[d.IntN(len(paydays))], 0.0
	from, first := boss, d.Between(2*60, 9*60)
	bureau := len(staff) > 2 && len(staff) < 80 && d.Chance(.1)
	if bureau {
		from = w.block(PayrollBureau, w.traits[boss].country).zipf(d.Float64())
		first = d.Between(13*60, 17*60)
	}
	for i, j := range staff {
		eur := d.LogNormal(1950, .25) * float64(w.traits[j.staff].wealth)
		total += eur
		if len(staff) < 8 && !bureau {
			w.owe(wage, boss, j.staff, eur, min(day+d.IntN(3), 31), -1)
			continue
		}
		w.owe(wage, from, j.staff, eur, day, min(first+i/40, 24*60-1))
	}
	if bureau {
		w.owe(payrollFund, boss, from, total*1.015, day, d.Between(7*60, 11*60))
	}
	w.owe(payrollTax, boss, w.block(Authority, w.traits[boss].country).zipf(d.Float64()), total*.4, 16, -1)
}

// letHomes gives a third of the households a landlord: a private one with 1 to
// 15 homes, or an agency that collects for many.
func (w *Economy) letHomes(d *chance.Dice, c uint8) {
	people, agencies := w.at[Person][c], w.at[Agency][c]
	var landlord uint32
	homes, agency := 0, false
	for a := people.lo; a < people.lo+people.n; a++ {
		if w.second(a) || d.Chance(.68) {
			continue
		}
		if homes == 0 {
			u := d.Float64()
			homes, landlord = 1+int(15*u*u*u*u), people.even(d.Float64())
			if agency = agencies.n > 0 && d.Chance(.02); agency {
				homes, landlord = d.Between(15, 150), agencies.zipf(d.Float64())
			}
		}
		homes--
		eur := d.LogNormal(720, .35)
		w.owe(rent, a, landlord, eur, d.Between(1, 5), -1)
		if agency {
			w.owe(rentOut, landlord, people.even(d.Float64()), eur*.92, 8, 8*60+homes/10)
		}
	}
}

var suppliers = map[Kind][]Kind{
	SoleTrader:   {Wholesaler, Company},
	Shop:         {Wholesaler, Wholesaler, Manufacturer, Company},
	Restaurant:   {Wholesaler, Wholesaler, SoleTrader},
	Company:      {Company, SoleTrader, Company},
	Wholesaler:   {Manufacturer, Manufacturer, Manufacturer, Company},
	Manufacturer: {Manufacturer, Manufacturer, Company, Wholesaler},
}

// firm ties a firm to its suppliers, premises, insurers and taxes. Goods money
// flows through tiers: shops pay wholesalers, they pay manufacturers, these one
// another.
func (w *Economy) firm(d *chance.Dice, a uint32) {
	t := &w.traits[a]
	size := .3 + .7*float64(t.wealth)
	near := func(k Kind) uint32 { return w.block(k, t.country).zipf(d.Float64()) }
	from := suppliers[t.kind]
	n := 2 + int(d.LogNormal(1.2, .8)*size)
	if t.kind == SoleTrader {
		n = d.IntN(2)
	}
	for range min(n, 25) {
		w.owe(invoice, a, near(from[d.IntN(len(from))]), d.LogNormal(1400, 1)*size, d.Between(1, 31), -1)
	}
	w.owe(bill, a, near(Utility), 210*size, d.Between(1, 28), -1)
	w.owe(phone, a, near(Utility), 60, d.Between(1, 28), -1)
	w.owe(insurance, a, near(Utility), 130*size, d.Between(1, 28), -1)
	w.owe(vat, a, near(Authority), d.LogNormal(1300, .7)*size, []int{10, 16, 20, 25}[t.country%4], -1)
	if t.kind != SoleTrader {
		w.owe(rent, a, near(Company), d.LogNormal(1600, .5)*size, d.Between(1, 5), -1)
	}
	if d.Chance(.25) {
		w.owe(instalment, a, near(Lender), d.LogNormal(900, .6)*size, d.Between(1, 28), -1)
	}
}

// market pays out to its sellers once a week.
func (w *Economy) market(d *chance.Dice, a uint32) {
	c := w.traits[a].country
	day, first := weekly+d.Between(1, 5), d.Between(1*60, 7*60)
	for _, k := range []Kind{SoleTrader, Shop} {
		b := w.block(k, c)
		for i := range b.n {
			if d.Chance(.2) {
				w.owe(payout, a, b.lo+i, d.LogNormal(260, 1), day, first+int(i)/30)
			}
		}
	}
}

// factoring buys invoices: the factor pays 85 % at once, the customer pays the
// factor when the invoice is due, the rest follows.
func (w *Economy) factoring(d *chance.Dice, a uint32) {
	for range d.Between(6, 30) {
		kind := []Kind{Manufacturer, Wholesaler, Company}[d.IntN(3)]
		client, customer := w.block(kind, w.traits[a].country).even(d.Float64()), w.block(Wholesaler, w.traits[a].country).even(d.Float64())
		day, eur := d.Between(1, 10), d.LogNormal(9000, .8)
		w.owe(advance, a, client, eur*.85, day, -1)
		w.owe(factored, customer, a, eur, day+d.Between(8, 18), -1)
		w.owe(advance, a, client, eur*.12, day+19, -1)
	}
}

func (w *Economy) newPool(d *chance.Dice, head uint32) pool {
	p := pool{head: head}
	for range d.Between(3, 12) {
		kind := []Kind{Company, Manufacturer, Wholesaler}[d.IntN(3)]
		sub := w.block(kind, w.traits[head].country).even(d.Float64())
		if !slices.Contains(p.subs, sub) {
			p.subs = append(p.subs, sub)
		}
	}
	return p
}
