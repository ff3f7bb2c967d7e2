package trace_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spoor"
	"spoor/graph"
)

// economy is a list of payments in order of arrival.
type economy []spoor.Payment

func graphOf(t interface{ Fatalf(string, ...any) }, e economy) *graph.Graph {
	g := graph.New(graph.Options{Lateness: 1 << 31})
	for i := range e {
		if _, err := g.Add(&e[i]); err != nil {
			t.Fatalf("payment %s: %v", e[i].ID, err)
		}
	}
	return g
}

// inOrder sorts as the engine says that payments count.
func (e economy) inOrder() economy {
	s := slices.Clone(e)
	slices.SortStableFunc(s, func(a, b spoor.Payment) int { return int(a.Time - b.Time) })
	return s
}

// wild says what an economy drawn at random may hold.
type wild struct {
	payments, accounts int
	amounts            []int64 // the largest of each kind
	currencies         []spoor.Currency
	edge               bool // outside and cash
}

// draw makes an economy with cycles, self-payments, payments of the same
// second, of nothing, and late arrivals.
func (w wild) draw(t *rapid.T) economy {
	var e economy
	account := func(label string) spoor.AccountID {
		lo := 1
		if w.edge {
			lo = 0
		}
		n := rapid.IntRange(lo, w.accounts).Draw(t, label)
		if n == 0 {
			return spoor.AccountID{}
		}
		return spoor.AccountID{Number: string(rune('A' + n - 1))}
	}
	money := func(label string) spoor.Money {
		top := rapid.SampledFrom(w.amounts).Draw(t, label+" up to")
		return spoor.Money{
			Amount:   rapid.Int64Range(0, top).Draw(t, label),
			Currency: rapid.SampledFrom(w.currencies).Draw(t, label+" in"),
		}
	}
	for i := range rapid.IntRange(1, w.payments).Draw(t, "payments") {
		p := spoor.Payment{
			ID: fmt.Sprint("p", i), Record: uint64(i + 1),
			Time: spoor.Instant(1000 + i/2 + rapid.IntRange(-3, 3).Draw(t, "time")),
			From: account("from"), To: account("to"), Paid: money("paid"),
		}
		if p.Received = p.Paid; len(w.currencies) > 1 && rapid.Bool().Draw(t, "converted") {
			p.Received = money("received")
		}
		if w.edge && rapid.IntRange(0, 7).Draw(t, "cash") == 0 {
			p.Channel = spoor.Cash
		}
		e = append(e, p)
	}
	return e
}

// readEconomy reads a worked example: see testdata/README.
func readEconomy(t testing.TB, path string) (e economy, questions []question) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for line := 1; sc.Scan(); line++ {
		text := sc.Text()
		switch w := strings.Fields(text); {
		case strings.HasPrefix(text, "  ") && len(questions) > 0:
			q := &questions[len(questions)-1]
			q.answer = append(q.answer, strings.TrimSpace(text))
		case len(w) == 0 || w[0][0] == '#':
		case w[0] == "trace":
			questions = append(questions, question{line: line, words: w[1:]})
		default:
			p, err := readPayment(w)
			if err != nil {
				t.Fatalf("%s:%d: %v", path, line, err)
			}
			e = append(e, p)
		}
	}
	return e, questions
}

// question is a line "trace METHOD WORDS..." with the answer indented below it.
type question struct {
	line   int
	words  []string
	answer []string
}

// readPayment reads "p1 09:00 A -> B 100.00 EUR [got 92.00 USD] [cash]".
func readPayment(w []string) (p spoor.Payment, err error) {
	if len(w) < 7 {
		return p, fmt.Errorf("want ID TIME FROM -> TO AMOUNT CURRENCY, have %q", w)
	}
	p.ID, p.From, p.To = w[0], spoor.ParseAccountID(w[2]), spoor.ParseAccountID(w[4])
	clock, err := time.Parse("15:04", w[1])
	if err != nil {
		return p, err
	}
	p.Time = spoor.At(time.Date(2026, 1, 5, clock.Hour(), clock.Minute(), 0, 0, time.UTC))
	if p.Paid, err = readMoney(w[5], w[6]); err != nil {
		return p, err
	}
	for p.Received, w = p.Paid, w[7:]; len(w) > 0; w = w[1:] {
		switch {
		case w[0] == "cash":
			p.Channel = spoor.Cash
		case w[0] == "got" && len(w) > 2:
			if p.Received, err = readMoney(w[1], w[2]); err != nil {
				return p, err
			}
			w = w[2:]
		default:
			return p, fmt.Errorf("unknown word %q", w[0])
		}
	}
	return p, nil
}

func readMoney(amount, code string) (m spoor.Money, err error) {
	if m.Currency, err = spoor.ParseCurrency(code); err != nil {
		return m, err
	}
	m.Amount, err = spoor.ParseAmount(amount, m.Currency.Scale())
	return m, err
}
