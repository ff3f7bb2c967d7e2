package format

import (
	"errors"
	"io"
	"os"
	"sync/atomic"

	"spoor"
)

// Source reads the payments of files, one file after the other.
type Source struct {
	options Options
	inputs  []*input
	at      int // of the input that is being read, -1 before the first
	reader  reader
	closer  io.Closer
	last    int // of the input that the last batch is from
	err     error

	skipped uint64
	listed  []*spoor.Problem

	done    atomic.Int64
	total   int64
	unsized bool
}

// maxIdle is how often a reader may return nothing and no error.
const maxIdle = 100

// Read fills dst with payments of one file and returns how many; [Source.File]
// says of which. The end is 0 and io.EOF. For a bad record it returns the
// payments before it and a *spoor.Problem, and the next Read goes on after the
// bad record, unless the problem is fatal: then every Read returns it. With
// [Options.SkipBad] only fatal problems are returned.
func (s *Source) Read(dst []spoor.Payment) (int, error) {
	for idle := 0; s.err == nil && len(dst) > 0; idle++ {
		if s.reader == nil {
			if s.err = s.next(); s.err != nil {
				break
			}
		}
		n, err := s.reader.Read(dst)
		if n > 0 || err != nil && err != io.EOF {
			s.last = s.at
		}
		s.inputs[s.at].Records += uint64(n)
		err = s.judge(err)
		if n > 0 || err != nil {
			return n, err
		}
		if idle == maxIdle && s.reader != nil {
			s.err = problem(s.inputs[s.at].Name, io.ErrNoProgress.Error())
		}
	}
	return 0, s.err
}

// judge says what of a reader's error the caller must know.
func (s *Source) judge(err error) error {
	var p *spoor.Problem
	switch {
	case err == nil:
		return nil
	case err == io.EOF:
		s.leave()
		return nil
	case !errors.As(err, &p) || p.Fatal:
		s.err = err
		s.leave()
		return err
	case !s.options.SkipBad:
		return p
	}
	s.skipped++
	if len(s.listed) < s.options.MaxListed {
		s.listed = append(s.listed, p)
	}
	return nil
}

// next opens the next file that is not ignored.
func (s *Source) next() error {
	for s.at++; s.at < len(s.inputs); s.at++ {
		if in := s.inputs[s.at]; !in.Ignored {
			return s.open(in)
		}
	}
	return io.EOF
}

func (s *Source) open(in *input) error {
	src := in.stream
	s.closer = in.close
	if src == nil {
		file, err := os.Open(in.Name)
		if err != nil {
			return openProblem(in.Name, err)
		}
		s.closer = file
		if src, err = unpack(in.Name, counter{file, &s.done}); err != nil {
			return err
		}
	}
	s.reader = in.format.reader(in.Name, src)
	return nil
}

// leave ends the file that is being read.
func (s *Source) leave() {
	s.reader = nil
	if s.closer != nil {
		s.closer.Close() // it was only read: nothing can be lost
		s.closer = nil
	}
}

// Close closes what is open; Read then returns an error.
func (s *Source) Close() error {
	s.leave()
	for _, in := range s.inputs {
		if in.close != nil {
			in.close.Close()
		}
	}
	if s.err == nil {
		s.err = os.ErrClosed
	}
	return nil
}

// Skipped returns how many bad records were passed over, and the first of the
// problems, at most [Options.MaxListed].
func (s *Source) Skipped() (count uint64, listed []*spoor.Problem) { return s.skipped, s.listed }

// Done returns how many bytes were read and how many there are, both as they
// lie on disk, so compressed where files are; total is 0 where that cannot be
// known. It may be called while another goroutine reads.
func (s *Source) Done() (bytes, total int64) {
	if s.unsized {
		return s.done.Load(), 0
	}
	return s.done.Load(), s.total
}

// Files returns all files that were given or found, in the order of reading.
func (s *Source) Files() []File {
	out := make([]File, len(s.inputs))
	for i, in := range s.inputs {
		out[i] = in.File
	}
	return out
}

// File returns the index in [Source.Files] of the file that the last batch, or
// the last problem, came from. Records are numbered within their file.
func (s *Source) File() int { return s.last }
