package format

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"spoor"
)

// headSize is how much of a file the formats may look at.
const headSize = 64 << 10

// counter counts the bytes that are read through it.
type counter struct {
	src io.Reader
	n   *atomic.Int64
}

func (c counter) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// unpack returns what src holds, decompressed where it begins as gzip does.
func unpack(name string, src io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(src, headSize)
	magic, err := buffered.Peek(2)
	if err != nil && err != io.EOF {
		return nil, problem(name, err.Error())
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	unzip, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, gzipProblem(name, err)
	}
	return &gunzip{name, unzip}, nil
}

// gunzip decompresses and says in our words what is wrong with the data.
type gunzip struct {
	name  string
	unzip *gzip.Reader
}

func (g *gunzip) Read(p []byte) (int, error) {
	n, err := g.unzip.Read(p)
	if err != nil && err != io.EOF {
		err = gzipProblem(g.name, err)
	}
	return n, err
}

func gzipProblem(name string, err error) *spoor.Problem {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return problem(name, "its gzip data ends too early: the file was cut, fetch it again")
	}
	return problem(name, fmt.Sprintf("its gzip data is broken (%v): fetch it again", err))
}

// problem is one with a whole file.
func problem(name, reason string) *spoor.Problem {
	return &spoor.Problem{File: name, Reason: reason, Fatal: true}
}

// openProblem is one of opening a file, without its name twice.
func openProblem(name string, err error) *spoor.Problem {
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return problem(name, err.Error())
}

// peek reads the head of src, all of it or until enough says so, and returns it
// with a reader of the whole, which gives a failure again.
func peek(src io.Reader, enough func(head []byte) bool) (head []byte, whole io.Reader, err error) {
	head = make([]byte, 0, headSize)
	for len(head) < headSize && err == nil && !(len(head) > 0 && enough(head)) {
		var n int
		n, err = src.Read(head[len(head):headSize])
		head = head[:len(head)+n]
	}
	if err != nil {
		src = failed{err}
	}
	whole = io.MultiReader(bytes.NewReader(head), src)
	if err == io.EOF {
		err = nil
	}
	return head, whole, err
}

// failed is a source that has failed or ended, and may not be asked again.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
