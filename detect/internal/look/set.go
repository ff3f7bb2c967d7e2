package look

import "spoor/graph"

const (
	setBits  = 11
	setSlots = 1 << setBits
)

// Set is a small set of accounts that is emptied in no time. It holds 1024;
// more are taken as already there. Reset it before use.
type Set struct {
	keys  []graph.Account
	round []uint32 // in which each slot was filled
	now   uint32
	n     int
}

// Reset empties the set.
func (s *Set) Reset() {
	s.n = 0
	if s.now++; s.keys == nil || s.now == 0 { // once in 2^32 rounds all are forgotten
		s.keys, s.round, s.now = make([]graph.Account, setSlots), make([]uint32, setSlots), 1
	}
}

// slot is where an account is or would be.
func (s *Set) slot(a graph.Account) uint32 {
	i := uint32(a) * 0x9E3779B1 >> (32 - setBits)
	for s.round[i] == s.now && s.keys[i] != a {
		i = (i + 1) % setSlots
	}
	return i
}

// Add puts an account in and reports whether it was not there.
func (s *Set) Add(a graph.Account) bool {
	i := s.slot(a)
	if s.round[i] == s.now || s.n == setSlots/2 {
		return false
	}
	s.keys[i], s.round[i] = a, s.now
	s.n++
	return true
}

// Has reports whether an account is in the set.
func (s *Set) Has(a graph.Account) bool { return s.round[s.slot(a)] == s.now }
