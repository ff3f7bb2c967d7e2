package traffic

import (
	"bytes"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spoor"
	"spoor/format/iso20022"
	"spoor/format/iso20022/instruct"
)

func makerOf(t testing.TB, change ...func(*Population)) *Maker {
	t.Helper()
	p := Population{Accounts: 20_000, Seed: 7, Start: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)}
	for _, f := range change {
		f(&p)
	}
	m, err := NewMaker(p)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMod97 checks the check on the examples of the IBAN registry.
func TestMod97(t *testing.T) {
	for iban, want := range map[string]bool{
		"DE89370400440532013000": true, "FR1420041010050500013M02606": true, "IT60X0542811101000000123456": true,
		"NL91ABNA0417164300": true, "IE29AIBK93115212345678": true, "GB82WEST12345698765432": true,
		"DE88370400440532013000": false, "NL91ABNA0417164301": false,
	} {
		if got := mod97([]byte(iban)) == 1; got != want {
			t.Errorf("%s valid: %v", iban, got)
		}
	}
}

// lengths are those of the IBAN registry, release 99.
var lengths = map[string]int{"DE": 22, "FR": 27, "IT": 27, "ES": 24, "NL": 18, "BE": 16, "AT": 20, "PL": 28, "PT": 25, "IE": 22, "FI": 18, "RO": 24, "GR": 27, "LT": 20}

func TestAccounts(t *testing.T) {
	m := makerOf(t)
	bic := regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}$`)
	ibans, land, names, orgs := map[string]bool{}, map[string]int{}, map[string]bool{}, 0
	for a := range 20_000 {
		h := m.holder(a)
		iban := string(h.iban[:h.ibanLen])
		if mod97([]byte(iban)) != 1 || len(iban) != lengths[h.country.code] || iban[:2] != h.country.code || ibans[iban] {
			t.Fatalf("account %d: IBAN %s", a, iban)
		}
		if b := string(m.appendBIC(nil, h.country, h.bank)); !bic.MatchString(b) || b[4:6] != h.country.code {
			t.Fatalf("BIC %s", b)
		}
		d := h.chance
		name := string(m.appendName(nil, &h, &d))
		if name == "" || len([]rune(name)) > maxName {
			t.Fatalf("name %q", name)
		}
		ibans[iban], names[name] = true, true
		land[h.country.code]++
		if h.org {
			orgs++
		}
	}
	if len(land) != 14 || land["DE"] != 4400 || orgs != 200 {
		t.Errorf("countries %v, %d organisations", land, orgs)
	}
	// What a screening engine remembers must not be all it has to do.
	if len(names) < 15_000 {
		t.Errorf("only %d names for 20,000 accounts", len(names))
	}
}

// readAll reads what a message says with the reader of files.
func readAll(t testing.TB, message []byte) []spoor.Payment {
	t.Helper()
	out := make([]spoor.Payment, len(message)/1000+1)
	n := 0
	r := iso20022.NewReader("message", bytes.NewReader(message))
	for {
		k, err := r.Read(out[n:])
		if n += k; err == io.EOF {
			return out[:n]
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, message)
		}
	}
}

func TestMessagesAreRead(t *testing.T) {
	for _, batch := range []int{1, 3, MaxBatch} {
		m := makerOf(t, func(p *Population) {
			p.Batch, p.Listed, p.ListedShare = batch, []string{"O'Neil & <Sons> Ltd", "\x00Bad\xff \"name\"\n"}, .2
		})
		for n := range uint64(max(600/batch, 2)) {
			message := m.Append(nil, n)
			got := readAll(t, message)
			asked, err := instruct.Read(message, instruct.Limits{})
			if err != nil || len(asked.Problems) > 0 || len(asked.Instructions) != batch || len(got) != batch {
				t.Fatalf("%d payments, %v, %+v\n%s", len(got), err, asked, message)
			}
			for i := range batch {
				payment := n*uint64(batch) + uint64(i)
				d, p, in := m.draw(payment), &got[i], &asked.Instructions[i]
				from, to := m.holder(d.from), m.holder(d.to)
				if p.ID != m.UETR(payment) || in.Key() != p.ID || p.From.Number != string(from.iban[:from.ibanLen]) ||
					p.To.Number != string(to.iban[:to.ibanLen]) || p.Paid != (spoor.Money{Amount: d.cents, Currency: spoor.EUR}) || p.From == p.To ||
					p.FromName == "" || p.ToName == "" || p.Purpose == "" || p.FromCountry.String() != from.country.code || len(in.Parties) < 4 {
					t.Fatalf("payment %d: %+v, %+v", payment, p, in)
				}
				if p.Time != spoor.At(m.pop.Start.Add(time.Duration(payment)*m.between)) {
					t.Fatalf("payment %d at %v", payment, p.Time)
				}
			}
			if size := len(message) / batch; size < 1500 || size > 3000 {
				t.Fatalf("%d bytes a payment", size)
			}
		}
	}
}

// TestSchema validates messages against the official schema by xmllint.
func TestSchema(t *testing.T) {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	xsd := filepath.Join(dir, "formats", "iso20022", "pacs.008.001.10.xsd")
	if _, err := os.Stat(xsd); err != nil {
		t.Skipf("no schema at %s: set SPOOR_DATA to the folder of test data", xsd)
	}
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("no xmllint to validate with")
	}
	args := []string{"--noout", "--schema", xsd}
	for _, batch := range []int{1, 100} {
		m := makerOf(t, func(p *Population) {
			p.Batch, p.Listed, p.ListedShare = batch, []string{strings.Repeat("Very & Long ", 30)}, .1
		})
		for n := range uint64(200 / batch) {
			file := filepath.Join(t.TempDir(), "message.xml")
			if err := os.WriteFile(file, m.Append(nil, n), 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, file)
		}
	}
	if out, err := exec.Command(lint, args...).CombinedOutput(); err != nil {
		t.Errorf("%v: %.2000s", err, out)
	}
}

// TestEqualSeeds makes messages in another order, in other buffers and by
// another maker.
func TestEqualSeeds(t *testing.T) {
	a, b, other := makerOf(t), makerOf(t), makerOf(t, func(p *Population) { p.Seed = 8 })
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, 1e9).Draw(t, "n")
		x := a.Append(nil, n)
		b.Append(nil, n+1)
		if y := b.Append([]byte("before"), n); string(y) != "before"+string(x) {
			t.Fatalf("message %d differs", n)
		}
		if bytes.Equal(x, other.Append(nil, n)) || a.UETR(n) == other.UETR(n) || a.UETR(n) == a.UETR(n+1) {
			t.Fatalf("message %d is another seed's", n)
		}
	})
	// A payment is the same in any batch, so that single ones can be asked again.
	batch := makerOf(t, func(p *Population) { p.Batch = 5 })
	if got := readAll(t, batch.Append(nil, 3))[2].ID; got != a.UETR(17) {
		t.Errorf("payment 17 is %s in a batch and %s alone", got, a.UETR(17))
	}
}

func TestUETR(t *testing.T) {
	m, v4, seen := makerOf(t), regexp.MustCompile(`^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$`), map[string]bool{}
	for n := range uint64(100_000) {
		u := m.UETR(n)
		if !v4.MatchString(u) || seen[u] {
			t.Fatalf("UETR %s of payment %d", u, n)
		}
		seen[u] = true
	}
}

// TestWhoPays checks that the population is as it says: most pay seldom, a few
// organisations take and make a lot, most payments stay in their country and
// people pay the same others again.
func TestWhoPays(t *testing.T) {
	m := makerOf(t, func(p *Population) { p.Accounts = 50_000 })
	const n = 200_000
	pays, takes, pairs, home := map[int]int{}, map[int]int{}, map[[2]int]int{}, 0
	for i := range uint64(n) {
		d := m.draw(i)
		pays[d.from]++
		takes[d.to]++
		pairs[[2]int{d.from, d.to}]++
		if m.holder(d.from).country == m.holder(d.to).country {
			home++
		}
	}
	most := func(counts map[int]int) (list []int) {
		for _, c := range counts {
			list = append(list, -c)
		}
		slices.Sort(list)
		return list
	}
	if p := most(pays); -p[0] < n/500 || -p[0] > n/100 || -p[len(p)/2] > 4 {
		t.Errorf("the most active pays %d times, the middle one %d", -p[0], -p[len(p)/2])
	}
	if p := most(takes); -p[0] < n/100 || -p[0] > n/20 || -p[len(p)/2] > 4 {
		t.Errorf("the largest hub is paid %d times, the middle account %d", -p[0], -p[len(p)/2])
	}
	if share := float64(home) / n; share < .85 || share > .93 {
		t.Errorf("%.2f within a country", share)
	}
	again := 0
	for _, c := range pairs {
		if c > 1 {
			again += c
		}
	}
	if share := float64(again) / n; share < .3 {
		t.Errorf("%.2f of payments between accounts that pay each other again", share)
	}
}

func TestListedNames(t *testing.T) {
	listed := []string{"Zebulon Quartermain", "Nordlicht Handelsgesellschaft", "Xu"}
	m := makerOf(t, func(p *Population) { p.Listed, p.ListedShare = listed, .01 })
	exact, alike, total := 0, 0, 0
	for n := range uint64(20_000) {
		for _, p := range readAll(t, m.Append(nil, n)) {
			for _, name := range []string{p.FromName, p.ToName} {
				total++
				switch {
				case slices.Contains(listed, name):
					exact++
				case strings.Contains(name, "ebulo") || strings.Contains(name, "andelsgesell"):
					alike++
				}
			}
		}
	}
	if share := float64(exact+alike) / float64(total); math.Abs(share-.01) > .004 || alike < total/1000 {
		t.Errorf("%d exact and %d altered names of %d", exact, alike, total)
	}
	if m := makerOf(t); len(m.listed) > 0 {
		t.Error("listed names nobody gave")
	}
}

func TestPopulationsThatMakeNoSense(t *testing.T) {
	good := Population{Accounts: 1000, Start: time.Unix(1e9, 0)}
	for _, change := range []func(*Population){
		func(p *Population) { p.Accounts = 999 }, func(p *Population) { p.Accounts = maxAccounts + 1 }, func(p *Population) { p.Batch = -1 },
		func(p *Population) { p.Batch = MaxBatch + 1 }, func(p *Population) { p.Pace = -1 }, func(p *Population) { p.ListedShare = 2 },
		func(p *Population) { p.Start = time.Time{} },
	} {
		p := good
		change(&p)
		if _, err := NewMaker(p); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
	if _, err := NewMaker(good); err != nil {
		t.Error(err)
	}
}

func BenchmarkMessage(b *testing.B) {
	m := makerOf(b, func(p *Population) { p.Accounts = 200_000 })
	buf, bytes := []byte{}, 0
	b.ReportAllocs()
	n := uint64(0)
	for b.Loop() {
		buf = m.Append(buf[:0], n)
		bytes += len(buf)
		n++
	}
	b.ReportMetric(float64(bytes)/float64(b.N), "bytes/message")
}
