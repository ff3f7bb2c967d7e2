package boost

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"spoor/boost/internal/forest"
)

// job is what testdata/xgb.py is asked to do.
type job struct {
	Columns     int            `json:"columns"`
	Rounds      int            `json:"rounds"`
	Categorical []int          `json:"categorical"`
	Params      map[string]any `json:"params"`
}

// cost is what a training took: seconds by the clock, and of all processors.
type cost struct{ clock, busy float64 }

// xgboost runs the script on two tables. It skips the test where Python has no
// XGBoost.
func xgboost(t testing.TB, train, valid *Table, j job) (model string, margins []float32, took cost) {
	t.Helper()
	if out, err := exec.Command("python3", "-c", "import xgboost").CombinedOutput(); err != nil {
		t.Skipf("no XGBoost to compare with (pip install xgboost, or apt-get install python3-xgboost): %v %.200s", err, out)
	}
	dir := t.TempDir()
	j.Columns = len(train.Names())
	if j.Categorical == nil {
		j.Categorical = []int{}
	}
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "job.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	writeTable(t, filepath.Join(dir, "train.f32"), train)
	writeTable(t, filepath.Join(dir, "valid.f32"), valid)
	cmd := exec.Command("python3", "testdata/xgb.py", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("testdata/xgb.py: %v", err)
	}
	if _, err := fmt.Sscan(string(out), &took.clock, &took.busy); err != nil {
		t.Fatalf("testdata/xgb.py printed %q: %v", out, err)
	}
	f, err := os.Open(filepath.Join(dir, "margin.f32"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	margins = make([]float32, valid.Rows())
	if err := binary.Read(f, binary.LittleEndian, margins); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "model.json"), margins, took
}

func writeTable(t testing.TB, path string, table *Table) {
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	row := make([]byte, 0, 4*len(table.Names())+4)
	for i := range table.Rows() {
		row = row[:0]
		for _, x := range table.Row(i) {
			row = binary.LittleEndian.AppendUint32(row, math.Float32bits(x))
		}
		label := float32(0)
		if table.Label(i) {
			label = 1
		}
		row = binary.LittleEndian.AppendUint32(row, math.Float32bits(label))
		w.Write(row)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// share is that of positives, from which versions of XGBoost before 2.0 do not
// begin by themselves.
func share(t *Table) float64 {
	positives := 0.0
	for i := range t.Rows() {
		if t.Label(i) {
			positives++
		}
	}
	return positives / float64(t.Rows())
}

// TestAgainstXGBoost trains both on the same tables with the same settings: the
// rankings must be as good, and XGBoost's model must give here what it gives
// there.
func TestAgainstXGBoost(t *testing.T) {
	for _, c := range []struct {
		name   string
		bias   float64
		params map[string]any
	}{
		{"balanced", -1, nil},
		{"imbalanced", -6, nil},
		{"leaf-wise", -3, map[string]any{"grow_policy": "lossguide", "max_leaves": 24, "max_depth": 12}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, valid := synth(50_000, 30, 1, c.bias), synth(50_000, 30, 2, c.bias)
			o := quick()
			o.Trees, o.MaxDepth, o.LearningRate, o.Categorical = 100, 6, 0.1, []string{"f7"}
			j := job{Rounds: o.Trees, Categorical: []int{7}, Params: map[string]any{
				"max_depth": o.MaxDepth, "eta": o.LearningRate, "lambda": o.Lambda, "min_child_weight": o.MinChildWeight,
				"max_cat_to_onehot": 1, "nthread": 1, "base_score": share(table),
			}}
			for name, value := range c.params {
				j.Params[name] = value
				o.MaxDepth, o.MaxLeaves = 12, 24
			}
			path, margins, _ := xgboost(t, table, valid, j)
			theirs := make([]float64, len(margins))
			for i, x := range margins {
				theirs[i] = float64(x)
			}
			auc, precision := rank(marginsOf(train(t, table, nil, o), valid), valid)
			xgbAUC, xgbPrecision := rank(theirs, valid)
			t.Logf("AUC %.4f, XGBoost %.4f; average precision %.4f, XGBoost %.4f", auc, xgbAUC, precision, xgbPrecision)
			if auc < xgbAUC-0.004 || precision < xgbPrecision-0.015 {
				t.Error("the model is worse than XGBoost's")
			}

			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			m, err := ReadXGBoost(f)
			if err != nil {
				t.Fatal(err)
			}
			s := m.Scorer()
			for i, want := range theirs {
				p := s.Probability(valid.Row(i))
				if math.Abs(p-forest.Sigmoid(want)) > 1e-6 {
					t.Fatalf("row %d: probability %v, XGBoost %v", i, p, forest.Sigmoid(want))
				}
			}
		})
	}
}
