// Package paper sets text, fields and tables on A4 pages, as PDF.
//
//	d := paper.New(paper.Options{Title: "Case 7", Author: "FIU Italy", Footer: "Case 7", At: now})
//	d.Heading(1, "Parties")
//	d.Table([]string{"Name", "Born"}, rows, 2, 1)
//	pdf, err := d.Bytes()
//
// The same calls give the same bytes: a document's date is an input. Text is
// cleaned of control characters and of marks that turn its direction. The fonts
// are the Go fonts, with Latin, Greek and Cyrillic letters; what they lack is
// shown as a box, and [Doc.Missing] lists it. Text is never cut: what is too long
// is an error. A space that does not break (U+00A0) keeps an amount on one line.
package paper

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"

	"spoor"
)

// Options of a document.
type Options struct {
	Title, Subject, Author string
	Lang                   string        // of the text: "en"
	Footer                 string        // at the foot of every page, beside its number
	At                     spoor.Instant // the document's date
	Mark                   string        // printed across every page: "DRAFT"
}

// MaxPages is how many pages a document may have.
const MaxPages = 2000

// Sizes in millimetres, of fonts in points.
const (
	margin   = 18.0
	foot     = 20.0 // of a page, below what is written
	width    = 210.0
	height   = 297.0
	body     = 9.5
	small    = 7.5
	perPoint = 0.3528
	leading  = 1.32
	padding  = 1.4
)

// pagesAlias stands for the number of pages until it is known. No text can hold
// it: cleaning takes its control characters out.
const pagesAlias = "\x01nb\x02"

// Doc is a document in the making.
type Doc struct {
	pdf     *fpdf.Fpdf
	o       Options
	inset   float64 // of a box, on either side
	missing map[rune]bool
	glyphs  *sfnt.Font
	buffer  sfnt.Buffer
	err     error
}

// New begins a document.
func New(o Options) *Doc {
	d := &Doc{o: o, pdf: fpdf.New("P", "mm", "A4", ""), missing: map[rune]bool{}}
	d.glyphs, d.err = sfnt.Parse(goregular.TTF)
	p := d.pdf
	p.SetCatalogSort(true)
	p.SetCreationDate(o.At.Time())
	p.SetModificationDate(o.At.Time())
	p.SetProducer("Spoor", true)
	p.SetTitle(d.clean(o.Title), true)
	p.SetSubject(d.clean(o.Subject), true)
	p.SetAuthor(d.clean(o.Author), true)
	p.SetLang(o.Lang)
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(false, 0)
	p.SetLineWidth(.2)
	p.SetCellMargin(0)
	p.AliasNbPages(pagesAlias)
	p.SetHeaderFunc(d.mark)
	p.SetFooterFunc(d.footer)
	d.NewPage()
	return d
}

// mark is below everything else on a page.
func (d *Doc) mark() {
	if d.o.Mark == "" {
		return
	}
	p := d.pdf
	d.font("B", 90)
	p.SetTextColor(232, 232, 232)
	p.TransformBegin()
	p.TransformRotate(52, width/2, height/2)
	mark := d.clean(d.o.Mark)
	p.Text(width/2-p.GetStringWidth(mark)/2, height/2+12, mark)
	p.TransformEnd()
	p.SetTextColor(0, 0, 0)
}

func (d *Doc) footer() {
	p := d.pdf
	d.font("", small-.5)
	p.SetTextColor(90, 90, 90)
	lines := d.wrap(d.o.Footer, width-2*margin-22)
	for i, line := range lines[:min(len(lines), 3)] {
		p.Text(margin, height-13+float64(i)*3, line)
	}
	p.SetXY(width-margin-22, height-16)
	p.CellFormat(22, 5, fmt.Sprintf("%d / %s", p.PageNo(), pagesAlias), "", 0, "R", false, 0, "")
	p.SetTextColor(0, 0, 0)
}

// NewPage begins a page.
func (d *Doc) NewPage() {
	if d.pdf.PageNo() >= MaxPages {
		d.fail(fmt.Errorf("more than %d pages", MaxPages))
		return
	}
	d.pdf.AddPage()
	d.pdf.SetXY(margin+d.inset, d.top())
}

// top is where a page's text begins: lower in a box, whose frame is drawn there.
func (d *Doc) top() float64 {
	if d.inset > 0 {
		return margin + 2
	}
	return margin
}

func (d *Doc) fail(err error) {
	if d.err == nil {
		d.err = fmt.Errorf("paper: %w", err)
	}
}

// room begins a page where so much is not left on this one.
func (d *Doc) room(mm float64) {
	if d.pdf.GetY()+mm > height-foot {
		d.NewPage()
	}
}

func (d *Doc) font(style string, size float64) { d.pdf.SetFont("go", style, size) }

func lineHeight(size float64) float64 { return size * perPoint * leading }

func (d *Doc) full() float64 { return width - 2*margin - 2*d.inset }

// clean makes text fit to print: one line, composed letters, no control or
// direction marks, and a box for what the font lacks. Nothing else is lost.
func (d *Doc) clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= ' ' && r < 0x7f, r == noBreak:
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		case d.glyphs == nil: // New failed, and Bytes will say so
			return r
		}
		if i, err := d.glyphs.GlyphIndex(&d.buffer, r); err == nil && i != 0 {
			return r
		}
		d.missing[r] = true
		return '□'
	}, norm.NFC.String(strings.ToValidUTF8(s, "\ufffd")))
}

// noBreak is the space at which no line ends.
const noBreak = '\u00a0'

// wrap cuts text into lines of a width, in the font that is set. A word that is
// wider than a line is broken where it must be.
func (d *Doc) wrap(s string, room float64) (lines []string) {
	const most = 1 << 20 // bytes of one text
	if len(s) > most {
		d.fail(fmt.Errorf("a text of %d bytes: at most %d", len(s), most))
		return nil
	}
	for part := range strings.SplitSeq(s, "\n") {
		lines = append(lines, d.wrapLine(d.clean(part), room)...)
	}
	return lines
}

func (d *Doc) wrapLine(s string, room float64) (lines []string) {
	space := d.pdf.GetStringWidth(" ")
	var line strings.Builder
	used := 0.0
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }) { // not at a space that does not break
		w := d.pdf.GetStringWidth(word)
		if used > 0 && used+space+w > room {
			lines = append(lines, line.String())
			line.Reset()
			used = 0
		}
		if used > 0 {
			line.WriteByte(' ')
			used += space
		}
		for w > room && used == 0 {
			head, tail, taken := d.breakWord(word, room)
			if tail == "" {
				break
			}
			lines = append(lines, head)
			word, w = tail, w-taken // measuring the tail each time would take the square of the word's length
		}
		line.WriteString(word)
		used += w
	}
	return append(lines, line.String())
}

// breakWord gives as much of a word as fits, at least one character, and how wide
// that is.
func (d *Doc) breakWord(word string, room float64) (head, tail string, taken float64) {
	for i, r := range word {
		w := d.pdf.GetStringWidth(string(r))
		if taken+w > room && i > 0 {
			return word[:i], word[i:], taken
		}
		taken += w
	}
	return word, "", taken
}

// lines writes wrapped text at the left edge, from page to page.
func (d *Doc) lines(lines []string, size float64) {
	h := lineHeight(size)
	for _, line := range lines {
		d.room(h)
		d.pdf.SetX(margin + d.inset)
		d.pdf.CellFormat(d.full(), h, line, "", 1, "L", false, 0, "")
	}
}

// Missing are the characters that the fonts lack.
func (d *Doc) Missing() []rune { return slices.Sorted(maps.Keys(d.missing)) }

// Bytes ends the document. It fails where it was too long or a text too large.
func (d *Doc) Bytes() ([]byte, error) {
	if d.err != nil {
		return nil, d.err
	}
	var out bytes.Buffer
	if err := d.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("paper: %w", err)
	}
	return out.Bytes(), nil
}
