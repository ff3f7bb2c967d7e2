package keep

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"spoor"
)

// Recall is a recall of a payment that was not seen yet.
type Recall struct {
	Sender  [4]byte       `json:"sender"` // stands for who sent the recall
	Payment string        `json:"payment"`
	Reason  string        `json:"reason"`
	At      spoor.Instant `json:"at"`
}

// Bounds of what [Recalls] remember: of one sender, and of all.
const (
	MaxSenderRecalls = 10_000
	MaxRecalls       = 1 << 20
)

// Recalls are recalls by who sent them. The zero Recalls is empty.
type Recalls struct {
	senders map[[4]byte]*sent
	n       int
}

// sent is what one sender recalled.
type sent struct {
	order []string // payments, the oldest first
	by    map[string]Recall
}

// Has reports whether a sender recalled a payment.
func (m *Recalls) Has(sender [4]byte, payment string) bool {
	s := m.senders[sender]
	if s == nil {
		return false
	}
	_, ok := s.by[payment]
	return ok
}

// Len is how many there are.
func (m *Recalls) Len() int { return m.n }

// Put remembers a recall; a repeated one changes nothing. Where there is no room
// the oldest of its sender is forgotten, or of who has sent most.
func (m *Recalls) Put(r Recall) {
	if m.Has(r.Sender, r.Payment) {
		return
	}
	s := m.senders[r.Sender]
	switch {
	case s != nil && (len(s.order) >= MaxSenderRecalls || m.n >= MaxRecalls):
		m.forget(r.Sender)
	case m.n >= MaxRecalls:
		m.forget(m.loudest())
	}
	if m.senders == nil {
		m.senders = map[[4]byte]*sent{}
	}
	if s = m.senders[r.Sender]; s == nil {
		s = &sent{by: map[string]Recall{}}
		m.senders[r.Sender] = s
	}
	s.order, s.by[r.Payment] = append(s.order, r.Payment), r
	m.n++
}

// forget drops a sender's oldest recall.
func (m *Recalls) forget(sender [4]byte) {
	s := m.senders[sender]
	delete(s.by, s.order[0])
	s.order[0] = ""
	s.order = s.order[1:]
	if m.n--; len(s.order) == 0 {
		delete(m.senders, sender)
	}
}

func (m *Recalls) loudest() (sender [4]byte) {
	most := 0
	for k, s := range m.senders {
		if n := len(s.order); n > most || n == most && bytes.Compare(k[:], sender[:]) < 0 {
			sender, most = k, n
		}
	}
	return sender
}

// All lists them in the order of their senders, of one sender the oldest first.
func (m *Recalls) All() (out []Recall) {
	for _, sender := range slices.SortedFunc(maps.Keys(m.senders), func(x, y [4]byte) int { return bytes.Compare(x[:], y[:]) }) {
		s := m.senders[sender]
		for _, payment := range s.order {
			out = append(out, s.by[payment])
		}
	}
	return out
}

// Fraud are the recalls for fraud of payments to one account, which is named by
// half of its key.
type Fraud struct {
	Account uint64          `json:"account"`
	At      []spoor.Instant `json:"at"`
}

// Frauds are recalls for fraud by account. The zero Frauds is empty.
type Frauds struct{ at map[uint64][]spoor.Instant }

// maxFrauds bounds what is kept of one account.
const maxFrauds = 64

// Add counts a recall; the outside (0) has none.
func (f *Frauds) Add(account uint64, at ...spoor.Instant) {
	if f.at == nil {
		f.at = map[uint64][]spoor.Instant{}
	}
	if room := maxFrauds - len(f.at[account]); account != 0 && room > 0 {
		f.at[account] = append(f.at[account], at[:min(room, len(at))]...)
	}
}

// Since counts an account's recalls since an instant.
func (f *Frauds) Since(account uint64, since spoor.Instant) (n int) {
	for _, at := range f.at[account] {
		if at >= since {
			n++
		}
	}
	return n
}

// All lists them in the order of their accounts.
func (f *Frauds) All() (out []Fraud) {
	for account, at := range f.at {
		out = append(out, Fraud{account, slices.Clone(at)})
	}
	slices.SortFunc(out, func(x, y Fraud) int { return cmp.Compare(x.Account, y.Account) })
	return out
}
