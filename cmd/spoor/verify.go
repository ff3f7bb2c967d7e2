package main

import (
	"fmt"

	"spoor"
	"spoor/journal"
	"spoor/node/fold"
	"spoor/node/record"
)

type verifyCmd struct {
	Archive string `arg:"" optional:"" help:"A case file (ZIP) that a node exported: is it whole, and who signed it?" type:"existingfile"`
	Key     string `help:"Key that must have signed the archive, as its authority published it." placeholder:"spoor-key-1:…"`
	Data    string `help:"Or the folder of a node that is stopped, or a copy of it." type:"existingdir" placeholder:"DIR"`
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
	switch {
	case (c.Archive == "") == (c.Data == ""):
		return usage("give either an archive or --data (a stopped node's folder)")
	case c.Archive != "" && (c.Head != "" || c.KeyFile != ""):
		return usage("--head and --key-file are for --data")
	case c.Archive == "" && c.Key != "":
		return usage("--key is for an archive")
	case c.Archive != "":
		return c.archive(e)
	}
	name, err := journal.NameIn(c.Data)
	if err != nil {
		return &spoor.Problem{Reason: err.Error(), Fatal: true}
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
		return err
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
		a.tell(e, &r, known)
	}
	if r.Fault != nil {
		return &spoor.Problem{File: c.Data, Reason: a.Fault, Fatal: true}
	}
	return err
}

func (a *audit) tell(e *env, r *journal.Report, known journal.Head) {
	w := e.stdout
	if a.Fault != "" {
		fmt.Fprintf(w, "NOT INTACT from entry %d of the journal of %s: %s.\nWhat comes before it is proven:\n", r.Fault.Entry, a.Journal, r.Fault.What)
	}
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
	if known != (journal.Head{}) {
		fmt.Fprintf(w, "The head you gave (entry %d) is on the chain: nothing up to it was changed or cut off since it was noted.\n", known.Entry)
	} else {
		fmt.Fprintln(w, "Without --head, an end that was cut off together with its notes, or a whole that was written anew, cannot be seen.")
	}
	fmt.Fprintln(w, "Every page follows from the one before, every payment was decided once, every order and hold changed as it may.")
	fmt.Fprintf(w, "Head, to note elsewhere: %s\n", a.Head)
}
