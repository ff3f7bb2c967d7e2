package ownership_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"

	"spoor"
	"spoor/ownership"
)

func TestRefusesInterests(t *testing.T) {
	good := spoor.Interest{Source: "s", Holder: "a", Held: "b", Kind: spoor.Shareholding, Least: 10, Most: 20}
	for want, change := range map[string]func(*spoor.Interest){
		"needs both a holder": func(i *spoor.Interest) { i.Holder = "" },
		"needs both":          func(i *spoor.Interest) { i.Held = "" },
		"kind \"friendship\"": func(i *spoor.Interest) { i.Kind = "friendship" },
		"from 30 to 20":       func(i *spoor.Interest) { i.Least = 30 },
		"from 10 to 101":      func(i *spoor.Interest) { i.Most = 101 },
		"from -1 to 20":       func(i *spoor.Interest) { i.Least = -1 },
		"from NaN to 20":      func(i *spoor.Interest) { i.Least = math.NaN() },
	} {
		b := ownership.NewBook()
		i := good
		change(&i)
		if err := b.AddInterest(i); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", i, err, want)
		}
		if _, n := b.Len(); n != 0 {
			t.Error("it was added all the same")
		}
	}
}

func TestFind(t *testing.T) {
	b := ownership.NewBook()
	for id, name := range map[string]string{"1": "Anna Example", "2": "anna  EXAMPLE", "3": "Anna Maria Example", "4": "Bob", "Bob": "Carl"} {
		b.AddParty(spoor.Party{ID: id, Names: []spoor.Name{{Full: name}, {Full: "alias " + id}}})
	}
	for query, want := range map[string]int{"Anna Example": 2, "Anna": 3, "example maria": 1, "Bob": 1, "alias 3": 1, "": 0, "  ": 0, "nobody": 0} {
		got := b.Find(query)
		if len(got) != want || query == "Bob" && got[0].Name() != "Carl" {
			t.Errorf("%q: %v", query, got)
		}
	}
}

// TestFindFolded: accents, punctuation and legal form come after what is exact.
func TestFindFolded(t *testing.T) {
	b := ownership.NewBook()
	for _, name := range []string{"Alfa Holding S.r.l.", "Alfa Holding S.p.A.", "Beta «Mühle» GmbH & Co. KG", "OOO Gamma", "Delta S. A.", "Delta", "L'Orto, Società Semplice", "SA"} {
		b.AddParty(spoor.Party{ID: "id " + name, Names: []spoor.Name{{Full: name}}})
	}
	for query, want := range map[string]string{
		"alfa holding srl":  "Alfa Holding S.r.l.",
		"Alfa-Holding, SRL": "Alfa Holding S.r.l.",
		"alfa holding":      "Alfa Holding S.r.l.|Alfa Holding S.p.A.",
		"alfa holding gmbh": "Alfa Holding S.r.l.|Alfa Holding S.p.A.",
		"beta muhle":        "Beta «Mühle» GmbH & Co. KG",
		"gamma llc":         "OOO Gamma",
		"delta":             "Delta",
		"delta sa":          "Delta S. A.",
		"lorto semplice":    "L'Orto, Società Semplice",
		"s.a.":              "SA",
		"!":                 "",
		"holding alpha":     "",
	} {
		var got []string
		for _, p := range b.Find(query) {
			got = append(got, p.Name())
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %s", query, got, want)
		}
	}
}

func TestNear(t *testing.T) {
	b := ownership.NewBook()
	for _, name := range []string{"Omega", "Alfa Holding S.r.l.", "Alpha Holding AG", "Alfa Folding", "Holding Alfa", "Alfa Holdings Two", "Alfa Holding Three"} {
		b.AddParty(spoor.Party{ID: "x-" + name[:1] + fmt.Sprint(len(name)), Names: []spoor.Name{{Full: name}}})
	}
	near := b.Near("alfa holdin srl", 5)
	if len(near) != 5 || near[0].Name() != "Alfa Holding S.r.l." {
		t.Errorf("%v", near)
	}
	for _, none := range []string{"", "zzz", "!"} {
		if got := b.Near(none, 5); len(got) > 0 {
			t.Errorf("%q: %v", none, got)
		}
	}
	if got := b.Near("x-o55", 5); len(got) != 1 || got[0].Name() != "Omega" { // by its id, x-O5
		t.Errorf("%v", got)
	}
}

func TestUndescribed(t *testing.T) {
	b := ownership.NewBook()
	for i, ends := range [][2]string{{"a", "b"}, {"x", "b"}, {"x", "a"}, {"a", "y"}, {"z", "z"}} {
		if err := b.AddInterest(spoor.Interest{Source: fmt.Sprint("o", i), Holder: ends[0], Held: ends[1], Kind: spoor.Shareholding, Most: 100}); err != nil {
			t.Fatal(err)
		}
	}
	b.AddParty(spoor.Party{ID: "a"})
	b.AddParty(spoor.Party{ID: "b"})
	first, count := b.Undescribed(2)
	if want := []ownership.Mention{{ID: "x", Source: "o1"}, {ID: "y", Source: "o3"}}; count != 3 || !reflect.DeepEqual(first, want) {
		t.Errorf("%d, %+v", count, first)
	}
}

// TestGrown: what a circle adds to the chains is shown, and only where there is
// a circle.
func TestGrown(t *testing.T) {
	parties, interests := register(300)
	for i := range 60 { // rings of three, in which each holds a part of the next
		ring := func(i int) string { return fmt.Sprint("ring-", i) }
		parties = append(parties, spoor.Party{ID: ring(i), Kind: spoor.Organisation, Names: []spoor.Name{{Full: ring(i)}}})
		for holder, share := range map[string]float64{ring(i): float64(1 + i%20), fmt.Sprint("person-", i): 80} {
			in := spoor.Interest{Source: holder, Holder: holder, Held: ring(i - i%3 + (i+1)%3), Kind: spoor.Shareholding, Least: share, Most: share}
			interests = append(interests, in)
		}
	}
	b := filled(t, parties, interests)
	grown := 0
	for i := range 360 {
		id := fmt.Sprint("company-", i)
		if i >= 300 {
			id = fmt.Sprint("ring-", i-300)
		}
		r, err := b.Owners(id, ownership.Options{MaxChains: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range append(r.Owners, r.Others...) {
			if o.Chained.IsZero() {
				continue
			}
			grown++
			sum := 0.0
			for _, c := range o.Chains {
				sum += c.Share.Least
			}
			if len(r.Cycles) == 0 || o.ChainCount > 0 || math.Abs(sum-o.Chained.Least) > 1e-6 || o.Chained.Least >= o.Own.Least {
				t.Errorf("%s of %s: %s by chains (%v), %s in all", o.Name, r.Of.Name, o.Chained, sum, o.Own)
			}
		}
	}
	if grown < 60 {
		t.Errorf("%d shares grew: the test proves little", grown)
	}
}

func TestQuestionsAreChecked(t *testing.T) {
	b := ownership.NewBook()
	b.AddParty(spoor.Party{ID: "c", Kind: spoor.Organisation})
	if _, err := b.Owners("x", ownership.Options{}); !errors.Is(err, ownership.ErrUnknown) {
		t.Error(err)
	}
	for _, bad := range []float64{-1, 100.5, math.NaN(), math.Inf(1)} {
		if _, err := b.Holdings("c", ownership.Options{Threshold: bad}); !errors.Is(err, ownership.ErrThreshold) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	r, err := b.Owners("c", ownership.Options{})
	if err != nil || len(r.Ends) != 1 || r.Ends[0].Why != ownership.InTheDark || r.Unexplained != ownership.Exact(100) {
		t.Errorf("%+v %v", r, err)
	}
}

// TestJSON: a result reads back as it was, to a millionth of a point.
func TestJSON(t *testing.T) {
	parties, interests := register(300)
	b := filled(t, parties, interests)
	for i := range 300 {
		r, err := b.Owners(fmt.Sprint("company-", i), ownership.Options{})
		if err != nil {
			t.Fatal(err)
		}
		first, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back ownership.Result
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatal(err)
		}
		if second, _ := json.Marshal(&back); string(first) != string(second) {
			t.Fatalf("%s\n%s", first, second)
		}
	}
}

// TestManyAsk asks from several goroutines, the first question included.
func TestManyAsk(t *testing.T) {
	parties, interests := register(2000)
	b := filled(t, parties, interests)
	alone := filled(t, parties, interests)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := w; i < 400; i += 3 {
				id := fmt.Sprint("company-", i)
				got, err := b.Owners(id, ownership.Options{})
				if err != nil {
					t.Error(err)
				}
				b.OwnedBy(map[string]bool{fmt.Sprint("person-", i): true}, 0)
				if w == 0 {
					want, _ := alone.Owners(id, ownership.Options{})
					if !reflect.DeepEqual(got, want) {
						t.Errorf("%s: not the same as alone", id)
					}
				}
			}
		})
	}
	wg.Wait()
}

// TestEndedSearchSaysSo: where control was not examined, it is possible, not absent.
func TestEndedSearchSaysSo(t *testing.T) {
	b := ownership.NewBook()
	add := func(holder, held string) {
		if err := b.AddInterest(spoor.Interest{Source: "s", Holder: holder, Held: held, Kind: spoor.Shareholding, Least: 60, Most: 60}); err != nil {
			t.Fatal(err)
		}
	}
	add("a0", "target")
	for i := range 700 {
		add(fmt.Sprint("a", i+1), fmt.Sprint("a", i))
	}
	for i := range 4000 { // each controls a long chain
		b.AddParty(spoor.Party{ID: fmt.Sprint("p", i), Kind: spoor.Person})
		if err := b.AddInterest(spoor.Interest{Source: "s", Holder: fmt.Sprint("p", i), Held: "a700", Kind: spoor.Control, Most: 100}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := b.Owners("target", ownership.Options{MaxListed: 10_000})
	if err != nil || len(r.Owners) != 4000 || r.Owners[0].Control != ownership.Yes {
		t.Fatalf("%v, %d owners", err, len(r.Owners))
	}
	if last := r.Owners[3999]; last.Control != ownership.Possible || last.Certain || !strings.Contains(strings.Join(r.Notes, " "), "was ended") {
		t.Errorf("%+v %v", last, r.Notes)
	}
}
