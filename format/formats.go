// Package format reads payments from files of any format that Spoor knows. A
// file's content says which one it is; its name never does.
package format

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"spoor"
	"spoor/format/amlsim"
	"spoor/format/amlworld"
	"spoor/format/fincen"
	"spoor/format/ftm"
	"spoor/format/goaml"
	"spoor/format/iso20022"
	"spoor/format/plain"
	"spoor/format/text"
	"spoor/format/tide"
)

// reader is what every format has: see [amlworld.Reader.Read].
type reader interface {
	Read(dst []spoor.Payment) (int, error)
}

// format is one that Spoor knows.
type format struct {
	name   string
	sniff  func(head []byte) bool
	reader func(name string, src io.Reader) reader
	// repeats names the format whose payments files of this one hold once more
	// when both are in one folder.
	repeats string
}

// formats are asked in this order.
var formats = []format{
	{name: "plain", sniff: plain.Sniff, reader: opener(plain.NewReader)},
	{name: "amlworld", sniff: amlworld.Sniff, reader: opener(amlworld.NewReader)},
	{name: "amlworld-patterns", sniff: amlworld.SniffPatterns, reader: opener(amlworld.NewPatternsReader), repeats: "amlworld"},
	{name: "amlsim", sniff: amlsim.Sniff, reader: opener(amlsim.NewReader)},
	{name: "tide-edges", sniff: tide.SniffEdges, reader: opener(tide.NewReader), repeats: "tide"},
	{name: "tide", sniff: tide.Sniff, reader: opener(tide.NewReader)},
	{name: "fincen", sniff: fincen.Sniff, reader: opener(fincen.NewReader)},
	{name: "iso20022", sniff: iso20022.Sniff, reader: opener(iso20022.NewReader)},
	{name: "goaml", sniff: goaml.Sniff, reader: opener(goaml.NewReader)},
	{name: "ftm", sniff: ftm.Sniff, reader: opener(ftm.NewReader)},
}

// opener makes a format's constructor fit the table.
func opener[R reader](newReader func(string, io.Reader) R) func(string, io.Reader) reader {
	return func(name string, src io.Reader) reader { return newReader(name, src) }
}

// Names lists the formats that [Options.Format] takes.
func Names() []string {
	var out []string
	for _, f := range formats {
		out = append(out, f.name)
	}
	return out
}

func byName(name string) *format {
	for i := range formats {
		if formats[i].name == name {
			return &formats[i]
		}
	}
	return nil
}

// recognise finds the format of content that begins with head, or nil.
func recognise(head []byte) *format {
	for i := range formats {
		if formats[i].sniff(head) {
			return &formats[i]
		}
	}
	return nil
}

// containers are kinds of files that people take for payments, by their first
// bytes, and what to do with them.
var containers = []struct{ magic, reason string }{
	{"\xff\xfe", "is UTF-16 text: convert it to UTF-8"},
	{"\xfe\xff", "is UTF-16 text: convert it to UTF-8"},
	{"PK\x03\x04", "is a zip archive or a spreadsheet: unpack it, or save the sheet as CSV"},
	{"BZh", "is compressed with bzip2: unpack it, or compress it with gzip"},
	{"\xfd7zXZ", "is compressed with xz: unpack it, or compress it with gzip"},
	{"\x28\xb5\x2f\xfd", "is compressed with zstd: unpack it, or compress it with gzip"},
	{"PAR1", "is a Parquet file: export it as CSV"},
	{"SQLite format 3", "is an SQLite database: export a table as CSV"},
	{"%PDF", "is a PDF document, not payments"},
}

// strange says why content that begins with head is in no format of payments.
func strange(head []byte) string {
	for _, c := range containers {
		if bytes.HasPrefix(head, []byte(c.magic)) {
			return c.reason
		}
	}
	known := "the formats known are " + strings.Join(Names(), ", ")
	switch header := text.Header(head); {
	case len(head) == 0:
		return "is empty"
	case amlworld.SniffAccounts(head):
		return "holds accounts of AMLworld, not payments"
	case bytes.IndexByte(head, 0) >= 0:
		return "is not text and in no format of payments; " + known
	case header == nil:
		return "is in no format of payments; " + known
	default:
		return fmt.Sprintf("is in no format of payments; %s; its first line is %s", known, text.Show(strings.Join(header, ",")))
	}
}
