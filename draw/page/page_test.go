package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"flag"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"spoor"
	"spoor/draw"
)

var update = flag.Bool("update", false, "write the golden file anew: look at it before you commit")

func flow() *draw.Flow {
	const start spoor.Instant = 1772442000
	return &draw.Flow{
		Title: "Where the cash went", Currency: spoor.EUR,
		Nodes: []draw.Node{
			{ID: "cash", Label: "Street cash", Kind: draw.Source},
			{ID: "IT1", Label: "<i>Bar & Co</i>", Note: "IT"},
			{ID: "ES1", Label: "Building", Kind: draw.Holding, Value: 90_000_00},
		},
		Links: []draw.Link{
			{From: 1, To: 2, Amount: 90_000_00, Time: start + 3*spoor.Day},
			{From: 0, To: 1, Amount: 100_000_00, Time: start, Last: start + spoor.Day, Count: 12, Note: "deposits"},
		},
	}
}

func sample() *Page {
	return &Page{
		Title: "Alert 7 </title><script>alert(1)</script>", Subtitle: "\x1b[31msub\u202e",
		Facts:    []Fact{{Name: "Score", Value: "0.97"}, {Name: `"><img src=x onerror=1>`, Value: "'"}},
		Reasons:  []string{"Cash <b>came</b> first.", "It left within 3 days."},
		Pictures: []Picture{{Flow: flow(), Draw: draw.Sankey}, {Flow: flow(), Draw: draw.Graph, Bare: true}},
		Tables:   []Table{{Caption: "Signals", Columns: []Column{{"Rule", false}, {"Score", true}}, Rows: [][]string{{"fan-in", "0.9"}, {"short"}}}},
		Footer:   "Spoor, rules 2026-03.",
	}
}

func written(t *testing.T, p *Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, p); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	got, path := written(t, sample()), filepath.Join("testdata", "page.html")
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
		t.Errorf("%s is not what it was: if it should not be, run go test ./draw/page -update and look at it", path)
	}
}

// TestPolicy: the page allows nothing but its own style sheet, and needs
// nothing else.
func TestPolicy(t *testing.T) {
	got := written(t, sample())
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(got, -1)
	if len(style) != 1 {
		t.Fatalf("%d style sheets", len(style))
	}
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(got)[1])
	hash := sha256.Sum256([]byte(style[0][1]))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"; !strings.Contains(policy, want) {
		t.Errorf("the policy %s does not allow the style sheet %s: browsers would drop it", policy, want)
	}
	if !strings.HasPrefix(policy, "default-src 'none';") {
		t.Errorf("the policy %s allows more than it needs", policy)
	}
	for _, bad := range []string{"<script", "<img", "<i>", " style=", "javascript:", "src=", "href=", "http://w", "https:", "@import", "url(", "\x1b", "\u202e"} {
		body := strings.ReplaceAll(got, `http://www.w3.org/2000/svg`, "")
		body = strings.ReplaceAll(body, "&#34;&gt;&lt;img src=x", "")
		if strings.Contains(body, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if regexp.MustCompile(`<[^>]* on[a-z]+=`).MatchString(got) {
		t.Error("the page has an event handler")
	}
}

// TestComplete: what pictures show is in tables too, all of it in order of time.
func TestComplete(t *testing.T) {
	got := written(t, sample())
	for _, want := range []string{
		">100 000.00<", "2 Mar 2026 09:00 to 3 Mar 2026 09:00", "deposits", "where the money came from", "<td>source</td>",
		"<ol>", `<th scope="col" class="n">Amount, EUR</th>`, `lang="en"`, "&lt;i&gt;Bar &amp; Co&lt;/i&gt;",
		`<td class="n"></td>`, "Spoor, rules 2026-03.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	if n := strings.Count(got, "<caption>Payments</caption>"); n != 1 {
		t.Errorf("the payments are there %d times, want once: the second picture is bare", n)
	}
	table := got[strings.Index(got, "<caption>Payments"):]
	if strings.Index(table, "100 000.00") > strings.Index(table, "90 000.00") {
		t.Error("payments are not in order of time")
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(got, -1) {
		if ids[m[1]] {
			t.Errorf("the id %s comes twice", m[1])
		}
		ids[m[1]] = true
	}
}

// TestWellFormed reads the page with a strict parser, void elements aside.
func TestWellFormed(t *testing.T) {
	got := regexp.MustCompile(`<meta [^>]*>|<!doctype html>`).ReplaceAllString(written(t, sample()), "")
	d := xml.NewDecoder(strings.NewReader(got))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestEmptyPage(t *testing.T) {
	got := written(t, &Page{Title: "Nothing"})
	for _, absent := range []string{"<dl>", "<ol>", "<figure", "<table>", "<footer>"} {
		if strings.Contains(got, absent) {
			t.Errorf("an empty page holds %s", absent)
		}
	}
}

func TestErrors(t *testing.T) {
	var out bytes.Buffer
	bad := &Page{Title: "x", Pictures: []Picture{{Flow: &draw.Flow{Links: []draw.Link{{}}}, Draw: draw.Sankey}}}
	if err := Write(&out, bad); err == nil || !strings.Contains(err.Error(), "picture 1: ") || out.Len() > 0 {
		t.Errorf("error %v after %d bytes", err, out.Len())
	}
	if err := Write(full{}, sample()); !errors.Is(err, errFull) {
		t.Errorf("a full disk gives %v", err)
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
