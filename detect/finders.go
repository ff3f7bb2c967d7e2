package detect

import (
	_ "embed"
	"strings"

	"spoor"
)

// highRisk lists countries, one code a line, # for comments; its version is
// its first comment.
//
//go:embed highrisk.txt
var highRisk string

// finders makes one of each detector with its parameters.
func finders(p *Parameters) []finder {
	risky, list := map[spoor.Country]bool{}, ""
	for line := range strings.Lines(highRisk) {
		line = strings.TrimSpace(line)
		if v, ok := strings.CutPrefix(line, "# version:"); ok {
			list = strings.TrimSpace(v)
		}
		if code, _, _ := strings.Cut(line, " "); !strings.HasPrefix(line, "#") {
			if c, ok := spoor.ParseCountry(code); ok {
				risky[c] = true
			}
		}
	}
	threshold := p.get(spoor.Structuring, "threshold")
	return []finder{
		newFan(p, true),
		newFan(p, false),
		&gatherScatter{p.span(spoor.GatherScatter, "window"), p.count(spoor.GatherScatter, "min_degree"), p.count(spoor.GatherScatter, "max_degree"), p.count(spoor.GatherScatter, "min_payments")},
		&scatterGather{p.span(spoor.ScatterGather, "window"), p.span(spoor.ScatterGather, "max_gap"), p.count(spoor.ScatterGather, "min_intermediaries"), p.count(spoor.ScatterGather, "max_degree")},
		&cycle{p.count(spoor.Cycle, "min_payments")},
		&chain{p.count(spoor.Chain, "min_payments")},
		&bipartite{p.span(spoor.Bipartite, "window"), p.count(spoor.Bipartite, "max_layer")},
		&stack{p.span(spoor.Bipartite, "window"), p.count(spoor.Bipartite, "max_layer")},
		&structuring{p.span(spoor.Structuring, "window"), threshold, p.get(spoor.Structuring, "floor"), p.count(spoor.Structuring, "min_deposits")},
		&synchronised{p.span(spoor.SynchronisedDeposits, "within"), p.span(spoor.SynchronisedDeposits, "max_gap"), p.count(spoor.SynchronisedDeposits, "min_deposits")},
		&frontBusiness{p.span(spoor.FrontBusiness, "window"), p.count(spoor.FrontBusiness, "min_deposits"), p.get(spoor.FrontBusiness, "min_cash")},
		&passThrough{p.span(spoor.PassThrough, "max_gap"), p.get(spoor.PassThrough, "min_value")},
		&dormancyBurst{p.span(spoor.DormancyBurst, "min_pause"), p.span(spoor.DormancyBurst, "window"), p.count(spoor.DormancyBurst, "min_payments"), p.get(spoor.DormancyBurst, "min_value")},
		&uTurn{},
		&corridor{p.span(spoor.HighRiskCorridor, "window"), p.count(spoor.HighRiskCorridor, "min_transfers"), p.get(spoor.HighRiskCorridor, "min_value"), risky, list},
		&roundTrip{p.span(spoor.RoundTripConversion, "max_gap")},
	}
}
