package world_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"spoor"
	"spoor/world"
	"spoor/world/internal/life"
)

// TestDescribe prints the economy, so that people can judge it:
//
//	go test -run Describe -v
func TestDescribe(t *testing.T) {
	if !testing.Verbose() {
		t.Skip("prints tables: run with -v")
	}
	w := build(t, world.Options{LookAlikes: .006, Payments: 500_000, Illicit: world.DefaultIllicit, Seed: 1})
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer out.Flush()
	kindOf := map[spoor.AccountID]world.Kind{}
	byKind := map[world.Kind]int{}
	banks := map[string]bool{}
	for _, a := range w.Accounts() {
		kindOf[a.ID] = a.Kind
		byKind[a.Kind]++
		banks[a.Bank] = true
	}
	s := survey(w)
	fmt.Fprintf(out, "payments\t%d\t\naccounts\t%d\t\nbanks\t%d\t\nabroad %%\t%.1f\t\nconverted %%\t%.1f\t\n\n", s.n, len(w.Accounts()), len(banks),
		100*float64(s.abroad)/float64(s.n), 100*float64(s.converted)/float64(s.n))
	fmt.Fprintln(out, "kind\taccounts\tin-degree 50%\t90%\t99%\tmax\tout-degree 50%\t90%\t99%\tmax\tpayments out/in a day\t")
	for k := life.Person; k <= life.CashCounter; k++ {
		in, gone := s.degrees(kindOf, k)
		fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.2f/%.2f\t\n", k, byKind[k],
			quantile(in, .5), quantile(in, .9), quantile(in, .99), quantile(in, 1),
			quantile(gone, .5), quantile(gone, .9), quantile(gone, .99), quantile(gone, 1),
			float64(s.sent[k])/float64(byKind[k])/30, float64(s.got[k])/float64(byKind[k])/30)
	}
	fmt.Fprintln(out, "\nchannel\tshare %\tmedian EUR\t90%\t99%\t")
	for c := spoor.CreditTransfer; c <= spoor.Crypto; c++ {
		v := s.amounts[c]
		slices.Sort(v)
		fmt.Fprintf(out, "%s\t%.1f\t%.0f\t%.0f\t%.0f\t\n", c, 100*float64(len(v))/float64(s.n), quantile(v, .5), quantile(v, .9), quantile(v, .99))
	}
	fmt.Fprintln(out, "\nday\tweekday\tpayments\tillicit\t")
	for i, n := range s.perDay {
		day := world.AMLworldStart + spoor.Instant(i)*spoor.Day
		fmt.Fprintf(out, "%s\t%s\t%d\t%d\t\n", day.Date(), day.Time().Weekday(), n, s.illicitPerDay[i])
	}
	var hours []string
	for _, n := range s.hours {
		hours = append(hours, fmt.Sprintf("%.1f", 100*float64(n)/float64(s.n)))
	}
	fmt.Fprintf(out, "\n%% by hour (UTC)\t%s\t\n\ntypology\tattempts\tpayments\tlook-alikes\tpayments\t\n", strings.Join(hours, " "))
	for _, ty := range spoor.Typologies() {
		var n [4]int
		for i, as := range [][]spoor.Attempt{w.Attempts(), w.NearMisses()} {
			for _, a := range as {
				if a.Typology == ty {
					n[2*i]++
					n[2*i+1] += len(a.Payments)
				}
			}
		}
		fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\t\n", ty, n[0], n[1], n[2], n[3])
	}
	type count struct {
		why string
		n   int
	}
	var why []count
	for k, n := range s.purposes {
		why = append(why, count{k, n})
	}
	slices.SortFunc(why, func(a, b count) int { return b.n - a.n })
	fmt.Fprint(out, "\npurpose\tshare %\t\n")
	for _, c := range why {
		fmt.Fprintf(out, "%s\t%.2f\t\n", c.why, 100*float64(c.n)/float64(s.n))
	}
}

// findings of one run through a world.
type findings struct {
	n, illicit, abroad, converted int
	perDay, illicitPerDay         []int
	hours                         [24]int
	amounts                       map[spoor.Channel][]float64
	purposes                      map[string]int
	in, out                       map[spoor.AccountID]map[spoor.AccountID]bool
	sent, got                     map[world.Kind]int
}

func survey(w *world.World) *findings {
	s := &findings{
		amounts: map[spoor.Channel][]float64{}, purposes: map[string]int{},
		in: map[spoor.AccountID]map[spoor.AccountID]bool{}, out: map[spoor.AccountID]map[spoor.AccountID]bool{},
		sent: map[world.Kind]int{}, got: map[world.Kind]int{},
	}
	kindOf := map[spoor.AccountID]world.Kind{}
	for _, a := range w.Accounts() {
		kindOf[a.ID] = a.Kind
	}
	link := func(m map[spoor.AccountID]map[spoor.AccountID]bool, a, b spoor.AccountID) {
		if m[a] == nil {
			m[a] = map[spoor.AccountID]bool{}
		}
		m[a][b] = true
	}
	for p := range w.Payments() {
		day := int((p.Time - world.AMLworldStart) / spoor.Day)
		for len(s.perDay) <= day {
			s.perDay, s.illicitPerDay = append(s.perDay, 0), append(s.illicitPerDay, 0)
		}
		s.n++
		s.perDay[day]++
		s.hours[p.Time%spoor.Day/spoor.Hour]++
		s.amounts[p.Channel] = append(s.amounts[p.Channel], rates.Value(p.Paid, p.Time))
		s.purposes[p.Purpose]++
		if p.Label == spoor.Illicit {
			s.illicit++
			s.illicitPerDay[day]++
		}
		if p.FromCountry != p.ToCountry {
			s.abroad++
		}
		if p.Paid.Currency != p.Received.Currency {
			s.converted++
		}
		if p.From != p.To {
			link(s.out, p.From, p.To)
			link(s.in, p.To, p.From)
		}
		s.sent[kindOf[p.From]]++
		s.got[kindOf[p.To]]++
	}
	return s
}

// degrees of the accounts of a kind that have any partner, ascending.
func (s *findings) degrees(kindOf map[spoor.AccountID]world.Kind, k world.Kind) (in, out []int) {
	for id, m := range s.in {
		if kindOf[id] == k {
			in = append(in, len(m))
		}
	}
	for id, m := range s.out {
		if kindOf[id] == k {
			out = append(out, len(m))
		}
	}
	slices.Sort(in)
	slices.Sort(out)
	return in, out
}

func quantile[T int | float64](v []T, q float64) T {
	if len(v) == 0 {
		return 0
	}
	return v[min(int(q*float64(len(v))), len(v)-1)]
}

// rates of about September 2022, units for one euro.
var rates = func() *spoor.Rates {
	r := &spoor.Rates{Version: "test"}
	for code, perEUR := range map[string]float64{
		"USD": 1.0, "GBP": .87, "CHF": .97, "JPY": 142, "CNY": 6.95, "INR": 79.6, "RUB": 60.2,
		"AUD": 1.47, "CAD": 1.31, "MXN": 20, "ILS": 3.4, "SAR": 3.75, "BRL": 5.2, "XBT": .00005,
	} {
		c, err := spoor.ParseCurrency(code)
		if err != nil {
			panic(err)
		}
		if err := r.Set(c, world.AMLworldStart, uint64(perEUR*1e8)); err != nil {
			panic(err)
		}
	}
	return r
}()

func build(t testing.TB, o world.Options) *world.World {
	t.Helper()
	o.Rates = rates
	w, err := world.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func BenchmarkPayments(b *testing.B) {
	w := build(b, world.Options{LookAlikes: .006, Payments: 500_000, Illicit: world.DefaultIllicit, Seed: 1})
	n := 0
	b.ResetTimer()
	start := time.Now()
	for b.Loop() {
		for range w.Payments() {
			n++
		}
	}
	b.ReportMetric(float64(n)/time.Since(start).Seconds(), "payments/s")
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		build(b, world.Options{LookAlikes: .006, Payments: 500_000, Illicit: world.DefaultIllicit, Seed: 1})
	}
}
