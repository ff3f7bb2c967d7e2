// Package engine is the payment graph with what looks at it, for a gate: one
// payment at a time, each examined before the next is added.
//
//	e := engine.New(engine.Options{Window: 30 * spoor.Day, Parameters: p, Rates: r, Model: m})
//	f, err := e.Look(&payment) // in order of time
//	alerts := e.Ripe()
package engine

import (
	"slices"

	"spoor"
	"spoor/detect"
	"spoor/graph"
	"spoor/score"
	"spoor/score/extract"
)

// Options say how the engines look at payments.
type Options struct {
	Window     spoor.Instant      // of the graph, in seconds
	Parameters *detect.Parameters // of the typologies
	Rates      *spoor.Rates
	Model      *score.Model // nil: typologies alone
}

// Finding is what the engines see of one payment as it arrives.
type Finding struct {
	Risk    float64          // calibrated probability; 0 where it is not known
	Known   bool             // the risk is
	Signals []spoor.Typology // that the payment completed or made grow
}

// Engines are the graph of payments and what looks at it. Each payment is
// examined before the next is added, so that what is seen of it follows from
// the payments before it alone and not from how they came in. One goroutine
// uses them at a time.
type Engines struct {
	extractor *extract.Extractor // with a model
	model     *score.Model
	d         *detect.Detector
	last      Finding // of the payment that was added last
}

// New makes engines that have seen nothing.
func New(o Options) *Engines {
	g := graph.New(graph.Options{Window: o.Window, Rates: o.Rates})
	e := &Engines{model: o.Model, d: detect.New(g, o.Parameters, 1)}
	if o.Model != nil {
		x := o.Model.AtArrival(1, e.arrived)
		x.Rates = o.Rates
		e.extractor = extract.New(g, e.d, x)
	}
	e.d.Watch(watcher{e})
	return e
}

// Look adds a payment and says what is seen of it. One that the graph refuses
// is not known; nothing is seen of it.
func (e *Engines) Look(p *spoor.Payment) (Finding, error) {
	e.last = Finding{}
	if err := e.d.Add(p); err != nil {
		return Finding{}, err
	}
	e.d.Flush()
	return e.last, nil
}

// Ripe gives the alerts that are done.
func (e *Engines) Ripe() []spoor.Alert { return e.d.Ripe() }

// Examined is how many payments were examined.
func (e *Engines) Examined() uint64 { return e.d.Stats().Payments }

func (e *Engines) arrived(b *extract.Batch) {
	_, e.last.Risk = e.model.Arrived(b.Risks[len(b.Risks)-1])
	e.last.Known = true
}

// watcher is the [detect.Watcher] that hands on what the extractor needs and
// keeps the names of the signals.
type watcher struct{ e *Engines }

func (w watcher) Coming(t spoor.Instant) {
	if x := w.e.extractor; x != nil {
		x.Coming(t)
	}
}

func (w watcher) Added(ref graph.Ref, p *spoor.Payment) {
	if x := w.e.extractor; x != nil {
		x.Added(ref, p)
	}
}

func (w watcher) Seen(worker int, sights []detect.Sight) {
	last := &w.e.last
	for _, s := range sights {
		for _, n := range s.Signals {
			if !slices.Contains(last.Signals, n.Typology) {
				last.Signals = append(last.Signals, n.Typology)
			}
		}
	}
	if x := w.e.extractor; x != nil {
		x.Seen(worker, sights)
	}
}

func (w watcher) Examined(ripe []spoor.Alert) {
	if x := w.e.extractor; x != nil {
		x.Examined(ripe)
	}
}
