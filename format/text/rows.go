package text

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"spoor"
)

// Decoder turns the records of one format into payments.
type Decoder interface {
	// Begin looks up the columns by the names in the header.
	Begin(c *Columns)
	// Row fills p, which is zero but for Record, from a record that has as many
	// fields as the header. It returns the column that is wrong and why, or
	// [Skip] for a record that is not a payment.
	Row(fields []string, p *spoor.Payment) (column string, err error)
}

// Skip is what a Decoder returns for a record that is not a payment.
var Skip = errors.New("not a payment")

// Rows reads payments from text that has a header and one payment a record.
type Rows struct {
	scan  *Scanner
	dec   Decoder
	begun bool
	width int
	err   error // what every further Read returns
}

// NewRows returns a reader of src; name is what problems call it.
func NewRows(name string, src io.Reader, dec Decoder) *Rows {
	return &Rows{scan: NewScanner(name, src), dec: dec}
}

// Read fills dst with payments and returns how many: at least one, and fewer
// than there is room for where more are not there yet. The end is 0 and io.EOF.
// For a bad record it returns the payments before it and a *spoor.Problem;
// unless that is fatal, the next Read goes on after the bad record.
func (r *Rows) Read(dst []spoor.Payment) (n int, err error) {
	if !r.begun {
		r.begun = true
		r.err = r.begin()
	}
	if r.err != nil {
		return 0, r.err
	}
	for n < len(dst) {
		if n > 0 && r.scan.pos == len(r.scan.block) {
			return n, nil // more would wait for a source that may be slow
		}
		fields, err := r.scan.Next()
		if err != nil {
			return r.stop(n, err)
		}
		if len(fields) != r.width {
			return n, widthProblem(r.scan, len(fields), r.width)
		}
		dst[n] = spoor.Payment{Record: r.scan.record}
		column, err := r.dec.Row(fields, &dst[n])
		switch {
		case err == nil:
			n++
		case err != Skip:
			return n, r.scan.Problem(column, err.Error())
		}
	}
	return n, nil
}

// stop ends a Read at the end of the text or at a record that cannot be split.
func (r *Rows) stop(n int, err error) (int, error) {
	if err == io.EOF {
		r.err = err
		if n > 0 {
			return n, nil
		}
		return 0, err
	}
	var p *spoor.Problem
	if errors.As(err, &p) && p.Fatal {
		r.err = p
	}
	return n, err
}

func (r *Rows) begin() (err error) {
	r.width, err = header(r.scan, r.dec.Begin)
	return err
}

// header reads the first record as a header, gives it to begin and returns how
// many columns it has. The records after it are counted from 1. Its error is
// fatal: without the header nothing of the file can be understood.
func header(scan *Scanner, begin func(*Columns)) (width int, err error) {
	fields, err := scan.Next()
	var p *spoor.Problem
	switch {
	case err == io.EOF:
		return 0, &spoor.Problem{File: scan.name, Reason: "is empty", Fatal: true}
	case errors.As(err, &p):
		p.Fatal, p.Record = true, 0
		return 0, p
	}
	c := &Columns{Names: append([]string(nil), fields...)}
	begin(c)
	if reason := c.fault(); reason != "" {
		return 0, &spoor.Problem{File: scan.name, Line: scan.at, Reason: reason, Fatal: true}
	}
	scan.record = 0
	return len(fields), nil
}

// Each reads a small text that has a header: begin is given its columns, and
// row each record, of as many fields. It stops at the first thing that is
// wrong, a *spoor.Problem; row returns the column at fault and why.
func Each(name string, src io.Reader, begin func(*Columns), row func(fields []string) (column string, err error)) error {
	scan := NewScanner(name, src)
	width, err := header(scan, begin)
	for err == nil {
		var fields []string
		if fields, err = scan.Next(); err != nil {
			break
		}
		if len(fields) != width {
			return widthProblem(scan, len(fields), width)
		}
		if column, err := row(fields); err != nil {
			return scan.Problem(column, err.Error())
		}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

func widthProblem(scan *Scanner, have, want int) *spoor.Problem {
	return scan.Problem("", fmt.Sprintf("has %d fields, and the header has %d", have, want))
}

// Columns finds columns by their names in a header, in any order, letter case
// and surrounding spaces not counting.
type Columns struct {
	Names   []string
	missing []string
	double  []string
}

// Need returns the index of a column that must be there once.
func (c *Columns) Need(name string) int {
	i := c.Maybe(name)
	if i < 0 {
		c.missing = append(c.missing, fmt.Sprintf("%q", name))
		return 0
	}
	return i
}

// Maybe returns the index of a column, or -1 where there is none.
func (c *Columns) Maybe(name string) int {
	i := c.Nth(name, 0)
	if i >= 0 && c.Nth(name, 1) >= 0 {
		c.double = append(c.double, fmt.Sprintf("%q", name))
	}
	return i
}

// Nth returns the index of the n-th column of a name that may be there several
// times, n from 0, or -1.
func (c *Columns) Nth(name string, n int) int {
	for i, have := range c.Names {
		if strings.EqualFold(strings.TrimSpace(have), name) {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return -1
}

// fault says which columns are missing or there twice, "" where all is well.
func (c *Columns) fault() string {
	switch {
	case len(c.missing) > 0:
		return fmt.Sprintf("the header lacks %s; it has %s", strings.Join(c.missing, ", "), Show(strings.Join(c.Names, ",")))
	case len(c.double) > 0:
		return fmt.Sprintf("the header has %s more than once", strings.Join(c.double, ", "))
	}
	return ""
}

// At returns a field, "" where the column is missing (-1).
func At(fields []string, column int) string {
	if column < 0 {
		return ""
	}
	return fields[column]
}
