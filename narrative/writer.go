package narrative

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"spoor"
)

// writer makes the sections of one draft.
type writer struct {
	in       *Input
	payments map[string]*spoor.Payment
	owners   map[spoor.AccountID]*Subject
	names    map[spoor.AccountID]string // as payments and alerts have them
	err      error
}

func newWriter(in *Input) *writer {
	w := &writer{in: in, payments: map[string]*spoor.Payment{}, owners: map[spoor.AccountID]*Subject{}, names: map[spoor.AccountID]string{}}
	for i := range in.Payments {
		p := &in.Payments[i]
		w.payments[p.Called()] = p
		for _, e := range []struct {
			a    spoor.AccountID
			name string
		}{{p.From, p.FromName}, {p.To, p.ToName}} {
			if e.name != "" && w.names[e.a] == "" {
				w.names[e.a] = e.name
			}
		}
	}
	for i := range in.Subjects {
		for _, a := range in.Subjects[i].Accounts {
			w.owners[a] = &in.Subjects[i]
		}
	}
	return w
}

// account names an account and whose it is said to be.
func (w *writer) account(a spoor.AccountID) string {
	if a == (spoor.AccountID{}) {
		return "cash or a place outside the data"
	}
	switch {
	case w.owners[a] != nil:
		return "account " + clean(a.String()) + " of " + w.subject(w.owners[a])
	case w.names[a] != "":
		return "account " + clean(a.String()) + " in the name of " + quote(w.names[a])
	}
	return "account " + clean(a.String()) + ", whose holder is not known,"
}

func (w *writer) subject(s *Subject) string {
	if name := clean(s.Name()); name != "" {
		return name
	}
	return "party " + clean(s.ID)
}

func evidenceOf(payments []*spoor.Payment) (out []string) {
	for _, p := range payments {
		out = append(out, "payment "+p.Called())
	}
	return out
}

// of gives the payments of an alert that the case has, in time.
func (w *writer) of(a *spoor.Alert) (out []*spoor.Payment) {
	seen := map[string]bool{}
	for _, id := range a.Payments {
		if p := w.payments[id]; p != nil && !seen[id] {
			seen[id] = true
			out = append(out, p)
		}
	}
	inTime(out)
	return out
}

func (w *writer) all() (out []*spoor.Payment) {
	for i := range w.in.Payments {
		out = append(out, &w.in.Payments[i])
	}
	inTime(out)
	return out
}

// sums adds amounts, each currency for itself, in the order they first come in.
func (w *writer) sums(payments []*spoor.Payment, of func(*spoor.Payment) spoor.Money) (out []spoor.Money) {
	for _, p := range payments {
		m := of(p)
		i := slices.IndexFunc(out, func(s spoor.Money) bool { return s.Currency == m.Currency })
		switch {
		case i < 0:
			out = append(out, m)
		case m.Amount > 0 && out[i].Amount > math.MaxInt64-m.Amount:
			w.err = fmt.Errorf("the payments in %s add up to more than an amount can be", m.Currency)
		default:
			out[i].Amount += m.Amount
		}
	}
	return out
}

func amounts(sums []spoor.Money) string {
	var out []string
	for _, m := range sums {
		out = append(out, amount(m))
	}
	return list(out, "and")
}

func paid(p *spoor.Payment) spoor.Money { return p.Paid }

func received(p *spoor.Payment) spoor.Money { return p.Received }

// short says in a few sentences whom and what this is about.
func (w *writer) short() [][]Sentence {
	var names, parties []string
	for i := range w.in.Subjects {
		names = append(names, w.subject(&w.in.Subjects[i]))
		parties = append(parties, "party "+w.in.Subjects[i].ID)
	}
	var p []Sentence
	if n := len(names); n > 5 {
		names = append(names[:5:5], fmt.Sprintf("%d more", n-5))
	}
	if len(names) > 0 {
		p = append(p, Sentence{sentence("The case names " + list(names, "and")), parties})
	}
	if all := w.all(); len(all) > 0 {
		text := "It has " + count(len(all), "payment") + " of " + date(all[0].Time)
		if last := date(all[len(all)-1].Time); last != date(all[0].Time) {
			text = "It has " + count(len(all), "payment") + " from " + date(all[0].Time) + " to " + last
		}
		if n := len(w.in.Alerts); n > 0 {
			text += ", and " + count(n, "alert")
		}
		p = append(p, Sentence{text + ".", evidenceOf(all)})
	}
	return [][]Sentence{p}
}

// who tells what is known of each party.
func (w *writer) who() (out [][]Sentence) {
	for i := range w.in.Subjects {
		s := &w.in.Subjects[i]
		e := append([]string{"party " + s.ID}, s.Evidence...)
		kind := s.Kind.String()
		if s.Kind == spoor.AnyParty {
			kind = "party of which the source does not say whether it is a person"
		}
		p := []Sentence{{fmt.Sprintf("%s is %s %s%s.", w.subject(s), article(kind), kind, w.category(s)), e}}
		var facts []string
		if len(s.Births) > 0 {
			word := "born"
			if s.Kind == spoor.Organisation {
				word = "founded"
			}
			facts = append(facts, word+" "+births(s.Births))
		}
		if len(s.Countries) > 0 {
			facts = append(facts, "linked to "+countries(s.Countries))
		}
		for _, id := range s.Identifiers {
			facts = append(facts, strings.ReplaceAll(string(id.Kind), "-", " ")+" "+clean(id.Value))
		}
		if len(facts) > 0 {
			p = append(p, Sentence{"The sources have: " + strings.Join(facts, "; ") + ".", e})
		}
		if len(s.Names) > 1 {
			var other []string
			for _, n := range s.Names[1:] {
				other = append(other, quote(n.Full))
			}
			p = append(p, Sentence{"Other names in the sources: " + list(other, "and") + ".", e})
		}
		if len(s.Accounts) > 0 {
			var ids []string
			for _, a := range s.Accounts {
				ids = append(ids, clean(a.String()))
			}
			p = append(p, Sentence{"Accounts that are recorded as " + w.subject(s) + "'s: " + list(ids, "and") + ".", e})
		}
		out = append(out, p)
	}
	return out
}

func article(kind string) string {
	if strings.ContainsRune("aeiou", rune(kind[0])) {
		return "an"
	}
	return "a"
}

// category is a person's place in the case: Dir. (EU) 2016/680 Art 6.
func (w *writer) category(s *Subject) string {
	switch s.Category {
	case spoor.Suspect:
		return ", entered in the case as a suspect"
	case spoor.Convicted:
		return ", entered in the case as convicted"
	case spoor.Victim:
		return ", entered in the case as a victim"
	case spoor.OtherRole:
		return ", entered in the case neither as a suspect nor as a victim"
	}
	return ""
}

func births(dates []spoor.PartialDate) string {
	var out []string
	for _, d := range dates {
		text, _ := d.MarshalText()
		out = append(out, string(text))
	}
	return list(out, "or")
}

func countries(cs []spoor.Country) string {
	var out []string
	for _, c := range cs {
		out = append(out, c.String())
	}
	return list(out, "and")
}

// maxTold is how many payments of an alert are told one by one.
const maxTold = 8

// what tells the payments of each alert, and those of none.
func (w *writer) what() (out [][]Sentence) {
	told := map[*spoor.Payment]bool{}
	for i := range w.in.Alerts {
		a := &w.in.Alerts[i]
		payments := w.of(a)
		for _, p := range payments {
			told[p] = true
		}
		out = append(out, w.tell(payments, fmt.Sprintf("Alert %s concerns %s", clean(a.ID), count(len(payments), "payment")), []string{"alert " + a.ID}))
	}
	rest := slices.DeleteFunc(w.all(), func(p *spoor.Payment) bool { return told[p] })
	return append(out, w.tell(rest, "The case has "+count(len(rest), "payment")+" that no alert names", nil))
}

func (w *writer) tell(payments []*spoor.Payment, opening string, evidence []string) (out []Sentence) {
	if len(payments) == 0 {
		return nil
	}
	first, last := payments[0], payments[len(payments)-1]
	when := "made on " + moment(first.Time)
	if first.Time != last.Time {
		when = fmt.Sprintf("made from %s to %s, within %s", moment(first.Time), moment(last.Time), spoor.Span(last.Time-first.Time))
	}
	out = append(out, Sentence{opening + ", " + when + ".", append(evidence, evidenceOf(payments)...)})
	if len(payments) <= maxTold {
		for _, p := range payments {
			out = append(out, w.payment(p))
		}
		return out
	}
	largest := first
	for _, p := range payments {
		if p.Paid.Currency == first.Paid.Currency && p.Paid.Amount > largest.Paid.Amount {
			largest = p
		}
	}
	out = append(out, Sentence{"The first, the last, and the largest in " + first.Paid.Currency.String() + " were these.", evidenceOf([]*spoor.Payment{first, last, largest})})
	for i, p := range []*spoor.Payment{first, last, largest} {
		if i < 2 || p != first && p != last {
			out = append(out, w.payment(p))
		}
	}
	return out
}

var channelWords = map[spoor.Channel]string{
	spoor.CreditTransfer: "by credit transfer", spoor.Wire: "by wire", spoor.DirectDebit: "by direct debit", spoor.Card: "by card",
	spoor.Cheque: "by cheque", spoor.Cash: "in cash", spoor.Reinvestment: "as a booking of the account to itself", spoor.Crypto: "in crypto-assets",
}

// payment tells one payment: when, how much, how, from whom, to whom, where.
func (w *writer) payment(p *spoor.Payment) Sentence {
	var b strings.Builder
	how := ""
	if words := channelWords[p.Channel]; words != "" {
		how = " " + words
	}
	from, to := w.account(p.From)+in(p.FromCountry), w.account(p.To)+in(p.ToCountry)
	switch none := (spoor.AccountID{}); {
	case p.From == none && p.To != none:
		fmt.Fprintf(&b, "On %s, %s was paid%s into %s", moment(p.Time), amount(p.Paid), how, to)
	case p.To == none && p.From != none:
		fmt.Fprintf(&b, "On %s, %s was taken%s out of %s", moment(p.Time), amount(p.Paid), how, from)
	default:
		fmt.Fprintf(&b, "On %s, %s went%s from %s to %s", moment(p.Time), amount(p.Paid), how, from, to)
	}
	if p.Received != p.Paid {
		fmt.Fprintf(&b, " and arrived as %s", amount(p.Received))
	}
	if clean(p.Purpose) != "" {
		b.WriteString("; the purpose that was given: " + quote(p.Purpose))
	}
	return Sentence{b.String() + ".", []string{"payment " + p.Called()}}
}

func in(c spoor.Country) string {
	if c == (spoor.Country{}) {
		return ""
	}
	return " in " + c.String()
}

// howMuch adds what went into and out of the account that each alert turns on.
func (w *writer) howMuch() (out [][]Sentence) {
	for i := range w.in.Alerts {
		a := &w.in.Alerts[i]
		e := []string{"alert " + a.ID}
		p := []Sentence{{fmt.Sprintf("The money that alert %s concerns, counted once, is %s.", clean(a.ID), amount(spoor.Money{Amount: a.Amount, Currency: a.Currency})), e}}
		if len(a.Accounts) > 0 {
			main := spoor.ParseAccountID(a.Accounts[0])
			var ins, outs []*spoor.Payment
			for _, pay := range w.of(a) {
				if pay.To == main && pay.From != main {
					ins = append(ins, pay)
				} else if pay.From == main && pay.To != main {
					outs = append(outs, pay)
				}
			}
			if len(ins) > 0 {
				p = append(p, Sentence{fmt.Sprintf("Into account %s came %s, in %s.", clean(main.String()), amounts(w.sums(ins, received)), count(len(ins), "payment")), evidenceOf(ins)})
			}
			if len(outs) > 0 {
				p = append(p, Sentence{fmt.Sprintf("Out of it went %s, in %s.", amounts(w.sums(outs, paid)), count(len(outs), "payment")), evidenceOf(outs)})
			}
		}
		out = append(out, p)
	}
	if all := w.all(); len(all) > 0 {
		sums := w.sums(all, paid)
		text := fmt.Sprintf("All payments of the case together are %s in %s; money that moved several times is counted each time.", amounts(sums), count(len(all), "payment"))
		if len(sums) > 1 {
			text += " Amounts of different currencies are not added."
		}
		out = append(out, []Sentence{{text, evidenceOf(all)}})
	}
	return out
}
