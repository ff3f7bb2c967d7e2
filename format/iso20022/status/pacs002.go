package status

import "strconv"

// unspecified is the reason of a refusal whose ground nobody told: MS03,
// reason not specified by the agent.
const unspecified = "MS03"

// AppendPacs002 appends a pacs.002 with answers to payments.
func AppendPacs002(dst []byte, h Header, answers []Answer) []byte {
	o := out(dst)
	o.raw(namespace)
	if h.Version == Pacs002V12 {
		o.raw(`pacs.002.001.12"><FIToFIPmtStsRpt><GrpHdr>`)
	} else {
		o.raw(`pacs.002.001.10"><FIToFIPmtStsRpt><GrpHdr>`)
	}
	o.required("MsgId", h.ID)
	o.instant("CreDtTm", h.Created)
	o.agent("InstgAgt", h.From)
	o.agent("InstdAgt", h.To)
	o.raw("</GrpHdr>")
	if h.Original.ID != "" || h.Refused != nil {
		o.group(&h, answers)
	}
	for i := range answers {
		o.answer(&h, &answers[i])
	}
	o.raw("</FIToFIPmtStsRpt></Document>\n")
	return o
}

// group writes what becomes of the original message.
func (o *out) group(h *Header, answers []Answer) {
	var counts [numStates]int
	for i := range answers {
		counts[answers[i].State.known()]++
	}
	o.raw("<OrgnlGrpInfAndSts>")
	o.original(&h.Original)
	if h.Transactions > 0 {
		o.element("OrgnlNbOfTxs", strconv.Itoa(h.Transactions), 15)
	}
	switch {
	case h.Refused != nil:
		o.element("GrpSts", Rejected.String(), 4)
		o.reason("StsRsnInf", *h.Refused, unspecified)
	case h.Transactions == len(answers):
		o.element("GrpSts", groupStatus(counts), 4)
		o.counts(counts, len(answers))
	}
	o.raw("</OrgnlGrpInfAndSts>")
}

// groupStatus is the state that all share; PART where some are accepted and
// some are not. For any other mixture the standard has no word.
func groupStatus(counts [numStates]int) string {
	kinds, last := 0, Accepted
	for s, n := range counts {
		if n > 0 {
			kinds, last = kinds+1, State(s)
		}
	}
	switch {
	case kinds == 1:
		return last.String()
	case counts[Accepted] > 0:
		return "PART"
	}
	return ""
}

// counts writes how many transactions have each state, where they differ.
func (o *out) counts(counts [numStates]int, all int) {
	for s, n := range counts {
		if n > 0 && n < all {
			o.raw("<NbOfTxsPerSts>")
			o.element("DtldNbOfTxs", strconv.Itoa(n), 15)
			o.element("DtldSts", State(s).String(), 4)
			o.raw("</NbOfTxsPerSts>")
		}
	}
}

func (o *out) answer(h *Header, a *Answer) {
	o.raw("<TxInfAndSts>")
	o.element("StsId", a.ID, maxID)
	if h.Original.ID == "" && h.Refused == nil && a.Original.ID != "" {
		o.raw("<OrgnlGrpInf>")
		o.original(&a.Original)
		o.raw("</OrgnlGrpInf>")
	}
	o.references(&a.References)
	o.element("TxSts", a.State.String(), 4)
	otherwise := ""
	if a.State.known() == Rejected {
		otherwise = unspecified
	}
	o.reason("StsRsnInf", a.Reason, otherwise)
	o.known("AccptncDtTm", a.Accepted)
	o.raw("</TxInfAndSts>")
}
