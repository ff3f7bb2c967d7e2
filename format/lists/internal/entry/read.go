// Package entry reads files of sanctions lists, each as its publisher lays it
// out, into listings.
//
//	r := &entry.Reading{Name: "un.xml"}
//	err := r.UN(file)
//
// An error means that the file is broken or cut off as a whole. Records that
// cannot be read are counted and described in the reading. Numbers are taken
// with care, since an exact hit on one can block a payment: only in the form of
// their kind, and none that many parties share.
package entry

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"spoor"
	"spoor/format/text"
)

// MaxListings is how many entries one file may hold.
const MaxListings = 5_000_000

// maxProblems is how many problems of a file are kept.
const maxProblems = 100

// Reading gathers what one file, or a set of OFAC's, holds.
type Reading struct {
	Name      string // of the file, for problems
	Listings  []spoor.Listing
	Published spoor.Instant // as the file itself says; 0 where it does not
	Problems  []*spoor.Problem
	Good, Bad int // records
}

// place makes a problem where a reader stands.
type place func(field, reason string) *spoor.Problem

// add keeps a listing that has an id and a name.
func (r *Reading) add(d *draft, at place) {
	switch {
	case d.ID == "":
		r.fault(at("id", "the entry has no id"))
		return
	case len(d.Names) == 0:
		r.fault(at("name", "entry "+text.Show(d.ID)+" has no name"))
		return
	case d.over != "":
		r.note(at("", fmt.Sprintf("entry %s has more than %d %s: the rest is left out", text.Show(d.ID), MaxNames, d.over)))
	}
	r.Good++
	r.Listings = append(r.Listings, d.Listing)
}

// fault counts an entry that could not be read.
func (r *Reading) fault(p *spoor.Problem) {
	r.Bad++
	r.note(p)
}

// note keeps a problem that costs no entry.
func (r *Reading) note(p *spoor.Problem) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, p)
	}
}

func (r *Reading) broken(reason string) *spoor.Problem {
	return &spoor.Problem{File: r.Name, Reason: reason, Fatal: true}
}

// full reports a file with more entries than the limit.
func (r *Reading) full() error {
	if len(r.Listings) < MaxListings {
		return nil
	}
	return r.broken(fmt.Sprintf("there are more than %d entries", MaxListings))
}

// controlZ is the end-of-file mark of old systems, behind OFAC's files.
const controlZ = "\x1a"

// rows gives the records of comma-separated text to use, which returns the
// column at fault and why. A file whose last record is bad is taken as cut off.
func (r *Reading) rows(src io.Reader, use func(row []string, at place) (string, error)) error {
	scan := text.NewScanner(r.Name, src)
	var last error
	for {
		row, err := scan.Next()
		if err == io.EOF {
			break
		}
		var p *spoor.Problem
		switch {
		case errors.As(err, &p):
			if last = err; p.Fatal {
				return err
			}
			r.fault(p)
			continue
		case err != nil:
			return err
		case len(row) == 1 && strings.Trim(row[0], controlZ) == "":
			continue
		}
		if err := r.full(); err != nil {
			return err
		}
		var column string
		if column, last = use(row, scan.Problem); last != nil {
			r.fault(scan.Problem(column, last.Error()))
		}
	}
	if last != nil {
		return r.broken("the last record is not whole: the file is cut off, or no list")
	}
	return nil
}

// columns reads the header of comma-separated text into a map, and the records
// after it by column name.
func (r *Reading) columns(src io.Reader, use func(get func(string) string, at place)) error {
	var index map[string]int
	return r.rows(src, func(row []string, at place) (string, error) {
		if index == nil {
			index = make(map[string]int, len(row))
			for i, name := range row {
				index[strings.ToLower(strings.TrimSpace(name))] = i
			}
			if len(index) != len(row) {
				clear(index) // so that no record fits it
				return "", errors.New("the header names a column twice")
			}
			return "", nil
		}
		if len(row) != len(index) {
			return "", errors.New("the record has another number of fields than the header")
		}
		use(func(column string) string {
			if i, ok := index[column]; ok {
				return strings.TrimSpace(row[i])
			}
			return ""
		}, at)
		return "", nil
	})
}

// Unique joins entries that have one id, and says so.
func (r *Reading) Unique() {
	index := make(map[string]int, len(r.Listings))
	out := r.Listings[:0]
	for i := range r.Listings {
		l := &r.Listings[i]
		if at, there := index[l.ID]; there {
			Merge(&out[at], l)
			r.note(&spoor.Problem{File: r.Name, Field: "id", Reason: "two entries have the id " + text.Show(l.ID) + ": they are taken as one"})
			continue
		}
		index[l.ID] = len(out)
		out = append(out, *l)
	}
	r.Listings = slices.Clip(out)
}
