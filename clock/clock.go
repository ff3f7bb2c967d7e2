package clock

import (
	"fmt"
	"time"

	"spoor"
)

// Kind is what a period is counted in.
type Kind uint8

// The kinds.
const (
	Hours Kind = iota
	CalendarDays
	WorkingDays
)

var kindNames = [...]string{"hours", "calendar days", "working days"}
var kindSingular = [...]string{"hour", "calendar day", "working day"}

// String gives "hours", "calendar days" or "working days".
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return "unknown"
	}
	return kindNames[k]
}

// MarshalText makes kinds plain words.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's name.
func (k *Kind) UnmarshalText(b []byte) error {
	for i, name := range kindNames {
		if name == string(b) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("clock kind %q: want hours, calendar days or working days", b)
}

// MaxN is the longest period that is reckoned, in units of its kind.
const MaxN = 5000

// Due is the end of a period of n hours or days that an event at trigger
// starts, in a member's own time zone. The period is over from that instant
// on; for days it is 24:00 of the last one. It fails for a member without a
// calendar, for n outside 1 to [MaxN] and for years outside [FirstYear] to
// [LastYear].
func Due(kind Kind, n int, trigger spoor.Instant, member spoor.Country) (spoor.Instant, error) {
	m, err := find(member)
	if err != nil {
		return 0, err
	}
	return m.due(kind, n, trigger)
}

func (m *member) due(kind Kind, n int, trigger spoor.Instant) (spoor.Instant, error) {
	if n < 1 || n > MaxN {
		return 0, fmt.Errorf("a period of %d %s: want 1 to %d", n, kind, MaxN)
	}
	if trigger < firstInstant || trigger >= endInstant {
		return 0, fmt.Errorf("a period from %s: calendars are known from %d to %d", trigger, FirstYear, LastYear)
	}
	start := trigger.Time().In(m.zone)
	var end time.Time
	switch kind {
	case Hours:
		// Whole hours of the local clock; the next one is the first that counts.
		_, offset := start.Zone()
		hour := spoor.Instant(offset) % spoor.Hour
		began := trigger - mod(trigger+hour, spoor.Hour)
		return began + spoor.Instant(n+1)*spoor.Hour, nil
	case CalendarDays:
		end = m.calendarEnd(start, n)
	case WorkingDays:
		end = m.workingEnd(start, n)
	default:
		return 0, fmt.Errorf("unknown kind of period %d", kind)
	}
	if end.Year() > LastYear {
		return 0, fmt.Errorf("a period of %d %s from %s ends after %d, where calendars end", n, kind, trigger, LastYear)
	}
	y, month, d := end.Date()
	return spoor.At(time.Date(y, month, d+1, 0, 0, 0, 0, m.zone)), nil
}

// calendarEnd is the last day of n calendar days: rolled to a working day, and
// far enough for two working days where there are two days or more.
func (m *member) calendarEnd(start time.Time, n int) time.Time {
	y, month, d := start.Date()
	working := 0
	for i := 1; ; i++ {
		day := time.Date(y, month, d+i, 12, 0, 0, 0, time.UTC)
		if m.working(day) {
			working++
		} else if i >= n {
			continue
		}
		if i >= n && working >= min(n, 2) {
			return day
		}
	}
}

func (m *member) workingEnd(start time.Time, n int) time.Time {
	y, month, d := start.Date()
	for i := 1; ; i++ {
		day := time.Date(y, month, d+i, 12, 0, 0, 0, time.UTC)
		if m.working(day) {
			if n--; n == 0 {
				return day
			}
		}
	}
}

func mod(a, b spoor.Instant) spoor.Instant { return (a%b + b) % b }

// Working reports whether the day on which an instant falls, in the member's
// own time, is a working day.
func Working(at spoor.Instant, member spoor.Country) (bool, error) {
	m, err := find(member)
	if err != nil {
		return false, err
	}
	return m.working(at.Time().In(m.zone)), nil
}

// Zone is the member's time zone.
func Zone(member spoor.Country) (*time.Location, error) {
	m, err := find(member)
	if err != nil {
		return nil, err
	}
	return m.zone, nil
}

// Limit is a period that an act sets.
type Limit struct {
	Act      string `json:"act"`     // "Reg. (EU) 2024/1624"
	Article  string `json:"article"` // "71"
	Kind     Kind   `json:"kind"`
	N        int    `json:"n"`
	Verified bool   `json:"verified"` // read in the act itself, not from memory
}

// Start is the limit's clock from a trigger on; errors as [Due].
func (l Limit) Start(trigger spoor.Instant, member spoor.Country) (Clock, error) {
	due, err := Due(l.Kind, l.N, trigger, member)
	return Clock{Limit: l, Member: member, Trigger: trigger, Due: due}, err
}

// String gives "3 working days, Reg. (EU) 2024/1624 Art 71".
func (l Limit) String() string {
	unit := l.Kind.String()
	if l.N == 1 && int(l.Kind) < len(kindSingular) {
		unit = kindSingular[l.Kind]
	}
	return fmt.Sprintf("%d %s, %s", l.N, unit, l.law())
}

func (l Limit) law() string {
	s := l.Act
	if l.Article != "" {
		s += " Art " + l.Article
	}
	if !l.Verified {
		s += " (not verified)"
	}
	return s
}

// Clock is a limit that runs.
type Clock struct {
	Limit
	Member  spoor.Country `json:"member"`
	Trigger spoor.Instant `json:"trigger"`
	Due     spoor.Instant `json:"due"` // over from this instant on
}

// Warnings are the instants at which somebody is told: half of the time gone,
// 80 % of it, all of it.
func (c Clock) Warnings() [3]spoor.Instant {
	span := c.Due - c.Trigger
	return [3]spoor.Instant{c.Trigger + span/2, c.Trigger + span/5*4 + span%5*4/5, c.Due}
}

// Explain says in words when the clock ends and why: "due Wed 4 Mar 2026 24:00
// Europe/Rome, 3 working days from Fri 27 Feb 2026 10:12, Reg. (EU) 2024/1624
// Art 71".
func (c Clock) Explain() string {
	unit := c.Limit.Kind.String()
	if c.N == 1 && int(c.Kind) < len(kindSingular) {
		unit = kindSingular[c.Kind]
	}
	return fmt.Sprintf("due %s, %d %s from %s, %s",
		Local(c.Due, c.Member), c.N, unit, local(c.Trigger, c.Member, false), c.law())
}

// Local writes an instant in a member's own time, with its zone. Midnight is
// written as 24:00 of the day that ends: "Tue 3 Mar 2026 24:00 Europe/Rome".
// For a member without a calendar it is in UTC.
func Local(at spoor.Instant, member spoor.Country) string { return local(at, member, true) }

func local(at spoor.Instant, member spoor.Country, end bool) string {
	zone := time.UTC
	if m, err := find(member); err == nil {
		zone = m.zone
	}
	t := at.Time().In(zone)
	if !end {
		return t.Format("Mon 2 Jan 2006 15:04")
	}
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.AddDate(0, 0, -1).Format("Mon 2 Jan 2006") + " 24:00 " + zone.String()
	}
	return t.Format("Mon 2 Jan 2006 15:04 ") + zone.String()
}
