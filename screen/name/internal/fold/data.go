package fold

import (
	_ "embed"
	"fmt"
	"slices"
	"spoor/screen/name/internal/letters"
	"strconv"
	"strings"
	"unicode"
)

//go:embed data/names.txt
var namesText string

//go:embed data/words.txt
var wordsText string

//go:embed data/common.txt
var commonText string

//go:embed data/forms.txt
var formsText string

// Group is a set of given names that stand for one another.
type Group struct {
	ID   uint16
	Nick bool // a short or pet name of the set
}

// known is what the data says of a word.
type known struct {
	class  Class
	weight float32
	id     uint16 // the same for words that translate each other
}

// Family is a sort of legal forms that are compatible.
type Family uint8

// Form is a legal form.
type Form struct {
	ID     uint8
	Family Family
	Name   string
}

// AnyFamily is compatible with all.
const AnyFamily Family = 0

// lexicon is the data files, read once.
type lexicon struct {
	groups     map[string][]Group
	east       uint16             // first group of names whose order is free
	rarity     map[string]float32 // of names that many bear
	persons    map[string]known   // titles, honorifics, particles
	companies  map[string]known   // stop words, generic words, places
	vessels    map[string]bool    // prefixes
	forms      map[string]Form
	longForms  []string          // single words of 8 letters and more, which may be misspelt
	formsWords int               // most words of one
	formWords  map[byte][]string // words of five letters and more of those of several words, by first letter
	numbers    map[string]int32
}

var lex = func() *lexicon {
	l := &lexicon{
		groups: map[string][]Group{}, rarity: map[string]float32{}, persons: map[string]known{}, companies: map[string]known{},
		vessels: map[string]bool{}, forms: map[string]Form{}, formWords: map[byte][]string{}, numbers: numberWords(),
	}
	l.readNames(namesText)
	if err := l.readCommon(commonText); err != nil {
		panic(err)
	}
	if err := l.readWords(wordsText); err != nil {
		panic(err)
	}
	l.readForms(formsText)
	return l
}()

// plain folds a spelling in the data as names are folded, words parted by blanks.
func plain(s string) string {
	var out []byte
	ukrainian := strings.ContainsAny(s, "іїєґІЇЄҐ")
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = letters.AppendWord(out, w, letters.Latin, ukrainian)
	}
	return string(out)
}

// entries gives the lines of a data file that are not comments.
func entries(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

func (l *lexicon) readNames(text string) {
	for i, line := range entries(text) {
		if line == "[east]" {
			l.east = uint16(i)
			continue
		}
		spelled, pet, _ := strings.Cut(line, "~")
		for _, w := range strings.Fields(spelled) {
			l.groups[plain(w)] = append(l.groups[plain(w)], Group{ID: uint16(i)})
		}
		for _, w := range strings.Fields(pet) {
			l.groups[plain(w)] = append(l.groups[plain(w)], Group{ID: uint16(i), Nick: true})
		}
	}
}

func (l *lexicon) readCommon(text string) error {
	rarity := float32(1)
	for _, line := range entries(text) {
		if line[0] == '[' {
			r, err := strconv.ParseFloat(strings.Trim(line, "[]"), 32)
			if err != nil {
				return fmt.Errorf("common.txt: %s: want a number", line)
			}
			rarity = float32(r)
			continue
		}
		for _, w := range strings.Fields(line) {
			if w = plain(w); l.rarity[w] == 0 {
				l.rarity[w] = rarity
			}
		}
	}
	return nil
}

// rarityOf says how telling a person's word is, 0 to 1: few people bear a name
// that is in none of the data.
func (l *lexicon) rarityOf(w *Word) float32 {
	if r := l.rarity[string(w.Text)]; r > 0 {
		return r
	}
	switch {
	case w.Syllabic: // one or two syllables of some hundreds
		return 0.4
	case Patronymic(w):
		return 0.3
	case len(w.Sets) > 0, len(w.Text) <= 3:
		return 0.5
	case len(w.Text) == 4 || w.Vowelless: // which may be several names
		return 0.8
	}
	return 1
}

// Patronymic says whether a word names the father, as a word between given name
// and family does in Russian and its neighbours; the West leaves it out.
func Patronymic(w *Word) bool {
	for _, end := range [...]string{"ovich", "evich", "ovych", "evych", "ovna", "evna", "ivna", "yvna", "ichna"} {
		if n := len(w.Text) - len(end); n >= 2 && string(w.Text[n:]) == end {
			return true
		}
	}
	return false
}

func (l *lexicon) readWords(text string) error {
	section, weight := "", float32(0)
	for i, line := range entries(text) {
		if line[0] == '[' {
			fields := strings.Fields(strings.Trim(line, "[]"))
			section, weight = fields[0], 0
			if len(fields) > 1 {
				w, err := strconv.ParseFloat(fields[1], 32)
				if err != nil {
					return fmt.Errorf("words.txt: %s: the weight is no number", line)
				}
				weight = float32(w)
			}
			continue
		}
		for _, w := range strings.Fields(line) {
			w = plain(w)
			switch section {
			case "title":
				l.persons[w] = known{ClassTitle, 0.1, uint16(i)}
				if len(w) <= 3 && strings.ContainsAny(w, "mst") {
					l.vessels[w] = true
				}
			case "honorific":
				l.persons[w] = known{ClassHonorific, 0.1, uint16(i)}
			case "particle":
				l.persons[w] = known{ClassParticle, 0.08, uint16(i)}
			case "stop":
				l.companies[w] = known{ClassStop, 0.03, uint16(i)}
			case "generic":
				if _, ok := l.companies[w]; !ok {
					l.companies[w] = known{ClassGeneric, weight, uint16(i)}
				}
			case "place":
				l.companies[w] = known{ClassPlace, 0.6, uint16(i)}
			default:
				return fmt.Errorf("words.txt: unknown section [%s]", section)
			}
		}
	}
	return nil
}

func (l *lexicon) readForms(text string) {
	families := map[string]Family{"any": AnyFamily}
	for i, line := range entries(text) {
		head, spellings, _ := strings.Cut(line, ":")
		fam, short, _ := strings.Cut(head, " ")
		if _, ok := families[fam]; !ok {
			families[fam] = Family(len(families))
		}
		for _, s := range strings.Split(spellings, ",") {
			s = plain(s)
			l.forms[s] = Form{ID: uint8(i), Family: families[fam], Name: short}
			words := strings.Count(s, " ") + 1
			l.formsWords = max(l.formsWords, words)
			for _, w := range strings.Fields(s) {
				if words > 1 && len(w) >= 5 && !slices.Contains(l.formWords[w[0]], w) {
					l.formWords[w[0]] = append(l.formWords[w[0]], w)
				}
			}
			if words == 1 && len(s) >= 8 {
				l.longForms = append(l.longForms, s)
			}
		}
	}
}

// numberWords has the English numerals, cardinal and ordinal, up to ninety, as
// they are written in names ("Brigade Forty-Four", "First Bank").
func numberWords() map[string]int32 {
	out := map[string]int32{"fourty": 40, "hundred": 100, "hundredth": 100}
	for i, w := range strings.Fields("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty") {
		out[w] = int32(i + 1)
	}
	for i, w := range strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth") {
		out[w] = int32(i + 1)
	}
	for i, w := range strings.Fields("thirty forty fifty sixty seventy eighty ninety") {
		out[w] = int32(i+3) * 10
		out[strings.TrimSuffix(w, "y")+"ieth"] = int32(i+3) * 10
	}
	return out
}

var romans = map[string]int32{"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12}
