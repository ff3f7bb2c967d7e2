package chart_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"spoor/draw"
	"spoor/draw/chart"
	"spoor/draw/page"
)

var update = flag.Bool("update", false, "write the golden files anew: look at them before you commit")

func TestGolden(t *testing.T) {
	for name, c := range examples() {
		var out bytes.Buffer
		if err := chart.Draw(&out, c, draw.Options{}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v: run go test ./draw/chart -update", err)
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%s is not what it was: if it should not be, run go test ./draw/chart -update and look at it", path)
		}
	}
}

func drawn(t *testing.T, c *chart.Chart, o draw.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := chart.Draw(&out, c, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHostile(t *testing.T) {
	got := drawn(t, hostile(), draw.Options{})
	for _, bad := range []string{"<script", "<img", "<b>", "<i>", "<svg/", "\x1b", "\x00", "\u202e", "]]>", "NaN", "Inf"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q came through", bad)
		}
	}
	for _, want := range []string{"&lt;b&gt;A &amp; B&lt;/b&gt;", "6 points are not shown", "A hollow point is 0"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		c    *chart.Chart
		o    draw.Options
		want string
	}{
		"nil":    {nil, draw.Options{}, "no chart"},
		"id":     {&chart.Chart{}, draw.Options{ID: `"`}, "Options.ID"},
		"series": {&chart.Chart{Series: make([]chart.Series, 21)}, draw.Options{}, "21 series"},
		"kind":   {&chart.Chart{Series: []chart.Series{{Kind: 9}}}, draw.Options{}, "series 0: kind 9"},
		"mark":   {&chart.Chart{Marks: []chart.Mark{{}}}, draw.Options{}, "mark 0 is on series 0"},
		"size":   {&chart.Chart{Width: math.NaN()}, draw.Options{}, "NaN by 0"},
		"range":  {&chart.Chart{X: chart.Axis{Min: 2, Max: 1}}, draw.Options{}, "axis X: from 2 to 1"},
		"format": {&chart.Chart{Y: chart.Axis{Format: 7}}, draw.Options{}, "axis Y: format 7"},
		"time":   {&chart.Chart{Y: chart.Axis{Format: chart.Time, Log: true}}, draw.Options{}, "time is not logarithmic"},
	} {
		var out bytes.Buffer
		if err := chart.Draw(&out, c.c, c.o); err == nil || !strings.Contains(err.Error(), c.want) || out.Len() > 0 {
			t.Errorf("%s: error %v after %d bytes, want %q", name, err, out.Len(), c.want)
		}
	}
	if err := chart.Draw(full{}, health(), draw.Options{}); !errors.Is(err, errFull) {
		t.Errorf("a full disk gives %v", err)
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestStyle: every class is in the style sheet of the other pictures, so that a
// page needs no new rule, and NoStyle leaves the sheet to the page.
func TestStyle(t *testing.T) {
	for name, c := range examples() {
		got := drawn(t, c, draw.Options{ID: "p-1", NoStyle: true})
		if strings.Contains(got, "<style") || strings.Contains(got, " style=") || !strings.Contains(got, `id="p-1-title"`) {
			t.Errorf("%s carries style or no id", name)
		}
		for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(got, -1) {
			for class := range strings.FieldsSeq(m[1]) {
				if !strings.Contains(draw.Stylesheet(), "."+class+"{") && !strings.Contains(draw.Stylesheet(), "."+class+" ") {
					t.Errorf("%s: class %s has no rule", name, class)
				}
			}
		}
	}
}

// TestWords: who cannot see the chart is told what it shows.
func TestWords(t *testing.T) {
	got := drawn(t, precision(), draw.Options{})
	for _, want := range []string{
		`role="img"`, "<title id=\"picture-title\">What an analyst finds, and how much else</title>",
		"Rules and learnt score: 100 % at 0 % to 0.0984 % at 100 %.", "Marked: rules of 2025, ", "<title>Rules alone</title>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// TestOnPage: a page carries a chart as it is, under its own content policy.
func TestOnPage(t *testing.T) {
	c := precision()
	var out bytes.Buffer
	err := page.Write(&out, &page.Page{Title: "Quality", Pictures: []page.Picture{{
		Flow: &draw.Flow{Title: c.Title}, Bare: true,
		Draw: func(w io.Writer, _ *draw.Flow, o draw.Options) error { return chart.Draw(w, c, o) },
	}}})
	if err != nil || !strings.Contains(out.String(), `id="picture-1-desc"`) || strings.Contains(out.String(), " style=") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestTable(t *testing.T) {
	columns, rows := reliability().Table()
	if want := []string{"Series", "Predicted probability", "Observed share of laundering", "from", "to"}; !slices.Equal(columns, want) {
		t.Errorf("columns %v", columns)
	}
	if want := []string{"Calibrated", "0.001778 %", "0 %", "0 %", "0.004 %"}; len(rows) != 20 || !slices.Equal(rows[0], want) {
		t.Errorf("%d rows, %v", len(rows), rows[0])
	}
	columns, rows = precision().Table()
	if len(columns) != 3 || len(rows) != 305 || len(rows[0]) != 3 {
		t.Errorf("%v, %d rows", columns, len(rows))
	}
	if _, rows := hostile().Table(); rows[1][1] != "none" || rows[2][2] != "none" {
		t.Errorf("no number is %v", rows[1])
	}
}

func BenchmarkDraw(b *testing.B) {
	c := precision()
	for b.Loop() {
		var out bytes.Buffer
		chart.Draw(&out, c, draw.Options{})
	}
}
