// Package text makes names, amounts and times fit for a picture or a terminal:
// cleaned of what could do harm, measured, shortened, grouped.
package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"spoor"
)

// asciiWidths are the advance widths of Helvetica in thousandths of the font
// size for U+0020 to U+007E (Adobe Core 14 AFM). Arial, Liberation Sans and
// Nimbus Sans share them.
var asciiWidths = [...]uint16{
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
	333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
	556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
}

// Bold is how much wider bold text is, on the generous side.
const Bold = 1.08

// runeWidth is a rune's advance in thousandths of the font size. Scripts that
// the table lacks get their usual width, rather wide than narrow.
func runeWidth(r rune) float64 {
	switch {
	case r >= 0x20 && r < 0x7f:
		return float64(asciiWidths[r-0x20])
	case r == 0xa0:
		return 278
	case ignorable(r):
		return 0
	case wide(r):
		return 1050
	case unicode.IsUpper(r):
		return 760
	case r < 0x250 && unicode.IsLetter(r):
		return 580
	}
	return 640
}

// ignorable runes take no room of their own.
func ignorable(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) }

// wide runes take two cells of a terminal: East Asian scripts and pictographs.
func wide(r rune) bool {
	return r >= 0x1100 && r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf && r != 0x303f ||
		r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f ||
		r >= 0xff00 && r <= 0xff60 || r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff ||
		r >= 0x20000 && r <= 0x3fffd
}

// Measure gives the width of s in pixels at a font size.
func Measure(s string, size float64) float64 {
	sum := 0.0
	for _, r := range s {
		sum += runeWidth(r)
	}
	return sum * size / 1000
}

// Cells gives the width of s on a terminal.
func Cells(s string) (n int) {
	for _, r := range s {
		n += runeCells(r)
	}
	return n
}

func runeCells(r rune) int {
	switch {
	case ignorable(r):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// cut shortens s to a room, ending in an ellipsis, where width tells the room
// that a rune takes.
func cut(s string, room float64, width func(rune) float64) string {
	used, fits := 0.0, 0
	dots := width('…')
	for i, r := range s {
		if used += width(r); used > room {
			s = strings.TrimRight(s[:fits], " ") + "…"
			if strings.HasPrefix(s, "\u2068") {
				s += "\u2069" // an isolate that was opened must close
			}
			return s
		}
		if used+dots <= room {
			fits = i + utf8.RuneLen(r)
		}
	}
	return s
}

// Fit shortens s to a width in pixels at a font size.
func Fit(s string, size, room float64) string {
	return cut(s, room, func(r rune) float64 { return runeWidth(r) * size / 1000 })
}

// FitCells shortens s to a number of cells.
func FitCells(s string, room int) string {
	return cut(s, float64(room), func(r rune) float64 { return float64(runeCells(r)) })
}

// Short keeps both ends of an account number, of which the beginning tells the
// bank and the end the account.
func Short(id string) string {
	r := []rune(id)
	if len(r) <= 16 {
		return id
	}
	return string(r[:6]) + "…" + string(r[len(r)-6:])
}

// Wrap breaks s at spaces into lines of at most a width in pixels, and cuts
// words that are longer.
func Wrap(s string, size, room float64) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && Measure(line+" "+word, size) <= room {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		line = Fit(word, size, room)
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// maxMarks is how many combining marks a letter may carry: Vietnamese and
// Hebrew need two, text that crawls over its neighbours has dozens.
const maxMarks = 3

// maxName is how many bytes of a name are kept: more is an attack on the
// reader's memory, because names come again in every tooltip.
const maxName = 2000

// Clean makes a name harmless: no control characters (terminal escapes), no
// direction overrides, no invalid UTF-8, no towers of marks, no more than 2000
// bytes, white space as single spaces. Text written right to left is isolated,
// so that the amount after it stays where it is.
func Clean(s string) string {
	if len(s) > maxName {
		s = s[:maxName] + "…"
	}
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	marks, rightToLeft := 0, false
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
		case r == '\u200c' || r == '\u200d': // joiners: Persian and Indic names need them
		case !unicode.IsGraphic(r):
			continue
		}
		if !ignorable(r) {
			marks = 0
		}
		rightToLeft = rightToLeft || unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko)
		b.WriteRune(r)
	}
	s = strings.Join(strings.Fields(b.String()), " ")
	if rightToLeft {
		return "\u2068" + s + "\u2069"
	}
	return s
}

// plainASCII reports that clean has nothing to do.
func plainASCII(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c >= 0x7f || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return s == "" || !space
}

// Escape makes s safe in the text and attributes of XML and HTML.
func Escape(s string) string { return xmlEscapes.Replace(s) }

var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

// Num prints a coordinate with at most one decimal.
func Num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// Plural gives "1 payment", "16 payments".
func Plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return Group(n) + " " + one + "s"
}

// Group groups the digits of a count by three.
func Group(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// Exact is an amount in full, "5 738 987.96 EUR"; the code is left out where
// the currency is none.
func Exact(m spoor.Money) string {
	s := m.Grouped()
	if m.Currency == spoor.XXX {
		s = strings.TrimSuffix(s, " XXX")
	}
	return s
}

// Bare is an amount in full without its code.
func Bare(m spoor.Money) string {
	return strings.TrimSuffix(m.Grouped(), " "+m.Currency.String())
}

// Compact is an amount in two or three digits without its currency: "950",
// "57.4 k", "5.7 M", "120 M", "3.2 bn".
func Compact(m spoor.Money) string {
	unit := int64(1)
	for range m.Currency.Scale() {
		unit *= 10
	}
	v := float64(m.Amount) / float64(unit)
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	suffixes := [...]string{"", " k", " M", " bn", " tn"}
	i := 0
	// 999.5 would round to 1000: it belongs to the next suffix.
	for v >= 999.5 && i < len(suffixes)-1 {
		v /= 1000
		i++
	}
	digits := "%.0f"
	switch {
	case i == 0 && v < 1:
		digits = "%.2g"
	case v < 99.95 && i > 0:
		digits = "%.1f"
	}
	return sign + strings.TrimSuffix(fmt.Sprintf(digits, v), ".0") + suffixes[i]
}

// Clock writes times no longer than needed: without the year when all of them
// fall in one, without the hour when all are midnight. The zero Clock leaves
// out both.
type Clock struct {
	Year, Hour  bool
	First, Last spoor.Instant // the span of the times seen
}

// See takes a time into account; 0 is no time.
func (c *Clock) See(t spoor.Instant) {
	if t == 0 {
		return
	}
	if c.First == 0 || t < c.First {
		c.First = t
	}
	if c.Last == 0 || t > c.Last {
		c.Last = t
	}
	c.Year = c.First.Time().Year() != c.Last.Time().Year()
	c.Hour = c.Hour || t%spoor.Day != 0
}

// Day gives "3 Mar", or "3 Mar 2026" where years differ.
func (c Clock) Day(t spoor.Instant) string {
	if c.Year {
		return t.Time().Format("2 Jan 2006")
	}
	return t.Time().Format("2 Jan")
}

// Moment is the day, and the hour where hours were seen; "" for no time.
func (c Clock) Moment(t spoor.Instant) string {
	if t == 0 {
		return ""
	}
	if c.Hour {
		return c.Day(t) + t.Time().Format(" 15:04")
	}
	return c.Day(t)
}

// Zone says what Day and Moment leave out: the year, and that hours are UTC.
func (c Clock) Zone() string {
	switch {
	case c.First == 0:
		return ""
	case c.Year:
		return "Times are UTC."
	}
	return "Times are UTC, " + c.First.Time().Format("2006") + "."
}

// Days gives "3 Mar", "3–9 Mar" or "27 Mar – 2 Apr".
func (c Clock) Days(first, last spoor.Instant) string {
	if first == 0 {
		return ""
	}
	a, b := c.Day(first), c.Day(max(first, last))
	if a == b {
		return a
	}
	if _, month, ok := strings.Cut(a, " "); ok && strings.HasSuffix(b, " "+month) {
		return strings.TrimSuffix(a, " "+month) + "–" + b
	}
	return a + " – " + b
}

// Period is a time in full for tooltips and tables.
func Period(first, last spoor.Instant) string {
	const layout = "2 Jan 2006 15:04"
	if first == 0 {
		return ""
	}
	if last <= first {
		return first.Time().Format(layout)
	}
	return first.Time().Format(layout) + " to " + last.Time().Format(layout)
}
