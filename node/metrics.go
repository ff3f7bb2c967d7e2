package node

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"spoor"
)

// meters count what a node does. They hold no personal data: labels are
// outcomes and names of engines.
type meters struct {
	outcomes *prometheus.CounterVec
	repeats  prometheus.Counter
	refused  prometheus.Counter
	late     *prometheus.CounterVec
	busy     prometheus.Counter
	unseen   prometheus.Counter
	screened prometheus.Histogram
	spent    prometheus.Histogram
	answer   prometheus.Histogram
	entries  prometheus.Gauge
	holds    prometheus.Gauge
	orders   prometheus.Gauge
	alerts   prometheus.Gauge
	live     prometheus.Gauge
	waiting  prometheus.Gauge
}

// delays are the buckets of durations, in seconds.
var delays = []float64{.0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1}

func newMeters() *meters {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "spoor_" + name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "spoor_" + name, Help: help})
	}
	histogram := func(name, help string) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: "spoor_" + name, Help: help, Buckets: delays})
	}
	return &meters{
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "spoor_decisions_total", Help: "Payments decided, by outcome."}, []string{"outcome"}),
		repeats:  counter("repeats_total", "Instructions that had been decided before."),
		refused:  counter("refused_total", "Instructions with the reference of another that asked for something else."),
		late:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "spoor_late_total", Help: "Decisions made without an engine, by engine."}, []string{"engine"}),
		busy:     counter("busy_total", "Requests told to come back."),
		unseen:   counter("unseen_total", "Payments that the engines could not take."),
		screened: histogram("screening_seconds", "Time to screen the payments of one request."),
		spent:    histogram("decision_seconds", "Time from arrival to decision."),
		answer:   histogram("answer_seconds", "Time from arrival until the decision was durable."),
		entries:  gauge("journal_entries", "Entries in the journal."),
		holds:    gauge("holds", "Payments that are held."),
		orders:   gauge("orders", "Orders, ended ones included."),
		alerts:   gauge("alerts", "Alerts at hand."),
		live:     gauge("engines_live", "1 when the engines see payments as they come, 0 while they catch up."),
		waiting:  gauge("payments_waiting", "Payments that wait for a decision."),
	}
}

// Register has a registry show what the node does.
func (n *Node) Register(r prometheus.Registerer) {
	m := n.meters
	r.MustRegister(m.outcomes, m.repeats, m.refused, m.late, m.busy, m.unseen, m.screened, m.spent, m.answer,
		m.entries, m.holds, m.orders, m.alerts, m.live, m.waiting)
}

// decided counts a decision.
func (m *meters) decided(d *spoor.Decision) {
	m.outcomes.WithLabelValues(d.Outcome.String()).Inc()
	m.spent.Observe(d.Spent.Seconds())
	for _, e := range d.Late {
		m.late.WithLabelValues(e).Inc()
	}
}

// answered counts a request that was answered.
func (m *meters) answered(a *ask, took time.Duration) {
	m.answer.Observe(took.Seconds())
	for i := range a.answers {
		switch {
		case a.answers[i].Refused:
			m.refused.Inc()
		case a.answers[i].Repeated:
			m.repeats.Inc()
		}
	}
}

// tick notes how things stand.
func (m *meters) tick(d *desk) {
	m.entries.Set(float64(d.Next - 1))
	m.holds.Set(float64(len(d.Book.Holds())))
	m.orders.Set(float64(len(d.Book.Orders())))
	m.alerts.Set(float64(len(d.Alerts)))
	m.waiting.Set(float64(d.n.queued.Load()))
	m.live.Set(0)
	if d.live {
		m.live.Set(1)
	}
}
