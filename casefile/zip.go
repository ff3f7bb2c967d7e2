package casefile

import (
	"encoding/binary"
	"regexp"
)

// The archive is a ZIP (PKWARE APPNOTE 6.3) of the plainest sort: files stored as
// they are, no flags, no extra fields, no comments, all dated 1 January 1980. What
// these functions give is all that it has besides the files.
const (
	zipDate      = 0x0021         // 1 January 1980
	zipVersion   = 10             // 1.0: needed to read it
	zipUnix      = 3<<8 | 20      // made on Unix, by version 2.0
	zipMode      = 0o100644 << 16 // a file, readable by all
	localSize    = 30
	centralSize  = 46
	endSize      = 22
	localMagic   = 0x04034b50
	centralMagic = 0x02014b50
	endMagic     = 0x06054b50
)

// fileName is what files in the archive may be called: plain letters that no system
// reads differently, at most one folder deep, no dots at the beginning.
var fileName = regexp.MustCompile(`^(evidence/)?[a-z0-9][a-z0-9._-]{0,99}$`)

// entry is a file in the archive.
type entry struct {
	name   string
	crc    uint32
	size   uint32
	offset uint32
}

func (e *entry) common(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint16(b, zipVersion)
	b = le.AppendUint32(b, 0) // flags, method: stored
	b = le.AppendUint16(b, 0) // time
	b = le.AppendUint16(b, zipDate)
	b = le.AppendUint32(b, e.crc)
	b = le.AppendUint32(b, e.size)
	b = le.AppendUint32(b, e.size)
	b = le.AppendUint16(b, uint16(len(e.name)))
	return le.AppendUint16(b, 0) // extra
}

// local is the header before a file.
func (e *entry) local() []byte {
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, localSize+len(e.name)), localMagic)
	return append(e.common(b), e.name...)
}

// directory is what stands after the last file.
func directory(entries []entry, offset uint32) []byte {
	le := binary.LittleEndian
	var b []byte
	for i := range entries {
		e := &entries[i]
		b = le.AppendUint32(b, centralMagic)
		b = le.AppendUint16(b, zipUnix)
		b = e.common(b)
		b = append(b, 0, 0, 0, 0, 0, 0) // comment, disk, attributes
		b = le.AppendUint32(b, zipMode)
		b = le.AppendUint32(b, e.offset)
		b = append(b, e.name...)
	}
	size := uint32(len(b))
	b = le.AppendUint32(b, endMagic)
	b = le.AppendUint32(b, 0) // disks
	b = le.AppendUint16(b, uint16(len(entries)))
	b = le.AppendUint16(b, uint16(len(entries)))
	b = le.AppendUint32(b, size)
	b = le.AppendUint32(b, offset)
	return le.AppendUint16(b, 0) // comment
}
