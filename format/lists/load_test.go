package lists

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"spoor"
	"spoor/format/lists/internal/entry"
)

var day = time.Date(2099, 3, 1, 12, 0, 0, 0, time.UTC)

func put(fsys fstest.MapFS, name, data string, at time.Time) {
	fsys[name] = &fstest.MapFile{Data: []byte(data), ModTime: at}
}

func fixture(t testing.TB, name string) string {
	b, err := os.ReadFile("testdata/lists/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// people writes OFAC's entries number from to number to, under several
// programmes.
func people(from, to int) string { return peopleOf(from, to, "SDNTK", "SDGT] [IRAN") }

func peopleOf(from, to int, programmes ...string) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "%d,\"LEM, Ivo %c%c\",\"individual\",\"%s\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB %d.\"\n", i, 'a'+i/26%26, 'a'+i%26, programmes[i%len(programmes)], 1900+i%90)
	}
	return b.String()
}

// published is a folder with a list in each of several formats.
func published(t testing.TB) fstest.MapFS {
	fsys := fstest.MapFS{}
	put(fsys, "ofac/sdn.csv", people(1, 100), day)
	put(fsys, "ofac/alt.csv", "1,1,\"aka\",\"OTHER, Name\",-0- \n", day)
	put(fsys, "ofac/add.csv", "1,1,-0- ,\"Podol\",\"Cyprus\",-0- \n", day)
	put(fsys, "un.xml", fixture(t, "un.xml"), day)
	put(fsys, "eu/a.csv", fixture(t, "eu/32099R0001.csv"), day)
	put(fsys, "own.csv", fixture(t, "watched.csv"), day)
	return fsys
}

func find(s *Set, name string) *List {
	for i := range s.Lists {
		if s.Lists[i].Name == name {
			return &s.Lists[i]
		}
	}
	return &List{}
}

// TestKeepsLastGood: whatever happens to a file, what it held stays, and the
// list says why.
func TestKeepsLastGood(t *testing.T) {
	zipped := func(s string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write([]byte(s))
		w.Close()
		return b.String()
	}
	un, whole := fixture(t, "un.xml"), people(1, 100)
	for _, c := range []struct {
		name, list string
		change     func(fstest.MapFS)
		why        string
	}{
		{"cut to less than half", entry.SDN, func(f fstest.MapFS) { put(f, "ofac/sdn.csv", people(1, 49), day.Add(time.Hour)) }, "has 49 entries where it had 100"},
		{"cut within a record", entry.SDN, func(f fstest.MapFS) { put(f, "ofac/sdn.csv", whole[:len(whole)-20], day.Add(time.Hour)) }, "not whole"},
		{"cut within quotes", entry.SDN, func(f fstest.MapFS) { put(f, "ofac/sdn.csv", whole[:len(whole)-6], day.Add(time.Hour)) }, "not whole"},
		{"empty", entry.SDN, func(f fstest.MapFS) { put(f, "ofac/sdn.csv", "", day.Add(time.Hour)) }, "is empty"},
		{"a web page instead", entry.SDN, func(f fstest.MapFS) {
			put(f, "ofac/sdn.csv", "<html><body>Too many requests</body></html>", day.Add(time.Hour))
		}, "holds no list any more"},
		{"an extract instead", entry.SDN, func(f fstest.MapFS) { put(f, "ofac/sdn.csv", peopleOf(1, 90, "SDNTK"), day.Add(time.Hour)) }, "holds only entries of SDNTK where it held the whole list"},
		{"a link to nothing", entry.SDN, func(f fstest.MapFS) {
			f["ofac/sdn.csv"] = &fstest.MapFile{Data: []byte("nowhere"), Mode: fs.ModeSymlink | 0o777}
		}, "not there"},
		{"deleted", entry.SDN, func(f fstest.MapFS) { delete(f, "ofac/sdn.csv") }, "is gone"},
		{"the names deleted", entry.SDN, func(f fstest.MapFS) { delete(f, "ofac/alt.csv") }, "ofac/alt.csv: is no longer there"},
		{"the addresses a web page", entry.SDN, func(f fstest.MapFS) { put(f, "ofac/add.csv", "<html/>", day.Add(time.Hour)) }, "ofac/add.csv: is no longer there"},
		{"one bad record in twenty", entry.SDN, func(f fstest.MapFS) {
			put(f, "ofac/sdn.csv", people(1, 50)+"what,is,this\n"+"or,that\n"+people(51, 100), day.Add(time.Hour))
		}, "2 of 104 records cannot be read; the first: ofac/sdn.csv:51:"},
		{"XML cut", entry.UN, func(f fstest.MapFS) { put(f, "un.xml", un[:len(un)/2], day.Add(time.Hour)) }, "cut off"},
		{"XML with entities", entry.UN, func(f fstest.MapFS) {
			put(f, "un.xml", strings.Replace(un, "<CONSOLIDATED_LIST", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><CONSOLIDATED_LIST", 1), day.Add(time.Hour))
		}, "document type"},
		{"XML without entries", entry.UN, func(f fstest.MapFS) {
			put(f, "un.xml", "<CONSOLIDATED_LIST><INDIVIDUALS></INDIVIDUALS></CONSOLIDATED_LIST>", day.Add(time.Hour))
		}, "has no entries"},
		{"packed and cut", entry.UN, func(f fstest.MapFS) {
			z := zipped(un)
			put(f, "un.xml", z[:len(z)-30], day.Add(time.Hour))
		}, "cut off"},
		{"another encoding", "own", func(f fstest.MapFS) {
			put(f, "own.csv", "id,kind,name,freezes\n1,person,J\xf6rg Lem,1\n2,person,Ivo Lem,1\n", day.Add(time.Hour))
		}, "not UTF-8"},
		{"another header", entry.EU, func(f fstest.MapFS) { put(f, "eu/a.csv", "celex,name\n1,2\n", day.Add(time.Hour)) }, "holds no list any more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := published(t)
			first, errs := LoadFS(fsys, nil)
			if len(errs) > 0 || len(first.Lists) != 4 {
				t.Fatalf("%d lists, %v", len(first.Lists), errs)
			}
			c.change(fsys)
			for pass := range 2 { // the second time as the first
				second, errs := LoadFS(fsys, first)
				old, kept := find(first, c.list), find(second, c.list)
				if len(errs) == 0 || !strings.Contains(kept.Stale, c.why) {
					t.Errorf("stale %q, errors %v; want %q", kept.Stale, errs, c.why)
				}
				if kept.Version != old.Version || len(kept.Listings) != len(old.Listings) || len(second.Listings()) != len(first.Listings()) {
					t.Errorf("kept %s with %d entries, had %s with %d", kept.Version, len(kept.Listings), old.Version, len(old.Listings))
				}
				for i := range second.Lists {
					if l := &second.Lists[i]; l.Name != c.list && l.Stale != "" {
						t.Errorf("%s is stale, too: %s", l.Name, l.Stale)
					}
				}
				if pass == 0 && old.Stale != "" {
					t.Error("the earlier set was changed")
				}
				first = second
			}
			// What is whole again replaces it.
			third, errs := LoadFS(published(t), first)
			if l := find(third, c.list); len(errs) > 0 || l.Stale != "" {
				t.Errorf("after mending: %q, %v", l.Stale, errs)
			}
		})
	}
}

func TestBrokenFromTheStart(t *testing.T) {
	fsys := published(t)
	put(fsys, "un.xml", "<CONSOLIDATED_LIST><INDIVIDUALS>", day)
	put(fsys, "old.xlsx", "PK\x03\x04", day)
	put(fsys, "ofac/SOURCE.txt", "where it is from", day)
	put(fsys, "names/alt.csv", "1,1,\"aka\",\"OTHER, Name\",-0- \n", day)
	put(fsys, ".un.xml.part", "<CONSOLIDATED_LIST>", day)
	put(fsys, ".git/x.csv", people(1, 30), day)
	s, errs := LoadFS(fsys, nil)
	if len(s.Lists) != 3 || find(s, entry.UN).Name != "" {
		t.Errorf("%d lists", len(s.Lists))
	}
	var all []string
	for _, err := range errs {
		var p *spoor.Problem
		if !errors.As(err, &p) {
			t.Errorf("%v is no problem with a file", err)
		}
		all = append(all, err.Error())
	}
	want := []string{"un.xml:1: the file ends inside", "names/alt.csv: belongs to a list of OFAC", "old.xlsx: holds no list"}
	for i := range want {
		if len(all) != len(want) || !strings.HasPrefix(all[i], want[i]) {
			t.Fatalf("got %q", all)
		}
	}
	if strings.Join(s.Ignored, " ") != "ofac/SOURCE.txt old.xlsx" {
		t.Errorf("ignored: %q", s.Ignored)
	}
}

func TestReload(t *testing.T) {
	fsys := published(t)
	first, _ := LoadFS(fsys, nil)
	if second, errs := LoadFS(fsys, first); second != first || len(errs) > 0 {
		t.Errorf("nothing has changed, and it was read again: %v", errs)
	}
	// The same bytes, written again: as old as the oldest of its files, and not read
	// again.
	put(fsys, "ofac/sdn.csv", people(1, 100), day.AddDate(0, 0, 3))
	second, errs := LoadFS(fsys, first)
	a, b := find(first, entry.SDN), find(second, entry.SDN)
	if len(errs) > 0 || !b.Undated || b.Published != a.Published || &a.Listings[0] != &b.Listings[0] {
		t.Errorf("%v, %s then %s", errs, a.Version, b.Version)
	}
	if !strings.HasPrefix(a.Version, "file of 2099-03-01 ") || b.Version != a.Version {
		t.Errorf("versions %q, %q", a.Version, b.Version)
	}
	// One entry more.
	put(fsys, "ofac/sdn.csv", people(1, 101), day.AddDate(0, 0, 4))
	third, _ := LoadFS(fsys, second)
	c := find(third, entry.SDN)
	if len(c.Listings) != 101 || c.Version[10:] == b.Version[10:] || find(third, entry.UN).Version != find(first, entry.UN).Version {
		t.Errorf("%d entries, version %s", len(c.Listings), c.Version)
	}
	if n := third.Versions()[entry.SDN]; n != c.Version {
		t.Errorf("Versions says %s", n)
	}
	// A new name for the same list is no loss of the old one.
	fsys["own.csv"], fsys["eu/b.csv"], fsys["eu/a.csv"] = nil, fsys["eu/a.csv"], nil
	for _, gone := range []string{"own.csv", "eu/a.csv"} {
		delete(fsys, gone)
	}
	fourth, errs := LoadFS(fsys, third)
	if l := find(fourth, entry.EU); l.Stale != "" || len(l.Files) != 1 || len(l.Listings) != 4 {
		t.Errorf("EU: %q, %v", l.Stale, l.Files)
	}
	if l := find(fourth, "own"); !strings.Contains(l.Stale, "is gone") || len(errs) != 1 {
		t.Errorf("own: %q, %v", l.Stale, errs)
	}
}

func TestAge(t *testing.T) {
	s, _ := LoadFS(published(t), nil)
	now := spoor.At(day) + 2*spoor.Day
	if l := find(s, entry.UN); l.Version[:10] != "2099-02-27" || l.Age(now) < 4*spoor.Day {
		t.Errorf("the UN's list is of %s", l.Version)
	}
	if got := s.Age(now); got != now-find(s, entry.UN).Published {
		t.Errorf("age %s", spoor.Span(got))
	}
}

// TestNewestOfWholeLists: of two files that each hold a whole list, the later
// one counts, so that nobody stays listed by an old copy.
func TestNewestOfWholeLists(t *testing.T) {
	fsys := published(t)
	old := strings.ReplaceAll(strings.Replace(fixture(t, "un.xml"), "2099-02-27", "2098-01-01", 1), "QDi.901", "QDi.900")
	put(fsys, "archive/un.xml", old, day.AddDate(0, 1, 0))
	s, errs := LoadFS(fsys, nil)
	if l := find(s, entry.UN); len(errs) > 0 || len(l.Listings) != 3 || l.Version[:10] != "2099-02-27" {
		t.Errorf("%v, %d entries, version %s", errs, len(l.Listings), l.Version)
	}
}

// TestDressed: byte order mark, CRLF and packing change nothing.
func TestDressed(t *testing.T) {
	plain, _ := LoadFS(published(t), nil)
	fsys := published(t)
	for name, f := range fsys {
		data := "\ufeff" + strings.ReplaceAll(string(f.Data), "\n", "\r\n")
		data = strings.ReplaceAll(data, "\r\r", "\r")
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write([]byte(strings.TrimPrefix(data, "\ufeff\ufeff")))
		w.Close()
		put(fsys, name, b.String(), day)
	}
	dressed, errs := LoadFS(fsys, nil)
	if len(errs) > 0 || len(dressed.Listings()) != len(plain.Listings()) {
		t.Fatalf("%d entries, want %d: %v", len(dressed.Listings()), len(plain.Listings()), errs)
	}
	for i := range plain.all {
		var a, b strings.Builder
		show(&a, &plain.all[i])
		show(&b, &dressed.all[i])
		if a.String() != b.String() {
			t.Errorf("got %s\nwant %s", b.String(), a.String())
		}
	}
}

func TestDuplicateIDs(t *testing.T) {
	fsys := fstest.MapFS{}
	put(fsys, "own.csv", "id,kind,name,freezes,programme\n1,person,Ivo Lem,0,a\n1,person,Ivan Lem,1,b\n2,person,Ana Lem,0,\n", day)
	s, errs := LoadFS(fsys, nil)
	l := find(s, "own")
	if len(errs) > 0 || len(l.Listings) != 2 || len(l.Problems) != 1 || l.Problems[0].Field != "id" {
		t.Fatalf("%v, %+v", errs, l)
	}
	if x := l.Listings[0]; len(x.Names) != 2 || !x.Freezes || len(x.Programmes) != 2 {
		t.Errorf("%+v", x)
	}
}

func TestMissingFolder(t *testing.T) {
	s, errs := Load("testdata/none", nil)
	if s == nil || len(s.Lists) != 0 || len(errs) != 1 || errs[0].Error() != "no such folder" {
		t.Errorf("%+v, %v", s, errs)
	}
	// A folder that is gone for a while loses nothing.
	first, _ := LoadFS(published(t), nil)
	second, errs := Load("testdata/none", first)
	if len(errs) == 0 || len(second.Listings()) != len(first.Listings()) || second.Lists[0].Stale == "" {
		t.Errorf("%d entries, %v", len(second.Listings()), errs)
	}
}

// TestNothingPassedOver: whatever a folder names and cannot be read is said.
func TestNothingPassedOver(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := func(name, to string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("own.csv", fixture(t, "watched.csv"))
	if err := os.WriteFile(filepath.Join(dir, "list\xff.csv"), []byte(people(1, 3)), 0o600); err != nil {
		t.Skip("this file system has names in UTF-8 only:", err)
	}
	link("gone.xml", "nowhere.xml")
	link("folder", t.TempDir())
	link("same.csv", "own.csv")
	write(".part.csv", "")
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sdn.csv", "ALT.csv", "add.csv.gz", "20990101-xmlFullSanctionsList.xml", "UN_consolidated_2099.xml", "eu-list.csv", "entities.ftm.json"} {
		write("sub/"+name, "<html>Too many requests</html>")
	}
	write("sub/cons_prim.csv", "")
	write("sub/notes.csv", "a,b\n")
	set, errs := Load(dir, nil)
	var all []string
	for _, err := range errs {
		all = append(all, err.Error())
	}
	want := []string{
		"folder: is no file", "gone.xml: the folder names it, and it is not there", "list\xff.csv: its name is not UTF-8",
		"sub/20990101-xmlFullSanctionsList.xml: is called as a list is", "sub/ALT.csv: is called as", "sub/UN_consolidated_2099.xml: is called",
		"sub/add.csv.gz: is called", "sub/cons_prim.csv: is empty, and is called as", "sub/entities.ftm.json: is called", "sub/eu-list.csv: is called",
		"sub/notes.csv: holds no list that is known", "sub/sdn.csv: is called as a list is",
	}
	for i := range max(len(want), len(all)) {
		if i >= len(want) || i >= len(all) || !strings.HasPrefix(all[i], want[i]) {
			t.Fatalf("got %q\nwant %q", all, want)
		}
	}
	if strings.Join(set.Ignored, " ") != "sub/notes.csv" || len(set.Lists) != 2 {
		t.Errorf("ignored %q, %d lists", set.Ignored, len(set.Lists))
	}
}

// TestUnreadable: a file that may not be opened is no file without a list.
func TestUnreadable(t *testing.T) {
	fsys := closed{published(t), "un.xml"}
	s, errs := LoadFS(fsys, nil)
	if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "un.xml: cannot be read: permission denied") || len(s.Lists) != 3 || len(s.Ignored) != 0 {
		t.Errorf("%v, %d lists, ignored %q", errs, len(s.Lists), s.Ignored)
	}
}

// closed refuses to open one file.
type closed struct {
	fstest.MapFS
	name string
}

func (c closed) Open(name string) (fs.File, error) {
	if name == c.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return c.MapFS.Open(name)
}

// TestExtracts: a part of OFAC's list by programme does not pass for the whole.
func TestExtracts(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"an extract alone":      {map[string]string{"kingpins.csv": peopleOf(1, 30, "SDNTK")}, "OFAC SDN (SDNTK only)"},
		"called as the whole":   {map[string]string{"sdn.csv": peopleOf(1, 30, "SDNTK", "SDNTK] [SDGT")}, "OFAC SDN (SDNTK only)"},
		"two extracts":          {map[string]string{"a.csv": peopleOf(1, 9, "SDNTK"), "b.csv": peopleOf(5, 19, "IRAN")}, "OFAC SDN (IRAN, SDNTK only)"},
		"extracts in folders":   {map[string]string{"a/x.csv": peopleOf(1, 9, "SDNTK"), "b/x.csv": peopleOf(5, 19, "IRAN")}, "OFAC SDN (IRAN, SDNTK only)"},
		"with the whole":        {map[string]string{"sdn.csv": people(1, 30), "kingpins.csv": peopleOf(20, 40, "SDNTK")}, "OFAC SDN"},
		"the whole elsewhere":   {map[string]string{"a/sdn.csv": people(1, 30), "b/kingpins.csv": peopleOf(20, 40, "SDNTK")}, "OFAC SDN"},
		"an extract with names": {map[string]string{"k.csv": peopleOf(1, 30, "SDNTK"), "alt.csv": "1,1,\"aka\",\"OTHER, Name\",-0- \n"}, "OFAC SDN (SDNTK only)"},
	} {
		fsys := fstest.MapFS{}
		for file, data := range c.files {
			put(fsys, file, data, day)
		}
		s, errs := LoadFS(fsys, nil)
		if len(errs) > 0 || len(s.Lists) != 1 || s.Lists[0].Name != c.want {
			t.Errorf("%s: %+v, %v", name, s.Lists, errs)
			continue
		}
		for _, l := range s.Listings() {
			if l.List != c.want {
				t.Fatalf("%s: an entry is of %q", name, l.List)
			}
		}
		if again, errs := LoadFS(fsys, s); again != s || len(errs) > 0 {
			t.Errorf("%s: read again", name)
		}
		// The whole list comes later: the extract's name goes.
		put(fsys, "later/sdn.csv", people(1, 60), day)
		if s, errs = LoadFS(fsys, s); len(errs) > 0 || len(s.Lists) != 1 || s.Lists[0].Name != "OFAC SDN" || s.Listings()[0].List != "OFAC SDN" {
			t.Errorf("%s: with the whole list %+v, %v", name, s.Lists, errs)
		}
	}
}
