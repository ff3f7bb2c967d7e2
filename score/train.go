package score

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"spoor"
	"spoor/boost"
	"spoor/detect"
	"spoor/graph"
	"spoor/measure"
	"spoor/score/extract"
	"spoor/score/feature"
)

// Source gives payments in order of time to take. It is called more than once
// and must give the same each time. An error that take returns ends it.
type Source func(what string, take func(*spoor.Payment) error) error

// Setup is how payments are looked at. It must be the same when a model is
// trained and when it is used.
type Setup struct {
	Window     spoor.Instant // of the graph; at least twice [extract.Delay] and some, or 0
	Rates      *spoor.Rates
	Parameters *detect.Parameters
	Workers    int
}

// Run looks at all payments of a source. What the graph refuses goes to refuse,
// whose error ends it. It returns the alerts and the graph as it was at the end.
func (s *Setup) Run(src Source, what string, o extract.Options, refuse func(*spoor.Payment, error) error) ([]spoor.Alert, *graph.Graph, error) {
	g := graph.New(graph.Options{Window: s.Window, Rates: s.Rates})
	d := detect.New(g, s.Parameters, s.Workers)
	o.Rates = s.Rates
	x := extract.New(g, d, o)
	var alerts []spoor.Alert
	err := src(what, func(p *spoor.Payment) error {
		if err := d.Add(p); err != nil {
			return refuse(p, err)
		}
		alerts = append(alerts, d.Ripe()...)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	alerts = append(alerts, d.Close()...)
	x.Close()
	return alerts, g, nil
}

// TrainOptions say how to learn.
type TrainOptions struct {
	Train, Valid float64 // shares of the payments, by time; the rest is the test part
	Seed         uint64
	From         *Model // whose trees may be gone on from, where that is better on the validation part; may be nil
	Seeds        int    // how many models are trained to see what chance does; the first is kept
	Raw          bool   // train trees on the raw columns alone, too, to compare with
	Name, Data   string // for the card
	Labels       string // who says which payments are illicit, for the card
	Blind        bool   // the source hides the payment format
	Refuse       func(*spoor.Payment, error) error
	Taken        func(p *spoor.Payment) // is told each payment that counts, once, in order; may be nil
	Stage        func(what string)      // is told what goes on; may be nil

	started string // the model that was gone on from
}

// Trial is a model with all that is needed to measure it.
type Trial struct {
	Model *Model
	// Labels and Times have one number for each payment that the graph took, in
	// order, of which Valid is the first of the validation part and Test of the
	// test part.
	Labels      []spoor.Label
	Times       []spoor.Instant
	Valid, Test int
	Alerts      []spoor.Alert // of the detectors
	Accounts    int
	// The margins are those of the payments from Valid on.
	Margins [looks][]float32
	Raw     []float32   // of trees on raw columns, where asked for
	Others  [][]float32 // of reviews by models of each seed, the first is the model's own
}

// Least numbers of illicit payments to learn from and to choose by.
const (
	leastTrain = 20
	leastValid = 3
)

// Train learns from labelled payments. Unlabelled ones are in the graph, and
// nothing is learned from them; where a model is measured they count as licit. The
// trees for reviews see the risk at arrival of a payment and of those around it.
// So that these are not the risks of payments that the trees had learned, each
// half of the training part gets them from trees trained on the other.
func Train(src Source, s Setup, o TrainOptions) (*Trial, error) {
	t := &Trial{Model: &Model{}}
	if err := t.read(src, &o); err != nil {
		return nil, err
	}
	first, err := t.arrivals(src, s, &o)
	if err != nil {
		return nil, err
	}
	ask, err := t.learnArrivals(first, &o, max(1, s.Workers))
	if err != nil {
		return nil, err
	}
	t.Model.learnSpread(first.table, first.train())
	first = nil // let it go before the second, which is larger
	second, err := t.reviews(src, s, ask)
	if err != nil {
		return nil, err
	}
	for k := range max(1, o.Seeds) {
		trees, _, err := o.best("learning from reviews", second, uint64(k), Review)
		if err != nil {
			return nil, err
		}
		t.Others = append(t.Others, margins(trees, second.table, second.train()))
		if k == 0 {
			t.Model.looks[Review].trees, t.Margins[Review] = trees, t.Others[0]
		}
	}
	t.Model.learnUsual(second.table, second.train())
	return t, t.finish(&o)
}

// TooFew says that there are too few illicit payments to learn from.
type TooFew struct{ Train, Valid int }

func (e *TooFew) Error() string {
	return fmt.Sprintf("%d illicit payments in the training part and %d in the validation part are too few to learn from: want %d and %d; give more labelled payments or another split", e.Train, e.Valid, leastTrain, leastValid)
}

// read counts the payments and their labels, and finds where the parts begin.
func (t *Trial) read(src Source, o *TrainOptions) error {
	n := 0
	var illicit []int
	err := src("reading labels", func(p *spoor.Payment) error {
		if p.Label == spoor.Illicit {
			illicit = append(illicit, n)
		}
		n++
		return nil
	})
	if err != nil {
		return err
	}
	t.Valid, t.Test = int(float64(n)*o.Train), int(float64(n)*(o.Train+o.Valid))
	train, _ := slices.BinarySearch(illicit, t.Valid)
	valid, _ := slices.BinarySearch(illicit, t.Test)
	valid -= train
	if train < leastTrain || valid < leastValid {
		return &TooFew{train, valid}
	}
	return nil
}

func (o *TrainOptions) stage(what string) {
	if o.Stage != nil {
		o.Stage(what)
	}
}

// arrivals makes the table of payments as they arrived.
func (t *Trial) arrivals(src Source, s Setup, o *TrainOptions) (*rows, error) {
	out := t.rows(feature.Names(feature.Arrival))
	counted := func(what string, take func(*spoor.Payment) error) error {
		return src(what, func(p *spoor.Payment) error {
			t.Labels, t.Times = append(t.Labels, p.Label), append(t.Times, p.Time)
			n := len(t.Labels)
			err := take(p)
			if err == nil && n == len(t.Labels) && o.Taken != nil {
				o.Taken(p)
			}
			return err
		})
	}
	refuse := func(p *spoor.Payment, err error) error {
		t.Labels, t.Times = t.Labels[:len(t.Labels)-1], t.Times[:len(t.Times)-1]
		return o.Refuse(p, err)
	}
	next := 0
	alerts, g, err := s.Run(counted, "looking at arrivals", extract.Options{Arrived: func(b *extract.Batch) {
		for i := range b.Len() {
			out.add(next, b.Row(i), t.Labels[next])
			next++
		}
	}}, refuse)
	if err != nil {
		return nil, err
	}
	t.Alerts, t.Accounts = alerts, g.Accounts()-1
	n := len(t.Labels) // less than were read, where some were refused
	t.Valid, t.Test = min(t.Valid, n), min(t.Test, n)
	return out, nil
}

// risk is extract.Options.Risk.
type risk = func(worker, first int, rows [][]float32, risks []float32)

// learnArrivals trains the trees for arrival, and gives the risk of any payment
// from trees that did not learn from it.
func (t *Trial) learnArrivals(first *rows, o *TrainOptions, workers int) (risk, error) {
	trees, own, err := o.best("learning from arrivals", first, 0, Arrival)
	if err != nil {
		return nil, err
	}
	t.Model.looks[Arrival].trees = trees
	t.Margins[Arrival] = margins(trees, first.table, first.train())
	if o.Raw {
		if t.Raw, err = t.raw(first, o); err != nil {
			return nil, err
		}
	}
	models := []*boost.Model{nil, nil, trees} // for the first half, the second, and the rest
	half := first.half()
	middle := first.kept[half]
	for k, part := range []*rows{first.part(half, first.train()), first.part(0, half)} {
		models[k], err = o.fit("learning from half of them", part, 0, own)
		if err != nil {
			return nil, fmt.Errorf("half of the training part: %w", err)
		}
	}
	scorers := make([][3]*boost.Scorer, workers)
	for w := range scorers {
		for k, m := range models {
			scorers[w][k] = m.Scorer()
		}
	}
	return func(worker, first int, rows [][]float32, risks []float32) {
		for len(rows) > 0 { // cut where the trees change
			which, until := 2, first+len(rows)
			switch {
			case first < middle:
				which, until = 0, min(until, middle)
			case first < t.Valid:
				which, until = 1, min(until, t.Valid)
			}
			n := until - first
			probabilities(scorers[worker][which], rows[:n], risks[:n])
			first, rows, risks = until, rows[n:], risks[n:]
		}
	}, nil
}

// reviews makes the table of payments as reviewed.
func (t *Trial) reviews(src Source, s Setup, ask risk) (*rows, error) {
	out := t.rows(feature.Names(feature.Review))
	next := 0
	_, _, err := s.Run(src, "looking at what followed", extract.Options{Risk: ask, Reviewed: func(b *extract.Batch) {
		for i := range b.Len() {
			out.add(next, b.Row(i), t.Labels[next])
			next++
		}
	}}, func(*spoor.Payment, error) error { return nil }) // told the first time
	return out, err
}

// perTree is how many negative rows a tree sees, or so many times the positive
// ones if that is more: enough to tell, few enough to be quick.
const (
	perTree     = 200_000
	perPositive = 15
)

// best trains trees from nothing or, where the model to go on from is by itself
// better on the validation part than a few trees from nothing, from its trees.
// It returns how that was done, with as many new trees, for [TrainOptions.fit].
func (o *TrainOptions) best(what string, r *rows, seed uint64, look int) (*boost.Model, boost.Options, error) {
	if o.From != nil {
		prior := o.From.looks[look].trees
		few, err := o.fit("trying the model given", r, seed, boost.Options{Trees: fewTrees})
		if err != nil {
			return nil, boost.Options{}, err
		}
		if ap(prior, r) > ap(few, r) {
			more, err := o.fit(what+", from the model given", r, seed, boost.Options{From: prior})
			o.started = o.From.Version()
			return more, boost.Options{From: prior, Trees: size(more, prior)}, err
		}
	}
	trees, err := o.fit(what, r, seed, boost.Options{})
	return trees, boost.Options{Trees: size(trees, nil)}, err
}

// fewTrees are enough to see what the payments teach by themselves.
const fewTrees = 40

// size is the number of trees beyond those of a model, one at least.
func size(m, from *boost.Model) int {
	switch {
	case m == nil:
		return 1
	case from == nil:
		return m.Trees()
	}
	return max(1, m.Trees()-from.Trees())
}

// ap is average precision on the validation part.
func ap(m *boost.Model, r *rows) float64 {
	valid := r.judged()
	truth := make([]bool, valid.Rows())
	for i := range truth {
		truth[i] = valid.Label(i)
	}
	k, err := measure.Rank(margins(m, valid, 0), truth)
	if err != nil {
		return 0
	}
	return k.AveragePrecision()
}

// fit trains trees on the training part and stops by the validation part.
func (o *TrainOptions) fit(what string, r *rows, seed uint64, fixed boost.Options) (*boost.Model, error) {
	o.stage(what)
	b := boost.DefaultOptions()
	b.Trees, b.LearningRate, b.ColumnSample, b.Metric, b.Patience = 200, 0.1, 0.4, boost.PRAUC, 40
	b.Seed = o.Seed<<8 + seed
	positives := r.illicit()
	b.NegativeSample = min(1, max(perTree, perPositive*float64(positives))/float64(max(1, r.train()-positives)))
	if fixed.Trees > 0 {
		b.Trees, b.Patience = fixed.Trees, 0
	}
	b.From = fixed.From
	if fixed.ColumnSample > 0 {
		b.ColumnSample = fixed.ColumnSample
	}
	var judge *boost.Table
	if r.test > 0 {
		judge = r.judged()
	}
	return boost.Train(r.table.Slice(0, r.train()), judge, b)
}

// margins applies trees to the rows from one on, on all cores.
func margins(m *boost.Model, t *boost.Table, from int) []float32 {
	out := make([]float32, t.Rows()-from)
	const some = 256
	inParallel(len(out), func(lo, hi int) {
		s := m.Scorer()
		var own [some]float64
		for ; lo < hi; lo += some {
			var rows [][]float32
			for i := lo; i < min(hi, lo+some); i++ {
				rows = append(rows, t.Row(from+i))
			}
			s.Margins(rows, own[:])
			for i := range rows {
				out[lo+i] = float32(own[i])
			}
		}
	})
	return out
}

// rawColumns are the features that a payment's own record holds.
var rawColumns = []string{"value", "round_zeros", "hour", "weekday", "currency", "converted", "abroad", "same_bank", "to_self", "from_outside", "to_outside", "channel", "kind"}

// raw trains trees on the raw columns.
func (t *Trial) raw(all *rows, o *TrainOptions) ([]float32, error) {
	var places []int
	for _, name := range rawColumns {
		places = append(places, slices.IndexFunc(feature.Arrival, func(f feature.Feature) bool { return f.Name == name }))
	}
	own := *all
	own.table = boost.NewTable(rawColumns)
	row := make([]float32, len(places))
	for i := range all.table.Rows() {
		r := all.table.Row(i)
		for j, p := range places {
			row[j] = r[p]
		}
		own.table.Append(row, all.table.Label(i))
		own.table.SetWeight(i, all.table.Weight(i))
	}
	m, err := o.fit("learning from raw columns, to compare with", &own, 0, boost.Options{ColumnSample: 1})
	if err != nil {
		return nil, err
	}
	return margins(m, own.table, own.train()), nil
}

// Truth says of the payments from one to before another which are illicit.
func (t *Trial) Truth(from, to int) []bool {
	out := make([]bool, to-from)
	for i, l := range t.Labels[from:to] {
		out[i] = l == spoor.Illicit
	}
	return out
}

// finish chooses thresholds, calibrates and writes the card.
func (t *Trial) finish(o *TrainOptions) error {
	m := t.Model
	for i := range m.looks {
		r, err := measure.Rank(t.Margins[i][:t.Test-t.Valid], t.Truth(t.Valid, t.Test))
		if err != nil {
			return err
		}
		best := r.Best()
		m.looks[i].threshold, m.looks[i].chance = best.Threshold, measure.Isotonic(r)
		if i == Review {
			m.rate = float64(best.Rows) / float64(r.Len())
		}
	}
	illicit := 0
	for _, l := range t.Truth(0, len(t.Labels)) {
		if l {
			illicit++
		}
	}
	rest := 1 - o.Train - o.Valid
	m.Card = Card{
		Name: o.Name, Data: o.Data, Payments: len(t.Labels), Illicit: illicit, Seed: o.Seed, Blind: o.Blind, Rules: detect.Rules, NotFor: notFor,
		Split: fmt.Sprintf("%.0f/%.0f/%.0f", 100*o.Train, 100*o.Valid, 100*max(0, rest)),
		First: t.Times[0].Date(), Last: t.Times[len(t.Times)-1].Date(),
		Figures: map[string]float64{}, Labels: o.Labels, From: o.started,
	}
	var err error
	if m.Card.Signature, err = m.fingerprint(); err != nil {
		return err
	}
	for i, name := range []string{"arrival", "review"} {
		if t.Test >= len(t.Labels) {
			break
		}
		r, err := measure.Rank(t.Margins[i][t.Test-t.Valid:], t.Truth(t.Test, len(t.Labels)))
		if err != nil {
			return err
		}
		if r.Positives() == 0 {
			break // nothing can be said of it
		}
		at := r.At(m.looks[i].threshold)
		for what, v := range map[string]float64{"pr_auc": r.AveragePrecision(), "f1": at.F1, "precision": at.Precision, "recall": at.Recall} {
			m.Card.Figures[name+"_"+what] = math.Round(v*1e4) / 1e4
		}
	}
	return nil
}

// sampleRows is how many ordinary payments say what is usual.
const sampleRows = 20_000

// sample calls f with rows of licit payments, evenly spread.
func sample(t *boost.Table, rows int, f func([]float32)) {
	step := max(1, rows/sampleRows)
	for i := 0; i < rows; i += step {
		if !t.Label(i) {
			f(t.Row(i))
		}
	}
}

// learnSpread notes how the features of arrival were spread, for drift.
func (m *Model) learnSpread(t *boost.Table, rows int) {
	const bins = 10
	columns := make([][]float64, len(feature.Arrival))
	sample(t, rows, func(r []float32) {
		for j, v := range r {
			columns[j] = append(columns[j], float64(v))
		}
	})
	for _, c := range columns {
		h, err := measure.NewHistogram(measure.Quantiles(c, bins))
		if err != nil {
			panic(err) // quantiles rise
		}
		for _, v := range c {
			h.Add(v)
		}
		m.seen = append(m.seen, h)
	}
}

// learnUsual notes what is usual, for reasons.
func (m *Model) learnUsual(t *boost.Table, rows int) {
	columns := make([][]float32, len(feature.Review))
	sample(t, rows, func(r []float32) {
		for j, v := range r {
			columns[j] = append(columns[j], v)
		}
	})
	m.usual = make([]Usual, len(feature.Review))
	for j, c := range columns {
		slices.SortFunc(c, func(a, b float32) int { return cmp.Compare(a, b) }) // NaN first
		known, _ := slices.BinarySearchFunc(c, float32(math.Inf(-1)), func(a, b float32) int { return cmp.Compare(a, b) })
		if 2*known > len(c) { // mostly unknown
			m.usual[j] = Usual{unknown, unknown, unknown}
			continue
		}
		c = c[known:]
		at := func(q float64) float32 { return c[min(len(c)-1, int(q*float64(len(c))))] }
		m.usual[j] = Usual{at(.05), at(.5), at(.95)}
	}
}
