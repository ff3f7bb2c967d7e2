package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shared returns a file of the shared data, or skips the test.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no %s: set SPOOR_DATA to the folder of shared data", path)
	}
	return path
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, &env{strings.NewReader(""), &out, &errs}); code != exitDone {
		t.Fatalf("spoor %s: exit %d: %s", strings.Join(args, " "), code, errs.String())
	}
	return out.String()
}

// TestAMLworldPatterns mixes AMLworld's published attempts into a simulated
// economy of 500,000 payments, as rows appended to its file, and holds recall
// and precision to what BENCHMARKS.md says.
func TestAMLworldPatterns(t *testing.T) {
	if testing.Short() {
		t.Skip("half a million payments")
	}
	patterns := shared(t, "payments/amlworld/patterns.txt")
	dir := t.TempDir()
	mustRun(t, "world", "--payments", "500000", "--seed", "77", "--format", "amlworld", "--out", dir)
	mixed := filepath.Join(dir, "Mixed.csv")
	appendRows(t, mixed, filepath.Join(dir, "Trans.csv"), patterns)

	var r report
	if err := json.Unmarshal([]byte(mustRun(t, "eval", "--detectors", mixed, "--patterns", patterns, "--accounts", filepath.Join(dir, "accounts.csv"), "--json")), &r); err != nil {
		t.Fatal(err)
	}
	for name, least := range map[string]float64{"fan-in": .9, "fan-out": .9, "scatter-gather": .9, "cycle": .85, "chain": .75} {
		if got := r.ByTypology[name]; got < least {
			t.Errorf("recall of %s is %.2f, want %.2f: %+v", name, got, least, r.Detectors.Attempts[name])
		}
	}
	// One of the four gather-scatter attempts large enough pays itself and one
	// other account only: it has no scatter. The other three must be found.
	if got := r.Detectors.Attempts["gather-scatter"]; got.Found < 3 {
		t.Errorf("gather-scatter: %+v", got)
	}
	if got := r.Detectors.PaymentRecall["stack"]; got < .5 {
		t.Errorf("%.2f of the payments of stacks are in some alert, want half", got)
	}
	if r.Detectors.FalseForTrue > 3 {
		t.Errorf("%.2f false alerts for each true one, want at most 3", r.Detectors.FalseForTrue)
	}
}

// appendRows copies a Trans.csv and puts the rows of a patterns file behind it.
func appendRows(t *testing.T, to, trans, patterns string) {
	t.Helper()
	data, err := os.ReadFile(trans)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := os.ReadFile(patterns)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(rows)) {
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(line, "LAUNDERING") {
			data = append(data, line+"\n"...)
		}
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
