package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"spoor"
	"spoor/format/lists"
	"spoor/format/text"
)

// table reads comma-separated text with a header, by the names of its columns in
// any letter case.
type table struct {
	scan   *text.Scanner
	header []string
	at     map[string]int
	row    []string
	err    error // that ended it
}

func newTable(file string, src io.Reader) (*table, error) {
	t := &table{scan: text.NewScanner(file, src), at: map[string]int{}}
	header, err := t.scan.Next()
	if err == io.EOF {
		return nil, &spoor.Problem{File: file, Reason: "is empty", Fatal: true}
	}
	if err != nil {
		return nil, err
	}
	for i, column := range header {
		t.header = append(t.header, column)
		if column = strings.ToLower(strings.TrimSpace(column)); !t.has(column) {
			t.at[column] = i
		}
	}
	return t, nil
}

func (t *table) has(column string) bool {
	_, ok := t.at[column]
	return ok
}

// next goes on to the next record; at the end, or where one is bad, it is false.
func (t *table) next() bool {
	row, err := t.scan.Next()
	switch {
	case err == io.EOF:
	case err != nil:
		t.err = err
	case len(row) != len(t.header):
		t.err = t.problem("", fmt.Sprintf("has %d fields, and the header has %d", len(row), len(t.header)))
	default:
		t.row = row
		return true
	}
	return false
}

// get is the cell of the first of some columns that has something in it.
func (t *table) get(columns ...string) string {
	for _, c := range columns {
		if i, ok := t.at[c]; ok {
			if s := strings.TrimSpace(t.row[i]); s != "" {
				return s
			}
		}
	}
	return ""
}

func (t *table) problem(column, reason string) *spoor.Problem { return t.scan.Problem(column, reason) }

// partyFile reads parties to look for.
type partyFile struct {
	file     string
	table    *table
	plain    bool // one name a line, no header
	first    bool // the plain name in the header's place was given
	unclear  int  // cells that say nothing we know
	nameless int
	close    func()
}

// openInput opens a file; that there is none is bad input.
func openInput(file string) (*os.File, error) {
	f, err := os.Open(file)
	var path *os.PathError
	if errors.As(err, &path) {
		return nil, &spoor.Problem{File: file, Reason: path.Err.Error(), Fatal: true}
	}
	return f, err
}

func openParties(file string, stdin io.Reader) (*partyFile, error) {
	p := &partyFile{file: file, close: func() {}}
	src := stdin
	if file == "-" {
		p.file = "standard input"
	} else {
		f, err := openInput(file)
		if err != nil {
			return nil, err
		}
		src, p.close = f, func() { f.Close() }
	}
	buffered := bufio.NewReader(src)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzip, err := gzip.NewReader(buffered)
		if err != nil {
			p.close()
			return nil, &spoor.Problem{File: p.file, Reason: err.Error(), Fatal: true}
		}
		buffered = bufio.NewReader(unzip)
	}
	var err error
	if p.table, err = newTable(p.file, buffered); err != nil {
		p.close()
		return nil, err
	}
	if p.plain = !p.table.has("name") && !p.table.has("full_name"); p.plain && len(p.table.header) > 2 {
		p.close()
		return nil, &spoor.Problem{File: p.file, Line: 1, Field: "name", Reason: "there is no column name or full_name", Fatal: true}
	}
	return p, nil
}

// read gives up to so many parties; none at the end.
func (p *partyFile) read(most int) (out []spoor.Party, err error) {
	if p.plain {
		return p.lines(most)
	}
	for len(out) < most && p.table.next() {
		if q := p.party(); len(q.Names)+len(q.Identifiers) > 0 {
			out = append(out, q)
		} else {
			p.nameless++
		}
	}
	return out, p.table.err
}

// lines reads a name a line; a comma in it is part of it.
func (p *partyFile) lines(most int) (out []spoor.Party, err error) {
	add := func(fields []string) {
		if s := strings.TrimSpace(strings.Join(fields, ",")); s != "" {
			out = append(out, spoor.Party{Names: []spoor.Name{{Full: s}}})
		}
	}
	if !p.first {
		p.first = true
		add(p.table.header)
	}
	for len(out) < most {
		fields, err := p.table.scan.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		add(fields)
	}
	return out, nil
}

// numberColumns are the columns that hold numbers, by their kinds' names and by
// those that files of FollowTheMoney use.
var numberColumns = map[string]spoor.IdentifierKind{
	"iban": spoor.IBAN, "bic": spoor.BIC, "swiftbic": spoor.BIC, "account": spoor.AccountNumber, "lei": spoor.LEI, "leicode": spoor.LEI,
	"imo": spoor.IMO, "imonumber": spoor.IMO, "mmsi": spoor.MMSI, "call-sign": spoor.CallSign, "callsign": spoor.CallSign,
	"tail-number": spoor.TailNumber, "passport": spoor.Passport, "passportnumber": spoor.Passport, "national-id": spoor.NationalID,
	"idnumber": spoor.NationalID, "tax": spoor.TaxNumber, "taxnumber": spoor.TaxNumber, "inncode": spoor.TaxNumber,
	"registration": spoor.Registration, "registrationnumber": spoor.Registration, "phone": spoor.Phone, "email": spoor.Email,
	"crypto": spoor.CryptoAddress,
}

// party makes a party of a record. Several values of a cell stand between
// semicolons. A kind, date or country that is not understood is counted and left
// out: the name is looked for all the same.
func (p *partyFile) party() (q spoor.Party) {
	t := p.table
	if n := t.get("name", "full_name"); n != "" {
		q.Names = []spoor.Name{{Full: n}}
	}
	var ok bool
	if q.Kind, ok = spoor.ParsePartyKind(t.get("schema", "kind")); !ok {
		p.unclear++
	}
	for _, s := range strings.Split(t.get("date_of_birth", "birth", "birthdate", "dob"), ";") {
		found := lists.Dates(s)
		q.Births = append(q.Births, found...)
		p.unclear += one(len(found) == 0 && strings.TrimSpace(s) != "")
	}
	for _, s := range strings.Split(t.get("country", "nationality", "countries"), ";") {
		found := lists.Countries(strings.TrimSpace(s))
		q.Countries = append(q.Countries, found...)
		p.unclear += one(len(found) == 0 && strings.TrimSpace(s) != "")
	}
	for _, column := range t.header {
		column = strings.ToLower(strings.TrimSpace(column))
		kind, ok := numberColumns[column]
		if !ok {
			continue
		}
		for _, s := range strings.Split(t.get(column), ";") {
			if s = strings.TrimSpace(s); s != "" {
				q.Identifiers = append(q.Identifiers, spoor.Identifier{Kind: kind, Value: s})
			}
		}
	}
	return q
}

// tell says what was left out.
func (p *partyFile) tell(w io.Writer) {
	if p.unclear > 0 {
		verb := "were"
		if p.unclear == 1 {
			verb = "was"
		}
		fmt.Fprintf(w, "note: %s of kind, birth or country that %s not understood: the names were looked for without\n", plural(p.unclear, "cell"), verb)
	}
	if p.nameless > 0 {
		fmt.Fprintf(w, "note: %s with neither a name nor a number\n", plural(p.nameless, "record"))
	}
}
