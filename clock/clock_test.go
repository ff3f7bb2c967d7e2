package clock

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spoor"
)

var (
	western  = map[int]string{2025: "2025-04-20", 2026: "2026-04-05", 2027: "2027-03-28"}
	orthodox = map[int]string{2025: "2025-04-20", 2026: "2026-04-12", 2027: "2027-05-02"}
)

// lines gives a file's lines without comments and blanks.
func lines(t testing.TB, name string) (out []string) {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// day reads a day of testdata/holidays.txt in a year; ok is false where it is
// limited to others.
func day(t testing.TB, s string, year int) (time.Time, bool) {
	s, limit, limited := strings.Cut(s, "@")
	if limited {
		from, open := strings.CutSuffix(limit, "-")
		y, err := strconv.Atoi(from)
		if err != nil {
			t.Fatal(err)
		}
		if year < y || !open && year > y {
			return time.Time{}, false
		}
	}
	base, offset := strconv.Itoa(year)+"-"+s, 0
	var err error
	if s[0] == 'E' || s[0] == 'O' {
		base = western[year]
		if s[0] == 'O' {
			base = orthodox[year]
		}
		offset, err = strconv.Atoi(s[1:])
		if err != nil {
			t.Fatal(err)
		}
	}
	d, err := time.Parse(time.DateOnly, base)
	if err != nil {
		t.Fatal(err)
	}
	return d.AddDate(0, 0, offset), true
}

// TestHolidays compares every state's days of three years with a list that was
// written down without the library.
func TestHolidays(t *testing.T) {
	seen := 0
	for _, line := range lines(t, "testdata/holidays.txt") {
		words := strings.Fields(line)
		code, _ := spoor.ParseCountry(words[0])
		m, err := find(code)
		if err != nil {
			t.Fatal(err)
		}
		seen++
		for year := 2025; year <= 2027; year++ {
			want := map[time.Time]bool{}
			for _, w := range words[1:] {
				if d, ok := day(t, w, year); ok {
					want[d] = true
				}
			}
			for d := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == year; d = d.AddDate(0, 0, 1) {
				if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday {
					continue
				}
				if got := !m.working(d); got != want[d] {
					t.Errorf("%s %s: holiday is %v, want %v", code, d.Format("Mon 2006-01-02"), got, want[d])
				}
			}
		}
	}
	if seen != len(states) {
		t.Errorf("%d states in the list, %d have a calendar", seen, len(states))
	}
}

// TestHolidayFile proves that every change does something and cites its law.
func TestHolidayFile(t *testing.T) {
	for _, c := range corrections.Change {
		name := c.Country + " " + c.Add + c.Drop
		if c.Law == "" || (c.Add == "") == (c.Drop == "") {
			t.Errorf("%s: want a law, and either add or drop", name)
		}
		found := false
		for _, s := range states {
			if s.code != c.Country {
				continue
			}
			found = c.Add != ""
			for _, h := range s.holidays {
				found = found || h.Name == c.Drop
			}
		}
		if !found {
			t.Errorf("%s: nothing to change", name)
		}
	}
}

func TestPeriods(t *testing.T) {
	for _, line := range lines(t, "testdata/periods.txt") {
		p := strings.Split(line, " | ")
		member, _ := spoor.ParseCountry(p[0])
		zone, err := Zone(member)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", p[1], zone)
		if err != nil {
			t.Fatal(err)
		}
		n, unit, _ := strings.Cut(p[2], " ")
		limit := Limit{Act: "Act", Article: "1", Verified: true}
		if limit.N, err = strconv.Atoi(n); err != nil {
			t.Fatal(err)
		}
		if err := limit.Kind.UnmarshalText([]byte(unit)); err != nil {
			t.Fatal(err)
		}
		c, err := limit.Start(spoor.At(at), member)
		if err != nil {
			t.Fatal(err)
		}
		if got := Local(c.Due, member); got != p[3] {
			t.Errorf("%s: due %s", line, got)
		}
	}
}

func TestExplain(t *testing.T) {
	limit := Limit{Act: "Reg. (EU) 2024/1624", Article: "71", Kind: WorkingDays, N: 3, Verified: true}
	trigger := spoor.At(time.Date(2026, 2, 27, 9, 12, 0, 0, time.UTC))
	c, err := limit.Start(trigger, spoor.Country{'I', 'T'})
	if err != nil {
		t.Fatal(err)
	}
	want := "due Wed 4 Mar 2026 24:00 Europe/Rome, 3 working days from Fri 27 Feb 2026 10:12, Reg. (EU) 2024/1624 Art 71"
	if got := c.Explain(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	limit.Verified, limit.N = false, 1
	if got := limit.String(); got != "1 working day, Reg. (EU) 2024/1624 Art 71 (not verified)" {
		t.Error(got)
	}
}

func TestRefuses(t *testing.T) {
	it := spoor.Country{'I', 'T'}
	now := spoor.At(time.Date(2026, 2, 27, 9, 12, 0, 0, time.UTC))
	for name, err := range map[string]error{
		"no calendar":  second(Due(Hours, 1, now, spoor.Country{'U', 'S'})),
		"GB":           second(Due(Hours, 1, now, spoor.Country{'U', 'K'})),
		"GR":           second(Due(Hours, 1, now, spoor.Country{'E', 'L'})),
		"1 to 5000":    second(Due(Hours, 0, now, it)),
		"want 1":       second(Due(WorkingDays, MaxN+1, now, it)),
		"unknown kind": second(Due(9, 1, now, it)),
		"from 2015":    second(Due(WorkingDays, 1, 0, it)),
		"to 2098":      second(Due(WorkingDays, 1, 1<<40, it)),
		"ends after":   second(Due(WorkingDays, 100, endInstant-spoor.Day, it)),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// drawn is a member, an instant and a number of days for the properties.
func drawn(t *rapid.T) (spoor.Country, *member, spoor.Instant, int) {
	code := rapid.SampledFrom(Members()).Draw(t, "member")
	m, err := find(code)
	if err != nil {
		t.Fatal(err)
	}
	at := rapid.Int64Range(int64(firstInstant), int64(endInstant)-400*86400).Draw(t, "at")
	return code, m, spoor.Instant(at), rapid.IntRange(1, 90).Draw(t, "n")
}

func due(t *rapid.T, k Kind, n int, at spoor.Instant, member spoor.Country) spoor.Instant {
	d, err := Due(k, n, at, member)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code, m, at, n := drawn(t)
		for _, k := range []Kind{CalendarDays, WorkingDays} {
			end := due(t, k, n, at, code)
			last := (end - 1).Time().In(m.zone)
			switch {
			case due(t, k, n+1, at, code) < end:
				t.Fatalf("%d %s end after %d", n, k, n+1)
			case due(t, k, n, at+spoor.Day, code) < end:
				t.Fatalf("%d %s end earlier when they begin later", n, k)
			case !m.working(last):
				t.Fatalf("%d %s from %s end on %s", n, k, at, last)
			case last.Hour() != 23 || last.Minute() != 59 || last.Second() != 59:
				t.Fatalf("%d %s from %s end within a day, %s", n, k, at, last)
			}
			if between := workdays(m, at, end); n >= 2 && between < 2 || k == WorkingDays && between != n {
				t.Fatalf("%d %s from %s: %d working days", n, k, at, between)
			}
		}
		hours := due(t, Hours, n, at, code)
		if over := hours - at - spoor.Instant(n)*spoor.Hour; over <= 0 || over > spoor.Hour {
			t.Fatalf("%d hours end %d s late", n, over)
		}
	})
}

// TestAdding: so many working days from an event and so many more from the last
// of them are as many together.
func TestAdding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code, _, at, n := drawn(t)
		more := rapid.IntRange(1, 30).Draw(t, "more")
		first := due(t, WorkingDays, n, at, code)
		if a, b := due(t, WorkingDays, n+more, at, code), due(t, WorkingDays, more, first-1, code); a != b {
			t.Fatalf("%s and %s", a, b)
		}
	})
}

// workdays counts the working days after the day of an event up to an end.
func workdays(m *member, at, end spoor.Instant) (n int) {
	y, month, d := at.Time().In(m.zone).Date()
	for i := 1; ; i++ {
		day := time.Date(y, month, d+i, 0, 0, 0, 0, m.zone)
		if spoor.At(day) >= end {
			return n
		}
		if m.working(day) {
			n++
		}
	}
}

func TestWarnings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code, _, at, n := drawn(t)
		c, err := Limit{Kind: WorkingDays, N: n}.Start(at, code)
		if err != nil {
			t.Fatal(err)
		}
		w, span := c.Warnings(), c.Due-c.Trigger
		if w[0] != at+span/2 || w[1] != at+span*4/5 || w[2] != c.Due {
			t.Fatalf("%v of %d", w, span)
		}
	})
}

func BenchmarkDue(b *testing.B) {
	it := spoor.Country{'I', 'T'}
	now := spoor.At(time.Date(2026, 12, 23, 9, 12, 0, 0, time.UTC))
	for b.Loop() {
		if _, err := Due(WorkingDays, 10, now, it); err != nil {
			b.Fatal(err)
		}
	}
}

func Example() {
	limit := Limit{Act: "Reg. (EU) 2018/1805", Article: "9(3)", Kind: Hours, N: 48, Verified: true}
	c, err := limit.Start(spoor.At(time.Date(2026, 2, 27, 9, 12, 0, 0, time.UTC)), spoor.Country{'I', 'T'})
	fmt.Println(c.Explain(), err)
	// Output: due Sun 1 Mar 2026 11:00 Europe/Rome, 48 hours from Fri 27 Feb 2026 10:12, Reg. (EU) 2018/1805 Art 9(3) <nil>
}
