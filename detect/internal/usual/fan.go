package usual

import (
	"fmt"

	"spoor"
	"spoor/graph"
)

// FanStats is what is known of a fan: an account and some of its peers on one
// side, one payment with each.
type FanStats struct {
	Peers     int
	Runs      int           // decisions: payments of the same half hour are one
	Span      spoor.Instant // from first to last payment
	Days      float64       // span in days of average business
	Value     float64       // euro
	Lone      int           // peers with no other transfer
	LoneShare float64       // share of all transfers with such a peer
	Even      bool          // of about one size, as rents, fees and shares of a bill are

	outside   int     // decisions of the account on that side outside the span
	rest      float64 // days of data outside the span
	countBans float64
	loneBans  float64
}

// Bans is how little chance explains the fan.
func (st *FanStats) Bans() float64 { return st.countBans + st.loneBans }

// Usual says in words what the account does otherwise; peers is what to call
// those at the other ends.
func (st *FanStats) Usual(peers string) string {
	if st.rest < 0.5 {
		return "the data is too short to know what is usual for the account"
	}
	if st.outside == 0 {
		return fmt.Sprintf("no other %s in the remaining %.0f days of data", peers, st.rest)
	}
	return fmt.Sprintf("usual for the account: %.1f %s in as long a time", float64(st.outside)/st.rest*st.Days, peers)
}

// Payments whose sizes deviate by less than dues, in natural logarithms, look
// like rents, fees or shares of a bill: far more often than like smurfing, by
// about duesBans. Exactly equal sums do not, since no tariff hits all payers.
const (
	dues     = 0.45
	duesBans = 2.0
)

// Fan measures payments between an account and its payers (in) or payees, in
// order of time, against its own traffic on that side outside their span.
func (t *Traffic) Fan(center graph.Account, in bool, refs []graph.Ref) FanStats {
	first, last := t.Graph.Time(refs[0]), t.Graph.Time(refs[len(refs)-1])
	side, other := t.side(in), t.side(!in)
	st := FanStats{Peers: len(refs), Span: last - first, LoneShare: other.lone}
	st.Days = min(t.Days, t.busy(first, last))
	st.rest = max(0, t.Days-st.Days)
	run := runs{tick: t.tick}
	for _, r := range refs {
		st.Value += float64(t.Graph.Value(r))
		run.add(t.Graph.Time(r))
		from, to := t.Graph.Ends(r)
		peer := to
		if in {
			peer = from
		}
		if t.Alone(peer) {
			st.Lone++
		}
	}
	st.Runs = run.n
	st.outside = t.runsOutside(center, in, first, last)
	st.countBans = TailBans(GammaPoissonTail(st.Runs, st.outside, st.Days, st.rest, side.mean, side.shape))
	if d := t.Deviation(refs); len(refs) > 2 && d > 0.01 && d < dues {
		st.Even = true
		st.countBans = max(0, st.countBans-duesBans)
	}
	st.loneBans = Bans(BinomialTail(st.Lone, st.Peers, other.lone))
	return st
}

// runsOutside counts the decisions on one side of an account outside a span.
func (t *Traffic) runsOutside(a graph.Account, in bool, first, last spoor.Instant) int {
	edges := t.Out(a)
	if in {
		edges = t.In(a)
	}
	others := runs{tick: t.tick}
	for _, e := range edges {
		if at := spoor.Instant(e.Time); (at < first || at > last) && e.Channel().Transfer() && e.Peer() != a {
			others.add(at)
		}
	}
	return others.n
}

// runs counts payments in order of time, those within half an hour of the one
// before as one: salaries, rents by standing order, a bulk file are one
// decision, not many. Data that tells only days or hours cannot say so.
type runs struct {
	n    int
	last spoor.Instant
	tick spoor.Instant
}

func (r *runs) add(t spoor.Instant) {
	if r.n == 0 || t-r.last > spoor.Hour/2 || r.tick > spoor.Hour/2 {
		r.n++
	}
	r.last = t
}

// Decisions counts payments in order of time, those made together as one.
func (t *Traffic) Decisions(refs []graph.Ref) int {
	r := runs{tick: t.tick}
	for _, ref := range refs {
		r.add(t.Graph.Time(ref))
	}
	return r.n
}

// small is the mean of payments, in euro, below which a shape is no business of
// anybody's: verifications of a cent, points of a loyalty card.
const small = 10

// Small reports whether payments are that small on average. Payments without a
// rate are not, unless they are of nothing at all.
func (t *Traffic) Small(refs []graph.Ref) bool {
	var value float64
	for _, r := range refs {
		v := float64(t.Graph.Value(r))
		if v == 0 && t.Graph.Paid(r).Amount != 0 {
			return false
		}
		value += v
	}
	return value < small*float64(len(refs))
}
