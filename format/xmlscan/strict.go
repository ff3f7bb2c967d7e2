package xmlscan

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"spoor"
)

// Checker holds documents to what every reader of XML reads alike. A [Scanner]
// is lenient, as a reader of files may be; where somebody gains by having two
// programs read two things in one document, that is not enough.
//
// A document passes if it is one well-formed XML 1.0 document in UTF-8 with
// correct namespaces (Namespaces in XML 1.0, third edition), and has none of
// these, although the recommendations allow them: document type declarations,
// processing instructions, texts between elements or in several pieces (cut by
// a comment or around CDATA), references by number to letters, digits and spaces,
// names outside ASCII, and white space or references in the name of a namespace.
//
// A Checker is used for one document after the other, and by one goroutine.
type Checker struct {
	b     []byte
	open  []Element
	state []inside
	binds []binding
	attrs []Attr
	more  bool // there was an element
	at    int
	fault string
}

// Element is an open element: its namespace, "" where it has none, and its name.
type Element struct{ Space, Name []byte }

// Attr is an attribute, by its name as it is written; declarations of namespaces
// are none.
type Attr struct{ Name, Value []byte }

// inside is what an open element has had inside so far.
type inside struct {
	qname    []byte
	from     int // where its content begins
	binds    int // how many namespaces were declared before it
	text     bool
	elements bool
	comments bool
}

type binding struct{ prefix, space []byte }

var (
	xmlSpace   = []byte("http://www.w3.org/XML/1998/namespace")
	xmlnsSpace = []byte("http://www.w3.org/2000/xmlns/")
)

// Check reads a document, and calls visit at every start tag with the elements
// that are open, the new one last, and its attributes; both hold until the next
// call only. What visit says against the element, if anything, refuses the
// document. Check gives nil or what is wrong, which is fatal and quotes no text.
func (c *Checker) Check(file string, body []byte, visit func(open []Element, attrs []Attr) string) *spoor.Problem {
	c.b, c.at, c.fault, c.more = body, 0, "", false
	c.open, c.state = c.open[:0], c.state[:0]
	c.binds = append(c.binds[:0], binding{[]byte("xml"), xmlSpace})
	c.document(visit)
	defer func() { c.b = nil }()
	if c.fault == "" {
		return nil
	}
	line := 1 + bytes.Count(body[:min(c.at, len(body))], []byte{'\n'})
	return &spoor.Problem{File: file, Line: line, Reason: c.fault, Fatal: true}
}

// bad notes what is wrong first, and is false.
func (c *Checker) bad(format string, args ...any) bool {
	if c.fault == "" {
		c.fault = fmt.Sprintf(format, args...)
	}
	return false
}

func (c *Checker) document(visit func([]Element, []Attr) string) {
	if !c.encoded() {
		return
	}
	for c.at < len(c.b) {
		n := bytes.IndexByte(c.b[c.at:], '<')
		if n < 0 {
			n = len(c.b) - c.at
		}
		if n > 0 && !c.text(c.b[c.at:c.at+n]) {
			return
		}
		if c.at += n; c.at == len(c.b) {
			break
		}
		var ok bool
		switch rest := c.b[c.at+1:]; {
		case len(rest) > 0 && rest[0] == '/':
			ok = c.endTag()
		case len(rest) > 0 && rest[0] == '!':
			ok = c.markup(rest)
		case len(rest) > 0 && rest[0] == '?':
			ok = c.bad("processing instructions are not read alike everywhere: remove the <?...?>")
		default:
			ok = c.startTag(visit)
		}
		if !ok {
			return
		}
	}
	switch {
	case len(c.open) > 0:
		c.bad("the document ends inside an element: it is cut off")
	case !c.more:
		c.bad("there is no element")
	}
}

// encoded reads the byte order mark and the declaration, and checks that the
// whole body is characters of XML in UTF-8.
func (c *Checker) encoded() bool {
	if !utf8.Valid(c.b) {
		return c.bad("the document is not in UTF-8")
	}
	for i, ch := range c.b {
		switch {
		case usual[ch]:
		case ch < ' ':
			c.at = i
			return c.bad("the control character %#x is not allowed in XML", ch)
		case ch == 0xef && i+2 < len(c.b) && c.b[i+1] == 0xbf && c.b[i+2] >= 0xbe:
			c.at = i
			return c.bad("U+FFFE and U+FFFF are no characters")
		}
	}
	if bytes.HasPrefix(c.b, []byte("\ufeff")) {
		c.at = len("\ufeff")
	}
	rest, ok := bytes.CutPrefix(c.b[c.at:], []byte("<?xml"))
	if !ok || len(rest) == 0 || !isSpace[rest[0]] {
		return true
	}
	end := bytes.Index(rest, piClose)
	if end < 0 {
		return c.bad("the XML declaration is cut off")
	}
	if !c.declaration(rest[:end]) {
		return false
	}
	c.at += len("<?xml") + end + len(piClose)
	return true
}

// declaration checks version, encoding and standalone, in this order.
func (c *Checker) declaration(b []byte) bool {
	want := []string{"version", "encoding", "standalone"}
	for first := true; len(trim(b)) > 0; first = false {
		name, value, rest, ok := c.attribute(b)
		if !ok {
			return c.bad("the XML declaration is not well-formed")
		}
		for len(want) > 0 && want[0] != string(name) && !first {
			want = want[1:]
		}
		if len(want) == 0 || want[0] != string(name) {
			return c.bad("the XML declaration is not well-formed")
		}
		want, b = want[1:], rest
		switch text := strings.ToUpper(string(value)); {
		case string(name) == "version" && text != "1.0":
			return c.bad("the document is not in XML 1.0")
		case string(name) == "encoding" && text != "UTF-8" && text != "US-ASCII":
			return c.bad("the document says it is in another encoding than UTF-8: convert it, for example with iconv")
		case text == "US-ASCII" && bytes.ContainsFunc(c.b, func(r rune) bool { return r >= utf8.RuneSelf }):
			return c.bad("the document says it is in US-ASCII and has other characters")
		case string(name) == "standalone" && text != "YES" && text != "NO":
			return c.bad("the XML declaration is not well-formed")
		}
	}
	return len(want) < 3 || c.bad("the XML declaration is not well-formed")
}

// text checks what is between two tags.
func (c *Checker) text(b []byte) bool {
	if len(trim(b)) == 0 {
		return true
	}
	if len(c.state) == 0 {
		return c.bad("there is text outside the document")
	}
	if bytes.Contains(b, cdataClose) {
		return c.bad("]]> stands in a text")
	}
	return c.piece() && c.references(b)
}

// piece begins a text, which must be all that its element has.
func (c *Checker) piece() bool {
	s := &c.state[len(c.state)-1]
	if s.text || s.elements || s.comments {
		return c.bad("the text of an element is not in one piece")
	}
	s.text = true
	return true
}

func (c *Checker) references(b []byte) bool {
	for {
		_, after, found := bytes.Cut(b, []byte{'&'})
		if !found {
			return true
		}
		name, rest, found := bytes.Cut(after, []byte{';'})
		if !found {
			return c.bad("an ampersand is not written &amp;")
		}
		r, ok := reference(name)
		switch {
		case !ok:
			return c.bad("a reference is to no character: only &amp; &lt; &gt; &quot; &apos; and numbers are")
		case r == ' ' || r < utf8.RuneSelf && isPlainLetter(byte(r)):
			return c.bad("a letter, a digit or a space is written as a reference by number: write it as it is")
		}
		b = rest
	}
}

// usual is true for the bytes that need no second look, and inNCName for those of
// ASCII that a name without prefix may have.
var usual, inNCName = func() (usual, inNCName [256]bool) {
	for i := range 256 {
		c := byte(i)
		usual[c] = c >= ' ' && c != 0xef || isSpace[c]
		inNCName[c] = isPlainLetter(c) || c == '_' || c == '-' || c == '.'
	}
	return usual, inNCName
}()

func isPlainLetter(c byte) bool { return c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'z' }

// markup reads a comment or CDATA.
func (c *Checker) markup(rest []byte) bool {
	switch {
	case bytes.HasPrefix(rest, commentOpen[1:]):
		n := bytes.Index(rest[3:], []byte("--"))
		if n < 0 || !bytes.HasPrefix(rest[3+n:], commentClose) {
			return c.bad("a comment is not closed, or has -- inside")
		}
		if len(c.state) > 0 {
			s := &c.state[len(c.state)-1]
			if s.comments = true; s.text {
				return c.bad("the text of an element is not in one piece")
			}
		}
		c.at += 1 + 3 + n + len(commentClose)
		return true
	case bytes.HasPrefix(rest, cdataOpen[1:]):
		n := bytes.Index(rest, cdataClose)
		if n < 0 || len(c.state) == 0 {
			return c.bad("CDATA is not closed, or outside the document")
		}
		end := c.at + 1 + n + len(cdataClose)
		if c.state[len(c.state)-1].from != c.at || !bytes.HasPrefix(c.b[end:], []byte("</")) {
			return c.bad("the text of an element is not in one piece")
		}
		c.at = end
		return c.piece()
	}
	return c.bad("document type and entity declarations are refused, because they can expand without bound: remove the <!...> declaration")
}

func (c *Checker) endTag() bool {
	if len(c.state) == 0 {
		return c.bad("an end tag closes no element")
	}
	s := c.state[len(c.state)-1]
	rest, ok := bytes.CutPrefix(c.b[c.at+2:], s.qname)
	n := 0
	for ; n < len(rest) && isSpace[rest[n]]; n++ {
	}
	if !ok || n == len(rest) || rest[n] != '>' {
		return c.bad("an element is closed by the end tag of another")
	}
	c.at += 2 + len(s.qname) + n + 1
	c.close()
	return true
}

func (c *Checker) close() {
	n := len(c.state) - 1
	c.binds = c.binds[:c.state[n].binds]
	c.open, c.state = c.open[:n], c.state[:n]
}

func (c *Checker) startTag(visit func([]Element, []Attr) string) bool {
	switch {
	case len(c.open) == MaxDepth:
		return c.bad("elements are nested more than %d deep", MaxDepth)
	case len(c.open) == 0 && c.more:
		return c.bad("a second document follows: send one at a time")
	}
	c.more = true
	j := c.at + 1
	for j < len(c.b) && inName[c.b[j]] {
		j++
	}
	qname := c.b[c.at+1 : j]
	prefix, local, ok := c.qualified(qname)
	if !ok {
		return false
	}
	if n := len(c.state); n > 0 {
		if c.state[n-1].elements = true; c.state[n-1].text {
			return c.bad("there is text between elements")
		}
	}
	s := inside{qname: qname, binds: len(c.binds)}
	empty, ok := c.attributes(j)
	if !ok {
		return false
	}
	space, ok := c.resolve(prefix)
	if !ok {
		return false
	}
	s.from = c.at
	c.open, c.state = append(c.open, Element{space, local}), append(c.state, s)
	if against := visit(c.open, c.attrs); against != "" {
		return c.bad("%s", against)
	}
	if empty {
		c.close()
	}
	return true
}

// qualified splits a name of ASCII into its prefix and its local part.
func (c *Checker) qualified(qname []byte) (prefix, local []byte, ok bool) {
	colon := bytes.IndexByte(qname, ':')
	if local = qname; colon >= 0 {
		if prefix, local = qname[:colon], qname[colon+1:]; colon == 0 {
			return nil, nil, c.bad("a name is not well-formed")
		}
	}
	for _, part := range [...][]byte{prefix, local} {
		for i, ch := range part {
			if !inNCName[ch] || i == 0 && (ch == '-' || ch == '.' || ch-'0' <= 9) {
				return nil, nil, c.bad("a name is not well-formed, or not in ASCII")
			}
		}
	}
	return prefix, local, len(local) > 0 || c.bad("a name is not well-formed")
}

// resolve gives the namespace that a prefix stands for; "" for no prefix is the
// default one.
func (c *Checker) resolve(prefix []byte) ([]byte, bool) {
	for i := len(c.binds) - 1; i >= 0; i-- {
		if string(c.binds[i].prefix) == string(prefix) {
			return c.binds[i].space, true
		}
	}
	return nil, len(prefix) == 0 || c.bad("the prefix of a name is not declared")
}

// attributes reads those of a tag from b[j], and the end of the tag.
func (c *Checker) attributes(j int) (empty, ok bool) {
	c.attrs = c.attrs[:0]
	if j < len(c.b) && c.b[j] == '>' {
		c.at = j + 1
		return false, true
	}
	declared := len(c.binds)
	for rest := c.b[j:]; ; {
		spaced := trimLeft(rest)
		switch {
		case len(spaced) > 0 && spaced[0] == '>':
			c.at = len(c.b) - len(spaced) + 1
			return false, c.distinct()
		case len(spaced) > 1 && spaced[0] == '/' && spaced[1] == '>':
			c.at = len(c.b) - len(spaced) + 2
			return true, c.distinct()
		}
		name, value, after, ok := c.attribute(rest)
		if !ok {
			return false, c.bad("a tag is not well-formed")
		}
		if !c.references(value) {
			return false, false
		}
		rest = after
		if prefix, is := bytes.CutPrefix(name, []byte("xmlns")); is && (len(prefix) == 0 || prefix[0] == ':') {
			if !c.declare(bytes.TrimPrefix(prefix, []byte(":")), value, len(prefix) > 0, declared) {
				return false, false
			}
			continue
		}
		if len(c.attrs) == maxAttrs {
			return false, c.bad("an element has more than %d attributes", maxAttrs)
		}
		c.attrs = append(c.attrs, Attr{name, value})
	}
}

func trimLeft(b []byte) []byte {
	for len(b) > 0 && isSpace[b[0]] {
		b = b[1:]
	}
	return b
}

// attribute reads one, with the white space before it.
func (c *Checker) attribute(b []byte) (name, value, rest []byte, ok bool) {
	name = trimLeft(b)
	if len(name) == len(b) {
		return nil, nil, nil, false
	}
	n := 0
	for n < len(name) && inName[name[n]] {
		n++
	}
	name, rest = name[:n], trimLeft(name[n:])
	if n == 0 || len(rest) == 0 || rest[0] != '=' {
		return nil, nil, nil, false
	}
	rest = trimLeft(rest[1:])
	if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(rest[1:], rest[0])
	if end < 0 {
		return nil, nil, nil, false
	}
	value = rest[1 : end+1]
	return name, value, rest[end+2:], bytes.IndexByte(value, '<') < 0
}

// declare binds a prefix, or none, to a namespace. Those from index declared on
// are of the same tag.
func (c *Checker) declare(prefix, space []byte, prefixed bool, declared int) bool {
	odd := func(r rune) bool { return r <= ' ' || r == '&' }
	switch {
	case len(c.binds)-declared == maxAttrs:
		return c.bad("an element has more than %d attributes", maxAttrs)
	case bytes.ContainsFunc(space, odd):
		return c.bad("the name of a namespace has white space or references in it")
	case prefixed && (len(space) == 0 || len(prefix) == 0 || bytes.HasPrefix(bytes.ToLower(prefix), []byte("xml"))),
		bytes.Equal(space, xmlSpace), bytes.Equal(space, xmlnsSpace):
		return c.bad("a namespace is declared that cannot be")
	}
	for _, b := range c.binds[declared:] {
		if bytes.Equal(b.prefix, prefix) {
			return c.bad("an element has an attribute twice")
		}
	}
	if prefixed {
		if p, _, ok := c.qualified(prefix); !ok || p != nil {
			return c.bad("a name is not well-formed, or not in ASCII")
		}
	}
	c.binds = append(c.binds, binding{prefix, space})
	return true
}

// distinct checks that all attributes of a tag have well-formed and different
// names, whatever the prefixes.
func (c *Checker) distinct() bool {
	for i, a := range c.attrs {
		prefix, local, ok := c.qualified(a.Name)
		if !ok {
			return false
		}
		var space []byte
		if len(prefix) > 0 {
			if space, ok = c.resolve(prefix); !ok {
				return false
			}
		}
		for _, b := range c.attrs[:i] {
			p, l, _ := c.qualified(b.Name)
			var s []byte
			if len(p) > 0 {
				s, _ = c.resolve(p)
			}
			if bytes.Equal(l, local) && bytes.Equal(s, space) {
				return c.bad("an element has an attribute twice")
			}
		}
	}
	return true
}
