package traffic

import (
	"strconv"
	"time"

	"spoor"
)

// Maker makes the messages of a population. It is safe for use by many
// goroutines at once, and holds a few kilobytes whatever the population's size.
type Maker struct {
	pop     Population
	listed  []string   // escaped
	byShare []*country // a hundred
	blocks  map[*country][]int32
	all     []int32
	between time.Duration // by the messages' clock
}

// NewMaker makes a maker, or says what is wrong with the population.
func NewMaker(p Population) (*Maker, error) {
	if p.Batch == 0 {
		p.Batch = 1
	}
	if p.Pace == 0 {
		p.Pace = 3000
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	m := &Maker{pop: p, listed: misspell(p.Listed, p.Seed), blocks: map[*country][]int32{}}
	m.between = time.Duration(float64(time.Second) / p.Pace)
	lands := countries()
	for i := range lands {
		for range lands[i].share {
			m.byShare = append(m.byShare, &lands[i])
		}
	}
	for b := range p.Accounts / blockSize {
		m.all = append(m.all, int32(b))
		c := m.countryOf(b)
		m.blocks[c] = append(m.blocks[c], int32(b))
	}
	return m, nil
}

// Batch is how many payments a message holds. Message n holds the payments from
// n times Batch on.
func (m *Maker) Batch() int { return m.pop.Batch }

// UETR is the unique end-to-end reference of a payment: RFC 4122 version 4.
func (m *Maker) UETR(payment uint64) string { return string(m.AppendUETR(nil, payment)) }

// AppendUETR appends what [Maker.UETR] gives.
func (m *Maker) AppendUETR(b []byte, payment uint64) []byte {
	const hex = "0123456789abcdef"
	d := throw(m.pop.Seed, uetrs, payment)
	x, y := d.next(), d.next()
	x = x&^0xF000 | 0x4000
	y = y&^(0xC000<<48) | 0x8000<<48
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			b = append(b, '-')
		}
		word, at := x, i
		if i >= 16 {
			word, at = y, i-16
		}
		b = append(b, hex[word>>(60-4*at)&15])
	}
	return b
}

// kind is what a payment is for.
type kind uint8

const (
	purchase kind = iota
	bill
	gift
	wage
	invoice
	stranger
)

// transfer is what one payment moves.
type transfer struct {
	kind     kind
	from, to int // accounts
	cents    int64
	chance   dice // for what the message says around it
}

// domestic says in how many of a hundred payments both ends are of one country.
const domestic = 88

// draw decides who pays whom how much. It throws a fixed number of dice in each
// branch and remembers nothing.
func (m *Maker) draw(payment uint64) (t transfer) {
	d := throw(m.pop.Seed, payments, payment)
	person := func(blocks []int32) int {
		// A sixth of the people make half of people's payments.
		u := d.unit()
		return int(blocks[int(float64(len(blocks))*(.1*u+.9*u*u*u))])*blockSize + 1 + d.below(blockSize-1)
	}
	switch x := d.below(100); {
	case x < 38:
		t.kind, t.from = purchase, person(m.all)
		t.to = m.organisation(&d, m.near(&d, t.from))
		u := d.unit()
		t.cents = 199 + int64(30_000*u*u*u)
	case x < 58:
		t.kind, t.from = bill, person(m.all)
		r := m.relation(t.from, d.below(4))
		t.to = m.organisation(&r, m.near(&r, t.from))
		t.cents = 1500 + int64(r.below(110_000))
	case x < 74:
		t.kind, t.from = gift, person(m.all)
		r := m.relation(t.from, 4+d.below(6))
		blocks := m.near(&r, t.from)
		t.to = int(blocks[r.below(len(blocks))])*blockSize + 1 + r.below(blockSize-1)
		t.cents = 500 * int64(1+d.below(60))
	case x < 86:
		t.kind, t.from = wage, m.organisation(&d, m.all)
		r := m.relation(t.from, d.below(5+4000/(t.from/blockSize+1)))
		blocks := m.near(&r, t.from)
		t.to = int(blocks[r.below(len(blocks))])*blockSize + 1 + r.below(blockSize-1)
		t.cents = 130_000 + int64(r.below(390_000))
	case x < 96:
		t.kind, t.from = invoice, m.organisation(&d, m.all)
		r := m.relation(t.from, d.below(12))
		t.to = m.organisation(&r, m.near(&r, t.from))
		u := d.unit()
		t.cents = 9_000 + int64(8_000_000*u*u*u*u)
	default:
		t.kind, t.from = stranger, person(m.all)
		t.to = person(m.near(&d, t.from))
		t.cents = 1000 + int64(d.below(300_000))
	}
	if t.to == t.from {
		t.to = (t.to + blockSize) % (len(m.all) * blockSize)
	}
	t.chance = d
	return t
}

// organisation picks one of those blocks' organisations; the first of two
// thousand is picked every forty-fifth time.
func (m *Maker) organisation(d *dice, blocks []int32) int {
	u := d.unit()
	return int(blocks[int(float64(len(blocks))*u*u)]) * blockSize
}

// near gives the blocks in which the other end is looked for.
func (m *Maker) near(d *dice, account int) []int32 {
	if d.below(100) < domestic {
		return m.blocks[m.countryOf(account/blockSize)]
	}
	return m.all
}

// relation is the chance of an account's k-th standing relation.
func (m *Maker) relation(account, k int) dice {
	return throw(m.pop.Seed, relations, uint64(account)<<16|uint64(k))
}

// Append appends message n, a pacs.008.001.10 of 2 to 3 kB for one payment and
// some 2 kB for each further one.
func (m *Maker) Append(b []byte, n uint64) []byte {
	var first [1]transfer
	batch, sum := first[:0], int64(0)
	for i := range uint64(m.pop.Batch) {
		batch = append(batch, m.draw(n*uint64(m.pop.Batch)+i))
		sum += batch[i].cents
	}
	at := m.pop.Start.Add(time.Duration(n) * time.Duration(m.pop.Batch) * m.between).UTC()
	sender := m.holder(batch[0].from)
	b = append(b, `<?xml version="1.0" encoding="UTF-8"?>`+
		`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.10"><FIToFICstmrCdtTrf><GrpHdr><MsgId>`...)
	b = m.appendID(b, 'M', n)
	b = append(b, `</MsgId><CreDtTm>`...)
	b = at.AppendFormat(b, stamp)
	b = append(b, `</CreDtTm><NbOfTxs>`...)
	b = strconv.AppendInt(b, int64(m.pop.Batch), 10)
	b = append(b, `</NbOfTxs><TtlIntrBkSttlmAmt Ccy="EUR">`...)
	b = appendEuro(b, sum)
	b = append(b, `</TtlIntrBkSttlmAmt><IntrBkSttlmDt>`...)
	b = at.AppendFormat(b, time.DateOnly)
	b = append(b, `</IntrBkSttlmDt><SttlmInf><SttlmMtd>CLRG</SttlmMtd><ClrSys><Prtry>INVENTED</Prtry></ClrSys></SttlmInf><InstgAgt><FinInstnId><BICFI>`...)
	b = m.appendBIC(b, sender.country, sender.bank)
	b = append(b, `</BICFI></FinInstnId></InstgAgt></GrpHdr>`...)
	for i := range batch {
		b = m.appendTransaction(b, n*uint64(m.pop.Batch)+uint64(i), &batch[i], at.Add(time.Duration(i)*m.between))
	}
	return append(b, `</FIToFICstmrCdtTrf></Document>`...)
}

const stamp = "2006-01-02T15:04:05.000Z"

func (m *Maker) appendTransaction(b []byte, payment uint64, t *transfer, at time.Time) []byte {
	b = append(b, `<CdtTrfTxInf><PmtId><InstrId>`...)
	b = m.appendID(b, 'I', payment)
	b = append(b, `</InstrId><EndToEndId>`...)
	b = m.appendID(b, 'E', payment)
	b = append(b, `</EndToEndId><TxId>`...)
	b = m.appendID(b, 'T', payment)
	b = append(b, `</TxId><UETR>`...)
	b = m.AppendUETR(b, payment)
	b = append(b, `</UETR></PmtId><PmtTpInf><InstrPrty>NORM</InstrPrty><SvcLvl><Cd>SEPA</Cd></SvcLvl>`...)
	b = append(b, says[t.kind].head...)
	b = append(b, `</PmtTpInf><IntrBkSttlmAmt Ccy="EUR">`...)
	b = appendEuro(b, t.cents)
	b = append(b, `</IntrBkSttlmAmt><AccptncDtTm>`...)
	b = at.AppendFormat(b, stamp)
	b = append(b, `</AccptncDtTm><InstdAmt Ccy="EUR">`...)
	b = appendEuro(b, t.cents)
	b = append(b, `</InstdAmt><ChrgBr>SLEV</ChrgBr>`...)
	from, to := m.holder(t.from), m.holder(t.to)
	b = m.appendParty(b, `<Dbtr>`, &from)
	b = append(b, `</Dbtr>`...)
	b = appendAccount(b, `<DbtrAcct>`, &from)
	b = append(b, `</DbtrAcct>`...)
	b = m.appendAgent(b, `<DbtrAgt>`, &from)
	b = append(b, `</DbtrAgt>`...)
	b = m.appendAgent(b, `<CdtrAgt>`, &to)
	b = append(b, `</CdtrAgt>`...)
	b = m.appendParty(b, `<Cdtr>`, &to)
	b = append(b, `</Cdtr>`...)
	b = appendAccount(b, `<CdtrAcct>`, &to)
	b = append(b, `</CdtrAcct>`...)
	if t.kind == purchase && t.chance.below(8) == 0 { // sold on somebody's market place
		seller := m.holder(1 + t.chance.below(blockSize-1) + blockSize*t.chance.below(len(m.all)))
		b = append(b, `<UltmtCdtr><Nm>`...)
		d := seller.chance
		b = m.appendName(b, &seller, &d)
		b = append(b, `</Nm></UltmtCdtr>`...)
	}
	b = append(b, `<Purp><Cd>`...)
	b = append(b, says[t.kind].purpose...)
	b = append(b, `</Cd></Purp><RmtInf><Ustrd>`...)
	b = append(b, pick(&t.chance, says[t.kind].text)...)
	b = strconv.AppendInt(b, int64(10_000_000+t.chance.below(89_999_999)), 10)
	return append(b, `</Ustrd></RmtInf></CdtTrfTxInf>`...)
}

// says is what a message says of a kind of payment: the code lists are ISO
// 20022's external ones.
var says = [...]struct {
	head, purpose string
	text          []string
}{
	purchase: {`<LclInstrm><Cd>INST</Cd></LclInstrm>`, "GDDS", []string{
		"Order no. ", "Thank you for your purchase, order ", "Web shop, basket ", "Tickets and delivery, booking "}},
	bill: {``, "OTHR", []string{
		"Rent and running costs, contract ", "Electricity, customer number ", "Telephone and internet, contract ", "Insurance, policy "}},
	gift: {`<LclInstrm><Cd>INST</Cd></LclInstrm>`, "OTHR", []string{
		"For the dinner on Saturday, thanks! ", "Our trip, my share ", "Happy birthday ", "Groceries and petrol "}},
	wage: {`<CtgyPurp><Cd>SALA</Cd></CtgyPurp>`, "SALA", []string{
		"Salary, personnel number ", "Wages and allowances, staff number "}},
	invoice: {`<CtgyPurp><Cd>SUPP</Cd></CtgyPurp>`, "SUPP", []string{
		"Invoice of last month, delivery note ", "Invoice and freight, order ", "Services as agreed, invoice "}},
	stranger: {`<LclInstrm><Cd>INST</Cd></LclInstrm>`, "OTHR", []string{
		"Used bicycle, advertisement ", "Deposit for the flat, reference ", "Repair, as discussed, job "}},
}

// appendID appends an id of a message or payment: its letter, the seed and the
// number, at most 35 characters.
func (m *Maker) appendID(b []byte, letter byte, n uint64) []byte {
	b = append(b, letter)
	b = strconv.AppendUint(b, m.pop.Seed, 36)
	b = append(b, '-')
	return strconv.AppendUint(b, n, 10)
}

func appendEuro(b []byte, cents int64) []byte {
	return spoor.Money{Amount: cents, Currency: spoor.EUR}.AppendDecimal(b)
}

// appendParty appends a name, an address and, of organisations and a third of
// the people, what else identifies them.
func (m *Maker) appendParty(b []byte, open string, h *holder) []byte {
	d, c := h.chance, h.country
	b = append(append(b, open...), `<Nm>`...)
	b = m.appendName(b, h, &d)
	b = append(b, `</Nm><PstlAdr><StrtNm>`...)
	b = append(b, pick(&d, c.streets)...)
	b = append(b, `</StrtNm><BldgNb>`...)
	b = strconv.AppendInt(b, int64(1+d.below(180)), 10)
	b = append(b, `</BldgNb><PstCd>`...)
	b = strconv.AppendInt(b, int64(10_000+d.below(89_999)), 10)
	b = append(b, `</PstCd><TwnNm>`...)
	b = append(b, pick(&d, c.towns)...)
	b = append(b, `</TwnNm><Ctry>`...)
	b = append(b, c.code...)
	b = append(b, `</Ctry></PstlAdr>`...)
	switch {
	case h.org:
		b = append(b, `<Id><OrgId><Othr><Id>`...)
		b = append(b, c.code...)
		b = strconv.AppendInt(b, int64(100_000_000+d.below(899_999_999)), 10)
		b = append(b, `</Id><SchmeNm><Cd>TXID</Cd></SchmeNm></Othr></OrgId></Id>`...)
	case d.below(3) == 0:
		born := time.Date(1940+d.below(65), time.Month(1+d.below(12)), 1+d.below(28), 0, 0, 0, 0, time.UTC)
		b = append(b, `<Id><PrvtId><DtAndPlcOfBirth><BirthDt>`...)
		b = born.AppendFormat(b, time.DateOnly)
		b = append(b, `</BirthDt><CityOfBirth>`...)
		b = append(b, pick(&d, c.towns)...)
		b = append(b, `</CityOfBirth><CtryOfBirth>`...)
		b = append(b, c.code...)
		b = append(b, `</CtryOfBirth></DtAndPlcOfBirth></PrvtId></Id>`...)
	}
	b = append(b, `<CtryOfRes>`...)
	b = append(b, c.code...)
	return append(b, `</CtryOfRes>`...)
}

func appendAccount(b []byte, open string, h *holder) []byte {
	b = append(append(b, open...), `<Id><IBAN>`...)
	b = append(b, h.iban[:h.ibanLen]...)
	return append(b, `</IBAN></Id><Ccy>EUR</Ccy>`...)
}

func (m *Maker) appendAgent(b []byte, open string, h *holder) []byte {
	b = append(append(b, open...), `<FinInstnId><BICFI>`...)
	b = m.appendBIC(b, h.country, h.bank)
	b = append(b, `</BICFI><Nm>Invented Bank of `...)
	b = append(b, h.country.towns[h.bank%len(h.country.towns)]...)
	b = append(b, `</Nm><PstlAdr><TwnNm>`...)
	b = append(b, h.country.towns[h.bank%len(h.country.towns)]...)
	b = append(b, `</TwnNm><Ctry>`...)
	b = append(b, h.country.code...)
	return append(b, `</Ctry></PstlAdr></FinInstnId>`...)
}
