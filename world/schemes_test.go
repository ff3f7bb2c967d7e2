package world_test

import (
	"fmt"
	"slices"
	"testing"

	"spoor"
	"spoor/world"
)

// stage is a world whose attempts are checked, with what a checker asks of it.
type stage struct {
	w       *world.World
	account map[spoor.AccountID]world.Account
	last    map[spoor.AccountID]spoor.Instant // last ordinary payment of each account
	ahead   int                               // scatter-gather intermediaries that pay first
	mules   int                               // and all of them
}

func newStage(t *testing.T, seed uint64) *stage {
	s := &stage{
		w:       build(t, world.Options{LookAlikes: .006, Payments: 60_000, Illicit: .02, Seed: seed}),
		account: map[spoor.AccountID]world.Account{}, last: map[spoor.AccountID]spoor.Instant{},
	}
	for _, a := range s.w.Accounts() {
		s.account[a.ID] = a
	}
	staged := map[spoor.Payment]bool{}
	for _, a := range s.w.NearMisses() {
		for _, p := range a.Payments {
			staged[p] = true
		}
	}
	for p := range s.w.Payments() {
		q := *p
		q.Record = 0
		if p.Label != spoor.Illicit && !staged[q] {
			s.last[p.From], s.last[p.To] = p.Time, p.Time
		}
	}
	return s
}

func TestTypologiesHaveTheirStructure(t *testing.T) {
	seen := map[spoor.Typology]int{}
	var ahead, mules int
	for seed := range uint64(16) {
		s := newStage(t, seed)
		for _, a := range s.w.Attempts() {
			seen[a.Typology]++
			if err := s.check(a); err != nil {
				t.Errorf("seed %d, %s (%s): %v\n%s", seed, a.Name, a.Detail, err, listing(a))
			}
		}
		ahead, mules = ahead+s.ahead, mules+s.mules
	}
	for _, ty := range spoor.Typologies() {
		if seen[ty] < 20 {
			t.Errorf("%s was planted %d times in 16 worlds", ty, seen[ty])
		}
	}
	if share := float64(ahead) / float64(mules); share < .02 || share > .2 {
		t.Errorf("%d of %d intermediaries advance money: want about one in twelve", ahead, mules)
	}
}

func listing(a spoor.Attempt) (s string) {
	for _, p := range a.Payments {
		s += fmt.Sprintf("  %s %s -> %s  %s / %s  %s %s>%s %q\n", p.Time, p.From, p.To, p.Paid, p.Received, p.Channel, p.FromCountry, p.ToCountry, p.Purpose)
	}
	return s
}

func (s *stage) check(a spoor.Attempt) error {
	if !slices.IsSortedFunc(a.Payments, func(x, y spoor.Payment) int { return int(x.Time - y.Time) }) {
		return fmt.Errorf("payments are not in order of time")
	}
	for _, p := range a.Payments {
		if p.From == p.To || p.Label != spoor.Illicit || p.Paid.Amount <= 0 || p.Received.Amount <= 0 || p.Purpose == "" {
			return fmt.Errorf("payment %v", p)
		}
	}
	if err := s.conserved(a); err != nil {
		return err
	}
	check := map[spoor.Typology]func(*stage, ledger) error{
		spoor.FanIn: (*stage).fanIn, spoor.FanOut: (*stage).fanOut,
		spoor.GatherScatter: (*stage).gatherScatter, spoor.ScatterGather: (*stage).scatterGather,
		spoor.Cycle: (*stage).cycle, spoor.Chain: (*stage).chain,
		spoor.Bipartite: (*stage).bipartite, spoor.Stack: (*stage).stack,
		spoor.Structuring: (*stage).structuring, spoor.PassThrough: (*stage).passThrough,
		spoor.DormancyBurst: (*stage).dormancyBurst, spoor.UTurn: (*stage).uTurn,
		spoor.FrontBusiness: (*stage).frontBusiness, spoor.HighRiskCorridor: (*stage).corridor,
		spoor.SynchronisedDeposits: (*stage).synchronised, spoor.RoundTripConversion: (*stage).roundTrip,
	}[a.Typology]
	return check(s, newLedger(a.Payments))
}

// conserved checks that whoever was paid first passes on no more than arrived,
// and not before it arrived; who pays first brings money of his own, which only
// a scatter-gather's intermediary may do after whom the scheme also pays.
func (s *stage) conserved(a spoor.Attempt) error {
	held, funded := map[spoor.AccountID]float64{}, map[spoor.AccountID]bool{}
	for _, p := range a.Payments {
		if _, met := held[p.From]; !met {
			funded[p.From] = true
		}
		held[p.From] -= rates.Value(p.Paid, p.Time)
		held[p.To] += rates.Value(p.Received, p.Time)
		if !funded[p.From] && held[p.From] < -.02 {
			return fmt.Errorf("%s passes on %.2f euro more than arrived by %s", p.From, -held[p.From], p.Time)
		}
	}
	return nil
}

// ledger is an attempt's payments by account.
type ledger struct {
	pays    []spoor.Payment
	in, out map[spoor.AccountID][]spoor.Payment
}

func newLedger(ps []spoor.Payment) ledger {
	l := ledger{ps, map[spoor.AccountID][]spoor.Payment{}, map[spoor.AccountID][]spoor.Payment{}}
	for _, p := range ps {
		l.out[p.From] = append(l.out[p.From], p)
		l.in[p.To] = append(l.in[p.To], p)
	}
	return l
}

// both lists the accounts that are paid and pay.
func (l ledger) both() (ids []spoor.AccountID) {
	for id := range l.in {
		if len(l.out[id]) > 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

func (l ledger) split() (cash, rest ledger) {
	var a, b []spoor.Payment
	for _, p := range l.pays {
		if p.Channel == spoor.Cash {
			a = append(a, p)
		} else {
			b = append(b, p)
		}
	}
	return newLedger(a), newLedger(b)
}

func within(what string, n, lo, hi int) error {
	if n < lo || n > hi {
		return fmt.Errorf("%d %s: want %d to %d", n, what, lo, hi)
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func days(ps []spoor.Payment) int {
	return int((ps[len(ps)-1].Time - ps[0].Time + spoor.Day - 1) / spoor.Day)
}

func (s *stage) fanIn(l ledger) error {
	return first(within("collectors", len(l.in), 1, 1), within("payers", len(l.out), 4, 20),
		within("payments", len(l.pays), len(l.out), len(l.out)), within("days", days(l.pays), 0, 5))
}

func (s *stage) fanOut(l ledger) error {
	return first(within("sources", len(l.out), 1, 1), within("payees", len(l.in), 4, 20),
		within("payments", len(l.pays), len(l.in), len(l.in)), within("days", days(l.pays), 0, 5))
}

func (s *stage) gatherScatter(l ledger) error {
	hubs := l.both()
	if len(hubs) != 1 {
		return fmt.Errorf("%d hubs", len(hubs))
	}
	in, out := l.in[hubs[0]], l.out[hubs[0]]
	if in[len(in)-1].Time >= out[0].Time {
		return fmt.Errorf("scatters before all is gathered")
	}
	return first(within("in", len(in), 2, 15), within("out", len(out), 2, 15), within("payments", len(l.pays), len(in)+len(out), len(in)+len(out)))
}

func (s *stage) scatterGather(l ledger) error {
	mules := l.both()
	for _, m := range mules {
		if len(l.in[m]) != 1 || len(l.out[m]) != 1 || l.in[m][0].From == l.out[m][0].To {
			return fmt.Errorf("intermediary %s has %d in, %d out", m, len(l.in[m]), len(l.out[m]))
		}
		s.mules++
		if l.out[m][0].Time <= l.in[m][0].Time {
			s.ahead++
		}
	}
	return first(within("intermediaries", len(mules), 2, 16), within("payers", len(l.out), len(mules)+1, len(mules)+1), within("payees", len(l.in), len(mules)+1, len(mules)+1))
}

// path checks that the money goes from hand to hand, later each time.
func path(l ledger) error {
	for i := 1; i < len(l.pays); i++ {
		if l.pays[i].From != l.pays[i-1].To || l.pays[i].Time <= l.pays[i-1].Time {
			return fmt.Errorf("hop %d does not follow from the one before", i+1)
		}
	}
	return within("payers", len(l.out), len(l.pays), len(l.pays))
}

func closed(l ledger) bool { return l.pays[0].From == l.pays[len(l.pays)-1].To }

func (s *stage) cycle(l ledger) error {
	if !closed(l) {
		return fmt.Errorf("does not come back")
	}
	return first(path(l), within("hops", len(l.pays), 3, 12))
}

func (s *stage) chain(l ledger) error {
	if closed(l) {
		return fmt.Errorf("comes back")
	}
	return first(path(l), within("hops", len(l.pays), 4, 10))
}

func (s *stage) bipartite(l ledger) error {
	m, n := len(l.out), len(l.in)
	return first(within("in the middle", len(l.both()), 0, 0), within("payers", m, 2, 6), within("payees", n, 2, 6),
		within("edges", len(l.pays), (m*n+1)/2, m*n))
}

func (s *stage) stack(l ledger) error {
	level := map[spoor.AccountID]int{}
	for range 6 { // the longest way to each account
		for _, p := range l.pays {
			level[p.To] = max(level[p.To], level[p.From]+1)
		}
	}
	width, edges := map[int]map[spoor.AccountID]bool{}, map[int]int{}
	for _, p := range l.pays {
		if level[p.To] != level[p.From]+1 {
			return fmt.Errorf("a payment from layer %d to %d", level[p.From], level[p.To])
		}
		for _, id := range []spoor.AccountID{p.From, p.To} {
			if width[level[id]] == nil {
				width[level[id]] = map[spoor.AccountID]bool{}
			}
			width[level[id]][id] = true
		}
		edges[level[p.From]]++
	}
	for _, id := range l.both() {
		if in := l.in[id]; in[len(in)-1].Time >= l.out[id][0].Time {
			return fmt.Errorf("%s pays before all arrived", id)
		}
	}
	for i, n := range edges {
		m := len(width[i]) * len(width[i+1])
		if err := within(fmt.Sprintf("edges after layer %d", i), n, (m+1)/2, m); err != nil {
			return err
		}
	}
	return first(within("layers", len(width), 3, 5), within("widest layer", len(width[0]), 2, 4))
}

func (s *stage) structuring(l ledger) error {
	cash, rest := l.split()
	for _, p := range cash.pays {
		if v := rates.Value(p.Paid, p.Time); v >= 10_000 || v < 2000 {
			return fmt.Errorf("a deposit of %.0f euro", v)
		}
	}
	if len(cash.in) > 1 && len(rest.in) != 1 {
		return fmt.Errorf("depositors are not linked: %d beneficiaries", len(rest.in))
	}
	return first(within("deposits", len(cash.pays), 4, 32), within("depositors", len(cash.in), 1, 4))
}

func (s *stage) passThrough(l ledger) error {
	hubs := l.both()
	if len(hubs) != 1 {
		return fmt.Errorf("%d hubs", len(hubs))
	}
	in, out := 0.0, 0.0
	for _, p := range l.in[hubs[0]] {
		in += float64(p.Received.Amount)
		next := slices.IndexFunc(l.out[hubs[0]], func(q spoor.Payment) bool { return q.Time > p.Time })
		if next < 0 || l.out[hubs[0]][next].Time-p.Time > 8*spoor.Hour {
			return fmt.Errorf("money of %s stays", p.Time)
		}
	}
	for _, p := range l.out[hubs[0]] {
		out += float64(p.Paid.Amount)
	}
	if out/in < .949 || out/in > .991 {
		return fmt.Errorf("keeps %.1f %%", 100-100*out/in)
	}
	return nil
}

func (s *stage) dormancyBurst(l ledger) error {
	hubs := l.both()
	if len(hubs) != 1 {
		return fmt.Errorf("%d hubs", len(hubs))
	}
	if slept := l.pays[0].Time - s.last[hubs[0]]; slept < 11*spoor.Day {
		return fmt.Errorf("slept for %s only", spoor.Span(slept))
	}
	return first(within("in", len(l.in[hubs[0]]), 2, 6), within("out", len(l.out[hubs[0]]), 3, 10), within("days", days(l.pays), 0, 4))
}

func (s *stage) owner(id spoor.AccountID) string { return s.account[id].OwnerID }

func (s *stage) uTurn(l ledger) error {
	home := l.pays[0].FromCountry
	for i, p := range l.pays {
		if abroad := p.ToCountry != home; abroad != (i < len(l.pays)-1) || p.FromCountry == p.ToCountry {
			return fmt.Errorf("hop %d goes from %s to %s", i+1, p.FromCountry, p.ToCountry)
		}
	}
	if s.owner(l.pays[0].From) != s.owner(l.pays[len(l.pays)-1].To) {
		return fmt.Errorf("comes back to a stranger")
	}
	return first(path(l), within("countries", len(l.pays)-1, 1, 3))
}

func (s *stage) frontBusiness(l ledger) error {
	cash, rest := l.split()
	banks := map[string]bool{}
	for id := range cash.in {
		banks[id.Bank] = true
		if len(rest.out[id]) == 0 {
			return fmt.Errorf("the cash of %s stays", id)
		}
	}
	for _, p := range rest.pays {
		if p.FromCountry == p.ToCountry {
			return fmt.Errorf("a payment at home")
		}
	}
	return first(within("beneficiaries", len(rest.in), 1, 1), within("banks", len(banks), 2, 4), within("deposits", len(cash.pays), 4, 80))
}

var corridors = []string{"AE", "MA", "TR", "PA", "CO", "EC", "AL", "NG"}

func (s *stage) corridor(l ledger) error {
	lo, hi := rates.Value(l.pays[0].Paid, 0), 0.0
	for _, p := range l.pays {
		v := rates.Value(p.Paid, p.Time)
		lo, hi = min(lo, v), max(hi, v)
		if p.ToCountry != l.pays[0].ToCountry || p.FromCountry == p.ToCountry || !slices.Contains(corridors, p.ToCountry.String()) {
			return fmt.Errorf("a payment from %s to %s", p.FromCountry, p.ToCountry)
		}
	}
	if hi > 2.3*lo {
		return fmt.Errorf("from %.0f to %.0f euro", lo, hi)
	}
	return first(within("transfers", len(l.pays), 5, 15), within("senders", len(l.out), 1, 4), within("recipients", len(l.in), 1, 2))
}

func (s *stage) synchronised(l ledger) error {
	cash, _ := l.split()
	for i := 0; i < len(cash.pays); i += len(cash.in) {
		round, banks := cash.pays[i:i+len(cash.in)], map[string]bool{}
		for _, p := range round {
			banks[p.To.Bank] = true
		}
		minutes := int((round[len(round)-1].Time - round[0].Time) / spoor.Minute)
		if err := first(within("banks", len(banks), 3, 10), within("minutes", minutes, 0, 25)); err != nil {
			return err
		}
	}
	return within("depositors", len(cash.in), 3, 10)
}

func (s *stage) roundTrip(l ledger) error {
	converted := 0
	for _, p := range l.pays {
		if p.Paid.Currency != p.Received.Currency {
			converted++
		}
	}
	first0, last := l.pays[0], l.pays[len(l.pays)-1]
	if first0.Paid.Currency != last.Received.Currency || s.owner(first0.From) != s.owner(last.To) {
		return fmt.Errorf("does not come back in the same currency to the same owner")
	}
	return first(path(l), within("conversions", converted, 2, 5))
}
