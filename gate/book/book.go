package book

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"spoor"
	"spoor/clock"
	"spoor/gate/internal/find"
	"spoor/gate/internal/keep"
)

// DefaultWindow is how long decided payments are remembered at most; half of
// it at least.
const DefaultWindow = 60 * spoor.Day

// Balance is what passed this gate on an account in one currency.
type Balance = keep.Balance

// Book is the state that decisions read and change. It belongs to one
// goroutine, like the gates that read it.
type Book struct {
	member   spoor.Country
	window   spoor.Instant
	now      spoor.Instant // the newest event's
	orders   map[string]*OrderRecord
	payments map[string][]*OrderRecord // all suspensions of a payment, ended too
	open     map[string]*waiting
	memory   memory
	ledger   keep.Ledger
	next     spoor.Instant // nothing is due before

	live      find.Index[*OrderRecord]     // orders that have not ended
	rested    find.Index[*OrderRecord]     // suspensions of accounts that have
	proposals map[string]int               // how many a person has waiting
	payers    find.Index[*waiting]         // open holds, by who pays
	causes    map[string]map[*waiting]bool // and by the orders that hold them
}

// New is an empty book of a member; it fails where there is no calendar for
// it. The window says how long decided payments are remembered.
func New(member spoor.Country, window spoor.Instant) (*Book, error) {
	if _, err := clock.Zone(member); err != nil {
		return nil, err
	}
	if window < 2*spoor.Day || window > 3660*spoor.Day {
		return nil, fmt.Errorf("a window of %s: want 2 days to 10 years", spoor.Span(window))
	}
	return &Book{
		member:    member,
		window:    window,
		orders:    map[string]*OrderRecord{},
		payments:  map[string][]*OrderRecord{},
		open:      map[string]*waiting{},
		memory:    memory{half: window / 2, young: newGeneration(), old: newGeneration()},
		next:      math.MaxInt64,
		proposals: map[string]int{},
		causes:    map[string]map[*waiting]bool{},
	}, nil
}

// Check says why an event may not happen: it cannot follow from what the book
// holds, or the law does not allow it. It changes nothing, so that a node can
// check, journal and then apply.
func (b *Book) Check(e Event) error {
	if err := e.check(b); err != nil {
		return err
	}
	return e.law(b)
}

// Apply checks an event and folds it in. One that is not allowed is an error
// and changes nothing.
func (b *Book) Apply(e Event) error {
	if err := b.Check(e); err != nil {
		return err
	}
	b.fold(e)
	return nil
}

// Replay folds in an event that was checked when it was journalled. It still
// refuses what cannot follow from the book's state, but does not reckon limits
// again: a calendar that was corrected since must not undo what was lawful.
func (b *Book) Replay(e Event) error {
	if err := e.check(b); err != nil {
		return err
	}
	b.fold(e)
	return nil
}

func (b *Book) fold(e Event) {
	b.now = max(b.now, e.when())
	b.memory.tick(b.now)
	e.fold(b)
}

// Seen looks for a payment that was decided within the window: the journal's
// entry of its decision, whether the same was asked then, and whether by the same
// sender. What the same sender asks again must not be decided again: with the
// same digest it is a retry and gets the same decision, with another it is
// refused. Another sender's payment is another payment: it is decided by itself,
// under a key of its own.
func (b *Book) Seen(payment string, digest [16]byte) (entry uint64, same, sameSender, found bool) {
	d := b.memory.payment(payment)
	if d == nil {
		return 0, false, false, false
	}
	return d.Entry(), d.Digest == digest, d.Sender() == [4]byte(digest[:4]), true
}

// Outcome is how a payment stands now: held payments that were released are
// allowed, those that an order caught are blocked.
func (b *Book) Outcome(payment string) (o spoor.Outcome, found bool) {
	d := b.memory.payment(payment)
	if d == nil {
		return 0, false
	}
	return d.Outcome(), true
}

// Left is what passed this gate on an account, by currency.
func (b *Book) Left(a spoor.AccountID) []Balance {
	return b.ledger.Balances(keep.AccountKey(find.Normal(a)))
}

// Account is what a decision needs to know of one: when it first took part in a
// payment here, to the minute, and how many payments to it were recalled for
// fraud since an instant.
func (b *Book) Account(a spoor.AccountID, since spoor.Instant) (first spoor.Instant, known bool, frauds int) {
	k := keep.AccountKey(find.Normal(a))
	first, known = b.ledger.First(k)
	return first, known, b.memory.frauds(k.Prefix(), since)
}

// Recalled reports whether a payment's own sender recalled it before it came,
// within the window.
func (b *Book) Recalled(sender [4]byte, payment string) bool {
	return b.memory.recalled(sender, payment)
}

// local writes a time for people.
func (b *Book) local(at spoor.Instant) string { return clock.Local(at, b.member) }

// Member is the state whose law the book keeps to.
func (b *Book) Member() spoor.Country { return b.member }

// Accounts is how many accounts the ledger has.
func (b *Book) Accounts() int { return b.ledger.Len() }

// Due gives what the clock does by now: orders that are over, holds whose time
// or ground is gone, and holds that a freezing order turns into blocks. The
// node journals and applies them and asks again, until nothing is due.
func (b *Book) Due(now spoor.Instant) []Event {
	if now < b.next {
		return nil
	}
	next := spoor.Instant(math.MaxInt64)
	var due []Event
	for _, r := range b.orders {
		if !r.Live() {
			continue
		}
		over := r.over()
		if over <= now {
			due = append(due, OrderExpired{r.Order.ID, over})
		} else {
			next = min(next, over)
		}
		if r.Order.From > now { // it may catch a hold when it begins
			next = min(next, r.Order.From)
		}
	}
	for _, h := range b.open {
		if r := b.freezes(h, now); r != nil {
			due = append(due, HoldBlocked{Payment: h.Payment, Order: r.Order.ID, At: now, Left: b.Left(h.Payer)})
		} else if h.Until <= now {
			due = append(due, HoldEnded{h.Payment, h.Until})
		} else {
			next = min(next, h.Until)
		}
	}
	if len(due) == 0 {
		b.next = next // only a memory of this walk
	}
	slices.SortFunc(due, func(x, y Event) int {
		return cmp.Or(cmp.Compare(x.when(), y.when()), strings.Compare(subject(x), subject(y)))
	})
	return due
}

// subject orders events of one instant: orders before holds, then by name.
func subject(e Event) string {
	switch e := e.(type) {
	case OrderExpired:
		return "1" + e.Order
	case HoldEnded:
		return "2" + e.Payment
	case HoldBlocked:
		return "2" + e.Payment
	}
	return ""
}

// SaveTables writes the accounts and the decided payments, in the order of
// their keys: the same for the same history. [Book.State] has the rest.
func (b *Book) SaveTables(w io.Writer) error {
	if err := b.ledger.Save(w); err != nil {
		return err
	}
	return b.memory.save(w)
}

// LoadTables reads what [Book.SaveTables] wrote, in place of what is there.
func (b *Book) LoadTables(r io.Reader) error {
	if err := b.ledger.Load(r); err != nil {
		return err
	}
	return b.memory.load(r)
}
