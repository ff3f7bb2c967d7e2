package keep

import (
	"encoding/binary"
	"io"

	"spoor"
)

// Payment is what is remembered of a payment that was decided.
type Payment struct {
	Digest [16]byte // all of it: with half, two payments of one digest could be made to order
	state  uint64   // the journal's entry, the outcome in the lowest two bits, and in the highest whether it was recalled for fraud
	Payee  uint64   // of the creditor's account, its key's prefix
}

// MaxEntry is the largest entry that a Payment holds.
const MaxEntry = 1<<61 - 1

const recalled = 1 << 63

// Set notes the journal's entry of the decision and the outcome.
func (p *Payment) Set(entry uint64, o spoor.Outcome) {
	p.state = p.state&recalled | entry<<2 | uint64(o)
}

// Entry is the journal's entry of the decision.
func (p *Payment) Entry() uint64 { return p.state &^ recalled >> 2 }

// Fraud reports whether the payment was recalled for fraud.
func (p *Payment) Fraud() bool { return p.state&recalled != 0 }

// SetFraud notes that it was.
func (p *Payment) SetFraud() { p.state |= recalled }

// Sender stands for who sent the payment: an instruction's digest begins with it.
func (p *Payment) Sender() [4]byte { return [4]byte(p.Digest[:4]) }

// Outcome is how the payment stands.
func (p *Payment) Outcome() spoor.Outcome { return spoor.Outcome(p.state & 3) }

// Payments are decided payments by key. The zero Payments is empty.
type Payments struct{ t table[Payment] }

// Get is a payment, nil where there is none. It may be changed until the next
// Put.
func (p *Payments) Get(k Key) *Payment { return p.t.get(k) }

// Put is a payment, a new one where there was none. It may be changed until the
// next Put.
func (p *Payments) Put(k Key) *Payment {
	v, _ := p.t.put(k)
	return v
}

// Len is how many there are.
func (p *Payments) Len() int { return p.t.n }

const paymentsTitle = "spoor gate payments 1\n"

// Save writes all in the order of their keys.
func (p *Payments) Save(w io.Writer) error {
	return p.t.save(w, paymentsTitle, func(b []byte, v *Payment) []byte {
		b = append(b, v.Digest[:]...)
		b = binary.BigEndian.AppendUint64(b, v.state)
		return binary.BigEndian.AppendUint64(b, v.Payee)
	})
}

// Load reads what Save wrote, in place of what is there.
func (p *Payments) Load(r io.Reader) error {
	*p = Payments{}
	return p.t.load(r, paymentsTitle, 32, func(b []byte, v *Payment) {
		copy(v.Digest[:], b)
		v.state = binary.BigEndian.Uint64(b[16:])
		v.Payee = binary.BigEndian.Uint64(b[24:])
	})
}
