// Package fold turns a node's journal into its state: all that a node knows is a
// fold over what it wrote. An audit folds it anew, and a rehearsal of another
// policy decides the past again on the way.
//
//	s, err := fold.Restore(ctx, j, member, log) // from the newest snapshot on
//	err = s.Apply(entry)                        // what comes after
package fold

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"spoor"
	"spoor/gate/book"
	"spoor/journal"
	"spoor/node/record"
)

// State is everything that a node knows by its journal. The node changes it as it
// writes entries, by the same steps.
type State struct {
	Book     *book.Book
	Next     uint64                       // number of the next entry
	Last     spoor.Instant                // time of the last one
	Versions map[uint64]map[string]string // by the entry that holds them
	Alerts   []spoor.Alert                // the newest, oldest first
	Counts   record.Counts
}

// mostAlerts is how many alerts a node keeps at hand; the journal has all.
const mostAlerts = 2000

// New is the state of an empty journal.
func New(member spoor.Country) (*State, error) {
	b, err := book.New(member, book.DefaultWindow)
	if err != nil {
		return nil, err
	}
	return &State{Book: b, Next: 1, Versions: map[uint64]map[string]string{}}, nil
}

// Apply folds in the next entry as it was journalled.
func (s *State) Apply(e journal.Entry) error {
	if e.Number != s.Next {
		return fmt.Errorf("entry %d comes where entry %d was expected", e.Number, s.Next)
	}
	if err := s.apply(&e); err != nil {
		return fmt.Errorf("entry %d (%s): %w", e.Number, e.Kind, err)
	}
	s.Next, s.Last = e.Number+1, max(s.Last, e.At)
	return nil
}

func (s *State) apply(e *journal.Entry) error {
	switch e.Kind {
	case record.KindStart:
		return nil
	case record.KindVersions:
		v, err := record.Versions(e)
		s.Versions[e.Number] = v
		return err
	case record.KindPayment:
		d, err := record.Payment(e, false)
		if err != nil {
			return err
		}
		s.Decided(d.Decision.Outcome)
		return s.Book.Replay(d.Decided)
	case record.KindRefused:
		s.Counts.Refused++
		return nil
	case record.KindRecall:
		r, err := record.Recall(e)
		if err != nil {
			return err
		}
		s.Counts.Recalls++
		return s.Book.Replay(r)
	case record.KindEvent:
		ev, err := record.Event(e)
		if err != nil {
			return err
		}
		s.Counts.Events++
		return s.Book.Replay(ev)
	case record.KindAlert:
		a, err := record.Alert(e)
		if err == nil {
			s.Alert(a)
		}
		return err
	}
	if record.IsWork(e.Kind) {
		s.Work(e.Kind)
		return nil
	}
	return errors.New("unknown kind of entry: it was written by a newer program")
}

// Work counts an entry of the desk's work: what cases and orders are is for the
// store.
func (s *State) Work(kind string) {
	if kind == record.KindAccess {
		s.Counts.Accesses++
		return
	}
	s.Counts.Work++
}

// Decided counts a decision.
func (s *State) Decided(o spoor.Outcome) {
	s.Counts.Payments++
	switch o {
	case spoor.Allow:
		s.Counts.Allowed++
	case spoor.HoldBack:
		s.Counts.Held++
	case spoor.Block:
		s.Counts.Blocked++
	}
}

// Alert keeps an alert at hand.
func (s *State) Alert(a spoor.Alert) {
	s.Counts.Alerts++
	if s.Alerts = append(s.Alerts, a); len(s.Alerts) > mostAlerts {
		s.Alerts = append(s.Alerts[:0], s.Alerts[len(s.Alerts)-mostAlerts/2:]...)
	}
}

func (s *State) save(w io.Writer) error {
	err := record.WriteState(w, &record.State{
		Next: s.Next, Last: s.Last, Versions: s.Versions, Alerts: s.Alerts, Counts: s.Counts, Book: s.Book.State(),
	})
	return errors.Join(err, s.Book.SaveTables(w))
}

func load(r io.Reader, member spoor.Country) (*State, error) {
	in, err := record.ReadState(r)
	if err != nil {
		return nil, err
	}
	if in.Book.Member != member.String() {
		return nil, fmt.Errorf("it is of member %s, the node of %s", in.Book.Member, member)
	}
	s := &State{Next: in.Next, Last: in.Last, Versions: in.Versions, Alerts: in.Alerts, Counts: in.Counts}
	if s.Versions == nil {
		s.Versions = map[uint64]map[string]string{}
	}
	if s.Book, err = book.FromState(in.Book); err != nil {
		return nil, err
	}
	return s, s.Book.LoadTables(r)
}

// Restore is the state of a journal: of its newest snapshot that can be read, and
// the entries after it.
func Restore(ctx context.Context, j *journal.Journal, member spoor.Country, log *slog.Logger) (*State, error) {
	s, err := fromSnapshot(j, member, log)
	if err != nil {
		return nil, err
	}
	return s, j.Read(s.Next, func(e journal.Entry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return s.Apply(e)
	})
}

// fromSnapshot is the state of the newest snapshot, or an empty one where none
// can be read: the journal has everything.
func fromSnapshot(j *journal.Journal, member spoor.Country, log *slog.Logger) (*State, error) {
	r, upto, passed := j.LatestSnapshot()
	for _, err := range passed {
		log.Warn("a snapshot was passed over", "error", err)
	}
	if r == nil {
		return New(member)
	}
	s, err := load(r, member)
	if err = errors.Join(err, r.Close()); err == nil && s.Next != upto+1 {
		err = fmt.Errorf("it says entry %d", s.Next-1)
	}
	if err != nil {
		log.Warn("the snapshot cannot be used: the whole journal is read", "entry", upto, "error", err)
		return New(member)
	}
	return s, nil
}

// Snapshot folds the journal anew, from the snapshot before, beside whoever
// writes it, and keeps the next one. It costs the memory of a second state
// while it runs, and no pause of the writer.
func Snapshot(ctx context.Context, j *journal.Journal, member spoor.Country, log *slog.Logger) error {
	s, err := Restore(ctx, j, member, log)
	if err != nil || s.Next == 1 {
		return err
	}
	return j.WriteSnapshot(s.Next-1, s.save)
}
