package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func testKey(t testing.TB, fill byte) *Key {
	t.Helper()
	k, err := NewKey(bytes.NewReader(bytes.Repeat([]byte{fill}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestSignVectors holds signing to the vectors, which another implementation of
// Ed25519 made.
func TestSignVectors(t *testing.T) {
	n := 0
	for _, row := range rows(t, "sign.txt") {
		f := strings.Fields(row)
		n++
		seed, data := unhex(t, f[0]), unhex(t, f[2])
		k, err := NewKey(bytes.NewReader(seed))
		if err != nil {
			t.Fatal(err)
		}
		s, err := k.Sign(f[1], data)
		if err != nil {
			t.Fatal(err)
		}
		if got := []string{s.Key, k.Public().ID(), hex.EncodeToString(s.Signature)}; fmt.Sprint(got) != fmt.Sprint(f[3:]) {
			t.Errorf("%s %s:\n got %v\nwant %v", f[1], f[2], got, f[3:])
		}
		if err := s.Verify(k.Public()); err != nil {
			t.Error(err)
		}
	}
	if n < 4 {
		t.Errorf("%d vectors", n)
	}
}

// TestTampered changes every part of what is signed.
func TestTampered(t *testing.T) {
	k, other := testKey(t, 1), testKey(t, 2)
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "data")
		s, err := k.Sign("test-1", data)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(other.Public(), k.Public()); err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(other.Public()); !errors.Is(err, ErrUnknownKey) {
			t.Fatal(err)
		}
		if err := s.Verify(); !errors.Is(err, ErrUnknownKey) {
			t.Fatal(err)
		}
		bit := rapid.IntRange(0, len(data)*8-1).Draw(t, "bit")
		broken := map[string]Signed{"data": s, "signature": s, "kind": s, "key": s, "moved": s, "short": s, "none": s}
		flip := func(b []byte, bit int) []byte {
			b = bytes.Clone(b)
			b[bit/8] ^= 1 << (bit % 8)
			return b
		}
		for name, b := range broken {
			switch name {
			case "data":
				b.Data = flip(s.Data, bit)
			case "signature":
				b.Signature = flip(s.Signature, bit%512)
			case "kind":
				b.Kind = "test-2"
			case "key":
				b.Key = other.Public().String()
			case "moved": // a byte of the data goes to the kind
				b.Kind, b.Data = "test-1"+"x", s.Data[1:]
			case "short":
				b.Signature = s.Signature[:63]
			case "none":
				b.Signature = nil
			}
			if err := b.Verify(k.Public(), other.Public()); !errors.Is(err, ErrSignature) {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}

func TestSignRefuses(t *testing.T) {
	k := testKey(t, 1)
	for _, kind := range []string{"", "A", "a b", "ä", strings.Repeat("a", 65)} {
		if _, err := k.Sign(kind, nil); err == nil {
			t.Errorf("kind %q", kind)
		}
		s, _ := k.Sign("a", nil)
		s.Kind = kind
		if err := s.Verify(k.Public()); err == nil {
			t.Errorf("kind %q verified", kind)
		}
	}
	if _, err := k.Sign("a", make([]byte, MaxBytes+1)); err == nil {
		t.Error("too much is signed")
	}
	if _, err := NewKey(strings.NewReader("short")); err == nil {
		t.Error("a key of too little")
	}
	text := k.Public().String()
	for _, s := range []string{"", "x", text[1:], text + "=", text + "\n", strings.Replace(text, "spoor-key-1", "spoor-key-2", 1),
		strings.Replace(text, "=", "", 1), text[:20] + "\n" + text[20:], publicPrefix + base64.StdEncoding.EncodeToString(make([]byte, 31))} {
		if _, err := ParsePublic(s); err == nil {
			t.Errorf("%q is a key", s)
		}
	}
	var p Public
	if err := p.UnmarshalText([]byte(text)); err != nil || p != k.Public() {
		t.Error(err)
	}
}

// TestPrivateStaysPrivate prints a key in every way.
func TestPrivateStaysPrivate(t *testing.T) {
	k := testKey(t, 7)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, k); got != k.Public().String() {
			t.Errorf("%s: %s", format, got)
		}
	}
}

func TestKeyFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "node.key")
	k := testKey(t, 3)
	if err := SaveKey(name, k); err != nil {
		t.Fatal(err)
	}
	got, err := LoadKey(name)
	if err != nil || got.Public() != k.Public() {
		t.Fatal(got, err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	if err := SaveKey(name, testKey(t, 4)); !errors.Is(err, os.ErrExist) {
		t.Errorf("written over: %v", err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o602, 0o660, 0o644, 0o777, 0o610, 0o601} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadKey(name); err == nil || !strings.Contains(err.Error(), "permissions") {
			t.Errorf("%o: %v", mode, err)
		}
	}
	for _, body := range []string{"", "x", privatePrefix, k.Public().String(), strings.Repeat("a", 1000)} {
		bad := filepath.Join(t.TempDir(), "bad.key")
		if err := os.WriteFile(bad, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadKey(bad); err == nil {
			t.Errorf("%q is a key file", body)
		}
	}
	if _, err := LoadKey(t.TempDir()); err == nil {
		t.Error("a folder is a key file")
	}
}

// FuzzVerify shows that nobody but the key signs, and that nothing makes it fail.
func FuzzVerify(f *testing.F) {
	k := testKey(f, 5)
	s, _ := k.Sign("test-1", []byte("data"))
	f.Add(s.Kind, s.Data, s.Key, s.Signature)
	f.Fuzz(func(t *testing.T, kind string, data []byte, key string, signature []byte) {
		g := Signed{kind, data, key, signature}
		same := kind == s.Kind && bytes.Equal(data, s.Data) && key == s.Key && bytes.Equal(signature, s.Signature)
		if err := g.Verify(k.Public()); (err == nil) != same {
			t.Fatalf("%q %x %q %x: %v", kind, data, key, signature, err)
		}
	})
}
