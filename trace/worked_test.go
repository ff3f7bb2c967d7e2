package trace_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor"
	"spoor/format/rates"
	"spoor/trace"
)

var update = flag.Bool("update", false, "write the answers in testdata anew: read the difference before keeping it")

// TestWorked runs the examples of testdata, which were worked by hand.
func TestWorked(t *testing.T) {
	paths, _ := filepath.Glob("testdata/*.txt")
	if len(paths) == 0 {
		t.Fatal("no examples in testdata")
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			e, questions := readEconomy(t, path)
			g := graphOf(t, e)
			answers := map[int][]string{}
			for _, q := range questions {
				query, err := q.query()
				if err != nil {
					t.Fatalf("%s:%d: %v", path, q.line, err)
				}
				var got []string
				if r, err := trace.Run(g, rates.Default(), query); err != nil {
					got = []string{"error: " + err.Error()}
				} else {
					got = answer(r)
				}
				answers[q.line] = got
				if !*update && !slices.Equal(got, q.answer) {
					t.Errorf("%s:%d: trace %s\n got:\n  %s\nwant:\n  %s", path, q.line, strings.Join(q.words, " "),
						strings.Join(got, "\n  "), strings.Join(q.answer, "\n  "))
				}
			}
			if *update {
				rewrite(t, path, answers)
			}
		})
	}
}

// query reads "METHOD [backward] [account A]... [payment p1]... [in EUR]
// [since 09:00] [until 10:00] [opening A 100.00 EUR] [parcels N] [flows N] [paths N]".
func (q question) query() (out trace.Query, err error) {
	out.Method = trace.Method(q.words[0])
	clock := func(s string) spoor.Instant {
		c, e := time.Parse("15:04", s)
		if e != nil {
			err = e
		}
		return spoor.At(time.Date(2026, 1, 5, c.Hour(), c.Minute(), 0, 0, time.UTC))
	}
	for w := q.words[1:]; len(w) > 0 && err == nil; {
		args := map[string]int{"backward": 0, "opening": 3}
		n, ok := args[w[0]]
		if !ok {
			n = 1
		}
		if len(w) <= n {
			return out, fmt.Errorf("%q wants %d words after it", w[0], n)
		}
		switch w[0] {
		case "backward":
			out.Backward = true
		case "account":
			out.From = append(out.From, spoor.ParseAccountID(w[1]))
		case "payment":
			out.Payments = append(out.Payments, w[1])
		case "in":
			out.Currency, err = spoor.ParseCurrency(w[1])
		case "since":
			out.Since = clock(w[1])
		case "until":
			out.Until = clock(w[1])
		case "opening":
			var m spoor.Money
			m, err = readMoney(w[2], w[3])
			out.Opening = map[spoor.AccountID]spoor.Money{spoor.ParseAccountID(w[1]): m}
		case "parcels":
			_, err = fmt.Sscan(w[1], &out.Limits.Parcels)
		case "flows":
			_, err = fmt.Sscan(w[1], &out.Limits.Flows)
		case "paths":
			_, err = fmt.Sscan(w[1], &out.Limits.Paths)
		default:
			return out, fmt.Errorf("unknown word %q", w[0])
		}
		w = w[n+1:]
	}
	return out, err
}

// answer is a result as the examples write it.
func answer(r *trace.Result) (lines []string) {
	add := func(format string, a ...any) { lines = append(lines, fmt.Sprintf(format, a...)) }
	unit := func(amount int64) string {
		return spoor.Money{Amount: amount, Currency: r.Traced.Currency}.Decimal()
	}
	add("traced %s", r.Traced.Money())
	for _, h := range r.Holdings {
		s := fmt.Sprintf("%s holds %s of %s, %.0f %%, hops %d", h.Account, unit(h.Amount), h.Balance.Money(), 100*h.Share, h.Hops)
		if h.AtRest {
			s += ", at rest"
		}
		if h.Exposed != (trace.Sum{}) {
			s += ", exposed " + h.Exposed.Money().String()
		}
		add("%s", s)
	}
	if r.HeldAtSource.Amount != 0 {
		add("at source %s", unit(r.HeldAtSource.Amount))
	}
	if r.LeftView.Amount != 0 {
		add("left view %s, cash %s", unit(r.LeftView.Amount), unit(r.LeftInCash.Amount))
	}
	for _, o := range r.Openings {
		kind := "stated"
		if o.Assumed {
			kind = "assumed"
		}
		add("opening %s %s %s", o.Account, spoor.Money{Amount: o.Amount, Currency: o.Currency}, kind)
	}
	for _, f := range r.Flows {
		add("%s carries %s of %s", f.Payment, unit(f.Amount), f.Paid.Money())
	}
	for _, p := range r.Paths {
		s := p.Accounts[0]
		for i, id := range p.Payments {
			s += fmt.Sprintf(" -%s-> %s", id, p.Accounts[i+1])
		}
		add("path %s: %s (%s)", unit(p.Amount), s, p.End)
	}
	for _, n := range r.Notes {
		add("note: %s", n)
	}
	return lines
}

func rewrite(t *testing.T, path string, answers map[int][]string) {
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(string(old), "\n"), "\n") {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		fmt.Fprintln(&b, line)
		for _, a := range answers[i+1] {
			fmt.Fprintln(&b, "  "+a)
		}
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
