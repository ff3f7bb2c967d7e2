package letters

// Costs of edits, in hundredths of a letter.
const (
	Full     = 100
	FarOff   = 125 // a consonant for a vowel
	swapped  = 44  // two neighbours exchanged: the commonest slip
	TooFar   = 1 << 14
	MaxSound = 40 // letters of one word, or run of words, that are compared
)

// substitute[a][b] is the cost of writing b for a, by letters 0 to 25; digits
// and others are full cost.
var substitute, looseSubstitute = func() (t, l [26][26]uint16) {
	pairs := func(t *[26][26]uint16, cost uint16, list ...string) {
		for _, p := range list {
			t[p[0]-'a'][p[1]-'a'], t[p[1]-'a'][p[0]-'a'] = cost, cost
		}
	}
	for a := range 26 {
		for b := range 26 {
			va, vb := Vowel(byte(a)+'a'), Vowel(byte(b)+'a')
			t[a][b], l[a][b] = Full, Full
			switch {
			case va && vb:
				t[a][b], l[a][b] = 45, 8
			case va != vb:
				t[a][b], l[a][b] = FarOff, FarOff
			}
			if a == b {
				t[a][b], l[a][b] = 0, 0
			}
		}
	}
	pairs(&t, 25, "ie", "ou", "ae")
	pairs(&t, 35, "bp", "dt", "gk", "sz", "fv", "kc", "sx", "xc", "ij", "jg", "hk", "hc", "sc", "zc", "kq", "zx", "jz", "jc", "jx", "uv", "vb")
	pairs(&t, 55, "mn", "lr", "gh", "hx", "zd", "th", "ov")
	pairs(&l, 20, "bp", "fv", "sz", "gk", "hk", "gh", "jg", "bv", "pf", "kc", "hc", "xc", "jz", "jc", "zc", "zd", "th")
	pairs(&l, 30, "dt", "sx", "st", "td")
	pairs(&l, 8, "vu", "vo", "ie", "ij")
	pairs(&l, 15, "ai", "iv")
	pairs(&l, 35, "va", "ui", "ou")
	pairs(&l, 55, "lr", "mn")
	return t, l
}()

// The cost of a letter more, by letters 0 to 25: among full spellings; in a full
// spelling of what the other word writes without vowels; and in a word without
// Vowels, whose long ones should be in the other.
var insertion, freeVowels, longVowels = func() (t, f, l [26]uint16) {
	for c := range 26 {
		t[c], f[c], l[c] = Full, Full, Full
		if Vowel(byte(c) + 'a') {
			t[c], f[c], l[c] = 55, 4, 30
		}
	}
	t['h'-'a'], f['h'-'a'], l['h'-'a'] = 40, 15, 25
	t['j'-'a'], f['j'-'a'] = 70, 40
	l['e'-'a'] = 4 // written between consonants that are no digraph
	f['v'-'a'], l['v'-'a'] = 45, 45
	return t, f, l
}()

// How says in what way two words are compared.
type How struct {
	LooseA, LooseB bool // without vowels
	LR             bool // l and r are one, and syllables have vowels added
}

// Distance is the restricted Damerau-Levenshtein distance of two words by
// sound, at most limit; TooFar beyond it.
func Distance(a, b []byte, h How, limit int) int {
	if len(a) > MaxSound || len(b) > MaxSound {
		return TooFar
	}
	loose, lr := h.LooseA != h.LooseB, h.LR
	sub, insA, insB := &substitute, &insertion, &insertion
	switch {
	case loose && lr:
		sub, insA, insB = &looseSubstitute, &freeVowels, &freeVowels
	case loose && h.LooseA:
		sub, insA, insB = &looseSubstitute, &longVowels, &freeVowels
	case loose:
		sub, insA, insB = &looseSubstitute, &freeVowels, &longVowels
	}
	if d := len(a) - len(b); !loose && (d*40 > limit || -d*40 > limit) {
		return TooFar
	}
	rInsertion := int32(0) // the r at the end of a syllable is lost in Chinese and kana
	if lr {
		rInsertion = 25
	}
	begin := 0
	if !loose { // what both begin and end with costs nothing
		for begin < len(a) && begin < len(b) && a[begin] == b[begin] {
			begin++
		}
		a, b = a[begin:], b[begin:]
		for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
			a, b = a[:len(a)-1], b[:len(b)-1]
		}
	}
	band := MaxSound
	if !loose {
		band = limit/40 + 1
	}
	var rows [3][MaxSound + 1]int32
	prev2, prev, cur := &rows[0], &rows[1], &rows[2]
	before := int32(0) // the least of the row before: an exchange skips a row
	for j := range b {
		prev[j+1] = prev[j] + insertCost(insB, b, j, begin, rInsertion)
	}
	for i := range a {
		cur[0] = prev[0] + insertCost(insA, a, i, begin, rInsertion)
		least := cur[0]
		from, to := max(0, i-band), min(len(b), i+band+1)
		if from > 0 {
			cur[from] = TooFar
		}
		for j := from; j < to; j++ {
			best := prev[j]
			if a[i] != b[j] {
				cost := replaceCost(sub, a[i], b[j], lr)
				if i == 0 && j == 0 && begin == 0 && !loose && cost > 50 {
					cost += 20
				}
				best += cost
				if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
					best = min(best, prev2[j-1]+swapped)
				}
			}
			best = min(best, prev[j+1]+insertCost(insA, a, i, begin, rInsertion), cur[j]+insertCost(insB, b, j, begin, rInsertion))
			cur[j+1] = best
			least = min(least, best)
		}
		if to < len(b) {
			cur[to+1] = TooFar
		}
		if int(min(least, before+swapped)) > limit {
			return TooFar
		}
		before = least
		prev2, prev, cur = prev, cur, prev2
	}
	if int(prev[len(b)]) > limit {
		return TooFar
	}
	return int(prev[len(b)])
}

// insertCost is that of letter i of a word of which begin letters were left out.
func insertCost(t *[26]uint16, w []byte, i, begin int, r int32) int32 {
	c := w[i]
	if c == 'r' && r > 0 {
		return r
	}
	if c < 'a' || c > 'z' {
		return Full
	}
	cost := int32(t[c-'a'])
	if i+begin == 0 {
		cost += 15 // people get the first letter right
	}
	return cost
}

func replaceCost(t *[26][26]uint16, a, b byte, lr bool) int32 {
	if a < 'a' || a > 'z' || b < 'a' || b > 'z' {
		return Full
	}
	if lr && (a == 'l' && b == 'r' || a == 'r' && b == 'l') {
		return 10
	}
	return int32(t[a-'a'][b-'a'])
}
