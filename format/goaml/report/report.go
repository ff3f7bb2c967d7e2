// Package report writes reports to financial intelligence units in goAML, the XML
// format of the UNODC, version 5.0.2: suspicious transactions, transfers of funds,
// activities.
//
//	codes, err := report.ParseCodes(file)     // the unit's own code list
//	r := report.Report{Code: "STR", …}
//	missing := r.Check(codes)                 // what must be found out first
//	doc, err := r.Write(codes)                // doc.XML, and doc.Notes to read
//
// Codes are never part of the program: report codes, ways of payment, indicators,
// types and roles come from the unit's list (see [Codes], and example.toml for
// one). A report with anything missing is not written, and neither is one with a
// value that is longer than the schema takes: nothing is cut. What is changed on
// the way (letters that a unit's names may not have, characters that XML cannot
// carry, a date that is not whole) is said in the notes, and names stay in
// the report as they were.
//
// An account that is marked as the reporter's own is written as my_client, for
// which the schema asks for far more. An end of a payment of which nothing is
// known, such as who brought the cash, is left out; the transaction then has one
// party, by its role.
//
// The package format/goaml reads these reports: ids, times, accounts, amounts,
// names, purposes and countries of payments come back as they were, and channels
// where the codes are those it knows.
package report

import (
	"fmt"
	"strings"

	"spoor"
)

// MaxTransactions is how many transactions one report may hold.
const MaxTransactions = 10_000

// Report is what a report is made of.
type Report struct {
	Code         string        // report_code: a key of Codes.Reports
	Entity       int32         // rentity_id: the reporter's number at the unit
	Branch       string        // of the reporter
	Reference    string        // entity_reference: the reporter's own
	FIUReference string        // of the unit's request, where it asked
	Date         spoor.Instant // submission_date
	By           Reporter
	Location     *Address // of the reporter
	Reason       string   // in words; "": the alert's reasons
	Action       string   // what the reporter did
	Alert        *spoor.Alert
	Indicators   []string // codes besides those of the alert's typologies
	Transactions []Transaction
	Accounts     []Account // details of accounts in the transactions and of Subjects
	Parties      []Party   // by ID
	Subjects     []Subject // of a report on an activity
}

// Reporter is the person who reports.
type Reporter struct {
	First, Last, Occupation, Email, Phone string
	Address                               *Address
}

// Transaction is one payment in a report.
type Transaction struct {
	spoor.Payment
	// Local is the payment in the unit's currency; zero where Paid or Received is.
	Local      spoor.Money
	Reference  string // internal_ref_number
	Location   string // transaction_location: branch, machine, "online"
	Suspicious bool
	// FromParty and ToParty are ids in Report.Parties, of who stood at the counter
	// where there is no account.
	FromParty, ToParty string
}

// Account is what is known of an account.
type Account struct {
	ID             spoor.AccountID
	Mine           bool // the reporter keeps it: written as my_client
	Institution    string
	BIC            string // else the bank of the id is the institution_code
	Country        spoor.Country
	NonBank        bool
	Branch         string
	Currency       spoor.Currency
	Name           string // of the account
	Client         string // number of the client
	Type           string // a key of Codes.AccountTypes
	Personal       bool   // personal_account_type
	Owner          string // id of an organisation in Report.Parties
	Signatories    []Signatory
	Opened, Closed spoor.PartialDate
	Status         string // a key of Codes.AccountStatus
	Beneficiary    string
	BalanceAt      spoor.Instant // zero: no balance
	Balance        spoor.Money   // in the account's currency
}

// Signatory is a person who may use an account.
type Signatory struct {
	Party   string // id in Report.Parties
	Role    string // a key of Codes.AccountRoles
	Primary bool
}

// Party is a person or an organisation, with what goAML asks besides. Numbers,
// phones and e-mail addresses are the party's identifiers.
type Party struct {
	spoor.Party
	Mine        bool   // a client of the reporter
	First, Last string // of a person: full names do not say which is which
	Gender      string // a key of Codes.Genders
	Nationality spoor.Country
	Residence   spoor.Country
	Occupation  string
	Papers      []Paper
	Addresses   []Address // written; those of spoor.Party are in one line and are not
	LegalForm   string    // of an organisation: a key of Codes.LegalForms
	Business    string
	State       string // of incorporation
	Country     spoor.Country
	Directors   []Director
}

// Paper is an identity document.
type Paper struct {
	spoor.Identifier
	Issued, Expires spoor.PartialDate
}

// Director is a person who runs an organisation.
type Director struct{ Party, Role string } // id in Report.Parties; a key of Codes.DirectorRoles

// Address is a postal address.
type Address struct {
	Business                    bool // else private
	Line, City, State, Postcode string
	Country                     spoor.Country
}

// Subject is a party or an account that a report on an activity is about.
type Subject struct {
	Party        string          // id in Report.Parties, or
	Account      spoor.AccountID // an account in Report.Accounts
	Reason       string
	Suspected    bool
	Significance int // 0 to 10
}

// Missing is what stands in the way of a report: a value that is missing, too
// long, or not in the code list.
type Missing struct {
	Field string // as a path of the schema, "transaction[2]/t_to/to_country"
	What  string
}

// String gives field and what.
func (m Missing) String() string { return m.Field + ": " + m.What }

// Document is a written report.
type Document struct {
	XML   []byte
	Notes []Missing // what was changed or left out on the way; for a person to read
}

// Check lists what stands in the way of the report; nothing does when it is empty.
func (r *Report) Check(c *Codes) []Missing {
	w := newWriter(r, c)
	w.report()
	return w.faults
}

// Write gives the report, or an error that names all that stands in the way.
func (r *Report) Write(c *Codes) (Document, error) {
	w := newWriter(r, c)
	w.report()
	if n := len(w.faults); n > 0 {
		var b strings.Builder
		for _, f := range w.faults[:min(n, 20)] {
			b.WriteString("\n  " + f.String())
		}
		return Document{}, fmt.Errorf("goAML report: %d things are missing or wrong:%s", n, b.String())
	}
	return Document{XML: w.out.Bytes(), Notes: w.notes}, nil
}

func (w *writer) report() {
	r, c := w.r, w.c
	if !c.Verified {
		w.note("report", "nobody has compared the code list with that of "+c.FIU)
	}
	w.out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	w.open("report")
	w.optional("schema_version", c.SchemaVersion, 25)
	if r.Entity < 1 {
		w.missing("rentity_id", "the reporter's number at the unit is missing")
	}
	w.raw("rentity_id", fmt.Sprint(r.Entity))
	w.optional("rentity_branch", r.Branch, 255)
	w.raw("submission_code", c.Submission)
	kind, ok := c.Reports[r.Code]
	if !ok {
		w.missing("report_code", fmt.Sprintf("%q is not in the code list of %s", r.Code, c.FIU))
	}
	w.raw("report_code", r.Code)
	w.required("entity_reference", r.Reference, 255)
	w.optional("fiu_ref_number", r.FIUReference, 255)
	w.time("submission_date", r.Date)
	w.raw("currency_code_local", c.local.String())
	w.reporter()
	if r.Location != nil {
		w.address("location", *r.Location)
	}
	w.required("reason", r.reason(), 8000)
	w.optional("action", r.Action, 8000)
	w.body(kind)
	codes := w.indicators()
	if len(codes) == 0 {
		w.missing("report_indicators", "at least one is wanted: give an alert or indicators")
	}
	w.open("report_indicators")
	for _, code := range codes {
		w.raw("indicator", code)
	}
	w.close()
	w.close()
}

// reason is why the report is made, in words.
func (r *Report) reason() string {
	if r.Reason != "" || r.Alert == nil {
		return r.Reason
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Alert %s, %s.", r.Alert.ID, strings.ReplaceAll(string(r.Alert.Typology), "-", " "))
	for i, why := range r.Alert.Reasons {
		fmt.Fprintf(&b, " (%d) %s", i+1, why)
	}
	return b.String()
}

func (w *writer) body(kind Kind) {
	r := w.r
	switch {
	case kind.Body == "transactions" && len(r.Transactions) == 0:
		w.missing("transaction", "a report of this code wants at least one")
	case kind.Body == "activity" && len(r.Transactions) > 0:
		w.missing("transaction", "a report of this code has none, but parties")
	case kind.Body == "activity" && len(r.Subjects) == 0:
		w.missing("activity/report_parties", "a report of this code wants at least one")
	case len(r.Transactions) > MaxTransactions:
		w.missing("transaction", fmt.Sprintf("%d of them: at most %d in one report", len(r.Transactions), MaxTransactions))
		return
	}
	seen := map[string]bool{}
	for i := range r.Transactions {
		id := r.Transactions[i].Called()
		if seen[id] {
			w.missing(fmt.Sprintf("transaction[%d]/transactionnumber", i+1), "another transaction has the same")
		}
		seen[id] = true
		w.transaction(i, &r.Transactions[i])
	}
	if len(r.Subjects) == 0 {
		return
	}
	w.open("activity")
	w.open("report_parties")
	for i, s := range r.Subjects {
		w.subject(i, s)
	}
	w.close()
	w.close()
}

func (w *writer) subject(i int, s Subject) {
	w.at("report_party", i)
	defer w.close()
	country := spoor.Country{}
	if s.Party != "" {
		p := w.party(s.Party)
		country = p.Residence
		w.partyElement("", p)
	} else {
		a := w.account(s.Account, "")
		country = a.Country
		w.accountElement("account"+mine(a.Mine), a)
	}
	if country != (spoor.Country{}) {
		w.raw("country", country.String())
	}
	w.raw("is_suspected", fmt.Sprint(s.Suspected))
	if s.Significance < 0 || s.Significance > 10 {
		w.missing("significance", "want 0 to 10")
	}
	w.raw("significance", fmt.Sprint(s.Significance))
	w.required("reason", s.Reason, 8000)
}

func mine(yes bool) string {
	if yes {
		return "_my_client"
	}
	return ""
}

func (w *writer) reporter() {
	by := w.r.By
	w.open("reporting_person")
	w.name("first_name", by.First, 100)
	w.name("last_name", by.Last, 100)
	w.phones(by.Phone)
	if by.Address != nil {
		w.open("addresses")
		w.address("address", *by.Address)
		w.close()
	}
	w.email(by.Email)
	w.optional("occupation", by.Occupation, 255)
	w.close()
}
