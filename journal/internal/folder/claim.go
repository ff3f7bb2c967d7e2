package folder

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ours are the names that a data folder may hold without a note: what a node puts
// beside its journal, and a journal whose note was lost.
var ours = []string{"lock", "lists", "lists.new", "nats", "head", "snapshots"}

const noteName = "journal.txt"

// Claim says whose journal a folder holds and whether it is encrypted, in a note
// that people can read, or checks what the note says. A journal opened under
// another name, or with a key that it was not begun with, would be taken for a
// damaged one, or be spoilt.
func Claim(dir, name string, key []byte) error {
	err := Check(dir, name, key)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	found, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range found {
		if !slices.Contains(ours, e.Name()) {
			return fmt.Errorf("%s holds %s and no journal: give an empty folder, or a new one", dir, e.Name())
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil { // payments are nobody else's
		return err
	}
	return os.WriteFile(filepath.Join(dir, noteName), []byte(note(name, key)), 0o600)
}

// Check compares a folder's note with what is expected. Its error is
// fs.ErrNotExist where there is no note.
func Check(dir, name string, key []byte) error {
	b, err := os.ReadFile(filepath.Join(dir, noteName))
	if err != nil {
		return err
	}
	was, is := lines(string(b)), lines(note(name, key))
	switch {
	case was[0] != is[0]:
		return fmt.Errorf("%s holds the %s, not the %s", dir, was[0], is[0])
	case was[1] == is[1]:
		return nil
	case was[1] == plain:
		return fmt.Errorf("the journal in %s is not encrypted: a key is for a new folder", dir)
	case is[1] == plain:
		return fmt.Errorf("the journal in %s is encrypted: give its key file", dir)
	}
	return fmt.Errorf("the journal in %s is encrypted with another key", dir)
}

// Name is whose journal a folder holds.
func Name(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, noteName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("no journal in %s: give the data folder of a node", dir)
	}
	return strings.TrimPrefix(lines(string(b))[0], "journal of "), err
}

const plain = "not encrypted"

func note(name string, key []byte) string {
	how := plain
	if key != nil {
		sum := sha256.Sum256(append([]byte("spoor journal key 1\n"), key...))
		how = fmt.Sprintf("encrypted, key %x", sum[:4]) // tells keys apart, and helps nobody find one
	}
	return "journal of " + name + "\n" + how + "\n"
}

// lines gives the two lines of a note.
func lines(s string) [2]string {
	first, rest, _ := strings.Cut(s, "\n")
	second, _, _ := strings.Cut(rest, "\n")
	return [2]string{first, second}
}
