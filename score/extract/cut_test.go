package extract_test

import (
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/detect"
	"spoor/graph"
	"spoor/score/extract"
	"spoor/score/feature"
)

var small = economy{payments: 4_000, days: 40, seed: 5}

// TestArrivalEndsAtThePayment cuts payments after some: the rows of those that
// are left must be those that they have with all that follows.
func TestArrivalEndsAtThePayment(t *testing.T) {
	t.Parallel()
	// In the shorter one, payments leave while those of their batch are looked at.
	for name, window := range map[string]spoor.Instant{"window of eight days": 8 * spoor.Day, "window of two days": 2 * spoor.Day} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkArrivals(t, rough(small.all(t)), window)
		})
	}
}

func checkArrivals(t *testing.T, all []spoor.Payment, window spoor.Instant) {
	s := usual()
	s.window, s.arrival = window, true
	want := s.run(t, all)
	told(t, want.arrival, feature.Arrival, 100)
	if want.batches < 50 {
		t.Fatalf("%d batches: too few to tell anything", want.batches)
	}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, len(all)).Draw(rt, "payments")
		for i, got := range s.run(t, all[:n]).arrival {
			if diff := differ(feature.Arrival, want.arrival[i], got); diff != nil {
				rt.Fatalf("payment %d (%v), with what follows and cut after %d: %v", i, all[i], n, diff)
			}
		}
	})
}

// TestReviewEndsAfterTheDelay cuts payments after some: the rows of those that
// were made extract.Delay before what is cut off must not change.
func TestReviewEndsAfterTheDelay(t *testing.T) {
	t.Parallel()
	for name, all := range map[string][]spoor.Payment{
		"rough": rough(small.all(t)),
		// Payments are looked at when the next one comes. That may be days
		// later, and much may have left the window with it.
		"three quiet days":  quiet(rough(small.all(t)), 3*spoor.Day),
		"twenty quiet days": quiet(rough(small.all(t)), 20*spoor.Day),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkReviews(t, all)
		})
	}
}

func checkReviews(t *testing.T, all []spoor.Payment) {
	s := usual()
	want := s.run(t, all)
	told(t, want.review, feature.Review, 150)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.OneOf(rapid.IntRange(len(all)/4, len(all)-1), rapid.Just(longest(all))).Draw(rt, "payments")
		got := s.run(t, all[:n])
		for i := range got.review {
			if all[i].Time+extract.Delay >= all[n].Time {
				break
			}
			if diff := differ(feature.Review, want.review[i], got.review[i]); diff != nil {
				rt.Fatalf("payment %d (%v), with what follows and cut before %s: %v", i, all[i], all[n].Time, diff)
			}
		}
	})
}

// longest finds the payment after the longest quiet time.
func longest(all []spoor.Payment) (at int) {
	at = 1
	for i := range all[1:] {
		if all[i+1].Time-all[i].Time > all[at].Time-all[at-1].Time {
			at = i + 1
		}
	}
	return at
}

// quiet puts a quiet time into the middle of payments.
func quiet(all []spoor.Payment, span spoor.Instant) (out []spoor.Payment) {
	middle := all[0].Time + 20*spoor.Day
	for _, p := range all {
		if p.Time >= middle {
			p.Time += span
		}
		out = append(out, p)
	}
	return out
}

// told fails where rows hold too little to tell anything.
func told(t *testing.T, rows [][]float32, fs []feature.Feature, least int) {
	t.Helper()
	varied := 0
	for j := range fs {
		for _, r := range rows {
			if r[j] != rows[0][j] && r[j] == r[j] {
				varied++
				break
			}
		}
	}
	if varied < least {
		t.Fatalf("%d of %d features vary: too few to tell anything", varied, len(fs))
	}
}

// TestRefused says that payments which the graph refuses leave no trace: the
// others have the rows that they have without them.
func TestRefused(t *testing.T) {
	t.Parallel()
	all := rough(small.all(t))[:3000]
	s := usual()
	want := s.run(t, all)
	refused := 0
	s.each = func(g *graph.Graph, d *detect.Detector, i int) {
		late, never, long := all[i], all[i], all[i]
		late.Time = g.Newest() - 1
		never.Time = -1
		long.From.Number = string(make([]byte, 300))
		for _, p := range []*spoor.Payment{&late, &never, &long} {
			if i%7 == 3 {
				if err := d.Add(p); err == nil {
					t.Errorf("payment %v was not refused", p)
				}
				refused++
			}
		}
	}
	same(t, "with payments that are refused in between", want, s.run(t, all))
	if refused < 1000 {
		t.Errorf("%d payments were refused: too few to tell anything", refused)
	}
}

// TestOneByOne examines each payment as soon as it is there, as a gate does:
// each has its rows, and they end at the payment, too.
func TestOneByOne(t *testing.T) {
	t.Parallel()
	all := rough(small.all(t))[:2000]
	s := usual()
	s.each = func(_ *graph.Graph, d *detect.Detector, _ int) { d.Flush() }
	want := s.run(t, all)
	if want.batches < len(all) {
		t.Fatalf("%d batches for %d payments", want.batches, len(all))
	}
	got := s.run(t, all[:1500])
	for i := range got.arrival {
		if diff := differ(feature.Arrival, want.arrival[i], got.arrival[i]); diff != nil {
			t.Fatalf("payment %d: %v", i, diff)
		}
	}
	if n := len(s.run(t, nil).arrival); n != 0 {
		t.Errorf("%d rows of nothing", n)
	}
}
