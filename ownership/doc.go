// Package ownership says who owns and controls a party, up to its beneficial
// owners, and what a person owns and controls.
//
//	b := ownership.NewBook()
//	b.AddParty(party)          // persons and organisations
//	err := b.AddInterest(i)    // who holds what in whom
//	r, err := b.Owners("company-1", ownership.Options{At: at})
//	for _, o := range r.Owners { ... } // each with its grounds and chains
//
// # The law
//
// The rules are those of Reg. (EU) 2024/1624. A natural person is a beneficial
// owner who has 25 % or more of shares or votes, directly or by multiplying
// down each chain and adding up the chains (Art 52(1)); who controls the party
// (Art 53): by more than half of its shares or votes, or by other means, or
// through others that are controlled in the same way at each level; who
// controls holders that together have 25 % (Art 54(a)); or who has 25 % of one
// that controls the party (Art 54(b)). Where a trust has the interest, its
// settlor, trustees, protectors and beneficiaries are owners (Art 58). Where
// nobody is found for certain, those who manage the party are named instead
// (Art 63(4)).
//
// # The arithmetic
//
// Shares are percent in floating point; results are exact to a millionth of a
// point, and thresholds are met within a thousand millionth. A share of which
// only bounds are known is carried through as its least and its most. The least
// is the true minimum. The most is never too low, but may be too high where
// several bounds depend on each other.
//
// Circular holdings are solved, not followed: in each strongly connected part
// of the graph the equation m = s + Dᵀm (Leontief's inverse, as in Brioschi,
// Buzzacchi and Colombo, "Risk capital financing and the separation of
// ownership and control in business groups", 1989). Shares that a company
// holds in itself, directly or round a circle, count for its other owners in
// proportion.
//
// # What is taken how
//
//   - Statements of one pair that agree are one; of those that do not, the
//     bounds enclose all, and the result lists them as contradictory.
//   - Stated shares of one party that add up to more than 100 % are kept as the
//     most; the least of each is what is left when the others have theirs.
//   - Votes go with shares unless the source says otherwise for that pair.
//   - An interest of kind [spoor.Nominee] is held for somebody else: for the
//     Holder of an interest of the same kind in the nominee, with the role
//     "nominator". Without one the chain ends in the dark.
//   - Indirect interests that a source states of itself ([Book.AddIndirect])
//     are compared with what the chains give, and used only where no chain is
//     known.
//   - States end a chain, and so do parties of whom the source does not say
//     whether they are natural persons.
package ownership
