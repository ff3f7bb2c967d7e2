package trace

import (
	"slices"

	"spoor"
)

// clean is the origin of money that is not traced.
const clean int32 = -1

// piece is money on its way in a payment.
type piece struct {
	size   int64 // in the currency of the account that it leaves or reaches
	traced int64 // what it carries, in the unit; 0 when clean
	origin int32 // the node of the trail by which it came; clean when not traced
}

// normal makes a piece that carries nothing clean.
func normal(p piece) piece {
	if p.traced == 0 {
		p.origin = clean
	}
	return p
}

// parcel is money at rest in an account, all traced or all clean. What it
// carries is derived from how much of it is left: that is the cumulative
// rounding of the package comment.
type parcel struct {
	whole  int64 // size when it was put together
	money  int64 // what it carried then
	left   int64 // size now
	origin int32
}

func newParcel(p piece) parcel { return parcel{p.size, p.traced, p.size, p.origin} }

// traced is what the parcel still carries.
func (p *parcel) traced() int64 {
	if p.money == 0 || p.left == p.whole {
		return p.money
	}
	t, _ := spoor.MulDiv(p.money, uint64(p.left), uint64(p.whole)) // left < whole: it fits
	return t
}

// cut takes a part smaller than the parcel.
func (p *parcel) cut(size int64) piece {
	before := p.traced()
	p.left -= size
	return piece{size, before - p.traced(), p.origin}
}

// rest takes all that is left.
func (p *parcel) rest() piece { return piece{p.left, p.traced(), p.origin} }

// holder is the money of an account in parcels, which the method keeps in its
// own way.
type holder interface {
	// take appends to out what a payment of the given size takes.
	take(size int64, out []piece) []piece
	// put adds money that arrived, joining parcels as the trail allows.
	put(t *trail, p piece)
	// traced returns the parcels among which are all the traced ones.
	traced() []parcel
}

func newHolder(m Method, limit int) holder {
	if m == FIFO || m == LIFO {
		return &queue{lifo: m == LIFO, limit: limit}
	}
	return &pots{dirtyFirst: m == Poison}
}

// queue holds parcels in order of arrival: FIFO takes the oldest, LIFO the
// newest.
type queue struct {
	parcels []parcel
	head    int // parcels before it are spent
	limit   int
	lifo    bool
}

func (q *queue) take(size int64, out []piece) []piece {
	for size > 0 && q.head < len(q.parcels) {
		at := q.head
		if q.lifo {
			at = len(q.parcels) - 1
		}
		p := &q.parcels[at]
		if p.left > size {
			return append(out, p.cut(size))
		}
		size -= p.left
		out = append(out, p.rest())
		if q.lifo {
			q.parcels = q.parcels[:at]
		} else {
			q.head++
		}
	}
	return out
}

// put joins what arrives to the newest parcel when both came the same way.
func (q *queue) put(t *trail, p piece) {
	if p.size == 0 && p.traced == 0 {
		return
	}
	if n := len(q.parcels); n > q.head && q.parcels[n-1].origin == p.origin {
		t.mix(&q.parcels[n-1], p)
		return
	}
	if len(q.parcels)-q.head >= q.limit {
		q.join(t)
	}
	if len(q.parcels) == cap(q.parcels) && q.head > len(q.parcels)/2 {
		q.parcels = q.parcels[:copy(q.parcels, q.parcels[q.head:])]
		q.head = 0
	}
	q.parcels = append(q.parcels, newParcel(p))
}

// join thins the parcels: of four neighbours the traced ones become one and the
// clean ones become one, where the four are together at most eight parcels of
// average size. That is at least half of all fours, and no money moves further.
func (q *queue) join(t *trail) {
	t.joined++
	old := q.parcels[q.head:]
	small := 8 * (sizeOf(old)/int64(len(old)) + 1) // 16 parcels or more: it fits
	kept := q.parcels[:0]                          // never overtakes what is read
	for group := range slices.Chunk(old, 4) {
		if sizeOf(group) <= small {
			group = group[:joinGroup(t, group)]
		}
		kept = append(kept, group...)
	}
	q.parcels, q.head = kept, 0
}

// joinGroup leaves at most one traced and one clean parcel, and says how many.
func joinGroup(t *trail, group []parcel) (used int) {
next:
	for _, p := range group {
		for i := range group[:used] {
			if (group[i].origin == clean) == (p.origin == clean) {
				t.mix(&group[i], p.rest())
				continue next
			}
		}
		group[used] = newParcel(p.rest())
		used++
	}
	return used
}

func sizeOf(group []parcel) (n int64) {
	for i := range group {
		n += group[i].left
	}
	return n
}

func (q *queue) traced() []parcel { return q.parcels[q.head:] }

// pots holds traced and clean money apart, and takes from both in proportion,
// or traced money first.
type pots struct {
	dirty      parcel
	clean      int64
	dirtyFirst bool
	// What was in the pots after the last receipt: shares are of these, so
	// that rounding does not add up over many payments.
	all, allDirty int64
}

func (p *pots) take(size int64, out []piece) []piece {
	if size == 0 {
		return out
	}
	share := min(size, p.dirty.left)
	if !p.dirtyFirst {
		// As the dirty part is at most the whole, one minor unit paid changes
		// the rounded proportion by at most one: no pot goes below zero.
		after := p.dirty.left + p.clean - size
		dirty, _ := spoor.MulDiv(p.allDirty, uint64(after), uint64(p.all))
		share = p.dirty.left - dirty
	}
	if share == p.dirty.left {
		if rest := p.dirty.rest(); rest.size > 0 || rest.traced > 0 {
			out = append(out, rest)
		}
		p.dirty = parcel{}
	} else if share > 0 {
		out = append(out, p.dirty.cut(share))
	}
	if share < size {
		out = append(out, piece{size: size - share, origin: clean})
		p.clean -= size - share
	}
	return out
}

func (p *pots) put(t *trail, in piece) {
	switch {
	case in.origin == clean:
		p.clean += in.size
	case p.dirty.money == 0:
		p.dirty = newParcel(in)
	default:
		t.mix(&p.dirty, in)
	}
	p.all, p.allDirty = p.dirty.left+p.clean, p.dirty.left
}

func (p *pots) traced() []parcel { return []parcel{p.dirty} }
