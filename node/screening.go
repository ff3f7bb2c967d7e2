package node

import (
	"cmp"
	"reflect"
	"runtime"
	"slices"
	"sync"

	"spoor"
	"spoor/screen"
)

// SetLists replaces the lists, at once for all payments that come after.
func (n *Node) SetLists(l *Lists) { n.lists.Store(l) }

// screenAll looks for everyone that the instructions name on the lists. It runs
// in the caller's goroutine, and beside it when there are many. When half the
// budget is used up, what is left counts as late.
func (n *Node) screenAll(a *ask) {
	a.lists = n.lists.Load()
	a.hits, a.unscreened = make([][]spoor.Hit, len(a.ins)), make([]bool, len(a.ins))
	if a.lists == nil {
		return
	}
	workers := min(runtime.GOMAXPROCS(0), (len(a.ins)+7)/8)
	var wg sync.WaitGroup
	for w := range workers {
		part := func() {
			for i := w; i < len(a.ins); i += workers {
				if a.unscreened[i] = n.o.Now().Sub(a.came) > n.o.Policy.Budget/2; !a.unscreened[i] {
					a.hits[i] = n.screenOne(a.lists.Index, &a.ins[i])
				}
			}
		}
		if w == workers-1 {
			part()
		} else {
			wg.Go(part)
		}
	}
	wg.Wait()
	n.meters.Screened.Observe(n.o.Now().Sub(a.came).Seconds())
}

// mostHits is how many hits a decision carries: more say nothing more.
const mostHits = 20

// screenOne screens everyone named. A party that says nothing else than one before
// it is looked for once.
func (n *Node) screenOne(ix *screen.Index, in *spoor.Instruction) (hits []spoor.Hit) {
	for i := range in.Parties {
		p := &in.Parties[i].Party
		if slices.ContainsFunc(in.Parties[:i], func(q spoor.RoleParty) bool { return reflect.DeepEqual(&q.Party, p) }) {
			continue
		}
		for _, h := range ix.Search(p, n.o.Threshold) { // copies: the index may keep its own
			h.Role = in.Parties[i].Role
			hits = append(hits, h)
		}
	}
	if len(hits) > mostHits {
		slices.SortStableFunc(hits, func(a, b spoor.Hit) int { return cmp.Or(weight(b)-weight(a), cmp.Compare(b.Score, a.Score)) })
		hits = hits[:mostHits]
	}
	return hits
}

// weight orders hits by what they may do: none that may block is cut off for others.
func weight(h spoor.Hit) int {
	switch {
	case h.Exact && h.Freezes:
		return 2
	case h.Exact:
		return 1
	}
	return 0
}
