package xmlscan

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"spoor"
)

var testTree = func() *Tree {
	t := new(Tree)
	for i, path := range []string{"a", "a/b", "a/b/c", "a/d/e", "a/x/*"} {
		t.Add(path, i+1)
	}
	return t
}()

// events writes what a scanner gives: +path, -path or path=text@attr.
func events(src io.Reader) (out []string, err error) {
	s := New("f.xml", src, testTree)
	for {
		kind, id, err := s.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		path := testTree.Paths()[id-1]
		switch kind {
		case Start:
			out = append(out, "+"+path)
		case End:
			out = append(out, "-"+path)
		case Leaf:
			text, err := s.AppendText(nil)
			if err != nil {
				return out, err
			}
			attr, err := s.AppendAttr(nil, "k")
			if err != nil {
				return out, err
			}
			out = append(out, fmt.Sprintf("%s=%s@%s", path, text, attr))
		}
	}
}

func TestScanner(t *testing.T) {
	for file, want := range map[string]string{
		"<a><b><c>1</c></b></a>":      "+a +a/b a/b/c=1@ -a/b -a",
		"<a/>":                        "a=@",
		"<a></a >":                    "a=@",
		"<a>t</a>":                    "a=t@",
		"<a k = 'v\"' z='/>'> t </a>": `a=t@v"`,
		"<p:a xmlns:p='x' k=\"&lt;1&gt;\">t</p:a>":                 "a=t@<1>",
		"<a xmlns:p='x' p:k='1' k='2'>t</a>":                       "a=t@2",
		"<a xmlns:p='x' p:k='1'>t</a>":                             "a=t@",
		"<z><y><a><b/></a></y></z><a/>":                            "+a a/b=@ -a a=@",
		"<a><u><b/><a/></u><b>x<!-- y -->z</b></a>":                "+a a/b=xz@ -a",
		"<a>one<b/>two</a>":                                        "+a a/b=@ -a",
		"<a><d><e>1&#50;&#x33;</e><e><![CDATA[<&]]>;</e></d></a>":  "+a a/d/e=123@ a/d/e=<&;@ -a",
		"<a><x><f/><g>5</g><h><i/></h></x></a>":                    "+a a/x/*=@ a/x/*=5@ +a/x/* -a/x/* -a",
		"\ufeff<?xml version='1.0'?><!-- <a> --><?p <a>?><a/>\n\n": "a=@",
		"<a>1&#9;2&#xa;&#xD;3</a>":                                 "a=1\t2 \r3@",
		"<a>\r\n1\r2\r\n3 </a>":                                    "a=1 2 3@",
		"<a><b>é漢</b></a>":                                         "+a a/b=é漢@ -a",
		"<a><bb/><:b/><b:/><p:b/></a>":                             "+a a/b=@ -a",
		"text without tags":                                        "",
		"":                                                         "",
	} {
		for _, src := range []io.Reader{strings.NewReader(file), iotest.OneByteReader(strings.NewReader(file)), iotest.DataErrReader(strings.NewReader(file))} {
			got, err := events(src)
			if s := strings.ReplaceAll(strings.Join(got, " "), "\n", " "); err != nil || s != want {
				t.Errorf("%q:\n got %s, %v\nwant %s", file, s, err, want)
			}
		}
	}
}

var manyAttrs = func() (out string) {
	for i := range maxAttrs + 1 {
		out += fmt.Sprintf(" x%d=''", i)
	}
	return out
}()

func TestRefuses(t *testing.T) {
	for file, want := range map[string]string{
		"<a>":                              "f.xml:1: the file ends inside a tag",
		"<a><b/>":                          "the file ends inside element <a>",
		"<a><b/><":                         "the file ends inside",
		"\n<a><b></c></a>":                 "f.xml:2: element <b> is closed by </c>",
		"<a><b/></b>":                      "element <a> is closed by </b>",
		"</a>":                             "closes no element",
		"<a><></a>":                        "a tag has no name",
		"<a <b/>":                          "not closed before the next one",
		"<!DOCTYPE a SYSTEM 'x'><a/>":      "document type and entity declarations are refused",
		"<a>&amp</a>":                      "an ampersand is not written &amp;",
		"<a>&lol;</a>":                     "&lol; is no character",
		"<a>&#0;</a>":                      "&#0; is no character",
		"<a>&#xD800;</a>":                  "is no character",
		"<a>&#x110000;</a>":                "is no character",
		"<a>\x01</a>":                      "control character 0x1",
		"<a k='1' z='2' k='3'/>":           "element <a> has attribute k twice",
		"<a k='1' z='2' z='3'/>":           "element <a> has attribute z twice",
		"<a" + manyAttrs + "/>":            "more than 64 attributes",
		"<a k='\xff'/>":                    "not UTF-8",
		"<?xml encoding='EBCDIC'?><a/>":    `the encoding "EBCDIC" is not read`,
		"\xff\xfe<\x00a\x00/\x00>\x00":     "UTF-16",
		"\x00<\x00a\x00/\x00>":             "UTF-16",
		strings.Repeat("<z><y/>", 65):      "more than 64 deep",
		"<a>" + strings.Repeat("x", 2<<20): "longer than 1048576 bytes",
	} {
		_, err := events(strings.NewReader(file))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", file, err, want)
		}
	}
}

// TestDepth goes to the limit and one deeper.
func TestDepth(t *testing.T) {
	for depth, ok := range map[int]bool{MaxDepth: true, MaxDepth + 1: false} {
		file := strings.Repeat("<z>", depth) + "<a/>" + strings.Repeat("</z>", depth)
		if got, err := events(strings.NewReader(file)); (err == nil) != ok || ok && !slices.Equal(got, []string{"a=@"}) {
			t.Errorf("%d deep: %q, %v", depth, got, err)
		}
	}
}

// TestStopsForGood asks again after the end and after a problem.
func TestStopsForGood(t *testing.T) {
	s := New("f", strings.NewReader("<a/>"), testTree)
	for _, want := range []error{nil, io.EOF, io.EOF} {
		if _, _, err := s.Next(); err != want {
			t.Errorf("%v, want %v", err, want)
		}
	}
	s = New("f", io.MultiReader(strings.NewReader("<a><b/>"), iotest.ErrReader(errors.New("no disk"))), testTree)
	var problem *spoor.Problem
	for i := range 5 {
		_, _, err := s.Next()
		if i > 1 && (!errors.As(err, &problem) || !problem.Fatal || !strings.Contains(problem.Reason, "no disk")) {
			t.Errorf("call %d: %v", i, err)
		}
	}
}

// TestReset reads documents in memory one after the other with one scanner,
// whatever became of those before.
func TestReset(t *testing.T) {
	s := new(Scanner)
	for range 2 {
		for file, want := range map[string]string{
			"<a><b>1</b>":               "the file ends inside element <a>",
			"\n<a>\n<b>2</b>\n</a>":     "",
			"<a><b>3</c></a>":           "closed by </c>",
			"<a><b k='' k=''>4</b></a>": "twice",
			"\xff\xfe<\x00":             "UTF-16",
			"<a><b>5" + strings.Repeat(" ", MaxToken+1) + "</b></a>": "",
		} {
			s.Reset("m", []byte(file), testTree)
			var got error
			for got == nil {
				kind, _, err := s.Next()
				if got = err; kind == Leaf {
					s.AppendAttr(nil, "k")
					if want == "" && (s.Line() != 1+2*strings.Count(file[:2], "\n") || s.Offset() < 11) {
						t.Errorf("%.20q: line %d, offset %d", file, s.Line(), s.Offset())
					}
				}
			}
			if want == "" && got != io.EOF || !strings.Contains(got.Error(), want) {
				t.Errorf("%.20q: %v, want %s", file, got, want)
			}
		}
	}
}

func TestPadded(t *testing.T) {
	s := new(Scanner)
	for text, want := range map[string]bool{"": false, "x": false, "x y": false, " x": true, "x\n": true, "&#32;x": true, "x&#9;": true, "<![CDATA[x ]]>": true, "<!-- -->x": false} {
		s.Reset("m", []byte("<a>"+text+"</a>"), testTree)
		if _, _, err := s.Next(); err != nil || s.Padded() != want {
			t.Errorf("%q: %v, %v", text, s.Padded(), err)
		}
	}
}

// TestLongStream checks offsets and lines over many fills of the buffer, and
// that passed-over text and comments do not make it grow.
func TestLongStream(t *testing.T) {
	part := "<b>\n<c>1</c></b>" + strings.Repeat(" \n", 5000) + "<!--" + strings.Repeat("-x", 300) + "-->"
	const n = 500
	s := New("f", iotest.HalfReader(strings.NewReader("<a>"+strings.Repeat(part, n)+"</a>")), testTree)
	seen := 0
	for {
		kind, id, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if kind == Leaf && id == 3 {
			if want := 2 + seen*strings.Count(part, "\n"); s.Line() != want {
				t.Fatalf("element %d is on line %d, want %d", seen, s.Line(), want)
			}
			if want := int64(3 + seen*len(part) + len("<b>\n<c>1</c>")); s.Offset() != want {
				t.Fatalf("element %d ends at %d, want %d", seen, s.Offset(), want)
			}
			seen++
		}
	}
	if seen != n || len(s.buf) != bufSize {
		t.Errorf("%d elements of %d, buffer of %d bytes", seen, n, len(s.buf))
	}
}

func TestTreePanics(t *testing.T) {
	for name, add := range map[string]func(*Tree){
		"twice": func(t *Tree) { t.Add("a", 1); t.Add("a", 2) },
		"zero":  func(t *Tree) { t.Add("a", 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			add(new(Tree))
		}()
	}
}

// FuzzScanner compares the events with those of encoding/xml on files that it
// takes, unless the scanner refuses them on purpose.
func FuzzScanner(f *testing.F) {
	for _, file := range []string{
		"<a><b><c>1</c></b></a>", "<p:a k='1'>x<![CDATA[y]]>&amp;<!-- z --><?p?></p:a>", "<z><a><d><e k=\"&#65;\"/></d><x><q>1</q></x></a></z><a/>",
		"<?xml version='1.0' encoding='utf-8'?>\n<a>\r\n</a>",
	} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		want, err := slowEvents(file)
		if err != nil {
			events(bytes.NewReader(file))
			return
		}
		got, err := events(bytes.NewReader(file))
		if err != nil {
			for _, ours := range []string{"are refused", "64 deep", "UTF-16", "twice", "64 attributes"} {
				if strings.Contains(err.Error(), ours) {
					return
				}
			}
		}
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%q:\n got %q, %v\nwant %q", file, got, err, want)
		}
	})
}

// slowEvents does the same by encoding/xml and a tree.
func slowEvents(file []byte) (out []string, err error) {
	type element struct {
		path, attr string
		text       []byte
		at         int // where its Start is in out
		parent     bool
	}
	var open []element
	d := xml.NewDecoder(bytes.NewReader(file))
	wanted := func(path string) bool { return path != "" && slices.Contains(testTree.Paths(), path) }
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			path := ""
			outside := !slices.ContainsFunc(open, func(e element) bool { return e.path != "" })
			switch name := tok.Name.Local; {
			case outside && name == "a":
				path = "a"
			case !outside && open[len(open)-1].path == "a/x":
				path = "a/x/*"
			case !outside && open[len(open)-1].path != "" && strings.Trim(name, "abcdex") == "":
				path = open[len(open)-1].path + "/" + name
				if !wanted(path) && path != "a/d" && path != "a/x" {
					path = "-"
				}
			case !outside:
				path = "-"
			}
			e := element{path: path, at: len(out)}
			for _, a := range slices.Backward(tok.Attr) {
				if a.Name.Local == "k" && a.Name.Space == "" {
					e.attr = strings.Trim(a.Value, " \t\r\n")
				}
			}
			if len(open) > 0 {
				open[len(open)-1].parent = true
			}
			open = append(open, e)
			if wanted(path) {
				out = append(out, "+"+path)
			}
		case xml.EndElement:
			e := open[len(open)-1]
			open = open[:len(open)-1]
			switch {
			case !wanted(e.path):
			case e.parent:
				out = append(out, "-"+e.path)
			default:
				out[e.at] = fmt.Sprintf("%s=%s@%s", e.path, bytes.Trim(e.text, " \t\r\n"), e.attr)
			}
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text = append(open[len(open)-1].text, tok...)
			}
		}
	}
}
