package spoor

import (
	"fmt"
	"math"
	"math/bits"
	"sort"
)

// Rates is a dated table of exchange rates against the euro. Amounts of
// different currencies are compared and converted only through one, and its
// Version goes into whatever was concluded by it.
type Rates struct {
	Version string
	series  [256][]rateStep // by currency, ascending in time
}

type rateStep struct {
	from   Instant
	perEUR uint64 // units of the currency for one euro, times rateUnit
}

const rateUnit = 1e8

// Set gives the rate of a currency from an instant on, until the next one set:
// units of the currency for one euro, times 10^8. Rates may be set in any order.
func (r *Rates) Set(c Currency, from Instant, perEUR uint64) error {
	if perEUR == 0 {
		return fmt.Errorf("rate of %s from %s is zero", c, from.Date())
	}
	s := r.series[c]
	i := sort.Search(len(s), func(i int) bool { return s[i].from >= from })
	if i < len(s) && s[i].from == from {
		return fmt.Errorf("rate of %s from %s is given twice", c, from.Date())
	}
	s = append(s, rateStep{})
	copy(s[i+1:], s[i:])
	s[i] = rateStep{from, perEUR}
	r.series[c] = s
	return nil
}

// rate finds the step in force at an instant; before the first step, the first.
func (r *Rates) rate(c Currency, at Instant) (uint64, bool) {
	if c == EUR {
		return rateUnit, true
	}
	s := r.series[c]
	if len(s) == 0 {
		return 0, false
	}
	for i := len(s) - 1; i > 0; i-- {
		if s[i].from <= at {
			return s[i].perEUR, true
		}
	}
	return s[0].perEUR, true
}

// Convert changes money into another currency at the rate of an instant,
// rounded half to even; ok is false where the table has no rate for either, or
// the result is too large.
func (r *Rates) Convert(m Money, to Currency, at Instant) (out Money, ok bool) {
	if m.Currency == to {
		return m, true
	}
	have, ok1 := r.rate(m.Currency, at)
	want, ok2 := r.rate(to, at)
	if !ok1 || !ok2 {
		return Money{}, false
	}
	num, den := want, have
	if d := to.Scale() - m.Currency.Scale(); d >= 0 {
		hi, lo := bits.Mul64(num, pow10[d])
		if hi != 0 {
			return Money{}, false
		}
		num = lo
	} else {
		hi, lo := bits.Mul64(den, pow10[-d])
		if hi != 0 {
			return Money{}, false
		}
		den = lo
	}
	v, ok := MulDiv(m.Amount, num, den)
	return Money{v, to}, ok
}

// Value is an amount in euro as a float, for comparing sizes only: it is never
// shown as money and never added up. Zero where the table has no rate.
func (r *Rates) Value(m Money, at Instant) float64 {
	rate, ok := r.rate(m.Currency, at)
	if !ok {
		return 0
	}
	return float64(m.Amount) / float64(pow10[m.Currency.Scale()]) * rateUnit / float64(rate)
}

// MulDiv is a × num / den with a 128-bit product, rounded half to even; ok is
// false when the result does not fit or den is zero.
func MulDiv(a int64, num, den uint64) (int64, bool) {
	neg := a < 0
	u := uint64(a)
	if neg {
		u = -u
	}
	hi, lo := bits.Mul64(u, num)
	if hi >= den {
		return 0, false
	}
	q, rem := bits.Div64(hi, lo, den)
	if half := den - rem; rem > half || rem == half && q&1 == 1 {
		q++
	}
	if q > math.MaxInt64 {
		return 0, false
	}
	if neg {
		return -int64(q), true
	}
	return int64(q), true
}
