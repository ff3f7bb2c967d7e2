package book

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Range is a share in percent of which bounds are known; both are equal where
// it is exact.
type Range struct{ Least, Most float64 }

// Closeness is how near to a threshold is on it, in percent.
const Closeness = 1e-9

// Exact is a share that is known.
func Exact(percent float64) Range { return Range{percent, percent} }

// Unknown reports whether nothing is known of the share.
func (r Range) Unknown() bool { return r.Least < Closeness && r.Most > 100-Closeness }

// Between is a share of which bounds are known.
func Between(least, most float64) Range { return Range{least, most} }

// IsZero reports whether there is no share.
func (r Range) IsZero() bool { return r.Most <= Closeness }

// String gives "30 %" or "25–50 %", to a hundredth.
func (r Range) String() string {
	if number(r.Least) == number(r.Most) {
		return number(r.Least) + " %"
	}
	return number(r.Least) + "–" + number(r.Most) + " %"
}

func number(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// MarshalJSON gives {"least": 25, "most": 50}, to a millionth of a point.
func (r Range) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Least float64 `json:"least"`
		Most  float64 `json:"most"`
	}{math.Round(r.Least*1e6) / 1e6, math.Round(r.Most*1e6) / 1e6})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Range) UnmarshalJSON(b []byte) error {
	var v struct{ Least, Most float64 }
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*r = Range{v.Least, v.Most}
	return nil
}

// Of is the share of a share.
func (r Range) Of(s Range) Range { return Range{r.Least * s.Least / 100, r.Most * s.Most / 100} }

// Plus adds up.
func (r Range) Plus(s Range) Range { return Range{r.Least + s.Least, r.Most + s.Most} }

// larger is the greater of both, bound by bound.
func (r Range) larger(s Range) Range { return Range{max(r.Least, s.Least), max(r.Most, s.Most)} }

// Agree takes a second statement of the same share: where both can be true it
// gives what both allow, else what encloses them.
func (r Range) Agree(s Range) (out Range, ok bool) {
	out = Range{max(r.Least, s.Least), min(r.Most, s.Most)}
	if out.Least <= out.Most+Closeness {
		return Range{min(out.Least, out.Most), out.Most}, true
	}
	return Range{min(r.Least, s.Least), max(r.Most, s.Most)}, false
}

// Strength says how sure a control is.
type Strength uint8

// The strengths.
const (
	No Strength = iota
	Possible
	Yes
)

var strengthNames = [...]string{"no", "possible", "yes"}

// String gives "no", "possible" or "yes".
func (s Strength) String() string { return strengthNames[min(s, Yes)] }

// MarshalText makes strengths plain words in JSON.
func (s Strength) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a strength's word.
func (s *Strength) UnmarshalText(b []byte) error {
	for i, n := range strengthNames {
		if n == string(b) {
			*s = Strength(i)
			return nil
		}
	}
	return fmt.Errorf("strength %q: want no, possible or yes", b)
}
