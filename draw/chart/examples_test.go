package chart_test

import (
	"math"
	"math/rand/v2"

	"spoor/draw/chart"
)

// precision is precision-recall curves of three models, as measure gives them.
func precision() *chart.Chart {
	curve := func(name string, top, bend float64, dice *rand.Rand) chart.Series {
		s := chart.Series{Name: name, Kind: chart.Step}
		for i := range 101 {
			r := float64(i) / 100
			p := top*math.Pow(1-r, bend) + 0.001
			s.Points = append(s.Points, chart.Point{X: r, Y: min(1, p*(1+dice.NormFloat64()*0.12/(1+10*r)))})
		}
		return s
	}
	dice := rand.New(rand.NewPCG(1, 2))
	c := &chart.Chart{
		Title: "What an analyst finds, and how much else", Subtitle: "Invented figures: a month of payments, 0.1 % of them laundering",
		X: chart.Axis{Label: "Recall: share of laundering payments that are read", Max: 1, Format: chart.Percent},
		Y: chart.Axis{Label: "Precision: share of laundering among what is read", Max: 1, Format: chart.Percent},
		Series: []chart.Series{
			curve("Rules and learnt score", 0.97, 0.45, dice), curve("Learnt score alone", 0.9, 0.8, dice), curve("Rules alone", 0.62, 1.4, dice),
			{Name: "Reading at random", Points: []chart.Point{{X: 0, Y: 0.001}, {X: 1, Y: 0.001}}, Reference: true},
		},
		Footer: "Invented figures: average precision 0.67 (0.63 to 0.70). Ranges are 95 % intervals by drawing whole schemes again, 200 times.",
	}
	at := c.Series[0].Points[58]
	c.Marks = []chart.Mark{{Series: 0, X: at.X, Y: at.Y, Label: "in operation: two of three alerts are right"}, {Series: 2, X: 0.31, Y: c.Series[2].Points[31].Y, Label: "rules of 2025"}}
	return c
}

// reliability is a calibration diagram for rare events.
func reliability() *chart.Chart {
	series := func(name string, bend float64, zero bool) chart.Series {
		s := chart.Series{Name: name, Kind: chart.Dots}
		for i := range 10 {
			p := math.Pow(10, -4.75+float64(i)/2)
			y := min(0.97, math.Pow(p, bend))
			half := y * 0.9 / math.Pow(float64(11-i), 0.2) / float64(1+i)
			s.Points = append(s.Points, chart.Point{X: p, Y: y, Low: max(0, y-half), High: min(1, y+1.4*half)})
		}
		if zero {
			s.Points[0].Y, s.Points[0].Low, s.Points[0].High = 0, 0, 4e-5
		}
		return s
	}
	return &chart.Chart{
		Title: "Does a probability mean what it says?", Subtitle: "Bins of predicted probability against what came, 95 % intervals",
		X:      chart.Axis{Label: "Predicted probability", Min: 1e-5, Max: 1, Log: true, Format: chart.Percent},
		Y:      chart.Axis{Label: "Observed share of laundering", Min: 1e-5, Max: 1, Log: true, Format: chart.Percent},
		Series: []chart.Series{series("Calibrated", 1.02, true), series("Raw score", 0.72, false)}, Diagonal: "What it should be",
		Width: 430, Height: 430,
	}
}

// health is a year of a node's figures with a gap.
func health() *chart.Chart {
	const start, day = 1772323200.0, 86400.0
	dice := rand.New(rand.NewPCG(3, 4))
	band := chart.Series{Name: "Alerts that analysts confirmed, 95 % interval", Kind: chart.Band}
	twice := chart.Series{Name: "Share of payments looked at twice"}
	for i := range 52 {
		x, y := start+float64(i)*7*day, 0.62+0.1*math.Sin(float64(i)/8)+dice.NormFloat64()*0.02
		if i == 30 {
			y = math.NaN()
		}
		band.Points = append(band.Points, chart.Point{X: x, Y: y, Low: y - 0.06, High: y + 0.05})
		twice.Points = append(twice.Points, chart.Point{X: x, Y: 0.2 + 0.002*float64(i) + dice.NormFloat64()*0.01})
	}
	return &chart.Chart{
		Title: "Health of the node", X: chart.Axis{Label: "Week", Format: chart.Time}, Y: chart.Axis{Label: "Rate", Format: chart.Percent, Max: 1},
		Series: []chart.Series{band, twice, {Name: "Agreed floor", Points: []chart.Point{{X: start, Y: 0.5}, {X: start + 51*7*day, Y: 0.5}}, Reference: true}},
		Marks:  []chart.Mark{{Series: 0, X: start + 33*7*day, Y: band.Points[33].Y, Label: "model 2026-10 in service"}},
	}
}

// many is as many series as there may be, of all kinds.
func many() *chart.Chart {
	c := &chart.Chart{Title: "Twenty series can still be told apart", X: chart.Axis{Label: "Payments", Min: 0, Max: 5_000_000}, Y: chart.Axis{Label: "Seconds", Min: 1, Max: 1000, Log: true}}
	for i := range 20 {
		s := chart.Series{Name: "Model " + string(rune('A'+i)), Kind: []chart.Kind{chart.Line, chart.Line, chart.Step, chart.Dots}[i%4]}
		for j := range 9 {
			x := float64(j) * 625_000
			s.Points = append(s.Points, chart.Point{X: x, Y: (1 + x/20_000) * math.Pow(1.25, float64(i)) / 10})
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// hostile is strings from the other side, and figures that are none.
func hostile() *chart.Chart {
	inf, nan := math.Inf(1), math.NaN()
	return &chart.Chart{
		Title: "</svg><script>alert(1)</script>", Subtitle: "\x1b[2J\u202egnp.exe", Footer: `"><img src=x onerror=alert(1)>`,
		X: chart.Axis{Label: "<b>A & B</b>\x00\x07"}, Y: chart.Axis{Label: "'\"><svg/onload=1>", Log: true}, Diagonal: "--><!--",
		Series: []chart.Series{
			{Name: "]]>&amp;", Points: []chart.Point{{X: 1, Y: 1}, {X: nan, Y: 2}, {X: 2, Y: inf}, {X: 3, Y: -1}, {X: 4, Y: 5}, {X: 5, Y: 2, Low: -inf, High: inf}, {X: 6, Y: 3, Low: nan, High: 1}}},
			{Name: "خط שלום", Kind: chart.Dots, Points: []chart.Point{{X: 2, Y: 0, High: 3}, {X: 1e308, Y: 1}, {X: 3, Y: 0}}},
			{Name: "株式会社スプーア東京支店普通預金口座番号一二三四五六七", Kind: chart.Band, Points: []chart.Point{{X: 2, Y: 2, Low: 1, High: 3}, {X: 3, Y: 2, Low: 1, High: 4}}},
		},
		Marks: []chart.Mark{{Series: 1, X: 2, Y: 2, Label: "\xff\xfe<i>"}, {X: nan, Y: 1, Label: "nowhere"}},
	}
}

func examples() map[string]*chart.Chart {
	return map[string]*chart.Chart{
		"precision": precision(), "reliability": reliability(), "health": health(), "many": many(), "hostile": hostile(),
		"empty": {Title: "Nothing yet", X: chart.Axis{Label: "Day", Format: chart.Time}, Y: chart.Axis{Label: "Rate", Log: true}},
		"one":   {X: chart.Axis{}, Series: []chart.Series{{Name: "Alone", Points: []chart.Point{{X: 7, Y: 0.31}}}}},
	}
}
