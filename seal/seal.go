// Package seal owns the one canonical encoding of all that a node keeps or
// sends, the hash that chains it, the signature that says whose it is, and files
// that show when they are broken. Two programs that hold the same value get the
// same bytes, so that a hash or a signature of them means the value:
//
//	b, err := seal.Encode(decision)          // canonical bytes
//	head = seal.Hash(head, b)                // the chain, one step longer
//	err = seal.Decode(b, &decision)          // refuses every other spelling
//	err = seal.WriteFile(name, head, nil, s) // whole or not at all; see OpenFile
//	signed, err := key.Sign("decision-1", b) // Ed25519, over the kind as well
//	err = signed.Verify(trusted...)          // by whom, and unchanged
//
// The encoding is CBOR with the core deterministic requirements of RFC 8949
// section 4.2.1: shortest integers, lengths and floats, definite lengths, map
// keys in bytewise order. On top of these: no tags, no NaN and no infinity, no
// duplicate keys, text is UTF-8, an absent list or map is an empty one.
//
// A signature is Ed25519 (RFC 8032) over 32 bytes of tag ("spoor seal signature
// 1", then zeros), the length of the kind in one byte, the kind, and the data. A
// public key is written "spoor-key-1:" and its 32 bytes in base64.
//
// The files in testdata hold vectors for those who implement it elsewhere.
package seal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
)

// Limits on what is encoded and decoded: what [Encode] makes, [Decode] takes.
const (
	MaxBytes    = 16 << 20 // of one value
	MaxDepth    = 16       // lists and maps within each other
	MaxElements = 1 << 16  // of one list
	MaxPairs    = 1 << 16  // of one map
)

// ErrNotCanonical is the fault of bytes that mean something, but are not the
// way to write it.
var ErrNotCanonical = errors.New("not the canonical encoding of its value: re-encode it as RFC 8949 section 4.2.1 asks")

var (
	encoder = must(cbor.EncOptions{
		Sort:          cbor.SortBytewiseLexical,
		ShortestFloat: cbor.ShortestFloat16,
		NaNConvert:    cbor.NaNConvertReject,
		InfConvert:    cbor.InfConvertReject,
		IndefLength:   cbor.IndefLengthForbidden,
		TagsMd:        cbor.TagsForbidden,
		NilContainers: cbor.NilContainerAsEmpty,
	}.UserBufferEncMode())
	decoder = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		MaxNestedLevels:   MaxDepth,
		MaxArrayElements:  MaxElements,
		MaxMapPairs:       MaxPairs,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		NaN:               cbor.NaNDecodeForbidden,
		Inf:               cbor.InfDecodeForbidden,
	}.DecMode())
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
)

// must takes the mode of constant options, which the tests prove valid.
func must[M any](m M, err error) M {
	if err != nil {
		panic(err)
	}
	return m
}

// Encode gives the canonical bytes of v. Struct fields are named by their
// cbor tags, or else their json tags; `cbor:",toarray"` on a field named _ makes
// a struct a list. A time.Time is kept to the second only. It fails on values
// beyond the limits, on NaN and infinities, on text that is not UTF-8, and on
// what has no encoding, such as functions. Keys of a map must be of one type.
func Encode(v any) ([]byte, error) {
	var out bytes.Buffer
	if err := encode(v, &out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func encode(v any, out *bytes.Buffer) error {
	if err := encoder.MarshalToBuffer(v, out); err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if out.Len() > MaxBytes {
		return fmt.Errorf("seal: %d bytes, want at most %d", out.Len(), MaxBytes)
	}
	if err := decoder.Wellformed(out.Bytes()); err != nil {
		return fmt.Errorf("seal: beyond the limits of a value: %w", err)
	}
	if !plainText(out.Bytes()) {
		return fmt.Errorf("seal: a text is not UTF-8: clean it, or keep it as bytes")
	}
	return nil
}

// plainText reports whether all text in well-formed CBOR is UTF-8. Lengths are
// definite, so items simply follow each other, whatever they are in.
func plainText(b []byte) bool {
	for len(b) > 0 {
		kind, n := b[0]>>5, uint64(b[0]&31)
		b = b[1:]
		if n >= 24 {
			width := 1 << (n - 24)
			n = 0
			for _, c := range b[:width] {
				n = n<<8 | uint64(c)
			}
			b = b[width:]
		}
		switch kind {
		case 2:
			b = b[n:]
		case 3:
			if !utf8.Valid(b[:n]) {
				return false
			}
			b = b[n:]
		}
	}
	return true
}

// Decode reads canonical bytes into v, a pointer. It refuses everything that
// [Encode] would not write for the value read: other spellings
// ([ErrNotCanonical]), bytes after the value, fields that v has not, indefinite
// lengths, tags, duplicate keys, and values beyond the limits. On an error what
// v holds means nothing.
func Decode(b []byte, v any) error {
	if len(b) > MaxBytes {
		return fmt.Errorf("seal: %d bytes, want at most %d", len(b), MaxBytes)
	}
	if err := decoder.Unmarshal(b, v); err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	again := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(again)
	again.Reset()
	if err := encoder.MarshalToBuffer(v, again); err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if !bytes.Equal(b, again.Bytes()) {
		return fmt.Errorf("seal: %w", ErrNotCanonical)
	}
	return nil
}

// chainTag fills, with the hash before, the first block of SHA-256, and keeps
// these hashes apart from all others that are made of the same bytes.
var chainTag = [32]byte{'s', 'p', 'o', 'o', 'r', ' ', 's', 'e', 'a', 'l', ' ', 'c', 'h', 'a', 'i', 'n', ' ', '1'}

// Hash is SHA-256 over 32 bytes of tag ("spoor seal chain 1", then zeros), the
// 32 bytes of prev, and b. As prev is the hash of what came before, it stands
// for all of it in order (Haber and Stornetta, Journal of Cryptology 3, 1991).
func Hash(prev [32]byte, b []byte) [32]byte {
	h := sha256.New()
	h.Write(chainTag[:])
	h.Write(prev[:])
	h.Write(b)
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}
