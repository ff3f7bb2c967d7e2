package spoor

// Forbidden is what the law does not allow, as an error.
type Forbidden struct {
	Act     string `json:"act"` // "" where no act is in question
	Article string `json:"article"`
	Reason  string `json:"reason"`
}

// Error gives "REASON: ACT Art ARTICLE".
func (f *Forbidden) Error() string {
	s := f.Reason
	if f.Act != "" {
		s += ": " + f.Act
		if f.Article != "" {
			s += " Art " + f.Article
		}
	}
	return s
}
