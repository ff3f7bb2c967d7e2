package seal

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// SaveKey writes a private key to a new file that its owner alone can read: one
// line, "spoor-private-key-1:" and the 32 bytes of the seed in base64. It never
// writes over a file: a key that is lost cannot be made again.
func SaveKey(name string, k *Key) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("seal: save key: %w", err)
	}
	_, err = io.WriteString(f, privatePrefix+base64.StdEncoding.EncodeToString(k.private.Seed())+"\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("seal: save key: %w", err), os.Remove(name))
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return fmt.Errorf("seal: save key: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// LoadKey reads what [SaveKey] wrote. It refuses a file that others may read or
// write: whoever can read the key can sign in its owner's name.
func LoadKey(name string) (*Key, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("seal: load key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("seal: load key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("seal: key file %s is no regular file", name)
	}
	if wide := info.Mode().Perm() & 0o077; wide != 0 {
		return nil, fmt.Errorf("seal: key file %s has permissions %04o: want 0600 (chmod 600), and a new key if others could read it", name, info.Mode().Perm())
	}
	b, err := io.ReadAll(io.LimitReader(f, 200))
	if err != nil {
		return nil, fmt.Errorf("seal: load key: %w", err)
	}
	seed, err := parseKey(strings.TrimSuffix(string(b), "\n"), privatePrefix)
	if err != nil {
		return nil, fmt.Errorf("seal: key file %s: want one line, %q and 32 bytes in base64", name, privatePrefix)
	}
	return &Key{ed25519.NewKeyFromSeed(seed)}, nil
}
