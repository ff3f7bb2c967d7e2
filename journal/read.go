package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// ErrNoEntry is the answer for a number that the journal does not reach.
var ErrNoEntry = errors.New("journal: no such entry")

const (
	fetchWait = 10 * time.Second
	// readAhead is how many bytes of pages are on their way while others are read.
	readAhead = 4 << 20
	// markEvery is how many entries lie between two marks at least: 16 bytes
	// of memory for each 512 entries, however small the pages.
	markEvery = MaxPageEntries
)

// mark remembers with which entry a page begins.
type mark struct{ page, first uint64 }

// mark keeps a mark of a page now and then. Called with the lock held.
func (j *Journal) mark(p *page) {
	at := sort.Search(len(j.marks), func(i int) bool { return j.marks[i].page >= p.Number })
	if at < len(j.marks) && j.marks[at].first < p.First+markEvery {
		return
	}
	if at > 0 && j.marks[at-1].first+markEvery > p.First {
		return
	}
	j.marks = slices.Insert(j.marks, at, mark{p.Number, p.First})
}

// fetch reads one page.
func (j *Journal) fetch(ctx context.Context, number uint64) (*page, [32]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWait)
	defer cancel()
	m, err := j.stream.GetMsg(ctx, number)
	if err != nil {
		return nil, [32]byte{}, fmt.Errorf("page %d: %w", number, err)
	}
	return readPage(number, m.Data)
}

// find fetches the page that holds an entry. Between the nearest marks it
// guesses from the numbers, then halves, in turns: the first is right when pages
// are of one size, the second bounds the search when they are not.
func (j *Journal) find(entry uint64) (*page, [32]byte, error) {
	j.mu.Lock()
	lo, hi := mark{1, 1}, mark{j.head.Page + 1, j.head.Entry + 1}
	i := sort.Search(len(j.marks), func(i int) bool { return j.marks[i].first > entry })
	if i > 0 {
		lo = j.marks[i-1]
	}
	if i < len(j.marks) {
		hi = j.marks[i]
	}
	j.mu.Unlock()
	if entry == 0 || entry >= hi.first {
		return nil, [32]byte{}, fmt.Errorf("%w: %d, the last is %d", ErrNoEntry, entry, hi.first-1)
	}
	for guess := true; lo.page < hi.page; guess = !guess {
		at := lo.page + (hi.page-lo.page)/2
		if guess {
			share := float64(entry-lo.first) / float64(hi.first-lo.first)
			at = min(lo.page+uint64(share*float64(hi.page-lo.page)), hi.page-1)
		}
		p, hash, err := j.fetch(context.Background(), at)
		switch {
		case err != nil:
			return nil, hash, err
		case entry < p.First:
			hi = mark{at, p.First}
		case entry > p.last():
			lo = mark{at + 1, p.last() + 1}
		default:
			return p, hash, nil
		}
	}
	return nil, [32]byte{}, fmt.Errorf("entry %d is in no page around page %d: %w", entry, lo.page, ErrDamaged)
}

// recentPages is how many pages stay in memory: what is asked for again is mostly
// what was written or asked for a moment ago.
const recentPages = 32

// keep remembers a page, and recentPage looks for an entry's. Called with the lock held.
func (j *Journal) keep(p *page) { j.recent[p.Number%recentPages] = p }

func (j *Journal) recentPage(entry uint64) *page {
	for _, p := range j.recent {
		if p != nil && entry >= p.First && entry <= p.last() {
			return p
		}
	}
	return nil
}

// Get gives one durable entry, or [ErrNoEntry].
func (j *Journal) Get(entry uint64) (Entry, error) {
	j.mu.Lock()
	p := j.recentPage(entry)
	j.mu.Unlock()
	if p == nil {
		var err error
		if p, _, err = j.find(entry); err != nil {
			return Entry{}, err
		}
		j.mu.Lock()
		j.mark(p)
		j.keep(p)
		j.mu.Unlock()
	}
	return p.entry(int(entry - p.First)), nil
}

// read is a page on its way from the stream to the caller.
type read struct {
	page *page
	hash [32]byte
	err  error
}

// Read gives the entries from the one numbered from (0 means 1) to the head as
// it was at the call, in order, and verifies the chain between: each page must
// name the hash of the one before, up to the head. It stops at the first error
// of fn and gives it back. What fn gets it may keep.
func (j *Journal) Read(from uint64, fn func(Entry) error) error {
	head := j.Head()
	from = max(from, 1)
	if from > head.Entry {
		return nil
	}
	p, _, err := j.find(from)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	in := make(chan read, 4)
	go j.pages(ctx, p.Number, head.Page, in)
	prev, next := p.Prev, p.First
	for r := range in {
		if r.err != nil {
			return r.err
		}
		if p = r.page; p.Prev != prev || p.First != next {
			return fmt.Errorf("page %d does not follow the page before it: %w", p.Number, ErrDamaged)
		}
		prev, next = r.hash, p.last()+1
		j.mu.Lock()
		j.mark(p)
		j.mu.Unlock()
		for i := max(from, p.First) - p.First; i < uint64(len(p.Entries)); i++ {
			if err := fn(p.entry(int(i))); err != nil {
				return err
			}
		}
	}
	if prev != head.Hash {
		return fmt.Errorf("the pages do not lead to the head, %s: %w", head, ErrDamaged)
	}
	return nil
}

// pages puts pages first to last down the channel and closes it.
func (j *Journal) pages(ctx context.Context, first, last uint64, out chan<- read) {
	defer close(out)
	put := func(r read) bool {
		select {
		case out <- r:
			return r.err == nil
		case <-ctx.Done():
			return false
		}
	}
	cons, err := j.stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: first, InactiveThreshold: time.Minute})
	if err != nil {
		put(read{err: err})
		return
	}
	msgs, err := cons.Messages(jetstream.PullMaxBytes(readAhead))
	if err != nil {
		put(read{err: err})
		return
	}
	defer func() {
		msgs.Stop()
		if info := cons.CachedInfo(); info != nil { // or the server keeps it for a while
			_ = j.stream.DeleteConsumer(context.WithoutCancel(ctx), info.Name)
		}
	}()
	for n := first; n <= last; n++ {
		m, err := msgs.Next(jetstream.NextMaxWait(fetchWait))
		if err != nil {
			put(read{err: fmt.Errorf("page %d: %w", n, err)})
			return
		}
		var r read
		if r.page, r.hash, r.err = readPage(n, m.Data()); !put(r) {
			return
		}
	}
}
