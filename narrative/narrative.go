// Package narrative drafts the account of a suspicion in words, from evidence:
// who, what, when, where, how much, how, why it is unusual, what else would
// explain it, what was done, and what is not known.
//
//	draft, err := narrative.Write(input)
//	for _, s := range draft.Sections { … }   // or draft.String() to read
//
// Every sentence carries the ids of what backs it ([Sentence]). A section holds
// either facts or assessments and says which (Dir. (EU) 2016/680 Art 7). Amounts of
// different currencies are never added. The draft is for a person to edit and
// marks itself so. It states no guilt, and refuses input that does (Charter of
// Fundamental Rights Art 48): what a text may say is what was seen, and what is
// suspected and why. It knows the common English ways to state guilt, not all of
// them, so that the person who edits it must look, too.
//
// The same input gives the same words. They are in English.
package narrative

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"spoor"
)

// Marks of every draft.
const (
	Mark = "DRAFT for a person to edit. Written by a program from the evidence that is named after each sentence; not reviewed."
	// Presumption ends every draft.
	Presumption = "Nothing in this text says that anybody is guilty. Everybody who is named is presumed innocent until proved guilty according to law (Charter of Fundamental Rights Art 48)."
)

// Limits of one draft.
const (
	MaxItems = 10_000  // alerts, payments, parties, … each
	MaxText  = 100_000 // bytes of one text
)

// Input is what a draft is made of. Ids are those of the case.
type Input struct {
	Case         string // "": not a case yet
	Alerts       []spoor.Alert
	Payments     []spoor.Payment
	Subjects     []Subject
	Assets       []spoor.Asset
	Facts        []Statement // that a person established
	Assessments  []Statement // what a person makes of them
	Explanations []Explanation
	Measures     []Measure
	Unknown      []Statement // questions that are open
}

// Subject is a party of the case.
type Subject struct {
	spoor.Party
	Category spoor.Category
	Accounts []spoor.AccountID
	Evidence []string // where it is known from
}

// Statement is a sentence of a person, who is named.
type Statement struct {
	ID         string
	Text       string
	By         string
	At         spoor.Instant
	Evaluation spoor.Evaluation
	Evidence   []string
}

// Explanation is a lawful explanation that was looked into.
type Explanation struct {
	ID       string
	What     string // completes "Looked into: …"
	Found    string // what was found, in words
	Fits     bool   // it explains the payments, in part or whole
	Evidence []string
}

// Measure is what was done: a suspension, a freeze, a request.
type Measure struct {
	ID    string
	At    spoor.Instant
	What  string // completes "On …: "
	Basis string // act and article
}

// Sentence is one sentence and the ids of what backs it: "payment P-1", "alert A-2",
// "party C-1", "asset X-1", "fact F-1", and whatever ids the input's own evidence has.
type Sentence struct {
	Text     string   `json:"text"`
	Evidence []string `json:"evidence"`
}

// Nature says what sort of sentences a section has.
type Nature string

// The natures.
const (
	Fact       Nature = "fact"       // what sources say, as they say it
	Assessment Nature = "assessment" // what a person or a program makes of it
	Open       Nature = "open"       // what is not known
)

// Section is one part of a draft.
type Section struct {
	Heading    string       `json:"heading"`
	Nature     Nature       `json:"nature"`
	Paragraphs [][]Sentence `json:"paragraphs"`
}

// Draft is a narrative that no person has looked at yet.
type Draft struct {
	Title    string    `json:"title"`
	Mark     string    `json:"mark"`
	Sections []Section `json:"sections"`
	End      string    `json:"end"`
}

// Write drafts the narrative. It fails where there is nothing to tell, where the
// input contradicts itself, and where a text of it states guilt.
func Write(in Input) (Draft, error) {
	if err := in.check(); err != nil {
		return Draft{}, fmt.Errorf("narrative of case %q: %w", in.Case, err)
	}
	w := newWriter(&in)
	d := Draft{Title: "Narrative of case " + clean(in.Case), Mark: Mark, End: Presumption}
	if in.Case == "" && len(in.Alerts) > 0 {
		d.Title = "Narrative of alert " + clean(in.Alerts[0].ID)
	}
	for _, s := range []struct {
		heading string
		nature  Nature
		write   func() [][]Sentence
	}{
		{"In short", Fact, w.short},
		{"Who", Fact, w.who},
		{"What happened, when and where", Fact, w.what},
		{"How much", Fact, w.howMuch},
		{"Where the money is", Fact, w.assets},
		{"What was established besides", Fact, w.facts},
		{"What was done", Fact, w.measures},
		{"How: the pattern", Assessment, w.how},
		{"Why it is unusual", Assessment, w.why},
		{"Other explanations", Assessment, w.explanations},
		{"What the case officers make of it", Assessment, w.assessments},
		{"What is not known", Open, w.unknown},
	} {
		if p := slices.DeleteFunc(s.write(), func(p []Sentence) bool { return len(p) == 0 }); len(p) > 0 {
			d.Sections = append(d.Sections, Section{s.heading, s.nature, p})
		}
	}
	if w.err != nil {
		return Draft{}, fmt.Errorf("narrative of case %q: %w", in.Case, w.err)
	}
	return d, nil
}

// check refuses input that nothing can be written from.
func (in *Input) check() error {
	for name, n := range map[string]int{
		"alerts": len(in.Alerts), "payments": len(in.Payments), "subjects": len(in.Subjects), "assets": len(in.Assets), "facts": len(in.Facts),
		"assessments": len(in.Assessments), "explanations": len(in.Explanations), "measures": len(in.Measures), "open questions": len(in.Unknown),
	} {
		if n > MaxItems {
			return fmt.Errorf("%d %s: at most %d", n, name, MaxItems)
		}
	}
	if len(in.Alerts) == 0 && len(in.Payments) == 0 {
		return fmt.Errorf("neither an alert nor a payment: there is nothing to tell")
	}
	seen := map[string]bool{}
	for i := range in.Payments {
		id := in.Payments[i].Called()
		if seen[id] {
			return fmt.Errorf("two payments have the id %q: nobody could tell which one a sentence means", id)
		}
		seen[id] = true
	}
	for _, s := range in.Subjects {
		if s.Category != "" {
			if err := s.Category.Check(); err != nil {
				return fmt.Errorf("party %q: %w", s.ID, err)
			}
		}
	}
	return in.checkWords()
}

// String gives the draft as text with the evidence in brackets. Facts and
// assessments say what they are.
func (d Draft) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n", d.Title, d.Mark)
	words := map[Nature]string{Fact: "fact", Assessment: "assessment, not fact", Open: "open"}
	for i, s := range d.Sections {
		fmt.Fprintf(&b, "\n%d. %s (%s)\n", i+1, s.Heading, words[s.Nature])
		for _, p := range s.Paragraphs {
			b.WriteString("\n")
			for k, sentence := range p {
				if k > 0 {
					b.WriteString(" ")
				}
				b.WriteString(sentence.Text)
				if len(sentence.Evidence) > 0 {
					b.WriteString(" [" + brief(sentence.Evidence) + "]")
				}
			}
			b.WriteString("\n")
		}
	}
	fmt.Fprintf(&b, "\n%s\n", d.End)
	return b.String()
}

// brief names the first pieces of evidence and counts the rest.
func brief(evidence []string) string {
	const most = 6
	if len(evidence) <= most {
		return strings.Join(evidence, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(evidence[:most], ", "), len(evidence)-most)
}

// inTime sorts payments by time, then by record and id, so that words do not depend
// on the order they were given in.
func inTime(payments []*spoor.Payment) {
	slices.SortStableFunc(payments, func(a, b *spoor.Payment) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Record, b.Record), cmp.Compare(a.ID, b.ID))
	})
}
