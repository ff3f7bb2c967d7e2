package gate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"spoor"
)

func TestDefaultPolicy(t *testing.T) {
	p := DefaultPolicy()
	if p.Member.String() != "IT" || p.Budget != 100*time.Millisecond || len(p.rules) < 12 {
		t.Errorf("%s, %s, %d rules", p.Member, p.Budget, len(p.rules))
	}
	if !strings.HasPrefix(p.Fingerprint, p.Version+" ") || len(p.Fingerprint) != len(p.Version)+17 {
		t.Error(p.Fingerprint)
	}
	other, err := LoadPolicy(append(DefaultPolicyText(), '\n'))
	if err != nil || other.Fingerprint == p.Fingerprint {
		t.Error("a changed file keeps its fingerprint", err)
	}
}

// TestDocumented proves that the head of the file names every word there is.
func TestDocumented(t *testing.T) {
	head, _, _ := strings.Cut(string(defaultPolicy), "version = ")
	for _, word := range strings.Fields(`amount .currency .amount_eur .rated .channel .purpose .returned .suspended .recalled
		.named .country .known .age_days .frozen .freeze_proposed .suspended .monitored .fraud_recalls
		.count .best .exact .freezes .lists .programmes signals risk risk_known late threshold.NAME`) {
		if !strings.Contains(head, strings.TrimPrefix(word, ".")) {
			t.Errorf("%s is not in the head of policy.toml", word)
		}
	}
}

// lineOf counts the line of a text in the default policy.
func lineOf(t *testing.T, text string) int {
	at := strings.Index(string(defaultPolicy), text)
	if at < 0 {
		t.Fatalf("%q is not in the default policy", text)
	}
	return 1 + strings.Count(string(defaultPolicy[:at]), "\n")
}

// TestPolicyErrors changes one line and wants that line and its fault named.
func TestPolicyErrors(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`version = "2026-11"`, `version = ""`, "version: want one of at most 60 bytes"},
		{`member = "IT"`, `member = "EL"`, "Greece is GR"},
		{`budget = "100ms"`, `budget = "100"`, "want a duration from 1ms to 10s"},
		{`budget = "100ms"`, `budget = "1h"`, "want a duration from 1ms to 10s"},
		{`budget = "100ms"`, `bugdet = "100ms"`, "bugdet: is not a key of a policy"},
		{`fraud_days = 30`, `fraud_days = 400`, "want 1 to 30"},
		{`screen = "hold"`, `screen = "block"`, `is "block": want "allow" or "hold"`},
		{`screen = "hold"`, `scren = "hold"`, "is no engine; there are screen, typologies, risk"},
		{`working_days = 3`, `working_days = 4`, "the law allows 1 to 3 (3 working days, Reg. (EU) 2024/1624 Art 71)"},
		{`working_days = 10`, `working_days = 0`, "the law allows 1 to 10"},
		{`working_days = 5`, `hours = 5`, "clocks.account.hours: is not a key of a policy"},
		{`hit = 0.85 `, `hit = nan `, "want a number"},
		{`hit = 0.85 `, `hit = "0.85" `, "incompatible types"},
		{`when = "payer.frozen"`, `when = "payer.frozn"`, "payer-frozen\", when: column 7: payer and payee have no word frozn"},
		{`when = "payer.frozen"`, `when = "payer.frozen AND payee.frozen"`, "column 14: write and in small letters"},
		{`when = "payer.frozen"`, `when = "payer.age_days"`, "expected bool, but got float64"},
		{`when = "payer.frozen"`, `when = "payer.frozen ="`, "column 14: "},
		{`when = "payer.frozen"`, `when = ""`, "is empty: want a condition"},
		{`when = "payer.frozen"`, `when = "now().Year() > 2000"`, "column 1: "},
		{`when = "payer.frozen"`, `when = "len(1..100000000) > 2"`, "ranges are not for conditions"},
		{`when = "payer.frozen"`, `when = "any(signals, payment.purpose matches #)"`, "the pattern of matches must be written out"},
		{`when = "payer.frozen"`, `when = "signals[0] == 'chain'"`, "index out of range"},
		{`when = "payer.frozen"`, `when = "let x = 1; x > 0"`, "is more than a condition may do"},
		{`when = "payer.frozen"`, `when = "hits.best > threshold.hits"`, `column 13: no threshold "hits"; there are fraud_recalls, hit, large`},
		{`when = "payer.frozen"`, `when = "` + strings.Repeat("not ", 600) + `payer.frozen"`, "at most 2000"},
		{`when = "payer.frozen"`, `when = "` + strings.Repeat("not ", 400) + `payer.frozen"`, "nodes"},
		{`do = "block"`, `do = "refuse"`, `is "refuse": want note, hold, block, allow`},
		{`ground = "order"`, `ground = "other"`, "only an order in force or an exact hit may block"},
		{`ground = "order"`, `ground = "suspicion"`, "want other, order, exact-hit"},
		{`code = "AC06"`, `code = "AC6"`, "external status reason code"},
		{`name = "payer-frozen"`, `name = "risk"`, "that no other rule has"},
		{`name = "payer-frozen"`, `name = "gate.late"`, `does not begin with "gate."`},
		{`text = "the account is blocked by a freezing order"`, `text = ""`, "one line of at most 140"},
		{`law = "Reg. (EU) 2018/1805 Art 2(1), 9(1)"`, `lex = "Reg. (EU) 2018/1805"`, "rule.lex: is not a key"},
		{`[[rule]]`, `[[rule]`, "expected"},
	} {
		_, err := LoadPolicy([]byte(strings.Replace(string(defaultPolicy), c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.new, err, c.want)
			continue
		}
		at := fmt.Sprintf("policy:%d:", lineOf(t, c.old))
		switch c.new {
		case `name = "risk"`:
			at = fmt.Sprintf("policy:%d:", lineOf(t, c.new)) // it is the second of them that is refused
		case `ground = "other"`:
			at = fmt.Sprintf("policy:%d:", lineOf(t, `do = "block"`))
		case `[[rule]`:
			at = fmt.Sprintf("policy:%d:", lineOf(t, c.old)+1) // where the bracket was looked for
		}
		if !strings.Contains(err.Error(), at) {
			t.Errorf("%s: %v does not say %s", c.new, err, at)
		}
	}
}

func TestPolicyAllErrorsAtOnce(t *testing.T) {
	text := strings.Replace(string(defaultPolicy), `budget = "100ms"`, `budget = ""`, 1)
	text = strings.Replace(text, `code = "AC06"`, `code = ""`, 1)
	_, err := LoadPolicy([]byte(text))
	if err == nil || strings.Count(err.Error(), "policy:") != 2 {
		t.Error(err)
	}
	if _, err := LoadPolicy(make([]byte, maxPolicy+1)); err == nil {
		t.Error("a policy of any size is read")
	}
	if _, err := LoadPolicy(nil); err == nil || !strings.Contains(err.Error(), "there are 0 rules") {
		t.Error(err)
	}
}

// TestConditionLines: in a condition of several lines the line is told.
func TestConditionLines(t *testing.T) {
	_, err := compile("payer.frozen\n  or payee.frozn", nil)
	if err == nil || !strings.HasPrefix(err.Error(), "line 2, column 12: ") {
		t.Error(err)
	}
}

func TestMemberOfGate(t *testing.T) {
	s := newScene(t)
	p, err := LoadPolicy([]byte(strings.Replace(string(defaultPolicy), `member = "IT"`, `member = "DE"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(p, s.book); err == nil || !strings.Contains(err.Error(), "of DE, the book of IT") {
		t.Error(err)
	}
}

// FuzzLoadPolicy: whatever the file, it is loaded or refused, and what is loaded
// decides.
func FuzzLoadPolicy(f *testing.F) {
	f.Add(string(defaultPolicy))
	for _, old := range []string{"payer.frozen", "block", "hold", "0.85", "len(signals)", "[[rule]]", "\"", "threshold.hit"} {
		f.Add(strings.Replace(string(defaultPolicy), old, "x", 1))
		f.Add(strings.ReplaceAll(string(defaultPolicy), old, ""))
	}
	f.Add("[[rule]]\nwhen = '((((((((1))))))))'")
	f.Add("a = [[[[[[[[{}]]]]]]]]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := LoadPolicy([]byte(text))
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		s := newScene(t)
		if p.Member != s.book.Member() {
			return
		}
		g, err := New(p, s.book)
		if err != nil {
			t.Fatal(err)
		}
		in := ordinary()
		if d := g.Decide(in); d.Outcome == spoor.Block {
			t.Errorf("an ordinary payment is blocked: %+v", d)
		} else if d.Outcome == spoor.HoldBack && d.Until > in.At+8*spoor.Day {
			t.Errorf("held until %s", d.Until)
		}
	})
}

// FuzzCondition: whatever is written as a condition is refused in words, or
// answers yes or no.
func FuzzCondition(f *testing.F) {
	for _, r := range strings.Split(string(defaultPolicy), "\n") {
		if when, ok := strings.CutPrefix(r, "when = "); ok {
			f.Add(strings.Trim(when, `"'`))
		}
	}
	f.Add("all(hits.lists, # startsWith 'E') and count(signals) == 0")
	f.Add("-1 % 0 == 0 or 2 ** 63 > payment.amount ?? true")
	f.Fuzz(func(t *testing.T, when string) {
		program, err := compile(when, map[string]float64{"hit": .85, "risk": .9})
		if err != nil {
			return
		}
		s := newScene(t)
		g, err := New(DefaultPolicy(), s.book)
		if err != nil {
			t.Fatal(err)
		}
		in := ordinary()
		in.Hits, in.Signals = []spoor.Hit{{List: "EU", Score: .9}}, []spoor.Typology{spoor.FanIn}
		g.look(in)
		if yes, err := g.machine.Run(program, &g.facts); err == nil {
			if _, ok := yes.(bool); !ok {
				t.Errorf("%q gives %v", when, yes)
			}
		}
	})
}
