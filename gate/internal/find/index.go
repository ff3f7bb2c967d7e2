package find

import (
	"slices"
	"strings"

	"spoor"
)

// lists are values found by keys, each once under a key.
type lists[K, V comparable] map[K][]V

// add puts a value under a key; what is added again at once is there already.
func (l *lists[K, V]) add(k K, v V) {
	if *l == nil {
		*l = lists[K, V]{}
	}
	if have := (*l)[k]; len(have) == 0 || have[len(have)-1] != v {
		(*l)[k] = append(have, v)
	}
}

func (l lists[K, V]) remove(k K, v V) {
	i := slices.Index(l[k], v)
	if i < 0 {
		return
	}
	if l[k] = slices.Delete(l[k], i, i+1); len(l[k]) == 0 {
		delete(l, k)
	}
}

// Names are what an order is found by, or a payer.
type Names struct {
	accounts []accountKey
	parties  []Party
	alike    []accountKey // of orders: country and number, without the bank
}

// OrderNames are the ways in which a payment may write what an order names.
func OrderNames(accounts []spoor.AccountID, parties []spoor.Identifier) (n Names) {
	for _, a := range accounts {
		n.order(Normal(a))
	}
	for _, id := range parties {
		n.party(id)
		if a, ok := accountIn(id); ok {
			n.order(a)
		}
	}
	return n
}

func (n *Names) order(a spoor.AccountID) {
	n.accounts = written(n.accounts, a)
	if a.Bank == "" && isIBAN(a.Number) {
		if _, number := split(a.Number); number != "" {
			n.alike = append(n.alike, accountKey{country: countryOf(a.Number), number: number})
		}
	}
}

func (n *Names) party(id spoor.Identifier) {
	if k := Identify(id); k.Value != "" {
		n.parties = append(n.parties, k)
	}
}

// PayerNames are what to look for to find orders on a payer.
func PayerNames(account spoor.AccountID, ids []spoor.Identifier) (n Names) {
	n.accounts = ways(nil, Normal(account))
	for _, id := range ids {
		n.party(id)
		if a, ok := accountIn(id); ok {
			n.accounts = ways(n.accounts, a)
		}
	}
	return n
}

// Index finds values by names. The zero Index is empty.
type Index[V comparable] struct {
	accounts lists[accountKey, V]
	parties  lists[Party, V]
	alike    lists[accountKey, V]
}

// Add makes a value findable by names.
func (x *Index[V]) Add(n Names, v V) {
	for _, k := range n.accounts {
		x.accounts.add(k, v)
	}
	for _, k := range n.parties {
		x.parties.add(k, v)
	}
	for _, k := range n.alike {
		x.alike.add(k, v)
	}
}

// Remove takes a value away that was added by the same names.
func (x *Index[V]) Remove(n Names, v V) {
	for _, k := range n.accounts {
		x.accounts.remove(k, v)
	}
	for _, k := range n.parties {
		x.parties.remove(k, v)
	}
	for _, k := range n.alike {
		x.alike.remove(k, v)
	}
}

// Empty reports whether nothing can be found.
func (x *Index[V]) Empty() bool { return len(x.accounts)+len(x.parties) == 0 }

// Named lists what has one of the names; a value comes once for each.
func (x *Index[V]) Named(n Names) (out []V) {
	x.Each(n, func(v V) { out = append(out, v) })
	return out
}

// Each calls f with what has one of the names, once for each.
func (x *Index[V]) Each(n Names, f func(V)) {
	for _, k := range n.accounts {
		each(x.accounts[k], f)
	}
	for _, k := range n.parties {
		each(x.parties[k], f)
	}
}

func each[V any](list []V, f func(V)) {
	for _, v := range list {
		f(v)
	}
}

// Most is how many values one of the names has at most.
func (x *Index[V]) Most(n Names) (most int) {
	for _, k := range n.accounts {
		most = max(most, len(x.accounts[k]))
	}
	for _, k := range n.parties {
		most = max(most, len(x.parties[k]))
	}
	return most
}

// Account calls f with what names an account in its [Normal] form, perhaps
// more than once.
func (x *Index[V]) Account(a spoor.AccountID, f func(V)) {
	if len(x.accounts) == 0 {
		return
	}
	var room [4]accountKey
	for _, k := range ways(room[:0], a) {
		each(x.accounts[k], f)
	}
}

// Identifier calls f with what names an identifier, or the account that it is.
func (x *Index[V]) Identifier(id spoor.Identifier, f func(V)) {
	if len(x.parties) > 0 {
		each(x.parties[Identify(id)], f)
	}
	if a, ok := accountIn(id); ok {
		x.Account(a, f)
	}
}

// Alike calls f with what names an IBAN of the same account number, where an
// account in its [Normal] form does not say which bank's it is in a way that can
// be compared. The country is the account's, where known.
func (x *Index[V]) Alike(a spoor.AccountID, country spoor.Country, f func(V)) {
	number := strings.TrimLeft(a.Number, "0")
	if len(x.alike) == 0 || number == "" || a.Bank == "" && isIBAN(a.Number) {
		return
	}
	if isBIC(a.Bank) {
		country = countryOf(a.Bank[4:])
	}
	for _, p := range parts {
		if country == (spoor.Country{}) || country == p.country {
			each(x.alike[accountKey{country: p.country, number: number}], f)
		}
	}
}
