package ftm

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"spoor"
)

const partiesFile = "\ufeff" + `{"id":"NK-1","caption":"Ivo Lem","schema":"Person","datasets":["xx_list"],"properties":{"name":["Ivo Lem"],"alias":["Иво Лем"],"weakAlias":["The Miller"],"birthDate":["1965-03-02","1966","soon"],"nationality":["ru","cy"],"country":["ru"],"passportNumber":["51 0012"],"topics":["sanction","role.pep"],"programId":["XX-1"],"sanctions":[{"id":"s","schema":"Sanction","properties":{"provisions":["Asset freeze"],"reason":["Runs mills."]}}]}}
{"id":"s-1","schema":"Sanction","properties":{"entity":["NK-1"]}}
{"id":"v-1","schema":"Vessel","properties":{"name":["MILL STAR"],"imoNumber":["9000001"],"flag":["pa"],"topics":["sanction.linked"]}}
{"id":"a-1","schema":"Airplane","properties":{"registrationNumber":["XX-ABC"]}}
{"id":"c-1","schema":"Company","caption":"Mill Trade","properties":{"kppCode":["770201001"],"innCode":["7700000001"],"incorporationDate":["2001-05"]}}
{"schema":"Person","properties":{"name":["Nobody"]}}
{"id":"broken","schema":
{"id":"last","schema":"LegalEntity","properties":{"name":"One Value"}}`

func readParties(t *testing.T, file string) (parties []*Party, problems []*spoor.Problem) {
	r := NewParties("f.json", strings.NewReader(file))
	for range 1 << 20 {
		p, err := r.Next()
		var problem *spoor.Problem
		switch {
		case err == io.EOF:
			return parties, problems
		case errors.As(err, &problem):
			if problems = append(problems, problem); problem.Fatal {
				return parties, problems
			}
		case err != nil:
			t.Fatal(err)
		default:
			parties = append(parties, p)
		}
	}
	t.Fatal("the reader does not end")
	return
}

func TestParties(t *testing.T) {
	got, problems := readParties(t, partiesFile)
	if len(problems) != 2 || problems[0].Field != "id" || problems[0].Line != 6 || problems[1].Line != 7 {
		t.Errorf("problems: %v", problems)
	}
	if len(got) != 5 {
		t.Fatalf("%d parties, want 5", len(got))
	}
	p := got[0]
	want := spoor.Party{
		ID: "NK-1", Kind: spoor.Person,
		Names:       []spoor.Name{{Full: "Ivo Lem"}, {Full: "Иво Лем"}, {Full: "The Miller", Weak: true}},
		Births:      []spoor.PartialDate{{Year: 1965, Month: 3, Day: 2}, {Year: 1966}},
		Countries:   []spoor.Country{country("RU"), country("CY")},
		Identifiers: []spoor.Identifier{{Kind: spoor.Passport, Value: "51 0012"}},
	}
	if !reflect.DeepEqual(p.Party, want) {
		t.Errorf("got %+v\nwant %+v", p.Party, want)
	}
	if !p.Has("sanction") || p.Datasets[0] != "xx_list" || p.Programmes[0] != "XX-1" || p.Measures[0] != "Asset freeze" || p.Reason != "Runs mills." {
		t.Errorf("beside the party: %+v", p)
	}
	if v := got[1]; v.Has("sanction") || v.Kind != spoor.Vessel || v.Identifiers[0].Kind != spoor.IMO || v.Countries[0] != country("PA") {
		t.Errorf("vessel: %+v", v)
	}
	if a := got[2]; a.Identifiers[0] != (spoor.Identifier{Kind: spoor.TailNumber, Value: "XX-ABC"}) {
		t.Errorf("aircraft: %+v", a)
	}
	if c := got[3]; len(c.Identifiers) != 1 || c.Identifiers[0].Kind != spoor.TaxNumber || c.Name() != "Mill Trade" || c.Births[0].Month != 5 {
		t.Errorf("company: %+v", c)
	}
	if l := got[4]; l.Kind != spoor.AnyParty || l.Name() != "One Value" {
		t.Errorf("last: %+v", l)
	}
}

func FuzzParties(f *testing.F) {
	f.Add(partiesFile)
	f.Add(`[{"id":"1","schema":"Person","properties":{"name":[{"a":1},null,3]}}]`)
	f.Fuzz(func(t *testing.T, file string) {
		parties, _ := readParties(t, file)
		for _, p := range parties {
			if p.ID == "" || !isParty(p.Schema) {
				t.Errorf("%+v", p)
			}
		}
	})
}
