package score

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"

	"spoor/boost"
	"spoor/measure"
	"spoor/score/feature"
)

// The two looks at a payment.
const (
	Arrival = iota // with what is known when it arrives
	Review         // with what followed within [extract.Delay]
	looks
)

// Model is learned risk: one set of trees for each look, what their margins
// mean, and what was usual in the payments that it learned from.
type Model struct {
	Card  Card
	looks [looks]look
	usual []Usual              // by feature of a review
	rate  float64              // share of payments above the threshold, on the validation part
	seen  []*measure.Histogram // by feature of arrival, of the training payments
}

// look is one set of trees.
type look struct {
	trees     *boost.Model
	threshold float64             // margin from which on F1 was best on the validation part
	chance    *measure.Calibrator // margin to probability, on the validation part
}

// Card says what a model is, what it was measured to do, and what it must not
// be used for (Mitchell et al., Model Cards for Model Reporting, 2019).
type Card struct {
	Name      string             `json:"name"`
	Data      string             `json:"data"`     // what it learned from
	Payments  int                `json:"payments"` // of which it saw the first part, see Split
	Illicit   int                `json:"illicit"`
	Labels    string             `json:"labels"`         // who says which are illicit
	From      string             `json:"from,omitempty"` // the model whose trees it goes on from
	Split     string             `json:"split"`          // training, validation, test, by time
	First     string             `json:"first"`          // day
	Last      string             `json:"last"`
	Seed      uint64             `json:"seed"`
	Blind     bool               `json:"without_format"` // it does not see the payment format
	Figures   map[string]float64 `json:"figures"`        // on its own test part
	Rules     string             `json:"rules"`          // of the detectors whose signals it sees
	NotFor    []string           `json:"not_for"`
	Signature string             `json:"version"` // fingerprint of the trees
}

// notFor is true of every model.
var notFor = []string{
	"deciding alone on anything that harms a person: it orders what people read first",
	"predicting that a person will offend (Regulation (EU) 2024/1689 Art 5(1)(d)): it scores payments, and knows no name, nationality or other trait of a person",
	"payments unlike those that it learned from, until it has been measured on labelled ones (spoor eval --model)",
}

// Usual is what a feature is among ordinary payments: five, fifty and
// ninety-five of a hundred lie below.
type Usual struct {
	Low    float32 `json:"low"`
	Middle float32 `json:"middle"`
	High   float32 `json:"high"`
}

var unknown = float32(math.NaN())

// Version names the model in alerts.
func (m *Model) Version() string { return m.Card.Name + " " + m.Card.Signature }

// Threshold is the margin from which on F1 was best on the validation part.
func (m *Model) Threshold(look int) float64 { return m.looks[look].threshold }

// Score turns a margin into 0 to 100, of which 50 is the model's threshold. It
// rises with the margin everywhere, so that it ranks as the margin does.
func (m *Model) Score(look int, margin float64) float64 {
	return 100 * sigmoid(margin-m.looks[look].threshold)
}

// Chance is the calibrated probability that a payment is illicit.
func (m *Model) Chance(look int, margin float64) float64 { return m.looks[look].chance.Apply(margin) }

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// file is how a model is written.
type file struct {
	Format     string                        `json:"format"`
	Version    int                           `json:"version"`
	Card       Card                          `json:"card"`
	Features   []string                      `json:"features"`
	Trees      [looks]json.RawMessage        `json:"trees"`
	Thresholds []float64                     `json:"thresholds"`
	Chances    [looks]*measure.Calibrator    `json:"chances"`
	AlertRate  float64                       `json:"alert_rate"`
	Usual      []Usual                       `json:"usual"`
	Seen       map[string]*measure.Histogram `json:"seen"`
}

const (
	fileFormat  = "spoor-model"
	fileVersion = 1
	mostModel   = 64 << 20 // bytes of a model file, unpacked
)

// Save writes the model as JSON, for [Load].
func (m *Model) Save(w io.Writer) error {
	f := file{Format: fileFormat, Version: fileVersion, Card: m.Card, Features: feature.Names(feature.Review), AlertRate: m.rate, Usual: jsonUsual(m.usual), Seen: map[string]*measure.Histogram{}}
	for i := range m.looks {
		var b bytes.Buffer
		if err := m.looks[i].trees.Save(&b); err != nil {
			return err
		}
		f.Trees[i], f.Thresholds, f.Chances[i] = b.Bytes(), append(f.Thresholds, m.looks[i].threshold), m.looks[i].chance
	}
	for i, h := range m.seen {
		f.Seen[feature.Arrival[i].Name] = h
	}
	return json.NewEncoder(w).Encode(&f)
}

// absent stands for unknown in a file.
const absent float32 = -1e30

// jsonUsual puts a number that JSON can hold for unknown.
func jsonUsual(us []Usual) []Usual {
	out := slices.Clone(us)
	for i := range out {
		for _, v := range []*float32{&out[i].Low, &out[i].Middle, &out[i].High} {
			if *v != *v {
				*v = absent
			}
		}
	}
	return out
}

// Load reads a model that [Model.Save] wrote, plain or gzip. It refuses what is
// no sound model, and one that was trained on other features.
func Load(r io.Reader) (*Model, error) {
	m, err := read(r)
	if err != nil {
		return nil, err
	}
	print, err := m.fingerprint()
	if err != nil {
		return nil, err
	}
	if print != m.Card.Signature {
		return nil, fmt.Errorf("model: it calls itself %s and is %s: it was changed after it was trained", m.Card.Signature, print)
	}
	return m, nil
}

// read reads a sound model, whatever it calls itself.
func read(r io.Reader) (*Model, error) {
	data, err := unpack(r)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("model: not a model file: %w", err)
	}
	switch {
	case f.Format != fileFormat:
		return nil, fmt.Errorf("model: not a model of Spoor's: its format is %.40q, want %q", f.Format, fileFormat)
	case f.Version != fileVersion:
		return nil, fmt.Errorf("model: written as version %d, and this program reads version %d: train it again (spoor train)", f.Version, fileVersion)
	case !slices.Equal(f.Features, feature.Names(feature.Review)):
		return nil, errors.New("model: it was trained on other features than this program computes: train it again (spoor train)")
	case len(f.Usual) != len(feature.Review):
		return nil, fmt.Errorf("model: says what is usual for %d features, want %d", len(f.Usual), len(feature.Review))
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	f.Card.NotFor = notFor
	m := &Model{Card: f.Card, usual: f.Usual, rate: f.AlertRate}
	for i := range m.usual {
		for _, v := range []*float32{&m.usual[i].Low, &m.usual[i].Middle, &m.usual[i].High} {
			if *v == absent {
				*v = unknown
			}
		}
	}
	for i, want := range [looks][]feature.Feature{feature.Arrival, feature.Review} {
		trees, err := boost.Load(bytes.NewReader(f.Trees[i]))
		if err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		if !slices.Equal(trees.Names(), feature.Names(want)) {
			return nil, errors.New("model: its trees are of other features than it says")
		}
		if f.Chances[i] == nil {
			return nil, errors.New("model: has no calibration")
		}
		if !(math.Abs(f.Thresholds[i]) < 1e3) {
			return nil, fmt.Errorf("model: a threshold of %v is no margin", f.Thresholds[i])
		}
		m.looks[i] = look{trees, f.Thresholds[i], f.Chances[i]}
	}
	for _, a := range feature.Arrival {
		h := f.Seen[a.Name]
		if h == nil {
			return nil, fmt.Errorf("model: does not say how %s was spread", a.Name)
		}
		m.seen = append(m.seen, h)
	}
	return m, nil
}

// check refuses what no model can say of itself: what is in the file is shown
// to people.
func (f *file) check() error {
	c := &f.Card
	for _, s := range []string{c.Name, c.Data, c.Labels, c.From, c.Split, c.First, c.Last, c.Rules, c.Signature} {
		if len(s) > 300 || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || !unicode.IsPrint(r) }) {
			return errors.New("its card holds what is no short text")
		}
	}
	if len(f.Thresholds) != looks {
		return fmt.Errorf("has %d thresholds, want %d", len(f.Thresholds), looks)
	}
	if !(f.AlertRate >= 0 && f.AlertRate <= 1) || c.Payments < 0 || c.Illicit < 0 || c.Illicit > c.Payments {
		return errors.New("its rate of alerts, or its numbers of payments, cannot be")
	}
	for _, v := range c.Figures {
		if !(v >= 0 && v <= 1) {
			return errors.New("a figure of its card is not between 0 and 1")
		}
	}
	for _, u := range f.Usual {
		for _, v := range []float32{u.Low, u.Middle, u.High} {
			if v != absent && !(math.Abs(float64(v)) <= 1e15) {
				return errors.New("what it takes for usual is beyond any payment")
			}
		}
	}
	for name, h := range f.Seen {
		if h == nil {
			return fmt.Errorf("does not say how %s was spread", name)
		}
		total := 0
		for _, n := range append(h.Counts, h.Missing) {
			if total += n; n > 1e12 || total > 1e12 {
				return errors.New("it says to have seen more payments than there are")
			}
		}
		if total == 0 {
			return errors.New("it does not say how a feature was spread")
		}
	}
	return nil
}

// fingerprint tells models apart: of the trees, thresholds and calibration.
func (m *Model) fingerprint() (string, error) {
	hash := fnv.New64a()
	for i := range m.looks {
		var b bytes.Buffer
		if err := m.looks[i].trees.Save(&b); err != nil {
			return "", err
		}
		hash.Write(b.Bytes())
		c := m.looks[i].chance
		for _, v := range slices.Concat([]float64{m.looks[i].threshold}, c.Scores, c.Probabilities) {
			binary.Write(hash, binary.LittleEndian, v)
		}
	}
	return fmt.Sprintf("%016x", hash.Sum64()), nil
}

// unpack reads all, within the bound.
func unpack(r io.Reader) ([]byte, error) {
	data, err := readSome(r)
	if err != nil || !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return readSome(z)
}

func readSome(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, mostModel+1))
	if err == nil && len(data) > mostModel {
		err = fmt.Errorf("larger than %d MiB", mostModel>>20)
	}
	return data, err
}
