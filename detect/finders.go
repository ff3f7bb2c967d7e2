package detect

import (
	"spoor"
	"spoor/detect/behaviour"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/detect/shape"
)

// finder looks for one typology.
type finder interface {
	Typology() spoor.Typology
	// Find looks at the payment in scope and emits what it completes or grows.
	Find(s *look.Scope)
	// Assess says how little chance explains a signal, in bans, and why, in words.
	Assess(t *usual.Traffic, sig *look.Signal) (float64, []string)
}

// finders makes one of each detector with its parameters.
func finders(p *Parameters) []finder {
	get, count, span := p.get, p.count, p.span
	return []finder{
		&shape.Fan{
			In:        true,
			Window:    span(spoor.FanIn, "window"),
			MinDegree: count(spoor.FanIn, "min_degree"),
			MaxDegree: count(spoor.FanIn, "max_degree"),
		},
		&shape.Fan{
			Window:    span(spoor.FanOut, "window"),
			MinDegree: count(spoor.FanOut, "min_degree"),
			MaxDegree: count(spoor.FanOut, "max_degree"),
		},
		&shape.GatherScatter{
			Window:      span(spoor.GatherScatter, "window"),
			MinDegree:   count(spoor.GatherScatter, "min_degree"),
			MaxDegree:   count(spoor.GatherScatter, "max_degree"),
			MinPayments: count(spoor.GatherScatter, "min_payments"),
		},
		&shape.ScatterGather{
			Window:            span(spoor.ScatterGather, "window"),
			MaxGap:            span(spoor.ScatterGather, "max_gap"),
			MinIntermediaries: count(spoor.ScatterGather, "min_intermediaries"),
			MaxDegree:         count(spoor.ScatterGather, "max_degree"),
		},
		&shape.Cycle{MinPayments: count(spoor.Cycle, "min_payments")},
		&shape.Chain{MinPayments: count(spoor.Chain, "min_payments")},
		&shape.Bipartite{
			Window:   span(spoor.Bipartite, "window"),
			MaxLayer: count(spoor.Bipartite, "max_layer"),
		},
		&shape.Stack{ // of what bipartite finds
			Window:   span(spoor.Bipartite, "window"),
			MaxLayer: count(spoor.Bipartite, "max_layer"),
		},
		&behaviour.Structuring{
			Window:      span(spoor.Structuring, "window"),
			Threshold:   get(spoor.Structuring, "threshold"),
			Floor:       get(spoor.Structuring, "floor"),
			MinDeposits: count(spoor.Structuring, "min_deposits"),
		},
		&behaviour.SynchronisedDeposits{
			Within:      span(spoor.SynchronisedDeposits, "within"),
			MaxGap:      span(spoor.SynchronisedDeposits, "max_gap"),
			MinDeposits: count(spoor.SynchronisedDeposits, "min_deposits"),
		},
		&behaviour.FrontBusiness{
			Window:      span(spoor.FrontBusiness, "window"),
			MinDeposits: count(spoor.FrontBusiness, "min_deposits"),
			MinCash:     get(spoor.FrontBusiness, "min_cash"),
		},
		&behaviour.PassThrough{
			MaxGap:   span(spoor.PassThrough, "max_gap"),
			MinValue: get(spoor.PassThrough, "min_value"),
		},
		&behaviour.DormancyBurst{
			MinPause:    span(spoor.DormancyBurst, "min_pause"),
			Window:      span(spoor.DormancyBurst, "window"),
			MinPayments: count(spoor.DormancyBurst, "min_payments"),
			MinValue:    get(spoor.DormancyBurst, "min_value"),
		},
		&behaviour.UTurn{},
		&behaviour.HighRiskCorridor{
			Window:       span(spoor.HighRiskCorridor, "window"),
			MinTransfers: count(spoor.HighRiskCorridor, "min_transfers"),
			MinValue:     get(spoor.HighRiskCorridor, "min_value"),
			List:         behaviour.HighRiskCountries(),
		},
		&behaviour.RoundTripConversion{MaxGap: span(spoor.RoundTripConversion, "max_gap")},
	}
}
