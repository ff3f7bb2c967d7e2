package status

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"spoor"
)

const at = spoor.Instant(1795426887) // 2026-11-23T09:41:27Z

func oneHeader() Header {
	return Header{
		ID: "G-1", Created: at, From: "FIUXITMM", To: "NORDITMMXXX", Transactions: 1,
		Original: spoor.Message{ID: "NORD-417", Kind: "pacs.008.001.08", Created: at - 2},
	}
}

var oneRefs = spoor.References{UETR: "eb6305c9-1f7f-49de-aed0-16487c27b43d", InstrID: "I-1", EndToEndID: "E-1", TxID: "T-1"}

const top = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func TestPacs002(t *testing.T) {
	decision := spoor.Decision{Entry: 77, Outcome: spoor.Block, Reasons: []spoor.Reason{{Rule: "frozen", Code: "AC06", Text: "an order of the court of Kiel"}}}
	i := spoor.Instruction{References: oneRefs, Message: oneHeader().Original}
	got := string(AppendPacs002([]byte("before"), oneHeader(), []Answer{Of(&i, &decision)}))
	want := "before" + top + `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"><FIToFIPmtStsRpt>` +
		`<GrpHdr><MsgId>G-1</MsgId><CreDtTm>2026-11-23T09:41:27Z</CreDtTm>` +
		`<InstgAgt><FinInstnId><BICFI>FIUXITMM</BICFI></FinInstnId></InstgAgt><InstdAgt><FinInstnId><BICFI>NORDITMMXXX</BICFI></FinInstnId></InstdAgt></GrpHdr>` +
		`<OrgnlGrpInfAndSts><OrgnlMsgId>NORD-417</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId><OrgnlCreDtTm>2026-11-23T09:41:25Z</OrgnlCreDtTm>` +
		`<OrgnlNbOfTxs>1</OrgnlNbOfTxs><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts>` +
		`<TxInfAndSts><StsId>77</StsId><OrgnlInstrId>I-1</OrgnlInstrId><OrgnlEndToEndId>E-1</OrgnlEndToEndId><OrgnlTxId>T-1</OrgnlTxId>` +
		`<OrgnlUETR>eb6305c9-1f7f-49de-aed0-16487c27b43d</OrgnlUETR><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC06</Cd></Rsn></StsRsnInf></TxInfAndSts>` +
		`</FIToFIPmtStsRpt></Document>` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestOf tells no more than the law allows: of a hold and of an allowed payment
// no reason, and of a block the code alone.
func TestOf(t *testing.T) {
	i := spoor.Instruction{References: oneRefs}
	for outcome, want := range map[spoor.Outcome]string{spoor.Allow: "ACSP ", spoor.HoldBack: "PDNG ", spoor.Block: "RJCT LEGL"} {
		d := spoor.Decision{
			Outcome: outcome, Reasons: []spoor.Reason{{Code: "LEGL", Text: "a suspicion"}, {Code: "RR04"}},
			Hits: []spoor.Hit{{Name: "a name"}}, Orders: []string{"an order"},
		}
		a := Of(&i, &d)
		if got := a.State.String() + " " + a.Code; got != want || a.Info != "" || a.References != oneRefs {
			t.Errorf("%v: %+v, want %s", outcome, a, want)
		}
		body := string(AppendPacs002(nil, oneHeader(), []Answer{a}))
		for _, secret := range []string{"suspicion", "a name", "an order", "RR04"} {
			if strings.Contains(body, secret) {
				t.Errorf("%v: %s is told: %s", outcome, secret, body)
			}
		}
	}
	if a := Of(&i, &spoor.Decision{Outcome: spoor.Block}); !strings.Contains(string(AppendPacs002(nil, oneHeader(), []Answer{a})), "<Cd>MS03</Cd>") {
		t.Error("a block without a reason has no code")
	}
	if a := Of(&i, &spoor.Decision{Outcome: 9}); a.State != Rejected {
		t.Errorf("%+v", a)
	}
}

func TestGroupStatus(t *testing.T) {
	for states, want := range map[string]string{
		"A": "ACSP", "AAA": "ACSP", "R": "RJCT", "RR": "RJCT", "P": "PDNG", "PP": "PDNG",
		"AR": "PART ACSP=1 RJCT=1", "AAP": "PART ACSP=2 PDNG=1", "ARP": "PART ACSP=1 RJCT=1 PDNG=1",
		"RP": " RJCT=1 PDNG=1", // the standard has no word for it
	} {
		h := oneHeader()
		h.Transactions = len(states)
		var answers []Answer
		for _, s := range states {
			answers = append(answers, Answer{References: oneRefs, State: State(strings.IndexRune("ARP", s))})
		}
		for _, missing := range []int{0, 1} {
			h.Transactions += missing
			root, err := parse(AppendPacs002(nil, h, answers))
			if err != nil {
				t.Fatal(err)
			}
			group := root.one("FIToFIPmtStsRpt/OrgnlGrpInfAndSts")
			got := group.str("GrpSts")
			for _, n := range group.all("NbOfTxsPerSts") {
				got += fmt.Sprintf(" %s=%s", n.str("DtldSts"), n.str("DtldNbOfTxs"))
			}
			if missing == 1 {
				want = "" // one is not answered: nothing is said of the group
			}
			if got != want {
				t.Errorf("%s, %d missing: %q, want %q", states, missing, got, want)
			}
		}
	}
}

// TestRefused answers messages and transactions that could not be read, and
// several messages at once.
func TestRefused(t *testing.T) {
	h := oneHeader()
	h.Refused = &Reason{"AM18", "3 transactions, not 2"}
	body := string(AppendPacs002(nil, h, nil))
	if !strings.Contains(body, "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM18</Cd></Rsn><AddtlInf>3 transactions, not 2</AddtlInf></StsRsnInf></OrgnlGrpInfAndSts></FIToFIPmtStsRpt>") {
		t.Error(body)
	}
	body = string(AppendPacs002(nil, Header{ID: "G", Created: at}, []Answer{
		{References: spoor.References{TxID: "T1"}, State: Rejected, Reason: Reason{Code: "AM12"}, Original: spoor.Message{ID: "M1", Kind: "pacs.008.001.08"}},
		{References: spoor.References{TxID: "T2"}, State: Rejected, Reason: Reason{Code: "own reason"}, Original: spoor.Message{ID: "M2", Kind: "pain.001.001.09"}, Accepted: at},
	}))
	for _, want := range []string{
		"</GrpHdr><TxInfAndSts><OrgnlGrpInf><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId></OrgnlGrpInf><OrgnlTxId>T1</OrgnlTxId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AM12</Cd>",
		"<OrgnlMsgId>M2</OrgnlMsgId>", "<Rsn><Prtry>own reason</Prtry></Rsn></StsRsnInf><AccptncDtTm>2026-11-23T09:41:27Z</AccptncDtTm></TxInfAndSts>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}

func oneRecall() RecallAnswer {
	return RecallAnswer{
		Recall: spoor.Recall{
			References: oneRefs, Message: spoor.Message{ID: "A1", Sender: "NORDITMMXXX"}, ID: "C1",
			Original: spoor.Message{ID: "M1", Kind: "pacs.008.001.08", Created: at}, Reason: "FRAD", Amount: spoor.Money{Amount: 1250, Currency: spoor.EUR},
		},
		AnswerID: "R-1", State: RecallRejected, Because: Reason{Code: "LEGL"},
	}
}

func TestCamt029(t *testing.T) {
	whole := oneRecall()
	whole.References, whole.State, whole.Because = spoor.References{}, RecallPending, Reason{}
	got := string(AppendCamt029(nil, Header{ID: "G-2", Created: at, From: "FIUXITMM", To: "someone"}, []RecallAnswer{oneRecall(), whole}))
	want := top + `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"><RsltnOfInvstgtn><Assgnmt><Id>G-2</Id>` +
		`<Assgnr><Agt><FinInstnId><BICFI>FIUXITMM</BICFI></FinInstnId></Agt></Assgnr><Assgne><Agt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></Agt></Assgne>` +
		`<CreDtTm>2026-11-23T09:41:27Z</CreDtTm></Assgnmt><Sts><Conf>PDCR</Conf></Sts>` +
		`<CxlDtls><TxInfAndSts><CxlStsId>R-1</CxlStsId><RslvdCase><Id>C1</Id><Cretr><Agt><FinInstnId><BICFI>NORDITMMXXX</BICFI></FinInstnId></Agt></Cretr></RslvdCase>` +
		`<OrgnlGrpInf><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId><OrgnlCreDtTm>2026-11-23T09:41:27Z</OrgnlCreDtTm></OrgnlGrpInf>` +
		`<OrgnlInstrId>I-1</OrgnlInstrId><OrgnlEndToEndId>E-1</OrgnlEndToEndId><OrgnlTxId>T-1</OrgnlTxId><OrgnlUETR>eb6305c9-1f7f-49de-aed0-16487c27b43d</OrgnlUETR>` +
		`<TxCxlSts>RJCR</TxCxlSts><CxlStsRsnInf><Rsn><Cd>LEGL</Cd></Rsn></CxlStsRsnInf><OrgnlIntrBkSttlmAmt Ccy="EUR">12.50</OrgnlIntrBkSttlmAmt></TxInfAndSts></CxlDtls>` +
		`<CxlDtls><OrgnlGrpInfAndSts><OrgnlGrpCxlId>C1</OrgnlGrpCxlId><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId><OrgnlCreDtTm>2026-11-23T09:41:27Z</OrgnlCreDtTm>` +
		`<GrpCxlSts>PDCR</GrpCxlSts></OrgnlGrpInfAndSts></CxlDtls></RsltnOfInvstgtn></Document>` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for states, want := range map[string]string{"": "RJCR", "C": "CNCL", "CC": "CNCL", "R": "RJCR", "P": "PDCR", "CR": "PECR", "CP": "PECR", "RP": "PDCR"} {
		var answers []RecallAnswer
		for _, s := range states {
			answers = append(answers, RecallAnswer{State: RecallState(strings.IndexRune("CRP", s))})
		}
		if got := confirmation(answers); got != want {
			t.Errorf("%s: %s, want %s", states, got, want)
		}
	}
}

// cleaned is what is left of a text, worked out another way.
func cleaned(s string, most int) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < ' ' || r == 0xfffe || r == 0xffff:
			return -1
		}
		return r
	}, s)
	r := []rune(strings.TrimLeft(s, " "))
	return strings.TrimRight(string(r[:min(len(r), most)]), " ")
}

// pieces is how additional information comes back.
func pieces(s string) (out []string) {
	rest := []rune(cleaned(s, 1<<30))
	for range maxPieces {
		rest = []rune(strings.TrimLeft(string(rest), " "))
		if len(rest) == 0 {
			break
		}
		n := min(len(rest), maxInfo)
		out = append(out, strings.TrimRight(string(rest[:n]), " "))
		rest = rest[n:]
	}
	return out
}

func or(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// Hostile values of all that a caller can fill in.
var (
	texts = rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "\x00", "a", "E-1", "]]>", "<!--", "&amp;", "NOTPROVIDED", "\xff\xfe", "\ufffe", "  x  ", "\r\n", "\u202e", strings.Repeat("é", 40), strings.Repeat("&", 40), strings.Repeat(" ", 300) + "x"}),
		rapid.String(),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 300), func(b []byte) string { return string(b) }),
		rapid.StringN(0, 1500, -1),
	)
	bics     = rapid.OneOf(texts, rapid.StringMatching(`[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?`))
	uetrs    = rapid.OneOf(texts, rapid.StringMatching(`[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}`))
	codes    = rapid.OneOf(texts, rapid.SampledFrom([]string{"AC06", "LEGL", "AM05", "FF01", "RR04"}))
	instants = rapid.OneOf(rapid.Map(rapid.Int64(), func(v int64) spoor.Instant { return spoor.Instant(v) }), rapid.Just(at))
	messages = rapid.Custom(func(t *rapid.T) spoor.Message {
		return spoor.Message{ID: texts.Draw(t, "MsgId"), Kind: rapid.OneOf(texts, rapid.Just("pacs.008.001.08")).Draw(t, "kind"), Created: instants.Draw(t, "created"), Sender: bics.Draw(t, "sender")}
	})
	references = rapid.Custom(func(t *rapid.T) spoor.References {
		return spoor.References{UETR: uetrs.Draw(t, "UETR"), InstrID: texts.Draw(t, "InstrId"), EndToEndID: texts.Draw(t, "EndToEndId"), TxID: texts.Draw(t, "TxId")}
	})
	reasons = rapid.Custom(func(t *rapid.T) Reason { return Reason{codes.Draw(t, "code"), texts.Draw(t, "info")} })
	headers = rapid.Custom(func(t *rapid.T) Header {
		h := Header{
			ID: texts.Draw(t, "id"), Created: instants.Draw(t, "at"), From: bics.Draw(t, "from"), To: bics.Draw(t, "to"),
			Version: Version(rapid.IntRange(0, 2).Draw(t, "version")), Transactions: rapid.IntRange(-1, 3).Draw(t, "transactions"),
		}
		if rapid.Bool().Draw(t, "one") {
			h.Original = messages.Draw(t, "original")
		}
		if rapid.IntRange(0, 4).Draw(t, "refused") == 0 {
			r := reasons.Draw(t, "refusal")
			h.Refused = &r
		}
		return h
	})
	answered = rapid.Custom(func(t *rapid.T) Answer {
		return Answer{
			References: references.Draw(t, "references"), Original: messages.Draw(t, "original"), ID: texts.Draw(t, "StsId"),
			State: State(rapid.IntRange(0, 4).Draw(t, "state")), Reason: reasons.Draw(t, "reason"), Accepted: instants.Draw(t, "accepted"),
		}
	})
	recalled = rapid.Custom(func(t *rapid.T) RecallAnswer {
		a := RecallAnswer{
			Recall: spoor.Recall{
				Message: messages.Draw(t, "message"), ID: texts.Draw(t, "CxlId"), Original: messages.Draw(t, "original"), Reason: texts.Draw(t, "reason"),
				Amount: spoor.Money{Amount: rapid.Int64().Draw(t, "amount"), Currency: spoor.Currency(rapid.IntRange(0, spoor.Currencies()-1).Draw(t, "currency"))},
			},
			AnswerID: texts.Draw(t, "CxlStsId"), State: RecallState(rapid.IntRange(0, 4).Draw(t, "state")), Because: reasons.Draw(t, "because"),
		}
		if rapid.Bool().Draw(t, "one") {
			a.References = references.Draw(t, "references")
		}
		return a
	})
)

func sameText(t *rapid.T, what, got, want string) {
	if got != want {
		t.Fatalf("%s: %q, want %q", what, got, want)
	}
}

// sameReason compares a reason with what was written of it.
func sameReason(t *rapid.T, e *el, r Reason, otherwise string) {
	code := or(r.Code, otherwise)
	if isCode(code) {
		sameText(t, "code", e.str("Rsn/Cd"), code)
	} else {
		sameText(t, "proprietary", e.str("Rsn/Prtry"), cleaned(code, maxID))
	}
	var got []string
	for _, k := range e.all("AddtlInf") {
		got = append(got, k.text)
	}
	if want := pieces(r.Info); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Fatalf("information %q, want %q", got, want)
	}
}

func sameReferences(t *rapid.T, e *el, r spoor.References) {
	sameText(t, "InstrId", e.str("OrgnlInstrId"), cleaned(r.InstrID, maxID))
	sameText(t, "EndToEndId", e.str("OrgnlEndToEndId"), cleaned(r.EndToEndID, maxID))
	sameText(t, "TxId", e.str("OrgnlTxId"), cleaned(r.TxID, maxID))
	if isUETR(r.UETR) || e.str("OrgnlUETR") != "" {
		sameText(t, "UETR", e.str("OrgnlUETR"), r.UETR)
	}
}

// TestAnyPacs002 writes whatever there is: it is valid, and encoding/xml reads
// the same back.
func TestAnyPacs002(t *testing.T) {
	schemas := map[Version]schema{Pacs002V10: readSchema(t, "pacs.002.001.10"), Pacs002V12: readSchema(t, "pacs.002.001.12")}
	rapid.Check(t, func(t *rapid.T) {
		h, answers := headers.Draw(t, "header"), rapid.SliceOfN(answered, 0, 3).Draw(t, "answers")
		body := AppendPacs002(nil, h, answers)
		s, ok := schemas[h.Version]
		if !ok {
			s = schemas[Pacs002V10]
		}
		if err := s.validate(body); err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		root, _ := parse(body)
		report := root.one("FIToFIPmtStsRpt")
		sameText(t, "MsgId", report.str("GrpHdr/MsgId"), or(cleaned(h.ID, maxID), "NOTPROVIDED"))
		if isBIC(h.From) || report.str("GrpHdr/InstgAgt/FinInstnId/BICFI") != "" {
			sameText(t, "from", report.str("GrpHdr/InstgAgt/FinInstnId/BICFI"), h.From)
		}
		if group := report.one("OrgnlGrpInfAndSts"); group != nil {
			sameText(t, "OrgnlMsgId", group.str("OrgnlMsgId"), or(cleaned(h.Original.ID, maxID), "NOTPROVIDED"))
			if h.Refused != nil {
				sameReason(t, group.one("StsRsnInf"), *h.Refused, unspecified)
			}
		} else if h.Original.ID != "" || h.Refused != nil {
			t.Fatal("no group")
		}
		txs := report.all("TxInfAndSts")
		if len(txs) != len(answers) {
			t.Fatalf("%d transactions of %d", len(txs), len(answers))
		}
		for i, a := range answers {
			sameText(t, "StsId", txs[i].str("StsId"), cleaned(a.ID, maxID))
			sameText(t, "TxSts", txs[i].str("TxSts"), []string{"ACSP", "RJCT", "PDNG", "RJCT", "RJCT"}[a.State])
			sameReferences(t, txs[i], a.References)
			sameReason(t, txs[i].one("StsRsnInf"), a.Reason, map[bool]string{true: unspecified}[a.State == Rejected || a.State >= numStates])
		}
	})
}

func TestAnyCamt029(t *testing.T) {
	s := readSchema(t, "camt.029.001.09")
	rapid.Check(t, func(t *rapid.T) {
		h, answers := headers.Draw(t, "header"), rapid.SliceOfN(recalled, 0, 3).Draw(t, "answers")
		body := AppendCamt029(nil, h, answers)
		if err := s.validate(body); err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		root, _ := parse(body)
		details := root.one("RsltnOfInvstgtn").all("CxlDtls")
		if len(details) != len(answers) {
			t.Fatalf("%d of %d", len(details), len(answers))
		}
		for i, a := range answers {
			because, otherwise := "TxInfAndSts/CxlStsRsnInf", ""
			if a.References == (spoor.References{}) {
				because = "OrgnlGrpInfAndSts/CxlStsRsnInf"
				sameText(t, "CxlId", details[i].str("OrgnlGrpInfAndSts/OrgnlGrpCxlId"), cleaned(a.Recall.ID, maxID))
			} else {
				sameReferences(t, details[i].one("TxInfAndSts"), a.References)
				sameText(t, "CxlId", details[i].str("TxInfAndSts/RslvdCase/Id"), cleaned(a.Recall.ID, maxID))
				if amount := details[i].str("TxInfAndSts/OrgnlIntrBkSttlmAmt"); amount != "" {
					v, err := spoor.ParseAmount(amount, a.Amount.Currency.Scale())
					if err != nil || v != a.Amount.Amount {
						t.Fatalf("%s of %+v", amount, a.Amount)
					}
				}
			}
			if a.State == RecallRejected || a.State >= numRecallStates {
				otherwise = narrative
			}
			sameReason(t, details[i].one(because), a.Because, otherwise)
		}
	})
}

// TestAmount writes the amounts that the schemas have room for.
func TestAmount(t *testing.T) {
	for in, want := range map[string]string{
		"EUR 1250": "12.50", "EUR 0": "0.00", "JPY 10000": "100", "JPY 10050": "100.5", "KWD 1234": "1.234", "XXX 5": "", "EUR -1": "",
		"XBT 1": "", "XBT 100000000": "", "EUR 999999999999999999": "9999999999999999.99", "EUR 1000000000000000000": "",
	} {
		c, err := spoor.ParseCurrency(in[:3])
		if err != nil {
			t.Fatal(err)
		}
		var v int64
		fmt.Sscan(in[4:], &v)
		var o out
		o.amount("A", spoor.Money{Amount: v, Currency: c})
		if want != "" {
			want = `<A Ccy="` + in[:3] + `">` + want + "</A>"
		}
		if string(o) != want {
			t.Errorf("%s: %s, want %s", in, o, want)
		}
	}
}

// TestValidatorBites breaks valid messages in ways that the validator must see.
func TestValidatorBites(t *testing.T) {
	s := readSchema(t, "pacs.002.001.10")
	h := oneHeader()
	h.Transactions = 2
	body := string(AppendPacs002(nil, h, []Answer{{References: oneRefs, State: Rejected, Reason: Reason{"AC06", "x"}, Accepted: at}, {References: oneRefs}}))
	if err := s.validate([]byte(body)); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{"pacs.002.001.10", "pacs.002.001.12"}, {"<MsgId>G-1</MsgId>", ""}, {"<MsgId>G-1<", "<MsgId>" + strings.Repeat("x", 36) + "<"}, {"<MsgId>G-1<", "<MsgId><"},
		{"FIUXITMM", "fiuxitmm"}, {"2026-11-23T09:41:27Z", "2026-11-23"}, {"2026-11-23T09:41:27Z", "2026-11-23T09:41:27"}, {"2026-11-23T09:41:27Z", "2026-11-31T09:41:27Z"}, {"eb6305c9", "EB6305C9"}, {"<Cd>AC06</Cd>", "<Cd>AC061</Cd>"},
		{"<Cd>AC06</Cd>", ""}, {"<Cd>AC06</Cd>", "<Cd>AC06</Cd><Prtry>x</Prtry>"}, {"<OrgnlTxId>T-1</OrgnlTxId>", "<OrgnlTxId>T-1</OrgnlTxId><OrgnlTxId>T-1</OrgnlTxId>"},
		{"<TxSts>", "<Boom/><TxSts>"}, {"<AddtlInf>x", "<AddtlInf>" + strings.Repeat("x", 106)}, {"<DtldNbOfTxs>1", "<DtldNbOfTxs>one"},
	} {
		if !strings.Contains(body, change[0]) {
			t.Fatalf("no %s in %s", change[0], body)
		}
		if err := s.validate([]byte(strings.Replace(body, change[0], change[1], 1))); err == nil {
			t.Errorf("%s for %s is valid", change[1], change[0])
		}
	}
}

// TestXmllint has another validator look at hostile messages, where there is
// one.
func TestXmllint(t *testing.T) {
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("no xmllint on this machine (package libxml2-utils)")
	}
	dir, out := dataDir(t), t.TempDir()
	files := map[string][]string{}
	for seed := range 60 {
		h := headers.Example(seed)
		h.Version %= 2
		kind := []string{"pacs.002.001.10", "pacs.002.001.12"}[h.Version]
		answers := rapid.SliceOfN(answered, 0, 4).Example(seed)
		recalls := rapid.SliceOfN(recalled, 0, 4).Example(seed)
		for kind, body := range map[string][]byte{kind: AppendPacs002(nil, h, answers), "camt.029.001.09": AppendCamt029(nil, h, recalls)} {
			name := filepath.Join(out, fmt.Sprintf("%s-%d.xml", kind, seed))
			if err := os.WriteFile(name, body, 0o600); err != nil {
				t.Fatal(err)
			}
			files[kind] = append(files[kind], name)
		}
	}
	for kind, names := range files {
		args := append([]string{"--noout", "--nonet", "--schema", filepath.Join(dir, kind+".xsd")}, names...)
		if b, err := exec.Command(lint, args...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", kind, err, bytes.TrimSpace(b))
		}
		t.Logf("%d of %s", len(names), kind)
	}
}

// FuzzText writes any text: what comes out is XML and no longer than allowed.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a", "]]>&<\x00\xff", strings.Repeat("é ", 50), "\ufffe\uffff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var o out
		o.element("A", s, maxID)
		if len(o) == 0 {
			if cleaned(s, maxID) != "" {
				t.Fatalf("%q is lost", s)
			}
			return
		}
		e, err := parse(o)
		if err != nil || e.text != cleaned(s, maxID) || utf8.RuneCountInString(e.text) > maxID {
			t.Fatalf("%q: %q, %v", s, o, err)
		}
	})
}

func BenchmarkPacs002(b *testing.B) {
	i := spoor.Instruction{References: oneRefs, Message: oneHeader().Original}
	d := spoor.Decision{Entry: 77, Outcome: spoor.Block, Reasons: []spoor.Reason{{Code: "AC06"}}}
	h := oneHeader()
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		answers := [1]Answer{Of(&i, &d)}
		dst = AppendPacs002(dst[:0], h, answers[:])
	}
	b.SetBytes(int64(len(dst)))
}

func BenchmarkCamt029(b *testing.B) {
	answers, h := []RecallAnswer{oneRecall()}, oneHeader()
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendCamt029(dst[:0], h, answers)
	}
	b.SetBytes(int64(len(dst)))
}
