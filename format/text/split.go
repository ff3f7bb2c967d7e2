package text

import (
	"bytes"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// fault is why a record cannot be split.
type fault int

const (
	noFault fault = iota
	openQuote
	strayText
)

func (f fault) String() string {
	switch f {
	case openQuote:
		return "a quote is opened and never closed"
	case strayText:
		return `text follows a closing quote: write a quote inside a quoted field twice, ""`
	}
	return ""
}

// splitBare splits a line without quotes. It looks for commas in eight bytes at
// a time: fields are so short that a loop over bytes guesses wrong at the end of
// every one. Whole readers gain a tenth to a third by it.
func splitBare(line string, dst []string) []string {
	const (
		low    = 0x7f7f7f7f7f7f7f7f // the low seven bits of every byte
		commas = ',' * 0x0101010101010101
	)
	start, i := 0, 0
	for ; i+8 <= len(line); i += 8 {
		w := eight(line[i:i+8]) ^ commas
		hits := ^((w&low + low) | w | low) // the high bit of every byte of w that is zero
		for ; hits != 0; hits &= hits - 1 {
			comma := i + bits.TrailingZeros64(hits)/8
			dst = append(dst, line[start:comma])
			start = comma + 1
		}
	}
	for ; i < len(line); i++ {
		if line[i] == ',' {
			dst = append(dst, line[start:i])
			start = i + 1
		}
	}
	return append(dst, line[start:])
}

// eight loads eight bytes, the first lowest; the compiler makes one load of it.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// splitQuoted splits the record at the beginning of text, which may go over
// several lines. used is the record's length without its line feed.
func splitQuoted(text string, dst []string) (fields []string, used int, fault fault) {
	for i := 0; ; i++ {
		var field string
		if i < len(text) && text[i] == '"' {
			length, doubled, ok := quotedLength(text[i+1:])
			if !ok {
				return dst, 0, openQuote
			}
			field = text[i+1 : i+1+length]
			if doubled {
				field = strings.ReplaceAll(field, `""`, `"`)
			}
			i += length + 2
		} else {
			start := i
			for i < len(text) && text[i] != ',' && text[i] != '\n' {
				i++
			}
			field = text[start:i]
			if (i == len(text) || text[i] == '\n') && strings.HasSuffix(field, "\r") {
				field = field[:len(field)-1]
			}
		}
		dst = append(dst, field)
		rest := text[i:]
		switch {
		case rest == "" || rest[0] == '\n':
			return dst, i, noFault
		case rest == "\r" || strings.HasPrefix(rest, "\r\n"):
			return dst, i + 1, noFault
		case rest[0] != ',':
			return dst, 0, strayText
		}
	}
}

// quotedLength measures a quoted field from after its opening quote to before
// its closing one, and says whether it holds doubled quotes.
func quotedLength(s string) (length int, doubled, ok bool) {
	for {
		i := strings.IndexByte(s[length:], '"')
		if i < 0 {
			return 0, false, false
		}
		length += i
		if length+1 == len(s) || s[length+1] != '"' {
			return length, doubled, true
		}
		doubled = true
		length += 2
	}
}

// AppendField appends a field to a record that is being written, in quotes
// where it needs them.
func AppendField(b []byte, field string) []byte {
	if !needsQuotes(field) {
		return append(b, field...)
	}
	b = append(b, '"')
	for {
		i := strings.IndexByte(field, '"')
		if i < 0 {
			break
		}
		b = append(append(b, field[:i+1]...), '"')
		field = field[i+1:]
	}
	return append(append(b, field...), '"')
}

// AppendNext appends a comma and a field.
func AppendNext(b []byte, field string) []byte {
	return AppendField(append(b, ','), field)
}

// Writable reports whether a reader of this package would give the text back.
func Writable(s string) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

func needsQuotes(field string) bool {
	for i := 0; i < len(field); i++ {
		switch field[i] {
		case ',', '"', '\n', '\r':
			return true
		}
	}
	return false
}

// Header returns the fields of the first line of a file that begins with head,
// or nil where that is not text. It is for telling formats apart.
func Header(head []byte) []string {
	head = bytes.TrimPrefix(head, []byte(bom))
	head = bytes.TrimLeft(head, "\r\n")
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	if len(head) == 0 || bytes.IndexByte(head, 0) >= 0 {
		return nil
	}
	fields, _, fault := splitQuoted(string(head), nil)
	if fault != noFault {
		return nil
	}
	return fields
}

// HasColumns reports whether the first line of a file that begins with head
// names all these columns, in any order.
func HasColumns(head []byte, names ...string) bool {
	c := Columns{Names: Header(head)}
	for _, name := range names {
		if c.Maybe(name) < 0 {
			return false
		}
	}
	return c.Names != nil
}
