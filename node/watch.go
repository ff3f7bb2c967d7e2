package node

import (
	"context"
	"errors"
	"sort"
	"sync"
	"time"

	"spoor"
	"spoor/journal"
	"spoor/node/engine"
	"spoor/node/record"
)

// The names of engines in [spoor.Decision.Late] and in the policy's fallbacks.
const (
	engineScreen     = "screen"
	engineTypologies = "typologies"
	engineRisk       = "risk"
)

// watch runs the engines in a goroutine of their own. They follow the journal
// until they have caught up, then the desk hands them payments directly; if they
// fall so far behind that what waits for them is full, they follow the journal
// again. So nothing is lost to them and what waits is bounded.
type watch struct {
	n        *Node
	e        *engine.Engines
	jobs     chan job
	fallen   chan uint64      // the desk gave up handing over: the entry from which on it did
	handover chan chan uint64 // the watch asks the desk to begin handing over
	next     uint64           // entry to look at next
	quit     chan struct{}
	done     sync.WaitGroup

	mu   sync.Mutex
	ripe []spoor.Alert // that the desk has not yet fetched
	slow func()        // in tests
}

// job is payments in the order of their entries.
type job struct {
	payments []spoor.Payment
	out      chan []engine.Finding // has room for one
}

// jobsWaiting is how many batches may wait for the engines.
const jobsWaiting = 256

// near is how many entries behind the journal the engines may be to be handed
// payments directly.
const near = 2048

func newWatch(n *Node) *watch {
	return &watch{
		n: n, e: engine.New(n.o.Engines), slow: n.o.slow,
		jobs: make(chan job, jobsWaiting), fallen: make(chan uint64, 1), handover: make(chan chan uint64), quit: make(chan struct{}),
	}
}

func (w *watch) start(from uint64) {
	w.next = from
	w.done.Go(func() {
		if err := w.run(); err != nil && !errors.Is(err, errStop) {
			w.n.fail(err)
		}
	})
}

func (w *watch) close() {
	close(w.quit)
	w.done.Wait()
}

var errStop = errors.New("stopping")

func (w *watch) run() error {
	for {
		for w.n.o.Journal.Head().Entry >= w.next+near {
			if err := w.follow(); err != nil {
				return err
			}
		}
		begin := make(chan uint64, 1)
		select {
		case w.handover <- begin:
		case <-w.quit:
			return errStop
		}
		for upto := <-begin; w.next <= upto; {
			if err := w.follow(); err != nil {
				return err
			}
			if w.next <= upto {
				if err := w.pause(time.Millisecond); err != nil {
					return err
				}
			}
		}
		if err := w.live(); err != nil {
			return err
		}
	}
}

func (w *watch) pause(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-w.quit:
		return errStop
	}
}

// follow looks at the journal's payments from next to its head.
func (w *watch) follow() error {
	return w.n.o.Journal.Read(w.next, func(e journal.Entry) error {
		select {
		case <-w.quit:
			return errStop
		default:
		}
		w.next = e.Number + 1
		if e.Kind != record.KindPayment {
			return nil
		}
		d, err := record.Payment(&e, false)
		if err != nil {
			return err
		}
		d.Instruction.Payment.Time = e.At
		w.look(&d.Instruction.Payment)
		return nil
	})
}

// live looks at what the desk hands over, until it has given up.
func (w *watch) live() error {
	for {
		select {
		case j := <-w.jobs:
			w.work(j)
		case w.next = <-w.fallen:
			for {
				select {
				case j := <-w.jobs:
					w.work(j)
					continue
				default:
				}
				return nil
			}
		case <-w.quit:
			return errStop
		}
	}
}

func (w *watch) work(j job) {
	if w.slow != nil {
		w.slow()
	}
	out := make([]engine.Finding, len(j.payments))
	for i := range j.payments {
		out[i] = w.look(&j.payments[i])
	}
	j.out <- out
}

// look has the engines see a payment. What the graph refuses (a name that is
// too long) is not known, which the policy can see.
func (w *watch) look(p *spoor.Payment) engine.Finding {
	f, err := w.e.Look(p)
	if err != nil {
		w.n.meters.Unseen.Inc()
	}
	if ripe := w.e.Ripe(); len(ripe) > 0 {
		w.mu.Lock()
		w.ripe = append(w.ripe, ripe...)
		w.mu.Unlock()
	}
	return f
}

// alerts gives those that became ripe since the last call.
func (w *watch) alerts() []spoor.Alert {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.ripe
	w.ripe = nil
	return out
}

// windowStart is the entry from which on payments are in the engines' window.
func windowStart(j *journal.Journal, since spoor.Instant) (uint64, error) {
	var fault error
	i := sort.Search(int(j.Head().Entry), func(i int) bool {
		e, err := j.Get(uint64(i + 1))
		fault = errors.Join(fault, err)
		return err != nil || e.At >= since
	})
	return uint64(i + 1), fault
}

// seen is what the engines made of the new payments of some asks.
type seen struct {
	findings []engine.Finding
	late     []string // engines that did not answer in time
	i        int
}

func (s *seen) next() (engine.Finding, []string) {
	if s.late != nil {
		return engine.Finding{}, s.late
	}
	s.i++
	return s.findings[s.i-1], nil
}

// look hands the new payments of asks to the engines and waits for them within
// the budget of the ask that came first.
func (d *desk) look(asks []*ask, at spoor.Instant) *seen {
	var payments []spoor.Payment
	fresh := map[string][16]byte{} // digests by key
	for _, a := range asks {
		for i := range a.ins {
			in := &a.ins[i]
			_, _, found := d.seen(in)
			if digest, twice := fresh[in.Key()]; twice && in.UETR != "" && in.Alias == "" && [4]byte(digest[:4]) != [4]byte(in.Digest[:4]) {
				in.Alias = in.Aside() // another sender's, in hand at the same time
				_, _, found = d.seen(in)
			}
			if _, twice := fresh[in.Key()]; found || twice {
				continue
			}
			fresh[in.Key()] = in.Digest
			p := in.Payment
			p.Time, p.ID = at, in.Key()
			payments = append(payments, p)
		}
	}
	if len(payments) == 0 {
		return &seen{}
	}
	late := &seen{late: d.n.engineNames()}
	if !d.live {
		return late
	}
	j := job{payments: payments, out: make(chan []engine.Finding, 1)}
	select {
	case d.n.watch.jobs <- j:
	default:
		d.live = false
		d.n.watch.fallen <- d.Next // whatever comes from here on
		d.n.o.Log.Warn("the engines have fallen behind: they catch up from the journal")
		return late
	}
	left := d.n.o.Policy.Budget - d.n.o.Now().Sub(asks[0].came)
	if left <= 0 {
		return late
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case f := <-j.out:
		return &seen{findings: f}
	case <-timer.C:
		return late
	}
}

// handOver hands payments to the watch from here on.
func (d *desk) handOver(begin chan<- uint64) {
	d.live = true
	begin <- d.Next - 1
}

// engineNames are the engines that run.
func (n *Node) engineNames() []string {
	if n.o.Engines.Model == nil {
		return []string{engineTypologies}
	}
	return []string{engineTypologies, engineRisk}
}

// wait is for tests: until the engines are handed payments directly.
func (n *Node) caughtUp(ctx context.Context) error {
	for {
		live := false
		if err := n.do(ctx, func(d *desk) error { live = d.live; return nil }); err != nil || live {
			return err
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
