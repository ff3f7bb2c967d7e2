package goaml

import "spoor/format/xmlscan"

// scope is what an element belongs to.
type scope uint8

const (
	inReport scope = iota
	inTransaction
	inPayer // t_from, t_from_my_client
	inPayee // t_to, t_to_my_client
	inParty // of a transaction with any number of parties
)

// field is one thing that the mapping uses.
type field uint8

const (
	fSelf field = iota // the scope's own element

	fLocal // report: currency_code_local

	fNumber // transaction
	fDescription
	fDate
	fPosted
	fValueDate
	fMode
	fAmount

	fRole // party
	fFunds
	fForeignCode
	fForeignAmount
	fCountry
	fAccount
	fIBAN
	fSwift
	fInstitution
	fInstitutionCountry
	fAccountName
	fEntity // name
	fIncorporation
	fFirst
	fMiddle
	fLast
	fIDNumber
	fSSN
	fPassport
	numFields
)

// place is where a field stands in a report.
type place struct {
	path  string
	scope scope
	field field
}

// places is all that is read, and tree the same as a tree; the id in the tree
// is the index in places and one.
var places, tree = func() ([]place, *xmlscan.Tree) {
	p := []place{
		{"report", inReport, fSelf},
		{"report/currency_code_local", inReport, fLocal},
	}
	p = append(p, transaction("report/transaction")...)
	p = append(p, transaction("report/transactions/transaction")...) // 5.0 report data
	t := new(xmlscan.Tree)
	for i, place := range p {
		t.Add(place.path, i+1)
	}
	return p, t
}()

func transaction(tx string) []place {
	p := []place{
		{tx, inTransaction, fSelf},
		{tx + "/transactionnumber", inTransaction, fNumber},
		{tx + "/transaction_description", inTransaction, fDescription},
		{tx + "/date_transaction", inTransaction, fDate},
		{tx + "/date_posting", inTransaction, fPosted},
		{tx + "/value_date", inTransaction, fValueDate},
		{tx + "/transmode_code", inTransaction, fMode},
		{tx + "/amount_local", inTransaction, fAmount},
	}
	p = append(p, side(tx+"/t_from", "from_", inPayer, "")...)
	p = append(p, side(tx+"/t_from_my_client", "from_", inPayer, "")...)
	p = append(p, side(tx+"/t_to", "to_", inPayee, "")...)
	p = append(p, side(tx+"/t_to_my_client", "to_", inPayee, "")...)
	party := tx + "/involved_parties/party"
	p = append(p, place{party + "/role", inParty, fRole})
	p = append(p, side(party, "", inParty, "_my_client")...)
	return p
}

// side is what a transaction says of one of its ends. The elements of the
// sides carry a prefix; those of a party instead have a second name each for
// the reporting bank's own clients.
func side(at, prefix string, s scope, client string) []place {
	pre := at + "/" + prefix
	p := []place{
		{at, s, fSelf},
		{pre + "funds_code", s, fFunds},
		{pre + "foreign_currency/foreign_currency_code", s, fForeignCode},
		{pre + "foreign_currency/foreign_amount", s, fForeignAmount},
		{pre + "country", s, fCountry},
	}
	p = append(p, owner(pre, s)...)
	if client != "" {
		for _, k := range owner(pre, s) {
			k.path = renamed(k.path, pre, client)
			p = append(p, k)
		}
	}
	return p
}

// renamed puts a suffix on the element after a prefix: account/swift becomes
// account_my_client/swift.
func renamed(path, prefix, suffix string) string {
	for i := len(prefix); i < len(path); i++ {
		if path[i] == '/' {
			return path[:i] + suffix + path[i:]
		}
	}
	return path + suffix
}

func owner(pre string, s scope) []place {
	account := pre + "account"
	p := []place{
		{account + "/account", s, fAccount},
		{account + "/iban", s, fIBAN},
		{account + "/swift", s, fSwift},
		{account + "/institution_code", s, fInstitution},
		{account + "/institution_country", s, fInstitutionCountry},
		{account + "/account_name", s, fAccountName},
	}
	p = append(p, entity(account+"/t_entity", s)...)
	p = append(p, person(account+"/signatory/t_person", s)...)
	p = append(p, entity(pre+"entity", s)...)
	return append(p, person(pre+"person", s)...)
}

func entity(at string, s scope) []place {
	return []place{
		{at + "/name", s, fEntity},
		{at + "/incorporation_number", s, fIncorporation},
	}
}

func person(at string, s scope) []place {
	return []place{
		{at + "/first_name", s, fFirst},
		{at + "/middle_name", s, fMiddle},
		{at + "/last_name", s, fLast},
		{at + "/id_number", s, fIDNumber},
		{at + "/ssn", s, fSSN},
		{at + "/passport_number", s, fPassport},
	}
}
