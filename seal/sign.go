package seal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Errors of [Signed.Verify].
var (
	// ErrSignature is the fault of bytes that were not signed as they are now.
	ErrSignature = errors.New("the signature is not of these bytes and this kind by the key that is named")
	// ErrUnknownKey is the fault of a signature that is right, by a key that the
	// reader does not trust: whoever made the key can have signed anything.
	ErrUnknownKey = errors.New("the signature is right, but its key is not among those that are trusted")
)

const (
	publicPrefix  = "spoor-key-1:"
	privatePrefix = "spoor-private-key-1:"
)

// signTag begins all that is signed, and keeps signatures apart from those that
// the same key makes elsewhere; idTag does so for the hash that names a key.
var (
	signTag = [32]byte{'s', 'p', 'o', 'o', 'r', ' ', 's', 'e', 'a', 'l', ' ', 's', 'i', 'g', 'n', 'a', 't', 'u', 'r', 'e', ' ', '1'}
	idTag   = [32]byte{'s', 'p', 'o', 'o', 'r', ' ', 's', 'e', 'a', 'l', ' ', 'k', 'e', 'y', ' ', 'i', 'd', ' ', '1'}
)

// Key signs. It is an Ed25519 key (RFC 8032); it prints as its public half.
type Key struct{ private ed25519.PrivateKey }

// NewKey makes a key of the first 32 bytes of random: crypto/rand.Reader, but
// in tests.
func NewKey(random io.Reader) (*Key, error) {
	var seed [ed25519.SeedSize]byte
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return nil, fmt.Errorf("seal: a key needs %d random bytes: %w", len(seed), err)
	}
	return &Key{ed25519.NewKeyFromSeed(seed[:])}, nil
}

// Public is the half of the key that is given to everybody.
func (k *Key) Public() Public { return Public(k.private[ed25519.SeedSize:]) }

// String gives the public half: a private key must not get into a log.
func (k *Key) String() string { return k.Public().String() }

// GoString gives the public half.
func (k *Key) GoString() string { return k.Public().String() }

// Sign signs bytes, canonical ones where a value is meant (see [Encode]). The
// kind says what they are, such as "casefile-manifest-1", in 1 to 64 small
// letters, digits and hyphens: a signature of one kind is none of another.
func (k *Key) Sign(kind string, b []byte) (Signed, error) {
	m, err := signedMessage(kind, b)
	if err != nil {
		return Signed{}, err
	}
	return Signed{Kind: kind, Data: b, Key: k.Public().String(), Signature: ed25519.Sign(k.private, m)}, nil
}

// signedMessage is the bytes that Ed25519 signs: signTag, the length of the kind
// in one byte, the kind, and the data.
func signedMessage(kind string, b []byte) ([]byte, error) {
	if len(kind) == 0 || len(kind) > 64 || strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return nil, fmt.Errorf("seal: kind %.80q of a signature: want 1 to 64 small letters, digits and hyphens", kind)
	}
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("seal: %d bytes to sign, want at most %d: sign their hash", len(b), MaxBytes)
	}
	m := make([]byte, 0, len(signTag)+1+len(kind)+len(b))
	m = append(m, signTag[:]...)
	m = append(m, byte(len(kind)))
	m = append(m, kind...)
	return append(m, b...), nil
}

// Signed is bytes with the signature of a key.
type Signed struct {
	Kind      string `json:"kind"`
	Data      []byte `json:"data"`
	Key       string `json:"key"` // text form of a Public
	Signature []byte `json:"signature"`
}

// Verify fails with [ErrSignature] unless the signature is right, and then with
// [ErrUnknownKey] unless its key is one of those that are trusted. The caller
// must also look whether Kind is what it expects.
func (s *Signed) Verify(trusted ...Public) error {
	key, err := ParsePublic(s.Key)
	if err != nil {
		return err
	}
	m, err := signedMessage(s.Kind, s.Data)
	if err != nil {
		return err
	}
	if !ed25519.Verify(key[:], m, s.Signature) {
		return fmt.Errorf("seal: %w (key %s)", ErrSignature, key.ID())
	}
	for _, t := range trusted {
		if t == key {
			return nil
		}
	}
	return fmt.Errorf("seal: %w (key %s)", ErrUnknownKey, key.ID())
}

// Public checks signatures: an Ed25519 public key.
type Public [ed25519.PublicKeySize]byte

// String gives the text form: "spoor-key-1:" and the 32 bytes in base64.
func (p Public) String() string { return publicPrefix + base64.StdEncoding.EncodeToString(p[:]) }

// ID is a short name of the key for people to compare, 16 hexadecimal digits: the
// first 8 bytes of SHA-256 over 32 bytes of tag ("spoor seal key id 1", then
// zeros) and the key. Programs compare the whole key.
func (p Public) ID() string {
	sum := sha256.Sum256(append(idTag[:], p[:]...))
	return hex.EncodeToString(sum[:8])
}

// MarshalText gives the text form.
func (p Public) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the text form.
func (p *Public) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePublic(string(b))
	return err
}

// ParsePublic reads the text form of a public key.
func ParsePublic(s string) (p Public, err error) {
	b, err := parseKey(s, publicPrefix)
	if err != nil {
		return p, fmt.Errorf("seal: public key: want %q and %d bytes in base64", publicPrefix, len(p))
	}
	return Public(b), nil
}

// parseKey reads 32 bytes of base64 after a prefix. The one spelling of them is
// asked for, since a key's text is compared and signed.
func parseKey(s, prefix string) ([]byte, error) {
	text, ok := strings.CutPrefix(s, prefix)
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(b) != ed25519.SeedSize || len(text) != base64.StdEncoding.EncodedLen(len(b)) {
		return nil, errors.New("not a key")
	}
	return b, nil
}
