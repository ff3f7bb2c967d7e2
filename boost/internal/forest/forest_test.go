package forest

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var nan = float32(math.NaN())

func names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint("f", i)
	}
	return out
}

// drawModel makes a model that no training may ever give: any splits and
// covers, sets, features asked again on the same way.
func drawModel(t *rapid.T, features int) *Model {
	var trees [][]Node
	for range rapid.IntRange(0, 6).Draw(t, "trees") {
		tree := []Node{{}}
		for i := 0; i < len(tree); i++ {
			n := &tree[i]
			n.Feature, n.Cover = -1, float32(rapid.IntRange(0, 9).Draw(t, "cover"))
			if n.Value = float32(rapid.IntRange(-8, 8).Draw(t, "value")) / 4; len(tree) > 30 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
				continue
			}
			n.Feature, n.Child = int32(rapid.IntRange(0, features-1).Draw(t, "feature")), int32(len(tree))
			n.MissingLeft = rapid.Bool().Draw(t, "missing left")
			if n.Feature == 0 { // the categorical one
				n.Set = &Set{rapid.Uint64Range(0, 15).Draw(t, "set"), 0, 0, rapid.Uint64().Draw(t, "set's end")}
			}
			tree = append(tree, Node{}, Node{})
		}
		trees = append(trees, tree)
	}
	m, err := soundModel(names(features), rapid.Float64Range(-5, 5).Draw(t, "base"), trees)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// drawRow has codes and what is none in feature 0, thresholds themselves and
// their neighbours elsewhere.
func drawRow(t *rapid.T, features int) []float32 {
	row := make([]float32, features)
	for i := range row {
		if row[i] = rapid.SampledFrom([]float32{nan, -1, 0, 1, 2, 3, 4, 255, 256, 1e9}).Draw(t, "x"); i > 0 {
			x := float32(rapid.IntRange(-9, 9).Draw(t, "x")) / 4
			row[i] = rapid.SampledFrom([]float32{nan, x, math.Nextafter32(x, -9), math.Nextafter32(x, 9), float32(math.Inf(-1)), float32(math.Inf(1))}).Draw(t, "of")
		}
	}
	return row
}

// TestFlat: the flat walk gives what reading the tree does.
func TestFlat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, row := drawModel(t, 4), drawRow(t, 4)
		want := m.base
		for _, tree := range m.trees {
			n := &tree[0]
			for n.Feature >= 0 {
				x, left := row[n.Feature], false
				switch {
				case x != x:
					left = n.MissingLeft
				case n.Set != nil:
					left = x < 0 || x >= 256 || n.Set[int(x)/64]>>(int(x)%64)&1 == 0
				default:
					left = x < n.Value
				}
				child := n.Child + 1
				if left {
					child--
				}
				n = &tree[child]
			}
			want += float64(n.Value)
		}
		if got := m.Scorer().Margin(row); got != want {
			t.Fatalf("margin %v, want %v", got, want)
		}
	})
}

// TestExplain compares with the definition of the Shapley value, over all
// subsets of features.
func TestExplain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const features = 4
		m, row := drawModel(t, features), drawRow(t, features)
		s, phi := m.Scorer(), make([]float64, features)
		base := s.Explain(row, phi)
		var value [1 << features]float64 // what the model gives where these are known
		for known := range value {
			value[known] = m.base
			for _, tree := range m.trees {
				value[known] += expect(tree, 0, row, known)
			}
		}
		if math.Abs(base-value[0]) > 1e-9 {
			t.Fatalf("base %v, want %v", base, value[0])
		}
		sum := base
		for f := range phi {
			want := 0.0
			for known := range value {
				if known>>f&1 == 0 {
					want += (value[known|1<<f] - value[known]) * orders(known, features)
				}
			}
			if math.Abs(phi[f]-want) > 1e-9 {
				t.Fatalf("feature %d has %v, want %v", f, phi[f], want)
			}
			sum += phi[f]
		}
		if margin := s.Margin(row); math.Abs(sum-margin) > 1e-9 {
			t.Fatalf("base and phi make %v, the margin is %v", sum, margin)
		}
	})
}

// expect is what a tree gives from a node on if only these features are known.
func expect(tree []Node, at int32, row []float32, known int) float64 {
	n := &tree[at]
	if n.Feature < 0 {
		return float64(n.Value)
	}
	left, right := expect(tree, n.Child, row, known), expect(tree, n.Child+1, row, known)
	a, b := float64(tree[n.Child].Cover), float64(tree[n.Child+1].Cover)
	switch {
	case known>>n.Feature&1 == 0 && a+b == 0:
		return (left + right) / 2
	case known>>n.Feature&1 == 0:
		return (a*left + b*right) / (a + b)
	case n.right(row[n.Feature]):
		return right
	}
	return left
}

// orders is the share of orders of all features in which those known, and no
// others, come before a given one.
func orders(known, features int) float64 {
	k := 0
	for b := known; b > 0; b &= b - 1 {
		k++
	}
	return math.Gamma(float64(k+1)) * math.Gamma(float64(features-k)) / math.Gamma(float64(features+1))
}

func TestSaveLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t, 4)
		var b bytes.Buffer
		if err := m.Save(&b); err != nil {
			t.Fatal(err)
		}
		first := b.String()
		again, err := Load(&b)
		if err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		row := drawRow(t, 4)
		if a, b := m.Scorer().Margin(row), again.Scorer().Margin(row); a != b {
			t.Fatalf("margin %v before, %v after\n%s", a, b, first)
		}
		var second bytes.Buffer
		if err := again.Save(&second); err != nil || second.String() != first {
			t.Fatalf("saved again it differs: %v", err)
		}
	})
}

// loadSmall is a model of one split.
const loadSmall = `{"format":"spoor-boost","version":1,"features":["a","b"],"base":0,"trees":[` +
	`{"child":[1,0,0],"feature":[1,0,0],"value":[0.5,1,2],"missing_left":[0,0,0],"gain":[1,0,0],"cover":[2,1,1]}]}`

func TestLoadRefuses(t *testing.T) {
	m, err := Load(strings.NewReader(loadSmall))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Scorer().Margin([]float32{0, 0.5}); got != 2 {
		t.Fatalf("margin %v, want 2", got)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"spoor-boost"`, `"other"`, "format"},
		{`"version":1`, `"version":2`, "version 2"},
		{`["a","b"]`, `[]`, "features"},
		{`"base":0`, `"base":1e999`, "JSON"},
		{`[1,0,0],"feature"`, `[0,0,0],"feature"`, "no node's child"},
		{`[1,0,0],"feature"`, `[2,0,0],"feature"`, "children at 2"},
		{`[1,0,0],"feature"`, `[-1,0,0],"feature"`, "children at -1"},
		{`[1,0,0],"feature"`, `[1,1,0],"feature"`, "children at 1"},
		{`[1,0,0],"value"`, `[2,0,0],"value"`, "feature 2 of 2"},
		{`[0.5,1,2]`, `[0.5,1e39,2]`, "JSON"},
		{`[0.5,1,2]`, `[0.5,1]`, "arrays of"},
		{`[2,1,1]`, `[2,-1,1]`, "cover"},
		{`[2,1,1]`, `[2,1,1],"sets":[1,0]`, "leaf with a set"},
		{`[2,1,1]`, `[2,1,1],"sets":[0,2,1]`, "cut short"},
		{`[2,1,1]`, `[2,1,1],"sets":[0,1,256]`, "code 256"},
		{`{"child":[1,0,0]`, `{},{"child":[1,0,0]`, "no node"},
	} {
		if !strings.Contains(loadSmall, c.old) {
			t.Fatalf("%q is not in the file", c.old)
		}
		if _, err := Load(strings.NewReader(strings.Replace(loadSmall, c.old, c.new, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %s for %s: got the error %v, want one with %q", c.new, c.old, err, c.want)
		}
	}
	deep := Node{Feature: 0, Child: 1}
	tree := []Node{deep}
	for len(tree) < 2*MaxDepth+3 {
		deep.Child = int32(len(tree) + 2)
		tree = append(tree, Node{Feature: -1}, deep)
	}
	tree[len(tree)-1] = Node{Feature: -1}
	if _, err := soundModel(names(1), 0, [][]Node{tree}); err == nil || !strings.Contains(err.Error(), "below 65 splits") {
		t.Errorf("a tree of 65 levels: got the error %v", err)
	}
	if _, err := soundModel(names(1), 0, [][]Node{append(slices.Clone(tree[:2*MaxDepth]), Node{Feature: -1})}); err != nil {
		t.Errorf("a tree of 64 levels: got the error %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(loadSmall))
	f.Add([]byte(strings.Replace(loadSmall, `[2,1,1]`, `[2,1,1],"sets":[0,2,3,255]`, 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := Load(bytes.NewReader(data)); err == nil {
			use(t, m)
		}
	})
}

// use does with a model that was accepted all that can be done with one.
func use(t *testing.T, m *Model) {
	s, row, phi := m.Scorer(), make([]float32, len(m.Names())), make([]float64, len(m.Names()))
	for i := range row {
		row[i] = []float32{nan, 0, 3, -1e30, 300}[i%5]
	}
	s.Margin(row)
	s.Explain(row, phi)
	m.Gain()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(&b); err != nil {
		t.Fatalf("what was loaded and saved is refused: %v", err)
	}
}
