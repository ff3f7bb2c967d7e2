// Package iso20022 reads payments out of ISO 20022 messages: pacs.008 customer
// credit transfers between banks, pain.001 credit transfer initiations, and
// booked entries of camt.052 reports, camt.053 statements and camt.054
// notifications, in every version since 2009.
//
// A file may hold one message, a message with its business application header
// in any envelope, or several of either. Memory is bounded whatever the size of
// the file: by the limits of package xmlscan and [MaxRecord].
//
// # Credit transfers (pacs.008, pain.001)
//
// One payment for every CdtTrfTxInf.
//
//   - ID: UETR, else TxId, else EndToEndId unless NOTPROVIDED, else InstrId.
//   - Time: AccptncDtTm; else the settlement date (pacs.008 IntrBkSttlmDt,
//     pain.001 ReqdExctnDt), made precise by CreDtTm of the group header where
//     that falls on the same day; else CreDtTm. A date is its midnight, and a
//     time without zone is taken as UTC.
//   - From, To: IBAN in capitals without spaces; else Othr/Id, with the first
//     eight characters of the BIC, or the clearing member, of the party's agent as
//     bank; else the account's proxy; else the zero AccountID. Numbers are as
//     [Number] gives them, and one that is an IBAN by its form and its check
//     digits is that account, wherever it stands.
//   - FromCountry, ToCountry: of the IBAN, else of the agent's BIC, else of the
//     agent's or the party's postal address, else the country of residence.
//   - Paid: InstdAmt where there is one, else IntrBkSttlmAmt (pacs.008) or
//     EqvtAmt (pain.001). Received: IntrBkSttlmAmt, which is what the banks
//     settled; a pain.001 has only one amount, so that both are it.
//   - Purpose: every Ustrd, joined; else the references of Strd. Of very long
//     texts the first 4 KiB of whole lines are kept.
//   - Channel: Cheque where PmtMtd is CHK. CreditTransfer where a service level
//     is SEPA or the local instrument INST. Wire where there is an intermediary
//     agent, a gpi service level (G001, G002 ...), a settlement through
//     correspondents (SttlmMtd INDA, INGA, COVE), or where the two countries are
//     known and differ. Otherwise CreditTransfer.
//
// # Statements (camt.052, camt.053, camt.054)
//
// One payment for every TxDtls of a booked entry, with its own amount, and one
// for a booked entry without details. Balances and entries that are not booked
// are no payments.
//
//   - One end is the statement's account: To where CdtDbtInd is CRDT, else From.
//     The other end is the debtor or creditor of RltdPties, with its agent, and
//     the zero AccountID where the statement does not name its account.
//   - A reversal (RvslInd) runs against the original payment. CdtDbtInd tells
//     the direction of the reversing entry, but RltdPties are those of the
//     original: so the other end of a CRDT reversal is the creditor.
//   - ID: as above, then AcctSvcrRef; else AcctSvcrRef or NtryRef of the entry,
//     with "/2", "/3" for its further details.
//   - Time: BookgDt, else ValDt, made precise by TxDtTm or AccptncDtTm of the
//     same day, else CreDtTm.
//   - The amount on the statement's side is what was booked; on the other side
//     it is AmtDtls/InstdAmt where there is one.
//   - Purpose: as above, else AddtlTxInf or, without details, AddtlNtryInf.
//   - Channel by BkTxCd: family CNTR and subfamilies CDPT and CWDL are Cash,
//     CCRD and MCRD Card, ICHQ and RCHQ Cheque, IDDT and RDDT DirectDebit, the
//     credit transfer families CreditTransfer, or Wire for the cross-border
//     subfamilies XBCT and XICT. Otherwise unknown.
//
// Other messages give a problem that says so, and are passed over.
package iso20022

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"spoor"
	"spoor/format/text"
	"spoor/format/xmlscan"
)

// MaxRecord is how many bytes one transaction, or what an entry says before its
// details, may take.
const MaxRecord = 1 << 20

// Namespace begins the XML namespace of every message; the message's own name,
// such as pacs.008.001.08, follows.
const Namespace = "urn:iso:std:iso:20022:tech:xsd:"

// messages are the elements of the messages that are read.
var messages = []string{
	"FIToFICstmrCdtTrf", "CstmrCdtTrfInitn", "BkToCstmrAcctRpt", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn",
}

// Sniff reports whether a file that begins like head holds ISO 20022 messages,
// of whatever kind.
func Sniff(head []byte) bool {
	head, ok := xmlscan.Head(head)
	if !ok {
		return false
	}
	if bytes.Contains(head, []byte("http://www.w3.org/2001/XMLSchema\"")) {
		return false // the schema of a message, not a message
	}
	if bytes.Contains(head, []byte(Namespace)) {
		return true
	}
	for _, m := range messages {
		if i := bytes.Index(head, []byte(m)); i > 0 && (head[i-1] == '<' || head[i-1] == ':') {
			return true
		}
	}
	return false
}

// Reader reads payments from one file.
type Reader struct {
	scan   *xmlscan.Scanner
	levels [numLevels]fields
	text   xmlscan.Text

	currency spoor.Currency // that of the last amount, which
	code     string         // most often is that of the next

	kind   kind
	found  bool // there was a message
	record uint64
	line   int   // where the record begins
	from   int64 // offset where it begins

	details  int            // transactions of the entry so far
	pending  bool           // the first of them has no amount of its own
	deferred *spoor.Problem // to be given before the next element
}

// kind is what the current message is.
type kind uint8

const (
	settlement kind = iota // pacs.008
	initiation             // pain.001
	statement              // camt.052, camt.053, camt.054
)

// NewReader makes a reader; name is what problems call the file.
func NewReader(name string, src io.Reader) *Reader {
	return &Reader{scan: xmlscan.New(name, src, tree)}
}

// Read fills dst and returns how many payments it read. At the end it returns
// 0 and io.EOF. At a bad record it returns the payments before it and a
// *spoor.Problem; unless that is fatal, the next Read goes on after the record.
func (r *Reader) Read(dst []spoor.Payment) (int, error) {
	return text.Fill(dst, r.next)
}

// next handles one element and reports whether it completed a payment.
func (r *Reader) next(p *spoor.Payment) (bool, error) {
	if d := r.deferred; d != nil {
		r.deferred = nil
		return false, d
	}
	event, id, err := r.scan.Next()
	if err != nil {
		return false, r.end(err)
	}
	at := &places[id-1]
	switch {
	case event == xmlscan.Leaf && at.field > fRefused:
		r.value(at)
	case at.field == fSelf:
		if event != xmlscan.End {
			r.begin(at.level)
		}
		if event != xmlscan.Start { // a Leaf is an empty element, both at once
			return r.finish(p, at.level)
		}
	case event == xmlscan.Start && at.field == fIntermediary:
		r.levels[at.level].at[fIntermediary] = present
	case event != xmlscan.End && at.field == fRefused:
		r.found = true
		return false, r.refuse()
	}
	return false, nil
}

// present marks an element that is there and whose content does not matter.
var present = span{0, 1}

// end says what the end of the scan means to a reader of messages.
func (r *Reader) end(err error) error {
	if err != io.EOF || r.found {
		return err
	}
	p := r.scan.Problem("Document", "there is no ISO 20022 message in the file")
	p.Line, p.Fatal = 0, true
	return p
}

// unread are messages about payments that are not read.
var unread = []string{
	"FIToFICstmrDrctDbt", "PmtRtr", "FIToFIPmtRvsl", "FICdtTrf", "FIDrctDbt", "CstmrDrctDbtInitn", "CstmrPmtRvsl",
}

// refuse says why a message is not read.
func (r *Reader) refuse() *spoor.Problem {
	name := string(r.scan.Name())
	reason := "the message carries no payments"
	if slices.Contains(unread, name) {
		reason = "this kind of message is not read"
	}
	return r.scan.Problem("Document/"+name, reason+": Spoor reads pacs.008, pain.001, camt.052, camt.053 and camt.054")
}

// begin starts a level.
func (r *Reader) begin(l level) {
	switch l {
	case lvlMessage:
		r.found = true
		switch name := r.scan.Name(); string(name) {
		case messages[0]:
			r.kind = settlement
		case messages[1]:
			r.kind = initiation
		default:
			r.kind = statement
		}
		r.levels[lvlGroup].reset()
		r.levels[lvlEntry].reset()
	case lvlEntry:
		r.details, r.pending = 0, false
		r.mark()
	case lvlTx:
		if r.pending { // the first of several needs its own amount
			r.pending = false
			r.deferred = r.problem(errNoShare)
		}
		r.details++
		r.mark()
	}
	r.levels[l].reset()
}

var errNoShare = &fault{"NtryDtls/TxDtls/Amt", "missing, and the entry has several transactions"}

func (r *Reader) mark() { r.line, r.from = r.scan.Line(), r.scan.Offset() }

// finish ends a level; that of a transaction or an entry can give a payment.
func (r *Reader) finish(p *spoor.Payment, l level) (bool, error) {
	entry, tx := &r.levels[lvlEntry], &r.levels[lvlTx]
	switch {
	case l == lvlTx && r.kind != statement:
		return r.complete(p, r.transfer)
	case l == lvlTx && booked(entry):
		if r.details == 1 && tx.wrong == nil && len(tx.get(fAmount))+len(tx.get(fEquivalent)) == 0 {
			r.pending = true // the entry's amount is its, unless another follows
			return false, nil
		}
		return r.complete(p, r.booking)
	case l == lvlEntry && len(entry.get(fStatus)) == 0 && entry.wrong == nil:
		return false, r.problem(&fault{"Ntry/Sts", "missing: it says whether the entry is booked"})
	case l == lvlEntry && booked(entry) && (r.details == 0 || r.pending):
		if r.details == 0 {
			tx.reset()
		}
		r.pending = false
		return r.complete(p, r.booking)
	}
	return false, nil
}

// booked reports whether an entry is one. An entry with something wrong counts
// as booked, so that it is reported.
func booked(entry *fields) bool {
	return string(entry.get(fStatus)) == "BOOK" || entry.wrong != nil
}

// complete makes the payment, unless something is wrong with the record.
func (r *Reader) complete(p *spoor.Payment, build func(*spoor.Payment) *fault) (bool, error) {
	for l := range r.levels {
		if f := r.levels[l].wrong; f != nil {
			return false, r.problem(f)
		}
	}
	*p = spoor.Payment{Record: r.record + 1}
	if f := build(p); f != nil {
		return false, r.problem(f)
	}
	r.record++
	return true, nil
}

// problem counts a record that gives no payment and says why.
func (r *Reader) problem(f *fault) *spoor.Problem {
	r.record++
	p := r.scan.Problem(f.field, f.reason)
	p.Line, p.Record = r.line, r.record
	return p
}

// value keeps the text of an element, and the currency of an amount.
func (r *Reader) value(at *place) {
	f := &r.levels[at.level]
	if f.wrong != nil {
		return
	}
	if at.level >= lvlEntry && r.scan.Offset()-r.from > MaxRecord {
		f.wrong = faultf(inRecord(at.path), "the record is longer than %d bytes", MaxRecord)
		return
	}
	from, ok := f.open(at.field)
	if !ok {
		return
	}
	var err error
	f.buf, err = r.scan.AppendText(f.buf)
	f.close(at.field, from)
	if err == nil && money(at.field) {
		from = len(f.buf)
		f.buf, err = r.scan.AppendAttr(f.buf, "Ccy")
		f.close(at.field+1, from)
	}
	if err != nil {
		f.wrong = &fault{inRecord(at.path), err.Error()}
	}
}

// inRecord is a path without the document and the message.
func inRecord(path string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "Document/"), "/")
	return rest
}

// money tells the fields that have their currency in the next one.
func money(k field) bool { return k == fAmount || k == fInstructed || k == fEquivalent }
