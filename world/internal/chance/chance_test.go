package chance

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestPoisson(t *testing.T) {
	d := NewDice().Seat(1, 2, 3, 4)
	for _, mean := range []float64{.05, .7, 6, 90} {
		const n = 40_000
		sum, squares := 0.0, 0.0
		for range n {
			x := float64(Poisson(mean, d.Float64()))
			sum += x
			squares += x * x
		}
		got := sum / n
		variance := squares/n - got*got
		if e := 5 * math.Sqrt(mean/n); math.Abs(got-mean) > e || math.Abs(variance/mean-1) > .05 {
			t.Errorf("mean %v: got mean %.3f, variance %.3f", mean, got, variance)
		}
	}
}

func TestPoissonGrowsWithTheMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float64Range(0, 50).Draw(t, "a")
		b := rapid.Float64Range(a, 60).Draw(t, "b")
		u := rapid.Float64Range(0, .999999).Draw(t, "u")
		if Poisson(a, u) > Poisson(b, u) {
			t.Fatalf("%d at mean %v, %d at %v", Poisson(a, u), a, Poisson(b, u), b)
		}
	})
}

func TestSeatIsAStreamOfItsOwn(t *testing.T) {
	seen := map[uint64]bool{}
	for actor := range uint64(100) {
		for day := range uint64(100) {
			x := NewDice().Seat(1, 5, actor, day).Uint64()
			if seen[x] {
				t.Fatalf("actor %d on day %d throws what another threw", actor, day)
			}
			seen[x] = true
			if y := NewDice().Seat(1, 5, actor, day).Uint64(); x != y {
				t.Fatal("the same seat throws differently")
			}
		}
	}
}

func TestMinute(t *testing.T) {
	d := NewDice().Seat(1, 1, 1, 1)
	for h := Shopping; h <= Waking; h++ {
		for _, ahead := range []int{-5, 0, 2, 10} {
			var got [24]int
			const n = 24_000
			for range n {
				m := d.Minute(h, ahead)
				if m < 0 || m >= 24*60 {
					t.Fatalf("minute %d", m)
				}
				got[(m/60+ahead+24)%24]++
			}
			total := 0
			for _, w := range hourWeights[h] {
				total += w
			}
			for hour, w := range hourWeights[h] {
				if want := float64(n*w) / float64(total); math.Abs(float64(got[hour])-want) > .006*n {
					t.Errorf("hours %d, %d ahead: %d at %d o'clock, want %.0f", h, ahead, got[hour], hour, want)
				}
			}
		}
	}
}

func TestPrice(t *testing.T) {
	d := NewDice().Seat(1, 1, 1, 1)
	euro, yen, coin := Tender{100, 2, 2}, Tender{14_200, 2, 0}, Tender{5000, 8, 8}
	for _, c := range []struct {
		eur  float64
		t    Tender
		end  Ending
		want int64
	}{
		{19.31, euro, Exact, 1931}, {19.31, euro, Nines, 1999}, {17.2, euro, Tens, 1500}, {148, euro, Tens, 15_000},
		{1230, euro, Tens, 125_000}, {.001, euro, Exact, 1}, {.001, euro, Tens, 500},
		{19.31, yen, Nines, 274_200}, {19.31, yen, Tens, 250_000}, {10, coin, Tens, 50_000},
	} {
		if got := d.Price(c.eur, c.t, c.end); got != c.want {
			t.Errorf("%v euro in %+v, ending %d: %d, want %d", c.eur, c.t, c.end, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Int64Range(1, 1e12).Draw(t, "m")
		if got := RoundDown(m, euro); got > m || got < m*3/4 || got <= 0 {
			t.Fatalf("%d rounded down to %d", m, got)
		}
	})
}
