package spoor

import (
	"fmt"
	"time"
)

// Outcome is what a gate decides on a payment.
type Outcome uint8

// The outcomes, from mildest to hardest.
const (
	Allow Outcome = iota
	HoldBack
	Block
)

var outcomeNames = [...]string{"allow", "hold", "block"}

// String gives "allow", "hold" or "block".
func (o Outcome) String() string {
	if int(o) >= len(outcomeNames) {
		return "unknown"
	}
	return outcomeNames[o]
}

// MarshalText makes outcomes plain words in JSON.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads an outcome's name.
func (o *Outcome) UnmarshalText(b []byte) error {
	for i, n := range outcomeNames {
		if n == string(b) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("outcome %q: want allow, hold or block", b)
}

// Decision is what a gate decided on one payment, and why.
type Decision struct {
	Key     string        `json:"payment"` // [Instruction.Key]
	Entry   uint64        `json:"entry"`   // its place in the node's journal, from 1
	Outcome Outcome       `json:"outcome"`
	At      Instant       `json:"at"`
	Spent   time.Duration `json:"spent_ns"`        // from arrival to decision, the wait for durability not counted
	Until   Instant       `json:"until,omitzero"`  // of a hold: when the law ends it
	Clock   string        `json:"clock,omitempty"` // of a hold: how Until was reckoned, with the article
	Reasons []Reason      `json:"reasons"`         // weightiest first; empty when there was nothing to say
	Hits    []Hit         `json:"hits,omitempty"`
	Orders  []string      `json:"orders,omitempty"`  // ids of orders that it touched
	Risk    float64       `json:"risk,omitempty"`    // learned, at arrival, 0 to 1
	Signals []Typology    `json:"signals,omitempty"` // noticed at arrival
	Late    []string      `json:"late,omitempty"`    // engines that did not answer within the budget
	// Versions of policy, lists, rules, parameters and model it was made with.
	Versions map[string]string `json:"versions"`
}

// Reason is one ground of a decision.
type Reason struct {
	Rule string `json:"rule"` // of the policy file
	// Outcome is what this reason asked for: a note on a payment that is held for
	// something else asked for no more than to let it pass.
	Outcome Outcome `json:"outcome"`
	Code    string  `json:"code"` // ISO 20022 external status reason: AC06, LEGL, RR04, AM05, FR01 ...
	Text    string  `json:"text"` // plain words, without names of persons
}
