package world_test

import (
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spoor"
	"spoor/world"
	"spoor/world/internal/life"
)

// digest hashes every field of every payment.
func digest(w *world.World) uint64 {
	h := fnv.New64a()
	for p := range w.Payments() {
		fmt.Fprintf(h, "%+v\n", *p)
	}
	return h.Sum64()
}

func TestSameOptionsSameWorld(t *testing.T) {
	o := world.Options{LookAlikes: .006, Payments: 20_000, Illicit: .01, Seed: 3}
	a, b := build(t, o), build(t, o)
	want := digest(a)
	if digest(b) != want {
		t.Error("two worlds of the same options differ")
	}
	if digest(a) != want {
		t.Error("a world differs when it is run through again")
	}
	o.Seed++
	if digest(build(t, o)) == want {
		t.Error("another seed gives the same world")
	}
}

// sound checks what every world must hold.
func sound(w *world.World, o world.Options) error {
	known := map[spoor.AccountID]world.Account{}
	for _, a := range w.Accounts() {
		if _, twice := known[a.ID]; twice {
			return fmt.Errorf("account %s is there twice", a.ID)
		}
		if a.Bank != a.ID.Bank || a.BankName == "" || a.OwnerID == "" {
			return fmt.Errorf("account %+v lacks something", a)
		}
		known[a.ID] = a
	}
	truth := map[spoor.Payment]int{}
	for _, a := range w.Attempts() {
		for _, p := range a.Payments {
			truth[p]++
		}
	}
	misses := map[spoor.Payment]int{}
	for _, a := range w.NearMisses() {
		for _, p := range a.Payments {
			if p.Label != spoor.Licit {
				return fmt.Errorf("a look-alike's payment is not licit: %+v", p)
			}
			misses[p]++
		}
	}
	n, illicit, last := 0, 0, spoor.Instant(0)
	for p := range w.Payments() {
		n++
		if p.Time < last || p.Record != uint64(n) {
			return fmt.Errorf("payment %d is out of order: %+v", n, *p)
		}
		last = p.Time
		from, ok := known[p.From]
		to, ok2 := known[p.To]
		if !ok || !ok2 || from.Country != p.FromCountry || to.Country != p.ToCountry || from.OwnerName != p.FromName || to.OwnerName != p.ToName {
			return fmt.Errorf("payment %d does not agree with its accounts: %+v", n, *p)
		}
		q := *p
		q.Record = 0
		if p.Label == spoor.Illicit {
			illicit++
			if truth[q]--; truth[q] < 0 {
				return fmt.Errorf("payment %d is illicit but in no attempt: %+v", n, *p)
			}
			if p.Purpose == "" {
				continue // given by the caller, as it is
			}
		} else if misses[q] > 0 {
			misses[q]--
		}
		if p.Purpose == "" || p.FromName == "" || p.ToName == "" || p.FromCountry == (spoor.Country{}) || p.ID != "" || p.Channel == spoor.UnknownChannel {
			return fmt.Errorf("payment %d lacks something: %+v", n, *p)
		}
		if (p.From == p.To) != (p.Channel == spoor.Reinvestment) {
			return fmt.Errorf("payment %d from an account to itself: %+v", n, *p)
		}
		if v, got := rates.Value(p.Paid, p.Time), rates.Value(p.Received, p.Time); p.Paid.Currency == p.Received.Currency && p.Paid != p.Received ||
			math.Abs(v-got) > .02*v+.01 || p.Paid.Amount <= 0 {
			return fmt.Errorf("payment %d is converted wrongly: %+v", n, *p)
		}
	}
	for _, m := range []map[spoor.Payment]int{truth, misses} {
		for p, left := range m {
			if left != 0 {
				return fmt.Errorf("a staged payment is not among the payments: %+v", p)
			}
		}
	}
	near := .03
	if o.Payments < 10_000 {
		near = .06
	}
	if off := math.Abs(float64(n)/float64(o.Payments) - 1); off > near {
		return fmt.Errorf("%d payments: want %d within %.0f %%", n, o.Payments, 100*near)
	}
	biggest := 45 // attempts are planted whole, or left out if the total is nearer without
	for _, a := range w.Attempts() {
		biggest = max(biggest, len(a.Payments))
	}
	if want := o.Illicit * float64(o.Payments); math.Abs(float64(illicit)-want) > float64(biggest) {
		return fmt.Errorf("%d illicit payments: want about %.0f", illicit, want)
	}
	return nil
}

func TestEveryWorldIsSound(t *testing.T) {
	for _, o := range []world.Options{
		{Payments: 100_000, Illicit: world.DefaultIllicit, LookAlikes: .006},
		{Payments: 100_000, Illicit: 0, Days: 10, Seed: 5},
		{Payments: 40_000, Illicit: .2, Days: 60, Seed: 6},
		{Payments: 2000, Illicit: .05, Seed: 7},
		{Payments: 2000, Days: 366, Seed: 8},
		{Payments: 50_000, Days: 7, Seed: 9, Start: spoor.At(time.Date(2024, 12, 28, 0, 0, 0, 0, time.UTC))},
	} {
		if err := sound(build(t, o), o); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestEveryWorldIsSoundByChance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := world.Options{
			LookAlikes: .006,
			Payments:   rapid.IntRange(2000, 30_000).Draw(t, "payments"),
			Illicit:    rapid.Float64Range(0, .2).Draw(t, "illicit"),
			Seed:       rapid.Uint64().Draw(t, "seed"),
			Days:       rapid.IntRange(7, 90).Draw(t, "days"),
			Start:      spoor.Instant(rapid.Int64Range(1_500_000_000, 1_800_000_000).Draw(t, "start")),
			Rates:      rates,
		}
		w, err := world.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := sound(w, o); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSchemesLeaveOrdinaryLifeAlone(t *testing.T) {
	ordinary := func(o world.Options) map[spoor.Payment]int {
		m := map[spoor.Payment]int{}
		for p := range build(t, o).Payments() {
			if p.Label != spoor.Illicit {
				q := *p
				q.Record = 0
				m[q]++
			}
		}
		return m
	}
	o := world.Options{LookAlikes: .006, Payments: 50_000, Seed: 4}
	want := ordinary(o)
	o.Illicit = .005
	some := ordinary(o)
	o.Typologies = []spoor.Typology{spoor.Cycle}
	cycles := ordinary(o)
	for name, got := range map[string]map[spoor.Payment]int{"all": some, "cycles": cycles} {
		for p, n := range want {
			if got[p] != n {
				t.Fatalf("planting %s changes ordinary life: %+v is there %d times, was %d", name, p, got[p], n)
			}
		}
		if len(got) != len(want) {
			t.Errorf("planting %s: %d ordinary payments, were %d", name, len(got), len(want))
		}
	}
}

func TestEconomy(t *testing.T) {
	w := build(t, world.Options{LookAlikes: .006, Payments: 200_000, Illicit: world.DefaultIllicit, Seed: 2})
	s := survey(w)
	t.Run("channels", func(t *testing.T) {
		for c, want := range map[spoor.Channel]float64{
			spoor.Card: 36, spoor.CreditTransfer: 29, spoor.DirectDebit: 9, spoor.Cash: 9,
			spoor.Cheque: 5, spoor.Reinvestment: 6, spoor.Wire: 4, spoor.Crypto: 2,
		} {
			if got := 100 * float64(len(s.amounts[c])) / float64(s.n); math.Abs(got-want) > max(1, .15*want) {
				t.Errorf("%s is %.1f %% of payments: want about %.0f", c, got, want)
			}
		}
	})
	t.Run("week", func(t *testing.T) {
		var sum, days [7]float64
		for i, n := range s.perDay {
			d := (world.AMLworldStart + spoor.Instant(i)*spoor.Day).Time().Weekday()
			sum[d] += float64(n)
			days[d]++
		}
		avg := func(d time.Weekday) float64 { return sum[d] / days[d] }
		workday := (avg(1) + avg(2) + avg(3) + avg(4) + avg(5)) / 5
		if r := avg(time.Sunday) / workday; r < .2 || r > .6 {
			t.Errorf("a Sunday has %.2f of a working day's payments", r)
		}
		if r := avg(time.Saturday) / workday; r < .45 || r > .85 {
			t.Errorf("a Saturday has %.2f of a working day's payments", r)
		}
	})
	t.Run("hours", func(t *testing.T) {
		night, noon := s.hours[0]+s.hours[1]+s.hours[23], s.hours[11]+s.hours[12]+s.hours[13]
		if 2*night > 2*noon*3/4 {
			t.Errorf("%d payments around midnight, %d around noon", night, noon)
		}
	})
	t.Run("degrees", func(t *testing.T) {
		kindOf := map[spoor.AccountID]world.Kind{}
		for _, a := range w.Accounts() {
			kindOf[a.ID] = a.Kind
		}
		in, _ := s.degrees(kindOf, life.Shop)
		if top, mid := quantile(in, 1), quantile(in, .5); top < 8*mid {
			t.Errorf("the busiest shop has %d payers, the median one %d: no heavy tail", top, mid)
		}
		_, out := s.degrees(kindOf, life.Person)
		if q := quantile(out, .5); q < 6 || q > 25 {
			t.Errorf("the median person pays %d others in a month", q)
		}
	})
}

// TestCoverIsOrdinary keeps detectors from reading the label out of words.
func TestCoverIsOrdinary(t *testing.T) {
	w := build(t, world.Options{LookAlikes: .006, Payments: 100_000, Illicit: .02, Seed: 2})
	type word struct {
		why string
		ch  spoor.Channel
	}
	licit, illicit := map[string]int{}, map[word]int{}
	for p := range w.Payments() {
		if p.Label == spoor.Illicit {
			illicit[word{p.Purpose, p.Channel}]++
		} else {
			licit[p.Purpose]++
		}
	}
	for wd, n := range illicit {
		if licit[wd.why] == 0 {
			t.Errorf("only illicit payments are for %q (%d)", wd.why, n)
		}
	}
}

func TestLookalikes(t *testing.T) {
	w := build(t, world.Options{LookAlikes: .006, Payments: 100_000, Seed: 2})
	if len(w.Attempts()) != 0 {
		t.Errorf("%d attempts though none were asked for", len(w.Attempts()))
	}
	n := map[spoor.Typology]int{}
	for _, a := range w.NearMisses() {
		n[a.Typology]++
		if len(a.Payments) < 2 || a.Detail == "" {
			t.Errorf("%s is empty: %+v", a.Name, a)
		}
	}
	for _, ty := range spoor.Typologies() {
		if n[ty] < 2 {
			t.Errorf("%d look-alikes of %s", n[ty], ty)
		}
	}
}

func TestTypologiesRestrict(t *testing.T) {
	w := build(t, world.Options{LookAlikes: .006, Payments: 50_000, Illicit: .01, Typologies: []spoor.Typology{spoor.Stack, spoor.UTurn}})
	for _, a := range w.Attempts() {
		if a.Typology != spoor.Stack && a.Typology != spoor.UTurn {
			t.Errorf("%s was planted", a.Name)
		}
	}
}

func TestOptionsRefused(t *testing.T) {
	few := &spoor.Rates{}
	for want, o := range map[string]world.Options{
		"Options.Payments":   {Payments: 10, Rates: rates},
		"Options.Days":       {Days: 3, Rates: rates},
		"Options.Illicit":    {Illicit: .5, Rates: rates},
		"Options.Rates":      {},
		"no usable rate":     {Rates: few},
		"Options.Typologies": {Typologies: []spoor.Typology{"smurfs"}, Rates: rates},
		"raise Payments":     {Payments: 2000, Rates: rates, Plant: foreign(3000, 2)},
		"too many to hide":   {Payments: 2000, Rates: rates, Plant: foreign(3000, 1), PlantAlone: true},
	} {
		if _, err := world.New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// foreign makes an attempt of n payments from a chain of accounts, some of them
// outside the period.
func foreign(n, step int) []spoor.Attempt {
	a := spoor.Attempt{Name: "given-1", Typology: spoor.Chain, Detail: "given"}
	id := func(i int) spoor.AccountID {
		return spoor.AccountID{Bank: fmt.Sprint(i % 7), Number: fmt.Sprintf("8FFFF%04X", i*step)}
	}
	for i := range n {
		m := spoor.Money{Amount: int64(1000 + i), Currency: spoor.USD}
		a.Payments = append(a.Payments, spoor.Payment{
			Record: uint64(i + 1), Time: world.AMLworldStart + spoor.Instant(i*37)*spoor.Hour - spoor.Day,
			From: id(i), To: id(i + 1), Paid: m, Received: m, Channel: spoor.CreditTransfer,
		})
	}
	return []spoor.Attempt{a}
}

func TestPlantKeepsPayments(t *testing.T) {
	keepsPlanted(t, foreign(60, 1), 20_000)
}

// TestPlantAMLworld hides the published attempts of HI-Small.
func TestPlantAMLworld(t *testing.T) {
	keepsPlanted(t, amlworldPatterns(t), 200_000)
}

func keepsPlanted(t *testing.T, given []spoor.Attempt, payments int) {
	for _, alone := range []bool{false, true} {
		o := world.Options{Payments: payments, Seed: 1, Plant: given, PlantAlone: alone}
		w := build(t, o)
		accounts := map[spoor.AccountID]int{}
		for _, a := range given {
			for _, p := range a.Payments {
				accounts[p.From], accounts[p.To] = 0, 0
			}
		}
		var left []spoor.Payment
		for i, a := range w.Attempts() {
			if a.Name != given[i].Name || a.Typology != given[i].Typology || len(a.Payments) != len(given[i].Payments) {
				t.Fatalf("attempt %s became %s", given[i].Name, a.Name)
			}
			for j, got := range a.Payments {
				want := given[i].Payments[j]
				want.Record, want.Label = 0, spoor.Illicit
				left = append(left, got)
				if alone == (got.FromCountry != (spoor.Country{})) {
					t.Fatalf("alone %t: the payer's country is %q", alone, got.FromCountry)
				}
				got.FromCountry, got.ToCountry, got.FromName, got.ToName = spoor.Country{}, spoor.Country{}, "", ""
				if got != want {
					t.Fatalf("a planted payment was changed\n got %+v\nwant %+v", got, want)
				}
			}
		}
		if !alone {
			if err := sound(w, world.Options{Payments: payments, Illicit: float64(len(left)) / float64(payments)}); err != nil {
				t.Error(err)
			}
		}
		seen := map[spoor.Payment]int{}
		n, last := 0, spoor.Instant(0)
		for p := range w.Payments() {
			n++
			if p.Time < last {
				t.Fatalf("payment %d is out of order", n)
			}
			last = p.Time
			if p.Label == spoor.Illicit {
				q := *p
				q.Record = 0
				seen[q]++
				continue
			}
			for _, id := range []spoor.AccountID{p.From, p.To} {
				if _, ok := accounts[id]; ok {
					accounts[id]++
				}
			}
		}
		for _, p := range left {
			if seen[p]--; seen[p] < 0 {
				t.Fatalf("planted but not there: %+v", p)
			}
		}
		living := 0
		for _, n := range accounts {
			if n > 0 {
				living++
			}
		}
		if alone && living > 0 || !alone && living < len(accounts)*95/100 {
			t.Errorf("alone %t: %d of %d planted accounts have ordinary payments", alone, living, len(accounts))
		}
	}
}

// amlworldPatterns reads the attempts beside the published data set.
func amlworldPatterns(t *testing.T) (out []spoor.Attempt) {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	text, err := os.ReadFile(filepath.Join(dir, "payments/amlworld/patterns.txt"))
	if err != nil {
		t.Skipf("no AMLworld patterns: set SPOOR_DATA to the folder of test data (%v)", err)
	}
	currency := map[string]string{
		"US Dollar": "USD", "Euro": "EUR", "Yuan": "CNY", "Yen": "JPY", "UK Pound": "GBP", "Rupee": "INR", "Ruble": "RUB",
		"Australian Dollar": "AUD", "Canadian Dollar": "CAD", "Swiss Franc": "CHF", "Mexican Peso": "MXN", "Shekel": "ILS",
		"Saudi Riyal": "SAR", "Brazil Real": "BRL", "Bitcoin": "XBT",
	}
	for part := range strings.SplitSeq(string(text), "BEGIN LAUNDERING ATTEMPT - ") {
		lines := csv.NewReader(strings.NewReader(part))
		lines.FieldsPerRecord = -1
		a := spoor.Attempt{Name: fmt.Sprint("given-", len(out)+1), Typology: spoor.Chain}
		for {
			f, err := lines.Read()
			if err == io.EOF {
				break
			}
			if len(f) < 11 {
				continue
			}
			at, err := time.Parse("2006/01/02 15:04", f[0])
			c, err2 := spoor.ParseCurrency(currency[f[8]])
			m, err3 := spoor.ParseAmount(f[7], c.Scale())
			if err != nil || err2 != nil || err3 != nil {
				t.Fatal(f, err, err2, err3)
			}
			bank := func(s string) string { return strings.TrimLeft(s, "0") }
			a.Payments = append(a.Payments, spoor.Payment{
				Time: spoor.At(at), From: spoor.AccountID{Bank: bank(f[1]), Number: f[2]}, To: spoor.AccountID{Bank: bank(f[3]), Number: f[4]},
				Paid: spoor.Money{Amount: m, Currency: c}, Received: spoor.Money{Amount: m, Currency: c}, Channel: spoor.CreditTransfer,
			})
		}
		if len(a.Payments) > 0 {
			out = append(out, a)
		}
	}
	if len(out) < 30 {
		t.Fatalf("only %d attempts in patterns.txt", len(out))
	}
	slices.SortStableFunc(out, func(a, b spoor.Attempt) int { return int(a.Payments[0].Time - b.Payments[0].Time) })
	return out
}
