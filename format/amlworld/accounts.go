package amlworld

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"spoor"
	"spoor/format/text"
)

// Account is a row of an accounts file: an account, its bank and its holder.
type Account struct {
	ID         spoor.AccountID
	BankName   string
	Country    spoor.Country // from the bank's name, zero where it names none
	EntityID   string        // the holder, who may have several accounts
	EntityName string
}

// accountColumns are the names of the columns in the files that IBM publishes
// and in copies of them with other headers.
var accountColumns = [...][2]string{
	{"Bank Name", "bank_name"},
	{"Bank ID", "bank_id"},
	{"Account Number", "account_id"},
	{"Entity ID", "entity_id"},
	{"Entity Name", "entity_name"},
}

const accountsHeader = "Bank Name,Bank ID,Account Number,Entity ID,Entity Name\n"

// SniffAccounts reports whether content that begins with head is an accounts
// file.
func SniffAccounts(head []byte) bool {
	for variant := range accountColumns[0] {
		var names []string
		for _, c := range accountColumns {
			names = append(names, c[variant])
		}
		if text.HasColumns(head, names...) {
			return true
		}
	}
	return false
}

// ReadAccounts reads an accounts file. An error is a *spoor.Problem.
func ReadAccounts(name string, src io.Reader) (out []Account, err error) {
	var at [len(accountColumns)]int
	begin := func(c *text.Columns) {
		for i, names := range accountColumns {
			if at[i] = c.Maybe(names[1]); at[i] < 0 {
				at[i] = c.Need(names[0])
			}
		}
	}
	err = text.Each(name, src, begin, func(f []string) (string, error) {
		id, err := account(f[at[1]], f[at[2]])
		if err != nil {
			return accountColumns[2][0], err
		}
		out = append(out, Account{
			ID: id, BankName: f[at[0]], Country: CountryOfBank(f[at[0]]),
			EntityID: f[at[3]], EntityName: f[at[4]],
		})
		return "", nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// CountryOfBank tells the country from a bank's name such as "Portugal Bank
// #4507". Banks named after anything else, as those of the United States are in
// AMLworld, give zero.
func CountryOfBank(name string) spoor.Country {
	country, _, _ := strings.Cut(name, " Bank")
	c, _ := text.CountryByName(country)
	return c
}

// WriteAccounts writes an accounts file with the columns of those that IBM
// publishes. The country is not written: it is in the bank's name.
func WriteAccounts(w io.Writer, accounts []Account) error {
	out := bufio.NewWriterSize(w, 64<<10)
	out.WriteString(accountsHeader)
	var line []byte
	for _, a := range accounts {
		line = line[:0]
		for i, s := range [...]string{a.BankName, a.ID.Bank, a.ID.Number, a.EntityID, a.EntityName} {
			if !text.Writable(s) {
				return fmt.Errorf("account %s: %q is not text", a.ID, s)
			}
			if i > 0 {
				line = append(line, ',')
			}
			line = text.AppendField(line, s)
		}
		out.Write(append(line, '\n'))
	}
	return out.Flush()
}
