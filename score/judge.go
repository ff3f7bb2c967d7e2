package score

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"spoor"
	"spoor/boost"
	"spoor/graph"
	"spoor/measure"
	"spoor/score/extract"
	"spoor/score/feature"
)

// Suspect is a payment that a review finds risky.
type Suspect struct {
	Place    int    // in the stream, from 0
	ID       string // as alerts name it
	Time     spoor.Instant
	From, To string // accounts
	Paid     spoor.Money
	Score    float64 // 0 to 100; 50 is the threshold
	Chance   float64 // calibrated probability

	row []float32 // of its review
}

// worth is the score from which on a payment is kept to be explained, and
// mostReasons how far it is.
const (
	worth       = 25
	mostReasons = 5
)

// Judge scores payments as they stream by, and then their alerts.
type Judge struct {
	m        *Model
	g        *graph.Graph
	arrived  []*boost.Scorer // one a worker
	reviewer []*boost.Scorer // one a worker
	explain  *explainer
	margins  [looks][]float32     // of each payment, in order; complete after the extractor's Close
	seen     []*measure.Histogram // how the features of arrival were spread
	suspects []Suspect
	mu       sync.Mutex
}

// Judge makes a judge of payments that a graph gets; it works through the
// options that it returns, for [extract.New].
func (m *Model) Judge(g *graph.Graph, workers int) (*Judge, extract.Options) {
	j := &Judge{m: m, g: g, explain: m.explainer()}
	for range max(1, workers) {
		j.arrived = append(j.arrived, m.looks[Arrival].trees.Scorer())
		j.reviewer = append(j.reviewer, m.looks[Review].trees.Scorer())
	}
	for _, h := range m.seen {
		own, err := measure.NewHistogram(h.Edges)
		if err != nil {
			panic(err) // it was checked when the model was loaded
		}
		j.seen = append(j.seen, own)
	}
	return j, extract.Options{Arrived: j.arrival, Risk: j.risk, Reviewed: j.review}
}

// driftEvery is how many payments there are to one whose features are counted
// for drift.
const driftEvery = 16

func (j *Judge) arrival(b *extract.Batch) {
	for i := range b.Len() {
		if (int(b.First)+i)%driftEvery == 0 {
			for k, v := range b.Row(i) {
				j.seen[k].Add(float64(v))
			}
		}
	}
	for _, r := range b.Risks {
		j.margins[Arrival] = append(j.margins[Arrival], float32(logit(float64(r))))
	}
}

// logit is the margin of a probability, kept finite.
func logit(p float64) float64 {
	const tiny = 1e-9
	p = min(max(p, tiny), 1-tiny)
	return math.Log(p) - math.Log1p(-p)
}

// Margins gives the margins of both looks of the payments from one on.
func (j *Judge) Margins(from int) (out [looks][]float32) {
	for i := range out {
		out[i] = j.margins[i][from:]
	}
	return out
}

// Scores gives the score of each payment at review, 0 to 100, in order.
func (j *Judge) Scores() []float32 {
	out := make([]float32, len(j.margins[Review]))
	for i := range out {
		out[i] = float32(j.score(i))
	}
	return out
}

func (j *Judge) score(place int) float64 {
	return j.m.Score(Review, float64(j.margins[Review][place]))
}

func (j *Judge) risk(worker, _ int, rows [][]float32, risks []float32) {
	probabilities(j.arrived[worker], rows, risks)
}

// probabilities of rows, by one scorer.
func probabilities(s *boost.Scorer, rows [][]float32, into []float32) {
	margins := make([]float64, len(rows))
	s.Margins(rows, margins)
	for i, m := range margins {
		into[i] = float32(sigmoid(m))
	}
}

// review scores a batch, and keeps what is worth explaining.
func (j *Judge) review(b *extract.Batch) {
	at, n, workers := len(j.margins[Review]), b.Len(), len(j.reviewer)
	j.margins[Review] = append(j.margins[Review], make([]float32, n)...)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			lo, hi := w*n/workers, (w+1)*n/workers
			margins := make([]float64, hi-lo)
			j.reviewer[w].Margins(b.Rows[lo:hi], margins)
			for i, m := range margins {
				m = float64(float32(m)) // as it is kept: at the threshold the last digit decides
				j.margins[Review][at+lo+i] = float32(m)
				if j.m.Score(Review, m) >= worth {
					j.suspect(at+lo+i, b.First+graph.Ref(lo+i), b.Row(lo+i), m)
				}
			}
		})
	}
	wg.Wait()
}

// suspect keeps a payment to be explained.
func (j *Judge) suspect(place int, ref graph.Ref, row []float32, margin float64) {
	from, to := j.g.Ends(ref)
	p := Suspect{Place: place, ID: j.g.ID(ref), Time: j.g.Time(ref), From: j.g.AccountID(from).String(), To: j.g.AccountID(to).String(),
		Paid: j.g.Paid(ref), Score: j.m.Score(Review, margin), Chance: j.m.Chance(Review, margin), row: slices.Clone(row)}
	j.mu.Lock()
	j.suspects = append(j.suspects, p)
	j.mu.Unlock()
}

// Learned is the typology of an alert that only the model raises.
const Learned spoor.Typology = "learned-risk"

// Alerts gives each alert of the detectors the model's score and reasons, and
// adds alerts of payments that the model finds risky and no detector does. The
// score of an alert is the mean of its payments' scores: an alert of which half
// is ordinary is half as urgent. Call it when all payments are reviewed.
func (j *Judge) Alerts(alerts []spoor.Alert) []spoor.Alert {
	slices.SortFunc(j.suspects, func(a, b Suspect) int { return cmp.Compare(a.Place, b.Place) })
	unlike := j.Unlike() // then the order of shapes is the better one
	byPlace := map[int]*Suspect{}
	for i := range j.suspects {
		byPlace[j.suspects[i].Place] = &j.suspects[i]
	}
	covered := map[int]bool{}
	for i := range alerts {
		a := &alerts[i]
		var best *Suspect
		var score, chance float64
		for _, p := range a.Places {
			covered[int(p)] = true
			score += j.score(int(p))
			chance += j.m.Chance(Review, float64(j.margins[Review][p]))
			if s := byPlace[int(p)]; s != nil && (best == nil || s.Score > best.Score) {
				best = s
			}
		}
		n := float64(len(a.Places))
		learned := capped(score / n)
		a.Risk = rounded(chance / n)
		a.Versions["model"] = j.m.Version()
		for k, r := range a.Reasons { // what the detectors' own score means stays, under another name
			if rest, ok := strings.CutPrefix(r, "score "); ok {
				a.Reasons[k] = "by its shape alone, score " + rest
			}
		}
		a.Reasons = append(a.Reasons, j.words(a, learned, best)...)
		if !unlike {
			a.Score = learned
		}
	}
	if unlike {
		return alerts
	}
	return append(alerts, j.alone(covered)...)
}

// capped is a score of an alert: none is certain.
func capped(score float64) float64 { return min(99, math.Round(10*score)/10) }

// words says what the model makes of an alert.
func (j *Judge) words(a *spoor.Alert, score float64, best *Suspect) []string {
	out := []string{fmt.Sprintf("learned risk: score %.0f by the model %s; of payments that it scored like these, %s were labelled laundering where it was tried (%s)",
		score, j.m.Card.Name, feature.Percent(a.Risk), j.m.Card.Data)}
	if best == nil {
		return append(out, "the model finds none of its payments unusual in itself")
	}
	return append(out, j.told(best)...)
}

func (j *Judge) told(s *Suspect) []string {
	out := []string{fmt.Sprintf("weightiest is payment %s, %s from %s to %s (score %.0f):", s.ID, s.Paid.Grouped(), s.From, s.To, s.Score)}
	reasons := j.explain.reasons(s.row, mostReasons)
	for _, r := range reasons {
		out = append(out, "· "+r.Words)
	}
	if len(reasons) == 0 {
		out = append(out, "· nothing about it is unusual by itself; the model goes by the combination")
	}
	return out
}

func rounded(p float64) float64 { return math.Round(1e4*p) / 1e4 }

// alone makes alerts of payments above the threshold that no detector's alert
// has: those that share an account within [extract.Delay] are one.
func (j *Judge) alone(covered map[int]bool) (out []spoor.Alert) {
	type open struct {
		alert int
		last  spoor.Instant
	}
	of := map[string]open{} // by account
	var parts [][]*Suspect
	for i := range j.suspects {
		s := &j.suspects[i]
		if s.Score < 50 || covered[s.Place] {
			continue
		}
		at := -1
		for _, a := range []string{s.From, s.To} {
			if o, ok := of[a]; ok && s.Time-o.last <= extract.Delay && a != "outside" {
				at = o.alert
				break
			}
		}
		if at < 0 {
			at = len(parts)
			parts = append(parts, nil)
		}
		parts[at] = append(parts[at], s)
		of[s.From], of[s.To] = open{at, s.Time}, open{at, s.Time}
	}
	for _, p := range parts {
		out = append(out, j.learned(p))
	}
	return out
}

func (j *Judge) learned(part []*Suspect) spoor.Alert {
	best := slices.MaxFunc(part, func(a, b *Suspect) int { return cmp.Compare(a.Score, b.Score) })
	a := spoor.Alert{Typology: Learned, Typologies: []spoor.Typology{Learned}, First: part[0].Time, Last: part[len(part)-1].Time,
		Currency: best.Paid.Currency, Versions: map[string]string{"model": j.m.Version(), "rules": j.m.Card.Rules}}
	seen := map[string]bool{}
	for _, s := range append([]*Suspect{best}, part...) {
		for _, acc := range []string{s.From, s.To} {
			if !seen[acc] && acc != "outside" {
				seen[acc] = true
				a.Accounts = append(a.Accounts, acc)
			}
		}
	}
	var score, chance float64
	for _, s := range part {
		a.Payments, a.Places = append(a.Payments, s.ID), append(a.Places, uint32(s.Place))
		if s.Paid.Currency == a.Currency && a.Amount < math.MaxInt64-s.Paid.Amount {
			a.Amount += s.Paid.Amount
		}
		score += s.Score
		chance += s.Chance
	}
	n := float64(len(part))
	a.Score, a.Risk = capped(score/n), rounded(chance/n)
	a.Reasons = append([]string{fmt.Sprintf("%d payments between %d accounts within %s that make no known shape", len(part), len(a.Accounts), spoor.Span(a.Last-a.First))}, j.words(&a, a.Score, best)...)
	a.ID = fmt.Sprintf("%s-%s-%d", Learned, a.First.Time().Format("20060102"), part[0].Place+1)
	return a
}

// AtArrival gives the options by which an extractor scores each payment as it
// arrives, and keeps nothing: for a gate, which runs for years. The risks of the
// batches that arrived gets are for [Model.Arrived].
func (m *Model) AtArrival(workers int, arrived func(*extract.Batch)) extract.Options {
	scorers := make([]*boost.Scorer, max(1, workers))
	for i := range scorers {
		scorers[i] = m.looks[Arrival].trees.Scorer()
	}
	return extract.Options{Arrived: arrived, Risk: func(worker, _ int, rows [][]float32, risks []float32) {
		probabilities(scorers[worker], rows, risks)
	}}
}

// Arrived turns a risk at arrival, as a batch has it, into the score, 0 to 100
// of which 50 is the model's threshold, and the calibrated probability.
func (m *Model) Arrived(risk float32) (score, chance float64) {
	margin := logit(float64(risk))
	return m.Score(Arrival, margin), m.Chance(Arrival, margin)
}
