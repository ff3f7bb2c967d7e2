package xmlscan

import (
	"bytes"
	"strings"

	"spoor"
)

// Text keeps short texts in large blocks, so that a payment's strings cost no
// allocation each. A text that is kept keeps its block of 64 KiB alive.
type Text struct{ block strings.Builder }

const blockSize = 64 << 10

// Keep copies b into the current block and gives it as a string.
func (t *Text) Keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if t.block.Cap()-t.block.Len() < len(b) {
		t.block.Reset()
		t.block.Grow(max(blockSize, len(b)))
	}
	from := t.block.Len()
	t.block.Write(b)
	return t.block.String()[from:]
}

// Time reads an xs:date or xs:dateTime of years 0001 to 9999 (XML Schema part
// 2, §3.2.7 and §3.2.9). Without a zone it is UTC; a date is its midnight;
// fractions of a second are dropped. dated is true for a date.
func Time(b []byte) (at spoor.Instant, dated, ok bool) {
	if len(b) < 10 || b[4] != '-' || b[7] != '-' {
		return 0, false, false
	}
	year, ok1 := digits(b[0:4])
	month, ok2 := digits(b[5:7])
	day, ok3 := digits(b[8:10])
	if !ok1 || !ok2 || !ok3 || year < 1 || month < 1 || month > 12 || day < 1 || day > monthDays(year, month) {
		return 0, false, false
	}
	at = civilDays(year, month, day) * spoor.Day
	rest := b[10:]
	if dated = len(rest) == 0 || rest[0] != 'T'; !dated {
		var clock spoor.Instant
		if clock, rest, ok = clockTime(rest[1:]); !ok {
			return 0, false, false
		}
		at += clock
	}
	offset, ok := zone(rest)
	return at - offset, dated, ok
}

// clockTime reads "15:04:05.999" and gives what comes after it.
func clockTime(b []byte) (at spoor.Instant, rest []byte, ok bool) {
	if len(b) < 8 || b[2] != ':' || b[5] != ':' {
		return 0, nil, false
	}
	h, ok1 := digits(b[0:2])
	m, ok2 := digits(b[3:5])
	s, ok3 := digits(b[6:8])
	midnight := h == 24 && m == 0 && s == 0
	if !ok1 || !ok2 || !ok3 || h > 23 && !midnight || m > 59 || s > 59 {
		return 0, nil, false
	}
	rest = b[8:]
	if len(rest) > 0 && rest[0] == '.' {
		n := 1
		for n < len(rest) && rest[n]-'0' <= 9 {
			n++
		}
		if n == 1 {
			return 0, nil, false
		}
		rest = rest[n:]
	}
	return spoor.Instant(h)*spoor.Hour + spoor.Instant(m)*spoor.Minute + spoor.Instant(s), rest, true
}

// zone reads "", "Z" or an offset from UTC such as "+01:00".
func zone(b []byte) (spoor.Instant, bool) {
	if len(b) == 0 || len(b) == 1 && b[0] == 'Z' {
		return 0, true
	}
	if len(b) != 6 || b[0] != '+' && b[0] != '-' || b[3] != ':' {
		return 0, false
	}
	h, ok1 := digits(b[1:3])
	m, ok2 := digits(b[4:6])
	if !ok1 || !ok2 || m > 59 || h*60+m > 14*60 {
		return 0, false
	}
	offset := spoor.Instant(h)*spoor.Hour + spoor.Instant(m)*spoor.Minute
	if b[0] == '-' {
		offset = -offset
	}
	return offset, true
}

func digits(b []byte) (v int, ok bool) {
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, true
}

func monthDays(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// civilDays counts days from 1970-01-01 in the proleptic Gregorian calendar,
// by years that begin in March, so that the leap day comes last.
func civilDays(year, month, day int) spoor.Instant {
	if month <= 2 {
		year, month = year-1, month+12
	}
	yearDay := (153*(month-3)+2)/5 + day - 1
	return spoor.Instant(365*year + year/4 - year/100 + year/400 + yearDay - 719468)
}

// Head gives the text at the start of a file that could be XML, for
// recognising it: without byte order mark and white space, and with the zero
// bytes of UTF-16 taken out, so that such a file is recognised and then
// refused in plain words.
func Head(head []byte) ([]byte, bool) {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		head = bytes.ReplaceAll(head[2:], []byte{0}, nil)
	}
	head = trim(bytes.TrimPrefix(head, []byte("\ufeff")))
	return head, len(head) > 0 && head[0] == '<'
}
