package screen

import (
	"strings"
	"testing"

	"spoor/screen/name"
)

// BenchmarkSearchMiss searches for 50,000 innocent names, each new: the
// worst case of a gate, since regular payers come again.
func BenchmarkSearchMiss(b *testing.B) {
	_, all := lists(b)
	neg := queries(b, "negatives_global.csv", false)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		all.Search(&neg[i%len(neg)], name.Threshold)
		i++
	}
}

var _ = strings.Fields
