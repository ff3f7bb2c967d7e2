package draw

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"spoor/draw/text"
)

// look is how a kind appears: its word in the legend, and colours on light and
// dark ground. The hues follow Okabe and Ito's colour-blind safe palette,
// darkened or lightened to a contrast of 3 to 1 (WCAG 1.4.11).
type look struct{ class, word, light, dark string }

var looks = [numKinds]look{
	Ordinary: {"account", "account", "#0072b2", "#56b4e9"},
	Source:   {"source", "where the money came from", "#c44e00", "#f0932b"},
	Focus:    {"focus", "what the alert turns on", "#a0327a", "#e38ac0"},
	Holding:  {"holding", "money is here now", "#00805e", "#2fc99e"},
	Outside:  {"outside", "cash or outside the data", "#5f6773", "#a3abb6"},
	gathered: {"others", "several small ones", "#5f6773", "#a3abb6"},
}

// ground holds the colours that are not of a kind.
type ground struct{ back, text, muted, line, card string }

var (
	light = ground{"#ffffff", "#16191d", "#414853", "#c8cdd5", "#f6f7f9"}
	dark  = ground{"#14171b", "#eceff3", "#c3cad4", "#3d444e", "#1e2329"}
)

// Stylesheet is what pictures need to be seen as meant, in light and, where the
// reader's system asks for it, dark. Pictures carry it themselves unless
// Options.NoStyle is set.
func Stylesheet() string { return sheet }

var sheet = rules(light, false) +
	"@media screen and (prefers-color-scheme:dark){" + rules(dark, true) + "}"

func rules(g ground, isDark bool) string {
	var b strings.Builder
	rule := func(selector, body string) { b.WriteString(selector + "{" + body + "}") }
	if !isDark {
		rule(".sd", `font-family:Arial,Helvetica,"Liberation Sans","Nimbus Sans",Arimo,sans-serif;font-size:12px`)
		rule(".sd-t", "font-size:17px;font-weight:bold")
		rule(".sd-b", "font-weight:bold")
		rule(".sd-s", "font-size:11px")
		rule(".sd-halo", "paint-order:stroke;stroke-width:3px;stroke-linejoin:round;stroke-opacity:.85")
		rule(".sd-r", "fill-opacity:.36;stroke-opacity:.55;stroke-width:.6")
		rule(".sd-loop", "fill:none;stroke-opacity:.36")
		rule(".sd-r:hover", "fill-opacity:.7")
		rule(".sd-loop:hover", "stroke-opacity:.7")
		rule(".sd-e", "fill:none;stroke-opacity:.75")
		rule(".sd-link:hover .sd-e", "stroke-opacity:1")
	}
	rule(".sd text", "fill:"+g.text)
	rule(".sd .sd-m", "fill:"+g.muted)
	rule(".sd-bg", "fill:"+g.back)
	rule(".sd-halo", "stroke:"+g.back)
	rule(".sd-rule", "stroke:"+g.line)
	rule(".sd-card", "fill:"+g.card+";stroke:"+g.line)
	for _, k := range looks {
		colour := k.light
		if isDark {
			colour = k.dark
		}
		rule(".sd-f-"+k.class, "fill:"+colour)
		rule(".sd-s-"+k.class, "stroke:"+colour)
	}
	return b.String()
}

// pen writes SVG. Every string that it is given is escaped, and every number
// has at most one decimal.
type pen struct{ bytes.Buffer }

// f writes format, which holds %v only.
func (p *pen) f(format string, args ...any) {
	for i, a := range args {
		switch a := a.(type) {
		case float64:
			args[i] = text.Num(a)
		case string:
			args[i] = text.Escape(a)
		}
	}
	fmt.Fprintf(p, format, args...)
}

// frame is what stands around a picture.
type frame struct {
	flow          *Flow
	options       Options
	kind, caption string // description for those who cannot see it
	width, height float64
	notes         []string
	kinds         [numKinds]bool
	head          float64 // room above for column heads, drawn at negative heights
}

// margins of a picture, in pixels.
const margin = 24.0

// write puts title, legend and notes around what body draws, and sends it.
// body draws with its origin at the top left of width by height.
func (fr *frame) write(w io.Writer, body func(*pen)) error {
	var p pen
	f := fr.flow
	inner := max(fr.width, 460)
	y := margin
	var head pen
	if f.Title != "" {
		for _, line := range text.Wrap(text.Clean(f.Title), 17*text.Bold, inner) {
			y += 17
			head.f(`<text class="sd-t" x="%v" y="%v">%v</text>`, margin, y, line)
			y += 5
		}
	}
	for _, line := range text.Wrap(text.Clean(f.Subtitle), 12, inner) {
		y += 13
		head.f(`<text class="sd-m" x="%v" y="%v">%v</text>`, margin, y, line)
		y += 4
	}
	if y > margin {
		y += 18
	}
	y += fr.head
	bodyY := y
	y += fr.height + 14
	var foot pen
	y = fr.legend(&foot, y, inner)
	for _, note := range append(fr.notes, f.Footer) {
		for _, line := range text.Wrap(text.Clean(note), 11, inner) {
			y += 15
			foot.f(`<text class="sd-m sd-s" x="%v" y="%v">%v</text>`, margin, y, line)
		}
	}
	width, height := math.Ceil(inner+2*margin), math.Ceil(y+margin*.75)
	id := fr.options.ID
	p.f(`<svg xmlns="http://www.w3.org/2000/svg" class="sd" viewBox="0 0 %v %v" width="%v" height="%v" role="img" aria-labelledby="%v-title %v-desc">`,
		width, height, width, height, id, id)
	title := text.Clean(f.Title)
	if title == "" {
		title = fr.kind
	}
	p.f("\n<title id=\"%v-title\">%v</title>\n<desc id=\"%v-desc\">%v</desc>\n", id, title, id, fr.caption)
	if !fr.options.NoStyle {
		p.f("<style>")
		p.WriteString(sheet)
		p.f("</style>\n<rect class=\"sd-bg\" width=\"%v\" height=\"%v\"/>\n", width, height)
	}
	p.Write(head.Bytes())
	p.f("<g transform=\"translate(%v,%v)\">\n", margin+(inner-fr.width)/2, bodyY)
	body(&p)
	p.f("</g>\n")
	p.Write(foot.Bytes())
	p.f("</svg>\n")
	_, err := w.Write(p.Bytes())
	return err
}

// legend explains the shapes that occur, and returns where it ends.
func (fr *frame) legend(p *pen, y, inner float64) float64 {
	x, drawn := margin, false
	for _, k := range []Kind{Source, Focus, Ordinary, Holding, Outside, gathered} {
		if !fr.kinds[k] {
			continue
		}
		word := looks[k].word
		width := 16 + text.Measure(word, 11) + 22
		if !drawn || x+width > margin+inner+22 {
			x, drawn = margin, true
			y += 17
		}
		p.glyph(k, x+5, y-4)
		p.f(`<text class="sd-m sd-s" x="%v" y="%v">%v</text>`, x+15, y, word)
		x += width
	}
	if drawn {
		y += 4
	}
	return y
}

// glyph draws a kind's shape, about ten pixels wide around x, y.
func (p *pen) glyph(k Kind, x, y float64) {
	c := looks[k].class
	switch k {
	case Source:
		p.f(`<path class="sd-f-%v" d="M%v %vl9.5 5.5l-9.5 5.5z"/>`, c, x-4, y-5.5)
	case Focus:
		p.f(`<path class="sd-f-%v" d="M%v %vl5.5 5.5l-5.5 5.5l-5.5-5.5z"/>`, c, x, y-5.5)
	case Holding:
		p.f(`<rect class="sd-f-%v" x="%v" y="%v" width="9" height="9"/>`, c, x-4.5, y-4.5)
	case Outside:
		p.f(`<circle class="sd-s-%v" cx="%v" cy="%v" r="4" fill="none" stroke-width="1.6" stroke-dasharray="2.4 1.8"/>`, c, x, y)
	case gathered:
		p.f(`<g class="sd-f-%v"><circle cx="%v" cy="%v" r="1.7"/><circle cx="%v" cy="%v" r="1.7"/><circle cx="%v" cy="%v" r="1.7"/></g>`,
			c, x-4, y, x, y, x+4, y)
	default:
		p.f(`<circle class="sd-f-%v" cx="%v" cy="%v" r="4.5"/>`, c, x, y)
	}
}

// rect is a place taken, for keeping labels apart.
type rect struct{ x0, y0, x1, y1 float64 }

func (a rect) hits(b rect) bool { return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1 }

// crowd remembers the places taken.
type crowd []rect

func (c *crowd) free(r rect) bool {
	for _, o := range *c {
		if o.hits(r) {
			return false
		}
	}
	return true
}

func (c *crowd) take(r rect) { *c = append(*c, r) }

// loop is the way of a link back through its lane.
func (s *scene) loop(l *link) string {
	from, to, at := &s.boxes[l.From], &s.boxes[l.To], l.at
	x0, y0, x1, y1 := from.X+from.W, at.Ys[0], to.X, at.Ys[1]
	right, left, r, lane := x0+at.Lane.Out, x1-at.Lane.In, at.Lane.Radius, at.Lane.Y
	var p pen
	p.f("M%v %vH%vA%v %v 0 0 1 %v %vV%vA%v %v 0 0 1 %v %vH%vA%v %v 0 0 1 %v %vV%vA%v %v 0 0 1 %v %vH%v",
		x0, y0, right-r, r, r, right, y0+r, lane-r, r, r, right-r, lane,
		left+r, r, r, left, lane-r, y1+r, r, r, left+r, y1, x1)
	return p.String()
}
