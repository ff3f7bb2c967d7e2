// Package feature lists what a model sees of a payment: the name, unit, meaning
// and source of each number. [Arrival] is known when a payment arrives, [Review]
// some days later. The numbers themselves are made in score/extract.
//
// No account number, bank or name is a feature: a model cannot learn who, only
// what.
package feature

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"spoor"
)

// Unit says what a feature counts, and so how it is written for people.
type Unit string

// The units.
const (
	Euro     Unit = "EUR"      // by the dated rates of the graph
	Payments Unit = "payments" // counted, those of windows faded by half-lives
	Accounts Unit = "accounts"
	Hours    Unit = "hours"
	Times    Unit = "times" // a ratio: 1 is equal
	Share    Unit = "share" // 0 to 1
	Flag     Unit = "yes or no"
	Number   Unit = "number"
	Bans     Unit = "bans" // −log₁₀ of a probability
	Chance   Unit = "probability"
)

// Feature is one number that a model sees of a payment. NaN stands for unknown
// or never.
type Feature struct {
	Name   string
	Unit   Unit
	Doc    string // what it is, as the subject of a sentence
	Source string // where the idea is from
	Format bool   // it is the payment format column, or made of it alone
}

// Sources of the features.
const (
	fatf     = "FATF, Professional Money Laundering (2018)"
	gfp      = "Blanuša et al., Graph Feature Preprocessor (ICAIF 2024)"
	amlworld = "Altman et al., AMLworld (NeurIPS 2023)"
	limit    = "Reg. (EU) 2024/1624 Art 80"
	haircut  = "pro rata tracing (haircut); Möser et al., 2014"
	decay    = "Cohen and Strauss, time-decaying aggregates (2006)"
	own      = "Spoor's typologies"
)

// The half-lives by which an account's past fades.
const (
	hour = iota
	day
	week
	month
	spans
)

var (
	spanNames = [spans]string{"1h", "1d", "7d", "30d"}
	spanWords = [spans]string{"an hour", "a day", "a week", "a month"}
)

// Arrival lists what is known of a payment as it arrives, in the order in which
// rows are filled.
var Arrival = sections(ofPayment(), ofAccounts(), ofPair(), ofTaint(), ofSurroundings(), ofShapes())

// Review lists what is known of a payment some days after it was made.
var Review = sections(Arrival, ofLater(), ofEvidence(), ofCompany())

// Recent is how many of the latest amounts of an account are compared.
const Recent = 8

func sections(parts ...[]Feature) (all []Feature) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// Names gives the names of features.
func Names(fs []Feature) []string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = f.Name
	}
	return out
}

func ofPayment() []Feature {
	return []Feature{
		{"value", Euro, "the amount", amlworld, false},
		{"round_zeros", Number, "decimal zeros at the end of the amount (−1: it has cents)", fatf, false},
		{"hour", Number, "the hour of the day", amlworld, false},
		{"weekday", Number, "the day of the week (0 is Sunday)", amlworld, false},
		{"currency", Number, "the currency's place in Spoor's table", amlworld, false},
		{"converted", Times, "what arrived, for what left", fatf, false},
		{"abroad", Flag, "it crosses a border", fatf, false},
		{"same_bank", Flag, "both accounts are kept at one bank", amlworld, false},
		{"to_self", Flag, "payer and payee are one account", amlworld, false},
		{"from_outside", Flag, "the payer is outside the data", amlworld, false},
		{"to_outside", Flag, "the payee is outside the data", amlworld, false},
		{"below_limit", Times, "the amount, compared with the 10,000 euro above which cash is refused", limit, false},
		{"channel", Number, "the payment format", amlworld, true},
		{"kind", Number, "a code of the source's own word for the kind of payment", amlworld, true},
	}
}

// ends are the two accounts of a payment as features call them.
var ends = [2]string{"payer", "payee"}

// sideWords say what a side is about: paying out, being paid.
var sideWords = [2]sideName{{"out", "made", "paid", "pays", "payees"}, {"in", "received", "received", "receives", "payers"}}

type sideName struct{ name, did, gave, gives, peers string }

func ofAccounts() (fs []Feature) {
	add := func(name string, u Unit, doc, source string) { fs = append(fs, Feature{name, u, doc, source, false}) }
	for _, end := range ends {
		for _, s := range sideWords {
			p := end + "_" + s.name + "_"
			for i, w := range spanWords {
				add(p+"count_"+spanNames[i], Payments, fmt.Sprintf("payments the %s %s in about %s", end, s.did, w), decay)
			}
			for i, w := range spanWords[day:] {
				add(p+"sum_"+spanNames[i+day], Euro, fmt.Sprintf("what the %s %s in about %s", end, s.gave, w), decay)
			}
			add(p+"times_mean", Times, fmt.Sprintf("the amount, compared with what the %s usually %s", end, s.gives), gfp)
			add(p+"deviation", Number, fmt.Sprintf("standard deviations from the size of payments that the %s %s", end, s.did), gfp)
			add(p+"gap", Hours, fmt.Sprintf("time since the %s last %s a payment", end, s.did), fatf)
			add(p+"times_last", Times, fmt.Sprintf("the amount, compared with the last that the %s %s", end, s.gave), fatf)
			add(p+"same_amount", Payments, fmt.Sprintf("of the last %d payments that the %s %s, those of the same amount", Recent, end, s.did), own)
			add(p+"fresh", Share, fmt.Sprintf("share of new %s among those of the %s in a month", s.peers, end), fatf)
			add(p+"weekday", Share, fmt.Sprintf("share of this day of the week among the payments that the %s %s", end, s.did), own)
			add(p+"cash", Share, fmt.Sprintf("share of cash in what the %s %s in a month", end, s.did), fatf)
		}
		add(end+"_age", Hours, fmt.Sprintf("time since the %s was first seen", end), fatf)
		add(end+"_idle", Hours, fmt.Sprintf("time since the %s last moved", end), fatf)
		with := ""
		if end == ends[0] {
			with = " with this payment"
		}
		add(end+"_through_1d", Times, fmt.Sprintf("what the %s paid in about a day%s, for what it received", end, with), fatf)
		add(end+"_through_7d", Times, fmt.Sprintf("what the %s paid in about a week%s, for what it received", end, with), fatf)
		add(end+"_new_currency", Flag, fmt.Sprintf("the %s has not used the currency before", end), own)
		add(end+"_foreign", Flag, fmt.Sprintf("the currency is not that in which the %s last paid", end), own)
		add(end+"_currencies", Number, fmt.Sprintf("currencies that the %s has used", end), own)
		add(end+"_new_channel", Flag, fmt.Sprintf("the %s has not used the payment format before", end), own)
		add(end+"_abroad", Share, fmt.Sprintf("share of payments across a border among those of the %s in a month", end), fatf)
		add(end+"_new_country", Flag, fmt.Sprintf("the %s has had no payment with that country", end), fatf)
		add(end+"_round", Share, fmt.Sprintf("share of round amounts among payments of the %s in a month", end), fatf)
	}
	return fs
}

func ofPair() []Feature {
	return []Feature{
		{"pair_count", Payments, "earlier payments from the payer to the payee", amlworld, false},
		{"pair_back", Payments, "earlier payments from the payee to the payer", gfp, false},
		{"pair_weekday", Share, "share of this day of the week among the earlier payments between them", own, false},
		{"pair_gap", Hours, "time since the payer last paid the payee", amlworld, false},
		{"pair_times_last", Times, "the amount, compared with the last one between them", own, false},
	}
}

func ofTaint() (fs []Feature) {
	for _, end := range ends {
		fs = append(fs,
			Feature{end + "_heat", Payments, fmt.Sprintf("payments of noticed shapes around the %s in about a week", end), own, false},
			Feature{end + "_alerted", Number, fmt.Sprintf("the highest score of an alert that the %s was in before", end), own, false},
			Feature{end + "_taint", Share, fmt.Sprintf("share of the %s's income that came through accounts alerted before", end), haircut, false},
		)
	}
	return fs
}

func ofSurroundings() []Feature {
	return []Feature{
		{"payer_payees_1d", Accounts, "different payees of the payer in a day", gfp, false},
		{"payer_payees_7d", Accounts, "different payees of the payer in a week", gfp, false},
		{"payer_payers_1d", Accounts, "different payers of the payer in a day", gfp, false},
		{"payer_payers_7d", Accounts, "different payers of the payer in a week", gfp, false},
		{"payee_payers_1d", Accounts, "different payers of the payee in a day", gfp, false},
		{"payee_payers_7d", Accounts, "different payers of the payee in a week", gfp, false},
		{"payee_payees_1d", Accounts, "different payees of the payee in a day", gfp, false},
		{"payee_payees_7d", Accounts, "different payees of the payee in a week", gfp, false},
		{"hops_back", Payments, "hops in a row by which the money came, handed on whole", fatf, false},
		{"hop_gap", Hours, "time that the money rested before it was handed on whole", fatf, false},
		{"hop_kept", Times, "the amount, compared with that which it hands on", fatf, false},
		{"funded_like", Payments, "payments of about this amount that the payer received in five days", fatf, false},
		{"funded_gap", Hours, "time since the payer received a payment of about this amount", fatf, false},
		{"funded_times", Times, "this amount, compared with the nearest that the payer received in five days", fatf, false},
		{"funded_since", Times, "this amount, compared with all that the payer received since it last paid", fatf, false},
		{"paid_like", Payments, "payments of about this amount that the payer made in five days", own, false},
		{"ahead_like", Payments, "payments of about this amount that the payee made in five days", own, false},
		{"taken_like", Payments, "payments of about this amount that the payee received in five days", own, false},
		{"between", Accounts, "accounts that the payer pays and that pay the payee", gfp, false},
		{"common_payers", Accounts, "accounts that pay both the payer and the payee", gfp, false},
		{"common_payees", Accounts, "accounts that both the payer and the payee pay", gfp, false},
		{"returning", Accounts, "accounts that the payee pays and that pay the payer", gfp, false},
	}
}

// Shapes are the typologies whose signals are features, in order.
var Shapes = spoor.Typologies()

func ofShapes() (fs []Feature) {
	for _, t := range Shapes {
		fs = append(fs, Feature{word(t), Payments, fmt.Sprintf("payments of the %s that this one completes", words(t)), own, false})
	}
	for _, path := range []struct{ name, words string }{{"path", "chain"}, {"loop", "cycle"}, {"detour", "way abroad and home"}} {
		fs = append(fs,
			Feature{path.name + "_payments", Payments, fmt.Sprintf("payments of the %s of similar sums that ends here", path.words), own, false},
			Feature{path.name + "_bans", Bans, fmt.Sprintf("how little chance explains the %s of similar sums that ends here", path.words), own, false},
		)
	}
	return fs
}

// word is a typology as part of a feature's name, words as part of a sentence.
func word(t spoor.Typology) string  { return strings.ReplaceAll(string(t), "-", "_") }
func words(t spoor.Typology) string { return strings.ReplaceAll(string(t), "-", " ") }

// Say writes a value of the feature for people.
func (f *Feature) Say(v float32) string {
	x := float64(v)
	switch {
	case math.IsNaN(x) && f.Unit == Hours:
		return "never"
	case math.IsNaN(x):
		return "unknown"
	}
	switch f.Name {
	case "channel":
		return spoor.Channel(x).String()
	case "weekday":
		return time.Weekday(x).String()
	case "currency":
		return spoor.Currency(x).String()
	}
	switch f.Unit {
	case Euro:
		return euro(x)
	case Hours:
		return spoor.Span(spoor.Instant(max(-1e9, min(x, 1e9)) * float64(spoor.Hour)))
	case Flag:
		if x > 0.5 {
			return "yes"
		}
		return "no"
	case Share:
		return fmt.Sprintf("%.0f %%", 100*x)
	case Times:
		return Round(x) + "×"
	case Chance:
		return Percent(x)
	case Bans:
		return fmt.Sprintf("%.1f bans", x)
	}
	return Round(x)
}

// Round writes a number with about three digits, never with an exponent.
func Round(x float64) string {
	switch a := math.Abs(x); {
	case a >= 100 || a == math.Trunc(a):
		return strconv.FormatFloat(x, 'f', 0, 64)
	case a >= 0.01:
		return fmt.Sprintf("%.3g", x)
	}
	return strconv.FormatFloat(x, 'f', 4, 64)
}

// Percent writes a probability. It never says that something is certain or
// impossible.
func Percent(p float64) string {
	switch {
	case p < 0.001:
		return "below 0.1 %"
	case p > 0.99:
		return "over 99 %"
	case p < 0.1:
		return fmt.Sprintf("%.1f %%", 100*p)
	}
	return fmt.Sprintf("%.0f %%", 100*p)
}

// euro writes a value in euro: "EUR 12 300".
func euro(v float64) string {
	m := spoor.Money{Amount: int64(math.Round(max(-9e14, min(v, 9e14)))) * 100, Currency: spoor.EUR}.Grouped()
	return "EUR " + strings.TrimSuffix(m, ".00 EUR")
}
