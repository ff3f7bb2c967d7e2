package letters

// AppendSound writes a word as it sounds, whichever language spelled it: "sh"
// and its like become x, "tsh" and its like c, double letters one, y an i, w a
// v. It is rough on purpose; the distance settles the rest.
func AppendSound(dst, w []byte) []byte {
	from := len(dst)
	put := func(c byte) {
		if len(dst) == from || dst[len(dst)-1] != c {
			dst = append(dst, c)
		}
	}
	for i := 0; i < len(w); {
		c, next, third := w[i], at(w, i+1), at(w, i+2)
		n := 1
		switch {
		case c == 's' && next == 'c' && third == 'h':
			put('x')
			n = 3
		case c == 's' && (next == 'h' || next == 'z'):
			put('x')
			n = 2
		case c == 't' && next == 'c' && third == 'h', c == 't' && next == 's' && third == 'c', c == 't' && next == 's' && third == 'h':
			put('c')
			n = 3
		case c == 'c' && (next == 'h' || next == 'z'):
			put('c')
			n = 2
		case c == 'd' && next == 'z' && third == 'h':
			put('j')
			n = 3
		case c == 'd' && (next == 'j' || next == 'g'), c == 'z' && next == 'h':
			put('j')
			n = 2
		case c == 'g' && next == 'h' && !(i > 0 && w[i-1] == 'n'): // not of "Yeong-ho"
			put('g')
			n = 2
		case c == 'k' && next == 'h':
			put('h')
			n = 2
		case c == 'p' && next == 'h':
			put('f')
			n = 2
		case c == 'd' && next == 'h', c == 't' && next == 'h', c == 'b' && next == 'h', c == 'r' && next == 'h':
			put(c)
			n = 2
		case c == 't' && (next == 'z' || next == 's') && i == 0, c == 't' && next == 'z':
			put('z')
			n = 2
		case c == 'c' && (next == 'k' || next == 'q'):
			put('k')
			n = 2
		case c == 'c' && (next == 'e' || next == 'i' || next == 'y'):
			put('s')
		case c == 'c', c == 'q':
			put('k')
		case c == 'x':
			if i > 0 {
				put('k')
			}
			put('s')
		case c == 'w':
			put('v')
		case c == 'o' && (next == 'u' || next == 'o'):
			put('u')
			n = 2
		case c == 'e' && next == 'e':
			put('i')
			n = 2
		case (c == 'a' || c == 'o' || c == 'u') && next == 'e' && third != 0 && third != 'y':
			if c == 'a' {
				put('e')
			} else {
				put(c)
			}
			n = 2
		case c == 'e' && next == 'o' && i > 0 && third != 0 && !Vowel(third): // Korean
			put('o')
			n = 2
		case c == 'y':
			put('i')
		case c == 'j' && (i == len(w)-1 || !Vowel(next)):
			put('i')
		case c == 'i' && (next == 'y' || next == 'j' || next == 'e'):
			put('i')
			n = 2
		default:
			put(c)
		}
		i += n
	}
	return dst
}

func at(w []byte, i int) byte {
	if i < len(w) {
		return w[i]
	}
	return 0
}

func Vowel(c byte) bool { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' }

// AppendSkeleton writes the consonants of a word by eleven classes, such that
// most spellings of one name, vowels or none, have the same: the index finds
// words by it.
func AppendSkeleton(dst, w []byte) []byte {
	from := len(dst)
	put := func(c byte) {
		if len(dst) == from || dst[len(dst)-1] != c {
			dst = append(dst, c)
		}
	}
	for i := 0; i < len(w); i++ {
		c, next := w[i], at(w, i+1)
		switch c {
		case 'b', 'p':
			if c == 'p' && next == 'h' {
				put('F')
				i++
				continue
			}
			put('P')
		case 'f', 'v':
			put('F')
		case 'w':
			if i == 0 && !vowelish(next) {
				put('F')
			}
		case 't', 'd':
			switch {
			case next == 's' || next == 'z':
				put('S')
				i++
			case next == 'c' && at(w, i+2) == 'h':
				put('S')
				i += 2
			case next == 'j' || c == 'd' && next == 'g':
				put('J')
				i++
			default:
				put('T')
			}
		case 'c':
			if next == 'h' || next == 'z' || next == 'e' || next == 'i' || next == 'y' {
				put('S')
				if next == 'h' || next == 'z' {
					i++
				}
			} else {
				put('K')
			}
		case 'k', 'q', 'g':
			put('K')
		case 'x':
			if i > 0 {
				put('K')
			}
			put('S')
		case 's', 'z':
			put('S')
		case 'h':
			if i == 0 {
				put('K')
			}
		case 'j':
			if i > 0 && (next == 0 || !vowelish(next)) && Vowel(w[i-1]) || i > 0 && !Vowel(w[i-1]) {
				continue
			}
			put('J')
		case 'y':
			if i == 0 && vowelish(next) {
				put('J')
			}
		case 'm', 'n', 'l', 'r':
			put(c - 'a' + 'A')
		default:
			if c >= '0' && c <= '9' {
				put(c)
			}
		}
	}
	return dst
}

func vowelish(c byte) bool { return Vowel(c) || c == 'y' || c == 'w' || c == 'h' }
