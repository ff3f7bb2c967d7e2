// Package name folds and compares names of persons, organisations and vessels
// across scripts and spellings, and says why two are alike.
//
//	c := name.Compare(spoor.Person, "Сергей Щербатов", "SHCHERBATOV, Sergei Viktorovich")
//	// c.Score is 0.92; c.Pieces say which word matched which
//
// # How it works
//
// A name is folded ([New]): normalised (Unicode NFKC), written in Latin letters
// by the rules of its script, and cut into words of which each has a class, a
// weight and a spelling by sound. Words are then aligned one to one, or as runs
// written together, by a Damerau-Levenshtein distance (Damerau, CACM 1964) in
// which letters that sound or look alike cost less. What is left over on both
// sides contradicts; what is left over on one side only is missing.
//
// Scripts without vowels (Arabic, Hebrew), and those of which the vowels are
// lost on the way (Thai, Devanagari, Han for foreign names), are compared by
// their consonants, vowels being nearly free.
//
// The more people bear a name, the less it says who is meant (inverse document
// frequency: Spärck Jones, Journal of Documentation 28, 1972; here by a table,
// since lists hold other names than payments do). Common names that match weigh
// less, and what one side alone has weighs more: "Luis Gómez" is not "GOMEZ
// PIQUERAS, Jose Luis", but "Thorvald Ellingsgaard" may be "ELLINGSGAARD, Thorvald
// Mikael". Two different common names are never taken for slips of each other.
//
// An organisation matches its initials; a person, or a name without any word of
// an organisation, does not.
//
// Given names that stand for one another, names that many bear, legal forms and
// common words of companies are data: names.txt, common.txt, forms.txt and
// words.txt in internal/fold/data.
//
// # The scale
//
// [Threshold] is the score from which two names should be looked at: .70. A
// name without a telling word ("Trading Company", "Ltd", one letter) matches
// nothing, itself included.
//
// # Limits
//
// A name is cut after [MaxRunes] characters and [MaxWords] words.
package name

import (
	"spoor"
	"spoor/screen/name/internal/fold"
	"spoor/screen/name/internal/letters"
)

// Threshold is the score from which two names count as a match.
const Threshold = 0.70

// Limits on one name.
const (
	MaxRunes = fold.MaxRunes
	MaxWords = fold.MaxWords
)

// Name is a folded name; see its methods. New makes one.
type Name = fold.Name

// Word is one word of a folded name.
type Word = fold.Word

// New folds a name of a party of a kind. AnyParty is taken as an organisation
// where it has a legal form or a word that organisations have, and as a person
// otherwise.
func New(kind spoor.PartyKind, s string) *Name { return fold.New(kind, s) }

// AppendSkeleton writes the consonants of a word in small Latin letters by
// classes, such that most spellings of one name have the same.
func AppendSkeleton(dst, text []byte) []byte { return letters.AppendSkeleton(dst, text) }
