package life

import (
	"fmt"
	"time"

	"spoor"
)

// date is one day of the world.
type date struct {
	at      spoor.Instant // its midnight, UTC
	month   int           // day of the month
	week    time.Weekday
	working bool
	due     []int // days of the month whose duties are paid today: a bank holiday moves them on
	wages   []int // the same for wages, which a bank holiday brings forward
	// units holds the minor units of each currency that a euro buys.
	units []float64
}

// holidays that most of Europe keeps, as month and day. Movable feasts are not
// modelled.
var holidays = map[[2]int]bool{
	{1, 1}: true, {1, 6}: true, {5, 1}: true, {8, 15}: true, {11, 1}: true, {12, 25}: true, {12, 26}: true,
}

func working(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !holidays[[2]int{int(t.Month()), t.Day()}]
}

// monthDays lists the days of the month that a date stands for: its own, and
// at the end of a short month also those that the month lacks.
func monthDays(t time.Time) (out []int) {
	out = append(out, t.Day())
	if t.AddDate(0, 0, 1).Day() == 1 {
		for d := t.Day() + 1; d <= 31; d++ {
			out = append(out, d)
		}
	}
	return out
}

// calendar lays out the days from start, with the rates of each.
func calendar(start spoor.Instant, days int, rates *spoor.Rates) ([]date, error) {
	out := make([]date, days)
	for i := range out {
		at := start + spoor.Instant(i)*spoor.Day
		t := at.Time()
		d := date{at: at, month: t.Day(), week: t.Weekday(), working: working(t)}
		if d.working {
			d.due, d.wages = monthDays(t), monthDays(t)
			for b := t.AddDate(0, 0, -1); !working(b); b = b.AddDate(0, 0, -1) {
				d.due = append(d.due, monthDays(b)...)
			}
			for f := t.AddDate(0, 0, 1); !working(f); f = f.AddDate(0, 0, 1) {
				d.wages = append(d.wages, monthDays(f)...)
			}
		}
		d.units = make([]float64, spoor.Currencies())
		for _, c := range Tender {
			const million = 100_000_000 // of euro, in cents: keeps the digits of a rate
			m, ok := rates.Convert(spoor.Money{Amount: million, Currency: spoor.EUR}, c, at)
			if !ok || m.Amount <= 0 {
				return nil, fmt.Errorf("world: Options.Rates has no usable rate of %s on %s: give one for each of %v", c, at.Date(), Tender)
			}
			d.units[c] = float64(m.Amount) / (million / 100)
		}
		out[i] = d
	}
	return out, nil
}

// Tender is the money in use: the 15 currencies of AMLworld, bitcoin last.
var Tender = parseTender("EUR USD GBP CHF JPY CNY INR RUB AUD CAD MXN ILS SAR BRL XBT")

// A rhythm says how a day's weight depends on the calendar.
type rhythm uint8

const (
	steady  rhythm = iota // machines and savers
	private               // people: busy Fridays and Saturdays, quiet Sundays, richer after pay day
	office                // firms: working days, busier where the month turns
)

var weekdays = [...][7]float64{ // from Sunday
	steady:  {1, 1, 1, 1, 1, 1, 1},
	private: {.68, .92, .9, .95, 1, 1.22, 1.33},
	office:  {.04, 1.12, 1.05, 1, 1, 1.05, .12},
}

// weight is the day's factor for a rhythm.
func (d *date) weight(r rhythm) float64 {
	f := weekdays[r][d.week]
	holiday := !d.working && d.week != time.Saturday && d.week != time.Sunday
	switch {
	case r == private && (d.month >= 27 || d.month <= 4):
		f *= 1.15
	case r == private && d.month >= 18:
		f *= .92
	case r == office && (d.month >= 28 || d.month <= 2):
		f *= 1.35
	}
	if holiday && r == private {
		f *= .7
	}
	if holiday && r == office {
		f *= .08
	}
	return f
}
