// Package find has the one form in which accounts, identifiers and persons are
// compared, and finds what is kept under them.
//
//	var x find.Index[*Order]
//	x.Add(find.OrderNames(accounts, parties), order)
//	x.Account(find.Normal(payer), func(o *Order) { ... }) // however it is written
//
// An order on an IBAN is also found by the account's number with its bank's
// code. By the number alone it is only alike: the bank may be another one.
package find
