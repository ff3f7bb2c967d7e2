package entry

import (
	"cmp"
	"io"
	"strings"

	"spoor"
	"spoor/format/xmlscan"
)

// the elements of the EU's list that say who is meant.
const (
	fsdExport = iota + 1
	fsdEntity
	fsdSubject
	fsdName
	fsdCitizenship
	fsdBirth
	fsdDocument
	fsdAddress
	fsdContact
	fsdRegulation
	fsdRemark
)

var fsdTree = func() *xmlscan.Tree {
	t := &xmlscan.Tree{}
	t.Add("export", fsdExport)
	for i, path := range []string{"", "/subjectType", "/nameAlias", "/citizenship", "/birthdate", "/identification", "/address", "/address/contactInfo", "/regulation", "/remark"} {
		t.Add("export/sanctionEntity"+path, fsdEntity+i)
	}
	return t
}()

// Export reads the EU's consolidated financial sanctions list as the Commission
// publishes it in XML (namespace http://eu.europa.ec/fpi/fsd/export, files
// xmlFullSanctionsList and xmlFullSanctionsList_1_1): everything but remarks is
// in attributes. The list holds those alone whose funds are frozen.
func (r *Reading) Export(src io.Reader) error {
	scan := xmlscan.New(r.Name, src, fsdTree)
	var d *draft
	found := false
	for {
		event, id, err := scan.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		a := attributes{scan}
		switch {
		case id == fsdExport && event == xmlscan.Start:
			found = true
			r.Published, _, _ = xmlscan.Time([]byte(a.get("generationDate")))
		case id == fsdEntity && event == xmlscan.Start:
			d = &draft{}
			d.ID = cmp.Or(a.get("euReferenceNumber"), a.get("logicalId"))
			d.List, d.Freezes, d.Measures = EU, true, []string{"asset freeze"}
		case id == fsdEntity && event == xmlscan.End:
			if err := r.full(); err != nil {
				return err
			}
			r.add(d, scan.Problem)
		case id > fsdEntity && event != xmlscan.End:
			d.element(id, a)
		}
	}
	if !found {
		return r.broken("there is no list of the EU in the file")
	}
	return nil
}

// attributes gives the current element's.
type attributes struct{ scan *xmlscan.Scanner }

func (a attributes) get(name string) string {
	b, err := a.scan.AppendAttr(nil, name)
	if err != nil {
		return ""
	}
	return string(b)
}

// all gives several attributes; "UNKNOWN" says nothing.
func (a attributes) all(names ...string) (out []string) {
	for _, name := range names {
		if s := a.get(name); s != "UNKNOWN" {
			out = append(out, s)
		}
	}
	return out
}

// country takes the code, "00" where it is not known.
func (a attributes) country() spoor.Country {
	c, _ := spoor.ParseCountry(a.get("countryIso2Code"))
	return c
}

func (d *draft) element(id int, a attributes) {
	switch id {
	case fsdSubject:
		if d.Kind = spoor.Organisation; a.get("classificationCode") == "P" || a.get("code") == "person" {
			d.Kind = spoor.Person
		}
	case fsdName:
		whole := a.get("wholeName")
		if whole == "" {
			whole = strings.Join([]string{a.get("firstName"), a.get("middleName"), a.get("lastName")}, " ")
		}
		d.name(whole, a.get("strong") == "false")
	case fsdCitizenship:
		d.country(a.country())
	case fsdBirth:
		d.fsdBirth(a)
	case fsdDocument:
		d.id(cmp.Or(documents[a.get("identificationTypeCode")], spoor.OtherNumber), cmp.Or(a.get("number"), a.get("latinNumber")), a.country())
	case fsdAddress:
		d.country(a.country())
		d.address(joined(a.all("street", "poBox", "zipCode", "city", "region", "place", "countryDescription")))
	case fsdContact:
		if value := a.get("value"); a.get("key") == "EMAIL" {
			d.id(spoor.Email, value, spoor.Country{})
		} else if strings.HasPrefix(a.get("key"), "PHONE") {
			d.id(spoor.Phone, value, spoor.Country{})
		}
	case fsdRegulation:
		d.Programmes = union(d.Programmes, []string{a.get("programme"), a.get("numberTitle")})
	case fsdRemark:
		if text, err := a.scan.AppendText(nil); err == nil && d.Reason == "" {
			d.Reason = line(string(text), maxReason)
		}
	}
}

func (d *draft) fsdBirth(a attributes) {
	about := ""
	if a.get("circa") == "true" {
		about = "circa "
	}
	if from, to := a.get("yearRangeFrom"), a.get("yearRangeTo"); from != "" && to != "" {
		d.birth(Dates("between " + from + " and " + to)...)
	} else if calendar := a.get("calendarType"); calendar == "" || calendar == "GREGORIAN" {
		d.birth(Dates(about + cmp.Or(a.get("birthdate"), a.get("year")))...)
	}
	d.BirthPlace = cmp.Or(d.BirthPlace, line(joined(a.all("place", "city", "region", "countryDescription")), maxText))
}

// documents are the list's codes of documents (identificationTypeCode).
var documents = map[string]spoor.IdentifierKind{
	"passport": spoor.Passport, "diplomaticpassport": spoor.Passport, "traveldoc": spoor.Passport,
	"id": spoor.NationalID, "ssn": spoor.NationalID, "fiscalcode": spoor.TaxNumber, "taxid": spoor.TaxNumber,
	"regnumber": spoor.Registration, "tradelic": spoor.Registration, "imo": spoor.IMO, "mmsi": spoor.MMSI,
	"swiftbic": spoor.BIC, "lei": spoor.LEI,
}
