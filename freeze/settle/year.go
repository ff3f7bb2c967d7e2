package settle

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"spoor"
)

// MaxRecords is the most records that statistics are made of.
const MaxRecords = 1_000_000

// Kind is the kind of an order that is counted.
type Kind string

const (
	Freezing     Kind = "freezing"
	Confiscation Kind = "confiscation"
)

// Record is an order received from another state, as far as Art 35 counts it.
// An instant of zero means that it did not happen.
type Record struct {
	Order       string        `json:"order"`
	Kind        Kind          `json:"kind"`
	State       spoor.Country `json:"state"` // that issued it
	Received    spoor.Instant `json:"received"`
	Recognised  spoor.Instant `json:"recognised,omitzero"`
	Executed    spoor.Instant `json:"executed,omitzero"`
	Refused     spoor.Instant `json:"refused,omitzero"`
	Compensated spoor.Instant `json:"compensated,omitzero"` // a victim was compensated or got property back
	Value       spoor.Money   `json:"value,omitzero"`       // frozen or confiscated on execution
}

// Row is the figures of one kind and state. Each event counts in the year, in
// UTC, in which it happened.
type Row struct {
	Kind        Kind          `json:"kind"`
	State       spoor.Country `json:"state"`
	Recognised  int           `json:"recognised"`
	Executed    int           `json:"executed"`
	Refused     int           `json:"refused"`
	Compensated int           `json:"compensated"`
	AverageDays float64       `json:"average_days,omitzero"` // from receipt to execution, of those executed
	Values      []spoor.Money `json:"values,omitempty"`      // of those executed, one for each currency, never added up
	seconds     float64       // from receipt to execution, together
}

// Year is the statistics of Art 35, rows by kind and state.
type Year struct {
	Year    int    `json:"year"`
	Act     string `json:"act"`
	Article string `json:"article"`
	Rows    []Row  `json:"rows,omitempty"`
}

// Statistics counts the records of a year.
func Statistics(records []Record, year int) (Year, error) {
	if year < 1970 || year > 9999 || len(records) > MaxRecords {
		return Year{}, fmt.Errorf("year %d with %d records: want 1970 to 9999 and at most %d", year, len(records), MaxRecords)
	}
	from := spoor.At(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
	until := spoor.At(time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC))
	in := func(t spoor.Instant) bool { return t != 0 && t >= from && t < until }
	type key struct {
		kind  Kind
		state spoor.Country
	}
	rows, seen := map[key]*Row{}, map[string]bool{}
	for i := range records {
		r := &records[i]
		if err := r.check(seen); err != nil {
			return Year{}, fmt.Errorf("records[%d]: %w", i, err)
		}
		if !slices.ContainsFunc([]spoor.Instant{r.Recognised, r.Executed, r.Refused, r.Compensated}, in) {
			continue
		}
		k := key{r.Kind, r.State}
		if rows[k] == nil {
			rows[k] = &Row{Kind: r.Kind, State: r.State}
		}
		if err := rows[k].count(r, in); err != nil {
			return Year{}, fmt.Errorf("records[%d]: %w", i, err)
		}
	}
	y := Year{Year: year, Act: rules.Act.Name, Article: rules.Act.Figures}
	for _, row := range rows {
		if row.Executed > 0 {
			row.AverageDays = row.seconds / float64(row.Executed) / float64(spoor.Day)
		}
		slices.SortFunc(row.Values, func(a, b spoor.Money) int { return cmp.Compare(a.Currency.String(), b.Currency.String()) })
		y.Rows = append(y.Rows, *row)
	}
	slices.SortFunc(y.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), bytes.Compare(a.State[:], b.State[:]))
	})
	return y, nil
}

func (r *Record) check(seen map[string]bool) error {
	twice := seen[r.Order]
	seen[r.Order] = true
	switch {
	case twice:
		return fmt.Errorf("order %q is there twice", r.Order)
	case r.Order == "" || r.State == (spoor.Country{}) || r.Received == 0:
		return fmt.Errorf("order, state and received are needed")
	case r.Kind != Freezing && r.Kind != Confiscation:
		return fmt.Errorf("unknown kind %q: want %s or %s", r.Kind, Freezing, Confiscation)
	case r.Executed != 0 && (r.Recognised == 0 || r.Executed < r.Recognised):
		return fmt.Errorf("executed without or before being recognised")
	case r.Executed != 0 && r.Refused != 0:
		return fmt.Errorf("both executed and refused")
	case r.Recognised != 0 && r.Recognised < r.Received, r.Refused != 0 && r.Refused < r.Received, r.Compensated != 0 && r.Compensated < r.Received:
		return fmt.Errorf("decided before it was received")
	case r.Value.Amount < 0 || r.Value.Amount > 0 && r.Value.Currency == spoor.XXX:
		return fmt.Errorf("value: want an amount of a currency that is not negative, not %s", r.Value)
	}
	return nil
}

func (w *Row) count(r *Record, in func(spoor.Instant) bool) error {
	w.Recognised += one(in(r.Recognised))
	w.Executed += one(in(r.Executed))
	w.Refused += one(in(r.Refused))
	w.Compensated += one(in(r.Compensated))
	if !in(r.Executed) {
		return nil
	}
	w.seconds += float64(r.Executed - r.Received)
	if r.Value.Amount == 0 {
		return nil
	}
	i := slices.IndexFunc(w.Values, func(m spoor.Money) bool { return m.Currency == r.Value.Currency })
	if i < 0 {
		w.Values = append(w.Values, r.Value)
		return nil
	}
	var err error
	w.Values[i].Amount, err = add(w.Values[i].Amount, r.Value, r.Value.Currency)
	return err
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
