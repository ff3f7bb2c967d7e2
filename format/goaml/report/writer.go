package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/mozillazg/go-unidecode"

	"spoor"
)

// writer writes a report and gathers what is wrong with it on the way, so that
// what is checked is what is written.
type writer struct {
	r        *Report
	c        *Codes
	accounts map[spoor.AccountID]*Account
	parties  map[string]*Party
	out      bytes.Buffer
	stack    []string // open elements
	paths    []string // and how they are called in faults
	faults   []Missing
	notes    []Missing
}

func newWriter(r *Report, c *Codes) *writer {
	w := &writer{r: r, c: c, accounts: map[spoor.AccountID]*Account{}, parties: map[string]*Party{}}
	for i := range r.Accounts {
		a := &r.Accounts[i]
		if w.accounts[a.ID] != nil {
			w.missing("account", fmt.Sprintf("%s is described twice", a.ID))
		}
		w.accounts[a.ID] = a
	}
	for i := range r.Parties {
		p := &r.Parties[i]
		if w.parties[p.ID] != nil {
			w.missing("party", fmt.Sprintf("%q is described twice", p.ID))
		}
		w.parties[p.ID] = p
	}
	return w
}

// maxFaults bounds a list that a person is to read.
const maxFaults = 1000

func (w *writer) path(name string) string {
	if len(w.paths) < 2 {
		return name
	}
	return strings.Join(w.paths[1:], "/") + "/" + name
}

func (w *writer) missing(name, what string) {
	if len(w.faults) < maxFaults {
		w.faults = append(w.faults, Missing{w.path(name), what})
	}
}

func (w *writer) note(name, what string) {
	if len(w.notes) < maxFaults {
		w.notes = append(w.notes, Missing{w.path(name), what})
	}
}

func (w *writer) open(name string) { w.push(name, name) }

// at opens one of several elements of a name, counted from 0.
func (w *writer) at(name string, i int) { w.push(name, fmt.Sprintf("%s[%d]", name, i+1)) }

func (w *writer) push(name, called string) {
	fmt.Fprintf(&w.out, "%*s<%s>\n", 2*len(w.stack), "", name)
	w.stack, w.paths = append(w.stack, name), append(w.paths, called)
}

func (w *writer) close() {
	last := len(w.stack) - 1
	name := w.stack[last]
	w.stack, w.paths = w.stack[:last], w.paths[:last]
	fmt.Fprintf(&w.out, "%*s</%s>\n", 2*len(w.stack), "", name)
}

// raw writes an element whose text is one of ours.
func (w *writer) raw(name, text string) {
	fmt.Fprintf(&w.out, "%*s<%s>", 2*len(w.stack), "", name)
	_ = xml.EscapeText(&w.out, []byte(text)) // to a buffer, which does not fail
	fmt.Fprintf(&w.out, "</%s>\n", name)
}

// required writes a text of 1 to most characters.
func (w *writer) required(name, text string, most int) {
	if strings.TrimSpace(text) == "" {
		w.missing(name, "missing")
		return
	}
	w.text(name, text, most)
}

// optional writes a text of at most so many characters, and nothing for none.
func (w *writer) optional(name, text string, most int) {
	if text != "" {
		w.text(name, text, most)
	}
}

func (w *writer) text(name, text string, most int) {
	text = w.clean(name, text)
	if n := utf8.RuneCountInString(text); n > most {
		w.missing(name, fmt.Sprintf("%d characters, where the schema takes %d: shorten it", n, most))
		return
	}
	w.raw(name, text)
}

// clean replaces what XML cannot carry, and says so.
func (w *writer) clean(name, text string) string {
	n := 0
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', r >= ' ' && r < 0xd800, r >= 0xe000 && r < 0xfffd, r >= 0x10000:
			return r
		case r == utf8.RuneError: // may have been in the text
			n++
			return r
		}
		n++
		return utf8.RuneError
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
	if n > 0 {
		w.note(name, fmt.Sprintf("%d characters that XML cannot carry stand as U+FFFD", n))
	}
	return text
}

// latin gives a name in the letters that the unit takes, and whether it had to be
// changed for that.
func (w *writer) latin(name, text string) (string, bool) {
	text = w.clean(name, text)
	if w.c.foreign == nil || !w.c.foreign.MatchString(text) {
		return text, false
	}
	text = w.c.foreign.ReplaceAllString(unidecode.Unidecode(text), " ")
	return strings.Join(strings.Fields(text), " "), true
}

// name writes a name in the unit's letters. It returns the name as it was where
// these say something else, for an element that takes all letters.
func (w *writer) name(field, text string, most int) (original string) {
	if strings.TrimSpace(text) == "" {
		w.missing(field, "missing")
		return ""
	}
	written, changed := w.latin(field, text)
	if strings.TrimSpace(written) == "" {
		w.missing(field, "the name has no letter that can be written with those the unit takes: give it in these")
		return ""
	}
	w.text(field, written, most)
	if !changed {
		return ""
	}
	w.note(field, "written in the letters that the unit takes")
	return text
}

// code writes the unit's code for one of our words.
func (w *writer) code(name string, table map[string]string, key string) {
	code := table[key]
	switch {
	case key == "":
		w.missing(name, "missing: one of "+keys(table))
	case code == "":
		w.missing(name, fmt.Sprintf("the code list of %s has none for %q: it has %s", w.c.FIU, key, keys(table)))
	default:
		w.raw(name, code)
	}
}

// earliest is the first moment that the schema takes.
const earliest = spoor.Instant(-6847804800) // 1753-01-01

func (w *writer) time(name string, t spoor.Instant) {
	if t == 0 {
		w.missing(name, "missing")
		return
	}
	if t < earliest || t.Time().Year() > 9999 {
		w.missing(name, t.String()+" is outside the years 1753 to 9999")
		return
	}
	w.raw(name, t.Time().Format("2006-01-02T15:04:05"))
}

// date writes a whole date. One that is not whole is left out with a note, unless
// it must be there.
func (w *writer) date(name string, d spoor.PartialDate, must bool) {
	switch {
	case d.Year >= 1753 && d.Month > 0 && d.Day > 0:
		w.raw(name, d.String()+"T00:00:00")
	case must:
		w.missing(name, "a whole date is wanted, of 1753 or later")
	case d.Year != 0:
		w.note(name, "left out, since only a part of the date is known: "+d.String())
	}
}

// country writes a country, or what the unit takes where none is known.
func (w *writer) country(name string, c spoor.Country) {
	switch {
	case c != (spoor.Country{}):
		w.raw(name, c.String())
	case w.c.Unknown["country"] != "":
		w.raw(name, w.c.Unknown["country"])
	default:
		w.missing(name, "missing, and the code list has no code for an unknown country")
	}
}

// maxAmount is the largest amount that the schema takes, in whole units.
const maxAmount = 7_900_000_000_000_000

func (w *writer) money(name string, m spoor.Money) {
	unit := int64(1)
	for range m.Currency.Scale() {
		unit *= 10
	}
	if units := m.Amount / unit; m.Amount < 0 || units >= maxAmount {
		w.missing(name, "the amount is negative, or larger than the schema takes")
		return
	}
	w.raw(name, m.Decimal())
}

func (w *writer) address(name string, a Address) {
	w.open(name)
	use := "private"
	if a.Business {
		use = "business"
	}
	w.code("address_type", w.c.Contact, use)
	w.required("address", a.Line, 100)
	w.required("city", a.City, 255)
	w.optional("zip", a.Postcode, 10)
	w.country("country_code", a.Country)
	w.required("state", a.State, 255)
	w.close()
}

func (w *writer) addresses(all []Address, must bool) {
	if len(all) == 0 {
		if must {
			w.missing("addresses", "at least one is wanted of a client")
		}
		return
	}
	w.open("addresses")
	for _, a := range all {
		w.address("address", a)
	}
	w.close()
}

func (w *writer) phones(numbers ...string) {
	opened := false
	for _, n := range numbers {
		if n == "" {
			continue
		}
		if !opened {
			w.open("phones")
			opened = true
		}
		w.open("phone")
		w.raw("tph_contact_type", w.c.Contact["private"])
		w.raw("tph_communication_type", w.c.Contact["phone"])
		w.required("tph_number", n, 50)
		w.close()
	}
	if opened {
		w.close()
	}
}

// emailForm is the schema's, which takes fewer addresses than there are.
var emailForm = regexp.MustCompile(`^[_a-zA-Z0-9+-]+(\.[_a-zA-Z0-9+-]+)*@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*(\.[a-zA-Z]{2,15})$`)

// email writes an address; one that the schema does not take is left out with a note.
func (w *writer) email(s string) {
	if s == "" {
		return
	}
	if !emailForm.MatchString(s) || len(s) > 255 {
		w.note("email", "left out: the schema does not take an address like this")
		return
	}
	w.raw("email", s)
}
