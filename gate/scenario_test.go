package gate

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"spoor"
	"spoor/clock"
	"spoor/gate/book"
)

var update = flag.Bool("update", false, "write what scenarios say into testdata")

// TestScenarios runs testdata/*.txt. A line that is not indented does
// something; the indented lines below it are what came of it. testdata/README
// has the language.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s := newScene(t)
			got := s.play(string(text))
			s.compareReplay()
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, have := strings.Split(string(text), "\n"), strings.Split(got, "\n")
			for i := range max(len(want), len(have)) {
				if i >= len(want) || i >= len(have) || want[i] != have[i] {
					t.Fatalf("line %d\n got %s\nwant %s", i+1, line(have, i), line(want, i))
				}
			}
		})
	}
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

type scene struct {
	t      *testing.T
	policy string
	book   *book.Book
	gate   *Gate
	now    spoor.Instant
	entry  uint64
	log    []book.Event
	saved  int
}

func newScene(t *testing.T) *scene {
	s := &scene{t: t, policy: string(defaultPolicy)}
	b, err := book.New(spoor.Country{'I', 'T'}, book.DefaultWindow)
	if err != nil {
		t.Fatal(err)
	}
	s.book = b
	return s
}

// play runs a text and gives it back with what came of each line.
func (s *scene) play(text string) string {
	var out strings.Builder
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "  ") {
			continue
		}
		out.WriteString(l)
		if i < len(lines)-1 {
			out.WriteByte('\n')
		}
		if l == "" || l[0] == '#' {
			continue
		}
		for _, said := range s.do(l) {
			out.WriteString("  " + said + "\n")
		}
	}
	return out.String()
}

func (s *scene) do(l string) []string {
	verb, rest, _ := strings.Cut(l, " ")
	if s.gate == nil && verb != "policy" && verb != "rule" {
		p, err := LoadPolicy([]byte(s.policy))
		if err != nil {
			s.t.Fatal(err)
		}
		if s.gate, err = New(p, s.book); err != nil {
			s.t.Fatal(err)
		}
	}
	w := parse(rest)
	switch verb {
	case "policy":
		old, new, ok := strings.Cut(strings.ReplaceAll(rest, `\n`, "\n"), " => ")
		if !ok || strings.Count(s.policy, "\n"+old+"\n") != 1 {
			s.t.Fatalf("policy: %q is not once in the default policy", old)
		}
		s.policy = strings.Replace(s.policy, "\n"+old+"\n", "\n"+new+"\n", 1)
	case "rule":
		head, when, _ := strings.Cut(rest, " when ")
		f := strings.Fields(head)
		s.policy += fmt.Sprintf("\n[[rule]]\nname = %q\nwhen = '%s'\ndo = %q\nground = %q\ncode = \"NARR\"\ntext = \"a test's rule\"\nlaw = \"none\"\nverified = false\n", f[0], when, f[1], f[2])
	case "at":
		s.now = s.instant(rest)
	case "order":
		return s.apply(s.gate.Propose(s.order(w), w.one("by"), s.now))
	case "confirm":
		return s.apply(book.OrderConfirmed{Order: w.head, By: w.one("by"), At: s.now})
	case "lift":
		return s.apply(book.OrderLifted{Order: w.head, By: w.one("by"), Why: w.one("because"), At: s.now})
	case "release":
		return s.apply(book.HoldReleased{Payment: w.head, By: w.one("by"), Why: w.one("because"), At: s.now})
	case "recall":
		e := s.gate.Recall(&spoor.Recall{References: spoor.References{UETR: w.head}, Reason: w.one("for"), Message: spoor.Message{Sender: w.one("as")}}, s.now)
		return append(s.apply(e), strings.Join(strings.Fields(e.Resolution.Status+" "+e.Resolution.Code), " ")+": "+e.Resolution.Text)
	case "pay":
		return s.pay(w)
	case "clock":
		return s.clock()
	case "left":
		return []string{balances(s.book.Left(spoor.AccountID{Number: w.head}))}
	case "restart":
		s.restart()
	default:
		s.t.Fatalf("unknown line %q", l)
	}
	return nil
}

// words are a line's first word, and the values after each keyword.
type words struct {
	head string
	rest []string // before the first keyword
	of   map[string][]string
}

var keywords = strings.Fields("on party payment by until because for risk hit exact signal late via digest payer payee from as")

func parse(s string) words {
	w := words{of: map[string][]string{}}
	key := ""
	for i, f := range strings.Fields(s) {
		switch {
		case i == 0:
			w.head = f
		case key == "late" && w.of[key][len(w.of[key])-1] == "": // an engine may be called as a keyword is
			w.of[key][len(w.of[key])-1] = f
		case strings.Contains(" "+strings.Join(keywords, " ")+" ", " "+f+" "):
			key = f
			w.of[key] = append(w.of[key], "")
		case key == "":
			w.rest = append(w.rest, f)
		default:
			list := w.of[key]
			list[len(list)-1] = strings.TrimSpace(list[len(list)-1] + " " + f)
		}
	}
	return w
}

func (w words) one(key string) string { return strings.Join(w.of[key], " ") }

func (s *scene) instant(text string) spoor.Instant {
	zone, err := clock.Zone(s.book.Member())
	if err != nil {
		s.t.Fatal(err)
	}
	at, err := time.ParseInLocation("Mon 2 Jan 2006 15:04", text, zone)
	if err != nil {
		s.t.Fatal(err)
	}
	if at.Format("Mon") != text[:3] {
		s.t.Fatalf("%s is a %s", text, at.Format("Mon"))
	}
	return spoor.At(at)
}

func (s *scene) order(w words) spoor.Order {
	o := spoor.Order{ID: w.head, Kind: spoor.OrderKind(w.rest[0]), Authority: "UIF", LegalBasis: "the order's legal basis", Payment: w.one("payment")}
	for _, a := range w.of["on"] {
		o.Accounts = append(o.Accounts, spoor.ParseAccountID(a))
	}
	for _, p := range w.of["party"] {
		o.Parties = append(o.Parties, identifier(p))
	}
	if until := w.one("until"); until != "" {
		o.Until = s.instant(until)
	}
	if from := w.one("from"); from != "" {
		o.From = s.instant(from)
	}
	return o
}

func identifier(s string) spoor.Identifier {
	kind, value, _ := strings.Cut(s, ":")
	return spoor.Identifier{Kind: spoor.IdentifierKind(kind), Value: value}
}

func (s *scene) money(amount, currency string) spoor.Money {
	c, err := spoor.ParseCurrency(currency)
	if err != nil {
		s.t.Fatal(err)
	}
	v, err := spoor.ParseAmount(amount, c.Scale())
	if err != nil {
		s.t.Fatal(err)
	}
	return spoor.Money{Amount: v, Currency: c}
}

func (s *scene) number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

// input reads "pay P1 100.00 EUR IT01 -> IT02 ...".
func (s *scene) input(w words) *Input {
	m := s.money(w.rest[0], w.rest[1])
	i := &spoor.Instruction{References: spoor.References{UETR: w.head}}
	i.Payment = spoor.Payment{From: spoor.ParseAccountID(w.rest[2]), To: spoor.ParseAccountID(w.rest[4]), Paid: m, Received: m,
		Channel: spoor.CreditTransfer, FromName: "A", ToName: "B"}
	if via := w.one("via"); via != "" {
		i.Payment.Channel, _ = spoor.ParseChannel(via)
	}
	sender := book.SenderDigest(w.one("as"))
	copy(i.Digest[:], sender[:])
	copy(i.Digest[4:], w.one("digest"))
	for _, p := range w.of["payer"] {
		i.Parties = append(i.Parties, spoor.RoleParty{Role: spoor.Debtor, Party: spoor.Party{Identifiers: []spoor.Identifier{identifier(p)}}})
	}
	for _, p := range w.of["payee"] {
		i.Parties = append(i.Parties, spoor.RoleParty{Role: spoor.Creditor, Party: spoor.Party{Identifiers: []spoor.Identifier{identifier(p)}}})
	}
	in := &Input{Instruction: i, At: s.now, AmountEUR: float64(m.Amount) / 100, Late: w.of["late"], Versions: map[string]string{"lists": "test"}}
	if risk := w.one("risk"); risk != "" {
		in.Risk, in.RiskKnown = s.number(risk), true
	}
	for _, v := range w.of["hit"] {
		in.Hits = append(in.Hits, spoor.Hit{List: "EU", Score: s.number(v), Freezes: true})
	}
	for _, v := range w.of["exact"] {
		in.Hits = append(in.Hits, spoor.Hit{List: v, Score: 1, Exact: true, Freezes: v != "wanted"})
	}
	for _, v := range w.of["signal"] {
		in.Signals = append(in.Signals, spoor.Typology(v))
	}
	return in
}

// pay is a node's flow: seen before, or judged, journalled and applied.
func (s *scene) pay(w words) []string {
	in := s.input(w)
	if entry, same, _, found := s.book.Seen(in.Instruction.Key(), in.Instruction.Digest); found && same {
		o, _ := s.book.Outcome(in.Instruction.Key())
		return []string{fmt.Sprintf("retry of entry %d, now %s", entry, o)}
	} else if found {
		return []string{fmt.Sprintf("refused: entry %d decided another payment of that key", entry)}
	}
	before := s.book.State()
	e := s.gate.Judge(in)
	if !reflect.DeepEqual(before, s.book.State()) {
		s.t.Fatal("judging changed the book")
	}
	s.entry++
	e.Decision.Entry = s.entry
	d := &e.Decision
	head := d.Outcome.String()
	if d.Until != 0 {
		head += " until " + clock.Local(d.Until, s.book.Member())
	}
	var rules []string
	for _, r := range d.Reasons {
		said := r.Rule + " " + r.Code
		if r.Outcome != d.Outcome {
			said += " (" + r.Outcome.String() + ")"
		}
		rules = append(rules, said)
	}
	if len(rules) > 0 {
		head += ": " + strings.Join(rules, ", ")
	}
	out := []string{head}
	for _, r := range d.Reasons {
		if strings.HasPrefix(r.Rule, "gate.") {
			out = append(out, r.Text)
		}
	}
	if len(d.Orders) > 0 {
		out = append(out, "orders "+strings.Join(d.Orders, ", "))
	}
	if d.Outcome == spoor.HoldBack {
		out = append(out, d.Clock)
	}
	if e.Left != nil {
		out = append(out, "left in it: "+balances(e.Left))
	}
	if d.Versions["policy"] != s.gate.policy.Fingerprint || d.Versions["lists"] != "test" || d.Versions["calendar"] == "" {
		s.t.Fatalf("versions %v", d.Versions)
	}
	return append(out, s.apply(e)...)
}

func balances(list []book.Balance) string {
	var out []string
	for _, b := range list {
		money := func(v int64) string { return spoor.Money{Amount: v, Currency: b.Currency}.Decimal() }
		out = append(out, fmt.Sprintf("%s %s (%s in, %s out)", money(b.Left), b.Currency, money(b.In), money(b.Out)))
	}
	if out == nil {
		return "nothing seen"
	}
	return strings.Join(out, ", ")
}

// apply checks, applies and keeps an event; an error must change nothing.
func (s *scene) apply(e book.Event) []string {
	before := s.book.State()
	if err := s.book.Apply(e); err != nil {
		if !reflect.DeepEqual(before, s.book.State()) {
			s.t.Fatalf("%v changed the book", err)
		}
		return []string{"refused: " + err.Error()}
	}
	s.log = append(s.log, e)
	return nil
}

func (s *scene) clock() (out []string) {
	for {
		due := s.book.Due(s.now)
		if len(due) == 0 {
			return out
		}
		for _, e := range due {
			switch e := e.(type) {
			case book.OrderExpired:
				out = append(out, "order "+e.Order+" is over, "+clock.Local(e.At, s.book.Member()))
			case book.HoldEnded:
				out = append(out, "payment "+e.Payment+" goes, "+clock.Local(e.At, s.book.Member()))
			case book.HoldBlocked:
				out = append(out, "payment "+e.Payment+" is blocked by "+e.Order+"; left in it: "+balances(e.Left))
			}
			if said := s.apply(e); said != nil {
				s.t.Fatalf("%T: %s", e, said)
			}
		}
	}
}

// restart saves the book and goes on with what was loaded.
func (s *scene) restart() {
	var tables bytes.Buffer
	if err := s.book.SaveTables(&tables); err != nil {
		s.t.Fatal(err)
	}
	state, err := cbor.Marshal(s.book.State())
	if err != nil {
		s.t.Fatal(err)
	}
	var loaded book.State
	if err := cbor.Unmarshal(state, &loaded); err != nil {
		s.t.Fatal(err)
	}
	b, err := book.FromState(loaded)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := b.LoadTables(bytes.NewReader(tables.Bytes())); err != nil {
		s.t.Fatal(err)
	}
	same(s.t, s.book, b)
	s.book, s.gate = b, nil
}

// compareReplay folds the journal anew: it must give the same book.
func (s *scene) compareReplay() {
	b, err := book.New(s.book.Member(), book.DefaultWindow)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range s.log {
		if err := b.Replay(carried(s.t, e)); err != nil {
			s.t.Fatal(err)
		}
	}
	same(s.t, s.book, b)
}

// carried is an event after a journal: encoded and decoded.
func carried(t *testing.T, e book.Event) book.Event {
	b, err := cbor.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	back := reflect.New(reflect.TypeOf(e))
	if err := cbor.Unmarshal(b, back.Interface()); err != nil {
		t.Fatal(err)
	}
	return back.Elem().Interface().(book.Event)
}

func same(t *testing.T, a, b *book.Book) {
	t.Helper()
	if x, y := fmt.Sprintf("%+v", a.State()), fmt.Sprintf("%+v", b.State()); x != y {
		t.Fatalf("states differ:\n%s\n%s", x, y)
	}
	var x, y bytes.Buffer
	if a.SaveTables(&x) != nil || b.SaveTables(&y) != nil || !bytes.Equal(x.Bytes(), y.Bytes()) {
		t.Fatal("tables differ")
	}
}
