package text

import (
	"io"

	"spoor"
)

// Fill fills dst with the payments that next completes, as a format's Read
// does: at the end 0 and io.EOF, at a problem the payments before it and the
// problem. Next handles one element or record and reports whether it completed
// the payment that it was given.
func Fill(dst []spoor.Payment, next func(*spoor.Payment) (bool, error)) (int, error) {
	for n := 0; n < len(dst); {
		ok, err := next(&dst[n])
		switch {
		case err == io.EOF && n > 0:
			return n, nil
		case err != nil:
			return n, err
		case ok:
			n++
		}
	}
	return len(dst), nil
}
