package bods

import (
	"fmt"
	"strconv"
	"strings"
)

// mostNotes is how many things that were left out or not understood are kept.
const mostNotes = 5

// note keeps the first of what was left out or not understood.
func (r *Reader) note(what string, line int) {
	if r.noted++; len(r.notes) < mostNotes {
		r.notes = append(r.notes, fmt.Sprintf("%s (line %d)", what, line))
	}
}

// Notes says, a line each, what was left out or not understood so far and is no
// problem: statements of unknown kinds, unknown types of interests, and dates
// that are none; the first five, and how many more. It is empty where all was
// understood.
func (r *Reader) Notes() []string {
	if more := r.noted - len(r.notes); more > 0 {
		return append(r.notes[:len(r.notes):len(r.notes)], fmt.Sprintf("%d more left out or not understood", more))
	}
	return r.notes
}

// unknown says what of a statement is not understood.
func (s *Statement) unknown(what, value string) {
	const most = 60
	if len(value) > most {
		value = strings.ToValidUTF8(value[:most], "") + "…"
	}
	s.unclear = append(s.unclear, fmt.Sprintf("%s: %s %s not understood", s.ID, what, strconv.Quote(value)))
}
