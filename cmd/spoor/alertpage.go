package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"spoor"
	"spoor/draw"
	"spoor/draw/page"
	"spoor/graph"
)

// drawAlerts writes a page for each alert, whose payments must be in the graph
// still; those that have left the window are passed over.
func drawAlerts(dir string, g *graph.Graph, alerts []spoor.Alert) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i := range alerts {
		sheet := alertPage(g, &alerts[i], nil)
		if len(sheet.Pictures[0].Flow.Links) == 0 {
			continue
		}
		name := filepath.Join(dir, fmt.Sprintf("alert-%d.html", i+1))
		if err := writeFile(name, func(w io.Writer) error { return page.Write(w, sheet) }); err != nil {
			return err
		}
	}
	return nil
}

// alertPage draws an alert: its subgraph, its reasons and its facts. The
// alert's payments must be in the graph still; note may be nil.
func alertPage(g *graph.Graph, a *spoor.Alert, note func(account string) (label, note string)) *page.Page {
	amount := spoor.Money{Amount: a.Amount, Currency: a.Currency}.Grouped()
	f := &draw.Flow{
		Title: fmt.Sprintf("%s: %s, %s to %s", a.Typology, amount, a.First.Date(), a.Last.Date()), Currency: a.Currency,
		Footer: fmt.Sprintf("Alert %s, rules %s, parameters %s.", a.ID, a.Versions["rules"], a.Versions["parameters"]),
	}
	wanted := map[string]bool{}
	for _, id := range a.Payments {
		wanted[id] = true
	}
	index := map[graph.Account]int{}
	node := func(acc graph.Account) int {
		if i, ok := index[acc]; ok {
			return i
		}
		n := draw.Node{ID: g.AccountID(acc).String()}
		if acc == graph.Outside {
			n.Kind = draw.Outside
		}
		if n.ID == a.Accounts[0] {
			n.Kind = draw.Focus
		}
		if note != nil {
			n.Label, n.Note = note(n.ID)
		} else if holder := a.Holders[n.ID]; holder != "" {
			n.Label, n.Note = holder, g.Country(acc).String()
		} else {
			n.Note = g.Country(acc).String()
		}
		index[acc] = len(f.Nodes)
		f.Nodes = append(f.Nodes, n)
		return index[acc]
	}
	var refs []graph.Ref
	first, end := g.Span()
	for r := first; r != end; r++ {
		if wanted[g.ID(r)] {
			refs = append(refs, r)
			if g.Paid(r).Currency != a.Currency { // a picture has one scale
				f.Currency = spoor.EUR
			}
		}
	}
	if f.Currency != a.Currency {
		f.Footer += fmt.Sprintf(" Its payments are in several currencies: drawn in euro by the rates %s.", a.Versions["rates"])
	}
	for _, r := range refs {
		from, to := g.Ends(r)
		m, what := g.Paid(r), g.Channel(r).String()+" "+g.ID(r)
		if f.Currency != a.Currency && m.Currency != spoor.EUR {
			what += ", " + m.Grouped()
			m = spoor.Money{Amount: int64(math.Round(float64(g.Value(r)) * 100)), Currency: spoor.EUR}
		}
		f.Links = append(f.Links, draw.Link{From: node(from), To: node(to), Amount: m.Amount, Time: g.Time(r), Count: 1, Note: what})
	}
	facts := []page.Fact{{Name: "Typology", Value: string(a.Typology)}, {Name: "Score", Value: fmt.Sprintf("%.0f", a.Score)}, {Name: "Amount", Value: amount}, {Name: "Payments", Value: fmt.Sprint(len(a.Payments))}, {Name: "Accounts", Value: fmt.Sprint(len(a.Accounts))}}
	return &page.Page{Title: f.Title, Facts: facts, Reasons: reasonsNamed(a), Pictures: []page.Picture{{Flow: f, Draw: draw.Graph}}, Footer: f.Footer}
}
