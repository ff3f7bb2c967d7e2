// Package usual knows what is ordinary in the payments at hand, and says in
// bans how little it explains what a detector saw: many peers at once
// ([Traffic.Fan]), money handed on ([Traffic.Legs]), accounts that keep meeting
// ([Traffic.Mesh]).
//
// Two baselines meet in each answer: the account's own traffic in the rest of
// the window, and the population's as the prior where the account has little.
package usual

import (
	"math"

	"spoor"
	"spoor/graph"
)

// Traffic is what is usual in the data at hand: measured on a sample of the
// window and measured again as that moves on, so that the same shape counts for
// much in a quiet population and for little in a busy one. Reading it from
// several goroutines is safe while none refreshes it.
type Traffic struct {
	Graph *graph.Graph
	Days  float64 // length of the data in the window

	accounts float64 // log10 of the accounts in the window
	in, out  activity
	same     float64       // chance that two transfers differ in amount by less than one natural logarithm, for small differences
	tick     spoor.Instant // how finely the data tells time: a second, minute, hour or day
	begin    spoor.Instant // of the window
	clock    []float64     // share of the transfers made before each hour of the window
	at       uint64        // payments seen when it was measured
}

// activity is how the transfers of accounts are spread on one side.
type activity struct {
	mean  float64 // transfers of an account a day
	shape float64 // of the gamma distribution of rates: small where a few do most
	lone  float64 // share of transfers whose account at this end has no other transfer at all
}

// New begins with what is usual in an ordinary economy, until a first few
// payments were measured.
func New(g *graph.Graph) *Traffic {
	quiet := activity{mean: 0.5, shape: 1, lone: 0.1}
	return &Traffic{Graph: g, Days: 1, accounts: TriesAccounts, in: quiet, out: quiet, same: 0.4, tick: 1, clock: []float64{0, 1}}
}

// Numbers of payments and accounts looked at to learn what is usual.
const (
	sampled      = 1 << 14
	sampledNames = 1 << 12
)

// Refresh measures again once the graph has grown by a tenth or moved by a
// tenth of its window.
func (t *Traffic) Refresh() {
	if t.seen()-t.at >= uint64(t.Graph.Len())/10 {
		t.Measure()
	}
}

func (t *Traffic) seen() uint64 { return t.Graph.Evicted() + uint64(t.Graph.Len()) }

// Measure measures what the window holds now. An empty window changes nothing.
func (t *Traffic) Measure() {
	if t.Graph.Len() == 0 {
		return
	}
	t.at = t.seen()
	first, _ := t.Graph.Span()
	t.begin = t.Graph.Time(first)
	t.Days = max(1, float64(t.Graph.Newest()-t.begin)/float64(spoor.Day))
	t.measurePayments()
	t.measureAccounts()
}

// measurePayments samples payments for sizes, the clock and lone accounts.
func (t *Traffic) measurePayments() {
	var transfers, lonePayee, lonePayer float64
	var sizes Spread
	t.tick = spoor.Day
	t.clock = make([]float64, int(t.Days*24)+3)
	step := graph.Ref(max(1, uint32(t.Graph.Len())/sampled))
	first, end := t.Graph.Span()
	for r := first; r.Before(end); r += step {
		from, to := t.Graph.Ends(r)
		if !t.Graph.Channel(r).Transfer() || from == to {
			continue
		}
		transfers++
		at := t.Graph.Time(r)
		t.clock[min(len(t.clock)-1, int(max(0, at-t.begin)/spoor.Hour)+1)]++
		sizes.Add(t.logValue(r))
		for t.tick > 1 && at%t.tick != 0 {
			t.tick = finer[t.tick]
		}
		if t.Alone(from) {
			lonePayer++
		}
		if t.Alone(to) {
			lonePayee++
		}
	}
	// Two log-normal amounts lie within d of each other with about this chance
	// for each unit of d: the density of their difference at zero, both ways.
	t.same = 1 / (max(0.2, sizes.Deviation()) * math.Sqrt(math.Pi))
	t.in.lone = (lonePayee + 1) / (transfers + 2)
	t.out.lone = (lonePayer + 1) / (transfers + 2)
	for i := 1; i < len(t.clock); i++ {
		t.clock[i] = t.clock[i-1] + t.clock[i]/max(1, transfers)
	}
}

var finer = map[spoor.Instant]spoor.Instant{spoor.Day: spoor.Hour, spoor.Hour: spoor.Minute, spoor.Minute: 1}

// measureAccounts samples accounts for how their transfers are distributed.
func (t *Traffic) measureAccounts() {
	var in, out Spread
	step := max(1, t.Graph.Accounts()/sampledNames)
	for a := 1; a < t.Graph.Accounts(); a += step {
		if o, i := t.Graph.Degree(graph.Account(a)); o+i == 0 {
			continue
		}
		in.Add(float64(Transfers(t.In(graph.Account(a)), 64)))
		out.Add(float64(Transfers(t.Out(graph.Account(a)), 64)))
	}
	t.accounts = math.Log10(max(10, in.n*float64(step)))
	t.in.mean, t.in.shape = in.gamma(t.Days)
	t.out.mean, t.out.shape = out.gamma(t.Days)
}

// side picks the activity of payees or payers.
func (t *Traffic) side(in bool) activity {
	if in {
		return t.in
	}
	return t.out
}

// Rate is how many transfers an account makes and receives a day, on average.
func (t *Traffic) Rate() float64 { return t.in.mean + t.out.mean }

// Lone is the share of the ends of transfers at which is an account that has no
// other transfer.
func (t *Traffic) Lone() float64 { return (t.in.lone + t.out.lone) / 2 }

// Near is the chance that two transfers that have nothing to do with each other
// differ in amount by less than d, in natural logarithms, for small d.
func (t *Traffic) Near(d float64) float64 { return t.same * d }

// Meet is how surprising it is, in bans, that a list of payees and a list of
// payers share an account, given log10 of the product of their lengths. People
// who deal with the same people meet ten times as often as by lot.
func (t *Traffic) Meet(product float64) float64 { return max(0.3, t.accounts-product-1) }

// busy is how long a span is in days of average business: the nights are short
// and the days on which wages and rents fall due are long, for everyone. At
// least a quarter of a day.
func (t *Traffic) busy(from, to spoor.Instant) float64 {
	at := func(i spoor.Instant) float64 {
		h := float64(max(0, i-t.begin)) / float64(spoor.Hour)
		k := min(int(h), len(t.clock)-2)
		return t.clock[k] + (t.clock[k+1]-t.clock[k])*min(1, h-float64(k))
	}
	return max(0.25, t.Days*(at(to)-at(from)))
}
