// Package world simulates the payments of a European economy in which
// laundering schemes of all 16 typologies are planted and labelled. It exists
// to measure detectors: it knows none of them, and ordinary life in it holds
// legal look-alikes of every scheme.
//
//	w, err := world.New(world.Options{Payments: 500_000, Illicit: world.DefaultIllicit, Seed: 7, Rates: rates})
//	for p := range w.Payments() {
//		... // *p is reused: copy what is kept
//	}
//	truth := w.Attempts()
//
// # What it models
//
// People, sole traders, shops, restaurants, firms, wholesalers, manufacturers
// and the institutions around them, in 50 life.Countries and hundreds of banks, with
// AMLworld's 15 currencies. Who works for, rents from, supplies, befriends or
// supports whom lasts through the period, and a few partners have very many
// ties. Wages, pensions, rents, bills, instalments, taxes, 30-day invoices,
// marketplace payouts, payroll bureaus, factoring and cash pooling fall due on
// their days; card spending, acquirers' settlements, cheques, cash, gifts,
// remittances, imports, crypto-assets and savings follow the hour, the weekday
// and the month. Accounts open, close and fall asleep. Payments are recorded on
// the two accounts between which they are booked: a card payment at a shop with
// an acquirer goes to the acquirer, which pays the shop the next working day.
// Cash is a payment from or to a counter account of a branch area, of which
// each bank has one or more.
//
// # What it does not
//
// Accounts have no balances, so nobody is refused for lack of money, and an
// account may spend more than its owner earns. Price levels are the same in all
// life.Countries. There are no movable feasts, seasons or daylight saving, no failed
// or recalled payments, no credit cards apart from their payments, and no
// behaviour that answers to being watched. Look-alikes are drawn from our own
// knowledge of legal life, not fitted to data of a bank.
//
// # Schemes and look-alikes
//
// A scheme's money is followed from account to account: nobody passes on more
// than arrived, or sooner, except that the first payer's funds come from
// outside the scheme, and that one intermediary in twelve of a scatter-gather
// pays out before being paid. Every payment that carries the proceeds is
// Illicit and in [World.Attempts]; all others are Licit. The legal look-alikes
// that [World.NearMisses] lists, by the typology they resemble, are: friends
// paying for a trip or a wedding (fan-in); bonuses or heirs paid by hand
// (fan-out); a trip's kitty (gather-scatter); parents helping children to buy
// one house (scatter-gather); firms trading in a ring (cycle); a producers'
// market (bipartite); a season's orders through tiers (stack); subcontractors
// (chain); a shop's takings just below 10,000 (structuring); a payroll bureau
// or notary (pass-through); an inheritance (dormancy burst); a cancelled order
// refunded to the sister account (U-turn); a caterer's season (front business);
// remittances to parents (high-risk corridor); branches banking takings at
// closing time (synchronised deposits); a foreign broker's deposit returned
// (round trip with conversion).
package world

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"spoor"
	"spoor/world/internal/chance"
	"spoor/world/internal/life"
)

// DefaultIllicit is the share of illicit payments in AMLworld's HI sets.
const DefaultIllicit = 0.001

// perDay is how many ordinary payments there are for an account and day.
const perDay = .7

// DefaultLookAlikes gives about three legal look-alikes for each scheme at
// DefaultIllicit. Nobody knows the true number; make it larger to see how a
// detector bears it.
const DefaultLookAlikes = .002

// AMLworldStart is the first day of AMLworld, the default of [Options.Start].
const AMLworldStart spoor.Instant = 1_661_990_400 // 2022-09-01

// Options say what world to make. Equal options give equal worlds, payment by
// payment.
type Options struct {
	Payments int     // about how many in all, at least 2,000; default 100,000; from 10,000 on within 3 %
	Illicit  float64 // share of payments in planted schemes, at most 0.2; 0 plants none
	// LookAlikes is the share of payments in planted legal look-alikes; the
	// rest of ordinary life has look-alikes of its own.
	LookAlikes float64
	Seed       uint64        //
	Start      spoor.Instant // its day (UTC) is the first; default AMLworldStart
	Days       int           // 7 to 366; default 30
	Rates      *spoor.Rates  // required; needs the 15 currencies of AMLworld

	// Plant are attempts from elsewhere. They keep their times, amounts,
	// currencies, channels and accounts. Each of their accounts takes over a
	// living one, person or firm, that is in use throughout: the living account
	// gets its id and goes on with its ordinary life.
	Plant      []spoor.Attempt
	PlantAlone bool // leave their accounts without ordinary life

	Typologies []spoor.Typology // what is planted; nil means all
}

// Account is one account of the world, and Kind what its holder is; its String
// gives the word, "sole trader".
type (
	Account = life.Account
	Kind    = life.Kind
)

// World is a simulated economy. It is not changed by use, so that its payments
// can be run through more than once, and at once.
type World struct {
	seed       uint64
	days       int
	start, end spoor.Instant
	econ       *life.Economy
	ordinary   int // payments to make, look-alikes not counted
	attempts   []spoor.Attempt
	misses     []spoor.Attempt
	script     []*spoor.Payment // the payments of both, in order of time
}

// New builds the people, their relations and the schemes. What follows from
// them day by day is made while [World.Payments] runs.
func New(o Options) (*World, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	start := o.Start - ((o.Start%spoor.Day)+spoor.Day)%spoor.Day
	econ, err := life.New(int(float64(o.Payments)/(float64(o.Days)*perDay)), o.Seed, start, o.Days, o.Rates)
	if err != nil {
		return nil, fmt.Errorf("world: Options.Rates: %w", err)
	}
	w := &World{seed: o.Seed, days: o.Days, start: start, end: start + spoor.Instant(o.Days)*spoor.Day, econ: econ}
	if err := w.plant(o.Plant, o.PlantAlone); err != nil {
		return nil, err
	}
	given := countPayments(w.attempts)
	w.attempts = append(w.attempts, w.stage(life.Scheme, o.Typologies, int(math.Round(o.Illicit*float64(o.Payments))))...)
	w.misses = w.stage(life.Legal, nil, int(o.LookAlikes*float64(o.Payments)))
	w.order()

	// One per cent, half of it on top, is set aside for schemes, so that within
	// it planting more or fewer leaves every ordinary payment as it is.
	aside := max(countPayments(w.attempts), o.Payments/100)
	w.ordinary = o.Payments + o.Payments/200 - aside - countPayments(w.misses)
	if w.ordinary < o.Payments/4 {
		return nil, fmt.Errorf("world: Options.Plant holds %d payments, too many to hide among %d: raise Payments", given, o.Payments)
	}
	return w, nil
}

// complete checks options and fills defaults in.
func (o *Options) complete() error {
	o.Payments = cmp.Or(o.Payments, 100_000)
	o.Days = cmp.Or(o.Days, 30)
	o.Start = cmp.Or(o.Start, AMLworldStart)
	if o.Typologies == nil {
		o.Typologies = spoor.Typologies()
	}
	switch {
	case o.Payments < 2000 || o.Payments > 1_000_000_000:
		return fmt.Errorf("world: Options.Payments is %d: want 2,000 to 1,000,000,000", o.Payments)
	case o.Days < 7 || o.Days > 366:
		return fmt.Errorf("world: Options.Days is %d: want 7 to 366", o.Days)
	case !(o.Illicit >= 0 && o.Illicit <= .2):
		return fmt.Errorf("world: Options.Illicit is %v: want a share from 0 to 0.2", o.Illicit)
	case o.Rates == nil:
		return errors.New("world: Options.Rates is missing: give a table of exchange rates")
	}
	for _, t := range o.Typologies {
		if schemes[t] == nil {
			return fmt.Errorf("world: Options.Typologies names %q: want some of %v", t, spoor.Typologies())
		}
	}
	return nil
}

func countPayments(as []spoor.Attempt) (n int) {
	for i := range as {
		n += len(as[i].Payments)
	}
	return n
}

// stage plays attempts, typology after typology, until they hold about n
// payments.
func (w *World) stage(s uint64, ts []spoor.Typology, n int) (out []spoor.Attempt) {
	all := spoor.Typologies()
	if ts == nil {
		ts = all
	}
	turns := chance.NewDice().Seat(w.seed, s, 0, 0).Perm(len(ts))
	made := 0
	for i := 0; made < n && len(ts) > 0; i++ {
		t := ts[turns[i%len(ts)]]
		a := w.play(s, t, uint64(slices.Index(all, t)), i/len(ts)+1)
		if made > 0 && made+len(a.Payments)-n > n-made {
			break // the total is nearer without it
		}
		made += len(a.Payments)
		out = append(out, a)
	}
	return out
}

// order puts all planted payments in order of time.
func (w *World) order() {
	for _, as := range [][]spoor.Attempt{w.attempts, w.misses} {
		for i := range as {
			for j := range as[i].Payments {
				w.script = append(w.script, &as[i].Payments[j])
			}
		}
	}
	slices.SortStableFunc(w.script, func(a, b *spoor.Payment) int { return cmp.Compare(a.Time, b.Time) })
}

// Payments gives all payments in order of time, numbered by Record from 1. The
// pointer is reused: copy what is kept. Memory is that of the accounts and a day.
func (w *World) Payments() iter.Seq[*spoor.Payment] { return w.econ.Payments(w.ordinary, w.script) }

// Attempts lists the planted schemes, those of Options.Plant first: the ground
// truth. Their payments equal those that [World.Payments] gives, but for the
// Record, which is known only when they are reached and is 0 here. They must not
// be changed.
func (w *World) Attempts() []spoor.Attempt { return w.attempts }

// NearMisses lists the legal look-alikes planted on purpose, each under the
// typology it resembles. Their payments are labelled Licit; Record is 0.
func (w *World) NearMisses() []spoor.Attempt { return w.misses }

// Accounts lists all accounts.
func (w *World) Accounts() []Account { return w.econ.Accounts }
