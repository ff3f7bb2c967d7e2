package status

import (
	"bytes"

	"spoor"
)

// narrative is the reason of a refusal that only words tell: NARR.
const narrative = "NARR"

// AppendCamt029 appends a camt.029.001.09 with answers to recalls.
func AppendCamt029(dst []byte, h Header, answers []RecallAnswer) []byte {
	o := out(dst)
	o.raw(namespace)
	o.raw(`camt.029.001.09"><RsltnOfInvstgtn><Assgnmt>`)
	o.required("Id", h.ID)
	o.party("Assgnr", h.From)
	o.party("Assgne", h.To)
	o.instant("CreDtTm", h.Created)
	o.raw("</Assgnmt><Sts>")
	o.element("Conf", confirmation(answers), 4)
	o.raw("</Sts>")
	for i := range answers {
		a := &answers[i]
		o.raw("<CxlDtls>")
		if a.References == (spoor.References{}) {
			o.wholeMessage(a)
		} else {
			o.cancellation(a)
		}
		o.raw("</CxlDtls>")
	}
	o.raw("</RsltnOfInvstgtn></Document>\n")
	return o
}

// confirmation is what became of all recalls together: PECR where some were
// cancelled and some were not.
func confirmation(answers []RecallAnswer) string {
	var counts [numRecallStates]int
	for i := range answers {
		counts[answers[i].State.known()]++
	}
	switch {
	case counts[Cancelled] == len(answers) && len(answers) > 0:
		return Cancelled.String()
	case counts[Cancelled] > 0:
		return "PECR"
	case counts[RecallPending] > 0:
		return RecallPending.String()
	}
	return RecallRejected.String()
}

// party writes a bank where a party or a bank may stand.
func (o *out) party(name, bic string) {
	o.open(name)
	o.raw("<Agt>")
	o.bank(bic)
	o.raw("</Agt>")
	o.close(name)
}

// wholeMessage answers the recall of all payments of a message.
func (o *out) wholeMessage(a *RecallAnswer) {
	o.raw("<OrgnlGrpInfAndSts>")
	o.element("OrgnlGrpCxlId", a.Recall.ID, maxID)
	o.original(&a.Original)
	o.element("GrpCxlSts", cancellations[a.State.known()], 4)
	o.because(a)
	o.raw("</OrgnlGrpInfAndSts>")
}

// cancellation answers the recall of one payment.
func (o *out) cancellation(a *RecallAnswer) {
	o.raw("<TxInfAndSts>")
	o.element("CxlStsId", a.AnswerID, maxID)
	start := len(*o)
	o.raw("<RslvdCase>")
	from := len(*o)
	if o.element("Id", a.Recall.ID, maxID); len(*o) > from {
		o.party("Cretr", a.Message.Sender)
		o.raw("</RslvdCase>")
	} else {
		*o = (*o)[:start]
	}
	if a.Original.ID != "" {
		o.raw("<OrgnlGrpInf>")
		o.original(&a.Original)
		o.raw("</OrgnlGrpInf>")
	}
	o.references(&a.References)
	o.element("TxCxlSts", cancellations[a.State.known()], 4)
	o.because(a)
	o.amount("OrgnlIntrBkSttlmAmt", a.Amount)
	o.raw("</TxInfAndSts>")
}

func (o *out) because(a *RecallAnswer) {
	otherwise := ""
	if a.State.known() == RecallRejected {
		otherwise = narrative
	}
	o.reason("CxlStsRsnInf", a.Because, otherwise)
}

// amount writes an amount, unless the schemas have no room for it: 18 digits,
// 5 of them decimals.
func (o *out) amount(name string, m spoor.Money) {
	if m.Currency == spoor.XXX || m.Amount < 0 {
		return
	}
	var space [32]byte
	text := m.AppendDecimal(space[:0])
	dot := bytes.IndexByte(text, '.')
	for len(text)-dot-1 > m.Currency.Decimals() && text[len(text)-1] == '0' {
		text = text[:len(text)-1]
	}
	text = bytes.TrimSuffix(text, []byte("."))
	if decimals := max(0, len(text)-dot-1); decimals > 5 || len(text) > 19 || decimals == 0 && len(text) > 18 {
		return
	}
	o.raw("<" + name + ` Ccy="`)
	o.raw(m.Currency.String())
	o.raw(`">`)
	*o = append(*o, text...)
	o.close(name)
}
