package score

// Suspects are the payments that a judge keeps to explain.
func (j *Judge) Suspects() []Suspect { return j.suspects }
