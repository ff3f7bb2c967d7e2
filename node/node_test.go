package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"spoor"
	"spoor/detect"
	"spoor/format/rates"
	"spoor/gate"
	"spoor/gate/book"
	"spoor/journal"
	"spoor/node/engine"
	"spoor/screen"
)

var ctx = context.Background()

// hand is a clock that a test moves.
type hand struct {
	mu sync.Mutex
	t  time.Time
}

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.t
}

func (h *hand) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.t = h.t.Add(d)
}

// friday is a working day with the weekend after it.
var friday = time.Date(2026, 2, 27, 10, 12, 0, 0, time.UTC)

// bench is a node on a folder of its own.
type bench struct {
	*Node
	t    testing.TB
	o    Options
	jo   journal.Options
	hand *hand
}

func newBench(t testing.TB, change func(*Options, *journal.Options)) *bench {
	t.Helper()
	b := &bench{t: t, hand: &hand{t: friday}}
	b.jo = journal.Options{Dir: t.TempDir(), Name: "IT"}
	b.o = Options{
		Policy: gate.DefaultPolicy(), Software: "test", Now: b.hand.now, Log: slog.New(slog.DiscardHandler),
		Engines: engine.Options{Window: 30 * spoor.Day, Parameters: detect.DefaultParameters(), Rates: rates.Default()},
	}
	b.o.Member = b.o.Policy.Member
	if change != nil {
		change(&b.o, &b.jo)
	}
	b.open()
	t.Cleanup(b.close)
	return b
}

func (b *bench) open() {
	b.t.Helper()
	j, err := journal.Open(b.jo)
	if err != nil {
		b.t.Fatal(err)
	}
	b.o.Journal = j
	if b.Node, err = Open(ctx, b.o); err != nil {
		b.t.Fatal(err)
	}
	if err := b.caughtUp(ctx); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) close() {
	b.Node.Close()
	b.o.Journal.Close()
}

func (b *bench) reopen() {
	b.t.Helper()
	if err := errors.Join(b.Node.Close(), b.o.Journal.Close()); err != nil {
		b.t.Fatal(err)
	}
	b.open()
}

// pay is a payment of so many euro between two accounts.
func pay(id int, from, to string, euro int64) spoor.Instruction {
	uetr := fmt.Sprintf("%08x-0000-4000-8000-%012x", id, id)
	in := spoor.Instruction{
		References: spoor.References{UETR: uetr}, Message: spoor.Message{ID: fmt.Sprint("M", id), Kind: "json", Sender: "UNOOITMM"},
		Payment: spoor.Payment{
			ID: uetr, From: spoor.AccountID{Number: from}, To: spoor.AccountID{Number: to}, FromName: "Anna Verdi", ToName: "Bruno Neri",
			Paid: spoor.Money{Amount: 100 * euro, Currency: spoor.EUR}, Channel: spoor.CreditTransfer,
		},
		Parties: []spoor.RoleParty{
			{Role: spoor.Debtor, Party: spoor.Party{Kind: spoor.Person, Names: []spoor.Name{{Full: "Anna Verdi"}}, Identifiers: []spoor.Identifier{{Kind: spoor.IBAN, Value: from}}}},
			{Role: spoor.Creditor, Party: spoor.Party{Kind: spoor.Person, Names: []spoor.Name{{Full: "Bruno Neri"}}, Identifiers: []spoor.Identifier{{Kind: spoor.IBAN, Value: to}}}},
		},
	}
	in.Payment.Received = in.Payment.Paid
	in.Payment.FromCountry, _ = spoor.ParseCountry(from[:2])
	in.Payment.ToCountry, _ = spoor.ParseCountry(to[:2])
	sender := book.SenderDigest(in.Message.Sender)
	copy(in.Digest[:], sender[:])
	copy(in.Digest[4:], fmt.Sprint(euro, from, to))
	return in
}

// one decides on one payment.
func (b *bench) one(in spoor.Instruction) Answer {
	b.t.Helper()
	a, err := b.Decide(ctx, []spoor.Instruction{in})
	if err != nil {
		b.t.Fatal(err)
	}
	return a[0]
}

func (b *bench) wants(a Answer, o spoor.Outcome, rule string) {
	b.t.Helper()
	if a.Outcome != o {
		b.t.Fatalf("payment %s: %s, want %s: %+v", a.Key, a.Outcome, o, a.Reasons)
	}
	if rule != "" && (len(a.Reasons) == 0 || a.Reasons[0].Rule != rule) {
		b.t.Fatalf("payment %s: reasons %+v, want %s first", a.Key, a.Reasons, rule)
	}
}

const (
	anna  = "IT60X0542811101000000123456"
	bruno = "DE89370400440532013000"
	carla = "FR1420041010050500013M02606"
)

// TestStory tells what an order does, from its entry to a restart.
func TestStory(t *testing.T) {
	b := newBench(t, nil)
	first := pay(1, anna, bruno, 250)
	a := b.one(first)
	b.wants(a, spoor.Allow, "")
	if a.Versions["policy"] == "" || a.Versions["rules"] != b.o.Versions["rules"] {
		t.Errorf("versions %v", a.Versions)
	}

	// The same again is answered alike, something else under its name is not.
	if again := b.one(first); !again.Repeated || again.Refused || again.Entry != a.Entry || again.Outcome != a.Outcome {
		t.Errorf("repeated: %+v, first %+v", again, a)
	}
	other := first
	other.Digest[5] ^= 1
	if got := b.one(other); !got.Refused {
		t.Errorf("another payment of the same name: %+v", got)
	}

	// Another bank's payment of the same name is one of its own.
	third := first
	third.Message.Sender = "DUEEITMM"
	sender := book.SenderDigest(third.Message.Sender)
	copy(third.Digest[:], sender[:])
	if got := b.one(third); got.Repeated || got.Refused || got.Key != "DUEEITMM/uetr/"+first.UETR {
		t.Errorf("another bank's payment of the same name: %+v", got)
	}
	if got := b.one(third); !got.Repeated || got.Refused {
		t.Errorf("it is sent again: %+v", got)
	}

	b.one(pay(2, carla, anna, 900))
	order := spoor.Order{ID: "GIP 77/26", Kind: spoor.FreezingOrder, Authority: "Tribunale di Milano", LegalBasis: "Reg. (EU) 2018/1805 Art 2(1)", Accounts: []spoor.AccountID{{Number: anna}}}
	if _, err := b.Propose(ctx, order, "Rossi"); err != nil {
		t.Fatal(err)
	}
	held := b.one(pay(3, anna, bruno, 100))
	b.wants(held, spoor.HoldBack, "payer-freeze-proposed")
	if held.Until == 0 || !strings.Contains(held.Clock, "Art 71") {
		t.Errorf("hold until %s, clock %q", held.Until, held.Clock)
	}
	var wrong Wrong
	if _, err := b.Confirm(ctx, order.ID, "Rossi"); !errors.As(err, &wrong) {
		t.Fatalf("one person alone put an order in force: %v", err)
	}
	o, err := b.Confirm(ctx, order.ID, "Bianchi")
	if err != nil {
		t.Fatal(err)
	}
	if seen := o.Seen; len(seen) != 1 || len(seen[0].Passed) != 1 || seen[0].Passed[0].In != 90_000 || seen[0].Passed[0].Out != 50_000 || o.ConfirmBy != 0 {
		t.Errorf("what passed on the account: %+v, want 900 in and twice 250 out", o)
	}
	// What was held is caught, and so is what comes.
	if d, err := b.Decision(ctx, held.Key); err != nil || d.Now != spoor.Block || d.Outcome != spoor.HoldBack {
		t.Errorf("the held payment: %+v, %v", d, err)
	}
	blocked := b.one(pay(4, anna, bruno, 10))
	b.wants(blocked, spoor.Block, "payer-frozen")
	d, err := b.Decision(ctx, blocked.Key)
	if err != nil || len(d.Left) != 1 || d.Left[0].In-d.Left[0].Out != 40_000 {
		t.Errorf("what is left is not told: %+v, %v", d, err)
	}

	before := b.mustStatus()
	b.reopen()
	if after := b.mustStatus(); after.Counts != before.Counts || after.Orders != before.Orders {
		t.Errorf("after a restart %+v, before %+v", after, before)
	}
	b.wants(b.one(pay(5, anna, bruno, 10)), spoor.Block, "payer-frozen")
	for _, in := range []spoor.Instruction{first, pay(3, anna, bruno, 100), pay(4, anna, bruno, 10)} {
		if got := b.one(in); !got.Repeated || got.Refused {
			t.Errorf("after a restart %s is decided anew: %+v", in.UETR, got)
		}
	}
	if _, err := b.Lift(ctx, order.ID, "Bianchi", "the court lifted it"); err != nil {
		t.Fatal(err)
	}
	b.wants(b.one(pay(6, anna, bruno, 10)), spoor.Allow, "")
}

func (b *bench) mustStatus() Status {
	b.t.Helper()
	s, err := b.Status(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// TestClock lets a hold run out over a weekend.
func TestClock(t *testing.T) {
	changes := make(chan Change, 8)
	b := newBench(t, func(o *Options, _ *journal.Options) { o.Changed = func(c Change) { changes <- c } })
	order := spoor.Order{ID: "1", Kind: spoor.FreezingOrder, Authority: "Procura", LegalBasis: "c.p.p. 321", Accounts: []spoor.AccountID{{Number: anna}}}
	if _, err := b.Propose(ctx, order, "Rossi"); err != nil {
		t.Fatal(err)
	}
	held := b.one(pay(1, anna, bruno, 100))
	b.wants(held, spoor.HoldBack, "")
	if want := spoor.At(time.Date(2026, 3, 4, 23, 0, 0, 0, time.UTC)); held.Until != want {
		t.Fatalf("held until %s, want %s: three working days from a Friday, to midnight in Rome", held.Until, want)
	}
	b.hand.move(5*24*time.Hour + 12*time.Hour) // Wednesday 22:12
	if err := b.do(ctx, func(d *desk) error { return d.due(d.now()) }); err != nil {
		t.Fatal(err)
	}
	if d, _ := b.Decision(ctx, held.Key); d.Now != spoor.HoldBack {
		t.Errorf("released too early: %+v", d)
	}
	b.hand.move(time.Hour)
	select {
	case c := <-changes:
		if c.Payment != held.Key || c.Outcome != spoor.Allow || c.Entry != held.Entry {
			t.Errorf("change %+v", c)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the clock did not release the hold")
	}
	b.wants(b.one(pay(2, anna, bruno, 100)), spoor.Allow, "") // the order lapsed with it
}

// TestBlockByList blocks by an exact hit and holds by a name.
func TestBlockByList(t *testing.T) {
	listing := spoor.Listing{
		Party: spoor.Party{ID: "9", Kind: spoor.Person, Names: []spoor.Name{{Full: "Ottavio Quattrocchi Vermiglio"}}, Identifiers: []spoor.Identifier{{Kind: spoor.IBAN, Value: carla}}},
		List:  "EU", Freezes: true,
	}
	b := newBench(t, func(o *Options, _ *journal.Options) {
		o.Lists = &Lists{Index: screen.New([]spoor.Listing{listing}, nil), Versions: map[string]string{"EU": "2026-02-27"}}
	})
	a := b.one(pay(1, anna, carla, 10))
	b.wants(a, spoor.Block, "")
	if a.Versions["list EU"] != "2026-02-27" || len(a.Hits) == 0 {
		t.Errorf("decision without its list: %+v", a)
	}
	in := pay(2, anna, bruno, 10)
	in.Parties[1].Party.Names[0].Full = "Ottavio Quattrocchi-Vermiglio"
	b.wants(b.one(in), spoor.HoldBack, "")
	b.SetLists(nil)
	b.wants(b.one(pay(3, anna, carla, 10)), spoor.Allow, "")
}

// TestLate answers within the budget when the engines do not, and says so.
func TestLate(t *testing.T) {
	stuck := make(chan struct{})
	slow := make(chan struct{}, 1)
	b := newBench(t, func(o *Options, _ *journal.Options) {
		o.Policy.Budget = 5 * time.Millisecond
		o.slow = func() {
			select {
			case <-slow:
				<-stuck
			default:
			}
		}
	})
	b.wants(b.one(pay(1, anna, bruno, 10)), spoor.Allow, "")
	slow <- struct{}{}
	began := time.Now()
	a := b.one(pay(2, anna, bruno, 10))
	if len(a.Late) != 1 || a.Late[0] != engineTypologies || a.Outcome != spoor.Allow || a.Reasons[0].Rule != "gate.late" {
		t.Errorf("late engines: %+v", a.Decision)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("a stuck engine delayed a decision by %s", took)
	}
	// More than may wait for the engines: they are left to follow the journal.
	for i := range jobsWaiting + 10 {
		if a := b.one(pay(10+i, anna, bruno, 10)); len(a.Late) == 0 {
			t.Fatalf("payment %d was looked at by a stuck engine", i)
		}
	}
	close(stuck)
	if err := b.caughtUp(ctx); err != nil {
		t.Fatal(err)
	}
	more := 0
	for late := true; late; more++ {
		late = len(b.one(pay(10_000+more, anna, bruno, 10)).Late) > 0
		if more > 1000 {
			t.Fatal("the engines do not come back")
		}
	}
	if err := b.Node.Close(); err != nil {
		t.Fatal(err)
	}
	if seen, want := b.watch.e.Examined(), uint64(jobsWaiting+10+2+more); seen != want {
		t.Errorf("the engines saw %d payments, want each of %d once", seen, want)
	}
}
