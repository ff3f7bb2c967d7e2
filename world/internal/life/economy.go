// Package life is the ordinary economy of package world: who lives in it, who
// has lasting ties with whom, and what they pay each other day by day. It knows
// no crime. Tables that experts can review are in its text files.
package life

import (
	"spoor"
	"spoor/world/internal/chance"
)

// The streams of chance.
const (
	streamPeople uint64 = iota + 1 // who lives where
	streamTies                     // lasting relations
	streamDuty                     // amounts and minutes of what falls due
	streamCount                    // how often an account acts on a day
	streamLife                     // what it does
	streamPool                     // cash pooling
	Scheme                         // planted schemes
	Legal                          // planted look-alikes
	Plant                          // which living account a given one takes over
)

// Economy is a population with its ties. It is not changed by running through
// its payments.
type Economy struct {
	Accounts []Account
	Young    []uint32 // accounts, by index, that open in the period
	Dormant  []uint32 // accounts that fall asleep in its first quarter

	seed   uint64
	days   int
	dates  []date
	traits []trait              // by account
	at     [numKinds][256]block // by country
	most   [numKinds]block      // the largest of a kind
	living int
	owners uint32

	duties             []duty // by day
	dutyStart, dutyEnd [dutyDays]int
	pools              []pool
}

// New builds an economy of about n accounts and ties it together. It runs for
// some days from start, a midnight UTC; rates must have every currency of
// [Tender].
func New(n int, seed uint64, start spoor.Instant, days int, rates *spoor.Rates) (*Economy, error) {
	dates, err := calendar(start, days, rates)
	if err != nil {
		return nil, err
	}
	w := &Economy{seed: seed, days: days, dates: dates}
	w.populate(n)
	w.classify()
	w.tie()
	return w, nil
}

// TenderAt says how a currency is rounded on the day of a moment, or on the nearest
// day of the period.
func (w *Economy) TenderAt(at spoor.Instant, c spoor.Currency) chance.Tender {
	return w.date(at).tender(c)
}

// Convert changes minor units of one currency into another at the rate of the
// day, less what banks keep of it.
func (w *Economy) Convert(d *chance.Dice, m int64, from, to spoor.Currency, at spoor.Instant) int64 {
	return w.date(at).convert(d, m, from, to)
}

func (w *Economy) date(at spoor.Instant) *date {
	i := int((at - w.dates[0].at) / spoor.Day)
	return &w.dates[min(max(i, 0), w.days-1)]
}
