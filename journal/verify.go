package journal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"spoor"
	"spoor/journal/internal/folder"
	"spoor/seal"

	"github.com/nats-io/nats.go/jetstream"
)

// Report is what an audit found.
type Report struct {
	Entries, Pages uint64
	First, Last    spoor.Instant // times of the first and the last entry
	Head           Head
	Anchors        int     // snapshots and noted heads that fit the chain
	Broken         []error // snapshots and noted heads that cannot be read; the journal can do without
	Fault          *Fault  // nil when the journal is whole
}

// Fault is the first thing wrong with a journal. Entries before it are proven.
type Fault struct {
	Page  uint64
	Entry uint64 // the first one that is not proven
	What  string // what is wrong and what it means
}

func (f *Fault) Error() string {
	return fmt.Sprintf("page %d, from entry %d: %s", f.Page, f.Entry, f.What)
}

// auditPage is the page as this file understands it: the auditor shares no code
// with the writer but the canonical decoding.
type auditPage struct {
	_       struct{} `cbor:",toarray"`
	Version uint64
	Number  uint64
	First   uint64
	Prev    []byte
	At      int64
	Entries []struct {
		_    struct{} `cbor:",toarray"`
		Kind string
		At   int64
		Data []byte
	}
}

// auditor walks pages one by one.
type auditor struct {
	each    func(Entry) error
	anchors []anchor // what the chain must pass through, in no order
	report  Report
	hash    []byte // of the page before
	at      int64  // time of the entry before
}

// auditHash is the chain's hash as its vectors describe it (seal/testdata/hash.txt).
func auditHash(prev, b []byte) []byte {
	tag := make([]byte, 32)
	copy(tag, "spoor seal chain 1")
	h := sha256.New()
	h.Write(tag)
	h.Write(prev)
	h.Write(b)
	return h.Sum(nil)
}

// Verify audits a journal from its first page to its last, and gives each entry
// to each, which may be nil. It checks that every page is the canonical encoding
// of what it says, that pages and entries are numbered without a gap, that each
// page names the hash of the one before, that times never step back, and that
// the snapshots, the head noted at the last closing, and the known head, where
// there is one (its zero value: none), lie on the chain. The known head, noted
// elsewhere, is what proves that nobody rewrote all of it.
//
// What it finds is in the report; an error means that it could not look, or is
// that of each. A folder must be free: the node stopped. It is opened by the
// server, which repairs its own files: audit a copy where the files are evidence.
// On an external server a running node does not matter.
func Verify(o Options, known Head, each func(Entry) error) (Report, error) {
	o.Listen = ""
	if err := o.check(); err != nil {
		return Report{}, err
	}
	if o.URL == "" {
		if _, err := os.Stat(filepath.Join(o.Dir, "nats")); err != nil {
			return Report{}, fmt.Errorf("no journal in %s: %w", o.Dir, err)
		}
		f, err := folder.Lock(o.Dir)
		if err != nil {
			return Report{}, err
		}
		defer folder.Unlock(f)
	}
	a := &auditor{each: each}
	a.anchors, a.report.Broken = anchors(o.Dir)
	if known != (Head{}) {
		a.anchors = append(a.anchors, anchor{Entry: known.Entry, Hash: known.Hash})
	}
	key, err := readKey(o.KeyFile)
	if err != nil {
		return Report{}, err
	}
	if o.URL == "" {
		if err := folder.Check(o.Dir, o.Name, key); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Report{}, err
		}
	}
	l, err := connect(&o, key)
	if err != nil {
		return Report{}, err
	}
	defer l.close()
	js, err := jetstream.New(l.own)
	if err != nil {
		return Report{}, err
	}
	a.hash = auditHash(make([]byte, 32), []byte("journal "+o.Name))
	err = a.walk(js, "journal-"+o.Name)
	if fault := new(Fault); errors.As(err, &fault) {
		a.report.Fault, err = fault, nil
	}
	return a.report, err
}

// walk takes every page that the stream says it has, then looks whether that
// was all.
func (a *auditor) walk(js jetstream.JetStream, name string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s, err := js.Stream(ctx, name)
	if err != nil {
		return fmt.Errorf("stream %s: %w", name, err)
	}
	info := s.CachedInfo()
	if c := info.Config; c.MaxAge != 0 || c.MaxMsgs > 0 || c.MaxMsgsPerSubject > 0 ||
		c.Discard != jetstream.DiscardNew || !c.DenyDelete || !c.DenyPurge {
		return a.fault("the stream's settings allow it to forget: someone changed them")
	}
	cons, err := s.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverAllPolicy, InactiveThreshold: time.Minute})
	if err != nil {
		return err
	}
	msgs, err := cons.Messages()
	if err != nil {
		return err
	}
	defer msgs.Stop()
	for left := info.State.Msgs; left > 0; left-- {
		m, err := msgs.Next(jetstream.NextMaxWait(auditWait))
		if err != nil {
			return a.fault(fmt.Sprintf("the server cannot give this page, though %d remain: its files are damaged (%v)", left, err))
		}
		meta, err := m.Metadata()
		if err != nil {
			return err
		}
		if n := meta.Sequence.Stream; n != a.report.Pages+1 {
			return a.fault(fmt.Sprintf("the page is missing, the next one there is page %d: it was deleted, or the server's files are damaged", n))
		}
		if err := a.page(m.Data()); err != nil {
			return err
		}
	}
	if n := info.State.LastSeq; n != a.report.Pages {
		return a.fault(fmt.Sprintf("pages up to %d were there once: they were deleted, or the server's files are damaged", n))
	}
	return a.end()
}

// auditWait is how long a page that the server has may take to come.
const auditWait = 5 * time.Second

func (a *auditor) fault(what string) *Fault {
	return &Fault{Page: a.report.Pages + 1, Entry: a.report.Entries + 1, What: what}
}

// page checks the page that comes next.
func (a *auditor) page(b []byte) error {
	var p auditPage
	if err := seal.Decode(b, &p); err != nil {
		return a.fault(fmt.Sprintf("its bytes were changed, or it is not a page: %v", err))
	}
	switch {
	case p.Version != 1:
		return a.fault(fmt.Sprintf("version %d, this program knows 1", p.Version))
	case p.Number != a.report.Pages+1:
		return a.fault(fmt.Sprintf("it says that it is page %d: pages were moved, inserted or left out", p.Number))
	case string(p.Prev) != string(a.hash):
		return a.fault("it does not follow the page before: that page, or this one, was changed or replaced")
	case p.First != a.report.Entries+1:
		return a.fault(fmt.Sprintf("its first entry is numbered %d: entries were inserted or left out", p.First))
	case len(p.Entries) == 0 || len(p.Entries) > 512:
		return a.fault(fmt.Sprintf("%d entries, want 1 to 512", len(p.Entries)))
	}
	before := a.at
	for _, e := range p.Entries {
		if len(e.Kind) == 0 || len(e.Kind) > 32 {
			return a.fault(fmt.Sprintf("a kind of %d bytes, want 1 to 32", len(e.Kind)))
		}
		if e.At < before {
			return a.fault("time steps back: entries were moved, or made up")
		}
		before = e.At
	}
	if p.At != before {
		return a.fault("its time is not that of its last entry")
	}
	if err := a.pass(&p, auditHash(p.Prev, b)); err != nil {
		return err
	}
	return a.hand(&p)
}

// pass steps over a page that is in order, unless an anchor says otherwise.
func (a *auditor) pass(p *auditPage, hash []byte) error {
	r := &a.report
	last := p.First + uint64(len(p.Entries)) - 1
	for _, x := range a.anchors {
		if x.Entry < p.First || x.Entry > last {
			continue
		}
		switch {
		case x.Hash != [32]byte(hash) || x.Page != 0 && x.Page != p.Number:
			return a.fault(fmt.Sprintf("a snapshot or head noted at entry %d has another hash: the journal was rewritten up to here, or that belongs to another, or was mistyped", x.Entry))
		case x.Page == 0 && x.Entry != last:
			return a.fault(fmt.Sprintf("a head was noted at entry %d, where no page ends", x.Entry))
		}
		r.Anchors++
	}
	if r.Pages == 0 {
		r.First = spoor.Instant(p.Entries[0].At)
	}
	r.Last, a.at, a.hash = spoor.Instant(p.At), p.At, hash
	r.Pages, r.Entries = p.Number, last
	r.Head = Head{Entry: last, Page: p.Number, Hash: [32]byte(hash)}
	return nil
}

// hand gives a proven page's entries to the caller.
func (a *auditor) hand(p *auditPage) error {
	if a.each == nil {
		return nil
	}
	for i, e := range p.Entries {
		if err := a.each(Entry{Number: p.First + uint64(i), Kind: e.Kind, At: spoor.Instant(e.At), Data: e.Data}); err != nil {
			return err
		}
	}
	return nil
}

// end checks that the chain reached all that was noted of it.
func (a *auditor) end() error {
	for _, x := range a.anchors {
		if x.Entry > a.report.Entries || x.Entry == 0 {
			return a.fault(fmt.Sprintf("the journal ends here, but a snapshot or head was noted at entry %d: its tail was cut off", x.Entry))
		}
	}
	return nil
}
