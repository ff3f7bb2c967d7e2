package clock

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // members' zones, wherever the program runs

	"github.com/BurntSushi/toml"
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cy"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/ee"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fi"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/hu"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/is"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lu"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mt"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/pt"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"

	"spoor"
)

// Calendars are known from FirstYear to LastYear: the library's formula for the
// Orthodox Easter holds until 2099.
const (
	FirstYear = 2015
	LastYear  = 2098
)

var (
	firstInstant = spoor.At(time.Date(FirstYear, 1, 2, 0, 0, 0, 0, time.UTC))
	endInstant   = spoor.At(time.Date(LastYear, 12, 31, 0, 0, 0, 0, time.UTC))
)

// states are the members: all of the European Union, and the neighbours with
// which it trades freely. The zone is the capital's; of the United Kingdom the
// holidays are those of England and Wales.
var states = []struct {
	code, zone string
	holidays   []*cal.Holiday
}{
	{"AT", "Europe/Vienna", at.Holidays},
	{"BE", "Europe/Brussels", be.Holidays},
	{"BG", "Europe/Sofia", bg.Holidays},
	{"CH", "Europe/Zurich", ch.Holidays},
	{"CY", "Asia/Nicosia", cy.Holidays},
	{"CZ", "Europe/Prague", cz.Holidays},
	{"DE", "Europe/Berlin", de.Holidays},
	{"DK", "Europe/Copenhagen", dk.Holidays},
	{"EE", "Europe/Tallinn", ee.Holidays},
	{"ES", "Europe/Madrid", es.Holidays},
	{"FI", "Europe/Helsinki", fi.Holidays},
	{"FR", "Europe/Paris", fr.Holidays},
	{"GB", "Europe/London", gb.Holidays},
	{"GR", "Europe/Athens", gr.Holidays},
	{"HR", "Europe/Zagreb", hr.Holidays},
	{"HU", "Europe/Budapest", hu.Holidays},
	{"IE", "Europe/Dublin", ie.Holidays},
	{"IS", "Atlantic/Reykjavik", is.Holidays},
	{"IT", "Europe/Rome", it.Holidays},
	{"LI", "Europe/Vaduz", nil},
	{"LT", "Europe/Vilnius", lt.Holidays},
	{"LU", "Europe/Luxembourg", lu.Holidays},
	{"LV", "Europe/Riga", lv.Holidays},
	{"MT", "Europe/Malta", mt.Holidays},
	{"NL", "Europe/Amsterdam", nl.Holidays},
	{"NO", "Europe/Oslo", no.Holidays},
	{"PL", "Europe/Warsaw", pl.Holidays},
	{"PT", "Europe/Lisbon", pt.Holidays},
	{"RO", "Europe/Bucharest", ro.Holidays},
	{"SE", "Europe/Stockholm", se.Holidays},
	{"SI", "Europe/Ljubljana", si.Holidays},
	{"SK", "Europe/Bratislava", sk.Holidays},
}

// member is a state with its days, reckoned once.
type member struct {
	zone *time.Location
	off  [(LastYear + 2 - FirstYear) * 366]bool // public holidays by year and day of the year
}

func (m *member) working(day time.Time) bool {
	if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	i := slot(day)
	return i < 0 || i >= len(m.off) || !m.off[i]
}

func slot(day time.Time) int { return (day.Year()-FirstYear)*366 + day.YearDay() - 1 }

// members reckons a state's days at its first use: most nodes need one.
var members = func() map[spoor.Country]func() *member {
	// The library gives days as midnights of the machine's own zone, some of
	// which do not exist; days of UTC always do.
	cal.DefaultLoc = time.UTC
	all := map[spoor.Country]func() *member{}
	for _, s := range states {
		code, _ := spoor.ParseCountry(s.code)
		all[code] = sync.OnceValue(func() *member { return reckon(s.code, s.zone, s.holidays) })
	}
	return all
}()

func find(c spoor.Country) (*member, error) {
	if get, ok := members[c]; ok {
		return get(), nil
	}
	hint := ""
	switch c.String() {
	case "EL":
		hint = ": Greece is GR in ISO 3166"
	case "UK":
		hint = ": the United Kingdom is GB in ISO 3166"
	}
	return nil, fmt.Errorf("no calendar for %q%s; there are %s", c, hint, strings.Join(codes(), " "))
}

// Members lists the states that have a calendar.
func Members() []spoor.Country {
	var out []spoor.Country
	for _, code := range codes() {
		c, _ := spoor.ParseCountry(code)
		out = append(out, c)
	}
	return out
}

func codes() (out []string) {
	for _, s := range states {
		out = append(out, s.code)
	}
	return out
}

func reckon(code, zone string, holidays []*cal.Holiday) *member {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic("clock: " + err.Error()) // the zones are embedded
	}
	m := &member{zone: loc}
	for year := FirstYear - 1; year <= LastYear+1; year++ {
		for _, h := range effective(code, holidays, year) {
			actual, observed := h.Calc(year)
			for _, day := range []time.Time{actual, observed} {
				if i := slot(day); !day.IsZero() && i >= 0 && i < len(m.off) {
					m.off[i] = true
				}
			}
		}
	}
	return m
}

// effective are the holidays of a year after the changes of the file.
func effective(code string, holidays []*cal.Holiday, year int) []*cal.Holiday {
	out := slices.Clone(holidays)
	for _, c := range corrections.Change {
		if c.Country != code || c.From > year || c.Until != 0 && c.Until < year {
			continue
		}
		if c.Drop != "" {
			out = slices.DeleteFunc(out, func(h *cal.Holiday) bool { return h.Name == c.Drop })
			continue
		}
		out = append(out, c.holiday)
	}
	return out
}

//go:embed holidays.toml
var holidaysFile string

type change struct {
	Country  string `toml:"country"`
	Drop     string `toml:"drop"`
	Add      string `toml:"add"`
	On       string `toml:"on"`
	From     int    `toml:"from"`
	Until    int    `toml:"until"`
	Law      string `toml:"law"`
	Verified bool   `toml:"verified"`

	holiday *cal.Holiday // of Add
}

type changes struct {
	Version string   `toml:"version"`
	Change  []change `toml:"change"`
}

var corrections = func() changes {
	var c changes
	meta, err := toml.Decode(holidaysFile, &c)
	if err == nil && len(meta.Undecoded()) > 0 {
		err = fmt.Errorf("unknown keys %v", meta.Undecoded())
	}
	for i := range c.Change {
		if one := &c.Change[i]; one.Add != "" && err == nil {
			one.holiday, err = parseDay(one.Add, one.On)
		}
	}
	if err != nil {
		panic("clock: holidays.toml: " + err.Error()) // the file is embedded and tested
	}
	return c
}()

// Version names the calendars that periods are reckoned with.
var Version = "cal 2.1.24, changes " + corrections.Version

// parseDay reads "10-04" or "easter+60".
func parseDay(name, on string) (*cal.Holiday, error) {
	if days, ok := strings.CutPrefix(on, "easter"); ok {
		offset, err := strconv.Atoi(days)
		h := aa.Easter.Clone(&cal.Holiday{Name: name})
		h.Offset = offset
		return h, err
	}
	day, err := time.Parse("01-02", on)
	return &cal.Holiday{Name: name, Month: day.Month(), Day: day.Day(), Func: cal.CalcDayOfMonth}, err
}
