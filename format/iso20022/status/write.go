package status

import (
	"time"
	"unicode/utf8"

	"spoor"
)

// The standard's lengths, in characters, and how many pieces of additional
// information are written.
const (
	maxID     = 35
	maxInfo   = 105
	maxPieces = 10
)

const namespace = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:`

// out is a message being written.
type out []byte

func (o *out) raw(s string) { *o = append(*o, s...) }

func (o *out) open(name string) { *o = append(append(append(*o, '<'), name...), '>') }

func (o *out) close(name string) { *o = append(append(append(*o, '<', '/'), name...), '>') }

// element writes an element with a text, cut to a number of characters; none
// where nothing of the text is left.
func (o *out) element(name, text string, most int) {
	if text == "" {
		return
	}
	start := len(*o)
	o.open(name)
	from := len(*o)
	if o.text(text, most); len(*o) == from {
		*o = (*o)[:start]
		return
	}
	o.close(name)
}

// required writes an element that must be there, and says so where nobody gave
// its text.
func (o *out) required(name, text string) {
	start := len(*o)
	if o.element(name, text, maxID); len(*o) == start {
		o.element(name, "NOTPROVIDED", maxID)
	}
}

// text writes at most a number of characters and gives how much of the text
// was used. White space around what is written is left out.
func (o *out) text(s string, most int) (used int) {
	if len(s) <= most && isPlain(s) {
		*o = append(*o, s...)
		return len(s)
	}
	end := len(*o) // after the last character that is no space
	start := end
	for n := 0; used < len(s) && n < most; {
		c := s[used]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[used:])
			if !(r == utf8.RuneError && size == 1) && r != 0xfffe && r != 0xffff {
				*o = append(*o, s[used:used+size]...)
				end = len(*o)
				n++
			}
			used += size
			continue
		}
		used++
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if len(*o) == start {
				continue
			}
			*o = append(*o, ' ')
			n++
			continue
		case c < ' ':
			continue
		case c == '&':
			o.raw("&amp;")
		case c == '<':
			o.raw("&lt;")
		case c == '>':
			o.raw("&gt;")
		default:
			*o = append(*o, c)
		}
		end = len(*o)
		n++
	}
	*o = (*o)[:end]
	return used
}

// isPlain reports whether a text can be written as it is, as nearly all are.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= utf8.RuneSelf || c == '&' || c == '<' || c == '>' {
			return false
		}
	}
	return true
}

// info writes additional information in as many pieces as it needs.
func (o *out) info(text string) {
	for n := 0; text != "" && n < maxPieces; n++ {
		start := len(*o)
		o.open("AddtlInf")
		from := len(*o)
		used := o.text(text, maxInfo)
		text = text[used:]
		if len(*o) == from {
			*o = (*o)[:start]
			continue
		}
		o.close("AddtlInf")
	}
}

// The first and last second that a date-time of four digits of the year can
// tell.
const (
	firstInstant spoor.Instant = -62135596800 // 0001-01-01
	lastInstant  spoor.Instant = 253402300799 // 9999-12-31
)

func (o *out) instant(name string, at spoor.Instant) {
	o.open(name)
	*o = min(max(at, firstInstant), lastInstant).Time().AppendFormat(*o, time.RFC3339)
	o.close(name)
}

// known writes an instant unless it is zero.
func (o *out) known(name string, at spoor.Instant) {
	if at != 0 {
		o.instant(name, at)
	}
}

// reason writes why something is refused, by a code if it is one.
func (o *out) reason(name string, r Reason, otherwise string) {
	if r.Code == "" {
		r.Code = otherwise
	}
	if r == (Reason{}) {
		return
	}
	start := len(*o)
	o.open(name)
	from := len(*o)
	if isCode(r.Code) {
		o.raw("<Rsn><Cd>")
		o.raw(r.Code)
		o.raw("</Cd></Rsn>")
	} else {
		o.raw("<Rsn>")
		before := len(*o)
		o.element("Prtry", r.Code, maxID)
		if len(*o) > before {
			o.raw("</Rsn>")
		} else {
			*o = (*o)[:from]
		}
	}
	o.info(r.Info)
	if len(*o) == from {
		*o = (*o)[:start]
		return
	}
	o.close(name)
}

// isCode reports whether a text can be a code of an external code set.
func isCode(s string) bool {
	for i := range len(s) {
		if c := s[i]; c-'0' > 9 && c-'A' > 25 {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 4
}

// agent writes a bank by its BIC.
func (o *out) agent(name, bic string) {
	if isBIC(bic) {
		o.open(name)
		o.bank(bic)
		o.close(name)
	}
}

func (o *out) bank(bic string) {
	if isBIC(bic) {
		o.raw("<FinInstnId><BICFI>")
		o.raw(bic)
		o.raw("</BICFI></FinInstnId>")
		return
	}
	o.raw("<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>")
}

// isBIC checks the schemas' pattern of ISO 9362.
func isBIC(s string) bool {
	if len(s) != 8 && len(s) != 11 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c-'A' > 25 && (c-'0' > 9 || i == 4 || i == 5) {
			return false
		}
	}
	return true
}

// isUETR checks the schemas' pattern of a UUID of version 4.
func isUETR(s string) bool {
	if len(s) != 36 || s[14] != '4' || s[19] != '8' && s[19] != '9' && s[19] != 'a' && s[19] != 'b' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && c-'0' > 9 && c-'a' > 5 {
			return false
		}
	}
	return true
}

// references writes what names the original payment.
func (o *out) references(r *spoor.References) {
	o.element("OrgnlInstrId", r.InstrID, maxID)
	o.element("OrgnlEndToEndId", r.EndToEndID, maxID)
	o.element("OrgnlTxId", r.TxID, maxID)
	if isUETR(r.UETR) {
		o.element("OrgnlUETR", r.UETR, len(r.UETR))
	}
}

// original writes what names the original message.
func (o *out) original(m *spoor.Message) {
	o.required("OrgnlMsgId", m.ID)
	o.required("OrgnlMsgNmId", m.Kind)
	o.known("OrgnlCreDtTm", m.Created)
}
