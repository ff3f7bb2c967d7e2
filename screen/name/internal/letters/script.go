package letters

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-unidecode/table"
	"golang.org/x/text/unicode/norm"
)

// Script says how a word must be written in Latin letters and how much of its
// sound survives that.
type Script uint8

const (
	Latin Script = iota
	Cyrillic
	Greek
	Abjad // Arabic, Hebrew: consonants
	Lossy // Indic, Thai, Khmer and others whose vowels come out unreliable
	Han
	Kana
	Hangul
	OtherScript
)

// ScriptOf classifies a letter.
func ScriptOf(r rune) Script {
	switch {
	case r < 0x250 || r >= 0x1e00 && r < 0x1f00:
		return Latin
	case r >= 0x370 && r < 0x400 || r >= 0x1f00 && r < 0x2000:
		return Greek
	case r >= 0x400 && r < 0x530:
		return Cyrillic
	case r >= 0x590 && r < 0x780 || r >= 0xfb1d && r < 0xfe00 || r >= 0xfe70 && r < 0xff00:
		return Abjad
	case r >= 0x900 && r < 0x10a0 || r >= 0x1780 && r < 0x1800:
		return Lossy
	case r >= 0x3040 && r < 0x3100:
		return Kana
	case r >= 0x3400 && r < 0xa000 || r >= 0xf900 && r < 0xfb00 || r >= 0x20000 && r < 0x30000:
		return Han
	case r >= 0xac00 && r < 0xd7b0:
		return Hangul
	}
	return OtherScript
}

// latinFold holds what is left of the letters of Latin-1 to Latin Extended-B
// and Latin Extended Additional once their marks are taken off.
var latinFold = func() map[rune]string {
	special := map[rune]string{
		'ł': "l", 'ø': "o", 'ß': "ss", 'ı': "i", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe",
		'ħ': "h", 'ŋ': "ng", 'ŧ': "t", 'ĸ': "k", 'ə': "a", 'ɣ': "g", 'ƣ': "g", 'ƙ': "k", 'ɓ': "b", 'ɗ': "d",
	}
	out := map[rune]string{}
	add := func(from, to rune) {
		for r := from; r < to; r++ {
			low := unicode.ToLower(r)
			if s, ok := special[low]; ok {
				out[r] = s
				continue
			}
			var b strings.Builder
			for _, d := range norm.NFKD.String(string(low)) {
				if d < 0x80 && unicode.IsLetter(d) {
					b.WriteRune(d)
				}
			}
			out[r] = b.String()
		}
	}
	add(0xc0, 0x250)
	add(0x1e00, 0x1f00)
	return out
}()

// cyrillicFold follows the romanisation of passports (ICAO 9303), which most
// lists use; ukrainianFold has what differs there (Resolution 55 of 2010).
var cyrillicFold = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y",
	'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f",
	'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
	'і': "i", 'ї': "i", 'є': "ye", 'ґ': "g", 'ў': "u", 'ђ': "dj", 'ј': "j", 'љ': "lj", 'њ': "nj", 'ћ': "c", 'џ': "dz",
	'ѓ': "gj", 'ќ': "kj", 'ѕ': "dz", 'ә': "a", 'ғ': "g", 'қ': "k", 'ң': "n", 'ө': "o", 'ұ': "u", 'ү': "u", 'һ': "h",
	'ӣ': "i", 'ӯ': "u", 'ҳ': "h", 'ҷ': "j", 'ѐ': "e", 'ѝ': "i", 'ӊ': "n",
}

var ukrainianFold = map[rune]string{'г': "h", 'и': "y", 'х': "kh", 'й': "i"}

// lookAlike reads Cyrillic letters in an otherwise Latin word as what they look
// like: "Рutin" with a Cyrillic Р is a way round a list.
var lookAlike = map[rune]string{
	'а': "a", 'в': "b", 'е': "e", 'к': "k", 'м': "m", 'н': "h", 'о': "o", 'р': "p", 'с': "c", 'т': "t", 'у': "y",
	'х': "x", 'і': "i", 'ј': "j", 'ѕ': "s", 'ԁ': "d", 'һ': "h", 'ԛ': "q", 'ԝ': "w", 'ё': "e", 'ь': "b", 'п': "n", 'г': "r", 'и': "u",
}

var greekFold = map[rune]string{
	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l", 'μ': "m",
	'ν': "n", 'ξ': "x", 'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s", 'ς': "s", 'τ': "t", 'υ': "y", 'φ': "f", 'χ': "ch", 'ψ': "ps", 'ω': "o",
}

var greekPairs = map[[2]rune]string{
	{'ο', 'υ'}: "ou", {'μ', 'π'}: "b", {'ν', 'τ'}: "d", {'γ', 'κ'}: "g", {'γ', 'γ'}: "ng", {'α', 'υ'}: "av", {'ε', 'υ'}: "ev",
	{'α', 'ι'}: "ai", {'ε', 'ι'}: "i", {'ο', 'ι'}: "i", {'τ', 'ζ'}: "tz",
}

// abjadFold has the letters of Arabic, Persian, Urdu and Hebrew. Waw and yod are
// written as the consonants they may be; the comparison knows that they may be
// Vowels.
var abjadFold = map[rune]string{
	'ا': "a", 'أ': "a", 'إ': "i", 'آ': "a", 'ٱ': "a", 'ب': "b", 'ت': "t", 'ث': "th", 'ج': "j", 'ح': "h", 'خ': "kh", 'د': "d",
	'ذ': "dh", 'ر': "r", 'ز': "z", 'س': "s", 'ش': "sh", 'ص': "s", 'ض': "d", 'ط': "t", 'ظ': "z", 'ع': "a", 'غ': "gh",
	'ف': "f", 'ق': "q", 'ك': "k", 'ک': "k", 'ل': "l", 'م': "m", 'ن': "n", 'ه': "h", 'ة': "a", 'و': "w", 'ؤ': "w", 'ي': "y",
	'ی': "y", 'ى': "a", 'ئ': "y", 'ء': "", 'پ': "p", 'چ': "ch", 'ژ': "zh", 'گ': "g", 'ڤ': "v", 'ٹ': "t", 'ڈ': "d", 'ڑ': "r",
	'ں': "n", 'ھ': "h", 'ہ': "h", 'ۀ': "h", 'ے': "y", 'ۃ': "a", 'ڭ': "n", 'ې': "y", 'ۇ': "u", 'ە': "a", 'ۆ': "o",
	'א': "a", 'ב': "b", 'ג': "g", 'ד': "d", 'ה': "h", 'ו': "v", 'ז': "z", 'ח': "h", 'ט': "t", 'י': "y", 'כ': "k", 'ך': "k",
	'ל': "l", 'מ': "m", 'ם': "m", 'נ': "n", 'ן': "n", 'ס': "s", 'ע': "a", 'פ': "p", 'ף': "p", 'צ': "tz", 'ץ': "tz",
	'ק': "k", 'ר': "r", 'ש': "sh", 'ת': "t",
	'٠': "0", '١': "1", '٢': "2", '٣': "3", '٤': "4", '٥': "5", '٦': "6", '٧': "7", '٨': "8", '٩': "9",
	'۰': "0", '۱': "1", '۲': "2", '۳': "3", '۴': "4", '۵': "5", '۶': "6", '۷': "7", '۸': "8", '۹': "9",
}

// mixed says whether a word has letters of both alphabets, which no honest
// word has.
func mixed(word string) bool {
	var lat, cyr bool
	for _, r := range word {
		switch {
		case r < 0x80 && (r|0x20) >= 'a' && (r|0x20) <= 'z':
			lat = true
		case r >= 0x400 && r < 0x530:
			cyr = true
		}
	}
	return lat && cyr
}

// digraphs are the letters that make another sound with an h after them.
var digraphs = []byte("cdgkprstz")

// AppendWord writes one word of letters and digits in small Latin letters.
func AppendWord(dst []byte, word string, sc Script, ukrainian bool) []byte {
	homoglyphs := sc != Abjad && mixed(word)
	for i, w := 0, 0; i < len(word); i += w {
		r, n := utf8.DecodeRuneInString(word[i:])
		w = n
		switch {
		case r < 0x80:
			if r >= 'A' && r <= 'Z' {
				r |= 0x20
			}
			dst = append(dst, byte(r))
			continue
		case homoglyphs:
			if s, ok := lookAlike[unicode.ToLower(r)]; ok {
				dst = append(dst, s...)
				continue
			}
		}
		switch ScriptOf(r) {
		case Latin:
			dst = append(dst, latinFold[r]...)
		case Cyrillic:
			dst = appendCyrillic(dst, unicode.ToLower(r), ukrainian)
		case Greek:
			low := plainGreek(r)
			next, n2 := utf8.DecodeRuneInString(word[i+n:])
			if s, ok := greekPairs[[2]rune{low, plainGreek(next)}]; ok {
				dst, w = append(dst, s...), n+n2
				continue
			}
			dst = append(dst, greekFold[low]...)
		case Abjad:
			s, ok := abjadFold[r]
			if !ok && !unicode.Is(unicode.M, r) && r != 'ـ' {
				dst = appendUnidecode(dst, r)
			}
			if s == "h" && len(dst) > 0 && bytes.IndexByte(digraphs, dst[len(dst)-1]) >= 0 {
				dst = append(dst, 'e') // s and h in a row are no sh
			}
			dst = append(dst, s...)
		default:
			dst = appendUnidecode(dst, r)
		}
	}
	return dst
}

func appendCyrillic(dst []byte, r rune, ukrainian bool) []byte {
	if ukrainian {
		if s, ok := ukrainianFold[r]; ok {
			return append(dst, s...)
		}
	}
	if s, ok := cyrillicFold[r]; ok {
		return append(dst, s...)
	}
	return appendUnidecode(dst, r)
}

// plainGreek takes accent and case from a letter.
func plainGreek(r rune) rune {
	if r < 0x370 {
		return r
	}
	if s := norm.NFD.PropertiesString(string(r)).Decomposition(); s != nil {
		r, _ = utf8.DecodeRune(s)
	}
	return unicode.ToLower(r)
}

// appendUnidecode takes letters and digits of what the table says.
func appendUnidecode(dst []byte, r rune) []byte {
	if unicode.Is(unicode.Mn, r) && ScriptOf(r) == Latin {
		return dst
	}
	var s string
	if page := table.Tables[r>>8]; int(r&0xff) < len(page) {
		s = page[r&0xff]
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			dst = append(dst, c|0x20)
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			dst = append(dst, c)
		case c == '@':
			dst = append(dst, 'a')
		}
	}
	return dst
}
