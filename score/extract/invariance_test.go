package extract_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"spoor"
)

// busy is an economy in which detectors alert in time for it to show.
var busy = economy{payments: 12_000, days: 40, seed: 3}

// TestWorkers gives the same payments to one worker, two and five.
func TestWorkers(t *testing.T) {
	t.Parallel()
	all := rough(busy.all(t))
	s := usual()
	s.workers = 1
	want := s.run(t, all)
	for _, workers := range []int{2, 5} {
		s.workers = workers
		same(t, fmt.Sprintf("1 worker and %d", workers), want, s.run(t, all))
	}
}

// TestSaidBesides changes all that is said of payments and must not weigh:
// labels, the names of holders, purposes, ids and the numbers of records.
func TestSaidBesides(t *testing.T) {
	t.Parallel()
	all := rough(busy.all(t))
	other := slices.Clone(all)
	for i := range other {
		p := &other[i]
		p.Label = [3]spoor.Label{spoor.Unlabelled, spoor.Illicit, spoor.Licit}[p.Label]
		p.FromName, p.ToName, p.Purpose = p.ToName+" & Sons", "", "donation"
		p.Record = uint64(3*len(other) - i)
		p.ID = fmt.Sprintf("id%d", len(other)-i)
	}
	same(t, "as they are and with other words", usual().run(t, all), usual().run(t, other))
}

// TestNames gives accounts and banks other names: who pays must not weigh.
func TestNames(t *testing.T) {
	t.Parallel()
	all := rough(busy.all(t))
	want := usual().run(t, all)
	alerted := place(t, "payer_alerted")
	if !slices.ContainsFunc(want.arrival, func(r []float32) bool { return r[alerted] > 0 }) {
		t.Fatal("nobody was alerted before a payment: too little to tell anything")
	}
	for name, rename := range map[string]func(kind string, i int) string{
		"numbers":          func(kind string, i int) string { return fmt.Sprint(i) },
		"long names":       func(kind string, i int) string { return fmt.Sprintf("%s %0200d", kind, i) },
		"names with colon": func(kind string, i int) string { return fmt.Sprintf("%s:%d", kind, i) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same(t, "as they are and with other names", want, usual().run(t, renamed(all, rename)))
		})
	}
}

// renamed gives each bank and each account another name. Those of a bank stay
// together, and what is unknown stays so.
func renamed(all []spoor.Payment, name func(kind string, i int) string) []spoor.Payment {
	banks, numbers := map[string]string{"": ""}, map[spoor.AccountID]string{{}: ""}
	order := rand.New(rand.NewPCG(5, 5)).Perm(4 * len(all))
	other := func(a spoor.AccountID) spoor.AccountID {
		if _, ok := banks[a.Bank]; !ok {
			banks[a.Bank] = name("bank", order[len(banks)])
		}
		if _, ok := numbers[a]; !ok {
			numbers[a] = name("account", order[len(numbers)])
		}
		return spoor.AccountID{Bank: banks[a.Bank], Number: numbers[a]}
	}
	all = slices.Clone(all)
	for i := range all {
		all[i].From, all[i].To = other(all[i].From), other(all[i].To)
	}
	return all
}
