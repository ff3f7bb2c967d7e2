// Package law holds the procedures by which property is suspended, frozen and
// confiscated, as the acts write them: in files that a lawyer can read and
// correct. It knows no order; it says which step may follow, who may do it,
// what must be given, which clocks begin, and in which article that stands.
//
//	l := law.Default()
//	basis, err := l.Basis(italy, france, now)          // Reg. (EU) 2018/1805
//	p, _ := l.Procedure(basis.Freezing)                // "freezing-2018-1805"
//	step, err := p.Step("CONSULTING", "refuse")        // Art 8(1), grounds "refuse-freezing"
//	for _, g := range l.Grounds(step.Grounds) { ... }  // 8(1)(a) ne bis in idem, ...
//
// A step that the procedure does not have is answered with [spoor.Forbidden], which
// names the article. Every item says whether it was read in the act itself
// (verified) or written from memory. A member that must deviate loads files of
// its own with [Load]; they undergo the same checks. See the folder data.
package law
