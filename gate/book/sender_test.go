package book

import (
	"encoding/hex"
	"testing"
)

func TestSenderDigest(t *testing.T) {
	d := SenderDigest("UNOOITMM")
	if got := hex.EncodeToString(d[:]); got != "4701bd98" {
		t.Errorf("the digest of UNOOITMM is %s", got)
	}
	if d != SenderDigest("UNOOITMMXXX") || d != SenderDigest("unooitmm") {
		t.Error("a branch is another sender")
	}
	if SenderDigest("") != [4]byte{} || d == SenderDigest("DUEEITMM") {
		t.Error("senders are not told apart")
	}
}

func TestSamePerson(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Jos\u00e9", "JOSE\u0301", true},
		{"Anna\u200b", "anna", true},
		{"anna rossi", "Anna\u00a0\u2060Rossi ", true},
		{"Ａｎｎａ", "anna", true},
		{"Strauß", "STRAUSS", true},
		{"an\u034fna", "anna", true},
		{"anna", "hanna", false},
		{"José", "Jose", false},
	} {
		if SamePerson(c.a, c.b) != c.same || SamePerson(c.b, c.a) != c.same {
			t.Errorf("%q and %q: want %v", c.a, c.b, c.same)
		}
	}
}
