package node

import (
	"context"
	"fmt"

	"spoor"
	"spoor/node/record"
)

// Entry is something of the desk's work for the journal: a change of an alert, a
// case or an order, or a look at personal data.
type Entry struct {
	Kind string // record.KindTriage, KindCase, KindMeasure or KindAccess
	Data []byte
}

// Write journals the desk's work, and gives the number of its last entry. What is
// written is made by the node's time, in the order of the journal; the error of
// make is the caller's, and nothing is written then. It returns when all of it is
// durable. make must be quick: payments wait for it.
func (n *Node) Write(ctx context.Context, make func(at spoor.Instant) ([]Entry, error)) (last uint64, err error) {
	return last, n.do(ctx, func(d *desk) error {
		at := d.now()
		entries, err := make(at)
		if err != nil {
			return err
		}
		for _, e := range entries {
			switch {
			case !record.IsWork(e.Kind):
				return fmt.Errorf("an entry of kind %q is not the desk's to write", e.Kind) // a mistake of the program
			case len(e.Data) > record.MaxEntry:
				return Wrong{fmt.Errorf("%d KiB at once: at most %d; do it in parts", len(e.Data)>>10, record.MaxEntry>>10)}
			}
		}
		for _, e := range entries {
			d.Work(e.Kind)
			d.append(e.Kind, at, e.Data)
		}
		last = d.Next - 1
		return nil
	})
}
