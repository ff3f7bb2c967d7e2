// Package screen finds the parties of a payment on lists of sanctioned, wanted
// or otherwise listed parties.
//
//	ix := screen.New(listings, map[string]string{"EU": "2026-11-20"})
//	for _, h := range ix.Search(&party, name.Threshold) {
//		// h.Score, h.Exact, h.Pieces: what matched and by how much
//	}
//
// An Index may be used by any number of goroutines. Its answers never change;
// it remembers, within bounds, words and names that it has looked for, because
// those who pay come again. Hits belong to the caller.
//
// # Score
//
// The likeness of the best pair of names (package name), 0 to 1, then raised or
// lowered by what else is known: dates of birth, countries, numbers. Every
// change is a piece of the hit with its effect. A person who is listed by one word
// alone, and an organisation that matches by its initials alone, come to
// [name.Threshold] only where something else supports them.
//
// # Exact
//
// A hit is exact, with score 1 whatever the names, when a number is the same that
// is given to one party only: the IMO number of a ship (it stays with the hull
// under all names and flags), the LEI (ISO 17442), the IBAN and the address of a
// crypto wallet (one account each). A passport, national, tax or registration
// number is unique in its country alone: it is exact where both sides name the
// same country, or where the names are alike too (from [name.Threshold]). So are
// MMSI, call sign and tail number, which are given anew when a ship or aircraft
// changes its flag, and account numbers and e-mail addresses: with a like name
// only. A BIC or a telephone number is shared by many and is never exact.
//
// # What is compared with what
//
// Persons with persons, organisations with organisations, ships and aircraft
// with their like. A party whose kind is not known is looked for among all.
//
// # How it searches
//
// Each word of a query is looked for among the listed words by keys of its
// consonants, and the names that have like words are counted, rarest word first;
// only names that can reach the threshold by these words are compared in full.
// What was found for a word is remembered, and what was found for the names of a
// party (up to 65,536). Numbers, dates and countries are weighed anew each time.
package screen
