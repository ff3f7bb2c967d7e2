package score_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"spoor"
	"spoor/detect"
	"spoor/graph"
	"spoor/measure"
	"spoor/score"
	"spoor/score/extract"
)

// TestJudgeScoresAsTrained says that a payment gets from a judge the margins by
// which its model was measured. In a review that holds from extract.Delay after
// the training part on: before, it sees risks of payments that the model learned
// from, which in training were given by another model.
func TestJudgeScoresAsTrained(t *testing.T) {
	t.Parallel()
	trial, all := large.trial(t), large.all(t)
	got := judge(t, trial.Model, all, 2).Margins(trial.Valid)
	compared := 0
	for i := range got[score.Review] {
		if want := trial.Margins[score.Arrival][i]; math.Abs(float64(got[score.Arrival][i]-want)) > 1e-3*math.Max(1, math.Abs(float64(want))) {
			t.Fatalf("payment %d arrives with the margin %v, in training with %v", trial.Valid+i, got[score.Arrival][i], want)
		}
		if trial.Times[trial.Valid+i] <= trial.Times[trial.Valid]+extract.Delay {
			continue
		}
		compared++
		if got[score.Review][i] != trial.Margins[score.Review][i] {
			t.Fatalf("payment %d is reviewed with the margin %v, in training with %v", trial.Valid+i, got[score.Review][i], trial.Margins[score.Review][i])
		}
	}
	if compared < 1000 {
		t.Errorf("%d reviews were compared: too few to tell anything", compared)
	}
}

// TestJudgeWorkers says that the number of workers changes nothing.
func TestJudgeWorkers(t *testing.T) {
	t.Parallel()
	m, all := quick.trial(t).Model, quick.all(t)
	want := judge(t, m, all, 1)
	for _, workers := range []int{2, 5} {
		got := judge(t, m, all, workers)
		for look, margins := range want.Margins(0) {
			if !slices.Equal(margins, got.Margins(0)[look]) {
				t.Errorf("%d workers give other margins at look %d", workers, look)
			}
		}
		if !slices.EqualFunc(want.alerts, got.alerts, func(a, b spoor.Alert) bool {
			return a.ID == b.ID && a.Score == b.Score && slices.Equal(a.Reasons, b.Reasons)
		}) {
			t.Errorf("%d workers give other alerts", workers)
		}
	}
}

// TestScores says that a score is that of the margin, and the same wherever a
// payment is shown: at the threshold, the last digit decides.
func TestScores(t *testing.T) {
	t.Parallel()
	m, all := quick.trial(t).Model, quick.all(t)
	j := judge(t, m, all, 2)
	scores, margins := j.Scores(), j.Margins(0)[score.Review]
	if len(scores) != len(all) || len(margins) != len(all) {
		t.Fatalf("%d scores and %d margins of %d payments", len(scores), len(margins), len(all))
	}
	for i, s := range scores {
		if want := m.Score(score.Review, float64(margins[i])); s != float32(want) {
			t.Fatalf("payment %d scores %v, want %v", i, s, want)
		}
	}
	suspects := j.Suspects()
	if len(suspects) < 50 {
		t.Errorf("%d suspects: too few to tell anything", len(suspects))
	}
	for _, s := range suspects {
		if want := m.Score(score.Review, float64(margins[s.Place])); s.Score != want {
			t.Fatalf("payment %d scores %v as a suspect and %v as a payment", s.Place, s.Score, want)
		}
	}
}

var number = regexp.MustCompile(`\d`)

// TestAlerts looks at all that a judge makes of alerts.
func TestAlerts(t *testing.T) {
	t.Parallel()
	trial, all := large.trial(t), large.all(t)
	m := trial.Model
	j := judge(t, m, all, 2)
	margins := j.Margins(0)[score.Review]
	if len(j.found) < 20 || len(j.alerts) <= len(j.found) {
		t.Fatalf("%d alerts of detectors, %d in all: too few to tell anything", len(j.found), len(j.alerts))
	}
	covered, explained := map[uint32]bool{}, 0
	for i := range j.found {
		want, got := &j.found[i], &j.alerts[i]
		if want.ID != got.ID || !slices.Equal(want.Payments, got.Payments) || !slices.Equal(want.Places, got.Places) || !slices.Equal(want.Accounts, got.Accounts) {
			t.Errorf("alert %s became %s with payments %v, had %v", want.ID, got.ID, got.Payments, want.Payments)
		}
		said := 0
		for n, r := range want.Reasons {
			if n < len(got.Reasons) && strings.HasSuffix(got.Reasons[n], r) { // it may say that this is the detector's score
				said++
			}
		}
		if said < len(want.Reasons) || len(got.Reasons) <= said {
			t.Errorf("%s: what the detector said is not kept: %q", got.ID, got.Reasons)
		}
		sum := 0.0
		for _, p := range got.Places {
			covered[p] = true
			sum += m.Score(score.Review, float64(margins[p]))
		}
		if mean := sum / float64(len(got.Places)); math.Abs(got.Score-min(99, mean)) > 0.051 {
			t.Errorf("%s scores %v, its payments %v on average", got.ID, got.Score, mean)
		}
	}
	in, ids := map[uint32]bool{}, map[string]bool{}
	for i := range j.alerts {
		a := &j.alerts[i]
		if !(a.Risk >= 0 && a.Risk <= 1) || !(a.Score >= 0 && a.Score <= 100) || a.Versions["model"] != m.Version() || a.Versions["rules"] == "" {
			t.Errorf("%s: risk %v, score %v, versions %v", a.ID, a.Risk, a.Score, a.Versions)
		}
		said := strings.Join(a.Reasons, "\n")
		if strings.Contains(said, "NaN") || strings.Contains(said, "Inf") || strings.Contains(said, "%!") || !strings.Contains(said, "learned risk") {
			t.Errorf("%s: reasons are %q", a.ID, a.Reasons)
		}
		explained += reasons(t, a)
		if a.Typology != score.Learned {
			continue
		}
		if i < len(j.found) || ids[a.ID] {
			t.Errorf("%s is there twice, or in the place of a detector's", a.ID)
		}
		ids[a.ID] = true
		learnedAlert(t, a, all)
		for _, p := range a.Places {
			if margin := float64(margins[p]); margin < m.Threshold(score.Review) || covered[p] || in[p] {
				t.Errorf("%s: payment %d has the margin %v, and is in a detector's alert: %t, in another: %t", a.ID, p, margin, covered[p], in[p])
			}
			in[p] = true
		}
	}
	for p, margin := range margins {
		if float64(margin) >= m.Threshold(score.Review) && !covered[uint32(p)] && !in[uint32(p)] {
			t.Errorf("payment %d has the margin %v, the threshold is %v, and it is in no alert", p, margin, m.Threshold(score.Review))
		}
	}
	if explained < 50 {
		t.Errorf("%d reasons in all: too few to tell anything", explained)
	}
}

// reasons counts those of features, and looks at how each is said.
func reasons(t *testing.T, a *spoor.Alert) (n int) {
	t.Helper()
	for _, r := range a.Reasons {
		words, ok := strings.CutPrefix(r, "· ")
		if !ok {
			continue
		}
		n++
		meaning, rest, ok := strings.Cut(words, ": ")
		value, weight, weighed := strings.Cut(rest, "; odds × ")
		if !ok || !weighed || meaning == "" || value == "" || !number.MatchString(weight) {
			t.Errorf("%s: %q does not say value and weight", a.ID, r)
		}
		if !strings.Contains(value, "(usually ") && !strings.HasPrefix(meaning, "the payment format") && !strings.Contains(meaning, "kind of payment") && !strings.HasPrefix(meaning, "the currency") {
			t.Errorf("%s: %q does not say what is usual", a.ID, r)
		}
	}
	return n
}

// learnedAlert checks an alert of the model alone against its payments.
func learnedAlert(t *testing.T, a *spoor.Alert, all []spoor.Payment) {
	t.Helper()
	if len(a.Places) == 0 || len(a.Places) != len(a.Payments) || len(a.Accounts) == 0 || a.Score < 50 || a.Amount <= 0 {
		t.Errorf("%s: %d places, %d payments, %d accounts, score %v, amount %d", a.ID, len(a.Places), len(a.Payments), len(a.Accounts), a.Score, a.Amount)
		return
	}
	if !slices.IsSorted(a.Places) || all[a.Places[0]].Time != a.First || all[a.Places[len(a.Places)-1]].Time != a.Last {
		t.Errorf("%s is from %s to %s, its payments %v", a.ID, a.First, a.Last, a.Places)
	}
	for i, p := range a.Places {
		for _, end := range []string{all[p].From.String(), all[p].To.String()} {
			if end != "outside" && !slices.Contains(a.Accounts, end) {
				t.Errorf("%s: %s of payment %s is missing", a.ID, end, a.Payments[i])
			}
		}
		if i > 0 && all[p].Time-all[a.Places[i-1]].Time > extract.Delay && len(a.Places) == 2 {
			t.Errorf("%s: its two payments are %s apart", a.ID, spoor.Span(all[p].Time-all[a.Places[0]].Time))
		}
	}
}

// TestQuietTime says that a quiet time in which all payments leave the window
// is survived, and that they are reviewed all the same.
func TestQuietTime(t *testing.T) {
	t.Parallel()
	m, all := quick.trial(t).Model, quick.all(t)
	middle := all[len(all)/2].Time
	gap := slices.Clone(all)
	before := 0
	for i := range gap {
		if gap[i].Time > middle {
			gap[i].Time += 100 * spoor.Day
		} else {
			before++
		}
	}
	want, got := judge(t, m, gap[:before], 2).Margins(0)[score.Review], judge(t, m, gap, 2).Margins(0)[score.Review]
	if !slices.Equal(want, got[:before]) {
		t.Error("payments before a quiet time are reviewed otherwise when others follow")
	}
}

// TestDrift says that the payments that a model learned from have not moved, and
// that those of other amounts have.
func TestDrift(t *testing.T) {
	t.Parallel()
	trial, all := large.trial(t), large.all(t)
	shifted := func(d *score.Drift) (n int) {
		for i, f := range d.Features {
			if f.Shift == measure.Shifted {
				n++
			}
			if i > 0 && f.PSI > d.Features[i-1].PSI {
				t.Errorf("feature %d has moved further than the one before it", i)
			}
		}
		return n
	}
	same := judge(t, trial.Model, all[:trial.Valid], 2).Drift()
	if n := shifted(same); n > len(same.Features)/20 {
		t.Errorf("%d of %d features of the training payments have shifted: %v", n, len(same.Features), same.Features[:n])
	}
	if same.Model != trial.Model.Version() || !(same.AlertRateExpected > 0) || same.AlertRate < same.AlertRateExpected/4 || same.AlertRate > same.AlertRateExpected*4 {
		t.Errorf("of the training payments %+v", same)
	}
	dear := slices.Clone(all)
	for i := range dear {
		dear[i].Paid.Amount *= 20
		dear[i].Received.Amount *= 20
	}
	other := judge(t, trial.Model, dear, 2).Drift()
	if n := shifted(other); n < 5 || !slices.ContainsFunc(other.Features[:n], func(f score.FeatureDrift) bool { return f.Name == "value" }) {
		t.Errorf("with 20 times the amounts %d features have shifted, and the value?", n)
	}
	for _, f := range other.Features {
		if f.Name == "weekday" && f.Shift == measure.Shifted {
			t.Errorf("with 20 times the amounts the weekday has shifted by %v", f.PSI)
		}
	}
	if none := judge(t, trial.Model, nil, 2).Drift(); shifted(none) > 0 || none.AlertRate != 0 {
		t.Errorf("of no payments %d features have shifted, and %v of them alert", shifted(none), none.AlertRate)
	}
}

// TestJudgeBlank judges payments of which next to nothing is known.
func TestJudgeBlank(t *testing.T) {
	t.Parallel()
	m := quick.trial(t).Model
	g := graph.New(graph.Options{})
	d := detect.New(g, detect.DefaultParameters(), 1)
	j, o := m.Judge(g, 1)
	x := extract.New(g, d, o)
	for i := range 100 {
		p := spoor.Payment{Record: uint64(i + 1), Time: spoor.Instant(i) * spoor.Hour}
		if i%3 > 0 {
			p.From.Number = "A"
		}
		if i%5 > 0 {
			p.To.Number = "B"
		}
		if err := d.Add(&p); err != nil {
			t.Fatal(err)
		}
	}
	found := d.Close()
	x.Close()
	j.Alerts(found)
	for i, s := range j.Scores() {
		if !(s >= 0 && s <= 100) {
			t.Errorf("payment %d scores %v", i, s)
		}
	}
}
