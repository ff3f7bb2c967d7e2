package ftm

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"spoor"
)

// MaxEntity is how many bytes one entity may take.
const MaxEntity = 1 << 20

// items cuts a file into its entities: the lines, or the elements of an array.
type items struct {
	file  string
	src   *bufio.Reader
	line  int // of the next byte
	began int // line on which the current item begins
	array bool
	done  bool
	buf   []byte
	long  bool // the current item is too long; the rest of it is dropped
}

func newItems(file string, src io.Reader) *items {
	return &items{file: file, src: bufio.NewReaderSize(src, 64<<10), line: 1}
}

// next gives the next item without white space around it, valid until the
// following call; io.EOF at the end.
func (s *items) next() ([]byte, error) {
	c, err := s.skip()
	if err != nil {
		return nil, err
	}
	if s.done { // behind the array
		return nil, s.fatal("there is more after the end of the array")
	}
	if c == '[' && !s.array && s.began == 0 {
		s.array = true
		if c, err = s.skip(); err != nil {
			return nil, s.cut(err)
		}
	}
	if s.array && c == ']' {
		s.done = true
		return s.next()
	}
	s.began, s.buf, s.long = s.line, s.buf[:0], false
	if err := s.src.UnreadByte(); err != nil {
		return nil, s.fatal(err.Error())
	}
	if s.array {
		err = s.element()
	} else {
		err = s.rest()
	}
	switch {
	case err != nil:
		return nil, err
	case s.long:
		return nil, s.problem(fmt.Sprintf("the entity is longer than %d bytes", MaxEntity))
	}
	return bytes.TrimSpace(s.buf), nil
}

// skip gives the first byte that is no white space, nor, in an array, a comma.
func (s *items) skip() (byte, error) {
	for {
		c, err := s.byte()
		if err == io.EOF && s.array && !s.done {
			return 0, s.cut(err)
		}
		if err != nil {
			return 0, err
		}
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' || s.array && c == ',':
		case s.line == 1 && s.began == 0 && (c == 0xef || c == 0xbb || c == 0xbf): // byte order mark
		default:
			return c, nil
		}
	}
}

func (s *items) byte() (byte, error) {
	c, err := s.src.ReadByte()
	if c == '\n' {
		s.line++
	}
	if err != nil && err != io.EOF {
		return 0, s.fatal("cannot be read further: " + err.Error())
	}
	return c, err
}

func (s *items) keep(c byte) {
	if s.long = s.long || len(s.buf) == MaxEntity; !s.long {
		s.buf = append(s.buf, c)
	}
}

// rest reads to the end of the line.
func (s *items) rest() error {
	for {
		c, err := s.byte()
		if err == io.EOF || c == '\n' {
			return nil
		}
		if err != nil {
			return err
		}
		s.keep(c)
	}
}

// element reads to the comma or bracket after an array's element and leaves it.
func (s *items) element() error {
	depth, quoted := 0, false
	for {
		c, err := s.byte()
		if err != nil {
			return s.cut(err)
		}
		switch {
		case quoted && c == '\\':
			s.keep(c)
			if c, err = s.byte(); err != nil {
				return s.cut(err)
			}
		case c == '"':
			quoted = !quoted
		case quoted:
		case depth == 0 && (c == ',' || c == ']'):
			return s.src.UnreadByte()
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth = max(depth-1, 0)
		}
		s.keep(c)
	}
}

func (s *items) problem(reason string) *spoor.Problem {
	return &spoor.Problem{File: s.file, Line: s.began, Reason: reason}
}

func (s *items) fatal(reason string) *spoor.Problem {
	return &spoor.Problem{File: s.file, Line: s.line, Reason: reason, Fatal: true}
}

// cut says that a file ends inside its array, unless something else is wrong.
func (s *items) cut(err error) error {
	if err == io.EOF {
		return s.fatal("the file ends inside the array: it is cut off")
	}
	return err
}
