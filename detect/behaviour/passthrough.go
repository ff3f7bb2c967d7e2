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

// PassThrough finds an account that hands on about what it got: a mule or a
// transit account (FATF, Professional Money Laundering, 2018; rapid movement of
// funds in its indicators).
//
// A round is one to eight transfers in and as many out again within max_gap, of
// at least min_value for the last of them, whose sums differ little. Several
// rounds through one account become one signal.
type PassThrough struct {
	MaxGap   spoor.Instant
	MinValue float64
}

const (
	maxRound = 8    // payments on one side of a round
	maxGain  = 0.05 // natural logarithm: an account that hands on money adds next to none of its own
)

// Typology is pass-through.
func (f *PassThrough) Typology() spoor.Typology { return spoor.PassThrough }

// Find takes the payment as the last of a round. From the latest payment in
// backwards it asks: does what came in since then match what has gone out?
func (f *PassThrough) Find(s *look.Scope) {
	if !s.Channel.Transfer() || s.From == s.To || s.From == graph.Outside || s.Value < f.MinValue {
		return
	}
	ins := s.Before(s.From, s.Time, f.MaxGap, s.Ref)
	if len(ins) == 0 || len(ins) > maxRound {
		return
	}
	outs := s.Out(s.From, s.Time-spoor.Instant(ins[0].Time))
	took, gave := make([]graph.Ref, 0, maxRound), make([]graph.Ref, 0, len(outs))
	var in, out float64
	var best struct {
		bans       float64
		took, gave int
	}
	for i, j := len(ins)-1, len(outs)-1; i >= 0; i-- {
		e := ins[i]
		if !e.Channel().Transfer() || e.Peer() == s.From || e.Peer() == s.To {
			continue
		}
		in += float64(s.Graph.Value(e.Ref))
		took = append(took, e.Ref)
		for ; j >= 0 && outs[j].Time >= e.Time; j-- {
			if o := outs[j]; o.Channel().Transfer() && o.Peer() != s.From {
				out += float64(s.Graph.Value(o.Ref))
				gave = append(gave, o.Ref)
			}
		}
		if len(gave) > maxRound {
			break
		}
		if d := math.Log(out / in); d < maxGain && d > -look.MaxDrift {
			if b := s.Traffic.Hop(s.Pace(s.From), s.Time-spoor.Instant(e.Time), d); b > best.bans {
				best.bans, best.took, best.gave = b, len(took), len(gave)
			}
		}
	}
	if best.bans >= 1 {
		moved := look.Sort(s.Graph, slices.Clone(took[:best.took]))
		s.Emit(look.Signal{Typology: spoor.PassThrough, Anchor: [2]graph.Account{s.From}, Bans: best.bans,
			Refs: slices.Concat(moved, gave[:best.gave]), Moved: moved})
	}
}

// Assess weighs the rounds, how rare so much at once is for the account, how
// little else it does, and how many at the other ends do nothing else. Payments
// of a row between the same two accounts count against.
func (f *PassThrough) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	a := sig.Anchor[0]
	var in, out float64
	var firstIn, lastOut spoor.Instant = math.MaxInt64, 0
	lone, standing := 0, 0
	for _, r := range sig.Refs {
		from, to := t.Graph.Ends(r)
		peer := from
		if v := float64(t.Graph.Value(r)); to == a {
			in += v
			firstIn = min(firstIn, t.Graph.Time(r))
		} else {
			peer = to
			out += v
			lastOut = max(lastOut, t.Graph.Time(r))
		}
		if t.Alone(peer) {
			lone++
		}
		if t.Standing(r) {
			standing++
		}
	}
	all, larger, others := f.rest(t, sig, in)
	rounds := sig.N + 1
	hops := min(usual.MaxBans, float64(rounds)*t.Hop(t.Pace(a), max(0, lastOut-firstIn)/spoor.Instant(rounds), math.Log(out/in)))
	size := math.Log10(float64(others+1) / float64(larger+1)) // so much at once is rare for the account
	share := in / max(in, all)
	total := hops + size + 1 + 2*math.Log10(share) + usual.Bans(usual.BinomialTail(lone, len(sig.Refs), t.Lone())) - 2*float64(standing) - usual.TriesTransfers
	return total, []string{
		fmt.Sprintf("%s came into %s and %s went out again within %s, in %d payments and %s", look.Euro(in), t.Graph.AccountID(a), look.Euro(out), spoor.Span(lastOut-firstIn), len(sig.Refs), look.Plural(rounds, "round")),
		fmt.Sprintf("that is %.0f %% of all that the account received; %d of its %d other payments in are as large; %d of the %d accounts at the other ends have no other transfer", 100*share, larger, others, lone, len(sig.Refs)),
	}
}

// rest sums all that the account received, and counts its payments in that are
// not part of the signal, and those of them at least as large as a mean one of
// the signal's, which brought in so much.
func (f *PassThrough) rest(t *usual.Traffic, sig *look.Signal, in float64) (all float64, larger, others int) {
	for _, e := range t.In(sig.Anchor[0]) {
		v := float64(t.Graph.Value(e.Ref))
		all += v
		if !slices.Contains(sig.Refs, e.Ref) {
			others++
			if v*float64(len(sig.Moved)) >= in {
				larger++
			}
		}
	}
	return all, larger, others
}
