package lists

import (
	"bytes"

	"spoor/format/ftm"
	"spoor/format/lists/internal/entry"
	"spoor/format/text"
	"spoor/format/xmlscan"
)

// layout is how a file is laid out.
type layout uint8

const (
	unknown layout = iota
	ofacEntries
	ofacNames
	ofacAddresses
	euJournal
	euExport
	unConsolidated
	ftmEntities
	ownList
)

// headSize is how much of a file tells what it is.
const headSize = 64 << 10

// sniff recognises a file by how it begins; list is the name of its list, ""
// where the file's own name has to serve.
func sniff(head []byte) (l layout, list string) {
	if start, ok := xmlscan.Head(head); ok {
		switch root(start) {
		case "CONSOLIDATED_LIST":
			return unConsolidated, entry.UN
		case "export":
			if bytes.Contains(start, []byte("fpi/fsd/export")) || bytes.Contains(start, []byte("sanctionEntity")) {
				return euExport, entry.EU
			}
		}
		return unknown, ""
	}
	switch {
	case ftm.Sniff(head):
		return ftmEntities, ""
	case text.HasColumns(head, "celex", "measure", "schema", "name"):
		return euJournal, entry.EU
	case text.HasColumns(head, "id", "kind", "name", "freezes"):
		return ownList, ""
	}
	switch fields, list := entry.SniffOFAC(head); fields {
	case entry.EntryFields:
		return ofacEntries, list
	case entry.NameFields:
		return ofacNames, ""
	case entry.AddressFields:
		return ofacAddresses, ""
	}
	return unknown, ""
}

// root is the local name of the first element.
func root(b []byte) string {
	for len(b) > 0 {
		open := bytes.IndexByte(b, '<')
		if open < 0 || open+1 >= len(b) {
			return ""
		}
		b = b[open+1:]
		end, skip := []byte(">"), 1
		switch {
		case bytes.HasPrefix(b, []byte("!--")):
			end, skip = []byte("-->"), 3
		case b[0] == '?' || b[0] == '!':
		default:
			name := b
			if i := bytes.IndexAny(b, " \t\r\n/>"); i >= 0 {
				name = b[:i]
			}
			return string(name[bytes.IndexByte(name, ':')+1:])
		}
		i := bytes.Index(b, end)
		if i < 0 {
			return ""
		}
		b = b[i+skip:]
	}
	return ""
}
