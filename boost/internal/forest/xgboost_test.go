package forest

import (
	"strings"
	"testing"
)

// xgbSmall is a model of one tree: a set on feature 1, then feature 0 at 0.5,
// children out of order and one pruned node.
const xgbSmall = `{"learner":{"feature_names":[],"gradient_booster":{"name":"gbtree","model":{"trees":[{
"left_children":[4,-1,-1,-1,1],"right_children":[2,-1,-1,-1,3],"split_indices":[1,0,0,0,0],
"split_conditions":[0,10,20,30,0.5],"default_left":[1,0,0,0,false],"loss_changes":[5,0,0,0,6],
"sum_hessian":[3,1,1,1,2],"split_type":[1,0,0,0,0],"categories":[2,200],"categories_nodes":[0],
"categories_segments":[0],"categories_sizes":[2]}]}},
"learner_model_param":{"base_score":"5E-1","num_class":"0","num_feature":"2"},
"objective":{"name":"binary:logistic"}},"version":[1,7,4]}`

func TestReadXGBoost(t *testing.T) {
	m, err := ReadXGBoost(strings.NewReader(xgbSmall))
	if err != nil {
		t.Fatal(err)
	}
	s := m.Scorer()
	for _, c := range []struct {
		row  [2]float32
		want float64
	}{
		{[2]float32{0, 2}, 20}, {[2]float32{0, 200}, 20}, {[2]float32{0, 3}, 10}, {[2]float32{0, nan}, 10},
		{[2]float32{0, 1000}, 10}, {[2]float32{0, -1}, 10}, {[2]float32{0.5, 3}, 30}, {[2]float32{nan, 3}, 30},
	} {
		if got := s.Margin(c.row[:]); got != c.want {
			t.Errorf("%v: margin %v, want %v", c.row, got, c.want)
		}
	}
	if got := m.Gain(); got[0] != 6 || got[1] != 5 {
		t.Errorf("gain %v, want [6 5]", got)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"gbtree"`, `"dart"`, "dart"},
		{`"binary:logistic"`, `"reg:squarederror"`, "reg:squarederror"},
		{`"num_class":"0"`, `"num_class":"3"`, "3 classes"},
		{`"5E-1"`, `"[1E-1,2E-1]"`, "base_score"},
		{`"5E-1"`, `"0"`, "base_score"},
		{`"num_feature":"2"`, `"num_feature":"9999999"`, "num_feature"},
		{`"num_feature":"2"`, `"num_feature":"1"`, "feature 1 of 1"},
		{`[4,-1,-1,-1,1]`, `[4,-1,-1,-1,4]`, "do not make a tree"},
		{`[4,-1,-1,-1,1]`, `[4,-1,-1,-1,9]`, "do not make a tree"},
		{`[2,200]`, `[2,256]`, "category 256"},
		{`[2,200]`, `[2]`, "not in the file"},
		{`"categories_nodes":[0]`, `"categories_nodes":[1]`, "no categories"},
		{`{"learner"`, `{"other"`, "not XGBoost's JSON"},
		{`{"learner"`, `["learner"`, "JSON"},
	} {
		if !strings.Contains(xgbSmall, c.old) {
			t.Fatalf("%q is not in the file", c.old)
		}
		if _, err := ReadXGBoost(strings.NewReader(strings.Replace(xgbSmall, c.old, c.new, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %s for %s: got the error %v, want one with %q", c.new, c.old, err, c.want)
		}
	}
	if m, err := ReadXGBoost(strings.NewReader(strings.Replace(xgbSmall, `[0,10,`, `[NaN,10,`, 1))); err != nil || m.Scorer().Margin([]float32{0, 3}) != 10 {
		t.Errorf("a set's threshold that is NaN: %v", err)
	}
	if m, err := ReadXGBoost(strings.NewReader(strings.Replace(xgbSmall, `"5E-1"`, `"[5E-1]"`, 1))); err != nil || m.base != 0 {
		t.Errorf("base_score in brackets: %v", err)
	}
}

func FuzzReadXGBoost(f *testing.F) {
	f.Add([]byte(xgbSmall))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := ReadXGBoost(strings.NewReader(string(data))); err == nil {
			use(t, m)
		}
	})
}
