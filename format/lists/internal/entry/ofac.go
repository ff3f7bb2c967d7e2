package entry

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"spoor"
	"spoor/format/text"
)

// The names of the lists that have one of their own.
const (
	SDN    = "OFAC SDN"
	NonSDN = "OFAC non-SDN"
	EU     = "EU"
	UN     = "UN"
)

// Fields of a record in OFAC's files (SDN data specification, "Delimited
// files"), by which these are told apart: the entries, their alternative names,
// their addresses.
const (
	EntryFields   = 12 // ent_num, name, type, program, title, call_sign, vess_type, tonnage, grt, vess_flag, vess_owner, remarks
	NameFields    = 5  // ent_num, alt_num, type, name, remarks
	AddressFields = 6  // ent_num, add_num, address, city and post code, country, remarks
)

// OFAC reads a set of OFAC's files: entries first, then what belongs to them.
type OFAC struct {
	Reading
	list   string
	index  map[string]int // of ent_num in Listings
	Common [][]string     // of each file of entries, the programmes of all in it: the whole list has none
}

// NewOFAC begins a set of the list SDN or NonSDN.
func NewOFAC(list string) *OFAC { return &OFAC{list: list, index: map[string]int{}} }

// null is how OFAC writes that there is nothing.
func null(s string) string {
	if s = strings.TrimSpace(s); s == "-0-" || s == "undetermined" {
		return ""
	}
	return s
}

func number(s string) bool { return s != "" && len(s) < 10 && strings.Trim(s, "0123456789") == "" }

// record gives the fields without OFAC's nulls, where their number and the first
// are right.
func record(row []string, fields int) ([]string, string, error) {
	if len(row) != fields {
		return nil, "", errors.New("the record has another number of fields than OFAC's file")
	}
	for i := range row {
		row[i] = null(row[i])
	}
	if !number(row[0]) {
		return nil, "ent_num", errors.New(text.Show(row[0]) + " is not an entry's number")
	}
	return row, "", nil
}

// Entries reads entries: sdn.csv, cons_prim.csv or a part of either.
func (o *OFAC) Entries(src io.Reader) error {
	var common []string // nil before the first entry
	err := o.rows(src, func(row []string, at place) (string, error) {
		row, column, err := record(row, EntryFields)
		if err != nil {
			return column, err
		}
		d := o.entry(row)
		if common == nil {
			common = append([]string{}, d.Programmes...)
		}
		common = slices.DeleteFunc(common, func(p string) bool { return !slices.Contains(d.Programmes, p) })
		if i, there := o.index[d.ID]; there {
			Merge(&o.Listings[i], &d.Listing)
			o.Good++
			return "", nil
		}
		if o.add(d, at); len(o.Listings) > len(o.index) {
			o.index[d.ID] = len(o.Listings) - 1
		}
		return "", nil
	})
	o.Common = append(o.Common, common)
	return err
}

func (o *OFAC) entry(row []string) *draft {
	d := &draft{}
	d.ID, d.List, d.Kind = row[0], o.list, spoor.Organisation
	switch row[2] {
	case "individual":
		d.Kind = spoor.Person
	case "vessel":
		d.Kind = spoor.Vessel
	case "aircraft":
		d.Kind = spoor.Aircraft
		d.tailNumber(row[1])
	}
	d.name(row[1], false)
	for _, p := range strings.Split(row[3], "] [") {
		if p = strings.Trim(p, "[] "); p != "" {
			d.Programmes = append(d.Programmes, p)
		}
	}
	d.Measures = []string{"non-blocking sanctions"}
	if d.Freezes = o.list == SDN; d.Freezes {
		d.Measures = []string{"blocking of property"}
	}
	d.id(spoor.CallSign, row[5], spoor.Country{})
	d.country(Countries(row[9])...)
	about := d.remarks(row[11])
	if row[10] != "" {
		about = append(about, "Owner: "+row[10])
	}
	if row[4] != "" {
		about = append(about, row[4])
	}
	d.Reason = line(strings.Join(about, "; "), maxReason)
	return d
}

// tailNumber takes a name such as "EP-GOM" as the registration that it is.
func (d *draft) tailNumber(name string) {
	if !strings.Contains(name, " ") && len(name) >= 4 && len(name) <= 8 {
		d.id(spoor.TailNumber, name, spoor.Country{})
	}
}

// Alternatives reads alt.csv or cons_alt.csv.
func (o *OFAC) Alternatives(src io.Reader) error {
	return o.belongings(src, NameFields, func(d *draft, row []string) {
		d.name(row[3], strings.Contains(strings.ToLower(row[4]), "weak"))
	})
}

// Addresses reads add.csv or cons_add.csv.
func (o *OFAC) Addresses(src io.Reader) error {
	return o.belongings(src, AddressFields, func(d *draft, row []string) {
		d.country(Countries(row[4])...)
		d.address(joined(row[2:5]))
	})
}

// belongings reads what belongs to entries; what belongs to none is passed over,
// since one folder may hold a part of the list.
func (o *OFAC) belongings(src io.Reader, fields int, use func(*draft, []string)) error {
	return o.rows(src, func(row []string, _ place) (string, error) {
		row, column, err := record(row, fields)
		if err != nil {
			return column, err
		}
		if i, ok := o.index[row[0]]; ok {
			d := draft{Listing: o.Listings[i]}
			use(&d, row)
			o.Listings[i] = d.Listing
		}
		o.Good++
		return "", nil
	})
}

//go:embed remarks.txt
var remarksTable string

// remark is how a remark begins that holds a number.
type remark struct {
	kind   spoor.IdentifierKind
	begins string
}

var numbered = sync.OnceValue(func() (out []remark) {
	for line := range strings.Lines(remarksTable) {
		if kind, begins, _ := strings.Cut(strings.TrimSpace(line), " "); kind != "#" {
			out = append(out, remark{spoor.IdentifierKind(kind), begins})
		}
	}
	return out
})

// remarks takes dates, places, countries, numbers and weak names from the
// remarks field, and returns the parts that say whom the entry belongs to.
// OFAC puts weak a.k.a.s, and only these, into the remarks (FAQ 122-124).
func (d *draft) remarks(s string) (links []string) {
	for _, part := range strings.Split(strings.TrimSuffix(s, "."), ";") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "alt. ")
		word, rest, _ := strings.Cut(part, " ")
		switch word {
		case "DOB":
			d.birth(Dates(rest)...)
		case "POB":
			d.BirthPlace = cmp.Or(d.BirthPlace, line(rest, maxText))
		case "nationality", "citizen":
			d.country(Countries(rest)...)
		case "a.k.a.", "f.k.a.":
			d.name(strings.Trim(rest, "' ."), true)
		case "Linked":
			links = append(links, part)
		case "Digital":
			if _, coin, ok := strings.Cut(part, "Digital Currency Address - "); ok {
				_, address, _ := strings.Cut(coin, " ")
				d.id(spoor.CryptoAddress, address, spoor.Country{})
			}
		case "Vessel", "Flag":
			if _, flag, ok := strings.Cut(part, "Flag "); ok {
				d.country(Countries(flag)...)
				break
			}
			d.number(part)
		default:
			d.number(part)
		}
	}
	return links
}

// number takes a remark such as "Passport T14553558 (Iran) issued 28 Oct 2008".
func (d *draft) number(part string) {
	for _, n := range numbered() {
		rest, ok := strings.CutPrefix(part, n.begins)
		if !ok || rest == "" || rest[0] != ' ' && rest[0] != '.' {
			continue
		}
		var in spoor.Country
		if n.kind != spoor.Phone {
			if open := strings.IndexByte(rest, '('); open > 0 {
				if end := strings.IndexByte(rest[open:], ')'); end > 0 {
					in, _ = country(rest[open+1 : open+end])
				}
			}
			if cut := detail.FindStringIndex(rest); cut != nil && cut[0] > 0 {
				rest = rest[:cut[0]]
			}
		}
		d.id(n.kind, strings.Trim(rest, ". #"), in)
		return
	}
}

// SniffOFAC recognises OFAC's files, which have no header, by the shape of their
// records: fields is how many these have, 0 for other files, and list is that of
// entries. What is no blocking list is told by its programmes: those of the
// non-SDN lists, or the directives under order 13662, in most of the records.
func SniffOFAC(head []byte) (fields int, list string) {
	if end := bytes.LastIndexByte(head, '\n'); end >= 0 {
		head = head[:end] // the record after it may be cut
	}
	scan := text.NewScanner("", bytes.NewReader(head))
	entries, milder := 0, 0
	for {
		row, err := scan.Next()
		if err != nil {
			break
		}
		if row, _, err = record(row, len(row)); err != nil {
			break
		}
		switch t := row[min(2, len(row)-1)]; {
		case len(row) == NameFields && number(row[1]) && len(t) == 3 && strings.HasSuffix(strings.ToLower(t), "ka"):
			return NameFields, ""
		case len(row) == AddressFields && number(row[1]):
			return AddressFields, ""
		case len(row) != EntryFields || t != "" && t != "individual" && t != "vessel" && t != "aircraft" && t != "entity":
			return 0, ""
		}
		entries++
		if nonSDN.MatchString(row[3]) {
			milder++
		}
	}
	switch {
	case entries == 0:
		return 0, ""
	case 2*milder > entries:
		return EntryFields, NonSDN
	}
	return EntryFields, SDN
}

// nonSDN finds the programmes of OFAC's lists that block nothing.
var nonSDN = regexp.MustCompile(`NS-|FSE-|561|CAPTA|CMIC|SSI|MBS|UKRAINE-EO13662`)
