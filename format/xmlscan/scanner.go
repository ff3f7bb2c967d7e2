// Package xmlscan scans XML in one pass with bounded memory, for formats whose
// files are large and whose elements are known beforehand.
//
// It is no general XML parser. It gives only the elements that a [Tree] wants,
// compares local names and ignores namespaces, and passes over the rest, of
// which it checks only that tags are closed in order. It decodes CDATA, the
// five predefined entities and character references, in UTF-8, US-ASCII and
// ISO-8859-1. It refuses document type declarations, so that no entity can
// expand, and every other encoding. A stream may hold several documents.
//
// The grammar is XML 1.0, fifth edition (W3C, 2008).
package xmlscan

import (
	"bytes"
	"fmt"
	"io"

	"spoor"
)

// Limits of what a scanner takes.
const (
	MaxDepth = 64      // elements open at once
	MaxToken = 1 << 20 // bytes of one tag with the text after it, or of one comment
	bufSize  = 256 << 10
)

// Kind tells events apart.
type Kind uint8

// The kinds. An element without children comes as one Leaf, with its text; any
// other as a Start and an End, and text between its children is dropped.
const (
	Start Kind = iota + 1
	Leaf
	End
)

// Scanner reads the wanted elements of a stream.
type Scanner struct {
	src  io.Reader
	file string
	root *node

	buf      []byte
	pos, end int   // buf[pos:end] is still to be scanned
	tag      int   // where the current tag begins
	base     int64 // offset in the stream of buf[0]
	eof      bool
	srcErr   error

	line, counted int // lines before buf[counted]; counted only moves forward

	open  [MaxDepth]frame
	depth int
	names []byte // qualified names of the open elements, one after the other

	id      int
	name    []byte // local name of the current event
	attrs   []byte // raw attributes of the current Start or Leaf
	raw     []byte // raw text of the current Leaf, unless mixed
	mixed   bool   // the Leaf's text has CDATA or comments and is in text
	text    []byte // decoded text of a mixed Leaf
	textErr error  // what is wrong with it
	scratch []byte
	latin1  bool
	seen    bool // the current tag's attributes are known to differ in name
	problem *spoor.Problem
}

// frame is an open element: what is wanted inside it and where its name is.
type frame struct {
	node *node
	name int
}

// New makes a scanner of what tree wants in src; file is what problems call it.
func New(file string, src io.Reader, tree *Tree) *Scanner {
	return &Scanner{src: src, file: file, root: &tree.root, buf: make([]byte, bufSize), line: 1}
}

// Reset begins anew with a document that is in memory, and keeps the buffers. The
// scanner reads the body where it is and never changes it; it holds it until the
// next Reset. [MaxToken] does not count, since nothing more has to be kept.
func (s *Scanner) Reset(file string, body []byte, tree *Tree) {
	s.src, s.file, s.root = nil, file, &tree.root
	s.buf, s.pos, s.end, s.tag, s.base, s.eof, s.srcErr = body, 0, len(body), 0, 0, true, nil
	s.line, s.counted, s.depth, s.names = 1, 0, 0, s.names[:0]
	s.id, s.name, s.attrs, s.raw, s.mixed, s.textErr = 0, nil, nil, nil, false, nil
	s.latin1, s.seen, s.problem = false, false, nil
	if s.wide() {
		s.stop(isWide)
	}
}

// Next gives the next wanted element and its id. At the end it gives io.EOF; a
// document that is not well-formed, or cut off, gives a *spoor.Problem, and so
// does every call after it.
func (s *Scanner) Next() (Kind, int, error) {
	for s.problem == nil {
		b, i := s.buf[:s.end], s.pos
		if i >= len(b) || b[i] != '<' {
			// Text that is not in a Leaf is nobody's, and may be of any length.
			n := bytes.IndexByte(b[i:], '<')
			if n < 0 {
				s.pos = s.end
				if !s.fill() {
					return 0, 0, s.finish()
				}
				continue
			}
			i += n
			s.pos = i
		}
		s.tag = i
		kind, ok := Kind(0), false
		switch {
		case i+1 >= len(b):
		case b[i+1] == '/':
			kind, ok = s.closeTag(b, i)
		case b[i+1] == '!' || b[i+1] == '?':
			s.pos, ok = s.pass(b, i)
		default:
			kind, ok = s.openTag(b, i)
		}
		switch {
		case !ok && s.problem == nil && !s.fill():
			return 0, 0, s.finish()
		case ok && kind != 0:
			return kind, s.id, nil
		}
	}
	return 0, 0, s.problem
}

// Name is the local name of the current element, valid until the next call of
// Next.
func (s *Scanner) Name() []byte { return s.name }

// Line is the line, from 1, on which the current tag begins. It costs a count
// of the bytes since the last call.
func (s *Scanner) Line() int {
	s.count(s.tag)
	return s.line
}

// Offset is how many bytes of the stream are behind the current element.
func (s *Scanner) Offset() int64 { return s.base + int64(s.pos) }

// Problem makes a problem of this file at the current line.
func (s *Scanner) Problem(field, reason string) *spoor.Problem {
	return &spoor.Problem{File: s.file, Line: s.Line(), Field: field, Reason: reason}
}

func (s *Scanner) count(to int) {
	if to > s.counted {
		s.line += bytes.Count(s.buf[s.counted:to], []byte{'\n'})
		s.counted = to
	}
}

// stop ends the scan with a fatal problem at the current line.
func (s *Scanner) stop(format string, args ...any) {
	if s.problem == nil {
		s.problem = s.Problem("", fmt.Sprintf(format, args...))
		s.problem.Fatal = true
	}
}

// finish says what the end of the stream means.
func (s *Scanner) finish() error {
	switch {
	case s.problem != nil:
	case s.srcErr != nil:
		s.stop("cannot be read further: %v", s.srcErr)
	case s.depth > 0:
		s.stop("the file ends inside element <%.40s>: it is cut off", s.topName())
	case s.pos < s.end:
		s.stop("the file ends inside a tag: it is cut off")
	default:
		return io.EOF
	}
	return s.problem
}

func (s *Scanner) top() *node {
	if s.depth == 0 {
		return s.root
	}
	return s.open[s.depth-1].node
}

func (s *Scanner) topName() []byte { return s.names[s.open[s.depth-1].name:] }

// openTag reads a start tag at b[i] and, to know whether it is a leaf, what
// comes after it. It reports false when b ends too soon.
func (s *Scanner) openTag(b []byte, i int) (Kind, bool) {
	j, colon := i+1, i
	for ; j < len(b) && inName[b[j]]; j++ {
		if b[j] == ':' {
			colon = j
		}
	}
	if j == len(b) {
		return 0, false
	}
	qname, local := b[i+1:j], b[i+1:j]
	if colon > i+1 && colon < j-1 {
		local = b[colon+1 : j]
	}
	if len(local) == 0 {
		s.stop("a tag has no name")
		return 0, false
	}
	gt := j
	if b[j] != '>' {
		if gt = s.tagEnd(b, j); gt < 0 {
			return 0, false
		}
	}
	s.name, s.attrs, s.mixed, s.seen = local, b[j:gt], false, false
	parent := s.top()
	var n *node
	if parent != nil {
		n = parent.child(local)
	}
	if b[gt-1] == '/' && gt > j {
		s.attrs, s.raw = b[j:gt-1], nil
		return s.leaf(n, gt+1)
	}
	lt := bytes.IndexByte(b[gt+1:], '<')
	if lt < 0 {
		return 0, false
	}
	lt += gt + 1
	if lt+1 < len(b) && inName[b[lt+1]] {
		return s.push(n, qname, lt)
	}
	if after := lt + 2 + len(qname); after < len(b) && b[lt+1] == '/' && b[after] == '>' && string(b[lt+2:after]) == string(qname) {
		s.raw = b[gt+1 : lt]
		return s.leaf(n, after+1)
	}
	return s.content(b, gt+1, lt, qname, n)
}

// leaf ends an element without children.
func (s *Scanner) leaf(n *node, pos int) (Kind, bool) {
	s.pos = pos
	if n == nil || n.id == 0 {
		return 0, true
	}
	s.id = n.id
	return Leaf, true
}

// content decides between leaf and parent where text, comments and CDATA come
// before the next tag at b[lt].
func (s *Scanner) content(b []byte, from, lt int, qname []byte, n *node) (Kind, bool) {
	s.text, s.textErr = s.text[:0], nil
	for {
		if n != nil {
			s.text = s.decode(s.text, b[from:lt], &s.textErr)
		}
		if lt+1 >= len(b) {
			return 0, false
		}
		switch b[lt+1] {
		case '/':
			return s.mixedLeaf(b, lt, qname, n)
		case '!', '?':
			end, ok := s.pass(b, lt)
			if !ok {
				return 0, false
			}
			if bytes.HasPrefix(b[lt:], cdataOpen) && n != nil {
				s.text = s.appendChars(s.text, b[lt+len(cdataOpen):end-len(cdataClose)], &s.textErr)
			}
			from = end
		default:
			return s.push(n, qname, lt)
		}
		if lt = bytes.IndexByte(b[from:], '<'); lt < 0 {
			return 0, false
		}
		lt += from
	}
}

func (s *Scanner) mixedLeaf(b []byte, lt int, qname []byte, n *node) (Kind, bool) {
	end, ok := s.endTag(b, lt, qname)
	if !ok {
		return 0, false
	}
	s.mixed = true
	return s.leaf(n, end)
}

// push opens an element with children. What is not wanted inside a wanted
// element is passed over; outside all of them, the search goes on in depth.
func (s *Scanner) push(n *node, qname []byte, pos int) (Kind, bool) {
	if s.depth == MaxDepth {
		s.stop("elements are nested more than %d deep", MaxDepth)
		return 0, false
	}
	if n == nil && s.top() == s.root {
		n = s.root
	}
	s.open[s.depth] = frame{n, len(s.names)}
	s.depth++
	s.names = append(s.names, qname...)
	s.pos = pos
	if n == nil || n.id == 0 {
		return 0, true
	}
	s.id = n.id
	return Start, true
}

func (s *Scanner) closeTag(b []byte, i int) (Kind, bool) {
	if s.depth == 0 {
		s.stop("an end tag closes no element")
		return 0, false
	}
	end, ok := s.endTag(b, i, s.topName())
	if !ok {
		return 0, false
	}
	s.depth--
	f := s.open[s.depth]
	s.names = s.names[:f.name]
	s.pos = end
	if f.node == nil || f.node.id == 0 {
		return 0, true
	}
	s.id = f.node.id
	return End, true
}

// endTag reads "</qname>" at b[i] and gives the index after it.
func (s *Scanner) endTag(b []byte, i int, qname []byte) (int, bool) {
	j := i + 2 + len(qname)
	for ; j < len(b) && isSpace[b[j]]; j++ {
	}
	if j >= len(b) {
		return 0, false
	}
	if b[j] != '>' || string(b[i+2:i+2+len(qname)]) != string(qname) {
		got := b[i+2 : min(i+2+40, len(b))]
		if gt := bytes.IndexByte(got, '>'); gt >= 0 {
			got = got[:gt]
		}
		s.stop("element <%.40s> is closed by </%s>", qname, got)
		return 0, false
	}
	return j + 1, true
}

// fill reads more of the stream behind what is not yet scanned, and reports
// whether there was any.
func (s *Scanner) fill() bool {
	if s.eof {
		return false
	}
	if s.pos > 0 {
		s.count(s.pos)
		n := copy(s.buf, s.buf[s.pos:s.end])
		s.base += int64(s.pos)
		s.counted -= s.pos
		s.pos, s.tag, s.end = 0, 0, n
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= MaxToken {
			s.stop("a tag and its text, or a comment, is longer than %d bytes", MaxToken)
			return false
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	// A long unfinished token is scanned again from its start, so wait for a
	// good part more of it: a slow source must not make that quadratic.
	least := 1
	if s.end > 4096 {
		least = min(s.end/4, len(s.buf)-s.end)
	}
	n, err := io.ReadAtLeast(s.src, s.buf[s.end:], least)
	first := s.base == 0 && s.end < 4
	s.end += n
	if err != nil {
		s.eof = true
		if err != io.EOF && err != io.ErrUnexpectedEOF {
			s.srcErr = err
		}
	}
	if first && s.wide() {
		s.stop(isWide)
		return false
	}
	return n > 0
}

const isWide = "the file is in UTF-16 or UTF-32: convert it to UTF-8, for example with iconv"

// wide recognises UTF-16 and UTF-32 by a byte order mark or by zero bytes in
// the first characters.
func (s *Scanner) wide() bool {
	b := s.buf[:min(4, s.end)]
	return bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) || bytes.IndexByte(b, 0) >= 0
}
