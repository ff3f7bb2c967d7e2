package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"spoor"
	"spoor/format/lists"
	"spoor/node"
	"spoor/screen"
)

// listFolder is where a node's sanctions lists come from. The files of the last
// good ones are kept beside the journal, so that a node can start when a new
// file is broken.
type listFolder struct {
	dir, good string
	set       *lists.Set
	log       *slog.Logger
}

// start reads the lists for the first time. A broken file is an error unless a
// good one of before is there.
func (f *listFolder) start() (*node.Lists, error) {
	if _, err := os.Stat(f.good); err == nil {
		f.set, _ = lists.Load(f.good, nil)
	}
	before := f.set
	l, faults := f.read()
	switch {
	case before == nil && len(faults) > 0:
		return nil, fmt.Errorf("%w\n--lists %s: a node does not begin with a broken list: mend the file or take it away", errors.Join(faults...), f.dir)
	case len(f.set.Listings()) == 0:
		return nil, usage(fmt.Sprintf("--lists %s: no list in it", f.dir))
	}
	return l, nil
}

// read reads the folder again; nil when nothing has changed.
func (f *listFolder) read() (*node.Lists, []error) {
	set, errs := lists.Load(f.dir, f.set)
	var faults []error
	for _, err := range errs {
		var p *spoor.Problem
		if errors.As(err, &p) && slices.Contains(set.Ignored, p.File) {
			f.log.Warn("a file is no list and is not called as one: passed over", "file", p.File)
			continue
		}
		faults = append(faults, err)
		f.log.Error("a list could not be read: its last good version, where there is one, stays in use", "error", err)
	}
	if set == f.set {
		return nil, faults
	}
	f.set = set
	if len(faults) == 0 {
		if err := f.keep(); err != nil {
			f.log.Warn("the lists could not be copied beside the journal: a start needs them unbroken", "error", err)
		}
	}
	f.log.Info("lists are in use", "lists", len(set.Lists), "listings", len(set.Listings()))
	versions := set.Versions()
	out := &node.Lists{Index: screen.New(set.Listings(), versions), Versions: versions}
	for i := range set.Lists {
		l := &set.Lists[i]
		out.Lists = append(out.Lists, node.ListInfo{Name: l.Name, Version: l.Version, Listings: len(l.Listings), Published: l.Published, Undated: l.Undated, Stale: l.Stale})
	}
	return out, faults
}

// keep copies the files of the set, all or none.
func (f *listFolder) keep() error {
	fresh := f.good + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	for i := range f.set.Lists {
		for _, name := range f.set.Lists[i].Files {
			if err := copyFile(filepath.Join(fresh, name), filepath.Join(f.dir, name)); err != nil {
				return err
			}
		}
	}
	if err := os.RemoveAll(f.good); err != nil {
		return err
	}
	return os.Rename(fresh, f.good)
}

func copyFile(to, from string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
