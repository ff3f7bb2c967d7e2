package entry

import (
	"crypto/sha256"
	"fmt"
	"io"
	"regexp"
	"strings"

	"spoor"
)

// Journal reads one regulation of the EU as comma-separated text: a record an
// entry, as extracted from the consolidated texts in the Official Journal, with
// several values of a cell between semicolons.
func (r *Reading) Journal(src io.Reader) error {
	seen := map[string]int{}
	return r.columns(src, func(get func(string) string, at place) {
		d := &draft{}
		d.List, d.Kind = EU, spoor.Organisation // LegalEntity is any legal person here
		switch get("schema") {
		case "Person":
			d.Kind = spoor.Person
		case "Vessel":
			d.Kind = spoor.Vessel
		case "Airplane":
			d.Kind = spoor.Aircraft
		case "Asset", "":
			d.Kind = spoor.AnyParty
		}
		d.names(get("name"), false)
		d.names(get("alias"), false)
		d.names(get("previousname"), false)
		d.names(get("weakalias"), true)
		d.ID = journalID(get, seen)
		d.Programmes = union(nil, []string{get("celex"), get("programkey")})
		if m := get("measure"); m != "" {
			d.Measures = []string{m}
			d.Freezes = strings.EqualFold(m, "Asset freeze")
		}
		d.Reason = line(get("reason"), maxReason)
		d.birth(Dates(get("birthdate"))...)
		d.birth(Dates(get("incorporationdate"))...)
		d.BirthPlace = line(get("birthplace"), maxText)
		for _, column := range []string{"nationality", "country", "jurisdiction", "flag"} {
			for _, s := range strings.Split(get(column), ";") {
				d.country(Countries(s)...)
			}
		}
		for _, a := range strings.Split(get("address"), ";") {
			d.address(a)
			d.country(Countries(a[strings.LastIndexByte(a, ',')+1:])...)
		}
		d.journalNumbers(get)
		r.add(d, at)
	})
}

// journalID makes an id that stays the same from version to version: the record
// numbers of a regulation are those of its annexes, and some annexes have none.
func journalID(get func(string) string, seen map[string]int) string {
	record := get("recordid")
	if record == "" {
		sum := sha256.Sum256([]byte(get("name")))
		record = fmt.Sprintf("%x", sum[:4])
	}
	id := get("celex") + ":" + get("annex") + ":" + record
	if seen[id]++; seen[id] > 1 {
		id = fmt.Sprintf("%s-%d", id, seen[id])
	}
	return id
}

// parts divides a cell with several numbers or e-mail addresses.
var parts = regexp.MustCompile(`[;,"]+| and `)

// journalNumbers takes the numbers. KPP codes are not taken: they say why and
// where a Russian company is registered, and many share one.
func (d *draft) journalNumbers(get func(string) string) {
	d.documents(spoor.Passport, get("passportnumber"), spoor.Country{})
	d.documents(spoor.NationalID, get("idnumber"), spoor.Country{})
	for _, s := range strings.Split(get("registrationnumber"), ";") {
		kind := spoor.Registration
		if strings.Contains(s, "(Tax ID") || strings.Contains(s, "INN)") {
			kind = spoor.TaxNumber
		}
		d.documents(kind, firstNumber(s), spoor.Country{})
	}
	for _, s := range strings.Split(get("taxnumber")+";"+get("inncode"), ";") {
		d.documents(spoor.TaxNumber, firstNumber(s), spoor.Country{})
	}
	for _, s := range strings.Split(get("ogrncode"), ";") {
		d.documents(spoor.Registration, firstNumber(s), spoor.Country{})
	}
	for _, c := range []struct {
		column string
		kind   spoor.IdentifierKind
	}{
		{"okpocode", spoor.Registration},
		{"leicode", spoor.LEI}, {"swiftbic", spoor.BIC}, {"imonumber", spoor.IMO}, {"mmsi", spoor.MMSI}, {"email", spoor.Email},
	} {
		for _, one := range parts.Split(get(c.column), MaxNames) {
			d.id(c.kind, one, spoor.Country{})
		}
	}
	for _, s := range strings.FieldsFunc(get("phone"), func(r rune) bool { return r == ';' || r == ',' }) {
		if !strings.Contains(s, "Fax") && digits(s) >= 7 {
			d.id(spoor.Phone, s, spoor.Country{})
		}
	}
}

// firstNumber leaves out what stands behind a slash or a comma: the KPP code, or
// the same number again.
func firstNumber(s string) string {
	if cut := strings.IndexAny(s, "/,–"); cut > 4 && strings.IndexByte(s, '(') < 0 {
		return s[:cut]
	}
	return s
}
