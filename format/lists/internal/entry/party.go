package entry

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"spoor"
)

// Limits on one listing. What a list holds beyond them is left out, and said.
const (
	MaxNames  = 1000 // names, identifiers or addresses of a party
	maxText   = 500  // bytes of a name, number or address
	maxReason = 400  // bytes of a reason
)

// draft is a listing while it is read.
type draft struct {
	spoor.Listing
	over string // what there is too much of, "" where all is kept
}

func (d *draft) room(n int, what string) bool {
	if n >= MaxNames {
		d.over = what
		return false
	}
	return true
}

// line makes a text one line of at most so many bytes.
func line(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most-len("…")], "") + "…"
	}
	return s
}

// name adds a name as it stands.
func (d *draft) name(s string, weak bool) {
	s = strings.Trim(line(s, maxText), " ,;:")
	if bare, ok := strings.CutPrefix(s, `"`); ok {
		s = strings.Trim(strings.TrimSuffix(bare, `"`), " ,;:")
	}
	if !strings.ContainsFunc(s, unicode.IsLetter) && (d.Kind == spoor.Person || digits(s) == 0) {
		return // there are ships called by numbers, and no persons
	}
	for i := range d.Names {
		if d.Names[i].Full == s {
			d.Names[i].Weak = d.Names[i].Weak && weak
			return
		}
	}
	if d.room(len(d.Names), "names") {
		d.Names = append(d.Names, spoor.Name{Full: s, Weak: weak})
	}
}

// notes begins what brackets after a name hold when it is no name.
var notes = regexp.MustCompile(`(?i)^(as )?(previously|formerly|also|when|born|birth|date of|place of|nom de|combat|initials|third|name in|\w{1,3}$)`)

// names adds the names of a text that may hold several between semicolons, each
// with another spelling in brackets. Another script counts as a name of its own,
// an abbreviation as a weak one, a remark as none; "Munzir (a.k.a. Monzer) ASSAD"
// is two names.
func (d *draft) names(s string, weak bool) {
	for _, one := range strings.Split(s, ";") {
		open, end := strings.IndexByte(one, '('), strings.LastIndexByte(one, ')')
		if open <= 0 || end < open {
			d.name(one, weak)
			continue
		}
		if brackets.MatchString(one[open:end]) { // several: the text between belongs to the name
			end = open + strings.IndexByte(one[open:], ')')
		}
		before, inside, after := strings.TrimSpace(one[:open]), strings.TrimSpace(one[open+1:end]), strings.Trim(one[end+1:], " \"”.,")
		if _, spelled, ok := strings.Cut(inside, ":"); ok && foreign(spelled) {
			inside = strings.TrimSpace(spelled)
		}
		switch {
		case after != "":
			d.respelled(before, inside, after, weak)
		case foreign(inside) != foreign(before):
			d.name(before, weak)
			d.name(inside, weak)
		case len(inside) > 2 && strings.ToUpper(inside) == inside && !strings.ContainsAny(inside, " ("):
			d.name(before, weak)
			d.name(inside, true)
		case notes.MatchString(inside):
			d.name(before, weak)
		default:
			d.name(one, weak)
		}
	}
}

// respelled adds a name of which one word has other spellings in brackets.
func (d *draft) respelled(before, inside, after string, weak bool) {
	after = brackets.ReplaceAllString(after, "")
	words := strings.Fields(before)
	d.name(before+" "+after, weak)
	if rest, ok := strings.CutPrefix(inside, "a.k.a. "); ok {
		for _, other := range strings.Split(rest, ",") {
			d.name(strings.Join(append(slices.Clone(words[:len(words)-1]), other, after), " "), weak)
		}
	}
}

// foreign reports whether a text is written in another script than Latin.
func foreign(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) })
}

func (d *draft) country(found ...spoor.Country) {
	for _, c := range found {
		if c != (spoor.Country{}) && !slices.Contains(d.Countries, c) && d.room(len(d.Countries), "countries") {
			d.Countries = append(d.Countries, c)
		}
	}
}

func (d *draft) birth(found ...spoor.PartialDate) {
	for _, b := range found {
		if !slices.Contains(d.Births, b) && d.room(len(d.Births), "dates of birth") {
			d.Births = append(d.Births, b)
		}
	}
}

// joined puts the parts of an address in one line.
func joined(parts []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" }), ", ")
}

func (d *draft) address(s string) {
	if s = line(s, maxText); s != "" && d.room(len(d.Addresses), "addresses") {
		d.Addresses = append(d.Addresses, s)
	}
}

// id adds a number as it stands. An exact hit on a number can block a payment,
// so what is too short to name one party, or has not the form of its kind, is
// left out.
func (d *draft) id(kind spoor.IdentifierKind, value string, of spoor.Country) {
	i := spoor.Identifier{Kind: kind, Value: strings.Trim(line(value, maxText), " .,;:\"'"), Country: of}
	bare := i.Canonical()
	ok := len(bare) >= 4
	switch kind {
	case spoor.IMO:
		ok = len(bare) == 7 && digits(bare) == 7
	case spoor.MMSI:
		ok = len(bare) == 9 && digits(bare) == 9
	case spoor.BIC:
		ok = len(bare) == 8 || len(bare) == 11
	case spoor.LEI:
		ok = len(bare) == 20
	case spoor.Phone:
		ok = digits(bare) >= 7
	case spoor.Email:
		ok = strings.Count(bare, "@") == 1 && !strings.Contains(bare, " ")
	case spoor.TailNumber, spoor.CallSign, spoor.CryptoAddress, spoor.IBAN:
	default:
		ok = ok && digits(bare) >= 3
	}
	if ok && !slices.Contains(d.Identifiers, i) && d.room(len(d.Identifiers), "identifiers") {
		d.Identifiers = append(d.Identifiers, i)
	}
}

var (
	brackets   = regexp.MustCompile(` ?\([^)]*\)`)
	enumerated = regexp.MustCompile(`(^|[ ,;"])\(?[a-h]\) ?`)
	// detail begins what lists write behind a number.
	detail = regexp.MustCompile(`(?i),? *(\(|issued|expire|valid until|date of|officially|place of)`)
)

// documents adds the numbers of a text such as "(a) 345751 (Libyan passport);
// (b) Yemen passport number 00344994, issued on 3 Jul. 1999".
func (d *draft) documents(kind spoor.IdentifierKind, s string, of spoor.Country) {
	if s == "" {
		return
	}
	for _, part := range strings.FieldsFunc(enumerated.ReplaceAllString(s, ";"), func(r rune) bool { return r == ';' }) {
		number, in := strings.TrimSpace(part), of
		if at := detail.FindStringIndex(number); at != nil && at[0] > 0 {
			number = number[:at[0]]
		}
		if in == (spoor.Country{}) {
			if found := Countries(part); len(found) > 0 {
				in = found[0]
			}
		}
		if strings.ContainsFunc(number, unicode.IsLower) {
			number = longest(number)
		}
		as := kind
		if strings.Contains(strings.ToLower(part), "ration card") {
			as = spoor.OtherNumber // a household's
		}
		if digits(number) >= 4 {
			d.id(as, number, in)
		}
	}
}

// longest is the word of a text with the most digits.
func longest(s string) (best string) {
	for _, w := range strings.Fields(s) {
		if w = strings.Trim(w, ",.;:()"); digits(w) > digits(best) && !strings.ContainsFunc(w, unicode.IsLower) {
			best = w
		}
	}
	return best
}

func digits(s string) (n int) {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// Merge adds what another entry of the same party says.
func Merge(to, from *spoor.Listing) {
	d := draft{Listing: *to}
	for _, n := range from.Names {
		d.name(n.Full, n.Weak)
	}
	d.birth(from.Births...)
	d.country(from.Countries...)
	for _, i := range from.Identifiers {
		d.id(i.Kind, i.Value, i.Country)
	}
	for _, a := range from.Addresses {
		if !slices.Contains(d.Addresses, a) {
			d.address(a)
		}
	}
	d.Programmes = union(d.Programmes, from.Programmes)
	d.Measures = union(d.Measures, from.Measures)
	d.BirthPlace, d.Reason = cmp.Or(d.BirthPlace, from.BirthPlace), cmp.Or(d.Reason, from.Reason)
	d.Freezes = d.Freezes || from.Freezes
	*to = d.Listing
}

func union(a, b []string) []string {
	for _, s := range b {
		if s != "" && !slices.Contains(a, s) {
			a = append(slices.Clip(a), s)
		}
	}
	return a
}

var (
	dated = regexp.MustCompile(`(?i)(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})|(?:(\d{1,2})\s+)?\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(\d{4})|\b(\d{4})\b`)
	about = regexp.MustCompile(`(?i)circa|approx|about|\bca?\.|presumed`)
	spans = regexp.MustCompile(`(?i)between| to | - `)
)

// longestSpan is how many years of "between 1958 and 1963" are listed one by one.
const longestSpan = 20

// Dates finds the dates in a text in any form that the lists use. Of a span
// every year is given. Years of other calendars are passed over.
func Dates(s string) (out []spoor.PartialDate) {
	if s == "" {
		return nil
	}
	circa := about.MatchString(s)
	for _, m := range dated.FindAllStringSubmatch(s, MaxNames) {
		d := spoor.PartialDate{About: circa}
		switch {
		case m[1] != "":
			d = partial(d, m[1], m[2], m[3])
		case m[6] != "":
			d = partial(d, m[6], m[5], m[4])
		case m[8] != "":
			at := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(m[8]))
			d = partial(d, m[9], strconv.Itoa(at/3+1), m[7])
		default:
			d = partial(d, m[10], "", "")
		}
		if d.Year >= 1800 && d.Year <= 2100 {
			out = append(out, d)
		}
	}
	if len(out) == 2 && spans.MatchString(s) {
		return span(out[0], out[1])
	}
	return out
}

func span(from, to spoor.PartialDate) []spoor.PartialDate {
	if n := to.Year - from.Year; n <= 0 || n > longestSpan {
		return []spoor.PartialDate{from, to}
	}
	var out []spoor.PartialDate
	for y := from.Year; y <= to.Year; y++ {
		out = append(out, spoor.PartialDate{Year: y, About: true})
	}
	return out
}

func partial(d spoor.PartialDate, year, month, day string) spoor.PartialDate {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	n, _ := strconv.Atoi(day)
	d.Year = int16(y)
	if m >= 1 && m <= 12 {
		d.Month = uint8(m)
		if n >= 1 && n <= 31 {
			d.Day = uint8(n)
		}
	}
	return d
}
