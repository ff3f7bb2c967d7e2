package behaviour

import (
	"fmt"
	"math"
	"slices"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// SynchronisedDeposits finds cash paid in at several counters within minutes,
// to one account or to accounts that then pay the same collector: several hands
// working to one plan (FATF, Professional Money Laundering, 2018, on cash
// couriers and mule accounts).
//
// The deposits are min_deposits or more, by as many counters or payers, from
// first to last no longer than within. To a collector each payer sends about
// what it took in cash, at most max_gap before the payment in scope.
type SynchronisedDeposits struct {
	Within      spoor.Instant
	MaxGap      spoor.Instant
	MinDeposits int
}

// Typology is synchronised-deposits.
func (f *SynchronisedDeposits) Typology() spoor.Typology { return spoor.SynchronisedDeposits }

// Find takes cash as the last deposit, a transfer as a payment to a collector.
func (f *SynchronisedDeposits) Find(s *look.Scope) {
	switch {
	case s.To == graph.Outside || s.From == s.To || s.Value < look.LeastValue:
	case s.Channel == spoor.Cash:
		f.direct(s)
	case s.Channel.Transfer():
		f.collected(s)
	}
}

// direct looks for deposits to one account at different counters.
func (f *SynchronisedDeposits) direct(s *look.Scope) {
	s.Peers.Reset()
	s.Kept = s.Kept[:0]
	for _, e := range s.In(s.To, f.Within) {
		if e.Channel() == spoor.Cash && s.Peers.Add(e.Peer()) {
			s.Kept = append(s.Kept, e.Ref)
		}
	}
	if len(s.Kept) >= f.MinDeposits {
		refs := slices.Clone(s.Kept)
		s.Emit(look.Signal{Typology: spoor.SynchronisedDeposits, Anchor: [2]graph.Account{s.To}, Refs: refs, Moved: refs, N: len(refs)})
	}
}

// collected looks for a collector's payers who each took cash at the same time.
func (f *SynchronisedDeposits) collected(s *look.Scope) {
	if !slices.ContainsFunc(s.In(s.From, 2*f.MaxGap), inCash) {
		return
	}
	ins := s.In(s.To, f.MaxGap)
	if len(ins) > maxCollected {
		s.Bite()
		return
	}
	if len(ins) < f.MinDeposits {
		return
	}
	best := f.together(f.deposits(s, ins))
	if best == nil {
		return
	}
	sig := look.Signal{Typology: spoor.SynchronisedDeposits, Anchor: [2]graph.Account{s.To}, N: payers(best)}
	for _, d := range best {
		sig.Refs = append(sig.Refs, d.cash.Ref, d.onward)
		sig.Moved = append(sig.Moved, d.cash.Ref)
	}
	s.Emit(sig)
}

func inCash(e graph.Edge) bool { return e.Channel() == spoor.Cash }

// deposit is cash that an account took and then sent on.
type deposit struct {
	cash   graph.Edge
	onward graph.Ref
}

// deposits lists the cash behind payments to a collector, in order of time.
func (f *SynchronisedDeposits) deposits(s *look.Scope, ins []graph.Edge) (all []deposit) {
	s.Peers.Reset()
	for _, e := range ins {
		if !e.Channel().Transfer() || !s.Peers.Add(e.Peer()) {
			continue
		}
		took := s.Before(e.Peer(), spoor.Instant(e.Time), 2*f.MaxGap, e.Ref)
		var sum float64
		for _, c := range took {
			if inCash(c) {
				sum += float64(s.Graph.Value(c.Ref))
			}
		}
		if !look.Similar(sum, float64(s.Graph.Value(e.Ref))) {
			continue
		}
		for _, c := range took {
			if inCash(c) {
				all = append(all, deposit{c, e.Ref})
			}
		}
	}
	slices.SortFunc(all, func(a, b deposit) int { return int(int64(a.cash.Time) - int64(b.cash.Time)) })
	return all
}

// together finds the most deposits within the span, by enough payers.
func (f *SynchronisedDeposits) together(all []deposit) (best []deposit) {
	first := 0
	for i := range all {
		for all[i].cash.Time-all[first].cash.Time > uint32(f.Within) {
			first++
		}
		if some := all[first : i+1]; len(some) > len(best) && payers(some) >= f.MinDeposits {
			best = some
		}
	}
	return best
}

// payers counts those who sent deposits on, one payment each.
func payers(deposits []deposit) int {
	onward := map[graph.Ref]bool{}
	for _, d := range deposits {
		onward[d.onward] = true
	}
	return len(onward)
}

// Assess asks, for each deposit, how likely one to that account falls into that
// very hour.
func (f *SynchronisedDeposits) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	const shortest = 600 // seconds: nearer together says no more
	var sum, each float64
	first, last := spoor.Instant(math.MaxInt64), spoor.Instant(0)
	for _, r := range sig.Moved {
		sum += float64(t.Graph.Value(r))
		first, last = min(first, t.Graph.Time(r)), max(last, t.Graph.Time(r))
		_, to := t.Graph.Ends(r)
		cash := 0
		for _, e := range t.In(to) {
			if inCash(e) {
				cash++
			}
		}
		each += min(2.5, usual.Bans(float64(cash)*max(float64(last-first), shortest)/float64(spoor.Day)/t.Days))
	}
	k := float64(len(sig.Moved))
	// The first deposit is free to fall when it likes.
	total := each*(k-1)/k - usual.TriesAccounts + 1
	return total, []string{
		fmt.Sprintf("%d cash deposits within %s, %s in all, for %s, from %d hands", len(sig.Moved), spoor.Span(last-first), look.Euro(sum), t.Graph.AccountID(sig.Anchor[0]), sig.N),
	}
}
