package main

import (
	"errors"
	"fmt"
	"os"

	"spoor"
	"spoor/casefile"
	"spoor/draw/text"
	"spoor/seal"
)

// archive checks a case file. One that is whole, but whose signer nobody vouched
// for, is told apart from one that is broken.
func (c *verifyCmd) archive(e *env) error {
	var trusted []seal.Public
	if c.Key != "" {
		k, err := seal.ParsePublic(c.Key)
		if err != nil {
			return usage("--key: " + err.Error())
		}
		trusted = append(trusted, k)
	}
	f, err := os.Open(c.Archive)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r, err := casefile.Verify(f, info.Size(), trusted...)
	if err != nil && !errors.Is(err, seal.ErrUnknownKey) {
		return &spoor.Problem{File: c.Archive, Reason: err.Error(), Fatal: true}
	}
	if err != nil && c.Key != "" {
		return &spoor.Problem{File: c.Archive, Reason: fmt.Sprintf("it is whole, but signed by key %s (%s), not by the one given", r.KeyID, r.Key), Fatal: true}
	}
	if c.JSON {
		return writeJSON(e.stdout, r)
	}
	tellArchive(e, &r)
	return nil
}

func tellArchive(e *env, r *casefile.Report) {
	w := e.stdout
	fmt.Fprintf(w, "Case %s, %s\nexported %s by %s.\n", text.Clean(r.Case), text.Clean(r.Title), r.At, text.Clean(r.By))
	for _, f := range r.Files {
		fmt.Fprintf(w, "  %x  %10d  %s\n", f.SHA256, f.Size, f.Name)
	}
	for _, a := range r.Absent {
		fmt.Fprintf(w, "  only its hash is here: %s\n", text.Clean(a))
	}
	fmt.Fprintf(w, "Journal it was read from: entry %d, head %x:%d.\n", r.Journal.Entry, r.Journal.Hash, r.Journal.Entry)
	fmt.Fprintf(w, "Hash of the contents, as every page of a print must have it at its foot: %s\n", r.Contents)
	fmt.Fprintln(w, "The archive is whole: every file is as it was signed, and nothing was added.")
	if r.Trusted {
		fmt.Fprintf(w, "Signed by key %s, the one you gave.\n", r.KeyID)
		return
	}
	fmt.Fprintf(w, "Signed by key %s. WHOSE KEY THAT IS, IS NOT PROVEN: ask the authority for its key by another way and give it with --key.\n  %s\n", r.KeyID, r.Key)
}
