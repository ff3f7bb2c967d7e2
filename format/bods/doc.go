// Package bods reads the Beneficial Ownership Data Standard of Open Ownership,
// versions 0.2, 0.3 and 0.4 (https://standard.openownership.org): statements
// about persons, entities, and the interests between them.
//
//	r := bods.NewReader(name, src)
//	c := bods.NewCollection()
//	for {
//		s, err := r.Next() // io.EOF at the end
//		...
//		c.Add(s)
//	}
//	c.Each(func(e bods.Entity) { ... }, func(i bods.Interest) { ... })
//
// A file is one JSON array of statements, or JSON lines. What counts is known
// only when all statements were read, which is what a [Collection] is for:
//
//   - A statement that another replaces (replacesStatements) counts no more. Of
//     the statements of one record (0.4) the latest by statementDate counts, of
//     those of one day the last in the file.
//   - Where an entity or person is described again by a replacing statement,
//     references to the old one mean the new one.
//   - Entities, and persons, with the same identifier of the same scheme are one.
//   - A closed relationship (recordStatus "closed") ends on its endDate, else on
//     its statementDate.
//
// # What becomes of interests
//
// Shares are exact, or from minimum to maximum; a bound that is exclusive is
// moved by [Beyond]. Without a share it may be anything. An indirect interest
// keeps that mark, so that it is not added to the chain it sums up. Rights to
// profit and to surplus assets are shareholdings with that role; the right to
// appoint the board, contracts, rules and other influence are control by other
// means; senior managing officials and board members are directorships. An
// unspecified party becomes one that is Hidden, with the reason as its source
// gives it.
package bods
