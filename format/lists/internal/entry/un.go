package entry

import (
	"cmp"
	"io"
	"regexp"
	"strings"

	"spoor"
	"spoor/format/xmlscan"
)

// what an element of the UN's list is to its reader.
const (
	unList = iota + 1
	unIndividual
	unEntity
	unField // of an entry
	unGroup // of fields
	unInner // field of a group
)

// unTree wants the elements of the UN Security Council's consolidated list
// (sc-sanctions.xsd) that say who is meant.
var unTree = func() *xmlscan.Tree {
	t := &xmlscan.Tree{}
	t.Add("CONSOLIDATED_LIST", unList)
	for at, path := range map[int]string{unIndividual: "INDIVIDUALS/INDIVIDUAL", unEntity: "ENTITIES/ENTITY"} {
		path = "CONSOLIDATED_LIST/" + path
		t.Add(path, at)
		t.Add(path+"/*", unField)
		kind := path[strings.LastIndexByte(path, '/')+1:]
		for _, group := range []string{"NATIONALITY", kind + "_ALIAS", kind + "_ADDRESS", kind + "_DATE_OF_BIRTH", kind + "_PLACE_OF_BIRTH", kind + "_DOCUMENT"} {
			t.Add(path+"/"+group, unGroup)
			t.Add(path+"/"+group+"/*", unInner)
		}
	}
	return t
}()

// UN reads the UN Security Council's consolidated list.
func (r *Reading) UN(src io.Reader) error {
	scan := xmlscan.New(r.Name, src, unTree)
	var d *draft
	fields, inner := map[string]string{}, map[string]string{}
	found, group := false, ""
	var buf []byte
	text := func(to map[string]string) {
		var err error
		if buf, err = scan.AppendText(buf[:0]); err == nil && len(buf) > 0 && to[string(scan.Name())] == "" {
			to[string(scan.Name())] = string(buf)
		}
	}
	for {
		event, id, err := scan.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		switch {
		case id == unList && event == xmlscan.Start:
			found = true
			if buf, err = scan.AppendAttr(buf[:0], "dateGenerated"); err == nil {
				r.Published, _, _ = xmlscan.Time(buf)
			}
		case (id == unIndividual || id == unEntity) && event == xmlscan.Start:
			d = &draft{}
			clear(fields)
			if d.List, d.Kind = UN, spoor.Organisation; id == unIndividual {
				d.Kind = spoor.Person
			}
		case (id == unIndividual || id == unEntity) && event == xmlscan.End:
			if err := r.full(); err != nil {
				return err
			}
			d.unEntry(fields)
			r.add(d, scan.Problem)
		case id == unField && event == xmlscan.Leaf:
			text(fields)
		case id == unGroup && event == xmlscan.Start:
			clear(inner)
			group = string(scan.Name())
			group = group[strings.IndexByte(group, '_')+1:]
		case id == unInner && event == xmlscan.Leaf:
			text(inner)
		case id == unGroup && event == xmlscan.End:
			d.unGroup(group, inner)
		}
	}
	if !found {
		return r.broken("there is no list of the UN in the file")
	}
	return nil
}

// unEntry takes the fields that an entry has once.
func (d *draft) unEntry(f map[string]string) {
	aliases := d.Names
	d.Names = nil
	name := strings.Join(pick(f, "FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"), " ")
	if d.Kind == spoor.Person {
		d.name(name, false)
	} else {
		d.names(name, false)
	}
	d.names(f["NAME_ORIGINAL_SCRIPT"], false)
	for _, n := range aliases {
		d.name(n.Full, n.Weak)
	}
	d.ID = cmp.Or(f["REFERENCE_NUMBER"], f["DATAID"])
	if p := f["UN_LIST_TYPE"]; p != "" {
		d.Programmes = []string{p}
	}
	comments := f["COMMENTS1"]
	if d.Freezes = unFreezes(f["UN_LIST_TYPE"], comments); d.Freezes {
		d.Measures = []string{"assets freeze"}
	} else {
		d.Measures = []string{"travel ban"}
	}
	if d.Kind == spoor.Organisation {
		for _, m := range imoNumber.FindAllStringSubmatch(comments, MaxNames) {
			if !strings.Contains(strings.ToLower(m[0]), "vessel") {
				d.id(spoor.IMO, m[1], spoor.Country{})
			}
		}
	}
	d.Reason = line(comments, maxReason)
}

// imoNumber finds the company's own number in the comments of shipping companies.
var imoNumber = regexp.MustCompile(`IMO [Nn]umber: ?(\d{7})\b`)

// unFreezes tells the entries whose funds are not frozen: resolution 2048 (2012)
// on Guinea-Bissau bans travel alone, and so does paragraph 15 of resolution 1970
// (2011) on Libya where paragraph 17 is not named, too.
func unFreezes(list, comments string) bool {
	switch list {
	case "GB":
		return false
	case "Libya":
		low := strings.ToLower(comments)
		return !strings.Contains(low, "travel ban") || strings.Contains(low, "asset freeze") || strings.Contains(low, "assets freeze") || strings.Contains(low, "paragraph 17")
	}
	return true
}

// unGroup takes one alias, address, date, place or document.
func (d *draft) unGroup(group string, f map[string]string) {
	switch group {
	case "NATIONALITY":
		d.country(Countries(f["VALUE"])...)
	case "ALIAS":
		// QUALITY is Good or Low for individuals, a.k.a. or f.k.a. for entities.
		d.names(f["ALIAS_NAME"], f["QUALITY"] == "Low")
	case "ADDRESS":
		d.country(Countries(f["COUNTRY"])...)
		d.address(joined(pick(f, "STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")))
	case "PLACE_OF_BIRTH":
		d.BirthPlace = cmp.Or(d.BirthPlace, line(joined(pick(f, "STREET", "CITY", "STATE_PROVINCE", "COUNTRY")), maxText))
	case "DATE_OF_BIRTH":
		d.unBirth(f)
	case "DOCUMENT":
		kind := spoor.NationalID
		switch what := strings.ToLower(f["TYPE_OF_DOCUMENT"] + f["TYPE_OF_DOCUMENT2"] + f["NUMBER"]); {
		case strings.Contains(what, "pass") || strings.Contains(what, "pasaporte"):
			kind = spoor.Passport
		case strings.Contains(what, "ration card"):
			kind = spoor.OtherNumber // a household's
		}
		in, ok := country(f["ISSUING_COUNTRY"])
		if !ok {
			in, _ = country(f["COUNTRY_OF_ISSUE"])
		}
		d.documents(kind, f["NUMBER"], in)
	}
}

// unBirth takes a date; TYPE_OF_DATE is EXACT, APPROXIMATELY or BETWEEN.
func (d *draft) unBirth(f map[string]string) {
	if f["FROM_YEAR"] != "" {
		d.birth(Dates("between " + f["FROM_YEAR"] + " and " + f["TO_YEAR"])...)
		return
	}
	about := ""
	if f["TYPE_OF_DATE"] == "APPROXIMATELY" {
		about = "circa "
	}
	for _, s := range []string{f["DATE"], f["YEAR"], f["NOTE"]} {
		if found := Dates(about + s); len(found) > 0 {
			d.birth(found...)
			return
		}
	}
}

// pick gives the fields of some names.
func pick(f map[string]string, names ...string) (out []string) {
	for _, n := range names {
		out = append(out, f[n])
	}
	return out
}
