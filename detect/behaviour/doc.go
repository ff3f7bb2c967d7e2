// Package behaviour holds the detectors of eight behaviours: what is unusual is
// not the shape alone but who moves what, when, in which currency, across which
// border or counter. Each detector is one file.
//
// The fields of a detector are its parameters, named as in typologies.toml,
// where their units, bounds and reasons are. Spans are in seconds, sums in euro.
package behaviour

// maxCollected is the most payments in a detector's window that a collector of
// money gets; with more it is a business.
const maxCollected = 60
