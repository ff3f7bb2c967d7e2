package fingerprint

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"reflect"
	"testing"

	"spoor"
)

func instruction() *spoor.Instruction {
	de, _ := spoor.ParseCountry("DE")
	ru, _ := spoor.ParseCountry("RU")
	eur := spoor.Money{Amount: 125000, Currency: spoor.EUR}
	return &spoor.Instruction{
		Payment: spoor.Payment{
			ID: "U", Time: 17, Record: 3, From: spoor.AccountID{Number: "DE89370400440532013000"}, To: spoor.AccountID{Bank: "BANKRUMM", Number: "77"},
			Paid: eur, Received: spoor.Money{Amount: 130000, Currency: spoor.USD}, Channel: spoor.Wire, FromCountry: de, ToCountry: ru,
			FromName: "Müller GmbH", ToName: "Boris", Purpose: "Invoice 7",
		},
		References: spoor.References{UETR: "eb6305c9-1f7f-49de-aed0-16487c27b43d", InstrID: "I", EndToEndID: "E", TxID: "T"},
		Message:    spoor.Message{ID: "M", Kind: "pacs.008.001.08", Created: 5, Sender: "UNOOITMMXXX"},
		Returns:    "R",
		Parties: []spoor.RoleParty{{Role: spoor.UltimateCreditor, Party: spoor.Party{
			Kind: spoor.Person, Names: []spoor.Name{{Full: "Boris Ivanov"}, {Full: "Bob", Weak: true}}, Births: []spoor.PartialDate{{Year: 1971, Month: 5, Day: 9}},
			BirthPlace: "Kiel", Countries: []spoor.Country{ru}, Addresses: []string{"Via Garibaldi 12"},
			Identifiers: []spoor.Identifier{{Kind: spoor.Passport, Value: "X1", Country: ru}},
		}}, {Role: spoor.Intermediary, Party: spoor.Party{Identifiers: []spoor.Identifier{{Kind: spoor.BIC, Value: "MIDLGB22"}}}}},
	}
}

// TestPinned: journals hold fingerprints, so that they must never change unnoticed.
func TestPinned(t *testing.T) {
	if got := fmt.Sprintf("%x", Of(instruction())); got != pinned {
		t.Errorf("instruction: %s", got)
	}
	c := &spoor.Recall{References: instruction().References, Message: spoor.Message{Sender: "UNOOITMM"}, ID: "C", Reason: "FRAD",
		Original: spoor.Message{ID: "M", Kind: "pacs.008.001.08", Created: 5}, Amount: spoor.Money{Amount: 1, Currency: spoor.EUR}}
	if got := fmt.Sprintf("%x", OfRecall(c)); got != pinnedRecall {
		t.Errorf("recall: %s", got)
	}
}

const pinned, pinnedRecall = "4701bd9809075674543533b4739543af", "4701bd9833b2e6b0bb382bf3d7253b7e"

// TestSender: the first four bytes are the bank's, and nothing else is.
func TestSender(t *testing.T) {
	i := instruction()
	want := sha256.Sum256([]byte("spoor sender 1UNOOITMM"))
	asked := Of(i)
	if !bytes.Equal(asked[:4], want[:4]) {
		t.Errorf("%x, want %x", asked[:4], want[:4])
	}
	for sender, same := range map[string]bool{"UNOOITMM": true, "UNOOITMMXXX": true, "unooitmm500": true, "UNOOITM": false, "SUEDDEFF": false, "": false} {
		i.Message.Sender = sender
		got := Of(i)
		if bytes.Equal(got[:4], asked[:4]) != same || !bytes.Equal(got[4:], asked[4:]) {
			t.Errorf("%q: %x, first %x", sender, got, asked)
		}
		if sender == "" && !bytes.Equal(got[:4], make([]byte, 4)) {
			t.Errorf("nobody: %x", got)
		}
	}
}

// unasked is what may differ between a question and its retry.
var unasked = map[string]bool{
	"Payment.ID": true, "Payment.Record": true, "Payment.Time": true, "Payment.Label": true,
	"Message.ID": true, "Message.Kind": true, "Message.Created": true, "Message.Sender": true, "Digest": true, "Alias": true,
	"Original.Sender": true, "ID": true,
}

// TestEverything changes every field that there is, one at a time.
func TestEverything(t *testing.T) {
	i := instruction()
	tried := 0
	vary(t, reflect.ValueOf(i).Elem(), "", func() [16]byte { return Of(i) }, &tried)
	r := &spoor.Recall{}
	vary(t, reflect.ValueOf(r).Elem(), "", func() [16]byte { return OfRecall(r) }, &tried)
	if tried < 60 {
		t.Errorf("%d fields tried", tried)
	}
}

func vary(t *testing.T, v reflect.Value, path string, of func() [16]byte, tried *int) {
	before := of()
	check := func() {
		*tried++
		got := of()
		if changed := !bytes.Equal(got[4:], before[4:]); changed == unasked[path] {
			t.Errorf("%s: changed %v", path, changed)
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Type().Field(i).Anonymous {
				vary(t, v.Field(i), path, of, tried)
				continue
			}
			if path != "" {
				name = path + "." + name
			}
			vary(t, v.Field(i), name, of, tried)
		}
	case reflect.Slice:
		for i := range v.Len() {
			vary(t, v.Index(i), path+"[]", of, tried)
		}
		old := reflect.ValueOf(v.Interface())
		v.Set(reflect.Append(old, reflect.Zero(v.Type().Elem())))
		check()
		v.Set(old)
	case reflect.Array:
		old := v.Index(0).Uint()
		v.Index(0).SetUint(old ^ 1)
		check()
		v.Index(0).SetUint(old)
	case reflect.String:
		old := v.String()
		v.SetString(old + "x")
		check()
		v.SetString(old)
	case reflect.Bool:
		v.SetBool(!v.Bool())
		check()
		v.SetBool(!v.Bool())
	case reflect.Int16, reflect.Int64:
		old := v.Int()
		v.SetInt(old + 1)
		check()
		v.SetInt(old)
	case reflect.Uint8, reflect.Uint64:
		old := v.Uint()
		v.SetUint(old ^ 1)
		check()
		v.SetUint(old)
	default:
		t.Errorf("%s: a %v", path, v.Kind())
	}
}

// TestBoundaries moves a letter from one text to the next.
func TestBoundaries(t *testing.T) {
	a, b := instruction(), instruction()
	a.Payment.FromName, a.Payment.ToName = "AB", "C"
	b.Payment.FromName, b.Payment.ToName = "A", "BC"
	if Of(a) == Of(b) {
		t.Error("one digest for two")
	}
}

func BenchmarkOf(b *testing.B) {
	i := instruction()
	b.ReportAllocs()
	for b.Loop() {
		Of(i)
	}
}
