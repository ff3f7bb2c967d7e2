// Package node tells the story of one authority's installation: a payment comes
// in, is screened, looked at by the engines, decided on by the gate, written
// into the journal, and answered once it is durable.
//
//	n, err := node.Open(ctx, node.Options{Journal: j, Policy: policy, ...})
//	answers, err := n.Decide(ctx, instructions) // durable when it returns
//	err = n.Close()
//
// Screening runs in the callers' goroutines. One goroutine, the desk, does
// everything that changes state, in one order: that order is the journal's. The
// engines have a goroutine of their own, so that a late engine delays no
// decision: what is late is decided by the policy's fallback, and said so.
//
// All state is a fold over the journal. On start it comes from the newest
// snapshot and the entries after it; the engines, whose state is the payments
// of their window, follow the journal in the background until they have caught
// up, and count as late until then.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"spoor"
	"spoor/gate"
	"spoor/gate/book"
	"spoor/journal"
	"spoor/node/engine"
	"spoor/node/fold"
	"spoor/node/internal/meter"
	"spoor/node/record"
	"spoor/screen"
)

// Options of a node.
type Options struct {
	Member    spoor.Country // whose law and calendar the clocks follow
	Software  string        // version of the program, for the journal
	Journal   *journal.Journal
	Policy    *gate.Policy
	Engines   engine.Options
	Lists     *Lists            // may be nil, and replaced later
	Now       func() time.Time  // the node's clock; must not run backwards by much
	Log       *slog.Logger      // without personal data
	Versions  map[string]string // of rules, parameters and model
	Threshold float64           // of screening: hits below it are none; 0: .70
	// Backlog is how many payments may wait for the desk; more are told to
	// come back. 0: 8,192.
	Backlog int
	// SnapshotEvery is how many entries there are from one snapshot to the
	// next. 0: 250,000.
	SnapshotEvery uint64
	// Changed is told what became of a held payment, once that is durable; nil
	// for nobody. It must not wait for the node.
	Changed func(Change)
	// slow, in tests, delays the engines.
	slow func()
}

// Lists are sanctions lists as they are searched.
type Lists struct {
	Index    *screen.Index
	Versions map[string]string // by the list's name
	Lists    []ListInfo
}

// ListInfo is what a status says of a list.
type ListInfo struct {
	Name      string        `json:"name"`
	Version   string        `json:"version"`
	Listings  int           `json:"listings"`
	Published spoor.Instant `json:"published"`
	Undated   bool          `json:"undated,omitempty"` // it does not say itself: that is the oldest file's date
	Stale     string        `json:"stale,omitempty"`
}

// Change is what became of a held payment.
type Change struct {
	Entry   uint64        // of the decision that held it
	Payment string        // key
	Outcome spoor.Outcome // now
	At      spoor.Instant
	Why     string
}

// Errors that a caller can do something about.
var (
	// ErrBusy says that too much waits already: come back in a second.
	ErrBusy = errors.New("the node is busy: come back in a second")
	// ErrClosed says that the node is stopping.
	ErrClosed = errors.New("the node is stopping")
	// ErrUnknown says that no payment, order or hold has this name.
	ErrUnknown = errors.New("unknown")
)

// Answer is what a node answers to one instruction.
type Answer struct {
	spoor.Decision
	// Repeated is true for an instruction that had been decided before: the
	// decision is that one.
	Repeated bool
	// Refused is set when another instruction with the same key had asked for
	// something else. Then this one was not looked at; it is answered as blocked,
	// with the reason AM05 (duplication).
	Refused bool
}

// Node is one authority's installation. All methods are safe for concurrent use.
type Node struct {
	o       Options
	lists   atomic.Pointer[Lists]
	asks    chan *ask
	quit    chan struct{} // closed to stop
	stopped chan struct{} // closed when nothing more is answered
	closing sync.Once
	done    sync.WaitGroup
	failed  atomic.Pointer[error]
	broken  chan struct{} // closed when failed is set
	queued  atomic.Int64  // payments that wait for the desk
	desk    desk
	watch   *watch
	meters  *meter.Meters

	snapshotting atomic.Bool
	snapshots    sync.Mutex // one at a time

	mu       sync.Mutex
	versions map[uint64]map[string]string // by entry, for answers
}

// Open folds the journal and starts to work.
func Open(ctx context.Context, o Options) (*Node, error) {
	if o.Backlog == 0 {
		o.Backlog = 8192
	}
	if o.Threshold == 0 {
		o.Threshold = .70
	}
	if o.SnapshotEvery == 0 {
		o.SnapshotEvery = 250_000
	}
	n := &Node{
		o: o, asks: make(chan *ask, o.Backlog), quit: make(chan struct{}), stopped: make(chan struct{}), broken: make(chan struct{}),
		versions: map[uint64]map[string]string{}, meters: meter.New(),
	}
	n.lists.Store(o.Lists)
	if err := n.restore(ctx); err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	n.done.Go(n.run)
	return n, nil
}

// restore folds the journal, notes the start in it, and sets the engines to
// follow it from where their window begins.
func (n *Node) restore(ctx context.Context) error {
	s, err := fold.Restore(ctx, n.o.Journal, n.o.Member, n.o.Log)
	if err != nil {
		return err
	}
	g, err := gate.New(n.o.Policy, s.Book)
	if err != nil {
		return err
	}
	maps.Copy(n.versions, s.Versions)
	n.desk = desk{State: *s, n: n, gate: g, snapshot: s.Next}
	n.desk.durable.Reach(s.Next-1, nil)
	at := n.desk.now()
	from, err := windowStart(n.o.Journal, at-n.o.Engines.Window)
	if err != nil {
		return err
	}
	n.desk.append(record.KindStart, at, record.EncodeWords(map[string]string{"member": n.o.Member.String(), "software": n.o.Software}))
	n.desk.versionsOf(n.o.Lists, at)
	n.desk.flush()
	n.watch = newWatch(n)
	n.watch.start(from)
	return nil
}

// Ready says why the node takes no payments, nil when it does.
func (n *Node) Ready() error {
	if err := n.failed.Load(); err != nil {
		return *err
	}
	select {
	case <-n.quit:
		return ErrClosed
	default:
		return nil
	}
}

// Register has a registry show what the node does.
func (n *Node) Register(r prometheus.Registerer) { n.meters.Register(r) }

// Failed is closed when the node can no longer decide; [Node.Ready] says why.
func (n *Node) Failed() <-chan struct{} { return n.broken }

// atOnce is how many payments of one message are decided together. A large
// message is decided part by part, so that a lone payment does not wait behind it
// and each part has the whole budget.
const atOnce = 64

// Decide decides on instructions, all of one message, in order. When it returns
// without an error every answer is durable. With an error nothing may be taken as
// decided; asking again with the same instructions gives what was decided, if
// anything was.
func (n *Node) Decide(ctx context.Context, ins []spoor.Instruction) ([]Answer, error) {
	for i := range ins {
		if err := record.CheckInstruction(&ins[i]); err != nil {
			return nil, Wrong{fmt.Errorf("payment %d of the message: %w", i+1, err)}
		}
	}
	answers := make([]Answer, 0, len(ins))
	for part := range slices.Chunk(ins, atOnce) {
		got, err := n.decide(ctx, part)
		for errors.Is(err, ErrBusy) && len(answers) > 0 { // it was let in: what is begun is finished
			select {
			case <-time.After(20 * time.Millisecond):
				got, err = n.decide(ctx, part)
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		if err != nil {
			return nil, err
		}
		answers = append(answers, got...)
	}
	return answers, n.recall(answers)
}

func (n *Node) decide(ctx context.Context, ins []spoor.Instruction) ([]Answer, error) {
	a := &ask{came: n.o.Now(), ins: ins, answers: make([]Answer, len(ins)), done: make(chan error, 1)}
	if err := n.reserve(len(ins)); err != nil {
		return nil, err
	}
	n.screenAll(a)
	if err := n.ask(ctx, a); err != nil {
		return nil, err
	}
	n.meters.Answer.Observe(n.o.Now().Sub(a.came).Seconds())
	return a.answers, nil
}

// reserve keeps what waits within bounds.
func (n *Node) reserve(payments int) error {
	if n.queued.Add(int64(payments)) > int64(n.o.Backlog) {
		n.queued.Add(-int64(payments))
		n.meters.Busy.Inc()
		return ErrBusy
	}
	return nil
}

// ask hands an ask to the desk and waits until what came of it is durable.
func (n *Node) ask(ctx context.Context, a *ask) error {
	err := n.Ready()
	if err == nil {
		select {
		case n.asks <- a:
		case <-n.quit:
			err = ErrClosed
		}
	}
	if err != nil {
		n.queued.Add(-int64(len(a.ins)))
		return err
	}
	select {
	case err := <-a.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-n.stopped: // it came after the last that was answered, or with it
		select {
		case err := <-a.done:
			return err
		default:
			return ErrClosed
		}
	}
}

// Close decides what waits, writes a snapshot and stops. The journal stays open.
func (n *Node) Close() error {
	n.closing.Do(func() {
		close(n.quit)
		n.done.Wait()
		n.watch.close()
		if n.failed.Load() == nil {
			n.snapshot()
		}
	})
	if err := n.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// snapshot writes one; a node without it starts later, and nothing else.
func (n *Node) snapshot() {
	defer n.snapshotting.Store(false)
	n.snapshots.Lock()
	defer n.snapshots.Unlock()
	if err := fold.Snapshot(context.Background(), n.o.Journal, n.o.Member, n.o.Log); err != nil {
		n.o.Log.Warn("no snapshot was written: the next start takes longer", "error", err)
	}
}

// changed tells what became of a held payment once it is durable.
func (n *Node) changed(e book.Event) {
	c := Change{Outcome: spoor.Allow}
	switch e := e.(type) {
	case book.HoldReleased:
		c.Payment, c.At, c.Why = e.Payment, e.At, "released by a person"
	case book.HoldEnded:
		c.Payment, c.At, c.Why = e.Payment, e.At, "the hold's time is over"
	case book.HoldBlocked:
		c.Payment, c.At, c.Why, c.Outcome = e.Payment, e.At, "a freezing order came into force", spoor.Block
	default:
		return
	}
	if n.o.Changed == nil {
		return
	}
	if h, ok := n.desk.Book.Hold(c.Payment); ok {
		c.Entry = h.Entry
	}
	n.desk.durable.Then(n.desk.Next-1, func(err error) {
		if err == nil {
			n.o.Changed(c)
		}
	})
}

// value is an amount in euro, for comparing sizes; 0 where no rate is known.
func (n *Node) value(m spoor.Money, at spoor.Instant) float64 {
	if n.o.Engines.Rates == nil {
		return 0
	}
	return n.o.Engines.Rates.Value(m, at)
}

// fail stops the node from deciding: what cannot be made durable is not answered.
func (n *Node) fail(err error) {
	err = fmt.Errorf("the node has stopped deciding: %w: see to the cause and start it again", err)
	if n.failed.CompareAndSwap(nil, &err) {
		close(n.broken)
		n.o.Log.Error("the node has stopped deciding", "error", err)
	}
}
