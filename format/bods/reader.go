package bods

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"spoor"
)

// MaxStatement is how many bytes one statement may take.
const MaxStatement = 1 << 20

// Sniff reports whether a file that begins like head holds BODS statements.
func Sniff(head []byte) bool {
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff")))
	if rest, ok := bytes.CutPrefix(head, []byte("[")); ok {
		head = bytes.TrimSpace(rest)
	}
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	has := func(s string) bool { return bytes.Contains(head, []byte(`"`+s+`"`)) }
	return (has("statementID") || has("statementId")) && (has("statementType") || has("recordType"))
}

// Reader reads the statements of one file.
type Reader struct {
	name   string
	src    *source
	dec    *json.Decoder
	begun  bool
	array  bool
	record uint64
	end    error
	notes  []string
	noted  int
}

// NewReader makes a reader; name is what problems call the file.
func NewReader(name string, src io.Reader) *Reader {
	s := &source{src: src, line: 1}
	r := &Reader{name: name, src: s, dec: json.NewDecoder(s)}
	s.at = r.dec.InputOffset
	return r
}

// Next gives the next statement, and io.EOF at the end. A *[spoor.Problem]
// describes a statement that cannot be read; unless it is fatal, the following
// call goes on with the one after it. Statements of other kinds are passed over;
// [Reader.Notes] names them.
func (r *Reader) Next() (*Statement, error) {
	for r.end == nil {
		raw, err := r.next()
		if err != nil {
			r.end = err
			break
		}
		r.record++
		s, f := parse(raw)
		line := r.src.lineAt(r.dec.InputOffset() - int64(len(raw)))
		if f != nil {
			return nil, &spoor.Problem{File: r.name, Line: line, Record: r.record, Field: f.field, Reason: f.reason}
		}
		for _, what := range s.unclear {
			r.note(what, line)
		}
		if !s.other {
			return s, nil
		}
	}
	return nil, r.end
}

// next gives the next value of the array or of the lines.
func (r *Reader) next() (raw json.RawMessage, err error) {
	if !r.begun {
		r.begun = true
		if r.array, err = r.src.begins('['); err == nil && r.array {
			_, err = r.dec.Token()
		}
		if err != nil {
			return nil, r.broken(err)
		}
	}
	if r.array && !r.dec.More() {
		if _, err := r.dec.Token(); err != nil {
			return nil, r.broken(err)
		}
		if _, err := r.dec.Token(); err != io.EOF {
			return nil, r.fatal("there is more after the end of the array")
		}
		return nil, io.EOF
	}
	if err := r.dec.Decode(&raw); err != nil {
		if err == io.EOF && !r.array {
			return nil, err
		}
		return nil, r.broken(err)
	}
	if len(raw) > MaxStatement {
		return nil, r.fatal(errLong.Error())
	}
	return raw, nil
}

func (r *Reader) broken(err error) error {
	var syntax *json.SyntaxError
	var p *spoor.Problem
	switch {
	case errors.As(err, &p): // of what is read from: it says itself what is wrong
		return p
	case errors.Is(err, errLong):
		return r.fatal(errLong.Error())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return r.fatal("the file ends too early: it is cut off")
	case errors.As(err, &syntax):
		return r.fatal("the JSON is broken: " + syntax.Error())
	}
	return r.fatal("cannot be read further: " + err.Error())
}

func (r *Reader) fatal(reason string) *spoor.Problem {
	return &spoor.Problem{File: r.name, Line: r.src.lineAt(r.dec.InputOffset()), Record: r.record + 1, Reason: reason, Fatal: true}
}

var errLong = fmt.Errorf("a statement is longer than %d bytes", MaxStatement)

// source bounds how far a decoder reads ahead, drops a byte-order mark, and
// knows on which line an offset is.
type source struct {
	src   io.Reader
	at    func() int64 // how far the decoder has come
	peek  []byte       // read, and not given yet
	given int64
	feeds []int64 // offsets of the line feeds that the decoder has not passed
	line  int     // of the first byte behind those it has passed
	err   error
}

// begins reports whether the first byte that is no white space is c.
func (s *source) begins(c byte) (bool, error) {
	buf := make([]byte, 512)
	for s.err == nil {
		var n int
		n, s.err = s.src.Read(buf)
		s.peek = append(s.peek, buf[:n]...)
		if len(s.peek) < 3 && s.err == nil {
			continue
		}
		s.peek = bytes.TrimPrefix(s.peek, []byte("\ufeff"))
		if t := strings.TrimLeft(string(s.peek), " \t\r\n"); t != "" || len(s.peek) > MaxStatement {
			return strings.HasPrefix(t, string(c)), nil
		}
	}
	if s.err == io.EOF {
		return false, nil
	}
	return false, s.err
}

func (s *source) Read(p []byte) (n int, err error) {
	if s.given-s.at() > 2*MaxStatement {
		return 0, errLong
	}
	if len(s.peek) > 0 {
		n = copy(p, s.peek)
		s.peek = s.peek[n:]
	} else if n, err = 0, s.err; err == nil {
		n, err = s.src.Read(p)
	}
	s.lineAt(s.at())
	for i, c := range p[:n] {
		if c == '\n' {
			s.feeds = append(s.feeds, s.given+int64(i))
		}
	}
	s.given += int64(n)
	return n, err
}

// lineAt is the line of an offset that is not before those asked for earlier.
func (s *source) lineAt(offset int64) int {
	for len(s.feeds) > 0 && s.feeds[0] < offset {
		s.feeds = s.feeds[1:]
		s.line++
	}
	return s.line
}
