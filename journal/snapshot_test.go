package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func snap(t *testing.T, j *Journal, upto uint64) {
	t.Helper()
	if err := j.WriteSnapshot(upto, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "state after %d", upto)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func latest(t *testing.T, j *Journal) (upto uint64, passed int) {
	t.Helper()
	r, upto, skipped := j.LatestSnapshot()
	if r == nil {
		if upto != 0 {
			t.Errorf("no reader, but entry %d", upto)
		}
		return 0, len(skipped)
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil || string(b) != fmt.Sprintf("state after %d", upto) {
		t.Errorf("%q, %v", b, err)
	}
	return upto, len(skipped)
}

func flip(t *testing.T, name string, at int) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[(at+len(b))%len(b)] ^= 0x10
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSnapshots(t *testing.T) {
	j := open(t, Options{})
	if upto, passed := latest(t, j); upto != 0 || passed != 0 {
		t.Errorf("without any: %d, %d", upto, passed)
	}
	if err := j.WriteSnapshot(1, nil); !errors.Is(err, ErrNoEntry) {
		t.Errorf("of an entry that is not there: %v", err)
	}
	for range 5 {
		keep(t, j, text("a"), text("b"), text("c"))
	}
	for _, upto := range []uint64{2, 6, 11} {
		snap(t, j, upto)
	}
	if upto, passed := latest(t, j); upto != 11 || passed != 0 {
		t.Errorf("%d, %d passed over", upto, passed)
	}
	names := snapshots(j.opts.Dir)
	if len(names) != 2 {
		t.Fatalf("kept %v", names)
	}
	j.Close()

	j = open(t, j.opts)
	flip(t, names[0], -40)
	if upto, passed := latest(t, j); upto != 6 || passed != 1 {
		t.Errorf("the newest broken: %d, %d passed over", upto, passed)
	}
	if err := os.Truncate(names[1], 10); err != nil {
		t.Fatal(err)
	}
	if upto, passed := latest(t, j); upto != 0 || passed != 2 {
		t.Errorf("both broken: %d, %d passed over", upto, passed)
	}
	j.Close()
	j = open(t, j.opts) // broken snapshots keep no node from starting
	snap(t, j, 15)
	if upto, _ := latest(t, j); upto != 15 {
		t.Errorf("the new one: %d", upto)
	}
}

// A failure while the state is written leaves the snapshot before.
func TestSnapshotFails(t *testing.T) {
	j := open(t, Options{})
	keep(t, j, text("a"), text("b"))
	snap(t, j, 1)
	wrong := errors.New("wrong")
	if err := j.WriteSnapshot(2, func(io.Writer) error { return wrong }); !errors.Is(err, wrong) {
		t.Fatal(err)
	}
	if upto, passed := latest(t, j); upto != 1 || passed != 0 {
		t.Errorf("%d, %d passed over", upto, passed)
	}
}

// A snapshot of one member's journal is no snapshot of another's.
func TestForeignSnapshot(t *testing.T) {
	a, b := open(t, Options{}), open(t, Options{Name: "FR"})
	keep(t, a, text("a"))
	keep(t, b, text("a"))
	snap(t, a, 1)
	name := snapshots(a.opts.Dir)[0]
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(b.opts.Dir, "snapshots")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, filepath.Base(name)), file, 0o600)); err != nil {
		t.Fatal(err)
	}
	if upto, passed := latest(t, b); upto != 0 || passed != 1 {
		t.Errorf("%d, %d passed over", upto, passed)
	}
}

// A journal that ends before what was noted of it has lost pages, and a node must
// not go on from there as if nothing had been.
func TestLostTail(t *testing.T) {
	t.Parallel()
	for what, closed := range map[string]bool{"a snapshot": false, "the last closing": true} {
		t.Run(what, func(t *testing.T) {
			j := open(t, Options{})
			keep(t, j, text("a"))
			keep(t, j, text("b"))
			j.Close()
			short := t.TempDir()
			if err := os.CopyFS(short, os.DirFS(j.opts.Dir)); err != nil {
				t.Fatal(err)
			}
			j = open(t, j.opts)
			keep(t, j, text("c"))
			snap(t, j, 3)
			j.Close()
			from := filepath.Join(j.opts.Dir, "head")
			to := filepath.Join(short, "head")
			if !closed {
				from = snapshots(j.opts.Dir)[0]
				to = filepath.Join(short, "snapshots", filepath.Base(from))
				os.Mkdir(filepath.Dir(to), 0o700)
			}
			b, err := os.ReadFile(from)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, b, 0o600); err != nil {
				t.Fatal(err)
			}
			o := j.opts
			o.Dir = short
			if _, err := Open(o); !errors.Is(err, ErrDamaged) {
				t.Errorf("Open: %v", err)
			}
			r, err := Verify(o, Head{}, nil)
			if err != nil || r.Fault == nil || r.Entries != 2 {
				t.Errorf("Verify: %+v, %v", r, err)
			}
		})
	}
}

// With a key nothing of an entry or a snapshot can be read in the folder, and
// with another key nothing opens.
func TestKeyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	write := func(s string) {
		if err := os.WriteFile(key, []byte(s+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("too short")
	o := Options{Dir: filepath.Join(dir, "data"), Name: "IT", KeyFile: key}
	if _, err := Open(o); err == nil {
		t.Error("a short key was taken")
	}
	write(strings.Repeat("0123456789abcdef", 4))
	j := open(t, o)
	keep(t, j, text("IT60X0542811101000000123456"))
	snap(t, j, 1)
	j.Close()
	filepath.WalkDir(o.Dir, func(name string, d os.DirEntry, err error) error {
		if b, _ := os.ReadFile(name); strings.Contains(string(b), "IT60X") || strings.Contains(string(b), "state after") {
			t.Errorf("%s can be read", name)
		}
		return err
	})
	j = open(t, o)
	if upto, _ := latest(t, j); upto != 1 || string(all(t, j, 1)[0].Data) != "IT60X0542811101000000123456" {
		t.Error("it cannot be read with the key")
	}
	j.Close()
	if r, err := Verify(o, Head{}, nil); err != nil || r.Fault != nil || r.Entries != 1 || r.Anchors != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	write(strings.Repeat("x", 64))
	if j, err := Open(o); err == nil {
		t.Errorf("opened with another key, %v", j.Head())
		j.Close()
	} else {
		t.Log(err)
	}
	write(strings.Repeat("0123456789abcdef", 4))
	j = open(t, o)
	if len(all(t, j, 1)) != 1 {
		t.Error("trying another key has harmed the journal")
	}
	j.Close()
	o.KeyFile = ""
	if j, err := Open(o); err == nil {
		t.Errorf("opened without a key, %v", j.Head())
		j.Close()
	}
	o.KeyFile = key
	j = open(t, o)
	if len(all(t, j, 1)) != 1 {
		t.Error("trying without a key has harmed the journal")
	}
}
