package journal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"spoor"
	"spoor/seal"
)

// Limits of entries and pages. A page must stay under the 1 MiB that a NATS
// server takes by default.
const (
	MaxKind        = 32        // bytes of an entry's kind
	MaxPageEntries = 512       // entries of one page, and so of one Append
	MaxPageBytes   = 512 << 10 // of the data in one page, and so of one entry
)

const pageVersion = 1

// Entry is one thing that a node accepted or decided.
type Entry struct {
	Number uint64        // from 1, without gaps; given by the journal
	Kind   string        // what Data is, for the reader: "payment", "decision"; 1 to 32 bytes
	At     spoor.Instant // when, by the node's clock; never before the entry before
	Data   []byte        // what the node wrote; the journal does not look into it
}

func (e *Entry) size() int { return len(e.Kind) + len(e.Data) }

// page is what one message of the stream holds, as a CBOR list. Its hash is
// [seal.Hash] of Prev and of these bytes.
type page struct {
	_       struct{} `cbor:",toarray"`
	Version uint64
	Number  uint64        // from 1; also the message's sequence in the stream
	First   uint64        // number of its first entry
	Prev    [32]byte      // hash of the page before; of the first page [genesis]
	At      spoor.Instant // time of its last entry
	Entries []record
}

type record struct {
	_    struct{} `cbor:",toarray"`
	Kind string
	At   spoor.Instant
	Data []byte
}

// genesis stands where the first page has no page before. It binds the chain to
// the journal's name: one member's pages do not pass for another's.
func genesis(name string) [32]byte {
	return seal.Hash([32]byte{}, []byte("journal "+name))
}

// last is the number of the page's last entry.
func (p *page) last() uint64 { return p.First + uint64(len(p.Entries)) - 1 }

func (p *page) entry(i int) Entry {
	r := &p.Entries[i]
	return Entry{Number: p.First + uint64(i), Kind: r.Kind, At: r.At, Data: r.Data}
}

var errPage = errors.New("not a page of a journal")

// readPage reads the page in message seq and gives its hash too.
func readPage(seq uint64, b []byte) (*page, [32]byte, error) {
	p := new(page)
	if err := seal.Decode(b, p); err != nil {
		return nil, [32]byte{}, fmt.Errorf("page %d: %w: %w", seq, errPage, err)
	}
	switch {
	case p.Version != pageVersion:
		return nil, [32]byte{}, fmt.Errorf("page %d: written in version %d, this program reads %d: use a newer program", seq, p.Version, pageVersion)
	case p.Number != seq || p.First < p.Number || len(p.Entries) == 0 || len(p.Entries) > MaxPageEntries:
		return nil, [32]byte{}, fmt.Errorf("page %d: %w: it says page %d with %d entries from %d", seq, errPage, p.Number, len(p.Entries), p.First)
	}
	return p, seal.Hash(p.Prev, b), nil
}

// Head is the end of a journal: the last entry of a page, and the hash of that
// page, which stands for all before. Whoever notes a head elsewhere can prove
// later that nothing up to it was changed or cut off.
type Head struct {
	Entry uint64
	Page  uint64 // 0 in a head that was read from text
	Hash  [32]byte
}

// String gives "entry 12345, sha256 <64 hexadecimal digits>".
func (h Head) String() string {
	return fmt.Sprintf("entry %d, sha256 %x", h.Entry, h.Hash)
}

// ParseHead reads "<64 hexadecimal digits>:<entry>".
func ParseHead(s string) (Head, error) {
	hash, entry, _ := strings.Cut(s, ":")
	n, err := strconv.ParseUint(entry, 10, 64)
	sum, herr := hex.DecodeString(hash)
	if err != nil || herr != nil || len(sum) != 32 {
		return Head{}, fmt.Errorf("head %q: want the 64 hexadecimal digits of its SHA-256, a colon, and the number of its entry", s)
	}
	return Head{Entry: n, Hash: [32]byte(sum)}, nil
}
