package journal

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"spoor"

	"github.com/nats-io/nats-server/v2/server"
)

// now is the time of the tests' entries.
const now spoor.Instant = 1_790_000_000

func open(t testing.TB, o Options) *Journal {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Name == "" {
		o.Name = "IT"
	}
	j, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// text is a payment entry that says s.
func text(s string) Entry { return Entry{Kind: "payment", At: now, Data: []byte(s)} }

// keep appends entries in one call and waits until they are durable.
func keep(t testing.TB, j *Journal, e ...Entry) (first uint64) {
	t.Helper()
	first, err := tryKeep(j, e...)
	if err != nil {
		t.Fatal(err)
	}
	return first
}

func tryKeep(j *Journal, e ...Entry) (uint64, error) {
	type answer struct {
		first uint64
		err   error
	}
	ch := make(chan answer, 1)
	if err := j.Append(e, func(first uint64, err error) { ch <- answer{first, err} }); err != nil {
		return 0, err
	}
	a := <-ch
	return a.first, a.err
}

// fill appends n entries of size bytes, one a call, as fast as they are taken.
func fill(t testing.TB, j *Journal, n, size int) {
	t.Helper()
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{1}).Read(b)
	var wg sync.WaitGroup
	for i := range n {
		e := []Entry{{Kind: "payment", At: now + spoor.Instant(i/1000), Data: b}}
		wg.Add(1)
		for {
			err := j.Append(e, func(_ uint64, err error) {
				if err != nil {
					t.Error(err)
				}
				wg.Done()
			})
			if err == nil {
				break
			}
			if err != ErrBusy {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Microsecond)
		}
	}
	wg.Wait()
}

// all reads entries from a number on.
func all(t testing.TB, j *Journal, from uint64) (out []Entry) {
	t.Helper()
	if err := j.Read(from, func(e Entry) error {
		out = append(out, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEmpty(t *testing.T) {
	j := open(t, Options{})
	if got := all(t, j, 0); len(got) > 0 {
		t.Errorf("read %v", got)
	}
	if _, err := j.Get(1); !errors.Is(err, ErrNoEntry) {
		t.Errorf("Get: %v", err)
	}
	if h := j.Head(); h.Entry != 0 || h.Page != 0 {
		t.Errorf("head %v", h)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Verify(j.opts, Head{}, nil)
	if err != nil || r.Fault != nil || r.Entries != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// What goes in comes out: in order, after a restart too, from any entry on, and
// one by one, whatever the sizes of pages.
func TestAppendReadGet(t *testing.T) {
	t.Parallel()
	for _, promise := range []Promise{Process, Disk} {
		t.Run(string(promise), func(t *testing.T) {
			j := open(t, Options{Promise: promise})
			dice := rand.New(rand.NewPCG(4, 2))
			var want []Entry
			for len(want) < 3000 {
				n := 1
				if dice.IntN(4) == 0 {
					n = 1 + dice.IntN(MaxPageEntries)
				}
				var e []Entry
				for i := range n {
					e = append(e, text(fmt.Sprint(len(want)+i)))
				}
				first := keep(t, j, e...)
				if first != uint64(len(want)+1) {
					t.Fatalf("first %d, want %d", first, len(want)+1)
				}
				for i := range e {
					e[i].Number = first + uint64(i)
				}
				want = append(want, e...)
			}
			compare(t, j, want)
			head := j.Head()
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			j = open(t, j.opts)
			if j.Head() != head {
				t.Errorf("head %v, before the restart %v", j.Head(), head)
			}
			compare(t, j, want)
		})
	}
}

func compare(t *testing.T, j *Journal, want []Entry) {
	t.Helper()
	for _, from := range []int{1, 2, 700, len(want)} {
		got := all(t, j, uint64(from))
		if len(got) != len(want)-from+1 {
			t.Fatalf("from %d: %d entries, want %d", from, len(got), len(want)-from+1)
		}
		for i := range got {
			same(t, got[i], want[from-1+i])
		}
	}
	for i := 0; i < len(want); i += 13 {
		got, err := j.Get(uint64(i + 1))
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want[i])
	}
	if _, err := j.Get(uint64(len(want) + 1)); !errors.Is(err, ErrNoEntry) {
		t.Errorf("beyond the end: %v", err)
	}
}

func same(t *testing.T, got, want Entry) {
	t.Helper()
	if got.Number != want.Number || got.Kind != want.Kind || got.At != want.At || !bytes.Equal(got.Data, want.Data) {
		t.Fatalf("got %d %s %s, want %d %s %s", got.Number, got.Kind, got.Data, want.Number, want.Kind, want.Data)
	}
}

func TestTimeNeverStepsBack(t *testing.T) {
	j := open(t, Options{})
	keep(t, j, Entry{Kind: "a", At: now}, Entry{Kind: "a", At: now - 5})
	j.Close()
	j = open(t, j.opts)
	keep(t, j, Entry{Kind: "a", At: now - 3}, Entry{Kind: "a", At: now + 1})
	for i, want := range []spoor.Instant{now, now, now, now + 1} {
		if got := all(t, j, 1)[i].At; got != want {
			t.Errorf("entry %d at %v, want %v", i+1, got, want)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	j := open(t, Options{})
	for name, e := range map[string][]Entry{
		"nothing":          nil,
		"no kind":          {{Data: []byte("a")}},
		"long kind":        {{Kind: strings.Repeat("k", MaxKind+1)}},
		"kind not UTF-8":   {{Kind: "\xff"}},
		"too many":         make([]Entry, MaxPageEntries+1),
		"too large":        {{Kind: "a", Data: make([]byte, MaxPageBytes)}},
		"too large in all": {{Kind: "a", Data: make([]byte, MaxPageBytes/2)}, {Kind: "a", Data: make([]byte, MaxPageBytes/2)}},
	} {
		if err := j.Append(e, func(uint64, error) { t.Errorf("%s: done was called", name) }); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	largest := Entry{Kind: "a", Data: make([]byte, MaxPageBytes-1)}
	if n := keep(t, j, largest); n != 1 {
		t.Errorf("the largest entry is number %d", n)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append([]Entry{text("a")}, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// Close writes what waits, and answers all of it.
func TestCloseDrains(t *testing.T) {
	j := open(t, Options{})
	answered := uint64(0)
	for range 5000 {
		if err := j.Append([]Entry{text("a")}, func(first uint64, err error) {
			if answered++; err != nil || first != answered {
				t.Errorf("entry %d answered as %d: %v", answered, first, err)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil || answered != 5000 {
		t.Fatalf("%d answered, %v", answered, err)
	}
	if j = open(t, j.opts); j.Head().Entry != 5000 {
		t.Errorf("%v", j.Head())
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	j := open(t, Options{})
	pid := fmt.Sprint(os.Getpid())
	if _, err := Open(j.opts); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), pid) {
		t.Errorf("Open: %v, want the lock's holder %s", err, pid)
	}
	if _, err := Verify(j.opts, Head{}, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("Verify: %v", err)
	}
	keep(t, j, text("still alive"))
}

func TestOptions(t *testing.T) {
	dir := t.TempDir()
	for name, o := range map[string]Options{
		"no name":          {Dir: dir},
		"a name with dots": {Dir: dir, Name: "IT.>"},
		"no folder":        {Name: "IT"},
		"promise":          {Dir: dir, Name: "IT", Promise: "maybe"},
		"both servers":     {Dir: dir, Name: "IT", URL: "nats://127.0.0.1:1", Listen: "127.0.0.1:0"},
		"open to all":      {Dir: dir, Name: "IT", Listen: "0.0.0.0:0"},
		"open to all, v6":  {Dir: dir, Name: "IT", Listen: "[::]:0"},
		"any host":         {Dir: dir, Name: "IT", Listen: ":0"},
		"user journal":     {Dir: dir, Name: "IT", Listen: "127.0.0.1:0", User: "journal", Password: "x"},
		"no such key":      {Dir: dir, Name: "IT", KeyFile: filepath.Join(dir, "none")},
		"nobody there":     {Dir: dir, Name: "IT", URL: "nats://127.0.0.1:1"},
	} {
		if j, err := Open(o); err == nil {
			t.Errorf("%s: opened", name)
			j.Close()
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := Open(Options{Dir: dir, Name: "IT", Listen: l.Addr().String()}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("an address that is taken: %v", err)
	}
	open(t, Options{Dir: dir}).Close() // nothing above has kept the lock
}

// While the writer is held up, what waits is bounded; then it goes on.
func TestBacklogIsBounded(t *testing.T) {
	j := open(t, Options{MaxBacklog: 100, MaxBacklogBytes: 1 << 20})
	hold := make(chan struct{})
	if err := j.Append([]Entry{text("a")}, func(uint64, error) { <-hold }); err != nil {
		t.Fatal(err)
	}
	for j.Head().Entry == 0 {
		runtime.Gosched()
	}
	var wg sync.WaitGroup
	try := func(size int) (n int) {
		for {
			wg.Add(1)
			err := j.Append([]Entry{{Kind: "a", Data: make([]byte, size)}}, func(_ uint64, err error) {
				if err != nil {
					t.Error(err)
				}
				wg.Done()
			})
			if err != nil {
				wg.Done()
				if !errors.Is(err, ErrBusy) {
					t.Fatal(err)
				}
				return n
			}
			n++
		}
	}
	if n := try(1 << 18); n != 3 {
		t.Errorf("%d entries of 256 KiB fit in 1 MiB of backlog", n)
	}
	if n := try(1); n != 97 {
		t.Errorf("%d more fit in a backlog of 100", n)
	}
	close(hold)
	wg.Wait()
	keep(t, j, text("b"))
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.held != 0 || j.heldB != 0 {
		t.Errorf("%d entries, %d bytes still counted", j.held, j.heldB)
	}
}

// A journal that cannot write stops: all that waits and all that comes gets the
// error, what was acknowledged stays, and it goes on after a restart with room.
func TestFullJournalStops(t *testing.T) {
	o := Options{Dir: t.TempDir(), Name: "IT", MaxBytes: 1 << 20}
	j := open(t, o)
	var kept, refused int
	var wg sync.WaitGroup
	for range 40 {
		wg.Add(1)
		err := j.Append([]Entry{{Kind: "a", At: now, Data: make([]byte, 100<<10)}}, func(first uint64, err error) {
			defer wg.Done()
			switch {
			case err != nil:
				refused++
			case refused > 0 || first != uint64(kept+1):
				t.Errorf("entry %d kept after %d kept and %d refused", first, kept, refused)
			default:
				kept++
			}
		})
		if err != nil {
			wg.Done()
		}
	}
	wg.Wait()
	if kept == 0 || kept > 10 || refused == 0 {
		t.Fatalf("%d kept, %d refused", kept, refused)
	}
	if err := j.Append([]Entry{text("a")}, nil); err == nil || err != j.Err() {
		t.Errorf("later: %v", err)
	}
	if err := j.Close(); err == nil {
		t.Error("Close does not say that the journal had failed")
	}
	o.MaxBytes = 0
	j = open(t, o)
	if got := len(all(t, j, 1)); got != kept {
		t.Errorf("%d entries after the restart, %d were acknowledged", got, kept)
	}
	if n := keep(t, j, text("b")); n != uint64(kept+1) {
		t.Errorf("the next entry is number %d", n)
	}
}

// external is a server, as an operator would run one.
func external(t *testing.T) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true,
		StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(startWait) {
		t.Fatal("not ready")
	}
	return s
}

// On an external server no lock keeps two nodes apart: the second to write is
// refused, and the chain stays whole.
func TestForkIsRefused(t *testing.T) {
	s := external(t)
	a := open(t, Options{URL: s.ClientURL()})
	keep(t, a, text("a1"))
	b := open(t, Options{URL: s.ClientURL()})
	keep(t, b, text("b2"))
	if _, err := tryKeep(a, text("a2")); !errors.Is(err, ErrForked) {
		t.Errorf("the slower writer: %v", err)
	}
	if _, err := tryKeep(a, text("a3")); !errors.Is(err, ErrForked) {
		t.Errorf("the slower writer, again: %v", err)
	}
	keep(t, b, text("b3"))
	r, err := Verify(b.opts, b.Head(), nil)
	if err != nil || r.Fault != nil || r.Entries != 3 {
		t.Errorf("%+v, %v", r, err)
	}
}

// A stream that someone allowed to forget is not taken for a journal.
func TestWeakenedStream(t *testing.T) {
	s := external(t)
	o := Options{Dir: t.TempDir(), Name: "IT", URL: s.ClientURL()}
	j := open(t, o)
	keep(t, j, text("a"))
	cfg := streamConfig(&j.opts)
	cfg.MaxAge = time.Hour
	if _, err := j.js.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if _, err := Open(o); !errors.Is(err, ErrDamaged) {
		t.Errorf("Open: %v", err)
	}
	if r, err := Verify(o, Head{}, nil); err != nil || r.Fault == nil {
		t.Errorf("Verify: %v, %v", r, err)
	}
}

// Nobody with the journal's own connection can take pages away either.
func TestPagesCannotBeDeleted(t *testing.T) {
	j := open(t, Options{})
	keep(t, j, text("a"))
	if err := j.stream.DeleteMsg(t.Context(), 1); err == nil {
		t.Error("a page was deleted")
	}
	if err := j.stream.Purge(t.Context()); err == nil {
		t.Error("the stream was purged")
	}
	cfg := streamConfig(&j.opts)
	cfg.DenyDelete, cfg.DenyPurge = false, false
	if _, err := j.js.UpdateStream(t.Context(), cfg); err == nil {
		t.Error("the protection was taken off")
	}
	if len(all(t, j, 1)) != 1 {
		t.Error("the entry is gone")
	}
}

// A read stops where its caller stops it, and leaves nothing running.
func TestReadStops(t *testing.T) {
	j := open(t, Options{})
	fill(t, j, 20_000, 100)
	enough := errors.New("enough")
	before := runtime.NumGoroutine()
	for range 20 {
		n := 0
		if err := j.Read(1, func(Entry) error {
			if n++; n == 100 {
				return enough
			}
			return nil
		}); err != enough {
			t.Fatal(err)
		}
	}
	for i := 0; runtime.NumGoroutine() > before+5; i++ {
		if i == 200 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Many read and write at once.
func TestTogether(t *testing.T) {
	t.Parallel()
	j := open(t, Options{})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 300 {
				s := fmt.Sprint(w, " ", i)
				n, err := tryKeep(j, text(s), text(s))
				if err != nil {
					t.Error(err)
					return
				}
				if e, err := j.Get(n + 1); err != nil || string(e.Data) != s {
					t.Errorf("entry %d: %s, %v", n+1, e.Data, err)
				}
			}
		})
		wg.Go(func() {
			for range 10 {
				if err := j.Read(1, func(Entry) error { return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(all(t, j, 1)); n != 4*300*2 {
		t.Errorf("%d entries", n)
	}
}
