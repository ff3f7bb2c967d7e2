package score

import (
	"cmp"
	"slices"

	"spoor/measure"
	"spoor/score/feature"
)

// Drift says how far payments are from those that a model learned from.
type Drift struct {
	Model             string         `json:"model"`
	AlertRate         float64        `json:"alert_rate"`          // share of payments that score 50 or more
	AlertRateExpected float64        `json:"alert_rate_expected"` // the same where the model was tried
	Features          []FeatureDrift `json:"features"`            // furthest first
}

// FeatureDrift is how far one feature has moved.
type FeatureDrift struct {
	Name  string        `json:"name"`
	Doc   string        `json:"doc"`
	PSI   float64       `json:"psi"` // population stability index
	Shift measure.Shift `json:"shift"`
}

// Drift compares the payments judged so far with the model's.
func (j *Judge) Drift() *Drift {
	d := &Drift{Model: j.m.Version(), AlertRateExpected: j.m.rate}
	over := 0
	for _, m := range j.margins[Review] {
		if float64(m) >= j.m.looks[Review].threshold {
			over++
		}
	}
	d.AlertRate = float64(over) / float64(max(1, len(j.margins[Review])))
	for i, h := range j.m.seen {
		psi, err := measure.PSI(h, j.seen[i])
		if err != nil || j.seen[i].Total() == 0 {
			continue
		}
		d.Features = append(d.Features, FeatureDrift{feature.Arrival[i].Name, feature.Arrival[i].Doc, psi, measure.ReadPSI(psi)})
	}
	slices.SortStableFunc(d.Features, func(a, b FeatureDrift) int { return cmp.Compare(b.PSI, a.PSI) })
	return d
}

// Unlike reports whether the payments are so far from those that the model
// learned from, in more than a third of the features, that its scores mean little.
func (j *Judge) Unlike() bool {
	d, n := j.Drift(), 0
	for _, f := range d.Features {
		if f.Shift == measure.Shifted {
			n++
		}
	}
	return 3*n > len(d.Features)
}
