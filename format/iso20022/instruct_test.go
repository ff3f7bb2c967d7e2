package iso20022_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"spoor"
	"spoor/format/iso20022"
	"spoor/format/iso20022/instruct"
	"spoor/format/iso20022/status"
)

// agree reads a message as a file and as a question, and says where the
// payments differ. What the gate refuses, the file's reader may take.
func agree(body []byte) (batch *instruct.Batch, err error) {
	batch, err = instruct.Read(body, instruct.Limits{})
	if err != nil {
		return nil, nil
	}
	payments, problems := iso20022.ReadAll(iso20022.NewReader("f", bytes.NewReader(body)))
	for _, p := range problems {
		if p.Fatal {
			return batch, fmt.Errorf("the reader of files: %v", p)
		}
	}
	byRecord := map[uint64]spoor.Payment{}
	for _, p := range payments {
		byRecord[p.Record] = p
	}
	if n := len(payments) + len(problems); n != batch.Transactions {
		return batch, fmt.Errorf("%d records, want %d", batch.Transactions, n)
	}
	refused := 0
	for _, p := range batch.Problems {
		if p.Record > 0 {
			refused++
		}
	}
	if len(batch.Problems) > refused { // refused as a whole
		if len(batch.Instructions) > 0 {
			return batch, fmt.Errorf("%d instructions of a message that is refused", len(batch.Instructions))
		}
		return batch, nil
	}
	if len(batch.Instructions)+refused != batch.Transactions {
		return batch, fmt.Errorf("%d instructions and %d refused of %d", len(batch.Instructions), refused, batch.Transactions)
	}
	for _, i := range batch.Instructions {
		if want, ok := byRecord[i.Payment.Record]; !ok || want != i.Payment {
			return batch, fmt.Errorf("record %d:\n got %+v\nwant %+v", i.Payment.Record, i.Payment, want)
		}
	}
	return batch, nil
}

// TestSamePayments compares the two on what banks might send, in all the ways
// that XML lets them write it.
func TestSamePayments(t *testing.T) {
	var bodies [][]byte
	for _, n := range []int{1, 3} {
		bodies = append(bodies, iso20022.Pacs008Of(rand.New(rand.NewPCG(3, uint64(n))), n, n > 1))
	}
	for _, name := range []string{"pain001.xml", "../instruct/testdata/pacs008.xml"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, b)
	}
	for i, body := range bodies {
		want, err := agree(body)
		if err != nil || want == nil || len(want.Instructions) == 0 || len(want.Problems) > 0 {
			t.Fatalf("message %d: %+v, %v", i, want, err)
		}
		rng := rand.New(rand.NewPCG(uint64(i), 7))
		for range 100 {
			odd := iso20022.Noisy(rng, body, true)
			got, err := agree(odd)
			if err != nil || got == nil || len(got.Instructions) != len(want.Instructions) {
				t.Fatalf("message %d: %v, %+v\n%s", i, err, got, odd)
			}
			for j, g := range got.Instructions {
				if w := want.Instructions[j]; g.Digest != w.Digest || g.References != w.References || fmt.Sprint(g.Parties) != fmt.Sprint(w.Parties) {
					t.Fatalf("message %d: %+v\n%+v\n%s", i, g, w, odd)
				}
			}
		}
	}
}

// asked are the schemas of what a gate is asked.
var asked = []string{
	"pacs.008.001.08.xsd", "pacs.008.001.10.xsd", "pacs.008.001.12.xsd", "pain.001.001.09.xsd", "pain.001.001.11.xsd",
	"pacs.004.001.09.xsd", "pacs.004.001.10.xsd", "camt.056.001.08.xsd",
}

// decimals finds amounts; few that are made at random have as many decimals as
// their currency.
var decimals = regexp.MustCompile(`(Ccy="[A-Z]+">[0-9]+)\.[0-9]+<`)

// totals finds numbers and sums of transactions, which are never right.
var totals = regexp.MustCompile(`<(NbOfTxs|CtrlSum)>[^<]*</(NbOfTxs|CtrlSum)>`)

// chance are problems that messages made at random have and that no bank's
// should.
var chance = []string{
	"control characters", "more decimals", "no ISO 4217 code", "nothing names", "states another", "more parties", "names no transaction",
	"the same references", "generic identifications", "white space around", "invoicers", "more than 18 digits", "must name the message",
}

// TestAskedBySchema reads messages made at random from the schemas. All of
// them are read, and what is refused is only what chance makes.
func TestAskedBySchema(t *testing.T) {
	for i, file := range asked {
		t.Run(file, func(t *testing.T) {
			document := iso20022.Maker(t, file, uint64(i))
			read, all := 0, 0
			for range 60 {
				kind := strings.TrimSuffix(file, ".xsd")
				body := totals.ReplaceAll(decimals.ReplaceAll(document(), []byte("$1<")), nil)
				body = bytes.Replace(body, []byte("<Document>"), []byte(`<Document xmlns="`+iso20022.Namespace+kind+`">`), 1)
				batch, err := instruct.Read(body, instruct.Limits{})
				if err != nil {
					if !slices.ContainsFunc(chance, func(c string) bool { return strings.Contains(err.Error(), c) }) {
						t.Fatalf("%v\n%s", err, body)
					}
					continue
				}
				if batch.Message.Kind != kind {
					t.Fatalf("kind %q", batch.Message.Kind)
				}
				for _, p := range batch.Problems {
					if !slices.ContainsFunc(chance, func(c string) bool { return strings.Contains(p.Reason, c) }) {
						t.Fatalf("%v\n%s", p, body)
					}
				}
				read, all = read+len(batch.Instructions)+len(batch.Recalls), all+batch.Transactions
				if strings.HasPrefix(file, "pacs.008") || strings.HasPrefix(file, "pain") {
					if _, err := agree(body); err != nil {
						t.Fatalf("%v\n%s", err, body)
					}
				}
			}
			t.Logf("%d of %d transactions", read, all)
			if read < 20 || read < all/2 {
				t.Errorf("%d of %d transactions", read, all)
			}
		})
	}
}

// TestAnswersCarryNoNames answers unreadable transactions, as a gate does, and
// looks for what the messages say of people.
func TestAnswersCarryNoNames(t *testing.T) {
	good, err := os.ReadFile("instruct/testdata/pacs008.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{"</IntrBkSttlmAmt>", "Petersen</IntrBkSttlmAmt>"}, {"DE89370400440532013000", "Petersen Jürgen"}, {"NORDITMMXXX</BICFI></FinInstnId></DbtrAgt>", "Petersen</BICFI></FinInstnId></DbtrAgt>"},
		{"<Nm>Jürgen Petersen", "<Nm>Jürgen Petersen</Nm><Nm>Petersen"}, {"Jürgen Petersen", strings.Repeat("Petersen", 20)}, {"eb6305c9", "Petersen"}, {`Ccy="EUR"`, `Ccy="Petersen"`},
		{"<AccptncDtTm>", "<AccptncDtTm>Petersen"}, {"<NbOfTxs>1", "<NbOfTxs>Petersen"},
	} {
		batch, err := instruct.Read([]byte(strings.Replace(string(good), change[0], change[1], 1)), instruct.Limits{})
		if err != nil || len(batch.Problems) == 0 {
			t.Fatalf("%s: %+v, %v", change[1], batch, err)
		}
		h, answers := status.Header{Original: batch.Message, Transactions: batch.Transactions}, []status.Answer(nil)
		for _, p := range batch.Problems {
			why := status.Reason{Code: p.Code, Info: p.Field + ": " + p.Reason}
			if h.Refused = &why; p.Record > 0 {
				h.Refused = nil
				answers = append(answers, status.Answer{References: p.References, State: status.Rejected, Reason: why})
			}
		}
		body := string(status.AppendPacs002(nil, h, answers))
		if strings.Contains(body, "Petersen") || !strings.Contains(body, "<AddtlInf>") || !strings.Contains(body, "RJCT") || strings.Contains(body, "ACSP") {
			t.Errorf("%s: %s", change[1], body)
		}
	}
}

// TestAskedSamples reads what banks and vendors published.
func TestAskedSamples(t *testing.T) {
	read := 0
	err := filepath.WalkDir(filepath.Join(iso20022.DataDir(t), "samples"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".xml") {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		batch, err := agree(body)
		switch {
		case err != nil:
			t.Errorf("%s: %v", d.Name(), err)
		case batch != nil:
			read++
			t.Logf("%s: %d instructions, problems %v", d.Name(), len(batch.Instructions), batch.Problems)
		}
		return nil
	})
	if err != nil || read < 3 {
		t.Errorf("%d messages read, %v", read, err)
	}
}
