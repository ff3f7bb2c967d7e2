package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"spoor/seal"
)

// snapshotsKept is how many snapshots stay: the last, and one to fall back on.
const snapshotsKept = 2

// anchor is the header of each sealed file beside the journal, the snapshots and
// the head noted at closing: where in the chain it belongs.
type anchor struct {
	Entry uint64   `json:"entry"` // the last entry in it
	Page  uint64   `json:"page"`  // the page that holds that entry; 0: not known
	Hash  [32]byte `json:"hash"`  // of that page
}

func headFile(dir string) string { return filepath.Join(dir, "head") }

// snapshots lists the files, newest first.
func snapshots(dir string) []string {
	names, _ := filepath.Glob(filepath.Join(dir, "snapshots", "*.snap")) // only a bad pattern fails
	slices.Sort(names)
	slices.Reverse(names)
	return names
}

// anchors reads what is noted beside the journal. Of files that cannot be read it
// gives the reasons.
func anchors(dir string) (out []anchor, broken []error) {
	for _, name := range append(snapshots(dir), headFile(dir)) {
		var a anchor
		err := seal.FileHeader(name, &a)
		switch {
		case err == nil:
			out = append(out, a)
		case !errors.Is(err, fs.ErrNotExist):
			broken = append(broken, fmt.Errorf("%s: %w", name, err))
		}
	}
	return out, broken
}

// checkAnchors compares the journal with what is noted beside it: a lost tail,
// which the stream alone cannot show, is found here.
func (j *Journal) checkAnchors() error {
	found, broken := anchors(j.opts.Dir)
	for _, err := range broken {
		j.opts.Logger.Warn("passed over", "journal", j.opts.Name, "error", err)
	}
	for _, a := range found {
		if err := j.fits(a); err != nil {
			return err
		}
	}
	return nil
}

// fits checks that an anchor is in the chain.
func (j *Journal) fits(a anchor) error {
	p, hash, err := j.find(a.Entry)
	if errors.Is(err, ErrNoEntry) {
		return fmt.Errorf("it ends at entry %d, and entry %d was durable: %w", j.Head().Entry, a.Entry, ErrDamaged)
	}
	if err == nil && (p.Number != a.Page || hash != a.Hash) {
		err = fmt.Errorf("what was noted at entry %d is of another journal, or this one was changed: %w", a.Entry, ErrDamaged)
	}
	return err
}

// WriteSnapshot keeps what write writes as the state after entry upto, which must
// be durable: DIR/snapshots/<entry>.snap, a sealed file ([seal.WriteFile]). Either
// the whole file is there at the end, or those before stand. The last two are
// kept. A later start reads it ([Journal.LatestSnapshot]) and goes on with
// [Journal.Read] from upto+1.
func (j *Journal) WriteSnapshot(upto uint64, write func(w io.Writer) error) error {
	p, hash, err := j.find(upto)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	dir := filepath.Join(j.opts.Dir, "snapshots")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	name := filepath.Join(dir, fmt.Sprintf("%020d.snap", upto))
	if err := j.note(name, anchor{Entry: upto, Page: p.Number, Hash: hash}, write); err != nil {
		return fmt.Errorf("snapshot of entry %d: %w", upto, err)
	}
	names := snapshots(j.opts.Dir)
	for _, old := range names[min(snapshotsKept, len(names)):] {
		err = errors.Join(err, os.Remove(old))
	}
	return err
}

// noteHead keeps the head where the next start and an audit find it.
func (j *Journal) noteHead() error {
	h := j.Head()
	if h.Page == 0 {
		return nil
	}
	return j.note(headFile(j.opts.Dir), anchor(h), func(io.Writer) error { return nil })
}

// note writes a sealed file that belongs to a place in the chain. What is noted
// must never outlive its entries, so these go to the disk first.
func (j *Journal) note(name string, a anchor, write func(w io.Writer) error) error {
	if err := j.sync(); err != nil {
		return err
	}
	return seal.WriteFile(name, a, j.key, write)
}

// LatestSnapshot opens the newest snapshot that is intact and belongs to this
// journal: read it, close it, and go on from entry upto+1. Without one r is nil
// and upto 0. passed says which newer ones were passed over and why.
func (j *Journal) LatestSnapshot() (r io.ReadCloser, upto uint64, passed []error) {
	for _, name := range snapshots(j.opts.Dir) {
		var a anchor
		r, err := seal.OpenFile(name, &a, j.key)
		if err == nil {
			if err = j.fits(a); err == nil {
				return r, a.Entry, passed
			}
			r.Close()
		}
		passed = append(passed, fmt.Errorf("snapshot %s passed over: %w", filepath.Base(name), err))
	}
	return nil, 0, passed
}

// sync brings all that the embedded server has written to the disk.
func (j *Journal) sync() error {
	if j.link.srv == nil {
		return nil
	}
	return filepath.WalkDir(filepath.Join(j.opts.Dir, "nats"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && (d.IsDir() || d.Type().IsRegular()) {
			err = syncFile(name)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the server replaces files of its own
		}
		return err
	})
}

func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
