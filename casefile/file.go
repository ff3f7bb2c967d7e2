// Package casefile turns a case into what a court is given: a PDF to read, and an
// archive that shows by itself whether anybody changed it.
//
//	err := casefile.Write(w, file, key)                 // one .zip, signed by the node
//	report, err := casefile.Verify(r, size, trusted...) // by anybody, without a node
//
// The archive holds case.pdf, the same as data (case.cbor, payments.csv,
// timeline.csv), the attachments (evidence/…), sums that common tools check
// (sha256sums.txt), readme.txt, and manifest.cbor: names, sizes and SHA-256 of
// everything, signed. It is a plain ZIP that any program opens. For the same input
// and key there is one archive, byte by byte, and [Verify] takes no other: files in
// another order, compressed, or with anything before, between or behind them are
// refused, so that no two programs can see different files in it.
//
// On every page of the PDF stands the hash of the contents: of all files but the PDF
// itself, which could not hold its own. Facts and assessments are kept apart
// (Dir. (EU) 2016/680 Art 7), and parties have their categories (Art 6).
package casefile

import (
	"fmt"

	"spoor"
)

// Limits of one case file.
const (
	MaxRows       = 1 << 16 // of each list
	MaxAttachment = 1 << 30 // bytes of one attachment
	MaxArchive    = 1 << 31 // bytes of an archive
)

// File is a case as it is given to a court: plain data, in the order to be shown.
type File struct {
	ID          string            `json:"id"`
	Title       string            `json:"title"`
	Authority   string            `json:"authority"`
	Purpose     spoor.Purpose     `json:"purpose"`
	LegalBasis  string            `json:"legal_basis"` // act and article
	Handling    spoor.Handling    `json:"handling"`
	At          spoor.Instant     `json:"at"` // of the export
	By          string            `json:"by"` // who exported it
	Parties     []Party           `json:"parties"`
	Facts       []Statement       `json:"facts"`
	Assessments []Statement       `json:"assessments"`
	Narrative   Narrative         `json:"narrative"`
	Timeline    []Moment          `json:"timeline"`
	Payments    []Payment         `json:"payments"`
	Assets      []spoor.Asset     `json:"assets"`
	Orders      []Order           `json:"orders"`
	Clocks      []Clock           `json:"clocks"`
	Evidence    []Evidence        `json:"evidence"`
	Custody     []Custody         `json:"custody"`
	Access      []spoor.Access    `json:"access"`
	Attachments []Attachment      `json:"attachments"`
	Versions    map[string]string `json:"versions"` // of programs, rules, tables
	Journal     Head              `json:"journal"`
}

// Party is a party of the case and what it is in it: Dir. (EU) 2016/680 Art 6.
type Party struct {
	spoor.Party
	Category spoor.Category    `json:"category,omitempty"`
	Accounts []spoor.AccountID `json:"accounts,omitempty"`
}

// Statement is a fact or an assessment, with who entered it.
type Statement struct {
	ID         string           `json:"id"`
	Text       string           `json:"text"`
	By         string           `json:"by"`
	At         spoor.Instant    `json:"at"`
	Evaluation spoor.Evaluation `json:"evaluation,omitempty"`
	Evidence   []string         `json:"evidence,omitempty"`
}

// Narrative is the account of the case in words.
type Narrative struct {
	// Mark says what it is, such as that no person has edited it; "" for none.
	Mark     string    `json:"mark,omitempty"`
	Sections []Section `json:"sections"`
}

// Section is a part of the narrative.
type Section struct {
	Heading    string       `json:"heading"`
	Nature     string       `json:"nature"` // "fact", "assessment", "open"
	Paragraphs [][]Sentence `json:"paragraphs"`
}

// Sentence is a sentence of the narrative and what backs it.
type Sentence struct {
	Text     string   `json:"text"`
	Evidence []string `json:"evidence,omitempty"`
}

// Moment is a row of the timeline: when it happened, and when it became known.
type Moment struct {
	At       spoor.Instant `json:"at"`
	Known    spoor.Instant `json:"known,omitzero"`
	What     string        `json:"what"`
	Evidence []string      `json:"evidence,omitempty"`
}

// Payment is a payment of the case.
type Payment struct {
	ID          string          `json:"id"`
	Time        spoor.Instant   `json:"time"`
	From        spoor.AccountID `json:"from,omitzero"` // zero: cash, or outside the data
	To          spoor.AccountID `json:"to,omitzero"`
	FromName    string          `json:"from_name,omitempty"`
	ToName      string          `json:"to_name,omitempty"`
	FromCountry spoor.Country   `json:"from_country,omitzero"`
	ToCountry   spoor.Country   `json:"to_country,omitzero"`
	Paid        spoor.Money     `json:"paid"`
	Received    spoor.Money     `json:"received"`
	Channel     string          `json:"channel"`
	Kind        string          `json:"kind,omitempty"`
	Purpose     string          `json:"purpose,omitempty"`
}

// PaymentOf takes what a court is told of a payment; one without an id of its own
// goes by its record's number.
func PaymentOf(p spoor.Payment) Payment {
	return Payment{p.Called(), p.Time, p.From, p.To, p.FromName, p.ToName, p.FromCountry, p.ToCountry, p.Paid, p.Received, p.Channel.String(), p.Kind, p.Purpose}
}

// Order is a measure, with what happened to it.
type Order struct {
	ID         string        `json:"id"`
	Kind       string        `json:"kind"`
	State      string        `json:"state"`
	Authority  string        `json:"authority"`
	Issuing    spoor.Country `json:"issuing,omitzero"`
	Executing  spoor.Country `json:"executing,omitzero"`
	LegalBasis string        `json:"legal_basis"`
	Amount     spoor.Money   `json:"amount,omitzero"`
	Assets     []string      `json:"assets,omitempty"`
	Steps      []Step        `json:"steps"`
}

// Step is one thing that was done about an order, and the article it is under.
type Step struct {
	At      spoor.Instant `json:"at"`
	By      string        `json:"by"`
	What    string        `json:"what"`
	Article string        `json:"article"`
	Why     string        `json:"why,omitempty"`
}

// Clock is a legal limit of time.
type Clock struct {
	Order   string        `json:"order,omitempty"`
	Name    string        `json:"name"`
	Article string        `json:"article"`
	Started spoor.Instant `json:"started"`
	Due     spoor.Instant `json:"due"`
	Ended   spoor.Instant `json:"ended,omitzero"` // zero: still running
	Shown   string        `json:"shown"`          // its arithmetic, in words
}

// Evidence is a piece of evidence.
type Evidence struct {
	ID         string           `json:"id"`
	Title      string           `json:"title"`
	Source     string           `json:"source"`
	Event      spoor.Instant    `json:"event,omitzero"` // when what it shows happened
	Found      spoor.Instant    `json:"found"`          // when it came to the authority
	SHA256     []byte           `json:"sha256"`
	Handling   spoor.Handling   `json:"handling,omitempty"`
	Evaluation spoor.Evaluation `json:"evaluation,omitempty"`
}

// Custody is one hand that a piece of evidence went through.
type Custody struct {
	Evidence string        `json:"evidence"`
	At       spoor.Instant `json:"at"`
	By       string        `json:"by"`
	What     string        `json:"what"` // "taken in", "copied", "handed over"
	Why      string        `json:"why,omitempty"`
}

// Attachment is a file that goes with the case: whole, or its hash alone where it
// stays with the authority.
type Attachment struct {
	Name     string `json:"name"` // as it was called
	Media    string `json:"media"`
	Evidence string `json:"evidence,omitempty"` // id of the evidence that it is
	// Body is the file; nil where only Size and SHA256 are given.
	Body   []byte `json:"-"`
	Size   int64  `json:"size"`
	SHA256 []byte `json:"sha256"`
	// Stored is its name in the archive, "" where it is not there. Write sets it.
	Stored string `json:"stored,omitempty"`
}

// Head is the state of the node's journal that the case was read from.
type Head struct {
	Entry uint64        `json:"entry"`
	Hash  []byte        `json:"hash"`
	At    spoor.Instant `json:"at,omitzero"`
}

// Check says what a case file lacks before it can be given to a court.
func (f *File) Check() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("case file %q: "+format, append([]any{f.ID}, args...)...)
	}
	for name, v := range map[string]string{"title": f.Title, "authority": f.Authority, "legal basis (act and article)": f.LegalBasis, "name of who exports it": f.By, "id": f.ID} {
		if v == "" {
			return wrong("the %s is missing", name)
		}
	}
	if f.At == 0 {
		return wrong("the time of the export is missing")
	}
	for _, err := range []error{f.Purpose.Check(), f.Handling.Check()} {
		if err != nil {
			return wrong("%w", err)
		}
	}
	for name, n := range map[string]int{
		"parties": len(f.Parties), "facts": len(f.Facts), "assessments": len(f.Assessments), "sections": len(f.Narrative.Sections), "moments": len(f.Timeline),
		"payments": len(f.Payments), "assets": len(f.Assets), "orders": len(f.Orders), "clocks": len(f.Clocks), "pieces of evidence": len(f.Evidence),
		"custody": len(f.Custody), "looks": len(f.Access), "attachments": len(f.Attachments),
	} {
		if n > MaxRows {
			return wrong("%d %s: at most %d", n, name, MaxRows)
		}
	}
	return f.checkEvidence(wrong)
}

func (f *File) checkEvidence(wrong func(string, ...any) error) error {
	sums := map[string]string{}
	for _, e := range f.Evidence {
		if _, ok := sums[e.ID]; ok || e.ID == "" {
			return wrong("evidence %q is there twice, or without an id", e.ID)
		}
		if len(e.SHA256) != 32 {
			return wrong("evidence %q has no SHA-256", e.ID)
		}
		sums[e.ID] = string(e.SHA256)
	}
	for _, c := range f.Custody {
		if _, ok := sums[c.Evidence]; !ok {
			return wrong("custody of evidence %q, which is not in the case", c.Evidence)
		}
	}
	for _, a := range f.Attachments {
		switch want, ok := sums[a.Evidence]; {
		case len(a.Body) > MaxAttachment || a.Size < 0:
			return wrong("attachment %q of %d bytes: at most %d", a.Name, max(a.Size, int64(len(a.Body))), MaxAttachment)
		case a.Body == nil && len(a.SHA256) != 32:
			return wrong("attachment %q has neither a body nor a SHA-256", a.Name)
		case a.Evidence != "" && !ok:
			return wrong("attachment %q is evidence %q, which is not in the case", a.Name, a.Evidence)
		case a.Evidence != "" && want != string(a.sum()):
			return wrong("attachment %q is not what evidence %q was when it was taken in: its SHA-256 is another", a.Name, a.Evidence)
		}
	}
	return nil
}
