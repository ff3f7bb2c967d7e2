package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"spoor/seal"

	"github.com/nats-io/nats.go/jetstream"
)

// book is a closed journal of ten pages of three entries, with its head.
func book(t *testing.T) (o Options, head Head) {
	t.Helper()
	j := open(t, Options{})
	for i := range 10 {
		keep(t, j, text(fmt.Sprint("a", i)), text(fmt.Sprint("b", i)), text(fmt.Sprint("c", i)))
	}
	head = j.Head()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return j.opts, head
}

// messages reads the bytes of every page.
func messages(t *testing.T, o Options) (out [][]byte) {
	t.Helper()
	j := open(t, o)
	defer j.Close()
	for n := range j.head.Page {
		m, err := j.stream.GetMsg(t.Context(), n+1)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m.Data)
	}
	return out
}

// forge makes a journal of any bytes, with the server's own checksums right, as
// someone who knows NATS would.
func forge(t *testing.T, pages [][]byte) Options {
	t.Helper()
	j := open(t, Options{})
	defer os.Remove(headFile(j.opts.Dir))
	defer j.Close()
	for _, b := range pages {
		if _, err := j.js.Publish(t.Context(), "spoor.journal.IT", b); err != nil {
			t.Fatal(err)
		}
	}
	return j.opts
}

func decode(t *testing.T, pages [][]byte) (out []*page) {
	t.Helper()
	for i, b := range pages {
		p, _, err := readPage(uint64(i+1), b)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

// chain numbers pages anew and makes all hashes right, as someone would who
// knows the format and can write everything.
func chain(t *testing.T, pages []*page) (out [][]byte) {
	t.Helper()
	prev, next := genesis("IT"), uint64(1)
	for i, p := range pages {
		p.Number, p.First, p.Prev = uint64(i+1), next, prev
		b, err := seal.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		prev, next = seal.Hash(prev, b), p.last()+1
		out = append(out, b)
	}
	return out
}

func encodeAll(t *testing.T, pages []*page) (out [][]byte) {
	for _, p := range pages {
		b, err := seal.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func TestVerify(t *testing.T) {
	o, head := book(t)
	var got []string
	r, err := Verify(o, head, func(e Entry) error {
		got = append(got, fmt.Sprint(e.Number, " ", e.Kind, " ", string(e.Data)))
		return nil
	})
	if err != nil || r.Fault != nil || len(r.Broken) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if r.Entries != 30 || r.Pages != 10 || r.Head != head || r.First != now || r.Last != now || r.Anchors != 2 {
		t.Errorf("%+v", r)
	}
	if len(got) != 30 || got[0] != "1 payment a0" || got[29] != "30 payment c9" {
		t.Errorf("%q", got)
	}
	again, err := ParseHead(fmt.Sprintf("%x:%d", head.Hash, head.Entry))
	if err != nil || again.Entry != head.Entry || again.Hash != head.Hash {
		t.Errorf("%v, %v", again, err)
	}
	for _, s := range []string{"", ":", "00:1", strings.Repeat("00", 32), strings.Repeat("00", 32) + ":x"} {
		if h, err := ParseHead(s); err == nil {
			t.Errorf("%q taken as %v", s, h)
		}
	}
	enough := errors.New("enough")
	if _, err := Verify(o, Head{}, func(Entry) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("an error of each: %v", err)
	}
	if _, err := Verify(Options{Dir: t.TempDir(), Name: "IT"}, Head{}, nil); err == nil {
		t.Error("an empty folder is whole")
	}
	o.Name = "FR"
	if _, err := Verify(o, Head{}, nil); err == nil {
		t.Error("a journal of another name is whole")
	}
}

// Each way of tampering is found, at its page. The journal's own reading and
// opening find what they can too.
func TestTampering(t *testing.T) {
	t.Parallel()
	o, head := book(t)
	good := messages(t, o)
	dup := func() [][]byte {
		out := slices.Clone(good)
		for i := range out {
			out[i] = bytes.Clone(out[i])
		}
		return out
	}
	swap := func(b [][]byte, i, k int) [][]byte {
		b[i], b[k] = b[k], b[i]
		return b
	}
	rewritten := func(change func([]*page) []*page) [][]byte { return chain(t, change(decode(t, dup()))) }
	changed := func(change func([]*page)) [][]byte {
		p := decode(t, dup())
		change(p)
		return encodeAll(t, p)
	}
	for _, c := range []struct {
		name  string
		pages [][]byte
		page  uint64 // where the fault must be found
		says  string
		onlyA bool // only a head noted elsewhere shows it
		audit bool // left to the audit: the node reads on
	}{
		{name: "nothing", pages: good},
		{name: "a bit of an entry", pages: func() [][]byte {
			b := dup()
			b[4][len(b[4])-1] ^= 1
			return b
		}(), page: 6, says: "does not follow"},
		{name: "a bit of the last page", pages: func() [][]byte {
			b := dup()
			b[9][len(b[9])-1] ^= 1
			return b
		}(), page: 10, says: "rewritten", onlyA: true},
		{name: "a page left out", pages: slices.Delete(dup(), 4, 5), page: 5, says: "says that it is page 6"},
		{name: "the first page left out", pages: dup()[1:], page: 1, says: "says that it is page 2"},
		{name: "a page twice", pages: slices.Insert(dup(), 4, good[3]), page: 5, says: "says that it is page 4"},
		{name: "two pages swapped", pages: swap(dup(), 3, 6), page: 4, says: "says that it is page 7"},
		{name: "swapped and numbered anew", pages: changed(func(p []*page) {
			p[3].Entries, p[6].Entries = p[6].Entries, p[3].Entries
		}), page: 5, says: "does not follow"},
		{name: "the tail cut off", pages: dup()[:8], page: 9, says: "cut off", onlyA: true},
		{name: "all cut off", pages: nil, page: 1, says: "cut off", onlyA: true},
		{name: "an entry inserted", pages: changed(func(p []*page) {
			p[4].Entries = append(p[4].Entries, record{Kind: "payment", At: now, Data: []byte("x")})
		}), page: 6, says: "does not follow"},
		{name: "an entry taken out", pages: changed(func(p []*page) { p[4].Entries = p[4].Entries[1:] }), page: 6, says: "does not follow"},
		{name: "an entry inserted, all hashes anew", pages: rewritten(func(p []*page) []*page {
			p[4].Entries = append(p[4].Entries, record{Kind: "payment", At: now, Data: []byte("x")})
			return p
		}), page: 10, says: "rewritten", onlyA: true},
		{name: "an entry changed, all hashes anew", pages: rewritten(func(p []*page) []*page {
			p[4].Entries[1].Data = []byte("y")
			return p
		}), page: 10, says: "rewritten", onlyA: true},
		{name: "a time set back, all hashes anew", pages: rewritten(func(p []*page) []*page {
			p[4].Entries[1].At--
			return p
		}), page: 5, says: "time steps back", audit: true},
		{name: "a page's time, all hashes anew", pages: rewritten(func(p []*page) []*page {
			p[4].At++
			return p
		}), page: 5, says: "its time", audit: true},
		{name: "an empty page, all hashes anew", pages: rewritten(func(p []*page) []*page {
			p[4].Entries = nil
			return p
		}), page: 5, says: "0 entries"},
		{name: "an unknown version", pages: changed(func(p []*page) { p[4].Version = 2 }), page: 5, says: "version 2"},
		{name: "entries numbered with a gap", pages: func() [][]byte {
			p := decode(t, dup())
			b := chain(t, p)
			p[5].First++
			last, _ := seal.Encode(p[5])
			return append(b[:5:5], last)
		}(), page: 6, says: "numbered 17"},
		{name: "not a page", pages: append(dup(), []byte("hello")), page: 11, says: "not a page"},
		{name: "another spelling", pages: func() [][]byte {
			b := dup()
			// The version as an integer of two bytes: the same value.
			b[4] = append([]byte{b[4][0], 0x18}, b[4][1:]...)
			return b
		}(), page: 5, says: "canonical"},
		{name: "another member's journal", pages: func() [][]byte {
			p := decode(t, dup())
			p[0].Prev = genesis("FR")
			return encodeAll(t, p)
		}(), page: 1, says: "does not follow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := forge(t, c.pages)
			known := Head{}
			if c.onlyA {
				if r, err := Verify(o, known, nil); err != nil || r.Fault != nil {
					t.Errorf("without the head it looks whole: %v, %v", r.Fault, err)
				}
				known = head
			}
			r, err := Verify(o, known, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.page == 0 {
				if r.Fault != nil {
					t.Errorf("a whole journal: %v", r.Fault)
				}
				return
			}
			if f := r.Fault; f == nil || f.Page != c.page || !strings.Contains(f.What, c.says) || f.Entry != r.Entries+1 {
				t.Errorf("found %v, want page %d: %s", f, c.page, c.says)
			}
			if !c.onlyA && !c.audit {
				refusedByReader(t, o)
			}
		})
	}
}

// refusedByReader checks that a node does not start on the journal, or finds the
// fault when it reads.
func refusedByReader(t *testing.T, o Options) {
	t.Helper()
	j, err := Open(o)
	if err != nil {
		return
	}
	defer j.Close()
	if err := j.Read(1, func(Entry) error { return nil }); err == nil {
		t.Error("the node reads it without an error")
	}
}

// A page deleted from the stream, by a server that allowed it.
func TestDeletedPage(t *testing.T) {
	t.Parallel()
	o, _ := book(t)
	good := messages(t, o)
	for _, gone := range []uint64{1, 5, 10} {
		o := forgeLoose(t, good, gone)
		if _, err := Open(o); gone != 10 && !errors.Is(err, ErrDamaged) {
			t.Errorf("page %d: Open: %v", gone, err)
		}
		r, err := Verify(o, Head{}, nil)
		if err != nil || r.Fault == nil || r.Fault.Page != gone {
			t.Errorf("page %d: %v, %v", gone, r.Fault, err)
		}
	}
}

// forgeLoose makes a journal, deletes a page, and then protects the stream.
func forgeLoose(t *testing.T, pages [][]byte, gone uint64) Options {
	t.Helper()
	o := Options{Dir: t.TempDir(), Name: "IT"}
	if err := o.check(); err != nil {
		t.Fatal(err)
	}
	l, err := connect(&o, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	js, err := jetstream.New(l.own)
	if err != nil {
		t.Fatal(err)
	}
	cfg := streamConfig(&o)
	cfg.DenyDelete, cfg.DenyPurge = false, false
	s, err := js.CreateStream(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range pages {
		if _, err := js.Publish(t.Context(), cfg.Subjects[0], b); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DeleteMsg(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	if _, err := js.UpdateStream(t.Context(), streamConfig(&o)); err != nil {
		t.Fatal(err)
	}
	return o
}

// A bit changed in the server's own files, or a file cut off or lost, never makes
// another journal: what an audit gives out is what was written, and a loss is
// found, by the audit and by the node.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("slow")
	}
	o, head := book(t)
	root := filepath.Join(o.Dir, "nats")
	harm := map[string]func(b []byte) []byte{
		"cut to half": func(b []byte) []byte { return b[:len(b)/2] },
		"emptied":     func([]byte) []byte { return nil },
		"deleted":     nil,
	}
	for _, at := range []int{10, 50, 95} {
		harm[fmt.Sprintf("bit at %d %%", at)] = func(b []byte) []byte {
			if len(b) > 0 {
				b[len(b)*at/100] ^= 4
			}
			return b
		}
	}
	found := 0
	filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(o.Dir, name)
		for what, do := range harm {
			if damaged(t, o, head, rel, what, do) {
				found++
			}
		}
		return nil
	})
	if found < 8 {
		t.Errorf("%d damages were found: was anything harmed?", found)
	}
}

func damaged(t *testing.T, o Options, head Head, rel, what string, do func([]byte) []byte) bool {
	t.Helper()
	harmed := func() Options {
		h := o
		h.Dir = t.TempDir()
		if err := os.CopyFS(h.Dir, os.DirFS(o.Dir)); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(h.Dir, rel)
		b, err := os.ReadFile(name)
		if err == nil && do == nil {
			err = os.Remove(name)
		} else if err == nil {
			err = os.WriteFile(name, do(b), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	i := 0
	r, err := Verify(harmed(), head, func(e Entry) error {
		if want := fmt.Sprintf("%c%d", 'a'+i%3, i/3); string(e.Data) != want {
			t.Errorf("%s %s: entry %d is %q, was %q", rel, what, e.Number, e.Data, want)
		}
		i++
		return nil
	})
	lost := err != nil || r.Fault != nil
	if !lost && r.Head != head {
		t.Errorf("%s %s: whole, but the head is %v", rel, what, r.Head)
	}
	j, oerr := Open(harmed())
	if oerr == nil {
		oerr = j.Read(1, func(Entry) error { return nil })
		j.Close()
	}
	if lost != (oerr != nil) {
		t.Errorf("%s %s: the audit says %v %v, the node %v", rel, what, err, r.Fault, oerr)
	}
	return lost
}

func FuzzPage(f *testing.F) {
	p := page{Version: pageVersion, Number: 3, First: 7, At: now,
		Entries: []record{{Kind: "payment", At: now, Data: []byte("x")}, {Kind: "decision", At: now}}}
	b, err := seal.Encode(&p)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint64(3), b)
	f.Add(uint64(1), []byte{0x86})
	f.Fuzz(func(t *testing.T, seq uint64, b []byte) {
		p, hash, err := readPage(seq, b)
		var a auditor
		a.report.Pages = seq - 1
		fault := a.page(b)
		if err != nil {
			if fault == nil {
				t.Fatalf("the auditor takes what the reader refuses: %v", err)
			}
			return
		}
		again, err := seal.Encode(p)
		if err != nil || !bytes.Equal(again, b) || hash != seal.Hash(p.Prev, b) || p.Number != seq {
			t.Fatalf("%x read as %+v, written %x (%v)", b, p, again, err)
		}
	})
}
