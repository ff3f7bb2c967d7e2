package graph

import (
	"sort"

	"spoor"
)

// Edge is a payment seen from one of its ends.
type Edge struct {
	Time uint32 // Unix seconds
	peer uint32 // the account at the other end, channel in the top four bits
	Ref  Ref
}

const (
	peerBits    = 28
	maxAccounts = 1<<peerBits - 1
)

func newEdge(t uint32, peer Account, ref Ref, ch spoor.Channel) Edge {
	return Edge{t, uint32(peer) | uint32(ch)<<peerBits, ref}
}

// Peer returns the account at the other end.
func (e Edge) Peer() Account { return Account(e.peer & maxAccounts) }

// Channel returns the payment's instrument.
func (e Edge) Channel() spoor.Channel { return spoor.Channel(e.peer >> peerBits) }

// between narrows edges in order of time to those in [from, to].
func between(edges []Edge, from, to spoor.Instant) []Edge {
	lo, hi := 0, len(edges)
	if hi == 0 {
		return nil
	}
	if spoor.Instant(edges[0].Time) < from {
		lo = sort.Search(len(edges), func(i int) bool { return spoor.Instant(edges[i].Time) >= from })
	}
	if spoor.Instant(edges[hi-1].Time) > to {
		hi = lo + sort.Search(len(edges)-lo, func(i int) bool { return spoor.Instant(edges[lo+i].Time) > to })
	}
	return edges[lo:hi:hi]
}
