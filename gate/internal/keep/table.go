package keep

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
)

// Key names a payment or an account in a table: half of a SHA-256, so that
// nobody can choose names that meet in one, and none is kept in clear.
type Key struct{ hi, lo uint64 }

// Prefix is half of a key, to count by.
func (k Key) Prefix() uint64 { return k.hi }

func (k Key) less(o Key) bool { return k.hi < o.hi || k.hi == o.hi && k.lo < o.lo }

// KeyOf hashes two texts. It never gives the zero key, which marks an empty slot.
func KeyOf(a, b string) Key {
	var room [160]byte
	text := binary.BigEndian.AppendUint32(room[:0], uint32(len(a)))
	text = append(text, a...)
	text = append(text, b...)
	sum := sha256.Sum256(text)
	return Key{binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16]) | 1}
}

// table maps keys to values without pointers: open addressing in the order of
// the keys, so that a walk is sorted whatever the history, and saving needs no
// sort. It grows by an eighth and in 256 shards, so that it is always four
// fifths full or more and no insertion has to move more than one shard.
type table[V any] struct {
	shards [256]shard[V]
	n      int
}

type shard[V any] struct {
	slots []slot[V]
	homes uint64 // slots that a key may belong to; those behind take what is pushed past the end
	n     int
}

type slot[V any] struct {
	key Key
	val V
}

func (s *shard[V]) home(k Key) int {
	at, _ := bits.Mul64(k.hi<<8, s.homes) // the first byte chose the shard
	return int(at)
}

// find gives the place of a key, or where it would be put.
func (s *shard[V]) find(k Key) (i int, found bool) {
	for i = s.home(k); i < len(s.slots); i++ {
		at := s.slots[i].key
		if at == k {
			return i, true
		}
		if at == (Key{}) || k.less(at) {
			break
		}
	}
	return i, false
}

// get is the value of a key, nil where there is none. The pointer is good
// until the next put.
func (t *table[V]) get(k Key) *V {
	s := &t.shards[k.hi>>56]
	if s.n == 0 || k == (Key{}) { // which marks empty slots
		return nil
	}
	if i, ok := s.find(k); ok {
		return &s.slots[i].val
	}
	return nil
}

// put is the value of a key, a new zero one where there was none.
func (t *table[V]) put(k Key) (v *V, fresh bool) {
	s := &t.shards[k.hi>>56]
	if s.n*10 >= int(s.homes)*9 {
		s.build(s.slots, s.n, s.n+s.n/8+16)
	}
	i, ok := s.find(k)
	if ok {
		return &s.slots[i].val, false
	}
	free := i
	for free < len(s.slots) && s.slots[free].key != (Key{}) {
		free++
	}
	if free == len(s.slots) {
		s.slots = append(s.slots, slot[V]{})
	}
	copy(s.slots[i+1:free+1], s.slots[i:free])
	s.slots[i] = slot[V]{key: k}
	s.n++
	t.n++
	return &s.slots[i].val, true
}

// build lays n sorted slots out anew, empty ones among them skipped, with room
// for so many.
func (s *shard[V]) build(sorted []slot[V], n, room int) {
	s.homes = uint64(room)*10/9 + 1
	s.n = n
	s.slots = make([]slot[V], s.homes+s.homes/128+16)
	next := 0
	for i := range sorted {
		if sorted[i].key == (Key{}) {
			continue
		}
		next = max(next, s.home(sorted[i].key))
		if next >= len(s.slots) {
			s.slots = append(s.slots, slot[V]{})
		}
		s.slots[next] = sorted[i]
		next++
	}
}

// save writes all in the order of keys: a title, how many, then each key and
// what encode gives for its value.
func (t *table[V]) save(w io.Writer, title string, encode func([]byte, *V) []byte) error {
	out := bufio.NewWriterSize(w, 1<<16)
	head := binary.BigEndian.AppendUint64([]byte(title), uint64(t.n))
	if _, err := out.Write(head); err != nil {
		return err
	}
	buf := make([]byte, 0, 128)
	for i := range t.shards {
		slots := t.shards[i].slots
		for j := range slots {
			if slots[j].key == (Key{}) {
				continue
			}
			buf = binary.BigEndian.AppendUint64(buf[:0], slots[j].key.hi)
			buf = binary.BigEndian.AppendUint64(buf, slots[j].key.lo)
			buf = encode(buf, &slots[j].val)
			if _, err := out.Write(buf); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// load reads what save wrote into an empty table; each value takes size bytes.
// It takes no byte past the end.
func (t *table[V]) load(r io.Reader, title string, size int, decode func([]byte, *V)) error {
	head := make([]byte, len(title)+8)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(title)]) != title {
		return fmt.Errorf("saved table does not begin with %q: it is damaged, or of another version", title)
	}
	left := binary.BigEndian.Uint64(head[len(title):])
	record := 16 + size
	buf := make([]byte, 1024*record)
	var last Key
	var run []slot[V] // of one shard
	flush := func() {
		if len(run) > 0 {
			t.shards[run[0].key.hi>>56].build(run, len(run), len(run)+len(run)/16+16)
			t.n += len(run)
			run = run[:0]
		}
	}
	for left > 0 {
		part := buf[:min(left, 1024)*uint64(record)]
		if _, err := io.ReadFull(r, part); err != nil {
			return fmt.Errorf("saved table %q ends %d records early: %w", title, left, err)
		}
		for ; len(part) > 0; part = part[record:] {
			k := Key{binary.BigEndian.Uint64(part), binary.BigEndian.Uint64(part[8:])}
			if !last.less(k) {
				return fmt.Errorf("saved table %q is not in order: it is damaged", title)
			}
			if len(run) > 0 && k.hi>>56 != last.hi>>56 {
				flush()
			}
			run = append(run, slot[V]{key: k})
			decode(part[16:record], &run[len(run)-1].val)
			last, left = k, left-1
		}
	}
	flush()
	return nil
}
