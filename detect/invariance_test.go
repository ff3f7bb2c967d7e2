package detect_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"spoor"
	"spoor/detect"
	"spoor/graph"
)

// troubled is an economy with schemes of all typologies and their look-alikes.
var troubled = economy{payments: 20_000, days: 30, seed: 3, illicit: 0.02}

// TestWorkers gives the same payments to one worker, two and seven.
func TestWorkers(t *testing.T) {
	t.Parallel()
	s := usual()
	s.workers = 1
	want, stats := s.run(t, troubled.all(t))
	if len(want) < 20 {
		t.Fatalf("%d alerts: too few to tell anything", len(want))
	}
	for _, workers := range []int{2, 7} {
		s.workers = workers
		got, st := s.run(t, troubled.all(t))
		if diff := alertsDiff(want, got); diff != "" {
			t.Errorf("alerts of 1 worker (-) and of %d (+):\n%s", workers, diff)
		}
		if st != stats {
			t.Errorf("%d workers count %+v, one counts %+v", workers, st, stats)
		}
	}
}

// TestAgain runs the same twice: no order of a map may show.
func TestAgain(t *testing.T) {
	t.Parallel()
	want, _ := usual().run(t, troubled.all(t))
	got, _ := usual().run(t, troubled.all(t))
	if diff := alertsDiff(want, got); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
}

// TestBatches gives the same payments one by one, in hundreds and in thousands.
func TestBatches(t *testing.T) {
	pending(t, "the size of a batch changes alerts: TestBatchCauses has small cases of each cause")
	t.Parallel()
	s := usual()
	want, stats := s.run(t, troubled.all(t))
	for _, batch := range []int{1, 100} {
		s.batch = batch
		got, st := s.run(t, troubled.all(t))
		if diff := alertsDiff(want, got); diff != "" {
			t.Errorf("alerts of batches of 4096 (-) and of %d (+):\n%s", batch, diff)
		}
		if st != stats {
			t.Errorf("batches of %d count %+v, of 4096 %+v", batch, st, stats)
		}
	}
}

// TestBatchCauses has for each way in which the size of a batch comes through
// one small case: given one by one, and all at once.
func TestBatchCauses(t *testing.T) {
	pending(t, "the size of a batch changes alerts")
	for _, c := range []struct{ cause, payments string }{
		// normal.days is measured when a batch begins, and Degree counts the
		// whole batch, so normal.unusual lets the deposits through at once only.
		// Fans, gather-scatters and structuring ask it.
		{"unusual", `
			2022-09-01 09:00 A -> D 100.00 EUR
			2022-09-10 09:00 counter -> D 9600.00 EUR cash
			2022-09-11 09:00 counter -> D 9500.00 EUR cash
			2022-09-12 09:00 counter -> D 9700.00 EUR cash
			2022-09-25 09:00 X -> Y 100.00 EUR`},
		// normal.hop counts an account's payments up to the newest, those later
		// in the batch, too: what is a hop for chains, cycles, U-turns, round
		// trips and pass-throughs depends on the future.
		{"hop", `
			2022-09-01 09:00 X -> Y 10.00 EUR
			2022-09-12 09:00 A -> M 7000.00 EUR
			2022-09-12 15:00 M -> B 4600.00 EUR
			2022-09-14 08:00 X1 -> M 20.00 EUR every 1 days 10 times
			2022-09-14 08:30 M -> X2 15.00 EUR every 1 days 10 times
			2022-09-14 09:00 X1 -> M 30.00 EUR every 1 days 10 times
			2022-09-14 09:30 M -> X2 45.00 EUR every 1 days 10 times
			2022-09-14 10:00 X1 -> M 40.00 EUR every 1 days 10 times
			2022-09-14 10:30 M -> X2 75.00 EUR every 1 days 10 times
			2022-09-14 11:00 X1 -> M 50.00 EUR every 1 days 10 times
			2022-09-14 11:30 M -> X2 105.00 EUR every 1 days 10 times
			2022-09-14 12:00 X1 -> M 60.00 EUR every 1 days 10 times
			2022-09-14 12:30 M -> X2 135.00 EUR every 1 days 10 times
			2022-09-14 13:00 X1 -> M 70.00 EUR every 1 days 10 times
			2022-09-14 13:30 M -> X2 165.00 EUR every 1 days 10 times
			2022-09-14 14:00 X1 -> M 80.00 EUR every 1 days 10 times
			2022-09-14 14:30 M -> X2 195.00 EUR every 1 days 10 times
			2022-09-14 15:00 X1 -> M 90.00 EUR every 1 days 10 times
			2022-09-14 15:30 M -> X2 225.00 EUR every 1 days 10 times
			2022-09-24 09:00 X -> Y 10.00 EUR`},
		// Awakening gives the last of the batch, not that before the payment.
		{"awakening", `
			2022-09-01 09:00 X -> Y 10.00 EUR
			2022-09-01 10:10 A1 -> D1 15.00 EUR
			2022-09-17 08:25 V1 -> D1 11400.00 EUR
			2022-09-17 11:50 D1 -> counter 1900.00 EUR cash
			2022-09-17 12:20 D1 -> counter 2000.00 EUR cash
			2022-09-17 18:33 D1 -> counter 1950.00 EUR cash
			2022-09-28 18:31 D1 -> W1 1500.00 EUR`},
		// takings and banked read the graph without leaving out payments of the
		// same second that came after the one in scope.
		{"same second", `
			2022-09-01 10:10 X -> Y 15.00 EUR
			2022-09-05 10:00 counter -> R 4000.00 EUR cash DE DE
			2022-09-06 10:00 counter -> R 4100.00 EUR cash
			2022-09-07 10:00 R -> F 12400.00 EUR wire DE HK
			2022-09-07 10:00 counter -> R 4200.00 EUR cash
			2022-09-08 10:00 counter -> S 4000.00 EUR cash DE DE
			2022-09-09 10:00 counter -> S 4100.00 EUR cash
			2022-09-10 10:00 S -> F 12400.00 EUR wire DE HK
			2022-09-10 10:00 counter -> S 4200.00 EUR cash
			2022-09-20 09:00 X -> Y 100.00 EUR`},
		// sweep looks at the clock when a batch ends: what has settled by then is
		// assessed with what the graph holds by then. This touches all detectors.
		{"assess", `
			2022-09-01 09:00 X -> Y 100.00 EUR
			2022-09-02 09:00 A1 -> K 3100.00 EUR
			2022-09-02 15:00 A2 -> K 7900.00 EUR
			2022-09-03 09:00 A3 -> K 1400.00 EUR
			2022-09-03 15:00 A4 -> K 5200.00 EUR
			2022-09-04 09:00 A5 -> K 9300.00 EUR
			2022-09-05 09:00 X -> Y 100.00 EUR every 1 days 25 times`},
	} {
		t.Run(c.cause, func(t *testing.T) {
			text := "---\nnear miss: as one batch\n" + c.payments + "\nexpect no alert touching X"
			scs, err := parseScenarios(c.cause, spoor.FanIn, strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			params, err := member("[alert]\nleast = -3\nsettle = 7 # so that nothing but the last case is assessed before the end\n")
			if err != nil {
				t.Fatal(err)
			}
			s := usual()
			s.params = params
			want, _ := s.run(t, scs[0].payments)
			s.batch = 1
			got, _ := s.run(t, scs[0].payments)
			if diff := alertsDiff(want, got); diff != "" {
				t.Errorf("all at once (-) and one by one (+):\n%s", diff)
			}
		})
	}
}

// alertsDiff compares alerts, and lists what is in one run only.
func alertsDiff(want, got []spoor.Alert) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	text := func(alerts []spoor.Alert) string {
		lines := make([]string, len(alerts))
		for i := range alerts {
			lines[i] = fmt.Sprintf("%s %v %v %v", brief(&alerts[i]), alerts[i].Typologies, alerts[i].Reasons, alerts[i].Versions)
		}
		return strings.Join(lines, "\n")
	}
	return fmt.Sprintf("%d and %d alerts\n%s", len(want), len(got), lineDiff(text(want), text(got)))
}

// TestLabels turns all labels round: ground truth is no input to a detector.
func TestLabels(t *testing.T) {
	t.Parallel()
	all := troubled.all(t)
	want, _ := usual().run(t, all)
	turned := slices.Clone(all)
	for i := range turned {
		turned[i].Label = map[spoor.Label]spoor.Label{spoor.Licit: spoor.Illicit, spoor.Illicit: spoor.Licit}[turned[i].Label]
	}
	got, _ := usual().run(t, turned)
	if diff := alertsDiff(want, got); diff != "" {
		t.Errorf("labels change alerts:\n%s", diff)
	}
}

// TestNames gives the accounts each other's names: no bank, number or order of
// names may weigh.
func TestNames(t *testing.T) {
	t.Parallel()
	all := troubled.all(t)
	var ids []spoor.AccountID
	seen := map[spoor.AccountID]bool{{}: true}
	for i := range all {
		for _, a := range []spoor.AccountID{all[i].From, all[i].To} {
			if !seen[a] {
				seen[a] = true
				ids = append(ids, a)
			}
		}
	}
	other := map[spoor.AccountID]spoor.AccountID{{}: {}}
	name := map[string]string{}
	for i, j := range rand.New(rand.NewPCG(5, 5)).Perm(len(ids)) {
		other[ids[i]] = ids[j]
		name[ids[i].String()] = ids[j].String()
	}
	renamed := slices.Clone(all)
	for i := range renamed {
		renamed[i].From, renamed[i].To = other[renamed[i].From], other[renamed[i].To]
	}
	want, _ := usual().run(t, all)
	for i := range want {
		for j, a := range want[i].Accounts {
			want[i].Accounts[j] = name[a]
		}
		for j, r := range want[i].Reasons {
			want[i].Reasons[j] = renameWords(r, name)
		}
	}
	got, _ := usual().run(t, renamed)
	if diff := alertsDiff(want, got); diff != "" {
		t.Errorf("names change alerts:\n%s", diff)
	}
}

// renameWords puts new names for accounts into a sentence.
func renameWords(s string, name map[string]string) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		bare := strings.TrimRight(w, ",;:")
		if n, ok := name[bare]; ok {
			words[i] = n + w[len(bare):]
		}
	}
	return strings.Join(words, " ")
}

// TestEvidence checks that each alert can be traced back to payments.
func TestEvidence(t *testing.T) {
	t.Parallel()
	all := troubled.all(t)
	byID := map[string]*spoor.Payment{}
	for i := range all {
		byID[paymentID(&all[i])] = &all[i]
	}
	alerts, stats := usual().run(t, all)
	if stats.Payments != uint64(len(all)) || stats.Signals < uint64(len(alerts)) {
		t.Errorf("stats are %+v for %d payments and %d alerts", stats, len(all), len(alerts))
	}
	for i := range alerts {
		a := &alerts[i]
		for _, fault := range evidenceFaults(a, byID) {
			t.Errorf("%s\n  %s", fault, brief(a))
		}
		if i > 0 && alerts[i-1].Score < a.Score {
			t.Errorf("alert %d scores %v, the one before it %v", i+1, a.Score, alerts[i-1].Score)
		}
	}
}

func paymentID(p *spoor.Payment) string {
	if p.ID != "" {
		return p.ID
	}
	return fmt.Sprint(p.Record)
}

// evidenceFaults says what is wrong with an alert.
func evidenceFaults(a *spoor.Alert, byID map[string]*spoor.Payment) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	ends, last := map[string]bool{}, spoor.Instant(0)
	total := 0.0
	for _, id := range a.Payments {
		p := byID[id]
		if p == nil {
			fault("payment %s does not exist", id)
			continue
		}
		if p.Time < last {
			fault("payment %s is out of order", id)
		}
		last = p.Time
		total += float64(p.Paid.Amount)
		for _, end := range []spoor.AccountID{p.From, p.To} {
			if end != (spoor.AccountID{}) {
				ends[end.String()] = true
			}
			if end != (spoor.AccountID{}) && !slices.Contains(a.Accounts, end.String()) {
				fault("account %s of payment %s is missing", end, id)
			}
		}
	}
	if len(a.Payments) == 0 || len(a.Accounts) == 0 {
		fault("no payments or no accounts")
		return faults
	}
	if !slices.Equal(slices.Compact(slices.Sorted(slices.Values(a.Payments))), slices.Sorted(slices.Values(a.Payments))) {
		fault("a payment is named twice")
	}
	for _, acc := range a.Accounts {
		if !ends[acc] {
			fault("account %s is in none of the payments", acc)
		}
	}
	if first := byID[a.Payments[0]]; first != nil && (first.Time != a.First || last != a.Last) {
		fault("first and last are %s and %s, of the payments %s and %s", a.First, a.Last, first.Time, last)
	}
	if a.Amount <= 0 {
		fault("amount is %d", a.Amount)
	}
	if len(a.Typologies) == 0 || a.Typologies[0] != a.Typology || !slices.Contains(spoor.Typologies(), a.Typology) {
		fault("typology %s, typologies %v", a.Typology, a.Typologies)
	}
	if !(a.Score >= 0 && a.Score <= 100) {
		fault("score is %v", a.Score)
	}
	if len(a.Reasons) < 2 || slices.ContainsFunc(a.Reasons, func(r string) bool {
		return strings.TrimSpace(r) == "" || strings.Contains(r, "NaN") || strings.Contains(r, "Inf") || strings.Contains(r, "%!")
	}) {
		fault("reasons are %q", a.Reasons)
	}
	if a.Versions["rules"] != detect.Rules || a.Versions["parameters"] == "" {
		fault("versions are %v", a.Versions)
	}
	return faults
}

// TestIDs says that no two alerts share an id.
func TestIDs(t *testing.T) {
	pending(t, "an id is made of typology, day and first payment, which scatter-gathers of one source to several sinks share")
	alerts, _ := usual().run(t, troubled.all(t))
	other := map[string]*spoor.Alert{}
	for i := range alerts {
		if o := other[alerts[i].ID]; o != nil {
			t.Errorf("two alerts have the id %s:\n  %s\n  %s", o.ID, brief(o), brief(&alerts[i]))
		}
		other[alerts[i].ID] = &alerts[i]
	}
}

// TestRipe says that alerts given on the way and those at the end are together
// what is there, each once, and that nothing becomes an alert before its time.
func TestRipe(t *testing.T) {
	t.Parallel()
	early, seen := 0, map[string]bool{}
	s := usual()
	s.batch = 500
	var newest spoor.Instant
	s.each = func(g *graph.Graph, d *detect.Detector) {
		if again := d.Ripe(); len(again) > 0 {
			t.Errorf("Ripe gives %d alerts a second time", len(again))
		}
		newest = g.Newest()
	}
	alerts, _ := s.run(t, troubled.all(t))
	for i := range alerts {
		if seen[brief(&alerts[i])] {
			t.Errorf("given twice: %s", brief(&alerts[i]))
		}
		seen[brief(&alerts[i])] = true
		if alerts[i].Last < newest-10*spoor.Day {
			early++
		}
	}
	if early == 0 {
		t.Error("no alert is older than ten days: too short a run to tell anything")
	}
}

// TestEmpty says that no payments make no alerts and no fuss.
func TestEmpty(t *testing.T) {
	alerts, stats := usual().run(t, nil)
	if len(alerts) != 0 || stats != (detect.Stats{}) {
		t.Errorf("%d alerts and %+v of nothing", len(alerts), stats)
	}
	d := detect.New(graph.New(graph.Options{}), detect.DefaultParameters())
	d.Examine(nil, 0)
	if len(d.Ripe())+len(d.Close())+len(d.Close()) != 0 {
		t.Error("alerts of nothing")
	}
}
