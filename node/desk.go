package node

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"spoor"
	"spoor/clock"
	"spoor/gate"
	"spoor/gate/book"
	"spoor/journal"
	"spoor/node/fold"
	"spoor/node/internal/wait"
	"spoor/node/record"
)

// desk is the part of a node that changes state, one thing after the other. Its
// goroutine alone uses it once the node has begun.
type desk struct {
	fold.State
	n        *Node
	gate     *gate.Gate
	out      []journal.Entry // of the asks in hand
	durable  wait.Line
	live     bool       // the engines are handed payments directly
	used     []versions // the newest last
	snapshot uint64     // entry after which the last snapshot began
}

// inHand is how many payments the desk takes together: less than a page of the
// journal, so that they become durable together.
const inHand = 256

// run is the desk's goroutine.
func (n *Node) run() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case a := <-n.asks:
			n.desk.take(n.gather(a))
		case <-tick.C:
			n.desk.clock()
		case begin := <-n.watch.handover:
			n.desk.handOver(begin)
		case <-n.quit:
			n.drain()
			return
		}
	}
}

// gather adds to an ask those that wait behind it, without waiting for more.
func (n *Node) gather(a *ask) (asks []*ask) {
	asks = append(asks, a)
	for payments := len(a.ins); payments < inHand; {
		select {
		case b := <-n.asks:
			asks = append(asks, b)
			payments += len(b.ins)
		default:
			return asks
		}
	}
	return asks
}

// drain decides what waits when the node closes, and waits until it is durable.
func (n *Node) drain() {
	for {
		select {
		case a := <-n.asks:
			n.desk.take(n.gather(a))
			continue
		default:
		}
		break
	}
	n.desk.durable.Wait(n.desk.Next - 1)
	close(n.stopped)
}

// take decides on asks, in order, and has the journal answer them.
func (d *desk) take(asks []*ask) {
	if d.n.failed.Load() != nil {
		for _, a := range asks {
			d.finish(a, *d.n.failed.Load())
		}
		return
	}
	at := d.now()
	seen := d.look(asks, at)
	for _, a := range asks {
		err := error(nil)
		if a.act != nil {
			err = a.act(d)
		}
		for i := range a.ins {
			d.decide(a, i, at, seen)
		}
		if err = errors.Join(err, a.err); err != nil {
			d.finish(a, err)
			continue
		}
		d.settle(a)
	}
	d.flush()
}

// now is the node's time, which never runs backwards.
func (d *desk) now() spoor.Instant {
	d.Last = max(d.Last, spoor.At(d.n.o.Now()))
	return d.Last
}

// decide answers one instruction of an ask.
func (d *desk) decide(a *ask, i int, at spoor.Instant, seen *seen) {
	in, answer := &a.ins[i], &a.answers[i]
	entry, same, found := d.seen(in)
	key := in.Key()
	if found {
		d.n.meters.Repeats.Inc()
		answer.Repeated, answer.Refused, answer.Key, answer.Entry = true, !same, key, entry
		if !same {
			// No decision on its merits: it is not carried out under a name that is taken.
			answer.Outcome, answer.Reasons = spoor.Block, []spoor.Reason{taken}
			d.n.meters.Refused.Inc()
			d.append(record.KindRefused, at, record.EncodeRefused(in, entry))
			d.Counts.Refused++
		}
		return
	}
	f, late := seen.next()
	if a.unscreened[i] {
		late = append(slices.Clone(late), engineScreen)
	}
	v := d.versionsOf(a.lists, at)
	spent, eur := d.n.o.Now().Sub(a.came), d.n.value(in.Payment.Paid, at)
	e := d.gate.Judge(&gate.Input{
		Instruction: in, Hits: a.hits[i], Risk: f.Risk, RiskKnown: f.Known, Signals: f.Signals,
		Late: late, At: at, Spent: spent, Versions: v.all, AmountEUR: eur,
	})
	e.Decision.Entry = d.Next
	data := record.EncodePayment(in, &e, v.entry, eur)
	if len(data) > record.MaxEntry { // the grounds are in the lists; the decision stands without them
		e.Decision.Hits = record.Shorter(e.Decision.Hits)
		data = record.EncodePayment(in, &e, v.entry, eur)
	}
	if len(data) > record.MaxEntry {
		a.err = Wrong{fmt.Errorf("payment %s with what is decided on it has %d KiB: at most %d", key, len(data)>>10, record.MaxEntry>>10)}
		return
	}
	if err := d.Book.Apply(e); err != nil {
		d.n.fail(err) // the gate made a decision that its own book refuses
		return
	}
	d.Decided(e.Decision.Outcome)
	d.append(record.KindPayment, at, data)
	answer.Decision = e.Decision
	d.n.meters.Decided(&e.Decision)
}

// seen looks for a payment that was decided. Where another sender's payment bears
// its UETR, it is one of its own, and gets a key that says so.
func (d *desk) seen(in *spoor.Instruction) (entry uint64, same, found bool) {
	entry, same, own, found := d.Book.Seen(in.Key(), in.Digest)
	if found && !same && !own && in.UETR != "" && in.Alias == "" {
		in.Alias = in.Aside()
		return d.seen(in)
	}
	return entry, same, found
}

// taken is why an instruction is refused unread.
var taken = spoor.Reason{Rule: "gate.reference", Outcome: spoor.Block, Code: "AM05", Text: "this reference was used before, for another payment"}

// append adds an entry to what goes to the journal.
func (d *desk) append(kind string, at spoor.Instant, data []byte) {
	d.out = append(d.out, journal.Entry{Kind: kind, At: at, Data: data})
	d.Next++
}

// event checks an event, folds it and has it journalled.
func (d *desk) event(e book.Event, at spoor.Instant) error {
	if err := d.Book.Check(e); err != nil {
		return Wrong{err}
	}
	data := record.EncodeEvent(e)
	if len(data) > record.MaxEntry {
		return Wrong{fmt.Errorf("%d KiB at once: at most %d; make several orders of it", len(data)>>10, record.MaxEntry>>10)}
	}
	if err := d.Book.Apply(e); err != nil {
		return Wrong{err}
	}
	d.append(record.KindEvent, at, data)
	d.Counts.Events++
	return nil
}

// Wrong is something that was asked for and cannot be done: by the state of
// what it concerns, or by law.
type Wrong struct{ Reason error }

// Error gives the reason.
func (w Wrong) Error() string { return w.Reason.Error() }

// Unwrap gives the reason.
func (w Wrong) Unwrap() error { return w.Reason }

// settle has an ask answered once all that the desk has written so far, or
// that a repeated payment's answer rests on, is durable.
func (d *desk) settle(a *ask) {
	d.durable.Then(d.Next-1, func(err error) { d.finish(a, err) })
}

func (d *desk) finish(a *ask, err error) {
	d.n.queued.Add(-int64(len(a.ins)))
	a.done <- err
}

// flush gives the journal what was written. When it is full the desk waits:
// then callers are told that the node is busy.
func (d *desk) flush() {
	for len(d.out) > 0 {
		part := d.out[:page(d.out)]
		last := d.Next - uint64(len(d.out)) + uint64(len(part)) - 1
		first := last - uint64(len(part)) + 1
		err := d.n.o.Journal.Append(slices.Clone(part), func(got uint64, err error) {
			if err == nil && got != first {
				err = errors.New("the journal and the node count entries differently")
			}
			if err != nil {
				d.n.fail(err)
			}
			d.durable.Reach(last, err)
		})
		switch {
		case errors.Is(err, journal.ErrBusy):
			<-time.After(time.Millisecond)
			continue
		case err != nil:
			d.n.fail(err)
			d.durable.Reach(d.Next-1, err)
			d.out = d.out[:0]
			return
		}
		d.out = d.out[len(part):]
	}
	d.out = nil
}

// page is how many entries one Append takes.
func page(out []journal.Entry) (n int) {
	size := 0
	for ; n < len(out) && n < journal.MaxPageEntries; n++ {
		if size += len(out[n].Kind) + len(out[n].Data); size > journal.MaxPageBytes {
			break
		}
	}
	return max(n, 1)
}

// clock does what is due, once a second.
func (d *desk) clock() {
	if d.n.failed.Load() != nil {
		return
	}
	at := d.now()
	if err := d.due(at); err != nil {
		d.n.fail(err)
		return
	}
	d.takeAlerts(at)
	d.flush()
	d.meter()
	if d.Next-d.snapshot >= d.n.o.SnapshotEvery && d.n.snapshotting.CompareAndSwap(false, true) {
		d.snapshot = d.Next
		d.n.done.Go(d.n.snapshot)
	}
}

// meter notes how things stand.
func (d *desk) meter() {
	m := d.n.meters
	m.Entries.Set(float64(d.Next - 1))
	m.Holds.Set(float64(d.Book.Held()))
	m.Orders.Set(float64(len(d.Book.Orders())))
	m.Alerts.Set(float64(len(d.Alerts)))
	m.Waiting.Set(float64(d.n.queued.Load()))
	m.Live.Set(0)
	if d.live {
		m.Live.Set(1)
	}
}

// due does what the law's clocks do by now: holds and orders end, and a
// freezing order catches what is held.
func (d *desk) due(at spoor.Instant) error {
	for events := d.Book.Due(at); len(events) > 0; events = d.Book.Due(at) {
		for _, e := range events {
			if err := d.event(e, at); err != nil {
				return err
			}
			d.n.changed(e)
		}
	}
	return nil
}

// takeAlerts journals the alerts that have become ripe. The engines may find
// some again when they follow the journal after a restart.
func (d *desk) takeAlerts(at spoor.Instant) {
	for _, a := range d.n.watch.alerts() {
		if slices.ContainsFunc(d.Alerts, func(b spoor.Alert) bool { return b.ID == a.ID }) {
			continue
		}
		a = record.ShorterAlert(a)
		d.append(record.KindAlert, at, record.EncodeAlert(&a))
		d.Alert(a)
	}
}

// versions are what decisions are made with, and the entry that says so.
type versions struct {
	lists *Lists
	entry uint64
	all   map[string]string
}

// versionsOf gives the versions with a list index, and journals them when they
// are new. While lists are replaced, payments screened by either may come.
func (d *desk) versionsOf(l *Lists, at spoor.Instant) versions {
	for _, v := range d.used {
		if v.lists == l {
			return v
		}
	}
	all := maps.Clone(d.n.o.Versions)
	if all == nil {
		all = map[string]string{}
	}
	all["policy"], all["calendar"] = d.n.o.Policy.Fingerprint, clock.Version
	if l != nil {
		for list, v := range l.Versions {
			all["list "+list] = v
		}
	}
	v := versions{lists: l, entry: d.Next, all: all}
	d.append(record.KindVersions, at, record.EncodeWords(all))
	if d.used = append(d.used, v); len(d.used) > 2 {
		d.used = d.used[1:]
	}
	d.n.mu.Lock()
	d.n.versions[v.entry] = all
	d.n.mu.Unlock()
	return v
}
