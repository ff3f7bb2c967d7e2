package detect_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/detect"
	"spoor/graph"
)

// diary keeps in words what was seen of each payment.
type diary struct {
	t    testing.TB
	seen []string // by ref, which counts from 0 here
	open int      // added and not yet seen
}

func (d *diary) Added(ref graph.Ref, _ *spoor.Payment) {
	if int(ref) != len(d.seen) {
		d.t.Errorf("payment %d is added as %d", len(d.seen), ref)
	}
	d.seen = append(d.seen, "")
	d.open++
}

func (d *diary) Seen(_ int, sights []detect.Sight) {
	for _, s := range sights {
		text := fmt.Sprintf("%v %v %v", s.Chain, s.Cycle, s.Abroad)
		for _, n := range s.Signals {
			text += fmt.Sprintf(" %s %v", n.Typology, n.Refs)
		}
		d.seen[s.Ref] = text
	}
}

func (d *diary) Coming(spoor.Instant) {}

func (d *diary) Examined([]spoor.Alert) {
	for ; d.open > 0; d.open-- {
		if d.seen[len(d.seen)-d.open] == "" {
			d.t.Errorf("payment %d was examined and not seen", len(d.seen)-d.open)
		}
	}
}

// TestSightEndsAtThePayment cuts payments after some: what is seen of those
// that are left must be what is seen of them with all that follow.
func TestSightEndsAtThePayment(t *testing.T) {
	t.Parallel()
	all := slices.Clone(troubled.all(t))
	for i := range all { // to the hour, so that very many fall in the same second
		all[i].Time -= all[i].Time % spoor.Hour
	}
	look := func(t testing.TB, payments []spoor.Payment) []string {
		s := usual()
		s.window = 8 * spoor.Day // so that payments leave it on the way
		d := &diary{t: t}
		s.watcher = d
		s.run(t, payments)
		return d.seen
	}
	want := look(t, all)
	signals := 0
	for _, s := range want {
		signals += one(len(s) > len("{0 0} {0 0} {0 0}"))
	}
	if signals < 500 {
		t.Fatalf("%d payments with something to see: too few to tell anything", signals)
	}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, len(all)).Draw(rt, "payments")
		for i, got := range look(t, all[:n]) {
			if got != want[i] {
				rt.Fatalf("payment %d (%v), cut after %d:\n%s\nbut with what follows:\n%s", i, all[i], n, got, want[i])
			}
		}
	})
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
