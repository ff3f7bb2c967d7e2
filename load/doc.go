// Package load drives a node over HTTP as a bank would, measures how it answers,
// and checks that what it answered stays answered.
//
//	maker, err := traffic.NewMaker(traffic.Population{Accounts: 200_000, Seed: 1, Start: start, Pace: 3000})
//	target := load.Target{Host: "127.0.0.1:8700", Dial: dial, Clock: load.Clock{Now: time.Now, After: time.After}}
//	report, err := load.Drive(ctx, target, maker, load.Plan{Rate: 3000, Messages: 180_000, Connections: 64})
//
// # Measuring
//
// With a rate, the loop is open: message n is due at n divided by the rate,
// whether or not earlier ones were answered, and its latency runs from then.
// A node that stops for a second is charged with every message that was due
// in that second, and not with the one in flight alone (Tene, How NOT to
// measure latency, 2013, calls that mistake coordinated omission). Connections
// are bounded; what could not be sent when it was due because all were busy is
// counted as late. Without a rate, the loop is closed: each connection sends as
// soon as it has its answer, and latency runs from the sending, which tells
// what the node can do at most and nothing about how long people wait.
//
// A busy node (429 or 503) is counted apart and asked again after the time that
// it named. A connection that broke before the answer leaves the outcome open:
// the message is sent again, as a bank would, and the node must decide it once.
//
// # Checking
//
// A [Ledger] keeps every answer that arrived. [Check] sends the same messages
// again and lists each payment on which the node has changed its mind.
package load
