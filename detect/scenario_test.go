package detect_test

import (
	"cmp"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"spoor"
)

var (
	update = flag.Bool("update", false, "write testdata/alerts.txt anew instead of comparing with it")
	open   = flag.Bool("open", false, "run the scenarios of testdata/open, too")
)

// TestScenarios runs testdata/scenarios: payments in, alerts out, one file a
// typology. README.md there says how a scenario is written.
func TestScenarios(t *testing.T) {
	for _, typology := range spoor.Typologies() {
		t.Run(string(typology), func(t *testing.T) {
			t.Parallel()
			scenarios := readScenarios(t, scenarioFile("scenarios", typology), typology)
			schemes, misses := 0, 0
			for _, sc := range scenarios {
				if sc.scheme {
					schemes++
				} else {
					misses++
				}
				t.Run(sc.title, sc.check)
			}
			if schemes == 0 || misses == 0 {
				t.Errorf("%d schemes and %d near misses: want at least one of each", schemes, misses)
			}
		})
	}
}

// TestOpenScenarios reads the scenarios that the detectors do not yet get right,
// so that they stay readable, and runs them where -open asks for it.
func TestOpenScenarios(t *testing.T) {
	for _, typology := range spoor.Typologies() {
		name := scenarioFile("open", typology)
		if _, err := os.Stat(name); err != nil {
			continue
		}
		for _, sc := range readScenarios(t, name, typology) {
			if *open {
				t.Run(sc.title, sc.check)
			}
		}
	}
}

func scenarioFile(folder string, typology spoor.Typology) string {
	return filepath.Join("testdata", folder, string(typology)+".txt")
}

func readScenarios(t *testing.T, name string, typology spoor.Typology) []*scenario {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	scenarios, err := parseScenarios(name, typology, f)
	if err != nil {
		t.Fatal(err)
	}
	return scenarios
}

// TestAlertsText compares what an analyst reads of the first scheme of each
// typology with testdata/alerts.txt. After an intended change run
//
//	go test ./detect -run TestAlertsText -update
//
// and read the difference.
func TestAlertsText(t *testing.T) {
	const name = "testdata/alerts.txt"
	var b strings.Builder
	for _, typology := range spoor.Typologies() {
		sc := readScenarios(t, scenarioFile("scenarios", typology), typology)[0]
		alerts := sc.alerts(t)
		i := slices.IndexFunc(alerts, func(a spoor.Alert) bool { return sc.expects[0].matches(&a) })
		if i < 0 {
			t.Errorf("%s:%d: nothing to show: see TestScenarios", sc.file, sc.line)
			continue
		}
		fmt.Fprintf(&b, "== %s ==\n%s\n", sc.title, describe(&alerts[i]))
	}
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := lineDiff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-) and what the detectors write now (+) differ; if that is intended, run with -update:\n%s", name, diff)
	}
}

// describe writes an alert as an analyst would see it.
func describe(a *spoor.Alert) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, score %.1f\n", a.Typology, a.Score)
	if len(a.Typologies) > 1 {
		fmt.Fprintf(&b, "  typologies  %s\n", joined(a.Typologies))
	}
	fmt.Fprintf(&b, "  money       %s\n", spoor.Money{Amount: a.Amount, Currency: a.Currency}.Grouped())
	fmt.Fprintf(&b, "  time        %s to %s\n", a.First, a.Last)
	fmt.Fprintf(&b, "  accounts    %s\n", strings.Join(a.Accounts, " "))
	fmt.Fprintf(&b, "  payments    %s\n", strings.Join(a.Payments, " "))
	for _, r := range a.Reasons {
		fmt.Fprintf(&b, "  - %s\n", r)
	}
	return b.String()
}

func joined[S ~string](list []S) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

// lineDiff lists the lines that two texts do not share, in order, by their
// longest common subsequence; "" when the texts are equal.
func lineDiff(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out strings.Builder
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			fmt.Fprintf(&out, "%4d - %s\n", i+1, a[i])
			i++
		default:
			fmt.Fprintf(&out, "%4d + %s\n", j+1, b[j])
			j++
		}
	}
	return out.String()
}

// scenario is one story: payments among ordinary ones, and what must come of it.
type scenario struct {
	file     string
	line     int
	typology spoor.Typology
	title    string
	scheme   bool // else a near miss
	economy  economy
	payments []spoor.Payment // in order of time, with the ids s1, s2, ...
	lives    []life
	expects  []expectation
	country  map[spoor.AccountID]spoor.Country
}

// life is the ordinary business of a scenario's account.
type life struct {
	account spoor.AccountID
	in, out int
	about   float64 // euro, the median
}

// alerts runs a scenario.
func (sc *scenario) alerts(t testing.TB) []spoor.Alert {
	t.Helper()
	ordinary := sc.economy.all(t)
	all := merge(ordinary, sc.payments)
	all = merge(all, sc.living(ordinary))
	alerts, _ := usual().run(t, all)
	return alerts
}

// living makes the ordinary transfers of the scenario's accounts: with accounts
// of the background that make transfers, on the days and hours on which the
// background makes its own.
func (sc *scenario) living(background []spoor.Payment) (out []spoor.Payment) {
	var transfers []int
	for i := range background {
		if p := &background[i]; p.Channel == spoor.CreditTransfer && p.From != p.To {
			transfers = append(transfers, i)
		}
	}
	for _, l := range sc.lives {
		h := fnv.New64a()
		io.WriteString(h, l.account.String())
		dice := rand.New(rand.NewPCG(sc.economy.seed, h.Sum64()))
		for i := range l.in + l.out {
			model := background[transfers[dice.IntN(len(transfers))]]
			amount := int64(100 * l.about * math.Exp(0.8*dice.NormFloat64()))
			p := spoor.Payment{Time: model.Time, Channel: spoor.CreditTransfer, Paid: spoor.Money{Amount: max(1, amount), Currency: spoor.EUR}}
			if p.Received = p.Paid; i < l.in {
				p.From, p.FromCountry, p.To, p.ToCountry = model.From, model.FromCountry, l.account, sc.country[l.account]
			} else {
				p.From, p.FromCountry, p.To, p.ToCountry = l.account, sc.country[l.account], model.To, model.ToCountry
			}
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b spoor.Payment) int { return cmp.Compare(a.Time, b.Time) })
	return out
}

// check runs a scenario and says in words what is missing and what is there.
func (sc *scenario) check(t *testing.T) {
	alerts := sc.alerts(t)
	var failed []string
	for _, e := range sc.expects {
		if why := e.unmet(alerts); why != "" {
			failed = append(failed, fmt.Sprintf("%s:%d: %s\n      - %s\n      + %s", sc.file, e.line, sc.title, e.text, why))
		}
	}
	if len(failed) == 0 {
		return
	}
	t.Errorf("%s\n%s", strings.Join(failed, "\n"), sc.seen(alerts))
}

// seen lists the alerts about a scenario's own accounts, and its payments.
func (sc *scenario) seen(alerts []spoor.Alert) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nAlerts about the scenario's accounts, of %d in all:\n", len(alerts))
	n := 0
	for i := range alerts {
		if a := &alerts[i]; slices.ContainsFunc(a.Payments, planted) {
			n++
			fmt.Fprintf(&b, "%d. %s", i+1, describe(a))
		}
	}
	if n == 0 {
		b.WriteString("  none\n")
	}
	b.WriteString("\nPayments of the scenario:\n")
	for i := range sc.payments {
		p := &sc.payments[i]
		fmt.Fprintf(&b, "  %-4s %s  %s -> %s  %s %s\n", p.ID, p.Time.Time().Format("2006-01-02 15:04"), p.From, p.To, p.Paid, p.Channel)
	}
	return b.String()
}

// expectation is a line that begins with "expect".
type expectation struct {
	text       string
	line       int
	not        bool             // there is no such alert
	alone      bool             // there is one such alert, not more
	mention    bool             // the typology need not be the one that names the alert
	typologies []spoor.Typology // any of them; none means any alert
	at         string           // the account that the alert turns on
	touching   string           // an account among the alert's
	exactly    int              // payments of the scenario in the alert; 0 for any number
	least      int
	strict     bool // no payments of the accounts' ordinary life
	money      *spoor.Money
	first      int // place in the list, 0 for any
}

func (e *expectation) matches(a *spoor.Alert) bool {
	named := len(e.typologies) == 0 || slices.Contains(e.typologies, a.Typology)
	if e.not || e.mention {
		named = named || slices.ContainsFunc(a.Typologies, func(t spoor.Typology) bool { return slices.Contains(e.typologies, t) })
	}
	own := 0
	for _, id := range a.Payments {
		if planted(id) {
			own++
		}
	}
	return named &&
		(e.at == "" || a.Accounts[0] == e.at) &&
		(e.touching == "" || slices.Contains(a.Accounts, e.touching)) &&
		(e.exactly == 0 || own == e.exactly) &&
		own >= e.least &&
		(!e.strict || own == len(a.Payments)) &&
		(e.money == nil || a.Amount == e.money.Amount && a.Currency == e.money.Currency)
}

// planted reports whether a payment is one of the scenario's: s1, s2, ...
func planted(id string) bool { return strings.HasPrefix(id, "s") }

// unmet says why alerts are not as expected, "" where they are.
func (e *expectation) unmet(alerts []spoor.Alert) string {
	i := slices.IndexFunc(alerts, func(a spoor.Alert) bool { return e.matches(&a) })
	switch {
	case e.not && i >= 0:
		return "there is one: " + brief(&alerts[i])
	case e.not:
		return ""
	case i < 0:
		return "there is none"
	case e.first > 0 && i >= e.first:
		return fmt.Sprintf("it is number %d of %d", i+1, len(alerts))
	case e.alone && slices.ContainsFunc(alerts[i+1:], func(a spoor.Alert) bool { return e.matches(&a) }):
		return "there are several"
	}
	return ""
}
