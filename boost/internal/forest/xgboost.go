package forest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// xgbModel is the part of XGBoost's JSON that says what a model predicts. See
// doc/model.schema in its repository.
type xgbModel struct {
	Learner struct {
		FeatureNames limited[string] `json:"feature_names"`
		Booster      struct {
			Name  string `json:"name"`
			Model struct {
				Trees limited[xgbTree] `json:"trees"`
			} `json:"model"`
		} `json:"gradient_booster"`
		Param struct {
			BaseScore string `json:"base_score"` // a probability: 5E-1, or [5E-1] since 3.1
			Features  string `json:"num_feature"`
			Classes   string `json:"num_class"`
		} `json:"learner_model_param"`
		Objective struct {
			Name string `json:"name"`
		} `json:"objective"`
	} `json:"learner"`
}

type xgbTree struct {
	Left        []int32   `json:"left_children"` // -1 in a leaf
	Right       []int32   `json:"right_children"`
	Feature     []int32   `json:"split_indices"`
	Condition   []float32 `json:"split_conditions"` // threshold, weight of a leaf
	DefaultLeft []xgbBool `json:"default_left"`
	Gain        []float32 `json:"loss_changes"`
	Cover       []float32 `json:"sum_hessian"`
	Type        []uint8   `json:"split_type"` // 1 for categorical; none before 1.3

	// Categorical splits: nodes, and for each where its codes that go right
	// begin in Categories, and how many they are.
	Categories []int32 `json:"categories"`
	Nodes      []int32 `json:"categories_nodes"`
	Segments   []int32 `json:"categories_segments"`
	Sizes      []int32 `json:"categories_sizes"`
}

// xgbBool is a truth that some versions write as a number.
type xgbBool bool

func (b *xgbBool) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "true", "1":
		*b = true
	case "false", "0":
		*b = false
	default:
		return fmt.Errorf("%.20q is no truth value", data)
	}
	return nil
}

// ReadXGBoost reads a model that XGBoost 1.0 or later saved as JSON
// (Booster.save_model with a name that ends in .json). It takes boosted trees
// (gbtree) for two classes (binary:logistic) with codes up to 255 in
// categorical columns, and all trees in the file, whichever iteration was best.
func ReadXGBoost(r io.Reader) (*Model, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, err
	}
	if !json.Valid(data) { // before 2.0 the unused threshold of a set was NaN, which is not JSON
		data = bytes.ReplaceAll(data, []byte("NaN"), []byte("0.0"))
	}
	var x xgbModel
	if err := parse(data, &x); err != nil {
		return nil, err
	}
	l := &x.Learner
	classes, _ := strconv.Atoi(l.Param.Classes)
	switch {
	case l.Booster.Name == "" && l.Objective.Name == "":
		return nil, errors.New("boost: the file is not XGBoost's JSON: save with Booster.save_model(\"model.json\")")
	case l.Booster.Name != "gbtree":
		return nil, fmt.Errorf("boost: the model's booster is %.40q: only gbtree can be read", l.Booster.Name)
	case classes > 1:
		return nil, fmt.Errorf("boost: the model has %d classes: only two can be read (binary:logistic)", classes)
	case l.Objective.Name != "binary:logistic":
		return nil, fmt.Errorf("boost: the model's objective is %.40q: only binary:logistic can be read", l.Objective.Name)
	}
	p, err := strconv.ParseFloat(strings.Trim(l.Param.BaseScore, "[]"), 32)
	if err != nil || !(p > 0 && p < 1) {
		return nil, fmt.Errorf("boost: the model's base_score is %.40q: a probability is wanted", l.Param.BaseScore)
	}
	names, err := xgbNames(l.FeatureNames, l.Param.Features)
	if err != nil {
		return nil, err
	}
	trees := make([][]Node, len(l.Booster.Model.Trees))
	for i := range trees {
		if trees[i], err = l.Booster.Model.Trees[i].nodes(); err != nil {
			return nil, fmt.Errorf("boost: tree %d: %w", i, err)
		}
	}
	return soundModel(names, -math.Log(1/p-1), trees)
}

// xgbNames are the features' names; XGBoost calls them f0, f1 ... if they have
// none.
func xgbNames(names []string, features string) ([]string, error) {
	n, err := strconv.Atoi(features)
	if err != nil || n < 1 || n > maxFeatures {
		return nil, fmt.Errorf("boost: the model's num_feature is %.40q: 1 to %d can be", features, maxFeatures)
	}
	if len(names) == n {
		return names, nil
	}
	if len(names) > 0 {
		return nil, fmt.Errorf("boost: the model has %d features and %d names for them", n, len(names))
	}
	for i := range n {
		names = append(names, "f"+strconv.Itoa(i))
	}
	return names, nil
}

// nodes puts a tree in our order: from the root down, children side by side.
// Nodes that XGBoost has pruned are left behind.
func (t *xgbTree) nodes() ([]Node, error) {
	n := len(t.Left)
	for _, l := range []int{len(t.Right), len(t.Feature), len(t.Condition), len(t.DefaultLeft), len(t.Gain), len(t.Cover)} {
		if l != n || n == 0 {
			return nil, fmt.Errorf("arrays of %d and %d nodes", n, l)
		}
	}
	sets, err := t.sets()
	if err != nil {
		return nil, err
	}
	from := []int32{0} // of each of our nodes, its place in the file
	tree := make([]Node, 1, n)
	for i := 0; i < len(tree); i++ {
		at := from[i]
		tree[i] = Node{Feature: -1, Value: t.Condition[at], Cover: t.Cover[at]}
		left, right := t.Left[at], t.Right[at]
		if left == -1 && right == -1 {
			continue
		}
		if left < 0 || right < 0 || int(left) >= n || int(right) >= n || len(tree)+2 > n || t.Feature[at] < 0 {
			return nil, fmt.Errorf("node %d has children %d and %d and feature %d: they do not make a tree of %d nodes", at, left, right, t.Feature[at], n)
		}
		tree[i].Feature, tree[i].Child = t.Feature[at], int32(len(tree))
		tree[i].MissingLeft, tree[i].Gain = bool(t.DefaultLeft[at]), t.Gain[at]
		if len(t.Type) > 0 && t.Type[at] == 1 {
			if tree[i].Set = sets[at]; tree[i].Set == nil {
				return nil, fmt.Errorf("node %d is categorical and has no categories", at)
			}
			tree[i].Value = 0
		}
		from, tree = append(from, left, right), append(tree, Node{}, Node{})
	}
	return tree, nil
}

// sets are the codes that go right, by node.
func (t *xgbTree) sets() (map[int32]*Set, error) {
	n := len(t.Nodes)
	if len(t.Segments) != n || len(t.Sizes) != n || len(t.Type) != 0 && len(t.Type) != len(t.Left) {
		return nil, errors.New("its arrays of categories do not match")
	}
	sets, used := make(map[int32]*Set, n), 0
	for i, at := range t.Nodes {
		from, size := int(t.Segments[i]), int(t.Sizes[i])
		if used += size; from < 0 || size < 0 || from > len(t.Categories)-size || used > len(t.Categories) {
			return nil, fmt.Errorf("the categories of node %d are not in the file", at)
		}
		s := new(Set)
		for _, c := range t.Categories[from : from+size] {
			if c < 0 || c > 255 {
				return nil, fmt.Errorf("node %d has category %d: codes up to 255 can be read", at, c)
			}
			s.Add(int(c))
		}
		sets[at] = s
	}
	return sets, nil
}
