package trace

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"spoor"
	"spoor/graph"
)

// Method says which money an account pays with: see the package comment.
type Method string

// The methods.
const (
	FIFO    Method = "fifo"
	LIFO    Method = "lifo"
	ProRata Method = "prorata"
	Poison  Method = "poison"
)

// Methods lists them.
func Methods() []Method { return []Method{FIFO, LIFO, ProRata, Poison} }

// ParseMethod reads a method's name.
func ParseMethod(s string) (Method, error) {
	if m := Method(s); slices.Contains(Methods(), m) {
		return m, nil
	}
	return "", fmt.Errorf("%w: tracing method %q: want fifo, lifo, prorata or poison", ErrQuery, s)
}

// Query asks where money went, or came from. At least one of From, Payments
// and Refs is needed; together they add up.
type Query struct {
	// From: all that these accounts hold at Since, and all that they get until
	// Until. Backward: all that they hold at Until and paid since Since.
	From []spoor.AccountID
	// Payments: what these payments brought to their payees (backward: what
	// they took from their payers), by own id or record number. Refs does the
	// same by reference.
	Payments []string
	Refs     []graph.Ref

	Method   Method
	Backward bool
	// Since and Until bound the payments followed, both included; 0 is no bound.
	Since, Until spoor.Instant
	// Currency is the unit of the result. XXX takes the currency that the first
	// traced payment brought or, tracing accounts, that of the first account.
	Currency spoor.Currency
	// Opening gives balances known from before the first payment in the graph.
	Opening map[spoor.AccountID]spoor.Money

	Limits Limits
}

// Limits bound the work and the size of a result. Zero takes the default, and
// what was cut is told in Result.Notes.
type Limits struct {
	// Parcels that one account may hold (4,096, at least 16). Past it
	// neighbours are joined, which costs order, never money.
	Parcels int
	Flows   int // that the result lists, the largest (1,000,000)
	Paths   int // that the result lists (20); negative is faster and lists none
	Links   int // of 16 bytes, remembered for the paths (8,000,000); past it none are listed
}

func (l Limits) orDefault() Limits {
	return Limits{
		Parcels: max(cmp.Or(l.Parcels, 4096), 16),
		Flows:   max(cmp.Or(l.Flows, 1_000_000), 0),
		Paths:   cmp.Or(l.Paths, 20),
		Links:   cmp.Or(l.Links, 8_000_000),
	}
}

// Errors of [Run], wrapped with the account, payment or currency concerned.
var (
	ErrQuery    = errors.New("trace cannot be made as asked")
	ErrUnknown  = errors.New("not among the payments read")
	ErrNoRate   = errors.New("no exchange rate")
	ErrTooLarge = errors.New("more money than an amount can hold")
)

// check refuses what cannot be asked of any graph.
func (q *Query) check() error {
	if _, err := ParseMethod(string(q.Method)); err != nil {
		return err
	}
	if len(q.From)+len(q.Payments)+len(q.Refs) == 0 {
		return fmt.Errorf("%w: name an account or payments to trace", ErrQuery)
	}
	if q.Until != 0 && q.Since > q.Until {
		return fmt.Errorf("%w: it begins at %s, after its end at %s", ErrQuery, q.Since, q.Until)
	}
	return nil
}

// sources looks up the accounts to trace, each once.
func (q *Query) sources(g *graph.Graph) (found []graph.Account, err error) {
	for _, id := range q.From {
		a, ok := g.Lookup(id)
		switch {
		case a == graph.Outside && ok:
			return nil, fmt.Errorf("%w: %s is not an account", ErrQuery, id)
		case !ok:
			return nil, fmt.Errorf("account %s: %w", id, ErrUnknown)
		case !slices.Contains(found, a):
			found = append(found, a)
		}
	}
	return found, nil
}

// given finds the places, in the order of payments, of those to trace; an id
// that several payments share names them all, and is noted.
func (q *Query) given(o *order) (places []int, notes []string, err error) {
	if len(q.Payments)+len(q.Refs) == 0 {
		return nil, nil, nil
	}
	seen := make(map[string]int, len(q.Payments)) // how many payments have an id
	for _, id := range q.Payments {
		seen[id] = 0
	}
	byRef := make(map[graph.Ref]bool, len(q.Refs))
	for _, ref := range q.Refs {
		if byRef[ref] = true; uint64(uint32(ref-o.first)) >= uint64(o.n) {
			return nil, nil, fmt.Errorf("payment at row %d: %w", ref, ErrUnknown)
		}
	}
	for i := range o.n {
		ref := o.at(i)
		found := byRef[ref]
		if len(seen) > 0 {
			if n, ok := seen[o.g.ID(ref)]; ok {
				seen[o.g.ID(ref)] = n + 1
				found = true
			}
		}
		if found {
			places = append(places, i)
		}
	}
	for _, id := range q.Payments {
		if n := seen[id]; n == 0 {
			return nil, nil, fmt.Errorf("payment %s: %w", id, ErrUnknown)
		} else if n > 1 {
			notes = append(notes, fmt.Sprintf("%d payments have the id %s: all of them are traced", n, id))
		}
	}
	return places, slices.Compact(notes), nil
}
