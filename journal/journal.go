// Package journal keeps everything that a node accepts or decides, in order,
// chained by hashes, durable. Everything else in a node is a fold over it.
//
//	j, err := journal.Open(journal.Options{Dir: dir, Name: "IT", Promise: journal.Process})
//	defer j.Close()
//	err = j.Read(1, func(e journal.Entry) error { return state.Apply(e) })
//	err = j.Append([]journal.Entry{{Kind: "payment", At: now, Data: b}}, func(first uint64, err error) {
//		// durable now: answer the bank
//	})
//
// Entries wait in a bounded backlog. One writer packs what waits into a page,
// publishes it to a JetStream stream and, when the server has it by the chosen
// [Promise], calls back in order and takes the next page. So a lone entry is
// written at once, and under load each page carries hundreds (group commit).
//
// The server runs within the process, or is a cluster named by Options.URL.
// Each page names the hash of the page before ([Head]); [Verify] audits a
// journal without using what wrote it.
package journal

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"spoor"
	"spoor/journal/internal/folder"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Promise is what an acknowledged entry survives: "process" or "disk".
type Promise string

// The promises. With an external server both mean what that server is
// configured for.
const (
	// Process survives the end of the process by any means, kill -9 included:
	// the operating system has the bytes. A power failure may cost the last ten
	// seconds.
	Process Promise = "process"
	// Disk survives power failure: each page is synced before it is acknowledged.
	Disk Promise = "disk"
)

// Options say where a journal is and how it keeps its promise.
type Options struct {
	Dir     string  // the node's data folder: lock, snapshots, and the embedded server's files
	Name    string  // of the journal, one a member: letters, digits, - and _; part of the chain
	Promise Promise // default Process

	// What may wait to be durable; beyond it Append gives [ErrBusy].
	MaxBacklog      int   // entries, default 64 Ki
	MaxBacklogBytes int64 // of kinds and data, default 64 MiB
	// MaxBytes bounds the stored journal. A full one refuses; it never forgets.
	MaxBytes int64 // 0: as large as the disk

	// An external server or cluster instead of the embedded one.
	URL         string // nats://host:4222,nats://...
	Credentials string // file with the user's credentials
	Replicas    int    // copies in the cluster, default 1

	// Clients of the embedded server, who may only publish to [IntakeSubject]
	// and subscribe to [StatusSubject] and inboxes. Each can listen to the
	// others' inboxes if it tries: they must be one organisation.
	Listen         string // "127.0.0.1:4222"; empty: no network socket; port 0: any free
	User, Password string // required unless Listen is loopback; the password may be a bcrypt hash
	TLS            *tls.Config

	// KeyFile holds a text of at least 32 characters, and encrypts (AES) what the
	// embedded server keeps, and snapshots. Without the key all is lost.
	KeyFile string
	Logger  *slog.Logger // nil: silence
}

var (
	// ErrBusy is the answer when too much waits to be durable: slow down, try
	// again. Nothing of the call was taken.
	ErrBusy = errors.New("journal: too much waits to be written: try again later")
	// ErrClosed is the answer after Close.
	ErrClosed = errors.New("journal: closed")
	// ErrLocked is the fault of opening a journal that another process, or this
	// one, has open.
	ErrLocked = folder.ErrLocked
	// ErrForked is the fault of a page that another writer was faster with.
	ErrForked = errors.New("another writer has written to this journal: stop one of the two")
	// ErrDamaged is the fault of a journal that is not whole.
	ErrDamaged = errors.New("the journal is damaged: audit it, and restore it from a copy")
)

// Journal is an open journal. Its methods may be called from many goroutines.
type Journal struct {
	opts   Options
	key    []byte
	lock   *os.File
	link   link
	stream jetstream.Stream
	js     jetstream.JetStream

	mu     sync.Mutex
	wake   sync.Cond // something waits, or the end has come
	queue  []batch
	held   int   // entries waiting or on their way
	heldB  int64 // their bytes
	closed bool
	failed error
	head   Head // durable
	marks  []mark
	recent [recentPages]*page // by number

	last    spoor.Instant // time of the last entry packed; the writer's own
	done    chan struct{} // the writer has ended
	closing sync.Once
	closeE  error
}

var goodName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// check fills in defaults and refuses what cannot work.
func (o *Options) check() error {
	if !goodName.MatchString(o.Name) {
		return fmt.Errorf("journal name %q: want 1 to 64 letters, digits, - or _", o.Name)
	}
	if o.Promise = cmp.Or(o.Promise, Process); o.Promise != Process && o.Promise != Disk {
		return fmt.Errorf("journal: promise %q: want %q or %q", o.Promise, Process, Disk)
	}
	if o.Dir == "" {
		return errors.New("journal: want a data folder in Options.Dir")
	}
	if o.URL != "" && o.Listen != "" {
		return errors.New("journal: an external server listens by its own configuration: leave Options.Listen empty")
	}
	if o.MaxBacklog <= 0 {
		o.MaxBacklog = 64 << 10
	}
	if o.MaxBacklogBytes <= 0 {
		o.MaxBacklogBytes = 64 << 20
	}
	o.Replicas = max(o.Replicas, 1)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Open takes the data folder, starts or finds the server, and checks that the
// journal ends where its last page, its newest snapshot and its last closing say.
// It does not read the whole: [Journal.Read] verifies what it reads. It fails
// with [ErrLocked] when the journal is open elsewhere and with [ErrDamaged] when
// pages are missing.
func Open(o Options) (*Journal, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	f, err := folder.Lock(o.Dir)
	if err != nil {
		return nil, err
	}
	j := &Journal{opts: o, lock: f, done: make(chan struct{})}
	j.wake.L = &j.mu
	if err := j.start(); err != nil {
		j.link.close()
		folder.Unlock(f)
		return nil, fmt.Errorf("journal %s in %s: %w", o.Name, o.Dir, err)
	}
	go j.write()
	return j, nil
}

func (j *Journal) start() (err error) {
	if j.key, err = readKey(j.opts.KeyFile); err != nil {
		return err
	}
	if err = folder.Claim(j.opts.Dir, j.opts.Name, j.key); err != nil {
		return err
	}
	if j.link, err = connect(&j.opts, j.key); err != nil {
		return err
	}
	if got := j.link.own.MaxPayload(); got < 1<<20 {
		return fmt.Errorf("the server takes messages of %d bytes: set its max_payload to at least 1 MiB", got)
	}
	if j.js, err = jetstream.New(j.link.own); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	if j.stream, err = openStream(ctx, j.js, &j.opts); err != nil {
		return err
	}
	if err = j.findHead(ctx); err != nil {
		return err
	}
	return j.checkAnchors()
}

// streamConfig is a stream that never forgets: nothing expires, a full one
// refuses, and what is in it can neither be deleted nor purged.
func streamConfig(o *Options) jetstream.StreamConfig {
	maxBytes := int64(-1)
	if o.MaxBytes > 0 {
		maxBytes = o.MaxBytes
	}
	return jetstream.StreamConfig{
		Name:        "journal-" + o.Name,
		Subjects:    []string{"spoor.journal." + o.Name},
		Description: "hash-chained pages, one a message; see package journal",
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardNew,
		Storage:     jetstream.FileStorage,
		MaxBytes:    maxBytes,
		Replicas:    o.Replicas,
		DenyDelete:  true,
		DenyPurge:   true,
		// A follower that lags must not answer for the leader.
		AllowDirect: o.Replicas == 1,
	}
}

// openStream makes the stream, or finds it as it was made.
func openStream(ctx context.Context, js jetstream.JetStream, o *Options) (jetstream.Stream, error) {
	want := streamConfig(o)
	s, err := js.Stream(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		// The server passes over files that it cannot open, and making the stream
		// anew would destroy them.
		files := filepath.Join(o.Dir, "nats", "jetstream", "journal", "streams", want.Name)
		if _, serr := os.Stat(files); serr == nil && o.URL == "" {
			return nil, fmt.Errorf("%s cannot be opened: is the key right? If so, %w", files, ErrDamaged)
		}
		return js.CreateStream(ctx, want)
	}
	if err != nil {
		return nil, err
	}
	got := s.CachedInfo().Config
	if got.MaxAge != 0 || got.MaxMsgs > 0 || got.MaxMsgsPerSubject > 0 || got.Discard != want.Discard ||
		got.Retention != want.Retention || got.Storage != want.Storage || !got.DenyDelete || !got.DenyPurge {
		return nil, fmt.Errorf("stream %s: its settings allow it to forget: %w", want.Name, ErrDamaged)
	}
	if got.MaxBytes != want.MaxBytes || got.Replicas != want.Replicas || got.AllowDirect != want.AllowDirect {
		return js.UpdateStream(ctx, want)
	}
	return s, nil
}

// findHead reads the last page.
func (j *Journal) findHead(ctx context.Context) error {
	j.head = Head{Hash: genesis(j.opts.Name)}
	info, err := j.stream.Info(ctx)
	if err != nil {
		return err
	}
	st := info.State
	if st.LastSeq == 0 {
		return nil
	}
	if st.FirstSeq != 1 || st.Msgs != st.LastSeq {
		return fmt.Errorf("%d of %d pages are there, from page %d: %w", st.Msgs, st.LastSeq, st.FirstSeq, ErrDamaged)
	}
	p, hash, err := j.fetch(ctx, st.LastSeq)
	if err != nil {
		return fmt.Errorf("%w: %w", err, ErrDamaged)
	}
	j.head = Head{Entry: p.last(), Page: p.Number, Hash: hash}
	j.last = p.At
	return nil
}

// NameIn is the name of the journal in a data folder.
func NameIn(dir string) (string, error) { return folder.Name(dir) }

// Head is the durable end of the journal.
func (j *Journal) Head() Head {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.head
}

// Err is why the journal takes no more entries, nil while it does.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failed == nil && j.closed {
		return ErrClosed
	}
	return j.failed
}

// Conn is the caller's own connection, for intake and status subjects. On the
// embedded server it shares nothing with the journal. The journal closes it.
func (j *Journal) Conn() *nats.Conn { return j.link.intake }

// ClientURL is where clients reach the embedded server, "nats://127.0.0.1:4222";
// empty when it does not listen.
func (j *Journal) ClientURL() string {
	if j.link.srv == nil || j.opts.Listen == "" {
		return ""
	}
	return j.link.srv.ClientURL()
}

// Close writes what waits, notes the head, and ends the server. Later calls give
// the same answer as the first.
func (j *Journal) Close() error {
	j.closing.Do(func() {
		j.mu.Lock()
		j.closed = true
		j.wake.Broadcast()
		j.mu.Unlock()
		<-j.done
		j.link.close()
		j.closeE = errors.Join(j.failed, j.noteHead(), folder.Unlock(j.lock))
	})
	return j.closeE
}
