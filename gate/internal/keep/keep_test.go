package keep

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spoor"
)

// TestTable compares a table with Go's own map, also with keys that crowd one
// place.
func TestTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tab table[int]
		model := map[Key]int{}
		crowd := rapid.Bool().Draw(t, "crowd")
		for range rapid.IntRange(0, 400).Draw(t, "puts") {
			k := Key{rapid.Uint64().Draw(t, "hi"), rapid.Uint64Range(0, 9).Draw(t, "lo")*2 + 1}
			if crowd {
				k.hi = k.hi%7 + 0xffffffffffffff00*(k.hi&1)
			}
			v, fresh := tab.put(k)
			if _, had := model[k]; had == fresh {
				t.Fatalf("%v: fresh is %v", k, fresh)
			}
			*v++
			model[k]++
		}
		if tab.n != len(model) {
			t.Fatalf("%d keys, want %d", tab.n, len(model))
		}
		for k, want := range model {
			if got := tab.get(k); got == nil || *got != want {
				t.Fatalf("%v: %v, want %d", k, got, want)
			}
		}
		if tab.get(Key{rapid.Uint64().Draw(t, "other"), 2}) != nil {
			t.Fatal("found what was never put")
		}
		var last Key
		for i := range tab.shards {
			for _, s := range tab.shards[i].slots {
				if s.key == (Key{}) {
					continue
				}
				if !last.less(s.key) {
					t.Fatal("not in the order of keys")
				}
				last = s.key
			}
		}
	})
}

func TestKeys(t *testing.T) {
	if KeyOf("ab", "c") == KeyOf("a", "bc") || KeyOf("", "x") == KeyOf("x", "") {
		t.Error("two names have one key")
	}
	long := strings.Repeat("x", 500)
	if KeyOf(long, "a") == KeyOf(long, "b") || KeyOf(long, "a") != KeyOf(long, "a") {
		t.Error("long names")
	}
	if AccountKey(spoor.AccountID{}) != (Key{}) {
		t.Error("the outside has a key")
	}
}

var gbp, _ = spoor.ParseCurrency("GBP")

func TestLedger(t *testing.T) {
	var l Ledger
	a, b := AccountKey(spoor.AccountID{Number: "A"}), AccountKey(spoor.AccountID{Bank: "1", Number: "A"})
	l.Seen(Key{}, 60)
	l.Seen(a, 119)
	l.Seen(a, 999)
	l.Seen(b, -5)
	l.Book(Key{}, spoor.Money{Amount: 1, Currency: spoor.EUR}, true)
	for _, m := range []struct {
		amount int64
		c      spoor.Currency
		in     bool
	}{{500, spoor.USD, true}, {300, spoor.EUR, true}, {100, spoor.EUR, false}, {-7, spoor.EUR, true}, {math.MaxInt64, gbp, true}, {5, gbp, true}} {
		l.Book(a, spoor.Money{Amount: m.amount, Currency: m.c}, m.in)
	}
	want := []Balance{{spoor.EUR, 300, 100, 200}, {gbp, math.MaxInt64, 0, math.MaxInt64}, {spoor.USD, 500, 0, 500}}
	if got := l.Balances(a); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if l.Len() != 2 || l.Balances(b) != nil {
		t.Error(l.Len(), l.Balances(b))
	}
	if at, ok := l.First(a); at != 60 || !ok {
		t.Error(at, ok)
	}
	if at, ok := l.First(b); at != 0 || !ok {
		t.Error(at, ok)
	}
	var saved, again bytes.Buffer
	if err := l.Save(&saved); err != nil {
		t.Fatal(err)
	}
	var back Ledger
	r := bytes.NewReader(append(saved.Bytes(), "rest"...))
	if err := back.Load(r); err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(r); string(rest) != "rest" {
		t.Errorf("%q is left", rest)
	}
	if !reflect.DeepEqual(back.Balances(a), want) {
		t.Error(back.Balances(a))
	}
	if err := back.Save(&again); err != nil || !bytes.Equal(saved.Bytes(), again.Bytes()) {
		t.Error("saved otherwise the second time", err)
	}
}

// TestSameWhateverTheHistory: what is saved depends on what is there only.
func TestSameWhateverTheHistory(t *testing.T) {
	var one, two, three Payments
	for i := range 5000 {
		one.Put(KeyOf("", fmt.Sprint(i))).Set(uint64(i), spoor.Block)
		two.Put(KeyOf("", fmt.Sprint(4999-i))).Set(uint64(4999-i), spoor.Block)
	}
	var a, b, c bytes.Buffer
	if one.Save(&a) != nil || two.Save(&b) != nil || three.Load(bytes.NewReader(a.Bytes())) != nil || three.Save(&c) != nil {
		t.Fatal("not saved")
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) || !bytes.Equal(a.Bytes(), c.Bytes()) {
		t.Error("saved otherwise")
	}
	p := three.Get(KeyOf("", "77"))
	if p == nil || p.Entry() != 77 || p.Outcome() != spoor.Block || three.Len() != 5000 {
		t.Error(p, three.Len())
	}
}

// TestDamaged: whatever is cut or changed, loading does not panic, and a cut or
// a disorder is told.
func TestDamaged(t *testing.T) {
	var p Payments
	for i := range 300 {
		p.Put(KeyOf("", fmt.Sprint(i))).Set(uint64(i), spoor.Allow)
	}
	var saved bytes.Buffer
	if err := p.Save(&saved); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 5, 30, 31, 100, saved.Len() - 1} {
		if err := new(Payments).Load(bytes.NewReader(saved.Bytes()[:n])); err == nil {
			t.Errorf("cut at %d: no error", n)
		}
	}
	huge := bytes.Clone(saved.Bytes())
	binary.BigEndian.PutUint64(huge[len(paymentsTitle):], math.MaxUint64)
	if err := new(Payments).Load(bytes.NewReader(huge)); err == nil {
		t.Error("a wrong count is believed")
	}
	twice := bytes.Clone(saved.Bytes())
	first := len(paymentsTitle) + 8
	copy(twice[first+48:first+96], twice[first:first+48])
	if err := new(Payments).Load(bytes.NewReader(twice)); err == nil || !strings.Contains(err.Error(), "not in order") {
		t.Error(err)
	}
}

func FuzzLoadLedger(f *testing.F) {
	var l Ledger
	for i := range 20 {
		k := KeyOf("", fmt.Sprint(i))
		l.Seen(k, 60)
		l.Book(k, spoor.Money{Amount: 5, Currency: spoor.EUR}, true)
		l.Book(k, spoor.Money{Amount: 5, Currency: spoor.USD}, true)
	}
	var saved bytes.Buffer
	if err := l.Save(&saved); err != nil {
		f.Fatal(err)
	}
	f.Add(saved.Bytes())
	f.Add(saved.Bytes()[:100])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var l Ledger
		if l.Load(bytes.NewReader(b)) == nil {
			if err := l.Save(io.Discard); err != nil {
				t.Error(err)
			}
		}
	})
}

// scattered is a cheap stand-in for hashed keys.
func scattered(i uint64) Key {
	h := i * 0x9E3779B97F4A7C15
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	h ^= h >> 32
	return Key{h, i<<1 | 1}
}

var began = time.Now()

func nano() int64 { return time.Since(began).Nanoseconds() }

const many = 10_000_000

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkPayments fills ten million payments, then looks them up at random.
func BenchmarkPayments(b *testing.B) {
	before := heap()
	var p Payments
	b.Run("put", func(b *testing.B) {
		for range b.N {
			p = Payments{}
			for i := range uint64(many) {
				p.Put(scattered(i)).Set(i+1, spoor.Allow)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/many, "ns/key")
	})
	b.ReportMetric(float64(heap()-before)/(1<<20), "MiB")
	b.Logf("%d payments: %.1f MB, %.1f bytes each", p.Len(), float64(heap()-before)/1e6, float64(heap()-before)/many)
	b.Run("get", func(b *testing.B) {
		i := uint64(0)
		for b.Loop() {
			i += 7_919_333
			if p.Get(scattered(i%many)) == nil {
				b.Fatal("lost")
			}
		}
	})
	b.Run("miss", func(b *testing.B) {
		i := uint64(many)
		for b.Loop() {
			i += 7_919_333
			if p.Get(scattered(i)) != nil {
				b.Fatal("found")
			}
		}
	})
	bulk(b, p.Save, func(r io.Reader) error { return new(Payments).Load(r) })
}

// BenchmarkGoMap looks up ten million payments in Go's own map, to compare.
func BenchmarkGoMap(b *testing.B) {
	m := make(map[Key]Payment, many)
	for i := range uint64(many) {
		m[scattered(i)] = Payment{state: i + 1}
	}
	i := uint64(0)
	for b.Loop() {
		i += 7_919_333
		if m[scattered(i%many)].state == 0 {
			b.Fatal("lost")
		}
	}
}

// BenchmarkLedger fills ten million accounts.
func BenchmarkLedger(b *testing.B) {
	before := heap()
	var l Ledger
	for i := range uint64(many) {
		l.Seen(scattered(i), spoor.Instant(i))
		l.Book(scattered(i), spoor.Money{Amount: 5, Currency: spoor.EUR}, i&1 == 0)
	}
	b.Logf("%d accounts: %.1f MB, %.1f bytes each", l.Len(), float64(heap()-before)/1e6, float64(heap()-before)/many)
	bulk(b, l.Save, func(r io.Reader) error { return new(Ledger).Load(r) })
}

func bulk(b *testing.B, save func(io.Writer) error, load func(io.Reader) error) {
	var saved bytes.Buffer
	saved.Grow(600 << 20)
	b.Run("save", func(b *testing.B) {
		for range b.N {
			saved.Reset()
			if err := save(&saved); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("load", func(b *testing.B) {
		for range b.N {
			if err := load(bytes.NewReader(saved.Bytes())); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkPutWorst is the slowest single put while ten million go in: what a
// payment waits when its shard grows.
func BenchmarkPutWorst(b *testing.B) {
	for range b.N {
		var p Payments
		var took []int64
		for i := range uint64(many / 1000) {
			start := nano()
			for j := range uint64(1000) {
				p.Put(scattered(i*1000 + j))
			}
			took = append(took, nano()-start)
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)-1])/1e6, "worst-ms/1000")
		b.ReportMetric(float64(took[len(took)*999/1000])/1e6, "p99.9-ms/1000")
	}
}

func BenchmarkKeyOf(b *testing.B) {
	for b.Loop() {
		KeyOf("eb6305c9-1f7f-49de-aed0-16487c27b42d", "")
	}
}
