package load

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Report is what became of a plan. Latency runs from the time at which a message
// was due (open loop) or sent (closed loop) to its answer, attempts and waits
// between included.
type Report struct {
	Rate        float64 `json:"rate_asked,omitempty"` // payments a second; 0 in a closed loop
	Connections int     `json:"connections"`
	Batch       int     `json:"batch"`
	Seconds     float64 `json:"seconds"`  // until the last answer
	Messages    uint64  `json:"messages"` // answered
	Payments    uint64  `json:"payments"` // answered
	Achieved    float64 `json:"payments_per_second"`
	// Unanswered messages were sent and given up. Unsent ones were due and not
	// sent before the plan's end and [Drain]; no latency counts them.
	Unanswered uint64            `json:"unanswered"`
	Unsent     uint64            `json:"unsent"`
	Latency    Histogram         `json:"latency"`
	Outcomes   map[string]uint64 `json:"outcomes"` // payments by TxSts
	Reasons    map[string]uint64 `json:"reasons"`  // payments by reason codes, where there are any
	Busy       uint64            `json:"busy"`     // answers 429 and 503; each was asked again
	Faults     []Fault           `json:"faults"`   // all else that went wrong, most frequent first
	// Behind is how long after they were due messages were first sent, because
	// all connections were busy or the driver was slow; Late counts those over
	// 10 ms. Open loop only.
	Behind    Histogram  `json:"behind"`
	Late      uint64     `json:"late"`
	Intervals []Interval `json:"intervals"`
	Next      uint64     `json:"next"` // number of the first message that was not taken
}

// Fault is a kind of failure. A message may meet several.
type Fault struct {
	Kind  string `json:"kind"` // "no connection", "connection broken", "unreadable answer", "HTTP 400"
	Count uint64 `json:"count"`
	First string `json:"first"` // the first one, in words
}

// Interval is what happened in some seconds of a run, by when it was answered.
type Interval struct {
	From     float64   `json:"from"` // seconds since the start
	Payments uint64    `json:"payments"`
	Achieved float64   `json:"payments_per_second"`
	Latency  Histogram `json:"latency"`
	Busy     uint64    `json:"busy"`
	Faults   uint64    `json:"faults"`
}

// Failed reports whether any message was not answered as it should have been.
func (r *Report) Failed() bool { return r.Unanswered > 0 || r.Unsent > 0 }

// intervalLength is the time of one [Interval].
const intervalLength = 5 * time.Second

// lateBy is from when a message counts as late.
const lateBy = 10 * time.Millisecond

// recorder collects what the connections meet.
type recorder struct {
	mu     sync.Mutex
	r      Report
	faults map[string]*Fault
	last   time.Duration
}

// interval finds the interval of a time since the start.
func (r *recorder) interval(at time.Duration) *Interval {
	i := int(max(at, 0) / intervalLength)
	for len(r.r.Intervals) <= i {
		r.r.Intervals = append(r.r.Intervals, Interval{From: (time.Duration(len(r.r.Intervals)) * intervalLength).Seconds()})
	}
	return &r.r.Intervals[i]
}

func (r *recorder) answered(at, latency time.Duration, answers []Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.r.Outcomes == nil {
		r.r.Outcomes, r.r.Reasons = map[string]uint64{}, map[string]uint64{}
	}
	for i := range answers {
		r.r.Outcomes[answers[i].Status]++
		if answers[i].Reason != "" {
			r.r.Reasons[answers[i].Reason]++
		}
	}
	r.r.Messages++
	r.r.Payments += uint64(len(answers))
	r.r.Latency.Add(latency)
	r.last = max(r.last, at)
	iv := r.interval(at)
	iv.Payments += uint64(len(answers))
	iv.Latency.Add(latency)
}

func (r *recorder) began(behind time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.r.Behind.Add(behind)
	if behind > lateBy {
		r.r.Late++
	}
}

func (r *recorder) gaveUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.r.Unanswered++
}

func (r *recorder) fault(at time.Duration, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	iv := r.interval(at)
	var b busy
	if errors.As(err, &b) {
		r.r.Busy++
		iv.Busy++
		return
	}
	iv.Faults++
	kind := kindOf(err)
	f := r.faults[kind]
	if f == nil {
		if r.faults == nil {
			r.faults = map[string]*Fault{}
		}
		f = &Fault{Kind: kind, First: err.Error()}
		r.faults[kind] = f
	}
	f.Count++
}

func kindOf(err error) string {
	var b broken
	var no refusal
	switch {
	case errors.As(err, &b) && b.unsent:
		return "no connection"
	case errors.As(err, &b):
		return "connection broken"
	case errors.As(err, &no):
		return "HTTP " + strconv.Itoa(no.status)
	}
	return errAnswer.Error()
}

// report closes the books.
func (r *run) report() *Report {
	out := &r.record.r
	out.Rate, out.Connections, out.Batch = r.plan.Rate, r.plan.Connections, r.maker.Batch()
	out.Seconds = round(r.record.last.Seconds())
	out.Achieved = round(float64(out.Payments) / max(r.record.last.Seconds(), 1e-9))
	taken := r.next.Load()
	if r.total > 0 {
		taken = min(taken, r.total)
		out.Unsent = r.total - out.Messages - out.Unanswered
	}
	out.Next = r.plan.First + taken
	out.Faults = []Fault{}
	for _, f := range slices.SortedFunc(maps.Values(r.record.faults), func(a, b *Fault) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Kind, b.Kind))
	}) {
		out.Faults = append(out.Faults, *f)
	}
	for i := range out.Intervals {
		iv := &out.Intervals[i]
		length := min(intervalLength.Seconds(), max(out.Seconds-iv.From, 1e-3))
		iv.Achieved = round(float64(iv.Payments) / length)
	}
	return out
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }
