package seal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// rows reads the lines of a vector file, comments left out.
func rows(t *testing.T, name string) (out []string) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.TrimPrefix(s, "-"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEncodingVectors(t *testing.T) {
	took, refused := 0, 0
	for _, row := range rows(t, "encoding.txt") {
		f := strings.Fields(row)
		var v any
		err := Decode(unhex(t, f[1]), &v)
		switch f[0] {
		case "take":
			took++
			if err != nil {
				t.Errorf("%s: %v", row, err)
			}
		case "refuse":
			refused++
			if err == nil {
				t.Errorf("%s: taken as %v", row, v)
			}
		default:
			t.Errorf("%s: want take or refuse", row)
		}
	}
	if took < 20 || refused < 20 {
		t.Errorf("%d taken, %d refused: the vectors were not read", took, refused)
	}
}

func TestHashVectors(t *testing.T) {
	n := 0
	for _, row := range rows(t, "hash.txt") {
		f := strings.Fields(row)
		n++
		if got := Hash([32]byte(unhex(t, f[0])), unhex(t, f[1])); hex.EncodeToString(got[:]) != f[2] {
			t.Errorf("%s: got %x", row, got)
		}
	}
	if n < 4 {
		t.Errorf("%d vectors", n)
	}
}

// noun has the shapes that nouns have.
type noun struct {
	Key    string            `json:"key"`
	Amount int64             `json:"amount"`
	Risk   float64           `json:"risk,omitempty"`
	Codes  []string          `json:"codes"`
	Data   []byte            `json:"data"`
	Names  map[string]string `json:"names"`
	In     *noun             `json:"in,omitempty"`
}

func drawNoun(depth int) *rapid.Generator[noun] {
	return rapid.Custom(func(t *rapid.T) noun {
		n := noun{
			Key:    strings.Repeat(rapid.String().Draw(t, "key"), rapid.IntRange(0, 300).Draw(t, "times")),
			Amount: rapid.Int64().Draw(t, "amount"),
			Risk:   rapid.Float64Range(-1e300, 1e300).Draw(t, "risk"),
			Codes:  rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "codes"),
			Data:   rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "data"),
			Names:  rapid.MapOfN(rapid.String(), rapid.String(), 0, 5).Draw(t, "names"),
		}
		if depth > 0 && rapid.Bool().Draw(t, "nest") {
			in := drawNoun(depth-1).Draw(t, "in")
			n.In = &in
		}
		return n
	})
}

// One value has one encoding: it comes back the same, and any other bytes that
// are taken are another value.
func TestOneValueOneEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNoun(3).Draw(t, "noun")
		b, err := Encode(n)
		if err != nil {
			t.Fatal(err)
		}
		var back noun
		if err := Decode(b, &back); err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		i := rapid.IntRange(0, len(b)-1).Draw(t, "byte")
		b[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		var other noun
		if Decode(b, &other) != nil {
			return
		}
		again, err := Encode(other)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%x was taken, but its value is written %x", b, again)
		}
	})
}

func TestEmptyHasOneEncoding(t *testing.T) {
	a, _ := Encode(noun{})
	b, _ := Encode(noun{Codes: []string{}, Data: []byte{}, Names: map[string]string{}})
	if !bytes.Equal(a, b) {
		t.Errorf("%x and %x", a, b)
	}
}

func TestDecodeIntoFields(t *testing.T) {
	type small struct {
		A uint8 `json:"a"`
	}
	for name, c := range map[string]struct {
		hex  string
		want error
	}{
		"unknown field":   {"a2616101616202", nil},
		"other case":      {"a1614101", nil},
		"too large":       {"a16161190100", nil},
		"missing field":   {"a0", ErrNotCanonical},
		"null for number": {"a16161f6", ErrNotCanonical},
		"float for int":   {"a16161f93c00", nil},
	} {
		var s small
		err := Decode(unhex(t, c.hex), &s)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, read %v", name, err, s)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	deep := any(1)
	for range MaxDepth + 1 {
		deep = []any{deep}
	}
	for name, v := range map[string]any{
		"NaN":          math.NaN(),
		"infinity":     math.Inf(-1),
		"function":     func() {},
		"depth":        deep,
		"long list":    make([]int, MaxElements+1),
		"invalid text": "\xff",
		"large":        make([]byte, MaxBytes),
	} {
		if b, err := Encode(v); err == nil {
			t.Errorf("%s: taken, %d bytes", name, len(b))
		}
	}
	if err := Decode(make([]byte, MaxBytes+1), new(any)); err == nil {
		t.Error("Decode took more than MaxBytes")
	}
}

func FuzzDecode(f *testing.F) {
	b, err := os.ReadFile("testdata/encoding.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if w := strings.Fields(line); len(w) > 1 && w[0] != "#" {
			if b, err := hex.DecodeString(w[1]); err == nil {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range []any{new(any), new(noun), new([]noun)} {
			if Decode(b, v) != nil {
				continue
			}
			again, err := Encode(v)
			if err != nil || !bytes.Equal(b, again) {
				t.Fatalf("%T: %x taken, but written %x (%v)", v, b, again, err)
			}
		}
	})
}

func BenchmarkHash(b *testing.B) {
	page := make([]byte, 160<<10)
	b.SetBytes(int64(len(page)))
	var head [32]byte
	for b.Loop() {
		head = Hash(head, page)
	}
}
