package settle

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
)

var (
	it, fr, de = state("IT"), state("FR"), state("DE")
	day1       = instant("2026-03-01T00:00:00Z")
)

func state(s string) spoor.Country {
	c, ok := spoor.ParseCountry(s)
	if !ok {
		panic(s)
	}
	return c
}

func instant(s string) (i spoor.Instant) {
	if err := i.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return i
}

func money(s string) (m spoor.Money) {
	amount, code, _ := strings.Cut(s, " ")
	var err error
	if m.Currency, err = spoor.ParseCurrency(code); err != nil {
		panic(err)
	}
	if m.Amount, err = spoor.ParseAmount(amount, m.Currency.Scale()); err != nil {
		panic(err)
	}
	return m
}

// testRates: 4 zloty a euro until 1 June 2026, then 5.
func testRates(t testing.TB) *spoor.Rates {
	r := &spoor.Rates{Version: "test-1"}
	for from, rate := range map[string]uint64{"2026-01-01T00:00:00Z": 4e8, "2026-06-01T00:00:00Z": 5e8} {
		if err := r.Set(money("1 PLN").Currency, instant(from), rate); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestShare(t *testing.T) {
	claim := func(who, m string) Claim { return Claim{who, money(m), Awarded} }
	june := instant("2026-06-01T00:00:00Z")
	third := &Agreement{"FR-IT 7/2026", 1, 3}
	for _, c := range []struct {
		money  string
		at     spoor.Instant
		claims []Claim
		agreed *Agreement
		want   string // recipients and amounts; or part of the error after "!"
	}{
		{"0 EUR", day1, nil, nil, ""},
		{"0.01 EUR", day1, nil, nil, "FR 0.01"},
		{"10000 EUR", day1, nil, nil, "FR 10000.00"},
		{"10000.01 EUR", day1, nil, nil, "FR 5000.01, IT 5000.00"}, // the odd cent stays
		{"10000.02 EUR", day1, nil, nil, "FR 5000.01, IT 5000.01"},
		{"90000 EUR", day1, []Claim{claim("v1", "70000 EUR")}, nil, "v1 70000.00, FR 10000.00, IT 10000.00"},
		{"75000 EUR", day1, []Claim{claim("v1", "70000 EUR")}, nil, "v1 70000.00, FR 5000.00"},
		{"10 EUR", day1, []Claim{claim("v1", "10 EUR"), claim("v2", "10 EUR"), claim("v3", "10 EUR")}, nil, "v1 3.34, v2 3.33, v3 3.33"},
		{"30 EUR", day1, []Claim{claim("v1", "20 EUR"), claim("v2", "10 EUR")}, nil, "v1 20.00, v2 10.00"},
		{"30 EUR", day1, []Claim{{"v1", money("20 EUR"), Rejected}}, nil, "FR 30.00"},
		{"30 EUR", day1, []Claim{{"v1", money("20 EUR"), Pending}}, nil, "!nothing is disposed of until it is decided: Reg. (EU) 2018/1805 Art 30"},
		{"30 EUR", day1, []Claim{{"v1", money("20 EUR"), Pending}}, third, "!pending"},
		{"100 EUR", day1, nil, third, "FR 66.67, IT 33.33"},
		{"100 EUR", day1, []Claim{claim("v1", "1 EUR")}, &Agreement{"x", 1, 1}, "v1 1.00, IT 99.00"},
		{"40000 PLN", day1, nil, nil, "FR 40000.00"}, // EUR 10 000 at 4
		{"40000.10 PLN", day1, nil, nil, "FR 20000.05, IT 20000.05"},
		{"50000 PLN", june, nil, nil, "FR 50000.00"}, // EUR 10 000 at 5
		{"50000 PLN", june - 1, nil, nil, "FR 25000.00, IT 25000.00"},
		{"1 USD", day1, nil, nil, "!no rate of USD"},
		{"1 USD", day1, nil, third, "FR 0.67, IT 0.33"}, // no comparison, no rate
		{"1 PLN", 0, nil, nil, "!no rate of PLN"},       // no date, no rate
		{"-1 EUR", day1, nil, nil, "!not negative"},
		{"5 EUR", day1, []Claim{claim("v1", "1 USD")}, nil, "!claims[0]: 1.00 USD is not in EUR"},
		{"5 EUR", day1, []Claim{claim("v1", "-1 EUR")}, nil, "!is negative"},
		{"5 EUR", day1, []Claim{claim("", "1 EUR")}, nil, "!reference is missing"},
		{"5 EUR", day1, []Claim{{"v", money("1 EUR"), "open"}}, nil, `!unknown state "open"`},
		{"5 EUR", day1, nil, &Agreement{"x", 3, 2}, "!fraction from 0 to 1"},
	} {
		d, err := Share(Recovered{money(c.money), c.at, it, fr, c.claims, c.agreed}, testRates(t))
		var parts []string
		for _, p := range d.Parts {
			parts = append(parts, p.Recipient+" "+p.Money.Decimal())
			if p.Act != "Reg. (EU) 2018/1805" || p.Article != "30" || !strings.Contains(p.Says, p.Money.String()) {
				t.Errorf("%s: part %+v", c.money, p)
			}
		}
		got := strings.Join(parts, ", ")
		if want, fails := strings.CutPrefix(c.want, "!"); fails {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want %q", c.money, err, want)
			}
		} else if err != nil || got != c.want {
			t.Errorf("%s at %s: %q, %v; want %q", c.money, c.at, got, err, c.want)
		}
	}
	if _, err := Share(Recovered{Money: money("1 EUR"), Issuing: it, Executing: it}, nil); err == nil {
		t.Error("a domestic order was shared")
	}
	d, err := Share(Recovered{Money: money("40000.10 PLN"), At: day1, Issuing: it, Executing: fr}, testRates(t))
	want := `The issuing state IT gets 20000.05 PLN (1/2), since 40000.10 PLN (worth 10000.02 EUR on 2026-03-01 by rates "test-1") is more than 10000.00 EUR.`
	if err != nil || d.Parts[1].Says != want || d.Rates != "test-1" {
		t.Errorf("%v %+v", err, d)
	}
}

func TestShareProperties(t *testing.T) {
	rates := testRates(t)
	rapid.Check(t, func(t *rapid.T) {
		currency := money(rapid.SampledFrom([]string{"0 EUR", "0 PLN"}).Draw(t, "currency")).Currency
		size := rapid.OneOf(rapid.Int64Range(0, 5_000_000), rapid.Int64Range(0, math.MaxInt64/20))
		r := Recovered{Money: spoor.Money{Amount: size.Draw(t, "amount"), Currency: currency}, At: day1, Issuing: it, Executing: fr}
		for i := range rapid.IntRange(0, 5).Draw(t, "claims") {
			r.Claims = append(r.Claims, Claim{fmt.Sprint("v", i), spoor.Money{Amount: size.Draw(t, "award"), Currency: currency},
				rapid.SampledFrom([]ClaimState{Awarded, Rejected}).Draw(t, "state")})
		}
		if rapid.Bool().Draw(t, "agreed") {
			den := rapid.Uint32Range(1, math.MaxUint32).Draw(t, "den")
			r.Agreed = &Agreement{"x", rapid.Uint32Range(0, den).Draw(t, "num"), den}
		}
		sums := func(r Recovered) map[Role]int64 {
			d, err := Share(r, rates)
			if err != nil {
				t.Fatal(err)
			}
			by, all := map[Role]int64{}, int64(0)
			for _, p := range d.Parts {
				if p.Money.Amount <= 0 || p.Money.Currency != currency {
					t.Fatalf("part %+v", p)
				}
				if p.Role == Victim {
					i := slices.IndexFunc(r.Claims, func(c Claim) bool { return c.Victim == p.Recipient })
					if p.Money.Amount > r.Claims[i].Money.Amount || r.Claims[i].State != Awarded {
						t.Fatalf("more than the award: %+v", p)
					}
				}
				by[p.Role] += p.Money.Amount
				all += p.Money.Amount
			}
			if all != r.Money.Amount {
				t.Fatalf("parts add up to %d, not %d", all, r.Money.Amount)
			}
			return by
		}
		less := sums(r)
		r.Money.Amount += rapid.Int64Range(0, 1_000_000).Draw(t, "more")
		more := sums(r)
		// The executing state's part alone is not monotone: it falls by half
		// as the threshold is passed, as the article has it.
		if more[Victim] < less[Victim] || more[IssuingState] < less[IssuingState] ||
			r.Agreed != nil && more[ExecutingState] < less[ExecutingState] {
			t.Fatalf("more money, a smaller part: %v then %v", less, more)
		}
	})
}

func TestRank(t *testing.T) {
	base := Competing{State: it, Issued: day1, Transmitted: day1 + spoor.Day, MaxMonths: 60, Place: de}
	with := func(id string, f func(*Competing)) Competing {
		o := base
		o.ID = id
		if f != nil {
			f(&o)
		}
		return o
	}
	later := func(o *Competing) { o.Issued += 9 * spoor.Day; o.Transmitted += 9 * spoor.Day }
	orders := []Competing{
		with("g-equal", nil), with("f-base", nil),
		with("place", func(o *Competing) { o.Place = it }),
		with("serious", func(o *Competing) { o.MaxMonths = 61 }),
		with("sent", func(o *Competing) { o.Transmitted-- }),
		with("early", func(o *Competing) { o.Issued-- }),
		with("frozen", func(o *Competing) { later(o); o.Frozen = true }),
		with("victim", func(o *Competing) { later(o); o.Victims = true }),
	}
	want := []string{"1 victim First", "2 frozen After victim, of which holds: it serves a victim", "3 early After frozen, of which holds: the property is already frozen",
		"4 sent After early, of which holds: it was issued earlier", "5 serious After sent, of which holds: it was transmitted earlier",
		"6 place After serious, of which holds: its offence is more serious", "7 f-base After place, of which holds: its offence was committed in the state that issued it: Reg. (EU) 2018/1805 Art 26.", "7 g-equal Equal to f-base"}
	rapid.Check(t, func(t *rapid.T) {
		got, err := Rank(rapid.Permutation(orders).Draw(t, "orders"))
		if err != nil || len(got) != len(want) {
			t.Fatal(err, len(got))
		}
		for i, o := range got {
			if line := fmt.Sprint(o.Rank, " ", o.ID, " ", o.Reason); !strings.HasPrefix(line, want[i]) {
				t.Fatalf("%d: %q, want %q", i, line, want[i])
			}
		}
	})
	for _, bad := range [][]Competing{{orders[0], orders[0]}, {{}}, {with("a", func(o *Competing) { o.Transmitted = 1 })}, {with("a", func(o *Competing) { o.MaxMonths = -1 })}} {
		if _, err := Rank(bad); err == nil {
			t.Errorf("%+v was ranked", bad)
		}
	}
}

func TestHeadroom(t *testing.T) {
	for _, c := range []struct{ total, a, b, want string }{
		{"100 EUR", "30 EUR", "20.01 EUR", "49.99 EUR"},
		{"100 EUR", "30 EUR", "70 EUR", "0.00 EUR"},
		{"100 EUR", "30 EUR", "70.01 EUR", "!more than the order allows (100.01 EUR > 100.00 EUR): Reg. (EU) 2018/1805 Art 16(2), 18(4)"},
		{"100 EUR", "30 EUR", "1 USD", "!recovered[1]: 1.00 USD is not in EUR"},
		{"100 EUR", "-30 EUR", "1 EUR", "!recovered[0]: -30.00 EUR is negative"},
		{"1 EUR", "92233720368547758.07 EUR", "0.01 EUR", "!larger than an amount can be"},
	} {
		got, err := Headroom(money(c.total), []Recovery{{fr, money(c.a)}, {de, money(c.b)}})
		if want, fails := strings.CutPrefix(c.want, "!"); fails {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v", c, err)
			}
		} else if err != nil || got.String() != want {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		total := spoor.Money{Amount: rapid.Int64Range(0, 1000).Draw(t, "total"), Currency: spoor.EUR}
		var all []Recovery
		left := total.Amount
		for _, a := range rapid.SliceOf(rapid.Int64Range(0, 300)).Draw(t, "recovered") {
			all = append(all, Recovery{fr, spoor.Money{Amount: a, Currency: spoor.EUR}})
			left -= a
		}
		got, err := Headroom(total, all)
		var no *spoor.Forbidden
		if left < 0 && !errors.As(err, &no) || left >= 0 && (err != nil || got.Amount != left) {
			t.Fatalf("%d left: %s, %v", left, got, err)
		}
	})
}

func TestStatistics(t *testing.T) {
	d := func(s string) spoor.Instant { return instant(s + "T00:00:00Z") }
	records := []Record{
		{"1", Freezing, it, d("2025-12-30"), d("2026-01-01"), d("2026-01-02"), 0, 0, money("100 EUR")}, // 3 days
		{"2", Freezing, it, d("2026-02-01"), d("2026-02-02"), d("2026-02-06"), 0, 0, money("7 USD")},   // 5 days
		{"3", Freezing, it, d("2026-02-01"), d("2026-02-02"), d("2026-02-02"), 0, 0, money("50 EUR")},  // 1 day
		{"4", Freezing, it, d("2026-02-01"), 0, 0, d("2026-03-01"), 0, spoor.Money{}},
		{"5", Confiscation, de, d("2025-11-01"), d("2025-12-01"), d("2025-12-31"), 0, d("2026-05-01"), money("9 EUR")},
		{"6", Confiscation, it, d("2026-11-01"), d("2026-12-01"), d("2027-01-01"), 0, 0, money("9 EUR")},
		{"7", Freezing, de, d("2026-11-01"), 0, 0, 0, 0, spoor.Money{}}, // nothing happened yet
	}
	y, err := Statistics(records, 2026)
	got := strings.ReplaceAll(fmt.Sprint(y), "\n", " ")
	want := "{2026 Reg. (EU) 2018/1805 35 [{confiscation DE 0 0 0 1 0 [] 0} {confiscation IT 1 0 0 0 0 [] 0} {freezing IT 3 3 1 0 3 [150.00 EUR 7.00 USD] 777600}]}"
	if err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
	for i, bad := range []Record{
		records[0], {}, {Order: "x", Kind: "seizure", State: it, Received: 1},
		{Order: "x", Kind: Freezing, State: it, Received: 5, Executed: 6},
		{Order: "x", Kind: Freezing, State: it, Received: 5, Refused: 4},
		{Order: "x", Kind: Freezing, State: it, Received: 5, Recognised: 6, Executed: 7, Refused: 8},
		{Order: "x", Kind: Freezing, State: it, Received: 5, Value: money("-1 EUR")},
	} {
		if _, err := Statistics(append(slices.Clone(records), bad), 2026); err == nil || !strings.HasPrefix(err.Error(), "records[7]: ") {
			t.Errorf("bad record %d: %v", i, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		got, err := Statistics(rapid.Permutation(records).Draw(t, "records"), 2026)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(y) {
			t.Fatalf("another order, other figures: %v %v", got, err)
		}
	})
}
