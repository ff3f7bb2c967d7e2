package lists

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"spoor"
	"spoor/format/lists/internal/entry"
)

// file is one file of a list as it was found.
type file struct {
	path   string
	size   int64
	mod    spoor.Instant
	layout layout
	list   string
	sum    string // SHA-256 of its bytes, in hexadecimal
	err    error  // why it could not be opened
}

func (f *file) same(g *file) bool { return g != nil && f.size == g.size && f.mod == g.mod }

// part is what is read, and kept or replaced, as one: a file, or the files that
// OFAC divides its entries over.
type part struct {
	key, list string
	layout    layout
	files     []*file
	published spoor.Instant // by the files themselves; 0 where they do not say
	only      []string      // programmes to which an extract of OFAC's list is limited; none where it is whole
	listings  []spoor.Listing
	problems  []*spoor.Problem
	stale     string
}

// MaxFile is how many bytes a file may have, unpacked.
const MaxFile = 512 << 20

// Limits that say when a file is taken as broken.
const (
	badOneIn  = 100 // more than one bad entry in so many
	fewBefore = 20  // a version with fewer entries may shrink by any number
)

// Load reads a folder and all folders in it; see the package comment for what it
// takes as a list, and [LoadFS] for what it gives.
func Load(dir string, prev *Set) (*Set, []error) { return LoadFS(os.DirFS(dir), prev) }

// LoadFS reads the lists in fsys, and takes over from prev, which may be nil,
// what has not changed. A file that cannot be read, is broken, empty, cut off or
// no list any more does not replace what was read from it before: that is kept,
// and its list marked as stale. The errors say what is wrong with each such file,
// and with files that were never lists. The set is never nil.
func LoadFS(fsys fs.FS, prev *Set) (*Set, []error) {
	if prev == nil {
		prev = &Set{}
	}
	s := &Set{parts: map[string]*part{}, files: map[string]*file{}}
	errs := s.find(fsys, prev)
	if prev.clean && len(errs) == 0 && maps.EqualFunc(s.files, prev.files, (*file).same) {
		return prev, nil
	}
	groups := s.groups()
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		p, err := groups[key].load(fsys, prev.parts[key])
		if err != nil {
			errs = append(errs, err)
		}
		if p != nil {
			s.parts[key] = p
		}
	}
	errs = append(errs, s.keep(prev)...)
	errs = append(errs, s.ignored(groups)...)
	s.clean = len(errs) == 0
	s.assemble()
	return s, errs
}

// find lists the files and what they are. Hidden ones are passed over, so that a
// download may have its place until it is whole.
func (s *Set) find(fsys fs.FS, prev *Set) (errs []error) {
	walk := func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			p := &spoor.Problem{File: name, Reason: unreadable(name, err), Fatal: true}
			if name == "." {
				p.File = "" // the caller knows what the folder is called
			}
			errs = append(errs, p)
			return nil
		}
		if base := path.Base(name); name != "." && base[0] == '.' {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if e.IsDir() {
			return nil
		}
		f := &file{path: name}
		s.files[name] = f
		info, err := fs.Stat(fsys, name) // follows a link
		switch {
		case err != nil:
			f.err = &spoor.Problem{File: name, Reason: unreadable(name, err), Fatal: true}
		case !info.Mode().IsRegular():
			f.err = &spoor.Problem{File: name, Reason: "is no file, and what is behind it is not read: put the list itself here", Fatal: true}
		default:
			f.size, f.mod = info.Size(), spoor.At(info.ModTime())
			if old := prev.files[name]; f.same(old) && old.err == nil {
				f.layout, f.list, f.sum = old.layout, old.list, old.sum
				return nil
			}
			f.err = f.recognise(fsys)
		}
		if f.err != nil {
			errs = append(errs, f.problem(f.err))
		}
		return nil
	}
	if err := fs.WalkDir(fsys, ".", walk); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// unreadable says why what the folder names cannot be read.
func unreadable(name string, err error) string {
	var in *fs.PathError
	errors.As(err, &in)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case name == "." && missing:
		return "no such folder"
	case name == "." && in != nil:
		return "the folder cannot be read: " + in.Err.Error()
	case missing:
		return "the folder names it, and it is not there: a link to nothing?"
	case !utf8.ValidString(name):
		return "its name is not UTF-8: rename it, or the list in it is not read"
	case in != nil:
		return "cannot be read: " + in.Err.Error()
	}
	return "cannot be read: " + err.Error()
}

func (f *file) problem(err error) *spoor.Problem {
	var p *spoor.Problem
	if errors.As(err, &p) {
		return p
	}
	return &spoor.Problem{File: f.path, Reason: unreadable(f.path, err), Fatal: true}
}

// open gives a file's bytes, unpacked and within the limit, and takes the sum of
// those on disk.
func (f *file) open(fsys fs.FS, use func(io.Reader) error) error {
	src, err := fsys.Open(f.path)
	if err != nil {
		return err
	}
	defer src.Close()
	sum := sha256.New()
	raw := bufio.NewReaderSize(io.TeeReader(src, sum), headSize)
	r := io.Reader(raw)
	if magic, _ := raw.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		if r, err = gzip.NewReader(raw); err != nil {
			return err
		}
	}
	limited := &io.LimitedReader{R: r, N: MaxFile + 1}
	if err := use(limited); err != nil {
		return err
	}
	if limited.N == 0 {
		return fmt.Errorf("it is larger than %d MiB", MaxFile>>20)
	}
	if _, err := io.Copy(io.Discard, raw); err != nil {
		return err
	}
	f.sum = fmt.Sprintf("%x", sum.Sum(nil))
	return nil
}

// recognise finds out what a file is.
func (f *file) recognise(fsys fs.FS) error {
	src, err := fsys.Open(f.path)
	if err != nil {
		return err
	}
	defer src.Close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(src, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	head = head[:n]
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(head))
		if err != nil {
			return err
		}
		unpacked := make([]byte, headSize)
		n, _ = io.ReadFull(z, unpacked) // the head of a packed file ends too soon
		head = unpacked[:n]
	}
	if f.layout, f.list = sniff(head); f.layout != unknown && f.list == "" {
		f.list, _, _ = strings.Cut(path.Base(f.path), ".")
	}
	return nil
}

// groups puts files together that are read as one part.
func (s *Set) groups() map[string]*part {
	out := map[string]*part{}
	add := func(key string, f *file) {
		if out[key] == nil {
			out[key] = &part{key: key, list: f.list, layout: f.layout}
		}
		out[key].files = append(out[key].files, f)
	}
	rest := map[string][]*file{} // alternative names and addresses by folder
	for _, f := range s.files {
		switch dir := path.Dir(f.path); {
		case f.err != nil || f.layout == unknown:
		case f.layout == ofacEntries:
			add(dir+" "+f.list, f)
		case f.layout == ofacNames || f.layout == ofacAddresses:
			rest[dir] = append(rest[dir], f)
		default:
			add(f.path, f)
		}
	}
	for dir, files := range rest {
		for _, list := range []string{entry.SDN, entry.NonSDN} {
			if p := out[dir+" "+list]; p != nil {
				p.files = append(p.files, files...)
			}
		}
	}
	for _, p := range out {
		// Entries before what belongs to them, and the larger list of them first.
		slices.SortFunc(p.files, func(a, b *file) int {
			return cmp.Or(cmp.Compare(a.layout, b.layout), cmp.Compare(b.size, a.size), cmp.Compare(a.path, b.path))
		})
	}
	return out
}

// load reads a part, unless it is what it was. With an error it gives the last
// good one, if there was one.
func (p *part) load(fsys fs.FS, prev *part) (*part, error) {
	if prev != nil && prev.stale == "" && slices.EqualFunc(p.files, prev.files, func(a, b *file) bool { return a.path == b.path && a.same(b) }) {
		return prev, nil
	}
	err := p.lacks(prev)
	if err == nil && prev != nil && p.unchanged(fsys, prev) {
		p.listings, p.problems = prev.listings, prev.problems
		p.published, p.only = prev.published, prev.only
		return p, nil
	}
	if err == nil {
		err = p.read(fsys, prev)
	}
	if err == nil {
		return p, nil
	}
	return prev.kept(err.Error()), err
}

// kept marks a part that new files did not replace.
func (p *part) kept(why string) *part {
	if p == nil {
		return nil
	}
	old := *p
	old.stale = why
	return &old
}

// lacks reports whether one of OFAC's kinds of files is not there any more.
func (p *part) lacks(prev *part) error {
	if prev == nil {
		return nil
	}
	have := map[layout]bool{}
	for _, f := range p.files {
		have[f.layout] = true
	}
	for _, f := range prev.files {
		if !have[f.layout] {
			return &spoor.Problem{File: f.path, Reason: "is no longer there, or no longer what it was", Fatal: true}
		}
	}
	return nil
}

// dated is the oldest of the part's files by the file system: how old it may be
// where it does not say so itself.
func (p *part) dated() spoor.Instant {
	t := p.files[0].mod
	for _, f := range p.files {
		t = min(t, f.mod)
	}
	return t
}

// unchanged reports whether files that were written again hold the same bytes.
func (p *part) unchanged(fsys fs.FS, prev *part) bool {
	if len(p.files) != len(prev.files) {
		return false
	}
	for i, f := range p.files {
		err := f.open(fsys, func(io.Reader) error { return nil })
		if err != nil || f.path != prev.files[i].path || f.sum != prev.files[i].sum {
			return false
		}
	}
	return true
}

// read reads the files and judges what they gave.
func (p *part) read(fsys fs.FS, prev *part) error {
	set := entry.NewOFAC(p.list)
	r := &set.Reading
	for _, f := range p.files {
		r.Name = f.path
		err := f.open(fsys, func(src io.Reader) error {
			switch f.layout {
			case ofacEntries:
				return set.Entries(src)
			case ofacNames:
				return set.Alternatives(src)
			case ofacAddresses:
				return set.Addresses(src)
			case euJournal:
				return r.Journal(src)
			case euExport:
				return r.Export(src)
			case unConsolidated:
				return r.UN(src)
			case ftmEntities:
				return r.Entities(src, p.list)
			}
			return r.Own(src, p.list)
		})
		if err != nil {
			return f.problem(err)
		}
	}
	r.Unique()
	p.only = only(set.Common)
	p.listings, p.problems, p.published = r.Listings, r.Problems, r.Published
	return p.judge(r, prev)
}

// only gives the programmes to which files of OFAC's entries are limited, each to
// some of them: none where one of the files holds more, as the whole list does.
func only(common [][]string) (out []string) {
	for _, programmes := range common {
		if len(programmes) == 0 {
			return nil
		}
		out = append(out, programmes...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// judge says whether what was read is a list that can replace the last one.
func (p *part) judge(r *entry.Reading, prev *part) error {
	n := len(p.listings)
	var reason string
	switch {
	case r.Bad*badOneIn > r.Good+r.Bad:
		first := r.Problems[0]
		reason = fmt.Sprintf("%d of %d records cannot be read; the first: %v", r.Bad, r.Good+r.Bad, first)
	case prev != nil && len(prev.listings) >= fewBefore && 2*n < len(prev.listings):
		reason = fmt.Sprintf("has %d entries where it had %d: it seems to be cut off; start anew to take it all the same", n, len(prev.listings))
	case n == 0 && p.layout != euJournal:
		reason = "has no entries"
	case prev != nil && len(prev.only) == 0 && len(p.only) > 0:
		reason = "holds only entries of " + strings.Join(p.only, ", ") + " where it held the whole list: start anew to take it all the same"
	default:
		return nil
	}
	return &spoor.Problem{File: p.files[0].path, Reason: reason, Fatal: true}
}

// keep takes over the parts that have no files any more, unless another file
// brought their list to the same folder.
func (s *Set) keep(prev *Set) (errs []error) {
	replaced := map[string]bool{}
	for key, p := range s.parts {
		if prev.parts[key] == nil {
			replaced[path.Dir(p.files[0].path)+" "+p.list] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(prev.parts)) {
		old := prev.parts[key]
		name := old.files[0].path
		if s.parts[key] != nil || replaced[path.Dir(name)+" "+old.list] {
			continue
		}
		reason := "is gone; its entries are kept until the program starts anew"
		switch f := s.files[name]; {
		case f != nil && f.err != nil:
			reason = f.problem(f.err).Reason
		case f != nil && f.size == 0:
			reason = "is empty"
		case f != nil:
			reason = "holds no list any more"
		}
		err := &spoor.Problem{File: name, Reason: reason, Fatal: true}
		s.parts[key] = old.kept(err.Error())
		if f := s.files[name]; f == nil || f.err == nil { // else find has said it
			errs = append(errs, err)
		}
	}
	return errs
}

// ignored lists the files that hold no list. Texts beside lists are expected;
// anything else may be a list that nobody reads. One that is called as a list is
// called, or that belongs to a list of which the entries are missing, is broken.
func (s *Set) ignored(groups map[string]*part) (errs []error) {
	used := map[string]bool{}
	for _, parts := range []map[string]*part{groups, s.parts} {
		for _, p := range parts {
			for _, f := range p.files {
				used[f.path] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		f := s.files[name]
		if used[name] || f.err != nil {
			continue
		}
		var reason string
		switch ext := path.Ext(name); {
		case f.layout != unknown:
			reason = "belongs to a list of OFAC, of which the entries (sdn.csv, cons_prim.csv) are not in this folder"
		case called(name) && f.size == 0:
			reason = "is empty, and is called as a list is"
		case called(name):
			reason = "is called as a list is, and holds none that is known: it may be cut, or a web page instead"
		default:
			s.Ignored = append(s.Ignored, name)
			if ext == ".txt" || ext == ".md" {
				continue
			}
			reason = "holds no list that is known: it is not screened against"
		}
		errs = append(errs, &spoor.Problem{File: name, Reason: reason, Fatal: true})
	}
	return errs
}

// publishers are the names that lists have where they are published.
var publishers = []string{"sdn.csv", "alt.csv", "add.csv", "cons_prim.csv", "cons_alt.csv", "cons_add.csv",
	"*consolidated*.xml", "*sanctionslist*.xml", "eu*.csv", "*.ftm.json"}

// called reports whether a file is called as a published list is.
func called(name string) bool {
	base := strings.TrimSuffix(strings.ToLower(path.Base(name)), ".gz")
	return slices.ContainsFunc(publishers, func(pattern string) bool {
		ok, _ := path.Match(pattern, base)
		return ok
	})
}
