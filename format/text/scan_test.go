package text

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"spoor"
)

// line is a record and where it began, or the reason why there is none.
type line struct {
	at     int
	fields []string
	bad    string
}

// scanAll reads everything; it fails the test on an endless scanner.
func scanAll(tb testing.TB, src io.Reader, limit int) (out []line, end error) {
	s := NewScanner("x.csv", src)
	for range limit + 2 {
		fields, err := s.Next()
		var p *spoor.Problem
		switch {
		case err == nil:
			out = append(out, line{at: s.Line(), fields: append([]string(nil), fields...)})
		case errors.As(err, &p) && !p.Fatal:
			if p.Line == 0 || p.Record == 0 || p.File != "x.csv" {
				tb.Fatalf("problem without a place: %+v", p)
			}
			out = append(out, line{at: p.Line, bad: p.Reason})
		default:
			if _, again := s.Next(); !reflect.DeepEqual(again, err) {
				tb.Fatalf("after %v came %v", err, again)
			}
			return out, err
		}
		if len(s.buf) > maxRecord {
			tb.Fatalf("buffer of %d bytes", len(s.buf))
		}
	}
	tb.Fatal("the scanner does not end")
	return nil, nil
}

func good(at int, fields ...string) line { return line{at: at, fields: fields} }

func TestScanner(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []line
	}{
		{"nothing", "", nil},
		{"only blank lines", "\n\r\n\n", nil},
		{"mark and nothing", "\ufeff", nil},
		{"mark", "\ufeffa,b\n", []line{good(1, "a", "b")}},
		{"no last line feed", "a,b\nc,d", []line{good(1, "a", "b"), good(2, "c", "d")}},
		{"carriage returns", "a,b\r\n\r\nc,\r\n", []line{good(1, "a", "b"), good(3, "c", "")}},
		{"empty fields", ",,\n,\n", []line{good(1, "", "", ""), good(2, "", "")}},
		{"eight and more bytes", "12345678,1234567,,123456\n", []line{good(1, "12345678", "1234567", "", "123456")}},
		{"quotes", "\"a,b\",\"c\"\"d\",\"\"\ne\n", []line{good(1, "a,b", `c"d`, ""), good(2, "e")}},
		{"lines in quotes", "\"a\nb\r\nc\",d\r\ne\n", []line{good(1, "a\nb\r\nc", "d"), good(4, "e")}},
		{"quote at the end", "a,\"b\"", []line{good(1, "a", "b")}},
		{"quote inside", "PJSC \"Bank\",b\n", []line{good(1, `PJSC "Bank"`, "b")}},
		{"text after a quote", "a\n\"b\"c,d\ne\n", []line{good(1, "a"), {at: 2, bad: strayText.String()}, good(3, "e")}},
		{"open quote", "a\n\"b,c\nd\n", []line{good(1, "a"), {at: 2, bad: openQuote.String()}, good(3, "d")}},
		{"unicode", "Zoë,Łódź,\"Ελ,λάς\"\n", []line{good(1, "Zoë", "Łódź", "Ελ,λάς")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := scanAll(t, strings.NewReader(c.in), len(c.in))
			if err != io.EOF || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestScannerRefusesWhatIsNotText(t *testing.T) {
	for _, bad := range []string{"a\x00b", "\"a\n\x00\",b", "caf\xe9", "\"\xff\""} {
		in := "first\n" + bad + "\nlast\n"
		got, err := scanAll(t, strings.NewReader(in), len(in))
		if err != io.EOF || len(got) != 3 || got[0].bad != "" || got[1].bad == "" || got[1].at != 2 || got[2].fields[0] != "last" {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
}

func TestScannerBoundsRecords(t *testing.T) {
	long := strings.Repeat("x", maxRecord-1)
	for _, c := range []struct {
		name, in string
		want     int // records read
		bad      int // line of the problem
	}{
		{"longest line", "a\n" + long + "\nb\n", 3, 0},
		{"too long", "a\n" + long + "xx\nb\nc\n", 3, 2},
		{"much too long", "a\n" + strings.Repeat(long, 3) + "\nb\nc\n", 3, 2},
		{"too long at the end", "a\n" + strings.Repeat(long, 3), 1, 2},
		{"longest quoted", "a\n\"" + long[:maxRecord-3] + "\"\nb\n", 3, 0},
		{"quote never closed", "a\n\"" + strings.Repeat("line\n", maxRecord/4) + "b\n", 1 + maxRecord/4, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := scanAll(t, strings.NewReader(c.in), len(c.in))
			if err != io.EOF {
				t.Fatal(err)
			}
			records, bad := 0, 0
			for _, l := range got {
				if l.bad != "" {
					bad = l.at
				} else {
					records++
				}
			}
			if last := got[len(got)-1]; last.at != 1+strings.Count(strings.TrimSuffix(c.in, "\n"), "\n") {
				t.Errorf("the last line is %d", last.at)
			}
			if records != c.want || bad != c.bad {
				t.Errorf("%d records, problem on line %d; want %d and %d", records, bad, c.want, c.bad)
			}
		})
	}
}

func TestScannerTellsFailures(t *testing.T) {
	broken := errors.New("disk on fire")
	own := &spoor.Problem{File: "x.csv", Reason: "cut", Fatal: true}
	for _, c := range []struct {
		err  error
		want string
	}{{broken, "x.csv: reading stopped after line 2: disk on fire"}, {own, "x.csv: cut"}} {
		for _, in := range []string{"a,b\nc,d\nhalf a rec", "a,b\nc,d\n\"half\na rec"} {
			src := io.MultiReader(strings.NewReader(in), iotest.ErrReader(c.err))
			got, err := scanAll(t, src, len(in))
			var p *spoor.Problem
			if !errors.As(err, &p) || !p.Fatal || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if want := []line{good(1, "a", "b"), good(2, "c", "d")}; !reflect.DeepEqual(got, want) {
				t.Errorf("%v, want %v and nothing of the rest", got, want)
			}
		}
	}
	if _, err := scanAll(t, stuck{}, 1); err == io.EOF {
		t.Error("a source that gives nothing forever ends well")
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// csvAll is the oracle. It is stricter: quotes inside bare fields are errors.
func csvAll(in string) (out [][]string, err error) {
	r := csv.NewReader(strings.NewReader(in))
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

// sameAsCSV checks that what encoding/csv reads is read alike. It turns \r\n
// inside quotes into \n, and takes a last line "\r" for a record.
func sameAsCSV(tb interface {
	Fatalf(string, ...any)
	Helper()
}, in string, got []line) {
	tb.Helper()
	in = strings.TrimPrefix(in, bom)
	want, err := csvAll(in)
	if err != nil || in == "\r" || strings.HasSuffix(in, "\n\r") {
		return
	}
	var have [][]string
	for _, l := range got {
		if l.bad != "" {
			tb.Fatalf("%q: line %d: %s; encoding/csv reads it", in, l.at, l.bad)
		}
		for i := range l.fields {
			l.fields[i] = strings.ReplaceAll(l.fields[i], "\r\n", "\n")
		}
		have = append(have, l.fields)
	}
	if !reflect.DeepEqual(have, want) {
		tb.Fatalf("%q:\n got %q\nwant %q", in, have, want)
	}
}

func TestScannerAgainstCSV(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "bcdefghij", ",", ",", "\"", "\"\"", "\n", "\r\n", "\r", " ", "é"})
	rapid.Check(t, func(rt *rapid.T) {
		in := strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(rt, "pieces"), "")
		got, err := scanAll(t, strings.NewReader(in), len(in))
		if err != io.EOF {
			rt.Fatalf("%v", err)
		}
		// However the source is cut, the records are the same.
		for _, src := range []io.Reader{
			iotest.OneByteReader(strings.NewReader(in)),
			iotest.DataErrReader(strings.NewReader(in)),
			iotest.HalfReader(strings.NewReader(in)),
		} {
			if again, _ := scanAll(t, src, len(in)); !reflect.DeepEqual(again, got) {
				rt.Fatalf("%q: %v, in pieces %v", in, got, again)
			}
		}
		sameAsCSV(rt, in, got)
	})
}

// TestScannerAcrossBlocks has records that cross the edges of blocks in every
// way, checked against encoding/csv.
func TestScannerAcrossBlocks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		word := rapid.SampledFrom([]string{
			"", "x", "a,b", "two\nlines", "say \"so\"", strings.Repeat("long ", 3000), strings.Repeat("line\n", 40000),
		})
		for range rapid.IntRange(1, 60).Draw(rt, "records") {
			record := rapid.SliceOfN(word, 2, 4).Draw(rt, "record")
			if err := w.Write(record); err != nil {
				rt.Fatal(err)
			}
		}
		w.Flush()
		in := b.String()
		got, err := scanAll(t, strings.NewReader(in), len(in))
		if err != io.EOF {
			rt.Fatal(err)
		}
		sameAsCSV(rt, in, got)
	})
}

func FuzzScanner(f *testing.F) {
	for _, seed := range []string{
		"", "a,b\nc,d\n", "\ufeff\"a\"\"b\",c\r\n", "\"open\nand,on\n", "\"x\"y\n", "a\x00b\n\xff\n", ",\n\n,\r\n", "\r",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := scanAll(t, bytes.NewReader(data), len(data))
		if err != io.EOF {
			t.Fatal(err)
		}
		last := 0
		for _, l := range got {
			if l.at <= last {
				t.Fatalf("line %d after line %d", l.at, last)
			}
			last = l.at
		}
		again, _ := scanAll(t, iotest.OneByteReader(bytes.NewReader(data)), len(data))
		if !reflect.DeepEqual(again, got) {
			t.Fatalf("byte by byte %v, at once %v", again, got)
		}
		for _, l := range got {
			if l.bad != "" {
				return
			}
		}
		sameAsCSV(t, string(data), got)
	})
}

func TestAppendField(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		clean := rapid.String().Filter(Writable)
		tricky := rapid.SampledFrom([]string{"", "\"", "a\"b\"", "\n", "\r", "a\r", ",", " x ", "\"\"", bom})
		want := rapid.SliceOfN(rapid.OneOf(clean, tricky), 2, 6).Draw(rt, "fields")
		b := []byte("first")
		for _, field := range want {
			b = AppendNext(b, field)
		}
		got, err := scanAll(t, bytes.NewReader(append(b, '\n')), len(b)+1)
		if err != io.EOF || len(got) != 1 || !reflect.DeepEqual(got[0].fields[1:], want) {
			rt.Fatalf("wrote %q as %q, read %v, %v", want, b, got, err)
		}
	})
}

func TestHeader(t *testing.T) {
	for in, want := range map[string][]string{
		"":                      nil,
		"\n\n":                  nil,
		"a,b":                   {"a", "b"},
		"\ufeffa,b\r\nc":        {"a", "b"},
		"\n\"a,1\",b\nc":        {"a,1", "b"},
		"\"a":                   nil,
		"a\x00,b\n":             nil,
		"<?xml version=\"1\"?>": {"<?xml version=\"1\"?>"},
	} {
		if got := Header([]byte(in)); !reflect.DeepEqual(got, want) {
			t.Errorf("Header(%q) = %q, want %q", in, got, want)
		}
	}
	if !HasColumns([]byte("b,A ,c\n1,2,3"), "a", "b") || HasColumns([]byte("a,b\n"), "a", "c") || HasColumns(nil) {
		t.Error("HasColumns")
	}
}

// pair decodes "amount,currency" for the tests of Rows.
type pair struct{ amount, currency, note int }

func (d *pair) Begin(c *Columns) {
	d.amount, d.currency, d.note = c.Need("amount"), c.Need("currency"), c.Maybe("note")
}

func (d *pair) Row(f []string, p *spoor.Payment) (string, error) {
	if At(f, d.note) == "skip" {
		return "", Skip
	}
	currency, err := Currency(f[d.currency])
	if err != nil {
		return "currency", err
	}
	p.Paid, err = Amount(f[d.amount], currency)
	return "amount", err
}

func TestRows(t *testing.T) {
	in := "currency,amount,note\nEUR,1,\nEUR,2,skip\nEUR,x,\nEUR,4\nEUR,5,\"\nEUR,-6,\nEUR,7,\n"
	r := NewRows("x.csv", strings.NewReader(in), &pair{})
	var got []string
	for {
		batch := make([]spoor.Payment, 2)
		n, err := r.Read(batch)
		for _, p := range batch[:n] {
			got = append(got, fmt.Sprintf("%d: %s", p.Record, p.Paid))
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			got = append(got, err.Error())
		}
	}
	want := []string{
		"1: 1.00 EUR",
		`x.csv:4: amount: "x" is not a decimal number, such as 1234.50`,
		"x.csv:5: has 2 fields, and the header has 3",
		"x.csv:6: a quote is opened and never closed",
		`x.csv:7: amount: "-6" is negative: swap payer and payee`,
		"7: 7.00 EUR",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRowsHeader(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "x.csv: is empty",
		"\n\n":                             "x.csv: is empty",
		"amount,note\n":                    `x.csv:1: the header lacks "currency"; it has "amount,note"`,
		"\namount,Amount,currency\n":       `x.csv:2: the header has "amount" more than once`,
		"\"amount,currency\n":              "x.csv:1: a quote is opened and never closed",
		strings.Repeat("x", 2*maxRecord):   "x.csv:1: is longer than 1048576 bytes: not a line of a payment file",
		"am\xffount,currency\n1,EUR":       "x.csv:1: is not UTF-8: convert the file to UTF-8 and read it again",
		"amount,note,currency,\xc3\xa9\n1": "x.csv:2: has 1 fields, and the header has 4",
	} {
		r := NewRows("x.csv", strings.NewReader(in), &pair{})
		_, err := r.Read(make([]spoor.Payment, 1))
		if err == nil || err.Error() != want {
			t.Errorf("%.40q: %v, want %s", in, err, want)
		}
		var p *spoor.Problem
		if _, again := r.Read(make([]spoor.Payment, 1)); errors.As(err, &p) && p.Fatal && again != err {
			t.Errorf("%.40q: then %v", in, again)
		}
	}
}
