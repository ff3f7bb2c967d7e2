package graph

import (
	"slices"
	"strconv"

	"spoor"
)

const chunkRows = 1 << 14

// chunk is a run of rows in columns. Ids that the payments brought are packed
// one behind the other; a payment without one is named by its record number.
type chunk struct {
	time     [chunkRows]uint32
	from, to [chunkRows]uint32
	amount   [chunkRows]int64
	name     [chunkRows]uint32 // record number, or offset in ids
	currency [chunkRows]spoor.Currency
	flags    [chunkRows]uint8 // channel, label and what follows

	factor    [256]float32 // euro for a minor unit of each currency, when the chunk was begun
	ids       []byte
	converted conversions // what arrived, where it differs from what left
}

// conversions are the payments of a chunk that arrived in another amount or
// currency than they left, in order of their rows.
type conversions struct {
	row      []uint16
	amount   []int64
	currency []spoor.Currency
}

func (c *conversions) add(row uint32, m spoor.Money) {
	c.row = append(c.row, uint16(row))
	c.amount = append(c.amount, m.Amount)
	c.currency = append(c.currency, m.Currency)
}

func (c *conversions) at(row uint32) spoor.Money {
	i, _ := slices.BinarySearch(c.row, uint16(row))
	return spoor.Money{Amount: c.amount[i], Currency: c.currency[i]}
}

func (c *conversions) bytes() int64 {
	return int64(2*cap(c.row) + 8*cap(c.amount) + cap(c.currency))
}

// Bits of chunk.flags: four for the channel, two for the label.
const (
	labelShift   = 4
	hasID        = 1 << 6
	hasConverted = 1 << 7
)

func (c *chunk) reset() {
	c.ids = c.ids[:0]
	c.converted.row, c.converted.amount, c.converted.currency = c.converted.row[:0], c.converted.amount[:0], c.converted.currency[:0]
}

// room returns the chunk that row next-1 goes into.
func (g *Graph) room() *chunk {
	if uint32(g.next-1)%chunkRows == 0 {
		c := g.spare
		if g.spare = nil; c == nil {
			c = new(chunk)
		}
		g.price(c)
		g.chunks = append(g.chunks, c)
	}
	return g.chunks[len(g.chunks)-1]
}

// price fills in the rates of the day. Comparing sizes does not need more than
// one rate for the thousands of payments of a chunk.
func (g *Graph) price(c *chunk) {
	if g.o.Rates == nil {
		return
	}
	const many = 1e6 // minor units, so that rounding does not show
	for cur := range spoor.Currency(spoor.Currencies()) {
		c.factor[cur] = float32(g.o.Rates.Value(spoor.Money{Amount: many, Currency: cur}, g.newest) / many)
	}
}

func (c *chunk) put(ref Ref, p *spoor.Payment, from, to Account) {
	i := uint32(ref) % chunkRows
	c.time[i] = uint32(p.Time)
	c.from[i], c.to[i] = uint32(from), uint32(to)
	c.amount[i], c.currency[i] = p.Paid.Amount, p.Paid.Currency
	c.flags[i] = uint8(p.Channel) | uint8(p.Label)<<labelShift
	c.name[i] = uint32(p.Record)
	if p.ID != "" {
		c.flags[i] |= hasID
		c.name[i] = uint32(len(c.ids))
		n := min(len(p.ID), 255)
		c.ids = append(append(c.ids, byte(n)), p.ID[:n]...)
	}
	if p.Received != p.Paid && p.Received != (spoor.Money{}) {
		c.flags[i] |= hasConverted
		c.converted.add(i, p.Received)
	}
}

// row finds a payment's chunk and place in it. First%chunkRows rows of the
// oldest chunk may be gone already; refs wrap, so the distance is what counts.
func (g *Graph) row(r Ref) (*chunk, uint32) {
	d := uint32(r-g.first) + uint32(g.first)%chunkRows
	return g.chunks[d/chunkRows], uint32(r) % chunkRows
}

// Time returns when a payment was made.
func (g *Graph) Time(r Ref) spoor.Instant {
	c, i := g.row(r)
	return spoor.Instant(c.time[i])
}

// Ends returns who paid whom.
func (g *Graph) Ends(r Ref) (from, to Account) {
	c, i := g.row(r)
	return Account(c.from[i]), Account(c.to[i])
}

// Value returns a payment's size in euro by the graph's rates, for comparing
// only; 0 where there is no rate.
func (g *Graph) Value(r Ref) float32 {
	c, i := g.row(r)
	return float32(c.amount[i]) * c.factor[c.currency[i]]
}

// Paid returns what left the payer.
func (g *Graph) Paid(r Ref) spoor.Money {
	c, i := g.row(r)
	return spoor.Money{Amount: c.amount[i], Currency: c.currency[i]}
}

// Received returns what reached the payee.
func (g *Graph) Received(r Ref) spoor.Money {
	c, i := g.row(r)
	if c.flags[i]&hasConverted != 0 {
		return c.converted.at(i)
	}
	return spoor.Money{Amount: c.amount[i], Currency: c.currency[i]}
}

// Channel returns a payment's instrument.
func (g *Graph) Channel(r Ref) spoor.Channel {
	c, i := g.row(r)
	return spoor.Channel(c.flags[i] & (1<<labelShift - 1))
}

// Label returns the ground truth that came with a payment.
func (g *Graph) Label(r Ref) spoor.Label {
	c, i := g.row(r)
	return spoor.Label(c.flags[i] >> labelShift & 3)
}

// ID returns a payment's own id, or its record number where it has none. Ids
// longer than 255 bytes are cut.
func (g *Graph) ID(r Ref) string {
	c, i := g.row(r)
	at := c.name[i]
	if c.flags[i]&hasID == 0 {
		return strconv.FormatUint(uint64(at), 10)
	}
	n := uint32(c.ids[at])
	return string(c.ids[at+1 : at+1+n])
}
