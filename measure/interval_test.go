package measure

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestStudent compares with scipy.stats.t.ppf(0.975, n), scipy 1.17.
func TestStudent(t *testing.T) {
	for n, want := range map[int]float64{1: 12.706204736, 5: 2.570581836, 10: 2.228138852, 11: 2.200985160, 12: 2.178812830, 15: 2.131449546, 29: 2.045229642, 31: 2.039513446, 40: 2.021075390} {
		if got := student(n); got < want-1e-4 || got > want+1e-4 {
			t.Errorf("t of %d is %v, want %v", n, got, want)
		}
	}
}

func TestMean(t *testing.T) {
	// scipy.stats.t.interval(0.95, 4, mean, std(ddof=1)/sqrt(5))
	got := Mean([]float64{.41, .45, .39, .44, .42})
	if s := got.String(); s != "0.422 (0.392 to 0.452)" || got.N != 5 {
		t.Errorf("%s of %d", s, got.N)
	}
	if got := Mean([]float64{.5}); got != (Interval{.5, .5, .5, 1}) || got.String() != "0.500 (no interval)" {
		t.Errorf("one value: %+v", got)
	}
	if got := Mean(nil); got != (Interval{}) {
		t.Errorf("no value: %+v", got)
	}
}

// TestWilson is the interval worked out in Python from the formula.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{
		{3, 20, 0.052368745896216595, 0.36041886474075696}, {0, 10, 0, 0.2775327998628892}, {10, 10, 0.7224672001371107, 1},
		{1, 1000, 0.00017654637062607809, 0.0056425585979579355}, {0, 0, 0, 1},
	} {
		if low, high := Wilson(c.k, c.n); !close(low, c.low) || !close(high, c.high) {
			t.Errorf("%d of %d: %v to %v", c.k, c.n, low, high)
		}
	}
}

// TestWeighed: a weight is as good as as many copies.
func TestWeighed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores, truth := anyRows(t, false)
		group := rapid.SliceOfN(rapid.Int32Range(-3, 3), len(scores), len(scores)).Draw(t, "groups")
		rows, groups := weighable(scores, truth, group)
		weight := rapid.SliceOfN(rapid.Uint8Range(0, 3), groups, groups).Draw(t, "weights")
		number := map[int32]uint8{}
		var copies []float64
		var truths []bool
		for i, g := range group {
			if _, ok := number[g]; !ok {
				number[g] = weight[len(number)]
			}
			for range number[g] {
				copies, truths = append(copies, scores[i]), append(truths, truth[i])
			}
		}
		r := ranked(t, copies, truths)
		got, ok := weighed(rows, weight)
		if !close(got, r.AveragePrecision()) || ok != (r.Positives() > 0) {
			t.Fatalf("%v %v, want %v", got, ok, r.AveragePrecision())
		}
	})
}

func TestBootstrap(t *testing.T) {
	scores, truth, group, _ := economy(20_000)
	boot := func(group []int32, seed uint64) Interval {
		i, err := Bootstrap(scores, truth, group, 200, seed)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	a := boot(group, 1)
	if a != boot(group, 1) {
		t.Error("one seed gives two intervals")
	}
	if a == boot(group, 2) {
		t.Error("two seeds give one interval")
	}
	r, _ := Rank(scores, truth)
	if !close(a.Value, r.AveragePrecision()) || a.Low >= a.Value || a.High <= a.Value || a.N < 1900 {
		t.Errorf("interval %+v of %v", a, r.AveragePrecision())
	}
	if one := boot(make([]int32, len(scores)), 1); one.Low != one.Value || one.High != one.Value || one.N != 1 {
		t.Errorf("one group: %+v", one)
	}
	clear(truth)
	if none := boot(group, 1); none.Value != 0 || none.High != 0 {
		t.Errorf("no positives: %+v", none)
	}
}

// TestGroupsWiden: where rows of a group are alike, drawing groups gives a
// wider interval than drawing rows, as it should.
func TestGroupsWiden(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 3))
	var scores []float64
	var truth []bool
	var group, row []int32
	for g := range int32(400) {
		s, positive := dice.Float64(), g%8 == 0
		if positive {
			s += dice.Float64()
		}
		for range 20 {
			scores, truth = append(scores, s+dice.Float64()/50), append(truth, positive)
			group, row = append(group, g), append(row, int32(len(row)))
		}
	}
	byGroup, _ := Bootstrap(scores, truth, group, 300, 1)
	byRow, _ := Bootstrap(scores, truth, row, 300, 1)
	if wide, narrow := byGroup.High-byGroup.Low, byRow.High-byRow.Low; wide < 2*narrow {
		t.Errorf("%v wide by group, %v by row", wide, narrow)
	}
}
