package casefile

import (
	"bytes"
	"encoding/csv"
	"strings"

	"spoor"
)

// table writes a CSV file (RFC 4180).
func table(head []string, rows int, row func(int) []string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	_ = w.Write(head) // to a buffer, which does not fail
	for i := range rows {
		fields := row(i)
		for k := range fields {
			fields[k] = harmless(fields[k])
		}
		_ = w.Write(fields)
	}
	w.Flush()
	return b.Bytes()
}

// harmless keeps a spreadsheet from taking a text for a formula.
func harmless(s string) string {
	if s != "" && (s[0] < ' ' || strings.IndexByte("=+-@", s[0]) >= 0) {
		return "'" + s
	}
	return s
}

func paymentsCSV(payments []Payment) []byte {
	return table([]string{"id", "time", "from", "from_name", "from_country", "to", "to_name", "to_country", "paid", "paid_currency", "received", "received_currency", "channel", "kind", "purpose"},
		len(payments), func(i int) []string {
			p := &payments[i]
			return []string{p.ID, p.Time.String(), accountText(p.From), p.FromName, p.FromCountry.String(), accountText(p.To), p.ToName, p.ToCountry.String(),
				p.Paid.Decimal(), p.Paid.Currency.String(), p.Received.Decimal(), p.Received.Currency.String(), p.Channel, p.Kind, p.Purpose}
		})
}

func accountText(a spoor.AccountID) string {
	if a == (spoor.AccountID{}) {
		return ""
	}
	return a.String()
}

func timelineCSV(timeline []Moment) []byte {
	return table([]string{"at", "known", "what", "evidence"}, len(timeline), func(i int) []string {
		m := &timeline[i]
		return []string{m.At.String(), stamp(m.Known), m.What, strings.Join(m.Evidence, "; ")}
	})
}

// stamp is a time, "" for none.
func stamp(t spoor.Instant) string {
	if t == 0 {
		return ""
	}
	return t.String()
}
