package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"spoor"
	"spoor/journal"
	"spoor/node/fold"
	"spoor/node/record"
)

type verifyCmd struct {
	Data    string `help:"Folder of a node that is stopped, or a copy of it." required:"" type:"existingdir" placeholder:"DIR"`
	Head    string `help:"A head that was noted elsewhere before: proves that nothing up to it was changed or cut off." placeholder:"SHA256:ENTRY"`
	KeyFile string `help:"Key of an encrypted folder." type:"existingfile" placeholder:"FILE"`
	JSON    bool   `name:"json" help:"Write the result as JSON."`
}

// audit is what verify found, for programs.
type audit struct {
	Journal   string        `json:"journal"` // the member's
	Entries   uint64        `json:"entries"`
	Pages     uint64        `json:"pages"`
	Head      string        `json:"head"` // SHA256:ENTRY, as --head takes it
	Decisions uint64        `json:"decisions"`
	Counts    record.Counts `json:"counts"`
	Anchors   int           `json:"anchors"` // snapshots and noted heads that fit
	Passed    []string      `json:"passed_over,omitempty"`
	Fault     string        `json:"fault,omitempty"`
}

func (c *verifyCmd) Run(e *env) error {
	name, err := journalName(c.Data)
	if err != nil {
		return err
	}
	member, ok := spoor.ParseCountry(name)
	if !ok {
		return &spoor.Problem{File: c.Data, Reason: fmt.Sprintf("its journal is called %q, which is no member state: not a node's folder", name), Fatal: true}
	}
	var known journal.Head
	if c.Head != "" {
		if known, err = journal.ParseHead(c.Head); err != nil {
			return usage("--head: " + err.Error())
		}
	}
	var r journal.Report
	counts, err := fold.Audit(func(f func(journal.Entry) error) (err error) {
		r, err = journal.Verify(journal.Options{Dir: c.Data, Name: name, KeyFile: c.KeyFile}, known, f)
		return err
	}, member)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	a := audit{
		Journal: name, Entries: r.Entries, Pages: r.Pages, Head: fmt.Sprintf("%x:%d", r.Head.Hash, r.Head.Entry),
		Decisions: counts.Payments, Counts: counts, Anchors: r.Anchors,
	}
	for _, err := range r.Broken {
		a.Passed = append(a.Passed, err.Error())
	}
	if r.Fault != nil {
		a.Fault = r.Fault.Error()
	}
	if c.JSON {
		err = writeJSON(e.stdout, a)
	} else {
		a.tell(e, &r)
	}
	if r.Fault != nil {
		return &spoor.Problem{File: c.Data, Reason: a.Fault, Fatal: true}
	}
	return err
}

// journalName finds the journal in a node's folder by the server's own layout.
func journalName(dir string) (string, error) {
	found, _ := filepath.Glob(filepath.Join(dir, "nats", "jetstream", "*", "streams", "journal-*")) // only a bad pattern fails
	if len(found) != 1 {
		return "", &spoor.Problem{File: dir, Reason: fmt.Sprintf("%d journals in it, want one: give the --data folder of spoor serve", len(found)), Fatal: true}
	}
	return strings.TrimPrefix(filepath.Base(found[0]), "journal-"), nil
}

func (a *audit) tell(e *env, r *journal.Report) {
	w := e.stdout
	fmt.Fprintf(w, "Journal of %s: %d entries on %d pages, %s to %s.\n", a.Journal, a.Entries, a.Pages, r.First, r.Last)
	fmt.Fprintf(w, "  payments decided  %d (allowed %d, held %d, blocked %d)\n", a.Counts.Payments, a.Counts.Allowed, a.Counts.Held, a.Counts.Blocked)
	fmt.Fprintf(w, "  refused           %d (a reference that was taken)\n", a.Counts.Refused)
	fmt.Fprintf(w, "  recalls           %d\n", a.Counts.Recalls)
	fmt.Fprintf(w, "  orders and holds  %d changes\n", a.Counts.Events)
	fmt.Fprintf(w, "  alerts            %d\n", a.Counts.Alerts)
	fmt.Fprintf(w, "  snapshots, noted heads on the chain: %d\n", a.Anchors)
	for _, p := range a.Passed {
		fmt.Fprintf(w, "  passed over: %s\n", p)
	}
	if a.Fault != "" {
		return
	}
	fmt.Fprintln(w, "Every page follows from the one before, every payment was decided once, every order and hold changed as it may.")
	fmt.Fprintf(w, "Head, to note elsewhere: %s\n", a.Head)
}
