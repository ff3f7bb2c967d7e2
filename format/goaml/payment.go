package goaml

import (
	"strings"

	"spoor"
	"spoor/format/xmlscan"
)

// payment makes the payment of the current transaction.
func (r *Reader) payment() (p spoor.Payment, f *fault) {
	payer, payee, names, f := r.sides()
	if f != nil {
		return p, f
	}
	p = spoor.Payment{ID: r.tx[fNumber], Record: r.record, Purpose: r.tx[fDescription], FromName: names[0], ToName: names[1]}
	if p.Time, f = r.time(); f != nil {
		return p, f
	}
	local, f := money(r.tx[fAmount], r.local, "transaction/amount_local", "report/currency_code_local")
	if f != nil {
		return p, f
	}
	p.Paid, p.Received = local, local
	if payer != nil {
		p.From, p.FromCountry = payer.account(), payer.country()
		if p.Paid, f = payer.money(local); f != nil {
			return p, f
		}
	}
	if payee != nil {
		p.To, p.ToCountry = payee.account(), payee.country()
		if p.Received, f = payee.money(local); f != nil {
			return p, f
		}
	}
	p.Channel = r.channel(payer, payee)
	return p, nil
}

// roles are the parties' roles in the transaction that tell who paid whom.
var roles = map[string]scope{
	"RMITR": inPayer, "CASHD": inPayer, "BUY": inPayer, "RENTR": inPayer,
	"BNFCR": inPayee, "SELL": inPayee, "SPLIR": inPayee, "MRCNT": inPayee, "RENTE": inPayee,
}

// sides finds who stands for the payers and the payees, and names them all; an
// end that nobody stands for is nil.
func (r *Reader) sides() (payer, payee *party, names [2]string, f *fault) {
	var undirected []string
	for i := range r.parties {
		p := &r.parties[i]
		end := p.scope
		if end == inParty {
			end = roles[p.value[fRole]]
		}
		switch end {
		case inPayer:
			payer, names[0] = add(payer, p), join(names[0], p.name())
		case inPayee:
			payee, names[1] = add(payee, p), join(names[1], p.name())
		default:
			undirected = append(undirected, p.value[fRole])
		}
	}
	switch {
	case payer != nil || payee != nil:
		return payer, payee, names, nil
	case len(undirected) > 0:
		return nil, nil, names, faultf("transaction/involved_parties/party/role", "the roles %q do not say who paid whom", undirected[:min(5, len(undirected))])
	}
	return nil, nil, names, &fault{"transaction", "there is neither a payer nor a payee"}
}

// add lets another party stand for an end if it is the first with an account.
func add(standing, p *party) *party {
	if standing == nil || !standing.hasAccount() && p.hasAccount() {
		return p
	}
	return standing
}

func join(names, name string) string {
	if names == "" || name == "" {
		return names + name
	}
	return names + "; " + name
}

func (r *Reader) time() (spoor.Instant, *fault) {
	for _, k := range [...]struct {
		field field
		name  string
	}{{fDate, "date_transaction"}, {fPosted, "date_posting"}, {fValueDate, "value_date"}} {
		if v := r.tx[k.field]; v != "" {
			t, _, ok := xmlscan.Time([]byte(v))
			if !ok {
				return 0, faultf("transaction/"+k.name, "%q is not a date or time such as 2006-01-02T15:04:05", v)
			}
			return t, nil
		}
	}
	return 0, &fault{"transaction/date_transaction", "missing"}
}

func money(amount, code, amountAt, codeAt string) (spoor.Money, *fault) {
	if code == "" {
		return spoor.Money{}, &fault{codeAt, "missing"}
	}
	c, err := spoor.ParseCurrency(code)
	if err != nil {
		return spoor.Money{}, &fault{codeAt, err.Error()}
	}
	if amount == "" {
		return spoor.Money{}, &fault{amountAt, "missing"}
	}
	v, err := spoor.ParseAmount(amount, c.Scale())
	if err != nil {
		return spoor.Money{}, faultf(amountAt, "%q: %v", amount, err)
	}
	if v < 0 {
		return spoor.Money{}, faultf(amountAt, "%q: an amount cannot be negative", amount)
	}
	return spoor.Money{Amount: v, Currency: c}, nil
}

// money is the party's amount in foreign currency, else the local amount.
func (p *party) money(local spoor.Money) (spoor.Money, *fault) {
	if p.value[fForeignCode] == "" && p.value[fForeignAmount] == "" {
		return local, nil
	}
	return money(p.value[fForeignAmount], p.value[fForeignCode], "transaction/foreign_currency/foreign_amount", "transaction/foreign_currency/foreign_currency_code")
}

func (p *party) hasAccount() bool { return p.value[fIBAN] != "" || p.value[fAccount] != "" }

// first is the first of some fields that says something.
func (p *party) first(fields ...field) string {
	for _, k := range fields {
		if v := p.value[k]; v != "" {
			return v
		}
	}
	return ""
}

func (p *party) account() spoor.AccountID {
	if v := p.value[fIBAN]; v != "" {
		return spoor.AccountID{Number: iban(v)}
	}
	if v := p.value[fAccount]; v != "" {
		return spoor.AccountID{Bank: p.first(fSwift, fInstitution), Number: v}
	}
	if p.value[fEntity] != "" {
		return spoor.AccountID{Number: "entity:" + p.first(fIncorporation, fEntity)}
	}
	id := p.first(fIDNumber, fSSN, fPassport)
	if id == "" {
		id = p.name()
	}
	if id == "" {
		return spoor.AccountID{}
	}
	return spoor.AccountID{Number: "person:" + id}
}

func iban(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

func (p *party) name() string {
	if v := p.first(fAccountName, fEntity); v != "" {
		return v
	}
	return strings.Join(strings.Fields(p.value[fFirst]+" "+p.value[fMiddle]+" "+p.value[fLast]), " ")
}

func (p *party) country() spoor.Country {
	var codes []string
	if v := iban(p.value[fIBAN]); len(v) >= 15 {
		codes = append(codes, v[:2])
	}
	codes = append(codes, p.value[fInstitutionCountry])
	if v := p.value[fSwift]; len(v) == 8 || len(v) == 11 {
		codes = append(codes, v[4:6])
	}
	for _, code := range append(codes, p.value[fCountry]) {
		if c, ok := spoor.ParseCountry(code); ok {
			return c
		}
	}
	return spoor.Country{}
}

// fundsChannels are codes of funds and of transmission that intelligence units
// use: those in words of the 5.0.2 schema of the United Arab Emirates, and the
// single letters of older installations, of which only cash and electronic
// transfer are sure enough.
var fundsChannels = map[string]spoor.Channel{
	"CASH": spoor.Cash, "K": spoor.Cash, "ATMWT": spoor.Cash, "CDM": spoor.Cash,
	"B": spoor.CreditTransfer, "ELCFT": spoor.CreditTransfer, "EFT": spoor.CreditTransfer,
	"FTS": spoor.CreditTransfer, "IPI": spoor.CreditTransfer, "WPS": spoor.CreditTransfer, "INTRN": spoor.CreditTransfer,
	"SWF": spoor.Wire, "SWIFT": spoor.Wire,
	"DDS": spoor.DirectDebit,
	"CHQ": spoor.Cheque, "CCS": spoor.Cheque, "BANKD": spoor.Cheque, "TRVLC": spoor.Cheque,
	"CRTCR": spoor.Card, "POS": spoor.Card, "POSMS": spoor.Card, "CCD": spoor.Card, "DBCD": spoor.Card, "PPCD": spoor.Card,
	"CRPTC": spoor.Crypto, "DAWLT": spoor.Crypto,
}

// channel tells cash on either side before anything else, because that is
// where money leaves the sight of banks.
func (r *Reader) channel(payer, payee *party) spoor.Channel {
	out := spoor.UnknownChannel
	for _, p := range [...]*party{payer, payee} {
		if p == nil {
			continue
		}
		switch c := fundsChannels[p.value[fFunds]]; {
		case c == spoor.Cash:
			return c
		case out == spoor.UnknownChannel:
			out = c
		}
	}
	if mode := fundsChannels[r.tx[fMode]]; out == spoor.UnknownChannel || out == spoor.CreditTransfer && mode == spoor.Wire {
		return mode
	}
	return out
}
