package screen

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"spoor"
	"spoor/screen/name"
)

func date(s string) []spoor.PartialDate {
	d, ok := spoor.ParsePartialDate(s)
	if !ok {
		panic(s)
	}
	return []spoor.PartialDate{d}
}

func country(s string) spoor.Country {
	c, _ := spoor.ParseCountry(s)
	return c
}

func party(kind spoor.PartyKind, names ...string) spoor.Party {
	p := spoor.Party{Kind: kind}
	for _, n := range names {
		p.Names = append(p.Names, spoor.Name{Full: n})
	}
	return p
}

func id(kind spoor.IdentifierKind, value, from string) spoor.Identifier {
	return spoor.Identifier{Kind: kind, Value: value, Country: country(from)}
}

// invented is a list of parties that do not exist.
func invented() *Index {
	sokolov := party(spoor.Person, "SOKOLOV, Andrei Petrovich", "Андрей Петрович Соколов")
	sokolov.ID, sokolov.Births, sokolov.Countries = "p1", date("1965-03-02"), []spoor.Country{country("RU")}
	sokolov.Identifiers = []spoor.Identifier{id(spoor.Passport, "75 1234567", "RU"), id(spoor.CryptoAddress, "bc1qinventedinventedinvented", "")}
	sokolov.Names = append(sokolov.Names, spoor.Name{Full: "The Falconer", Weak: true})
	baltika := party(spoor.Organisation, "Baltika Trade LLC", "ООО «Балтика Трейд»")
	baltika.ID, baltika.Countries = "o1", []spoor.Country{country("RU")}
	baltika.Identifiers = []spoor.Identifier{id(spoor.LEI, "5299000INVENTED00001", ""), id(spoor.Registration, "1027700000001", "RU"), id(spoor.BIC, "BALTRUMM", ""), id(spoor.IBAN, "DE02 1203 0000 0000 2020 51", "")}
	pearl := party(spoor.Vessel, "NORTHERN PEARL")
	pearl.ID, pearl.Identifiers = "v1", []spoor.Identifier{id(spoor.IMO, "IMO 9074729", ""), id(spoor.MMSI, "273123456", "")}
	plain := party(spoor.Organisation, "International Trading Company Ltd")
	plain.ID = "o2"
	var out []spoor.Listing
	for _, p := range []spoor.Party{sokolov, baltika, pearl, plain} {
		out = append(out, spoor.Listing{Party: p, List: "Invented", Freezes: true})
	}
	return New(out, map[string]string{"Invented": "1"})
}

func TestSearchNames(t *testing.T) {
	ix := invented()
	for _, c := range []struct {
		kind spoor.PartyKind
		name string
		want string
	}{
		{spoor.Person, "Andrei Sokolov", "p1"},
		{spoor.AnyParty, "Sokolov Andrey", "p1"},
		{spoor.Person, "Соколов А. П.", "p1"},
		{spoor.Person, "Andrei Smirnov", ""},
		{spoor.Vessel, "Andrei Sokolov", ""},
		{spoor.Organisation, "Baltika Trade Limited", "o1"},
		{spoor.AnyParty, "Baltika Treyd OOO", "o1"},
		{spoor.Person, "Baltika Trade", ""},
		{spoor.Vessel, "M/V Northern Pearl", "v1"},
		{spoor.Person, "Northern Pearl", ""},
		{spoor.AnyParty, "Ltd", ""},
		{spoor.AnyParty, "CORP", ""},
		{spoor.AnyParty, "Trading Company", ""},
		{spoor.AnyParty, "International Trading Company", ""},
		{spoor.AnyParty, "", ""},
		{spoor.AnyParty, "x", ""},
		{spoor.AnyParty, strings.Repeat("trading ", 500), ""},
		{spoor.AnyParty, strings.Repeat("x", 10_000), ""},
		{spoor.AnyParty, "\x00\u202e\u200b", ""},
	} {
		p := party(c.kind, c.name)
		hits := ix.Search(&p, name.Threshold)
		got := ""
		if len(hits) > 0 {
			got = hits[0].Entity
		}
		if got != c.want {
			t.Errorf("%v %.40q: got %q, want %q: %+v", c.kind, c.name, got, c.want, hits)
		}
	}
}

// TestEvidence: what else is known raises or lowers, and says so.
func TestEvidence(t *testing.T) {
	ix := invented()
	score := func(change func(*spoor.Party)) spoor.Hit {
		p := party(spoor.Person, "Andrei Sokolov")
		change(&p)
		hits := ix.Search(&p, 0.3)
		if len(hits) == 0 {
			t.Fatal("no hit")
		}
		sum := 0.0
		for _, x := range hits[0].Pieces {
			sum += x.Effect
		}
		if math.Abs(sum-hits[0].Score) > 1e-5 {
			t.Errorf("pieces add up to %v, the score is %v: %+v", sum, hits[0].Score, hits[0].Pieces)
		}
		return hits[0]
	}
	alone := score(func(*spoor.Party) {}).Score
	for _, c := range []struct {
		what   string
		change func(*spoor.Party)
		sign   int
	}{
		{"same day", func(p *spoor.Party) { p.Births = date("1965-03-02") }, 1},
		{"day and month exchanged", func(p *spoor.Party) { p.Births = date("1965-02-03") }, 1},
		{"year alone", func(p *spoor.Party) { p.Births = date("1965") }, 1},
		{"another year", func(p *spoor.Party) { p.Births = date("1981-07-09") }, -1},
		{"same country", func(p *spoor.Party) { p.Countries = []spoor.Country{country("RU")} }, 1},
		{"another country", func(p *spoor.Party) { p.Countries = []spoor.Country{country("PT")} }, -1},
	} {
		got := score(c.change).Score
		if c.sign > 0 && got <= alone || c.sign < 0 && got >= alone {
			t.Errorf("%s: %.3f, alone %.3f", c.what, got, alone)
		}
	}
	weak := party(spoor.Person, "Falconer")
	if h := ix.Search(&weak, name.Threshold); len(h) > 0 {
		t.Errorf("a weak alias alone: %+v", h)
	}
}

func TestExact(t *testing.T) {
	ix := invented()
	for _, c := range []struct {
		what  string
		kind  spoor.PartyKind
		name  string
		id    spoor.Identifier
		want  string
		exact bool
	}{
		{"IMO, another name", spoor.Vessel, "GOLDEN DAWN", id(spoor.IMO, "9074729", ""), "v1", true},
		{"IBAN, another name", spoor.Person, "Jane Roe", id(spoor.IBAN, "DE02120300000000202051", ""), "o1", true},
		{"LEI", spoor.Organisation, "Northwind", id(spoor.LEI, "5299000invented00001", ""), "o1", true},
		{"wallet", spoor.AnyParty, "", id(spoor.CryptoAddress, "bc1qinventedinventedinvented", ""), "p1", true},
		{"wallet in other letters is another", spoor.AnyParty, "", id(spoor.CryptoAddress, "BC1qinventedinventedinvented", ""), "", false},
		{"passport and country", spoor.Person, "Jane Roe", id(spoor.Passport, "751234567", "RU"), "p1", true},
		{"passport of another country", spoor.Person, "Jane Roe", id(spoor.Passport, "751234567", "FR"), "p1", false},
		{"passport and name", spoor.Person, "Andrey Sokolov", id(spoor.Passport, "751234567", ""), "p1", true},
		{"MMSI alone", spoor.Vessel, "GOLDEN DAWN", id(spoor.MMSI, "273123456", ""), "v1", false},
		{"MMSI and name", spoor.Vessel, "Northern Pearl", id(spoor.MMSI, "273123456", ""), "v1", true},
		{"BIC", spoor.Organisation, "Northwind", id(spoor.BIC, "BALTRUMM", ""), "o1", false},
		{"another IMO", spoor.Vessel, "Northern Pearl", id(spoor.IMO, "9074999", ""), "", false},
	} {
		p := party(c.kind, c.name)
		p.Identifiers = []spoor.Identifier{c.id}
		hits := ix.Search(&p, name.Threshold)
		got, exact := "", false
		if len(hits) > 0 {
			got, exact = hits[0].Entity, hits[0].Exact
			if exact && hits[0].Score != 1 {
				t.Errorf("%s: exact with score %v", c.what, hits[0].Score)
			}
		}
		if got != c.want || exact != c.exact {
			t.Errorf("%s: got %q %v, want %q %v: %+v", c.what, got, exact, c.want, c.exact, hits)
		}
	}
	if h := ix.Identify(id(spoor.IMO, "9074729", "")); len(h) != 1 || !h[0].Exact || h[0].Entity != "v1" {
		t.Errorf("Identify: %+v", h)
	}
	if h := ix.Identify(id(spoor.Phone, "123", "")); h != nil {
		t.Errorf("Identify: %+v", h)
	}
}

// TestConcurrent has many searches at once give what one gives.
func TestConcurrent(t *testing.T) {
	ix := invented()
	want := fmt.Sprint(searchAll(ix))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got := fmt.Sprint(searchAll(ix)); got != want {
					t.Errorf("got %s, want %s", got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func searchAll(ix *Index) (out []spoor.Hit) {
	for _, n := range []string{"Andrei Sokolov", "Baltika Trade", "Northern Pearl", "Nobody Inparticular"} {
		p := party(spoor.AnyParty, n)
		out = append(out, ix.Search(&p, 0.5)...)
	}
	return out
}

// TestNoAllocation: a miss costs none once its words have been looked for.
func TestNoAllocation(t *testing.T) {
	ix := invented()
	for _, n := range []string{"Jane Invented Roe", "Ольга Иванова", "Eastwind General Import Ltd", "محمد علي"} {
		p := party(spoor.AnyParty, n)
		if got := testing.AllocsPerRun(200, func() { ix.Search(&p, name.Threshold) }); got > 0 {
			t.Errorf("%q: %v allocations", n, got)
		}
	}
}

// TestInitials: a person is not found by initials, and an organisation needs
// support.
func TestInitials(t *testing.T) {
	bank := party(spoor.Organisation, "Zubrowka Investment Bank", "ZIB")
	bank.Countries = []spoor.Country{country("PL")}
	short := party(spoor.Organisation, "LET", "MAK")
	person := party(spoor.Person, "LET")
	ix := New([]spoor.Listing{{Party: bank}, {Party: short}, {Party: person}}, nil)
	for _, c := range []struct {
		kind    spoor.PartyKind
		name    string
		country string
		want    bool
	}{
		{spoor.Person, "Luis Elena Torres", "", false},
		{spoor.AnyParty, "Luis Elena Torres", "", false},
		{spoor.AnyParty, "Monika Andrzej Kołodziej", "", false},
		{spoor.Organisation, "Invented Lending Bank", "", false},
		{spoor.Organisation, "Zebra Insurance Bureau", "", false},
		{spoor.Organisation, "Zebra Insurance Bureau", "PL", true},
		{spoor.Organisation, "ZIB", "", true},
		{spoor.Organisation, "Zubrowka Investment Bank Ltd", "", true},
	} {
		p := party(c.kind, c.name)
		if c.country != "" {
			p.Countries = []spoor.Country{country(c.country)}
		}
		if hits := ix.Search(&p, name.Threshold); (len(hits) > 0) != c.want {
			t.Errorf("%v %q %s: %+v", c.kind, c.name, c.country, hits)
		}
	}
}

// TestRemembered: what was found before is found again, by a party of whom other
// things are known too, and answers belong to the caller.
func TestRemembered(t *testing.T) {
	ix, fresh := invented(), func(p *spoor.Party) string { return fmt.Sprint(invented().Search(p, name.Threshold)) }
	for range 3 {
		for _, n := range []string{"Andrei Sokolov", "Baltika Trade", "Nobody Inparticular"} {
			for _, born := range []string{"", "1965-03-02", "1990-01-01"} {
				p := party(spoor.AnyParty, n)
				if born != "" {
					p.Births = date(born)
				}
				got := ix.Search(&p, name.Threshold)
				if want := fresh(&p); fmt.Sprint(got) != want {
					t.Errorf("%s %s: got %v, want %s", n, born, got, want)
				}
				for i := range got {
					got[i].Score, got[i].Pieces[0].What = 0, "spoilt"
				}
			}
		}
	}
	for i := range 200_000 {
		p := party(spoor.Person, fmt.Sprintf("Nobody Number%d", i))
		ix.Search(&p, name.Threshold)
	}
	kept := 0
	for i := range ix.found {
		kept += len(ix.found[i].young) + len(ix.found[i].old)
	}
	if kept > 1<<16 {
		t.Errorf("%d names are remembered", kept)
	}
}
