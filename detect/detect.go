// Package detect finds typologies of laundering in a graph of payments and
// explains them.
//
//	d := detect.New(g, detect.DefaultParameters())
//	d.Examine(refs, workers) // after each batch of payments added to the graph
//	alerts := d.Close()      // at the end; d.Ripe() gives those done before
//
// A payment costs what its neighbourhood costs: each finder looks at the
// accounts at its two ends, and from there along payments of similar size,
// within a degree cap. What a finder sees becomes a signal; a signal grows with
// each payment that belongs to it. When nothing has been added to it for a
// while it is assessed against what is normal for its accounts and for the
// population, before and after; signals about the same money become one alert.
//
// The measure of a signal is how far ordinary business of these accounts could
// have made it by chance, in bans: 3 bans is one in a thousand. See chance.go.
package detect

import (
	"cmp"
	"slices"
	"sync"

	"spoor"
	"spoor/graph"
)

// Detector holds what has been noticed and is not closed yet.
type Detector struct {
	g      *graph.Graph
	p      *Parameters
	finder []finder
	normal normal
	settle spoor.Instant // quiet time after which a signal is closed
	least  float64       // bans that an alert needs
	cap    int
	scopes []scope
	open   map[key]*signal
	closed []*signal
	swept  spoor.Instant
	ripe   []spoor.Alert
	alerts int
	stats  Stats
}

// Stats are counts of a detector's work.
type Stats struct {
	Payments uint64 // examined
	Signals  uint64 // noticed, growth of one counted once
	Bites    uint64 // times that the degree cap kept a finder from looking at a hub
}

// finder looks for one typology.
type finder interface {
	typology() spoor.Typology
	// find looks at the payment in scope and emits what it completes or grows.
	find(s *scope)
	// assess says how little chance explains a signal, and why, in words.
	assess(n *normal, sig *signal) (float64, []string)
}

// alerting is the section of the parameter file that is about alerts.
const alerting spoor.Typology = "alert"

// New makes a detector over a graph, whose window must hold the signals until
// they settle.
func New(g *graph.Graph, p *Parameters) *Detector {
	d := &Detector{
		g: g, p: p, normal: normal{g: g},
		settle: p.span(alerting, "settle"), least: p.get(alerting, "least"), cap: p.count(alerting, "degree_cap"),
		open: map[key]*signal{},
	}
	d.finder = finders(p)
	return d
}

// Examine looks at payments that have just been added, in order, with up to
// the given number of workers. The result does not depend on their number.
func (d *Detector) Examine(refs []graph.Ref, workers int) {
	if len(refs) == 0 {
		return
	}
	d.normal.refresh()
	for len(d.scopes) < max(1, workers) {
		d.scopes = append(d.scopes, scope{g: d.g, normal: &d.normal, cap: d.cap})
	}
	const stride = 256
	parts := make([][]signal, (len(refs)+stride-1)/stride)
	var wg sync.WaitGroup
	for w := range min(max(1, workers), len(parts)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s := &d.scopes[w]
			for i := w; i < len(parts); i += max(1, workers) {
				parts[i] = d.look(s, refs[i*stride:min(len(refs), (i+1)*stride)])
			}
		}()
	}
	wg.Wait()
	for _, part := range parts {
		for i := range part {
			d.note(&part[i])
		}
	}
	for i := range d.scopes {
		d.stats.Bites += d.scopes[i].bites
		d.scopes[i].bites = 0
	}
	d.stats.Payments += uint64(len(refs))
	d.sweep()
}

func (d *Detector) look(s *scope, refs []graph.Ref) []signal {
	s.found = nil
	for _, r := range refs {
		s.load(r)
		for _, f := range d.finder {
			f.find(s)
		}
	}
	return s.found
}

// note adds a signal or lets it replace what it grew from. One that shares no
// payment with the open signal of its key is a new episode.
func (d *Detector) note(sig *signal) {
	k := sig.key()
	old, ok := d.open[k]
	switch {
	case !ok:
		d.stats.Signals++
	case shared(old.refs, sig.refs) == 0 && sig.typology == spoor.PassThrough:
		// Another round through the same account: the rounds are one signal.
		sig.refs = sortRefs(d.g, append(sig.refs, old.refs...))
		sig.moved = sortRefs(d.g, append(sig.moved, old.moved...))
		sig.n = old.n + 1
	case shared(old.refs, sig.refs) == 0:
		d.stats.Signals++
		d.closed = append(d.closed, old)
	case len(sig.refs) < len(old.refs):
		return
	}
	s := *sig
	d.open[k] = &s
}

func shared(a, b []graph.Ref) (n int) {
	in := make(map[graph.Ref]bool, len(a))
	for _, r := range a {
		in[r] = true
	}
	for _, r := range b {
		if in[r] {
			n++
		}
	}
	return n
}

// sweep closes what has settled, twice a day of payment time, and turns closed
// signals into alerts once nothing open can still join them.
func (d *Detector) sweep() {
	now := d.g.Newest()
	if now < d.swept+spoor.Day/2 {
		return
	}
	d.swept = now
	for k, s := range d.open {
		if s.last < now-d.settle {
			d.closed = append(d.closed, s)
			delete(d.open, k)
		}
	}
	// A signal waits as long again, so that those which overlap it come along.
	var old, young []*signal
	for _, s := range d.closed {
		if s.last < now-2*d.settle {
			old = append(old, s)
		} else {
			young = append(young, s)
		}
	}
	if len(old) > 0 {
		d.closed = young
		d.ripe = append(d.ripe, d.alert(old)...)
	}
}

// Ripe returns the alerts that are done and forgets them.
func (d *Detector) Ripe() []spoor.Alert {
	r := d.ripe
	d.ripe = nil
	return r
}

// Close ends all signals and returns the alerts that Ripe has not yet given,
// best first.
func (d *Detector) Close() []spoor.Alert {
	for k, s := range d.open {
		d.closed = append(d.closed, s)
		delete(d.open, k)
	}
	d.normal.at = 0
	d.normal.refresh()
	alerts := append(d.ripe, d.alert(d.closed)...)
	d.ripe, d.closed = nil, nil
	Rank(alerts)
	return alerts
}

// Rank orders alerts by what to read first.
func Rank(alerts []spoor.Alert) {
	slices.SortStableFunc(alerts, func(a, b spoor.Alert) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.First, b.First), cmp.Compare(a.ID, b.ID))
	})
}

// Stats returns the counts so far.
func (d *Detector) Stats() Stats { return d.stats }
