// Package fold turns a name into words: in Latin letters, each with a class, a
// weight and what the data files know of it. How two names compare is for the
// room above.
package fold

// Limits on one name.
const (
	MaxRunes = 300
	MaxWords = 24
)
