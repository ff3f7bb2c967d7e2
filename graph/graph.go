// Package graph holds a bounded window of payments as a temporal multigraph:
// accounts are vertices, each payment is an edge with its time.
//
//	g := graph.New(graph.Options{Window: 30 * spoor.Day, Rates: rates.Default()})
//	ref, err := g.Add(&payment)
//	for _, e := range g.In(a, from, to) { ... }  // who paid a in that time
//
// Everything is kept in columns and slabs without pointers, out of the garbage
// collector's sight. A payment takes one row of columns and one edge at either
// end; an account takes one record, its name and a slot of the index. Adding a
// payment costs two index look-ups, two appends and, once the window is full,
// the eviction of about one old payment. Nothing ever scans the whole graph.
//
// Payments may come late: by up to Options.Lateness they are put in their
// place in time; later than that they are refused with [ErrTooLate].
package graph

import (
	"errors"
	"math"
	"unsafe"

	"spoor"
)

// Account is an account's index in a graph, given in order of first sight.
type Account uint32

// Outside stands for cash and everything else beyond the data: the zero
// spoor.AccountID. Its edges are kept like those of any other account.
const Outside Account = 0

// Ref names a payment in a graph, counting up from 0 in order of arrival and
// wrapping round after 2^32. It stays valid while the payment is in the window.
type Ref uint32

// Before reports whether r arrived before s, for payments of one window.
func (r Ref) Before(s Ref) bool { return int32(r-s) < 0 }

// Options of a graph. The zero value keeps everything, refuses anything out of
// order and values every payment at nothing.
type Options struct {
	Window   spoor.Instant // seconds to keep, by payment time; 0 keeps everything
	Lateness spoor.Instant // how far behind the newest payment one may come
	Rates    *spoor.Rates  // for Graph.Value; nil leaves it 0
}

// Errors of [Graph.Add].
var (
	ErrTooLate = errors.New("later than the stated lateness: sort the payments by time or allow more")
	ErrTime    = errors.New("time is outside 1970 to 2106")
	ErrName    = errors.New("a bank or account number is longer than 255 bytes")
	ErrFull    = errors.New("more accounts than a graph can hold (268 million)")
)

// Graph is a window of payments. Reading it from several goroutines is safe
// while none adds.
type Graph struct {
	o        Options
	accounts accounts
	edges    slab
	chunks   []*chunk // rows, oldest first; chunks[0] holds row first
	spare    *chunk
	first    Ref // oldest row still held
	next     Ref // row that the next payment gets
	newest   spoor.Instant
	evicted  uint64
}

// New makes an empty graph.
func New(o Options) *Graph {
	g := &Graph{o: o}
	g.accounts.init()
	return g
}

// Add puts a payment into the graph and drops what has left the window.
func (g *Graph) Add(p *spoor.Payment) (Ref, error) {
	if p.Time < 0 || p.Time > math.MaxUint32 {
		return 0, ErrTime
	}
	if p.Time < g.newest-g.o.Lateness {
		return 0, ErrTooLate
	}
	from, err := g.accounts.intern(p.From, p.FromCountry)
	if err != nil {
		return 0, err
	}
	to, err := g.accounts.intern(p.To, p.ToCountry)
	if err != nil {
		return 0, err
	}
	g.newest = max(g.newest, p.Time)
	ref, t := g.next, uint32(p.Time)
	g.next++
	g.room().put(ref, p, from, to)
	payer := g.accounts.at(from)
	payer.touch(t)
	g.edges.insert(&payer.out, newEdge(t, to, ref, p.Channel))
	payee := g.accounts.at(to)
	payee.touch(t)
	g.edges.insert(&payee.in, newEdge(t, from, ref, p.Channel))
	if g.o.Window > 0 {
		g.evict(g.newest - g.o.Window)
	}
	return ref, nil
}

// evict drops payments older than the horizon, in order of arrival. A late
// payment waits behind the one that it arrived after, at most the lateness.
func (g *Graph) evict(horizon spoor.Instant) {
	if horizon <= 0 {
		return
	}
	h := uint32(horizon)
	for g.first != g.next {
		c := g.chunks[0]
		i := uint32(g.first) % chunkRows
		if c.time[i] >= h {
			return
		}
		g.edges.trim(&g.accounts.at(Account(c.from[i])).out, h)
		g.edges.trim(&g.accounts.at(Account(c.to[i])).in, h)
		g.first++
		g.evicted++
		if uint32(g.first)%chunkRows == 0 {
			c.reset()
			g.spare = c
			g.chunks = append(g.chunks[:0], g.chunks[1:]...)
		}
	}
}

// Out returns the payments that an account made at times in [from, to], in
// order of time. The slice is a view: it holds until the next Add.
func (g *Graph) Out(a Account, from, to spoor.Instant) []Edge {
	return between(g.edges.view(&g.accounts.at(a).out), from, to)
}

// In returns the payments that an account received at times in [from, to], in
// order of time. The slice is a view: it holds until the next Add.
func (g *Graph) In(a Account, from, to spoor.Instant) []Edge {
	return between(g.edges.view(&g.accounts.at(a).in), from, to)
}

// Degree returns how many payments of the window an account made and received.
func (g *Graph) Degree(a Account) (out, in int) {
	rec := g.accounts.at(a)
	return int(rec.out.n), int(rec.in.n)
}

// Lookup finds an account by its name.
func (g *Graph) Lookup(id spoor.AccountID) (Account, bool) { return g.accounts.lookup(id) }

// AccountID returns an account's name.
func (g *Graph) AccountID(a Account) spoor.AccountID { return g.accounts.name(a) }

// Country returns where an account is kept, zero when no payment said so.
func (g *Graph) Country(a Account) spoor.Country { return g.accounts.at(a).country }

// FirstSeen returns the time of the first payment that an account took part
// in, in the window or before it.
func (g *Graph) FirstSeen(a Account) spoor.Instant {
	return spoor.Instant(g.accounts.at(a).firstSeen)
}

// Awakening returns when an account last moved after a pause of more than
// [MinPause], and how long that pause was; zero when it never did.
func (g *Graph) Awakening(a Account) (at, pause spoor.Instant) {
	rec := g.accounts.at(a)
	return spoor.Instant(rec.woke), spoor.Instant(rec.pause)
}

// Accounts returns how many accounts the graph has seen, Outside included:
// valid accounts are below it.
func (g *Graph) Accounts() int { return int(g.accounts.n) }

// Span returns the first row of the window and the one after the last.
func (g *Graph) Span() (first, end Ref) { return g.first, g.next }

// Len returns how many payments are in the window.
func (g *Graph) Len() int { return int(g.next - g.first) }

// Evicted returns how many payments have left the window.
func (g *Graph) Evicted() uint64 { return g.evicted }

// Window returns how much of the past the graph keeps, 0 for all of it.
func (g *Graph) Window() spoor.Instant { return g.o.Window }

// Newest returns the latest payment time seen.
func (g *Graph) Newest() spoor.Instant { return g.newest }

// Memory returns the bytes held for payments (rows, edges, ids) and for
// accounts (records, names, index), free room in slabs included.
func (g *Graph) Memory() (payments, accounts int64) {
	chunks := int64(len(g.chunks))
	if g.spare != nil {
		chunks++
	}
	payments = chunks*int64(unsafe.Sizeof(chunk{})) + g.edges.bytes()
	for _, c := range g.chunks {
		payments += int64(cap(c.ids)) + c.converted.bytes()
	}
	return payments, g.accounts.bytes()
}
