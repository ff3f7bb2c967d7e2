// Package extract computes the features of payments from the graph around them
// and from what is remembered of their accounts.
//
//	x := extract.New(g, d, extract.Options{Arrived: f}) // it watches the detector d
//	err := d.Add(&payment)                              // as ever; f gets the rows, batch by batch
//	alerts := d.Close()
//	x.Close()
//
// What is remembered of an account fades by half-lives, so that a payment costs
// the same whatever the account's size; what is looked at around it is bounded.
package extract

import (
	"math"

	"spoor"
	"spoor/detect"
	"spoor/graph"
	"spoor/score/feature"
)

// Extractor computes the features of each payment that a detector gets. It is
// a [detect.Watcher].
type Extractor struct {
	g        *graph.Graph
	memory   spoor.Instant // how far back a payment sees; 0 for all
	profiles profiles
	around   []around // one a worker

	entries []entry
	rows    [][]float32 // of the batch
	spare   [][]float32 // rows that nobody needs any more
	risks   []float32
	noticed []float32 // payments of signals, by entry
	first   graph.Ref // of the batch

	o      Options
	past   past
	review *review
	seen   int // payments before the batch
}

// Options say what an extractor does with the rows.
type Options struct {
	Rates *spoor.Rates // of the graph
	// Arrived gets the rows of each batch as soon as it was seen; may be nil.
	Arrived func(*Batch)
	// Risk puts the risks at arrival, 0 to 1, of payments into risks, from their
	// rows; first is the number of the first one, counted from 0. It is called
	// from the workers. Needed for reviews.
	Risk func(worker, first int, rows [][]float32, risks []float32)
	// Reviewed gets the rows of payments [Delay] after they were made; nil for
	// no reviews.
	Reviewed func(*Batch)
}

// Batch is a run of payments with their rows, in order. It holds until the
// function that got it returns.
type Batch struct {
	First graph.Ref   // of the payments, which follow one another
	Rows  [][]float32 // a row of features for each
	Risks []float32   // at arrival, where there is a model; not for reviews
}

// Len is the number of payments.
func (b *Batch) Len() int { return len(b.Rows) }

// Row returns the features of a payment.
func (b *Batch) Row(i int) []float32 { return b.Rows[i] }

// New makes an extractor that watches a detector, whose graph holds no payments yet.
func New(g *graph.Graph, d *detect.Detector, o Options) *Extractor {
	x := &Extractor{g: g, o: o, memory: d.Memory()}
	for range d.Workers() {
		x.around = append(x.around, around{g: g})
	}
	if o.Reviewed != nil {
		x.review = &review{x: x, notices: make([][]notice, d.Workers())}
	}
	d.Watch(x)
	return x
}

// horizon is the earliest time that a payment sees.
func (x *Extractor) horizon(t uint32) spoor.Instant {
	if x.memory == 0 {
		return 0
	}
	return max(0, spoor.Instant(t)-x.memory)
}

func (x *Extractor) value(m spoor.Money, at spoor.Instant) float64 {
	if x.o.Rates == nil {
		return 0
	}
	return x.o.Rates.Value(m, at)
}

// Added describes a payment and remembers it for those after it.
func (x *Extractor) Added(ref graph.Ref, p *spoor.Payment) {
	if len(x.entries) == 0 {
		x.first = ref
	}
	x.entries = append(x.entries, entry{})
	x.begin(&x.entries[len(x.entries)-1], ref, p)
	x.rows, x.risks, x.noticed = append(x.rows, x.room()), append(x.risks, 0), append(x.noticed, 0)
}

// room is a row to fill.
func (x *Extractor) room() []float32 {
	n := len(x.spare)
	if n == 0 {
		return make([]float32, len(feature.Arrival))
	}
	r := x.spare[n-1]
	x.spare = x.spare[:n-1]
	return r
}

// Seen fills the rows of payments and asks for their risks.
func (x *Extractor) Seen(worker int, sights []detect.Sight) {
	for k := range sights {
		x.fill(worker, &sights[k])
	}
	if x.o.Risk != nil {
		lo := int(sights[0].Ref - x.first)
		hi := lo + len(sights)
		x.o.Risk(worker, x.seen+lo, x.rows[lo:hi], x.risks[lo:hi])
	}
}

func (x *Extractor) fill(worker int, s *detect.Sight) {
	i := int(s.Ref - x.first)
	e := &x.entries[i]
	r := row{to: x.rows[i]}
	r.payment(e)
	r.accounts(e)
	r.pair(e)
	r.taint(e)
	r.surroundings(&x.around[worker], e, x.horizon(e.time))
	r.shapes(s)
	for _, n := range s.Signals {
		x.noticed[i] += float32(len(n.Refs))
	}
	if x.review != nil {
		x.review.note(worker, s)
	}
}

// Examined hands the rows on, and lets what was noticed in the batch, and the
// alerts that have become ripe, count for the payments after it.
func (x *Extractor) Examined(ripe []spoor.Alert) {
	for i := range x.entries {
		e := &x.entries[i]
		if n := x.noticed[i]; n > 0 {
			for _, a := range []graph.Account{e.from, e.to} {
				if a != graph.Outside {
					x.profiles.at(a).heat += n
				}
			}
		}
	}
	for i := range ripe {
		for _, place := range ripe[i].Places {
			from, to := x.g.Ends(graph.Ref(place))
			for _, a := range []graph.Account{from, to} {
				if a != graph.Outside {
					p := x.profiles.at(a)
					p.alerted = float32(math.Max(float64(p.alerted), ripe[i].Score))
					p.taint = 1
				}
			}
		}
	}
	b := &Batch{First: x.first, Rows: x.rows, Risks: x.risks}
	if x.o.Arrived != nil {
		x.o.Arrived(b)
	}
	if x.review != nil {
		x.review.keep(b)
	} else {
		x.spare = append(x.spare, x.rows...)
	}
	x.seen += len(x.entries)
	x.entries, x.rows, x.risks, x.noticed = x.entries[:0], x.rows[:0], x.risks[:0], x.noticed[:0]
	x.past.forget(x.remember())
}

// remember is the time since which payments are still asked for.
func (x *Extractor) remember() uint32 {
	t := x.g.Newest()
	if x.review != nil && len(x.review.open()) > 0 {
		t = spoor.Instant(x.review.open()[0].time)
	}
	return uint32(max(0, t-max(hopSpan, Delay)-detect.LongestBatch))
}

// Coming reviews what is due before a payment is added, with which others may
// leave the window.
func (x *Extractor) Coming(t spoor.Instant) {
	if x.review != nil {
		x.review.due(t)
	}
}

// Close reviews what is still waiting, with what there is; call it after the
// detector's own Close.
func (x *Extractor) Close() {
	if x.review != nil {
		x.review.due(math.MaxInt64)
	}
}
