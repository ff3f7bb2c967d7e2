package score

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"spoor/boost"
	"spoor/score/feature"
)

// Reason is one thing that a model holds for or against a payment.
type Reason struct {
	Feature string  `json:"feature"` // its name, see [feature.Review]
	Value   string  `json:"value"`
	Usual   string  `json:"usual"`  // among ordinary payments
	Weight  float64 `json:"weight"` // what it adds to the logarithm of the odds; those of all features add up
	Words   string  `json:"words"`
}

// explainer says why a review scores as it does. It is for one goroutine.
type explainer struct {
	m        *Model
	scorers  [looks]*boost.Scorer
	phi      []float64
	phiFirst []float64
}

func (m *Model) explainer() *explainer {
	x := &explainer{m: m, phi: make([]float64, len(feature.Review)), phiFirst: make([]float64, len(feature.Arrival))}
	for i := range x.scorers {
		x.scorers[i] = m.looks[i].trees.Scorer()
	}
	return x
}

// riskAtArrival is where a review has the risk of its own arrival.
var riskAtArrival = slices.IndexFunc(feature.Review, func(f feature.Feature) bool { return f.Name == "arrival_risk" })

// reasons gives the weightiest reasons for suspicion of a reviewed row. What
// the risk at arrival weighs is shared out among what made it.
func (x *explainer) reasons(row []float32, most int) []Reason {
	x.scorers[Review].Explain(row, x.phi)
	x.scorers[Arrival].Explain(row[:len(feature.Arrival)], x.phiFirst)
	weight, total := x.phi[riskAtArrival], 0.0
	for _, v := range x.phiFirst {
		if v*weight > 0 {
			total += math.Abs(v)
		}
	}
	if total > 0 { // else it stays what it is
		x.phi[riskAtArrival] = 0
		for i, v := range x.phiFirst {
			if v*weight > 0 {
				x.phi[i] += math.Abs(weight) / total * v
			}
		}
	}
	return x.m.tell(row, x.phi, most)
}

// tell puts features that say the same in several windows together, and leaves
// out what is ordinary.
func (m *Model) tell(row []float32, phi []float64, most int) []Reason {
	weight := map[string]float64{}
	for i, v := range phi {
		weight[stem(feature.Review[i].Name)] += v
	}
	best := map[string]int{} // the weightiest of a group that speaks for suspicion and is unusual
	for i, v := range phi {
		name := stem(feature.Review[i].Name)
		if b, ok := best[name]; v > 0 && weight[name] > 0.1 && !m.ordinary(i, row[i]) && (!ok || v > phi[b]) {
			best[name] = i
		}
	}
	order := slices.Collect(maps.Values(best))
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(weight[stem(feature.Review[b].Name)], weight[stem(feature.Review[a].Name)]), cmp.Compare(a, b))
	})
	var out []Reason
	for _, i := range order[:min(most, len(order))] {
		out = append(out, m.reason(i, row[i], weight[stem(feature.Review[i].Name)]))
	}
	return out
}

// ordinary reports whether a value is what most ordinary payments have: it may
// weigh in combination, and is no reason by itself. A code means nothing to people.
func (m *Model) ordinary(i int, value float32) bool {
	u := m.usual[i]
	return feature.Review[i].Name == "kind" || value >= u.Low && value <= u.High || value != value && u.Middle != u.Middle
}

// stem is a feature's name without its window.
func stem(name string) string {
	for _, s := range []string{"_1h", "_1d", "_7d", "_8d", "_30d"} {
		if cut, ok := strings.CutSuffix(name, s); ok {
			return cut
		}
	}
	return name
}

func (m *Model) reason(i int, value float32, weight float64) Reason {
	f, u := &feature.Review[i], m.usual[i]
	r := Reason{Feature: f.Name, Value: f.Say(value), Usual: usualWords(f, u), Weight: math.Round(100*weight) / 100}
	r.Words = fmt.Sprintf("%s: %s", f.Doc, r.Value)
	if r.Usual != "" {
		r.Words += " (usually " + r.Usual + ")"
	}
	r.Words += "; odds × " + odds(weight)
	return r
}

// odds writes what a weight multiplies the odds by, with two digits.
func odds(weight float64) string {
	const most = 1e6
	v, unit := math.Exp(weight), 0.1
	if v >= most {
		return "over a million"
	}
	for v >= 100*unit {
		unit *= 10
	}
	return feature.Round(math.Round(v/unit) * unit)
}

func usualWords(f *feature.Feature, u Usual) string {
	switch {
	case u.Middle != u.Middle:
		return "not so"
	case f.Unit == feature.Flag:
		return f.Say(u.Middle)
	case f.Name == "channel" || f.Name == "kind" || f.Name == "currency":
		return ""
	}
	low, high := f.Say(u.Low), f.Say(u.High)
	if low == high {
		return low
	}
	return low + " to " + high
}

// Weight is how much of what a model goes by is a feature's.
type Weight struct {
	Name  string  `json:"name"`
	Doc   string  `json:"doc"`
	Share float64 `json:"share"` // of the gain of all splits
}

// Weights lists what the model goes by at review, most first. The gain of the
// risk at arrival is shared out among what made it.
func (m *Model) Weights() []Weight {
	gain := m.looks[Review].trees.Gain()
	first, total := m.looks[Arrival].trees.Gain(), 0.0
	for _, g := range first {
		total += g
	}
	for i, g := range first {
		if total > 0 {
			gain[i] += gain[riskAtArrival] * g / total
		}
	}
	gain[riskAtArrival] = 0
	total = 0
	for _, g := range gain {
		total += g
	}
	out := make([]Weight, len(gain))
	for i, g := range gain {
		out[i] = Weight{feature.Review[i].Name, feature.Review[i].Doc, g / max(total, 1e-300)}
	}
	slices.SortStableFunc(out, func(a, b Weight) int { return cmp.Compare(b.Share, a.Share) })
	return out
}
