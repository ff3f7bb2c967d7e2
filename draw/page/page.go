// Package page wraps pictures in an HTML page that stands alone: for a case
// file, a mail, a printer. It has no script, loads nothing, and forbids both
// by its own content policy; it follows dark and light, prints in light, and
// holds every picture as tables too.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"spoor/draw"
	"spoor/draw/text"
)

// Page is what is written. Every field but Title may be empty.
type Page struct {
	Title, Subtitle string
	Facts           []Fact
	Reasons         []string // why this is worth reading, weightiest first
	Pictures        []Picture
	Tables          []Table // after the pictures
	Footer          string  // source, versions, who made it
}

// Fact is a name and a value: "Score", "0.97".
type Fact struct{ Name, Value string }

// Picture is a flow and how to draw it.
type Picture struct {
	Flow   *draw.Flow
	Draw   func(io.Writer, *draw.Flow, draw.Options) error // draw.Sankey, draw.Graph
	Tables []Table                                         // that say the same, after the picture
	// Bare leaves out the two tables of accounts and payments that otherwise
	// follow, where another picture of the page has the same ones.
	Bare bool
}

// Table is a table with a caption. Rows shorter than Columns are filled up.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]string
}

// Column is a table's column; numbers stand at the right.
type Column struct {
	Name   string
	Number bool
}

//go:embed page.html
var source string

//go:embed page.css
var sheet string

var tmpl = template.Must(template.New("page").Funcs(template.FuncMap{"clean": text.Clean}).Parse(source))

// Write writes the page. It fails as the pictures do, or when w does; nothing
// is written when a picture fails.
func Write(w io.Writer, p *Page) error {
	type figure struct {
		SVG    template.HTML
		Wide   bool
		Label  string
		Tables []Table
	}
	var figures []figure
	for i, pic := range p.Pictures {
		var svg bytes.Buffer
		if err := pic.Draw(&svg, pic.Flow, draw.Options{ID: fmt.Sprintf("picture-%d", i+1), NoStyle: true}); err != nil {
			return fmt.Errorf("picture %d: %w", i+1, err)
		}
		f := figure{SVG: template.HTML(svg.String()), Label: pic.Flow.Title, Wide: width(svg.Bytes()) > 1200}
		if !pic.Bare {
			f.Tables = []Table{payments(pic.Flow), accounts(pic.Flow)}
		}
		f.Tables = append(f.Tables, pic.Tables...)
		figures = append(figures, f)
	}
	style := sheet + draw.Stylesheet()
	hash := sha256.Sum256([]byte(style))
	var out bytes.Buffer
	err := tmpl.Execute(&out, map[string]any{
		"Page": p, "Figures": figures, "Style": template.CSS(style),
		"Policy": "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'",
	})
	if err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}

// width reads the width that draw gave a picture.
func width(svg []byte) (w int) {
	if _, after, ok := bytes.Cut(svg, []byte(` width="`)); ok {
		fmt.Sscanf(string(after[:min(len(after), 8)]), "%d", &w)
	}
	return w
}

// Cell is one cell of a table.
type Cell struct {
	Text   string
	Number bool
}

// Row fits a row to the table's columns.
func (t Table) Row(row []string) []Cell {
	cells := make([]Cell, len(t.Columns))
	for i := range cells {
		cells[i].Number = t.Columns[i].Number
		if i < len(row) {
			cells[i].Text = row[i]
		}
	}
	return cells
}
