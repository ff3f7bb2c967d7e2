package spoor

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Money is an amount in minor units of a currency: see [Currency.Scale].
type Money struct {
	Amount   int64    `json:"amount"`
	Currency Currency `json:"currency"`
}

// String gives "1234.50 EUR".
func (m Money) String() string { return m.Decimal() + " " + m.Currency.String() }

// Decimal gives the amount with a decimal point and all decimals of its
// currency's scale, "1234.50".
func (m Money) Decimal() string { return string(m.AppendDecimal(nil)) }

// AppendDecimal appends what [Money.Decimal] gives.
func (m Money) AppendDecimal(b []byte) []byte {
	scale := m.Currency.Scale()
	v := uint64(m.Amount)
	if m.Amount < 0 {
		b = append(b, '-')
		v = -v
	}
	unit := pow10[scale]
	b = strconv.AppendUint(b, v/unit, 10)
	b = append(b, '.')
	frac := v % unit
	for d := unit / 10; d > 0; d /= 10 {
		b = append(b, byte('0'+frac/d%10))
	}
	return b
}

// Grouped is the amount as people read it, with thin groups of three digits
// and no more than two decimals: "5 738 987.96 USD".
func (m Money) Grouped() string {
	s := m.Decimal()
	dot := strings.IndexByte(s, '.')
	whole, frac := s[:dot], s[dot:min(dot+3, len(s))]
	sign := ""
	if whole[0] == '-' {
		sign, whole = "-", whole[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(whole[i])
	}
	return b.String() + frac + " " + m.Currency.String()
}

var pow10 = [...]uint64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// Errors of [ParseAmount].
var (
	ErrAmountSyntax = errors.New("not a decimal number")
	ErrAmountRange  = errors.New("larger than an amount can be")
)

// ParseAmount reads a decimal number such as "1234.5", "-3", "5.689E7" into
// minor units of the given scale. Digits past the scale are rounded, half to
// even. It takes a point as the decimal mark and no grouping.
func ParseAmount[T ~string | ~[]byte](s T, scale int) (int64, error) {
	var v uint64
	i, neg, digits := 0, false, 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		neg = s[i] == '-'
		i++
	}
	decimals, dot := 0, false
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !dot {
			dot = true
			continue
		}
		if c-'0' > 9 {
			break
		}
		digits++
		if v > (math.MaxUint64-9)/10 {
			return slowAmount(string(s), scale)
		}
		v = v*10 + uint64(c-'0')
		if dot {
			decimals++
		}
	}
	if digits == 0 {
		return 0, ErrAmountSyntax
	}
	if i < len(s) {
		if s[i] != 'e' && s[i] != 'E' {
			return 0, ErrAmountSyntax
		}
		exp, err := strconv.Atoi(string(s[i+1:]))
		if err != nil || exp > 40 || exp < -40 {
			return 0, ErrAmountSyntax
		}
		decimals -= exp
	}
	v, ok := rescale(v, decimals, scale)
	if !ok || v > math.MaxInt64 {
		return 0, ErrAmountRange
	}
	if neg {
		return -int64(v), nil
	}
	return int64(v), nil
}

// slowAmount takes numbers whose digits do not fit 64 bits, such as
// 1234.5000000000000000000, with exact rationals.
func slowAmount(s string, scale int) (int64, error) {
	if len(s) > maxDigits {
		return 0, ErrAmountRange
	}
	for _, c := range s { // big.Rat would take fractions, other bases and underscores
		if !strings.ContainsRune("0123456789.+-eE", c) {
			return 0, ErrAmountSyntax
		}
	}
	if e := strings.IndexAny(s, "eE"); e >= 0 {
		if n, err := strconv.Atoi(s[e+1:]); err != nil || n > 40 || n < -40 {
			return 0, ErrAmountSyntax
		}
	}
	exact, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, ErrAmountSyntax
	}
	exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).SetUint64(pow10[scale])))
	q, r := new(big.Int).QuoRem(exact.Num(), exact.Denom(), new(big.Int))
	switch half := r.Lsh(r, 1).CmpAbs(exact.Denom()); {
	case half > 0 || half == 0 && q.Bit(0) == 1:
		q.Add(q, big.NewInt(int64(exact.Sign())))
	}
	if !q.IsInt64() {
		return 0, ErrAmountRange
	}
	return q.Int64(), nil
}

// maxDigits is the longest number that is read.
const maxDigits = 100

// rescale turns v with the given decimals into v with scale decimals.
func rescale(v uint64, decimals, scale int) (uint64, bool) {
	switch d := scale - decimals; {
	case d == 0 || v == 0:
		return v, true
	case d > 0:
		if d >= len(pow10) {
			return 0, false
		}
		hi, lo := bits.Mul64(v, pow10[d])
		return lo, hi == 0
	default:
		if -d >= len(pow10) {
			return 0, true
		}
		unit := pow10[-d]
		q, r := v/unit, v%unit
		if half := unit / 2; r > half || r == half && q&1 == 1 {
			q++
		}
		return q, true
	}
}

// Currency is an ISO 4217 code, kept as a small index. The zero value is XXX,
// no currency.
type Currency uint8

// currencies in ISO 4217 with their number of decimals, where it is not two.
// XBT is the customary code for bitcoin, which ISO does not list. The order is
// kept inside the process only: files carry the letters.
const currencyCodes = "XXX EUR USD GBP CHF JPY:0 CNY INR RUB AUD CAD MXN ILS SAR BRL XBT:8 " +
	"AED AFN ALL AMD ANG AOA ARS AWG AZN BAM BBD BDT BGN BHD:3 BIF:0 BMD BND BOB BSD BTN BWP BYN BZD " +
	"CDF CLP:0 COP CRC CUP CVE CZK DJF:0 DKK DOP DZD EGP ERN ETB FJD FKP GEL GHS GIP GMD GNF:0 GTQ GYD " +
	"HKD HNL HRK HTG HUF IDR IQD:3 IRR ISK:0 JMD JOD:3 KES KGS KHR KMF:0 KPW KRW:0 KWD:3 KYD KZT LAK LBP " +
	"LKR LRD LSL LYD:3 MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MYR MZN NAD NGN NIO NOK NPR NZD OMR:3 " +
	"PAB PEN PGK PHP PKR PLN PYG:0 QAR RON RSD RWF:0 SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP " +
	"SZL THB TJS TMT TND:3 TOP TRY TTD TWD TZS UAH UGX:0 UYU UZS VED VES VND:0 VUV:0 WST XAF:0 XCD XOF:0 " +
	"XPF:0 YER ZAR ZMW ZWL"

// The currencies that code names directly; they are the first of currencyCodes.
const (
	XXX Currency = iota // no currency
	EUR
	USD
)

type currencyInfo struct {
	code  string
	scale int // decimals of a minor unit here
	iso   int // decimals by ISO 4217
}

var currencyTable, currencyIndex = loadCurrencies()

func loadCurrencies() (table []currencyInfo, index [26 * 26 * 26]Currency) {
	for i, word := range strings.Fields(currencyCodes) {
		info := currencyInfo{code: word[:3], iso: 2}
		if len(word) > 3 {
			info.iso = int(word[4] - '0')
		}
		info.scale = max(info.iso, 2)
		table = append(table, info)
		index[codeSlot(word)] = Currency(i)
	}
	return table, index
}

func codeSlot(s string) int {
	return (int(s[0]-'A')*26+int(s[1]-'A'))*26 + int(s[2]-'A')
}

// Currencies returns how many there are: valid values are below it.
func Currencies() int { return len(currencyTable) }

// ParseCurrency reads a three-letter code in capitals.
func ParseCurrency(s string) (Currency, error) {
	if len(s) == 3 && s[0]-'A' < 26 && s[1]-'A' < 26 && s[2]-'A' < 26 {
		if c := currencyIndex[codeSlot(s)]; c != 0 || s == "XXX" {
			return c, nil
		}
	}
	return 0, fmt.Errorf("%q is not an ISO 4217 currency code", s)
}

// String gives the three-letter code.
func (c Currency) String() string { return currencyTable[c].code }

// Scale is the number of decimals of a minor unit here: as in ISO 4217, but at
// least two, because files carry hundredths of currencies that have none (yen
// in AMLworld); eight for bitcoin.
func (c Currency) Scale() int { return currencyTable[c].scale }

// Decimals is the number of decimals that ISO 4217 gives the currency.
func (c Currency) Decimals() int { return currencyTable[c].iso }

// MarshalText makes currencies their codes in JSON.
func (c Currency) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a code.
func (c *Currency) UnmarshalText(b []byte) (err error) {
	*c, err = ParseCurrency(string(b))
	return err
}
