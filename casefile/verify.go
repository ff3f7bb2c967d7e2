package casefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"

	"spoor"
	"spoor/seal"
)

// ErrBroken is the fault of an archive that is not as it was written.
var ErrBroken = errors.New("the archive is not as it was written")

// Report is what an archive says of itself, as far as it was right.
type Report struct {
	Case     string        `json:"case"`
	Title    string        `json:"title"`
	At       spoor.Instant `json:"at"`
	By       string        `json:"by"`
	Key      string        `json:"key"`      // that signed it, and its
	KeyID    string        `json:"key_id"`   // number, to compare
	Trusted  bool          `json:"trusted"`  // the key is one of those that were given
	Contents string        `json:"contents"` // must stand on every page of a print of case.pdf
	Files    []Listed      `json:"files"`
	Absent   []string      `json:"absent,omitempty"` // attachments of which only the hash is here
	Journal  Head          `json:"journal"`
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrBroken}, args...)...)
}

// Verify reads an archive of size bytes and checks all of it: that the manifest is
// signed, by one of the trusted keys, and that the archive is exactly what Write
// makes of it: every file that is listed, with its size and SHA-256, in order, and
// nothing else anywhere. It reads the archive once, unpacks nothing and writes
// nothing; of what it reads it keeps the manifest, the data and the sums, each of at
// most 16 MiB.
//
// An archive that is whole but signed by a key that is not trusted gives a report
// and an error that is [seal.ErrUnknownKey]; every other fault is [ErrBroken].
func Verify(r io.ReaderAt, size int64, trusted ...seal.Public) (Report, error) {
	if size > MaxArchive {
		return Report{}, broken("%d bytes, more than the %d of any case file", size, int64(MaxArchive))
	}
	v := &verifier{r: io.NewSectionReader(r, 0, size)}
	signed, m, err := v.manifest(size)
	if err != nil {
		return Report{}, err
	}
	report := Report{Case: m.Case, At: m.At, Key: signed.Key, Contents: hexOf(m.Contents), Files: m.Files}
	trust := signed.Verify(trusted...)
	if trust != nil && !errors.Is(trust, seal.ErrUnknownKey) {
		return Report{}, broken("%v", trust)
	}
	report.Trusted = trust == nil
	if key, err := seal.ParsePublic(signed.Key); err == nil {
		report.KeyID = key.ID()
	}
	if err := m.check(size); err != nil {
		return Report{}, err
	}
	for _, l := range m.Files {
		if err := v.file(l); err != nil {
			return Report{}, err
		}
	}
	if err := v.end(size); err != nil {
		return Report{}, err
	}
	if err := v.inside(&m, &report); err != nil {
		return Report{}, err
	}
	return report, trust
}

type verifier struct {
	r       *io.SectionReader
	offset  uint32
	entries []entry
	data    []byte // of case.cbor
	sums    []byte // of sha256sums.txt
}

// manifest reads the first file, which says what the others are.
func (v *verifier) manifest(size int64) (signed seal.Signed, m Manifest, err error) {
	head := make([]byte, localSize+len(manifestName))
	if _, err := io.ReadFull(v.r, head); err != nil {
		return signed, m, broken("it is cut off, or no case file")
	}
	n := binary.LittleEndian.Uint32(head[22:])
	e := entry{name: manifestName, crc: binary.LittleEndian.Uint32(head[14:]), size: n}
	if !bytes.Equal(head, e.local()) {
		return signed, m, broken("it does not begin with %s as every case file does; one that was unpacked and packed again must be checked by sha256sums.txt", manifestName)
	}
	if n > maxManifest || int64(n) > size {
		return signed, m, broken("a manifest of %d bytes", n)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(v.r, body); err != nil {
		return signed, m, broken("it is cut off in the manifest")
	}
	if crc32.ChecksumIEEE(body) != e.crc {
		return signed, m, broken("the manifest's checksum is another")
	}
	v.add(e)
	if err := seal.Decode(body, &signed); err != nil {
		return signed, m, broken("manifest: %v", err)
	}
	if signed.Kind != manifestKind {
		return signed, m, broken("what is signed is a %.64q, not a manifest", signed.Kind)
	}
	if err := seal.Decode(signed.Data, &m); err != nil {
		return signed, m, broken("manifest: %v", err)
	}
	return signed, m, nil
}

func (v *verifier) add(e entry) {
	e.offset = v.offset
	v.offset += uint32(localSize+len(e.name)) + e.size
	v.entries = append(v.entries, e)
}

// check says what is wrong with a manifest by itself.
func (m *Manifest) check(size int64) error {
	if m.Format != manifestFormat {
		return broken("format %.64q: want %q; a newer program may read it", m.Format, manifestFormat)
	}
	if len(m.Files) > maxFiles {
		return broken("%d files", len(m.Files))
	}
	total := int64(0)
	for i, l := range m.Files {
		switch {
		case !fileName.MatchString(l.Name) || l.Name == manifestName:
			return broken("a file is called %.120q", l.Name)
		case i > 0 && l.Name <= m.Files[i-1].Name:
			return broken("%s is listed twice, or out of order", l.Name)
		case len(l.SHA256) != sha256.Size || l.Size < 0 || l.Size > size:
			return broken("%s is listed with %d bytes and a hash of %d bytes, which an archive of %d bytes cannot hold: was it cut off?", l.Name, l.Size, len(l.SHA256), size)
		}
		total += l.Size
	}
	if total > size {
		return broken("it lists %d bytes of files and has %d of everything: it is cut off", total, size)
	}
	for _, name := range []string{pdfName, caseName, paymentsName, timelineName, sumsName, readmeName} {
		if !slices.ContainsFunc(m.Files, func(l Listed) bool { return l.Name == name }) {
			return broken("%s is not there", name)
		}
	}
	for _, l := range m.Files {
		if !strings.HasPrefix(l.Name, folder) && !slices.Contains([]string{pdfName, caseName, paymentsName, timelineName, sumsName, readmeName}, l.Name) {
			return broken("%s is no part of a case file", l.Name)
		}
	}
	want, err := contents(m.Files)
	if err != nil || !bytes.Equal(want, m.Contents) {
		return broken("the hash of the contents is another")
	}
	return nil
}

// file reads one file where it must be and holds it to the manifest.
func (v *verifier) file(l Listed) error {
	head := make([]byte, localSize+len(l.Name))
	if _, err := io.ReadFull(v.r, head); err != nil {
		return broken("it is cut off before %s", l.Name)
	}
	e := entry{name: l.Name, crc: binary.LittleEndian.Uint32(head[14:]), size: uint32(l.Size)}
	if !bytes.Equal(head, e.local()) {
		return broken("where %s should be is something else", l.Name)
	}
	var kept *[]byte
	switch l.Name {
	case caseName:
		kept = &v.data
	case sumsName:
		kept = &v.sums
	}
	sum, crc := sha256.New(), crc32.NewIEEE()
	to := io.MultiWriter(sum, crc)
	var buf bytes.Buffer
	if kept != nil {
		if l.Size > seal.MaxBytes {
			return broken("%s of %d bytes", l.Name, l.Size)
		}
		to = io.MultiWriter(sum, crc, &buf)
	}
	if _, err := io.CopyN(to, v.r, l.Size); err != nil {
		return broken("it is cut off in %s", l.Name)
	}
	if !bytes.Equal(sum.Sum(nil), l.SHA256) {
		return broken("%s was changed: its SHA-256 is not that of the manifest", l.Name)
	}
	if crc.Sum32() != e.crc {
		return broken("%s: its checksum in the archive is another, so that other programs would refuse it", l.Name)
	}
	if kept != nil {
		*kept = buf.Bytes()
	}
	v.add(e)
	return nil
}

// end holds what follows the files to what must follow them.
func (v *verifier) end(size int64) error {
	want := directory(v.entries, v.offset)
	if int64(v.offset)+int64(len(want)) != size {
		return broken("it has %d bytes where %d are right: something was added or cut off", size, int64(v.offset)+int64(len(want)))
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(v.r, got); err != nil || !bytes.Equal(got, want) {
		return broken("its directory does not name the files that are in it")
	}
	return nil
}

// inside holds the parts of the case to each other.
func (v *verifier) inside(m *Manifest, report *Report) error {
	var f File
	if err := seal.Decode(v.data, &f); err != nil {
		return broken("%s: %v", caseName, err)
	}
	if f.ID != m.Case || f.At != m.At {
		return broken("%s is of another case than the manifest", caseName)
	}
	report.Title, report.By, report.Journal = f.Title, f.By, f.Journal
	if !bytes.Equal(v.sums, sums(slices.DeleteFunc(slices.Clone(m.Files), func(l Listed) bool { return l.Name == sumsName }))) {
		return broken("%s says something else than the manifest", sumsName)
	}
	there := map[string]Listed{}
	for _, l := range m.Files {
		if strings.HasPrefix(l.Name, folder) {
			there[l.Name] = l
		}
	}
	for _, a := range f.Attachments {
		if a.Stored == "" {
			report.Absent = append(report.Absent, a.Name)
			continue
		}
		l, ok := there[a.Stored]
		if !ok || !bytes.Equal(l.SHA256, a.SHA256) || l.Size != a.Size {
			return broken("attachment %s is not the one that the case names", a.Stored)
		}
		delete(there, a.Stored)
	}
	if len(there) > 0 {
		return broken("%d attachments that the case does not name", len(there))
	}
	return nil
}
