package chart

import "spoor/draw/text"

// Table is the chart in figures, for a page that holds its pictures as tables
// too: a row for each point in the order of the series, with those that cannot
// be drawn. The columns for intervals are left out where there are none.
func (c *Chart) Table() (columns []string, rows [][]string) {
	name := func(label, other string) string {
		if label = text.Clean(label); label != "" {
			return label
		}
		return other
	}
	columns = []string{"Series", name(c.X.Label, "x"), name(c.Y.Label, "y"), "from", "to"}
	intervals := false
	for _, s := range c.Series {
		for _, p := range s.Points {
			row := []string{text.Clean(s.Name), c.X.value(p.X), c.Y.value(p.Y), "", ""}
			if p.hasInterval() {
				intervals = true
				row[3], row[4] = c.Y.value(p.Low), c.Y.value(p.High)
			}
			rows = append(rows, row)
		}
	}
	if intervals {
		return columns, rows
	}
	for i := range rows {
		rows[i] = rows[i][:3]
	}
	return columns[:3], rows
}
