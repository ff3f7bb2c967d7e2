package paper

import (
	"bytes"
	"strings"
	"testing"

	"spoor"
)

func sample(o Options) *Doc {
	d := New(o)
	d.Heading(1, "Κατάσχεση, изъятие, Zürich, Łódź")
	d.Para("First line\nsecond line with a very long word " + strings.Repeat("x", 300))
	d.Box("Section A", func() {
		d.Field("Name", "Anna Bianchi")
		d.Field("Born", "")
		d.Check("ticked", true)
		d.Check("not ticked", false)
		for range 80 {
			d.Para("A box goes on over pages.")
		}
	})
	rows := make([][]string, 200)
	for i := range rows {
		rows[i] = []string{"one", "two words", strings.Repeat("abc ", i%40)}
	}
	d.Table([]string{"A", "B", "C"}, rows, 1, 2, 4)
	return d
}

// TestSameBytes says that a document depends on its inputs only.
func TestSameBytes(t *testing.T) {
	o := Options{Title: "T", Lang: "en", Footer: strings.Repeat("f", 300), At: 1_790_000_000, Mark: "DRAFT"}
	a, err := sample(o).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := sample(o).Bytes(); !bytes.Equal(a, b) {
		t.Error("two documents of the same calls differ")
	}
	o.At = spoor.Instant(1_790_000_001)
	if b, _ := sample(o).Bytes(); bytes.Equal(a, b) {
		t.Error("the date does not show in the bytes")
	}
}

// TestMissing says what the fonts lack, and that marks which turn text are gone.
func TestMissing(t *testing.T) {
	d := New(Options{})
	d.Para("Łódź Ελλάδα Москва 北京")
	if got := string(d.Missing()); got != "京北" && got != "北京" {
		t.Errorf("missing %q, want 北京", got)
	}
	if got := d.clean("a\u202eb\x00c"); strings.ContainsAny(got, "\u202e\x00") {
		t.Errorf("%q has marks that do harm", got)
	}
}

// TestClean loses nothing but what does harm.
func TestClean(t *testing.T) {
	d := New(Options{})
	for in, want := range map[string]string{
		"Jose\u0301 Mu\u0308ller":              "José Müller", // decomposed, as some systems write names
		"12\u00a0000\u00a0EUR":                 "12\u00a0000\u00a0EUR",
		"a\tb\u2003c\r":                        "a b c ",
		"x\u200by\u2066z\ufeff":                "xyz",
		"broken \xff here":                     "broken \ufffd here",
		"{nb} \x01nb\x02":                      "{nb} nb",
		strings.Repeat("long text ", 10_000):   strings.Repeat("long text ", 10_000),
		strings.Repeat("\u0416", 10_000) + "!": strings.Repeat("\u0416", 10_000) + "!",
	} {
		if got := d.clean(in); got != want {
			t.Errorf("%.40q became %.40q, want %.40q", in, got, want)
		}
	}
	if m := d.Missing(); len(m) > 0 {
		t.Errorf("missing %q", m)
	}
}

// TestLongWord: one word of a mebibyte takes no time that grows with its square.
func TestLongWord(t *testing.T) {
	d := New(Options{})
	d.font("", body)
	lines := d.wrap(strings.Repeat("w", 1<<20), 170)
	if all := len(strings.Join(lines, "")); all != 1<<20 {
		t.Errorf("%d characters of a mebibyte", all)
	}
}

// TestBounds refuses what would never end.
func TestBounds(t *testing.T) {
	d := New(Options{})
	d.Para(strings.Repeat("y", 2<<20))
	if _, err := d.Bytes(); err == nil {
		t.Error("a text of 2 MiB was taken")
	}
	d = New(Options{})
	for range MaxPages + 1 {
		d.NewPage()
	}
	if _, err := d.Bytes(); err == nil {
		t.Errorf("more than %d pages were taken", MaxPages)
	}
}

// TestWrap keeps every character, and every line within the width.
func TestWrap(t *testing.T) {
	d := New(Options{})
	d.font("", body)
	in := "one two " + strings.Repeat("w", 500) + " three 12\u00a0345\u00a0678,90\u00a0EUR four"
	var all string
	for _, line := range d.wrap(in, 40) {
		if w := d.pdf.GetStringWidth(line); w > 40.01 {
			t.Errorf("a line of %.1f mm where 40 are", w)
		}
		all += strings.ReplaceAll(line, " ", "")
	}
	if want := strings.ReplaceAll(in, " ", ""); all != want {
		t.Errorf("wrapped to %d characters, want %d", len(all), len(want))
	}
}

func BenchmarkDocument(b *testing.B) {
	for b.Loop() {
		if _, err := sample(Options{At: 1}).Bytes(); err != nil {
			b.Fatal(err)
		}
	}
}
