package spoor

// Typology names a described way of laundering, as FATF uses the word; the
// name is also that of its detector.
type Typology string

// The typologies. The first eight are the shapes of AMLworld (Altman et al.,
// NeurIPS 2023), whose "random" is the chain; the others are behaviours.
const (
	FanIn         Typology = "fan-in"
	FanOut        Typology = "fan-out"
	GatherScatter Typology = "gather-scatter"
	ScatterGather Typology = "scatter-gather"
	Cycle         Typology = "cycle"
	Bipartite     Typology = "bipartite"
	Stack         Typology = "stack"
	Chain         Typology = "chain"

	Structuring          Typology = "structuring"
	PassThrough          Typology = "pass-through"
	DormancyBurst        Typology = "dormancy-burst"
	UTurn                Typology = "u-turn"
	FrontBusiness        Typology = "front-business"
	HighRiskCorridor     Typology = "high-risk-corridor"
	SynchronisedDeposits Typology = "synchronised-deposits"
	RoundTripConversion  Typology = "round-trip-conversion"
)

// Typologies lists all of them, shapes first.
func Typologies() []Typology {
	return []Typology{
		FanIn, FanOut, GatherScatter, ScatterGather, Cycle, Bipartite, Stack, Chain,
		Structuring, PassThrough, DormancyBurst, UTurn, FrontBusiness, HighRiskCorridor,
		SynchronisedDeposits, RoundTripConversion,
	}
}

// Alert is one or more signals about the same money that need a human. It is
// what alerts.jsonl holds, one a line.
type Alert struct {
	ID         string            `json:"id"`
	Typology   Typology          `json:"typology"`          // of the strongest signal
	Typologies []Typology        `json:"typologies"`        // of all its signals, strongest first
	Score      float64           `json:"score"`             // orders what to read first; see Reasons
	Accounts   []string          `json:"accounts"`          // the account the alert turns on first
	Holders    map[string]string `json:"holders,omitempty"` // names by account, where the data has them
	Payments   []string          `json:"payments"`          // own ids or record numbers, in order of time
	Places     []uint32          `json:"-"`                 // of the payments in the stream, counted from 0
	Risk       float64           `json:"risk,omitempty"`    // learned: calibrated mean probability of its payments
	First      Instant           `json:"first"`
	Last       Instant           `json:"last"`
	Amount     int64             `json:"amount"`   // minor units: the money that the scheme moved, counted once
	Currency   Currency          `json:"currency"` // of Amount
	Reasons    []string          `json:"reasons"`  // plain words and numbers, weightiest first
	Versions   map[string]string `json:"versions"` // of rules, parameters and tables used
}
