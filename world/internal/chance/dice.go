// Package chance holds seeded dice and how people time and round what they do.
// It knows nothing of money's nouns.
package chance

import (
	"math"
	"math/rand/v2"
)

// Mix hashes two numbers into one (the finaliser of SplitMix64).
func Mix(a, b uint64) uint64 {
	z := a + b*0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// Unit maps a hash to [0, 1).
func Unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// Dice is a generator that can be seated at any stream for a few nanoseconds.
type Dice struct {
	pcg rand.PCG
	*rand.Rand
}

// NewDice gives dice that must be seated before use.
func NewDice() *Dice {
	d := &Dice{}
	d.Rand = rand.New(&d.pcg)
	return d
}

// Seat starts the generator of an actor on a day in one of many streams, each
// of which is one use of chance: what one actor does never shifts what another
// one does.
func (d *Dice) Seat(seed, stream, actor, day uint64) *Dice {
	h := Mix(Mix(seed, stream), actor)
	d.pcg.Seed(Mix(h, day), h)
	return d
}

// Chance is true with probability p.
func (d *Dice) Chance(p float64) bool { return d.Float64() < p }

// Between gives an integer in [lo, hi].
func (d *Dice) Between(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// Uniform gives a number in [lo, hi).
func (d *Dice) Uniform(lo, hi float64) float64 { return lo + d.Float64()*(hi-lo) }

// LogUniform gives a number in [lo, hi) whose logarithm is uniform.
func (d *Dice) LogUniform(lo, hi float64) float64 { return lo * math.Pow(hi/lo, d.Float64()) }

// LogNormal gives a number with the given median.
func (d *Dice) LogNormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*d.NormFloat64())
}

// Poisson inverts the distribution at u. For the same u it only grows with the
// mean, so a busier world adds payments and does not exchange them.
func Poisson(mean, u float64) int {
	mean = min(mean, 400)
	p := math.Exp(-mean)
	n, sum := 0, p
	for u > sum && n < 1000 {
		n++
		p *= mean / float64(n)
		sum += p
	}
	return n
}
