// Package spoor holds the nouns of Spoor, free software that follows the money:
// payments, accounts, money, rates, signals, alerts and labelled attempts.
//
// The nouns know nothing but each other and the standard library. They do no
// input or output and read no clock, so that every engine above them gives the
// same answer for the same input.
//
// Time is an [Instant], whole seconds since the Unix epoch in UTC. Money is an
// integer number of minor units and an ISO 4217 code; see [Currency.Scale] for
// what a minor unit is here.
package spoor
