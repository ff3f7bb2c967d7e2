package extract_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/score/extract"
	"spoor/score/feature"
)

// faults says what is wrong with a number.
func fault(f *feature.Feature, v float32) string {
	switch {
	case v != v: // unknown or never
		if slices.Contains([]feature.Unit{feature.Payments, feature.Accounts, feature.Bans, feature.Chance}, f.Unit) && !ofAnEnd(f.Name) {
			return "unknown, where nothing is 0"
		}
		return ""
	case math.IsInf(float64(v), 0):
		return "not finite"
	}
	const tiny = 1e-3 // what faded sums of float32 are off by
	switch f.Unit {
	case feature.Share, feature.Chance:
		if v < 0 || v > 1+tiny {
			return "not a share"
		}
	case feature.Flag:
		if v != 0 && v != 1 {
			return "neither yes nor no"
		}
	case feature.Payments, feature.Accounts, feature.Hours, feature.Times, feature.Bans, feature.Euro:
		if v < 0 {
			return "negative"
		}
	}
	return ""
}

// ofAnEnd reports whether a feature is about what is remembered of payer or
// payee, of which nothing is where it is the outside.
func ofAnEnd(name string) bool {
	return strings.HasPrefix(name, "payer_") || strings.HasPrefix(name, "payee_")
}

func faults(fs []feature.Feature, rows [][]float32) (out []string) {
	for i, r := range rows {
		for j := range fs {
			if f := fault(&fs[j], r[j]); f != "" {
				out = append(out, fmt.Sprintf("%s of payment %d is %v: %s", fs[j].Name, i, r[j], f))
			}
		}
	}
	return out
}

// TestSoundNumbers looks at all numbers of a varied economy.
func TestSoundNumbers(t *testing.T) {
	t.Parallel()
	r := usual().run(t, rough(busy.all(t)))
	out := append(faults(feature.Arrival, r.arrival), faults(feature.Review, r.review)...)
	for _, f := range out[:min(10, len(out))] {
		t.Error(f)
	}
	for i, row := range r.review {
		if diff := differ(feature.Arrival, r.arrival[i], row[:len(feature.Arrival)]); diff != nil {
			t.Fatalf("the review of payment %d does not begin with its arrival: %v", i, diff)
		}
		if want := someRisk(i); r.risks[i] != want || row[place(t, "arrival_risk")] != want {
			t.Fatalf("payment %d has the risks %v and %v, want %v", i, r.risks[i], row[place(t, "arrival_risk")], want)
		}
	}
}

// TestSoundNumbersOfAnything looks at payments that no economy has: few
// accounts, any amount, any currency, any time between.
func TestSoundNumbersOfAnything(t *testing.T) {
	t.Parallel()
	account := rapid.Custom(func(t *rapid.T) spoor.AccountID {
		i := rapid.IntRange(0, 6).Draw(t, "account")
		if i == 0 {
			return spoor.AccountID{}
		}
		return spoor.AccountID{Bank: []string{"", "10", "20"}[i%3], Number: fmt.Sprint(i)}
	})
	amount := rapid.OneOf(rapid.Just(int64(0)), rapid.Just(int64(1)), rapid.Just(int64(math.MaxInt64)), rapid.Int64Range(1, 1000), rapid.Int64Range(9_000_00, 11_000_00), rapid.Int64Min(0))
	money := rapid.Custom(func(t *rapid.T) spoor.Money {
		return spoor.Money{Amount: amount.Draw(t, "amount"), Currency: spoor.Currency(rapid.OneOf(rapid.Just(int(spoor.EUR)), rapid.IntRange(0, spoor.Currencies()-1)).Draw(t, "currency"))}
	})
	country := rapid.SampledFrom([]spoor.Country{{}, {'D', 'E'}, {'F', 'R'}, {'I', 'R'}})
	rapid.Check(t, func(rt *rapid.T) {
		now := spoor.Instant(rapid.OneOf(rapid.Just(int64(0)), rapid.Just(int64(start)), rapid.Just(int64(math.MaxUint32-40*spoor.Day))).Draw(rt, "start"))
		var all []spoor.Payment
		for range rapid.IntRange(1, 200).Draw(rt, "payments") {
			p := spoor.Payment{Record: uint64(len(all) + 1), From: account.Draw(rt, "from"), To: account.Draw(rt, "to"), Paid: money.Draw(rt, "paid"),
				Channel: spoor.Channel(rapid.IntRange(0, int(spoor.Crypto)).Draw(rt, "channel")), Kind: rapid.SampledFrom([]string{"", "a", "b"}).Draw(rt, "kind"),
				FromCountry: country.Draw(rt, "from country"), ToCountry: country.Draw(rt, "to country")}
			p.Received = p.Paid
			if rapid.IntRange(0, 5).Draw(rt, "conversion") == 0 {
				p.Received = money.Draw(rt, "received")
			}
			now = min(now+spoor.Instant(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 10), rapid.Int64Range(0, int64(spoor.Day))).Draw(rt, "pause")), math.MaxUint32)
			p.Time = now
			all = append(all, p)
		}
		s := usual()
		s.window = spoor.Instant(rapid.SampledFrom([]int64{0, int64(2*extract.Delay + 2*spoor.Day)}).Draw(rt, "window"))
		r := s.run(t, all)
		for _, f := range append(faults(feature.Arrival, r.arrival), faults(feature.Review, r.review)...) {
			rt.Fatal(f)
		}
	})
}

// TestAllFilled says that every feature tells something in a varied economy.
func TestAllFilled(t *testing.T) {
	t.Parallel()
	none := map[string]string{}
	r := usual().run(t, rough(busy.all(t)))
	for j := range feature.Review {
		f := &feature.Review[j]
		values := map[float32]bool{}
		for _, row := range r.review {
			if v := row[j]; v == v {
				values[v] = true
			}
		}
		switch why, known := none[f.Name]; {
		case len(values) < 2 && !known:
			t.Errorf("%s never varies: %v", f.Name, values)
		case len(values) >= 2 && known:
			t.Errorf("%s varies, and is said not to: %s", f.Name, why)
		}
	}
}
