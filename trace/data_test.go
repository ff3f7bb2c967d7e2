package trace_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"spoor"
	"spoor/format"
	"spoor/format/rates"
	"spoor/graph"
	"spoor/trace"
)

// TestPublishedData traces through payments that others made: AMLSim's, and
// AMLworld's laundering attempts with their fifteen currencies. The books are
// audited and the sums must be exact.
func TestPublishedData(t *testing.T) {
	root := cmp.Or(os.Getenv("SPOOR_DATA"), "../../shared/data")
	for _, file := range []string{"payments/amlsim-100/transactions.csv", "payments/amlworld/patterns.txt"} {
		path := filepath.Join(root, file)
		if _, err := os.Stat(path); err != nil {
			t.Skipf("no test data: set SPOOR_DATA to the folder that holds %s", file)
		}
		g := graphOf(t, readAll(t, path))
		for i := range 40 {
			for _, m := range trace.Methods() {
				for _, backward := range []bool{false, true} {
					q := trace.Query{Method: m, Backward: backward, Refs: []graph.Ref{graph.Ref(i * g.Len() / 40)}}
					r, err := trace.RunAudited(g, rates.Default(), q)
					if err != nil {
						t.Fatalf("%s: %v: %v", file, q, err)
					}
					sum := r.LeftView.Amount + r.HeldAtSource.Amount
					for _, h := range r.Holdings {
						sum += h.Amount
					}
					if sum != r.Traced.Amount || sum == 0 {
						t.Errorf("%s: %+v: traced %d, found %d", file, q, r.Traced.Amount, sum)
					}
				}
			}
		}
	}
}

func readAll(t *testing.T, path string) (e economy) {
	s, err := format.Open([]string{path}, nil, format.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	batch := make([]spoor.Payment, 512)
	for {
		n, err := s.Read(batch)
		for i := range n {
			batch[i].ID = cmp.Or(batch[i].ID, fmt.Sprint(len(e)))
			e = append(e, batch[i])
		}
		if errors.Is(err, io.EOF) {
			return e
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
