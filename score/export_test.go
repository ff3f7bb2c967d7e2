package score

import "io"

// Read is Load without the look at the fingerprint.
func Read(r io.Reader) (*Model, error) { return read(r) }

// Suspects are the payments that a judge keeps to explain.
func (j *Judge) Suspects() []Suspect { return j.suspects }
