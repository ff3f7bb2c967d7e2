package ownership

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"spoor"
)

// Options bound and direct a question. The zero value asks for what has no end
// stated, at 25 %.
type Options struct {
	// At is the day of the question: interests in force then count. Where only
	// a year or month is known, the interest counts through all of it. Zero:
	// interests without an end.
	At spoor.Instant
	// Threshold is the percentage from which an interest makes a beneficial
	// owner; 0 is 25. Sectors at higher risk may have 15 (Art 52(2)).
	Threshold float64

	MaxParties int // of the graph that is looked at; 0 is 100,000
	MaxDepth   int // how many steps up or down; 0 is 1,000
	MaxChains  int // shown for each owner; 0 is 5
	MaxListed  int // owners, others, holdings and ends each; 0 is 100
}

func (o Options) orDefault() Options {
	for _, f := range []struct {
		at   *int
		none int
	}{{&o.MaxParties, 100_000}, {&o.MaxDepth, 1000}, {&o.MaxChains, 5}, {&o.MaxListed, 100}} {
		if *f.at <= 0 {
			*f.at = f.none
		}
	}
	if o.Threshold == 0 {
		o.Threshold = DefaultThreshold
	}
	return o
}

// DefaultThreshold is that of Reg. (EU) 2024/1624 Art 52(1), in percent.
const DefaultThreshold = 25

// Errors of questions.
var (
	ErrUnknown   = errors.New("the party is not known")
	ErrPerson    = errors.New("a natural person has no owners")
	ErrThreshold = errors.New("the threshold is no share: want more than 0 and at most 100 %")
)

// ask checks a question.
func (b *Book) ask(id string, o Options) (int32, Options, error) {
	b.b.Ready()
	n, ok := b.b.Lookup(id)
	o = o.orDefault()
	switch {
	case !ok:
		return 0, o, fmt.Errorf("%w: %s", ErrUnknown, id)
	case !(0 < o.Threshold && o.Threshold <= 100):
		return 0, o, fmt.Errorf("%w, not %v", ErrThreshold, o.Threshold)
	}
	return n, o, nil
}

// Result is who owns and controls a party.
type Result struct {
	Of        Ref           `json:"of"`
	At        spoor.Instant `json:"at,omitzero"`
	Threshold float64       `json:"threshold"`
	// Owners are its beneficial owners, those for certain first.
	Owners []Owner `json:"owners"`
	// Others are natural persons with less, the largest first.
	Others []Owner `json:"others"`
	// Managers run the party. They are named only where no beneficial owner is
	// certain, and are none themselves (Art 63(4)).
	Managers []Manager `json:"managers"`
	// Ends are where chains end other than in a natural person.
	Ends []End `json:"ends"`
	// Unexplained is how much of 100 % of the party's shares is not known to
	// belong to a natural person, trust, state or the public.
	Unexplained Range `json:"unexplained"`
	// Cycles are parties that hold each other in a circle, or themselves.
	Cycles [][]Ref `json:"cycles"`
	// Contradictions are stakes of which sources say what cannot all be true.
	Contradictions []Step   `json:"contradictions"`
	Notes          []string `json:"notes"`
	Parties        int      `json:"parties"` // that were looked at
	// Left says how many owners, others, ends and cycles were found and not listed.
	Left int `json:"left_off,omitempty"`
}

// Owner is a natural person with what it has in a party.
type Owner struct {
	Ref
	Certain bool     `json:"certain"` // a beneficial owner whatever is not known
	Own     Range    `json:"ownership"`
	Vote    Range    `json:"voting"`
	Control Strength `json:"control"`
	// Chained is what the chains give together, where a circle makes Own more than
	// that and all chains are known; else no share.
	Chained Range `json:"chained,omitzero"`
	// Attributed is the share, at least, that the person and all it controls
	// have together; 0 where it controls the party itself or no holder of it.
	Attributed float64  `json:"attributed,omitempty"`
	Grounds    []Ground `json:"grounds"` // empty where the person is no beneficial owner
	Chains     []Chain  `json:"chains"`  // of ownership, largest first
	// ChainCount is how many chains there are in all; 0 where circles make
	// them endless.
	ChainCount   int    `json:"chain_count"`
	ControlChain *Chain `json:"control_chain,omitempty"` // how the person controls the party, or holders of it
}

// Ground is why a person is a beneficial owner.
type Ground struct {
	Article string `json:"article"` // of Reg. (EU) 2024/1624
	Text    string `json:"text"`
	Certain bool   `json:"certain"`
}

// Manager is one who runs a party.
type Manager struct {
	Ref
	Role    string `json:"role"`
	Source  string `json:"source"`
	Through *Ref   `json:"through,omitempty"` // the company that is the director, run by this one
}

// EndKind says why a chain ends.
type EndKind string

// The kinds of ends.
const (
	InTheDark EndKind = "dark"         // nobody is known to hold this much of it
	InAState  EndKind = "state"        // public property
	InPublic  EndKind = "listed"       // free float of a listed company
	InUnknown EndKind = "unknown kind" // the source does not say whether it is a natural person
	InHidden  EndKind = "hidden"       // the source knows or suspects somebody and does not name them
	InNominee EndKind = "nominee"      // holds for somebody who is not known
	AtLimit   EndKind = "limit"        // there is more, which was not followed
	InACircle EndKind = "circle"       // only parties in a circle own each other
)

// End is where chains end other than in a natural person.
type End struct {
	Ref
	Why   EndKind `json:"why"`
	Share Range   `json:"share"` // of the party that was asked for
	Text  string  `json:"text"`
}

func compare(a, b Range) int {
	return cmp.Or(cmp.Compare(round(a.Least), round(b.Least)), cmp.Compare(round(a.Most), round(b.Most)))
}

// round makes shares that differ by arithmetic alone the same, for sorting.
func round(v float64) float64 { return math.Round(v * 1e6) }

// percent makes a fraction a share; what goes round for ever is at most all.
func percent(v float64) float64 {
	if v > 1 {
		return 100
	}
	return 100 * v
}
