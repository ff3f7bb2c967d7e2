package iso20022

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"testing"

	"spoor/format/xsdcheck"
)

// dataDir is where the schemas and samples are.
func dataDir(t testing.TB) string {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	dir = filepath.Join(dir, "formats", "iso20022")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no ISO 20022 schemas at %s: set SPOOR_DATA to the folder of test data", dir)
	}
	return dir
}

// schema is an XSD as the ISO 20022 catalogue writes them: named types only.
type schema struct {
	*xsdcheck.Schema
	types map[string]*el
	top   *el // the element Document
}

func (e *el) attr(name, otherwise string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return otherwise
}

func readSchema(t testing.TB, path string) *schema {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := slowTree(b)
	if err != nil {
		t.Fatal(path, err)
	}
	checked, err := xsdcheck.Parse(b)
	if err != nil {
		t.Fatal(path, err)
	}
	s := &schema{Schema: checked, types: map[string]*el{}}
	for _, k := range tree.kids[0].kids {
		switch k.name {
		case "complexType", "simpleType":
			s.types[k.attr("name", "")] = k
		case "element":
			s.top = k
		}
	}
	if s.top == nil || s.top.attr("name", "") != "Document" {
		t.Fatalf("%s has no element Document", path)
	}
	return s
}

var families = map[string][]string{
	"FIToFICstmrCdtTrf":     {"pacs.008.001.08.xsd", "pacs.008.001.10.xsd", "pacs.008.001.12.xsd", "samples/horus-tips-sctinst/xsd/pacs.008.001.02.xsd"},
	"CstmrCdtTrfInitn":      {"pain.001.001.09.xsd", "pain.001.001.11.xsd"},
	"BkToCstmrStmt":         {"camt.053.001.08.xsd"},
	"BkToCstmrDbtCdtNtfctn": {"camt.054.001.08.xsd"},
	"BkToCstmrAcctRpt":      {"samples/horus-tips-sctinst/xsd/camt.052.001.06.xsd"},
}

// general replaces what statements, reports and notifications call themselves,
// since all three have the same entries.
var general = strings.NewReplacer("BkToCstmrAcctRpt/Rpt", "camt/Stmt", "BkToCstmrStmt/Stmt", "camt/Stmt", "BkToCstmrDbtCdtNtfctn/Ntfctn", "camt/Stmt",
	"BkToCstmrAcctRpt", "camt", "BkToCstmrStmt", "camt", "BkToCstmrDbtCdtNtfctn", "camt")

// TestPathsAreInSchemas proves that every path that is read exists: in one of
// the schemas here, or, for what only versions before them have, in a sample.
func TestPathsAreInSchemas(t *testing.T) {
	dir := dataDir(t)
	var schemas []*schema
	for m, files := range families {
		for _, f := range files {
			s := readSchema(t, filepath.Join(dir, f))
			if !s.Has("Document", m) {
				t.Errorf("%s has no %s", f, m)
			}
			schemas = append(schemas, s)
		}
	}
	old := samplePaths(t, dir)
	exists := func(path string) bool {
		for m := range families {
			if head, rest, _ := strings.Cut(path, "/"); general.Replace(head) == general.Replace(m) {
				group := map[string]string{"BkToCstmrAcctRpt": "Rpt", "BkToCstmrStmt": "Stmt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}[m]
				if first, more, _ := strings.Cut(rest, "/"); group != "" && (first == "Rpt" || first == "Stmt" || first == "Ntfctn") {
					rest = strings.TrimSuffix(group+"/"+more, "/")
				}
				there := strings.TrimSuffix(m+"/"+rest, "/")
				if slices.ContainsFunc(schemas, func(s *schema) bool { return s.Has("Document", there) }) {
					return true
				}
			}
		}
		// Debtor and creditor are of one type.
		path = general.Replace(path)
		return old[path] || old[strings.Replace(path, "/Dbtr/", "/Cdtr/", 1)]
	}
	for _, path := range tree.Paths() {
		if path = strings.TrimPrefix(path, "Document/"); path != "*" && !exists(path) {
			t.Errorf("neither schema nor sample has %s", path)
		}
	}
	for _, path := range []string{"FIToFICstmrCdtTrf/CdtTrfTxInf/Boom", "BkToCstmrStmt/Ntry", "Boom"} {
		if exists(path) {
			t.Errorf("%s exists", path)
		}
	}
}

// samplePaths are the paths in the samples, from the message on.
func samplePaths(t *testing.T, dir string) map[string]bool {
	files, _ := filepath.Glob(filepath.Join(dir, "samples", "moov", "*.xml"))
	out := map[string]bool{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var walk func(e *el, path string)
		walk = func(e *el, path string) {
			out[general.Replace(path)] = true
			for _, k := range e.kids {
				walk(k, strings.TrimPrefix(path+"/"+k.name, "/"))
			}
		}
		if root, err := slowTree(b); err == nil && len(root.kids) == 1 {
			walk(root.kids[0], "")
		}
	}
	return out
}

// maker writes random valid messages of a schema.
type maker struct {
	*schema
	rng *rand.Rand
	out bytes.Buffer
}

func (m *maker) document() []byte {
	m.out.Reset()
	m.out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	m.element(m.top, 0)
	return bytes.Clone(m.out.Bytes())
}

// times chooses how often a particle occurs; deep ones seldom, to stay small.
func (m *maker) times(e *el, depth int) int {
	lo, _ := strconv.Atoi(e.attr("minOccurs", "1"))
	hi, err := strconv.Atoi(e.attr("maxOccurs", "1"))
	if err != nil { // unbounded
		hi = lo + 3
	}
	if m.rng.IntN(depth+2) > 3 {
		return lo
	}
	return lo + m.rng.IntN(min(hi, lo+3)-lo+1)
}

func (m *maker) element(e *el, depth int) {
	name, typ := e.attr("name", ""), e.attr("type", "")
	m.out.WriteString("<" + name)
	def := m.types[typ]
	switch {
	case def == nil || def.name == "simpleType":
		m.out.WriteString(">")
		m.text(typ)
	case len(below(def, "simpleContent")) > 0:
		ext := below(def.kids[0], "extension")[0]
		for _, a := range below(ext, "attribute") {
			fmt.Fprintf(&m.out, ` %s="`, a.attr("name", ""))
			m.text(a.attr("type", ""))
			m.out.WriteString(`"`)
		}
		m.out.WriteString(">")
		m.text(ext.attr("base", ""))
	default:
		m.out.WriteString(">")
		for _, k := range def.kids {
			m.group(k, depth)
		}
	}
	m.out.WriteString("</" + name + ">")
}

func (m *maker) group(e *el, depth int) {
	switch e.name {
	case "complexContent":
		for _, k := range e.kids {
			m.group(k, depth)
		}
	case "extension":
		for _, k := range append(slices.Clone(m.types[e.attr("base", "")].kids), e.kids...) {
			m.group(k, depth)
		}
	case "sequence":
		for range m.times(e, 0) {
			for _, k := range e.kids {
				m.group(k, depth)
			}
		}
	case "choice":
		for range m.times(e, depth) {
			m.group(e.kids[m.rng.IntN(len(e.kids))], depth)
		}
	case "element":
		for range m.times(e, depth) {
			m.element(e, depth+1)
		}
	case "any":
		m.out.WriteString(`<x:ext xmlns:x="urn:x"><x:CdtTrfTxInf>supplementary</x:CdtTrfTxInf></x:ext>`)
	}
}

// external are values of code sets that the schemas leave open.
var external = map[string][]string{
	"ActiveCurrency":                   {"EUR", "USD", "JPY", "KWD"},
	"ActiveOrHistoricCurrency":         {"EUR", "USD", "JPY", "KWD"},
	"ExternalEntryStatus":              {"BOOK", "BOOK", "PDNG"},
	"ExternalServiceLevel":             {"SEPA", "URGP", "G001", "NURG"},
	"ExternalLocalInstrument":          {"INST", "CORE"},
	"ExternalBankTransactionFamily":    {"CNTR", "CCRD", "ICHQ", "RDDT", "ICDT", "RCDT", "OTHR"},
	"ExternalBankTransactionSubFamily": {"CDPT", "CWDL", "XBCT", "ESCT", "OTHR"},
}

// text writes a value of a simple type.
func (m *maker) text(typ string) {
	def := m.types[typ]
	if def == nil {
		m.out.WriteString(m.builtin(typ))
		return
	}
	if codes := external[strings.TrimRight(typ, "Code123")]; codes != nil {
		m.out.WriteString(pick(m.rng, codes))
		return
	}
	r := below(def, "restriction")[0]
	var choices []string
	pattern, shortest, longest, decimals := "", 1, 20, -1
	for _, k := range r.kids {
		v := k.attr("value", "")
		switch k.name {
		case "enumeration":
			choices = append(choices, v)
		case "pattern":
			pattern = v
		case "length":
			shortest, _ = strconv.Atoi(v)
			longest = shortest
		case "minLength":
			shortest, _ = strconv.Atoi(v)
		case "maxLength":
			n, _ := strconv.Atoi(v)
			longest = min(longest, n)
		case "fractionDigits":
			decimals, _ = strconv.Atoi(v)
		}
	}
	base := r.attr("base", "")
	switch {
	case choices != nil:
		m.out.WriteString(pick(m.rng, choices))
	case pattern != "":
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			panic(err)
		}
		m.match(re)
	case decimals >= 0 && strings.HasSuffix(base, "decimal"):
		fmt.Fprintf(&m.out, "%d.%0*d", m.rng.IntN(1e9), max(decimals, 1), m.rng.IntN(10))
	case strings.HasSuffix(base, "string"):
		var b []rune
		for n := shortest + m.rng.IntN(longest-shortest+1); n > 0; n-- {
			b = append(b, []rune("abcXYZ019-é<&>\"' ß漢")[m.rng.IntN(19)])
		}
		xml.EscapeText(&m.out, []byte(string(b)))
	default:
		m.out.WriteString(m.builtin(base))
	}
}

func (m *maker) builtin(typ string) string {
	_, typ, _ = strings.Cut(typ, ":")
	switch typ {
	case "date":
		return fmt.Sprintf("%04d-%02d-%02d", 1990+m.rng.IntN(40), 1+m.rng.IntN(12), 1+m.rng.IntN(28))
	case "dateTime":
		return fmt.Sprintf("2026-%02d-%02dT%02d:%02d:%02d%s", 1+m.rng.IntN(12), 1+m.rng.IntN(28), m.rng.IntN(24), m.rng.IntN(60), m.rng.IntN(60),
			pick(m.rng, []string{"", "Z", ".123", "+02:00", ".5-05:30"}))
	case "boolean":
		return pick(m.rng, []string{"true", "false", "1", "0"})
	case "decimal":
		return strconv.Itoa(m.rng.IntN(1e6))
	case "time":
		return "12:00:00"
	case "gYear":
		return "2026"
	case "gYearMonth":
		return "2026-03"
	case "base64Binary":
		return "AAAA"
	}
	return "text"
}

// match writes a text that a pattern matches.
func (m *maker) match(re *syntax.Regexp) {
	repeat := func(lo, hi int) {
		for n := lo + m.rng.IntN(hi-lo+1); n > 0; n-- {
			m.match(re.Sub[0])
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		m.out.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		i := 2 * m.rng.IntN(len(re.Rune)/2)
		xml.EscapeText(&m.out, []byte(string(re.Rune[i]+rune(m.rng.IntN(int(min(re.Rune[i+1]-re.Rune[i], 25))+1)))))
	case syntax.OpConcat, syntax.OpCapture:
		for _, s := range re.Sub {
			m.match(s)
		}
	case syntax.OpAlternate:
		m.match(re.Sub[m.rng.IntN(len(re.Sub))])
	case syntax.OpRepeat:
		hi := re.Max
		if hi < 0 {
			hi = re.Min + 3
		}
		repeat(re.Min, hi)
	case syntax.OpAnyCharNotNL:
		m.out.WriteByte(byte('a' + m.rng.IntN(26)))
	case syntax.OpStar:
		repeat(0, 3)
	case syntax.OpPlus:
		repeat(1, 3)
	case syntax.OpQuest:
		repeat(0, 1)
	default:
		panic("pattern with " + re.Op.String())
	}
}

// TestSchemaSamples reads messages made at random from the schemas.
func TestSchemaSamples(t *testing.T) {
	dir := dataDir(t)
	for m, files := range families {
		for i, file := range files {
			if strings.HasPrefix(file, "samples/") {
				continue // a market's own restriction, with types by pattern
			}
			t.Run(file, func(t *testing.T) {
				make := maker{schema: readSchema(t, filepath.Join(dir, file)), rng: rand.New(rand.NewPCG(uint64(i), uint64(len(m))))}
				payments, records := 0, 0
				for range 60 {
					doc := make.document()
					if !Sniff(doc) {
						t.Fatalf("not recognised: %s", doc)
					}
					if err := same(doc); err != nil {
						t.Fatalf("%v\n%s", err, doc)
					}
					got, problems := readAll(NewReader(file, bytes.NewReader(doc)))
					if strings.HasPrefix(file, "pa") && len(problems) > 0 {
						t.Fatalf("%v\n%s", problems, doc)
					}
					slow, _ := slowRead(doc)
					payments, records = payments+len(got), records+len(slow.records)
				}
				t.Logf("%d payments in %d records", payments, records)
				if payments < 60 {
					t.Errorf("%d payments in 60 messages", payments)
				}
			})
		}
	}
}

// TestSamples reads what banks published.
func TestSamples(t *testing.T) {
	dir := filepath.Join(dataDir(t), "samples")
	kinds := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".xsd") || strings.HasSuffix(path, ".txt") {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := same(file); err != nil {
			t.Errorf("%s: %v", d.Name(), err)
		}
		payments, problems := readAll(NewReader(path, bytes.NewReader(file)))
		slow, bad := slowRead(file)
		switch {
		case bad != nil:
			kinds["not XML"]++
			if len(payments) > 0 || len(problems) == 0 {
				t.Errorf("%s: %d payments, %v", d.Name(), len(payments), problems)
			}
		case !slow.found:
			kinds["no message"]++
			if len(payments) > 0 || len(problems) != 1 || !problems[0].Fatal {
				t.Errorf("%s: %d payments, %v", d.Name(), len(payments), problems)
			}
		case slow.refused > 0:
			kinds["refused"]++
			if len(payments) > 0 || len(problems) != slow.refused || !strings.Contains(problems[0].Reason, "carries no payments") && !strings.Contains(problems[0].Reason, "is not read") {
				t.Errorf("%s: %v", d.Name(), problems)
			}
		default:
			kinds["payments"]++
			t.Logf("%3d payments %s", len(payments), d.Name())
			if len(payments) == 0 || len(problems) > 0 || !Sniff(file) {
				t.Errorf("%s: %d payments, %v", d.Name(), len(payments), problems)
			}
		}
		return nil
	})
	if err = errors.Join(err); err != nil {
		t.Fatal(err)
	}
	t.Log(kinds)
	if kinds["payments"] < 15 || kinds["refused"] < 8 {
		t.Errorf("%v", kinds)
	}
}
