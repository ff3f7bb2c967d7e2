package report

import (
	"fmt"
	"regexp"

	"spoor"
)

// end is one side of a transaction.
type end struct {
	prefix  string // of its elements: "from_"
	element string // "t_from"
	side    string // key of Codes.Sides
	account spoor.AccountID
	party   string
	name    string
	country spoor.Country
	money   spoor.Money
}

func (e *end) known() bool { return e.party != "" || e.account != spoor.AccountID{} }

func (w *writer) transaction(i int, t *Transaction) {
	w.at("transaction", i)
	defer w.close()
	w.required("transactionnumber", t.Called(), 100)
	if t.Suspicious {
		w.raw("transaction_is_suspicious", "true")
	}
	w.optional("internal_ref_number", t.Reference, 100)
	w.text("transaction_location", t.Location, 255)
	w.text("transaction_description", t.Purpose, 8000)
	w.time("date_transaction", t.Time)
	w.raw("transmode_code", channel(w.c.Transmode, t.Channel))
	w.raw("transmode_comment", w.c.ModeComment)
	local := t.local(w.c.local)
	if local.Currency != w.c.local {
		w.missing("amount_local", fmt.Sprintf("the payment is in other currencies: give it in %s, with the rate of its day", w.c.local))
	}
	w.money("amount_local", local)
	from := end{"from_", "t_from", "payer", t.From, t.FromParty, t.FromName, t.FromCountry, t.Paid}
	to := end{"to_", "t_to", "payee", t.To, t.ToParty, t.ToName, t.ToCountry, t.Received}
	switch {
	case from.known() && to.known():
		w.side(&from, t, local)
		w.side(&to, t, local)
	case from.known():
		w.alone(&from, t, local)
	case to.known():
		w.alone(&to, t, local)
	default:
		w.missing("t_from", "neither who paid nor who was paid is known")
	}
}

// local is the payment in the unit's currency, as given or as it was made.
func (t *Transaction) local(c spoor.Currency) spoor.Money {
	switch {
	case t.Local.Currency != spoor.XXX:
		return t.Local
	case t.Paid.Currency == c:
		return t.Paid
	}
	return t.Received
}

// side writes one of two known ends.
func (w *writer) side(e *end, t *Transaction, local spoor.Money) {
	a, p := w.who(e)
	name := e.element
	if p != nil && p.Mine || p == nil && a.Mine {
		name += "_my_client"
	}
	w.open(name)
	w.raw(e.prefix+"funds_code", channel(w.c.Funds, t.Channel))
	w.optional(e.prefix+"funds_comment", t.Kind, 255)
	w.foreign(e.prefix+"foreign_currency", e.money, local)
	if p != nil {
		w.partyElement(e.prefix, p)
	} else {
		w.accountElement(e.prefix+"account", a)
	}
	w.country(e.prefix+"country", e.where())
	w.close()
}

// alone writes the one end that is known, by its role.
func (w *writer) alone(e *end, t *Transaction, local spoor.Money) {
	a, p := w.who(e)
	w.open("involved_parties")
	w.open("party")
	w.raw("role", w.c.Sides[e.side])
	if p != nil {
		w.partyElement("", p)
	} else {
		w.accountElement("account"+mine(a.Mine), a)
	}
	w.raw("funds_code", channel(w.c.Funds, t.Channel))
	w.optional("funds_comment", t.Kind, 255)
	w.foreign("foreign_currency", e.money, local)
	w.country("country", e.where())
	w.close()
	w.close()
}

// who finds the account of an end, or the party where it has none.
func (w *writer) who(e *end) (Account, *Party) {
	if e.party != "" && e.account == (spoor.AccountID{}) {
		return Account{}, w.party(e.party)
	}
	a := w.account(e.account, e.name)
	if a.Country == (spoor.Country{}) && !isIBAN(a.ID.Number) {
		a.Country = e.country
	}
	return a, nil
}

func (e *end) where() spoor.Country {
	if e.country == (spoor.Country{}) && isIBAN(e.account.Number) {
		c, _ := spoor.ParseCountry(e.account.Number[:2])
		return c
	}
	return e.country
}

// foreign writes the amount of one end where it is not the local one.
func (w *writer) foreign(name string, m, local spoor.Money) {
	if m == local {
		return
	}
	w.open(name)
	w.raw("foreign_currency_code", m.Currency.String())
	w.money("foreign_amount", m)
	w.close()
}

// account finds what is known of an account. The name that its holder had in the
// payment, if any, is written, since that is what the payment said.
func (w *writer) account(id spoor.AccountID, name string) Account {
	a := Account{ID: id}
	if known := w.accounts[id]; known != nil {
		a = *known
	}
	if name != "" {
		a.Name = name
	}
	return a
}

var (
	ibanForm = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)
	bicForm  = regexp.MustCompile(`^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$`)
)

func isIBAN(s string) bool { return ibanForm.MatchString(s) }

// accountElement writes t_account or, for one of the reporter's own,
// t_account_my_client.
func (w *writer) accountElement(element string, a Account) {
	w.open(element)
	defer w.close()
	client := a.Mine
	text := w.optional
	if client {
		text = w.required
	}
	text("institution_name", a.Institution, 255)
	w.bank(&a)
	if a.Country != (spoor.Country{}) {
		w.raw("institution_country", a.Country.String())
	}
	if client || a.NonBank {
		w.raw("non_bank_institution", fmt.Sprint(a.NonBank))
	}
	text("branch", a.Branch, 255)
	w.required("account", a.ID.Number, 255)
	if a.Currency != spoor.XXX {
		w.raw("currency_code", a.Currency.String())
	} else if client {
		w.missing("currency_code", "missing")
	}
	original := w.accountName(a.Name)
	if isIBAN(a.ID.Number) {
		w.required("iban", a.ID.Number, 34)
	}
	w.optional("client_number", a.Client, 30)
	if client || a.Type != "" {
		kind := "account_type"
		if a.Personal {
			kind = "personal_account_type"
		}
		w.code(kind, w.c.AccountTypes, a.Type)
	}
	if a.Owner != "" {
		w.open("t_entity")
		p := *w.party(a.Owner)
		p.Mine = p.Mine && client
		if client && !p.Mine {
			w.missing("name", "the owner of an own account is a client, too: mark it")
		}
		w.entity(&p)
		w.close()
	}
	w.signatories(&a)
	w.date("opened", a.Opened, client)
	w.date("closed", a.Closed, false)
	if a.BalanceAt != 0 {
		w.money("balance", a.Balance)
		w.time("date_balance", a.BalanceAt)
	}
	if client || a.Status != "" {
		w.code("status_code", w.c.AccountStatus, a.Status)
	}
	text("beneficiary", a.Beneficiary, 50)
	if original != "" {
		w.optional("comments", "Name as given: "+original, 8000)
	}
}

// bank writes which institution keeps an account.
func (w *writer) bank(a *Account) {
	switch bank := a.ID.Bank; {
	case bicForm.MatchString(bank):
		w.raw("swift", bank)
	case bank != "":
		w.required("institution_code", bank, 50)
	case bicForm.MatchString(a.BIC):
		w.raw("swift", a.BIC)
	case a.BIC != "":
		w.missing("swift", "not a BIC of 8 or 11 letters and digits")
	case isIBAN(a.ID.Number) && w.c.Unknown["institution"] != "":
		w.raw("institution_code", w.c.Unknown["institution"])
	default:
		w.missing("institution_code", "which bank keeps the account is not known: give its BIC or code")
	}
}

func (w *writer) accountName(name string) (original string) {
	if name == "" && w.c.Unknown["name"] != "" {
		w.note("account_name", "not known")
		name = w.c.Unknown["name"]
	}
	return w.name("account_name", name, 255)
}

func (w *writer) signatories(a *Account) {
	if len(a.Signatories) == 0 && a.Mine {
		w.missing("signatory", "at least one is wanted of an own account")
	}
	for i, s := range a.Signatories {
		w.at("signatory", i)
		if s.Primary {
			w.raw("is_primary", "1") // the schema has no word for one that is not
		}
		w.open("t_person")
		w.person(w.party(s.Party), a.Mine)
		w.close()
		w.code("role", w.c.AccountRoles, s.Role)
		w.close()
	}
}
