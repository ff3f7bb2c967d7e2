package trace

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"spoor"
	"spoor/graph"
)

// begun is the origin of money that a given payment begins to trace, until the
// payment has its node.
const begun int32 = -2

// run is one trace in the making.
type run struct {
	g     *graph.Graph
	rates *spoor.Rates
	q     Query
	order *order
	unit  spoor.Currency
	notes []string

	sources []graph.Account
	given   []int // places in order of the payments to trace, as the run meets them

	accounts []account
	names    []string                // of accounts, as far as asked for
	faults   map[graph.Account]error // see account.fault
	stated   map[graph.Account]int64 // openings
	negative int                     // payments below zero, not followed

	books  []*book
	trail  trail
	exits  []int32 // nodes of the trail whose money left the view
	traced int64
	pieces []piece // scratch
}

// book is the traced money of an account.
type book struct {
	holder      holder
	account     graph.Account
	traced      int64 // what the holder's parcels carry
	source      int32 // node of a traced account; -1 for any other
	hops        int32
	first, last spoor.Instant // when traced money came or went
}

func (b *book) moved(t spoor.Instant) { b.first, b.last = min(b.first, t), max(b.last, t) }

// Run traces money through a graph. Rates may be nil where no conversion is
// needed.
//
// It goes through the whole graph once for the balances, and once from the
// first traced payment on. Errors wrap ErrQuery, ErrUnknown, ErrNoRate or
// ErrTooLarge; an account whose balance cannot be known for lack of a rate is
// an error only if traced money reaches it.
func Run(g *graph.Graph, rates *spoor.Rates, q Query) (*Result, error) {
	r, err := follow(g, rates, q)
	if err != nil {
		return nil, err
	}
	return r.result(), nil
}

// follow makes the run that has the answer to a query.
func follow(g *graph.Graph, rates *spoor.Rates, q Query) (*run, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	q.Limits = q.Limits.orDefault()
	r := &run{g: g, rates: rates, q: q, order: newOrder(g), faults: map[graph.Account]error{}, books: make([]*book, 1)}
	r.trail.limit = q.Limits.Links
	if q.Limits.Paths < 0 {
		r.trail.limit = -1
	}
	if r.order.n == 0 {
		return nil, fmt.Errorf("%w: there are no payments", ErrQuery)
	}
	var err error
	if r.sources, err = q.sources(g); err != nil {
		return nil, err
	}
	if r.given, r.notes, err = q.given(r.order); err != nil {
		return nil, err
	}
	start, end, err := r.bounds()
	if err != nil {
		return nil, err
	}
	r.accounts, r.names = make([]account, g.Accounts()), make([]string, g.Accounts())
	r.balances(start)
	if err := r.open(q.Opening); err != nil {
		return nil, err
	}
	if q.Backward {
		slices.Reverse(r.given)
	}
	r.chooseUnit()
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r, r.meet(start, end)
}

// bounds returns between which payments the run goes, backward from a later
// place to an earlier one. Without an account to trace, nothing happens before
// the first given payment.
func (r *run) bounds() (start, end int, err error) {
	lo, hi := r.order.between(r.q.Since, r.q.Until)
	for _, i := range r.given {
		if i < lo || i >= hi {
			ref := r.order.at(i)
			return 0, 0, fmt.Errorf("%w: payment %s of %s is outside the time that is traced", ErrQuery, r.g.ID(ref), r.g.Time(ref))
		}
	}
	if len(r.sources) == 0 && r.q.Backward {
		hi = r.given[len(r.given)-1] + 1
	} else if len(r.sources) == 0 {
		lo = r.given[0]
	}
	if r.q.Backward {
		return hi, lo, nil
	}
	return lo, hi, nil
}

// chooseUnit takes the unit from the first thing traced where none was asked.
func (r *run) chooseUnit() {
	switch r.unit = r.q.Currency; {
	case r.unit != spoor.XXX:
	case len(r.given) == 0:
		r.unit = r.accounts[r.sources[0]].currency
	default:
		m, _ := r.movement(r.given[0], r.q.Backward)
		r.unit = m.received.Currency
	}
}

// begin makes all that the source accounts hold traced.
func (r *run) begin() error {
	at := cmp.Or(r.q.Since, r.order.time(0))
	if r.q.Backward {
		at = cmp.Or(r.q.Until, r.g.Newest())
	}
	for _, a := range r.sources {
		acc := &r.accounts[a]
		if !acc.seen {
			return fmt.Errorf("account %s: %w: none that moves money is left in the window", r.name(a), ErrUnknown)
		}
		if acc.fault {
			return r.faults[a]
		}
		held := spoor.Money{Amount: acc.balance, Currency: acc.currency}
		amount, ok := r.exchange(held, r.unit, at)
		if !ok {
			return r.noConversion("balance of account "+r.name(a), held, r.unit)
		}
		if err := r.grow(amount); err != nil {
			return err
		}
		b := r.newBook(a)
		b.source, b.hops, b.traced = r.trail.add(node{fresh: amount, amount: amount}), 0, amount
		b.holder.put(&r.trail, normal(piece{acc.balance, amount, b.source}))
	}
	return nil
}

// grow adds to what is traced.
func (r *run) grow(amount int64) error {
	if amount > math.MaxInt64-r.traced {
		return fmt.Errorf("%w: the traced money passes 2^63 minor units of %s", ErrTooLarge, r.unit)
	}
	r.traced += amount
	return nil
}

// meet goes through the payments from start to before end.
func (r *run) meet(start, end int) error {
	given := r.given
	i, step := start, 1
	if r.q.Backward {
		i, end, step = start-1, end-1, -1
	}
	for ; i != end; i += step {
		now := len(given) > 0 && given[0] == i
		if now {
			given = given[1:]
		}
		m, ok := r.movement(i, r.q.Backward)
		if !ok {
			continue
		}
		if !now && r.accounts[m.from].book <= 0 && r.accounts[m.to].book <= 0 {
			r.book(m.from, m.paid, m.received, m.ref, -1)
			r.book(m.to, m.received, m.paid, m.ref, 1)
		} else if err := r.carry(&m, now); err != nil {
			return err
		}
	}
	return nil
}

// carry moves what a payment takes from its payer to its payee.
func (r *run) carry(m *movement, given bool) error {
	if m.paid.Amount == 0 && m.received.Amount == 0 {
		return nil
	}
	exposed := r.q.Method == Poison && r.accounts[m.from].book > 0
	pieces, size := r.draw(m)
	if !given && m.to != graph.Outside && r.g.Channel(m.ref) == spoor.Cash {
		r.flow(m, pieces, 0, exposed, true)
		pieces, exposed = append(pieces[:0], piece{size: size, origin: clean}), false
	}
	fresh, err := int64(0), error(nil)
	if given {
		if fresh, err = r.freshen(m, pieces, begun); err != nil {
			return err
		}
	}
	n := r.flow(m, pieces, fresh, exposed, m.to == graph.Outside)
	if m.to == graph.Outside {
		return nil
	}
	return r.deposit(m, pieces, n)
}

// draw takes a payment's size from its payer: at least one piece.
func (r *run) draw(m *movement) (out []piece, size int64) {
	size = r.book(m.from, m.paid, m.received, m.ref, -1)
	out = r.pieces[:0]
	acc := &r.accounts[m.from]
	if acc.book <= 0 {
		return append(out, piece{size: size, origin: clean}), size
	}
	b := r.books[acc.book]
	had := b.traced
	out = b.holder.take(size, out)
	for i := range out {
		out[i] = normal(out[i])
		b.traced -= out[i].traced
	}
	if b.traced < had {
		b.moved(r.g.Time(m.ref))
	}
	if b.traced == 0 && b.source < 0 && r.q.Method != Poison {
		acc.book = -acc.book
	}
	if len(out) == 0 {
		out = append(out, piece{origin: clean})
	}
	r.pieces = out
	return out, size
}

// freshen makes the clean pieces of a payment traced, from origin on.
func (r *run) freshen(m *movement, pieces []piece, origin int32) (fresh int64, err error) {
	whole, ok := r.size(m.received, m.paid, r.unit, m.ref)
	if !ok {
		return 0, r.noConversion("payment "+r.g.ID(m.ref), m.received, r.unit)
	}
	split(pieces, whole, func(p *piece, part int64) {
		if p.origin == clean && part > 0 {
			p.traced, p.origin = part, origin
			fresh += part
		}
	})
	return fresh, r.grow(fresh)
}

// split divides an amount over pieces by their sizes, with cumulative rounding.
func split(pieces []piece, amount int64, f func(p *piece, part int64)) {
	var all, upTo, done int64
	for i := range pieces {
		all += pieces[i].size
	}
	for i := range pieces {
		upTo += pieces[i].size
		share := amount
		if upTo < all {
			share, _ = spoor.MulDiv(amount, uint64(upTo), uint64(all))
		}
		f(&pieces[i], share-done)
		done = share
	}
}

// flow notes a payment that carries traced money, or by poison one that is
// exposed, as a node, and the pieces as coming from there; -1 for any other.
func (r *run) flow(m *movement, pieces []piece, fresh int64, exposed, leaves bool) int32 {
	if fresh == 0 && !exposed && !slices.ContainsFunc(pieces, func(p piece) bool { return p.origin != clean }) {
		return -1
	}
	hops := int32(math.MaxInt32)
	switch b := r.accounts[m.from].book; {
	case fresh > 0, exposed && b <= 0:
		hops = 1
	case exposed:
		hops = r.books[b].hops + 1
	}
	n := r.trail.carry(m.ref, pieces, fresh, hops)
	for i := range pieces {
		if pieces[i].origin != clean {
			pieces[i].origin = n
		}
	}
	if leaves {
		r.exits = append(r.exits, n)
	}
	return n
}

// deposit books what reached an account, traced by way of node n or not.
func (r *run) deposit(m *movement, pieces []piece, n int32) error {
	acc := &r.accounts[m.to]
	had := acc.balance
	size := r.book(m.to, m.received, m.paid, m.ref, 1)
	if acc.book <= 0 && n < 0 {
		return nil
	}
	if acc.fault {
		return r.faults[m.to]
	}
	b := r.touch(m.to, had)
	split(pieces, size, func(p *piece, part int64) { p.size = part })
	if b.source >= 0 {
		fresh, err := r.freshen(m, pieces, b.source)
		if err != nil {
			return err
		}
		r.trail.nodes[b.source].fresh += fresh
		r.trail.nodes[b.source].amount += fresh
	}
	if n >= 0 {
		b.moved(r.g.Time(m.ref))
		b.hops = min(b.hops, r.trail.nodes[n].hops)
	}
	for _, p := range pieces {
		b.holder.put(&r.trail, p)
		b.traced += p.traced
	}
	return nil
}

// touch returns the book of an account that had this much, for traced money to
// be put into.
func (r *run) touch(a graph.Account, had int64) *book {
	acc := &r.accounts[a]
	switch {
	case acc.book > 0:
		return r.books[acc.book]
	case acc.book < 0:
		acc.book = -acc.book
		r.books[acc.book].holder = newHolder(r.q.Method, r.q.Limits.Parcels)
	default:
		r.newBook(a)
	}
	b := r.books[acc.book]
	b.holder.put(&r.trail, piece{size: had, origin: clean})
	return b
}

func (r *run) newBook(a graph.Account) *book {
	b := &book{holder: newHolder(r.q.Method, r.q.Limits.Parcels), account: a, source: -1, hops: math.MaxInt32, first: math.MaxInt64}
	r.accounts[a].book = int32(len(r.books))
	r.books = append(r.books, b)
	return b
}

// name is an account's name, made once.
func (r *run) name(a graph.Account) string {
	if r.names[a] == "" {
		r.names[a] = r.g.AccountID(a).String()
	}
	return r.names[a]
}
