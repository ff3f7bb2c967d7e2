package instruct

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"spoor"
)

// TestOneReading are bodies that two programs could read differently: refused,
// each as a whole.
func TestOneReading(t *testing.T) {
	good := string(transferOf("", tx(goodID+goodAmount+"<Dbtr><Nm>Anna</Nm></Dbtr><CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct>")))
	if batch, err := Read([]byte(good), Limits{}); err != nil || len(batch.Instructions) != 1 {
		t.Fatal(batch, err)
	}
	for _, change := range [][3]string{
		{`Ccy="EUR"`, `Ccy="EUR" Ccy="USD"`, "attribute Ccy twice"},
		{`Ccy="EUR"`, `x:Ccy="USD" Ccy="EUR"`, "prefix of a name is not declared"},
		{`Ccy="EUR"`, `xmlns:x="u" x:Ccy="USD" Ccy="EUR"`, "an attribute other than Ccy"},
		{`Ccy="EUR"`, `Ccy="&#69;UR"`, "by number"},
		{"<CdtTrfTxInf>", "<Foo><CdtTrfTxInf/></Foo><CdtTrfTxInf>", "not where transactions are"},
		{"<Dbtr>", "<CdtTrfTxInf></CdtTrfTxInf><Dbtr>", "not where transactions are"},
		{"<Dbtr>", `<Dbtr xmlns="urn:evil">`, "foreign namespace"},
		{"<Nm>Anna", `<e:Nm xmlns:e="urn:evil">Boris</e:Nm><Nm>Anna`, "foreign namespace"},
		{"</Document>", "</Document>garbage", "text outside the document"},
		{"</Document>", "</Document><!-- x -->\n", ""},
		{"</Document>", "</Document>\x00", "control character"},
		{"<Document", "<R><Document", "inside element"},
		{"E1", "E&#49;", "by number"},
		{"T1", "T&#x31;", "by number"},
		{"DE8937", "DE89<!-- -->37", "one piece"},
		{"DE8937", "DE89<?x?>37", "processing instructions"},
		{"DE89370400440532013000", "DE89<![CDATA[370400440532013000]]>", "one piece"},
		{"DE89370400440532013000", "<![CDATA[DE89370400440532013000]]>", ""},
		{"1.00", "<![CDATA[1]]>.00", "one piece"},
		{"1.00", "1<!-- -->.00", "one piece"},
		{"<Document", "\ufeff<Document", ""},
		{"<Document", "<?xml version='1.0' encoding='UTF-8'?><Document", ""},
		{"<Document", "\ufeff<?xml version='1.0' encoding='ISO-8859-1'?><Document", "another encoding"},
		{"<Document", "<?xml version='1.0' encoding='windows-1252'?><Document", "encoding"},
		{"<Document", "<?xml version='1.1'?><Document", "XML 1.0"},
		{"<Document", "<?xml-stylesheet href='x'?><Document", "processing instructions"},
		{"Anna", "Ann\xe9", "not in UTF-8"},
		{"<Nm>", "<Nm xml:space='preserve'>", "other than Ccy"},
		{"<CdtrAcct>", "<CdtrAcct><Id><Othr><Id>7</Id></Othr></Id></CdtrAcct><CdtrAcct>", "there twice: CdtrAcct"},
		{"<Id><IBAN>", "<Id><Othr><Id>7</Id></Othr></Id><Id><IBAN>", "there twice: Id"},
		{`xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"`, `xmlns="urn:evil" k="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"`, "foreign namespace"},
		{`xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"`, `xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08" k='xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.10"'`, ""},
		{`xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"`, `xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08" xmlns:p="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.10"`, "names no single message"},
		{`xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"`, `xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08" xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08 pacs.008.001.08.xsd"`, ""},
		{`xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"`, `xmlns="urn:iso&#58;std:iso:20022:tech:xsd:pacs.008.001.08"`, "references"},
	} {
		if !strings.Contains(good, change[0]) {
			t.Fatal(change[0])
		}
		body := strings.Replace(good, change[0], change[1], 1)
		batch, err := Read([]byte(body), Limits{})
		switch {
		case change[2] == "":
			if err != nil || len(batch.Instructions) != 1 {
				t.Errorf("%s: %v, %v", change[1], batch, err)
			}
		case err == nil || !strings.Contains(err.Error(), change[2]):
			t.Errorf("%s: %+v, %v, want %s", change[1], batch, err, change[2])
		}
	}
	wrapped := "<R>" + good + "</R>"
	if _, err := Read([]byte(wrapped), Limits{}); err == nil || !strings.Contains(err.Error(), "neither the root nor beside") {
		t.Error(err)
	}
	if batch, err := Read([]byte("<R><AppHdr/>"+good+"</R>"), Limits{}); err != nil || len(batch.Instructions) != 1 {
		t.Error(err)
	}
}

// TestNamespaceFromElsewhere: the name of the message is its elements', though an
// envelope declares it.
func TestNamespaceFromElsewhere(t *testing.T) {
	body := "<e:E xmlns:e='u' xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.008.001.10'><AppHdr/>" +
		strings.Replace(string(transferOf("", tx(goodID+goodAmount))), ` xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"`, "", 1) + "</e:E>"
	if batch, err := Read([]byte(body), Limits{}); err != nil || batch.Message.Kind != "pacs.008.001.10" {
		t.Error(batch, err)
	}
	if _, err := Read([]byte(strings.Replace(body, "pacs.008", "pacs.009", 1)), Limits{}); err == nil {
		t.Error("a pacs.009")
	}
}

// TestChanged asks for another payment under one UETR: no change goes unnoticed.
func TestChanged(t *testing.T) {
	body := string(fixture(t, "pacs008.xml"))
	read := func(body string) spoor.Instruction {
		batch, err := Read([]byte(body), Limits{})
		if err != nil || len(batch.Instructions) != 1 {
			t.Fatal(batch, err)
		}
		return batch.Instructions[0]
	}
	was := read(body)
	for _, change := range [][2]string{
		{"<Purp>", "<UltmtCdtr><Nm>Somebody Else</Nm></UltmtCdtr><Purp>"}, {"1971-05-09", "1971-05-10"}, {"<CityOfBirth>Kiel", "<CityOfBirth>Bonn"},
		{"Hauptstraße", "Nebenstraße"}, {"815600ABCDEFGHIJKL12", "815600ABCDEFGHIJKL13"}, {"Invoice 10417", "Invoice 10418"}, {"<CtryOfRes>DE", "<CtryOfRes>RU"},
		{"<Dbtr>", "<IntrmyAgt1><FinInstnId><BICFI>MIDLGB22</BICFI></FinInstnId></IntrmyAgt1><Dbtr>"}, {"<Cd>SEPA</Cd></SvcLvl><LclInstrm><Cd>INST", "<Cd>G001</Cd></SvcLvl><LclInstrm><Cd>XXXX"},
		{"<RmtInf>", "<RmtInf><Strd><Invcr><Nm>Somebody Else</Nm></Invcr></Strd>"}, {"</CtryOfRes>", "</CtryOfRes><CtctDtls><Nm>Somebody Else</Nm></CtctDtls>"},
		{"</Id></CdtrAcct>", "</Id><Nm>Somebody Else</Nm></CdtrAcct>"},
	} {
		if is := read(strings.Replace(body, change[0], change[1], 1)); is.Digest == was.Digest || [4]byte(is.Digest[:4]) != [4]byte(was.Digest[:4]) {
			t.Errorf("%s: %x, was %x", change[1], is.Digest, was.Digest)
		}
	}
	other := read(strings.NewReplacer("<InstgAgt><FinInstnId><BICFI>NORDITMMXXX", "<InstgAgt><FinInstnId><BICFI>EVILITMMXXX").Replace(body))
	if [4]byte(other.Digest[:4]) == [4]byte(was.Digest[:4]) {
		t.Error("another bank has the same first bytes")
	}
	branch := read(strings.ReplaceAll(body, "<InstgAgt><FinInstnId><BICFI>NORDITMMXXX", "<InstgAgt><FinInstnId><BICFI>NORDITMM"))
	if [4]byte(branch.Digest[:4]) != [4]byte(was.Digest[:4]) {
		t.Error("a branch has others")
	}
}

// TestDisguisedIBAN: an IBAN is found wherever it is put.
func TestDisguisedIBAN(t *testing.T) {
	const iban = "DE89370400440532013000"
	agent := "<CdtrAgt><FinInstnId><BICFI>BANKDEFFXXX</BICFI></FinInstnId></CdtrAgt>"
	has := func(i spoor.Instruction) bool {
		for _, p := range i.Parties {
			for _, id := range p.Party.Identifiers {
				if p.Role == spoor.Creditor && id.Kind == spoor.IBAN && id.Value == iban && id.Country.String() == "DE" {
					return true
				}
			}
		}
		return false
	}
	for inside, account := range map[string]string{
		agent + "<CdtrAcct><Id><Othr><Id>de89 3704-0044\u00a00532\u200b013000</Id></Othr></Id></CdtrAcct>":                 iban,
		agent + "<CdtrAcct><Id><Othr><Id>ＤＥ８９３７０４００４４０５３２０１３０００</Id></Othr></Id></CdtrAcct>":                               iban,
		agent + "<CdtrAcct><Prxy><Id>DE89 3704 0044 0532 0130 00</Id></Prxy></CdtrAcct>":                                   iban,
		"<Cdtr><Nm>B</Nm><Id><PrvtId><Othr><Id>DE89 3704 0044 0532 0130 00</Id></Othr></PrvtId></Id></Cdtr>":               "outside",
		"<CdtrAcct><Id><IBAN>FR7630006000011234567890189</IBAN><Othr><Id>" + iban + "</Id></Othr></Id></CdtrAcct>" + agent: "FR7630006000011234567890189",
	} {
		batch, err := Read(transferOf("", tx(goodID+goodAmount+inside)), Limits{})
		if err != nil || len(batch.Instructions) != 1 {
			t.Fatal(inside, batch, err)
		}
		if i := batch.Instructions[0]; i.Payment.To.String() != account || !has(i) {
			t.Errorf("%s: to %s, %+v", inside, i.Payment.To, i.Parties)
		}
	}
}

// TestFurtherNames are those of contacts, accounts and invoices.
func TestFurtherNames(t *testing.T) {
	body := transferOf("", tx(goodID+goodAmount+
		"<Dbtr><Nm>Anna</Nm><CtctDtls><Nm>Carla</Nm></CtctDtls></Dbtr><DbtrAcct><Id><Othr><Id>1</Id></Othr></Id><Nm>Anna Trading</Nm></DbtrAcct>"+
		"<Cdtr><Nm>Boris</Nm><CtctDtls><Nm>Boris</Nm></CtctDtls></Cdtr><UltmtCdtr><Nm>Uli</Nm></UltmtCdtr>"+
		"<RmtInf><Strd><Invcr><Nm>Boris</Nm></Invcr><Invcee><Nm>Ida</Nm></Invcee></Strd><Strd><Invcr><Nm>Ivan</Nm></Invcr><Invcee><Nm>Ida</Nm></Invcee></Strd>"+
		"<Strd><Invcr><Nm>Uli</Nm></Invcr></Strd></RmtInf>"))
	batch, err := Read(body, Limits{})
	if err != nil || len(batch.Instructions) != 1 {
		t.Fatal(batch, err)
	}
	got := ""
	for _, p := range batch.Instructions[0].Parties {
		got += fmt.Sprintf("%s %v; ", p.Role, p.Party.Names)
	}
	if want := "debtor [{Anna false} {Anna Trading false} {Carla true}]; creditor [{Boris false}]; ultimate creditor [{Uli false}]; ultimate debtor [{Ida false}]; ultimate creditor [{Ivan false}]; "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestRefusedWhole decides nothing of a message that is refused.
func TestRefusedWhole(t *testing.T) {
	recall := `<Document><FIToFIPmtCxlReq><Assgnmt><Id>A1</Id><CreDtTm>2026-11-24T08:00:00Z</CreDtTm></Assgnmt><CtrlData><NbOfTxs>2</NbOfTxs></CtrlData>` +
		`<Undrlyg><TxInf><OrgnlEndToEndId>E1</OrgnlEndToEndId></TxInf></Undrlyg></FIToFIPmtCxlReq></Document>`
	for _, body := range []string{string(transferOf("<NbOfTxs>2</NbOfTxs>", tx(goodID+goodAmount))), recall} {
		batch, err := Read([]byte(body), Limits{})
		if err != nil || len(batch.Problems) != 1 || batch.Problems[0].Record != 0 || len(batch.Instructions)+len(batch.Recalls) != 0 || batch.Transactions != 1 {
			t.Errorf("%+v, %v", batch, err)
		}
		if batch, err = Read([]byte(strings.Replace(body, "<NbOfTxs>2", "<NbOfTxs>1", 1)), Limits{}); err != nil || len(batch.Instructions)+len(batch.Recalls) != 1 {
			t.Errorf("%+v, %v", batch, err)
		}
	}
}

// TestNoValuesInProblems breaks messages in every place and looks for their texts
// in what is said of them: an answer must not carry a party's name.
func TestNoValuesInProblems(t *testing.T) {
	w := &writer{rng: rand.New(rand.NewPCG(11, 12))}
	said := 0
	const secret = "Zxqv"
	for range 1500 {
		body := string(w.message())
		all := elements([]byte(body))
		at := all[w.rng.IntN(len(all))]
		from := int(at[0]) + strings.IndexByte(body[at[0]:], '>') + 1
		to := from + strings.IndexByte(body[from:], '<')
		value := pick(w, secret, secret+strings.Repeat(secret, 600), "&"+secret+";", "&"+secret, secret+"&#1;", " "+secret, "<"+secret+"/>", "]]>"+secret, "<!DOCTYPE "+secret+">", "-"+secret, secret+"\x00", secret+"\xff", "&#53;"+secret)
		batch, err := Read([]byte(body[:from]+value+body[to:]), Limits{})
		if err != nil {
			said++
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%.80s: %v", value, err)
			}
			continue
		}
		for _, p := range batch.Problems {
			said++
			if strings.Contains(p.Error(), secret) || len(p.Reason) > 120 {
				t.Errorf("%.80s: %v", value, p)
			}
		}
	}
	if said < 500 {
		t.Errorf("%d problems", said)
	}
}
