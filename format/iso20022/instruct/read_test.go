package instruct

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"spoor"
)

func country(s string) spoor.Country {
	c, ok := spoor.ParseCountry(s)
	if !ok {
		panic(s)
	}
	return c
}

func eur(cents int64) spoor.Money { return spoor.Money{Amount: cents, Currency: spoor.EUR} }

func TestTransfer(t *testing.T) {
	batch, err := Read(fixture(t, "pacs008.xml"), Limits{})
	if err != nil || len(batch.Problems) > 0 || len(batch.Instructions) != 1 {
		t.Fatal(batch, err)
	}
	it, de := country("IT"), country("DE")
	want := spoor.Instruction{
		Payment: spoor.Payment{
			ID: "eb6305c9-1f7f-49de-aed0-16487c27b43d", Record: 1, Time: 1795426887,
			From: spoor.AccountID{Number: "IT60X0542811101000000123456"}, FromCountry: it, FromName: "Costa & Figli S.r.l.",
			To: spoor.AccountID{Number: "DE89370400440532013000"}, ToCountry: de, ToName: "Jürgen Petersen",
			Paid: eur(1250000), Received: eur(1250000), Channel: spoor.CreditTransfer, Purpose: "Invoice 10417 of November, order 77120",
		},
		References: spoor.References{
			UETR: "eb6305c9-1f7f-49de-aed0-16487c27b43d", InstrID: "INSTR-000417", EndToEndID: "E2E-2026-000417", TxID: "TX20261123000417",
		},
		Message: spoor.Message{ID: "NORD-20261123-000417", Kind: "pacs.008.001.08", Created: 1795426887, Sender: "NORDITMMXXX"},
		Parties: []spoor.RoleParty{
			{Role: spoor.Debtor, Party: spoor.Party{
				Kind: spoor.Organisation, Names: []spoor.Name{{Full: "Costa & Figli S.r.l."}}, Countries: []spoor.Country{it},
				Addresses: []string{"Via Garibaldi 12, 20121, Milano"},
				Identifiers: []spoor.Identifier{
					{Kind: spoor.IBAN, Value: "IT60X0542811101000000123456", Country: it}, {Kind: spoor.LEI, Value: "815600ABCDEFGHIJKL12"},
				},
			}},
			{Role: spoor.Creditor, Party: spoor.Party{
				Kind: spoor.Person, Names: []spoor.Name{{Full: "Jürgen Petersen"}}, Countries: []spoor.Country{de},
				Births: []spoor.PartialDate{{Year: 1971, Month: 5, Day: 9}}, BirthPlace: "Kiel, DE",
				Addresses:   []string{"Hauptstraße 4a, 50667, Köln"},
				Identifiers: []spoor.Identifier{{Kind: spoor.IBAN, Value: "DE89370400440532013000", Country: de}},
			}},
			{Role: spoor.DebtorAgent, Party: spoor.Party{
				Kind: spoor.Organisation, Identifiers: []spoor.Identifier{{Kind: spoor.BIC, Value: "NORDITMMXXX", Country: it}},
			}},
			{Role: spoor.CreditorAgent, Party: spoor.Party{
				Kind: spoor.Organisation, Identifiers: []spoor.Identifier{{Kind: spoor.BIC, Value: "SUEDDEFFXXX", Country: de}},
			}},
		},
	}
	want.Digest = Digest(&want)
	if got := batch.Instructions[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if batch.Transactions != 1 || batch.Message != want.Message {
		t.Errorf("%+v", batch)
	}
}

// transferOf wraps transactions in a pacs.008.
func transferOf(header string, txs ...string) []byte {
	return []byte(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>M1</MsgId>` +
		`<CreDtTm>2026-11-23T09:00:00Z</CreDtTm>` + header + `</GrpHdr>` + strings.Join(txs, "") + `</FIToFICstmrCdtTrf></Document>`)
}

const goodID, goodAmount = `<PmtId><EndToEndId>E1</EndToEndId><TxId>T1</TxId></PmtId>`, `<IntrBkSttlmAmt Ccy="EUR">1.00</IntrBkSttlmAmt>`

func tx(inside string) string { return "<CdtTrfTxInf>" + inside + "</CdtTrfTxInf>" }

// TestRefusals puts one bad transaction between two good ones: those go on.
func TestRefusals(t *testing.T) {
	party := func(inside string) string { return goodID + goodAmount + "<Dbtr>" + inside + "</Dbtr>" }
	for inside, want := range map[string]string{
		goodID: "CdtTrfTxInf/IntrBkSttlmAmt: missing AM12",
		goodID + `<IntrBkSttlmAmt Ccy="EUR">1,00</IntrBkSttlmAmt>`:                                                    "not written as an amount, such as 1234.50 AM12",
		goodID + `<IntrBkSttlmAmt Ccy="EUR">-1</IntrBkSttlmAmt>`:                                                      "cannot be negative AM12",
		goodID + `<IntrBkSttlmAmt Ccy="EUR">1e3</IntrBkSttlmAmt>`:                                                     "not written as an amount",
		goodID + `<IntrBkSttlmAmt Ccy="JPY">1.5</IntrBkSttlmAmt>`:                                                     "more decimals than 0, which ISO 4217 gives JPY AM12",
		goodID + `<IntrBkSttlmAmt Ccy="EUR">999999999999999999</IntrBkSttlmAmt>`:                                      "larger than an amount can be AM12",
		goodID + `<IntrBkSttlmAmt Ccy="EUR">1234567890123456789</IntrBkSttlmAmt>`:                                     "more than 18 digits AM12",
		goodID + `<IntrBkSttlmAmt Ccy="QQQ">1</IntrBkSttlmAmt>`:                                                       "no ISO 4217 code that is known here AM11",
		goodID + `<IntrBkSttlmAmt>1</IntrBkSttlmAmt>`:                                                                 "no currency (attribute Ccy) AM11",
		goodID + goodAmount + `<InstdAmt Ccy="EUR">x</InstdAmt>`:                                                      "CdtTrfTxInf/InstdAmt: not written as an amount",
		goodID + goodAmount + goodAmount:                                                                              "CdtTrfTxInf/IntrBkSttlmAmt: given twice FF01",
		goodID + goodAmount + `<AccptncDtTm>noon</AccptncDtTm>`:                                                       "not a date and time such as 2006-01-02T15:04:05Z DT01",
		goodID + goodAmount + `<IntrBkSttlmDt>2026-02-30</IntrBkSttlmDt>`:                                             "not a date such as 2006-01-02 DT01",
		`<PmtId><TxId>T1</TxId><UETR>not-one</UETR></PmtId>` + goodAmount:                                             "the UETR is not a UUID of version 4 FF01",
		`<PmtId><TxId>T1</TxId></PmtId>` + goodAmount + `<PmtId><TxId>T1</TxId></PmtId>`:                              "CdtTrfTxInf/PmtId/TxId: given twice FF01",
		`<PmtId><TxId>T1</TxId><EndToEndId>` + strings.Repeat("é", 36) + `</EndToEndId></PmtId>` + goodAmount:         "EndToEndId: longer than 35 characters FF01",
		`<PmtId><TxId>T1</TxId><EndToEndId>a&#9;b</EndToEndId></PmtId>` + goodAmount:                                  "EndToEndId: control characters in a reference FF01",
		`<PmtId><TxId>T1</TxId><EndToEndId>a&#x202e;b</EndToEndId></PmtId>` + goodAmount:                              "control characters in a reference",
		`<PmtId><TxId>T1</TxId><EndToEndId>E1 </EndToEndId></PmtId>` + goodAmount:                                     "CdtTrfTxInf/PmtId/EndToEndId: white space around a reference, which not everyone leaves out FF01",
		`<PmtId><TxId>T1</TxId><UETR>&#10;eb6305c9-1f7f-49de-aed0-16487c27b43d</UETR></PmtId>` + goodAmount:           "CdtTrfTxInf/PmtId/UETR: white space around",
		goodID + `<IntrBkSttlmAmt Ccy="USD"/>` + goodAmount:                                                           "CdtTrfTxInf/IntrBkSttlmAmt: given twice FF01",
		goodID + goodAmount + `<CdtrAcct><Id><IBAN/><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct>`:              "IBAN: given twice FF01",
		goodID + `<IntrBkSttlmAmt Ccy="EUR">0.00</IntrBkSttlmAmt>`:                                                    "CdtTrfTxInf/IntrBkSttlmAmt: an amount of nothing AM01",
		goodID + `<IntrBkSttlmAmt Ccy="EUR">+1</IntrBkSttlmAmt>`:                                                      "not written as an amount",
		goodID + `<IntrBkSttlmAmt Ccy="EUR">0x1</IntrBkSttlmAmt>`:                                                     "not written as an amount",
		goodID + `<IntrBkSttlmAmt Ccy="EUR">１</IntrBkSttlmAmt>`:                                                       "not written as an amount",
		goodID + goodAmount + `<InstdAmt Ccy="EUR">0</InstdAmt>`:                                                      "CdtTrfTxInf/InstdAmt: an amount of nothing AM01",
		goodID + goodAmount + `<CdtrAcct><Id><IBAN><x/></IBAN></Id></CdtrAcct>`:                                       "CdtTrfTxInf/CdtrAcct/Id/IBAN: has elements inside, where a text should be FF01",
		goodID + goodAmount + `<RmtInf>` + strings.Repeat(`<Strd><Invcr><Nm>A</Nm></Invcr></Strd>`, 65) + `</RmtInf>`: "more than 64 invoicers and invoicees",
		party("<Nm>" + strings.Repeat("x", 141) + "</Nm>"):                                                            "CdtTrfTxInf/Dbtr/Nm: longer than 140 characters",
		party("<Nm>A</Nm><Nm>B</Nm>"):                                                                                 "CdtTrfTxInf/Dbtr/Nm: given twice",
		party("<CtctDtls><EmailAdr>" + strings.Repeat("x", 2049) + "</EmailAdr></CtctDtls>"):                          "longer than 2048 characters",
		party("<Id><PrvtId>" + strings.Repeat("<Othr><Id>1</Id></Othr>", 65) + "</PrvtId></Id>"):                      "more than 64 generic identifications",
		goodID + goodAmount + `<DbtrAgt><FinInstnId><BICFI>nobank</BICFI></FinInstnId></DbtrAgt>`:                     "CdtTrfTxInf/DbtrAgt/FinInstnId/BICFI: not a BIC, which is 8 or 11 capitals and digits RC01",
		goodID + goodAmount + `<CdtrAcct><Id><IBAN>IT6</IBAN></Id></CdtrAcct>`:                                        "CdtTrfTxInf/CdtrAcct/Id/IBAN: not an IBAN: a country, two digits and up to 30 letters or digits AC01",
	} {
		good := func(id string) string { return tx(`<PmtId><TxId>` + id + `</TxId></PmtId>` + goodAmount) }
		batch, err := Read(transferOf("<NbOfTxs>3</NbOfTxs>", good("A"), tx(inside), good("B")), Limits{})
		if err != nil {
			t.Errorf("%s: %v", inside, err)
			continue
		}
		if len(batch.Problems) != 1 || len(batch.Instructions) != 2 || batch.Transactions != 3 {
			t.Errorf("%.200s: %d instructions, %v", inside, len(batch.Instructions), batch.Problems)
			continue
		}
		p := batch.Problems[0]
		if got := p.Error() + " " + p.Code; !strings.Contains(got, want) || p.Record != 2 || p.Fatal || p.TxID != "T1" {
			t.Errorf("%.200s:\n got %s (record %d, %+v)\nwant %s", inside, got, p.Record, p.References, want)
		}
		if got := batch.Instructions[0].TxID + batch.Instructions[1].TxID; got != "AB" {
			t.Errorf("%.200s: %s went on", inside, got)
		}
	}
}

// TestNameless refuses transactions that no answer can name.
func TestNameless(t *testing.T) {
	batch, err := Read(transferOf("", tx(goodAmount)), Limits{})
	if err != nil || len(batch.Instructions) != 0 || len(batch.Problems) != 1 || !strings.Contains(batch.Problems[0].Reason, "nothing names the transaction") {
		t.Error(batch, err)
	}
}

// TestMessageProblems are about the message, of which nothing is decided then.
func TestMessageProblems(t *testing.T) {
	one := tx(goodID + goodAmount)
	for header, want := range map[string]string{
		"<NbOfTxs>1</NbOfTxs><CtrlSum>1.0</CtrlSum>": "",
		"<CtrlSum>01.00000000000</CtrlSum>":          "",
		"<NbOfTxs>2</NbOfTxs>":                       "message: GrpHdr/NbOfTxs: states another number of transactions than the 1 there are AM18",
		"<NbOfTxs>x</NbOfTxs>":                       "AM18",
		"<CtrlSum>1.01</CtrlSum>":                    "message: GrpHdr/CtrlSum: states another sum than that of the amounts AM10",
		"<CtrlSum>1e0</CtrlSum>":                     "AM10",
	} {
		batch, err := Read(transferOf(header, one), Limits{})
		decided := 0
		if want == "" {
			decided = 1
		}
		if err != nil || len(batch.Instructions) != decided || batch.Transactions != 1 {
			t.Errorf("%s: %+v, %v", header, batch, err)
			continue
		}
		got := ""
		for _, p := range batch.Problems {
			got += p.Error() + " " + p.Code
			if p.Record != 0 {
				t.Errorf("%s: record %d", header, p.Record)
			}
		}
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if batch, err := Read(transferOf("<NbOfTxs>0</NbOfTxs>"), Limits{}); err != nil || len(batch.Problems) != 1 || batch.Problems[0].Code != "FF01" {
		t.Error(batch, err)
	}
	late := strings.Replace(string(transferOf("", one)), "2026-11-23T09:00:00Z", "yesterday", 1)
	late = strings.Replace(late, "</CdtTrfTxInf>", "<IntrBkSttlmDt>2026-11-23</IntrBkSttlmDt></CdtTrfTxInf>", 1)
	if batch, err := Read([]byte(late), Limits{}); err != nil || len(batch.Instructions) != 0 || len(batch.Problems) != 1 || batch.Problems[0].Code != "DT01" {
		t.Error(batch, err)
	}
}

// TestDuplicates refuses every transaction whose references another one has.
func TestDuplicates(t *testing.T) {
	same := tx(goodID + goodAmount)
	other := tx(`<PmtId><TxId>T2</TxId></PmtId>` + goodAmount)
	batch, err := Read(transferOf("", same, other, same), Limits{})
	if err != nil || len(batch.Instructions) != 1 || batch.Instructions[0].TxID != "T2" || len(batch.Problems) != 2 {
		t.Fatalf("%+v, %v", batch, err)
	}
	for i, record := range []uint64{1, 3} {
		if p := batch.Problems[i]; p.Record != record || p.Code != "AM05" || p.TxID != "T1" || !strings.Contains(p.Reason, "2 transactions") {
			t.Errorf("%+v", p)
		}
	}
}

// TestErrors are bodies that are no message of ours.
func TestErrors(t *testing.T) {
	one := tx(goodID + goodAmount)
	ok := string(transferOf("", one))
	change := func(old, new string) string {
		if !strings.Contains(ok, old) {
			t.Fatal(old)
		}
		return strings.Replace(ok, old, new, 1)
	}
	for body, want := range map[string]string{
		"":                                    "there is no ISO 20022 message in the body",
		"{}":                                  "there is no ISO 20022 message in the body",
		"<Document/>":                         "there is no ISO 20022 message in the body",
		"<Doc><GrpHdr/></Doc>":                "there is no ISO 20022 message in the body",
		`<!DOCTYPE d [<!ENTITY a "b">]>` + ok: "document type and entity declarations are refused",
		ok[:len(ok)-3]:                        "the file ends inside",
		ok + ok:                               "a second message: send one at a time",
		ok + "x":                              "text outside the document",
		ok + "<x/>":                           "a second document follows",
		change("M1", "&unknown;"):             "GrpHdr/MsgId: not well-formed text in UTF-8",
		change(">E1<", ">&unknown;<"):         "a reference is to no character",
		ok + "</x>":                           "an end tag closes no element",
		"\xff\xfe<\x00":                       "UTF-16",
		strings.Repeat("<a>", 65) + "<b/>":    "nested more than 64 deep",
		change("pacs.008.001.08", "pacs.004.001.09"):                                                                "the namespace says pacs.004.001.09, and the element is that of pacs.008",
		change("pacs.008.001.08", "pacs.008&lt;"):                                                                   "the namespace names no single message",
		strings.ReplaceAll(ok, "FIToFICstmrCdtTrf", "FICdtTrf"):                                                     "Document/FICdtTrf: this kind of message is not read here: send pacs.008, pain.001, pacs.004 or camt.056",
		change("<MsgId>M1</MsgId>", ""):                                                                             "GrpHdr/MsgId: missing: the answer must name the message",
		"<E><AppHdr><MsgDefIdr>pacs.009.001.08</MsgDefIdr></AppHdr>" + ok + "</E>":                                  "AppHdr/MsgDefIdr: says that another message follows",
		change("M1", "M&#10;1"):                                                                                     "GrpHdr/MsgId: control characters",
		change("M1", strings.Repeat("M", 36)):                                                                       "GrpHdr/MsgId: longer than 35 characters",
		change("</GrpHdr>", "</GrpHdr><GrpHdr/>"):                                                                   "GrpHdr: given twice",
		change("</CdtTrfTxInf>", "</CdtTrfTxInf><GrpHdr><MsgId>M2</MsgId></GrpHdr>"):                                "GrpHdr: given twice",
		strings.Replace(strings.Replace(ok, "<GrpHdr>", "<X>", 1), "</GrpHdr>", "</X>", 1):                          "GrpHdr: missing before the first transaction",
		"<E>" + ok + "<AppHdr><MsgDefIdr>x</MsgDefIdr></AppHdr></E>":                                                "MsgDefIdr: comes after the transactions that it is about",
		change("</GrpHdr>", "<InstgAgt><FinInstnId><BICFI>nobank</BICFI></FinInstnId></InstgAgt></GrpHdr>"):         "GrpHdr/InstgAgt/FinInstnId/BICFI: not a BIC",
		string(transferOf("", one, strings.Replace(one, "T1", "T2", 1), tx(`<PmtId><TxId>T3</TxId></PmtId>`), one)): "more than 3 transactions in one message: send several",
	} {
		for range 2 { // the second time with a reader that was used before
			batch, err := Read([]byte(body), Limits{Transactions: 3})
			var p *spoor.Problem
			if !errors.As(err, &p) || !p.Fatal || !strings.Contains(err.Error(), want) || batch != nil {
				t.Errorf("%.100q:\n got %v\nwant %s", body, err, want)
			}
		}
	}
	if batch, err := Read([]byte(ok), Limits{}); err != nil || len(batch.Instructions) != 1 {
		t.Error(batch, err)
	}
}

// TestKind finds the message's name wherever senders put it.
func TestKind(t *testing.T) {
	ok := string(transferOf("", tx(goodID+goodAmount)))
	const name = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"
	for body, want := range map[string]string{
		ok: "pacs.008.001.08",
		strings.Replace(ok, `xmlns="`+name+`"`, `xmlns:h='urn:iso:std:iso:20022:tech:xsd:head.001.001.02' xmlns:p='`+name+`'`, 1):          "pacs.008.001.08",
		strings.Replace(strings.Replace(ok, ` xmlns="`+name+`"`, "", 1), "<FIToFICstmrCdtTrf>", `<FIToFICstmrCdtTrf xmlns="`+name+`">`, 1): "pacs.008.001.08",
		"<E><AppHdr><MsgDefIdr>pacs.008.001.10</MsgDefIdr></AppHdr>" + strings.Replace(ok, ` xmlns="`+name+`"`, "", 1) + "</E>":            "pacs.008.001.10",
	} {
		batch, err := Read([]byte(body), Limits{})
		if err != nil || batch.Message.Kind != want {
			t.Errorf("%s: %+v, %v, want %s", body, batch, err, want)
		}
	}
}

func TestReturn(t *testing.T) {
	body := `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.004.001.09"><PmtRtr><GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-11-24T08:00:00Z</CreDtTm>` +
		`<NbOfTxs>2</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf><InstgAgt><FinInstnId><BICFI>SUEDDEFFXXX</BICFI></FinInstnId></InstgAgt></GrpHdr>` +
		`<TxInf><RtrId>RT1</RtrId><OrgnlEndToEndId>E1</OrgnlEndToEndId><OrgnlTxId>T1</OrgnlTxId><OrgnlUETR>EB6305C9-1f7f-49de-aed0-16487c27b43d</OrgnlUETR>` +
		`<RtrdIntrBkSttlmAmt Ccy="EUR">10.00</RtrdIntrBkSttlmAmt><RtrdInstdAmt Ccy="USD">11.00</RtrdInstdAmt><IntrBkSttlmDt>2026-11-24</IntrBkSttlmDt>` +
		`<OrgnlTxRef><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><RmtInf><Ustrd>Invoice 5</Ustrd></RmtInf><Dbtr><Pty><Nm>Anna</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>IT60X0542811101000000123456</IBAN></Id></DbtrAcct>` +
		`<DbtrAgt><FinInstnId><BICFI>NORDITMMXXX</BICFI></FinInstnId></DbtrAgt>` +
		`<Cdtr><Pty><Nm>Boris</Nm></Pty></Cdtr><CdtrAcct><Id><Othr><Id>77</Id></Othr></Id></CdtrAcct><CdtrAgt><FinInstnId><BICFI>SUEDDEFFXXX</BICFI></FinInstnId></CdtrAgt></OrgnlTxRef></TxInf>` +
		`<TxInf><RtrId>RT2</RtrId><OrgnlTxId>T2</OrgnlTxId><RtrdIntrBkSttlmAmt Ccy="EUR">5</RtrdIntrBkSttlmAmt><IntrBkSttlmDt>2026-11-24</IntrBkSttlmDt>` +
		`<RtrChain><Dbtr><Agt><FinInstnId><BICFI>MIDDFRPPXXX</BICFI><Nm>Middle</Nm></FinInstnId></Agt></Dbtr><DbtrAcct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></DbtrAcct>` +
		`<Cdtr><Pty><Nm>Anna</Nm></Pty></Cdtr></RtrChain><OrgnlTxRef><Dbtr><Pty><Nm>Anna</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>IT60X0542811101000000123456</IBAN></Id></DbtrAcct></OrgnlTxRef></TxInf></PmtRtr></Document>`
	batch, err := Read([]byte(body), Limits{})
	if err != nil || len(batch.Instructions) != 2 || len(batch.Problems) > 0 {
		t.Fatal(batch, err)
	}
	one, two := batch.Instructions[0], batch.Instructions[1]
	usd := spoor.Money{Amount: 1100, Currency: spoor.USD}
	if want := (spoor.Payment{
		ID: "RT1", Record: 1, Time: 1795507200, From: spoor.AccountID{Bank: "SUEDDEFF", Number: "77"}, FromCountry: country("DE"), FromName: "Boris",
		To: spoor.AccountID{Number: "IT60X0542811101000000123456"}, ToCountry: country("IT"), ToName: "Anna", Paid: usd, Received: eur(1000),
		Channel: spoor.CreditTransfer, Purpose: "Invoice 5",
	}); one.Payment != want {
		t.Errorf("got  %+v\nwant %+v", one.Payment, want)
	}
	if one.Returns != "eb6305c9-1f7f-49de-aed0-16487c27b43d" || one.UETR != "" || one.Key() != "SUEDDEFFXXX/tx/RT1" || one.EndToEndID != "E1" {
		t.Errorf("returns %q, %+v, key %s", one.Returns, one.References, one.Key())
	}
	roles := func(i spoor.Instruction) (out string) {
		for _, p := range i.Parties {
			out += fmt.Sprintf("%s %s %v; ", p.Role, p.Party.Name(), p.Party.Kind)
		}
		return out
	}
	if got, want := roles(one), "creditor Anna party; debtor Boris party; creditor agent  organisation; debtor agent  organisation; "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// The chain names the payer's account and not the payee's, which is that
	// of the original debtor.
	if two.Payment.From.Number != "FR7630006000011234567890189" || two.Payment.FromName != "Middle" || two.Payment.To.Number != "IT60X0542811101000000123456" || two.Returns != "T2" {
		t.Errorf("%+v returns %s", two.Payment, two.Returns)
	}
	if got, want := roles(two), "debtor Middle organisation; creditor Anna party; creditor Anna party; intermediary agent  organisation; "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	nameless := strings.NewReplacer("<OrgnlTxId>T2</OrgnlTxId>", "<OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId>").Replace(body)
	if batch, err := Read([]byte(nameless), Limits{}); err != nil || len(batch.Problems) != 1 || !strings.Contains(batch.Problems[0].Reason, "nothing names the payment that is returned") {
		t.Error(batch, err)
	}
}

func TestRecalls(t *testing.T) {
	body := `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.056.001.08"><FIToFIPmtCxlReq><Assgnmt><Id>A1</Id><Assgnr><Agt><FinInstnId><BICFI>NORDITMMXXX</BICFI></FinInstnId></Agt></Assgnr>` +
		`<Assgne><Agt><FinInstnId><BICFI>SUEDDEFFXXX</BICFI></FinInstnId></Agt></Assgne><CreDtTm>2026-11-24T08:00:00Z</CreDtTm></Assgnmt><Case><Id>CASE9</Id></Case>` +
		`<CtrlData><NbOfTxs>2</NbOfTxs></CtrlData>` +
		`<Undrlyg><TxInf><CxlId>C1</CxlId><OrgnlGrpInf><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId><OrgnlCreDtTm>2026-11-23T09:00:00Z</OrgnlCreDtTm></OrgnlGrpInf>` +
		`<OrgnlEndToEndId>E1</OrgnlEndToEndId><OrgnlUETR>eb6305c9-1f7f-49de-aed0-16487c27b43d</OrgnlUETR><OrgnlIntrBkSttlmAmt Ccy="EUR">12.50</OrgnlIntrBkSttlmAmt>` +
		`<CxlRsnInf><Rsn><Cd>FRAD</Cd></Rsn></CxlRsnInf></TxInf></Undrlyg>` +
		`<Undrlyg><OrgnlGrpInfAndCxl><OrgnlMsgId>M2</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId><GrpCxl>true</GrpCxl><CxlRsnInf><Rsn><Cd>DUPL</Cd></Rsn></CxlRsnInf></OrgnlGrpInfAndCxl></Undrlyg>` +
		`</FIToFIPmtCxlReq></Document>`
	batch, err := Read([]byte(body), Limits{})
	if err != nil || len(batch.Recalls) != 2 || len(batch.Problems) > 0 {
		t.Fatal(batch, err)
	}
	message := spoor.Message{ID: "A1", Kind: "camt.056.001.08", Created: 1795507200, Sender: "NORDITMMXXX"}
	want := []spoor.Recall{
		{
			References: spoor.References{UETR: "eb6305c9-1f7f-49de-aed0-16487c27b43d", EndToEndID: "E1"}, Message: message, ID: "C1",
			Original: spoor.Message{ID: "M1", Kind: "pacs.008.001.08", Created: 1795424400}, Reason: "FRAD", Amount: eur(1250),
		},
		{Message: message, ID: "CASE9", Original: spoor.Message{ID: "M2", Kind: "pacs.008.001.08"}, Reason: "DUPL"},
	}
	for i, got := range batch.Recalls {
		if got.Digest == [16]byte{} {
			t.Error("no digest")
		}
		if got.Digest = [16]byte{}; got != want[i] {
			t.Errorf("got  %+v\nwant %+v", got, want[i])
		}
	}
	for old, new := range map[string]string{
		"12.50": "12.505", "-aed0-": "-aed", "<OrgnlMsgId>M2</OrgnlMsgId>": "", "FRAD": strings.Repeat("F", 36),
	} {
		batch, err := Read([]byte(strings.Replace(body, old, new, 1)), Limits{})
		if err != nil || len(batch.Recalls) != 1 || len(batch.Problems) != 1 || batch.Problems[0].Record == 0 {
			t.Errorf("%s: %+v, %v", new, batch, err)
		}
	}
}

// TestDigest asks the same in another message, and something else in the same.
func TestDigest(t *testing.T) {
	body := string(fixture(t, "pacs008.xml"))
	read := func(body string) [16]byte {
		batch, err := Read([]byte(body), Limits{})
		if err != nil || len(batch.Instructions) != 1 {
			t.Fatal(batch, err)
		}
		return batch.Instructions[0].Digest
	}
	want := read(body)
	for _, retry := range [][2]string{
		{"<MsgId>NORD-20261123-000417", "<MsgId>NORD-RETRY"}, {"<CreDtTm>2026-11-23T10:41:27.113+01:00", "<CreDtTm>2026-11-23T11:00:00Z"},
		{"12500.00</IntrBk", "12500.0</IntrBk"}, {"pacs.008.001.08\">", "pacs.008.001.10\">"}, {"<Purp><Cd>GDDS</Cd></Purp>", ""},
	} {
		if got := read(strings.ReplaceAll(body, retry[0], retry[1])); got != want {
			t.Errorf("%s: another digest", retry[1])
		}
	}
	for _, other := range [][2]string{
		{"12500.00</IntrBk", "12500.01</IntrBk"}, {"12500.00</Instd", "12500.01</Instd"}, {`Ccy="EUR"`, `Ccy="USD"`}, {"IT60X", "IT61X"}, {"DE8937", "DE8938"}, {"Costa", "Costo"}, {"Petersen", "Petersohn"},
		{"<DbtrAgt><FinInstnId><BICFI>NORD", "<DbtrAgt><FinInstnId><BICFI>SORD"}, {"<CdtrAgt><FinInstnId><BICFI>SUED", "<CdtrAgt><FinInstnId><BICFI>WEST"},
		{"eb6305c9", "eb6305c8"}, {"INSTR-", "INSTT-"}, {"E2E-", "E3E-"}, {"TX2026", "TX2027"},
	} {
		if got := read(strings.ReplaceAll(body, other[0], other[1])); got == want {
			t.Errorf("%s: the same digest", other[1])
		}
	}
	if got := fmt.Sprintf("%x", want); got != pinned {
		t.Errorf("the digest is now %s: journals hold the old one", got)
	}
}

const pinned = "2440e96b65c2fe7b21b08b0ea317d235"

// TestNothingOfTheBody changes the body after it was read.
func TestNothingOfTheBody(t *testing.T) {
	body := fixture(t, "pacs008.xml")
	batch, err := Read(body, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprintf("%+v", batch.Instructions)
	copy(body, bytes.Repeat([]byte("!"), len(body)))
	for range 10 { // other messages come through the same buffers
		if _, err := Read(transferOf("", tx(goodID+goodAmount+"<Dbtr><Nm>"+strings.Repeat("z", 100)+"</Nm></Dbtr>")), Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	if after := fmt.Sprintf("%+v", batch.Instructions); after != before {
		t.Errorf("%s\nbecame\n%s", before, after)
	}
}

// TestConcurrent reads from many goroutines, for the race detector.
func TestConcurrent(t *testing.T) {
	body := fixture(t, "pacs008.xml")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i := range 100 {
				b := body
				if i%3 == 0 {
					b = body[:len(body)/2]
				}
				batch, err := Read(b, Limits{})
				if (err == nil) != (i%3 != 0) || err == nil && batch.Instructions[0].Payment.FromName != "Costa & Figli S.r.l." {
					t.Error(batch, err)
				}
			}
		})
	}
	wait.Wait()
}
