package iso20022

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"spoor"
)

// This file reads the same messages a second time, by other means: the whole
// file becomes a tree by encoding/xml, and the rules of the package comment are
// applied to the tree. The two share no code.
// The patterns of the rules.
var (
	likeIBAN    = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$`)
	likeBIC     = regexp.MustCompile(`^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$`)
	beyondASCII = regexp.MustCompile(`[^\x00-\x7f]`)
	notLetters  = regexp.MustCompile(`[^\pL\pN]`)
	notASCII    = regexp.MustCompile(`[^A-Za-z0-9]`)
	longIBAN    = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)
	invisible   = regexp.MustCompile(`[\pZ\s\x{85}\p{Cc}\p{Cf}]`)
	ignorable   = regexp.MustCompile(`[\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{2065}\x{3164}\x{ffa0}\x{fe00}-\x{fe0f}\x{180b}-\x{180f}\x{fff0}-\x{fff8}\x{e0000}-\x{e0fff}]`)
	hyphens     = regexp.MustCompile(`[\p{Pd}\x{2212}]`)
)

// el is an element. from and to are its place in the order of tags.
type el struct {
	name     string
	attrs    []xml.Attr
	text     string
	kids     []*el
	from, to int
}

func slowTree(file []byte) (*el, error) {
	root := &el{}
	stack := []*el{root}
	d := xml.NewDecoder(bytes.NewReader(file))
	for n := 1; ; n++ {
		tok, err := d.Token()
		if err == io.EOF {
			root.to = n
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &el{name: tok.Name.Local, attrs: tok.Attr, from: n}
			top.kids = append(top.kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			top.to = n
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
}

// all lists the childless elements at any of the paths below e that end before
// a place, in order.
func (e *el) all(before int, paths ...string) (out []*el) {
	for _, k := range e.kids {
		var rest []string
		for _, p := range paths {
			head, tail, deeper := strings.Cut(p, "/")
			switch {
			case head != k.name:
			case deeper:
				rest = append(rest, tail)
			case len(k.kids) == 0 && k.to < before:
				out = append(out, k)
			}
		}
		out = append(out, k.all(before, rest...)...)
	}
	return out
}

func (e *el) value() string { return strings.Trim(e.text, " \t\r\n") }

const forever = 1 << 60

// first is the first of the elements that says something.
func first(list []*el) (string, *el) {
	for _, e := range list {
		if v := e.value(); v != "" {
			return v, e
		}
	}
	return "", nil
}

func (e *el) str(paths ...string) string { return e.strBefore(forever, paths...) }

func (e *el) strBefore(before int, paths ...string) string {
	v, _ := first(e.all(before, paths...))
	return v
}

func (e *el) joined(paths ...string) string {
	out := ""
	for _, k := range e.all(forever, paths...) {
		if v := k.value(); v != "" && len(out) < 4096 {
			if out != "" {
				out += " "
			}
			out += v
		}
	}
	return out
}

// money is an amount; there is false when it is absent, ok when it is bad.
func (e *el) money(before int, paths ...string) (m spoor.Money, there, ok bool) {
	v, at := first(e.all(before, paths...))
	if at == nil {
		return m, false, true
	}
	i := slices.IndexFunc(at.attrs, func(a xml.Attr) bool { return a.Name.Local == "Ccy" })
	if i < 0 {
		return m, true, false
	}
	c, err := spoor.ParseCurrency(strings.Trim(at.attrs[i].Value, " \t\r\n"))
	if err != nil {
		return m, true, false
	}
	n, err := spoor.ParseAmount(v, c.Scale())
	return spoor.Money{Amount: n, Currency: c}, true, err == nil && n >= 0
}

// slowRecord is one record: its payment, or bad.
type slowRecord struct {
	payment spoor.Payment
	bad     bool
}

type slowResult struct {
	records []slowRecord
	refused int // messages without payments
	found   bool
}

func slowRead(file []byte) (slowResult, error) {
	root, err := slowTree(file)
	if err != nil {
		return slowResult{}, err
	}
	var s slowResult
	s.documents(root)
	return s, nil
}

func (s *slowResult) documents(e *el) {
	for _, k := range e.kids {
		if k.name != "Document" {
			s.documents(k)
			continue
		}
		for _, m := range k.kids {
			s.found = true
			switch m.name {
			case "FIToFICstmrCdtTrf":
				for _, tx := range below(m, "CdtTrfTxInf") {
					s.add(slowTransfer(m, nil, tx))
				}
			case "CstmrCdtTrfInitn":
				for _, group := range below(m, "PmtInf") {
					for _, tx := range below(group, "CdtTrfTxInf") {
						s.add(slowTransfer(m, group, tx))
					}
				}
			case "BkToCstmrAcctRpt":
				s.statement(m, "Rpt")
			case "BkToCstmrStmt":
				s.statement(m, "Stmt")
			case "BkToCstmrDbtCdtNtfctn":
				s.statement(m, "Ntfctn")
			default:
				s.refused++
			}
		}
	}
}

func below(e *el, name string) (out []*el) {
	for _, k := range e.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

func (s *slowResult) add(p spoor.Payment, ok bool) {
	p.Record = uint64(len(s.records) + 1)
	s.records = append(s.records, slowRecord{p, !ok})
}

func or(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func slowTransfer(m, group, tx *el) (p spoor.Payment, ok bool) {
	debtor, typeAbove, dueOrSettled := tx, m, or(tx.str("IntrBkSttlmDt"), m.strBefore(tx.to, "GrpHdr/IntrBkSttlmDt"))
	method := m.strBefore(tx.to, "GrpHdr/SttlmInf/SttlmMtd")
	var okPaid, okReceived, there, instructed bool
	if group == nil {
		p.Received, there, okReceived = tx.money(forever, "IntrBkSttlmAmt")
		p.Paid, instructed, okPaid = tx.money(forever, "InstdAmt")
		if !instructed {
			p.Paid = p.Received
		}
	} else {
		debtor, typeAbove = group, group
		dueOrSettled = group.strBefore(tx.to, "ReqdExctnDt", "ReqdExctnDt/Dt", "ReqdExctnDt/DtTm")
		method = group.strBefore(tx.to, "PmtMtd")
		if p.Paid, there, okPaid = tx.money(forever, "Amt/EqvtAmt/Amt"); !there {
			p.Paid, there, okPaid = tx.money(forever, "Amt/InstdAmt")
		}
		p.Received, okReceived = p.Paid, true
	}
	accepted := ""
	if group == nil {
		accepted = tx.str("AccptncDtTm")
	}
	var okTime bool
	p.Time, okTime = slowTime(dueOrSettled, or(m.strBefore(tx.to, "GrpHdr/CreDtTm")))
	if accepted != "" {
		p.Time, okTime = slowTime("", accepted)
	}
	if !there || !okPaid || !okReceived || !okTime {
		return p, false
	}
	p.ID = slowID(tx, "PmtId/", group == nil)
	p.From, p.FromCountry, p.FromName = slowSide(debtor, tx.to, "Dbtr", "DbtrAcct", "DbtrAgt")
	p.To, p.ToCountry, p.ToName = slowSide(tx, forever, "Cdtr", "CdtrAcct", "CdtrAgt")
	p.Purpose = or(tx.joined("RmtInf/Ustrd"), tx.joined("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb"))
	typePrefix := "GrpHdr/"
	if group != nil {
		typePrefix = ""
	}
	levels := tx.joined("PmtTpInf/SvcLvl/Cd")
	if levels == "" {
		var above []string
		for _, k := range typeAbove.all(tx.to, typePrefix+"PmtTpInf/SvcLvl/Cd") {
			above = append(above, k.value())
		}
		levels = strings.Join(above, " ")
	}
	instrument := or(tx.str("PmtTpInf/LclInstrm/Cd"), typeAbove.strBefore(tx.to, typePrefix+"PmtTpInf/LclInstrm/Cd"))
	intermediary := slices.ContainsFunc(tx.kids, func(k *el) bool { return k.name == "IntrmyAgt1" && len(k.kids) > 0 })
	gpi := slices.ContainsFunc(strings.Fields(levels), func(w string) bool { return len(w) == 4 && strings.HasPrefix(w, "G00") })
	abroad := p.FromCountry.String() != "" && p.ToCountry.String() != "" && p.FromCountry != p.ToCountry
	switch {
	case group != nil && method == "CHK":
		p.Channel = spoor.Cheque
	case slices.Contains(strings.Fields(levels), "SEPA") || instrument == "INST":
		p.Channel = spoor.CreditTransfer
	case intermediary || gpi || abroad || method == "INDA" || method == "INGA" || method == "COVE":
		p.Channel = spoor.Wire
	default:
		p.Channel = spoor.CreditTransfer
	}
	return p, true
}

func slowID(tx *el, prefix string, txID bool) string {
	for _, k := range []string{"UETR", "TxId", "EndToEndId", "InstrId"} {
		if v := tx.str(prefix + k); v != "" && v != "NOTPROVIDED" && (k != "TxId" || txID) {
			return v
		}
	}
	return ""
}

func slowSide(e *el, before int, person, account, agent string) (a spoor.AccountID, c spoor.Country, name string) {
	bic := e.strBefore(before, agent+"/FinInstnId/BICFI", agent+"/FinInstnId/BIC")
	if iban := e.strBefore(before, account+"/Id/IBAN"); iban != "" {
		iban = strings.ToUpper(strings.Map(func(r rune) rune {
			if r <= ' ' {
				return -1
			}
			return r
		}, iban))
		if a.Number = iban; !likeIBAN.MatchString(iban) {
			a.Number = slowNumber(iban)
			iban = a.Number
		}
		if len(iban) >= 15 && strings.Trim(iban[2:4], "0123456789") == "" {
			c, _ = spoor.ParseCountry(iban[:2])
		}
	} else if other := e.strBefore(before, account+"/Id/Othr/Id"); other != "" {
		bank := or(bic, slowNumber(e.strBefore(before, agent+"/FinInstnId/ClrSysMmbId/MmbId")))
		if likeBIC.MatchString(bic) {
			bank = bic[:8]
		}
		a = spoor.AccountID{Bank: bank, Number: slowNumber(other)}
	} else {
		a.Number = slowNumber(e.strBefore(before, account+"/Prxy/Id"))
	}
	if iban := slowIBAN(a.Number); iban != "" && e.strBefore(before, account+"/Id/IBAN") == "" {
		a = spoor.AccountID{Number: iban}
		c, _ = spoor.ParseCountry(iban[:2])
	}
	codes := []string{"", e.strBefore(before, agent+"/FinInstnId/PstlAdr/Ctry")}
	if len(bic) >= 8 {
		codes[0] = bic[4:6]
	}
	party := []string{person}
	if strings.HasPrefix(person, "RltdPties") {
		party = append(party, person+"/Pty")
	}
	with := func(leaf string) (paths []string) {
		for _, p := range party {
			paths = append(paths, p+leaf)
		}
		return paths
	}
	codes = append(codes, e.strBefore(before, with("/PstlAdr/Ctry")...), e.strBefore(before, with("/CtryOfRes")...))
	for _, code := range codes {
		if c == (spoor.Country{}) {
			c, _ = spoor.ParseCountry(code)
		}
	}
	return a, c, e.strBefore(before, with("/Nm")...)
}

// slowIBAN is what a text is as an IBAN, "" for none.
func slowIBAN(v string) string {
	if len(v) > 4096 {
		return ""
	}
	v = norm.NFKC.String(v)
	if beyondASCII.MatchString(notLetters.ReplaceAllString(v, "")) {
		return ""
	}
	v = strings.TrimPrefix(strings.ToUpper(notASCII.ReplaceAllString(v, "")), "IBAN")
	if !longIBAN.MatchString(v) {
		return ""
	}
	var number strings.Builder
	for _, r := range v[4:] + v[:4] {
		n, _ := strconv.ParseInt(string(r), 36, 64)
		fmt.Fprint(&number, n)
	}
	whole, _ := new(big.Int).SetString(number.String(), 10)
	if whole.Mod(whole, big.NewInt(97)).Int64() != 1 {
		return ""
	}
	return v
}

// slowNumber is an account's number.
func slowNumber(v string) string {
	if iban := slowIBAN(v); iban != "" {
		return iban
	}
	plain := norm.NFKC.String(v)
	for _, out := range []*regexp.Regexp{invisible, ignorable} {
		plain = out.ReplaceAllString(plain, "")
	}
	if !strings.Contains(plain, "@") {
		plain = hyphens.ReplaceAllString(plain, "")
	}
	return or(norm.NFKC.String(plain), v)
}

// slowTime is a day made precise by a time that falls on it.
func slowTime(day, precise string) (spoor.Instant, bool) {
	if precise != "" && (day == "" || len(day) == 10 && strings.HasPrefix(precise, day)) {
		day = precise
	}
	// time.Parse takes a comma for the point, hours of one digit, offsets of
	// more than 14 hours and the year 0, and knows no 24:00:00.
	if strings.Contains(day, ",") || len(day) > 13 && day[13] != ':' {
		return 0, false
	}
	midnight := spoor.Instant(0)
	if head, rest, ok := strings.Cut(day, "T24:00:00"); ok {
		day, midnight = head+"T00:00:00"+rest, spoor.Day
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00"} {
		if t, err := time.Parse(layout, day); err == nil {
			_, offset := t.Zone()
			return spoor.At(t) + midnight, t.Year() > 0 && offset <= 14*3600 && offset >= -14*3600
		}
	}
	return 0, false
}

func (s *slowResult) statement(m *el, name string) {
	for _, group := range below(m, name) {
		for _, entry := range below(group, "Ntry") {
			s.entry(m, group, entry)
		}
	}
}

func (s *slowResult) entry(m, group, entry *el) {
	var txs []*el
	for _, d := range below(entry, "NtryDtls") {
		txs = append(txs, below(d, "TxDtls")...)
	}
	var pending *el
	for i, tx := range txs {
		if pending != nil {
			s.add(spoor.Payment{}, false)
			pending = nil
		}
		if entry.strBefore(tx.to, "Sts", "Sts/Cd") != "BOOK" {
			continue
		}
		if i == 0 && tx.str("Amt") == "" && tx.str("AmtDtls/TxAmt/Amt") == "" {
			pending = tx
			continue
		}
		s.add(slowBooking(m, group, entry, tx, tx.to, i+1))
	}
	switch status := entry.str("Sts", "Sts/Cd"); {
	case status == "":
		s.add(spoor.Payment{}, false)
	case status != "BOOK":
	case pending != nil:
		s.add(slowBooking(m, group, entry, pending, forever, 1))
	case len(txs) == 0:
		s.add(slowBooking(m, group, entry, &el{}, forever, 0))
	}
}

func slowBooking(m, group, entry, tx *el, before, number int) (p spoor.Payment, ok bool) {
	direction := or(tx.str("CdtDbtInd"), entry.strBefore(before, "CdtDbtInd"))
	in := direction == "CRDT"
	reversal := entry.strBefore(before, "RvslInd")
	own, there, okOwn := tx.money(forever, "Amt")
	if !there {
		own, there, okOwn = tx.money(forever, "AmtDtls/TxAmt/Amt")
	}
	instructed := tx
	if !there {
		own, there, okOwn = entry.money(before, "Amt")
		if tx.str("AmtDtls/InstdAmt/Amt") == "" {
			instructed = entry
		}
	}
	other, foreign, okOther := instructed.money(before, "AmtDtls/InstdAmt/Amt")
	if !foreign {
		other = own
	}
	precise := or(tx.str("RltdDts/TxDtTm"), tx.str("RltdDts/AccptncDtTm"))
	day := or(entry.strBefore(before, "BookgDt/Dt", "BookgDt/DtTm"), entry.strBefore(before, "ValDt/Dt", "ValDt/DtTm"))
	if day == "" && precise == "" {
		precise = or(group.strBefore(entry.to, "CreDtTm"), m.strBefore(entry.to, "GrpHdr/CreDtTm"))
	}
	var okTime bool
	p.Time, okTime = slowTime(day, precise)
	if !there || !okOwn || !okOther || !okTime || !in && direction != "DBIT" {
		return p, false
	}
	party := "Cdtr"
	if in != (reversal == "true" || reversal == "1") {
		party = "Dbtr"
	}
	// The statement's servicer is Acct/Svcr, its owner Acct/Ownr.
	ours, oursCountry, oursName := slowSide(group, entry.to, "Acct/Ownr", "Acct", "Acct/Svcr")
	theirs, theirsCountry, theirsName := slowSide(tx, forever, "RltdPties/"+party, "RltdPties/"+party+"Acct", "RltdAgts/"+party+"Agt")
	if in {
		p.From, p.FromCountry, p.FromName, p.Paid = theirs, theirsCountry, theirsName, other
		p.To, p.ToCountry, p.ToName, p.Received = ours, oursCountry, oursName, own
	} else {
		p.From, p.FromCountry, p.FromName, p.Paid = ours, oursCountry, oursName, own
		p.To, p.ToCountry, p.ToName, p.Received = theirs, theirsCountry, theirsName, other
	}
	p.ID = or(slowID(tx, "Refs/", true), notProvided(tx.str("Refs/AcctSvcrRef")))
	if p.ID == "" {
		p.ID = or(entry.strBefore(before, "AcctSvcrRef"), entry.strBefore(before, "NtryRef"))
		if number > 1 && p.ID != "" {
			p.ID = fmt.Sprintf("%s/%d", p.ID, number)
		}
	}
	if number == 0 {
		p.Purpose = entry.str("AddtlNtryInf")
	} else {
		p.Purpose = or(tx.joined("RmtInf/Ustrd"), tx.joined("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb"), tx.str("AddtlTxInf"))
	}
	const code = "BkTxCd/Domn/Fmly/"
	family, sub := tx.str(code+"Cd"), tx.str(code+"SubFmlyCd")
	if family == "" {
		family, sub = entry.strBefore(before, code+"Cd"), entry.strBefore(before, code+"SubFmlyCd")
	}
	p.Channel = map[string]spoor.Channel{
		"CNTR": spoor.Cash, "CCRD": spoor.Card, "MCRD": spoor.Card, "ICHQ": spoor.Cheque, "RCHQ": spoor.Cheque,
		"IDDT": spoor.DirectDebit, "RDDT": spoor.DirectDebit, "ICDT": spoor.CreditTransfer, "RCDT": spoor.CreditTransfer,
		"IRCT": spoor.CreditTransfer, "RRCT": spoor.CreditTransfer,
	}[family]
	if c, ok := map[string]spoor.Channel{"CDPT": spoor.Cash, "CWDL": spoor.Cash, "XBCT": spoor.Wire, "XICT": spoor.Wire}[sub]; ok {
		p.Channel = c
	}
	return p, true
}

func notProvided(v string) string {
	if v == "NOTPROVIDED" {
		return ""
	}
	return v
}
