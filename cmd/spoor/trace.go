package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"spoor"
	"spoor/draw"
	"spoor/draw/page"
	"spoor/draw/text"
	"spoor/draw/tree"
	"spoor/graph"
	"spoor/trace"
)

type traceCmd struct {
	reading
	From     []string `help:"Trace all that these accounts hold and get: bank:number, or a number alone." placeholder:"ACCOUNT"`
	Payments []string `help:"Trace what these payments brought: own ids, or record numbers." placeholder:"ID"`
	Alert    string   `help:"Trace what the payments of this alert brought: its id in --alerts." placeholder:"ID"`
	Alerts   string   `help:"The alerts.jsonl that detect wrote." default:"alerts.jsonl"`
	Method   string   `help:"fifo, lifo, prorata (haircut) or poison." enum:"fifo,lifo,prorata,poison" default:"fifo"`
	Backward bool     `help:"Where the money came from, instead of where it went."`
	Since    string   `help:"Follow payments from this time on (2006-01-02 or RFC 3339)."`
	Until    string   `help:"Follow payments up to this time."`
	Currency string   `help:"Unit of the result. Default: the currency of the money traced."`
	Out      string   `help:"Write the result as JSON (trace.json)."`
	Picture  string   `help:"Write a picture of the flow: a .svg, or an .html page with tables."`
	Top      int      `help:"How many holdings and paths to show." default:"15"`
	JSON     bool     `name:"json" help:"Write the result as JSON to standard output."`
}

func (c *traceCmd) Run(e *env) error {
	if c.Alert != "" {
		a, err := findAlert(c.Alerts, c.Alert)
		if err != nil {
			return err
		}
		c.Payments = append(c.Payments, a.Payments...)
	}
	if len(c.From)+len(c.Payments) == 0 {
		return usage("say what to trace: --from ACCOUNT, --payments ID,ID or --alert ID")
	}
	if ext := filepath.Ext(c.Picture); c.Picture != "" && ext != ".svg" && ext != ".html" {
		return usage("--picture: want a name that ends in .svg or .html")
	}
	table, err := c.table()
	if err != nil {
		return err
	}
	g := graph.New(graph.Options{Rates: table})
	sum, err := c.each(e, "reading", func() { g = graph.New(graph.Options{Rates: table}) }, func(p *spoor.Payment) error {
		if _, err := g.Add(p); err != nil {
			return c.refuse(p, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	sum.tell(e.stderr)
	q, err := c.query(g)
	if err != nil {
		return err
	}
	r, err := trace.Run(g, table, q)
	if errors.Is(err, trace.ErrUnknown) || errors.Is(err, trace.ErrQuery) {
		return usage(err.Error())
	}
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := writeFile(c.Out, func(w io.Writer) error { return writeJSON(w, r) }); err != nil {
			return err
		}
	}
	flow := traceFlow(r, nil)
	if c.Picture != "" {
		if err := writePicture(c.Picture, flow, r); err != nil {
			return err
		}
	}
	if c.JSON {
		return writeJSON(e.stdout, r)
	}
	showTrace(e.stdout, r, c.Top)
	if n := len(flow.Links); n > 0 && n <= 60 {
		fmt.Fprintln(e.stdout)
		return tree.Write(e.stdout, flow, width(e.stdout), colour(e.stdout))
	}
	return nil
}

// findAlert finds an alert in a file of them.
func findAlert(file, id string) (*spoor.Alert, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dec := json.NewDecoder(f)
	for n := uint64(1); ; n++ {
		var a spoor.Alert
		switch err := dec.Decode(&a); {
		case err == io.EOF:
			return nil, usage(fmt.Sprintf("no alert %s in %s", id, file))
		case err != nil:
			return nil, &spoor.Problem{File: file, Record: n, Reason: fmt.Sprintf("alert %d: %v", n, err), Fatal: true}
		case a.ID == id:
			return &a, nil
		}
	}
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (c *traceCmd) query(g *graph.Graph) (q trace.Query, err error) {
	q = trace.Query{Payments: c.Payments, Backward: c.Backward}
	if q.Method, err = trace.ParseMethod(c.Method); err != nil {
		return q, usage(err.Error())
	}
	for _, name := range c.From {
		id, err := resolve(g, name)
		if err != nil {
			return q, err
		}
		q.From = append(q.From, id)
	}
	if q.Since, err = instant("--since", c.Since); err != nil {
		return q, err
	}
	if q.Until, err = instant("--until", c.Until); err != nil {
		return q, err
	}
	if c.Currency != "" {
		if q.Currency, err = spoor.ParseCurrency(c.Currency); err != nil {
			return q, usage("--currency: " + err.Error())
		}
	}
	return q, nil
}

func instant(flag, s string) (spoor.Instant, error) {
	if s == "" {
		return 0, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return spoor.At(t), nil
		}
	}
	return 0, usage(flag + ": want a time such as 2022-09-01 or 2022-09-01T08:00:00Z")
}

// resolve finds the account that a person means: as written, with zeros before
// the bank dropped, or by its number alone where only one account has it.
func resolve(g *graph.Graph, name string) (spoor.AccountID, error) {
	id := spoor.ParseAccountID(name)
	if _, ok := g.Lookup(id); ok {
		return id, nil
	}
	if trimmed := (spoor.AccountID{Bank: strings.TrimLeft(id.Bank, "0"), Number: id.Number}); id.Bank != "" {
		if _, ok := g.Lookup(trimmed); ok {
			return trimmed, nil
		}
	}
	var same []spoor.AccountID
	for a := 1; a < g.Accounts(); a++ {
		if other := g.AccountID(graph.Account(a)); other.Number == id.Number {
			same = append(same, other)
		}
	}
	switch len(same) {
	case 0:
		return id, usage(fmt.Sprintf("account %s is not in the data: write it as alerts do, bank:number or the number alone", name))
	case 1:
		return same[0], nil
	}
	return id, usage(fmt.Sprintf("%d accounts have the number %s: name the bank, such as %s", len(same), name, same[0]))
}

func showTrace(w io.Writer, r *trace.Result, top int) {
	verb, note := "went", "never pays on in this data"
	if r.Direction == backward {
		verb, note = "came from", "is never paid in this data"
	}
	if len(r.Flows) == 0 {
		fmt.Fprintf(w, "%s: no payment in this data shows where its money %s.\n", clean(r.From, ", "), verb)
		return
	}
	fmt.Fprintf(w, "Where %s of %s %s, by %s\n\n", money(r.Traced), clean(r.From, ", "), verb, r.Method)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "account\tamount\tshare\thops\tfirst touch\tlast touch\t")
	for i, h := range r.Holdings {
		if i == top {
			fmt.Fprintf(t, "… %d more\t\t\t\t\t\t\n", len(r.Holdings)-top)
			break
		}
		rest := ""
		if h.AtRest {
			rest = note
		}
		fmt.Fprintf(t, "%s\t%s\t%.1f %%\t%d\t%s\t%s\t%s\n", text.Clean(h.Account), spoor.Money{Amount: h.Amount, Currency: h.Currency}.Grouped(), 100*h.Share, h.Hops, h.First.Date(), h.Last.Date(), rest)
	}
	t.Flush()
	var held int64
	for _, h := range r.Holdings {
		held += h.Amount
	}
	sum := trace.Sum{Amount: held, Currency: r.Traced.Currency}
	if r.Direction == backward {
		fmt.Fprintf(w, "\nbegan in %s: %s + came from outside the data %s (cash %s) + not explained by payments in %s = traced %s\n", plural(len(r.Holdings), "account"), money(sum),
			money(r.LeftView), money(r.LeftInCash), money(r.HeldAtSource), money(r.Traced))
	} else {
		fmt.Fprintf(w, "\nheld in %s: %s + left the data's view %s (cash %s) + still at the source %s = traced %s\n", plural(len(r.Holdings), "account"), money(sum),
			money(r.LeftView), money(r.LeftInCash), money(r.HeldAtSource), money(r.Traced))
	}
	for i, p := range r.Paths {
		if i == 0 {
			fmt.Fprintln(w, "\nLargest paths:")
		}
		if i == min(top, 5) {
			break
		}
		fmt.Fprintf(w, "  %s  %s\n", spoor.Money{Amount: p.Amount, Currency: r.Traced.Currency}.Grouped(), clean(p.Accounts, " → "))
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "note:", n)
	}
}

// backward is a result's direction when money was followed to its origin.
const backward = "backward"

// clean joins names, each made harmless for a terminal.
func clean(names []string, between string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = text.Clean(n)
	}
	return strings.Join(out, between)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func money(s trace.Sum) string { return spoor.Money{Amount: s.Amount, Currency: s.Currency}.Grouped() }

// mostDrawn is how many payments of a trace a picture is made from.
const mostDrawn = 5000

// traceFlow turns a trace into a picture; note gives an account's second line,
// and may be nil.
func traceFlow(r *trace.Result, note func(account string) (label, note string)) *draw.Flow {
	f := &draw.Flow{
		Title:    fmt.Sprintf("Where %s went, by %s", money(r.Traced), r.Method),
		Currency: r.Traced.Currency,
		Footer:   "Traced by Spoor. Amounts are the traced part of each payment.",
	}
	if r.Direction == backward {
		f.Title = fmt.Sprintf("Where %s came from, by %s", money(r.Traced), r.Method)
	}
	index := map[string]int{}
	node := func(account string) int {
		if i, ok := index[account]; ok {
			return i
		}
		n := draw.Node{ID: account}
		if account == "outside" {
			n.Kind, n.Label = draw.Outside, "cash and outside"
		}
		if note != nil {
			n.Label, n.Note = note(account)
		}
		index[account] = len(f.Nodes)
		f.Nodes = append(f.Nodes, n)
		return index[account]
	}
	paidTo := map[string]bool{}
	flows := r.Flows
	if len(flows) > mostDrawn {
		flows = slices.Clone(flows)
		slices.SortStableFunc(flows, func(a, b trace.Flow) int { return cmp.Compare(b.Amount, a.Amount) })
		flows = flows[:mostDrawn]
		slices.SortStableFunc(flows, func(a, b trace.Flow) int { return cmp.Compare(a.Time, b.Time) })
		f.Footer += fmt.Sprintf(" Drawn are the %d largest of %d payments.", mostDrawn, len(r.Flows))
	}
	for _, fl := range flows {
		from, to := node(fl.From), node(fl.To)
		paidTo[fl.To] = true
		f.Links = append(f.Links, draw.Link{From: from, To: to, Amount: fl.Amount, Time: fl.Time, Count: 1, Note: fl.Payment})
	}
	for _, h := range r.Holdings {
		if _, drawn := index[h.Account]; !drawn && len(flows) < len(r.Flows) {
			continue
		}
		n := &f.Nodes[node(h.Account)]
		if r.Direction == backward {
			n.Kind = draw.Source
		} else {
			n.Value, n.Kind = h.Amount, draw.Holding
		}
	}
	for i := range f.Nodes {
		if n := &f.Nodes[i]; n.Kind == draw.Ordinary && !paidTo[n.ID] {
			n.Kind = draw.Source
		}
	}
	return f
}

// writePicture writes an SVG, or a page with tables where the name ends in .html.
func writePicture(name string, f *draw.Flow, r *trace.Result) error {
	return writeFile(name, func(w io.Writer) error {
		if !strings.HasSuffix(name, ".html") {
			return draw.Sankey(w, f, draw.Options{})
		}
		return page.Write(w, tracePage(f, r))
	})
}

func tracePage(f *draw.Flow, r *trace.Result) *page.Page {
	p := &page.Page{
		Title: f.Title, Subtitle: f.Subtitle,
		Facts: []page.Fact{
			{Name: "Traced", Value: money(r.Traced)},
			{Name: "Method", Value: string(r.Method)},
			{Name: "Left the data's view", Value: money(r.LeftView)},
			{Name: "Still at the source", Value: money(r.HeldAtSource)},
		},
		Reasons:  r.Notes,
		Pictures: []page.Picture{{Flow: f, Draw: draw.Sankey}},
		Footer:   f.Footer,
	}
	paths := page.Table{Caption: "Largest paths", Columns: []page.Column{{Name: "Amount", Number: true}, {Name: "Payments", Number: true}, {Name: "First"}, {Name: "Last"}, {Name: "Route"}}}
	for _, path := range r.Paths {
		paths.Rows = append(paths.Rows, []string{spoor.Money{Amount: path.Amount, Currency: r.Traced.Currency}.Grouped(), fmt.Sprint(path.Hops), path.First.Date(), path.Last.Date(), strings.Join(path.Accounts, " → ")})
	}
	if len(paths.Rows) > 0 {
		p.Tables = append(p.Tables, paths)
	}
	return p
}

// width and colour ask a terminal; anything else is 100 wide and plain.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 100
}

func colour(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}
