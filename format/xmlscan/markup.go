package xmlscan

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	cdataOpen, cdataClose = []byte("<![CDATA["), []byte("]]>")
	commentOpen           = []byte("<!--")
	commentClose          = []byte("-->")
	piClose               = []byte("?>")
)

// inName is true for the bytes that can be in a name, isSpace for XML's white
// space, and plain for those that a text may take over as they are.
var inName, isSpace, plain = func() (name, space, plain [256]bool) {
	for c := range 256 {
		space[c] = strings.IndexByte(" \t\r\n", byte(c)) >= 0
		name[c] = c > ' ' && strings.IndexByte("/>=<\"'&!?", byte(c)) < 0
		plain[c] = (c >= ' ' && c < utf8.RuneSelf || c == '\t' || c == '\n') && c != '&'
	}
	return name, space, plain
}()

// tagEnd finds the '>' of a start tag whose attributes begin at b[j]; -1 when
// b ends too soon.
func (s *Scanner) tagEnd(b []byte, j int) int {
	for j < len(b) {
		switch b[j] {
		case '>':
			return j
		case '<':
			s.stop("a tag is not closed before the next one begins")
			return -1
		case '"', '\'':
			n := bytes.IndexByte(b[j+1:], b[j])
			if n < 0 {
				return -1
			}
			j += n + 1
		}
		j++
	}
	return -1
}

// pass reads a comment, a processing instruction or CDATA at b[i] and gives
// the index after it; false when b ends too soon.
func (s *Scanner) pass(b []byte, i int) (int, bool) {
	open, end := 0, []byte(nil)
	switch rest := b[i:]; {
	case rest[1] == '?':
		open, end = 2, piClose
	case bytes.HasPrefix(rest, commentOpen):
		open, end = len(commentOpen), commentClose
	case bytes.HasPrefix(rest, cdataOpen):
		open, end = len(cdataOpen), cdataClose
	case bytes.HasPrefix(commentOpen, rest) || bytes.HasPrefix(cdataOpen, rest):
		return i, false
	default:
		s.stop("document type and entity declarations are refused, because they can expand without bound: remove the <!...> declaration")
		return i, false
	}
	n := bytes.Index(b[i+open:], end)
	if n < 0 {
		return i, false
	}
	n += i + open
	if open == 2 {
		s.declaration(b[i+2 : n])
	}
	return n + len(end), s.problem == nil
}

// declaration takes the encoding from an XML declaration.
func (s *Scanner) declaration(pi []byte) {
	rest, ok := bytes.CutPrefix(pi, []byte("xml"))
	if !ok || len(rest) == 0 || !isSpace[rest[0]] {
		return
	}
	s.latin1 = false
	switch enc := strings.ToUpper(string(attribute(rest, "encoding"))); enc {
	case "", "UTF-8", "UTF8", "US-ASCII", "ASCII":
	case "ISO-8859-1", "ISO8859-1", "LATIN1", "LATIN-1":
		s.latin1 = true
	default:
		s.stop("the encoding %.40q is not read: convert the file to UTF-8, for example with iconv", enc)
	}
}

// Attrs gives the current element's attributes as they stand in the file.
func (s *Scanner) Attrs() []byte { return s.attrs }

// maxAttrs is how many attributes a tag may have of which one is asked for.
const maxAttrs = 64

// AppendAttr appends the value of an attribute of the current element as
// AppendText does, by its name as it is written, prefix included: an attribute
// of another namespace is another one. It appends nothing when there is none. A
// tag in which two attributes have the same name is not well-formed and ends the
// scan.
func (s *Scanner) AppendAttr(dst []byte, name string) ([]byte, error) {
	if !s.seen {
		s.seen = true
		s.differ()
	}
	if s.problem != nil {
		return dst, s.problem
	}
	return s.appendTrimmed(dst, attribute(s.attrs, name))
}

// differ stops the scan where two of the current attributes have one name.
func (s *Scanner) differ() {
	var names [maxAttrs][]byte
	n := 0
	for rest := s.attrs; ; n++ {
		name, _, after, ok := cutAttr(rest)
		if !ok {
			return
		}
		if n == maxAttrs {
			s.stop("element <%.40s> has more than %d attributes", s.name, maxAttrs)
			return
		}
		for _, other := range names[:n] {
			if string(other) == string(name) {
				s.stop("element <%.40s> has attribute %.40s twice", s.name, name)
				return
			}
		}
		names[n], rest = name, after
	}
}

// attribute finds the raw value of an attribute in a tag's attributes.
func attribute(b []byte, name string) []byte {
	for {
		key, value, rest, ok := cutAttr(b)
		switch {
		case !ok:
			return nil
		case string(key) == name:
			return value
		}
		b = rest
	}
}

// cutAttr takes the first of a tag's attributes; false where there is none, or
// no well-formed one.
func cutAttr(b []byte) (name, value, rest []byte, ok bool) {
	eq := bytes.IndexByte(b, '=')
	if eq < 0 {
		return nil, nil, nil, false
	}
	name = trim(b[:eq])
	b = bytes.TrimLeft(b[eq+1:], " \t\r\n")
	if len(b) == 0 || b[0] != '"' && b[0] != '\'' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(b[1:], b[0])
	if end < 0 {
		return nil, nil, nil, false
	}
	return name, b[1 : end+1], b[end+2:], true
}

// Padded reports whether the current Leaf's text has white space around it.
func (s *Scanner) Padded() bool {
	raw := s.raw
	switch {
	case s.mixed:
		raw = s.text
	case bytes.IndexByte(raw, '&') >= 0:
		var err error
		s.scratch = s.decode(s.scratch[:0], raw, &err)
		raw = s.scratch
	}
	return len(trim(raw)) != len(raw)
}

// AppendText appends the text of the current Leaf, decoded to UTF-8 and
// without white space around it.
func (s *Scanner) AppendText(dst []byte) ([]byte, error) {
	if s.mixed {
		return append(dst, trim(s.text)...), s.textErr
	}
	return s.appendTrimmed(dst, s.raw)
}

func (s *Scanner) appendTrimmed(dst, raw []byte) ([]byte, error) {
	raw = trim(raw)
	for _, c := range raw {
		if !plain[c] {
			var err error
			s.scratch = s.decode(s.scratch[:0], raw, &err)
			return append(dst, trim(s.scratch)...), err
		}
	}
	return append(dst, raw...), nil
}

func trim(b []byte) []byte {
	for len(b) > 0 && isSpace[b[0]] {
		b = b[1:]
	}
	for len(b) > 0 && isSpace[b[len(b)-1]] {
		b = b[:len(b)-1]
	}
	return b
}

// decode appends raw text with its references replaced. It puts the first
// thing that is wrong into err and goes on.
func (s *Scanner) decode(dst, raw []byte, err *error) []byte {
	for {
		amp := bytes.IndexByte(raw, '&')
		if amp < 0 {
			return s.appendChars(dst, raw, err)
		}
		dst = s.appendChars(dst, raw[:amp], err)
		raw = raw[amp+1:]
		semi := bytes.IndexByte(raw, ';')
		if semi < 0 {
			fault(err, "an ampersand is not written &amp;")
			return dst
		}
		if r, ok := reference(raw[:semi]); ok {
			dst = utf8.AppendRune(dst, r)
		} else {
			fault(err, "&%s; is no character: only &amp; &lt; &gt; &quot; &apos; and numbers are", raw[:min(semi, 20)])
		}
		raw = raw[semi+1:]
	}
}

// appendChars appends characters in the file's encoding as UTF-8, with line
// ends as XML 1.0 §2.11 wants them.
func (s *Scanner) appendChars(dst, raw []byte, err *error) []byte {
	if !s.latin1 && !utf8.Valid(raw) {
		fault(err, "the text is not UTF-8, which the file says it is in")
	}
	for i, c := range raw {
		switch {
		case c == '\r':
			if i+1 == len(raw) || raw[i+1] != '\n' {
				dst = append(dst, '\n')
			}
		case c < ' ' && c != '\t' && c != '\n':
			fault(err, "the control character %#x is not allowed in XML", c)
		case c >= utf8.RuneSelf && s.latin1:
			dst = utf8.AppendRune(dst, rune(c))
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func fault(err *error, format string, args ...any) {
	if *err == nil {
		*err = fmt.Errorf(format, args...)
	}
}

// reference gives the character of a reference, without & and ;.
func reference(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := bytes.CutPrefix(name, []byte("#"))
	if !ok || len(digits) == 0 {
		return 0, false
	}
	base := 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	v, err := strconv.ParseUint(string(digits), base, 32)
	r := rune(v)
	allowed := r == '\t' || r == '\n' || r == '\r' || r >= ' ' && utf8.ValidRune(r) && r != 0xfffe && r != 0xffff
	return r, err == nil && v <= utf8.MaxRune && allowed
}
