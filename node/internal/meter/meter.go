// Package meter counts what a node does, for Prometheus. It holds no personal
// data: labels are outcomes and names of engines.
package meter

import (
	"github.com/prometheus/client_golang/prometheus"

	"spoor"
)

// Meters are a node's.
type Meters struct {
	Outcomes *prometheus.CounterVec
	Repeats  prometheus.Counter
	Refused  prometheus.Counter
	Late     *prometheus.CounterVec
	Busy     prometheus.Counter
	Unseen   prometheus.Counter
	Screened prometheus.Histogram
	Spent    prometheus.Histogram
	Answer   prometheus.Histogram
	Entries  prometheus.Gauge
	Holds    prometheus.Gauge
	Orders   prometheus.Gauge
	Alerts   prometheus.Gauge
	Live     prometheus.Gauge
	Waiting  prometheus.Gauge
}

// delays are the buckets of durations, in seconds.
var delays = []float64{.0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1}

// New makes meters that have counted nothing.
func New() *Meters {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "spoor_" + name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "spoor_" + name, Help: help})
	}
	histogram := func(name, help string) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: "spoor_" + name, Help: help, Buckets: delays})
	}
	return &Meters{
		Outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "spoor_decisions_total", Help: "Payments decided, by outcome."}, []string{"outcome"}),
		Repeats:  counter("repeats_total", "Instructions that had been decided before."),
		Refused:  counter("refused_total", "Instructions with the reference of another that asked for something else."),
		Late:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "spoor_late_total", Help: "Decisions made without an engine, by engine."}, []string{"engine"}),
		Busy:     counter("busy_total", "Requests told to come back."),
		Unseen:   counter("unseen_total", "Payments that the engines could not take."),
		Screened: histogram("screening_seconds", "Time to screen the payments of one request."),
		Spent:    histogram("decision_seconds", "Time from arrival to decision."),
		Answer:   histogram("answer_seconds", "Time from arrival until the decision was durable."),
		Entries:  gauge("journal_entries", "Entries in the journal."),
		Holds:    gauge("holds", "Payments that are held."),
		Orders:   gauge("orders", "Orders, ended ones included."),
		Alerts:   gauge("alerts", "Alerts at hand."),
		Live:     gauge("engines_live", "1 when the engines see payments as they come, 0 while they catch up."),
		Waiting:  gauge("payments_waiting", "Payments that wait for a decision."),
	}
}

// Register has a registry show them.
func (m *Meters) Register(r prometheus.Registerer) {
	r.MustRegister(m.Outcomes, m.Repeats, m.Refused, m.Late, m.Busy, m.Unseen, m.Screened, m.Spent, m.Answer,
		m.Entries, m.Holds, m.Orders, m.Alerts, m.Live, m.Waiting)
}

// Decided counts a decision.
func (m *Meters) Decided(d *spoor.Decision) {
	m.Outcomes.WithLabelValues(d.Outcome.String()).Inc()
	m.Spent.Observe(d.Spent.Seconds())
	for _, e := range d.Late {
		m.Late.WithLabelValues(e).Inc()
	}
}
