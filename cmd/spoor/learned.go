package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"spoor"
	"spoor/draw"
	"spoor/draw/chart"
	"spoor/draw/page"
	"spoor/measure"
	"spoor/score"
)

// learned is what learned risk is worth on the test part.
type learned struct {
	Payments    int                  `json:"payments"` // of the test part
	Illicit     int                  `json:"illicit"`
	Review      look                 `json:"review"`      // eight days after each payment
	Arrival     look                 `json:"arrival"`     // as each payment arrived
	RawColumns  *look                `json:"raw_columns"` // trees that see the payment's own record only
	Seeds       *measure.Interval    `json:"f1_by_seeds,omitempty"`
	SeedsPRAUC  *measure.Interval    `json:"pr_auc_by_seeds,omitempty"`
	Calibration []measure.Bin        `json:"calibration"` // of the reviews' probabilities
	Error       float64              `json:"calibration_error"`
	Brier       float64              `json:"brier"`
	Found       map[string]foundRate `json:"found"` // by typology, with --patterns
}

type foundRate struct {
	Payments int `json:"payments"`
	Found    int `json:"found"`
}

// look is how good one look is.
type look struct {
	PRAUC         float64          `json:"pr_auc"`
	Interval      measure.Interval `json:"pr_auc_interval"` // by resampling days
	F1            float64          `json:"f1"`
	Precision     float64          `json:"precision"`
	Recall        float64          `json:"recall"`
	ROC           float64          `json:"roc_auc"`
	RecallAt1000  float64          `json:"recall_at_1000"`
	Recall100Day  float64          `json:"recall_at_100_a_day"`
	Recall1000Day float64          `json:"recall_at_1000_a_day"`
}

// curve is a precision-recall curve for the page.
type curve struct {
	name   string
	points []measure.Point
	at     measure.Point
}

// learn measures a trial on its test part.
func (r *report) learn(t *score.Trial, types *typologies, seed uint64) error {
	valid, test := t.Valid, t.Test
	if test >= len(t.Labels) {
		return &spoor.Problem{Reason: "the split leaves no test part to measure on", Fatal: true}
	}
	truth := t.Truth(test, len(t.Labels))
	r.Illicit = 0 // by the labels learned from, which may be those of accounts
	for _, x := range t.Truth(0, len(t.Labels)) {
		r.Illicit += uint64(one(x))
	}
	l := &learned{Payments: len(truth), Found: map[string]foundRate{}}
	for _, x := range truth {
		l.Illicit += one(x)
	}
	days := make([]int32, len(truth))
	for i := range days {
		days[i] = int32(t.Times[test+i] / spoor.Day)
	}
	m := meter{truth, t.Truth(valid, test), days, seed}
	own := t.Model.Threshold
	var err error
	var at measure.Point
	if l.Review, at, err = m.look(r, "review, eight days later", t.Margins[score.Review], own(score.Review)); err != nil {
		return err
	}
	if l.Arrival, _, err = m.look(r, "as it arrives", t.Margins[score.Arrival], own(score.Arrival)); err != nil {
		return err
	}
	if t.Raw != nil {
		raw, err := measure.Rank(t.Raw[:test-valid], m.valid)
		if err != nil {
			return err
		}
		x, _, err := m.look(r, "raw columns only", t.Raw, raw.Best().Threshold)
		if err != nil {
			return err
		}
		l.RawColumns = &x
	}
	if err := l.seeds(&m, t); err != nil {
		return err
	}
	if err := l.calibrate(t, truth); err != nil {
		return err
	}
	for i, name := range types.at {
		if i < test || t.Labels[i] != spoor.Illicit {
			continue
		}
		f := l.Found[string(name)]
		f.Payments++
		f.Found += one(float64(t.Margins[score.Review][i-valid]) >= own(score.Review))
		l.Found[string(name)] = f
	}
	for name, f := range l.Found {
		r.ByTypology[name] = float64(f.Found) / float64(f.Payments)
	}
	r.Learned = l
	r.PRAUC, r.F1, r.Precision, r.Recall, r.RecallAt1000, r.Threshold = l.Review.PRAUC, at.F1, at.Precision, at.Recall, l.Review.RecallAt1000, 50
	return nil
}

// meter measures margins of the validation and the test part.
type meter struct {
	truth, valid []bool
	days         []int32
	seed         uint64
}

func (m *meter) look(r *report, name string, margins []float32, threshold float64) (look, measure.Point, error) {
	own := margins[len(m.valid):]
	k, err := measure.Rank(own, m.truth)
	if err != nil {
		return look{}, measure.Point{}, err
	}
	daily, err := measure.DailyRecall(own, m.truth, m.days, 100, 1000)
	if err != nil {
		return look{}, measure.Point{}, err
	}
	sure, err := measure.Bootstrap(own, m.truth, m.days, 200, m.seed)
	if err != nil {
		return look{}, measure.Point{}, err
	}
	at := k.At(threshold)
	r.curves = append(r.curves, curve{name, k.Curve(400), at})
	return look{PRAUC: k.AveragePrecision(), Interval: sure, F1: at.F1, Precision: at.Precision, Recall: at.Recall, ROC: k.AUC(),
		RecallAt1000: k.Recall(1000), Recall100Day: daily[0], Recall1000Day: daily[1]}, at, nil
}

// seeds says what chance does, where several models were trained.
func (l *learned) seeds(m *meter, t *score.Trial) error {
	if len(t.Others) < 2 {
		return nil
	}
	var f1, auc []float64
	for _, margins := range t.Others {
		v, err := measure.Rank(margins[:len(m.valid)], m.valid)
		if err != nil {
			return err
		}
		k, err := measure.Rank(margins[len(m.valid):], m.truth)
		if err != nil {
			return err
		}
		f1, auc = append(f1, k.At(v.Best().Threshold).F1), append(auc, k.AveragePrecision())
	}
	a, b := measure.Mean(f1), measure.Mean(auc)
	l.Seeds, l.SeedsPRAUC = &a, &b
	return nil
}

// calibrate compares probabilities with what was.
func (l *learned) calibrate(t *score.Trial, truth []bool) error {
	own := t.Margins[score.Review][t.Test-t.Valid:]
	chances := make([]float64, len(own))
	for i, m := range own {
		chances[i] = t.Model.Chance(score.Review, float64(m))
	}
	k, err := measure.Rank(chances, truth)
	if err != nil {
		return err
	}
	l.Calibration = k.LogBins(2)
	l.Error, l.Brier = measure.CalibrationError(l.Calibration), k.Brier()
	return nil
}

// published are minority F1 in per cent on AMLworld, for comparing: each with
// its own hardware, all with the payment format.
var published = []struct {
	name                   string
	his, lis, him, lim, at string
}{
	{"XGBoost without graph", "19.8", "0.2", "20.1", "0.4", "Altman et al. 2023"},
	{"Graph Feature Preprocessor + XGBoost", "63.2", "27.3", "65.7", "31.0", "Blanuša et al. 2024"},
	{"Multi-PNA+EU (GNN)", "68.2", "33.1", "66.5", "36.1", "Egressy et al. 2024"},
	{"MEGA-GenAgg", "74.9", "–", "–", "–", "2024"},
	{"PE-FraudGT (transformer)", "76.4", "45.8", "74.2", "43.5", "2025"},
}

func (r *report) showLearned(w io.Writer) {
	l := r.Learned
	fmt.Fprintf(w, "\nLearned risk, %s; measured on %d payments, %d of them laundering\n\n", r.how(), l.Payments, l.Illicit)
	if l.Illicit == 0 {
		fmt.Fprintln(w, "There is no laundering in the test part: nothing can be measured on it. Give more payments or another --split.")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tPR-AUC\t95 % by days\tF1\tprecision\trecall\tin first 1,000\t100 a day\t1,000 a day\t")
	row := func(name string, k *look) {
		if k != nil {
			fmt.Fprintf(t, "%s\t%.3f\t%.3f–%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", name, k.PRAUC, k.Interval.Low, k.Interval.High, k.F1, k.Precision, k.Recall, k.RecallAt1000, k.Recall100Day, k.Recall1000Day)
		}
	}
	row("at review, eight days later", &l.Review)
	row("as it arrives", &l.Arrival)
	row("trees on raw columns", l.RawColumns)
	if f := r.WithoutFormat; f != nil && f.Learned != nil {
		row("without format, at review", &f.Learned.Review)
		row("without format, as it arrives", &f.Learned.Arrival)
		row("without format, raw columns", f.Learned.RawColumns)
	}
	t.Flush()
	if l.Seeds != nil {
		fmt.Fprintf(w, "over %d seeds: F1 %s, PR-AUC %s\n", l.Seeds.N, l.Seeds, l.SeedsPRAUC)
	}
	fmt.Fprintf(w, "calibration: probabilities are off by %.4f on average (Brier score %.5f)\n", l.Error, l.Brier)
	if len(l.Found) > 0 {
		fmt.Fprintln(w, "\nPayments found at the threshold, by typology:")
		for _, name := range slices.Sorted(maps.Keys(l.Found)) {
			f := l.Found[name]
			fmt.Fprintf(t, "%s\t%d of %d\t%.0f %%\t\n", name, f.Found, f.Payments, 100*r.ByTypology[name])
		}
		t.Flush()
	}
	if r.amlworldSized() {
		r.showPublished(w)
	}
}

// how says what was measured.
func (r *report) how() string {
	if r.Model != "" {
		return fmt.Sprintf("model %s, parts %s by time", r.Model, r.Split)
	}
	return fmt.Sprintf("trained, tuned and tested on parts %s by time", r.Split)
}

// amlworldSized reports whether the file may be one of AMLworld's sets.
func (r *report) amlworldSized() bool { return r.Payments > 4_000_000 }

func (r *report) showPublished(w io.Writer) {
	fmt.Fprintln(w, "\nMinority F1 in per cent, beside what was published on AMLworld's own files (comparable only if this is one of them):")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tHI-Small\tLI-Small\tHI-Medium\tLI-Medium\t")
	for _, p := range published {
		fmt.Fprintf(t, "%s (%s)\t%s\t%s\t%s\t%s\t\n", p.name, p.at, p.his, p.lis, p.him, p.lim)
	}
	fmt.Fprintf(t, "Spoor on this file, at review\t%.1f\t\t\t\t\n", 100*r.Learned.Review.F1)
	fmt.Fprintf(t, "Spoor on this file, as it arrives\t%.1f\t\t\t\t\n", 100*r.Learned.Arrival.F1)
	t.Flush()
}

// page writes the report as a page that stands alone.
func (r *report) page(w io.Writer, files []string) error {
	l := r.Learned
	if l == nil {
		return usage("--page: no risk was learned, so that there is no curve to draw")
	}
	cols, rows := calibrationChart(l).Table()
	charts := []struct {
		*chart.Chart
		table page.Table
	}{{r.curveChart(), r.recallTable()}, {calibrationChart(l), numbers("Calibration", cols, rows)}}
	p := &page.Page{Title: "How good learned risk is", Subtitle: strings.Join(files, ", ") + ", " + r.how(),
		Facts: []page.Fact{
			{Name: "Payments", Value: fmt.Sprint(r.Payments)}, {Name: "Laundering", Value: fmt.Sprint(r.Illicit)},
			{Name: "Test part", Value: fmt.Sprintf("%d payments, %d laundering", l.Payments, l.Illicit)},
			{Name: "PR-AUC at review", Value: fmt.Sprintf("%.3f (%.3f to %.3f)", l.Review.PRAUC, l.Review.Interval.Low, l.Review.Interval.High)},
			{Name: "F1 at review", Value: fmt.Sprintf("%.3f", l.Review.F1)}, {Name: "PR-AUC as it arrives", Value: fmt.Sprintf("%.3f", l.Arrival.PRAUC)},
		},
		Footer: "Written by spoor eval. A score orders what people read first; it is no finding about a person."}
	for _, c := range charts {
		p.Pictures = append(p.Pictures, page.Picture{Flow: &draw.Flow{Title: c.Title}, Bare: true, Tables: []page.Table{c.table},
			Draw: func(w io.Writer, _ *draw.Flow, o draw.Options) error { return chart.Draw(w, c.Chart, o) }})
	}
	p.Tables = append(p.Tables, r.looksTable())
	return page.Write(w, p)
}

// numbers is a table of numbers, named in the first column.
func numbers(caption string, columns []string, rows [][]string) page.Table {
	t := page.Table{Caption: caption, Rows: rows}
	for i, name := range columns {
		t.Columns = append(t.Columns, page.Column{Name: name, Number: i > 0})
	}
	return t
}

// recallTable says what precision each look has at tenths of recall.
func (r *report) recallTable() page.Table {
	columns := []string{"look"}
	for k := 1; k < 10; k++ {
		columns = append(columns, fmt.Sprintf("recall %d %%", 10*k))
	}
	var rows [][]string
	for _, c := range r.curves {
		row := []string{c.name}
		for k := 1; k < 10; k++ {
			cell := "–"
			for _, p := range c.points {
				if p.Recall >= float64(k)/10 {
					cell = fmt.Sprintf("%.1f %%", 100*p.Precision)
					break
				}
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return numbers("Precision at each recall", columns, rows)
}

func (r *report) curveChart() *chart.Chart {
	c := &chart.Chart{Title: "Precision and recall", Subtitle: "of payments in the test part; the marks are the thresholds chosen on the validation part",
		X: chart.Axis{Label: "recall", Max: 1, Format: chart.Percent}, Y: chart.Axis{Label: "precision", Max: 1, Format: chart.Percent}}
	for i, k := range r.curves {
		s := chart.Series{Name: k.name, Kind: chart.Step}
		for _, p := range k.points {
			s.Points = append(s.Points, chart.Point{X: p.Recall, Y: p.Precision})
		}
		c.Series = append(c.Series, s)
		c.Marks = append(c.Marks, chart.Mark{Series: i, X: k.at.Recall, Y: k.at.Precision, Label: fmt.Sprintf("F1 %.2f", k.at.F1)})
	}
	return c
}

func calibrationChart(l *learned) *chart.Chart {
	s := chart.Series{Name: "payments at review", Kind: chart.Dots}
	for _, b := range l.Calibration {
		s.Points = append(s.Points, chart.Point{X: b.Predicted, Y: b.Observed, Low: b.From, High: b.To})
	}
	return &chart.Chart{Title: "Calibration", Subtitle: "do probabilities mean what they say? bars are 95 % intervals", Diagonal: "as predicted",
		X: chart.Axis{Label: "probability that was predicted", Log: true, Max: 1, Format: chart.Percent},
		Y: chart.Axis{Label: "share that was laundering", Log: true, Max: 1, Format: chart.Percent}, Series: []chart.Series{s}}
}

func (r *report) looksTable() page.Table {
	t := page.Table{Caption: "All looks", Columns: []page.Column{{Name: "look"}, {Name: "PR-AUC", Number: true}, {Name: "F1", Number: true}, {Name: "precision", Number: true}, {Name: "recall", Number: true}, {Name: "recall at 100 a day", Number: true}}}
	row := func(name string, k *look) {
		if k != nil {
			t.Rows = append(t.Rows, []string{name, fmt.Sprintf("%.3f", k.PRAUC), fmt.Sprintf("%.3f", k.F1), fmt.Sprintf("%.3f", k.Precision), fmt.Sprintf("%.3f", k.Recall), fmt.Sprintf("%.3f", k.Recall100Day)})
		}
	}
	for i, x := range []*report{r, r.WithoutFormat} {
		if x == nil || x.Learned == nil {
			continue
		}
		with := [2]string{"", ", without the payment format"}[i]
		row("at review"+with, &x.Learned.Review)
		row("as it arrives"+with, &x.Learned.Arrival)
		row("raw columns"+with, x.Learned.RawColumns)
	}
	return t
}
