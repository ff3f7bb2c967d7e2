package ownership

import (
	"slices"

	"spoor/ownership/internal/book"
)

// mostWork bounds the steps of all searches for control in one question.
const mostWork = 2_000_000

// grip is what a party controls, and how.
type grip struct {
	held   map[int32]bool  // the party itself included
	by     map[int32]int32 // the link through which each is chiefly held
	shares map[int32]Range // shares in any party that all in held have together
}

// controlled finds what a node controls: it holds more than half of the shares
// or of the votes of each, alone or with others that it controls, or controls
// it by other means (Reg. (EU) 2024/1624 Art 53). With Possible, holdings count
// as their most and unsure means count as well.
func (g *graph) controlled(from []int32, sure Strength, rule rule) grip {
	k := grip{map[int32]bool{}, map[int32]int32{}, map[int32]Range{}}
	votes := map[int32]Range{}
	queue := slices.Clone(from)
	for _, n := range from {
		k.held[n] = true
	}
	for ; len(queue) > 0; queue = queue[1:] {
		g.work -= len(g.Out[queue[0]]) + 1
		if g.work < 0 {
			break
		}
		for _, li := range g.Out[queue[0]] {
			l := &g.Links[li]
			own, vote := k.shares[l.To].Plus(l.Own), votes[l.To].Plus(l.Vote)
			k.shares[l.To], votes[l.To] = own, vote
			if k.held[l.To] {
				continue
			}
			if old, ok := k.by[l.To]; !ok || rank(&g.Links[old], sure) < rank(l, sure) {
				k.by[l.To] = li
			}
			enough := rule(own.Least, vote.Least)
			if sure == Possible {
				enough = rule(own.Most, vote.Most)
			}
			if enough || l.Control >= sure {
				k.held[l.To] = true
				queue = append(queue, l.To)
			}
		}
	}
	return k
}

// rank orders the links through which a party is held: means first, then size.
func rank(l *book.Link, sure Strength) float64 {
	size := max(l.Own.Least, l.Vote.Least)
	if sure == Possible {
		size = max(l.Own.Most, l.Vote.Most)
	}
	if l.Control >= sure {
		size += 1000
	}
	return size
}

// rule says whether shares and votes are enough for control.
type rule func(own, vote float64) bool

// majority is the rule of Art 53(2)(c) and (3)(a).
func majority(own, vote float64) bool { return max(own, vote) > 50+book.Closeness }

// half is the 50 % rule of sanctions: half of the shares is enough.
func half(own, vote float64) bool { return own >= 50-book.Closeness || vote > 50+book.Closeness }

// chain is the chief way from a controlling party down to one it controls.
func (g *graph) chain(k grip, to int32) Chain {
	var way []int32
	for n := to; ; {
		l, ok := k.by[n]
		if !ok || len(way) > len(k.by) {
			break
		}
		way = append(way, l)
		n = g.Links[l].From
	}
	slices.Reverse(way)
	return g.describe(way)
}

// mayControl reports whether a node can control anything by itself.
func (g *graph) mayControl(n int32, sure Strength) bool {
	return slices.ContainsFunc(g.Out[n], func(li int32) bool {
		l := &g.Links[li]
		if l.Control >= sure {
			return true
		}
		if sure == Possible {
			return majority(l.Own.Most, l.Vote.Most)
		}
		return majority(l.Own.Least, l.Vote.Least)
	})
}
