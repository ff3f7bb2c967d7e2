package node

import (
	"time"

	"spoor"
)

// ask is what a caller wants of the desk: decisions, or a change of orders,
// holds or recalls.
type ask struct {
	came time.Time

	ins        []spoor.Instruction
	hits       [][]spoor.Hit // by instruction
	lists      *Lists        // they were screened against
	unscreened []bool        // those that there was no time for
	answers    []Answer      // the desk's until done
	err        error         // why one of them has none

	act func(*desk) error // changes something else than payments; what it appends goes with the ask

	// done gets one value: nil when everything that came of it is durable.
	done chan error
}
