package instruct

import (
	"fmt"
	"math/bits"
	"unicode/utf8"

	"spoor"
	"spoor/format/iso20022"
	"spoor/format/xmlscan"
)

// The longest texts, in characters. The standard has 35 for references, 140
// for names and nothing above 2048 that is read here.
const (
	maxID   = 35
	maxName = 140
	maxText = 2048

	maxJoined = 4096 // bytes of repeated lines: what comes after is left out, as by iso20022.Reader
	maxOthers = 64   // generic identifications of one transaction, and invoicers and invoicees
)

// notText does not quote what it is about: it may be a name.
const notText = "not well-formed text in UTF-8"

type span struct{ from, to uint32 }

// values is what one level of a message says.
type values struct {
	buf    []byte
	kept   string // buf as it is given out, once it was asked for
	at     [numFields]span
	of     [numSlots][iso20022.NumPartyFields]span
	kind   [numSlots]spoor.PartyKind
	used   uint64 // slots of which something is said, one bit each
	others []other
	trade  []trader // invoicers and invoicees
	via    bool     // there is an intermediary agent
	wrong  *fault   // the first thing wrong
}

// other is a generic identification (Othr) of a party.
type other struct {
	slot             slot
	id, code, issuer span
}

// trader is who sent or got an invoice that is paid: by name, as an ultimate
// creditor or debtor.
type trader struct {
	slot slot
	name span
}

func (v *values) reset() {
	for used := v.used; used != 0; used &= used - 1 {
		s := bits.TrailingZeros64(used)
		v.of[s], v.kind[s] = [iso20022.NumPartyFields]span{}, spoor.AnyParty
	}
	// No value begins at 0: a span there is of an element that is not there at all.
	v.buf, v.others, v.trade, v.at = append(v.buf[:0], ' '), v.others[:0], v.trade[:0], [numFields]span{}
	v.kept, v.used, v.via, v.wrong = "", 0, false, nil
}

func (v *values) bytes(s span) []byte                        { return v.buf[s.from:s.to] }
func (v *values) get(k field) []byte                         { return v.bytes(v.at[k]) }
func (v *values) text(k field) string                        { return v.string(v.at[k]) }
func (v *values) has(s slot) bool                            { return v.used>>s&1 != 0 }
func (v *values) party(s slot, f iso20022.PartyField) string { return v.string(v.of[s][f]) }

// string gives a value as part of one string for the whole level.
func (v *values) string(s span) string {
	if s.from == s.to {
		return ""
	}
	if len(v.kept) != len(v.buf) {
		v.kept = string(v.buf)
	}
	return v.kept[s.from:s.to]
}

// mark notes that an element is there.
func (v *values) mark(at *place) {
	v.used |= 1 << at.slot
	switch kind := &v.kind[at.slot]; {
	case at.of == iso20022.IsOther && len(v.others) == maxOthers:
		v.fail(at, badFile, "more than %d generic identifications", maxOthers)
	case at.of == iso20022.IsOther:
		v.others = append(v.others, other{slot: at.slot})
	case at.of == iso20022.IsPerson:
		*kind = spoor.Person
	case *kind == spoor.AnyParty:
		*kind = spoor.Organisation
	}
}

func (v *values) fail(at *place, code, format string, args ...any) {
	if v.wrong == nil {
		v.wrong = &fault{at.name(), fmt.Sprintf(format, args...), code}
	}
}

// where is the span that a place fills.
func (v *values) where(at *place) *span {
	switch {
	case at.what == aTrader:
		v.trade = append(v.trade, trader{slot: at.slot})
		return &v.trade[len(v.trade)-1].name
	case at.what != aParty:
		return &v.at[at.field]
	}
	if at.of < iso20022.NumPartyFields {
		v.used |= 1 << at.slot
		return &v.of[at.slot][at.of]
	}
	o := &v.others[len(v.others)-1] // what it is a part of has begun
	return [...]*span{&o.id, &o.code, &o.issuer}[at.of-iso20022.OtherID]
}

// keep takes the text of the current element.
func (v *values) keep(scan *xmlscan.Scanner, at *place) {
	if at.what == aParty && at.of >= iso20022.NumPartyFields && v.wrong != nil {
		return // its Othr may be one too many
	}
	if at.what == aTrader && len(v.trade) == maxOthers {
		v.fail(at, badFile, "more than %d invoicers and invoicees", maxOthers)
		return
	}
	s := v.where(at)
	old := int(s.to - s.from)
	switch {
	case old == 0 && s.to > 0 && at.join == "" && !at.first: // the other one was empty
		v.fail(at, badFile, "given twice")
		return
	case old == 0:
	case at.first || at.join != "" && old >= maxJoined:
		return
	case at.join == "":
		v.fail(at, badFile, "given twice")
		return
	case int(s.to) != len(v.buf): // something else came in between
		v.buf = append(v.buf, v.bytes(*s)...)
		s.from, s.to = uint32(len(v.buf)-old), uint32(len(v.buf))
	}
	from := len(v.buf)
	if old > 0 {
		v.buf = append(v.buf, at.join...)
	}
	begin := len(v.buf)
	var err error
	if v.buf, err = scan.AppendText(v.buf); err != nil {
		v.fail(at, badFile, notText)
	}
	if len(v.buf) == begin {
		if v.buf = v.buf[:from]; old == 0 {
			s.from, s.to = uint32(from), uint32(from)
		}
		return
	}
	if (at.check == anID || at.what == aText && at.field == fUETR) && scan.Padded() {
		v.fail(at, badFile, "white space around a reference, which not everyone leaves out")
	}
	v.buf = append(v.buf[:begin], v.checked(v.buf[begin:], at)...)
	if old == 0 {
		s.from = uint32(begin)
	}
	s.to = uint32(len(v.buf))
	if at.check == money {
		v.currency(scan, at)
	}
}

// currency takes the currency of the current amount into the next field.
func (v *values) currency(scan *xmlscan.Scanner, at *place) {
	from := len(v.buf)
	var err error
	if v.buf, err = scan.AppendAttr(v.buf, "Ccy"); err != nil {
		v.fail(at, badCurrency, notText)
	}
	v.at[at.field+1] = span{uint32(from), uint32(len(v.buf))}
}

// checked reports what is wrong with a value, and gives it as it is kept:
// nothing of an id that cannot be repeated in an answer.
func (v *values) checked(value []byte, at *place) []byte {
	most := maxText
	switch at.check {
	case anID:
		most = maxID
	case aName:
		most = maxName
	case aBIC:
		if !iso20022.ValidBIC(value) {
			v.fail(at, badAgent, "not a BIC, which is 8 or 11 capitals and digits")
		}
	case anIBAN:
		if value = iso20022.CleanIBAN(value); !iso20022.ValidIBAN(value) {
			v.fail(at, badAccount, "not an IBAN: a country, two digits and up to 30 letters or digits")
		}
	}
	if len(value) > most && utf8.RuneCount(value) > most {
		v.fail(at, badFile, "longer than %d characters", most)
		return nil
	}
	if at.check == anID && !iso20022.ValidID(value) {
		v.fail(at, badFile, "control characters in a reference")
		return nil
	}
	return value
}
