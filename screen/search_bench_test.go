package screen

import (
	"html"
	"regexp"
	"slices"
	"testing"
	"time"

	"spoor"
	"spoor/load/traffic"
	"spoor/screen/name"
)

// BenchmarkSearch looks for parties on all lists; p50 and p99 are reported too.
//
//	go test ./screen -run NONE -bench Search -benchtime 20000x
//
// "innocent" are invented names from everywhere, "traffic" the parties of the
// load driver's payments with their countries, each name looked for once; and
// "again" the last four thousand of these over and over, as regular payers are.
func BenchmarkSearch(b *testing.B) {
	_, all := lists(b)
	innocent, paying := queries(b, "negatives_global.csv", false), payers(b, 40_000)
	for _, set := range []struct {
		what    string
		queries []spoor.Party
		kept    bool
	}{{"innocent", innocent, false}, {"traffic", paying, false}, {"again", paying[len(paying)-4000:], true}} {
		b.Run(set.what, func(b *testing.B) {
			if !set.kept {
				all.found = nameMemory{}
			}
			b.ReportAllocs()
			spent := make([]time.Duration, 0, 1<<20)
			for i := 0; b.Loop(); i++ {
				from := time.Now()
				all.Search(&set.queries[i%len(set.queries)], name.Threshold)
				spent = append(spent, time.Since(from))
			}
			slices.Sort(spent)
			b.ReportMetric(float64(spent[len(spent)/2]), "ns-p50")
			b.ReportMetric(float64(spent[len(spent)*99/100]), "ns-p99")
		})
	}
}

// payers gives parties of the load driver's payments, each name once.
func payers(t testing.TB, most int) []spoor.Party {
	maker, err := traffic.NewMaker(traffic.Population{Accounts: 200_000, Seed: 1, Start: time.Unix(1_700_000_000, 0)})
	if err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(`<Nm>([^<]+)</Nm>`)
	known := map[string]bool{}
	var out []spoor.Party
	var body []byte
	for n := uint64(0); len(out) < most && n < uint64(2*most); n++ {
		body = maker.Append(body[:0], n)
		for _, m := range pattern.FindAllSubmatch(body, -1) {
			full := html.UnescapeString(string(m[1]))
			if !known[full] {
				known[full] = true
				p := spoor.Party{Kind: spoor.AnyParty, Names: []spoor.Name{{Full: full}}}
				p.Countries = countries("DE")
				out = append(out, p)
			}
		}
	}
	return out
}
