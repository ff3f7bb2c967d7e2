package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestClaim keeps a folder for one journal and one key.
func TestClaim(t *testing.T) {
	key, other := []byte(strings.Repeat("k", 32)), []byte(strings.Repeat("o", 32))
	dir := t.TempDir()
	if err := Check(dir, "IT", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
	f, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer Unlock(f)
	for range 2 {
		if err := Claim(dir, "IT", nil); err != nil {
			t.Fatal(err)
		}
	}
	if name, err := Name(dir); name != "IT" || err != nil {
		t.Errorf("name %q, %v", name, err)
	}
	secret := t.TempDir()
	if err := Claim(secret, "IT", key); err != nil {
		t.Fatal(err)
	}
	stranger := t.TempDir()
	if err := os.WriteFile(filepath.Join(stranger, "sdn.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		dir, name string
		key       []byte
		want      string
	}{
		{dir, "FR", nil, "holds the journal of IT, not the journal of FR"},
		{dir, "IT", key, "a key is for a new folder"},
		{secret, "IT", nil, "give its key file"},
		{secret, "IT", other, "another key"},
		{stranger, "IT", nil, "holds sdn.csv and no journal"},
	} {
		if err := Claim(c.dir, c.name, c.key); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.want, err)
		}
	}
	if err := Claim(secret, "IT", key); err != nil {
		t.Error(err)
	}
}
