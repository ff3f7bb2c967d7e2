package life

import (
	"slices"
	"testing"
	"time"

	"spoor"
)

func evenRates(t *testing.T) *spoor.Rates {
	r := &spoor.Rates{}
	for _, c := range Tender[1:] {
		if err := r.Set(c, 0, 1e8); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// TestEveryMonthDayFallsDueOnce holds whatever weekends and holidays do.
func TestEveryMonthDayFallsDueOnce(t *testing.T) {
	start := spoor.At(time.Date(2023, 11, 1, 0, 0, 0, 0, time.UTC))
	dates, err := calendar(start, 366, evenRates(t))
	if err != nil {
		t.Fatal(err)
	}
	due, wages := map[int]int{}, map[int]int{}
	for _, d := range dates {
		if !d.working && len(d.due)+len(d.wages) > 0 {
			t.Errorf("%s is no working day, yet something falls due", d.at.Date())
		}
		for _, m := range d.due {
			due[m]++
		}
		for _, m := range d.wages {
			wages[m]++
		}
		back := spoor.Day * 4
		for _, m := range d.wages {
			ahead := slices.ContainsFunc(dates, func(e date) bool { return e.month == m && e.at >= d.at && e.at-d.at <= back })
			if !ahead && m <= 28 && d.at < dates[360].at {
				t.Errorf("wages of day %d are paid on %s", m, d.at.Date())
			}
		}
	}
	for m := 1; m <= 31; m++ {
		if due[m] < 12 || due[m] > 13 || wages[m] < 12 || wages[m] > 13 {
			t.Errorf("day %d of the month: %d times due, %d times wages in a year", m, due[m], wages[m])
		}
	}
}

func TestPopulation(t *testing.T) {
	w, err := New(5000, 9, 0, 30, evenRates(t))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(w.Accounts); n < 4800 || n > 5600 {
		t.Errorf("%d accounts: want about 5000", n)
	}
	kinds, lands, several := map[Kind]int{}, map[spoor.Country]int{}, map[string][]Account{}
	for i, a := range w.Accounts {
		kinds[a.Kind]++
		lands[a.Country]++
		several[a.OwnerID] = append(several[a.OwnerID], a)
		if len(a.ID.Number) != 9 || a.ID.Number[0] != '8' || a.ID.Bank != a.Bank || a.Bank[0] == '0' {
			t.Errorf("account %v of bank %s", a.ID, a.Bank)
		}
		if c := w.Counter(uint32(i)); w.Accounts[c].Kind != CashCounter || w.Accounts[c].Country != a.Country {
			t.Errorf("%s draws cash from %s", a.ID, w.Accounts[c].ID)
		}
	}
	for k := Person; k < Stranger; k++ {
		if kinds[k] == 0 {
			t.Errorf("there is no %s", k)
		}
	}
	if len(lands) != len(Countries) {
		t.Errorf("%d countries have accounts, of %d", len(lands), len(Countries))
	}
	owners := 0
	for _, as := range several {
		if len(as) == 1 {
			continue
		}
		owners++
		if as[0].OwnerName != as[1].OwnerName || as[0].Kind != as[1].Kind {
			t.Errorf("%v and %v have one owner", as[0], as[1])
		}
	}
	if share := float64(owners) / float64(len(several)); share < .02 || share > .08 {
		t.Errorf("%.1f %% of owners have several accounts", 100*share)
	}
}

// TestTiesLast: who pays a wage or a rent this month is who does the next.
func TestTiesLast(t *testing.T) {
	w, err := New(1500, 9, 0, 61, evenRates(t))
	if err != nil {
		t.Fatal(err)
	}
	times := map[[2]spoor.AccountID]int{}
	for p := range w.Payments(60_000, nil) {
		if p.Purpose == "salary" {
			times[[2]spoor.AccountID{p.From, p.To}]++
		}
	}
	households := 0
	for i, a := range w.Accounts {
		if a.Kind == Person && !w.second(uint32(i)) {
			households++
		}
	}
	if share := float64(len(times)) / float64(households); share < .4 || share > .65 {
		t.Errorf("%.0f %% of households have a wage", 100*share)
	}
	twice := 0
	for _, n := range times {
		if n >= 2 {
			twice++
		}
	}
	if twice < len(times)*9/10 {
		t.Errorf("%d of %d wages are paid in both months", twice, len(times))
	}
}

// TestPoolsGiveBack: what a holding sweeps in the evening returns next morning.
func TestPoolsGiveBack(t *testing.T) {
	w, err := New(3000, 2, spoor.At(time.Date(2022, 9, 1, 0, 0, 0, 0, time.UTC)), 14, evenRates(t))
	if err != nil {
		t.Fatal(err)
	}
	type leg struct {
		a, b spoor.AccountID
		m    int64
	}
	up, back := map[leg]int{}, 0
	for p := range w.Payments(30_000, nil) {
		if p.Purpose != sweep {
			continue
		}
		if up[leg{p.To, p.From, p.Paid.Amount}] > 0 {
			back++
		} else {
			up[leg{p.From, p.To, p.Paid.Amount}]++
		}
	}
	if len(up) < 10 || back < len(up)*7/10 {
		t.Errorf("%d sweeps up, %d back", len(up), back)
	}
}
