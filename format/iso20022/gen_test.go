package iso20022

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
)

// pacs008Of writes a realistic pacs.008.001.08 with n transactions: indented
// as banks' own systems write it, or compact as it travels.
func pacs008Of(rng *rand.Rand, n int, indent bool) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>MSG20260302-000017</MsgId><CreDtTm>2026-03-02T09:41:27.113+01:00</CreDtTm>`)
	fmt.Fprintf(&b, `<NbOfTxs>%d</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd><ClrSys><Cd>TGT</Cd></ClrSys></SttlmInf></GrpHdr>`, n)
	for i := range n {
		b.Write(pacs008Tx(rng, i))
	}
	b.WriteString("</FIToFICstmrCdtTrf></Document>\n")
	if indent {
		return indented(b.Bytes())
	}
	return b.Bytes()
}

func indented(compact []byte) []byte {
	var out bytes.Buffer
	depth := 0
	for i, part := range bytes.SplitAfter(compact, []byte(">")) {
		s := string(part)
		opens := strings.LastIndexByte(s, '<')
		closing := opens >= 0 && strings.HasPrefix(s[opens:], "</")
		if closing {
			depth--
		}
		if i > 0 && opens == 0 && !(closing && endsInText(out.Bytes())) {
			fmt.Fprintf(&out, "\n%s", strings.Repeat("  ", max(depth, 0)))
		}
		out.WriteString(s)
		if opens >= 0 && !closing && !strings.HasSuffix(s, "/>") && !strings.HasPrefix(s[opens:], "<?") {
			depth++
		}
	}
	return out.Bytes()
}

func endsInText(b []byte) bool { return len(b) > 0 && b[len(b)-1] != '>' }

var (
	givenNames  = []string{"Anna", "Jürgen", "María", "Piotr", "Chiara", "Eoin", "Zoë", "Mehmet", "Ljubica", "Sven"}
	familyNames = []string{"Rossi", "Müller", "García", "Kowalska", "O&apos;Neill", "Papadopoulos", "de Vries", "Nowak", "Ferrari", "Öztürk"}
	companies   = []string{"Nordwind Logistik GmbH", "Costa &amp; Figli S.r.l.", "Atlas Shipping BV", "Galería del Sur SL", "Brightwater Trading Ltd"}
	streets     = []string{"Via Garibaldi", "Hauptstraße", "Calle Mayor", "Rue du Lac", "Keizersgracht"}
	towns       = []string{"Milano", "Köln", "Sevilla", "Lyon", "Utrecht"}
	countries   = []string{"IT", "DE", "ES", "FR", "NL"}
)

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }

func name(rng *rand.Rand) string {
	if rng.IntN(3) == 0 {
		return pick(rng, companies)
	}
	return pick(rng, givenNames) + " " + pick(rng, familyNames)
}

func bic(rng *rand.Rand, country string) string {
	letters := make([]byte, 4)
	for i := range letters {
		letters[i] = 'A' + byte(rng.IntN(26))
	}
	return string(letters) + country + "2LXXX"
}

func iban(rng *rand.Rand, country string) string {
	return fmt.Sprintf("%s%02d%020d", country, 10+rng.IntN(89), rng.Uint64N(1e18))
}

func address(rng *rand.Rand, country string) string {
	return fmt.Sprintf("<PstlAdr><StrtNm>%s</StrtNm><BldgNb>%d</BldgNb><PstCd>%05d</PstCd><TwnNm>%s</TwnNm><Ctry>%s</Ctry></PstlAdr>",
		pick(rng, streets), 1+rng.IntN(200), rng.IntN(99999), pick(rng, towns), country)
}

func uetr(rng *rand.Rand) string {
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", rng.Uint32(), rng.IntN(1<<16), rng.IntN(1<<12), rng.IntN(1<<12), rng.Uint64N(1<<48))
}

func pacs008Tx(rng *rand.Rand, i int) []byte {
	from, to := pick(rng, countries), pick(rng, countries)
	cents := 100 + rng.IntN(5_000_000)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<CdtTrfTxInf><PmtId><InstrId>INSTR-%06d</InstrId><EndToEndId>E2E-2026-%06d</EndToEndId><TxId>TX20260302%06d</TxId><UETR>%s</UETR></PmtId>`, i, i, i, uetr(rng))
	b.WriteString(`<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl><CtgyPurp><Cd>SUPP</Cd></CtgyPurp></PmtTpInf>`)
	fmt.Fprintf(&b, `<IntrBkSttlmAmt Ccy="EUR">%d.%02d</IntrBkSttlmAmt><IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>`, cents/100, cents%100)
	fmt.Fprintf(&b, `<AccptncDtTm>2026-03-02T%02d:%02d:%02d+01:00</AccptncDtTm>`, 8+rng.IntN(10), rng.IntN(60), rng.IntN(60))
	fmt.Fprintf(&b, `<InstdAmt Ccy="EUR">%d.%02d</InstdAmt><ChrgBr>SLEV</ChrgBr>`, cents/100, cents%100)
	agents := [2]string{bic(rng, from), bic(rng, to)}
	fmt.Fprintf(&b, `<InstgAgt><FinInstnId><BICFI>%s</BICFI></FinInstnId></InstgAgt><InstdAgt><FinInstnId><BICFI>%s</BICFI></FinInstnId></InstdAgt>`, agents[0], agents[1])
	fmt.Fprintf(&b, `<Dbtr><Nm>%s</Nm>%s</Dbtr><DbtrAcct><Id><IBAN>%s</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>%s</BICFI></FinInstnId></DbtrAgt>`,
		name(rng), address(rng, from), iban(rng, from), agents[0])
	fmt.Fprintf(&b, `<CdtrAgt><FinInstnId><BICFI>%s</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>%s</Nm>%s</Cdtr><CdtrAcct><Id><IBAN>%s</IBAN></Id></CdtrAcct>`,
		agents[1], name(rng), address(rng, to), iban(rng, to))
	fmt.Fprintf(&b, `<Purp><Cd>GDDS</Cd></Purp><RmtInf><Ustrd>Invoice %d of February, order %d</Ustrd></RmtInf></CdtTrfTxInf>`, 10000+rng.IntN(9999), rng.IntN(99999))
	return b.Bytes()
}
