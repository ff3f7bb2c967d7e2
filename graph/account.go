package graph

import (
	"hash/maphash"
	"unsafe"

	"spoor"
)

// MinPause is the shortest silence that counts as a pause: see
// [Graph.Awakening].
const MinPause = 7 * spoor.Day

// record is what is kept of an account.
type record struct {
	out, in   list
	firstSeen uint32
	lastSeen  uint32
	woke      uint32
	pause     uint32
	country   spoor.Country
}

// touch notes that the account moved at t.
func (r *record) touch(t uint32) {
	if r.firstSeen == 0 && r.lastSeen == 0 {
		r.firstSeen, r.lastSeen = t, t
		return
	}
	r.firstSeen = min(r.firstSeen, t)
	if t > r.lastSeen {
		if gap := t - r.lastSeen; gap > uint32(MinPause) {
			r.woke, r.pause = t, gap
		}
		r.lastSeen = t
	}
}

const (
	recordBits = 12
	pageBytes  = 1 << 16
	shardBits  = 8
)

// accounts interns names. The index is open addressing in shards, each of
// which grows by itself, so that no single payment pays for rehashing all.
type accounts struct {
	seed    maphash.Seed
	n       uint32
	records [][]record
	names   [][]byte // pages of names: length of bank, length of number, both
	place   []uint32 // of each account's name: page, then offset
	shards  [1 << shardBits]shard
}

// shard is a table of slots: the hash's upper half, then the account.
type shard struct {
	slots []uint64
	used  uint32
}

func (t *accounts) init() {
	t.seed = maphash.MakeSeed()
	outside := t.add(spoor.AccountID{})
	h := t.hash(spoor.AccountID{})
	t.shard(h).place(h, outside)
}

func (t *accounts) at(a Account) *record {
	return &t.records[a>>recordBits][a&(1<<recordBits-1)]
}

// hash mixes bank and number. The seed differs from run to run, so that nobody
// can prepare account numbers that collide; nothing depends on its value.
func (t *accounts) hash(id spoor.AccountID) uint64 {
	h := maphash.String(t.seed, id.Number)
	if id.Bank != "" {
		h = h*0x9E3779B97F4A7C15 ^ maphash.String(t.seed, id.Bank)
	}
	return h
}

func (t *accounts) shard(h uint64) *shard { return &t.shards[h&(1<<shardBits-1)] }

func (t *accounts) lookup(id spoor.AccountID) (Account, bool) {
	h := t.hash(id)
	s := t.shard(h)
	for i, mask := h>>32, uint64(len(s.slots)-1); len(s.slots) > 0; i++ {
		slot := s.slots[i&mask]
		if slot == 0 {
			return 0, false
		}
		if slot>>32 == h>>32 && t.same(Account(uint32(slot)-1), id) {
			return Account(uint32(slot) - 1), true
		}
	}
	return 0, false
}

// intern finds or adds an account and remembers its country once it is told.
func (t *accounts) intern(id spoor.AccountID, country spoor.Country) (Account, error) {
	a, ok := t.lookup(id)
	if !ok {
		if len(id.Bank) > 255 || len(id.Number) > 255 {
			return 0, ErrName
		}
		if t.n >= maxAccounts {
			return 0, ErrFull
		}
		a = t.add(id)
		h := t.hash(id)
		t.shard(h).place(h, a)
		t.at(a).country = country
	} else if country != (spoor.Country{}) {
		t.at(a).country = country
	}
	return a, nil
}

func (t *accounts) add(id spoor.AccountID) Account {
	a := Account(t.n)
	t.n++
	if int(a>>recordBits) == len(t.records) {
		t.records = append(t.records, make([]record, 1<<recordBits))
	}
	size := 2 + len(id.Bank) + len(id.Number)
	if n := len(t.names); n == 0 || len(t.names[n-1])+size > pageBytes {
		t.names = append(t.names, make([]byte, 0, pageBytes))
	}
	last := len(t.names) - 1
	page := t.names[last]
	t.place = append(t.place, uint32(last)<<16|uint32(len(page)))
	page = append(page, byte(len(id.Bank)), byte(len(id.Number)))
	page = append(page, id.Bank...)
	t.names[last] = append(page, id.Number...)
	return a
}

// parts returns an account's bank and number as bytes of the names.
func (t *accounts) parts(a Account) (bank, number []byte) {
	at := t.place[a]
	p := t.names[at>>16][at&0xFFFF:]
	b, n := int(p[0]), int(p[1])
	return p[2 : 2+b], p[2+b : 2+b+n]
}

func (t *accounts) same(a Account, id spoor.AccountID) bool {
	bank, number := t.parts(a)
	return string(number) == id.Number && string(bank) == id.Bank
}

func (t *accounts) name(a Account) spoor.AccountID {
	bank, number := t.parts(a)
	return spoor.AccountID{Bank: string(bank), Number: string(number)}
}

// place adds an account that is not there, growing the shard at four fifths.
func (s *shard) place(h uint64, a Account) {
	if int(s.used+1)*5 > len(s.slots)*4 {
		old := s.slots
		s.slots = make([]uint64, max(8, 2*len(old)))
		for _, slot := range old {
			if slot != 0 {
				s.put(slot)
			}
		}
	}
	s.put(h>>32<<32 | uint64(a+1))
	s.used++
}

func (s *shard) put(slot uint64) {
	mask := uint64(len(s.slots) - 1)
	i := slot >> 32
	for s.slots[i&mask] != 0 {
		i++
	}
	s.slots[i&mask] = slot
}

func (t *accounts) bytes() int64 {
	n := int64(len(t.records)) << recordBits * int64(unsafe.Sizeof(record{}))
	n += int64(len(t.names))*pageBytes + int64(cap(t.place))*4
	for i := range t.shards {
		n += int64(len(t.shards[i].slots)) * 8
	}
	return n
}
