package screen

import (
	"math/rand/v2"
	"slices"
	"sort"
	"syscall"
	"testing"
	"time"

	"spoor"
	"spoor/screen/name"
)

func topScore(ix *Index, p *spoor.Party, least float64) float64 {
	h := ix.Search(p, least)
	if len(h) == 0 {
		return 0
	}
	return h[0].Score
}

// TestCandidates measures how many listed persons are found at thresholds that
// give 1 % and 0.1 % of false alarms on innocent names, and prints a table.
func TestCandidates(t *testing.T) {
	un, all := lists(t)
	t.Logf("UN: %d listings, %d names; all: %d listings, %d names", un.Len(), un.Names(), all.Len(), all.Names())
	for _, list := range []struct {
		what string
		ix   *Index
	}{{"UN", un}, {"all", all}} {
		for _, full := range []bool{false, true} {
			neg := queries(t, "negatives_global.csv", full)
			if !*long {
				neg = neg[:1500]
			}
			scores := make([]float64, len(neg))
			for i := range neg {
				scores[i] = topScore(list.ix, &neg[i], 0.6)
			}
			slices.Sort(scores)
			at := func(rate float64) float64 {
				k := len(scores) - 1 - int(rate*float64(len(scores)))
				return scores[k] + 1e-9
			}
			rate := func(threshold float64) float64 {
				k := sort.SearchFloat64s(scores, threshold)
				return float64(len(scores)-k) / float64(len(scores))
			}
			for _, file := range []string{"positives_un_untreated.csv", "positives_un_treated.csv"} {
				pos := queries(t, file, full)
				tops := make([]float64, len(pos))
				for i := range pos {
					tops[i] = topScore(list.ix, &pos[i], 0.6)
					if tops[i] < 0.7 && *long {
						t.Logf("not found: %s", pos[i].Names[0].Full)
					}
				}
				found := func(threshold float64) float64 {
					n := 0
					for _, s := range tops {
						if s >= threshold {
							n++
						}
					}
					return float64(n) / float64(len(pos))
				}
				if r := found(0.7); r < 0.97 {
					t.Errorf("%s: recall %.4f at .70", file, r)
				}
				t.Logf("%-4s %-27s dob+country %-5v  at .70: recall %.4f, false alarms %.3f %%, at .85: %.3f %%;  at 1 %%: recall %.4f (from %.3f);  at 0.1 %%: recall %.4f (from %.3f)",
					list.what, file, full, found(0.7), 100*rate(0.7), 100*rate(0.85), found(max(at(0.01), 0.6)), at(0.01), found(max(at(0.001), 0.6)), at(0.001))
			}
		}
	}
}

// TestCandidatesRecall measures the index against comparing with every listed
// name: what a full comparison finds, the index should find.
func TestCandidatesRecall(t *testing.T) {
	_, all := lists(t)
	var names []string
	for _, file := range []string{"positives_un_untreated.csv", "positives_un_treated.csv"} {
		for _, p := range queries(t, file, false) {
			names = append(names, p.Names[0].Full)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	n := 15
	if *long {
		n = 600
	}
	sp := &all.spaces[persons]
	want, got, pairsWant, pairsGot := 0, 0, 0, 0
	for _, full := range names[:n] {
		q := name.New(spoor.Person, full)
		listings, telling := map[int32]bool{}, 0
		for i := range q.Words {
			if q.Words[i].Telling() {
				telling++
			}
		}
		for i := range sp.entries {
			if s, _ := sp.score(q, &sp.entries[i], telling); s >= name.Threshold {
				listings[sp.entries[i].listing] = true
			}
		}
		sc := all.borrow()
		sc.hits = sc.hits[:0]
		all.searchName(sc, sp, persons, full, name.Threshold)
		found := map[int32]bool{}
		for _, h := range sc.hits {
			found[h.listing] = true
		}
		all.giveBack(sc)
		for l := range listings {
			pairsWant++
			if found[l] {
				pairsGot++
			} else {
				t.Logf("missed %q: %s", full, all.listings[l].Name())
			}
		}
		if len(listings) > 0 {
			want++
			if len(found) > 0 {
				got++
			}
		}
	}
	t.Logf("%d names: %d of %d queries with a hit keep one (%.4f); %d of %d listings (%.4f)", n, got, want, float64(got)/float64(want), pairsGot, pairsWant, float64(pairsGot)/float64(pairsWant))
	if float64(got) < 0.995*float64(want) {
		t.Errorf("the index loses hits")
	}
}

// TestSpeed prints how long searches for innocent names take: by the clock, and
// of processor time, which a busy machine does not change as much.
func TestSpeed(t *testing.T) {
	_, all := lists(t)
	neg := queries(t, "negatives_global.csv", false)
	if !*long {
		neg = neg[:10000]
	}
	spent := make([]time.Duration, len(neg))
	from := cpu()
	for i := range neg {
		from := time.Now()
		all.Search(&neg[i], name.Threshold)
		spent[i] = time.Since(from)
	}
	used := cpu() - from
	slices.Sort(spent)
	t.Logf("%d searches: p50 %v, p90 %v, p99 %v by the clock; %.0f a second of processor time", len(spent), spent[len(spent)/2], spent[len(spent)*9/10],
		spent[len(spent)*99/100], float64(len(spent))/used.Seconds())
}

// cpu is the processor time that the process has used.
func cpu() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
