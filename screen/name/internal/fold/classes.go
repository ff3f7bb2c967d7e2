package fold

import (
	"bytes"
	"spoor/screen/name/internal/letters"

	"spoor"
)

// asPerson gives the words of a person's name their classes and weights.
func (n *Name) asPerson() {
	n.dropForm()
	first := true
	for i := range n.Words {
		w := &n.Words[i]
		k, ok := lex.persons[string(w.Text)]
		last := i == len(n.Words)-1
		ok = ok && !w.Syllabic // in Korean, "i" is a family
		switch {
		case ok && k.class == ClassTitle && (first || last && len(w.Text) <= 3):
			w.Class, w.Weight = ClassTitle, k.weight
			continue
		case ok && k.class != ClassTitle:
			w.Class, w.Weight, w.Known = k.class, k.weight, k.id
			w.Sets = lex.groups[string(w.Text)]
		case len(w.Text) == 1 && !w.Syllabic:
			w.Class, w.Weight = ClassInitial, 0.35
		default:
			w.Class = ClassWord
			w.Text = lettersOf(w.Text)
			w.Sets = lex.groups[string(w.Text)]
			w.Weight = wordWeight(len(w.Text))
		}
		first = first && w.Class != ClassWord
	}
	n.familyParticle()
	n.joinAbd()
	n.keepSomeTitle()
}

// familyParticle makes a particle at the end of a name a family: "Minh Le".
func (n *Name) familyParticle() {
	last := len(n.Words) - 1
	if last < 1 || n.Comma {
		return
	}
	w := &n.Words[last]
	if w.Class != ClassParticle || n.Words[last-1].Class != ClassWord || isArticle(w.Text) || len(w.Text) > 3 {
		return
	}
	w.Class, w.Weight = ClassWord, wordWeight(len(w.Text))
}

func wordWeight(letters int) float32 {
	switch letters {
	case 1:
		return 0.35
	case 2:
		return 0.7
	case 3:
		return 0.85
	}
	return 1
}

// keepSomeTitle makes titles part of a name that has nothing else to go by:
// "King" or "Major" may be the family name, or all that is known.
func (n *Name) keepSomeTitle() {
	words := 0
	for i := range n.Words {
		if n.Words[i].Class == ClassWord {
			words++
		}
	}
	if words >= 2 {
		return
	}
	for i := range n.Words {
		if w := &n.Words[i]; w.Class == ClassTitle {
			w.Class = ClassHonorific
		}
	}
}

// dropForm takes a company's legal form from the end of a person's name
// ("... LLC"), which tells nothing of a person.
func (n *Name) dropForm() {
	last := len(n.Words) - 1
	if last < 2 {
		return
	}
	w := &n.Words[last]
	if f, ok := lex.forms[string(w.Text)]; ok && f.Family != AnyFamily && (len(w.Text) > 2 || string(w.Text) == "sa") && len(w.Sets) == 0 {
		if _, given := lex.groups[string(w.Text)]; !given && allCapitals(n.Raw(w)) && !allCapitals(n.src) {
			n.Words = n.Words[:last]
		}
	}
}

func allCapitals(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'a' && s[i] <= 'z' {
			return false
		}
	}
	return true
}

// lettersOf reads digits within a word as the letters they look like.
func lettersOf(w []byte) []byte {
	letters, digits := 0, 0
	for _, c := range w {
		if c >= '0' && c <= '9' {
			digits++
		} else {
			letters++
		}
	}
	if digits == 0 || letters == 0 {
		return w
	}
	for i, c := range w {
		if c >= '0' && c <= '9' {
			w[i] = "oizeasgtbg"[c-'0']
		}
	}
	return w
}

// joinAbd writes "Abdul Rahman", "Abd al-Rahman", "Abdurrahman" and their like
// in one way: a servant of one of the names of God is one name.
func (n *Name) joinAbd() {
	if last := len(n.Words) - 1; last > 0 && n.Comma && isAbd(n.Words[last].Text) { // "Hakim, Abdul"
		w := n.Words[last]
		copy(n.Words[1:], n.Words[:last])
		n.Words[0] = w
	}
	out := n.Words[:0]
	for i := 0; i < len(n.Words); i++ {
		w := n.Words[i]
		if isAbd(w.Text) {
			j := i + 1
			for j < len(n.Words) && isArticle(n.Words[j].Text) {
				j++
			}
			if j < len(n.Words) && n.Words[j].Class == ClassWord && len(n.Words[j].Text) >= 3 {
				next := n.Words[j]
				w.Text = n.write([]byte("abd"), next.Text)
				w.Vowelless, w.To, w.Class, w.Weight, w.Hyphen = w.Vowelless || next.Vowelless, max(w.To, next.To), ClassWord, 1, next.Hyphen
				w.From = min(w.From, next.From)
				w.Sets = nil
				i = j
			}
		}
		if w.Class == ClassWord && len(w.Text) >= 6 && bytes.HasPrefix(w.Text, []byte("abd")) {
			w.Text = n.write([]byte("abd"), bareServant(w.Text[3:]))
			w.Sets = nil
		}
		out = append(out, w)
	}
	n.Words = out
}

func isAbd(w []byte) bool {
	switch string(w) {
	case "abd", "abdul", "abdel", "abdal", "abdol", "abdur", "abdus", "abdoul", "abdool", "abdu", "abdun", "abdi", "adbul", "abudl", "abdlu":
		return true
	}
	return false
}

func isArticle(w []byte) bool {
	switch string(w) {
	case "al", "el", "ul", "ol", "ar", "er", "ur", "as", "es", "us", "an", "en", "un", "az", "ez", "uz", "at", "ad", "ash", "esh":
		return true
	}
	return false
}

// bareServant takes the article from what follows "abd": "urrahman" to
// "rahman", "elaziz" to "aziz".
func bareServant(rest []byte) []byte {
	if len(rest) < 4 || !letters.Vowel(rest[0]) {
		return rest
	}
	start := 1
	if rest[1] == 'u' { // "abdoul"
		start = 2
	}
	switch {
	case rest[start] == 'l' && len(rest) > start+2:
		if rest[start+1] == 'l' && len(rest) > start+3 { // "abdullah", "abdullatif"
			return rest[start+1:]
		}
		return rest[start+1:]
	case len(rest) > start+2 && rest[start] == rest[start+1]: // assimilated: "abdurrahman", "abdussalam"
		return rest[start+1:]
	case start == 1 && rest[0] == 'i':
		return rest[1:]
	}
	return rest
}

// asOrganisation gives the words of an organisation, ship or aircraft their
// classes and weights.
func (n *Name) asOrganisation() {
	n.joinLetters()
	if n.Kind == spoor.Vessel {
		if len(n.Words) > 1 && lex.vessels[string(n.Words[0].Text)] {
			n.Words = n.Words[1:]
		}
	} else {
		n.findForms()
	}
	for i := range n.Words {
		w := &n.Words[i]
		if w.Class == ClassForm {
			continue
		}
		k, ok := lex.companies[string(w.Text)]
		switch v, num := n.numberAt(i); {
		case num:
			w.Class, w.Value, w.Weight = ClassNumber, v, 0.5
		case ok && (n.Kind == spoor.Organisation || k.class == ClassStop || k.class == ClassGeneric && k.weight <= 0.25):
			w.Class, w.Weight, w.Known = k.class, k.weight, k.id
			if string(w.Text) == "al" {
				w.Class = ClassParticle
			}
		case string(w.Text) == "al" || string(w.Text) == "el":
			w.Class, w.Weight = ClassParticle, 0.1
		default:
			w.Class, w.Weight = ClassWord, max(0.6, wordWeight(len(w.Text)))
		}
	}
	n.joinNumbers()
}

// joinLetters writes single letters in a row as one word: "A.B.C." is "abc".
func (n *Name) joinLetters() {
	out := n.Words[:0]
	for i := 0; i < len(n.Words); {
		j := i
		for j < len(n.Words) && len(n.Words[j].Text) == 1 && n.Words[j].Text[0] > '9' {
			j++
		}
		if j-i < 2 {
			out = append(out, n.Words[i])
			i++
			continue
		}
		w := n.Words[i]
		from := len(n.buf)
		for k := i; k < j; k++ {
			n.write(n.Words[k].Text)
		}
		w.Text, w.To = n.buf[from:len(n.buf):len(n.buf)], n.Words[j-1].To
		out = append(out, w)
		i = j
	}
	n.Words = out
}

// findForms marks the words that are a legal form. Short ones count at either
// end of the name only.
func (n *Name) findForms() {
	var key [160]byte
	edge := true
	for i := 0; i < len(n.Words); {
		k := key[:0]
		found, length := Form{}, 0
		for j := i; j < len(n.Words) && j < i+lex.formsWords && len(k)+len(n.Words[j].Text) < len(key); j++ {
			if j > i {
				k = append(k, ' ')
			}
			k = append(k, n.formWord(i, j)...)
			if f, ok := lex.forms[string(k)]; ok && (j > i || len(k) > 3 || edge || n.endsWithForms(j+1)) {
				found, length = f, j-i+1
			}
		}
		if length == 0 {
			if f, ok := misspeltForm(n.Words[i].Text); ok {
				found, length = f, 1
			}
		}
		if length == 0 {
			edge = false
			i++
			continue
		}
		n.Forms = append(n.Forms, found)
		for range length {
			n.Words[i].Class, n.Words[i].Weight = ClassForm, 0.02
			i++
		}
	}
}

// formWord gives word j as it is spelled in legal forms, where it stands next to
// another word of them and is at most a letter off.
func (n *Name) formWord(start, j int) []byte {
	w := n.Words[j].Text
	if len(w) < 5 || len(n.Words) == 1 {
		return w
	}
	list := lex.formWords[w[0]]
	near := j > start && inFormWords(n.Words[j-1].Text) || j+1 < len(n.Words) && inFormWords(n.Words[j+1].Text)
	best := w
	if !near {
		return best
	}
	for _, f := range list {
		if len(f)-len(w) <= 1 && len(w)-len(f) <= 1 {
			if string(w) == f {
				return w
			}
			var b [letters.MaxSound]byte
			if letters.Distance(w, append(b[:0], f...), letters.How{}, letters.FarOff) < letters.TooFar {
				best = n.write([]byte(f))
			}
		}
	}
	return best
}

func inFormWords(w []byte) bool {
	if len(w) < 5 {
		return false
	}
	for _, f := range lex.formWords[w[0]] {
		if f == string(w) {
			return true
		}
	}
	return false
}

// endsWithForms says whether nothing but forms follows, or brackets.
func (n *Name) endsWithForms(from int) bool {
	for _, w := range n.Words[from:] {
		if w.Bracketed {
			return true
		}
		if _, ok := lex.forms[string(w.Text)]; !ok {
			return false
		}
	}
	return true
}

func misspeltForm(w []byte) (Form, bool) {
	if len(w) < 8 {
		return Form{}, false
	}
	if _, ok := lex.companies[string(w)]; ok {
		return Form{}, false
	}
	for _, f := range lex.longForms {
		if f[0] == w[0] && len(f)-len(w) <= 1 && len(w)-len(f) <= 1 {
			var b [letters.MaxSound]byte
			if letters.Distance(w, append(b[:0], f...), letters.How{}, letters.Full) < letters.TooFar {
				return lex.forms[f], true
			}
		}
	}
	return Form{}, false
}

// numberAt reads a number, an ordinal, a numeral, or a Roman number at the end.
func (n *Name) numberAt(i int) (int32, bool) {
	w := n.Words[i].Text
	digits := 0
	v := int32(0)
	for digits < len(w) && w[digits] >= '0' && w[digits] <= '9' {
		v = v*10 + int32(w[digits]-'0') // of long numbers the last digits
		digits++
	}
	if digits > 0 {
		switch string(w[digits:]) {
		case "", "st", "nd", "rd", "th", "a", "b":
			return v, true
		}
		return 0, false
	}
	if v, ok := lex.numbers[string(w)]; ok {
		return v, true
	}
	if v, ok := romans[string(w)]; ok && i > 0 && (i == len(n.Words)-1 || n.Words[i+1].Class == ClassForm) {
		return v, true
	}
	return 0, false
}

// joinNumbers adds "forty" and "four".
func (n *Name) joinNumbers() {
	out := n.Words[:0]
	for i := 0; i < len(n.Words); i++ {
		w := n.Words[i]
		if i+1 < len(n.Words) && w.Class == ClassNumber && n.Words[i+1].Class == ClassNumber && w.Value >= 20 && w.Value < 100 && w.Value%10 == 0 &&
			n.Words[i+1].Value > 0 && n.Words[i+1].Value < 10 && w.Text[0] > '9' {
			w.Value += n.Words[i+1].Value
			w.To = n.Words[i+1].To
			i++
		}
		out = append(out, w)
	}
	n.Words = out
}
