package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"spoor"
	"spoor/format/amlsim"
	"spoor/format/amlworld"
	"spoor/score"
)

// detected is what the alerts of the detectors are worth: no label is an input
// to them.
type detected struct {
	PRAUC         float64            `json:"pr_auc"` // by payment, each with the score of its best alert
	F1            float64            `json:"f1"`
	Threshold     float64            `json:"threshold"` // score from which on F1 is best
	Precision     float64            `json:"precision"` // at the threshold, by payment
	Recall        float64            `json:"recall"`    // at the threshold, by payment
	RecallAt1000  float64            `json:"recall_at_1000"`
	ByTypology    map[string]float64 `json:"by_typology"` // attempts found in an alert of a fitting typology
	Alerts        int                `json:"alerts"`
	TrueAlerts    int                `json:"true_alerts"`
	FalseForTrue  float64            `json:"false_for_each_true"`
	Attempts      map[string]tally   `json:"attempts"`
	PaymentRecall map[string]float64 `json:"payment_recall_by_typology"`
	illicit       int
	seen          int             // accounts
	accounts      []accountRecall // with --account-labels
}

// accountRecall is how many labelled accounts the first alerts hold.
type accountRecall struct {
	Alerts   int `json:"alerts"`
	Accounts int `json:"accounts"` // in these alerts
	Labelled int `json:"labelled"` // of them
	Of       int `json:"of"`       // labelled in all
}

// tally counts attempts of a typology: those large enough to have a shape,
// those found by a fitting alert, and those found by an alert of any kind.
type tally struct {
	All   int `json:"all"`
	Sized int `json:"sized"`
	Found int `json:"found"`
	Any   int `json:"any"`
}

// shapeSize is the least number of payments of an attempt that has a shape.
var shapeSize = map[spoor.Typology]int{
	spoor.FanIn: 4, spoor.FanOut: 4, spoor.Cycle: 3, spoor.GatherScatter: 5, spoor.ScatterGather: 4, spoor.Chain: 4,
}

// fits lists what alerts fit an attempt besides its own typology: shapes that
// contain it or that it contains whole.
var fits = map[spoor.Typology][]spoor.Typology{
	spoor.Cycle:               {spoor.RoundTripConversion, spoor.UTurn},
	spoor.RoundTripConversion: {spoor.Cycle},
	spoor.UTurn:               {spoor.Chain, spoor.Cycle, spoor.PassThrough},
	spoor.Chain:               {spoor.UTurn},
	spoor.Stack:               {spoor.Bipartite},
	spoor.PassThrough:         {spoor.Chain},
	spoor.Structuring:         {spoor.FrontBusiness},
	spoor.FrontBusiness:       {spoor.Structuring},
}

// accounts counts labelled accounts among those of the first alerts.
func accounts(labels map[string]bool, alerts []spoor.Alert) (out []accountRecall) {
	all := 0
	for _, bad := range labels {
		all += one(bad)
	}
	seen, hits := map[string]bool{}, 0
	for i, a := range alerts {
		for _, name := range a.Accounts {
			if !seen[name] {
				seen[name] = true
				hits += one(labels[name])
			}
		}
		if n := i + 1; n == 20 || n == 100 || n == 500 || n == len(alerts) {
			out = append(out, accountRecall{n, len(seen), hits, all})
		}
	}
	return out
}

// accountLabels reads which accounts are labelled, nil where no file is given.
func accountLabels(file string) (map[string]bool, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return amlsim.ReadAccountLabels(file, f)
}

// labelPayments takes the payments between two labelled accounts for laundering.
func labelPayments(src score.Source, labels map[string]bool) score.Source {
	if labels == nil {
		return src
	}
	return func(what string, take func(*spoor.Payment) error) error {
		return src(what, func(p *spoor.Payment) error {
			p.Label = spoor.Licit
			if labels[p.From.String()] && labels[p.To.String()] {
				p.Label = spoor.Illicit
			}
			return take(p)
		})
	}
}

// truth is what the source says of its payments.
type truth struct {
	accounts map[string]bool // that are labelled, with --account-labels
	illicit  map[string]bool // ids of payments
	attempts []attempt
}

// attempt is a labelled attempt by the ids of its payments.
type attempt struct {
	typology spoor.Typology
	ids      []string
}

// likeness identifies a payment of a patterns file among those of the data.
type likeness struct {
	time     spoor.Instant
	from, to spoor.AccountID
	paid     spoor.Money
}

// liken takes a payment to the minute, as a patterns file does.
func liken(p *spoor.Payment) likeness {
	return likeness{p.Time / spoor.Minute * spoor.Minute, p.From, p.To, p.Paid}
}

// readPatterns reads the patterns file, if one was given.
func readPatterns(name string) ([]spoor.Attempt, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return amlworld.ReadPatterns(name, f)
}

// locate names the payments of attempts by the ids of those like them.
func locate(file string, given []spoor.Attempt, ids map[likeness][]string) ([]attempt, error) {
	out := make([]attempt, 0, len(given))
	for _, a := range given {
		at := attempt{typology: a.Typology}
		for i := range a.Payments {
			p := &a.Payments[i]
			k := liken(p)
			if len(ids[k]) == 0 {
				return nil, &spoor.Problem{File: file, Field: a.Name, Reason: fmt.Sprintf("its payment of %s at %s from %s is not in the data", p.Paid, p.Time, p.From), Fatal: true}
			}
			at.ids = append(at.ids, ids[k][0])
			if len(ids[k]) > 1 {
				ids[k] = ids[k][1:]
			}
		}
		out = append(out, at)
	}
	return out, nil
}

// measure compares alerts with the truth.
func detectors(alerts []spoor.Alert, accounts int, t *truth) *detected {
	r := &detected{Alerts: len(alerts), ByTypology: map[string]float64{}, Attempts: map[string]tally{}, PaymentRecall: map[string]float64{},
		illicit: len(t.illicit), seen: accounts}
	score := map[string]float64{}
	in := map[string][]int{}
	for i, a := range alerts {
		laundering := 0
		for _, id := range a.Payments {
			score[id] = max(score[id], a.Score)
			in[id] = append(in[id], i)
			if t.illicit[id] {
				laundering++
			}
		}
		if 2*laundering >= len(a.Payments) {
			r.TrueAlerts++
		}
	}
	r.FalseForTrue = float64(r.Alerts-r.TrueAlerts) / float64(max(1, r.TrueAlerts))
	r.curve(score, t.illicit)
	r.count(alerts, in, t.attempts)
	return r
}

// curve walks down the scores: area under precision-recall, best F1.
func (r *detected) curve(score map[string]float64, illicit map[string]bool) {
	type scored struct {
		score float64
		bad   bool
	}
	var all []scored
	for id, s := range score {
		all = append(all, scored{s, illicit[id]})
	}
	slices.SortFunc(all, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	hits := 0.0
	for i := 0; i < len(all); {
		j, new := i, 0.0
		for ; j < len(all) && all[j].score == all[i].score; j++ {
			if all[j].bad {
				new++
			}
		}
		hits += new
		precision, recall := hits/float64(j), hits/max(1, float64(r.illicit))
		r.PRAUC += new / max(1, float64(r.illicit)) * precision
		if f1 := 2 * precision * recall / max(1e-9, precision+recall); f1 > r.F1 {
			r.F1, r.Threshold, r.Precision, r.Recall = f1, all[i].score, precision, recall
		}
		if i < 1000 {
			// Ties past the thousandth count by their share.
			r.RecallAt1000 += new * min(1, float64(1000-i)/float64(j-i)) / max(1, float64(r.illicit))
		}
		i = j
	}
}

// count says which attempts were found: at least half of their payments in one
// alert.
func (r *detected) count(alerts []spoor.Alert, in map[string][]int, attempts []attempt) {
	covered, all := map[spoor.Typology]int{}, map[spoor.Typology]int{}
	for _, a := range attempts {
		t := r.Attempts[string(a.typology)]
		t.All++
		per := map[int]int{}
		for _, id := range a.ids {
			all[a.typology]++
			if len(in[id]) > 0 {
				covered[a.typology]++
			}
			for _, i := range in[id] {
				per[i]++
			}
		}
		if len(a.ids) >= shapeSize[a.typology] {
			t.Sized++
			found, any := false, false
			for i, n := range per {
				if 2*n >= len(a.ids) {
					any = true
					found = found || alerts[i].Typology == a.typology || slices.Contains(fits[a.typology], alerts[i].Typology)
				}
			}
			t.Found += one(found)
			t.Any += one(any)
		}
		r.Attempts[string(a.typology)] = t
	}
	for name, t := range r.Attempts {
		r.ByTypology[name] = float64(t.Found) / float64(max(1, t.Sized))
	}
	for name, n := range all {
		r.PaymentRecall[string(name)] = float64(covered[name]) / float64(n)
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// show tells what the detectors' alerts are worth.
func (r *detected) show(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	if len(r.accounts) > 0 {
		fmt.Fprintln(t, "first alerts\taccounts in them\tlabelled\tof all labelled\tby chance\t")
		for _, a := range r.accounts {
			fmt.Fprintf(t, "%d\t%d\t%d (%.0f %%)\t%.0f %%\t%.1f %%\t\n", a.Alerts, a.Accounts, a.Labelled, 100*float64(a.Labelled)/float64(a.Accounts), 100*float64(a.Labelled)/float64(max(1, a.Of)), 100*float64(a.Of)/float64(r.seen))
		}
		t.Flush()
		return
	}
	if len(r.Attempts) > 0 {
		fmt.Fprintln(t, "attempts\tlarge enough\tfound\trecall\tfound by any alert\tpayments in some alert\t")
		for _, name := range slices.Sorted(maps.Keys(r.Attempts)) {
			a := r.Attempts[name]
			fmt.Fprintf(t, "%s %d\t%d\t%d\t%.0f %%\t%d\t%.0f %%\t\n", name, a.All, a.Sized, a.Found, 100*r.ByTypology[name], a.Any, 100*r.PaymentRecall[name])
		}
		t.Flush()
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "alerts: %d, true: %d, false for each true: %.2f (an alert is true when at least half of its payments are laundering)\n", r.Alerts, r.TrueAlerts, r.FalseForTrue)
	fmt.Fprintf(w, "by payment: PR-AUC %.3f, best F1 %.3f at score %.1f (precision %.3f, recall %.3f), recall in the first 1,000 %.3f\n", r.PRAUC, r.F1, r.Threshold, r.Precision, r.Recall, r.RecallAt1000)
}
