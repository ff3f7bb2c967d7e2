package detect

import (
	"fmt"
	"math"

	"spoor"
	"spoor/graph"
)

// fan finds many accounts paying one (fan-in) or one paying many (fan-out)
// within days: the collecting of deposits from many hands, the spreading of
// proceeds over many (Altman et al., NeurIPS 2023, patterns fan-in and fan-out;
// FATF, Professional Money Laundering, 2018, on mule accounts).
//
// One transfer with each peer counts. What is unusual is measured against the
// account's own number of peers outside the days in question, with the
// population's rates as the prior, so that a shop, a landlord or a payroll is
// its own baseline.
type fan struct {
	name   spoor.Typology
	in     bool
	window spoor.Instant
	least  int
	most   int
}

func newFan(p *Parameters, in bool) *fan {
	f := &fan{name: spoor.FanOut, in: in}
	if in {
		f.name = spoor.FanIn
	}
	f.window, f.least, f.most = p.span(f.name, "window"), p.count(f.name, "min_degree"), p.count(f.name, "max_degree")
	return f
}

func (f *fan) typology() spoor.Typology { return f.name }

func (f *fan) find(s *scope) {
	if !s.channel.Transfer() || s.from == s.to {
		return
	}
	center, edges := s.from, []graph.Edge(nil)
	if f.in {
		center = s.to
		edges = s.in(center, f.window)
	} else {
		edges = s.out(center, f.window)
	}
	if center == graph.Outside || len(edges) < f.least || !s.normal.unusual(center, f.in, len(edges), f.window) {
		return
	}
	refs := s.oneEach(center, edges)
	if len(refs) < f.least {
		return
	}
	if len(refs) > f.most {
		s.bites++ // a business that deals with the many
		return
	}
	s.emit(signal{typology: f.name, anchor: [2]graph.Account{center}, refs: refs, moved: refs})
}

// unusual is the cheap question before the dear one: are so many payments in
// the window more than twice what the account does otherwise?
func (n *normal) unusual(a graph.Account, in bool, count int, window spoor.Instant) bool {
	out, all := n.g.Degree(a)
	if !in {
		all = out
	}
	days := float64(window) / float64(spoor.Day)
	rest := max(n.days-days, 0)
	return float64(count)*rest >= 2*float64(all-count)*days
}

func (f *fan) assess(n *normal, sig *signal) (float64, []string) {
	st := n.fan(sig.anchor[0], f.in, sig.refs)
	verb, peers := "paid", "payees"
	if f.in {
		verb, peers = "was paid by", "payers"
	}
	total := st.bans() - triesAccounts - math.Log10(max(1, n.days/st.days))
	reasons := []string{
		fmt.Sprintf("%s %s %d different accounts within %s, %s in all", n.g.AccountID(sig.anchor[0]), verb, st.k, spoor.Span(st.span), euro(st.value)),
		st.usual(peers),
	}
	if st.runs < st.k {
		reasons = append(reasons, fmt.Sprintf("payments made together count as one decision: %d payments, %d decisions", st.k, st.runs))
	}
	if st.even {
		reasons = append(reasons, "the sums are of about one size, as rents and fees are: counted for less")
	}
	if st.lone > 0 {
		reasons = append(reasons, fmt.Sprintf("%d of the %d %s have no other transfer in the data; of all transfers %.1f %% have such an end", st.lone, st.k, peers, 100*st.loneShare))
	}
	return total, reasons
}

// fanStats is what is known of a fan.
type fanStats struct {
	k         int           // peers
	runs      int           // decisions: payments of the same half hour are one
	span      spoor.Instant // from first to last payment
	days      float64       // span in days of average business
	value     float64       // euro
	outside   int           // other peers, outside the span
	rest      float64       // days of data outside the span
	lone      int           // peers with no other transfer
	loneShare float64       // share of all transfers with such a peer
	even      bool          // of about one size, as rents, fees and shares of a bill are
	countBans float64
	loneBans  float64
}

func (st *fanStats) bans() float64 { return st.countBans + st.loneBans }

func (st *fanStats) usual(peers string) string {
	if st.rest < 0.5 {
		return "the data is too short to know what is usual for the account"
	}
	if st.outside == 0 {
		return fmt.Sprintf("no other %s in the remaining %.0f days of data", peers, st.rest)
	}
	return fmt.Sprintf("usual for the account: %.1f %s in as long a time", float64(st.outside)/st.rest*st.days, peers)
}

// Payments whose sizes deviate by less than dues, in natural logarithms, look
// like rents, fees or shares of a bill: far more often than like smurfing, by
// about duesBans. Exactly equal sums do not, since no tariff hits all payers.
const (
	dues     = 0.45
	duesBans = 2.0
)

// fan measures the peers of an account in some payments against the rest.
func (n *normal) fan(center graph.Account, in bool, refs []graph.Ref) fanStats {
	side, other := n.side(in), n.side(!in)
	first, last := n.g.Time(refs[0]), n.g.Time(refs[len(refs)-1])
	st := fanStats{k: len(refs), span: last - first, loneShare: other.lone}
	st.days = min(n.days, n.busy(first, last))
	st.rest = max(0, n.days-st.days)
	run := runs{tick: n.tick}
	var sizes moment
	for _, r := range refs {
		st.value += float64(n.g.Value(r))
		sizes.add(math.Log(max(0.01, float64(n.g.Value(r)))))
		run.add(n.g.Time(r))
		from, to := n.g.Ends(r)
		peer := to
		if in {
			peer = from
		}
		if n.transfers(peer, 2) <= 1 {
			st.lone++
		}
	}
	edges := n.g.Out(center, 0, n.g.Newest())
	if in {
		edges = n.g.In(center, 0, n.g.Newest())
	}
	st.runs = run.n
	others := runs{tick: n.tick}
	for _, e := range edges {
		if t := spoor.Instant(e.Time); (t < first || t > last) && e.Channel().Transfer() && e.Peer() != center {
			others.add(t)
		}
	}
	st.outside = others.n
	st.countBans = 2 * maxBans
	if p := gammaPoissonTail(st.runs, st.outside, st.days, st.rest, side.mean, side.shape); p > 0 {
		st.countBans = min(2*maxBans, -math.Log10(p))
	}
	if d := sizes.deviation(); len(refs) > 2 && d > 0.01 && d < dues {
		st.even = true
		st.countBans = max(0, st.countBans-duesBans)
	}
	st.loneBans = bans(binomialTail(st.lone, st.k, other.lone))
	return st
}

// runs counts payments in order of time, those within half an hour of the one
// before as one: salaries, rents by standing order, a bulk file are one
// decision, not many.
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

// moment gathers a standard deviation.
type moment struct{ n, sum, square float64 }

func (m *moment) add(v float64) { m.n++; m.sum += v; m.square += v * v }

func (m *moment) deviation() float64 {
	if m.n < 2 {
		return 0
	}
	mean := m.sum / m.n
	return math.Sqrt(max(0, m.square/m.n-mean*mean))
}
