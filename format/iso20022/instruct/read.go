package instruct

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"spoor"
	"spoor/format/iso20022"
	"spoor/format/iso20022/instruct/internal/fingerprint"
	"spoor/format/iso20022/instruct/internal/people"
	"spoor/format/iso20022/instruct/internal/structure"
	"spoor/format/xmlscan"
)

// Limits bound what one message may ask. The zero value is the default.
type Limits struct {
	Transactions int // most in one message; 0 is DefaultTransactions
}

// DefaultTransactions is how many transactions a message may have by default.
const DefaultTransactions = 10_000

// Batch is what one message asks for.
type Batch struct {
	Message spoor.Message
	// Instructions and Recalls are empty where a problem is about the message
	// itself (Record 0): nothing is decided of a message that is refused.
	Instructions []spoor.Instruction
	Recalls      []spoor.Recall
	// Transactions is how many the message has, with those that are refused.
	Transactions int
	Problems     []*Problem
}

// Problem is what is wrong with a transaction, or with the message itself, and
// how to refuse it.
type Problem struct {
	spoor.Problem           // Record is the transaction's number in the message, from 1; 0 for the message
	spoor.References        // of the transaction, as far as they could be read
	Code             string // ISO 20022 external status reason, for pacs.002: AM12, RC01, FF01 ...
}

// fault is what is wrong with a field, and the code to refuse it with.
type fault struct{ field, reason, code string }

// ISO 20022 external status reason codes.
const (
	badFile      = "FF01" // InvalidFileFormat
	badAmount    = "AM12" // InvalidAmount
	noAmount     = "AM01" // ZeroAmount
	badCurrency  = "AM11" // InvalidTransactionCurrency
	badCount     = "AM18" // InvalidNumberOfTransactions
	badSum       = "AM10" // InvalidControlSum
	badDate      = "DT01" // InvalidDate
	badAccount   = "AC01" // IncorrectAccountNumber
	badAgent     = "RC01" // BankIdentifierIncorrect
	badDuplicate = "AM05" // Duplication
)

// family is a kind of message, whatever its version.
type family uint8

const (
	transfer   family = iota + 1 // pacs.008
	initiation                   // pain.001
	giveBack                     // pacs.004
	recall                       // camt.056
)

// families gives their names, the elements of message and transaction, and
// those of the header's id and of the stated number and sum.
var families = [...]struct{ name, element, tx, header, id, control string }{
	transfer:   {"pacs.008", "FIToFICstmrCdtTrf", "CdtTrfTxInf", "GrpHdr", "MsgId", "GrpHdr"},
	initiation: {"pain.001", "CstmrCdtTrfInitn", "PmtInf/CdtTrfTxInf", "GrpHdr", "MsgId", "GrpHdr"},
	giveBack:   {"pacs.004", "PmtRtr", "TxInf", "GrpHdr", "MsgId", "GrpHdr"},
	recall:     {"camt.056", "FIToFIPmtCxlReq", "Undrlyg/TxInf", "Assgnmt", "Id", "CtrlData"},
}

// reader reads one message. It is used again for the next one, for its buffers.
type reader struct {
	scan  xmlscan.Scanner
	check structure.Checker
	about people.Said

	levels [numLevels]values
	batch  *Batch
	limit  int
	family family
	kind   string // of the namespace
	headed bool   // the message's header is complete

	txs     [numLevels]int      // transactions so far: in the message, in the group
	line    int                 // where the transaction begins
	sum     iso20022.ControlSum // of their amounts
	lost    bool                // an amount is not known, so that the sum means nothing
	records []int               // numbers of the batch's instructions or recalls in the message
}

var readers = sync.Pool{New: func() any { return new(reader) }}

// kinds are the families for package structure.
var kinds = func() (out []structure.Kind) {
	for _, f := range families[1:] {
		out = append(out, structure.Kind{Element: f.element, Items: f.tx})
	}
	return out
}()

// Read reads one message. What is wrong with single transactions is in
// [Batch.Problems]; the error is for a body that is no such message, and says
// where and why. It is then a *spoor.Problem.
func Read(body []byte, limits Limits) (*Batch, error) {
	r := readers.Get().(*reader)
	defer r.end()
	r.scan.Reset("message", body, tree)
	r.begin(limits)
	for {
		event, id, err := r.scan.Next()
		switch {
		case err == io.EOF:
			return r.finish(body)
		case err == nil:
			err = r.handle(event, &places[id-1])
		}
		if err != nil {
			return nil, err
		}
	}
}

// end keeps the reader for the next message, and nothing of this one's alive.
func (r *reader) end() {
	r.scan.Reset("", nil, tree)
	r.batch = nil
	r.about = people.Said{Others: r.about.Others[:0]}
	clear(r.about.Others[:cap(r.about.Others)])
	readers.Put(r)
}

func (r *reader) begin(limits Limits) {
	r.batch, r.limit = new(Batch), limits.Transactions
	if r.limit <= 0 {
		r.limit = DefaultTransactions
	}
	r.family, r.kind, r.headed = 0, "", false
	r.txs, r.sum, r.lost = [numLevels]int{}, iso20022.ControlSum{}, false
	r.records = r.records[:0]
	for l := range r.levels {
		r.levels[l].reset()
	}
}

// refuse is an error about the whole message.
func (r *reader) refuse(field, format string, args ...any) error {
	p := r.scan.Problem(field, fmt.Sprintf(format, args...))
	p.Fatal = true
	return p
}

func (r *reader) handle(event xmlscan.Kind, at *place) error {
	switch {
	case at.what == aText, at.what == aTrader, at.what == aParty && at.of < iso20022.IsPerson:
		return r.text(event, at)
	case at.what == aHeader:
		return r.header(event)
	case at.what == aGroup:
		return r.group(event)
	case at.what == aTransaction:
		return r.transaction(event)
	case event == xmlscan.End:
		return nil
	case at.what == aDocument && r.family == 0:
		return r.namespace()
	case at.what == aDocument || at.what == aMessage && r.family != 0:
		return r.refuse("Document", "a second message: send one at a time")
	case at.what == aForeign:
		return r.refuse(fmt.Sprintf("Document/%.35s", r.scan.Name()), "this kind of message is not read here: send pacs.008, pain.001, pacs.004 or camt.056")
	case at.what == aMessage:
		r.family = at.family
		return r.namespace()
	case event == xmlscan.Leaf:
	case at.what == aVia:
		r.levels[at.level].via = true
	default:
		r.levels[at.level].mark(at)
	}
	return nil
}

// namespace takes the message's kind from the current element's namespaces.
func (r *reader) namespace() error {
	name, ok := iso20022.MessageName(r.scan.Attrs())
	if name == "" {
		name = r.kind
	}
	r.kind = name
	switch {
	case !ok:
		return r.refuse("Document", "the namespace names no single message")
	case r.family != 0 && name != "" && !strings.HasPrefix(name, families[r.family].name+"."):
		return r.refuse("Document", "the namespace says %.35s, and the element is that of %s", name, families[r.family].name)
	}
	return nil
}

// spaced compares the namespace that the message's elements are of with what its
// declarations seemed to say, which may be made elsewhere and for others.
func (r *reader) spaced() error {
	name := strings.TrimPrefix(string(r.check.Space()), iso20022.Namespace)
	switch {
	case name == "":
		return nil
	case !iso20022.IsMessageName([]byte(name)), r.kind != "" && r.kind != name, !strings.HasPrefix(name, families[r.family].name+"."):
		return r.refuse("Document", "the namespace of the message is not that of its elements, or names no message")
	}
	r.kind = name
	return nil
}

// text keeps a value. Nothing that is said for several transactions may come
// after one of them: it would be read for some and not for others.
func (r *reader) text(event xmlscan.Kind, at *place) error {
	switch {
	case event == xmlscan.End, event == xmlscan.Start && at.what == aText && at.field == fDue: // a choice, since version 08
		return nil
	case at.level < lvlTx && r.txs[at.level] > 0:
		return r.refuse(at.name(), "comes after the transactions that it is about")
	}
	if event == xmlscan.Start {
		r.levels[at.level].fail(at, badFile, "has elements inside, where a text should be")
		return nil
	}
	r.levels[at.level].keep(&r.scan, at)
	return nil
}

// header ends the message's header.
func (r *reader) header(event xmlscan.Kind) error {
	v := &r.levels[lvlHeader]
	switch {
	case r.headed:
		return r.refuse(families[r.family].header, "given twice")
	case event == xmlscan.Start:
		return nil
	}
	r.headed = true
	if v.wrong == nil && len(v.get(fMsgID)) == 0 {
		return r.refuse(families[r.family].header+"/"+families[r.family].id, "missing: the answer must name the message")
	}
	return nil
}

// group begins or ends payment information (pain.001) or what one camt.056
// says of one original message.
func (r *reader) group(event xmlscan.Kind) error {
	v := &r.levels[lvlGroup]
	if event != xmlscan.End {
		v.reset()
		r.txs[lvlGroup] = 0
	}
	if event == xmlscan.Start || r.family != recall || !cancelsGroup(v) && r.txs[lvlGroup] > 0 {
		return nil
	}
	if err := r.another(); err != nil {
		return err
	}
	r.levels[lvlTx].reset()
	r.recalled()
	return nil
}

func (r *reader) transaction(event xmlscan.Kind) error {
	if event != xmlscan.End {
		if err := r.another(); err != nil {
			return err
		}
		r.levels[lvlTx].reset()
	}
	switch {
	case event == xmlscan.Start:
	case r.family == recall:
		r.recalled()
	default:
		r.instructed()
	}
	return nil
}

// another counts a transaction.
func (r *reader) another() error {
	switch header := &r.levels[lvlHeader]; {
	case !r.headed:
		return r.refuse(families[r.family].header, "missing before the first transaction")
	case header.wrong != nil:
		return r.refuse(header.wrong.field, "%s", header.wrong.reason)
	case r.txs[lvlHeader] >= r.limit:
		return r.refuse("", "more than %d transactions in one message: send several", r.limit)
	}
	r.txs[lvlHeader]++
	r.txs[lvlGroup]++
	r.line = r.scan.Line()
	return nil
}

// problem refuses a transaction by its number, or remarks on the message: 0.
func (r *reader) problem(record int, refs spoor.References, f *fault) {
	line := 0
	if record == r.txs[lvlHeader] {
		line = r.line
	}
	r.batch.Problems = append(r.batch.Problems, &Problem{
		Problem:    spoor.Problem{File: "message", Line: line, Record: uint64(record), Field: f.field, Reason: f.reason},
		References: refs, Code: f.code,
	})
}

// refused is a problem of the current transaction.
func (r *reader) refused(f *fault, refs spoor.References) {
	r.lost = true
	r.problem(r.txs[lvlHeader], refs, f)
}

func (r *reader) remark(f *fault) { r.problem(0, spoor.References{}, f) }

// counted compares the number and the sum of transactions that the header
// states with what there is.
func (r *reader) counted(header *values) {
	n, at := r.txs[lvlHeader], families[r.family].control
	if text := header.get(fCount); len(text) > 0 {
		if stated, err := strconv.ParseUint(string(text), 10, 64); err != nil || stated != uint64(n) {
			r.remark(&fault{at + "/NbOfTxs", "states another number of transactions than the " + strconv.Itoa(n) + " there are", badCount})
		}
	}
	if text := header.get(fSum); len(text) > 0 && !r.lost {
		if stated, ok := iso20022.ParseControlSum(text); !ok || stated != r.sum {
			r.remark(&fault{at + "/CtrlSum", "states another sum than that of the amounts", badSum})
		}
	}
}

// finish completes the batch at the end of the body.
func (r *reader) finish(body []byte) (*Batch, error) {
	header, b := &r.levels[lvlHeader], r.batch
	switch {
	case r.family == 0:
		return nil, r.refuse("Document", "there is no ISO 20022 message in the body")
	case !r.headed:
		return nil, r.refuse(families[r.family].header, "missing")
	case header.wrong != nil:
		return nil, r.refuse(header.wrong.field, "%s", header.wrong.reason)
	}
	if p := r.check.Check(body, kinds); p != nil {
		return nil, p
	}
	if name := string(header.get(fDefinition)); iso20022.IsMessageName([]byte(name)) && !strings.HasPrefix(name, families[r.family].name+".") {
		return nil, r.refuse("AppHdr/MsgDefIdr", "says that another message follows")
	}
	if err := r.spaced(); err != nil {
		return nil, err
	}
	b.Transactions = r.txs[lvlHeader]
	b.Message = r.envelope(header)
	for i := range b.Instructions {
		m := b.Message
		m.Sender = cmp.Or(b.Instructions[i].Message.Sender, m.Sender)
		b.Instructions[i].Message = m
		b.Instructions[i].Digest = fingerprint.Of(&b.Instructions[i])
	}
	for i := range b.Recalls {
		b.Recalls[i].Message = b.Message
		b.Recalls[i].Digest = fingerprint.OfRecall(&b.Recalls[i])
	}
	if b.Transactions == 0 {
		r.remark(&fault{families[r.family].tx, "the message names no transaction", badFile})
	}
	r.counted(header)
	if slices.ContainsFunc(b.Problems, func(p *Problem) bool { return p.Record == 0 }) {
		b.Instructions, b.Recalls = nil, nil // nothing of a message that is refused as a whole
		return b, nil
	}
	b.Instructions = unique(r, b.Instructions, func(i *spoor.Instruction) (string, spoor.References) { return i.Key(), i.References })
	b.Recalls = unique(r, b.Recalls, func(c *spoor.Recall) (string, spoor.References) {
		return strings.Join([]string{c.Original.ID, c.UETR, c.TxID, c.InstrID, c.EndToEndID}, "\x00"), c.References
	})
	return b, nil
}

// envelope is the message's own data.
func (r *reader) envelope(header *values) spoor.Message {
	m := spoor.Message{ID: header.text(fMsgID), Kind: r.kind}
	if m.Kind == "" {
		m.Kind = families[r.family].name
		if name := header.get(fDefinition); iso20022.IsMessageName(name) && strings.HasPrefix(string(name), m.Kind+".") {
			m.Kind = string(name)
		}
	}
	m.Sender = cmp.Or(header.party(sInstructing, iso20022.PartyBIC), header.text(fSender), header.text(fFrom), header.party(sInitiator, iso20022.PartyBIC))
	at, _, ok := xmlscan.Time(header.get(fCreated))
	if m.Created = at; !ok {
		m.Created = 0
		r.remark(&fault{families[r.family].header + "/CreDtTm", "missing, or no date and time such as 2006-01-02T15:04:05Z", badDate})
	}
	return m
}

// unique keeps the items whose key no other has, and refuses the others.
func unique[T any](r *reader, items []T, about func(*T) (key string, refs spoor.References)) []T {
	if len(items) < 2 {
		return items
	}
	times := make(map[string]int, len(items))
	for i := range items {
		key, _ := about(&items[i])
		times[key]++
	}
	kept := items[:0]
	for i := range items {
		if key, refs := about(&items[i]); times[key] > 1 {
			r.problem(r.records[i], refs, &fault{families[r.family].tx,
				fmt.Sprintf("%d transactions of the message have the same references: no answer could tell them apart", times[key]), badDuplicate})
			continue
		}
		kept = append(kept, items[i])
	}
	clear(items[len(kept):])
	return kept
}
