// Package text reads records of comma-separated text, fast and within bounds:
// the work that the text formats of payments share. It knows no format.
//
// Text is UTF-8, with or without a byte-order mark. Records are as in RFC 4180:
// separated by line feeds with or without carriage returns, fields in double
// quotes where they hold commas, quotes or line feeds. Beyond the RFC, blank
// lines are passed over and a quote inside a field that does not begin with one
// is an ordinary character.
package text

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"spoor"
)

const (
	firstBuffer = 256 << 10
	// maxRecord bounds memory: nobody pays with a mebibyte in one record, so a
	// longer one is a broken quote or not text.
	maxRecord = 1 << 20
	// maxIdle is how often a source may return nothing and no error.
	maxIdle = 100
)

const bom = "\ufeff"

// Scanner splits text into records and fields. The text is turned into strings
// a block of whole lines at a time, and fields are substrings of the block:
// they stay valid, cost no allocation, and keep a block of up to 1 MiB alive.
type Scanner struct {
	name string
	src  io.Reader
	end  error // why there is no more to read: io.EOF or a failure; nil while there is

	buf  []byte // bytes read; those from len(block) on belong to the next block
	n    int    // how many
	skip bool   // inside a line that is too long: drop what comes up to its end

	block  string // the whole lines at the beginning of buf
	pos    int    // of the next record in block
	begun  bool   // a block was made: there is no byte-order mark any more
	quoted bool   // block holds a quote
	dirty  bool   // block holds a NUL or is not UTF-8

	line   int // of the next record, 1-based
	at     int // of the last record
	record uint64
	fields []string
}

// NewScanner returns a scanner of src; name is what problems call it.
func NewScanner(name string, src io.Reader) *Scanner {
	return &Scanner{name: name, src: src, line: 1, buf: make([]byte, firstBuffer)}
}

// Name is what problems call the source.
func (s *Scanner) Name() string { return s.name }

// Line is the 1-based line on which the last record began, 0 before the first.
func (s *Scanner) Line() int { return s.at }

// Record is the 1-based number of the last record, good or bad.
func (s *Scanner) Record() uint64 { return s.record }

// Next returns the fields of the next record; the slice is used again by the
// following call, the strings are not. It returns io.EOF at the end, and a
// *spoor.Problem for a record that cannot be split or a source that fails;
// unless the problem is fatal the next call goes on with the line after the one
// on which the bad record began.
func (s *Scanner) Next() ([]string, error) {
	for {
		if s.pos == len(s.block) {
			if err := s.fill(false); err != nil {
				return nil, err
			}
			continue
		}
		rest := s.block[s.pos:]
		end := strings.IndexByte(rest, '\n')
		if end < 0 {
			end = len(rest)
		}
		line := rest[:end]
		if s.quoted && strings.IndexByte(line, '"') >= 0 {
			fields, done, err := s.quotedRecord(rest, end)
			if done {
				return fields, err
			}
			continue
		}
		s.step(end, 1)
		if len(line) > 0 && line[len(line)-1] == '\r' {
			line = line[:len(line)-1]
		}
		if line == "" {
			continue
		}
		s.record++
		if s.dirty {
			if err := s.clean(line); err != nil {
				return nil, err
			}
		}
		s.fields = splitBare(line, s.fields[:0])
		return s.fields, nil
	}
}

// step moves past a record of n bytes, not counting its line feed.
func (s *Scanner) step(n, lines int) {
	s.pos = min(s.pos+n+1, len(s.block))
	s.at = s.line
	s.line += lines
}

// quotedRecord reads the record at the beginning of rest, whose first line ends
// at end. It is not done where the record may go on past the block.
func (s *Scanner) quotedRecord(rest string, end int) (fields []string, done bool, err error) {
	var used int
	var fault fault
	s.fields, used, fault = splitQuoted(rest, s.fields[:0])
	if fault == openQuote {
		switch {
		case s.end == nil && s.n-s.pos < maxRecord:
			return nil, false, s.fill(true)
		case s.end != nil && s.end != io.EOF:
			s.pos = len(s.block)
			return nil, true, s.failure()
		}
	}
	s.record++
	if fault != noFault {
		s.step(end, 1)
		return nil, true, s.Problem("", fault.String())
	}
	whole := rest[:used]
	s.step(used, 1+strings.Count(whole, "\n"))
	if s.dirty {
		if err := s.clean(whole); err != nil {
			return nil, true, err
		}
	}
	return s.fields, true, nil
}

// clean says what is wrong with a record of a dirty block, if anything is.
func (s *Scanner) clean(record string) error {
	if strings.IndexByte(record, 0) >= 0 {
		return s.Problem("", "holds a NUL byte, which text does not")
	}
	if !utf8.ValidString(record) {
		return s.Problem("", "is not UTF-8: convert the file to UTF-8 and read it again")
	}
	return nil
}

// Problem describes what is wrong with the last record.
func (s *Scanner) Problem(field, reason string) *spoor.Problem {
	return &spoor.Problem{File: s.name, Line: s.at, Record: s.record, Field: field, Reason: reason}
}

// fill makes the next block. With more set, what is unread is the beginning of
// a record that goes on past the block, and the next block holds all of it.
func (s *Scanner) fill(more bool) error {
	s.n = copy(s.buf, s.buf[s.pos:s.n])
	s.pos, s.block = 0, ""
	cut, least := 0, 1
	if more {
		cut = bytes.LastIndexByte(s.buf[:s.n], '\n') + 1
		least = 2 * s.n // a record is split again only when it has doubled: linear in all
	}
	idle := 0
	for s.end == nil && (cut == 0 || s.n < least) {
		if s.n == len(s.buf) && !s.grow() {
			break
		}
		m, err := s.src.Read(s.buf[s.n:])
		if idle++; m > 0 {
			idle = 0
		} else if err == nil && idle == maxIdle {
			err = io.ErrNoProgress
		}
		if i := bytes.LastIndexByte(s.buf[s.n:s.n+m], '\n'); i >= 0 {
			cut = s.n + i + 1
		}
		s.n += m
		s.end = err
		if s.skip {
			cut = s.dropLine(cut)
		}
	}
	return s.cut(cut)
}

// dropLine removes what belongs to a line that is too long and returns where
// the last whole line ends now.
func (s *Scanner) dropLine(cut int) int {
	i := bytes.IndexByte(s.buf[:s.n], '\n')
	if i < 0 {
		s.n = 0
		return 0
	}
	s.n = copy(s.buf, s.buf[i+1:s.n])
	s.skip = false
	s.line++
	return cut - i - 1
}

// cut makes the block of the first bytes of the buffer.
func (s *Scanner) cut(n int) error {
	switch {
	case s.end == io.EOF && s.n == 0:
		return io.EOF
	case s.end == io.EOF:
		n = s.n // the last line may lack its line feed
	case n == 0 && s.end != nil:
		return s.failure()
	case n == 0:
		s.n, s.skip = 0, true
		s.at = s.line
		s.record++
		return s.Problem("", fmt.Sprintf("is longer than %d bytes: not a line of a payment file", maxRecord))
	}
	s.block = string(s.buf[:n])
	s.quoted = strings.IndexByte(s.block, '"') >= 0
	s.dirty = strings.IndexByte(s.block, 0) >= 0 || !utf8.ValidString(s.block)
	if !s.begun && strings.HasPrefix(s.block, bom) {
		s.pos = len(bom)
	}
	s.begun = true
	return nil
}

func (s *Scanner) grow() bool {
	if len(s.buf) >= maxRecord {
		return false
	}
	s.buf = append(s.buf, make([]byte, min(len(s.buf), maxRecord-len(s.buf)))...)
	return true
}

// failure is the problem of a source that failed; a source that describes its
// own problem is taken at its word.
func (s *Scanner) failure() error {
	var p *spoor.Problem
	if errors.As(s.end, &p) {
		return p
	}
	return &spoor.Problem{
		File: s.name, Fatal: true,
		Reason: fmt.Sprintf("reading stopped after line %d: %v", s.line-1, s.end),
	}
}
