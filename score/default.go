package score

import (
	"bytes"
	_ "embed"
)

// builtIn is the model that Spoor ships: see docs/default-model.md.
//
//go:embed default.json.gz
var builtIn []byte

// Default is the model inside the program, trained on simulated economies.
func Default() (*Model, error) { return Load(bytes.NewReader(builtIn)) }
