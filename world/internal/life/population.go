package life

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"

	"spoor"
	"spoor/world/internal/chance"
)

// Kind says what the holder of an account is.
type Kind uint8

// The kinds. Those up to Manufacturer are the living: ordinary people and
// firms, among whom schemes are hidden.
const (
	Person Kind = iota
	SoleTrader
	Shop
	Restaurant
	Company
	Wholesaler
	Manufacturer
	Wallet // bitcoin held at an exchange
	Holding
	Agency // lets homes for landlords
	LawFirm
	PayrollBureau
	Charity
	Marketplace
	CryptoExchange
	Acquirer
	Factor
	Utility
	Lender
	Authority
	CashCounter // the tills and machines of one branch area of a bank
	Stranger    // outside the economy: nothing is known of it
	numKinds
)

// kinds: name, share of a country's accounts, least number in a country, and
// what follows a family name in a firm's name.
var kinds = [numKinds]struct {
	name  string
	share float64
	floor int
	trade string
}{
	Person:         {"person", .775, 4, ""},
	SoleTrader:     {"sole trader", .055, 1, "Plumbing Joinery Dental Studio Design Translations Painting Physiotherapy Photography Repairs"},
	Shop:           {"shop", .045, 1, "Bakery Market Pharmacy Fashion Fuel Electronics Books Flowers Furniture Minimarket"},
	Restaurant:     {"restaurant", .022, 1, "Trattoria Bar Café Grill Pizzeria Bistro Kebab Sushi"},
	Company:        {"company", .04, 1, "Consulting Logistics Software Cleaning Media Security Construction Travel Services Engineering"},
	Wholesaler:     {"wholesaler", .01, 1, "Wholesale Import Trading Distribution"},
	Manufacturer:   {"manufacturer", .014, 1, "Industries Foods Machines Textiles Chemicals Ceramics Packaging"},
	Wallet:         {"wallet", .015, 0, ""},
	Holding:        {"holding", .0008, 0, "Holding Group"},
	Agency:         {"letting agency", .002, 0, "Lettings Homes"},
	LawFirm:        {"law firm", .003, 0, "Notaries Lawyers"},
	PayrollBureau:  {"payroll bureau", .001, 0, "Payroll"},
	Charity:        {"charity", .004, 0, "Foundation Club Choir Relief"},
	Marketplace:    {"marketplace", .0006, 0, "Marketplace"},
	CryptoExchange: {"crypto exchange", .0005, 0, "Coin"},
	Acquirer:       {"acquirer", .0005, 0, "Payments"},
	Factor:         {"factor", .0005, 0, "Factoring"},
	Utility:        {"utility", .003, 0, "Energy Water Telecom Insurance Streaming"},
	Lender:         {"lender", .002, 0, "Credit Mortgages"},
	Authority:      {"authority", .001, 0, "Treasury Pensions"},
	CashCounter:    {"cash counter", 0, 0, ""},
	Stranger:       {"stranger", 0, 0, ""},
}

// String names the kind, "sole trader".
func (k Kind) String() string { return kinds[k].name }

// Living reports whether ordinary people and firms hold such accounts.
func (k Kind) Living() bool { return k <= Manufacturer }

// business reports whether the holder is an ordinary firm.
func (k Kind) business() bool { return k >= SoleTrader && k <= Manufacturer }

// Account is one account of the world. OwnerID is shared by all accounts of
// one owner.
type Account struct {
	ID        spoor.AccountID
	BankName  string // "Italy Bank #12"
	Bank      string // the bank's id, that of ID
	Country   spoor.Country
	Kind      Kind
	OwnerID   string
	OwnerName string
	Currency  spoor.Currency
}

// trait is what the generator looks at most, kept small for the cache.
type trait struct {
	wealth   float32 // scales amounts; median 1
	pace     float32 // scales how often it acts; median 1
	counter  uint32  // where it draws and deposits cash
	open     uint16  // first day of its life
	shut     uint16  // first day after it; a dormant account sleeps from here on
	kind     Kind
	country  uint8
	class    uint8
	dormant  bool
	acquired bool // a shop whose card sales an acquirer pays out the next day
}

// run of consecutive accounts.
type block struct{ lo, n uint32 }

// zipf picks from the block, the first ones most often.
func (b block) zipf(u float64) uint32 { return b.lo + uint32(u*u*float64(b.n)) }

func (b block) even(u float64) uint32 { return b.lo + uint32(u*float64(b.n)) }

// Country is one of [Countries].
type Country struct {
	Code     spoor.Country
	Name     string
	Currency spoor.Currency // of most accounts there
	Corridor bool           // on drug and remittance routes
	Offshore bool           // home of letterbox companies

	weight             float64 // share of all accounts
	hours              int     // ahead of UTC
	forms, given, last []string
}

//go:embed countries.txt
var countryText string

//go:embed names.txt
var nameText string

// Countries are those of the world. Accounts name theirs by index.
var Countries = loadCountries()

func loadCountries() (out []Country) {
	names := map[string][3][]string{}
	for _, line := range tableLines(nameText) {
		f := strings.Split(line, "|")
		names[strings.TrimSpace(f[0])] = [3][]string{strings.Fields(f[1]), strings.Fields(f[2]), strings.Fields(f[3])}
	}
	total := 0.0
	for _, line := range tableLines(countryText) {
		f := strings.Fields(line)
		weight := parseFloat(f[2])
		code, ok := spoor.ParseCountry(f[0])
		n, known := names[f[3]]
		if !ok || !known {
			panic("life: countries.txt: cannot read " + line)
		}
		out = append(out, Country{
			Code: code, Currency: parseTender(f[1])[0], weight: weight, hours: int(parseFloat(f[4])),
			Name:     strings.ReplaceAll(f[6], "_", " "),
			Corridor: strings.Contains(f[5], "corridor"), Offshore: strings.Contains(f[5], "offshore"),
			forms: n[0], given: n[1], last: n[2],
		})
		total += weight
	}
	for i := range out {
		out[i].weight /= total
	}
	return out
}

func tableLines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

func parseTender(codes string) (out []spoor.Currency) {
	for _, s := range strings.Fields(codes) {
		c, err := spoor.ParseCurrency(s)
		if err != nil {
			panic(err)
		}
		out = append(out, c)
	}
	return out
}

// bank of a country, with the accounts that stand for its cash counters.
type bank struct {
	id, name string
	counters block
}

// populate founds banks and opens about n accounts.
func (w *Economy) populate(n int) {
	banks := min(max(n/20, 60), 650)
	serial := 0
	for c := range Countries {
		size := float64(n) * Countries[c].weight
		var here []bank
		for i := range max(3, int(float64(banks)*Countries[c].weight+.5)) {
			b := bank{id: bankID(w.seed, serial), name: fmt.Sprintf("%s Bank #%d", Countries[c].Name, i+1)}
			serial++
			b.counters.lo = uint32(len(w.Accounts))
			for range 1 + int(size/float64(banks)/40) {
				w.open(c, CashCounter, b, w.ownerID(), b.name+" cash")
				b.counters.n++
			}
			here = append(here, b)
		}
		for k := Person; k < CashCounter; k++ {
			d := chance.NewDice().Seat(w.seed, streamPeople, uint64(c), uint64(k))
			want := max(kinds[k].floor, int(size*kinds[k].share+d.Float64()))
			if c == 0 {
				want = max(want, 1) // the first country has at least one of each
			}
			w.settle(d, c, k, want, here)
		}
	}
	for k := range w.most {
		for c := range Countries {
			if w.at[k][c].n > w.most[k].n {
				w.most[k] = w.at[k][c]
			}
		}
	}
}

// bankID gives distinct ids below 400,000, since 7919 is no factor of the prime.
func bankID(seed uint64, serial int) string {
	const prime = 399_989
	return strconv.Itoa(10 + int((uint64(serial)*7919+seed%prime)%prime))
}

// number gives the i-th of 2^32 distinct numbers of nine hex digits.
func number(seed uint64, i uint32) string {
	return fmt.Sprintf("8%08X", i*0x9E3779B1+uint32(seed*77))
}

func (w *Economy) ownerID() string {
	w.owners++
	return number(w.seed, 1<<31+w.owners)
}

// settle opens the accounts of one kind in one country: a few owners hold
// several, at different banks.
func (w *Economy) settle(d *chance.Dice, c int, k Kind, want int, banks []bank) {
	w.at[k][c] = block{uint32(len(w.Accounts)), uint32(want)}
	several := .04
	if k.business() {
		several = .1
	}
	for left := want; left > 0; {
		name, owner := ownerName(d, c, k), w.ownerID()
		n := 1
		if k.Living() && d.Chance(several) {
			n += d.Between(1, 3)
		}
		house := int(d.Float64() * d.Float64() * float64(len(banks)))
		for i := range min(n, left) {
			a := w.open(c, k, banks[(house+i)%len(banks)], owner, name)
			if i > 0 && d.Chance(.15) {
				w.Accounts[a].Currency = Tender[d.Between(0, 3)]
			}
			w.character(d, a)
		}
		left -= min(n, left)
	}
}

func ownerName(d *chance.Dice, c int, k Kind) string {
	at := &Countries[c]
	last := at.last[d.IntN(len(at.last))]
	trades := strings.Fields(kinds[k].trade)
	if len(trades) == 0 {
		return at.given[d.IntN(len(at.given))] + " " + last
	}
	name := last + " " + trades[d.IntN(len(trades))]
	if k == SoleTrader || k == Charity || k == Authority {
		return name
	}
	return name + " " + at.forms[d.IntN(len(at.forms))]
}

// AddStranger adds an account without owner, country or ordinary life.
func (w *Economy) AddStranger() uint32 {
	w.Accounts = append(w.Accounts, Account{Kind: Stranger})
	w.traits = append(w.traits, trait{kind: Stranger})
	return uint32(len(w.Accounts) - 1)
}

func (w *Economy) open(c int, k Kind, b bank, owner, name string) uint32 {
	i := uint32(len(w.Accounts))
	currency := Countries[c].Currency
	if k == Wallet {
		currency = Tender[len(Tender)-1]
	}
	w.Accounts = append(w.Accounts, Account{
		ID:       spoor.AccountID{Bank: b.id, Number: number(w.seed, i)},
		BankName: b.name, Bank: b.id, Country: Countries[c].Code, Kind: k,
		OwnerID: owner, OwnerName: name, Currency: currency,
	})
	w.traits = append(w.traits, trait{
		wealth: 1, pace: 1, shut: math.MaxUint16, kind: k, country: uint8(c), counter: b.counters.lo,
	})
	if b.counters.n > 0 {
		w.traits[i].counter = b.counters.even(chance.Unit(chance.Mix(w.seed, uint64(i))))
	}
	return i
}

// character draws what sets an account apart: means, pace, span of life.
func (w *Economy) character(d *chance.Dice, a uint32) {
	t := &w.traits[a]
	spread := .45
	if t.kind.business() {
		spread = .9
	}
	t.wealth = float32(d.LogNormal(1, spread))
	t.pace = float32(d.LogNormal(1, .6))
	t.acquired = t.kind == Shop && d.Chance(.4)
	fate := d.Float64()
	if !t.kind.Living() {
		return
	}
	days := float64(w.days)
	w.living++
	switch {
	case w.living%33 == 3:
		t.dormant = true
		t.shut = uint16(1 + d.Float64()*days/4)
		w.Dormant = append(w.Dormant, a)
	case fate < .04:
		t.open = uint16(1 + d.Float64()*days*.8)
		w.Young = append(w.Young, a)
	case fate < .06:
		t.shut = uint16(1 + d.Float64()*(days-1))
	}
}

// Alive reports whether an account is in use from one day through another.
func (w *Economy) Alive(a uint32, from, through int) bool {
	t := &w.traits[a]
	return int(t.open) <= from && through < int(t.shut)
}

// Pick gives an account of a kind in a country, or elsewhere where it has none;
// u in [0, 1) says which.
func (w *Economy) Pick(k Kind, c uint8, u float64) uint32 { return w.block(k, c).even(u) }

// block of a kind in a country, or the largest elsewhere.
func (w *Economy) block(k Kind, c uint8) block {
	if b := w.at[k][c]; b.n > 0 {
		return b
	}
	return w.most[k]
}

// Sibling gives another account of the same owner; owners' accounts are
// neighbours.
func (w *Economy) Sibling(a uint32) (uint32, bool) {
	id := w.Accounts[a].OwnerID
	for _, b := range [2]uint32{a + 1, a - 1} {
		if int(b) < len(w.Accounts) && w.Accounts[b].OwnerID == id {
			return b, true
		}
	}
	return 0, false
}

// CountryOf gives an account's country as an index of [Countries].
func (w *Economy) CountryOf(a uint32) uint8 { return w.traits[a].country }

// Counter gives the cash counter of the branch to which an account belongs.
func (w *Economy) Counter(a uint32) uint32 { return w.traits[a].counter }

// SomeCountry draws a country by its weight.
func SomeCountry(u float64) uint8 {
	for i := range Countries {
		if u -= Countries[i].weight; u < 0 {
			return uint8(i)
		}
	}
	return 0
}
