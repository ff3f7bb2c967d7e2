// Package clock reckons legal time limits.
//
// The law counts in three kinds that are never mixed: hours, calendar days and
// working days. The rules are those of Reg. (EEC, Euratom) 1182/71 Art 3: the
// hour or day of the event that starts a period is not counted (3(1)); a
// period in days ends at 24:00 of its last day (3(2)); one that is not in hours
// and ends on a Saturday, Sunday or public holiday ends with the next working
// day (3(4)); one of two days or more has at least two working days in it
// (3(5)). Art 3(5) is applied to periods in days; 48 hours stay 48 hours.
//
// Days are those of the member in whose state something must be done, in its
// own time zone and with its national public holidays; [Version] names the
// tables. Where the tables are in doubt, a day is a working day.
//
//	limit := clock.Limit{Act: "Reg. (EU) 2024/1624", Article: "71", Kind: clock.WorkingDays, N: 3, Verified: true}
//	c, err := limit.Start(trigger, member)
//	fmt.Println(c.Explain())
//	// due Wed 4 Mar 2026 24:00 Europe/Rome, 3 working days from Fri 27 Feb 2026 10:12, Reg. (EU) 2024/1624 Art 71
package clock
