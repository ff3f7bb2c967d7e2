package instruct

import (
	"bytes"
	"encoding/xml"
	"os"
	"testing"
)

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// BenchmarkRead reads a message of 3 kB with one transaction.
func BenchmarkRead(b *testing.B) {
	body := fixture(b, "pacs008.xml")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		batch, err := Read(body, Limits{})
		if err != nil || len(batch.Instructions) != 1 {
			b.Fatal(batch, err)
		}
	}
}

// TestAllocations holds the reader to what the gate can afford.
func TestAllocations(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates")
	}
	body := fixture(t, "pacs008.xml")
	if n := testing.AllocsPerRun(200, func() { Read(body, Limits{}) }); n >= 25 {
		t.Errorf("%v allocations for one transaction", n)
	}
}

type (
	partyXML struct {
		Nm        string
		CtryOfRes string
		Adr       struct{ StrtNm, BldgNb, PstCd, TwnNm, Ctry string } `xml:"PstlAdr"`
		AnyBIC    string                                              `xml:"Id>OrgId>AnyBIC"`
		LEI       string                                              `xml:"Id>OrgId>LEI"`
		Birth     struct{ BirthDt, CityOfBirth, CtryOfBirth string }  `xml:"Id>PrvtId>DtAndPlcOfBirth"`
	}
	agentXML struct {
		BICFI string `xml:"FinInstnId>BICFI"`
	}
	accountXML struct {
		IBAN  string `xml:"Id>IBAN"`
		Other string `xml:"Id>Othr>Id"`
	}
	amountXML struct {
		Ccy   string `xml:",attr"`
		Value string `xml:",chardata"`
	}
	messageXML struct {
		From   agentXML                                 `xml:"AppHdr>Fr>FIId"`
		Header struct{ MsgId, CreDtTm, NbOfTxs string } `xml:"Document>FIToFICstmrCdtTrf>GrpHdr"`
		Tx     []struct {
			PmtId                                struct{ InstrId, EndToEndId, TxId, UETR string }
			SvcLvl                               []string `xml:"PmtTpInf>SvcLvl>Cd"`
			LclInstrm                            string   `xml:"PmtTpInf>LclInstrm>Cd"`
			IntrBkSttlmAmt, InstdAmt             amountXML
			IntrBkSttlmDt, AccptncDtTm           string
			InstgAgt, InstdAgt, DbtrAgt, CdtrAgt agentXML
			Dbtr, Cdtr                           partyXML
			DbtrAcct, CdtrAcct                   accountXML
			Ustrd                                []string `xml:"RmtInf>Ustrd"`
		} `xml:"Document>FIToFICstmrCdtTrf>CdtTrfTxInf"`
	}
)

// BenchmarkEncodingXML is the standard library on the same message, into
// structs of the fields that are in it and no further.
func BenchmarkEncodingXML(b *testing.B) {
	body := fixture(b, "pacs008.xml")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var m messageXML
		if err := xml.NewDecoder(bytes.NewReader(body)).Decode(&m); err != nil || m.Tx[0].CdtrAcct.IBAN == "" || m.From.BICFI == "" {
			b.Fatal(m, err)
		}
	}
}
