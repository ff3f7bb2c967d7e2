package lists

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// people writes OFAC's entries number from to number to.
func people(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "%d,\"LEM, Ivo %c%c\",\"individual\",\"SDNTK\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB %d.\"\n", i, 'a'+i/26%26, 'a'+i%26, 1900+i%90)
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
	if strings.Join(s.Ignored, " ") != "names/alt.csv ofac/SOURCE.txt old.xlsx" {
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
	if s == nil || len(s.Lists) != 0 || len(errs) != 1 || !errors.Is(errs[0], fs.ErrNotExist) && !strings.Contains(errs[0].Error(), "no such file") {
		t.Errorf("%+v, %v", s, errs)
	}
	// A folder that is gone for a while loses nothing.
	first, _ := LoadFS(published(t), nil)
	second, errs := Load("testdata/none", first)
	if len(errs) == 0 || len(second.Listings()) != len(first.Listings()) || second.Lists[0].Stale == "" {
		t.Errorf("%d entries, %v", len(second.Listings()), errs)
	}
}
