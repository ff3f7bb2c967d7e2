package node

import (
	"spoor"
	"spoor/screen"
)

// SetLists replaces the lists, at once for all payments that come after.
func (n *Node) SetLists(l *Lists) { n.lists.Store(l) }

// screenAll looks for everyone that the instructions name on the lists. It runs
// in the caller's goroutine. When the budget is used up, what is left of the
// message counts as late.
func (n *Node) screenAll(a *ask) {
	a.lists = n.lists.Load()
	a.hits = make([][]spoor.Hit, len(a.ins))
	if a.lists == nil {
		return
	}
	for i := range a.ins {
		if n.o.Now().Sub(a.came) > n.o.Policy.Budget/2 {
			a.unscreened = len(a.ins) - i
			break
		}
		a.hits[i] = n.screenOne(a.lists.Index, &a.ins[i])
	}
	n.meters.screened.Observe(n.o.Now().Sub(a.came).Seconds())
}

// screenOne screens one instruction. Parties named twice are looked for once.
func (n *Node) screenOne(ix *screen.Index, in *spoor.Instruction) (hits []spoor.Hit) {
	for i := range in.Parties {
		p := &in.Parties[i].Party
		if sameBefore(in.Parties[:i], p) {
			continue
		}
		hits = append(hits, ix.Search(p, n.o.Threshold)...)
		if len(hits) >= mostHits {
			return hits[:mostHits]
		}
	}
	return hits
}

// mostHits is how many hits a decision carries: more say nothing more.
const mostHits = 20

func sameBefore(before []spoor.RoleParty, p *spoor.Party) bool {
	for i := range before {
		q := &before[i].Party
		if q.Name() == p.Name() && len(q.Names) == len(p.Names) && len(q.Identifiers) == len(p.Identifiers) && len(q.Births) == len(p.Births) {
			same := true
			for k := range p.Identifiers {
				same = same && p.Identifiers[k] == q.Identifiers[k]
			}
			if same {
				return true
			}
		}
	}
	return false
}
