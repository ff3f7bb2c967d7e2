package life

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"spoor"
	"spoor/world/internal/chance"
)

// aim says whom a habit pays.
type aim uint8

const (
	lasting aim = iota // one of a dozen lasting partners in the country, the first ones most often
	passing            // anybody of the kind in the country
	abroad             // one of a few lasting partners in other countries
	self
	own     // another account of the owner
	friend  // one of the circle
	kin     // migrants only: the same one or two relatives abroad
	counter // the branch's cash
)

// habit is something that accounts do now and then.
type habit struct {
	purpose string
	who     uint32 // kinds, as bits
	rate    float64
	channel spoor.Channel
	aim     aim
	kind    Kind // of the partner
	median  float64
	sigma   float64
	end     chance.Ending
	hours   chance.Hours
	rhythm  rhythm
	inward  bool // the partner pays
}

//go:embed habits.txt
var habitText string

var habits = loadHabits()

func loadHabits() (out []habit) {
	for _, line := range tableLines(habitText) {
		part := strings.Split(line, " | ")
		f := strings.Fields(part[2])
		ch, ok := spoor.ParseChannel(f[1])
		h := habit{
			purpose: part[0], rate: parseFloat(f[0]), channel: ch, aim: aim(word(aimWords, f[2])),
			median: parseFloat(f[4]), sigma: parseFloat(f[5]), end: chance.Ending(word(endingWords, f[6])),
			hours: chance.Hours(word(hourWords, f[7])), rhythm: rhythm(word(rhythmWords, f[8])), inward: f[9] == "in",
		}
		for _, k := range strings.Fields(part[1]) {
			h.who |= 1 << kindNamed(k)
		}
		if f[3] != "-" {
			h.kind = kindNamed(f[3])
		}
		if !ok {
			panic("life: no channel is called " + f[1])
		}
		out = append(out, h)
	}
	return out
}

// The tables' words, in the order of their constants.
const (
	aimWords    = "lasting passing abroad self own friend kin counter"
	endingWords = "exact nines tens mixed"
	hourWords   = "shopping evening desk batch waking"
	rhythmWords = "steady private office"
)

// word finds the place of a word in a list. The tables are part of the program,
// so that a wrong one is a fault in it.
func word(list, w string) int {
	i := slices.Index(strings.Fields(list), w)
	if i < 0 {
		panic(fmt.Sprintf("life: %q in a table is none of %s", w, list))
	}
	return i
}

func kindNamed(name string) Kind {
	for k := range numKinds {
		if k.String() == strings.ReplaceAll(name, "-", " ") {
			return k
		}
	}
	panic("life: no kind of account is called " + name)
}

func parseFloat(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("life: " + err.Error())
	}
	return v
}

// partner finds whom account a pays by habit h; false when there is nobody.
func (w *Economy) partner(d *chance.Dice, a uint32, h *habit, day int) (uint32, bool) {
	t := &w.traits[a]
	switch h.aim {
	case self:
		return a, true
	case counter:
		return t.counter, true
	case own:
		b, ok := w.Sibling(a)
		return b, ok && w.Alive(b, day, day)
	}
	for range 3 {
		if b := w.candidate(d, a, h, t); b != a && w.Alive(b, day, day) {
			return b, true
		}
	}
	return 0, false
}

func (w *Economy) candidate(d *chance.Dice, a uint32, h *habit, t *trait) uint32 {
	u := d.Float64()
	switch h.aim {
	case passing:
		if h.kind == Person {
			return w.block(Person, t.country).even(u)
		}
		return w.block(h.kind, t.country).zipf(u)
	case friend:
		return w.Friend(a, u)
	case lasting:
		slot := uint64(u * u * 12)
		return w.block(h.kind, t.country).zipf(chance.Unit(chance.Mix(w.seed^uint64(a)<<16, uint64(h.kind)<<8|slot)))
	case abroad:
		tie := chance.Mix(w.seed^uint64(a)<<16, 1<<32|uint64(h.kind)<<8|uint64(u*u*6))
		return w.block(h.kind, w.elsewhere(tie, t.country)).zipf(chance.Unit(chance.Mix(tie, 1)))
	default: // kin
		tie := chance.Mix(w.seed^uint64(a)<<16, 2<<32)
		home := w.elsewhere(chance.Mix(tie, 1), t.country)
		return w.block(Person, home).even(chance.Unit(chance.Mix(tie, 2+uint64(u*u*2))))
	}
}

// Friend is one of the neighbours on a ring of all people of the country: near
// ones often, far ones seldom, so that friends share friends.
func (w *Economy) Friend(a uint32, u float64) uint32 {
	t := &w.traits[a]
	b := w.block(Person, t.country)
	if t.kind != Person {
		return b.even(u)
	}
	step := uint32(1 + u*u*u*20)
	if int(u*1e6)%2 == 0 {
		step = b.n - step%b.n
	}
	return b.lo + (a-b.lo+step)%b.n
}

// elsewhere draws a country other than c; a third of the draws fall on those
// with corridors, whose people live all over Europe.
func (w *Economy) elsewhere(tie uint64, c uint8) uint8 {
	for i := uint64(0); ; i++ {
		h := chance.Mix(tie, i)
		e := SomeCountry(chance.Unit(h))
		if h&7 < 2 {
			e = uint8(h >> 8 % uint64(len(Countries)))
		}
		if e != c {
			return e
		}
	}
}
