package entry

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"spoor"
	"spoor/format/text"
)

//go:embed countries.txt
var otherNames string

var otherCountries = sync.OnceValue(func() map[string]spoor.Country {
	out := map[string]spoor.Country{}
	for line := range strings.Lines(otherNames) {
		if line[0] == '#' {
			continue
		}
		c, _ := spoor.ParseCountry(line[:2])
		for _, name := range strings.Split(strings.TrimSpace(line[3:]), "|") {
			out[name] = c
		}
	}
	return out
})

// country finds the country that a list names: an English name in any of the
// publishers' forms, or the word for its nationals.
func country(s string) (spoor.Country, bool) {
	s = strings.Trim(s, " .:\"'\n\t")
	if s == "" || len(s) > 80 {
		return spoor.Country{}, false
	}
	if c, ok := text.CountryByName(s); ok {
		return c, true
	}
	low := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(s, "’", "'"), "ü", "u"))
	for _, before := range []string{"possibly ", "allegedly ", "assumed ", "formerly ", "of ", "the "} {
		low = strings.TrimPrefix(low, before)
	}
	if c, ok := otherCountries()[low]; ok {
		return c, true
	}
	if c, ok := text.CountryByName(titled(low)); ok {
		return c, true
	}
	return text.CountryByCode3(s)
}

// titled gives a name the capitals that format/text writes it with.
func titled(low string) string {
	words := strings.Fields(low)
	for i, w := range words {
		if w == "and" || w == "of" || w == "the" {
			continue
		}
		r, n := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(r)) + w[n:]
	}
	return strings.Join(words, " ")
}

// Countries finds all countries in a text such as "(a) German, (b) Moroccan" or
// "Russian and Ukrainian". Words that name none are passed over.
func Countries(s string) []spoor.Country {
	if c, ok := country(s); ok {
		return []spoor.Country{c}
	}
	var out []spoor.Country
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;/()\n", r) }) {
		for _, one := range strings.Split(part, " and ") {
			if c, ok := country(one); ok {
				out = append(out, c)
			} else if first, _, more := strings.Cut(strings.TrimSpace(one), " "); more {
				if c, ok := country(first); ok {
					out = append(out, c)
				}
			}
		}
	}
	return out
}
