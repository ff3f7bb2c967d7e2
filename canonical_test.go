package spoor_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"spoor"
	"spoor/seal"
)

type nouns struct {
	Country spoor.Country     `json:"country,omitzero"`
	None    spoor.Country     `json:"none"`
	Money   spoor.Money       `json:"money"`
	Zero    spoor.Money       `json:"zero"`
	Kind    spoor.PartyKind   `json:"kind"`
	Born    spoor.PartialDate `json:"born"`
	Unknown spoor.PartialDate `json:"unknown"`
	Party   spoor.Party       `json:"party"`
	Asset   spoor.Asset       `json:"asset"`
}

// TestNounsRoundTrip writes nouns in canonical CBOR and in JSON and reads them
// again.
func TestNounsRoundTrip(t *testing.T) {
	want := nouns{
		Country: spoor.Country{'I', 'T'}, Money: spoor.Money{Amount: -5, Currency: spoor.USD}, Kind: spoor.Vessel,
		Born: spoor.PartialDate{Year: 1965, Month: 3, About: true},
		Party: spoor.Party{ID: "S-1", Kind: spoor.Person, Names: []spoor.Name{{Full: "A", Weak: true}}, Births: []spoor.PartialDate{{Year: 1980}},
			Countries: []spoor.Country{{'F', 'R'}}, Identifiers: []spoor.Identifier{{Kind: spoor.IBAN, Value: "X", Country: spoor.Country{'F', 'R'}}}},
		Asset: spoor.Asset{ID: "A-1", Kind: spoor.AccountAsset, Account: spoor.AccountID{Number: "1"}, Value: spoor.Money{Amount: 1, Currency: spoor.EUR}, Confidence: .5},
	}
	b, err := seal.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	var got nouns
	if err := seal.Decode(b, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("canonical: %+v, %v; want %+v", got, err, want)
	}
	if b, err = json.Marshal(want); err != nil {
		t.Fatal(err)
	}
	got = nouns{}
	if err := json.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("JSON: %+v, %v; want %+v", got, err, want)
	}
	for _, wrong := range []string{"\x43ITA", "\x63ITA", "\x62I", "\x01", ""} {
		var c spoor.Country
		if err := c.UnmarshalCBOR([]byte(wrong)); err == nil {
			t.Errorf("%x was read as country %s", wrong, c)
		}
	}
}

func TestAssetCheck(t *testing.T) {
	good := spoor.Asset{ID: "A", Kind: spoor.VehicleAsset, Description: "a lorry", Confidence: 1}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for what, spoil := range map[string]func(*spoor.Asset){
		"no id":        func(a *spoor.Asset) { a.ID = "" },
		"unknown kind": func(a *spoor.Asset) { a.Kind = "money" },
		"no account":   func(a *spoor.Asset) { a.Kind = spoor.AccountAsset },
		"not said":     func(a *spoor.Asset) { a.Description = "" },
		"negative":     func(a *spoor.Asset) { a.Value.Amount = -1 },
		"too sure":     func(a *spoor.Asset) { a.Confidence = 1.1 },
	} {
		a := good
		if spoil(&a); a.Check() == nil {
			t.Errorf("%s: taken", what)
		}
	}
}

func TestCodes(t *testing.T) {
	for _, e := range []spoor.Evaluation{"", "A1", "B2", "X4"} {
		if err := e.Check(); err != nil {
			t.Error(err)
		}
	}
	for _, e := range []spoor.Evaluation{"D1", "A5", "A", "a1", "A11"} {
		if e.Check() == nil {
			t.Errorf("evaluation %q was taken", e)
		}
	}
	if spoor.Handling("").Effective() != spoor.H1 || spoor.Handling("H9").Check() == nil || spoor.Category("accused").Check() == nil || spoor.Purpose("curiosity").Check() == nil {
		t.Error("a code that is none was taken")
	}
}
