package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"spoor"
	"spoor/gate"
	"spoor/gate/book"
	"spoor/journal"
	"spoor/node/fold"
	"spoor/node/record"
)

// random gives payments between few accounts, some of them twice.
func random(r *rand.Rand, n int) (out []spoor.Instruction) {
	accounts := []string{anna, bruno, carla, "NL91ABNA0417164300", "ES9121000418450200051332"}
	for range n {
		i, j := r.IntN(len(accounts)), r.IntN(len(accounts))
		id := r.IntN(4 * n)
		out = append(out, pay(id, accounts[i], accounts[j], int64(1+id%977)))
		// The same id always asks for the same: a retry.
		clear(out[len(out)-1].Digest[4:])
		copy(out[len(out)-1].Digest[4:], fmt.Sprint(id))
	}
	return out
}

// TestReplayIsLive says that the journal alone gives the state that the desk had,
// with and without a snapshot on the way.
func TestReplayIsLive(t *testing.T) {
	b := newBench(t, func(o *Options, _ *journal.Options) { o.SnapshotEvery = 100 })
	r := rand.New(rand.NewPCG(1, 2))
	order := func(i int, kind spoor.OrderKind, account string) {
		o := spoor.Order{ID: fmt.Sprint("O", i), Kind: kind, Authority: "A", LegalBasis: "B", Accounts: []spoor.AccountID{{Number: account}}}
		if _, err := b.Propose(ctx, o, "Rossi"); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 30 {
		if _, err := b.Decide(ctx, random(r, 20)); err != nil {
			t.Fatal(err)
		}
		b.hand.move(7 * time.Hour)
		switch i {
		case 3:
			order(i, spoor.AccountSuspension, bruno)
		case 4:
			b.Confirm(ctx, "O3", "Bianchi")
		case 7:
			order(i, spoor.FreezingOrder, anna)
		case 9:
			b.Confirm(ctx, "O7", "Bianchi")
			b.Recall(ctx, []spoor.Recall{{References: pay(99_999, anna, bruno, 1).References, Reason: "FRAD", Message: spoor.Message{Sender: "UNOOITMM"}, Original: spoor.Message{Sender: "UNOOITMM"}, Amount: spoor.Money{Currency: spoor.EUR}}})
		case 15:
			order(i, spoor.FreezingOrder, carla)
		case 25:
			b.Lift(ctx, "O7", "Rossi", "lifted")
		}
		if err := b.do(ctx, func(d *desk) error { return d.due(d.now()) }); err != nil {
			t.Fatal(err)
		}
	}
	var live *fold.State
	b.do(ctx, func(d *desk) error { live = &d.State; return nil })
	b.Node.Close() // no more changes; the journal stays open
	whole, err := fold.New(b.o.Member)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.o.Journal.Read(1, whole.Apply); err != nil {
		t.Fatal(err)
	}
	short, err := fold.Restore(ctx, b.o.Journal, b.o.Member, b.o.Log)
	if err != nil {
		t.Fatal(err)
	}
	if _, upto, _ := b.o.Journal.LatestSnapshot(); upto == 0 {
		t.Error("no snapshot was written")
	}
	for name, s := range map[string]*fold.State{"whole journal": whole, "snapshot": short} {
		if s.Next != live.Next || s.Counts != live.Counts {
			t.Errorf("%s: entry %d with %+v, live %d with %+v", name, s.Next, s.Counts, live.Next, live.Counts)
		}
		var got, want bytes.Buffer
		if s.Book.SaveTables(&got) != nil || live.Book.SaveTables(&want) != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s: other tables than live", name)
		}
		if g, w := s.Book.State(), live.Book.State(); !reflect.DeepEqual(g, w) {
			t.Errorf("%s: other state than live:\n%+v\n%+v", name, g, w)
		}
	}
	counts, err := fold.Audit(func(f func(journal.Entry) error) error { return b.o.Journal.Read(1, f) }, b.o.Member)
	if err != nil || counts != live.Counts || counts.Blocked == 0 || counts.Held == 0 || counts.Events < 8 {
		t.Errorf("audit %+v, %v; live %+v", counts, err, live.Counts)
	}
}

// TestManyCallers has callers send overlapping payments at the same time: each
// payment is decided once, and all are told the same.
func TestManyCallers(t *testing.T) {
	b := newBench(t, nil)
	var mu sync.Mutex
	entries := map[string]uint64{}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w%3), 9)) // three callers send what others send
			for range 20 {
				ins := random(r, 10)
				answers, err := b.Decide(ctx, ins)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for i, a := range answers {
					if a.Key != ins[i].Key() || a.Refused || a.Entry == 0 {
						t.Errorf("answer %+v to %s", a, ins[i].Key())
					}
					if had := entries[a.Key]; had != 0 && had != a.Entry {
						t.Errorf("payment %s was decided in entry %d and in %d", a.Key, had, a.Entry)
					}
					entries[a.Key] = a.Entry
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if got := b.mustStatus().Counts.Payments; got != uint64(len(entries)) {
		t.Errorf("%d payments decided, %d sent", got, len(entries))
	}
}

// TestBusy bounds what waits.
func TestBusy(t *testing.T) {
	b := newBench(t, func(o *Options, _ *journal.Options) { o.Backlog = 4 })
	r := rand.New(rand.NewPCG(3, 3))
	if _, err := b.Decide(ctx, random(r, 5)); !errors.Is(err, ErrBusy) {
		t.Errorf("five payments where four may wait: %v", err)
	}
	if _, err := b.Decide(ctx, random(r, 4)); err != nil {
		t.Errorf("after the refusal nothing waits: %v", err)
	}
}

// TestFullDisk stops the node when nothing can be made durable: no answer is
// given that a restart would not know.
func TestFullDisk(t *testing.T) {
	b := newBench(t, func(_ *Options, j *journal.Options) { j.MaxBytes = 60 << 10 })
	r := rand.New(rand.NewPCG(4, 4))
	answered := map[string]Answer{}
	var err error
	for range 100 {
		var answers []Answer
		ins := random(r, 1000)[:10]
		if answers, err = b.Decide(ctx, ins); err != nil {
			break
		}
		for _, a := range answers {
			answered[a.Key] = a
		}
	}
	if err == nil || b.Ready() == nil {
		t.Fatal("a full journal went unnoticed")
	}
	if _, again := b.Decide(ctx, random(r, 1)); again == nil {
		t.Error("it decides on")
	}
	b.close()
	b.jo.MaxBytes = 0
	b.open()
	for key, want := range answered {
		if d, err := b.Decision(ctx, key); err != nil || d.Entry != want.Entry || d.Outcome != want.Outcome {
			t.Fatalf("payment %s was answered %s and is %+v, %v", key, want.Outcome, d, err)
		}
	}
}

// TestCancelled lets callers go away; what they asked is decided all the same.
func TestCancelled(t *testing.T) {
	b := newBench(t, nil)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	in := pay(1, anna, bruno, 5)
	b.Decide(gone, []spoor.Instruction{in})
	if a := b.one(in); a.Outcome != spoor.Allow {
		t.Errorf("%+v", a)
	}
}

// TestRehearse finds what another policy would do, and nothing for the same one.
func TestRehearse(t *testing.T) {
	b := newBench(t, nil)
	for i := range 20 {
		b.one(pay(i, anna, bruno, int64(1000*i+1)))
	}
	read := func(f func(journal.Entry) error) error { return b.o.Journal.Read(1, f) }
	all := spoor.Instant(1 << 40)
	same, err := fold.Rehearse(read, gate.DefaultPolicy(), 0, all, 10)
	if err != nil || same.Payments != 20 || same.Same != 20 || len(same.Changes) != 0 {
		t.Errorf("the same policy: %+v, %v", same, err)
	}
	text := append(gate.DefaultPolicyText(), `
[[rule]]
name = "large-sums"
when = "payment.amount_eur >= 15000"
do = "hold"
ground = "other"
code = "RR04"
text = "a large sum"
law = "for this test"
verified = false
`...)
	p, err := gate.LoadPolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	other, err := fold.Rehearse(read, p, 0, all, 3)
	if err != nil || other.Changes["allow to hold"] != 5 || len(other.Differences) != 3 || other.Same != 15 {
		t.Fatalf("%+v, %v", other, err)
	}
	if d := other.Differences[0]; d.Was != spoor.Allow || d.Would != spoor.HoldBack || d.Because[0].Rule != "large-sums" {
		t.Errorf("%+v", d)
	}
}

// TestTooLarge refuses what would not fit the journal, before anything is done.
func TestTooLarge(t *testing.T) {
	b := newBench(t, nil)
	in := pay(1, anna, bruno, 5)
	in.Payment.Purpose = strings.Repeat("x", record.MaxInstruction)
	var wrong Wrong
	if _, err := b.Decide(ctx, []spoor.Instruction{in}); !errors.As(err, &wrong) {
		t.Errorf("a huge payment: %v", err)
	}
	in = pay(1, anna, bruno, 5)
	in.Parties[0].Party.Names[0].Full = strings.Repeat("x", record.MaxName+1)
	if _, err := b.Decide(ctx, []spoor.Instruction{in}); !errors.As(err, &wrong) {
		t.Errorf("a huge name: %v", err)
	}
	in = pay(1, anna, bruno, 5)
	in.Payment.ToName = "Bruno \xff Neri"
	if _, err := b.Decide(ctx, []spoor.Instruction{in}); !errors.As(err, &wrong) {
		t.Errorf("a name that is no text, and that no restart could read: %v", err)
	}
	if _, err := b.Recall(ctx, []spoor.Recall{{References: spoor.References{UETR: "\xff"}, Amount: spoor.Money{Currency: spoor.EUR}}}); !errors.As(err, &wrong) {
		t.Errorf("a recall that is no text: %v", err)
	}
	o := spoor.Order{ID: "1", Kind: spoor.FreezingOrder, Authority: "A\xff", LegalBasis: "B"}
	if _, err := b.Propose(ctx, o, "Rossi"); !errors.As(err, &wrong) {
		t.Errorf("an order that is no text: %v", err)
	}
	o.Authority = "A"
	for i := range 9000 {
		o.Accounts = append(o.Accounts, spoor.AccountID{Number: fmt.Sprintf("IT%030d", i)})
	}
	if _, err := b.Propose(ctx, o, "Rossi"); !errors.As(err, &wrong) {
		t.Errorf("a huge order: %v", err)
	}
	b.wants(b.one(pay(2, anna, bruno, 5)), spoor.Allow, "")
	if o, err := b.Orders(ctx); err != nil || len(o) != 0 {
		t.Errorf("orders %+v, %v", o, err)
	}
}

// TestRepeatedMessage answers a whole message that is sent again, some of whose
// payments came alone before.
func TestRepeatedMessage(t *testing.T) {
	b := newBench(t, nil)
	var ins []spoor.Instruction
	for i := range 600 {
		ins = append(ins, pay(i, anna, bruno, int64(1+i)))
	}
	alone := map[string]Answer{}
	for i := 0; i < len(ins); i += 100 {
		a := b.one(ins[i])
		alone[a.Key] = a
	}
	first, err := b.Decide(ctx, ins)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Decide(ctx, ins)
	if err != nil {
		t.Fatal(err)
	}
	for i := range ins {
		a, want := again[i], first[i]
		if !a.Repeated || a.Entry != want.Entry || a.Outcome != want.Outcome || a.At != want.At || len(a.Versions) != len(want.Versions) {
			t.Fatalf("payment %d is answered %+v, before %+v", i, a, want)
		}
		if was, ok := alone[a.Key]; ok && was.Entry != a.Entry {
			t.Fatalf("payment %d has entry %d, alone %d", i, a.Entry, was.Entry)
		}
	}
}

// TestTakenUETR has two banks send one UETR at the same time, in one hand of the
// desk: each gets its own decision, and the engines see both.
func TestTakenUETR(t *testing.T) {
	b := newBench(t, nil)
	mine, theirs := pay(1, anna, bruno, 10), pay(1, carla, bruno, 99)
	theirs.Message.Sender = "DUEEITMM"
	sender := book.SenderDigest("DUEEITMM")
	copy(theirs.Digest[:], sender[:])
	answers, err := b.Decide(ctx, []spoor.Instruction{mine, theirs, pay(2, anna, bruno, 1)})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a.Repeated || a.Refused || a.Outcome != spoor.Allow || len(a.Late) > 0 {
			t.Errorf("payment %d: %+v", i, a)
		}
	}
	if answers[0].Key == answers[1].Key {
		t.Errorf("both have the key %s", answers[0].Key)
	}
	r := spoor.Recall{References: theirs.References, Message: spoor.Message{Sender: "DUEEITMM"}, Amount: theirs.Payment.Paid}
	if got, err := b.Recall(ctx, []spoor.Recall{r}); err != nil || got[0].Status != "PDCR" {
		t.Errorf("its own recall: %+v, %v", got, err)
	}
	r.Message.Sender = "TREEITMM"
	if got, err := b.Recall(ctx, []spoor.Recall{r}); err != nil || got[0].Code != "NOOR" {
		t.Errorf("a stranger's recall: %+v, %v", got, err)
	}
	if err := b.Node.Close(); err != nil {
		t.Fatal(err)
	}
	if n := b.watch.e.Examined(); n != 3 {
		t.Errorf("the engines saw %d payments, want 3", n)
	}
	read := func(f func(journal.Entry) error) error { return b.o.Journal.Read(1, f) }
	if counts, err := fold.Audit(read, b.o.Member); err != nil || counts.Payments != 3 {
		t.Errorf("audit %+v, %v", counts, err)
	}
}
