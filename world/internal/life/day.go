package life

import (
	"iter"

	"spoor"
	"spoor/world/internal/chance"
)

// Payments gives n ordinary payments, nearly, in order of time, and the scripted
// ones, which must be in order, among them. They are numbered by Record from 1.
// The pointer is reused. Memory is that of a day.
func (w *Economy) Payments(n int, script []*spoor.Payment) iter.Seq[*spoor.Payment] {
	return func(yield func(*spoor.Payment) bool) {
		r, script := newRun(w, n), script
		var p spoor.Payment
		record := uint64(0)
		give := func() bool {
			record++
			p.Record = record
			return yield(&p)
		}
		for day := range w.dates {
			r.live(day)
			for i := range r.sorted {
				at := w.dates[day].at + spoor.Instant(r.sorted[i].minute)*spoor.Minute
				for len(script) > 0 && script[0].Time < at {
					if p = *script[0]; !give() {
						return
					}
					script = script[1:]
				}
				if w.fill(&p, &r.sorted[i], at); !give() {
					return
				}
			}
		}
		for _, s := range script {
			if p = *s; !give() {
				return
			}
		}
	}
}

// entry is an ordinary payment of the day, kept small for sorting.
type entry struct {
	paid, received  int64
	from, to        uint32
	minute          uint16
	purpose         uint8 // into purposes
	channel         spoor.Channel
	paidIn, reachIn spoor.Currency
}

// fill writes an entry out as a payment.
func (w *Economy) fill(p *spoor.Payment, e *entry, at spoor.Instant) {
	from, to := &w.Accounts[e.from], &w.Accounts[e.to]
	p.Time, p.Label = at, spoor.Licit
	p.From, p.To = from.ID, to.ID
	p.Paid = spoor.Money{Amount: e.paid, Currency: e.paidIn}
	p.Received = spoor.Money{Amount: e.received, Currency: e.reachIn}
	p.Channel, p.Purpose, p.ID = e.channel, purposes[e.purpose], ""
	p.FromCountry, p.ToCountry = from.Country, to.Country
	p.FromName, p.ToName = from.OwnerName, to.OwnerName
}

const (
	settlement = "card settlement"
	sweep      = "cash pooling"
)

// purposes are those of the habits, the duties and what follows from them.
var purposes, dutyPurpose = func() (out []string, duty uint8) {
	for i := range habits {
		out = append(out, habits[i].purpose)
	}
	duty = uint8(len(out))
	for _, k := range dutyKinds {
		out = append(out, k.purpose)
	}
	return append(out, settlement, sweep), duty
}()

// A class is a kind, with a bit for those who have another account and one for
// those who have family abroad: who lacks them has no habits that need them.
const (
	hasOwn = 1 << iota
	hasKin
	classesPerKind = 4
	classes        = int(numKinds) * classesPerKind
)

var classHabits = func() (out [classes][]uint8) {
	for c := range out {
		for i, h := range habits {
			lacks := h.aim == own && c&hasOwn == 0 || h.aim == kin && c&hasKin == 0
			if h.who>>(c/classesPerKind)&1 == 1 && !lacks {
				out[c] = append(out[c], uint8(i))
			}
		}
	}
	return out
}()

// classify finds each account's class. One household in eleven came from
// elsewhere.
func (w *Economy) classify() {
	for i := range w.traits {
		t := &w.traits[i]
		t.class = uint8(int(t.kind) * classesPerKind)
		if _, ok := w.Sibling(uint32(i)); ok {
			t.class |= hasOwn
		}
		if t.kind == Person && chance.Mix(w.seed, uint64(i)<<8)%11 == 0 {
			t.class |= hasKin
		}
	}
}

// run makes the ordinary payments of one day after the other.
type run struct {
	w        *Economy
	d        *chance.Dice
	date     *date
	today    int
	entries  []entry
	sorted   []entry
	left     int       // ordinary payments still to make
	owed     []int     // duties and sweeps from a day to the end
	appetite []float64 // expected acts at scale 1 from a day to the end
	keep     float64   // share of duties kept, where there are too many for so few payments
	menu     [classes][]float64
	takings  []float32 // of shops since the last settlement
	unpaid   []uint32  // the shops that have some
	settled  int
}

func newRun(w *Economy, n int) *run {
	r := &run{w: w, d: chance.NewDice(), left: n, keep: 1, takings: make([]float32, len(w.Accounts))}
	r.owed, r.appetite = make([]int, w.days+1), make([]float64, w.days+1)
	var pace [classes]float64
	for i := range w.traits {
		pace[w.traits[i].class] += float64(w.traits[i].pace)
		if w.traits[i].acquired {
			r.settled++
		}
	}
	r.settled = r.settled * 4 / 5
	for day := w.days - 1; day >= 0; day-- {
		r.owed[day] = r.owed[day+1] + w.owedOn(day)
		r.date = &w.dates[day]
		r.appetite[day] = r.appetite[day+1]
		for c, sum := range r.list() {
			r.appetite[day] += sum * pace[c]
		}
	}
	if most := float64(n) * .55; float64(r.owed[0]) > most {
		r.keep = most / float64(r.owed[0])
	}
	return r
}

// list writes the day's menu: for each class its habits' weights, summed up.
func (r *run) list() (totals [classes]float64) {
	var day [3]float64
	for i := range day {
		day[i] = r.date.weight(rhythm(i))
	}
	for c, hs := range classHabits {
		r.menu[c] = r.menu[c][:0]
		for _, h := range hs {
			totals[c] += habits[h].rate * day[habits[h].rhythm]
			r.menu[c] = append(r.menu[c], totals[c])
		}
	}
	return totals
}

// live makes and sorts the payments of a day.
func (r *run) live(day int) {
	r.today, r.date, r.entries = day, &r.w.dates[day], r.entries[:0]
	totals := r.list()
	if r.date.working {
		r.settle()
		r.fulfil()
		r.sweep()
	}
	// What is left for the rest of the period, without what is owed, sets the
	// pace: chance in one day is made good in the days after.
	weeks := float64(r.w.days-day-1) * 5 / 7
	owed := float64(r.owed[day+1])*r.keep + weeks*float64(r.settled)
	scale := (float64(r.left-len(r.entries)) - owed) / r.appetite[day]
	noise := .96 + .08*chance.Unit(chance.Mix(chance.Mix(r.w.seed, streamCount), uint64(day)))
	if day == r.w.days-1 {
		noise = 1
	}
	r.act(totals, max(scale, 0)*noise)
	r.left -= len(r.entries)
	r.sort()
}

// owedOn counts what falls due on a day.
func (w *Economy) owedOn(day int) (n int) {
	t := &w.dates[day]
	if !t.working {
		return 0
	}
	w.each(t, func(int, *duty) { n++ })
	for _, p := range w.pools {
		n += 2 * len(p.subs)
	}
	return n
}

// each visits the duties of a date.
func (w *Economy) each(t *date, visit func(i int, d *duty)) {
	group := func(day int, wages, others bool) {
		for i := w.dutyStart[day]; i < w.dutyEnd[day]; i++ {
			if d := &w.duties[i]; d.kind == wage && wages || d.kind != wage && others {
				visit(i, d)
			}
		}
	}
	for _, m := range t.due {
		group(m, false, true)
	}
	for _, m := range t.wages {
		group(m, true, false)
	}
	group(weekly+int(t.week), false, true)
}

// spared reports whether something owed is left out, because there are too few
// payments in so many days.
func (r *run) spared(what uint64) bool {
	return r.keep < 1 && chance.Unit(chance.Mix(r.w.seed, what)) >= r.keep
}

// fulfil books the duties of the day.
func (r *run) fulfil() {
	w, d := r.w, r.d
	w.each(r.date, func(i int, o *duty) {
		if r.spared(uint64(i) << 20) {
			return
		}
		if !w.Alive(o.from, r.today, r.today) || !w.Alive(o.to, r.today, r.today) {
			return
		}
		d.Seat(w.seed, streamDuty, uint64(i), uint64(r.today))
		k := &dutyKinds[o.kind]
		eur := float64(o.eur)
		if k.wobble > 0 {
			eur = d.LogNormal(eur, k.wobble)
		}
		minute := int(o.minute)
		if minute < 0 {
			minute = d.Minute(k.hours, Countries[w.traits[o.from].country].hours)
		}
		r.book(o.from, o.to, eur, k.end, k.channel, minute, dutyPurpose+uint8(o.kind))
	})
}

// settle pays shops out what their customers paid by card, less a fee.
func (r *run) settle() {
	for _, shop := range r.unpaid {
		if r.w.Alive(shop, r.today, r.today) {
			h := chance.Mix(r.w.seed, uint64(shop))
			r.d.Seat(r.w.seed, streamDuty, uint64(shop), uint64(r.today))
			r.book(r.w.acquirer(shop), shop, float64(r.takings[shop])*.988, chance.Exact,
				spoor.CreditTransfer, 3*60+int(h%120), uint8(len(purposes)-2))
		}
		r.takings[shop] = 0
	}
	if len(r.unpaid) > 0 {
		r.settled = len(r.unpaid)
	}
	r.unpaid = r.unpaid[:0]
}

// acquirer is the one that a shop has its terminal from.
func (w *Economy) acquirer(shop uint32) uint32 {
	return w.block(Acquirer, w.traits[shop].country).zipf(chance.Unit(chance.Mix(w.seed, uint64(shop)<<4)))
}

// sweep empties the accounts of pooled firms into the holding in the evening,
// and gives back in the morning what it took the working day before.
func (r *run) sweep() {
	w := r.w
	last := r.today - 1
	for last >= 0 && !w.dates[last].working {
		last--
	}
	for _, p := range w.pools {
		for i, sub := range p.subs {
			if !w.Alive(sub, r.today, r.today) || r.spared(uint64(sub)<<40) {
				continue
			}
			amount := func(day int) float64 {
				return r.d.Seat(w.seed, streamPool, uint64(sub), uint64(day)).LogNormal(14_000, .9)
			}
			if last >= 0 {
				r.book(p.head, sub, amount(last), chance.Exact, spoor.CreditTransfer, 6*60+i, uint8(len(purposes)-1))
			}
			r.book(sub, p.head, amount(r.today), chance.Exact, spoor.CreditTransfer, 17*60+i, uint8(len(purposes)-1))
		}
	}
}

// act lets every account follow its habits.
func (r *run) act(totals [classes]float64, scale float64) {
	w := r.w
	count := chance.Mix(chance.Mix(w.seed, streamCount), uint64(r.today)<<32)
	for i := range w.traits {
		t := &w.traits[i]
		if totals[t.class] == 0 || r.today < int(t.open) || r.today >= int(t.shut) {
			continue
		}
		n := chance.Poisson(totals[t.class]*float64(t.pace)*scale, chance.Unit(chance.Mix(count, uint64(i))))
		if n == 0 {
			continue
		}
		r.d.Seat(w.seed, streamLife, uint64(i), uint64(r.today))
		for range n {
			r.follow(uint32(i), t, totals[t.class])
		}
	}
}

// follow does one thing out of habit.
func (r *run) follow(a uint32, t *trait, total float64) {
	d, menu := r.d, r.menu[t.class]
	u, k := d.Float64()*total, 0
	for k < len(menu)-1 && u >= menu[k] {
		k++
	}
	index := classHabits[t.class][k]
	h := &habits[index]
	to, ok := r.w.partner(d, a, h, r.today)
	if !ok {
		return
	}
	eur := d.LogNormal(h.median, h.sigma) * (.4 + .6*float64(t.wealth))
	minute := d.Minute(h.hours, Countries[t.country].hours)
	from := a
	if h.inward {
		from, to = to, a
	}
	if h.channel == spoor.Card && !h.inward && r.w.traits[to].acquired {
		if r.takings[to] == 0 {
			r.unpaid = append(r.unpaid, to)
		}
		r.takings[to] += float32(eur)
		to = r.w.acquirer(to)
	}
	r.book(from, to, eur, h.end, h.channel, minute, index)
}

// book writes an entry: paid in the payer's currency, received in the payee's.
func (r *run) book(from, to uint32, eur float64, end chance.Ending, ch spoor.Channel, minute int, purpose uint8) {
	w := r.w
	e := entry{from: from, to: to, minute: uint16(minute), purpose: purpose, channel: ch,
		paidIn: w.Accounts[from].Currency, reachIn: w.Accounts[to].Currency}
	e.paid = r.d.Price(eur, r.date.tender(e.paidIn), end)
	e.received = e.paid
	if e.paidIn != e.reachIn {
		e.received = r.date.convert(r.d, e.paid, e.paidIn, e.reachIn)
	}
	r.entries = append(r.entries, e)
}

func (t *date) tender(c spoor.Currency) chance.Tender {
	return chance.Tender{Units: t.units[c], Scale: c.Scale(), Coins: c.Decimals()}
}

// convert changes money at the day's rate, less what banks keep of it.
func (t *date) convert(d *chance.Dice, paid int64, from, to spoor.Currency) int64 {
	v := float64(paid) * t.units[to] / t.units[from] * (1 - d.Uniform(.001, .008))
	return max(1, int64(v))
}

// sort orders the day by minute; within one, as booked.
func (r *run) sort() {
	var at [24*60 + 1]int32
	for i := range r.entries {
		at[r.entries[i].minute+1]++
	}
	for m := range 24 * 60 {
		at[m+1] += at[m]
	}
	if cap(r.sorted) < len(r.entries) {
		r.sorted = make([]entry, len(r.entries)+len(r.entries)/4)
	}
	r.sorted = r.sorted[:len(r.entries)]
	for i := range r.entries {
		m := r.entries[i].minute
		r.sorted[at[m]] = r.entries[i]
		at[m]++
	}
}
