package text

import (
	"bufio"
	"io"

	"spoor"
)

// Writer writes payments as rows behind a header; the formats wrap it.
type Writer struct {
	out    *bufio.Writer
	header string
	row    func([]byte, *spoor.Payment) ([]byte, error)
	line   []byte
	begun  bool
}

// NewWriter returns a writer to w: row appends a payment's row with its line
// end, or says why it cannot be written. Flush ends the file.
func NewWriter(w io.Writer, header string, row func([]byte, *spoor.Payment) ([]byte, error)) *Writer {
	return &Writer{out: bufio.NewWriterSize(w, 64<<10), header: header, row: row}
}

// Write writes one payment. It refuses one that no reader could give back: a
// negative amount, a year past 9999, text that is not text.
func (w *Writer) Write(p *spoor.Payment) (err error) {
	if w.line, err = w.row(w.line[:0], p); err != nil {
		return err
	}
	if err := w.begin(); err != nil {
		return err
	}
	_, err = w.out.Write(w.line)
	return err
}

// Flush writes what is buffered; a file without payments gets its header.
func (w *Writer) Flush() error {
	if err := w.begin(); err != nil {
		return err
	}
	return w.out.Flush()
}

func (w *Writer) begin() error {
	if w.begun {
		return nil
	}
	w.begun = true
	_, err := w.out.WriteString(w.header)
	return err
}
