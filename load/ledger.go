package load

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"spoor/load/traffic"
)

// Ledger keeps what a node answered on each payment, and which messages it left
// without an answer. It takes some 100 bytes a payment. Make one for each
// [traffic.Maker] with NewLedger.
type Ledger struct {
	maker   *traffic.Maker
	mu      sync.Mutex
	answers map[uint64]Answer // by payment
	open    map[uint64]bool   // messages sent and not answered
}

// NewLedger makes an empty ledger of a maker's payments.
func NewLedger(m *traffic.Maker) *Ledger {
	return &Ledger{maker: m, answers: map[uint64]Answer{}, open: map[uint64]bool{}}
}

// answered keeps the first answers to message n: what was said once is what
// counts.
func (l *Ledger) answered(n uint64, answers []Answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, n)
	for i := range answers {
		payment := n*uint64(l.maker.Batch()) + uint64(i)
		if _, ok := l.answers[payment]; !ok {
			l.answers[payment] = answers[i]
		}
	}
}

func (l *Ledger) unanswered(n uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.answers[n*uint64(l.maker.Batch())]; !ok {
		l.open[n] = true
	}
}

// Answers gives the answers by number of payment; it is the ledger's own map.
func (l *Ledger) Answers() map[uint64]Answer { return l.answers }

// Open gives the numbers of the messages that were sent and not answered.
func (l *Ledger) Open() []uint64 { return slices.Sorted(maps.Keys(l.open)) }

// Write writes the answers as CSV, uetr,status,reason, in order of payments.
func (l *Ledger) Write(out io.Writer) error {
	buf := bufio.NewWriter(out)
	w := csv.NewWriter(buf)
	w.Write([]string{"uetr", "status", "reason"}) // errors stay until Flush
	for _, payment := range slices.Sorted(maps.Keys(l.answers)) {
		a := l.answers[payment]
		w.Write([]string{l.maker.UETR(payment), a.Status, a.Reason})
	}
	w.Flush()
	return errors.Join(w.Error(), buf.Flush())
}

// Findings are what came of a [Check].
type Findings struct {
	Asked   int      // payments that had been answered before
	Same    int      // of these, answered as before
	Settled int      // payments answered now for the first time
	Changed []Change // answered otherwise than before
	Missing []string // UETRs answered before, and not now
	Open    int      // messages without an answer, before and now
}

// Change is a payment on which a node changed its mind.
type Change struct {
	UETR        string
	Before, Now Answer
}

// Err is nil when every answer stood and every message has one.
func (f *Findings) Err() error {
	if len(f.Changed) == 0 && len(f.Missing) == 0 && f.Open == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "of %d payments that had been answered, %d were answered otherwise and %d not at all; %d messages have no answer",
		f.Asked, len(f.Changed), len(f.Missing), f.Open)
	for _, c := range f.Changed[:min(len(f.Changed), 5)] {
		fmt.Fprintf(&b, "\n%s: was %s %s, now %s %s", c.UETR, c.Before.Status, c.Before.Reason, c.Now.Status, c.Now.Reason)
	}
	for _, u := range f.Missing[:min(len(f.Missing), 5)] {
		fmt.Fprintf(&b, "\n%s: no answer", u)
	}
	return errors.New(b.String())
}

// Check sends every message of a ledger again, as fast as connections allow, and
// compares. Messages that had no answer get theirs, which the ledger then keeps.
// The error is [Drive]'s; what the node did is in the findings.
func Check(ctx context.Context, t Target, l *Ledger, connections int) (*Findings, error) {
	batch := uint64(l.maker.Batch())
	numbers := map[uint64]bool{}
	for payment := range l.answers {
		numbers[payment/batch] = true
	}
	for n := range l.open {
		numbers[n] = true
	}
	f := &Findings{Asked: len(l.answers)}
	if len(numbers) == 0 {
		return f, nil
	}
	now := NewLedger(l.maker)
	plan := Plan{Numbers: slices.Sorted(maps.Keys(numbers)), Connections: connections, Attempts: 5, Ledger: now}
	if _, err := Drive(ctx, t, l.maker, plan); err != nil {
		return nil, err
	}
	for _, payment := range slices.Sorted(maps.Keys(l.answers)) {
		before := l.answers[payment]
		switch again, ok := now.answers[payment]; {
		case !ok:
			f.Missing = append(f.Missing, l.maker.UETR(payment))
		case again != before:
			f.Changed = append(f.Changed, Change{l.maker.UETR(payment), before, again})
		default:
			f.Same++
		}
	}
	for payment, a := range now.answers {
		if _, ok := l.answers[payment]; !ok {
			l.answers[payment] = a
			delete(l.open, payment/batch)
			f.Settled++
		}
	}
	f.Open = len(l.open)
	return f, nil
}
