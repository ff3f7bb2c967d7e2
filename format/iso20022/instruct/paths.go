package instruct

import (
	"strings"

	"spoor/format/iso20022"
	"spoor/format/xmlscan"
)

// level is where in a message a value stands: what a transaction does not say
// itself is said for it above.
type level uint8

const (
	lvlHeader level = iota // group header, assignment, business application header
	lvlGroup               // payment information (pain.001), one original message (camt.056)
	lvlTx
	numLevels
)

// what an element means.
type what uint8

const (
	aText what = iota
	aDocument
	aForeign // a message of another kind
	aMessage
	aHeader
	aGroup
	aTransaction
	aParty  // one thing that is said of a party
	aVia    // an intermediary agent
	aTrader // who sent or got an invoice
)

// field is a value that a level has once. A currency follows its amount.
type field uint8

const (
	fMsgID field = iota
	fCreated
	fCount
	fSum
	fFrom       // BIC of the application header's sender
	fSender     // BIC of a camt.056's assigner
	fDefinition // MsgDefIdr
	fUETR
	fTxID
	fEndToEndID
	fInstrID
	fReturnID
	fAmount
	fAmountCcy
	fInstructed
	fInstructedCcy
	fEquivalent
	fEquivalentCcy
	fAccepted
	fSettled
	fDue
	fServiceLevel
	fInstrument
	fMethod
	fUstrd
	fStrd
	fCancelID
	fCaseID
	fReason
	fWholeGroup
	fOriginalID
	fOriginalKind
	fOriginalCreated
	numFields
)

// slot is a part that a party can play in a level.
type slot uint8

const (
	sDebtor slot = iota
	sCreditor
	sUltimateDebtor
	sUltimateCreditor
	sInitiator
	sDebtorAgent
	sCreditorAgent
	sIntermediary // and two more
	sPrevious     = sIntermediary + 3
	sReimbursed   = sPrevious + 3
	numParts      = sReimbursed + 3

	// A return names the parties of its own chain, those of the original
	// payment, and those of the customers' payment that this one covered.
	sOriginal    = numParts
	sUnderlying  = 2 * numParts
	sInstructing = 3 * numParts
	sInstructed  = sInstructing + 1
	numSlots     = sInstructed + 1
)

// check is what a value must be.
type check uint8

const (
	anyText check = iota // at most maxText characters
	anID                 // at most maxID characters, none of them for control
	aName                // at most maxName characters
	aBIC
	anIBAN
	money
)

// rules of the fields that are not just a text which is there once.
var rules = [numFields]struct {
	check check
	join  string // between repetitions
	first bool   // of repetitions the first counts
}{
	fMsgID: {check: anID}, fTxID: {check: anID}, fEndToEndID: {check: anID}, fInstrID: {check: anID}, fReturnID: {check: anID},
	fCancelID: {check: anID}, fCaseID: {check: anID}, fOriginalID: {check: anID}, fOriginalKind: {check: anID},
	fReason: {check: anID, first: true}, fFrom: {check: aBIC}, fSender: {check: aBIC},
	fAmount: {check: money}, fInstructed: {check: money}, fEquivalent: {check: money},
	fServiceLevel: {join: " "}, fUstrd: {join: " "}, fStrd: {join: " "},
}

// place is where a value stands in the messages.
type place struct {
	path   string
	level  level
	what   what
	field  field
	slot   slot
	of     iso20022.PartyField
	check  check
	join   string // between repetitions; where it is empty there may be none
	first  bool   // of repetitions the first counts
	family family
}

// name is the path without the document and the message, as in problems.
func (p *place) name() string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(p.path, "Document/"), "/")
	return rest
}

// places is all that is read, and tree the same as a tree; the id in the tree
// is the index in places and one.
var places, tree = func() ([]place, *xmlscan.Tree) {
	var m list
	m.add(place{path: "Document", what: aDocument}, place{path: "Document/*", what: aForeign})
	m.fields("AppHdr", lvlHeader, []fieldAt{{"/MsgDefIdr", fDefinition}, {"/Fr/FIId/FinInstnId/BICFI", fFrom}, {"/Fr/OrgId/Id/OrgId/AnyBIC", fFrom}})
	m.transfers()
	m.initiations()
	m.returns()
	m.recalls()
	t := new(xmlscan.Tree)
	for i, p := range m {
		t.Add(p.path, i+1)
	}
	return m, t
}()

type fieldAt struct {
	path  string
	field field
}

// list collects places.
type list []place

func (m *list) add(p ...place) { *m = append(*m, p...) }

// fields adds values at one level, by their paths below another.
func (m *list) fields(at string, l level, fields []fieldAt) {
	for _, f := range fields {
		rule := rules[f.field]
		m.add(place{path: at + f.path, level: l, field: f.field, check: rule.check, join: rule.join, first: rule.first})
	}
}

// message adds what all messages have, and gives its path.
func (m *list) message(f family, group string) string {
	is := families[f]
	at := "Document/" + is.element
	m.add(place{path: at, what: aMessage, family: f}, place{path: at + "/" + is.header, what: aHeader}, place{path: at + "/" + is.tx, level: lvlTx, what: aTransaction})
	if group != "" {
		m.add(place{path: at + group, level: lvlGroup, what: aGroup})
	}
	m.fields(at, lvlHeader, []fieldAt{
		{"/" + is.header + "/" + is.id, fMsgID}, {"/" + is.header + "/CreDtTm", fCreated},
		{"/" + is.control + "/NbOfTxs", fCount}, {"/" + is.control + "/CtrlSum", fSum},
	})
	return at
}

func (m *list) transfers() {
	at := m.message(transfer, "")
	header, tx := at+"/GrpHdr", at+"/CdtTrfTxInf"
	m.settlement(header)
	m.service(header, lvlHeader)
	m.fields(tx, lvlTx, []fieldAt{
		{"/PmtId/TxId", fTxID}, {"/IntrBkSttlmAmt", fAmount}, {"/InstdAmt", fInstructed},
		{"/IntrBkSttlmDt", fSettled}, {"/AccptncDtTm", fAccepted},
	})
	m.holder(tx+"/Dbtr", lvlTx, sDebtor)
	m.agents(tx, lvlTx, sDebtorAgent, "/DbtrAgt")
	m.creditTransfer(tx)
	m.agents(tx, lvlTx, sInstructing, "/InstgAgt", "/InstdAgt")
	m.party(tx+"/InitgPty", lvlTx, sInitiator)
	m.agents(tx, lvlTx, sPrevious, "/PrvsInstgAgt1", "/PrvsInstgAgt2", "/PrvsInstgAgt3")
	m.agents(tx, lvlTx, sPrevious, "/PrvsInstgAgt") // before there were several
}

func (m *list) initiations() {
	at := m.message(initiation, "/PmtInf")
	header, group, tx := at+"/GrpHdr", at+"/PmtInf", at+"/PmtInf/CdtTrfTxInf"
	m.party(header+"/InitgPty", lvlHeader, sInitiator)
	m.agents(header, lvlHeader, sInstructing, "/FwdgAgt")
	m.service(group, lvlGroup)
	m.fields(group, lvlGroup, []fieldAt{
		{"/PmtMtd", fMethod}, {"/ReqdExctnDt", fDue}, {"/ReqdExctnDt/Dt", fDue}, {"/ReqdExctnDt/DtTm", fDue}, // the first to version 07
	})
	m.holder(group+"/Dbtr", lvlGroup, sDebtor)
	m.agents(group, lvlGroup, sDebtorAgent, "/DbtrAgt")
	m.party(group+"/UltmtDbtr", lvlGroup, sUltimateDebtor)
	m.fields(tx, lvlTx, []fieldAt{{"/Amt/InstdAmt", fInstructed}, {"/Amt/EqvtAmt/Amt", fEquivalent}})
	m.creditTransfer(tx)
}

// creditTransfer is what the transactions of both share. What is commonest is
// added first, since it is looked for in this order.
func (m *list) creditTransfer(tx string) {
	m.fields(tx+"/PmtId", lvlTx, []fieldAt{{"/InstrId", fInstrID}, {"/EndToEndId", fEndToEndID}, {"/UETR", fUETR}})
	m.service(tx, lvlTx)
	m.remittance(tx, 0)
	m.agents(tx, lvlTx, sCreditorAgent, "/CdtrAgt")
	m.holder(tx+"/Cdtr", lvlTx, sCreditor)
	m.add(place{path: tx + "/IntrmyAgt1", level: lvlTx, what: aVia})
	m.agents(tx, lvlTx, sIntermediary, "/IntrmyAgt1", "/IntrmyAgt2", "/IntrmyAgt3")
	m.party(tx+"/UltmtDbtr", lvlTx, sUltimateDebtor)
	m.party(tx+"/UltmtCdtr", lvlTx, sUltimateCreditor)
}

func (m *list) returns() {
	at := m.message(giveBack, "")
	header, tx, original := at+"/GrpHdr", at+"/TxInf", at+"/TxInf/OrgnlTxRef"
	m.settlement(header)
	m.original(tx)
	m.fields(tx, lvlTx, []fieldAt{
		{"/RtrId", fReturnID}, {"/RtrdIntrBkSttlmAmt", fAmount}, {"/RtrdInstdAmt", fInstructed}, {"/IntrBkSttlmDt", fSettled},
	})
	m.agents(tx, lvlTx, sInstructing, "/InstgAgt", "/InstdAgt")
	m.add(place{path: tx + "/RtrChain/IntrmyAgt1", level: lvlTx, what: aVia})
	m.service(original, lvlTx)
	m.remittance(original, sOriginal)
	m.chain(tx+"/RtrChain", 0)
	m.chain(original, sOriginal)
	m.chain(original+"/UndrlygCstmrCdtTrf", sUnderlying)
}

// chain is everyone through whom a payment goes.
func (m *list) chain(at string, set slot) {
	m.holder(at+"/Dbtr", lvlTx, set+sDebtor)
	m.holder(at+"/Cdtr", lvlTx, set+sCreditor)
	m.either(at+"/UltmtDbtr", lvlTx, set+sUltimateDebtor)
	m.either(at+"/UltmtCdtr", lvlTx, set+sUltimateCreditor)
	m.agents(at, lvlTx, set+sDebtorAgent, "/DbtrAgt", "/CdtrAgt")
	if set == sOriginal {
		return
	}
	m.either(at+"/InitgPty", lvlTx, set+sInitiator)
	m.agents(at, lvlTx, set+sIntermediary, "/IntrmyAgt1", "/IntrmyAgt2", "/IntrmyAgt3", "/PrvsInstgAgt1", "/PrvsInstgAgt2", "/PrvsInstgAgt3")
}

func (m *list) recalls() {
	at := m.message(recall, "/Undrlyg")
	m.fields(at, lvlHeader, []fieldAt{
		{"/Assgnmt/Assgnr/Agt/FinInstnId/BICFI", fSender}, {"/Assgnmt/Assgnr/Agt/FinInstnId/BIC", fSender},
		{"/Assgnmt/Assgnr/Pty/Id/OrgId/AnyBIC", fSender}, {"/Assgnmt/Assgnr/Pty/Id/OrgId/BICOrBEI", fSender}, {"/Case/Id", fCaseID},
	})
	group, tx := at+"/Undrlyg/OrgnlGrpInfAndCxl", at+"/Undrlyg/TxInf"
	m.fields(group, lvlGroup, []fieldAt{{"/GrpCxlId", fCancelID}, {"/GrpCxl", fWholeGroup}})
	m.cancels(group, group, lvlGroup)
	m.original(tx)
	m.cancels(tx, tx+"/OrgnlGrpInf", lvlTx)
	m.fields(tx, lvlTx, []fieldAt{
		{"/CxlId", fCancelID}, {"/OrgnlIntrBkSttlmAmt", fAmount}, {"/OrgnlTxRef/IntrBkSttlmAmt", fEquivalent}, {"/OrgnlTxRef/Amt/InstdAmt", fInstructed},
	})
}

// cancels is why something is recalled, and the message that it came in.
func (m *list) cancels(at, message string, l level) {
	m.fields(at, l, []fieldAt{{"/Case/Id", fCaseID}, {"/CxlRsnInf/Rsn/Cd", fReason}, {"/CxlRsnInf/Rsn/Prtry", fReason}})
	m.fields(message, l, []fieldAt{{"/OrgnlMsgId", fOriginalID}, {"/OrgnlMsgNmId", fOriginalKind}, {"/OrgnlCreDtTm", fOriginalCreated}})
}

// original is the references of an original payment.
func (m *list) original(tx string) {
	m.fields(tx, lvlTx, []fieldAt{{"/OrgnlInstrId", fInstrID}, {"/OrgnlEndToEndId", fEndToEndID}, {"/OrgnlTxId", fTxID}, {"/OrgnlUETR", fUETR}})
}

// settlement is what headers between banks add.
func (m *list) settlement(at string) {
	m.fields(at, lvlHeader, []fieldAt{{"/IntrBkSttlmDt", fSettled}, {"/SttlmInf/SttlmMtd", fMethod}})
	m.agents(at, lvlHeader, sInstructing, "/InstgAgt", "/InstdAgt")
	m.agents(at+"/SttlmInf", lvlHeader, sReimbursed, "/InstgRmbrsmntAgt", "/InstdRmbrsmntAgt", "/ThrdRmbrsmntAgt")
}

func (m *list) service(at string, l level) {
	m.fields(at+"/PmtTpInf", l, []fieldAt{{"/SvcLvl/Cd", fServiceLevel}, {"/LclInstrm/Cd", fInstrument}})
}

// remittance is what is paid for; set is that of the parties to the payment.
func (m *list) remittance(at string, set slot) {
	for s, name := range map[slot]string{sUltimateCreditor: "/RmtInf/Strd/Invcr/Nm", sUltimateDebtor: "/RmtInf/Strd/Invcee/Nm"} {
		m.add(place{path: at + name, level: lvlTx, what: aTrader, slot: set + s, check: aName})
	}
	m.fields(at+"/RmtInf", lvlTx, []fieldAt{{"/Ustrd", fUstrd}, {"/Strd/CdtrRefInf/Ref", fStrd}, {"/Strd/RfrdDocInf/Nb", fStrd}})
}

// holder is a party with its account beside it, or an agent in its stead.
func (m *list) holder(at string, l level, s slot) {
	m.either(at, l, s)
	m.said(at+"Acct", l, s, iso20022.AccountPaths)
}

// either is a party, or a choice of party and agent.
func (m *list) either(at string, l level, s slot) {
	m.party(at, l, s)
	m.party(at+"/Pty", l, s)
	m.said(at+"/Agt", l, s, iso20022.AgentPaths)
}

// said adds what is said of a party.
func (m *list) said(at string, l level, s slot, paths []iso20022.PartyPath) {
	for _, p := range paths {
		add := place{path: at + p.Path, level: l, what: aParty, slot: s, of: p.Field}
		switch p.Field {
		case iso20022.PartyName, iso20022.PartyContact, iso20022.PartyAccountName:
			add.check = aName
		case iso20022.PartyBIC:
			add.check = aBIC
		case iso20022.PartyIBAN:
			add.check = anIBAN
		case iso20022.PartyAddress, iso20022.PartyBirthPlace:
			if add.join = ", "; strings.HasSuffix(p.Path, "/BldgNb") {
				add.join = " "
			}
		}
		m.add(add)
	}
}

func (m *list) party(at string, l level, s slot) { m.said(at, l, s, iso20022.PartyPaths) }

// agents are banks in neighbouring slots, with the accounts beside them.
func (m *list) agents(at string, l level, first slot, names ...string) {
	for i, name := range names {
		m.said(at+name, l, first+slot(i), iso20022.AgentPaths)
		m.said(at+name+"Acct", l, first+slot(i), iso20022.AccountPaths)
	}
}
