// Package structure holds ISO 20022 messages to one reading: that everything in
// them is where it seems to be.
//
//	var c structure.Checker
//	if p := c.Check(body, kinds); p != nil {
//		// Refuse the body.
//	}
//
// A body is one document of XML as [xmlscan.Checker] wants it, with one message:
// a Document that is the root, or that has an application header (AppHdr) before
// it as a sibling, in an envelope of any name. Everything in the Document is of
// one namespace, the message's own or none, and has no attributes but the
// currency of amounts; only supplementary data (SplmtryData/Envlp), which the
// standard leaves open, may be of others. What a party, an account or an agent
// is, and the like, is said in one element, not in two beside each other.
// Elements that have the name of a
// message or of its transactions stand where these stand and nowhere else.
package structure

import (
	"bytes"
	"slices"
	"strings"

	"spoor"
	"spoor/format/xmlscan"
)

// Kind is one kind of message.
type Kind struct {
	Element string // of the message, FIToFICstmrCdtTrf
	Items   string // the way to its transactions below it, PmtInf/CdtTrfTxInf
}

// namespace begins that of every message and of application headers.
var namespace = []byte("urn:iso:std:iso:20022:tech:xsd:")

const (
	none     = -1
	document = "Document"
)

// Checker checks one body after the other. The zero value is ready.
type Checker struct {
	xml   xmlscan.Checker
	kinds []Kind

	header   int    // depth of the last application header whose parent is still open
	document int    // depth of the Document
	done     bool   // it has ended
	space    []byte // of what is in it
	items    []string
	open     int                         // depth of the supplementary data that we are in
	seen     [xmlscan.MaxDepth][2]uint64 // of once, in the element open at each depth
}

// once are the elements with others inside that the standard has at most once
// wherever it has them: of two, one reader may take the first and another the
// last. Values given twice are for who reads them.
var once = func() map[string]int {
	names := map[string]int{}
	for name := range strings.FieldsSeq(`GrpHdr SttlmInf PmtTpInf LclInstrm Amt EqvtAmt
		Dbtr DbtrAcct DbtrAgt DbtrAgtAcct Cdtr CdtrAcct CdtrAgt CdtrAgtAcct UltmtDbtr UltmtCdtr InitgPty
		IntrmyAgt1 IntrmyAgt2 IntrmyAgt3 IntrmyAgt1Acct IntrmyAgt2Acct IntrmyAgt3Acct
		PrvsInstgAgt PrvsInstgAgt1 PrvsInstgAgt2 PrvsInstgAgt3 PrvsInstgAgtAcct PrvsInstgAgt1Acct PrvsInstgAgt2Acct PrvsInstgAgt3Acct
		InstgAgt InstdAgt FwdgAgt InstgRmbrsmntAgt InstdRmbrsmntAgt ThrdRmbrsmntAgt
		InstgRmbrsmntAgtAcct InstdRmbrsmntAgtAcct ThrdRmbrsmntAgtAcct
		Id PrvtId OrgId DtAndPlcOfBirth PstlAdr CtctDtls FinInstnId ClrSysMmbId Prxy Pty Agt
		RmtInf CdtrRefInf Invcr Invcee RtrChain OrgnlTxRef UndrlygCstmrCdtTrf OrgnlGrpInfAndCxl OrgnlGrpInf Assgnmt Assgnr Case CtrlData`) {
		names[name] = len(names)
	}
	return names
}()

// Space is the namespace of the body that was checked last, valid as long as it
// is; none where it declares none.
func (c *Checker) Space() []byte { return c.space }

// Check gives nil, or what is wrong with the body; it is fatal and quotes none of
// its texts.
func (c *Checker) Check(body []byte, kinds []Kind) *spoor.Problem {
	c.kinds, c.header, c.document, c.done, c.space, c.items, c.open = kinds, none, none, false, nil, nil, none
	return c.xml.Check("message", body, c.visit)
}

func (c *Checker) visit(open []xmlscan.Element, attrs []xmlscan.Attr) string {
	depth := len(open) - 1
	e := open[depth]
	c.done = c.done || c.document != none && depth <= c.document
	switch {
	case string(e.Name) == document:
		return c.begin(e, depth)
	case c.document != none && !c.done:
		return c.within(open, attrs)
	}
	if depth < c.header {
		c.header = none
	}
	if string(e.Name) == "AppHdr" {
		c.header = depth
	}
	if c.named(e.Name) {
		return "a message or its transactions outside the Document"
	}
	return ""
}

// begin takes the Document itself.
func (c *Checker) begin(e xmlscan.Element, depth int) string {
	switch {
	case c.document != none:
		return "a second Document"
	case depth > 0 && c.header != depth:
		return "the Document is neither the root nor beside an application header (AppHdr)"
	case !ours(e.Space):
		return "the Document is of a foreign namespace"
	}
	c.document, c.space, c.seen[depth] = depth, e.Space, [2]uint64{}
	return ""
}

// ours tells no namespace, and those of ISO 20022.
func ours(space []byte) bool { return len(space) == 0 || bytes.HasPrefix(space, namespace) }

// within takes an element in the Document.
func (c *Checker) within(open []xmlscan.Element, attrs []xmlscan.Attr) string {
	depth := len(open) - 1
	e := open[depth]
	if depth <= c.open {
		c.open = none
	}
	if depth == c.document+1 {
		if c.items != nil {
			return "a second message in the Document"
		}
		if len(c.space) == 0 && ours(e.Space) {
			c.space = e.Space // a Document without one says it here
		}
		c.items = []string{}
		for _, k := range c.kinds {
			if k.Element == string(e.Name) {
				c.items = strings.Split(k.Items, "/")
			}
		}
	} else if against := c.placed(open[c.document+2:]); against != "" && (c.open == none || bytes.Equal(e.Space, c.space)) {
		return against
	}
	c.seen[depth] = [2]uint64{}
	if n, is := once[string(e.Name)]; is && c.open == none && string(open[depth-1].Name) != "LineDtls" { // which has several Id
		was := &c.seen[depth-1][n/64]
		if *was>>(n%64)&1 != 0 {
			return "an element that the standard has once is there twice: " + string(e.Name)
		}
		*was |= 1 << (n % 64)
	}
	switch {
	case c.open != none:
	case !bytes.Equal(e.Space, c.space):
		return "an element of a foreign namespace in the Document"
	case slices.ContainsFunc(attrs, func(a xmlscan.Attr) bool { return string(a.Name) != "Ccy" }):
		return "an element in the Document has an attribute other than Ccy"
	case string(e.Name) == "Envlp" && string(open[depth-1].Name) == "SplmtryData":
		c.open = depth
	}
	return ""
}

// placed looks at an element below a message, by the way to it from there.
func (c *Checker) placed(way []xmlscan.Element) string {
	last := len(way) - 1
	name := way[last].Name
	for i, item := range c.items {
		if item != string(name) {
			continue
		}
		if i != last {
			return "an element is named like a transaction and is not where transactions are"
		}
		for j, above := range way[:last] {
			if c.items[j] != string(above.Name) {
				return "an element is named like a transaction and is not where transactions are"
			}
		}
	}
	for _, k := range c.kinds {
		if k.Element == string(name) {
			return "a message inside a message"
		}
	}
	return ""
}

// named tells the names of messages and of their transactions.
func (c *Checker) named(name []byte) bool {
	for _, k := range c.kinds {
		if k.Element == string(name) {
			return true
		}
		for item := range strings.SplitSeq(k.Items, "/") {
			if item == string(name) {
				return true
			}
		}
	}
	return false
}
