package tree

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"spoor"
	"spoor/draw"
	"spoor/draw/text"
)

var update = flag.Bool("update", false, "write the golden files anew: look at them before you commit")

const start spoor.Instant = 1772442000

// scheme is street cash through two fronts and a company into a building, some
// of it back to the first front.
func scheme() *draw.Flow {
	day := func(n int) spoor.Instant { return start + spoor.Instant(n)*spoor.Day }
	return &draw.Flow{
		Title: "Where the street cash went", Subtitle: "First in, first out, until 30 April 2026", Currency: spoor.EUR,
		Nodes: []draw.Node{
			{ID: "cash", Label: "Street cash", Note: "Naples", Kind: draw.Source},
			{ID: "IT1", Label: "Bar Aurora Srl", Note: "café, IT"},
			{ID: "IT2", Label: "Lavanderia Sole", Note: "laundry, IT"},
			{ID: "LV1", Label: "Baltika Holding SIA", Note: "LV", Kind: draw.Focus, Value: 40_000_00},
			{ID: "VG1", Label: "Coral Reef Ltd", Note: "offshore, VG"},
			{ID: "ES1", Label: "Building, Calle Larios 4", Note: "Málaga, ES", Kind: draw.Holding, Value: 3_100_000_00},
			{ID: "ATM", Label: "Cash withdrawals", Kind: draw.Outside},
		},
		Links: []draw.Link{
			{From: 0, To: 1, Amount: 2_150_000_00, Time: day(0), Last: day(12), Count: 96},
			{From: 0, To: 2, Amount: 1_740_000_00, Time: day(1), Last: day(9), Count: 71},
			{From: 1, To: 3, Amount: 2_100_000_00, Time: day(10)},
			{From: 2, To: 3, Amount: 1_640_000_00, Time: day(11)},
			{From: 3, To: 4, Amount: 3_400_000_00, Time: day(20)},
			{From: 3, To: 6, Amount: 230_000_00, Time: day(21), Count: 31},
			{From: 4, To: 5, Amount: 3_100_000_00, Time: day(30)},
			{From: 4, To: 1, Amount: 60_000_00, Time: day(33)},
		},
	}
}

// ring is a pure cycle: no account is without a payment in.
func ring() *draw.Flow {
	f := &draw.Flow{Currency: spoor.USD}
	for i := range 10 {
		f.Nodes = append(f.Nodes, draw.Node{ID: fmt.Sprintf("account %d", i)})
		f.Links = append(f.Links, draw.Link{From: (i + 3) % 10, To: (i + 4) % 10, Amount: 100_000 - int64(i)*1000, Time: start + spoor.Instant(i)*spoor.Day})
	}
	return f
}

// fan pays thirty.
func fan() *draw.Flow {
	f := &draw.Flow{Currency: spoor.EUR, Nodes: []draw.Node{{ID: "hub", Value: 500}}}
	for i := range 30 {
		f.Nodes = append(f.Nodes, draw.Node{ID: fmt.Sprintf("leaf %d", i)})
		f.Links = append(f.Links, draw.Link{To: i + 1, Amount: int64(1+i*7%30) * 1000, Time: start + spoor.Instant(i)*spoor.Hour})
	}
	return f
}

func show(t *testing.T, f *draw.Flow, width int, color bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, f, width, color); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	for name, got := range map[string]string{
		"scheme-80.txt":    show(t, scheme(), 80, false),
		"scheme-110.txt":   show(t, scheme(), 110, false),
		"scheme-color.txt": show(t, scheme(), 100, true),
		"ring-80.txt":      show(t, ring(), 80, false),
		"fan-60.txt":       show(t, fan(), 60, false),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not what it was:\n%s", path, got)
		}
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9]+m")

// TestAnyFlow: no line is wider than the terminal, colour changes nothing but
// colour, names bring no escape of their own, and every movement is shown or
// counted.
func TestAnyFlow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &draw.Flow{Title: rapid.String().Draw(t, "title"), Currency: spoor.EUR}
		for range rapid.IntRange(1, 20).Draw(t, "nodes") {
			f.Nodes = append(f.Nodes, draw.Node{Label: rapid.String().Draw(t, "label"), Note: rapid.String().Draw(t, "note"), Value: rapid.Int64Range(0, 1e9).Draw(t, "value")})
		}
		node := rapid.IntRange(0, len(f.Nodes)-1)
		for range rapid.IntRange(0, 60).Draw(t, "links") {
			f.Links = append(f.Links, draw.Link{From: node.Draw(t, "from"), To: node.Draw(t, "to"), Amount: rapid.Int64Range(0, 1e11).Draw(t, "amount"), Time: spoor.Instant(rapid.Int64Range(0, 2e9).Draw(t, "time"))})
		}
		width := rapid.IntRange(minWidth, 140).Draw(t, "width")
		var plain, coloured bytes.Buffer
		if err := errors.Join(Write(&plain, f, width, false), Write(&coloured, f, width, true)); err != nil {
			t.Fatal(err)
		}
		if escapes.ReplaceAllString(coloured.String(), "") != plain.String() {
			t.Fatalf("colour changes the text:\n%s\n%s", plain.String(), coloured.String())
		}
		for line := range strings.Lines(plain.String()) {
			line = strings.TrimSuffix(line, "\n")
			if n := text.Cells(line); n > width {
				t.Fatalf("%d cells in a terminal of %d: %q", n, width, line)
			}
			if strings.ContainsFunc(line, unicode.IsControl) {
				t.Fatalf("control character in %q", line)
			}
		}
	})
}

// TestAllMovementsShown counts the lines of a flow small enough to be shown in
// full.
func TestAllMovementsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 10).Draw(t, "nodes")
		f := &draw.Flow{Currency: spoor.EUR, Nodes: make([]draw.Node, n)}
		pairs := map[[2]int]bool{}
		node := rapid.IntRange(0, n-1)
		for range rapid.IntRange(0, 40).Draw(t, "links") {
			l := draw.Link{From: node.Draw(t, "from"), To: node.Draw(t, "to"), Amount: 1234567}
			f.Links = append(f.Links, l)
			pairs[[2]int{l.From, l.To}] = true
		}
		var out bytes.Buffer
		if err := Write(&out, f, 90, false); err != nil {
			t.Fatal(err)
		}
		shown := 0
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "─ ") || strings.HasPrefix(strings.TrimLeft(line, "│ "), "↓ ") {
				shown++
			}
		}
		if shown != len(pairs) {
			t.Fatalf("%d movements, %d lines:\n%s", len(pairs), shown, out.String())
		}
	})
}

func TestLongFlowIsCounted(t *testing.T) {
	f := &draw.Flow{Currency: spoor.EUR, Nodes: make([]draw.Node, 5000)}
	for i := range 4999 {
		f.Links = append(f.Links, draw.Link{From: i, To: i + 1, Amount: 100})
	}
	got := show(t, f, 80, false)
	if n := strings.Count(got, "\n"); n > maxLines+2 {
		t.Errorf("%d lines", n)
	}
	if !strings.Contains(got, "4 600 further movements not shown") {
		t.Errorf("what was left out is not counted: %s", got[len(got)-80:])
	}
}

func TestBadFlow(t *testing.T) {
	if err := Write(&bytes.Buffer{}, &draw.Flow{Links: []draw.Link{{}}}, 80, false); err == nil {
		t.Error("a link between no nodes was drawn")
	}
}

func BenchmarkWrite(b *testing.B) {
	f := fan()
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := Write(&out, f, 100, true); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(f.Links))*float64(b.N)/b.Elapsed().Seconds(), "payments/s")
}
