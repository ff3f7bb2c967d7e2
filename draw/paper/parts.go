package paper

// Heading writes a heading; level 1 is the largest, 3 the smallest.
func (d *Doc) Heading(level int, text string) {
	size := [...]float64{15, 12, 10.5}[min(max(level, 1), 3)-1]
	d.Space(lineHeight(size) * .6)
	d.font("B", size)
	lines := d.wrap(text, d.full())
	d.room(float64(len(lines))*lineHeight(size) + 3*lineHeight(body)) // not alone at a page's end
	d.lines(lines, size)
	d.Space(1.5)
}

// Para writes a paragraph; a line end in it stays one.
func (d *Doc) Para(text string) {
	d.font("", body)
	d.lines(d.wrap(text, d.full()), body)
	d.Space(1.5)
}

// Small writes small print, grey.
func (d *Doc) Small(text string) {
	d.Space(1)
	d.font("", small)
	d.pdf.SetTextColor(90, 90, 90)
	d.lines(d.wrap(text, d.full()), small)
	d.pdf.SetTextColor(0, 0, 0)
	d.Space(1)
}

// Space leaves so many millimetres, not at the top of a page.
func (d *Doc) Space(mm float64) {
	if d.pdf.GetY() > d.top() {
		d.pdf.SetY(min(d.pdf.GetY()+mm, height-foot))
	}
}

// Field writes a label and its value beside it, in a ruled box; "—" where there
// is no value.
func (d *Doc) Field(label, value string) {
	const share = .3
	if value == "" {
		value = "—"
	}
	d.row([]string{label, value}, []float64{share * d.full(), (1 - share) * d.full()}, []string{"B", ""}, body)
}

// Fields writes several, one below the other.
func (d *Doc) Fields(rows ...[2]string) {
	for _, r := range rows {
		d.Field(r[0], r[1])
	}
	d.Space(1.5)
}

// Check writes a box, ticked or not, and its label, as forms have it.
func (d *Doc) Check(label string, ticked bool) {
	const box = 3.2
	d.font("", body)
	h := lineHeight(body)
	lines := d.wrap(label, d.full()-box-3)
	d.room(min(float64(len(lines))*h, 40))
	x, y := margin+d.inset, d.pdf.GetY()+(h-box)/2
	d.pdf.Rect(x, y, box, box, "D")
	if ticked {
		d.pdf.SetLineWidth(.4)
		d.pdf.Line(x+.5, y+.5, x+box-.5, y+box-.5)
		d.pdf.Line(x+box-.5, y+.5, x+.5, y+box-.5)
		d.pdf.SetLineWidth(.2)
	}
	for _, line := range lines {
		d.room(h)
		d.pdf.SetX(margin + d.inset + box + 2)
		d.pdf.CellFormat(d.full()-box-2, h, line, "", 1, "L", false, 0, "")
	}
	d.Space(.7)
}

// Table writes a table. Widths are shares of the page's; none: all the same. The
// head is repeated on every page.
func (d *Doc) Table(head []string, rows [][]string, widths ...float64) {
	cols := make([]float64, len(head))
	sum := 0.0
	for i := range cols {
		cols[i] = 1
		if i < len(widths) && widths[i] > 0 {
			cols[i] = widths[i]
		}
		sum += cols[i]
	}
	bold, plain := make([]string, len(head)), make([]string, len(head))
	for i := range cols {
		cols[i] *= d.full() / sum
		bold[i] = "B"
	}
	d.room(4 * lineHeight(small+.5))
	d.row(head, cols, bold, small+.5)
	page := d.pdf.PageNo()
	for _, r := range rows {
		d.room(lineHeight(small+.5) + 2*padding)
		if d.pdf.PageNo() != page {
			d.row(head, cols, bold, small+.5)
		}
		d.row(r, cols, plain, small+.5)
		page = d.pdf.PageNo()
		if d.err != nil {
			return
		}
	}
	d.Space(2)
}

// row writes cells beside each other, each in a frame. A row that is higher than
// what is left begins on the next page; one that is higher than a page goes on
// over several.
func (d *Doc) row(cells []string, cols []float64, styles []string, size float64) {
	h := lineHeight(size)
	wrapped, most := make([][]string, len(cols)), 1
	for i := range cols {
		d.font(styles[i], size)
		if i < len(cells) {
			wrapped[i] = d.wrap(cells[i], cols[i]-2*padding)
		}
		most = max(most, len(wrapped[i]))
	}
	if whole := float64(most)*h + 2*padding; whole < height/2 {
		d.room(whole)
	}
	for from := 0; from < most && d.err == nil; {
		d.room(h + 2*padding)
		n := min(most-from, max(1, int((height-foot-d.pdf.GetY()-2*padding)/h)))
		x, y := margin+d.inset, d.pdf.GetY()
		for i, w := range cols {
			d.font(styles[i], size)
			d.pdf.Rect(x, y, w, float64(n)*h+2*padding, "D")
			for k := from; k < min(from+n, len(wrapped[i])); k++ {
				d.pdf.SetXY(x+padding, y+padding+float64(k-from)*h)
				d.pdf.CellFormat(w-2*padding, h, wrapped[i][k], "", 0, "L", false, 0, "")
			}
			x += w
		}
		d.pdf.SetXY(margin+d.inset, y+float64(n)*h+2*padding)
		from += n
	}
}

// Box writes a framed section with a title; what f writes is in the frame.
func (d *Doc) Box(title string, f func()) {
	const inset = 3
	d.font("B", body)
	x, w := margin+d.inset, d.full()
	lines := d.wrap(title, w-2*inset)
	h := float64(len(lines))*lineHeight(body) + 2*padding
	d.room(h + 3*lineHeight(body))
	p := d.pdf
	page, top := p.PageNo(), p.GetY()
	p.SetFillColor(228, 234, 240)
	p.Rect(x, top, w, h, "FD")
	for i, line := range lines {
		p.SetXY(x+inset, top+padding+float64(i)*lineHeight(body))
		p.CellFormat(w-2*inset, lineHeight(body), line, "", 0, "L", false, 0, "")
	}
	p.SetXY(x, top+h)
	d.inset += inset
	d.Space(2)
	f()
	d.inset -= inset
	last, end := p.PageNo(), p.GetY()+1
	for n := page; n <= last; n++ {
		from, to := margin, height-foot
		if n == page {
			from = top
		}
		if n == last {
			to = end
		}
		p.SetPage(n)
		p.Rect(x, from, w, to-from, "D")
	}
	p.SetPage(last)
	p.SetXY(margin+d.inset, end)
	d.Space(3)
}
