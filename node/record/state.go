package record

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"spoor"
	"spoor/gate/book"
	"spoor/seal"
)

// State is what a node's snapshot begins with; the book's tables follow it.
type State struct {
	Next     uint64        // number of the next entry
	Last     spoor.Instant // time of the last one
	Versions map[uint64]map[string]string
	Alerts   []spoor.Alert
	Counts   Counts
	Book     book.State
}

// Counts are what a journal holds.
type Counts struct {
	Payments uint64 `json:"payments" cbor:"1,keyasint"` // decided
	Allowed  uint64 `json:"allowed" cbor:"2,keyasint"`
	Held     uint64 `json:"held" cbor:"3,keyasint"`
	Blocked  uint64 `json:"blocked" cbor:"4,keyasint"`
	Refused  uint64 `json:"refused" cbor:"5,keyasint"` // instructions with a key that was taken
	Recalls  uint64 `json:"recalls" cbor:"6,keyasint"`
	Events   uint64 `json:"events" cbor:"7,keyasint"` // of orders and holds
	Alerts   uint64 `json:"alerts" cbor:"8,keyasint"`
	Work     uint64 `json:"work" cbor:"9,keyasint,omitempty"`      // changes of alerts, cases and orders by the desk
	Accesses uint64 `json:"accesses" cbor:"10,keyasint,omitempty"` // looks at personal data
}

// A state is written in frames, each with its length in four bytes before it
// and none too large to be one canonical value.
const (
	stateVersion = 2
	frameItems   = 500
	frameOrders  = 20 // an order may name thousands
	lastFrame    = 0  // a length that no frame has
)

type frame struct {
	Version  int                          `cbor:"1,keyasint,omitempty"`
	Next     uint64                       `cbor:"2,keyasint,omitempty"`
	Last     spoor.Instant                `cbor:"3,keyasint,omitempty"`
	Counts   *Counts                      `cbor:"4,keyasint,omitempty"`
	Member   string                       `cbor:"5,keyasint,omitempty"`
	Window   spoor.Instant                `cbor:"6,keyasint,omitempty"`
	Epoch    spoor.Instant                `cbor:"7,keyasint,omitempty"`
	Now      spoor.Instant                `cbor:"8,keyasint,omitempty"`
	Versions map[uint64]map[string]string `cbor:"9,keyasint,omitempty"`
	Alerts   []alertRecord                `cbor:"10,keyasint,omitempty"`
	Orders   []book.OrderRecord           `cbor:"11,keyasint,omitempty"`
	Holds    []holdRecord                 `cbor:"12,keyasint,omitempty"`
	Recalls  []book.RecallState           `cbor:"13,keyasint,omitempty"`
	Frauds   []book.FraudState            `cbor:"14,keyasint,omitempty"`
	Past     int                          `cbor:"15,keyasint,omitempty"` // of holds, recalls and frauds: 0 open, 1 older, 2 younger
}

// holdRecord is a hold with its currencies by name.
type holdRecord struct {
	Hold     book.Hold   `cbor:"1,keyasint"` // without currencies
	Paid     moneyRecord `cbor:"2,keyasint"`
	Received moneyRecord `cbor:"3,keyasint"`
}

func holdRecordOf(h book.Hold) holdRecord {
	r := holdRecord{Hold: h, Paid: moneyOf(h.Paid), Received: moneyOf(h.Received)}
	r.Hold.Paid, r.Hold.Received = spoor.Money{}, spoor.Money{}
	return r
}

func (r *holdRecord) noun() (h book.Hold, err error) {
	h = r.Hold
	if h.Paid, err = r.Paid.noun(); err != nil {
		return h, err
	}
	h.Received, err = r.Received.noun()
	return h, err
}

// WriteState writes a state.
func WriteState(w io.Writer, s *State) error {
	out := bufio.NewWriter(w)
	write := func(f *frame) error {
		b, err := seal.Encode(f)
		if err != nil {
			return err
		}
		binary.Write(out, binary.BigEndian, uint32(len(b))) // bufio remembers a fault until Flush
		_, err = out.Write(b)
		return err
	}
	b := &s.Book
	err := write(&frame{
		Version: stateVersion, Next: s.Next, Last: s.Last, Counts: &s.Counts, Versions: s.Versions,
		Member: b.Member, Window: b.Window, Epoch: b.Epoch, Now: b.Now,
	})
	err = errors.Join(err, each(s.Alerts, frameItems, func(part []spoor.Alert) error {
		f := &frame{}
		for i := range part {
			f.Alerts = append(f.Alerts, alertOf(&part[i]))
		}
		return write(f)
	}))
	err = errors.Join(err, each(b.Orders, frameOrders, func(part []book.OrderRecord) error { return write(&frame{Orders: part}) }))
	for i, holds := range [][]book.Hold{b.Holds, b.Past[0].Holds, b.Past[1].Holds} {
		err = errors.Join(err, each(holds, frameItems, func(part []book.Hold) error {
			f := &frame{Past: i}
			for _, h := range part {
				f.Holds = append(f.Holds, holdRecordOf(h))
			}
			return write(f)
		}))
	}
	for i, g := range b.Past {
		err = errors.Join(err,
			each(g.Recalls, frameItems, func(part []book.RecallState) error { return write(&frame{Past: i + 1, Recalls: part}) }),
			each(g.Frauds, frameItems, func(part []book.FraudState) error { return write(&frame{Past: i + 1, Frauds: part}) }))
	}
	binary.Write(out, binary.BigEndian, uint32(lastFrame))
	return errors.Join(err, out.Flush())
}

// each calls f with parts of so many that fit a frame.
func each[T any](all []T, n int, f func([]T) error) error {
	for part := range slices.Chunk(all, n) {
		if err := f(part); err != nil {
			return err
		}
	}
	return nil
}

// ReadState reads what WriteState wrote, and not a byte more.
func ReadState(r io.Reader) (*State, error) {
	s := &State{}
	for n := 0; ; n++ {
		var size uint32
		if err := binary.Read(r, binary.BigEndian, &size); err != nil {
			return nil, err
		}
		if size == lastFrame {
			return s, nil
		}
		if size > seal.MaxBytes {
			return nil, fmt.Errorf("a frame of %d bytes: at most %d", size, seal.MaxBytes)
		}
		b := make([]byte, size)
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, err
		}
		var f frame
		if err := seal.Decode(b, &f); err != nil {
			return nil, err
		}
		if n == 0 {
			if f.Version != stateVersion || f.Counts == nil {
				return nil, fmt.Errorf("written in version %d, this program reads %d", f.Version, stateVersion)
			}
			s.Next, s.Last, s.Counts, s.Versions = f.Next, f.Last, *f.Counts, f.Versions
			s.Book = book.State{Member: f.Member, Window: f.Window, Epoch: f.Epoch, Now: f.Now}
		}
		if err := s.add(&f); err != nil {
			return nil, err
		}
	}
}

func (s *State) add(f *frame) error {
	if f.Past < 0 || f.Past > len(s.Book.Past) {
		return fmt.Errorf("a frame of generation %d", f.Past)
	}
	for i := range f.Alerts {
		a, err := f.Alerts[i].noun()
		if err != nil {
			return err
		}
		s.Alerts = append(s.Alerts, a)
	}
	s.Book.Orders = append(s.Book.Orders, f.Orders...)
	holds := &s.Book.Holds
	if f.Past > 0 {
		g := &s.Book.Past[f.Past-1]
		g.Recalls, g.Frauds = append(g.Recalls, f.Recalls...), append(g.Frauds, f.Frauds...)
		holds = &g.Holds
	}
	for i := range f.Holds {
		h, err := f.Holds[i].noun()
		if err != nil {
			return err
		}
		*holds = append(*holds, h)
	}
	return nil
}
