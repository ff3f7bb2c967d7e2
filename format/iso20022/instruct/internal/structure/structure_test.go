package structure

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var kinds = []Kind{{"FIToFICstmrCdtTrf", "CdtTrfTxInf"}, {"CstmrCdtTrfInitn", "PmtInf/CdtTrfTxInf"}, {"PmtRtr", "TxInf"}}

const iso = "urn:iso:std:iso:20022:tech:xsd:"

func message(inside string) string {
	return `<Document xmlns="` + iso + `pacs.008.001.08"><FIToFICstmrCdtTrf>` + inside + `</FIToFICstmrCdtTrf></Document>`
}

func TestTakes(t *testing.T) {
	var c Checker
	header := `<AppHdr xmlns="` + iso + `head.001.001.02"><Fr/><CreDt>x</CreDt></AppHdr>`
	for body, space := range map[string]string{
		message("<CdtTrfTxInf/>"):                                 "pacs.008.001.08",
		"<E>" + header + message("<CdtTrfTxInf/>") + "</E>":       "pacs.008.001.08",
		"<E xmlns='urn:e'>" + header + message("") + "<Sgn/></E>": "pacs.008.001.08",
		"<s:DataPDU xmlns:s='urn:swift:saa'><s:Revision>2</s:Revision><s:Header><s:M><s:N/></s:M></s:Header><s:Body>" + header + message("") + "</s:Body></s:DataPDU>":                   "pacs.008.001.08",
		"<e:E xmlns:e='u' xmlns:p='" + iso + "pacs.008.001.10' xmlns:h='" + iso + "head.001.001.02'><h:AppHdr/><p:Document><p:FIToFICstmrCdtTrf/></p:Document></e:E>":                    "pacs.008.001.10",
		"<Document><FIToFICstmrCdtTrf xmlns='" + iso + "pacs.008.001.02'><CdtTrfTxInf/></FIToFICstmrCdtTrf></Document>":                                                                  "pacs.008.001.02",
		"<Document><FIToFICstmrCdtTrf><CdtTrfTxInf/></FIToFICstmrCdtTrf></Document>":                                                                                                     "",
		"<Document xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='a b'><FIToFICstmrCdtTrf/></Document>":                                                       "",
		message(`<CdtTrfTxInf><A Ccy="EUR">1</A></CdtTrfTxInf>`):                                                                                                                         "pacs.008.001.08",
		message(`<SplmtryData><Envlp><x:Ext xmlns:x="u" k="1"><x:CdtTrfTxInf/><x:Dbtr/><x:Dbtr/></x:Ext></Envlp></SplmtryData><CdtTrfTxInf/>`):                                           "pacs.008.001.08",
		message(`<RfrdDocInf><LineDtls><Id/><Id/></LineDtls></RfrdDocInf>`):                                                                                                              "pacs.008.001.08",
		"<Document><CstmrCdtTrfInitn><PmtInf><Dbtr/><CdtTrfTxInf><Cdtr/></CdtTrfTxInf><CdtTrfTxInf><Cdtr/></CdtTrfTxInf></PmtInf><PmtInf><Dbtr/></PmtInf></CstmrCdtTrfInitn></Document>": "",
	} {
		if p := c.Check([]byte(body), kinds); p != nil || strings.TrimPrefix(string(c.Space()), iso) != space {
			t.Errorf("%s: %v, namespace %s", body, p, c.Space())
		}
	}
}

func TestRefuses(t *testing.T) {
	var c Checker
	header := "<AppHdr/>"
	outside, place := "outside the Document", "not where transactions are"
	for body, want := range map[string]string{
		message("<Foo><CdtTrfTxInf/></Foo>"):                                                            place,
		message("<CdtTrfTxInf><CdtTrfTxInf/></CdtTrfTxInf>"):                                            place,
		message("<GrpHdr><CdtTrfTxInf/></GrpHdr>"):                                                      place,
		message("<SplmtryData><Envlp><CdtTrfTxInf/></Envlp></SplmtryData>"):                             place,
		message("<FIToFICstmrCdtTrf/>"):                                                                 "a message inside a message",
		"<Document><CstmrCdtTrfInitn><CdtTrfTxInf/></CstmrCdtTrfInitn></Document>":                      place,
		"<Document><CstmrCdtTrfInitn><PmtInf><PmtInf/></PmtInf></CstmrCdtTrfInitn></Document>":          place,
		"<Document><CstmrCdtTrfInitn><X><CdtTrfTxInf/></X></CstmrCdtTrfInitn></Document>":               place,
		message("<CdtTrfTxInf><Dbtr xmlns='urn:evil'/></CdtTrfTxInf>"):                                  "foreign namespace in",
		message("<CdtTrfTxInf xmlns:e='urn:evil'><e:Dbtr/></CdtTrfTxInf>"):                              "foreign namespace in",
		message("<CdtTrfTxInf xmlns=''/>"):                                                              "foreign namespace in",
		message("<CdtTrfTxInf xmlns='" + iso + "pacs.008.001.10'/>"):                                    "foreign namespace in",
		message("<Envlp><x xmlns='u'/></Envlp>"):                                                        "foreign namespace in",
		message("<SplmtryData><Envlp><x xmlns='u'/></Envlp></SplmtryData><y xmlns='u'/>"):               "foreign namespace in",
		"<Document xmlns='urn:evil'><FIToFICstmrCdtTrf/></Document>":                                    "the Document is of a foreign namespace",
		"<E xmlns='urn:e'><AppHdr/><Document><FIToFICstmrCdtTrf/></Document></E>":                       "the Document is of a foreign namespace",
		"<Document xmlns='" + iso + "pacs.008.001.08'><FIToFICstmrCdtTrf xmlns='urn:evil'/></Document>": "foreign namespace in",
		message("<CdtTrfTxInf xml:space='preserve'/>"):                                                  "an attribute other than Ccy",
		message("<A ccy='EUR'/>"):                                                                       "an attribute other than Ccy",
		message("<A xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'/>"):                "an attribute other than Ccy",
		"<R>" + message("") + "</R>":                                                                    "neither the root nor beside",
		"<R><X>" + header + "</X>" + message("") + "</R>":                                               "neither the root nor beside",
		"<R>" + header + "<X>" + message("") + "</X></R>":                                               "neither the root nor beside",
		"<R><A>" + header + "</A><B>" + message("") + "</B></R>":                                        "neither the root nor beside",
		"<R>" + message("") + header + "</R>":                                                           "neither the root nor beside",
		"<R>" + header + message("") + "<CdtTrfTxInf/></R>":                                             outside,
		"<R>" + header + "<X><PmtInf/></X>" + message("") + "</R>":                                      outside,
		"<R>" + header + message("") + "<X><FIToFICstmrCdtTrf/></X></R>":                                outside,
		"<R>" + header + message("") + message("") + "</R>":                                             "a second Document",
		message("<X><Document/></X>"):                                                                   "a second Document",
		"<Document><FIToFICstmrCdtTrf/><PmtRtr/></Document>":                                            "a second message",
		message("<CdtTrfTxInf><CdtrAcct/><Foo/><CdtrAcct/></CdtTrfTxInf>"):                              "has once is there twice: CdtrAcct",
		message("<CdtTrfTxInf><CdtrAcct><Id/><Id/></CdtrAcct></CdtTrfTxInf>"):                           "has once is there twice: Id",
		message("<CdtTrfTxInf/>") + "x":                                                                 "text outside the document",
		message("<CdtTrfTxInf>x<A/></CdtTrfTxInf>"):                                                     "text between elements",
	} {
		if p := c.Check([]byte(body), kinds); p == nil || !strings.Contains(p.Reason, want) || !p.Fatal {
			t.Errorf("%s:\n got %v\nwant %s", body, p, want)
		}
	}
}

// TestOnce holds the list to the schemas: where one of them allows several, the
// element's parent is excepted.
func TestOnce(t *testing.T) {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../../../../shared/data"
	}
	files, _ := filepath.Glob(filepath.Join(dir, "formats", "iso20022", "pa*.xsd"))
	if len(files) == 0 {
		t.Skipf("no ISO 20022 schemas under %s: set SPOOR_DATA to the folder of test data", dir)
	}
	names, several := 0, regexp.MustCompile(`<xs:element[^>]* name="(\w+)"`)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		inside := ""
		for line := range strings.Lines(string(b)) {
			if _, rest, ok := strings.Cut(line, `complexType name="`); ok {
				inside, _, _ = strings.Cut(rest, `"`)
			}
			m := several.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			if _, is := once[m[1]]; is {
				if names++; strings.Contains(line, "maxOccurs") && !strings.Contains(line, `maxOccurs="1"`) && !strings.HasPrefix(inside, "DocumentLineInformation") {
					t.Errorf("%s: %s has several %s", filepath.Base(f), inside, m[1])
				}
			}
		}
	}
	if names < 500 {
		t.Errorf("%d elements looked at", names)
	}
}
