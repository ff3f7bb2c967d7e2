package book

import (
	"io"

	"spoor"
	"spoor/gate/internal/keep"
)

// memory is what fades: decided payments, recalls, closed holds, recalls for
// fraud. It has two generations, each of half the window. What is noted is
// remembered for at least half the window and at most all of it.
type memory struct {
	epoch spoor.Instant // when the young generation began
	half  spoor.Instant
	young generation
	old   generation
}

type generation struct {
	payments keep.Payments
	recalls  map[string]remembered      // by payment
	holds    map[string]*Hold           // closed, by payment
	frauds   map[uint64][]spoor.Instant // by the creditor's account
}

// remembered is a recall that came.
type remembered struct {
	Reason string
	At     spoor.Instant
}

func newGeneration() generation {
	return generation{recalls: map[string]remembered{}, holds: map[string]*Hold{}, frauds: map[uint64][]spoor.Instant{}}
}

// tick lets generations pass. Time that goes backwards changes nothing.
func (m *memory) tick(at spoor.Instant) {
	if at < m.epoch+m.half {
		return
	}
	m.old = m.young
	if m.epoch == 0 || at >= m.epoch+2*m.half {
		if m.epoch != 0 {
			m.old = newGeneration()
		}
		m.epoch = at - at%m.half
	} else {
		m.epoch += m.half
	}
	m.young = newGeneration()
}

func (m *memory) payment(key string) *keep.Payment {
	k := keep.KeyOf(key, "")
	if p := m.young.payments.Get(k); p != nil {
		return p
	}
	return m.old.payments.Get(k)
}

func (m *memory) recall(payment string) (remembered, bool) {
	if r, ok := m.young.recalls[payment]; ok {
		return r, true
	}
	r, ok := m.old.recalls[payment]
	return r, ok
}

func (m *memory) hold(payment string) *Hold {
	if h := m.young.holds[payment]; h != nil {
		return h
	}
	return m.old.holds[payment]
}

// maxFrauds bounds what is kept of one account's recalls in a generation.
const maxFrauds = 64

func (m *memory) fraud(payee uint64, at spoor.Instant) {
	if list := m.young.frauds[payee]; payee != 0 && len(list) < maxFrauds {
		m.young.frauds[payee] = append(list, at)
	}
}

// frauds counts an account's recalls for fraud since an instant.
func (m *memory) frauds(payee uint64, since spoor.Instant) (n int) {
	for _, g := range [2]*generation{&m.old, &m.young} {
		for _, at := range g.frauds[payee] {
			if at >= since {
				n++
			}
		}
	}
	return n
}

func (m *memory) save(w io.Writer) error {
	if err := m.old.payments.Save(w); err != nil {
		return err
	}
	return m.young.payments.Save(w)
}

func (m *memory) load(r io.Reader) error {
	if err := m.old.payments.Load(r); err != nil {
		return err
	}
	return m.young.payments.Load(r)
}
