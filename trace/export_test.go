package trace

import (
	"fmt"

	"spoor"
	"spoor/graph"
)

// RunAudited is Run, with a look into the books before the result is made:
// no pot is below nothing, the parcels of an account are together its balance,
// and what they carry is what the book says.
func RunAudited(g *graph.Graph, rates *spoor.Rates, q Query) (*Result, error) {
	r, err := follow(g, rates, q)
	if err != nil {
		return nil, err
	}
	for a := range r.accounts {
		acc := &r.accounts[a]
		if acc.fault || a == int(graph.Outside) {
			continue
		}
		if acc.balance < 0 {
			return nil, fmt.Errorf("audit: %s holds %d", g.AccountID(graph.Account(a)), acc.balance)
		}
		if acc.book <= 0 {
			continue
		}
		b := r.books[acc.book]
		var size, traced int64
		add := func(p parcel) error {
			if p.left < 0 || p.traced() < 0 || p.left > p.whole {
				return fmt.Errorf("audit: %s has a parcel %+v", g.AccountID(b.account), p)
			}
			size += p.left
			traced += p.traced()
			return nil
		}
		var all []parcel
		switch h := b.holder.(type) {
		case *queue:
			all = h.parcels[h.head:]
		case *pots:
			all = []parcel{h.dirty, {left: h.clean, whole: h.clean}}
		}
		for _, p := range all {
			if err := add(p); err != nil {
				return nil, err
			}
		}
		if size != acc.balance || traced != b.traced {
			return nil, fmt.Errorf("audit: parcels of %s are %d and carry %d, the book says %d and %d",
				g.AccountID(b.account), size, traced, acc.balance, b.traced)
		}
	}
	return r.result(), nil
}
