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
	recalls  keep.Recalls     // of payments that were not seen yet
	holds    map[string]*Hold // closed, by payment
	frauds   keep.Frauds      // by the creditor's account
}

func newGeneration() generation { return generation{holds: map[string]*Hold{}} }

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

func (m *memory) recalled(sender [4]byte, payment string) bool {
	return m.young.recalls.Has(sender, payment) || m.old.recalls.Has(sender, payment)
}

func (m *memory) hold(payment string) *Hold {
	if h := m.young.holds[payment]; h != nil {
		return h
	}
	return m.old.holds[payment]
}

// frauds counts an account's recalls for fraud since an instant.
func (m *memory) frauds(payee uint64, since spoor.Instant) int {
	return m.old.frauds.Since(payee, since) + m.young.frauds.Since(payee, since)
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
