package book

import (
	"spoor"
	"spoor/clock"
)

// The longest that a machine, or an authority without a court, may stop money.
// A policy may set less, never more.
var (
	// StandStill is how long a bank waits for its FIU after a suspicion. It
	// bounds every hold that no order in force has made.
	StandStill = clock.Limit{Act: "Reg. (EU) 2024/1624", Article: "71", Kind: clock.WorkingDays, N: 3, Verified: true}
	// TransactionLimit is how long an FIU may suspend one transaction.
	TransactionLimit = clock.Limit{Act: "Dir. (EU) 2024/1640", Article: "24(1)", Kind: clock.WorkingDays, N: 10, Verified: true}
	// AccountLimit is how long an FIU may suspend the use of an account.
	AccountLimit = clock.Limit{Act: "Dir. (EU) 2024/1640", Article: "24(2)", Kind: clock.WorkingDays, N: 5, Verified: true}
)

// End is when a limit that starts at an instant is over, and why in words. Outside the years for
// which there are calendars it counts days, which is never longer.
func End(l clock.Limit, from spoor.Instant, member spoor.Country) (spoor.Instant, string) {
	c, err := l.Start(from, member)
	if err != nil {
		return from + spoor.Instant(l.N)*spoor.Day, l.String() + " (counted in days: " + err.Error() + ")"
	}
	return c.Due, c.Explain()
}

// legal is the longest that an order of a kind may last; ok is false where
// only its own text bounds it.
func legal(k spoor.OrderKind) (l clock.Limit, ok bool) {
	switch k {
	case spoor.TransactionSuspension:
		return TransactionLimit, true
	case spoor.AccountSuspension:
		return AccountLimit, true
	}
	return clock.Limit{}, false
}
