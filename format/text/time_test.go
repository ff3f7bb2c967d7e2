package text

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spoor"
)

// TestEveryDay compares every day of the years 0 to 9999 with package time.
func TestEveryDay(t *testing.T) {
	day := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	var b []byte
	for day.Year() < 10000 {
		want := spoor.At(day)
		n, ok := dayOf(day.Year(), int(day.Month()), day.Day())
		if !ok || spoor.Instant(n)*spoor.Day != want {
			t.Fatalf("%s is day %d, %v", day, n, ok)
		}
		if b, ok = appendDate(b[:0], n, '-'); !ok || string(b) != day.Format(time.DateOnly) {
			t.Fatalf("%s is written %s", day, b)
		}
		day = day.AddDate(0, 0, 1)
	}
	for _, out := range []spoor.Instant{spoor.At(day), -719529 * spoor.Day, -719528*spoor.Day - 1, 1 << 60, -1 << 60} {
		if b, ok := AppendRFC3339(nil, out); ok || len(b) > 0 {
			t.Errorf("instant %d is written %s", out, b)
		}
		if b, ok := AppendSlashed(nil, out); ok || len(b) > 0 {
			t.Errorf("instant %d is written %s", out, b)
		}
	}
}

func TestTime(t *testing.T) {
	for in, want := range map[string]string{
		"2022/09/01":                  "2022-09-01T00:00:00Z",
		"2022-09-01":                  "2022-09-01T00:00:00Z",
		"2022/09/01 00:20":            "2022-09-01T00:20:00Z",
		"2022-09-01 00:20:59":         "2022-09-01T00:20:59Z",
		"2022-09-01 00:20:59.999999":  "2022-09-01T00:20:59Z",
		"2022-09-01T00:20:59Z":        "2022-09-01T00:20:59Z",
		"2022-09-01T00:20:59":         "2022-09-01T00:20:59Z",
		"2022-09-01T00:20:59.5+02:00": "2022-08-31T22:20:59Z",
		"2022-09-01T00:20:59-0230":    "2022-09-01T02:50:59Z",
		"2022-09-01T00:20Z":           "2022-09-01T00:20:00Z",
		"2024-02-29":                  "2024-02-29T00:00:00Z",
		"2000-02-29":                  "2000-02-29T00:00:00Z",
		"1969-12-31 23:59:59.5":       "1969-12-31T23:59:59Z",
		"0000-01-01":                  "0000-01-01T00:00:00Z",
		"9999-12-31T23:59:59Z":        "9999-12-31T23:59:59Z",
		"":                            "", "2022": "", "2022-09-1": "", "2022/09-01": "", "2022.09.01": "",
		"2022-00-01": "", "2022-13-01": "", "2022-01-00": "", "2022-01-32": "", "2022-04-31": "",
		"2023-02-29": "", "1900-02-29": "", "2022-02-30": "", "20a2-02-01": "", "2022-0a-01": "",
		"2022-09-01 24:00": "", "2022-09-01 00:60": "", "2022-09-01 00:00:60": "", "2022-09-01 0:00": "",
		"2022-09-01x00:00": "", "2022-09-01 00:20:": "", "2022-09-01 00:20:59.": "", "2022-09-01 00:20:59.Z": "",
		"2022-09-01T00:20:59+24:00": "", "2022-09-01T00:20:59+02:60": "", "2022-09-01T00:20:59+2:00": "",
		"2022-09-01T00:20:59*02:00": "", "2022-09-01T00:20:59 ": "", "2022-09-01 ": "", "2022-09-01 00:2": "",
	} {
		got, err := Time(in)
		if want == "" && err == nil || want != "" && (err != nil || got.String() != want) {
			t.Errorf("Time(%q) = %s, %v; want %q", in, got, err, want)
		}
	}
}

func TestUSDate(t *testing.T) {
	for in, want := range map[string]string{
		"Mar 25, 2015": "2015-03-25", "Mar 5, 2015": "2015-03-05", "Mar 05, 2015": "2015-03-05", "Feb 29, 2012": "2012-02-29",
		"": "", "Feb 29, 2015": "", "mar 25, 2015": "", "March 25, 2015": "", "Mar 25 2015": "", "Mar 0, 2015": "",
		"Mar 32, 2015": "", "Xxx 25, 2015": "", "Mar 2a, 2015": "", "Mar 25, 201x": "", "Mar 25,  201": "",
	} {
		got, err := USDate(in)
		if want == "" && err == nil || want != "" && (err != nil || got.Date() != want) {
			t.Errorf("USDate(%q) = %s, %v; want %q", in, got, err, want)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		day := time.Unix(rapid.Int64Range(-1e10, 1e10).Draw(rt, "t"), 0).UTC().Truncate(24 * time.Hour)
		if got, err := USDate(day.Format("Jan 2, 2006")); err != nil || got != spoor.At(day) {
			rt.Fatalf("%s: %s, %v", day, got, err)
		}
	})
}

func TestTimeRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := spoor.Instant(rapid.Int64Range(-62167219200, 253402300799).Draw(rt, "t"))
		b, ok := AppendRFC3339(nil, want)
		if got, err := Time(string(b)); !ok || err != nil || got != want || string(b) != want.String() {
			rt.Fatalf("%s: written %s, read %s, %v", want, b, got, err)
		}
		b, ok = AppendSlashed(nil, want)
		minute := want - (want%60+60)%60
		if got, err := Time(string(b)); !ok || err != nil || got != minute {
			rt.Fatalf("%s: written %s, read %s, %v", want, b, got, err)
		}
	})
}

// FuzzTime compares with package time wherever that reads the text, too.
func FuzzTime(f *testing.F) {
	for _, seed := range []string{"2022/09/01 00:20", "2022-09-01T00:20:59.5+02:00", "2022-09-01", "2022-09-01 00:20:59", "Mar 25, 2015"} {
		f.Add(seed)
	}
	layouts := []string{time.RFC3339, "2006/01/02 15:04", time.DateTime, time.DateOnly, "2006/01/02", "2006/01/02 15:04:05"}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Time(s)
		for _, layout := range layouts {
			want, wantErr := time.Parse(layout, s)
			// Hours of one digit, a comma before the fraction and a zone of 24 h are Go's own.
			if wantErr != nil || len(s) > 12 && s[12] == ':' || strings.Contains(s, ",") || strings.Contains(s, "24:") {
				continue
			}
			if err != nil || got != spoor.At(want) {
				t.Fatalf("%q: %s, %v; package time reads %s", s, got, err, want)
			}
		}
		if _, err := USDate(s); err == nil {
			if _, err := time.Parse("Jan 2, 2006", s); err != nil {
				t.Fatalf("%q: package time says %v", s, err)
			}
		}
	})
}
