package detect_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/detect"
	"spoor/graph"
	"spoor/world"
)

// script makes payments for hostile tests: credit transfers of EUR 1 000 at a
// pace of one an hour, unless said otherwise.
type script struct {
	all []spoor.Payment
	now spoor.Instant
}

func newScript() *script { return &script{now: world0} }

const world0 = world.AMLworldStart

func account(kind string, i int) spoor.AccountID {
	return spoor.AccountID{Bank: "10", Number: fmt.Sprintf("%s%d", kind, i)}
}

// pay adds a payment and returns it to be changed.
func (s *script) pay(from, to spoor.AccountID) *spoor.Payment {
	eur := spoor.Money{Amount: 1000_00, Currency: spoor.EUR}
	s.all = append(s.all, spoor.Payment{ID: fmt.Sprintf("x%d", len(s.all)+1), Record: uint64(len(s.all) + 1), Time: s.now,
		From: from, To: to, Paid: eur, Received: eur, Channel: spoor.CreditTransfer})
	s.now += spoor.Hour
	return &s.all[len(s.all)-1]
}

// shapes adds one of each shape and behaviour that transfers can make.
func (s *script) shapes(round int, change func(p *spoor.Payment)) {
	name := func(kind string, i int) spoor.AccountID { return account(fmt.Sprintf("%s%d-", kind, round), i) }
	pay := func(from, to spoor.AccountID) { change(s.pay(from, to)) }
	cash := func(to spoor.AccountID, counter int) {
		p := s.pay(name("counter", counter), to)
		p.Channel = spoor.Cash
		change(p)
		s.now -= 50 * spoor.Minute
	}
	for i := range 8 { // gather, scatter
		pay(name("in", i), name("hub", 0))
	}
	for i := range 8 {
		pay(name("hub", 0), name("out", i))
	}
	for i := range 6 { // cycle, chain
		pay(name("ring", i), name("ring", (i+1)%6))
	}
	for i := range 5 { // scatter, gather
		pay(name("source", 0), name("middle", i))
		pay(name("middle", i), name("sink", 0))
	}
	for i := range 16 { // bipartite, stack
		pay(name("top", i/4), name("mid", i%4))
	}
	for i := range 16 {
		pay(name("mid", i/4), name("low", i%4))
	}
	for i := range 5 { // deposits
		cash(name("mule", i), i)
		cash(name("depot", 0), i)
	}
	for i := range 5 {
		pay(name("mule", i), name("boss", 0))
	}
	for range 5 { // there and back
		pay(name("here", 0), name("there", 0))
		pay(name("there", 0), name("here", 0))
	}
}

// runHostile runs payments and checks all that alerts must always be.
func runHostile(t *testing.T, s setup, all []spoor.Payment) ([]spoor.Alert, detect.Stats) {
	t.Helper()
	byID := map[string]*spoor.Payment{}
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	alerts, stats := s.run(t, all)
	for i := range alerts {
		for _, fault := range evidenceFaults(&alerts[i], byID) {
			t.Errorf("%s\n  %s", fault, brief(&alerts[i]))
		}
	}
	return alerts, stats
}

// TestHostileAmounts gives all shapes amounts that sums and logarithms do not like.
func TestHostileAmounts(t *testing.T) {
	for _, c := range []struct {
		name  string
		money spoor.Money
		open  string
	}{
		{name: "plain", money: spoor.Money{Amount: 1000_00, Currency: spoor.EUR}},
		{name: "zero", money: spoor.Money{Currency: spoor.EUR}, open: "fans and gather-scatters are found in payments of nothing"},
		{name: "one cent", money: spoor.Money{Amount: 1, Currency: spoor.EUR}},
		{name: "no rate", money: spoor.Money{Amount: 1000_00, Currency: currency(t, "AFN")}},
		{name: "no currency", money: spoor.Money{Amount: 1000_00}},
		{name: "bitcoin", money: spoor.Money{Amount: 1000_00000000, Currency: currency(t, "XBT")}},
		{name: "a hundred of it do not overflow", money: spoor.Money{Amount: math.MaxInt64 / 101, Currency: spoor.EUR}},
		{name: "five of it overflow", money: spoor.Money{Amount: math.MaxInt64/5 + 7, Currency: spoor.EUR}},
		{name: "largest", money: spoor.Money{Amount: math.MaxInt64, Currency: spoor.EUR}},
		{name: "largest of a small unit", money: spoor.Money{Amount: math.MaxInt64, Currency: currency(t, "VND")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.open != "" {
				pending(t, c.open)
			}
			s := newScript()
			for round := range 3 {
				s.shapes(round, func(p *spoor.Payment) { p.Paid, p.Received = c.money, c.money })
				s.now += 2 * spoor.Day
			}
			alerts, _ := runHostile(t, usual(), s.all)
			if c.name == "plain" && len(alerts) < 5 {
				t.Errorf("%d alerts: the shapes are not seen at all", len(alerts))
			}
		})
	}
}

func currency(t testing.TB, code string) spoor.Currency {
	t.Helper()
	c, err := spoor.ParseCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestHostileTimes puts all shapes at the ends of time and into one second.
func TestHostileTimes(t *testing.T) {
	for _, c := range []struct {
		name string
		at   func(i int, was spoor.Instant) spoor.Instant
	}{
		{"from 1970", func(_ int, was spoor.Instant) spoor.Instant { return was - world0 }},
		{"up to 2106", func(_ int, was spoor.Instant) spoor.Instant { return was - world0 + math.MaxUint32 - 40*spoor.Day }},
		{"one second", func(int, spoor.Instant) spoor.Instant { return world0 }},
		{"first second", func(int, spoor.Instant) spoor.Instant { return 0 }},
		{"last second", func(int, spoor.Instant) spoor.Instant { return math.MaxUint32 }},
		{"a second apart", func(i int, _ spoor.Instant) spoor.Instant { return world0 + spoor.Instant(i) }},
		{"a century between", func(i int, was spoor.Instant) spoor.Instant {
			if i < 100 {
				return was - world0
			}
			return was - world0 + math.MaxUint32 - 40*spoor.Day
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, span := range []spoor.Instant{0, window} {
				s := newScript()
				for round := range 3 {
					s.shapes(round, func(*spoor.Payment) {})
					s.now += 2 * spoor.Day
				}
				for i := range s.all {
					s.all[i].Time = c.at(i, s.all[i].Time)
				}
				slices.SortStableFunc(s.all, func(a, b spoor.Payment) int { return int(a.Time - b.Time) })
				set := usual()
				set.window = span
				runHostile(t, set, s.all)
			}
		})
	}
}

// TestSelfPayments says that an account that pays itself, and cash that goes
// from nowhere to nowhere, are no scheme.
func TestSelfPayments(t *testing.T) {
	s := newScript()
	for range 200 {
		s.pay(account("a", 1), account("a", 1))
		p := s.pay(spoor.AccountID{}, spoor.AccountID{})
		p.Channel = spoor.Cash
		s.pay(account("b", 1), account("b", 1)).Channel = spoor.Reinvestment
	}
	alerts, _ := runHostile(t, usual(), s.all)
	for i := range alerts {
		t.Errorf("an alert: %s", brief(&alerts[i]))
	}
}

// TestHubs has one account pay and be paid by 50,000 others in a day: the
// degree cap must keep finders out, and say so.
func TestHubs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		pay  func(s *script, i int)
	}{
		{"in", func(s *script, i int) { s.pay(account("a", i), account("hub", 0)) }},
		{"out", func(s *script, i int) { s.pay(account("hub", 0), account("a", i)) }},
		{"through", func(s *script, i int) {
			if i%2 == 0 {
				s.pay(account("a", i), account("hub", 0))
			} else {
				s.pay(account("hub", 0), account("a", i))
			}
		}},
		{"between hubs", func(s *script, i int) { s.pay(account("hub", i%3), account("hub", (i+1)%3)) }},
		{"cash", func(s *script, i int) { s.pay(account("counter", i), account("hub", 0)).Channel = spoor.Cash }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScript()
			for i := range 50_000 {
				c.pay(s, i)
				s.now = world0 + spoor.Instant(i)*spoor.Day/50_000
			}
			alerts, stats := runHostile(t, usual(), s.all)
			if stats.Payments != 50_000 || stats.Bites < 40_000 {
				t.Errorf("%d payments and %d bites: want the cap to bite at most of 50,000", stats.Payments, stats.Bites)
			}
			for i := range alerts {
				if n := len(alerts[i].Payments); n > 1000 {
					t.Errorf("an alert has %d payments", n)
				}
			}
		})
	}
}

// TestAnyPayments gives the detectors small wild graphs: whatever they make of
// them is evidence, and does not depend on the number of workers.
func TestAnyPayments(t *testing.T) {
	amounts := []int64{1, 99, 49_99, 1000_00, 1040_00, 9900_00, 10000_00, 10000_01, 250000_00, 1 << 40}
	currencies := []spoor.Currency{spoor.EUR, spoor.EUR, spoor.USD, currency(t, "JPY"), currency(t, "AFN"), currency(t, "XBT")}
	countries := []spoor.Country{{}, {'D', 'E'}, {'I', 'T'}, {'K', 'P'}}
	channels := []spoor.Channel{spoor.CreditTransfer, spoor.CreditTransfer, spoor.Wire, spoor.Cash, spoor.Card, spoor.UnknownChannel, spoor.Crypto}
	steps := []spoor.Instant{0, 0, 1, spoor.Minute, spoor.Hour, 6 * spoor.Hour, spoor.Day, 8 * spoor.Day, 40 * spoor.Day}
	rapid.Check(t, func(rt *rapid.T) {
		s := newScript()
		accounts := rapid.IntRange(1, 9).Draw(rt, "accounts")
		who := rapid.IntRange(-1, accounts-1)
		for range rapid.IntRange(1, 120).Draw(rt, "payments") {
			id := func(i int) spoor.AccountID {
				if i < 0 {
					return spoor.AccountID{}
				}
				return account("a", i)
			}
			from, to := who.Draw(rt, "from"), who.Draw(rt, "to")
			p := s.pay(id(from), id(to))
			p.Paid = spoor.Money{Amount: rapid.SampledFrom(amounts).Draw(rt, "amount"), Currency: rapid.SampledFrom(currencies).Draw(rt, "currency")}
			p.Received = p.Paid
			p.Channel = rapid.SampledFrom(channels).Draw(rt, "channel")
			p.FromCountry, p.ToCountry = countries[(from+1)%4], countries[(to+1)%4]
			s.now = p.Time + rapid.SampledFrom(steps).Draw(rt, "step")
		}
		set := usual()
		one := set
		one.workers = 1
		byID := map[string]*spoor.Payment{}
		for i := range s.all {
			byID[s.all[i].ID] = &s.all[i]
		}
		alerts, _ := set.run(t, s.all)
		for i := range alerts {
			for _, fault := range evidenceFaults(&alerts[i], byID) {
				rt.Errorf("%s\n  %s", fault, brief(&alerts[i]))
			}
		}
		if again, _ := one.run(t, s.all); alertsDiff(alerts, again) != "" {
			rt.Errorf("two workers (-) and one (+):\n%s", alertsDiff(alerts, again))
		}
	})
}

// TestEviction runs a long economy through windows in which signals settle, so
// that most payments leave the graph while the detector works.
func TestEviction(t *testing.T) {
	t.Parallel()
	long := economy{payments: 40_000, days: 90, seed: 5, illicit: 0.02}
	all := long.all(t)
	byID := map[string]*spoor.Payment{}
	for i := range all {
		byID[all[i].Called()] = &all[i]
	}
	for _, days := range []spoor.Instant{20, 30} {
		s := usual()
		s.window = days * spoor.Day
		var evicted uint64
		s.each = func(g *graph.Graph, _ *detect.Detector) { evicted = g.Evicted() }
		alerts, _ := s.run(t, all)
		if evicted < 20_000 || len(alerts) < 20 {
			t.Fatalf("%d payments have left the window and there are %d alerts: too few to tell anything", evicted, len(alerts))
		}
		for i := range alerts {
			for _, fault := range evidenceFaults(&alerts[i], byID) {
				t.Errorf("window of %d days: %s\n  %s", days, fault, brief(&alerts[i]))
			}
		}
	}
}

// TestLongMule runs an account that hands money on every third day for longer
// than the graph remembers: its signal grows while its first payments leave.
func TestLongMule(t *testing.T) {
	s := newScript()
	for day := range spoor.Instant(60) {
		s.now = world0 + day*spoor.Day
		if day%3 == 0 {
			s.pay(account("victim", int(day)), account("mule", 0)).Paid.Amount = int64(4000_00 + 10_00*day)
			s.pay(account("mule", 0), account("boss", int(day))).Paid.Amount = int64(3950_00 + 10_00*day)
		}
		for i := range 1000 {
			s.now = world0 + day*spoor.Day + 8*spoor.Hour + spoor.Instant(i)*10
			s.pay(account("a", i), account("b", i)).Paid.Amount = int64(20_00 + 9_00*i)
		}
	}
	alerts, _ := runHostile(t, usual(), s.all)
	if !slices.ContainsFunc(alerts, func(a spoor.Alert) bool { return a.Accounts[0] == "10:mule0" }) {
		t.Errorf("no alert about the mule among %d", len(alerts))
	}
}
