package gate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/vm"

	"spoor"
	"spoor/clock"
	"spoor/gate/book"
)

// Input is what a decision is made from. What an engine found that was late is
// left out, and the engine named.
type Input struct {
	Instruction *spoor.Instruction
	Hits        []spoor.Hit // of everyone named
	Risk        float64     // learned, 0 to 1
	RiskKnown   bool
	Signals     []spoor.Typology  // noticed at arrival
	Late        []string          // of [Engines]
	AmountEUR   float64           // for comparing sizes only; 0 where no rate is known
	At          spoor.Instant     // now
	Spent       time.Duration     // so far
	Versions    map[string]string // of lists, rules, parameters and model
}

// Gate decides by a policy and a book. Several gates may read one book, to
// compare policies; all belong to one goroutine.
type Gate struct {
	policy *Policy
	book   *book.Book

	// Reused from payment to payment.
	facts   facts
	machine vm.VM
	touched []book.Touch
	verdict verdict

	given, versions map[string]string // of the last payment, and what was added
}

// verdict is what has been found of a payment so far.
type verdict struct {
	outcome spoor.Outcome
	reasons [3][]spoor.Reason // by outcome
	doubt   bool              // a hold rests on more than orders
	orders  bool              // a hold rests on orders
}

func (v *verdict) add(o spoor.Outcome, r spoor.Reason) {
	r.Outcome = o
	v.outcome = max(v.outcome, o)
	v.reasons[o] = append(v.reasons[o], r)
}

// New makes a gate. The policy and the book must be of the same member.
func New(p *Policy, b *book.Book) (*Gate, error) {
	if p.Member != b.Member() {
		return nil, fmt.Errorf("the policy is of %s, the book of %s", p.Member, b.Member())
	}
	return &Gate{policy: p, book: b}, nil
}

// Decide is the decision of [Gate.Judge] alone.
func (g *Gate) Decide(in *Input) spoor.Decision { return g.Judge(in).Decision }

// Judge decides a payment and gives the event to journal. It changes nothing:
// the book learns of it when the event is applied. The decision's versions are
// shared with other decisions and must not be changed.
func (g *Gate) Judge(in *Input) book.Decided {
	g.look(in)
	g.verdict = verdict{}
	g.read()
	g.fallBack(in)
	g.obey()
	return g.event(in)
}

// read goes through the policy's rules.
func (g *Gate) read() {
	for i := range g.policy.rules {
		r := &g.policy.rules[i]
		yes, err := g.machine.Run(r.when, &g.facts)
		if err != nil {
			g.verdict.doubt = true
			g.verdict.add(spoor.HoldBack, spoor.Reason{Rule: r.reason.Rule, Code: "NARR", Text: "the rule could not be read for this payment"})
			continue
		}
		if !yes.(bool) {
			continue
		}
		switch r.do {
		case allow:
			g.verdict.add(spoor.Allow, r.reason)
			return
		case note:
			g.verdict.add(spoor.Allow, r.reason)
		case hold:
			g.hold(r)
		case block:
			g.block(r)
		}
	}
}

func (g *Gate) hold(r *rule) {
	if r.ground == byOrder && g.stopping() {
		g.verdict.orders = true
	} else {
		g.verdict.doubt = true
	}
	g.verdict.add(spoor.HoldBack, r.reason)
}

// block blocks where the rule's ground is there, and holds where it is not.
func (g *Gate) block(r *rule) {
	if r.ground == byOrder && g.frozen() || r.ground == byExactHit && g.facts.Hits.Freezes {
		g.verdict.add(spoor.Block, r.reason)
		return
	}
	g.hold(r)
	g.verdict.add(spoor.HoldBack, spoor.Reason{Rule: "gate.demoted", Code: "NARR",
		Text: fmt.Sprintf("rule %s would block, but its ground (%s) is not there: held", r.reason.Rule, groundNames[r.ground])})
}

// frozen reports the ground of a block by order.
func (g *Gate) frozen() bool { return slices.ContainsFunc(g.touched, book.Touch.Freezes) }

// stopping reports an order that stops the payment.
func (g *Gate) stopping() bool { return slices.ContainsFunc(g.touched, book.Touch.Stops) }

// fallBack says what late engines mean.
func (g *Gate) fallBack(in *Input) {
	for _, engine := range in.Late {
		do, known := g.policy.late[engine]
		if !known {
			do = spoor.HoldBack // an engine that no policy knows is a fault of the node
		}
		g.verdict.doubt = g.verdict.doubt || do == spoor.HoldBack
		what := "allowed"
		if do == spoor.HoldBack {
			what = "held"
		}
		g.verdict.add(do, spoor.Reason{Rule: "gate.late", Code: "NARR",
			Text: fmt.Sprintf("%s did not answer within %s: %s", engine, g.policy.Budget, what)})
	}
}

// obey makes orders felt that the policy's rules left out, or could not see.
func (g *Gate) obey() {
	for _, t := range g.touched {
		if !t.Stops() {
			continue
		}
		want := spoor.HoldBack
		if t.Freezes() {
			want = spoor.Block
		}
		if g.verdict.outcome < want {
			g.verdict.add(want, spoor.Reason{Rule: "gate.order", Code: "AC06", Text: "stopped by an order of an authority"})
		}
		g.verdict.orders = true // they end when they end, whatever else holds
	}
	if g.verdict.outcome < spoor.Block && slices.ContainsFunc(g.touched, func(t book.Touch) bool { return t.Doubt }) {
		g.verdict.doubt = true
		g.verdict.add(spoor.HoldBack, spoor.Reason{Rule: "gate.alike", Code: "AC06", Text: "the account may be one under an order"})
	}
}

// event puts the verdict into words.
func (g *Gate) event(in *Input) book.Decided {
	i, p := in.Instruction, &in.Instruction.Payment
	e := book.Decided{Digest: i.Digest, Payer: p.From, Payee: p.To, Paid: p.Paid, Received: p.Received}
	d := &e.Decision
	*d = spoor.Decision{Key: i.Key(), Outcome: g.verdict.outcome, At: in.At, Spent: in.Spent, Hits: in.Hits,
		Risk: g.facts.Risk, Signals: in.Signals, Late: in.Late, Versions: g.versionsOf(in)}
	if n := len(g.verdict.reasons[0]) + len(g.verdict.reasons[1]) + len(g.verdict.reasons[2]); n > 0 {
		d.Reasons = make([]spoor.Reason, 0, n)
		for o := spoor.Block; ; o-- {
			d.Reasons = append(d.Reasons, g.verdict.reasons[o]...)
			if o == spoor.Allow {
				break
			}
		}
	}
	for _, t := range g.touched {
		if t.Doubt && d.Outcome == spoor.Block {
			continue
		}
		if id := t.Order.ID; len(d.Orders) < book.MaxOrders && !slices.Contains(d.Orders, id) {
			d.Orders = append(d.Orders, id)
		}
	}
	switch {
	case d.Outcome == spoor.HoldBack:
		g.causes(&e, i)
	case d.Outcome == spoor.Block && g.frozen():
		e.Left = g.book.Left(p.From)
	}
	return e
}

// causes sets why, and how long, a payment may be held.
func (g *Gate) causes(e *book.Decided, i *spoor.Instruction) {
	d := &e.Decision
	still, why := book.End(g.policy.standStill, d.At, g.policy.Member)
	if g.verdict.doubt || !g.verdict.orders {
		e.Causes = append(e.Causes, book.Cause{Until: still})
		d.Until, d.Clock = still, why
	}
	for _, t := range g.touched {
		o := &t.Order
		if !t.Stops() || len(e.Causes) == book.MaxOrders {
			continue
		}
		c, words := book.Cause{Order: o.ID, Until: still}, why
		if t.InForce() {
			c.Until = o.Until
			words = fmt.Sprintf("due %s, order %s, %s", clock.Local(o.Until, g.policy.Member), o.ID, o.LegalBasis)
		}
		if !slices.ContainsFunc(e.Causes, func(have book.Cause) bool { return have.Order == c.Order }) {
			e.Causes = append(e.Causes, c)
		}
		if c.Until > d.Until {
			d.Until, d.Clock = c.Until, words
		}
	}
	e.PayerIDs = book.PayerIDs(i)
}

// versionsOf adds policy and calendar to what the engines gave.
func (g *Gate) versionsOf(in *Input) map[string]string {
	if g.versions == nil || !maps.Equal(g.given, in.Versions) {
		g.given = maps.Clone(in.Versions)
		g.versions = maps.Clone(in.Versions)
		if g.versions == nil {
			g.versions = map[string]string{}
		}
		g.versions["policy"] = g.policy.Fingerprint
		g.versions["calendar"] = clock.Version
	}
	return g.versions
}

// look fills in the facts.
func (g *Gate) look(in *Input) {
	i, p := in.Instruction, &in.Instruction.Payment
	f, b := &g.facts, g.book
	g.touched = b.Touching(g.touched[:0], i, in.At)
	f.Payment = paymentFacts{
		Amount: units(p.Paid), Currency: p.Paid.Currency.String(),
		AmountEUR: in.AmountEUR, Rated: in.AmountEUR > 0 || p.Paid.Amount == 0,
		Channel: p.Channel.String(), Purpose: p.Purpose, Returned: i.Returns != "", Recalled: b.Recalled([4]byte(i.Digest[:4]), i.Key()) || i.Alias != "" && b.Recalled([4]byte(i.Digest[:4]), i.UETR),
	}
	f.Payer = g.party(p.FromName, p.FromCountry, p.From, in.At)
	f.Payee = g.party(p.ToName, p.ToCountry, p.To, in.At)
	for _, t := range g.touched {
		if t.Doubt {
			continue
		}
		side := &f.Payer
		if t.Payee {
			side = &f.Payee
		}
		switch t.Order.Kind {
		case spoor.FreezingOrder:
			side.Frozen = side.Frozen || t.InForce()
			side.FreezeProposed = side.FreezeProposed || !t.InForce()
		case spoor.AccountSuspension:
			side.Suspended = true
		case spoor.TransactionSuspension:
			f.Payment.Suspended = true
		case spoor.Monitoring:
			side.Monitored = side.Monitored || t.InForce()
		}
	}
	f.Hits.read(in.Hits)
	f.Signals = f.Signals[:0]
	for _, s := range in.Signals {
		f.Signals = append(f.Signals, string(s))
	}
	f.Late = append(f.Late[:0], in.Late...)
	f.Risk, f.RiskKnown = in.Risk, in.RiskKnown && !math.IsNaN(in.Risk)
	if !f.RiskKnown {
		f.Risk = 0
	}
}

func units(m spoor.Money) float64 {
	return float64(m.Amount) / math.Pow10(m.Currency.Scale())
}

func (g *Gate) party(name string, country spoor.Country, account spoor.AccountID, at spoor.Instant) (f partyFacts) {
	f.Named, f.Country = strings.TrimSpace(name) != "", country.String()
	if account == (spoor.AccountID{}) {
		return f
	}
	first, known, frauds := g.book.Account(account, at-g.policy.fraudSpan)
	f.Known, f.FraudRecalls = known, frauds
	if known {
		f.AgeDays = float64(max(at-first, 0)) / float64(spoor.Day)
	}
	return f
}

func (f *hitFacts) read(hits []spoor.Hit) {
	*f = hitFacts{Count: len(hits), Lists: f.Lists[:0], Programmes: f.Programmes[:0]}
	for i := range hits {
		h := &hits[i]
		f.Best = max(f.Best, h.Score)
		f.Exact = f.Exact || h.Exact
		f.Freezes = f.Freezes || h.Exact && h.Freezes
		if !slices.Contains(f.Lists, h.List) {
			f.Lists = append(f.Lists, h.List)
		}
		for _, p := range h.Programmes {
			if !slices.Contains(f.Programmes, p) {
				f.Programmes = append(f.Programmes, p)
			}
		}
	}
}

// Propose fills in an order: proposed by a person, from now on where it does
// not say otherwise, and for as long as the policy lets it last where it has
// no end. The book checks it.
func (g *Gate) Propose(o spoor.Order, by string, at spoor.Instant) book.OrderProposed {
	o.ProposedBy, o.State = strings.TrimSpace(by), spoor.Proposed
	if o.From == 0 {
		o.From = at
	}
	if limit, ok := g.policy.limits[o.Kind]; ok && o.Until == 0 {
		o.Until, _ = book.End(limit, o.From, g.policy.Member)
	}
	e := book.OrderProposed{Order: o, At: at}
	e.Lapses, _ = book.End(g.policy.standStill, at, g.policy.Member)
	return e
}
