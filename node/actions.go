package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"spoor"
	"spoor/gate/book"
	"spoor/journal"
	"spoor/node/record"
)

// do has the desk act, and waits until what came of it is durable.
func (n *Node) do(ctx context.Context, act func(*desk) error) error {
	return n.ask(ctx, &ask{came: n.o.Now(), act: act, done: make(chan error, 1)})
}

// Recall answers recalls, in order; what it answers is durable.
func (n *Node) Recall(ctx context.Context, recalls []spoor.Recall) ([]book.Resolution, error) {
	for i := range recalls {
		if err := record.CheckRecall(&recalls[i]); err != nil {
			return nil, Wrong{fmt.Errorf("recall %d of the message: %w", i+1, err)}
		}
	}
	out := make([]book.Resolution, len(recalls))
	err := n.do(ctx, func(d *desk) error {
		at := d.now()
		for i := range recalls {
			e := d.gate.Recall(&recalls[i], at)
			if d.Book.Check(e) != nil { // nothing names the payment
				out[i] = e.Resolution
				continue
			}
			if err := d.Book.Apply(e); err != nil {
				return err
			}
			d.append(record.KindRecall, at, record.EncodeRecall(&recalls[i], &e))
			d.Counts.Recalls++
			out[i] = e.Resolution
		}
		return nil
	})
	return out, err
}

// Propose enters an order. It holds at once; a second person's confirmation puts
// it in force.
func (n *Node) Propose(ctx context.Context, o spoor.Order, by string) (out OrderReport, err error) {
	if err := record.CheckOrder(&o, by); err != nil {
		return out, Wrong{err}
	}
	return out, n.do(ctx, func(d *desk) error {
		at := d.now()
		if err := d.event(d.gate.Propose(o, by, at), at); err != nil {
			return err
		}
		out = d.order(o.ID)
		return nil
	})
}

// Confirm puts a proposed order in force, and has it caught what is held.
func (n *Node) Confirm(ctx context.Context, order, by string) (OrderReport, error) {
	if err := record.CheckWords(order, by); err != nil {
		return OrderReport{}, Wrong{err}
	}
	return n.change(ctx, order, func(at spoor.Instant) book.Event {
		return book.OrderConfirmed{Order: order, By: by, At: at}
	})
}

// Lift ends an order.
func (n *Node) Lift(ctx context.Context, order, by, why string) (OrderReport, error) {
	if err := record.CheckWords(order, by, why); err != nil {
		return OrderReport{}, Wrong{err}
	}
	return n.change(ctx, order, func(at spoor.Instant) book.Event {
		return book.OrderLifted{Order: order, By: by, Why: why, At: at}
	})
}

// OrderReport is an order with what it bears on.
type OrderReport struct {
	spoor.Order
	ConfirmBy spoor.Instant `json:"confirm_by,omitzero"` // of a proposed order: when it lapses
	Ended     spoor.Instant `json:"ended,omitzero"`      // lifted or expired
	// Seen are its accounts as far as they paid or were paid here.
	Seen []SeenAccount `json:"seen"`
}

// SeenAccount is what passed the gate on an account. It is not the account's
// balance: what it held before, and what moves elsewhere, is not known here.
type SeenAccount struct {
	Account string         `json:"account"`
	Since   spoor.Instant  `json:"since,omitzero"` // zero: never seen here
	Passed  []book.Balance `json:"passed"`
}

func (n *Node) change(ctx context.Context, order string, event func(at spoor.Instant) book.Event) (out OrderReport, err error) {
	return out, n.do(ctx, func(d *desk) error {
		if _, ok := d.Book.Order(order); !ok {
			return fmt.Errorf("order %q: %w", order, ErrUnknown)
		}
		at := d.now()
		if err := d.event(event(at), at); err != nil {
			return err
		}
		if err := d.due(at); err != nil {
			return err
		}
		out = d.order(order)
		return nil
	})
}

func (d *desk) order(id string) OrderReport {
	r, _ := d.Book.Order(id)
	o := OrderReport{Order: r.Order, Ended: r.Ended, Seen: []SeenAccount{}}
	if o.State == spoor.Proposed {
		o.ConfirmBy = r.Lapses
	}
	for _, a := range o.Accounts {
		since, _, _ := d.Book.Account(a, 0)
		o.Seen = append(o.Seen, SeenAccount{Account: a.String(), Since: since, Passed: append([]book.Balance{}, d.Book.Left(a)...)})
	}
	return o
}

// Orders lists all orders, ended ones too, in the order of their ids.
func (n *Node) Orders(ctx context.Context) (out []OrderReport, err error) {
	return out, n.do(ctx, func(d *desk) error {
		for _, id := range d.Book.Orders() {
			out = append(out, d.order(id))
		}
		return nil
	})
}

// Release lets a held payment go.
func (n *Node) Release(ctx context.Context, payment, by, why string) (h book.Hold, err error) {
	if err := record.CheckWords(payment, by, why); err != nil {
		return h, Wrong{err}
	}
	return h, n.do(ctx, func(d *desk) error {
		if _, ok := d.Book.Hold(payment); !ok {
			return fmt.Errorf("hold of payment %q: %w", payment, ErrUnknown)
		}
		at := d.now()
		if err := d.event(book.HoldReleased{Payment: payment, By: by, Why: why, At: at}, at); err != nil {
			return err
		}
		d.n.changed(book.HoldReleased{Payment: payment, At: at})
		h, _ = d.Book.Hold(payment)
		return nil
	})
}

// Holds lists the payments that wait, oldest first.
func (n *Node) Holds(ctx context.Context) (out []book.Hold, err error) {
	return out, n.do(ctx, func(d *desk) error { out = d.Book.Holds(); return nil })
}

// Alerts lists the newest alerts, newest first, at most so many.
func (n *Node) Alerts(ctx context.Context, most int) (out []spoor.Alert, err error) {
	out = []spoor.Alert{}
	return out, n.do(ctx, func(d *desk) error {
		for i := len(d.Alerts) - 1; i >= 0 && len(out) < most; i-- {
			out = append(out, d.Alerts[i])
		}
		return nil
	})
}

// Decided is a payment with its decision and what became of it.
type Decided struct {
	spoor.Decision
	Now  spoor.Outcome  `json:"now"` // after releases, ends of holds and orders
	Hold *book.Hold     `json:"hold,omitempty"`
	Left []book.Balance `json:"left,omitempty"` // in the payer's account, where an order blocked it

	Instruction spoor.Instruction `json:"-"`
}

// Decision says what was decided on a payment, and how it stands now.
func (n *Node) Decision(ctx context.Context, key string) (*Decided, error) {
	var entry uint64
	out := &Decided{}
	err := n.do(ctx, func(d *desk) error {
		e, _, _, found := d.Book.Seen(key, [16]byte{})
		if !found {
			return fmt.Errorf("payment %q: %w", key, ErrUnknown)
		}
		entry = e
		out.Now, _ = d.Book.Outcome(key)
		if h, ok := d.Book.Hold(key); ok {
			out.Hold = &h
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	d, err := n.read(entry)
	if err != nil {
		return nil, err
	}
	out.Decision, out.Left, out.Instruction = d.Decision, d.Left, d.Instruction
	return out, nil
}

// recall fills in the decisions of instructions that had been decided before.
// Those of one message that is sent again lie together in the journal, and are
// read together.
func (n *Node) recall(answers []Answer) error {
	wanted := map[uint64][]*Answer{}
	var first, last uint64
	for i := range answers {
		a := &answers[i]
		if !a.Repeated || a.Refused {
			continue
		}
		if wanted[a.Entry] = append(wanted[a.Entry], a); first == 0 || a.Entry < first {
			first = a.Entry
		}
		last = max(last, a.Entry)
	}
	fill := func(e journal.Entry) error {
		d, err := n.decided(e)
		if err != nil {
			return err
		}
		for _, a := range wanted[e.Number] {
			a.Decision = d.Decision
		}
		return nil
	}
	const many = 100 // fewer are found faster one by one: those of one page come from memory
	if together := uint64(len(wanted)); together > many && last-first < 8*together {
		err := n.o.Journal.Read(first, func(e journal.Entry) error {
			if e.Number > last {
				return errEnough
			}
			if wanted[e.Number] == nil {
				return nil
			}
			return fill(e)
		})
		if errors.Is(err, errEnough) {
			err = nil
		}
		return err
	}
	for _, entry := range slices.Sorted(maps.Keys(wanted)) {
		e, err := n.o.Journal.Get(entry)
		if err == nil {
			err = fill(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errEnough = errors.New("enough")

// read gives a durable entry's payment and decision.
func (n *Node) read(entry uint64) (*record.Decided, error) {
	e, err := n.o.Journal.Get(entry)
	if err != nil {
		return nil, err
	}
	return n.decided(e)
}

func (n *Node) decided(e journal.Entry) (*record.Decided, error) {
	d, err := record.Payment(&e, true)
	if err != nil {
		return nil, fmt.Errorf("entry %d: %w", e.Number, err)
	}
	n.mu.Lock()
	d.Decision.Versions = maps.Clone(n.versions[d.Versions])
	n.mu.Unlock()
	return d, nil
}

// Status is how a node is.
type Status struct {
	Member   string            `json:"member"`
	Software string            `json:"software"`
	Entries  uint64            `json:"entries"` // in the journal
	Head     string            `json:"head"`    // HASH:ENTRY; note it elsewhere: an audit can prove later that nothing before it changed
	Counts   record.Counts     `json:"counts"`
	Holds    int               `json:"holds"`
	Orders   int               `json:"orders"`
	Accounts int               `json:"accounts"`
	Engines  string            `json:"engines"` // "live", or "catching up"
	Versions map[string]string `json:"versions"`
	// Screening says "off" where there are no lists.
	Screening string     `json:"screening"`
	Lists     []ListInfo `json:"lists"`
}

// Status says how the node is.
func (n *Node) Status(ctx context.Context) (s Status, err error) {
	err = n.do(ctx, func(d *desk) error {
		s = Status{
			Member: n.o.Member.String(), Software: n.o.Software, Counts: d.Counts, Holds: d.Book.Held(),
			Orders: len(d.Book.Orders()), Accounts: d.Book.Accounts(), Versions: d.used[len(d.used)-1].all, Engines: "catching up",
		}
		if d.live {
			s.Engines = "live"
		}
		return nil
	})
	s.Screening, s.Lists = "off", []ListInfo{}
	if l := n.lists.Load(); l != nil {
		s.Screening, s.Lists = "on", l.Lists
	}
	head := n.o.Journal.Head()
	s.Entries, s.Head = head.Entry, fmt.Sprintf("%x:%d", head.Hash, head.Entry)
	return s, err
}

// Journal gives the entries from one on, verified, for an audit.
func (n *Node) Journal(from uint64, f func(journal.Entry) error) error {
	return n.o.Journal.Read(from, f)
}
