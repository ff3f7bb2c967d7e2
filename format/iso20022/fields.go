package iso20022

import "fmt"

// maxText is how many bytes of a repeated field are kept: further repetitions
// are left out. Schemas allow any number of remittance lines.
const maxText = 4096

// fields are the values read at one level.
type fields struct {
	buf   []byte
	at    [numFields]span
	wrong *fault // the first thing wrong with a value
}

type span struct{ from, to uint32 }

// fault is what is wrong with a field of a record.
type fault struct{ field, reason string }

func faultf(field, format string, args ...any) *fault {
	return &fault{field, fmt.Sprintf(format, args...)}
}

func (f *fields) reset() {
	f.buf = f.buf[:0]
	f.at = [numFields]span{}
	f.wrong = nil
}

func (f *fields) get(k field) []byte {
	s := f.at[k]
	return f.buf[s.from:s.to]
}

// repeats tells the fields whose repetitions are joined with a space; of any
// other the first counts.
func repeats(k field) bool { return k == fUstrd || k == fStrd || k == fServiceLevel }

// open prepares for appending a value to buf, and gives where the field begins;
// false when the field takes no more.
func (f *fields) open(k field) (from int, ok bool) {
	s := f.at[k]
	n := int(s.to - s.from)
	if n == 0 {
		return len(f.buf), true
	}
	if !repeats(k) || n >= maxText {
		return 0, false
	}
	if int(s.to) != len(f.buf) { // something else came in between
		f.buf = append(f.buf, f.buf[s.from:s.to]...)
	}
	f.buf = append(f.buf, ' ')
	return len(f.buf) - n - 1, true
}

// close ends the field that begins at an index of buf.
func (f *fields) close(k field, from int) {
	// Values come trimmed, so a space at the end is one that open put there
	// and that an empty value followed.
	if n := len(f.buf); n > from && f.buf[n-1] == ' ' {
		f.buf = f.buf[:n-1]
	}
	f.at[k] = span{uint32(from), uint32(len(f.buf))}
}
