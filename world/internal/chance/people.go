package chance

import "math"

// Hours are the times of day at which things are done, in local time.
type Hours uint8

// The hours.
const (
	Shopping Hours = iota
	Evening
	Desk
	Batch
	Waking
)

var hourWeights = [...][24]int{
	Shopping: {0, 0, 0, 0, 0, 0, 1, 3, 5, 7, 8, 9, 9, 7, 6, 7, 8, 9, 9, 7, 4, 2, 1, 0},
	Evening:  {2, 1, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 6, 6, 3, 2, 2, 3, 6, 9, 9, 8, 6, 4},
	Desk:     {0, 0, 0, 0, 0, 0, 1, 3, 7, 9, 9, 8, 6, 7, 9, 9, 7, 4, 2, 1, 1, 1, 0, 0},
	Batch:    {2, 3, 5, 7, 9, 9, 7, 5, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2},
	Waking:   {2, 1, 1, 1, 1, 1, 2, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 6, 4, 3},
}

// hourTable inverts hourWeights: a byte of chance to an hour.
var hourTable = func() (t [len(hourWeights)][256]uint8) {
	for h, weights := range hourWeights {
		total, sum, hour := 0, weights[0], 0
		for _, w := range weights {
			total += w
		}
		for i := range 256 {
			for i*total >= sum*256 {
				hour++
				sum += weights[hour]
			}
			t[h][i] = uint8(hour)
		}
	}
	return t
}()

// Minute draws a minute of the UTC day for a place so many hours ahead of UTC.
func (d *Dice) Minute(h Hours, ahead int) int {
	u := d.Uint64()
	local := int(hourTable[h][u&255])*60 + int((u>>8&0xffff)*60>>16)
	return (local - ahead*60 + 2*24*60) % (24 * 60)
}

// Ending says how people round an amount.
type Ending uint8

// The endings.
const (
	Exact Ending = iota
	Nines        // 19.99
	Tens         // 5, 20, 150, 2500
	Mixed        // half of them round
)

// Tender is a currency as far as rounding goes: how many minor units a euro
// buys, and the decimals of a minor unit and of the coins.
type Tender struct {
	Units        float64
	Scale, Coins int
}

// Price turns euros into minor units, rounded as people do; at least one.
func (d *Dice) Price(eur float64, t Tender, end Ending) int64 {
	if end == Mixed {
		end = Exact
		if d.Uint64()&1 == 0 {
			end = Tens
		}
	}
	v, major := eur*t.Units, t.major()
	switch {
	case t.Scale == 8: // bitcoin is not rounded
	case end == Tens:
		v = roundTo(v, t.step(eur))
	case t.Coins == 0:
		v = roundTo(v, major)
	case end == Nines:
		v = math.Floor(v/major)*major + .99*major
	}
	return max(1, int64(v+.5))
}

// RoundDown drops from an amount what people would not type.
func RoundDown(m int64, t Tender) int64 {
	step := int64(t.step(float64(m) / t.Units))
	if t.Scale == 8 || m < 4*step {
		return m
	}
	return m - m%step
}

var pow10 = [...]float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

func (t Tender) major() float64 { return pow10[t.Scale] }

// step is what people round an amount worth eur to, in minor units.
func (t Tender) step(eur float64) float64 {
	s := 100.
	switch {
	case eur < 40:
		s = 5
	case eur < 300:
		s = 10
	case eur < 2000:
		s = 50
	}
	for major := t.major(); major*10 <= t.Units; major *= 10 {
		s *= 10
	}
	return s * t.major()
}

func roundTo(v, step float64) float64 { return max(step, math.Floor(v/step+.5)*step) }
