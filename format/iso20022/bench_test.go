package iso20022

import (
	"bytes"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"testing"

	"spoor"
)

const benchTxs = 2000

func BenchmarkPacs008(b *testing.B) {
	for name, indent := range map[string]bool{"compact": false, "indented": true} {
		file := pacs008Of(rand.New(rand.NewPCG(1, 1)), benchTxs, indent)
		b.Run(name, func(b *testing.B) {
			dst := make([]spoor.Payment, 512)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				n, r := 0, NewReader("bench", bytes.NewReader(file))
				for {
					k, err := r.Read(dst)
					n += k
					if err == io.EOF {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
				}
				if n != benchTxs {
					b.Fatalf("%d payments", n)
				}
			}
			report(b)
		})
	}
}

func report(b *testing.B) {
	b.ReportMetric(float64(b.N)*benchTxs/b.Elapsed().Seconds(), "payments/s")
}

// transferXML is what encoding/xml fills for the same fields.
type transferXML struct {
	PmtId          struct{ InstrId, EndToEndId, TxId, UETR string }
	SvcLvl         []string `xml:"PmtTpInf>SvcLvl>Cd"`
	LclInstrm      string   `xml:"PmtTpInf>LclInstrm>Cd"`
	IntrBkSttlmAmt amountXML
	IntrBkSttlmDt  string
	AccptncDtTm    string
	InstdAmt       *amountXML
	IntrmyAgt1     *struct{}
	Dbtr, Cdtr     partyXML
	DbtrAcct       accountXML
	CdtrAcct       accountXML
	DbtrAgt        agentXML
	CdtrAgt        agentXML
	Ustrd          []string `xml:"RmtInf>Ustrd"`
}

type amountXML struct {
	Ccy   string `xml:",attr"`
	Value string `xml:",chardata"`
}

type partyXML struct {
	Nm   string
	Ctry string `xml:"PstlAdr>Ctry"`
}

type accountXML struct {
	IBAN  string `xml:"Id>IBAN"`
	Other string `xml:"Id>Othr>Id"`
}

type agentXML struct {
	BICFI string `xml:"FinInstnId>BICFI"`
	MmbId string `xml:"FinInstnId>ClrSysMmbId>MmbId"`
}

// BenchmarkEncodingXML is the standard library on the same file, unmarshalling
// each transaction into the fields above and no further.
func BenchmarkEncodingXML(b *testing.B) {
	file := pacs008Of(rand.New(rand.NewPCG(1, 1)), benchTxs, false)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		n, d := 0, xml.NewDecoder(bytes.NewReader(file))
		for {
			tok, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			if start, ok := tok.(xml.StartElement); ok && start.Name.Local == "CdtTrfTxInf" {
				var tx transferXML
				if err := d.DecodeElement(&tx, &start); err != nil {
					b.Fatal(err)
				}
				n++
			}
		}
		if n != benchTxs {
			b.Fatalf("%d transactions", n)
		}
	}
	report(b)
}
