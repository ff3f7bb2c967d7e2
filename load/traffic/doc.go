// Package traffic makes the messages that banks send a node, from an invented
// population, for driving and testing nodes.
//
//	maker, err := traffic.NewMaker(traffic.Population{Accounts: 200_000, Seed: 1, Start: start})
//	message = maker.Append(message[:0], n)
//
// A [Maker] makes pacs.008.001.10 customer credit transfers between the accounts
// of an invented population in 14 countries of the euro area and around it.
// Message n is a function of the seed and n alone: any connection can make it at
// any time, and it can be made again, byte for byte, to be sent a second time.
// Most accounts pay seldom. One in a hundred is an organisation, and a few of
// these (shops, landlords, employers) take or make very many payments. People
// pay the same few others again and again. A share of the accounts can be given
// listed names, some of them spelt otherwise, so that screening finds something.
//
// Equal seeds give equal UETRs: a node that has seen them answers from memory.
// Take another seed, or other numbers, for payments that it has not seen.
//
// # What it is not
//
// Accounts have no balances and no schemes are planted: package world simulates
// an economy. Nights, weekends and pay days are left out; the clock of the
// messages runs at one pace. National check digits inside an IBAN are random.
package traffic
