package screen

import (
	"encoding/binary"
	"math"
	"sync"
	"sync/atomic"

	"spoor"
	"spoor/screen/name"
)

// alike is a listed word that is like one of a query.
type alike struct {
	word          int32
	score, weight float32
}

// wordMemory holds, for words that have been looked for, which listed words are
// like them: the costliest step of a search, and words of names come again and
// again. A slot is one pointer, so that readers never wait; a word that falls
// into the slot of another takes its place.
type wordMemory [rememberedWords]atomic.Pointer[remembered]

const rememberedWords = 1 << 16

// remembered holds the word itself, so that no other can be taken for it.
type remembered struct {
	text   string
	kind   spoor.PartyKind
	traits uint8
	value  int32 // "forty" may be 44
	alike  []alike
	posted int // names that have one of them, some counted twice
}

func (m *wordMemory) slot(kind spoor.PartyKind, w *name.Word) *atomic.Pointer[remembered] {
	return &m[hash(byte(kind), w.Text, -1)%rememberedWords]
}

func (r *remembered) is(kind spoor.PartyKind, w *name.Word) bool {
	return r != nil && r.kind == kind && r.traits == w.Traits() && r.value == w.Value && r.text == string(w.Text)
}

// nameMemory holds which listed names were found for the names of parties, most
// often none: those who pay and are paid, and their banks, come again. It
// knows nothing but names, so that all else is weighed anew for each payment.
type nameMemory [16]nameShard

type nameShard struct {
	sync.Mutex
	young, old map[string][]found
	load       int
}

const (
	// mostLoad is when the young become the old, and the old are forgotten: at
	// most 65,536 entries in all.
	mostLoad   = 2048
	longestKey = 300
	mostKept   = 64 // names found by one search
)

// appendKey writes all on which the names that are found depend; nothing where
// it is too long to remember.
func appendKey(dst []byte, q *spoor.Party, least float64) []byte {
	dst = append(dst, byte(q.Kind))
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(least))
	for i := range q.Names {
		full := q.Names[i].Full
		if len(dst)+len(full) > longestKey {
			return dst[:0]
		}
		dst = binary.LittleEndian.AppendUint16(dst, uint16(len(full)))
		dst = append(dst, full...)
	}
	return dst
}

func (m *nameMemory) recall(key []byte) ([]found, bool) {
	s := &m[hash(0, key, -1)%uint64(len(m))]
	s.Lock()
	defer s.Unlock()
	if f, ok := s.young[string(key)]; ok {
		return f, true
	}
	f, ok := s.old[string(key)]
	if ok {
		s.put(string(key), f)
	}
	return f, ok
}

// keep remembers a copy. What was found weighs as much as eight names without,
// each.
func (m *nameMemory) keep(key []byte, f []found) {
	if len(f) > mostKept {
		return
	}
	s := &m[hash(0, key, -1)%uint64(len(m))]
	s.Lock()
	defer s.Unlock()
	s.put(string(key), append([]found(nil), f...))
}

func (s *nameShard) put(key string, f []found) {
	if s.young == nil || s.load >= mostLoad {
		s.old, s.young, s.load = s.young, make(map[string][]found, mostLoad), 0
	}
	s.young[key] = f
	s.load += 1 + 8*len(f)
}
