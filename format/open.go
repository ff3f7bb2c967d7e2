package format

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"spoor"
)

// Options says how to read payments.
type Options struct {
	// Format is a name of [Names] for files that are named and for standard
	// input; in folders it chooses among the files. Empty: recognise.
	Format string
	// SkipBad passes over records that cannot be read; see [Source.Skipped].
	SkipBad bool
	// MaxListed is how many skipped problems are kept, 20 where it is 0.
	MaxListed int
}

const defaultListed = 20

// File is one that was given or found in a folder.
type File struct {
	Name    string // path, or "standard input"
	Format  string // "" where it is none
	Records uint64 // payments read so far
	Ignored bool   // found in a folder and left out
	Why     string // why it is ignored
}

// input is a file with what reading it takes.
type input struct {
	File
	format *format
	size   int64          // -1 where it cannot be known
	stream io.Reader      // of what cannot be opened twice, such as a pipe
	close  io.Closer      // of stream, nil for standard input
	peeked *format        // what its content says
	head   *spoor.Problem // why its head could not be read
}

// Open opens files, folders and, by the name "-", standard input. Gzip is
// recognised by its first bytes. Of a folder all regular files in it and in its
// folders are taken, in order of their paths; those that are in no format of
// payments are ignored, and those that repeat the payments of others there
// (Patterns.txt beside Trans.csv), too: name them to read them. An error is a
// *spoor.Problem.
func Open(paths []string, stdin io.Reader, o Options) (*Source, error) {
	if o.MaxListed == 0 {
		o.MaxListed = defaultListed
	}
	if o.Format != "" && byName(o.Format) == nil {
		return nil, problem("", fmt.Sprintf("%q is not a format: the formats known are %s", o.Format, strings.Join(Names(), ", ")))
	}
	s := &Source{options: o, at: -1}
	for _, path := range paths {
		if err := s.add(path, stdin); err != nil {
			s.Close()
			return nil, err
		}
	}
	if err := s.anything(paths); err != nil {
		s.Close()
		return nil, err
	}
	for _, in := range s.inputs {
		switch {
		case in.Ignored:
		case in.size < 0:
			s.unsized = true
		default:
			s.total += in.size
		}
	}
	return s, nil
}

// anything is nil when there is a file to read.
func (s *Source) anything(paths []string) error {
	for _, in := range s.inputs {
		if !in.Ignored {
			return nil
		}
	}
	switch {
	case len(paths) == 0:
		return problem("", "no file of payments was given")
	case len(s.inputs) == 0:
		return problem(strings.Join(paths, ", "), "holds no files")
	}
	first := s.inputs[0]
	return problem(strings.Join(paths, ", "), fmt.Sprintf("holds no payments in any format known (%d files); the first, %s, %s",
		len(s.inputs), first.Name, first.Why))
}

// add takes a path of the command line.
func (s *Source) add(path string, stdin io.Reader) error {
	if path == "-" {
		return s.addStdin(stdin)
	}
	info, err := os.Stat(path)
	if err != nil {
		return openProblem(path, err)
	}
	if info.IsDir() {
		return s.addFolder(path)
	}
	in, err := s.look(path, info)
	if err != nil {
		return err
	}
	return s.addNamed(in)
}

func (s *Source) addStdin(stdin io.Reader) error {
	const name = "standard input"
	for _, in := range s.inputs {
		if in.Name == name {
			return problem(name, `"-" is given twice, and it can be read only once`)
		}
	}
	if stdin == nil {
		return problem(name, "there is none")
	}
	return s.addNamed(s.lookStream(name, stdin, nil))
}

// addNamed takes a file that must be read.
func (s *Source) addNamed(in *input) error {
	if s.options.Format != "" && in.head == nil {
		in.format = byName(s.options.Format)
	}
	if in.format == nil {
		if in.close != nil {
			in.close.Close()
		}
		if in.head != nil {
			return in.head
		}
		return problem(in.Name, in.Why)
	}
	in.Format, in.Why = in.format.name, ""
	s.inputs = append(s.inputs, in)
	return nil
}

// addFolder takes the files of a folder.
func (s *Source) addFolder(root string) error {
	var found []*input
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		// A link counts as what it leads to, but folders behind links may go
		// round in circles.
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			return nil
		}
		if err != nil {
			return err
		}
		in, err := s.look(path, info)
		if err != nil {
			return err
		}
		found = append(found, in)
		return nil
	})
	if err != nil {
		var p *spoor.Problem
		if errors.As(err, &p) {
			return p
		}
		return openProblem(root, err)
	}
	s.choose(found)
	s.inputs = append(s.inputs, found...)
	return nil
}

// choose ignores the files of a folder that are not to be read.
func (s *Source) choose(found []*input) {
	present := map[string]bool{}
	for _, in := range found {
		if in.format != nil {
			present[in.format.name] = true
		}
	}
	for _, in := range found {
		switch f := in.format; {
		case f == nil:
		case s.options.Format != "" && f.name != s.options.Format:
			in.Why = fmt.Sprintf("is %s, not %s", f.name, s.options.Format)
		case s.options.Format == "" && present[f.repeats]:
			in.Why = fmt.Sprintf("repeats payments of the %s files beside it: name it to read it", f.repeats)
		}
		in.Ignored = in.Why != ""
		if in.format != nil {
			in.Format = in.format.name
		}
	}
}

// look finds out what a file is.
func (s *Source) look(path string, info fs.FileInfo) (*input, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, openProblem(path, err)
	}
	if !info.Mode().IsRegular() {
		return s.lookStream(path, file, file), nil
	}
	defer file.Close()
	in := &input{File: File{Name: path}, size: info.Size()}
	src, err := unpack(path, file)
	in.identify(src, err, func([]byte) bool { return false })
	in.stream = nil // it is opened again when its turn comes
	return in, nil
}

// lookStream finds out what a stream is, and waits for no more of it than that
// takes: whoever writes it may be slow.
func (s *Source) lookStream(name string, stream io.Reader, closer io.Closer) *input {
	in := &input{File: File{Name: name}, size: -1, close: closer}
	src, err := unpack(name, counter{stream, &s.done})
	in.identify(src, err, func(head []byte) bool { return s.options.Format != "" || recognise(head) != nil })
	return in
}

// identify finds the format of src, or err or a later failure instead.
func (in *input) identify(src io.Reader, err error, enough func(head []byte) bool) {
	var head []byte
	if err == nil {
		head, in.stream, err = peek(src, enough)
		in.format = recognise(head)
	}
	switch {
	case in.format != nil: // reading it meets a failure again
	case err == nil:
		in.Why = strange(head)
	default:
		if !errors.As(err, &in.head) {
			in.head = problem(in.Name, err.Error())
		}
		in.Why = in.head.Reason
	}
}
