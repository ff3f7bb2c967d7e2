package book

import (
	"crypto/sha256"
	"strings"

	"spoor/gate/internal/find"
)

// SamePerson reports whether two names that persons sign in with are one, for
// four eyes: however their letters are composed (NFKC), in capitals or not, and
// whatever stands between them that nobody sees.
func SamePerson(a, b string) bool { return find.Person(a) == find.Person(b) }

// SenderDigest stands for who sent a message, in four bytes: the first of the
// SHA-256 over "spoor sender 1" and the first eight characters of the BIC, in
// capitals. An instruction's digest begins with it. It is zero where the sender
// is not named.
func SenderDigest(sender string) (d [4]byte) {
	if sender == "" {
		return d
	}
	first := []rune(sender)
	sum := sha256.Sum256([]byte("spoor sender 1" + strings.ToUpper(string(first[:min(8, len(first))]))))
	copy(d[:], sum[:])
	return d
}
