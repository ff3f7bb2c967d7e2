package api

import (
	"bufio"
	"encoding/binary"
	"net/http"
	"strconv"

	"spoor/journal"
	"spoor/seal"
)

// journal streams entries for an audit from another machine: each as its length
// in four bytes, big-endian, and the canonical CBOR of a [journal.Entry].
func (s *server) journal(w http.ResponseWriter, r *http.Request, c *Caller) {
	from := uint64(1)
	if q := r.URL.Query().Get("from"); q != "" {
		n, err := strconv.ParseUint(q, 10, 64)
		if err != nil || n == 0 {
			http.Error(w, "from: want the number of an entry, from 1", http.StatusBadRequest)
			return
		}
		from = n
	}
	s.o.Log.Info("the journal is read", "by", c.Name, "from", from)
	w.Header().Set("Content-Type", "application/octet-stream")
	out := bufio.NewWriterSize(w, 64<<10)
	err := s.n.Journal(from, func(e journal.Entry) error {
		if err := r.Context().Err(); err != nil {
			return err
		}
		b, err := seal.Encode(&e)
		if err != nil {
			return err
		}
		var size [4]byte
		binary.BigEndian.PutUint32(size[:], uint32(len(b)))
		out.Write(size[:])
		_, err = out.Write(b)
		return err
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		panic(http.ErrAbortHandler) // what was sent must not look whole
	}
}
