// Package rates reads dated exchange rates and carries a default table inside
// the program.
//
// The file is CSV with the columns date (2006-01-02), currency (ISO 4217) and
// per_eur (units of the currency for one euro, from that date on). Lines that
// begin with # are comments; "# version: X" names the table.
package rates

import (
	"bufio"
	_ "embed"
	"io"
	"strings"
	"sync"
	"time"

	"spoor"
)

//go:embed rates.csv
var embedded string

// Default is the table inside the program. Its figures are yearly averages
// from memory (its header says verified: false): good for comparing sizes, not
// for a document that a court reads.
var Default = sync.OnceValue(func() *spoor.Rates {
	r, err := Read("rates.csv (embedded)", strings.NewReader(embedded))
	if err != nil {
		panic(err) // a test reads the embedded table
	}
	return r
})

// Read reads a table; name is what problems and the version are called by.
func Read(name string, src io.Reader) (*spoor.Rates, error) {
	r := &spoor.Rates{Version: name}
	sc := bufio.NewScanner(src)
	header := false
	for line := 1; sc.Scan(); line++ {
		text := strings.TrimSpace(strings.TrimPrefix(sc.Text(), "\ufeff"))
		switch {
		case strings.HasPrefix(text, "#"):
			if v, ok := strings.CutPrefix(text, "# version:"); ok {
				r.Version = "rates " + strings.TrimSpace(v)
			}
		case text == "":
		case !header:
			if text != "date,currency,per_eur" {
				return nil, &spoor.Problem{File: name, Line: line, Reason: `header is not "date,currency,per_eur"`, Fatal: true}
			}
			header = true
		default:
			if field, err := set(r, text); err != nil {
				return nil, &spoor.Problem{File: name, Line: line, Field: field, Reason: err.Error(), Fatal: true}
			}
		}
	}
	if err := sc.Err(); err != nil {
		return nil, &spoor.Problem{File: name, Reason: err.Error(), Fatal: true}
	}
	if !header {
		return nil, &spoor.Problem{File: name, Reason: "no header: want date,currency,per_eur", Fatal: true}
	}
	return r, nil
}

func set(r *spoor.Rates, row string) (field string, err error) {
	date, rest, _ := strings.Cut(row, ",")
	code, rate, _ := strings.Cut(rest, ",")
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return "date", err
	}
	c, err := spoor.ParseCurrency(code)
	if err != nil {
		return "currency", err
	}
	per, err := spoor.ParseAmount(rate, 8)
	if err != nil {
		return "per_eur", err
	}
	if per <= 0 {
		return "per_eur", spoor.ErrAmountRange
	}
	return "per_eur", r.Set(c, spoor.At(t), uint64(per))
}
