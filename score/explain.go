package score

import (
	"cmp"
	"fmt"
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

// tell puts features that say the same in several windows together.
func (m *Model) tell(row []float32, phi []float64, most int) []Reason {
	type group struct {
		best   int
		weight float64
	}
	groups := map[string]*group{}
	for i, v := range phi {
		name := stem(feature.Review[i].Name)
		g := groups[name]
		if g == nil {
			g = &group{best: i}
			groups[name] = g
		}
		if math.Abs(v) > math.Abs(phi[g.best]) {
			g.best = i
		}
		g.weight += v
	}
	var order []*group
	for _, g := range groups {
		if g.weight > 0.1 {
			order = append(order, g)
		}
	}
	slices.SortFunc(order, func(a, b *group) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.best, b.best)) })
	var out []Reason
	for _, g := range order[:min(most, len(order))] {
		out = append(out, m.reason(g.best, row[g.best], g.weight))
	}
	return out
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
	v, unit := math.Exp(weight), 0.1
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
