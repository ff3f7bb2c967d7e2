package behaviour

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strings"

	"spoor"
	"spoor/detect/internal/look"
	"spoor/detect/internal/usual"
	"spoor/graph"
)

// HighRiskCorridor finds a sum sent in portions to countries on the high-risk
// list, beyond what the account otherwise has to do with them (Directive (EU)
// 2015/849 Art 18a and its successors on high-risk third countries; FATF lists).
//
// From one sender, or to one receiver whoever sends, min_transfers or more of
// similar size (each within a factor of two of the latest) go to listed
// countries from another within window, min_value or more together.
type HighRiskCorridor struct {
	Window       spoor.Instant
	MinTransfers int
	MinValue     float64
	List         *CountryList
}

// CountryList is a list of countries and the version that alerts name.
type CountryList struct {
	version string
	listed  map[spoor.Country]bool
}

//go:embed highrisk.txt
var highRisk string

// HighRiskCountries is the list inside the program.
func HighRiskCountries() *CountryList { return parseCountries(highRisk) }

// parseCountries reads one code a line, what follows a blank being a note; # is
// for comments, of which one may say "# version:".
func parseCountries(text string) *CountryList {
	list := &CountryList{listed: map[spoor.Country]bool{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if v, ok := strings.CutPrefix(line, "# version:"); ok {
			list.version = strings.TrimSpace(v)
		}
		if code, _, _ := strings.Cut(line, " "); !strings.HasPrefix(line, "#") {
			if c, ok := spoor.ParseCountry(code); ok {
				list.listed[c] = true
			}
		}
	}
	return list
}

// Typology is high-risk-corridor.
func (f *HighRiskCorridor) Typology() spoor.Typology { return spoor.HighRiskCorridor }

// Find looks at the sender's payments to listed countries, then at the
// receiver's from elsewhere.
func (f *HighRiskCorridor) Find(s *look.Scope) {
	if !s.Channel.Transfer() || s.From == graph.Outside {
		return
	}
	home := s.Graph.Country(s.To)
	if !f.List.listed[home] || s.Graph.Country(s.From) == home {
		return
	}
	f.gather(s, s.From, s.Out(s.From, f.Window), func(e graph.Edge) bool { return f.List.listed[s.Graph.Country(e.Peer())] })
	f.gather(s, s.To, s.In(s.To, f.Window), func(e graph.Edge) bool { return s.Graph.Country(e.Peer()) != home })
}

func (f *HighRiskCorridor) gather(s *look.Scope, anchor graph.Account, edges []graph.Edge, abroad func(graph.Edge) bool) {
	if len(edges) < f.MinTransfers || len(edges) > maxCollected {
		return
	}
	var refs []graph.Ref
	var sum float64
	for _, e := range edges {
		if v := float64(s.Graph.Value(e.Ref)); e.Channel().Transfer() && abroad(e) && v > s.Value/2 && v < s.Value*2 {
			refs = append(refs, e.Ref)
			sum += v
		}
	}
	if len(refs) >= f.MinTransfers && sum >= f.MinValue {
		s.Emit(look.Signal{Typology: spoor.HighRiskCorridor, Anchor: [2]graph.Account{anchor}, Refs: refs, Moved: refs, Amount: sum})
	}
}

// Assess weighs evenness, number and sum of the portions and how many send
// them, against the account's other traffic with such countries.
func (f *HighRiskCorridor) Assess(t *usual.Traffic, sig *look.Signal) (float64, []string) {
	var countries []spoor.Country
	var names string
	senders := map[graph.Account]bool{}
	for _, r := range sig.Refs {
		from, to := t.Graph.Ends(r)
		senders[from] = true
		if c := t.Graph.Country(to); !slices.Contains(countries, c) {
			countries = append(countries, c)
			names += " " + c.String()
		}
	}
	others, deviation := f.trade(t, sig), t.Deviation(sig.Refs)
	// Invoices differ in size, portions of one sum do not.
	even := min(6, float64(len(sig.Refs)-1)*max(0, -math.Log10(2*t.Near(max(0.05, deviation)))))
	total := even + min(2, 0.4*float64(len(sig.Refs)-2)) + min(1, math.Log10(max(1, sig.Amount/f.MinValue))) +
		0.5*float64(min(4, len(senders)-1)) - 0.5*float64(min(20, others)) - usual.TriesAccounts
	return total, []string{
		fmt.Sprintf("%d transfers of similar size within %s, %s in all, from %s to:%s (%s)", len(sig.Refs), spoor.Span(sig.Last-t.Graph.Time(sig.Refs[0])), look.Euro(sig.Amount), look.Plural(len(senders), "account"), names, f.List.version),
		fmt.Sprintf("their sizes differ by a factor of %.1f; %s has %d other payments with such countries", math.Exp(deviation), t.Graph.AccountID(sig.Anchor[0]), others),
	}
}

// trade counts the other payments of the anchor along such corridors, of
// whatever size.
func (f *HighRiskCorridor) trade(t *usual.Traffic, sig *look.Signal) (n int) {
	a := sig.Anchor[0]
	home := t.Graph.Country(a)
	for _, e := range t.Out(a) {
		if f.List.listed[t.Graph.Country(e.Peer())] && !slices.Contains(sig.Refs, e.Ref) {
			n++
		}
	}
	if !f.List.listed[home] {
		return n
	}
	for _, e := range t.In(a) {
		if t.Graph.Country(e.Peer()) != home && !slices.Contains(sig.Refs, e.Ref) {
			n++
		}
	}
	return n
}
