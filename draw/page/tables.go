package page

import (
	"cmp"
	"slices"

	"spoor"
	"spoor/draw"
	"spoor/draw/text"
)

// payments is a flow's links as a table, in order of time: all of them, also
// those that a picture gathers.
func payments(f *draw.Flow) Table {
	t := Table{Caption: "Payments", Columns: []Column{
		{"When (UTC)", false}, {"From", false}, {"To", false}, {unit("Amount", f), true}, {"Payments", true}, {"Note", false},
	}}
	links := slices.Clone(f.Links)
	slices.SortStableFunc(links, func(a, b draw.Link) int { return cmp.Compare(a.Time, b.Time) })
	for _, l := range links {
		t.Rows = append(t.Rows, []string{
			text.Period(l.Time, l.Last), name(&f.Nodes[l.From]), name(&f.Nodes[l.To]),
			text.Bare(spoor.Money{Amount: l.Amount, Currency: f.Currency}), text.Group(max(l.Count, 1)), l.Note,
		})
	}
	return t.dropEmpty(5)
}

// dropEmpty leaves out a column in which no row has anything.
func (t Table) dropEmpty(column int) Table {
	for _, row := range t.Rows {
		if row[column] != "" {
			return t
		}
	}
	t.Columns = slices.Delete(t.Columns, column, column+1)
	for i := range t.Rows {
		t.Rows[i] = slices.Delete(t.Rows[i], column, column+1)
	}
	return t
}

// accounts is a flow's nodes as a table.
func accounts(f *draw.Flow) Table {
	t := Table{Caption: "Accounts", Columns: []Column{
		{"Name", false}, {"Account", false}, {"Note", false}, {"Part", false}, {unit("In", f), true}, {unit("Out", f), true}, {unit("Here now", f), true},
	}}
	in, out := make([]int64, len(f.Nodes)), make([]int64, len(f.Nodes))
	for _, l := range f.Links {
		out[l.From] += l.Amount
		in[l.To] += l.Amount
	}
	amount := func(v int64) string {
		if v == 0 {
			return ""
		}
		return text.Bare(spoor.Money{Amount: v, Currency: f.Currency})
	}
	for i := range f.Nodes {
		n := &f.Nodes[i]
		t.Rows = append(t.Rows, []string{name(n), n.ID, n.Note, n.Kind.String(), amount(in[i]), amount(out[i]), amount(n.Value)})
	}
	return t
}

// unit heads a column of amounts.
func unit(name string, f *draw.Flow) string {
	if f.Currency == spoor.XXX {
		return name
	}
	return name + ", " + f.Currency.String()
}

func name(n *draw.Node) string {
	if n.Label != "" {
		return n.Label
	}
	return n.ID
}
