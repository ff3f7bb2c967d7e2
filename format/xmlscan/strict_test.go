package xmlscan

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

// seen writes what a Checker visits: {space}name[attributes] for each element,
// with dots for how deep it is.
func seen(c *Checker, file string) (string, error) {
	var out []string
	p := c.Check("m", []byte(file), func(open []Element, attrs []Attr) string {
		e := open[len(open)-1]
		s := strings.Repeat(".", len(open)-1) + "{" + string(e.Space) + "}" + string(e.Name)
		for _, a := range attrs {
			s += fmt.Sprintf("[%s=%s]", a.Name, a.Value)
		}
		if out = append(out, s); string(e.Name) == "never" {
			return "never is not wanted"
		}
		return ""
	})
	if p != nil {
		return "", p
	}
	return strings.Join(out, " "), nil
}

func TestChecker(t *testing.T) {
	c := new(Checker)
	for file, want := range map[string]string{
		"<a/>":  "{}a",
		"<a />": "{}a",
		"\ufeff<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<!-- x --><a>t</a>\n<!---->\n": "{}a",
		"<?xml version=\"1.0\"?><a></a >":                                       "{}a",
		"<?xml version=\"1.0\" encoding=\"US-ASCII\"?><a>&#xe9;</a>":            "{}a",
		"<a xmlns='u'><b/><c xmlns=''><d/></c><e/></a>":                         "{u}a .{u}b .{}c ..{}d .{u}e",
		"<p:a xmlns:p='u'><b/><p:c xmlns:p='v' k='1' p:k = \"2\"/><p:d/></p:a>": "{u}a .{}b .{v}c[k=1][p:k=2] .{u}d",
		"<a xml:lang='de' k='>&lt;&quot;'>x &amp; y &#233;&#39;&#10;z]]</a>":    "{}a[xml:lang=de][k=>&lt;&quot;]",
		"<a><b><![CDATA[<x> & y]]></b> <!-- between --> <c>é漢</c></a>":          "{}a .{}b .{}c",
		"<a><!-- alone --></a>":                                                 "{}a",
		"<a>\r\n <b> padded </b>\r</a>":                                         "{}a .{}b",
	} {
		if got, err := seen(c, file); err != nil || got != want {
			t.Errorf("%q:\n got %s, %v\nwant %s", file, got, err, want)
		}
	}
}

func TestCheckerRefuses(t *testing.T) {
	c := new(Checker)
	for file, want := range map[string]string{
		"":                              "there is no element",
		" <!-- x --> ":                  "there is no element",
		"x<a/>":                         "text outside the document",
		"<a/>x":                         "text outside the document",
		"<a/>&#10;":                     "text outside the document",
		"<a/><b/>":                      "a second document",
		"<a><b></a>":                    "closed by the end tag of another",
		"<a></aa>":                      "closed by the end tag of another",
		"</a>":                          "closes no element",
		"\n\n<a>":                       "m:3: the document ends inside",
		"<a":                            "not well-formed",
		"<a><b k='1'":                   "not well-formed",
		"<a k=1/>":                      "not well-formed",
		"<a k/>":                        "not well-formed",
		"<a k='1'j='2'/>":               "not well-formed",
		"<a k='<'/>":                    "not well-formed",
		"<a/ >":                         "not well-formed",
		"< a/>":                         "a name is not well-formed",
		"<1a/>":                         "a name is not well-formed",
		"<é/>":                          "a name is not well-formed, or not in ASCII",
		"<a:b:c xmlns:a='u'/>":          "a name is not well-formed",
		"<:a/>":                         "a name is not well-formed",
		"<a:/>":                         "a name is not well-formed",
		"<p:a/>":                        "prefix of a name is not declared",
		"<a p:k='1'/>":                  "prefix of a name is not declared",
		"<a><b xmlns:p='u'/><p:c/></a>": "prefix of a name is not declared",
		"<a xmlns:p=''/>":               "a namespace is declared that cannot be",
		"<a xmlns:xml='u'/>":            "a namespace is declared that cannot be",
		"<a xmlns:xmlns='u'/>":          "a namespace is declared that cannot be",
		"<a xmlns='http://www.w3.org/XML/1998/namespace'/>": "a namespace is declared that cannot be",
		"<a xmlns='u v'/>":                             "white space or references",
		"<a xmlns='u&#58;v'/>":                         "white space or references",
		"<a xmlns='u' xmlns='u'/>":                     "an attribute twice",
		"<a xmlns:p='u' xmlns:p='v'/>":                 "an attribute twice",
		"<a k='1' k='2'/>":                             "an attribute twice",
		"<a xmlns:p='u' xmlns:q='u' p:k='1' q:k='2'/>": "an attribute twice",
		"<a" + manyAttrs + "/>":                        "more than 64 attributes",
		"<a>\x01</a>":                                  "control character",
		"<a>\x00</a>":                                  "control character",
		"<a>\uffff</a>":                                "no characters",
		"<a>\xff</a>":                                  "not in UTF-8",
		"\xff\xfe<\x00a\x00/\x00>\x00":                 "not in UTF-8",
		"<?xml version='1.1'?><a/>":                    "not in XML 1.0",
		"<?xml encoding='utf-8'?><a/>":                 "declaration is not well-formed",
		"<?xml version='1.0' standalone='no' encoding='utf-8'?><a/>": "declaration is not well-formed",
		"<?xml version='1.0' encoding='ISO-8859-1'?><a/>":            "another encoding than UTF-8",
		"\ufeff<?xml version='1.0' encoding='windows-1252'?><a/>":    "another encoding than UTF-8",
		"<?xml version='1.0' encoding='us-ascii'?><a>é</a>":          "US-ASCII and has other characters",
		"<?xml ?><a/>":                      "declaration is not well-formed",
		" <?xml version='1.0'?><a/>":        "processing instructions",
		"<a><?x y?></a>":                    "processing instructions",
		"<a/><?x y?>":                       "processing instructions",
		"<!DOCTYPE a><a/>":                  "document type and entity declarations",
		"<a>x<!-- -->y</a>":                 "not in one piece",
		"<a><!-- -->y</a>":                  "not in one piece",
		"<a>x<!-- --></a>":                  "not in one piece",
		"<a>x<![CDATA[y]]></a>":             "not in one piece",
		"<a> <![CDATA[y]]></a>":             "not in one piece",
		"<a><![CDATA[y]]> </a>":             "not in one piece",
		"<a><![CDATA[y]]><![CDATA[z]]></a>": "not in one piece",
		"<a><b/>x</a>":                      "not in one piece",
		"<a>x<b/></a>":                      "text between elements",
		"<![CDATA[y]]><a/>":                 "CDATA",
		"<a><!-- -- --></a>":                "comment",
		"<a><!-- </a>":                      "comment",
		"<a>]]></a>":                        "]]>",
		"<a>&</a>":                          "not written &amp;",
		"<a>&x;</a>":                        "no character",
		"<a k='&x;'/>":                      "no character",
		"<a>&#x110000;</a>":                 "no character",
		"<a>1&#50;</a>":                     "by number",
		"<a>&#x45;UR</a>":                   "by number",
		"<a>&#32;1</a>":                     "by number",
		"<a k='&#69;UR'/>":                  "by number",
		"<a><never/></a>":                   "never is not wanted",
		strings.Repeat("<a>", 65):           "more than 64 deep",
	} {
		if _, err := seen(c, file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %s", file, err, want)
		}
	}
}

// FuzzChecker holds what a Checker takes against encoding/xml, which must take it
// too and see the same elements and attributes.
func FuzzChecker(f *testing.F) {
	for _, file := range []string{
		"<a xmlns='u' k='1'><p:b xmlns:p='v' p:c='2'>t</p:b><!-- x --><c><![CDATA[<]]></c></a>", "\ufeff<?xml version='1.0' encoding='UTF-8'?><a>&lt;&#233;</a>\n",
	} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var got, want []string
		if p := new(Checker).Check("m", file, func(open []Element, attrs []Attr) string {
			e := open[len(open)-1]
			got = append(got, fmt.Sprintf("%d {%s}%s %d", len(open), e.Space, e.Name, len(attrs)))
			return ""
		}); p != nil {
			return
		}
		d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
		d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // US-ASCII
		for depth := 0; ; {
			tok, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", file, err)
			}
			switch tok := tok.(type) {
			case xml.StartElement:
				depth++
				n := 0
				for _, a := range tok.Attr {
					if a.Name.Space != "xmlns" && (a.Name.Space != "" || a.Name.Local != "xmlns") {
						n++
					}
				}
				want = append(want, fmt.Sprintf("%d {%s}%s %d", depth, tok.Name.Space, tok.Name.Local, n))
			case xml.EndElement:
				depth--
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q:\n got %q\nwant %q", file, got, want)
		}
	})
}

// BenchmarkChecker checks a message of 3 kB.
func BenchmarkChecker(b *testing.B) {
	body, err := os.ReadFile("../iso20022/instruct/testdata/pacs008.xml")
	if err != nil {
		b.Fatal(err)
	}
	c := new(Checker)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if p := c.Check("m", body, func([]Element, []Attr) string { return "" }); p != nil {
			b.Fatal(p)
		}
	}
}
