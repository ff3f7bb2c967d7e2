package casefile

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"slices"
	"strings"

	"spoor"
	"spoor/seal"
)

// Names of what every archive has.
const (
	manifestName = "manifest.cbor"
	pdfName      = "case.pdf"
	caseName     = "case.cbor"
	paymentsName = "payments.csv"
	timelineName = "timeline.csv"
	sumsName     = "sha256sums.txt"
	readmeName   = "readme.txt"
	folder       = "evidence/"
)

const (
	manifestKind   = "casefile-manifest-1"
	manifestFormat = "spoor casefile 1"
	maxManifest    = seal.MaxBytes
	maxFiles       = 1<<16 - 16 // a ZIP of this sort counts in 16 bits
)

// Manifest lists what is in an archive. Its canonical bytes are signed.
type Manifest struct {
	Format   string        `json:"format"`
	Case     string        `json:"case"`
	At       spoor.Instant `json:"at"`
	Contents []byte        `json:"contents"` // see contents
	Files    []Listed      `json:"files"`    // by name; all but the manifest
}

// Listed is one file of an archive.
type Listed struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 []byte `json:"sha256"`
}

// contents is the hash that stands on every page of the PDF: of the list of all
// files but the PDF and the sums, which name it.
func contents(files []Listed) ([]byte, error) {
	rest := slices.DeleteFunc(slices.Clone(files), func(l Listed) bool { return l.Name == pdfName || l.Name == sumsName })
	b, err := seal.Encode(rest)
	if err != nil {
		return nil, err
	}
	sum := seal.Hash([32]byte{}, b)
	return sum[:], nil
}

func (a *Attachment) sum() []byte {
	if a.Body == nil {
		return a.SHA256
	}
	s := sha256.Sum256(a.Body)
	return s[:]
}

type content struct {
	name string
	body []byte
}

func (c content) listed() Listed {
	s := sha256.Sum256(c.body)
	return Listed{c.name, int64(len(c.body)), s[:]}
}

// stored gives the case with its attachments as they are in the archive, and those.
func (f *File) stored() (File, []content) {
	out := *f
	out.Attachments = slices.Clone(f.Attachments)
	var files []content
	for i := range out.Attachments {
		a := &out.Attachments[i]
		a.SHA256, a.Stored = a.sum(), ""
		if a.Body != nil {
			a.Size, a.Stored = int64(len(a.Body)), fmt.Sprintf("%s%05d-%s", folder, i+1, plainName(a.Name))
			files = append(files, content{a.Stored, a.Body})
		}
	}
	return out, files
}

// plainName makes a name of an attachment one that fileName takes.
func plainName(s string) string {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	ext := path.Ext(s)
	clean := func(s string, most int) string {
		s = strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
				return r
			case r >= 'A' && r <= 'Z':
				return r + 'a' - 'A'
			}
			return '-'
		}, s)
		return strings.Trim(s[:min(len(s), most)], "-")
	}
	name, ext := cmp.Or(clean(strings.TrimSuffix(s, ext), 60), "file"), clean(strings.TrimPrefix(ext, "."), 8)
	if ext == "" {
		return name
	}
	return name + "." + ext
}

// Write writes the archive of a case, signed with the key.
func Write(w io.Writer, f File, key *seal.Key) error {
	if err := f.Check(); err != nil {
		return err
	}
	whole, files := f.stored()
	data, err := seal.Encode(&whole)
	if err != nil {
		return fmt.Errorf("case file %q: %w", f.ID, err)
	}
	files = append(files, content{caseName, data}, content{paymentsName, paymentsCSV(f.Payments)}, content{timelineName, timelineCSV(f.Timeline)},
		content{readmeName, readme(&f, key.Public())})
	m := Manifest{Format: manifestFormat, Case: f.ID, At: f.At}
	if m.Contents, err = contents(listed(files)); err != nil {
		return err
	}
	pdf, err := whole.pdf(m.Contents, key.Public())
	if err != nil {
		return fmt.Errorf("case file %q: its PDF: %w", f.ID, err)
	}
	files = append(files, content{pdfName, pdf})
	files = append(files, content{sumsName, sums(listed(files))})
	m.Files = listed(files)
	b, err := seal.Encode(&m)
	if err != nil {
		return err
	}
	signed, err := key.Sign(manifestKind, b)
	if err != nil {
		return err
	}
	top, err := seal.Encode(&signed)
	if err != nil {
		return err
	}
	slices.SortFunc(files, func(a, b content) int { return cmp.Compare(a.name, b.name) })
	return pack(w, append([]content{{manifestName, top}}, files...))
}

// listed lists files by name.
func listed(files []content) []Listed {
	out := make([]Listed, len(files))
	for i, c := range files {
		out[i] = c.listed()
	}
	slices.SortFunc(out, func(a, b Listed) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// pack writes the ZIP.
func pack(w io.Writer, files []content) error {
	total := int64(endSize)
	for _, c := range files {
		total += int64(len(c.body)) + int64(localSize+centralSize+2*len(c.name))
	}
	if total > MaxArchive || len(files) > maxFiles {
		return fmt.Errorf("the archive would have %d files and %d bytes: at most %d and %d; leave bodies of attachments out", len(files), total, maxFiles, int64(MaxArchive))
	}
	var entries []entry
	offset := uint32(0)
	for _, c := range files {
		e := entry{c.name, crc32.ChecksumIEEE(c.body), uint32(len(c.body)), offset}
		entries = append(entries, e)
		for _, b := range [][]byte{e.local(), c.body} {
			if _, err := w.Write(b); err != nil {
				return err
			}
			offset += uint32(len(b))
		}
	}
	_, err := w.Write(directory(entries, offset))
	return err
}

// sums is a list for sha256sum -c.
func sums(files []Listed) []byte {
	var b bytes.Buffer
	for _, l := range files {
		fmt.Fprintf(&b, "%x  %s\n", l.SHA256, l.Name)
	}
	return b.Bytes()
}

func readme(f *File, key seal.Public) []byte {
	return fmt.Appendf(nil, `Case file %s, exported %s by %s.

case.pdf        the case, to read
case.cbor       the same as data: canonical CBOR (RFC 8949 section 4.2.1)
payments.csv    the payments of the case, one a line
timeline.csv    what happened, in order of time
evidence/       attachments that are here whole
sha256sums.txt  SHA-256 of every file but itself and the manifest
manifest.cbor   names, sizes and SHA-256 of every file but itself, signed

To check all of it:         spoor verify ARCHIVE.zip
To check with common tools: unzip, then sha256sum -c sha256sums.txt
The second shows whether files were damaged, not whether somebody changed both the
files and the sums: the signature does that. It was made with this key, whose number
should be compared with one that the authority gave in another way:

    %s
    key number %s

A field of a CSV file that begins with =, +, -, @ or a control character has an
apostrophe before it, so that no spreadsheet takes it for a formula.
`, oneLine(f.ID), f.At, oneLine(f.By), key, key.ID())
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func hexOf(b []byte) string { return hex.EncodeToString(b) }
