package spoor

import "fmt"

// Problem is a record or file that could not be read: where it is, what is
// wrong, and what to do about it where that is not plain.
type Problem struct {
	File   string // path, or "standard input"
	Line   int    // 1-based line on which the record begins; 0 when it concerns the file
	Record uint64 // 1-based record, 0 when it concerns the file
	Field  string // column or element, "Amount Paid", "CdtTrfTxInf/IntrBkSttlmAmt"
	Reason string // what was found and what was expected
	// Fatal is set when nothing can be read past the problem, so that it
	// cannot be skipped: broken compression, a malformed XML document.
	Fatal bool
}

// Error gives "file:line: field: reason".
func (p *Problem) Error() string {
	s := p.File
	if p.Line > 0 {
		s = fmt.Sprintf("%s:%d", s, p.Line)
	}
	if s != "" {
		s += ": "
	}
	if p.Field != "" {
		s += p.Field + ": "
	}
	return s + p.Reason
}
