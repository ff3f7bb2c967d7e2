package forest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

const (
	formatName    = "spoor-boost"
	formatVersion = 1

	maxFile     = 64 << 20 // bytes of a model file
	maxFeatures = 1 << 16
	maxSets     = 1 << 17 // different sets of codes in a model
)

// saved is a model as a file. Numbers are the shortest that read back as the
// same bits.
type saved struct {
	Format   string             `json:"format"`
	Version  int                `json:"version"`
	Features limited[string]    `json:"features"`
	Base     float64            `json:"base"`
	Trees    limited[savedTree] `json:"trees"`
}

// savedTree holds one value a node in each array but the last.
type savedTree struct {
	Child       []int32   `json:"child"`        // the left one, before the right one; 0 in a leaf
	Feature     []int32   `json:"feature"`      // 0 in a leaf
	Value       []float32 `json:"value"`        // threshold, weight of a leaf
	MissingLeft []uint8   `json:"missing_left"` // 1 for left
	Gain        []float32 `json:"gain"`
	Cover       []float32 `json:"cover"`
	// Sets are, for every categorical split, its node, how many codes there
	// are that do not go the way of missing values, and those codes.
	Sets []int32 `json:"sets,omitempty"`
}

// limited is a JSON array that is read one element at a time, and not beyond
// the most that a model may have.
type limited[T any] []T

func (l *limited[T]) UnmarshalJSON(data []byte) error {
	if *l = nil; string(data) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return errors.New("not an array")
	}
	for d.More() {
		if len(*l) == max(MaxTrees, maxFeatures) {
			return fmt.Errorf("an array of more than %d", len(*l))
		}
		var v T
		if err := d.Decode(&v); err != nil {
			return err
		}
		*l = append(*l, v)
	}
	return nil
}

// readAll reads a file of a size that a model may have.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("boost: read the model: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("boost: the model file is larger than %d MiB: no model of use is", maxFile>>20)
	}
	return data, nil
}

func parse(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("boost: the model file is not the JSON of a model: %w", err)
	}
	return nil
}

// Save writes the model as JSON, the same bytes for the same model.
func (m *Model) Save(w io.Writer) error {
	s := saved{Format: formatName, Version: formatVersion, Features: m.names, Base: m.base, Trees: limited[savedTree]{}}
	for _, tree := range m.trees {
		s.Trees = append(s.Trees, saveTree(tree))
	}
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("boost: save the model: %w", err)
	}
	if len(data) >= maxFile {
		return fmt.Errorf("boost: the model takes %d MiB, more than the %d that Load accepts: train fewer or smaller trees", len(data)>>20, maxFile>>20)
	}
	if _, err = w.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("boost: save the model: %w", err)
	}
	return nil
}

func saveTree(tree []Node) (t savedTree) {
	for i, n := range tree {
		left := uint8(0)
		if n.MissingLeft {
			left = 1
		}
		t.Child = append(t.Child, n.Child)
		t.Feature = append(t.Feature, max(n.Feature, 0))
		t.Value = append(t.Value, n.Value)
		t.MissingLeft = append(t.MissingLeft, left)
		t.Gain = append(t.Gain, n.Gain)
		t.Cover = append(t.Cover, n.Cover)
		if n.Set == nil {
			continue
		}
		at := len(t.Sets)
		t.Sets = append(t.Sets, int32(i), 0)
		for code := range 256 {
			if n.Set.Has(code) == n.MissingLeft {
				t.Sets = append(t.Sets, int32(code))
				t.Sets[at+1]++
			}
		}
	}
	return t
}

// Load reads what Save wrote. A file that is not a sound model is refused,
// whoever made it.
func Load(r io.Reader) (*Model, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, err
	}
	var s saved
	if err := parse(data, &s); err != nil {
		return nil, err
	}
	if s.Format != formatName {
		return nil, fmt.Errorf("boost: the file's format is %.40q, not %q: for a model of XGBoost use ReadXGBoost", s.Format, formatName)
	}
	if s.Version != formatVersion {
		return nil, fmt.Errorf("boost: the model has version %d of the format and this program reads %d: save it with a matching program", s.Version, formatVersion)
	}
	trees := make([][]Node, len(s.Trees))
	for i := range s.Trees {
		if trees[i], err = s.Trees[i].nodes(); err != nil {
			return nil, fmt.Errorf("boost: tree %d: %w", i, err)
		}
	}
	return soundModel(s.Features, s.Base, trees)
}

// nodes reads a tree. What soundModel checks is not checked here.
func (t *savedTree) nodes() ([]Node, error) {
	n := len(t.Child)
	for _, l := range []int{len(t.Feature), len(t.Value), len(t.MissingLeft), len(t.Gain), len(t.Cover)} {
		if l != n {
			return nil, fmt.Errorf("arrays of %d and %d nodes", n, l)
		}
	}
	tree := make([]Node, n)
	for i := range tree {
		tree[i] = Node{t.Feature[i], t.Child[i], t.Value[i], t.MissingLeft[i] != 0, nil, t.Gain[i], t.Cover[i]}
		if t.Child[i] == 0 {
			tree[i].Feature = -1
		}
	}
	for rest := t.Sets; len(rest) > 0; {
		if len(rest) < 2 || rest[0] < 0 || int(rest[0]) >= n || rest[1] < 0 || int(rest[1]) > len(rest)-2 {
			return nil, errors.New("sets are cut short")
		}
		split, codes := &tree[rest[0]], rest[2:2+rest[1]]
		split.Set = new(Set)
		for _, c := range codes {
			if c < 0 || c > 255 {
				return nil, fmt.Errorf("code %d in a set: codes are 0 to 255", c)
			}
			split.Set.Add(int(c))
		}
		if !split.MissingLeft {
			for i := range split.Set {
				split.Set[i] = ^split.Set[i]
			}
		}
		rest = rest[2+len(codes):]
	}
	return tree, nil
}

// soundModel makes a model of trees from a file, if that is what they are.
func soundModel(names []string, base float64, trees [][]Node) (*Model, error) {
	if len(names) == 0 || len(names) > maxFeatures {
		return nil, fmt.Errorf("boost: the model has %d features: 1 to %d can be", len(names), maxFeatures)
	}
	if math.IsNaN(base) || math.IsInf(base, 0) {
		return nil, fmt.Errorf("boost: the model's base is %v", base)
	}
	if len(trees) > MaxTrees {
		return nil, fmt.Errorf("boost: the model has %d trees, more than %d", len(trees), MaxTrees)
	}
	nodes := 0
	for i, tree := range trees {
		if err := sound(tree, len(names)); err != nil {
			return nil, fmt.Errorf("boost: tree %d: %w", i, err)
		}
		if nodes += len(tree); nodes > MaxNodes {
			return nil, fmt.Errorf("boost: the model has more than %d nodes", MaxNodes)
		}
	}
	return New(names, base, trees)
}

// sound says what is wrong with a tree: its nodes must be one tree, parents
// first, on features there are, with finite numbers, and not too deep.
func sound(tree []Node, features int) error {
	if len(tree) == 0 {
		return errors.New("it has no node")
	}
	depths := make([]int, len(tree)) // 0 while no parent has claimed it
	depths[0] = 1
	for i, n := range tree {
		for _, x := range []float32{n.Value, n.Gain, n.Cover} {
			if x != x || math.IsInf(float64(x), 0) {
				return fmt.Errorf("node %d has the number %v", i, x)
			}
		}
		switch {
		case n.Cover < 0:
			return fmt.Errorf("node %d has cover %v, below 0", i, n.Cover)
		case depths[i] == 0:
			return fmt.Errorf("node %d is no node's child", i)
		case depths[i] > MaxDepth+1:
			return fmt.Errorf("node %d lies below %d splits, more than %d", i, depths[i]-1, MaxDepth)
		case n.Feature < 0:
			if n.Set != nil {
				return fmt.Errorf("node %d is a leaf with a set", i)
			}
			continue
		case int(n.Feature) >= features:
			return fmt.Errorf("node %d asks for feature %d of %d", i, n.Feature, features)
		case int(n.Child) <= i || int(n.Child) >= len(tree)-1:
			return fmt.Errorf("node %d of %d has children at %d: they come after it", i, len(tree), n.Child)
		case depths[n.Child] != 0 || depths[n.Child+1] != 0:
			return fmt.Errorf("node %d has the children of another", i)
		}
		depths[n.Child], depths[n.Child+1] = depths[i]+1, depths[i]+1
	}
	return nil
}
