package score

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"spoor/graph"
	"spoor/score/feature"
)

// TestExplainAddsUp says that what the features weigh adds up to how far a
// payment's margin is from that of all: nothing is lost where what the risk at
// arrival weighs is shared out.
func TestExplainAddsUp(t *testing.T) {
	t.Parallel()
	m, err := Load(bytes.NewReader(builtIn))
	if err != nil {
		t.Fatal(err)
	}
	x := m.explainer()
	r := rand.New(rand.NewPCG(1, 2))
	phi := make([]float64, len(feature.Review))
	weighed := 0
	for range 60 {
		row := m.someRow(r)
		base := x.scorers[Review].Explain(row, phi)
		risk := phi[riskAtArrival]
		told := x.reasons(row, len(row))
		sum, margin := 0.0, x.scorers[Review].Margin(row)
		for _, v := range x.phi {
			sum += v
		}
		if math.Abs(sum-(margin-base)) > 1e-4 {
			t.Fatalf("reasons add up to %.4f, the margin is %.4f and on average %.4f; the risk at arrival weighs %.4f", sum, margin, base, risk)
		}
		if math.Abs(risk) > 0.1 {
			weighed++
		}
		for i, reason := range told {
			if reason.Weight < 0.1 || i > 0 && reason.Weight > told[i-1].Weight || reason.Value == "" || !strings.Contains(reason.Words, reason.Value) || !strings.Contains(reason.Words, reason.Usual) {
				t.Fatalf("reason %d is %+v after %+v", i, reason, told[max(0, i-1)])
			}
		}
		if few := x.reasons(row, 2); len(few) > 2 {
			t.Fatalf("%d reasons, want 2 at most", len(few))
		}
	}
	if weighed < 20 {
		t.Errorf("the risk at arrival weighs something in %d rows: too few to tell anything", weighed)
	}
}

// someRow makes a row of values about those that are usual, and some beyond.
func (m *Model) someRow(r *rand.Rand) []float32 {
	row := make([]float32, len(feature.Review))
	for i := range row {
		u := m.usual[i]
		switch r.IntN(8) {
		case 0:
			row[i] = unknown
		case 1:
			row[i] = 3*u.High + 1
		case 2:
			row[i] = u.Low
		case 3:
			row[i] = u.High
		default:
			row[i] = u.Middle
		}
	}
	row[riskAtArrival] = r.Float32()
	return row
}

// TestStem says that features that differ by their window alone are told as one.
func TestStem(t *testing.T) {
	for name, want := range map[string]string{"payer_out_count_1h": "payer_out_count", "payer_out_count_30d": "payer_out_count", "later_payer_in_times_8d": "later_payer_in_times",
		"value": "value", "in_cycle": "in_cycle", "_7d": ""} {
		if got := stem(name); got != want {
			t.Errorf("stem of %s is %s, want %s", name, got, want)
		}
	}
}

// TestChosen says that the share of payments that are kept is what it should be
// and always the same ones.
func TestChosen(t *testing.T) {
	for _, share := range []float64{0, 0.01, 0.5, 1} {
		n := 0
		for i := range uint64(100_000) {
			if chosen(i, share) {
				n++
			}
			if chosen(i, share) && !chosen(i, math.Min(1, 2*share)) {
				t.Fatalf("payment %d is kept of %v and not of twice as many", i, share)
			}
		}
		if got := float64(n) / 100_000; math.Abs(got-share) > 0.005 {
			t.Errorf("%v of all are kept, want %v", got, share)
		}
	}
}

// TestJudgeNoWorkers says that no workers are one, as they are for the detectors.
func TestJudgeNoWorkers(t *testing.T) {
	m, err := Load(bytes.NewReader(builtIn))
	if err != nil {
		t.Fatal(err)
	}
	if j, _ := m.Judge(graph.New(graph.Options{}), 0); len(j.arrived) != 1 || len(j.reviewer) != 1 {
		t.Errorf("there are scorers for %d and %d workers, want 1", len(j.arrived), len(j.reviewer))
	}
}

func TestOdds(t *testing.T) {
	for weight, want := range map[float64]string{0: "1", math.Log(7.84): "7.8", math.Log(966): "970", 14: "over a million", math.Inf(1): "over a million", 1e300: "over a million"} {
		if got := odds(weight); got != want {
			t.Errorf("odds(%v) is %q, want %q", weight, got, want)
		}
	}
}
