package spoor

import (
	"fmt"
	"strings"
)

// Handling says what may be done with information: the handling codes of police
// exchange in Europe, which travel with it.
type Handling string

// The codes. The zero value says that none was given: then H1, the strictest
// that leaves the work possible, holds; see [Handling.Effective].
const (
	H0 Handling = "H0" // only to prevent and combat crime
	H1 Handling = "H1" // not in judicial proceedings without permission of who gave it
	H2 Handling = "H2" // no dissemination without permission of who gave it
	H3 Handling = "H3" // other restrictions, in words
)

// Effective is the code that holds where none was given.
func (h Handling) Effective() Handling {
	if h == "" {
		return H1
	}
	return h
}

// Check refuses unknown codes.
func (h Handling) Check() error {
	switch h {
	case "", H0, H1, H2, H3:
		return nil
	}
	return fmt.Errorf("handling code %q: want H0, H1, H2 or H3", h)
}

// Evaluation is the 4x4 assessment of a piece of information: its source, a
// letter, and itself, a digit, such as "B2". As used by Europol:
//
//	A reliable in all instances   1 not in doubt
//	B mostly reliable             2 known personally to the source
//	C mostly not reliable         3 not known personally, but corroborated
//	X cannot be assessed          4 cannot be corroborated
type Evaluation string

// Check refuses what is none; nothing is allowed.
func (e Evaluation) Check() error {
	if e == "" || len(e) == 2 && strings.IndexByte("ABCX", e[0]) >= 0 && strings.IndexByte("1234", e[1]) >= 0 {
		return nil
	}
	return fmt.Errorf("evaluation %q: want a letter of A, B, C, X and a digit from 1 to 4, such as B2", e)
}

// Category says what a person is in a case: Dir. (EU) 2016/680 Art 6.
type Category string

// The categories.
const (
	Suspect   Category = "suspect"
	Convicted Category = "convicted"
	Victim    Category = "victim"
	OtherRole Category = "other" // witness, contact, associate, owner in good faith
)

// Check refuses unknown categories.
func (c Category) Check() error {
	switch c {
	case Suspect, Convicted, Victim, OtherRole:
		return nil
	}
	return fmt.Errorf("category %q: want %s, %s, %s or %s (Dir. (EU) 2016/680 Art 6)", c, Suspect, Convicted, Victim, OtherRole)
}

// Purpose is what personal data is processed for; every look names one. Data is
// not used for another without a legal basis: Dir. (EU) 2016/680 Art 4, 9.
type Purpose string

// The purposes.
const (
	LaunderingAnalysis Purpose = "laundering-analysis" // an FIU's: Dir. (EU) 2024/1640 Art 19
	AssetRecovery      Purpose = "asset-recovery"      // tracing, freezing, confiscation: Dir. (EU) 2024/1260
	CrimeInvestigation Purpose = "investigation"       // and prosecution: Dir. (EU) 2016/680
	VictimRestitution  Purpose = "victim-restitution"
	Supervision        Purpose = "supervision" // audit, data protection, fundamental rights
)

// Purposes lists all of them.
func Purposes() []Purpose {
	return []Purpose{LaunderingAnalysis, AssetRecovery, CrimeInvestigation, VictimRestitution, Supervision}
}

// Check refuses unknown purposes.
func (p Purpose) Check() error {
	for _, q := range Purposes() {
		if p == q {
			return nil
		}
	}
	return fmt.Errorf("purpose %q: want one of %v", p, Purposes())
}
