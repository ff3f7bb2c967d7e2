package report

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"spoor"
)

// Codes is the code list of one financial intelligence unit, read from a file:
// each unit has its own, and a report with another's codes is rejected.
type Codes struct {
	FIU           string            `toml:"fiu"`
	Verified      bool              `toml:"verified"` // a person compared this with the unit's list
	Source        string            `toml:"source"`
	SchemaVersion string            `toml:"schema_version"` // "": not written
	Currency      string            `toml:"currency"`       // currency_code_local
	Submission    string            `toml:"submission"`
	ModeComment   string            `toml:"transmode_comment"`
	NameLetters   string            `toml:"name_letters"` // inside of a character class; "": all letters
	Reports       map[string]Kind   `toml:"reports"`      // by report_code
	Transmode     map[string]string `toml:"transmode"`    // by spoor.Channel
	Funds         map[string]string `toml:"funds"`        // by spoor.Channel
	Indicators    map[string]string `toml:"indicators"`   // by spoor.Typology
	More          struct {
		Codes []string `toml:"codes"`
	} `toml:"more_indicators"`
	AccountTypes  map[string]string `toml:"account_types"`
	AccountStatus map[string]string `toml:"account_status"`
	AccountRoles  map[string]string `toml:"account_roles"`
	DirectorRoles map[string]string `toml:"director_roles"`
	LegalForms    map[string]string `toml:"legal_forms"`
	Documents     map[string]string `toml:"documents"` // by spoor.IdentifierKind
	Sides         map[string]string `toml:"sides"`     // payer, payee
	Genders       map[string]string `toml:"genders"`
	Contact       map[string]string `toml:"contact"` // business, private, phone
	TaxRegistered map[string]string `toml:"tax_registered"`
	Unknown       map[string]string `toml:"unknown"` // country, institution, name

	local   spoor.Currency
	foreign *regexp.Regexp // a letter that names may not be written with
}

// Kind is a sort of report.
type Kind struct {
	Name string `toml:"name"`
	Body string `toml:"body"` // "transactions" or "activity"
}

const maxCodes = 1 << 20

//go:embed example.toml
var example []byte

// Example is the code list of a unit that does not exist, for tests and as a
// pattern for other lists.
func Example() []byte { return slices.Clone(example) }

// ParseCodes reads a code list. It refuses keys that it does not know, since a
// misspelt one would leave a table empty.
func ParseCodes(file []byte) (*Codes, error) {
	if len(file) > maxCodes {
		return nil, fmt.Errorf("code list of %d bytes: at most %d", len(file), maxCodes)
	}
	c := &Codes{}
	meta, err := toml.Decode(string(file), c)
	if err != nil {
		return nil, fmt.Errorf("code list: %w", err)
	}
	if keys := meta.Undecoded(); len(keys) > 0 {
		return nil, fmt.Errorf("code list: unknown key %q", keys[0].String())
	}
	if c.FIU == "" || c.Source == "" {
		return nil, fmt.Errorf("code list: fiu and source must say whose list this is and where it is from")
	}
	if c.local, err = spoor.ParseCurrency(c.Currency); err != nil || c.local == spoor.XXX {
		return nil, fmt.Errorf("code list: currency %q is none", c.Currency)
	}
	if c.Submission == "" || utf8.RuneCountInString(c.ModeComment) != 1 {
		return nil, fmt.Errorf("code list: submission is missing, or transmode_comment is not of one letter")
	}
	for code, k := range c.Reports {
		if k.Body != "transactions" && k.Body != "activity" {
			return nil, fmt.Errorf("code list: report %s: body %q, want transactions or activity", code, k.Body)
		}
	}
	for _, table := range []struct {
		name string
		is   map[string]string
		must []string
	}{
		{"transmode", c.Transmode, []string{"unknown"}}, {"funds", c.Funds, []string{"unknown"}}, {"sides", c.Sides, []string{"payer", "payee"}},
		{"contact", c.Contact, []string{"business", "private", "phone"}}, {"tax_registered", c.TaxRegistered, []string{"yes", "no"}},
	} {
		for _, key := range table.must {
			if table.is[key] == "" {
				return nil, fmt.Errorf("code list: %s.%s is missing", table.name, key)
			}
		}
	}
	if c.NameLetters != "" {
		if c.foreign, err = regexp.Compile("[^" + c.NameLetters + "]"); err != nil {
			return nil, fmt.Errorf("code list: name_letters: %w", err)
		}
	}
	return c, nil
}

// channel is the code of a channel in a table, that of the unknown channel where
// the table has none.
func channel(table map[string]string, c spoor.Channel) string {
	if code := table[c.String()]; code != "" {
		return code
	}
	return table[spoor.UnknownChannel.String()]
}

// indicators are the codes of an alert's typologies and those that a person gave.
func (w *writer) indicators() (out []string) {
	add := func(code string) {
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	if a := w.r.Alert; a != nil {
		for _, t := range slices.Concat([]spoor.Typology{a.Typology}, a.Typologies) {
			switch code := w.c.Indicators[string(t)]; {
			case code != "":
				add(code)
			case t != "":
				w.note("report_indicators", "the code list has no indicator for "+string(t))
			}
		}
	}
	for _, code := range w.r.Indicators {
		known := slices.Contains(w.c.More.Codes, code)
		for _, k := range w.c.Indicators {
			known = known || k == code
		}
		if !known {
			w.missing("report_indicators", fmt.Sprintf("indicator %q is not in the code list of %s", code, w.c.FIU))
			continue
		}
		add(code)
	}
	return out
}

// keys lists a table's keys for errors.
func keys(table map[string]string) string {
	var out []string
	for k := range table {
		out = append(out, k)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
