package trace

import (
	"cmp"
	"fmt"
	"slices"

	"spoor"
	"spoor/graph"
)

// Version is that of the methods: it changes when the same question over the
// same payments would get another answer.
const Version = "1"

// Sum is an amount of money in minor units, as JSON has it.
type Sum struct {
	Amount   int64          `json:"amount"`
	Currency spoor.Currency `json:"currency"`
}

// Money returns the sum as money.
func (s Sum) Money() spoor.Money { return spoor.Money(s) }

// Result is where the money went, or came from. Its JSON is trace.json. Every
// Amount is in minor units of the unit currency, that of Traced, except in
// Paid, Balance, Exposed and Openings, which have their own.
//
// Traced = sum of Holdings + LeftView + HeldAtSource, exactly.
type Result struct {
	From      []string      `json:"from"` // accounts and payments traced
	Method    Method        `json:"method"`
	Direction string        `json:"direction"` // "forward" or "backward"
	Since     spoor.Instant `json:"since,omitzero"`
	Until     spoor.Instant `json:"until,omitzero"`

	Traced   Sum       `json:"traced"`
	Holdings []Holding `json:"holdings"` // largest first
	Flows    []Flow    `json:"flows"`    // in order of time
	// LeftView is what left the data: paid outside or in cash (backward: what
	// came from there). LeftInCash is the part of it in cash.
	LeftView   Sum `json:"left_view"`
	LeftInCash Sum `json:"left_in_cash"`
	// HeldAtSource is what the traced accounts still hold.
	HeldAtSource Sum `json:"held_at_source"`
	// AtRest is the part of Holdings in accounts that never pay in the data
	// (backward: that nobody in the data pays): at rest, or not covered.
	AtRest Sum `json:"at_rest"`

	Openings []Opening         `json:"openings"` // of the accounts touched, in that order, where not zero
	Paths    []Path            `json:"paths"`    // largest first
	Notes    []string          `json:"notes"`    // what a reader must know: limits that bit, data left out
	Versions map[string]string `json:"versions"` // of the methods and the rates
}

// Holding is traced money in an account at the end of the trace (backward: at
// its beginning).
type Holding struct {
	Account  string         `json:"account"`
	Amount   int64          `json:"amount"`
	Currency spoor.Currency `json:"currency"`
	Share    float64        `json:"share"`   // of the traced amount, 0 to 1
	Balance  Sum            `json:"balance"` // all that the account holds, its opening included
	// Exposed is the whole balance, by poison; no money by other methods.
	Exposed Sum           `json:"exposed,omitzero"`
	First   spoor.Instant `json:"first"` // when traced money first came or went
	Last    spoor.Instant `json:"last"`
	Hops    int           `json:"hops"`    // fewest payments by which any got here
	AtRest  bool          `json:"at_rest"` // the account never pays: see Result.AtRest
}

// Flow is a payment that carried traced money.
type Flow struct {
	Payment string        `json:"payment"` // own id or record number
	Ref     graph.Ref     `json:"-"`
	From    string        `json:"from"`
	To      string        `json:"to"`
	Time    spoor.Instant `json:"time"`
	Amount  int64         `json:"amount"` // the traced part
	Paid    Sum           `json:"paid"`   // the whole payment
	// Exposed is the whole payment, by poison; no money by other methods.
	Exposed Sum `json:"exposed,omitzero"`
}

// Opening is the balance that an account had before its first payment in the
// graph.
type Opening struct {
	Account  string         `json:"account"`
	Amount   int64          `json:"amount"`
	Currency spoor.Currency `json:"currency"` // the account's
	Assumed  bool           `json:"assumed"`  // the least that its payments need; not as stated
}

// Ends of a path.
const (
	EndHolding  = "holding"   // in an account other than the sources
	EndLeftView = "left view" // outside the data
	EndSource   = "source"    // back in a traced account
)

// Path is money that went together from account to account, in order of time.
type Path struct {
	Amount   int64         `json:"amount"`
	Accounts []string      `json:"accounts"` // one more than payments
	Payments []string      `json:"payments"`
	Hops     int           `json:"hops"`
	First    spoor.Instant `json:"first"` // time of the first payment
	Last     spoor.Instant `json:"last"`
	End      string        `json:"end"` // EndHolding, EndLeftView or EndSource (backward: of its beginning)
}

// result says what the run found.
func (r *run) result() *Result {
	none := Sum{0, r.unit}
	res := &Result{
		Method: r.q.Method, Direction: "forward", Since: r.q.Since, Until: r.q.Until,
		Traced: Sum{r.traced, r.unit}, HeldAtSource: none, AtRest: none, LeftView: none, LeftInCash: none,
		From: []string{}, Holdings: []Holding{}, Flows: []Flow{}, Openings: []Opening{}, Paths: []Path{}, Notes: []string{},
		Versions: map[string]string{"trace": Version},
	}
	if r.q.Backward {
		res.Direction = "backward"
	}
	if r.rates != nil {
		res.Versions["rates"] = r.rates.Version
	}
	for _, a := range r.sources {
		res.From = append(res.From, r.name(a))
	}
	for _, i := range r.given {
		res.From = append(res.From, r.g.ID(r.order.at(i)))
	}
	ends := r.settle(res)
	res.Flows = r.flows()
	res.Notes = append(res.Notes, r.notes...)
	r.note(res)
	if r.q.Limits.Paths > 0 && !r.trail.full {
		for _, route := range r.trail.widest(ends, r.q.Limits.Paths) {
			res.Paths = append(res.Paths, r.path(route))
		}
	}
	return res
}

// settle says where the traced money is, and returns the ends of the trail.
func (r *run) settle(res *Result) (ends []end) {
	for _, n := range r.exits {
		node := &r.trail.nodes[n]
		res.LeftView.Amount += node.amount
		if r.g.Channel(node.ref) == spoor.Cash {
			res.LeftInCash.Amount += node.amount
		}
		ends = append(ends, end{n, node.amount, EndLeftView})
	}
	for _, b := range r.books[1:] {
		place := EndHolding
		if b.source >= 0 {
			place = EndSource
			res.HeldAtSource.Amount += b.traced
		} else if h, ok := r.holding(b); ok {
			if h.AtRest {
				res.AtRest.Amount += h.Amount
			}
			res.Holdings = append(res.Holdings, h)
		}
		for _, p := range b.holder.traced() {
			if amount := p.traced(); amount > 0 {
				ends = append(ends, end{p.origin, amount, place})
			}
		}
		if o, ok := r.opening(b.account); ok {
			res.Openings = append(res.Openings, o)
		}
	}
	slices.SortFunc(res.Holdings, func(a, b Holding) int {
		return cmp.Or(cmp.Compare(b.Amount, a.Amount), cmp.Compare(a.Account, b.Account))
	})
	return ends
}

func (r *run) holding(b *book) (Holding, bool) {
	if b.traced == 0 && r.q.Method != Poison {
		return Holding{}, false
	}
	acc := &r.accounts[b.account]
	out, in := r.g.Degree(b.account)
	h := Holding{
		Account: r.name(b.account), Amount: b.traced, Currency: r.unit,
		Balance: Sum{acc.balance, acc.currency}, First: b.first, Last: b.last,
		Hops: int(b.hops), AtRest: !r.q.Backward && out == 0 || r.q.Backward && in == 0,
	}
	if r.traced > 0 {
		h.Share = float64(b.traced) / float64(r.traced)
	}
	if r.q.Method == Poison {
		h.Exposed = h.Balance
	}
	return h, true
}

func (r *run) opening(a graph.Account) (Opening, bool) {
	o := Opening{Account: r.name(a), Amount: -r.accounts[a].low, Currency: r.accounts[a].currency}
	stated, ok := r.stated[a]
	o.Assumed = !ok || stated < o.Amount
	return o, o.Amount > 0
}

// flows lists the payments of the trail in order of time, the largest of them
// where there are too many.
func (r *run) flows() []Flow {
	var found []int // places in the trail
	for k := range r.trail.nodes {
		if r.trail.nodes[k].payment {
			found = append(found, k)
		}
	}
	if limit := r.q.Limits.Flows; len(found) > limit {
		r.notes = append(r.notes, fmt.Sprintf("%d payments carried traced money: the %d largest are listed", len(found), limit))
		slices.SortStableFunc(found, func(a, b int) int {
			return cmp.Compare(r.trail.nodes[b].amount, r.trail.nodes[a].amount)
		})
		found = found[:limit]
		slices.Sort(found)
	}
	if r.q.Backward {
		slices.Reverse(found)
	}
	flows := make([]Flow, len(found))
	for i, k := range found {
		ref := r.trail.nodes[k].ref
		from, to := r.g.Ends(ref)
		flows[i] = Flow{
			Payment: r.g.ID(ref), Ref: ref, From: r.name(from), To: r.name(to), Time: r.g.Time(ref),
			Amount: r.trail.nodes[k].amount, Paid: Sum(r.g.Paid(ref)),
		}
		if r.q.Method == Poison {
			flows[i].Exposed = flows[i].Paid
		}
	}
	return flows
}

// path puts a route in order of time.
func (r *run) path(route route) Path {
	p := Path{Amount: route.amount, Hops: len(route.nodes), End: route.place}
	if r.q.Backward {
		slices.Reverse(route.nodes)
	}
	for i, n := range route.nodes {
		ref := r.trail.nodes[n].ref
		from, to := r.g.Ends(ref)
		if i == 0 {
			p.Accounts = append(p.Accounts, r.name(from))
			p.First = r.g.Time(ref)
		}
		p.Accounts = append(p.Accounts, r.name(to))
		p.Payments = append(p.Payments, r.g.ID(ref))
		p.Last = r.g.Time(ref)
	}
	return p
}

// note tells what was cut or left out.
func (r *run) note(res *Result) {
	add := func(format string, a ...any) { res.Notes = append(res.Notes, fmt.Sprintf(format, a...)) }
	if n := r.g.Evicted(); n > 0 {
		add("%d older payments had left the window: opening balances stand for them", n)
	}
	if r.negative > 0 {
		add("%d payments of less than nothing were not followed", r.negative)
	}
	if n := r.trail.joined; n > 0 {
		add("%d times an account held more than %d parcels, and neighbouring parcels were joined: there the order of money is approximate", n, r.q.Limits.Parcels)
	}
	if r.trail.full {
		add("more than %d links between payments: no paths are listed", r.q.Limits.Links)
	}
}
