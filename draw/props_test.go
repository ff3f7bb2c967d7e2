package draw

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/draw/text"
)

// anyFlow draws flows of every shape: loops, cycles, parallel and empty links,
// unknown times, strange names.
func anyFlow(t *rapid.T) *Flow {
	f := &Flow{
		Title:    rapid.String().Draw(t, "title"),
		Footer:   rapid.String().Draw(t, "footer"),
		Currency: spoor.Currency(rapid.IntRange(0, spoor.Currencies()-1).Draw(t, "currency")),
	}
	for range rapid.IntRange(0, 25).Draw(t, "nodes") {
		f.Nodes = append(f.Nodes, Node{
			ID: rapid.String().Draw(t, "id"), Label: rapid.StringN(0, 30, -1).Draw(t, "label"), Note: rapid.StringN(0, 30, -1).Draw(t, "note"),
			Kind: Kind(rapid.IntRange(0, int(gathered)-1).Draw(t, "kind")), Value: rapid.Int64Range(0, 1e9).Draw(t, "value"),
		})
	}
	if len(f.Nodes) == 0 {
		return f
	}
	node := rapid.IntRange(0, len(f.Nodes)-1)
	for range rapid.IntRange(0, 60).Draw(t, "links") {
		l := Link{From: node.Draw(t, "from"), To: node.Draw(t, "to"), Amount: rapid.Int64Range(0, 1e12).Draw(t, "amount"), Count: rapid.IntRange(0, 3).Draw(t, "count")}
		if rapid.Bool().Draw(t, "timed") {
			l.Time = spoor.Instant(rapid.Int64Range(1, 2e9).Draw(t, "time"))
			l.Last = l.Time + spoor.Instant(rapid.Int64Range(0, 1e6).Draw(t, "more"))
		}
		f.Links = append(f.Links, l)
	}
	return f
}

func anyOptions(t *rapid.T) Options {
	return Options{MaxNodes: rapid.IntRange(0, 12).Draw(t, "max nodes"), MaxLinks: rapid.IntRange(0, 30).Draw(t, "max links")}
}

// TestSceneKeepsAll: what is drawn and what is gathered is all there was.
func TestSceneKeepsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, fan := anyFlow(t), rapid.IntRange(1, 4).Draw(t, "fan")
		s, err := newScene(f, anyOptions(t).withDefaults(), fan)
		if err != nil {
			t.Fatal(err)
		}
		members, drawn, want := 0, 0, 0
		var value int64
		for i := range s.boxes {
			members += s.boxes[i].members
			drawn += s.boxes[i].inside
			value += s.boxes[i].Value
		}
		var in, out, inside int64
		for i := range s.links {
			drawn += s.links[i].Count
			in += s.links[i].Amount
		}
		for i := range s.boxes {
			out += s.boxes[i].out
		}
		for i := range f.Links {
			want += f.Links[i].payments()
			inside += f.Links[i].Amount
		}
		for i := range f.Nodes {
			value -= f.Nodes[i].Value
		}
		if members != len(f.Nodes) || drawn != want || in != out || in > inside || value != 0 {
			t.Fatalf("%d of %d nodes, %d of %d payments, %d in, %d out of %d, %d value lost", members, len(f.Nodes), drawn, want, in, out, inside, value)
		}
		for i := range s.boxes {
			if b := &s.boxes[i]; (b.members > 1) != (b.Kind == gathered) {
				t.Fatalf("box of %d nodes is %q", b.members, b.Kind)
			}
		}
	})
}

// TestSankeyGeometry: ribbons fill their bars, bars do not overlap, labels of a
// column do not, and all lies inside the picture.
func TestSankeyGeometry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := newScene(anyFlow(t), anyOptions(t).withDefaults(), 1)
		if err != nil {
			t.Fatal(err)
		}
		k := &sankey{scene: s}
		k.layout()
		for i := range k.boxes {
			b := &k.boxes[i]
			in := k.Thickness(b.Ins, b.BackIns, b.Selfs)
			out := k.Thickness(b.Outs, b.BackOuts, b.Selfs) + float64(b.Value)*k.scale
			if math.Abs(max(in, out)-b.H) > 1e-6 {
				t.Fatalf("ribbons of %g and %g at a bar of %g", in, out, b.H)
			}
			tall := lineHeight * float64(len(b.lines)) / 2
			if b.labelY-tall < -b.Up-1e-6 || b.labelY+tall > b.Down+1e-6 {
				t.Fatalf("label from %g to %g where %g and %g are kept", b.labelY-tall, b.labelY+tall, -b.Up, b.Down)
			}
			if b.X < 0 || b.X+barWidth+b.labelWidth() > k.width+1e-6 || b.Y+b.Down > k.height+1e-6 {
				t.Fatalf("box %+v is outside %g by %g", b, k.width, k.height)
			}
		}
		checkColumns(t, s)
	})
}

func checkColumns(t *rapid.T, s *scene) {
	for _, col := range s.Cols {
		for p := 1; p < len(col); p++ {
			above, b := &s.Boxes[col[p-1]], &s.Boxes[col[p]]
			if above.Y+above.Down > b.Y-b.Up+1e-6 {
				t.Fatalf("boxes %d and %d of a column overlap", col[p-1], col[p])
			}
		}
	}
}

// TestPictures: any flow makes well-formed SVG with everything inside the view
// box, the same each time.
func TestPictures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, o := anyFlow(t), anyOptions(t)
		for name, draw := range map[string]func(io.Writer, *Flow, Options) error{"sankey": Sankey, "graph": Graph} {
			var a, b bytes.Buffer
			if err := draw(&a, f, o); err != nil {
				t.Fatal(err)
			}
			if err := draw(&b, f, o); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Fatalf("%s is not the same twice", name)
			}
			p, err := read(a.Bytes())
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, a.Bytes())
			}
			for _, r := range p.shapes {
				if r.x0 < -0.1 || r.y0 < -0.1 || r.x1 > p.width+0.1 || r.y1 > p.height+0.1 {
					t.Fatalf("%s: %s at %+v is outside %g by %g", name, r.what, r.rect, p.width, p.height)
				}
			}
		}
	})
}

// TestGraphLabels: no label of a graph covers another.
func TestGraphLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFlow(t)
		for i := range f.Nodes {
			f.Nodes[i].Label, f.Nodes[i].Note = fmt.Sprintf("Account %d", i), ""
		}
		for i := range f.Links {
			f.Links[i].Amount %= 1e9
		}
		var out bytes.Buffer
		if err := Graph(&out, f, Options{}); err != nil {
			t.Fatal(err)
		}
		p, err := read(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		var c crowd
		for _, r := range p.shapes {
			if r.what == "rect" {
				continue
			}
			if tight := (rect{r.x0 + 1, r.y0 + 1, r.x1 - 1, r.y1 - 1}); c.free(tight) {
				c.take(tight)
			} else {
				t.Fatalf("%s covers another label", r.what)
			}
		}
	})
}

// picture is what a test reads back from SVG: rectangles, and the room of each
// text by the package's own measure.
type picture struct {
	width, height float64
	shapes        []shape
}

type shape struct {
	rect
	what string
}

func read(svg []byte) (p picture, err error) {
	d := xml.NewDecoder(bytes.NewReader(svg))
	var dx, dy float64
	var groups [][2]float64 // translations to come back to
	var texts []shape       // open text element
	var size float64
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return p, nil
		}
		if err != nil {
			return p, err
		}
		switch e := tok.(type) {
		case xml.StartElement:
			at := map[string]string{}
			for _, a := range e.Attr {
				at[a.Name.Local] = a.Value
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" || a.Name.Local == "href" {
					return p, fmt.Errorf("attribute %s", a.Name.Local)
				}
			}
			f := func(name string) float64 { v, _ := strconv.ParseFloat(at[name], 64); return v }
			switch e.Name.Local {
			case "svg":
				p.width, p.height = f("width"), f("height")
				if at["viewBox"] != "0 0 "+at["width"]+" "+at["height"] || at["role"] != "img" {
					return p, fmt.Errorf("view box %q, role %q", at["viewBox"], at["role"])
				}
			case "g":
				groups = append(groups, [2]float64{dx, dy})
				if at["transform"] != "" {
					fmt.Sscanf(at["transform"], "translate(%f,%f)", &dx, &dy)
				}
			case "rect":
				p.shapes = append(p.shapes, shape{rect{dx + f("x"), dy + f("y"), dx + f("x") + f("width"), dy + f("y") + f("height")}, "rect"})
			case "text":
				size = 12
				if strings.Contains(at["class"], "sd-s") {
					size = 11
				}
				texts = []shape{{rect{dx + f("x"), dy + f("y") - 9, 0, dy + f("y") + 2}, at["text-anchor"]}}
			case "script", "foreignObject", "image", "use", "a":
				return p, fmt.Errorf("element %s", e.Name.Local)
			}
		case xml.CharData:
			if texts != nil {
				texts = append(texts, shape{what: string(e)})
			}
		case xml.EndElement:
			if n := len(groups); e.Name.Local == "g" {
				dx, dy, groups = groups[n-1][0], groups[n-1][1], groups[:n-1]
			}
			if e.Name.Local != "text" || texts == nil {
				continue
			}
			s := texts[0]
			whole := ""
			for _, part := range texts[1:] {
				whole += part.what
			}
			w := text.Measure(whole, size)
			switch s.what {
			case "middle":
				s.x0, s.x1 = s.x0-w/2, s.x0+w/2
			case "end":
				s.x0, s.x1 = s.x0-w, s.x0
			default:
				s.x1 = s.x0 + w
			}
			s.what = whole
			if strings.TrimSpace(whole) != "" {
				p.shapes = append(p.shapes, s)
			}
			texts = nil
		}
	}
}

// TestContrast holds the palette to WCAG 2.2: text 4.5 to 1 on the ground and
// on ribbons, shapes 3 to 1.
func TestContrast(t *testing.T) {
	for name, g := range map[string]ground{"light": light, "dark": dark} {
		for _, ink := range []string{g.text, g.muted} {
			for _, on := range []string{g.back, g.card} {
				if c := contrast(rgb(ink), rgb(on)); c < 4.5 {
					t.Errorf("%s: text %s on %s has %.2f", name, ink, on, c)
				}
			}
		}
		for _, k := range looks {
			colour := k.light
			if name == "dark" {
				colour = k.dark
			}
			for _, on := range []string{g.back, g.card} {
				if c := contrast(rgb(colour), rgb(on)); c < 3 {
					t.Errorf("%s: %s %s on %s has %.2f", name, k.class, colour, on, c)
				}
			}
			ribbon := mix(rgb(colour), rgb(g.back), 0.36)
			for _, ink := range []string{g.text, g.muted} {
				if c := contrast(rgb(ink), ribbon); c < 4.5 {
					t.Errorf("%s: text %s on a ribbon of %s has %.2f", name, ink, k.class, c)
				}
			}
		}
	}
	if !strings.Contains(sheet, "fill-opacity:.36") {
		t.Error("ribbons have another opacity than this test mixes")
	}
}

func rgb(s string) (c [3]float64) {
	for i := range c {
		v, _ := strconv.ParseUint(s[1+2*i:3+2*i], 16, 8)
		c[i] = float64(v) / 255
	}
	return c
}

func mix(a, b [3]float64, share float64) (c [3]float64) {
	for i := range c {
		c[i] = a[i]*share + b[i]*(1-share)
	}
	return c
}

// contrast is the ratio of WCAG 2.2, "contrast ratio".
func contrast(a, b [3]float64) float64 {
	luminance := func(c [3]float64) float64 {
		for i, v := range c {
			if v <= 0.04045 {
				c[i] = v / 12.92
			} else {
				c[i] = math.Pow((v+0.055)/1.055, 2.4)
			}
		}
		return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}
