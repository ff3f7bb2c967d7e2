package instruct

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
	"unicode"

	"spoor"
)

// This file reads the same messages a second time, by other means: the body
// becomes a tree by encoding/xml, and the rules of the package comment are
// applied to the tree. Payments are compared with those of iso20022.Reader in
// that package's tests; here it is references, parties and recalls.

// The patterns of the rules.
var (
	longIBAN = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)
)

type el struct {
	name string
	text string
	ccy  string
	kids []*el
}

func tree2(body []byte) (*el, error) {
	root := &el{}
	stack := []*el{root}
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &el{name: tok.Name.Local}
			for _, a := range tok.Attr {
				if a.Name.Local == "Ccy" {
					e.ccy = a.Value
				}
			}
			top.kids = append(top.kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
}

// at gives the elements at a path of names.
func (e *el) at(path string) (out []*el) {
	if e == nil {
		return nil
	}
	name, rest, deeper := strings.Cut(path, "/")
	for _, k := range e.kids {
		switch {
		case k.name != name:
		case deeper:
			out = append(out, k.at(rest)...)
		default:
			out = append(out, k)
		}
	}
	return out
}

func (e *el) one(path string) *el {
	if all := e.at(path); len(all) > 0 {
		return all[0]
	}
	return nil
}

// str is the first text at one of some paths.
func (e *el) str(paths ...string) string {
	for _, path := range paths {
		for _, k := range e.at(path) {
			if v := strings.Trim(k.text, " \t\r\n"); v != "" && len(k.kids) == 0 {
				return v
			}
		}
	}
	return ""
}

// slow is what is compared.
type slow struct {
	refs    []spoor.References
	returns []string
	parties [][]spoor.RoleParty
	recalls []spoor.Recall
	message spoor.Message
}

func slowRead(body []byte) (s slow, ok bool) {
	root, err := tree2(body)
	if err != nil {
		return s, false
	}
	doc := root
	for doc.name != "Document" {
		next := doc.kids
		i := slices.IndexFunc(next, func(k *el) bool { return k.name == "Document" })
		if i < 0 {
			i = slices.IndexFunc(next, func(k *el) bool { return len(k.kids) > 0 })
		}
		if i < 0 {
			return s, false
		}
		if h := doc.one("AppHdr"); h != nil {
			s.message.Sender = h.str("Fr/FIId/FinInstnId/BICFI", "Fr/OrgId/Id/OrgId/AnyBIC")
		}
		doc = next[i]
	}
	for _, m := range doc.kids {
		s.message.ID = m.str("GrpHdr/MsgId", "Assgnmt/Id")
		sender := m.str("GrpHdr/InstgAgt/FinInstnId/BICFI", "GrpHdr/InstgAgt/FinInstnId/BIC", "GrpHdr/FwdgAgt/FinInstnId/BICFI",
			"GrpHdr/FwdgAgt/FinInstnId/BIC", "Assgnmt/Assgnr/Agt/FinInstnId/BICFI")
		if sender != "" {
			s.message.Sender = sender
		}
		if s.message.Sender == "" {
			s.message.Sender = m.str("GrpHdr/InitgPty/Id/OrgId/AnyBIC", "GrpHdr/InitgPty/Id/OrgId/BICOrBEI")
		}
		switch m.name {
		case "FIToFICstmrCdtTrf":
			for _, tx := range m.at("CdtTrfTxInf") {
				s.credit(m, nil, tx)
			}
		case "CstmrCdtTrfInitn":
			for _, group := range m.at("PmtInf") {
				for _, tx := range group.at("CdtTrfTxInf") {
					s.credit(m, group, tx)
				}
			}
		case "PmtRtr":
			for _, tx := range m.at("TxInf") {
				s.giveBack(m, tx)
			}
		case "FIToFIPmtCxlReq":
			s.cancel(m)
		}
	}
	return s, true
}

// seat is a place where a party can be, and its role there.
type seat struct {
	at      *el
	party   string
	account string
	role    spoor.Role
	repeats bool // it counts only where it adds something
}

func agents(e *el, role spoor.Role, repeats bool, names ...string) (out []seat) {
	for _, n := range names {
		out = append(out, seat{e, n, n + "Acct", role, repeats})
	}
	return out
}

var previous = []string{"PrvsInstgAgt1", "PrvsInstgAgt2", "PrvsInstgAgt3"}
var intermediaries = []string{"IntrmyAgt1", "IntrmyAgt2", "IntrmyAgt3"}
var reimbursement = []string{"InstgRmbrsmntAgt", "InstdRmbrsmntAgt", "ThrdRmbrsmntAgt"}

func (s *slow) credit(m, group, tx *el) {
	id := tx.one("PmtId")
	s.refs = append(s.refs, spoor.References{UETR: strings.ToLower(id.str("UETR")), InstrID: id.str("InstrId"), EndToEndID: id.str("EndToEndId"), TxID: id.str("TxId")})
	s.returns = append(s.returns, "")
	debtor, header := tx, m.one("GrpHdr")
	if group != nil {
		debtor = group
	}
	seats := []seat{
		{debtor, "Dbtr", "DbtrAcct", spoor.Debtor, false}, {tx, "Cdtr", "CdtrAcct", spoor.Creditor, false},
		{tx, "UltmtDbtr", "", spoor.UltimateDebtor, false},
	}
	if group != nil {
		seats = append(seats, seat{group, "UltmtDbtr", "", spoor.UltimateDebtor, false})
	}
	seats = append(seats, seat{tx, "UltmtCdtr", "", spoor.UltimateCreditor, false}, seat{tx, "InitgPty", "", spoor.InitiatingParty, false},
		seat{header, "InitgPty", "", spoor.InitiatingParty, false})
	seats = append(seats, agents(debtor, spoor.DebtorAgent, false, "DbtrAgt")...)
	seats = append(seats, agents(tx, spoor.CreditorAgent, false, "CdtrAgt")...)
	seats = append(seats, agents(tx, spoor.Intermediary, false, intermediaries...)...)
	seats = append(seats, agents(tx, spoor.Intermediary, false, previous...)...)
	seats = append(seats, agents(header.one("SttlmInf"), spoor.Intermediary, false, reimbursement...)...)
	seats = append(seats, s.messengers(header, tx)...)
	s.seated(seats, tx.at("RmtInf/Strd"), false)
}

func (s *slow) messengers(header, tx *el) []seat {
	return []seat{
		{tx, "InstgAgt", "InstgAgtAcct", spoor.Intermediary, true}, {header, "InstgAgt", "InstgAgtAcct", spoor.Intermediary, true},
		{header, "FwdgAgt", "FwdgAgtAcct", spoor.Intermediary, true},
		{tx, "InstdAgt", "InstdAgtAcct", spoor.Intermediary, true}, {header, "InstdAgt", "InstdAgtAcct", spoor.Intermediary, true},
	}
}

func (s *slow) giveBack(m, tx *el) {
	header := m.one("GrpHdr")
	s.refs = append(s.refs, spoor.References{InstrID: tx.str("OrgnlInstrId"), EndToEndID: tx.str("OrgnlEndToEndId"), TxID: tx.str("RtrId")})
	returns := strings.ToLower(tx.str("OrgnlUETR"))
	for _, name := range []string{"OrgnlTxId", "OrgnlEndToEndId", "OrgnlInstrId"} {
		if v := tx.str(name); returns == "" && v != "NOTPROVIDED" {
			returns = v
		}
	}
	s.returns = append(s.returns, returns)
	chain := tx.one("RtrChain")
	seats := []seat{
		{chain, "Dbtr", "DbtrAcct", spoor.Debtor, false}, {chain, "Cdtr", "CdtrAcct", spoor.Creditor, false},
		{chain, "UltmtDbtr", "", spoor.UltimateDebtor, false}, {chain, "UltmtCdtr", "", spoor.UltimateCreditor, false},
		{chain, "InitgPty", "", spoor.InitiatingParty, false},
	}
	seats = append(seats, agents(chain, spoor.DebtorAgent, false, "DbtrAgt")...)
	seats = append(seats, agents(chain, spoor.CreditorAgent, false, "CdtrAgt")...)
	seats = append(seats, agents(chain, spoor.Intermediary, false, intermediaries...)...)
	seats = append(seats, agents(chain, spoor.Intermediary, false, previous...)...)
	seats = append(seats, agents(header.one("SttlmInf"), spoor.Intermediary, false, reimbursement...)...)
	// What was paid comes back: who paid then is paid now.
	for _, then := range []*el{tx.one("OrgnlTxRef"), tx.one("OrgnlTxRef/UndrlygCstmrCdtTrf")} {
		seats = append(seats, seat{then, "Dbtr", "DbtrAcct", spoor.Creditor, true}, seat{then, "Cdtr", "CdtrAcct", spoor.Debtor, true},
			seat{then, "UltmtDbtr", "", spoor.UltimateCreditor, true}, seat{then, "UltmtCdtr", "", spoor.UltimateDebtor, true})
		if then != nil && then.name == "UndrlygCstmrCdtTrf" {
			seats = append(seats, seat{then, "InitgPty", "", spoor.InitiatingParty, true})
		}
		seats = append(seats, agents(then, spoor.CreditorAgent, true, "DbtrAgt")...)
		seats = append(seats, agents(then, spoor.DebtorAgent, true, "CdtrAgt")...)
		if then != nil && then.name == "UndrlygCstmrCdtTrf" {
			seats = append(seats, agents(then, spoor.Intermediary, true, intermediaries...)...)
			seats = append(seats, agents(then, spoor.Intermediary, true, previous...)...)
		}
	}
	s.seated(append(seats, s.messengers(header, tx)...), tx.at("OrgnlTxRef/RmtInf/Strd"), true)
}

// said is everything that a party is said to be, for comparing two.
type said struct {
	role   spoor.Role
	values map[string]string
	others int
}

// seated lists who sits, and after them the names of those who sent and got the
// invoices; returned is where what was paid for is that of the original payment.
func (s *slow) seated(seats []seat, invoices []*el, returned bool) {
	var out []spoor.RoleParty
	var seen []said
	for _, seat := range seats {
		if seat.at == nil {
			continue
		}
		p, about := slowParty(seat)
		about.role = seat.role
		if seat.repeats && about.others == 0 && slices.ContainsFunc(seen, func(b said) bool {
			agent := about.role == spoor.Intermediary && (b.role == spoor.DebtorAgent || b.role == spoor.CreditorAgent)
			for k, v := range about.values {
				if b.values[k] != v {
					return false
				}
			}
			return agent || about.role == b.role
		}) {
			continue
		}
		seen = append(seen, about)
		if len(p.Names)+len(p.Identifiers) > 0 {
			out = append(out, spoor.RoleParty{Role: seat.role, Party: p})
		}
	}
	for _, strd := range invoices {
		for _, who := range strd.kids {
			sent := who.name == "Invcr"
			name := who.str("Nm")
			if !sent && who.name != "Invcee" || name == "" {
				continue
			}
			role, principal := spoor.UltimateCreditor, spoor.Creditor
			if sent == returned {
				role, principal = spoor.UltimateDebtor, spoor.Debtor
			}
			if !slices.ContainsFunc(out, func(p spoor.RoleParty) bool {
				return (p.Role == role || p.Role == principal) && slices.Contains(p.Party.Names, spoor.Name{Full: name})
			}) {
				out = append(out, spoor.RoleParty{Role: role, Party: spoor.Party{Names: []spoor.Name{{Full: name}}}})
			}
		}
	}
	s.parties = append(s.parties, out)
}

// slowParty describes who sits on a seat: a party, or a choice of party and
// agent, or an agent, with the account beside.
func slowParty(s seat) (p spoor.Party, about said) {
	about.values = map[string]string{}
	say := func(what, v string) string {
		if v != "" {
			about.values[what] = v
		}
		return v
	}
	e := s.at.one(s.party)
	forms := []*el{e, e.one("Pty"), e.one("Agt/FinInstnId"), e.one("FinInstnId")}
	any := func(paths ...string) string {
		for _, f := range forms {
			if v := f.str(paths...); v != "" {
				return v
			}
		}
		return ""
	}
	person, organisation := false, false
	for i, f := range forms {
		if q := f.one("Id/PrvtId"); q != nil && len(q.kids) > 0 {
			person = true
		}
		if q := f.one("Id/OrgId"); q != nil && len(q.kids) > 0 {
			organisation = true
		}
		organisation = organisation || i >= 2 && f != nil && len(f.kids) > 0
	}
	add := func(kind spoor.IdentifierKind, v string, country string) {
		if v != "" {
			c, _ := spoor.ParseCountry(country)
			if iban := slowIBAN(v); iban != "" && kind != spoor.IBAN && kind != spoor.BIC && kind != spoor.LEI {
				kind, v = spoor.IBAN, iban
				c, _ = spoor.ParseCountry(iban[:2])
			}
			p.Identifiers = append(p.Identifiers, spoor.Identifier{Kind: kind, Value: v, Country: c})
		}
	}
	call := func(v string, weak bool) {
		if v != "" && !slices.ContainsFunc(p.Names, func(n spoor.Name) bool { return n.Full == v }) {
			p.Names = append(p.Names, spoor.Name{Full: v, Weak: weak})
		}
	}
	call(say("name", any("Nm")), false)
	if s.account != "" {
		call(say("account name", s.at.one(s.account).str("Nm")), false)
	}
	call(say("contact", any("CtctDtls/Nm")), true)
	if s.account != "" {
		a := s.at.one(s.account)
		if v := say("iban", strings.ToUpper(strings.ReplaceAll(a.str("Id/IBAN"), " ", ""))); v != "" {
			country := ""
			if len(v) >= 15 {
				country = v[:2]
			}
			add(spoor.IBAN, v, country)
		}
		add(spoor.AccountNumber, strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "\u200b", "").Replace(say("account", a.str("Id/Othr/Id"))), "")
		code := say("proxy kind", a.str("Prxy/Tp/Cd"))
		add(scheme(code), say("proxy", a.str("Prxy/Id")), "")
	}
	if v := say("bic", any("BICFI", "BIC", "Id/OrgId/AnyBIC", "Id/OrgId/BICOrBEI")); v != "" {
		add(spoor.BIC, v, v[4:6])
	}
	add(spoor.OtherNumber, say("member", any("ClrSysMmbId/MmbId")), "")
	lei := say("lei", any("LEI", "Id/OrgId/LEI"))
	add(spoor.LEI, lei, "")
	add(spoor.Phone, say("phone", any("CtctDtls/PhneNb")), "")
	add(spoor.Phone, say("mobile", any("CtctDtls/MobNb")), "")
	add(spoor.Email, say("email", any("CtctDtls/EmailAdr")), "")
	for _, f := range forms {
		for _, path := range []string{"Id/PrvtId/Othr", "Id/OrgId/Othr", "Othr"} {
			for _, o := range f.at(path) {
				about.others++
				country := o.str("Issr")
				add(scheme(o.str("SchmeNm/Cd")), o.str("Id"), country)
			}
		}
	}
	p.Kind = spoor.AnyParty
	switch {
	case person:
		p.Kind = spoor.Person
	case organisation || lei != "":
		p.Kind = spoor.Organisation
	}
	birth := any("Id/PrvtId/DtAndPlcOfBirth/BirthDt")
	if say("birth", birth) != "" {
		var y, m, d int
		if n, _ := fmt.Sscanf(birth, "%4d-%2d-%2d", &y, &m, &d); n == 3 {
			p.Births = []spoor.PartialDate{{Year: int16(y), Month: uint8(m), Day: uint8(d)}}
		}
	}
	all := func(path string, names ...string) string {
		together := &el{}
		for _, e := range s.at.at(s.party) {
			for _, form := range []string{"", "Pty/", "Agt/FinInstnId/", "FinInstnId/"} {
				for _, k := range e.at(form + path) {
					together.kids = append(together.kids, k.kids...)
				}
			}
		}
		return together.pieces(names...)
	}
	p.BirthPlace = say("birth place", all("Id/PrvtId/DtAndPlcOfBirth", "PrvcOfBirth", "CityOfBirth", "CtryOfBirth"))
	if v := say("address", all("PstlAdr", "CareOf", "Dept", "SubDept", "StrtNm", "BldgNb", "BldgNm", "Flr", "UnitNb", "PstBx", "Room", "PstCd",
		"TwnNm", "TwnLctnNm", "DstrctNm", "CtrySubDvsn", "AdrLine")); v != "" {
		p.Addresses = []string{v}
	}
	for _, code := range []string{say("residence", any("CtryOfRes")), say("country", any("PstlAdr/Ctry"))} {
		if c, ok := spoor.ParseCountry(code); ok && !slices.Contains(p.Countries, c) {
			p.Countries = append(p.Countries, c)
		}
	}
	return p, about
}

// pieces joins texts in the order of the message.
func (e *el) pieces(names ...string) (out string) {
	for _, k := range e.kids {
		v := strings.Trim(k.text, " \t\r\n")
		switch {
		case !slices.Contains(names, k.name) || v == "" || len(k.kids) > 0:
		case out == "":
			out = v
		case k.name == "BldgNb":
			out += " " + v
		default:
			out += ", " + v
		}
	}
	return out
}

// slowIBAN is what a text is as an IBAN, "" for none.
func slowIBAN(v string) string {
	v = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= 'ｚ':
			r -= '０' - '0'
		}
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, v)
	v = strings.TrimPrefix(v, "IBAN")
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

func scheme(code string) spoor.IdentifierKind {
	kinds := map[string]spoor.IdentifierKind{
		"CCPT": spoor.Passport, "NIDN": spoor.NationalID, "TXID": spoor.TaxNumber, "TELE": spoor.Phone, "MBNO": spoor.Phone, "EMAL": spoor.Email,
		"COID": spoor.Registration, "CINC": spoor.Registration, "SREN": spoor.Registration, "SRET": spoor.Registration,
	}
	if k, ok := kinds[code]; ok {
		return k
	}
	return spoor.OtherNumber
}

// reason is the first that is given, by code or otherwise.
func reason(e *el) string {
	for _, r := range e.at("CxlRsnInf/Rsn") {
		if v := r.str("Cd", "Prtry"); v != "" {
			return v
		}
	}
	return ""
}

func (s *slow) cancel(m *el) {
	for _, u := range m.at("Undrlyg") {
		group := u.one("OrgnlGrpInfAndCxl")
		about := func(tx *el) spoor.Recall {
			c := spoor.Recall{
				References: spoor.References{
					UETR: strings.ToLower(tx.str("OrgnlUETR")), InstrID: tx.str("OrgnlInstrId"), EndToEndID: tx.str("OrgnlEndToEndId"), TxID: tx.str("OrgnlTxId"),
				},
				Reason: reason(tx),
			}
			for _, id := range []string{tx.str("CxlId"), tx.str("Case/Id"), group.str("GrpCxlId"), group.str("Case/Id"), m.str("Case/Id")} {
				if c.ID == "" {
					c.ID = id
				}
			}
			if c.Reason == "" {
				c.Reason = reason(group)
			}
			for _, o := range []*el{group, tx.one("OrgnlGrpInf")} {
				if id := o.str("OrgnlMsgId"); id != "" {
					c.Original.ID = id
				}
				if kind := o.str("OrgnlMsgNmId"); kind != "" {
					c.Original.Kind = kind
				}
			}
			for _, path := range []string{"OrgnlIntrBkSttlmAmt", "OrgnlTxRef/IntrBkSttlmAmt", "OrgnlTxRef/Amt/InstdAmt"} {
				if a := tx.one(path); a != nil && c.Amount.Currency == spoor.XXX {
					c.Amount.Currency, _ = spoor.ParseCurrency(a.ccy)
					c.Amount.Amount, _ = spoor.ParseAmount(strings.TrimSpace(a.text), c.Amount.Currency.Scale())
				}
			}
			return c
		}
		txs := u.at("TxInf")
		for _, tx := range txs {
			s.recalls = append(s.recalls, about(tx))
		}
		if whole := group.str("GrpCxl"); whole == "true" || whole == "1" || len(txs) == 0 {
			s.recalls = append(s.recalls, about(&el{}))
		}
	}
}
