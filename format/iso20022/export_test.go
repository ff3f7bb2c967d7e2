package iso20022

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// What the tests of package instruct use of the tests here: they are in
// instruct_test.go beside this file, since one reads what the other does.
var (
	ReadAll   = readAll
	Noisy     = noisy
	Pacs008Of = pacs008Of
	DataDir   = dataDir
)

// Maker gives a function that writes random valid messages of a schema.
func Maker(t *testing.T, file string, seed uint64) func() []byte {
	m := &maker{schema: readSchema(t, filepath.Join(dataDir(t), file)), rng: rand.New(rand.NewPCG(seed, 0))}
	return m.document
}

// SchemaHas reports whether a schema has a path below Document.
func SchemaHas(t *testing.T, file string) func(path string) bool {
	s := readSchema(t, filepath.Join(dataDir(t), file))
	return func(path string) bool { return s.Has("Document", path) }
}
