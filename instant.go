package spoor

import (
	"fmt"
	"math"
	"time"
)

// Instant is a moment in whole seconds since the Unix epoch, UTC. Payments
// that fall in the same second keep the order in which they were read.
type Instant int64

// Durations in seconds, for arithmetic on instants.
const (
	Minute Instant = 60
	Hour           = 60 * Minute
	Day            = 24 * Hour
)

// At converts a time.Time, dropping fractions of a second.
func At(t time.Time) Instant { return Instant(t.Unix()) }

// Time returns the instant in UTC.
func (i Instant) Time() time.Time { return time.Unix(int64(i), 0).UTC() }

// String formats the instant as RFC 3339 in UTC.
func (i Instant) String() string { return i.Time().Format(time.RFC3339) }

// Date formats the instant's UTC day, "2006-01-02".
func (i Instant) Date() string { return i.Time().Format(time.DateOnly) }

// MarshalText makes instants RFC 3339 in JSON.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads RFC 3339.
func (i *Instant) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.RFC3339, string(b))
	if err != nil {
		return fmt.Errorf("instant %q: want RFC 3339, such as 2026-11-23T09:30:00Z", b)
	}
	*i = At(t)
	return nil
}

// Span describes a length of time in seconds for people: "40 min", "7.5 h", "3.2 days".
func Span(seconds Instant) string {
	switch {
	case seconds < 0:
		return "-" + Span(-max(seconds, -math.MaxInt64))
	case seconds < Minute:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 2*Hour:
		return fmt.Sprintf("%d min", (seconds+Minute/2)/Minute)
	case seconds < 2*Day:
		return fmt.Sprintf("%.1f h", float64(seconds)/float64(Hour))
	default:
		return fmt.Sprintf("%.1f days", float64(seconds)/float64(Day))
	}
}
