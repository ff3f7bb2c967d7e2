package look

import (
	"fmt"
	"math"

	"spoor"
)

// Euro writes a value in euro for reasons: "EUR 12 300".
func Euro(v float64) string {
	m := spoor.Money{Amount: int64(math.Round(min(v, 9e16))) * 100, Currency: spoor.EUR}.Grouped()
	return "EUR " + m[:len(m)-len(".00 EUR")]
}

// Plural counts things: "1 account", "2 accounts".
func Plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
