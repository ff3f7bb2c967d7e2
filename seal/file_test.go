package seal

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

type fileHead struct {
	Entry uint64 `json:"entry"`
}

func writeText(text []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
}

func TestFile(t *testing.T) {
	text := bytes.Repeat([]byte("the state of a node, "), 1000)
	for name, key := range map[string][]byte{"plain": nil, "encrypted": []byte("a key of some length")} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "a")
			if err := WriteFile(file, fileHead{7}, key, writeText(text)); err != nil {
				t.Fatal(err)
			}
			var head fileHead
			if err := FileHeader(file, &head); err != nil || head.Entry != 7 {
				t.Fatalf("%v, %v", head, err)
			}
			r, err := OpenFile(file, &head, key)
			if err != nil || head.Entry != 7 {
				t.Fatal(head, err)
			}
			got, err := io.ReadAll(r)
			if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			for _, other := range [][]byte{nil, []byte("another key"), key} {
				if bytes.Equal(other, key) {
					continue
				}
				if _, err := OpenFile(file, &head, other); !errors.Is(err, ErrBroken) {
					t.Errorf("with key %q: %v", other, err)
				}
			}
			everyBit(t, file, key)
		})
	}
}

// everyBit changes and cuts the file everywhere: it must never be read.
func everyBit(t *testing.T, file string, key []byte) {
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, i int, b []byte) {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := OpenFile(file, new(fileHead), key); err == nil {
			r.Close()
			t.Fatalf("%s at %d of %d went unnoticed", what, i, len(good))
		}
	}
	for i := range good {
		b := bytes.Clone(good)
		b[i] ^= 1 << (i % 8)
		try("bit", i, b)
		try("cut", i, good[:i])
	}
}

func TestFileIsPlacedWhole(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a")
	if err := WriteFile(file, fileHead{1}, nil, writeText([]byte("first"))); err != nil {
		t.Fatal(err)
	}
	wrong := errors.New("wrong")
	err := WriteFile(file, fileHead{2}, nil, func(w io.Writer) error {
		w.Write([]byte("second"))
		return wrong
	})
	if !errors.Is(err, wrong) {
		t.Fatal(err)
	}
	var head fileHead
	if err := FileHeader(file, &head); err != nil || head.Entry != 1 {
		t.Fatalf("entry %d, %v", head.Entry, err)
	}
	if names, _ := filepath.Glob(file + "*"); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

// A file encrypted with a key shows nothing of its body.
func TestFileHidesBody(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a")
	secret := []byte("IT60X0542811101000000123456")
	for key, shown := range map[string]bool{"": true, "a key": false} {
		if err := WriteFile(file, fileHead{1}, []byte(key), writeText(secret)); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil || bytes.Contains(b, secret) != shown {
			t.Errorf("key %q: body shown: %v, want %v (%v)", key, !shown, shown, err)
		}
	}
}

func FuzzFileHeader(f *testing.F) {
	f.Add([]byte(fileMagic + "\x00\x00\x00\x01\xa0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var head fileHead
		if fileHeader(bytes.NewReader(b), &head) == nil && !bytes.HasPrefix(b, []byte(fileMagic)) {
			t.Fatalf("%x taken", b)
		}
	})
}

func BenchmarkFile(b *testing.B) {
	file := filepath.Join(b.TempDir(), "a")
	text := bytes.Repeat([]byte("IT60X0542811101000000123456 1234567 EUR 2026-11-23; "), 1<<18)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := WriteFile(file, fileHead{1}, nil, writeText(text)); err != nil {
			b.Fatal(err)
		}
	}
}
