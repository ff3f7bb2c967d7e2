package text

import (
	"fmt"

	"spoor"
)

// Time reads a date, or a date and time of day, of the years 0 to 9999:
//
//	2022/09/01   2022/09/01 00:20   2022-09-01T00:20:59.5+02:00   2022-09-01 00:20:59Z
//
// Seconds, their fraction (dropped) and the zone may be missing; a date means
// its first second, and a time without a zone is taken as UTC.
func Time(s string) (spoor.Instant, error) {
	t, ok := parseTime(s)
	if !ok {
		return 0, fmt.Errorf("%s is not a date and time, such as 2022-09-01 00:20:59", Show(s))
	}
	return t, nil
}

func parseTime(s string) (spoor.Instant, bool) {
	if len(s) < 10 || s[4] != '-' && s[4] != '/' || s[7] != s[4] {
		return 0, false
	}
	century, year := two(s, 0), two(s, 2)
	if century > 99 || year > 99 {
		return 0, false
	}
	day, ok := dayOf(100*century+year, two(s, 5), two(s, 8))
	t := spoor.Instant(day) * spoor.Day
	if !ok || len(s) == 10 {
		return t, ok
	}
	if len(s) < 16 || s[10] != ' ' && s[10] != 'T' || s[13] != ':' {
		return 0, false
	}
	hour, minute, second, rest := two(s, 11), two(s, 14), 0, s[16:]
	if len(rest) >= 3 && rest[0] == ':' {
		second = two(rest, 1)
		rest = dropFraction(rest[3:])
	}
	if hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	offset, ok := zone(rest)
	return t + spoor.Instant(hour*3600+minute*60+second-offset), ok
}

// two reads two digits at i; what is not two digits gives more than 99.
func two(s string, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return 100
	}
	return int(a)*10 + int(b)
}

// dropFraction drops a point and digits; a point without digits stays, for
// [zone] to refuse.
func dropFraction(s string) string {
	if len(s) < 2 || s[0] != '.' {
		return s
	}
	i := 1
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	if i == 1 {
		return s
	}
	return s[i:]
}

// zone reads "", "Z", "+02:00" or "-0230" as seconds east of Greenwich.
func zone(s string) (seconds int, ok bool) {
	switch {
	case s == "" || s == "Z":
		return 0, true
	case len(s) == 6 && s[3] == ':':
		s = s[:3] + s[4:]
	case len(s) != 5:
		return 0, false
	}
	hour, minute := two(s, 1), two(s, 3)
	seconds = hour*3600 + minute*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, hour <= 23 && minute <= 59 && (s[0] == '+' || s[0] == '-')
}

var monthDays = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// dayOf counts the days from 1970-01-01 to a date; ok is false where there is
// no such date. Counting from March puts the leap day last, and 153 days in
// every five months are then one straight line.
func dayOf(y, m, d int) (day int, ok bool) {
	if m < 1 || m > 12 || d < 1 || d > monthDays[m] && !(m == 2 && d == 29 && leap(y)) {
		return 0, false
	}
	if m < 3 {
		y, m = y-1, m+12
	}
	y += 400 // so that the divisions round down in January of the year 0, too
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - 719468 - 146097, true
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// USDate reads a date such as "Mar 5, 2015", as its first second in UTC.
func USDate(s string) (spoor.Instant, error) {
	t, ok := parseUSDate(s)
	if !ok {
		return 0, fmt.Errorf("%s is not a date such as Mar 25, 2015", Show(s))
	}
	return t, nil
}

func parseUSDate(s string) (spoor.Instant, bool) {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	if len(s) == len("Mar 5, 2015") {
		s = s[:4] + "0" + s[4:]
	}
	if len(s) != len("Mar 25, 2015") || s[3] != ' ' || s[6:8] != ", " {
		return 0, false
	}
	month := 0
	for i := range 12 {
		if months[3*i:3*i+3] == s[:3] {
			month = i + 1
		}
	}
	century, year := two(s, 8), two(s, 10)
	if century > 99 || year > 99 {
		return 0, false
	}
	day, ok := dayOf(100*century+year, month, two(s, 4))
	return spoor.Instant(day) * spoor.Day, ok
}

// AppendSlashed appends a time in whole minutes, "2022/09/01 00:20". ok is
// false, and nothing appended, outside the years 0 to 9999.
func AppendSlashed(b []byte, t spoor.Instant) (out []byte, ok bool) {
	day, second := splitDay(t)
	if b, ok = appendDate(b, day, '/'); !ok {
		return b, false
	}
	b = appendTwo(append(b, ' '), second/3600)
	return appendTwo(append(b, ':'), second/60%60), true
}

// AppendRFC3339 appends a time as "2022-09-01T00:20:59Z". ok is false, and
// nothing appended, outside the years 0 to 9999.
func AppendRFC3339(b []byte, t spoor.Instant) (out []byte, ok bool) {
	day, second := splitDay(t)
	if b, ok = appendDate(b, day, '-'); !ok {
		return b, false
	}
	b = appendTwo(append(b, 'T'), second/3600)
	b = appendTwo(append(b, ':'), second/60%60)
	b = appendTwo(append(b, ':'), second%60)
	return append(b, 'Z'), true
}

func splitDay(t spoor.Instant) (day, second int) {
	day, second = int(t/spoor.Day), int(t%spoor.Day)
	if second < 0 {
		day, second = day-1, second+int(spoor.Day)
	}
	return day, second
}

// appendDate reverses dayOf: 400 years are 146097 days, counted from March of
// the year 0.
func appendDate(b []byte, day int, mark byte) ([]byte, bool) {
	const first, last = -719528, 2932896 // 0000-01-01, 9999-12-31
	if day < first || day > last {
		return b, false
	}
	day += 719468 + 146097
	era, n := day/146097, day%146097
	year := (n - n/1460 + n/36524 - n/146096) / 365
	n -= 365*year + year/4 - year/100
	month := (5*n + 2) / 153
	n -= (153*month + 2) / 5
	y, m := year+400*(era-1), month+3
	if m > 12 {
		y, m = y+1, m-12
	}
	b = appendTwo(appendTwo(b, y/100), y%100)
	b = appendTwo(append(b, mark), m)
	return appendTwo(append(b, mark), n+1), true
}

func appendTwo(b []byte, v int) []byte { return append(b, byte('0'+v/10), byte('0'+v%10)) }
