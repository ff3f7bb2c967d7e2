package usual

import (
	"math"

	"spoor/graph"
)

// Mesh measures payments between layers of accounts: each pair of accounts
// beyond those that only join all of them together is a meeting that chance
// would have to make. Pairs that pay each other regularly say nothing.
// It also returns the value of the payments in euro.
func (t *Traffic) Mesh(refs []graph.Ref) (b, value float64) {
	type pair struct{ from, to graph.Account }
	pairs, accounts := map[pair]bool{}, map[graph.Account]bool{}
	var degrees float64
	for _, r := range refs {
		value += float64(t.Graph.Value(r))
		from, to := t.Graph.Ends(r)
		if p := (pair{from, to}); !pairs[p] && !t.Standing(r) {
			pairs[p] = true
			accounts[from], accounts[to] = true, true
			degrees += math.Log10(float64(max(1, t.Paid(from)) * max(1, t.Received(to))))
		}
	}
	extra := len(pairs) - (len(accounts) - 1)
	if extra <= 0 || len(pairs) == 0 {
		return 0, value
	}
	return min(3*MaxBans, float64(extra)*t.Meet(degrees/float64(len(pairs)))), value
}
