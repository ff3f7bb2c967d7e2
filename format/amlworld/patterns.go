package amlworld

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"spoor"
	"spoor/format/text"
)

const (
	beginMark = "BEGIN LAUNDERING ATTEMPT - "
	endMark   = "END LAUNDERING ATTEMPT - "
)

// SniffPatterns reports whether content that begins with head is a Patterns.txt.
func SniffPatterns(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	return bytes.HasPrefix(bytes.TrimLeft(head, "\r\n"), []byte(beginMark))
}

// PatternsReader reads the payments of a Patterns.txt, without the attempts
// that they belong to. Lines that begin or end an attempt are no records.
type PatternsReader struct {
	scan     *text.Scanner
	row      *row
	record   uint64
	open     bool // inside an attempt
	lastLine int  // on which the last attempt began
	attempt  spoor.Attempt
	err      error // what every further Read returns
}

// NewPatternsReader reads payments from src; name is the file's name for
// problems.
func NewPatternsReader(name string, src io.Reader) *PatternsReader {
	return &PatternsReader{scan: text.NewScanner(name, src), row: plainOrder()}
}

// Read is as [Reader.Read].
func (r *PatternsReader) Read(dst []spoor.Payment) (n int, err error) {
	if r.err != nil {
		return 0, r.err
	}
	for n < len(dst) {
		event, err := r.next(&dst[n])
		if err != nil {
			if end := err == io.EOF; end || fatal(err) {
				r.err = err
				if end && n > 0 {
					return n, nil
				}
			}
			return n, err
		}
		if event == payment {
			n++
		}
	}
	return n, nil
}

func fatal(err error) bool {
	var p *spoor.Problem
	return errors.As(err, &p) && p.Fatal
}

// ReadPatterns reads the laundering attempts of a Patterns.txt, named by their
// typology and their place in the file, "fan-out-1", "cycle-2". An error is a
// *spoor.Problem.
func ReadPatterns(name string, src io.Reader) ([]spoor.Attempt, error) {
	r := NewPatternsReader(name, src)
	var out []spoor.Attempt
	for {
		var p spoor.Payment
		event, err := r.next(&p)
		switch {
		case err == io.EOF:
			return out, nil
		case err != nil:
			return nil, err
		case event == attemptBegins:
			a := r.attempt
			a.Name = fmt.Sprintf("%s-%d", a.Typology, len(out)+1)
			out = append(out, a)
		case event == payment:
			last := &out[len(out)-1]
			last.Payments = append(last.Payments, p)
		}
	}
}

// event is what a line of Patterns.txt is.
type event int

const (
	attemptBegins event = iota
	attemptEnds
	payment
)

// next reads one line; a payment goes into p, the begin of an attempt into
// r.attempt.
func (r *PatternsReader) next(p *spoor.Payment) (event, error) {
	fields, err := r.scan.Next()
	if err == io.EOF {
		return 0, r.atEnd()
	}
	if err != nil {
		return 0, r.unreadable(err)
	}
	if rest, ok := strings.CutPrefix(fields[0], beginMark); ok {
		fields[0] = rest
		return attemptBegins, r.begin(strings.Join(fields, ","))
	}
	if rest, ok := strings.CutPrefix(fields[0], endMark); ok {
		fields[0] = rest
		return attemptEnds, r.finish(strings.TrimSpace(strings.Join(fields, ",")))
	}
	r.record++
	return payment, r.payment(fields, p)
}

// unreadable counts a record that cannot be split: in this format it can only
// be a payment.
func (r *PatternsReader) unreadable(err error) error {
	var p *spoor.Problem
	if errors.As(err, &p) && !p.Fatal {
		r.record++
		p.Record = r.record
	}
	return err
}

func (r *PatternsReader) atEnd() error {
	switch {
	case r.lastLine == 0 && r.scan.Line() == 0:
		return &spoor.Problem{File: r.scan.Name(), Reason: "is empty", Fatal: true}
	case r.open:
		r.open = false
		return r.problem("", fmt.Sprintf("the file ends inside the attempt that began on line %d: it was cut", r.lastLine))
	}
	return io.EOF
}

func (r *PatternsReader) begin(words string) error {
	wasOpen, lastLine := r.open, r.lastLine
	name, detail, _ := strings.Cut(words, ":")
	t, err := parseTypology(strings.TrimSpace(name))
	r.open, r.lastLine = true, r.scan.Line()
	r.attempt = spoor.Attempt{Typology: t, Detail: strings.TrimSpace(detail)}
	switch {
	case err != nil:
		return r.problem("", err.Error())
	case wasOpen:
		return r.problem("", fmt.Sprintf("an attempt begins inside the one that began on line %d", lastLine))
	}
	return nil
}

func (r *PatternsReader) finish(name string) error {
	open, typology := r.open, r.attempt.Typology
	r.open = false
	switch {
	case !open:
		return r.problem("", "an attempt ends that did not begin")
	case typology != "" && typologyName(typology) != name:
		return r.problem("", fmt.Sprintf("%s ends, and %s began on line %d", text.Show(name), typologyName(typology), r.lastLine))
	}
	return nil
}

func (r *PatternsReader) payment(fields []string, p *spoor.Payment) error {
	if !r.open {
		return r.problem("", "a payment outside of an attempt")
	}
	if len(fields) != 11 {
		return r.problem("", fmt.Sprintf("has %d fields, and a payment has 11", len(fields)))
	}
	*p = spoor.Payment{Record: r.record}
	if column, err := r.row.Row(fields, p); err != nil {
		return r.problem(column, err.Error())
	}
	return nil
}

func (r *PatternsReader) problem(field, reason string) *spoor.Problem {
	p := r.scan.Problem(field, reason)
	p.Record = r.record
	return p
}

// WritePatterns writes attempts as a Patterns.txt. A behaviour, which AMLworld
// does not have, is written by its name in capitals. Attempts lose their names,
// and payments what [Writer] loses.
func WritePatterns(w io.Writer, attempts []spoor.Attempt) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var line []byte
	for _, a := range attempts {
		name := typologyName(a.Typology)
		if _, err := parseTypology(name); err != nil {
			return fmt.Errorf("attempt %q: %w", a.Name, err)
		}
		if strings.ContainsAny(a.Detail, "\r\n\"") || !text.Writable(a.Detail) {
			return fmt.Errorf("attempt %q: its detail %q is not plain words on one line", a.Name, a.Detail)
		}
		out.WriteString(beginMark + name)
		if a.Detail != "" {
			out.WriteString(":  " + a.Detail)
		}
		out.WriteByte('\n')
		for i := range a.Payments {
			var err error
			if line, err = appendRow(line[:0], &a.Payments[i]); err != nil {
				return fmt.Errorf("attempt %q: %w", a.Name, err)
			}
			out.Write(line)
		}
		out.WriteString(endMark + name + "\n\n")
	}
	return out.Flush()
}
