package keep

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"spoor"
)

// Balance is what passed this gate on an account in one currency. It is not
// what the bank's books say: money that came or left elsewhere is not in it.
type Balance struct {
	Currency spoor.Currency `json:"currency"`
	In       int64          `json:"in"`   // received, allowed payments only; minor units
	Out      int64          `json:"out"`  // paid
	Left     int64          `json:"left"` // In less Out; below zero where more left than was seen to come
}

// flow is what the ledger keeps of an account: when it was first seen and its
// sums in the first currency. Other currencies are rare and kept apart.
type flow struct {
	in, out  int64
	first    uint32 // minutes since the epoch: good for 8,000 years
	currency spoor.Currency
	booked   bool // currency is set
	more     bool // it has other currencies
}

type otherKey struct {
	account  Key
	currency spoor.Currency
}

// Ledger is what passed a gate on each account. The zero Ledger is empty.
type Ledger struct {
	accounts table[flow]
	others   map[otherKey]Balance
}

// AccountKey is the key of an account, the zero key for the outside.
func AccountKey(a spoor.AccountID) Key {
	if a == (spoor.AccountID{}) {
		return Key{}
	}
	return KeyOf(a.Bank, a.Number)
}

// Len is how many accounts there are.
func (l *Ledger) Len() int { return l.accounts.n }

// Seen notes that an account took part in a payment.
func (l *Ledger) Seen(k Key, at spoor.Instant) {
	if k == (Key{}) {
		return
	}
	if f, fresh := l.accounts.put(k); fresh {
		f.first = uint32(min(max(at/spoor.Minute, 0), math.MaxUint32))
	}
}

// Book adds money that came (in) or left to an account that was seen.
func (l *Ledger) Book(k Key, m spoor.Money, in bool) {
	f := l.accounts.get(k)
	if f == nil || m.Amount <= 0 {
		return
	}
	if !f.booked {
		f.currency, f.booked = m.Currency, true
	}
	if f.currency == m.Currency {
		if in {
			f.in = add(f.in, m.Amount)
		} else {
			f.out = add(f.out, m.Amount)
		}
		return
	}
	f.more = true
	if l.others == nil {
		l.others = map[otherKey]Balance{}
	}
	b := l.others[otherKey{k, m.Currency}]
	if in {
		b.In = add(b.In, m.Amount)
	} else {
		b.Out = add(b.Out, m.Amount)
	}
	l.others[otherKey{k, m.Currency}] = b
}

// add stops at the largest amount rather than turn negative.
func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// First is when an account was first seen, to the minute.
func (l *Ledger) First(k Key) (spoor.Instant, bool) {
	f := l.accounts.get(k)
	if f == nil {
		return 0, false
	}
	return spoor.Instant(f.first) * spoor.Minute, true
}

// Balances lists an account's currencies in the order of their codes.
func (l *Ledger) Balances(k Key) []Balance {
	f := l.accounts.get(k)
	if f == nil || !f.booked {
		return nil
	}
	out := []Balance{{Currency: f.currency, In: f.in, Out: f.out}}
	for c := 0; f.more && c < spoor.Currencies(); c++ {
		if b, ok := l.others[otherKey{k, spoor.Currency(c)}]; ok {
			b.Currency = spoor.Currency(c)
			out = append(out, b)
		}
	}
	for i := range out {
		out[i].Left = out[i].In - out[i].Out
	}
	slices.SortFunc(out, func(a, b Balance) int { return strings.Compare(a.Currency.String(), b.Currency.String()) })
	return out
}

const (
	ledgerTitle = "spoor gate accounts 1\n"
	othersTitle = "spoor gate other currencies 1\n"
)

// Save writes the accounts, then the sums in other currencies.
func (l *Ledger) Save(w io.Writer) error {
	err := l.accounts.save(w, ledgerTitle, func(b []byte, f *flow) []byte {
		b = binary.BigEndian.AppendUint64(b, uint64(f.in))
		b = binary.BigEndian.AppendUint64(b, uint64(f.out))
		b = binary.BigEndian.AppendUint32(b, f.first)
		b = append(b, f.currency.String()...) // the index may change from version to version
		return append(b, flag(f.booked)|flag(f.more)<<1)
	})
	if err != nil {
		return err
	}
	keys := make([]otherKey, 0, len(l.others))
	for k := range l.others {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b otherKey) int {
		return cmp.Or(cmp.Compare(a.account.hi, b.account.hi), cmp.Compare(a.account.lo, b.account.lo),
			strings.Compare(a.currency.String(), b.currency.String()))
	})
	buf := binary.BigEndian.AppendUint64([]byte(othersTitle), uint64(len(keys)))
	for _, k := range keys {
		b := l.others[k]
		buf = binary.BigEndian.AppendUint64(buf, k.account.hi)
		buf = binary.BigEndian.AppendUint64(buf, k.account.lo)
		buf = binary.BigEndian.AppendUint64(buf, uint64(b.In))
		buf = binary.BigEndian.AppendUint64(buf, uint64(b.Out))
		buf = append(buf, k.currency.String()...)
	}
	_, err = w.Write(buf)
	return err
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// Load reads what Save wrote, in place of what is there.
func (l *Ledger) Load(r io.Reader) error {
	*l = Ledger{}
	var bad error
	read := func(code []byte) spoor.Currency {
		c, err := spoor.ParseCurrency(string(code))
		if err != nil {
			bad = err
		}
		return c
	}
	err := l.accounts.load(r, ledgerTitle, 24, func(b []byte, f *flow) {
		*f = flow{
			in:       int64(binary.BigEndian.Uint64(b)),
			out:      int64(binary.BigEndian.Uint64(b[8:])),
			first:    binary.BigEndian.Uint32(b[16:]),
			currency: read(b[20:23]),
			booked:   b[23]&1 != 0,
			more:     b[23]&2 != 0,
		}
	})
	if err != nil {
		return err
	}
	head := make([]byte, len(othersTitle)+8)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(othersTitle)]) != othersTitle {
		return fmt.Errorf("saved accounts are not followed by %q: they are damaged, or of another version", othersTitle)
	}
	l.others = map[otherKey]Balance{}
	var record [35]byte
	for n := binary.BigEndian.Uint64(head[len(othersTitle):]); n > 0; n-- {
		if _, err := io.ReadFull(r, record[:]); err != nil {
			return err
		}
		k := otherKey{Key{binary.BigEndian.Uint64(record[:]), binary.BigEndian.Uint64(record[8:])}, read(record[32:35])}
		l.others[k] = Balance{
			In:  int64(binary.BigEndian.Uint64(record[16:])),
			Out: int64(binary.BigEndian.Uint64(record[24:])),
		}
	}
	return bad
}
