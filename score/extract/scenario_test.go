package extract_test

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"spoor"
	"spoor/score/feature"
)

// scenario is payments with what must be known of them.
type scenario struct {
	title    string
	payments []spoor.Payment
	risks    []float32
	expects  []expectation
}

type expectation struct {
	line    int
	payment int
	feature string
	value   string
}

// TestScenarios runs testdata/scenarios.txt, whose head says how it is written.
func TestScenarios(t *testing.T) {
	const name = "testdata/scenarios.txt"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	scenarios, err := parse(string(text))
	if err != nil {
		t.Fatalf("%s:%v", name, err)
	}
	if len(scenarios) < 15 {
		t.Fatalf("%d scenarios", len(scenarios))
	}
	for _, sc := range scenarios {
		t.Run(sc.title, func(t *testing.T) {
			t.Parallel()
			s := usual()
			s.risk = func(i int) float32 { return sc.risks[i] }
			r := s.run(t, sc.payments)
			for _, e := range sc.expects {
				got := r.review[e.payment][place(t, e.feature)]
				if !is(e.value, got) {
					t.Errorf("%s:%d: %s is %v, want %s", name, e.line, e.feature, got, e.value)
				}
			}
		})
	}
}

// is says whether a value is the one that was written.
func is(want string, got float32) bool {
	switch want {
	case "never":
		return got != got
	case "more":
		return got > 0
	}
	v, _ := strconv.ParseFloat(want, 64)
	return math.Abs(v-float64(got)) <= 1e-4*math.Abs(v)
}

func parse(text string) (out []*scenario, err error) {
	var sc *scenario
	for i, line := range strings.Split(text, "\n") {
		switch line = strings.TrimSpace(line); {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "== "):
			sc = &scenario{title: line[3:]}
			out = append(out, sc)
		case strings.HasPrefix(line, "? "):
			err = sc.expect(i+1, line[2:])
		default:
			err = sc.pay(line)
		}
		if err != nil {
			return nil, fmt.Errorf("%d: %w", i+1, err)
		}
	}
	return out, nil
}

func (sc *scenario) expect(line int, text string) error {
	for part := range strings.SplitSeq(text, ", ") {
		name, value, _ := strings.Cut(part, " ")
		if _, err := strconv.ParseFloat(value, 64); err != nil && value != "never" && value != "more" {
			return fmt.Errorf("%q: want a feature and a value", part)
		}
		known := false
		for i := range feature.Review {
			known = known || feature.Review[i].Name == name
		}
		if !known || len(sc.payments) == 0 {
			return fmt.Errorf("%q: no such feature, or no payment", part)
		}
		sc.expects = append(sc.expects, expectation{line, len(sc.payments) - 1, name, value})
	}
	return nil
}

// pay reads "1 09:30 Ann -> Bob 100.00 USD cash DE FR risk 0.5".
func (sc *scenario) pay(line string) error {
	words := strings.Fields(line)
	if len(words) < 6 || words[3] != "->" {
		return fmt.Errorf("%q: want day, hour, payer -> payee and amount", line)
	}
	day, err := strconv.Atoi(words[0])
	if err != nil {
		return err
	}
	var h, m spoor.Instant
	if _, err := fmt.Sscanf(words[1], "%d:%d", &h, &m); err != nil {
		return err
	}
	p := spoor.Payment{Record: uint64(len(sc.payments) + 1), Time: start + spoor.Instant(day-1)*spoor.Day + h*spoor.Hour + m*spoor.Minute,
		From: spoor.ParseAccountID(words[2]), To: spoor.ParseAccountID(words[4]), Channel: spoor.CreditTransfer}
	amount, rest, countries, risk := words[5], words[6:], 0, 0.0
	currency, received := spoor.EUR, spoor.Money{}
	for len(rest) > 0 {
		w := rest[0]
		rest = rest[1:]
		switch c, ok := spoor.ParseChannel(w); {
		case ok:
			p.Channel = c
		case w == "risk":
			if risk, err = strconv.ParseFloat(rest[0], 32); err != nil {
				return err
			}
			rest = rest[1:]
		case w == "as":
			if received, err = money(rest[0], rest[1]); err != nil {
				return err
			}
			rest = rest[2:]
		case strings.HasPrefix(w, `"`):
			p.Kind = strings.Trim(w, `"`)
		case len(w) == 3:
			if currency, err = spoor.ParseCurrency(w); err != nil {
				return err
			}
		default:
			c, ok := spoor.ParseCountry(w)
			if !ok || countries == 2 {
				return fmt.Errorf("what is %q?", w)
			}
			*[]*spoor.Country{&p.FromCountry, &p.ToCountry}[countries] = c
			countries++
		}
	}
	if p.Paid, err = money(amount, currency.String()); err != nil {
		return err
	}
	if p.Received = received; received == (spoor.Money{}) {
		p.Received = p.Paid
	}
	sc.payments, sc.risks = append(sc.payments, p), append(sc.risks, float32(risk))
	return nil
}

func money(amount, currency string) (m spoor.Money, err error) {
	if m.Currency, err = spoor.ParseCurrency(currency); err != nil {
		return m, err
	}
	m.Amount, err = spoor.ParseAmount(amount, m.Currency.Scale())
	return m, err
}
