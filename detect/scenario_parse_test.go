package detect_test

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"spoor"
)

// parseScenarios reads a file of scenarios; README.md beside them describes it.
func parseScenarios(name string, typology spoor.Typology, src io.Reader) ([]*scenario, error) {
	p := parser{file: name, typology: typology}
	lines := bufio.NewScanner(src)
	for lines.Scan() {
		p.n++
		if err := p.take(strings.TrimSpace(lines.Text())); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, p.n, err)
		}
	}
	if err := p.end(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, p.n, err)
	}
	return p.done, lines.Err()
}

type parser struct {
	file     string
	typology spoor.Typology
	n        int
	economy  economy // of the head of the file
	sc       *scenario
	done     []*scenario
}

func (p *parser) take(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "" || strings.HasPrefix(line, "#"):
		return nil
	case line == "---":
		if err := p.end(); err != nil {
			return err
		}
		p.sc = &scenario{file: p.file, line: p.n + 1, typology: p.typology, economy: p.economy, country: map[spoor.AccountID]spoor.Country{}}
		return nil
	case word == "background":
		return p.background(rest)
	case p.sc == nil:
		return fmt.Errorf("%q stands before the first ---: only comments and the background do", line)
	case word == "scheme:" || word == "near":
		p.sc.scheme = word == "scheme:"
		_, title, _ := strings.Cut(line, ":")
		p.sc.title = strings.TrimSpace(title)
		return nil
	case word == "ordinary":
		return p.life(rest)
	case word == "expect":
		return p.expect(line, rest)
	}
	return p.payment(strings.Fields(line))
}

// end closes a scenario and numbers its payments in order of time.
func (p *parser) end() error {
	sc := p.sc
	if sc == nil {
		return nil
	}
	switch {
	case sc.title == "":
		return fmt.Errorf("the scenario above has no title: want \"scheme: ...\" or \"near miss: ...\"")
	case len(sc.payments) == 0 || len(sc.expects) == 0:
		return fmt.Errorf("%q has %d payments and %d expectations: want some of each", sc.title, len(sc.payments), len(sc.expects))
	case sc.scheme && (sc.expects[0].not || !slices.Contains(sc.expects[0].typologies, sc.typology)):
		return fmt.Errorf("%q is a scheme: its first expectation must be one of %s", sc.title, sc.typology)
	}
	slices.SortStableFunc(sc.payments, func(a, b spoor.Payment) int { return cmp.Compare(a.Time, b.Time) })
	for i := range sc.payments {
		pay := &sc.payments[i]
		pay.ID = fmt.Sprintf("s%d", i+1)
		pay.FromCountry, pay.ToCountry = sc.country[pay.From], sc.country[pay.To]
	}
	p.done = append(p.done, sc)
	return nil
}

// background reads "20000 payments over 30 days seed 7".
func (p *parser) background(rest string) error {
	e := economy{}
	if _, err := fmt.Sscanf(rest, "%d payments over %d days seed %d", &e.payments, &e.days, &e.seed); err != nil {
		return fmt.Errorf("background %q: want such as \"20000 payments over 30 days seed 7\"", rest)
	}
	if p.sc != nil {
		p.sc.economy = e
	} else {
		p.economy = e
	}
	return nil
}

// life reads "A1 A2: 12 in, 18 out, about 140 EUR".
func (p *parser) life(rest string) error {
	names, what, _ := strings.Cut(rest, ":")
	l := life{}
	if _, err := fmt.Sscanf(strings.TrimSpace(what), "%d in, %d out, about %g EUR", &l.in, &l.out, &l.about); err != nil {
		return fmt.Errorf("ordinary %q: want such as \"A1 A2: 12 in, 18 out, about 140 EUR\"", rest)
	}
	for _, n := range strings.Fields(names) {
		l.account = spoor.ParseAccountID(n)
		p.sc.lives = append(p.sc.lives, l)
		if _, ok := p.sc.country[l.account]; !ok {
			return fmt.Errorf("ordinary life of %s: it takes part in no payment above", n)
		}
	}
	return nil
}

// home is where an account is kept that no line places elsewhere.
var home = spoor.Country{'D', 'E'}

// payment reads "2022-09-03 08:10 A1 -> B1 5000.00 EUR [as 4890.00 USD]
// [channel] [IT NL] [every 7 days 4 times]".
func (p *parser) payment(f []string) error {
	if len(f) < 7 || f[3] != "->" {
		return fmt.Errorf("%q: want such as \"2022-09-03 08:10 A1 -> B1 5000.00 EUR\"", strings.Join(f, " "))
	}
	at, err := time.Parse("2006-01-02 15:04", f[0]+" "+f[1])
	if err != nil {
		return err
	}
	pay := spoor.Payment{Time: spoor.At(at), From: spoor.ParseAccountID(f[2]), To: spoor.ParseAccountID(f[4]), Channel: spoor.CreditTransfer}
	if pay.Paid, err = money(f[5:7]); err != nil {
		return err
	}
	pay.Received = pay.Paid
	f = f[7:]
	if len(f) >= 3 && f[0] == "as" {
		if pay.Received, err = money(f[1:3]); err != nil {
			return err
		}
		f = f[3:]
	}
	if len(f) > 0 {
		if c, ok := spoor.ParseChannel(f[0]); ok {
			pay.Channel, f = c, f[1:]
		}
	}
	from, to := spoor.Country{}, spoor.Country{}
	if len(f) >= 2 && len(f[0]) == 2 && len(f[1]) == 2 {
		from, _ = spoor.ParseCountry(f[0])
		to, _ = spoor.ParseCountry(f[1])
		f = f[2:]
	}
	if err := cmp.Or(p.place(pay.From, from), p.place(pay.To, to)); err != nil {
		return err
	}
	days, times := 0, 1
	if len(f) == 5 && f[0] == "every" && f[2] == "days" && f[4] == "times" {
		if days, err = strconv.Atoi(f[1]); err == nil {
			times, err = strconv.Atoi(f[3])
		}
		if err != nil {
			return err
		}
		f = nil
	}
	if len(f) > 0 {
		return fmt.Errorf("%q is not understood at the end of a payment", strings.Join(f, " "))
	}
	for range times {
		p.sc.payments = append(p.sc.payments, pay)
		pay.Time += spoor.Instant(days) * spoor.Day
	}
	return nil
}

// place notes where an account is kept. A payment that does not say leaves it
// where it was said to be, else at home.
func (p *parser) place(a spoor.AccountID, c spoor.Country) error {
	was, ok := p.sc.country[a]
	switch {
	case !ok && c == spoor.Country{}:
		p.sc.country[a] = home
	case !ok:
		p.sc.country[a] = c
	case c != spoor.Country{} && was != c:
		return fmt.Errorf("%s is kept in %s here and in %s above", a, c, was)
	}
	return nil
}

func money(f []string) (m spoor.Money, err error) {
	if m.Currency, err = spoor.ParseCurrency(f[1]); err != nil {
		return m, err
	}
	m.Amount, err = spoor.ParseAmount(f[0], m.Currency.Scale())
	return m, err
}

// expect reads
//
//	expect [mention of|only one] fan-in|{cycle, chain}|alert at|touching B1 [with [at least] 6 payments [and no others]] [of 30000.00 EUR] [among the first 10]
//	expect no fan-in|{cycle, chain}|alert at|touching B1
func (p *parser) expect(line, rest string) error {
	e := expectation{text: line, line: p.n}
	rest, e.not = strings.CutPrefix(rest, "no ")
	rest, e.mention = strings.CutPrefix(rest, "mention of ")
	rest, e.alone = strings.CutPrefix(rest, "only one ")
	if set, after, ok := strings.Cut(rest, "}"); ok && strings.HasPrefix(set, "{") {
		for _, name := range strings.Split(set[1:], ",") {
			e.typologies = append(e.typologies, spoor.Typology(strings.TrimSpace(name)))
		}
		rest = after
	} else if name, after, _ := strings.Cut(rest, " "); name != "alert" {
		e.typologies, rest = []spoor.Typology{spoor.Typology(name)}, after
	} else {
		rest = after
	}
	for _, name := range e.typologies {
		if !slices.Contains(spoor.Typologies(), name) {
			return fmt.Errorf("%q is no typology", name)
		}
	}
	if err := e.clauses(strings.Fields(rest)); err != nil {
		return err
	}
	if e.at == "" && e.touching == "" {
		return fmt.Errorf("%q names no account: want \"at B1\" or \"touching B1\"", line)
	}
	if name := cmp.Or(e.at, e.touching); p.sc.country[spoor.ParseAccountID(name)] == (spoor.Country{}) {
		return fmt.Errorf("%s takes part in no payment above", name)
	}
	p.sc.expects = append(p.sc.expects, e)
	return nil
}

func (e *expectation) clauses(f []string) (err error) {
	for len(f) > 0 && err == nil {
		is := func(words ...string) bool {
			for i, w := range words {
				if i >= len(f) || w != "" && f[i] != w {
					return false
				}
			}
			return true
		}
		switch {
		case is("at", ""):
			e.at, f = f[1], f[2:]
		case is("touching", ""):
			e.touching, f = f[1], f[2:]
		case is("with", "at", "least", "", "payments"):
			e.least, err = strconv.Atoi(f[3])
			f = f[5:]
		case is("with", "", "payments"):
			e.exactly, err = strconv.Atoi(f[1])
			f = f[3:]
		case is("and", "no", "others"):
			e.strict, f = true, f[3:]
		case is("of", "", ""):
			var m spoor.Money
			m, err = money(f[1:3])
			e.money, f = &m, f[3:]
		case is("among", "the", "first", ""):
			e.first, err = strconv.Atoi(f[3])
			f = f[4:]
		default:
			err = fmt.Errorf("%q is not understood in an expectation", strings.Join(f, " "))
		}
	}
	return err
}

// TestScenarioFaults makes sure that a slip of the pen in a scenario is said
// rather than passed over.
func TestScenarioFaults(t *testing.T) {
	const good = "background 5000 payments over 30 days seed 1\n---\nscheme: x\n2022-09-03 08:10 A -> B 5.00 EUR\nexpect fan-in at B\n"
	if _, err := parseScenarios("x.txt", spoor.FanIn, strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"-> B", "B", "want such as"},
		{"5.00 EUR", "5.00 EUX", "EUX"},
		{"5.00 EUR", "5.00 EUR wires", "not understood"},
		{"expect fan-in at B", "expect fan-inn at B", "no typology"},
		{"expect fan-in at B", "expect fan-in at C", "takes part in no payment"},
		{"expect fan-in at B", "expect fan-in", "names no account"},
		{"expect fan-in at B", "expect no fan-in at B", "is a scheme"},
		{"expect fan-in at B", "expect fan-in at B with many payments", "many"},
		{"expect fan-in at B", "expect fan-in at B by night", "not understood"},
		{"scheme: x", "", "no title"},
		{"seed 1", "", "background"},
		{"EUR\n", "EUR IT NL\n2022-09-03 08:10 A -> B 5.00 EUR DE NL\n", "kept in DE here and in IT above"},
		{"expect", "ordinary C: 1 in, 1 out, about 9 EUR\nexpect", "takes part in no payment"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		_, err := parseScenarios("x.txt", spoor.FanIn, strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x.txt:") {
			t.Errorf("%q for %q gives %v: want x.txt:LINE and %q", c.new, c.old, err, c.want)
		}
	}
}
