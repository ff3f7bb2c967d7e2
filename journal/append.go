package journal

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"spoor/seal"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// batch is the entries of one Append, which stay together in one page.
type batch struct {
	entries []Entry
	size    int64
	done    func(first uint64, err error)
}

// Append gives entries to the writer and returns at once. They are numbered in
// the order of the calls, those of one call after one another, and are written
// whole or not at all. done is called once, in order, from the writer's goroutine:
// with the number of the first entry when all are durable, or with the error. It
// must be quick and must not wait for the journal. Data must not change before.
//
// When Append itself fails, done is not called and nothing was taken: [ErrBusy]
// when too much waits, [ErrClosed], the error that stopped the journal, or what
// is wrong with the entries. An error given to done means that the entries are
// not known to be durable: they may be there after a restart.
//
// A time before that of the entry before is recorded as that one's: the order of
// entries is a fact, clocks step back.
func (j *Journal) Append(entries []Entry, done func(first uint64, err error)) error {
	b := batch{entries: entries, done: done}
	for i := range entries {
		e := &entries[i]
		if len(e.Kind) == 0 || len(e.Kind) > MaxKind || !utf8.ValidString(e.Kind) {
			return fmt.Errorf("journal: kind of %d bytes: want 1 to %d of UTF-8", len(e.Kind), MaxKind)
		}
		b.size += int64(e.size())
	}
	if len(entries) == 0 || len(entries) > MaxPageEntries || b.size > MaxPageBytes {
		return fmt.Errorf("journal: %d entries of %d bytes at once: want 1 to %d of at most %d together",
			len(entries), b.size, MaxPageEntries, MaxPageBytes)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.failed != nil:
		return j.failed
	case j.closed:
		return ErrClosed
	case j.held+len(entries) > j.opts.MaxBacklog || j.heldB+b.size > j.opts.MaxBacklogBytes:
		return ErrBusy
	}
	j.held += len(entries)
	j.heldB += b.size
	j.queue = append(j.queue, b)
	j.wake.Signal()
	return nil
}

// write is the writer: one page on its way at a time. While it is, entries
// gather for the next. With a second page on its way, a page that is refused
// could be followed by one that is taken, and the chain would be broken in the
// stream; one is enough for a million entries a second.
func (j *Journal) write() {
	defer close(j.done)
	for {
		batches := j.take()
		if batches == nil {
			return
		}
		p := j.pack(batches)
		hash, err := j.publish(p)
		j.settle(batches, p, hash, err)
		if err != nil {
			return
		}
	}
}

// take waits for entries and gives a page full of them; nil at the end.
func (j *Journal) take() []batch {
	j.mu.Lock()
	defer j.mu.Unlock()
	for len(j.queue) == 0 {
		if j.closed {
			return nil
		}
		j.wake.Wait()
	}
	n, entries, size := 0, 0, int64(0)
	for _, b := range j.queue {
		entries += len(b.entries)
		size += b.size
		if entries > MaxPageEntries || size > MaxPageBytes {
			break
		}
		n++
	}
	batches := j.queue[:n:n]
	if j.queue = j.queue[n:]; len(j.queue) == 0 {
		j.queue = nil // or what was sent stays in memory behind an empty slice
	}
	return batches
}

// pack makes the page that follows the head.
func (j *Journal) pack(batches []batch) *page {
	head := j.Head()
	p := &page{Version: pageVersion, Number: head.Page + 1, First: head.Entry + 1, Prev: head.Hash}
	for _, b := range batches {
		for _, e := range b.entries {
			j.last = max(j.last, e.At)
			p.Entries = append(p.Entries, record{Kind: e.Kind, At: j.last, Data: e.Data})
		}
	}
	p.At = j.last
	return p
}

// publish sends the page and waits until it is kept by the promise. The server
// takes it only if the page before is the stream's last. So it may be sent again
// when no answer comes, and is there once; and of two writers one is refused.
func (j *Journal) publish(p *page) ([32]byte, error) {
	b, err := seal.Encode(p)
	if err != nil {
		return [32]byte{}, err
	}
	hash := seal.Hash(p.Prev, b)
	for range publishTries {
		if err = j.send(p.Number, b); !errors.Is(err, context.DeadlineExceeded) {
			break
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer in %s: is the disk full, or a cluster without its majority? (%w)", publishTries*publishWait, err)
	}
	var refused *jetstream.APIError
	if errors.As(err, &refused) && (refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
		refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant) {
		// Someone has written this page: was it us, and the answer was lost?
		if _, there, ferr := j.fetch(context.Background(), p.Number); ferr == nil && there == hash {
			return hash, nil
		}
		err = fmt.Errorf("%w (%w)", ErrForked, err)
	}
	if err != nil {
		err = fmt.Errorf("journal: page %d was not acknowledged, nothing more is taken; open the journal again to see how far it goes: %w", p.Number, err)
	}
	return hash, err
}

const (
	publishWait  = 2 * time.Second // for an answer
	publishTries = 5
)

// send publishes a page once.
func (j *Journal) send(number uint64, b []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), publishWait)
	defer cancel()
	_, err := j.js.PublishMsg(ctx, &nats.Msg{Subject: "spoor.journal." + j.opts.Name, Data: b},
		jetstream.WithExpectStream("journal-"+j.opts.Name),
		jetstream.WithExpectLastSequence(number-1),
		// Only of answers that nobody is there: a cluster chooses a leader.
		jetstream.WithRetryWait(100*time.Millisecond), jetstream.WithRetryAttempts(20))
	return err
}

// settle moves the head and tells the callers. After an error everything that
// waits fails with it: a page is never skipped.
func (j *Journal) settle(batches []batch, p *page, hash [32]byte, err error) {
	j.mu.Lock()
	if err == nil {
		j.head = Head{Entry: p.last(), Page: p.Number, Hash: hash}
		j.mark(p)
		j.keep(p)
	} else {
		j.failed = err
		batches = append(batches, j.queue...)
		j.queue = nil
	}
	for _, b := range batches {
		j.held -= len(b.entries)
		j.heldB -= b.size
	}
	j.mu.Unlock()
	if err != nil {
		j.opts.Logger.Error("journal failed", "journal", j.opts.Name, "error", err)
	}
	first := p.First
	for _, b := range batches {
		if err != nil {
			b.done(0, err)
			continue
		}
		b.done(first, nil)
		first += uint64(len(b.entries))
	}
	clear(batches) // the queue's array may live on
}
