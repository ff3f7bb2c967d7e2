package seal

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// A sealed file is fileMagic; the header's length in four bytes, big-endian; the
// header in canonical CBOR; 16 bytes of IV, zero without a key; the body in zstd,
// with a key encrypted by AES-256-CTR; and the SHA-256 of all before, with a key
// the HMAC-SHA256. Both keys come from the caller's by HKDF-SHA256 (RFC 5869).
const (
	fileMagic = "spoor sealed file 1\n"
	maxHeader = 1 << 16
)

// ErrBroken is the fault of a sealed file that is not as it was written.
var ErrBroken = errors.New("the file is broken, or sealed with another key")

// fileKeys gives the sum over a file, and the cipher for an IV, nil without a key.
func fileKeys(key []byte) (sum hash.Hash, block cipher.Block, err error) {
	if len(key) == 0 {
		return sha256.New(), nil, nil
	}
	both, err := hkdf.Key(sha256.New, key, nil, fileMagic, 64)
	if err != nil {
		return nil, nil, err
	}
	block, err = aes.NewCipher(both[:32])
	return hmac.New(sha256.New, both[32:]), block, err
}

// WriteFile writes a file with a header and the body that write gives, compressed,
// with a sum over all of it, and encrypted when there is a key. The header stays
// readable. It is synced and put in place whole: after a failure at any moment,
// name is what it was before, or complete.
func WriteFile(name string, header any, key []byte, write func(io.Writer) error) error {
	head, err := Encode(header)
	if err != nil {
		return err
	}
	if len(head) > maxHeader {
		return fmt.Errorf("seal: header of %d bytes, want at most %d", len(head), maxHeader)
	}
	tmp := name + ".tmp"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = writeBody(f, head, key, write)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	if err := os.Rename(tmp, name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func writeBody(f io.Writer, head, key []byte, write func(io.Writer) error) error {
	sum, block, err := fileKeys(key)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(f, 1<<18)
	all := io.MultiWriter(buf, sum)
	var iv [aes.BlockSize]byte
	body := all
	if block != nil {
		rand.Read(iv[:])
		body = cipher.StreamWriter{S: cipher.NewCTR(block, iv[:]), W: all}
	}
	start := binary.BigEndian.AppendUint32([]byte(fileMagic), uint32(len(head)))
	all.Write(append(append(start, head...), iv[:]...)) // buf keeps the error until Flush
	z, err := zstd.NewWriter(body, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	if err := errors.Join(write(z), z.Close()); err != nil {
		return err
	}
	buf.Write(sum.Sum(nil))
	return buf.Flush()
}

// FileHeader reads a sealed file's header alone, and does not check the rest.
func FileHeader(name string, header any) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return fileHeader(f, header)
}

func fileHeader(r io.Reader, header any) error {
	start := make([]byte, len(fileMagic)+4)
	if _, err := io.ReadFull(r, start); err != nil || string(start[:len(fileMagic)]) != fileMagic {
		return ErrBroken
	}
	n := binary.BigEndian.Uint32(start[len(fileMagic):])
	if n > maxHeader {
		return ErrBroken
	}
	head := make([]byte, n)
	if _, err := io.ReadFull(r, head); err != nil {
		return ErrBroken
	}
	return Decode(head, header)
}

// OpenFile checks a sealed file from end to end, which reads it once, and then
// gives its header and its body. It fails with [ErrBroken] when a bit of it has
// changed or the key is another.
func OpenFile(name string, header any, key []byte) (_ io.ReadCloser, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	sum, block, err := fileKeys(key)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := max(st.Size()-sha256.Size, 0)
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, size)); err != nil {
		return nil, err
	}
	want := make([]byte, sha256.Size)
	if _, err := f.ReadAt(want, size); err != nil || !hmac.Equal(want, sum.Sum(nil)) {
		return nil, ErrBroken
	}
	var body io.Reader = io.NewSectionReader(f, 0, size)
	if err := fileHeader(body, header); err != nil {
		return nil, err
	}
	iv := make([]byte, aes.BlockSize)
	if _, err := io.ReadFull(body, iv); err != nil {
		return nil, ErrBroken
	}
	if block != nil {
		body = cipher.StreamReader{S: cipher.NewCTR(block, iv), R: body}
	}
	z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return fileReader{z, f}, nil
}

type fileReader struct {
	*zstd.Decoder
	f *os.File
}

func (r fileReader) Close() error {
	r.Decoder.Close()
	return r.f.Close()
}
