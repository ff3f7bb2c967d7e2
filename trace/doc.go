// Package trace follows money through the payments of a graph: where the money
// of given payments, or of an account, went or came from.
//
//	r, err := trace.Run(g, rates.Default(), trace.Query{
//		Payments: []string{"p17"}, Method: trace.FIFO,
//	})
//	// r.Holdings: who holds it now; r.Flows: the payments that carried it
//
// # Methods
//
// Which money an account pays with is a convention; the law chooses it.
//
//   - [FIFO]: first in, first out. Devaynes v Noble, Clayton's case (1816) 1
//     Mer 572; for crypto-assets Anderson, Shumailov and Ahmed, Making Bitcoin
//     Legal (2018).
//   - [LIFO]: last in, first out.
//   - [ProRata]: a proportional share of all that is held ("haircut"). Taken
//     over FIFO among innocent contributors to a fund where FIFO would be
//     unjust: Barlow Clowes International v Vaughan [1992] 4 All ER 22.
//   - [Poison]: whatever traced money touches is suspect as a whole (Möser,
//     Böhme and Breuker, Towards Risk Scoring of Bitcoin Transactions, 2014).
//     Taken at its word it multiplies money: one euro taints a bank. So it
//     gives two figures. Exposed is the whole of every payment and balance
//     touched, once touched for ever, and is never added up. Amount keeps to
//     the money there is by letting traced money leave before any other: it
//     says how far the money itself can have gone, soonest.
//
// # The sum is exact
//
// Amounts are minor units of one currency, the unit, and by every method
//
//	Traced = sum of Holdings + LeftView + HeldAtSource.
//
// Money is counted once: of what comes back to a source, or passes a second
// given payment, only the part that was not traced already is added.
//
// # Accounts, currencies and rounding
//
// An account is one pool in one currency, that of its first payment in the
// graph, as a bank's books are; others are converted when they are booked. A
// payment with a leg in the account's currency (or in the unit) is taken by
// that leg, any other by the dated table of rates. So an account may receive
// yuan and pay francs with no conversion shown, as many do in AMLworld.
//
// A pool is made of parcels. A traced one has a size in the account's currency
// and carries an amount in the unit, unchanged through conversions: neither a
// bank's margin nor a moving rate makes or loses traced money. When it is
// spent in parts, what remains is each time the exact proportion rounded once,
// so rounding does not add up, and crumbs below a minor unit end there.
//
// What an account held before the first payment is not known. It is taken to
// be the least that keeps it from ever going below zero over the whole graph,
// and older than anything received. Query.Opening states what is known; too
// small for the payments seen, it is raised. Result.Openings lists it all.
//
// # The edge of the data
//
// Money paid to the zero AccountID (outside) or in cash leaves the data's
// view, and what comes from there is fresh. Cash paid between two accounts is
// a withdrawal and a deposit that nothing ties together, unless that payment
// is itself given. An account that never pays may be at rest, or its bank may
// not be in the data: Result.AtRest says how much ended in such accounts.
//
// # Backward
//
// Backward, the same engine runs with time reversed and ends swapped: accounts
// begin with their closing balances, and holdings are where the money was when
// the data begins. FIFO and LIFO are their own mirror: as much of payment p is
// in payment q forward as of q in p backward (exactly, where no currencies are
// converted). Pro rata divides a payment over what came before it in one
// direction and after it in the other, and is not symmetric.
//
// # Order and paths
//
// Payments count by time, and by arrival within a second; who pays itself pays
// first and receives after. Paths are the widest-path decomposition of the
// traced flow: the path that can carry most is listed and taken out, then the
// next. At an account they join payments as the method does: by FIFO and LIFO
// a payment continues those whose parcels it took, by the others it draws on
// the pool at that time. Within one payment money is fungible. All paths
// together, with what never left a source, are the traced amount.
package trace
