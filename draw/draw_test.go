package draw_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor"
	"spoor/draw"
)

var update = flag.Bool("update", false, "write the golden files anew: look at them before you commit")

// golden compares with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test ./draw -update", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what it was: if it should not be, run go test ./draw -update and look at it", path)
	}
}

func TestGolden(t *testing.T) {
	for name, f := range examples() {
		for kind, picture := range map[string]func(io.Writer, *draw.Flow, draw.Options) error{"sankey": draw.Sankey, "graph": draw.Graph} {
			var out bytes.Buffer
			if err := picture(&out, f, draw.Options{}); err != nil {
				t.Fatal(err)
			}
			golden(t, kind+"-"+name+".svg", out.Bytes())
		}
	}
}

func TestHostileNames(t *testing.T) {
	var out bytes.Buffer
	for _, picture := range []func(io.Writer, *draw.Flow, draw.Options) error{draw.Sankey, draw.Graph} {
		if err := picture(&out, hostile(), draw.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []string{"<script", "<img", "<b>", "<svg/", "\x1b", "\x00", "\u202e", "\ufffe", "]]>"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q came through", bad)
		}
	}
	if !strings.Contains(out.String(), "&lt;b&gt;A &amp; B&lt;/b&gt;[31m") {
		t.Error("the name itself was lost")
	}
}

func TestErrors(t *testing.T) {
	two := []draw.Node{{ID: "a"}, {ID: "b"}}
	for name, c := range map[string]struct {
		f    *draw.Flow
		o    draw.Options
		want string
	}{
		"nil":      {nil, draw.Options{}, "no flow"},
		"index":    {&draw.Flow{Nodes: two, Links: []draw.Link{{From: 0, To: 2}}}, draw.Options{}, "link 0 goes from node 0 to node 2, but nodes are 0 to 1"},
		"negative": {&draw.Flow{Nodes: two, Links: []draw.Link{{To: 1, Amount: -1}}}, draw.Options{}, "link 0: amount -1"},
		"overflow": {&draw.Flow{Nodes: two, Links: []draw.Link{{To: 1, Amount: math.MaxInt64}, {To: 1, Amount: 1}}}, draw.Options{}, "link 1: amount 1"},
		"count":    {&draw.Flow{Nodes: two, Links: []draw.Link{{To: 1, Count: -2}}}, draw.Options{}, "count -2"},
		"value":    {&draw.Flow{Nodes: []draw.Node{{Value: -5}}}, draw.Options{}, "value -5"},
		"kind":     {&draw.Flow{Nodes: []draw.Node{{Kind: 5}}}, draw.Options{}, "kind 5"},
		"currency": {&draw.Flow{Currency: 255}, draw.Options{}, "currency 255"},
		"id":       {&draw.Flow{}, draw.Options{ID: `a" onload="x`}, "Options.ID"},
	} {
		for _, picture := range []func(io.Writer, *draw.Flow, draw.Options) error{draw.Sankey, draw.Graph} {
			var out bytes.Buffer
			err := picture(&out, c.f, c.o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want %q in it", name, err, c.want)
			}
			if out.Len() > 0 {
				t.Errorf("%s: half a picture was written", name)
			}
		}
	}
	if err := draw.Sankey(full{}, scheme(), draw.Options{}); !errors.Is(err, errFull) {
		t.Errorf("a full disk gives %v", err)
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestReducedSaysSo: a large flow is gathered, and the picture says how much.
func TestReducedSaysSo(t *testing.T) {
	var out bytes.Buffer
	if err := draw.Sankey(&out, large(5000), draw.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Of 800 accounts, the ", " others", "several small ones"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the picture does not say %q", want)
		}
	}
	if n := strings.Count(out.String(), "<path class=\"sd-r"); n > 240 {
		t.Errorf("%d ribbons are drawn, more than 240", n)
	}
}

// TestLongChain: more steps than a picture is wide.
func TestLongChain(t *testing.T) {
	f := &draw.Flow{Currency: spoor.EUR, Nodes: make([]draw.Node, 1000)}
	for i := range 999 {
		f.Links = append(f.Links, draw.Link{From: i, To: i + 1, Amount: 100, Time: start + spoor.Instant(i)})
	}
	for _, picture := range []func(io.Writer, *draw.Flow, draw.Options) error{draw.Sankey, draw.Graph} {
		var out bytes.Buffer
		if err := picture(&out, f, draw.Options{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "978 others") || !strings.Contains(out.String(), "977 payments among them") {
			t.Error("the later steps are not gathered")
		}
	}
}

func TestNoStyle(t *testing.T) {
	var out bytes.Buffer
	if err := draw.Sankey(&out, scheme(), draw.Options{NoStyle: true, ID: "p1"}); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); strings.Contains(s, "<style") || !strings.Contains(s, `aria-labelledby="p1-title p1-desc"`) {
		t.Error("style or ids are wrong")
	}
	if !strings.Contains(draw.Stylesheet(), "prefers-color-scheme:dark") {
		t.Error("the style sheet has no dark side")
	}
}

// large is a random flow over 800 accounts.
func large(links int) *draw.Flow {
	r := rand.New(rand.NewPCG(7, 7))
	f := &draw.Flow{Title: "Large", Currency: spoor.EUR}
	for i := range 800 {
		f.Nodes = append(f.Nodes, draw.Node{ID: account(i)})
	}
	for i := range links {
		f.Links = append(f.Links, draw.Link{From: r.IntN(800), To: r.IntN(800), Amount: int64(r.ExpFloat64() * 1e6), Time: start + spoor.Instant(i)*spoor.Minute})
	}
	return f
}

func BenchmarkSankey(b *testing.B) { bench(b, draw.Sankey) }
func BenchmarkGraph(b *testing.B)  { bench(b, draw.Graph) }

func bench(b *testing.B, picture func(io.Writer, *draw.Flow, draw.Options) error) {
	f := large(5000)
	for b.Loop() {
		if err := picture(io.Discard, f, draw.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(f.Links))*float64(b.N)/b.Elapsed().Seconds(), "payments/s")
}
