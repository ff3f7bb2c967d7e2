package fold

import (
	"bytes"
	"spoor/screen/name/internal/letters"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"spoor"
)

// Class is the sort of a word.
type Class uint8

// The classes of words.
const (
	ClassWord Class = iota
	ClassInitial
	ClassParticle  // "van", "bin", "al"
	ClassHonorific // "Sheikh", which may be a name
	ClassGeneric   // "trading"
	ClassPlace     // "Iran", "Iranian"
	ClassNumber
	ClassStop  // "the"
	ClassTitle // "Mr", left out
	ClassForm  // "Ltd", compared apart
)

// Word is one word of a folded name. The slices belong to the name.
type Word struct {
	Text      []byte // small Latin letters and digits
	Sound     []byte // by sound
	Skeleton  []byte // its consonants by classes: a key to find it by
	Letters   uint32 // which letters the sound has, a in the lowest bit
	Classes   uint32 // which classes the skeleton has
	Weight    float32
	Rarity    float32 // of a person's name: 1 where few bear it, less where many do
	Class     Class
	Vowelless bool // its vowels are lost or unreliable
	Syllabic  bool // written in Han or Hangul: its syllables are sure
	LR        bool // of a script in which l and r are one
	Hyphen    bool // joined to the next by a hyphen
	Bracketed bool // in brackets
	Compact   bool // two or three initials written together: "JC"
	Frequent  bool // a person's name that the data know many to bear
	Value     int32
	Known     uint16
	Sets      []Group
	From, To  uint16 // in the name as it was given
}

// Telling says whether the word can by itself make a name known.
func (w *Word) Telling() bool {
	return w.Class == ClassWord || w.Class == ClassPlace || w.Class == ClassNumber
}

// Common says whether the word is one that many organisations have.
func (w *Word) Common() bool { return w.Class == ClassGeneric }

// Loose says whether the word's vowels are not to be relied on.
func (w *Word) Loose() bool { return w.Vowelless }

// Traits sums up all of the word but its spelling by which it is compared.
func (w *Word) Traits() uint8 {
	t := uint8(w.Class) << 3
	if w.Vowelless {
		t |= 1
	}
	if w.LR {
		t |= 2
	}
	if w.Syllabic {
		t |= 4
	}
	return t
}

// Aside says whether the word stood in brackets, or is a place: one more or less
// tells little.
func (w *Word) Aside() bool { return w.Bracketed || w.Class == ClassPlace }

// Initial says whether the word is one letter that stands for a name.
func (w *Word) Initial() bool { return w.Class == ClassInitial || w.Compact }

// Groups gives the ids of the sets of given names that the word belongs to.
func (w *Word) Groups(dst []uint16) []uint16 {
	for _, g := range w.Sets {
		dst = append(dst, g.ID)
	}
	return dst
}

// Name is a folded name. The zero Name is empty; Fold fills it and may be called
// again, which costs no allocation for names in ordinary scripts.
type Name struct {
	Kind  spoor.PartyKind
	Words []Word
	Forms []Form
	src   string
	buf   []byte
	Comma bool
	aside bool // while it is split: within brackets
}

const bufSize = 6000 // three writings of MaxRunes characters of up to five letters

// New folds a name.
func New(kind spoor.PartyKind, s string) *Name {
	var n Name
	n.Fold(kind, s)
	return n.Clone()
}

// Clone copies the name into memory of its own, no larger than needed.
func (n *Name) Clone() *Name {
	out := &Name{Kind: n.Kind, src: n.src, Comma: n.Comma, Forms: append([]Form(nil), n.Forms...)}
	size := 0
	for i := range n.Words {
		size += len(n.Words[i].Text) + len(n.Words[i].Sound) + len(n.Words[i].Skeleton)
	}
	out.buf = make([]byte, 0, size)
	out.Words = append(make([]Word, 0, len(n.Words)), n.Words...)
	keep := func(b []byte) []byte {
		from := len(out.buf)
		out.buf = append(out.buf, b...)
		return out.buf[from:len(out.buf):len(out.buf)]
	}
	for i := range out.Words {
		w := &out.Words[i]
		w.Text, w.Sound, w.Skeleton = keep(w.Text), keep(w.Sound), keep(w.Skeleton)
	}
	return out
}

// Raw gives the word as it was written.
func (n *Name) Raw(w *Word) string { return n.src[w.From:w.To] }

// String gives the name as it was given, cut to its limits.
func (n *Name) String() string { return n.src }

// Fold takes a name of a party of a kind. AnyParty is taken as an organisation
// where it has a legal form or a word that organisations have, and as a person
// otherwise; Kind says which.
func (n *Name) Fold(kind spoor.PartyKind, s string) {
	n.src = cut(s)
	if kind != spoor.AnyParty {
		n.fold(kind)
		return
	}
	n.fold(spoor.Organisation)
	if len(n.Forms) > 0 {
		return
	}
	for i := range n.Words {
		if c := n.Words[i].Class; c == ClassGeneric || c == ClassNumber || c == ClassStop && len(n.Words[i].Text) > 2 && i == 0 {
			return
		}
	}
	n.fold(spoor.Person)
}

// cut applies the limit on length and composes what was taken apart.
func cut(s string) string {
	count := 0
	for i := range s {
		if count == MaxRunes {
			s = s[:i]
			break
		}
		count++
	}
	if composable(s) && !norm.NFKC.IsNormalString(s) {
		s = norm.NFKC.String(s)
		if len(s) > 4*MaxRunes { // one character may become eighteen
			s = s[:4*MaxRunes]
		}
	}
	return s
}

// composable says whether a name has characters that normalisation may change:
// a check without allocation that spares ordinary names the other.
func composable(s string) bool {
	for _, r := range s {
		if r >= 0x300 && r < 0x370 || r >= 0x1100 && r < 0x1200 || r >= 0x1f00 && r < 0x2010 || r >= 0x2030 && r < 0x3400 && (r < 0x3041 || r > 0x30fe) ||
			r >= 0xf900 || r >= 0xa0 && r < 0xc0 || r >= 0x132 && r < 0x134 {
			return true
		}
	}
	return false
}

func (n *Name) fold(kind spoor.PartyKind) {
	if n.buf == nil {
		n.buf = make([]byte, 0, bufSize)
		n.Words = make([]Word, 0, MaxWords+2)
	}
	n.Kind, n.Words, n.Forms, n.buf, n.Comma = kind, n.Words[:0], n.Forms[:0], n.buf[:0], false
	n.aside = false
	n.split()
	if kind == spoor.Person || kind == spoor.AnyParty {
		n.asPerson()
	} else {
		n.asOrganisation()
	}
	kept := n.Words[:0]
	for i := range n.Words {
		w := n.Words[i]
		if w.Class == ClassTitle || len(w.Text) == 0 || n.room() < 2*len(w.Text)+8 {
			continue
		}
		from := len(n.buf)
		n.buf = letters.AppendSound(n.buf, w.Text)
		w.Sound = n.buf[from:len(n.buf):len(n.buf)]
		w.Letters = lettersIn(w.Sound)
		from = len(n.buf)
		n.buf = letters.AppendSkeleton(n.buf, w.Text)
		w.Skeleton = n.buf[from:len(n.buf):len(n.buf)]
		if n.Kind == spoor.Person {
			w.Rarity = lex.rarityOf(&w)
			w.Frequent = lex.rarity[string(w.Text)] > 0
		}
		w.Classes = classesIn(w.Skeleton)
		kept = append(kept, w)
	}
	n.Words = kept
}

func (n *Name) room() int { return cap(n.buf) - len(n.buf) }

// write appends bytes to the name's own memory.
func (n *Name) write(parts ...[]byte) []byte {
	from := len(n.buf)
	for _, p := range parts {
		if n.room() < len(p) {
			break
		}
		n.buf = append(n.buf, p...)
	}
	return n.buf[from:len(n.buf):len(n.buf)]
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '’', '‘', '`', '´', 'ʻ', 'ʼ', 'ʿ', 'ʾ', 'ʹ', '′', '״', '׳':
		return true
	}
	return false
}

// silent marks stand inside words and are no part of them: joiners, marks of
// direction, combining accents that have no composed letter.
func silent(r rune) bool {
	return r > 0x7f && (unicode.Is(unicode.Cf, r) || r >= 0x300 && r < 0x370)
}

// split cuts the name into words and writes each in Latin letters.
func (n *Name) split() {
	src := n.src
	ukrainian := false
	for _, r := range src {
		if r > 0x7f {
			switch r {
			case 'і', 'ї', 'є', 'ґ', 'І', 'Ї', 'Є', 'Ґ':
				ukrainian = true
			}
		}
	}
	dots := hasMiddleDot(src)
	start, apostrophe := -1, -1
	var sc letters.Script
	flush := func(end int) {
		if start < 0 {
			return
		}
		n.add(start, end, apostrophe, sc, ukrainian, dots)
		start, apostrophe = -1, -1
	}
	for i, r := range src {
		switch {
		case r < 0x80 && (r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'), r > 0x7f && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			now := letters.ScriptOf(r)
			if start >= 0 && cjk(sc) != cjk(now) && r >= 0x80 {
				flush(i)
			}
			if start < 0 {
				start, sc = i, now
			}
		case isApostrophe(r):
			if start >= 0 {
				apostrophe = i
			}
		case silent(r) || r == 'ー' || r > 0x7f && unicode.Is(unicode.M, r):
		case r == '%' && start >= 0:
		default:
			flush(i)
			switch r {
			case ',':
				n.Comma = true
			case '(', '[':
				n.aside = len(n.Words) > 0
			case ')', ']':
				n.aside = false
			case '"', '“', '”', '„':
				n.aside = !n.aside && len(n.Words) > 0
			}
			if r == '-' && len(n.Words) > 0 && int(n.Words[len(n.Words)-1].To) == i {
				n.Words[len(n.Words)-1].Hyphen = true
			}
		}
		if len(n.Words) >= MaxWords {
			return
		}
	}
	flush(len(src))
}

// cjkForeign scripts write foreign names with vowels of their own.
func cjkForeign(s letters.Script) bool { return s == letters.Han || s == letters.Kana }

func cjk(s letters.Script) bool { return s == letters.Han || s == letters.Kana || s == letters.Hangul }

func hasMiddleDot(s string) bool {
	for _, r := range s {
		if r == '·' || r == '・' || r == '•' {
			return true
		}
	}
	return false
}

// add takes the word src[start:end].
func (n *Name) add(start, end, apostrophe int, sc letters.Script, ukrainian, dots bool) {
	if n.room() < 1000 {
		return
	}
	src := n.src[start:end]
	if apostrophe > start {
		if tail := n.src[apostrophe:end]; (tail[len(tail)-1]|0x20) == 's' && apostrophe-start >= 3 && utf8.RuneCountInString(tail) == 2 {
			src = n.src[start:apostrophe]
		}
	}
	w := Word{From: uint16(start), To: uint16(end), Vowelless: sc == letters.Abjad || sc == letters.Lossy || cjkForeign(sc), Bracketed: n.aside, LR: sc == letters.Han || sc == letters.Kana}
	if n.Kind == spoor.Person && !dots && (sc == letters.Han || sc == letters.Hangul) {
		if head, ok := n.familyName(src, sc); ok {
			first := w
			first.To = uint16(start + len(head))
			first.Text, first.Vowelless = n.writeWord(head, sc, ukrainian), false
			first.Syllabic = true
			n.Words = append(n.Words, first)
			w.From, src = first.To, src[len(head):]
		}
		w.Vowelless = false
	}
	w.Syllabic = sc == letters.Hangul || sc == letters.Han && !w.Vowelless
	w.Text = n.writeWord(src, sc, ukrainian)
	w.Compact = compact(src)
	if n.Kind == spoor.Organisation {
		if d := leadingDigits(w.Text); d > 0 && len(w.Text)-d >= 4 {
			num := w
			num.Text = w.Text[:d]
			n.Words = append(n.Words, num)
			w.Text = w.Text[d:]
		}
	}
	if sc == letters.Abjad && len(w.Text) >= 5 && w.Text[0] == 'a' && w.Text[1] == 'l' {
		article := w
		article.Text = w.Text[:2]
		n.Words = append(n.Words, article)
		w.Text = w.Text[2:]
	}
	if len(w.Text) > 0 {
		n.Words = append(n.Words, w)
	}
}

func (n *Name) writeWord(src string, sc letters.Script, ukrainian bool) []byte {
	from := len(n.buf)
	if len(src) > 200 { // no word of a name is longer
		src = src[:200]
	}
	n.buf = letters.AppendWord(n.buf, src, sc, ukrainian)
	if i := bytes.IndexByte(n.buf[from:], '%'); i >= 0 {
		rest := append([]byte("percent"), n.buf[from+i+1:]...)
		n.buf = append(n.buf[:from+i], rest...)
	}
	out := n.buf[from:]
	k := 0
	for _, c := range out { // what unfoldable signs left
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			out[k] = c
			k++
		}
	}
	n.buf = n.buf[:from+k]
	return n.buf[from : from+k : from+k]
}

// familyName takes the first character of a Chinese or Korean name of two to
// four that is written without blanks.
func (n *Name) familyName(src string, sc letters.Script) (string, bool) {
	if len(src) < len(n.src) && n.src[:len(src)] != src {
		return "", false
	}
	if r := utf8.RuneCountInString(src); len(src) != len(n.src) || r < 2 || r > 4 || r == 4 && sc == letters.Hangul {
		return "", false
	}
	_, w := utf8.DecodeRuneInString(src)
	return src[:w], true
}

// compact recognises initials written together: two or three capitals without a
// vowel ("JC").
func compact(src string) bool {
	if len(src) < 2 || len(src) > 3 {
		return false
	}
	for i := 0; i < len(src); i++ {
		if src[i] < 'A' || src[i] > 'Z' || letters.Vowel(src[i]|0x20) || src[i] == 'Y' {
			return false
		}
	}
	return true
}

func leadingDigits(w []byte) int {
	d := 0
	for d < len(w) && w[d] >= '0' && w[d] <= '9' {
		d++
	}
	return d
}

// Corporate says whether anything in the name but its kind makes it one of an
// organisation: a legal form, a word that organisations have, a country.
func (n *Name) Corporate() bool {
	if len(n.Forms) > 0 {
		return true
	}
	for i := range n.Words {
		switch n.Words[i].Class {
		case ClassGeneric, ClassPlace, ClassNumber:
			return true
		}
	}
	return false
}

// AppendAcronym writes the initials of an organisation's words, articles and
// legal forms left out; nothing for fewer than three, and
// nothing for what may be a person's name.
func (n *Name) AppendAcronym(dst []byte) []byte {
	if !n.Corporate() {
		return dst
	}
	from := len(dst)
	for i := range min(len(n.Words), MaxWords) {
		if c := n.Words[i].Class; c == ClassWord || c == ClassGeneric || c == ClassPlace {
			dst = append(dst, n.Words[i].Text[0])
		}
	}
	if len(dst)-from < 3 {
		return dst[:from]
	}
	return dst
}

func lettersIn(w []byte) uint32 {
	var m uint32
	for _, c := range w {
		if c >= 'a' && c <= 'z' {
			m |= 1 << (c - 'a')
		}
	}
	return m
}

func classesIn(skeleton []byte) uint32 {
	var m uint32
	for _, c := range skeleton {
		m |= 1 << (c & 31)
	}
	return m
}

// East says whether a set of given names is one of those whose families and
// given names trade places freely.
func East(id uint16) bool { return id >= lex.east }
