package iso20022

import "spoor/format/xmlscan"

// level is where in a message a field stands: what a transaction does not say
// itself is said for it above.
type level uint8

const (
	lvlMessage level = iota // the message with its group header
	lvlGroup                // payment information, statement, report, notification
	lvlEntry                // statement entry
	lvlTx                   // transaction
	numLevels
)

// field is one thing that the mapping uses, whatever the message calls it.
type field uint8

const (
	fSelf    field = iota // the level's own element
	fRefused              // a message that is not read

	fUETR
	fTxID
	fEndToEndID
	fInstrID
	fServicerRef
	fEntryRef

	fAmount // what was settled or booked; its currency is the next field
	fAmountCcy
	fInstructed
	fInstructedCcy
	fEquivalent
	fEquivalentCcy

	fAccepted   // date-time
	fCreated    // date-time
	fSettled    // date
	fDue        // date or date-time: requested execution
	fBooked     // date or date-time
	fValue      // date or date-time
	fTxDateTime // date-time

	fServiceLevel
	fInstrument
	fMethod // settlement method, payment method
	fIntermediary
	fFamily
	fSubFamily

	fDirection
	fReversal
	fStatus

	fUstrd
	fStrd
	fInfo

	fDebtor
	fCreditor = fDebtor + partyFields
	fOwn      = fCreditor + partyFields // the statement's account
	numFields = fOwn + partyFields
)

// The fields of a party, its account and its agent, after the party's first.
const (
	fName field = iota
	fCountry
	fResidence
	fIBAN
	fOther
	fProxy
	fBIC
	fMember
	fAgentCountry
	partyFields
)

// place is where a field stands in the messages.
type place struct {
	path  string
	level level
	field field
}

// places is all that is read, and tree the same as a tree; the id in the tree
// is the index in places and one.
var places, tree = func() ([]place, *xmlscan.Tree) {
	p := []place{{"Document/*", lvlMessage, fRefused}}
	p = append(p, pacs008("Document/FIToFICstmrCdtTrf")...)
	p = append(p, pain001("Document/CstmrCdtTrfInitn")...)
	p = append(p, camt("Document/BkToCstmrAcctRpt", "/Rpt")...)
	p = append(p, camt("Document/BkToCstmrStmt", "/Stmt")...)
	p = append(p, camt("Document/BkToCstmrDbtCdtNtfctn", "/Ntfctn")...)
	t := new(xmlscan.Tree)
	for i, place := range p {
		t.Add(place.path, i+1)
	}
	return p, t
}()

func pacs008(m string) []place {
	tx := m + "/CdtTrfTxInf"
	p := []place{
		{m, lvlMessage, fSelf},
		{m + "/GrpHdr/CreDtTm", lvlMessage, fCreated},
		{m + "/GrpHdr/IntrBkSttlmDt", lvlMessage, fSettled},
		{m + "/GrpHdr/SttlmInf/SttlmMtd", lvlMessage, fMethod},
		{tx, lvlTx, fSelf},
		{tx + "/PmtId/TxId", lvlTx, fTxID},
		{tx + "/IntrBkSttlmAmt", lvlTx, fAmount},
		{tx + "/IntrBkSttlmDt", lvlTx, fSettled},
		{tx + "/AccptncDtTm", lvlTx, fAccepted},
		{tx + "/InstdAmt", lvlTx, fInstructed},
	}
	p = append(p, service(m+"/GrpHdr", lvlMessage)...)
	p = append(p, transaction(tx)...)
	p = append(p, party(tx, "/Dbtr", lvlTx, fDebtor)...)
	return append(p, party(tx, "/Cdtr", lvlTx, fCreditor)...)
}

func pain001(m string) []place {
	group, tx := m+"/PmtInf", m+"/PmtInf/CdtTrfTxInf"
	p := []place{
		{m, lvlMessage, fSelf},
		{m + "/GrpHdr/CreDtTm", lvlMessage, fCreated},
		{group, lvlGroup, fSelf},
		{group + "/PmtMtd", lvlGroup, fMethod},
		{group + "/ReqdExctnDt", lvlGroup, fDue}, // to version 07
		{group + "/ReqdExctnDt/Dt", lvlGroup, fDue},
		{group + "/ReqdExctnDt/DtTm", lvlGroup, fDue},
		{tx, lvlTx, fSelf},
		{tx + "/Amt/InstdAmt", lvlTx, fInstructed},
		{tx + "/Amt/EqvtAmt/Amt", lvlTx, fEquivalent},
	}
	p = append(p, service(group, lvlGroup)...)
	p = append(p, transaction(tx)...)
	p = append(p, party(group, "/Dbtr", lvlGroup, fDebtor)...)
	return append(p, party(tx, "/Cdtr", lvlTx, fCreditor)...)
}

// transaction is what credit transfers share.
func transaction(tx string) []place {
	p := []place{
		{tx + "/PmtId/InstrId", lvlTx, fInstrID},
		{tx + "/PmtId/EndToEndId", lvlTx, fEndToEndID},
		{tx + "/PmtId/UETR", lvlTx, fUETR},
		{tx + "/IntrmyAgt1", lvlTx, fIntermediary},
	}
	p = append(p, service(tx, lvlTx)...)
	return append(p, remittance(tx)...)
}

func service(at string, l level) []place {
	return []place{
		{at + "/PmtTpInf/SvcLvl/Cd", l, fServiceLevel},
		{at + "/PmtTpInf/LclInstrm/Cd", l, fInstrument},
	}
}

func remittance(tx string) []place {
	return []place{
		{tx + "/RmtInf/Ustrd", lvlTx, fUstrd},
		{tx + "/RmtInf/Strd/CdtrRefInf/Ref", lvlTx, fStrd},
		{tx + "/RmtInf/Strd/RfrdDocInf/Nb", lvlTx, fStrd},
	}
}

// party is a party with its account and agent beside it, as in Dbtr, DbtrAcct
// and DbtrAgt.
func party(at, name string, l level, first field) []place {
	p := person(at+name, l, first)
	p = append(p, account(at+name+"Acct", l, first)...)
	return append(p, agent(at+name+"Agt", l, first)...)
}

func person(at string, l level, first field) []place {
	return []place{
		{at + "/Nm", l, first + fName},
		{at + "/PstlAdr/Ctry", l, first + fCountry},
		{at + "/CtryOfRes", l, first + fResidence},
	}
}

func account(at string, l level, first field) []place {
	return []place{
		{at + "/Id/IBAN", l, first + fIBAN},
		{at + "/Id/Othr/Id", l, first + fOther},
		{at + "/Prxy/Id", l, first + fProxy},
	}
}

func agent(at string, l level, first field) []place {
	at += "/FinInstnId"
	return []place{
		{at + "/BICFI", l, first + fBIC},
		{at + "/BIC", l, first + fBIC}, // before BICFI
		{at + "/ClrSysMmbId/MmbId", l, first + fMember},
		{at + "/PstlAdr/Ctry", l, first + fAgentCountry},
	}
}

func camt(m, group string) []place {
	group = m + group
	entry := group + "/Ntry"
	p := []place{
		{m, lvlMessage, fSelf},
		{m + "/GrpHdr/CreDtTm", lvlMessage, fCreated},
		{group, lvlGroup, fSelf},
		{group + "/CreDtTm", lvlGroup, fCreated},
		{entry, lvlEntry, fSelf},
		{entry + "/NtryRef", lvlEntry, fEntryRef},
		{entry + "/Amt", lvlEntry, fAmount},
		{entry + "/CdtDbtInd", lvlEntry, fDirection},
		{entry + "/RvslInd", lvlEntry, fReversal},
		{entry + "/Sts", lvlEntry, fStatus}, // to version 07
		{entry + "/Sts/Cd", lvlEntry, fStatus},
		{entry + "/BookgDt/Dt", lvlEntry, fBooked},
		{entry + "/BookgDt/DtTm", lvlEntry, fBooked},
		{entry + "/ValDt/Dt", lvlEntry, fValue},
		{entry + "/ValDt/DtTm", lvlEntry, fValue},
		{entry + "/AcctSvcrRef", lvlEntry, fServicerRef},
		{entry + "/AmtDtls/InstdAmt/Amt", lvlEntry, fInstructed},
		{entry + "/AddtlNtryInf", lvlEntry, fInfo},
	}
	p = append(p, person(group+"/Acct/Ownr", lvlGroup, fOwn)...)
	p = append(p, account(group+"/Acct", lvlGroup, fOwn)...)
	p = append(p, agent(group+"/Acct/Svcr", lvlGroup, fOwn)...)
	p = append(p, bankCode(entry, lvlEntry)...)
	return append(p, details(entry+"/NtryDtls/TxDtls")...)
}

func details(tx string) []place {
	p := []place{
		{tx, lvlTx, fSelf},
		{tx + "/Refs/UETR", lvlTx, fUETR},
		{tx + "/Refs/TxId", lvlTx, fTxID},
		{tx + "/Refs/EndToEndId", lvlTx, fEndToEndID},
		{tx + "/Refs/InstrId", lvlTx, fInstrID},
		{tx + "/Refs/AcctSvcrRef", lvlTx, fServicerRef},
		{tx + "/Amt", lvlTx, fAmount},
		{tx + "/AmtDtls/TxAmt/Amt", lvlTx, fEquivalent}, // the amount to version 03
		{tx + "/AmtDtls/InstdAmt/Amt", lvlTx, fInstructed},
		{tx + "/CdtDbtInd", lvlTx, fDirection},
		{tx + "/RltdDts/AccptncDtTm", lvlTx, fAccepted},
		{tx + "/RltdDts/TxDtTm", lvlTx, fTxDateTime},
		{tx + "/AddtlTxInf", lvlTx, fInfo},
	}
	p = append(p, bankCode(tx, lvlTx)...)
	p = append(p, remittance(tx)...)
	p = append(p, related(tx, "/Dbtr", fDebtor)...)
	return append(p, related(tx, "/Cdtr", fCreditor)...)
}

func related(tx, name string, first field) []place {
	p := person(tx+"/RltdPties"+name, lvlTx, first) // to version 06
	p = append(p, person(tx+"/RltdPties"+name+"/Pty", lvlTx, first)...)
	p = append(p, account(tx+"/RltdPties"+name+"Acct", lvlTx, first)...)
	return append(p, agent(tx+"/RltdAgts"+name+"Agt", lvlTx, first)...)
}

func bankCode(at string, l level) []place {
	return []place{
		{at + "/BkTxCd/Domn/Fmly/Cd", l, fFamily},
		{at + "/BkTxCd/Domn/Fmly/SubFmlyCd", l, fSubFamily},
	}
}
