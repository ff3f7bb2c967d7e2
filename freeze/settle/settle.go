// Package settle does the arithmetic that ends an order under Reg. (EU)
// 2018/1805: who gets what of recovered money (Art 30), which of several orders
// goes first (Art 26), how much an order may still recover (Art 16(2), 18(4)),
// and the figures of a year (Art 35). It knows no procedure and no clock.
//
//	d, err := settle.Share(settle.Recovered{Money: m, At: at, Issuing: it, Executing: fr}, rates)
//	for _, p := range d.Parts { fmt.Println(p.Says) }
//
// What the law forbids is answered with [spoor.Forbidden]; other errors say which
// field is wrong. The thresholds are in rules.toml, with what was verified.
package settle

import (
	_ "embed"
	"fmt"
	"math/bits"

	"github.com/BurntSushi/toml"

	"spoor"
)

// MaxItems is the longest list taken: claims, orders, recoveries. A year has at
// most [MaxRecords] records.
const MaxItems = 10_000

//go:embed rules.toml
var rulesText string

type rulesFile struct {
	Act       struct{ Name, Share, Excess, Compete, Figures string }
	Threshold spoor.Money
	Issuing   struct{ Num, Den uint32 }
	Verified  map[string]bool
}

var rules = loadRules()

func loadRules() (r rulesFile) {
	meta, err := toml.Decode(rulesText, &r)
	if err != nil || len(meta.Undecoded()) > 0 || r.Threshold.Amount <= 0 || r.Issuing.Den == 0 || r.Issuing.Num > r.Issuing.Den {
		panic(fmt.Sprintf("settle: rules.toml: %v, unknown fields %v, or a number out of range", err, meta.Undecoded())) // embedded
	}
	return r
}

func forbidden(article, format string, args ...any) error {
	return &spoor.Forbidden{Act: rules.Act.Name, Article: article, Reason: fmt.Sprintf(format, args...)}
}

// portion is a × num / den rounded down, for 0 ≤ a and num ≤ den, den > 0.
func portion(a int64, num, den uint64) int64 {
	hi, lo := bits.Mul64(uint64(a), num)
	q, _ := bits.Div64(hi, lo, den) // hi < den, as num ≤ den and a < 2^64
	return int64(q)
}

// add adds money of the wanted currency to a sum; nothing may be negative.
func add(sum int64, m spoor.Money, want spoor.Currency) (int64, error) {
	switch {
	case m.Amount < 0:
		return 0, fmt.Errorf("%s is negative", m)
	case m.Currency != want:
		return 0, fmt.Errorf("%s is not in %s: convert it at a dated rate first", m, want)
	case sum+m.Amount < sum:
		return 0, fmt.Errorf("the sum is larger than an amount can be")
	}
	return sum + m.Amount, nil
}

// Recovery is what one state has recovered under an order.
type Recovery struct {
	State spoor.Country `json:"state"`
	Money spoor.Money   `json:"money"`
}

// Headroom is what an order of this total may still recover, all states
// together. It is [spoor.Forbidden] where they have recovered more than the order
// (Art 16(2), 18(4)). All amounts are in the order's currency: what was
// recovered in another is converted first, at a dated rate, by who accounts for it.
func Headroom(total spoor.Money, recovered []Recovery) (spoor.Money, error) {
	if total.Amount < 0 || total.Currency == spoor.XXX || len(recovered) > MaxItems {
		return spoor.Money{}, fmt.Errorf("order total %s with %d recoveries: want an amount of a currency, not negative, and at most %d", total, len(recovered), MaxItems)
	}
	var sum int64
	for i, r := range recovered {
		if r.State == (spoor.Country{}) {
			return spoor.Money{}, fmt.Errorf("recovered[%d]: state is missing", i)
		}
		var err error
		if sum, err = add(sum, r.Money, total.Currency); err != nil {
			return spoor.Money{}, fmt.Errorf("recovered[%d]: %w", i, err)
		}
	}
	if sum > total.Amount {
		return spoor.Money{}, forbidden(rules.Act.Excess, "all states together have recovered more than the order allows (%s > %s)",
			spoor.Money{Amount: sum, Currency: total.Currency}, total)
	}
	return spoor.Money{Amount: total.Amount - sum, Currency: total.Currency}, nil
}
