package casefile

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"spoor/seal"
)

// unpack gives the files of an archive in their order.
func unpack(t testing.TB, b []byte) (out []content) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range z.File {
		rc, err := e.Open()
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		if _, err := body.ReadFrom(rc); err != nil {
			t.Fatal(err)
		}
		out = append(out, content{e.Name, body.Bytes()})
	}
	return out
}

func packed(t testing.TB, files []content) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pack(&b, files); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// resigned makes an archive of files with a manifest of its own, changed and signed
// by the key: what an attacker can do who has a key, too.
func resigned(t testing.TB, files []content, key *seal.Key, change func(*Manifest)) []byte {
	t.Helper()
	files = slices.DeleteFunc(slices.Clone(files), func(c content) bool { return c.name == manifestName || c.name == sumsName })
	files = append(files, content{sumsName, sums(listed(files))})
	slices.SortFunc(files, func(a, b content) int { return cmp.Compare(a.name, b.name) })
	m := Manifest{Format: manifestFormat, Case: "C-2026-7", At: havenstad(t).At, Files: listed(files)}
	m.Contents, _ = contents(m.Files)
	if change != nil {
		change(&m)
	}
	b, err := seal.Encode(&m)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := key.Sign(manifestKind, b)
	if err != nil {
		t.Fatal(err)
	}
	top, err := seal.Encode(&signed)
	if err != nil {
		t.Fatal(err)
	}
	return packed(t, append([]content{{manifestName, top}}, files...))
}

// TestHostile changes an archive in every way that a forger would try.
func TestHostile(t *testing.T) {
	k := nodeKey(t, 1)
	good := written(t, havenstad(t), k)
	files := unpack(t, good)
	if again := packed(t, files); !bytes.Equal(again, good) {
		t.Fatal("packing again gives another archive")
	}
	if _, err := verify(resigned(t, files, k, nil), k.Public()); err != nil {
		t.Fatalf("signing again: %v", err)
	}
	with := func(change func([]content) []content) []byte { return packed(t, change(slices.Clone(files))) }
	index := func(name string) int { return slices.IndexFunc(files, func(c content) bool { return c.name == name }) }
	deflated := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, c := range files {
			w, err := z.Create(c.name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(c.body); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	field := func(at int, v uint32) []byte {
		b := bytes.Clone(good)
		binary.LittleEndian.PutUint32(b[at:], v)
		return b
	}
	for name, b := range map[string][]byte{
		"empty":                   {},
		"cut at the end":          good[:len(good)-1],
		"cut in the middle":       good[:len(good)/2],
		"cut in the manifest":     good[:100],
		"something behind":        append(bytes.Clone(good), 'x'),
		"a second archive behind": append(bytes.Clone(good), good...),
		"something before":        append([]byte("x"), good...),
		"compressed":              deflated(),
		"huge manifest":           field(22, 1<<31),
		"huge manifest of both":   func() []byte { b := field(22, 1<<30); binary.LittleEndian.PutUint32(b[18:], 1<<30); return b }(),
		"swapped bodies": with(func(f []content) []content {
			a, b := index(paymentsName), index(timelineName)
			f[a].body, f[b].body = f[b].body, f[a].body
			return f
		}),
		"swapped files":  with(func(f []content) []content { f[2], f[3] = f[3], f[2]; return f }),
		"extra file":     with(func(f []content) []content { return append(f, content{"zz.txt", []byte("x")}) }),
		"extra evidence": with(func(f []content) []content { return slices.Insert(f, 4, content{"evidence/00002-x", []byte("x")}) }),
		"file left out":  with(func(f []content) []content { return slices.Delete(f, index(timelineName), index(timelineName)+1) }),
		"file twice":     with(func(f []content) []content { return slices.Insert(f, 2, f[2]) }),
		"one byte of a file": with(func(f []content) []content {
			i := index(paymentsName)
			f[i].body = append([]byte("X"), f[i].body[1:]...)
			return f
		}),
		"manifest last": with(func(f []content) []content { return append(f[1:], f[0]) }),
		"manifest of another case": with(func(f []content) []content {
			o := havenstad(t)
			o.ID = "C-2026-8"
			f[0] = unpack(t, written(t, o, k))[0]
			return f
		}),
		"other PDF":                with(func(f []content) []content { f[index(pdfName)].body = []byte("%PDF nothing to see"); return f }),
		"signed, without the case": resigned(t, slices.Delete(slices.Clone(files), index(caseName), index(caseName)+1), k, nil),
		"signed, path upwards":     resigned(t, append(slices.Clone(files), content{"../evil", nil}), k, nil),
		"signed, absolute path":    resigned(t, append(slices.Clone(files), content{"/etc/passwd", nil}), k, nil),
		"signed, backslash":        resigned(t, append(slices.Clone(files), content{`evidence\x`, nil}), k, nil),
		"signed, dots in folder":   resigned(t, append(slices.Clone(files), content{"evidence/../x", nil}), k, nil),
		"signed, capital letters":  resigned(t, append(slices.Clone(files), content{"Case.pdf", nil}), k, nil),
		"signed, program":          resigned(t, append(slices.Clone(files), content{"setup.exe", []byte("MZ")}), k, nil),
		"signed, unknown evidence": resigned(t, append(slices.Clone(files), content{"evidence/00009-x", []byte("x")}), k, nil),
		"signed, missing evidence": resigned(t, slices.DeleteFunc(slices.Clone(files), func(c content) bool { return strings.HasPrefix(c.name, folder) }), k, nil),
		"signed, negative size":    resigned(t, files, k, func(m *Manifest) { m.Files[0].Size = -1 }),
		"signed, huge size":        resigned(t, files, k, func(m *Manifest) { m.Files[0].Size = 1 << 62 }),
		"signed, sizes overflow":   resigned(t, files, k, func(m *Manifest) { m.Files[0].Size = 1 << 40 }),
		"signed, wrong size":       resigned(t, files, k, func(m *Manifest) { m.Files[0].Size-- }),
		"signed, listed twice":     resigned(t, files, k, func(m *Manifest) { m.Files = slices.Insert(m.Files, 1, m.Files[0]) }),
		"signed, out of order":     resigned(t, files, k, func(m *Manifest) { m.Files[0], m.Files[1] = m.Files[1], m.Files[0] }),
		"signed, lists itself":     resigned(t, files, k, func(m *Manifest) { m.Files = slices.Insert(m.Files, 5, Listed{manifestName, 1, sha(nil)}) }),
		"signed, other contents":   resigned(t, files, k, func(m *Manifest) { m.Contents = sha(nil) }),
		"signed, other case":       resigned(t, files, k, func(m *Manifest) { m.Case = "C-1" }),
		"signed, other format":     resigned(t, files, k, func(m *Manifest) { m.Format = "spoor casefile 2" }),
		"signed, other data":       resigned(t, replaced(files, caseName, []byte{0xa0}), k, nil),
		"signed, other attachment": resigned(t, replaced(files, "evidence/00001-statement-m-rz--1.pdf", []byte("forged")), k, nil),
	} {
		r, err := verify(b, k.Public())
		if !errors.Is(err, ErrBroken) || r.Trusted {
			t.Errorf("%s: %+v %v", name, r, err)
		}
	}
	if _, err := verify(append(bytes.Clone(good), 'x'), k.Public()); err == nil || !strings.Contains(err.Error(), "added or cut off") {
		t.Error(err)
	}
}

func replaced(files []content, name string, body []byte) []content {
	files = slices.Clone(files)
	files[slices.IndexFunc(files, func(c content) bool { return c.name == name })].body = body
	return files
}

// TestWrongKind refuses a manifest that was signed as something else, and one that
// is signed by somebody else in the node's name.
func TestWrongKind(t *testing.T) {
	k, thief := nodeKey(t, 1), nodeKey(t, 2)
	files := unpack(t, written(t, havenstad(t), k))
	for name, change := range map[string]func(*seal.Signed){
		"kind":         func(s *seal.Signed) { *s, _ = k.Sign("certificate-1", s.Data) },
		"kind renamed": func(s *seal.Signed) { *s, _ = k.Sign("certificate-1", s.Data); s.Kind = manifestKind },
		"thief":        func(s *seal.Signed) { *s, _ = thief.Sign(manifestKind, s.Data); s.Key = k.Public().String() },
		"signature":    func(s *seal.Signed) { s.Signature[3] ^= 1 },
	} {
		var s seal.Signed
		if err := seal.Decode(files[0].body, &s); err != nil {
			t.Fatal(err)
		}
		change(&s)
		top, err := seal.Encode(&s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verify(packed(t, replaced(files, manifestName, top)), k.Public()); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEveryBit flips bits all over an archive: none goes unseen.
func TestEveryBit(t *testing.T) {
	k := nodeKey(t, 1)
	good := written(t, havenstad(t), k)
	step := max(1, len(good)*8/3001)
	for bit := 0; bit < len(good)*8; bit += step {
		b := bytes.Clone(good)
		b[bit/8] ^= 1 << (bit % 8)
		if _, err := verify(b, k.Public()); !errors.Is(err, ErrBroken) {
			t.Fatalf("bit %d of byte %d: %v", bit%8, bit/8, err)
		}
	}
}

// TestChecksum refuses an archive whose ZIP checksum is wrong though the hash is
// right: other programs would not open it.
func TestChecksum(t *testing.T) {
	k := nodeKey(t, 1)
	files := unpack(t, written(t, havenstad(t), k))
	var b bytes.Buffer
	var entries []entry
	for i, c := range files {
		e := entry{c.name, crc32.ChecksumIEEE(c.body), uint32(len(c.body)), uint32(b.Len())}
		if i == 3 {
			e.crc++
		}
		entries = append(entries, e)
		b.Write(e.local())
		b.Write(c.body)
	}
	b.Write(directory(entries, uint32(b.Len())))
	if _, err := verify(b.Bytes(), k.Public()); !errors.Is(err, ErrBroken) || !strings.Contains(fmt.Sprint(err), "checksum") {
		t.Error(err)
	}
}

// FuzzVerify changes archives at random: only the archive as it was written is right.
func FuzzVerify(f *testing.F) {
	k := nodeKey(f, 1)
	small := havenstad(f)
	small.Attachments, small.Payments, small.Parties = small.Attachments[:1], nil, nil
	good := written(f, small, k)
	f.Add(0, []byte{}, 0)
	f.Add(30, []byte("evil"), 4)
	f.Add(len(good), []byte{0}, 0)
	f.Fuzz(func(t *testing.T, at int, put []byte, drop int) {
		at = min(max(at, 0), len(good))
		drop = min(max(drop, 0), len(good)-at)
		b := slices.Concat(good[:at], put, good[at+drop:])
		if _, err := verify(b, k.Public()); (err == nil) != bytes.Equal(b, good) {
			t.Fatalf("at %d, %x for %d bytes: %v", at, put, drop, err)
		}
		_, _ = verify(put, k.Public())
	})
}

func BenchmarkVerify(b *testing.B) {
	f := havenstad(b)
	f.Attachments = append(f.Attachments, Attachment{Name: "disk.img", Media: "application/octet-stream", Body: make([]byte, 64<<20)})
	k := nodeKey(b, 1)
	good := written(b, f, k)
	b.SetBytes(int64(len(good)))
	for b.Loop() {
		if _, err := verify(good, k.Public()); err != nil {
			b.Fatal(err)
		}
	}
}
