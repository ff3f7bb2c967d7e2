package xsdcheck

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// parcels are the insides of a parcel and what is wrong with them; "" is
// nothing.
var parcels = []struct{ body, fault string }{
	{`<id>AB12</id>`, ""},
	{`<id>ABC</id>`, "length"},
	{`<id>ABc1</id>`, "pattern"},
	{`<id>äß漢1</id>`, ""},
	{``, "the end where id is expected"},
	{`<id>AB12</id><id>AB12</id>`, "id is not expected here"},
	{`<id>AB12</id><long>1</long><wide>99999999999</wide>`, ""},
	{`<id>AB12</id><long>1</long>`, "wide is expected"},
	{`<id>AB12</id><wide>1</wide>`, "wide is not expected"},
	{`<id>AB12</id><long>2147483648</long><wide>1</wide>`, "no int"},
	{`<id>AB12</id><long> 7 </long><wide>1.0</wide>`, "no integer"},
	{`<id>AB12</id><sent>2026-02-28T10:00:00</sent>`, ""},
	{`<id>AB12</id><sent>2026-02-28T10:00:00.25+02:00</sent>`, ""},
	{`<id>AB12</id><sent>2026-02-29T10:00:00Z</sent>`, "no dateTime"},
	{`<id>AB12</id><sent>2026-02-28T10:00:00,25Z</sent>`, "no dateTime"},
	{`<id>AB12</id><sent>2026-02-28T1:00:00</sent>`, "no dateTime"},
	{`<id>AB12</id><sent>2026-02-28</sent>`, "no dateTime"},
	{`<id>AB12</id><sent>2026-02-28T10:00:00+15:00</sent>`, "no dateTime"},
	{`<id>AB12</id><weight unit="kg">12.50</weight><weight unit="lb">0</weight>`, ""},
	{`<id>AB12</id><weight unit="kg">1</weight><weight unit="kg">1</weight><weight unit="kg">1</weight>`, "weight is not expected"},
	{`<id>AB12</id><weight unit="kg">12.501</weight>`, "fractionDigits"},
	{`<id>AB12</id><weight unit="kg">1234.56</weight>`, "totalDigits"},
	{`<id>AB12</id><weight unit="kg">-0.01</weight>`, "minInclusive"},
	{`<id>AB12</id><weight unit="kg">500</weight>`, "maxExclusive"},
	{`<id>AB12</id><weight unit="kg">1e2</weight>`, "no decimal"},
	{`<id>AB12</id><weight unit="g">1</weight>`, "not in the list"},
	{`<id>AB12</id><weight>1</weight>`, "attribute unit is missing"},
	{`<id>AB12</id><weight unit="kg" x="">1</weight>`, "attribute x is not allowed"},
	{`<id>AB12</id><weight unit="kg"><b/></weight>`, "only text"},
	{`<id>AB12</id><to><name>Ann</name></to><via>A</via><day>2026-01-31Z</day><via>B</via><to age="7"><name>Bo</name><role>x</role></to>`, ""},
	{`<id>AB12</id><day>2026-01-31</day>`, "day is not expected"},
	{`<id>AB12</id><via>A</via><day>2026-01-32</day>`, "no date"},
	{`<id>AB12</id><to><name>Ann</name><role>12</role></to>`, ""},
	{`<id>AB12</id><to><name>Ann</name><role>a1</role></to>`, "pattern"},
	{`<id>AB12</id><to><name>Ann</name><role>abcdef</role></to>`, "maxLength"},
	{`<id>AB12</id><to age="x"><name>Ann</name></to>`, "no int"},
	{`<id>AB12</id><to><name></name></to>`, "minLength"},
	{`<id>AB12</id><to><role>x</role></to>`, "name is expected"},
	{`<id>AB12</id><to>x<name>Ann</name></to>`, "between elements"},
	{`<id>AB12</id><note>hello</note>`, ""},
	{`<id>AB12</id><note>hello!</note>`, "maxLength"},
	{`<id>AB12</id><flags><insured>0</insured><fragile>true</fragile></flags>`, ""},
	{`<id>AB12</id><flags><insured>0</insured></flags>`, "fragile is missing"},
	{`<id>AB12</id><flags><fragile>1</fragile><fragile>1</fragile></flags>`, "fragile is not expected"},
	{`<id>AB12</id><flags><fragile>yes</fragile></flags>`, "no boolean"},
	{`<id>AB12</id><scan>AAEC</scan>`, ""},
	{`<id>AB12</id><scan>AAECAw==</scan>`, "maxLength"},
	{`<id>AB12</id><scan>A*EC</scan>`, "no base64Binary"},
	{`<id>AB12</id><light unit="kg">4.99</light>`, ""},
	{`<id>AB12</id><light unit="lb">4.99</light>`, "only \"kg\""},
	{`<id>AB12</id><light>4.99</light>`, "unit is missing"},
	{`<id>AB12</id><light unit="kg">5.01</light>`, "maxInclusive"},
	{`<id>AB12</id><light unit="kg">4.999</light>`, "fractionDigits"},
	{`<id>AB12</id><word> a  b </word>`, ""},
	{`<id>AB12</id><word>a  bc</word>`, "length"},
	{`<id>AB12</id><level>0.1</level>`, ""},
	{`<id>AB12</id><level>1.0</level>`, ""},
	{`<id>AB12</id><level>0.0</level>`, "minExclusive"},
	{`<id>AB12</id><level>1.1</level>`, "maxInclusive"},
	{`<id>AB12</id><kind>box</kind>`, ""},
	{`<id>AB12</id><paid>1</paid>`, ""},
	{`<id>AB12</id><paid>true</paid>`, `only "1"`},
	{`<id>AB12</id><kind>bag</kind>`, `only "box"`},
	{`<id>AB12</id><inner><id>CD34</id><inner><id>EF56</id></inner></inner>`, ""},
	{`<id>AB12</id><inner><id>CD34</id><inner><id>E</id></inner></inner>`, "parcel/inner/inner/id"},
	{`<id>AB12</id><x xmlns="urn:other"><anything/></x>`, ""},
	{`<id>AB12</id><x xmlns="urn:third"/>`, "x is not expected"},
	{`<id xmlns="">AB12</id>`, "id is expected"},
}

func parcel(body string) string { return `<parcel xmlns="urn:parcel">` + body + `</parcel>` }

func TestParcels(t *testing.T) {
	s := read(t, "testdata/parcel.xsd")
	for _, c := range parcels {
		err := s.Validate([]byte(parcel(c.body)))
		if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
			t.Errorf("%s\n got %v\nwant %q", c.body, err, c.fault)
		}
	}
}

// TestParcelsByXmllint asks another validator the same, where there is one.
func TestParcelsByXmllint(t *testing.T) {
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("no xmllint on this machine (package libxml2-utils)")
	}
	for _, c := range parcels {
		file := filepath.Join(t.TempDir(), "parcel.xml")
		if err := os.WriteFile(file, []byte(parcel(c.body)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(lint, "--noout", "--nonet", "--schema", "testdata/parcel.xsd", file).CombinedOutput()
		if err == nil != (c.fault == "") {
			t.Errorf("%s: %v\n%s", c.body, err, out)
		}
	}
}

// TestDocuments refuses what is no document, or another one to other readers.
func TestDocuments(t *testing.T) {
	s := read(t, "testdata/parcel.xsd")
	for doc, fault := range map[string]string{
		"":                                      "0 root elements",
		"<a/>":                                  "no root element a",
		"<a":                                    "unexpected EOF",
		"<a/>x":                                 "text outside",
		"<id xmlns='urn:parcel'>AB12</id>":      "no root element id",
		"<parcel xmlns='urn:parcel'/><parcel/>": "2 root elements",
		"<!DOCTYPE parcel><parcel xmlns='urn:parcel'><id>AB12</id></parcel>": "document type",
		"<parcel xmlns='urn:parcel' a='1' a='2'><id>AB12</id></parcel>":      "given twice",
		"<parcel xmlns='urn:parcel' xmlns:i='" + xsi + "' i:nil='true'/>":    "not allowed",
		"<parcel xmlns='urn:parcel' xmlns:i='" + xsi + "' i:type='Who'/>":    "not allowed",
		strings.Repeat("<a>", 300): "elements deep",
	} {
		if err := s.Validate([]byte(doc)); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%s\n got %v\nwant %q", doc, err, fault)
		}
	}
	ok := "\ufeff<?xml version='1.0'?><!-- c --><p:parcel xmlns:p='urn:parcel' xmlns:i='" + xsi + "' i:schemaLocation='urn:parcel parcel.xsd'><p:id>AB12</p:id></p:parcel>\n"
	if err := s.Validate([]byte(ok)); err != nil {
		t.Error(err)
	}
}

// TestBeyond refuses schemas with what the validator would not hold documents to.
func TestBeyond(t *testing.T) {
	const head = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">`
	simple := func(s string) string { return `<xs:simpleType name="a">` + s + `</xs:simpleType>` }
	complex := func(s string) string { return `<xs:complexType name="a">` + s + `</xs:complexType>` }
	for body, fault := range map[string]string{
		`<xs:import namespace="x"/>`:                "top-level import",
		simple(`<xs:list itemType="xs:int"/>`):      "without a restriction",
		simple(`<xs:union memberTypes="xs:int"/>`):  "without a restriction",
		simple(`<xs:restriction base="xs:token"/>`): "type xs:token",
		simple(`<xs:restriction base="xs:string"><xs:attribute name="b" type="xs:int"/></xs:restriction>`): "among facets",
		simple(`<xs:restriction base="a"/>`): "not simple, or itself",
		simple(`<xs:restriction base="xs:string"><xs:whiteSpace value="replace"/></xs:restriction>`): "whiteSpace",
		simple(`<xs:restriction base="xs:string"><xs:pattern value="^a$"/></xs:restriction>`):        "pattern",
		simple(`<xs:restriction base="xs:string"><xs:pattern value="\i\c*"/></xs:restriction>`):      "pattern",
		simple(`<xs:restriction base="xs:string"><xs:minInclusive value="1"/></xs:restriction>`):     "minInclusive",
		simple(`<xs:restriction base="xs:int"><xs:minInclusive value="x"/></xs:restriction>`):        "minInclusive",
		complex(`<xs:sequence><xs:any namespace="##other" processContents="lax"/></xs:sequence>`):    "any of",
		complex(`<xs:sequence><xs:any namespace="##any"/></xs:sequence>`):                            "any of",
		complex(`<xs:sequence><xs:element name="b" type="xs:int" nillable="true"/></xs:sequence>`):   "nillable",
		complex(`<xs:sequence><xs:element name="b"/></xs:sequence>`):                                 "either a type",
		complex(`<xs:sequence><xs:element ref="b"/></xs:sequence>`):                                  "no element b",
		complex(`<xs:sequence minOccurs="2"/>`):                                                      "above maxOccurs",
		complex(`<xs:all><xs:element name="b" type="xs:int" maxOccurs="2"/></xs:all>`):               "all",
		complex(`<xs:complexContent><xs:restriction base="xs:int"/></xs:complexContent>`):            "other than by extension",
		complex(`<xs:complexContent><xs:extension base="xs:int"/></xs:complexContent>`):              "other sort",
		complex(`<xs:complexContent><xs:extension base="a"/></xs:complexContent>`):                   "holds it: this",
		complex(`<xs:attribute name="b" type="xs:int" default="1"/>`):                                "default",
		complex(`<xs:anyAttribute/>`):                                                  "anyAttribute",
		`<xs:complexType name="a" mixed="true"/>`:                                      "mixed",
		`<xs:complexType name="a"/><xs:complexType name="a"/>`:                         "taken",
		`<xs:group name="a"><xs:sequence><xs:group ref="a"/></xs:sequence></xs:group>`: "holds itself",
		`<xs:element name="a"><xs:complexType/><xs:key name="k"/></xs:element>`:        "either a type",
	} {
		if _, err := Parse([]byte(head + body + "</xs:schema>")); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%s\n got %v\nwant %q", body, err, fault)
		}
	}
	if _, err := Parse([]byte("<a/>")); err == nil {
		t.Error("any document is a schema")
	}
}

func TestHas(t *testing.T) {
	s := read(t, "testdata/parcel.xsd")
	for _, path := range []string{"id", "wide", "to/name", "to/role", "flags/insured", "inner/inner/note"} {
		if !s.Has("parcel", path) {
			t.Errorf("no %s", path)
		}
	}
	for _, path := range []string{"", "name", "id/x", "to/id", "inner/boom"} {
		if s.Has("parcel", path) {
			t.Errorf("there is %q", path)
		}
	}
	if s.Has("boom", "id") {
		t.Error("there is boom")
	}
}
