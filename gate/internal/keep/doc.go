// Package keep holds very many accounts and payments in memory: flat tables
// without pointers, out of the garbage collector's sight, that are saved and
// loaded in bulk.
//
// Recalls of payments that were not seen yet are few and bounded, and kept in maps.
//
// Keys are hashes, so that no account number is kept in clear and nobody can
// choose names that crowd one place. A table is in the order of its keys: what
// it saves depends on what is in it and not on how it came there.
package keep
