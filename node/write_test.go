package node

import (
	"errors"
	"strings"
	"testing"

	"spoor"
	"spoor/journal"
	"spoor/node/fold"
	"spoor/node/record"
)

// TestWrite journals the desk's work: all of it or nothing, counted, and there
// again after a restart.
func TestWrite(t *testing.T) {
	b := newBench(t, nil)
	write := func(entries ...Entry) (uint64, error) {
		return b.Write(ctx, func(at spoor.Instant) ([]Entry, error) {
			if at != spoor.At(friday) {
				t.Errorf("made at %s, want the node's time", at)
			}
			return entries, nil
		})
	}
	before := b.mustStatus().Entries
	last, err := write(Entry{record.KindCase, []byte("opened")}, Entry{record.KindAccess, []byte("looked")})
	if err != nil || last != before+2 {
		t.Fatalf("entry %d, %v; want %d", last, err, before+2)
	}
	if e, err := b.o.Journal.Get(last); err != nil || e.Kind != record.KindAccess || string(e.Data) != "looked" {
		t.Errorf("the last entry is %+v, %v", e, err)
	}

	var wrong Wrong
	if _, err := write(Entry{record.KindCase, nil}, Entry{record.KindCase, make([]byte, record.MaxEntry+1)}); !errors.As(err, &wrong) {
		t.Errorf("an entry that is too large: %v", err)
	}
	if _, err := write(Entry{record.KindCase, nil}, Entry{record.KindPayment, nil}); err == nil || !strings.Contains(err.Error(), "payment") {
		t.Errorf("a payment that nobody decided: %v", err)
	}
	no := errors.New("it may not happen")
	if _, err := b.Write(ctx, func(spoor.Instant) ([]Entry, error) { return nil, no }); !errors.Is(err, no) {
		t.Errorf("what was refused gave %v", err)
	}
	if got := b.mustStatus(); got.Entries != last || got.Counts.Work != 1 || got.Counts.Accesses != 1 {
		t.Errorf("entries %d, work %d, accesses %d; want %d, 1, 1: what was refused must leave nothing", got.Entries, got.Counts.Work, got.Counts.Accesses, last)
	}

	b.reopen()
	if got := b.mustStatus().Counts; got.Work != 1 || got.Accesses != 1 {
		t.Errorf("after a restart: work %d, accesses %d; want 1 and 1", got.Work, got.Accesses)
	}
	counts, err := fold.Audit(func(f func(journal.Entry) error) error { return b.o.Journal.Read(1, f) }, b.o.Member)
	if err != nil || counts.Work != 1 || counts.Accesses != 1 {
		t.Errorf("audit: work %d, accesses %d, %v; want 1 and 1", counts.Work, counts.Accesses, err)
	}
}
