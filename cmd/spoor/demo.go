package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"spoor"
	"spoor/detect"
	"spoor/draw"
	"spoor/draw/page"
	"spoor/draw/tree"
	"spoor/format/rates"
	"spoor/graph"
	"spoor/trace"
	"spoor/world"
)

type demoCmd struct {
	Once bool   `help:"Tell the story on the terminal and write no pictures."`
	Seed uint64 `help:"Another seed, another economy." default:"7"`
	Out  string `help:"Folder for the pictures. Default: a new temporary folder."`
	JSON bool   `name:"json" help:"Write the alerts and the trace as JSON instead of a story."`
}

// story is what the demo knows: the payments, as any node would have them.
type story struct {
	g       *graph.Graph
	rates   *spoor.Rates
	d       *detect.Detector
	names   map[string]string // holder by account
	lands   map[string]spoor.Country
	purpose map[string]string // by payment
	n       int
	planted int64 // cents of street cash, to compare with at the end
}

func (c *demoCmd) Run(e *env) error {
	s, err := newStory(c.Seed)
	if err != nil {
		return err
	}
	m, err := s.follow()
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(e.stdout, m)
	}
	flow := traceFlow(m.Forward, s.label)
	if err := s.tell(e.stdout, m, flow); err != nil {
		return err
	}
	if c.Once && c.Out == "" {
		return nil
	}
	return c.draw(e, s, m.Alerts, m.Forward, flow)
}

// matter is what one desk would look at: alerts between which money flows, the
// latest payment of them traced back, and their cash traced forward.
type matter struct {
	Alerts   []spoor.Alert `json:"alerts"`
	Others   int           `json:"other_alerts"`
	Backward *trace.Result `json:"backward"`
	Deposits []string      `json:"deposits"` // in which the money of Backward began
	Cash     []string      `json:"cash"`     // these and the others of the alerts
	Forward  *trace.Result `json:"forward"`
}

// follow finds the weightiest matter and traces its money both ways.
func (s *story) follow() (*matter, error) {
	alerts := s.d.Close()
	if len(alerts) == 0 {
		return nil, errors.New("no alerts in the demo's economy with this seed")
	}
	groups, err := s.linked(alerts)
	if err != nil {
		return nil, err
	}
	m := &matter{Alerts: groups[0], Others: len(alerts) - len(groups[0])}
	last := latest(m.Alerts)
	m.Backward, err = trace.Run(s.g, s.rates, trace.Query{Payments: last.Payments[len(last.Payments)-1:], Method: trace.FIFO, Backward: true})
	if err != nil {
		return nil, err
	}
	m.Deposits = origins(m.Backward)
	m.Cash = s.withCash(slices.Clone(m.Deposits), m.Alerts)
	m.Forward, err = trace.Run(s.g, s.rates, trace.Query{Payments: m.Cash, Method: trace.FIFO})
	return m, err
}

// tell tells the story on a terminal.
func (s *story) tell(w io.Writer, m *matter, flow *draw.Flow) error {
	fmt.Fprintf(w, "A month in an invented economy: %d payments between %d accounts. Somewhere in it, cocaine money.\n", s.n, s.g.Accounts()-1)
	heading(w, "1. Noticed")
	fmt.Fprintf(w, "%d alerts in all. Money flows between %d of them, which together weigh most:\n", len(m.Alerts)+m.Others, len(m.Alerts))
	for i := range m.Alerts {
		s.explain(w, &m.Alerts[i])
	}
	heading(w, "2. Where it came from")
	fmt.Fprintf(w, "The latest payment of these alerts, traced back, first in first out: %s of its %s began as cash, taken from %d deposits, which were in full:\n",
		money(m.Backward.LeftInCash), money(m.Backward.Traced), len(m.Deposits))
	s.deposits(w, m.Deposits)
	heading(w, "3. Where it went")
	fmt.Fprintf(w, "These deposits and the others of the alerts, %s in %d deposits, traced forward:\n\n", money(m.Forward.Traced), len(m.Cash))
	if err := tree.Write(w, flow, max(100, width(w)), colour(w)); err != nil {
		return err
	}
	heading(w, "4. What can be frozen")
	s.freezable(w, m.Forward)
	fmt.Fprintf(w, "\nWhat was planted: %s of street cash. Spoor was not told.\n", spoor.Money{Amount: s.planted, Currency: spoor.EUR}.Grouped())
	return nil
}

func heading(w io.Writer, title string) {
	fmt.Fprintf(w, "\n── %s %s\n\n", title, strings.Repeat("─", 70-len(title)))
}

// linked groups alerts between which money flows, the weightiest group first:
// what one desk would look at as one matter. Two alerts belong together when a
// quarter or more of the money of one, traced forward, passes through a
// payment of the other.
func (s *story) linked(alerts []spoor.Alert) ([][]spoor.Alert, error) {
	of := map[string]int{}
	group := make([]int, len(alerts))
	for i, a := range alerts {
		group[i] = i
		for _, id := range a.Payments {
			of[id] = i
		}
	}
	for i, a := range alerts {
		r, err := trace.Run(s.g, s.rates, trace.Query{Payments: a.Payments, Method: trace.FIFO, Limits: trace.Limits{Paths: -1}})
		if err != nil {
			return nil, err
		}
		reached := map[int]int64{}
		for _, f := range r.Flows {
			if j, ok := of[f.Payment]; ok && j != i {
				reached[j] += f.Amount
			}
		}
		for j, amount := range reached {
			if 4*amount >= r.Traced.Amount {
				merge(group, i, j)
			}
		}
	}
	members := map[int][]spoor.Alert{}
	for i, a := range alerts {
		members[group[i]] = append(members[group[i]], a)
	}
	out := slices.Collect(maps.Values(members))
	weight := func(g []spoor.Alert) (sum float64) {
		for _, a := range g {
			sum += a.Score
		}
		return sum
	}
	slices.SortFunc(out, func(a, b []spoor.Alert) int {
		return cmp.Or(cmp.Compare(weight(b), weight(a)), cmp.Compare(a[0].ID, b[0].ID))
	})
	return out, nil
}

// merge puts the groups of i and j together under the smaller number.
func merge(group []int, i, j int) {
	from, to := max(group[i], group[j]), min(group[i], group[j])
	for k := range group {
		if group[k] == from {
			group[k] = to
		}
	}
}

func latest(alerts []spoor.Alert) spoor.Alert {
	return slices.MaxFunc(alerts, func(a, b spoor.Alert) int { return cmp.Compare(a.Last, b.Last) })
}

// newStory makes the economy with the scheme in it and runs the detectors.
func newStory(seed uint64) (*story, error) {
	start := world.AMLworldStart
	w, err := world.New(world.Options{Payments: 30_000, Seed: seed, Start: start, Days: 30, Rates: rates.Default()})
	if err != nil {
		return nil, err
	}
	s := &story{rates: rates.Default(), names: map[string]string{}, lands: map[string]spoor.Country{}, purpose: map[string]string{}}
	s.g = graph.New(graph.Options{Rates: s.rates})
	s.d = detect.New(s.g, detect.DefaultParameters(), runtime.GOMAXPROCS(0))
	hidden := cocaineMoney(w, start, seed)
	take := func(p *spoor.Payment) error {
		s.n++
		p.Record = uint64(s.n)
		s.know(p)
		return s.d.Add(p)
	}
	for p := range w.Payments() {
		for ; len(hidden) > 0 && hidden[0].Time <= p.Time; hidden = hidden[1:] {
			if err := take(&hidden[0]); err != nil {
				return nil, err
			}
		}
		if err := take(p); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// know notes what the payment says of holders, countries and purpose.
func (s *story) know(p *spoor.Payment) {
	s.purpose[p.Called()] = p.Purpose
	for _, end := range []struct {
		id   spoor.AccountID
		name string
		land spoor.Country
	}{{p.From, p.FromName, p.FromCountry}, {p.To, p.ToName, p.ToCountry}} {
		if end.id != (spoor.AccountID{}) {
			s.names[end.id.String()], s.lands[end.id.String()] = end.name, end.land
		}
	}
	if p.Label == spoor.Illicit && p.Channel == spoor.Cash {
		s.planted += p.Paid.Amount
	}
}

func (s *story) name(account string) string {
	if n := s.names[account]; n != "" {
		return fmt.Sprintf("%s (%s)", n, s.lands[account])
	}
	return account
}

// label gives a picture's node its holder and, below, the country.
func (s *story) label(account string) (label, note string) {
	if account == "outside" {
		return "street cash", ""
	}
	return s.names[account], s.lands[account].String()
}

// explain prints an alert with holders in place of account numbers.
func (s *story) explain(w io.Writer, a *spoor.Alert) {
	fmt.Fprintf(w, "\n  %s, score %.0f: %s, %s to %s, %d payments\n", strings.ToUpper(string(a.Typology)), a.Score,
		spoor.Money{Amount: a.Amount, Currency: a.Currency}.Grouped(), a.First.Date(), a.Last.Date(), len(a.Payments))
	for _, r := range s.named(a) {
		fmt.Fprintf(w, "  · %s\n", r)
	}
}

// named gives an alert's reasons with holders in place of account numbers.
func (s *story) named(a *spoor.Alert) (reasons []string) {
	for _, r := range a.Reasons {
		for _, acc := range a.Accounts {
			r = strings.ReplaceAll(r, acc, s.name(acc))
		}
		reasons = append(reasons, r)
	}
	return reasons
}

// origins lists the cash deposits that a backward trace ends at.
func origins(r *trace.Result) (ids []string) {
	for _, f := range r.Flows {
		if f.From == "outside" {
			ids = append(ids, f.Payment)
		}
	}
	return ids
}

// withCash adds the cash deposits of alerts to ids; where there is no cash at
// all, it takes the payments of the first alert.
func (s *story) withCash(ids []string, alerts []spoor.Alert) []string {
	in := map[string]bool{}
	for _, a := range alerts {
		for _, id := range a.Payments {
			in[id] = true
		}
	}
	first, end := s.g.Span()
	for r := first; r != end; r++ {
		if id := s.g.ID(r); in[id] && s.g.Channel(r) == spoor.Cash && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return alerts[0].Payments
	}
	return ids
}

// deposits sums them up by account.
func (s *story) deposits(w io.Writer, ids []string) {
	first, end := s.g.Span()
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	sum, n, largest := map[string]int64{}, map[string]int{}, map[string]int64{}
	var order []string
	for r := first; r != end; r++ {
		if id := s.g.ID(r); wanted[id] {
			_, to := s.g.Ends(r)
			name := s.g.AccountID(to).String()
			if n[name]++; n[name] == 1 {
				order = append(order, name)
			}
			sum[name] += s.g.Paid(r).Amount
			largest[name] = max(largest[name], s.g.Paid(r).Amount)
		}
	}
	for _, a := range order {
		fmt.Fprintf(w, "  %-34s %2d deposits, %14s, the largest %s\n", s.name(a), n[a], spoor.Money{Amount: sum[a], Currency: spoor.EUR}.Grouped(), spoor.Money{Amount: largest[a], Currency: spoor.EUR}.Grouped())
	}
}

// freezable lists what is held where, and by which instrument it can be reached.
func (s *story) freezable(w io.Writer, r *trace.Result) {
	last := map[string]string{} // what the largest traced payment into an account was for
	most := map[string]int64{}
	for _, f := range r.Flows {
		if f.Amount > most[f.To] {
			most[f.To], last[f.To] = f.Amount, s.purpose[f.Payment]
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var held int64
	fmt.Fprintln(t, "amount\tholder\taccount\tcame in as\tinstrument\t")
	for i, h := range r.Holdings {
		held += h.Amount
		if i < 12 {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", spoor.Money{Amount: h.Amount, Currency: h.Currency}.Grouped(), s.name(h.Account), h.Account, last[h.Account], instrument(s.lands[h.Account]))
		}
	}
	t.Flush()
	if rest := len(r.Holdings) - 12; rest > 0 {
		fmt.Fprintf(w, "and %d smaller holdings\n", rest)
	}
	fmt.Fprintf(w, "\nIn all %s of %s traced lie in %d accounts; %s left the data's view.\n",
		spoor.Money{Amount: held, Currency: r.Traced.Currency}.Grouped(), money(r.Traced), len(r.Holdings), money(r.LeftView))
	fmt.Fprintln(w, "Instruments as an Italian authority would use them. Holders who got wages or a market price may be in good faith.")
	fmt.Fprintln(w, "Money that bought a building is frozen as the building: the order names the property, not the seller's account.")
}

// union are the members of the European Union in whose territory Reg. (EU)
// 2018/1805 applies: all but Denmark and Ireland. council lists parties to the
// Warsaw Convention (CETS 198) outside it, from memory.
const (
	union   = "AT BE BG CY CZ DE EE ES FI FR GR HR HU IT LT LU LV MT NL PL PT RO SE SI SK"
	council = "AL AM AZ BA GE MC MD ME MK RS SM TR UA"
)

// instrument names how an Italian authority reaches an asset.
func instrument(c spoor.Country) string {
	switch code := c.String(); {
	case code == "IT":
		return "national freezing order (Dir. (EU) 2024/1260)"
	case code == "DK" || code == "IE":
		return "freezing order, FD 2003/577/JHA"
	case code == "GB":
		return "request, EU-UK TCA Part Three Title XI"
	case code != "" && strings.Contains(union, code):
		return "certificate Annex I, Reg. (EU) 2018/1805"
	case code != "" && strings.Contains(council, code):
		return "request, Warsaw Convention (CETS 198)"
	}
	return "mutual legal assistance, UN Convention 1988 Art 5"
}

// draw writes the pictures and says where they are.
func (c *demoCmd) draw(e *env, s *story, alerts []spoor.Alert, r *trace.Result, flow *draw.Flow) error {
	dir := c.Out
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "spoor-demo-"); err != nil {
			return err
		}
	} else if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, "trace.svg"), func(w io.Writer) error { return draw.Sankey(w, flow, draw.Options{}) }); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, "trace.html"), func(w io.Writer) error { return page.Write(w, tracePage(flow, r)) }); err != nil {
		return err
	}
	for i := range alerts {
		name := filepath.Join(dir, fmt.Sprintf("alert-%d.html", i+1))
		sheet := alertPage(s.g, &alerts[i], s.label)
		sheet.Reasons = s.named(&alerts[i])
		if err := writeFile(name, func(w io.Writer) error { return page.Write(w, sheet) }); err != nil {
			return err
		}
	}
	fmt.Fprintf(e.stdout, "\nPictures of the trace and of each alert: %s\n", filepath.Join(dir, "trace.html"))
	return nil
}
