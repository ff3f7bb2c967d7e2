package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"spoor/load/traffic"
)

// Plan says how a node is driven.
type Plan struct {
	// Rate is payments a second, sent when they are due whatever became of the
	// others; 0 sends as fast as the connections allow.
	Rate float64
	// For is how long messages are sent. What was due by then is sent up to
	// [Drain] later.
	For         time.Duration
	First       uint64   // number of the first message
	Messages    uint64   // at most so many; 0 for as many as For allows
	Numbers     []uint64 // send these messages instead, in this order
	Connections int      // at least 1
	// Attempts is how often a message is sent when connections break before
	// the answer, or the node fails (5xx); at least 1. Busy answers do not count.
	Attempts int
	Ledger   *Ledger // keeps the answers; nil when nobody asks
}

// Drain is how long after the end of a plan messages that were due are still
// sent, and busy nodes asked again.
const Drain = 10 * time.Second

// Waits before a message is sent again: after a busy answer that names no time,
// and after the first broken connection, doubling up to the longest.
const (
	busyWait  = 100 * time.Millisecond
	firstWait = 20 * time.Millisecond
	longWait  = time.Second
)

func (p *Plan) check() error {
	switch {
	case !(p.Rate >= 0 && p.Rate <= 1e7):
		return fmt.Errorf("load: a rate of %v payments a second: want 0 to 10,000,000", p.Rate)
	case p.Connections < 1 || p.Connections > 10_000:
		return fmt.Errorf("load: %d connections: want 1 to 10,000", p.Connections)
	case p.Attempts < 1:
		return fmt.Errorf("load: %d attempts: want 1 or more", p.Attempts)
	case p.Numbers != nil && len(p.Numbers) == 0:
		return errors.New("load: an empty list of messages")
	case p.For <= 0 && p.Messages == 0 && p.Numbers == nil:
		return errors.New("load: neither a time nor a number of messages: this would never end")
	case p.For < 0:
		return fmt.Errorf("load: for %v: want a time above 0", p.For)
	}
	return nil
}

// run is a plan being carried out.
type run struct {
	plan    Plan
	target  Target
	maker   *traffic.Maker
	start   time.Time
	between time.Duration // of messages; 0 in a closed loop
	total   uint64        // messages; 0 for no end but time's
	next    atomic.Uint64 // message taken next, from 0
	record  recorder
}

// Drive carries out a plan and reports. It fails only when the plan is wrong or
// the node cannot be reached at all; whatever happens later is in the report.
// When ctx ends, messages on their way are still waited for.
func Drive(ctx context.Context, t Target, m *traffic.Maker, p Plan) (*Report, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if t.Timeout <= 0 {
		t.Timeout = 30 * time.Second
	}
	r := &run{plan: p, target: t, maker: m, total: p.Messages}
	if p.Rate > 0 {
		r.between = time.Duration(float64(time.Second) * float64(m.Batch()) / p.Rate)
		if due := uint64(p.For / max(r.between, 1)); p.For > 0 && (r.total == 0 || due < r.total) {
			r.total = max(due, 1)
		}
	}
	if p.Numbers != nil {
		r.total = uint64(len(p.Numbers))
	}
	clients := make([]*client, p.Connections)
	for i := range clients {
		clients[i] = newClient(&r.target, m)
		conn, err := t.Dial(ctx)
		if err != nil {
			for _, c := range clients[:i] {
				c.close()
			}
			return nil, fmt.Errorf("cannot reach the node at %s: %w", t.Host, err)
		}
		clients[i].net = conn
	}
	r.start = t.Clock.Now()
	var workers sync.WaitGroup
	for _, c := range clients {
		workers.Go(func() {
			defer c.close()
			r.work(ctx, c)
		})
	}
	workers.Wait()
	return r.report(), nil
}

// work sends one message after the other over one connection.
func (r *run) work(ctx context.Context, c *client) {
	for ctx.Err() == nil {
		k := r.next.Add(1) - 1
		if r.total > 0 && k >= r.total {
			return
		}
		n := r.plan.First + k
		if r.plan.Numbers != nil {
			n = r.plan.Numbers[k]
		}
		c.prepare(n)
		now := r.target.Clock.Now()
		due := now
		if r.between > 0 {
			due = r.start.Add(time.Duration(k) * r.between)
			if !r.wait(ctx, due.Sub(now)) {
				return
			}
			now = r.target.Clock.Now()
		}
		if r.over(now) {
			return
		}
		if r.between > 0 {
			r.record.began(now.Sub(due))
		}
		r.send(ctx, c, n, due)
	}
}

// over reports whether it is too late to send what has not been sent.
func (r *run) over(now time.Time) bool {
	if r.plan.For <= 0 {
		return false
	}
	end := r.plan.For
	if r.between > 0 {
		end += Drain
	}
	return now.Sub(r.start) >= end
}

// wait waits and reports whether nobody called it off.
func (r *run) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-r.target.Clock.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// send sends the prepared message n until it is answered, refused or given up.
func (r *run) send(ctx context.Context, c *client, n uint64, due time.Time) {
	pause := firstWait
	for attempt := 1; ; {
		err := c.ask(ctx)
		now := r.target.Clock.Now()
		if err == nil {
			r.record.answered(now.Sub(r.start), now.Sub(due), c.answer)
			if r.plan.Ledger != nil {
				r.plan.Ledger.answered(n, c.answer)
			}
			return
		}
		r.record.fault(now.Sub(r.start), err)
		var wait time.Duration
		var b busy
		switch {
		case errors.As(err, &b):
			wait = b.wait
			if wait == 0 {
				wait = busyWait
			}
			// Not all at once again, or the node is as busy as before.
			wait += wait / 4 * time.Duration(n*0x9E3779B97F4A7C15>>56) / 256
		case attempt < r.plan.Attempts && again(err):
			attempt++
			wait, pause = pause, min(2*pause, longWait)
		default:
			r.giveUp(n)
			return
		}
		if r.plan.For > 0 && now.Sub(r.start)+wait > r.plan.For+Drain || !r.wait(ctx, wait) {
			r.giveUp(n)
			return
		}
	}
}

// again reports whether a failure is one after which a bank sends the same
// message once more: nobody knows what became of the first.
func again(err error) bool {
	var b broken
	var no refusal
	return errors.As(err, &b) || errors.As(err, &no) && no.status >= 500
}

func (r *run) giveUp(n uint64) {
	r.record.gaveUp()
	if r.plan.Ledger != nil {
		r.plan.Ledger.unanswered(n)
	}
}
