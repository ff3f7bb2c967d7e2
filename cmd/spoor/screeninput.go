package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"spoor"
	drawtext "spoor/draw/text"
	"spoor/format/iso20022"
	"spoor/format/lists"
	"spoor/format/text"
)

// table reads text with a header, by the names of its columns in any letter
// case. Commas, semicolons or tabs separate the columns.
type table struct {
	scan   *text.Scanner
	header []string
	at     map[string]int
	row    []string
	err    error // that ended it
}

func newTable(file string, src io.Reader) (*table, error) {
	buffered := bufio.NewReaderSize(src, tableHead)
	head, _ := buffered.Peek(tableHead)
	if what := otherThanText(head); what != "" {
		return nil, &spoor.Problem{File: file, Reason: "holds " + what + ": want comma-separated text with a header, or one name a line", Fatal: true}
	}
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		_, _ = buffered.Discard(len("\ufeff"))
	}
	src = buffered
	if sep := separator(head); sep != ',' {
		src = &commas{src: buffered, sep: sep}
	}
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

// tableHead is how much of a table tells what it is.
const tableHead = 64 << 10

// otherThanText says what a file holds that begins like head and is no table.
func otherThanText(head []byte) string {
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff")))
	switch {
	case len(head) == 0:
	case head[0] == '<':
		return "XML or a web page"
	case head[0] == '{' || head[0] == '[':
		return "JSON"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "a spreadsheet or an archive"
	case bytes.IndexByte(head, 0) >= 0:
		return "no UTF-8 text"
	}
	return ""
}

// separator finds what separates the columns: what leaves a column for names, or
// else what makes the most columns.
func separator(head []byte) byte {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), "\r\n")
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := byte(','), 0
	for _, sep := range []byte(",;\t") {
		cells := bytes.Split(line, []byte{sep})
		n := len(cells)
		for _, c := range cells {
			if c = bytes.ToLower(bytes.Trim(c, " \"\r")); n > 1 && (string(c) == "name" || string(c) == "full_name") {
				n += tableHead
			}
		}
		if n > most {
			best, most = sep, n
		}
	}
	return best
}

// commas makes text with another separator one with commas. Line feeds stay
// where they are, so that lines keep their numbers.
type commas struct {
	src *bufio.Reader
	sep byte
	out []byte
	raw []byte // a field as it is written
}

// mostField is how many bytes a field may have.
const mostField = 1 << 20

func (c *commas) Read(p []byte) (int, error) {
	for len(c.out) == 0 {
		if err := c.field(); err != nil && len(c.out) == 0 {
			return 0, err
		}
	}
	n := copy(p, c.out)
	c.out = c.out[n:]
	return n, nil
}

// field takes over one field and what ends it.
func (c *commas) field() error {
	c.out, c.raw = c.out[:0], c.raw[:0]
	quoted := false
	for {
		b, err := c.src.ReadByte()
		ended := err != nil || !quoted && (b == c.sep || b == '\n')
		if !ended {
			if c.raw = append(c.raw, b); len(c.raw) > mostField {
				return fmt.Errorf("a field is longer than %d bytes", mostField)
			}
			quoted = quoted != (b == '"' && (quoted || len(c.raw) == 1 || c.raw[0] == '"'))
			continue
		}
		field, feed := c.raw, []byte(nil)
		if err != nil || b == '\n' {
			if field = bytes.TrimSuffix(c.raw, []byte("\r")); len(field) < len(c.raw) {
				feed = []byte("\r")
			}
		}
		if len(field) > 0 && field[0] == '"' {
			c.out = append(c.out, field...)
		} else {
			c.out = text.AppendField(c.out, string(field))
		}
		c.out = append(c.out, feed...)
		switch {
		case err != nil:
			return err
		case b == c.sep:
			b = ','
		}
		c.out = append(c.out, b)
		return nil
	}
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
	s, _ := t.cell(columns...)
	return s
}

// cell is what get gives, and the column's name.
func (t *table) cell(columns ...string) (s, column string) {
	for _, c := range columns {
		if i, ok := t.at[c]; ok {
			if s := strings.TrimSpace(t.row[i]); s != "" {
				return s, c
			}
		}
	}
	return "", ""
}

func (t *table) problem(column, reason string) *spoor.Problem { return t.scan.Problem(column, reason) }

// partyFile reads parties to look for.
type partyFile struct {
	file     string
	table    *table
	plain    bool // one name a line, no header
	first    bool // the plain name in the header's place was given
	unclear  int  // cells that say nothing we know, or something doubtful
	noted    []*spoor.Problem
	nameless int
	close    func()
}

// mostNoted is how many cells that are not clear are named.
const mostNoted = 20

func (p *partyFile) note(column, reason string) {
	if p.unclear++; len(p.noted) < mostNoted {
		p.noted = append(p.noted, p.table.problem(column, reason))
	}
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
	if p.plain = !p.table.has("name") && !p.table.has("full_name"); p.plain && !p.table.begins() {
		p.close()
		var found []string
		for _, column := range p.table.header[:min(len(p.table.header), 20)] {
			found = append(found, strings.TrimSpace(column))
		}
		reason := fmt.Sprintf("no column is called name or full_name (found: %s)", strings.Join(found, ", "))
		return nil, &spoor.Problem{File: p.file, Line: 1, Reason: reason, Fatal: true}
	}
	return p, nil
}

// begins reports whether the first line may be a name in a file of one name a
// line: it has one cell, or is written like "LEM, Ivo". To take a header for a
// name would be to look for whatever its rows hold.
func (t *table) begins() bool {
	if len(t.header) == 1 {
		return true
	}
	if len(t.header) > 2 || !strings.HasPrefix(t.header[1], " ") {
		return false
	}
	for _, cell := range t.header {
		cell = strings.TrimSpace(cell)
		first, _ := utf8.DecodeRuneInString(cell)
		if !unicode.IsLetter(first) || unicode.IsLower(first) || strings.ContainsAny(cell, "0123456789_") || knownColumn(strings.ToLower(cell)) {
			return false
		}
	}
	return true
}

// knownColumn reports whether a cell is called as a column is.
func knownColumn(s string) bool {
	_, number := numberColumns[s]
	return number || slices.Contains(slices.Concat(kindColumns, birthColumns, countryColumns), s)
}

// The columns that say something of a party, besides its name and numbers.
var (
	kindColumns    = []string{"schema", "kind"}
	birthColumns   = []string{"date_of_birth", "birth", "birthdate", "dob"}
	countryColumns = []string{"country", "nationality", "countries"}
)

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
			q := spoor.Party{Names: []spoor.Name{{Full: s}}}
			p.numbered(&q, "")
			out = append(out, q)
		}
	}
	if !p.first {
		p.first = true
		add(p.table.header)
	}
	for len(out) < most {
		fields, err := p.table.scan.Next()
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return out, err
		case slices.ContainsFunc(fields, func(s string) bool { return strings.ContainsAny(s, ";\t") }):
			return out, p.table.problem("", "has several cells, and the first line is no header: name the columns there, one of them name or full_name")
		}
		add(fields)
	}
	return out, nil
}

// numbered looks for a name that is a number as a number, too, and doubts
// numbers whose check digit is wrong.
func (p *partyFile) numbered(q *spoor.Party, column string) {
	if s := nameAsNumber(q); s != "" {
		p.note(column, s)
	}
	for _, id := range q.Identifiers {
		if s := doubt(id); s != "" {
			kind := string(id.Kind)
			p.note(kind, strings.TrimPrefix(s, kind+" "))
		}
	}
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
// semicolons. A kind, date or country that is not understood is told and left
// out: the name is looked for all the same.
func (p *partyFile) party() (q spoor.Party) {
	t := p.table
	n, column := t.cell("name", "full_name")
	if n != "" {
		q.Names = []spoor.Name{{Full: n}}
	}
	kind, of := t.cell(kindColumns...)
	var ok bool
	if q.Kind, ok = spoor.ParsePartyKind(kind); !ok {
		p.note(of, text.Show(kind)+" is no kind of party that is known: looked for as any")
	}
	births, of := t.cell(birthColumns...)
	for _, s := range strings.Split(births, ";") {
		found, ok := readDates(s)
		q.Births = append(q.Births, found...)
		if !ok {
			p.note(of, text.Show(strings.TrimSpace(s))+" is no date, or no day that there is: looked for without")
		}
	}
	countries, of := t.cell(countryColumns...)
	for _, s := range strings.Split(countries, ";") {
		found := lists.Countries(strings.TrimSpace(s))
		q.Countries = append(q.Countries, found...)
		if len(found) == 0 && strings.TrimSpace(s) != "" {
			p.note(of, text.Show(strings.TrimSpace(s))+" is no country that is known: looked for without")
		}
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
	p.numbered(&q, column)
	return q
}

// tell says what was left out.
func (p *partyFile) tell(w io.Writer) {
	for _, problem := range p.noted {
		fmt.Fprintln(w, "note:", drawtext.Clean(problem.Error()))
	}
	if more := p.unclear - len(p.noted); more > 0 {
		fmt.Fprintf(w, "note: %s that are not clear\n", plural(more, "more cell"))
	}
	if p.nameless > 0 {
		fmt.Fprintf(w, "note: %s with neither a name nor a number\n", plural(p.nameless, "record"))
	}
}

// numericDate is a date in numbers: day and month in either order before the
// year, or after it month and day.
var numericDate = regexp.MustCompile(`^(\d{1,2})([./-])(\d{1,2})[./-](\d{4})$|^(\d{4})[./-](\d{1,2})[./-](\d{1,2})$`)

// readDates reads dates as people write them. Where day and month may be
// exchanged, it gives both days; with full stops the day is first. ok is false
// where a text is no date, or a day that there is not.
func readDates(s string) (out []spoor.PartialDate, ok bool) {
	if s = strings.TrimSpace(s); s == "" {
		return nil, true
	}
	m := numericDate.FindStringSubmatch(s)
	if m == nil {
		if d, ok := spoor.ParsePartialDate(s); ok {
			return []spoor.PartialDate{d}, true
		}
		for _, d := range lists.Dates(s) {
			if d.Day > 0 && !dayThereIs(int(d.Year), int(d.Month), int(d.Day)) {
				return nil, false
			}
			out = append(out, d)
		}
		return out, len(out) > 0
	}
	add := func(year, month, day string) {
		y, _ := strconv.Atoi(year)
		m, _ := strconv.Atoi(month)
		d, _ := strconv.Atoi(day)
		date := spoor.PartialDate{Year: int16(y), Month: uint8(m), Day: uint8(d)}
		if dayThereIs(y, m, d) && !slices.Contains(out, date) {
			out = append(out, date)
		}
	}
	if m[5] != "" {
		add(m[5], m[6], m[7])
		return out, len(out) > 0
	}
	add(m[4], m[3], m[1])
	if m[2] != "." || len(out) == 0 {
		add(m[4], m[1], m[3])
	}
	return out, len(out) > 0
}

func dayThereIs(year, month, day int) bool {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return year >= 1800 && year <= 2100 && t.Year() == year && int(t.Month()) == month && t.Day() == day
}

var (
	likeIMO  = regexp.MustCompile(`(?i)^(?:imo)?\s*(?:no\.?|number)?\s*[:#]?\s*(\d{7})$`)
	likeIBAN = regexp.MustCompile(`^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$`)
)

// nameAsNumber adds to a party the number that its name is written like, and
// says so.
func nameAsNumber(p *spoor.Party) string {
	full := strings.TrimSpace(p.Name())
	bare := strings.ToUpper(strings.Join(strings.Fields(full), ""))
	var id spoor.Identifier
	if m := likeIMO.FindStringSubmatch(full); m != nil {
		id = spoor.Identifier{Kind: spoor.IMO, Value: m[1]}
	} else if likeIBAN.MatchString(bare) {
		id = spoor.Identifier{Kind: spoor.IBAN, Value: bare}
	}
	if id.Kind == "" || slices.Contains(p.Identifiers, id) {
		return ""
	}
	p.Identifiers = append(slices.Clip(p.Identifiers), id)
	return fmt.Sprintf("%s is written like an %s number: it is looked for as a name and as that", text.Show(full), strings.ToUpper(string(id.Kind)))
}

// doubt says what is wrong with a number, "" where nothing is known to be. The
// check digit of a ship's IMO number is the last of the sum of the six before it
// times 7 to 2 (IMO resolution A.1117(30)); that of an IBAN is in ISO 13616.
func doubt(id spoor.Identifier) string {
	v := id.Canonical()
	switch id.Kind {
	case spoor.IMO:
		if len(v) != 7 || strings.Trim(v, "0123456789") != "" {
			return fmt.Sprintf("imo %s: an IMO number has seven digits", text.Show(id.Value))
		}
		sum := 0
		for i := range 6 {
			sum += int(v[i]-'0') * (7 - i)
		}
		if want := byte('0' + sum%10); v[6] != want {
			return fmt.Sprintf("imo %s: the check digit is wrong for a ship (want %s%c): is a digit mistyped?", v, v[:6], want)
		}
	case spoor.IBAN:
		if !likeIBAN.MatchString(v) {
			return fmt.Sprintf("iban %s: is not written as an IBAN is", text.Show(id.Value))
		}
		if _, ok := iso20022.AsIBAN(v); !ok {
			return fmt.Sprintf("iban %s: the check digits are wrong: is one mistyped?", text.Show(v))
		}
	}
	return ""
}
