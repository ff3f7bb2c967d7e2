package detect

import (
	"math"

	"spoor"
	"spoor/graph"
)

// normal is what is usual in the data at hand: measured on a sample of the
// window and refreshed as it moves on, so that the same shape counts for much
// in a quiet population and for little in a busy one.
type normal struct {
	g        *graph.Graph
	days     float64 // length of the data in the window
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

// Numbers of payments and accounts looked at to learn what is usual.
const (
	sampled      = 1 << 14
	sampledNames = 1 << 12
)

// refresh measures again once the graph has grown by a tenth or moved by a
// tenth of its window.
func (n *normal) refresh() {
	first, end := n.g.Span()
	seen := n.g.Evicted() + uint64(n.g.Len())
	if n.g.Len() == 0 || seen-n.at < uint64(n.g.Len())/10 {
		return
	}
	n.at = seen
	n.days = max(1, float64(n.g.Newest()-n.g.Time(first))/float64(spoor.Day))
	var transfers, lonePayee, lonePayer float64
	var tried float64
	var sizes moment
	n.tick = spoor.Day
	n.begin = n.g.Time(first)
	n.clock = make([]float64, int(n.days*24)+3)
	step := max(1, uint32(n.g.Len())/sampled)
	for r := first; r.Before(end); r += graph.Ref(step) {
		tried++
		if from, to := n.g.Ends(r); n.g.Channel(r).Transfer() && from != to {
			transfers++
			n.clock[min(len(n.clock)-1, int(max(0, n.g.Time(r)-n.begin)/spoor.Hour)+1)]++
			sizes.add(math.Log(max(0.01, float64(n.g.Value(r)))))
			for n.tick > 1 && n.g.Time(r)%n.tick != 0 {
				n.tick = finer[n.tick]
			}
			lonePayer += only(n.transfers(from, 2))
			lonePayee += only(n.transfers(to, 2))
		}
	}
	// Two log-normal amounts lie within d of each other with about this chance
	// for each unit of d: the density of their difference at zero, both ways.
	n.same = 1 / (max(0.2, sizes.deviation()) * math.Sqrt(math.Pi))
	n.in.lone = (lonePayee + 1) / (transfers + 2)
	n.out.lone = (lonePayer + 1) / (transfers + 2)
	for i := 1; i < len(n.clock); i++ {
		n.clock[i] = n.clock[i-1] + n.clock[i]/max(1, transfers)
	}
	n.spread()
}

var finer = map[spoor.Instant]spoor.Instant{spoor.Day: spoor.Hour, spoor.Hour: spoor.Minute, spoor.Minute: 1}

func only(n int) float64 {
	if n <= 1 {
		return 1
	}
	return 0
}

// busy is how long a span is in days of average business: the nights are short
// and the days on which wages and rents fall due are long, for everyone. At
// least a quarter of a day.
func (n *normal) busy(from, to spoor.Instant) float64 {
	at := func(t spoor.Instant) float64 {
		h := float64(max(0, t-n.begin)) / float64(spoor.Hour)
		i := min(int(h), len(n.clock)-2)
		return n.clock[i] + (n.clock[i+1]-n.clock[i])*min(1, h-float64(i))
	}
	return max(0.25, n.days*(at(to)-at(from)))
}

// spread measures how the transfers of accounts are distributed, by the
// moments of a sample: a negative binomial's mean and shape.
func (n *normal) spread() {
	var in, out moments
	step := max(1, n.g.Accounts()/sampledNames)
	for a := 1; a < n.g.Accounts(); a += step {
		if o, i := n.g.Degree(graph.Account(a)); o+i == 0 {
			continue
		}
		in.add(n.count(n.g.In(graph.Account(a), 0, n.g.Newest()), 64))
		out.add(n.count(n.g.Out(graph.Account(a), 0, n.g.Newest()), 64))
	}
	n.accounts = math.Log10(max(10, in.n*float64(step)))
	n.in.mean, n.in.shape = in.gamma(n.days)
	n.out.mean, n.out.shape = out.gamma(n.days)
}

type moments struct{ n, sum, square float64 }

func (m *moments) add(k int) {
	m.n++
	m.sum += float64(k)
	m.square += float64(k * k)
}

// gamma fits a negative binomial by moments and gives the mean a day and the
// shape, kept within what makes sense for accounts.
func (m *moments) gamma(days float64) (mean, shape float64) {
	if m.n == 0 || m.sum == 0 {
		return 1e-3, 1
	}
	mu := m.sum / m.n
	over := m.square/m.n - mu*mu - mu // variance beyond Poisson's
	shape = 5
	if over > 0 {
		shape = mu * mu / over
	}
	return mu / days, min(5, max(0.3, shape))
}

// count counts transfers among edges, up to a limit.
func (n *normal) count(edges []graph.Edge, limit int) (k int) {
	for _, e := range edges {
		if e.Channel().Transfer() {
			if k++; k >= limit {
				break
			}
		}
	}
	return k
}

// transfers counts an account's transfers on both sides, up to a limit.
func (n *normal) transfers(a graph.Account, limit int) int {
	k := n.count(n.g.In(a, 0, n.g.Newest()), limit)
	if k < limit {
		k += n.count(n.g.Out(a, 0, n.g.Newest()), limit-k)
	}
	return k
}

// hop says how surprising it is that a payment leaves an account within gap of
// one that came in, and that near to it in size, given how busy it is.
func (n *normal) hop(a graph.Account, gap spoor.Instant, drift float64) float64 {
	in := n.count(n.g.In(a, 0, n.g.Newest()), 256)
	out := n.count(n.g.Out(a, 0, n.g.Newest()), 256)
	rate := (float64(max(in, out)) - 0.5) / n.days
	wait := float64(max(gap, 6*spoor.Hour, n.tick)) / float64(spoor.Day)
	// Nearer than 2 % says no more, since round sums and prices meet by themselves.
	near := min(1, n.same*max(math.Abs(drift), 0.02))
	return min(3, bans(-math.Expm1(-rate*wait)*near))
}

// side picks the activity of payees or payers.
func (n *normal) side(in bool) activity {
	if in {
		return n.in
	}
	return n.out
}
