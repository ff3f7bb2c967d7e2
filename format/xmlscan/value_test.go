package xmlscan

import (
	"strings"
	"testing"
	"time"

	"spoor"

	"pgregory.net/rapid"
)

func TestTime(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-02":                    "2026-03-02T00:00:00Z",
		"2026-03-02Z":                   "2026-03-02T00:00:00Z",
		"2026-03-02+02:00":              "2026-03-01T22:00:00Z",
		"2024-02-29T23:59:59":           "2024-02-29T23:59:59Z",
		"2026-03-02T10:11:12.5+01:00":   "2026-03-02T09:11:12Z",
		"2026-03-02T10:11:12.123456Z":   "2026-03-02T10:11:12Z",
		"2026-12-31T24:00:00":           "2027-01-01T00:00:00Z",
		"0001-01-01T00:00:00-14:00":     "0001-01-01T14:00:00Z",
		"9999-12-31T23:59:59Z":          "9999-12-31T23:59:59Z",
		"2026-02-29":                    "",
		"1900-02-29":                    "",
		"2026-13-01":                    "",
		"2026-00-01":                    "",
		"2026-01-00":                    "",
		"2026-04-31":                    "",
		"0000-01-01":                    "",
		"-026-01-01":                    "",
		"2026-01-01T24:00:01":           "",
		"2026-01-01T10:60:00":           "",
		"2026-01-01T10:00:60":           "",
		"2026-01-01T10:00":              "",
		"2026-01-01T10:00:00.":          "",
		"2026-01-01T10:00:00+14:01":     "",
		"2026-01-01T10:00:00+01:60":     "",
		"2026-01-01T10:00:00+1:00":      "",
		"2026-01-01T10:00:00 ":          "",
		"2026-01-01 10:00:00":           "",
		"20260101":                      "",
		"":                              "",
		"2026-01-01T10:00:00+01:00more": "",
	} {
		got, dated, ok := Time([]byte(text))
		if ok != (want != "") || ok && (got.String() != want || dated == strings.Contains(text, "T")) {
			t.Errorf("%q is %s, %v, %v; want %q", text, got, dated, ok, want)
		}
	}
}

// TestTimeAgainstTime compares with package time over all it can say.
func TestTimeAgainstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "zone"))
		at := time.Unix(rapid.Int64Range(-62135000000, 253402000000).Draw(t, "seconds"), 0).In(zone)
		got, dated, ok := Time([]byte(at.Format("2006-01-02T15:04:05Z07:00")))
		if !ok || dated || got != spoor.At(at) {
			t.Fatalf("%s is %s, %v", at, got, ok)
		}
	})
}

// TestText checks that what was kept stays as it was.
func TestText(t *testing.T) {
	var text Text
	rapid.Check(t, func(t *rapid.T) {
		var kept, want []string
		for _, s := range rapid.SliceOfN(rapid.String(), 0, 50).Draw(t, "texts") {
			b := []byte(strings.Repeat(s, 100))
			kept, want = append(kept, text.Keep(b)), append(want, string(b))
			clear(b)
		}
		for i := range kept {
			if kept[i] != want[i] {
				t.Fatalf("text %d changed", i)
			}
		}
	})
	if n := testing.AllocsPerRun(1000, func() { text.Keep([]byte("0123456789")) }); n > 0.1 {
		t.Errorf("%v allocations a text", n)
	}
}

func FuzzTime(f *testing.F) {
	f.Add("2026-03-02T10:11:12.5+01:00")
	f.Add("2024-02-29")
	f.Fuzz(func(t *testing.T, s string) {
		got, dated, ok := Time([]byte(s))
		if !ok {
			return
		}
		layout := "2006-01-02T15:04:05"
		if dated {
			layout = "2006-01-02"
		}
		if len(s) > 19 && strings.ContainsAny(s[19:], "Z+-") || dated && len(s) > 10 {
			layout += "Z07:00"
		}
		day := spoor.Instant(0)
		if !dated && s[11:13] == "24" {
			s, day = s[:11]+"00"+s[13:], spoor.Day
		}
		want, err := time.Parse(layout, s)
		if err != nil || spoor.At(want)+day != got {
			t.Fatalf("%q is %s, package time says %s, %v", s, got, want, err)
		}
	})
}
