package behaviour

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// FrontBusiness finds accounts that take cash in several deposits and send
// about the sum of it abroad, to one account there (FATF, Trade-Based Money
// Laundering, 2020; cash-intensive front companies).
//
// Each of a receiver's payers abroad banked min_deposits or more in cash whose
// latest add up to what it sent, all within window; the receiver gets min_cash
// or more that way.
type FrontBusiness struct {
	Window      spoor.Instant
	MinDeposits int
	MinCash     float64
}

const (
	leastSent = 1000 // euro: who fronts for less does not send it abroad
	takingFit = 0.2  // natural logarithm: how far takings may be from what was sent
)

// Typology is front-business.
func (f *FrontBusiness) Typology() spoor.Typology { return spoor.FrontBusiness }

// Find takes the payment as one that sends takings abroad, and looks for others
// to the same receiver.
func (f *FrontBusiness) Find(s *look.Scope) {
	if s.Value < leastSent || !s.Channel.Transfer() || !abroad(s.Graph, s.From, s.To) {
		return
	}
	if _, ok := f.takings(s, s.From, s.Ref, s.Time, s.Value); !ok {
		return
	}
	ins := s.In(s.To, f.Window)
	if len(ins) > maxCollected {
		s.Bite()
		return
	}
	sig := look.Signal{Typology: spoor.FrontBusiness, Anchor: [2]graph.Account{s.To}}
	fronts := map[graph.Account]bool{}
	for _, e := range ins {
		if !e.Channel().Transfer() || !abroad(s.Graph, e.Peer(), s.To) {
			continue
		}
		sent := float64(s.Graph.Value(e.Ref))
		if cash, ok := f.takings(s, e.Peer(), e.Ref, spoor.Instant(e.Time), sent); ok {
			fronts[e.Peer()] = true
			sig.Refs = append(append(sig.Refs, cash...), e.Ref)
			sig.Moved = append(sig.Moved, e.Ref)
			sig.Legs = append(sig.Legs, usual.Leg{In: cash[0], Out: e.Ref})
			sig.Amount += sent
			sig.M += len(cash)
		}
	}
	if sig.Amount >= f.MinCash {
		sig.N = len(fronts)
		sig.Moved = look.Sort(s.Graph, sig.Moved)
		s.Emit(sig)
	}
}

// abroad reports whether two accounts are known to be kept in two countries.
func abroad(g *graph.Graph, from, to graph.Account) bool {
	home, away := g.Country(from), g.Country(to)
	return home != away && home != (spoor.Country{}) && away != (spoor.Country{})
}

// takings finds the latest cash deposits whose sum is about what a payment sent.
func (f *FrontBusiness) takings(s *look.Scope, a graph.Account, ref graph.Ref, t spoor.Instant, sent float64) (cash []graph.Ref, ok bool) {
	var sum float64
	ins := s.Before(a, t, f.Window, ref)
	for i := len(ins) - 1; i >= 0 && sum < sent*1.2; i-- {
		if !inCash(ins[i]) {
			continue
		}
		cash = append(cash, ins[i].Ref)
		sum += float64(s.Graph.Value(ins[i].Ref))
		if len(cash) >= f.MinDeposits && math.Abs(math.Log(sum/sent)) < takingFit {
			return cash, true
		}
	}
	return nil, false
}

// Assess asks for each front how likely its payment abroad happens to be the
// sum of the deposits before it, in an account that seldom pays abroad and lives
// on cash. Further payments and fronts weigh less, since shops buy abroad too,
// and regular trade nothing; a receiver that itself pays much is a business.
func (f *FrontBusiness) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	best := map[graph.Account]float64{}
	again := 0
	for _, l := range sig.Legs {
		from, _ := t.Graph.Ends(l.Out)
		if t.Standing(l.Out) {
			continue
		}
		if _, ok := best[from]; ok {
			again++
			continue
		}
		seldom, cash := habits(t, from)
		best[from] = 0.7 + min(1, seldom) + cash
	}
	each := 0.3 * float64(again)
	for _, a := range slices.Sorted(maps.Keys(best)) { // in order, since sums of floats depend on it
		each += best[a]
	}
	paid, _ := t.Graph.Degree(sig.Anchor[0])
	total := each + 0.5*float64(max(0, len(best)-1)) - math.Log10(float64(max(1, paid))) + min(1, math.Log10(sig.Amount/f.MinCash)) - usual.TriesAccounts + 1
	return total, []string{
		fmt.Sprintf("%d accounts banked cash in %d deposits and sent the sum abroad to %s: %s in %d payments", sig.N, sig.M, t.Graph.AccountID(sig.Anchor[0]), look.Euro(sig.Amount), len(sig.Legs)),
	}
}

// habits are how seldom an account pays abroad, in bans, and what share of its
// income is cash.
func habits(t *usual.Traffic, a graph.Account) (seldom, cash float64) {
	var all float64
	for _, e := range t.In(a) {
		v := float64(t.Graph.Value(e.Ref))
		if all += v; inCash(e) {
			cash += v
		}
	}
	out, abroad := t.Out(a), 0
	for _, e := range out {
		if t.Graph.Country(e.Peer()) != t.Graph.Country(a) {
			abroad++
		}
	}
	return -math.Log10(float64(abroad) / float64(len(out)+1)), cash / max(1, all)
}
