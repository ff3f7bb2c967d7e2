// Package letters writes words of any script in Latin letters, by sound and by
// consonants, and measures how far apart two spellings are. It knows words, not
// names.
package letters
