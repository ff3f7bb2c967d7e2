package casefile

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/seal"
)

func instant(t testing.TB, s string) (i spoor.Instant) {
	t.Helper()
	if err := i.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return i
}

func country(s string) spoor.Country { c, _ := spoor.ParseCountry(s); return c }

func eur(cents int64) spoor.Money { return spoor.Money{Amount: cents, Currency: spoor.EUR} }

func nodeKey(t testing.TB, fill byte) *seal.Key {
	t.Helper()
	k, err := seal.NewKey(bytes.NewReader(bytes.Repeat([]byte{fill}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sha(b []byte) []byte {
	s := sha256.Sum256(b)
	return s[:]
}

// havenstad is an invented case.
func havenstad(t testing.TB) File {
	scan := []byte("%PDF-1.4 an invented bank statement")
	at := func(s string) spoor.Instant { return instant(t, "2026-11-"+s+":00Z") }
	kade := spoor.AccountID{Number: "NL02ABNA0123456789"}
	adria := spoor.AccountID{Bank: "NORDITMM", Number: "00417"}
	usd := spoor.Money{Amount: 3_135_050, Currency: spoor.USD}
	return File{
		ID: "C-2026-7", Title: "Cash at Havenstad, and where it went", Authority: "FIU of Norditania", Purpose: spoor.LaunderingAnalysis,
		LegalBasis: "Dir. (EU) 2024/1640 Art 19", Handling: spoor.H1, At: at("25T12:00"), By: "R. Adviseur",
		Parties: []Party{
			{Party: spoor.Party{ID: "S-1", Kind: spoor.Person, Names: []spoor.Name{{Full: "Joris Weiß"}, {Full: "J. White"}}, Births: []spoor.PartialDate{{Year: 1980, Month: 2, Day: 29}},
				Countries: []spoor.Country{country("NL")}, Addresses: []string{"Kade 7, Havenstad"}, Identifiers: []spoor.Identifier{{Kind: spoor.NationalID, Value: "ID-880", Country: country("NL")}}},
				Category: spoor.Suspect, Accounts: []spoor.AccountID{kade}},
			{Party: spoor.Party{ID: "S-2", Kind: spoor.Organisation, Names: []spoor.Name{{Full: "Адрия Трейдинг"}}}, Category: spoor.OtherRole, Accounts: []spoor.AccountID{adria}},
		},
		Facts:       []Statement{{ID: "F-1", Text: "Joris Weiß has been registered as unemployed since January 2025.", By: "R. Adviseur", At: at("24T09:00"), Evaluation: "A1", Evidence: []string{"E-2"}}},
		Assessments: []Statement{{ID: "O-1", Text: "He may have brought in money for others; no income is known that would explain it.", By: "R. Adviseur", At: at("24T09:30"), Evaluation: "B3", Evidence: []string{"F-1"}}},
		Narrative: Narrative{Mark: "DRAFT for a person to edit.", Sections: []Section{
			{Heading: "What happened", Nature: "fact", Paragraphs: [][]Sentence{{{"On 20 November 2026, EUR 9 800.00 was paid in cash into account NL02ABNA0123456789.", []string{"payment P-1"}},
				{"On 22 November 2026, EUR 29 000.00 went by wire to account NORDITMM:00417.", []string{"payment P-4"}}}}},
			{Heading: "How", Nature: "assessment", Paragraphs: [][]Sentence{{{"A program found that the payments have a pattern that is known as structuring.", []string{"alert A-17"}}}}},
		}},
		Timeline: []Moment{
			{At: at("20T09:15"), Known: at("23T08:00"), What: "Cash paid in at machine 4", Evidence: []string{"payment P-1"}},
			{At: at("23T10:00"), What: "=SUM(A1:A9) Account suspended", Evidence: []string{"order O-17"}},
		},
		Payments: []Payment{
			PaymentOf(spoor.Payment{ID: "P-1", Time: at("20T09:15"), To: kade, ToName: "Joris Weiß", ToCountry: country("NL"), Paid: eur(980_000), Received: eur(980_000), Channel: spoor.Cash, Purpose: "+31 6"}),
			PaymentOf(spoor.Payment{Record: 4, Time: at("22T13:00"), From: kade, To: adria, FromName: "Joris Weiß", ToName: "Adria Trading", FromCountry: country("NL"), ToCountry: country("IT"),
				Paid: eur(2_900_000), Received: usd, Channel: spoor.Wire, Purpose: "invoice \"7\", second part"}),
		},
		Assets: []spoor.Asset{{ID: "X-1", Kind: spoor.AccountAsset, Account: adria, Country: country("IT"), Owner: "S-2", Value: usd, Traced: eur(2_900_000), Confidence: 0.9, Source: "trace 5f1c"}},
		Orders: []Order{{ID: "O-17", Kind: "account-suspension", State: "in force", Authority: "FIU of Norditania", LegalBasis: "Dir. (EU) 2024/1640 Art 24(2)", Issuing: country("NL"), Amount: eur(2_900_000), Assets: []string{"X-1"},
			Steps: []Step{{At: at("23T09:50"), By: "R. Adviseur", What: "proposed", Article: "Art 24(2)", Why: "money is leaving"}, {At: at("23T10:00"), By: "M. Vier", What: "confirmed by a second person", Article: "Art 24(2)"}}}},
		Clocks: []Clock{{Order: "O-17", Name: "suspension of an account", Article: "Dir. (EU) 2024/1640 Art 24(2)", Started: at("23T10:00"), Due: at("30T23:59"), Shown: "5 working days from Mon 23 Nov 2026"}},
		Evidence: []Evidence{
			{ID: "E-1", Title: "Statement of account NL02ABNA0123456789", Source: "Bank van Havenstad", Event: at("22T13:00"), Found: at("23T08:00"), SHA256: sha(scan), Handling: spoor.H1, Evaluation: "A1"},
			{ID: "E-2", Title: "Extract of the register of employment", Source: "Employment office", Found: at("24T08:00"), SHA256: sha([]byte("other"))},
		},
		Custody: []Custody{{Evidence: "E-1", At: at("23T08:00"), By: "R. Adviseur", What: "taken in", Why: "answer to request V-3"}, {Evidence: "E-1", At: at("24T08:00"), By: "M. Vier", What: "copied"}},
		Access:  []spoor.Access{{At: at("24T10:00"), By: "M. Vier", Authority: "FIU of Norditania", Action: "consult", Kind: "case", File: "C-2026-7", Purpose: spoor.LaunderingAnalysis, Why: "second signature", Allowed: true}},
		Attachments: []Attachment{
			{Name: `C:\scans\Statement März (1).PDF`, Media: "application/pdf", Evidence: "E-1", Body: scan},
			{Name: "register.xml", Media: "application/xml", Evidence: "E-2", Size: 5, SHA256: sha([]byte("other"))},
			{Name: "../../etc/passwd", Media: "text/plain", Body: []byte{}},
		},
		Versions: map[string]string{"spoor": "0.5", "detectors": "2", "rules": "4"},
		Journal:  Head{Entry: 4711, Hash: bytes.Repeat([]byte{0xab}, 32), At: at("25T11:59")},
	}
}

func written(t testing.TB, f File, k *seal.Key) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, k); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verify(b []byte, keys ...seal.Public) (Report, error) {
	return Verify(bytes.NewReader(b), int64(len(b)), keys...)
}

// TestRoundTrip writes an archive and checks it, with the key and without.
func TestRoundTrip(t *testing.T) {
	k, other := nodeKey(t, 1), nodeKey(t, 2)
	b := written(t, havenstad(t), k)
	r, err := verify(b, other.Public(), k.Public())
	if err != nil {
		t.Fatal(err)
	}
	if r.Case != "C-2026-7" || r.By != "R. Adviseur" || !r.Trusted || r.KeyID != k.Public().ID() || r.Journal.Entry != 4711 || len(r.Files) != 8 || len(r.Contents) != 64 ||
		len(r.Absent) != 1 || r.Absent[0] != "register.xml" {
		t.Errorf("%+v", r)
	}
	if !bytes.Equal(b, written(t, havenstad(t), k)) {
		t.Error("the same case gave another archive")
	}
	r, err = verify(b, other.Public())
	if !errors.Is(err, seal.ErrUnknownKey) || r.Trusted || r.Case != "C-2026-7" {
		t.Errorf("%+v %v", r, err)
	}
}

// TestOrdinaryZip reads the archive as any program does.
func TestOrdinaryZip(t *testing.T) {
	f := havenstad(t)
	b := written(t, f, nodeKey(t, 1))
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{}
	for _, e := range z.File {
		rc, err := e.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(e.Name, err)
		}
		bodies[e.Name] = string(body)
	}
	for name, want := range map[string]string{
		"evidence/00001-statement-m-rz--1.pdf": "%PDF-1.4 an invented", "evidence/00003-passwd": "", "case.pdf": "Case file", "readme.txt": nodeKey(t, 1).Public().ID(),
		"timeline.csv": "'=SUM(A1:A9)", "payments.csv": "'+31 6",
	} {
		if got, ok := bodies[name]; !ok || name != "case.pdf" && !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for line := range strings.Lines(bodies["sha256sums.txt"]) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if got := hex.EncodeToString(sha([]byte(bodies[name]))); got != sum {
			t.Errorf("%s: %s", name, got)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(bodies["payments.csv"])).ReadAll()
	if err != nil || len(rows) != 3 || rows[2][0] != "4" || rows[2][8] != "29000.00" || rows[2][10] != "31350.50" || rows[2][14] != `invoice "7", second part` {
		t.Errorf("%v %q", err, rows)
	}
	var back File
	if err := seal.Decode([]byte(bodies["case.cbor"]), &back); err != nil {
		t.Fatal(err)
	}
	if back.Payments[1] != f.Payments[1] || back.Parties[0].Name() != "Joris Weiß" || back.Attachments[0].Stored == "" {
		t.Errorf("%+v", back)
	}
}

// TestChecks refuses case files that a court could not rely on.
func TestChecks(t *testing.T) {
	for fault, change := range map[string]func(*File){
		"title is missing":             func(f *File) { f.Title = "" },
		"authority is missing":         func(f *File) { f.Authority = "" },
		"legal basis":                  func(f *File) { f.LegalBasis = "" },
		"who exports":                  func(f *File) { f.By = "" },
		"time of the export":           func(f *File) { f.At = 0 },
		"purpose":                      func(f *File) { f.Purpose = "curiosity" },
		"handling":                     func(f *File) { f.Handling = "H9" },
		"has no SHA-256":               func(f *File) { f.Evidence[0].SHA256 = nil },
		"there twice":                  func(f *File) { f.Evidence[1].ID = "E-1" },
		"custody of evidence":          func(f *File) { f.Custody[0].Evidence = "E-9" },
		"neither a body nor a SHA-256": func(f *File) { f.Attachments[1].SHA256 = nil },
		"its SHA-256 is another":       func(f *File) { f.Attachments[0].Body = []byte("changed since") },
		"not in the case":              func(f *File) { f.Attachments[0].Evidence = "E-9" },
		"at most":                      func(f *File) { f.Timeline = make([]Moment, MaxRows+1) },
	} {
		f := havenstad(t)
		change(&f)
		if err := Write(io.Discard, f, nodeKey(t, 1)); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%s: %v", fault, err)
		}
	}
}

func TestPlainName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "name")
		if got := folder + "00001-" + plainName(s); !fileName.MatchString(got) || strings.Contains(got, "..") {
			t.Fatalf("%q becomes %q", s, got)
		}
	})
}

// TestLarge prints the first rows of a long table and says where the rest is.
func TestLarge(t *testing.T) {
	f := havenstad(t)
	p := f.Payments[1]
	for i := range 3000 {
		p.ID = "Q-" + strings.Repeat("0", i%3)
		f.Payments = append(f.Payments, p)
	}
	k := nodeKey(t, 1)
	if _, err := verify(written(t, f, k), k.Public()); err != nil {
		t.Fatal(err)
	}
}
