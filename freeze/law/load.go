package law

import (
	"bytes"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"spoor/seal"
)

// Limits on files, so that a mistaken or hostile one is refused early.
const (
	MaxFiles    = 64       // .toml files of a folder
	MaxFileSize = 64 << 10 // bytes of one file
	MaxLine     = 2 << 10  // bytes of one line
	MaxNesting  = 8        // brackets within brackets
	MaxText     = 600      // bytes of one text
	MaxItems    = 600      // procedures, steps with their stages, grounds and the like of one file
)

// Law is all procedures, closed lists and bases, as loaded and checked.
type Law struct {
	procedures []*Procedure
	lists      map[string][]Ground
	facts      map[string]string
	offences   []Offence
	members    map[string][]string // of groups, flags that are on included
	bases      []basisText
	version    string
}

//go:embed data/*.toml
var embedded embed.FS

// Files are the embedded files, for a member who wants to start from them.
func Files() fs.FS {
	sub, err := fs.Sub(embedded, "data")
	if err != nil {
		panic("law: " + err.Error()) // the folder is embedded
	}
	return sub
}

var loadDefault = sync.OnceValue(func() *Law {
	l, err := Load(Files())
	if err != nil {
		panic("law: " + err.Error()) // the files are embedded and tested
	}
	return l
})

// Default is the law of the embedded files.
func Default() *Law { return loadDefault() }

// Load reads a member's own files: every file ending in .toml at the top of
// fsys, instead of the embedded ones. Each may hold procedures with their steps,
// closed lists, facts, offences and bases. Errors name file and key.
func Load(fsys fs.FS) (*Law, error) {
	names, err := fs.Glob(fsys, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("law files: %w", err)
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("law files: no file ends in .toml")
	case len(names) > MaxFiles:
		return nil, fmt.Errorf("law files: %d of them, at most %d", len(names), MaxFiles)
	}
	slices.Sort(names)
	l := &Law{lists: map[string][]Ground{}, facts: map[string]string{}, members: map[string][]string{}}
	var head [32]byte
	var files []fileText
	for _, name := range names {
		b, err := read(fsys, name)
		if err != nil {
			return nil, err
		}
		f, err := parse(name, b)
		if err != nil {
			return nil, err
		}
		head = seal.Hash(seal.Hash(head, []byte(name)), b)
		files = append(files, f)
	}
	l.version = hex.EncodeToString(head[:8])
	if err := l.take(files); err != nil {
		return nil, err
	}
	return l, nil
}

func read(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(b) > MaxFileSize {
		return nil, fmt.Errorf("%s: more than %d bytes", name, MaxFileSize)
	}
	return b, nil
}

// plain refuses lines and nesting that no law file needs: the decoder's time and
// memory grow much faster than they do.
func plain(name string, b []byte) error {
	depth, line := 0, 0
	for text := range bytes.Lines(b) {
		line++
		if len(text) > MaxLine {
			return fmt.Errorf("%s: line %d: more than %d bytes", name, line, MaxLine)
		}
		quoted := false
		for _, c := range text {
			switch {
			case c == '"':
				quoted = !quoted
			case quoted:
			case c == '[' || c == '{':
				depth++
			case c == ']' || c == '}':
				depth = max(depth-1, 0)
			}
			if depth > MaxNesting {
				return fmt.Errorf("%s: line %d: more than %d brackets within each other", name, line, MaxNesting)
			}
		}
	}
	return nil
}

func parse(name string, b []byte) (fileText, error) {
	f := fileText{name: name}
	if err := plain(name, b); err != nil {
		return f, err
	}
	meta, err := toml.Decode(string(b), &f)
	if err != nil {
		return f, fmt.Errorf("%s: %w", name, err)
	}
	if keys := meta.Undecoded(); len(keys) > 0 {
		return f, fmt.Errorf("%s: unknown key %s", name, keys[0])
	}
	if n := f.items(); n > MaxItems {
		return f, fmt.Errorf("%s: %d items, at most %d", name, n, MaxItems)
	}
	return f, nil
}

// take builds and checks the law; lists and facts first, since steps name them.
func (l *Law) take(files []fileText) error {
	for _, f := range files {
		if err := l.takeLists(f); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	for _, f := range files {
		for _, t := range f.Procedure {
			if err := l.takeProcedure(f, t); err != nil {
				return fmt.Errorf("%s: procedure %q: %w", f.name, t.ID, err)
			}
		}
		if len(f.Procedure) == 0 && len(f.Step) > 0 {
			return fmt.Errorf("%s: step: the file has no procedure that they belong to", f.name)
		}
	}
	slices.SortFunc(l.procedures, func(a, b *Procedure) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, f := range files {
		if err := l.takeBases(f); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

func (l *Law) takeProcedure(f fileText, t procedureText) error {
	if _, ok := l.Procedure(t.ID); ok {
		return fmt.Errorf("id: it is there twice")
	}
	p, err := t.procedure(f.Step)
	if err != nil {
		return err
	}
	if err := l.check(p); err != nil {
		return err
	}
	l.procedures = append(l.procedures, p)
	return nil
}

func (l *Law) takeLists(f fileText) error {
	for _, t := range f.Fact {
		if err := filled("fact", t.ID, "id", t.ID, "says", t.Says); err != nil {
			return err
		}
		if l.facts[t.ID] != "" {
			return fmt.Errorf("fact %q: it is there twice", t.ID)
		}
		l.facts[t.ID] = t.Says
	}
	for _, t := range f.List {
		if l.lists[t.ID] != nil {
			return fmt.Errorf("list %q: it is there twice", t.ID)
		}
		grounds, err := t.grounds()
		if err != nil {
			return fmt.Errorf("list %q: %w", t.ID, err)
		}
		l.lists[t.ID] = grounds
	}
	for _, o := range f.Offence {
		if o.Number != len(l.offences)+1 || !short(o.Text) {
			return fmt.Errorf("offence %d: want number %d, with a text of at most %d bytes", o.Number, len(l.offences)+1, MaxText)
		}
		l.offences = append(l.offences, Offence(o))
	}
	return nil
}

// Procedure finds a procedure.
func (l *Law) Procedure(id ID) (*Procedure, bool) {
	for _, p := range l.procedures {
		if p.ID == id {
			return p, true
		}
	}
	return nil, false
}

// Procedures lists all procedures by id. They are shared: do not change them.
func (l *Law) Procedures() []*Procedure { return slices.Clone(l.procedures) }

// Grounds gives a closed list in the order of the act; nil for an unknown one.
func (l *Law) Grounds(list string) []Ground { return slices.Clone(l.lists[list]) }

// Fact says what a name in Step.Needs means.
func (l *Law) Fact(name string) (says string, ok bool) {
	says, ok = l.facts[name]
	return says, ok
}

// Facts lists the names that Step.Needs may hold.
func (l *Law) Facts() (out []string) {
	for name := range l.facts {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Offences lists the 32 categories of Reg. (EU) 2018/1805 Art 3(1).
func (l *Law) Offences() []Offence { return slices.Clone(l.offences) }

// Version is a fingerprint of the files, for journals and exports.
func (l *Law) Version() string { return l.version }
