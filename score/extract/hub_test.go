package extract_test

import (
	"fmt"
	"testing"

	"spoor"
)

// TestHub says that an account with very many payments costs no more than
// others: only the latest are looked at, so that what is counted is bounded.
// With all of them looked at, this test takes many minutes.
func TestHub(t *testing.T) {
	t.Parallel()
	const payments = 50_000
	for name, after := range map[string]spoor.Instant{"a payment a second": 1, "all in a second": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() {
				t.Skip("50,000 payments")
			}
			hub := spoor.AccountID{Bank: "10", Number: "hub"}
			one := spoor.Money{Amount: 100_00, Currency: spoor.EUR}
			var all []spoor.Payment
			for i := range payments {
				p := spoor.Payment{Record: uint64(i + 1), Time: start + spoor.Instant(i)*after, Channel: spoor.CreditTransfer, Paid: one, Received: one}
				p.From, p.To = spoor.AccountID{Bank: "20", Number: fmt.Sprint(i % 5000)}, hub
				if i%2 == 1 {
					p.From, p.To = hub, spoor.AccountID{Bank: "20", Number: fmt.Sprint(i % 5000)}
				}
				all = append(all, p)
			}
			r := usual().run(t, all)
			const most = 100 // of those looked at on one side
			bounded := func(what string, row []float32, names ...string) {
				for _, name := range names {
					if got := row[place(t, name)]; got < 8 || got > most {
						t.Errorf("%s of the hub's %s payment is %v, want a bounded number", name, what, got)
					}
				}
			}
			last, first := r.arrival[payments-1], r.review[1]
			bounded("last", last, "payer_payees_7d", "payer_payees_1d", "payer_payers_7d", "paid_like", "funded_like")
			bounded("first", first, "later_payer_out_count_8d", "later_payer_payees", "later_payer_in_count_8d", "covered_like")
			// What is known of the few is not drowned by the many.
			for name, want := range map[string]float32{"payee_payers_7d": 1, "pair_count": payments/5000 - 1, "pair_back": 0} {
				if got := last[place(t, name)]; got != want {
					t.Errorf("%s of the hub's last payment is %v, want %v", name, got, want)
				}
			}
		})
	}
}
