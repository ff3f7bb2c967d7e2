// Package detect finds typologies of laundering in a graph of payments and
// explains them.
//
//	d := detect.New(g, detect.DefaultParameters(), workers)
//	err := d.Add(&payment) // in order of time; g holds it from then on
//	alerts := d.Close()    // at the end; d.Ripe() gives those done before
//
// A payment costs what its neighbourhood costs: each detector looks at the
// accounts at its two ends, and from there along payments of similar size,
// within a degree cap. What a detector sees becomes a signal; a signal grows
// with each payment that belongs to it. When nothing has been added to it for a
// while it is assessed against what is normal for its accounts and for the
// population, before and after; signals about the same money become one alert.
//
// The measure of a signal is how far ordinary business of these accounts could
// have made it by chance, in bans: 3 bans is one in a thousand.
//
// The detectors are in detect/shape and detect/behaviour, one file each. How
// they see is in detect/internal/look, what is usual in detect/internal/usual.
package detect

import (
	"cmp"
	"slices"
	"sync"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// Rules names the version of the detectors' code: it changes whenever the same
// payments and parameters could give other alerts.
const Rules = "2"

// Detector holds what has been noticed and is not closed yet.
type Detector struct {
	g       *graph.Graph
	p       *Parameters
	finders []finder
	traffic *usual.Traffic
	settle  spoor.Instant // quiet time after which a signal is closed
	least   float64       // bans that an alert needs
	watcher Watcher
	sights  [][]Sight // of a stride, one list a worker
	workers int
	batch   []graph.Ref   // added and not yet examined
	size    int           // at which a batch is examined
	scopes  []*look.Scope // one a worker
	parts   [][]look.Signal
	open    map[look.Key]*look.Signal
	closed  []*look.Signal
	swept   spoor.Instant
	ripe    []spoor.Alert
	stats   Stats
}

// Stats are counts of a detector's work.
type Stats struct {
	Payments uint64 // examined
	Signals  uint64 // noticed, growth of one counted once
	Bites    uint64 // times that the degree cap kept a finder from looking at a hub
}

// alerting is the section of the parameter file that is about alerts.
const alerting spoor.Typology = "alert"

// Payments are examined together, a batch at a time, on all workers. Where a
// batch ends follows from the payments alone. The first are small, so that what
// is usual is known soon.
const (
	firstBatch = 64
	fullBatch  = 4096
)

// LongestBatch is the most payment time that is examined at once.
const LongestBatch = spoor.Day / 4

// New makes a detector over an empty graph, whose window should hold the
// signals until they settle: of those that it cuts, only what is left is
// assessed. The result does not depend on the number of workers.
func New(g *graph.Graph, p *Parameters, workers int) *Detector {
	d := &Detector{
		g: g, p: p, finders: finders(p), traffic: usual.New(g), workers: max(1, workers), size: firstBatch,
		settle: p.span(alerting, "settle"), least: p.get(alerting, "least"),
		open: map[look.Key]*look.Signal{},
	}
	for range d.workers {
		d.scopes = append(d.scopes, look.New(g, d.traffic, d.Memory(), p.count(alerting, "degree_cap")))
		d.sights = append(d.sights, nil)
	}
	return d
}

// Add puts a payment into the graph and examines it with its batch. Its errors
// are those of [graph.Graph.Add]; the payment is then left out.
func (d *Detector) Add(p *spoor.Payment) error {
	if len(d.batch) > 0 && (len(d.batch) == d.size || p.Time-d.g.Time(d.batch[0]) > LongestBatch) {
		d.Flush()
		d.size = min(2*d.size, fullBatch)
	}
	if d.watcher != nil && len(d.batch) == 0 {
		d.watcher.Coming(p.Time)
	}
	ref, err := d.g.Add(p)
	if err != nil {
		return err
	}
	d.batch = append(d.batch, ref)
	if d.watcher != nil {
		d.watcher.Added(ref, p)
	}
	return nil
}

// Flush examines what was added and not yet examined: what is seen of a payment
// does not depend on it, what is usual for those after it may.
func (d *Detector) Flush() {
	if len(d.batch) > 0 {
		d.examine(d.batch)
		d.batch = d.batch[:0]
	}
}

// stride is how many payments a worker takes at once: few enough that all have
// their share of a batch, enough that they seldom wait for each other.
const stride = 64

func (d *Detector) examine(refs []graph.Ref) {
	for _, found := range d.look(refs) {
		for i := range found {
			d.note(&found[i])
		}
	}
	d.stats.Payments += uint64(len(refs))
	for _, s := range d.scopes {
		d.stats.Bites += s.TakeBites()
	}
	d.traffic.Refresh() // after the batch, so that none of it is judged by those after it
	ripe := len(d.ripe)
	d.sweep()
	if d.watcher != nil {
		d.watcher.Examined(d.ripe[ripe:])
	}
}

// look lets the workers look at payments, and returns what they found in the
// payments' order: worker w takes every so many strides, beginning with w's.
func (d *Detector) look(refs []graph.Ref) [][]look.Signal {
	strides := slices.Collect(slices.Chunk(refs, stride))
	for len(d.parts) < len(strides) {
		d.parts = append(d.parts, nil)
	}
	var wg sync.WaitGroup
	for w, s := range d.scopes[:min(d.workers, len(strides))] {
		wg.Go(func() {
			for i := w; i < len(strides); i += d.workers {
				d.parts[i] = d.find(s, w, strides[i], d.parts[i][:0])
			}
		})
	}
	wg.Wait()
	return d.parts[:len(strides)]
}

// find runs all finders over some payments and appends their signals to dst.
func (d *Detector) find(s *look.Scope, worker int, refs []graph.Ref, dst []look.Signal) []look.Signal {
	s.Collect(dst)
	for _, r := range refs {
		s.Load(r)
		before := len(s.Found())
		for _, f := range d.finders {
			f.Find(s)
		}
		if d.watcher != nil {
			d.sights[worker] = append(d.sights[worker], sight(s, s.Found()[before:]))
		}
	}
	if d.watcher != nil {
		d.watcher.Seen(worker, d.sights[worker])
		d.sights[worker] = d.sights[worker][:0]
	}
	return s.Collect(nil)
}

// note adds a signal or lets it replace what it grew from. One that shares no
// payment with the open signal of its key is a new episode.
func (d *Detector) note(sig *look.Signal) {
	k := sig.Key()
	old, ok := d.open[k]
	switch {
	case !ok:
		d.stats.Signals++
		old = new(look.Signal)
		d.open[k] = old
	case sig.Overlap(old):
		if len(sig.Refs) < len(old.Refs) {
			return
		}
	case sig.Typology == spoor.PassThrough && d.g.Time(sig.Refs[0]) < old.Last+roundsApart:
		d.anotherRound(sig, old)
	default:
		d.stats.Signals++
		d.closed = append(d.closed, old)
		old = new(look.Signal)
		d.open[k] = old
	}
	*old = *sig
}

// roundsApart is the longest quiet time between rounds through one account that
// are one signal; without an end a busy account would make a signal for ever.
const roundsApart = 7 * spoor.Day

// anotherRound adds to a round through an account those before it: they are one
// signal, of which the oldest may have left the window.
func (d *Detector) anotherRound(sig, old *look.Signal) {
	first, _ := d.g.Span()
	old.Forget(first)
	sig.Refs = look.Sort(d.g, append(sig.Refs, old.Refs...))
	sig.Moved = look.Sort(d.g, append(sig.Moved, old.Moved...))
	sig.N = old.N + 1
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
		if s.Last < now-d.settle {
			d.closed = append(d.closed, s)
			delete(d.open, k)
		}
	}
	// A signal waits as long again, so that those which overlap it come along.
	var old, young []*look.Signal
	for _, s := range d.closed {
		if s.Last < now-2*d.settle {
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
	d.Flush()
	for k, s := range d.open {
		d.closed = append(d.closed, s)
		delete(d.open, k)
	}
	d.traffic.Measure()
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

// Memory returns how far back a payment sees, 0 for all that the graph holds:
// what no payment of its batch can have pushed out.
func (d *Detector) Memory() spoor.Instant {
	if w := d.g.Window(); w > 0 {
		return max(1, w-LongestBatch)
	}
	return 0
}

// Workers returns how many goroutines examine.
func (d *Detector) Workers() int { return d.workers }

// Stats returns the counts so far.
func (d *Detector) Stats() Stats { return d.stats }
