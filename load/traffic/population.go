package traffic

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Population says who pays whom, and when. Equal populations make equal
// messages.
type Population struct {
	Accounts int       // at least 1,000
	Seed     uint64    // equal seeds give equal people, payments and UETRs
	Batch    int       // payments a message, 1 to [MaxBatch]; 0 is 1
	Start    time.Time // creation time of message 0
	Pace     float64   // payments a second by the messages' own clock; 0 is 3,000
	// Listed are names that a share of the accounts bear, half of them spelt
	// otherwise: words swapped, a letter lost or doubled.
	Listed      []string
	ListedShare float64 // of the accounts, 0 to 1; the busiest organisations bear none
}

// maxAccounts is how many have an IBAN of their own: see putIBAN.
const maxAccounts = 100_000_000

// MaxBatch is how many payments one message may hold.
const MaxBatch = 1000

// check says what is wrong with a population.
func (p *Population) check() error {
	switch {
	case p.Accounts < 1000 || p.Accounts > maxAccounts:
		return fmt.Errorf("traffic: %d accounts: want 1,000 to %d", p.Accounts, maxAccounts)
	case p.Batch < 0 || p.Batch > MaxBatch:
		return fmt.Errorf("traffic: batches of %d payments: want 1 to %d", p.Batch, MaxBatch)
	case !(p.Pace > 0):
		return fmt.Errorf("traffic: a pace of %v payments a second: want more than 0", p.Pace)
	case !(p.ListedShare >= 0 && p.ListedShare <= 1):
		return fmt.Errorf("traffic: %v of the accounts with listed names: want 0 to 1", p.ListedShare)
	case p.Start.Year() < 1970 || p.Start.Year() > 9000:
		return fmt.Errorf("traffic: messages of the year %d: give a start", p.Start.Year())
	}
	return nil
}

//go:embed names.txt
var namesText string

// country is what an account's holder is put together from there. All of it is
// escaped for XML.
type country struct {
	code                                            string
	share                                           int
	bban                                            string // A bank's letters, B bank's digits, n digits
	area                                            string // of the BIC
	given, family, towns, streets, trades, suffixes []string
}

// countries reads names.txt; a mistake there is the program's.
func countries() []country {
	var out []country
	for line := range strings.Lines(namesText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), " | ")
		share, err := strconv.Atoi(f[1])
		if err != nil || len(f) != 10 {
			panic("traffic: names.txt: " + line)
		}
		items := func(s string) []string {
			s = xmlEscaper.Replace(s)
			parts := strings.Fields(s)
			for i := range parts {
				parts[i] = strings.ReplaceAll(parts[i], "_", " ")
			}
			return parts
		}
		out = append(out, country{f[0], share, f[2], f[3], items(f[4]), items(f[5]), items(f[6]), items(f[7]), items(f[8]), items(f[9])})
	}
	return out
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")

// dice is a stream of random numbers that costs nothing to begin: SplitMix64
// (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014).
type dice uint64

func throw(seed, stream, n uint64) dice {
	d := dice(seed*0xD1342543DE82EF95 + stream)
	d = dice(d.next() + n)
	d.next()
	return d
}

func (d *dice) next() uint64 {
	*d += 0x9E3779B97F4A7C15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// below gives a number from 0 to n-1.
func (d *dice) below(n int) int { return int(d.next() >> 32 * uint64(n) >> 32) }

// unit gives a number in [0, 1).
func (d *dice) unit() float64 { return float64(d.next()>>11) / (1 << 53) }

func pick(d *dice, from []string) string { return from[d.below(len(from))] }

// Streams of chance: what one of them throws never shifts another.
const (
	holders uint64 = iota + 1
	banks
	payments
	relations
	uetrs
)

// banksEach is how many banks a country has.
const banksEach = 12

// blockSize is how many accounts make a block: one organisation and people, all
// of one country.
const blockSize = 100

// countryOf gives a block's country, by the shares.
func (m *Maker) countryOf(block int) *country { return m.byShare[block*37%len(m.byShare)] }

// holder is the owner of an account, as messages describe him.
type holder struct {
	account int
	country *country
	bank    int
	org     bool
	iban    [34]byte
	ibanLen int
	chance  dice // for name and address, thrown in order
}

// holder finds an account's owner; it costs a few hundred nanoseconds, so that
// no population need be kept in memory.
func (m *Maker) holder(account int) (h holder) {
	d := throw(m.pop.Seed, holders, uint64(account))
	h.account, h.org = account, account%blockSize == 0
	h.country = m.countryOf(account / blockSize)
	h.bank = d.below(banksEach)
	h.ibanLen = putIBAN(h.iban[:], h.country, m.bankDice(h.country, h.bank), uint64(account), &d)
	h.chance = d
	return h
}

func (m *Maker) bankDice(c *country, bank int) dice {
	return throw(m.pop.Seed, banks, uint64(c.code[0])<<16|uint64(c.code[1])<<8|uint64(bank))
}

// appendBIC appends the eight characters of a bank's BIC. Its four letters are
// the ones in its IBANs, where a country writes them there.
func (m *Maker) appendBIC(b []byte, c *country, bank int) []byte {
	d := m.bankDice(c, bank)
	for range 4 {
		b = append(b, byte('A'+d.below(26)))
	}
	b = append(b, c.code...)
	return append(b, c.area...)
}

// putIBAN writes an account's IBAN: the bank's own part, random digits, and the
// account's number in the last eight, so that no two accounts share one.
func putIBAN(out []byte, c *country, bank dice, account uint64, d *dice) int {
	out[0], out[1], out[2], out[3] = c.code[0], c.code[1], '0', '0'
	n := 4
	var letters [4]byte
	for i := range letters {
		letters[i] = byte('A' + bank.below(26))
	}
	seen := 0
	for i := range len(c.bban) {
		switch c.bban[i] {
		case 'A':
			out[n] = letters[seen]
			seen++
		case 'B':
			out[n] = byte('0' + bank.below(10))
		default:
			out[n] = byte('0' + d.below(10))
		}
		n++
	}
	for i := n - 1; i >= n-8; i-- {
		out[i] = byte('0' + account%10)
		account /= 10
	}
	check := 98 - mod97(out[:n])
	out[2], out[3] = byte('0'+check/10), byte('0'+check%10)
	return n
}

// mod97 is the remainder that checks an IBAN (ISO 13616, by ISO 7064 MOD 97-10):
// 1 for a valid one.
func mod97(iban []byte) int {
	rem := 0
	add := func(b []byte) {
		for _, c := range b {
			if c >= 'A' {
				rem = (rem*100 + int(c-'A') + 10) % 97
			} else {
				rem = (rem*10 + int(c-'0')) % 97
			}
		}
	}
	add(iban[4:])
	add(iban[:4])
	return rem
}

// appendName appends the holder's name, escaped for XML.
func (m *Maker) appendName(b []byte, h *holder, d *dice) []byte {
	c := h.country
	// A listed hub would make most hits of a run, or none, by luck of the seed.
	hub := h.org && h.account/blockSize < len(m.all)/4
	if listed := d.unit() < m.pop.ListedShare; listed && !hub && len(m.listed) > 0 {
		return append(b, pick(d, m.listed)...)
	}
	if h.org {
		b = append(append(b, pick(d, c.trades)...), ' ')
		b = append(b, pick(d, c.family)...)
		if d.below(3) == 0 {
			b = append(append(b, " &amp; "...), pick(d, c.family)...)
		}
		return append(append(b, ' '), pick(d, c.suffixes)...)
	}
	b = append(b, pick(d, c.given)...)
	if d.below(100) < 60 {
		b = append(append(b, ' '), pick(d, c.given)...)
	}
	b = append(append(b, ' '), pick(d, c.family)...)
	if d.below(100) < 25 {
		b = append(append(b, '-'), pick(d, c.family)...)
	}
	return b
}

// maxName is how many characters ISO 20022 gives a name (Max140Text).
const maxName = 140

// misspell gives the names that accounts bear for the listed ones: each as it
// is, and one variant.
func misspell(listed []string, seed uint64) []string {
	out := make([]string, 0, 2*len(listed))
	for i, name := range listed {
		d := throw(seed, relations, uint64(i)^1<<40)
		words, letters := strings.Fields(name), []rune(name)
		variant := name
		switch at := d.below(max(len(letters), 1)); {
		case len(letters) < 5:
		case len(words) > 1 && d.below(3) == 0:
			variant = strings.Join(append(words[1:len(words):len(words)], words[0]), " ")
		case d.below(2) == 0:
			variant = string(letters[:at]) + string(letters[at+1:])
		default:
			variant = string(letters[:at+1]) + string(letters[at:])
		}
		for _, s := range []string{name, variant} {
			if s = clean(s); s != "" {
				out = append(out, xmlEscaper.Replace(s))
			}
		}
	}
	return out
}

// clean leaves of a name what XML and the message's schema allow.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
	letters := []rune(strings.Join(strings.Fields(name), " "))
	return string(letters[:min(len(letters), maxName)])
}
